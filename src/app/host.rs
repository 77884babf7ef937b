//! What the page that embeds this one may say, and what it hears: version 1 of the messages of `postMessage`, as data.
//!
//! A message is checked as a link is ([`messages`]): nothing of it is done unless all of it can be done, and what is wrong
//! is said with its place and the remedy. Calls are carried out one after the other ([`calls`]).

pub mod calls;
pub mod messages;
pub mod steps;
#[cfg(test)]
mod tests;

use super::{Broken, Model, Play, SPEEDS};
pub use calls::{Calls, Standing, Turn};
use kernel::time::Time;
use messages::sentence_of;
pub use messages::{MESSAGE_MAX, Request, Topic, VERSION, parse};
use scenario::binding;
use serde_json::{Map, Value, json};
use steps::Steps;

/// What the page is at: the value of `getState`. Without the moment it is what a change is noticed by.
pub fn state(model: &Model, now: Option<Time>) -> Value {
    let mut state = message("state");
    let mut set = |name: &str, value: Value| state.insert(name.to_string(), value);
    set("lang", model.lang.code().into());
    set("theme", model.theme.code().into());
    if let Some(play) = model.play() {
        let mut settings = Map::new();
        for control in play.controls.iter() {
            settings.insert(control.name.clone(), plain(&control.value));
        }
        set("link", play.link(now).fragment().into());
        set("scenario", play.scenario.name.clone().into());
        set("playing", play.playing.into());
        set("speed", json!(SPEEDS[play.speed]));
        set("settings", settings.into());
        if let Some(now) = now {
            set("t", json!(now.since(Time::ZERO).as_secs()));
        }
    }
    state.into()
}

/// What a control stands at, as a script would write it: a number or a truth value where it is one.
fn plain(text: &str) -> Value {
    serde_json::from_str(text)
        .ok()
        .filter(|value: &Value| value.is_number() || value.is_boolean())
        .unwrap_or_else(|| text.into())
}

/// The page runs.
pub fn ready(play: &Play, now: Time, height: f64) -> Value {
    let mut ready = message("ready");
    ready.insert("version".into(), VERSION.into());
    ready.insert("scenario".into(), play.scenario.name.clone().into());
    ready.insert("link".into(), play.link(Some(now)).fragment().into());
    ready.insert("height".into(), json!(height));
    ready.into()
}

/// The numbers of the last seconds, if there are any yet.
pub fn metrics(play: &Play) -> Option<Value> {
    let numbers = binding::to_value(play.snapshot.recent.as_ref()?).ok()?;
    let mut metrics = message("metrics");
    metrics.insert("t".into(), json!(play.snapshot.now_s));
    metrics.insert("numbers".into(), numbers);
    Some(metrics.into())
}

/// What just happened, in the page's language.
pub fn event(play: &Play, text: &str) -> Value {
    let mut event = message("event");
    event.insert("t".into(), json!(play.snapshot.now_s));
    event.insert("text".into(), text.into());
    event.into()
}

/// The height that the page would like, in CSS pixels.
pub fn resize(height: f64) -> Value {
    let mut resize = message("resize");
    resize.insert("height".into(), json!(height));
    resize.into()
}

/// A step is shown.
pub fn step(steps: &Steps) -> Option<Value> {
    let (number, shown) = steps.shown()?;
    let mut step = message("step");
    step.insert("step".into(), (number - 1).into());
    step.insert("of".into(), steps.list.len().into());
    step.insert("t".into(), json!(shown.t));
    step.insert("caption".into(), shown.caption.clone().into());
    Some(step.into())
}

/// A key that was pressed in the frame and that the page does not use: what its event says.
pub fn key(fields: Map<String, Value>) -> Value {
    let mut key = message("key");
    key.extend(fields);
    key.into()
}

/// The answer to the message with this id.
pub fn answer(id: Value, result: Result<Value, String>) -> Value {
    let mut answer = message("answer");
    answer.insert("id".into(), id);
    answer.insert("ok".into(), result.is_ok().into());
    match result {
        Ok(value) => answer.insert("value".into(), value),
        Err(error) => answer.insert("error".into(), error.into()),
    };
    answer.into()
}

/// The link could not be opened.
pub fn broken(broken: &Broken) -> Value {
    error(&broken_link(broken))
}

/// What is wrong with a link, with its place.
fn broken_link(broken: &Broken) -> String {
    let said = sentence_of(&broken.problems);
    // Some of it has the link as a whole for its place.
    format!("link: {}", said.strip_prefix("the link: ").unwrap_or(&said))
}

/// Something is wrong that no answer can tell.
pub fn error(text: &str) -> Value {
    let mut error = message("error");
    error.insert("message".into(), text.into());
    error.into()
}

fn message(kind: &str) -> Map<String, Value> {
    let mut message = Map::new();
    message.insert("msa".into(), VERSION.into());
    message.insert("type".into(), kind.into());
    message
}
