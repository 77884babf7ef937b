//! The truth key by key: what every store holds, side by side; how it came about; and the jobs that look after it.

use super::icon::{Icon, icon};
use super::on;
use crate::app::names::Names;
use crate::app::truth::{Actual, BusinessKeyNow, Cell, JobNow, RowNow, Stage, Told, TruthNow};
use crate::app::{By, Msg, Snapshot};
use std::rc::Rc;
use words::{Deed, Disagreement, Lang, Truth, Word, clock};
use yew::prelude::*;

/// What the views of the truth need.
pub struct Props<'a> {
    pub lang: Lang,
    pub truth: &'a TruthNow,
    pub names: &'a Names,
    pub snapshot: Rc<Snapshot>,
    pub followed: Option<u32>,
    /// What is known of the history of the key that is looked at.
    pub chain: &'a [(f64, Deed)],
    pub send: Callback<Msg>,
}

/// The same mark wherever something disagrees.
fn mark(lang: Lang) -> Html {
    html! { <span class="mark" role="img" aria-label={Word::DisagreesMark.text(lang)}>{ "≠" }</span> }
}

fn told(told: Told) -> Word {
    match told {
        Told::Nothing => Word::ToldNothing,
        Told::Done => Word::ToldDone,
        Told::Refused => Word::ToldRefused,
        Told::Failed => Word::ToldFailed,
    }
}

fn actual(actual: Actual) -> Word {
    match actual {
        Actual::Done => Word::TrueDone,
        Actual::Open => Word::TrueOpen,
        Actual::Not => Word::TrueNotDone,
    }
}

/// A row in few words: state, number of rows, version, numbers.
pub(super) fn row_text(row: &RowNow, lang: Lang) -> String {
    let mut text = row.state.clone();
    if row.rows > 1 {
        text += &format!(" × {}", row.rows);
    }
    text += &format!(" {}", Truth::Version(row.version).text(lang));
    for (name, value) in &row.values {
        text += &format!(" {name} {value}");
    }
    text
}

fn cell_text(cell: &Cell, lang: Lang) -> String {
    match &cell.row {
        Some(row) => row_text(row, lang),
        None => Word::NoRow.text(lang).to_string(),
    }
}

fn column(props: &Props<'_>, table: u16) -> (String, String) {
    let owner = props.names.writing.table_owners.get(table as usize);
    let owner = owner.map_or("", |name| name.text(props.lang)).to_string();
    let table = props.names.tables.get(table as usize).cloned();
    (owner, table.unwrap_or_default())
}

fn wrong(props: &Props<'_>, business_key: &BusinessKeyNow) -> String {
    let lang = props.lang;
    let kinds = business_key.wrong.iter().map(|(what, rule)| {
        let rule = rule.and_then(|rule| props.names.writing.rules.get(rule as usize));
        let what = Disagreement {
            finding: *what,
            rule: rule.cloned(),
            key: props.names.writing.key.clone(),
        };
        what.text(lang)
    });
    kinds.collect::<Vec<_>>().join(" · ")
}

/// The keys that disagree, and the jobs.
pub fn view(props: &Props<'_>) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let truth = props.truth;
    let points = |it: bool| on(&props.send, Msg::LookAtRows(By::Pointer, it));
    let focuses = |it: bool| on(&props.send, Msg::LookAtRows(By::Focus, it));
    html! {
        <section class="keys-table" data-test="truth" aria-labelledby="truth-title">
            <h2 id="truth-title">{ word(Word::TheTruth) }</h2>
            // As long as somebody looks at the rows, they stay where they are. As high whatever there is in it: what stands
            // below does not move.
            <div class="place" onmouseenter={points(true)} onmouseleave={points(false)} onfocusin={focuses(true)} onfocusout={focuses(false)}>
                if truth.broken.is_empty() {
                    <p class="hint" data-test="all-agrees">{ word(Word::AllAgrees) }</p>
                } else {
                    { rows(props) }
                }
            </div>
            { for truth.jobs.iter().enumerate().map(|(index, job)| job_view(props, index, job)) }
            if !truth.jobs.is_empty() {
                <p class="people-queue" data-test={(truth.counts.with_operator > 0).then_some("operator-queue")}
                    data-count={truth.counts.with_operator.to_string()}>
                    if truth.counts.with_operator > 0 {
                        { word(Word::OperatorQueue) }{ ": " }{ truth.counts.with_operator.to_string() }
                    }
                </p>
            }
        </section>
    }
}

