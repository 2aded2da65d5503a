//! One block of shared memory, the same for every process of the server.

use std::ffi::CStr;
use std::mem::size_of;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use pgrx::pg_sys;

/// What may lie in shared memory.
///
/// # Safety
/// All bytes zero is a valid value, nothing in it points into a process, and everything that changes is atomic.
pub unsafe trait Shared: Sync + 'static {}

/// Marks structs of integer atomics, and nothing else, as fit for shared memory.
macro_rules! of_atomics {
    ($($type:ty),*) => {
        // SAFETY: zero is a value of every integer, and nothing points anywhere.
        $(unsafe impl $crate::pg::shmem::Shared for $type {})*
    };
}
pub(crate) use of_atomics;

/// A header and an array behind it, zeroed when the server starts and again after a crash.
pub struct Block<H: Shared, T: Shared> {
    name: &'static CStr,
    header: AtomicPtr<H>,
    items: AtomicPtr<T>,
    count: AtomicUsize,
}

impl<H: Shared, T: Shared> Block<H, T> {
    pub const fn new(name: &'static CStr) -> Self {
        Block {
            name,
            header: AtomicPtr::new(std::ptr::null_mut()),
            items: AtomicPtr::new(std::ptr::null_mut()),
            count: AtomicUsize::new(0),
        }
    }

    /// Asks for the memory; only from the request hook.
    pub fn request(&self, count: usize) {
        self.count.store(count, Ordering::Relaxed);
        // SAFETY: called by the postmaster while it sizes its shared memory.
        unsafe { pg_sys::RequestAddinShmemSpace(self.size()) };
    }

    /// Finds the memory; only from the startup hook. The postmaster runs it alone and its children inherit the
    /// addresses, so no lock is needed.
    pub fn attach(&self) {
        let mut found = false;
        // SAFETY: the block has the size that was requested; it is zeroed before anybody else can see it.
        unsafe {
            let block = pg_sys::ShmemInitStruct(self.name.as_ptr(), self.size(), &mut found).cast::<u8>();
            if !found {
                std::ptr::write_bytes(block, 0, self.size());
            }
            self.items.store(block.add(Self::items_at()).cast(), Ordering::Relaxed);
            self.header.store(block.cast(), Ordering::Release);
        }
    }

    /// Header and items; None in a server that did not preload the library.
    pub fn get(&self) -> Option<(&'static H, &'static [T])> {
        let header = self.header.load(Ordering::Acquire);
        if header.is_null() {
            return None;
        }
        // SAFETY: attached: both lie in shared memory until the process ends, and change by atomics only.
        unsafe {
            let items = self.items.load(Ordering::Relaxed);
            Some((&*header, std::slice::from_raw_parts(items, self.count.load(Ordering::Relaxed))))
        }
    }

    /// Shared memory is aligned to cache lines, so items begin at one too.
    const fn items_at() -> usize {
        size_of::<H>().next_multiple_of(64)
    }

    fn size(&self) -> usize {
        Self::items_at() + size_of::<T>() * self.count.load(Ordering::Relaxed)
    }
}
