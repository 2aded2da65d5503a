-- Pause and resume: timers, deadlines, effects, answers, events that wait, children, and who did it. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

CREATE FUNCTION pg_temp.timers(key text) RETURNS TABLE (name text, fire_at timestamptz, status text, fired_at timestamptz)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT t.timer_name, t.fire_at, t.timer_status, t.fired_at FROM wf_timers_view AS t WHERE t.instance_id = pg_temp.id(key) ORDER BY t.timer_id;
END;
CREATE FUNCTION pg_temp.steps(key text) RETURNS TABLE (seq bigint, kind text, event text, from_state text, to_state text, actor text, note text, detail jsonb)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.seq, s.kind, s.event, s.from_state, s.to_state, s.actor_user_id, s.note, s.detail FROM wf.step AS s WHERE s.instance_id = pg_temp.id(key) ORDER BY s.seq;
END;
CREATE FUNCTION pg_temp.place(key text) RETURNS TABLE (paused boolean, status text, current_state text, sla_at timestamptz, context jsonb)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT i.paused, i.status, i.current_state, i.sla_at, i.context FROM wf_instances_view AS i WHERE i.instance_key = key;
END;

-- Timers and the deadline. Delays: of the state at 10:00, by hand at 09:30. A moment: at 10:05. The deadline: 13:00.
SELECT code FROM wf_define('{"id": "p.clock", "initial": "open", "sla": {"duration": "PT4H"}, "context": {"heard": []}, "states": {
    "open": {"after": {"PT1H": "late"}, "on": {"DELAY": {"actions": "delay.fired"}, "MOMENT": {"actions": "moment.fired"}, "GO": "closed"}},
    "late": {}, "closed": {"type": "final"}}}');
SELECT wf_start('p.clock', instance_key => 'c') IS NOT NULL AS started;
SELECT fire_at FROM wf_set_timer(pg_temp.id('c'), 'DELAY', delay => '30 minutes');
SELECT fire_at FROM wf_set_timer(pg_temp.id('c'), 'MOMENT', fire_at => '2026-03-02 10:05+00');
SELECT * FROM pg_temp.place('c');
SET pg_workflow.fake_now = '2026-03-02 09:10+00';
SELECT instance_id = pg_temp.id('c') AS same, paused, paused_at, pause_reason, paused_by FROM wf_pause(pg_temp.id('c'), 'audit', 'anna');
SELECT * FROM pg_temp.timers('c');
SELECT * FROM pg_temp.place('c');
SELECT paused_instances, overdue_instances FROM wf_metrics_view;
-- Nothing fires, however late it gets, and nothing is due.
SET pg_workflow.fake_now = '2026-03-02 12:10+00';
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT instance_id = pg_temp.id('c') AS same, paused, resumed_at, resumed_by FROM wf_resume(pg_temp.id('c'), 'bert', 'audit done');
-- Paused for 3 hours: the delays move to 13:00 and 12:30, the deadline to 16:00; the moment stays, has passed, and fires at once.
SELECT * FROM pg_temp.timers('c');
SELECT * FROM pg_temp.place('c');
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT name, status, fired_at FROM pg_temp.timers('c') WHERE name = 'MOMENT';
-- Several pauses add up. From 12:20 to 12:50: 13:30, 13:00, 16:30. From 12:55 to 13:55: 14:30, 14:00, 17:30.
SET pg_workflow.fake_now = '2026-03-02 12:20+00';
SELECT paused FROM wf_pause(pg_temp.id('c'));
SET pg_workflow.fake_now = '2026-03-02 12:50+00';
SELECT paused FROM wf_resume(pg_temp.id('c'));
SELECT name, fire_at, status FROM pg_temp.timers('c') WHERE status = 'PENDING';
SELECT sla_at FROM pg_temp.place('c');
SET pg_workflow.fake_now = '2026-03-02 12:55+00';
SELECT paused FROM wf_pause(pg_temp.id('c'));
SET pg_workflow.fake_now = '2026-03-02 13:55+00';
SELECT paused FROM wf_resume(pg_temp.id('c'));
SELECT name, fire_at, status FROM pg_temp.timers('c') WHERE status = 'PENDING';
SELECT sla_at FROM pg_temp.place('c');
-- A delay that begins after a pause is not moved by it, and one that is overdue when the pause comes is overdue after it by as much:
-- due at 14:10, paused from 14:11 to 15:11, it fires at 15:11, for 15:10.
SELECT fire_at FROM wf_set_timer(pg_temp.id('c'), 'LAST', delay => '15 minutes');
SET pg_workflow.fake_now = '2026-03-02 13:59+00';
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 14:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-02 14:11+00';
SELECT paused FROM wf_pause(pg_temp.id('c'));
SET pg_workflow.fake_now = '2026-03-02 15:11+00';
SELECT paused FROM wf_resume(pg_temp.id('c'));
SELECT timers_fired, next_run_at FROM wf_scheduler_tick();
SELECT * FROM pg_temp.timers('c') WHERE status <> 'CANCELLED';
-- The state's own timer is the last: 14:30 and another hour.
SET pg_workflow.fake_now = '2026-03-02 15:30+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT * FROM pg_temp.place('c');
-- Who and why is in the history, and for how long.
SELECT * FROM pg_temp.steps('c') WHERE kind IN ('pause', 'resume');
-- Who is the session's user where nobody is named.
SET app.current_user_id = 'carl';
SELECT paused_by FROM wf_pause(pg_temp.id('c'));
SELECT resumed_by FROM wf_resume(pg_temp.id('c'));
RESET app.current_user_id;
SELECT seq, kind, actor FROM pg_temp.steps('c') ORDER BY seq DESC LIMIT 2;
-- An after that names a moment is one, a delayed raise is a delay. Paused from 15:40 to 16:40.
SELECT code FROM wf_define('{"id": "p.kinds", "initial": "a", "context": {"at": "2026-03-02T17:00:00Z", "in": "PT1H"}, "states": {"a": {
    "entry": {"type": "raise", "event": "X", "delay": "PT1H", "id": "raised"}, "after": {"$.at": "b", "$.in": "c"}}, "b": {}, "c": {}}}');
