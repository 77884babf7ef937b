//! The sense of controls and of the offer.

use super::super::nearest::{did_you_mean, quoted};
use super::super::read::{Problem, to_value};
use super::super::settings::{self, NOT_SETTINGS};
use super::super::shape::{fits, forms_at, is, is_span};
use super::super::{Control, Scenario};
use super::{Checker, is_slug};
use crate::time::SPAN_MAX;
use serde_json::Value;

impl Checker<'_> {
    pub(super) fn controls(&mut self) {
        let scenario = self.scenario;
        let document = match to_value(scenario) {
            Ok(document) => document,
            Err(problem) => return self.problems.push(problem),
        };
        for (index, control) in scenario.controls.iter().enumerate() {
            let path = format!("controls.{index}");
            let name = &control.name;
            if !is_slug(name) {
                self.report(
                    format!("{path}.name"),
                    "must be lower-case letters, digits and hyphens, such as \"cache-size\"",
                );
            } else if name == "seed" {
                self.report(
                    format!("{path}.name"),
                    "\"seed\" always sets the seed; choose another name",
                );
            } else if settings::RESERVED.contains(&name.as_str()) {
                self.report(
                    format!("{path}.name"),
                    format!(
                        "{} means something else in a link; choose another name",
                        quoted(name)
                    ),
                );
            } else if scenario.controls[..index]
                .iter()
                .any(|other| other.name == *name)
            {
                self.report(
                    format!("{path}.name"),
                    format!("another control is called {} already", quoted(name)),
                );
            }
            for (place, sets) in control.sets.iter().enumerate() {
                self.control(
                    &path,
                    &format!("{path}.sets.{place}"),
                    sets,
                    control,
                    &document,
                );
            }
        }
        self.offer();
    }

    /// One place that a control sets.
    fn control(
        &mut self,
        path: &str,
        place: &str,
        sets: &str,
        control: &Control,
        document: &Value,
    ) {
        if NOT_SETTINGS.contains(&sets.split('.').next().unwrap_or(sets)) {
            return self.report(
                place,
                format!("{} cannot be set by a control", quoted(sets)),
            );
        }
        let Some(keys) = settings::keys(document, sets) else {
            return self.report(place, settings::no_such_place(document, sets).message);
        };
        let forms = forms_at(&keys);
        if let Some(range) = control.range {
            let path = format!("{path}.range");
            let number = forms
                .iter()
                .find(|form| is(form, "integer") || is(form, "number"));
            let bounds = match number {
                Some(form) => {
                    let bound =
                        |name: &str, none| form.get(name).and_then(Value::as_f64).unwrap_or(none);
                    (bound("minimum", f64::MIN), bound("maximum", f64::MAX))
                }
                None if forms.iter().any(|form| is_span(form)) => (0.0, SPAN_MAX.as_millis()),
                None => return self.report(path, "a range is for numbers and times; use choices"),
            };
            if range.min >= range.max {
                self.report(path.clone(), "min must be less than max");
            } else if range.min < bounds.0 || range.max > bounds.1 {
                let message = format!(
                    "must lie within {} to {}, what {sets} may be",
                    bounds.0, bounds.1
                );
                self.report(path.clone(), message);
            }
            if range.log && range.min <= 0.0 {
                self.report(
                    path,
                    "min must be more than 0 if the slider multiplies (log)",
                );
            }
        }
        for (index, choice) in control.choices.iter().enumerate() {
            let path = format!("{path}.choices.{index}");
            match settings::convert(&forms, choice) {
                Err(message) => self.report(path, message),
                Ok(value) if !fits(&forms, &value) => {
                    self.report(
                        path,
                        format!("{} is not possible at {sets}", quoted(choice)),
                    );
                }
                Ok(_) => {}
            }
        }
    }

    /// The offer: its names are known, and what it makes of the scenario is a scenario.
    fn offer(&mut self) {
        let scenario = self.scenario;
        let Some(offer) = &scenario.offer else { return };
        if offer.title.is_empty() {
            self.report("offer.title", "must not be empty");
        }
        self.known(
            "offer.operation",
            "operation",
            &scenario.operations,
            &offer.operation,
        );
        let names = || {
            scenario
                .controls
                .iter()
                .map(|control| control.name.as_str())
        };
        for name in offer
            .set
            .keys()
            .filter(|name| !names().any(|known| known == name.as_str()))
        {
            let message = format!(
                "there is no control {}{}",
                quoted(name),
                did_you_mean(name, names())
            );
            self.report("offer.set", message);
        }
        if !self.problems.is_empty() {
            return;
        }
        // Without its offer: what it makes is not checked for offers of its own.
        let base = Scenario {
            offer: None,
            ..scenario.clone()
        };
        let set: Vec<_> = offer.set.clone().into_iter().collect();
        if let Err(problems) = settings::apply(&base, &set) {
            let inside = |problem: Problem| {
                Problem::new(format!("offer.set.{}", problem.path), problem.message)
            };
            self.problems.extend(problems.into_iter().map(inside));
        }
    }
}
