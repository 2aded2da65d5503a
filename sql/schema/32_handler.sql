-- What happens with an effect code.

CREATE TABLE wf.handler (
    organization_id uuid        NOT NULL,
    code            text        NOT NULL,
    kind            text        NOT NULL CHECK (kind IN ('sql', 'worker')),
    function        text,
    run_as          regrole     NOT NULL,
    search_path     text        NOT NULL,
    retry           jsonb,
    timeout         interval,
    batch           boolean     NOT NULL,
    limits          jsonb,
    registered_by   text        NOT NULL,
    registered_at   timestamptz NOT NULL,
    CONSTRAINT idx_wf_handlers PRIMARY KEY (organization_id, code)
);
COMMENT ON TABLE wf.handler IS
    'What happens with an effect code: an organization''s own handler before a shared one (organization zero), the most specific code first.';
COMMENT ON COLUMN wf.handler.code IS 'An effect code; PREFIX.* stands for PREFIX and every code that begins with it and a dot, * for every code.';
COMMENT ON COLUMN wf.handler.kind IS 'sql: the scheduler calls function; worker: any client claims the effect.';
COMMENT ON COLUMN wf.handler.function IS 'Of kind sql: the signature, with schema; quoted where needed.';
COMMENT ON COLUMN wf.handler.run_as IS 'Of kind sql: the role with whose rights the function runs.';
COMMENT ON COLUMN wf.handler.search_path IS 'The search_path in force at wf_register_handler, pg_temp last: the function runs with it.';
COMMENT ON COLUMN wf.handler.retry IS 'Retry policy for what the definition does not say itself.';
COMMENT ON COLUMN wf.handler.timeout IS 'How long one attempt may take, unless the definition says it.';
COMMENT ON COLUMN wf.handler.batch IS 'Of kind sql: may it share its transaction with other effects?';
COMMENT ON COLUMN wf.handler.limits IS '{"max_concurrent", "per_second"}: how many of these effects run at once, and begin per second.';

CREATE VIEW wf_handlers_view WITH (security_invoker = true) AS
SELECT
    h.organization_id,
    h.code,
    h.kind,
    h.function,
    h.run_as,
    h.retry,
    h.timeout,
    h.batch,
    h.limits,
    h.search_path,
    h.registered_by,
    h.registered_at
FROM wf.handler AS h;
COMMENT ON VIEW wf_handlers_view IS 'What happens with effect codes: kind sql runs inside the database, kind worker is claimed by clients, as is every code without a handler.';
