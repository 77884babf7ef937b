//! A run on the page: the settings, what is derived from them, and what is being compared.

use super::choice_table::ChoiceTable;
use super::control::{Control, controls};
use super::fault::{Possible, possible};
use super::legend::Marks;
use super::names::Names;
use super::prospect::{Prospect, look_ahead};
use super::slide::Moving;
use super::snapshot::Snapshot;
use super::undo::History;
use kernel::time::{Span, Time};
use picture::layout::{Aspect, Form, Layout};
use run::metrics::{HeadlineNow, main_client};
use run::session::Story;
use scenario::settings::{self, Setting};
use scenario::{ReadStrategy, Scenario};
use share::Origin;
use share::story::Opened;
use sim::{Limit, Plan};
use std::rc::Rc;
use words::{Deed, Happened, Lang, Say, Word};

/// Something in the diagram that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A service, by its place in the plan.
    Service(u16),
    /// A store.
    Store(u16),
    /// A topic.
    Topic(u16),
}

/// What settings would bring, from a run of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// The headline.
    pub headline: HeadlineNow,
}

/// A change that was made, and how things were before.
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// The settings before.
    pub before: Rc<Scenario>,
    /// The names of the settings that were changed.
    pub names: Vec<String>,
    /// The headline before.
    pub before_headline: Option<HeadlineNow>,
    /// What had been expected of the change, if it was the offered one.
    pub expected: Option<HeadlineNow>,
}

/// A run and everything the page knows about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    /// Where the scenario comes from.
    pub origin: Origin,
    /// The settings at the beginning, and everything that was done.
    pub story: Rc<Story>,
    /// A slider that moves, or has moved a moment ago.
    pub moving: Option<Moving>,
    /// What can be taken back, and done again.
    pub history: History,
    /// Whether what is done next is a step of its own in the browser's history.
    pub next_is_step: bool,
    /// The moment that the address names.
    pub address_at: Option<Time>,
    /// The scenario as it ships (or as it was brought).
    pub base: Rc<Scenario>,
    /// With the settings of now.
    pub scenario: Rc<Scenario>,
    /// The controls and what they stand at.
    pub controls: Rc<Vec<Control>>,
    /// What things are called.
    pub names: Rc<Names>,
    /// Where things stand.
    pub layout: Rc<Layout>,
    /// The proportions of the diagram's frame.
    pub aspect: Aspect,
    /// The marks that the diagram can show.
    pub marks: Marks,
    /// What can go wrong.
    pub faults: Rc<Vec<Possible>>,
    /// The client whose outcome counts.
    pub main_client: u16,
    /// The service that most references belong to.
    pub owner: Option<u16>,
    /// Whether it runs.
    pub playing: bool,
    /// Its speed, by its place in [`super::SPEEDS`].
    pub speed: usize,
    /// What it looks like.
    pub snapshot: Rc<Snapshot>,
    /// What is open.
    pub selected: Option<Node>,
    /// The business key that is looked at.
    pub followed: Option<u32>,
    /// What is known of its history, that to come included when the run has gone back: when, in seconds, and what.
    pub chain: Rc<Vec<(f64, Deed)>>,
    /// Whether the pointer is over the table of keys, and whether the focus is in it.
    pub looks_at_rows: [bool; 2],
    /// How long faults last that are caused now.
    pub fault_lasts: Option<Span>,
    /// What the considered change (or else the offered one) would bring, once it is known.
    pub forecast: Option<Forecast>,
    /// A choice that the person looks at without taking it.
    pub considered: Option<Vec<Setting>>,
    /// What is known already of changes of these settings.
    pub forecasts: Vec<(Vec<Setting>, Forecast)>,
    /// The change that was made last.
    pub compare: Option<Compare>,
    /// The strategy that is explained.
    pub explained: Option<ReadStrategy>,
    /// The control for which something was typed last that is not allowed.
    pub mistyped: Option<String>,
    /// The table of all choices of a control, while it is open.
    pub table: Option<ChoiceTable>,
}

impl Play {
    /// A run that begins.
    pub fn new(opened: Opened, form: Form) -> Play {
        let mut play = Play {
            controls: Rc::default(),
            names: Rc::default(),
            layout: Rc::default(),
            aspect: Aspect::default(),
            marks: Marks::default(),
            faults: Rc::default(),
            main_client: 0,
            owner: None,
            playing: true,
            speed: 6,
            snapshot: Rc::default(),
            selected: None,
            followed: None,
            chain: Rc::default(),
            looks_at_rows: [false; 2],
            fault_lasts: Some(Span::from_secs(10)),
            forecast: None,
            considered: None,
            forecasts: Vec::new(),
            compare: None,
            explained: None,
            moving: None,
            history: History::default(),
            mistyped: None,
            table: None,
            next_is_step: false,
            address_at: opened.playhead,
            scenario: opened.story.scenario_at(opened.opens_at()).clone(),
            base: opened.base,
            origin: opened.origin,
            story: opened.story,
        };
        play.derive(form);
        if let Some(selected) = &opened.selected {
            play.select(selected);
        }
        play.explained = super::control::strategies(&play.controls)
            .next()
            .and_then(Control::strategy);
        play
    }

