-- Work that waits: timers, people's tasks, effects, messages. Queue rows are small and churn, so vacuum comes early;
-- the scheduler's indexes lead with time, so that what is due is found in a few pages however many organizations.

-- No CHECK, as in wf.instance. Each row is written twice: half of its page waits for the second time, or the row would move to another
-- page, which is one more record of WAL.
CREATE TABLE wf.timer (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    instance_id     uuid        NOT NULL,
    fire_at         timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    fired_at        timestamptz,
    retry_at        timestamptz,
    attempts        integer     NOT NULL,
    is_relative     boolean     NOT NULL,
    status          text        NOT NULL,
    kind            text        NOT NULL,
    name            text        NOT NULL,
    event           text        NOT NULL,
    entity_code     text        NOT NULL,
    state           text,
    last_error      text,
    calendar        text,
    payload         jsonb,
    CONSTRAINT idx_wf_timers PRIMARY KEY (organization_id, instance_id, id),
    CONSTRAINT idx_wf_timers_entity_code UNIQUE (organization_id, entity_code)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- The scheduler's scan: what is due, oldest first, timers of one moment in the order in which they were made.
CREATE INDEX idx_wf_timers_due ON wf.timer (fire_at, id) WHERE status = 'PENDING';
-- The same by organization: while one has a backlog, organizations take turns.
CREATE INDEX idx_wf_timers_org_due ON wf.timer (organization_id, fire_at, id) WHERE status = 'PENDING';
-- Those whose firing failed and will be tried again.
CREATE INDEX idx_wf_timers_retry ON wf.timer (retry_at) WHERE status = 'PENDING' AND retry_at IS NOT NULL;
-- The open timers of an instance.
CREATE INDEX idx_wf_timers_instance ON wf.timer (organization_id, instance_id)
    WHERE status IN ('PENDING', 'SUSPENDED');
CREATE INDEX idx_wf_timers_failed ON wf.timer (organization_id, created_at) WHERE status = 'FAILED';
COMMENT ON TABLE wf.timer IS 'Moments at which an instance hears from the engine.';
COMMENT ON COLUMN wf.timer.status IS 'PENDING, SUSPENDED (its instance is paused), FIRED, CANCELLED or FAILED.';
COMMENT ON COLUMN wf.timer.kind IS 'after: belongs to a state; raise: a delayed raise with an id, by which it can be cancelled; delay: one without; set: wf_set_timer.';
COMMENT ON COLUMN wf.timer.entity_code IS 'Instance, step and name: one row per timer that was ever made.';
COMMENT ON COLUMN wf.timer.is_relative IS 'A delay and not a moment: a pause shifts it.';
COMMENT ON COLUMN wf.timer.calendar IS 'The calendar that counted the delay, and counts a pause.';
COMMENT ON COLUMN wf.timer.state IS 'The state that an after belongs to.';
COMMENT ON COLUMN wf.timer.retry_at IS 'Not before, after a firing that failed.';

CREATE TABLE wf.task (
    organization_id  uuid        NOT NULL,
    id               uuid        NOT NULL,
    instance_id      uuid        NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    due_at           timestamptz,
    sla_at           timestamptz,
    completed_at     timestamptz,
    level            integer     NOT NULL,
    is_relative      boolean     NOT NULL,
    task_state       text        NOT NULL CHECK (task_state IN ('OPEN', 'CLAIMED', 'COMPLETED', 'CANCELLED')),
    title            text        NOT NULL,
    body             text,
    priority         text        NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    assignee_role    text,
    assignee_user_id text,
    owner_user_id    text,
    outcome          text,
    completed_by     text,
    notes            text,
    state            text,
    invoke_id        text,
    calendar         text,
    candidate_roles  text[],
    candidate_users  text[],
    outcomes         text[],
    not_by           text[],
    escalations      jsonb,
    metadata         jsonb,
    status           text        NOT NULL GENERATED ALWAYS AS (
        CASE WHEN task_state IN ('OPEN', 'CLAIMED') THEN 'active' ELSE 'closed' END
    ) STORED,
    priority_rank    smallint    NOT NULL GENERATED ALWAYS AS (
        CASE priority WHEN 'low' THEN 1 WHEN 'normal' THEN 2 WHEN 'high' THEN 3 ELSE 4 END
    ) STORED,
    CONSTRAINT idx_wf_tasks PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- Open tasks: what the views are asked for.
CREATE INDEX idx_wf_tasks_state_due ON wf.task (organization_id, task_state, due_at)
    WHERE task_state IN ('OPEN', 'CLAIMED');
-- Each order that a list can have.
CREATE INDEX idx_wf_tasks_created ON wf.task (organization_id, created_at, id);
CREATE INDEX idx_wf_tasks_updated ON wf.task (organization_id, updated_at, id);
CREATE INDEX idx_wf_tasks_due ON wf.task (organization_id, due_at, id);
CREATE INDEX idx_wf_tasks_priority ON wf.task (organization_id, priority_rank, id);
-- Mine, or offered to me.
CREATE INDEX idx_wf_tasks_user ON wf.task (organization_id, assignee_user_id, created_at)
    WHERE assignee_user_id IS NOT NULL;
CREATE INDEX idx_wf_tasks_role ON wf.task (organization_id, assignee_role, created_at) WHERE assignee_role IS NOT NULL;
CREATE INDEX idx_wf_tasks_candidate_roles ON wf.task USING gin (candidate_roles)
    WHERE task_state IN ('OPEN', 'CLAIMED') AND candidate_roles IS NOT NULL;
CREATE INDEX idx_wf_tasks_candidate_users ON wf.task USING gin (candidate_users)
    WHERE task_state IN ('OPEN', 'CLAIMED') AND candidate_users IS NOT NULL;
-- The scheduler's scan: what is to go one rung up, time first.
CREATE INDEX idx_wf_tasks_sla ON wf.task (sla_at, id) WHERE task_state IN ('OPEN', 'CLAIMED') AND sla_at IS NOT NULL;
-- The same by organization: while one has a backlog, organizations take turns.
CREATE INDEX idx_wf_tasks_org_sla ON wf.task (organization_id, sla_at, id)
    WHERE task_state IN ('OPEN', 'CLAIMED') AND sla_at IS NOT NULL;
CREATE INDEX idx_wf_tasks_instance ON wf.task (organization_id, instance_id);
CREATE INDEX idx_wf_tasks_outcome ON wf.task (organization_id, outcome, completed_at) WHERE outcome IS NOT NULL;
COMMENT ON TABLE wf.task IS 'People''s work.';
COMMENT ON COLUMN wf.task.sla_at IS 'When it goes one rung up its ladder; NULL where no rung is left, where it has no due date, and while its instance is paused.';
COMMENT ON COLUMN wf.task.level IS 'How many rungs of its ladder are behind it.';
COMMENT ON COLUMN wf.task.is_relative IS 'The due date was a duration and not a moment: a pause shifts it.';
COMMENT ON COLUMN wf.task.assignee_user_id IS 'Who has it, once it is claimed; before that the one whom it is meant for.';
COMMENT ON COLUMN wf.task.owner_user_id IS 'Who delegated it: it comes back to them when it is released.';
COMMENT ON COLUMN wf.task.state IS 'The state that it belongs to: leaving it cancels the task. NULL where it was made by hand.';
COMMENT ON COLUMN wf.task.invoke_id IS 'The invoke that waits for its completion; NULL where nothing waits.';
COMMENT ON COLUMN wf.task.outcomes IS 'What it can be completed with; NULL for anything.';
COMMENT ON COLUMN wf.task.not_by IS 'Paths of states and ids of invokes: who did one of them may not do this task.';
COMMENT ON COLUMN wf.task.escalations IS 'Its ladder; NULL for the engine''s own, manager after 1 hour and operations after 4.';

-- No CHECK, as in wf.instance: 4 % of a workflow of SQL effects. Half-empty pages, as in wf.timer.
CREATE TABLE wf.effect (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    instance_id     uuid        NOT NULL,
    step_id         uuid        NOT NULL,
    seq             bigint      NOT NULL,
    created_at      timestamptz NOT NULL,
    next_retry_at   timestamptz,
    lease_until     timestamptz,
    completed_at    timestamptz,
    started_at      timestamptz,
    attempts        integer     NOT NULL,
    status          text        NOT NULL,
    is_incident     boolean     NOT NULL,
    code            text        COLLATE "C" NOT NULL,
    lane            text        COLLATE "C" NOT NULL,
    invoke_id       text,
    state           text,
    worker          text,
    error_type      text,
    last_error      jsonb,
    retry           jsonb,
    timeout         interval,
    output          jsonb,
    params          jsonb,
    CONSTRAINT idx_wf_effects PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- What can run or will be able to: a queue for each code, organization and lane, oldest first. Not time first, so that a
-- claim goes from queue to queue by single probes: organizations take turns, and a code that nobody wants, that is held
-- or that has reached its limit is passed over, however many effects wait in it.
CREATE INDEX idx_wf_effects_ready ON wf.effect (code, organization_id, lane, (COALESCE(next_retry_at, created_at)), id)
    WHERE status IN ('PENDING', 'FAILED');
-- What failed and will be tried again: the next moment at which there is something to do.
CREATE INDEX idx_wf_effects_retry ON wf.effect (next_retry_at, id) WHERE status = 'FAILED';
-- Leases that may have run out.
CREATE INDEX idx_wf_effects_lease ON wf.effect (lease_until) WHERE status = 'EXECUTING' AND lease_until IS NOT NULL;
-- What workers hold, by its id alone: a worker answers for several organizations at once.
CREATE INDEX idx_wf_effects_executing ON wf.effect (id) WHERE status = 'EXECUTING';
-- What runs, and what began, of codes that have limits; the others have no started_at and no place in these.
CREATE INDEX idx_wf_effects_running ON wf.effect (code, organization_id, lane)
    WHERE status = 'EXECUTING' AND started_at IS NOT NULL;
CREATE INDEX idx_wf_effects_started ON wf.effect (code, started_at) WHERE started_at IS NOT NULL;
-- Those of the last hour, whatever became of them: rows lie in the order of their making, so ranges of pages will do, which costs a new
-- row nothing.
CREATE INDEX idx_wf_effects_created ON wf.effect USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);
-- Children that are to be started.
CREATE INDEX idx_wf_effects_workflow ON wf.effect (created_at, id) WHERE status = 'PENDING' AND code = 'wf.workflow';
-- The effects of an instance, by step.
CREATE INDEX idx_wf_effects_instance ON wf.effect (organization_id, instance_id, seq);
CREATE INDEX idx_wf_effects_incident ON wf.effect (organization_id, created_at)
    WHERE status = 'PERMANENTLY_FAILED' AND is_incident;
-- What failed for good, by kind of error.
CREATE INDEX idx_wf_effects_failed ON wf.effect (organization_id, error_type, created_at)
    WHERE status = 'PERMANENTLY_FAILED';
COMMENT ON TABLE wf.effect IS 'The outbox: what is to be done after commit.';
COMMENT ON COLUMN wf.effect.status IS 'PENDING, EXECUTING, COMPLETED, FAILED (will be tried again), PERMANENTLY_FAILED or CANCELLED.';
COMMENT ON COLUMN wf.effect.next_retry_at IS 'Not before: of a FAILED effect its next attempt; infinity while its instance is paused; the time of its making where an operator has put it back.';
COMMENT ON COLUMN wf.effect.started_at IS 'When its last attempt began; only where a limit counts it.';
COMMENT ON COLUMN wf.effect.lane IS 'The code of its definition, where that has limits; else empty.';
COMMENT ON COLUMN wf.effect.is_incident IS 'It failed for good and nothing caught the failure: somebody must look at it.';
COMMENT ON COLUMN wf.effect.params IS 'Evaluated when the effect was queued.';
COMMENT ON COLUMN wf.effect.invoke_id IS 'The invoke that waits for the answer; NULL where nothing waits.';
COMMENT ON COLUMN wf.effect.state IS 'The state that the invoke belongs to: leaving it cancels the effect.';

CREATE TABLE wf.message (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    created_at      timestamptz NOT NULL,
    next_attempt_at timestamptz,
    expires_at      timestamptz,
    attempts        integer     NOT NULL,
    instance_id     uuid,
    effect_id       uuid,
    failed_for      uuid,
    held_for        uuid[],
    event           text        NOT NULL,
    message_id      text,
    correlation_key text,
    line_code       text,
    actor_user_id   text,
    roles           text[],
    incident        text        CHECK (incident IN ('LATE', 'UNEXPECTED', 'FAILED')),
    last_error      text,
    payload         jsonb,
    CONSTRAINT idx_wf_messages PRIMARY KEY (organization_id, id)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- What the scheduler is to deliver, oldest first.
CREATE INDEX idx_wf_messages_due ON wf.message (next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE UNIQUE INDEX idx_wf_messages_message_id ON wf.message (organization_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX idx_wf_messages_instance ON wf.message (organization_id, instance_id) WHERE instance_id IS NOT NULL;
CREATE INDEX idx_wf_messages_correlation ON wf.message (organization_id, correlation_key)
    WHERE correlation_key IS NOT NULL;
CREATE INDEX idx_wf_messages_incident ON wf.message (organization_id, created_at) WHERE incident IS NOT NULL;
COMMENT ON TABLE wf.message IS
    'The inbox: events that wait for an instance. A message is gone when it is delivered.';
COMMENT ON COLUMN wf.message.effect_id IS 'The effect whose answer this is; NULL for an event of somebody outside.';
COMMENT ON COLUMN wf.message.next_attempt_at IS 'When the scheduler tries next; NULL where trying is of no use any more.';
COMMENT ON COLUMN wf.message.held_for IS 'Receivers that a message is to be tried with before later ones of its key: they were held or paused at its last attempt, or have moved since.';
COMMENT ON COLUMN wf.message.failed_for IS 'The receiver of a published message whose transition fails.';
COMMENT ON COLUMN wf.message.line_code IS 'The idempotency key of a kept event, in the form of wf.step.';
COMMENT ON COLUMN wf.message.roles IS 'The roles of the sender; NULL for the engine, which is asked for none.';
COMMENT ON COLUMN wf.message.incident IS
    'Why somebody should look: LATE (its state was left), UNEXPECTED (no active state takes it), FAILED (its transition fails).';
