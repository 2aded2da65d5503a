-- Effects in the hands of workers and operators: retry times, turns of organizations, limits, holds, retries by hand and
-- skipped effects. The clock stands still unless a line moves it.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-01-05 09:00+00';

CREATE TEMP VIEW outbox AS
SELECT i.instance_key AS key, e.effect_smart_code AS code, e.effect_status AS status, e.attempt_count AS attempts,
    e.next_retry_at, e.last_error, e.output
FROM wf_effects_view AS e JOIN wf_instances_view AS i USING (instance_id)
ORDER BY e.created_at, e.effect_id;

-- Claims every effect of a code that is due and lets this attempt fail.
CREATE PROCEDURE pg_temp.fail(code text, error jsonb) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM f.status
    FROM (SELECT array_agg(effect_id) AS ids, array_agg(attempt) AS attempts FROM wf_claim_effects('w', codes => ARRAY[code], max_effects => 1000)) AS c
    CROSS JOIN LATERAL wf_fail_effects('w', c.ids, c.attempts, array_fill(error, ARRAY[cardinality(c.ids)])) AS f;
END $$;

-- Without jitter the policy's times, to the second: 10 s, doubled, at most 35 s, five attempts.
SELECT code FROM wf_define($${ "id": "exact", "initial": "a", "states": { "a": { "entry": { "type": "exact.send",
    "retry": { "maximum_attempts": 5, "initial_interval": "PT10S", "backoff_coefficient": 2, "maximum_interval": "PT35S",
               "jitter": "none", "non_retryable_errors": ["card_declined", "22012"] } } } } }$$);
\set key exact
SELECT wf_start('exact', instance_key => :'key') IS NOT NULL AS started;
CALL pg_temp.fail('exact.send', '{"type": "timeout"}');
SELECT status, attempts, next_retry_at, last_error FROM pg_temp.outbox ORDER BY key = :'key' DESC LIMIT 1;
SET pg_workflow.fake_now = '2026-01-05 09:00:09.999999+00';
SELECT count(*) AS too_early FROM wf_claim_effects('w');
SET pg_workflow.fake_now = '2026-01-05 09:00:10+00';
CALL pg_temp.fail('exact.send', '{"type": "timeout"}');
SELECT status, attempts, next_retry_at, last_error FROM pg_temp.outbox ORDER BY key = :'key' DESC LIMIT 1;
SET pg_workflow.fake_now = '2026-01-05 09:00:30+00';
CALL pg_temp.fail('exact.send', '{"type": "timeout"}');
SELECT status, attempts, next_retry_at, last_error FROM pg_temp.outbox ORDER BY key = :'key' DESC LIMIT 1;
SET pg_workflow.fake_now = '2026-01-05 09:01:05+00';
-- The other side asks for more time than the policy, then for less.
CALL pg_temp.fail('exact.send', '{"type": "busy", "retry_after": "PT2M"}');
SELECT status, attempts, next_retry_at, last_error FROM pg_temp.outbox ORDER BY key = :'key' DESC LIMIT 1;
SET pg_workflow.fake_now = '2026-01-05 09:03:05+00';
CALL pg_temp.fail('exact.send', '{"type": "busy", "retry_after": 1000}');
SELECT status, attempts, next_retry_at, last_error FROM pg_temp.outbox ORDER BY key = :'key' DESC LIMIT 1;
\set key impatient
SELECT wf_start('exact', instance_key => :'key') IS NOT NULL AS started;
CALL pg_temp.fail('exact.send', '{"type": "busy", "retry_after": 1000}');
SELECT status, attempts, next_retry_at, last_error FROM pg_temp.outbox ORDER BY key = :'key' DESC LIMIT 1;
-- An error that is not worth another attempt, and a worker that knows so itself.
\set key declined
SELECT wf_start('exact', instance_key => :'key') IS NOT NULL AS started;
CALL pg_temp.fail('exact.send', '{"type": "card_declined"}');
SELECT status, attempts, next_retry_at, last_error FROM pg_temp.outbox ORDER BY key = :'key' DESC LIMIT 1;
SELECT wf_start('exact', instance_key => 'hopeless') IS NOT NULL AS started;
SELECT effect_id AS hopeless FROM wf_claim_effects('w') \gset
SELECT status, error FROM wf_fail_effects('w', ARRAY[:'hopeless']::uuid[], ARRAY[1], retryable => false);
SELECT key, status, attempts, last_error FROM pg_temp.outbox WHERE key = 'hopeless';

