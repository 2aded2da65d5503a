//! The server's own functions that this room calls: `catch` must see the jump, so pgrx's wrappers cannot stand in between.
//! What they need is as the server's source says for each version that is supported.

use std::ffi::{c_char, c_int, c_void};

use pg_sys::{Datum, EState, List, Oid, Relation, ResultRelInfo, Snapshot, TupleTableSlot};
use pgrx::pg_sys;

/// Which indexes an update needs entries in: a bool before version 16, an enum after it.
#[cfg(feature = "pg15")]
pub type UpdateIndexes = bool;
#[cfg(not(feature = "pg15"))]
pub type UpdateIndexes = u32;

unsafe extern "C-unwind" {
    pub fn table_open(relation: Oid, lock: c_int) -> Relation;
    pub fn table_close(relation: Relation, lock: c_int);
    pub fn index_open(index: Oid, lock: c_int) -> Relation;
    pub fn index_close(index: Relation, lock: c_int);
    pub fn get_namespace_oid(name: *const c_char, missing_ok: bool) -> Oid;
    pub fn get_relname_relid(name: *const c_char, namespace: Oid) -> Oid;
    pub fn get_attnum(relation: Oid, name: *const c_char) -> i16;
    #[cfg(not(feature = "pg18"))]
    pub fn RelationGetPrimaryKeyIndex(relation: Relation) -> Oid;
    #[cfg(feature = "pg18")]
    pub fn RelationGetPrimaryKeyIndex(relation: Relation, deferrable_ok: bool) -> Oid;
    pub fn table_slot_create(relation: Relation, register: *mut *mut List) -> *mut TupleTableSlot;
    pub fn ExecDropSingleTupleTableSlot(slot: *mut TupleTableSlot);
    pub fn ExecStoreVirtualTuple(slot: *mut TupleTableSlot) -> *mut TupleTableSlot;
    pub fn slot_getsomeattrs_int(slot: *mut TupleTableSlot, count: c_int);
    pub fn ScanKeyEntryInitialize(
        entry: *mut pg_sys::ScanKeyData,
        flags: c_int,
        attribute: i16,
        strategy: u16,
        subtype: Oid,
        collation: Oid,
        procedure: Oid,
        argument: Datum,
    );
    #[cfg(not(feature = "pg18"))]
    pub fn index_beginscan(
        table: Relation,
        index: Relation,
        snapshot: Snapshot,
        keys: c_int,
        orders: c_int,
    ) -> pg_sys::IndexScanDesc;
    #[cfg(feature = "pg18")]
    pub fn index_beginscan(
        table: Relation,
        index: Relation,
        snapshot: Snapshot,
        instrument: *mut c_void,
        keys: c_int,
        orders: c_int,
    ) -> pg_sys::IndexScanDesc;
    pub fn index_rescan(
        scan: pg_sys::IndexScanDesc,
        keys: *mut pg_sys::ScanKeyData,
        count: c_int,
        orders: *mut pg_sys::ScanKeyData,
        order_count: c_int,
    );
    pub fn index_getnext_slot(scan: pg_sys::IndexScanDesc, direction: c_int, slot: *mut TupleTableSlot) -> bool;
    pub fn index_endscan(scan: pg_sys::IndexScanDesc);
    pub fn CommandCounterIncrement();
    pub fn GetCurrentCommandId(used: bool) -> u32;
    pub fn GetTransactionSnapshot() -> Snapshot;
    pub fn GetActiveSnapshot() -> Snapshot;
    pub fn PushActiveSnapshot(snapshot: Snapshot);
    pub fn PopActiveSnapshot();
    pub fn PreventCommandIfReadOnly(command: *const c_char);
    pub fn PreventCommandIfParallelMode(command: *const c_char);
    pub fn CheckCmdReplicaIdentity(relation: Relation, command: u32);
    pub fn CreateExecutorState() -> *mut EState;
    pub fn FreeExecutorState(state: *mut EState);
    pub fn InitResultRelInfo(
        result: *mut ResultRelInfo,
        relation: Relation,
        range_table_index: u32,
        root: *mut ResultRelInfo,
        instrument: c_int,
    );
    pub fn ExecConstraints(result: *mut ResultRelInfo, slot: *mut TupleTableSlot, state: *mut EState);
    pub fn ExecOpenIndices(result: *mut ResultRelInfo, speculative: bool);
    pub fn ExecCloseIndices(result: *mut ResultRelInfo);
    #[cfg(feature = "pg15")]
    pub fn ExecInsertIndexTuples(
        result: *mut ResultRelInfo,
        slot: *mut TupleTableSlot,
        state: *mut EState,
        update: bool,
        no_error: bool,
        conflict: *mut bool,
        arbiters: *mut List,
    ) -> *mut List;
    #[cfg(not(feature = "pg15"))]
    pub fn ExecInsertIndexTuples(
        result: *mut ResultRelInfo,
        slot: *mut TupleTableSlot,
        state: *mut EState,
        update: bool,
        no_error: bool,
        conflict: *mut bool,
        arbiters: *mut List,
        only_summarizing: bool,
    ) -> *mut List;
    pub fn palloc0(size: usize) -> *mut c_void;
    pub fn MemoryContextReset(context: pg_sys::MemoryContext);
}
