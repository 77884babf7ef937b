//! The strategies: a matrix with a row for each reference and a column for each way to read it.

use super::on;
use crate::app::control::{Control, STRATEGIES, all_to, strategies};
use crate::app::{Choice, Msg};
use crate::scenario::ReadStrategy;
use crate::words::{Lang, Say, Word, strategy_key};
use std::rc::Rc;
use yew::prelude::*;

/// What the matrix needs.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub controls: Rc<Vec<Control>>,
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
        cell(
            props,
            "all",
            Word::AllReferences.text(lang),
            strategy,
            common,
            set,
            false,
        )
    });
    html! {
        <section class="strategies" aria-labelledby="strategies-title">
            <h2 id="strategies-title">{ Word::HowItIsRead.text(lang) }</h2>
            <div class="matrix">
                <div class="row heads"><span class="name"></span>{ for heads }</div>
                <div class="row all" role="radiogroup" aria-label={Word::AllReferences.text(lang)}>
                    <span class="name" aria-hidden="true">{ Word::AllReferences.text(lang) }</span>
                    { for all }
                </div>
                { for rows.iter().map(|control| row(props, control)) }
            </div>
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

fn row(props: &Props, control: &Control) -> Html {
    let lang = props.lang;
    let title = lang.pick(&control.title, &control.name);
    let chosen = control.strategy();
    let offered = props
        .offered
        .iter()
        .find(|(name, _)| *name == control.name)
        .map(|(_, value)| value.as_str());
    let cells = STRATEGIES.into_iter().map(|strategy| {
        let set = vec![(control.name.clone(), strategy_key(strategy).to_string())];
        let is_offered = offered == Some(strategy_key(strategy));
        cell(
            props,
            &control.name,
            title,
            strategy,
            chosen,
            set,
            is_offered,
        )
    });
    html! {
        <div class="row" role="radiogroup" aria-label={title.to_string()}>
            <span class="name" aria-hidden="true">{ title.to_string() }</span>
            { for cells }
        </div>
    }
}

fn cell(
    props: &Props,
    name: &str,
    title: &str,
    strategy: ReadStrategy,
    chosen: Option<ReadStrategy>,
    set: Vec<(String, String)>,
    offered: bool,
) -> Html {
    let lang = props.lang;
    let key = strategy_key(strategy);
    let checked = chosen == Some(strategy);
    let label = Say::StrategyOf(title, Word::of_strategy(strategy).text(lang)).text(lang);
    // What lies behind hears that nothing is looked at any more.
    let consider = {
        let (send, set) = (props.send.clone(), set.clone());
        Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            send.emit(Msg::Consider(Some(set.clone())));
        })
    };
    html! {
        <label class={classes!("cell", group(strategy), (offered && !checked).then_some("offered"))}
            title={Word::of_strategy(strategy).text(lang)} onmouseover={consider}>
            <input type="radio" name={format!("strategy-{name}")} value={key} {checked} aria-label={label}
                data-test={format!("strategy-{name}-{key}")}
                onchange={on(&props.send, Msg::Set(set, Choice::Discrete))}/>
            <span class="dot" aria-hidden="true"></span>
        </label>
    }
}
