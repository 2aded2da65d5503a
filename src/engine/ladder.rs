//! A ladder of escalations: who hears next of what is overdue, and when. One kind for tasks and service levels. It only counts;
//! whoever climbs it locks, writes and queues the rung's effect.

use serde_json::Value;

use super::new_id;
use crate::calendar::Calendar;
use crate::chart::{Duration, Escalation};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::effect::NewEffect;

/// Rungs in the order of their moments.
pub struct Ladder {
    rungs: Vec<Escalation>,
}

/// Who has something now.
#[derive(Clone, Copy)]
pub struct Holder<'a> {
    pub role: Option<&'a str>,
    pub user: Option<&'a str>,
}

impl Holder<'_> {
    fn is(self, rung: &Escalation) -> bool {
        match (&rung.to_user, &rung.to_role) {
            (Some(user), _) => self.user == Some(user),
            (None, Some(role)) => self.role == Some(role),
            // A rung that only tells somebody takes it from nobody.
            (None, None) => false,
        }
    }
}

impl Ladder {
    /// A ladder of these rungs.
    pub fn new(mut rungs: Vec<Escalation>) -> Self {
        rungs.sort_by_key(|rung| rung.after.after(0));
        Ladder { rungs }
    }

    /// A ladder of roles, each with its distance from the deadline as an ISO 8601 duration.
    pub fn of_roles(rungs: &[(&str, &str)]) -> Self {
        let rung = |(after, role): &(&str, &str)| Escalation {
            after: Duration::parse(after).unwrap_or(Duration::ZERO),
            to_role: Some((*role).to_owned()),
            to_user: None,
            effect: None,
        };
        Ladder::new(rungs.iter().map(rung).collect())
    }

    /// Reads a ladder as a definition writes it: `[{"after", "to_role", "to_user", "effect"}]`.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn read(value: &Value) -> Result<Self, String> {
        let rungs = value.as_array().ok_or_else(|| format!("{value} is no array of rungs"))?;
        rungs.iter().map(read_rung).collect::<Result<_, _>>().map(Ladder::new)
    }

    /// What `read` reads.
    pub fn to_json(&self) -> Value {
        let rung = |rung: &Escalation| {
            let fields = [
                ("after", Some(rung.after.to_string())),
                ("to_role", rung.to_role.clone()),
                ("to_user", rung.to_user.clone()),
                ("effect", rung.effect.clone()),
            ];
            fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Value::String(value?)))).collect()
        };
        Value::Array(self.rungs.iter().map(|one| Value::Object(rung(one))).collect())
    }

    /// The next rung that is not the present holder, where so many are behind; with its place, from 0.
    pub fn next(&self, behind: usize, holder: Holder) -> Option<(usize, &Escalation)> {
        self.rungs.iter().enumerate().skip(behind).find(|(_, rung)| !holder.is(rung))
    }

    /// When a rung's turn comes, counted from the deadline, in working time where a calendar counts; None where that is out
    /// of range.
    pub fn moment(rung: &Escalation, deadline: Timestamp, calendar: Option<&Calendar>) -> Option<Timestamp> {
        let moment = match calendar {
            Some(calendar) => calendar.add(deadline.unix(), &rung.after),
            None => rung.after.after(deadline.unix()),
        };
        moment.and_then(Timestamp::from_unix)
    }
}

/// The effect that tells the world of a rung.
pub fn notice(code: &str, params: Jsonb) -> NewEffect {
    NewEffect {
        id: new_id(),
        code: code.to_owned(),
        invoke_id: None,
        state: None,
        retry: None,
        timeout: None,
        params: Some(params),
    }
}

fn read_rung(value: &Value) -> Result<Escalation, String> {
    let fields = value.as_object().ok_or_else(|| format!("{value} is no rung"))?;
    if let Some(key) = fields.keys().find(|key| !["after", "to_role", "to_user", "effect"].contains(&key.as_str())) {
        return Err(format!("a rung has no key \"{key}\""));
    }
    let text = |key: &str| match fields.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Some(text.clone())),
        Some(other) => Err(format!("\"{key}\" of a rung is {other}")),
    };
    let after = match fields.get("after") {
        Some(Value::String(text)) => Duration::parse(text)?,
        Some(Value::Number(millis)) => Duration::from_millis(millis.as_f64().unwrap_or(-1.0))?,
        _ => return Err("a rung has no \"after\"".to_owned()),
    };
    Ok(Escalation { after, to_role: text("to_role")?, to_user: text("to_user")?, effect: text("effect")? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Holder, Ladder};
    use crate::pg::time::Timestamp;

    const NOBODY: Holder = Holder { role: None, user: None };

    #[test]
    fn rungs_come_in_the_order_of_their_moments() {
        let ladder = Ladder::read(&json!([{ "after": "PT4H", "to_role": "b" }, { "after": "PT60M", "to_role": "a" }]));
        let ladder = ladder.unwrap();
        let (place, rung) = ladder.next(0, NOBODY).unwrap();
        assert_eq!((place, rung.to_role.as_deref()), (0, Some("a")));
        let hour = Timestamp(3_600_000_000);
        assert_eq!(Ladder::moment(rung, hour, None), Some(Timestamp(2 * hour.0)));
        assert_eq!(ladder.next(1, NOBODY).unwrap().1.to_role.as_deref(), Some("b"));
        assert!(ladder.next(2, NOBODY).is_none());
        assert_eq!(ladder.to_json(), json!([{ "after": "PT1H", "to_role": "a" }, { "after": "PT4H", "to_role": "b" }]));
    }

    #[test]
    fn the_present_holder_is_skipped() {
        let ladder = Ladder::of_roles(&[("PT1H", "manager"), ("PT4H", "operations")]);
        let manager = Holder { role: Some("manager"), user: Some("max") };
        assert_eq!(ladder.next(0, manager).unwrap().0, 1);
        let operations = Holder { role: Some("operations"), user: None };
        assert_eq!(ladder.next(0, operations).unwrap().0, 0);
        assert!(ladder.next(1, operations).is_none());
        let told = Ladder::read(&json!([{ "after": 0, "effect": "tell" }])).unwrap();
        assert!(told.next(0, NOBODY).is_some());
    }

    #[test]
    fn what_is_no_ladder_says_why() {
        for (value, why) in [
            (json!({}), "{} is no array of rungs"),
            (json!([1]), "1 is no rung"),
            (json!([{ "to_role": "x" }]), "a rung has no \"after\""),
            (json!([{ "after": "PT1H", "role": "x" }]), "a rung has no key \"role\""),
            (json!([{ "after": "PT1H", "to_role": "" }]), "\"to_role\" of a rung is \"\""),
        ] {
            assert_eq!(Ladder::read(&value).err().as_deref(), Some(why));
        }
    }
}
