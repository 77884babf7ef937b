//! What the page that embeds this one may say, and what it hears: version 1 of the messages of `postMessage`, as data.
//!
//! A message is checked as a link is: nothing of it is done unless all of it can be done, and what is wrong is said with
//! its place and the remedy.

use super::{Broken, Choice, Command, Model, Msg, Play, SPEEDS, Theme, opening, update};
use crate::scenario::read::in_one_line;
use crate::scenario::settings::{self, Setting};
use crate::scenario::{FaultKind, Problem, binding};
use crate::share::readable::fault_problems;
use crate::sim::check_fault;
use crate::time::{Span, Time};
use crate::words::Lang;
use serde_json::{Map, Value, json};

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
    /// That something goes wrong; for as long as faults last on the page, if it is not said.
    Fault(FaultKind, Option<Span>),
    /// To be told of something, or not any more.
    Tell(Topic, bool),
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
        _ => Err("event: must be state, metrics, event or resize".to_string()),
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
        Some("injectFault") => fault(message),
        Some("on") => tell(true),
        Some("off") => tell(false),
        _ => Err(
            "type: must be play, pause, step, seek, getState, setState, setTheme, setLang, injectFault, on or off"
                .to_string(),
        ),
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
    // Beyond this the time of a run itself ends.
    let last = Span(u64::MAX).as_secs();
    t.filter(|t| (0.0..last).contains(t))
        .map(Some)
        .ok_or_else(|| MOMENT.to_string())
}

fn change(message: &Value) -> Result<Change, String> {
    let link = match message.get("link") {
        None => None,
        Some(Value::String(link)) => Some(link.clone()),
        Some(_) => {
            return Err("link: must be a text, what stands behind # in a link".to_string());
        }
    };
    let settings = match message.get("settings") {
        None => Vec::new(),
        Some(Value::Object(fields)) => fields.iter().map(setting).collect::<Result<_, _>>()?,
        Some(_) => return Err("settings: must be an object, {name: value}".to_string()),
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
        settings,
        speed,
        playing,
        t: moment(message)?,
    })
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

fn fault(message: &Value) -> Result<Request, String> {
    let what = message.get("fault").ok_or(
        "fault: is missing; give it as in a scenario document, {\"crash\": {\"service\": \"common\"}}",
    )?;
    let problems = fault_problems(&"fault".into(), what);
    if !problems.is_empty() {
        return Err(sentence_of(&problems));
    }
    let kind = binding::from_value(what).map_err(|mismatch| format!("fault: {mismatch}"))?;
    let lasts = match message.get("lasts") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => {
            Some(Span::parse(text).map_err(|error| format!("lasts: {error}"))?)
        }
        Some(_) => return Err("lasts: must be a time with a unit (\"10s\")".to_string()),
    };
    Ok(Request::Fault(kind, lasts))
}

/// Scripts of other pages read it, so it is English.
fn sentence_of(problems: &[Problem]) -> String {
    in_one_line(problems, Lang::En)
}

impl Request {
    /// Whether it says that the run shall play or stand: then it does not begin by itself any more.
    pub fn decides_to_play(&self) -> bool {
        match self {
            Request::Play(_) | Request::Step => true,
            Request::SetState(change) => change.playing.is_some(),
            _ => false,
        }
    }
}

/// Does what the host asks for: what is then to be done. Whoever refuses has changed nothing.
///
/// # Errors
/// Why it cannot be done.
pub fn obey(model: &mut Model, request: Request) -> Result<Vec<Command>, String> {
    match request {
        Request::Theme(theme) => return Ok(update(model, Msg::Theme(theme))),
        Request::Lang(lang) => return Ok(update(model, Msg::Lang(lang))),
        Request::SetState(change) => {
            let mut next = model.clone();
            let commands = take(&mut next, change)?;
            *model = next;
            return Ok(commands);
        }
        Request::GetState | Request::Tell(..) => return Ok(Vec::new()),
        Request::Play(_) | Request::Step | Request::Seek(_) | Request::Fault(..) => {}
    }
    let play = run(model)?;
    let msg = match request {
        Request::Play(on) => Msg::Play(on),
        Request::Step => Msg::Step,
        Request::Seek(t) => Msg::Seek(t),
        Request::Fault(kind, lasts) => {
            check_fault(&play.scenario, &kind).map_err(|error| format!("fault: {error}"))?;
            let usual = play.fault_lasts;
            let mut commands = update(model, Msg::FaultLasts(lasts.or(usual)));
            commands.extend(update(model, Msg::Cause(kind)));
            commands.extend(update(model, Msg::FaultLasts(usual)));
            return Ok(commands);
        }
        _ => return Ok(Vec::new()),
    };
    Ok(update(model, msg))
}

fn run(model: &Model) -> Result<&Play, String> {
    model.play().ok_or_else(|| {
        "there is no run, because the link could not be opened; send setState with another link"
            .to_string()
    })
}

