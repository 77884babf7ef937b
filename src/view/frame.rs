//! The page as a whole: what stands where.

use super::icon::{Icon, icon};
use super::{
    broken, charts, choice_table, diagram, help, inspector, outcome, panel, paper, refused, share,
    transport, truth,
};
use super::{on, value_of};
use crate::app::control::{strategy_of, that_matter};
use crate::app::embed::Part;
use crate::app::fault::trouble;
use crate::app::undo::Action;
use crate::app::{Model, Msg, Note, Page as AppPage, Play, Theme};
use kernel::time::{Span, Time};
use scenario::read::in_one_line;
use scenario::shipped;
use sim::Plan;
use std::rc::Rc;
use words::{Act, Lang, Say, Trouble, Word};
use yew::prelude::*;

/// What the page needs: everything it knows, and where its messages go.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// What the page knows.
    pub model: Rc<Model>,
    /// Asks for a new seed (the clock is not ours).
    pub dice: Callback<()>,
    /// Takes a file that was chosen (reading is not ours either).
    pub file: Callback<web_sys::File>,
    /// Whom a control tells what a person did.
    pub send: Callback<Msg>,
}

/// The page.
pub fn page(props: &Props) -> Html {
    let model = &*props.model;
    let lang = model.lang;
    let content = match &model.page {
        AppPage::Broken(broken) => {
            let (broken, send) = (broken.clone(), props.send.clone());
            broken::view(&broken::Props { lang, broken, send })
        }
        AppPage::Run(play) => run(props, play),
    };
    // A look at a choice ends wherever else the pointer goes.
    let looks_away = model
        .play()
        .and_then(|play| play.considered.as_ref())
        .map(|_| on(&props.send, Msg::Consider(None)));
    // What is behind an open dialog cannot be reached: the browser keeps the focus out of it.
    let compared = model.play().and_then(|play| play.table.as_ref());
    let behind = model.help || model.sharing.is_some() || compared.is_some();
    html! {
        <>
            <div class={classes!("page", model.figure().then_some("embed"), on_stage(model).then_some("on-stage"))}
                inert={behind} onmouseover={looks_away}>
                if !model.figure() && !on_stage(model) {
                    if model.play().is_some() {
                        <a class="skip" href="#diagram" onclick={skip()}>{ Word::SkipToDiagram.text(lang) }</a>
                    }
                    { header(props) }
                }
                if !on_stage(model) { { share::left_off(model, &props.send) } }
                { refused::view(model, &props.send) }
                { content }
                { note(model) }
                if let Some(play) = model.play().filter(|_| !model.figure()) { { paper::view(model, play) } }
            </div>
            { spoken(model) }
            if let (Some(sharing), Some(play)) = (model.sharing, model.play()) {
                { share::view(&share::Props { model, play, sharing, file: props.file.clone(), send: props.send.clone() }) }
            }
            if let (Some(table), Some(play)) = (compared, model.play()) {
                { choice_table::view(&choice_table::Props { lang, table, play, send: &props.send }) }
            }
            if model.help { { help::view(&help::Props { lang, send: props.send.clone() }) } }
        </>
    }
}

