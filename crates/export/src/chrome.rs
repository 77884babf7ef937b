//! The requests of a window in the Chrome trace event format (its JSON object form), for Perfetto and its like.
//!
//! Clients, services and topics are processes. The workers of an instance are its threads: what a worker did for a request
//! is a complete event. A call is an asynchronous event of its caller, because a worker may have many under way; arrows lead
//! from where a request or an event is sent to where it is worked on. Faults and what the ledger finds are instant events.

use super::calls::{Call, Calls, Cause, Publication};
use super::{Subject, Window};
use kernel::time::Time;
use serde_json::{Map, Value, json};
use sim::trace::{Outcome, Serial, What};
use std::collections::BTreeMap;
use words::chain::deed;
use words::{Exported, outcome, trouble};

/// At most so many requests are in a trace.
pub const CALLS_MAX: usize = 20_000;
/// At most so many instant events.
const INSTANTS_MAX: usize = 2_000;
/// Above the threads of one instance begin those of the next.
const THREADS: u64 = 100_000;

/// The trace of a window.
pub fn text(subject: &Subject, window: Window) -> String {
    let calls = Calls::gather(subject.run.trace(), subject.run.plan(), window, CALLS_MAX);
    let mut writer = Writer {
        subject,
        end: subject.run.now(),
        events: Vec::new(),
        lanes: BTreeMap::new(),
        places: BTreeMap::new(),
    };
    writer.processes();
    // In the order of their beginnings, so that each finds the first thread that is free.
    let mut slices: Vec<Slice> = calls.calls.values().flat_map(slices).collect();
    let publications = calls.publications.iter().enumerate();
    slices.extend(publications.map(|(index, it)| Slice::Publication(index, *it)));
    slices.sort_by_key(Slice::began);
    for slice in &slices {
        writer.slice(&calls, slice);
    }
    for call in calls.calls.values() {
        writer.call(&calls, call);
    }
    for (index, it) in calls.publications.iter().enumerate() {
        if let Some(by) = it.by {
            let flow = format!("m{index}");
            writer.flow(
                &flow,
                (Place::Work(by), it.left),
                (Place::Topic(index), it.left),
            );
        }
    }
    writer.instants(window);
    let scenario = subject.run.scenario();
    let document = json!({
        "displayTimeUnit": "ms",
        "otherData": {
            "scenario": scenario.name,
            "seed": scenario.seed,
            "version": env!("CARGO_PKG_VERSION"),
            "from_s": window.from.as_secs(),
            "to_s": window.to.as_secs(),
            "left_out": subject.left_out(window, calls.left_out),
        },
        "traceEvents": writer.events,
    });
    document.to_string() + "\n"
}

/// Microseconds, which is what the format counts in.
fn micros(at: Time) -> f64 {
    at.0 as f64 / 1e3
}

/// Where a slice is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// What a client waits for.
    Client(Serial),
    /// What a worker does for a request.
    Work(Serial),
    /// An event on its way to its topic.
    Topic(usize),
}

enum Slice<'a> {
    Client(&'a Call, u16),
    Work(&'a Call),
    Publication(usize, Publication),
}

fn slices(call: &Call) -> impl Iterator<Item = Slice<'_>> {
    let client = match call.cause {
        Cause::Client(client) => Some(Slice::Client(call, client)),
        _ => None,
    };
    let work = call.work.is_some().then_some(Slice::Work(call));
    client.into_iter().chain(work)
}

impl Slice<'_> {
    fn began(&self) -> Time {
        match self {
            Slice::Client(call, _) => call.began,
            Slice::Work(call) => call.work.map_or(call.began, |work| work.began),
            Slice::Publication(_, it) => it.left,
        }
    }
}

struct Writer<'a> {
    subject: &'a Subject<'a>,
    /// What has not ended goes on until here.
    end: Time,
    events: Vec<Value>,
    /// By process and instance: until when each of its threads is taken.
    lanes: BTreeMap<(u64, u16), Vec<Time>>,
    /// The process and the thread of each slice.
    places: BTreeMap<Place, (u64, u64)>,
}

