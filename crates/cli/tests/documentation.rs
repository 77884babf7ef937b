//! What README, the documentation and `msa --help` show works: every command line is run, every document and link is
//! opened, every attribute, parameter and method that an example names is there. (The scripts in docs/embedding.md and
//! docs/links.md run in a browser: `tests/browser/documentation.rs`.)

use scenario::{read, shipped};
use serde_json::Value;
use share::{Link, complete, story};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// README and every page of the book, by their paths.
fn pages() -> Vec<String> {
    let mut pages = vec![String::from("README.md")];
    for folder in ["docs", "docs/scenarios"] {
        let entries = fs::read_dir(root().join(folder)).expect("the folder can be read");
        let names = entries.map(|entry| entry.expect("the entry can be read").file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        pages.extend(
            names
                .filter(|name| name.ends_with(".md"))
                .map(|name| format!("{folder}/{name}")),
        );
    }
    pages.sort();
    assert!(pages.len() > 10);
    pages
}

/// A block of code between fences.
struct Block {
    page: String,
    kind: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut found = Vec::new();
    for page in pages() {
        let text = text(&page);
        let mut parts = text.split("```");
        // What stands outside and inside takes turns.
        while let (Some(_), Some(inside)) = (parts.next(), parts.next()) {
            let (kind, text) = inside.split_once('\n').unwrap_or((inside, ""));
            found.push(Block {
                page: page.clone(),
                kind: kind.to_string(),
                text: text.to_string(),
            });
        }
    }
    found
}

/// A link that stands for any complete link: `#z1:…`.
fn some_complete_link() -> String {
    complete::pack(
        r#"{"scenario": "order-payment", "set": {"publish": "after_commit"}, "t": "12.5s"}"#,
    )
}

fn check_link(page: &str, fragment: &str) {
    let fragment = fragment.replace("z1:…", &some_complete_link());
    Link::parse(&fragment)
        .and_then(|link| story::open(&link))
        .unwrap_or_else(|problems| panic!("{page}: {fragment}: {problems:?}"));
}

/// A folder with the files that the documentation speaks of, for as long as a test runs.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("msa-documentation-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let write = |name: &str, text: &str| {
            fs::write(folder.join(format!("{name}.json")), text).expect("a file can be written");
        };
        for block in blocks().iter().filter(|block| block.kind == "json") {
            let value: Value = serde_json::from_str(&block.text).expect("it is JSON");
            match value["name"].as_str() {
                Some(name) => write(name, &block.text),
                None => write("my-link", &block.text),
            }
            if block.page == "README.md" {
                write("my-scenario", &block.text);
            }
        }
        Folder(folder)
    }

    /// Runs the arguments of `msa` as a shell would, without a shell.
    fn msa(&self, arguments: &[String]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_msa"))
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .expect("msa starts")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The words of a command line, with what stands in quotes as one; a comment behind it is left out.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            // In a list of examples the comment stands behind a gap, in a shell behind a #.
            (None, ' ') if matches!(letters.peek(), Some(' ' | '#') | None) => break,
            (None, ' ') => words.push(String::new()),
            (_, letter) => words.last_mut().expect("there is one").push(letter),
        }
    }
    assert_eq!(quote, None, "a quote is open in: {line}");
    words
}

/// Runs a command line of the documentation. What it cannot run here it must know.
fn check_command(folder: &Folder, page: &str, line: &str) {
    let mut words = words(&line.replace("z1:…", &some_complete_link()));
    let cargo = ["cargo", "run", "--release", "--bin", "msa", "--"];
    if words.starts_with(&cargo.map(String::from)) {
        words.splice(..cargo.len(), ["msa".to_string()]);
    }
    match words[0].as_str() {
        "msa" => check_msa(folder, page, line, &words[1..]),
        "make" => {
            let makefile = text("Makefile");
            for word in &words[1..] {
                let known = match word.split_once('=') {
                    Some((variable, _)) => format!("\n{variable} ?="),
                    None => format!("\n{word}:"),
                };
                assert!(makefile.contains(&known), "{page}: {line}");
            }
        }
        "scripts/setup.sh" | "scripts/bench.sh" => {
            assert!(root().join(&words[0]).exists(), "{page}: {line}");
        }
        // It needs a collector; that the file is there and is JSON is what can be checked.
        "curl" => {
            let file = words.iter().find_map(|word| word.strip_prefix('@'));
            let sent = fs::read_to_string(folder.0.join(file.expect("it sends a file")));
            let sent: Value = serde_json::from_str(&sent.expect("a line before it wrote the file"))
                .expect("it is JSON");
            assert!(sent.is_object(), "{page}: {line}");
        }
        other => panic!(
            "{page}: nobody runs {other}: teach crates/cli/tests/documentation.rs to run: {line}"
        ),
    }
}

