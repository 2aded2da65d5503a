--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Data for Name: audit; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.audit (id, organization_id, created_at, action, object, actor_user_id, database_role, reason, before, after) FROM stdin;
01a1ff49-47f5-73fe-bb80-fede3ea9e0fb	00000000-0000-0000-0000-000000000000	2026-03-02 09:00:00+00	define	child	berta	postgres	\N	\N	{"version": 1}
01a1ff49-47f9-73f6-91e1-8a2c04a26305	00000000-0000-0000-0000-000000000000	2026-03-02 09:00:00+00	define	work	berta	postgres	\N	\N	{"version": 1}
01a1ff49-4818-7318-ac4b-92c40184a466	00000000-0000-0000-0000-000000000000	2026-03-02 09:00:00+00	set_feature_flag	retired	berta	postgres	replaced	\N	{"global": false, "enabled": false}
01a1ff49-481d-721b-9a1f-2d4157e1dcd5	00000000-0000-0000-0000-000000000000	2026-03-02 09:00:00+00	set_calendar	office	berta	postgres	\N	\N	{"holidays": ["2026-12-25"], "time_zone": "Europe/Vienna", "working_hours": {"mon-fri": ["09:00-17:00"]}}
01a1ff49-481e-75d2-ab28-85e96ae49b91	00000000-0000-0000-0000-000000000000	2026-03-02 09:00:00+00	schedule	nightly	berta	postgres	\N	\N	{"cron": "0 2 * * *", "input": null, "misfire": "fire_once", "overlap": "skip", "time_zone": "UTC", "definition_code": "child"}
\.


--
-- Data for Name: calendar; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.calendar (organization_id, code, time_zone, working_hours, holidays, created_at, updated_at, updated_by) FROM stdin;
00000000-0000-0000-0000-000000000000	office	Europe/Vienna	{"mon-fri": ["09:00-17:00"]}	["2026-12-25"]	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	berta
\.


--
-- Data for Name: definition; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.definition (organization_id, id, code, version, is_current, owner_role, search_path, created_at, created_by, hash, document) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-47f3-7028-95e0-1db8c04aac48	child	1	t	postgres	"$user", public, pg_temp	2026-03-02 09:00:00+00	berta	\\xff9888bcdc30c17f1d9429a47e0bb377bdb7dc10fd22b265d3e8e119a98c0a1a	{\n  "id": "child", "initial": "working", "states": {\n    "working": { "on": { "READY": "done" } },\n    "done": { "type": "final", "output": { "answer": 42 } } } }
00000000-0000-0000-0000-000000000000	01a1ff49-47f7-741b-bcc1-c38546d47a06	work	1	t	postgres	"$user", public, pg_temp	2026-03-02 09:00:00+00	berta	\\xb9a044eaf954bfcc8016867d7b7a4be9ca8118de5e94cd9a5a196ddc5f1eef97	{\n  "id": "work", "initial": "open", "context": { "n": 0 }, "sla": { "duration": "P1D" },\n  "search": { "customer": "$.customer" }, "correlation": "$.customer",\n  "states": {\n    "open": {\n      "after": { "PT1H": "late" },\n      "on": {\n        "ADD":   { "actions": { "type": "assign", "params": { "n": { "expr": "$.n + $event.by" } } } },\n        "CALL":  "calling",\n        "CHILD": "parent",\n        "SPLIT": "split",\n        "ASK":   "asking",\n        "SLOW":  { "actions": { "type": "raise", "params": { "event": "CLOSE", "delay": "PT2H", "id": "slow" } } },\n        "NOTIFY": { "actions": { "type": "mail.send", "params": { "to": "$.customer" } } },\n        "CLOSE": "closed" } },\n    "calling": { "invoke": { "src": "pay.charge", "input": { "amount": 5 }, "onDone": "closed", "onError": "late" } },\n    "parent":  { "invoke": { "src": "wf.workflow", "input": { "definition_code": "child" }, "onDone": "closed" } },\n    "asking":  { "invoke": { "src": "wf.task", "input": { "title": "Look", "assignee_role": "clerk", "outcomes": ["good", "bad"] },\n                             "onDone": "closed" } },\n    "split": { "type": "parallel", "onDone": "closed",\n      "states": {\n        "left":  { "initial": "a", "states": { "a": { "on": { "LEFT":  "z" } }, "z": { "type": "final" } } },\n        "right": { "initial": "a", "states": { "a": { "on": { "RIGHT": "z" } }, "z": { "type": "final" } } } } },\n    "late":   { "on": { "CLOSE": "closed" } },\n    "closed": { "type": "final" } } }
\.


