//! What is only on paper: the settings, as names and values, and where the same run is found again. On the screen there
//! are controls for the one and the address bar for the other.

use crate::app::share::{self, Sharing};
use crate::app::{Model, Play};
use words::{Say, Word};
use yew::prelude::*;

/// A longer link is on paper for nobody.
const LINK_MAX: usize = 600;

/// The part of the page that is printed and not shown.
pub fn view(model: &Model, play: &Play) -> Html {
    let lang = model.lang;
    let now = play.snapshot.now;
    let title = play.scenario.title.pick(lang, &play.base.name).to_string();
    let exactly = Say::ShareExactly(now.as_secs(), play.story.inputs.len()).text(lang);
    let link = share::address_of(
        model,
        play,
        Sharing {
            exactly: true,
            now,
            digest: None,
        },
    );
    let seed = (Word::Seed.text(lang), play.scenario.seed.to_string(), false);
    let controls = play.controls.iter().map(|control| {
        let title = control.title.pick(lang, &control.name);
        let changed = control.value != control.shipped;
        (title, control.shown(lang), changed)
    });
    html! {
        <section class="paper" data-test="paper" aria-label={title.clone()}>
            <h1>{ title }</h1>
            <h2>{ Word::Settings.text(lang) }</h2>
            <dl>
                { for controls.chain([seed]).map(|(title, value, changed)| html! {
                    <div class={classes!(changed.then_some("changed"))}><dt>{ title.to_string() }</dt><dd>{ value }</dd></div>
                }) }
            </dl>
            <h2>{ exactly }</h2>
            <p>
                if link.len() <= LINK_MAX { <code>{ link }</code> } else { { Word::ShareTooLong.text(lang) } }
            </p>
        </section>
    }
}
