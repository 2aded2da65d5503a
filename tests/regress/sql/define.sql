-- Definitions: versions, the current one, what counts as the same document.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all

-- A first version becomes current.
SELECT * FROM wf_define('{"id": "d", "initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"type": "final"}}}');
-- Other white space is the same document; the answer says that nothing was made.
SELECT * FROM wf_define('{"id":"d","initial":"a",
    "states":{"a":{"on":{"GO":"b"}},   "b":{"type":"final"}}}');
-- White space inside a string is another document, and so is another order of keys.
SELECT * FROM wf_define('{"id": "d", "initial": "a", "states": {"a": {"description": "x y", "on": {"GO": "b"}}, "b": {"type": "final"}}}');
SELECT * FROM wf_define('{"id": "d", "initial": "a", "states": {"a": {"description": "x  y", "on": {"GO": "b"}}, "b": {"type": "final"}}}');
SELECT * FROM wf_define('{"initial": "a", "id": "d", "states": {"a": {"on": {"GO": "b"}}, "b": {"type": "final"}}}');
SELECT definition_code, definition_version, is_current FROM wf_definitions_view ORDER BY 1, 2;
-- An old release that defines its version again changes nothing, unless it says so.
SELECT * FROM wf_define('{"id": "d", "initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"type": "final"}}}');
SELECT definition_version FROM wf_definitions_view WHERE is_current;
SELECT * FROM wf_define('{"id": "d", "initial": "a", "states": {"a": {"on": {"GO": "b"}}, "b": {"type": "final"}}}', activate => true);
SELECT definition_version FROM wf_definitions_view WHERE is_current;
-- A new version is current at once; the next number follows the highest, not the current one.
SELECT * FROM wf_define('{"id": "d", "initial": "b", "states": {"b": {"type": "final"}}}');
SELECT definition_version FROM wf_definitions_view WHERE is_current;

-- The document comes back as it was given, byte for byte.
SELECT wf_definition('d', 2);
SELECT wf_definition('d', version => 1);
SELECT wf_definition('d');
CALL pg_temp.try($$SELECT wf_definition('nobody')$$);
CALL pg_temp.try($$SELECT wf_definition('d', 99)$$);

-- Document order decides, in json, where jsonb would sort the keys: of two guards that hold the first is taken, regions
-- stand in the order in which they are written, and so do timers that fall due at one moment.
SELECT code FROM wf_define('{"id": "order", "initial": "z", "states": {
    "z": {"on": {"GO": [{"guard": "1 == 1", "target": "regions"}, {"target": "first"}]}},
    "regions": {"type": "parallel", "states": {"zulu": {"initial": "y", "states": {"y": {}}}, "al": {}},
        "after": {"PT24H": {"actions": "one"}, "P1D": {"actions": "two"}}},
    "first": {}}}');
SELECT wf_start('order', instance_key => 'o') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('o'), 'GO');
SELECT timer_name FROM wf_timers_view WHERE instance_id = pg_temp.id('o') ORDER BY timer_id;
-- The states of the flat form in order: the first is initial, those without a way out are final.
SELECT code FROM wf_define('{"code": "flat", "states": ["OPEN", "BUSY", "ABGELEHNT"],
    "transitions": [{"from": "OPEN", "to": "BUSY"}, {"from": "BUSY", "to": "ABGELEHNT", "by": ["chief"]}]}');
SELECT wf_start('flat', instance_key => 'f') IS NOT NULL AS started;
SELECT from_state, to_state, status FROM wf_send(pg_temp.id('f'), 'BUSY');
SELECT from_state, to_state, status FROM wf_send(pg_temp.id('f'), 'ABGELEHNT', roles => '{chief}');

-- An instance stays with the version that it began with.
SELECT * FROM wf_define('{"id": "order", "initial": "z", "states": {"z": {"on": {"OTHER": "z"}}}}');
SELECT definition_version FROM wf_instances_view WHERE instance_key = 'o';
SELECT wf_start('order', instance_key => 'new') IS NOT NULL AS started, wf_start('order', instance_key => 'old', version => 1) IS NOT NULL AS started;
SELECT instance_key, definition_version FROM wf_instances_view WHERE definition_code = 'order' ORDER BY 1;
SELECT to_state FROM wf_send(pg_temp.id('old'), 'GO');
CALL pg_temp.try($$SELECT wf_send(pg_temp.id('new'), 'GO')$$);
CALL pg_temp.try($$SELECT wf_start('order', version => 99)$$);
CALL pg_temp.try($$SELECT wf_start('nobody')$$);

-- All mistakes at once; nothing is stored.
CALL pg_temp.try($$SELECT wf_define('{"id": "bad", "initial": "x", "contxt": 1, "states": {"a": {"on": {"GO": "c", "B": {"target": "a", "guard": "$.paid"}}, "after": {"soon": "a"}}}}')$$);
CALL pg_temp.try($$SELECT wf_define('[]')$$);
SELECT count(*) FROM wf_definitions_view WHERE definition_code = 'bad';

-- Functions and guards that a definition names must be there, with the right arguments and result.
CREATE SCHEMA demo;
CREATE FUNCTION demo.yes(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN true;
CREATE FUNCTION demo.same(args jsonb, vars jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN args;
CREATE FUNCTION demo.one(args jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN args;
SELECT code, version, created FROM wf_define('{"id": "calls", "initial": "a", "states": {
    "a": {"on": {"GO": {"target": "b", "guard": {"type": "demo.yes"},
        "actions": {"type": "assign", "params": {"x": {"call": "demo.same", "args": {"n": "$event.n"}}}}}}},
    "b": {"type": "final"}}}');
SELECT wf_start('calls', instance_key => 'c') IS NOT NULL AS started;
SELECT to_state FROM wf_send(pg_temp.id('c'), 'GO', '{"n": [1, {"two": null}]}');
SELECT context FROM wf_instances_view WHERE instance_key = 'c';
SELECT pointer, code, message FROM wf_validate('{"id": "calls", "initial": "a", "states": {
    "a": {"on": {"GO": [{"target": "b", "guard": {"type": "demo.same"}}, {"target": "b", "guard": {"type": "demo.none"}},
        {"target": "b", "actions": {"type": "assign", "params": {"x": {"call": "demo.yes"}, "y": {"call": "demo.one"}}}}]}},
    "b": {"type": "final"}}}');
-- A guard is unbound until somebody registers it; then the same document has nothing to be said about it.
SELECT pointer, severity, code, message FROM wf_validate('{"id": "g", "initial": "a", "states": {"a": {"on": {"GO": {"target": "b", "guard": "isFine"}}}, "b": {"type": "final"}}}');
SELECT wf_register_guard('isFine', 'demo.yes');
SELECT count(*) FROM wf_validate('{"id": "g", "initial": "a", "states": {"a": {"on": {"GO": {"target": "b", "guard": "isFine"}}}, "b": {"type": "final"}}}');

-- The owner, the path and who defined it are kept with the version.
SET search_path = demo, public, pg_temp;
SET app.current_user_id = 'ada';
SELECT code FROM wf_define('{"id": "kept", "initial": "a", "states": {"a": {"type": "final"}}}');
RESET search_path;
RESET app.current_user_id;
SELECT d.owner_role = current_user::regrole AS own, d.search_path, d.created_by, length(d.hash) AS hash_bytes
FROM wf.definition AS d WHERE d.code = 'kept';

DROP SCHEMA demo CASCADE;
CALL pg_temp.wipe();