    /// Works out anew what follows from the settings.
    pub fn derive(&mut self, form: Form) {
        let plan = Plan::new(&self.scenario);
        self.main_client = main_client(&self.scenario, &plan);
        self.owner = plan.references.first().map(|reference| reference.owner);
        let names = Names::new(&self.scenario, &plan);
        self.faults = Rc::new(possible(&plan, &names));
        self.names = Rc::new(names);
        self.arrange(&plan, form);
        self.marks = Marks::of(&plan, !self.layout.feeds.is_empty());
        let mut controls = controls(&self.base, &self.scenario);
        look_ahead(&self.scenario, &plan, &mut controls);
        self.controls = Rc::new(controls);
        // They were about other settings.
        (self.mistyped, self.table) = (None, None);
        if let Some(set) = self.moving.as_ref().and_then(|moving| moving.to.clone()) {
            self.show_moved(&set);
        }
        let exists = |node: &Node| match node {
            Node::Service(service) => (*service as usize) < plan.services.len(),
            Node::Store(store) => (*store as usize) < plan.stores.len(),
            Node::Topic(topic) => (*topic as usize) < plan.topics.len(),
        };
        self.selected = self.selected.filter(exists);
    }

    /// Fits the picture into the frame.
    pub fn fit(&mut self, form: Form) {
        self.arrange(&Plan::new(&self.scenario), form);
    }

    fn arrange(&mut self, plan: &Plan, form: Form) {
        let layout = Layout::fitting(plan, self.main_client, form, self.aspect);
        if *self.layout != layout {
            self.layout = Rc::new(layout);
        }
    }

    /// The names of the settings that the offer is about, taken or not.
    pub fn offer_names(&self) -> Vec<String> {
        let offer = self.scenario.offer.as_ref();
        offer.map_or(Vec::new(), |offer| offer.set.keys().cloned().collect())
    }

    /// The settings of the offer, as long as what it would change is as the scenario ships it: who has chosen a way of
    /// their own is not talked out of it.
    pub fn offered(&self) -> Option<Vec<Setting>> {
        let offer = self.scenario.offer.as_ref()?;
        let untouched = offer.set.keys().all(|name| {
            let control = self.controls.iter().find(|control| control.name == *name);
            control.is_some_and(|control| control.value == control.shipped)
        });
        untouched.then(|| offer.set.clone().into_iter().collect())
    }

    /// Whether the run would start again with these settings.
    pub fn would_start_again(&self, set: &[Setting]) -> bool {
        set.iter().any(|(name, value)| {
            let control = self.controls.iter().find(|control| control.name == *name);
            control.is_some_and(|it| it.prospect(value) == Prospect::StartsAgain)
        })
    }

    /// The bound of the engine at which the run has stopped: it goes no further, until it is changed or starts anew.
    pub fn stopped(&self) -> Option<Limit> {
        self.snapshot.stopped
    }

    /// Takes over what the snapshot tells of the history of the key that is looked at. A run that has gone back knows
    /// the beginning of it only; the rest is kept.
    pub(super) fn follow_chain(&mut self) {
        let truth = self.snapshot.truth.as_ref();
        let Some(now) = truth.and_then(|truth| truth.followed.as_ref()) else {
            return;
        };
        let last = self.chain.last();
        let is_back = last.is_some_and(|(at, _)| *at > self.snapshot.now_s);
        if !is_back && *self.chain != now.chain {
            self.chain = Rc::new(now.chain.clone());
        }
    }

    /// What just happened, or why the run ended.
    pub fn sentence(&self, lang: Lang) -> String {
        match (self.snapshot.stopped, &self.snapshot.happened) {
            (Some(limit), _) => Say::Stopped(limit).text(lang),
            // Nothing is on its way before somebody has it begin.
            (None, _) if !self.playing && self.snapshot.now == Time::ZERO => {
                Word::PressPlay.text(lang).to_string()
            }
            (None, Some(happened)) => happened.text(lang),
            (None, None) => Happened::Starting.text(lang),
        }
    }

    /// The change whose outcome is of interest: the considered one, or else the offered one.
    pub fn wondered(&self) -> Option<Vec<Setting>> {
        self.considered.clone().or_else(|| self.offered())
    }

    /// The scenario with a change made, if it is one that can be made.
    pub fn with(&self, set: &[Setting]) -> Option<Rc<Scenario>> {
        settings::apply(&self.scenario, set).ok().map(Rc::new)
    }

    /// Whether the change that is wondered about would help, as far as that is known: its forecast is better than what is.
    pub fn would_help(&self) -> bool {
        let now = self.snapshot.headline.as_ref();
        let then = self.forecast.as_ref();
        now.zip(then)
            .is_some_and(|(now, then)| then.headline.is_better_than(now))
    }

    /// What a change sets, for the eye: the titles of the settings that go the same way, from what and to what.
    pub fn changes(&self, set: &[Setting], lang: Lang) -> Vec<Changed> {
        let mut changes: Vec<Changed> = Vec::new();
        for (name, value) in set {
            let Some(control) = self.controls.iter().find(|it| it.name == *name) else {
                continue;
            };
            if control.value == *value {
                continue;
            }
            let what = control.title.pick(lang, name).to_string();
            let from = control.value_name(&control.value, lang).to_string();
            let to = control.value_name(value, lang).to_string();
            match changes
                .iter_mut()
                .find(|it| (&it.from, &it.to) == (&from, &to))
            {
                Some(same) => same.what.push(what),
                None => changes.push(Changed {
                    what: vec![what],
                    from,
                    to,
                }),
            }
        }
        changes
    }
}

/// Settings that go from one value to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Their titles.
    pub what: Vec<String>,
    /// What they stand at, in words.
    pub from: String,
    /// What they would stand at.
    pub to: String,
}
