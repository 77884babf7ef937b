//! The dialog for links: what to send, what to put into a page, what to take away, and what to bring.

use super::icon::{Icon, icon};
use super::on;
use crate::app::export::Export;
use crate::app::share::{Offered, Sharing, offered};
use crate::app::{Model, Msg, Play};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;
use words::{Lang, Say, Word};
use yew::prelude::*;

/// What the dialog needs.
pub struct Props<'p> {
    pub model: &'p Model,
    pub play: &'p Play,
    pub sharing: Sharing,
    /// A file was chosen.
    pub file: Callback<web_sys::File>,
    pub send: Callback<Msg>,
}

/// The dialog.
pub fn view(props: &Props) -> Html {
    let lang = props.model.lang;
    let word = |word: Word| word.text(lang);
    let offered = offered(props.model, props.play, props.sharing);
    html! {
        <div class="backdrop">
            <div class="dialog share" role="dialog" aria-modal="true" aria-labelledby="share-title" data-test="share-dialog">
                <div class="dialog-head">
                    <h2 id="share-title">{ word(Word::Share) }</h2>
                    <button id="share-close" class="plain" data-test="share-close" aria-label={word(Word::Close)}
                        onclick={on(&props.send, Msg::Share(false))}>{ icon(Icon::Close) }</button>
                </div>
                { which(props, lang) }
                <div class="share-link">
                    <div>
                        <label for="share-link">{ word(Word::ShareLink) }</label>
                        <textarea id="share-link" data-test="share-link" readonly=true rows="4" value={offered.link.clone()}/>
                        <p class="share-length" data-test="share-length" role="status">{ length(&offered, lang) }</p>
                        { copy(props, &offered.link, "share-copy", true) }
                        <p class="share-private">{ word(Word::SharePrivate) }</p>
                        { digest(props.sharing, lang) }
                    </div>
                    { qr(&offered.link, lang) }
                </div>
                <details>
                    <summary data-test="share-embed">{ word(Word::ShareEmbed) }</summary>
                    { snippet(props, Word::ShareElement, "share-element", &offered.element) }
                    { snippet(props, Word::ShareFrame, "share-frame", &offered.frame) }
                </details>
                <details>
                    <summary data-test="share-export">{ word(Word::TakeAway) }</summary>
                    <div class="exports">
                        { for Export::ALL.map(|export| html! {
                            <button class="tool" data-test={format!("export-{}", export.code())}
                                onclick={on(&props.send, Msg::Export(export))}>{ word(export.word()) }</button>
                        }) }
                    </div>
                    <p class="exports-status" role="status" data-test="export-status">{ making(props, lang) }</p>
                </details>
                <details>
                    <summary data-test="share-import">{ word(Word::Bring) }</summary>
                    <p>{ word(Word::BringHow) }</p>
                    <input type="file" data-test="import-file" aria-label={word(Word::BringFile)} accept=".json,.txt,application/json,text/plain"
                        onchange={chosen(&props.file)}/>
                </details>
            </div>
        </div>
    }
}

/// Which link: to exactly this run, or to its settings.
fn which(props: &Props, lang: Lang) -> Html {
    let choice = |exactly: bool, text: String| {
        html! {
            <label>
                <input type="radio" name="share-which" data-test={if exactly { "share-exactly" } else { "share-settings" }}
                    checked={props.sharing.exactly == exactly} onchange={on(&props.send, Msg::ShareExactly(exactly))}/>
                { text }
            </label>
        }
    };
    let done = props.play.story.inputs.len();
    html! {
        <fieldset class="share-which">
            <legend class="visually-hidden">{ Word::ShareWhich.text(lang) }</legend>
            { choice(false, Word::ShareSettings.text(lang).to_string()) }
            { choice(true, Say::ShareExactly(props.sharing.now.as_secs(), done).text(lang)) }
        </fieldset>
    }
}

