//! `msa export`: a scenario and its run in the formats of other programs.

use crate::document::RunDocument;
use crate::output::{self, Failure};
use crate::run::{End, ProgressLine, ended_early, to_the_end};
use crate::{Selection, input, png};
use clap::{Args, ValueEnum};
use export::svg::{self, Theme};
use export::{Subject, Window, animation, chrome, flowchart, otlp, sequence, table};
use kernel::time::{Span, Time};
use picture::layout::Form;
use run::session::Session;
use scenario::settings;
use share::story::Opened;
use sim::trace::{Serial, What};
use std::fs;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use words::Lang;
use words::names::Names;

/// Where a stretch begins, or the moment of a picture, unless it is said: the system has filled up.
const AT: Span = Span::from_secs(10);
/// How long the stretch of an animation is, and how fast it plays, unless it is said.
const ANIMATED: Span = Span(500_000_000);
const SLOWLY: f64 = 0.1;
/// How long a trace is, unless it is said.
const TRACED: Span = Span::from_secs(1);
/// How long a stretch is in which a request for a sequence diagram is looked for, unless it is said.
const SEARCHED: Span = Span::from_secs(10);
/// Records that are kept: enough for many seconds of a busy scenario.
const TRACE_MAX: usize = 1_000_000;
/// What begins in the window is followed for so long after its end.
const FOLLOWED: Span = Span::from_secs(5);
/// A request that is asked for is looked for in steps of this length.
const STEP: Span = Span::from_secs(1);

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The diagram at a moment
    Svg,
    /// The diagram at a moment, as pixels
    Png,
    /// A stretch of the run, as an SVG that plays in a loop
    Animation,
    /// The architecture, as a Mermaid flowchart
    #[value(alias = "mermaid")]
    Flowchart,
    /// One request, as a Mermaid sequence diagram
    Sequence,
    /// The course of the run, as a table
    Csv,
    /// The numbers of the run and its course
    Json,
    /// The scenario with its settings
    Scenario,
    /// The trace, for Perfetto and chrome://tracing
    ChromeTrace,
    /// The trace, for Jaeger and OpenTelemetry collectors
    Otlp,
}

const EXAMPLES: &str = "Examples:
  msa export order-payment --as flowchart                         paste it into documentation
  msa export order-payment --as sequence --at 20s --for 10s       the first request of 20s..30s that failed
  msa export order-payment --as svg --at 12s -o order.svg         the diagram at that moment
  msa export retry-storm --as animation --at 20s --for 500ms --speed 0.1 --theme dark -o storm.svg
  msa export order-payment --as chrome-trace --for 2s -o t.json   open it at ui.perfetto.dev
  msa export retry-storm --set budget=true --as csv -o run.csv

--at and --for say what they mean for each format in docs/export.md.";

/// What is exported, of which run, and where to.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    selection: Selection,
    /// The format
    #[arg(long = "as", value_name = "FORMAT")]
    format: Format,
    /// The moment of a picture, or where a stretch begins, in simulated time [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = Span::parse)]
    at: Option<Span>,
    /// How long a stretch is; of csv and json, how long the run is [default: 1s, animation 500ms, sequence 10s, csv and json the scenario's duration]
    #[arg(long = "for", value_name = "TIME", value_parser = Span::parse)]
    lasts: Option<Span>,
    /// The request of a sequence diagram, as `msa trace` numbers it [default: the first that failed, or else the slowest]
    #[arg(long, value_name = "NUMBER")]
    request: Option<Serial>,
    /// Simulated seconds in one second of an animation; in a picture, at which speed what moves is drawn [default: 1, animation 0.1]
    #[arg(long, value_name = "NUMBER", value_parser = speed)]
    speed: Option<f64>,
    /// The ground of a picture: light, dark, or as the reader has it
    #[arg(long, value_name = "light|dark|system", value_parser = theme)]
    theme: Option<Theme>,
    /// The language of names and sentences
    #[arg(long, value_name = "en|ko", default_value = "en", value_parser = language)]
    lang: Lang,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn language(code: &str) -> Result<Lang, String> {
    Lang::from_code(code).ok_or_else(|| "must be en or ko".into())
}

fn theme(code: &str) -> Result<Theme, String> {
    Theme::from_code(code).ok_or_else(|| "must be light, dark or system".into())
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: Option<f64> = text.parse().ok();
    speed
        .filter(|speed| (0.001..=1000.0).contains(speed))
        .ok_or_else(|| "must be a number from 0.001 to 1000".into())
}

/// Writes the export.
pub fn export(options: &Options) -> Result<(), Failure> {
    check(options)?;
    let (text, end) = text(options, &input::select(&options.selection)?)?;
    let bytes = if options.format == Format::Png {
        png::draw(&text)?
    } else {
        text.into_bytes()
    };
    match &options.output {
        None if options.format == Format::Png && io::stdout().is_terminal() => Err(Failure::Usage(
            "a PNG on a terminal is of no use: name a file with --output".into(),
        )),
        None => output::write(&bytes).and(end),
        Some(file) => fs::write(file, bytes)
            .map_err(|error| {
                Failure::Input(vec![format!(
                    "{}: cannot be written: {error}",
                    file.display()
                )])
            })
            .and(end),
    }
}

