//! Reads a definition key by key into a draft. Whatever it meets it says what is wrong and goes on with the rest, so
//! that one pass finds every mistake. Names of states stay text here; `resolve` follows them.

mod action;
mod flat;
mod guard;
mod handler;
mod invoke;
mod policy;
mod state;
mod template;
mod transition;

use super::check::Catalog;
use super::draft::{Draft, Flaw};
use super::finding::{FindingCode, nearest};
use super::ids::{LiteralId, PathId};
use super::json::{Document, NodeId, ROOT, Value};
use std::borrow::Cow;
use std::collections::HashMap;

pub use handler::{HandlerSettings, handler};

pub(super) struct Reader<'a> {
    doc: &'a Document,
    catalog: &'a dyn Catalog,
    flaws: Vec<Flaw>,
    draft: Draft<'a>,
    /// What came of each jsonpath as written, so that the catalog is asked once for each.
    seen_paths: HashMap<&'a str, Result<PathId, Flawed>>,
}

/// A finding without its place.
type Flawed = (FindingCode, String);

/// Reads the document in whichever of the two shapes it is.
pub(super) fn read<'a>(doc: &'a Document, catalog: &'a dyn Catalog) -> (Draft<'a>, Vec<Flaw>) {
    let mut reader = Reader { doc, catalog, flaws: Vec::new(), draft: Draft::default(), seen_paths: HashMap::new() };
    let is_array = |key| doc.get(ROOT, key).is_some_and(|node| matches!(doc.value(node), Value::Array(_)));
    if is_array("states") || is_array("transitions") {
        reader.flat();
    } else {
        reader.machine();
    }
    (reader.draft, reader.flaws)
}

impl<'a> Reader<'a> {
    fn flaw(&mut self, node: NodeId, code: FindingCode, message: impl Into<String>) {
        self.flaws.push((node, code, message.into()));
    }

    /// Says that the value has the wrong type; `expected` with its article.
    fn wrong_type(&mut self, node: NodeId, what: &str, expected: &str) {
        let found = match self.doc.value(node) {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.flaw(node, FindingCode::WrongType, format!("{what} must be {expected}, not {found}"));
    }

    /// Is it an object? Says so if not, and names every key that is not among `keys`.
    fn object(&mut self, node: NodeId, what: &str, keys: &[&str]) -> bool {
        let doc = self.doc;
        if !matches!(doc.value(node), Value::Object(_)) {
            self.wrong_type(node, what, "an object");
            return false;
        }
        for (key, child) in doc.entries(node).filter(|(key, _)| !keys.contains(key)) {
            if key == "compensate" {
                let message = "\"compensate\" is reserved and does nothing yet; leave it out";
                self.flaw(child, FindingCode::Reserved, message);
                continue;
            }
            let hint = match nearest(key, keys.iter().copied()) {
                Some(known) => format!("did you mean \"{known}\"?"),
                None => format!("known are {}", keys.join(", ")),
            };
            self.flaw(child, FindingCode::UnknownKey, format!("{what} has no key \"{key}\"; {hint}"));
        }
        true
    }

    /// The value of a key that must be there.
    fn required(&mut self, node: NodeId, what: &str, key: &str) -> Option<NodeId> {
        let found = self.doc.get(node, key);
        if found.is_none() {
            self.flaw(node, FindingCode::MissingKey, format!("{what} needs the key \"{key}\""));
        }
        found
    }

    fn string(&mut self, node: NodeId, what: &str) -> Option<&'a str> {
        let doc = self.doc;
        match doc.value(node) {
            Value::String(text) => Some(text),
            _ => {
                self.wrong_type(node, what, "a string");
                None
            }
        }
    }

    /// A string that is not empty.
    fn name(&mut self, node: NodeId, what: &str) -> Option<&'a str> {
        let text = self.string(node, what)?;
        if text.trim().is_empty() {
            self.flaw(node, FindingCode::BadValue, format!("{what} must not be empty"));
            return None;
        }
        Some(text)
    }

    fn boolean(&mut self, node: NodeId, what: &str) -> bool {
        match self.doc.value(node) {
            Value::Bool(value) => *value,
            _ => {
                self.wrong_type(node, what, "true or false");
                false
            }
        }
    }

    /// A number for which `fits` holds; `range` says which those are.
    fn number(&mut self, node: NodeId, what: &str, range: &str, fits: impl Fn(f64) -> bool) -> Option<f64> {
        let Value::Number(digits) = self.doc.value(node) else {
            self.wrong_type(node, what, "a number");
            return None;
        };
        let number = digits.parse().ok().filter(|number: &f64| number.is_finite() && fits(*number));
        if number.is_none() {
            self.flaw(node, FindingCode::BadValue, format!("{what} is {digits}; it must be {range}"));
        }
        number
    }

    /// The items of an array, or the one value that stands for an array of one.
    fn items(&self, node: NodeId) -> Cow<'a, [NodeId]> {
        match self.doc.value(node) {
            Value::Array(items) => Cow::Borrowed(items),
            _ => Cow::Owned(vec![node]),
        }
    }

    /// One name or an array of them.
    fn names(&mut self, node: NodeId, what: &str) -> Box<[String]> {
        self.items(node).iter().filter_map(|item| self.name(*item, what)).map(str::to_owned).collect()
    }

    /// A description, if there is one.
    fn description(&mut self, node: NodeId) -> Option<String> {
        let description = self.doc.get(node, "description")?;
        self.string(description, "A description").map(str::to_owned)
    }

    /// Free-form `meta`, if there is any.
    fn meta(&mut self, node: NodeId) -> Option<LiteralId> {
        let meta = self.doc.get(node, "meta")?;
        Some(self.draft.literal(self.doc.text(meta)))
    }
}
