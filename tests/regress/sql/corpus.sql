-- Simulation and reality must agree: every run of every machine of tests/corpus is simulated, and then done with a real
-- instance on a clock that stands still unless it is moved. Compared step by step: event, state, context, effects with
-- their params, timers, logs, guards, status and errors.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
BEGIN;
CREATE SCHEMA corpus;

-- What some of the machines call.
CREATE FUNCTION corpus.is_even(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql
RETURN (vars #>> '{params,number}')::integer % 2 = 0;
CREATE FUNCTION corpus.has_balance(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql
RETURN (vars #>> '{event,days}')::integer <= (context ->> 'balance')::integer;
CREATE FUNCTION corpus.upper(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql
RETURN to_jsonb(upper(args ->> 'text'));
CREATE FUNCTION corpus.divide(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql
RETURN to_jsonb(12 / (args ->> 'by')::integer);
SELECT wf_register_guard('CORPUS.BALANCE', 'corpus.has_balance'::regproc);
SELECT wf_register_guard('HERA.HR.LEAVE.BALANCE', 'corpus.has_balance'::regproc);

-- One row of either side. told is the error, without ids.
CREATE TYPE corpus.story AS (
    step integer, event text, state text, context jsonb, effects jsonb, timers jsonb, notes jsonb, guards jsonb, status text, told text
);

CREATE FUNCTION corpus.without_ids(message text) RETURNS text LANGUAGE sql
RETURN regexp_replace(message, '(?:the )?instance [0-9a-f-]{36}', 'the instance');

-- An error as a simulation tells it.
CREATE FUNCTION corpus.summary(state text, message text, fact text) RETURNS text LANGUAGE sql
RETURN corpus.without_ids(message) || CASE
    WHEN state NOT LIKE 'WF%' THEN format(' (%s)', state)
    WHEN fact <> '' AND message NOT LIKE 'INSTANCE_FINALIZED%' THEN ': ' || replace(fact, E'\n', ' ')
    ELSE '' END;

CREATE FUNCTION corpus.simulation(definition json, run jsonb) RETURNS SETOF corpus.story LANGUAGE sql
BEGIN ATOMIC
    SELECT s.step, s.event, s.state, s.context,
        (SELECT COALESCE(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                'code', COALESCE(a.value -> 'effect', a.value -> 'src'), 'invoke', a.value -> 'invoke'))
                || jsonb_build_object('params', COALESCE(a.value -> 'params', a.value -> 'input')) ORDER BY a.ordinality), '[]')
            FROM jsonb_array_elements(s.actions) WITH ORDINALITY AS a WHERE a.value ?| '{effect,invoke}'),
        (SELECT COALESCE(jsonb_agg(jsonb_build_object('name', a.value -> 'timer', 'due', (a.value ->> 'due')::timestamptz) ORDER BY a.ordinality), '[]')
            FROM jsonb_array_elements(s.actions) WITH ORDINALITY AS a WHERE a.value ? 'timer'),
        (SELECT jsonb_strip_nulls(jsonb_build_object(
                'log', jsonb_agg(a.value -> 'log' ORDER BY a.ordinality) FILTER (WHERE a.value ? 'log'),
                'missing', jsonb_agg(a.value -> 'missing' ORDER BY a.ordinality) FILTER (WHERE a.value ? 'missing'),
                'escalated', jsonb_agg(a.value -> 'escalate' ORDER BY a.ordinality) FILTER (WHERE a.value ? 'escalate')))
            FROM jsonb_array_elements(s.actions) WITH ORDINALITY AS a),
        CASE WHEN s.taken ~ '^(ignored|failed|incident): ' THEN NULL ELSE s.guards END,
        s.status,
        corpus.without_ids(substring(replace(s.taken, E'\n', ' ') FROM '^(?:ignored|failed): (.*)$'))
    FROM wf_simulate(
        definition, run -> 'events', context => run -> 'context',
        roles => ARRAY(SELECT jsonb_array_elements_text(run -> 'roles')), actor => run ->> 'actor',
        start_at => '2026-03-02 09:00+00') AS s;
END;

-- The last step of an instance, if it is newer than the one that was seen.
CREATE FUNCTION corpus.seen(instance uuid, seen bigint) RETURNS corpus.story LANGUAGE sql
BEGIN ATOMIC
    SELECT NULL::integer, s.event, s.to_state, i.context,
        (SELECT COALESCE(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', e.code, 'invoke', e.invoke_id))
                || jsonb_build_object('params', e.params) ORDER BY e.id), '[]')
            FROM wf.effect AS e WHERE e.instance_id = s.instance_id AND e.seq = s.seq),
        (SELECT COALESCE(jsonb_agg(jsonb_build_object('name', t.name, 'due', t.fire_at) ORDER BY t.id), '[]')
            FROM wf.timer AS t WHERE t.instance_id = s.instance_id AND t.entity_code LIKE s.instance_id || ':' || s.seq || ':%'),
        COALESCE(s.detail, '{}'), COALESCE(s.guards, '[]'), s.status, NULL::text
    FROM wf.step AS s JOIN wf.instance AS i ON i.id = s.instance_id
    WHERE s.instance_id = instance AND s.seq = i.seq AND s.seq > seen;
END;

-- The same run with a real instance.
CREATE FUNCTION corpus.reality(definition json, run jsonb) RETURNS SETOF corpus.story LANGUAGE plpgsql AS $$
DECLARE
    now_at   timestamptz := '2026-03-02 09:00+00';
    until    timestamptz;
    code     text;
    made     uuid;
    seq      bigint := 0;
    step     integer := 0;
    element  jsonb;
    name     text;
    payload  jsonb;
    answered text;
    held     record;
    pending  wf.timer;
    row      corpus.story;
    message  text;
    fact     text;
BEGIN
    PERFORM set_config('pg_workflow.fake_now', now_at::text, false);
    code := (wf_define(definition)).code;
    BEGIN
        -- A start has no arguments for the roles: none of the machines asks for them there.
        made := wf_start(code, run -> 'context');
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS fact = PG_EXCEPTION_DETAIL;
        RETURN NEXT ROW(0, 'wf.start', NULL, COALESCE((definition -> 'context')::jsonb, '{}') || COALESCE(run -> 'context', '{}'),
            '[]', '[]', '{}', NULL, 'failed', corpus.summary(SQLSTATE, SQLERRM, fact))::corpus.story;
        RETURN;
    END;
    row := corpus.seen(made, 0);
    row.step := 0;
    seq := 1;
    RETURN NEXT row;

    -- The first turn of the loop fires what fell due with the start.
    FOR element IN SELECT '{"after": 0}'::jsonb UNION ALL SELECT jsonb_array_elements(run -> 'events') LOOP
        until := now_at;
        IF element ? 'after' AND NOT element ? 'type' THEN
            until := CASE
                WHEN jsonb_typeof(element -> 'after') = 'number' THEN now_at + (element ->> 'after')::numeric * interval '1 millisecond'
                WHEN element ->> 'after' LIKE 'P%' THEN now_at + (element ->> 'after')::interval
                ELSE (element ->> 'after')::timestamptz END;
        ELSE
            name := COALESCE(element ->> 'type', element #>> '{}');
            payload := NULLIF(CASE WHEN jsonb_typeof(element) = 'object' THEN element - '{type,$actor,$roles}'::text[] END, '{}');
            answered := substring(name FROM '^(?:done|error)\.invoke\.(.*)$');
            message := NULL;
            step := step + 1;
            BEGIN
                IF answered IS NULL THEN
                    PERFORM wf_send(made, name, payload, actor => element ->> '$actor',
                        roles => ARRAY(SELECT jsonb_array_elements_text(COALESCE(element -> '$roles', run -> 'roles'))));
                ELSE
                    SELECT c.* INTO held
                    FROM wf_claim_effects('corpus', codes => ARRAY(
                            SELECT e.code FROM wf.effect AS e WHERE e.instance_id = made AND e.invoke_id = answered AND e.status = 'PENDING'),
                        max_effects => 1000, lease => interval '10 years') AS c
                    JOIN wf.effect AS e ON e.id = c.effect_id
                    WHERE e.instance_id = made AND e.invoke_id = answered;
                    IF NOT FOUND THEN
                        message := answered || ' waits for no answer';
                    ELSIF name LIKE 'done.%' THEN
                        PERFORM wf_complete_effects('corpus', ARRAY[held.effect_id], ARRAY[held.attempt], ARRAY[payload -> 'output']);
                    ELSE
                        PERFORM wf_fail_effects('corpus', ARRAY[held.effect_id], ARRAY[held.attempt], ARRAY[payload -> 'error'], retryable => false);
                    END IF;
                END IF;
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS fact = PG_EXCEPTION_DETAIL;
                message := corpus.summary(SQLSTATE, SQLERRM, fact);
            END;
            row := corpus.seen(made, seq);
            IF row.state IS NULL THEN
                SELECT NULL, name, i.state, i.context, '[]', '[]', '{}', NULL,
                    -- A refusal leaves all as it is; anything else is a step that failed.
                    CASE WHEN message ~ '^(INVALID_TRANSITION|UNAUTHORIZED_ROLE|INSTANCE_FINALIZED|GUARD_FAILED: no guard allows)' OR answered IS NOT NULL
                        THEN i.status ELSE 'failed' END,
                    CASE WHEN answered IS NULL THEN message END
                INTO row FROM wf.instance AS i WHERE i.id = made;
            ELSE
                seq := seq + 1;
            END IF;
            row.step := step;
            RETURN NEXT row;
        END IF;

        -- What falls due, each at its moment.
        LOOP
            SELECT t.* INTO pending FROM wf.timer AS t
            WHERE t.instance_id = made AND t.status = 'PENDING' AND GREATEST(t.fire_at, t.retry_at) <= until
            ORDER BY GREATEST(t.fire_at, t.retry_at, now_at), t.fire_at, t.id LIMIT 1;
            EXIT WHEN NOT FOUND;
            now_at := GREATEST(pending.fire_at, pending.retry_at, now_at);
            PERFORM set_config('pg_workflow.fake_now', now_at::text, false);
            PERFORM wf_scheduler_tick(max_timers => 1);
            step := step + 1;
            row := corpus.seen(made, seq);
            IF row.state IS NULL THEN
                SELECT NULL, t.event, i.state, i.context, '[]', '[]', '{}', NULL,
                    CASE t.status WHEN 'FIRED' THEN i.status ELSE 'failed' END,
                    CASE t.status WHEN 'FIRED' THEN 'nothing took it' ELSE replace(t.last_error, E'\n', ' ') END
                INTO row FROM wf.instance AS i JOIN wf.timer AS t ON t.id = pending.id WHERE i.id = made;
            ELSE
                seq := seq + 1;
            END IF;
            row.step := step;
            RETURN NEXT row;
        END LOOP;
        now_at := until;
        PERFORM set_config('pg_workflow.fake_now', now_at::text, false);
    END LOOP;

    -- Its timers are not to fire in the next run.
    IF (SELECT i.status FROM wf.instance AS i WHERE i.id = made) = 'active' THEN
        PERFORM wf_cancel(made);
    END IF;
END
$$;

-- The steps of a run that differ.
CREATE FUNCTION corpus.differences(definition json, run jsonb) RETURNS TABLE (step integer, side text, story corpus.story) LANGUAGE plpgsql AS $$
DECLARE
    -- wf_start knows the actor by the session alone.
    ignored   text := set_config('app.current_user_id', COALESCE(run ->> 'actor', ''), false);
    simulated corpus.story[] := ARRAY(SELECT s FROM corpus.simulation(definition, run) AS s ORDER BY s.step);
    real      corpus.story[] := ARRAY(SELECT r FROM corpus.reality(definition, run) AS r ORDER BY r.step);
    s         corpus.story;
    r         corpus.story;
BEGIN
    FOR i IN 1 .. GREATEST(cardinality(simulated), cardinality(real)) LOOP
        s := simulated[i];
        r := real[i];
        -- Nobody is told of a timer that nothing took.
        IF r.told = 'nothing took it' AND s.told ~ '^(INVALID_TRANSITION|GUARD_FAILED: no guard allows)' THEN
            r.told := s.told;
        END IF;
        IF r.told IS NULL AND s.told ~ ' waits for no answer$' THEN
            s.told := NULL;
        END IF;
        IF s IS DISTINCT FROM r THEN
            RETURN QUERY VALUES (i - 1, 'simulated', s), (i - 1, 'real', r);
        END IF;
    END LOOP;
END
$$;

CREATE TABLE corpus.machine (number integer GENERATED ALWAYS AS IDENTITY, machine json);
\set machines `cat tests/corpus/approvals.json`
INSERT INTO corpus.machine (machine) SELECT json_array_elements(:'machines');
\set machines `cat tests/corpus/orders.json`
INSERT INTO corpus.machine (machine) SELECT json_array_elements(:'machines');
\set machines `cat tests/corpus/parallel.json`
INSERT INTO corpus.machine (machine) SELECT json_array_elements(:'machines');
\set machines `cat tests/corpus/time.json`
INSERT INTO corpus.machine (machine) SELECT json_array_elements(:'machines');
\set machines `cat tests/corpus/logic.json`
INSERT INTO corpus.machine (machine) SELECT json_array_elements(:'machines');
-- The workflows of sql/demo, as far as no person has a task in them.
\set definition `cat sql/demo/leave_approval.json`
INSERT INTO corpus.machine (machine) SELECT json_build_object('name', 'demo: leave approval', 'definition', :'definition'::json, 'runs', '[
    { "name": "approved", "roles": ["employee", "manager"], "context": { "employee": "anna" },
      "events": [{ "type": "SUBMITTED", "days": 21 }, { "type": "SUBMITTED", "days": 5 }, "APPROVED"] },
    { "name": "not in time", "roles": ["employee"], "events": [{ "type": "SUBMITTED", "days": 5 }, "APPROVED", { "after": "P2D" }] } ]'::json);
\set definition `cat sql/demo/order.json`
INSERT INTO corpus.machine (machine) SELECT json_build_object('name', 'demo: order', 'definition', :'definition'::json, 'runs', '[
    { "name": "delivered", "context": { "total": 80, "address": "Linz" },
      "events": [{ "type": "PAID", "amount": 8 }, { "type": "PAID", "amount": 80 }, "CANCEL", "PACKED", { "type": "SHIPPED", "tracking": "AT-77" }] },
    { "name": "declined", "events": ["DECLINED", "DECLINED", { "after": "PT29M" }, "DECLINED"] },
    { "name": "not paid", "events": ["DECLINED", { "after": "PT30M" }, { "type": "PAID", "amount": 80 }] } ]'::json);
\set definition `cat sql/demo/kyc.json`
INSERT INTO corpus.machine (machine) SELECT json_build_object('name', 'demo: kyc', 'definition', :'definition'::json, 'runs', '[
    { "name": "nothing found", "context": { "name": "Berta", "email": "b@example.org" },
      "events": [{ "type": "UPLOADED", "files": ["passport"] }, { "type": "done.invoke.checks.sanctions.running", "output": { "risk": "low", "hits": [] } },
                 { "type": "done.invoke.checks.identity.running", "output": { "verdict": "ok" } }] },
    { "name": "no documents", "context": { "email": "b@example.org" }, "events": [{ "after": "P13D" }, { "after": "P1D" }] } ]'::json);
\set definition `cat sql/demo/dunning.json`
INSERT INTO corpus.machine (machine) SELECT json_build_object('name', 'demo: dunning', 'definition', :'definition'::json, 'runs', '[
    { "name": "never paid", "context": { "invoice": "R-1", "amount": 100 }, "events": [{ "after": "P30D" }] },
    { "name": "paid in two parts", "context": { "amount": 100 },
      "events": [{ "after": "P4D" }, { "type": "PAYMENT", "amount": 60 }, { "after": "P10D" }, { "type": "PAYMENT", "amount": 40 }] },
    { "name": "disputed in vain", "context": { "amount": 100 }, "roles": ["sales"],
      "events": [{ "after": "P15D" }, { "type": "DISPUTE", "reason": "broken" }, "WRITE_OFF", { "type": "PAYMENT", "amount": 60 }, { "after": "P31D" }, { "after": "P20D" }] } ]'::json);
\set definition `cat sql/demo/onboarding.json`
INSERT INTO corpus.machine (machine) SELECT json_build_object('name', 'demo: onboarding', 'definition', :'definition'::json, 'runs', '[
    { "name": "all four", "context": { "name": "Carl", "team": "sales", "laptop": "small" },
      "events": ["badge.photo", { "type": "done.invoke.setup.mailbox.ordered", "output": { "address": "carl@example.org" } }, "badge.printed",
                 { "after": "P3D" }, "done.invoke.setup.account.ordered", "laptop.delivered"] },
    { "name": "withdrawn", "context": { "name": "Carl" }, "roles": ["hr"],
      "events": ["badge.photo", "WITHDRAWN", "done.invoke.setup.account.ordered"] } ]'::json);
\set definition `cat sql/demo/nightly.json`
INSERT INTO corpus.machine (machine) SELECT json_build_object('name', 'demo: nightly', 'definition', :'definition'::json, 'runs', '[
    { "name": "a good night", "context": { "day": "2026-03-02" },
      "events": [{ "type": "done.invoke.extract", "output": { "rows": 70 } }, "done.invoke.load", { "type": "done.invoke.check", "output": { "wrong": 0 } },
                 "done.invoke.report"] },
    { "name": "a long night", "events": [{ "after": "PT5H" }, { "type": "done.invoke.extract", "output": { "rows": 0 } }] },
    { "name": "a bad night", "events": [{ "type": "error.invoke.extract", "error": { "type": "disk", "message": "the disk is full" } }] },
    { "name": "a wrong night",
      "events": [{ "type": "done.invoke.extract", "output": { "rows": 70 } }, "done.invoke.load", { "type": "done.invoke.check", "output": { "wrong": 3 } }] } ]'::json);

-- None of them is invalid; these are the warnings.
SELECT m.machine ->> 'name' AS machine, v.severity, v.pointer, v.code
FROM corpus.machine AS m, wf_validate(m.machine -> 'definition') AS v ORDER BY m.number, v.pointer;

-- What each run comes to.
SELECT m.machine ->> 'name' AS machine, r.run ->> 'name' AS run, last.steps, last.state, last.status
FROM corpus.machine AS m, json_array_elements(m.machine -> 'runs') WITH ORDINALITY AS r (run, number),
    LATERAL (
        SELECT count(*) OVER () - 1 AS steps, s.state, s.status
        FROM corpus.simulation(m.machine -> 'definition', r.run::jsonb) AS s ORDER BY s.step DESC LIMIT 1
    ) AS last
ORDER BY m.number, r.number;

-- Where simulation and reality differ: nowhere.
SELECT m.machine ->> 'name' AS machine, r.run ->> 'name' AS run, d.side, (d.story).*
FROM corpus.machine AS m, json_array_elements(m.machine -> 'runs') WITH ORDINALITY AS r (run, number),
    LATERAL corpus.differences(m.machine -> 'definition', r.run::jsonb) AS d
ORDER BY m.number, r.number, d.step, d.side DESC;
SELECT count(*) AS machines, sum(json_array_length(machine -> 'runs')) AS runs FROM corpus.machine;
ROLLBACK;
