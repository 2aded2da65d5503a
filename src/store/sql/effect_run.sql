-- Results of effects that the scheduler has locked and run, each row by its place: $1 places, $2 outputs, $3 whether a
-- limit counts it, $5 attempts. The always true conditions make few rows expected, so that each is fetched by its place, also where the
-- plan was made for an empty table.
UPDATE wf.effect AS e
SET status = 'COMPLETED',
    attempts = done.attempt,
    completed_at = $4,
    next_retry_at = NULL,
    lease_until = NULL,
    started_at = CASE WHEN done.is_limited THEN $4 END,
    output = done.output
FROM (
    SELECT done.place::tid AS place, done.output, done.is_limited, done.attempt
    FROM ROWS FROM (
        pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::jsonb[]), pg_catalog.unnest($3::boolean[]),
        pg_catalog.unnest($5::integer[])
    ) AS done (place, output, is_limited, attempt)
    WHERE done.place > '' AND done.place < 'a'
) AS done
WHERE e.ctid = done.place
RETURNING e.id
