-- Definitions of one code are made one after the other; the lock ends with the transaction.
SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('wf.definition ' || $1::text || ' ' || $2, 0))
