//! From a link to what a session runs, and back: names become what they stand for, and everything is checked before
//! anything runs.

use super::readable::fault_problems;
use super::{Deed, Link, Origin, THE_LINK, digits};
use crate::digest::ENGINE;
use crate::said::{Said, Words, said};
use crate::scenario::nearest::{did_you_mean, quoted};
use crate::scenario::settings::{self, Setting};
use crate::scenario::{FaultKind, Named, Problem, Scenario, binding, kinds, read, shipped};
use crate::session::{Input, Story};
use crate::sim::limits::FAULTS_MAX;
use crate::sim::{Plan, can_go_on, check_fault};
use crate::time::Time;
use serde_json::Value;
use std::rc::Rc;

/// What a link brings back.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Where the scenario comes from.
    pub origin: Origin,
    /// The scenario as it ships, or as it stands in the link.
    pub base: Rc<Scenario>,
    /// The settings at the beginning, and what was done.
    pub story: Rc<Story>,
    /// The moment that is looked at, if the link names one.
    pub playhead: Option<Time>,
    /// What is selected.
    pub selected: Option<String>,
    /// Whether another version of the engine made the link: its results may differ.
    pub other_engine: bool,
}

impl Opened {
    /// The moment at which the page opens it: the one that the link names, or else where the scenario opens.
    pub fn opens_at(&self) -> Time {
        let opens_at = Time::ZERO + self.story.first.opens_at;
        self.playhead.unwrap_or(opens_at)
    }
}

/// What a link brings back.
///
/// # Errors
/// Everything that is wrong with its settings, then with its scenario, then with the first deed that is wrong.
pub fn open(link: &Link) -> Result<Opened, Vec<Problem>> {
    let base = match &link.origin {
        Origin::Shipped(name) => shipped::load(name).ok_or_else(|| vec![unknown(name)])?,
        Origin::Own(document) => read::from_value((**document).clone())?,
    };
    if let Some(selected) = &link.selected {
        let place = said!("the link, select", "링크의 select");
        check_selected(&base, selected).map_err(|message| vec![Problem::new(place, message)])?;
    }
    let first = Rc::new(settings::apply(&base, &link.settings)?);
    let mut story = Story::new(first.clone());
    // The moment 0 has nothing before it: what is set there is set from the start.
    let mut now = first;
    let mut faults = now.faults.len();
    for (index, (at, deed)) in link.deeds.iter().enumerate() {
        let place = said!(
            "what was done at {0} (number {1})",
            "{0}에 한 조작({1}번째)",
            at.since(Time::ZERO),
            index + 1,
        );
        let one = |message: Said| vec![Problem::new(place.clone(), message)];
        let input = match deed {
            Deed::Set(set) => {
                let after = Rc::new(
                    settings::apply(&now, set).map_err(|problems| at_place(&place, problems))?,
                );
                if *at == Time::ZERO && story.inputs.is_empty() {
                    story.first = after.clone();
                    now = after;
                    continue;
                }
                if !can_go_on(&now, &after) {
                    let names: Vec<&str> = set.iter().map(|(name, _)| name.as_str()).collect();
                    return Err(one(said!(
                        "{0} cannot be changed while the run goes on; set it from the start",
                        "{0:은} 실행 중에 바꿀 수 없습니다. 처음부터 설정하십시오",
                        names.join(", "),
                    )));
                }
                now = after.clone();
                Input::Reconfigure(after, set.clone())
            }
            Deed::Fault(what, lasts) => {
                let kind = fault(&now, what, &place)?;
                faults += 1;
                if faults > FAULTS_MAX {
                    return Err(one(said!(
                        "at most {0} faults in one run",
                        "한 실행에서 장애는 {0}개까지입니다",
                        FAULTS_MAX,
                    )));
                }
                Input::Inject(kind, *lasts)
            }
            Deed::End(number) => {
                if usize::from(*number) >= faults {
                    return Err(one(said!(
                        "there is no fault {0}; until then there are {1}, counted from 0",
                        "{0}번 장애가 없습니다. 그때까지 장애는 {1}개이고 0부터 셉니다",
                        *number,
                        faults,
                    )));
                }
                Input::EndFault(*number)
            }
            Deed::Redrive(name) => {
                let plan = Plan::new(&now);
                let names = subscriptions(&plan);
                let found = names.iter().position(|known| known == name);
                let found = found.ok_or_else(|| {
                    one(said!(
                        "there is no subscription {0}{1}",
                        "구독 {0:이} 없습니다{1}",
                        quoted(name),
                        did_you_mean(name, names.iter().map(String::as_str)),
                    ))
                })?;
                Input::Redrive(found as u16)
            }
        };
        story.inputs.push((*at, input));
    }
    Ok(Opened {
        origin: link.origin.clone(),
        base: Rc::new(base),
        story: Rc::new(story),
        playhead: link.playhead,
        selected: link.selected.clone(),
        other_engine: link.engine.is_some_and(|engine| engine != ENGINE),
    })
}

