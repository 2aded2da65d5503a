//! History states: what is remembered, what is entered while there is nothing to remember, and what actions run.

use super::{Instance, Value, json, traced};

fn machine(history: Value) -> Value {
    traced(json!({
        "id": "m", "initial": "off",
        "states": {
            "off": { "on": { "ON": "on", "BACK": "on.hist" } },
            "on": { "initial": "x", "on": { "OFF": "off" }, "states": {
                "x": { "on": { "NEXT": "y" } },
                "y": { "initial": { "target": "y1", "actions": "first" }, "states": { "y1": { "on": { "DOWN": "y2" } }, "y2": {} } },
                "hist": history } } } }))
}

fn left_at_y2(history: Value) -> Instance {
    let mut instance = Instance::start(machine(history));
    for event in ["ON", "NEXT", "DOWN", "OFF"] {
        instance.send(event);
    }
    instance
}

#[test]
fn shallow_history_remembers_the_child() {
    let mut instance = left_at_y2(json!({ "type": "history" }));
    assert_eq!(instance.last.position.history_text(&instance.chart).as_deref(), Some(r#"{"on.hist":["on.y"]}"#));
    // As in XState, a child restored by history does not run its own initial actions.
    assert_eq!((instance.send("BACK").as_str(), instance.trace().as_str()), ("on.y.y1", "-off +on +y +y1"));
}

#[test]
fn deep_history_remembers_the_leaves() {
    let mut instance = left_at_y2(json!({ "history": "deep" }));
    assert_eq!((instance.send("BACK").as_str(), instance.trace().as_str()), ("on.y.y2", "-off +on +y +y2"));
}

#[test]
fn without_memory_the_parents_default_is_entered() {
    let mut instance = Instance::start(machine(json!({ "history": true })));
    assert_eq!((instance.send("BACK").as_str(), instance.trace().as_str()), ("on.x", "-off +on +x"));
}

#[test]
fn without_memory_the_historys_own_target_is_entered() {
    let mut instance = Instance::start(machine(json!({ "type": "history", "target": "y.y2" })));
    assert_eq!((instance.send("BACK").as_str(), instance.trace().as_str()), ("on.y.y2", "-off +on +y +y2"));
}

#[test]
fn the_latest_exit_is_remembered() {
    let mut instance = left_at_y2(json!({ "type": "history", "history": "deep" }));
    for event in ["ON", "OFF"] {
        instance.send(event);
    }
    assert_eq!(instance.send("BACK"), "on.x");
}

fn regions(history: Value) -> Value {
    let region = |event: &str| json!({ "initial": "a", "states": { "a": { "on": { event: "b" } }, "b": { "initial": "c", "states": { "c": { "on": { event: "d" } }, "d": {} } } } });
    json!({
        "id": "m", "initial": "off",
        "states": {
            "off": { "on": { "BACK": "p.hist" } },
            "p": { "type": "parallel", "on": { "OFF": "off" }, "states": { "l": region("L"), "r": region("R"), "hist": history } } } })
}

#[test]
fn deep_history_of_regions() {
    let mut instance = Instance::start(regions(json!({ "history": "deep" })));
    for event in ["BACK", "L", "L", "R", "OFF"] {
        instance.send(event);
    }
    assert_eq!(instance.send("BACK"), "p.l.b.d p.r.b.c");
}

#[test]
fn shallow_history_of_regions_restores_only_the_regions() {
    let mut instance = Instance::start(regions(json!({ "history": "shallow" })));
    for event in ["BACK", "L", "R", "OFF"] {
        instance.send(event);
    }
    assert_eq!(instance.send("BACK"), "p.l.a p.r.a");
}

#[test]
fn a_default_may_name_several_regions() {
    let mut instance = Instance::start(regions(json!({ "type": "history", "target": ["r.b.d", "l.b"] })));
    assert_eq!(instance.send("BACK"), "p.l.b.c p.r.b.d");
}

#[test]
fn history_can_be_where_a_chart_or_a_state_begins() {
    let mut instance = Instance::start_at(regions(json!({ "type": "history", "target": "l.b" })), Some("p.hist"));
    assert_eq!(instance.at(), "p.l.b.c p.r.a");
    instance.send("OFF");
    let begins = json!({
        "id": "m", "initial": "h", "states": { "h": { "type": "history", "target": "b" }, "a": {}, "b": {} } });
    assert_eq!(Instance::start(begins).at(), "b");
}

#[test]
fn a_transition_inside_the_parent_leaves_history_alone() {
    let mut instance = Instance::start(machine(json!({ "history": "deep" })));
    instance.send("ON");
    instance.send("NEXT");
    assert_eq!(instance.last.position.history_text(&instance.chart), None);
}

#[test]
fn history_that_leads_back_to_the_source_does_not_enter_it_twice() {
    let mut instance = Instance::start(traced(json!({
        "id": "m", "initial": "a", "states": { "a": { "initial": "b", "states": {
            "b": { "initial": "c", "on": { "GO": "h" }, "states": { "c": {} } }, "h": { "history": "shallow" } } } } })));
    assert_eq!((instance.send("GO").as_str(), instance.trace().as_str()), ("a.b.c", "-c +c"));
}

#[test]
fn history_of_a_state_that_is_left_on_the_way_stands_for_what_was_left() {
    let mut instance = Instance::start(traced(json!({
        "id": "m", "initial": "p", "states": { "p": { "type": "parallel", "states": {
            "a": { "on": { "GO": "h" } }, "b": { "initial": "x", "states": { "x": { "on": { "NEXT": "y" } }, "y": {} } },
            "h": { "history": "deep" } } } } })));
    instance.send("NEXT");
    assert_eq!((instance.send("GO").as_str(), instance.trace().as_str()), ("p.a p.b.y", "-y -b -a -p +p +a +b +y"));
}