/// Options that mean nothing for the format are a mistake, not something to pass over.
fn check(options: &Options) -> Result<(), Failure> {
    let format = options.format;
    let means_nothing = |option: &str| {
        let name = format.to_possible_value();
        let name = name.as_ref().map_or("", |it| it.get_name());
        Err(Failure::Usage(format!(
            "{option} means nothing for --as {name}"
        )))
    };
    let whole = matches!(format, Format::Csv | Format::Json);
    let still = matches!(format, Format::Flowchart | Format::Scenario);
    if options.at.is_some() && (whole || still) {
        return means_nothing("--at");
    }
    if options.lasts.is_some() && still {
        return means_nothing("--for");
    }
    if options.request.is_some() && format != Format::Sequence {
        return means_nothing("--request");
    }
    let picture = matches!(format, Format::Svg | Format::Png | Format::Animation);
    if options.theme.is_some() && !picture {
        return means_nothing("--theme");
    }
    if options.speed.is_some() && !picture {
        return means_nothing("--speed");
    }
    if options.lasts.is_some() && matches!(format, Format::Svg | Format::Png) {
        return means_nothing("--for");
    }
    if options.request.is_some() && (options.at.is_some() || options.lasts.is_some()) {
        return Err(Failure::Usage(
            "--request finds the request wherever it is: leave --at and --for out".into(),
        ));
    }
    Ok(())
}

/// The export; for the course of a run also how it came to its end, which may be before its time.
fn text(options: &Options, opened: &Opened) -> Result<(String, Result<(), Failure>), Failure> {
    let lang = options.lang;
    // A link may name the moment.
    let at = options.at.map(|at| Time::ZERO + at);
    let at = at.or(opened.playhead).unwrap_or(Time::ZERO + AT);
    let window = |default: Span| Window {
        from: at,
        to: at + options.lasts.unwrap_or(default),
    };
    let duration = opened.story.first.duration;
    let mut session = Session::new(opened.story.clone(), TRACE_MAX);
    let names = Names::new(session.scenario(), session.run().plan());
    let subject = |run| Subject {
        run,
        names: &names,
        lang,
    };
    let mut end = Ok(());
    let text = match options.format {
        Format::Scenario => table::scenario(session.scenario()),
        Format::Svg | Format::Png => {
            go(&mut session, at)?;
            let speed = options.speed.unwrap_or(1.0);
            // Pixels are as they are; nobody's system can choose for them.
            let theme = match (options.theme, options.format) {
                (None | Some(Theme::System), Format::Png) => Theme::Light,
                (theme, _) => theme.unwrap_or_default(),
            };
            svg::text(&subject(session.run()), theme, Form::Wide, speed)
        }
        Format::Animation => {
            let window = window(ANIMATED);
            go(&mut session, window.to)?;
            let speed = options.speed.unwrap_or(SLOWLY);
            let theme = options.theme.unwrap_or_default();
            animation::text(&subject(session.run()), theme, Form::Wide, window, speed)
        }
        Format::Flowchart => flowchart::text(&subject(session.run())),
        Format::Csv | Format::Json => {
            let lasts = options.lasts.unwrap_or(duration);
            let came = to_the_end(&mut session, Time::ZERO + lasts, &mut ProgressLine::new());
            end = ended(came, session.now());
            if options.format == Format::Csv {
                table::csv(session.run())
            } else {
                let settings = settings::changed(&opened.base, session.scenario());
                RunDocument::new(session.run(), &settings, lasts, came).text()
            }
        }
        Format::ChromeTrace | Format::Otlp => {
            let window = window(TRACED);
            go(&mut session, window.to + FOLLOWED)?;
            if options.format == Format::Otlp {
                otlp::text(&subject(session.run()), window)
            } else {
                chrome::text(&subject(session.run()), window)
            }
        }
        Format::Sequence => {
            let window = match options.request {
                Some(request) => find(&mut session, request, Time::ZERO + duration)?,
                None => window(SEARCHED),
            };
            go(&mut session, window.to + FOLLOWED)?;
            sequence::text(&subject(session.run()), window, options.request)
                .map_err(|said| Failure::Input(vec![said]))?
        }
    };
    Ok((text, end))
}

/// The diagram of a run as a PNG, at its moment or when the system has filled up.
pub fn picture(opened: &Opened) -> Result<Vec<u8>, Failure> {
    let mut session = Session::new(opened.story.clone(), TRACE_MAX);
    go(&mut session, opened.playhead.unwrap_or(Time::ZERO + AT))?;
    let names = Names::new(session.scenario(), session.run().plan());
    let subject = Subject {
        run: session.run(),
        names: &names,
        lang: Lang::En,
    };
    png::draw(&svg::text(&subject, Theme::Light, Form::Wide, 1.0))
}

fn go(session: &mut Session, until: Time) -> Result<(), Failure> {
    let end = to_the_end(session, until, &mut ProgressLine::new());
    ended(end, session.now())
}

/// Nothing, if a run has come to the end that it was to have.
fn ended(end: End, now: Time) -> Result<(), Failure> {
    match end {
        End::Reached => Ok(()),
        other => Err(ended_early(other, now)),
    }
}

/// Runs until the request has been sent; the stretch in which that was.
fn find(session: &mut Session, request: Serial, end: Time) -> Result<Window, Failure> {
    loop {
        let window = Window {
            from: session.now(),
            to: session.now() + STEP,
        };
        go(session, window.to)?;
        let mut records = session.run().trace().between(window.from, window.to);
        let issued = records
            .any(|it| matches!(it.what, What::Issued { request: its, .. } if its == request));
        if issued || session.now() >= end {
            return Ok(window);
        }
    }
}