fn rows(props: &Props<'_>) -> Html {
    let (lang, truth) = (props.lang, props.truth);
    let word = |word: Word| word.text(lang);
    let more = (truth.more > 0).then(|| Truth::More(truth.more).text(lang));
    html! {
        <>
            <div class="scroll">
                <table class="grid">
                    <thead><tr>
                        <th scope="col">{ props.names.writing.key.text(lang) }</th>
                        <th scope="col">{ word(Word::WhatIsWrong) }</th>
                        <th scope="col">{ word(Word::TheUserWasTold) }</th>
                        <th scope="col">{ word(Word::WhatIsTrue) }</th>
                        { for truth.columns.iter().map(|table| {
                            let (owner, table) = column(props, *table);
                            html! { <th scope="col">{ owner }{ " " }<code>{ table }</code></th> }
                        }) }
                        <th scope="col">{ word(Word::Since) }</th>
                    </tr></thead>
                    <tbody>{ for truth.broken.iter().map(|business_key| line(props, business_key)) }</tbody>
                </table>
            </div>
            <p class="hint" data-test="more-keys">{ more.unwrap_or_default() }</p>
        </>
    }
}

fn line(props: &Props<'_>, business_key: &BusinessKeyNow) -> Html {
    let lang = props.lang;
    // A row that somebody looks at stays, whatever becomes of its key.
    let mended = business_key.wrong.is_empty();
    let wrong = if mended {
        Word::AgreesNow.text(lang).to_string()
    } else {
        wrong(props, business_key)
    };
    let key = props
        .names
        .writing
        .business_key(business_key.shown)
        .text(lang);
    let label = Truth::OpenKey(&key, &wrong).text(lang);
    let open = props.followed == Some(business_key.key);
    html! {
        // The whole row can be clicked; the keyboard has the button, whose click is the row's.
        <tr key={business_key.key.to_string()} class={classes!(open.then_some("open"), mended.then_some("mended"))}
            data-test={format!("row-{}", business_key.shown)}
            onclick={on(&props.send, Msg::Follow((!open).then_some(business_key.key)))}>
            <th scope="row">
                <button class="key" id={format!("key-{}", business_key.key)} data-test={format!("key-{}", business_key.shown)}
                    aria-label={label} aria-pressed={if open { "true" } else { "false" }}>{ business_key.shown.to_string() }</button>
            </th>
            <td class="words">{ wrong }</td>
            <td class="words">{ told(business_key.told).text(lang) }</td>
            <td class="words">{ actual(business_key.actual).text(lang) }</td>
            { for business_key.cells.iter().map(|cell| html! {
                <td class={classes!("words", cell.disagrees.then_some("disagrees"))}>
                    if cell.disagrees { { mark(lang) } }
                    { cell_text(cell, lang) }
                </td>
            }) }
            <td>
                if !mended { { Truth::Ago((props.snapshot.now_s - business_key.since_s).max(0.0)).text(lang) } }
            </td>
        </tr>
    }
}

