//! Readings by index.

use std::ffi::{CStr, c_int};

use pgrx::pg_sys;

use super::open::Open;
use super::{RowPlace, server};
use crate::pg::spi::Parameter;

/// The values of the leading columns of an index.
pub(super) struct Key {
    /// Each with its operator; None is a null, which no row has.
    values: [(Option<pg_sys::Datum>, pg_sys::Oid); Key::LONGEST],
    length: usize,
}

impl Key {
    const LONGEST: usize = 3;

    /// Of these values: uuid, bigint or text.
    pub(super) fn new(values: &[&dyn Parameter]) -> Self {
        let mut key = Key { values: [(None, pg_sys::InvalidOid); Key::LONGEST], length: values.len() };
        for (place, value) in values.iter().enumerate() {
            let equal = match value.type_oid() {
                pg_sys::UUIDOID => pg_sys::F_UUID_EQ,
                pg_sys::INT8OID => pg_sys::F_INT8EQ,
                _ => pg_sys::F_TEXTEQ,
            };
            key.values[place] = (value.datum(), equal.into());
        }
        key
    }
}

impl Open {
    /// Reads the row with this primary key, as the active snapshot sees it.
    pub(super) unsafe fn find(&mut self, key: &Key) -> bool {
        // SAFETY: the key is the primary key's.
        unsafe {
            if self.primary.is_null() {
                #[cfg(not(feature = "pg18"))]
                let index = server::RelationGetPrimaryKeyIndex(self.relation);
                #[cfg(feature = "pg18")]
                let index = server::RelationGetPrimaryKeyIndex(self.relation, false);
                self.primary = server::index_open(index, pg_sys::AccessShareLock as c_int);
            }
            let mut scan = Scan::begin(self.relation, self.primary, key);
            let found = scan.next(self.old);
            scan.end();
            found
        }
    }

    /// Begins to read by an index.
    pub(super) unsafe fn begin_scan(&mut self, index: &CStr, key: &Key) -> Scan {
        // SAFETY: the index belongs to the table, and the key to the index.
        unsafe {
            let index = server::get_relname_relid(index.as_ptr(), (*(*self.relation).rd_rel).relnamespace);
            let index = server::index_open(index, pg_sys::AccessShareLock as c_int);
            let mut scan = Scan::begin(self.relation, index, key);
            scan.own_index = index;
            scan
        }
    }

    /// Reads the row at a place, if it is still there.
    pub(super) unsafe fn fetch(&mut self, place: RowPlace) -> bool {
        let mut place = place.0;
        // SAFETY: every access method has the function; a place of a live row that is locked is valid.
        unsafe {
            match (*(*self.relation).rd_tableam).tuple_fetch_row_version {
                Some(fetch) => fetch(self.relation, &mut place, server::GetActiveSnapshot(), self.old),
                None => false,
            }
        }
    }
}

/// A reading by index.
pub(super) struct Scan {
    scan: pg_sys::IndexScanDesc,
    /// The index, where the scan closes it.
    own_index: pg_sys::Relation,
}

impl Scan {
    unsafe fn begin(table: pg_sys::Relation, index: pg_sys::Relation, key: &Key) -> Self {
        // SAFETY: the key has no more columns than the index, of its types.
        unsafe {
            let mut keys: [pg_sys::ScanKeyData; Key::LONGEST] = std::mem::zeroed();
            for (place, (value, equal)) in key.values.iter().enumerate().take(key.length) {
                server::ScanKeyEntryInitialize(
                    &mut keys[place],
                    if value.is_none() { pg_sys::SK_ISNULL as c_int } else { 0 },
                    place as i16 + 1,
                    pg_sys::BTEqualStrategyNumber as u16,
                    pg_sys::InvalidOid,
                    *(*index).rd_indcollation.add(place),
                    *equal,
                    value.unwrap_or(pg_sys::Datum::null()),
                );
            }
            let count = key.length as c_int;
            let snapshot = server::GetActiveSnapshot();
            #[cfg(not(feature = "pg18"))]
            let scan = server::index_beginscan(table, index, snapshot, count, 0);
            #[cfg(feature = "pg18")]
            let scan = server::index_beginscan(table, index, snapshot, std::ptr::null_mut(), count, 0);
            server::index_rescan(scan, keys.as_mut_ptr(), count, std::ptr::null_mut(), 0);
            Scan { scan, own_index: std::ptr::null_mut() }
        }
    }

    /// Reads the next row.
    pub(super) unsafe fn next(&mut self, slot: *mut pg_sys::TupleTableSlot) -> bool {
        // SAFETY: the scan goes on until `end`.
        unsafe { server::index_getnext_slot(self.scan, pg_sys::ScanDirection::ForwardScanDirection as c_int, slot) }
    }

    /// Ends the reading, and closes the index where `begin_scan` opened it.
    pub(super) unsafe fn end(&mut self) {
        // SAFETY: called once.
        unsafe {
            server::index_endscan(self.scan);
            if !self.own_index.is_null() {
                server::index_close(self.own_index, pg_sys::NoLock as c_int);
            }
        }
    }
}
