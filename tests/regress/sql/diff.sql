-- What changed between two versions of a definition.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all

SELECT version FROM wf_define('{"id": "o", "initial": "new", "context": {"n": 1}, "sla": {"duration": "P2D"}, "search": {"n": "$.n"}, "states": {
    "new": {"entry": "HELLO", "on": {"PAY": {"target": "paid", "guard": "$.n == 1", "roles": ["clerk"]}, "DROP": "lost"}, "after": {"P1D": "lost"}},
    "paid": {"invoke": {"src": "SHIP", "input": {"n": "$.n"}}, "on": {"SHIPPED": "done"}},
    "both": {"type": "parallel", "states": {"x": {}, "y": {}}},
    "done": {"type": "final"}, "lost": {"type": "final"}}}');
SELECT version FROM wf_define('{"id": "o", "initial": "new", "context": {"n": 2}, "sla": {"duration": "P3D"}, "correlation": "$.n", "states": {
    "new": {"entry": ["HELLO", "AGAIN"], "on": {"PAY": {"target": "packing", "guard": "$.n == 2", "roles": ["clerk", "boss"]}}, "after": {"P1D": "lost", "PT1H": {"actions": "NUDGE"}}},
    "packing": {"on": {"PACKED": "done"}},
    "both": {"initial": "x", "states": {"x": {}, "y": {}}},
    "done": {"type": "final"}, "lost": {"type": "final"}}}');
SELECT * FROM wf_diff('o', 1, 2);
-- The way back.
SELECT * FROM wf_diff('o', 2, 1);
-- Nothing.
SELECT * FROM wf_diff('o', 2, 2);
-- Another spelling of the same is another version, and no difference.
SELECT version FROM wf_define('{"initial": "new", "id": "o", "correlation": "$.n", "context": {"n": 2}, "sla": {"duration": "P3D"}, "states": {
    "new": {"after": {"P1D": {"target": "lost"}, "PT1H": {"actions": ["NUDGE"]}}, "entry": [{"type": "HELLO"}, "AGAIN"], "on": {"PAY": [{"roles": ["clerk", "boss"], "guard": "$.n == 2", "target": "#o.packing"}]}},
    "packing": {"on": {"PACKED": "done"}},
    "both": {"type": "compound", "initial": "x", "states": {"x": {}, "y": {}}},
    "done": {"type": "final"}, "lost": {"type": "final"}}}');
SELECT * FROM wf_diff('o', 2, 3);
-- So is the flat form of the same machine.
SELECT version FROM wf_define('{"code": "f", "states": ["A", "B"], "transitions": [{"from": "A", "to": "B", "by": ["x"]}]}');
SELECT version FROM wf_define('{"id": "f", "initial": "A", "states": {"A": {"on": {"B": {"target": "B", "roles": ["x"]}}}, "B": {"type": "final"}}}');
SELECT version FROM wf_define('{"code": "f", "states": ["A", "B", "C"], "transitions": [{"from": "A", "to": "B", "by": ["y"]}, {"from": "B", "to": "C", "by": ["y"]}]}');
SELECT * FROM wf_diff('f', 1, 2);
SELECT * FROM wf_diff('f', 1, 3);

-- Mistakes.
CALL pg_temp.try($$SELECT * FROM wf_diff('nothing', 1, 2)$$);
CALL pg_temp.try($$SELECT * FROM wf_diff('o', 1, 9)$$);
CALL pg_temp.try($$SELECT * FROM wf_diff('o', 1, NULL)$$);
CALL pg_temp.try($$SELECT * FROM wf_diff(NULL, 1, 2)$$);
