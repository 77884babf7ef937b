//! Values in, `Html` out. No browser calls, no simulation; every component draws what it is given.
//!
//! Tests find things by `data-test`, which stays when looks change:
//!
//! | `data-test` | what |
//! |---|---|
//! | `outcome`, `outcome-value`, `outcome-then`, `outcome-course`, `outcome-facts` | the headline: now, and what a change would bring or how it was before; its number in `data-value` and its price in `data-price`, empty if nothing came; of latency also in `data-ms`, of what is counted in `data-count` beside `data-of` |
//! | `offer` (class `glows` where it would help), `offer-sets`, `undo` | take the offered change; what it sets; undo the last change |
//! | `from-the-beginning` | the beginning of a run that opens later |
//! | `strategy-<control>-<strategy>`, `strategy-all-<strategy>` | radio buttons: `strategy-customer-batch` |
//! | `strategy-meaning` | what the chosen strategy does |
//! | `control-<name>`, `value-<name>`, `allowed-<name>` | a slider (or radio buttons `control-<name>-<choice>`), the field in which its number is typed, and what may be typed, once it was not |
//! | `compare-<control>`, `choice-table`, `choice-table-close`, `choice-<value>`, `choice-status` | the button that compares all choices of a control; the table, a choice in it, and how far it is |
//! | `numbers`, `faults`, `seed-panel` | the parts of the settings that open |
//! | `seed`, `new-seed` | the seed, and another |
//! | `fault-<id>` | cause or end a fault: `fault-crash-common`, `fault-slow-common`, `fault-cut-consultation-common`, `fault-answers-consultation-common`, `fault-errors-common`, `fault-down-common_db`; `aria-pressed` while it is at work |
//! | `fault-lasts-10`, `fault-lasts-on` | how long a fault lasts |
//! | `diagram`, `canvas`, `node-<name>`, `people-<name>`, `topic`, `link-<from>-<to>` | the diagram and what stands in it |
//! | `inspector`, `inspector-close` | what a node holds |
//! | `sentence`, `spoken` | what just happened; what a screen reader is told |
//! | `restart`, `play` (`aria-pressed`), `step`, `undo-last`, `redo`, `speed`, `speed-value`, `clock` (`data-s`), `timeline`, `bookmark` | the run |
//! | `chart-latency`, `chart-calls`, `chart-threads`, `chart-stale` | the charts; the current value in `data-value` |
//! | `truth`, `key-<key>`, `all-agrees`, `job-<n>`, `job-<n>-last`, `operator-queue` | the keys that disagree and who looks after them |
//! | `term-<control>-<key>`, `term-faults-<key>`, `glossary` | terms that open beside what they belong to; all of them, in the help |
//! | `row-<key>`, `more-keys` | the whole row of a key, which can be clicked; how many more disagree |
//! | `business key`, `business key-close`, `told`, `actual`, `wrong`, `chain`, `chain-<n>` (`data-s`) | how one key came about; each line goes to its moment |
//! | `chart-disagreements`, `rows-<table>`, `rows-listed`, `meaning-<control>` | the curve of disagreements; a table's latest rows, and how many of how many they are; what a choice does |
//! | `scenario`, `share`, `note`, `lang`, `theme`, `help`, `help-dialog`, `help-close`, `sheet`, `open-full` | the frame of the page |
//! | `share-dialog`, `share-close`, `share-exactly`, `share-settings`, `share-link`, `share-length`, `share-copy`, `qr`, `share-embed`, `share-element`, `share-frame`, `snippet-copy`, `share-export`, `export-<form>`, `export-status`, `share-import`, `import-file` | links, and what is taken away or brought |
//! | `left-off`, `resume`, `resume-not` | what the last visit left off with |
//! | `refused`, `refused-close` | what is wrong with a file or a text that cannot be opened |
//! | `paper` | what is printed and not shown: settings, link and moment |
//! | `stage`, `stage-leave`, `stage-plays` (`data-plays`) | the stage: the button that enters it, the one that leaves it, whether the run goes on |
//! | `poster` | the large button over the diagram of an embedded page that waits to be asked |
//! | `step`, `caption` | what the page around says about the step that it shows; what an embedded page says on paper |
//! | `error-page`, `broken-input`, `broken-problems`, `open-default` | the page that says what is wrong |

mod broken;
mod charts;
mod choice_table;
mod choices;
mod diagram;
mod facts;
mod frame;
mod help;
mod icon;
mod inspector;
mod outcome;
mod panel;
mod paper;
mod people;
mod radio;
mod refused;
mod settings;
mod share;
mod store;
mod strategies;
mod terms;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod topic;
mod transport;
mod truth;
mod why;

pub use frame::{Props, page};

use crate::app::Msg;
use scenario::settings::Setting;
use yew::{Callback, MouseEvent};

/// A callback that sends this message, whatever the event.
fn on<E>(send: &Callback<Msg>, msg: Msg) -> Callback<E> {
    let send = send.clone();
    Callback::from(move |_| send.emit(msg.clone()))
}

/// What lies under the pointer is looked at without being taken (and nothing, if it has no effect).
fn consider(send: &Callback<Msg>, set: &[Setting], idle: bool) -> Callback<MouseEvent> {
    let msg = Msg::Consider((!idle).then(|| set.to_vec()));
    let send = send.clone();
    Callback::from(move |event: MouseEvent| {
        // What lies behind hears that nothing is looked at any more.
        event.stop_propagation();
        send.emit(msg.clone());
    })
}

/// The value of the input or select that an event comes from.
fn value_of(event: &impl AsRef<web_sys::Event>) -> Option<String> {
    use wasm_bindgen::JsCast;
    let target = event.as_ref().target()?;
    target
        .dyn_ref::<web_sys::HtmlInputElement>()
        .map(web_sys::HtmlInputElement::value)
        .or_else(|| {
            target
                .dyn_ref::<web_sys::HtmlSelectElement>()
                .map(web_sys::HtmlSelectElement::value)
        })
}
