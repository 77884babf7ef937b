//! From a link to what a session runs, and back: names become what they stand for, and everything is checked before
//! anything runs.

use super::readable::fault_problems;
use super::{Deed, Link, Origin, THE_LINK, digits};
use kernel::time::Time;
use message::{LocalizedMessage, Words, msg};
use run::digest::ENGINE;
use run::session::{Input, Story};
use scenario::nearest::{did_you_mean, plain, quoted};
use scenario::settings::{self, Changing, Setting};
use scenario::{FaultKind, Named, Problem, Problems, Scenario, binding, kinds, read, shipped};
use serde_json::Value;
use sim::limits::FAULTS_MAX;
use sim::{Plan, check_fault_of, plans_can_go_on, same_world};
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

/// How much of documents may be read for what a link does, in their parts (values of JSON). Beyond this it is refused: who
/// opens a link must not wait for more than a second, whatever stands in it.
///
/// A change reads the document once, and the things that it touches some times more. A scenario of 500 parts, and those that
/// ship are no larger, may be changed a thousand times. On the machine of CONTRIBUTING.md a million parts take 0.15 s.
pub const WORK_MAX: u64 = 2_000_000;

/// What a link brings back.
///
/// # Errors
/// Everything that is wrong with its settings, then with its scenario, then with the first deed that is wrong; or that it
/// asks for more than [`WORK_MAX`].
pub fn open(link: &Link) -> Result<Opened, Problems> {
    let base = match &link.origin {
        Origin::Shipped(name) => shipped::load(name).ok_or_else(|| unknown(name))?,
        Origin::Own(document) => read::of_value(document)?,
    };
    if let Some(selected) = &link.selected {
        let place = msg!("the link, select", "링크의 select");
        check_selected(&base, selected).map_err(|message| Problem::new(place, message))?;
    }
    let base = Rc::new(base);
    let mut opening = Opening::new(base.clone(), &link.settings)?;
    for (index, (at, deed)) in link.deeds.iter().enumerate() {
        let place = msg!(
            "what was done at {0} (number {1})",
            "{0}에 한 조작({1}번째)",
            at.since(Time::ZERO),
            index + 1,
        );
        opening.deed(*at, deed, &place)?;
    }
    Ok(Opened {
        origin: link.origin.clone(),
        base,
        story: Rc::new(opening.story),
        playhead: link.playhead,
        selected: link.selected.clone(),
        other_engine: link.engine.is_some_and(|engine| engine != ENGINE),
    })
}

/// A link on the way from what it says to what a session runs.
struct Opening {
    /// The settings as they are at the moment that the link has come to.
    changing: Changing,
    /// Their plan.
    plan: Plan,
    story: Story,
    /// How many faults there are until then.
    faults: usize,
}

impl Opening {
    fn new(base: Rc<Scenario>, settings: &[Setting]) -> Result<Opening, Problems> {
        let mut changing = Changing::new(base)?;
        changing.change(settings)?;
        let first = changing.scenario().clone();
        Ok(Opening {
            plan: Plan::new(&first),
            faults: first.faults.len(),
            story: Story::new(first),
            changing,
        })
    }

    fn deed(&mut self, at: Time, deed: &Deed, place: &LocalizedMessage) -> Result<(), Problems> {
        let one = |message: LocalizedMessage| Problems::from(Problem::new(place.clone(), message));
        if self.changing.work() > WORK_MAX {
            return Err(one(too_much()));
        }
        let input = match deed {
            Deed::Set(set) => match self.set(at, set, place)? {
                Some(input) => input,
                None => return Ok(()),
            },
            Deed::Fault(what, lasts) => {
                let kind = fault(&self.plan, what, place)?;
                self.faults += 1;
                if self.faults > FAULTS_MAX {
                    return Err(one(msg!(
                        "at most {0} faults in one run",
                        "한 실행에서 장애는 {0}개까지입니다",
                        FAULTS_MAX,
                    )));
                }
                Input::Inject(kind, *lasts)
            }
            Deed::End(number) => {
                if usize::from(*number) >= self.faults {
                    return Err(one(msg!(
                        "there is no fault {0}; until then there are {1}, counted from 0",
                        "{0}번 장애가 없습니다. 그때까지 장애는 {1}개이고 0부터 셉니다",
                        *number,
                        self.faults,
                    )));
                }
                Input::EndFault(*number)
            }
            Deed::Redrive(name) => {
                let names = subscriptions(&self.plan);
                let found = names.iter().position(|known| known == name);
                let found = found.ok_or_else(|| {
                    one(msg!(
                        "there is no subscription {0}{1}",
                        "구독 {0:이} 없습니다{1}",
                        quoted(name),
                        did_you_mean(name, names.iter().map(String::as_str)),
                    ))
                })?;
                Input::Redrive(found as u16)
            }
        };
        self.story.inputs.push((at, input));
        Ok(())
    }