/// Whether it is shown in a lecture hall. What is wrong with a link is shown as everywhere.
fn on_stage(model: &Model) -> bool {
    model.stage && model.play().is_some()
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
        .map(|play| play.scenario.summary.pick(lang, "").to_string());
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
        let title = scenario.title.pick(lang, name).to_string();
        Some(html! { <option value={*name} selected={*name == current}>{ title }</option> })
    });
    // A scenario of one's own, or none at all: a list without it would show another one.
    let other = (!shipped::names().any(|name| name == current)).then(|| {
        let title = model
            .play()
            .map_or(word(Word::Scenario).to_string(), |play| {
                play.base.title.pick(lang, current).to_string()
            });
        html! { <option value="" selected=true hidden=true>{ title }</option> }
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
                <select data-test="scenario" {onchange}>{ for other }{ for options }</select>
            </label>
            <h1 class="summary">{ summary.unwrap_or_else(|| word(Word::BrokenLink).to_string()) }</h1>
            <div class="tools">
                <button class="tool" id="share-open" disabled={model.play().is_none()} data-test="share" title={word(Word::ShareHint)} onclick={on(&props.send, Msg::Share(true))}>
                    { icon(Icon::Share) }<span class="tool-text">{ word(Word::Share) }</span>
                </button>
                if !model.embed {
                    <button class="tool square" id="stage-open" data-test="stage" disabled={model.play().is_none()}
                        aria-label={word(Word::Stage)} title={word(Word::StageHint)}
                        onclick={on(&props.send, Msg::Stage(true))}>{ icon(Icon::Screen) }</button>
                }
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
        .zip(play.scenario.offer.as_ref())
        .map(|(set, offer)| {
            let title = AttrValue::from(offer.title.pick(lang, "").to_string());
            (title, play.changes(set, lang))
        });
    let owner = play
        .owner
        .and_then(|owner| Some((owner, play.names.services.get(owner as usize)?.clone())));
    let title = play
        .scenario
        .title
        .pick(lang, &play.scenario.name)
        .to_string();
    let considered = play
        .considered
        .as_deref()
        .and_then(|set| considered_words(play, set, lang));
    let snapshot = || play.snapshot.clone();
    let outcome = outcome::view(&outcome::Props {
        lang,
        snapshot: snapshot(),
        main_client: play.main_client,
        names: play.names.clone(),
        owner,
        offer: offer.filter(|_| model.shows(Part::Choices)),
        starts_again: offered
            .as_ref()
            .is_some_and(|set| play.would_start_again(set)),
        helps: play.considered.is_none() && play.would_help(),
        considered,
        forecast: play.forecast,
        compare: play.compare.clone().filter(|_| model.shows(Part::Choices)),
        send: send.clone(),
    });
    let diagram = diagram::view(&diagram::Props {
        lang,
        title: title.clone().into(),
        layout: play.layout.clone(),
        names: play.names.clone(),
        snapshot: snapshot(),
        selected: play.selected,
        legend: !model.figure() && !model.stage,
        marks: play.marks,
        send: send.clone(),
    });
    let explained = play
        .considered
        .as_ref()
        .and_then(|set| strategy_of(&set.first()?.1))
        .or(play.explained);
    let controls = match model.figure() {
        true => Rc::new(that_matter(&play.controls, &play.offer_names())),
        false => play.controls.clone(),
    };
    let panel = panel::view(&panel::Props {
        lang,
        controls,
        all: play.controls.clone(),
        explained,
        offered: Rc::new(offered.unwrap_or_default()),
        faults: play.faults.clone(),
        snapshot: snapshot(),
        fault_lasts: play.fault_lasts,
        mistyped: play.mistyped.clone(),
        seed: play.scenario.seed,
        sheet: model.sheet,
        embed: model.figure(),
        dice: props.dice.clone(),
        send: send.clone(),
    });
    let name_of = |action: Option<&Action>| Some(play.action_name(action?, lang));
    let transport_props = transport::Props {
        lang,
        playing: play.playing,
        speed: play.speed,
        snapshot: snapshot(),
        bookmarks: bookmarks(play),
        undo: name_of(play.to_undo().as_ref()),
        redo: name_of(play.to_redo()),
        opens_later: play.scenario.opens_at > Span::ZERO,
        send: send.clone(),
    };
    if model.stage {
        return html! {
            <main class="lectern" id="main">
                { outcome }
                <div class="hero">{ diagram }</div>
                { sentence(play, lang) }
                <div class="foot">
                    <h1>{ title }</h1>
                    { transport::on_stage(&transport_props) }
                </div>
            </main>
        };
    }
    let transport = transport::view(&transport_props);
    if model.figure() {
        return html! {
            <main class="embedded" id="main">
                <h1 class="visually-hidden">{ title.clone() }</h1>
                if model.shows(Part::Outcome) { { outcome } }
                <div class="figure-place">{ diagram }{ poster(props) }</div>
                { step(model) }
                if model.shows(Part::Sentence) { { sentence(play, lang) } }
                <div class="below">
                    if model.shows(Part::Transport) { { transport } }
                    if model.shows(Part::Open) { <a class="open-full" data-test="open-full" target="_blank" rel="noopener"
                        href={format!("?#{}", play.link(Some(play.snapshot.now)).fragment())}>
                        { Word::OpenInFull.text(lang) }
                    </a> }
                </div>
                if model.shows(Part::Choices) { { panel } }
                { caption(model, play, &title) }
            </main>
        };
    }
    let truth_props = play.snapshot.truth.as_ref().map(|it| truth::Props {
        lang,
        truth: it,
        names: &play.names,
        snapshot: snapshot(),
        followed: play.followed,
        chain: &play.chain,
        send: send.clone(),
    });
    html! {
        <div class="columns">
            <div class="side">
                // It stands beside the diagram, never over it: nothing is hidden.
                if let Some(node) = play.selected {
                    { inspector::view(&inspector::Props {
                        lang, node, layout: play.layout.clone(), names: play.names.clone(),
                        faults: play.faults.clone(), snapshot: snapshot(), send: send.clone(),
                    }) }
                }
                if let Some(props) = truth_props.as_ref().filter(|_| play.followed.is_some()) {
                    { truth::business_key(props) }
                }
                if model.shows(Part::Choices) { { panel } }
            </div>
            <main class="main" id="main">
                if model.shows(Part::Outcome) { { outcome } }
                <div class="hero">{ diagram }{ poster(props) }</div>
                { step(model) }
                if model.shows(Part::Sentence) { { sentence(play, lang) } }
                if model.shows(Part::Transport) { { transport } }
                if let Some(props) = &truth_props { { truth::view(props) } }
                { charts::view(&charts::Props {
                    lang, snapshot: snapshot(), main_client: play.main_client, names: play.names.clone(),
                }) }
            </main>
            if model.shows(Part::Choices) { <button id="sheet-open" class="sheet-open" aria-expanded={if model.sheet { "true" } else { "false" }}
                aria-controls="settings" onclick={on(send, Msg::Sheet(true))}>
                { icon(Icon::Sliders) }{ Say::OpenSettings.text(lang) }
            </button> }
        </div>
    }
}

/// What the page around says about the step that it shows.
fn step(model: &Model) -> Html {
    let steps = model.steps.as_ref();
    let shown = steps.and_then(|steps| Some((steps.list.len(), steps.shown()?)));
    html! {
        if let Some((of, (number, step))) = shown {
            <p class="step" role="status" data-test="step">
                <span class="number">{ format!("{number}/{of}") }</span>{ step.caption.clone() }
            </p>
        }
    }
}

/// What paper cannot show otherwise: whose picture it is, with which settings, of which moment, and where it runs.
fn caption(model: &Model, play: &Play, title: &str) -> Html {
    let lang = model.lang;
    let changed = play
        .controls
        .iter()
        .filter(|control| control.value != control.shipped);
    let said = changed.map(|control| {
        let title = control.title.pick(lang, &control.name);
        format!("{title}: {}", control.shown(lang))
    });
    let said: Vec<String> = said.collect();
    let now = play.snapshot.now;
    html! {
        <p class="caption" data-test="caption">
            <b>{ title.to_string() }</b>
            <span>{ Say::PrintedSettings(&said.join(", ")).text(lang) }</span>
            <span>{ Say::PrintedMoment(now.since(Time::ZERO).as_secs()).text(lang) }</span>
            <span>{ format!("{}#{}", model.address, play.link(Some(now)).fragment()) }</span>
        </p>
    }
}

/// The large button over a diagram at rest.
fn poster(props: &Props) -> Html {
    let model = &*props.model;
    let word = Word::RunFigure.text(model.lang);
    html! {
        if model.poster {
            <button class="poster" data-test="poster" aria-label={word} title={word} onclick={on(&props.send, Msg::Toggle)}>
                <span class="disc">{ icon(Icon::Play) }</span>
            </button>
        }
    }
}

/// What a choice is called that is looked at: its strategy, and whose it is if it is not everybody's.
fn considered_words(play: &Play, set: &[(String, String)], lang: Lang) -> Option<AttrValue> {
    let (name, value) = set.first()?;
    let control = play.controls.iter().find(|control| control.name == *name)?;
    let strategy = match strategy_of(value) {
        Some(strategy) => Word::of_strategy(strategy).text(lang),
        None => control.question.choice(value)?.name(lang),
    };
    let words = match set.len() {
        1 => Say::StrategyOf(control.title.pick(lang, name), strategy).text(lang),
        _ => strategy.to_string(),
    };
    Some(words.into())
}

/// The live sentence. It changes too often to be read aloud: for that there is [`spoken`].
fn sentence(play: &Play, lang: Lang) -> Html {
    html! { <p class="sentence" data-test="sentence">{ play.sentence(lang) }</p> }
}

/// What a screen reader is told. The same words again are another announcement, so they are another element.
fn spoken(model: &Model) -> Html {
    let (text, number) = model.announcer.said();
    html! {
        <p class="visually-hidden" role="status" data-test="spoken"><span key={number}>{ text.to_string() }</span></p>
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
        Note::Problems(problems) => in_one_line(problems, model.lang),
        Note::NotExported(why) => why.clone(),
        Note::StartedAgain(actions, left_out) => Act::StartedAgain {
            actions: *actions,
            left_out: *left_out,
        }
        .text(model.lang),
    });
    html! {
        <div class={classes!("toast", text.is_some().then_some("shown"))} role="status" data-test="note">
            { text.unwrap_or_default() }
        </div>
    }
}
