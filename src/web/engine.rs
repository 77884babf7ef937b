//! The frame loop: advances the session within a budget, draws the canvas, and sends a snapshot a few times a second.
//!
//! One `requestAnimationFrame` at a time, cancelled on drop. It stops by itself when there is nothing to do.

use super::canvas::Canvas;
use super::choice_runs::ChoiceRuns;
use super::environment::window;
use super::forecast::Forecaster;
use super::paint::Painter;
use super::scene;
use crate::app::choice_table::Wanted;
use crate::app::host::Standing;
use crate::app::names::Names;
use crate::app::onlooker::Onlooker;
use crate::app::truth::truth;
use crate::app::{Msg, Play, Playhead};
use export::table::digest_of;
use kernel::time::{Span, Time};
use picture::layout::Layout;
use picture::sprites::{Picture, picture};
use run::session::{Change, Session, Story, TRACE};
use scenario::{FaultKind, Scenario};
use sim::Limit;
use sim::trace::What;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use yew::Callback;

/// The simulation's share of a frame, in milliseconds.
const BUDGET_MS: f64 = 7.5;
/// What a forecast may take of a frame.
const FORECAST_MS: f64 = 4.0;
/// A step goes over at most so many events that do not show.
const STEP_EVENTS_MAX: usize = 10_000;
/// Events between two looks at the clock.
const EVENTS: u64 = 1_000;
/// After so long without a frame of the browser's, a run that is sent somewhere goes on without one...
const UNSEEN_MS: f64 = 90.0;
/// ...and takes more time at once, because nothing else is to be done.
const UNSEEN_BUDGET_MS: f64 = 60.0;
/// Time between two snapshots.
const SNAPSHOT_MS: f64 = 200.0;
/// With reduced motion the picture changes in steps of this length.
const CALM_MS: f64 = 500.0;
/// A frame that comes later than this was held up by something else; the run does not make up for it.
const FRAME_MAX_S: f64 = 0.1;
/// Something that is done to the run when it has come to where it is going.
type Act = Box<dyn FnOnce(&mut Inner, &mut Session)>;

struct Inner {
    session: Option<Session>,
    /// What is done to the run when it has arrived, in order.
    waiting: VecDeque<Act>,
    /// Whether the page has not been told yet that the run has arrived.
    on_its_way: bool,
    /// The settings that the page knows of.
    known: Option<Rc<Scenario>>,
    layout: Rc<Layout>,
    names: Rc<Names>,
    main_client: u16,
    playing: bool,
    speed: f64,
    /// Whether the diagram can be seen, and whether the run waits for that.
    seen: bool,
    only_while_seen: bool,
    /// It stands, because the page that embeds this one is in the middle of what it does.
    stands: bool,
    calm: bool,
    canvas: Option<Canvas>,
    picture: Picture,
    onlooker: Onlooker,
    /// The business key that is looked at.
    followed: Option<u32>,
    /// The business keys that stay in their table, because somebody looks at it.
    held: Option<Vec<u32>>,
    reach: Time,
    stopped: Option<Limit>,
    /// A change has just made the run start again: where it stood before, and how many actions are left out.
    started_again: Option<(Time, usize)>,
    last_frame: Option<f64>,
    last_paint: f64,
    /// With reduced motion: whether busy links are marked in this picture.
    pulse: bool,
    last_snapshot: f64,
    /// Something has changed since the last snapshot.
    changed: bool,
    /// The speed that the machine manages, smoothed; and for how long it has not kept up, in seconds.
    pace: f64,
    behind_s: f64,
    forecaster: Forecaster,
    choice_runs: ChoiceRuns,
}

/// What the browser calls for each frame.
type OnFrame = Closure<dyn FnMut(f64)>;

struct Frames {
    id: Cell<Option<i32>>,
    /// When the last frame was.
    last: Cell<f64>,
    closure: RefCell<Option<OnFrame>>,
    inner: RefCell<Inner>,
    send: Callback<Msg>,
}

/// The frame loop and the run it drives.
pub struct Engine(Rc<Frames>);

