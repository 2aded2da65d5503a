-- Invokes: the answers of external workers, their failures and retries, leases, and what becomes of answers that
-- nobody waits for. The clock stands still unless a line moves it.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-01-05 09:00+00';
SET timezone = 'UTC';
SET client_min_messages = warning;

SELECT code, version FROM wf_define($${
  "id": "charge",
  "initial": "paying",
  "states": {
    "paying": {
      "invoke": { "src": "bank.charge", "input": { "amount": "$.amount" },
                  "retry": { "maximum_attempts": 2, "initial_interval": "PT10S", "jitter": "none",
                             "non_retryable_errors": ["card_declined"] },
                  "onDone": { "target": "paid", "actions": { "type": "assign", "params": { "ref": "$event.output.ref" } } },
                  "onError": { "target": "unpaid", "actions": { "type": "assign", "params": { "why": "$event.error.type" } } } },
      "on": { "GIVE_UP": "unpaid" }
    },
    "paid": { "on": { "AGAIN": "paying", "CLOSE": "closed" } },
    "unpaid": { "on": { "AGAIN": "paying", "CLOSE": "closed" } },
    "closed": { "type": "final" }
  }
}$$);

-- What the views say, by instance key.
CREATE VIEW place AS
SELECT instance_key, current_state, status, context FROM wf_instances_view;
CREATE VIEW outbox AS
SELECT i.instance_key, e.effect_smart_code AS code, e.effect_status, e.attempt_count AS attempts, e.next_retry_at,
    e.last_error, e.output
FROM wf_effects_view AS e JOIN wf_instances_view AS i USING (instance_id)
ORDER BY e.created_at, e.effect_id;
CREATE VIEW trouble AS
SELECT n.* FROM wf_incidents_view AS n JOIN wf_instances_view AS i USING (instance_id)
WHERE i.definition_code IN ('charge', 'fragile', 'deaf');

-- One effect, claimed once, completed once.
SELECT wf_start('charge', '{"amount": 80}', instance_key => 'one') AS one \gset
SELECT code, params, attempt, idempotency_key = effect_id::text AS keyed, lease_until
FROM wf_claim_effects('w1', codes => ARRAY['bank.charge']);
SELECT count(*) AS nothing_left FROM wf_claim_effects('w2', codes => ARRAY['bank.charge']);
SELECT effect_id AS e FROM wf_effects_view WHERE instance_id = :'one' \gset
-- Another worker, another attempt: neither holds it.
SELECT status, error FROM wf_complete_effects('w2', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e']::uuid[], ARRAY[2]);
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1], ARRAY['{"ref": "R-1"}']::jsonb[]);
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1], ARRAY['{"ref": "R-2"}']::jsonb[]);
SELECT status, error FROM wf_complete_effects('w1', ARRAY['00000000-0000-0000-0000-000000000001']::uuid[], ARRAY[1]);
SELECT * FROM place WHERE instance_key = 'one';
SELECT seq, kind, event, from_state, to_state FROM wf_steps_view WHERE instance_id = :'one' ORDER BY seq;

-- A failure is tried again when its interval is over, and no sooner.
SELECT wf_start('charge', '{"amount": 5}', instance_key => 'two') AS two \gset
SELECT effect_id AS e FROM wf_claim_effects('w1', codes => ARRAY['bank.charge']) \gset
SELECT status, error
FROM wf_fail_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1], ARRAY['{"type": "timeout", "message": "no answer"}']::jsonb[]);
SELECT effect_status, attempts, next_retry_at, last_error FROM outbox WHERE instance_key = 'two';
SELECT effects_failed FROM wf_steps_view WHERE instance_id = :'two' AND seq = 1;
SET pg_workflow.fake_now = '2026-01-05 09:00:09+00';
SELECT count(*) AS too_early FROM wf_claim_effects('w1', codes => ARRAY['bank.charge']);
SET pg_workflow.fake_now = '2026-01-05 09:00:10+00';
SELECT attempt FROM wf_claim_effects('w1', codes => ARRAY['bank.charge']);
-- The second of two attempts was the last: the definition catches the failure.
SELECT status, error
FROM wf_fail_effects('w1', ARRAY[:'e']::uuid[], ARRAY[2], ARRAY['{"type": "timeout", "message": "no answer"}']::jsonb[]);
SELECT * FROM place WHERE instance_key = 'two';
SELECT count(*) AS incidents FROM trouble;

