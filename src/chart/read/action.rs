//! Actions: the chart's own (`assign`, `raise`, `cancel`, `log`, `wf.escalate`), and effects, which are all others. The
//! fields of an own action stand beside its type or inside `params`, whichever the author prefers.

use super::Reader;
use crate::chart::finding::FindingCode;
use crate::chart::json::{NodeId, Value};
use crate::chart::model::Action;

const ENGINE_ACTIONS: [&str; 1] = ["wf.escalate"];
/// Events that only the engine may bring about.
const ENGINE_EVENTS: [&str; 4] = ["done.state.", "done.invoke.", "error.invoke.", "wf."];

impl<'a> Reader<'a> {
    /// One action or an array of them.
    pub(super) fn actions(&mut self, node: NodeId) -> Box<[Action]> {
        self.items(node).iter().filter_map(|item| self.action(*item, "type")).collect()
    }

    /// One action; `type_key` is the key that its type stands under.
    pub(super) fn action(&mut self, node: NodeId, type_key: &str) -> Option<Action> {
        let doc = self.doc;
        let kind = match doc.value(node) {
            Value::String(_) => node,
            Value::Object(_) => self.required(node, "An action", type_key)?,
            _ => {
                self.wrong_type(node, "An action", "a string or an object");
                return None;
            }
        };
        let name = self.name(kind, "An action's type")?;
        match name {
            "assign" => self.assign(node),
            "raise" => self.raise(node),
            "cancel" => {
                let [id] = self.own_fields(node, ["id"]);
                let id = id.or_else(|| self.required(node, "\"cancel\"", "id"))?;
                Some(Action::Cancel { id: self.own_id(id)? })
            }
            "log" => {
                let [message] = self.own_fields(node, ["message"]);
                let message = message.or_else(|| self.required(node, "\"log\"", "message"))?;
                Some(Action::Log { message: self.template(message) })
            }
            "wf.escalate" => {
                let [] = self.own_fields(node, []);
                Some(Action::Escalate)
            }
            _ if name.starts_with("wf.") => {
                let hint = match name {
                    "wf.task" | "wf.workflow" => "use it as the \"src\" of an \"invoke\"".to_owned(),
                    _ => format!("there is {}", ENGINE_ACTIONS.join(", ")),
                };
                self.flaw(kind, FindingCode::BadValue, format!("\"{name}\" is no action of the engine; {hint}"));
                None
            }
            _ if name.starts_with("xstate.") => {
                let plain = name.trim_start_matches("xstate.");
                let hint = match plain {
                    "assign" | "raise" | "cancel" | "log" => format!("write the action as \"{plain}\" with its fields"),
                    _ => "there are assign, raise, cancel, log, wf.escalate, and effects under a code of your own"
                        .to_owned(),
                };
                let message = format!("\"{name}\" is XState's own name; {hint}");
                self.flaw(kind, FindingCode::BadValue, message);
                None
            }
            _ => Some(self.effect(node, type_key, name)),
        }
    }

    fn effect(&mut self, node: NodeId, type_key: &str, code: &str) -> Action {
        let doc = self.doc;
        if matches!(doc.value(node), Value::Object(_)) {
            self.object(node, "An effect", &[type_key, "params", "retry", "timeout"]);
        }
        Action::Effect {
            code: code.to_owned(),
            params: doc.get(node, "params").map(|params| self.template(params)),
            retry: doc.get(node, "retry").and_then(|retry| self.retry(retry)),
            timeout: doc.get(node, "timeout").and_then(|timeout| self.duration(timeout, "A timeout")),
        }
    }

    fn assign(&mut self, node: NodeId) -> Option<Action> {
        if matches!(self.doc.value(node), Value::Object(_)) {
            self.object(node, "\"assign\"", &["type", "params"]);
        }
        let params = self.required(node, "\"assign\"", "params")?;
        if !matches!(self.doc.value(params), Value::Object(_)) {
            self.wrong_type(params, "The params of \"assign\"", "an object of context keys");
            return None;
        }
        Some(Action::Assign(self.fields(params)))
    }

    fn raise(&mut self, node: NodeId) -> Option<Action> {
        let [event, delay, id] = self.own_fields(node, ["event", "delay", "id"]);
        let delay = delay.and_then(|delay| self.delay(delay, "A delay"));
        let id = id.and_then(|id| self.own_id(id));
        let event = event.or_else(|| self.required(node, "\"raise\"", "event"))?;
        let (name, payload) = match self.doc.value(event) {
            Value::Object(_) => {
                let payload = self.fields_but(event, "type");
                (self.required(event, "A raised event", "type")?, payload)
            }
            _ => (event, None),
        };
        let event = self.raised_name(name)?;
        Some(Action::Raise { event, payload, delay, id })
    }

    fn raised_name(&mut self, node: NodeId) -> Option<String> {
        let name = self.name(node, "A raised event's name")?;
        if name.starts_with('$') || name.contains('*') {
            let message = format!("\"{name}\" is no event's name; it is plain text, neither computed nor a wildcard");
            self.flaw(node, FindingCode::BadValue, message);
        }
        if let Some(prefix) = ENGINE_EVENTS.iter().find(|prefix| name.starts_with(**prefix)) {
            let message =
                format!("\"{name}\" is an event of the engine; events beginning with \"{prefix}\" cannot be raised");
            self.flaw(node, FindingCode::Reserved, message);
        }
        Some(name.to_owned())
    }

    /// The id of a delayed raise, which is plain text.
    fn own_id(&mut self, node: NodeId) -> Option<String> {
        let id = self.name(node, "The id of a delayed raise")?;
        if id.starts_with('$') {
            let message = format!("\"{id}\" looks computed; the id of a delayed raise is plain text");
            self.flaw(node, FindingCode::BadValue, message);
        }
        Some(id.to_owned())
    }

    /// The fields of one of the chart's own actions, wherever they stand.
    fn own_fields<const N: usize>(&mut self, node: NodeId, names: [&str; N]) -> [Option<NodeId>; N] {
        let doc = self.doc;
        if !matches!(doc.value(node), Value::Object(_)) {
            return [None; N];
        }
        let keys: Vec<&str> = names.iter().copied().chain(["type", "params"]).collect();
        self.object(node, "This action", &keys);
        let params = doc.get(node, "params").filter(|params| self.object(*params, "The params of this action", &names));
        names.map(|name| {
            let inside = params.and_then(|params| doc.get(params, name));
            let beside = doc.get(node, name);
            if let (Some(inside), Some(_)) = (inside, beside) {
                let message = format!("\"{name}\" stands beside the type and in params; once is enough");
                self.flaw(inside, FindingCode::DuplicateKey, message);
            }
            beside.or(inside)
        })
    }
}
