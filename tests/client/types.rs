//! What a client declares, prepares and reads: types, plans, errors.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::{Organization, Sent, counter, database_error, define, send, start};

#[tokio::test]
async fn parameters_and_columns_have_their_types() {
    let organization = Organization::new();
    let client = organization.connect().await;
    let statement = client.prepare("SELECT * FROM wf_define($1, activate => $2)").await.unwrap();
    assert_eq!(statement.params(), [Type::JSON, Type::BOOL]);
    // A json keeps the order of its keys on the way: regions stand as they are written.
    let definition = json!({ "id": "typed", "initial": "go", "context": {}, "states": {
        "go": { "type": "parallel", "states": { "zulu": { "initial": "z", "states": { "z": {} } }, "alpha": {} },
                "on": { "GO": { "target": "done", "roles": ["hr"], "guard": "$event.n == 7",
                                "actions": { "type": "assign", "params": { "all": "$payload", "by": "$actor" } } } } },
        "done": {} } });
    let row = client.query_one(&statement, &[&definition, &None::<bool>]).await.unwrap();
    assert_eq!(
        (row.get::<_, &str>("code"), row.get::<_, i32>("version"), row.get::<_, bool>("created")),
        ("typed", 1, true)
    );
    let row = client.query_one("SELECT wf_definition($1, $2)", &[&"typed", &Some(1)]).await.unwrap();
    assert_eq!(row.columns()[0].type_(), &Type::JSON);
    assert_eq!(row.get::<_, Value>(0).to_string(), definition.to_string());

    let statement = client.prepare("SELECT wf_start($1, $2, $3, subject => $4)").await.unwrap();
    assert_eq!(statement.params(), [Type::TEXT, Type::JSONB, Type::TEXT, Type::JSONB]);
    let subject = json!({ "entity_id": "42" });
    let parameters: [&(dyn ToSql + Sync); 4] = [&"typed", &json!({ "x": [1.50, null, "é"] }), &Some("key"), &subject];
    let id: Uuid = client.query_one(&statement, &parameters).await.unwrap().get(0);
    assert_eq!(client.query_one(&statement, &parameters).await.unwrap().get::<_, Uuid>(0), id);

    let statement = client.prepare("SELECT * FROM wf_send($1, $2, $3, $4, $5, $6, $7, $8)").await.unwrap();
    let types = [Type::UUID, Type::TEXT, Type::JSONB, Type::TEXT, Type::TEXT, Type::TEXT_ARRAY, Type::TEXT, Type::UUID];
    assert_eq!(statement.params(), types);
    let payload = json!({ "n": 7, "deep": { "list": [1, { "two": null }] } });
    let roles = vec!["guest", "hr"];
    let row = client
        .query_one(&statement, &[&id, &"GO", &payload, &"key", &"ada", &roles, &"error", &organization.0])
        .await
        .unwrap();
    let types: Vec<&Type> = row.columns().iter().map(|column| column.type_()).collect();
    assert_eq!(types, [&Type::UUID, &Type::INT8, &Type::TEXT, &Type::TEXT, &Type::TEXT, &Type::BOOL]);
    assert_eq!(row.get::<_, Uuid>("instance_id"), id);
    let expected =
        Sent { seq: 2, from_state: Some("go.zulu.z go.alpha".into()), to_state: "done".into(), replayed: false };
    assert_eq!(Sent::from(&row), expected);
    let row = client
        .query_one("SELECT context, created_at FROM wf_instances_view WHERE instance_id = $1", &[&id])
        .await
        .unwrap();
    assert_eq!(row.get::<_, Value>(0), json!({ "x": [1.50, null, "é"], "all": payload, "by": "ada" }));

    // NULL for all that has a default; a moment as the client has it.
    let nothing = None::<&str>;
    let error = client
        .query_one(
            &statement,
            &[&id, &"GO", &None::<Value>, &nothing, &nothing, &None::<Vec<String>>, &"error", &None::<Uuid>],
        )
        .await
        .unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF004");
    let moment = SystemTime::UNIX_EPOCH + Duration::from_micros(4_102_444_800_123_456);
    let row = client
        .query_one("SELECT fire_at FROM wf_set_timer($1, $2, fire_at => $3)", &[&id, &"T", &moment])
        .await
        .unwrap();
    assert_eq!(row.get::<_, SystemTime>(0), moment);
    let row = client.query_one("SELECT * FROM wf_cancel_timer($1)", &[&id]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, Vec<String>>(1)), (1, vec!["T".to_owned()]));
}