SET pg_workflow.fake_now = '2026-03-02 15:40+00';
SELECT wf_start('p.kinds', instance_key => 'k') IS NOT NULL AS started;
SELECT paused FROM wf_pause(pg_temp.id('k'));
SET pg_workflow.fake_now = '2026-03-02 16:40+00';
SELECT paused FROM wf_resume(pg_temp.id('k'));
SELECT * FROM pg_temp.timers('k');
SELECT status FROM wf_cancel(pg_temp.id('k'));
-- Without a service level there is no deadline to move, and none appears.
SELECT code FROM wf_define('{"id": "p.plain", "initial": "a", "states": {"a": {"on": {"GO": "b", "BAD": {"target": "b", "roles": ["boss"]}}}, "b": {"on": {"GO": "c"}}, "c": {"type": "final"}}}');
SELECT wf_start('p.plain', instance_key => 'p') IS NOT NULL AS started;
SELECT paused FROM wf_pause(pg_temp.id('p'));
SELECT sla_at FROM pg_temp.place('p');

-- What a paused instance refuses.
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('p'), 'GO')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('p'), 'GO', unmatched => 'ignore')$$);
CALL pg_temp.try($$SELECT wf_advance(pg_temp.id('p'), 'b')$$);
CALL pg_temp.try($$SELECT wf_set_timer(pg_temp.id('p'), 'T', '1 hour')$$);
CALL pg_temp.try($$SELECT wf_pause(pg_temp.id('p'))$$);
SELECT paused FROM wf_resume(pg_temp.id('p'));
CALL pg_temp.try($$SELECT wf_resume(pg_temp.id('p'))$$);
CALL pg_temp.try($$SELECT wf_pause('00000000-0000-7000-8000-000000000000')$$);
CALL pg_temp.try($$SELECT wf_resume('00000000-0000-7000-8000-000000000000')$$);
CALL pg_temp.try($$SELECT wf_pause(NULL)$$);
CALL pg_temp.try($$SELECT wf_resume(NULL)$$);
SELECT fire_at FROM wf_set_timer(pg_temp.id('p'), 'T', delay => '0');
SELECT paused FROM wf_pause(pg_temp.id('p'));
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('p'), (SELECT timer_id FROM wf_timers_view WHERE instance_id = pg_temp.id('p')))$$);
CALL pg_temp.try($$SELECT wf_fire_timer(pg_temp.id('p'), (SELECT timer_id FROM wf_timers_view WHERE instance_id = pg_temp.id('p')), force => true)$$);
-- An answer that was given before is given again: the repeated call comes before the pause.
SELECT paused FROM wf_resume(pg_temp.id('p'));
SELECT to_state, replayed FROM wf_send(pg_temp.id('p'), 'GO', idempotency_key => 'k');
SELECT paused FROM wf_pause(pg_temp.id('p'));
SELECT to_state, replayed FROM wf_send(pg_temp.id('p'), 'GO', idempotency_key => 'k');
-- Its timers can be cancelled, and so can it; then it can neither be paused nor resumed.
SELECT cancelled_timers FROM wf_cancel_timer(pg_temp.id('p'), 'T');
SELECT status FROM wf_cancel(pg_temp.id('p'), 'no use');
CALL pg_temp.try($$SELECT wf_pause(pg_temp.id('p'))$$);
CALL pg_temp.try($$SELECT wf_resume(pg_temp.id('p'))$$);