fn now_ms() -> f64 {
    window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}

impl Engine {
    /// A loop without a run.
    pub fn new(send: Callback<Msg>, calm: bool, only_while_seen: bool) -> Engine {
        let frames = Rc::new(Frames {
            id: Cell::new(None),
            last: Cell::new(f64::NEG_INFINITY),
            closure: RefCell::new(None),
            inner: RefCell::new(Inner {
                session: None,
                waiting: VecDeque::new(),
                on_its_way: false,
                known: None,
                layout: Rc::default(),
                names: Rc::default(),
                main_client: 0,
                playing: false,
                speed: 1.0,
                seen: !only_while_seen,
                only_while_seen,
                stands: false,
                calm,
                canvas: None,
                picture: Picture::default(),
                onlooker: Onlooker::new(0, 1.0),
                followed: None,
                held: None,
                reach: Time::ZERO,
                stopped: None,
                started_again: None,
                last_frame: None,
                last_paint: f64::NEG_INFINITY,
                pulse: false,
                last_snapshot: f64::NEG_INFINITY,
                changed: true,
                pace: 1.0,
                behind_s: 0.0,
                forecaster: Forecaster::default(),
                choice_runs: ChoiceRuns::default(),
            }),
            send,
        });
        let weak = Rc::downgrade(&frames);
        *frames.closure.borrow_mut() = Some(Closure::new(move |now: f64| {
            if let Some(frames) = weak.upgrade() {
                frames.id.set(None);
                frames.frame(now, BUDGET_MS);
            }
        }));
        Engine(frames)
    }

    /// Goes on where the browser asks for no frames: a window behind others, a frame that is scrolled away.
    pub fn go_on_unseen(&self) {
        let now = now_ms();
        if now - self.0.last.get() >= UNSEEN_MS {
            self.0.frame(now, UNSEEN_BUDGET_MS);
        }
    }

    /// The run stands, whether or not it plays, or goes on.
    pub fn stand(&self, stands: bool) {
        let mut inner = self.0.inner.borrow_mut();
        if inner.stands != stands {
            inner.stands = stands;
            inner.last_frame = None;
            drop(inner);
            self.0.request();
        }
    }

    /// Whether the run is where it was sent.
    pub fn arrived(&self) -> bool {
        self.0.inner.borrow().arrived()
    }

    /// Where the run is. If it plays it comes to the next whole millisecond, at which things are done.
    pub fn standing(&self) -> Standing {
        let mut inner = self.0.inner.borrow_mut();
        let (arrived, playing, stopped) = (inner.arrived(), inner.playing, inner.stopped);
        let Some(session) = inner.session.as_mut() else {
            return Standing {
                arrived,
                ..Standing::default()
            };
        };
        if arrived && playing {
            session.to_next_millisecond();
        }
        Standing {
            now: session.now(),
            arrived,
            stopped,
            faults: session.run().sim().faults().to_vec(),
            done: session.done(),
        }
    }

    fn with<R>(&self, act: impl FnOnce(&mut Inner) -> R) -> R {
        let result = act(&mut self.0.inner.borrow_mut());
        self.0.request();
        result
    }

    /// What is drawn.
    pub fn show(&self, play: &Play) {
        let mut inner = self.0.inner.borrow_mut();
        if Rc::ptr_eq(&inner.layout, &play.layout) && Rc::ptr_eq(&inner.names, &play.names) {
            return;
        }
        inner.layout = play.layout.clone();
        inner.names = play.names.clone();
        inner.main_client = play.main_client;
        inner.repaint();
        drop(inner);
        self.0.request();
    }

    /// Begins a run, at a moment.
    pub fn open(&self, story: &Rc<Story>, playhead: Playhead) {
        self.with(|inner| {
            let here = inner.session.as_ref().map(Inner::there);
            let at = match playhead {
                Playhead::At(at) => at,
                Playhead::Here => here.unwrap_or_default(),
            };
            let mut session = Session::new(story.clone(), TRACE);
            if at > Time::ZERO {
                session.seek(at);
            }
            inner.session = Some(session);
            inner.known = Some(story.scenario_at(at).clone());
            // What was to be done to the run before is not to be done to this one.
            inner.waiting.clear();
            inner.on_its_way = true;
            inner.begin_anew();
            inner.reach = at;
        });
    }

