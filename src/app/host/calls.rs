//! The calls of a host, one after the other: each begins when the one before it has arrived, and is answered when it has
//! arrived itself.
//!
//! A call is carried out in parts, because what comes later in it can depend on where the earlier part arrives: settings
//! are changed at the moment that a link opens at. Everything is checked before the first part is done.

use super::messages::{Change, Request, WhichFault, sentence_of};
use super::steps::Steps;
use super::{answer, broken_link, error, state, step};
use crate::app::{Choice, Command, Model, Msg, Play, opening, update};
use kernel::time::{Span, Time};
use run::session::INPUTS_MAX;
use scenario::settings;
use serde_json::Value;
use share::story::{self, subscriptions};
use sim::limits::FAULTS_MAX;
use sim::{FaultState, Limit, Plan, check_fault};
use std::collections::VecDeque;
use std::rc::Rc;
use words::{Lang, Say};

/// So many calls may wait; a host that makes more does not await them.
pub const CALLS_MAX: usize = 100;

/// Where the run is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Its moment.
    pub now: Time,
    /// Whether it is where it was sent: not on its way to a moment, with settings that the page knows.
    pub arrived: bool,
    /// The bound of the engine that ended it, if one did.
    pub stopped: Option<Limit>,
    /// Its faults, planned and caused, by their numbers.
    pub faults: Vec<FaultState>,
    /// How many things have been done to it until now.
    pub done: usize,
}

/// What goes on with the calls: what is to be done now, and what is said to the host.
#[derive(Debug, Default, PartialEq)]
pub struct Turn {
    /// What is to be done; until it has arrived, nothing else is.
    pub commands: Vec<Command>,
    /// What is said to the host.
    pub says: Vec<Value>,
    /// Whether the host has said that the run shall play or stand: then it does not begin by itself any more.
    pub decides: bool,
}

/// The calls that a host has made and that have not been answered.
#[derive(Debug, Default)]
pub struct Calls {
    waiting: VecDeque<(Option<Value>, Request)>,
    current: Option<Call>,
}

/// The call that is being carried out.
#[derive(Debug)]
struct Call {
    id: Option<Value>,
    /// What is still to be done, part by part.
    parts: VecDeque<Vec<Msg>>,
    result: Outcome,
}

/// What a call is answered with when it has arrived.
#[derive(Debug)]
enum Outcome {
    Done,
    State,
    /// The number of the fault that it has caused.
    Fault(usize),
    /// That the run has come to a moment, in seconds.
    At(f64),
    Step(usize),
}

impl Calls {
    /// Takes a call, to be carried out when those before it have been.
    ///
    /// # Errors
    /// Why it is not taken: too many wait.
    pub fn push(&mut self, id: Option<Value>, request: Request) -> Result<(), String> {
        if self.waiting.len() >= CALLS_MAX {
            return Err(format!(
                "{CALLS_MAX} calls wait already; await a call before you make the next"
            ));
        }
        self.waiting.push_back((id, request));
        Ok(())
    }

    /// Whether there are calls that have not been answered.
    pub fn busy(&self) -> bool {
        self.current.is_some() || !self.waiting.is_empty()
    }

    /// Goes on as far as the run has come.
    pub fn go_on(&mut self, model: &mut Model, standing: &Standing) -> Turn {
        let mut turn = Turn::default();
        if !standing.arrived {
            return turn;
        }
        loop {
            let current = self.current.as_mut();
            if let Some(part) = current.and_then(|call| call.parts.pop_front()) {
                for msg in part {
                    turn.commands.extend(update(model, msg));
                }
                // The focus is the visitor's.
                turn.commands
                    .retain(|command| !matches!(command, Command::Focus(_)));
                return turn;
            }
            if let Some(call) = self.current.take() {
                let result = call.result.settle(model, standing, &mut turn.says);
                turn.say(call.id, result);
            }
            let Some((id, request)) = self.waiting.pop_front() else {
                break;
            };
            let decides = request.decides_to_play();
            match begin(model, request, standing) {
                Ok((parts, result)) => {
                    turn.decides |= decides;
                    let parts = parts.into();
                    self.current = Some(Call { id, parts, result });
                }
                Err(error) => turn.say(id, Err(error)),
            }
        }
        turn
    }
}

