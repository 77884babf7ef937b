//! The page that embeds this one: what it says is heard, and what it asked to be told it is told.
//!
//! Only the window that holds this one is heard, and only one origin in it: the one that was named in the address, or
//! else the first that speaks. Everybody else is as if silent.

use super::environment::{document, window};
use crate::app::host::{self, Calls, MESSAGE_MAX, Request, Standing, Topic};
use crate::app::{Command, Model, Page, embed::Embed};
use gloo_events::EventListener;
use js_sys::{JSON, Object, Reflect};
use kernel::time::Time;
use scenario::{Problems, notation::json_text, read};
use serde_json::{Map, Value};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{KeyboardEvent, MessageEvent, Window};
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
    calls: Calls,
    ready: bool,
    /// What it was told last, to notice changes.
    state: Value,
    event: String,
    height: f64,
    metrics_at: Time,
    broken: Problems,
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
            calls: Calls::default(),
            ready: false,
            state: Value::Null,
            event: String::new(),
            height: 0.0,
            metrics_at: Time::ZERO,
            broken: Problems::new(),
            _listener: listener,
        })
    }

    /// Takes what a message asks for, to be done when its turn comes. What cannot be understood is refused at once.
    pub fn hear(&mut self, model: &Model, heard: &Heard) {
        let field = |name: &str| Reflect::get(&heard.data, &JsValue::from_str(name)).ok();
        // What is not meant for us is none of our business.
        if field("msa").is_none_or(|version| version.is_undefined()) {
            return;
        }
        if *self.origin.get_or_insert_with(|| heard.origin.clone()) != heard.origin {
            return;
        }
        let id = field("id").and_then(|id| match id.as_f64() {
            Some(number) => serde_json::Number::from_f64(number).map(Value::Number),
            None => id.as_string().map(Value::String),
        });
        let result = match parse(&heard.data) {
            // Nothing of the run changes by that.
            Ok(Request::Tell(topic, on)) => {
                self.topics.retain(|known| *known != topic);
                if on {
                    self.topics.push(topic);
                    self.forget(topic, model);
                }
                Ok(id.clone().map(|id| host::answer(id, Ok(Value::Null))))
            }
            Ok(request) => self.calls.push(id.clone(), request).map(|()| None),
            Err(error) => Err(error),
        };
        let answer = match (result, id) {
            (Ok(answer), _) => answer,
            (Err(error), Some(id)) => Some(host::answer(id, Err(error))),
            (Err(error), None) => Some(host::error(&error)),
        };
        if let Some(answer) = answer {
            self.say(&answer);
        }
    }

    /// Whether there are calls that have not been answered.
    pub fn busy(&self) -> bool {
        self.calls.busy()
    }

    /// Goes on with the calls: what is to be done, and whether the host has decided that the run plays or stands.
    pub fn go_on(&mut self, model: &mut Model, standing: &Standing) -> (Vec<Command>, bool) {
        let turn = self.calls.go_on(model, standing);
        for message in &turn.says {
            self.say(message);
        }
        (turn.commands, turn.decides)
    }

    /// Passes on a key that the page does not use.
    pub fn pass_on(&self, key: &KeyboardEvent) {
        if !self.wants(Topic::Key) {
            return;
        }
        let mut fields = Map::new();
        let mut set = |name: &str, value: Value| fields.insert(name.to_string(), value);
        set("key", key.key().into());
        set("code", key.code().into());
        set("keyCode", key.key_code().into());
        set("shiftKey", key.shift_key().into());
        set("ctrlKey", key.ctrl_key().into());
        set("altKey", key.alt_key().into());
        set("metaKey", key.meta_key().into());
        self.say(&host::key(fields));
    }

    /// A new subscriber knows nothing of the sentence and the height; the state it has to ask for.
    fn forget(&mut self, topic: Topic, model: &Model) {
        match topic {
            Topic::State => self.state = host::state(model, None),
            Topic::Event => self.event.clear(),
            Topic::Resize => self.height = 0.0,
            Topic::Metrics | Topic::Key => {}
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
        self.broken = Problems::new();
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
        // A file and a sandboxed frame have no origin that could be talked to; who is talked to is the parent, whoever it is.
        let to = match self.origin.as_deref() {
            None | Some("null" | "file://") => "*",
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
