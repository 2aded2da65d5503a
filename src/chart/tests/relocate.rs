//! Moves that no transition makes: what is left, kept and entered, within one version and from one to another.

use super::{Chart, Instance, StateId, TestHost, Value, chart, json, state, traced};
use crate::chart::{
    Arrival, Command, Event, Outcome, Position, Relocation, StateSet, Status, Translation, arrive, leave,
};

/// A move within one version or to another; with `named`, states by name, actions run.
struct Moved {
    relocation: Relocation,
    /// The effects of exits and entries.
    trace: String,
    begun: Vec<String>,
    outcome: Outcome<Value>,
    at: String,
    forgotten: Vec<String>,
}

fn go(old: &Chart, new: &Chart, from: &Position, named: Option<&str>, map: &[(&str, &str)]) -> Result<Moved, String> {
    let map: Vec<(String, String)> = map.iter().map(|(old, new)| (old.to_string(), new.to_string())).collect();
    let translation = Translation::new(old, new, &map).map_err(|wrong| wrong.join("; "))?;
    let (history, forgotten) = translation.history(&from.history);
    let targets = match named {
        Some(names) => names.split(' ').map(|name| state(new, name)).collect(),
        None => translation.leaves(from).map_err(|lost| format!("lost {}", lost.join(", ")))?,
    };
    let relocation = Relocation::new(&translation, &from.active, &targets, &history)?;
    let mut host = TestHost::default();
    let event = || Event::new("wf.modify", None);
    let mut commands = Vec::new();
    let mut arrival =
        Arrival { relocation: &relocation, history, actions: named.is_some(), raised: Vec::new(), event: event() };
    if named.is_some() {
        let left = leave(old, &mut host, from, &relocation.exits, &event()).map_err(|stop| format!("{stop:?}"))?;
        commands = left.commands;
        arrival.raised = left.raised;
        arrival.history = translation.history(&left.history).0;
    }
    let mut outcome = arrive(new, &mut host, arrival).map_err(|stop| format!("{stop:?}"))?;
    commands.append(&mut outcome.commands);
    let mut trace = Vec::new();
    let mut begun = Vec::new();
    for command in commands {
        match command {
            Command::Effect { code, .. } => trace.push(code),
            Command::After { state, index, .. } => begun.push(new.state(state).after[index].name.clone()),
            Command::Invoke { state, index, .. } => begun.push(new.state(state).invoke[index].id.clone()),
            other => begun.push(format!("{other:?}")),
        }
    }
    let at = outcome.position.state_text(new);
    Ok(Moved { relocation, trace: trace.join(" "), begun, outcome, at, forgotten })
}

fn at(chart: &Chart, text: &str) -> Position {
    Position::parse(chart, text, None).unwrap()
}

fn paths(chart: &Chart, states: &StateSet) -> Vec<String> {
    states.iter().map(|id| chart.state(id).path.clone()).collect()
}

fn machine() -> Value {
    traced(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "initial": "b", "after": { "P1D": "z" }, "states": { "b": { "initial": "c", "states": {
                "c": { "after": { "PT1H": "d" } }, "d": { "invoke": { "src": "X" } } } } } },
            "p": { "type": "parallel", "onDone": "z", "states": {
                "l": { "initial": "l1", "states": { "l1": {}, "l2": {}, "lf": { "type": "final" }, "memory": { "type": "history" } } },
                "r": { "initial": "r1", "states": { "r1": {}, "r2": {}, "rf": { "type": "final" } } } } },
            "z": { "type": "final" } } }))
}

#[test]
fn what_both_places_share_is_neither_left_nor_entered() {
    let chart = chart(machine());
    let moved = go(&chart, &chart, &at(&chart, "a.b.c"), Some("d"), &[]).unwrap();
    assert_eq!((moved.at.as_str(), moved.trace.as_str()), ("a.b.d", "-c +d"));
    assert_eq!(moved.begun, ["a.b.d"]);
    assert_eq!(paths(&chart, &moved.relocation.kept), ["", "a", "a.b"]);
    assert_eq!(paths(&chart, &moved.relocation.exits), ["a.b.c"]);
    // Where it is already nothing happens.
    let moved = go(&chart, &chart, &at(&chart, "a.b.c"), Some("a.b.c"), &[]).unwrap();
    assert_eq!((moved.trace.as_str(), moved.begun.len()), ("", 0));
    // A state with others within it is entered by default.
    let moved = go(&chart, &chart, &at(&chart, "a.b.d"), Some("a"), &[]).unwrap();
    assert_eq!((moved.at.as_str(), moved.trace.as_str()), ("a.b.c", "-d +c"));
}

