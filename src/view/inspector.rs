//! The inspector: what a node holds, and what can go wrong there.

use super::icon::{Icon, icon};
use super::on;
use super::panel::{FaultProps, fault_button};
use crate::app::fault::Possible;
use crate::app::names::Names;
use crate::app::{Msg, Node, Snapshot};
use picture::layout::{ChipKind, Layout};
use std::rc::Rc;
use words::{Lang, Say, Truth, Word, count, decimal, ms, share};
use yew::prelude::*;

/// What the inspector needs.
pub struct Props {
    pub lang: Lang,
    pub node: Node,
    pub layout: Rc<Layout>,
    pub names: Rc<Names>,
    pub faults: Rc<Vec<Possible>>,
    pub snapshot: Rc<Snapshot>,
    pub send: Callback<Msg>,
}

/// The panel of the chosen node.
pub fn view(props: &Props) -> Html {
    let lang = props.lang;
    let (name, body) = match props.node {
        Node::Service(service) => (
            props.names.services.get(service as usize),
            service_body(props, service),
        ),
        Node::Store(store) => (
            props.names.stores.get(store as usize),
            store_body(props, store),
        ),
        Node::Topic(topic) => (
            props.names.topics.get(topic as usize),
            topic_body(props, topic),
        ),
    };
    let name = name.map_or("", |name| name.text(lang)).to_string();
    let faults: Vec<&Possible> = props
        .faults
        .iter()
        .filter(|fault| fault.at.contains(&props.node))
        .collect();
    html! {
        <aside class="inspector" id="inspector" data-test="inspector"
            tabindex="-1" aria-labelledby="inspector-title">
            <div class="inspector-head">
                <h2 id="inspector-title">{ name }</h2>
                <button class="plain" data-test="inspector-close" aria-label={Word::Close.text(lang)}
                    onclick={on(&props.send, Msg::Select(None))}>{ icon(Icon::Close) }</button>
            </div>
            { body }
            if !faults.is_empty() {
                <h3>{ Word::WhatCanGoWrong.text(lang) }</h3>
                <ul class="faults">
                    { for faults.into_iter().map(|fault| html! {
                        <li key={fault.id.clone()}>
                            { fault_button(&FaultProps {
                                lang, fault, now: props.snapshot.active(&fault.kind),
                                armed: props.snapshot.armed(&fault.kind), now_s: props.snapshot.now_s,
                                named: false, send: &props.send,
                            }) }
                        </li>
                    }) }
                </ul>
            }
        </aside>
    }
}

fn fact(word: Word, value: String, lang: Lang) -> Html {
    html! { <div><dt>{ word.text(lang) }</dt><dd>{ value }</dd></div> }
}

fn service_body(props: &Props, service: u16) -> Html {
    let lang = props.lang;
    let instances = props
        .snapshot
        .services
        .get(service as usize)
        .map_or(&[][..], |service| &service.instances);
    let numbers = props
        .snapshot
        .recent
        .as_ref()
        .and_then(|recent| Some((recent, recent.services.get(service as usize)?)));
    let caches = props
        .layout
        .services
        .get(service as usize)
        .map_or(&[][..], |place| &place.drawers)
        .iter()
        .map(|drawer| drawer.cache)
        .collect::<Vec<_>>();
    html! {
        <>
            <table class="grid">
                <thead><tr>
                    <th scope="col">{ Word::Instance.text(lang) }</th>
                    <th scope="col">{ Word::Working.text(lang) }</th>
                    <th scope="col">{ Word::WaitingForAnswer.text(lang) }</th>
                    <th scope="col">{ Word::Queue.text(lang) }</th>
                </tr></thead>
                <tbody>
                    { for instances.iter().enumerate().take(8).map(|(index, it)| html! {
                        <tr>
                            <th scope="row">{ index.to_string() }</th>
                            if it.up {
                                <td>{ Say::Of(it.working, it.threads).text(lang) }</td>
                                <td>{ Say::Of(it.waiting, it.threads).text(lang) }</td>
                                <td>{ Say::Of(it.queued, it.queue_limit).text(lang) }</td>
                            } else {
                                <td colspan="3">{ Word::Down.text(lang) }</td>
                            }
                        </tr>
                    }) }
                </tbody>
            </table>
            if let Some((recent, it)) = numbers {
                <p class="hint">{ Word::LastSeconds.text(lang) }</p>
                <dl class="pairs">
                    { fact(Word::CallsIn, Say::PerSecond(it.requests_in as f64 / (recent.to_s - recent.from_s).max(1e-9)).text(lang), lang) }
                    { fact(Word::Utilisation, share(it.utilisation), lang) }
                    { fact(Word::PeakAtOnce, count(f64::from(it.concurrent_peak)), lang) }
                    { fact(Word::RefusedWord, count(it.turned_away as f64), lang) }
                </dl>
            }
            if !caches.is_empty() { { caches_table(props, &caches) } }
        </>
    }
}