--
-- Data for Name: effect; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.effect (organization_id, id, instance_id, step_id, seq, created_at, next_retry_at, lease_until, completed_at, started_at, attempts, status, is_incident, code, lane, invoke_id, state, worker, error_type, last_error, retry, timeout, output, params) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-4808-74f6-aae8-39fb37a4b093	01a1ff49-47ff-717c-a69c-e5b9f20ec64a	01a1ff49-4808-74f6-aae8-39fc30222962	2	2026-03-02 09:00:00+00	\N	\N	\N	\N	0	PENDING	f	mail.send		\N	\N	\N	\N	\N	\N	\N	\N	{"to": "mail"}
00000000-0000-0000-0000-000000000000	01a1ff49-4809-71bc-b897-eac1e71de454	01a1ff49-47ff-717c-a69c-e5bd14d75745	01a1ff49-4809-71bc-b897-eac29f6b394a	2	2026-03-02 09:00:00+00	\N	\N	\N	\N	1	EXECUTING	f	wf.workflow		parent	parent	wf	\N	\N	\N	\N	\N	{"definition_code": "child"}
00000000-0000-0000-0000-000000000000	01a1ff49-4806-71f3-b4ce-f8a349830eee	01a1ff49-47fe-779b-ada7-368d920607c0	01a1ff49-4807-73e9-8ed4-484327f53ffd	2	2026-03-02 09:00:00+00	\N	2026-03-12 09:00:00+00	\N	\N	1	EXECUTING	f	pay.charge		calling	calling	w1	\N	\N	\N	\N	\N	{"amount": 5}
00000000-0000-0000-0000-000000000000	01a1ff49-4805-7605-9afd-8910e0167b24	01a1ff49-47fe-779b-ada7-36896f901e5a	01a1ff49-4805-7605-9afd-89113a039549	2	2026-03-02 09:00:00+00	2026-03-02 09:00:08.904461+00	\N	\N	\N	1	FAILED	f	pay.charge		calling	calling	w1	busy	{"type": "busy", "message": "try later"}	\N	\N	\N	{"amount": 5}
00000000-0000-0000-0000-000000000000	01a1ff49-4807-73e9-8ed4-4844bb111f47	01a1ff49-47ff-717c-a69c-e5b5408b4067	01a1ff49-4807-73e9-8ed4-4845e22f7e87	2	2026-03-02 09:00:00+00	2026-03-02 09:00:07.666239+00	\N	\N	\N	1	FAILED	f	pay.charge		calling	calling	w1	busy	{"type": "busy", "message": "try later"}	\N	\N	\N	{"amount": 5}
\.


--
-- Data for Name: effect_hold; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.effect_hold (organization_id, id, held_at, released_at, pattern, reason, held_by, held_as, released_by, released_as) FROM stdin;
\.


--
-- Data for Name: feature_flag; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.feature_flag (organization_id, id, definition_code, is_global, is_current, enabled, reason, set_by, database_role, set_at) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-4818-7318-ac4b-92c3076a075c	retired	f	t	f	replaced	berta	postgres	2026-03-02 09:00:00+00
\.


--
-- Data for Name: guard; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.guard (organization_id, code, function, owner_role, search_path, created_at) FROM stdin;
\.


