//! The help: how to read the picture, and the keys.

use super::icon::{Icon, icon};
use super::on;
use super::terms::glossary;
use crate::app::Msg;
use crate::app::legend::Marks;
use words::{Lang, Word};
use yew::prelude::*;

/// What the help needs.
pub struct Props {
    pub lang: Lang,
    pub send: Callback<Msg>,
}

/// The marks that move, and what they mean: those that can be seen.
pub fn legend(lang: Lang, marks: Marks) -> Html {
    let item = |shape: Html, word: Word| {
        html! { <li><svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">{ shape }</svg>{ word.text(lang) }</li> }
    };
    html! {
        <ul class="legend" aria-label={Word::Legend.text(lang)}>
            { item(html! { <circle class="request" cx="7" cy="7" r="4"/> }, Word::Request) }
            { item(html! { <circle class="answer" cx="7" cy="7" r="3.6"/> }, Word::Answer) }
            if marks.events { { item(html! { <path class="event" d="M7 2l5 9H2z"/> }, Word::Event) } }
            if marks.confirms { { item(html! { <path class="confirm" d="M7 2.4l4.4 8H2.6z"/> }, Word::Confirm) } }
            if marks.attempts { { item(html! { <><circle class="retry" cx="4" cy="7" r="3.4"/><path class="notch" d="M9.6 4v6M12.4 4v6"/></> }, Word::Redelivery) } }
            if marks.duplicates { { item(html! { <><path class="event-line" d="M6 2.4l4 7.4H2z"/><path class="event-line" d="M9 4.4l4 7.4H5z"/></> }, Word::Duplicate) } }
            if marks.repairs { { item(html! { <path class="repair" d="M11 11V7a3.5 3.5 0 0 0-7 0v3M1.8 7.8L4 10.4l2.4-2.4"/> }, Word::Repair) } }
            if marks.row_locks { { item(html! { <path class="lock" d="M3 2v10M7 2v10M11 2v10"/> }, Word::RowLockMark) } }
            if marks.row_locks { { item(html! { <circle class="retry" cx="7" cy="7" r="2.6"/> }, Word::LockWaitMark) } }
            if marks.business_locks { { item(html! { <><circle class="lock" cx="7" cy="4.6" r="2.6"/><rect class="lock-body" x="3" y="6" width="8" height="6"/></> }, Word::BusinessLockMark) } }
            if marks.in_doubt { { item(html! { <><rect class="retry-line" x="4.5" y="1.5" width="5" height="11"/><path class="retry-line" d="M4.5 7l5-4M4.5 11l5-4"/></> }, Word::InDoubtMark) } }
            { item(html! { <circle class="rescued" cx="7" cy="7" r="3.6"/> }, Word::Refused) }
            { item(html! { <path class="failure" d="M7 .8l1.7 4.1 4.4.4-3.3 2.9 1 4.3L7 10.2l-3.8 2.3 1-4.3L.9 5.3l4.4-.4z"/> }, Word::Failure) }
            { item(html! { <rect class="working" x="2" y="2" width="10" height="10"/> }, Word::Working) }
            if marks.waiting { { item(html! { <><rect class="waiting" x="2.5" y="2.5" width="9" height="9"/><path class="waiting" d="M3 8l5-5M3 11.5L11.5 3M6.5 11.5l5-5"/></> }, Word::WaitingForAnswer) } }
        </ul>
    }
}

/// The dialog.
pub fn view(props: &Props) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let key = |keys: &[&str], means: Word| {
        html! {
            <div>
                <dt>{ for keys.iter().map(|key| html! { <kbd>{ (*key).to_string() }</kbd> }) }</dt>
                <dd>{ word(means) }</dd>
            </div>
        }
    };
    html! {
        <div class="backdrop">
            <div class="dialog" role="dialog" aria-modal="true" aria-labelledby="help-title" data-test="help-dialog">
                <div class="dialog-head">
                    <h2 id="help-title">{ word(Word::Help) }</h2>
                    <button id="help-close" class="plain" data-test="help-close" aria-label={word(Word::Close)}
                        onclick={on(&props.send, Msg::Help(false))}>{ icon(Icon::Close) }</button>
                </div>
                <p>{ word(Word::HelpHonest) }</p>
                <h3>{ word(Word::HowToRead) }</h3>
                { legend(lang, Marks::ALL) }
                <ul class="plain-list">
                    { for [Word::SlotHint, Word::BeadHint, Word::RingHint, Word::DashedHint, Word::TableHint, Word::RimHint, Word::LockHint,
                        Word::QueueHint, Word::CacheHint, Word::HelpClick]
                        .map(|hint| html! { <li>{ word(hint) }</li> }) }
                </ul>
                { glossary(lang) }
                <h3>{ word(Word::LeavesOut) }</h3>
                <ul class="plain-list" data-test="leaves-out">
                    { for [Word::NoProcessor, Word::NoContention, Word::NoBandwidth, Word::NoDiscovery, Word::NoMigration]
                        .map(|what| html! { <li>{ word(what) }</li> }) }
                </ul>
                <p>{ word(Word::HowWeKnow) }</p>
                <h3>{ word(Word::Keys) }</h3>
                <dl class="keys">
                    { key(&[word(Word::Space)], Word::KeyPlay) }
                    { key(&["."], Word::KeyStep) }
                    { key(&["r"], Word::KeyRestart) }
                    { key(&["Ctrl+Z", "Ctrl+Shift+Z"], Word::KeyUndo) }
                    { key(&["-", "+", "[", "]"], Word::KeySpeed) }
                    { key(&["←", "→"], Word::KeyArrows) }
                    { key(&["s"], Word::KeyStage) }
                    { key(&["←", "→"], Word::KeySkip) }
                    { key(&["Page↑", "Page↓"], Word::KeyRemote) }
                    { key(&["Esc"], Word::KeyEscape) }
                    { key(&["?"], Word::KeyHelp) }
                </dl>
            </div>
        </div>
    }
}
