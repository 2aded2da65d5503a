//! Rows by a key, as the active snapshot sees them.

use std::ffi::CStr;

use pgrx::pg_sys;

use super::open::Open;
use super::scan::Key;
use super::{Access, Columns, Index, RowPlace};
use crate::error::Error;
use crate::pg::error::catch;
use crate::pg::spi::{Parameter, Row};

impl Columns {
    /// Reads the row with this primary key.
    pub fn read<T>(
        &self,
        _: &Access,
        key: &[&dyn Parameter],
        read: impl FnOnce(&Row, RowPlace) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let key = Key::new(key);
        // SAFETY: what is opened is closed by `done`, or by the abort that follows an error.
        unsafe {
            let open = Open::of(self.table, pg_sys::AccessShareLock)?;
            let found = catch(|| (*open).find(&key))?;
            let row = if found { Some(read(&self.row(open)?, RowPlace((*(*open).old).tts_tid))?) } else { None };
            Open::done(open)?;
            Ok(row)
        }
    }

    /// Reads all rows that an index has for this key, in its order.
    pub fn read_all<T>(
        &self,
        _: &Access,
        index: &CStr,
        key: &[&dyn Parameter],
        mut read: impl FnMut(&Row, RowPlace) -> Result<Option<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        let key = Key::new(key);
        let mut rows = Vec::new();
        // SAFETY: as in `read`; the scan ends before its table is given back.
        unsafe {
            let open = Open::of(self.table, pg_sys::AccessShareLock)?;
            let mut scan = catch(|| (*open).begin_scan(index, &key))?;
            while catch(|| scan.next((*open).old))? {
                rows.extend(read(&self.row(open)?, RowPlace((*(*open).old).tts_tid))?);
            }
            catch(|| scan.end())?;
            Open::done(open)?;
            Ok(rows)
        }
    }
}

impl Index {
    /// Has any row this key?
    pub fn has(&self, _: &Access, key: &[&dyn Parameter]) -> Result<bool, Error> {
        let key = Key::new(key);
        // SAFETY: as in `read_all`.
        unsafe {
            let open = Open::of(self.table, pg_sys::AccessShareLock)?;
            let found = catch(|| {
                let mut scan = (*open).begin_scan(self.name, &key);
                let found = scan.next((*open).old);
                scan.end();
                found
            })?;
            Open::done(open)?;
            Ok(found)
        }
    }
}
