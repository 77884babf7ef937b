//! A slider on its way. What it shows follows the hand at once; the run takes the new value over when the slider comes to
//! rest: so one drag is one action, at one moment, and the link that names it brings back what was seen.
//!
//! The keys move a slider step by step, and each step comes to rest. The first is taken over at once, those that follow it
//! quickly are taken over together.

use super::update::change_settings;
use super::{Command, Note, Play};
use picture::layout::Form;
use scenario::settings::Setting;
use std::rc::Rc;

/// A slider that moves, or has come to rest a moment ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moving {
    /// The setting that it moves (or several that move together).
    pub names: Vec<String>,
    /// Where it has been moved to and the run has not followed yet.
    pub to: Option<Vec<Setting>>,
    /// Whether it has come to rest there.
    pub rests: bool,
    /// Whether it has been taken over a moment ago.
    pub settling: bool,
}

fn names(set: &[Setting]) -> Vec<String> {
    set.iter().map(|(name, _)| name.clone()).collect()
}

impl Play {
    /// Whether these settings are those of the slider that moves.
    pub fn is_moving(&self, set: &[Setting]) -> bool {
        let moving = self.moving.as_ref();
        moving.is_some_and(|moving| moving.names == names(set))
    }

    /// The controls show where their slider has been moved to.
    pub(super) fn show_moved(&mut self, set: &[Setting]) {
        let controls = Rc::make_mut(&mut self.controls);
        for (name, value) in set {
            let mut named = controls.iter_mut();
            if let Some(control) = named.find(|control| control.name == *name) {
                control.value.clone_from(value);
            }
        }
    }
}

/// A slider is moved.
pub(super) fn moves(play: &mut Play, set: Vec<Setting>) -> Vec<Command> {
    play.show_moved(&set);
    let settling = play.is_moving(&set) && play.moving.as_ref().is_some_and(|it| it.settling);
    play.moving = Some(Moving {
        names: names(&set),
        to: Some(set),
        rests: false,
        settling,
    });
    Vec::new()
}

/// A slider comes to rest.
///
/// # Errors
/// What is wrong with the settings.
pub(super) fn rests(play: &mut Play, form: Form, set: Vec<Setting>) -> Result<Vec<Command>, Note> {
    play.show_moved(&set);
    let settling = play.moving.as_ref().is_some_and(|it| it.settling);
    play.moving = Some(Moving {
        names: names(&set),
        to: Some(set),
        rests: true,
        settling: true,
    });
    let mut commands = vec![Command::SettleLater];
    if !settling {
        commands.extend(take_over(play, form)?);
    }
    Ok(commands)
}

/// For a while no slider has come to rest.
///
/// # Errors
/// What is wrong with the settings.
pub(super) fn settle(play: &mut Play, form: Form) -> Result<Vec<Command>, Note> {
    let Some(moving) = &mut play.moving else {
        return Ok(Vec::new());
    };
    moving.settling = false;
    if !moving.rests {
        return Ok(Vec::new());
    }
    let commands = take_over(play, form);
    play.moving = None;
    commands
}

/// Something else is done: what a slider has been moved to comes first.
///
/// # Errors
/// What is wrong with the settings.
pub(super) fn finish(play: &mut Play, form: Form) -> Result<Vec<Command>, Note> {
    let commands = take_over(play, form);
    play.moving = None;
    commands
}

/// The run takes over what a slider has been moved to.
fn take_over(play: &mut Play, form: Form) -> Result<Vec<Command>, Note> {
    let moved = play.moving.as_mut().and_then(|moving| moving.to.take());
    let Some(set) = moved else {
        return Ok(Vec::new());
    };
    change_settings(play, form, &set).inspect_err(|_| play.derive(form))
}