-- Effects. Those of a paused instance are held, the first attempt and the others; what a worker has already goes on, and its answer waits.
SELECT code FROM wf_define('{"id": "p.pay", "initial": "paying", "states": {
    "paying": {"invoke": {"src": "p.bank", "retry": {"maximum_attempts": 2, "initial_interval": "PT10S", "jitter": "none"},
               "onDone": {"target": "paid", "actions": {"type": "assign", "params": {"ref": "$event.output.ref"}}},
               "onError": {"target": "unpaid", "actions": {"type": "assign", "params": {"why": "$event.error.type"}}}}},
    "paid": {"entry": "p.mail", "type": "final"}, "unpaid": {"type": "final"}}}');
CREATE FUNCTION pg_temp.effects(key text) RETURNS TABLE (code text, status text, attempts integer)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT e.effect_smart_code, e.effect_status, e.attempt_count FROM wf_effects_view AS e WHERE e.instance_id = pg_temp.id(key) ORDER BY e.effect_id;
END;
SET pg_workflow.fake_now = '2026-03-03 09:00+00';
SELECT wf_start('p.pay', instance_key => key) IS NOT NULL AS started FROM unnest('{held,done,fails}'::text[]) AS key;
SELECT paused FROM wf_pause(pg_temp.id('held'));
SELECT count(*) FROM wf_claim_effects('w', ARRAY['p.bank']);
SELECT i.instance_key, e.effect_id AS id FROM wf_effects_view AS e JOIN wf_instances_view AS i USING (instance_id) WHERE i.instance_key = 'done' \gset done_
SELECT i.instance_key, e.effect_id AS id FROM wf_effects_view AS e JOIN wf_instances_view AS i USING (instance_id) WHERE i.instance_key = 'fails' \gset fails_
SELECT paused FROM wf_pause(pg_temp.id('done'));
SELECT paused FROM wf_pause(pg_temp.id('fails'));
SELECT status, error FROM wf_complete_effects('w', ARRAY[:'done_id']::uuid[], ARRAY[1], ARRAY['{"ref": "R-1"}']::jsonb[]);
SELECT status, error FROM wf_fail_effects('w', ARRAY[:'fails_id']::uuid[], ARRAY[1], ARRAY['{"type": "down"}']::jsonb[]);
SELECT 'held' AS key, * FROM pg_temp.effects('held') UNION ALL SELECT 'done', * FROM pg_temp.effects('done') UNION ALL SELECT 'fails', * FROM pg_temp.effects('fails');
-- The answer is in the inbox and no incident; the batch tries it and leaves it there.
SELECT effects_run FROM wf_scheduler_tick();
SET pg_workflow.fake_now = '2026-03-03 09:30+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT count(*) FROM wf_incidents_view;
SELECT m.event, m.payload, m.incident FROM wf.message AS m;
SELECT count(*) FROM wf_claim_effects('w', ARRAY['p.bank']);
SELECT i.instance_key, p.paused, p.current_state FROM wf_instances_view AS i, pg_temp.place(i.instance_key) AS p WHERE i.definition_code = 'p.pay' ORDER BY 1;
SELECT wf_resume_all('p.pay', 'anna') AS resumed;
SELECT effects_run FROM wf_scheduler_tick();
SELECT paused, status, current_state, context FROM pg_temp.place('done');
SELECT count(*) FROM wf.message;
SELECT i.instance_key, c.attempt FROM wf_claim_effects('w', ARRAY['p.bank']) AS c JOIN wf_instances_view AS i USING (instance_id) ORDER BY 1;
-- The last failure waits too.
SELECT paused FROM wf_pause(pg_temp.id('fails'));
SELECT status, error FROM wf_fail_effects('w', ARRAY[:'fails_id']::uuid[], ARRAY[2], ARRAY['{"type": "down"}']::jsonb[]);
SELECT status, current_state FROM pg_temp.place('fails');
SELECT count(*) FROM wf_incidents_view;
SELECT paused FROM wf_resume(pg_temp.id('fails'));
SELECT effects_run FROM wf_scheduler_tick();
SELECT status, current_state, context FROM pg_temp.place('fails');
SELECT kind, event, from_state, to_state FROM pg_temp.steps('fails');

