//! The page that says what is wrong, and keeps what was given.

use super::on;
use crate::app::{Broken, Msg};
use scenario::shipped::DEFAULT;
use std::rc::Rc;
use words::{Lang, Word};
use yew::prelude::*;

/// What the page needs.
pub struct Props {
    pub lang: Lang,
    pub broken: Rc<Broken>,
    pub send: Callback<Msg>,
}

/// The page.
pub fn view(props: &Props) -> Html {
    let word = |word: Word| word.text(props.lang);
    html! {
        <main class="broken" id="main" data-test="error-page">
            <svg class="snapped" viewBox="0 0 240 60" aria-hidden="true" focusable="false">
                <rect x="4" y="14" width="62" height="32" rx="8"/>
                <rect class="away" x="174" y="14" width="62" height="32" rx="8"/>
                <path d="M66 30h34l6-8M134 38l6-8h34"/>
                <circle cx="116" cy="46" r="4"/>
            </svg>
            <h1>{ word(Word::BrokenLink) }</h1>
            <p>{ word(Word::BrokenWhat) }</p>
            <h2>{ word(Word::BrokenProblems) }</h2>
            <ul data-test="broken-problems">
                { for props.broken.problems.iter().map(|problem| html! { <li>{ problem.said().text(props.lang) }</li> }) }
            </ul>
            <h2 id="broken-input-title">{ word(Word::BrokenInput) }</h2>
            <textarea readonly=true rows="4" data-test="broken-input" aria-labelledby="broken-input-title"
                value={format!("#{}", props.broken.input)}/>
            <p>{ word(Word::BrokenHint) }</p>
            <button class="offer" data-test="open-default" onclick={on(&props.send, Msg::OpenScenario(DEFAULT.into()))}>
                { word(Word::OpenDefault) }
            </button>
        </main>
    }
}
