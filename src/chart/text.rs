//! The parts of a chart as people read them: triggers, guards, values, actions. One line each, the same for the same meaning, so
//! that diagrams can show them and two versions can be compared by them. Nothing reads these texts back.

use super::compiled::Chart;
use super::json::quote;
use super::model::{Action, Delay, Escalation, Guard, Sla, State, Template, Test, Transition, Trigger};

impl Chart {
    /// What a transition waits for: its event, `always`, `after …`, `done`, `done …`, `error …`.
    pub(super) fn trigger_text(&self, transition: &Transition) -> String {
        let source = self.state(transition.source);
        match &transition.trigger {
            Trigger::Event(event) => event.clone(),
            Trigger::Always => "always".to_owned(),
            Trigger::After(index) => format!("after {}", after_key(source, *index)),
            Trigger::Done => "done".to_owned(),
            Trigger::InvokeDone(index) => format!("done {}", source.invoke[*index].id),
            Trigger::InvokeError(index) => format!("error {}", source.invoke[*index].id),
        }
    }

    /// A guard as it was written, `and`, `or` and `not` spelled out.
    pub(super) fn guard_text(&self, guard: &Guard) -> String {
        let joined = |parts: &[Guard], word: &str| {
            let parts: Vec<String> = parts.iter().map(|part| self.guard_part(part)).collect();
            parts.join(word)
        };
        match guard {
            Guard::Leaf(condition) => match &condition.test {
                Test::Function { params: Some(params), .. } | Test::Registered { params: Some(params), .. } => {
                    format!("{} {}", condition.text, self.value_text(params))
                }
                _ => condition.text.clone(),
            },
            Guard::And(parts) => joined(parts, " and "),
            Guard::Or(parts) => joined(parts, " or "),
            Guard::Not(inner) => format!("not {}", self.guard_part(inner)),
        }
    }

    fn guard_part(&self, guard: &Guard) -> String {
        match guard {
            Guard::And(parts) | Guard::Or(parts) if parts.len() > 1 => format!("({})", self.guard_text(guard)),
            _ => self.guard_text(guard),
        }
    }

    /// A value: JSON, with jsonpaths bare and functions as calls.
    pub(super) fn value_text(&self, template: &Template) -> String {
        match template {
            Template::Literal(id) => self.literals[id.index()].clone(),
            Template::Path(id) => self.paths[id.index()].text.clone(),
            Template::Call { function, args } => {
                format!("{}({})", self.functions[function.index()].name, self.value_text(args))
            }
            Template::Object(fields) => format!("{{{}}}", self.fields_text(fields)),
            Template::Array(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.value_text(part)).collect();
                format!("[{}]", parts.join(","))
            }
        }
    }

    pub(super) fn fields_text(&self, fields: &[(String, Template)]) -> String {
        let fields: Vec<String> =
            fields.iter().map(|(key, value)| format!("{}:{}", quote(key), self.value_text(value))).collect();
        fields.join(",")
    }

    pub(super) fn delay_text(&self, delay: &Delay) -> String {
        match delay {
            Delay::Fixed(duration) => duration.to_string(),
            Delay::Computed(template) => self.value_text(template),
        }
    }

    /// Actions in their order, nothing where there are none.
    pub(super) fn actions_text(&self, actions: &[Action]) -> String {
        let actions: Vec<String> = actions.iter().map(|action| self.action_text(action)).collect();
        actions.join("; ")
    }

    fn action_text(&self, action: &Action) -> String {
        let value = |template: &Option<Template>| template.as_ref().map(|value| self.value_text(value));
        let mut words = Vec::new();
        match action {
            Action::Assign(fields) => words.extend(["assign".to_owned(), self.fields_text(fields)]),
            Action::Raise { event, payload, delay, id } => {
                words.extend(["raise".to_owned(), event.clone()]);
                words.extend(value(payload));
                words.extend(delay.iter().map(|delay| format!("after {}", self.delay_text(delay))));
                words.extend(id.iter().map(|id| format!("as {id}")));
            }
            Action::Cancel { id } => words.extend(["cancel".to_owned(), id.clone()]),
            Action::Log { message } => words.extend(["log".to_owned(), self.value_text(message)]),
            Action::Escalate => words.push("wf.escalate".to_owned()),
            Action::Effect { code, params, retry, timeout } => {
                words.push(code.clone());
                words.extend(value(params));
                words.extend(retry.map(|retry| format!("retry {}", self.literals[retry.index()])));
                words.extend(timeout.iter().map(|timeout| format!("timeout {timeout}")));
            }
        }
        words.join(" ")
    }

    pub(super) fn sla_text(&self, sla: &Sla) -> String {
        let mut words = vec![self.delay_text(&sla.duration)];
        words.extend(sla.calendar.iter().map(|calendar| format!("in {calendar}")));
        words.extend(sla.warn.map(|share| format!("warn {share}")));
        words.extend(sla.escalations.iter().map(|rung: &Escalation| {
            let to = [&rung.to_role, &rung.to_user, &rung.effect].into_iter().flatten().cloned().collect::<Vec<_>>();
            format!("then after {} {}", rung.after, to.join(" "))
        }));
        words.join(" ")
    }
}

/// An `after` by the key that it was written under, or by the flat form's own name.
pub(super) fn after_key(state: &State, index: usize) -> &str {
    let name = state.after[index].name.as_str();
    let rest = name.strip_prefix(state.path.as_str()).unwrap_or(name);
    rest.strip_prefix('.').unwrap_or(rest).strip_prefix("after.").unwrap_or(name)
}

/// An invoke's id without the path that its default begins with: the same in a state of another name.
pub(super) fn invoke_key(state: &State, index: usize) -> &str {
    let id = state.invoke[index].id.as_str();
    let owner = if state.path.is_empty() { state.id.as_str() } else { state.path.as_str() };
    match id.strip_prefix(owner) {
        Some(rest) if rest.is_empty() || rest.strip_prefix('.').is_some_and(|rest| rest.parse::<usize>().is_ok()) => {
            rest
        }
        _ => id,
    }
}
