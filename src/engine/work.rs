//! What a macrostep asks for, as rows to be stored: its commands become timers, effects and the facts of its step. Nothing is
//! written here, so that a macrostep which is only tried out leaves nothing behind.

use pgrx::Uuid;

use super::definition::Loaded;
use super::task::input::{self, Home};
use super::{calendar, new_id};
use crate::calendar::Calendar;
use crate::chart::{Chart, Command, Duration, StateId, When};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::store::effect::NewEffect;
use crate::store::task::Task;
use crate::store::timer::NewTimer;

/// The rows of one step.
pub struct Work {
    /// Whose calendars count.
    organization_id: Uuid,
    instance_id: Uuid,
    seq: i64,
    /// What delays count from.
    from: Timestamp,
    /// The instance is paused: its timers wait for the end of the pause.
    pub suspended: bool,
    pub timers: Vec<NewTimer>,
    pub effects: Vec<NewEffect>,
    pub tasks: Vec<Task>,
    logs: Vec<Jsonb>,
    /// States whose open tasks go one rung up.
    pub escalated: Vec<StateId>,
}

impl Work {
    /// No rows yet, for this step of this instance; its timers are suspended while it is paused.
    pub fn new(organization_id: Uuid, instance_id: Uuid, seq: i64, from: Timestamp, suspended: bool) -> Self {
        let (timers, effects, tasks, logs, escalated) = Default::default();
        Work { organization_id, instance_id, seq, from, suspended, timers, effects, tasks, logs, escalated }
    }

    /// Sorts commands of a definition into rows.
    pub fn add(&mut self, definition: &Loaded, commands: Vec<Command<Jsonb>>) -> Result<(), Error> {
        let chart = &definition.chart;
        for command in commands {
            match command {
                Command::Effect { code, params, retry, timeout } => self.effects.push(NewEffect {
                    id: new_id(),
                    code,
                    invoke_id: None,
                    state: None,
                    retry: retry.map(|retry| definition.literal(retry).clone()),
                    timeout: timeout.map(|timeout| timeout.to_string()),
                    params,
                }),
                Command::Invoke { state, index, input } => {
                    let state = chart.state(state);
                    let invoke = &state.invoke[index];
                    if invoke.src == "wf.task" {
                        let home = Home {
                            organization_id: self.organization_id,
                            instance_id: self.instance_id,
                            now: self.from,
                            is_paused: self.suspended,
                        };
                        self.tasks.push(input::read(chart, &home, state, invoke, input.as_ref())?);
                        continue;
                    }
                    self.effects.push(NewEffect {
                        id: new_id(),
                        code: invoke.src.clone(),
                        invoke_id: Some(invoke.id.clone()),
                        state: Some(state.path.clone()),
                        retry: invoke.retry.map(|retry| definition.literal(retry).clone()),
                        timeout: invoke.timeout.as_ref().map(ToString::to_string),
                        params: input,
                    });
                }
                Command::After { state, index, delay } => self.start_after(definition, state, index, &delay)?,
                Command::Raise { id, event, payload, delay } => {
                    // Only one that was given an id can be cancelled or replaced by it.
                    let kind = if id.is_some() { "raise" } else { "delay" };
                    let name = id.unwrap_or_else(|| event.clone());
                    let due = due(&name, &delay, self.from, None)?;
                    self.push_timer(kind, name, event, None, payload, due);
                }
                Command::Log { message } => self.logs.push(message),
                Command::Escalate { state } => self.escalated.push(state),
            }
        }
        Ok(())
    }

    /// What the step records besides its rows, with the paths that found nothing; None where there is nothing to say.
    pub fn detail(&self, chart: &Chart, missing: &[String]) -> Option<Jsonb> {
        let missing: Vec<Jsonb> = missing.iter().map(|path| Jsonb::string(path)).collect();
        let escalated: Vec<Jsonb> =
            self.escalated.iter().map(|state| Jsonb::string(&chart.state(*state).path)).collect();
        let parts = [("log", &self.logs), ("missing", &missing), ("escalated", &escalated)];
        if parts.iter().all(|(_, values)| values.is_empty()) {
            return None;
        }
        Some(Jsonb::object(|detail| {
            for (key, values) in parts.iter().filter(|(_, values)| !values.is_empty()) {
                detail.set(key, &Jsonb::array(values.iter()));
            }
        }))
    }

    fn start_after(
        &mut self,
        definition: &Loaded,
        state: StateId,
        index: usize,
        delay: &When<Jsonb>,
    ) -> Result<(), Error> {
        let state = definition.chart.state(state);
        let after = &state.after[index];
        let calendar = calendar::named(self.organization_id, after.calendar.as_deref())?;
        let due = due(&after.name, delay, self.from, calendar.as_ref())?;
        self.push_timer("after", after.name.clone(), "wf.after".to_owned(), Some(state.path.clone()), None, due);
        if let Some(timer) = self.timers.last_mut() {
            timer.calendar.clone_from(&after.calendar);
        }
        Ok(())
    }

    fn push_timer(
        &mut self,
        kind: &'static str,
        name: String,
        event: String,
        state: Option<String>,
        payload: Option<Jsonb>,
        due: Due,
    ) {
        self.timers.push(NewTimer {
            id: new_id(),
            fire_at: due.at,
            is_relative: due.is_relative,
            calendar: None,
            kind,
            entity_code: format!("{}:{}:{}:{name}", self.instance_id, self.seq, self.timers.len()),
            name,
            event,
            state,
            payload,
        });
    }
}

/// A moment at which something falls due.
pub struct Due {
    pub at: Timestamp,
    pub is_relative: bool,
}

/// When something with this delay falls due: milliseconds, a duration or a moment. A calendar counts its working time.
pub fn due(name: &str, delay: &When<Jsonb>, from: Timestamp, calendar: Option<&Calendar>) -> Result<Due, Error> {
    let invalid = |detail: String| {
        Error::new(Code::InvalidDuration, format!("the delay of {name} is no delay"))
            .detail(detail)
            .hint("A delay is a number of milliseconds, an ISO 8601 duration such as PT24H, or a timestamp.")
    };
    let after = |duration: &Duration| {
        let at = match calendar {
            Some(calendar) => calendar.add(from.unix(), duration),
            None => duration.after(from.unix()),
        };
        at.and_then(Timestamp::from_unix)
            .map(|at| Due { at, is_relative: true })
            .ok_or_else(|| invalid(format!("{duration} from now is out of range.")))
    };
    let value = match delay {
        When::Fixed(duration) => return after(duration),
        When::Computed(value) => value,
    };
    let text = value.as_plain_text().ok_or_else(|| invalid("It is null.".to_owned()))?;
    if let Ok(millis) = text.parse::<f64>() {
        return after(&Duration::from_millis(millis).map_err(|error| invalid(format!("It is {text}: {error}")))?);
    }
    if let Ok(duration) = Duration::parse(&text) {
        return after(&duration);
    }
    match Timestamp::parse_iso(&text) {
        Some(at) => Ok(Due { at, is_relative: false }),
        None => Err(invalid(format!("It is \"{text}\"."))),
    }
}