-- Events that are told to wait do so in their order; one that nothing takes after all waits on.
SELECT code FROM wf_define('{"id": "p.list", "initial": "a", "context": {"heard": ""}, "states": {"a": {"on": {
    "ONE": {"actions": {"type": "assign", "params": {"one": "$event.n"}}, "guard": "!exists($.two)"},
    "TWO": {"actions": {"type": "assign", "params": {"two": "$event.n"}}, "guard": "exists($.one)"}, "LEAVE": "b"}}, "b": {"on": {"THREE": "c"}}, "c": {"type": "final"}}}');
SET pg_workflow.fake_now = '2026-03-03 10:00+00';
SELECT wf_start('p.list', instance_key => 'l') IS NOT NULL AS started;
SELECT paused FROM wf_pause(pg_temp.id('l'));
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('l'), 'ONE', '{"n": 1}', unmatched => 'buffer', actor => 'anna');
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('l'), 'TWO', '{"n": 2}', unmatched => 'buffer', idempotency_key => 'two');
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('l'), 'TWO', '{"n": 2}', unmatched => 'buffer', idempotency_key => 'two');
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('l'), 'THREE', unmatched => 'buffer');
SET pg_workflow.fake_now = '2026-03-03 10:10+00';
SELECT effects_run FROM wf_scheduler_tick();
SELECT context FROM pg_temp.place('l');
SELECT paused FROM wf_resume(pg_temp.id('l'));
SELECT effects_run FROM wf_scheduler_tick();
SELECT current_state, context FROM pg_temp.place('l');
SELECT seq, kind, event, actor FROM pg_temp.steps('l');
SELECT count(*) FROM wf_incidents_view;
SELECT to_state FROM wf_send(pg_temp.id('l'), 'LEAVE');
SELECT effects_run FROM wf_scheduler_tick();
SELECT status, current_state FROM pg_temp.place('l');
SELECT count(*) FROM wf.message;

-- Children follow; those that were paused before stay so when the parent goes on.
SELECT code FROM wf_define('{"id": "p.kid", "initial": "work", "states": {"work": {"after": {"PT1H": "late"}, "on": {"OK": "done"}}, "late": {}, "done": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "p.mum", "initial": "both", "states": {"both": {"type": "parallel", "states": {
    "x": {"initial": "w", "states": {"w": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "p.kid", "instance_key": "kid.x"}, "onDone": "d"}}, "d": {"type": "final"}}},
    "y": {"initial": "w", "states": {"w": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "p.kid", "instance_key": "kid.y"}, "onDone": "d"}}, "d": {"type": "final"}}}}, "onDone": "end"}, "end": {"type": "final"}}}');
SELECT code FROM wf_define('{"id": "p.gran", "initial": "w", "states": {"w": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "p.mum", "instance_key": "mum"}, "onDone": "end"}}, "end": {"type": "final"}}}');
CREATE FUNCTION pg_temp.family() RETURNS TABLE (instance_key text, paused boolean, current_state text, timer text, fire_at timestamptz)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT i.instance_key, i.paused, i.current_state, t.timer_status, t.fire_at FROM wf_instances_view AS i LEFT JOIN wf_timers_view AS t USING (instance_id)
    WHERE i.definition_code IN ('p.kid', 'p.mum', 'p.gran') ORDER BY 1;