--
-- Data for Name: handler; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.handler (organization_id, code, kind, function, run_as, search_path, retry, timeout, batch, limits, registered_by, registered_at) FROM stdin;
\.


--
-- Data for Name: instance; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.instance (organization_id, id, definition_id, seq, created_at, updated_at, definition_version, definition_code, status, state, paused_at, sla_at, parent_id, parent_effect_id, instance_key, correlation_key, owner_team, owner_user_id, subject, history, output, error, context) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-47fa-7653-802d-d5fe2e3f3fe8	01a1ff49-47f7-741b-bcc1-c38546d47a06	1	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	\N	2026-03-03 09:00:00+00	\N	\N	timer	timer	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "timer"}
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1389db41bd43	01a1ff49-47f7-741b-bcc1-c38546d47a06	1	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	\N	2026-03-03 09:00:00+00	\N	\N	buffered	buffered	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "buffered"}
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-2812532c2beb	01a1ff49-47f7-741b-bcc1-c38546d47a06	1	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	\N	2026-03-03 09:00:00+00	\N	\N	wrong	wrong	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "wrong"}
00000000-0000-0000-0000-000000000000	01a1ff49-47fd-7181-b93e-949be3dd9024	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	\N	2026-03-03 09:00:00+00	\N	\N	delayed	delayed	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "delayed"}
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368180512387	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	\N	2026-03-03 09:00:00+00	\N	\N	set	set	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "set"}
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-36896f901e5a	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	calling	\N	2026-03-03 09:00:00+00	\N	\N	calling	calling	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "calling"}
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368d920607c0	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	calling	\N	2026-03-03 09:00:00+00	\N	\N	leased	leased	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "leased"}
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b5408b4067	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	calling	\N	2026-03-03 09:00:00+00	\N	\N	failed	failed	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "failed"}
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b9f20ec64a	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	\N	2026-03-03 09:00:00+00	\N	\N	mail	mail	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "mail"}
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5bd14d75745	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	parent	\N	2026-03-03 09:00:00+00	\N	\N	parent	parent	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "parent"}
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368577c05617	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	2026-03-02 09:00:00+00	\N	\N	\N	paused	paused	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "paused"}
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c1ad37936b	01a1ff49-47f7-741b-bcc1-c38546d47a06	3	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	split.left.z split.right.a	\N	2026-03-03 09:00:00+00	\N	\N	split	split	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "split"}
00000000-0000-0000-0000-000000000000	01a1ff49-4821-71c5-bc41-228960bb374e	01a1ff49-47f3-7028-95e0-1db8c04aac48	1	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	child	active	working	\N	\N	01a1ff49-47ff-717c-a69c-e5bd14d75745	01a1ff49-4809-71bc-b897-eac1e71de454	\N	\N	\N	\N	\N	\N	\N	\N	{}
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-138ddcb9a99d	01a1ff49-47f7-741b-bcc1-c38546d47a06	3	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	asking	\N	2026-03-03 09:00:00+00	\N	\N	asked	asked	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "asked"}
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c55d0657d8	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	active	open	\N	2026-03-03 09:00:00+00	\N	\N	keyed	keyed	\N	\N	\N	\N	\N	\N	{"n": 3, "customer": "keyed"}
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-13917e08858c	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	completed	closed	\N	\N	\N	\N	done	done	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "done"}
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-280e29386d5e	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	cancelled	CANCELLED	\N	\N	\N	\N	cancelled	cancelled	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "cancelled"}
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1385f73646e4	01a1ff49-47f7-741b-bcc1-c38546d47a06	2	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	1	work	completed	closed	\N	\N	\N	\N	published	published	\N	\N	\N	\N	\N	\N	{"n": 0, "customer": "published"}
\.


--
-- Data for Name: legal_hold; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.legal_hold (organization_id, instance_id, held_at, held_by, reason) FROM stdin;
\.


