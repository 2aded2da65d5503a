-- Handlers: registered, replaced, found by the most specific code, refused with every mistake named.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-01-05 09:00+00';
CREATE ROLE handlers_other;
CREATE ROLE handlers_app;
CREATE SCHEMA "Handlers Test";
GRANT USAGE ON SCHEMA "Handlers Test" TO handlers_other;
CREATE FUNCTION "Handlers Test".echo(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN effect -> 'params';
CREATE FUNCTION "Handlers Test".text_result(effect jsonb) RETURNS text LANGUAGE sql RETURN 'x';
CREATE FUNCTION "Handlers Test".two(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql RETURN a;
CREATE FUNCTION "Handlers Test".private(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN effect;
REVOKE ALL ON FUNCTION "Handlers Test".private FROM PUBLIC;
CREATE VIEW registered AS
SELECT organization_id, code, kind, function, run_as, retry, timeout, batch, limits, registered_by, registered_at
FROM wf_handlers_view ORDER BY organization_id, code;

SELECT wf_register_handler('mail.send', 'sql', '{"function": "Handlers Test.echo"}');
SELECT wf_register_handler('mail.*', 'worker');
SELECT wf_register_handler('mail.send', 'sql', '{"function": "Handlers Test.echo(jsonb)", "run_as": "handlers_other",
    "retry": {"maximum_attempts": 5, "jitter": "none"}, "timeout": "PT1M30S", "batch": false,
    "limits": {"max_concurrent": 4, "per_second": 2.5}}');
SELECT wf_register_handler('*', 'worker', '{"timeout": 1500}', organization_id => '00000000-0000-0000-0000-00000000000a');
SELECT * FROM registered;
SELECT wf_unregister_handler('mail.*'), wf_unregister_handler('mail.*') AS again;

-- Mistakes: all of a config at once.
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.echo", "retries": 3, "timeout": "soon",
    "retry": {"maximum_attempts": -1, "jitter": "some"}, "batch": "no", "limits": {"per_minute": 1}}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '[]', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', NULL, '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "echo"}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "public.none"}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.two"}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.text_result"}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.private", "run_as": "handlers_other"}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.echo", "run_as": "nobody here"}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'worker', '{"batch": true}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'http', '{}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'carrier pigeon', '{}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a*', 'worker') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('*.a', 'worker') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('.*', 'worker') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('', 'worker') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('wf.task', 'worker') $$);
CALL pg_temp.try($$ SELECT wf_register_handler(NULL, 'worker') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', NULL) $$);

-- Another role's rights are for its members only.
SELECT wf_grant('handlers_app', 'admin');
DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %s TO handlers_app', pg_my_temp_schema()::regnamespace); END $$;
SET ROLE handlers_app;
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.echo", "run_as": "handlers_other"}', '00000000-0000-0000-0000-000000000000') $$);
CALL pg_temp.try($$ SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.echo"}', '00000000-0000-0000-0000-000000000000') $$);
RESET ROLE;
GRANT handlers_other TO handlers_app;
SET ROLE handlers_app;
SELECT wf_register_handler('a', 'sql', '{"function": "Handlers Test.echo", "run_as": "handlers_other"}', '00000000-0000-0000-0000-000000000000');
RESET ROLE;
SELECT code, run_as, registered_by FROM registered WHERE code = 'a';

-- What a client can claim: everything that no handler of kind sql takes; the organization's own handler comes first, then
-- the most specific, and a change counts at once, in a transaction that is rolled back only there.
TRUNCATE wf.handler;
SELECT code FROM wf_define('{"id": "posts", "initial": "a", "states": {"a": {"entry": ["post.letter", "post.parcel.large", "post", "fax"]}}}',
    organization_id => '00000000-0000-0000-0000-000000000000');
SELECT wf_start('posts', organization_id => '00000000-0000-0000-0000-00000000000a') IS NOT NULL AS started;
-- What a client would get now.
CREATE FUNCTION claimable() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    codes text;
BEGIN
    BEGIN
        SELECT string_agg(c.code, ' ' ORDER BY c.code COLLATE "C") INTO codes
        FROM wf_claim_effects('w', organization_id => '00000000-0000-0000-0000-00000000000a') AS c;
        RAISE EXCEPTION USING ERRCODE = 'UUUUU';
    EXCEPTION WHEN SQLSTATE 'UUUUU' THEN
        RETURN codes;
    END;
END $$;
SELECT claimable();
SELECT wf_register_handler('post.*', 'sql', '{"function": "Handlers Test.echo"}', '00000000-0000-0000-0000-000000000000');
SELECT claimable();
SELECT wf_register_handler('post.parcel.*', 'worker', '{}', '00000000-0000-0000-0000-000000000000');
SELECT claimable();
BEGIN;
SELECT wf_register_handler('*', 'worker', '{}', '00000000-0000-0000-0000-00000000000a');
SELECT claimable();
ROLLBACK;
SELECT claimable();
SELECT wf_register_handler('post', 'worker', '{}', '00000000-0000-0000-0000-00000000000a');
SELECT claimable();
SELECT wf_unregister_handler('post.*', '00000000-0000-0000-0000-000000000000');
SELECT claimable();
CALL pg_temp.wipe();
DROP FUNCTION claimable;
DROP VIEW registered;
DROP SCHEMA "Handlers Test" CASCADE;
DELETE FROM wf.member;
DROP OWNED BY handlers_app;
DROP ROLE handlers_app, handlers_other;
