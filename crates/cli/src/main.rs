//! `msa`: the playground without a page.
//!
//! Exit status: 0, or 1 if there is a problem in the input (or the run reached a bound, or a number is not what
//! validation expects), or 2 if the command was used wrongly, or 130 if it was interrupted. Results go to standard output, everything else to
//! standard error.

mod cards;
mod document;
mod export;
mod input;
mod interrupt;
mod ledger;
mod output;
mod png;
mod report;
mod run;
mod trace;
mod validate;

use clap::{Args, Parser, Subcommand};
use kernel::time::Span;
use output::Failure;
use scenario::Scenario;
use serde_json::Value;
use share::complete::LinkDocument;
use std::process::ExitCode;

/// Simulated services, their databases and a message bus - without a page.
#[derive(Parser)]
#[command(name = "msa", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  msa list                                       what ships
  msa list consultation-list                     what can be set in it
  msa run consultation-list --set customer=batch --for 5m
  msa run 'consultation-list?customer=batch&rate=50&seed=9'
  msa run my-scenario.json --json | jq .numbers.clients
  msa trace my-scenario.json --from 2s --for 100ms
  msa export order-payment --as sequence         one request as a diagram; --help lists the formats
  msa validate --only M/M/1                      is the engine right?
  msa check my-scenario.json                     docs/scenario-format.md has the format

Exit status: 0; 1 if there is a problem in the input, the run reached a bound or validation failed; 2 if the command was used wrongly; 130 if a run was interrupted (Ctrl-C ends it where it is, and prints what it came to).";

const LIST: &str = "The column \"while running\" says which settings a run can take over while it goes on (in a link: behind an @):
yes, no, or only to some of the choices. In general numbers and times can be changed then, and how a reference is read. What
cannot: the seed, planned faults, the rows of a table, the popularity of a reference, the kind of a load, names and steps,
and write strategies that make other steps. Set those from the start.";

#[derive(Subcommand)]
enum Command {
    /// List the scenarios that ship, or the settings of one
    #[command(after_help = LIST)]
    List {
        /// A scenario: its settings are listed
        scenario: Option<String>,
    },
    /// Run a scenario and print its numbers
    Run {
        #[command(flatten)]
        selection: Selection,
        /// How long, in simulated time, such as 90s or 5m [default: the scenario's duration]
        #[arg(long = "for", value_name = "TIME", value_parser = Span::parse)]
        lasts: Option<Span>,
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Run a scenario and print what happens, one line for each record
    Trace {
        #[command(flatten)]
        selection: Selection,
        /// Leave out what happens before
        #[arg(long, value_name = "TIME", value_parser = Span::parse, default_value = "0s")]
        from: Span,
        /// How long, in simulated time [default: 1s]
        #[arg(long = "for", value_name = "TIME", value_parser = Span::parse)]
        lasts: Option<Span>,
        /// Stop here instead, in simulated time
        #[arg(long, value_name = "TIME", value_parser = Span::parse, conflicts_with = "lasts")]
        until: Option<Span>,
    },
    /// Take a scenario or its run away: pictures, diagrams, tables, traces
    Export(export::Options),
    /// Give a built site what chat programs and wikis show of it: pictures, Open Graph, oEmbed
    Cards(cards::Options),
    /// Check the engine against queueing theory and published results
    Validate(validate::Options),
    /// Print the JSON Schema of the scenario format, of links, or of what a run prints
    Schema {
        /// That of links (docs/links.md), which may hold a scenario
        #[arg(long)]
        link: bool,
        /// That of what `msa run --json` prints (docs/run-json.md)
        #[arg(long, conflicts_with = "link")]
        run: bool,
        /// That of links in one line and without what is for people: what the checker reads
        #[arg(long, conflicts_with_all = ["link", "run"])]
        bare: bool,
    },
    /// Check scenario documents and report every problem
    Check {
        /// The documents; - is standard input
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
    },
}

/// Which scenario, with which settings.
#[derive(Args)]
struct Selection {
    /// A scenario that ships, a JSON document (- is standard input), or the part of a link after its #
    scenario: String,
    /// The luck of the run [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,
    /// Change a setting: a control's name, or a path such as services.common.threads; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.into(), value.into())),
        _ => Err("a setting is written name=value".into()),
    }
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::List { scenario: None } => output::list(),
        Command::List {
            scenario: Some(name),
        } => output::controls(&name),
        Command::Run {
            selection,
            lasts,
            json,
        } => run::run(&selection, lasts, json),
        Command::Trace {
            selection,
            from,
            lasts,
            until,
        } => trace::trace(&selection, from, lasts, until),
        Command::Export(options) => export::export(&options),
        Command::Cards(options) => cards::cards(&options),
        Command::Validate(options) => validate::validate(&options),
        Command::Schema { link, run, bare } => schema(link, run, bare),
        Command::Check { files } => input::check(&files),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => output::fail(failure),
    }
}

fn schema(link: bool, run: bool, bare: bool) -> Result<(), Failure> {
    let schema = if run {
        // What is printed has every field, also those that a reader could do without.
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
        settings
            .into_generator()
            .into_root_schema_for::<document::RunDocument>()
    } else if link || bare {
        schemars::schema_for!(LinkDocument)
    } else {
        schemars::schema_for!(Scenario)
    };
    let text = if bare {
        let mut schema = schema.to_value();
        strip(&mut schema);
        serde_json::to_string(&schema)
    } else {
        serde_json::to_string_pretty(&schema)
    };
    let text = text.map_err(|error| Failure::Input(vec![error.to_string()]))?;
    output::print(&(text + "\n"))
}

/// Takes out what tells people something and constrains nothing.
fn strip(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            for word in ["$schema", "title", "description", "default", "format"] {
                keywords.remove(word);
            }
            for (keyword, inside) in keywords {
                match inside {
                    // Here the keys are names, not keywords.
                    Value::Object(named) if keyword == "properties" || keyword == "$defs" => {
                        named.values_mut().for_each(strip);
                    }
                    _ => strip(inside),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(strip),
        _ => {}
    }
}
