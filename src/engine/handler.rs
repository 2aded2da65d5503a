//! What happens with an effect code: registered here, and found for a code from the copy that every backend keeps of the
//! handlers. Whether an effect belongs to the scheduler or to a worker is asked when it is to run, never stored with it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::rc::Rc;

use pgrx::{Uuid, pg_sys};

use super::audit::{self, Setting};
use super::caller::{Caller, check_size, check_text};
use super::definition;
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::pg::{transaction, user};
use crate::store::effect::{NewEffect, Origin};
use crate::store::function;
use crate::store::handler::{self, Handler, WATCH};
use crate::store::organization::zero;
use crate::wake;

/// Codes that no handler gets, whatever its pattern.
const OWN: [&str; 2] = ["wf.task", "wf.workflow"];

thread_local! {
    /// Never dropped: at the end of a backend there is nothing left to free in.
    static KEPT: ManuallyDrop<RefCell<Option<Rc<Handlers>>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// Every handler, by organization and code.
pub struct Handlers {
    by_organization: HashMap<[u8; 16], HashMap<String, Rc<Handler>>>,
    have_sql: bool,
    have_alone: bool,
}

impl Handlers {
    /// The handler of a code: the organization's own before a shared one, the most specific first.
    pub fn find(&self, organization: Uuid, code: &str) -> Option<&Rc<Handler>> {
        if OWN.contains(&code) {
            return None;
        }
        let own = self.by_organization.get(organization.as_bytes());
        let shared = self.by_organization.get(zero().as_bytes()).filter(|_| organization != zero());
        own.into_iter().chain(shared).find_map(|handlers| most_specific(handlers, code))
    }

    /// Wakes the scheduler for those of new effects that it runs.
    pub fn note(&self, origin: &Origin, effects: &[NewEffect]) {
        if self.have_sql && effects.iter().any(|effect| self.is_sql(origin.organization_id, &effect.code)) {
            wake::note(origin.now);
        }
    }

    /// Is there any of kind sql?
    pub fn have_sql(&self) -> bool {
        self.have_sql
    }

    /// Is there any that wants a transaction of its own?
    pub fn have_alone(&self) -> bool {
        self.have_alone
    }

    /// Does the scheduler run effects of this code?
    pub fn is_sql(&self, organization: Uuid, code: &str) -> bool {
        self.find(organization, code).is_some_and(|handler| handler.kind == "sql")
    }
}

/// Of `a.b`: that of `a.b`, else of `a.b.*`, `a.*` or `*`.
fn most_specific<'a>(handlers: &'a HashMap<String, Rc<Handler>>, code: &str) -> Option<&'a Rc<Handler>> {
    let dots = code.rmatch_indices('.').map(|(place, _)| &code[..place]);
    let prefixes = std::iter::once(code).chain(dots).map(|prefix| format!("{prefix}.*"));
    let exact = handlers.get(code);
    exact.or_else(|| prefixes.chain(["*".to_owned()]).find_map(|pattern| handlers.get(&pattern)))
}

/// The handlers as they are now, from this backend's copy where that is still true.
pub fn all() -> Result<Rc<Handlers>, Error> {
    let kept = KEPT.with(|kept| kept.borrow().clone()).filter(|_| WATCH.is_fresh());
    if let Some(kept) = kept {
        return Ok(kept);
    }
    KEPT.with(|kept| kept.take());
    WATCH.begin();
    let mut by_organization: HashMap<[u8; 16], HashMap<String, Rc<Handler>>> = HashMap::new();
    let (mut have_sql, mut have_alone) = (false, false);
    for handler in handler::all()? {
        have_sql |= handler.kind == "sql";
        have_alone |= !handler.batch;
        let of_organization = by_organization.entry(*handler.organization_id.as_bytes()).or_default();
        of_organization.insert(handler.code.clone(), Rc::new(handler));
    }
    let handlers = Rc::new(Handlers { by_organization, have_sql, have_alone });
    // The snapshot of a whole transaction may be older than the last change.
    if transaction::is_read_committed() {
        KEPT.with(|kept| kept.replace(Some(handlers.clone())));
    }
    Ok(handlers)
}

