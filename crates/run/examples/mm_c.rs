//! An M/M/c queue held against theory: three desks, 300 visitors a second, 8 ms of work each.
//!
//! ```text
//! cargo run --release -p run --example mm_c
//! ```

use kernel::time::{Span, Time};
use run::Run;
use sim::Progress;

const DESKS: u32 = 3;
const VISITORS_PER_S: f64 = 300.0;
const WORK_S: f64 = 0.008;

/// The mean time in the system, in seconds: Erlang's formula C for the share that has to wait (Erlang 1917).
fn erlang() -> f64 {
    let load = VISITORS_PER_S * WORK_S;
    let desks = f64::from(DESKS);
    // Erlang's formula B, by its recursion, and C from it.
    let blocked = (1..=DESKS).fold(1.0, |blocked, desks| {
        load * blocked / (f64::from(desks) + load * blocked)
    });
    let waits = blocked / (1.0 - load / desks * (1.0 - blocked));
    WORK_S + waits * WORK_S / (desks - load)
}

fn main() {
    let document = r#"{
      "version": 1, "name": "three-desks", "seed": 7,
      "network": { "latency": "0s" },
      "services": { "desks": { "threads": 3, "accept_queue": 100000 } },
      "operations": { "desks.serve": { "steps": [{ "work": { "exponential": { "mean": "8ms" } } }] } },
      "clients": { "visitors": { "operation": "desks.serve", "load": { "poisson": { "rate": 300 } } } }
    }"#;
    let scenario = match scenario::read(document) {
        Ok(scenario) => scenario,
        Err(problems) => {
            for problem in problems.iter() {
                eprintln!("{problem}");
            }
            return;
        }
    };
    let mut run = Run::new(scenario, 0);
    let end = Time::ZERO + Span::from_secs_f64(1_000.0);
    while run.run_until(end, 1_000_000) == Progress::Busy {}
    let visitors = &run.numbers().clients[0];
    println!("visitors    {}", visitors.ok);
    println!(
        "measured    {:.3} ms, within {:.3} (95 times of 100)",
        visitors.latency_ms.mean,
        visitors.mean_within_ms.unwrap_or_default()
    );
    println!("in theory   {:.3} ms", erlang() * 1e3);
}
