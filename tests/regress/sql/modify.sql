-- wf_modify: an operator's repair, and the move to another version.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

-- The open timers and invokes of an instance.
CREATE FUNCTION pg_temp.open(key text) RETURNS TABLE (what text, name text, state text, status text, fire_at timestamptz)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT 'timer', t.name, t.state, t.status, t.fire_at FROM wf.timer AS t
    WHERE t.instance_id = pg_temp.id(key) AND t.status IN ('PENDING', 'SUSPENDED')
    UNION ALL
    SELECT 'effect', COALESCE(e.invoke_id, e.code), e.state, e.status, NULL FROM wf.effect AS e
    WHERE e.instance_id = pg_temp.id(key) AND e.status IN ('PENDING', 'EXECUTING')
    ORDER BY 1 DESC, 2, 3;
END;
CREATE FUNCTION pg_temp.row(key text) RETURNS TABLE (state text, status text, version integer, context jsonb, correlation text, sla_at timestamptz, paused boolean)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT v.current_state, v.status, v.definition_version, v.context, v.correlation_key, v.sla_at, v.paused
    FROM wf_instances_view AS v WHERE v.instance_id = pg_temp.id(key);
END;
CREATE FUNCTION pg_temp.last(key text) RETURNS TABLE (seq bigint, kind text, from_state text, to_state text, note text, actor_user_id text, effects_queued text[], detail text)
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT s.seq, s.kind, s.from_state, s.to_state, s.note, s.actor_user_id, s.effects_queued, jsonb_pretty(s.detail) FROM wf.step AS s
    WHERE s.instance_id = pg_temp.id(key) ORDER BY s.seq DESC LIMIT 1;
END;

SELECT version FROM wf_define('{"id": "m", "initial": "draft", "context": {"n": 1, "ref": "r1"}, "sla": {"duration": "P10D"},
    "search": {"n": "$.n"}, "correlation": "$.ref", "states": {
    "draft": {"exit": "-draft", "on": {"GO": "work"}},
    "work": {"entry": "+work", "exit": "-work", "type": "parallel", "after": {"P9D": "late"}, "onDone": "done", "on": {"HOLD": "held"}, "states": {
        "l": {"initial": "l1", "states": {"l1": {"after": {"P1D": "l2"}, "on": {"L": "l2"}}, "l2": {"entry": "+l2", "invoke": {"src": "CHECK", "onDone": "lf"}}, "lf": {"type": "final"}}},
        "r": {"initial": "r1", "states": {"r1": {"exit": "-r1", "on": {"R": "rf"}}, "r2": {"entry": "+r2", "after": {"P2D": "rf"}, "on": {"R": "rf"}}, "rf": {"type": "final"}}},
        "memory": {"type": "history", "history": "deep"}}},
    "held": {"on": {"BACK": "work.memory"}},
    "late": {"on": {"GO": "work"}},
    "sorted": {"always": [{"guard": "$.n >= 5", "target": "done"}]},
    "failed": {"type": "final"},
    "done": {"type": "final"}}}');

-- The context alone: merged, top level only; what waits goes on; the step says who, why, and what was before.
SELECT wf_start('m', instance_key => 'a') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('a'), 'GO');
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT * FROM wf_modify(pg_temp.id('a'), context => '{"n": 2, "new": [1]}', reason => 'typing error', modified_by => 'ann');
SELECT * FROM pg_temp.row('a');
SELECT * FROM pg_temp.last('a');
SELECT * FROM pg_temp.open('a');
-- Search values and the computed correlation key follow.
SELECT count(*) FROM wf_list_instances('m', search => '{"n": "2"}');
SELECT count(*) FROM wf_list_instances('m', search => '{"n": "1"}');
SELECT to_state FROM wf_modify(pg_temp.id('a'), context => '{"ref": "r2"}');
SELECT correlation FROM pg_temp.row('a');
-- A key that was given stays.
SELECT wf_start('m', instance_key => 'given', correlation_key => 'mine') IS NOT NULL AS started;
SELECT to_state FROM wf_modify(pg_temp.id('given'), context => '{"ref": "r3"}');
SELECT correlation FROM pg_temp.row('given');