fn check_msa(folder: &Folder, page: &str, line: &str, words: &[String]) {
    let mut parts = words.split(|word| word == "|");
    let arguments = parts.next().expect("there is one");
    let output = folder.msa(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    // On a busy machine a long run says how far it is.
    let quiet = said.lines().all(|line| line.ends_with("million events"));
    assert!(output.status.success() && quiet, "{page}: {line}\n{said}");
    if let Some(at) = arguments.iter().position(|word| word == "-o") {
        let file = folder.0.join(&arguments[at + 1]);
        let length = fs::metadata(&file).map(|it| it.len()).unwrap_or_default();
        assert!(length > 100, "{page}: {line} writes the file");
    } else {
        assert!(!output.stdout.is_empty(), "{page}: {line} prints something");
    }
    for reader in parts {
        let [jq, path] = reader else {
            panic!("{page}: {line}");
        };
        assert_eq!(jq, "jq", "{page}: {line}");
        let value: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        let found = value.pointer(&path.replace('.', "/"));
        assert!(found.is_some_and(|it| !it.is_null()), "{page}: {line}");
    }
}

/// The command lines of README and the book: in blocks for a shell, and in blocks that are only indented.
fn command_lines() -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for block in blocks().iter().filter(|block| block.kind == "sh") {
        let commands = block.text.lines().map(str::trim);
        let commands = commands.filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.extend(commands.map(|line| (block.page.clone(), line.to_string())));
    }
    for page in pages() {
        for line in text(&page).lines() {
            if let Some(command) = line.strip_prefix("    ")
                && command.starts_with("msa ")
            {
                lines.push((page.clone(), command.to_string()));
            }
        }
    }
    lines
}

#[test]
fn every_command_line_of_the_documentation_does_what_it_says() {
    let folder = Folder::new();
    let lines = command_lines();
    assert!(lines.len() > 30, "{lines:?}");
    for (page, line) in lines {
        check_command(&folder, &page, &line);
    }
}

#[test]
fn every_example_of_the_help_does_what_it_says() {
    let folder = Folder::new();
    let mut examples = 0;
    for arguments in [&["--help"][..], &["export", "--help"]] {
        let arguments: Vec<String> = arguments.iter().map(|it| it.to_string()).collect();
        let help = folder.msa(&arguments);
        let help = String::from_utf8(help.stdout).expect("it is text");
        for line in help.lines().filter_map(|line| line.strip_prefix("  msa ")) {
            check_command(&folder, "--help", &format!("msa {line}"));
            examples += 1;
        }
    }
    assert!(examples > 12, "only {examples} were found");
}

/// What stands between backticks in a line of text.
fn spans(text: &str) -> Vec<&str> {
    text.lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

#[test]
fn every_option_that_the_text_names_is_one() {
    let folder = Folder::new();
    let mut named = BTreeSet::new();
    for page in pages() {
        let text = text(&page);
        for span in spans(&text)
            .iter()
            .filter_map(|span| span.strip_prefix("msa "))
        {
            let words = words(span);
            let help = folder.msa(&[words[0].clone(), "--help".into()]);
            assert!(help.status.success(), "{page}: `msa {span}`");
            let help = String::from_utf8_lossy(&help.stdout);
            for option in words.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(option.as_str()), "{page}: `msa {span}`");
            }
            named.insert(words[0].clone());
        }
    }
    assert!(named.len() > 4, "{named:?}");
    let help = folder.msa(&["export".into(), "--help".into()]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let table = text("docs/export.md");
    let options: Vec<&str> = spans(&table)
        .into_iter()
        .filter(|span| span.starts_with('-'))
        .filter_map(|span| span.split(' ').next())
        .collect();
    assert!(options.len() > 8);
    for option in options {
        assert!(help.contains(option), "docs/export.md: {option}");
    }
}

#[test]
fn every_document_opens() {
    let mut documents = 0;
    for block in blocks().iter().filter(|block| block.kind == "json") {
        let value: Value = serde_json::from_str(&block.text)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", block.page, block.text));
        if value.get("scenario").is_some() {
            check_link(&block.page, &complete::pack(&block.text));
        } else {
            read(&block.text).unwrap_or_else(|problems| panic!("{}: {problems:?}", block.page));
        }
        documents += 1;
    }
    assert!(documents > 8, "only {documents} were found");
}