/// The digest of the run, and what it is for.
fn digest(sharing: Sharing, lang: Lang) -> Html {
    sharing.digest.map_or_else(Html::default, |digest| {
        let label = Say::DigestAt(sharing.now.as_secs()).text(lang);
        html! {
            <p class="share-private">
                { label }{ ": " }<code data-test="share-digest">{ format!("{digest:016x}") }</code>
                { ". " }{ Word::DigestWhy.text(lang) }
            </p>
        }
    })
}

/// What is being made, if anything is.
fn making(props: &Props, lang: Lang) -> String {
    let file = props
        .model
        .making
        .map(|export| export.file_name(&props.play.base.name));
    file.map(|file| Say::Making(&file).text(lang))
        .unwrap_or_default()
}

fn length(offered: &Offered, lang: Lang) -> String {
    let length = offered.length;
    if offered.too_long {
        Word::ShareTooLong.text(lang).to_string()
    } else if offered.leaves_out {
        Word::ShareLeavesOut.text(lang).to_string()
    } else if offered.long {
        Say::LongLink(length).text(lang)
    } else {
        Say::LinkLength(length).text(lang)
    }
}

fn copy(props: &Props, text: &str, test: &'static str, first: bool) -> Html {
    let class = if first { "offer" } else { "tool" };
    html! {
        <button {class} data-test={test} onclick={on(&props.send, Msg::Copy(text.to_string()))}>
            { Word::CopyIt.text(props.model.lang) }
        </button>
    }
}

fn snippet(props: &Props, label: Word, id: &'static str, text: &str) -> Html {
    html! {
        <div class="snippet">
            <label for={id}>{ label.text(props.model.lang) }</label>
            <textarea {id} data-test={id} readonly=true rows="4" value={text.to_string()}/>
            { copy(props, text, "snippet-copy", false) }
        </div>
    }
}

/// The link as a picture that a phone reads; nothing if it is too long for one.
fn qr(link: &str, lang: Lang) -> Html {
    let Ok(code) = QrCode::encode_text(link, QrCodeEcc::Low) else {
        return html! { <p class="qr-none">{ Word::NoQr.text(lang) }</p> };
    };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            // Writing into a string cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    html! {
        // Four modules of quiet around it, as the standard asks; always dark on light, which every reader knows.
        <svg class="qr" data-test="qr" role="img" aria-label={Word::Qr.text(lang)} shape-rendering="crispEdges"
            viewBox={format!("-4 -4 {0} {0}", size + 8)}>
            <rect x="-4" y="-4" width={(size + 8).to_string()} height={(size + 8).to_string()} fill="#fff"/>
            <path d={path} fill="#000"/>
        </svg>
    }
}

fn chosen(file: &Callback<web_sys::File>) -> Callback<Event> {
    let file = file.clone();
    Callback::from(move |event: Event| {
        let input = event.target_dyn_into::<web_sys::HtmlInputElement>();
        let chosen = input
            .and_then(|input| input.files())
            .and_then(|files| files.get(0));
        if let Some(chosen) = chosen {
            file.emit(chosen);
        }
    })
}

/// The offer to go on with what the last visit left off with.
pub fn left_off(model: &Model, send: &Callback<Msg>) -> Html {
    let Some(left_off) = &model.left_off else {
        return html! {};
    };
    let lang = model.lang;
    let title = left_off.title.pick(lang, &left_off.name);
    html! {
        <div class="left-off" role="status" data-test="left-off">
            <span>{ Say::LeftOff(title, left_off.at.as_secs()).text(lang) }</span>
            <button class="tool" data-test="resume" onclick={on(send, Msg::Resume(true))}>{ Word::Resume.text(lang) }</button>
            <button class="plain" data-test="resume-not" aria-label={Word::Close.text(lang)}
                onclick={on(send, Msg::Resume(false))}>{ icon(Icon::Close) }</button>
        </div>
    }
}
