//! Model 2: the chain. A model for the client and one for each service, joined by ports.
//!
//! A message through a port arrives at once, so the receiver schedules its arrival for after the network's latency.

use crate::harness::{Outcome, stop};
use crate::random::Stream;
use crate::{Tally, no_rng};
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::Output;
use nexosim::simulation::{EventKey, Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

const SERVICES: usize = 10;
const WORKERS: usize = 16;
/// Mean time between the requests of the client, in nanoseconds.
const GAP: f64 = 1e9 / 300.0;
/// Mean work of a service that calls others, and of the last, in nanoseconds.
const WORK: f64 = 0.1e6;
const LAST_WORK: f64 = 10e6;
/// One way over the network.
const LATENCY: Duration = Duration::from_micros(50);
/// How long a caller waits.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Calls of one request of the client, its own included.
const CALLS: u64 = 28;

/// A call; `token` is the caller's name for it.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Call {
    token: u32,
    goes_on: bool,
}

#[derive(Default, Serialize, Deserialize)]
struct Worker {
    token: u32,
    calls_left: u8,
    timer: Option<EventKey>,
}

#[derive(Serialize, Deserialize)]
struct Service {
    calls: Output<Call>,
    answers: Output<u32>,
    #[serde(skip, default = "no_luck")]
    work: Stream,
    mean_work: f64,
    last: bool,
    workers: Vec<Worker>,
    free: Vec<u32>,
    waiting: VecDeque<Call>,
    #[serde(skip)]
    tally: Arc<Tally>,
}

#[Model]
impl Service {
    async fn call(&mut self, call: Call, cx: &Context<Self>) {
        cx.schedule_event(LATENCY, schedulable!(Self::arrives), call)
            .unwrap_or_else(|error| stop(&error.to_string()));
    }

    async fn answer(&mut self, worker: u32, cx: &Context<Self>) {
        cx.schedule_event(LATENCY, schedulable!(Self::answered), worker)
            .unwrap_or_else(|error| stop(&error.to_string()));
    }

    #[nexosim(schedulable)]
    async fn arrives(&mut self, call: Call, cx: &Context<Self>) {
        match self.free.pop() {
            Some(worker) => self.starts(worker, call, cx),
            None => self.waiting.push_back(call),
        }
    }

    #[nexosim(schedulable)]
    async fn answered(&mut self, worker: u32, cx: &Context<Self>) {
        if let Some(timer) = self.workers[worker as usize].timer.take() {
            timer.cancel();
        }
        self.goes_on(worker, cx).await;
    }

    #[nexosim(schedulable)]
    async fn worked(&mut self, worker: u32, cx: &Context<Self>) {
        self.goes_on(worker, cx).await;
    }

    #[nexosim(schedulable)]
    async fn times_out(&mut self, _: u32) {
        self.tally.given_up.fetch_add(1, Relaxed);
    }

    fn starts(&mut self, worker: u32, call: Call, cx: &Context<Self>) {
        self.workers[worker as usize] = Worker {
            token: call.token,
            calls_left: if call.goes_on && !self.last { 3 } else { 0 },
            timer: None,
        };
        let work = Duration::from_nanos(self.work.exponential(self.mean_work).max(1));
        cx.schedule_event(work, schedulable!(Self::worked), worker)
            .unwrap_or_else(|error| stop(&error.to_string()));
    }