END;
SET pg_workflow.fake_now = '2026-03-04 09:00+00';
SELECT wf_start('p.gran', instance_key => 'gran') IS NOT NULL AS started;
-- A child that is to be started waits for its parent.
SELECT paused FROM wf_pause(pg_temp.id('gran'));
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
SELECT paused FROM wf_resume(pg_temp.id('gran'));
SELECT effects_run FROM wf_scheduler_tick();
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM pg_temp.family();
SET pg_workflow.fake_now = '2026-03-04 09:10+00';
SELECT paused FROM wf_pause(pg_temp.id('kid.y'), 'on its own', 'anna');
SET pg_workflow.fake_now = '2026-03-04 09:20+00';
SELECT paused FROM wf_pause(pg_temp.id('gran'), 'all of them', 'bert');
SELECT * FROM pg_temp.family();
SELECT kind, actor, note FROM pg_temp.steps('kid.x') WHERE kind <> 'start';
SELECT kind, actor, note FROM pg_temp.steps('kid.y') WHERE kind <> 'start';
-- An hour later: kid.x is due at 10:00 and 60 minutes later; kid.y stays as it is.
SET pg_workflow.fake_now = '2026-03-04 10:20+00';
SELECT paused FROM wf_resume(pg_temp.id('gran'), 'bert', 'go on');
SELECT * FROM pg_temp.family();
SELECT kind, actor, note, detail FROM pg_temp.steps('kid.x') WHERE kind = 'resume';
-- Its own pause was 09:10 to 10:30: due at 10:00 and 80 minutes later.
SET pg_workflow.fake_now = '2026-03-04 10:30+00';
SELECT paused FROM wf_resume(pg_temp.id('kid.y'));
SELECT * FROM pg_temp.family();
-- A child may go on alone; its end waits for its parent.
SELECT paused FROM wf_pause(pg_temp.id('mum'));
SET pg_workflow.fake_now = '2026-03-04 10:35+00';
SELECT paused FROM wf_resume(pg_temp.id('kid.x'));
SELECT to_state FROM wf_send(pg_temp.id('kid.x'), 'OK');
SELECT effects_run FROM wf_scheduler_tick();
SELECT * FROM pg_temp.family();
SELECT paused FROM wf_resume(pg_temp.id('mum'));
SELECT effects_run FROM wf_scheduler_tick();
SELECT to_state FROM wf_send(pg_temp.id('kid.y'), 'OK');
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, paused, current_state FROM pg_temp.family();
-- The end of the mother is told to the grandmother in its turn.
SELECT effects_run FROM wf_scheduler_tick();
SELECT instance_key, status, current_state FROM wf_instances_view WHERE instance_key IN ('gran', 'mum') ORDER BY 1;
SELECT count(*) FROM wf.message;

