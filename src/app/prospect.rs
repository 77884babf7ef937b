//! What each choice would do if it were taken now: the run goes on with it, starts again, or nothing is any different.

use super::control::Control;
use scenario::Scenario;
use scenario::settings::{self, Kind, Setting};
use sim::{Plan, plans_can_go_on};
use words::{ChoiceNote, Lang, Question};

/// What a choice would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prospect {
    /// The run goes on with it.
    #[default]
    GoesOn,
    /// The run starts again.
    StartsAgain,
    /// Nothing: with the other settings as they are, the run is the same.
    NoEffect(Because),
}

/// Why a choice has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Because of what another control stands at: its place among the controls.
    Other(usize),
    /// No other control alone would change that.
    Same,
}

impl Prospect {
    /// Why it has no effect, if it has none.
    pub fn because(self) -> Option<Because> {
        match self {
            Prospect::NoEffect(because) => Some(because),
            Prospect::GoesOn | Prospect::StartsAgain => None,
        }
    }
}

/// A value that a control could be given, and the plan of the scenario with it (`None`: it cannot be run).
struct Tried {
    value: String,
    plan: Option<Plan>,
}

/// Finds out for every control of a scenario, in its order, what its choices would do (for a number: its slider).
pub fn look_ahead(scenario: &Scenario, now: &Plan, controls: &mut [Control]) {
    let with = |choices: &[(usize, &str)]| -> Option<Plan> {
        let set = choices
            .iter()
            .map(|(place, value)| (controls[*place].name.clone(), value.to_string()));
        let set: Vec<Setting> = set.collect();
        settings::apply(scenario, &set)
            .ok()
            .map(|it| Plan::new(&it))
    };
    let tried: Vec<Vec<Tried>> = controls
        .iter()
        .enumerate()
        .map(|(place, control)| {
            let values = candidates(control).into_iter();
            let tried = values.map(|value| Tried {
                plan: with(&[(place, &value)]),
                value,
            });
            tried.collect()
        })
        .collect();
    // With which other control would a choice matter? Those that everybody sees come first.
    let mut order: Vec<usize> = (0..controls.len()).collect();
    order.sort_by_key(|place| controls[*place].place != scenario::Place::Strategy);
    let because = |place: usize, value: &str| -> Because {
        let matters_with = |other: &usize| {
            tried[*other].iter().any(|it| {
                let both = [(*other, it.value.as_str()), (place, value)];
                let plans = it.plan.as_ref().zip(with(&both));
                plans.is_some_and(|(one, both)| !one.same_run(&both))
            })
        };
        let others = order.iter().filter(|other| **other != place);
        others
            .copied()
            .find(|other| matters_with(other))
            .map_or(Because::Same, Because::Other)
    };
    let prospects: Vec<Vec<Prospect>> = (0..controls.len())
        .map(|place| {
            let prospects = tried[place].iter().map(|it| match &it.plan {
                Some(plan) if now.same_run(plan) => Prospect::NoEffect(because(place, &it.value)),
                Some(plan) if !plans_can_go_on(now, plan) => Prospect::StartsAgain,
                _ => Prospect::GoesOn,
            });
            in_their_places(&controls[place], &tried[place], prospects.collect())
        })
        .collect();
    for (control, prospects) in controls.iter_mut().zip(prospects) {
        control.prospects = prospects;
    }
}

/// The values of a control that are looked at: all its other choices, or both ends of its slider.
fn candidates(control: &Control) -> Vec<String> {
    let all = match &control.kind {
        Kind::Choice(choices) => choices.clone(),
        Kind::Number { min, max, .. } => vec![min.to_string(), max.to_string()],
        Kind::Time { min_ms, max_ms, .. } => vec![min_ms.to_string(), max_ms.to_string()],
        Kind::Text => Vec::new(),
    };
    let others = all.into_iter().filter(|value| *value != control.value);
    others.collect()
}

