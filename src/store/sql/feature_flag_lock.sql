-- One flag is set after the other; the lock ends with the transaction.
SELECT pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtextextended('wf.feature_flag ' || $1::text || ' ' || $2::text || ' ' || $3, 0)
)
