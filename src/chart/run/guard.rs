//! Guards in Kleene's logic: unknown stays unknown until something decides, and an unknown whole counts as false. Every
//! leaf that is asked leaves its answer, so that a step can say why it went where it went.

use super::outcome::{GuardResult, Stop};
use super::step::Macrostep;
use super::{Event, Host, Scope};
use crate::chart::model::Guard;

impl<H: Host> Macrostep<'_, H> {
    /// Does the guard hold? `None` is unknown.
    pub(super) fn holds(&mut self, guard: &Guard, event: &Event<H::Value>) -> Result<Option<bool>, Stop<H::Error>> {
        match guard {
            Guard::Leaf(condition) => {
                let scope = Scope { event, active: &self.active, chart: self.chart };
                let result = self.host.test(condition, &scope).map_err(Stop::Host)?;
                self.guards.push(GuardResult { guard: condition.text.clone(), result });
                Ok(result)
            }
            Guard::Not(inner) => Ok(self.holds(inner, event)?.map(|holds| !holds)),
            Guard::And(parts) => self.decide(parts, event, false),
            Guard::Or(parts) => self.decide(parts, event, true),
        }
    }

    /// Asks the parts in order until one of them is `decisive`.
    fn decide(
        &mut self,
        parts: &[Guard],
        event: &Event<H::Value>,
        decisive: bool,
    ) -> Result<Option<bool>, Stop<H::Error>> {
        let mut whole = Some(!decisive);
        for part in parts {
            match self.holds(part, event)? {
                Some(answer) if answer == decisive => return Ok(Some(decisive)),
                Some(_) => {}
                None => whole = None,
            }
        }
        Ok(whole)
    }
}
