//! The table of all choices of a control, and the button that opens it.

use super::icon::{Icon, icon};
use super::on;
use crate::app::choice_table::{ChoiceTable, Row, State};
use crate::app::control::Control;
use crate::app::prospect::reason;
use crate::app::{Msg, Play};
use words::{ChoiceNote, Column, Lang, Word};
use yew::prelude::*;

/// What the table needs.
pub struct Props<'p> {
    pub lang: Lang,
    pub table: &'p ChoiceTable,
    pub play: &'p Play,
    pub send: &'p Callback<Msg>,
}

/// The button beside a control.
pub fn compare(control: &Control, lang: Lang, send: &Callback<Msg>) -> Html {
    let title = control.title.pick(lang, &control.name);
    let label = ChoiceNote::CompareAll(title).text(lang);
    let id = format!("compare-{}", control.name);
    html! {
        <button class="compare" id={id.clone()} data-test={id} title={label.clone()} aria-label={label}
            onclick={on(send, Msg::CompareAll(Some(control.name.clone())))}>{ icon(Icon::Table) }</button>
    }
}

/// The dialog with the table.
pub fn view(props: &Props<'_>) -> Html {
    let Props {
        lang, table, play, ..
    } = *props;
    let Some(control) = play.controls.iter().find(|it| it.name == table.control) else {
        return Html::default();
    };
    let columns = table.columns(&play.scenario);
    let headline = play.snapshot.headline.as_ref();
    let story = headline.and_then(|it| ChoiceTable::column_of(it.of.kind));
    let head = |column: Column| {
        let class = (story == Some(column)).then_some("story");
        html! { <th role="columnheader" scope="col" {class}>{ column.name(lang) }</th> }
    };
    let (done, of) = table.progress();
    let title = control.title.pick(lang, &control.name);
    html! {
        <div class="backdrop">
            <div class="dialog choice-table" role="dialog" aria-modal="true" aria-labelledby="choice-table-title" data-test="choice-table">
                <div class="dialog-head">
                    <h2 id="choice-table-title">{ ChoiceNote::CompareAll(title).text(lang) }</h2>
                    <button id="choice-table-close" class="plain" data-test="choice-table-close" aria-label={Word::Close.text(lang)}
                        onclick={on(props.send, Msg::CompareAll(None))}>{ icon(Icon::Close) }</button>
                </div>
                <p class="hint">{ ChoiceNote::MadeFrom(table.length.as_secs(), play.scenario.seed).text(lang) }</p>
                <table class="grid" role="table" aria-labelledby="choice-table-title">
                    <thead role="rowgroup">
                        <tr role="row">{ head(Column::Choice) }{ for columns.iter().map(|column| head(*column)) }</tr>
                    </thead>
                    <tbody role="rowgroup">
                        { for table.rows.iter().enumerate().map(|(place, it)| row(props, control, &columns, place, it)) }
                    </tbody>
                </table>
                <p class="hint" role="status" data-test="choice-status">{ ChoiceNote::Progress(done, of).text(lang) }</p>
            </div>
        </div>
    }
}

fn row(props: &Props<'_>, control: &Control, columns: &[Column], place: usize, row: &Row) -> Html {
    let lang = props.lang;
    let present = row.value == control.value;
    let name = control.value_name(&row.value, lang);
    let takes = !present && !matches!(row.state, State::NoEffect(_) | State::CannotRun);
    let (send, value) = (props.send.clone(), row.value.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        if takes {
            send.emit(Msg::TakeCompared(value.clone()));
        }
    });
    let note = match row.state {
        State::NoEffect(because) => {
            Some(reason(&props.play.controls, control, because, false, lang))
        }
        State::CannotRun => Some(ChoiceNote::CannotRun.text(lang)),
        State::Waits => Some(ChoiceNote::Waits.text(lang)),
        State::Underway(percent) => Some(ChoiceNote::Underway(percent).text(lang)),
        State::Done(_) => None,
        State::Stopped(at, _) => Some(ChoiceNote::StoppedAt(at).text(lang)),
    };
    let cells = row.outcome().into_iter().flat_map(|outcome| {
        columns.iter().map(move |column| {
            let best = props.table.best(*column, place);
            html! {
                <td role="cell" class={best.then_some("best")}>
                    <span class="label" aria-hidden="true">{ column.name(lang) }</span>
                    { outcome.shown(*column, lang) }
                    if best { <span class="star" aria-hidden="true">{ "★" }</span><span class="visually-hidden">{ ChoiceNote::Best.text(lang) }</span> }
                </td>
            }
        })
    });
    let cells: Html = cells.collect();
    let run = row.outcome().is_some();
    let class = classes!(
        present.then_some("present"),
        (!takes && !present).then_some("idle"),
        takes.then_some("takes")
    );
    html! {
        <tr role="row" key={row.value.clone()} {class} {onclick} aria-current={present.then_some("true")}>
            <th role="rowheader" scope="row">
                <button class="take" data-test={format!("choice-{}", row.value)} aria-disabled={(!takes).then_some("true")}>{ name }</button>
                if present { <span class="now">{ ChoiceNote::Present.text(lang) }</span> }
                if run { if let Some(note) = &note { <span class="now">{ note.clone() }</span> } }
            </th>
            { cells }
            if !run { <td role="cell" class="words" colspan={columns.len().to_string()}>{ note }</td> }
        </tr>
    }
}
