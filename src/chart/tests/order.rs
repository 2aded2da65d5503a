//! The order of things within a macrostep: which transitions are selected, what is exited and entered when, which
//! region wins.

use super::{Instance, Value, json, traced};

fn nested() -> Value {
    traced(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "initial": "b", "on": { "OUT": { "target": "z", "actions": "outer" }, "SELF": "a", "AGAIN": { "target": "a", "reenter": true } },
                   "states": { "b": { "initial": "c", "states": {
                       "c": { "on": { "OUT": { "target": "#m.z", "actions": "inner", "guard": "$event.inner == true" },
                                      "NEXT": "d", "UP": "#m.a", "STAY": { "actions": "stay" } } },
                       "d": {} } } } },
            "z": { "initial": "y", "states": { "y": { "on": { "BACK": "#m.a.b.d" } } } } } }))
}

fn parallel() -> Value {
    traced(json!({
        "id": "m", "initial": "p",
        "states": {
            "p": { "type": "parallel", "on": { "BOTH": { "actions": "outer" }, "SOLE": { "actions": "outer" }, "INNER": ".l.l2", "AGAIN": { "target": ".l.l2", "reenter": true } },
                   "states": {
                       "l": { "initial": "l1", "states": { "l1": { "on": { "BOTH": "l2", "LEAVE": "#m.z", "ACROSS": "#m.p.r.r2" } }, "l2": {} } },
                       "r": { "initial": "r1", "states": { "r1": { "on": { "BOTH": "r2", "LEAVE": "r2" } }, "r2": {} } } } },
            "z": { "on": { "L2": "#m.p.l.l2", "TWO": { "target": ["#m.p.r.r2", "#m.p.l.l2"] } } } } }))
}

#[test]
fn start_enters_outer_first() {
    let instance = Instance::start(nested());
    assert_eq!((instance.at().as_str(), instance.trace().as_str()), ("a.b.c", "+m +a +b +c"));
    assert_eq!(instance.entered(), ["", "a", "a.b", "a.b.c"]);
    assert!(instance.left().is_empty());
}

#[test]
fn exit_inner_first_then_actions_then_entry_outer_first() {
    let mut instance = Instance::start(nested());
    assert_eq!(instance.send("OUT"), "z.y");
    assert_eq!(instance.trace(), "-c -b -a outer +z +y");
    assert_eq!((instance.left(), instance.entered()), (vec!["a", "a.b", "a.b.c"], vec!["z", "z.y"]));
}

#[test]
fn the_innermost_transition_wins_unless_its_guard_fails() {
    let mut instance = Instance::start(nested());
    instance.try_send("OUT", json!({ "inner": true })).unwrap();
    assert_eq!(instance.trace(), "-c -b -a inner +z +y");
}

#[test]
fn targetless_transitions_leave_nothing() {
    let mut instance = Instance::start(nested());
    assert_eq!((instance.send("STAY").as_str(), instance.trace().as_str()), ("a.b.c", "stay"));
    assert!(instance.left().is_empty() && instance.entered().is_empty());
}

#[test]
fn a_self_target_is_internal_unless_it_reenters() {
    let mut instance = Instance::start(nested());
    instance.send("NEXT");
    assert_eq!((instance.send("SELF").as_str(), instance.trace().as_str()), ("a.b.c", "-d -b +b +c"));
    assert_eq!((instance.send("AGAIN").as_str(), instance.trace().as_str()), ("a.b.c", "-c -b -a +a +b +c"));
}

#[test]
fn targeting_an_ancestor_enters_it_again() {
    let mut instance = Instance::start(nested());
    assert_eq!((instance.send("UP").as_str(), instance.trace().as_str()), ("a.b.c", "-c -b -a +a +b +c"));
    assert_eq!((instance.left(), instance.entered()), (vec!["a", "a.b", "a.b.c"], vec!["a", "a.b", "a.b.c"]));
}

#[test]
fn a_deep_target_enters_its_ancestors_and_skips_their_initial() {
    let mut instance = Instance::start(nested());
    instance.send("OUT");
    assert_eq!((instance.send("BACK").as_str(), instance.trace().as_str()), ("a.b.d", "-y -z +a +b +d"));
}

#[test]
fn regions_are_entered_in_document_order_and_exited_in_reverse() {
    let mut instance = Instance::start(parallel());
    assert_eq!((instance.at().as_str(), instance.trace().as_str()), ("p.l.l1 p.r.r1", "+m +p +l +l1 +r +r1"));
    instance.send("INNER");
    assert_eq!((instance.at().as_str(), instance.trace().as_str()), ("p.l.l2 p.r.r1", "-r1 -r -l1 -l +l +l2 +r +r1"));
}

#[test]
fn each_region_takes_one_and_the_parallel_state_none() {
    let mut instance = Instance::start(parallel());
    assert_eq!((instance.send("BOTH").as_str(), instance.trace().as_str()), ("p.l.l2 p.r.r2", "-r1 -l1 +l2 +r2"));
    assert_eq!(instance.last.taken.len(), 2);
    // Now no region has one, so the parallel state's own counts.
    assert_eq!((instance.send("BOTH").as_str(), instance.trace().as_str()), ("p.l.l2 p.r.r2", "outer"));
}

#[test]
fn an_earlier_region_that_leaves_preempts_a_later_one() {
    let mut instance = Instance::start(parallel());
    assert_eq!((instance.send("LEAVE").as_str(), instance.trace().as_str()), ("z", "-r1 -r -l1 -l -p +z"));
    assert_eq!(instance.last.taken.len(), 1);
}

