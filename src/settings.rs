//! The settings `pg_workflow.*`.

use std::ffi::CString;

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

static FAKE_NOW: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
static MAX_PAYLOAD: GucSetting<i32> = GucSetting::<i32>::new(1024);

/// Defines the settings; called once, when the library is loaded.
pub fn define() {
    GucRegistry::define_string_guc(
        c"pg_workflow.fake_now",
        c"What wf.now() answers instead of the clock, for tests of timers.",
        c"A timestamptz. Empty means the clock. Only a superuser can set it.",
        &FAKE_NOW,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"pg_workflow.max_payload",
        c"The largest jsonb that a function accepts and the largest context that an instance may grow to.",
        c"In the server's binary form. A larger value is PAYLOAD_TOO_LARGE.",
        &MAX_PAYLOAD,
        1,
        1024 * 1024,
        GucContext::Suset,
        GucFlags::UNIT_KB,
    );
}

/// The text of `pg_workflow.fake_now`, where it is set.
pub fn fake_now() -> Option<String> {
    let value = FAKE_NOW.get()?.into_string().ok()?;
    (!value.is_empty()).then_some(value)
}

/// `pg_workflow.max_payload` in bytes.
pub fn max_payload() -> usize {
    usize::try_from(MAX_PAYLOAD.get()).unwrap_or(0) * 1024
}
