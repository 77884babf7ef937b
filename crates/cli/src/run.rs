//! `msa run`: a scenario from its beginning to its end, and its numbers.

use crate::document::RunDocument;
use crate::output::{self, Failure};
use crate::{Selection, input, interrupt, report};
use kernel::time::{Span, Time};
use run::Run;
use run::session::Session;
use scenario::settings;
use sim::Limit;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Events between two looks at the clock.
const SLICE: u64 = 100_000;
/// A run shorter than this needs no progress on a terminal.
const PATIENCE: Duration = Duration::from_millis(500);
/// Nor does one shorter than this elsewhere, where each progress is a line of its own.
const PATIENCE_OF_A_LOG: Duration = Duration::from_secs(5);

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
    let end = to_the_end(&mut session, Time::ZERO + lasts, &mut ProgressLine::new());
    let run = session.run();
    let violation = run.violation();
    if json {
        let settings = settings::changed(&opened.base, run.scenario());
        output::print(&RunDocument::new(run, &settings, lasts, end).text())?;
    } else {
        output::print(&report::report(run, began.elapsed()))?;
    }
    match end {
        End::Reached => violation.map_or(Ok(()), |violation| {
            Err(Failure::Input(vec![violation.to_string()]))
        }),
        other => Err(ended_early(other, run.now())),
    }
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The time asked for has come.
    Reached,
    /// A bound of the engine was reached before.
    Bound(Limit),
    /// A person pressed Ctrl-C before.
    Interrupted,
}

/// The failure that an end before the time is; what the run came to until then has been printed.
pub fn ended_early(end: End, now: Time) -> Failure {
    let at = now.since(Time::ZERO);
    match end {
        End::Bound(limit) => stopped_early(limit, now),
        End::Interrupted | End::Reached => Failure::Interrupted(format!(
            "interrupted at {at} of the run: this is what it came to until then"
        )),
    }
}

/// The failure that a bound of the engine is.
pub fn stopped_early(limit: Limit, now: Time) -> Failure {
    Failure::Input(vec![format!(
        "the run stopped at {}: {limit}",
        now.since(Time::ZERO)
    )])
}

/// Runs until `end`, or until a bound is reached or a person presses Ctrl-C.
pub fn to_the_end(session: &mut Session, end: Time, line: &mut ProgressLine) -> End {
    loop {
        let advance = session.advance(end.since(session.now()), SLICE);
        if advance.reached {
            break advance.stopped.map_or(End::Reached, End::Bound);
        }
        if interrupt::was_asked_for() {
            break End::Interrupted;
        }
        line.show(session.run(), end);
    }
}

/// How far a long run is, on standard error: one line of a terminal, which is gone when the run has ended; elsewhere, after
/// some seconds, now and then a line.
pub struct ProgressLine {
    terminal: bool,
    next: Instant,
    /// How long it is until the one after the next.
    pause: Duration,
    shown: bool,
}

impl ProgressLine {
    /// Nothing is shown yet. From here on Ctrl-C ends a run and not the command.
    pub fn new() -> Self {
        interrupt::listen();
        let terminal = io::stderr().is_terminal();
        let patience = if terminal {
            PATIENCE
        } else {
            PATIENCE_OF_A_LOG
        };
        ProgressLine {
            terminal,
            next: Instant::now() + patience,
            pause: patience,
            shown: false,
        }
    }

    fn show(&mut self, run: &Run, end: Time) {
        if Instant::now() < self.next {
            return;
        }
        let text = progress(run, end);
        // Progress that cannot be shown is no reason to stop.
        let _ = if self.terminal {
            write!(io::stderr(), "\r\x1b[K{text} (Ctrl-C ends the run here)")
        } else {
            // A run of hours shall not fill a log.
            self.pause = (self.pause * 2).min(Duration::from_secs(600));
            writeln!(io::stderr(), "msa: {text}")
        };
        self.next = Instant::now() + self.pause;
        self.shown = self.terminal;
    }
}

/// How far a run is on its way to `end`.
fn progress(run: &Run, end: Time) -> String {
    let (now, end) = (run.now().as_secs(), end.as_secs());
    let percent = 100.0 * now / end;
    let millions = run.sim().events() as f64 / 1e6;
    format!("{percent:3.0}%  {now:.1} s of {end:.1} s simulated, {millions:.1} million events")
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