/// A key that is looked at: both truths, what each store holds, and how it came about.
pub fn business_key(props: &Props<'_>) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let followed = props.truth.followed.as_ref();
    let now = followed.and_then(|it| it.business_key.as_ref());
    let title = now.map_or(word(Word::HowItCameAbout).to_string(), |it| {
        let key = props.names.writing.business_key(it.shown).text(lang);
        Truth::ChainOf(&key).text(lang)
    });
    html! {
        <aside class="inspector affair" id="affair" data-test="affair" tabindex="-1" aria-labelledby="affair-title">
            <div class="inspector-head">
                <h2 id="affair-title">{ title }</h2>
                <button class="plain" data-test="affair-close" aria-label={word(Word::Close)}
                    onclick={on(&props.send, Msg::Follow(None))}>{ icon(Icon::Close) }</button>
            </div>
            if let Some(now) = now {
                <dl class="both-truths">
                    <div><dt>{ word(Word::TheUserWasTold) }</dt><dd data-test="told">{ word(told(now.told)) }</dd></div>
                    <div><dt>{ word(Word::WhatIsTrue) }</dt><dd data-test="actual">{ word(actual(now.actual)) }</dd></div>
                </dl>
                <p class="hint" data-test="wrong">
                    if now.wrong.is_empty() {
                        { word(if followed.is_some_and(|it| it.open) { Word::IsUnderWay } else { Word::AgreesNow }) }
                    } else {
                        { wrong(props, now) }
                    }
                </p>
                <table class="grid"><tbody>
                    { for now.cells.iter().zip(&props.truth.columns).map(|(cell, table)| {
                        let (owner, table) = column(props, *table);
                        html! {
                            <tr>
                                <th scope="row">{ owner }{ " " }<code>{ table }</code></th>
                                <td class={classes!("words", cell.disagrees.then_some("disagrees"))}>
                                    if cell.disagrees { { mark(lang) } }
                                    { cell_text(cell, lang) }
                                </td>
                            </tr>
                        }
                    }) }
                </tbody></table>
                { chain(props) }
            } else {
                <p class="hint">{ word(if props.chain.is_empty() { Word::Forgotten } else { Word::NotYetThen }) }</p>
                { chain(props) }
            }
        </aside>
    }
}

/// What happened for the key, line by line: each goes to its moment.
fn chain(props: &Props<'_>) -> Html {
    let lang = props.lang;
    let lines = props.chain.iter().enumerate().map(|(index, (at, deed))| {
        let (time, text) = (clock(*at), deed.text(lang));
        let label = Truth::GoTo(&time, &text).text(lang);
        // What is still to come, seen from the moment that is looked at.
        let later = *at > props.snapshot.now_s;
        html! {
            <li class={classes!(later.then_some("later"))}>
                <button data-test={format!("chain-{index}")} data-s={format!("{at:.6}")} aria-label={label}
                    onclick={on(&props.send, Msg::Visit(*at))}><time>{ time }</time><span>{ text }</span></button>
            </li>
        }
    });
    html! { <ol class="chain" data-test="chain">{ for lines }</ol> }
}

fn stage(stage: Stage) -> Word {
    match stage {
        Stage::Resting => Word::Resting,
        Stage::ReadsLeft => Word::ReadsLeft,
        Stage::ReadsRight => Word::ReadsRight,
        Stage::Compares => Word::Compares,
        Stage::Repairs => Word::RepairsWord,
    }
}

fn job_view(props: &Props<'_>, index: usize, job: &JobNow) -> Html {
    let lang = props.lang;
    let word = |word: Word| word.text(lang);
    let name = props.names.writing.jobs.get(index);
    let name = name.map_or("", |name| name.text(lang)).to_string();
    let status = if !job.enabled {
        word(Word::SwitchedOff).to_string()
    } else if job.stage == Stage::Resting {
        Truth::NextIn(job.next_s).text(lang)
    } else if job.stage == Stage::Repairs {
        Truth::RepairsLeft(job.left).text(lang)
    } else {
        String::new()
    };
    html! {
        <div class={classes!("job", (!job.enabled).then_some("off"))} data-test={format!("job-{index}")}>
            <h3>{ word(Word::Reconciliation) }{ ": " }{ name }</h3>
            <ol class="stages">
                { for Stage::ALL.into_iter().map(|it| html! {
                    <li class={classes!((job.enabled && it == job.stage).then_some("now"))}
                        aria-current={(job.enabled && it == job.stage).then_some("step")}>{ word(stage(it)) }</li>
                }) }
            </ol>
            <span class="status">{ status }</span>
            // Its place is there before there is a result.
            <p class="hint" data-test={job.last.map(|_| format!("job-{index}-last"))}>
                if let Some(last) = job.last {
                    { format!(
                        "{}: {} {} · {} {} · {} {} · {} {}",
                        word(Word::LastResult), word(Word::Matched), last.matched, word(Word::Pending), last.pending,
                        word(Word::Repaired), last.repaired, word(Word::Manual), last.manual,
                    ) }
                }
            </p>
        </div>
    }
}
