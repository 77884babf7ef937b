//! `msa trace`: what happens, one line for each record.

use crate::output::Failure;
use crate::{Selection, input, run};
use ::run::session::Session;
use kernel::time::{Span, Time};
use sim::text;
use std::io::{self, BufWriter, Write};

/// Unless it is said, the trace is this long: enough to read, and never more than a screen can scroll.
const DEFAULT: Span = Span::from_secs(1);
/// Events between two rounds of printing.
const SLICE: u64 = 1_000;
/// Records kept between two rounds: each event makes far fewer than 64 on average.
const KEPT: usize = 1 << 16;

/// Prints the records from `from` (included) to `until` (excluded), or for as long as `lasts` says.
pub fn trace(
    selection: &Selection,
    from: Span,
    lasts: Option<Span>,
    until: Option<Span>,
) -> Result<(), Failure> {
    if lasts == Some(Span::ZERO) {
        return Err(Failure::Usage("--for must be longer than 0".into()));
    }
    let until = until.unwrap_or(from + lasts.unwrap_or(DEFAULT));
    if until <= from {
        return Err(Failure::Usage(format!(
            "--until {until} must be later than --from {from}"
        )));
    }
    let (from, until) = (Time::ZERO + from, Time::ZERO + until);
    let opened = input::select(selection)?;
    let mut session = Session::new(opened.story, KEPT);
    let mut stdout = BufWriter::new(io::stdout().lock());
    let mut printed = 0;
    loop {
        let advance = session.advance(until.since(session.now()), SLICE);
        let trace = session.run().trace();
        let new = (printed - trace.dropped().min(printed)) as usize;
        for record in trace.records().range(new..) {
            if record.at >= from && record.at < until {
                writeln!(stdout, "{}", text::line(session.run().plan(), record))?;
            }
        }
        printed = trace.dropped() + trace.records().len() as u64;
        if let Some(limit) = advance.stopped {
            stdout.flush()?;
            return Err(run::stopped_early(limit, session.now()));
        }
        if advance.reached {
            break;
        }
    }
    stdout.flush()?;
    Ok(())
}
