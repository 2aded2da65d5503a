use super::*;
use crate::chart::tests::chart;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

fn everything() -> Chart {
    chart(json!({
        "id": "order", "initial": "draft",
        "states": {
            "draft": { "on": { "SUBMIT": { "target": "work", "guard": "$.paid == true", "roles": ["clerk", "boss"] },
                               "NOTE": { "actions": { "type": "log", "message": "noted" } } },
                       "after": { "P5D": "gone" } },
            "work": { "type": "parallel", "onDone": "shipped", "on": { "HOLD": "held" },
                "states": {
                    "pack": { "initial": "open", "states": {
                        "open": { "invoke": { "src": "wf.task", "input": { "title": "Pack", "assignee_role": "store" }, "onDone": "packed", "onError": "#order.gone" } },
                        "packed": { "type": "final" } } },
                    "bill": { "initial": "open", "states": {
                        "open": { "on": { "PAID": "billed" }, "always": { "target": "billed", "guard": { "and": ["$.free == true", { "not": "isKnown" }] } } },
                        "billed": { "type": "final" } } },
                    "last": { "history": "deep", "target": "#order.work.pack.packed" } } },
            "held": { "on": { "GO_ON": "work.last" } },
            "shipped": { "type": "final" },
            "gone": { "type": "final" } } }))
}

const MERMAID: &str = r#"stateDiagram-v2
    [*] --> s1
    state "draft" as s1
    state "work" as s2 {
        state "H* last" as s9
        s9 --> s5
        state "pack" as s3 {
            [*] --> s4
            state "open" as s4
            s4 : invoke wf.task as work.pack.open
            state "packed" as s5
            s5 --> [*]
            s4 --> s5 : done work.pack.open
        }
        --
        state "bill" as s6 {
            [*] --> s7
            state "open" as s7
            state "billed" as s8
            s8 --> [*]
            s7 --> s8 : PAID
            s7 --> s8 : always [$.free == true and not isKnown]
        }
    }
    state "held" as s10
    state "shipped" as s11
    s11 --> [*]
    state "gone" as s12
    s12 --> [*]
    s1 --> s2 : SUBMIT [$.paid == true] (clerk, boss)
    s1 --> s1 : NOTE (stays)
    s1 --> s12 : after P5D
    s2 --> s10 : HOLD
    s2 --> s11 : done
    s4 --> s12 : error work.pack.open
    s10 --> s9 : GO_ON
"#;

#[test]
fn mermaid_of_everything() {
    assert_eq!(draw(&everything(), Notation::Mermaid, None), MERMAID);
}

const DOT: &str = r#"digraph "order" {
    compound=true
    graph [fontname="Helvetica"]
    node [fontname="Helvetica", shape=box, style="rounded,filled", fillcolor=white]
    edge [fontname="Helvetica", fontsize=11]
    i0 [shape=point, width=0.12]
    s1 [label="draft"]
    subgraph cluster_s2 {
        label="work"; style="rounded,dashed"
        i2 [shape=point, style=invis]
        subgraph cluster_s3 {
            label="pack"; style=rounded
            i3 [shape=point, width=0.12]
            s4 [label="open\ninvoke wf.task as work.pack.open"]
            s5 [label="packed", peripheries=2]
        }
        subgraph cluster_s6 {
            label="bill"; style=rounded
            i6 [shape=point, width=0.12]
            s7 [label="open"]
            s8 [label="billed", peripheries=2]
        }
        s9 [label="H* last", shape=circle]
    }
    s10 [label="held"]
    s11 [label="shipped", peripheries=2]
    s12 [label="gone", peripheries=2]
    i0 -> s1 []
    i3 -> s4 []
    i6 -> s7 []
    s9 -> s5 [style=dotted]
    s1 -> i2 [label="SUBMIT [$.paid == true] (clerk, boss)", lhead=cluster_s2]
    s1 -> s1 [label="NOTE", style=dashed]
    s1 -> s12 [label="after P5D"]
    i2 -> s10 [label="HOLD", ltail=cluster_s2]
    i2 -> s11 [label="done", ltail=cluster_s2]
    s4 -> s5 [label="done work.pack.open"]
    s4 -> s12 [label="error work.pack.open"]
    s7 -> s8 [label="PAID"]
    s7 -> s8 [label="always [$.free == true and not isKnown]"]
    s10 -> s9 [label="GO_ON"]
}
"#;

#[test]
fn dot_of_everything() {
    assert_eq!(draw(&everything(), Notation::Dot, None), DOT);
}