fn take(model: &mut Model, change: Change) -> Result<Vec<Command>, String> {
    let mut commands = Vec::new();
    if let Some(link) = change.link {
        opening::open(&link)
            .map_err(|broken| format!("link: {}", sentence_of(&broken.problems)))?;
        commands.extend(update(model, Msg::Address(link)));
    }
    if !change.settings.is_empty() {
        settings::apply(&run(model)?.scenario, &change.settings)
            .map_err(|problems| sentence_of(&problems))?;
        commands.extend(update(model, Msg::Set(change.settings, Choice::Discrete)));
    }
    let rest = [
        change.speed.map(Msg::Speed),
        change.t.map(Msg::Seek),
        change.playing.map(Msg::Play),
    ];
    for msg in rest.into_iter().flatten() {
        run(model)?;
        commands.extend(update(model, msg));
    }
    Ok(commands)
}

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

/// The answer to the message with this id.
pub fn answer(id: f64, result: Result<Value, String>) -> Value {
    let mut answer = message("answer");
    answer.insert("id".into(), json!(id));
    answer.insert("ok".into(), result.is_ok().into());
    match result {
        Ok(value) => answer.insert("value".into(), value),
        Err(error) => answer.insert("error".into(), error.into()),
    };
    answer.into()
}

/// The link could not be opened.
pub fn broken(broken: &Broken) -> Value {
    error(&format!("link: {}", sentence_of(&broken.problems)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Start;
    use crate::scenario::shipped;

    /// What a message asks for; what is refused is refused with a text that has this in it.
    fn check(message: Value, expect: Result<Request, &str>) {
        match (parse(&message), expect) {
            (Err(error), Err(part)) => assert!(error.contains(part), "{message}: {error}"),
            (parsed, expect) => assert_eq!(parsed, expect.map_err(String::from), "{message}"),
        }
    }

    fn model() -> Model {
        Model::new(Start {
            embed: true,
            ..Start::default()
        })
        .0
    }

    #[test]
    fn a_message_asks_for_what_it_says() {
        for (kind, request) in [
            ("play", Request::Play(true)),
            ("pause", Request::Play(false)),
            ("step", Request::Step),
            ("getState", Request::GetState),
        ] {
            check(json!({"msa": 1, "type": kind, "id": 4}), Ok(request));
        }
        for t in [json!(12.5), json!("12.5s"), json!("12500ms")] {
            check(
                json!({"msa": 1, "type": "seek", "t": t}),
                Ok(Request::Seek(12.5)),
            );
        }
        for (name, theme) in [
            ("light", Theme::Light),
            ("dark", Theme::Dark),
            ("auto", Theme::System),
        ] {
            check(
                json!({"msa": 1, "type": "setTheme", "theme": name}),
                Ok(Request::Theme(theme)),
            );
        }
        check(
            json!({"msa": 1, "type": "setLang", "lang": "ko"}),
            Ok(Request::Lang(Lang::Ko)),
        );
        for (name, topic) in [
            ("state", Topic::State),
            ("metrics", Topic::Metrics),
            ("event", Topic::Event),
            ("resize", Topic::Resize),
        ] {
            for (kind, on) in [("on", true), ("off", false)] {
                check(
                    json!({"msa": 1, "type": kind, "event": name}),
                    Ok(Request::Tell(topic, on)),
                );
            }
        }
        let crash = json!({"crash": {"service": "common"}});
        let kind: FaultKind = binding::from_value(&crash).unwrap();
        check(
            json!({"msa": 1, "type": "injectFault", "fault": crash, "lasts": "3s"}),
            Ok(Request::Fault(kind.clone(), Some(Span::from_secs(3)))),
        );
        check(
            json!({"msa": 1, "type": "injectFault", "fault": crash}),
            Ok(Request::Fault(kind, None)),
        );
        check(
            json!({"msa": 1, "type": "setState"}),
            Ok(Request::SetState(Change::default())),
        );
        check(
            json!({"msa": 1, "type": "setState", "link": "order-payment", "settings": {"seed": 7, "customer": "batch"},
                "speed": 2, "playing": false, "t": "1s"}),
            Ok(Request::SetState(Change {
                link: Some("order-payment".into()),
                settings: vec![
                    ("customer".into(), "batch".into()),
                    ("seed".into(), "7".into()),
                ],
                speed: Some(7),
                playing: Some(false),
                t: Some(1.0),
            })),
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_the_remedy() {
        for (message, part) in [
            (json!(null), "msa: "),
            (json!({"type": "play"}), "send msa: 1"),
            (json!({"msa": 2, "type": "play"}), "send msa: 1"),
            (json!({"msa": 1}), "type: must be play, pause"),
            (
                json!({"msa": 1, "type": "Play"}),
                "type: must be play, pause",
            ),
            (json!({"msa": 1, "type": "seek"}), "t: must be a moment"),
            (
                json!({"msa": 1, "type": "seek", "t": -1}),
                "t: must be a moment",
            ),
            (
                json!({"msa": 1, "type": "seek", "t": 1e300}),
                "t: must be a moment",
            ),
            (json!({"msa": 1, "type": "seek", "t": "soon"}), "t: "),
            (
                json!({"msa": 1, "type": "setTheme", "theme": "pink"}),
                "light, dark or auto",
            ),
            (json!({"msa": 1, "type": "setLang"}), "ko or en"),
            (
                json!({"msa": 1, "type": "on", "event": "click"}),
                "state, metrics",
            ),
            (
                json!({"msa": 1, "type": "injectFault"}),
                "fault: is missing",
            ),
            (
                json!({"msa": 1, "type": "injectFault", "fault": {"crahs": {}}}),
                "crash",
            ),
            (
                json!({"msa": 1, "type": "injectFault", "fault": {"crash": {"service": "common"}}, "lasts": 3}),
                "lasts: must be",
            ),
            (
                json!({"msa": 1, "type": "setState", "link": 3}),
                "link: must be",
            ),
            (
                json!({"msa": 1, "type": "setState", "settings": []}),
                "settings: must be",
            ),
            (
                json!({"msa": 1, "type": "setState", "settings": {"a": []}}),
                "settings.a: must be",
            ),
            (
                json!({"msa": 1, "type": "setState", "speed": 3}),
                "speed: must be one of",
            ),
            (
                json!({"msa": 1, "type": "setState", "playing": 1}),
                "playing: must be",
            ),
            (
                json!({"msa": 1, "type": "setState", "t": {}}),
                "t: must be a moment",
            ),
        ] {
            check(message, Err(part));
        }
    }

    #[test]
    fn a_change_is_made_whole_or_not_at_all() {
        let mut model = model();
        let before = model.clone();
        for (change, part) in [
            (json!({"link": "order-paiment"}), "order-payment"),
            (
                json!({"link": "order-payment", "settings": {"seed": "x"}}),
                "seed",
            ),
            (
                json!({"speed": 2, "settings": {"customer": "bach"}}),
                "batch",
            ),
        ] {
            let change = super::change(&change).unwrap();
            let error = obey(&mut model, Request::SetState(change)).unwrap_err();
            assert!(error.contains(part), "{error}");
            assert_eq!(model, before);
        }
        let change = json!({"link": "consultation-list", "settings": {"customer": "batch"}, "speed": 2, "playing": true});
        let change = super::change(&change).unwrap();
        obey(&mut model, Request::SetState(change)).unwrap();
        let state = state(&model, Some(Time::ZERO));
        assert_eq!(state["settings"]["customer"], "batch");
        assert_eq!(state["settings"]["rate"], 14);
        assert_eq!(state["speed"], 2.0);
        assert_eq!(state["playing"], true);
        assert_eq!(state["t"], 0.0);
    }

    #[test]
    fn a_fault_must_be_one_that_can_happen_here_and_lasts_as_long_as_it_says() {
        let mut model = model();
        let fault = |name: &str| {
            let message = json!({"msa": 1, "type": "injectFault", "fault": {"crash": {"service": name}}, "lasts": "3s"});
            parse(&message).unwrap()
        };
        let error = obey(&mut model, fault("comon")).unwrap_err();
        assert!(
            error.starts_with("fault: ") && error.contains("comon"),
            "{error}"
        );
        let usual = model.play().unwrap().fault_lasts;
        let commands = obey(&mut model, fault("common")).unwrap();
        assert!(
            matches!(commands.as_slice(), [Command::Inject(_, Some(lasts))] if *lasts == Span::from_secs(3))
        );
        assert_eq!(model.play().unwrap().fault_lasts, usual);
    }

    #[test]
    fn a_page_without_a_run_says_so_until_it_gets_a_link() {
        let (mut model, _) = Model::new(Start {
            embed: true,
            fragment: "nothing".into(),
            ..Start::default()
        });
        for request in [Request::Play(true), Request::Step, Request::Seek(1.0)] {
            let error = obey(&mut model, request).unwrap_err();
            assert!(error.contains("another link"), "{error}");
        }
        assert_eq!(state(&model, None).get("link"), None);
        let link = Some("order-payment".into());
        let change = Change {
            link,
            ..Change::default()
        };
        obey(&mut model, Request::SetState(change)).unwrap();
        assert_eq!(state(&model, None)["scenario"], "order-payment");
    }

    #[test]
    fn the_numbers_of_every_shipped_scenario_can_be_told() {
        for name in shipped::names() {
            let mut run = crate::run::Run::new(shipped::load(name).unwrap(), 0);
            run.run_until(Time::ZERO + Span::from_secs(2), u64::MAX);
            let told = binding::to_value(&run.recent()).unwrap();
            assert_eq!(told, serde_json::to_value(run.recent()).unwrap(), "{name}");
        }
    }
}
