//! What the page does about a message.

use super::control::strategy_of;
use super::opening;
use super::play::{Compare, Play};
use super::{Choice, Command, Model, Msg, Note, Page, SPEEDS};
use crate::scenario::Scenario;
use crate::scenario::settings::{self, Setting};
use crate::words::Word;
use std::rc::Rc;

/// Takes a message in, and says what the web floor is to do.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Command> {
    match msg {
        Msg::Address(fragment) => open(model, &fragment),
        Msg::OpenScenario(name) => {
            let mut commands = open(model, &name);
            commands.push(Command::WriteAddress {
                fragment: name,
                push: true,
            });
            commands
        }
        Msg::Lang(lang) => {
            model.lang = lang;
            vec![Command::RememberLang(lang), dress(model)]
        }
        Msg::Theme(theme) => {
            model.theme = theme;
            vec![Command::RememberTheme(theme), dress(model)]
        }
        Msg::SystemDark(dark) => {
            model.system_dark = dark;
            vec![dress(model)]
        }
        Msg::ReducedMotion(reduced) => {
            model.reduced_motion = reduced;
            Vec::new()
        }
        Msg::Form(form) => {
            if model.form != form {
                model.form = form;
                model.sheet = false;
                if let Page::Run(play) = &mut model.page {
                    play.derive(form);
                }
            }
            Vec::new()
        }
        Msg::Help(open) => {
            let was = std::mem::replace(&mut model.help, open);
            match (was, open) {
                (false, true) => vec![Command::Focus("help-close".into())],
                (true, false) => vec![Command::Focus("help-open".into())],
                _ => Vec::new(),
            }
        }
        Msg::Sheet(open) => {
            model.sheet = open;
            let id = if open { "sheet-close" } else { "sheet-open" };
            vec![Command::Focus(id.into())]
        }
        Msg::Escape => escape(model),
        Msg::Share => match &model.page {
            Page::Run(play) => vec![Command::CopyAddress(opening::fragment(
                &play.base,
                &play.scenario,
            ))],
            Page::Broken(_) => vec![Command::CopyAddress(String::new())],
        },
        Msg::Shared(done) => note(
            model,
            Note::Word(if done {
                Word::LinkCopied
            } else {
                Word::LinkNotCopied
            }),
        ),
        Msg::NoteOver => {
            model.note = None;
            Vec::new()
        }
        msg => match &mut model.page {
            Page::Run(_) => update_play(model, msg),
            Page::Broken(_) => Vec::new(),
        },
    }
}

