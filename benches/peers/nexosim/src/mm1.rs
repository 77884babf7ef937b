//! Model 1: M/M/1, one model that schedules itself.

use crate::harness::{Outcome, stop};
use crate::random::Stream;
use crate::{Tally, no_rng};
use nexosim::model::{Context, Model, schedulable};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Mean time between arrivals, in nanoseconds.
const GAP: f64 = 1.25e9;
/// Mean time of one service, in nanoseconds.
const SERVICE: f64 = 1e9;

#[derive(Serialize, Deserialize)]
struct Desk {
    #[serde(skip, default = "no_luck")]
    arrivals: Stream,
    #[serde(skip, default = "no_luck")]
    services: Stream,
    /// Those inside, the one being served first, by the time they came.
    inside: VecDeque<MonotonicTime>,
    #[serde(skip)]
    tally: Arc<Tally>,
}

#[Model]
impl Desk {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.next_arrives(cx);
    }

    #[nexosim(schedulable)]
    async fn arrives(&mut self, _: (), cx: &Context<Self>) {
        self.inside.push_back(cx.time());
        if self.inside.len() == 1 {
            self.serve(cx);
        }
        self.next_arrives(cx);
    }

    #[nexosim(schedulable)]
    async fn departs(&mut self, _: (), cx: &Context<Self>) {
        if let Some(came) = self.inside.pop_front() {
            let stayed = cx.time().duration_since(came).as_nanos() as u64;
            self.tally.done.fetch_add(1, Relaxed);
            self.tally.took_ns.fetch_add(stayed, Relaxed);
        }
        if !self.inside.is_empty() {
            self.serve(cx);
        }
    }

    fn next_arrives(&mut self, cx: &Context<Self>) {
        let gap = Duration::from_nanos(self.arrivals.exponential(GAP).max(1));
        cx.schedule_event(gap, schedulable!(Self::arrives), ())
            .unwrap_or_else(|error| stop(&error.to_string()));
    }

    fn serve(&mut self, cx: &Context<Self>) {
        let service = Duration::from_nanos(self.services.exponential(SERVICE).max(1));
        cx.schedule_event(service, schedulable!(Self::departs), ())
            .unwrap_or_else(|error| stop(&error.to_string()));
    }
}

/// Runs for about `customers` customers.
pub fn run(customers: u64, seed: u64) -> Outcome {
    let tally = Arc::new(Tally::default());
    let desk = Desk {
        arrivals: Stream::new(seed),
        services: Stream::new(seed + 1),
        inside: VecDeque::new(),
        tally: tally.clone(),
    };
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(desk, Mailbox::new(), "desk")
        .init(MonotonicTime::EPOCH)
        .unwrap_or_else(|error| stop(&error.to_string()));
    let duration = Duration::from_nanos((customers as f64 * GAP) as u64);
    if let Err(error) = simulation.step_until(duration) {
        stop(&error.to_string());
    }
    let done = tally.done.load(Relaxed);
    Outcome {
        units: done,
        requests: done,
        given_up: 0,
        mean_s: tally.took_ns.load(Relaxed) as f64 / 1e9 / done as f64,
    }
}
