//! What the dialog for links offers, and what the last visit left off with.

use super::{Model, Play, Theme, opening};
use kernel::time::Time;
use scenario::Text;
use share::{LINK_MAX, Link, Origin, SAFE_LENGTH};

/// The dialog for links, while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Whether the link to exactly this run is wanted, and not the one to its settings.
    pub exactly: bool,
    /// The moment at which the dialog was opened.
    pub now: Time,
    /// The digest of the run at this moment ([`export::table::digest_of`]), once it is known.
    pub digest: Option<u64>,
}

impl Sharing {
    /// The dialog of a run; nothing if there is none. To whom something has happened offers it first.
    pub fn new(model: &Model) -> Option<Sharing> {
        let play = model.play()?;
        Some(Sharing {
            exactly: !play.story.inputs.is_empty(),
            now: play.snapshot.now,
            digest: None,
        })
    }
}

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The whole link.
    pub link: String,
    /// Its length, in characters.
    pub length: usize,
    /// Whether some programs would cut it short.
    pub long: bool,
    /// Whether no playground would read it, so that only a file will do.
    pub too_long: bool,
    /// Whether a person can read what it says.
    pub readable: bool,
    /// Whether more was done than a link can tell.
    pub leaves_out: bool,
    /// The HTML that embeds it, without a script.
    pub frame: String,
    /// The HTML that embeds it, with the script.
    pub element: String,
}

fn link_of(play: &Play, sharing: Sharing) -> Link {
    match sharing.exactly {
        true => play.link(Some(sharing.now)),
        false => play.settings_link(),
    }
}

/// The whole address at which a run is found again.
pub fn address_of(model: &Model, play: &Play, sharing: Sharing) -> String {
    let fragment = link_of(play, sharing).fragment();
    format!(
        "{}{}#{fragment}",
        model.address,
        query(&chosen(model), false)
    )
}

/// What stands before the `#`.
fn query(chosen: &[String], embed: bool) -> String {
    let mut parts: Vec<&str> = Vec::new();
    parts.extend(embed.then_some("embed=1"));
    parts.extend(chosen.iter().map(String::as_str));
    match parts.is_empty() {
        true => String::new(),
        false => format!("?{}", parts.join("&")),
    }
}

/// What is offered of a run.
pub fn offered(model: &Model, play: &Play, sharing: Sharing) -> Offered {
    let link = link_of(play, sharing);
    let fragment = link.fragment();
    let readable = matches!(link.origin, Origin::Shipped(_)) && !fragment.starts_with("z1:");
    let address = &model.address;
    let chosen = chosen(model);
    let title = escaped(play.scenario.title.pick(model.lang, &play.scenario.name));
    let whole = format!("{address}{}#{fragment}", query(&chosen, false));
    let attributes: String = chosen
        .iter()
        .filter_map(|part| part.split_once('='))
        .map(|(name, value)| format!(" {name}=\"{value}\""))
        .collect();
    Offered {
        length: whole.chars().count(),
        long: whole.len() > SAFE_LENGTH,
        too_long: fragment.len() > LINK_MAX,
        readable,
        leaves_out: sharing.exactly && !play.story.whole,
        frame: format!(
            "<iframe src=\"{}#{}\" width=\"100%\" height=\"640\" style=\"border:0\" loading=\"lazy\" title=\"{title}\"></iframe>",
            escaped(&format!("{address}{}", query(&chosen, true))),
            escaped(&fragment),
        ),
        element: format!(
            "<script src=\"{0}embed.js\" async></script>\n<msa-playground link=\"{1}\"{attributes}>\n  <a href=\"{2}\">{3}</a>\n</msa-playground>",
            escaped(address),
            escaped(&fragment),
            escaped(&whole),
            poster(model, &link.origin, &title),
        ),
        link: whole,
    }
}

/// What is shown where the run is not, as HTML: a picture of the scenario that ships, or else its title.
fn poster(model: &Model, origin: &Origin, title: &str) -> String {
    match origin {
        Origin::Shipped(name) => format!(
            "<img src=\"{}posters/{name}.{}.svg\" alt=\"{title}\" width=\"1100\" height=\"632\" style=\"max-width:100%;height:auto\">",
            escaped(&model.address),
            model.lang.code(),
        ),
        Origin::Own(_) => title.to_string(),
    }
}

/// The language and the theme, as the query asks for them, if they were chosen.
fn chosen(model: &Model) -> Vec<String> {
    let [lang, theme] = model.chosen;
    let lang = lang.then(|| format!("lang={}", model.lang.code()));
    let theme =
        (theme && model.theme != Theme::System).then(|| format!("theme={}", model.theme.code()));
    lang.into_iter().chain(theme).collect()
}

/// A text as it stands in an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

/// What the last visit left off with.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOff {
    /// The link, as a fragment.
    pub fragment: String,
    /// What the scenario is called.
    pub title: Text,
    /// Its name, if it has no title.
    pub name: String,
    /// The moment.
    pub at: Time,
}

impl LeftOff {
    /// What a fragment of the last visit brings back, unless it cannot be read any more or is what is open.
    pub fn new(fragment: &str, model: &Model) -> Option<LeftOff> {
        let opened = opening::open(fragment).ok()?;
        let open = model.play()?;
        if (&opened.base, &opened.story) == (&open.base, &open.story) {
            return None;
        }
        Some(LeftOff {
            fragment: fragment.to_string(),
            title: opened.base.title.clone(),
            name: opened.base.name.clone(),
            at: opened.playhead.unwrap_or_default(),
        })
    }
}