-- A place, with exit and entry actions: one region moves, the other stays, timers kept keep their moment.
SELECT * FROM wf_modify(pg_temp.id('a'), 'r2', dry_run => true);
SELECT * FROM pg_temp.row('a');
SELECT * FROM pg_temp.open('a');
SELECT count(*) AS steps FROM wf.step WHERE instance_id = pg_temp.id('a');
SELECT * FROM wf_modify(pg_temp.id('a'), 'r2');
SELECT seq, effects_queued FROM pg_temp.last('a');
SELECT * FROM pg_temp.open('a') WHERE what = 'timer';
-- Several regions by name, as current_state shows them.
SELECT * FROM wf_modify(pg_temp.id('a'), 'work.l.l2 work.r.r1');
SELECT seq, effects_queued FROM pg_temp.last('a');
-- Where it is already nothing is left or entered, but there is a step.
SELECT * FROM wf_modify(pg_temp.id('a'), 'work.l.l2 work.r.r1');
SELECT seq, kind, effects_queued FROM pg_temp.last('a');
-- History is remembered when its parent is left, and followed.
SELECT * FROM wf_modify(pg_temp.id('a'), 'held');
SELECT to_state FROM wf_send(pg_temp.id('a'), 'BACK');
SELECT to_state FROM wf_send(pg_temp.id('a'), 'HOLD');
SELECT to_state FROM wf_modify(pg_temp.id('a'), 'work.memory');
-- The instance runs on: final states are done, eventless transitions are taken.
SELECT from_state, to_state FROM wf_modify(pg_temp.id('a'), 'sorted');
SELECT * FROM wf_modify(pg_temp.id('a'), context => '{"n": 5}');
SELECT * FROM pg_temp.row('a');
SELECT * FROM pg_temp.open('a') WHERE name NOT LIKE '+%' AND name NOT LIKE '-%';
SELECT count(*) AS search_values FROM wf.search WHERE instance_id = pg_temp.id('a');
SELECT wf_start('m', instance_key => 'b') IS NOT NULL AS started;
SELECT to_state, created FROM wf_modify(pg_temp.id('b'), 'work.l.lf work.r.rf');
SELECT status FROM pg_temp.row('b');

-- Timers by hand and delayed events belong to no state: they are kept.
SELECT wf_start('m', instance_key => 'c') IS NOT NULL AS started;
SELECT fire_at FROM wf_set_timer(pg_temp.id('c'), 'mine', '1 day');
SELECT * FROM wf_modify(pg_temp.id('c'), 'late');
-- A worker's invoke is not cancelled; its answer is judged when it comes.
SELECT to_state FROM wf_modify(pg_temp.id('c'), 'work.l.l2');
SELECT effect_id AS id FROM wf_claim_effects('w', '{CHECK}') WHERE instance_id = pg_temp.id('c') \gset
SELECT * FROM wf_modify(pg_temp.id('c'), 'l1');
SELECT detail FROM pg_temp.last('c');
SELECT status FROM wf.effect WHERE id = :'id';
SELECT status, error FROM wf_complete_effects('w', ARRAY[:'id'::uuid], ARRAY[1]);
SELECT what FROM wf_incidents_view;

