-- The payload is always the same, so that the server keeps one notification of a transaction.
SELECT pg_catalog.pg_notify('wf_effects', '')