impl Writer<'_> {
    fn client_process(client: u16) -> u64 {
        1 + u64::from(client)
    }

    fn service_process(&self, service: u16) -> u64 {
        1 + self.subject.run.plan().clients.len() as u64 + u64::from(service)
    }

    fn topic_process(&self, topic: u16) -> u64 {
        let plan = self.subject.run.plan();
        1 + (plan.clients.len() + plan.services.len()) as u64 + u64::from(topic)
    }

    fn metadata(&mut self, what: &str, (pid, tid): (u64, u64), key: &str, value: Value) {
        let mut arguments = Map::new();
        arguments.insert(key.into(), value);
        self.events
            .push(json!({ "ph": "M", "name": what, "pid": pid, "tid": tid, "args": arguments }));
    }

    fn processes(&mut self) {
        let plan = self.subject.run.plan();
        let clients = (0..plan.clients.len() as u16)
            .map(|it| (Self::client_process(it), self.subject.client(it)));
        let services = (0..plan.services.len() as u16)
            .map(|it| (self.service_process(it), self.subject.service(it)));
        let topics = (0..plan.topics.len() as u16)
            .map(|it| (self.topic_process(it), self.subject.topic(it)));
        let all: Vec<(u64, String)> = clients
            .chain(services)
            .chain(topics)
            .map(|(pid, name)| (pid, name.to_string()))
            .collect();
        for (pid, name) in all {
            self.metadata("process_name", (pid, 0), "name", name.into());
            self.metadata("process_sort_index", (pid, 0), "sort_index", pid.into());
        }
    }

    /// The first thread of an instance that is free, taken until `until`.
    fn lane(&mut self, pid: u64, instance: u16, began: Time, until: Time) -> u64 {
        let lanes = self.lanes.entry((pid, instance)).or_default();
        let free = lanes.iter().position(|taken| *taken <= began);
        let lane = free.unwrap_or(lanes.len());
        let tid = u64::from(instance) * THREADS + lane as u64 + 1;
        match free {
            Some(lane) => lanes[lane] = until,
            None => {
                lanes.push(until);
                let said = Exported::Worker(instance, lane as u32 + 1).text(self.subject.lang);
                self.metadata("thread_name", (pid, tid), "name", said.into());
                self.metadata("thread_sort_index", (pid, tid), "sort_index", tid.into());
            }
        }
        tid
    }

    fn slice(&mut self, calls: &Calls, slice: &Slice) {
        let plan = self.subject.run.plan();
        let began = slice.began();
        let (place, pid, instance, ended, name, arguments) = match slice {
            Slice::Client(call, client) => (
                Place::Client(call.serial),
                Self::client_process(*client),
                0,
                call.ended,
                self.subject.operation(call.operation),
                self.about(calls, call, call.ended.map(|_| call.outcome)),
            ),
            Slice::Work(call) => {
                let Some(work) = call.work else { return };
                let operation = &plan.operations[call.operation as usize];
                (
                    Place::Work(call.serial),
                    self.service_process(operation.service),
                    work.instance,
                    work.ended,
                    self.subject.operation(call.operation),
                    self.about(calls, call, work.ended.map(|_| work.outcome)),
                )
            }
            Slice::Publication(index, it) => (
                Place::Topic(*index),
                self.topic_process(it.topic),
                0,
                Some(it.arrived),
                self.subject.topic(it.topic),
                json!({ "message": it.message, "key": it.key }),
            ),
        };
        let until = ended.unwrap_or(self.end).max(began);
        let name = name.to_string();
        let tid = self.lane(pid, instance, began, until);
        self.places.insert(place, (pid, tid));
        self.events.push(json!({
            "ph": "X", "name": name, "cat": "work", "pid": pid, "tid": tid,
            "ts": micros(began), "dur": until.since(began).0 as f64 / 1e3, "args": arguments,
        }));
    }

    fn about(&self, calls: &Calls, call: &Call, how: Option<Outcome>) -> Value {
        let waited = call
            .queued
            .zip(call.work)
            .map(|(from, work)| work.began.since(from));
        json!({
            "request": call.serial,
            "root": calls.root(call.serial),
            "outcome": how.map(|how| outcome(how, self.subject.lang)),
            "attempt": call.attempt,
            "key": call.key,
            "waited_ms": waited.map_or(0.0, |waited| waited.as_millis()),
        })
    }

    /// What a request is for the one who asks, and the arrow to where it is worked on.
    fn call(&mut self, calls: &Calls, call: &Call) {
        let (from, left) = match call.cause {
            Cause::Client(_) => (Place::Client(call.serial), call.began),
            Cause::Request(parent) => (Place::Work(parent), call.began),
            Cause::Message { publication, .. } => {
                let left = calls.publications.get(publication).map(|it| it.left);
                (Place::Topic(publication), left.unwrap_or(call.began))
            }
            Cause::Repair => return,
        };
        let at = self.places.get(&from).copied();
        if let (Cause::Request(_), Some((pid, tid))) = (call.cause, at) {
            let name = self.subject.operation(call.operation);
            let arguments = self.about(calls, call, call.ended.map(|_| call.outcome));
            let event = |ph: &str, at: Time, arguments: Value| {
                json!({
                    "ph": ph, "name": name, "cat": "call", "id": call.serial, "pid": pid, "tid": tid,
                    "ts": micros(at), "args": arguments,
                })
            };
            let end = call.ended.unwrap_or(self.end).max(call.began);
            let both = [
                event("b", call.began, arguments),
                event("e", end, json!({})),
            ];
            self.events.extend(both);
        }
        if let Some(work) = call.work {
            let flow = call.serial.to_string();
            self.flow(&flow, (from, left), (Place::Work(call.serial), work.began));
        }
        let done = call.work.and_then(|work| work.ended);
        let lost = [
            (call.request_lost, at, Some(left)),
            (
                call.answer_lost,
                self.places.get(&Place::Work(call.serial)).copied(),
                done,
            ),
        ];
        for (lost, place, at) in lost {
            if let (true, Some((pid, tid)), Some(at)) = (lost, place, at) {
                let said = Exported::Lost.text(self.subject.lang);
                self.instant(&said, (pid, tid), at, "t");
            }
        }
    }

    /// An arrow from one slice to another.
    fn flow(&mut self, id: &str, (from, left): (Place, Time), (to, arrived): (Place, Time)) {
        let (Some(from), Some(to)) = (self.places.get(&from), self.places.get(&to)) else {
            return;
        };
        let both = [
            json!({
                "ph": "s", "name": "flow", "cat": "flow", "id": id, "pid": from.0, "tid": from.1,
                "ts": micros(left),
            }),
            json!({
                "ph": "f", "bp": "e", "name": "flow", "cat": "flow", "id": id, "pid": to.0, "tid": to.1,
                "ts": micros(arrived),
            }),
        ];
        self.events.extend(both);
    }

    fn instant(&mut self, name: &str, (pid, tid): (u64, u64), at: Time, scope: &str) {
        self.events.push(json!({
            "ph": "i", "name": name, "cat": "event", "pid": pid, "tid": tid, "ts": micros(at), "s": scope,
        }));
    }

    /// Faults, and what the ledger finds, over the whole picture.
    fn instants(&mut self, window: Window) {
        let Subject { run, names, lang } = *self.subject;
        let faults = run.sim().faults();
        let trouble = |fault: u16| {
            let kind = &faults.get(fault as usize)?.kind;
            Some(trouble(kind, run.plan(), names))
        };
        let said = |what: &What| match *what {
            What::FaultBegan { fault } => {
                trouble(fault).map(|it| Exported::FaultBegins(&it.text(lang)).text(lang))
            }
            // What waits for the next message has no length: the message itself shows that it happened.
            What::FaultEnded { fault } => trouble(fault)
                .filter(|it| !it.is_momentary())
                .map(|it| Exported::FaultEnds(&it.text(lang)).text(lang)),
            What::Found { .. } | What::DeadLettered { .. } | What::RelayDied { .. } => {
                deed(run.plan(), names, what).map(|deed| deed.text(lang))
            }
            _ => None,
        };
        let records = run.trace().between(window.from, window.to);
        let found: Vec<(Time, String)> = records
            .filter_map(|record| Some((record.at, said(&record.what)?)))
            .take(INSTANTS_MAX)
            .collect();
        for (at, said) in found {
            self.instant(&said, (1, 0), at, "g");
        }
    }
}
