-- Index: idx_wf_handlers.
INSERT INTO wf.handler (
    organization_id, code, kind, function, run_as, search_path, retry, timeout, batch, limits, registered_by, registered_at
)
VALUES ($1, $2, $3, $4, $5::oid::regrole, $6, $7, $8::interval, $9, $10, $11, $12)
ON CONFLICT (organization_id, code) DO UPDATE
SET kind = EXCLUDED.kind, function = EXCLUDED.function, run_as = EXCLUDED.run_as, search_path = EXCLUDED.search_path,
    retry = EXCLUDED.retry, timeout = EXCLUDED.timeout, batch = EXCLUDED.batch, limits = EXCLUDED.limits,
    registered_by = EXCLUDED.registered_by, registered_at = EXCLUDED.registered_at
