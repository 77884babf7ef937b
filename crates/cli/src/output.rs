//! Output as a Unix user expects it: results on standard output, messages on standard error, quiet when the reader of
//! a pipe has had enough.

use crate::report::Table;
use crate::{input, interrupt};
use kernel::time::Span;
use scenario::settings::{self, Kind};
use scenario::{Control, Scenario, Text, shipped};
use sim::can_go_on;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why the command did not do all that it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// Problems in the input, each a line.
    Input(Vec<String>),
    /// The options do not go together.
    Usage(String),
    /// A person ended a run before its time.
    Interrupted(String),
    /// The output could not be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}

/// Says what went wrong; the exit status.
pub fn fail(failure: Failure) -> ExitCode {
    let (lines, status) = match failure {
        // `msa trace ... | head`: the reader has what it wanted.
        Failure::Output(error) if error.kind() == ErrorKind::BrokenPipe => {
            return ExitCode::SUCCESS;
        }
        Failure::Output(error) => (vec![format!("cannot write the output: {error}")], 1),
        Failure::Interrupted(line) => (vec![line], interrupt::STATUS),
        Failure::Input(lines) => (lines, 1),
        Failure::Usage(line) => (vec![line, "see msa --help".into()], 2),
    };
    let mut stderr = io::stderr().lock();
    for line in lines {
        // If even this cannot be written there is nobody left to tell.
        let _ = writeln!(stderr, "msa: {line}");
    }
    ExitCode::from(status)
}

/// Says something that is no reason to stop.
pub fn warn(line: &str) {
    // A warning that cannot be written stops nothing, either.
    let _ = writeln!(io::stderr().lock(), "msa: {line}");
}

/// Prints a whole text.
pub fn print(text: &str) -> Result<(), Failure> {
    write(text.as_bytes())
}

/// Writes bytes that may be no text.
pub fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(())
}

/// A text for people: both languages, if they differ.
fn both(text: &Text) -> String {
    match text {
        Text::Empty => String::new(),
        Text::Same(text) => text.clone(),
        Text::Both(both) => format!("{} ({})", both.en, both.ko),
    }
}

fn span(ms: f64) -> Span {
    Span::from_nanos_f64(ms * 1e6)
}

/// The scenarios that ship.
pub fn list() -> Result<(), Failure> {
    let mut table = Table::new(["scenario", "title"]);
    for name in shipped::names() {
        let title = shipped::load(name).map(|scenario| both(&scenario.title));
        table.row([name.to_string(), title.unwrap_or_default()]);
    }
    print(&table.to_string())
}

/// What can be set in one scenario.
pub fn controls(name: &str) -> Result<(), Failure> {
    let scenario = input::open(&input::load(name)?)?.base;
    let mut table = Table::new(["setting", "now", "possible", "while running", "what it is"]);
    for control in &scenario.controls {
        let kind = settings::kind(&scenario, control);
        let changes = while_running(&scenario, control, &kind);
        let possible = match kind {
            Kind::Choice(choices) => choices.join(", "),
            Kind::Number { min, max, .. } => format!("{min} to {max}"),
            Kind::Time { min_ms, max_ms, .. } => format!("{} to {}", span(min_ms), span(max_ms)),
            Kind::Text => String::new(),
        };
        table.row([
            control.name.clone(),
            settings::current(&scenario, control),
            possible,
            changes,
            both(&control.title),
        ]);
    }
    table.row([
        "seed".into(),
        scenario.seed.to_string(),
        String::new(),
        "no".into(),
        "the luck of the run".into(),
    ]);
    print(&table.to_string())
}

/// Whether a run under way can take over another value of a control: `yes`, `no`, or to which of its choices.
fn while_running(scenario: &Scenario, control: &Control, kind: &Kind) -> String {
    let now = settings::current(scenario, control);
    let values = match kind {
        Kind::Choice(choices) => choices.clone(),
        Kind::Number { min, max, .. } => vec![min.to_string(), max.to_string()],
        Kind::Time { min_ms, max_ms, .. } => {
            [*min_ms, *max_ms].map(|ms| span(ms).to_string()).to_vec()
        }
        Kind::Text => Vec::new(),
    };
    let other = values.into_iter().filter(|value| *value != now);
    // A value that makes no sense together with the others is no value to change to.
    let tried = other.filter_map(|value| {
        let set = [(control.name.clone(), value.clone())];
        let after = settings::apply(scenario, &set).ok()?;
        Some((can_go_on(scenario, &after), value))
    });
    let (taken, refused): (Vec<_>, Vec<_>) = tried.partition(|(taken, _)| *taken);
    let names: Vec<String> = taken.into_iter().map(|(_, value)| value).collect();
    match (names.is_empty(), refused.is_empty()) {
        (true, true) => String::new(),
        (false, true) => "yes".into(),
        (true, false) => "no".into(),
        (false, false) => format!("to {}", names.join(", ")),
    }
}
