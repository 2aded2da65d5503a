-- Timers that were read just before under their instances' locks, by the places of their rows: however small the table was
-- when the plan was made, it never reads the whole table. A row that was written around the locks is not hit.
UPDATE wf.timer AS t
SET status = 'FIRED', fired_at = $2, attempts = t.attempts + 1, last_error = NULL, retry_at = NULL
WHERE t.ctid = ANY ($1::text[]::tid[])