#[tokio::test]
async fn prepared_statements_see_what_changed() {
    let client = Organization::new().connect().await;
    let version = |target: &str| {
        json!({ "id": "changing", "initial": "a", "states": {
            "a": { "on": { "GO": { "target": target, "guard": { "type": "public.client_allows" } } } },
            "b": { "on": { "GO": "b" } }, "c": {} } })
    };
    let allow = |answer: bool| {
        format!(
            "CREATE OR REPLACE FUNCTION public.client_allows(context jsonb, vars jsonb) RETURNS boolean \
             LANGUAGE sql AS 'SELECT {answer}'"
        )
    };
    client.batch_execute(&allow(true)).await.unwrap();
    let to_define = client.prepare("SELECT version FROM wf_define($1)").await.unwrap();
    let to_start = client.prepare("SELECT wf_start('changing')").await.unwrap();
    let to_send = client.prepare("SELECT * FROM wf_send($1, 'GO')").await.unwrap();
    // More often than the five times after which the server may settle on a plan.
    for round in 1..=8 {
        let target = if round % 2 == 1 { "b" } else { "c" };
        let mut definition = version(target);
        definition["description"] = json!(format!("round {round}"));
        let defined: i32 = client.query_one(&to_define, &[&definition]).await.unwrap().get(0);
        assert_eq!(defined, round);
        let id: Uuid = client.query_one(&to_start, &[]).await.unwrap().get(0);
        client.batch_execute(&allow(false)).await.unwrap();
        let error = client.query_one(&to_send, &[&id]).await.unwrap_err();
        assert_eq!(database_error(&error).code().code(), "WF005");
        client.batch_execute(&allow(true)).await.unwrap();
        let sent = Sent::from(&client.query_one(&to_send, &[&id]).await.unwrap());
        assert_eq!(sent.to_state, target);
    }
    client.batch_execute("DROP FUNCTION public.client_allows").await.unwrap();
}

#[tokio::test]
async fn errors_have_code_detail_and_hint() {
    let client = Organization::new().connect().await;
    define(&client, counter()).await;
    let id = start(&client, "counter").await;

    let error = send(&client, id, "NO SUCH EVENT", None).await.unwrap_err();
    let error = database_error(&error);
    assert_eq!(error.code().code(), "WF004");
    assert_eq!(error.severity(), "ERROR");
    assert_eq!(error.message(), "INVALID_TRANSITION: nothing in state open takes NO SUCH EVENT");
    assert_eq!(error.detail(), Some("In this state these would be taken: ADD, CLOSE (to closed)."));
    assert!(error.hint().unwrap().contains("unmatched"), "{error:?}");

    let wrong = json!({ "id": "wrong", "initial": "x", "states": { "a": { "on": { "GO": "b" } } } });
    let error = client.query_one("SELECT * FROM wf_define($1)", &[&wrong]).await.unwrap_err();
    let error = database_error(&error);
    assert_eq!(error.code().code(), "WF003");
    let detail: Vec<&str> = error.detail().unwrap().lines().collect();
    assert_eq!(detail.len(), 2, "{detail:?}");
    assert!(detail[0].starts_with("/initial: UNREACHABLE_INITIAL"), "{detail:?}");
    assert!(detail[1].starts_with("/states/a/on/GO: DANGLING_TARGET"), "{detail:?}");

    let error = send(&client, Uuid::now_v7(), "ADD", None).await.unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF001");
    let error = client.query_one("SELECT wf_send($1, 'ADD')", &[&None::<Uuid>]).await.unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF048");
    // The session is as good as before.
    assert_eq!(send(&client, id, "ADD", None).await.unwrap().seq, 2);
}
