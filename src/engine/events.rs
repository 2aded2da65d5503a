//! What can happen to an instance next, and why not: for buttons, and for "why is it stuck". Guards are asked at the instance's
//! place without any event, so that what depends on one stays unknown. Nothing is locked or written, and what a guard's function
//! does to tables is rolled back.

use pgrx::Uuid;

use super::caller::Caller;
use super::definition::{self, Loaded};
use super::evaluate::{Evaluator, Subject};
use super::send::{check_event, guard_text, position};
use crate::chart::{
    self, Chart, Condition, Event, GuardResult, Host, Position, Scope, StateId, Stop, Template, Test, Transition,
    TransitionId, Variables,
};
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::pg::subtransaction::rolled_back;
use crate::store::instance::Instance;
use crate::store::task::{self, Task};
use crate::store::{effect, message, timer};

/// Something that may happen next.
pub struct Row {
    /// None where it needs no event, or where nothing can happen at all.
    pub event: Option<String>,
    pub to_state: Option<String>,
    /// None where it depends on the event.
    pub allowed: Option<bool>,
    /// None where it is simply allowed.
    pub reason: Option<String>,
}

/// What could happen next: the transitions of the active states, innermost first, then timers and invokes that are waited for.
pub fn events(caller: &Caller, instance_id: Uuid) -> Result<Vec<Row>, Error> {
    let instance = caller.instance(instance_id)?;
    let nothing = |reason: String| Row {
        event: None,
        to_state: Some(instance.state.clone()),
        allowed: Some(false),
        reason: Some(reason),
    };
    if instance.status != "active" {
        return Ok(vec![nothing(format!("the instance is {}", instance.status))]);
    }
    let definition = definition::load(instance.organization_id, instance.definition_id)?;
    let position = position(&definition, &instance)?;
    let look = Look { caller, instance: &instance, definition: &definition, position: &position };
    let mut rows = look.transitions()?;
    rows.extend(look.eventless()?);
    rows.extend(look.timers()?);
    rows.extend(look.invokes()?);
    rows.extend(look.tasks()?);
    rows.extend(look.inbox()?);
    if rows.is_empty() {
        rows.push(nothing(format!("nothing leads out of state {}", instance.state)));
    }
    if instance.paused_at.is_some() {
        for row in &mut rows {
            row.allowed = Some(false);
            row.reason = Some(match row.reason.take() {
                None => "the instance is paused".to_owned(),
                Some(reason) => format!("the instance is paused; {reason}"),
            });
        }
    }
    Ok(rows)
}

struct Look<'a> {
    caller: &'a Caller,
    instance: &'a Instance,
    definition: &'a Loaded,
    position: &'a Position,
}

/// A transition that was asked for.
struct Asked {
    event: String,
    source: StateId,
    verdict: Verdict,
}

/// May a transition be taken now?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    No,
    /// It depends on the event.
    Open,
    /// Its guard cannot be evaluated, and nothing behind it is asked.
    Broken,
    Yes,
}

impl Verdict {
    fn allowed(self) -> Option<bool> {
        match self {
            Verdict::Yes => Some(true),
            Verdict::Open => None,
            Verdict::No | Verdict::Broken => Some(false),
        }
    }
}

