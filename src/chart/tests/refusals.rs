//! Why an event is refused: no match, a guard, a role; and the ways to ask for one target only.

use super::{Event, GuardResult, Instance, Refusal, Request, Stop, advance_candidates, candidates, json, state};

fn machine() -> Instance {
    Instance::start(json!({
        "id": "m", "initial": "a", "context": { "n": 1 },
        "on": { "ANY.*": { "actions": "x" }, "RESET": ".a" },
        "states": {
            "a": { "on": {
                "ROLE": [{ "target": "b", "roles": ["manager", "boss"] }, { "target": "c", "roles": ["boss", "admin"] }],
                "MIXED": [{ "target": "b", "roles": ["boss"] }, { "target": "c", "guard": "$.n == 2" }],
                "GUARDED": [{ "target": "b", "guard": "$.n == 2" }, { "target": "c", "guard": { "not": "exists($.n)" } }],
                "UNKNOWN": { "target": "b", "guard": "$.nothing == 1" },
                "FAILS": { "target": "b", "guard": "fails" },
                "TO": [{ "target": "b" }, { "target": "c" }],
                "*": { "target": "c", "guard": "$event.wild == true" } } },
            "b": {}, "c": {} } }))
}

fn refused(instance: &mut Instance, event: &str, roles: Option<&[&str]>) -> Refusal {
    let roles: Option<Vec<String>> = roles.map(|roles| roles.iter().map(|role| (*role).to_owned()).collect());
    let before = instance.last.position.clone();
    let request = Request { event: Event::new(event, None), roles: roles.as_deref(), target: None };
    let Err(Stop::Refused(refusal)) = instance.request(request) else { panic!("{event} was taken") };
    assert_eq!(instance.last.position, before);
    refusal
}

fn result(guard: &str, result: Option<bool>) -> GuardResult {
    GuardResult { guard: guard.to_owned(), result }
}

#[test]
fn nothing_matches_in_a_state_without_transitions() {
    let mut instance = machine();
    instance.send("TO");
    assert_eq!(refused(&mut instance, "NOBODY", None), Refusal::NoMatch);
}

#[test]
fn guards_are_named_with_their_answers() {
    let mut instance = machine();
    let wild = result("$event.wild == true", None);
    assert_eq!(
        refused(&mut instance, "GUARDED", Some(&[])),
        Refusal::Guards(vec![result("$.n == 2", Some(false)), result("exists($.n)", Some(true)), wild.clone()])
    );
    assert_eq!(refused(&mut instance, "UNKNOWN", None), Refusal::Guards(vec![result("$.nothing == 1", None), wild]));
}

#[test]
fn a_guard_whose_role_fits_outweighs_a_role_that_does_not() {
    let mut instance = machine();
    let Refusal::Guards(results) = refused(&mut instance, "MIXED", Some(&["clerk"])) else { panic!("guards") };
    assert_eq!(results[0], result("$.n == 2", Some(false)));
}

#[test]
fn roles_that_would_do_are_named() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "ROLE": [{ "target": "b", "roles": ["manager", "boss"] }, { "target": "c", "roles": ["boss", "admin"] }] } },
            "b": {}, "c": {} } }));
    let expected = ["admin", "boss", "manager"].map(str::to_owned).to_vec();
    assert_eq!(refused(&mut instance, "ROLE", Some(&["clerk"])), Refusal::Roles(expected.clone()));
    assert_eq!(refused(&mut instance, "ROLE", Some(&[])), Refusal::Roles(expected));
}

#[test]
fn a_role_chooses_between_transitions_and_the_engine_needs_none() {
    for (roles, target) in [(Some(vec!["admin".to_owned()]), "c"), (Some(vec!["boss".to_owned()]), "b"), (None, "b")] {
        let mut instance = machine();
        instance.request(Request { event: Event::new("ROLE", None), roles: roles.as_deref(), target: None }).unwrap();
        assert_eq!(instance.at(), target);
    }
}

#[test]
fn a_target_narrows_the_choice() {
    let mut instance = machine();
    let target = Some(state(&instance.chart, "c"));
    instance.request(Request { event: Event::new("TO", None), roles: None, target }).unwrap();
    assert_eq!(instance.at(), "c");
    let target = Some(state(&instance.chart, "b"));
    let refused = instance.request(Request { event: Event::new("RESET", None), roles: None, target });
    assert!(matches!(refused, Err(Stop::Refused(Refusal::NoMatch))));
}

#[test]
fn a_failing_guard_stops_everything() {
    let mut instance = machine();
    assert!(matches!(instance.try_send("FAILS", json!({})), Err(Stop::Host(why)) if why == "it failed"));
}

#[test]
fn candidates_are_innermost_first_and_in_document_order() {
    let instance = machine();
    let events = |found: Vec<super::Candidate>| found.into_iter().map(|candidate| candidate.event).collect::<Vec<_>>();
    assert_eq!(
        events(candidates(&instance.chart, &instance.last.position)),
        ["ROLE", "ROLE", "MIXED", "MIXED", "GUARDED", "GUARDED", "UNKNOWN", "FAILS", "TO", "TO", "*", "ANY.*", "RESET"]
    );
    let to = |name| events(advance_candidates(&instance.chart, &instance.last.position, state(&instance.chart, name)));
    assert_eq!(to("c"), ["ROLE", "MIXED", "GUARDED", "TO"]);
    assert_eq!(to("a"), ["RESET"]);
}

#[test]
fn unknown_is_kleenes() {
    let instance = |guard: serde_json::Value| {
        Instance::start(json!({
            "id": "m", "initial": "a", "context": { "n": 1 },
            "states": { "a": { "on": { "GO": { "target": "b", "guard": guard } } }, "b": {} } }))
    };
    let (yes, no, unknown) = ("$.n == 1", "$.n == 2", "$.nothing == 1");
    for (guard, taken, asked) in [
        (json!({ "and": [yes, unknown, no] }), false, 3),
        (json!({ "and": [no, yes] }), false, 1),
        (json!({ "and": [yes, unknown] }), false, 2),
        (json!({ "or": [unknown, yes, no] }), true, 2),
        (json!({ "or": [unknown, no] }), false, 2),
        (json!({ "not": unknown }), false, 1),
        (json!({ "not": { "and": [unknown, no] } }), true, 2),
        (json!({ "not": { "or": [no, { "not": yes }] } }), true, 2),
    ] {
        let mut instance = instance(guard.clone());
        match instance.try_send("GO", json!({})) {
            Ok(()) => assert!(taken && instance.last.guards.len() == asked, "{guard}"),
            Err(Stop::Refused(Refusal::Guards(results))) => assert!(!taken && results.len() == asked, "{guard}"),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn registered_guards_and_functions_are_asked_by_name() {
    let mut instance = Instance::start(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "CODE": { "target": "b", "guard": "HERA.LEAVE.BALANCE" }, "CALL": { "target": "b", "guard": { "type": "demo.yes", "params": { "x": 1 } } } } },
            "b": {} } }));
    assert!(instance.try_send("CODE", json!({})).is_err());
    instance.host.answers.insert("HERA.LEAVE.BALANCE".to_owned(), true);
    instance.host.answers.insert("demo.yes".to_owned(), false);
    assert!(instance.try_send("CALL", json!({})).is_err());
    assert_eq!(instance.send("CODE"), "b");
}
