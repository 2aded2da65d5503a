-- What every figure needs: where results go, the definition that is sent to, and the floor's tables, which are copies of the
-- engine's with the same columns, keys and storage settings.
CREATE SCHEMA result;
CREATE TABLE result.run (
    id         int GENERATED ALWAYS AS IDENTITY,
    figure     text    NOT NULL,
    title      text    NOT NULL,
    who        text    NOT NULL,
    clients    int     NOT NULL,
    operations numeric NOT NULL,
    seconds    numeric NOT NULL,
    commits    numeric NOT NULL,
    wal        numeric NOT NULL,
    cpu_ms     numeric NOT NULL
);
CREATE TABLE result.fact (id int GENERATED ALWAYS AS IDENTITY, figure text, title text, measure text, value numeric, unit text);
CREATE TABLE result.target (figure text, title text, measure text, versus text, operator text, value numeric);

CREATE SCHEMA floor;
CREATE TABLE floor.instance (LIKE wf.instance INCLUDING ALL);
CREATE TABLE floor.step (LIKE wf.step INCLUDING ALL);
CREATE TABLE floor.timer (LIKE wf.timer INCLUDING ALL);
-- LIKE leaves storage parameters out.
DO $$
DECLARE
    made record;
BEGIN
    FOR made IN
        SELECT c.relname, array_to_string(c.reloptions, ', ') AS options
        FROM pg_class AS c
        WHERE c.relnamespace = 'wf'::regnamespace AND c.relname IN ('instance', 'step', 'timer')
    LOOP
        EXECUTE format('ALTER TABLE floor.%I SET (%s)', made.relname, made.options);
    END LOOP;
END
$$;

-- Until nothing is connected but the asker and who holds a snapshot.
CREATE PROCEDURE public.wait_for_quiet() LANGUAGE plpgsql AS $$
BEGIN
    WHILE EXISTS (
        SELECT FROM pg_stat_activity AS a
        WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() AND a.application_name <> 'holder'
    ) LOOP
        PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
    END LOOP;
END
$$;

-- Commits in a database, and bytes of WAL so far.
CREATE FUNCTION public.counters(database text) RETURNS TABLE (commits bigint, wal numeric) LANGUAGE sql AS $$
    SELECT d.xact_commit, pg_current_wal_insert_lsn() - '0/0' FROM pg_stat_database AS d WHERE d.datname = database
$$;

-- The instance of a number, as pgbench can name it.
CREATE FUNCTION public.nth(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN lpad(to_hex(n), 32, '0')::uuid;

-- Turns for ever between two states, so that every send finds a transition.
SELECT version FROM wf_define('{"id": "turn", "initial": "draft", "context": {"customer": "C-10023", "amount": 129.9, "days": 3},
    "states": {"draft": {"on": {"NEXT": "review"}}, "review": {"on": {"NEXT": "draft"}}}}');

-- fill: instances of a definition with the numbers given, as wf_start makes one; the same for the floor. Bulk, for the clock's sake.
CREATE PROCEDURE public.fill(code text, first bigint, last bigint) LANGUAGE plpgsql AS $$
DECLARE
    made uuid := wf_start(code);
    columns text := (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FROM pg_attribute AS a WHERE a.attrelid = 'wf.instance'::regclass AND a.attnum > 0 AND NOT a.attisdropped
    );
BEGIN
    EXECUTE format(
        'INSERT INTO wf.instance (%s) SELECT %s FROM wf.instance AS i, generate_series($1, $2) AS n WHERE i.id = $3',
        columns, replace(columns, ' id,', ' nth(n),')
    ) USING first, last, made;
    EXECUTE format(
        'INSERT INTO floor.instance (%s) SELECT %s FROM wf.instance AS i, generate_series($1, $2) AS n WHERE i.id = $3',
        columns, replace(columns, ' id,', ' nth(n),')
    ) USING first, last, made;
    DELETE FROM wf.step AS s WHERE s.instance_id = made;
    DELETE FROM wf.instance AS i WHERE i.id = made;
    COMMIT;
END
$$;
