//! What definitions may look like, and what they become: the forms of targets, values and delays, the flat form, names
//! to look up.

use super::*;

const LEAVE: &str = r#"{
  "id": "leave_approval", "initial": "draft", "context": { "days": 0, "exact": 1.50 }, "sla": { "duration": "P2D" },
  "states": {
    "draft": { "on": { "SUBMIT": { "target": "review", "roles": ["employee"], "guard": "$event.days <= 30",
                                   "actions": [ { "type": "assign", "params": { "asked": "$event.days" } } ] } } },
    "review": {
      "invoke": { "src": "wf.task", "input": { "title": "Approve leave", "assignee_role": "manager", "due": "PT24H", "outcomes": ["approve", "reject"] },
                  "onDone": [ { "guard": "$event.output.outcome == \"approve\"", "target": "approved" }, { "target": "rejected" } ] },
      "after": { "P5D": "rejected" } },
    "approved": { "type": "final", "entry": [ { "type": "HERA.COMMS.WHATSAPP.SEND.MESSAGE.V1", "params": { "to": "$.phone", "template": "approved" } } ] },
    "rejected": { "type": "final" } } }"#;

#[test]
fn the_example_of_the_design_is_without_findings() {
    let report = check(LEAVE, &FakeCatalog);
    assert_eq!(report.findings, []);
    let chart = report.chart.unwrap();
    assert_eq!((chart.code(), chart.context()), ("leave_approval", r#"{"days":0,"exact":1.50}"#));
    assert_eq!(chart.find_timer("review.after.P5D"), Some((state(&chart, "review"), 0)));
    assert_eq!(chart.find_invoke("review"), Some((state(&chart, "review"), 0)));
    assert_eq!(chart.state(state(&chart, "#leave_approval.review")).path, "review");
    assert!(chart.paths().iter().any(|path| path.text == r#"$"event"."days""# && path.variables == Variables::EVENT));
}

#[test]
fn what_an_export_from_xstate_holds_is_accepted() {
    let report = check(
        r##"{ "id": "x", "version": "1.0", "types": {}, "$schema": "…", "description": "d", "meta": { "any": [1] }, "tags": "t", "initial": "a",
            "states": { "a": { "id": "own", "description": "d", "tags": ["one", "two"], "meta": null, "entry": [], "always": [{ "guard": "isKnown", "target": "#own.c" }],
                               "after": { "1000": { "target": "b", "reenter": false }, "PT1S": [{ "guard": "isKnown", "target": "b" }, "b"] },
                               "on": { "E": [{ "target": "b", "guard": { "type": "isKnown", "params": { "x": 1 } } }], "N": { "target": null }, "IN": ".c" },
                               "initial": "c", "states": { "c": {} } },
                        "b": { "type": "final" } } }"##,
        &FakeCatalog,
    );
    assert_eq!(report.findings, []);
    let chart = report.chart.unwrap();
    assert_eq!(chart.state(state(&chart, "a")).tags[..], ["one".to_owned(), "two".to_owned()]);
    assert_eq!(chart.description(), Some("d"));
}

#[test]
fn targets_of_all_forms_lead_where_they_say() {
    let definition = |target: &str| {
        json!({ "id": "m.x", "initial": "a", "states": {
            "a": { "initial": "b", "states": { "b": { "on": { "GO": target }, "initial": "c", "states": { "c": {}, "d": {} } }, "e": { "initial": "f", "states": { "f": {}, "g": {} } } } },
            "z": { "id": "own", "initial": "y", "states": { "y": {}, "w": {} } } } })
    };
    for (target, path) in [
        ("e", "a.e.f"),
        ("e.g", "a.e.g"),
        (".d", "a.b.d"),
        ("b.d", "a.b.d"),
        ("#own", "z.y"),
        ("#own.w", "z.w"),
        ("#m.x.a.e", "a.e.f"),
        ("#m.x.a.e.g", "a.e.g"),
        ("#m.x.z.w", "z.w"),
    ] {
        assert_eq!(Instance::start(definition(target)).send("GO"), path, "{target}");
    }
}

#[test]
fn states_are_found_by_path_id_and_key() {
    let chart = chart(json!({ "id": "m", "initial": "a", "states": {
        "a": { "initial": "x", "states": { "x": { "initial": "one", "states": { "one": {} } } } },
        "b": { "id": "own", "initial": "x", "states": { "x": {}, "y": {} } }, "y": {} } }));
    let path = |name: &str| match chart.find_state(name) {
        Lookup::One(state) => chart.state(state).path.clone(),
        Lookup::None => "none".to_owned(),
        Lookup::Ambiguous(states) => format!("{} states", states.len()),
    };
    for (name, found) in [
        ("a", "a"),
        ("a.x", "a.x"),
        ("one", "a.x.one"),
        ("x.one", "a.x.one"),
        ("x", "2 states"),
        ("y", "y"),
        ("#own", "b"),
        ("#own.y", "b.y"),
        ("#m.a.x", "a.x"),
        ("#m", ""),
        ("", "none"),
        ("nowhere", "none"),
        (".x", "none"),
        ("#", "none"),
        ("ne", "none"),
    ] {
        assert_eq!(path(name), found, "{name}");
    }
}

#[test]
fn constant_values_become_one_literal() {
    let chart = chart(json!({ "id": "m", "initial": "a", "states": { "a": { "entry": [
        { "type": "X", "params": { "a": [1, { "b": { "literal": "$x" } }], "c": null } },
        { "type": "X", "params": { "a": "$.a", "b": [1, "$event.b"], "c": { "expr": "$.c", "d": 1 } } },
        { "type": "X", "params": { "call": "demo.value", "args": { "n": "$.n" } } },
        { "type": "X", "params": { "expr": "$.a" } } ] } } }));
    let params: Vec<&Template> = chart
        .state(state(&chart, "a"))
        .entry
        .iter()
        .map(|action| match action {
            Action::Effect { params: Some(params), .. } => params,
            other => panic!("{other:?}"),
        })
        .collect();
    let Template::Literal(literal) = params[0] else { panic!("{:?}", params[0]) };
    assert_eq!(chart.literals()[literal.index()], r#"{"a":[1,{"b":"$x"}],"c":null}"#);
    let Template::Object(fields) = params[1] else { panic!("{:?}", params[1]) };
    assert!(
        matches!(fields[0].1, Template::Path(_))
            && matches!(fields[1].1, Template::Array(_))
            && matches!(fields[2].1, Template::Object(_))
    );
    assert!(matches!(params[2], Template::Call { .. }) && matches!(params[3], Template::Path(_)));
    assert_eq!(chart.functions(), [Function { name: "demo.value".to_owned(), kind: FunctionKind::Value }]);
}

#[test]
fn guards_of_all_forms() {
    let chart = chart(
        json!({ "id": "m", "initial": "a", "states": { "a": { "on": { "GO": { "actions": "x", "guard": { "and": [
        "$.a == 1", "isKnown", { "type": "demo.yes" }, { "type": "demo.registered", "params": { "n": "$.n" } }, { "not": "exists($.b)" } ] } } } } } }),
    );
    let Some(Guard::And(parts)) = &chart.transitions()[0].guard else { panic!("and") };
    let kinds: Vec<&str> = parts
        .iter()
        .map(|part| match part {
            Guard::Leaf(Condition { test: Test::Path(_), .. }) => "path",
            Guard::Leaf(Condition { test: Test::Function { .. }, .. }) => "function",
            Guard::Leaf(Condition { test: Test::Registered { .. }, .. }) => "registered",
            Guard::Not(_) => "not",
            Guard::And(_) | Guard::Or(_) => "list",
        })
        .collect();
    assert_eq!(kinds, ["path", "registered", "function", "registered", "not"]);
    assert_eq!(chart.guard_codes(), ["isKnown", "demo.registered"]);
}

#[test]
fn what_is_computed_is_not_judged_as_a_constant() {
    for input in [
        json!("$.task"),
        json!({ "title": "$.t", "assignee_role": "$.r", "priority": "$.p", "due": "$.due", "outcomes": "$.o", "due_at": { "call": "demo.value" } }),
        json!({ "title": "t", "candidate_users": ["u"], "due": "2030-01-31T12:00:00Z", "due_at": "2030-01-31", "priority": "high", "not_by": ["#m.a", "$.x"], "escalations": [{ "after": "PT1H", "to_role": "x" }] }),
    ] {
        chart(
            json!({ "id": "m", "initial": "a", "states": { "a": { "invoke": { "src": "wf.task", "input": input, "retry": { "maximum_attempts": 0 }, "timeout": 500 } } } }),
        );
    }
    chart(
        json!({ "id": "m", "initial": "a", "sla": { "duration": "$.sla", "warn": 0.8, "calendar": "office" }, "search": { "no": "$.no" },
                  "correlation": "$.no", "limits": { "max_concurrent": 5, "per_second": 0.5 },
                  "states": { "a": { "sla": { "duration": "PT1H" }, "invoke": { "src": "wf.workflow", "input": { "definition_code": "child" } } } } }),
    );
}

#[test]
fn the_flat_form_runs() {
    let definition = json!({
        "code": "LEAVE_APPROVAL", "name": "Leave", "states": ["DRAFT", "SUBMITTED", "APPROVED", "REJECTED"],
        "context": { "days": 3 },
        "transitions": [
            { "from": "DRAFT", "to": "SUBMITTED", "by": ["employee"], "guards": ["HERA.LEAVE.BALANCE", "$.days <= 30"], "effects": ["HERA.MAIL"] },
            { "from": "SUBMITTED", "to": "APPROVED", "by": "manager", "effects": [{ "code": "HERA.MAIL", "params": { "n": "$.days" } }] },
            { "from": "SUBMITTED", "to": "REJECTED", "by": [] } ],
        "timers": [
            { "on_enter": "DRAFT", "minutes": 90, "on_fire": "HERA.UNIV.WF.ADVANCE.V1" },
            { "on_enter": "SUBMITTED", "minutes": 60, "on_fire": "HERA.UNIV.TASK.ESCALATE.V1", "name": "remind" },
            { "on_enter": "SUBMITTED", "minutes": 2880, "on_fire": "WF.ADVANCE", "to": "REJECTED" },
            { "on_enter": "SUBMITTED", "minutes": 0.5, "on_fire": "HERA.PING" } ] });
    assert_eq!(check(&definition.to_string(), &FakeCatalog).findings, []);
    let mut instance = Instance::start(definition);
    assert_eq!((instance.at().as_str(), instance.begun()), ("DRAFT", vec!["after DRAFT.after.PT1H30M".to_owned()]));
    let timer = instance.chart.find_timer("DRAFT.after.PT1H30M").unwrap();
    let event = Event::timer(&instance.chart, timer.0, timer.1);
    // The timer fires and raises SUBMITTED, whose guards are unknown: nothing moves.
    instance.request(Request { event, roles: None, target: None }).unwrap();
    assert_eq!(instance.at(), "DRAFT");
    instance.host.answers.insert("HERA.LEAVE.BALANCE".to_owned(), true);
    let clerk = ["clerk".to_owned()];
    let request = Request { event: Event::new("SUBMITTED", None), roles: Some(&clerk), target: None };
    assert!(matches!(instance.request(request), Err(Stop::Refused(Refusal::Roles(roles))) if roles == ["employee"]));
    assert_eq!((instance.send("SUBMITTED").as_str(), instance.trace().as_str()), ("SUBMITTED", "HERA.MAIL"));
    instance.fire("remind");
    assert_eq!(instance.begun(), ["escalate SUBMITTED"]);
    instance.fire("SUBMITTED.after.PT30S");
    assert_eq!(instance.trace(), "HERA.PING");
    assert_eq!(instance.fire("SUBMITTED.after.PT48H"), "REJECTED");
    assert!(matches!(instance.last.status, Status::Done { .. }));
}

#[test]
fn warnings_of_sound_charts_stay_away() {
    // A region that waits is no dead end where another region leads out; a guarded chain forwards is no cycle.
    let definition = json!({ "id": "m", "initial": "p", "states": {
        "p": { "type": "parallel", "states": { "l": { "initial": "a", "states": { "a": {} } },
               "r": { "initial": "b", "states": { "b": { "on": { "OUT": "#m.q" } } } } } },
        "q": { "always": [{ "target": "s", "guard": "$.n == 1" }, { "target": "f", "guard": "$.n == 2" }], "on": { "GO": "s" } },
        "s": { "on": { "BACK": "q.h" }, "always": { "target": "f", "guard": "$.n == 2" } }, "f": { "type": "final" } } });
    let definition = definition.to_string().replace("q.h", "q");
    assert_eq!(check(&definition, &FakeCatalog).findings, []);
}
