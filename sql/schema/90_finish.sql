-- What \df+ shows of the functions, and what the planner should know of them.

ALTER FUNCTION wf_define ROWS 1;
COMMENT ON FUNCTION wf_define IS
'Checks a definition (json: the order of its keys decides between transitions) and stores it as the current version of its code. The same document, white space aside, gives the version that exists, and leaves the current version as it is unless activate is true. Functions that the definition calls will run with the rights and the search_path of the caller. Answers code, version and created. Errors: INVALID_DEFINITION with every mistake and its JSON pointer, ORGANIZATION_REQUIRED.';
ALTER FUNCTION wf_validate ROWS 10;
COMMENT ON FUNCTION wf_validate IS
'Every finding about a definition, one row each: JSON pointer, severity (error or warning), code, a sentence. Stores nothing.';
COMMENT ON FUNCTION wf_definition IS
'The document of a version as it was given to wf_define; the current version where none is named. Error: DEFINITION_NOT_FOUND.';
COMMENT ON FUNCTION wf_diagram IS
'Draws a version of a definition (the current one where none is named): format => ''mermaid'' (stateDiagram-v2) or ''dot'' (Graphviz). With an instance_id it is the version that the instance runs, code may be left out, and the place where the instance is and the states and transitions of its steps are marked; where several ways lead from one state of a step to the next, the shortest. Errors: DEFINITION_NOT_FOUND, INSTANCE_NOT_FOUND, INVALID_ARGUMENT for another format, or a code that is not the instance''s.';
ALTER FUNCTION wf_diff ROWS 10;
COMMENT ON FUNCTION wf_diff IS
'What changed from one version of a definition to another, by meaning and not by spelling; no row where nothing did. One row each: pointer (JSON pointer into the document of to_version, or of from_version for what was removed), change (a sentence), movable (could an instance that is at this place go on in to_version without a state_map of wf_modify). Error: DEFINITION_NOT_FOUND.';
COMMENT ON FUNCTION wf_register_guard IS
'Binds a guard code to a SQL function (context jsonb, vars jsonb) RETURNS boolean, in place of what it was bound to. The function runs with the rights and the search_path of the caller of wf_register_guard. vars holds event, payload, actor, roles, in, now, now_epoch, instance and the guard''s params.';
COMMENT ON FUNCTION wf_register_handler IS
'Says what happens with an effect code, in place of what happened with it. code is exact, PREFIX.* (PREFIX and everything that begins with it and a dot) or *; an organization''s own handler comes before a shared one (organization zero), the most specific code first. kind sql: the scheduler calls a function (effect jsonb) RETURNS jsonb; its writes, the effect''s COMPLETED and the transition that the result causes commit together. kind worker: clients claim the effect with wf_claim_effects, as they do without a handler. config: function (schema.function, exactly as named; kind sql only), run_as (a role of which the caller is a member; by default the caller, with whose rights and search_path the function runs), retry (initial_interval, backoff_coefficient, maximum_interval, maximum_attempts, non_retryable_errors, jitter) and timeout of one attempt (ISO 8601 or milliseconds), both for what the definition does not say itself, batch (false: alone in its transaction; kind sql only), limits (max_concurrent, per_second). Errors: INVALID_ARGUMENT with every mistake of config in DETAIL, PERMISSION_DENIED, ORGANIZATION_REQUIRED.';
COMMENT ON FUNCTION wf_unregister_handler IS
'Takes out the handler that was registered for exactly this code or pattern and answers whether there was one. Effects that wait belong to the next handler that matches, or to clients.';
ALTER FUNCTION wf_simulate ROWS 10;
COMMENT ON FUNCTION wf_simulate IS
'Tries a definition without storing anything: the same engine on a virtual clock, which begins at start_at (by default now). events is an array of names, of objects with type (the other fields are the payload; $actor and $roles say who sends this one), and of {"after": delay}, which moves the clock by milliseconds or an ISO 8601 duration, or to a timestamp, and fires what falls due, each timer at its moment. The answer of an invoke is given as {"type": "done.invoke.<id>", "output": ...} or {"type": "error.invoke.<id>", "error": ...}. context is merged over the definition''s, as the input of wf_start is. guards fixes the answers of registered guards: {"CODE": true | false | null}. One row for the start (step 0), one per event, one per timer that falls due; moving the clock alone has none. actions: in order {"effect", "params"}, {"invoke", "src", "input"}, {"timer", "due"}, {"cancel"}, {"log"}, {"escalate"}, and last {"missing"} for each path that found nothing. guards: as in wf_steps_view. taken: the transitions taken, one per line, or why there was none: ignored (nothing takes the event, or this role may not send it) or failed. status: the instance''s (active, completed, failed, cancelled), or failed for a step that could not be done; the place is then as before. Guards and values that are SQL functions run with the rights of the caller; what they write is rolled back. Service levels do not speak: no warning, no breach, no rung. Errors: INVALID_DEFINITION, INVALID_ARGUMENT naming the element, PAYLOAD_TOO_LARGE.';
ALTER FUNCTION wf_events ROWS 10;
COMMENT ON FUNCTION wf_events IS
'What can happen to an instance next, and why not. One row for each transition of the active states that waits for an event, innermost first; to_state is its target. allowed says whether this actor in these roles may take it now: false with a reason (a role, a guard and its value, an earlier transition), NULL where it depends on the event, because guards are asked without one. Then eventless transitions that wait for their guard (event NULL), pending timers (reason "at ..."), invokes whose answer has not come, and events that came and could not be delivered. For a paused instance nothing is allowed; for one that has ended, or that nothing leads out of, there is one row without an event that says so. Locks and writes nothing. Error: INSTANCE_NOT_FOUND.';
COMMENT ON FUNCTION wf_start IS
'Starts an instance of a definition and answers its id. input (an object) is merged over the definition''s context, top level only. With an instance_key a second call answers the instance that exists. subject is the business object that the instance is about; its entity_id is indexed. initial_state enters there instead of the beginning. Errors: DEFINITION_NOT_FOUND, ORGANIZATION_REQUIRED, PAYLOAD_TOO_LARGE, MICROSTEP_LIMIT, INVALID_TRANSITION for a state that does not exist.';
ALTER FUNCTION wf_send ROWS 1;
COMMENT ON FUNCTION wf_send IS
'Gives an event to an instance and runs it to the next stable state, in the caller''s transaction. payload''s fields are $event in guards and values. With an idempotency_key a second call answers what the first did, replayed = true, whatever happened since. actor and roles are claims of the application (by default app.current_user_id and app.current_user_role). unmatched => ''ignore'' drops an event that nothing takes, ''buffer'' keeps it until the instance takes it (a paused instance too). Errors: INSTANCE_NOT_FOUND, INSTANCE_FINALIZED, INSTANCE_PAUSED, INVALID_TRANSITION, GUARD_FAILED, UNAUTHORIZED_ROLE, PAYLOAD_TOO_LARGE, MICROSTEP_LIMIT, INSTANCE_BUSY.';
COMMENT ON FUNCTION wf_send_many IS
'Gives one event to many instances, in the order given; payloads and idempotency_keys have an entry (or NULL) for each, or are left out. One row for each, in that order: as wf_send, or only its error (code, sentence and facts), which leaves the others alone. The instances are locked first, in the order of their ids. A serialisation failure, a cancelled query and the like end the whole call. Errors: INVALID_ARGUMENT where the lists differ in length.';
COMMENT ON FUNCTION wf_start_many IS
'Starts an instance of the current version for each of inputs and answers their ids in that order: all of them or none. instance_keys, if given, has an entry (or NULL) for each; a key that exists answers its instance. Give instance_keys alone to start without inputs. Errors: as wf_start; INVALID_ARGUMENT where the lists differ in length.';
ALTER FUNCTION wf_advance ROWS 1;
COMMENT ON FUNCTION wf_advance IS
'Takes the transition of the current state whose target is to_state (a path, an id or an unambiguous key), under the same rules as wf_send. attempt_nonce is its idempotency key. Errors: as wf_send.';
ALTER FUNCTION wf_cancel ROWS 1;
COMMENT ON FUNCTION wf_cancel IS
'Ends an instance: its state becomes CANCELLED, its timers and the effects that have not begun are cancelled; the step''s detail names those in flight. Errors: INSTANCE_NOT_FOUND, INSTANCE_FINALIZED.';
ALTER FUNCTION wf_reassign ROWS 1;
COMMENT ON FUNCTION wf_reassign IS
'Gives an instance to another owner: owner_team and owner_user_id become what is given, NULL where only the other is named. The step (kind reassign) holds who, why, and whose it was. Errors: INVALID_OWNER_ASSIGNMENT where neither is named or one is empty, INSTANCE_NOT_FOUND, INSTANCE_FINALIZED.';
ALTER FUNCTION wf_modify ROWS 1;
COMMENT ON FUNCTION wf_modify IS
'An operator''s repair, and the move to another version, in one step of kind modify. context (an object) is merged over the instance''s context, top level only. state says where the instance is to be: a path, id or key, or several with a space between for the regions of a parallel state; regions that are not named stay. What both places share is kept, the rest is left and entered in order: with state exit and entry actions run, without it only timers and invokes begin. version moves the instance to another version of its definition; state_map ({"old.path": "new.path"}) names the counterpart of states that have none of their name. Timers (with their moment), invokes and tasks of states that are kept go on, the others are cancelled, new ones made. No guard or role is asked; afterwards the instance runs on as after any event (always, onDone). A failed or cancelled instance becomes active again, where it was or at state; a paused one stays paused, and its new timers are suspended. dry_run answers the same and writes nothing. Answers from_state, to_state, from_version, to_version, and the names of what was kept, cancelled and created. Errors: INSTANCE_NOT_FOUND, INSTANCE_FINALIZED for a completed instance, DEFINITION_NOT_FOUND, INVALID_TRANSITION for a state that does not exist, states that cannot be active together, or states without a counterpart (DETAIL lists all), INVALID_ARGUMENT, PAYLOAD_TOO_LARGE, MICROSTEP_LIMIT, INSTANCE_BUSY.';
COMMENT ON FUNCTION wf_get_instance IS
'One instance with its steps, tasks, timers and effects: {"instance": {}, "steps": [], "tasks": [], "timers": [], "effects": []}, each as its view shows it. Error: INSTANCE_NOT_FOUND.';
COMMENT ON FUNCTION wf_list_instances IS
'A page of instances: the columns of wf_instances_view and cursor, which asks for the next page. Filters that are NULL do not count; current_state matches each of several active states, and the states that they lie in; search is {"key": "value"} over the definition''s search keys. sort_by is created_at, updated_at or sla_at; max_rows 50, at most 500. Errors: INVALID_FILTER, INVALID_PAGINATION.';
ALTER FUNCTION wf_set_timer ROWS 1;
COMMENT ON FUNCTION wf_set_timer IS
'Sets a timer that raises an event (by default the timer''s name) after a delay, counted in UTC, or at a moment. Errors: DUPLICATE_TIMER_NAME, INVALID_DURATION, TOO_MANY_TIMERS (100 per instance), INSTANCE_FINALIZED, INSTANCE_PAUSED.';
ALTER FUNCTION wf_cancel_timer ROWS 1;
COMMENT ON FUNCTION wf_cancel_timer IS
'Cancels the open timers of this name; without a name every open timer of the instance, those of its states included. Error: NO_PENDING_TIMERS.';
ALTER FUNCTION wf_fire_timer ROWS 1;
COMMENT ON FUNCTION wf_fire_timer IS
'Fires one timer now: its event''s transition and its status FIRED are one transaction. force fires it before its moment, or after its attempts are spent (FAILED). to_state equals from_state where nothing took the event. Errors: TIMER_NOT_FOUND, TIMER_NOT_DUE, TIMER_ALREADY_FIRED, TIMER_ALREADY_PROCESSED, INSTANCE_PAUSED, INSTANCE_FINALIZED.';
COMMENT ON PROCEDURE wf_scheduler_run IS
'Works on what is due, batch by batch, each committed, until max_duration has passed; between batches it sleeps until the next due moment, at most a second. For pg_cron and for servers that do not preload pg_workflow. Call it outside of a transaction. Error: INVALID_DURATION.';
COMMENT ON FUNCTION wf_enable_cron IS
'Registers CALL wf_scheduler_run(''59 seconds'') with pg_cron, every minute, under the name pg_workflow (and the organization, where one is given) and the calling role; again changes nothing. Error: INVALID_ARGUMENT where pg_cron is not installed in this database.';
COMMENT ON FUNCTION wf_disable_cron IS
'Takes the job of wf_enable_cron out of pg_cron. Answers whether there was one.';
ALTER FUNCTION wf_scheduler_tick ROWS 1;
COMMENT ON FUNCTION wf_scheduler_tick IS
'One bounded batch of due work, safe to run any number of times at once: fires at most max_timers (50) timers that are due, oldest first, each in a subtransaction of its own; starts child workflows, ends leases that ran out and delivers messages that wait, at most max_effects (50) of each; lets the service levels of at most max_instances (50) instances warn, record a breach and escalate; escalates at most max_tasks (50) overdue tasks. effects_run counts the children started, next_run_at is the next moment at which anything is due. Instances that another session holds are passed over. dry_run only counts timers, instances and tasks. READ COMMITTED only.';
ALTER FUNCTION wf_pause ROWS 1;
COMMENT ON FUNCTION wf_pause IS
'Pauses an instance and its running children: events are refused (or kept, with unmatched => ''buffer''), timers are suspended, effects are held, the deadline waits; answers and messages that arrive stay in the inbox. Errors: INSTANCE_NOT_FOUND, INSTANCE_FINALIZED, INSTANCE_ALREADY_PAUSED.';
ALTER FUNCTION wf_resume ROWS 1;
COMMENT ON FUNCTION wf_resume IS
'Resumes an instance and the children that were paused with it: delays and the deadline move by the time spent paused, moments stay and fire at once if they have passed. Errors: INSTANCE_NOT_FOUND, INSTANCE_FINALIZED, INSTANCE_NOT_PAUSED.';
COMMENT ON FUNCTION wf_pause_all IS
'Pauses every running instance of a definition (of all where NULL) and its running children in one transaction and answers how many that were in all.';
COMMENT ON FUNCTION wf_resume_all IS
'Resumes every paused instance of a definition (of all where NULL) and the children that were paused with it in one transaction and answers how many that were in all.';
ALTER FUNCTION wf_publish ROWS 1;
COMMENT ON FUNCTION wf_publish IS
'Stores an event for every running instance with this correlation key, also for one that begins later: the scheduler delivers it once to each, when an active state takes it, until ttl is over. A message_id that is known already stores nothing (duplicate = true) as long as the first is kept, which is for its ttl. Errors: ORGANIZATION_REQUIRED, PAYLOAD_TOO_LARGE, INVALID_DURATION.';
ALTER FUNCTION wf_schedule ROWS 1;
COMMENT ON FUNCTION wf_schedule IS
'Starts an instance of a definition (its current version at that time) at every moment of a cron expression in a time zone of the system, in place of the schedule with this name. The expression: minute, hour, day of month, month, day of week (0 and 7 are Sunday); of six fields the first is the second, of seven the last is the year. Fields take lists, ranges, steps (*/5), JAN-DEC and SUN-SAT; L is the last day of the month, 15W the weekday next to the 15th, FRI#2 the second Friday, FRI#L the last; with day of month and day of week either counts, with + before the latter both; @hourly, @daily, @weekly, @monthly, @yearly. With the hour named, a moment that summer time jumps over comes right after the jump and one that the clock shows twice comes once; with * as the hour, time as it passes counts. Each instance gets scheduled_for (ISO 8601, UTC) under its input, and the key schedule:<name>:<scheduled_for>. misfire says what becomes of moments at which nothing ran: fire_once starts once for all of them, with the last; skip passes over those more than a minute old; all starts each in its order. overlap says what happens while the instance before is active: skip passes over, buffer starts when it ends (at most one waits, the others are passed over), allow starts. The same expression and zone keep next_run_at, others begin now. Errors: INVALID_ARGUMENT, DEFINITION_NOT_FOUND, ORGANIZATION_REQUIRED, PAYLOAD_TOO_LARGE.';
COMMENT ON FUNCTION wf_unschedule IS
'Ends a schedule and answers whether there was one of this name. Instances that it has started go on; a start that waited does not come.';
COMMENT ON FUNCTION wf_claim_effects IS
'Takes effects for an external worker until its lease ends: at most max_effects, of these codes (all where NULL), oldest first, in organizations that the caller serves. Effects of paused instances are held. Answer each with wf_complete_effects or wf_fail_effects, naming the worker and the attempt; use idempotency_key with whatever leaves the database, because an effect whose worker died runs again.';
COMMENT ON FUNCTION wf_complete_effects IS
'Completes effects that this worker holds with these attempts; outputs (by place, may be NULL) become done.invoke.<id> of the invokes that wait, each transition in this transaction. A result is stored before it is used: one that cannot be delivered is an incident, never a second run. One row each: status, and error LEASE_EXPIRED, EFFECT_ALREADY_COMPLETED or EFFECT_NOT_FOUND where the answer was not accepted.';
COMMENT ON FUNCTION wf_fail_effects IS
'Ends an attempt that failed. errors are {"type", "message", "retry_after"}; the effect is tried again as its retry policy says (by default 3 attempts, 30 s, doubled up to 300 s, full jitter), unless retryable is false. After the last attempt it is PERMANENTLY_FAILED and becomes error.invoke.<id>; where nothing catches that, an incident.';
COMMENT ON FUNCTION wf_extend_leases IS
'Prolongs the leases of effects that this worker holds with these attempts, counted from now.';
COMMENT ON FUNCTION wf_close_incident IS
'Closes an incident that somebody has seen to: what waited is dropped, and a step says who and why. Errors: INCIDENT_NOT_FOUND, INSTANCE_NOT_FOUND.';
ALTER FUNCTION wf_create_task ROWS 1;
COMMENT ON FUNCTION wf_create_task IS
'Makes a task for people that belongs to no state: it lasts as long as its instance. Name assignee_role, assignee_user_id or both (then it is for that user, and for the role once the user gives it back). priority is low, normal (the default), high or urgent; metadata an object. Answers the task''s row, as all of these functions do. Errors: INVALID_ASSIGNEE, INVALID_DUE_DATE, INVALID_PRIORITY, INSTANCE_NOT_FOUND, INSTANCE_FINALIZED, INSTANCE_PAUSED.';
ALTER FUNCTION wf_claim_task ROWS 1;
COMMENT ON FUNCTION wf_claim_task IS
'Takes an open task for a user (by default app.current_user_id) to whom it is offered: by name, or by one of the roles given (by default app.current_user_role). Nobody else can then claim or complete it; the same user may claim it again. Errors: TASK_NOT_FOUND, TASK_NOT_OPEN, UNAUTHORIZED_ASSIGNEE.';
ALTER FUNCTION wf_release_task ROWS 1;
COMMENT ON FUNCTION wf_release_task IS
'Gives a claimed task back: to the one who delegated it, else to those whom it was offered to. Errors: TASK_NOT_FOUND, TASK_COMPLETED, TASK_NOT_ACTIVE, UNAUTHORIZED_ASSIGNEE.';
ALTER FUNCTION wf_complete_task ROWS 1;
COMMENT ON FUNCTION wf_complete_task IS
'Completes a task that the user has claimed, or that is offered to the user. Where an invoke waits for it, done.invoke.<id> with output {"outcome", "user_id", "notes", "metadata"} is taken in the same transaction; if that fails, the task is as it was. advance_to is for tasks made by hand: the transition of the current state with this target is taken in the role of the task. metadata (an object) is merged into the task''s. Errors: TASK_NOT_FOUND, TASK_COMPLETED, TASK_NOT_ACTIVE, UNAUTHORIZED_ASSIGNEE, INVALID_OUTCOME, INSTANCE_PAUSED, and those of wf_send.';
ALTER FUNCTION wf_reassign_task ROWS 1;
COMMENT ON FUNCTION wf_reassign_task IS
'Gives an open or claimed task to a role or a user instead of whom it had; it is OPEN then. Errors: TASK_NOT_FOUND, TASK_COMPLETED, TASK_NOT_ACTIVE, INVALID_ASSIGNEE, TASK_ALREADY_ASSIGNED, UNAUTHORIZED_ASSIGNEE.';
ALTER FUNCTION wf_delegate_task ROWS 1;
COMMENT ON FUNCTION wf_delegate_task IS
'Lets another user do a task; owner_user_id keeps who delegated it, and gets it back when it is released. Only who has the task, its owner, or somebody to whom it is offered may delegate it. Errors: TASK_NOT_FOUND, TASK_COMPLETED, TASK_NOT_ACTIVE, INVALID_ASSIGNEE, TASK_ALREADY_ASSIGNED, UNAUTHORIZED_ASSIGNEE.';
ALTER FUNCTION wf_escalate_task ROWS 1;
COMMENT ON FUNCTION wf_escalate_task IS
'Gives a task to a higher role or user; where nobody is named, one rung up its ladder. It is OPEN then, and an effect wf.task_escalated (or the rung''s own) is queued. new_priority may be the same or higher. Errors: TASK_NOT_FOUND, TASK_COMPLETED, TASK_NOT_ACTIVE, NO_ESCALATION_TARGET, INVALID_PRIORITY, INVALID_ASSIGNEE, TASK_ALREADY_ASSIGNED, UNAUTHORIZED_ASSIGNEE.';
COMMENT ON FUNCTION wf_list_tasks IS
'A page of tasks: the columns of wf_tasks_view and cursor, which asks for the next page. Filters that are NULL do not count. for_user and for_roles are somebody''s inbox: tasks that the user has, and open ones offered to the user or to one of the roles; without task_state only those still to be done. overdue: due and not done. sort_by is created_at, updated_at, due_at (what is never due last, in descending order first) or priority; max_rows 50, at most 500. Errors: INVALID_FILTER, INVALID_PAGINATION.';
COMMENT ON FUNCTION wf.now IS 'The one source of time: the clock, unless the setting pg_workflow.fake_now says otherwise.';
COMMENT ON FUNCTION wf.library_version IS 'The version of the library that this session has loaded. Upgrade scripts ask for it first.';
COMMENT ON FUNCTION wf.error_codes IS 'What the view wf_error_codes shows.';
COMMENT ON FUNCTION wf.session_organization IS 'The organization of the session, app.current_org_id; NULL where it is not set.';
COMMENT ON FUNCTION wf.raise IS 'Raises a named error, for functions of this extension that are written in SQL languages.';
COMMENT ON FUNCTION wf_grant IS
'Gives a database role, named exactly, a capability in an organization, or in all where none is named (by the argument or app.current_org_id): viewer (sees), participant (viewer; starts instances, sends events, does tasks), worker (viewer; runs effects and the scheduler), operator (participant; repairs), admin (all; defines, grants). False where the role had it. Asks for admin in the same place. Errors: PERMISSION_DENIED, INVALID_ARGUMENT for an unknown role or capability, and for public.';
COMMENT ON FUNCTION wf_revoke IS
'Takes a capability that wf_grant gave, in the same place, from a role; false where it did not have it. With the last one go the native rights, so that the role can be dropped. Errors: as wf_grant.';
COMMENT ON FUNCTION wf_set_secret IS
'Sets a secret of an organization, such as the key of a bank, in place of the one of its name; a NULL value removes it. Definitions name it {"secret": "name"}. Answers whether there was one. The audit says that and when it was set, never what it is. Errors: ORGANIZATION_REQUIRED, PAYLOAD_TOO_LARGE.';
COMMENT ON FUNCTION wf_resolve_secrets IS
'The same jsonb with the value of each {"secret": "name"} in its place, at any depth, for whoever runs an effect: a handler, or a worker outside that has the capability worker in the organization of the effect. The organization''s own secrets; those of organization zero only for who is worker there too. Refused in guards and values. Errors: SECRET_NOT_FOUND, INSTANCE_BUSY.';
COMMENT ON FUNCTION wf.my_organizations IS
'The organizations whose rows the present role sees: those that it is a member of, and of these the one of app.current_org_id where that is set; {NULL} for all. For row security.';
COMMENT ON FUNCTION wf.sees IS 'Is the organization among those that wf.my_organizations answered? For row security.';
COMMENT ON FUNCTION wf.listed IS 'The organizations that wf.my_organizations answered, {NULL} as a list of all. For indexes under row security.';
COMMENT ON FUNCTION wf.sees_support IS 'Tells the planner how many rows wf.sees lets through, and which index finds them.';
COMMENT ON FUNCTION wf.sees_all_organizations IS
'Does the present role see rows that concern all organizations? For row security.';
COMMENT ON FUNCTION wf.member_changed IS 'After every change of wf.member: each backend reads its rights again.';
COMMENT ON FUNCTION wf.candidate_tasks IS 'For wf_list_tasks: the open tasks that have the user or one of the roles among their candidates.';
COMMENT ON FUNCTION wf.check_page IS 'Refuses a sort_order and a max_rows that no list takes.';
COMMENT ON FUNCTION wf.cursor_parts IS 'The parts of a cursor that this list has made: sort_by, direction, value, id.';
COMMENT ON FUNCTION wf.cursor_text IS 'A moment as it stands in a cursor.';
COMMENT ON FUNCTION wf.cursor_moment IS 'The moment that stands in a cursor.';

