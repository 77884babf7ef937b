//! What chat programs and wikis show of a published site: `msa cards` after `make site`.

use scenario::shipped;
use serde_json::Value;
use share::{Link, story};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ADDRESS: &str = "https://example.org/a&b/";

/// A site as `make site` lays it out, for as long as a test runs.
struct Site(PathBuf);

impl Site {
    fn new(name: &str) -> Site {
        let site = Site(std::env::temp_dir().join(format!("msa-{}-{name}", std::process::id())));
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let page = fs::read_to_string(root.join("index.html")).expect("the page's source");
        site.write("playground/index.html", &page);
        let top = fs::read_to_string(root.join("docs/site.html")).expect("the site's first page");
        site.write("index.html", &top);
        for page in ["index", "links"] {
            site.write(
                &format!("docs/{page}.html"),
                "<html><head><title>A</title></head></html>",
            );
        }
        for name in shipped::names() {
            let html = format!("<html><head><title>{name}</title></head><body></body></html>");
            site.write(&format!("docs/scenarios/{name}.html"), &html);
        }
        site
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file can be written");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn cards(&self, address: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_msa"));
        let command = command
            .arg("cards")
            .arg(&self.0)
            .args(["--address", address]);
        command.output().expect("msa starts")
    }

    /// What stands at an address of the site.
    fn fetch(&self, url: &str) -> Vec<u8> {
        let path = url
            .strip_prefix(ADDRESS)
            .unwrap_or_else(|| panic!("{url} is elsewhere"));
        fs::read(self.0.join(path)).unwrap_or_else(|error| panic!("{url}: {error}"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The value of an attribute of the tag that holds `mark`.
fn attribute(html: &str, mark: &str, name: &str) -> String {
    let tag = html.split('<').find(|tag| tag.contains(mark));
    let tag = tag.unwrap_or_else(|| panic!("there is no {mark} in {html}"));
    let value = tag
        .split(&format!(" {name}=\""))
        .nth(1)
        .and_then(|it| it.split('"').next());
    value.expect("the tag has it").replace("&amp;", "&")
}

/// The page at `path` has a card that shows this scenario: every address is absolute, and something stands there.
fn check_card(site: &Site, path: &str, scenario: &str) {
    let html = site.read(path);
    let og = |name: &str| attribute(&html, &format!("property=\"og:{name}\""), "content");
    assert!(
        !og("title").is_empty() && og("description").len() > 40,
        "{path}"
    );
    let page = path.strip_suffix("index.html").unwrap_or(path);
    assert_eq!(og("url"), format!("{ADDRESS}{page}"));
    let picture = site.fetch(&og("image"));
    assert!(picture.starts_with(b"\x89PNG"), "{path}");
    let side = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    let size = (side(16), side(20));
    assert!(
        size.0 >= 1200,
        "{path}: large enough for a large card: {size:?}"
    );
    assert_eq!(
        (og("image:width"), og("image:height")),
        (size.0.to_string(), size.1.to_string())
    );
    assert_eq!(
        attribute(&html, "name=\"twitter:card\"", "content"),
        "summary_large_image"
    );

    let oembed = site.fetch(&attribute(&html, "application/json+oembed", "href"));
    let oembed: Value = serde_json::from_slice(&oembed).expect("it is JSON");
    assert_eq!(
        (&oembed["version"], &oembed["type"]),
        (&"1.0".into(), &"rich".into())
    );
    assert_eq!(oembed["title"], og("title"));
    assert_eq!(oembed["thumbnail_url"], og("image"));
    assert_eq!(oembed["thumbnail_width"], size.0);
    let frame = oembed["html"].as_str().expect("it has a frame");
    assert_eq!(
        attribute(frame, "iframe ", "width"),
        oembed["width"].to_string()
    );
    let src = attribute(frame, "iframe ", "src");
    let (page, fragment) = src.split_once('#').expect("it names the run");
    assert_eq!(page, format!("{ADDRESS}playground/?embed=1"));
    let opened = Link::parse(fragment).and_then(|link| story::open(&link));
    assert_eq!(opened.expect("it opens").base.name, scenario);
}

#[test]
fn every_page_of_a_published_site_has_a_card() {
    let site = Site::new("cards");
    let links = site.read("docs/links.html");
    let output = site.cards(ADDRESS);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for name in shipped::names() {
        check_card(&site, &format!("docs/scenarios/{name}.html"), name);
    }
    for page in ["index.html", "docs/index.html", "playground/index.html"] {
        check_card(&site, page, "consultation-list");
    }
    assert_eq!(
        site.read("docs/links.html"),
        links,
        "a page of reference stays as it is"
    );
    // What is written anew is the same.
    let before = site.read("playground/index.html");
    assert!(site.cards(ADDRESS).status.success());
    assert_eq!(site.read("playground/index.html"), before);
}

#[test]
fn cards_need_the_address_and_the_site() {
    let site = Site(std::env::temp_dir().join(format!("msa-{}-no-site", std::process::id())));
    site.write("other.html", "");
    let said = |output: Output| {
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(said(site.cards(ADDRESS)).contains("run make site first"));
    for address in [
        "",
        "example.org",
        "/playground/",
        "https://",
        "https://a/?b",
        "https://a/#b",
        "ftp://a/",
    ] {
        assert!(
            said(site.cards(address)).contains("absolute address"),
            "{address}"
        );
    }
}
