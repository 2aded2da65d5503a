//! Events: wildcards, the internal queue, eventless transitions, forbidden ones, the end of patience.

use super::{Command, Event, Instance, Refusal, Stop, TestHost, When, chart, json, start, traced};

#[test]
fn exact_descriptors_beat_wildcards_and_longer_beat_shorter() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": { "a": { "on": {
            "*": { "actions": "any" },
            "order.*": { "actions": "order" },
            "order.paid.*": { "actions": "paid" },
            "order.paid": { "actions": "exact" } } } } }));
    for (event, taken) in [
        ("order.paid", "exact"),
        ("order.paid.twice", "paid"),
        ("order.sent", "order"),
        ("order", "order"),
        ("orders", "any"),
    ] {
        instance.send(event);
        assert_eq!(instance.trace(), taken, "{event}");
    }
}

#[test]
fn a_guarded_exact_descriptor_falls_through_to_the_wildcard() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": { "a": { "on": { "x.*": { "actions": "wild" }, "x.y": { "actions": "exact", "guard": "$event.ok == true" } } } } }));
    instance.send("x.y");
    assert_eq!(instance.trace(), "wild");
}

#[test]
fn a_child_wildcard_beats_an_exact_descriptor_above() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "on": { "X": { "actions": "above" } },
        "states": { "a": { "on": { "*": { "actions": "child" } } } } }));
    instance.send("X");
    assert_eq!(instance.trace(), "child");
}

#[test]
fn wildcards_take_timers_and_done_events() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "on": { "*": { "actions": "any" } },
        "states": { "a": { "after": { "P1D": { "guard": "$event.no == true", "target": "a" } }, "on": { "GO": ".f" },
                           "initial": "b", "states": { "b": {}, "f": { "type": "final" } } } } }));
    instance.fire("a.after.P1D");
    assert_eq!(instance.trace(), "any");
    instance.send("GO");
    assert_eq!(instance.trace(), "any", "done.state.m.a");
}

#[test]
fn a_forbidden_transition_swallows_the_event() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "on": { "X": { "actions": "above" }, "Y": { "actions": "above" } },
        "states": { "a": { "on": { "X": {}, "Y": { "target": null } } } } }));
    for event in ["X", "Y"] {
        assert_eq!((instance.send(event).as_str(), instance.trace().as_str()), ("a", ""));
        assert_eq!(instance.last.taken.len(), 1);
    }
}

#[test]
fn raised_events_queue_behind_one_another_and_eventless_transitions_go_first() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "GO": { "target": "b", "actions": [{ "type": "raise", "event": "ONE" }, { "type": "raise", "event": "TWO" }] } } },
            "b": { "always": { "target": "c", "actions": "eventless" } },
            "c": { "on": { "ONE": { "actions": ["one", { "type": "raise", "event": "THREE" }] }, "TWO": { "actions": "two" },
                           "THREE": { "actions": "three" } } } } }));
    assert_eq!(instance.send("GO"), "c");
    assert_eq!(instance.trace(), "eventless one two three");
}

#[test]
fn raised_events_carry_fields_and_are_dropped_where_nothing_takes_them() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "context": { "n": 5 },
        "states": { "a": { "on": {
            "GO": { "actions": [{ "type": "raise", "params": { "event": { "type": "NEXT", "n": "$.n", "from": "$event.type" } } }, { "type": "raise", "event": "NOBODY" }] },
            "NEXT": { "actions": { "type": "log", "message": { "n": "$event.n", "from": "$event.from", "type": "$event.type" } } } } } } }));
    instance.send("GO");
    assert_eq!(instance.last.commands, [Command::Log { message: json!({ "n": 5, "from": "GO", "type": "NEXT" }) }]);
}

#[test]
fn eventless_transitions_see_the_latest_event() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "GO": { "actions": { "type": "raise", "event": "NEXT" } }, "NEXT": "b" } },
            "b": { "always": { "target": "c", "guard": "$event.type == \"NEXT\"" } },
            "c": { "always": { "target": "d", "guard": "$event.type == \"NEXT\"" } },
            "d": {} } }));
    assert_eq!(instance.send("GO"), "d");
}

#[test]
fn eventless_chains_start_with_the_chart_and_fall_through_guards() {
    let instance = Instance::start(traced(json!({
        "id": "m", "initial": "a", "context": { "n": 2 },
        "states": {
            "a": { "always": [{ "target": "x", "guard": "$.n == 1" }, { "target": "b", "guard": "$.n == 2" }, "x"] },
            "b": { "always": "c" }, "c": {}, "x": {} } })));
    assert_eq!((instance.at().as_str(), instance.trace().as_str()), ("c", "+m +a -a +b -b +c"));
    let results: Vec<_> = instance.last.guards.iter().map(|guard| (guard.guard.as_str(), guard.result)).collect();
    assert_eq!(results, [("$.n == 1", Some(false)), ("$.n == 2", Some(true))]);
    assert_eq!(instance.entered(), ["", "c"]);
}