-- With full jitter (the default) somewhere within the interval: 30 s after the first attempt, 60 s after the second.
SELECT code FROM wf_define('{ "id": "jitter", "initial": "a", "states": { "a": { "entry": "jitter.send" } } }');
SELECT count(wf_start('jitter')) FROM generate_series(1, 200);
CALL pg_temp.fail('jitter.send', NULL);
SELECT status, attempts, count(*), bool_and(next_retry_at - wf.now() BETWEEN '0 s' AND '30 s') AS within,
    min(next_retry_at) < wf.now() + '10 s' AS some_soon, max(next_retry_at) > wf.now() + '20 s' AS some_late
FROM pg_temp.outbox WHERE code = 'jitter.send' GROUP BY 1, 2;
SET pg_workflow.fake_now = '2026-01-05 09:04+00';
CALL pg_temp.fail('jitter.send', NULL);
SELECT status, attempts, count(*), bool_and(next_retry_at - wf.now() BETWEEN '0 s' AND '60 s') AS within,
    min(next_retry_at) < wf.now() + '20 s' AS some_soon, max(next_retry_at) > wf.now() + '40 s' AS some_late
FROM pg_temp.outbox WHERE code = 'jitter.send' GROUP BY 1, 2;
SET pg_workflow.fake_now = '2026-01-05 09:05+00';
CALL pg_temp.fail('jitter.send', NULL);
SELECT status, attempts, count(*) FROM pg_temp.outbox WHERE code = 'jitter.send' GROUP BY 1, 2;
CALL pg_temp.wipe();

-- An expired lease is a failed attempt; whoever held it comes too late, each answer naming worker and attempt.
SELECT code FROM wf_define($${ "id": "lease", "initial": "a", "states": { "a": { "entry": { "type": "lease.send",
    "retry": { "initial_interval": 0 } } } } }$$);