    /// Does something to the run, now or when it has come to where it is going, and tells what has been done to it since
    /// it began.
    fn act(&self, act: impl FnOnce(&mut Inner, &mut Session) + 'static) {
        let messages = self.with(|inner| {
            inner.waiting.push_back(Box::new(act));
            inner.do_what_waits()
        });
        for message in messages {
            self.0.send.emit(message);
        }
    }

    /// Changes the settings of the run.
    pub fn reconfigure(&self, scenario: &Rc<Scenario>) {
        let scenario = scenario.clone();
        self.act(move |inner, session| {
            inner.known = Some(scenario.clone());
            if let Change::StartsAgain { from, left_out } = session.reconfigure(scenario) {
                inner.begin_anew();
                inner.reach = Inner::there(session);
                // At its very beginning nothing starts again.
                inner.started_again = (from > Time::ZERO).then_some((from, left_out));
            }
        });
    }

    /// Runs, or not.
    pub fn set_playing(&self, on: bool) {
        self.with(|inner| {
            if inner.playing && !on {
                inner.go_to_next_millisecond();
            }
            if let (true, false, Some(session)) = (on, inner.playing, &inner.session) {
                inner.onlooker.goes_on(session, &inner.names);
            }
            inner.playing = on;
            inner.last_frame = None;
            inner.behind_s = 0.0;
            inner.changed = true;
        });
    }

    /// At this speed.
    pub fn set_speed(&self, speed: f64) {
        self.with(|inner| {
            inner.speed = speed;
            inner.onlooker.set_speed(speed);
            inner.pace = speed;
            inner.behind_s = 0.0;
            inner.repaint();
        });
    }

    /// On to the next event that shows.
    pub fn step(&self) {
        self.with(|inner| {
            inner.step();
            inner.repaint();
        });
    }

    /// The moment of the run.
    pub fn now(&self) -> Time {
        let inner = self.0.inner.borrow();
        inner.session.as_ref().map_or(Time::ZERO, Session::now)
    }

    /// The next moment that a link can name, and the digest of the run there. Nothing while it is on its way to another.
    pub fn digest(&self) -> Option<(Time, u64)> {
        self.with(|inner| {
            inner.go_to_next_millisecond();
            let session = inner.session.as_ref()?;
            let stands = session.seeking().is_none();
            stands.then(|| (session.now(), digest_of(session.run())))
        })
    }

    /// Goes to a moment.
    pub fn seek(&self, to_s: f64) {
        self.with(|inner| {
            let to = Time::ZERO + Span::from_secs_f64(to_s);
            if let Some(session) = &mut inner.session {
                let back = to < session.now();
                // Nothing comes after the end of a run.
                if back || inner.stopped.is_none() {
                    session.seek(to);
                    inner.on_its_way = true;
                }
                if back {
                    inner.begin_anew();
                }
            }
        });
    }

    /// Causes a fault.
    pub fn inject(&self, kind: FaultKind, lasts: Option<Span>) {
        self.act(move |_, session| {
            // A fault that cannot be caused changes nothing; the page only offers those that can.
            let _ = session.inject(kind, lasts);
        });
    }

    /// Ends a fault.
    pub fn end_fault(&self, fault: u16) {
        self.act(move |_, session| session.end_fault(fault));
    }

    /// Keeps an eye on a business key.
    pub fn follow(&self, key: Option<u32>) {
        self.with(|inner| {
            inner.followed = key;
            inner.repaint();
        });
    }

    /// These business keys stay in their table.
    pub fn hold(&self, keys: Option<Vec<u32>>) {
        self.with(|inner| {
            inner.held = keys;
            inner.repaint();
        });
    }

    /// Has the dead letters of a subscription delivered anew.
    pub fn redrive(&self, subscription: u16) {
        self.act(move |_, session| session.redrive(subscription));
    }

