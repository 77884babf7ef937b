//! The page as a whole: what stands where.

use super::broken::BrokenPage;
use super::charts::Charts;
use super::diagram::Diagram;
use super::help::Help;
use super::icon::{Icon, icon};
use super::inspector::Inspector;
use super::on;
use super::outcome::Outcome;
use super::panel::Panel;
use super::transport::Transport;
use super::value_of;
use crate::app::control::strategy_of;
use crate::app::fault::trouble;
use crate::app::{Model, Msg, Note, Page as AppPage, Play, Theme};
use crate::scenario::shipped;
use crate::sim::Plan;
use crate::words::{Happened, Lang, Say, Trouble, Word};
use std::rc::Rc;
use yew::prelude::*;

/// What the page needs: everything it knows, and where its messages go.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub model: Rc<Model>,
    /// Asks for a new seed (the clock is not ours).
    pub dice: Callback<()>,
    pub send: Callback<Msg>,
}

/// The page.
#[component]
pub fn Page(props: &Props) -> Html {
    let model = &*props.model;
    let lang = model.lang;
    let content = match &model.page {
        AppPage::Broken(broken) => {
            html! { <BrokenPage {lang} broken={broken.clone()} send={props.send.clone()}/> }
        }
        AppPage::Run(play) => run(props, play),
    };
    // A look at a choice ends wherever else the pointer goes.
    let looks_away = model
        .play()
        .and_then(|play| play.considered.as_ref())
        .map(|_| on(&props.send, Msg::Consider(None)));
    // What is behind an open dialog cannot be reached: the browser keeps the focus out of it.
    let behind = model.help;
    html! {
        <>
            <div class={classes!("page", model.embed.then_some("embed"))} inert={behind} onmouseover={looks_away}>
                if !model.embed {
                    if model.play().is_some() {
                        <a class="skip" href="#diagram" onclick={skip()}>{ Word::SkipToDiagram.text(lang) }</a>
                    }
                    { header(props) }
                }
                { content }
                { note(model) }
            </div>
            if model.help { <Help {lang} send={props.send.clone()}/> }
        </>
    }
}

/// The skip link moves the focus; the address belongs to the settings.
fn skip() -> Callback<MouseEvent> {
    Callback::from(|event: MouseEvent| {
        event.prevent_default();
        let target = event
            .target_unchecked_into::<web_sys::Element>()
            .owner_document()
            .and_then(|document| document.get_element_by_id("diagram"));
        if let Some(target) = target {
            use wasm_bindgen::JsCast;
            if let Ok(target) = target.dyn_into::<web_sys::HtmlElement>() {
                // It is there and can take the focus.
                let _ = target.focus();
            }
        }
    })
}

fn header(props: &Props) -> Html {
    let model = &*props.model;
    let (lang, dark) = (model.lang, model.dark());
    let word = |word: Word| word.text(lang);
    let current = model.play().map_or("", |play| play.base.name.as_str());
    let summary = model
        .play()
        .map(|play| lang.pick(&play.scenario.summary, "").to_string());
    let onchange = {
        let send = props.send.clone();
        Callback::from(move |event: Event| {
            if let Some(name) = value_of(&event) {
                send.emit(Msg::OpenScenario(name));
            }
        })
    };
    let theme = if dark { Theme::Light } else { Theme::Dark };
    let theme_word = if dark {
        Word::ThemeToLight
    } else {
        Word::ThemeToDark
    };
    let options = shipped::ALL.iter().filter_map(|(name, _)| {
        let scenario = shipped::load(name)?;
        let title = lang.pick(&scenario.title, name).to_string();
        Some(html! { <option value={*name} selected={*name == current}>{ title }</option> })
    });
    html! {
        <header class="top">
            <p class="brand">
                <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
                    <rect class="tile" width="32" height="32" rx="8"/>
                    <path d="M4.5 11v11c0 1.7 2.2 3 5 3s5-1.3 5-3V11M17.5 11v11c0 1.7 2.2 3 5 3s5-1.3 5-3V11"/>
                    <ellipse cx="9.5" cy="11" rx="5" ry="3"/><ellipse cx="22.5" cy="11" rx="5" ry="3"/>
                </svg>
                <span>{ "msa-playground" }</span>
            </p>
            <label class="picker">
                <span class="visually-hidden">{ word(Word::Scenario) }</span>
                <select data-test="scenario" {onchange}>{ for options }</select>
            </label>
            <h1 class="summary">{ summary.unwrap_or_else(|| word(Word::BrokenLink).to_string()) }</h1>
            <div class="tools">
                <button class="tool" data-test="share" title={word(Word::ShareHint)} onclick={on(&props.send, Msg::Share)}>
                    { icon(Icon::Share) }<span class="tool-text">{ word(Word::Share) }</span>
                </button>
                <button class="tool" data-test="lang" lang={lang.other().code()} title={word(Word::OtherLanguageHint)}
                    onclick={on(&props.send, Msg::Lang(lang.other()))}>{ word(Word::OtherLanguage) }</button>
                <button class="tool square" data-test="theme" aria-label={word(theme_word)} title={word(theme_word)}
                    onclick={on(&props.send, Msg::Theme(theme))}>{ icon(if dark { Icon::Sun } else { Icon::Moon }) }</button>
                <button class="tool square" id="help-open" data-test="help" aria-label={word(Word::Help)} title={word(Word::Help)}
                    onclick={on(&props.send, Msg::Help(true))}>{ icon(Icon::Help) }</button>
            </div>
        </header>
    }
}