/// The messages that concern a run.
fn update_play(model: &mut Model, msg: Msg) -> Vec<Command> {
    let form = model.form;
    let Page::Run(play) = &mut model.page else {
        return Vec::new();
    };
    match msg {
        Msg::Set(set, choice) => match change(play, &set) {
            Ok(scenario) => take_over(play, form, scenario, &set, choice, None),
            Err(problem) => note(model, Note::Problem(problem)),
        },
        Msg::Consider(set) => {
            // What is chosen already is nothing to wonder about.
            let set = set.filter(|set| {
                play.with(set)
                    .is_some_and(|scenario| *scenario != *play.scenario)
            });
            if set == play.considered {
                return Vec::new();
            }
            play.considered = set;
            estimate(play)
        }
        Msg::TakeOffer => {
            let Some(set) = play.offered() else {
                return Vec::new();
            };
            let expected = play
                .forecasts
                .iter()
                .find(|(known, _)| *known == set)
                .and_then(|(_, forecast)| forecast.latency_ms);
            match change(play, &set) {
                Ok(scenario) => {
                    let mut commands =
                        take_over(play, form, scenario, &set, Choice::Discrete, expected);
                    // The button that was pressed is gone; what it made possible is next.
                    commands.push(Command::Focus("undo".into()));
                    commands
                }
                Err(problem) => note(model, Note::Problem(problem)),
            }
        }
        Msg::Undo => {
            let Some(compare) = play.compare.take() else {
                return Vec::new();
            };
            let mut commands = take_over(play, form, compare.before, &[], Choice::Discrete, None);
            play.compare = None;
            commands.push(Command::Focus("offer".into()));
            commands
        }
        Msg::NewSeed(number) => {
            // Short seeds are easier to tell one another.
            let seed = number % 100_000;
            let seed = if seed == play.scenario.seed {
                seed + 1
            } else {
                seed
            };
            let set = [("seed".to_string(), seed.to_string())];
            match change(play, &set) {
                Ok(scenario) => {
                    play.compare = None;
                    let commands = take_over(play, form, scenario, &set, Choice::Discrete, None);
                    play.compare = None;
                    commands
                }
                Err(problem) => note(model, Note::Problem(problem)),
            }
        }
        Msg::Toggle => set_playing(play, !play.playing),
        Msg::Play(on) => set_playing(play, on),
        Msg::Step => {
            let mut commands = set_playing(play, false);
            commands.push(Command::Step);
            commands
        }
        Msg::Restart => vec![
            Command::Start(play.scenario.clone()),
            Command::SetPlaying(play.playing),
        ],
        Msg::Speed(place) => set_speed(play, place),
        Msg::ChangeSpeed(by) => {
            let place = play.speed as i64 + i64::from(by);
            set_speed(play, place.max(0) as usize)
        }
        Msg::Seek(to) if to.is_finite() && to >= 0.0 => vec![Command::Seek(to)],
        Msg::Cause(kind) => vec![Command::Inject(kind, play.fault_lasts)],
        Msg::EndFault(fault) => vec![Command::EndFault(fault)],
        Msg::FaultLasts(lasts) => {
            play.fault_lasts = lasts;
            Vec::new()
        }
        Msg::Select(node) => {
            let was = std::mem::replace(&mut play.selected, node);
            match (was, node) {
                (_, Some(_)) => vec![Command::Focus("inspector".into())],
                // Back to where it was opened from.
                (Some(was), None) => vec![Command::Focus(node_id(play, was))],
                (None, None) => Vec::new(),
            }
        }
        Msg::Snapshot(snapshot) => {
            play.snapshot = snapshot;
            Vec::new()
        }
        Msg::Adopt(scenario) => {
            if *scenario == *play.scenario {
                return Vec::new();
            }
            play.compare = None;
            let mut commands = take_over(play, form, scenario, &[], Choice::Gradual, None);
            play.compare = None;
            // The run has them already.
            commands.retain(|command| !matches!(command, Command::Reconfigure(_)));
            commands
        }
        Msg::Estimated(forecast) => {
            play.forecast = Some(forecast);
            if let Some(set) = play.wondered() {
                play.forecasts.push((set, forecast));
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The id of a node's element.
pub fn node_id(play: &Play, node: super::Node) -> String {
    let name = match node {
        super::Node::Service(service) => play.names.services.get(service as usize),
        super::Node::Store(store) => play.names.stores.get(store as usize),
    };
    format!("node-{}", name.map_or("", |name| name.key.as_str()))
}

fn open(model: &mut Model, fragment: &str) -> Vec<Command> {
    let mut commands = match opening::open(fragment) {
        Ok(opened) => match &mut model.page {
            // Back and forward within one scenario change the settings of the run, as the choices did.
            Page::Run(play) if play.base == opened.base => {
                if play.scenario == opened.scenario {
                    return Vec::new();
                }
                play.compare = None;
                let mut commands = take_over(
                    play,
                    model.form,
                    opened.scenario,
                    &[],
                    Choice::Discrete,
                    None,
                );
                play.compare = None;
                // The address is what was opened.
                commands.retain(|command| !matches!(command, Command::WriteAddress { .. }));
                commands
            }
            page => {
                let mut play = Play::new(opened, model.form);
                if let Page::Run(old) = page {
                    play.playing = old.playing;
                    play.speed = old.speed;
                }
                let mut commands = vec![
                    Command::Start(play.scenario.clone()),
                    Command::SetSpeed(SPEEDS[play.speed]),
                    Command::SetPlaying(play.playing),
                ];
                commands.extend(estimate(&mut play));
                *page = Page::Run(Box::new(play));
                commands
            }
        },
        Err(broken) => {
            model.page = Page::Broken(Rc::new(broken));
            vec![Command::SetPlaying(false), Command::ForgetEstimate]
        }
    };
    commands.push(dress(model));
    commands
}

fn dress(model: &Model) -> Command {
    Command::Dress {
        lang: model.lang,
        title: model.title(),
        theme: model.theme,
    }
}

fn note(model: &mut Model, note: Note) -> Vec<Command> {
    model.note = Some(note);
    vec![Command::EndNoteLater]
}

fn escape(model: &mut Model) -> Vec<Command> {
    if model.help {
        return update(model, Msg::Help(false));
    }
    if model.sheet {
        return update(model, Msg::Sheet(false));
    }
    if model.play().is_some_and(|play| play.selected.is_some()) {
        return update(model, Msg::Select(None));
    }
    Vec::new()
}

fn change(play: &Play, set: &[Setting]) -> Result<Rc<Scenario>, String> {
    settings::apply(&play.scenario, set)
        .map(Rc::new)
        .map_err(|problems| {
            let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
            texts.join("; ")
        })
}

/// The settings of now become these.
fn take_over(
    play: &mut Play,
    form: crate::layout::Form,
    scenario: Rc<Scenario>,
    set: &[Setting],
    choice: Choice,
    expected_ms: Option<f64>,
) -> Vec<Command> {
    if *scenario == *play.scenario {
        return Vec::new();
    }
    let names: Vec<String> = set.iter().map(|(name, _)| name.clone()).collect();
    // While a slider moves, "before" is before it began to move.
    let goes_on = choice == Choice::Gradual
        && play
            .compare
            .as_ref()
            .is_some_and(|compare| compare.names == names);
    if !goes_on {
        play.compare = Some(Compare {
            before: play.scenario.clone(),
            names,
            before_ms: play.latency_ms(),
            expected_ms,
        });
    }
    if let Some(strategy) = set.iter().find_map(|(_, value)| strategy_of(value)) {
        play.explained = Some(strategy);
    }
    play.scenario = scenario;
    play.derive(form);
    play.considered = None;
    play.forecasts.clear();
    let mut commands = vec![
        Command::Reconfigure(play.scenario.clone()),
        Command::WriteAddress {
            fragment: opening::fragment(&play.base, &play.scenario),
            push: choice == Choice::Discrete,
        },
    ];
    commands.extend(estimate(play));
    commands
}

/// Finds out what is wondered about, unless it is known.
fn estimate(play: &mut Play) -> Vec<Command> {
    let Some(set) = play.wondered() else {
        play.forecast = None;
        return vec![Command::ForgetEstimate];
    };
    let known = play.forecasts.iter().find(|(known, _)| *known == set);
    play.forecast = known.map(|(_, forecast)| *forecast);
    match (play.forecast, play.with(&set)) {
        (None, Some(scenario)) => vec![Command::Estimate(scenario)],
        _ => vec![Command::ForgetEstimate],
    }
}

fn set_playing(play: &mut Play, on: bool) -> Vec<Command> {
    play.playing = on;
    vec![Command::SetPlaying(on)]
}

fn set_speed(play: &mut Play, place: usize) -> Vec<Command> {
    play.speed = place.min(SPEEDS.len() - 1);
    vec![Command::SetSpeed(SPEEDS[play.speed])]
}
