//! How things are to be run rather than what: delays, timeouts, retries, service levels, limits, search values.

use super::Reader;
use crate::chart::duration::Duration;
use crate::chart::finding::FindingCode;
use crate::chart::ids::LiteralId;
use crate::chart::json::{NodeId, Value};
use crate::chart::model::{Delay, Escalation, Limits, Sla, Template};

const RETRY_KEYS: [&str; 6] = [
    "initial_interval",
    "backoff_coefficient",
    "maximum_interval",
    "maximum_attempts",
    "non_retryable_errors",
    "jitter",
];

impl<'a> Reader<'a> {
    /// A constant duration: ISO 8601, or a number of milliseconds.
    pub(super) fn duration(&mut self, node: NodeId, what: &str) -> Option<Duration> {
        let doc = self.doc;
        let parsed = match doc.value(node) {
            Value::Number(digits) => Duration::from_millis(digits.parse().unwrap_or(f64::NAN)),
            Value::String(text) => written_duration(text),
            _ => {
                self.wrong_type(node, what, "an ISO 8601 duration or a number of milliseconds");
                return None;
            }
        };
        parsed.map_err(|why| self.flaw(node, FindingCode::BadDuration, format!("{what} is wrong: {why}"))).ok()
    }

    /// A duration that may be computed.
    pub(super) fn delay(&mut self, node: NodeId, what: &str) -> Option<Delay> {
        let computed = match self.doc.value(node) {
            Value::String(text) => text.starts_with('$'),
            Value::Object(_) => true,
            _ => false,
        };
        if computed {
            return Some(Delay::Computed(self.template(node)));
        }
        self.duration(node, what).map(Delay::Fixed)
    }

