-- Answers whether there was none of this code. Index: idx_wf_calendars.
INSERT INTO wf.calendar (
    organization_id, code, time_zone, working_hours, holidays, created_at, updated_at, updated_by
)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
ON CONFLICT (organization_id, code) DO UPDATE
SET time_zone = EXCLUDED.time_zone, working_hours = EXCLUDED.working_hours, holidays = EXCLUDED.holidays,
    updated_at = EXCLUDED.updated_at, updated_by = EXCLUDED.updated_by
RETURNING xmax = '0'::xid
