-- What somebody else puts on the tables that are written without statements: triggers, constraints, rules, columns, publications.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
SET pg_workflow.fake_now = '2026-03-02 09:00+00';
SELECT code FROM wf_define('{"id": "order", "initial": "open", "context": {"n": 0}, "states": {
    "open": {"on": {"PAID": {"target": "paid", "actions": {"type": "assign", "params": {"n": "$event.amount"}}}}},
    "paid": {"after": {"P1D": "closed"}, "on": {"CLOSE": "closed"}}, "closed": {"type": "final"}}}');

-- A trigger fires for what the engine writes.
CREATE TABLE public.heard (what text);
CREATE FUNCTION public.hear() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.heard VALUES (TG_TABLE_NAME || ' ' || TG_OP || ' ' || COALESCE(to_jsonb(NEW) ->> 'state', NEW.status, ''));
    RETURN NEW;
END $$;
CREATE TRIGGER hear AFTER INSERT OR UPDATE ON wf.instance FOR EACH ROW EXECUTE FUNCTION public.hear();
CREATE TRIGGER hear BEFORE INSERT ON wf.step FOR EACH ROW EXECUTE FUNCTION public.hear();
CREATE TRIGGER hear AFTER INSERT OR UPDATE ON wf.timer FOR EACH ROW EXECUTE FUNCTION public.hear();
SELECT wf_start('order') AS heard \gset
SELECT to_state FROM wf_send(:'heard', 'PAID', '{"amount": 1}');
SELECT to_state FROM wf_send(:'heard', 'CLOSE');
SELECT what FROM public.heard;
SELECT seq, from_state, to_state FROM wf_steps_view WHERE instance_id = :'heard' ORDER BY seq;
DROP TRIGGER hear ON wf.instance;
DROP TRIGGER hear ON wf.step;
DROP TRIGGER hear ON wf.timer;
DROP FUNCTION public.hear();

-- A CHECK holds.
ALTER TABLE wf.instance ADD CONSTRAINT mine CHECK (state <> 'paid') NOT VALID;
CALL pg_temp.try(format('SELECT wf_send(%L, %L, %L)', wf_start('order'), 'PAID', '{"amount": 1}'));
ALTER TABLE wf.instance DROP CONSTRAINT mine;

-- A rule is followed.
CREATE RULE mine AS ON INSERT TO wf.timer DO ALSO INSERT INTO public.heard VALUES ('rule ' || NEW.name);
SELECT to_state FROM wf_send(wf_start('order'), 'PAID', '{"amount": 1}');
SELECT what FROM public.heard WHERE what LIKE 'rule%';
DROP RULE mine ON wf.timer;

-- Columns have their defaults, and generated ones what their row says now.
ALTER TABLE wf.instance ADD COLUMN amount numeric GENERATED ALWAYS AS ((context ->> 'n')::numeric) STORED;
ALTER TABLE wf.step ADD COLUMN shift text NOT NULL DEFAULT 'day';
SELECT wf_start('order') AS priced \gset
SELECT to_state FROM wf_send(:'priced', 'PAID', '{"amount": 7}');
SELECT amount FROM wf.instance WHERE id = :'priced';
SELECT seq, shift FROM wf.step WHERE instance_id = :'priced' ORDER BY seq;
ALTER TABLE wf.instance DROP COLUMN amount;
ALTER TABLE wf.step DROP COLUMN shift;
-- Ours have none, or a statement would write each of their rows.
SELECT adrelid::regclass FROM pg_attrdef WHERE adrelid IN ('wf.instance'::regclass, 'wf.step'::regclass, 'wf.timer'::regclass, 'wf.effect'::regclass);

-- A column that takes the place of another is found in the same session.
BEGIN;
ALTER TABLE wf.step RENAME COLUMN payload TO was;
ALTER TABLE wf.step ADD COLUMN payload jsonb;
SELECT to_state FROM wf_send(wf_start('order'), 'PAID', '{"amount": 9}');
SELECT payload, was FROM wf.step WHERE payload IS NOT NULL AND payload ->> 'amount' = '9' OR was ->> 'amount' = '9';
ROLLBACK;

-- What a publication could not pass on is refused, as for an UPDATE.
SET client_min_messages = error;
CREATE PUBLICATION mine FOR TABLE wf.instance WHERE (status = 'active');
RESET client_min_messages;
CALL pg_temp.try(format('SELECT wf_send(%L, %L, %L)', wf_start('order'), 'PAID', '{"amount": 1}'));
DROP PUBLICATION mine;
SELECT to_state FROM wf_send(wf_start('order'), 'PAID', '{"amount": 1}');

DROP TABLE public.heard;
CALL pg_temp.wipe();
