//! What a database role may do in which organization.
//!
//! Every function of ours names the capability that it asks for. Which one that is stands in docs/security.md, and a
//! test holds the two together. Rights are read from `wf.member` once per backend and again after every change of
//! members or roles.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use pgrx::{Uuid, pg_sys};

use crate::error::Error;
use crate::pg::{transaction, user};
use crate::store::member::{self, WATCH};

/// What a function asks of its caller. Admin includes all; operator includes participant; each includes viewer. An
/// operator is no worker: who repairs instances need not see the secrets that workers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// Sees.
    Viewer,
    /// Starts instances, sends events, does tasks.
    Participant,
    /// Runs effects and drives the scheduler.
    Worker,
    /// Repairs: pauses, cancels, moves, retries, reassigns.
    Operator,
    /// Defines: definitions, handlers, guards, calendars, schedules, members.
    Admin,
}

use Capability::{Admin, Operator, Participant, Viewer, Worker};

impl Capability {
    pub const ALL: [Capability; 5] = [Viewer, Participant, Worker, Operator, Admin];

    /// As `wf_grant` names it.
    pub fn name(self) -> &'static str {
        match self {
            Viewer => "viewer",
            Participant => "participant",
            Worker => "worker",
            Operator => "operator",
            Admin => "admin",
        }
    }

    /// The capability of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.name() == name)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }

    /// Itself and what it includes, as a set of bits.
    fn included(self) -> u8 {
        match self {
            Viewer => Viewer.bit(),
            Participant => Participant.bit() | Viewer.bit(),
            Worker => Worker.bit() | Viewer.bit(),
            Operator => Operator.bit() | Participant.included(),
            Admin => Admin.bit() | Operator.included() | Worker.included(),
        }
    }
}

/// How a role stands to an organization, asked for a capability.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    Allowed,
    /// It sees the organization, but may not do this there.
    Lacking,
    /// To this role the organization does not exist.
    Hidden,
}

/// Everything that one role may do.
#[derive(Default)]
pub struct Rights {
    everywhere: u8,
    within: BTreeMap<[u8; 16], u8>,
}

impl Rights {
    /// May the role do this in every organization, also in those to come?
    pub fn everywhere(&self, capability: Capability) -> bool {
        self.everywhere & capability.bit() != 0
    }

    /// How the role stands to an organization.
    pub fn standing(&self, organization: Uuid, capability: Capability) -> Standing {
        let rights = self.everywhere | self.within.get(organization.as_bytes()).copied().unwrap_or(0);
        match rights {
            0 => Standing::Hidden,
            rights if rights & capability.bit() == 0 => Standing::Lacking,
            _ => Standing::Allowed,
        }
    }

    /// The organizations named in grants in which the role may do this, in order.
    pub fn organizations(&self, capability: Capability) -> Vec<Uuid> {
        let able = self.within.iter().filter(|(_, rights)| *rights & capability.bit() != 0);
        able.map(|(organization, _)| Uuid::from_bytes(*organization)).collect()
    }
}

thread_local! {
    static KNOWN: RefCell<HashMap<u32, Rc<Rights>>> = RefCell::new(HashMap::new());
}

/// The rights of a role.
pub fn rights(role: pg_sys::Oid) -> Result<Rc<Rights>, Error> {
    loop {
        if !WATCH.is_fresh() {
            KNOWN.take();
            WATCH.begin();
        }
        if let Some(known) = KNOWN.with_borrow(|known| known.get(&role.to_u32()).cloned()) {
            return Ok(known);
        }
        let rights = Rc::new(read(role)?);
        // A change that came while the rows were read may or may not be among them.
        if !WATCH.is_fresh() {
            continue;
        }
        // The snapshot of a whole transaction may be older than the last change.
        if transaction::is_read_committed() {
            KNOWN.with_borrow_mut(|known| known.insert(role.to_u32(), rights.clone()));
        }
        return Ok(rights);
    }
}

fn read(role: pg_sys::Oid) -> Result<Rights, Error> {
    if user::is_owner(role)? {
        return Ok(Rights { everywhere: Admin.included(), within: BTreeMap::new() });
    }
    let mut rights = Rights::default();
    for (organization, capability) in user::as_owner(|| member::rights(role))? {
        let included = Capability::parse(&capability).map_or(0, Capability::included);
        match organization {
            Some(organization) => *rights.within.entry(*organization.as_bytes()).or_default() |= included,
            None => rights.everywhere |= included,
        }
    }
    Ok(rights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_capability_includes() {
        let included = |capability: Capability| {
            let of = Capability::ALL.into_iter().filter(|other| capability.included() & other.bit() != 0);
            of.map(Capability::name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(included(Viewer), "viewer");
        assert_eq!(included(Participant), "viewer participant");
        assert_eq!(included(Worker), "viewer worker");
        assert_eq!(included(Operator), "viewer participant operator");
        assert_eq!(included(Admin), "viewer participant worker operator admin");
    }

    #[test]
    fn standing_is_by_organization() {
        let [here, there, hidden] = [1, 2, 3].map(|byte| Uuid::from_bytes([byte; 16]));
        let within = BTreeMap::from([([1; 16], Admin.included()), ([2; 16], Viewer.included())]);
        let rights = Rights { everywhere: 0, within };
        assert_eq!(rights.standing(here, Operator), Standing::Allowed);
        assert_eq!(rights.standing(there, Operator), Standing::Lacking);
        assert_eq!(rights.standing(hidden, Viewer), Standing::Hidden);
        assert_eq!(rights.organizations(Viewer), [here, there]);
        assert_eq!(rights.organizations(Worker), [here]);
        assert!(!rights.everywhere(Viewer));
    }
}
