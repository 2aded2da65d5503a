-- Counted in UTC, whatever the session's zone.
SELECT ($1 AT TIME ZONE 'UTC' - $2) AT TIME ZONE 'UTC'
