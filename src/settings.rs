//! The settings `pg_workflow.*`.

use std::ffi::CString;
use std::time::Duration;

use pgrx::guc::{GucContext, GucFlags, GucRegistry, GucSetting};

static FAKE_NOW: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
static MAX_PAYLOAD: GucSetting<i32> = GucSetting::<i32>::new(1024);
static USER_CODE_TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(30_000);
static RETENTION: GucSetting<i32> = GucSetting::<i32>::new(0);
static ENABLED: GucSetting<bool> = GucSetting::<bool>::new(true);
static WORKERS: GucSetting<i32> = GucSetting::<i32>::new(1);
static BATCH_SIZE: GucSetting<i32> = GucSetting::<i32>::new(500);
static BATCH_TIME: GucSetting<i32> = GucSetting::<i32>::new(50);
static NOTIFY_EFFECTS: GucSetting<bool> = GucSetting::<bool>::new(false);
static LONGEST_SLEEP: GucSetting<i32> = GucSetting::<i32>::new(600);

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
    GucRegistry::define_int_guc(
        c"pg_workflow.user_code_timeout",
        c"How long one call of a guard, a value or a handler that is a SQL function may take.",
        c"Zero: without limit. The timeout of an effect or its handler counts instead, where there is one.",
        &USER_CODE_TIMEOUT,
        0,
        i32::MAX,
        GucContext::Suset,
        GucFlags::UNIT_MS,
    );
    GucRegistry::define_int_guc(
        c"pg_workflow.retention",
        c"The scheduler deletes finished instances that are older than this.",
        c"With all their rows, in small batches; 0 keeps everything. ALTER DATABASE ... SET reaches the workers.",
        &RETENTION,
        0,
        i32::MAX,
        GucContext::Suset,
        GucFlags::UNIT_S,
    );
    GucRegistry::define_bool_guc(
        c"pg_workflow.notify_effects",
        c"Does a transaction that queues effects for workers notify the channel wf_effects?",
        c"One notification without payload at its commit. All commits that notify wait for each other, in the whole server.",
        &NOTIFY_EFFECTS,
        GucContext::Suset,
        GucFlags::default(),
    );
    define_worker();
}

/// The settings of the background workers. Each can differ by database: ALTER DATABASE ... SET.
fn define_worker() {
    GucRegistry::define_bool_guc(
        c"pg_workflow.enabled",
        c"Do background workers serve this database?",
        c"Needs pg_workflow in shared_preload_libraries. wf_scheduler_tick works either way.",
        &ENABLED,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"pg_workflow.workers",
        c"Background workers per database.",
        c"Each takes one of max_worker_processes. More than one helps where guards are slow.",
        &WORKERS,
        1,
        64,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"pg_workflow.batch_size",
        c"The most timers that a background worker fires in one transaction.",
        c"",
        &BATCH_SIZE,
        1,
        500,
        GucContext::Suset,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"pg_workflow.batch_time",
        c"How long a background worker goes on firing timers in one transaction.",
        c"Their instances stay locked until it commits.",
        &BATCH_TIME,
        1,
        10_000,
        GucContext::Suset,
        GucFlags::UNIT_MS,
    );
    GucRegistry::define_int_guc(
        c"pg_workflow.longest_sleep",
        c"After this time without work a background worker looks for some although nobody woke it.",
        c"Only rows written around the functions wf_* need this.",
        &LONGEST_SLEEP,
        1,
        86_400,
        GucContext::Suset,
        GucFlags::UNIT_S,
    );
}

/// `pg_workflow.user_code_timeout`; None where it is zero.
pub fn user_code_timeout() -> Option<Duration> {
    let millis = USER_CODE_TIMEOUT.get().unsigned_abs();
    (millis > 0).then(|| Duration::from_millis(millis.into()))
}

/// `pg_workflow.retention`; None where everything is kept.
pub fn retention() -> Option<Duration> {
    match RETENTION.get() {
        0 => None,
        seconds => Some(Duration::from_secs(seconds.unsigned_abs().into())),
    }
}

/// `pg_workflow.enabled`.
pub fn enabled() -> bool {
    ENABLED.get()
}

/// `pg_workflow.workers`.
pub fn workers() -> u32 {
    WORKERS.get().unsigned_abs()
}

/// `pg_workflow.batch_size`.
pub fn batch_size() -> i32 {
    BATCH_SIZE.get()
}

/// `pg_workflow.batch_time`.
pub fn batch_time() -> Duration {
    Duration::from_millis(BATCH_TIME.get().unsigned_abs().into())
}

/// `pg_workflow.longest_sleep`.
pub fn longest_sleep() -> Duration {
    Duration::from_secs(LONGEST_SLEEP.get().unsigned_abs().into())
}

/// `pg_workflow.notify_effects`.
pub fn notify_effects() -> bool {
    NOTIFY_EFFECTS.get()
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
