-- A restored database, before and after its work has gone on: nothing contradicts itself, and every setting is there.
\set ON_ERROR_STOP on
DO $$
DECLARE
    fault record;
BEGIN
    FOR fault IN SELECT * FROM wf_check() LOOP
        RAISE EXCEPTION '%: %', fault."check", fault.detail;
    END LOOP;
    ASSERT (SELECT NOT enabled AND reason = 'not ready after all' AND set_by = 'olga' FROM wf_check_feature_flag('stopped')), 'the flag';
    ASSERT (SELECT count(*) = 3 FROM wf_feature_flag_changes_view WHERE definition_code = 'stopped'), 'the flags before it';
    ASSERT (SELECT count(*) = 1 FROM wf_legal_holds_view), 'the legal hold';
    ASSERT (SELECT count(*) = 1 FROM wf_holds_view), 'the held effects';
    ASSERT (SELECT count(*) = 1 FROM wf_tasks_view WHERE title = 'Call back'), 'the task';
    -- Every table is dumped whole, and an empty one proves nothing: only these are empty.
    ASSERT (
        SELECT array_agg(c.relname ORDER BY c.relname) <@ ARRAY['retention', 'secret', 'sla']::name[]
        FROM pg_class AS c
        WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'r'
          AND (xpath('/row/empty/text()', query_to_xml('SELECT NOT EXISTS (SELECT FROM wf.' || c.relname || ') AS empty', false, true, '')))[1]::text = 'true'
    ), 'a table is empty';
    ASSERT NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = 'wf'::regnamespace AND c.relkind = 'S'), 'sequences would have to be looked at';
END $$;
