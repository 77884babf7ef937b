//! `msa cards`: what chat programs and wikis show of a published page: a title, a sentence and a picture (Open Graph), and
//! the run itself where they embed pages (oEmbed).
//!
//! Both want absolute addresses, so they can be written only for a site whose address is known. Whoever asks for a page
//! does not send what stands behind `#`: so the playground's own page has the card of the scenario that it opens with,
//! and every scenario's page in the documentation has its own.

use crate::output::{self, Failure};
use crate::{export, input};
use ::export::xml;
use clap::Args;
use scenario::shipped::DEFAULT;
use scenario::{Scenario, shipped};
use serde_json::{Value, json};
use share::Link;
use std::fs;
use std::path::{Path, PathBuf};
use words::Lang;

/// Where the cards are written, and for which address.
#[derive(Args)]
pub struct Options {
    /// The site as `make site` builds it (playground/ and docs/), or the built page alone
    folder: PathBuf,
    /// The address at which the folder is published, such as https://example.org/msa/
    #[arg(long, value_name = "URL", value_parser = address)]
    address: String,
}

/// An absolute address of a folder, which ends with a slash.
fn address(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or(text.strip_prefix("http://"));
    let clean = |rest: &str| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', ' ', '"', '<'])
    };
    if !rest.is_some_and(clean) {
        return Err(
            "must be the absolute address of a folder, such as https://example.org/msa/".into(),
        );
    }
    Ok(format!("{}/", text.trim_end_matches('/')))
}

/// The size of the frame that oEmbed offers, in pixels.
const FRAME: (u32, u32) = (800, 640);
/// What stands around the tags, so that they can be written anew.
const BEGIN: &str = "<!-- msa cards -->";
const END: &str = "<!-- /msa cards -->";

/// A page and what is shown of it.
struct Card {
    /// The file, inside the folder.
    page: String,
    /// The address of the page, behind that of the folder.
    path: String,
    /// What its picture and its oEmbed document are called.
    name: String,
    /// The scenario that is shown.
    scenario: String,
    title: String,
    summary: String,
}

/// Writes the pictures and oEmbed documents into `cards/`, and the tags into the pages.
pub fn cards(options: &Options) -> Result<(), Failure> {
    let folder = &options.folder;
    // The built page alone, or beside its documentation.
    let home = if folder.join("playground/index.html").exists() {
        "playground/"
    } else if folder.join("start.js").exists() {
        ""
    } else {
        return Err(Failure::Input(vec![format!(
            "{}: holds neither playground/index.html nor the built page; run make site first",
            folder.display()
        )]));
    };
    let cards = all(folder, home)?;
    let into = folder.join("cards");
    fs::create_dir_all(&into).map_err(|error| cannot(&into, &error))?;
    for card in &cards {
        let opened = input::open(&Link::shipped(&card.scenario))?;
        let picture = export::picture(&opened)?;
        let size = size_of_png(&picture);
        let document = oembed(card, &options.address, home, size);
        write(&into.join(format!("{}.png", card.name)), &picture)?;
        let text = format!("{document:#}\n");
        write(&into.join(format!("{}.json", card.name)), text.as_bytes())?;
        let page = folder.join(&card.page);
        let html = fs::read_to_string(&page).map_err(|error| cannot(&page, &error))?;
        let html = with_tags(&html, &tags(card, &options.address, size))
            .ok_or_else(|| Failure::Input(vec![format!("{}: has no </title>", page.display())]))?;
        write(&page, html.as_bytes())?;
    }
    output::print(&format!(
        "{} pages of {} have cards for {}\n",
        cards.len(),
        folder.display(),
        options.address
    ))
}

