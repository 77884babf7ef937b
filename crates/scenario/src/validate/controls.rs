//! The sense of controls and of the offer.

use super::super::kinds;
use super::super::nearest::{did_you_mean, quoted};
use super::super::read::{Problem, to_value};
use super::super::settings::{self, NOT_SETTINGS};
use super::super::shape::{fits, forms_at, is, is_span};
use super::super::{Control, Scenario};
use super::{Checker, is_slug};
use kernel::time::SPAN_MAX;
use message::msg;
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
                    msg!(
                        "must be lower-case letters, digits and hyphens, such as \"cache-size\"",
                        "소문자, 숫자, 하이픈만 쓸 수 있습니다. 예: \"cache-size\"",
                    ),
                );
            } else if name == "seed" {
                self.report(
                    format!("{path}.name"),
                    msg!(
                        "\"seed\" always sets the seed; choose another name",
                        "\"seed\"는 언제나 시드를 뜻합니다. 다른 이름을 쓰십시오",
                    ),
                );
            } else if settings::RESERVED.contains(&name.as_str()) {
                self.report(
                    format!("{path}.name"),
                    msg!(
                        "{0} means something else in a link; choose another name",
                        "{0:은} 링크에서 다른 뜻으로 쓰입니다. 다른 이름을 쓰십시오",
                        quoted(name),
                    ),
                );
            } else if scenario.controls[..index]
                .iter()
                .any(|other| other.name == *name)
            {
                self.report(
                    format!("{path}.name"),
                    msg!(
                        "another control is called {0} already",
                        "이름이 {0}인 컨트롤이 이미 있습니다",
                        quoted(name),
                    ),
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
                msg!(
                    "{0} cannot be set by a control",
                    "{0:은} 컨트롤로 바꿀 수 없습니다",
                    quoted(sets),
                ),
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
                None => {
                    return self.report(
                        path,
                        msg!(
                            "a range is for numbers and times; use choices",
                            "range는 수와 시간에만 쓸 수 있습니다. choices를 쓰십시오",
                        ),
                    );
                }
            };
            if range.min >= range.max {
                self.report(
                    path.clone(),
                    msg!("min must be less than max", "min은 max보다 작아야 합니다"),
                );
            } else if range.min < bounds.0 || range.max > bounds.1 {
                let message = msg!(
                    "must lie within {0} to {1}, what {2} may be",
                    "{2}에 쓸 수 있는 범위({0}~{1}) 안이어야 합니다",
                    bounds.0,
                    bounds.1,
                    sets,
                );
                self.report(path.clone(), message);
            }
            if range.log && range.min <= 0.0 {
                self.report(
                    path,
                    msg!(
                        "min must be more than 0 if the slider multiplies (log)",
                        "슬라이더가 곱으로 움직이면(log) min은 0보다 커야 합니다",
                    ),
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
                        msg!(
                            "{0} is not possible at {1}",
                            "{1}에는 {0:을} 쓸 수 없습니다",
                            quoted(choice),
                            sets,
                        ),
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
            self.report(
                "offer.title",
                msg!("must not be empty", "비워 둘 수 없습니다"),
            );
        }
        self.known(
            "offer.operation",
            kinds::OPERATION,
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
            let message = msg!(
                "there is no control {0}{1}",
                "컨트롤 {0:이} 없습니다{1}",
                quoted(name),
                did_you_mean(name, names()),
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
                problem.inside(|path| {
                    let path = path.unwrap_or("".into());
                    msg!("offer.set.{0}", "offer.set.{0}", path)
                })
            };
            self.problems.append(problems.each(inside));
        }
    }
}
