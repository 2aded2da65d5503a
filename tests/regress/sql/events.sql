-- wf_events: what can happen next, for whom, and why not.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
BEGIN;
SET timezone = 'UTC';
SET client_min_messages = warning;
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
\set ON_ERROR_ROLLBACK on
CREATE SCHEMA events_test;
CREATE FUNCTION events_test.is_cheap(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql RETURN (context ->> 'price')::integer < 10;
CREATE TABLE events_test.asked (n integer);
CREATE FUNCTION events_test.asks(context jsonb, vars jsonb) RETURNS boolean LANGUAGE sql AS 'INSERT INTO events_test.asked VALUES (1) RETURNING true';
SELECT wf_register_guard('EVENTS.CHEAP', 'events_test.is_cheap'::regproc);

SELECT code FROM wf_define('{
  "id": "events_offer", "initial": "open", "context": { "price": 5 },
  "states": {
    "open": {
      "initial": "fresh",
      "on": { "CLOSE": "closed", "BUY": "closed", "price.*": { "actions": { "type": "assign", "params": { "price": "$event.price" } } } },
      "states": {
        "fresh": {
          "invoke": [ { "id": "rating", "src": "ratings.ask", "onDone": { "actions": { "type": "assign", "params": { "rating": "$event.output" } } } },
                      { "id": "photo", "src": "photos.ask" } ],
          "after": { "P1D": "stale" },
          "entry": { "type": "raise", "event": "price.fall", "delay": "PT12H" },
          "on": {
            "BUY": [ { "guard": "$event.amount >= $.price", "target": "#events_offer.sold" }, { "guard": "$.price < 3", "target": "#events_offer.gift" }, "stale" ],
            "KEEP": { "roles": ["owner", "agent"], "target": "stale" },
            "CHEAP": { "guard": "EVENTS.CHEAP", "target": "stale" },
            "RATE": { "guard": { "and": [ "$.rating > 3", { "not": "$.price > 100" } ] }, "target": "stale" },
            "NEVER": { "guard": { "not": { "type": "events_test.asks" } }, "target": "stale" },
            "CLOSE": { "guard": "EVENTS.UNBOUND", "target": "stale" },
            "price.now": {} } },
        "stale": { "always": { "guard": "$.forced == true", "target": "#events_offer.closed" } } } },
    "sold": { "type": "final" }, "gift": { "type": "final" }, "closed": { "type": "final", "tags": ["cancelled"] } } }');
SELECT wf_start('events_offer') AS id \gset

SELECT * FROM wf_events(:'id');
-- A role changes one row, a context another.
SELECT * FROM wf_events(:'id', roles => '{agent}') WHERE event = 'KEEP';
SELECT to_state FROM wf_send(:'id', 'price.now');
SELECT to_state FROM wf_send(:'id', 'price.set', '{"price": 12}');
SELECT * FROM wf_events(:'id') WHERE event IN ('CHEAP', 'BUY');
-- A guard that cannot be evaluated says so.
SELECT to_state FROM wf_send(:'id', 'price.set', '{"price": "much"}');
SELECT * FROM wf_events(:'id') WHERE event = 'CHEAP';
SELECT count(*) AS written FROM events_test.asked;

-- An invoke on its way, and one that failed for good.
SELECT code FROM wf_claim_effects('w', codes => '{ratings.ask}');
SELECT event, allowed, reason FROM wf_events(:'id') WHERE event LIKE 'done.%';
SELECT f.status FROM wf_effects_view AS e, wf_fail_effects('w', ARRAY[e.effect_id], ARRAY[1], ARRAY['{"type": "busy"}']::jsonb[], retryable => false) AS f
WHERE e.instance_id = :'id' AND e.effect_smart_code = 'ratings.ask';
SELECT event, allowed, reason FROM wf_events(:'id') WHERE event LIKE 'done.%';

-- Nothing waits for an event here but the way out; the eventless transition waits for its guard.
SELECT to_state FROM wf_advance(:'id', 'stale', actor_role => 'owner');
SELECT * FROM wf_events(:'id');
-- An answer that came too late is told as well.
SELECT wf_start('events_offer') AS late \gset
SELECT e.effect_id AS e FROM wf_claim_effects('w', codes => '{photos.ask}') AS e \gset
SELECT to_state FROM wf_advance(:'late', 'stale', actor_role => 'owner');
SELECT status FROM wf_complete_effects('w', ARRAY[:'e']::uuid[], ARRAY[1]);
SELECT event, allowed, reason FROM wf_events(:'late') WHERE event LIKE 'done.%';
-- A paused instance takes nothing.
UPDATE wf.instance SET paused_at = wf.now() WHERE id = :'id';
SELECT * FROM wf_events(:'id');
UPDATE wf.instance SET paused_at = NULL WHERE id = :'id';
-- Neither does one that has ended, nor one in a dead end.
SELECT to_state FROM wf_send(:'id', 'CLOSE');
SELECT * FROM wf_events(:'id');
SELECT code FROM wf_define('{ "id": "events_stuck", "initial": "a", "states": { "a": {} } }');
SELECT wf_start('events_stuck') AS stuck \gset
SELECT * FROM wf_events(:'stuck');

-- Who is asked for.
SELECT code FROM wf_define('{ "id": "events_wild", "initial": "a", "on": { "GO": ".b" }, "states": { "a": { "on": { "*": { "actions": "x" } } }, "b": { "on": { "done.invoke.x": "a" } } } }');
SELECT wf_start('events_wild') AS wild \gset
SELECT * FROM wf_events(:'wild');
SELECT wf_events(NULL);
SELECT wf_events('00000000-0000-0000-0000-000000000001');
\set VERBOSITY sqlstate
SELECT wf_events(:'wild', organization_id => '00000000-0000-0000-0000-000000000001');
ROLLBACK;
