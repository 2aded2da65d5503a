-- The medians of all runs with their ratios, as a table, and as JSON for machines.
\pset footer off
CREATE OR REPLACE VIEW result.median AS
SELECT
    r.figure, r.title, r.clients, r.who, count(*) AS runs,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY r.operations / r.seconds) AS per_second,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY r.commits / r.operations) AS commits,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY r.wal / r.operations) AS wal,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY r.cpu_ms / r.operations) AS cpu_ms,
    min(r.id) AS place
FROM result.run AS r
GROUP BY r.figure, r.title, r.clients, r.who;

CREATE OR REPLACE VIEW result.ratio AS
SELECT
    ours.figure, ours.title, ours.clients, ours.who, floor.who AS versus,
    ours.per_second / floor.per_second AS rate, ours.wal / floor.wal AS wal, ours.cpu_ms / NULLIF(floor.cpu_ms, 0) AS cpu
FROM result.median AS ours
JOIN result.median AS floor USING (figure, title, clients)
WHERE ours.who = 'engine' AND floor.who <> 'engine';

SELECT
    m.figure, m.title, m.clients, m.who, round(m.per_second::numeric) AS "per s", round(m.commits::numeric, 3) AS commits,
    round(m.wal::numeric) AS "WAL bytes", round(m.cpu_ms::numeric, 4) AS "CPU ms",
    round(r.rate::numeric, 2) AS "engine/this", round(r.wal::numeric, 2) AS "its WAL", round(r.cpu::numeric, 2) AS "its CPU"
FROM result.median AS m
LEFT JOIN result.ratio AS r ON (r.figure, r.title, r.clients, r.versus) = (m.figure, m.title, m.clients, m.who)
ORDER BY m.place;
