//! Who calls, for which organization and with which rights, and the way into everything that writes.
//!
//! Every entry names a capability. An organization that is named, by argument or setting, is checked here, once:
//! without the capability the call is refused, and an organization that the role cannot see becomes one that holds
//! nothing. Where none is named, `lock`, `instance` and `may` check the one that the object is found in, and what is
//! about sets goes over `parts`.

use std::cell::Cell;
use std::ffi::CStr;
use std::rc::Rc;
use std::time::Duration;

use pgrx::{Uuid, pg_sys};

use super::capability::{self, Capability, Rights, Standing};
use super::version;
use crate::clock;
use crate::error::{Code, Error};
use crate::pg::guc::session_setting;
use crate::pg::jsonb::Jsonb;
use crate::pg::time::Timestamp;
use crate::pg::{timeout, user};
use crate::settings;
use crate::store::instance::{self, Instance};
use crate::store::organization::{self, zero};

thread_local! {
    /// User code of a macrostep is running in this backend.
    static USER_CODE: Cell<bool> = const { Cell::new(false) };
    /// The function of an effect is running in this backend.
    static HANDLER: Cell<bool> = const { Cell::new(false) };
}

/// Who calls. Actor and roles are claims of the application, recorded beside the database role.
#[derive(Clone)]
pub struct Caller {
    /// The only organization that the call is about. None: each in which the role has the capability.
    pub organization: Option<Uuid>,
    /// The organization that was named: as argument, or by the session's `app.current_org_id`.
    named: Option<Uuid>,
    capability: Capability,
    rights: Rc<Rights>,
    pub actor: Option<String>,
    pub roles: Vec<String>,
    pub role: pg_sys::Oid,
    pub database_role: String,
    /// The path in force at the call, with `pg_temp` last.
    pub search_path: String,
    pub now: Timestamp,
}

/// In place of an organization that the role cannot see: it holds nothing and never will.
const NOWHERE: [u8; 16] = [0xff; 16];

impl Caller {
    fn new(
        capability: Capability,
        named: Option<Uuid>,
        actor: Option<String>,
        roles: Option<Vec<String>>,
    ) -> Result<Self, Error> {
        version::check()?;
        let named = match named {
            Some(organization) => Some(organization),
            None => session_organization()?,
        };
        let role = user::current_role();
        let mut caller = Caller {
            organization: named,
            named,
            capability,
            rights: capability::rights(role)?,
            actor: actor.or_else(|| session_setting(c"app.current_user_id")),
            roles: roles.unwrap_or_else(|| session_setting(c"app.current_user_role").into_iter().collect()),
            role,
            database_role: user::role_name(role).unwrap_or_default(),
            search_path: path_with_temp_last(),
            now: clock::now()?,
        };
        caller.organization = caller.confined()?;
        Ok(caller)
    }

    /// The one organization that the call is about, if it is one.
    fn confined(&self) -> Result<Option<Uuid>, Error> {
        if let Some(named) = self.named {
            return Ok(Some(if self.may(named)? { named } else { Uuid::from_bytes(NOWHERE) }));
        }
        if self.sees_everything() {
            return Ok(None);
        }
        match self.rights.organizations(self.capability)[..] {
            [] => Err(self.lacks_capability(None)),
            [only] => Ok(Some(only)),
            _ => Ok(None),
        }
    }

    /// May the caller do this to an object of this organization? False: to them the object does not exist. Without the
    /// capability in an organization that they see it is PERMISSION_DENIED.
    pub fn may(&self, organization: Uuid) -> Result<bool, Error> {
        match self.rights.standing(organization, self.capability) {
            Standing::Allowed => Ok(true),
            Standing::Hidden => Ok(false),
            Standing::Lacking => Err(self.lacks_capability(Some(organization))),
        }
    }

    /// The caller, once for each organization that a function about sets serves: itself where that is one or all.
    pub fn parts(&self) -> Vec<Caller> {
        if self.organization.is_some() || self.sees_everything() {
            return vec![self.clone()];
        }
        let organizations = self.rights.organizations(self.capability);
        organizations.into_iter().map(|organization| self.in_organization(organization)).collect()
    }