/// One prospect for each choice, or one for a slider. If no choice has an effect, the whole control has none, what is
/// chosen already included, and one reason is enough: another control's, if there is one.
fn in_their_places(control: &Control, tried: &[Tried], found: Vec<Prospect>) -> Vec<Prospect> {
    let reasons = || found.iter().filter_map(|it| it.because());
    let idle = !found.is_empty() && reasons().count() == found.len();
    let other = reasons().find(|because| *because != Because::Same);
    let whole = match idle {
        true => Prospect::NoEffect(other.unwrap_or(Because::Same)),
        false if found.contains(&Prospect::StartsAgain) => Prospect::StartsAgain,
        false => Prospect::GoesOn,
    };
    let Kind::Choice(choices) = &control.kind else {
        return vec![whole];
    };
    let of = |choice: &String| {
        let at = tried.iter().position(|it| it.value == *choice);
        match at {
            _ if idle => whole,
            Some(at) => found[at],
            None => Prospect::GoesOn,
        }
    };
    choices.iter().map(of).collect()
}

/// Why a control's choice has no effect, in words; `idle`: none of its choices has.
pub fn reason(
    controls: &[Control],
    control: &Control,
    because: Because,
    idle: bool,
    lang: Lang,
) -> String {
    let other = match because {
        Because::Other(place) => controls.get(place),
        Because::Same => None,
    };
    let Some(other) = other else {
        return match idle {
            true => ChoiceNote::NoEffect.text(lang),
            false => ChoiceNote::TheSameAs(&control.value_name(&control.value, lang)).text(lang),
        };
    };
    let value = other.value_name(&other.value, lang);
    let speaks_for_itself =
        matches!(other.kind, Kind::Choice(_)) && other.question != Question::Switch;
    if speaks_for_itself {
        ChoiceNote::NoEffectWith(&value).text(lang)
    } else {
        let title = other.title.pick(lang, &other.name);
        ChoiceNote::NoEffectWhile(title, &value).text(lang)
    }
}

#[cfg(test)]
mod tests {
    use super::super::control::controls;
    use super::*;
    use scenario::shipped;

    /// The controls of a shipped scenario with these settings.
    fn seen(name: &str, set: &[(&str, &str)]) -> Vec<Control> {
        let base = shipped::load(name).unwrap();
        let set: Vec<Setting> = set
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let scenario = settings::apply(&base, &set).unwrap();
        let mut controls = controls(&base, &scenario);
        look_ahead(&scenario, &Plan::new(&scenario), &mut controls);
        controls
    }

    /// What a choice of a control would do; with the name of the control because of which it does nothing.
    fn check(controls: &[Control], name: &str, value: &str, expected: &str) {
        let control = controls.iter().find(|it| it.name == name).unwrap();
        let found = match control.prospect(value) {
            Prospect::GoesOn => "goes on",
            Prospect::StartsAgain => "starts again",
            Prospect::NoEffect(Because::Same) => "the same",
            Prospect::NoEffect(Because::Other(other)) => &controls[other].name,
        };
        assert_eq!(found, expected, "{name}={value}");
    }

    #[test]
    fn under_calls_nothing_about_events_matters() {
        let controls = seen("course-enrolment", &[]);
        check(&controls, "publish", "cdc", "by");
        check(&controls, "publish", "outbox", "by");
        check(&controls, "consume", "naive", "by");
        check(&controls, "by", "events", "starts again");
        check(&controls, "reconcile", "true", "goes on");
    }

    #[test]
    fn a_number_that_nothing_asks_for_has_no_effect() {
        let controls = seen("consultation-list", &[]);
        check(&controls, "ttl", "", "customer");
        check(&controls, "sync", "broadcast", "customer");
        check(&controls, "batch-size", "", "customer");
        check(&controls, "rate", "", "goes on");
        check(&controls, "customers", "", "starts again");
        let cached = seen("consultation-list", &[("code", "local_cache")]);
        check(&cached, "ttl", "", "goes on");
        check(&cached, "parallel-limit", "", "customer");
    }

    #[test]
    fn without_a_wait_there_is_nothing_to_jitter() {
        let controls = seen("retry-storm", &[]);
        check(&controls, "jitter", "full", "backoff");
        check(&controls, "backoff", "fixed", "goes on");
        let once = seen(
            "retry-storm",
            &[("attempts", "1"), ("by", "calls"), ("client-attempts", "1")],
        );
        check(&once, "backoff", "fixed", "attempts");
        check(&once, "budget", "true", "attempts");
        check(&once, "breaker", "true", "goes on");
    }
}
