//! Model 2: the chain. A component for the client and one for each service.

use crate::harness::Outcome;
use crate::random::Stream;
use serde::Serialize;
use simcore::{Event, EventHandler, EventId, Id, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

const SERVICES: usize = 10;
const WORKERS: usize = 16;
/// Mean time between the requests of the client, in nanoseconds.
const GAP: f64 = 1e9 / 300.0;
/// Mean work of a service that calls others, and of the last, in nanoseconds.
const WORK: f64 = 0.1e6;
const LAST_WORK: f64 = 10e6;
/// One way over the network, in seconds.
const LATENCY: f64 = 50e-6;
/// How long a caller waits, in seconds.
const TIMEOUT: f64 = 1.0;
/// Calls of one request of the client, its own included.
const CALLS: u64 = 28;

/// A call comes; `token` is the caller's name for it.
#[derive(Clone, Serialize)]
struct Call {
    token: u32,
    goes_on: bool,
}

/// A call's answer comes.
#[derive(Clone, Serialize)]
struct Answer {
    token: u32,
}

/// A worker has done its own work.
#[derive(Clone, Serialize)]
struct Worked {
    worker: u32,
}

/// Nobody has answered in time.
#[derive(Clone, Serialize)]
struct TimesOut {}

/// The client asks again.
#[derive(Clone, Serialize)]
struct Asks {}

#[derive(Clone, Copy)]
struct Worker {
    caller: Id,
    token: u32,
    calls_left: u8,
    timer: EventId,
}

struct Service {
    context: SimulationContext,
    work: Stream,
    mean_work: f64,
    next: Option<Id>,
    workers: [Worker; WORKERS],
    free: Vec<u32>,
    waiting: VecDeque<(Id, u32, bool)>,
    given_up: u64,
}

impl Service {
    fn starts(&mut self, worker: u32, caller: Id, token: u32, goes_on: bool) {
        self.workers[worker as usize] = Worker {
            caller,
            token,
            calls_left: if goes_on && self.next.is_some() { 3 } else { 0 },
            timer: 0,
        };
        let work = self.work.exponential(self.mean_work) as f64 / 1e9;
        self.context.emit_self(Worked { worker }, work);
    }

    /// The worker makes its next call, or answers and is free.
    fn goes_on(&mut self, worker: u32) {
        let state = &mut self.workers[worker as usize];
        if let (Some(next), 1..) = (self.next, state.calls_left) {
            state.calls_left -= 1;
            let call = Call {
                token: worker,
                goes_on: state.calls_left == 0,
            };
            self.context.emit(call, next, LATENCY);
            state.timer = self.context.emit_self(TimesOut {}, TIMEOUT);
            return;
        }
        let (caller, token) = (state.caller, state.token);
        self.context.emit(Answer { token }, caller, LATENCY);
        match self.waiting.pop_front() {
            Some((caller, token, goes_on)) => self.starts(worker, caller, token, goes_on),
            None => self.free.push(worker),
        }
    }
}

impl EventHandler for Service {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Call { token, goes_on } => {
                match self.free.pop() {
                    Some(worker) => self.starts(worker, event.src, token, goes_on),
                    None => self.waiting.push_back((event.src, token, goes_on)),
                }
            }
            Worked { worker } => {
                self.goes_on(worker);
            }
            Answer { token } => {
                self.context
                    .cancel_event(self.workers[token as usize].timer);
                self.goes_on(token);
            }
            TimesOut {} => {
                self.given_up += 1;
            }
        })
    }
}

struct Client {
    context: SimulationContext,
    arrivals: Stream,
    first: Id,
    /// When each request under way was sent, and its timer.
    sent: Vec<(f64, EventId)>,
    free: Vec<u32>,
    done: u64,
    took: f64,
    given_up: u64,
}

impl Client {
    fn next_asks(&mut self) {
        let gap = self.arrivals.exponential(GAP) as f64 / 1e9;
        self.context.emit_self(Asks {}, gap);
    }
}

impl EventHandler for Client {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Asks {} => {
                let token = self.free.pop().unwrap_or_else(|| {
                    self.sent.push((0.0, 0));
                    self.sent.len() as u32 - 1
                });
                let call = Call {
                    token,
                    goes_on: true,
                };
                self.context.emit(call, self.first, LATENCY);
                let timer = self.context.emit_self(TimesOut {}, TIMEOUT);
                self.sent[token as usize] = (event.time, timer);
                self.next_asks();
            }
            Answer { token } => {
                let (sent, timer) = self.sent[token as usize];
                self.context.cancel_event(timer);
                self.free.push(token);
                self.done += 1;
                self.took += event.time - sent;
            }
            TimesOut {} => {
                self.given_up += 1;
            }
        })
    }
}

/// Runs until `calls` calls, in whole requests of the client, have been answered.
pub fn run(calls: u64, seed: u64) -> Outcome {
    let mut simulation = Simulation::new(seed);
    let mut next = None;
    let mut services = Vec::new();
    for place in (0..SERVICES).rev() {
        let name = format!("s{}", place + 1);
        let idle = Worker {
            caller: 0,
            token: 0,
            calls_left: 0,
            timer: 0,
        };
        let service = Rc::new(RefCell::new(Service {
            context: simulation.create_context(&name),
            work: Stream::new(seed + 1 + place as u64),
            mean_work: if next.is_none() { LAST_WORK } else { WORK },
            next,
            workers: [idle; WORKERS],
            free: (0..WORKERS as u32).collect(),
            waiting: VecDeque::new(),
            given_up: 0,
        }));
        next = Some(simulation.add_handler(&name, service.clone()));
        services.push(service);
    }
    let client = Rc::new(RefCell::new(Client {
        context: simulation.create_context("client"),
        arrivals: Stream::new(seed),
        first: next.unwrap_or_default(),
        sent: Vec::new(),
        free: Vec::new(),
        done: 0,
        took: 0.0,
        given_up: 0,
    }));
    simulation.add_handler("client", client.clone());
    client.borrow_mut().next_asks();
    while client.borrow().done * CALLS < calls && simulation.step() {}
    let client = client.borrow();
    let given_up: u64 = services
        .iter()
        .map(|service| service.borrow().given_up)
        .sum();
    Outcome {
        units: client.done * CALLS,
        requests: client.done,
        given_up: given_up + client.given_up,
        mean_s: client.took / client.done as f64,
    }
}
