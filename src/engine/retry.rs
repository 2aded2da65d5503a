//! When something that failed is tried again. The words are Temporal's.

use crate::chart::Duration;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;

/// A retry policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Microseconds.
    pub initial_interval: i64,
    pub backoff_coefficient: f64,
    /// Microseconds.
    pub maximum_interval: i64,
    /// Attempts in all; zero is without end.
    pub maximum_attempts: i32,
    pub non_retryable_errors: Vec<String>,
    /// Waits a random part of the interval, so that what failed together does not come back together.
    pub full_jitter: bool,
}

const SECOND: i64 = 1_000_000;

impl Default for Policy {
    fn default() -> Self {
        Policy {
            initial_interval: 30 * SECOND,
            backoff_coefficient: 2.0,
            maximum_interval: 300 * SECOND,
            maximum_attempts: 3,
            non_retryable_errors: Vec::new(),
            full_jitter: true,
        }
    }
}

impl Policy {
    /// The policy of a message that waits: exact, and without end.
    pub fn for_messages() -> Self {
        Policy { maximum_attempts: 0, full_jitter: false, ..Policy::default() }
    }

    /// The policy of a message by correlation key, whose receiver may be about to commit.
    pub fn for_publications() -> Self {
        Policy { initial_interval: SECOND, ..Policy::for_messages() }
    }

    /// The defaults with what each of these policies says over those before it. They were checked; what one does not
    /// say well is left as it was.
    pub fn of(policies: &[Option<&Jsonb>]) -> Self {
        let mut policy = Policy::default();
        for text in policies.iter().flatten().map(|retry| retry.to_text()) {
            if let Ok(retry) = serde_json::from_str(&text) {
                policy.apply(&retry);
            }
        }
        policy
    }

    fn apply(&mut self, retry: &serde_json::Value) {
        let interval = |key: &str, default: i64| retry.get(key).and_then(interval_micros).unwrap_or(default);
        self.initial_interval = interval("initial_interval", self.initial_interval);
        self.maximum_interval = interval("maximum_interval", self.maximum_interval);
        if let Some(coefficient) = retry.get("backoff_coefficient").and_then(serde_json::Value::as_f64) {
            self.backoff_coefficient = coefficient;
        }
        if let Some(attempts) = retry.get("maximum_attempts").and_then(serde_json::Value::as_i64) {
            self.maximum_attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
        }
        match retry.get("non_retryable_errors") {
            Some(serde_json::Value::Array(errors)) => {
                self.non_retryable_errors =
                    errors.iter().filter_map(|error| error.as_str().map(str::to_owned)).collect();
            }
            Some(serde_json::Value::String(error)) => self.non_retryable_errors = vec![error.clone()],
            _ => {}
        }
        if let Some(jitter) = retry.get("jitter").and_then(serde_json::Value::as_str) {
            self.full_jitter = jitter == "full";
        }
    }

    /// When to try again after this many attempts; None when it is over.
    ///
    /// `retry_after` (microseconds) is the least time that the other side asked for.
    pub fn next(
        &self,
        now: Timestamp,
        attempts: i32,
        error_type: Option<&str>,
        retry_after: Option<i64>,
    ) -> Option<Timestamp> {
        let spent = self.maximum_attempts > 0 && attempts >= self.maximum_attempts;
        let fatal = error_type.is_some_and(|error| self.non_retryable_errors.iter().any(|known| known == error));
        if spent || fatal {
            return None;
        }
        let interval = self.interval(attempts);
        let wait = if self.full_jitter { fastrand::i64(0..=interval) } else { interval };
        Some(Timestamp(now.0.saturating_add(wait.max(retry_after.unwrap_or(0)))))
    }

    /// The interval after this many attempts, without jitter.
    fn interval(&self, attempts: i32) -> i64 {
        let grown = self.initial_interval as f64 * self.backoff_coefficient.powi((attempts - 1).max(0));
        (grown.min(self.maximum_interval as f64) as i64).max(0)
    }
}

/// A duration, or a number of milliseconds.
pub fn interval_micros(value: &serde_json::Value) -> Option<i64> {
    let duration = match value {
        serde_json::Value::String(text) => Duration::parse(text).ok()?,
        serde_json::Value::Number(millis) => Duration::from_millis(millis.as_f64()?).ok()?,
        _ => return None,
    };
    duration.after(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact() -> Policy {
        Policy { full_jitter: false, ..Policy::default() }
    }

    #[test]
    fn intervals_double_up_to_the_maximum() {
        let policy = Policy { maximum_attempts: 0, ..exact() };
        let waits: Vec<i64> =
            (1..=6).map(|attempts| policy.next(Timestamp(0), attempts, None, None).unwrap().0 / SECOND).collect();
        assert_eq!(waits, [30, 60, 120, 240, 300, 300]);
    }

    #[test]
    fn attempts_end() {
        assert!(exact().next(Timestamp(0), 2, None, None).is_some());
        assert_eq!(exact().next(Timestamp(0), 3, None, None), None);
    }

    #[test]
    fn some_errors_are_not_tried_again() {
        let policy = Policy { non_retryable_errors: vec!["card_declined".to_owned()], ..exact() };
        assert_eq!(policy.next(Timestamp(0), 1, Some("card_declined"), None), None);
        assert!(policy.next(Timestamp(0), 1, Some("timeout"), None).is_some());
    }

    #[test]
    fn the_other_side_may_ask_for_more_time() {
        let next = exact().next(Timestamp(0), 1, None, Some(90 * SECOND));
        assert_eq!(next, Some(Timestamp(90 * SECOND)));
    }

    #[test]
    fn jitter_stays_within_the_interval() {
        let policy = Policy::default();
        let waits: Vec<i64> = (0..200).map(|_| policy.next(Timestamp(0), 2, None, None).unwrap().0).collect();
        assert!(waits.iter().all(|wait| (0..=60 * SECOND).contains(wait)));
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }
}
