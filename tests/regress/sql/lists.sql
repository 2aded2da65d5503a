-- Lists: filters, pages over ties, both orders, NULLs, search; one instance as a whole.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all

SELECT code FROM wf_define('{"id": "order", "initial": "open", "context": {"city": "Wien", "tags": ["a"]}, "search": {"city": "$.city", "n": "$.n"}, "states": {
    "open": {"initial": "new", "states": {"new": {"on": {"PAY": "paid"}}, "paid": {}},
        "on": {"END": "done", "MOVE": {"actions": {"type": "assign", "params": {"city": "$event.city"}}}, "FAIL": "failed"}},
    "done": {"type": "final"}, "failed": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "sla", "initial": "a", "sla": {"duration": "$.within"}, "states": {"a": {"on": {"END": "b"}}, "b": {"type": "final"}}}');
-- Eight orders, four of one moment; two with a service level.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT count(wf_start('order', jsonb_build_object('n', n, 'city', CASE WHEN n % 2 = 0 THEN 'Graz' ELSE 'Wien' END), 'o' || n,
    owner_team => CASE WHEN n < 3 THEN 'north' ELSE 'south' END, owner_user_id => 'user' || n % 2)) FROM generate_series(1, 4) AS n;
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT count(wf_start('order', jsonb_build_object('n', n), 'o' || n)) FROM generate_series(5, 8) AS n;
SELECT count(wf_start('sla', jsonb_build_object('within', within), 'sla ' || within)) FROM unnest('{PT1H,P1D}'::text[]) AS within;
SET pg_workflow.fake_now = '2026-03-02 12:00+00';
SELECT to_state FROM wf_send(pg_temp.id('o1'), 'PAY');
SELECT to_state FROM wf_send(pg_temp.id('o2'), 'END');
SELECT to_state FROM wf_send(pg_temp.id('o3'), 'FAIL');
SELECT status FROM wf_cancel(pg_temp.id('o4'));
UPDATE wf.instance SET paused_at = wf.now() WHERE instance_key = 'o5';

-- Filters, one by one and together.
SELECT count(*) FROM wf_list_instances();
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances('order');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances('nothing');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(current_state => 'open.new');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(current_state => 'CANCELLED');
SELECT status, string_agg(instance_key, ' ' ORDER BY instance_key)
FROM unnest('{active,completed,failed,cancelled}'::text[]) AS wanted, LATERAL wf_list_instances('order', status => wanted) GROUP BY status ORDER BY status;
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(paused => true);
SELECT count(*) FROM wf_list_instances(paused => false);
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(overdue => true);
SELECT count(*) FROM wf_list_instances(overdue => false);
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(owner_team => 'north');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(owner_user_id => 'user1', status => 'active');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances('order', created_after => '2026-03-02 09:00+00');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(created_before => '2026-03-02 10:00+00');
-- Search: of running instances; all keys must match; a value is text.
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(search => '{"city": "Wien"}');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(search => '{"city": "Wien", "n": 6}');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(search => '{"city": "Graz"}');
SELECT seq FROM wf_send(pg_temp.id('o6'), 'MOVE', '{"city": "O''Hara \\ \"x\""}');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(search => '{"city": "O''Hara \\ \"x\""}');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(search => '{"city": "x'' OR true --"}');
SELECT string_agg(instance_key, ' ' ORDER BY instance_key) FROM wf_list_instances(search => '{"no such key": 1}');
SELECT count(*) FROM wf_list_instances(search => '{}');

-- Pages: each row once, whatever the size of a page, over ties of the sort key, in both orders, also where it is NULL.
CREATE FUNCTION pg_temp.pages(sort_by text, sort_order text, size integer) RETURNS TABLE (page integer, keys text[]) LANGUAGE plpgsql AS $$
DECLARE
    place text;
BEGIN
    page := 0;
    LOOP
        SELECT array_agg(l.instance_key), (array_agg(l.cursor))[count(*)] INTO keys, place
        FROM wf_list_instances(sort_by => pages.sort_by, sort_order => pages.sort_order, cursor => place, max_rows => size) AS l;
        EXIT WHEN keys IS NULL OR page > 20;
        page := page + 1;
        RETURN NEXT;
    END LOOP;
END $$;
-- Instances of one moment follow their ids, which follow their making.
SELECT * FROM pg_temp.pages('created_at', 'asc', 3);
SELECT * FROM pg_temp.pages('created_at', 'desc', 3);
SELECT * FROM pg_temp.pages('sla_at', 'asc', 4);
SELECT * FROM pg_temp.pages('sla_at', 'desc', 4);
SELECT * FROM pg_temp.pages('updated_at', 'asc', 7);
-- Whatever the size, the pages together are the whole list in its order.
SELECT by, ord, size, (SELECT array_agg(k ORDER BY p.page, n) FROM pg_temp.pages(by, ord, size) AS p, unnest(p.keys) WITH ORDINALITY AS u (k, n))
    = ARRAY(SELECT instance_key FROM wf_list_instances(sort_by => by, sort_order => ord, max_rows => 500)) AS whole
