//! Work that is due at a moment, of whatever kind: timers, clocks of service levels, tasks that go one rung up. Read oldest
//! first, without locks: whoever does it locks its instance and reads it again.

use pgrx::Uuid;

use crate::error::Error;
use crate::pg::spi::{Row, Statement};
use crate::pg::time::Timestamp;

/// Something that is due.
#[derive(Clone)]
pub struct Due {
    pub organization_id: Uuid,
    pub id: Uuid,
    pub instance_id: Uuid,
    pub at: Timestamp,
}

impl Due {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Due {
            organization_id: row.required(1)?,
            id: row.required(2)?,
            instance_id: row.required(3)?,
            at: row.required(4)?,
        })
    }
}

/// How far what is due has been read: behind this one.
#[derive(Clone, Copy)]
pub struct Place {
    at: Timestamp,
    id: Uuid,
}

impl Place {
    /// Before everything.
    pub fn first() -> Self {
        Place { at: Timestamp(i64::MIN), id: Uuid::from_bytes([0; 16]) }
    }
}

impl From<&Due> for Place {
    fn from(due: &Due) -> Self {
        Place { at: due.at, id: due.id }
    }
}

/// The statements of one kind.
pub struct Queue {
    all: &'static Statement,
    of: &'static Statement,
    round: &'static Statement,
}

impl Queue {
    /// Of these statements: what is due in all organizations, in one, and by turns.
    pub const fn new(all: &'static Statement, of: &'static Statement, round: &'static Statement) -> Self {
        Queue { all, of, round }
    }

    /// What is due behind a place, in one organization or in all, oldest first.
    pub fn due(
        &self,
        organization: Option<Uuid>,
        now: Timestamp,
        behind: Place,
        limit: i32,
    ) -> Result<Vec<Due>, Error> {
        match organization {
            Some(organization) => self.of.rows(&[&now, &behind.at, &behind.id, &limit, &organization], Due::read),
            None => self.all.rows(&[&now, &behind.at, &behind.id, &limit], Due::read),
        }
    }

    /// What is due in every organization, at most `share` of each and 2,000 together, each organization behind its place,
    /// by turns.
    pub fn round(&self, now: Timestamp, places: &[(Uuid, Place)], share: i32) -> Result<Vec<Due>, Error> {
        let organizations: Vec<Uuid> = places.iter().map(|(organization, _)| *organization).collect();
        let moments: Vec<Timestamp> = places.iter().map(|(_, place)| place.at).collect();
        let ids: Vec<Uuid> = places.iter().map(|(_, place)| place.id).collect();
        self.round.rows(&[&now, &organizations, &moments, &ids, &share], Due::read)
    }
}
