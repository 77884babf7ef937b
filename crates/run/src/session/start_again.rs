//! A story told again with other settings from its beginning: what was done is done again, at the same times.

use super::{Input, Story};
use kernel::time::Time;
use scenario::Scenario;
use scenario::settings::{self, Setting};
use sim::limits::FAULTS_MAX;
use sim::{Plan, can_go_on, check_fault};
use std::rc::Rc;

/// A story that is told again.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The story.
    pub story: Story,
    /// How many actions are left out, because what they name is not there any more.
    pub left_out: usize,
}

/// The story with these settings (`wished`, those of the moment `now`) from the beginning, for a change that cannot be
/// made while a run goes on.
///
/// Faults, their ends, redrives and later changes of other settings keep their times. An earlier change of a setting that
/// is now set from the beginning has nothing left to do.
pub fn start_again(story: &Story, now: Time, wished: &Rc<Scenario>) -> Again {
    let mut from_start = settings::changed(story.scenario_at(now), wished);
    loop {
        match attempt(story, &from_start) {
            Attempt::Done(again) if **again.story.scenario_at(now) == **wished => return again,
            // In its new surroundings this change cannot be made while the run goes on: it moves to the beginning, too.
            Attempt::NeedsRestart(set) => from_start.extend(set),
            // Without what was set before, the new settings make no sense: all of them stand from the beginning.
            Attempt::Done(_) | Attempt::MakesNoSense => break,
        }
    }
    let faults_only = Story {
        inputs: story
            .inputs
            .iter()
            .filter(|(_, input)| !matches!(input, Input::Reconfigure(..)))
            .cloned()
            .collect(),
        ..story.clone()
    };
    replay(&faults_only, wished.clone(), &[]).unwrap_or_else(|_| Again {
        story: Story::new(wished.clone()),
        left_out: faults_only.inputs.len(),
    })
}

enum Attempt {
    Done(Again),
    /// These settings of a later change cannot be changed under way.
    NeedsRestart(Vec<Setting>),
    MakesNoSense,
}

fn attempt(story: &Story, from_start: &[Setting]) -> Attempt {
    let Ok(first) = settings::apply(&story.first, from_start) else {
        return Attempt::MakesNoSense;
    };
    match replay(story, Rc::new(first), from_start) {
        Ok(again) => Attempt::Done(again),
        Err(set) => Attempt::NeedsRestart(set),
    }
}

/// The inputs of a story over other settings at the beginning. Changes of settings in `from_start` are left out.
///
/// # Errors
/// The settings of a change that cannot be made while the run goes on.
fn replay(
    story: &Story,
    first: Rc<Scenario>,
    from_start: &[Setting],
) -> Result<Again, Vec<Setting>> {
    let is_from_start = |name: &str| from_start.iter().any(|(known, _)| known == name);
    let planned = (story.first.faults.len(), first.faults.len());
    // What number each fault that a person caused has now; nothing if it is left out.
    let mut numbers: Vec<Option<u16>> = Vec::new();
    let mut faults = planned.1;
    let mut now = first.clone();
    let mut again = Again {
        story: Story {
            first,
            inputs: Vec::new(),
            whole: story.whole,
        },
        left_out: 0,
    };
    for (at, input) in &story.inputs {
        let input = match input {
            Input::Reconfigure(_, set) => {
                let rest: Vec<Setting> = set
                    .iter()
                    .filter(|(name, _)| !is_from_start(name))
                    .cloned()
                    .collect();
                let Ok(after) = settings::apply(&now, &rest) else {
                    again.left_out += 1;
                    continue;
                };
                let set = settings::changed(&now, &after);
                if set.is_empty() {
                    continue;
                }
                if !can_go_on(&now, &after) {
                    return Err(rest);
                }
                now = Rc::new(after);
                Some(Input::Reconfigure(now.clone(), set))
            }
            Input::Inject(kind, lasts) => {
                let there = faults < FAULTS_MAX && check_fault(&now, kind).is_ok();
                numbers.push(there.then_some(faults as u16));
                faults += usize::from(there);
                there.then(|| Input::Inject(kind.clone(), *lasts))
            }
            Input::EndFault(number) => {
                let caused = usize::from(*number).checked_sub(planned.0);
                let number = match caused {
                    Some(place) => numbers.get(place).copied().flatten(),
                    None => Some(*number).filter(|number| usize::from(*number) < planned.1),
                };
                // The end of a fault that is left out is no action of its own.
                let Some(number) = number else { continue };
                Some(Input::EndFault(number))
            }
            Input::Redrive(subscription) => {
                same_subscription(&story.first, &now, *subscription).map(Input::Redrive)
            }
        };
        match input {
            Some(input) => again.story.inputs.push((*at, input)),
            None => again.left_out += 1,
        }
    }
    Ok(again)
}

/// The place of a subscription in another shape of the scenario, by its names.
fn same_subscription(before: &Scenario, after: &Scenario, subscription: u16) -> Option<u16> {
    let [before, after] = [before, after].map(Plan::new);
    let its = before.subscriptions.get(usize::from(subscription))?;
    let topic = &before.topics[usize::from(its.topic)].name;
    let place = after.subscriptions.iter().position(|other| {
        other.name == its.name && after.topics[usize::from(other.topic)].name == *topic
    })?;
    Some(place as u16)
}
