//! `wf.task`: people's work. Only the holder of the instance's row writes here.

use pgrx::Uuid;

use super::due::Queue;
use super::statement;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::spi::Row;
use crate::pg::table::{Index, access};
use crate::pg::time::Timestamp;
use crate::wake;

statement!(INSERT, "task_insert");
statement!(FIND, "task_find");
statement!(READ, "task_read");
statement!(OPEN, "task_open");
statement!(UPDATE, "task_update");
statement!(CANCEL_STATES, "task_cancel_states");
statement!(CANCEL_ALL, "task_cancel_all");
statement!(SUSPEND, "task_suspend");
statement!(DUE, "task_due");
statement!(DUE_OF, "task_due_of");
statement!(ROUND, "task_round");
statement!(NEXT, "task_next");
statement!(DONE_BY, "task_done_by");
statement!(CANDIDATE, "task_candidate");

/// The tasks that are to go one rung up.
pub static QUEUE: Queue = Queue::new(&DUE, &DUE_OF, &ROUND);

static OF_INSTANCE: Index = Index::new(c"task", c"idx_wf_tasks_instance");

/// One task as its row says.
#[derive(Clone)]
pub struct Task {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub instance_id: Uuid,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub due_at: Option<Timestamp>,
    /// When it goes one rung up its ladder.
    pub sla_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    /// How many rungs are behind it.
    pub level: i32,
    /// The due date was a duration: a pause shifts it.
    pub is_relative: bool,
    /// `OPEN`, `CLAIMED`, `COMPLETED` or `CANCELLED`.
    pub task_state: String,
    pub title: String,
    pub body: Option<String>,
    pub priority: String,
    pub assignee_role: Option<String>,
    pub assignee_user_id: Option<String>,
    pub owner_user_id: Option<String>,
    pub outcome: Option<String>,
    pub completed_by: Option<String>,
    pub notes: Option<String>,
    /// The state's path; None where it was made by hand.
    pub state: Option<String>,
    pub invoke_id: Option<String>,
    pub calendar: Option<String>,
    pub candidate_roles: Option<Vec<String>>,
    pub candidate_users: Option<Vec<String>>,
    pub outcomes: Option<Vec<String>>,
    pub not_by: Option<Vec<String>>,
    pub escalations: Option<Jsonb>,
    pub metadata: Option<Jsonb>,
}

impl Task {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Task {
            organization_id: row.required(1)?,
            id: row.required(2)?,
            instance_id: row.required(3)?,
            created_at: row.required(4)?,
            updated_at: row.required(5)?,
            due_at: row.get(6),
            sla_at: row.get(7),
            completed_at: row.get(8),
            level: row.required(9)?,
            is_relative: row.required(10)?,
            task_state: row.required(11)?,
            title: row.required(12)?,
            body: row.get(13),
            priority: row.required(14)?,
            assignee_role: row.get(15),
            assignee_user_id: row.get(16),
            owner_user_id: row.get(17),
            outcome: row.get(18),
            completed_by: row.get(19),
            notes: row.get(20),
            state: row.get(21),
            invoke_id: row.get(22),
            calendar: row.get(23),
            candidate_roles: row.get(24),
            candidate_users: row.get(25),
            outcomes: row.get(26),
            not_by: row.get(27),
            escalations: row.get(28),
            metadata: row.get(29),
        })
    }

    /// Is there still something to be done?
    pub fn is_open(&self) -> bool {
        matches!(self.task_state.as_str(), "OPEN" | "CLAIMED")
    }
}

/// Stores a task.
pub fn insert(task: &Task) -> Result<(), Error> {
    task.sla_at.into_iter().for_each(wake::note);
    INSERT
        .execute(&[
            &task.organization_id,
            &task.id,
            &task.instance_id,
            &task.created_at,
            &task.updated_at,
            &task.due_at,
            &task.sla_at,
            &task.completed_at,
            &task.level,
            &task.is_relative,
            &task.task_state,
            &task.title,
            &task.body,
            &task.priority,
            &task.assignee_role,
            &task.assignee_user_id,
            &task.owner_user_id,
            &task.outcome,
            &task.completed_by,
            &task.notes,
            &task.state,
            &task.invoke_id,
            &task.calendar,
            &task.candidate_roles,
            &task.candidate_users,
            &task.outcomes,
            &task.not_by,
            &task.escalations,
            &task.metadata,
        ])
        .map(drop)
}

/// The instance that a task belongs to, looked for in one organization, in all where None.
pub fn find(id: Uuid, organization: Option<Uuid>) -> Result<Option<Uuid>, Error> {
    FIND.first(&[&id, &organization], |row| row.required(1))
}

/// One task; read it under the instance's lock.
pub fn read(organization: Uuid, id: Uuid) -> Result<Option<Task>, Error> {
    READ.first(&[&organization, &id], Task::read)
}

/// The open tasks of an instance, oldest first.
pub fn open(organization: Uuid, instance: Uuid) -> Result<Vec<Task>, Error> {
    OPEN.rows(&[&organization, &instance], Task::read)
}

/// Stores what people and ladders have changed in a task.
pub fn update(task: &Task) -> Result<(), Error> {
    task.sla_at.into_iter().for_each(wake::note);
    UPDATE
        .execute(&[
            &task.organization_id,
            &task.id,
            &task.updated_at,
            &task.due_at,
            &task.sla_at,
            &task.completed_at,
            &task.level,
            &task.task_state,
            &task.priority,
            &task.assignee_role,
            &task.assignee_user_id,
            &task.owner_user_id,
            &task.outcome,
            &task.completed_by,
            &task.notes,
            &task.candidate_roles,
            &task.candidate_users,
            &task.metadata,
        ])
        .map(drop)
}

/// Cancels the tasks of states that were left.
pub fn cancel_states(organization: Uuid, instance: Uuid, now: Timestamp, states: &Vec<String>) -> Result<(), Error> {
    CANCEL_STATES.execute(&[&organization, &instance, &now, states]).map(drop)
}

/// Cancels every open task of an instance and gives their titles.
pub fn cancel_all(organization: Uuid, instance: Uuid, now: Timestamp) -> Result<Vec<String>, Error> {
    // Most instances have none when they end, and looking costs a tenth of the statement.
    if !access(|access| OF_INSTANCE.has(access, &[&organization, &instance]))? {
        return Ok(Vec::new());
    }
    CANCEL_ALL.rows(&[&organization, &instance, &now], |row| row.required(1))
}

/// Stops the ladders of an instance that is paused.
pub fn suspend(organization: Uuid, instance: Uuid) -> Result<(), Error> {
    SUSPEND.execute(&[&organization, &instance]).map(drop)
}

/// When the next task goes one rung up.
pub fn next(organization: Option<Uuid>) -> Result<Option<Timestamp>, Error> {
    NEXT.first(&[&organization], |row| row.required(1))
}

/// Has this user done one of these states or invokes?
pub fn was_done_by(organization: Uuid, instance: Uuid, places: &Vec<String>, user: &str) -> Result<bool, Error> {
    let done = DONE_BY.first(&[&organization, &instance, places, &user], |row| row.required(1))?;
    done.ok_or_else(|| Error::internal("a function without an answer"))
}

/// The open tasks of an organization, of all where None, that have this user or one of these roles among their candidates and are nobody's
/// yet; at most 501.
pub fn candidate(
    organization: Option<Uuid>,
    user: Option<&str>,
    roles: &Option<Vec<String>>,
) -> Result<Vec<Uuid>, Error> {
    CANDIDATE.rows(&[&organization, &user, roles], |row| row.required(1))
}
