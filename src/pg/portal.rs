//! Cursors of the session. A cursor that is open runs with the rights of whoever fetches from it, on what was allowed to
//! whoever opened it: so user code gets at none of its caller's (a loop over a query is one), and leaves none behind.

use std::cell::Cell;
use std::ffi::CStr;

use pgrx::pg_sys;
use pgrx::pg_sys::PortalStatus::{PORTAL_ACTIVE, PORTAL_READY};

/// The open cursors of the caller, which nobody can fetch from or close as long as this lives.
pub(super) struct Hidden(Vec<pg_sys::Portal>);

/// Hides the cursors that are open.
pub(super) fn hide() -> Hidden {
    let open = open();
    for portal in &open {
        // SAFETY: a portal that is ready; marked as running, the server neither runs nor drops it.
        unsafe { (**portal).status = PORTAL_ACTIVE };
    }
    Hidden(open)
}

impl Drop for Hidden {
    fn drop(&mut self) {
        for portal in &self.0 {
            // SAFETY: nobody could drop it, and no subtransaction that began since ends it.
            unsafe { (**portal).status = PORTAL_READY };
        }
    }
}

/// Closes the cursors that are open and not hidden.
pub(super) fn close_open() {
    for portal in open() {
        // SAFETY: a portal that is ready, in a transaction that is in order.
        unsafe { pg_sys::PortalDrop(portal, false) };
    }
}

fn open() -> Vec<pg_sys::Portal> {
    // SAFETY: each portal has a context of its own below that of all portals, which names it.
    unsafe {
        let portals = contexts((*of_all_portals()).firstchild).map(|context| {
            let name = (*context).ident;
            let is_unnamed = name.is_null() || CStr::from_ptr(name) == c"<unnamed>";
            pg_sys::GetPortalByName(if is_unnamed { c"".as_ptr() } else { name })
        });
        portals.filter(|portal| !portal.is_null() && (**portal).status == PORTAL_READY).collect()
    }
}

/// The context below which each portal has its own. It is made once in a backend's life.
unsafe fn of_all_portals() -> pg_sys::MemoryContext {
    thread_local! {
        static FOUND: Cell<pg_sys::MemoryContext> = const { Cell::new(std::ptr::null_mut()) };
    }
    if FOUND.get().is_null() {
        // SAFETY: contexts have names; where there are portals there is this one.
        let found = unsafe {
            contexts((*pg_sys::TopMemoryContext).firstchild)
                .find(|context| CStr::from_ptr((**context).name) == c"TopPortalContext")
        };
        FOUND.set(found.expect("the server keeps its portals below TopPortalContext"));
    }
    FOUND.get()
}

/// A context and those that follow it below the same parent.
unsafe fn contexts(first: pg_sys::MemoryContext) -> impl Iterator<Item = pg_sys::MemoryContext> {
    let existing = |context: pg_sys::MemoryContext| (!context.is_null()).then_some(context);
    // SAFETY: contexts of one parent are a list.
    std::iter::successors(existing(first), move |context| existing(unsafe { (**context).nextchild }))
}