--
-- Data for Name: member; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.member (role, organization_id, capability, granted_by, granted_at) FROM stdin;
\.


--
-- Data for Name: message; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.message (organization_id, id, created_at, next_attempt_at, expires_at, attempts, instance_id, effect_id, failed_for, held_for, event, message_id, correlation_key, line_code, actor_user_id, roles, incident, last_error, payload) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-4811-7686-8b7d-297ecc1d9c7c	2026-03-02 09:00:00+00	2026-03-02 09:00:30+00	\N	0	01a1ff49-4800-739c-b2e1-1389db41bd43	\N	\N	\N	RIGHT	\N	\N	\N	berta	{}	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4810-76e7-a476-21611e0f372e	2026-03-02 09:00:00+00	2026-03-02 09:00:01+00	2026-04-01 09:00:00+00	1	\N	\N	\N	{}	LATER	known	nobody	\N	berta	{}	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4811-7686-8b7d-297d7afe6e76	2026-03-02 09:00:00+00	2026-03-02 09:00:01+00	2026-04-01 09:00:00+00	1	\N	\N	\N	{}	CLOSE	close	published	\N	berta	{}	\N	\N	\N
\.


--
-- Data for Name: organization; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.organization (organization_id, created_at) FROM stdin;
00000000-0000-0000-0000-000000000000	2026-03-02 09:00:00+00
\.


--
-- Data for Name: purged; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.purged (organization_id, family, label, bucket, events, amount) FROM stdin;
\.


--
-- Data for Name: retention; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.retention (organization_id, next_run_at) FROM stdin;
\.


--
-- Data for Name: schedule; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.schedule (organization_id, name, cron, time_zone, definition_code, input, misfire, overlap, next_run_at, last_run_at, last_instance_id, buffered_for, last_skipped_at, last_error_at, last_error, created_at, created_by) FROM stdin;
00000000-0000-0000-0000-000000000000	nightly	0 2 * * *	UTC	child	\N	fire_once	skip	2026-03-03 02:00:00+00	\N	\N	\N	\N	\N	\N	2026-03-02 09:00:00+00	berta
\.


--
-- Data for Name: scheduler_run; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.scheduler_run (id, organization_id, started_at, duration_ms, driver, timers_fired, timers_failed, effects_run, leases_expired, messages_delivered, schedules_run, instances_escalated, tasks_escalated, instances_purged) FROM stdin;
01a1ff49-4823-772a-acdf-ae3a5107c7a9	\N	2026-03-02 09:00:00+00	3.880497	call	0	0	1	0	1	0	0	0	0
\.


--
-- Data for Name: search; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.search (organization_id, definition_code, key, value, instance_id) FROM stdin;
00000000-0000-0000-0000-000000000000	work	customer	timer	01a1ff49-47fa-7653-802d-d5fe2e3f3fe8
00000000-0000-0000-0000-000000000000	work	customer	delayed	01a1ff49-47fd-7181-b93e-949be3dd9024
00000000-0000-0000-0000-000000000000	work	customer	set	01a1ff49-47fe-779b-ada7-368180512387
00000000-0000-0000-0000-000000000000	work	customer	paused	01a1ff49-47fe-779b-ada7-368577c05617
00000000-0000-0000-0000-000000000000	work	customer	calling	01a1ff49-47fe-779b-ada7-36896f901e5a
00000000-0000-0000-0000-000000000000	work	customer	leased	01a1ff49-47fe-779b-ada7-368d920607c0
00000000-0000-0000-0000-000000000000	work	customer	failed	01a1ff49-47ff-717c-a69c-e5b5408b4067
00000000-0000-0000-0000-000000000000	work	customer	mail	01a1ff49-47ff-717c-a69c-e5b9f20ec64a
00000000-0000-0000-0000-000000000000	work	customer	parent	01a1ff49-47ff-717c-a69c-e5bd14d75745
00000000-0000-0000-0000-000000000000	work	customer	split	01a1ff49-47ff-717c-a69c-e5c1ad37936b
00000000-0000-0000-0000-000000000000	work	customer	keyed	01a1ff49-47ff-717c-a69c-e5c55d0657d8
00000000-0000-0000-0000-000000000000	work	customer	buffered	01a1ff49-4800-739c-b2e1-1389db41bd43
00000000-0000-0000-0000-000000000000	work	customer	asked	01a1ff49-4800-739c-b2e1-138ddcb9a99d
00000000-0000-0000-0000-000000000000	work	customer	wrong	01a1ff49-4801-75ed-a41f-2812532c2beb
\.


