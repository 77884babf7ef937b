//! The architecture as a Mermaid flowchart, which documentation tools and code hosts draw from plain text.

use super::Subject;
use super::escape::mermaid;
use picture::layout::{Form, Layout};
use run::metrics::main_client;
use scenario::ReadStrategy;
use sim::End;
use sim::plan::{Instruction, Plan};
use std::collections::BTreeSet;
use std::fmt::Write;
use words::{Exported, Word};

/// Mermaid draws 500 lines at most, if nobody has allowed it more.
const LINES_MAX: usize = 450;
/// So many operations are named on a line; the others become dots.
const NAMED_MAX: usize = 3;

/// The services, their stores, the topics and the clients, and who calls whom.
pub fn text(subject: &Subject) -> String {
    let plan = subject.run.plan();
    let mut text = String::from("flowchart LR\n");
    let title = Exported::ArchitectureOf(subject.title()).text(subject.lang);
    // Writing to a text never fails.
    let _ = writeln!(text, "    accTitle: {}", mermaid(&title));
    for client in 0..plan.clients.len() as u16 {
        let name = mermaid(subject.client(client));
        let _ = writeln!(text, "    c{client}([\"{name}\"])");
    }
    for (index, service) in (0..).zip(&plan.services) {
        let name = mermaid(subject.service(index));
        let (open, close) = if service.external {
            ("[[", "]]")
        } else {
            ("[", "]")
        };
        let _ = writeln!(text, "    s{index}{open}\"{name}\"{close}");
    }
    for (index, store) in (0..).zip(&subject.names.stores) {
        let name = mermaid(store.text(subject.lang));
        let _ = writeln!(text, "    d{index}[(\"{name}\")]");
    }
    for topic in 0..plan.topics.len() as u16 {
        let name = mermaid(subject.topic(topic));
        let _ = writeln!(text, "    t{topic}{{{{\"{name}\"}}}}");
    }
    let mut lines = links(subject);
    let stores = (0..).zip(&plan.stores);
    lines.extend(stores.map(|(index, store)| format!("s{} --- d{index}", store.service)));
    for line in lines.iter().take(LINES_MAX) {
        let _ = writeln!(text, "    {line}");
    }
    if lines.len() > LINES_MAX {
        let left_out = Exported::MoreLinks(lines.len() - LINES_MAX).text(subject.lang);
        let _ = writeln!(text, "    more[\"{}\"]", mermaid(&left_out));
    }
    text
}

/// A line for each link over which something is sent.
fn links(subject: &Subject) -> Vec<String> {
    let plan = subject.run.plan();
    let main = main_client(subject.run.scenario(), plan);
    let feeds = Layout::new(plan, main, Form::Wide).feeds;
    let mut lines = Vec::new();
    for (index, link) in (0..).zip(&plan.links) {
        let mut names = BTreeSet::new();
        for operation in called(plan, index) {
            names.insert(subject.operation(operation));
        }
        let subscriptions = plan.subscriptions.iter().filter(|it| it.link == index);
        names.extend(subscriptions.map(|it| subject.operation(it.operation)));
        let feed = feeds.iter().any(|feed| feed.link == index);
        let to_topic = matches!(link.to, End::Topic(_));
        if names.is_empty() && !feed && !to_topic {
            // The way of events that are not sent with these settings.
            continue;
        }
        if feed {
            names.insert(Word::Topic.text(subject.lang));
        }
        let more = if names.len() > NAMED_MAX { ", …" } else { "" };
        let shown: Vec<&str> = names.into_iter().take(NAMED_MAX).collect();
        let label = mermaid(&(shown.join(", ") + more));
        let label = if label.is_empty() {
            String::new()
        } else {
            format!("|\"{label}\"|")
        };
        let bus = to_topic || matches!(link.from, End::Topic(_)) || feed;
        let arrow = if bus { "-.->" } else { "-->" };
        lines.push(format!(
            "{} {arrow}{label} {}",
            node(link.from),
            node(link.to)
        ));
    }
    lines
}

/// The operations that are called over a link.
fn called(plan: &Plan, link: u16) -> Vec<u16> {
    let clients = plan.clients.iter().filter(|it| it.link == link);
    let mut called: Vec<u16> = clients.map(|it| it.operation).collect();
    called.extend(plan.code.iter().filter_map(|it| match it {
        Instruction::Call {
            operation,
            link: its,
            ..
        } if *its == link => Some(*operation),
        _ => None,
    }));
    let calls = |strategy: ReadStrategy| {
        matches!(
            strategy,
            ReadStrategy::PerRow
                | ReadStrategy::Parallel
                | ReadStrategy::Batch
                | ReadStrategy::LocalCache
                | ReadStrategy::Remodel
        )
    };
    let references = plan.references.iter().filter(|it| it.link == link);
    called.extend(
        references
            .filter(|it| calls(it.strategy))
            .map(|it| it.lookup),
    );
    called
}

/// The name of a node in the text: letters and digits, whatever the thing is called.
pub(super) fn node(end: End) -> String {
    match end {
        End::Client(client) => format!("c{client}"),
        End::Service(service) => format!("s{service}"),
        End::Topic(topic) => format!("t{topic}"),
    }
}
