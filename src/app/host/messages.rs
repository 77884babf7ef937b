//! What a host can say: messages read and checked, before anything is done.

use super::steps::{STEPS_MAX, Step};
use crate::app::{SPEEDS, Theme};
use kernel::time::Span;
use scenario::settings::{self, Setting};
use scenario::{FaultKind, Problem, binding, read::in_one_line};
use serde_json::Value;
use share::readable::fault_problems;
use words::Lang;

/// The version of the messages.
pub const VERSION: u64 = 1;
/// A message may be as long as this, in characters of its JSON.
pub const MESSAGE_MAX: usize = 64 << 10;

/// What a host can ask to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The state, when something but the time changes.
    State,
    /// The numbers of the last seconds, a few times a second.
    Metrics,
    /// The sentence about what just happened, when it changes.
    Event,
    /// The height that the page would like, when it changes.
    Resize,
    /// A key that was pressed in the frame and that the page does not use.
    Key,
}

/// What a host asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// To play, or not.
    Play(bool),
    /// One step.
    Step,
    /// To go to a moment, in seconds.
    Seek(f64),
    /// What the state is.
    GetState,
    /// Another state.
    SetState(Change),
    /// A theme.
    Theme(Theme),
    /// A language.
    Lang(Lang),
    /// That something goes wrong: for a while, or until it is ended.
    Fault(FaultKind, Option<Span>),
    /// That a fault ends.
    EndFault(WhichFault),
    /// That the dead letters of a subscription are delivered anew; its name in links, `topic/subscription`.
    Redrive(String),
    /// The steps that [`Request::GoToStep`] goes through.
    SetSteps(Vec<Step>),
    /// To show a step, counted from 0.
    GoToStep(usize),
    /// To be told of something, or not any more.
    Tell(Topic, bool),
}

/// Which fault is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum WhichFault {
    /// By its number, counted from 0 over those that the scenario plans and those that were caused.
    Number(u64),
    /// The latest of this kind that is at work.
    Like(FaultKind),
}

/// Another state: what is not given stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// What stands behind `#` in a link.
    pub link: Option<String>,
    /// Settings by the names of their controls.
    pub settings: Vec<Setting>,
    /// The speed, by its place in [`SPEEDS`].
    pub speed: Option<usize>,
    /// Whether it plays.
    pub playing: Option<bool>,
    /// The moment, in seconds.
    pub t: Option<f64>,
}

/// Reads a message.
///
/// # Errors
/// What is wrong with it: where, and what would be right.
pub fn parse(message: &Value) -> Result<Request, String> {
    if message.get("msa").and_then(Value::as_u64) != Some(VERSION) {
        return Err(format!(
            "msa: this page speaks version {VERSION} of the messages; send msa: {VERSION}"
        ));
    }
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    let tell = |on: bool| match text("event") {
        Some("state") => Ok(Request::Tell(Topic::State, on)),
        Some("metrics") => Ok(Request::Tell(Topic::Metrics, on)),
        Some("event") => Ok(Request::Tell(Topic::Event, on)),
        Some("resize") => Ok(Request::Tell(Topic::Resize, on)),
        Some("key") => Ok(Request::Tell(Topic::Key, on)),
        _ => Err("event: must be state, metrics, event, resize or key".to_string()),
    };
    match text("type") {
        Some("play") => Ok(Request::Play(true)),
        Some("pause") => Ok(Request::Play(false)),
        Some("step") => Ok(Request::Step),
        Some("seek") => {
            let t = moment(message)?;
            t.map(Request::Seek).ok_or_else(|| MOMENT.to_string())
        }
        Some("getState") => Ok(Request::GetState),
        Some("setState") => change(message).map(Request::SetState),
        Some("setTheme") => text("theme")
            .and_then(Theme::from_code)
            .map(Request::Theme)
            .ok_or_else(|| "theme: must be light, dark or auto".to_string()),
        Some("setLang") => text("lang")
            .and_then(Lang::from_code)
            .map(Request::Lang)
            .ok_or_else(|| "lang: must be ko or en".to_string()),
        Some("injectFault") => Ok(Request::Fault(kind(message)?, lasts(message)?)),
        Some("endFault") => match message.get("fault") {
            Some(Value::Number(number)) => number
                .as_u64()
                .map(|number| Request::EndFault(WhichFault::Number(number)))
                .ok_or_else(|| "fault: must be a whole number, counted from 0".to_string()),
            _ => Ok(Request::EndFault(WhichFault::Like(kind(message)?))),
        },
        Some("redrive") => text("subscription")
            .map(|name| Request::Redrive(name.to_string()))
            .ok_or_else(|| {
                "subscription: must be its name in links, such as \"ordered/payment\"".to_string()
            }),
        Some("setSteps") => steps(message).map(Request::SetSteps),
        Some("goToStep") => message
            .get("step")
            .and_then(Value::as_u64)
            .map(|step| Request::GoToStep(usize::try_from(step).unwrap_or(usize::MAX)))
            .ok_or_else(|| "step: must be a whole number, counted from 0".to_string()),
        Some("on") => tell(true),
        Some("off") => tell(false),
        _ => Err(
            "type: must be play, pause, step, seek, getState, setState, setTheme, setLang, injectFault, endFault, redrive, setSteps, goToStep, on or off"
                .to_string(),
        ),
    }
}

impl Request {
    /// Whether it says that the run shall play or stand: then it does not begin by itself any more.
    pub fn decides_to_play(&self) -> bool {
        match self {
            Request::Play(_) | Request::Step | Request::GoToStep(_) => true,
            Request::SetState(change) => change.playing.is_some(),
            _ => false,
        }
    }
}

