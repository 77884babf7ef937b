//! Rules of the house, as tests: floors, determinism, and files of a readable size.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors of ARCHITECTURE.md: a module may use its own floor and those below.
const FLOORS: &[(&str, u8)] = &[
    ("time", 0),
    ("queue", 0),
    ("random", 0),
    ("scenario", 1),
    ("sim", 2),
    ("metrics", 3),
    ("trace_log", 3),
    ("run", 3),
    ("session", 3),
    ("layout", 3),
    ("sprites", 3),
    ("share", 3),
    ("words", 3),
    ("app", 4),
    ("view", 5),
    ("web", 6),
];

/// What would make a run depend on the machine, the hour or the order of a hash: forbidden up to floor 2.
const NOT_IN_THE_CORE: &[&str] = &[
    "HashMap",
    "HashSet",
    "std::time",
    "Instant",
    "SystemTime",
    ".ln()",
    ".exp()",
    ".powf(",
    ".powi(",
    ".sin()",
    ".cos()",
    ".log2()",
    ".log10()",
    ".sqrt()",
    "thread_rng",
    "std::fs",
    "std::env",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("the file can be read");
            (
                path.strip_prefix(&root)
                    .expect("it is below src")
                    .to_path_buf(),
                text,
            )
        })
        .collect()
}

/// The floor of a file, and of the modules that make the top (`main.rs`, `lib.rs`, `bin/`).
fn floor(path: &Path) -> u8 {
    let first = path.components().next().expect("a path has a part");
    let name = Path::new(first.as_os_str()).with_extension("");
    let name = name.to_string_lossy();
    FLOORS
        .iter()
        .find(|(module, _)| *module == name)
        .map_or(7, |(_, floor)| *floor)
}

/// What a file does, without its unit tests and comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn a_floor_never_uses_a_higher_one() {
    for (path, text) in sources() {
        for (number, line) in code(&text) {
            for (module, floor_of_module) in FLOORS {
                let uses = line.contains(&format!("crate::{module}::"))
                    || line.contains(&format!("crate::{module};"))
                    || line.contains(&format!("msa_playground::{module}::"));
                assert!(
                    !uses || *floor_of_module <= floor(&path),
                    "src/{}:{number} is on floor {} and uses `{module}` of floor {floor_of_module}: \
                     turn the dependency round (ARCHITECTURE.md has the map)",
                    path.display(),
                    floor(&path)
                );
            }
        }
    }
}

#[test]
fn every_module_has_a_floor() {
    for (path, _) in sources() {
        let top = ["main.rs", "lib.rs", "bin"]
            .iter()
            .any(|top| path.starts_with(top));
        assert!(
            top || floor(&path) < 7,
            "src/{} is on no floor: add its module to FLOORS here and to ARCHITECTURE.md",
            path.display()
        );
    }
}

#[test]
fn the_core_uses_nothing_that_differs_between_machines() {
    for (path, text) in sources().into_iter().filter(|(path, _)| floor(path) <= 2) {
        for (number, line) in code(&text) {
            for word in NOT_IN_THE_CORE {
                assert!(
                    !line.contains(word),
                    "src/{}:{number} uses `{word}`: a run would differ between machines (floats: use `libm`; \
                     maps: `BTreeMap` or a vector)",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn files_stay_readable() {
    for (path, text) in sources() {
        let lines = code(&text).count();
        assert!(
            lines <= LINES_MAX,
            "src/{} has {lines} lines: it has more than one subject",
            path.display()
        );
        for (number, line) in text.lines().enumerate() {
            assert!(
                !line.contains("todo!(")
                    && !line.contains("unimplemented!(")
                    && !line.contains("dbg!("),
                "src/{}:{} is unfinished",
                path.display(),
                number + 1
            );
        }
    }
}
