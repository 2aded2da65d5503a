//! Functions of SQL effects, called: many in one subtransaction as long as all goes well. Where one fails, what that
//! subtransaction did is undone, the failure is that effect's, and those before it run once more. No instance is locked here.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::caller::{check_size, handler_code};
use super::handler::Handlers;
use super::tick;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::memory;
use crate::pg::subtransaction::subtransaction;
use crate::settings;
use crate::store::handler::Handler;
use crate::store::outbox::Held;

/// How an attempt ended.
pub enum Ended {
    Done(Option<Jsonb>),
    Failed(Error),
    /// The time or the subtransactions were over before its turn: nothing has happened.
    Left,
}

/// How far to go.
pub struct Bounds {
    /// The last function begins before.
    deadline: Option<Instant>,
    /// Subtransactions that are left.
    pub subtransactions: usize,
}

impl Bounds {
    /// So much time from now, or any.
    pub fn new(time: Option<Duration>) -> Self {
        Bounds { deadline: time.map(|time| Instant::now() + time), subtransactions: tick::SUBTRANSACTIONS }
    }

    /// Is there no more to be begun?
    pub fn are_reached(&self) -> bool {
        self.subtransactions == 0 || is_over(self.deadline)
    }

    /// Takes a subtransaction, if one is left.
    pub fn open(&mut self) -> bool {
        let is_left = self.subtransactions > 0;
        self.subtransactions = self.subtransactions.saturating_sub(1);
        is_left
    }
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// Runs effects in their order; an error is of the session, and nothing is then to be kept.
pub fn run(held: &[Held], handlers: &Handlers, bounds: &mut Bounds) -> Result<Vec<Ended>, Error> {
    let mut ended: Vec<Ended> = held.iter().map(|_| Ended::Left).collect();
    let mut begin = 0;
    while begin < held.len() {
        let reached = run_range(held, handlers, begin..held.len(), bounds.deadline, bounds, &mut ended)?;
        if reached == begin || is_over(bounds.deadline) {
            break;
        }
        begin = reached;
    }
    Ok(ended)
}

/// Runs effects until one fails or the time is over, and gives the place behind the last that has ended.
fn run_range(
    held: &[Held],
    handlers: &Handlers,
    range: std::ops::Range<usize>,
    deadline: Option<Instant>,
    bounds: &mut Bounds,
    ended: &mut [Ended],
) -> Result<usize, Error> {
    if range.is_empty() || !bounds.open() {
        return Ok(range.start);
    }
    let mut reached = range.start;
    let mut outputs = Vec::with_capacity(range.len());
    let together = subtransaction(|| {
        for effect in &held[range.clone()] {
            if reached > range.start && is_over(deadline) {
                break;
            }
            outputs.push(call(effect, handlers)?);
            reached += 1;
        }
        Ok(())
    });
    match together {
        Ok(()) => {
            for (place, output) in ended[range].iter_mut().zip(outputs) {
                *place = Ended::Done(output);
            }
            Ok(reached)
        }
        Err(error) if error.is_cancellation() => Err(error),
        Err(error) => {
            ended[reached] = Ended::Failed(error);
            // They did not fail, so that they have the time once more.
            let mut begin = range.start;
            while begin < reached {
                match run_range(held, handlers, begin..reached, None, bounds, ended)? {
                    again if again == begin => break,
                    again => begin = again,
                }
            }
            Ok(reached + 1)
        }
    }
}

/// Calls the function of one effect.
fn call(held: &Held, handlers: &Handlers) -> Result<Option<Jsonb>, Error> {
    let effect = &held.effect;
    let handler: Option<&Rc<Handler>> = handlers.find(effect.organization_id, &effect.code);
    let Some((handler, statement)) = handler.and_then(|handler| Some((handler, handler.call.as_ref()?))) else {
        return Err(Error::new(Code::EffectFailed, format!("{} has no handler of kind sql any more", effect.code)));
    };
    let limit = held.timeout.or(handler.timeout);
    let limit = match limit {
        Some(micros) => Some(Duration::from_micros(micros.unsigned_abs())),
        None => settings::user_code_timeout(),
    };
    let output = memory::scratch(|| {
        let input = input(held);
        handler_code(handler.run_as, &handler.search_path, limit, || {
            statement.first(&[&input], |row| Ok(row.get::<Jsonb>(1))).map(Option::flatten)
        })
    })?;
    check_size("the output", output.as_ref())?;
    Ok(output)
}

/// What the function is told.
fn input(held: &Held) -> Jsonb {
    let effect = &held.effect;
    let id = effect.id.to_string();
    let null = Jsonb::null();
    Jsonb::object(|object| {
        object.set_text("id", &id);
        object.set_text("code", &effect.code);
        object.set("params", held.params.as_ref().unwrap_or(&null));
        object.set_text("organization_id", &effect.organization_id.to_string());
        object.set_text("instance_id", &effect.instance_id.to_string());
        object.set("seq", &Jsonb::parse(&effect.seq.to_string()));
        object.set("attempt", &Jsonb::parse(&effect.attempts.to_string()));
        object.set_text("idempotency_key", &id);
        object.set("context", &held.context);
    })
}

/// What a failed attempt records: the SQLSTATE as its type, the message, and what the server says besides.
pub fn error_json(error: Error) -> Jsonb {
    let report = error.into_report();
    Jsonb::object(|object| {
        object.set_text("type", &report.sqlstate.to_string());
        object.set_text("message", &report.message);
        for (key, value) in [("detail", &report.detail), ("hint", &report.hint), ("context", &report.context)] {
            if let Some(value) = value {
                object.set_text(key, value);
            }
        }
    })
}