    /// Finds out what settings would bring.
    pub fn forecast(&self, change: Option<(Rc<Scenario>, Rc<Scenario>)>) {
        self.with(|inner| inner.forecaster.want(change, now_ms()));
    }

    /// Runs the choices of a table.
    pub fn compare_choices(&self, wanted: Vec<Wanted>, length: Span, main_client: u16) {
        self.with(|inner| inner.choice_runs.want(wanted, length, main_client));
    }

    /// Whether the diagram can be seen.
    pub fn set_seen(&self, seen: bool) {
        self.with(|inner| {
            inner.seen = seen;
            inner.last_frame = None;
            inner.repaint();
        });
    }

    /// Whether less motion is wished for.
    pub fn set_calm(&self, calm: bool) {
        self.with(|inner| inner.calm = calm);
    }

    /// Reads the colours anew.
    pub fn refresh_palette(&self) {
        self.with(|inner| {
            inner.canvas = None;
            inner.repaint();
        });
    }

    /// Draws anew, because the page has been rendered.
    pub fn rendered(&self) {
        let inner = &self.0.inner;
        let lost = inner
            .borrow()
            .canvas
            .as_ref()
            .is_none_or(|canvas| !canvas.element.is_connected());
        if lost {
            inner.borrow_mut().last_paint = f64::NEG_INFINITY;
            self.0.request();
        }
    }
}

impl Frames {
    /// One frame; of its time the simulation may take so many milliseconds.
    fn frame(&self, now: f64, budget: f64) {
        self.last.set(now);
        let (messages, more) = self.inner.borrow_mut().frame(now, budget);
        for message in messages {
            self.send.emit(message);
        }
        if more {
            self.request();
        }
    }

    fn request(&self) {
        if self.id.get().is_some() {
            return;
        }
        if let (Some(window), Some(closure)) = (window(), self.closure.borrow().as_ref()) {
            self.id.set(
                window
                    .request_animation_frame(closure.as_ref().unchecked_ref())
                    .ok(),
            );
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let (Some(id), Some(window)) = (self.0.id.take(), window()) {
            // Whether it was still to come does not matter.
            let _ = window.cancel_animation_frame(id);
        }
        self.0.closure.borrow_mut().take();
    }
}

impl Inner {
    /// The run has begun anew (or gone back).
    fn begin_anew(&mut self) {
        self.onlooker = Onlooker::new(self.main_client, self.speed);
        self.held = None;
        self.stopped = None;
        self.repaint();
    }

    /// Where a run stands, or where it is going.
    fn there(session: &Session) -> Time {
        session.seeking().unwrap_or(session.now())
    }

    /// On to the next moment that nobody can tell from this one, and that a link can say shortly.
    fn go_to_next_millisecond(&mut self) {
        if let (Some(session), None) = (&mut self.session, self.stopped)
            && session.seeking().is_none()
        {
            session.to_next_millisecond();
            self.onlooker.hear(session, &self.names);
            self.repaint();
        }
    }

    /// Does what waits until the run has come to where it is going, unless that sends it on its way again: what to tell
    /// the page.
    fn do_what_waits(&mut self) -> Vec<Msg> {
        let mut messages = Vec::new();
        while let Some(mut session) = self.session.take() {
            if session.seeking().is_some() {
                self.session = Some(session);
                break;
            }
            let Some(act) = self.waiting.pop_front() else {
                self.session = Some(session);
                break;
            };
            if self.playing && self.stopped.is_none() {
                session.to_next_millisecond();
            }
            act(self, &mut session);
            self.onlooker.hear(&session, &self.names);
            messages.push(Msg::Did(session.story().clone()));
            let started_again = self.started_again.take();
            messages
                .extend(started_again.map(|(from, left_out)| Msg::StartedAgain(from, left_out)));
            self.on_its_way = true;
            self.stopped = None;
            self.session = Some(session);
            self.repaint();
        }
        messages
    }