impl Look<'_> {
    /// The transitions that wait for an event from outside.
    fn transitions(&self) -> Result<Vec<Row>, Error> {
        let chart = &self.definition.chart;
        let mut asked: Vec<Asked> = Vec::new();
        let mut rows = Vec::new();
        for candidate in chart::candidates(chart, self.position) {
            if check_event(&candidate.event).is_err() {
                continue;
            }
            let transition = chart.transition(candidate.transition);
            let (mut verdict, mut reason) = self.ask(candidate.transition, &candidate.event)?;
            let before = asked.iter().filter(|asked| comes_before(chart, asked, &candidate.event, transition));
            let hidden = match (before.map(|asked| asked.verdict).max(), verdict) {
                (Some(Verdict::Yes), _) => Some((Verdict::No, "an earlier transition takes this event")),
                (Some(Verdict::Broken), _) => Some((Verdict::No, "the guard of an earlier transition fails")),
                (Some(Verdict::Open), Verdict::Yes) => {
                    Some((Verdict::Open, "only where no earlier transition takes this event"))
                }
                _ => None,
            };
            if let Some((hidden, why)) = hidden {
                verdict = hidden;
                reason = Some(why.to_owned());
            }
            asked.push(Asked { event: candidate.event.clone(), source: transition.source, verdict });
            rows.push(Row {
                event: Some(candidate.event),
                to_state: Some(self.targets(transition)),
                allowed: verdict.allowed(),
                reason,
            });
        }
        Ok(rows)
    }

    /// The eventless transitions: had their guards held, the instance would not be here.
    fn eventless(&self) -> Result<Vec<Row>, Error> {
        let chart = &self.definition.chart;
        let mut rows = Vec::new();
        for id in self.position.active.iter().flat_map(|state| chart.state(state).always.iter().copied()) {
            let (_, reason) = self.ask(id, "wf.always")?;
            let reason = reason.unwrap_or_else(|| "it is taken with the next event".to_owned());
            rows.push(Row {
                event: None,
                to_state: Some(self.targets(chart.transition(id))),
                allowed: Some(false),
                reason: Some(reason),
            });
        }
        Ok(rows)
    }

    fn timers(&self) -> Result<Vec<Row>, Error> {
        let chart = &self.definition.chart;
        let row = |timer: timer::Pending| {
            let after = chart.find_timer(&timer.name).filter(|_| timer.kind == "after");
            let to_state = after.and_then(|(state, index)| match &chart.state(state).after[index].transitions[..] {
                [one] => Some(self.targets(chart.transition(*one))),
                _ => None,
            });
            let (name, at) = (&timer.name, timer.due_at.to_iso());
            let reason = match timer.status.as_str() {
                "PENDING" => format!("at {at} (timer {name})"),
                "SUSPENDED" => format!("timer {name} is suspended; it was to fire at {at}"),
                _ => format!("timer {name} failed: {}", timer.last_error.unwrap_or_default()),
            };
            Row { event: Some(timer.event), to_state, allowed: Some(false), reason: Some(reason) }
        };
        let pending = timer::pending(self.instance.organization_id, self.instance.id)?;
        let of_now = |timer: &timer::Pending| timer.status != "FAILED" || self.is_active(timer.state.as_deref());
        Ok(pending.into_iter().filter(of_now).map(row).collect())
    }

    /// The invokes of the active states whose answer has not come.
    fn invokes(&self) -> Result<Vec<Row>, Error> {
        let row = |waiting: effect::Waiting| {
            let code = &waiting.code;
            let tried = match waiting.attempts {
                1 => "1 attempt".to_owned(),
                attempts => format!("{attempts} attempts"),
            };
            let reason = match (waiting.status.as_str(), waiting.next_retry_at) {
                ("PENDING", _) => format!("{code} has not begun"),
                ("EXECUTING", _) => format!("a worker is at {code}"),
                ("FAILED", Some(at)) if at.0 < i64::MAX => {
                    format!("{code} failed after {tried}; the next is at {}", at.to_iso())
                }
                ("FAILED", _) => format!("{code} failed after {tried}"),
                _ => format!("{code} failed for good after {tried}"),
            };
            let event = Some(format!("done.invoke.{}", waiting.invoke_id));
            Row { event, to_state: None, allowed: Some(false), reason: Some(reason) }
        };
        let waiting = effect::waiting(self.instance.organization_id, self.instance.id)?;
        let of_now = |waiting: &effect::Waiting| {
            !matches!(waiting.status.as_str(), "COMPLETED" | "CANCELLED") && self.is_active(waiting.state.as_deref())
        };
        Ok(waiting.into_iter().filter(of_now).map(row).collect())
    }

    /// What people are to do.
    fn tasks(&self) -> Result<Vec<Row>, Error> {
        let row = |task: Task| {
            let offered = task.assignee_role.iter().chain(task.candidate_roles.iter().flatten());
            let offered = offered.map(|role| format!("role {role}"));
            let whom: Vec<String> = match (&task.assignee_user_id, task.task_state.as_str()) {
                (Some(user), "CLAIMED") => vec![format!("{user}, who has claimed it")],
                (Some(user), _) => vec![user.clone()],
                (None, _) => offered.chain(task.candidate_users.into_iter().flatten()).collect(),
            };
            let reason = format!("task \"{}\" waits for {}", task.title, whom.join(", "));
            let reason = match task.due_at {
                Some(due_at) => format!("{reason}; it is due at {}", due_at.to_iso()),
                None => reason,
            };
            let event = task.invoke_id.map(|invoke| format!("done.invoke.{invoke}"));
            Row { event, to_state: None, allowed: Some(false), reason: Some(reason) }
        };
        let open = task::open(self.instance.organization_id, self.instance.id)?;
        Ok(open.into_iter().map(row).collect())
    }

    /// Events that have come and could not be delivered.
    fn inbox(&self) -> Result<Vec<Row>, Error> {
        let row = |waiting: message::Waiting| {
            let reason = match (waiting.incident.as_deref(), waiting.last_error) {
                (None, _) => "it waits in the inbox".to_owned(),
                (Some("LATE"), _) => "it came after its state was left (incident)".to_owned(),
                (Some(_), None) => "it came, and no active state takes it (incident)".to_owned(),
                (Some(_), Some(error)) => format!("it came, and its transition fails (incident): {error}"),
            };
            Row { event: Some(waiting.event), to_state: None, allowed: Some(false), reason: Some(reason) }
        };
        Ok(message::waiting(self.instance.organization_id, self.instance.id)?.into_iter().map(row).collect())
    }

    fn is_active(&self, path: Option<&str>) -> bool {
        let chart = &self.definition.chart;
        path.is_some_and(|path| self.position.active.iter().any(|state| chart.state(state).path == path))
    }

    fn targets(&self, transition: &Transition) -> String {
        let chart = &self.definition.chart;
        match &transition.targets[..] {
            [] => self.instance.state.clone(),
            targets => targets.iter().map(|state| chart.state(*state).path.as_str()).collect::<Vec<_>>().join(" "),
        }
    }

    /// May this caller take the transition now, and if not, why?
    fn ask(&self, id: TransitionId, event: &str) -> Result<(Verdict, Option<String>), Error> {
        let (definition, position) = (self.definition, self.position);
        let transition = definition.chart.transition(id);
        if !transition.roles.is_empty() && !self.caller.roles.iter().any(|role| transition.roles.contains(role)) {
            return Ok((Verdict::No, Some(format!("needs the role {}", transition.roles.join(" or ")))));
        }
        let answer = rolled_back(|| {
            let subject = Subject::from(self.instance);
            let evaluator = Evaluator::new(definition, self.caller, subject, self.instance.context.clone());
            let mut host = WithoutEvent { evaluator, definition, open: Vec::new() };
            let asked = chart::ask(&definition.chart, &mut host, position, id, &Event::new(event, None));
            match asked {
                Ok((holds, leaves)) => Ok((holds, leaves, host.open)),
                Err(Stop::Host(error)) => Err(error),
                Err(_) => Err(Error::internal("a guard was asked and something else stopped")),
            }
        });
        Ok(match answer {
            Ok((Some(true), ..)) => (Verdict::Yes, None),
            Ok((Some(false), leaves, _)) => (Verdict::No, Some(told(&leaves, Some(false)))),
            Ok((None, _, open)) if !open.is_empty() => {
                (Verdict::Open, Some(format!("depends on the event: {}", open.join(", "))))
            }
            Ok((None, leaves, _)) => (Verdict::No, Some(told(&leaves, None))),
            Err(error) if error.is_of_the_session() => return Err(error),
            Err(error) => (Verdict::Broken, Some(error.summary())),
        })
    }
}

