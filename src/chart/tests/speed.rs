//! What must stay cheap: a large chart is read quickly, and an event costs in it what it costs in a small one. The
//! limits are wide enough for a slow machine without optimisation, and narrow enough to notice a scan over all states.

use super::*;
use std::time::Instant;

/// A ring of states with guards, delays and effects.
fn ring(states: usize) -> String {
    let state = |index: usize| {
        let next = (index + 1) % states;
        json!({ "on": { "NEXT": { "target": format!("s{next}"), "actions": { "type": "X", "params": { "n": "$.n" } } }, "STOP": { "target": "end", "guard": "$.stop == true" } },
                "after": { "P5D": { "target": "end" } } })
    };
    let mut all: serde_json::Map<String, Value> =
        (0..states).map(|index| (format!("s{index}"), state(index))).collect();
    all.insert("end".to_owned(), json!({ "type": "final" }));
    json!({ "id": "ring", "initial": "s0", "states": all }).to_string()
}

fn micros_per_send(states: usize) -> f64 {
    let chart = check(&ring(states), &FakeCatalog).chart.unwrap();
    let mut host = TestHost::default();
    let mut position = start(&chart, &mut host, None, Event::new("wf.start", None)).unwrap().position;
    let mut best = f64::MAX;
    for _ in 0..20 {
        let begin = Instant::now();
        for _ in 0..100 {
            let request = Request { event: Event::new("NEXT", None), roles: None, target: None };
            position = send(&chart, &mut host, &position, request).unwrap().position;
        }
        best = best.min(begin.elapsed().as_secs_f64() * 10_000.0);
    }
    best
}

#[test]
fn an_event_costs_the_same_in_a_large_chart() {
    let (small, large) = (micros_per_send(5), micros_per_send(500));
    println!("a send takes {small:.2} µs among 5 states, {large:.2} µs among 500");
    assert!(large < 4.0 * small, "{small:.2} µs among 5 states, {large:.2} µs among 500");
}

#[test]
fn a_large_chart_is_read_quickly() {
    let text = ring(500);
    let begin = Instant::now();
    let report = check(&text, &FakeCatalog);
    let millis = begin.elapsed().as_secs_f64() * 1000.0;
    println!("500 states ({} KiB) are read in {millis:.1} ms", text.len() / 1024);
    assert_eq!(report.findings, []);
    assert!(millis < 500.0, "{millis:.1} ms");
}

#[test]
fn a_text_full_of_mistakes_is_read_quickly() {
    let states: Vec<String> =
        (0..6000).map(|index| format!(r#""state{index}":{{"on":{{"E":"nowhere{index}"}}}}"#)).collect();
    let text = format!(r#"{{"id":"m","initial":"state0","states":{{{}}}}}"#, states.join(","));
    let begin = Instant::now();
    assert!(check(&text, &FakeCatalog).findings.len() >= 6000);
    assert!(begin.elapsed().as_secs() < 10);
}
