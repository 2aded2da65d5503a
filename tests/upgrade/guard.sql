-- A library of before @VERSION@ would read the new tables by its own rules.
DO $guard$
BEGIN
    IF string_to_array(wf.library_version(), '.')::integer[] < string_to_array('@VERSION@', '.')::integer[] THEN
        RAISE 'VERSION_MISMATCH: library % cannot bring the schema to @VERSION@', wf.library_version()
            USING ERRCODE = 'WF053',
                HINT = 'Install the package of @VERSION@, restart the server if it preloads pg_workflow, connect again.';
    END IF;
END
$guard$;
