-- Instances from their start to their end: events, guards, actions, effects, roles, keys.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

-- Entry and exit order shows in the order of effects: exits inner-first, then the transition's actions, entries outer-first.
SELECT code FROM wf_define('{"id": "nested", "initial": "one", "states": {
    "one": {"entry": "in.one", "exit": "out.one", "initial": "inner",
        "states": {"inner": {"entry": "in.inner", "exit": "out.inner"}},
        "on": {"GO": {"target": "#nested.two.deep", "actions": ["on.the.way", "still.on.the.way"]},
               "STAY": {"actions": "stays"},
               "AGAIN": {"target": "one", "reenter": true}}},
    "two": {"entry": "in.two", "exit": "out.two", "initial": "flat",
        "states": {"flat": {"entry": "in.flat"}, "deep": {"entry": "in.deep", "exit": "out.deep"}},
        "on": {"END": "done"}},
    "done": {"type": "final", "entry": "in.done", "exit": "out.done"}}}');
SELECT wf_start('nested', instance_key => 'n') IS NOT NULL AS started;
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('n'), 'STAY');
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('n'), 'AGAIN');
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('n'), 'GO');
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('n'), 'END');
SELECT seq, kind, event, from_state, to_state, effects_queued, effects_failed FROM wf_steps_view WHERE instance_id = pg_temp.id('n') ORDER BY seq;
-- Each is a row of the outbox that belongs to its step.
SELECT s.seq, e.effect_smart_code, e.effect_status, e.attempt_count, e.created_at
FROM wf_effects_view AS e JOIN wf_steps_view AS s USING (step_id) WHERE e.instance_id = pg_temp.id('n') AND s.seq IN (1, 4, 5)
ORDER BY s.seq, e.effect_id;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('n'), 'GO')$$);

-- Input goes over the definition's context, top level only.
SELECT code FROM wf_define('{"id": "values", "initial": "open",
    "context": {"days": 0, "who": {"name": "nobody", "mail": "x"}, "kept": [1]},
    "search": {"who": "$.who.name", "days": "$.days", "gone": "$.gone"},
    "correlation": "$.who.name",
    "states": {"open": {"on": {
        "ADD": {"actions": {"type": "assign", "params": {
            "days": {"expr": "$.days + $event.n"}, "before": "$.days", "text": {"literal": "$.days"},
            "list": ["$event.n", {"of": "$event.type"}], "nothing": "$.no.such", "constant": {"a": [1, 2.50]}}}},
        "SECOND": {"actions": [{"type": "assign", "params": {"x": 1}}, {"type": "MAIL", "params": {"x": "$.x", "to": "$payload.to", "all": "$payload"}},
            {"type": "assign", "params": {"x": 2}}, {"type": "MAIL", "params": {"x": "$.x"}}, {"type": "log", "message": {"x": "$.x"}}]},
        "WHO": {"actions": {"type": "assign", "params": {"actor": "$actor", "roles": "$roles", "in": "$in", "now": "$now", "epoch": "$now_epoch",
            "key": "$instance.instance_key", "seq": "$instance.seq", "version": "$instance.definition_version", "subject": "$instance.subject.entity_id"}}}}}}}');
SELECT wf_start('values', '{"who": {"name": "Ada"}, "extra": true}', 'v', subject => '{"entity_id": "42"}', owner_team => 'hr', owner_user_id => 'eve') IS NOT NULL AS started;
SELECT current_state, status, context, subject_ref_json, owner_team, owner_user_id, correlation_key, created_at, updated_at
FROM wf_instances_view WHERE instance_key = 'v';
SELECT key, value FROM wf.search WHERE instance_id = pg_temp.id('v') ORDER BY key;
-- All values of one assign see the context before it; what finds nothing is null and recorded.
SELECT seq FROM wf_send(pg_temp.id('v'), 'ADD', '{"n": 3, "type": "not this one"}');
SELECT jsonb_pretty(context - 'who' - 'kept' - 'extra') FROM wf_instances_view WHERE instance_key = 'v';
SELECT detail FROM wf.step WHERE instance_id = pg_temp.id('v') AND seq = 2;
SELECT key, value FROM wf.search WHERE instance_id = pg_temp.id('v') ORDER BY key;
-- Actions see the context at their place in the order.
SELECT seq FROM wf_send(pg_temp.id('v'), 'SECOND', '{"to": ["a", "b"]}');
SELECT effect_smart_code, params FROM wf_effects_view WHERE instance_id = pg_temp.id('v') ORDER BY effect_id;
SELECT detail FROM wf.step WHERE instance_id = pg_temp.id('v') AND seq = 3;
SELECT seq FROM wf_send(pg_temp.id('v'), 'WHO', actor => 'eve', roles => '{hr, boss}');
SELECT context -> 'actor' AS actor, context -> 'roles' AS roles, context -> 'in' AS in, context -> 'now' AS now, context -> 'epoch' AS epoch,
    context -> 'key' AS key, context -> 'seq' AS seq, context -> 'version' AS version, context -> 'subject' AS subject
