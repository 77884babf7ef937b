//! `msa trace`: what happens, one line for each record.

use crate::output::Failure;
use crate::{Selection, input, run};
use msa_playground::sim::{Progress, Simulation, text};
use msa_playground::time::{Span, Time};
use std::io::{self, BufWriter, Write};

/// Without `--until` the trace is this long: enough to read, and never more than a screen can scroll.
const DEFAULT: Span = Span::from_secs(1);
/// Events between two rounds of printing.
const SLICE: u64 = 10_000;

/// Prints the records from `from` (included) to `until` (excluded).
pub fn trace(selection: &Selection, from: Span, until: Option<Span>) -> Result<(), Failure> {
    let until = until.unwrap_or(from + DEFAULT);
    if until <= from {
        return Err(Failure::Usage(format!(
            "--until {until} must be later than --from {from}"
        )));
    }
    let (from, until) = (Time::ZERO + from, Time::ZERO + until);
    let (_, scenario) = input::select(selection)?;
    let mut simulation = Simulation::new(&scenario);
    let mut stdout = BufWriter::new(io::stdout().lock());
    loop {
        let progress = simulation.run_until(until, SLICE);
        let records = std::mem::take(simulation.records());
        for record in records
            .iter()
            .filter(|record| record.at >= from && record.at < until)
        {
            writeln!(stdout, "{}", text::line(simulation.plan(), record))?;
        }
        match progress {
            Progress::Busy => {}
            Progress::Reached => break,
            Progress::Stopped(limit) => {
                stdout.flush()?;
                return Err(run::stopped_early(limit, simulation.now()));
            }
        }
    }
    stdout.flush()?;
    Ok(())
}
