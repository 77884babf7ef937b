//! From an address to a scenario, or to a page that says what is wrong with it.

use crate::scenario::{Scenario, settings, shipped};
use crate::share::Link;
use std::rc::Rc;

/// The scenario that opens when the address names none.
pub const DEFAULT: &str = "consultation-list";

/// What cannot be run, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// What was given, as it was given.
    pub input: String,
    /// What is wrong with it.
    pub problems: Vec<String>,
}

/// A scenario as it ships, and with the link's settings.
#[derive(Clone, Debug)]
pub struct Opened {
    /// As it ships.
    pub base: Rc<Scenario>,
    /// With the settings.
    pub scenario: Rc<Scenario>,
}

/// Opens what stands behind `#` in the address.
///
/// # Errors
/// Everything that is wrong with it, with the input.
pub fn open(fragment: &str) -> Result<Opened, Broken> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
    let broken = |problems: Vec<String>| Broken {
        input: fragment.to_string(),
        problems,
    };
    let link = if fragment.is_empty() {
        Link {
            scenario: DEFAULT.to_string(),
            settings: Vec::new(),
        }
    } else {
        Link::parse(fragment).map_err(|problem| broken(vec![problem.to_string()]))?
    };
    let Some(base) = shipped::load(&link.scenario) else {
        let known: Vec<&str> = shipped::names().collect();
        let name: String = link.scenario.chars().take(60).collect();
        return Err(broken(vec![format!(
            "there is no scenario {name:?}; there is {}",
            known.join(", ")
        )]));
    };
    let scenario = settings::apply(&base, &link.settings)
        .map_err(|problems| broken(problems.iter().map(ToString::to_string).collect()))?;
    Ok(Opened {
        base: Rc::new(base),
        scenario: Rc::new(scenario),
    })
}

/// The part of the address behind `#` that opens this scenario again.
pub fn fragment(base: &Scenario, scenario: &Scenario) -> String {
    let link = Link {
        scenario: base.name.clone(),
        settings: settings::changed(base, scenario),
    };
    link.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_address_opens_the_standard_scenario() {
        for fragment in ["", "#"] {
            let opened = open(fragment).unwrap();
            assert_eq!(opened.scenario.name, DEFAULT);
            assert_eq!(opened.base, opened.scenario);
        }
    }

    #[test]
    fn what_is_opened_is_written_as_the_same_address() {
        for text in [
            "consultation-list",
            "consultation-list?customer=batch&rate=50&seed=9",
        ] {
            let opened = open(text).unwrap();
            assert_eq!(fragment(&opened.base, &opened.scenario), text);
        }
    }

    fn check_broken(text: &str, expected: &str) {
        let broken = open(text).unwrap_err();
        assert_eq!(broken.input, text.trim_start_matches('#'));
        assert!(
            broken
                .problems
                .iter()
                .any(|problem| problem.contains(expected)),
            "{broken:?}"
        );
    }

    #[test]
    fn a_broken_address_keeps_its_text_and_says_what_is_wrong() {
        check_broken("#no-such-thing", "there is no scenario");
        check_broken("consultation-list?rat=50", "rate");
        check_broken("consultation-list?rate=many", "rate");
        check_broken("consultation-list?rate=%", "%25");
        check_broken("consultation-list?threads=0&instances=9999", "threads");
        check_broken("consultation-list?threads=0&instances=9999", "instances");
    }
}
