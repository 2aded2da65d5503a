//! Mermaid. States have made-up names (`s` and their number), so that only labels need escaping; an arrow stands in the body of
//! the innermost frame around both its ends, because Mermaid takes a state for a child of the body that mentions it first.

use super::{Arrow, Marks, arrows, invokes, is_frame, root_is_framed, title};
use crate::chart::compiled::Chart;
use crate::chart::ids::StateId;
use crate::chart::model::StateKind;
use crate::chart::set::StateSet;

struct Writer<'a> {
    chart: &'a Chart,
    marks: &'a Marks,
    arrows: Vec<Arrow>,
    /// For each arrow the frame whose body it stands in; none for the outermost.
    bodies: Vec<Option<StateId>>,
    text: String,
}

pub(super) fn mermaid(chart: &Chart, marks: &Marks) -> String {
    let arrows = arrows(chart);
    let framed = root_is_framed(chart);
    let bodies = arrows.iter().map(|arrow| body(chart, arrow)).collect();
    let mut writer = Writer { chart, marks, arrows, bodies, text: "stateDiagram-v2\n".to_owned() };
    let root = StateId::new(0);
    if framed {
        writer.state(root, 1);
        writer.arrows(None, 1);
    } else {
        writer.body(root, 1);
    }
    writer.classes();
    writer.text
}

/// The innermost frame that holds both ends and is no parallel state, whose body is cut into regions.
fn body(chart: &Chart, arrow: &Arrow) -> Option<StateId> {
    let holds = |frame: &StateId| {
        chart.is_descendant(arrow.from, *frame)
            && chart.is_descendant(arrow.to, *frame)
            && chart.state(*frame).kind == StateKind::Compound
    };
    chart.ancestors(arrow.from).find(holds)
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.extend(std::iter::repeat_n("    ", depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn state(&mut self, id: StateId, depth: usize) {
        let state = self.chart.state(id);
        let name = name(id);
        if is_frame(state) {
            let mut label = title(state);
            invokes(state).for_each(|invoke| label.push_str(&format!(" / {invoke}")));
            self.line(depth, &format!("state \"{}\" as {name} {{", escape(&label)));
            self.body(id, depth + 1);
            self.line(depth, "}");
            return;
        }
        self.line(depth, &format!("state \"{}\" as {name}", escape(&title(state))));
        for invoke in invokes(state) {
            self.line(depth, &format!("{name} : {}", escape(&invoke)));
        }
        if state.kind == StateKind::Final {
            self.line(depth, &format!("{name} --> [*]"));
        }
        for target in &state.default_targets {
            self.line(depth, &format!("{name} --> {}", self::name(*target)));
        }
    }

    fn body(&mut self, id: StateId, depth: usize) {
        let state = self.chart.state(id);
        if let Some(initial) = &state.initial {
            self.line(depth, &format!("[*] --> {}", name(initial.target)));
        }
        // A region is never empty: history states go with the first.
        let mut is_first = true;
        let histories_first = |child: &&StateId| !self.chart.state(**child).is_history();
        let (real, histories): (Vec<&StateId>, Vec<&StateId>) = state.children.iter().partition(histories_first);
        let children: Vec<&StateId> = match state.kind {
            StateKind::Parallel => histories.into_iter().chain(real).collect(),
            _ => state.children.iter().collect(),
        };
        for child in children {
            if state.kind == StateKind::Parallel && !self.chart.state(*child).is_history() {
                if !is_first {
                    self.line(depth, "--");
                }
                is_first = false;
            }
            self.state(*child, depth);
        }
        self.arrows(Some(id), depth);
    }

    fn arrows(&mut self, body: Option<StateId>, depth: usize) {
        for index in 0..self.arrows.len() {
            if self.bodies[index] != body {
                continue;
            }
            let arrow = &self.arrows[index];
            let walked = if self.marks.taken.contains(&arrow.transition) { "✓ " } else { "" };
            let stays = if arrow.stays { " (stays)" } else { "" };
            let (from, to, label) = (name(arrow.from), name(arrow.to), escape(&arrow.label));
            self.line(depth, &format!("{from} --> {to} : {walked}{label}{stays}"));
        }
    }

    fn classes(&mut self) {
        let marks = self.marks;
        self.class("walked", "fill:#d9ead3,stroke:#38761d", |state| {
            marks.walked.contains(state) && !marks.current.contains(state)
        });
        self.class("current", "fill:#ffe599,stroke:#bf9000,stroke-width:3px", |state| marks.current.contains(state));
    }

    /// Frames cannot be coloured in Mermaid.
    fn class(&mut self, class: &str, style: &str, has: impl Fn(StateId) -> bool) {
        let mut all = StateSet::new(self.chart.states().len());
        (0..self.chart.states().len()).for_each(|index| all.insert(StateId::new(index)));
        let names: Vec<String> =
            all.iter().filter(|state| !is_frame(self.chart.state(*state)) && has(*state)).map(name).collect();
        if !names.is_empty() {
            self.line(1, &format!("classDef {class} {style}"));
            self.line(1, &format!("class {} {class}", names.join(",")));
        }
    }
}

fn name(state: StateId) -> String {
    format!("s{}", state.index())
}

/// A label in which nothing means anything to Mermaid, to its Markdown or to HTML. What could is written by its number (`#35;`),
/// which Mermaid turns back when it draws.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars() {
        let plain =
            c.is_alphanumeric() || " .,-+/=!()[]|?@'".contains(c) || (matches!(c, '$' | '_' | '*' | '&') && c != last);
        match c {
            // Two of a kind begin what Mermaid formats; a line break would end the label.
            _ if plain => escaped.push(c),
            _ if c.is_control() || c.is_whitespace() => escaped.push(' '),
            _ => escaped.push_str(&format!("#{};", c as u32)),
        }
        last = c;
    }
    escaped
}
