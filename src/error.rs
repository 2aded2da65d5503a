//! Everything that can go wrong, in one enum: each code has a SQLSTATE of class `WF`, a word that opens its message,
//! who raises it and when. A `Failure` adds the facts (DETAIL) and the next step (HINT); errors of the server and of
//! user code pass through unchanged.

use crate::pg::error::{PgError, SqlState};

macro_rules! codes {
    ($($variant:ident $state:literal $word:literal $raised_by:literal $meaning:literal)*) => {
        /// An error that this extension names. `SELECT * FROM wf_error_codes` lists them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($variant),* }

        impl Code {
            /// Every code, in the order of its SQLSTATE.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The five characters.
            pub const fn sqlstate(self) -> &'static [u8; 5] {
                match self { $(Code::$variant => $state),* }
            }

            /// The word that opens the message.
            pub const fn word(self) -> &'static str {
                match self { $(Code::$variant => $word),* }
            }

            /// The functions that raise it.
            pub const fn raised_by(self) -> &'static str {
                match self { $(Code::$variant => $raised_by),* }
            }

            /// When it is raised.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning),* }
            }
        }
    };
}

codes! {
    InstanceNotFound b"WF001" "INSTANCE_NOT_FOUND" "every function about one instance"
        "no instance has this id among the organizations that the caller may see"
    DefinitionNotFound b"WF002" "DEFINITION_NOT_FOUND" "wf_start, wf_definition and others by code"
        "no definition has this code, or this version, in the organization or among the shared ones"
    InvalidDefinition b"WF003" "INVALID_DEFINITION" "wf_define"
        "the document has errors; DETAIL lists every one with its JSON pointer"
    InvalidTransition b"WF004" "INVALID_TRANSITION" "wf_send, wf_advance, wf_modify"
        "nothing in the current state takes this event, DETAIL lists what would be taken; or an instance cannot be in this state"
    GuardFailed b"WF005" "GUARD_FAILED" "wf_send, wf_advance, wf_fire_timer"
        "transitions match the event, but their guards are false or unknown, or a guard could not be evaluated"
    UnauthorizedRole b"WF006" "UNAUTHORIZED_ROLE" "wf_send, wf_advance"
        "the transition asks for a role that the caller did not name"
    PermissionDenied b"WF007" "PERMISSION_DENIED" "every function"
        "the database role lacks the capability for the organization of the object"
    OrganizationRequired b"WF008" "ORGANIZATION_REQUIRED" "every function that creates"
        "several organizations exist and none was given"
    WorkflowDisabled b"WF009" "WORKFLOW_DISABLED" "wf_start, wf_start_many"
        "a feature flag stops new instances of this definition"
    InstanceFinalized b"WF010" "INSTANCE_FINALIZED" "every function that changes one instance"
        "the instance is completed, failed or cancelled"
    InstancePaused b"WF011" "INSTANCE_PAUSED" "wf_send, wf_advance, wf_fire_timer"
        "the instance is paused"
    InstanceAlreadyPaused b"WF012" "INSTANCE_ALREADY_PAUSED" "wf_pause"
        "the instance is paused already"
    InstanceNotPaused b"WF013" "INSTANCE_NOT_PAUSED" "wf_resume"
        "the instance is not paused"
    InstanceBusy b"WF014" "INSTANCE_BUSY" "every function that writes"
        "called from a guard or a value of a macrostep that is running in this session"
    InvalidOwnerAssignment b"WF015" "INVALID_OWNER_ASSIGNMENT" "wf_reassign"
        "neither a team nor a user was named"
    NoSlaRules b"WF016" "NO_SLA_RULES" "wf_sla_recalc"
        "the definition sets no service level and no override was given"
    InvalidSlaOverride b"WF017" "INVALID_SLA_OVERRIDE" "wf_sla_recalc"
        "the override is not a positive number of hours"
    TimerNotFound b"WF018" "TIMER_NOT_FOUND" "wf_fire_timer"
        "the instance has no timer with this id"
    TimerAlreadyFired b"WF019" "TIMER_ALREADY_FIRED" "wf_fire_timer"
        "the timer has fired"
    TimerNotDue b"WF020" "TIMER_NOT_DUE" "wf_fire_timer"
        "the timer's moment has not come"
    TimerAlreadyProcessed b"WF021" "TIMER_ALREADY_PROCESSED" "wf_fire_timer"
        "the timer was cancelled or has failed for good"
    NoPendingTimers b"WF022" "NO_PENDING_TIMERS" "wf_cancel_timer"
        "no pending timer matches"
    DuplicateTimerName b"WF023" "DUPLICATE_TIMER_NAME" "wf_set_timer"
        "a timer of this name is pending for the instance"
    InvalidDuration b"WF024" "INVALID_DURATION" "wf_set_timer, wf_publish, wf_scheduler_run, leases, computed delays"
        "the delay is missing, negative or not a duration"
    TooManyTimers b"WF025" "TOO_MANY_TIMERS" "wf_set_timer, delayed raises"
        "the instance has 100 pending timers besides those of its states"
    TaskNotFound b"WF026" "TASK_NOT_FOUND" "every function about one task"
        "no task has this id among the organizations that the caller may see"
    TaskNotOpen b"WF027" "TASK_NOT_OPEN" "wf_claim_task"
        "somebody else has claimed the task, or it is closed"
    TaskNotActive b"WF028" "TASK_NOT_ACTIVE" "wf_complete_task, wf_release_task, wf_reassign_task, wf_delegate_task, wf_escalate_task"
        "the task was cancelled"
    TaskCompleted b"WF029" "TASK_COMPLETED" "wf_complete_task, wf_release_task, wf_reassign_task, wf_delegate_task, wf_escalate_task"
        "the task is completed"
    TaskAlreadyAssigned b"WF030" "TASK_ALREADY_ASSIGNED" "wf_reassign_task, wf_delegate_task, wf_escalate_task"
        "the task is assigned to that role or user already"
    UnauthorizedAssignee b"WF031" "UNAUTHORIZED_ASSIGNEE" "every function that changes one task"
        "the task is not offered to this user, somebody else has it, or the user did what it is to check (not_by)"
    InvalidAssignee b"WF032" "INVALID_ASSIGNEE" "wf.task, wf_create_task, wf_reassign_task, wf_delegate_task, wf_escalate_task"
        "neither a role nor a user was named, or the one named is empty"
    InvalidOutcome b"WF033" "INVALID_OUTCOME" "wf_complete_task, wf.task"
        "the outcome is not among those that the task allows, or these are no names"
    InvalidPriority b"WF034" "INVALID_PRIORITY" "wf.task, wf_create_task, wf_escalate_task"
        "the priority is unknown, or would fall on escalation"
    InvalidDueDate b"WF035" "INVALID_DUE_DATE" "wf.task, wf_create_task"
        "the due date is no moment, or one made by hand lies in the past"
    NoEscalationTarget b"WF036" "NO_ESCALATION_TARGET" "wf_escalate_task"
        "neither a target nor a next rung is known"
    EffectNotFound b"WF037" "EFFECT_NOT_FOUND" "wf_skip_effect, wf_complete_effects and others"
        "no effect has this id among the organizations that the caller may see"
    EffectAlreadyCompleted b"WF038" "EFFECT_ALREADY_COMPLETED" "wf_skip_effect, wf_retry_effects, wf_complete_effects"
        "the effect is completed"
    NoFailedEffects b"WF039" "NO_FAILED_EFFECTS" "wf_retry_effects"
        "nothing that failed matches"
    RetryLimitExceeded b"WF040" "RETRY_LIMIT_EXCEEDED" "wf_retry_effects"
        "what failed was put back by hand as often as its policy tries it, and force_retry was not given"
    LeaseExpired b"WF041" "LEASE_EXPIRED" "wf_complete_effects, wf_fail_effects, wf_extend_leases"
        "the effect is held by another worker or another attempt"
    StepNotFound b"WF042" "STEP_NOT_FOUND" "wf_retry_effects"
        "the instance has no step with this id"
    InvalidFilter b"WF043" "INVALID_FILTER" "wf_list_instances, wf_list_tasks"
        "a filter or a sort key is unknown"
    InvalidPagination b"WF044" "INVALID_PAGINATION" "wf_list_instances, wf_list_tasks"
        "max_rows is out of range, or the cursor was not made by this list"
    PayloadTooLarge b"WF045" "PAYLOAD_TOO_LARGE" "every function that takes jsonb"
        "a value is larger than pg_workflow.max_payload"
    MicrostepLimit b"WF046" "MICROSTEP_LIMIT" "wf_start, wf_send, wf_advance, wf_fire_timer, wf_modify"
        "one event caused more than 1,000 microsteps: the definition turns in a circle"
    EffectFailed b"WF047" "EFFECT_FAILED" "none: recorded by effects"
        "the effect failed, and whoever ran it gave the error no type of its own"
    InvalidArgument b"WF048" "INVALID_ARGUMENT" "every function"
        "an argument is missing or outside its values"
    IncidentNotFound b"WF049" "INCIDENT_NOT_FOUND" "wf_close_incident"
        "the instance has no open incident with this id"
    EngineFault b"WF050" "ENGINE_FAULT" "every function"
        "a stored row contradicts the engine: somebody wrote around it, or it is at fault"
    CalendarNotFound b"WF051" "CALENDAR_NOT_FOUND" "wf_start, wf_send, wf_create_task and others whose work counts in a calendar"
        "no calendar has this code in the organization or among the shared ones"
    InvalidCalendar b"WF052" "INVALID_CALENDAR" "wf_set_calendar"
        "the calendar has mistakes; DETAIL lists every one with its place"
    VersionMismatch b"WF053" "VERSION_MISMATCH" "every function"
        "the library that this session has loaded is not of the version of the extension in this database"
    SecretNotFound b"WF054" "SECRET_NOT_FOUND" "wf_resolve_secrets"
        "no secret of this name is set for the organization"
    UserCodeTimeout b"WF055" "USER_CODE_TIMEOUT" "every function that runs guards, values or handlers"
        "a function took longer than pg_workflow.user_code_timeout, or the timeout of its effect or handler, allows"
}