-- An error that is not worth another attempt.
SELECT wf_start('charge', '{"amount": 6}', instance_key => 'three') AS three \gset
SELECT effect_id AS e FROM wf_claim_effects('w1', codes => ARRAY['bank.charge']) \gset
SELECT status, error FROM wf_fail_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1], ARRAY['{"type": "card_declined"}']::jsonb[]);
SELECT * FROM place WHERE instance_key = 'three';

-- A lease that ends is a failed attempt; its holder comes too late.
SELECT wf_start('charge', '{"amount": 7}', instance_key => 'four') AS four \gset
SELECT effect_id AS e FROM wf_claim_effects('w1', codes => ARRAY['bank.charge'], lease => interval '1 minute') \gset
SELECT status, error FROM wf_extend_leases('w1', ARRAY[:'e']::uuid[], ARRAY[1], interval '5 minutes');
SET pg_workflow.fake_now = '2026-01-05 09:04+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT effect_status, attempts FROM outbox WHERE instance_key = 'four';
SET pg_workflow.fake_now = '2026-01-05 09:06+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT effect_status, attempts, next_retry_at, last_error ->> 'type' AS type FROM outbox WHERE instance_key = 'four';
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT to_state FROM wf_send(:'four', 'GIVE_UP');
SELECT effect_status FROM outbox WHERE instance_key = 'four';

-- A success that comes after its state was left: one incident, nothing moved, nothing repeated.
SELECT wf_start('charge', '{"amount": 8}', instance_key => 'five') AS five \gset
SELECT effect_id AS e FROM wf_claim_effects('w1', codes => ARRAY['bank.charge']) \gset
SELECT to_state FROM wf_send(:'five', 'GIVE_UP');
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1], ARRAY['{"ref": "R-5"}']::jsonb[]);
SELECT * FROM place WHERE instance_key = 'five';
SELECT kind, what, attempts, next_attempt_at FROM trouble;
-- The same after the state was entered anew: the old answer is not the new one's.
SELECT to_state FROM wf_send(:'five', 'AGAIN');
SELECT effect_id AS e2 FROM wf_claim_effects('w1', codes => ARRAY['bank.charge']) \gset
SELECT to_state FROM wf_send(:'five', 'GIVE_UP');
SELECT to_state FROM wf_send(:'five', 'AGAIN');
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e2']::uuid[], ARRAY[1], ARRAY['{"ref": "R-6"}']::jsonb[]);
SELECT * FROM place WHERE instance_key = 'five';
SELECT kind, what FROM trouble;
SET pg_workflow.fake_now = '2026-01-06 09:00+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM place WHERE instance_key = 'five';
SELECT incident_id AS i FROM trouble ORDER BY created_at, incident_id LIMIT 1 \gset
SELECT wf_close_incident(:'five', :'i', 'charged back', 'max');
\set VERBOSITY sqlstate
SELECT wf_close_incident(:'five', :'i');
\set VERBOSITY default
SELECT kind, actor_user_id, note FROM wf_steps_view WHERE instance_id = :'five' ORDER BY seq DESC LIMIT 1;
SELECT wf_close_incident(:'five', incident_id) IS NOT NULL AS closed FROM trouble;
SELECT count(*) AS incidents FROM trouble;

