//! What the harnesses written in Rust share: their arguments, the clock, the check and the line they print.
//!
//!     PROGRAM [mm1|chain] [UNITS] [RUNS]

use std::time::{Duration, Instant};

/// A clock that stands while other programs have the processor, where the system tells (Linux does, to some milliseconds);
/// elsewhere the wall's. These programs have one thread.
pub struct Clock {
    started: Instant,
    worked: Option<Duration>,
}

impl Clock {
    /// Starts.
    pub fn start() -> Clock {
        Clock {
            worked: worked(),
            started: Instant::now(),
        }
    }

    /// Nanoseconds since the start.
    pub fn ns(&self) -> f64 {
        let elapsed = match (self.worked, worked()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.started.elapsed(),
        };
        elapsed.as_nanos() as f64
    }
}

/// How long this thread has had a processor since it began.
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let ns = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(ns))
}

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Customers that left, or calls answered.
    pub units: u64,
    /// What the mean is taken over: customers, or the client's requests.
    pub requests: u64,
    /// Timeouts that came true: in these models none does.
    pub given_up: u64,
    /// Mean time in the system, in seconds.
    pub mean_s: f64,
}

/// An engine: its name in the table, and a run of each model of so many units, with a seed.
pub struct Engine {
    pub name: &'static str,
    pub mm1: fn(u64, u64) -> Outcome,
    pub chain: fn(u64, u64) -> Outcome,
}

/// Measures as the arguments say, engines in turn, and prints `model,engine,ns_per_unit,units`, the median of the runs.
/// Ends the process with an error if a mean is not the theory's.
pub fn measure(engines: &[Engine], arguments: &[String]) {
    let only = arguments.first().map(String::as_str);
    if only.is_some_and(|name| name != "mm1" && name != "chain") {
        stop("the first argument must be `mm1` or `chain`");
    }
    let number = |place: usize, otherwise: u64| match arguments.get(place) {
        None => otherwise,
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .unwrap_or_else(|| stop(&format!("`{text}` must be a whole number above zero"))),
    };
    let (units, runs) = (number(1, 2_000_000), number(2, 5));
    for model in ["mm1", "chain"] {
        if only.is_some_and(|only| only != model) {
            continue;
        }
        let mut times = vec![Vec::new(); engines.len()];
        for seed in 0..runs {
            for (engine, times) in engines.iter().zip(&mut times) {
                let run = if model == "mm1" {
                    engine.mm1
                } else {
                    engine.chain
                };
                let clock = Clock::start();
                let outcome = run(units, 1_000 * seed + 7);
                let ns = clock.ns();
                check(model, outcome);
                times.push(ns / outcome.units as f64);
            }
        }
        for (engine, times) in engines.iter().zip(&mut times) {
            times.sort_by(f64::total_cmp);
            let median = times[times.len() / 2];
            println!("{model},{},{median:.1},{units}", engine.name);
        }
    }
}

/// Whether a run is the model that README.md describes; it derives what is expected.
fn check(model: &str, outcome: Outcome) {
    let requests = outcome.requests as f64;
    let (expected, tolerance) = if model == "mm1" {
        (5.0, 5.0 * 0.075 * (200_000.0 / requests).sqrt())
    } else {
        (0.035_65, 5.0 * 0.017_33 / requests.sqrt() + 0.000_05)
    };
    let mean = outcome.mean_s;
    eprintln!("{model}: mean {mean:.6} s, expected {expected} +- {tolerance:.6} ({outcome:?})");
    if (mean - expected).abs() > tolerance || !mean.is_finite() {
        stop("this simulation is not the model: its cost means nothing");
    }
    if outcome.given_up > 0 {
        stop("timeouts came true: this simulation is not the model");
    }
}

/// Ends the process with a message.
pub fn stop(message: &str) -> ! {
    eprintln!("error: {message}");
    std::process::exit(1)
}