#[test]
fn exits_come_inner_first_and_entries_outer_first() {
    let chart = chart(machine());
    let moved = go(&chart, &chart, &at(&chart, "a.b.c"), Some("p.r.r2"), &[]).unwrap();
    assert_eq!((moved.at.as_str(), moved.trace.as_str()), ("p.l.l1 p.r.r2", "-c -b -a +p +l +l1 +r +r2"));
}

#[test]
fn regions_that_are_not_named_stay() {
    let chart = chart(machine());
    let moved = go(&chart, &chart, &at(&chart, "p.l.l2 p.r.r2"), Some("r1"), &[]).unwrap();
    assert_eq!((moved.at.as_str(), moved.trace.as_str()), ("p.l.l2 p.r.r1", "-r2 +r1"));
    let moved = go(&chart, &chart, &at(&chart, "p.l.l2 p.r.r2"), Some("p.l.l1 p.r.r1"), &[]).unwrap();
    assert_eq!((moved.at.as_str(), moved.trace.as_str()), ("p.l.l1 p.r.r1", "-r2 -l2 +l1 +r1"));
    // The whole state, by name, begins anew inside.
    let moved = go(&chart, &chart, &at(&chart, "p.l.l2 p.r.r2"), Some("p"), &[]).unwrap();
    assert_eq!(moved.at, "p.l.l1 p.r.r1");
}

#[test]
fn places_that_exclude_each_other_are_refused() {
    let chart = chart(machine());
    for named in ["a p", "p.l.l1 p.l.l2", "a.b.c a.b.d", "z p.r.r1"] {
        let why = go(&chart, &chart, &at(&chart, "a.b.c"), Some(named), &[]).err();
        assert!(why.as_ref().is_some_and(|why| why.starts_with("exactly one state within")), "{named}: {why:?}");
    }
}

