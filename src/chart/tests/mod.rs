//! Tests of the whole chart, and the small world they run in: a catalog that knows a few functions and the simplest
//! jsonpaths, and a host whose values are JSON.

mod accepted;
mod done;
mod events;
mod findings;
mod history;
mod hostile;
mod netting;
mod order;
mod positions;
mod properties;
mod refusals;
mod relocate;

use super::*;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Knows `demo.yes`, `demo.value`, the guard `isKnown` and the calendar `office`.
pub(super) struct FakeCatalog;

impl Catalog for FakeCatalog {
    fn jsonpath(&self, text: &str) -> Result<String, String> {
        canonical(text).ok_or_else(|| "syntax error at end of jsonpath input".to_owned())
    }

    fn guard_function(&self, name: &str) -> Result<(), String> {
        (name == "demo.yes").then_some(()).ok_or_else(|| format!("There is no function {name}"))
    }

    fn value_function(&self, name: &str) -> Result<(), String> {
        (name == "demo.value").then_some(()).ok_or_else(|| format!("There is no function {name}"))
    }

    fn guard_registered(&self, code: &str) -> bool {
        matches!(code, "isKnown" | "HERA.LEAVE.BALANCE" | "demo.registered")
    }

    fn calendar_known(&self, code: &str) -> bool {
        code == "office"
    }
}

const OPERATORS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

/// `$.a.b`, `$event.x`, a comparison of two such operands, or `exists(…)`, as Postgres would print them.
fn canonical(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix("exists(") {
        return Some(format!("exists ({})", operand(inner.strip_suffix(')')?)?));
    }
    for operator in OPERATORS {
        if let Some((left, right)) = text.split_once(&format!(" {operator} ")) {
            return Some(format!("({} {operator} {})", operand(left)?, operand(right)?));
        }
    }
    operand(text)
}

fn operand(text: &str) -> Option<String> {
    let Some(path) = text.strip_prefix('$') else {
        return serde_json::from_str::<Value>(text).ok().map(|value| value.to_string());
    };
    let mut steps = path.split('.');
    let variable = match steps.next()? {
        "" => String::new(),
        name => format!("\"{name}\""),
    };
    let keys: Option<Vec<String>> =
        steps.map(|key| (!key.is_empty() && !key.contains([' ', '('])).then(|| format!(".\"{key}\""))).collect();
    Some(format!("${variable}{}", keys?.concat()))
}

/// A chart that must be without errors.
pub(super) fn chart(definition: Value) -> Chart {
    let report = check(&definition.to_string(), &FakeCatalog);
    report.chart.unwrap_or_else(|| panic!("{:#?}", report.findings))
}

#[derive(Clone, Default)]
pub(super) struct TestHost {
    context: Map<String, Value>,
    /// Answers of registered guards and functions; unknown where there is none.
    answers: HashMap<String, bool>,
}

type TestScope<'a> = Scope<'a, Value>;

impl TestHost {
    fn lookup(&self, path: &str, scope: &TestScope<'_>) -> Option<Value> {
        if !path.starts_with('$') {
            return serde_json::from_str(path).ok();
        }
        let mut steps = path[1..].split('.').map(|step| step.trim_matches('"'));
        let start = match steps.next()? {
            "" => Value::Object(self.context.clone()),
            "event" => {
                let mut event = json!({});
                if let Some(Value::Object(fields)) = &scope.event.payload {
                    event = Value::Object(fields.clone());
                }
                event["type"] = json!(scope.event.name);
                event
            }
            "in" => scope.active.iter().map(|state| json!(scope.chart.state(state).path)).collect(),
            _ => return None,
        };
        steps.try_fold(start, |value, key| value.get(key).cloned())
    }

    fn holds(&self, predicate: &str, scope: &TestScope<'_>) -> Option<bool> {
        if let Some(inner) = predicate.strip_prefix("exists (") {
            return Some(self.lookup(inner.strip_suffix(')')?, scope).is_some());
        }
        let inner = predicate.strip_prefix('(')?.strip_suffix(')')?;
        let (operator, (left, right)) =
            OPERATORS.iter().find_map(|operator| Some((*operator, inner.split_once(&format!(" {operator} "))?)))?;
        let (left, right) = (self.lookup(left, scope)?, self.lookup(right, scope)?);
        Some(match operator {
            "==" => left == right,
            "!=" => left != right,
            "<" => left.as_f64()? < right.as_f64()?,
            ">" => left.as_f64()? > right.as_f64()?,
            "<=" => left.as_f64()? <= right.as_f64()?,
            _ => left.as_f64()? >= right.as_f64()?,
        })
    }

    fn value(&self, template: &Template, scope: &TestScope<'_>) -> Value {
        match template {
            Template::Literal(id) => serde_json::from_str(&scope.chart.literals()[id.index()]).unwrap(),
            Template::Path(id) => self.lookup(&scope.chart.paths()[id.index()].text, scope).unwrap_or(Value::Null),
            Template::Call { function, args } => {
                json!({ scope.chart.functions()[function.index()].name.as_str(): self.value(args, scope) })
            }
            Template::Object(fields) => {
                Value::Object(fields.iter().map(|(key, value)| (key.clone(), self.value(value, scope))).collect())
            }
            Template::Array(items) => items.iter().map(|item| self.value(item, scope)).collect(),
        }
    }
}

impl Host for TestHost {
    type Value = Value;
    type Error = String;