/// The pages of a site that get a card, as far as they are there.
fn all(folder: &Path, home: &str) -> Result<Vec<Card>, Failure> {
    let scenario = |name: &str| {
        let scenario = shipped::load(name);
        scenario.ok_or_else(|| Failure::Input(vec![format!("there is no scenario {name}")]))
    };
    let text = |scenario: &Scenario| {
        let title = scenario.title.pick(Lang::En, &scenario.name).to_string();
        (title, scenario.summary.pick(Lang::En, "").to_string())
    };
    let about = |page: &str, path: &str| {
        Card {
        page: page.into(),
        path: path.into(),
        name: "playground".into(),
        scenario: DEFAULT.into(),
        title: "msa-playground".into(),
        summary: "What splitting a database does to reads, to writes, and to the truth in each service's own tables: simulated in your browser, every request drawn.".into(),
    }
    };
    let mut cards = vec![
        about(&format!("{home}index.html"), home),
        // It only leads to the playground, and its address is the one that people copy.
        about("index.html", ""),
        about("docs/index.html", "docs/"),
    ];
    for name in shipped::names() {
        let (title, summary) = text(&scenario(name)?);
        let path = format!("docs/scenarios/{name}.html");
        cards.push(Card {
            page: path.clone(),
            path,
            name: name.into(),
            scenario: name.into(),
            title,
            summary,
        });
    }
    cards.dedup_by(|one, other| one.page == other.page);
    cards.retain(|card| folder.join(&card.page).exists());
    Ok(cards)
}

/// The oEmbed document (https://oembed.com) of a page: the run in a frame, with a picture.
fn oembed(card: &Card, address: &str, home: &str, (width, height): (u32, u32)) -> Value {
    let frame = format!("{address}{home}?embed=1#{}", card.scenario);
    json!({
        "version": "1.0",
        "type": "rich",
        "title": card.title,
        "provider_name": "msa-playground",
        "provider_url": address,
        "html": format!(
            "<iframe src=\"{}\" width=\"{}\" height=\"{}\" style=\"border:0\" loading=\"lazy\" title=\"{}\"></iframe>",
            xml(&frame), FRAME.0, FRAME.1, xml(&card.title)
        ),
        "width": FRAME.0,
        "height": FRAME.1,
        "thumbnail_url": format!("{address}cards/{}.png", card.name),
        "thumbnail_width": width,
        "thumbnail_height": height,
    })
}

/// The tags of a page's head.
fn tags(card: &Card, address: &str, (width, height): (u32, u32)) -> String {
    let meta = |name: &str, content: &str| {
        let key = if name.starts_with("og:") {
            "property"
        } else {
            "name"
        };
        format!("<meta {key}=\"{name}\" content=\"{}\">\n", xml(content))
    };
    let picture = format!("{address}cards/{}.png", card.name);
    let document = format!("{address}cards/{}.json", card.name);
    [
        meta("og:type", "website"),
        meta("og:site_name", "msa-playground"),
        meta("og:title", &card.title),
        meta("og:description", &card.summary),
        meta("og:url", &format!("{address}{}", card.path)),
        meta("og:image", &picture),
        meta("og:image:type", "image/png"),
        meta("og:image:width", &width.to_string()),
        meta("og:image:height", &height.to_string()),
        meta(
            "og:image:alt",
            &format!(
                "The architecture diagram of “{}” while it runs",
                card.scenario
            ),
        ),
        meta("twitter:card", "summary_large_image"),
        format!(
            "<link rel=\"alternate\" type=\"application/json+oembed\" href=\"{}\" title=\"{}\">\n",
            xml(&document),
            xml(&card.title)
        ),
    ]
    .concat()
}

/// The page with these tags, in place of those that it may have.
fn with_tags(html: &str, tags: &str) -> Option<String> {
    let mut html = html.to_string();
    if let (Some(begin), Some(end)) = (html.find(BEGIN), html.find(END)) {
        html.replace_range(begin..(end + END.len()).max(begin), "");
    }
    let title = "</title>";
    let at = html.find(title)? + title.len();
    html.insert_str(at, &format!("{BEGIN}\n{tags}{END}"));
    Some(html)
}

/// The width and the height of a PNG, which its first chunk tells.
fn size_of_png(bytes: &[u8]) -> (u32, u32) {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|it| it.try_into().ok());
        four.map_or(0, u32::from_be_bytes)
    };
    (number(16), number(20))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Input(vec![format!("{}: {error}", path.display())])
}
