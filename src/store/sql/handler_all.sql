-- Every handler, for the copy that a backend keeps: settings, not data, so a table of a few pages.
SELECT h.organization_id, h.code, h.kind, h.function, h.run_as::oid, h.search_path, h.retry,
    (EXTRACT(epoch FROM h.timeout) * 1000000)::bigint, h.batch, h.limits
FROM wf.handler AS h