/// Registers what happens with a code, in place of what happened with it.
pub fn register(caller: &Caller, code: &str, kind: &str, settings: Option<&Jsonb>) -> Result<(), Error> {
    check_code(code)?;
    check_size("the handler's config", settings)?;
    match kind {
        "sql" | "worker" => {}
        "http" => {
            return Err(Error::new(Code::InvalidArgument, "handlers of kind http do not work yet")
                .hint("Register kind worker, and let a client make the calls: wf_claim_effects."));
        }
        other => {
            return Err(Error::new(Code::InvalidArgument, format!("kind '{other}' is not known"))
                .hint("Give 'sql' or 'worker'."));
        }
    }
    let organization = caller.creating()?;
    let text = settings.map_or_else(|| "{}".to_owned(), Jsonb::to_text);
    let settings = definition::check_handler(organization, &text)?.map_err(|findings| {
        let lines = findings.iter().map(|finding| {
            let pointer = if finding.pointer.is_empty() { "(config)" } else { &finding.pointer };
            format!("{pointer}: {} {}", finding.code.as_str(), finding.message)
        });
        wrong(code, lines.collect::<Vec<_>>().join("\n"))
    })?;
    let run_as = match &settings.run_as {
        Some(role) => role_to_run_as(caller, role)?,
        None => caller.role,
    };
    let function = match (kind, &settings.function) {
        ("sql", Some(name)) => Some(find_function(code, name, run_as)?),
        ("sql", None) => {
            return Err(wrong(
                code,
                "(config): MISSING_KEY A handler of kind sql needs the key \"function\"".to_owned(),
            ));
        }
        (_, None) if settings.run_as.is_none() && settings.batch.is_none() => None,
        _ => {
            let message = "\"function\", \"run_as\" and \"batch\" belong to kind sql";
            return Err(wrong(code, format!("(config): UNKNOWN_KEY {message}")));
        }
    };
    let handler = Handler {
        organization_id: organization,
        code: code.to_owned(),
        kind: kind.to_owned(),
        function,
        run_as,
        search_path: caller.search_path.clone(),
        retry: settings.retry.as_deref().map(Jsonb::parse),
        timeout: None,
        batch: settings.batch.unwrap_or(true),
        limits: settings.limits.as_deref().map(Jsonb::parse),
        call: None,
    };
    let timeout = settings.timeout.as_ref().map(ToString::to_string);
    audit::change(caller, "register_handler", Setting::Handler, organization, code, None, || {
        handler::upsert(&handler, timeout.as_deref(), &caller.database_role, caller.now)
    })
}

/// Takes a handler out. Was there one for exactly this code or pattern?
pub fn unregister(caller: &Caller, code: &str) -> Result<bool, Error> {
    let organization = caller.changing()?;
    audit::change(caller, "unregister_handler", Setting::Handler, organization, code, None, || {
        handler::delete(organization, code, caller.now)
    })
}

fn check_code(code: &str) -> Result<(), Error> {
    check_pattern(code)?;
    if OWN.contains(&code) {
        return Err(Error::new(Code::InvalidArgument, format!("{code} is the engine's own")));
    }
    Ok(())
}

/// Does a code fall under this code or pattern?
pub fn is_covered(pattern: &str, code: &str) -> bool {
    match pattern.strip_suffix(".*") {
        Some(prefix) => code.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        None => pattern == "*" || pattern == code,
    }
}

/// Refuses what is neither a code nor a pattern of codes.
pub fn check_pattern(code: &str) -> Result<(), Error> {
    check_text("the code", code)?;
    let stem = if code == "*" { "" } else { code.strip_suffix(".*").unwrap_or(code) };
    if stem.contains('*') || code == ".*" {
        return Err(Error::new(Code::InvalidArgument, format!("{code} is neither a code nor a pattern"))
            .hint("A pattern is PREFIX.* or *."));
    }
    Ok(())
}

fn wrong(code: &str, detail: String) -> Error {
    Error::new(Code::InvalidArgument, format!("the config of handler {code} is wrong"))
        .detail(detail)
        .hint(r#"Such as {"function": "billing.charge", "retry": {"maximum_attempts": 5}, "timeout": "PT10S"}."#)
}

/// A role of this name whose rights the caller has.
fn role_to_run_as(caller: &Caller, name: &str) -> Result<pg_sys::Oid, Error> {
    let role = user::find_role(name).ok_or_else(|| {
        Error::new(Code::InvalidArgument, format!("role {name} does not exist"))
            .hint("A role is named exactly, without quotes.")
    })?;
    if user::may_become(caller.role, role) {
        return Ok(role);
    }
    Err(Error::new(Code::PermissionDenied, format!("{} may not let a handler run as {name}", caller.database_role))
        .detail(format!("{} cannot SET ROLE {name}.", caller.database_role))
        .hint(format!("Let {name} register the handler, or a member of it.")))
}

/// The signature of a handler's function.
fn find_function(code: &str, name: &str, run_as: pg_sys::Oid) -> Result<String, Error> {
    let refuse = |message: String| Err(wrong(code, format!("/function: UNKNOWN_FUNCTION {message}")));
    let name = name.strip_suffix("(jsonb)").unwrap_or(name);
    let Some((schema, function)) = name.split_once('.') else {
        return refuse(format!("\"{name}\" does not name its schema: write schema.function"));
    };
    match function::handler(schema, function, run_as)? {
        Some(found) if found.result != "jsonb" => refuse(format!("{name}(jsonb) returns {}, not jsonb", found.result)),
        Some(found) if !found.may_execute => {
            let role = user::role_name(run_as).unwrap_or_default();
            refuse(format!("role {role} may not call {name}(jsonb): GRANT USAGE on its schema and EXECUTE on it"))
        }
        Some(found) => Ok(found.signature),
        None => refuse(format!("there is no function {name}(effect jsonb) returning jsonb")),
    }
}
