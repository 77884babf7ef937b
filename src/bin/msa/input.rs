//! Where a scenario comes from: its name, a file, standard input or a link.

use crate::Selection;
use crate::output::{self, Failure};
use msa_playground::scenario::nearest::{did_you_mean, plain};
use msa_playground::scenario::read::{DOCUMENT_MAX, Problem, read};
use msa_playground::scenario::{Scenario, settings, shipped};
use msa_playground::share::Link;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The scenario that was selected, as it ships or stands in its file, and with all settings.
pub fn select(selection: &Selection) -> Result<(Scenario, Scenario), Failure> {
    let (base, mut chosen) = load(&selection.scenario)?;
    chosen.extend(selection.settings.iter().cloned());
    chosen.extend(
        selection
            .seed
            .map(|seed| ("seed".to_string(), seed.to_string())),
    );
    match settings::apply(&base, &chosen) {
        Ok(scenario) => Ok((base, scenario)),
        Err(problems) => Err(input_failure("--set ", &problems)),
    }
}

/// A scenario by name, file or link, and the settings of the link.
pub fn load(name: &str) -> Result<(Scenario, Vec<(String, String)>), Failure> {
    if let Some(scenario) = shipped::load(name) {
        return Ok((scenario, Vec::new()));
    }
    if name == "-" || Path::new(name).exists() {
        return Ok((document(name)?, Vec::new()));
    }
    // A link from the page's address bar, whole or from its # on.
    let fragment = name.rsplit_once('#').map_or(name, |(_, fragment)| fragment);
    if fragment.len() < name.len() || fragment.contains('?') {
        let link =
            Link::parse(fragment).map_err(|broken| Failure::Input(vec![broken.to_string()]))?;
        if let Some(scenario) = shipped::load(&link.scenario) {
            return Ok((scenario, link.settings));
        }
        return Err(unknown(&link.scenario));
    }
    Err(unknown(name))
}

fn unknown(name: &str) -> Failure {
    let looks_like_a_file = name.contains('/') || name.ends_with(".json");
    Failure::Input(vec![if looks_like_a_file {
        format!("{}: there is no such file", plain(name))
    } else {
        format!(
            "there is no scenario and no file \"{}\"{}",
            plain(name),
            did_you_mean(name, shipped::names())
        )
    }])
}

/// Reads and checks the document in a file.
fn document(name: &str) -> Result<Scenario, Failure> {
    let shown = if name == "-" { "standard input" } else { name };
    let text = text(name).map_err(|message| Failure::Input(vec![format!("{shown}: {message}")]))?;
    read(&text).map_err(|problems| input_failure(&format!("{shown}: "), &problems))
}

/// Reads a file, but never more than a document may be long.
fn text(name: &str) -> Result<String, String> {
    let bound = DOCUMENT_MAX as u64 + 1;
    let mut bytes = Vec::new();
    let done = if name == "-" {
        io::stdin().lock().take(bound).read_to_end(&mut bytes)
    } else {
        File::open(name).and_then(|file| file.take(bound).read_to_end(&mut bytes))
    };
    done.map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("is not UTF-8 text (byte {at}); save it as UTF-8")
    })
}

fn input_failure(before: &str, problems: &[Problem]) -> Failure {
    Failure::Input(
        problems
            .iter()
            .map(|problem| format!("{before}{problem}"))
            .collect(),
    )
}

/// Checks documents; what is wrong with any of them is a failure, after all have been checked.
pub fn check(files: &[String]) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for file in files {
        match document(file) {
            Ok(scenario) => {
                output::print(&format!("{file}: ok, the scenario {}\n", scenario.name))?
            }
            Err(Failure::Input(problems)) => lines.extend(problems),
            Err(failure) => return Err(failure),
        }
    }
    if lines.is_empty() {
        Ok(())
    } else {
        Err(Failure::Input(lines))
    }
}