    /// The worker makes its next call, or answers and is free.
    async fn goes_on(&mut self, worker: u32, cx: &Context<Self>) {
        let state = &mut self.workers[worker as usize];
        if state.calls_left > 0 {
            state.calls_left -= 1;
            let call = Call {
                token: worker,
                goes_on: state.calls_left == 0,
            };
            let timer = cx.schedule_keyed_event(TIMEOUT, schedulable!(Self::times_out), worker);
            state.timer = Some(timer.unwrap_or_else(|error| stop(&error.to_string())));
            self.calls.send(call).await;
            return;
        }
        let token = state.token;
        self.answers.send(token).await;
        match self.waiting.pop_front() {
            Some(call) => self.starts(worker, call, cx),
            None => self.free.push(worker),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Client {
    calls: Output<Call>,
    #[serde(skip, default = "no_luck")]
    arrivals: Stream,
    /// When each request under way was sent, and its timer.
    sent: Vec<(MonotonicTime, Option<EventKey>)>,
    free: Vec<u32>,
    #[serde(skip)]
    tally: Arc<Tally>,
}

#[Model]
impl Client {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.next_asks(cx);
    }

    async fn answer(&mut self, token: u32, cx: &Context<Self>) {
        cx.schedule_event(LATENCY, schedulable!(Self::answered), token)
            .unwrap_or_else(|error| stop(&error.to_string()));
    }

    #[nexosim(schedulable)]
    async fn asks(&mut self, _: (), cx: &Context<Self>) {
        let timer = cx.schedule_keyed_event(TIMEOUT, schedulable!(Self::times_out), 0);
        let timer = timer.unwrap_or_else(|error| stop(&error.to_string()));
        let sent = (cx.time(), Some(timer));
        let token = match self.free.pop() {
            Some(token) => {
                self.sent[token as usize] = sent;
                token
            }
            None => {
                self.sent.push(sent);
                self.sent.len() as u32 - 1
            }
        };
        let call = Call {
            token,
            goes_on: true,
        };
        self.next_asks(cx);
        self.calls.send(call).await;
    }

    #[nexosim(schedulable)]
    async fn answered(&mut self, token: u32, cx: &Context<Self>) {
        let (sent, timer) = &mut self.sent[token as usize];
        let took = cx.time().duration_since(*sent).as_nanos() as u64;
        if let Some(timer) = timer.take() {
            timer.cancel();
        }
        self.free.push(token);
        self.tally.done.fetch_add(1, Relaxed);
        self.tally.took_ns.fetch_add(took, Relaxed);
    }

    #[nexosim(schedulable)]
    async fn times_out(&mut self, _: u32) {
        self.tally.given_up.fetch_add(1, Relaxed);
    }

    fn next_asks(&mut self, cx: &Context<Self>) {
        let gap = Duration::from_nanos(self.arrivals.exponential(GAP).max(1));
        cx.schedule_event(gap, schedulable!(Self::asks), ())
            .unwrap_or_else(|error| stop(&error.to_string()));
    }
}

/// Runs for about `calls` calls.
pub fn run(calls: u64, seed: u64) -> Outcome {
    let tally = Arc::new(Tally::default());
    let mut client = Client {
        calls: Output::default(),
        arrivals: Stream::new(seed),
        sent: Vec::new(),
        free: Vec::new(),
        tally: tally.clone(),
    };
    let mut services: Vec<Service> = (0..SERVICES)
        .map(|place| Service {
            calls: Output::default(),
            answers: Output::default(),
            work: Stream::new(seed + 1 + place as u64),
            mean_work: if place == SERVICES - 1 {
                LAST_WORK
            } else {
                WORK
            },
            last: place == SERVICES - 1,
            workers: (0..WORKERS).map(|_| Worker::default()).collect(),
            free: (0..WORKERS as u32).collect(),
            waiting: VecDeque::new(),
            tally: tally.clone(),
        })
        .collect();
    let client_mailbox = Mailbox::new();
    let mailboxes: Vec<Mailbox<Service>> = (0..SERVICES).map(|_| Mailbox::new()).collect();
    client.calls.connect(Service::call, &mailboxes[0]);
    for (place, service) in services.iter_mut().enumerate() {
        if let Some(next) = mailboxes.get(place + 1) {
            service.calls.connect(Service::call, next);
        }
        if place == 0 {
            service.answers.connect(Client::answer, &client_mailbox);
        } else {
            service
                .answers
                .connect(Service::answer, &mailboxes[place - 1]);
        }
    }
    let mut bench = SimInit::with_num_threads(1).add_model(client, client_mailbox, "client");
    for (place, (service, mailbox)) in services.into_iter().zip(mailboxes).enumerate() {
        bench = bench.add_model(service, mailbox, &format!("s{}", place + 1));
    }
    let mut simulation = bench
        .init(MonotonicTime::EPOCH)
        .unwrap_or_else(|error| stop(&error.to_string()));
    let duration = Duration::from_nanos((calls as f64 / CALLS as f64 * GAP) as u64);
    if let Err(error) = simulation.step_until(duration) {
        stop(&error.to_string());
    }
    let done = tally.done.load(Relaxed);
    Outcome {
        units: done * CALLS,
        requests: done,
        given_up: tally.given_up.load(Relaxed),
        mean_s: tally.took_ns.load(Relaxed) as f64 / 1e9 / done as f64,
    }
}
