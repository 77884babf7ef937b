//! The requests of a window as OpenTelemetry spans, in the JSON form of OTLP: what collectors, Jaeger and others take in.
//!
//! A request is a client span at the one who asks and a server span at the one who works on it; an event is a producer
//! span, and what each consumer does with it a consumer span that is linked to it. A call that is tried again has one client
//! span over all attempts, with a client span inside it for each attempt but the first. Times count from the beginning
//! of the run, not from 1970: the run has no date.

use super::calls::{Call, Calls, Cause, Publication};
use super::{Subject, Window};
use kernel::random::split_mix;
use kernel::time::Time;
use serde_json::{Value, json};
use sim::trace::{Outcome, Role, Serial};
use std::collections::BTreeMap;
use words::outcome;

/// At most so many requests are in a trace.
pub const CALLS_MAX: usize = 20_000;

/// Kinds of spans, as the protocol numbers them.
const SERVER: u32 = 2;
const CLIENT: u32 = 3;
const PRODUCER: u32 = 4;
const CONSUMER: u32 = 5;

/// The spans of a window.
pub fn text(subject: &Subject, window: Window) -> String {
    let calls = Calls::gather(subject.run.trace(), subject.run.plan(), window, CALLS_MAX);
    let mut writer = Writer {
        subject,
        calls: &calls,
        seed: subject.run.scenario().seed,
        end: subject.run.now(),
        spans: BTreeMap::new(),
    };
    for call in calls.calls.values() {
        writer.asked(call);
        writer.worked(call);
    }
    for (index, it) in calls.publications.iter().enumerate() {
        writer.published(index, it);
    }
    let mut about = vec![
        attribute("msa.scenario", subject.run.scenario().name.as_str().into()),
        attribute("msa.seed", subject.run.scenario().seed.into()),
    ];
    for said in subject.left_out(window, calls.left_out) {
        about.push(attribute("msa.left_out", said.into()));
    }
    let scope = json!({
        "name": "msa-playground", "version": env!("CARGO_PKG_VERSION"), "attributes": about,
    });
    let resources: Vec<Value> = writer
        .spans
        .into_iter()
        .map(|(at, spans)| {
            json!({
                "resource": { "attributes": at.attributes(subject) },
                "scopeSpans": [{ "scope": scope, "spans": spans }],
            })
        })
        .collect();
    json!({ "resourceSpans": resources }).to_string() + "\n"
}

/// Where a span belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum At {
    /// A client.
    Client(u16),
    /// An instance of a service.
    Instance(u16, u16),
}

impl At {
    fn attributes(self, subject: &Subject) -> Vec<Value> {
        match self {
            At::Client(client) => vec![attribute("service.name", subject.client(client).into())],
            At::Instance(service, instance) => vec![
                attribute("service.name", subject.service(service).into()),
                attribute("service.instance.id", instance.to_string().into()),
            ],
        }
    }
}

/// What an id is made for.
#[derive(Clone, Copy)]
enum Id {
    Trace(Serial),
    TraceOfMessage(usize),
    Asked(Serial),
    Worked(Serial),
    Published(usize),
}

struct Writer<'a> {
    subject: &'a Subject<'a>,
    calls: &'a Calls,
    seed: u64,
    /// What has not ended goes on until here.
    end: Time,
    spans: BTreeMap<At, Vec<Value>>,
}