FROM wf_instances_view WHERE instance_key = 'v';
-- By default actor and role are the session's.
SET app.current_user_id = 'session user';
SET app.current_user_role = 'session role';
SELECT seq FROM wf_send(pg_temp.id('v'), 'WHO');
RESET app.current_user_id;
RESET app.current_user_role;
SELECT seq, actor_user_id, actor_role FROM wf_steps_view WHERE instance_id = pg_temp.id('v') ORDER BY seq;
-- A payload that is no object has no fields for $event.
SELECT seq FROM wf_send(pg_temp.id('v'), 'SECOND', '"just text"');
SELECT params FROM wf_effects_view WHERE instance_id = pg_temp.id('v') ORDER BY effect_id DESC OFFSET 1 LIMIT 1;
CALL pg_temp.try($$SELECT wf_start('values', '[1]')$$);

-- One key, one instance, whatever else is given.
SELECT wf_start('values', instance_key => 'v') = pg_temp.id('v') AS same;
SELECT wf_start('values', '{"who": {"name": "other"}}', 'v', owner_team => 'it') = pg_temp.id('v') AS same;
SELECT count(*), max(owner_team) FROM wf_instances_view WHERE definition_code = 'values';
SELECT wf_start('values') <> wf_start('values') AS different;
-- The key belongs to the definition.
SELECT wf_start('nested', instance_key => 'v') <> (SELECT instance_id FROM wf_instances_view WHERE definition_code = 'values' AND instance_key = 'v') AS different;

-- Guards: first match in document order; NULL counts as false and is recorded as unknown.
SELECT code FROM wf_define('{"id": "guards", "initial": "open", "context": {"limit": 10}, "states": {
    "open": {"on": {"PAY": [
        {"guard": "$event.amount > $.limit", "target": "high"},
        {"guard": {"and": ["$event.amount > 0", {"not": "$event.amount == 7"}]}, "target": "low"},
        {"guard": {"or": ["$event.vip == true", "$roles[*] == \"boss\"", "$in[*] == \"elsewhere\""]}, "target": "vip"}]}},
    "high": {}, "low": {}, "vip": {}}}');
SELECT wf_start('guards', instance_key => 'g' || n) IS NOT NULL AS started FROM generate_series(1, 5) AS n;
SELECT to_state FROM wf_send(pg_temp.id('g1'), 'PAY', '{"amount": 11}');
SELECT to_state FROM wf_send(pg_temp.id('g2'), 'PAY', '{"amount": 5}');
SELECT to_state FROM wf_send(pg_temp.id('g3'), 'PAY', '{"amount": 7, "vip": true}');
SELECT to_state FROM wf_send(pg_temp.id('g4'), 'PAY', roles => '{boss}');
SELECT instance_key, guards_executed FROM wf_steps_view JOIN wf_instances_view USING (instance_id) WHERE event = 'PAY' ORDER BY 1;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('g5'), 'PAY', '{"amount": 7}')$$);
-- Ignored, a false guard is no error, and leaves no step.
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('g5'), 'PAY', '{"amount": 7}', unmatched => 'ignore');
SELECT count(*) FROM wf_steps_view WHERE instance_id = pg_temp.id('g5');

-- always and raise run within the step of the event that began them.
SELECT code FROM wf_define('{"id": "chain", "initial": "a", "context": {"trail": 0}, "states": {
    "a": {"on": {"GO": {"target": "b", "actions": {"type": "raise", "event": {"type": "NEXT", "n": "$event.n"}}}}},
    "b": {"entry": {"type": "assign", "params": {"entered_b_by": "$event.type"}},
          "always": {"guard": "$event.n > 5", "target": "big"}, "on": {"NEXT": "c"}},
    "c": {"entry": {"type": "assign", "params": {"entered_c_by": "$event.type", "n": "$event.n"}}, "always": "d"},
    "d": {"type": "final", "output": {"n": "$.n", "done": true}},
    "big": {"on": {"NEXT": {"actions": {"type": "assign", "params": {"heard": "$event.n"}}}}}}}');
