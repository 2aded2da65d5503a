//! What belongs together, and what waits: transactions, pipelines, locks that are given up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_postgres::error::SqlState;

use super::{Organization, STEPS, Sent, count, counter, database_error, define, send, start};

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let mut client = Organization::new().connect().await;
    define(&client, counter()).await;
    client.batch_execute("CREATE TEMP TABLE sale (id integer)").await.unwrap();
    let id = start(&client, "counter").await;

    let transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO sale VALUES (1)", &[]).await.unwrap();
    let row = transaction.query_one("SELECT * FROM wf_send($1, 'ADD', idempotency_key => 'k')", &[&id]).await.unwrap();
    assert_eq!(Sent::from(&row).seq, 2);
    transaction.rollback().await.unwrap();
    assert_eq!(count(&client, STEPS, &[&id]).await, 1);
    assert_eq!(count(&client, "SELECT count(*) FROM sale", &[]).await, 0);

    let mut transaction = client.transaction().await.unwrap();
    transaction.execute("INSERT INTO sale VALUES (2)", &[]).await.unwrap();
    let savepoint = transaction.transaction().await.unwrap();
    let error = savepoint.query_one("SELECT * FROM wf_send($1, 'NO SUCH EVENT')", &[&id]).await.unwrap_err();
    assert_eq!(database_error(&error).code().code(), "WF004");
    savepoint.rollback().await.unwrap();
    let row = transaction.query_one("SELECT * FROM wf_send($1, 'ADD', idempotency_key => 'k')", &[&id]).await.unwrap();
    assert!(!Sent::from(&row).replayed);
    transaction.commit().await.unwrap();
    assert_eq!(count(&client, STEPS, &[&id]).await, 2);
    assert_eq!(count(&client, "SELECT count(*) FROM sale", &[]).await, 1);
}

#[tokio::test]
async fn a_pipeline_keeps_its_order() {
    let client = Arc::new(Organization::new().connect().await);
    define(&client, counter()).await;
    let id = start(&client, "counter").await;
    let statement = client.prepare("SELECT * FROM wf_send($1, $2)").await.unwrap();
    // One in the middle fails, and fails alone.
    let events = |index: usize| if index == 25 { "NO SUCH EVENT" } else { "ADD" };
    let mut sends = JoinSet::new();
    for index in 0..50 {
        let (client, statement) = (client.clone(), statement.clone());
        sends.spawn(async move {
            let answer = client.query_one(&statement, &[&id, &events(index)]).await;
            (
                index,
                answer.map(|row| Sent::from(&row).seq).map_err(|error| database_error(&error).code().code().to_owned()),
            )
        });
    }
    let mut answers = sends.join_all().await;
    answers.sort_by_key(|(index, _)| *index);
    let failed: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_err()).collect();
    assert_eq!(failed, [&(25, Err("WF004".to_owned()))]);
    // All of one connection: the steps follow each other in the order in which they were sent.
    let seqs: Vec<i64> = answers.into_iter().filter_map(|(_, answer)| answer.ok()).collect();
    assert_eq!(seqs, (2..51).collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_wait_can_be_given_up() {
    let organization = Organization::new();
    let mut holder = organization.connect().await;
    define(&holder, counter()).await;
    let id = start(&holder, "counter").await;
    let transaction = holder.transaction().await.unwrap();
    transaction.execute("SELECT wf_send($1, 'ADD')", &[&id]).await.unwrap();

    let waiter = organization.connect().await;
    waiter.batch_execute("SET lock_timeout = '10ms'").await.unwrap();
    let error = send(&waiter, id, "ADD", None).await.unwrap_err();
    assert_eq!(database_error(&error).code(), &SqlState::LOCK_NOT_AVAILABLE);
    waiter.batch_execute("RESET lock_timeout").await.unwrap();

    let process: i32 = waiter.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
    let watcher = organization.connect().await;
    let waiting = async {
        let blocked = "SELECT count(*) FROM pg_locks WHERE pid = $1 AND NOT granted";
        let deadline = Instant::now() + Duration::from_secs(30);
        while count(&watcher, blocked, &[&process]).await == 0 {
            assert!(Instant::now() < deadline, "the sender does not wait");
        }
        // A cancel request of the client's own would signal twice, and the second might hit the next statement.
        watcher.execute("SELECT pg_cancel_backend($1)", &[&process]).await.unwrap();
    };
    let (answer, ()) = tokio::join!(send(&waiter, id, "ADD", None), waiting);
    assert_eq!(database_error(&answer.unwrap_err()).code(), &SqlState::QUERY_CANCELED);

    transaction.commit().await.unwrap();
    assert_eq!(send(&waiter, id, "ADD", None).await.unwrap().seq, 3);
}
