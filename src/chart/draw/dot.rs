//! DOT, for Graphviz. A frame is a cluster; arrows to and from it end at a point inside and are cut at its border.

use super::{Arrow, Marks, arrows, invokes, is_frame, root_is_framed, title};
use crate::chart::compiled::Chart;
use crate::chart::ids::StateId;
use crate::chart::model::StateKind;

const WALKED: &str = "color=\"#38761d\", fillcolor=\"#d9ead3\"";
const CURRENT: &str = "color=\"#bf9000\", fillcolor=\"#ffe599\", penwidth=3";

struct Writer<'a> {
    chart: &'a Chart,
    marks: &'a Marks,
    text: String,
}

pub(super) fn dot(chart: &Chart, marks: &Marks) -> String {
    let mut writer = Writer { chart, marks, text: format!("digraph {} {{\n", quoted([chart.code()])) };
    writer.line(1, "compound=true");
    writer.line(1, "graph [fontname=\"Helvetica\"]");
    writer.line(1, "node [fontname=\"Helvetica\", shape=box, style=\"rounded,filled\", fillcolor=white]");
    writer.line(1, "edge [fontname=\"Helvetica\", fontsize=11]");
    let root = StateId::new(0);
    if root_is_framed(chart) {
        writer.state(root, 1);
    } else {
        writer.body(root, 1);
    }
    writer.defaults();
    for arrow in arrows(chart) {
        writer.arrow(&arrow);
    }
    writer.text.push_str("}\n");
    writer.text
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        self.text.extend(std::iter::repeat_n("    ", depth));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn state(&mut self, id: StateId, depth: usize) {
        let state = self.chart.state(id);
        let label = quoted(std::iter::once(title(state)).chain(invokes(state)));
        let colours = match id {
            id if self.marks.current.contains(id) => CURRENT,
            id if self.marks.walked.contains(id) => WALKED,
            _ => "",
        };
        if is_frame(state) {
            self.line(depth, &format!("subgraph cluster_s{} {{", id.index()));
            let style = if state.kind == StateKind::Parallel { "\"rounded,dashed\"" } else { "rounded" };
            // A cluster would be filled as well, over nothing and for nothing: only its border is coloured.
            let border = colours.split(", fillcolor").next().filter(|border| !border.is_empty());
            let border = border.map(|border| format!("; {border}; penwidth=2")).unwrap_or_default();
            self.line(depth + 1, &format!("label={label}; style={style}{border}"));
            self.body(id, depth + 1);
            self.line(depth, "}");
            return;
        }
        let shape = match state.kind {
            StateKind::Final => ", peripheries=2",
            StateKind::History { .. } => ", shape=circle",
            _ => "",
        };
        let colours = if colours.is_empty() { String::new() } else { format!(", {colours}") };
        self.line(depth, &format!("s{} [label={label}{shape}{colours}]", id.index()));
    }

    fn body(&mut self, id: StateId, depth: usize) {
        let state = self.chart.state(id);
        let style = if state.initial.is_some() { "shape=point, width=0.12" } else { "shape=point, style=invis" };
        self.line(depth, &format!("i{} [{style}]", id.index()));
        for child in &state.children {
            self.state(*child, depth);
        }
    }

    /// Where frames begin, and what history states stand for at first.
    fn defaults(&mut self) {
        for (index, state) in self.chart.states().iter().enumerate() {
            let id = StateId::new(index);
            if let Some(initial) = &state.initial {
                let (head, lhead) = self.end(initial.target, id, "lhead");
                self.line(1, &format!("i{index} -> {head} [{}]", lhead.unwrap_or_default()));
            }
            for target in &state.default_targets {
                let (head, lhead) = self.end(*target, id, "lhead");
                let more = lhead.map(|lhead| format!(", {lhead}")).unwrap_or_default();
                self.line(1, &format!("s{index} -> {head} [style=dotted{more}]"));
            }
        }
    }

    fn arrow(&mut self, arrow: &Arrow) {
        let (tail, ltail) = self.end(arrow.from, arrow.to, "ltail");
        let (head, lhead) = self.end(arrow.to, arrow.from, "lhead");
        let mut attributes = vec![format!("label={}", quoted([&arrow.label]))];
        attributes.extend(ltail.into_iter().chain(lhead));
        if arrow.stays {
            attributes.push("style=dashed".to_owned());
        }
        if self.marks.taken.contains(&arrow.transition) {
            attributes.push("color=\"#38761d\", fontcolor=\"#38761d\", penwidth=2".to_owned());
        }
        self.line(1, &format!("{tail} -> {head} [{}]", attributes.join(", ")));
    }

    /// The node at which an arrow ends and, for a frame that does not hold the other end, where it is cut.
    fn end(&self, state: StateId, other: StateId, cut: &str) -> (String, Option<String>) {
        if !is_frame(self.chart.state(state)) {
            return (format!("s{}", state.index()), None);
        }
        let apart = state != other && !self.chart.is_descendant(other, state);
        (format!("i{}", state.index()), apart.then(|| format!("{cut}=cluster_s{}", state.index())))
    }
}

/// Lines as one quoted string. Graphviz reads backslashes and HTML's entities in labels.
fn quoted<T: AsRef<str>>(lines: impl IntoIterator<Item = T>) -> String {
    let mut text = String::from("\"");
    for (index, line) in lines.into_iter().enumerate() {
        if index > 0 {
            text.push_str("\\n");
        }
        for c in line.as_ref().chars() {
            match c {
                '"' | '\\' => text.extend(['\\', c]),
                '&' => text.push_str("&amp;"),
                _ if c.is_control() => text.push(' '),
                _ => text.push(c),
            }
        }
    }
    text.push('"');
    text
}
