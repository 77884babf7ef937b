//! The controls of a scenario with what they stand at: what the panels show.

use super::prospect::Prospect;
use super::quantity::{Quantity, Unit};
use scenario::notation::number;
use scenario::settings::{self, Kind, Setting, current_in, kind_in};
use scenario::{Place, ReadStrategy, Scenario, Text, read::to_value};
use serde_json::Value;
use words::{Lang, Question, Word};

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
    /// In what a number is counted.
    pub unit: Unit,
    /// What it stands at, as in a link.
    pub value: String,
    /// What it stands at in the scenario as it ships.
    pub shipped: String,
    /// What each choice would do, in the order of the choices; of a number, what its slider would do. Empty until it is
    /// found out ([`super::prospect::look_ahead`]).
    pub prospects: Vec<Prospect>,
}

impl Control {
    /// The strategy it stands at, if it chooses one.
    pub fn strategy(&self) -> Option<ReadStrategy> {
        matches!(self.kind, Kind::Choice(_)).then(|| strategy_of(&self.value))?
    }

    /// What it stands at, in words.
    pub fn shown(&self, lang: Lang) -> String {
        self.value_name(&self.value, lang)
    }

    /// What a choice would do; of a number, what any other value would do.
    pub fn prospect(&self, value: &str) -> Prospect {
        let place = match &self.kind {
            Kind::Choice(choices) => choices.iter().position(|choice| choice == value),
            _ => Some(0),
        };
        let found = place.and_then(|place| self.prospects.get(place));
        found.copied().unwrap_or_default()
    }

    /// What one of its values is called.
    pub fn value_name(&self, value: &str, lang: Lang) -> String {
        if let Some(quantity) = self.quantity() {
            return quantity.shown(self.number_of(value), lang);
        }
        match strategy_of(value).filter(|_| matches!(self.kind, Kind::Choice(_))) {
            Some(strategy) => Word::of_strategy(strategy).text(lang).to_string(),
            None => self.question.name(value, lang).to_string(),
        }
    }

    /// The number that it sets, if it sets one.
    pub fn quantity(&self) -> Option<Quantity> {
        Quantity::new(&self.kind, self.unit)
    }

    /// The number it stands at: milliseconds for times.
    pub fn number(&self) -> f64 {
        self.number_of(&self.value)
    }

    /// The number of a value, as [`Control::number`].
    fn number_of(&self, value: &str) -> f64 {
        match self.kind {
            // A plain number is what a slider on its way gives: milliseconds.
            Kind::Time { .. } => match kernel::time::Span::parse(value) {
                Ok(span) => span.as_millis(),
                Err(_) => number(value).unwrap_or(0.0),
            },
            _ => number(value).unwrap_or(0.0),
        }
    }
}

/// The strategy of a name in documents.
pub fn strategy_of(name: &str) -> Option<ReadStrategy> {
    STRATEGIES
        .into_iter()
        .find(|strategy| words::strategy_key(*strategy) == name)
}

/// In what a number at a path is counted.
fn unit_at(document: &Value, path: &str, kind: &Kind) -> Unit {
    match kind {
        Kind::Time { .. } => Unit::Time,
        Kind::Number { .. } if path.ends_with(".rate") => Unit::PerSecond,
        Kind::Number { whole: false, .. } if settings::is_share(document, path) => Unit::Share,
        _ => Unit::Plain,
    }
}

/// The controls of a scenario that came from `base`.
pub fn controls(base: &Scenario, scenario: &Scenario) -> Vec<Control> {
    let (Ok(before), Ok(now)) = (to_value(base), to_value(scenario)) else {
        return Vec::new();
    };
    scenario
        .controls
        .iter()
        .map(|control| {
            let kind = kind_in(&now, control);
            let path = control.sets.first().map_or("", String::as_str);
            Control {
                name: control.name.clone(),
                title: control.title.clone(),
                place: control.place,
                question: Question::at(path),
                unit: unit_at(&now, path, &kind),
                kind,
                value: current_in(&now, control),
                shipped: current_in(&before, control),
                prospects: Vec::new(),
            }
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
                words::strategy_key(strategy).to_string(),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{settings, shipped};

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
    fn every_stop_of_a_slider_is_a_setting_that_applies_and_is_shown_as_it_stands() {
        for name in shipped::names() {
            let scenario = shipped::load(name).unwrap();
            for control in controls(&scenario, &scenario) {
                let Some(quantity) = control.quantity() else {
                    continue;
                };
                let shown = quantity.shown(control.number(), Lang::En);
                let again = quantity.read(&shown, control.number());
                assert_eq!(again, Some(control.number()), "{name} {}", control.name);
                let stops = quantity.stops();
                for stop in [stops[0], stops[1], stops[stops.len() - 1]] {
                    let setting = (control.name.clone(), stop.to_string());
                    let applied = settings::apply(&scenario, std::slice::from_ref(&setting))
                        .unwrap_or_else(|problems| panic!("{setting:?}: {problems:?}"));
                    let now = controls(&scenario, &applied)
                        .into_iter()
                        .find(|it| it.name == control.name);
                    assert_eq!(now.unwrap().number(), stop, "{name} {}", control.name);
                }
            }
        }
    }

    #[test]
    fn rates_and_shares_have_their_unit() {
        let unit = |scenario: &str, name: &str| {
            let scenario = shipped::load(scenario).unwrap();
            let all = controls(&scenario, &scenario);
            all.into_iter().find(|it| it.name == name).unwrap().unit
        };
        assert_eq!(unit("order-payment", "rate"), Unit::PerSecond);
        assert_eq!(unit("order-payment", "answer-loss"), Unit::Share);
        assert_eq!(unit("order-payment", "again"), Unit::Share);
        assert_eq!(unit("order-payment", "interval"), Unit::Time);
        assert_eq!(unit("order-payment", "attempts"), Unit::Plain);
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