fn passage(from: Option<&str>, to: &str, event: &str, timer: Option<&str>) -> Passage {
    Passage {
        from: from.map(str::to_owned),
        to: to.to_owned(),
        event: Some(event.to_owned()),
        timer: timer.map(str::to_owned),
    }
}

/// The labels of the transitions that the passages are taken for.
fn walked(chart: &Chart, current: &str, passages: &[Passage]) -> Vec<String> {
    let marks = Marks::new(chart, current, passages);
    let name = |state: StateId| chart.state(state).path.clone();
    marks
        .taken
        .iter()
        .map(|id| chart.transition(*id))
        .map(|taken| format!("{} {}", name(taken.source), chart.trigger_text(taken)))
        .collect()
}

#[test]
fn the_path_is_marked() {
    let chart = everything();
    let begun = "work.pack.open work.bill.open";
    let passages = [
        passage(None, "draft", "wf.start", None),
        passage(Some("draft"), "draft", "NOTE", None),
        passage(Some("draft"), begun, "SUBMIT", None),
        passage(Some(begun), "work.pack.packed work.bill.open", "done.invoke.work.pack.open", None),
        // The last region ends, and with it all of `work`.
        passage(Some("work.pack.packed work.bill.open"), "shipped", "PAID", None),
    ];
    assert_eq!(
        walked(&chart, "shipped", &passages),
        ["draft SUBMIT", "draft NOTE", "work done", "work.pack.open done work.pack.open", "work.bill.open PAID"]
    );
    let marks = Marks::new(&chart, "shipped", &passages);
    let mermaid = draw(&chart, Notation::Mermaid, Some(&marks));
    assert!(mermaid.contains("\n            s7 --> s8 : ✓ PAID\n"), "{mermaid}");
    assert!(
        mermaid.ends_with(
            "    classDef walked fill:#d9ead3,stroke:#38761d\n    class s1,s4,s5,s7,s8 walked\n    \
         classDef current fill:#ffe599,stroke:#bf9000,stroke-width:3px\n    class s11 current\n"
        ),
        "{mermaid}"
    );
    let dot = draw(&chart, Notation::Dot, Some(&marks));
    assert!(
        dot.contains("s11 [label=\"shipped\", peripheries=2, color=\"#bf9000\", fillcolor=\"#ffe599\", penwidth=3]\n"),
        "{dot}"
    );
    assert!(
        dot.contains("    s7 -> s8 [label=\"PAID\", color=\"#38761d\", fontcolor=\"#38761d\", penwidth=2]\n"),
        "{dot}"
    );
    assert!(dot.contains("    s1 -> s12 [label=\"after P5D\"]\n"), "{dot}");
}

#[test]
fn a_timer_is_known_by_its_name() {
    let chart = everything();
    let fired = |timer| walked(&chart, "gone", &[passage(Some("draft"), "gone", "wf.after", timer)]);
    assert_eq!(fired(Some("draft.after.P5D")), ["draft after P5D"]);
    assert!(fired(None).is_empty());
}

#[test]
fn the_shortest_way_through_eventless_transitions_is_marked() {
    let chart = chart(json!({
        "id": "m", "initial": "a",
        "states": {
            "a": { "on": { "GO": [{ "target": "b", "guard": "$.far == true" }, { "target": "c", "actions": { "type": "raise", "event": "ON" } }] } },
            "b": { "always": "c" },
            "c": { "on": { "ON": "d" } },
            "d": { "on": { "BACK": "h.memory" } },
            "h": { "initial": "one", "states": { "one": { "on": { "NEXT": "two" } }, "two": {}, "memory": { "type": "history" } } } } }));
    assert_eq!(walked(&chart, "d", &[passage(Some("a"), "d", "GO", None)]), ["a GO", "c ON"]);
    assert_eq!(walked(&chart, "c", &[passage(Some("a"), "c", "GO", None)]), ["a GO"]);
    assert_eq!(walked(&chart, "h.two", &[passage(Some("d"), "h.two", "BACK", None)]), ["d BACK"]);
    // States of another version, and of none.
    assert!(walked(&chart, "CANCELLED", &[passage(Some("x"), "CANCELLED", "GO", None)]).is_empty());
}

