//! Settings of the session that are not ours.

use std::ffi::CStr;

use pgrx::pg_sys;

/// The value of a setting such as `app.current_org_id`; None where it is not set or empty.
pub fn session_setting(name: &CStr) -> Option<String> {
    // SAFETY: with missing_ok the function answers null for a setting that nobody made, else a C string.
    unsafe {
        let value = pg_sys::GetConfigOption(name.as_ptr(), true, false);
        if value.is_null() {
            return None;
        }
        let value = CStr::from_ptr(value).to_string_lossy();
        (!value.is_empty()).then(|| value.into_owned())
    }
}

/// Sets a setting until the present function of ours, or the transaction, ends.
pub fn set_local(name: &CStr, value: &CStr) {
    // SAFETY: names and values of settings, as C strings.
    unsafe {
        pg_sys::set_config_option(
            name.as_ptr(),
            value.as_ptr(),
            pg_sys::GucContext::PGC_USERSET,
            pg_sys::GucSource::PGC_S_SESSION,
            pg_sys::GucAction::GUC_ACTION_LOCAL,
            true,
            0,
            false,
        );
    }
}
