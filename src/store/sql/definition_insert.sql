-- Index for the next version: idx_wf_definitions_version. Definitions of a code are made one after the other, so a
-- conflict is with a version that a REPEATABLE READ snapshot does not show; DO NOTHING makes it a 40001.
INSERT INTO wf.definition (
    organization_id, id, code, version, is_current, owner_role, search_path, created_at, created_by, hash, document
)
VALUES (
    $1, $2, $3,
    (
        SELECT COALESCE(pg_catalog.max(d.version), 0) + 1
        FROM wf.definition AS d
        WHERE d.organization_id = $1 AND d.code = $3
    ),
    true, $4::oid::regrole, $5, $6, $7, $8, $9
)
ON CONFLICT DO NOTHING
RETURNING version
