//! Rules of the house, as tests: floors, determinism, and files of a readable size.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The floors of the page: a module may use its own floor and those below. (Those of crates/ the compiler keeps.)
const FLOORS: &[&str] = &["app", "view", "web"];

/// The crates whose results are compared between machines.
const CORE: &[&str] = &["kernel", "scenario", "sim", "run"];

/// Names that would make a run depend on the machine, the hour or the order of a hash: forbidden in
/// the crates whose results are compared between machines.
const NOT_IN_THE_CORE: &[&str] = &[
    // Maps whose order is the luck of the process, and what makes it, under their own or another path.
    "HashMap",
    "HashSet",
    "hash_map",
    "hash_set",
    "RandomState",
    "DefaultHasher",
    // Clocks.
    "Instant",
    "SystemTime",
    "UNIX_EPOCH",
    // Luck that is not ours.
    "rand",
    "fastrand",
    "getrandom",
    "thread_rng",
    // Order that the operating system decides.
    "thread",
    "rayon",
    // The machine around.
    "fs",
    "env",
    // The page.
    "web_sys",
    "js_sys",
    "wasm_bindgen",
];

/// Functions of floats that the standard library leaves to the platform (or, as `mul_add`, to the processor).
const NOT_OF_FLOATS: &[&str] = &[
    "ln", "ln_1p", "log", "log2", "log10", "exp", "exp2", "exp_m1", "powf", "powi", "sqrt", "cbrt",
    "hypot", "sin", "cos", "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh",
    "tanh", "asinh", "acosh", "atanh", "gamma", "ln_gamma", "erf", "mul_add",
];

/// Lines of code that a reader should have to keep in mind at once, at most.
const LINES_MAX: usize = 700;

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = fs::read_dir(folder)
            .expect("the folder can be read")
            .map(|entry| entry.expect("the entry can be read").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join("src"), &mut found);
    for entry in fs::read_dir(root.join("crates")).expect("the folder can be read") {
        walk(
            &entry.expect("the entry can be read").path().join("src"),
            &mut found,
        );
    }
    assert!(found.len() > 200, "only {} files were found", found.len());
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("the file can be read");
            (
                path.strip_prefix(root)
                    .expect("it is in the repository")
                    .to_path_buf(),
                text,
            )
        })
        .collect()
}

/// The floor of a file of the page; what makes the top (`main.rs`, `lib.rs`, `bin/`) is above all.
fn floor(path: &Path) -> usize {
    let own = FLOORS
        .iter()
        .position(|floor| path.starts_with(format!("src/{floor}")));
    own.unwrap_or(FLOORS.len())
}

/// What a file does, without its unit tests and comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn a_floor_of_the_page_never_uses_a_higher_one() {
    for (path, text) in sources() {
        if !path.starts_with("src") {
            continue;
        }
        for (number, line) in code(&text) {
            for (floor_of_module, module) in FLOORS.iter().enumerate() {
                let uses = line.contains(&format!("crate::{module}::"))
                    || line.contains(&format!("crate::{module};"));
                assert!(
                    !uses || floor_of_module <= floor(&path),
                    "{}:{number} uses `{module}`, which is a floor above it: turn the dependency round (ARCHITECTURE.md \
                     has the map)",
                    path.display(),
                );
            }
        }
    }
}

/// What in a line of code would make a run differ between machines.
fn differs_between_machines(line: &str) -> Option<&'static str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    // A word that stands in the line as a name of its own, and what is before and behind it.
    let names = |word: &'static str| {
        line.match_indices(word)
            .map(move |(at, _)| (&line[..at], &line[at + word.len()..]))
            .filter(move |(before, behind)| {
                !before.ends_with(is_name) && !behind.starts_with(is_name)
            })
    };
    let name = NOT_IN_THE_CORE.iter().find(|word| {
        names(word).any(|(before, behind)| match **word {
            // Short words that may name anything: only as modules.
            "rand" | "thread" | "fs" | "env" => {
                before.ends_with("std::")
                    || behind.starts_with("::")
                    || (before.trim_start().starts_with("use ") && !before.contains('/'))
            }
            _ => true,
        })
    });
    let function = NOT_OF_FLOATS.iter().find(|word| {
        names(word).any(|(before, behind)| {
            (before.ends_with('.') && behind.starts_with('('))
                || ["f64::", "f32::", "<f64>::", "<f32>::"]
                    .iter()
                    .any(|path| before.ends_with(path))
        })
    });
    // The module of clocks; our own is `kernel::time`.
    let clock = ["std::time", "core::time"]
        .iter()
        .find(|path| line.contains(**path));
    name.or(function).or(clock).copied()
}

