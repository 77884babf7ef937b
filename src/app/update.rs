//! What the page does about a message.

use super::announcer::{self, Before};
use super::choice_table::ChoiceTable;
use super::control::strategy_of;
use super::export::Export;
use super::play::{Compare, Forecast, Play};
use super::share::Sharing;
use super::show::{dress, import, open, open_story};
use super::slide;
use super::undo::{Action, Past};
use super::{Choice, Command, Model, Msg, Note, Page, Playhead, SPEEDS};
use kernel::time::Time;
use run::session::Story;
use scenario::settings::{self, Setting};
use scenario::{Problems, Scenario};
use std::rc::Rc;
use words::Word;

/// So far the keys of the stage go back and on, in seconds of the screen: at twice the speed, twice as far in the run.
pub const SKIP_S: f64 = 5.0;

/// Takes a message in, and says what the web floor is to do.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Command> {
    let before = Before::of(model, &msg);
    let mut commands = respond(model, msg);
    if announcer::hear(model, before) {
        commands.push(Command::RestLater);
    }
    commands
}

/// What a message does.
fn respond(model: &mut Model, msg: Msg) -> Vec<Command> {
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
            model.chosen[0] = true;
            vec![Command::RememberLang(lang), dress(model)]
        }
        Msg::Theme(theme) => {
            model.theme = theme;
            model.chosen[1] = true;
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
        Msg::Frame(width, height) => {
            let form = model.form;
            if let Page::Run(play) = &mut model.page {
                play.aspect = play.aspect.after(width, height);
                play.fit(form);
            }
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
        Msg::Stage(on) => {
            if model.stage == on || model.embed {
                return Vec::new();
            }
            model.stage = on;
            model.sheet = false;
            let id = if on { "diagram" } else { "stage-open" };
            vec![Command::Stage(on), Command::Focus(id.into())]
        }
        Msg::Escape => escape(model),
        Msg::Share(open) => {
            model.sharing = open.then(|| Sharing::new(model)).flatten();
            let id = if open { "share-close" } else { "share-open" };
            let mut commands = vec![Command::Focus(id.into())];
            commands.extend(model.sharing.map(|_| Command::Digest));
            commands
        }
        Msg::Digested(now, digest) => {
            if let Some(sharing) = &mut model.sharing {
                (sharing.now, sharing.digest) = (now, Some(digest));
            }
            Vec::new()
        }
        Msg::ShareExactly(exactly) => {
            if let Some(sharing) = &mut model.sharing {
                sharing.exactly = exactly;
            }
            Vec::new()
        }
        Msg::Copy(text) => vec![Command::Copy(text)],
        Msg::Export(export) => {
            // The scenario is at hand.
            if export != Export::Scenario {
                model.making = Some(export);
            }
            vec![Command::Export(export)]
        }
        Msg::Exported => {
            model.making = None;
            Vec::new()
        }
        Msg::NotExported(why) => {
            model.making = None;
            note(model, Note::NotExported(why))
        }
        Msg::Copied(done) => note(
            model,
            Note::Word(if done {
                Word::LinkCopied
            } else {
                Word::LinkNotCopied
            }),
        ),
        Msg::Import(brought) => import(model, &brought),
        Msg::RefusalRead => {
            let back = model
                .refused
                .take()
                .map(|_| Command::Focus("share-open".into()));
            back.into_iter().collect()
        }
        Msg::Resume(yes) => {
            let Some(left_off) = model.left_off.take().filter(|_| yes) else {
                return Vec::new();
            };
            let mut commands = open(model, &left_off.fragment);
            commands.push(Command::WriteAddress {
                fragment: left_off.fragment.clone(),
                push: true,
            });
            commands
        }
        Msg::NoteOver => {
            model.note = None;
            Vec::new()
        }
        Msg::Rested => {
            model.announcer.rested();
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
    let had_poster = model.poster;
    if matches!(
        msg,
        Msg::Toggle | Msg::Play(true) | Msg::Step | Msg::Seek(_) | Msg::Skip(_) | Msg::Visit(_)
    ) {
        model.poster = false;
    }
    let Page::Run(play) = &mut model.page else {
        return Vec::new();
    };
    if play.moving.is_some() && comes_after(play, &msg) {
        let mut commands = match slide::finish(play, form) {
            Ok(commands) => commands,
            Err(why) => note(model, why),
        };
        commands.extend(update_play(model, msg));
        return commands;
    }
    match msg {
        Msg::Set(set, Choice::Gradual) => slide::moves(play, set),
        Msg::Set(set, Choice::Discrete) => {
            let commands = if play.is_moving(&set) {
                slide::rests(play, form, set)
            } else {
                change_settings(play, form, &set)
            };
            commands.unwrap_or_else(|why| note(model, why))
        }
        Msg::Settle => slide::settle(play, form).unwrap_or_else(|why| note(model, why)),
        Msg::Type(name, typed) => {
            let control = play.controls.iter().find(|control| control.name == name);
            let read = control.and_then(|it| it.quantity()?.read(&typed, it.number()));
            play.mistyped = read.is_none().then(|| name.clone());
            read.map_or_else(Vec::new, |value| {
                let set = vec![(name, value.to_string())];
                update(model, Msg::Set(set, Choice::Discrete))
            })
        }
        Msg::CompareAll(Some(name)) => match ChoiceTable::new(play, &name) {
            Some((table, wanted)) => {
                let length = table.length;
                play.table = Some(table);
                vec![
                    Command::CompareChoices(wanted, length),
                    Command::Focus("choice-table-close".into()),
                ]
            }
            None => Vec::new(),
        },
        Msg::CompareAll(None) => close_table(play),
        Msg::Compared(row, state) => {
            if let Some(row) = play.table.as_mut().and_then(|it| it.rows.get_mut(row)) {
                row.state = state;
            }
            Vec::new()
        }
        Msg::TakeCompared(value) => {
            let Some(table) = &play.table else {
                return Vec::new();
            };
            let set = vec![(table.control.clone(), value)];
            let mut commands = close_table(play);
            commands.extend(update(model, Msg::Set(set, Choice::Discrete)));
            commands
        }
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
                .map(|(_, forecast)| *forecast);
            match change(play, &set) {
                Ok(scenario) => {
                    let mut commands = take_over(play, form, scenario, &set, expected);
                    // The button that was pressed is gone; what it made possible is next.
                    commands.push(Command::Focus("undo".into()));
                    commands
                }
                Err(problems) => note(model, Note::Problems(problems)),
            }
        }
        Msg::Undo => {
            let past = play.history.undo(&play.story, play.snapshot.now);
            past.map_or_else(Vec::new, |past| go_to(play, form, past))
        }
        Msg::Redo => {
            let next = play.history.redo(&play.story, play.snapshot.now);
            next.map_or_else(Vec::new, |next| go_to(play, form, next))
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
                    let commands = take_over(play, form, scenario, &set, None);
                    play.compare = None;
                    commands
                }
                Err(problems) => note(model, Note::Problems(problems)),
            }
        }
        Msg::Toggle => {
            let mut commands = set_playing(play, !play.playing);
            if had_poster {
                // The button that was pressed is gone; the one that stops is next.
                commands.push(Command::Focus("play".into()));
            }
            commands
        }
        Msg::Play(on) => set_playing(play, on),
        Msg::Step => {
            let mut commands = set_playing(play, false);
            commands.push(Command::Step);
            commands
        }
        Msg::Restart => {
            // What has stopped by itself has not been stopped by the person.
            play.playing |= play.stopped().is_some();
            play.followed = None;
            play.moving = None;
            let story = Rc::new(Story::new(play.scenario.clone()));
            if *story != *play.story {
                let at = Some(play.snapshot.now);
                play.history.did(play.story.clone(), at, Action::Restart);
            }
            play.story = story;
            vec![
                Command::Open(play.story.clone(), Playhead::At(Time::ZERO)),
                Command::Follow(None),
                Command::SetPlaying(play.playing),
                write_address(play, None, false),
            ]
        }
        Msg::Speed(place) => set_speed(play, place),
        Msg::ChangeSpeed(by) => {
            let place = play.speed as i64 + i64::from(by);
            set_speed(play, place.max(0) as usize)
        }
        Msg::Visit(to) => {
            let mut commands = set_playing(play, false);
            // The next whole millisecond: then it has happened, and a link can say it shortly.
            commands.push(Command::Seek((to * 1e3).ceil() / 1e3));
            commands
        }
        Msg::LookAtRows(by, on) => {
            let looked = play.looks_at_rows != [false; 2];
            play.looks_at_rows[by as usize] = on;
            let looks = play.looks_at_rows != [false; 2];
            if looked == looks {
                return Vec::new();
            }
            let truth = play.snapshot.truth.as_ref().filter(|_| looks);
            let keys = truth.map(|truth| truth.broken.iter().map(|it| it.key).collect());
            vec![Command::HoldRows(keys)]
        }
        Msg::Seek(to) if to.is_finite() && to >= 0.0 => vec![Command::Seek(to)],
        Msg::Skip(times) => {
            // While it still goes somewhere, the next press goes on from there.
            let from = play.snapshot.seeking.unwrap_or(play.snapshot.now_s);
            let to = from + f64::from(times) * SKIP_S * SPEEDS[play.speed];
            vec![Command::Seek(to.max(0.0))]
        }
        Msg::Cause(kind) => {
            play.next_is_step = true;
            vec![Command::Inject(kind, play.fault_lasts)]
        }
        Msg::EndFault(fault) => {
            play.next_is_step = true;
            vec![Command::EndFault(fault)]
        }
        Msg::Redrive(subscription) => {
            play.next_is_step = true;
            vec![Command::Redrive(subscription)]
        }
        Msg::FaultLasts(lasts) => {
            play.fault_lasts = lasts;
            Vec::new()
        }
        Msg::Select(node) => {
            let was = std::mem::replace(&mut play.selected, node);
            match (was, node) {
                (_, Some(_)) => {
                    // They have the same place.
                    let mut commands = follow(play, None);
                    commands.push(Command::Focus("inspector".into()));
                    commands.push(same_address(play));
                    commands
                }
                // Back to where it was opened from.
                (Some(was), None) => {
                    vec![Command::Focus(node_id(play, was)), same_address(play)]
                }
                (None, None) => Vec::new(),
            }
        }
        Msg::Follow(key) => {
            let was = play.followed;
            let mut commands = follow(play, key);
            match (was, key) {
                (_, Some(_)) => {
                    play.selected = None;
                    commands.push(Command::Focus("affair".into()));
                }
                (Some(was), None) => commands.push(Command::Focus(format!("key-{was}"))),
                (None, None) => return commands,
            }
            commands.push(same_address(play));
            commands
        }
        Msg::Snapshot(snapshot) => {
            play.snapshot = snapshot;
            play.follow_chain();
            let mut commands = Vec::new();
            if play.playing && play.stopped().is_some() {
                commands = set_playing(play, false);
            }
            let stands = !play.playing && play.snapshot.seeking.is_none();
            let now = (stands && play.snapshot.now > Time::ZERO).then_some(play.snapshot.now);
            if now != play.address_at && play.snapshot.seeking.is_none() {
                // While it stands, the address names the moment.
                commands.push(write_address(play, now, false));
            }
            commands
        }
        Msg::Adopt(scenario) => {
            if *scenario == *play.scenario {
                return Vec::new();
            }
            play.compare = None;
            play.scenario = scenario;
            play.derive(form);
            play.considered = None;
            play.forecasts.clear();
            estimate(play)
        }
        Msg::Did(story) => {
            let before = std::mem::replace(&mut play.story, story);
            if let Some(action) = Action::between(&before, &play.story) {
                // What was to come will not.
                play.chain = Rc::default();
                play.history.did(before, None, action);
            }
            let step = std::mem::take(&mut play.next_is_step);
            vec![write_address(play, None, step)]
        }
        Msg::StartedAgain(from, left_out) => {
            play.history.stood_at(from);
            let actions = !play.story.inputs.is_empty();
            note(model, Note::StartedAgain(actions, left_out))
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

/// Whether a message does something to the run (or goes elsewhere in it): then a slider that moves is done moving.
fn comes_after(play: &Play, msg: &Msg) -> bool {
    match msg {
        Msg::Set(set, _) => !play.is_moving(set),
        Msg::TakeOffer
        | Msg::Undo
        | Msg::Redo
        | Msg::NewSeed(_)
        | Msg::Toggle
        | Msg::Play(_)
        | Msg::Step
        | Msg::Restart
        | Msg::Seek(_)
        | Msg::Visit(_)
        | Msg::Cause(_)
        | Msg::EndFault(_)
        | Msg::Redrive(_) => true,
        _ => false,
    }
}

/// The table of all choices closes, and its runs end.
fn close_table(play: &mut Play) -> Vec<Command> {
    play.table.take().map_or_else(Vec::new, |table| {
        vec![
            Command::CompareChoices(Vec::new(), table.length),
            // Back to where it was opened from.
            Command::Focus(format!("compare-{}", table.control)),
        ]
    })
}

/// A business key is looked at, or not any more.
fn follow(play: &mut Play, key: Option<u32>) -> Vec<Command> {
    if play.followed == key {
        return Vec::new();
    }
    play.followed = key;
    play.chain = Rc::default();
    vec![Command::Follow(key)]
}

/// The id of a node's element.
pub fn node_id(play: &Play, node: super::Node) -> String {
    let name = match node {
        super::Node::Service(service) => play.names.services.get(service as usize),
        super::Node::Store(store) => play.names.stores.get(store as usize),
        super::Node::Topic(topic) => play.names.topics.get(topic as usize),
    };
    format!("node-{}", name.map_or("", |name| name.key.as_str()))
}

/// The address of the same moment, when what is selected has changed.
fn same_address(play: &mut Play) -> Command {
    write_address(play, play.address_at, false)
}

/// The run becomes one from before or after an action, at the moment at which it stands (or stood then).
fn go_to(play: &mut Play, form: picture::layout::Form, past: Past) -> Vec<Command> {
    let playhead = past.at.map_or(Playhead::Here, Playhead::At);
    let mut commands = open_story(play, form, past.story, playhead);
    commands.push(write_address(play, None, true));
    commands.push(Command::FocusIfLost("offer".into()));
    commands
}

/// The run's address becomes this one.
pub(super) fn write_address(play: &mut Play, at: Option<Time>, push: bool) -> Command {
    play.address_at = at;
    Command::WriteAddress {
        fragment: play.link(at).fragment(),
        push,
    }
}

fn note(model: &mut Model, note: Note) -> Vec<Command> {
    model.note = Some(note);
    vec![Command::EndNoteLater]
}

fn escape(model: &mut Model) -> Vec<Command> {
    if model.help {
        return respond(model, Msg::Help(false));
    }
    if model.refused.is_some() {
        return update(model, Msg::RefusalRead);
    }
    if model.sharing.is_some() {
        return respond(model, Msg::Share(false));
    }
    if model.play().is_some_and(|play| play.table.is_some()) {
        return update(model, Msg::CompareAll(None));
    }
    if model.sheet {
        return respond(model, Msg::Sheet(false));
    }
    if model.play().is_some_and(|play| play.followed.is_some()) {
        return respond(model, Msg::Follow(None));
    }
    if model.play().is_some_and(|play| play.selected.is_some()) {
        return respond(model, Msg::Select(None));
    }
    respond(model, Msg::Stage(false))
}

fn change(play: &Play, set: &[Setting]) -> Result<Rc<Scenario>, Problems> {
    settings::apply(&play.scenario, set).map(Rc::new)
}

/// These settings are changed.
///
/// # Errors
/// What is wrong with them.
pub(super) fn change_settings(
    play: &mut Play,
    form: picture::layout::Form,
    set: &[Setting],
) -> Result<Vec<Command>, Note> {
    let scenario = change(play, set).map_err(Note::Problems)?;
    Ok(take_over(play, form, scenario, set, None))
}

/// The settings of now become these.
fn take_over(
    play: &mut Play,
    form: picture::layout::Form,
    scenario: Rc<Scenario>,
    set: &[Setting],
    expected: Option<Forecast>,
) -> Vec<Command> {
    if *scenario == *play.scenario {
        return Vec::new();
    }
    let names: Vec<String> = set.iter().map(|(name, _)| name.clone()).collect();
    play.compare = Some(Compare {
        before: play.scenario.clone(),
        names,
        before_headline: play.snapshot.headline,
        expected: expected.map(|it| it.headline),
    });
    if let Some(strategy) = set.iter().find_map(|(_, value)| strategy_of(value)) {
        play.explained = Some(strategy);
    }
    play.scenario = scenario;
    play.derive(form);
    play.considered = None;
    play.forecasts.clear();
    play.next_is_step = true;
    let mut commands = vec![Command::Reconfigure(play.scenario.clone())];
    commands.extend(estimate(play));
    commands
}

/// Finds out what is wondered about, unless it is known.
pub(super) fn estimate(play: &mut Play) -> Vec<Command> {
    let Some(set) = play.wondered() else {
        play.forecast = None;
        return vec![Command::ForgetEstimate];
    };
    let known = play.forecasts.iter().find(|(known, _)| *known == set);
    play.forecast = known.map(|(_, forecast)| *forecast);
    match (play.forecast, play.with(&set)) {
        (None, Some(scenario)) => {
            vec![Command::Estimate(play.scenario.clone(), scenario)]
        }
        _ => vec![Command::ForgetEstimate],
    }
}

fn set_playing(play: &mut Play, on: bool) -> Vec<Command> {
    if on && play.stopped().is_some() {
        return Vec::new();
    }
    play.playing = on;
    vec![Command::SetPlaying(on)]
}

fn set_speed(play: &mut Play, place: usize) -> Vec<Command> {
    play.speed = place.min(SPEEDS.len() - 1);
    vec![Command::SetSpeed(SPEEDS[play.speed])]
}
