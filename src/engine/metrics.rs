//! Measurements, as rows and as the text that Prometheus reads. Names and meanings are here, values come from
//! `store::health` and the components of `health`.

use serde_json::Value;

use super::caller::Caller;
use super::health;
use crate::error::Error;
use crate::pg::jsonb::Jsonb;
use crate::store::health::{self as measured, Metric};

/// Every measurement: its name (of a histogram, without the ending), its type and what it means.
const METRICS: &[(&str, &str, &str)] = &[
    ("wf_effect_duration_seconds", "histogram", "From the queueing of an effect to its completion."),
    ("wf_effects", "gauge", "Effects that are not done, by code and status."),
    ("wf_effects_completed_total", "counter", "Effects that were completed, by code."),
    ("wf_effects_oldest_pending_seconds", "gauge", "Age of the oldest effect that nobody has begun."),
    ("wf_feature_flags_off", "gauge", "Feature flags that stop new instances."),
    ("wf_health", "gauge", "Components of wf_health: 0 ok, 1 warning, 2 critical."),
    ("wf_incidents", "gauge", "Open incidents, by kind."),
    ("wf_instances", "gauge", "Stored instances, by definition and status."),
    ("wf_instances_completed_total", "counter", "Instances that were completed, by definition."),
    ("wf_instances_overdue", "gauge", "Active instances past their deadline."),
    ("wf_instances_paused", "gauge", "Active instances that are paused."),
    ("wf_instances_purged_total", "counter", "Instances that a purge deleted."),
    ("wf_instances_started_total", "counter", "Instances that were started, by definition."),
    ("wf_messages_waiting", "gauge", "Messages of the inbox that are to be delivered."),
    ("wf_steps_total", "counter", "Steps of all instances."),
    ("wf_table_bytes", "gauge", "Size of a table with its indexes."),
    ("wf_table_dead_rows", "gauge", "Rows of a table that vacuum has to remove, as the server estimates them."),
    ("wf_task_duration_seconds", "histogram", "From the creation of a task to its completion."),
    ("wf_tasks_claimed", "gauge", "Tasks that somebody has claimed."),
    ("wf_tasks_completed_total", "counter", "Tasks that were completed, by outcome."),
    ("wf_tasks_open", "gauge", "Tasks that nobody has claimed."),
    ("wf_tasks_overdue", "gauge", "Open or claimed tasks past their due date."),
    ("wf_timer_lateness_seconds", "histogram", "From the moment at which a timer was due to its firing."),
    ("wf_timers_due", "gauge", "Pending timers whose moment has come."),
    ("wf_timers_oldest_due_seconds", "gauge", "How long the oldest pending timer has been due."),
    ("wf_timers_pending", "gauge", "Pending timers."),
    ("wf_workers", "gauge", "Background workers of this database that are alive."),
];

/// Every measurement, ordered by name.
pub fn metrics(caller: &Caller) -> Result<Vec<Metric>, Error> {
    let mut all = measured::metrics(&caller.served(), caller.now)?;
    for component in health::health(caller)? {
        let value = match component.status.as_str() {
            "ok" => 0.0,
            "warning" => 1.0,
            _ => 2.0,
        };
        let labels = Jsonb::object(|labels| labels.set_text("component", &component.name));
        all.push(Metric { name: "wf_health".to_owned(), labels, value });
    }
    all.push(Metric {
        name: "wf_workers".to_owned(),
        labels: Jsonb::object(|_| {}),
        value: f64::from(health::workers()),
    });
    all.sort_by(|a, b| family(&a.name).cmp(family(&b.name)));
    Ok(all)
}

/// The same as text in the exposition format of Prometheus.
pub fn text(caller: &Caller) -> Result<String, Error> {
    let mut text = String::new();
    let mut described = "";
    let all = metrics(caller)?;
    for metric in &all {
        let name = family(&metric.name);
        if name != described {
            if let Some((_, kind, meaning)) = METRICS.iter().find(|(known, ..)| *known == name) {
                text.push_str(&format!("# HELP {name} {meaning}\n# TYPE {name} {kind}\n"));
            }
            described = name;
        }
        text.push_str(&metric.name);
        text.push_str(&labels(&metric.labels));
        text.push_str(&format!(" {}\n", metric.value));
    }
    Ok(text)
}

/// The name under which a measurement is described: that of its histogram, where it belongs to one.
fn family(name: &str) -> &str {
    ["_bucket", "_sum", "_count"]
        .iter()
        .filter_map(|ending| name.strip_suffix(ending))
        .find(|stem| METRICS.iter().any(|(known, kind, _)| known == stem && *kind == "histogram"))
        .unwrap_or(name)
}

fn labels(labels: &Jsonb) -> String {
    let Ok(Value::Object(labels)) = serde_json::from_str::<Value>(&labels.to_text()) else {
        return String::new();
    };
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value.as_str().unwrap_or_default())))
        .collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
}

/// A label's value between its quotes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{METRICS, escaped, family};

    #[test]
    fn parts_of_a_histogram_belong_to_it() {
        assert_eq!(family("wf_timer_lateness_seconds_bucket"), "wf_timer_lateness_seconds");
        assert_eq!(family("wf_timer_lateness_seconds_sum"), "wf_timer_lateness_seconds");
        assert_eq!(family("wf_steps_total"), "wf_steps_total");
    }

    #[test]
    fn a_label_holds_any_text() {
        assert_eq!(escaped("a\\b\"c\nd"), "a\\\\b\\\"c\\nd");
    }

    #[test]
    fn counters_are_named_as_counters_are() {
        assert!(METRICS.iter().all(|(name, kind, _)| name.ends_with("_total") == (*kind == "counter")));
    }
}
