-- Messages by correlation key: who gets them, when, how often and in which order. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

-- What instances have heard: each step that a message made.
CREATE FUNCTION pg_temp.heard() RETURNS TABLE (instance_key text, seq bigint, event text, payload jsonb, to_state text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT i.instance_key, s.seq, s.event, s.payload, s.to_state FROM wf.step AS s JOIN wf_instances_view AS i ON i.instance_id = s.instance_id
    WHERE s.kind = 'message' ORDER BY 1, 2;
END;
CREATE FUNCTION pg_temp.inbox() RETURNS TABLE (message_id text, event text, correlation_key text, attempts integer, next_attempt_at timestamptz, expires_at timestamptz, incident text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT m.message_id, m.event, m.correlation_key, m.attempts, m.next_attempt_at, m.expires_at, m.incident FROM wf.message AS m ORDER BY m.id;
END;

-- Stored at once, delivered by the scheduler, to the instance whose key is the instance key.
SELECT code FROM wf_define('{"id": "m.order", "initial": "open", "context": {"n": 0}, "states": {
    "open": {"on": {"PAID": {"target": "paid", "actions": {"type": "assign", "params": {"sum": "$event.sum"}}}, "NEXT": "waiting"}},
    "waiting": {"on": {"ITEM": {"actions": {"type": "assign", "params": {"n": {"expr": "$.n * 10 + $event.n"}}}}, "ONCE": "paid"}},
    "paid": {"on": {"CLOSE": "closed"}}, "closed": {"type": "final"}}}');
SELECT wf_start('m.order', instance_key => 'o1') IS NOT NULL AS started, wf_start('m.order', instance_key => 'o2') IS NOT NULL AS started;
SELECT message_id, duplicate FROM wf_publish('PAID', 'o1', '{"sum": 80}', 'pay-1');
SELECT * FROM pg_temp.heard();
SELECT * FROM pg_temp.inbox();
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM pg_temp.heard();
SELECT current_state, context FROM wf_instances_view WHERE instance_key = 'o1';
SELECT current_state FROM wf_instances_view WHERE instance_key = 'o2';
-- Once: it stays in the inbox for whoever begins later, and comes to nobody twice.
SELECT * FROM pg_temp.inbox();
SET pg_workflow.fake_now = '2026-03-02 09:05+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT count(*) FROM pg_temp.heard();
-- A known id stores nothing, whatever else is said; an id is made where none is given.
SELECT message_id, duplicate FROM wf_publish('PAID', 'o2', '{"sum": 90}', 'pay-1');
SELECT message_id ~ '^[0-9a-f-]{36}$' AS made, duplicate FROM wf_publish('NOBODY', 'o9');
SELECT count(*) FROM pg_temp.inbox();
CALL pg_temp.wipe();

-- By the definition's correlation, by the key given at the start, by no key.
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT code FROM wf_define('{"id": "m.keyed", "initial": "open", "correlation": "$.customer", "states": {"open": {"on": {"MOVED": {"actions": {"type": "assign", "params": {"city": "$event.city"}}}}}}}');
SELECT wf_start('m.keyed', '{"customer": "c7"}', instance_key => 'k1') IS NOT NULL AS started, wf_start('m.keyed', '{"customer": "c8"}', instance_key => 'k2') IS NOT NULL AS started,
    wf_start('m.keyed', '{"customer": "c8"}', instance_key => 'k3', correlation_key => 'c7') IS NOT NULL AS started, wf_start('m.keyed', instance_key => 'k4') IS NOT NULL AS started,
    wf_start('m.keyed', '{"customer": 7}', instance_key => 'k5') IS NOT NULL AS started;
SELECT instance_key, correlation_key FROM wf_instances_view ORDER BY 1;
-- Several have the key: each gets it, once. The instance key is not the correlation key here.
SELECT duplicate FROM wf_publish('MOVED', 'c7', '{"city": "Graz"}', 'm1');
SELECT duplicate FROM wf_publish('MOVED', 'k2', '{"city": "Linz"}', 'm2');
SELECT duplicate FROM wf_publish('MOVED', '7', '{"city": "Wels"}', 'm3');
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM pg_temp.heard();
SET pg_workflow.fake_now = '2026-03-02 10:06+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT count(*) FROM pg_temp.heard();
-- A state that takes the same event again does so for a new message only.
SELECT duplicate FROM wf_publish('MOVED', 'c7', '{"city": "Graz"}', 'm4');
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, count(*) FROM pg_temp.heard() GROUP BY 1 ORDER BY 1;
-- An instance that begins later gets what is still there, in the order in which it was published.
SET pg_workflow.fake_now = '2026-03-02 10:07+00';
SELECT wf_start('m.keyed', '{"customer": "c7"}', instance_key => 'k6') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT h.instance_key, h.payload, s.idempotency_key = 'message:' || m.id AS keyed, m.message_id FROM pg_temp.heard() AS h JOIN wf_steps_view AS s ON s.instance_id = pg_temp.id(h.instance_key) AND s.seq = h.seq
JOIN wf.message AS m ON s.idempotency_key = 'message:' || m.id WHERE h.instance_key = 'k6' ORDER BY h.seq;
CALL pg_temp.wipe();

-- Before the instance, and before the state that waits: nothing is lost, and the order is that of publication, whoever has been tried
-- before. The first message has been tried and put off when the second comes.
SET pg_workflow.fake_now = '2026-03-02 11:00+00';
SELECT code FROM wf_define('{"id": "m.order", "initial": "open", "context": {"n": 0}, "states": {
    "open": {"on": {"NEXT": "waiting"}},
    "waiting": {"on": {"ITEM": {"actions": {"type": "assign", "params": {"n": {"expr": "$.n * 10 + $event.n"}}}}, "ONCE": {"target": "taken", "actions": {"type": "assign", "params": {"by": "$event.n"}}}}},
    "taken": {"type": "final"}}}');
