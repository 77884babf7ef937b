//! One request as a Mermaid sequence diagram: who asks whom, what is answered, what gets lost, and what each wrote.

use super::calls::{Call, Calls, Cause};
use super::escape::mermaid;
use super::flowchart::node;
use super::{Subject, Window};
use kernel::time::Time;
use run::metrics::main_client;
use sim::End;
use sim::trace::{GuardState, Message, MessageId, Outcome, Record, Serial, What};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use words::chain::deed;
use words::{Exported, outcome};

/// More arrows and notes than this nobody reads.
const STEPS_MAX: usize = 150;
/// Of equal calls of one request, so many are shown.
const ALIKE_MAX: u32 = 2;
/// Fewer equal calls than this are all shown.
const ALL_SHOWN: u32 = 5;
/// Requests that are looked at to find the slowest.
const CALLS_MAX: usize = 100_000;

/// The sequence diagram of a client's request: of this one, or else of the first one of the window that failed while it was worked on, or else
/// of its slowest; among those of the client whose outcome counts, if it has any there.
///
/// # Errors
/// A sentence, if there is no such request.
pub fn text(subject: &Subject, window: Window, request: Option<Serial>) -> Result<String, String> {
    let Subject { run, lang, .. } = *subject;
    let calls = Calls::gather(run.trace(), run.plan(), window, CALLS_MAX);
    let main = main_client(run.scenario(), run.plan());
    let root = choose(&calls, request, main).ok_or_else(|| {
        match request {
            Some(request) => Exported::NoSuchRequest(request),
            None => Exported::NoRequest,
        }
        .text(lang)
    })?;
    let family = calls.family(root.serial);
    let mut drawing = Drawing {
        subject,
        calls: &calls,
        root,
        hidden: BTreeMap::new(),
        messages: BTreeSet::new(),
        steps: Vec::new(),
    };
    drawing.hide_alike(&family);
    drawing.messages = calls
        .publications
        .iter()
        .filter(|it| it.root == Some(root.serial))
        .map(|it| it.message)
        .collect();
    let records = run.trace().records();
    drawing.relayed();
    for record in records.range(records.partition_point(|it| it.at < root.began)..) {
        drawing.take(record, &family);
    }
    Ok(drawing.write())
}

fn choose(calls: &Calls, request: Option<Serial>, main: u16) -> Option<&Call> {
    let took = |call: &Call| call.ended.map(|ended| ended.since(call.began));
    let mut candidates = calls.of_clients().map(|(call, _)| call);
    if let Some(request) = request {
        return candidates.find(|call| call.serial == request);
    }
    let mut all: Vec<&Call> = candidates.collect();
    let of_main = |call: &&Call| call.cause == Cause::Client(main);
    if all.iter().any(of_main) {
        all.retain(of_main);
    }
    let failed = |call: &&&Call| {
        call.ended.is_some() && !matches!(call.outcome, Outcome::Ok | Outcome::Declined)
    };
    // Who was turned away at the door has little to tell.
    let failed = all.iter().filter(failed).filter(|call| call.work.is_some());
    let first_failed = failed.min_by_key(|call| call.began);
    let slowest = || all.iter().max_by_key(|call| (took(call), call.began));
    first_failed.or_else(slowest).copied()
}

struct Drawing<'a> {
    subject: &'a Subject<'a>,
    calls: &'a Calls,
    root: &'a Call,
    /// Calls that are not shown, each with how many of its kind are not (0: the first of them has said so).
    hidden: BTreeMap<Serial, u32>,
    /// The messages that the request has published.
    messages: BTreeSet<MessageId>,
    /// What is drawn: when, in which order, and the line.
    steps: Vec<(Time, End, End, String)>,
}

