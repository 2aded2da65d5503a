//! Definitions as they run: compiled once per backend and kept by id. A version never changes, and ids are never used
//! again, so what is kept never goes stale, DROP and CREATE EXTENSION included.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use pgrx::{Uuid, pg_sys};

use super::functions;
use crate::chart::{self, Catalog, Change, Chart, Finding, HandlerSettings, LiteralId, PathId, Report};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::jsonpath::JsonPath;
use crate::store::{calendar, definition, guard};

/// How many definitions a backend keeps before it begins anew.
const KEPT: usize = 1_000;

thread_local! {
    /// Never dropped: at the end of a backend there is nothing left to free in.
    static LOADED: ManuallyDrop<RefCell<HashMap<[u8; 16], Rc<Loaded>>>> =
        ManuallyDrop::new(RefCell::new(HashMap::new()));
}

/// A definition ready to run.
pub struct Loaded {
    pub id: Uuid,
    pub code: String,
    pub version: i32,
    pub chart: Chart,
    pub owner_role: pg_sys::Oid,
    pub search_path: String,
    pub context: Jsonb,
    paths: Vec<JsonPath>,
    literals: Vec<OnceCell<Jsonb>>,
}

impl Loaded {
    /// A compiled chart and what the server makes of its paths.
    pub fn new(
        id: Uuid,
        version: i32,
        owner_role: pg_sys::Oid,
        search_path: String,
        chart: Chart,
    ) -> Result<Self, Error> {
        Ok(Loaded {
            id,
            code: chart.code().to_owned(),
            version,
            owner_role,
            search_path,
            context: Jsonb::parse(chart.context()),
            paths: chart
                .paths()
                .iter()
                .map(|path| JsonPath::parse(&path.text).map_err(Error::internal))
                .collect::<Result<_, _>>()?,
            literals: vec![OnceCell::new(); chart.literals().len()],
            chart,
        })
    }

    /// A path of its chart, compiled.
    pub fn path(&self, id: PathId) -> &JsonPath {
        &self.paths[id.index()]
    }

    /// Reads every constant value; raises what `jsonb` raises for one that it cannot hold.
    pub fn literals(&self) {
        for index in 0..self.literals.len() {
            self.literal_at(index);
        }
    }

    /// A constant value of its chart.
    pub fn literal(&self, id: LiteralId) -> &Jsonb {
        self.literal_at(id.index())
    }

    fn literal_at(&self, index: usize) -> &Jsonb {
        self.literals[index].get_or_init(|| Jsonb::parse(&self.chart.literals()[index]))
    }
}

/// The definition with this id, of the organization or shared.
pub fn load(organization: Uuid, id: Uuid) -> Result<Rc<Loaded>, Error> {
    if let Some(loaded) = LOADED.with(|loaded| loaded.borrow().get(id.as_bytes()).cloned()) {
        return Ok(loaded);
    }
    let loaded = Rc::new(compile(organization, id)?);
    LOADED.with(|kept| {
        let mut kept = kept.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(*id.as_bytes(), loaded.clone());
    });
    Ok(loaded)
}

fn compile(organization: Uuid, id: Uuid) -> Result<Loaded, Error> {
    let stored = definition::load(organization, id)?
        .ok_or_else(|| Error::internal(format!("definition {id} of an instance is gone")))?;
    let report = check(organization, &stored.document, true)?;
    let chart = report.chart.ok_or_else(|| {
        let findings: Vec<String> = report.findings.iter().map(|finding| finding.message.clone()).collect();
        Error::internal(format!("{} version {} cannot be loaded", stored.code, stored.version))
            .detail(findings.join("\n"))
    })?;
    Loaded::new(id, stored.version, stored.owner_role, stored.search_path, chart)
}

/// The id of the version that a code means for an organization.
pub fn find(organization: Uuid, code: &str, version: Option<i32>) -> Result<Uuid, Error> {
    definition::find(organization, code, version)?.ok_or_else(|| match version {
        None => Error::new(Code::DefinitionNotFound, format!("definition {code} does not exist"))
            .hint("SELECT definition_code FROM wf_definitions_view lists what exists; wf_define makes one."),
        Some(version) => Error::new(Code::DefinitionNotFound, format!("{code} has no version {version}"))
            .hint("SELECT definition_version FROM wf_definitions_view lists what exists."),
    })
}

/// Checks a definition against what the database knows.
///
/// `accepted`: it was checked when it was defined, and its functions are looked up when they are called.
pub fn check(organization: Uuid, document: &str, accepted: bool) -> Result<Report, Error> {
    with_database(organization, accepted, |database| chart::check(document, database))
}

/// Reads the settings of a handler, or gives everything that is wrong with them.
pub fn check_handler(organization: Uuid, settings: &str) -> Result<Result<HandlerSettings, Vec<Finding>>, Error> {
    with_database(organization, true, |database| chart::check_handler(settings, database))
}

/// What changed between two stored documents; None where one of them cannot be read any more.
pub fn diff(organization: Uuid, from: &str, to: &str) -> Result<Option<Vec<Change>>, Error> {
    with_database(organization, true, |database| chart::diff(from, to, database))
}

fn with_database<T>(organization: Uuid, accepted: bool, work: impl FnOnce(&Database) -> T) -> Result<T, Error> {
    let database = Database { organization, accepted, failure: RefCell::new(None) };
    let result = work(&database);
    match database.failure.into_inner() {
        Some(error) => Err(error),
        None => Ok(result),
    }
}

/// What the database knows of the names in a definition.
struct Database {
    /// Whose guards are asked first.
    organization: Uuid,
    accepted: bool,
    /// What kept a question from being answered: no finding, but an error of the session.
    failure: RefCell<Option<Error>>,
}

impl Database {
    /// Asks the database, until it has failed once.
    fn ask<T>(&self, otherwise: T, question: impl FnOnce() -> Result<T, Error>) -> T {
        if self.failure.borrow().is_some() {
            return otherwise;
        }
        question().unwrap_or_else(|error| {
            self.failure.replace(Some(error));
            otherwise
        })
    }

    fn function(&self, name: &str, result: &str) -> Result<(), String> {
        if self.accepted { Ok(()) } else { self.ask(Ok(()), || functions::resolve(name, result)) }
    }
}

impl Catalog for Database {
    fn jsonpath(&self, text: &str) -> Result<String, String> {
        JsonPath::parse(text).map(|path| path.canonical())
    }

    fn guard_function(&self, name: &str) -> Result<(), String> {
        self.function(name, "boolean")
    }

    fn value_function(&self, name: &str) -> Result<(), String> {
        self.function(name, "jsonb")
    }

    fn guard_registered(&self, code: &str) -> bool {
        self.ask(true, || guard::find(self.organization, code).map(|found| found.is_some()))
    }

    fn calendar_known(&self, code: &str) -> bool {
        self.accepted || self.ask(true, || calendar::find(self.organization, code).map(|found| found.is_some()))
    }
}
