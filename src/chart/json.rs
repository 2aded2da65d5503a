//! A JSON text as a tree whose nodes are numbered in document order and know their way up. A finding is then one number
//! until its pointer is wanted. serde_json judges the syntax; what it would swallow (a key named twice, the exact
//! digits of a number) is kept here. Size and depth are measured first, so that no recursion ever meets a hostile text.

use super::draft::Flaw;
use super::finding::FindingCode;
use std::collections::HashSet;
use std::fmt::Write;

const MAX_BYTES: usize = 256 * 1024;
const MAX_DEPTH: usize = 100;
/// Postgres's numeric holds 16,383 digits behind the point.
const MAX_EXPONENT: i32 = 16_000;

/// A node of a [`Document`]; the order is document order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct NodeId(u32);

pub(super) const ROOT: NodeId = NodeId(0);

pub(super) enum Value {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(String),
    String(String),
    Array(Vec<NodeId>),
    /// Each key once; the node of the key's first value.
    Object(Vec<NodeId>),
}

enum Step {
    Root,
    Key(String),
    Index(usize),
}

struct Node {
    parent: NodeId,
    step: Step,
    value: Value,
}

/// A whole JSON text.
pub(super) struct Document {
    nodes: Vec<Node>,
}

impl Document {
    /// Reads the text. Flaws that leave a tree to read come with it, the others instead of it.
    pub(super) fn parse(text: &str) -> Result<(Document, Vec<Flaw>), Flaw> {
        if text.len() > MAX_BYTES {
            let message = format!("The definition has {} bytes; at most {MAX_BYTES} (256 KiB) are allowed", text.len());
            return Err((ROOT, FindingCode::TooLarge, message));
        }
        if depth(text) > MAX_DEPTH {
            let message = format!("The definition is nested more than {MAX_DEPTH} levels deep");
            return Err((ROOT, FindingCode::TooDeep, message));
        }
        check_syntax(text).map_err(|message| (ROOT, FindingCode::InvalidJson, message))?;
        let mut builder = Builder { text, at: 0, document: Document { nodes: Vec::new() }, flaws: Vec::new() };
        builder.value(ROOT, Step::Root);
        Ok((builder.document, builder.flaws))
    }

    pub(super) fn value(&self, node: NodeId) -> &Value {
        &self.nodes[node.0 as usize].value
    }

    /// The pairs of an object, in document order; none where the node is no object.
    pub(super) fn entries(&self, node: NodeId) -> impl Iterator<Item = (&str, NodeId)> {
        let children = match self.value(node) {
            Value::Object(children) => &children[..],
            _ => &[],
        };
        children.iter().map(|child| match &self.nodes[child.0 as usize].step {
            Step::Key(key) => (key.as_str(), *child),
            Step::Root | Step::Index(_) => ("", *child),
        })
    }

    /// The value of a key of an object.
    pub(super) fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        self.entries(node).find(|(known, _)| *known == key).map(|(_, child)| child)
    }

    /// RFC 6901.
    pub(super) fn pointer(&self, node: NodeId) -> String {
        let mut steps = Vec::new();
        let mut at = node;
        while let Some(node) = self.nodes.get(at.0 as usize) {
            match &node.step {
                Step::Root => break,
                Step::Key(key) => steps.push(key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => steps.push(index.to_string()),
            }
            at = node.parent;
        }
        steps.iter().rev().fold(String::new(), |pointer, step| pointer + "/" + step)
    }

    /// The node as JSON text without white space, numbers as written.
    pub(super) fn text(&self, node: NodeId) -> String {
        let mut text = String::new();
        self.write(node, &mut text);
        text
    }

    fn write(&self, node: NodeId, text: &mut String) {
        match self.value(node) {
            Value::Null => text.push_str("null"),
            Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Value::Number(digits) => text.push_str(digits),
            Value::String(value) => text.push_str(&quote(value)),
            Value::Array(items) => {
                text.push('[');
                for (index, item) in items.iter().enumerate() {
                    text.push_str(if index == 0 { "" } else { "," });
                    self.write(*item, text);
                }
                text.push(']');
            }
            Value::Object(_) => {
                text.push('{');
                for (index, (key, child)) in self.entries(node).enumerate() {
                    text.push_str(if index == 0 { "" } else { "," });
                    text.push_str(&quote(key));
                    text.push(':');
                    self.write(child, text);
                }
                text.push('}');
            }
        }
    }
}

/// A text as JSON writes it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            // Writing to a String cannot fail.
            control if control < ' ' => drop(write!(quoted, "\\u{:04x}", control as u32)),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// The document without white space between its parts; key order, numbers and strings stay as written. Two texts with
/// the same result are the same definition.
///
/// # Errors
/// The parser's sentence, where the text is no JSON.
pub fn compact(text: &str) -> Result<String, String> {
    check_syntax(text)?;
    let mut compact = String::with_capacity(text.len());
    let mut strings = Strings::default();
    compact.extend(text.chars().filter(|c| strings.inside(*c) || !c.is_ascii_whitespace()));
    Ok(compact)
}

fn check_syntax(text: &str) -> Result<(), String> {
    // Ignored values are skipped without recursion.
    serde_json::from_str::<serde::de::IgnoredAny>(text)
        .map(drop)
        .map_err(|error| format!("The text is no JSON: {error}"))
}

