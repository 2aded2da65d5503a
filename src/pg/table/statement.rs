//! The statement that stands in where only the executor can do it: triggers, rules, columns that somebody else has added with
//! values of the server's making, and keys that may be taken.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CStr;

use pgrx::pg_sys;

use super::Columns;
use crate::error::Error;
use crate::pg::spi::{Parameter, Statement};

impl Columns {
    /// Adds a row with these columns, unless a row has the same values in those of a unique index; says whether it did. Whoever
    /// is about to add such a row is waited for.
    pub fn insert_unless_taken(&self, unique: &'static str, values: &[&dyn Parameter]) -> Result<bool, Error> {
        let made = self.kept(unique, values.len(), || {
            format!("{} ON CONFLICT {unique} DO NOTHING", self.insert_sql(values.len()))
        });
        made.execute(values).map(|made| made == 1)
    }

    /// As `insert`, by the executor.
    pub(super) fn insert_by_statement(&self, values: &[&dyn Parameter]) -> Result<(), Error> {
        self.kept("INSERT", values.len(), || self.insert_sql(values.len())).execute(values).map(drop)
    }

    fn insert_sql(&self, count: usize) -> String {
        let numbers: Vec<String> = (1..=count).map(|number| format!("${number}")).collect();
        let names: Vec<_> = self.names.iter().map(|name| name.to_string_lossy()).collect();
        let (table, names, numbers) = (self.table.to_string_lossy(), names.join(", "), numbers.join(", "));
        format!("INSERT INTO wf.{table} ({names}) VALUES ({numbers})")
    }

    /// As `update`, by the executor, and gives the number of rows.
    pub(super) fn update_by_statement(&self, key: &[&dyn Parameter], values: &[&dyn Parameter]) -> Result<u64, Error> {
        let count = values.len();
        let statement = self.kept("UPDATE", count, || {
            let equal = |names: &[&CStr], from: usize| -> Vec<String> {
                let names = names.iter().enumerate();
                names.map(|(number, name)| format!("{} = ${}", name.to_string_lossy(), number + from)).collect()
            };
            let changes = equal(&self.names[..count], 1).join(", ");
            let (table, place) = (self.table.to_string_lossy(), equal(self.key, count + 1).join(" AND "));
            format!("UPDATE wf.{table} SET {changes} WHERE {place}")
        });
        statement.execute(&[values, key].concat())
    }

    /// The statement that does this with so many values, written at its first use in a backend.
    fn kept(&self, what: &'static str, count: usize, sql: impl FnOnce() -> String) -> &'static Statement {
        STATEMENTS.with_borrow_mut(|known| {
            let key = (std::ptr::from_ref(self), what, count);
            *known.entry(key).or_insert_with(|| Box::leak(Box::new(Statement::owned(sql()))))
        })
    }
}

thread_local! {
    static STATEMENTS: RefCell<HashMap<(*const Columns, &'static str, usize), &'static Statement>> = RefCell::default();
}

/// Has the table a trigger, a rule or a default for a new row?
///
/// # Safety
/// The relation is open.
pub(super) unsafe fn is_needed_to_insert(relation: pg_sys::Relation) -> bool {
    // SAFETY: the parts of an open relation are null or live as long as it is open.
    unsafe {
        (*relation).trigdesc.as_ref().is_some_and(for_insert)
            || !(*relation).rd_rules.is_null()
            || (*(*relation).rd_att).constr.as_ref().is_some_and(|constraints| constraints.num_defval > 0)
    }
}

/// Has the table a trigger, a rule or a generated column for a row that changes?
///
/// # Safety
/// The relation is open.
pub(super) unsafe fn is_needed_to_update(relation: pg_sys::Relation) -> bool {
    // SAFETY: as above.
    unsafe {
        (*relation).trigdesc.as_ref().is_some_and(for_update)
            || !(*relation).rd_rules.is_null()
            || (*(*relation).rd_att).constr.as_ref().is_some_and(|constraints| constraints.has_generated_stored)
    }
}

fn for_insert(triggers: &pg_sys::TriggerDesc) -> bool {
    triggers.trig_insert_before_row
        || triggers.trig_insert_after_row
        || triggers.trig_insert_before_statement
        || triggers.trig_insert_after_statement
        || triggers.trig_insert_new_table
}

fn for_update(triggers: &pg_sys::TriggerDesc) -> bool {
    triggers.trig_update_before_row
        || triggers.trig_update_after_row
        || triggers.trig_update_before_statement
        || triggers.trig_update_after_statement
        || triggers.trig_update_old_table
        || triggers.trig_update_new_table
}