SELECT duplicate FROM wf_publish('ITEM', 'early', '{"n": 1}', 'i1');
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM pg_temp.inbox();
SET pg_workflow.fake_now = '2026-03-02 11:01+00';
SELECT duplicate FROM wf_publish('ITEM', 'early', '{"n": 2}', 'i2');
SET pg_workflow.fake_now = '2026-03-02 11:02+00';
SELECT wf_start('m.order', instance_key => 'early') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT current_state, context FROM wf_instances_view;
SET pg_workflow.fake_now = '2026-03-02 11:03+00';
SELECT duplicate FROM wf_publish('ITEM', 'early', '{"n": 3}', 'i3');
SET pg_workflow.fake_now = '2026-03-02 11:04+00';
SELECT to_state FROM wf_send(pg_temp.id('early'), 'NEXT');
SELECT duplicate FROM wf_publish('ITEM', 'early', '{"n": 4}', 'i4');
SELECT effects_run FROM wf_scheduler_tick();
SELECT event, payload, to_state FROM pg_temp.heard();
SELECT context FROM wf_instances_view;
-- Where a state takes only one of two, it is the one that was published first.
SELECT duplicate FROM wf_publish('ONCE', 'two', '{"n": "first"}', 't1');
SELECT effects_run FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 11:05+00';
SELECT duplicate FROM wf_publish('ONCE', 'two', '{"n": "second"}', 't2');
SET pg_workflow.fake_now = '2026-03-02 11:06+00';
SELECT wf_start('m.order', instance_key => 'two', initial_state => 'waiting') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT current_state, context FROM wf_instances_view WHERE instance_key = 'two';
-- An instance that has ended gets nothing, and holds up nothing.
SET pg_workflow.fake_now = '2026-03-02 11:20+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT count(*) FROM pg_temp.heard() WHERE instance_key = 'two';
SELECT count(*) FROM wf_incidents_view;
CALL pg_temp.wipe();

-- Its time is over: it is not delivered, it is gone, and its id is free again. At its last moment it has expired already.
SET pg_workflow.fake_now = '2026-03-02 12:00+00';
SELECT code FROM wf_define('{"id": "m.ttl", "initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"on": {"PING": "c"}}, "c": {"type": "final"}}}');
SELECT wf_start('m.ttl', instance_key => 'late') IS NOT NULL AS started, wf_start('m.ttl', instance_key => 'just') IS NOT NULL AS started;
SELECT duplicate FROM wf_publish('PING', 'late', message_id => 'p1', ttl => '10 minutes');
SELECT duplicate FROM wf_publish('PING', 'just', message_id => 'p2', ttl => '10 minutes');
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 12:09:59+00';
SELECT to_state FROM wf_send(pg_temp.id('just'), 'GO');
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, to_state FROM pg_temp.heard();
SELECT duplicate FROM wf_publish('PING', 'late', message_id => 'p1');
SET pg_workflow.fake_now = '2026-03-02 12:10+00';
SELECT to_state FROM wf_send(pg_temp.id('late'), 'GO');
SELECT effects_run FROM wf_scheduler_tick();
SELECT count(*) FROM pg_temp.heard() WHERE instance_key = 'late';
SELECT * FROM pg_temp.inbox();
SELECT duplicate FROM wf_publish('PING', 'late', message_id => 'p1');
SELECT expires_at FROM pg_temp.inbox();
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, to_state FROM pg_temp.heard() WHERE instance_key = 'late';
CALL pg_temp.wipe();