    /// The organizations that a function about sets serves; None for all.
    pub fn served(&self) -> Option<Vec<Uuid>> {
        self.parts().iter().map(|part| part.organization).collect()
    }

    /// May the caller do this in an organization? For what is not the object of the call.
    pub fn is_allowed_in(&self, organization: Uuid) -> bool {
        self.rights.standing(organization, self.capability) == Standing::Allowed
    }

    /// Is the call about this organization?
    pub fn serves(&self, organization: Uuid) -> bool {
        match self.organization {
            Some(only) => only == organization,
            None => self.is_allowed_in(organization),
        }
    }

    /// What a statement about sets finds in all that the call is about: it is given each organization, or None for all.
    pub fn gather<T>(&self, mut find: impl FnMut(Option<Uuid>) -> Result<Vec<T>, Error>) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        for part in self.parts() {
            found.append(&mut find(part.organization)?);
        }
        Ok(found)
    }

    /// Has the caller the capability in every organization, those to come included?
    pub fn sees_everything(&self) -> bool {
        self.rights.everywhere(self.capability)
    }

    /// The organization whose members are changed: the one named, all where none is.
    pub fn granting(&self) -> Result<Option<Uuid>, Error> {
        match self.named {
            Some(named) => self.insist(named)?,
            None if self.sees_everything() => {}
            None => {
                let hint = "Give organization_id => '...', or SET app.current_org_id, for one in which it has it.";
                return Err(self.denied("all organizations").hint(hint));
            }
        }
        Ok(self.named)
    }

    fn lacks_capability(&self, organization: Option<Uuid>) -> Error {
        let place = organization.map_or("any organization".to_owned(), |id| format!("organization {id}"));
        self.denied(&place).hint("Whoever is admin there can give it with wf_grant.")
    }

    fn denied(&self, place: &str) -> Error {
        let (role, capability) = (&self.database_role, self.capability.name());
        Error::new(Code::PermissionDenied, format!("role {role} lacks the capability {capability} in {place}"))
    }

    /// The same session, for one organization.
    pub fn in_organization(&self, organization: Uuid) -> Self {
        Caller { organization: Some(organization), named: Some(organization), ..self.clone() }
    }

    /// The same session, for somebody whose event had to wait.
    pub fn speaking_for(&self, actor: Option<String>, roles: Vec<String>) -> Self {
        Caller { actor, roles, ..self.clone() }
    }

    /// The roles as a step records them.
    pub fn role_text(&self) -> Option<String> {
        (!self.roles.is_empty()).then(|| self.roles.join(", "))
    }

    /// The organization in which something is created: the one named, or zero while no other exists.
    pub fn creating(&self) -> Result<Uuid, Error> {
        let chosen = self.named.unwrap_or(zero());
        let known = organization::known(chosen)?;
        if self.named.is_none() && known.tenants {
            return Err(Error::new(Code::OrganizationRequired, "several organizations exist and none was given").hint(
                "Give organization_id => '...', or SET app.current_org_id. Organization zero \
                 (00000000-0000-0000-0000-000000000000) holds what all share.",
            ));
        }
        self.insist(chosen)?;
        if !known.registered {
            organization::insert(chosen, self.now)?;
        }
        Ok(chosen)
    }

    /// Organization zero, where what concerns all organizations is kept.
    pub fn in_all(&self) -> Result<Uuid, Error> {
        self.insist(zero()).map(|()| zero())
    }

    /// Refuses what the caller may not do in an organization, seen or not.
    fn insist(&self, organization: Uuid) -> Result<(), Error> {
        if self.may(organization)? { Ok(()) } else { Err(self.lacks_capability(Some(organization))) }
    }

    /// The organization in which something is looked up by code, before what all share.
    pub fn reading(&self) -> Uuid {
        self.organization.unwrap_or(zero())
    }

    /// The organization in which something that has a name is changed.
    pub fn changing(&self) -> Result<Uuid, Error> {
        let chosen = self.reading();
        Ok(if self.may(chosen)? { chosen } else { Uuid::from_bytes(NOWHERE) })
    }

    /// Reads an instance without locking it, by the rule of [`lock`](Self::lock).
    pub fn instance(&self, id: Uuid) -> Result<Instance, Error> {
        let organization = self.organization_of(id)?;
        let found = organization.map(|organization| instance::read(organization, id)).transpose()?.flatten();
        found.ok_or_else(|| instance_not_found(id))
    }

    /// Locks an instance of the organization named; of any that the caller sees, where none was.
    pub fn lock(&self, id: Uuid) -> Result<Instance, Error> {
        // Without tenants everything lies here.
        if self.named.is_none()
            && self.sees_everything()
            && let Some(instance) = instance::lock(zero(), id)?
        {
            return Ok(instance);
        }
        let organization = self.organization_of(id)?;
        let found = organization.map(|organization| instance::lock(organization, id)).transpose()?.flatten();
        found.ok_or_else(|| instance_not_found(id))
    }

    /// Locks instances in the order given; those that are none for this caller are left out. In one access: of many, what an
    /// access costs is more than the lock.
    pub fn lock_each(&self, ids: &[Uuid]) -> Result<(), Error> {
        let mut elsewhere = Vec::new();
        if self.named.is_none() && self.sees_everything() {
            let here: Vec<_> = ids.iter().map(|id| (zero(), *id)).collect();
            let found = instance::lock_each(&here)?;
            elsewhere.extend(ids.iter().zip(found).filter(|(_, found)| !found).map(|(id, _)| *id));
        } else {
            elsewhere.extend_from_slice(ids);
        }
        let mut there = Vec::with_capacity(elsewhere.len());
        for id in elsewhere {
            there.extend(self.organization_of(id)?.map(|organization| (organization, id)));
        }
        instance::lock_each(&there).map(drop)
    }

    /// Where an instance can be, for this caller.
    fn organization_of(&self, id: Uuid) -> Result<Option<Uuid>, Error> {
        if self.named.is_some() {
            return Ok(self.organization);
        }
        match instance::organization(id)? {
            Some(organization) if self.may(organization)? => Ok(Some(organization)),
            _ => Ok(None),
        }
    }
}

