//! The run: restart, play, step, speed, and the time with its bookmarks.

use super::icon::{Icon, icon};
use super::{on, value_of};
use crate::app::{Msg, SPEEDS, Snapshot};
use crate::scenario::notation::number;
use crate::words::{AboutHeadline, Act, Lang, Say, Trouble, Word, clock};
use std::rc::Rc;
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
    /// Whether only the play button and the clock are shown.
    pub embed: bool,
    pub send: Callback<Msg>,
}

/// The transport bar.
pub fn view(props: &Props) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let play_word = if props.playing {
        Word::Pause
    } else {
        Word::Play
    };
    let play = html! {
        <button class="round main" id="play" data-test="play" aria-label={word(play_word)} title={word(play_word)}
            aria-pressed={if props.playing { "true" } else { "false" }} onclick={on(&props.send, Msg::Toggle)}>
            { icon(if props.playing { Icon::Pause } else { Icon::Play }) }
        </button>
    };
    let clock = html! {
        <span class="clock" data-test="clock" data-s={format!("{:.6}", props.snapshot.now_s)}>
            { clock(props.snapshot.now_s) }<span class="unit">{ " s" }</span>
        </span>
    };
    if props.embed {
        return html! { <div class="transport" role="group" aria-label={word(Word::Transport)}>{ play }{ clock }</div> };
    }
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
    let pace = match (&props.snapshot.seeking, &props.snapshot.pace) {
        (Some(_), _) => word(Word::CatchingUp).to_string(),
        (None, Some(pace)) => Say::Manages(*pace).text(lang),
        (None, None) => String::new(),
    };
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
            </div>
            { clock }
            <span class="pace" data-test="pace">{ pace }</span>
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
