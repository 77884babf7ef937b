//! `msa run`: a scenario from its beginning to its end, and its numbers.

use crate::output::{self, Failure};
use crate::{Selection, input, report};
use msa_playground::run::Run;
use msa_playground::scenario::settings;
use msa_playground::sim::{Limit, Progress};
use msa_playground::time::{Span, Time};
use serde_json::json;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Events between two looks at the clock.
const SLICE: u64 = 100_000;
/// A run shorter than this needs no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs a scenario and prints its numbers.
pub fn run(selection: &Selection, lasts: Option<Span>, json: bool) -> Result<(), Failure> {
    let (base, scenario) = input::select(selection)?;
    let lasts = lasts.unwrap_or(scenario.duration);
    if lasts <= scenario.warm_up {
        return Err(Failure::Usage(format!(
            "--for {lasts} is no longer than the warm-up ({}), which is not counted",
            scenario.warm_up
        )));
    }
    let mut run = Run::new(scenario, 0);
    let began = Instant::now();
    let stopped = to_the_end(&mut run, Time::ZERO + lasts, &mut ProgressLine::new());
    if json {
        let settings: serde_json::Map<_, _> = settings::changed(&base, run.scenario())
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        let document = json!({
            "scenario": run.scenario().name,
            "settings": settings,
            "seed": run.scenario().seed,
            "asked_for_s": lasts.as_secs(),
            "simulated_s": run.now().as_secs(),
            "events": run.sim().events(),
            "stopped": stopped.map(|limit| limit.to_string()),
            "numbers": run.numbers(),
            "series": run.series(),
        });
        output::print(&format!("{document:#}\n"))?;
    } else {
        output::print(&report::report(&run, began.elapsed()))?;
    }
    match stopped {
        None => Ok(()),
        Some(limit) => Err(stopped_early(limit, run.now())),
    }
}

/// The failure that a bound of the engine is.
pub fn stopped_early(limit: Limit, now: Time) -> Failure {
    Failure::Input(vec![format!(
        "the run stopped at {}: {limit}",
        now.since(Time::ZERO)
    )])
}

/// Runs until `end`; the bound that stopped it before, if one did.
fn to_the_end(run: &mut Run, end: Time, line: &mut ProgressLine) -> Option<Limit> {
    loop {
        match run.run_until(end, SLICE) {
            Progress::Busy => line.show(run, end),
            Progress::Reached => break None,
            Progress::Stopped(limit) => break Some(limit),
        }
    }
}

/// One line on a terminal that says how far a long run is; it is gone when the run has ended.
struct ProgressLine {
    terminal: bool,
    next: Instant,
    shown: bool,
}

impl ProgressLine {
    fn new() -> Self {
        ProgressLine {
            terminal: io::stderr().is_terminal(),
            next: Instant::now() + PATIENCE,
            shown: false,
        }
    }

    fn show(&mut self, run: &Run, end: Time) {
        if !self.terminal || Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + PATIENCE / 2;
        self.shown = true;
        let (now, end) = (run.now().as_secs(), end.as_secs());
        let percent = 100.0 * now / end;
        let millions = run.sim().events() as f64 / 1e6;
        // Progress that cannot be shown is no reason to stop.
        let _ = write!(
            io::stderr(),
            "\r\x1b[K{percent:3.0}%  {now:.1} s of {end:.1} s simulated, {millions:.1} million events"
        );
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