/// What a function of ours ends with when it cannot do what it was asked.
#[derive(Debug)]
pub enum Error {
    /// One of ours.
    Failure(Box<Failure>),
    /// The server's or user code's, passed on unchanged.
    Postgres(Box<PgError>),
}

/// A named error with its facts.
#[derive(Debug)]
pub struct Failure {
    pub code: Code,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

impl Error {
    /// A named error; the message goes on after the code's word.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error::Failure(Box::new(Failure { code, message: message.into(), detail: None, hint: None }))
    }

    /// Adds the facts.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        if let Error::Failure(failure) = &mut self {
            failure.detail = Some(detail.into());
        }
        self
    }

    /// Adds the next step.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Error::Failure(failure) = &mut self {
            failure.hint = Some(hint.into());
        }
        self
    }

    /// Something that cannot be, unless a row was written around the engine.
    pub fn internal(message: impl Into<String>) -> Self {
        Error::new(Code::EngineFault, message)
            .hint("Keep the server's log and report it; wf_modify can put an instance right.")
    }

    /// The library is loaded, but the database lacks the extension.
    pub fn not_installed() -> Self {
        Error::internal("the extension is not installed in this database")
            .hint("Run CREATE EXTENSION pg_workflow in this database.")
    }

    /// The report to raise in the server.
    pub fn into_report(self) -> PgError {
        match self {
            Error::Postgres(error) => *error,
            Error::Failure(failure) => PgError {
                sqlstate: SqlState::new(failure.code.sqlstate()),
                message: format!("{}: {}", failure.code.word(), failure.message),
                detail: failure.detail,
                hint: failure.hint,
                ..PgError::default()
            },
        }
    }

    /// Message and facts, for the DETAIL of another error and for what a row records.
    pub fn summary(&self) -> String {
        let (summary, detail) = match self {
            Error::Failure(failure) => (format!("{}: {}", failure.code.word(), failure.message), &failure.detail),
            Error::Postgres(error) => (format!("{} ({})", error.message, error.sqlstate), &error.detail),
        };
        match detail {
            Some(detail) => format!("{summary}: {detail}"),
            None => summary,
        }
    }

    /// Does it concern the session or the server and not the work: a serialisation failure, a cancelled query, a
    /// shutdown, a lack of resources? Such an error is passed on, and nothing is held against the work.
    pub fn is_of_the_session(&self) -> bool {
        match self {
            Error::Failure(_) => false,
            Error::Postgres(error) => matches!(error.sqlstate.class().as_str(), "40" | "53" | "57" | "58"),
        }
    }

    /// Was the work cancelled from outside: by a user, a setting of the session, a shutdown?
    pub fn is_cancellation(&self) -> bool {
        matches!(self, Error::Postgres(error) if error.sqlstate.class() == "57")
    }

    /// The named code, if it is one of ours: also when it comes back from a function of ours that user code called.
    pub fn code(&self) -> Option<Code> {
        match self {
            Error::Failure(failure) => Some(failure.code),
            Error::Postgres(error) => {
                Code::ALL.iter().copied().find(|code| SqlState::new(code.sqlstate()) == error.sqlstate)
            }
        }
    }
}

impl From<Box<PgError>> for Error {
    fn from(error: Box<PgError>) -> Self {
        Error::Postgres(error)
    }
}
