//! `wf.search`: the searchable values of running instances.

use pgrx::Uuid;

use super::statement;
use crate::error::Error;

statement!(REPLACE, "search_replace");

/// A key and its value as text.
pub type Entry = (String, String);

/// Takes away old values of an instance and stores new ones.
pub fn replace(organization: Uuid, code: &str, instance: Uuid, old: &[Entry], new: &[Entry]) -> Result<(), Error> {
    let split = |entries: &[Entry]| entries.iter().cloned().unzip::<String, String, Vec<_>, Vec<_>>();
    let ((old_keys, old_values), (new_keys, new_values)) = (split(old), split(new));
    REPLACE.execute(&[&organization, &code, &instance, &old_keys, &old_values, &new_keys, &new_values]).map(drop)
}
