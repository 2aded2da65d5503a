//! Texts that no author would write: nothing may panic, whatever is read.

use super::*;
use proptest::prelude::*;

const WORDS: [&str; 40] = [
    "id",
    "type",
    "initial",
    "states",
    "entry",
    "exit",
    "on",
    "always",
    "after",
    "onDone",
    "invoke",
    "tags",
    "output",
    "history",
    "target",
    "sla",
    "guard",
    "actions",
    "roles",
    "src",
    "input",
    "params",
    "event",
    "delay",
    "and",
    "not",
    "code",
    "from",
    "to",
    "transitions",
    "timers",
    "minutes",
    "a",
    "b",
    "#m",
    "parallel",
    "compound",
    "final",
    "$.a == 1",
    "assign",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![8 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => ".{0,6}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from)
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((word(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

const SEED: &str = r##"{"id":"m","initial":{"target":"a","actions":["x"]},"context":{"n":1.0},"states":{"a":{"initial":"b","entry":[{"type":"raise","event":"E","delay":"PT1H","id":"r"}],"states":{"b":{"on":{"E":{"target":["#m.p.l.x","#m.p.r"],"guard":{"and":["$.n == 1",{"not":"isKnown"}]}}}},"h":{"type":"history","target":"b"}}},"p":{"type":"parallel","onDone":"z","after":{"PT5M":"z"},"states":{"l":{"initial":"x","states":{"x":{"always":[{"target":"y","guard":"$.n == 2"}]},"y":{"type":"final","output":"$.n"}}},"r":{"invoke":{"src":"wf.task","input":{"title":"t"},"onDone":"#z"}}}},"z":{"id":"z","type":"final"}}}"##;

/// Checks, and where that gives a chart runs it a little.
fn exercise(text: &str) {
    let _ = compact(text);
    let Some(chart) = check(text, &FakeCatalog).chart else { return };
    let mut host = TestHost::default();
    let Ok(mut outcome) = start(&chart, &mut host, None, Event::new("wf.start", None)) else { return };
    for event in ["E", "done.invoke.p.r", "a", "b"] {
        let request = Request { event: Event::new(event, None), roles: None, target: None };
        if let Ok(next) = send(&chart, &mut host, &outcome.position, request) {
            outcome = next;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_values_never_panic(value in value()) {
        exercise(&value.to_string());
    }

    #[test]
    fn random_machines_never_panic(states in value(), rest in proptest::collection::vec((word(), value()), 0..4), flat in any::<bool>()) {
        let mut definition: serde_json::Map<String, Value> = rest.into_iter().collect();
        definition.insert(if flat { "code" } else { "id" }.to_owned(), json!("m"));
        definition.insert("states".to_owned(), json!({ "a": states.clone(), "b": { "initial": "a", "states": states.clone() } }));
        if flat {
            definition.insert("states".to_owned(), json!(["a", "b", "to"]));
            definition.insert("transitions".to_owned(), states);
        }
        exercise(&Value::Object(definition).to_string());
    }

    #[test]
    fn truncated_and_mutated_texts_never_panic(cut in 0..SEED.len(), at in 0..SEED.len(), byte in "[\\[\\]{}\":,0-9a-z\\\\$# ]") {
        exercise(&SEED[..cut]);
        let mut mutated = SEED.to_owned();
        mutated.replace_range(at..=at, &byte);
        exercise(&mutated);
    }

    #[test]
    fn swapped_strings_never_panic(from in word(), to in word()) {
        exercise(&SEED.replace(&format!("\"{from}\""), &serde_json::to_string(&to).unwrap()));
    }

    #[test]
    fn compacting_keeps_the_document(value in value()) {
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(compact(&pretty).unwrap(), value.to_string());
    }

    #[test]
    fn random_text_is_no_jsonpath_that_panics(text in ".*") {
        let _ = is_predicate(&text);
        let _ = variables(&text).count();
        let _ = Duration::parse(&text).map(|duration| (duration.to_string(), duration.after(0)));
    }
}

#[test]
fn depth_is_measured_before_anything_recurses() {
    for levels in [101, 200, 100_000] {
        for text in [
            format!("{}{}", "[".repeat(levels), "]".repeat(levels)),
            format!("{}1{}", "{\"a\":".repeat(levels.min(40_000)), "}".repeat(levels.min(40_000))),
            "[".repeat(levels),
        ] {
            let findings = check(&text, &FakeCatalog).findings;
            assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [FindingCode::TooDeep]);
        }
    }
    let deeper = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(check(&deeper, &FakeCatalog).findings[0].code, FindingCode::TooLarge);
    let open = "[".repeat(200_000);
    assert_eq!(check(&open, &FakeCatalog).findings[0].code, FindingCode::TooDeep);
    assert!(compact(&deeper).is_ok());
}

#[test]
fn a_hundred_levels_are_enough_for_real_nesting() {
    let mut nested = json!({ "type": "final" });
    for _ in 0..48 {
        nested = json!({ "initial": "s", "states": { "s": nested } });
    }
    nested["id"] = json!("m");
    assert_eq!(check(&nested.to_string(), &FakeCatalog).findings, []);
}
