//! Invokes: an effect's code, a person's task or a child workflow, whose answer comes back as an event. What a task or
//! a child is given is checked as far as it is constant.

use super::Reader;
use crate::chart::finding::FindingCode;
use crate::chart::ids::StateId;
use crate::chart::json::{NodeId, Value};
use crate::chart::model::{Invoke, Trigger};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

const KEYS: [&str; 8] = ["id", "src", "input", "onDone", "onError", "retry", "timeout", "description"];
const TASK_KEYS: [&str; 14] = [
    "title",
    "body",
    "assignee_role",
    "assignee_user_id",
    "candidate_roles",
    "candidate_users",
    "due",
    "due_at",
    "priority",
    "metadata",
    "outcomes",
    "escalations",
    "not_by",
    "calendar",
];
/// One of these says who is to do it.
const ASSIGNEES: [&str; 4] = ["assignee_role", "assignee_user_id", "candidate_roles", "candidate_users"];
const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];
const WORKFLOW_KEYS: [&str; 4] = ["definition_code", "version", "input", "instance_key"];

impl<'a> Reader<'a> {
    /// The state's invokes, one or several.
    pub(super) fn invokes(&mut self, node: NodeId, state: StateId) {
        let mut invokes = Vec::new();
        let mut written = Vec::new();
        for item in self.items(node).iter() {
            if let Some(invoke) = self.invoke(*item, state, invokes.len()) {
                invokes.push(invoke);
                written.push(self.doc.get(*item, "id").unwrap_or(*item));
            }
        }
        self.draft.state(state).invoke = invokes.into();
        self.draft.written_states[state.index()].invokes = written;
    }

    fn invoke(&mut self, node: NodeId, state: StateId, index: usize) -> Option<Invoke> {
        let doc = self.doc;
        if !self.object(node, "An invoke", &KEYS) {
            return None;
        }
        let source = self.required(node, "An invoke", "src");
        let src = source.and_then(|src| self.source(src)).unwrap_or_default();
        let owner = self.draft.state(state);
        let name = if owner.path.is_empty() { &owner.id } else { &owner.path };
        let default_id = if index == 0 { name.clone() } else { format!("{name}.{}", index + 1) };
        let id = doc.get(node, "id").and_then(|id| self.name(id, "An invoke's id")).map(str::to_owned);
        let on_done = doc.get(node, "onDone").map(|done| self.transitions(done, state, &Trigger::InvokeDone(index)));
        let on_error =
            doc.get(node, "onError").map(|error| self.transitions(error, state, &Trigger::InvokeError(index)));
        let input = doc.get(node, "input");
        match (src, input) {
            ("wf.task", input) => self.task_input(node, input),
            ("wf.workflow", input) => self.workflow_input(node, input),
            _ => {}
        }
        Some(Invoke {
            id: id.unwrap_or(default_id),
            src: src.to_owned(),
            input: input.map(|input| self.template(input)),
            retry: doc.get(node, "retry").and_then(|retry| self.retry(retry)),
            timeout: doc.get(node, "timeout").and_then(|timeout| self.duration(timeout, "A timeout")),
            description: self.description(node),
            on_done: on_done.unwrap_or_default(),
            on_error: on_error.unwrap_or_default(),
        })
    }

    fn source(&mut self, node: NodeId) -> Option<&'a str> {
        let src = self.name(node, "\"src\"")?;
        if src.starts_with("wf.") && !matches!(src, "wf.task" | "wf.workflow") {
            let message =
                format!("\"{src}\" cannot be invoked; known are wf.task, wf.workflow and the codes of effects");
            self.flaw(node, FindingCode::BadValue, message);
        }
        Some(src)
    }

    fn task_input(&mut self, invoke: NodeId, input: Option<NodeId>) {
        let doc = self.doc;
        let Some(node) = input.or_else(|| self.required(invoke, "An invoke of wf.task", "input")) else { return };
        if self.is_computed(node) || !self.object(node, "The input of wf.task", &TASK_KEYS) {
            return;
        }
        self.required(node, "The input of wf.task", "title");
        if ASSIGNEES.iter().all(|key| doc.get(node, key).is_none()) {
            let message =
                format!("The input of wf.task does not say who is to do it; give one of {}", ASSIGNEES.join(", "));
            self.flaw(node, FindingCode::MissingKey, message);
        }
        for (key, child) in doc.entries(node) {
            if !self.is_computed(child) {
                self.task_field(key, child);
            }
        }
    }

    fn task_field(&mut self, key: &str, node: NodeId) {
        let what = format!("\"{key}\"");
        match (key, self.doc.value(node)) {
            ("body", _) => drop(self.string(node, &what)),
            ("title" | "assignee_role" | "assignee_user_id", _) => drop(self.name(node, &what)),
            ("priority", Value::String(text)) if PRIORITIES.contains(&text.to_lowercase().as_str()) => {}
            ("priority", _) => {
                self.flaw(node, FindingCode::BadValue, format!("A priority is one of {}", PRIORITIES.join(", ")));
            }
            ("metadata", Value::Object(_)) => {}
            ("metadata", _) => self.wrong_type(node, &what, "an object"),
            ("calendar", _) => drop(self.calendar_name(node)),
            ("due" | "due_at", Value::String(text)) if is_moment(text) => {}
            ("due", _) => drop(self.duration(node, &what)),
            ("due_at", Value::String(text)) => {
                let message = format!("\"{text}\" is no timestamp; write it like 2030-01-31T12:00:00Z, or use \"due\"");
                self.flaw(node, FindingCode::BadValue, message);
            }
            ("due_at", _) => self.wrong_type(node, &what, "a timestamp"),
            ("outcomes", Value::Array(outcomes)) if outcomes.is_empty() => {
                let message = "An empty list of outcomes lets nobody complete the task; leave it out to allow any";
                self.flaw(node, FindingCode::BadValue, message);
            }
            ("not_by", _) => self.doers(node),
            ("outcomes", Value::Array(_)) | ("candidate_roles" | "candidate_users", _) => drop(self.names(node, &what)),
            ("outcomes", _) => self.wrong_type(node, &what, "an array of strings"),
            ("escalations", _) => drop(self.escalations(node)),
            _ => {}
        }
    }

    /// Whose doers may not do a task: looked up when all names are known.
    fn doers(&mut self, node: NodeId) {
        for item in self.items(node).iter().copied() {
            if !self.is_computed(item) {
                let name = self.name(item, "\"not_by\"");
                self.draft.not_by.extend(name.map(|name| (item, name)));
            }
        }
    }

    fn workflow_input(&mut self, invoke: NodeId, input: Option<NodeId>) {
        let Some(input) = input.or_else(|| self.required(invoke, "An invoke of wf.workflow", "input")) else { return };
        if !self.is_computed(input) && self.object(input, "The input of wf.workflow", &WORKFLOW_KEYS) {
            self.required(input, "The input of wf.workflow", "definition_code");
        }
    }

    /// Is it a jsonpath or one of the objects that stand for something else?
    fn is_computed(&self, node: NodeId) -> bool {
        match self.doc.value(node) {
            Value::String(text) => text.starts_with('$'),
            Value::Object(_) => {
                let mut keys = self.doc.entries(node).map(|(key, _)| key);
                keys.next().is_some_and(|key| matches!(key, "expr" | "call" | "literal" | "args"))
            }
            _ => false,
        }
    }
}

/// A timestamp with or without a zone, or a date.
fn is_moment(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok() || text.parse::<DateTime>().is_ok() || text.parse::<Date>().is_ok()
}
