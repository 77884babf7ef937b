//! Where a scenario comes from: its name, a file, standard input or a link.

use crate::Selection;
use crate::output::{self, Failure};
use run::digest::ENGINE;
use scenario::nearest::{did_you_mean, plain};
use scenario::read::{DOCUMENT_MAX, Problem, Problems, from_value, json};
use scenario::settings::Setting;
use scenario::shipped;
use share::story::{self, Opened};
use share::{Link, Origin, complete};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

/// The run that was selected, with all settings.
pub fn select(selection: &Selection) -> Result<Opened, Failure> {
    let mut link = load(&selection.scenario)?;
    let seed = selection.seed.map(|seed| ("seed".into(), seed.to_string()));
    let chosen: Vec<Setting> = selection.settings.iter().cloned().chain(seed).collect();
    let place = if chosen.is_empty() { "" } else { "--set " };
    // What is set here counts, whatever the link says.
    link.settings
        .retain(|(name, _)| chosen.iter().all(|(own, _)| own != name));
    link.settings.extend(chosen);
    let opened = story::open(&link).map_err(|problems| input_failure(place, &problems))?;
    if let Some(engine) = link.engine.filter(|_| opened.other_engine) {
        output::warn(&format!(
            "version {engine} of the engine made the link, and this is version {ENGINE}: what happens may differ from what its sender saw"
        ));
    }
    Ok(opened)
}

/// What a link brings back.
pub fn open(link: &Link) -> Result<Opened, Failure> {
    story::open(link).map_err(|problems| input_failure("", &problems))
}

/// What a name, a file or a link stands for.
pub fn load(name: &str) -> Result<Link, Failure> {
    if shipped::names().any(|known| known == name) {
        return Ok(Link::shipped(name));
    }
    if name == "-" || Path::new(name).exists() {
        return document(name);
    }
    // A link from the page's address bar, whole or from its # on.
    let fragment = name.rsplit_once('#').map_or(name, |(_, fragment)| fragment);
    if fragment.len() < name.len() || fragment.contains('?') || complete::version(name).is_some() {
        return Link::parse(fragment).map_err(|problems| input_failure("", &problems));
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

/// Reads and checks the scenario document (or the link document) in a file.
fn document(name: &str) -> Result<Link, Failure> {
    let shown = if name == "-" { "standard input" } else { name };
    let text = text(name).map_err(|message| Failure::Input(vec![format!("{shown}: {message}")]))?;
    read_document(&text).map_err(|problems| input_failure(&format!("{shown}: "), &problems))
}

fn read_document(text: &str) -> Result<Link, Problems> {
    let value = json(text)?;
    // No scenario document has a field of this name.
    if value.get("scenario").is_some() {
        let link = complete::of_value(&value)?;
        story::open(&link)?;
        return Ok(link);
    }
    from_value(value.clone())?;
    Ok(Link {
        origin: Origin::Own(Rc::new(value)),
        ..Link::shipped("")
    })
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
        match document(file).and_then(|link| open(&link)) {
            Ok(opened) => {
                output::print(&format!("{file}: ok, the scenario {}\n", opened.base.name))?
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