    /// The run has come to where it was going: the page is told, after it has seen what it looks like there.
    fn arrive(&mut self, now: f64) -> Vec<Msg> {
        if self
            .session
            .as_ref()
            .is_none_or(|session| session.seeking().is_some())
        {
            return Vec::new();
        }
        let mut messages = self.do_what_waits();
        let goes_on = |session: &Session| session.seeking().is_some();
        if !self.session.as_ref().is_some_and(goes_on) {
            self.on_its_way = false;
            self.last_snapshot = now;
            messages.extend(self.went_back());
            messages.extend(self.snapshot());
            messages.push(Msg::Arrived);
        }
        messages
    }

    /// Handles events until something leaves, arrives at its person or breaks: what a person would call one step.
    fn step(&mut self) {
        let Some(session) = &mut self.session else {
            return;
        };
        for _ in 0..STEP_EVENTS_MAX {
            let seen = session.run().trace().seen();
            let more = self.onlooker.step_on(session, &self.names);
            let trace = session.run().trace();
            let shows = trace.since(seen).any(|record| {
                matches!(
                    record.what,
                    What::Hop { .. }
                        | What::Settled { .. }
                        | What::EventSent { .. }
                        | What::FaultBegan { .. }
                        | What::FaultEnded { .. }
                )
            });
            if shows || !more {
                break;
            }
        }
        self.reach = self
            .session
            .as_ref()
            .map_or(self.reach, |session| self.reach.max(session.now()));
    }

    fn repaint(&mut self) {
        self.changed = true;
        self.last_paint = f64::NEG_INFINITY;
        self.last_snapshot = f64::NEG_INFINITY;
    }

    fn arrived(&self) -> bool {
        self.session.as_ref().is_none_or(|session| {
            let goes = session.seeking().is_some() && self.stopped.is_none();
            !goes && self.waiting.is_empty() && self.known.as_deref() == Some(session.scenario())
        })
    }

    fn runs(&self) -> bool {
        let seeking = self
            .session
            .as_ref()
            .is_some_and(|session| session.seeking().is_some());
        self.session.is_some()
            && self.stopped.is_none()
            && (seeking || self.playing && !self.stands && (self.seen || !self.only_while_seen))
    }

    /// One frame: what to tell the page, and whether another frame is needed.
    fn frame(&mut self, now: f64, budget: f64) -> (Vec<Msg>, bool) {
        let mut messages = Vec::new();
        let began = now_ms();
        if self.runs() {
            let dt = self
                .last_frame
                .map_or(0.0, |last| ((now - last) / 1e3).clamp(0.0, FRAME_MAX_S));
            self.last_frame = Some(now);
            self.advance(dt, began + budget);
            self.changed = true;
        } else {
            self.last_frame = None;
        }
        if self.on_its_way {
            messages = self.arrive(now);
        }
        let calm_wait = self.calm && self.playing && now - self.last_paint < CALM_MS;
        if self.changed && self.seen_at_all() && !calm_wait {
            self.paint();
            self.last_paint = now;
        }
        if self.changed && now - self.last_snapshot >= SNAPSHOT_MS {
            self.last_snapshot = now;
            messages.extend(self.went_back());
            messages.extend(self.snapshot());
            // While it stands still, one picture is enough.
            self.changed = self.runs();
        }
        let work_began = now_ms();
        let enough = || now_ms() - work_began > FORECAST_MS;
        // Who looks at a table of all choices waits for that.
        if self.choice_runs.busy() {
            let new = self.choice_runs.work(enough);
            messages.extend(new.map(|(row, state)| Msg::Compared(row, state)));
        } else if let Some(forecast) = self.forecaster.work(work_began, enough) {
            messages.push(Msg::Estimated(forecast));
        }
        let beside = self.forecaster.busy() || self.choice_runs.busy();
        (
            messages,
            self.runs() || self.changed || self.on_its_way || beside,
        )
    }

    fn seen_at_all(&self) -> bool {
        self.seen || !self.last_paint.is_finite()
    }

