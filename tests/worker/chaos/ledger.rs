//! What clients called and what they were told, compared with what the server has stored.

use std::collections::BTreeMap;

use tokio_postgres::Client;

/// What a client knows of a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// The server answered: it is done.
    Done,
    /// The server refused: it is not.
    Refused,
    /// The connection was lost, or the server ended the session: nobody knows.
    Nothing,
}

pub struct Call {
    /// start, send, pause, ...: how the call is found in the history.
    pub kind: &'static str,
    /// The call's own name, which is in the history where the call is.
    pub key: String,
    pub told: Told,
}

#[derive(Default)]
pub struct Ledger {
    pub calls: Vec<Call>,
}

/// How often is each call in the history? One query per kind: its key, and so many.
const FOUND: [(&str, &str); 7] = [
    ("start", "SELECT instance_key, count(*) FROM wf_instances_view WHERE instance_key IS NOT NULL GROUP BY 1"),
    ("send", "SELECT idempotency_key, count(*) FROM wf_steps_view WHERE idempotency_key IS NOT NULL GROUP BY 1"),
    ("pause", "SELECT note, count(*) FROM wf_steps_view WHERE kind = 'pause' AND note IS NOT NULL GROUP BY 1"),
    ("resume", "SELECT note, count(*) FROM wf_steps_view WHERE kind = 'resume' AND note IS NOT NULL GROUP BY 1"),
    ("cancel", "SELECT note, count(*) FROM wf_steps_view WHERE kind = 'cancel' AND note IS NOT NULL GROUP BY 1"),
    (
        // A message is delivered once; one for an instance that has ended counts as delivered.
        "publish",
        "SELECT m.message_id, greatest(count(s.step_id), (max(i.status) <> 'active')::integer)
            FROM wf.message AS m
            LEFT JOIN wf_instances_view AS i ON i.correlation_key = m.correlation_key
            LEFT JOIN wf_steps_view AS s ON s.instance_id = i.instance_id AND s.payload ->> 'message' = m.message_id
            WHERE m.message_id IS NOT NULL GROUP BY 1",
    ),
    (
        // A completed effect has its output in the one step that it caused, unless its state was left before.
        "complete",
        "SELECT e.effect_id::text, greatest(count(s.step_id), (e.effect_status = 'COMPLETED')::integer)
            FROM wf_effects_view AS e
            LEFT JOIN wf_steps_view AS s ON s.instance_id = e.instance_id AND s.event = 'done.invoke.job'
                AND s.payload -> 'output' ->> 'effect' = e.effect_id::text
            GROUP BY e.effect_id, e.effect_status",
    ),
];

/// What must have no row, whatever was called.
const SOUND: [(&str, &str); 4] = [
    ("wf_check", "SELECT concat_ws(' ', c.\"check\", c.severity, c.detail) FROM wf_check() AS c"),
    (
        "the application's rows and its steps differ",
        "SELECT COALESCE(l.key, s.idempotency_key) FROM public.app_ledger AS l
            FULL JOIN (SELECT instance_id, idempotency_key FROM wf_steps_view WHERE idempotency_key LIKE 'both %') AS s
                ON s.instance_id = l.instance_id AND s.idempotency_key = l.key
            WHERE l.key IS NULL OR s.idempotency_key IS NULL",
    ),
    (
        "a timer and its steps differ",
        "SELECT i.instance_id::text FROM wf_instances_view AS i
            WHERE (SELECT count(*) FROM wf_timers_view AS t WHERE t.instance_id = i.instance_id AND t.timer_status = 'FIRED')
                <> (SELECT count(*) FROM wf_steps_view AS s WHERE s.instance_id = i.instance_id AND s.event = 'wf.after')",
    ),
    (
        "an effect ran into more than one step, or into none",
        "SELECT i.instance_id::text FROM wf_instances_view AS i
            WHERE i.status = 'active' AND (SELECT count(*) FROM wf_effects_view AS e WHERE e.instance_id = i.instance_id
                    AND e.effect_status IN ('COMPLETED', 'PERMANENTLY_FAILED'))
                <> (SELECT count(*) FROM wf_steps_view AS s WHERE s.instance_id = i.instance_id AND s.event LIKE '%.invoke.job')",
    ),
];

impl Ledger {
    pub fn append(&mut self, mut other: Ledger) {
        self.calls.append(&mut other.calls);
    }

    pub fn note(&mut self, kind: &'static str, key: String, told: Told) {
        self.calls.push(Call { kind, key, told });
    }

    /// What is wrong; nothing where all is as it should be.
    pub async fn check(&self, client: &Client) -> Vec<String> {
        let mut wrong = Vec::new();
        client.batch_execute("ANALYZE").await.expect("statistics");
        for (kind, sql) in FOUND {
            let rows = client.query(sql, &[]).await.unwrap_or_else(|error| panic!("{kind}: {error:?}"));
            let found: BTreeMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            for call in self.calls.iter().filter(|call| call.kind == kind) {
                let times = found.get(&call.key).copied().unwrap_or(0);
                let expected = match call.told {
                    Told::Done => 1..=1,
                    Told::Refused => 0..=0,
                    Told::Nothing => 0..=1,
                };
                if !expected.contains(&times) {
                    let told = ["acknowledged", "refused", "unknown"][call.told as usize];
                    wrong.push(format!("{kind} {}: {told}, and found {times} times", call.key));
                }
            }
        }
        for (what, sql) in SOUND {
            let rows = client.query(sql, &[]).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            wrong.extend(rows.iter().map(|row| format!("{what}: {}", row.get::<_, String>(0))));
        }
        wrong.truncate(50);
        wrong
    }

    pub fn summary(&self) -> String {
        let mut counts: BTreeMap<(&str, Told), usize> = BTreeMap::new();
        for call in &self.calls {
            *counts.entry((call.kind, call.told)).or_default() += 1;
        }
        let of = |told: Told| -> String {
            let of: Vec<String> = counts
                .iter()
                .filter(|((_, what), _)| *what == told)
                .map(|((kind, _), count)| format!("{count} {kind}"))
                .collect();
            of.join(", ")
        };
        format!("acknowledged {}; refused {}; unknown {}", of(Told::Done), of(Told::Refused), of(Told::Nothing))
    }
}
