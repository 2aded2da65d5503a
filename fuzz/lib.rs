//! What the targets share: the statechart, a catalog that accepts everything, and a host whose guards hold and whose
//! values are their own text.

#[path = "../src/chart/mod.rs"]
#[allow(dead_code, unused_imports)]
pub mod chart;

use chart::{Catalog, Condition, Host, Scope, Template};

/// Knows everything.
pub struct Everything;

impl Catalog for Everything {
    fn jsonpath(&self, text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }

    fn guard_function(&self, _name: &str) -> Result<(), String> {
        Ok(())
    }

    fn value_function(&self, _name: &str) -> Result<(), String> {
        Ok(())
    }

    fn guard_registered(&self, _code: &str) -> bool {
        true
    }

    fn calendar_known(&self, _code: &str) -> bool {
        true
    }
}

/// Answers guards by turns.
#[derive(Default)]
pub struct ByTurns(u32);

impl Host for ByTurns {
    type Value = String;
    type Error = ();

    fn test(&mut self, _condition: &Condition, _scope: &Scope<'_, String>) -> Result<Option<bool>, ()> {
        self.0 = self.0.wrapping_add(1);
        Ok([Some(true), Some(false), None][self.0 as usize % 3])
    }

    fn evaluate(&mut self, _template: &Template, _scope: &Scope<'_, String>) -> Result<String, ()> {
        Ok("PT1S".to_owned())
    }

    fn assign(&mut self, _fields: &[(String, Template)], _scope: &Scope<'_, String>) -> Result<(), ()> {
        Ok(())
    }

    fn done_payload(&mut self, output: Option<String>) -> Result<String, ()> {
        Ok(output.unwrap_or_default())
    }
}
