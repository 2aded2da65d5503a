-- What a next version might bring: a column with its default, an index, a table that is dumped, a column at the end of a
-- view, a function of the library under another name.
-- The column is in a table that the library writes by statements: where it writes rows directly it must know each column.
ALTER TABLE wf.schedule ADD COLUMN synthetic integer NOT NULL DEFAULT 7;
CREATE INDEX idx_wf_timers_synthetic ON wf.timer (name) WHERE status = 'PENDING';
CREATE TABLE wf.synthetic (organization_id uuid PRIMARY KEY, value text);
COMMENT ON TABLE wf.synthetic IS 'Synthetic.';
SELECT pg_catalog.pg_extension_config_dump('wf.synthetic', '');
CREATE OR REPLACE VIEW wf_error_codes WITH (security_invoker = true) AS
SELECT e.code, e.sqlstate, e.raised_by, e.meaning, 7 AS synthetic
FROM wf.error_codes() AS e;
CREATE FUNCTION wf.synthetic() RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'library_version_wrapper';
COMMENT ON FUNCTION wf.synthetic IS 'Synthetic.';
REVOKE ALL ON FUNCTION wf.synthetic FROM PUBLIC;
