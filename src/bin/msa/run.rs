//! `msa run`: a scenario from its beginning to its end, and its numbers.

use crate::output::{self, Failure};
use crate::{Selection, input, report};
use msa_playground::export::table;
use msa_playground::run::Run;
use msa_playground::scenario::settings;
use msa_playground::session::Session;
use msa_playground::sim::Limit;
use msa_playground::time::{Span, Time};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Events between two looks at the clock.
const SLICE: u64 = 100_000;
/// A run shorter than this needs no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs a scenario and prints its numbers.
pub fn run(selection: &Selection, lasts: Option<Span>, json: bool) -> Result<(), Failure> {
    let opened = input::select(selection)?;
    let first = &opened.story.first;
    let lasts = lasts.unwrap_or(first.duration);
    if lasts <= first.warm_up {
        return Err(Failure::Usage(format!(
            "--for {lasts} is no longer than the warm-up ({}), which is not counted",
            first.warm_up
        )));
    }
    let mut session = Session::new(opened.story.clone(), 0);
    let began = Instant::now();
    let stopped = to_the_end(&mut session, Time::ZERO + lasts, &mut ProgressLine::new());
    let run = session.run();
    let violation = run.violation();
    if json {
        let settings = settings::changed(&opened.base, run.scenario());
        let mut document = table::numbers(run, &settings);
        document["asked_for_s"] = lasts.as_secs().into();
        document["stopped"] = stopped.map(|limit| limit.to_string()).into();
        document["ledger"] = crate::ledger::document(run);
        output::print(&format!("{document:#}\n"))?;
    } else {
        output::print(&report::report(run, began.elapsed()))?;
    }
    match stopped {
        None => violation.map_or(Ok(()), |violation| {
            Err(Failure::Input(vec![violation.to_string()]))
        }),
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
pub fn to_the_end(session: &mut Session, end: Time, line: &mut ProgressLine) -> Option<Limit> {
    loop {
        let advance = session.advance(end.since(session.now()), SLICE);
        if advance.reached {
            break advance.stopped;
        }
        line.show(session.run(), end);
    }
}

/// One line on a terminal that says how far a long run is; it is gone when the run has ended.
pub struct ProgressLine {
    terminal: bool,
    next: Instant,
    shown: bool,
}

impl ProgressLine {
    /// Nothing is shown yet.
    pub fn new() -> Self {
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
