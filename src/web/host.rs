//! The page that embeds this one: what it says is heard, and what it asked to be told it is told.
//!
//! Only the window that holds this one is heard, and only one origin in it: the one that was named in the address, or
//! else the first that speaks. Everybody else is as if silent.

use super::environment::{document, window};
use crate::app::host::{self, MESSAGE_MAX, Request, Topic};
use crate::app::{Command, Model, Page, embed::Embed};
use crate::scenario::{Problem, notation::json_text, read};
use crate::time::Time;
use gloo_events::EventListener;
use js_sys::{JSON, Object, Reflect};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Window};
use yew::Callback;

/// A message of the window that holds this one.
pub struct Heard {
    origin: String,
    data: JsValue,
}

/// The page that embeds this one.
pub struct Host {
    parent: Window,
    /// Whom to talk to, once that is known.
    origin: Option<String>,
    /// What it asked to be told.
    topics: Vec<Topic>,
    ready: bool,
    /// What it was told last, to notice changes.
    state: Value,
    event: String,
    height: f64,
    metrics_at: Time,
    broken: Vec<Problem>,
    _listener: EventListener,
}

impl Host {
    /// Listens, if there is a window that holds this one.
    pub fn listen(embed: &Embed, hear: Callback<Heard>) -> Option<Host> {
        let window = window()?;
        let parent = window.parent().ok().flatten()?;
        if Object::is(&parent, &window) {
            return None;
        }
        let source = parent.clone();
        let listener = EventListener::new(&window, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else {
                return;
            };
            if event
                .source()
                .is_some_and(|from| Object::is(&from, &source))
            {
                let (origin, data) = (event.origin(), event.data());
                hear.emit(Heard { origin, data });
            }
        });
        Some(Host {
            parent,
            origin: embed.origin.clone(),
            topics: Vec::new(),
            ready: false,
            state: Value::Null,
            event: String::new(),
            height: 0.0,
            metrics_at: Time::ZERO,
            broken: Vec::new(),
            _listener: listener,
        })
    }

    /// Does what a message asks for, and answers it: what is to be done, and whether the host has decided that the run
    /// plays or stands.
    pub fn obey(&mut self, model: &mut Model, now: Time, heard: &Heard) -> (Vec<Command>, bool) {
        let field = |name: &str| Reflect::get(&heard.data, &JsValue::from_str(name)).ok();
        // What is not meant for us is none of our business.
        if field("msa").is_none_or(|version| version.is_undefined()) {
            return (Vec::new(), false);
        }
        if *self.origin.get_or_insert_with(|| heard.origin.clone()) != heard.origin {
            return (Vec::new(), false);
        }
        let id = field("id").and_then(|id| id.as_f64());
        let mut decides = false;
        let result = parse(&heard.data).and_then(|request| {
            decides = request.decides_to_play();
            if let Request::Tell(topic, on) = request {
                self.topics.retain(|known| *known != topic);
                if on {
                    self.topics.push(topic);
                    self.forget(topic, model);
                }
            }
            let value = match request {
                Request::GetState => host::state(model, Some(now)),
                _ => Value::Null,
            };
            host::obey(model, request).map(|commands| (commands, value))
        });
        let (commands, result) = match result {
            Ok((commands, value)) => (commands, Ok(value)),
            Err(error) => (Vec::new(), Err(error)),
        };
        match (id, result) {
            (Some(id), result) => self.say(&host::answer(id, result)),
            (None, Err(error)) => self.say(&host::error(&error)),
            (None, Ok(_)) => {}
        }
        (commands, decides)
    }

    /// A new subscriber knows nothing of the sentence and the height; the state it has to ask for.
    fn forget(&mut self, topic: Topic, model: &Model) {
        match topic {
            Topic::State => self.state = host::state(model, None),
            Topic::Event => self.event.clear(),
            Topic::Resize => self.height = 0.0,
            Topic::Metrics => {}
        }
    }

    /// Tells what has changed.
    pub fn tell(&mut self, model: &Model, now: Time) {
        let play = match &model.page {
            Page::Run(play) => play,
            Page::Broken(broken) => {
                if self.broken != broken.problems {
                    self.broken = broken.problems.clone();
                    self.say(&host::broken(broken));
                }
                return;
            }
        };
        self.broken.clear();
        let height = height();
        if !self.ready {
            self.ready = true;
            self.say(&host::ready(play, now, height));
        }
        if self.wants(Topic::State) {
            let state = host::state(model, None);
            if state != self.state {
                self.state = state;
                self.say(&host::state(model, Some(now)));
            }
        }
        if self.wants(Topic::Metrics) && self.metrics_at != play.snapshot.now {
            self.metrics_at = play.snapshot.now;
            if let Some(metrics) = host::metrics(play) {
                self.say(&metrics);
            }
        }
        if self.wants(Topic::Event) {
            let text = play.sentence(model.lang);
            if text != self.event {
                self.say(&host::event(play, &text));
                self.event = text;
            }
        }
        if self.wants(Topic::Resize) && height != self.height {
            self.height = height;
            self.say(&host::resize(height));
        }
    }

    fn wants(&self, topic: Topic) -> bool {
        self.topics.contains(&topic)
    }

    fn say(&self, message: &Value) {
        // An opaque origin has no name to talk to.
        let to = match self.origin.as_deref() {
            None | Some("null") => "*",
            Some(origin) => origin,
        };
        if let Ok(message) = JSON::parse(&json_text(message)) {
            // An origin that is none cannot be talked to.
            let _ = self.parent.post_message(&message, to);
        }
    }
}

fn parse(data: &JsValue) -> Result<Request, String> {
    let text = JSON::stringify(data)
        .map_err(|_| "the message: must be a plain object, as JSON has it".to_string())?;
    if text.length() as usize > MESSAGE_MAX {
        return Err(format!(
            "the message: has {} characters; at most {MESSAGE_MAX} are read",
            text.length()
        ));
    }
    let value = read::json(&String::from(text)).map_err(|problem| problem.to_string())?;
    host::parse(&value)
}

/// The height that the page would like, in CSS pixels.
fn height() -> f64 {
    let page = document().and_then(|document| document.query_selector(".page").ok().flatten());
    page.map_or(0.0, |page| page.get_bounding_client_rect().height().ceil())
}
