//! The scenarios that ship with the playground.

use super::Scenario;
use super::read::read;

/// Every shipped scenario: its name and its document, in the order in which they are listed.
pub const ALL: &[(&str, &str)] = &[
    (
        "consultation-list",
        include_str!("shipped/consultation-list.json"),
    ),
    (
        "session-lookup",
        include_str!("shipped/session-lookup.json"),
    ),
    ("course-model", include_str!("shipped/course-model.json")),
    (
        "course-enrolment",
        include_str!("shipped/course-enrolment.json"),
    ),
    ("order-payment", include_str!("shipped/order-payment.json")),
    (
        "prescription-billing",
        include_str!("shipped/prescription-billing.json"),
    ),
    (
        "customer-update",
        include_str!("shipped/customer-update.json"),
    ),
    ("retry-storm", include_str!("shipped/retry-storm.json")),
];

/// The shipped scenario of this name.
pub fn load(name: &str) -> Option<Scenario> {
    let (_, text) = ALL.iter().find(|(known, _)| *known == name)?;
    // A test reads every one of them, so none is ever missing for this reason.
    read(text).ok()
}

/// The scenario that opens when the address names none.
pub const DEFAULT: &str = "consultation-list";

/// The names of all shipped scenarios.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::super::{Text, settings};
    use super::*;

    fn texts(scenario: &Scenario) -> Vec<(String, &Text)> {
        let mut texts = vec![
            ("title".to_string(), &scenario.title),
            ("summary".to_string(), &scenario.summary),
        ];
        let mut add = |kind: &str, name: &str, text| texts.push((format!("{kind}.{name}"), text));
        scenario
            .services
            .iter()
            .for_each(|(name, it)| add("services", name, &it.title));
        scenario
            .stores
            .iter()
            .for_each(|(name, it)| add("stores", name, &it.title));
        scenario
            .operations
            .iter()
            .for_each(|(name, it)| add("operations", name, &it.title));
        scenario
            .clients
            .iter()
            .for_each(|(name, it)| add("clients", name, &it.title));
        scenario
            .references
            .iter()
            .for_each(|(name, it)| add("references", name, &it.title));
        scenario
            .controls
            .iter()
            .for_each(|it| add("controls", &it.name, &it.title));
        scenario
            .offer
            .iter()
            .for_each(|it| add("offer", "", &it.title));
        texts
    }

    #[test]
    fn every_shipped_scenario_reads_without_a_problem_under_its_own_name() {
        for (name, text) in ALL {
            let scenario = read(text).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
            assert_eq!(scenario.name, *name);
        }
        assert!(load("consultation-list").is_some());
        assert!(load("no-such-scenario").is_none());
    }

    #[test]
    fn every_title_of_a_shipped_scenario_speaks_both_languages() {
        for name in names() {
            for (place, text) in texts(&load(name).unwrap()) {
                let both =
                    matches!(text, Text::Both(both) if !both.en.is_empty() && !both.ko.is_empty());
                assert!(both, "{name}: {place}: {text:?}");
            }
        }
    }

    #[test]
    fn the_offer_of_every_shipped_scenario_applies_and_changes_it() {
        for name in names() {
            let scenario = load(name).unwrap();
            let Some(offer) = &scenario.offer else {
                continue;
            };
            let set: Vec<_> = offer.set.clone().into_iter().collect();
            let changed = settings::apply(&scenario, &set).unwrap();
            assert_ne!(changed, scenario, "{name}");
            assert_eq!(
                settings::changed(&scenario, &changed).len(),
                set.len(),
                "{name}"
            );
        }
    }

    #[test]
    fn every_control_of_a_shipped_scenario_can_be_set_to_the_ends_of_its_range() {
        for name in names() {
            let scenario = load(name).unwrap();
            for control in &scenario.controls {
                let values = match settings::kind(&scenario, control) {
                    settings::Kind::Choice(choices) => choices,
                    settings::Kind::Number { min, max, .. } => {
                        vec![min.to_string(), max.to_string()]
                    }
                    settings::Kind::Time { min_ms, max_ms, .. } => {
                        vec![min_ms.to_string(), max_ms.to_string()]
                    }
                    settings::Kind::Text => {
                        panic!("{name}: {} has no range and no choices", control.name)
                    }
                };
                for value in values {
                    let set = [(control.name.clone(), value)];
                    settings::apply(&scenario, &set)
                        .unwrap_or_else(|problems| panic!("{name}: {set:?}: {problems:?}"));
                }
            }
        }
    }
}
