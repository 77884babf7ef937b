//! What can be taken away. Plain functions from a run (or its plan, or its trace) to a text: one file for each
//! format. Nothing here asks the page or the machine for anything, so the same text comes out everywhere.
//!
//! docs/export.md says what each format is for and what opens it.
//!
//! ```
//! use export::{Subject, flowchart};
//! use words::{Lang, names::Names};
//!
//! let run = run::Run::new(scenario::shipped::load("order-payment").expect("it ships"), 0);
//! let names = Names::new(run.scenario(), run.plan());
//! let mermaid = flowchart::text(&Subject { run: &run, names: &names, lang: Lang::En });
//! assert!(mermaid.contains("flowchart"));
//! ```

pub mod animation;
pub mod calls;
pub mod chrome;
mod escape;
pub mod flowchart;
pub mod otlp;
pub mod sequence;
pub mod svg;
pub mod table;

pub use calls::Window;
pub use escape::xml;

use run::Run;
use words::names::Names;
use words::{Exported, Lang};

/// A run that something is exported of, and what its things are called.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The run, at the moment that is meant.
    pub run: &'a Run,
    /// What things are called.
    pub names: &'a Names,
    /// The language.
    pub lang: Lang,
}

impl Subject<'_> {
    /// What the scenario is called.
    pub fn title(&self) -> &str {
        let scenario = self.run.scenario();
        scenario.title.pick(self.lang, &scenario.name)
    }

    /// What a client is called.
    fn client(&self, client: u16) -> &str {
        self.names.clients[client as usize].text(self.lang)
    }

    /// What a service is called.
    fn service(&self, service: u16) -> &str {
        self.names.services[service as usize].text(self.lang)
    }

    /// What a topic is called.
    fn topic(&self, topic: u16) -> &str {
        self.names.topics[topic as usize].text(self.lang)
    }

    /// What an operation is called (a variant like the operation that it is one of).
    fn operation(&self, operation: u16) -> &str {
        self.names.writing.operations[operation as usize].text(self.lang)
    }

    /// What a trace of this window leaves out, as sentences.
    fn left_out(&self, window: Window, requests: u64) -> Vec<String> {
        let mut said = Vec::new();
        let start = self.run.trace().start();
        if start > window.from {
            said.push(Exported::BeginsLater(start.as_secs()).text(self.lang));
        }
        if requests > 0 {
            said.push(Exported::RequestsLeftOut(requests).text(self.lang));
        }
        said
    }
}
