CREATE VIEW wf_error_codes WITH (security_invoker = true) AS
SELECT e.code, e.sqlstate, e.raised_by, e.meaning
FROM wf.error_codes() AS e;
COMMENT ON VIEW wf_error_codes IS 'Every named error: the word that opens its message, its SQLSTATE, who raises it and when.';