-- Cancelled by mistake: it goes on where it was, with new timers, and to its end.
SELECT wf_start('m', instance_key => 'd') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('d'), 'GO');
SELECT status FROM wf_cancel(pg_temp.id('d'), 'oops');
SELECT * FROM pg_temp.row('d');
SET pg_workflow.fake_now = '2026-03-03 10:00+00';
SELECT * FROM wf_modify(pg_temp.id('d'), reason => 'was a mistake', dry_run => true);
SELECT * FROM pg_temp.row('d');
SELECT * FROM wf_modify(pg_temp.id('d'), reason => 'was a mistake');
SELECT * FROM pg_temp.row('d');
SELECT * FROM pg_temp.open('d') WHERE what = 'timer';
SELECT count(*) FROM wf_list_instances('m', search => '{"n": "1"}', status => 'active') AS v WHERE v.instance_key = 'd';
SELECT to_state FROM wf_send(pg_temp.id('d'), 'R');
SELECT to_state FROM wf_send(pg_temp.id('d'), 'L');
SELECT effect_id AS id FROM wf_claim_effects('w', '{CHECK}') WHERE instance_id = pg_temp.id('d') \gset
SELECT status FROM wf_complete_effects('w', ARRAY[:'id'::uuid], ARRAY[1]);
SELECT state, status FROM pg_temp.row('d');
-- Cancelled while a worker held its invoke: the same attempt goes on, none is made.
SELECT wf_start('m', instance_key => 'e') IS NOT NULL AS started;
SELECT to_state FROM wf_modify(pg_temp.id('e'), 'work.l.l2');
SELECT effect_id AS id FROM wf_claim_effects('w', '{CHECK}') WHERE instance_id = pg_temp.id('e') \gset
SELECT status FROM wf_cancel(pg_temp.id('e'));
SELECT kept, created FROM wf_modify(pg_temp.id('e'));
SELECT status FROM wf_complete_effects('w', ARRAY[:'id'::uuid], ARRAY[1]);
SELECT state, status FROM pg_temp.row('e');
-- Failed by itself: the final state leads nowhere, so a place must be named.
SELECT wf_start('m', instance_key => 'f') IS NOT NULL AS started;
SELECT to_state FROM wf_modify(pg_temp.id('f'), 'failed');
SELECT status FROM pg_temp.row('f');
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('f'), context => '{"n": 9}')$$);
SELECT from_state, to_state FROM wf_modify(pg_temp.id('f'), 'late', '{"n": 9}');
SELECT state, status, context FROM pg_temp.row('f');
SELECT to_state, status FROM wf_send(pg_temp.id('f'), 'GO');
-- Completed is completed.
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('d'), 'late')$$);

-- A paused instance stays paused: its new timers wait as well, and count from the end of the pause.
SELECT wf_start('m', instance_key => 'p') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('p'), 'GO');
SELECT paused FROM wf_pause(pg_temp.id('p'));
SET pg_workflow.fake_now = '2026-03-03 11:00+00';
SELECT * FROM wf_modify(pg_temp.id('p'), 'r2');
SELECT * FROM pg_temp.open('p') WHERE what = 'timer';
SELECT * FROM pg_temp.row('p');
SET pg_workflow.fake_now = '2026-03-03 12:00+00';
SELECT paused FROM wf_resume(pg_temp.id('p'));
SELECT * FROM pg_temp.open('p') WHERE what = 'timer';
SELECT sla_at FROM pg_temp.row('p');

-- Another version. What it has not is named, every place at once, and nothing changes.
SELECT version FROM wf_define('{"id": "m", "initial": "draft", "context": {"n": 1}, "sla": {"duration": "P12D"},
    "search": {"who": "$.ref"}, "correlation": "$.n", "states": {
    "draft": {"on": {"GO": "doing"}},
    "doing": {"entry": "+doing", "type": "parallel", "after": {"P9D": "late", "P3D": "late"}, "onDone": "done", "on": {"HOLD": "held"}, "states": {
        "left": {"initial": "one", "states": {"one": {"after": {"P1D": "two"}, "on": {"L": "two"}}, "two": {"invoke": {"src": "CHECK", "onDone": "lf"}}, "lf": {"type": "final"}}},
        "right": {"initial": "r1", "states": {"r1": {"on": {"R": "rf"}}, "rf": {"type": "final"}}},
        "more": {"initial": "m1", "states": {"m1": {"after": {"PT6H": "mf"}}, "mf": {"type": "final"}}},
        "memory": {"type": "history", "history": "deep"}}},
    "held": {"on": {"BACK": "doing.memory"}},
    "late": {"initial": "warn", "states": {"warn": {"entry": "+warn", "invoke": {"src": "WARN"}}}, "on": {"GO": "doing"}},
    "done": {"type": "final"}}}');
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('p'), version => 2)$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('p'), version => 2, state_map => '{"work": "doing", "work.l": "doing.left"}')$$);
SELECT * FROM pg_temp.row('p');
-- With the map: kept under their new names, with their moments; what the version adds is made; no action runs.
SELECT * FROM wf_modify(pg_temp.id('p'), version => 2, dry_run => true,
    state_map => '{"work": "doing", "work.l": "doing.left", "work.l.l1": "doing.left.one", "work.r": "doing.right", "work.r.r2": "doing.right.r1"}');