--
-- Data for Name: secret; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.secret (organization_id, name, value, set_at) FROM stdin;
\.


--
-- Data for Name: sla; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.sla (organization_id, instance_id, id, started_at, target_at, warn_at, warned_at, breached_at, next_at, ended_at, paused_micros, override_hours, rungs, state, calendar, last_error) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-47fa-7653-802d-d5fe2e3f3fe8	01a1ff49-47fa-7653-802d-d5ff767b2cc0	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fd-7181-b93e-949be3dd9024	01a1ff49-47fd-7181-b93e-949c514eab79	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368180512387	01a1ff49-47fe-779b-ada7-36829f785d23	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-36896f901e5a	01a1ff49-47fe-779b-ada7-368a57c88388	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368d920607c0	01a1ff49-47fe-779b-ada7-368e2c6ae9d9	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b5408b4067	01a1ff49-47ff-717c-a69c-e5b6e2d07417	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b9f20ec64a	01a1ff49-47ff-717c-a69c-e5ba52c9410b	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5bd14d75745	01a1ff49-47ff-717c-a69c-e5bedb462234	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c1ad37936b	01a1ff49-47ff-717c-a69c-e5c214b10c93	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c55d0657d8	01a1ff49-4800-739c-b2e1-138203737143	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1389db41bd43	01a1ff49-4800-739c-b2e1-138af90d1af9	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-138ddcb9a99d	01a1ff49-4800-739c-b2e1-138e0e26b6d8	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-2812532c2beb	01a1ff49-4801-75ed-a41f-2813d791c233	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	2026-03-03 09:00:00+00	\N	0	\N	0	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368577c05617	01a1ff49-47fe-779b-ada7-3686b349a291	2026-03-02 09:00:00+00	2026-03-03 09:00:00+00	\N	\N	\N	\N	\N	0	\N	0	\N	\N	\N
\.


