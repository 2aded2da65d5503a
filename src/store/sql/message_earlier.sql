-- Is an earlier message of this key still to be tried with this receiver? One without an attempt is due, or in
-- somebody's hands. Index: idx_wf_messages_correlation.
SELECT EXISTS (
    SELECT
    FROM wf.message AS m
    WHERE m.organization_id = $1
      AND m.correlation_key = $2
      AND (m.created_at, m.id) < ($3, $4)
      AND m.expires_at > $6
      AND (m.attempts = 0 OR $5 = ANY (m.held_for))
      AND NOT EXISTS (
          SELECT
          FROM wf.step AS s
          WHERE s.organization_id = $1 AND s.line_code = $5::text || ':message:' || m.id::text
      )
)
