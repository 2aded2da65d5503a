//! The reader of definitions: any text is read, checked, and if it is a definition drawn, compared with itself and started.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pg_workflow_fuzz::chart::{Event, Notation, check, check_handler, compact, diff, draw, start};
use pg_workflow_fuzz::{ByTurns, Everything};

fuzz_target!(|text: &str| {
    let _ = compact(text);
    let _ = check_handler(text, &Everything);
    let report = check(text, &Everything);
    let Some(chart) = report.chart else {
        assert!(!report.findings.is_empty(), "refused without a finding");
        return;
    };
    draw(&chart, Notation::Mermaid, None);
    draw(&chart, Notation::Dot, None);
    let changes = diff(text, text, &Everything).expect("a definition can be compared");
    assert!(changes.is_empty(), "it differs from itself");
    let _ = start(&chart, &mut ByTurns::default(), None, Event::new("wf.start", None));
});
