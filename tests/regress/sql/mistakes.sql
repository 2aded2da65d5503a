-- Mistakes in definitions: each with the place and the code that wf_validate must give, and nothing else of its severity.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all

CREATE FUNCTION pg_temp.known(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
SELECT wf_register_guard('isKnown', 'pg_temp.known');

-- A machine whose state a holds this; whose state a goes to b by a transition that holds this; that holds this at its
-- root; whose state a has this entry action; whose state a invokes this; a flat definition with this; one with this timer.
CREATE FUNCTION pg_temp.a(body text) RETURNS text LANGUAGE sql RETURN
    format('{"id":"m","initial":"a","states":{"a":{%s},"b":{"type":"final"}}}', body);
CREATE FUNCTION pg_temp.go(body text) RETURNS text LANGUAGE sql RETURN
    pg_temp.a(format('"on":{"GO":{"target":"b",%s}}', body));
CREATE FUNCTION pg_temp.root(body text) RETURNS text LANGUAGE sql RETURN
    format('{"id":"m","initial":"a","states":{"a":{"on":{"GO":"b"}},"b":{"type":"final"}},%s}', body);
CREATE FUNCTION pg_temp.entry(body text) RETURNS text LANGUAGE sql RETURN
    pg_temp.a(format('"on":{"GO":"b"},"entry":%s', body));
CREATE FUNCTION pg_temp.invoke(body text) RETURNS text LANGUAGE sql RETURN pg_temp.a(format('"invoke":{%s}', body));
CREATE FUNCTION pg_temp.flat(body text) RETURNS text LANGUAGE sql RETURN
    format('{"code":"F","states":["A","B","C"],%s}', body);
CREATE FUNCTION pg_temp.timer(body text) RETURNS text LANGUAGE sql RETURN
    pg_temp.flat(format('"transitions":[{"from":"A","to":"B"},{"from":"B","to":"C"}],"timers":[{%s}]', body));

CREATE TEMP TABLE mistake (number integer GENERATED ALWAYS AS IDENTITY, document text, pointer text, code text);
INSERT INTO mistake (document, pointer, code) VALUES
    -- The text itself
    (pg_temp.root('"meta":"\ud800"'), '/meta', 'INVALID_JSON'),
    (format('{"id":"%s"}', repeat('x', 262144)), '', 'TOO_LARGE'),
    (repeat('[', 101) || repeat(']', 101), '', 'TOO_DEEP'),
    (pg_temp.root('"id":"again"'), '/id', 'DUPLICATE_KEY'),
    (pg_temp.root('"meta":{"x":1,"x":2}'), '/meta/x', 'DUPLICATE_KEY'),
    (pg_temp.root('"meta":{"x":"\u0000"}'), '/meta/x', 'NUL_CHARACTER'),
    (pg_temp.root('"context":{"x":1e999999}'), '/context/x', 'BAD_VALUE'),
    ('[]', '', 'WRONG_TYPE'),
    ('1', '', 'WRONG_TYPE'),
    ('null', '', 'WRONG_TYPE'),
    -- The root
    ('{"initial":"a","states":{"a":{"on":{"E":{"actions":"x"}}}}}', '', 'MISSING_KEY'),
    ('{"id":"m"}', '', 'MISSING_KEY'),
    ('{"id":"m","states":{}}', '/states', 'BAD_VALUE'),
    ('{"id":"m","states":7}', '/states', 'WRONG_TYPE'),
    (pg_temp.root('"id2":1'), '/id2', 'UNKNOWN_KEY'),
    (pg_temp.root('"context":[]'), '/context', 'WRONG_TYPE'),
    (pg_temp.root('"compensate":{}'), '/compensate', 'RESERVED'),
    (pg_temp.root('"sla":{"duration":"soon"}'), '/sla/duration', 'BAD_DURATION'),
    (pg_temp.root('"sla":{"escalations":[]}'), '/sla', 'MISSING_KEY'),
    (pg_temp.root('"limits":{"max_concurrent":0}'), '/limits/max_concurrent', 'BAD_VALUE'),
    (pg_temp.root('"search":{"x":"$.("}'), '/search/x', 'BAD_PATH'),
    (pg_temp.root('"correlation":"$nobody.x"'), '/correlation', 'UNKNOWN_VARIABLE'),
    ('{"id":"m x","initial":"a","states":{"a":{"on":{"E":{"actions":"x"}}}}}', '/id', 'BAD_VALUE'),
    -- States
    ('{"id":"m","initial":"a b","states":{"a b":{"on":{"E":{"actions":"x"}}}}}', '/states/a b', 'BAD_STATE_KEY'),
    ('{"id":"m","initial":"a","states":{"a":{"type":"final"},"b.c":{"type":"final"}}}', '/states/b.c', 'BAD_STATE_KEY'),
    ('{"id":"m","initial":"x","states":{"a":{"type":"final"}}}', '/initial', 'UNREACHABLE_INITIAL'),
    (pg_temp.a('"initial":"c"'), '/states/a/initial', 'BAD_VALUE'),
    (pg_temp.a('"type":"finale"'), '/states/a/type', 'BAD_VALUE'),
    (pg_temp.a('"type":"final","on":{"GO":"b"}'), '/states/a/on', 'BAD_VALUE'),
    (pg_temp.a('"tags":[1]'), '/states/a/tags/0', 'WRONG_TYPE'),
    (pg_temp.a('"id":"m.b"'), '/states/b', 'DUPLICATE_ID'),
    (pg_temp.a('"onEntry":"x"'), '/states/a/onEntry', 'UNKNOWN_KEY'),
    (pg_temp.a('"initial":"c","states":{"c":{},"h":{"type":"history","target":"nowhere"}}'), '/states/a/states/h/target', 'DANGLING_TARGET'),
    -- Transitions
    (pg_temp.a('"on":[]'), '/states/a/on', 'WRONG_TYPE'),
    (pg_temp.a('"on":{"a*":"b"}'), '/states/a/on/a*', 'BAD_VALUE'),
    (pg_temp.a('"on":{"GO":"nowhere"}'), '/states/a/on/GO', 'DANGLING_TARGET'),
    (pg_temp.a('"on":{"GO/~":"nowhere"}'), '/states/a/on/GO~1~0', 'DANGLING_TARGET'),
    (pg_temp.a('"on":{"GO":{"target":["b","nowhere"]}}'), '/states/a/on/GO/target/1', 'DANGLING_TARGET'),
    (pg_temp.a('"on":{"GO":{"target":["a","b"]}}'), '/states/a/on/GO', 'CONFLICTING_TARGETS'),
    (pg_temp.go('"cond":"isKnown"'), '/states/a/on/GO/cond', 'UNKNOWN_KEY'),
    (pg_temp.go('"roles":[""]'), '/states/a/on/GO/roles/0', 'BAD_VALUE'),
    (pg_temp.a('"after":{"5 minutes":"b"}'), '/states/a/after/5 minutes', 'BAD_DURATION'),
    (pg_temp.a('"after":{"-PT1H":"b"}'), '/states/a/after/-PT1H', 'BAD_DURATION'),
    (pg_temp.a('"after":{"$.(":"b"}'), '/states/a/after/$.(', 'BAD_PATH'),
    -- Guards
    (pg_temp.go('"guard":"$.paid"'), '/states/a/on/GO/guard', 'BAD_GUARD'),
    (pg_temp.go('"guard":"is it paid?"'), '/states/a/on/GO/guard', 'BAD_GUARD'),
    (pg_temp.go('"guard":"$nobody.x == 1"'), '/states/a/on/GO/guard', 'UNKNOWN_VARIABLE'),
    (pg_temp.go('"guard":{"and":[]}'), '/states/a/on/GO/guard/and', 'BAD_GUARD'),
    (pg_temp.go('"guard":{"or":["isKnown","$.paid"]}'), '/states/a/on/GO/guard/or/1', 'BAD_GUARD'),
    (pg_temp.go('"guard":{"type":"demo.no"}'), '/states/a/on/GO/guard/type', 'BAD_GUARD'),
    (pg_temp.go('"guard":true'), '/states/a/on/GO/guard', 'WRONG_TYPE'),
    -- Actions
    (pg_temp.entry('7'), '/states/a/entry', 'WRONG_TYPE'),
    (pg_temp.entry('{"type":"assign","params":{"x":{"expr":1}}}'), '/states/a/entry/params/x/expr', 'WRONG_TYPE'),
    (pg_temp.entry('{"type":"assign","params":{"x":[{"y":"$.("}]}}'), '/states/a/entry/params/x/0/y', 'BAD_PATH'),
    (pg_temp.entry('{"type":"assign","params":{"x":{"call":"demo.no"}}}'), '/states/a/entry/params/x/call', 'UNKNOWN_FUNCTION'),
    (pg_temp.entry('{"type":"raise"}'), '/states/a/entry', 'MISSING_KEY'),
    (pg_temp.entry('{"type":"raise","event":"done.state.m"}'), '/states/a/entry/event', 'RESERVED'),
    (pg_temp.entry('{"type":"raise","event":"X","delay":"later"}'), '/states/a/entry/delay', 'BAD_DURATION'),
    (pg_temp.entry('{"type":"MAIL","compensate":"UNMAIL"}'), '/states/a/entry/compensate', 'RESERVED'),
    (pg_temp.entry('{"type":"MAIL","retry":{"maximum_attempts":1.5}}'), '/states/a/entry/retry/maximum_attempts', 'BAD_VALUE'),
    (pg_temp.entry('{"type":"MAIL","parms":{}}'), '/states/a/entry/parms', 'UNKNOWN_KEY'),
    -- Invokes
    (pg_temp.invoke('"id":"x"'), '/states/a/invoke', 'MISSING_KEY'),
    (pg_temp.invoke('"src":"X","onDone":"nowhere"'), '/states/a/invoke/onDone', 'DANGLING_TARGET'),
    (pg_temp.invoke('"src":"wf.task","input":{"title":"t","assignee_role":"r","due":"tomorrow"}'), '/states/a/invoke/input/due', 'BAD_DURATION'),
    -- The flat form
    ('{"code":"F","states":["A","A"],"transitions":[]}', '/states/1', 'DUPLICATE_ID'),
    (pg_temp.flat('"transitions":[{"from":"A","to":"X"}]'), '/transitions/0/to', 'DANGLING_TARGET'),
    (pg_temp.flat('"transitions":[{"to":"B"}]'), '/transitions/0', 'MISSING_KEY'),
    (pg_temp.flat('"transitions":[{"from":"A","to":"B","guard":[]}]'), '/transitions/0/guard', 'UNKNOWN_KEY'),
    (pg_temp.timer('"on_enter":"A","minutes":0,"on_fire":"X"'), '/timers/0/minutes', 'BAD_VALUE'),
    (pg_temp.flat('"transitions":[{"from":"A","to":"B"},{"from":"A","to":"C"}],"timers":[{"on_enter":"A","minutes":1,"on_fire":"WF.ADVANCE"}]'),
        '/timers/0', 'AMBIGUOUS_TIMER'),
    -- Warnings
    ('{"id":"m","initial":"a","states":{"a":{"on":{"GO":"b"}},"b":{"type":"final"},"c":{"on":{"GO":"b"}}}}', '/states/c', 'UNREACHABLE_STATE'),
    (pg_temp.a('"on":{"GO":{}}'), '/states/a', 'DEAD_END'),
    (pg_temp.a('"on":{"GO":["b",{"target":"b","guard":"isKnown"}]}'), '/states/a/on/GO/1', 'SHADOWED_TRANSITION'),
    (pg_temp.a('"always":{"target":"a","guard":"isKnown"},"on":{"GO":"b"}'), '/states/a/always', 'EVENTLESS_CYCLE'),
    (pg_temp.go('"guard":"isUnknown"'), '/states/a/on/GO/guard', 'UNBOUND_GUARD'),
    (pg_temp.a('"onDone":"b","on":{"GO":"b"}'), '/states/a/onDone', 'NEVER_DONE');
CREATE TEMP TABLE finding AS
SELECT m.number, f.pointer, f.severity, f.code, f.message
FROM mistake AS m CROSS JOIN LATERAL wf_validate(m.document::json) AS f;

-- Every mistake is found where it is ...
SELECT m.number, left(m.document, 100) AS document, m.pointer, m.code FROM mistake AS m
WHERE NOT EXISTS (SELECT FROM finding AS f WHERE (f.number, f.pointer, f.code) = (m.number, m.pointer, m.code));
-- ... and nothing else of the same severity with it, save that where nothing leads to b any more it says so.
SELECT f.number, f.pointer, f.code, f.message
FROM finding AS f
JOIN mistake AS m USING (number)
JOIN finding AS meant ON (meant.number, meant.pointer, meant.code) = (m.number, m.pointer, m.code)
WHERE f.severity = meant.severity AND (f.pointer, f.code) <> (m.pointer, m.code)
  AND (f.pointer, f.code) <> ('/states/b', 'UNREACHABLE_STATE');
SELECT count(*) >= 40 AS enough, count(DISTINCT (document, code)) = count(*) AS all_different FROM mistake;
-- A code is always an error or always a warning, and every message is a sentence.
SELECT severity, string_agg(DISTINCT code, ' ' ORDER BY code) AS codes FROM finding GROUP BY severity ORDER BY severity;
SELECT number, message FROM finding WHERE length(message) < 20 OR position(E'\n' in message) > 0;

-- wf_define refuses each error with INVALID_DEFINITION, the place and the code in DETAIL; it accepts what only has warnings.
CREATE FUNCTION pg_temp.defined(document text, OUT state text, OUT facts text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM wf_define(document::json);
    state := '00000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, facts = PG_EXCEPTION_DETAIL;
END $$;
CREATE TEMP TABLE defined AS SELECT m.*, d.state, d.facts FROM mistake AS m CROSS JOIN LATERAL pg_temp.defined(m.document) AS d;
SELECT f.severity, d.state, count(*) > 0 AS some
FROM defined AS d JOIN finding AS f ON (f.number, f.pointer, f.code) = (d.number, d.pointer, d.code)
GROUP BY 1, 2 ORDER BY 1, 2;
SELECT d.number, d.facts FROM defined AS d
WHERE d.state = 'WF003' AND position(format('%s: %s ', COALESCE(NULLIF(d.pointer, ''), '(document)'), d.code) in d.facts) = 0;

-- Many at once, in document order.
SELECT pointer, severity, code FROM wf_validate('{
    "id": "m", "initial": "nowhere", "contxt": {},
    "states": {
        "a": {"entry": [{"type": "raise"}, {"type": "X", "params": {"y": "$.("}}],
              "on": {"GO": {"target": "c", "guard": "$.paid"}, "STOP": "b"}},
        "b": {"invoke": {"src": "wf.nap"}, "after": {"soon": "a"}},
        "b c": {"type": "final", "on": {}}},
    "sla": {}}');

-- A key with a zero character, which no text can hold, hides nothing that stands behind it.
SELECT pointer, code FROM wf_validate('{"id":"m","initial":"a","\u0000":1,"states":{"a":{"on":{"GO":"nowhere"}}}}');
CALL pg_temp.try($$SELECT wf_define('{"id":"m","initial":"a","\u0000":1,"states":{"a":{"on":{"GO":"nowhere"}}}}')$$);

-- What is no JSON at all is the server's error.
CALL pg_temp.try($$SELECT wf_define('{')$$);
CALL pg_temp.try($$SELECT * FROM wf_validate('')$$);

CALL pg_temp.wipe();