SELECT wf_start('chain', instance_key => 'small') IS NOT NULL AS started, wf_start('chain', instance_key => 'big') IS NOT NULL AS started;
SELECT seq, to_state, status FROM wf_send(pg_temp.id('small'), 'GO', '{"n": 5}');
SELECT seq, to_state, status FROM wf_send(pg_temp.id('big'), 'GO', '{"n": 6}');
SELECT instance_key, current_state, context, output FROM wf_instances_view WHERE definition_code = 'chain' ORDER BY 1;

-- Roles: asked for by the transition, given by the caller.
SELECT code FROM wf_define('{"id": "roles", "initial": "open", "states": {
    "open": {"on": {"OK": [{"target": "chief", "roles": ["chief", "deputy"]}, {"target": "clerk", "roles": ["clerk"], "guard": "$event.small == true"}], "FREE": "open"}},
    "chief": {}, "clerk": {}}}');
SELECT wf_start('roles', instance_key => 'r' || n) IS NOT NULL AS started FROM generate_series(1, 3) AS n;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'OK')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'OK', roles => '{guest, NULL}')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'OK', unmatched => 'ignore')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('r1'), 'OK', roles => '{clerk}')$$);
SELECT to_state FROM wf_send(pg_temp.id('r1'), 'OK', roles => '{guest, deputy}');
SELECT to_state FROM wf_send(pg_temp.id('r2'), 'OK', '{"small": true}', roles => '{clerk}');

-- wf_advance: the transition that leads to a state, under the same rules.
CALL pg_temp.try($$SELECT wf_advance(pg_temp.id('r3'), 'chief')$$);
CALL pg_temp.try($$SELECT wf_advance(pg_temp.id('r3'), 'nowhere', 'chief')$$);
SELECT seq, from_state, to_state, replayed FROM wf_advance(pg_temp.id('r3'), 'clerk', 'clerk', '{"small": true}', 'nonce', 'carla');
SELECT seq, from_state, to_state, replayed FROM wf_advance(pg_temp.id('r3'), 'chief', 'chief', attempt_nonce => 'nonce');
CALL pg_temp.try($$SELECT wf_advance(pg_temp.id('r3'), 'open')$$);
SELECT event, actor_role, actor_user_id, idempotency_key FROM wf_steps_view WHERE instance_id = pg_temp.id('r3') AND seq = 2;

-- Unmatched events, and events of the engine.
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('n'), 'NOT_THIS')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('g5'), 'NOT_THIS')$$);
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('g5'), 'NOT_THIS', unmatched => 'ignore');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('g5'), 'X', unmatched => 'explode')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('g5'), 'done.state.open')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('g5'), 'wf.after')$$);
CALL pg_temp.try($$SELECT wf_send('00000000-0000-7000-8000-000000000000', 'GO')$$);

-- Event descriptors: exact before a prefix, a prefix before all; the bare prefix matches too.
SELECT code FROM wf_define('{"id": "wild", "initial": "a", "states": {"a": {"on": {
    "pay.card.ok": {"actions": "exact"}, "pay.*": {"actions": "prefix"}, "*": {"actions": "any"}}}}}');
SELECT wf_start('wild', instance_key => 'w') IS NOT NULL AS started;
SELECT seq FROM (VALUES (1, 'pay.card.ok'), (2, 'pay.card'), (3, 'pay'), (4, 'payment')) AS e (n, event), LATERAL wf_send(pg_temp.id('w'), event) ORDER BY n;
SELECT event, effects_queued FROM wf_steps_view WHERE instance_id = pg_temp.id('w') AND seq > 1 ORDER BY seq;

-- Idempotency: a key gives the first answer, also after the instance has moved on and when it has ended.
SELECT wf_start('nested', instance_key => 'i') IS NOT NULL AS started;
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('i'), 'GO', idempotency_key => 'k1');
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('i'), 'GO', idempotency_key => 'k1');
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('i'), 'END', idempotency_key => 'k2');
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('i'), 'GO', '{"other": 1}', 'k1');
SELECT seq, from_state, to_state, status, replayed FROM wf_send(pg_temp.id('i'), 'ANY EVENT', idempotency_key => 'k2');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', idempotency_key => 'k3')$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('i'), 'GO', idempotency_key => ' ')$$);
SELECT count(*) FROM wf_steps_view WHERE instance_id = pg_temp.id('i');
SELECT count(*) FROM wf_effects_view JOIN wf_steps_view USING (step_id) WHERE wf_effects_view.instance_id = pg_temp.id('i') AND seq = 2;
-- A key that failed is free; a key of one instance is free for another.
SELECT wf_start('nested', instance_key => 'j') IS NOT NULL AS started;
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('j'), 'END', idempotency_key => 'k1')$$);
SELECT seq, to_state, replayed FROM wf_send(pg_temp.id('j'), 'GO', idempotency_key => 'k1');

