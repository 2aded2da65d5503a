-- The medians of all runs with their ratios as a table, then what must hold.
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

-- The engine's median as a share of each floor's.
CREATE OR REPLACE VIEW result.ratio AS
SELECT
    ours.figure, ours.title, ours.clients, floor.who AS versus, ours.per_second / floor.per_second AS rate,
    ours.wal / NULLIF(floor.wal, 0) AS wal, ours.cpu_ms / NULLIF(floor.cpu_ms, 0) AS cpu
FROM result.median AS ours
JOIN result.median AS floor USING (figure, title, clients)
WHERE ours.who = 'engine' AND floor.who <> 'engine';

CREATE OR REPLACE VIEW result.verdict AS
SELECT
    t.figure, t.title, found.clients, t.measure, t.versus, found.value, t.operator, t.value AS bound,
    CASE t.operator WHEN '>=' THEN found.value >= t.value ELSE found.value <= t.value END AS holds
FROM result.target AS t
CROSS JOIN LATERAL (
    SELECT r.clients, CASE t.measure WHEN 'rate' THEN r.rate WHEN 'wal' THEN r.wal WHEN 'cpu' THEN r.cpu END AS value
    FROM result.ratio AS r
    WHERE r.figure = t.figure AND r.title = t.title AND r.versus = t.versus
    UNION ALL
    SELECT NULL, f.value FROM result.fact AS f WHERE f.figure = t.figure AND f.title = t.title AND f.measure = t.measure
) AS found;

SELECT
    m.figure, m.title, m.clients, m.who, round(m.per_second::numeric) AS "per s", round(m.commits::numeric, 3) AS commits,
    round(m.wal::numeric) AS "WAL bytes", round(m.cpu_ms::numeric, 4) AS "CPU ms",
    round(r.rate::numeric, 2) AS "engine : this", round(r.wal::numeric, 2) AS "its WAL", round(r.cpu::numeric, 2) AS "its CPU"
FROM result.median AS m
LEFT JOIN result.ratio AS r ON (r.figure, r.title, r.clients, r.versus) = (m.figure, m.title, m.clients, m.who)
ORDER BY m.figure, m.place;

SELECT f.figure, f.title, f.measure, round(f.value, 2) AS value, f.unit FROM result.fact AS f ORDER BY f.figure, f.id;

SELECT
    v.figure, v.title, v.clients, v.measure, v.versus, round(v.value::numeric, 2) AS value, v.operator || ' ' || v.bound AS target, v.holds
FROM result.verdict AS v
ORDER BY v.figure, v.title, v.clients, v.versus;
