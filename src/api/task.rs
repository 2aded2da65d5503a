//! People's tasks. Each function answers the task's row as `wf_tasks_view` shows it.

use pgrx::Uuid;
use pgrx::prelude::*;

use super::{required, texts};
use crate::engine::caller;
use crate::engine::capability::Capability;
use crate::engine::task::escalate::{self, Escalation};
use crate::engine::task::{self, Complete, Create};
use crate::pg::call::answer;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::task::{Task, candidate};

/// A SQL function that answers a task: the columns of `wf_tasks_view`, in their order.
macro_rules! answers_task {
    (fn $name:ident($($arguments:tt)*) $body:expr) => {
        #[pg_extern(volatile, parallel_unsafe)]
        fn $name($($arguments)*) -> TableIterator<
            'static,
            (
                name!(task_id, Uuid),
                name!(organization_id, Uuid),
                name!(title, String),
                name!(status, String),
                name!(task_state, String),
                name!(assignee_user_id, Option<String>),
                name!(assignee_role, Option<String>),
                name!(due_at, Option<Timestamp>),
                name!(sla_at, Option<Timestamp>),
                name!(instance_id, Uuid),
                name!(priority, String),
                name!(outcome, Option<String>),
                name!(completed_at, Option<Timestamp>),
                name!(completed_by, Option<String>),
                name!(created_at, Timestamp),
                name!(updated_at, Timestamp),
                name!(body, Option<String>),
                name!(owner_user_id, Option<String>),
                name!(candidate_roles, Option<Vec<String>>),
                name!(candidate_users, Option<Vec<String>>),
                name!(outcomes, Option<Vec<String>>),
                name!(not_by, Option<Vec<String>>),
                name!(state, Option<String>),
                name!(invoke_id, Option<String>),
                name!(calendar, Option<String>),
                name!(escalation_level, i32),
                name!(escalations, Option<Jsonb>),
                name!(notes, Option<String>),
                name!(metadata, Option<Jsonb>),
            ),
        > {
            answer(move || {
                let task: Task = $body?;
                let status = if task.is_open() { "active" } else { "closed" };
                Ok(TableIterator::once((
                    task.id,
                    task.organization_id,
                    task.title,
                    status.to_owned(),
                    task.task_state,
                    task.assignee_user_id,
                    task.assignee_role,
                    task.due_at,
                    task.sla_at,
                    task.instance_id,
                    task.priority,
                    task.outcome,
                    task.completed_at,
                    task.completed_by,
                    task.created_at,
                    task.updated_at,
                    task.body,
                    task.owner_user_id,
                    task.candidate_roles,
                    task.candidate_users,
                    task.outcomes,
                    task.not_by,
                    task.state,
                    task.invoke_id,
                    task.calendar,
                    task.level,
                    task.escalations,
                    task.notes,
                    task.metadata,
                )))
            })
        }
    };
}

answers_task! {
    fn wf_create_task(
        instance_id: Option<Uuid>,
        title: Option<String>,
        body: default!(Option<String>, "NULL"),
        assignee_role: default!(Option<String>, "NULL"),
        assignee_user_id: default!(Option<String>, "NULL"),
        due_at: default!(Option<Timestamp>, "NULL"),
        priority: default!(Option<String>, "NULL"),
        metadata: default!(Option<Jsonb>, "NULL"),
        organization_id: default!(Option<Uuid>, "NULL"),
    ) {
        let (instance_id, title) = (required("instance_id", instance_id)?, required("title", title)?);
        let create = Create { instance_id, title, body, assignee_role, assignee_user_id, due_at, priority, metadata };
        caller::write(Capability::Participant, organization_id, None, None, |caller| task::create(caller, create))
    }
}

answers_task! {
    fn wf_claim_task(
        task_id: Option<Uuid>,
        user_id: default!(Option<String>, "NULL"),
        roles: default!(Option<Vec<Option<String>>>, "NULL"),
        organization_id: default!(Option<Uuid>, "NULL"),
    ) {
        let id = required("task_id", task_id)?;
        caller::write(Capability::Participant, organization_id, user_id, texts(roles), |caller| task::claim(caller, id))
    }
}

answers_task! {
    fn wf_release_task(
        task_id: Option<Uuid>,
        user_id: default!(Option<String>, "NULL"),
        organization_id: default!(Option<Uuid>, "NULL"),
    ) {
        let id = required("task_id", task_id)?;
        caller::write(Capability::Participant, organization_id, user_id, None, |caller| task::release(caller, id))
    }
}

answers_task! {
    fn wf_complete_task(
        task_id: Option<Uuid>,
        outcome: default!(Option<String>, "NULL"),
        user_id: default!(Option<String>, "NULL"),
        notes: default!(Option<String>, "NULL"),
        metadata: default!(Option<Jsonb>, "NULL"),
        advance_to: default!(Option<String>, "NULL"),
        organization_id: default!(Option<Uuid>, "NULL"),
    ) {
        let id = required("task_id", task_id)?;
        let complete = Complete { outcome, notes, metadata, advance_to };
        caller::write(Capability::Participant, organization_id, user_id, None, |caller| task::complete(caller, id, complete))
    }
}

answers_task! {
    fn wf_reassign_task(
        task_id: Option<Uuid>,
        assignee_role: default!(Option<String>, "NULL"),
        assignee_user_id: default!(Option<String>, "NULL"),
        reassigned_by: default!(Option<String>, "NULL"),
        reason: default!(Option<String>, "NULL"),
        organization_id: default!(Option<Uuid>, "NULL"),
    ) {
        let id = required("task_id", task_id)?;
        caller::write(Capability::Operator, organization_id, reassigned_by, None, |caller| {
            task::reassign(caller, id, assignee_role, assignee_user_id, reason)
        })
    }
}

answers_task! {
    fn wf_delegate_task(
        task_id: Option<Uuid>,
        to_user: Option<String>,
        delegated_by: default!(Option<String>, "NULL"),
        organization_id: default!(Option<Uuid>, "NULL"),
    ) {
        let id = required("task_id", task_id)?;
        caller::write(Capability::Participant, organization_id, delegated_by, None, |caller| task::delegate(caller, id, to_user))
    }
}

answers_task! {
    fn wf_escalate_task(
        task_id: Option<Uuid>,
        to_role: default!(Option<String>, "NULL"),
        to_user: default!(Option<String>, "NULL"),
        reason: default!(Option<String>, "NULL"),
        new_priority: default!(Option<String>, "NULL"),
        organization_id: default!(Option<Uuid>, "NULL"),
    ) {
        let id = required("task_id", task_id)?;
        let wanted = Escalation { to_role, to_user, reason, new_priority };
        caller::write(Capability::Operator, organization_id, None, None, |caller| escalate::by_hand(caller, id, wanted))
    }
}

#[pg_schema]
mod wf {
    use super::*;

    /// For wf_list_tasks: which open tasks have the user or one of the roles among their candidates, where the caller may see them.
    #[pg_extern(stable, parallel_unsafe)]
    fn candidate_tasks(
        user_id: Option<String>,
        roles: Option<Vec<Option<String>>>,
        organization_id: Option<Uuid>,
    ) -> Vec<Uuid> {
        answer(move || {
            let roles = texts(roles);
            caller::read(Capability::Viewer, organization_id, |caller| {
                caller.gather(|organization| candidate(organization, user_id.as_deref(), &roles))
            })
        })
    }
}
