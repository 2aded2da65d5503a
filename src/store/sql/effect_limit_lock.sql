-- Whoever counts under a limit does so alone until its transaction ends; another finds it taken and goes on to other codes.
SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('pg_workflow limit ' || $1, 0))
