//! The text of a position: round trips, and the refusal of text that is no configuration; starting at a state.

use super::{Instance, Position, Value, json, traced};

fn machine() -> Value {
    json!({ "id": "m", "initial": "idle", "states": {
        "idle": { "on": { "GO": "p", "BACK": "p.hist" } },
        "p": { "type": "parallel", "on": { "OFF": "idle" }, "states": {
            "ship": { "initial": "packed", "states": { "packed": { "on": { "NEXT": "sent" } }, "sent": {}, "h": { "history": "shallow" } } },
            "bill": { "initial": "open", "states": { "open": { "on": { "NEXT": "paid" } }, "paid": { "type": "final" } } },
            "hist": { "history": "deep" } } } } })
}

#[test]
fn positions_come_back_from_their_text() {
    let mut instance = Instance::start(machine());
    for (event, text) in [
        ("GO", "p.ship.packed p.bill.open"),
        ("NEXT", "p.ship.sent p.bill.paid"),
        ("OFF", "idle"),
        ("BACK", "p.ship.sent p.bill.paid"),
    ] {
        assert_eq!(instance.send(event), text);
        let history = instance.last.position.history_text(&instance.chart);
        assert_eq!(Position::parse(&instance.chart, text, history.as_deref()).unwrap(), instance.last.position);
    }
    let history = instance.last.position.history_text(&instance.chart).unwrap();
    assert_eq!(history, r#"{"p.ship.h":["p.ship.sent"],"p.hist":["p.ship.sent","p.bill.paid"]}"#);
}

#[test]
fn illegal_texts_are_refused() {
    let chart = Instance::start(machine()).chart;
    for text in [
        "",
        "nowhere",
        "p",
        "p.ship",
        "p.ship.packed",
        "idle p.ship.packed p.bill.open",
        "p.ship.packed p.ship.sent p.bill.open",
        "p.hist",
        "m",
        "IDLE",
        "idle.",
        "p.ship.packed p.bill.open p.hist",
    ] {
        assert!(Position::parse(&chart, text, None).is_err(), "{text}");
    }
    for history in [
        "",
        "[]",
        r#"{"idle":["idle"]}"#,
        r#"{"p.hist":[]}"#,
        r#"{"p.hist":["p.ship.sent"]}"#,
        r#"{"p.hist":["idle"]}"#,
        r#"{"p.ship.h":["p.ship.sent","p.ship.packed"]}"#,
        r#"{"p.ship.h":["p.bill.open"]}"#,
        r#"{"nowhere":[]}"#,
        r#"{"p.hist":["p.ship","p.bill"]}"#,
        r#"{"p.ship.h":"p.ship.sent"}"#,
    ] {
        assert!(Position::parse(&chart, "idle", Some(history)).is_err(), "{history}");
    }
}

#[test]
fn a_start_can_be_at_any_state() {
    for (at, text, trace) in [
        ("sent", "p.ship.sent p.bill.open", "+m +p +ship +sent +bill +open"),
        ("bill", "p.ship.packed p.bill.open", "+m +p +ship +packed +bill +open"),
        ("p.hist", "p.ship.packed p.bill.open", "+m +p +ship +packed +bill +open"),
        ("#m", "idle", "+m +idle"),
    ] {
        let instance = Instance::start_at(traced(machine()), Some(at));
        assert_eq!((instance.at().as_str(), instance.trace().as_str()), (text, trace), "{at}");
    }
}
