//! What was brought and cannot be opened: what is wrong with it, over the page, which stays as it is.

use super::icon::{Icon, icon};
use super::on;
use crate::app::{Model, Msg};
use words::{Say, Word};
use yew::prelude::*;

/// The message, if there is one.
pub fn view(model: &Model, send: &Callback<Msg>) -> Html {
    let Some(refused) = &model.refused else {
        return html! {};
    };
    let word = |word: Word| word.text(model.lang);
    let title = match &refused.file {
        Some(file) => Say::FileNotOpened(file).text(model.lang),
        None => word(Word::TextNotOpened).to_string(),
    };
    html! {
        <section class="refused" role="alert" data-test="refused">
            <button class="plain" id="refused-close" data-test="refused-close" aria-label={word(Word::Close)}
                onclick={on(send, Msg::RefusalRead)}>{ icon(Icon::Close) }</button>
            <h2>{ title }</h2>
            <ul>
                { for refused.problems.iter().map(|problem| html! { <li>{ problem.said().text(model.lang) }</li> }) }
            </ul>
            <p>{ word(Word::NothingElseChanged) }</p>
        </section>
    }
}