SELECT * FROM pg_temp.open('p') WHERE what = 'timer';
SELECT * FROM wf_modify(pg_temp.id('p'), version => 2, reason => 'release 2',
    state_map => '{"work": "doing", "work.l": "doing.left", "work.l.l1": "doing.left.one", "work.r": "doing.right", "work.r.r2": "doing.right.r1"}');
SELECT * FROM pg_temp.open('p') WHERE what = 'timer';
SELECT * FROM pg_temp.row('p');
SELECT * FROM pg_temp.last('p');
SELECT key, value FROM wf.search WHERE instance_id = pg_temp.id('p');
-- The timer that was kept fires in the newer version.
SET pg_workflow.fake_now = '2026-03-04 13:00+00';
SELECT timers_fired > 0 AS fired FROM wf_scheduler_tick();
SELECT state, version FROM pg_temp.row('p');
SELECT to_state FROM wf_send(pg_temp.id('p'), 'R');
SELECT effect_id AS id FROM wf_claim_effects('w', '{CHECK}') WHERE instance_id = pg_temp.id('p') \gset
SELECT status FROM wf_complete_effects('w', ARRAY[:'id'::uuid], ARRAY[1]);
SELECT state, status FROM pg_temp.row('p');
-- A pause keeps the newer version's deadline until it ends.
SELECT wf_start('m', instance_key => 'w', version => 1) IS NOT NULL AS started;
SELECT sla_at FROM pg_temp.row('w');
SELECT paused FROM wf_pause(pg_temp.id('w'));
SET pg_workflow.fake_now = '2026-03-04 14:00+00';
SELECT to_state FROM wf_modify(pg_temp.id('w'), version => 2);
SELECT sla_at, paused FROM pg_temp.row('w');
SELECT paused FROM wf_resume(pg_temp.id('w'));
SELECT sla_at FROM pg_temp.row('w');
-- A state that got states within it is entered by default; what a worker holds is kept under its new name and answers there.
SELECT wf_start('m', instance_key => 'q', version => 1, initial_state => 'late') IS NOT NULL AS started;
SELECT * FROM wf_modify(pg_temp.id('q'), version => 2);
SELECT effects_queued FROM pg_temp.last('q');
SELECT wf_start('m', instance_key => 's', version => 1, initial_state => 'work.l.l2') IS NOT NULL AS started;
SELECT effect_id AS id FROM wf_claim_effects('w', '{CHECK}') WHERE instance_id = pg_temp.id('s') \gset
SELECT * FROM wf_modify(pg_temp.id('s'), version => 2,
    state_map => '{"work": "doing", "work.l": "doing.left", "work.l.l2": "doing.left.two", "work.r": "doing.right"}');
SELECT status FROM wf_complete_effects('w', ARRAY[:'id'::uuid], ARRAY[1]);
SELECT state FROM pg_temp.row('s');
-- An answer that came while the instance was paused waits under the new name.
SELECT wf_start('m', instance_key => 'x', version => 1, initial_state => 'work.l.l2') IS NOT NULL AS started;
SELECT effect_id AS id FROM wf_claim_effects('w', '{CHECK}') WHERE instance_id = pg_temp.id('x') \gset
SELECT paused FROM wf_pause(pg_temp.id('x'));
SELECT status FROM wf_complete_effects('w', ARRAY[:'id'::uuid], ARRAY[1]);
SELECT to_state, kept FROM wf_modify(pg_temp.id('x'), version => 2,
    state_map => '{"work": "doing", "work.l": "doing.left", "work.l.l2": "doing.left.two", "work.r": "doing.right"}');