/// No such instance, or not for this caller: the two cannot be told apart.
pub fn instance_not_found(id: Uuid) -> Error {
    Error::new(Code::InstanceNotFound, format!("instance {id} does not exist"))
        .hint("Look it up in wf_instances_view, and check organization_id and app.current_org_id.")
}

/// Runs a function that writes: as the extension's owner, and never from the inside of a macrostep.
pub fn write<T>(
    capability: Capability,
    organization: Option<Uuid>,
    actor: Option<String>,
    roles: Option<Vec<String>>,
    work: impl FnOnce(&Caller) -> Result<T, Error>,
) -> Result<T, Error> {
    if USER_CODE.get() {
        return Err(Error::new(Code::InstanceBusy, "a guard or a value cannot change an instance")
            .detail("The call came from inside a macrostep that is running in this session.")
            .hint("Queue an effect, and let its handler call this function."));
    }
    let caller = Caller::new(capability, organization, actor, roles)?;
    user::as_owner(|| work(&caller))
}

/// Runs a function that only reads: as the extension's owner.
pub fn read<T>(
    capability: Capability,
    organization: Option<Uuid>,
    work: impl FnOnce(&Caller) -> Result<T, Error>,
) -> Result<T, Error> {
    read_as(capability, organization, None, None, work)
}

/// Runs a function that only reads, and asks what this actor in these roles could do.
pub fn read_as<T>(
    capability: Capability,
    organization: Option<Uuid>,
    actor: Option<String>,
    roles: Option<Vec<String>>,
    work: impl FnOnce(&Caller) -> Result<T, Error>,
) -> Result<T, Error> {
    let caller = Caller::new(capability, organization, actor, roles)?;
    user::as_owner(|| work(&caller))
}

/// Runs user code of a macrostep with the rights of `role`.
pub fn user_code<T>(role: pg_sys::Oid, search_path: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let _running = Running::mark(&USER_CODE);
    restricted(role, search_path, settings::user_code_timeout(), work)
}

/// Runs the function of an effect, which may call every function of ours but the scheduler: no macrostep is running.
pub fn handler_code<T>(
    role: pg_sys::Oid,
    search_path: &str,
    limit: Option<Duration>,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let _running = Running::mark(&HANDLER);
    restricted(role, search_path, limit, work)
}

