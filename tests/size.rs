//! What the built page weighs. Needs `make build` first (`make test` does both).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a visitor may have to load: the program, compressed as a host sends it, in bytes.
///
/// The goal is 200,000, a second on a slow line. It is not reached: this is what has been reached, with
/// next to no room. The write side - its language and checker, the engine's part, the panels and the sentences in two languages -
/// brought 185,000 of it; links, the dialog for them and everything that can be taken away brought another 137,000,
/// and the reasons in Korean 9,000.
/// ARCHITECTURE.md says what weighs what.
const BUDGET: u64 = 725_000;

fn program() -> PathBuf {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    let files = fs::read_dir(&dist).expect("there is no dist/: run `make build` first");
    let mut programs: Vec<PathBuf> = files
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "wasm"))
        .collect();
    assert_eq!(
        programs.len(),
        1,
        "dist/ must hold one program: run `make build` again ({programs:?})"
    );
    programs.remove(0)
}

#[test]
fn the_page_is_within_its_budget() {
    let program = File::open(program()).expect("it was just there");
    let compressed = Command::new("gzip")
        .args(["-9", "-c"])
        .stdin(Stdio::from(program))
        .output()
        .expect("this test needs the command gzip");
    assert!(compressed.status.success(), "gzip failed");
    let size = compressed.stdout.len() as u64;
    println!("the page's program: {size} bytes compressed, of {BUDGET}");
    assert!(
        size <= BUDGET,
        "the page's program has {size} bytes compressed; the budget is {BUDGET}. Look at what the change brought in \
         (ARCHITECTURE.md, \"What the page weighs\") before raising it"
    );
}