    fn test(&mut self, condition: &Condition, scope: &TestScope<'_>) -> Result<Option<bool>, String> {
        match &condition.test {
            Test::Path(id) => Ok(self.holds(&scope.chart.paths()[id.index()].text, scope)),
            Test::Function { .. } | Test::Registered { .. } if condition.text == "fails" => Err("it failed".to_owned()),
            Test::Function { .. } | Test::Registered { .. } => Ok(self.answers.get(&condition.text).copied()),
        }
    }

    fn evaluate(&mut self, template: &Template, scope: &TestScope<'_>) -> Result<Value, String> {
        Ok(self.value(template, scope))
    }

    fn assign(&mut self, fields: &[(String, Template)], scope: &TestScope<'_>) -> Result<(), String> {
        let values: Vec<Value> = fields.iter().map(|(_, value)| self.value(value, scope)).collect();
        self.context.extend(fields.iter().map(|(key, _)| key.clone()).zip(values));
        Ok(())
    }

    fn done_payload(&mut self, output: Option<Value>) -> Result<Value, String> {
        Ok(output.map_or(json!({}), |output| json!({ "output": output })))
    }
}

/// An instance in memory.
pub(super) struct Instance {
    chart: Chart,
    host: TestHost,
    /// Of the last macrostep that came to something.
    last: Outcome<Value>,
}

impl Instance {
    pub(super) fn start(definition: Value) -> Instance {
        Instance::start_at(definition, None)
    }

    pub(super) fn start_at(definition: Value, at: Option<&str>) -> Instance {
        let chart = chart(definition);
        let Ok(Value::Object(context)) = serde_json::from_str(chart.context()) else { panic!("a context") };
        let mut host = TestHost { context, answers: HashMap::new() };
        let at = at.map(|name| state(&chart, name));
        let last = start(&chart, &mut host, at, Event::new("wf.start", None)).unwrap();
        Instance { chart, host, last }
    }

    pub(super) fn request(&mut self, request: Request<'_, Value>) -> Result<(), Stop<String>> {
        self.last = send(&self.chart, &mut self.host, &self.last.position, request)?;
        Ok(())
    }

    pub(super) fn try_send(&mut self, event: &str, payload: Value) -> Result<(), Stop<String>> {
        self.request(Request { event: Event::new(event, Some(payload)), roles: None, target: None })
    }

    /// Sends an event that must be taken, and gives the state text it leads to.
    pub(super) fn send(&mut self, event: &str) -> String {
        self.try_send(event, json!({})).unwrap();
        self.at()
    }

    /// Lets the `after` of this timer name fall due.
    pub(super) fn fire(&mut self, timer: &str) -> String {
        let (state, index) = self.chart.find_timer(timer).unwrap();
        let event = Event::timer(&self.chart, state, index);
        self.request(Request { event, roles: None, target: None }).unwrap();
        self.at()
    }

    pub(super) fn at(&self) -> String {
        self.last.position.state_text(&self.chart)
    }

    /// The codes of the effects of the last macrostep, in order, joined by a space.
    pub(super) fn trace(&self) -> String {
        let codes = self.last.commands.iter().filter_map(|command| match command {
            Command::Effect { code, .. } => Some(code.as_str()),
            _ => None,
        });
        codes.collect::<Vec<_>>().join(" ")
    }

    /// The commands of the last macrostep that begin something, in order.
    pub(super) fn begun(&self) -> Vec<String> {
        let path = |id: &StateId| self.chart.state(*id).path.clone();
        let begun = self.last.commands.iter().filter_map(|command| match command {
            Command::Invoke { state, index, .. } => {
                Some(format!("invoke {}", self.chart.state(*state).invoke[*index].id))
            }
            Command::After { state, index, .. } => {
                Some(format!("after {}", self.chart.state(*state).after[*index].name))
            }
            Command::Raise { id, event, .. } => Some(format!("raise {event} {}", id.as_deref().unwrap_or("-"))),
            Command::Escalate { state } => Some(format!("escalate {}", path(state))),
            Command::Effect { .. } | Command::Log { .. } => None,
        });
        begun.collect()
    }

    pub(super) fn left(&self) -> Vec<&str> {
        self.paths(&self.last.left)
    }

    pub(super) fn entered(&self) -> Vec<&str> {
        self.paths(&self.last.entered)
    }

    fn paths(&self, set: &StateSet) -> Vec<&str> {
        set.iter().map(|id| self.chart.state(id).path.as_str()).collect()
    }
}

/// The state of that name, which must be one.
pub(super) fn state(chart: &Chart, name: &str) -> StateId {
    match chart.find_state(name) {
        Lookup::One(state) => state,
        other => panic!("{name}: {other:?}"),
    }
}

/// Adds entry and exit effects to every state, named `+key` and `-key`, so that a trace shows the order.
pub(super) fn traced(mut definition: Value) -> Value {
    fn trace(key: &str, state: &mut Value) {
        if state["type"] != "history" && state.get("history").is_none() {
            let mut actions = |list: &str, effect: String, first: bool| {
                let mut all = match state[list].take() {
                    Value::Null => vec![],
                    Value::Array(actions) => actions,
                    action => vec![action],
                };
                all.insert(if first { 0 } else { all.len() }, json!(effect));
                state[list] = Value::Array(all);
            };
            actions("entry", format!("+{key}"), true);
            actions("exit", format!("-{key}"), false);
        }
        if let Some(states) = state.get_mut("states").and_then(Value::as_object_mut) {
            states.iter_mut().for_each(|(key, state)| trace(key, state));
        }
    }
    let id = definition["id"].as_str().unwrap().to_owned();
    trace(&id, &mut definition);
    definition
}
