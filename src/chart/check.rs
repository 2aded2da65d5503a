//! From a text to a report: the order of the rooms that a definition goes through, and nothing else.

use super::compiled::Chart;
use super::draft::Flaw;
use super::finding::{Finding, Severity};
use super::json::Document;
use super::lint::lint;
use super::read::{self, HandlerSettings, read};
use super::resolve::resolve;

/// What only the database knows.
pub trait Catalog {
    /// The text of a jsonpath as Postgres prints it back, or its parser's message.
    fn jsonpath(&self, text: &str) -> Result<String, String>;

    /// A sentence where there is no function `name(context jsonb, vars jsonb) returns boolean`.
    fn guard_function(&self, name: &str) -> Result<(), String>;

    /// A sentence where there is no function `name(args jsonb, vars jsonb) returns jsonb`.
    fn value_function(&self, name: &str) -> Result<(), String>;

    /// Is a guard registered under this code?
    fn guard_registered(&self, code: &str) -> bool;

    /// Is there a calendar of this code?
    fn calendar_known(&self, code: &str) -> bool;
}

/// What a check came to.
#[derive(Debug)]
pub struct Report {
    /// All of them, in document order.
    pub findings: Vec<Finding>,
    /// There is one if no finding is an error.
    pub chart: Option<Chart>,
}

/// Reads, lowers (the flat form), validates and compiles a definition. It reports every finding at once and never
/// panics.
pub fn check(text: &str, catalog: &dyn Catalog) -> Report {
    let (document, mut flaws) = match Document::parse(text) {
        Ok(parsed) => parsed,
        Err(flaw) => return Report { findings: vec![unreadable(flaw)], chart: None },
    };
    let (mut draft, read) = read(&document, catalog);
    flaws.extend(read);
    resolve(&mut draft, &mut flaws);
    lint(&draft, &mut flaws);

    let findings = findings(&document, flaws);
    let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
    Report { findings, chart: (!refused).then(|| draft.compile()) }
}

/// Reads the settings of a handler, or reports everything that is wrong with them.
pub fn check_handler(text: &str, catalog: &dyn Catalog) -> Result<HandlerSettings, Vec<Finding>> {
    let (document, mut flaws) = Document::parse(text).map_err(|flaw| vec![unreadable(flaw)])?;
    let (settings, read) = read::handler(&document, catalog);
    flaws.extend(read);
    if flaws.is_empty() { Ok(settings) } else { Err(findings(&document, flaws)) }
}

/// A text that is no document.
fn unreadable((_, code, message): Flaw) -> Finding {
    Finding { pointer: String::new(), severity: code.severity(), code, message }
}

/// Flaws with their places in the document, in its order.
fn findings(document: &Document, mut flaws: Vec<Flaw>) -> Vec<Finding> {
    flaws.sort_by_key(|(node, _, _)| *node);
    let finding = |(node, code, message): Flaw| Finding {
        pointer: document.pointer(node),
        severity: code.severity(),
        code,
        message,
    };
    flaws.into_iter().map(finding).collect()
}
