//! What a person did, so that it can be taken back and done again: a story for each action, as it was before it.

use super::Play;
use super::fault::trouble;
use kernel::time::Time;
use run::session::{Input, Story};
use scenario::FaultKind;
use scenario::settings::{self, Setting};
use sim::Plan;
use std::rc::Rc;
use words::{Act, Lang, Word};

/// Actions that can be taken back one after the other.
const PAST_MAX: usize = 200;

/// Something that a person did.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Changed settings.
    Set(Vec<Setting>),
    /// Caused a fault.
    Inject(FaultKind),
    /// Ended a fault.
    EndFault,
    /// Had dead letters delivered anew.
    Redrive,
    /// Began from the start, with nothing done.
    Restart,
}

/// A run as it was before (or after) an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Its story.
    pub story: Rc<Story>,
    /// Where the run stood; nothing if the action left it where it was.
    pub at: Option<Time>,
    /// The action.
    pub action: Action,
}

/// What can be taken back, and what can be done again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    done: Vec<Past>,
    undone: Vec<Past>,
}

impl History {
    /// An action has made another story of this one.
    pub fn did(&mut self, before: Rc<Story>, at: Option<Time>, action: Action) {
        self.undone.clear();
        if self.done.len() == PAST_MAX {
            self.done.remove(0);
        }
        self.done.push(Past {
            story: before,
            at,
            action,
        });
    }

    /// The last action has made the run start again; before, it stood at this moment.
    pub fn stood_at(&mut self, at: Time) {
        if let Some(past) = self.done.last_mut() {
            past.at = Some(at);
        }
    }

    /// Takes the last action back: the run before it. `story` is the run of now, which stands at `now`.
    pub fn undo(&mut self, story: &Rc<Story>, now: Time) -> Option<Past> {
        let past = self.done.pop().or_else(|| before_last(story))?;
        self.undone.push(Past {
            story: story.clone(),
            at: past.at.map(|_| now),
            action: past.action.clone(),
        });
        Some(past)
    }

    /// Does again what was taken back last: the run after it.
    pub fn redo(&mut self, story: &Rc<Story>, now: Time) -> Option<Past> {
        let next = self.undone.pop()?;
        self.done.push(Past {
            story: story.clone(),
            at: next.at.map(|_| now),
            action: next.action.clone(),
        });
        Some(next)
    }
}

/// The story without its last input: a run that came with a link has a past, too.
fn before_last(story: &Rc<Story>) -> Option<Past> {
    let mut before = (**story).clone();
    let (_, input) = before.inputs.pop()?;
    Some(Past {
        story: Rc::new(before),
        at: None,
        action: Action::of(&input),
    })
}

impl Action {
    fn of(input: &Input) -> Action {
        match input {
            Input::Inject(kind, _) => Action::Inject(kind.clone()),
            Input::EndFault(_) => Action::EndFault,
            Input::Redrive(_) => Action::Redrive,
            Input::Reconfigure(_, set) => Action::Set(set.clone()),
        }
    }

    /// What has made one story of another; nothing if they are the same.
    pub fn between(before: &Story, after: &Story) -> Option<Action> {
        if *before.first != *after.first {
            let set = settings::changed(&before.first, &after.first);
            return Some(Action::Set(set));
        }
        let last = after.inputs.last()?;
        (before.inputs != after.inputs).then(|| Action::of(&last.1))
    }
}

impl Play {
    /// The action that would be taken back next.
    pub fn to_undo(&self) -> Option<Action> {
        match self.history.done.last() {
            Some(past) => Some(past.action.clone()),
            None => Some(Action::of(&self.story.inputs.last()?.1)),
        }
    }

    /// The action that would be done again next.
    pub fn to_redo(&self) -> Option<&Action> {
        Some(&self.history.undone.last()?.action)
    }

    /// What an action is called.
    pub fn action_name(&self, action: &Action, lang: Lang) -> String {
        match action {
            Action::Set(set) => self.settings_name(set, lang),
            Action::Inject(kind) => {
                trouble(kind, &Plan::new(&self.scenario), &self.names).text(lang)
            }
            Action::EndFault => Act::EndOfFault.text(lang),
            Action::Redrive => Word::RedriveDeadLetters.text(lang).into(),
            Action::Restart => Word::Restart.text(lang).into(),
        }
    }

    fn settings_name(&self, set: &[Setting], lang: Lang) -> String {
        match set {
            [(name, _)] if name == "seed" => Word::Seed.text(lang).into(),
            [(name, _)] => {
                let control = self.controls.iter().find(|control| control.name == *name);
                control.map_or(name.clone(), |control| {
                    control.title.pick(lang, name).to_string()
                })
            }
            _ => Act::Settings(set.len()).text(lang),
        }
    }
}