impl Drawing<'_> {
    /// Of many equal calls only the first are shown, and what they bring about.
    fn hide_alike(&mut self, family: &BTreeSet<Serial>) {
        let shown = |call: &Call| match call.cause {
            Cause::Request(parent) if call.serial == call.first => {
                Some((parent, call.operation, call.outcome == Outcome::Ok))
            }
            _ => None,
        };
        let members = || {
            family
                .iter()
                .filter_map(|serial| self.calls.calls.get(serial))
        };
        let mut alike: BTreeMap<(Serial, u16, bool), (u32, Vec<Serial>)> = BTreeMap::new();
        for call in members() {
            if let Some(kind) = shown(call) {
                let (many, hidden) = alike.entry(kind).or_default();
                *many += 1;
                if *many > ALIKE_MAX {
                    hidden.push(call.serial);
                }
            }
        }
        for (many, hidden) in alike.into_values() {
            if many >= ALL_SHOWN {
                let said = hidden.len() as u32;
                let first = hidden.first().copied();
                let how_many = |serial| if Some(serial) == first { said } else { 0 };
                let hidden = hidden.into_iter().map(|serial| (serial, how_many(serial)));
                self.hidden.extend(hidden);
            }
        }
        // What a hidden request brings about is hidden with it; causes come before what they cause.
        for call in family
            .iter()
            .filter_map(|serial| self.calls.calls.get(serial))
        {
            let above = match call.cause {
                Cause::Request(parent) => Some(parent),
                Cause::Message { publication, .. } => self
                    .calls
                    .publications
                    .get(publication)
                    .and_then(|it| it.by),
                Cause::Client(_) | Cause::Repair => None,
            };
            let above = [above, (call.first != call.serial).then_some(call.first)];
            if above
                .into_iter()
                .flatten()
                .any(|it| self.hidden.contains_key(&it))
            {
                self.hidden.entry(call.serial).or_insert(0);
            }
        }
    }

    /// What a relay has sent belongs to no request; it is known by what it is about.
    fn relayed(&mut self) {
        for it in &self.calls.publications {
            if it.by.is_none() && it.root == Some(self.root.serial) {
                let (from, to) = (End::Service(it.service), End::Topic(it.topic));
                let said = self.say(&Exported::Publishes);
                self.arrow(it.left, (from, "-)", to), &said);
            }
        }
    }

    fn since(&self, at: Time) -> f64 {
        at.since(self.root.began).as_millis()
    }

    fn say(&self, said: &Exported) -> String {
        mermaid(&said.text(self.subject.lang))
    }

    fn arrow(&mut self, at: Time, (from, arrow, to): (End, &str, End), label: &str) {
        let line = format!("{}{arrow}{}: {label}", node(from), node(to));
        self.steps.push((at, from, to, line));
    }

    fn note(&mut self, at: Time, over: End, text: &str) {
        let line = format!("Note over {}: {text}", node(over));
        self.steps.push((at, over, over, line));
    }

    /// Where a request is worked on, and where it comes from.
    fn ends(&self, call: &Call) -> (End, End) {
        let plan = self.subject.run.plan();
        let to = End::Service(plan.operations[call.operation as usize].service);
        let from = match call.cause {
            Cause::Client(client) => End::Client(client),
            Cause::Request(parent) => self.calls.calls.get(&parent).map_or(to, |parent| {
                End::Service(plan.operations[parent.operation as usize].service)
            }),
            Cause::Message { subscription, .. } => {
                End::Topic(plan.subscriptions[subscription as usize].topic)
            }
            Cause::Repair => to,
        };
        (from, to)
    }

    fn take(&mut self, record: &Record, family: &BTreeSet<Serial>) {
        if let Some((serial, over)) = self.about(&record.what)
            && family.contains(&serial)
            && let Some(call) = self.calls.calls.get(&serial)
        {
            match self.hidden.get(&serial).copied() {
                None => self.of_request(record, call, over),
                Some(many) => self.of_hidden(record, call, many),
            }
        } else if let Some(topic) = self.topic_of(&record.what)
            && let Some(deed) = deed(self.subject.run.plan(), self.subject.names, &record.what)
        {
            self.note(record.at, topic, &mermaid(&deed.text(self.subject.lang)));
        }
    }

    /// The request that a record is about, and whether a note about it stands over its callee (or its caller).
    fn about(&self, what: &What) -> Option<(Serial, Side)> {
        Some(match *what {
            What::Hop { request, .. } => (request, Side::Callee),
            What::Called { request, .. }
            | What::CallNotPermitted { request, .. }
            | What::RetryDenied { request, .. }
            | What::GuardChanged {
                request,
                state: GuardState::Breaker(_),
                ..
            }
            | What::LateResponse { request, .. }
            | What::Answered { request, .. }
            | What::Settled { request, .. } => (request, Side::Caller),
            What::Wrote { by: request, .. }
            | What::Prepared { request, .. }
            | What::RolledBack { request, .. }
            | What::LockRefused { request, .. }
            | What::Noticed { request, .. }
            | What::Skipped { request, .. }
            | What::FoundNothing { request, .. }
            | What::PublishFailed { by: request, .. } => (request, Side::Callee),
            _ => return None,
        })
    }

    /// The topic that a record about one of the request's own messages is about.
    fn topic_of(&self, what: &What) -> Option<End> {
        let (What::Returned {
            message,
            subscription,
            ..
        }
        | What::DeadLettered {
            message,
            subscription,
            ..
        }
        | What::Duplicated {
            message,
            subscription,
            ..
        }
        | What::Redriven {
            message,
            subscription,
            ..
        }) = *what
        else {
            return None;
        };
        let topic = self.subject.run.plan().subscriptions[subscription as usize].topic;
        self.messages
            .contains(&message)
            .then_some(End::Topic(topic))
    }

    fn of_hidden(&mut self, record: &Record, call: &Call, many: u32) {
        if let What::Called { .. } = record.what
            && many > 0
        {
            let (from, _) = self.ends(call);
            let what = self.subject.operation(call.operation);
            let said = self.say(&Exported::MoreCalls(many, what));
            self.note(record.at, from, &said);
        }
    }

    fn of_request(&mut self, record: &Record, call: &Call, side: Side) {
        let (from, to) = self.ends(call);
        let over = match side {
            Side::Caller => from,
            Side::Callee => to,
        };
        match record.what {
            What::Hop {
                link,
                message,
                arrives,
                lost,
                ..
            } => {
                let link = &self.subject.run.plan().links[link as usize];
                let bus = matches!(link.to, End::Topic(_));
                if bus {
                    self.of_publication((link.from, link.to), message, (record.at, arrives), lost);
                } else {
                    self.of_call(call, (from, to), message, (record.at, arrives), lost);
                }
            }
            What::CallNotPermitted { by, .. } => {
                let said = self.say(&Exported::CallNotPermitted(by));
                self.note(record.at, over, &said);
            }
            What::RetryDenied { .. } => {
                let said = self.say(&Exported::RetryDenied);
                self.note(record.at, over, &said);
            }
            What::GuardChanged {
                state: GuardState::Breaker(phase),
                ..
            } => {
                let said = self.say(&Exported::Breaker(phase));
                self.note(record.at, over, &said);
            }
            What::LateResponse { .. } => {
                let said = self.say(&Exported::LateResponse);
                self.note(record.at, over, &said);
            }
            What::RolledBack { store, .. } => {
                let store = self.subject.names.stores[store as usize].text(self.subject.lang);
                let said = self.say(&Exported::RolledBack(store));
                self.note(record.at, over, &said);
            }
            // Nobody answered. (An answer has an arrow that says how it ended.)
            What::Settled {
                outcome:
                    how @ (Outcome::TimedOut
                    | Outcome::NotPermitted
                    | Outcome::Broken
                    | Outcome::Refused),
                ..
            } => {
                let said = mermaid(outcome(how, self.subject.lang));
                self.note(record.at, over, &said);
            }
            What::Answered {
                outcome:
                    Outcome::TimedOut | Outcome::NotPermitted | Outcome::Broken | Outcome::Refused,
                ..
            }
            | What::Wrote { .. }
            | What::Prepared { .. }
            | What::LockRefused { .. }
            | What::Noticed { .. }
            | What::Skipped { .. }
            | What::FoundNothing { .. }
            | What::PublishFailed { .. } => {
                let plan = self.subject.run.plan();
                if let Some(deed) = deed(plan, self.subject.names, &record.what) {
                    self.note(record.at, over, &mermaid(&deed.text(self.subject.lang)));
                }
            }
            _ => {}
        }
    }

    /// A request or its answer on its way. An answer stands where it arrives: what its caller does next follows it.
    fn of_call(
        &mut self,
        call: &Call,
        (from, to): (End, End),
        message: Message,
        (left, arrives): (Time, Time),
        lost: bool,
    ) {
        let delivery = matches!(from, End::Topic(_));
        match message {
            Message::Request => {
                let arrow = match (lost, delivery) {
                    (true, _) => "-x",
                    (false, true) => "-)",
                    (false, false) => "->>",
                };
                let said = if delivery {
                    self.say(&Exported::Delivers(call.attempt))
                } else {
                    self.say(&Exported::Asks {
                        what: self.subject.operation(call.operation),
                        attempt: call.attempt,
                        at: self.since(left),
                    })
                };
                self.arrow(left, (from, arrow, to), &said);
            }
            Message::Answer(how) if lost => {
                let said = self.say(&Exported::AnswerLost(how));
                self.arrow(left, (to, "--x", from), &said);
            }
            Message::Answer(how) => {
                let said = if delivery && how == Outcome::Ok {
                    self.say(&Exported::Acknowledges)
                } else {
                    self.say(&Exported::Answers(how, self.since(arrives)))
                };
                self.arrow(arrives, (to, "-->>", from), &said);
            }
        }
    }

    /// An event on its way to the bus, or its confirmation.
    fn of_publication(
        &mut self,
        (from, to): (End, End),
        message: Message,
        (left, arrives): (Time, Time),
        lost: bool,
    ) {
        let at = if lost || message == Message::Request {
            left
        } else {
            arrives
        };
        match message {
            Message::Request => {
                let said = self.say(&Exported::Publishes);
                self.arrow(at, (from, if lost { "-x" } else { "-)" }, to), &said);
            }
            Message::Answer(_) => {
                let said = self.say(&Exported::Confirms);
                self.arrow(at, (to, if lost { "--x" } else { "-->>" }, from), &said);
            }
        }
    }

    fn write(mut self) -> String {
        // Stable: what happens at one moment stays in the order of the trace.
        self.steps.sort_by_key(|(at, ..)| *at);
        let left_out = self.steps.len().saturating_sub(STEPS_MAX) as u32;
        self.steps.truncate(STEPS_MAX);
        let mut text = String::from("sequenceDiagram\n");
        let ended = self
            .root
            .ended
            .map(|ended| (self.root.outcome, self.since(ended)));
        let (who, asks) = match self.root.cause {
            Cause::Client(client) => {
                let asks = &self.subject.names.asks[client as usize];
                (self.subject.client(client), asks.text(self.subject.lang))
            }
            _ => ("", ""),
        };
        let title = Exported::SequenceOf {
            who,
            asks,
            request: self.root.serial,
            ended,
        };
        // Writing to a text never fails.
        let _ = writeln!(text, "    title {}", self.say(&title));
        let _ = writeln!(text, "    autonumber");
        let mut there: Vec<End> = Vec::new();
        for (_, from, to, _) in &self.steps {
            for end in [*from, *to] {
                if !there.contains(&end) {
                    there.push(end);
                }
            }
        }
        for end in &there {
            let (kind, name) = match *end {
                End::Client(client) => ("actor", self.subject.client(client)),
                End::Service(service) => ("participant", self.subject.service(service)),
                End::Topic(topic) => ("participant", self.subject.topic(topic)),
            };
            let _ = writeln!(text, "    {kind} {} as {}", node(*end), mermaid(name));
        }
        for (.., line) in &self.steps {
            let _ = writeln!(text, "    {line}");
        }
        if left_out > 0
            && let Some(last) = there.first()
        {
            let said = self.say(&Exported::MoreMessages(left_out));
            let _ = writeln!(text, "    Note over {}: {said}", node(*last));
        }
        text
    }
}

/// Over whom a note stands.
#[derive(Clone, Copy)]
enum Side {
    Caller,
    Callee,
}
