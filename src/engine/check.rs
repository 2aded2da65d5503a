//! Is what is stored sound? The invariants that every transaction of the engine keeps, looked for in the rows. Reads
//! everything, changes nothing, and holds no lock that anybody would notice.

use super::caller::Caller;
use super::definition;
use crate::chart::Position;
use crate::error::Error;
use crate::pg::subtransaction::subtransaction;
use crate::store::check::{self, Place};

/// One fault.
pub struct Finding {
    pub check: String,
    /// `error`: somebody wrote around the engine, or it is at fault; `warning`: nothing goes wrong by it.
    pub severity: &'static str,
    pub detail: String,
}

/// Every fault of the caller's organization, of all where there is none. Sound is empty.
pub fn run(caller: &Caller) -> Result<Vec<Finding>, Error> {
    let served = caller.served();
    let mut findings: Vec<Finding> = check::faults(&served)?
        .into_iter()
        .map(|fault| Finding {
            severity: if matches!(fault.check.as_str(), "search" | "index") { "warning" } else { "error" },
            check: fault.check,
            detail: match fault.instance_id {
                Some(id) => format!("instance {id}: {}", fault.detail),
                None => fault.detail,
            },
        })
        .collect();
    for place in check::places(&served)? {
        if let Some(why) = illegal(&place)? {
            let others = match place.instances {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            findings.push(Finding {
                check: "state".to_owned(),
                severity: "error",
                detail: format!("instance {}{others}: {why}", place.instance_id),
            });
        }
    }
    Ok(findings)
}

/// Why instances cannot be where they are.
fn illegal(place: &Place) -> Result<Option<String>, Error> {
    match subtransaction(|| definition::load(place.organization_id, place.definition_id)) {
        Ok(definition) => Ok(Position::parse(&definition.chart, &place.state, place.history.as_deref()).err()),
        Err(error) if error.is_of_the_session() => Err(error),
        Err(error) => Ok(Some(format!("its definition cannot be loaded: {}", error.summary()))),
    }
}
