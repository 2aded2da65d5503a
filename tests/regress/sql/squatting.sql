-- CREATE EXTENSION in a database where somebody may create in schema public and has been there first: operators, functions
-- and a schema that lie in wait for a superuser's script.
\set QUIET on
-- From 18 on the context of an error has the statement of the script.
\set SHOW_CONTEXT never
SET client_min_messages = warning;
CREATE ROLE squatter;
CREATE DATABASE squatted;
\c squatted
SET client_min_messages = warning;
GRANT CREATE ON SCHEMA public TO squatter;
GRANT CREATE ON DATABASE squatted TO squatter;
-- An operator for each pair of types that Postgres compares, adds or matches only by a cast, because one that fits
-- exactly goes before; and functions with the names of common ones for types that they take only by a cast.
CREATE PROCEDURE pg_temp.plant() LANGUAGE plpgsql AS $$
DECLARE
    types text[] := '{oid,regclass,name,text,int4,int8,numeric,float8,interval,timestamptz,uuid,jsonb}';
    one text; other text; symbol text; planted integer := 0;
BEGIN
    FOREACH one IN ARRAY types LOOP
        FOREACH other IN ARRAY types LOOP
            EXECUTE format('CREATE FUNCTION public.planted_operator(%1$s, %2$s) RETURNS boolean LANGUAGE plpgsql AS '
                '$f$ BEGIN RAISE EXCEPTION ''planted operator ran as %%'', current_user; END $f$', one, other);
            FOREACH symbol IN ARRAY '{=,<>,<,<=,+,-,*,||,~~,->>}'::text[] LOOP
                CONTINUE WHEN EXISTS (
                    SELECT FROM pg_operator AS o
                    WHERE o.oprname = symbol AND o.oprleft = one::regtype AND o.oprright = other::regtype);
                EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.planted_operator)', symbol, one, other);
                planted := planted + 1;
            END LOOP;
        END LOOP;
        FOREACH symbol IN ARRAY '{lower,format,concat_ws,string_to_array,cardinality,count,max,now,coalesce,jsonb_agg,to_jsonb,starts_with}'::text[] LOOP
            EXECUTE format('CREATE FUNCTION public.%I(%s) RETURNS text LANGUAGE plpgsql AS '
                '$f$ BEGIN RAISE EXCEPTION ''planted function ran as %%'', current_user; END $f$', symbol, one);
        END LOOP;
    END LOOP;
    RAISE WARNING 'more than 1000: %', planted > 1000;
END $$;
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %s TO squatter', pg_my_temp_schema()::regnamespace); END $$;
SET ROLE squatter;
CREATE FUNCTION public.trap(jsonb, jsonb) RETURNS text LANGUAGE sql RETURN '';
CREATE OPERATOR public.->> (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = public.trap);
RESET ROLE;
CREATE EXTENSION pg_workflow;
DROP OPERATOR public.->> (jsonb, jsonb);
CREATE EXTENSION pg_workflow;
-- What is planted later is not called either.
SET ROLE squatter;
CALL pg_temp.plant();
RESET ROLE;
SELECT code FROM wf_define('{"id": "w", "initial": "a", "context": {"n": 1}, "search": {"n": "$.n"}, "states": {"a": {"after": {"PT1H": "b"}, "on": {"GO": "b"}}, "b": {}}}');
SELECT wf_start('w', instance_key => 'k') IS NOT NULL AS started;
SELECT to_state FROM wf_send((SELECT instance_id FROM wf_instances_view), 'GO');
SELECT jsonb_array_length(wf_get_instance((SELECT instance_id FROM wf_instances_view)) -> 'steps') AS steps;
SELECT instance_key, "cursor" IS NOT NULL AS has_cursor FROM wf_list_instances(search => '{"n": 1}', overdue => false);
SELECT instance_key FROM wf_list_instances("cursor" => (SELECT "cursor" FROM wf_list_instances()));
SELECT count(*) FROM wf_list_tasks(sort_by => 'due_at');
CALL wf_scheduler_run('0 seconds');
SELECT count(*) FROM wf_incidents_view;
SELECT count(*) FROM wf_metrics_view WHERE overdue_instances OPERATOR(pg_catalog.>) 0;
SELECT wf_grant('squatter', 'viewer'), wf_revoke('squatter', 'viewer');
DROP EXTENSION pg_workflow;
GRANT CREATE ON SCHEMA public TO squatter;
GRANT CREATE ON DATABASE squatted TO squatter;
DROP OWNED BY squatter;
GRANT CREATE ON SCHEMA public TO squatter;
GRANT CREATE ON DATABASE squatted TO squatter;
-- A schema of our name that somebody made is not taken over.
SET ROLE squatter;
CREATE SCHEMA wf;
RESET ROLE;
CREATE EXTENSION pg_workflow;
DROP SCHEMA wf;
-- Nor is a function or a view.
SET ROLE squatter;
CREATE FUNCTION public.wf_cancel(instance_id uuid, reason text DEFAULT NULL, cancelled_by text DEFAULT NULL, organization_id uuid DEFAULT NULL)
RETURNS TABLE (instance_id_ uuid, status text, cancelled_at timestamptz) LANGUAGE sql AS $$ SELECT NULL::uuid, '', now() $$;
RESET ROLE;
CREATE EXTENSION pg_workflow;
\c regress
DROP DATABASE squatted;
DROP ROLE squatter;
