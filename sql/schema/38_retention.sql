-- How long finished instances stay, and what is known of those that went.

CREATE TABLE wf.legal_hold (
    organization_id uuid        NOT NULL,
    instance_id     uuid        NOT NULL,
    held_at         timestamptz NOT NULL,
    held_by         text,
    reason          text,
    CONSTRAINT idx_wf_legal_holds PRIMARY KEY (organization_id, instance_id)
);
COMMENT ON TABLE wf.legal_hold IS 'Instances that a purge leaves alone, whatever their age.';

CREATE TABLE wf.retention (
    organization_id uuid        CHECK (organization_id IS NULL),
    next_run_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX idx_wf_retention ON wf.retention ((organization_id IS NULL));
COMMENT ON TABLE wf.retention IS 'When the scheduler looks for instances older than pg_workflow.retention; one row, for all organizations, once there was a retention.';

CREATE TABLE wf.purged (
    organization_id uuid             NOT NULL,
    family          text             NOT NULL,
    label           text             NOT NULL,
    bucket          integer          NOT NULL,
    events          bigint           NOT NULL,
    amount          double precision NOT NULL,
    CONSTRAINT idx_wf_purged PRIMARY KEY (organization_id, family, label, bucket)
);
COMMENT ON TABLE wf.purged IS
    'The rows of wf.tally that purges took along, summed up: wf_metrics adds them to what is stored, so that no counter falls.';

-- What can go once it is old enough: it has ended, nothing of it waits for anybody, nobody holds it, and its parent is
-- gone (a parent goes before its children, so that what runs or is held keeps all that it invoked).
CREATE VIEW wf.purgeable WITH (security_invoker = true) AS
SELECT i.organization_id, i.id, i.created_at, i.updated_at
FROM wf.instance AS i
WHERE i.status IN ('completed', 'failed', 'cancelled')
  -- Index: idx_wf_legal_holds.
  AND NOT EXISTS (SELECT FROM wf.legal_hold AS h WHERE h.organization_id = i.organization_id AND h.instance_id = i.id)
  -- Index: idx_wf_instances.
  AND NOT EXISTS (SELECT FROM wf.instance AS p WHERE p.organization_id = i.organization_id AND p.id = i.parent_id)
  -- Index: idx_wf_instances_parent.
  AND NOT EXISTS (
      SELECT FROM wf.instance AS c
      WHERE c.organization_id = i.organization_id AND c.parent_id = i.id AND c.status = 'active'
  )
  -- Index: idx_wf_effects_instance.
  AND NOT EXISTS (
      SELECT FROM wf.effect AS e
      WHERE e.organization_id = i.organization_id AND e.instance_id = i.id
        AND (e.status IN ('PENDING', 'EXECUTING', 'FAILED') OR e.is_incident)
  )
  -- Index: idx_wf_timers.
  AND NOT EXISTS (
      SELECT FROM wf.timer AS t
      WHERE t.organization_id = i.organization_id AND t.instance_id = i.id AND t.status = 'FAILED'
  )
  -- Index: idx_wf_messages_instance.
  AND NOT EXISTS (
      SELECT FROM wf.message AS m
      WHERE m.organization_id = i.organization_id AND m.instance_id = i.id AND m.incident IS NOT NULL
  );
COMMENT ON VIEW wf.purgeable IS
    'Finished instances that a purge takes when they are old enough: no hold, no open incident, no effect that is still to be done, no parent.';

-- One row for everything that a counter of wf_metrics counts; nothing of it can be undone, so no counter falls. bucket is
-- the number of the bounds of wf.bound that hold the amount; for instances, 1 where it is completed.
CREATE VIEW wf.tally WITH (security_invoker = true) AS
SELECT i.organization_id, i.id AS instance_id, 'instance' AS family, i.definition_code AS label,
    (i.status = 'completed')::integer AS bucket, i.seq::double precision AS amount
FROM wf.instance AS i
UNION ALL
SELECT t.organization_id, t.instance_id, 'timer', '',
    pg_catalog.width_bucket(-d.seconds, ARRAY[-3600, -300, -60, -10, -1, -0.1, -0.01]::double precision[]), d.seconds
FROM wf.timer AS t
CROSS JOIN LATERAL (VALUES (EXTRACT(epoch FROM t.fired_at - t.fire_at)::double precision)) AS d (seconds)
WHERE t.status = 'FIRED'
UNION ALL
SELECT e.organization_id, e.instance_id, 'effect', e.code,
    pg_catalog.width_bucket(-d.seconds, ARRAY[-3600, -300, -60, -10, -1, -0.1, -0.01]::double precision[]), d.seconds
FROM wf.effect AS e
CROSS JOIN LATERAL (VALUES (EXTRACT(epoch FROM e.completed_at - e.created_at)::double precision)) AS d (seconds)
WHERE e.status = 'COMPLETED'
UNION ALL
SELECT t.organization_id, t.instance_id, 'task', COALESCE(t.outcome, ''),
    pg_catalog.width_bucket(-d.seconds, ARRAY[-604800, -259200, -86400, -14400, -3600, -300, -60]::double precision[]), d.seconds
FROM wf.task AS t
CROSS JOIN LATERAL (VALUES (EXTRACT(epoch FROM t.completed_at - t.created_at)::double precision)) AS d (seconds)
WHERE t.task_state = 'COMPLETED';
COMMENT ON VIEW wf.tally IS 'What the counters and histograms of wf_metrics are made of, one row per event.';

-- The bounds of the histograms, in seconds; rank 7 is the smallest.
CREATE VIEW wf.bound WITH (security_invoker = true) AS
SELECT b.family, b.rank, b.le
FROM (VALUES
    ('timer', 7, '0.01'), ('timer', 6, '0.1'), ('timer', 5, '1'), ('timer', 4, '10'), ('timer', 3, '60'),
    ('timer', 2, '300'), ('timer', 1, '3600'), ('timer', 0, '+Inf'),
    ('effect', 7, '0.01'), ('effect', 6, '0.1'), ('effect', 5, '1'), ('effect', 4, '10'), ('effect', 3, '60'),
    ('effect', 2, '300'), ('effect', 1, '3600'), ('effect', 0, '+Inf'),
    ('task', 7, '60'), ('task', 6, '300'), ('task', 5, '3600'), ('task', 4, '14400'), ('task', 3, '86400'),
    ('task', 2, '259200'), ('task', 1, '604800'), ('task', 0, '+Inf')
) AS b (family, rank, le);
COMMENT ON VIEW wf.bound IS 'The upper bounds of the histograms of wf_metrics, in seconds: rank is how many bounds, from the largest on, hold a value that this one still holds.';
