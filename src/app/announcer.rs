//! What a screen reader is told, and when: what a person's action has changed, a fault and its end, the first failure of a
//! kind, and what the offered change brought. The sentence under the diagram changes too often to be read aloud.
//!
//! At most one announcement in [`REST_MS`]: whoever listens must be able to follow. What happens in between waits, and is
//! said together, the newest first; what there is no room for is counted. Nothing is lost without a word.

use super::control::Control;
use super::fault::trouble;
use super::play::Play;
use super::undo::Action;
use super::{Model, Msg, Snapshot};
use scenario::Scenario;
use sim::Plan;
use sim::trace::{Anomaly, Finding};
use std::rc::Rc;
use words::{Act, Aloud, Failure, Happened, Lang, Say, story};

/// So long nothing is said after an announcement, in milliseconds.
pub const REST_MS: u32 = 5_000;
/// So many sentences wait to be said together; of more, the oldest are only counted.
const WAIT_MAX: usize = 4;
/// What the offered change brought is said when the run has gone on for so long with it, in seconds of the run.
const OUTCOME_AFTER_S: f64 = 6.0;

/// What an announcement is about: the next about the same takes the place of one that still waits.
#[derive(Clone, Debug, PartialEq, Eq)]
enum About {
    /// Controls that were set to the same value, by their names.
    Controls(String),
    /// Whether it runs.
    Playing,
    /// What the change brought.
    Outcome,
    /// Something that happens once.
    Once,
}

/// Collects what is to be said, and says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Announcer {
    /// What is to be said, the oldest first.
    waiting: Vec<(About, String)>,
    /// How many more there were.
    more: u32,
    /// Whether an announcement was made less than [`REST_MS`] ago.
    rests: bool,
    /// What was said last.
    said: String,
    /// How many announcements there have been: the same words again are another announcement.
    number: u32,
    /// The kinds of failures that have been seen in this run.
    known: Vec<Failure>,
    /// When the offered change was taken, in seconds of the run, until what it brought has been said.
    taken_s: Option<f64>,
}

impl Announcer {
    /// What was said last, and the number of this announcement.
    pub fn said(&self) -> (&str, u32) {
        (&self.said, self.number)
    }

    /// The rest is over.
    pub fn rested(&mut self) {
        self.rests = false;
    }

    /// Something is to be said.
    fn tell(&mut self, about: About, text: String) {
        if about != About::Once {
            self.waiting.retain(|(other, _)| *other != about);
        }
        self.waiting.push((about, text));
        if self.waiting.len() > WAIT_MAX {
            self.waiting.remove(0);
            self.more += 1;
        }
    }

    fn once(&mut self, text: String) {
        self.tell(About::Once, text);
    }

    /// Says what waits, unless it rests. Whether it has said something: then it rests, and [`Announcer::rested`] is to be
    /// called after [`REST_MS`].
    fn go_on(&mut self, lang: Lang) -> bool {
        if self.rests || self.waiting.is_empty() {
            return false;
        }
        let mut sentences: Vec<String> =
            self.waiting.drain(..).rev().map(|(_, text)| text).collect();
        match std::mem::take(&mut self.more) {
            0 => {}
            more => sentences.push(Aloud::More(more).text(lang)),
        }
        self.said = sentences.join(" ");
        self.number += 1;
        self.rests = true;
        true
    }

    /// Another run: nothing is known of it.
    fn forget_run(&mut self) {
        self.known.clear();
        self.taken_s = None;
    }
}

/// What the page was like before a message.
pub struct Before {
    heard: Heard,
    run: Option<Run>,
}

struct Run {
    base: Rc<Scenario>,
    controls: Rc<Vec<Control>>,
    seed: u64,
    snapshot: Rc<Snapshot>,
    playing: bool,
}

impl Before {
    /// Looks at the page, and at what it is about to be told.
    pub fn of(model: &Model, msg: &Msg) -> Before {
        let run = model.play().map(|play| Run {
            base: play.base.clone(),
            controls: play.controls.clone(),
            seed: play.scenario.seed,
            snapshot: play.snapshot.clone(),
            playing: play.playing,
        });
        let heard = Heard::of(model, msg);
        Before { heard, run }
    }
}

/// Hears what a message has changed, and says what there is to say. Whether something was said.
pub fn hear(model: &mut Model, before: Before) -> bool {
    let lang = model.lang;
    let mut announcer = std::mem::take(&mut model.announcer);
    match (model.play(), &before.run) {
        (Some(play), Some(run)) if Rc::ptr_eq(&run.base, &play.base) => {
            hear_person(&mut announcer, play, before.heard, run, lang);
            if !Rc::ptr_eq(&run.snapshot, &play.snapshot) {
                hear_run(&mut announcer, play, &run.snapshot, lang);
            }
        }
        _ => announcer.forget_run(),
    }
    let said = announcer.go_on(lang);
    model.announcer = announcer;
    said
}