    /// The delay that a key of `after` names. Where it is broken, no delay stands in for it, beside the finding.
    pub(super) fn after_key(&mut self, key: &'a str, node: NodeId) -> Delay {
        if key.starts_with('$') {
            let path = self.path(node, key, FindingCode::BadPath);
            return path.map_or(Delay::Fixed(Duration::ZERO), |path| Delay::Computed(Template::Path(path)));
        }
        let why = match written_duration(key) {
            Ok(duration) => return Delay::Fixed(duration),
            Err(why) => why,
        };
        let message = match key.starts_with(['P', '-']) || key.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("The delay is wrong: {why}"),
            false => format!(
                "\"{key}\" is a named delay, which a definition cannot bind; spell it out, as in PT30M or $.remind_at"
            ),
        };
        self.flaw(node, FindingCode::BadDuration, message);
        Delay::Fixed(Duration::ZERO)
    }

    /// A retry policy, kept as written.
    pub(super) fn retry(&mut self, node: NodeId) -> Option<LiteralId> {
        let doc = self.doc;
        if !self.object(node, "A retry policy", &RETRY_KEYS) {
            return None;
        }
        for (key, child) in doc.entries(node) {
            match key {
                "initial_interval" | "maximum_interval" => drop(self.duration(child, "An interval")),
                "backoff_coefficient" => {
                    self.number(child, "The backoff coefficient", "at least 1", |number| number >= 1.0);
                }
                "maximum_attempts" => {
                    let whole = |number: f64| number >= 0.0 && number.fract() == 0.0 && number <= f64::from(i32::MAX);
                    self.number(child, "The number of attempts", "a whole number, or 0 for no limit", whole);
                }
                "non_retryable_errors" if !matches!(doc.value(child), Value::Array(_)) => {
                    self.wrong_type(child, "\"non_retryable_errors\"", "an array of error types");
                }
                "non_retryable_errors" => drop(self.names(child, "An error type")),
                "jitter" => drop(self.one_of(child, "The jitter", &["none", "full"])),
                _ => {}
            }
        }
        Some(self.draft.literal(doc.text(node)))
    }

    /// A service level.
    pub(super) fn sla(&mut self, node: NodeId) -> Option<Sla> {
        let doc = self.doc;
        if !self.object(node, "An SLA", &["duration", "calendar", "warn", "escalations"]) {
            return None;
        }
        let between = |number: f64| number > 0.0 && number < 1.0;
        let warn = doc.get(node, "warn");
        let warn = warn.and_then(|warn| self.number(warn, "\"warn\"", "a share between 0 and 1", between));
        let escalations = doc.get(node, "escalations").map(|ladder| self.escalations(ladder)).unwrap_or_default();
        let calendar = self.calendar(node);
        let duration = self.required(node, "An SLA", "duration")?;
        Some(Sla { duration: self.delay(duration, "The duration of an SLA")?, calendar, warn, escalations })
    }

    /// A ladder of escalations.
    pub(super) fn escalations(&mut self, node: NodeId) -> Box<[Escalation]> {
        let doc = self.doc;
        let Value::Array(rungs) = doc.value(node) else {
            self.wrong_type(node, "\"escalations\"", "an array");
            return Box::default();
        };
        rungs.iter().filter_map(|rung| self.escalation(*rung)).collect()
    }

    fn escalation(&mut self, node: NodeId) -> Option<Escalation> {
        if !self.object(node, "An escalation", &["after", "to_role", "to_user", "effect"]) {
            return None;
        }
        let to_role = self.optional_name(node, "to_role");
        let to_user = self.optional_name(node, "to_user");
        let effect = self.optional_name(node, "effect");
        let after = self.required(node, "An escalation", "after")?;
        let after = self.duration(after, "\"after\" of an escalation")?;
        Some(Escalation { after, to_role, to_user, effect })
    }

    /// The `calendar` key of an object.
    pub(super) fn calendar(&mut self, node: NodeId) -> Option<String> {
        let child = self.doc.get(node, "calendar")?;
        self.calendar_name(child)
    }

    /// The code of a calendar.
    pub(super) fn calendar_name(&mut self, node: NodeId) -> Option<String> {
        let code = self.name(node, "\"calendar\"")?;
        if !self.catalog.calendar_known(code) {
            let message =
                format!("No calendar \"{code}\" is set yet; until wf_set_calendar makes it, what counts in it fails");
            self.flaw(node, FindingCode::UnknownCalendar, message);
        }
        Some(code.to_owned())
    }

    /// The limits of a whole definition.
    pub(super) fn limits(&mut self, node: NodeId) -> Option<Limits> {
        let doc = self.doc;
        if !self.object(node, "\"limits\"", &["max_concurrent", "per_second"]) {
            return None;
        }
        let whole = |number: f64| number >= 1.0 && number.fract() == 0.0 && number <= f64::from(i32::MAX);
        let max_concurrent = doc.get(node, "max_concurrent");
        let max_concurrent = max_concurrent
            .and_then(|max| self.number(max, "\"max_concurrent\"", "a whole number of at least 1", whole));
        let per_second = doc.get(node, "per_second");
        let per_second =
            per_second.and_then(|rate| self.number(rate, "\"per_second\"", "above 0", |number| number > 0.0));
        Some(Limits { max_concurrent: max_concurrent.map(|max| max as u32), per_second })
    }

    /// One of a few words.
    pub(super) fn one_of(&mut self, node: NodeId, what: &str, known: &[&str]) -> Option<&'a str> {
        let text = self.string(node, what)?;
        if known.contains(&text) {
            return Some(text);
        }
        self.flaw(node, FindingCode::BadValue, format!("{what} is \"{text}\"; it must be one of {}", known.join(", ")));
        None
    }

    fn optional_name(&mut self, node: NodeId, key: &str) -> Option<String> {
        let child = self.doc.get(node, key)?;
        self.name(child, &format!("\"{key}\"")).map(str::to_owned)
    }
}

/// ISO 8601, or a number of milliseconds in digits.
fn written_duration(text: &str) -> Result<Duration, String> {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    match text.parse::<f64>() {
        Ok(millis) if digits => Duration::from_millis(millis),
        _ => Duration::parse(text),
    }
}
