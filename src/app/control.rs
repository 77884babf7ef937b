//! The controls of a scenario with what they stand at: what the panels show.

use crate::scenario::notation::number;
use crate::scenario::settings::{Kind, Setting, current_in, kind_in};
use crate::scenario::{Place, ReadStrategy, Scenario, Text, read::to_value};
use crate::words::{Lang, Question, Word, decimal, ms};

/// All strategies, in the order in which the page shows them.
pub const STRATEGIES: [ReadStrategy; 7] = [
    ReadStrategy::Join,
    ReadStrategy::PerRow,
    ReadStrategy::Parallel,
    ReadStrategy::Batch,
    ReadStrategy::LocalCache,
    ReadStrategy::Replica,
    ReadStrategy::Remodel,
];

/// A control and what it stands at.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// Its name in links.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// Where it is shown.
    pub place: Place,
    /// What it lets a person choose.
    pub kind: Kind,
    /// What the choice is about.
    pub question: Question,
    /// What it stands at, as in a link.
    pub value: String,
    /// What it stands at in the scenario as it ships.
    pub shipped: String,
}

impl Control {
    /// The strategy it stands at, if it chooses one.
    pub fn strategy(&self) -> Option<ReadStrategy> {
        matches!(self.kind, Kind::Choice(_)).then(|| strategy_of(&self.value))?
    }

    /// What it stands at, in words.
    pub fn shown(&self, lang: Lang) -> String {
        match &self.kind {
            Kind::Number { .. } => decimal(self.number()),
            Kind::Time { .. } => ms(self.number(), lang),
            Kind::Choice(_) => self.value_name(&self.value, lang).to_string(),
            Kind::Text => self.value.clone(),
        }
    }

    /// What one of its values is called.
    pub fn value_name<'v>(&self, value: &'v str, lang: Lang) -> &'v str {
        match strategy_of(value).filter(|_| matches!(self.kind, Kind::Choice(_))) {
            Some(strategy) => Word::of_strategy(strategy).text(lang),
            None => self.question.name(value, lang),
        }
    }

    /// The number it stands at: milliseconds for times.
    pub fn number(&self) -> f64 {
        match self.kind {
            Kind::Time { .. } => {
                crate::time::Span::parse(&self.value).map_or(0.0, |span| span.as_millis())
            }
            _ => number(&self.value).unwrap_or(0.0),
        }
    }
}

/// The strategy of a name in documents.
pub fn strategy_of(name: &str) -> Option<ReadStrategy> {
    STRATEGIES
        .into_iter()
        .find(|strategy| crate::words::strategy_key(*strategy) == name)
}

/// The controls of a scenario that came from `base`.
pub fn controls(base: &Scenario, scenario: &Scenario) -> Vec<Control> {
    let (Ok(before), Ok(now)) = (to_value(base), to_value(scenario)) else {
        return Vec::new();
    };
    scenario
        .controls
        .iter()
        .map(|control| Control {
            name: control.name.clone(),
            title: control.title.clone(),
            place: control.place,
            kind: kind_in(&now, control),
            question: control
                .sets
                .first()
                .map_or(Question::Other, |path| Question::at(path)),
            value: current_in(&now, control),
            shipped: current_in(&before, control),
        })
        .collect()
}

/// The controls that choose the strategy of a reference.
pub fn strategies(controls: &[Control]) -> impl Iterator<Item = &Control> {
    controls
        .iter()
        .filter(|control| control.place == Place::Strategy && control.strategy().is_some())
}

/// The controls that choose a strategy that is not how a reference is read.
pub fn choices(controls: &[Control]) -> impl Iterator<Item = (&Control, &[String])> {
    controls.iter().filter_map(|control| match &control.kind {
        Kind::Choice(choices)
            if control.place == Place::Strategy && control.strategy().is_none() =>
        {
            Some((control, choices.as_slice()))
        }
        _ => None,
    })
}

/// So many choices of a scenario without an offer matter to a reader who only wants to try one.
const MATTER_MAX: usize = 2;

/// The choices that matter: those that the offer would make, or else the first.
pub fn that_matter(controls: &[Control], offered: &[String]) -> Vec<Control> {
    let chosen = |control: &&Control| control.place == Place::Strategy;
    let of_offer = |control: &&Control| offered.contains(&control.name);
    let matter: Vec<Control> = controls
        .iter()
        .filter(chosen)
        .filter(of_offer)
        .cloned()
        .collect();
    if matter.is_empty() {
        return controls
            .iter()
            .filter(chosen)
            .take(MATTER_MAX)
            .cloned()
            .collect();
    }
    matter
}