/// The leaves that made a guard what it is.
fn told(leaves: &[GuardResult], result: Option<bool>) -> String {
    let telling: Vec<String> = leaves.iter().filter(|leaf| leaf.result == result).map(guard_text).collect();
    // A negation is false because something is true.
    if telling.is_empty() { leaves.iter().map(guard_text).collect::<Vec<_>>().join(", ") } else { telling.join(", ") }
}

/// Is what was asked before tried before this transition, for every event that this one takes?
fn comes_before(chart: &Chart, asked: &Asked, event: &str, transition: &Transition) -> bool {
    if asked.source == transition.source {
        return asked.event == event;
    }
    let covers = match asked.event.strip_suffix(".*") {
        Some(prefix) => event.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        None => asked.event == "*" || asked.event == event,
    };
    covers && chart.is_descendant(asked.source, transition.source)
}

/// Answers as the evaluator does, and leaves unknown what looks at the event.
struct WithoutEvent<'a> {
    evaluator: Evaluator<'a>,
    definition: &'a Loaded,
    /// The conditions that depend on the event.
    open: Vec<String>,
}

impl WithoutEvent<'_> {
    fn looks_at_event(&self, template: &Template) -> bool {
        match template {
            Template::Literal(_) => false,
            Template::Path(id) => {
                let used = self.definition.chart.paths()[id.index()].variables;
                used.contains(Variables::EVENT) || used.contains(Variables::PAYLOAD)
            }
            Template::Call { args, .. } => self.looks_at_event(args),
            Template::Object(fields) => fields.iter().any(|(_, value)| self.looks_at_event(value)),
            Template::Array(parts) => parts.iter().any(|part| self.looks_at_event(part)),
        }
    }
}

impl Host for WithoutEvent<'_> {
    type Value = Jsonb;
    type Error = Error;

    fn test(&mut self, condition: &Condition, scope: &Scope<'_, Jsonb>) -> Result<Option<bool>, Error> {
        let depends = match &condition.test {
            Test::Path(id) => self.looks_at_event(&Template::Path(*id)),
            Test::Function { params, .. } | Test::Registered { params, .. } => {
                params.as_ref().is_some_and(|params| self.looks_at_event(params))
            }
        };
        if depends {
            self.open.push(condition.text.clone());
            return Ok(None);
        }
        self.evaluator.test(condition, scope)
    }

    fn evaluate(&mut self, template: &Template, scope: &Scope<'_, Jsonb>) -> Result<Jsonb, Error> {
        self.evaluator.evaluate(template, scope)
    }

    fn assign(&mut self, fields: &[(String, Template)], scope: &Scope<'_, Jsonb>) -> Result<(), Error> {
        self.evaluator.assign(fields, scope)
    }

    fn done_payload(&mut self, output: Option<Jsonb>) -> Result<Jsonb, Error> {
        self.evaluator.done_payload(output)
    }
}
