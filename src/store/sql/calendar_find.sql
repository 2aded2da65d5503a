-- A calendar: the organization's own, else the shared one. Index: idx_wf_calendars.
SELECT c.time_zone, c.working_hours, c.holidays
FROM wf.calendar AS c
WHERE c.organization_id IN ($1, '00000000-0000-0000-0000-000000000000'::uuid)
  AND c.code = $2
ORDER BY c.organization_id DESC
LIMIT 1