-- A paused instance gets it when it goes on; the others at once.
SET pg_workflow.fake_now = '2026-03-02 13:00+00';
SELECT code FROM wf_define('{"id": "m.pause", "initial": "a", "states": {"a": {"on": {"PING": "b"}}, "b": {}}}');
SELECT wf_start('m.pause', instance_key => key, correlation_key => 'all') IS NOT NULL AS started FROM unnest('{runs,rests}'::text[]) AS key;
SELECT paused FROM wf_pause(pg_temp.id('rests'));
SELECT duplicate FROM wf_publish('PING', 'all', message_id => 'p1');
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, to_state FROM pg_temp.heard();
SET pg_workflow.fake_now = '2026-03-02 13:30+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT count(*) FROM wf_incidents_view;
SET pg_workflow.fake_now = '2026-03-02 13:31+00';
SELECT paused FROM wf_resume(pg_temp.id('rests'));
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, to_state FROM pg_temp.heard();
CALL pg_temp.wipe();

-- The publisher's roles count as a sender's; a guard that is false lets the message wait.
SET pg_workflow.fake_now = '2026-03-02 14:00+00';
SELECT code FROM wf_define('{"id": "m.roles", "initial": "a", "context": {"ok": false}, "states": {"a": {"on": {"SIGN": {"target": "b", "roles": ["boss"]}, "FILL": {"actions": {"type": "assign", "params": {"ok": true}}}}},
    "b": {"on": {"SEAL": {"target": "c", "guard": "$.ok == true"}, "FILL": {"actions": {"type": "assign", "params": {"ok": true}}}}}, "c": {"type": "final"}}}');
SELECT wf_start('m.roles', instance_key => 'r') IS NOT NULL AS started;
SELECT duplicate FROM wf_publish('SIGN', 'r', message_id => 'nobody');
SELECT duplicate FROM wf_publish('SEAL', 'r', message_id => 'seal');
SELECT effects_run FROM wf_scheduler_tick();
SELECT current_state FROM wf_instances_view;
SET app.current_user_id = 'anna';
SET app.current_user_role = 'boss';
SELECT duplicate FROM wf_publish('SIGN', 'r', message_id => 'boss');
RESET app.current_user_role;
RESET app.current_user_id;
SELECT effects_run FROM wf_scheduler_tick();
SELECT current_state FROM wf_instances_view;
SELECT to_state FROM wf_send(pg_temp.id('r'), 'FILL');
SELECT effects_run FROM wf_scheduler_tick();
SELECT seq, kind, event, actor_user_id, actor_role, to_state FROM wf_steps_view ORDER BY seq;
CALL pg_temp.wipe();