-- The status that an end gives: by the final state's key or tag, else completed.
SELECT code FROM wf_define('{"id": "ends", "initial": "a", "context": {"x": 1}, "search": {"x": "$.x"}, "states": {
    "a": {"on": {"1": "fine", "2": "Failed", "3": "odd", "4": "CANCELLED_BY_USER", "5": "deep"}, "after": {"P1D": "fine"}},
    "fine": {"type": "final", "output": "$.x"}, "Failed": {"type": "final"}, "odd": {"type": "final", "tags": ["red", "CANCELLED"]},
    "CANCELLED_BY_USER": {"type": "final"},
    "deep": {"initial": "end", "states": {"end": {"type": "final", "output": 5}}, "onDone": {"actions": {"type": "assign", "params": {"x": "$event.output"}}, "target": "fine"}}}}');
SELECT wf_start('ends', instance_key => 'e' || n) IS NOT NULL AS started FROM generate_series(1, 6) AS n;
SELECT n, to_state, status FROM generate_series(1, 5) AS n, LATERAL wf_send(pg_temp.id('e' || n), n::text) ORDER BY n;
SELECT status, to_char(cancelled_at, 'HH24:MI') AS cancelled_at FROM wf_cancel(pg_temp.id('e6'), 'no longer wanted', 'olga');
CALL pg_temp.try($$SELECT wf_cancel(pg_temp.id('e6'))$$);
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('e6'), '1')$$);
SELECT instance_key, current_state, status, output, context FROM wf_instances_view WHERE definition_code = 'ends' ORDER BY 1;
SELECT kind, from_state, to_state, note, actor_user_id FROM wf_steps_view WHERE instance_id = pg_temp.id('e6') ORDER BY seq;
-- The end takes timers and search values with it.
SELECT instance_key, timer_name, timer_status FROM wf_timers_view JOIN wf_instances_view USING (instance_id) ORDER BY 1;
SELECT count(*) FROM wf.search WHERE definition_code = 'ends';
-- Cancelling takes what has not begun; what a worker holds is named.
SELECT code FROM wf_define('{"id": "queue", "initial": "a", "states": {"a": {"entry": ["first", "second", "third"], "on": {"GO": "a"}}}}');
SELECT wf_start('queue', instance_key => 'q') IS NOT NULL AS started;
UPDATE wf.effect SET status = 'EXECUTING' WHERE instance_id = pg_temp.id('q') AND code = 'second';
SELECT status FROM wf_cancel(pg_temp.id('q'));
SELECT effect_smart_code, effect_status FROM wf_effects_view WHERE instance_id = pg_temp.id('q') ORDER BY effect_id;
SELECT detail FROM wf.step WHERE instance_id = pg_temp.id('q') AND seq = 2;

-- initial_state enters elsewhere than at the beginning.
SELECT wf_start('nested', instance_key => 's1', initial_state => 'two') IS NOT NULL AS started;
SELECT wf_start('nested', instance_key => 's2', initial_state => 'two.deep') IS NOT NULL AS started;
SELECT wf_start('nested', instance_key => 's3', initial_state => 'done') IS NOT NULL AS started;
SELECT instance_key, current_state, i.status, effects_queued FROM wf_instances_view AS i JOIN wf_steps_view USING (instance_id) WHERE instance_key ~ '^s\d' ORDER BY 1;
CALL pg_temp.try($$SELECT wf_start('nested', initial_state => 'nowhere')$$);

-- A service level's first moment.
SELECT code FROM wf_define('{"id": "sla", "initial": "a", "sla": {"duration": "P2D"}, "states": {"a": {"on": {"GO": "b"}}, "b": {"type": "final"}}}');
SELECT wf_start('sla', instance_key => 'sla') IS NOT NULL AS started;
SELECT sla_at FROM wf_instances_view WHERE instance_key = 'sla';
SELECT overdue_instances FROM wf_metrics_view;
SET pg_workflow.fake_now = '2026-03-05 09:00+00';
SELECT active_instances, completed_instances, failed_instances, paused_instances, overdue_instances, last_instance_created FROM wf_metrics_view;
SELECT to_state FROM wf_send(pg_temp.id('sla'), 'GO');
SELECT sla_at, overdue_instances FROM wf_instances_view JOIN wf_metrics_view USING (organization_id) WHERE instance_key = 'sla';

CALL pg_temp.wipe();