    /// Advances the run for `dt` seconds of a person's time, or until the clock says `until` (in milliseconds).
    fn advance(&mut self, dt: f64, until: f64) {
        let Some(session) = &mut self.session else {
            return;
        };
        let from = session.now();
        let target = from + Span::from_secs_f64(dt * self.speed);
        let seeking = session.seeking().is_some();
        let mut reached = false;
        loop {
            let advance = self.onlooker.advance(session, &self.names, target, EVENTS);
            if advance.stopped.is_some() {
                self.stopped = advance.stopped;
                break;
            }
            if advance.reached {
                reached = true;
                break;
            }
            if now_ms() > until {
                break;
            }
        }
        self.reach = self.reach.max(session.now());
        if seeking && session.seeking().is_none() {
            // The page hears of it at once, and the run is a frame longer at that moment.
            self.last_snapshot = f64::NEG_INFINITY;
            self.last_frame = None;
        }
        if seeking || dt <= 0.0 {
            return;
        }
        let pace = session.now().since(from).as_secs() / dt;
        self.pace += (pace - self.pace) * 0.1;
        self.behind_s = if reached {
            (self.behind_s - dt).max(0.0)
        } else {
            (self.behind_s + dt).min(1.5)
        };
    }

    /// After going back the settings are those of that moment.
    fn went_back(&mut self) -> Option<Msg> {
        let scenario = self.session.as_ref()?.scenario();
        if self.known.as_deref() == Some(scenario) {
            return None;
        }
        let scenario = Rc::new(scenario.clone());
        self.known = Some(scenario.clone());
        Some(Msg::Adopt(scenario))
    }

    fn snapshot(&self) -> Option<Msg> {
        let session = self.session.as_ref()?;
        let stands = !self.playing && session.seeking().is_none() || self.stopped.is_some();
        let at_rest = stands.then(|| self.onlooker.at_rest(session, &self.names));
        let shown = at_rest.as_ref().unwrap_or(self.onlooker.shown());
        let mut snapshot = scene::snapshot(session, shown, &self.picture.captions);
        snapshot.mean_ms = session.run().mean_within_ms(self.main_client);
        // The names of a scenario that is just being opened may be others than those of the run that still is.
        if self.names.services.len() == session.run().plan().services.len() {
            snapshot.truth = truth(
                session.run(),
                &self.names,
                self.onlooker.watch(),
                (self.followed, self.held.as_deref()),
            )
            .map(Rc::new);
        }
        snapshot.reach_s = self.reach.max(session.now()).as_secs();
        snapshot.pace = (self.playing && self.behind_s > 0.6).then_some(self.pace);
        snapshot.stopped = self.stopped;
        Some(Msg::Snapshot(Rc::new(snapshot)))
    }

    /// The canvas, sized for the screen.
    fn canvas(&mut self) -> Option<&Canvas> {
        let lost = |canvas: &Canvas| !canvas.element.is_connected();
        if self.canvas.as_ref().is_none_or(lost) {
            self.canvas = Some(Canvas::find()?);
        }
        let canvas = self.canvas.as_ref()?;
        canvas.fit()?;
        Some(canvas)
    }

    fn paint(&mut self) {
        let layout = self.layout.clone();
        let (calm, speed) = (self.calm, self.speed);
        if self.canvas().is_none() {
            return;
        }
        let (Some(session), Some(canvas)) = (&self.session, &self.canvas) else {
            return;
        };
        let run = session.run();
        // The layout of a scenario that is just being opened may be of other services than the run that still is.
        if !layout.shows(run.plan()) {
            return;
        }
        self.picture = picture(run.trace(), run.plan(), &layout, run.now(), speed);
        if calm {
            // Nothing travels; what happened at a place is still said there.
            self.picture
                .marks
                .retain(|mark| mark.kind == picture::sprites::Kind::Failure);
        }
        let painter = Painter {
            ctx: &canvas.ctx,
            layout: &layout,
            palette: &canvas.palette,
            scale: f64::from(canvas.element.width()) / layout.width.max(1.0),
        };
        painter.paint(run.sim(), &self.picture);
        if calm {
            self.pulse = !self.pulse;
            if self.pulse && self.playing {
                painter.pulse(&self.picture.captions);
            }
        }
    }
}
