//! How the page comes to another run: by an address, by what was brought, or by another story of the same scenario.

use super::opening;
use super::play::Play;
use super::undo::History;
use super::update::{estimate, write_address};
use super::{Broken, Brought, Command, Model, Note, Page, Playhead, SPEEDS};
use picture::layout::Form;
use run::session::Story;
use share::story::Opened;
use std::rc::Rc;
use words::Word;

/// Another story of the same scenario is opened.
pub(super) fn open_story(
    play: &mut Play,
    form: Form,
    story: Rc<Story>,
    playhead: Playhead,
) -> Vec<Command> {
    let now = match playhead {
        Playhead::At(at) => at,
        Playhead::Here => play.snapshot.now,
    };
    play.moving = None;
    play.chain = Rc::default();
    play.compare = None;
    play.considered = None;
    play.forecasts.clear();
    play.scenario = story.scenario_at(now).clone();
    play.story = story;
    play.derive(form);
    let mut commands = vec![Command::Open(play.story.clone(), playhead)];
    commands.extend(estimate(play));
    commands
}

/// What stands behind `#` in the address is opened.
pub(super) fn open(model: &mut Model, fragment: &str) -> Vec<Command> {
    show(model, opening::open(fragment))
}

/// What was brought is opened as a link would be; the address follows. If it cannot be opened, everything stays as it
/// is, and the person is told what is wrong with it.
pub(super) fn import(model: &mut Model, brought: &Brought) -> Vec<Command> {
    let opened = match opening::open_brought(brought) {
        Ok(opened) => opened,
        Err(refused) => {
            model.sharing = None;
            model.refused = Some(Rc::new(refused));
            return vec![Command::Focus("refused-close".into())];
        }
    };
    let playhead = opened.playhead;
    let mut commands = show(model, Ok(opened));
    if let Page::Run(play) = &mut model.page {
        commands.push(write_address(play, playhead, true));
    }
    commands
}

fn show(model: &mut Model, opened: Result<Opened, Broken>) -> Vec<Command> {
    model.sharing = None;
    model.refused = None;
    let mut commands = match opened {
        Ok(opened) => {
            let other_engine = Note::Word(Word::OtherEngine);
            if opened.other_engine {
                // It stays: who sees other results than the sender should know why.
                model.note = Some(other_engine);
            } else if model.note == Some(other_engine) {
                model.note = None;
            }
            show_run(model, opened)
        }
        Err(broken) => {
            model.page = Page::Broken(Rc::new(broken));
            vec![Command::SetPlaying(false), Command::ForgetEstimate]
        }
    };
    commands.push(dress(model));
    commands
}

fn show_run(model: &mut Model, opened: Opened) -> Vec<Command> {
    let at = opened.playhead;
    match &mut model.page {
        // Back and forward within one scenario: the same moment, as it would have been.
        Page::Run(play) if play.base == opened.base && play.origin == opened.origin => {
            play.address_at = at;
            if play.story == opened.story {
                return at
                    .map(|at| Command::Seek(at.as_secs()))
                    .into_iter()
                    .collect();
            }
            play.history = History::default();
            let playhead = at.map_or(Playhead::Here, Playhead::At);
            open_story(play, model.form, opened.story, playhead)
        }
        page => {
            // A link that names no moment opens where there is something to see.
            let at = opened.opens_at();
            let mut play = Play::new(opened, model.form);
            if let Page::Run(old) = page {
                play.playing = old.playing;
                play.speed = old.speed;
            }
            let mut commands = vec![
                Command::Open(play.story.clone(), Playhead::At(at)),
                Command::Follow(play.followed),
                Command::SetSpeed(SPEEDS[play.speed]),
                Command::SetPlaying(play.playing),
            ];
            commands.extend(estimate(&mut play));
            *page = Page::Run(Box::new(play));
            commands
        }
    }
}

/// The document gets the language, the title and the theme of the page.
pub(super) fn dress(model: &Model) -> Command {
    Command::Dress {
        lang: model.lang,
        title: model.title(),
        theme: model.theme,
    }
}
