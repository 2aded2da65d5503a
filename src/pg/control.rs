//! How the server came to its last end.

use std::ffi::{c_char, c_void};

use pgrx::pg_sys;

unsafe extern "C-unwind" {
    fn get_controlfile(directory: *const c_char, crc_ok: *mut bool) -> *mut c_void;
}

/// Behind the system identifier and two version numbers, in every version of the server.
const STATE: usize = 16;
const SHUTDOWNED: i32 = 1;
const SHUTDOWNED_IN_RECOVERY: i32 = 2;

/// Did the server end without a shutdown? To be asked while it starts, before recovery writes the file anew.
pub fn was_unclean() -> bool {
    let mut crc_ok = false;
    // SAFETY: the function answers a palloc'ed copy of the file, which is larger than what is read.
    let state = unsafe {
        let file = get_controlfile(pg_sys::DataDir, &mut crc_ok);
        let state = file.cast::<u8>().add(STATE).cast::<i32>().read_unaligned();
        pg_sys::pfree(file);
        state
    };
    !crc_ok || !matches!(state, SHUTDOWNED | SHUTDOWNED_IN_RECOVERY)
}