/// The deepest nesting of brackets outside strings, whether or not the text is JSON.
fn depth(text: &str) -> usize {
    let mut strings = Strings::default();
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !strings.inside(*c)) {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Follows a JSON text character by character, to tell strings from the rest.
#[derive(Default)]
struct Strings {
    open: bool,
    escaped: bool,
}

impl Strings {
    /// Does the character belong to a string? Its opening quote does not, its closing quote does.
    fn inside(&mut self, c: char) -> bool {
        let inside = self.open;
        if !self.escaped && c == '"' {
            self.open = !self.open;
        }
        self.escaped = inside && c == '\\' && !self.escaped;
        inside
    }
}

/// Builds the tree of a text whose syntax is known to be right.
struct Builder<'a> {
    text: &'a str,
    at: usize,
    document: Document,
    flaws: Vec<Flaw>,
}

impl Builder<'_> {
    fn value(&mut self, parent: NodeId, step: Step) -> NodeId {
        let id = NodeId(self.document.nodes.len() as u32);
        self.document.nodes.push(Node { parent, step, value: Value::Null });
        let value = match self.peek() {
            b'{' => self.object(id),
            b'[' => self.array(id),
            b'"' => Value::String(self.string(id)),
            _ => {
                let rest = &self.text[self.at..];
                let length =
                    rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)).unwrap_or(rest.len());
                self.at += length;
                match &rest[..length] {
                    "null" => Value::Null,
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    digits => self.number(id, digits),
                }
            }
        };
        self.document.nodes[id.0 as usize].value = value;
        id
    }

    fn number(&mut self, id: NodeId, digits: &str) -> Value {
        let exponent = digits.find(['e', 'E']).map(|at| digits[at + 1..].parse::<i32>());
        if exponent.is_some_and(|exponent| !exponent.is_ok_and(|exponent| exponent.abs() < MAX_EXPONENT))
            || digits.len() > MAX_EXPONENT as usize
        {
            let message = format!("{digits} is beyond the range of numbers in Postgres");
            self.flaws.push((id, FindingCode::BadValue, message));
        }
        Value::Number(digits.to_owned())
    }

    fn object(&mut self, id: NodeId) -> Value {
        let mut children = Vec::new();
        let mut known = HashSet::new();
        self.at += 1;
        while self.peek() != b'}' {
            // A key's flaws belong to the object until its value has a node.
            let flaws = self.flaws.len();
            let key = self.string(id);
            self.skip(b':');
            let child = self.value(id, Step::Key(key.clone()));
            self.flaws.iter_mut().skip(flaws).filter(|flaw| flaw.0 == id).for_each(|flaw| flaw.0 = child);
            if known.contains(&key) {
                let message = format!("The key \"{key}\" is named twice in one object; only one of them can count");
                self.flaws.push((child, FindingCode::DuplicateKey, message));
            } else {
                known.insert(key);
                children.push(child);
            }
            self.skip(b',');
        }
        self.at += 1;
        Value::Object(children)
    }

    fn array(&mut self, id: NodeId) -> Value {
        let mut children = Vec::new();
        self.at += 1;
        while self.peek() != b']' {
            children.push(self.value(id, Step::Index(children.len())));
            self.skip(b',');
        }
        self.at += 1;
        Value::Array(children)
    }

    fn string(&mut self, id: NodeId) -> String {
        self.peek();
        let rest = &self.text[self.at..];
        let mut strings = Strings::default();
        let length = rest.char_indices().skip_while(|(_, c)| {
            strings.inside(*c);
            strings.open
        });
        let length = length.map(|(index, _)| index + 1).next().unwrap_or(rest.len());
        self.at += length;
        let text = serde_json::from_str::<String>(&rest[..length]).unwrap_or_else(|error| {
            self.flaws.push((id, FindingCode::InvalidJson, format!("The text is no valid Unicode: {error}")));
            String::new()
        });
        if text.contains('\0') {
            let message = "The text holds \\u0000, which Postgres cannot store; leave it out".to_owned();
            self.flaws.push((id, FindingCode::NulCharacter, message));
            // Findings quote what was written, and go into Postgres themselves.
            return text.replace('\0', "\\u0000");
        }
        text
    }

    /// The next byte that is no white space; 0 at the end.
    fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    fn skip(&mut self, byte: u8) {
        if self.peek() == byte {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_numbers_and_order() {
        let text = r#" { "b" : [1.50e+3 , -0, 12345678901234567890123] , "a" : { } , "c\"\u00e9" : "x\n" , "d":[true,false,null] } "#;
        let (document, flaws) = Document::parse(text).ok().unwrap();
        assert!(flaws.is_empty());
        let expected = r#"{"b":[1.50e+3,-0,12345678901234567890123],"a":{},"c\"é":"x\n","d":[true,false,null]}"#;
        assert_eq!(document.text(ROOT), expected);
    }

    #[test]
    fn compact_only_drops_white_space() {
        let text = "{ \"a \\\" b\" :\t[ 1.0 ,\n2e5 ], \"\\u0041\": \"\\\\\" , \"c\": \" \" }";
        assert_eq!(compact(text).unwrap(), "{\"a \\\" b\":[1.0,2e5],\"\\u0041\":\"\\\\\",\"c\":\" \"}");
        assert!(compact("{").unwrap_err().starts_with("The text is no JSON"));
        assert!(compact(&("[".repeat(200_000) + &"]".repeat(200_000))).is_ok());
    }

    #[test]
    fn pointers_are_escaped() {
        let (document, _) = Document::parse(r#"{"a/b": [0, {"~": 1}]}"#).ok().unwrap();
        let list = document.get(ROOT, "a/b").unwrap();
        let Value::Array(items) = document.value(list) else { panic!("an array") };
        assert_eq!(document.pointer(document.get(items[1], "~").unwrap()), "/a~1b/1/~0");
        assert_eq!(document.pointer(ROOT), "");
    }

    #[test]
    fn brackets_in_strings_are_not_depth() {
        assert_eq!(depth(r#"{"[[[": "{{\"[[", "a": [[]]}"#), 3);
    }
}