impl Turn {
    fn say(&mut self, id: Option<Value>, result: Result<Value, String>) {
        match (id, result) {
            (Some(id), result) => self.says.push(answer(id, result)),
            (None, Err(text)) => self.says.push(error(&text)),
            (None, Ok(_)) => {}
        }
    }
}

impl Outcome {
    /// The value of the answer, or why the call has not come to what it was for.
    fn settle(
        self,
        model: &mut Model,
        standing: &Standing,
        says: &mut Vec<Value>,
    ) -> Result<Value, String> {
        match self {
            Outcome::Done => Ok(Value::Null),
            Outcome::State => Ok(state(model, Some(standing.now))),
            Outcome::Fault(number) => match standing.faults.get(number) {
                Some(_) => Ok(number.into()),
                None => Err("fault: the run did not take it".to_string()),
            },
            Outcome::At(t) => at(t, standing),
            Outcome::Step(place) => {
                if let Some(steps) = &mut model.steps {
                    Rc::make_mut(steps).at = Some(place);
                    let t = steps.list.get(place).map_or(0.0, |step| step.t);
                    says.extend(step(steps));
                    return at(t, standing);
                }
                Ok(Value::Null)
            }
        }
    }
}

/// Whether the run has come to a moment, in seconds.
fn at(t: f64, standing: &Standing) -> Result<Value, String> {
    let now = standing.now.since(Time::ZERO);
    if now >= Span::from_secs_f64(t) {
        return Ok(Value::Null);
    }
    Err(match standing.stopped {
        Some(limit) => format!(
            "t: the run ended at {now}. {}",
            Say::Stopped(limit).text(Lang::En)
        ),
        None => format!("t: somebody has stopped the run at {now}, on its way"),
    })
}

/// The parts of a call and what it is answered with, once it is clear that all of it can be done.
fn begin(
    model: &mut Model,
    request: Request,
    standing: &Standing,
) -> Result<(Vec<Vec<Msg>>, Outcome), String> {
    let done = |msg: Msg| Ok((vec![vec![msg]], Outcome::Done));
    match request {
        Request::Theme(theme) => return done(Msg::Theme(theme)),
        Request::Lang(lang) => return done(Msg::Lang(lang)),
        Request::GetState => return Ok((Vec::new(), Outcome::State)),
        Request::SetState(change) => return to_state(model, change, standing),
        _ => {}
    }
    let play = run(model)?;
    match request {
        Request::Play(on) => match standing.stopped.filter(|_| on) {
            Some(limit) => Err(Say::Stopped(limit).text(Lang::En)),
            None => done(Msg::Play(on)),
        },
        Request::Step => done(Msg::Step),
        Request::Seek(t) => Ok((vec![vec![Msg::Seek(t)]], Outcome::At(t))),
        Request::Fault(kind, lasts) => {
            check_fault(&play.scenario, &kind).map_err(|error| format!("fault: {error}"))?;
            let number = standing.faults.len();
            if number >= FAULTS_MAX {
                return Err(format!(
                    "fault: at most {FAULTS_MAX} faults in one run; open a link to start it anew"
                ));
            }
            one_more(standing)?;
            let usual = play.fault_lasts;
            let part = vec![
                Msg::FaultLasts(lasts),
                Msg::Cause(kind),
                Msg::FaultLasts(usual),
            ];
            Ok((vec![part], Outcome::Fault(number)))
        }
        Request::EndFault(which) => {
            let number = fault_at_work(&which, &standing.faults)?;
            one_more(standing)?;
            done(Msg::EndFault(number))
        }
        Request::Redrive(name) => {
            let names = subscriptions(&Plan::new(&play.scenario));
            let found = names.iter().position(|known| *known == name);
            let found = found.ok_or_else(|| match names.is_empty() {
                true => "subscription: this scenario has none".to_string(),
                false => format!("subscription: must be one of {}", names.join(", ")),
            })?;
            one_more(standing)?;
            done(Msg::Redrive(found as u16))
        }
        Request::SetSteps(list) => {
            for (at, step) in list.iter().enumerate() {
                settings::apply(&play.story.first, &step.settings)
                    .map_err(|problems| format!("steps[{at}]: {}", sentence_of(&problems)))?;
            }
            let base = story::settings_link(&play.origin, &play.base, &play.story.first).fragment();
            let steps = (!list.is_empty()).then(|| {
                Rc::new(Steps {
                    base,
                    list,
                    at: None,
                })
            });
            model.steps = steps;
            Ok((Vec::new(), Outcome::Done))
        }
        Request::GoToStep(place) => {
            let steps = model.steps.clone().ok_or(
                "step: there are no steps; send them with setSteps, or as the element's steps",
            )?;
            let step = steps.list.get(place).ok_or_else(|| {
                format!("step: there are {} steps, counted from 0", steps.list.len())
            })?;
            let change = Change {
                link: Some(steps.base.clone()),
                settings: step.settings.clone(),
                speed: None,
                playing: Some(step.playing),
                t: Some(step.t),
            };
            let (mut parts, _) = to_state(model, change, standing)?;
            // The run of a step begins at its start, wherever the run stands now.
            if let Some(first) = parts.first_mut() {
                first.extend([Msg::Restart, Msg::Play(false)]);
            }
            Ok((parts, Outcome::Step(place)))
        }
        _ => Ok((Vec::new(), Outcome::Done)),
    }
}