/// What a person has done, as far as it cannot be seen from what has changed.
enum Heard {
    /// The run begins anew.
    Restart,
    /// The offer is taken.
    Offer,
    /// Dead letters are delivered again.
    Redrive,
    /// The run was stopped or let go on by hand.
    Toggle,
    /// Something was taken back or done again: what is said of it.
    Back(String),
    /// Everything else.
    Other,
}

impl Heard {
    fn of(model: &Model, msg: &Msg) -> Heard {
        let lang = model.lang;
        let back = |act: fn(&str) -> Act<'_>, of: fn(&Play) -> Option<Action>| {
            let name = model
                .play()
                .and_then(|play| Some(play.action_name(&of(play)?, lang)));
            name.map_or(Heard::Other, |name| {
                Heard::Back(format!("{}.", act(&name).text(lang)))
            })
        };
        match msg {
            Msg::Restart => Heard::Restart,
            Msg::TakeOffer => Heard::Offer,
            Msg::Redrive(_) => Heard::Redrive,
            Msg::Toggle | Msg::Step => Heard::Toggle,
            Msg::Undo => back(|name| Act::Undo(name), |play| play.to_undo()),
            Msg::Redo => back(|name| Act::Redo(name), |play| play.to_redo().cloned()),
            _ => Heard::Other,
        }
    }
}

fn hear_person(announcer: &mut Announcer, play: &Play, msg: Heard, before: &Run, lang: Lang) {
    if !Rc::ptr_eq(&before.controls, &play.controls) {
        hear_controls(announcer, &before.controls, &play.controls, lang);
    }
    if before.seed != play.scenario.seed {
        announcer.once(Aloud::Seed(play.scenario.seed).text(lang));
    }
    match msg {
        Heard::Restart => {
            announcer.forget_run();
            announcer.once(Aloud::Restarted.text(lang));
        }
        Heard::Back(text) => announcer.once(text),
        Heard::Redrive => announcer.once(Aloud::Redriven.text(lang)),
        Heard::Offer => announcer.taken_s = Some(play.snapshot.now_s),
        Heard::Toggle if before.playing != play.playing => {
            announcer.tell(About::Playing, Aloud::Playing(play.playing).text(lang));
        }
        Heard::Toggle | Heard::Other => {}
    }
}

/// Controls that stand at the same value now are said together: the offer sets several at once.
fn hear_controls(announcer: &mut Announcer, before: &[Control], now: &[Control], lang: Lang) {
    let mut set: Vec<(String, Vec<&Control>)> = Vec::new();
    for (was, is) in before.iter().zip(now) {
        if was.name != is.name || was.value == is.value {
            continue;
        }
        let value = is.shown(lang);
        match set.iter_mut().find(|(other, _)| *other == value) {
            Some((_, controls)) => controls.push(is),
            None => set.push((value, vec![is])),
        }
    }
    for (value, controls) in set {
        let titles = controls.iter().map(|it| it.title.pick(lang, &it.name));
        let titles = titles.collect::<Vec<_>>().join(", ");
        let names = controls.iter().map(|it| it.name.as_str());
        let about = About::Controls(names.collect::<Vec<_>>().join(","));
        announcer.tell(about, Aloud::Set(&titles, &value).text(lang));
    }
}

/// What the run has done between two looks at it.
fn hear_run(announcer: &mut Announcer, play: &Play, before: &Snapshot, lang: Lang) {
    let now = &*play.snapshot;
    if let (None, Some(limit)) = (before.stopped, now.stopped) {
        announcer.once(Say::Stopped(limit).text(lang));
    }
    // Whoever goes to another moment knows that they do.
    let goes_on = now.now >= before.now && before.seeking.is_none() && now.seeking.is_none();
    if goes_on {
        hear_faults(announcer, play, before, lang);
    }
    for failure in failures(now) {
        if !announcer.known.contains(&failure) {
            announcer.known.push(failure);
            announcer.once(Aloud::Fails(failure).text(lang));
        }
    }
    if let Some(taken_s) = announcer.taken_s {
        // A change may begin the run anew.
        let taken_s = taken_s.min(now.now_s);
        announcer.taken_s = Some(taken_s);
        if now.now_s >= taken_s + OUTCOME_AFTER_S
            && let Some(text) = outcome(play, lang)
        {
            announcer.taken_s = None;
            announcer.tell(About::Outcome, text);
        }
    }
}