fn run(props: &Props, play: &Play) -> Html {
    let model = &*props.model;
    let (lang, send) = (model.lang, &props.send);
    let offered = play.offered();
    let offer = offered
        .as_ref()
        .and(play.scenario.offer.as_ref())
        .map(|offer| AttrValue::from(lang.pick(&offer.title, "").to_string()));
    let owner = play
        .owner
        .and_then(|owner| Some((owner, play.names.services.get(owner as usize)?.clone())));
    let title = lang
        .pick(&play.scenario.title, &play.scenario.name)
        .to_string();
    let considered = play
        .considered
        .as_deref()
        .and_then(|set| considered_words(play, set, lang));
    let outcome = html! {
        <Outcome {lang} snapshot={play.snapshot.clone()} main_client={play.main_client} {owner} {offer}
            considered={considered} forecast={play.forecast} compare={play.compare.clone()} send={send.clone()}/>
    };
    let diagram = html! {
        <Diagram {lang} title={title.clone()} layout={play.layout.clone()} names={play.names.clone()} snapshot={play.snapshot.clone()}
            selected={play.selected} legend={!model.embed} send={send.clone()}/>
    };
    let explained = play
        .considered
        .as_ref()
        .and_then(|set| strategy_of(&set.first()?.1))
        .or(play.explained);
    let panel = html! {
        <Panel {lang} controls={play.controls.clone()} {explained}
            offered={Rc::new(offered.unwrap_or_default())} faults={play.faults.clone()} snapshot={play.snapshot.clone()}
            fault_lasts={play.fault_lasts} seed={play.scenario.seed} sheet={model.sheet} embed={model.embed}
            dice={props.dice.clone()} send={send.clone()}/>
    };
    let transport = html! {
        <Transport {lang} playing={play.playing} speed={play.speed} snapshot={play.snapshot.clone()}
            bookmarks={Rc::new(bookmarks(play))} embed={model.embed} send={send.clone()}/>
    };
    if model.embed {
        return html! {
            <main class="embedded" id="main">
                <h1 class="visually-hidden">{ title }</h1>
                { outcome }
                { diagram }
                <div class="below">
                    { transport }
                    <a class="open-full" data-test="open-full" target="_blank" rel="noopener"
                        href={format!("?#{}", crate::app::opening::fragment(&play.base, &play.scenario))}>
                        { Word::OpenInFull.text(lang) }
                    </a>
                </div>
                { panel }
            </main>
        };
    }
    html! {
        <div class="columns">
            <div class="side">
                // It stands beside the diagram, never over it: nothing is hidden.
                if let Some(node) = play.selected {
                    <Inspector {lang} {node} layout={play.layout.clone()} names={play.names.clone()}
                        faults={play.faults.clone()} snapshot={play.snapshot.clone()} send={send.clone()}/>
                }
                { panel }
            </div>
            <main class="main" id="main">
                { outcome }
                <div class="hero">{ diagram }</div>
                { sentence(play, lang) }
                { transport }
                <Charts {lang} snapshot={play.snapshot.clone()} main_client={play.main_client}
                    services={Rc::new(play.names.services.clone())}/>
            </main>
            <button id="sheet-open" class="sheet-open" aria-expanded={if model.sheet { "true" } else { "false" }}
                aria-controls="settings" onclick={on(send, Msg::Sheet(true))}>
                { icon(Icon::Sliders) }{ Say::OpenSettings.text(lang) }
            </button>
        </div>
    }
}

/// What a choice is called that is looked at: its strategy, and whose it is if it is not everybody's.
fn considered_words(play: &Play, set: &[(String, String)], lang: Lang) -> Option<AttrValue> {
    let (name, value) = set.first()?;
    let strategy = Word::of_strategy(strategy_of(value)?).text(lang);
    let control = play.controls.iter().find(|control| control.name == *name)?;
    let words = match set.len() {
        1 => Say::StrategyOf(lang.pick(&control.title, name), strategy).text(lang),
        _ => strategy.to_string(),
    };
    Some(words.into())
}

/// The live sentence. Read aloud is only what a person did or what broke: the rest changes too often.
fn sentence(play: &Play, lang: Lang) -> Html {
    let happened = play.snapshot.happened.clone().unwrap_or(Happened::Starting);
    let text = match play.snapshot.stopped {
        Some(limit) => Say::Stopped(limit).text(lang),
        None => happened.text(lang),
    };
    let aloud = matches!(
        happened,
        Happened::Broke(_) | Happened::Mended(_) | Happened::Changed | Happened::StillWorks { .. }
    );
    let spoken = if aloud || play.snapshot.stopped.is_some() {
        text.clone()
    } else {
        String::new()
    };
    html! {
        <>
            <p class="sentence" data-test="sentence">{ text }</p>
            <p class="visually-hidden" role="status">{ spoken }</p>
        </>
    }
}

/// What broke in this run, and when.
fn bookmarks(play: &Play) -> Vec<(f64, Trouble)> {
    if play.snapshot.faults.is_empty() {
        return Vec::new();
    }
    let plan = Plan::new(&play.scenario);
    let faults = play
        .snapshot
        .faults
        .iter()
        .filter(|fault| fault.began_s <= play.snapshot.reach_s);
    faults
        .map(|fault| (fault.began_s, trouble(&fault.kind, &plan, &play.names)))
        .collect()
}

fn note(model: &Model) -> Html {
    let text = model.note.as_ref().map(|note| match note {
        Note::Word(word) => word.text(model.lang).to_string(),
        Note::Problem(problem) => problem.clone(),
    });
    html! {
        <div class={classes!("toast", text.is_some().then_some("shown"))} role="status" data-test="note">
            { text.unwrap_or_default() }
        </div>
    }
}
