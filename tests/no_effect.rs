//! A choice that is said to have no effect has none, and one that is offered has one: over every scenario that ships, all
//! of its controls, and each of them with every choice of every other one.

use kernel::time::{Span, Time};
use scenario::settings::{self, Kind};
use scenario::{Fault, FaultKind, Scenario, shipped};
use sim::{End, Plan, Simulation, text};

/// Two runs are held against each other for so many simulated seconds, from the start, ...
const SECONDS: u64 = 10;
/// ... or for so many events: where nothing else is set, and where something is.
const EVENTS: [u64; 2] = [300_000, 40_000];
/// On each of these seeds, where nothing else is set; on the first of them, where something is.
const SEEDS: [u64; 2] = [1, 2];

/// Choices that are offered although they make the same run here, and why: what they are for can happen, and does not
/// happen in so short a run. (Scenario, what else is set, control; an empty part stands for any.)
const RARE: &[(&str, &str, &str, &str)] = &[
    (
        "consultation-list",
        "",
        "parallel-limit",
        "a page has a hundred rows: a limit of a hundred is none",
    ),
    (
        "consultation-list",
        "",
        "sync",
        "what changes is seldom in a cache so early",
    ),
    (
        "consultation-list",
        "query-time=50",
        "",
        "no list comes to its last references so early",
    ),
    (
        "consultation-list",
        "latency=50",
        "",
        "no list comes to its last references so early",
    ),
    (
        "consultation-list",
        "changes=0.01",
        "customers",
        "no customer changes so early",
    ),
    ("", "", "attempts", "they matter where a call fails"),
    (
        "retry-storm",
        "rate=1",
        "threads",
        "one request a second needs one thread",
    ),
    ("", "", "reconcile", "it begins after the run has ended"),
    (
        "",
        "",
        "consume",
        "ways to consume differ where a message comes twice or late",
    ),
    (
        "",
        "",
        "payment-key",
        "it matters where an order is charged twice",
    ),
    (
        "customer-update",
        "",
        "carries",
        "in order, the changed fields add up to the whole",
    ),
    (
        "prescription-billing",
        "",
        "lock",
        "two people seldom have the same prescription in hand",
    ),
    (
        "session-lookup",
        "",
        "",
        "so few requests seldom meet a change",
    ),
    (
        "retry-storm",
        "",
        "client-attempts",
        "few calls fail when there is room for all",
    ),
    (
        "retry-storm",
        "",
        "breaker",
        "few calls fail when there is room for all",
    ),
    (
        "retry-storm",
        "",
        "budget",
        "few calls fail when there is room for all",
    ),
];

/// A scenario with one more setting.
fn with(scenario: &Scenario, name: &str, value: &str) -> Scenario {
    settings::apply(scenario, &[(name.to_string(), value.to_string())])
        .unwrap_or_else(|problems| panic!("{name}={value}: {}", problems[0]))
}

/// What a control can stand at: each of its choices, or both ends of its slider.
fn values(scenario: &Scenario, name: &str) -> Vec<String> {
    let control = scenario.controls.iter().find(|it| it.name == name);
    match settings::kind(scenario, control.expect("a control of the scenario")) {
        Kind::Choice(choices) => choices,
        Kind::Number { min, max, .. } => vec![min.to_string(), max.to_string()],
        Kind::Time { min_ms, max_ms, .. } => vec![min_ms.to_string(), max_ms.to_string()],
        Kind::Text => Vec::new(),
    }
}

/// The scenario with everything going wrong for a moment, early enough for a short run: two plans are only the same if they
/// are, whatever goes wrong.
fn harsh(mut scenario: Scenario) -> Scenario {
    let plan = Plan::new(&scenario);
    let mut faults = Vec::new();
    let mut add = |at_ms: u64, for_ms: u64, what: FaultKind| {
        faults.push(Fault {
            at: Span::from_millis(at_ms),
            lasts: Some(Span::from_millis(for_ms)),
            what,
        });
    };
    for service in scenario.services.keys() {
        let (service, rate, factor) = (service.clone(), 0.3, 30.0);
        add(
            300,
            300,
            FaultKind::Errors {
                service: service.clone(),
                instance: None,
                rate,
            },
        );
        add(
            1_000,
            500,
            FaultKind::Slow {
                service: service.clone(),
                instance: None,
                factor,
            },
        );
        add(
            1_800,
            200,
            FaultKind::Crash {
                service,
                instance: None,
            },
        );
    }
    for topic in scenario.topics.keys() {
        add(
            300,
            5_000,
            FaultKind::RelayDies {
                topic: topic.clone(),
                share: 0.3,
            },
        );
        add(
            700,
            5_000,
            FaultKind::DuplicateNext {
                topic: topic.clone(),
                count: 20,
            },
        );
    }
    for link in &plan.links {
        if let (End::Service(_), End::Service(_)) = (link.from, link.to) {
            let link = format!("{} -> {}", plan.end_name(link.from), plan.end_name(link.to));
            add(
                2_200,
                600,
                FaultKind::Loss {
                    link,
                    request: 0.2,
                    answer: 0.2,
                },
            );
        }
    }
    scenario.faults = faults;
    scenario
}

