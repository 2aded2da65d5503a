//! Final states: done events of compound and parallel states, their outputs, and the end of the chart.

use super::{Command, Instance, Status, json, traced};

#[test]
fn a_compound_state_is_done_with_its_final_child_and_its_output() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "context": { "n": 3 },
        "states": {
            "a": { "initial": "b", "states": { "b": { "on": { "GO": "f" } }, "f": { "type": "final", "output": { "n": "$.n" } } },
                   "onDone": { "target": "z", "actions": { "type": "log", "message": "$event.output.n" } } },
            "z": {} } }));
    assert_eq!(instance.send("GO"), "z");
    assert_eq!(instance.last.commands, [Command::Log { message: json!(3) }]);
}

#[test]
fn done_events_go_by_the_id_of_the_state() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "on": { "done.state.own": ".z" },
        "states": {
            "a": { "id": "own", "initial": "b", "states": { "b": { "on": { "GO": "f" } }, "f": { "type": "final" } } },
            "z": {} } }));
    assert_eq!(instance.send("GO"), "z");
}

#[test]
fn a_parallel_state_is_done_when_every_region_is() {
    let region =
        |event: &str| json!({ "initial": "w", "states": { "w": { "on": { event: "f" } }, "f": { "type": "final" } } });
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "p",
        "states": { "p": { "type": "parallel", "states": { "l": region("L"), "r": region("R") }, "onDone": "z" }, "z": {} } }));
    assert_eq!(instance.send("L"), "p.l.f p.r.w");
    assert_eq!(instance.send("R"), "z");
}

#[test]
fn done_climbs_through_nested_parallel_states() {
    let region =
        |event: &str| json!({ "initial": "w", "states": { "w": { "on": { event: "f" } }, "f": { "type": "final" } } });
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "p",
        "states": {
            "p": { "type": "parallel", "onDone": { "target": "z", "actions": "outer" }, "states": {
                "q": { "type": "parallel", "onDone": { "actions": "inner" }, "states": { "l": region("L"), "r": region("R") } },
                "s": region("S") } },
            "z": {} } }));
    instance.send("S");
    instance.send("L");
    assert_eq!(instance.trace(), "");
    assert_eq!((instance.send("R").as_str(), instance.trace().as_str()), ("z", "inner outer"));
}

#[test]
fn a_region_can_itself_be_final() {
    let instance = Instance::start(json!({
        "id": "m", "initial": "p",
        "states": { "p": { "type": "parallel", "states": { "l": { "type": "final" }, "r": { "type": "final" } }, "onDone": "z" }, "z": {} } }));
    assert_eq!(instance.at(), "z");
}

#[test]
fn the_chart_ends_with_a_final_child_of_the_root() {
    let mut instance = Instance::start(traced(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "GO": "f" }, "invoke": { "src": "PAY" } },
            "f": { "type": "final", "output": 7, "entry": [
                { "type": "raise", "event": "LATE" }, { "type": "raise", "event": "LATER", "delay": 1 } ] } },
        "on": { "LATE": { "actions": "never" } } })));
    assert_eq!(instance.begun(), ["invoke a"]);
    assert_eq!((instance.send("GO").as_str(), instance.trace().as_str()), ("f", "-a +f -f -m"));
    let Status::Done { state, output } = &instance.last.status else { panic!("not done") };
    assert_eq!((instance.chart.state(*state).path.as_str(), output), ("f", &Some(json!(7))));
    assert_eq!((instance.left(), instance.entered(), instance.begun()), (vec!["", "a"], vec!["f"], vec![]));
}

#[test]
fn the_roots_output_sees_what_the_final_state_put_out() {
    let instance = Instance::start(json!({
        "id": "m", "initial": "f", "output": { "of": "$event.type", "n": "$event.output.n" },
        "states": { "f": { "type": "final", "output": { "n": 1 } } } }));
    let Status::Done { output, .. } = &instance.last.status else { panic!("not done") };
    assert_eq!(output, &Some(json!({ "of": "done.state.m.f", "n": 1 })));
}

#[test]
fn a_parallel_root_is_done_itself_after_entering_everything() {
    let instance = Instance::start(traced(json!({
        "id": "m", "type": "parallel",
        "states": {
            "l": { "initial": "f", "states": { "f": { "type": "final" } } },
            "r": { "initial": "f", "states": { "f": { "type": "final" } } } } })));
    assert_eq!(instance.trace().replace("+f", "F").replace("-f", "x"), "+m +l F +r F x -r x -l -m");
    assert!(matches!(&instance.last.status, Status::Done { state, output: None } if state.index() == 0));
}

#[test]
fn a_chart_can_end_at_its_start() {
    let instance = Instance::start(json!({
        "id": "m", "initial": "a", "states": { "a": { "always": "f", "after": { "P1D": "f" } }, "f": { "type": "final" } } }));
    assert!(matches!(instance.last.status, Status::Done { .. }));
    assert!(instance.begun().is_empty());
}
