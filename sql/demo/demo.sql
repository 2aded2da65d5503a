-- What `make demo` shows: two workflows from their definition to their end, and what is stored on the way.
\set QUIET on
\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
\pset border 1
SET client_min_messages = warning;
-- The demo moves its own clock, so that nobody waits for a timer.
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SET timezone = 'UTC';

\echo
\echo '=== LEAVE_APPROVAL: an approval in the flat form ==================================='
\echo
\echo 'A guard of the definition is a code; here it is bound to a SQL function.'
CREATE SCHEMA hr;
CREATE FUNCTION hr.has_balance(context jsonb, vars jsonb) RETURNS boolean
LANGUAGE sql STABLE
RETURN (vars -> 'event' ->> 'days')::int <= (context ->> 'balance')::int;
SELECT wf_register_guard('HERA.HR.LEAVE.BALANCE', 'hr.has_balance'::regproc) \gset ignore_

\set leave_approval `cat leave_approval.json`
SELECT code, version, created FROM wf_define(:'leave_approval');

\echo 'Anna asks for five days; the definition waits two days for her manager.'
SELECT wf_start('LEAVE_APPROVAL', '{"employee": "anna"}', instance_key => 'leave-2026-17') AS leave_id \gset
SELECT from_state, to_state, status
FROM wf_advance(:'leave_id', 'SUBMITTED', actor_role => 'employee', payload => '{"days": 5}', actor => 'anna');
SELECT timer_name, fire_at, timer_status FROM wf_timers_view WHERE instance_id = :'leave_id';

\echo 'She may not approve it herself:'
\set ON_ERROR_STOP off
SELECT to_state FROM wf_advance(:'leave_id', 'APPROVED', actor_role => 'employee', actor => 'anna');
\set ON_ERROR_STOP on
\echo
\echo 'Her manager may. The second click of a nervous finger has the same nonce and changes nothing:'
SELECT from_state, to_state, status, replayed
FROM wf_advance(:'leave_id', 'APPROVED', actor_role => 'manager', actor => 'max', attempt_nonce => 'click-1');
SELECT from_state, to_state, status, replayed
FROM wf_advance(:'leave_id', 'APPROVED', actor_role => 'manager', actor => 'max', attempt_nonce => 'click-1');

\echo 'Every step, who took it, which guards it passed and which effects it queued:'
SELECT seq, from_state, to_state, actor_user_id AS who, guards_executed, effects_queued
FROM wf_steps_view WHERE instance_id = :'leave_id' ORDER BY seq;
\echo 'The timer went with its state:'
SELECT timer_name, timer_status FROM wf_timers_view WHERE instance_id = :'leave_id';

\echo
\echo '=== order: states within states, in the shape of an XState machine ================='
\echo
\set order `cat order.json`
SELECT code, version, created FROM wf_define(:'order');

\echo 'Two orders in one transaction with the shop''s own table:'
CREATE TABLE shop_order (number int PRIMARY KEY, workflow uuid NOT NULL);
BEGIN;
INSERT INTO shop_order
VALUES (1001, wf_start('order', '{"customer": "berta", "total": 80, "address": "Linz"}', instance_key => '1001')),
       (1002, wf_start('order', '{"customer": "carl", "total": 25, "address": "Graz"}', instance_key => '1002'));
COMMIT;
SELECT workflow AS paid_id FROM shop_order WHERE number = 1001 \gset
SELECT workflow AS late_id FROM shop_order WHERE number = 1002 \gset
SELECT instance_key, current_state, sla_at FROM wf_instances_view WHERE definition_code = 'order' ORDER BY instance_key;

\echo 'Berta pays too little, then all of it; the order is packed and shipped.'
SELECT event, to_state
FROM (VALUES (1, 'PAID', '{"amount": 8}'::jsonb), (2, 'PAID', '{"amount": 80}'), (3, 'PACKED', NULL),
             (4, 'SHIPPED', '{"tracking": "AT-77"}')) AS said (turn, event, payload),
     LATERAL wf_send(:'paid_id', event, payload) AS sent
