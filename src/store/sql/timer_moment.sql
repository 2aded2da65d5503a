-- A moment plus an interval, counted in UTC whatever the session's time zone.
SELECT ($1::timestamptz AT TIME ZONE 'UTC' + $2::interval) AT TIME ZONE 'UTC'
