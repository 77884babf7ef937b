//! A scenario that settings change, one change after the other, as the actions of a link do.

use super::super::problems::{Problem, Problems};
use super::super::read::{of_shape, of_value, to_value};
use super::super::{Scenario, shape};
use super::path::get_at;
use super::{Setting, apply_one, forget_lost_controls, under_their_names};
use serde_json::Value;
use std::rc::Rc;

/// Comparing a part of a document with the schema is so many times the work of the rest that is done with it.
const SHAPE: u64 = 4;
/// Finding the place of a setting is about the work of reading so many parts.
const SETTING: u64 = 30;

/// A scenario that changes, and its document.
///
/// What a change does not touch is not compared with the schema again, and the document is not written anew. The names
/// and numbers of the whole must still go together after it ([`super::super::validate`]), because a number may
/// matter far from its place; that is a tenth of the work.
#[derive(Clone, Debug)]
pub struct Changing {
    /// As it stands now.
    scenario: Rc<Scenario>,
    /// The same as a full document.
    document: Value,
    /// Parts of the document.
    parts: u64,
    /// What has been done so far.
    work: u64,
}

/// What a change has touched.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Things by their first two keys, such as `services` and `payment`.
    things: Vec<Vec<String>>,
    /// Whether more than plain values were exchanged, so that there may be other places in the document now.
    reshaped: bool,
}

impl Touched {
    /// A value is put in place of another one.
    pub(super) fn note(&mut self, keys: &[&str], before: Option<&Value>, after: &Value) {
        let many = |value: &Value| value.is_object() || value.is_array();
        // What is empty is left out of a document.
        let nothing = |value: &Value| value.is_null() || value.as_str() == Some("");
        if before.is_none_or(|before| many(before) || nothing(before))
            || many(after)
            || nothing(after)
        {
            self.reshaped = true;
        }
        let thing = keys.iter().take(2);
        if self
            .things
            .last()
            .is_none_or(|last| last.iter().ne(thing.clone()))
        {
            self.things.push(thing.map(ToString::to_string).collect());
        }
    }
}

/// How many values there are in a value, itself included.
fn parts(value: &Value) -> u64 {
    1 + match value {
        Value::Array(list) => list.iter().map(parts).sum(),
        Value::Object(fields) => fields.values().map(parts).sum(),
        _ => 0,
    }
}

impl Changing {
    /// A scenario before its first change.
    ///
    /// # Errors
    /// Never for a scenario that was read.
    pub fn new(scenario: Rc<Scenario>) -> Result<Changing, Problem> {
        let document = to_value(&scenario)?;
        let parts = parts(&document);
        Ok(Changing {
            scenario,
            document,
            parts,
            work: parts,
        })
    }

    /// As it stands now.
    pub fn scenario(&self) -> &Rc<Scenario> {
        &self.scenario
    }

    /// As it stands at last.
    pub(super) fn into_scenario(self) -> Rc<Scenario> {
        self.scenario
    }

    /// How much has been done so far, in parts of documents (values of JSON) that were read. It is counted and not
    /// measured, so that whatever is decided by it is decided alike on every machine.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Changes it by settings, one after the other.
    ///
    /// # Errors
    /// As [`super::apply`]; then it is spoilt, and must not be used any more.
    pub fn change(&mut self, settings: &[Setting]) -> Result<(), Problems> {
        let base = self.scenario.clone();
        let mut touched = Touched::default();
        let mut problems = Problems::new();
        for (name, text) in settings {
            self.work += SETTING + text.len() as u64 / 8;
            if let Err(problem) = apply_one(&base, &mut self.document, name, text, &mut touched) {
                problems.push(problem);
            }
        }
        problems.none()?;
        self.work += self.parts;
        let read = if touched.reshaped {
            self.read_anew()
        } else {
            self.read_touched(touched.things)
        };
        let scenario = read.map_err(|problems| under_their_names(&base, settings, problems))?;
        self.scenario = Rc::new(scenario);
        Ok(())
    }

    /// Reads the whole document.
    fn read_anew(&mut self) -> Result<Scenario, Problems> {
        forget_lost_controls(&mut self.document);
        self.parts = parts(&self.document);
        self.work += (SHAPE + 1) * self.parts;
        let scenario = of_value(&self.document)?;
        self.document = to_value(&scenario)?;
        Ok(scenario)
    }

    /// Reads the document, of which only these things are not known to have the right shape.
    fn read_touched(&mut self, mut things: Vec<Vec<String>>) -> Result<Scenario, Problems> {
        things.sort();
        things.dedup();
        let mut problems = Problems::new();
        for thing in &things {
            let keys: Vec<&str> = thing.iter().map(String::as_str).collect();
            let Some(value) = get_at(&self.document, &keys) else {
                continue;
            };
            self.work += SHAPE * parts(value);
            let place = keys
                .iter()
                .fold(String::new(), |path, key| shape::join(&path, key));
            problems.append(shape::check_at(&keys, value).each(|problem| problem.under(&place)));
        }
        problems.none()?;
        of_shape(&self.document)
    }
}
