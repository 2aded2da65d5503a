-- Keeps the log at 1,000 runs; what somebody else removes is passed over. Index: idx_wf_scheduler_runs.
DELETE FROM wf.scheduler_run AS r
WHERE r.id = ANY (ARRAY(
    SELECT old.id
    FROM wf.scheduler_run AS old
    WHERE old.id < (SELECT kept.id FROM wf.scheduler_run AS kept ORDER BY kept.id DESC OFFSET 999 LIMIT 1)
    ORDER BY old.id
    LIMIT 500
    FOR UPDATE SKIP LOCKED
))
