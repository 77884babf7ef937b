//! What a person runs besides cargo: the scripts find their tools by themselves, however they are called.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The scripts that a person or the Makefile runs.
fn scripts() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("scripts")).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "sh") && !path.ends_with("tools.sh"))
        .collect();
    found.sort();
    found
}

/// What bash prints in a folder that is not the project's, in an environment with nothing but these variables.
fn bash(command: &str, variables: &[(&str, &str)]) -> String {
    let output = Command::new("bash")
        .args(["-euc", command])
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/home/somebody")
        .envs(variables.iter().copied())
        .output()
        .expect("bash starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    String::from_utf8(output.stdout).expect("it is text")
}

#[test]
fn every_script_finds_its_tools_in_one_way() {
    let scripts = scripts();
    assert!(scripts.len() > 4);
    for script in scripts {
        let text = fs::read_to_string(&script).expect("the script can be read");
        let name = script.display();
        assert!(text.contains("\n. scripts/tools.sh\n"), "{name} sources it");
        assert!(
            !text.contains("PATH=") && !text.contains(".tools/bin"),
            "{name} looks in no place of its own"
        );
    }
    let makefile = read("Makefile");
    assert!(makefile.contains("export PATH := $(shell . scripts/tools.sh"));
    assert!(!makefile.contains(".tools/bin"));
}

#[test]
fn tools_of_this_project_come_before_those_of_the_machine() {
    let tools = root().join("scripts/tools.sh");
    let path = format!(". '{}' && printf %s \"$PATH\"", tools.display());
    let own = root().join(".tools");
    let own = own.display();
    let expected =
        |cargo: &str| format!("{own}/bin:{own}/node_modules/.bin:{cargo}/bin:/usr/bin:/bin");
    assert_eq!(bash(&path, &[]), expected("/home/somebody/.cargo"));
    assert_eq!(
        bash(&path, &[("CARGO_HOME", "/opt/cargo")]),
        expected("/opt/cargo")
    );
}

#[test]
fn who_wants_no_colours_does_not_stop_trunk() {
    let tools = root().join("scripts/tools.sh");
    let said = format!(
        ". '{}' && printf %s \"${{NO_COLOR-unset}}\"",
        tools.display()
    );
    assert_eq!(bash(&said, &[]), "unset");
    assert_eq!(bash(&said, &[("NO_COLOR", "")]), "unset");
    assert_eq!(bash(&said, &[("NO_COLOR", "1")]), "true");
}
