-- The six workflows of sql/demo, each through its main paths.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/tools.psql
\set ECHO all
BEGIN;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET client_min_messages = warning;
CREATE SCHEMA examples;

-- A simulation in few words: to_do is what is to be done, by code; after a timer's name stands its moment.
CREATE FUNCTION examples.path(definition json, events jsonb, context jsonb DEFAULT NULL, roles text[] DEFAULT NULL, guards jsonb DEFAULT NULL)
RETURNS TABLE (step integer, event text, state text, status text, to_do text) LANGUAGE sql
BEGIN ATOMIC
    SELECT s.step, s.event, s.state, s.status,
        CASE WHEN s.taken ~ '^(ignored|incident|failed): ' THEN s.taken ELSE (
            SELECT string_agg(COALESCE(a.value ->> 'effect', a.value ->> 'src', (a.value ->> 'timer') || ' ' || (a.value ->> 'due')::timestamptz(0)::timestamp,
                'cancel ' || (a.value ->> 'cancel'), a.value::text), ', ' ORDER BY a.ordinality)
            FROM jsonb_array_elements(s.actions) WITH ORDINALITY AS a) END
    FROM wf_simulate(path.definition, path.events, context => path.context, roles => path.roles, guards => path.guards, start_at => '2026-03-02 09:00+00') AS s;
END;

-- All six are valid, without a warning but for the guard that is registered elsewhere.
\set leave `cat sql/demo/leave_approval.json`
\set order `cat sql/demo/order.json`
\set kyc `cat sql/demo/kyc.json`
\set dunning `cat sql/demo/dunning.json`
\set onboarding `cat sql/demo/onboarding.json`
\set nightly `cat sql/demo/nightly.json`
SELECT d.number, v.severity, v.pointer, v.code
FROM (VALUES (1, :'leave'::json), (2, :'order'), (3, :'kyc'), (4, :'dunning'), (5, :'onboarding'), (6, :'nightly')) AS d (number, definition),
    wf_validate(d.definition) AS v;

-- Leave: asked and approved; not enough left; the wrong person; nobody answers.
SELECT * FROM examples.path(:'leave', '["SUBMITTED", "APPROVED"]', roles => '{employee,manager}', guards => '{"HERA.HR.LEAVE.BALANCE": true}');
SELECT * FROM examples.path(:'leave', '["SUBMITTED"]', roles => '{employee}', guards => '{"HERA.HR.LEAVE.BALANCE": false}');
SELECT * FROM examples.path(:'leave', '["SUBMITTED", "APPROVED", {"after": "P2D"}]', roles => '{employee}', guards => '{"HERA.HR.LEAVE.BALANCE": true}');

-- An order: too little, then all of it; declined three times; not paid in time; cancelled.
SELECT * FROM examples.path(:'order', '[{"type": "PAID", "amount": 8}, {"type": "PAID", "amount": 80}, "PACKED", {"type": "SHIPPED", "tracking": "AT-77"}]', '{"total": 80, "customer": "berta", "address": "Linz"}');
SELECT * FROM examples.path(:'order', '["DECLINED", "DECLINED", "DECLINED"]', '{"total": 80, "customer": "berta"}');
SELECT * FROM examples.path(:'order', '["DECLINED", {"after": "PT31M"}, {"type": "PAID", "amount": 80}]', '{"total": 80, "customer": "berta"}');
SELECT * FROM examples.path(:'order', '["CANCEL"]', '{"total": 80, "customer": "berta"}');

-- KYC: nothing found; a hit and a person; a high risk and two people; a question and new documents; a service that fails; no documents.
SELECT * FROM examples.path(:'kyc', '[{"type": "UPLOADED", "files": ["passport"]}, {"type": "done.invoke.checks.identity.running", "output": {"verdict": "ok"}},
    {"type": "done.invoke.checks.sanctions.running", "output": {"risk": "low", "hits": []}}]', '{"name": "Berta", "email": "b@example.org"}');
