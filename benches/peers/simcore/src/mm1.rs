//! Model 1: M/M/1, one component with two events.

use crate::harness::Outcome;
use crate::random::Stream;
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// Mean time between arrivals, in nanoseconds.
const GAP: f64 = 1.25e9;
/// Mean time of one service, in nanoseconds.
const SERVICE: f64 = 1e9;

#[derive(Clone, Serialize)]
struct Arrives {}

#[derive(Clone, Serialize)]
struct Departs {}

struct Desk {
    context: SimulationContext,
    arrivals: Stream,
    services: Stream,
    /// Those inside, the one being served first, by the time they came.
    inside: VecDeque<f64>,
    left: u64,
    stayed: f64,
}

impl Desk {
    fn next_arrives(&mut self) {
        let gap = self.arrivals.exponential(GAP) as f64 / 1e9;
        self.context.emit_self(Arrives {}, gap);
    }

    fn serve(&mut self) {
        let service = self.services.exponential(SERVICE) as f64 / 1e9;
        self.context.emit_self(Departs {}, service);
    }
}

impl EventHandler for Desk {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Arrives {} => {
                self.inside.push_back(event.time);
                if self.inside.len() == 1 {
                    self.serve();
                }
                self.next_arrives();
            }
            Departs {} => {
                let came = self.inside.pop_front().unwrap_or(event.time);
                self.stayed += event.time - came;
                self.left += 1;
                if !self.inside.is_empty() {
                    self.serve();
                }
            }
        })
    }
}

/// Runs until `customers` have left.
pub fn run(customers: u64, seed: u64) -> Outcome {
    let mut simulation = Simulation::new(seed);
    let desk = Rc::new(RefCell::new(Desk {
        context: simulation.create_context("desk"),
        arrivals: Stream::new(seed),
        services: Stream::new(seed + 1),
        inside: VecDeque::new(),
        left: 0,
        stayed: 0.0,
    }));
    simulation.add_handler("desk", desk.clone());
    desk.borrow_mut().next_arrives();
    while desk.borrow().left < customers && simulation.step() {}
    let desk = desk.borrow();
    Outcome {
        units: desk.left,
        requests: desk.left,
        given_up: 0,
        mean_s: desk.stayed / desk.left as f64,
    }
}