FROM unnest('{created_at,updated_at,sla_at}'::text[]) AS by, unnest('{asc,desc}'::text[]) AS ord, unnest('{1,2,9,10,11}'::integer[]) AS size
ORDER BY by, ord, size;
-- A cursor means the same in a session with another time zone and date style.
SELECT cursor AS place FROM wf_list_instances(sort_order => 'asc', max_rows => 5) ORDER BY created_at DESC, instance_id DESC LIMIT 1 \gset
SET timezone = 'Asia/Kolkata';
SET datestyle = 'SQL, DMY';
SELECT instance_key FROM wf_list_instances(sort_order => 'asc', max_rows => 2, cursor => :'place');
SET timezone = 'UTC';
SET datestyle = 'ISO';
-- Filters hold on every page; what comes meanwhile does not shift the pages.
SELECT cursor AS place FROM wf_list_instances('order', status => 'active', sort_order => 'asc', max_rows => 2) ORDER BY created_at DESC, instance_id DESC LIMIT 1 \gset
SELECT wf_start('order', instance_key => 'late') IS NOT NULL AS started;
SELECT instance_key FROM wf_list_instances('order', status => 'active', sort_order => 'asc', cursor => :'place');
SELECT wf_cancel(pg_temp.id('late')) IS NOT NULL AS cancelled;

-- Columns: those of the view, and cursor.
SELECT count(*) FROM (SELECT a.attname, a.attnum FROM pg_attribute AS a WHERE a.attrelid = 'wf_instances_view'::regclass AND a.attnum > 0
    EXCEPT SELECT a.attname, a.attnum FROM pg_attribute AS a WHERE a.attrelid = 'wf.instance_page'::regclass) AS missing;
SELECT current_state, status, context, owner_team, created_at, updated_at FROM wf_list_instances(owner_team => 'north', status => 'active');

-- Errors.
CALL pg_temp.try($$SELECT * FROM wf_list_instances(status => 'done')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(sort_by => 'context; DROP TABLE wf.instance')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(sort_by => NULL)$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(sort_order => 'up')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(sort_order => NULL)$$);
SELECT count(*) FROM wf_list_instances(sort_order => 'DESC');
CALL pg_temp.try($$SELECT * FROM wf_list_instances(search => '[1]')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(max_rows => 0)$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(max_rows => 501)$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(max_rows => NULL)$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(cursor => 'x')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(cursor => '')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(cursor => 'created_at,asc,1,00000000-0000-7000-8000-000000000000')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(cursor => 'sla_at,desc,1,00000000-0000-7000-8000-000000000000')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(cursor => 'created_at,desc,999999999999999999,00000000-0000-7000-8000-000000000000')$$);
CALL pg_temp.try($$SELECT * FROM wf_list_instances(cursor => 'created_at,desc,1'') OR true --,00000000-0000-7000-8000-000000000000')$$);

-- One instance with everything that belongs to it, and nothing of others.
SELECT code FROM wf_define('{"id": "whole", "initial": "a", "states": {"a": {"entry": ["first", "second"], "after": {"P1D": "b"}, "on": {"GO": "b"}}, "b": {"entry": "third"}}}');
SELECT wf_start('whole', '{"x": 1}', 'w') IS NOT NULL AS started, wf_start('whole', instance_key => 'other') IS NOT NULL AS started;
SELECT seq FROM wf_send(pg_temp.id('w'), 'GO', idempotency_key => 'k');
SELECT ARRAY(SELECT jsonb_object_keys(wf_get_instance(pg_temp.id('w')))) AS parts;
SELECT i -> 'instance' ->> 'current_state' AS state, i -> 'instance' -> 'context' AS context,
    jsonb_path_query_array(i, '$.steps[*].seq') AS steps, jsonb_path_query_array(i, '$.steps[*].idempotency_key') AS keys,
    jsonb_path_query_array(i, '$.effects[*].effect_smart_code') AS effects,
    jsonb_path_query_array(i, '$.timers[*].timer_status') AS timers, i -> 'tasks' AS tasks
FROM wf_get_instance(pg_temp.id('w')) AS i;
SELECT i -> 'instance' = to_jsonb(v) AS as_the_view_shows FROM wf_instances_view AS v, wf_get_instance(v.instance_id) AS i WHERE v.instance_key = 'w';
CALL pg_temp.try($$SELECT wf_get_instance('00000000-0000-7000-8000-000000000000')$$);

CALL pg_temp.wipe();
