//! Commands: what was begun and ended within one macrostep never leaves it.

use super::{Command, Instance, When, json};

#[test]
fn what_a_passing_state_began_is_dropped_and_its_effects_stay() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "GO": "b" }, "after": { "P1D": "c" } },
            "b": { "entry": "MAIL", "invoke": { "src": "PAY" }, "after": { "P1D": "c" }, "always": "c" },
            "c": { "after": { "P2D": "a" } } } }));
    instance.send("GO");
    assert_eq!((instance.trace().as_str(), instance.begun()), ("MAIL", vec!["after c.after.P2D".to_owned()]));
    assert_eq!((instance.left(), instance.entered()), (vec!["a"], vec!["c"]));
}

#[test]
fn a_state_left_and_entered_again_ends_and_begins_once() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "GO": "b" }, "invoke": { "src": "PAY" }, "after": { "P1D": "b" } },
            "b": { "always": "a" } } }));
    instance.send("GO");
    assert_eq!(instance.begun(), ["after a.after.P1D", "invoke a"]);
    assert_eq!((instance.left(), instance.entered()), (vec!["a"], vec!["a"]));
}

#[test]
fn staying_keeps_what_runs() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": { "a": { "on": { "GO": { "target": "a" } }, "invoke": { "src": "PAY" } } } }));
    instance.send("GO");
    assert!(instance.begun().is_empty() && instance.left().is_empty());
}

fn timers() -> Instance {
    Instance::start(json!({
        "id": "m", "initial": "a",
        "states": { "a": { "on": {
            "SET": { "actions": { "type": "raise", "event": "DUE", "delay": "PT1H", "id": "t" } },
            "TWICE": { "actions": [
                { "type": "raise", "event": "ONE", "delay": 1000, "id": "t" },
                { "type": "raise", "params": { "event": { "type": "TWO", "n": 1 }, "delay": "$.at", "id": "t" } } ] },
            "UNSET": { "actions": { "type": "cancel", "id": "t" } },
            "BOTH": { "actions": [{ "type": "raise", "event": "DUE", "delay": 0, "id": "t" }, { "type": "cancel", "params": { "id": "t" } }] },
            "AGAIN": { "actions": [{ "type": "cancel", "id": "t" }, { "type": "raise", "event": "DUE", "delay": 0, "id": "t" }] },
            "FREE": { "actions": [{ "type": "raise", "event": "DUE", "delay": 5 }, { "type": "raise", "event": "DUE", "delay": 5 }] },
            "DUE": { "actions": "DUE" } } } } }))
}

#[test]
fn a_delayed_raise_is_a_timer_even_with_no_delay() {
    let mut instance = timers();
    instance.send("SET");
    assert_eq!(
        (instance.begun(), instance.last.cancelled.clone()),
        (vec!["raise DUE t".to_owned()], vec!["t".to_owned()])
    );
    instance.send("AGAIN");
    assert_eq!((instance.trace().as_str(), instance.begun()), ("", vec!["raise DUE t".to_owned()]));
    assert_eq!(instance.last.cancelled, ["t"]);
}

#[test]
fn an_id_is_replaced_within_the_macrostep() {
    let mut instance = timers();
    instance.send("TWICE");
    let [Command::Raise { event, payload, delay, .. }] = &instance.last.commands[..] else { panic!("one raise") };
    assert_eq!((event.as_str(), payload, delay), ("TWO", &Some(json!({ "n": 1 })), &When::Computed(json!(null))));
}

#[test]
fn a_cancel_takes_back_what_was_raised_before_it() {
    let mut instance = timers();
    instance.send("BOTH");
    assert!(instance.begun().is_empty());
    assert_eq!(instance.last.cancelled, ["t"]);
    instance.send("UNSET");
    assert_eq!(instance.last.cancelled, ["t"]);
}

#[test]
fn raises_without_an_id_are_each_their_own() {
    let mut instance = timers();
    instance.send("FREE");
    assert_eq!(instance.begun().len(), 2);
    assert!(instance.last.cancelled.is_empty());
}

#[test]
fn the_order_of_entry_is_actions_delays_invokes() {
    let instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": { "a": {
            "initial": { "target": "b", "actions": "LAST" }, "entry": ["FIRST", "wf.escalate"],
            "after": { "P1D": { "actions": "x" } }, "invoke": { "src": "PAY" }, "states": { "b": {} } } } }));
    let kinds: Vec<&str> = instance
        .last
        .commands
        .iter()
        .map(|command| match command {
            Command::Effect { code, .. } => code,
            Command::Invoke { .. } => "invoke",
            Command::After { .. } => "after",
            Command::Raise { .. } => "raise",
            Command::Log { .. } => "log",
            Command::Escalate { .. } => "escalate",
        })
        .collect();
    assert_eq!(kinds, ["FIRST", "escalate", "after", "invoke", "LAST"]);
}