--
-- Data for Name: step; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.step (organization_id, instance_id, seq, id, created_at, duration_ms, kind, status, from_state, to_state, event, actor_user_id, actor_role, database_role, line_code, note, effects_queued, guards, payload, detail) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-47fa-7653-802d-d5fe2e3f3fe8	1	01a1ff49-47fb-74ff-9627-3968b68ef175	2026-03-02 09:00:00+00	0.18426101	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "timer"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fd-7181-b93e-949be3dd9024	1	01a1ff49-47fd-7181-b93e-949e87e53100	2026-03-02 09:00:00+00	0.12298	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "delayed"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368180512387	1	01a1ff49-47fe-779b-ada7-3684d455bbb5	2026-03-02 09:00:00+00	0.068422	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "set"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368577c05617	1	01a1ff49-47fe-779b-ada7-3688d8fc2721	2026-03-02 09:00:00+00	0.05471	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "paused"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-36896f901e5a	1	01a1ff49-47fe-779b-ada7-368c6ad0a69d	2026-03-02 09:00:00+00	0.051136002	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "calling"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368d920607c0	1	01a1ff49-47fe-779b-ada7-3690b5830888	2026-03-02 09:00:00+00	0.051306	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "leased"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b5408b4067	1	01a1ff49-47ff-717c-a69c-e5b89e0f6da5	2026-03-02 09:00:00+00	0.049129	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "failed"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b9f20ec64a	1	01a1ff49-47ff-717c-a69c-e5bc934c0131	2026-03-02 09:00:00+00	0.048195	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "mail"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5bd14d75745	1	01a1ff49-47ff-717c-a69c-e5c03030f1d9	2026-03-02 09:00:00+00	0.049344998	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "parent"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c1ad37936b	1	01a1ff49-47ff-717c-a69c-e5c440caac26	2026-03-02 09:00:00+00	0.047249	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "split"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c55d0657d8	1	01a1ff49-4800-739c-b2e1-13840ea8ce83	2026-03-02 09:00:00+00	0.047818	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "keyed"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1385f73646e4	1	01a1ff49-4800-739c-b2e1-1388952b92f7	2026-03-02 09:00:00+00	0.047831	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "published"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1389db41bd43	1	01a1ff49-4800-739c-b2e1-138cfb315409	2026-03-02 09:00:00+00	0.048638	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "buffered"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-138ddcb9a99d	1	01a1ff49-4800-739c-b2e1-1390bc3a115b	2026-03-02 09:00:00+00	0.04669	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "asked"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-13917e08858c	1	01a1ff49-4801-75ed-a41f-280d1512a94b	2026-03-02 09:00:00+00	0.082707	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "done"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-280e29386d5e	1	01a1ff49-4801-75ed-a41f-28112bcf9847	2026-03-02 09:00:00+00	0.054988	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "cancelled"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-2812532c2beb	1	01a1ff49-4801-75ed-a41f-281571b9325a	2026-03-02 09:00:00+00	0.059741	start	active	\N	open	wf.start	berta	\N	postgres	\N	\N	\N	\N	{"customer": "wrong"}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fd-7181-b93e-949be3dd9024	2	01a1ff49-4803-77c0-a388-6d44ae1a069d	2026-03-02 09:00:00+00	0.206236	transition	active	open	open	SLOW	berta	\N	postgres	\N	\N	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368180512387	2	01a1ff49-4804-7194-9d63-d4d922dc0df0	2026-03-02 09:00:00+00	0.19267601	set_timer	active	open	open	CLOSE	berta	\N	postgres	\N	\N	\N	\N	\N	{"timers": ["close"]}
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-36896f901e5a	2	01a1ff49-4805-7605-9afd-89113a039549	2026-03-02 09:00:00+00	0.15793899	transition	active	open	calling	CALL	berta	\N	postgres	\N	\N	{pay.charge}	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368d920607c0	2	01a1ff49-4807-73e9-8ed4-484327f53ffd	2026-03-02 09:00:00+00	0.153236	transition	active	open	calling	CALL	berta	\N	postgres	\N	\N	{pay.charge}	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b5408b4067	2	01a1ff49-4807-73e9-8ed4-4845e22f7e87	2026-03-02 09:00:00+00	0.145075	transition	active	open	calling	CALL	berta	\N	postgres	\N	\N	{pay.charge}	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b9f20ec64a	2	01a1ff49-4808-74f6-aae8-39fc30222962	2026-03-02 09:00:00+00	0.150672	transition	active	open	open	NOTIFY	berta	\N	postgres	\N	\N	{mail.send}	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5bd14d75745	2	01a1ff49-4809-71bc-b897-eac29f6b394a	2026-03-02 09:00:00+00	0.143572	transition	active	open	parent	CHILD	berta	\N	postgres	\N	\N	{wf.workflow}	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c1ad37936b	2	01a1ff49-480a-73ce-88f4-f6798aff3756	2026-03-02 09:00:00+00	0.143001	transition	active	open	split.left.a split.right.a	SPLIT	berta	\N	postgres	\N	\N	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c1ad37936b	3	01a1ff49-480b-749b-b5a2-e3a65f61318d	2026-03-02 09:00:00+00	0.14549401	transition	active	split.left.a split.right.a	split.left.z split.right.a	LEFT	berta	\N	postgres	\N	\N	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-138ddcb9a99d	2	01a1ff49-480b-749b-b5a2-e3a8795f487c	2026-03-02 09:00:00+00	0.190566	transition	active	open	asking	ASK	berta	\N	postgres	\N	\N	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-138ddcb9a99d	3	01a1ff49-480e-76f8-86d1-c25c5b754e89	2026-03-02 09:00:00+00	0.49834797	claim_task	active	asking	asking	\N	otto	clerk	postgres	\N	\N	\N	\N	\N	{"title": "Look", "task_id": "01a1ff49-480b-749b-b5a2-e3a77b4ba8a8", "assignee_role": "clerk", "assignee_user_id": "otto"}
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c55d0657d8	2	01a1ff49-480f-71d2-8dd7-91b6f8f5e8e3	2026-03-02 09:00:00+00	0.34434798	transition	active	open	open	ADD	berta	\N	postgres	01a1ff49-47ff-717c-a69c-e5c55d0657d8:once	\N	\N	\N	{"by": 3}	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-13917e08858c	2	01a1ff49-4812-7083-ae07-e088018832d7	2026-03-02 09:00:00+00	0.13939199	transition	completed	open	closed	CLOSE	berta	\N	postgres	\N	\N	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-280e29386d5e	2	01a1ff49-4814-7556-942f-7c585cc316ab	2026-03-02 09:00:00+00	1.1051329	cancel	cancelled	open	CANCELLED	\N	berta	\N	postgres	\N	no longer wanted	\N	\N	\N	{"tasks_cancelled": [], "timers_cancelled": ["open.after.PT1H"], "effects_cancelled": [], "effects_in_flight": [], "children_cancelled": []}
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368577c05617	2	01a1ff49-4816-74be-bb68-e1ba73d10a7f	2026-03-02 09:00:00+00	0.010941001	pause	active	open	open	\N	berta	\N	postgres	\N	stock count	\N	\N	\N	{}
00000000-0000-0000-0000-000000000000	01a1ff49-4821-71c5-bc41-228960bb374e	1	01a1ff49-4821-71c5-bc41-228a63b5d0c0	2026-03-02 09:00:00+00	0.054535	start	active	\N	working	wf.start	berta	\N	postgres	\N	\N	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1385f73646e4	2	01a1ff49-4823-772a-acdf-ae39ba924541	2026-03-02 09:00:00+00	0.088861994	message	completed	open	closed	CLOSE	berta	\N	postgres	01a1ff49-4800-739c-b2e1-1385f73646e4:message:01a1ff49-4811-7686-8b7d-297d7afe6e76	\N	\N	\N	\N	\N
\.