#[test]
fn an_eventless_transition_that_changes_nothing_is_not_taken_again() {
    let instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": { "a": { "always": { "actions": "once" } } } }));
    assert_eq!(instance.trace(), "once");
    let instance = Instance::start(traced(json!({
        "id": "m", "initial": "a",
        "states": { "a": { "always": { "target": "a", "reenter": true } } } })));
    assert_eq!(instance.trace(), "+m +a -a +a");
}

#[test]
fn an_assign_counts_as_a_change() {
    let instance = Instance::start(json!({
        "id": "m", "initial": "a", "context": { "next": { "next": { "next": null } } },
        "states": { "a": { "always": { "guard": "$.next != null", "actions": [
            "again", { "type": "assign", "params": { "next": "$.next.next" } }] } } } }));
    assert_eq!(instance.trace(), "again again");
}

#[test]
fn an_endless_loop_is_named() {
    let turning = chart(json!({
        "id": "m", "initial": "a",
        "states": { "a": { "always": "b" }, "b": { "always": "a" } } }));
    let mut host = TestHost::default();
    match start(&turning, &mut host, None, Event::new("wf.start", None)) {
        Err(Stop::MicrostepLimit { states }) => assert!(states == "a" || states == "b", "{states}"),
        other => panic!("{other:?}"),
    }
    let raising = json!({
        "id": "m", "initial": "a",
        "states": { "a": { "on": { "GO": { "actions": { "type": "raise", "event": "GO" } } } } } });
    let mut instance = Instance::start(raising);
    assert!(matches!(instance.try_send("GO", json!({})), Err(Stop::MicrostepLimit { states }) if states == "a"));
    assert_eq!(instance.at(), "a");
}

#[test]
fn after_belongs_to_its_own_state_and_key() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "context": { "due": 9 },
        "states": {
            "a": { "after": { "1000": { "actions": "ms" }, "PT2S": [{ "target": "b", "guard": "$event.x == 1" }, { "actions": "iso" }], "$.due": "b" } },
            "b": { "after": { "PT1S": "a" } } } }));
    assert_eq!(instance.begun(), ["after a.after.1000", "after a.after.PT2S", "after a.after.$.due"]);
    let delays: Vec<String> = instance
        .last
        .commands
        .iter()
        .map(|command| match command {
            Command::After { delay: When::Fixed(duration), .. } => duration.to_string(),
            Command::After { delay: When::Computed(value), .. } => value.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(delays, ["PT1S", "PT2S", "9"]);
    instance.fire("a.after.1000");
    assert_eq!(instance.trace(), "ms");
    instance.fire("a.after.PT2S");
    assert_eq!(instance.trace(), "iso");
    assert_eq!(instance.fire("a.after.$.due"), "b");
    // A late timer of a state that was left matches nothing.
    let (state, index) = instance.chart.find_timer("a.after.1000").unwrap();
    let event = Event::timer(&instance.chart, state, index);
    let refused = instance.request(super::Request { event, roles: None, target: None });
    assert!(matches!(refused, Err(Stop::Refused(Refusal::NoMatch))));
}

#[test]
fn an_invoke_answers_by_its_id() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "invoke": [
                { "src": "PAY", "input": { "n": 1 }, "onDone": { "target": "b", "guard": "$event.output.ok == true" }, "onError": "x" },
                { "src": "wf.task", "input": { "title": "t", "assignee_role": "r" } },
                { "src": "SHIP", "id": "ship" }],
                   "on": { "done.invoke.ship": { "actions": "shipped" } } },
            "b": {}, "x": {} } }));
    assert_eq!(instance.begun(), ["invoke a", "invoke a.2", "invoke ship"]);
    assert!(matches!(
        instance.try_send("done.invoke.a", json!({ "output": { "ok": false } })),
        Err(Stop::Refused(Refusal::Guards(_)))
    ));
    instance.send("done.invoke.ship");
    assert_eq!(instance.trace(), "shipped");
    instance.try_send("done.invoke.a", json!({ "output": { "ok": true } })).unwrap();
    assert_eq!((instance.at().as_str(), instance.left()), ("b", vec!["a"]));
    assert!(matches!(instance.try_send("error.invoke.a", json!({})), Err(Stop::Refused(Refusal::NoMatch))));
}

#[test]
fn an_error_can_be_caught_anywhere_above() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "on": { "error.invoke.*": ".x" },
        "states": { "a": { "initial": "b", "states": { "b": { "invoke": { "src": "PAY" } } } }, "x": {} } }));
    assert_eq!(instance.send("error.invoke.a.b"), "x");
}
