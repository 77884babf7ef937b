//! An observer of one's own: it hears of everything that happens, in order, and keeps what it wants - here the longest queue
//! of calls that were made at the same moment.
//!
//! ```text
//! cargo run --release -p run --example observer
//! ```

use kernel::time::{Span, Time};
use sim::trace::{Observe, What};
use sim::{Plan, Progress, Simulation};

/// Calls between services, and the most that were made in one millisecond.
#[derive(Default)]
struct Busiest {
    millisecond: u64,
    calls: u64,
    most: u64,
}

impl Observe for Busiest {
    fn observe(&mut self, _: &Plan, at: Time, what: &What) {
        if let What::Called { .. } = what {
            let millisecond = at.since(Time::ZERO).0 / 1_000_000;
            if millisecond != self.millisecond {
                (self.millisecond, self.calls) = (millisecond, 0);
            }
            self.calls += 1;
            self.most = self.most.max(self.calls);
        }
    }
}

fn main() {
    let base = scenario::shipped::load("consultation-list").expect("it ships");
    for strategy in ["per_row", "parallel", "batch"] {
        let set = [("customer".to_string(), strategy.to_string())];
        let scenario = match scenario::settings::apply(&base, &set) {
            Ok(scenario) => scenario,
            Err(problems) => return eprintln!("{}", problems[0]),
        };
        let mut simulation = Simulation::observed(&scenario, |_| Busiest::default());
        let end = Time::ZERO + Span::from_secs_f64(10.0);
        while simulation.run_until(end, 100_000) == Progress::Busy {}
        println!(
            "{strategy:10}  at most {} calls in a millisecond",
            simulation.observer().most
        );
    }
}
