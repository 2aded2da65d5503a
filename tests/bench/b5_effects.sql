-- Effects that wait: SQL ones, each the invoke of an instance that goes to its end with the result, and such of outside workers.
CREATE TABLE floor.effect (LIKE wf.effect INCLUDING ALL);
DO $$
BEGIN
    EXECUTE format('ALTER TABLE floor.effect SET (%s)',
        (SELECT array_to_string(c.reloptions, ', ') FROM pg_class AS c WHERE c.oid = 'wf.effect'::regclass));
END
$$;
CREATE FUNCTION public.one(effect jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT to_jsonb(1)';
SELECT wf_register_handler('bench.one', 'sql', '{"function": "public.one"}');
SELECT version FROM wf_define('{"id": "call", "initial": "asking", "states": {
    "asking": {"invoke": {"src": "bench.one", "onDone": "done"}}, "done": {"type": "final"}}}');
SELECT version FROM wf_define(format('{"id": "jobs", "initial": "a", "context": {"to": "ada@example.com"}, "states": {"a": {"entry": [%s]}}}',
    array_to_string(array_fill('{"type": "mail.send", "params": {"to": "$.to", "template": "receipt"}}'::text, ARRAY[100]), ', '))::json);

CREATE PROCEDURE public.calls(count int) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM wf_start_many('call', array_fill('{}'::jsonb, ARRAY[count]));
    INSERT INTO floor.instance SELECT i.* FROM wf.instance AS i WHERE i.definition_code = 'call' AND i.status = 'active';
    INSERT INTO floor.effect SELECT e.* FROM wf.effect AS e WHERE e.code = 'bench.one' AND e.status = 'PENDING';
END
$$;
CREATE PROCEDURE public.run_calls() LANGUAGE plpgsql AS $$
DECLARE
    run int;
BEGIN
    LOOP
        SELECT t.effects_run INTO run FROM wf_scheduler_tick(max_timers => 0, max_effects => 500) AS t;
        EXIT WHEN run = 0;
        COMMIT;
    END LOOP;
END
$$;
CREATE PROCEDURE floor.run_calls() LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        WITH ready AS (
            SELECT e.organization_id, e.id, e.code, e.params
            FROM floor.effect AS e
            WHERE e.status IN ('PENDING', 'FAILED') AND e.code = 'bench.one'
            ORDER BY e.code, e.organization_id, e.lane, COALESCE(e.next_retry_at, e.created_at), e.id
            LIMIT 500
            FOR UPDATE SKIP LOCKED
        ), completed AS (
            UPDATE floor.effect AS e
            SET status = 'COMPLETED', attempts = e.attempts + 1, completed_at = clock_timestamp(),
                output = public.one(jsonb_build_object('id', ready.id, 'code', ready.code, 'params', ready.params))
            FROM ready
            WHERE e.organization_id = ready.organization_id AND e.id = ready.id
            RETURNING e.organization_id, e.instance_id, e.output
        ), moved AS (
            UPDATE floor.instance AS i
            SET state = 'done', status = 'completed', seq = i.seq + 1, updated_at = clock_timestamp()
            FROM completed AS c
            WHERE i.organization_id = c.organization_id AND i.id = c.instance_id
            RETURNING i.organization_id, i.id, i.seq, c.output
        )
        INSERT INTO floor.step (
            organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event,
            database_role, payload
        )
        SELECT m.organization_id, m.id, m.seq, gen_random_uuid(), clock_timestamp(), 0, 'answer', 'completed', 'asking', 'done',
            'done.invoke.asking', current_user, jsonb_build_object('output', m.output)
        FROM moved AS m;
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
END
$$;

CREATE PROCEDURE public.jobs(count int) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM wf.effect AS e WHERE e.code = 'mail.send';
    DELETE FROM floor.effect AS e WHERE e.code = 'mail.send';
    PERFORM FROM wf_start_many('jobs', array_fill('{}'::jsonb, ARRAY[count / 100]));
    INSERT INTO floor.effect SELECT e.* FROM wf.effect AS e WHERE e.code = 'mail.send' AND e.status = 'PENDING';
END
$$;