-- All of a definition, children included; all of them; how many.
SET pg_workflow.fake_now = '2026-03-05 09:00+00';
SELECT wf_start('p.plain', instance_key => key) IS NOT NULL AS started FROM unnest('{a1,a2,a3}'::text[]) AS key;
SELECT wf_start('p.gran', instance_key => 'gran2') IS NOT NULL AS started;
SELECT paused FROM wf_pause(pg_temp.id('a2'), 'before', 'anna');
CREATE FUNCTION pg_temp.running() RETURNS TABLE (instance_key text, paused boolean)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT i.instance_key, i.paused FROM wf_instances_view AS i WHERE i.status = 'active' AND i.created_at >= '2026-03-05' ORDER BY 1;
END;
SET pg_workflow.fake_now = '2026-03-05 09:05+00';
SELECT wf_pause_all('p.plain', 'stop', 'bert');
SELECT * FROM pg_temp.running();
SELECT wf_pause_all('p.plain');
SELECT wf_pause_all('p.nothing');
SELECT seq, kind, actor, note FROM pg_temp.steps('a1');
SELECT seq, kind, actor, note FROM pg_temp.steps('a2');
SET pg_workflow.fake_now = '2026-03-05 10:05+00';
SELECT wf_resume_all('p.plain', 'carl', 'all clear');
SELECT seq, kind, actor, note, detail FROM pg_temp.steps('a2') WHERE kind = 'resume';
SELECT wf_resume_all('p.plain');
-- Four of today, and two of the days before.
SELECT wf_pause_all(reason => 'everything');
SELECT * FROM pg_temp.running();
SELECT wf_resume_all();
SELECT * FROM pg_temp.running();
-- The child of one that is paused with its definition follows, whatever its own definition.
SELECT wf_cancel(instance_id) IS NOT NULL AS cancelled FROM wf_instances_view WHERE status = 'active' AND instance_key <> 'a1' ORDER BY instance_key;
SELECT code FROM wf_define('{"id": "p.aunt", "initial": "w", "states": {"w": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "p.kid", "instance_key": "niece"}, "onDone": "end"}}, "end": {"type": "final"}}}');
SELECT wf_start('p.aunt', instance_key => 'aunt') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
SELECT wf_pause_all('p.aunt', 'stop');
SELECT * FROM pg_temp.running();
SELECT kind, note FROM pg_temp.steps('niece');
SET pg_workflow.fake_now = '2026-03-05 11:05+00';
SELECT wf_resume_all('p.aunt');
SELECT * FROM pg_temp.running();
-- One that was paused before stays so.
SELECT paused FROM wf_pause(pg_temp.id('niece'));
SET pg_workflow.fake_now = '2026-03-05 11:10+00';
SELECT wf_pause_all('p.aunt') AS paused, wf_resume_all('p.aunt') AS resumed;
SELECT * FROM pg_temp.running();

-- Of one organization only.
\set red  '11111111-1111-7111-8111-111111111111'
SELECT wf_start('p.plain', instance_key => 'red', organization_id => :'red') IS NOT NULL AS started;
SELECT wf_pause_all('p.plain', organization_id => :'red');
SELECT * FROM pg_temp.running();
CALL pg_temp.try(format($$SELECT wf_pause(pg_temp.id('a1'), organization_id => %L)$$, :'red'));
SELECT wf_resume_all(organization_id => '00000000-0000-0000-0000-000000000000') AS zero, wf_resume_all(organization_id => :'red') AS red;

-- Effects are out of the way: nothing is to be done about them, and no claim comes by. Afterwards each has its old place, and what failed is
-- tried at once.
CALL pg_temp.wipe();
SET pg_workflow.fake_now = '2026-03-06 09:00+00';
CREATE FUNCTION public.pause_try(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN to_jsonb(1 / (SELECT count(*) FROM wf_tasks_view));
SELECT wf_register_handler('p.try', 'sql', '{"function": "public.pause_try", "retry": {"initial_interval": "PT1H", "jitter": "none"}}');
SELECT code FROM wf_define('{"id": "p.work", "initial": "a", "states": {"a": {"entry": "p.hand", "invoke": {"src": "p.try", "onDone": "b"}}, "b": {}}}');
SELECT wf_start('p.work', instance_key => 'work') IS NOT NULL AS started;
SELECT effects_run FROM wf_scheduler_tick();
CREATE VIEW pg_temp.effects AS SELECT effect_smart_code, effect_status, next_retry_at FROM wf_effects_view ORDER BY 1;
SELECT * FROM pg_temp.effects;
SELECT paused FROM wf_pause(pg_temp.id('work'));
SELECT * FROM pg_temp.effects;
SET pg_workflow.fake_now = '2026-03-06 11:00+00';
SELECT effects_run, next_run_at FROM wf_scheduler_tick();
SELECT code FROM wf_claim_effects('w');
SELECT event, allowed, reason FROM wf_events(pg_temp.id('work'));
SELECT status, detail FROM wf_health() WHERE component = 'effects';
CREATE OR REPLACE FUNCTION public.pause_try(effect jsonb) RETURNS jsonb LANGUAGE sql RETURN '1'::jsonb;
SELECT paused FROM wf_resume(pg_temp.id('work'));
SELECT * FROM pg_temp.effects;
SELECT effects_run FROM wf_scheduler_tick();
SELECT code FROM wf_claim_effects('w');
SELECT current_state FROM wf_instances_view;
DROP VIEW pg_temp.effects;
DROP FUNCTION public.pause_try(jsonb);

RESET pg_workflow.fake_now;
CALL pg_temp.wipe();
