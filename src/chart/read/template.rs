//! Values: jsonpaths, SQL functions, literals, and objects and arrays of those. What has no computed part at all
//! becomes one literal, so that running copies it instead of building it.

use super::Reader;
use crate::chart::finding::FindingCode;
use crate::chart::ids::PathId;
use crate::chart::json::{NodeId, Value, quote};
use crate::chart::jsonpath::{Path, Variables, variables};
use crate::chart::model::{Function, FunctionKind, Template};

/// A value on the way to a template.
enum Part {
    /// JSON text.
    Constant(String),
    Computed(Template),
}

impl<'a> Reader<'a> {
    /// Any value. Where it is broken, null stands in for it, beside the finding.
    pub(super) fn template(&mut self, node: NodeId) -> Template {
        let part = self.part(node);
        self.finished(part)
    }

    /// The fields of an object, each a value of its own.
    pub(super) fn fields(&mut self, node: NodeId) -> Box<[(String, Template)]> {
        let doc = self.doc;
        doc.entries(node).map(|(key, child)| (key.to_owned(), self.template(child))).collect()
    }

    /// The fields of an object, but one, as one value; nothing where there are no others.
    pub(super) fn fields_but(&mut self, node: NodeId, left_out: &str) -> Option<Template> {
        let fields: Vec<(&str, NodeId)> = self.doc.entries(node).filter(|(key, _)| *key != left_out).collect();
        let part = self.object_part(&fields);
        (!fields.is_empty()).then(|| self.finished(part))
    }

    fn finished(&mut self, part: Part) -> Template {
        match part {
            Part::Constant(text) => Template::Literal(self.draft.literal(text)),
            Part::Computed(template) => template,
        }
    }

    fn part(&mut self, node: NodeId) -> Part {
        let doc = self.doc;
        match doc.value(node) {
            Value::String(text) if text.starts_with('$') => self.computed(node, text),
            Value::Array(items) => {
                let parts: Vec<Part> = items.iter().map(|item| self.part(*item)).collect();
                match constants(&parts) {
                    Some(texts) => Part::Constant(format!("[{}]", texts.join(","))),
                    None => {
                        let items = parts.into_iter().map(|part| self.finished(part)).collect();
                        Part::Computed(Template::Array(items))
                    }
                }
            }
            Value::Object(children) => match (doc.entries(node).next(), children.len()) {
                (Some(("expr", child)), 1) => match self.string(child, "\"expr\"") {
                    Some(text) => self.computed(child, text),
                    None => Part::Constant("null".to_owned()),
                },
                (Some(("literal", child)), 1) => Part::Constant(doc.text(child)),
                _ if self.is_call(node) => self.call(node),
                _ => {
                    let fields: Vec<(&str, NodeId)> = doc.entries(node).collect();
                    self.object_part(&fields)
                }
            },
            _ => Part::Constant(doc.text(node)),
        }
    }

    fn object_part(&mut self, fields: &[(&str, NodeId)]) -> Part {
        let (keys, parts): (Vec<&str>, Vec<Part>) = fields.iter().map(|(key, child)| (*key, self.part(*child))).unzip();
        match constants(&parts) {
            Some(texts) => {
                let fields: Vec<String> =
                    keys.iter().zip(texts).map(|(key, text)| format!("{}:{text}", quote(key))).collect();
                Part::Constant(format!("{{{}}}", fields.join(",")))
            }
            None => {
                let fields = keys.into_iter().zip(parts).map(|(key, part)| (key.to_owned(), self.finished(part)));
                Part::Computed(Template::Object(fields.collect()))
            }
        }
    }

    fn computed(&mut self, node: NodeId, text: &'a str) -> Part {
        match self.path(node, text, FindingCode::BadPath) {
            Some(path) => Part::Computed(Template::Path(path)),
            None => Part::Constant("null".to_owned()),
        }
    }

    /// `{"call": …}` or `{"call": …, "args": …}` and nothing else.
    fn is_call(&self, node: NodeId) -> bool {
        self.doc.get(node, "call").is_some() && self.doc.entries(node).all(|(key, _)| matches!(key, "call" | "args"))
    }

    fn call(&mut self, node: NodeId) -> Part {
        let doc = self.doc;
        let args = match doc.get(node, "args") {
            Some(args) => self.template(args),
            None => self.finished(Part::Constant("{}".to_owned())),
        };
        let Some(call) = doc.get(node, "call") else { return Part::Constant("null".to_owned()) };
        let Some(name) = self.name(call, "\"call\"") else { return Part::Constant("null".to_owned()) };
        if let Err(why) = self.catalog.value_function(name) {
            let message = format!("{why}; \"call\" names a function schema.name(args jsonb, vars jsonb) returns jsonb");
            self.flaw(call, FindingCode::UnknownFunction, message);
        }
        let function = self.draft.function(Function { name: name.to_owned(), kind: FunctionKind::Value });
        Part::Computed(Template::Call { function, args: Box::new(args) })
    }

    /// A jsonpath; `bad` is what it is called where it does not parse.
    pub(super) fn path(&mut self, node: NodeId, text: &'a str, bad: FindingCode) -> Option<PathId> {
        let known = match self.seen_paths.get(text) {
            Some(known) => known.clone(),
            None => {
                let fresh = self.new_path(text);
                self.seen_paths.insert(text, fresh.clone());
                fresh
            }
        };
        match known {
            Ok(path) => Some(path),
            Err((code, message)) => {
                self.flaw(node, if code == FindingCode::BadPath { bad } else { code }, message);
                None
            }
        }
    }

    fn new_path(&mut self, text: &str) -> Result<PathId, super::Flawed> {
        let canonical = self.catalog.jsonpath(text).map_err(|why| {
            let message = format!("\"{text}\" is no jsonpath: {why}");
            (FindingCode::BadPath, message)
        })?;
        let mut used = Variables::NONE;
        for name in variables(&canonical) {
            used = used
                | Variables::named(&name).ok_or_else(|| {
                    let known: Vec<String> = Variables::NAMES.iter().map(|(name, _)| format!("${name}")).collect();
                    let message = format!("There is no variable ${name} in \"{text}\"; known are {}", known.join(", "));
                    (FindingCode::UnknownVariable, message)
                })?;
        }
        Ok(self.draft.path(Path { text: canonical, variables: used }))
    }
}

/// The texts of the parts, if every one of them is constant.
fn constants(parts: &[Part]) -> Option<Vec<&str>> {
    parts
        .iter()
        .map(|part| match part {
            Part::Constant(text) => Some(text.as_str()),
            Part::Computed(_) => None,
        })
        .collect()
}
