//! Guards: a jsonpath predicate, a registered code, a SQL function, or `and`, `or`, `not` over guards.

use super::Reader;
use crate::chart::finding::FindingCode;
use crate::chart::json::{NodeId, Value};
use crate::chart::jsonpath::is_predicate;
use crate::chart::model::{Condition, Function, FunctionKind, Guard, Template, Test};

impl<'a> Reader<'a> {
    /// A guard in any of its forms. Nothing where it is broken, beside the finding.
    pub(super) fn guard(&mut self, node: NodeId) -> Option<Guard> {
        let doc = self.doc;
        match doc.value(node) {
            Value::String(text) if is_code(text) => Some(self.registered(node, text, None)),
            Value::String(text) => self.predicate(node, text),
            Value::Object(_) => match doc.entries(node).next() {
                Some((key @ ("and" | "or"), parts)) if self.object(node, "A guard", &[key]) => {
                    let parts = self.parts(parts)?;
                    Some(if key == "and" { Guard::And(parts) } else { Guard::Or(parts) })
                }
                Some(("not", inner)) if self.object(node, "A guard", &["not"]) => {
                    Some(Guard::Not(Box::new(self.guard(inner)?)))
                }
                _ => self.typed(node),
            },
            _ => {
                self.wrong_type(node, "A guard", "a string or an object");
                None
            }
        }
    }

    /// A list of guards, at least one.
    fn parts(&mut self, node: NodeId) -> Option<Box<[Guard]>> {
        let doc = self.doc;
        let Value::Array(items) = doc.value(node) else {
            self.wrong_type(node, "A list of guards", "an array");
            return None;
        };
        if items.is_empty() {
            self.flaw(node, FindingCode::BadGuard, "An empty list of guards decides nothing; name at least one");
            return None;
        }
        let parts: Vec<Option<Guard>> = items.iter().map(|item| self.guard(*item)).collect();
        parts.into_iter().collect()
    }

    fn predicate(&mut self, node: NodeId, text: &'a str) -> Option<Guard> {
        let path = self.path(node, text, FindingCode::BadGuard)?;
        if !is_predicate(&self.draft.paths.get(path.index()).text) {
            let message = format!(
                "\"{text}\" gives a value, not true or false; compare it, as in $.paid == true, or ask exists($.paid)"
            );
            self.flaw(node, FindingCode::BadGuard, message);
            return None;
        }
        Some(Guard::Leaf(Condition { text: text.to_owned(), test: Test::Path(path) }))
    }

    /// `{"type": name, "params": {}}`
    fn typed(&mut self, node: NodeId) -> Option<Guard> {
        self.object(node, "A guard", &["type", "params"]);
        let params = self.doc.get(node, "params").map(|params| self.template(params));
        let kind = self.required(node, "A guard", "type")?;
        let name = self.name(kind, "A guard's type")?;
        if let Some(plain) = name.strip_prefix("xstate.") {
            let message = format!("\"{name}\" is XState's own; write {{\"{plain}\": …}}");
            self.flaw(kind, FindingCode::BadGuard, message);
            return None;
        }
        if !is_code(name) {
            let message = format!(
                "\"{name}\" is neither a function's name nor a guard's code; a jsonpath stands alone as a string"
            );
            self.flaw(kind, FindingCode::BadGuard, message);
            return None;
        }
        if name.split('.').count() != 2 || self.catalog.guard_registered(name) {
            return Some(self.registered(kind, name, params));
        }
        if let Err(why) = self.catalog.guard_function(name) {
            let message =
                format!("{why}; a guard's function is schema.name(context jsonb, vars jsonb) returns boolean");
            self.flaw(kind, FindingCode::BadGuard, message);
        }
        let function = self.draft.function(Function { name: name.to_owned(), kind: FunctionKind::Guard });
        Some(Guard::Leaf(Condition { text: name.to_owned(), test: Test::Function { function, params } }))
    }

    fn registered(&mut self, node: NodeId, code: &str, params: Option<Template>) -> Guard {
        if !self.catalog.guard_registered(code) {
            let message = format!("No guard \"{code}\" is registered yet; until wf_register_guard names it, it fails");
            self.flaw(node, FindingCode::UnboundGuard, message);
        }
        let test = Test::Registered { code: self.draft.guard_code(code), params };
        Guard::Leaf(Condition { text: code.to_owned(), test })
    }
}

/// Is it an identifier, or several joined by dots or dashes, rather than a jsonpath?
fn is_code(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    starts && text.split(['.', '-']).all(word)
}