SELECT wf_start('lease', instance_key => 'lease') IS NOT NULL AS started;
SELECT effect_id AS e, attempt FROM wf_claim_effects('w1', lease => '30 seconds') \gset
SET pg_workflow.fake_now = '2026-01-05 09:05:31+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT status, attempts, last_error FROM pg_temp.outbox;
SELECT attempt FROM wf_claim_effects('w2');
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT status, error FROM wf_fail_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT status, error FROM wf_extend_leases('w1', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT status, error FROM wf_complete_effects('w2', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT status, error FROM wf_complete_effects('w2', ARRAY[:'e']::uuid[], ARRAY[2]);
SELECT status, error FROM wf_fail_effects('w2', ARRAY[:'e']::uuid[], ARRAY[2]);
CALL pg_temp.wipe();

-- Organizations take turns: a backlog of one does not hold up the others, however few are taken at once.
CREATE FUNCTION pg_temp.org(number integer) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN lpad(number::text, 32, '0')::uuid;
SELECT code FROM wf_define('{ "id": "turns", "initial": "a", "states": { "a": { "entry": "turns.send" } } }',
    organization_id => pg_temp.org(0));
SELECT count(wf_start('turns', organization_id => pg_temp.org(1))) FROM generate_series(1, 300);
SELECT count(wf_start('turns', organization_id => pg_temp.org(o))) FROM generate_series(2, 4) AS o, generate_series(1, 5);
CREATE TEMP VIEW running AS
SELECT right(organization_id::text, 3) AS organization, effect_smart_code AS code, count(*) FROM wf_effects_view
WHERE effect_status = 'EXECUTING' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FROM wf_claim_effects('w', max_effects => 40);
TABLE pg_temp.running;
SELECT count(*) FROM wf_claim_effects('w', max_effects => 1);
SELECT count(*) FROM wf_claim_effects('w', max_effects => 1000);
TABLE pg_temp.running;
CALL pg_temp.wipe();
-- More organizations than one look sees, each with more than its share: nobody waits longer than the others.
SELECT code FROM wf_define('{ "id": "turns", "initial": "a", "states": { "a": { "entry": "turns.send" } } }',
    organization_id => pg_temp.org(0));
SELECT count(wf_start('turns', organization_id => pg_temp.org(o))) FROM generate_series(1, 150) AS o, generate_series(1, 3);
DO $$
BEGIN
    FOR claim IN 1 .. 15 LOOP
        PERFORM FROM wf_claim_effects('w', max_effects => 10);
    END LOOP;
END $$;
SELECT count(*) AS organizations, min(count) AS least, max(count) AS most FROM pg_temp.running;
-- A worker of one organization gets nothing of the others.
SELECT count(*) FROM wf_claim_effects('w', organization_id => pg_temp.org(7));
SELECT count(*) FROM wf_claim_effects('w', organization_id => pg_temp.org(7));
CALL pg_temp.wipe();

-- A claim reads what it takes, not what waits, and an answer what it answers; plans made for empty tables included.
SELECT code FROM wf_define(format('{ "id": "many", "initial": "a", "states": { "a": { "entry": [%s] } } }',
    array_to_string(array_fill('"many.send"'::text, ARRAY[100]), ', '))::json, organization_id => pg_temp.org(0));
SELECT count(*) AS nothing FROM wf_claim_effects('w');
SELECT count(*) AS nothing FROM wf_complete_effects('w', ARRAY['00000000-0000-0000-0000-000000000001']::uuid[], ARRAY[1]);
SELECT count(wf_start('many', organization_id => pg_temp.org(1))) FROM generate_series(1, 100);
SELECT count(wf_start('many', organization_id => pg_temp.org(o))) FROM generate_series(2, 3) AS o;
-- Or the counters of a transaction begin with what was not reported yet.
SELECT pg_stat_force_next_flush();
BEGIN;
SELECT array_agg(effect_id) AS ids, array_agg(attempt) AS attempts, count(DISTINCT organization_id) AS organizations
FROM wf_claim_effects('w', max_effects => 99) \gset
SELECT :organizations AS organizations;
SELECT relname, seq_tup_read, idx_tup_fetch < 300 AS few FROM pg_stat_xact_user_tables
WHERE relid IN ('wf.effect'::regclass, 'wf.instance'::regclass) ORDER BY 1;
COMMIT;
SELECT pg_stat_force_next_flush();
BEGIN;
SELECT count(*) FROM wf_complete_effects('w', :'ids', :'attempts');
SELECT relname, seq_tup_read, idx_tup_fetch < 300 AS few FROM pg_stat_xact_user_tables
WHERE relid IN ('wf.effect'::regclass, 'wf.instance'::regclass) ORDER BY 1;
COMMIT;
CALL pg_temp.wipe();

-- Limits of a definition count, for each organization, the effects of each code that this definition has queued.
SELECT code FROM wf_define($${ "id": "limited", "initial": "a", "limits": { "max_concurrent": 3 },
    "states": { "a": { "entry": ["one.send", "two.send"] } } }$$, organization_id => pg_temp.org(0));
SELECT code FROM wf_define('{ "id": "free", "initial": "a", "states": { "a": { "entry": "one.send" } } }',
    organization_id => pg_temp.org(0));
SELECT count(wf_start('limited', organization_id => pg_temp.org(o))) FROM generate_series(1, 2) AS o, generate_series(1, 10);
SELECT count(wf_start('free', organization_id => pg_temp.org(1))) FROM generate_series(1, 4);
SELECT count(*) FROM wf_claim_effects('w', max_effects => 1000);
TABLE pg_temp.running;
SELECT count(*) FROM wf_claim_effects('w', max_effects => 1000);
-- Whatever ends makes room, however it ends.
SELECT effect_id AS done, effect_id AS failed FROM wf_effects_view
WHERE effect_status = 'EXECUTING' AND effect_smart_code = 'two.send' AND organization_id = pg_temp.org(1) LIMIT 1 \gset
SELECT status FROM wf_complete_effects('w', ARRAY[:'done']::uuid[], ARRAY[1]);
SELECT effect_id AS failed FROM wf_effects_view
WHERE effect_status = 'EXECUTING' AND effect_smart_code = 'two.send' AND organization_id = pg_temp.org(1) LIMIT 1 \gset
SELECT status FROM wf_fail_effects('w', ARRAY[:'failed']::uuid[], ARRAY[1], retryable => false);
SELECT code, right(organization_id::text, 2) AS organization FROM wf_claim_effects('w', max_effects => 1000);
CALL pg_temp.wipe();
SET pg_workflow.fake_now = '2026-01-05 09:06+00';
-- A rate: so many begin in any second, those that ended meanwhile included. A change of the limit counts at once.
SELECT code FROM wf_define($${ "id": "rate", "initial": "a", "limits": { "per_second": 4 },
    "states": { "a": { "entry": "rate.send" } } }$$);
SELECT count(wf_start('rate')) FROM generate_series(1, 30);
CREATE FUNCTION pg_temp.done() RETURNS bigint LANGUAGE sql
RETURN (SELECT count(d.status) FROM (SELECT array_agg(effect_id) AS ids, array_agg(attempt) AS attempts FROM wf_claim_effects('w')) AS c
        CROSS JOIN LATERAL wf_complete_effects('w', c.ids, c.attempts) AS d WHERE c.ids IS NOT NULL);
SELECT pg_temp.done();
SELECT pg_temp.done();
SET pg_workflow.fake_now = '2026-01-05 09:06:00.999999+00';
SELECT pg_temp.done();
SET pg_workflow.fake_now = '2026-01-05 09:06:01+00';
SELECT pg_temp.done();
SELECT version FROM wf_define($${ "id": "rate", "initial": "a", "limits": { "per_second": 0.5 },
    "states": { "a": { "entry": "rate.send" } } }$$);
SET pg_workflow.fake_now = '2026-01-05 09:06:02.5+00';
SELECT pg_temp.done();
SET pg_workflow.fake_now = '2026-01-05 09:06:03.1+00';
SELECT pg_temp.done();
SELECT pg_temp.done();
SET pg_workflow.fake_now = '2026-01-05 09:06:05.1+00';
SELECT pg_temp.done();
-- Counting needs to see what others have committed.
SET pg_workflow.fake_now = '2026-01-05 09:07+00';
BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL pg_temp.try($$SELECT * FROM wf_claim_effects('w')$$);
ROLLBACK;
CALL pg_temp.wipe();
-- Limits of a handler count all that it serves of a code: here of every organization.
SELECT wf_register_handler('mail.*', 'worker', '{"limits": {"max_concurrent": 6}}', organization_id => pg_temp.org(0));
SELECT code FROM wf_define('{ "id": "mail", "initial": "a", "states": { "a": { "entry": ["mail.letter", "mail.parcel"] } } }',
    organization_id => pg_temp.org(0));
SELECT count(wf_start('mail', organization_id => pg_temp.org(o))) FROM generate_series(1, 3) AS o, generate_series(1, 10);
SELECT count(*) FROM wf_claim_effects('w', max_effects => 1000);
TABLE pg_temp.running;
CALL pg_temp.wipe();

-- Holds: nothing is given away, no attempt is lost, other codes and organizations go on.
SELECT code FROM wf_define('{ "id": "held", "initial": "a", "states": { "a": { "entry": ["bank", "bank.pay", "banker.pay", "mail"] } } }',
    organization_id => pg_temp.org(0));
SELECT count(wf_start('held', instance_key => o::text, organization_id => pg_temp.org(o))) FROM generate_series(1, 2) AS o;
SELECT code, held_at, reason, held_by, effects_waiting FROM wf_hold_effects('bank.*', 'the bank is down', 'olga', pg_temp.org(1));
SELECT held_at, reason, held_by, effects_waiting FROM wf_hold_effects('bank.*', 'again', 'max', pg_temp.org(1));
SELECT right(organization_id::text, 2) AS organization, code, attempt FROM wf_claim_effects('w') ORDER BY 1, 2;
SET app.current_user_id = 'olga';
SELECT * FROM wf_release_effects('bank.*', pg_temp.org(1));
SELECT * FROM wf_release_effects('bank.*', pg_temp.org(1));
SELECT right(organization_id::text, 2) AS organization, code, attempt FROM wf_claim_effects('w') ORDER BY 1, 2;
-- A hold without an organization is for all of them.
SELECT code, effects_waiting FROM wf_hold_effects('*');
SELECT count(wf_start('held', organization_id => pg_temp.org(o))) FROM generate_series(1, 2) AS o;
SELECT count(*) FROM wf_claim_effects('w');
SELECT released, effects_waiting FROM wf_release_effects('*');
SELECT count(*) FROM wf_claim_effects('w');
SELECT right(organization_id::text, 2) AS organization, code, reason, held_by, held_as, released_at IS NOT NULL AS released, released_by
FROM wf_holds_view ORDER BY held_at, code;
RESET app.current_user_id;
CALL pg_temp.try($$SELECT * FROM wf_hold_effects('bank*')$$);
CALL pg_temp.try($$SELECT * FROM wf_hold_effects(NULL)$$);
CALL pg_temp.try($$SELECT * FROM wf_release_effects('')$$);
CALL pg_temp.wipe();

-- What failed for good is an incident that names the call to make; the operator makes it, with other params.
SELECT code FROM wf_define($${ "id": "order", "initial": "paying", "states": {
    "paying": { "entry": [{ "type": "mail.send", "params": { "to": "nobody" }, "retry": { "maximum_attempts": 1 } }, "log.it"],
                "invoke": { "src": "bank.pay", "retry": { "maximum_attempts": 1 }, "onDone": {
                    "target": "paid", "actions": { "type": "assign", "params": { "ref": "$event.output.ref" } } } },
                "on": { "LEAVE": "left" } },
    "paid": { "type": "final" }, "left": {} } }$$);
SELECT wf_start('order', instance_key => 'order') IS NOT NULL AS started;
SELECT pg_temp.id('order') AS o \gset
SELECT step_id AS s FROM wf_steps_view WHERE instance_id = :'o' \gset
CALL pg_temp.try(format('SELECT * FROM wf_retry_effects(%L)', :'o'));
CALL pg_temp.fail('mail.send', '{"type": "550", "message": "no such user"}');
CALL pg_temp.fail('bank.pay', '{"type": "closed"}');
SELECT kind, what, error, pg_temp.without_ids(remedy) AS remedy FROM wf_incidents_view ORDER BY what;
SELECT seq, effects_failed FROM wf_steps_view WHERE instance_id = :'o' ORDER BY seq;
SELECT effects_retried, effects_successful, effects_still_failed, retry_summary - 'effects' AS retry_summary
FROM wf_retry_effects(:'o', :'s', effect_filter => ARRAY['mail.*'], retried_by => 'olga', params => '{"to": "ada"}');
SELECT seq, effects_failed FROM wf_steps_view WHERE instance_id = :'o' AND seq = 1;
SELECT what FROM wf_incidents_view;
SELECT code, params, attempt FROM wf_claim_effects('w', codes => ARRAY['mail.send']);
-- One attempt by hand for each of the policy; then only by force.
SELECT status FROM wf_fail_effects('w', ARRAY(SELECT effect_id FROM wf_effects_view WHERE effect_smart_code = 'mail.send'), ARRAY[2]);
CALL pg_temp.try(format('SELECT * FROM wf_retry_effects(%L, effect_filter => %L)', :'o', '{mail.send}'));
-- Of two that failed one is over its limit: the other is put back.
SELECT effects_retried, retry_summary - 'effects' AS retry_summary FROM wf_retry_effects(:'o');
SELECT effects_retried, retry_summary -> 'effects' -> 0 ->> 'status' AS status
FROM wf_retry_effects(:'o', effect_filter => ARRAY['mail.send'], force_retry => true);
SELECT code, attempt, params FROM wf_claim_effects('w', codes => ARRAY['mail.send', 'bank.pay']) ORDER BY code;
SELECT status FROM wf_complete_effects('w', ARRAY(SELECT effect_id FROM wf_effects_view WHERE effect_smart_code = 'mail.send'), ARRAY[3]);
CALL pg_temp.try(format('SELECT * FROM wf_retry_effects(%L, effect_filter => %L)', :'o', '{mail.send}'));
CALL pg_temp.try(format('SELECT * FROM wf_retry_effects(%L, effect_filter => %L)', :'o', '{no.such}'));
CALL pg_temp.try(format('SELECT * FROM wf_retry_effects(%L, step_id => %L)', :'o', :'o'));
CALL pg_temp.try(format('SELECT * FROM wf_retry_effects(%L)', :'s'));
CALL pg_temp.try('SELECT * FROM wf_retry_effects(NULL)');
-- The worker that has the payment is slow; the operator knows how it went and says so in its place.
SELECT effect_id AS e FROM wf_effects_view WHERE effect_smart_code = 'bank.pay' \gset
SELECT code, previous_status, status, to_state FROM wf_skip_effect(:'e', '{"ref": "by hand"}', 'seen on the statement', 'olga');
SELECT status, error FROM wf_complete_effects('w', ARRAY[:'e']::uuid[], ARRAY[2]);
SELECT current_state, context FROM wf_instances_view WHERE instance_id = :'o';
CALL pg_temp.try(format('SELECT * FROM wf_skip_effect(%L)', :'e'));
CALL pg_temp.try(format('SELECT * FROM wf_skip_effect(%L)', :'o'));
-- An effect that nothing waits for can be skipped too, after the end as well.
SELECT effect_id AS l FROM wf_effects_view WHERE effect_smart_code = 'log.it' \gset
SELECT code, previous_status, status, to_state FROM wf_skip_effect(:'l', reason => 'not needed', skipped_by => 'olga');
SELECT seq, kind, actor_user_id, note, to_state, pg_temp.without_ids(detail::text) AS detail
FROM wf_steps_view WHERE instance_id = :'o' ORDER BY seq;

-- One that waits for its next attempt is put back too; an invoke whose state was left is not.
SELECT wf_start('order', instance_key => 'left') IS NOT NULL AS started;
CALL pg_temp.fail('bank.pay', NULL);
SELECT to_state FROM wf_send(pg_temp.id('left'), 'LEAVE');
CALL pg_temp.try(format('SELECT * FROM wf_retry_effects(%L)', pg_temp.id('left')));
SELECT code FROM wf_define('{ "id": "patient", "initial": "a", "states": { "a": { "entry": "slow.send" } } }');
SELECT wf_start('patient', instance_key => 'patient') IS NOT NULL AS started;
CALL pg_temp.fail('slow.send', '{"type": "busy", "retry_after": "P1D"}');
SELECT status, attempts, next_retry_at FROM pg_temp.outbox WHERE code = 'slow.send';
SELECT effects_retried FROM wf_retry_effects(pg_temp.id('patient'));
SELECT attempt FROM wf_claim_effects('w', codes => ARRAY['slow.send']);
-- What an instance has not heard of a failure is void when its effect is put back: the instance is paused meanwhile.
SELECT wf_start('order', instance_key => 'void') IS NOT NULL AS started;
SELECT paused FROM wf_pause(pg_temp.id('void'));
SELECT count(*) AS held_back FROM wf_claim_effects('w', codes => ARRAY['bank.pay']);
SELECT paused FROM wf_resume(pg_temp.id('void'));
SELECT effect_id AS v FROM wf_claim_effects('w', codes => ARRAY['bank.pay']) \gset
SELECT paused FROM wf_pause(pg_temp.id('void'));
SELECT status FROM wf_fail_effects('w', ARRAY[:'v']::uuid[], ARRAY[1]);
SELECT effects_retried FROM wf_retry_effects(pg_temp.id('void'), effect_filter => ARRAY['bank.pay']);
SELECT count(*) AS messages FROM wf.message;
SELECT paused FROM wf_resume(pg_temp.id('void'));
SELECT effect_id = :'v' AS same, attempt FROM wf_claim_effects('w', codes => ARRAY['bank.pay']);
SELECT status FROM wf_complete_effects('w', ARRAY[:'v']::uuid[], ARRAY[2], ARRAY['{"ref": 1}'::jsonb]);
SELECT current_state FROM wf_instances_view WHERE instance_id = pg_temp.id('void');
CALL pg_temp.wipe();

-- Effects of SQL handlers run at once when they are put back: some succeed, some fail again, each on its own.
CREATE SCHEMA outbox_test;
CREATE FUNCTION outbox_test.pay(effect jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    IF effect -> 'params' ->> 'card' = 'bad' THEN
        RAISE EXCEPTION 'the card is refused' USING ERRCODE = 'OB001';
    END IF;
    RETURN jsonb_build_object('paid_with', effect -> 'params' ->> 'card', 'attempt', effect -> 'attempt');
END $$;
SELECT wf_register_handler('pay.*', 'sql', '{"function": "outbox_test.pay", "retry": {"maximum_attempts": 1}}');
SELECT code FROM wf_define($${ "id": "bill", "initial": "due", "states": {
    "due": { "entry": [{ "type": "pay.tax", "params": { "card": "bad" } }, { "type": "pay.tip", "params": { "card": "bad" } }],
             "invoke": { "src": "pay.bill", "input": { "card": "bad" }, "onDone": { "target": "paid",
                 "actions": { "type": "assign", "params": { "with": "$event.output.paid_with" } } } } },
    "paid": {} } }$$);
SELECT wf_start('bill', instance_key => 'bill') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT code, status, attempts, last_error FROM pg_temp.outbox ORDER BY code;
SELECT kind, what, error FROM wf_incidents_view ORDER BY what;
SELECT effects_retried, effects_successful, effects_still_failed, retry_summary - 'effects' AS retry_summary
FROM wf_retry_effects(pg_temp.id('bill'), effect_filter => ARRAY['pay.tip', 'pay.bill'], params => '{"card": "good"}', retried_by => 'olga');
SELECT current_state, context FROM wf_instances_view WHERE instance_key = 'bill';
SELECT effects_retried, effects_successful, effects_still_failed, retry_summary #- '{effects,0,effect_id}' AS retry_summary
FROM wf_retry_effects(pg_temp.id('bill'), force_retry => true, retried_by => 'olga');
SELECT code, status, attempts, last_error, output FROM pg_temp.outbox ORDER BY code;
SELECT kind, what FROM wf_incidents_view;
SELECT seq, kind, actor_user_id, to_state, effects_failed FROM wf_steps_view ORDER BY seq;
-- Held or paused, they wait.
SELECT effects_waiting FROM wf_hold_effects('pay.tax');
SELECT retry_summary - 'effects' AS retry_summary FROM wf_retry_effects(pg_temp.id('bill'), force_retry => true);
SELECT effects_run FROM wf_scheduler_tick();
SELECT effects_waiting FROM wf_release_effects('pay.tax');
SELECT effects_run FROM wf_scheduler_tick();
SELECT paused FROM wf_pause(pg_temp.id('bill'));
SELECT retry_summary - 'effects' AS retry_summary
FROM wf_retry_effects(pg_temp.id('bill'), force_retry => true, params => '{"card": "good"}');
SELECT paused FROM wf_resume(pg_temp.id('bill'));
SELECT effects_run FROM wf_scheduler_tick();
SELECT code, status, attempts FROM pg_temp.outbox ORDER BY code;
-- Limits of a handler count here too: one of three begins in a second.
SELECT wf_register_handler('pay.*', 'sql', '{"function": "outbox_test.pay", "limits": {"per_second": 1}}');
SELECT code FROM wf_define('{ "id": "toll", "initial": "a", "states": { "a": { "entry": ["pay.toll", "pay.toll", "pay.toll"] } } }');
SELECT wf_start('toll') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT effects_run FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-01-05 09:07:01+00';
SELECT effects_run FROM wf_scheduler_tick();
CALL pg_temp.wipe();
SET client_min_messages = error;
DROP SCHEMA outbox_test CASCADE;
