//! Every mistake in a table: the document, where the finding must point, and which it must be.

use super::{FakeCatalog, FindingCode, Severity, check};
use FindingCode::*;

/// A machine whose state `a` holds this.
fn a(body: &str) -> String {
    format!(r#"{{"id":"m","initial":"a","states":{{"a":{{{body}}},"b":{{"type":"final"}}}}}}"#)
}

/// A machine whose state `a` goes to `b` by a transition that holds this.
fn go(body: &str) -> String {
    a(&format!(r#""on":{{"GO":{{"target":"b",{body}}}}}"#))
}

/// A machine with this beside its states.
fn root(body: &str) -> String {
    format!(r#"{{"id":"m","initial":"a","states":{{"a":{{"on":{{"GO":"b"}}}},"b":{{"type":"final"}}}},{body}}}"#)
}

/// A flat definition with this beside its states.
fn flat(body: &str) -> String {
    format!(r#"{{"code":"F","states":["A","B","C"],{body}}}"#)
}

/// A flat definition whose state A leads to B, with this timer.
fn timer(body: &str) -> String {
    flat(&format!(r#""transitions":[{{"from":"A","to":"B"}},{{"from":"B","to":"C"}}],"timers":[{{{body}}}]"#))
}

fn found(text: &str) -> Vec<(String, FindingCode)> {
    check(text, &FakeCatalog).findings.into_iter().map(|finding| (finding.pointer, finding.code)).collect()
}

const GUARD: &str = "/states/a/on/GO/guard";
const ACTION: &str = "/states/a/entry";
const TRANSITION: &str = "/states/a/on/GO";

fn table() -> Vec<(String, &'static str, FindingCode)> {
    let entry = |action: &str| a(&format!(r#""entry":{action}"#));
    let invoke = |body: &str| a(&format!(r#""invoke":{{{body}}}"#));
    let task = |body: &str| {
        a(&format!(r#""invoke":{{"src":"wf.task","input":{{"title":"t","candidate_users":["u"],{body}}}}}"#))
    };
    vec![
        // The text itself
        ("{".into(), "", InvalidJson),
        ("".into(), "", InvalidJson),
        (r#"{"id":"m"} x"#.into(), "", InvalidJson),
        (root(r#""meta":"\ud800""#), "/meta", InvalidJson),
        (format!(r#"{{"id":"{}"}}"#, "x".repeat(262_144)), "", TooLarge),
        (format!("{}{}", "[".repeat(101), "]".repeat(101)), "", TooDeep),
        (root(r#""id":"again""#), "/id", DuplicateKey),
        (root(r#""meta":{"x":1,"x":2}"#), "/meta/x", DuplicateKey),
        (root(r#""meta":{"x":"\u0000"}"#), "/meta/x", NulCharacter),
        (root(r#""meta":{"\u0000":1}"#), "/meta/\\u0000", NulCharacter),
        (root(r#""context":{"x":1e999999}"#), "/context/x", BadValue),
        ("[]".into(), "", WrongType),
        ("1".into(), "", WrongType),
        // The root
        (r#"{"initial":"a","states":{"a":{"on":{"E":{"actions":"x"}}}}}"#.into(), "", MissingKey),
        (r#"{"id":"m"}"#.into(), "", MissingKey),
        (r#"{"id":"m","states":{}}"#.into(), "/states", BadValue),
        (r#"{"id":"m","states":7}"#.into(), "/states", WrongType),
        (r#"{"id":"m","states":{"a":{"after":{"P1D":{"reenter":true}}}}}"#.into(), "", MissingKey),
        (root(r#""id2":1"#), "/id2", UnknownKey),
        (root(r#""context":[]"#), "/context", WrongType),
        (root(r#""compensate":{}"#), "/compensate", Reserved),
        (root(r#""type":"final""#), "/type", BadValue),
        (root(r#""history":"deep""#), "/history", UnknownKey),
        (root(r#""sla":{"duration":"soon"}"#), "/sla/duration", BadDuration),
        (root(r#""sla":{"warn":0.5}"#), "/sla", MissingKey),
        (root(r#""sla":{"duration":"P1D","warn":1}"#), "/sla/warn", BadValue),
        (root(r#""sla":{"duration":"P1D","escalations":[{"to_role":"x"}]}"#), "/sla/escalations/0", MissingKey),
        (root(r#""sla":{"duration":"P1D","escalations":[{"after":"x"}]}"#), "/sla/escalations/0/after", BadDuration),
        (root(r#""limits":{"max_concurrent":0}"#), "/limits/max_concurrent", BadValue),
        (root(r#""limits":{"per_second":"5"}"#), "/limits/per_second", WrongType),
        (root(r#""search":{"x":"$.("}"#), "/search/x", BadPath),
        (root(r#""correlation":"$nobody.x""#), "/correlation", UnknownVariable),
        (r#"{"id":"m x","initial":"a","states":{"a":{"on":{"E":{"actions":"x"}}}}}"#.into(), "/id", BadValue),
        // States
        (
            r#"{"id":"m","initial":"a b","states":{"a b":{"on":{"E":{"actions":"x"}}}}}"#.into(),
            "/states/a b",
            BadStateKey,
        ),
        (
            r##"{"id":"m","initial":"#a","states":{"#a":{"on":{"E":{"actions":"x"}}}}}"##.into(),
            "/states/#a",
            BadStateKey,
        ),
        (r#"{"id":"m","initial":"","states":{"":{"on":{"E":{"actions":"x"}}}}}"#.into(), "/states/", BadStateKey),
        (r#"{"id":"m","initial":"x","states":{"a":{"type":"final"}}}"#.into(), "/initial", UnreachableInitial),
        (
            r#"{"id":"m","initial":{"target":"x"},"states":{"a":{"type":"final"}}}"#.into(),
            "/initial/target",
            UnreachableInitial,
        ),
        (a(r#""initial":"h","states":{"h":{"type":"history"},"c":{}}"#), "/states/a/initial", UnreachableInitial),
        (a(r#""initial":"c""#), "/states/a/initial", BadValue),
        (a(r#""type":"parallel""#), "/states/a", MissingKey),
        (a(r#""type":"compound","states":{}"#), "/states/a/states", BadValue),
        (a(r#""type":"atomic","states":{"c":{}}"#), "/states/a/states", BadValue),
        (a(r#""type":"finale""#), "/states/a/type", BadValue),
        (a(r#""type":7"#), "/states/a/type", WrongType),
        (a(r#""type":"final","on":{"GO":"b"}"#), "/states/a/on", BadValue),
        (a(r#""output":1"#), "/states/a/output", BadValue),
        (a(r#""target":"b""#), "/states/a/target", BadValue),
        (
            a(r#""initial":"c","states":{"c":{},"h":{"type":"history","entry":"x"}}"#),
            "/states/a/states/h/entry",
            BadValue,
        ),
        (a(r#""initial":"c","states":{"c":{},"h":{"history":"both"}}"#), "/states/a/states/h/history", BadValue),
        (a(r#""tags":[1]"#), "/states/a/tags/0", WrongType),
        (a(r#""id":"m.b""#), "/states/b", DuplicateId),
        (a(r##""id":"#a""##), "/states/a/id", BadValue),
        (a(r#""onEntry":"x""#), "/states/a/onEntry", UnknownKey),
        (a(r#""sla":"P1D""#), "/states/a/sla", WrongType),
        (
            a(r#""initial":"c","states":{"c":{},"h":{"type":"history","target":"nowhere"}}"#),
            "/states/a/states/h/target",
            DanglingTarget,
        ),
        (
            a(r##""initial":"c","states":{"c":{},"h":{"type":"history","target":"#m.b"}}"##),
            "/states/a/states/h/target",
            BadValue,
        ),
        // Transitions
        (a(r#""on":[]"#), "/states/a/on", WrongType),
        (a(r#""on":{"":"b"}"#), "/states/a/on/", BadValue),
        (a(r#""on":{"a*":"b"}"#), "/states/a/on/a*", BadValue),
        (a(r#""on":{"*.x":"b"}"#), "/states/a/on/*.x", BadValue),
        (a(r#""on":{"GO":[]}"#), TRANSITION, BadValue),
        (a(r#""on":{"GO":5}"#), TRANSITION, WrongType),
        (a(r#""on":{"GO":"x/y"}"#), TRANSITION, DanglingTarget),
        (a(r#""on":{"GO/~":"x"}"#), "/states/a/on/GO~1~0", DanglingTarget),
        (a(r#""on":{"GO":{"target":["b","nowhere"]}}"#), "/states/a/on/GO/target/1", DanglingTarget),
        (a(r##""on":{"GO":"#nowhere"}"##), TRANSITION, DanglingTarget),
        (a(r#""on":{"GO":".c"}"#), TRANSITION, DanglingTarget),
        (a(r#""on":{"GO":{"target":[]}}"#), "/states/a/on/GO/target", BadValue),
        (a(r#""on":{"GO":{"target":["a","b"]}}"#), TRANSITION, ConflictingTargets),
        (root(r#""on":{"BACK":"a"}"#), "/on/BACK", DanglingTarget),
        (go(r#""cond":"isKnown""#), "/states/a/on/GO/cond", UnknownKey),
        (go(r#""reenter":"yes""#), "/states/a/on/GO/reenter", WrongType),
        (go(r#""roles":[""]"#), "/states/a/on/GO/roles/0", BadValue),
        (go(r#""calendar":"office""#), "/states/a/on/GO/calendar", UnknownKey),
        (a(r#""after":{"5 minutes":"b"}"#), "/states/a/after/5 minutes", BadDuration),
        (a(r#""after":{"shortDelay":"b"}"#), "/states/a/after/shortDelay", BadDuration),
        (a(r#""after":{"-PT1H":"b"}"#), "/states/a/after/-PT1H", BadDuration),
        (a(r#""after":{"$.(":"b"}"#), "/states/a/after/$.(", BadPath),
        (
            a(r#""after":{"P1D":[{"target":"b","guard":"isKnown","calendar":"x"},{"target":"b","calendar":"y"}]}"#),
            "/states/a/after/P1D/1",
            BadValue,
        ),
        // Guards
        (go(r#""guard":"$.paid""#), GUARD, BadGuard),
        (go(r#""guard":"is it paid?""#), GUARD, BadGuard),
        (go(r#""guard":"$nobody.x == 1""#), GUARD, UnknownVariable),
        (go(r#""guard":{"and":[]}"#), "/states/a/on/GO/guard/and", BadGuard),
        (go(r#""guard":{"or":["isKnown","$.paid"]}"#), "/states/a/on/GO/guard/or/1", BadGuard),
        (go(r#""guard":{"not":["isKnown"]}"#), "/states/a/on/GO/guard/not", WrongType),
        (go(r#""guard":{"type":"demo.no"}"#), "/states/a/on/GO/guard/type", BadGuard),
        (go(r#""guard":{"type":"xstate.and"}"#), "/states/a/on/GO/guard/type", BadGuard),
        (go(r#""guard":{"params":{}}"#), GUARD, MissingKey),
        (go(r#""guard":true"#), GUARD, WrongType),
        (
            go(r#""guard":{"type":"isKnown","params":{"x":{"call":"demo.no"}}}"#),
            "/states/a/on/GO/guard/params/x/call",
            UnknownFunction,
        ),
        // Actions
        (entry("7"), ACTION, WrongType),
        (entry(r#"["", "x"]"#), "/states/a/entry/0", BadValue),
        (entry(r#"{"params":{}}"#), ACTION, MissingKey),
        (entry(r#""assign""#), ACTION, MissingKey),
        (entry(r#"{"type":"assign","params":[]}"#), "/states/a/entry/params", WrongType),
        (entry(r#"{"type":"assign","params":{"x":{"expr":1}}}"#), "/states/a/entry/params/x/expr", WrongType),
        (entry(r#"{"type":"assign","params":{"x":[{"y":"$.("}]}}"#), "/states/a/entry/params/x/0/y", BadPath),
        (
            entry(r#"{"type":"assign","params":{"x":{"call":"demo.no","args":{}}}}"#),
            "/states/a/entry/params/x/call",
            UnknownFunction,
        ),
        (entry(r#"{"type":"raise"}"#), ACTION, MissingKey),
        (entry(r#"{"type":"raise","event":"done.state.m"}"#), "/states/a/entry/event", Reserved),
        (
            entry(r#"{"type":"raise","params":{"event":{"type":"wf.after"}}}"#),
            "/states/a/entry/params/event/type",
            Reserved,
        ),
        (entry(r#"{"type":"raise","event":"X","params":{"event":"Y"}}"#), "/states/a/entry/params/event", DuplicateKey),
        (entry(r#"{"type":"raise","event":"*"}"#), "/states/a/entry/event", BadValue),
        (entry(r#"{"type":"raise","event":"X","delay":"later"}"#), "/states/a/entry/delay", BadDuration),
        (entry(r#"{"type":"raise","event":"X","delay":-1}"#), "/states/a/entry/delay", BadDuration),
        (entry(r#"{"type":"cancel","id":"$.id"}"#), "/states/a/entry/id", BadValue),
        (entry(r#"{"type":"log"}"#), ACTION, MissingKey),
        (entry(r#"{"type":"wf.task"}"#), "/states/a/entry/type", BadValue),
        (entry(r#""xstate.raise""#), ACTION, BadValue),
        (entry(r#"{"type":"MAIL","parms":{}}"#), "/states/a/entry/parms", UnknownKey),
        (entry(r#"{"type":"MAIL","compensate":"UNMAIL"}"#), "/states/a/entry/compensate", Reserved),
        (entry(r#"{"type":"MAIL","timeout":"$.x"}"#), "/states/a/entry/timeout", BadDuration),
        (
            entry(r#"{"type":"MAIL","retry":{"maximum_attempts":1.5}}"#),
            "/states/a/entry/retry/maximum_attempts",
            BadValue,
        ),
        (
            entry(r#"{"type":"MAIL","retry":{"backoff_coefficient":0}}"#),
            "/states/a/entry/retry/backoff_coefficient",
            BadValue,
        ),
        (entry(r#"{"type":"MAIL","retry":{"jitter":"some"}}"#), "/states/a/entry/retry/jitter", BadValue),
        (
            entry(r#"{"type":"MAIL","retry":{"initial_interval":"x"}}"#),
            "/states/a/entry/retry/initial_interval",
            BadDuration,
        ),
        (
            entry(r#"{"type":"MAIL","retry":{"non_retryable_errors":"x"}}"#),
            "/states/a/entry/retry/non_retryable_errors",
            WrongType,
        ),
        // Invokes
        (invoke(r#""id":"x""#), "/states/a/invoke", MissingKey),
        (invoke(r#""src":"wf.sleep""#), "/states/a/invoke/src", BadValue),
        (invoke(r#""src":"wf.workflow""#), "/states/a/invoke", MissingKey),
        (invoke(r#""src":"wf.workflow","input":{"version":1}"#), "/states/a/invoke/input", MissingKey),
        (invoke(r#""src":"X","onDone":"nowhere""#), "/states/a/invoke/onDone", DanglingTarget),
        (a(r#""invoke":[{"src":"X","id":"i"},{"src":"Y","id":"i"}]"#), "/states/a/invoke/1/id", DuplicateId),
        (invoke(r#""src":"wf.task""#), "/states/a/invoke", MissingKey),
        (invoke(r#""src":"wf.task","input":{"assignee_role":"r"}"#), "/states/a/invoke/input", MissingKey),
        (invoke(r#""src":"wf.task","input":{"title":"t"}"#), "/states/a/invoke/input", MissingKey),
        (task(r#""assignee_role":"""#), "/states/a/invoke/input/assignee_role", BadValue),
        (task(r#""candidate_roles":[7]"#), "/states/a/invoke/input/candidate_roles/0", WrongType),
        (task(r#""priority":"soon""#), "/states/a/invoke/input/priority", BadValue),
        (task(r#""priority":3"#), "/states/a/invoke/input/priority", BadValue),
        (task(r#""not_by":["a","nobody"]"#), "/states/a/invoke/input/not_by/1", DanglingTarget),
        (task(r#""metadata":[]"#), "/states/a/invoke/input/metadata", WrongType),
        (task(r#""assignee":"x""#), "/states/a/invoke/input/assignee", UnknownKey),
        (task(r#""due":"tomorrow""#), "/states/a/invoke/input/due", BadDuration),
        (task(r#""due_at":"P1D""#), "/states/a/invoke/input/due_at", BadValue),
        (task(r#""outcomes":[]"#), "/states/a/invoke/input/outcomes", BadValue),
        (task(r#""outcomes":"yes""#), "/states/a/invoke/input/outcomes", WrongType),
        (task(r#""escalations":{}"#), "/states/a/invoke/input/escalations", WrongType),
        // The flat form
        (r#"{"states":["A"],"transitions":[]}"#.into(), "", MissingKey),
        (r#"{"code":"F","transitions":[]}"#.into(), "", MissingKey),
        (r#"{"code":"F","states":["A","A"],"transitions":[]}"#.into(), "/states/1", DuplicateId),
        (r#"{"code":"F","states":["A",1],"transitions":[]}"#.into(), "/states/1", WrongType),
        (r#"{"code":"F","states":[]}"#.into(), "/states", BadValue),
        (flat(r#""transitions":{}"#), "/transitions", WrongType),
        (flat(r#""transitions":[{"from":"A","to":"X"}]"#), "/transitions/0/to", DanglingTarget),
        (flat(r#""transitions":[{"to":"B"}]"#), "/transitions/0", MissingKey),
        (flat(r#""transitions":[{"from":"A","to":"B","guard":[]}]"#), "/transitions/0/guard", UnknownKey),
        (flat(r#""transitions":[{"from":"A","to":"B","guards":["$.x"]}]"#), "/transitions/0/guards/0", BadGuard),
        (flat(r#""transitions":[{"from":"A","to":"B","effects":[5]}]"#), "/transitions/0/effects/0", WrongType),
        (timer(r#""on_enter":"A","minutes":0,"on_fire":"X""#), "/timers/0/minutes", BadValue),
        (timer(r#""on_enter":"A","on_fire":"X""#), "/timers/0", MissingKey),
        (timer(r#""on_enter":"C","minutes":1,"on_fire":"X""#), "/timers/0", BadValue),
        (timer(r#""on_enter":"A","minutes":1,"on_fire":"X","to":"B""#), "/timers/0/to", BadValue),
        (timer(r#""on_enter":"A","minutes":1,"on_fire":"WF.ADVANCE","to":"C""#), "/timers/0/to", DanglingTarget),
        (
            flat(
                r#""transitions":[{"from":"A","to":"B"},{"from":"A","to":"C"}],"timers":[{"on_enter":"A","minutes":1,"on_fire":"WF.ADVANCE"}]"#,
            ),
            "/timers/0",
            AmbiguousTimer,
        ),
        // Warnings
        (root(r#""on":{"X":{}}"#).replace("\"GO\":\"b\"", "\"GO\":{\"actions\":\"x\"}"), "/states/b", UnreachableState),
        (a(r#""on":{"GO":{}}"#), "/states/a", DeadEnd),
        (a(r#""on":{"GO":["b",{"target":"b","guard":"isKnown"}]}"#), "/states/a/on/GO/1", ShadowedTransition),
        (a(r#""always":[{"target":"b","guard":"isKnown"},"b","b"]"#), "/states/a/always/2", ShadowedTransition),
        (a(r#""always":{"target":"a","guard":"isKnown"},"on":{"GO":"b"}"#), "/states/a/always", EventlessCycle),
        (go(r#""guard":"isUnknown""#), GUARD, UnboundGuard),
        (go(r#""guard":{"type":"HERA.A.B.C"}"#), "/states/a/on/GO/guard/type", UnboundGuard),
        (a(r#""onDone":"b""#), "/states/a/onDone", NeverDone),
        (root(r#""sla":{"duration":"P1D","calendar":"shop"}"#), "/sla/calendar", UnknownCalendar),
        (
            a(r#""after":{"PT8H":{"target":"b","calendar":"shop"}},"on":{"GO":"b"}"#),
            "/states/a/after/PT8H/calendar",
            UnknownCalendar,
        ),
    ]
}

/// Each document has its finding, and no other of the same severity.
#[test]
fn every_mistake_is_found_where_it_is() {
    for (text, pointer, code) in table() {
        let same_severity: Vec<(String, FindingCode)> =
            found(&text).into_iter().filter(|(_, found)| found.severity() == code.severity()).collect();
        let others: Vec<_> =
            same_severity.iter().filter(|(_, found)| *found != UnreachableState || code == *found).collect();
        assert_eq!(others, [&(pointer.to_owned(), code)], "{}", &text[..text.len().min(300)]);
    }
}

#[test]
fn every_code_has_a_mistake() {
    let table = table();
    assert!(table.len() >= 60);
    for code in FindingCode::ALL {
        assert!(table.iter().any(|(_, _, covered)| covered == code), "{code}");
    }
}

#[test]
fn an_error_refuses_and_a_warning_does_not() {
    for (text, _, code) in table() {
        let refused = check(&text, &FakeCatalog).chart.is_none();
        assert_eq!(refused, code.severity() == Severity::Error, "{}", &text[..text.len().min(300)]);
    }
}

#[test]
fn all_mistakes_are_reported_at_once_in_document_order() {
    let text = r#"{
        "id": "m", "initial": "nowhere", "contxt": {},
        "states": {
            "a": { "entry": [{ "type": "raise" }, { "type": "X", "params": { "y": "$.(" } }],
                   "on": { "GO": { "target": "c", "guard": "$.paid" }, "STOP": "b" } },
            "b": { "invoke": { "src": "wf.nap" }, "after": { "soon": "a" } },
            "b c": { "type": "final", "on": {} } },
        "sla": {} }"#;
    let expected = [
        ("/initial", UnreachableInitial),
        ("/contxt", UnknownKey),
        ("/states/a/entry/0", MissingKey),
        ("/states/a/entry/1/params/y", BadPath),
        ("/states/a/on/GO/target", DanglingTarget),
        ("/states/a/on/GO/guard", BadGuard),
        ("/states/b/invoke/src", BadValue),
        ("/states/b/after/soon", BadDuration),
        ("/states/b c", BadStateKey),
        ("/states/b c/on", BadValue),
        ("/sla", MissingKey),
    ];
    assert_eq!(found(text), expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

#[test]
fn messages_help() {
    let message = |text: &str| {
        let findings = check(text, &FakeCatalog).findings;
        findings.into_iter().find(|finding| finding.severity == Severity::Error).unwrap().message
    };
    assert!(message(&go(r#""tragets":1"#)).contains("did you mean \"target\"?"));
    assert!(message(&root(r#""on":{"BACK":"a"}"#)).contains("did you mean \".a\"?"));
    assert!(message(&a(r#""entry":"xstate.assign""#)).contains("\"assign\""));
    assert!(message(&a(r#""after":{"soon":"b"}"#)).contains("spell it out"));
    assert!(message(&go(r#""guard":"$.paid""#)).contains("$.paid == true"));
}
