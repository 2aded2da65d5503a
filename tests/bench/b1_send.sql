-- The floors of a send: what somebody would write by hand for one machine with two states.
CREATE FUNCTION floor.send(organization uuid, instance uuid, event text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    found floor.instance;
    target text;
BEGIN
    SELECT * INTO found FROM floor.instance AS i WHERE i.organization_id = organization AND i.id = instance FOR NO KEY UPDATE;
    SELECT t.to_state INTO target
    FROM floor.transition AS t
    WHERE t.definition_id = found.definition_id AND t.from_state = found.state AND t.event = send.event;
    IF target IS NULL THEN
        RAISE EXCEPTION 'nothing in state % takes %', found.state, event;
    END IF;
    UPDATE floor.instance AS i
    SET seq = i.seq + 1, state = target, updated_at = clock_timestamp()
    WHERE i.organization_id = organization AND i.id = instance AND i.seq = found.seq;
    INSERT INTO floor.step (
        organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event, database_role
    ) VALUES (
        organization, instance, found.seq + 1, gen_random_uuid(), clock_timestamp(), 0.1, 'transition', 'active', found.state,
        target, event, current_user
    );
    RETURN target;
END
$$;
CREATE TABLE floor.transition (
    definition_id uuid, from_state text, event text, to_state text, PRIMARY KEY (definition_id, from_state, event)
);
INSERT INTO floor.transition
SELECT d.id, t.from_state, 'NEXT', t.to_state
FROM wf.definition AS d, (VALUES ('draft', 'review'), ('review', 'draft')) AS t (from_state, to_state);