#[test]
fn the_core_uses_nothing_that_differs_between_machines() {
    for (path, text) in sources() {
        let in_core = |name: &&str| path.starts_with(format!("crates/{name}"));
        if !CORE.iter().any(in_core) {
            continue;
        }
        for (number, line) in code(&text) {
            if let Some(word) = differs_between_machines(line) {
                panic!(
                    "{}:{number} uses `{word}`: a run would differ between machines (floats: use `libm`; \
                     maps: `BTreeMap` or a vector; time and luck: `kernel::time`, `kernel::random`)",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn what_differs_between_machines_is_noticed_however_it_is_written() {
    for function in NOT_OF_FLOATS {
        for line in [
            format!("let x = y.{function}(z);"),
            format!("    .{function}()"),
            format!("let x = f64::{function}(y);"),
            format!("xs.map(f64::{function})"),
            format!("let x = std::primitive::f64::{function}(y);"),
        ] {
            assert_eq!(differs_between_machines(&line), Some(*function), "{line}");
        }
        for line in [
            format!("let x = libm::{function}(y);"),
            format!("let {function} = 1.0;"),
            format!("self.{function}.push(1);"),
            format!("let x = y.{function}_of(z);"),
        ] {
            assert_eq!(differs_between_machines(&line), None, "{line}");
        }
    }
    for line in [
        "use std::collections::HashMap;",
        "use std::collections::{BTreeMap, HashSet};",
        "use std::collections::hash_map::Entry;",
        "pub use crate::elsewhere::HashMap as Map;",
        "BuildHasherDefault::<std::hash::DefaultHasher>::default()",
        "let seed = RandomState::new();",
        "use std::time::Duration;",
        "let now = std::time::Instant::now();",
        "let now = Instant::now();",
        "SystemTime::now().duration_since(UNIX_EPOCH)",
        "let x: f64 = rand::random();",
        "use rand::Rng;",
        "fastrand::u64(..)",
        "getrandom::fill(&mut seed)",
        "let luck = thread_rng();",
        "std::thread::spawn(move || run())",
        "use std::thread;",
        "use std::{env, fmt};",
        "thread::scope(|scope| run())",
        "use rayon::prelude::*;",
        "std::fs::read(path)",
        "std::env::var(\"SEED\")",
        "web_sys::window()",
        "js_sys::Math::random()",
        "#[wasm_bindgen]",
    ] {
        assert!(differs_between_machines(line).is_some(), "{line}");
    }
    for line in [
        "pub threads: u32,",
        "let operand = operand::of(x);",
        "use crate::time::{Span, Time};",
        "let thread = worker.thread;",
        "use std::collections::BTreeMap;",
        "x.floor().max(1.0)",
    ] {
        assert_eq!(differs_between_machines(line), None, "{line}");
    }
}

#[test]
fn files_stay_readable() {
    for (path, text) in sources() {
        let lines = code(&text).count();
        assert!(
            lines <= LINES_MAX,
            "{} has {lines} lines: it has more than one subject",
            path.display()
        );
        for (number, line) in text.lines().enumerate() {
            assert!(
                !line.contains("todo!(")
                    && !line.contains("unimplemented!(")
                    && !line.contains("dbg!("),
                "{}:{} is unfinished",
                path.display(),
                number + 1
            );
        }
    }
}

/// A recipe that bash cannot read is noticed only when its turn comes, which may be after an hour of tests.
#[test]
fn bash_can_read_every_recipe_of_the_makefile() {
    let make = |arguments: &[&str]| {
        let made = Command::new("make")
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("this test needs the command make");
        let said = String::from_utf8_lossy(&made.stderr).into_owned();
        assert!(made.status.success(), "make {arguments:?}: {said}");
        String::from_utf8_lossy(&made.stdout).into_owned()
    };
    let listed = make(&["help"]);
    let targets: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("  make ")?.split(' ').next())
        .collect();
    assert!(targets.contains(&"test"), "{listed}");
    for target in targets {
        let recipe = make(&["--dry-run", target]);
        let read = Command::new("bash")
            .args(["-n", "-c", &recipe])
            .output()
            .expect("this test needs the command bash");
        let said = String::from_utf8_lossy(&read.stderr);
        assert!(read.status.success(), "make {target}: {said}\n{recipe}");
    }
}

/// The map is of use only if what it names is there.
#[test]
fn every_file_that_the_map_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(root.join(page)).expect("the file can be read");
        for name in text.split('`').skip(1).step_by(2) {
            let is_file = name.contains('/')
                && [".rs", ".js", ".json", ".css", ".sh", ".md", "/"]
                    .iter()
                    .any(|end| name.ends_with(end))
                && !name.contains([' ', '*', '<']);
            if !is_file || name.starts_with("target/") || name.starts_with("playground/") {
                continue;
            }
            let (first, rest) = name.split_once('/').expect("it has a part");
            let places = [
                root.join(name),
                root.join("src").join(name),
                root.join("crates").join(first).join("src").join(rest),
            ];
            assert!(
                places.iter().any(|it| it.exists()),
                "{page} names `{name}`, which is not there"
            );
            seen += 1;
        }
    }
    assert!(seen > 80, "only {seen} names were looked at");
}