/// The settings that give all references one strategy.
pub fn all_to(controls: &[Control], strategy: ReadStrategy) -> Vec<Setting> {
    strategies(controls)
        .map(|control| {
            (
                control.name.clone(),
                crate::words::strategy_key(strategy).to_string(),
            )
        })
        .collect()
}

/// The places of a slider.
pub const SLIDER_STEPS: f64 = 1000.0;

/// The value at a place of a slider (0 to [`SLIDER_STEPS`]), as a setting's text.
pub fn at_slider(kind: &Kind, place: f64) -> String {
    let share = (place / SLIDER_STEPS).clamp(0.0, 1.0);
    let (min, max, log, whole) = match *kind {
        Kind::Number {
            min,
            max,
            log,
            whole,
        } => (min, max, log, whole),
        Kind::Time {
            min_ms,
            max_ms,
            log,
        } => (min_ms, max_ms, log, false),
        Kind::Choice(_) | Kind::Text => return String::new(),
    };
    let value = if log && min > 0.0 {
        min * libm::pow(max / min, share)
    } else {
        min + (max - min) * share
    };
    let value = if whole { value.round() } else { rounded(value) };
    value.clamp(min, max).to_string()
}

/// Three significant digits: what a slider can mean.
fn rounded(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let scale = libm::pow(10.0, 2.0 - libm::floor(libm::log10(value.abs())));
    let digits = (value * scale).round();
    // Dividing by a power of ten keeps 0.3 from becoming 0.30000000000000004.
    if scale >= 1.0 {
        digits / scale
    } else {
        digits * (1.0 / scale).round()
    }
}

/// The place of a value on its slider.
pub fn slider_at(kind: &Kind, value: f64) -> f64 {
    let (min, max, log) = match *kind {
        Kind::Number { min, max, log, .. } => (min, max, log),
        Kind::Time {
            min_ms,
            max_ms,
            log,
        } => (min_ms, max_ms, log),
        Kind::Choice(_) | Kind::Text => return 0.0,
    };
    let share = if max <= min {
        0.0
    } else if log && min > 0.0 {
        libm::log(value.max(min) / min) / libm::log(max / min)
    } else {
        (value - min) / (max - min)
    };
    (share * SLIDER_STEPS).round().clamp(0.0, SLIDER_STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{settings, shipped};

    #[test]
    fn every_control_of_the_shipped_scenarios_is_shown_with_its_value() {
        for name in shipped::names() {
            let scenario = shipped::load(name).unwrap();
            let controls = controls(&scenario, &scenario);
            assert_eq!(controls.len(), scenario.controls.len());
            for control in &controls {
                assert!(!control.value.is_empty(), "{}", control.name);
                assert_eq!(control.value, control.shipped);
                assert_ne!(control.kind, Kind::Text, "{}", control.name);
            }
        }
    }

    #[test]
    fn every_place_of_a_slider_is_a_setting_that_applies() {
        let scenario = shipped::load("consultation-list").unwrap();
        for control in controls(&scenario, &scenario) {
            if matches!(control.kind, Kind::Choice(_)) {
                continue;
            }
            for place in [0.0, 1.0, 333.0, 999.0, 1000.0] {
                let setting = (control.name.clone(), at_slider(&control.kind, place));
                settings::apply(&scenario, std::slice::from_ref(&setting))
                    .unwrap_or_else(|problems| panic!("{setting:?}: {problems:?}"));
            }
        }
    }

    #[test]
    fn a_value_is_found_again_at_its_place() {
        let log = Kind::Number {
            min: 0.5,
            max: 200.0,
            log: true,
            whole: false,
        };
        let plain = Kind::Number {
            min: 1.0,
            max: 20.0,
            log: false,
            whole: true,
        };
        for kind in [log, plain] {
            for place in [0.0, 250.0, 500.0, 1000.0] {
                let value: f64 = at_slider(&kind, place).parse().unwrap();
                let again: f64 = at_slider(&kind, slider_at(&kind, value)).parse().unwrap();
                assert!(
                    (value - again).abs() <= 0.006 * value,
                    "{kind:?} at {place}: {value} {again}"
                );
            }
        }
    }

    #[test]
    fn a_slider_gives_round_numbers() {
        assert_eq!(rounded(0.123_456), 0.123);
        assert_eq!(rounded(1234.5), 1230.0);
        assert_eq!(rounded(0.3), 0.3);
        assert_eq!(rounded(0.0), 0.0);
    }

    #[test]
    fn all_references_are_set_at_once() {
        let scenario = shipped::load("consultation-list").unwrap();
        let set = all_to(&controls(&scenario, &scenario), ReadStrategy::Replica);
        assert_eq!(set.len(), scenario.references.len());
        let changed = settings::apply(&scenario, &set).unwrap();
        assert!(
            changed
                .references
                .values()
                .all(|it| it.strategy == ReadStrategy::Replica)
        );
    }
}
