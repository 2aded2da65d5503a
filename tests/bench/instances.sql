-- 100,000 instances of one organization with their steps, timers and effects: half of them active, most of those in PENDING, three
-- definitions, 20 teams. The same rows each time.
SET timezone = 'UTC';
SELECT FROM wf_define('{"id": "order", "initial": "PENDING", "search": {"customer": "$.customer"}, "states": {"PENDING": {"on": {"GO": "packing"}}, "packing": {}, "COMPLETED": {"type": "final"}}}');
SELECT FROM wf_start('order', instance_key => 'bench');
SELECT FROM setseed(0.5);
CREATE TEMPORARY TABLE made AS
SELECT gen_random_uuid() AS id, n, now() - n * interval '1 minute' AS created_at, random() AS r, random() AS q,
    CASE WHEN random() < 0.5 THEN 'active' WHEN random() < 0.9 THEN 'completed' WHEN random() < 0.5 THEN 'failed' ELSE 'cancelled' END AS status
FROM generate_series(1, 100000) AS n;
INSERT INTO wf.instance (
    organization_id, id, definition_id, seq, created_at, updated_at, definition_version, definition_code, status, state, sla_at, owner_team, context
)
SELECT d.organization_id, m.id, d.id, 2, m.created_at, m.created_at + interval '1 minute', 1, (ARRAY['order', 'return', 'claim'])[1 + floor(3 * m.q)], m.status,
    CASE m.status WHEN 'active' THEN CASE WHEN r < 0.98 THEN 'packing' ELSE 'PENDING' END WHEN 'completed' THEN 'COMPLETED' WHEN 'failed' THEN 'FAILED' ELSE 'CANCELLED' END,
    CASE WHEN m.status = 'active' THEN now() + (m.r * 1000 - 20) * interval '1 hour' END, 'team' || floor(20 * m.r), jsonb_build_object('customer', 'c' || m.n % 5000)
FROM made AS m CROSS JOIN wf.definition AS d WHERE d.code = 'order';
INSERT INTO wf.step (organization_id, instance_id, seq, id, created_at, kind, status, from_state, to_state, database_role)
SELECT d.organization_id, m.id, s, gen_random_uuid(), m.created_at, 'transition', m.status, CASE s WHEN 2 THEN 'PENDING' END, 'PENDING', 'bench'
FROM made AS m CROSS JOIN wf.definition AS d CROSS JOIN generate_series(1, 2) AS s WHERE d.code = 'order';
INSERT INTO wf.timer (organization_id, id, instance_id, fire_at, created_at, fired_at, attempts, is_relative, status, kind, name, event, entity_code)
SELECT d.organization_id, gen_random_uuid(), m.id, m.created_at + m.r * interval '100 days', m.created_at,
    CASE WHEN m.status <> 'active' THEN m.created_at + m.r * interval '100 days' END, 0, true,
    CASE m.status WHEN 'active' THEN CASE WHEN m.created_at + m.r * interval '100 days' > now() - interval '1 hour' THEN 'PENDING' ELSE 'FIRED' END ELSE 'FIRED' END,
    'after', 't', 'wf.after', m.id || ':t'
FROM made AS m CROSS JOIN wf.definition AS d WHERE d.code = 'order';
UPDATE wf.timer SET fired_at = fire_at WHERE status = 'FIRED' AND fired_at IS NULL;
INSERT INTO wf.effect (organization_id, id, instance_id, step_id, seq, created_at, attempts, status, is_incident, code, lane, completed_at)
SELECT d.organization_id, gen_random_uuid(), m.id, gen_random_uuid(), 2, m.created_at, 1, 'COMPLETED', false,
    CASE WHEN m.r < 0.3 THEN 'HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1' ELSE 'mail.send' END, '', m.created_at + interval '1 second'
FROM made AS m CROSS JOIN wf.definition AS d WHERE d.code = 'order';
INSERT INTO wf.search (organization_id, definition_code, key, value, instance_id)
SELECT i.organization_id, i.definition_code, 'customer', i.context ->> 'customer', i.id FROM wf.instance AS i WHERE i.status = 'active' AND i.context ? 'customer';
VACUUM (ANALYZE) wf.instance, wf.step, wf.timer, wf.effect, wf.search;