fn unknown(name: &str) -> Problem {
    let message = said!(
        "there is no scenario {0}{1}",
        "시나리오 {0:이} 없습니다{1}",
        quoted(name),
        did_you_mean(name, shipped::names()),
    );
    Problem::new(THE_LINK, message)
}

/// What a link may select: a service, a store or a topic that there is, or a business key.
fn check_selected(scenario: &Scenario, selected: &str) -> Result<(), Said> {
    let (kind, name) = selected.split_once('.').unwrap_or_default();
    let (kind, names): (Words, Vec<&str>) = match kind {
        "service" => (kinds::SERVICE, names(&scenario.services)),
        "store" => (kinds::STORE, names(&scenario.stores)),
        "topic" => (kinds::TOPIC, names(&scenario.topics)),
        "key" if digits(name).is_some() => return Ok(()),
        _ => {
            return Err(said!(
                "must be service.NAME, store.NAME, topic.NAME or key.NUMBER, not {0}",
                "service.이름, store.이름, topic.이름, key.번호 중 하나여야 하는데 {0}입니다",
                quoted(selected),
            ));
        }
    };
    if names.contains(&name) {
        return Ok(());
    }
    Err(said!(
        "there is no {0} {1}{2}",
        "{0} {1:이} 없습니다{2}",
        kind,
        quoted(name),
        did_you_mean(name, names),
    ))
}

fn names<T>(map: &Named<T>) -> Vec<&str> {
    map.keys().map(String::as_str).collect()
}

fn at_place(place: &Said, problems: Vec<Problem>) -> Vec<Problem> {
    let here = |problem: Problem| {
        problem.inside(|path| {
            let path = path.unwrap_or("".into());
            said!("{0}, {1}", "{0}, {1}", place.clone(), path)
        })
    };
    problems.into_iter().map(here).collect()
}

fn fault(scenario: &Scenario, what: &Value, place: &Said) -> Result<FaultKind, Vec<Problem>> {
    let problems = fault_problems(place, what);
    if !problems.is_empty() {
        return Err(problems);
    }
    let one = |message: Said| vec![Problem::new(place.clone(), message)];
    let kind: FaultKind = binding::from_value(what).map_err(|mismatch| one(mismatch.into()))?;
    check_fault(scenario, &kind).map_err(one)?;
    Ok(kind)
}

/// The names of subscriptions in links, in the order of the plan: `topic/subscription`.
pub fn subscriptions(plan: &Plan) -> Vec<String> {
    let name = |topic: u16, name: &str| format!("{}/{name}", plan.topics[topic as usize].name);
    let all = plan.subscriptions.iter();
    all.map(|its| name(its.topic, &its.name)).collect()
}

/// The link that brings back a story of this scenario.
pub fn link(origin: &Origin, base: &Scenario, story: &Story) -> Link {
    let deeds = story.inputs.iter().filter_map(|(at, input)| {
        let deed = match input {
            Input::Reconfigure(_, set) => Deed::Set(set.clone()),
            Input::Inject(kind, lasts) => Deed::Fault(fault_kind(kind), *lasts),
            Input::EndFault(number) => Deed::End(*number),
            Input::Redrive(subscription) => {
                let plan = Plan::new(&story.first);
                Deed::Redrive(subscriptions(&plan).get(*subscription as usize)?.clone())
            }
        };
        Some((*at, deed))
    });
    Link {
        origin: origin.clone(),
        settings: settings::changed(base, &story.first),
        deeds: deeds.collect(),
        playhead: None,
        selected: None,
        engine: (!story.inputs.is_empty()).then_some(ENGINE),
    }
}

fn fault_kind(kind: &FaultKind) -> Value {
    // It came from a document or a click, and has a form in JSON.
    binding::to_value(kind).unwrap_or_default()
}

/// The link that opens these settings from the start, with nothing done.
pub fn settings_link(origin: &Origin, base: &Scenario, now: &Scenario) -> Link {
    let settings: Vec<Setting> = settings::changed(base, now);
    Link {
        origin: origin.clone(),
        settings,
        deeds: Vec::new(),
        playhead: None,
        selected: None,
        engine: None,
    }
}
