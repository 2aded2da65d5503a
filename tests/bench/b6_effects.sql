-- A workflow of three effects, each a SQL function that does as good as nothing.
CREATE FUNCTION public.two(effect jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT to_jsonb(1)';
SELECT wf_register_handler('three.*', 'sql', '{"function": "public.two"}');
SELECT version FROM wf_define('{"id": "three_effects", "initial": "a", "states": {
    "a": {"invoke": {"src": "three.a", "onDone": "b"}}, "b": {"invoke": {"src": "three.b", "onDone": "c"}},
    "c": {"invoke": {"src": "three.c", "onDone": "done"}}, "done": {"type": "final"}}}');
CREATE TABLE result.round (rate numeric, wal numeric, commits numeric);
