//! The reader of durations: any text, then added to any moment.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pg_workflow_fuzz::chart::Duration;

fuzz_target!(|input: (i64, f64, &str)| {
    let (moment, millis, text) = input;
    for duration in [Duration::parse(text), Duration::from_millis(millis)].into_iter().flatten() {
        if let Some(later) = duration.after(moment) {
            assert!(later >= moment, "a duration counts forward");
        }
    }
});
