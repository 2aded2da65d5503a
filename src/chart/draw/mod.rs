//! Diagrams of a chart, as Mermaid (`stateDiagram-v2`) and as DOT. The text depends on the chart and the marks alone, so that it
//! can be kept under version control; every name that a definition may hold is escaped, so that any legal definition is drawn.

mod dot;
mod mermaid;
mod walk;

pub use walk::{Marks, Passage};

use super::compiled::Chart;
use super::ids::{StateId, TransitionId};
use super::model::{State, StateKind, Transition, Trigger};
use super::text::after_key;

/// The notation of a diagram.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notation {
    Mermaid,
    Dot,
}

/// Draws the chart; with marks, the states and transitions that they name stand out.
pub fn draw(chart: &Chart, notation: Notation, marks: Option<&Marks>) -> String {
    let nothing = Marks::default();
    let marks = marks.unwrap_or(&nothing);
    match notation {
        Notation::Mermaid => mermaid::mermaid(chart, marks),
        Notation::Dot => dot::dot(chart, marks),
    }
}

/// An arrow of the diagram; a transition with several targets has several.
struct Arrow {
    transition: TransitionId,
    from: StateId,
    to: StateId,
    label: String,
    /// Its state is not left: only its actions run.
    stays: bool,
}

fn arrows(chart: &Chart) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (index, transition) in chart.transitions().iter().enumerate() {
        let stays = transition.targets.is_empty();
        let targets = if stays { std::slice::from_ref(&transition.source) } else { &transition.targets[..] };
        arrows.extend(targets.iter().map(|to| Arrow {
            transition: TransitionId::new(index),
            from: transition.source,
            to: *to,
            label: label(chart, transition),
            stays,
        }));
    }
    arrows
}

/// `EVENT [guard] (role, role)`
fn label(chart: &Chart, transition: &Transition) -> String {
    let mut label = chart.trigger_text(transition);
    let source = chart.state(transition.source);
    if let Trigger::After(index) = transition.trigger
        && source.after[index].name == after_key(source, index)
    {
        // The flat form has a name of its own for it, which does not say when.
        label.push_str(&format!(" {}", chart.delay_text(&source.after[index].delay)));
    }
    if let Some(guard) = &transition.guard {
        label.push_str(&format!(" [{}]", chart.guard_text(guard)));
    }
    if !transition.roles.is_empty() {
        label.push_str(&format!(" ({})", transition.roles.join(", ")));
    }
    label
}

/// What a state is called in its box.
fn title(state: &State) -> String {
    match state.kind {
        StateKind::History { deep: false } => format!("H {}", state.key),
        StateKind::History { deep: true } => format!("H* {}", state.key),
        _ => state.key.clone(),
    }
}

/// What a state begins while it is active, a line each.
fn invokes(state: &State) -> impl Iterator<Item = String> + '_ {
    state.invoke.iter().map(|invoke| match invoke.src.as_str() {
        "wf.task" | "wf.workflow" => format!("invoke {} as {}", invoke.src, invoke.id),
        src => format!("invoke {src}"),
    })
}

/// Is the state drawn as a frame around others?
fn is_frame(state: &State) -> bool {
    matches!(state.kind, StateKind::Compound | StateKind::Parallel)
}

/// Does the root need a frame of its own? It does where something leads from it or to it, or hangs on it.
fn root_is_framed(chart: &Chart) -> bool {
    let root = &chart.states()[0];
    let touches =
        |transition: &Transition| transition.source.index() == 0 || transition.targets.iter().any(|to| to.index() == 0);
    root.kind == StateKind::Parallel || !root.invoke.is_empty() || chart.transitions().iter().any(touches)
}

#[cfg(test)]
mod tests;
