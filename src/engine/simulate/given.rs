//! What a simulation is given, read and checked before anything runs: a mistake in the last event must not show up as a
//! half-told story.

use serde_json::{Map, Value};

use crate::chart::{Chart, When};
use crate::engine::evaluate::Answers;
use crate::engine::send::check_event;
use crate::engine::work::due;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

/// One element of the events.
pub enum Given {
    Sent(Sent),
    /// The clock goes on.
    Clock {
        /// Which element it is, for messages.
        element: String,
        /// Milliseconds, a duration or a timestamp.
        to: Jsonb,
    },
}

/// An event and who sends it.
pub struct Sent {
    pub name: String,
    pub payload: Option<Jsonb>,
    pub actor: Option<String>,
    pub roles: Option<Vec<String>>,
}

/// The invoke that an event of this name answers.
pub fn event_answers(name: &str) -> Option<&str> {
    ["done.invoke.", "error.invoke."].iter().find_map(|prefix| name.strip_prefix(prefix))
}

/// Reads the events.
pub fn events(chart: &Chart, events: &Jsonb) -> Result<Vec<Given>, Error> {
    let Value::Array(elements) = parsed(events)? else {
        return Err(Error::new(Code::InvalidArgument, "events is not an array")
            .hint("Give events => '[\"SUBMIT\", {\"type\": \"PAID\", \"amount\": 5}, {\"after\": \"PT1H\"}]'."));
    };
    elements.into_iter().enumerate().map(|(index, element)| read(chart, format!("events[{index}]"), element)).collect()
}

fn read(chart: &Chart, element: String, value: Value) -> Result<Given, Error> {
    let wrong = |why: &str, value: &Value| {
        Error::new(Code::InvalidArgument, format!("{element} {why}")).detail(format!("It is {value}.")).hint(
            "An event is a name, an object with its name as type and its payload beside it, or {\"after\": \"PT1H\"}.",
        )
    };
    let mut fields = match value {
        Value::String(name) => return sent(chart, &element, name, Map::new()),
        Value::Object(fields) => fields,
        other => return Err(wrong("is no event", &other)),
    };
    match (fields.get("type"), fields.get("after")) {
        (Some(Value::String(_)), _) => {
            let Some(Value::String(name)) = fields.shift_remove("type") else {
                return Err(wrong("has no type", &Value::Object(fields)));
            };
            sent(chart, &element, name, fields)
        }
        (Some(_), _) => Err(wrong("has a type that is no text", &Value::Object(fields))),
        (None, Some(to)) if fields.len() == 1 => {
            let to = Jsonb::parse(&to.to_string());
            // Whether it is a delay shows at any moment; where it leads only when its turn has come.
            delay_end(&element, &to, Timestamp(0))?;
            Ok(Given::Clock { element, to })
        }
        _ => Err(wrong("has no type", &Value::Object(fields))),
    }
}

fn sent(chart: &Chart, element: &str, name: String, mut fields: Map<String, Value>) -> Result<Given, Error> {
    match event_answers(&name) {
        Some(id) if chart.find_invoke(id).is_none() => {
            return Err(Error::new(Code::InvalidArgument, format!("{element} answers an invoke that does not exist"))
                .detail(format!("The definition has no invoke {id}.")));
        }
        Some(_) => {}
        None => check_event(&name).map_err(|error| {
            Error::new(Code::InvalidArgument, format!("{element} is no event that can be sent")).detail(error.summary())
        })?,
    }
    let who = |what: &str| {
        Error::new(Code::InvalidArgument, format!("{element} has {what}"))
            .hint("$actor is a text, $roles an array of texts; they stand for this event only.")
    };
    let actor = match fields.shift_remove("$actor") {
        None => None,
        Some(Value::String(actor)) => Some(actor),
        Some(_) => return Err(who("an $actor that is no text")),
    };
    let roles = match fields.shift_remove("$roles") {
        None => None,
        Some(roles) => Some(serde_json::from_value(roles).map_err(|_| who("$roles that are no array of texts"))?),
    };
    if event_answers(&name).is_some() {
        // An answer always has one, and null where the effect gave none.
        fields.entry(if name.starts_with("done.") { "output" } else { "error" }).or_insert(Value::Null);
    }
    let payload = (!fields.is_empty()).then(|| Jsonb::parse(&Value::Object(fields).to_string()));
    Ok(Given::Sent(Sent { name, payload, actor, roles }))
}

/// The moment to which an element moves the clock.
pub fn moment(element: &str, to: &Jsonb, now: Timestamp) -> Result<Timestamp, Error> {
    let moment = delay_end(element, to, now)?;
    if moment < now {
        return Err(Error::new(Code::InvalidArgument, format!("{element} moves the clock back")).detail(format!(
            "It says {}, and it is {} already.",
            moment.to_iso(),
            now.to_iso()
        )));
    }
    Ok(moment)
}

fn delay_end(element: &str, to: &Jsonb, from: Timestamp) -> Result<Timestamp, Error> {
    due(element, &When::Computed(to.clone()), from, None).map(|due| due.at).map_err(|_| {
        Error::new(Code::InvalidArgument, format!("{element} moves the clock by no delay"))
            .detail(format!("It is {}.", to.to_text()))
            .hint("Give a number of milliseconds, an ISO 8601 duration such as PT1H, or a timestamp.")
    })
}

/// Reads the answers of registered guards: codes of this definition, each true, false or null.
pub fn answers(chart: &Chart, guards: Option<&Jsonb>) -> Result<Answers, Error> {
    let Some(guards) = guards else {
        return Ok(Answers::new());
    };
    let Value::Object(fields) = parsed(guards)? else {
        return Err(Error::new(Code::InvalidArgument, "guards is not an object")
            .hint("Give guards => '{\"CODE\": true}'; null is unknown."));
    };
    let known = chart.guard_codes();
    let answer = |(code, value): (String, Value)| {
        if !known.contains(&code) {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Error::new(
                Code::InvalidArgument,
                format!("guards names {code}, which the definition does not"),
            )
            .detail(format!("Its registered guards: {known}.")));
        }
        match value {
            Value::Bool(answer) => Ok((code, Some(answer))),
            Value::Null => Ok((code, None)),
            other => Err(Error::new(Code::InvalidArgument, format!("guards has no answer for {code}"))
                .detail(format!("{other} is neither true, false nor null."))),
        }
    };
    fields.into_iter().map(answer).collect()
}

fn parsed(value: &Jsonb) -> Result<Value, Error> {
    serde_json::from_str(&value.to_text()).map_err(|error| Error::internal(format!("jsonb is no JSON: {error}")))
}