#[test]
fn every_link_opens() {
    let mut links = 0;
    let mut check = |page: &str, link: &str| {
        links += 1;
        check_link(page, link);
    };
    for block in blocks() {
        // A list of links with what they are beside them.
        let lines = block.text.lines();
        let lines = lines.filter(|_| block.kind.is_empty() || block.kind == "link");
        for line in lines.filter(|line| block.kind == "link" || line.starts_with('#')) {
            check(&block.page, line.split("  ").next().unwrap_or(line));
        }
    }
    for page in pages() {
        let text = text(&page);
        for span in spans(&text) {
            let name = span.trim_start_matches('#').split('?').next();
            if span.starts_with('#') && shipped::names().any(|known| Some(known) == name) {
                check(&page, span);
            }
        }
        // Addresses of the playground, in Markdown and in HTML.
        for address in text.split("playground/").skip(1) {
            let address = address
                .split([')', '"', '<', ' ', '`'])
                .next()
                .unwrap_or("");
            if let Some((before, fragment)) = address.split_once('#')
                && (before.is_empty() || before.starts_with('?'))
            {
                check(&page, fragment);
            }
        }
        for element in text.split("<msa-playground ").skip(1) {
            let scenario = element.split("scenario=\"").nth(1);
            let scenario = scenario.and_then(|it| it.split('"').next());
            check(&page, scenario.expect("an example names its scenario"));
        }
    }
    assert!(links > 50, "only {links} were found");
}

/// The first cells of the rows of a table, of those whose first line begins so; what stands in backticks there.
fn table(text: &str, head: &str) -> Vec<String> {
    let rows = text.split(head).nth(1).expect("the table is there").lines();
    let rows = rows.skip(2).take_while(|row| row.starts_with('|'));
    let names = rows.flat_map(|row| spans(row.split('|').nth(1).unwrap_or("")));
    names.map(String::from).collect()
}

#[test]
fn what_an_example_of_embedding_names_is_there() {
    let guide = text("docs/embedding.md");
    let script = text("static/embed.js");
    let attributes = table(&guide, "| attribute |");
    assert!(attributes.len() > 7, "{attributes:?}");
    for attribute in &attributes {
        assert!(
            script.contains(&format!("'{attribute}'")),
            "embed.js knows no {attribute}"
        );
    }
    for name in table(&guide, "| method |") {
        let method = name.split('(').next().unwrap_or_default();
        assert!(
            script.contains(&format!("    {method}(")),
            "embed.js has no {name}"
        );
    }
    let parameters = table(&guide, "| parameter |");
    let knows = |known: &[String], name: &str| {
        known
            .iter()
            .any(|it| it == name || it.starts_with(&format!("{name}=")))
    };
    let mut examples = 0;
    for block in blocks().iter().filter(|block| block.kind == "html") {
        for element in block.text.split("<msa-playground ").skip(1) {
            let tag = element.split('>').next().unwrap_or_default();
            for name in tag
                .split('=')
                .filter_map(|part| part.rsplit(['"', ' ']).next())
            {
                let name = name.trim();
                assert!(
                    name.is_empty() || knows(&attributes, name),
                    "{}: {name}",
                    block.page
                );
            }
            examples += 1;
        }
        for address in block.text.split("playground/?").skip(1) {
            let query = address.split(['#', '"']).next().unwrap_or_default();
            for name in query.split('&').filter_map(|part| part.split('=').next()) {
                assert!(knows(&parameters, name), "{}: {name}", block.page);
            }
            examples += 1;
        }
    }
    assert!(examples > 2, "only {examples} were found");
}

#[test]
fn the_lowest_browsers_that_are_stated_are_those_that_the_features_decide() {
    let guide = text("docs/embedding.md");
    let boot = text("static/boot.js");
    let rows = guide.split("| feature | what needs it |").nth(1);
    let rows = rows.expect("the table is there").lines().skip(2);
    let rows: Vec<Vec<&str>> = rows
        .take_while(|row| row.starts_with('|'))
        .map(|row| row.split('|').map(str::trim).collect())
        .collect();
    assert!(rows.len() > 5);
    // What the page cannot do without it looks for itself, under the same name.
    let needs = boot
        .split("var needs = {")
        .nth(1)
        .and_then(|it| it.split("  };").next());
    let needs: Vec<&str> = needs
        .expect("boot.js has a list")
        .lines()
        .filter_map(|line| line.strip_prefix("    '")?.split('\'').next())
        .collect();
    let nothing_runs = rows.iter().filter(|row| row[6].starts_with("nothing runs"));
    assert_eq!(nothing_runs.map(|row| row[1]).collect::<Vec<_>>(), needs);
    let lowest = |column: usize| {
        let versions = rows
            .iter()
            .map(|row| row[column].parse::<f64>().expect("a version"));
        versions.fold(0.0, f64::max)
    };
    let [chrome, firefox, safari] = [3, 4, 5].map(lowest);
    let stated = format!("Chrome and Edge {chrome}, Firefox {firefox}, Safari {safari}");
    assert!(guide.contains(&stated), "docs/embedding.md: {stated}");
    assert!(text("README.md").contains(&stated), "README.md: {stated}");
    for words in [
        format!("Chrome or Edge {chrome}, Firefox {firefox}, Safari {safari} or newer"),
        format!("Chrome·Edge {chrome}, Firefox {firefox}, Safari {safari} 이상"),
    ] {
        assert!(boot.contains(&words), "static/boot.js: {words}");
    }
}