-- A done event whose transition fails: the effect is completed once, its event waits, and goes through when the context
-- is as the guard wants it.
CREATE SCHEMA invoke_test;
CREATE FUNCTION invoke_test.strict_guard(context jsonb, vars jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF NOT context ? 'ready' THEN
        RAISE EXCEPTION 'not ready' USING ERRCODE = 'IN001';
    END IF;
    RETURN true;
END $$;
SELECT code FROM wf_define($${
  "id": "fragile", "initial": "a",
  "states": {
    "a": { "invoke": { "src": "work", "onDone": { "target": "b", "guard": { "type": "invoke_test.strict_guard" } } },
           "on": { "READY": { "actions": { "type": "assign", "params": { "ready": true } } } } },
    "b": { "type": "final" } } }$$);
SELECT wf_start('fragile', instance_key => 'six') AS six \gset
SELECT effect_id AS e FROM wf_claim_effects('w1', codes => ARRAY['work']) \gset
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT kind, what, error, attempts, next_attempt_at FROM trouble;
SELECT effect_status, attempts FROM outbox WHERE instance_key = 'six';
SELECT to_state FROM wf_send(:'six', 'READY');
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM place WHERE instance_key = 'six';
SELECT effect_status, attempts FROM outbox WHERE instance_key = 'six';
SELECT count(*) AS incidents FROM trouble;

-- An answer that no active state takes waits too, and an uncaught failure is an incident of its effect.
SELECT code FROM wf_define($${
  "id": "deaf", "initial": "a",
  "states": { "a": { "invoke": { "src": "deaf.work", "retry": { "maximum_attempts": 1 } },
                     "on": { "GO": "b" } }, "b": { "type": "final" } } }$$);
SELECT wf_start('deaf', instance_key => 'seven') AS seven, wf_start('deaf', instance_key => 'eight') AS eight \gset
SELECT effect_id AS e7 FROM wf_effects_view WHERE instance_id = :'seven' \gset
SELECT effect_id AS e8 FROM wf_effects_view WHERE instance_id = :'eight' \gset
SELECT count(*) FROM wf_claim_effects('w1', codes => ARRAY['deaf.work']);
SELECT status, error FROM wf_complete_effects('w1', ARRAY[:'e7']::uuid[], ARRAY[1]);
SELECT status, error FROM wf_fail_effects('w1', ARRAY[:'e8']::uuid[], ARRAY[1], ARRAY['{"type": "x", "message": "broken"}']::jsonb[]);
SELECT i.instance_key, n.kind, n.what, n.error, n.next_attempt_at
FROM trouble AS n JOIN wf_instances_view AS i USING (instance_id) ORDER BY 1;

-- Bad calls.
SELECT * FROM wf_claim_effects(NULL);
SELECT * FROM wf_claim_effects('w1', max_effects => 0);
SELECT * FROM wf_claim_effects('w1', lease => interval '-1 second');
SELECT * FROM wf_complete_effects('w1', ARRAY[:'e7']::uuid[], ARRAY[1, 2]);
SELECT * FROM wf_complete_effects('w1', ARRAY[NULL]::uuid[], ARRAY[1]);
SELECT * FROM wf_fail_effects('w1', ARRAY[:'e7']::uuid[], NULL);

-- An event that comes too early waits in the inbox until its instance takes it.
SELECT code FROM wf_define($${
  "id": "early", "initial": "a",
  "states": { "a": { "on": { "GO": "b" } }, "b": { "on": { "END": { "target": "c", "roles": ["boss"] } } },
              "c": { "type": "final" } } }$$);
SELECT wf_start('early', instance_key => 'nine') AS nine \gset
SELECT seq, to_state FROM wf_send(:'nine', 'END', roles => ARRAY['boss'], actor => 'max', unmatched => 'buffer');
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM place WHERE instance_key = 'nine';
SELECT to_state FROM wf_send(:'nine', 'GO');
SELECT effects_run FROM wf_scheduler_tick();
SELECT seq, kind, event, actor_user_id, actor_role, to_state FROM wf_steps_view WHERE instance_id = :'nine' ORDER BY seq;

-- A key holds for an event that waits, and for one that was dropped.
SELECT wf_start('early', instance_key => 'ten') AS ten, wf_start('early', instance_key => 'eleven') AS eleven \gset
SELECT seq, replayed FROM wf_send(:'ten', 'END', roles => ARRAY['boss'], idempotency_key => 'k', unmatched => 'buffer');
SELECT seq, replayed FROM wf_send(:'ten', 'END', roles => ARRAY['boss'], idempotency_key => 'k', unmatched => 'buffer');
SELECT to_state FROM wf_send(:'ten', 'GO');
SELECT effects_run FROM wf_scheduler_tick();
SELECT seq, to_state, replayed FROM wf_send(:'ten', 'END', roles => ARRAY['boss'], idempotency_key => 'k');
SELECT count(*) AS steps FROM wf_steps_view WHERE instance_id = :'ten';
SELECT replayed FROM wf_send(:'eleven', 'END', roles => ARRAY['boss'], idempotency_key => 'k', unmatched => 'ignore');
SELECT to_state FROM wf_send(:'eleven', 'GO');
SELECT to_state, replayed FROM wf_send(:'eleven', 'END', roles => ARRAY['boss'], idempotency_key => 'k');
SELECT seq, kind, event, from_state, to_state FROM wf_steps_view WHERE instance_id = :'eleven' ORDER BY seq;

DROP VIEW place, outbox, trouble;
DROP SCHEMA invoke_test CASCADE;