    /// Changes settings; nothing is left to do for what is set before anything has happened.
    fn set(
        &mut self,
        at: Time,
        set: &[Setting],
        place: &LocalizedMessage,
    ) -> Result<Option<Input>, Problems> {
        let before = self.changing.scenario().clone();
        let changed = self.changing.change(set);
        changed.map_err(|problems| at_place(place, problems))?;
        let after = self.changing.scenario().clone();
        let plan = Plan::new(&after);
        // The moment 0 has nothing before it: what is set there is set from the start.
        if at == Time::ZERO && self.story.inputs.is_empty() {
            self.story.first = after;
            self.plan = plan;
            return Ok(None);
        }
        if !(same_world(&before, &after) && plans_can_go_on(&self.plan, &plan)) {
            let names = self.fixed(&before, set);
            let message = msg!(
                "{0} cannot be changed while the run goes on; set it from the start",
                "{0:은} 실행 중에 바꿀 수 없습니다. 처음부터 설정하십시오",
                names.join(", "),
            );
            return Err(Problem::new(place.clone(), message).into());
        }
        self.plan = plan;
        Ok(Some(Input::Reconfigure(after, set.to_vec())))
    }

    /// The names of the settings that a run cannot take over, of those that are set together: a few, if there are many.
    fn fixed(&self, before: &Rc<Scenario>, set: &[Setting]) -> Vec<String> {
        let mut work = self.changing.work();
        let mut fixed = Vec::new();
        for setting in set {
            let Ok(mut alone) = Changing::new(before.clone()) else {
                break;
            };
            let changed = alone.change(std::slice::from_ref(setting));
            work += alone.work();
            let after = alone.scenario();
            if changed.is_ok()
                && !(same_world(before, after) && plans_can_go_on(&self.plan, &Plan::new(after)))
            {
                fixed.push(plain(&setting.0));
            }
            if work > WORK_MAX || fixed.len() == NAMED_MAX {
                break;
            }
        }
        if fixed.is_empty() {
            // Each could be changed alone.
            let names = set.iter().take(NAMED_MAX).map(|(name, _)| plain(name));
            fixed.extend(names);
        }
        fixed
    }
}

/// So many settings are named that cannot be changed.
const NAMED_MAX: usize = 8;

fn too_much() -> LocalizedMessage {
    msg!(
        "the changes of this scenario would take more than a second to check (they read more than {0} parts of its \
         document); leave changes out, or begin with the later settings",
        "이 시나리오의 변경을 모두 검사하려면 1초를 넘깁니다(문서에서 읽는 부분이 {0}개를 넘습니다). 변경을 줄이거나 나중 \
         설정으로 시작하십시오",
        WORK_MAX,
    )
}

fn unknown(name: &str) -> Problem {
    let message = msg!(
        "there is no scenario {0}{1}",
        "시나리오 {0:이} 없습니다{1}",
        quoted(name),
        did_you_mean(name, shipped::names()),
    );
    Problem::new(THE_LINK, message)
}