impl Writer<'_> {
    /// A span's id (16 digits) or a trace's (32): always the same for the same seed and request, and never only zeros.
    fn id(&self, of: Id) -> String {
        let (purpose, number) = match of {
            Id::Trace(serial) => (1, serial),
            Id::TraceOfMessage(index) => (2, index as u64),
            Id::Asked(serial) => (3, serial),
            Id::Worked(serial) => (4, serial),
            Id::Published(index) => (5, index as u64),
        };
        let low = mixed(mixed(self.seed ^ (purpose << 56)) ^ number).max(1);
        match of {
            Id::Trace(_) | Id::TraceOfMessage(_) => format!("{:016x}{low:016x}", mixed(low)),
            _ => format!("{low:016x}"),
        }
    }

    fn trace(&self, call: &Call) -> String {
        self.id(Id::Trace(self.calls.root(call.serial)))
    }

    fn trace_of(&self, index: usize, it: &Publication) -> String {
        self.id(it.root.map_or(Id::TraceOfMessage(index), Id::Trace))
    }

    /// The instance that works (or has worked) on a request.
    fn instance(&self, call: &Call) -> At {
        let operation = &self.subject.run.plan().operations[call.operation as usize];
        At::Instance(operation.service, call.work.map_or(0, |work| work.instance))
    }

    fn common(&self, call: &Call, how: Option<Outcome>) -> Vec<Value> {
        let operation = &self.subject.run.plan().operations[call.operation as usize];
        let mut attributes = vec![
            attribute("msa.request", call.serial.into()),
            attribute("msa.operation", operation.name.as_str().into()),
        ];
        if let Some(key) = call.key {
            attributes.push(attribute("msa.key", key.into()));
        }
        if call.attempt > 1 {
            attributes.push(attribute("msa.attempt", call.attempt.into()));
        }
        if matches!(call.role, Role::Undo | Role::Rollback | Role::Repair) {
            attributes.push(attribute("msa.undoes", true.into()));
        }
        match how {
            Some(how) => {
                attributes.push(attribute(
                    "msa.outcome",
                    outcome(how, self.subject.lang).into(),
                ));
            }
            None => attributes.push(attribute("msa.unfinished", true.into())),
        }
        attributes
    }

    /// What a request is for the one who asks.
    fn asked(&mut self, call: &Call) {
        let (at, parent) = match call.cause {
            Cause::Client(client) => {
                let again = call.serial != call.first;
                (
                    At::Client(client),
                    again.then(|| self.id(Id::Asked(call.first))),
                )
            }
            Cause::Request(parent) => {
                let Some(its) = self.calls.calls.get(&parent) else {
                    return;
                };
                let parent = if call.serial == call.first {
                    Id::Worked(parent)
                } else {
                    Id::Asked(call.first)
                };
                (self.instance(its), Some(self.id(parent)))
            }
            Cause::Repair => (self.instance(call), None),
            // The broker asks nobody; its delivery is the consumer's span.
            Cause::Message { .. } => return,
        };
        let how = call.ended.map(|_| call.outcome);
        let done = call.work.and_then(|work| work.ended);
        let events: Vec<Value> = [
            (call.request_lost, Some(call.began), "request lost"),
            (call.answer_lost, done, "answer lost"),
            (call.too_late, call.ended, "the answer came too late"),
        ]
        .into_iter()
        .filter_map(|(is, at, name)| {
            let at = at.filter(|_| is)?;
            Some(json!({ "timeUnixNano": at.0.to_string(), "name": name }))
        })
        .collect();
        let span = Span {
            trace: self.trace(call),
            id: self.id(Id::Asked(call.serial)),
            parent,
            name: self.subject.operation(call.operation),
            kind: CLIENT,
            began: call.began,
            ended: call.ended.unwrap_or(self.end),
            attributes: self.common(call, how),
            events,
            links: Vec::new(),
            how,
        };
        self.spans.entry(at).or_default().push(span.json());
    }

    /// What a request is for the one who works on it.
    fn worked(&mut self, call: &Call) {
        let message = self.calls.publication_of(call);
        let Some(work) = call.work else {
            return;
        };
        let mut attributes = self.common(call, work.ended.map(|_| work.outcome));
        if let Some(queued) = call.queued {
            let waited = work.began.since(queued).as_millis();
            attributes.push(attribute("msa.waited_ms", waited.into()));
        }
        let (kind, parent, links) = match (call.cause, message) {
            (Cause::Message { publication, .. }, Some(it)) => {
                attributes.extend(self.messaging(it));
                let span = self.id(Id::Published(publication));
                let link = json!({ "traceId": self.trace_of(publication, it), "spanId": span });
                (CONSUMER, it.root.map(|_| span), vec![link])
            }
            _ => (SERVER, Some(self.id(Id::Asked(call.serial))), Vec::new()),
        };
        let span = Span {
            trace: self.trace(call),
            id: self.id(Id::Worked(call.serial)),
            parent,
            name: self.subject.operation(call.operation),
            kind,
            began: call.queued.unwrap_or(work.began),
            ended: work.ended.unwrap_or(self.end),
            attributes,
            events: Vec::new(),
            links,
            how: work.ended.map(|_| work.outcome),
        };
        let at = self.instance(call);
        self.spans.entry(at).or_default().push(span.json());
    }

    fn messaging(&self, it: &Publication) -> Vec<Value> {
        vec![
            attribute("messaging.system", "msa-playground".into()),
            attribute(
                "messaging.destination.name",
                self.subject.topic(it.topic).into(),
            ),
            attribute("messaging.message.id", it.message.to_string().into()),
        ]
    }

    /// An event on its way to the bus.
    fn published(&mut self, index: usize, it: &Publication) {
        let by = it.by.and_then(|by| self.calls.calls.get(&by));
        let parent = match (by, it.root) {
            (Some(by), _) => Some(Id::Worked(by.serial)),
            (None, Some(root)) => Some(Id::Asked(root)),
            (None, None) => None,
        };
        let mut attributes = self.messaging(it);
        attributes.push(attribute("msa.key", it.key.into()));
        let span = Span {
            trace: self.trace_of(index, it),
            id: self.id(Id::Published(index)),
            parent: parent.map(|parent| self.id(parent)),
            name: self.subject.topic(it.topic),
            kind: PRODUCER,
            began: it.left,
            ended: it.arrived,
            attributes,
            events: Vec::new(),
            links: Vec::new(),
            how: Some(Outcome::Ok),
        };
        let at = by.map_or(At::Instance(it.service, 0), |by| self.instance(by));
        self.spans.entry(at).or_default().push(span.json());
    }
}

