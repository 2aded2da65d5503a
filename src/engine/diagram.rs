//! Diagrams of definitions, with the place and the path of an instance.

use pgrx::Uuid;

use super::caller::Caller;
use super::definition;
use crate::chart::{self, Marks, Notation, Passage};
use crate::error::{Code, Error};
use crate::store::step;

/// What is to be drawn.
pub struct Diagram {
    /// None where an instance says which.
    pub code: Option<String>,
    /// By default the instance's version, or the current one.
    pub version: Option<i32>,
    pub notation: Notation,
    pub instance_id: Option<Uuid>,
}

/// The notation of this name.
pub fn notation(format: &str) -> Result<Notation, Error> {
    match format {
        "mermaid" => Ok(Notation::Mermaid),
        "dot" => Ok(Notation::Dot),
        other => Err(Error::new(Code::InvalidArgument, format!("format => '{other}' is not known"))
            .hint("Give 'mermaid' or 'dot'.")),
    }
}

/// Draws a version of a definition.
pub fn diagram(caller: &Caller, diagram: Diagram) -> Result<String, Error> {
    let Some(id) = diagram.instance_id else {
        let code = diagram.code.ok_or_else(|| {
            Error::new(Code::InvalidArgument, "code is NULL").hint("Give code or instance_id, or both.")
        })?;
        let organization = caller.reading();
        let definition = definition::load(organization, definition::find(organization, &code, diagram.version)?)?;
        return Ok(chart::draw(&definition.chart, diagram.notation, None));
    };
    let instance = caller.instance(id)?;
    let organization = instance.organization_id;
    let pinned = definition::load(organization, instance.definition_id)?;
    if let Some(code) = diagram.code.filter(|code| *code != pinned.code) {
        return Err(Error::new(Code::InvalidArgument, format!("instance {id} is not of {code}"))
            .detail(format!("It is of {}.", pinned.code))
            .hint("Leave code out: the instance knows it."));
    }
    let definition = match diagram.version {
        None => pinned,
        version => definition::load(organization, definition::find(organization, &pinned.code, version)?)?,
    };
    let passages: Vec<Passage> = step::passages(organization, id)?
        .into_iter()
        .map(|step| Passage { from: step.from, to: step.to, event: step.event, timer: step.timer })
        .collect();
    let marks = Marks::new(&definition.chart, &instance.state, &passages);
    Ok(chart::draw(&definition.chart, diagram.notation, Some(&marks)))
}