/// What a link may select: a service, a store or a topic that there is, or a business key.
fn check_selected(scenario: &Scenario, selected: &str) -> Result<(), LocalizedMessage> {
    let (kind, name) = selected.split_once('.').unwrap_or_default();
    let (kind, names): (Words, Vec<&str>) = match kind {
        "service" => (kinds::SERVICE, names(&scenario.services)),
        "store" => (kinds::STORE, names(&scenario.stores)),
        "topic" => (kinds::TOPIC, names(&scenario.topics)),
        "key" if digits(name).is_some() => return Ok(()),
        _ => {
            return Err(msg!(
                "must be service.NAME, store.NAME, topic.NAME or key.NUMBER, not {0}",
                "service.이름, store.이름, topic.이름, key.번호 중 하나여야 하는데 {0}입니다",
                quoted(selected),
            ));
        }
    };
    if names.contains(&name) {
        return Ok(());
    }
    Err(msg!(
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

fn at_place(place: &LocalizedMessage, problems: Problems) -> Problems {
    let here = |problem: Problem| {
        problem.inside(|path| {
            let path = path.unwrap_or("".into());
            msg!("{0}, {1}", "{0}, {1}", place.clone(), path)
        })
    };
    problems.each(here)
}

fn fault(plan: &Plan, what: &Value, place: &LocalizedMessage) -> Result<FaultKind, Problems> {
    fault_problems(place, what).none()?;
    let one = |message: LocalizedMessage| Problems::from(Problem::new(place.clone(), message));
    let kind: FaultKind = binding::from_value(what).map_err(|mismatch| one(mismatch.into()))?;
    check_fault_of(plan, &kind).map_err(one)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What opening a link comes to, and the work that it took.
    fn opening(link: &Link) -> (Result<(), Problems>, u64) {
        let Origin::Own(document) = &link.origin else {
            panic!("it brings its scenario")
        };
        let base = Rc::new(read::of_value(document).unwrap());
        let mut opening = Opening::new(base, &link.settings).unwrap();
        let mut deeds = link.deeds.iter();
        let done = deeds.try_for_each(|(at, deed)| opening.deed(*at, deed, &"there".into()));
        (done, opening.changing.work())
    }

    /// A document with so many operations of 30 steps each, and so many changes of what `name` and `value` say.
    fn large(
        operations: usize,
        changes: usize,
        (name, value): (&str, impl Fn(usize) -> String),
    ) -> Link {
        let steps = vec![json!({"work": "1us"}); 30];
        let services: serde_json::Map<_, _> = (0..operations)
            .map(|n| (format!("s{n}"), json!({})))
            .collect();
        let operations: serde_json::Map<_, _> = (0..operations)
            .map(|n| (format!("s{n}.o"), json!({ "steps": steps })))
            .collect();
        let document = json!({
            "version": 1, "name": "large", "services": services, "operations": operations,
            "clients": {"c": {"operation": "s0.o", "load": {"poisson": {"rate": 1.0}}}},
        });
        Link {
            origin: Origin::Own(Rc::new(document)),
            deeds: (0..changes)
                .map(|n| {
                    let set = vec![(name.to_string(), value(n))];
                    (Time(1 + n as u64), Deed::Set(set))
                })
                .collect(),
            ..Link::shipped("")
        }
    }

    fn threads(n: usize) -> String {
        (1 + n % 50).to_string()
    }

    #[test]
    fn a_change_reads_the_document_once_and_what_it_touches_a_few_times() {
        let text = include_str!("../../../tests/bounds/freezing-link.txt");
        let link = Link::parse(text.trim()).unwrap();
        let Origin::Own(document) = &link.origin else {
            panic!("it brings its scenario")
        };
        let base = Rc::new(read::of_value(document).unwrap());
        let parts = Changing::new(base).unwrap().work();
        assert!(link.deeds.len() >= 199 && parts > 5_000, "{parts}");
        let (done, work) = opening(&link);
        assert_eq!(done, Ok(()));
        // (Comparing the whole with the schema for each change would be five times as much.)
        let changes = link.deeds.len() as u64;
        assert!(work <= (2 + changes) * (parts + 200), "{work} for {parts}");
        assert!(work <= WORK_MAX, "{work}");
    }

    #[test]
    fn more_work_than_a_second_is_refused_and_not_done() {
        let whole = |n: usize| format!("{{\"poisson\": {{\"rate\": {}}}}}", 1 + n);
        for link in [
            large(60, 1_000, ("services.s7.threads", threads)),
            large(60, 1_000, ("clients.c.load", whole)),
        ] {
            let (done, work) = opening(&link);
            let problems = done.unwrap_err();
            assert_eq!(problems.len(), 1);
            let message = problems[0].to_string();
            assert!(message.contains("more than a second to check"), "{message}");
            // At most one change more than is allowed.
            assert!(work < WORK_MAX + 100_000, "{work}");
        }
    }

    #[test]
    fn a_small_scenario_may_be_changed_as_often_as_a_link_may_say() {
        let link = large(3, 1_000, ("services.s1.threads", threads));
        assert_eq!(opening(&link).0, Ok(()));
    }

    #[test]
    fn only_what_cannot_be_changed_is_named() {
        let settings = [
            ("services.payment.threads", "3"),
            ("seed", "5"),
            ("services.payment.accept_queue", "7"),
        ];
        let settings = settings.map(|(name, text)| (name.to_string(), text.to_string()));
        let link = Link {
            deeds: vec![(Time(5), Deed::Set(settings.to_vec()))],
            ..Link::shipped("retry-storm")
        };
        let problems = open(&link).unwrap_err();
        assert_eq!(
            problems[0].message.to_string(),
            "seed cannot be changed while the run goes on; set it from the start"
        );
    }

    #[test]
    fn a_change_of_one_value_is_refused_as_a_reading_of_the_whole_would_refuse_it() {
        let refused = |name: &str, text: &str| {
            let set = vec![(name.to_string(), text.to_string())];
            let link = Link {
                deeds: vec![(Time(5), Deed::Set(set))],
                ..Link::shipped("retry-storm")
            };
            open(&link).unwrap_err()[0].to_string()
        };
        let place = "what was done at 5ns (number 1), ";
        assert_eq!(
            refused("services.payment.threads", "0"),
            format!("{place}services.payment.threads: must be 1 to 10000")
        );
        // A number far away matters for the whole.
        assert!(
            refused("warm_up", "100h").starts_with(&format!("{place}warm_up: must be shorter")),
            "{}",
            refused("warm_up", "100h")
        );
    }

    #[test]
    fn two_hundred_wrong_names_have_as_many_answers_as_fit() {
        let settings = (0..200).map(|n| (format!("wrong{n}"), "1".to_string()));
        let link = Link {
            settings: settings.collect(),
            ..Link::shipped("retry-storm")
        };
        let problems = open(&link).unwrap_err();
        assert_eq!(problems.len(), scenario::problems::PROBLEMS_MAX + 1);
        assert_eq!(problems.last().unwrap().to_string(), "and 150 more");
    }
}