ORDER BY turn;

\echo 'Carl does not pay. Half an hour later the scheduler looks at what is due:'
SET pg_workflow.fake_now = '2026-03-02 09:31+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT instance_key, current_state, status, context - 'items' AS context
FROM wf_instances_view WHERE definition_code = 'order' ORDER BY instance_key;

\echo 'The steps of both:'
SELECT i.instance_key, s.seq, s.kind, s.event, s.from_state, s.to_state
FROM wf_steps_view AS s JOIN wf_instances_view AS i USING (instance_id)
WHERE i.definition_code = 'order' ORDER BY i.instance_key, s.seq;
\echo 'What waits in the outbox for whoever runs effects:'
SELECT i.instance_key, e.effect_smart_code, e.effect_status, e.params
FROM wf_effects_view AS e JOIN wf_instances_view AS i USING (instance_id)
ORDER BY i.instance_key, e.effect_id;

\echo
\echo '=== kyc: people''s tasks, and four eyes for a high risk ============================='
\echo
\set kyc `cat kyc.json`
SELECT code, version, created FROM wf_define(:'kyc');
SELECT wf_start('kyc', '{"name": "Dora", "email": "dora@example.org"}', instance_key => 'dora') AS kyc_id \gset
SELECT to_state FROM wf_send(:'kyc_id', 'UPLOADED', '{"files": ["passport.pdf"]}');

\echo 'Two services check at once. One finds something, so a person has to look:'
SELECT c.code, d.status
FROM wf_claim_effects('checker', codes => ARRAY['kyc.verify_identity', 'kyc.screen_name']) AS c
CROSS JOIN LATERAL wf_complete_effects('checker', ARRAY[c.effect_id], ARRAY[c.attempt], ARRAY[
    CASE c.code WHEN 'kyc.verify_identity' THEN '{"verdict": "ok"}'::jsonb ELSE '{"risk": "high", "hits": ["D. on a list"]}' END]) AS d
ORDER BY c.code DESC;
SELECT title, task_state, assignee_role, due_at, outcomes, metadata FROM wf_tasks_view WHERE instance_id = :'kyc_id';

\echo 'Kim, of compliance, finds it in her inbox, takes it and approves; the risk is high, so a second person has to agree:'
SELECT task_id AS review_id FROM wf_list_tasks(for_user => 'kim', for_roles => ARRAY['compliance']) \gset
SELECT task_state, assignee_user_id FROM wf_claim_task(:'review_id', 'kim', ARRAY['compliance']);
SELECT task_state, outcome FROM wf_complete_task(:'review_id', 'approve', 'kim', 'another person of that name');
SELECT title, task_state, not_by FROM wf_tasks_view WHERE instance_id = :'kyc_id' ORDER BY created_at, task_id;

\echo 'Kim may not be the second:'
SELECT task_id AS second_id FROM wf_tasks_view WHERE instance_id = :'kyc_id' AND status = 'active' \gset
\set ON_ERROR_STOP off
SELECT task_state FROM wf_claim_task(:'second_id', 'kim', ARRAY['compliance']);
\set ON_ERROR_STOP on
\echo
\echo 'Nobody else does it in time. An hour after its due date it goes to the manager, as every task that names no ladder of its own:'
SET pg_workflow.fake_now = '2026-03-04 10:31+00';
SELECT tasks_escalated FROM wf_scheduler_tick();
SELECT task_state, assignee_role, escalation_level, sla_at AS next_rung FROM wf_tasks_view WHERE task_id = :'second_id';
SELECT task_state FROM wf_claim_task(:'second_id', 'mona', ARRAY['manager']);
SELECT task_state, outcome, completed_by FROM wf_complete_task(:'second_id', 'approve', 'mona');
SELECT seq, kind, to_state, actor_user_id AS who, note FROM wf_steps_view WHERE instance_id = :'kyc_id' ORDER BY seq;
