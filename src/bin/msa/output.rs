//! Output as a Unix user expects it: results on standard output, messages on standard error, quiet when the reader of
//! a pipe has had enough.

use crate::input;
use crate::report::Table;
use msa_playground::scenario::settings::{self, Kind};
use msa_playground::scenario::{Text, shipped};
use msa_playground::time::Span;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Why the command did not do all that it was asked for.
#[derive(Debug)]
pub enum Failure {
    /// Problems in the input, each a line.
    Input(Vec<String>),
    /// The options do not go together.
    Usage(String),
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
    let mut table = Table::new(["setting", "now", "possible", "what it is"]);
    for control in &scenario.controls {
        let possible = match settings::kind(&scenario, control) {
            Kind::Choice(choices) => choices.join(", "),
            Kind::Number { min, max, .. } => format!("{min} to {max}"),
            Kind::Time { min_ms, max_ms, .. } => format!("{} to {}", span(min_ms), span(max_ms)),
            Kind::Text => String::new(),
        };
        table.row([
            control.name.clone(),
            settings::current(&scenario, control),
            possible,
            both(&control.title),
        ]);
    }
    table.row([
        "seed".into(),
        scenario.seed.to_string(),
        String::new(),
        "the luck of the run".into(),
    ]);
    print(&table.to_string())
}
