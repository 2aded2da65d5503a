//! What is due is worked on oldest first; where more is due than fits a page, organizations take turns, so that the backlog of
//! one holds up no other. For service levels and tasks, a call at a time; what timers need from batch to batch is in `queue`.

use std::collections::HashMap;

use pgrx::Uuid;

use super::caller::Caller;
use crate::error::Error;
use crate::store::due::{Due, Place, Queue};

/// The most that is read at once; more than this is a backlog.
const PAGE: i32 = 50;
/// How much of one organization in a round.
const SHARE: i32 = 5;

/// Works on what is due until `work` has said `limit` times that there was something to do, and gives how often it did. What it
/// passes over keeps nobody behind it waiting.
pub fn take(
    caller: &Caller,
    queue: &Queue,
    limit: i32,
    mut work: impl FnMut(&Due) -> Result<bool, Error>,
) -> Result<i32, Error> {
    let mut done = 0;
    let mut behind = Place::first();
    let mut places: HashMap<[u8; 16], Place> = HashMap::new();
    let mut is_backlog = false;
    while done < limit {
        let size = (limit - done).min(PAGE);
        let mut page = Vec::new();
        if !is_backlog {
            page = queue.due(caller.organization, caller.now, behind, size)?;
            is_backlog = caller.organization.is_none() && page.len() == size as usize;
        }
        if is_backlog {
            let places: Vec<(Uuid, Place)> =
                places.iter().map(|(organization, place)| (Uuid::from_bytes(*organization), *place)).collect();
            page = queue.round(caller.now, &places, SHARE)?;
            page.truncate(size as usize);
        }
        let Some(last) = page.last() else { break };
        behind = Place::from(last);
        for due in &page {
            places.insert(*due.organization_id.as_bytes(), Place::from(due));
            done += i32::from(work(due)?);
        }
    }
    Ok(done)
}