/// Is the function of an effect running in this backend?
pub fn is_inside_handler() -> bool {
    HANDLER.get()
}

/// Says that user code is running, as long as it lives.
struct Running(&'static std::thread::LocalKey<Cell<bool>>, bool);

impl Running {
    fn mark(place: &'static std::thread::LocalKey<Cell<bool>>) -> Self {
        Running(place, place.replace(true))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

fn restricted<T>(
    role: pg_sys::Oid,
    search_path: &str,
    limit: Option<Duration>,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    if user::role_name(role).is_none() {
        return Err(Error::new(Code::PermissionDenied, "the role that owns this definition, guard or handler is gone")
            .detail(format!("Its oid was {}.", role.to_u32()))
            .hint("Define or register it again with a role that exists."));
    }
    timeout::within(limit, || user::as_user_code(role, search_path, work))
}

/// Refuses a value that is larger than `pg_workflow.max_payload`.
pub fn check_size(what: &str, value: Option<&Jsonb>) -> Result<(), Error> {
    let limit = settings::max_payload();
    match value {
        Some(value) if value.size() > limit => {
            Err(Error::new(Code::PayloadTooLarge, format!("{what} has {} bytes", value.size()))
                .detail(format!("pg_workflow.max_payload allows {limit} bytes."))
                .hint("Store large data in a table of your own and put its key here."))
        }
        _ => Ok(()),
    }
}

/// The longest name or key, in bytes: what an index can hold, with room for what stands beside it.
const LONGEST_TEXT: usize = 1_000;

/// Refuses a name or key that is empty or that no index could hold.
pub fn check_text<'a>(name: &str, value: &'a str) -> Result<&'a str, Error> {
    if value.trim().is_empty() {
        return Err(Error::new(Code::InvalidArgument, format!("{name} is empty")));
    }
    if value.len() > LONGEST_TEXT {
        return Err(Error::new(Code::InvalidArgument, format!("{name} has {} bytes", value.len()))
            .detail(format!("At most {LONGEST_TEXT} bytes are possible.")));
    }
    Ok(value)
}

/// The organization of the session, `app.current_org_id`.
pub fn session_organization() -> Result<Option<Uuid>, Error> {
    const SETTING: &CStr = c"app.current_org_id";
    let Some(text) = session_setting(SETTING) else {
        return Ok(None);
    };
    match uuid::Uuid::parse_str(text.trim()) {
        Ok(id) => Ok(Some(Uuid::from_bytes(id.into_bytes()))),
        Err(_) => Err(Error::new(Code::InvalidArgument, "app.current_org_id is not a uuid")
            .detail(format!("It is \"{text}\"."))
            .hint("SET app.current_org_id to the organization's id, or RESET it.")),
    }
}

/// `pg_temp` is searched first unless the path names it: a temporary table must not stand in for a real one.
fn path_with_temp_last() -> String {
    with_temp_last(&session_setting(c"search_path").unwrap_or_default())
}

fn with_temp_last(path: &str) -> String {
    // A comma within quotes belongs to a name.
    let mut quoted = false;
    let names = path.split(|character: char| {
        quoted ^= character == '"';
        character == ',' && !quoted
    });
    let kept: Vec<&str> = names
        .map(str::trim)
        .filter(|name| !name.is_empty() && !name.trim_matches('"').eq_ignore_ascii_case("pg_temp"))
        .collect();
    if kept.is_empty() { "pg_catalog, pg_temp".to_owned() } else { format!("{}, pg_temp", kept.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::with_temp_last;

    #[test]
    fn temporary_objects_are_searched_last() {
        assert_eq!(with_temp_last("\"$user\", public"), "\"$user\", public, pg_temp");
        assert_eq!(with_temp_last("pg_temp, public"), "public, pg_temp");
        assert_eq!(with_temp_last("\"pg_temp\",PG_TEMP"), "pg_catalog, pg_temp");
        assert_eq!(with_temp_last("\"a, pg_temp\", b"), "\"a, pg_temp\", b, pg_temp");
        assert_eq!(with_temp_last(""), "pg_catalog, pg_temp");
    }
}