-- A receiver whose transition fails is an incident, tried again, and leaves the others alone; when it goes through, the incident is closed.
SET pg_workflow.fake_now = '2026-03-02 15:00+00';
CREATE SCHEMA demo;
CREATE FUNCTION demo.broken(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF context ->> 'who' = current_setting('demo.broken', true) THEN RAISE EXCEPTION 'the balance is unknown' USING ERRCODE = 'HR001'; END IF;
    RETURN true;
END $$;
SELECT code FROM wf_define('{"id": "m.fails", "initial": "a", "states": {"a": {"on": {"PING": {"target": "b", "guard": {"type": "demo.broken"}}}}, "b": {}}}');
SELECT wf_start('m.fails', jsonb_build_object('who', key), instance_key => key, correlation_key => 'all') IS NOT NULL AS started FROM unnest('{f1,f2,f3}'::text[]) AS key;
SET demo.broken = 'f2';
SELECT duplicate FROM wf_publish('PING', 'all', message_id => 'p1');
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, to_state FROM pg_temp.heard();
SELECT kind, what, pg_temp.without_ids(error) AS error, attempts, next_attempt_at FROM wf_incidents_view;
SET pg_workflow.fake_now = '2026-03-02 15:00:30+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT kind, attempts, next_attempt_at FROM wf_incidents_view;
SET demo.broken = '';
SET pg_workflow.fake_now = '2026-03-02 15:01:30+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, to_state FROM pg_temp.heard();
SELECT count(*) FROM wf_incidents_view;
SELECT message_id, attempts, incident FROM pg_temp.inbox();
-- The incident of a published message is closed for its receiver: it is not tried there again.
SET demo.broken = 'f9';
SELECT wf_start('m.fails', '{"who": "f9"}', instance_key => 'f9') AS f9 \gset
SELECT duplicate FROM wf_publish('PING', 'f9');
SELECT effects_run FROM wf_scheduler_tick();
SELECT kind, what, instance_id = :'f9' AS of_f9 FROM wf_incidents_view WHERE instance_id = :'f9';
SELECT wf_close_incident(:'f9', incident_id, 'seen') IS NOT NULL AS closed FROM wf_incidents_view WHERE instance_id = :'f9';
SET demo.broken = '';
SELECT set_config('pg_workflow.fake_now', (wf.now() + interval '1 hour')::text, false) IS NOT NULL AS an_hour_later;
SELECT effects_run FROM wf_scheduler_tick();
SELECT current_state FROM wf_instances_view WHERE instance_id = :'f9';
SELECT seq, kind, note FROM wf_steps_view WHERE instance_id = :'f9' ORDER BY seq;
SELECT count(*) FROM wf_incidents_view WHERE instance_id = :'f9';

DROP SCHEMA demo CASCADE;
CALL pg_temp.wipe();

-- Organizations: a key, and a message id, are theirs.
\set red  '11111111-1111-7111-8111-111111111111'
\set blue '22222222-2222-7222-8222-222222222222'
SET pg_workflow.fake_now = '2026-03-02 16:00+00';
SELECT code FROM wf_define('{"id": "m.org", "initial": "a", "states": {"a": {"on": {"PING": "b"}}, "b": {}}}', organization_id => '00000000-0000-0000-0000-000000000000');
SELECT wf_start('m.org', instance_key => 'red', correlation_key => 'same', organization_id => :'red') IS NOT NULL AS started,
       wf_start('m.org', instance_key => 'blue', correlation_key => 'same', organization_id => :'blue') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_publish('PING', 'same', message_id => 'p1')$$);
SELECT duplicate FROM wf_publish('PING', 'same', message_id => 'p1', organization_id => :'red');
SELECT effects_run FROM wf_scheduler_tick(organization_id => :'blue');
SELECT instance_key, current_state FROM wf_instances_view ORDER BY 1;
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, current_state FROM wf_instances_view ORDER BY 1;
SELECT duplicate FROM wf_publish('PING', 'same', message_id => 'p1', organization_id => :'blue');
SELECT effects_run FROM wf_scheduler_tick(organization_id => :'red');
SELECT instance_key, current_state FROM wf_instances_view ORDER BY 1;
SELECT effects_run FROM wf_scheduler_tick(organization_id => :'blue');
SELECT instance_key, current_state FROM wf_instances_view ORDER BY 1;
CALL pg_temp.wipe();

-- Mistakes, and a transaction that is rolled back: nothing was said.
CALL pg_temp.try($$SELECT wf_publish(NULL, 'k')$$);
CALL pg_temp.try($$SELECT wf_publish('E', NULL)$$);
CALL pg_temp.try($$SELECT wf_publish('', 'k')$$);
CALL pg_temp.try($$SELECT wf_publish('E', ' ')$$);
CALL pg_temp.try($$SELECT wf_publish('E', 'k', message_id => '')$$);
CALL pg_temp.try($$SELECT wf_publish('done.invoke.x', 'k')$$);
CALL pg_temp.try($$SELECT wf_publish('E', 'k', ttl => NULL)$$);
CALL pg_temp.try($$SELECT wf_publish('E', 'k', ttl => '0')$$);
CALL pg_temp.try($$SELECT wf_publish('E', 'k', ttl => '-1 day')$$);
CALL pg_temp.try($$SELECT wf_publish('E', 'k', ttl => '300000 years')$$);
CALL pg_temp.try($$SELECT wf_publish('E', 'k', jsonb_build_object('big', repeat('x', 1100000)))$$);
BEGIN;
SELECT duplicate FROM wf_publish('E', 'k', message_id => 'gone');
ROLLBACK;
SELECT count(*) FROM pg_temp.inbox();

-- An id is free again when the time of its message is over, whether or not a batch has been by.
SELECT duplicate FROM wf_publish('E', 'k', message_id => 'again', ttl => '1 minute');
SELECT duplicate FROM wf_publish('E', 'k', message_id => 'again');
SELECT set_config('pg_workflow.fake_now', (wf.now() + interval '1 minute')::text, false) IS NOT NULL AS a_minute_later;
SELECT duplicate FROM wf_publish('E', 'k', message_id => 'again');

RESET pg_workflow.fake_now;
CALL pg_temp.wipe();
