//! Terms that one click (or the pointer over them) explains. A `details` each: the browser knows how to open it by
//! keyboard, by tap and for a screen reader, and nothing has to be placed over anything.

use words::{Lang, Term, Word};
use yew::prelude::*;

/// The terms that belong to a part of the page; `of` tells its tests apart from others.
pub(super) fn explained(of: &str, terms: &[Term], lang: Lang) -> Html {
    if terms.is_empty() {
        return Html::default();
    }
    html! {
        <div class="terms">
            { for terms.iter().map(|term| html! {
                <details class="term" name="term" data-test={format!("term-{of}-{}", term.key())}>
                    <summary title={term.means(lang)}>{ term.name(lang) }</summary>
                    <p>{ term.means(lang) }</p>
                </details>
            }) }
        </div>
    }
}

/// All terms, for the help.
pub(super) fn glossary(lang: Lang) -> Html {
    html! {
        <>
            <h3>{ Word::Glossary.text(lang) }</h3>
            <dl class="glossary" data-test="glossary">
                { for Term::ALL.iter().map(|term| html! {
                    <div><dt>{ term.name(lang) }</dt><dd>{ term.means(lang) }</dd></div>
                }) }
            </dl>
        </>
    }
}