--
-- Data for Name: task; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.task (organization_id, id, instance_id, created_at, updated_at, due_at, sla_at, completed_at, level, is_relative, task_state, title, body, priority, assignee_role, assignee_user_id, owner_user_id, outcome, completed_by, notes, state, invoke_id, calendar, candidate_roles, candidate_users, outcomes, not_by, escalations, metadata) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-480b-749b-b5a2-e3a77b4ba8a8	01a1ff49-4800-739c-b2e1-138ddcb9a99d	2026-03-02 09:00:00+00	2026-03-02 09:00:00+00	\N	\N	\N	0	f	CLAIMED	Look	\N	normal	clerk	otto	\N	\N	\N	\N	asking	asking	\N	\N	\N	{good,bad}	\N	\N	\N
\.


--
-- Data for Name: timer; Type: TABLE DATA; Schema: wf; Owner: postgres
--

COPY wf.timer (organization_id, id, instance_id, fire_at, created_at, fired_at, retry_at, attempts, is_relative, status, kind, name, event, entity_code, state, last_error, calendar, payload) FROM stdin;
00000000-0000-0000-0000-000000000000	01a1ff49-47fa-7653-802d-d600b7c064a2	01a1ff49-47fa-7653-802d-d5fe2e3f3fe8	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	after	open.after.PT1H	wf.after	01a1ff49-47fa-7653-802d-d5fe2e3f3fe8:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fd-7181-b93e-949d55dba362	01a1ff49-47fd-7181-b93e-949be3dd9024	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	after	open.after.PT1H	wf.after	01a1ff49-47fd-7181-b93e-949be3dd9024:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368335b5427f	01a1ff49-47fe-779b-ada7-368180512387	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	after	open.after.PT1H	wf.after	01a1ff49-47fe-779b-ada7-368180512387:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5bb94f142aa	01a1ff49-47ff-717c-a69c-e5b9f20ec64a	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	after	open.after.PT1H	wf.after	01a1ff49-47ff-717c-a69c-e5b9f20ec64a:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1383c5e33380	01a1ff49-47ff-717c-a69c-e5c55d0657d8	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	after	open.after.PT1H	wf.after	01a1ff49-47ff-717c-a69c-e5c55d0657d8:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-138bf076ddd7	01a1ff49-4800-739c-b2e1-1389db41bd43	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	after	open.after.PT1H	wf.after	01a1ff49-4800-739c-b2e1-1389db41bd43:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-2814868c4e54	01a1ff49-4801-75ed-a41f-2812532c2beb	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	after	open.after.PT1H	wf.after	01a1ff49-4801-75ed-a41f-2812532c2beb:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4803-77c0-a388-6d43826ca4d0	01a1ff49-47fd-7181-b93e-949be3dd9024	2026-03-02 11:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	raise	slow	CLOSE	01a1ff49-47fd-7181-b93e-949be3dd9024:2:0:slow	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4804-7194-9d63-d4d843df0212	01a1ff49-47fe-779b-ada7-368180512387	2026-03-02 09:30:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	PENDING	set	close	CLOSE	01a1ff49-47fe-779b-ada7-368180512387:2:0:close	\N	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368b8a3e72ab	01a1ff49-47fe-779b-ada7-36896f901e5a	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-47fe-779b-ada7-36896f901e5a:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-368f6bce0769	01a1ff49-47fe-779b-ada7-368d920607c0	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-47fe-779b-ada7-368d920607c0:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5b79a55203e	01a1ff49-47ff-717c-a69c-e5b5408b4067	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-47ff-717c-a69c-e5b5408b4067:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5bfcc933eff	01a1ff49-47ff-717c-a69c-e5bd14d75745	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-47ff-717c-a69c-e5bd14d75745:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47ff-717c-a69c-e5c336c8a68a	01a1ff49-47ff-717c-a69c-e5c1ad37936b	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-47ff-717c-a69c-e5c1ad37936b:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-138f69667953	01a1ff49-4800-739c-b2e1-138ddcb9a99d	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-4800-739c-b2e1-138ddcb9a99d:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1393f12042cb	01a1ff49-4800-739c-b2e1-13917e08858c	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-4800-739c-b2e1-13917e08858c:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4801-75ed-a41f-2810e8c7b9c3	01a1ff49-4801-75ed-a41f-280e29386d5e	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-4801-75ed-a41f-280e29386d5e:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-47fe-779b-ada7-36873b085598	01a1ff49-47fe-779b-ada7-368577c05617	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	SUSPENDED	after	open.after.PT1H	wf.after	01a1ff49-47fe-779b-ada7-368577c05617:1:0:open.after.PT1H	open	\N	\N	\N
00000000-0000-0000-0000-000000000000	01a1ff49-4800-739c-b2e1-1387e1589657	01a1ff49-4800-739c-b2e1-1385f73646e4	2026-03-02 10:00:00+00	2026-03-02 09:00:00+00	\N	\N	0	t	CANCELLED	after	open.after.PT1H	wf.after	01a1ff49-4800-739c-b2e1-1385f73646e4:1:0:open.after.PT1H	open	\N	\N	\N
\.


--
-- PostgreSQL database dump complete
--


