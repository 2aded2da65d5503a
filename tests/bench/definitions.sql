-- What a large definition costs: reading it, and a transition in it beside the same transition in a small one.
-- Prints milliseconds and a ratio; both definitions are rings of like states, and the rounds alternate.
\set QUIET on
\pset footer off
SET client_min_messages = warning;
-- The engine's cost, not the disk's.
SET synchronous_commit = off;

CREATE FUNCTION pg_temp.ring(code text, states int) RETURNS json LANGUAGE sql RETURN (
    SELECT json_build_object('id', code, 'initial', 's0', 'context', json_build_object('n', 1), 'states', json_object_agg(
        's' || i,
        json_build_object('on', json_build_object(
            'NEXT', json_build_object('target', 's' || (i + 1) % states, 'guard', '$.n > 0'),
            'STOP', json_build_object('target', 's0', 'guard', '$.n < 0'),
            'NOTE', json_build_object('actions', json_build_object('type', 'log', 'params', json_build_object('message', 'x')))))))
    FROM generate_series(0, states - 1) AS i);

CREATE TEMP TABLE reading (states int, kib int, ms numeric);
CREATE TEMP TABLE sending (round int, small_us numeric, large_us numeric);

DO $$
DECLARE
    began timestamptz; document json; small uuid; large uuid; small_us numeric; large_us numeric;
BEGIN
    FOR round IN 1..5 LOOP
        document := pg_temp.ring('ring_500', 500);
        began := clock_timestamp();
        PERFORM count(*) FROM wf_validate(document);
        INSERT INTO reading SELECT 500, length(document::text) / 1024, extract(epoch FROM clock_timestamp() - began) * 1000;
    END LOOP;
    PERFORM wf_define(pg_temp.ring('ring_5', 5));
    PERFORM wf_define(pg_temp.ring('ring_500', 500));
    small := wf_start('ring_5');
    large := wf_start('ring_500');
    FOR round IN 0..7 LOOP
        began := clock_timestamp();
        FOR i IN 1..1000 LOOP PERFORM wf_send(small, 'NEXT'); COMMIT; END LOOP;
        small_us := extract(epoch FROM clock_timestamp() - began) * 1000;
        began := clock_timestamp();
        FOR i IN 1..1000 LOOP PERFORM wf_send(large, 'NEXT'); COMMIT; END LOOP;
        large_us := extract(epoch FROM clock_timestamp() - began) * 1000;
        -- Round 0 warms up.
        IF round > 0 THEN INSERT INTO sending VALUES (round, small_us, large_us); END IF;
    END LOOP;
END $$;

\echo 'Reading, checking and compiling a definition (limit: 50 ms):'
SELECT states, kib, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 2) AS median_ms FROM reading GROUP BY 1, 2;
\echo 'A transition with a guard among 5 and among 500 states, each committed (limit of the ratio: 1.3):'
SELECT round(percentile_cont(0.5) WITHIN GROUP (ORDER BY small_us)::numeric, 1) AS us_among_5,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY large_us)::numeric, 1) AS us_among_500,
       round(percentile_cont(0.5) WITHIN GROUP (ORDER BY large_us / small_us)::numeric, 2) AS ratio
FROM sending;
