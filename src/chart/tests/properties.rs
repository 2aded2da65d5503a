//! Laws that hold for every chart and every sequence of events.

use super::*;
use proptest::prelude::*;

/// A random machine: states nested a few levels, kinds, history, transitions to any state on a few events, some
/// guarded.
fn machine() -> impl Strategy<Value = Value> {
    let leaf = (0..4_u8).prop_map(|kind| if kind == 0 { json!({ "type": "final" }) } else { json!({}) });
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        (proptest::collection::vec(inner, 1..4), 0..8_u8).prop_map(|(children, kind)| {
            let mut states: serde_json::Map<String, Value> =
                children.into_iter().enumerate().map(|(index, child)| (format!("s{index}"), child)).collect();
            if kind & 4 != 0 {
                states.insert(
                    "h".to_owned(),
                    json!({ "type": "history", "history": if kind & 1 == 0 { "deep" } else { "shallow" } }),
                );
            }
            match kind & 2 {
                0 => json!({ "initial": "s0", "states": states }),
                _ => json!({ "type": "parallel", "states": states }),
            }
        })
    });
    let wires = proptest::collection::vec((any::<u16>(), any::<u16>(), 0..6_u8, 0..4_u8), 0..30);
    (proptest::collection::vec(tree, 1..4), wires).prop_map(|(children, wires)| {
        let states: serde_json::Map<String, Value> =
            children.into_iter().enumerate().map(|(index, child)| (format!("t{index}"), child)).collect();
        let mut definition = json!({ "id": "m", "initial": "t0", "states": states });
        let mut paths = Vec::new();
        collect(&definition, "/states", &mut paths);
        for (from, to, event, flags) in wires {
            let to = &paths[usize::from(to) % paths.len()];
            let target = format!("#m{}", to.replace("/states/", "."));
            let Some(source) = definition.pointer_mut(&paths[usize::from(from) % paths.len()]) else { continue };
            if matches!(source["type"].as_str(), Some("final" | "history")) {
                continue;
            }
            let transition = json!({ "target": target, "reenter": flags & 1 == 1, "actions": if flags & 2 == 0 || event == 1 { json!([]) } else { json!([{ "type": "raise", "event": "E1" }]) } });
            match event {
                5 => source["onDone"] = transition,
                _ => source["on"][format!("E{event}")] = transition,
            }
        }
        traced(definition)
    })
}

fn collect(state: &Value, at: &str, paths: &mut Vec<String>) {
    for (key, child) in state["states"].as_object().into_iter().flatten() {
        let path = format!("{at}/{key}");
        collect(child, &format!("{path}/states"), paths);
        paths.push(path);
    }
}

fn legal(chart: &Chart, active: &StateSet) -> bool {
    active.contains(StateId::new(0))
        && active.iter().all(|id| {
            let state = chart.state(id);
            let children = chart.real_children(id).filter(|child| active.contains(*child)).count();
            let inside = match state.kind {
                StateKind::Compound => children == 1,
                StateKind::Parallel => children == chart.real_children(id).count(),
                StateKind::Atomic | StateKind::Final => true,
                StateKind::History { .. } => false,
            };
            inside && state.parent.is_none_or(|parent| active.contains(parent))
        })
}

/// Is every exit of a state before its parent's, every entry after its parent's? Traces of several microsteps are
/// followed as one.
fn nested_properly(chart: &Chart, before: &StateSet, instance_trace: &[String], after: &StateSet) -> bool {
    let name = |id: StateId| chart.state(id).key.clone();
    let mut open: Vec<String> = before.iter().map(name).collect();
    for step in instance_trace {
        let (sign, key) = step.split_at(1);
        if sign == "+" {
            open.push(key.to_owned());
        } else {
            let Some(at) = open.iter().rposition(|known| known == key) else { return false };
            open.remove(at);
        }
    }
    let mut expected: Vec<String> = after.iter().map(name).collect();
    open.sort();
    expected.sort();
    open == expected
}

fn codes(outcome: &Outcome<Value>) -> Vec<String> {
    let effects = outcome.commands.iter().filter_map(|command| match command {
        Command::Effect { code, .. } => Some(code.clone()),
        _ => None,
    });
    effects.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_macrostep_keeps_the_laws(definition in machine(), events in proptest::collection::vec(0..5_u8, 1..12)) {
        let text = definition.to_string();
        let report = check(&text, &FakeCatalog);
        prop_assume!(report.chart.is_some());
        let chart = report.chart.unwrap();
        let mut host = TestHost::default();
        let nothing = StateSet::new(chart.states().len());
        let Ok(mut outcome) = start(&chart, &mut host, None, Event::new("wf.start", None)) else { return Ok(()) };
        let mut before = nothing;
        let mut events = events.into_iter();
        loop {
            let position = &outcome.position;
            prop_assert!(legal(&chart, &position.active));
            if let Status::Done { .. } = outcome.status {
                prop_assert!(before.iter().all(|state| outcome.left.contains(state)));
                break;
            }
            prop_assert!(nested_properly(&chart, &before, &codes(&outcome), &position.active));
            // What is active is what was and was not left, and what was entered.
            for id in (0..chart.states().len()).map(StateId::new) {
                let stayed = before.contains(id) && !outcome.left.contains(id);
                prop_assert_eq!(position.active.contains(id), stayed || outcome.entered.contains(id));
                prop_assert!(!outcome.left.contains(id) || before.contains(id));
            }
            // Written down and read back it is the same, and goes on the same.
            let history = position.history_text(&chart);
            let restored = Position::parse(&chart, &position.state_text(&chart), history.as_deref()).unwrap();
            prop_assert_eq!(&restored, position);
            let Some(event) = events.next() else { break };
            let event = || Event::new(format!("E{event}"), None);
            let go = |from: &Position| send(&chart, &mut TestHost::default(), from, Request { event: event(), roles: None, target: None });
            match (go(position), go(&restored)) {
                (Ok(once), Ok(again)) => {
                    prop_assert_eq!(&once.position, &again.position);
                    prop_assert_eq!(&once.commands, &again.commands);
                    prop_assert_eq!(&once.taken, &again.taken);
                    before = position.active.clone();
                    outcome = once;
                }
                (Err(once), Err(again)) => prop_assert_eq!(format!("{once:?}"), format!("{again:?}")),
                _ => prop_assert!(false, "one of two equal runs was refused"),
            }
        }
    }

    #[test]
    fn one_microstep_exits_in_the_reverse_order_of_entry(definition in machine(), at in any::<u16>()) {
        let report = check(&definition.to_string(), &FakeCatalog);
        prop_assume!(report.chart.is_some());
        let chart = report.chart.unwrap();
        let at = StateId::new(usize::from(at) % chart.states().len());
        let Ok(outcome) = start(&chart, &mut TestHost::default(), Some(at), Event::new("wf.start", None)) else { return Ok(()) };
        prop_assume!(outcome.taken.is_empty());
        let codes = codes(&outcome);
        let entries: Vec<&str> = codes.iter().filter_map(|code| code.strip_prefix('+')).collect();
        let order: Vec<&str> = outcome.position.active.iter().map(|id| chart.state(id).key.as_str()).collect();
        prop_assert_eq!(&entries, &order);
        if let Status::Done { .. } = outcome.status {
            let exits: Vec<&str> = codes.iter().filter_map(|code| code.strip_prefix('-')).collect();
            prop_assert_eq!(exits, entries.into_iter().rev().collect::<Vec<_>>());
        }
    }
}