/// From every state and to every pair of states: the place is legal, or the move is refused.
#[test]
fn no_move_ends_outside_the_chart() {
    let chart = chart(machine());
    let names: Vec<String> = chart.states().iter().skip(1).map(|state| state.path.clone()).collect();
    let (mut made, mut refused) = (0, 0);
    for from in names.iter().filter(|name| *name != "z" && !name.ends_with("memory")) {
        let from = Instance::start_at(machine(), Some(from)).last.position;
        for (a, b) in names.iter().flat_map(|a| names.iter().map(move |b| (a, b))) {
            match go(&chart, &chart, &from, Some(&format!("{a} {b}")), &[]) {
                Ok(moved) => {
                    made += 1;
                    let history = moved.outcome.position.history_text(&chart);
                    let read = Position::parse(&chart, &moved.at, history.as_deref());
                    assert_eq!(read, Ok(moved.outcome.position), "{a} {b}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(made > 500 && refused > 500, "{made} {refused}");
}

#[test]
fn history_is_remembered_and_followed() {
    let chart = chart(machine());
    let moved = go(&chart, &chart, &at(&chart, "p.l.l2 p.r.r2"), Some("a"), &[]).unwrap();
    assert_eq!(moved.outcome.position.history_text(&chart).unwrap(), r#"{"p.l.memory":["p.l.l2"]}"#);
    let back = go(&chart, &chart, &moved.outcome.position, Some("p.l.memory"), &[]).unwrap();
    assert_eq!(back.at, "p.l.l2 p.r.r1");
}

#[test]
fn final_states_count_as_done() {
    let chart = chart(machine());
    let moved = go(&chart, &chart, &at(&chart, "p.l.lf p.r.r1"), Some("p.r.rf"), &[]).unwrap();
    assert_eq!(moved.at, "z");
    assert!(matches!(moved.outcome.status, Status::Done { .. }));
    assert_eq!(moved.trace, "-r1 +rf -rf -r -lf -l -p +z -z -m");
}

fn version(states: Value) -> Chart {
    chart(traced(json!({ "id": "m", "initial": states.as_object().unwrap().keys().next(), "states": states })))
}

#[test]
fn another_version_keeps_what_is_there_without_actions() {
    let old = version(json!({ "a": { "after": { "P1D": "b" }, "invoke": { "src": "X" } }, "b": {} }));
    let new = version(
        json!({ "a": { "after": { "P1D": "b", "P2D": "b" }, "invoke": [{ "src": "X" }, { "src": "Y" }] }, "b": {} }),
    );
    let moved = go(&old, &new, &at(&old, "a"), None, &[]).unwrap();
    assert_eq!((moved.at.as_str(), moved.trace.as_str()), ("a", ""));
    // Only what is new begins.
    assert_eq!(moved.begun, ["a.after.P2D", "a.2"]);
    let back = go(&new, &old, &at(&new, "a"), None, &[]).unwrap();
    assert!(back.begun.is_empty());
    // Another source under the same name is another invoke.
    let other = version(json!({ "a": { "after": { "P1D": "b" }, "invoke": { "src": "Z" } }, "b": {} }));
    assert_eq!(go(&old, &other, &at(&old, "a"), None, &[]).unwrap().begun, ["a"]);
}

#[test]
fn a_state_that_got_states_is_entered_by_default_and_regions_are_added() {
    let old = version(json!({ "a": {}, "b": {}, "p": { "type": "parallel", "states": { "x": {} } } }));
    let new = version(json!({
        "a": { "initial": "one", "states": { "one": { "after": { "P1D": "two" } }, "two": {} } }, "b": { "type": "final" },
        "p": { "type": "parallel", "states": { "x": {}, "y": {} } } }));
    let moved = go(&old, &new, &at(&old, "a"), None, &[]).unwrap();
    assert_eq!((moved.at.as_str(), moved.trace.as_str(), moved.begun.len()), ("a.one", "", 1));
    assert_eq!(go(&old, &new, &at(&old, "p.x"), None, &[]).unwrap().at, "p.x p.y");
    // What has become the end is the end: exit actions of the chart's last moment run.
    let ended = go(&old, &new, &at(&old, "b"), None, &[]).unwrap();
    assert!(matches!(ended.outcome.status, Status::Done { .. }));
    assert_eq!(ended.trace, "-b -m");
}

#[test]
fn every_place_without_counterpart_is_named() {
    let old = version(json!({ "p": { "type": "parallel", "states": { "x": {}, "y": {}, "z": {} } } }));
    let new = version(json!({ "p": { "type": "parallel", "states": { "x": {}, "w": {} } } }));
    assert_eq!(go(&old, &new, &at(&old, "p.x p.y p.z"), None, &[]).err().unwrap(), "lost p.y, p.z");
    let moved = go(&old, &new, &at(&old, "p.x p.y p.z"), None, &[("p.y", "p.w"), ("p.z", "p.w")]).unwrap();
    assert_eq!(moved.at, "p.x p.w");
    let wrong = go(&old, &new, &at(&old, "p.x p.y p.z"), None, &[("nowhere", "p.w"), ("p.y", "gone")]).err().unwrap();
    assert_eq!(wrong, "nowhere is no state of the older version; gone is no state of the newer version");
}

#[test]
fn a_map_stands_for_what_is_within() {
    let inner = json!({ "initial": "one", "states": { "one": { "after": { "P1D": "two" }, "invoke": { "src": "X" } }, "two": {}, "memory": { "type": "history" } } });
    let old = version(json!({ "a": inner.clone(), "b": {} }));
    let new = version(json!({ "b": {}, "c": inner }));
    let history = Position::parse(&old, "a.one", Some(r#"{"a.memory":["a.two"]}"#)).unwrap();
    let moved = go(&old, &new, &history, None, &[("a", "c")]).unwrap();
    assert_eq!((moved.at.as_str(), moved.begun.len()), ("c.one", 0));
    assert_eq!(moved.outcome.position.history_text(&new).unwrap(), r#"{"c.memory":["c.two"]}"#);
    let translation = Translation::new(&old, &new, &[("a".to_owned(), "c".to_owned())]).unwrap();
    let (one, image) = (state(&old, "a.one"), state(&new, "c.one"));
    assert_eq!((translation.timer((one, 0)), translation.invoke((one, 0))), (Some((image, 0)), Some((image, 0))));
    // A more exact name wins; what is remembered elsewhere is forgotten.
    let moved = go(&old, &new, &history, None, &[("a", "c"), ("a.one", "b"), ("a.two", "b")]).unwrap();
    assert_eq!((moved.at.as_str(), moved.forgotten), ("b", vec!["a.memory".to_owned()]));
}

#[test]
fn from_nowhere_everything_is_entered() {
    let chart = chart(machine());
    let translation = Translation::new(&chart, &chart, &[]).unwrap();
    let nothing = StateSet::new(chart.states().len());
    let named: Vec<StateId> = vec![state(&chart, "a.b.d")];
    let relocation = Relocation::new(&translation, &nothing, &named, &Default::default()).unwrap();
    assert!(relocation.kept.is_empty() && relocation.exits.is_empty());
    let arrival = Arrival {
        relocation: &relocation,
        history: Default::default(),
        actions: false,
        raised: Vec::new(),
        event: Event::new("wf.modify", None),
    };
    let outcome = arrive(&chart, &mut TestHost::default(), arrival).unwrap();
    assert_eq!(outcome.position.state_text(&chart), "a.b.d");
    assert_eq!(outcome.commands.len(), 2, "{:?}", outcome.commands);
}
