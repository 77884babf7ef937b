//! The same document and seed give the same trace on every machine: the digests of the shipped scenarios and of
//! generated ones against `tests/golden/digests.txt`, which says when it may be written anew.

mod support;

use run::digest::{ENGINE, digest_of};
use std::path::Path;
use support::same_everywhere::{UNTIL, scenarios};

const HEAD: &str = "\
# Digests of the traces of scenarios: those that ship, and generated ones (tests/support/same_everywhere.rs).
# Debug and release builds and the page in a browser must all give these: tests/digests.rs, tests/browser/exactly.rs.
# Made anew by `DIGESTS=write cargo test --test digests`. That is legitimate when the engine, a shipped scenario or the
# generator was changed on purpose and the golden traces (tests/golden/*.txt) were read; never because one machine or one
# build gives another digest than the others: then a run depends on the machine, and that is a bug.
";

/// The line that says which engine made the digests.
const VERSION: &str = "# Engine ";

#[test]
fn every_trace_is_the_one_it_was_everywhere() {
    let all = scenarios();
    let mut written = format!("{HEAD}{}{ENGINE}\n", VERSION);
    let mut digests = Vec::new();
    for (name, scenario) in &all {
        let digest = digest_of(scenario, UNTIL);
        digests.push(digest);
        written += &format!("{digest:016x} {name}\n");
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/digests.txt");
    let mut expected = std::fs::read_to_string(&file).unwrap_or_default();
    // Links say which engine made them, so another trace is another engine. (What is generated may change with its
    // generator, which no link knows of.)
    let shipped = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let shipped = lines.filter(|line| !line.contains(" generated-"));
        shipped.map(String::from).collect()
    };
    let version = expected.lines().find_map(|line| line.strip_prefix(VERSION));
    assert!(
        version != Some(&ENGINE.to_string()) || shipped(&written) == shipped(&expected),
        "the trace of a scenario that ships has become another one: add one to ENGINE in crates/run/src/digest.rs, so that links of \
         before can say so, and then write the digests anew"
    );
    if std::env::var_os("DIGESTS").is_some_and(|value| value == "write") {
        std::fs::write(&file, &written).expect("the digests can be written");
        expected.clone_from(&written);
    }
    let differing: Vec<_> = written
        .lines()
        .zip(expected.lines())
        .filter(|(is, should)| is != should)
        .collect();
    assert!(
        written == expected,
        "{} of {} digests differ from {}, the first (is, should be): {:?}",
        differing.len(),
        all.len(),
        file.display(),
        differing.first()
    );
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(
        digests.len(),
        all.len(),
        "different scenarios give different traces"
    );
}
