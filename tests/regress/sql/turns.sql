-- One organization's backlog of overdue instances and tasks does not hold up the others: they take turns, each oldest first.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT wf_define('{"id": "order", "initial": "open", "sla": {"duration": "PT1H"}, "states": {
    "open": {"invoke": {"src": "wf.task", "input": {"title": "Pack", "assignee_role": "packer", "due": "PT1H"}}}}}',
    organization_id => o) IS NOT NULL AS defined
FROM unnest('{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000b}'::uuid[]) AS o;
SELECT count(wf_start('order', instance_key => 'a' || n, organization_id => '00000000-0000-0000-0000-00000000000a')) FROM generate_series(1, 12) AS n;
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT count(wf_start('order', instance_key => 'b' || n, organization_id => '00000000-0000-0000-0000-00000000000b')) FROM generate_series(1, 2) AS n;

CREATE VIEW pg_temp.done AS
SELECT right(organization_id::text, 1) AS organization, count(*) FILTER (WHERE kind = 'sla_breached') AS breached,
    count(*) FILTER (WHERE kind = 'escalate_task') AS escalated
FROM wf_steps_view GROUP BY 1 ORDER BY 1;
-- All are overdue. Four at a time: two of each organization, then those that are left.
SET pg_workflow.fake_now = '2026-03-02 14:00+00';
SELECT instances_escalated, tasks_escalated FROM wf_scheduler_tick(max_instances => 4, max_tasks => 4);
SELECT * FROM pg_temp.done;
SELECT instances_escalated, tasks_escalated FROM wf_scheduler_tick(max_instances => 4, max_tasks => 4);
SELECT * FROM pg_temp.done;
-- More than a round has of one organization, and more than is there.
SELECT instances_escalated, tasks_escalated FROM wf_scheduler_tick(max_instances => 60, max_tasks => 60);
SELECT * FROM pg_temp.done;
-- One organization for itself.
SET pg_workflow.fake_now = '2026-03-03 14:00+00';
SELECT count(wf_start('order', organization_id => '00000000-0000-0000-0000-00000000000b')) FROM generate_series(1, 3) AS n;
SET pg_workflow.fake_now = '2026-03-03 20:00+00';
SELECT instances_escalated FROM wf_scheduler_tick(max_instances => 2, organization_id => '00000000-0000-0000-0000-00000000000b');
SELECT instances_escalated FROM wf_scheduler_tick(max_instances => 2, organization_id => '00000000-0000-0000-0000-00000000000b');
RESET pg_workflow.fake_now;
CALL pg_temp.wipe();