/// Names that mean something to Mermaid, Markdown, HTML or DOT, in every place where a definition may have a name.
fn hostile() -> Vec<Chart> {
    let names = [
        "\"",
        "\\",
        "a\"]b",
        "}",
        "{",
        "--",
        "%%",
        "%%{init:1}%%",
        "x#35;",
        "]]",
        "[*]",
        "<<fork>>",
        "<b>x</b>",
        "&lt;&",
        "end",
        "state",
        "note",
        ":::x",
        "a:b;c",
        "-->",
        "`x`",
        "**x**",
        "__x__",
        "$$x$$",
        "\\n\\N\\G",
        "é漢🎈",
        "classDef",
        "style",
        "x\u{1}y",
    ];
    let charts = names.iter().map(|name| {
        let words = format!("{name} {name}");
        chart(json!({
            "id": format!("m{name}"), "initial": name,
            "on": { "ROOT": { "actions": "x" }, "AGAIN": "#top" },
            "invoke": { "src": &words, "id": &words },
            "states": {
                *name: { "id": "top",
                    "invoke": [{ "src": &words }, { "src": "wf.workflow", "input": { "definition_code": "d" }, "id": format!("{name}2"), "onError": name }],
                    "on": { words.replace('*', "+"): { "target": "z", "roles": [&words], "guard": "isKnown" },
                            "STAY": { "actions": &words }, "*": "p" },
                    "after": { "1000": "z", "$.x": "z" } },
                "p": { "type": "parallel", "on": { "SELF": { "target": "p", "reenter": true }, "IN": "p.r1.b", "OUT": "#top" }, "states": {
                    "r1": { "initial": "a", "states": { "a": { "on": { "X": "#p2.b", "UP": "#root2" } }, "b": {} } },
                    "r2": { "id": "p2", "initial": "a", "states": { "a": {}, "b": {}, "h": { "type": "history", "history": "deep" } } },
                    "r3": { "id": "root2", "on": { "Y": "#p2.h" } } } },
                "z": { "type": "final" } } }))
    });
    let parallel_root =
        chart(json!({ "id": "m", "type": "parallel", "states": { "a": { "on": { "X": "b" } }, "b": {} } }));
    charts.chain([parallel_root, everything()]).collect()
}

/// Is the text what Mermaid's grammar of stateDiagram-v2 takes: known statements, declared names, labels without a character that
/// could end or change them, balanced frames?
fn check_mermaid(text: &str) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("stateDiagram-v2"));
    let is_name = |name: &str| {
        name.strip_prefix('s').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_label = |label: &str| {
        let mut rest = label;
        while let Some(at) = rest.find('#') {
            let end = rest[at..].find(';').expect("an entity ends");
            assert!(rest[at + 1..at + end].bytes().all(|b| b.is_ascii_digit()), "{label}");
            assert!(!rest[..at].contains(|c| "\":;{}<>%\\`~^\n".contains(c)), "{label}");
            rest = &rest[at + end + 1..];
        }
        !label.trim().is_empty() && !rest.contains(|c| "\":;{}<>%\\`~^\n".contains(c))
    };
    let (mut depth, mut declared, mut used) = (0, BTreeSet::new(), BTreeSet::new());
    for line in lines {
        let line = line.trim_start();
        if let Some(state) = line.strip_prefix("state \"") {
            let (label, name) = state.split_once("\" as ").expect(line);
            let frame = name.strip_suffix(" {");
            depth += i32::from(frame.is_some());
            let name = frame.unwrap_or(name);
            assert!(is_label(label) && is_name(name) && declared.insert(name.to_owned()), "{line}");
        } else if line == "}" {
            depth -= 1;
        } else if let Some((from, to)) = line.split_once(" --> ") {
            let (to, label) = to.split_once(" : ").unwrap_or((to, "-"));
            assert!(is_label(label), "{line}");
            for end in [from, to].into_iter().filter(|end| *end != "[*]") {
                assert!(is_name(end), "{line}");
                used.insert(end.to_owned());
            }
        } else if let Some((name, label)) = line.split_once(" : ") {
            assert!(is_name(name) && is_label(label), "{line}");
        } else {
            assert!(line == "--" || line.starts_with("classDef ") || line.starts_with("class s"), "{line}");
        }
        assert!(depth >= 0, "{text}");
    }
    assert_eq!(depth, 0, "{text}");
    assert!(used.is_subset(&declared), "{text}");
}

#[test]
fn any_name_gives_valid_mermaid() {
    for chart in hostile() {
        let text = draw(&chart, Notation::Mermaid, None);
        check_mermaid(&text);
    }
}

#[test]
fn any_name_gives_valid_dot() {
    // One call for all: Graphviz takes a stream of diagrams.
    let charts = hostile();
    let all: String = charts.iter().map(|chart| draw(chart, Notation::Dot, None)).collect();
    let mut dot = Command::new("dot")
        .arg("-Tsvg")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Graphviz: scripts/setup installs it");
    let mut input = dot.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(all.as_bytes()));
    let output = dot.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let drawn = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && drawn.matches("<svg ").count() == charts.len());
}
