//! Looks at a run while it goes on, for what cannot be seen in a single moment: the sentence, the rates of the links, what
//! the jobs have come to.
//!
//! All of it follows from the run and the moment alone (and from the speed, while the run goes on): the onlooker hears
//! every record once, in order, and looks up at moments that are fixed beforehand. So it makes no difference how the
//! browser's frames cut the run into slices, nor whether a moment was played to or sought.

use super::names::Names;
use super::narrator::Narrator;
use super::truth::Watch;
use kernel::time::{Span, Time};
use run::session::{Advance, Session};
use run::trace_log::TraceLog;
use sim::trace::{Message, What};
use words::Happened;

/// Between two looks: so long is the part of a run that one sentence is picked from.
pub const LOOK: Span = Span::from_millis(1_600);
/// The rate of a link is that of the last second.
const RATE: Span = Span::from_secs(1);
/// A step goes no further than this when nothing happens.
const STEP: Span = Span::from_secs(1);

/// What is shown of a run, beside what can be seen at the moment itself.
#[derive(Clone, Debug)]
pub struct Onlooker {
    narrator: Narrator,
    watch: Watch,
    /// Records heard, counted from the start of the run.
    heard: u64,
    /// The last moment at which it looked up.
    looked: Time,
    /// While the run goes on, what is shown changes after so long.
    pace: Span,
    shown: Shown,
}

/// What is shown for a while.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// What just happened.
    pub happened: Option<Happened>,
    /// Requests (or events) a second on each link.
    pub per_s: Vec<f64>,
}

impl Onlooker {
    /// Nothing has happened yet. The speed is in simulated seconds a second.
    pub fn new(main_client: u16, speed: f64) -> Onlooker {
        Onlooker {
            narrator: Narrator::new(main_client),
            watch: Watch::default(),
            heard: 0,
            looked: Time::ZERO,
            pace: pace(speed),
            shown: Shown::default(),
        }
    }

    /// From now on the run goes at this speed.
    pub fn set_speed(&mut self, speed: f64) {
        self.pace = pace(speed);
    }

    /// What it knows about the jobs.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Lets the run go on towards a moment (or towards where it is going), for about `max_events` events, and at most
    /// until the next look.
    pub fn advance(
        &mut self,
        session: &mut Session,
        names: &Names,
        to: Time,
        max_events: u64,
    ) -> Advance {
        let target = session.seeking().unwrap_or(to);
        let now = session.now();
        if now > self.looked && now.0.is_multiple_of(self.step().0) {
            // What is done at the very moment of a look belongs before it.
            let advance = session.advance_towards(now, max_events);
            self.hear(session, names);
            if !advance.reached || advance.stopped.is_some() || now >= target {
                return advance;
            }
            self.look(session, names, target);
        }
        let next = Time((now.0 / self.step().0 + 1).saturating_mul(self.step().0));
        let advance = session.advance_towards(target.min(next), max_events);
        self.hear(session, names);
        Advance {
            reached: advance.reached && (next >= target || advance.stopped.is_some()),
            ..advance
        }
    }

    /// Handles the next event; `false` if none came within a second.
    pub fn step_on(&mut self, session: &mut Session, names: &Names) -> bool {
        session.stop_seeking();
        let to = session.now() + STEP;
        loop {
            let before = session.run().sim().events();
            let advance = self.advance(session, names, to, 1);
            if session.run().sim().events() > before {
                return true;
            }
            if advance.reached {
                return false;
            }
        }
    }

    /// Hears what has happened since.
    pub fn hear(&mut self, session: &Session, names: &Names) {
        let run = session.run();
        for record in run.trace().since(self.heard) {
            self.watch.feed(record);
            if self.narrator.feed(run.plan(), run.sim().faults(), record) {
                // What breaks (or is over, or happens as was asked for) is said at once.
                let told = self.narrator.tell_fault(record, run, names);
                self.shown.happened = told.or(self.shown.happened.take());
            }
        }
        self.heard = run.trace().seen();
    }

    /// What is to be shown of a run that stands: exactly this moment.
    pub fn at_rest(&self, session: &Session, names: &Names) -> Shown {
        let run = session.run();
        Shown {
            happened: Some(self.narrator.sentence(run, names)),
            per_s: rates(run.trace(), run.plan().links.len(), run.now()),
        }
    }

