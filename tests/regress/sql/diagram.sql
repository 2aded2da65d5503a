-- Diagrams: Mermaid and DOT, of a version, and of an instance with its place and its path.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
\pset format unaligned
\pset tuples_only on
SET pg_workflow.fake_now = '2026-03-02 09:00+00';

SELECT version FROM wf_define('{"id": "leave", "initial": "draft", "context": {"days": 0}, "states": {
    "draft": {"on": {"SUBMIT": {"target": "review", "roles": ["employee"], "guard": "$event.days <= 30",
                                "actions": {"type": "assign", "params": {"days": "$event.days"}}}},
              "after": {"P30D": "forgotten"}},
    "review": {"type": "parallel", "onDone": "decided", "after": {"P5D": "rejected"}, "states": {
        "manager": {"initial": "asked", "states": {
            "asked": {"invoke": {"src": "ASK", "onDone": "answered"}}, "answered": {"type": "final"}}},
        "hr": {"initial": "check", "states": {"check": {"on": {"OK": "checked"}}, "checked": {"type": "final"}}}}},
    "decided": {"always": [{"guard": "$.days > 20", "target": "rejected"}, {"target": "approved"}]},
    "approved": {"type": "final"}, "rejected": {"type": "final"}, "forgotten": {"type": "final"}}}');
SELECT wf_diagram('leave');
SELECT wf_diagram('leave', format => 'dot');

-- An instance knows its definition. Before anything happened only its place is marked.
SELECT wf_start('leave', instance_key => 'i') IS NOT NULL;
SELECT line FROM regexp_split_to_table(wf_diagram(instance_id => pg_temp.id('i')), '\n') AS line WHERE line ~ 'class|✓';
-- In a parallel state several places are current; the way there is marked.
SELECT to_state FROM wf_send(pg_temp.id('i'), 'SUBMIT', '{"days": 3}', roles => '{employee}');
SELECT to_state FROM wf_send(pg_temp.id('i'), 'OK');
SELECT line FROM regexp_split_to_table(wf_diagram(instance_id => pg_temp.id('i')), '\n') AS line WHERE line ~ 'class|✓';
-- At the end all of the path: what the state was left by is an eventless transition behind a done event.
SET pg_workflow.fake_now = '2026-03-03 09:00+00';
SELECT effect_id AS id FROM wf_claim_effects('w') \gset
SELECT status, error FROM wf_complete_effects('w', ARRAY[:'id'::uuid], ARRAY[1]);
SELECT current_state, status FROM wf_instances_view;
SELECT wf_diagram('leave', instance_id => pg_temp.id('i'), format => 'dot');
SELECT line FROM regexp_split_to_table(wf_diagram(instance_id => pg_temp.id('i')), '\n') AS line WHERE line ~ 'class|✓';

-- A timer's transition; and a cancelled instance is nowhere, but has its path.
SELECT wf_start('leave', instance_key => 'late') IS NOT NULL;
SELECT wf_start('leave', instance_key => 'gone') IS NOT NULL;
SELECT status FROM wf_cancel(pg_temp.id('gone'));
SET pg_workflow.fake_now = '2026-04-03 09:00+00';
SELECT timers_fired FROM wf_scheduler_tick();
SELECT line FROM regexp_split_to_table(wf_diagram(instance_id => pg_temp.id('late')), '\n') AS line WHERE line ~ 'class|✓';
SELECT line FROM regexp_split_to_table(wf_diagram(instance_id => pg_temp.id('gone')), '\n') AS line WHERE line ~ 'class|✓';

-- A newer version is drawn when it is current or asked for; the instance keeps its own.
SELECT version FROM wf_define('{"id": "leave", "initial": "draft", "states": {"draft": {"on": {"SUBMIT": "approved"}}, "approved": {"type": "final"}}}');
SELECT wf_diagram('leave');
SELECT wf_diagram('leave', 1) = wf_diagram('leave', 1, 'mermaid') AS same, wf_diagram('leave', 1) <> wf_diagram('leave') AS other;
-- In the newer version only what it has is marked.
SELECT wf_diagram('leave', 2, instance_id => pg_temp.id('i'));

-- The flat form.
SELECT version FROM wf_define('{"code": "flat", "states": ["A", "B"], "transitions": [{"from": "A", "to": "B", "by": ["x"], "guards": ["$.n > 1", "$.m < 2"]}], "timers": [{"on_enter": "A", "minutes": 90, "on_fire": "HERA.WF.ADVANCE.V1", "name": "nag"}]}');
SELECT wf_diagram('flat');

-- Mistakes.
CALL pg_temp.try($$SELECT wf_diagram()$$);
CALL pg_temp.try($$SELECT wf_diagram('nothing')$$);
CALL pg_temp.try($$SELECT wf_diagram('leave', 9)$$);
CALL pg_temp.try($$SELECT wf_diagram('leave', format => 'png')$$);
CALL pg_temp.try($$SELECT wf_diagram('leave', format => NULL)$$);
CALL pg_temp.try($$SELECT wf_diagram('flat', instance_id => pg_temp.id('i'))$$);
CALL pg_temp.try($$SELECT wf_diagram(instance_id => '00000000-0000-0000-0000-00000000dead')$$);
CALL pg_temp.try($$SELECT wf_diagram(instance_id => pg_temp.id('i'), organization_id => '00000000-0000-0000-0000-0000000000aa')$$);
