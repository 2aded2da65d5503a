-- Ownership: who looks after an instance, one and in bulk. The clock is pg_workflow.fake_now.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SET app.current_org_id = '0000000c-0000-0000-0000-000000000000';
SELECT code FROM wf_define('{"id": "own", "initial": "open", "states": {"open": {"on": {"GO": "done"}}, "done": {"type": "final"}}}');
SELECT wf_start('own', instance_key => 'o1', owner_team => 'claims', owner_user_id => 'mia') AS o1 \gset
SELECT wf_start('own', instance_key => 'o2', owner_team => 'claims') AS o2 \gset
SELECT wf_start('own', instance_key => 'o3', owner_team => 'payments') AS o3 \gset
SET pg_workflow.fake_now = '2026-03-02 10:00+00';
SELECT instance_id = :'o1' AS same, owner_team, owner_user_id, reassigned_at, reassigned_by
FROM wf_reassign(:'o1', owner_team => 'fraud', owner_user_id => 'noor', reassigned_by => 'olga', reason => 'looks wrong');
-- Who is not named is no owner any more.
SELECT owner_team, owner_user_id FROM wf_reassign(:'o1', owner_user_id => 'mia', reassigned_by => 'olga');
SELECT owner_team, owner_user_id FROM wf_instances_view WHERE instance_id = :'o1';
SELECT seq, kind, from_state, to_state, actor_user_id, note, detail FROM wf_steps_view WHERE instance_id = :'o1' ORDER BY seq;
-- In bulk it is SQL.
SELECT i.instance_key, r.owner_team, r.owner_user_id
FROM wf_instances_view AS i
CROSS JOIN LATERAL wf_reassign(i.instance_id, owner_team => 'claims-2', reassigned_by => 'olga', reason => 'reorganised') AS r
WHERE i.owner_team = 'claims' AND i.status = 'active';
SELECT instance_key, owner_team, owner_user_id FROM wf_list_instances('own', sort_order => 'asc');
SELECT instance_key FROM wf_list_instances(owner_team => 'claims-2');
-- A paused instance can change hands, one that has ended cannot.
SELECT paused FROM wf_pause(:'o3');
SELECT owner_team FROM wf_reassign(:'o3', 'claims');
SELECT to_state FROM wf_send(:'o2', 'GO');
CALL pg_temp.try(format('SELECT wf_reassign(%L, %L)', :'o2', 'claims'));
SELECT wf_reassign(:'o1');
SELECT wf_reassign(:'o1', '');
SELECT wf_reassign(:'o1', owner_user_id => ' ');
SELECT wf_reassign('00000000-0000-0000-0000-000000000001', 'claims');
SELECT wf_reassign(NULL, 'claims');
SET app.current_org_id = '0000000a-0000-0000-0000-000000000000';
SELECT count(*) FROM wf_list_instances('own');