    /// What is shown of a run that goes on: it changes at fixed moments, so that there is time to read.
    pub fn shown(&self) -> &Shown {
        &self.shown
    }

    /// A run that stood goes on: what was shown stays until the next look.
    pub fn goes_on(&mut self, session: &Session, names: &Names) {
        self.shown = self.at_rest(session, names);
    }

    /// Time between two looks.
    fn step(&self) -> Span {
        self.pace.min(LOOK)
    }

    fn look(&mut self, session: &Session, names: &Names, target: Time) {
        let now = session.now();
        self.looked = now;
        // On the way to somewhere only what is shown on arrival matters.
        let is_seen = session.seeking().is_none() || now + self.pace >= target;
        if now.0.is_multiple_of(self.pace.0) && is_seen {
            self.shown = self.at_rest(session, names);
        }
        if now.0.is_multiple_of(LOOK.0) {
            self.narrator.close(session.run(), names);
        }
    }
}

/// How long what is shown stays, in simulated time, so that it can be read.
fn pace(speed: f64) -> Span {
    // Whole milliseconds, as the speeds that are offered have: then looks fall on looks.
    let ms = (LOOK.as_millis() * speed).round().max(1.0);
    Span::from_millis(ms as u64)
}

/// What left on each link in the last second before a moment, a second.
fn rates(trace: &TraceLog, links: usize, now: Time) -> Vec<f64> {
    let from = Time(now.0.saturating_sub(RATE.0)).max(trace.start());
    let mut sent = vec![0_u32; links];
    // The records of the moment itself belong to it.
    for record in trace.between(from, now + Span(1)) {
        if let What::Hop {
            link,
            message: Message::Request,
            ..
        }
        | What::EventSent { link, .. } = record.what
        {
            sent[link as usize] += 1;
        }
    }
    // A run that has just begun has no rate yet.
    let seconds = now.since(from).as_secs().max(0.5);
    sent.into_iter()
        .map(|sent| f64::from(sent) / seconds)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use picture::layout::{Form, Layout};
    use picture::sprites::{Picture, picture};
    use run::session::{Story, TRACE};
    use scenario::FaultKind;
    use share::{Link, story};
    use sim::Plan;
    use std::rc::Rc;

    /// A run with its onlooker.
    struct Seen {
        session: Session,
        onlooker: Onlooker,
        names: Names,
        layout: Layout,
    }

    impl Seen {
        fn new(link: &str, speed: f64) -> Seen {
            let opened = story::open(&Link::parse(link).unwrap()).unwrap();
            Seen::of(opened.story, speed)
        }

        fn of(story: Rc<Story>, speed: f64) -> Seen {
            let plan = Plan::new(&story.first);
            Seen {
                names: Names::new(&story.first, &plan),
                layout: Layout::new(&plan, 0, Form::Wide),
                session: Session::new(story, TRACE),
                onlooker: Onlooker::new(0, speed),
            }
        }

        fn advance(&mut self, to: Time, max_events: u64) -> bool {
            let advance = self
                .onlooker
                .advance(&mut self.session, &self.names, to, max_events);
            advance.reached
        }

        /// In one go.
        fn play_to(mut self, to: Time) -> Seen {
            while !self.advance(to, u64::MAX) {}
            self
        }

        /// As a seek does it.
        fn seek_to(mut self, to: Time) -> Seen {
            self.session.seek(to);
            while self.session.seeking().is_some() {
                self.advance(Time::ZERO, 1_000);
            }
            self
        }

        /// Frame by frame, as irregular as they are.
        fn play_in_frames_to(mut self, to: Time, mut rng: u64) -> Seen {
            while self.session.now() < to {
                rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let frame = Span::from_nanos_f64((rng >> 40) as f64 * 20.0);
                let frame = (self.session.now() + frame).min(to);
                let events = 1 + (rng >> 33) % 700;
                while !self.advance(frame, events) {}
            }
            self.play_to(to)
        }

        /// Everything that is drawn and follows from more than the moment.
        fn all(&self) -> (Shown, Shown, Vec<String>, Picture) {
            let run = self.session.run();
            let truth =
                crate::app::truth::truth(run, &self.names, self.onlooker.watch(), (None, None));
            let jobs = truth.into_iter().flat_map(|truth| truth.jobs);
            (
                self.onlooker.at_rest(&self.session, &self.names),
                self.onlooker.shown().clone(),
                jobs.map(|job| format!("{job:?}")).collect(),
                picture(run.trace(), run.plan(), &self.layout, run.now(), 1.0),
            )
        }
    }

    const LINKS: [&str; 4] = [
        "consultation-list?@1.6s&customer=batch&@3.2s&fault=crash,service:common,for:2s",
        "order-payment?@2s&fault=slow,service:payment,factor:20,for:1s&@3.217s&reconcile=true&@4.8s&rate=40",
        "retry-storm?rate=120",
        "session-lookup",
    ];

    #[test]
    fn what_is_shown_at_a_moment_does_not_depend_on_how_the_run_got_there() {
        for link in LINKS {
            for ms in [700, 1_600, 3_200, 3_217, 4_801, 11_311] {
                let to = Time(ms * 1_000_000);
                let straight = Seen::new(link, 1.0).play_to(to).all();
                let frames = Seen::new(link, 1.0).play_in_frames_to(to, ms).all();
                assert_eq!(frames, straight, "{link} at {ms} ms");
                let sought = Seen::new(link, 1.0).seek_to(to).all();
                assert_eq!(sought, straight, "{link} at {ms} ms");
            }
        }
    }

    #[test]
    fn at_every_speed_the_frames_make_no_difference() {
        for speed in [0.05, 0.5, 2.0, 20.0] {
            let to = Time(6_003_000_000);
            let straight = Seen::new(LINKS[1], speed).play_to(to).all();
            let frames = Seen::new(LINKS[1], speed).play_in_frames_to(to, 5).all();
            assert_eq!(frames, straight, "at {speed}");
            // What stands says the same at every speed.
            let usual = Seen::new(LINKS[1], 1.0).play_to(to).all();
            assert_eq!(straight.0, usual.0, "at {speed}");
        }
    }

    #[test]
    fn what_a_person_does_at_the_moment_of_a_look_is_said_as_its_link_says_it() {
        for ms in [1_600, 3_200, 3_207] {
            let mut seen = Seen::new("order-payment", 1.0).play_to(Time(ms * 1_000_000));
            let crash = FaultKind::Crash {
                service: "payment".into(),
                instance: None,
            };
            seen.session
                .inject(crash, Some(Span::from_secs(2)))
                .unwrap();
            seen.onlooker.hear(&seen.session, &seen.names);
            let told = seen.onlooker.shown().happened.clone();
            assert!(matches!(told, Some(Happened::Broke(_))), "{told:?}");
            let to = Time((ms + 1_700) * 1_000_000);
            let seen = seen.play_to(to);
            let again = Seen::of(seen.session.story().clone(), 1.0).play_to(to);
            assert_eq!(seen.all(), again.all(), "at {ms} ms");
        }
    }

    #[test]
    fn step_by_step_the_inputs_of_the_story_come_at_their_times() {
        let to = Time(3_300_000_000);
        let mut seen = Seen::new(LINKS[0], 1.0);
        while seen.session.now() <= to {
            assert!(seen.onlooker.step_on(&mut seen.session, &seen.names));
        }
        let now = seen.session.now();
        let straight = Seen::new(LINKS[0], 1.0).play_to(now);
        assert_eq!(seen.play_to(now).all(), straight.all());
    }

    #[test]
    fn the_rate_of_a_link_is_that_of_the_last_second() {
        let seen = Seen::new("consultation-list", 1.0).play_to(Time(5_000_000_000));
        let run = seen.session.run();
        let shown = seen.onlooker.at_rest(&seen.session, &seen.names);
        let hop = |record: &&sim::trace::Record| {
            matches!(
                record.what,
                What::Hop {
                    link: 0,
                    message: Message::Request,
                    ..
                }
            ) && record.at >= Time(4_000_000_000)
        };
        let sent = run.trace().records().iter().filter(hop).count();
        assert!(sent > 0);
        assert_eq!(shown.per_s[0], sent as f64);
    }
}