struct Span<'a> {
    trace: String,
    id: String,
    parent: Option<String>,
    name: &'a str,
    kind: u32,
    began: Time,
    ended: Time,
    attributes: Vec<Value>,
    events: Vec<Value>,
    links: Vec<Value>,
    how: Option<Outcome>,
}

impl Span<'_> {
    fn json(self) -> Value {
        let code = match self.how {
            None => 0,
            // Who says no because of a business rule has done what was asked of them.
            Some(Outcome::Ok | Outcome::Declined) => 1,
            Some(_) => 2,
        };
        json!({
            "traceId": self.trace,
            "spanId": self.id,
            "parentSpanId": self.parent.unwrap_or_default(),
            "name": self.name,
            "kind": self.kind,
            // The protocol's JSON writes 64-bit numbers as texts.
            "startTimeUnixNano": self.began.0.to_string(),
            "endTimeUnixNano": self.ended.max(self.began).0.to_string(),
            "attributes": self.attributes,
            "events": self.events,
            "links": self.links,
            "status": { "code": code },
        })
    }
}

fn attribute(key: &str, value: Value) -> Value {
    let value = match value {
        Value::Bool(it) => json!({ "boolValue": it }),
        Value::Number(it) if it.is_f64() => json!({ "doubleValue": it }),
        Value::Number(it) => json!({ "intValue": it.to_string() }),
        Value::String(it) => json!({ "stringValue": it }),
        other => json!({ "stringValue": other.to_string() }),
    };
    json!({ "key": key, "value": value })
}

/// A number that looks like luck and is the same every time.
fn mixed(mut number: u64) -> u64 {
    split_mix(&mut number)
}