SELECT * FROM examples.path(:'kyc', '[{"type": "UPLOADED", "files": ["passport"]}, {"type": "done.invoke.checks.sanctions.running", "output": {"risk": "medium", "hits": ["B."]}},
    {"type": "done.invoke.checks.identity.running", "output": {"verdict": "ok"}}, {"type": "done.invoke.review", "output": {"outcome": "approve"}}]', '{"name": "Berta", "email": "b@example.org"}');
SELECT * FROM examples.path(:'kyc', '[{"type": "UPLOADED", "files": ["passport"]}, {"type": "error.invoke.checks.sanctions.running", "error": {"type": "down"}},
    {"type": "done.invoke.checks.identity.running", "output": {"verdict": "ok"}}, {"type": "done.invoke.review", "output": {"outcome": "ask"}},
    {"type": "UPLOADED", "files": ["passport", "bill"]}, {"type": "done.invoke.checks.sanctions.running", "output": {"risk": "high", "hits": ["B."]}},
    {"type": "done.invoke.checks.identity.running", "output": {"verdict": "ok"}}, {"type": "done.invoke.review", "output": {"outcome": "approve"}},
    {"type": "done.invoke.second_review", "output": {"outcome": "reject"}}]', '{"name": "Berta", "email": "b@example.org"}');
SELECT * FROM examples.path(:'kyc', '[{"after": "P14D"}, "UPLOADED"]', '{"name": "Berta", "email": "b@example.org"}');

-- Dunning: thirty days without a word; a part paid, then the rest; a dispute in vain, with a payment in between, which begins its level anew;
-- written off.
SELECT * FROM examples.path(:'dunning', '[{"after": "P30D"}]', '{"invoice": "R-1", "amount": 100}');
SELECT * FROM examples.path(:'dunning', '[{"after": "P4D"}, {"type": "PAYMENT", "amount": 60}, {"after": "P10D"}, {"type": "PAYMENT", "amount": 40}]', '{"invoice": "R-1", "amount": 100}');
SELECT * FROM examples.path(:'dunning', '[{"after": "P15D"}, {"type": "DISPUTE", "reason": "broken"}, {"after": "P20D"}, {"type": "PAYMENT", "amount": 60}, "REJECTED", {"after": "P9D"}, "WRITE_OFF", {"type": "WRITE_OFF", "$roles": ["accounting"]}]', '{"invoice": "R-1", "amount": 100}');

-- Onboarding: all four, one by hand, one late; withdrawn.
SELECT * FROM examples.path(:'onboarding', '["badge.photo", {"type": "error.invoke.setup.mailbox.ordered", "error": {"type": "full"}}, "badge.printed", {"after": "P3D"},
    "done.invoke.setup.account.ordered", "done.invoke.setup.mailbox.by_hand", "laptop.delivered"]', '{"name": "Carl", "team": "sales", "laptop": "small", "email": "c@example.org"}');
SELECT * FROM examples.path(:'onboarding', '["badge.photo", {"type": "WITHDRAWN", "$roles": ["hr"]}, "laptop.delivered"]', '{"name": "Carl", "team": "sales", "laptop": "small"}');

-- The nightly chain: all goes well; nothing to do, after four hours; a service gives up; the check finds something.
SELECT * FROM examples.path(:'nightly', '[{"type": "done.invoke.extract", "output": {"rows": 70}}, "done.invoke.load", {"type": "done.invoke.check", "output": {"wrong": 0}}, "done.invoke.report"]', '{"day": "2026-03-02"}');
SELECT * FROM examples.path(:'nightly', '[{"after": "PT5H"}, {"type": "done.invoke.extract", "output": {"rows": 0}}]', '{"day": "2026-03-02"}');
SELECT * FROM examples.path(:'nightly', '[{"type": "error.invoke.extract", "error": {"message": "the disk is full"}}]', '{"day": "2026-03-02"}');
SELECT * FROM examples.path(:'nightly', '[{"type": "done.invoke.extract", "output": {"rows": 70}}, "done.invoke.load", {"type": "done.invoke.check", "output": {"wrong": 3}}]', '{"day": "2026-03-02"}');
ROLLBACK;
