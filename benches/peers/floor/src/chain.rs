//! Model 2: a chain of ten services with 16 workers each, and 3 sequential calls from each to the next, with timeouts.
//! benches/peers/README.md says exactly what happens, and what is expected.

use crate::harness::Outcome;
use crate::queue::Queue;
use crate::random::Stream;
use std::collections::VecDeque;

const SERVICES: usize = 10;
const WORKERS: u32 = 16;
/// Mean time between the requests of the client, in nanoseconds: 300 a second.
const GAP: f64 = 1e9 / 300.0;
/// Mean work of a service that calls others, in nanoseconds.
const WORK: f64 = 0.1e6;
/// Mean work of the last service, in nanoseconds.
const LAST_WORK: f64 = 10e6;
/// One way over the network, in nanoseconds.
const LATENCY: u64 = 50_000;
/// How long a caller waits, in nanoseconds.
const TIMEOUT: u64 = 1_000_000_000;

// An event: what happens (2 bits), to which call (30 bits), and which use of the call's place that is (32 bits).
const ASKS: u64 = 0;
const ARRIVES: u64 = 0;
const WORKED: u64 = 1;
const ANSWERS: u64 = 2;
const TIMES_OUT: u64 = 3;
/// No call: the client, who asks.
const NOBODY: u32 = (1 << 30) - 1;

#[inline]
fn event(what: u64, call: u32, generation: u32) -> u64 {
    u64::from(generation) << 32 | u64::from(call) << 2 | what
}

#[derive(Clone, Copy)]
struct Call {
    generation: u32,
    caller: u32,
    service: u8,
    /// Calls that it still makes: 3 to begin with if it goes on along the chain, 0 if it only looks.
    calls_left: u8,
    sent: u64,
}

struct World {
    queue: Queue,
    calls: Vec<Call>,
    free: Vec<u32>,
    busy: [u32; SERVICES],
    waiting: [VecDeque<u32>; SERVICES],
    work: [Stream; SERVICES],
    now: u64,
    /// Calls answered in time, and calls given up.
    answered: u64,
    given_up: u64,
    /// The client's requests answered, and how long they took together.
    done: u64,
    took: u64,
}

/// Runs until `calls` calls have been answered.
pub fn run(calls: u64, seed: u64) -> Outcome {
    let mut arrivals = Stream::new(seed);
    let mut world = World {
        queue: Queue::new(),
        calls: Vec::with_capacity(4096),
        free: Vec::with_capacity(4096),
        busy: [0; SERVICES],
        waiting: std::array::from_fn(|_| VecDeque::with_capacity(64)),
        work: std::array::from_fn(|service| Stream::new(seed + 1 + service as u64)),
        now: 0,
        answered: 0,
        given_up: 0,
        done: 0,
        took: 0,
    };
    world
        .queue
        .push(arrivals.exponential(GAP), event(ASKS, NOBODY, 0));
    while world.answered < calls {
        let Some((now, event_now)) = world.queue.pop() else {
            break;
        };
        world.now = now;
        let (call, generation) = ((event_now >> 2) as u32 & NOBODY, (event_now >> 32) as u32);
        match event_now & 3 {
            ARRIVES if call == NOBODY => {
                world.send(NOBODY, 0, 3);
                let at = now + arrivals.exponential(GAP);
                world.queue.push(at, event(ASKS, NOBODY, 0));
            }
            ARRIVES => world.arrives(call),
            WORKED => world.goes_on(call),
            ANSWERS => world.answers(call, generation),
            // Only the generation tells a timeout that was cancelled from one that comes true.
            _ => {
                if world.calls[call as usize].generation == generation {
                    world.given_up += 1;
                }
            }
        }
    }
    Outcome {
        units: world.answered,
        requests: world.done,
        given_up: world.given_up,
        mean_s: world.took as f64 / 1e9 / world.done as f64,
    }
}

impl World {
    #[inline]
    fn send(&mut self, caller: u32, service: usize, calls_left: u8) {
        let mut call = Call {
            generation: 0,
            caller,
            service: service as u8,
            calls_left,
            sent: self.now,
        };
        let index = match self.free.pop() {
            Some(index) => {
                call.generation = self.calls[index as usize].generation;
                self.calls[index as usize] = call;
                index
            }
            None => {
                self.calls.push(call);
                self.calls.len() as u32 - 1
            }
        };
        let generation = call.generation;
        self.queue
            .push(self.now + LATENCY, event(ARRIVES, index, generation));
        self.queue
            .push(self.now + TIMEOUT, event(TIMES_OUT, index, generation));
    }

    #[inline]
    fn arrives(&mut self, call: u32) {
        let service = self.calls[call as usize].service as usize;
        if self.busy[service] < WORKERS {
            self.busy[service] += 1;
            self.starts(call, service);
        } else {
            self.waiting[service].push_back(call);
        }
    }

    #[inline]
    fn starts(&mut self, call: u32, service: usize) {
        let mean = if service == SERVICES - 1 {
            LAST_WORK
        } else {
            WORK
        };
        let at = self.now + self.work[service].exponential(mean);
        let generation = self.calls[call as usize].generation;
        self.queue.push(at, event(WORKED, call, generation));
    }

    /// The call's worker makes its next call, or answers and is free.
    #[inline]
    fn goes_on(&mut self, call: u32) {
        let state = &mut self.calls[call as usize];
        let service = state.service as usize;
        if state.calls_left > 0 && service < SERVICES - 1 {
            state.calls_left -= 1;
            // The last of the three goes on along the chain.
            let theirs = if state.calls_left == 0 { 3 } else { 0 };
            self.send(call, service + 1, theirs);
            return;
        }
        let generation = state.generation;
        self.queue
            .push(self.now + LATENCY, event(ANSWERS, call, generation));
        match self.waiting[service].pop_front() {
            Some(next) => self.starts(next, service),
            None => self.busy[service] -= 1,
        }
    }

    #[inline]
    fn answers(&mut self, call: u32, generation: u32) {
        let state = &mut self.calls[call as usize];
        // An answer that comes after its caller gave up would find another generation.
        if state.generation != generation {
            return;
        }
        state.generation += 1;
        let (caller, sent) = (state.caller, state.sent);
        self.free.push(call);
        self.answered += 1;
        if caller == NOBODY {
            self.done += 1;
            self.took += self.now - sent;
        } else {
            self.goes_on(caller);
        }
    }
}