const MOMENT: &str = "t: must be a moment of the run, in seconds (12.5) or with a unit (\"12.5s\")";

/// The moment of a message, in seconds, if it has one.
fn moment(message: &Value) -> Result<Option<f64>, String> {
    let t = match message.get("t") {
        None => return Ok(None),
        Some(Value::String(text)) => Some(
            Span::parse(text)
                .map_err(|error| format!("t: {error}"))?
                .as_secs(),
        ),
        Some(value) => value.as_f64(),
    };
    t.filter(|t| (0.0..last()).contains(t))
        .map(Some)
        .ok_or_else(|| MOMENT.to_string())
}

/// Beyond this many seconds the time of a run itself ends.
fn last() -> f64 {
    Span(u64::MAX).as_secs()
}

fn change(message: &Value) -> Result<Change, String> {
    let link = match message.get("link") {
        None => None,
        Some(Value::String(link)) => Some(fragment(link).to_string()),
        Some(_) => {
            return Err("link: must be a text, a link or what stands behind # in it".to_string());
        }
    };
    let speed = match message.get("speed") {
        None => None,
        Some(value) => {
            let place = SPEEDS
                .iter()
                .position(|speed| value.as_f64() == Some(*speed));
            Some(place.ok_or_else(|| format!("speed: must be one of {SPEEDS:?}"))?)
        }
    };
    let playing = match message.get("playing") {
        None => None,
        Some(Value::Bool(playing)) => Some(*playing),
        Some(_) => return Err("playing: must be true or false".to_string()),
    };
    Ok(Change {
        link,
        settings: settings_of(message)?,
        speed,
        playing,
        t: moment(message)?,
    })
}

/// What stands behind `#` in a link, which may be a whole address, begin with `#`, or be just that.
fn fragment(link: &str) -> &str {
    match link.split_once('#') {
        Some((_, fragment)) => fragment,
        // The address of the playground alone opens what it opens.
        None if link.contains("://") => "",
        None => link,
    }
}

fn settings_of(message: &Value) -> Result<Vec<Setting>, String> {
    match message.get("settings") {
        None => Ok(Vec::new()),
        Some(Value::Object(fields)) => fields.iter().map(setting).collect(),
        Some(_) => Err("settings: must be an object, {name: value}".to_string()),
    }
}

fn setting((name, value): (&String, &Value)) -> Result<Setting, String> {
    match value {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            Ok((name.clone(), settings::text(value)))
        }
        _ => Err(format!(
            "settings.{name}: must be a text, a number, true or false"
        )),
    }
}

/// The fault of a message.
fn kind(message: &Value) -> Result<FaultKind, String> {
    let what = message.get("fault").ok_or(
        "fault: is missing; give it as in a scenario document, {\"crash\": {\"service\": \"common\"}}",
    )?;
    let problems = fault_problems(&"fault".into(), what).none();
    problems.map_err(|problems| sentence_of(&problems))?;
    binding::from_value(what).map_err(|mismatch| format!("fault: {mismatch}"))
}

/// How long the fault of a message lasts; without it, as in a document, until it is ended.
fn lasts(message: &Value) -> Result<Option<Span>, String> {
    let lasts = match message.get("lasts") {
        None => return Ok(None),
        Some(Value::String(text)) => {
            Some(Span::parse(text).map_err(|error| format!("lasts: {error}"))?)
        }
        // What is no number in JavaScript (NaN) is null in JSON.
        Some(value) => value
            .as_f64()
            .filter(|seconds| (0.0..last()).contains(seconds))
            .map(Span::from_secs_f64),
    };
    lasts.filter(|lasts| *lasts > Span(0)).map(Some).ok_or_else(|| {
        "lasts: must be longer than 0, in seconds (2.5) or with a unit (\"10s\"); without it the fault lasts until it is ended"
            .to_string()
    })
}

fn steps(message: &Value) -> Result<Vec<Step>, String> {
    let Some(Value::Array(list)) = message.get("steps") else {
        return Err(
            "steps: must be a list, [{\"t\": 5, \"caption\": \"...\", \"settings\": {}}]"
                .to_string(),
        );
    };
    if list.len() > STEPS_MAX {
        return Err(format!(
            "steps: has {} steps; at most {STEPS_MAX} are taken",
            list.len()
        ));
    }
    let step = |(at, value): (usize, &Value)| {
        Step::parse(value).map_err(|error| format!("steps[{at}].{error}"))
    };
    list.iter().enumerate().map(step).collect()
}

impl Step {
    fn parse(value: &Value) -> Result<Step, String> {
        let Value::Object(fields) = value else {
            return Err(
                "t: is missing; a step is {\"t\": 5, \"caption\": \"...\", \"settings\": {}}"
                    .into(),
            );
        };
        let known = ["t", "caption", "settings", "playing"];
        if let Some(name) = fields.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!(
                "{name}: is not known; a step has {}",
                known.join(", ")
            ));
        }
        let caption = match value.get("caption") {
            None => String::new(),
            Some(Value::String(caption)) => caption.clone(),
            Some(_) => return Err("caption: must be a text".to_string()),
        };
        let change = change(value)?;
        Ok(Step {
            t: change.t.unwrap_or_default(),
            caption,
            settings: change.settings,
            playing: change.playing.unwrap_or_default(),
        })
    }
}

/// What is wrong, in one line. Scripts of other pages read it, so it is English.
pub fn sentence_of(problems: &[Problem]) -> String {
    in_one_line(problems, Lang::En)
}
