//! The run: restart, play, step, speed, and the time with its bookmarks.

use super::icon::{Icon, icon};
use super::{on, value_of};
use crate::app::{Msg, SPEEDS, Snapshot};
use scenario::notation::number;
use std::rc::Rc;
use words::{AboutHeadline, Act, Lang, Say, Trouble, Word, clock};
use yew::prelude::*;

/// What the transport needs.
pub struct Props {
    pub lang: Lang,
    pub playing: bool,
    /// The speed, by its place in [`SPEEDS`].
    pub speed: usize,
    pub snapshot: Rc<Snapshot>,
    /// What broke and when, in seconds.
    pub bookmarks: Vec<(f64, Trouble)>,
    /// What would be taken back, and what would be done again.
    pub undo: Option<String>,
    pub redo: Option<String>,
    /// Whether the run was opened later than at its beginning.
    pub opens_later: bool,
    pub send: Callback<Msg>,
}

/// Whether the run goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Playing,
    Paused,
    /// The engine has ended it: it cannot go on, only begin again.
    Stopped,
}

fn state(props: &Props) -> State {
    match (props.snapshot.stopped, props.playing) {
        (Some(_), _) => State::Stopped,
        (None, true) => State::Playing,
        (None, false) => State::Paused,
    }
}

/// The time of the run.
fn clock_view(props: &Props) -> Html {
    html! {
        <span class="clock" data-test="clock" data-s={format!("{:.6}", props.snapshot.now_s)}>
            { clock(props.snapshot.now_s) }<span class="unit">{ " s" }</span>
        </span>
    }
}

/// What keeps the run from going on as it should.
fn pace(props: &Props) -> String {
    match (&props.snapshot.seeking, &props.snapshot.pace) {
        _ if state(props) == State::Stopped => Word::HasStopped.text(props.lang).to_string(),
        (Some(_), _) => Word::CatchingUp.text(props.lang).to_string(),
        (None, Some(pace)) => Say::Manages(*pace).text(props.lang),
        (None, None) => String::new(),
    }
}

/// On the stage there are keys for everything; what they have done is seen, and a way off for who has no keys.
pub fn on_stage(props: &Props) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let speed = SPEEDS.get(props.speed).copied().unwrap_or(1.0);
    let plays = state(props) == State::Playing;
    html! {
        <>
            <span class="pace" data-test="pace">{ pace(props) }</span>
            <span class="state" data-test="stage-plays" data-plays={if plays { "true" } else { "false" }}
                role="img" aria-label={word(if plays { Word::Playing } else { Word::Paused })}>
                { icon(if plays { Icon::Play } else { Icon::Pause }) }
            </span>
            <span class="speed">{ Say::Speed(speed).text(lang) }</span>
            { clock_view(props) }
            <button class="quiet" data-test="stage-leave" onclick={on(&props.send, Msg::Stage(false))}>
                { word(Word::LeaveStage) }<kbd aria-hidden="true">{ "Esc" }</kbd>
            </button>
        </>
    }
}

/// The transport bar.
pub fn view(props: &Props) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let (play_word, play_icon, play_msg) = match state(props) {
        State::Stopped => (Word::Again, Icon::Restart, Msg::Restart),
        State::Playing => (Word::Pause, Icon::Pause, Msg::Toggle),
        State::Paused => (Word::Play, Icon::Play, Msg::Toggle),
    };
    let plays = state(props) == State::Playing;
    let play = html! {
        <button class="round main" id="play" data-test="play" aria-label={word(play_word)} title={word(play_word)}
            aria-pressed={if plays { "true" } else { "false" }} onclick={on(&props.send, play_msg)}>
            { icon(play_icon) }
        </button>
    };
    let clock = clock_view(props);
    let on_speed = {
        let send = props.send.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(place) = value_of(&event).and_then(|text| text.parse().ok()) {
                send.emit(Msg::Speed(place));
            }
        })
    };
    let on_seek = {
        let send = props.send.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(to) = value_of(&event).and_then(|text| number(&text)) {
                send.emit(Msg::Seek(to));
            }
        })
    };
    let speed = Say::Speed(SPEEDS.get(props.speed).copied().unwrap_or(1.0)).text(lang);
    let reach = props.snapshot.reach_s.max(0.001);
    // While it goes there, the thumb stays where it was put.
    let at = props.snapshot.seeking.unwrap_or(props.snapshot.now_s);
    let pace = pace(props);
    let flags = props.bookmarks.iter().map(|(at, trouble)| {
        let label = Say::Bookmark(*at, &trouble.text(lang)).text(lang);
        html! {
            <button class="flag" data-test="bookmark" style={format!("left:{:.2}%", (at / reach * 100.0).clamp(0.0, 100.0))}
                aria-label={label.clone()} title={label} onclick={on(&props.send, Msg::Seek((at - 0.5).max(0.0)))}>
                { icon(Icon::Flag) }
            </button>
        }
    });
    html! {
        <section class="transport" aria-label={word(Word::Transport)}>
            <div class="buttons">
                <button class="round" data-test="restart" aria-label={word(Word::Restart)} title={word(Word::Restart)}
                    onclick={on(&props.send, Msg::Restart)}>{ icon(Icon::Restart) }</button>
                { play }
                <button class="round" data-test="step" aria-label={word(Word::Step)} title={word(Word::Step)}
                    onclick={on(&props.send, Msg::Step)}>{ icon(Icon::Step) }</button>
                { again(&props.undo, Act::Undo, Act::NothingToUndo, ("undo-last", Msg::Undo), props) }
                { again(&props.redo, Act::Redo, Act::NothingToRedo, ("redo", Msg::Redo), props) }
                if props.opens_later {
                    <button class="quiet small" data-test="from-the-beginning" onclick={on(&props.send, Msg::Seek(0.0))}>
                        { AboutHeadline::FromTheBeginning.text(lang) }
                    </button>
                }
            </div>
            <label class="speed">
                <span class="visually-hidden">{ word(Word::Speed) }</span>
                <input type="range" min="0" max={(SPEEDS.len() - 1).to_string()} step="1" data-test="speed"
                    value={props.speed.to_string()} aria-valuetext={speed.clone()} oninput={on_speed}/>
                <output data-test="speed-value">{ speed }</output>
            </label>
            <div class="timeline">
                <input type="range" min="0" max={format!("{reach:.3}")} step="any" data-test="timeline"
                    value={format!("{at:.3}")} aria-label={word(Word::Timeline)}
                    aria-valuetext={Say::ClockOf(props.snapshot.now_s, reach).text(lang)}
                    style={format!("--share:{:.2}%", (at / reach * 100.0).clamp(0.0, 100.0))}
                    oninput={on_seek}/>
                { for flags }
                // Below the line, where there is a place for it whether there is something to say or not.
                <span class="pace" data-test="pace">{ pace }</span>
            </div>
            { clock }
        </section>
    }
}

/// The button that takes the last action back, or does it again. It says which.
fn again<'a>(
    action: &'a Option<String>,
    named: fn(&'a str) -> Act<'a>,
    none: Act<'_>,
    (test, msg): (&'static str, Msg),
    props: &Props,
) -> Html {
    let label = action.as_deref().map_or(none, named).text(props.lang);
    let class = classes!("round", (test == "redo").then_some("mirrored"));
    // It keeps the focus when there is nothing left to take back.
    let disabled = action.is_none().then_some("true");
    html! {
        <button {class} data-test={test} aria-label={label.clone()} title={label} aria-disabled={disabled}
            onclick={on(&props.send, msg)}>{ icon(Icon::Undo) }</button>
    }
}