/// Whether two scenarios leave the same trace, line by line. Most that differ do so at once.
fn leave_the_same_trace(one: &Scenario, other: &Scenario, seed: u64, events: u64) -> bool {
    let mut runs = [one, other].map(|scenario| {
        Simulation::new(&Scenario {
            seed,
            ..scenario.clone()
        })
    });
    let end = Time(SECONDS * 1_000_000_000);
    let mut until = Time(20_000_000);
    loop {
        // Slices of time: a job that is switched off may look at its clock, which leaves no trace.
        let traces = runs.each_mut().map(|run| {
            run.run_until(until, u64::MAX);
            std::mem::take(run.records())
        });
        let [one, other] = &runs;
        let line = |run: &Simulation, record| text::line(run.plan(), record).to_string();
        let same = traces[0].len() == traces[1].len()
            && traces[0]
                .iter()
                .zip(&traces[1])
                // The same thing may have another number in the other plan.
                .all(|(a, b)| a == b || line(one, a) == line(other, b));
        if !same || until >= end || one.events() >= events {
            return same;
        }
        until = Time(until.0 * 2).min(end);
    }
}

/// What is found to be wrong.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    /// Holds all values of one control against its first, in a scenario in which something else may be set.
    fn check(&mut self, scenario: &Scenario, set: &str, name: &str) {
        let values = values(scenario, name);
        let Some((first, rest)) = values.split_first() else {
            return;
        };
        let one = with(scenario, name, first);
        let plan = Plan::new(&one);
        for value in rest {
            let other = with(scenario, name, value);
            let said = plan.same_run(&Plan::new(&other));
            let (seeds, events) = match set {
                "" => (&SEEDS[..], EVENTS[0]),
                _ => (&SEEDS[..1], EVENTS[1]),
            };
            let found = seeds
                .iter()
                .all(|seed| leave_the_same_trace(&one, &other, *seed, events));
            let any = |part: &str, it: &str| part.is_empty() || part == it;
            let rare = RARE.iter().any(|(of, context, control, _)| {
                any(of, &scenario.name) && any(context, set) && any(control, name)
            });
            let case = format!("{} {set}: {name} {first} and {value}", scenario.name);
            match (said, found) {
                (true, false) => self.0.push(format!("{case} are said to be the same")),
                (false, true) if !rare => {
                    self.0.push(format!("{case} are not said to be the same"))
                }
                _ => {}
            }
        }
    }
}

fn check(name: &str) {
    let base = harsh(shipped::load(name).expect("it ships"));
    let mut wrong = Wrong::default();
    let names: Vec<&String> = base.controls.iter().map(|it| &it.name).collect();
    for control in &names {
        wrong.check(&base, "", control);
    }
    for context in &names {
        for value in values(&base, context) {
            let set = with(&base, context, &value);
            for control in names.iter().filter(|it| *it != context) {
                wrong.check(&set, &format!("{context}={value}"), control);
            }
        }
    }
    assert!(
        wrong.0.is_empty(),
        "{}:\n{}",
        wrong.0.len(),
        wrong.0.join("\n")
    );
}

#[test]
fn what_has_no_effect_in_the_reading_scenarios_is_known() {
    check("consultation-list");
}

#[test]
fn what_has_no_effect_in_the_other_reading_scenarios_is_known() {
    check("session-lookup");
    check("course-model");
}

#[test]
fn what_has_no_effect_in_an_enrolment_is_known() {
    check("course-enrolment");
}

#[test]
fn what_has_no_effect_in_an_order_is_known() {
    check("order-payment");
}

#[test]
fn what_has_no_effect_on_records_that_two_people_change_is_known() {
    check("prescription-billing");
    check("customer-update");
}

#[test]
fn what_has_no_effect_in_a_storm_of_retries_is_known() {
    check("retry-storm");
}