fn caches_table(props: &Props, caches: &[u16]) -> Html {
    let lang = props.lang;
    html! {
        <table class="grid">
            <thead><tr>
                <th scope="col">{ Word::Caches.text(lang) }</th>
                <th scope="col">{ Word::Entries.text(lang) }</th>
                <th scope="col">{ Word::Expired.text(lang) }</th>
                <th scope="col">{ Word::HitRate.text(lang) }</th>
            </tr></thead>
            <tbody>
                { for caches.iter().map(|cache| {
                    let name = props.names.caches.get(*cache as usize);
                    let now = props.snapshot.caches.get(*cache as usize).copied().unwrap_or_default();
                    let hits = props.snapshot.recent.as_ref().and_then(|recent| {
                        let name = name?;
                        recent.references.iter().find(|it| it.name == name.key)?.hit_rate
                    });
                    html! {
                        <tr>
                            <th scope="row">{ name.map_or("", |name| name.text(lang)).to_string() }</th>
                            <td>{ count(f64::from(now.entries)) }</td>
                            <td>{ count(f64::from(now.expired)) }</td>
                            <td>{ hits.map_or("–".to_string(), share) }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}

fn topic_body(props: &Props, topic: u16) -> Html {
    let lang = props.lang;
    let lanes = props
        .layout
        .topics
        .get(topic as usize)
        .map_or(&[][..], |place| &place.lanes);
    html! {
        <>
            <table class="grid">
                <thead><tr>
                    <th scope="col">{ Word::Subscriptions.text(lang) }</th>
                    <th scope="col">{ Word::Queued.text(lang) }</th>
                    <th scope="col">{ Word::Delayed.text(lang) }</th>
                    <th scope="col">{ Word::InHand.text(lang) }</th>
                    <th scope="col">{ Word::DeadLetters.text(lang) }</th>
                </tr></thead>
                <tbody>
                    { for lanes.iter().map(|lane| {
                        let at = lane.subscription as usize;
                        let now = props.snapshot.queues.get(at).copied().unwrap_or_default();
                        let name = props.names.subscriptions.get(at).map_or("", |name| name.text(lang));
                        html! {
                            <tr>
                                <th scope="row">{ name.to_string() }</th>
                                <td>{ count(f64::from(now.queued)) }</td>
                                <td>{ count(f64::from(now.delayed)) }</td>
                                <td>{ Say::Of(now.in_hand, now.consumers).text(lang) }</td>
                                <td>{ count(f64::from(now.dead)) }</td>
                            </tr>
                        }
                    }) }
                </tbody>
            </table>
            { for lanes.iter().filter(|lane| {
                let now = props.snapshot.queues.get(lane.subscription as usize);
                now.is_some_and(|now| now.dead > 0)
            }).map(|lane| html! {
                <button class="small" data-test={format!("redrive-{}", lane.subscription)}
                    onclick={on(&props.send, Msg::Redrive(lane.subscription))}>{ Word::RedriveDeadLetters.text(lang) }</button>
            }) }
        </>
    }
}

/// The latest rows of a table, those that disagree first.
fn rows_of(props: &Props, table: u16) -> Html {
    let lang = props.lang;
    let truth = props.snapshot.truth.as_ref();
    let Some(now) = truth.and_then(|truth| truth.table(table)) else {
        return Html::default();
    };
    let name = props.names.tables.get(table as usize).cloned();
    let name = name.unwrap_or_default();
    html! {
        <table class="grid" data-test={format!("rows-{name}")}>
            <caption>
                { Word::LatestRows.text(lang) }{ ": " }<code>{ name }</code>{ " " }
                <span data-test="rows-listed">{ Truth::RowsOf(now.rows.len(), now.keys).text(lang) }</span>
            </caption>
            <tbody>
                { for now.rows.iter().map(|(key, row, disagrees)| html! {
                    <tr>
                        <th scope="row">{ key.to_string() }</th>
                        <td class={classes!("words", disagrees.then_some("disagrees"))}>
                            if *disagrees {
                                <span class="mark" role="img" aria-label={Word::DisagreesMark.text(lang)}>{ "≠" }</span>
                            }
                            { super::truth::row_text(row, lang) }
                        </td>
                    </tr>
                }) }
            </tbody>
        </table>
    }
}

fn store_body(props: &Props, store: u16) -> Html {
    let lang = props.lang;
    let now = props
        .snapshot
        .stores
        .get(store as usize)
        .copied()
        .unwrap_or_default();
    let recent = props.snapshot.recent.as_ref();
    let numbers = recent.and_then(|recent| Some((recent, recent.stores.get(store as usize)?)));
    let chips = props
        .layout
        .stores
        .get(store as usize)
        .map_or(&[][..], |place| &place.chips);
    let what = |kind: ChipKind| match kind {
        ChipKind::Own => Word::Own,
        ChipKind::Joined => Word::Joined,
        ChipKind::Replica => Word::Copy,
        ChipKind::Embedded => Word::Embedded,
    };
    // How far behind a copy is: the reference that reads it knows.
    let lag = |table: u16| {
        let table = props.names.tables.get(table as usize)?;
        let reference = recent?.references.iter().find(|it| it.name == *table)?;
        (reference.events_applied > 0).then_some(reference.event_lag_mean_ms)
    };
    // A table of records has as many rows as have been written by now.
    let rows = |table: u16| {
        let truth = props.snapshot.truth.as_ref();
        let records = truth.and_then(|truth| truth.table(table));
        let from_start = || props.names.rows.get(table as usize).copied();
        match records {
            Some(records) => count(records.keys as f64),
            None => decimal(f64::from(from_start().unwrap_or(0))),
        }
    };
    html! {
        <>
            <dl class="pairs">
                { fact(Word::Connections, Say::Of(now.busy, now.connections).text(lang), lang) }
                { fact(Word::WaitingWord, count(f64::from(now.wanted)), lang) }
                if props.layout.stores.get(store as usize).is_some_and(|place| place.locks.is_some()) {
                    { fact(Word::RowLocks, count(f64::from(now.locks.rows)), lang) }
                    { fact(Word::LockWaiters, count(f64::from(now.locks.waiting)), lang) }
                    { fact(Word::Leases, count(f64::from(now.locks.leases)), lang) }
                    { fact(Word::InDoubt, count(f64::from(now.locks.in_doubt)), lang) }
                }
                if let Some((recent, it)) = numbers {
                    { fact(Word::Queries, Say::PerSecond(it.queries as f64 / (recent.to_s - recent.from_s).max(1e-9)).text(lang), lang) }
                    { fact(Word::Utilisation, share(it.utilisation), lang) }
                }
            </dl>
            <table class="grid">
                <thead><tr>
                    <th scope="col">{ Word::Tables.text(lang) }</th>
                    <th scope="col">{ Word::Rows.text(lang) }</th>
                    <th scope="col"></th>
                </tr></thead>
                <tbody>
                    { for chips.iter().map(|chip| html! {
                        <tr>
                            <th scope="row"><code>{ props.names.tables.get(chip.table as usize).cloned().unwrap_or_default() }</code></th>
                            <td>{ rows(chip.table) }</td>
                            <td class="words">
                                { what(chip.kind).text(lang) }
                                if let Some(lag) = (chip.kind == ChipKind::Replica).then(|| lag(chip.table)).flatten() {
                                    { format!(" · {} {}", Word::EventLag.text(lang), ms(lag, lang)) }
                                }
                            </td>
                        </tr>
                    }) }
                </tbody>
            </table>
            { for chips.iter().map(|chip| rows_of(props, chip.table)) }
        </>
    }
}