SELECT paused FROM wf_resume(pg_temp.id('x'));
SELECT timers_fired FROM wf_scheduler_tick(max_timers => 0);
SELECT state FROM pg_temp.row('x');
-- A place instead of a map: the older version's exit actions and the newer one's entry actions.
SELECT wf_start('m', instance_key => 't', version => 1) IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('t'), 'GO');
SELECT * FROM wf_modify(pg_temp.id('t'), 'late', version => 2);
SELECT effects_queued, detail FROM pg_temp.last('t');
-- History goes along as far as it fits.
SELECT wf_start('m', instance_key => 'h', version => 1, initial_state => 'work.l.l2') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('h'), 'HOLD');
SELECT * FROM wf_modify(pg_temp.id('h'), version => 2, state_map => '{"work": "doing"}', dry_run => true);
SELECT to_state FROM wf_modify(pg_temp.id('h'), version => 2, state_map => '{"work": "doing"}');
SELECT detail FROM pg_temp.last('h');
-- Back to the older version, and a cancelled instance into the newer one.
SELECT from_version, to_version, to_state FROM wf_modify(pg_temp.id('h'), version => 1);
SELECT status FROM wf_cancel(pg_temp.id('h'));
SELECT * FROM wf_modify(pg_temp.id('h'), version => 2);

-- Children of a state that is left are cancelled with it, those of a state that is kept go on.
SELECT version FROM wf_define('{"id": "child", "initial": "x", "states": {"x": {"on": {"END": "y"}}, "y": {"type": "final"}}}');
SELECT version FROM wf_define('{"id": "parent", "initial": "a", "states": {"a": {"invoke": {"src": "wf.workflow", "input": {"definition_code": "child", "instance_key": "kid"}, "onDone": "c"}, "initial": "one", "states": {"one": {}, "two": {}}}, "b": {}, "c": {}}}');
SELECT wf_start('parent', instance_key => 'mum') IS NOT NULL AS started;
SELECT timers_fired FROM wf_scheduler_tick();
SELECT state, status FROM pg_temp.row('kid');
SELECT * FROM wf_modify(pg_temp.id('mum'), 'two');
SELECT state, status FROM pg_temp.row('kid');
SELECT * FROM wf_modify(pg_temp.id('mum'), 'b');
SELECT state, status FROM pg_temp.row('kid');

-- Delayed events of exit actions begin, unless what follows ends them.
SELECT version FROM wf_define('{"id": "delay", "initial": "a", "states": {
    "a": {"exit": [{"type": "raise", "event": "X", "delay": "PT1H", "id": "x"}, {"type": "raise", "event": "Y", "delay": "PT1H", "id": "y"}]},
    "b": {"entry": {"type": "cancel", "id": "x"}}, "z": {"type": "final"}}}');
SELECT wf_start('delay', instance_key => 'delay') IS NOT NULL AS started;
SELECT created FROM wf_modify(pg_temp.id('delay'), 'b');
SELECT cancelled, created FROM wf_modify(pg_temp.id('delay'), 'a');
SELECT cancelled, created FROM wf_modify(pg_temp.id('delay'), 'z');

-- Mistakes: each named, none changes anything.
CREATE TEMP TABLE before AS SELECT i.id, i.seq FROM wf.instance AS i;
CALL pg_temp.try($$SELECT * FROM wf_modify(NULL)$$);
CALL pg_temp.try($$SELECT * FROM wf_modify('00000000-0000-0000-0000-00000000dead')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), 'nowhere')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), ' ')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), 'draft late')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), 'work.l.l1 work.l.l2')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), context => '[1]')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), version => 7)$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), version => 2, state_map => '["work"]')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), version => 2, state_map => '{"work": 1}')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), version => 2, state_map => '{"wrok": "doing", "work": "dong"}')$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), organization_id => '00000000-0000-0000-0000-0000000000aa')$$);
SET pg_workflow.max_payload = '1kB';
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), context => jsonb_build_object('big', repeat('x', 2000)))$$);
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('c'), context => jsonb_build_object('n', repeat('x', 1000)))$$);
RESET pg_workflow.max_payload;
-- A circle of eventless transitions.
SELECT version FROM wf_define('{"id": "loop", "initial": "a", "states": {"a": {}, "x": {"always": {"guard": "$.on == true", "target": "y"}}, "y": {"always": {"guard": "$.on == true", "target": "x"}}}}');
SELECT wf_start('loop', instance_key => 'loop') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT * FROM wf_modify(pg_temp.id('loop'), 'x', '{"on": true}')$$);
SELECT state, context FROM pg_temp.row('loop');
SELECT count(*) AS changed FROM before AS b JOIN wf.instance AS i ON i.id = b.id WHERE i.seq <> b.seq;
