//! Names of events and their descriptors: the first line is what a state waits for, each further one is sent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pg_workflow_fuzz::chart::{Event, Request, candidates, check, send, start};
use pg_workflow_fuzz::{ByTurns, Everything};

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let descriptor = lines.next().unwrap_or_default();
    let definition = serde_json::json!({
        "id": "m", "initial": "a",
        "on": { "*": { "actions": { "type": "raise", "event": "RAISED" } }, "fixed.*": ".a", descriptor: ".b" },
        "states": {
            "a": { "on": { descriptor: "b", "done.*": { "target": "b", "guard": "g" } } },
            "b": { "type": "parallel", "states": { "l": { "on": { descriptor: [] } }, "r": { "on": { "*": "#m.a" } } } }
        }
    });
    let Some(chart) = check(&definition.to_string(), &Everything).chart else { return };
    let mut host = ByTurns::default();
    let Ok(begun) = start(&chart, &mut host, None, Event::new("wf.start", None)) else { return };
    let mut position = begun.position;
    for name in lines.take(20) {
        let _ = candidates(&chart, &position);
        let request = Request { event: Event::new(name, None), roles: Some(&[]), target: None };
        if let Ok(outcome) = send(&chart, &mut host, &position, request) {
            position = outcome.position;
        }
    }
});