fn hear_faults(announcer: &mut Announcer, play: &Play, before: &Snapshot, lang: Lang) {
    let now = &*play.snapshot;
    // A fault that is injected now begins now: the first look at it is later by a little, or (in a run that stands) not.
    let passed = |at: f64| at > before.now_s && at <= now.now_s;
    let told: Vec<_> = now
        .faults
        .iter()
        .filter_map(|fault| {
            let known = before.faults.iter().find(|it| it.index == fault.index);
            let was = known.is_some_and(|it| it.active || it.armed);
            let is = fault.active || fault.armed;
            let began = !was && (is || passed(fault.began_s));
            let ended = !is && (was || began);
            (began || ended).then_some((fault, began, ended))
        })
        .collect();
    if told.is_empty() {
        return;
    }
    let plan = Plan::new(&play.scenario);
    for (fault, began, ended) in told {
        let trouble = trouble(&fault.kind, &plan, &play.names);
        if began {
            announcer.once(Happened::Broke(trouble.clone()).text(lang));
        }
        if ended {
            announcer.once(Happened::Mended(trouble).text(lang));
        }
    }
}

/// The kinds of failures that a look at the run shows.
fn failures(now: &Snapshot) -> Vec<Failure> {
    let mut found = Vec::new();
    let mut add = |failure, there: bool| {
        if there {
            found.push(failure);
        }
    };
    if let Some(recent) = &now.recent {
        let sum = |part: fn(&run::metrics::numbers::ClientNumbers) -> u64| {
            recent.clients.iter().map(part).sum::<u64>()
        };
        add(Failure::Refused, sum(|it| it.rejected + it.refused) > 0);
        add(Failure::TimedOut, sum(|it| it.timed_out) > 0);
        add(Failure::Failed, sum(|it| it.failed + it.not_permitted) > 0);
    }
    if let Some(truth) = &now.truth {
        for kind in Finding::ALL {
            let there = truth.counts.now[kind as usize] > 0;
            add(Failure::Disagrees(kind), there);
        }
        for kind in [
            Anomaly::DirtyRead,
            Anomaly::LostUpdate,
            Anomaly::ChangedAfterRead,
        ] {
            let there = truth.counts.anomalies[kind as usize] > 0;
            add(Failure::Isolation(kind), there);
        }
    }
    let dead = now.queues.iter().any(|queue| queue.dead > 0);
    add(Failure::DeadLetter, dead);
    found
}

