-- Every place where instances are, with one of them: what the chart has to know. Reads the table from end to end. CANCELLED
-- and FAILED are left by wf_cancel and by a failure of the engine, whatever the chart knows.
SELECT i.organization_id, i.definition_id, i.state, i.history, (pg_catalog.array_agg(i.id))[1], pg_catalog.count(*)
FROM wf.instance AS i
WHERE ($1::uuid[] IS NULL OR i.organization_id = ANY ($1))
  AND (i.status, i.state) NOT IN (('cancelled', 'CANCELLED'), ('failed', 'FAILED'))
GROUP BY i.organization_id, i.definition_id, i.state, i.history
ORDER BY i.definition_id, i.state
