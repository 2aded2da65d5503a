//! The chart's questions answered by the server: guards by `jsonb_path_match` or SQL functions, values by
//! `jsonb_path_query_first` or SQL functions. Values stay in the server's binary form throughout.

use std::cell::OnceCell;
use std::collections::HashMap;

use pgrx::Uuid;

use super::caller::{Caller, check_size};
use super::definition::Loaded;
use super::functions::{self, Function};
use crate::chart::{Condition, Host, Path, Scope, Template, Test, Variables};
use crate::error::{Code, Error};
use crate::pg::jsonb::Jsonb;
use crate::store::instance::Instance;

/// What guards and values may know of the instance.
pub struct Subject<'a> {
    pub organization_id: Uuid,
    pub id: Uuid,
    /// The number of the step that is being made.
    pub seq: i64,
    pub instance_key: Option<&'a str>,
    pub subject: Option<&'a Jsonb>,
}

impl<'a> From<&'a Instance> for Subject<'a> {
    fn from(instance: &'a Instance) -> Self {
        Subject {
            organization_id: instance.organization_id,
            id: instance.id,
            seq: instance.seq + 1,
            instance_key: instance.instance_key.as_deref(),
            subject: instance.subject.as_ref(),
        }
    }
}

/// Registered guards whose answer is given and not asked for, by code; `None` is unknown.
pub type Answers = HashMap<String, Option<bool>>;

/// One macrostep's context and what its guards and values may look at.
pub struct Evaluator<'a> {
    definition: &'a Loaded,
    caller: &'a Caller,
    subject: Subject<'a>,
    answers: Option<&'a Answers>,
    pub context: Jsonb,
    pub context_changed: bool,
    /// Paths that found nothing or failed, each once, in order.
    pub missing: Vec<String>,
    fixed: OnceCell<Fixed>,
}

/// The variables that do not change within a macrostep.
struct Fixed {
    actor: Jsonb,
    roles: Jsonb,
    now: Jsonb,
    now_epoch: Jsonb,
    instance: Jsonb,
}

impl<'a> Evaluator<'a> {
    /// For one macrostep of this subject, which begins with this context.
    pub fn new(definition: &'a Loaded, caller: &'a Caller, subject: Subject<'a>, context: Jsonb) -> Self {
        Evaluator {
            definition,
            caller,
            subject,
            answers: None,
            context,
            context_changed: false,
            missing: Vec::new(),
            fixed: OnceCell::new(),
        }
    }

    /// The same with the answers of some registered guards fixed.
    pub fn answering(mut self, answers: &'a Answers) -> Self {
        self.answers = Some(answers);
        self
    }

    fn fixed(&self) -> &Fixed {
        self.fixed.get_or_init(|| {
            let caller = self.caller;
            let roles: Vec<Jsonb> = caller.roles.iter().map(|role| Jsonb::string(role)).collect();
            let micros = caller.now.unix();
            Fixed {
                actor: caller.actor.as_deref().map_or_else(Jsonb::null, Jsonb::string),
                roles: Jsonb::array(&roles),
                // To the second: what jsonpath's datetime() of PostgreSQL 15 can read.
                now: Jsonb::string(&caller.now.to_iso_seconds()),
                now_epoch: Jsonb::parse(&format!(
                    "{}.{:06}",
                    micros.div_euclid(1_000_000),
                    micros.rem_euclid(1_000_000)
                )),
                instance: self.instance(),
            }
        })
    }

    fn instance(&self) -> Jsonb {
        let seq = Jsonb::parse(&self.subject.seq.to_string());
        let version = Jsonb::parse(&self.definition.version.to_string());
        Jsonb::object(|object| {
            object.set_text("id", &self.subject.id.to_string());
            object.set_text("organization_id", &self.subject.organization_id.to_string());
            object.set_text("definition_code", &self.definition.code);
            object.set("definition_version", &version);
            object.set("seq", &seq);
            match self.subject.instance_key {
                Some(key) => object.set_text("instance_key", key),
                None => object.set("instance_key", &Jsonb::null()),
            }
            object.set("subject", self.subject.subject.unwrap_or(&Jsonb::null()));
        })
    }

    /// The variables that are used, and no others.
    fn variables(&self, used: Variables, params: Option<&Jsonb>, scope: &Scope<'_, Jsonb>) -> Jsonb {
        let payload = scope.event.payload.as_ref();
        Jsonb::object(|object| {
            if used.contains(Variables::EVENT) {
                let name = Jsonb::object(|event| event.set_text("type", &scope.event.name));
                let event = match payload {
                    Some(payload) if payload.is_object() => payload.concat(&name),
                    _ => name,
                };
                object.set("event", &event);
            }
            if used.contains(Variables::PAYLOAD) {
                object.set("payload", payload.unwrap_or(&Jsonb::null()));
            }
            if used.contains(Variables::IN) {
                let paths: Vec<Jsonb> = scope
                    .active
                    .iter()
                    .map(|state| scope.chart.state(state).path.as_str())
                    .filter(|path| !path.is_empty())
                    .map(Jsonb::string)
                    .collect();
                object.set("in", &Jsonb::array(&paths));
            }
            let fixed: [(Variables, &str, fn(&Fixed) -> &Jsonb); 5] = [
                (Variables::ACTOR, "actor", |fixed| &fixed.actor),
                (Variables::ROLES, "roles", |fixed| &fixed.roles),
                (Variables::NOW, "now", |fixed| &fixed.now),
                (Variables::NOW_EPOCH, "now_epoch", |fixed| &fixed.now_epoch),
                (Variables::INSTANCE, "instance", |fixed| &fixed.instance),
            ];
            for (variable, name, value) in fixed {
                if used.contains(variable) {
                    object.set(name, value(self.fixed()));
                }
            }
            if let Some(params) = params {
                object.set("params", params);
            }
        })
    }

