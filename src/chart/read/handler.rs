//! The settings of an effect's handler: no part of a definition, but `retry`, `timeout` and `limits` are the same words
//! with the same rules.

use super::Reader;
use crate::chart::check::Catalog;
use crate::chart::draft::{Draft, Flaw};
use crate::chart::duration::Duration;
use crate::chart::finding::FindingCode;
use crate::chart::json::{Document, ROOT};
use std::collections::HashMap;

const KEYS: [&str; 6] = ["function", "run_as", "retry", "timeout", "batch", "limits"];

/// What a handler's settings say; each is None where they do not say it.
#[derive(Debug, Default)]
pub struct HandlerSettings {
    pub function: Option<String>,
    pub run_as: Option<String>,
    /// JSON as written.
    pub retry: Option<String>,
    pub timeout: Option<Duration>,
    pub batch: Option<bool>,
    /// JSON as written.
    pub limits: Option<String>,
}

/// Reads the settings of a handler and says everything that is wrong with them.
pub fn handler(doc: &Document, catalog: &dyn Catalog) -> (HandlerSettings, Vec<Flaw>) {
    let mut reader = Reader { doc, catalog, flaws: Vec::new(), draft: Draft::default(), seen_paths: HashMap::new() };
    let mut settings = HandlerSettings::default();
    if reader.object(ROOT, "A handler", &KEYS) {
        for (key, child) in doc.entries(ROOT) {
            let text = || Some(doc.text(child).to_owned());
            match key {
                "function" => settings.function = reader.name(child, "\"function\"").map(str::to_owned),
                "run_as" => settings.run_as = reader.name(child, "\"run_as\"").map(str::to_owned),
                "retry" => settings.retry = reader.retry(child).and_then(|_| text()),
                "timeout" => {
                    settings.timeout = reader.duration(child, "\"timeout\"");
                    if settings.timeout == Some(Duration::ZERO) {
                        reader.flaw(child, FindingCode::BadDuration, "\"timeout\" is no time at all");
                    }
                }
                "batch" => settings.batch = Some(reader.boolean(child, "\"batch\"")),
                "limits" => settings.limits = reader.limits(child).and_then(|_| text()),
                _ => {}
            }
        }
    }
    (settings, reader.flaws)
}
