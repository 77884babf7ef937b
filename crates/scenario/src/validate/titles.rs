//! How long what is shown of a document may be: a title stands in a box of the diagram, in a table or on a button.

use super::super::Text;
use super::super::shape::join;
use super::Checker;
use message::msg;

/// The longest title, in characters.
pub const TITLE_MAX: usize = 120;
/// The longest summary, in characters.
pub const SUMMARY_MAX: usize = 400;

impl<'s> Checker<'s> {
    /// Every title, and the summary.
    pub(super) fn titles(&mut self) {
        let scenario = self.scenario;
        self.text("title", &scenario.title, TITLE_MAX);
        self.text("summary", &scenario.summary, SUMMARY_MAX);
        for (name, it) in &scenario.services {
            self.title(|| join("services", name), &it.title);
        }
        for (name, it) in &scenario.stores {
            self.title(|| join("stores", name), &it.title);
        }
        for (name, it) in &scenario.operations {
            self.title(|| join("operations", name), &it.title);
        }
        for (name, it) in &scenario.clients {
            self.title(|| join("clients", name), &it.title);
        }
        for (name, it) in &scenario.references {
            self.title(|| join("references", name), &it.title);
        }
        for (name, it) in &scenario.reconciliations {
            self.title(|| join("reconciliations", name), &it.title);
        }
        for (topic, it) in &scenario.topics {
            self.title(|| join("topics", topic), &it.title);
            for (name, subscription) in &it.subscriptions {
                let path = || join(&(join("topics", topic) + ".subscriptions"), name);
                self.title(path, &subscription.title);
            }
        }
        if let Some(ledger) = &scenario.ledger {
            for (name, rule) in &ledger.rules {
                self.title(|| join("ledger.rules", name), &rule.title);
            }
        }
        for (index, control) in scenario.controls.iter().enumerate() {
            self.title(|| format!("controls.{index}"), &control.title);
        }
        if let Some(offer) = &scenario.offer {
            self.title(|| "offer".into(), &offer.title);
        }
    }

    /// The title of what stands at a path, which is only worked out for a title that is too long.
    fn title(&mut self, path: impl FnOnce() -> String, title: &Text) {
        if too_long(title, TITLE_MAX) {
            self.text(&(path() + ".title"), title, TITLE_MAX);
        }
    }

    fn text(&mut self, path: &str, text: &Text, max: usize) {
        if too_long(text, max) {
            let message = msg!(
                "must be at most {0} characters long",
                "{0}자 이하여야 합니다",
                max,
            );
            self.report(path, message);
        }
    }
}

fn too_long(text: &Text, max: usize) -> bool {
    let longer = |text: &str| text.chars().nth(max).is_some();
    match text {
        Text::Empty => false,
        Text::Same(text) => longer(text),
        Text::Both(both) => longer(&both.en) || longer(&both.ko),
    }
}