    fn path(&self, id: crate::chart::PathId) -> &'a Path {
        &self.definition.chart.paths()[id.index()]
    }

    fn guard_function(
        &mut self,
        function: &Function,
        params: Option<&Template>,
        scope: &Scope<'_, Jsonb>,
    ) -> Result<Option<bool>, Error> {
        let params = params.map(|params| self.evaluate(params, scope)).transpose()?;
        let vars = self.variables(Variables::ALL, params.as_ref(), scope);
        functions::call(function, &self.context, &vars).map_err(|error| match error.code() {
            Some(Code::InstanceBusy | Code::PermissionDenied) => error,
            _ if error.is_cancellation() => error,
            _ => Error::new(Code::GuardFailed, format!("guard {} could not be evaluated", function.call))
                .detail(error.summary()),
        })
    }
}

impl Host for Evaluator<'_> {
    type Value = Jsonb;
    type Error = Error;

    fn test(&mut self, condition: &Condition, scope: &Scope<'_, Jsonb>) -> Result<Option<bool>, Error> {
        let definition = self.definition;
        match &condition.test {
            Test::Path(id) => {
                let vars = self.variables(self.path(*id).variables, None, scope);
                Ok(self.context.path_match(definition.path(*id), &vars))
            }
            Test::Function { function, params } => {
                let name = &definition.chart.functions()[function.index()].name;
                let function = Function {
                    call: functions::qualified(name),
                    role: definition.owner_role,
                    search_path: &definition.search_path,
                };
                self.guard_function(&function, params.as_ref(), scope)
            }
            Test::Registered { code, params } => {
                let code = &definition.chart.guard_codes()[code.index()];
                if let Some(answer) = self.answers.and_then(|answers| answers.get(code)) {
                    return Ok(*answer);
                }
                let guard = functions::registered(self.subject.organization_id, code)?;
                let function =
                    Function { call: guard.function, role: guard.owner_role, search_path: &guard.search_path };
                self.guard_function(&function, params.as_ref(), scope)
            }
        }
    }

    fn evaluate(&mut self, template: &Template, scope: &Scope<'_, Jsonb>) -> Result<Jsonb, Error> {
        let definition = self.definition;
        match template {
            Template::Literal(id) => Ok(definition.literal(*id).clone()),
            Template::Path(id) => {
                let path = self.path(*id);
                let vars = self.variables(path.variables, None, scope);
                if let Some(value) = self.context.path_first(definition.path(*id), &vars) {
                    return Ok(value);
                }
                if !self.missing.contains(&path.text) {
                    self.missing.push(path.text.clone());
                }
                Ok(Jsonb::null())
            }
            Template::Call { function, args } => {
                let args = self.evaluate(args, scope)?;
                let vars = self.variables(Variables::ALL, None, scope);
                let name = &definition.chart.functions()[function.index()].name;
                let function = Function {
                    call: functions::qualified(name),
                    role: definition.owner_role,
                    search_path: &definition.search_path,
                };
                Ok(functions::call(&function, &args, &vars)?.unwrap_or_else(Jsonb::null))
            }
            Template::Object(fields) => {
                let values = self.evaluate_all(fields.iter().map(|(_, value)| value), scope)?;
                Ok(Jsonb::object(|object| {
                    for ((key, _), value) in fields.iter().zip(&values) {
                        object.set(key, value);
                    }
                }))
            }
            Template::Array(parts) => Ok(Jsonb::array(&self.evaluate_all(parts.iter(), scope)?)),
        }
    }

    fn assign(&mut self, fields: &[(String, Template)], scope: &Scope<'_, Jsonb>) -> Result<(), Error> {
        let values = self.evaluate_all(fields.iter().map(|(_, value)| value), scope)?;
        let change = Jsonb::object(|object| {
            for ((key, _), value) in fields.iter().zip(&values) {
                object.set(key, value);
            }
        });
        self.context = self.context.concat(&change);
        self.context_changed = true;
        check_size("the context", Some(&self.context))
    }

    fn done_payload(&mut self, output: Option<Jsonb>) -> Result<Jsonb, Error> {
        Ok(Jsonb::object(|object| {
            if let Some(output) = &output {
                object.set("output", output);
            }
        }))
    }
}

impl Evaluator<'_> {
    fn evaluate_all<'t>(
        &mut self,
        templates: impl Iterator<Item = &'t Template>,
        scope: &Scope<'_, Jsonb>,
    ) -> Result<Vec<Jsonb>, Error> {
        templates.map(|template| self.evaluate(template, scope)).collect()
    }
}