/// The parts of a change of state; nothing of it is done yet.
fn to_state(
    model: &Model,
    change: Change,
    standing: &Standing,
) -> Result<(Vec<Vec<Msg>>, Outcome), String> {
    // On trial.
    let mut next = model.clone();
    let mut parts = Vec::new();
    let mut then = |next: &mut Model, part: Vec<Msg>| {
        for msg in &part {
            update(next, msg.clone());
        }
        parts.push(part);
    };
    let opens = change.link.is_some();
    if let Some(link) = change.link {
        opening::open(&link).map_err(|broken| broken_link(&broken))?;
        then(&mut next, vec![Msg::Address(link)]);
    }
    if !change.settings.is_empty() {
        settings::apply(&run(&next)?.scenario, &change.settings)
            .map_err(|problems| sentence_of(&problems))?;
        if !opens {
            one_more(standing)?;
        }
        then(&mut next, vec![Msg::Set(change.settings, Choice::Discrete)]);
    }
    let rest = [
        change.speed.map(Msg::Speed),
        change.t.map(Msg::Seek),
        change.playing.map(Msg::Play),
    ];
    let rest: Vec<Msg> = rest.into_iter().flatten().collect();
    if !rest.is_empty() {
        run(&next)?;
        then(&mut next, rest);
    }
    Ok((parts, change.t.map_or(Outcome::Done, Outcome::At)))
}

fn run(model: &Model) -> Result<&Play, String> {
    model.play().ok_or_else(|| {
        "there is no run, because the link could not be opened; send setState with another link"
            .to_string()
    })
}

/// Whether one more thing can be done to the run, so that its link still tells all of them.
fn one_more(standing: &Standing) -> Result<(), String> {
    if standing.done < INPUTS_MAX {
        return Ok(());
    }
    Err(format!(
        "{INPUTS_MAX} things have been done to this run, and a link tells no more; go back to an earlier moment, or open a link to start anew"
    ))
}

/// The number of the fault that is meant, if it is at work.
fn fault_at_work(which: &WhichFault, faults: &[FaultState]) -> Result<u16, String> {
    let is_meant = |(number, state): &(usize, &FaultState)| match which {
        WhichFault::Number(meant) => *number as u64 == *meant,
        WhichFault::Like(kind) => state.active && state.kind == *kind,
    };
    let found = faults.iter().enumerate().rev().find(is_meant);
    match (found, which) {
        (Some((number, state)), _) if state.active => Ok(number as u16),
        (Some((number, state)), _) if state.over => Err(format!("fault: fault {number} is over")),
        (Some((number, _)), _) => Err(format!("fault: fault {number} has not begun")),
        (None, WhichFault::Number(number)) => Err(format!(
            "fault: there is no fault {number}; until now there are {}, counted from 0",
            faults.len()
        )),
        (None, WhichFault::Like(_)) => Err("fault: none like this is at work".to_string()),
    }
}
