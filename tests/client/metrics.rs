//! What Prometheus, its alerts and the dashboard read.

use serde_json::{Value, json};

use super::{Organization, define};

#[tokio::test]
async fn prometheus_can_read_the_metrics() {
    let client = Organization::new().connect().await;
    let timed = json!({ "id": "timed", "initial": "wait", "states": { "wait": { "after": { "PT1H": "done" } }, "done": { "type": "final" } } });
    define(&client, timed).await;
    client.batch_execute("SELECT wf_start('timed') FROM generate_series(1, 5)").await.unwrap();
    client
        .batch_execute("SET pg_workflow.fake_now = '2100-01-01'; SELECT wf_scheduler_tick(max_timers => 3)")
        .await
        .unwrap();
    let text: String = client.query_one("SELECT wf_metrics_text()", &[]).await.unwrap().get(0);
    let scrape = prometheus_parse::Scrape::parse(text.lines().map(|line| Ok(line.to_owned()))).expect("it is read");
    let find = |name: &str, label: Option<(&str, &str)>| {
        let of_label = |sample: &&prometheus_parse::Sample| {
            label.is_none_or(|(key, value)| sample.labels.get(key).is_some_and(|found| found == value))
        };
        let found = scrape.samples.iter().filter(|sample| sample.metric == name).find(of_label);
        found.unwrap_or_else(|| panic!("no {name} in:\n{text}")).value.clone()
    };
    use prometheus_parse::Value::{Counter, Gauge, Histogram};
    let code = Some(("definition_code", "timed"));
    assert!(matches!(find("wf_instances_started_total", code), Counter(5.0)), "{text}");
    assert!(matches!(find("wf_instances_completed_total", code), Counter(3.0)));
    assert!(matches!(find("wf_timers_due", None), Gauge(2.0)));
    assert!(matches!(find("wf_health", Some(("component", "timers"))), Gauge(2.0)));
    let Histogram(buckets) = find("wf_timer_lateness_seconds", None) else { panic!("no histogram") };
    assert!(buckets.is_sorted_by(|a, b| a.less_than < b.less_than && a.count <= b.count));
    assert!(buckets.last().is_some_and(|last| last.less_than.is_infinite() && last.count == 3.0), "{buckets:?}");
    // What the alerts and the dashboard ask for is there; of effects only where there are any.
    let absent = ["wf_effects", "wf_effects_completed_total"];
    let rules = include_str!("../../ops/prometheus-rules.yml");
    let dashboard: Value = serde_json::from_str(include_str!("../../ops/grafana-dashboard.json")).expect("JSON");
    let asked = format!("{rules}{}", dashboard["panels"]);
    let is_name = |character: char| character.is_ascii_lowercase() || character == '_';
    for (at, _) in asked.match_indices("wf_") {
        let (name, rest) = asked[at..].split_at(asked[at..].find(|character| !is_name(character)).unwrap_or(0));
        let is_metric = !asked[..at].ends_with('_') && !rest.starts_with('(') && !name.ends_with("_view");
        let family = name.trim_end_matches("_bucket");
        assert!(!is_metric || scrape.docs.contains_key(family) || absent.contains(&family), "{name} is no metric");
    }
    // Each has its type and its meaning.
    for sample in &scrape.samples {
        let name = sample.metric.trim_end_matches("_sum").trim_end_matches("_count");
        assert!(scrape.docs.contains_key(name), "{name} is not described");
    }
}
