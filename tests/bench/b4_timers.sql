-- A backlog of timers, drained by the scheduler and by hand: each 500 in a transaction.
SELECT version FROM wf_define('{"id": "once", "initial": "waiting", "context": {"delay": 0},
    "states": {"waiting": {"after": {"$.delay": "done"}}, "done": {"type": "final"}}}');

-- So many overdue timers for the engine and as many for the floor, the tables as vacuum leaves them.
CREATE PROCEDURE public.backlog(timers int) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count(*) FROM wf_start_many('once', array_fill('{}'::jsonb, ARRAY[timers]));
    INSERT INTO floor.instance SELECT i.* FROM wf.instance AS i WHERE i.definition_code = 'once' AND i.status = 'active';
    INSERT INTO floor.timer SELECT t.* FROM wf.timer AS t WHERE t.status = 'PENDING';
END
$$;
CREATE PROCEDURE public.drain() LANGUAGE plpgsql AS $$
DECLARE
    fired int;
BEGIN
    LOOP
        SELECT t.timers_fired INTO fired FROM wf_scheduler_tick(500) AS t;
        EXIT WHEN fired = 0;
        COMMIT;
    END LOOP;
END
$$;
CREATE PROCEDURE floor.drain() LANGUAGE plpgsql AS $$
BEGIN
    LOOP
        WITH due AS (
            SELECT t.organization_id, t.instance_id, t.id, t.name
            FROM floor.timer AS t
            WHERE t.status = 'PENDING' AND t.fire_at <= clock_timestamp()
            ORDER BY t.fire_at, t.id
            LIMIT 500
            FOR UPDATE SKIP LOCKED
        ), fired AS (
            UPDATE floor.timer AS t
            SET status = 'FIRED', fired_at = clock_timestamp(), attempts = t.attempts + 1
            FROM due
            WHERE t.organization_id = due.organization_id AND t.instance_id = due.instance_id AND t.id = due.id
        ), moved AS (
            UPDATE floor.instance AS i
            SET state = 'done', status = 'completed', seq = i.seq + 1, updated_at = clock_timestamp()
            FROM due
            WHERE i.organization_id = due.organization_id AND i.id = due.instance_id
            RETURNING i.organization_id, i.id, i.seq, due.name
        )
        INSERT INTO floor.step (
            organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event,
            database_role, note
        )
        SELECT m.organization_id, m.id, m.seq, gen_random_uuid(), clock_timestamp(), 0, 'timer', 'completed', 'waiting', 'done',
            'wf.after', current_user, m.name
        FROM moved AS m;
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
END
$$;