/// What the offered change brought, once there is something to say of it.
fn outcome(play: &Play, lang: Lang) -> Option<String> {
    let now = play
        .snapshot
        .headline
        .as_ref()
        .filter(|it| it.value.is_some())?;
    let before = play.compare.as_ref()?.before_headline.as_ref();
    let nouns = play.names.nouns(play.main_client, lang);
    let shown = |headline| {
        let shown = story(headline, true, nouns, lang);
        format!("{} {}", shown.value, shown.unit)
            .trim_end()
            .to_string()
    };
    let (what, before) = (story(now, true, nouns, lang).what, before.map(shown));
    Some(Aloud::Brought(&what, &shown(now), before.as_deref()).text(lang))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::snapshot::FaultNow;
    use crate::app::{Choice, Command, Start, update};
    use kernel::time::Time;
    use run::Run;
    use scenario::FaultKind;

    fn page(fragment: &str) -> Model {
        let start = Start {
            fragment: fragment.into(),
            ..Start::default()
        };
        Model::new(start).0
    }

    fn said(model: &Model) -> &str {
        model.announcer.said().0
    }

    fn set(model: &mut Model, name: &str, value: &str) -> Vec<Command> {
        let set = vec![(name.to_string(), value.to_string())];
        update(model, Msg::Set(set, Choice::Discrete))
    }

    fn fault(began_s: f64, active: bool, armed: bool) -> FaultNow {
        let service = "common".to_string();
        FaultNow {
            index: 0,
            kind: FaultKind::Crash {
                service,
                instance: None,
            },
            began_s,
            ends_s: None,
            active,
            armed,
        }
    }

    /// What the run looks like at a second, with these faults.
    fn look(model: &mut Model, seconds: f64, faults: Vec<FaultNow>) -> Vec<Command> {
        let snapshot = Snapshot {
            now: Time((seconds * 1e9) as u64),
            now_s: seconds,
            faults,
            ..Snapshot::default()
        };
        update(model, Msg::Snapshot(Rc::new(snapshot)))
    }

    #[test]
    fn what_a_person_changes_is_said_at_once_and_then_there_is_a_rest() {
        let mut model = page("");
        let commands = set(&mut model, "customer", "batch");
        assert_eq!(said(&model), "customer: batch.");
        assert_eq!(commands.last(), Some(&Command::RestLater));
        // In the rest nothing is said, and nothing is lost.
        let commands = set(&mut model, "code", "replica");
        assert!(!commands.contains(&Command::RestLater));
        set(&mut model, "user", "batch");
        assert_eq!(said(&model), "customer: batch.");
        let commands = update(&mut model, Msg::Rested);
        assert_eq!(said(&model), "user: batch. code: replica.");
        assert_eq!(commands, [Command::RestLater]);
        assert_eq!(update(&mut model, Msg::Rested), []);
        assert_eq!(model.announcer.said().1, 2, "silence is not announced");
    }

    #[test]
    fn of_a_control_that_is_moved_only_where_it_has_come_to_is_said() {
        let mut model = page("");
        set(&mut model, "customer", "batch");
        for rate in ["5", "6", "7"] {
            set(&mut model, "rate", rate);
        }
        update(&mut model, Msg::Rested);
        assert!(said(&model).contains("7"), "{}", said(&model));
        assert!(!said(&model).contains("6"), "{}", said(&model));
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let mut model = page("");
        set(&mut model, "customer", "batch");
        for fault in 0..6 {
            model.announcer.once(format!("Number {fault}."));
        }
        update(&mut model, Msg::Rested);
        assert_eq!(
            said(&model),
            "Number 5. Number 4. Number 3. Number 2. 2 more things happened before."
        );
    }

    #[test]
    fn a_fault_and_its_end_are_said_even_if_both_lie_between_two_looks() {
        let mut model = page("");
        look(&mut model, 1.0, vec![]);
        look(&mut model, 1.2, vec![fault(1.1, true, false)]);
        assert_eq!(said(&model), "Common is down.");
        look(&mut model, 1.4, vec![fault(1.1, true, false)]);
        update(&mut model, Msg::Rested);
        assert_eq!(model.announcer.said().1, 1, "it is not said twice");
        look(&mut model, 11.2, vec![fault(1.1, false, false)]);
        assert_eq!(said(&model), "Common is up again.");
        update(&mut model, Msg::Rested);
        let mut second = fault(12.0, false, false);
        second.index = 1;
        look(&mut model, 30.0, vec![fault(1.1, false, false), second]);
        assert_eq!(said(&model), "Common is up again. Common is down.");
    }

    #[test]
    fn who_goes_to_another_moment_is_not_told_that_faults_come_and_go() {
        let mut model = page("");
        look(&mut model, 8.0, vec![fault(4.0, true, false)]);
        update(&mut model, Msg::Rested);
        let number = model.announcer.said().1;
        look(&mut model, 2.0, vec![]);
        assert_eq!(model.announcer.said().1, number);
    }

    #[test]
    fn the_first_failure_of_a_kind_is_said_and_the_next_is_not() {
        let mut model = page("");
        let mut run = Run::new((*model.play().unwrap().scenario).clone(), 0);
        let mut failures = 0;
        for second in 1..40 {
            run.run_until(Time(second * 1_000_000_000), u64::MAX);
            let snapshot = Snapshot {
                now: Time(second * 1_000_000_000),
                now_s: second as f64,
                recent: Some(run.recent()),
                ..Snapshot::default()
            };
            update(&mut model, Msg::Snapshot(Rc::new(snapshot)));
            failures += usize::from(said(&model).contains("refused"));
            update(&mut model, Msg::Rested);
            model.announcer.said.clear();
        }
        assert_eq!(failures, 1);
        // A run from the start is a run of which nothing is known.
        update(&mut model, Msg::Restart);
        assert_eq!(said(&model), "The run started again.");
        assert_eq!(model.announcer.known, []);
    }

    #[test]
    fn what_the_offered_change_brought_is_said_after_a_while() {
        let mut model = page("");
        let mut run = Run::new((*model.play().unwrap().scenario).clone(), 0);
        let mut look = |model: &mut Model, second: u64| {
            run.run_until(Time(second * 1_000_000_000), u64::MAX);
            let snapshot = Snapshot {
                now: Time(second * 1_000_000_000),
                now_s: second as f64,
                recent: Some(run.recent()),
                headline: Some(run.headline(&run.recent())),
                ..Snapshot::default()
            };
            update(model, Msg::Snapshot(Rc::new(snapshot)));
            update(model, Msg::Rested);
        };
        look(&mut model, 10);
        update(&mut model, Msg::TakeOffer);
        look(&mut model, 12);
        assert!(
            !said(&model).contains("mean time per list"),
            "{}",
            said(&model)
        );
        look(&mut model, 17);
        let text = said(&model);
        assert!(
            text.starts_with("After the change, mean time per list: "),
            "{text}"
        );
        assert!(text.contains("; before: "), "{text}");
        let number = model.announcer.said().1;
        look(&mut model, 30);
        assert_eq!(model.announcer.said().1, number, "once");
    }
}
