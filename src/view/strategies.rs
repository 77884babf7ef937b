//! The strategies: a matrix with a row for each reference and a column for each way to read it.

use super::choice_table::compare;
use super::consider;
use super::radio::{Radio, keys, radio};
use super::why::Reasons;
use crate::app::control::{Control, STRATEGIES, all_to, strategies};
use crate::app::prospect::Prospect;
use crate::app::{Choice, Msg};
use scenario::ReadStrategy;
use std::rc::Rc;
use words::{Lang, Say, Word, strategy_key};
use yew::prelude::*;

/// What the matrix needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub controls: Rc<Vec<Control>>,
    /// All controls, also those that are not shown: because of one of them a choice may have no effect.
    pub all: Rc<Vec<Control>>,
    pub explained: Option<ReadStrategy>,
    /// The controls that the offer would change, and to what.
    pub offered: Rc<Vec<(String, String)>>,
    pub send: Callback<Msg>,
}

/// The matrix of strategies.
#[component]
pub fn Strategies(props: &Props) -> Html {
    let lang = props.lang;
    let rows: Vec<&Control> = strategies(&props.controls).collect();
    if rows.is_empty() {
        return Html::default();
    }
    let first = rows[0].strategy();
    let common = first.filter(|first| rows.iter().all(|row| row.strategy() == Some(*first)));
    let heads = STRATEGIES.into_iter().map(|strategy| {
        let chosen = rows.iter().any(|row| row.strategy() == Some(strategy));
        html! {
            <span class={classes!("head", chosen.then_some("chosen"), group(strategy))} aria-hidden="true">
                <span>{ Word::of_strategy(strategy).text(lang) }</span>
            </span>
        }
    });
    let all = STRATEGIES.into_iter().map(|strategy| {
        let set = all_to(&props.controls, strategy);
        let cell = Cell {
            name: "all",
            title: Word::AllReferences.text(lang),
            chosen: common,
            offered: None,
            prospect: for_all(&rows, strategy),
            why: None,
        };
        cell.html(props, strategy, set)
    });
    html! {
        <section class="strategies" aria-labelledby="strategies-title">
            <h2 id="strategies-title">{ Word::HowItIsRead.text(lang) }</h2>
            <div class="matrix">
                <div class="row heads"><span class="name"></span>{ for heads }</div>
                <div class="row all" role="radiogroup" aria-label={Word::AllReferences.text(lang)} onkeydown={keys()}>
                    <span class="name" aria-hidden="true">{ Word::AllReferences.text(lang) }</span>
                    { for all }
                </div>
                { for rows.iter().map(|control| row(props, control)) }
            </div>
            { for rows.iter().map(|control| reasons(props, control).html()) }
            if let Some(strategy) = props.explained {
                <p class="meaning" data-test="strategy-meaning">
                    <strong>{ Word::of_strategy(strategy).text(lang) }</strong>{ " – " }
                    { Word::meaning(strategy).text(lang) }
                </p>
            }
        </section>
    }
}

/// Columns that belong together: one database; calls; copies; another model.
fn group(strategy: ReadStrategy) -> &'static str {
    match strategy {
        ReadStrategy::PerRow | ReadStrategy::LocalCache | ReadStrategy::Remodel => "begins",
        _ => "",
    }
}

/// What it would do to give all references one strategy: something, unless it does nothing to each of them.
fn for_all(rows: &[&Control], strategy: ReadStrategy) -> Prospect {
    let others = rows.iter().filter(|row| row.strategy() != Some(strategy));
    let mut found = others.map(|row| row.prospect(strategy_key(strategy)));
    let first = found.next().unwrap_or_default();
    found.fold(first, |one, other| match (one, other) {
        (Prospect::StartsAgain, _) | (_, Prospect::StartsAgain) => Prospect::StartsAgain,
        (Prospect::GoesOn, _) | (_, Prospect::GoesOn) => Prospect::GoesOn,
        (Prospect::NoEffect(_), Prospect::NoEffect(_)) => one,
    })
}

/// Why strategies of a reference have no effect, if some have none.
fn reasons(props: &Props, control: &Control) -> Reasons {
    let values = STRATEGIES.map(|strategy| strategy_key(strategy).to_string());
    Reasons::new(&props.all, control, &values, props.lang)
}

fn row(props: &Props, control: &Control) -> Html {
    let lang = props.lang;
    let title = control.title.pick(lang, &control.name);
    let reasons = reasons(props, control);
    let offered = props
        .offered
        .iter()
        .find(|(name, _)| *name == control.name)
        .map(|(_, value)| value.as_str());
    let cells = STRATEGIES.into_iter().map(|strategy| {
        let set = vec![(control.name.clone(), strategy_key(strategy).to_string())];
        let prospect = control.prospect(strategy_key(strategy));
        let cell = Cell {
            name: &control.name,
            title,
            chosen: control.strategy(),
            offered,
            prospect,
            why: reasons.id(prospect),
        };
        cell.html(props, strategy, set)
    });
    html! {
        <div class="row" role="radiogroup" aria-label={title.to_string()} onkeydown={keys()}>
            <span class="name"><span aria-hidden="true">{ title.to_string() }</span>{ compare(control, lang, &props.send) }</span>
            { for cells }
        </div>
    }
}

/// A cell of the matrix.
struct Cell<'c> {
    name: &'c str,
    title: &'c str,
    /// The strategy that its row stands at.
    chosen: Option<ReadStrategy>,
    /// The strategy that is offered to its row.
    offered: Option<&'c str>,
    prospect: Prospect,
    why: Option<AttrValue>,
}

impl Cell<'_> {
    fn html(self, props: &Props, strategy: ReadStrategy, set: Vec<(String, String)>) -> Html {
        let lang = props.lang;
        let key = strategy_key(strategy);
        let checked = self.chosen == Some(strategy);
        let idle = self.prospect.because().is_some();
        let offered = self.offered == Some(key) && !checked && !idle;
        let word = Word::of_strategy(strategy).text(lang);
        let class = classes!(
            "cell",
            group(strategy),
            offered.then_some("offered"),
            idle.then_some("idle")
        );
        html! {
            <label {class} title={word} onmouseover={consider(&props.send, &set, idle)}>
                { radio(Radio {
                    lang,
                    group: format!("strategy-{}", self.name),
                    value: key,
                    label: Say::StrategyOf(self.title, word).text(lang),
                    test: format!("strategy-{}-{key}", self.name),
                    checked,
                    prospect: self.prospect,
                    why: self.why,
                    msg: Msg::Set(set, Choice::Discrete),
                    send: &props.send,
                }) }
                <span class="dot" aria-hidden="true"></span>
            </label>
        }
    }
}