#[test]
fn a_deeper_source_preempts_an_outer_one() {
    // The eventless transition of the parallel state is selected from the left leaf, that of the right leaf from the
    // right.
    let mut instance = Instance::start(traced(json!({
        "id": "m", "initial": "p",
        "states": {
            "p": { "type": "parallel", "always": { "target": "z", "guard": "$.on == true" }, "states": {
                "l": { "initial": "l1", "states": { "l1": { "on": { "GO": { "actions": { "type": "assign", "params": { "on": true } } } } } } },
                "r": { "initial": "r1", "states": { "r1": { "always": { "target": "r2", "guard": "$.on == true" } }, "r2": {} } } } },
            "z": { "type": "final" } } })));
    instance.send("GO");
    assert_eq!(instance.trace(), "-r1 +r2 -r2 -r -l1 -l -p +z -z -m");
}

#[test]
fn a_target_in_another_region_enters_all_regions_again() {
    let mut instance = Instance::start(parallel());
    assert_eq!(
        (instance.send("ACROSS").as_str(), instance.trace().as_str()),
        ("p.l.l1 p.r.r2", "-r1 -r -l1 -l +l +l1 +r +r2")
    );
}

#[test]
fn targeting_into_one_region_enters_the_others_by_default() {
    let mut instance = Instance::start(parallel());
    instance.send("LEAVE");
    assert_eq!((instance.send("L2").as_str(), instance.trace().as_str()), ("p.l.l2 p.r.r1", "-z +p +l +l2 +r +r1"));
    instance.send("AGAIN");
    assert_eq!(instance.trace(), "-r1 -r -l2 -l -p +p +l +l2 +r +r1");
}

#[test]
fn several_targets_enter_several_regions() {
    let mut instance = Instance::start(parallel());
    instance.send("LEAVE");
    assert_eq!((instance.send("TWO").as_str(), instance.trace().as_str()), ("p.l.l2 p.r.r2", "-z +p +l +l2 +r +r2"));
}

#[test]
fn initial_actions_run_after_entry_and_before_the_child() {
    let machine = traced(json!({
        "id": "m", "initial": { "target": "a", "actions": "first" },
        "states": {
            "a": { "initial": { "target": "b", "actions": "second" }, "on": { "DEEP": "#m.a.c", "SELF": { "target": "a", "reenter": true } },
                   "states": { "b": {}, "c": {} } } } }));
    let mut instance = Instance::start(machine);
    assert_eq!(instance.trace(), "+m first +a second +b");
    instance.send("DEEP");
    assert_eq!(instance.trace(), "-b +c");
    instance.send("SELF");
    assert_eq!(instance.trace(), "-c -a +a second +b");
}

#[test]
fn a_region_entered_beside_a_target_skips_its_initial_actions_as_in_xstate() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "z",
        "states": {
            "z": { "on": { "GO": "#m.p.l.l1", "ALL": "p" } },
            "p": { "type": "parallel", "on": { "BACK": "z" }, "states": {
                "l": { "initial": { "target": "l1", "actions": "left" }, "states": { "l1": {} } },
                "r": { "initial": { "target": "r1", "actions": "right" }, "states": { "r1": {} } } } } } }));
    instance.send("GO");
    assert_eq!(instance.trace(), "");
    instance.send("BACK");
    instance.send("ALL");
    assert_eq!(instance.trace(), "left right");
}

#[test]
fn actions_see_the_context_at_their_place() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a", "context": { "n": 1, "m": 2 },
        "states": { "a": { "on": { "GO": { "actions": [
            { "type": "X", "params": { "n": "$.n" } },
            { "type": "assign", "params": { "n": "$.m", "m": "$.n" } },
            { "type": "X", "params": { "n": "$.n", "m": "$.m", "e": "$event.type", "same": { "literal": "$x" } } } ] } } } } }));
    instance.send("GO");
    let params: Vec<Value> = instance
        .last
        .commands
        .iter()
        .map(|command| match command {
            super::Command::Effect { params: Some(params), .. } => params.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(params, [json!({ "n": 1 }), json!({ "n": 2, "m": 1, "e": "GO", "same": "$x" })]);
}

#[test]
fn aiming_at_the_root_enters_everything_below_it_again() {
    let mut instance = Instance::start(traced(json!({
        "id": "m", "initial": "a", "on": { "AGAIN": { "target": "#m", "reenter": true } },
        "states": { "a": { "on": { "NEXT": "b" } }, "b": { "on": { "TOP": "#m" } } } })));
    instance.send("NEXT");
    assert_eq!((instance.send("TOP").as_str(), instance.trace().as_str()), ("a", "-b +a"));
    assert_eq!((instance.send("AGAIN").as_str(), instance.trace().as_str()), ("a", "-a -m +m +a"));
}

#[test]
fn a_region_that_stays_does_not_outlive_a_region_that_leaves() {
    let mut instance = Instance::start(traced(json!({
        "id": "m", "initial": "p", "states": {
            "p": { "type": "parallel", "states": { "l": { "on": { "GO": { "target": "l", "actions": "stay" } } }, "r": { "on": { "GO": "#m.z" } } } },
            "z": {} } })));
    assert_eq!((instance.send("GO").as_str(), instance.trace().as_str()), ("z", "-r -l -p stay +z"));
}