-- Nothing is granted to PUBLIC.
DO $revoke$
DECLARE
    signature regprocedure;
BEGIN
    FOR signature IN
        SELECT d.objid::regprocedure
        FROM pg_catalog.pg_depend AS d
        JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_proc'::regclass::oid
          AND d.refclassid = 'pg_catalog.pg_extension'::regclass::oid
          AND d.deptype = 'e'
          AND e.extname = 'pg_workflow'
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', signature);
    END LOOP;
END
$revoke$;
-- Row security: members see the rows of their organizations, those that concern all only who is a member of all. The
-- policy for the owner says what ownership does.
DO $policies$
DECLARE
    secured record;
BEGIN
    FOR secured IN
        SELECT c.oid::regclass AS name, a.attname IS NOT NULL AS has_organization, a.attnotnull AS always_in_one
        FROM pg_catalog.pg_class AS c
        LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'organization_id'
        WHERE c.relnamespace = 'wf'::regnamespace::oid
          AND c.relkind = 'r'
        ORDER BY c.relname
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', secured.name);
        EXECUTE pg_catalog.format('CREATE POLICY owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', secured.name);
        CONTINUE WHEN NOT secured.has_organization;
        EXECUTE pg_catalog.format(
            'CREATE POLICY member ON %s FOR SELECT USING (wf.sees(organization_id, (SELECT wf.my_organizations()))%s)',
            secured.name,
            CASE WHEN NOT secured.always_in_one
                THEN ' OR organization_id IS NULL AND (SELECT wf.sees_all_organizations())' ELSE '' END);
    END LOOP;
END
$policies$;

-- pg_dump saves the rows of an extension's table only where the table is registered. One command each: every call
-- updates the same row of pg_extension.
DO $dump$
DECLARE
    registered regclass;
BEGIN
    FOR registered IN
        SELECT c.oid::regclass
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'wf'::regnamespace::oid
          AND c.relkind = 'r'
        ORDER BY c.relname
    LOOP
        PERFORM pg_catalog.pg_extension_config_dump(registered, '');
    END LOOP;
END
$dump$;
