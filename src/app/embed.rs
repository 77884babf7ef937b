//! What the address of an embedded page asks for: `?embed=1&controls=none&autoplay=click`.
//!
//! Read leniently: capitals and spaces do not matter, and what is not known is as if it had not been said. A figure in
//! somebody's page that shows too much is better than one that shows an error.

use super::Theme;
use words::Lang;

/// How much of the page is in the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Controls {
    /// The outcome and the diagram, to look at.
    None,
    /// With the choices that matter and the transport, and the sentence where the frame is wide enough for it.
    #[default]
    Basic,
    /// The whole page.
    Full,
}

/// When the run begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Autoplay {
    /// When the diagram is seen for the first time.
    #[default]
    Visible,
    /// When somebody presses the large button over the diagram.
    Click,
    /// When the host or the transport says so.
    Off,
}

/// A part of the page that can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The figures at the top.
    Outcome,
    /// The strategies and the other settings.
    Choices,
    /// Play, pause and the time.
    Transport,
    /// The sentence under the diagram.
    Sentence,
    /// The link to the page by itself.
    Open,
}

/// What an embedded page was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Embed {
    /// How much is shown.
    pub controls: Controls,
    /// When it begins.
    pub autoplay: Autoplay,
    /// What is left out of that.
    pub hidden: Vec<Part>,
    /// The theme, if one was asked for.
    pub theme: Option<Theme>,
    /// The language, if one was asked for.
    pub lang: Option<Lang>,
    /// The only origin that is talked to, if one was named. It is kept as it was written: one that is none is nobody's.
    pub origin: Option<String>,
}

/// What the pairs of the query ask for; nothing if the page is not embedded.
pub fn parse<'q>(query: impl IntoIterator<Item = (&'q str, &'q str)>) -> Option<Embed> {
    let mut embedded = false;
    let mut embed = Embed::default();
    for (name, value) in query {
        let value = value.trim();
        let word = value.to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "embed" => embedded = !matches!(word.as_str(), "0" | "false"),
            "controls" => {
                embed.controls = match word.as_str() {
                    "none" => Controls::None,
                    "full" => Controls::Full,
                    _ => Controls::Basic,
                }
            }
            "autoplay" => {
                embed.autoplay = match word.as_str() {
                    "click" => Autoplay::Click,
                    "off" => Autoplay::Off,
                    _ => Autoplay::Visible,
                }
            }
            "hide" => embed.hidden = word.split(',').filter_map(part).collect(),
            "theme" => embed.theme = Theme::from_code(&word),
            "lang" => embed.lang = Lang::from_code(&word),
            "origin" if !value.is_empty() => {
                embed.origin = Some(word.trim_end_matches('/').to_string());
            }
            _ => {}
        }
    }
    embedded.then_some(embed)
}

fn part(name: &str) -> Option<Part> {
    match name.trim() {
        "outcome" => Some(Part::Outcome),
        "choices" => Some(Part::Choices),
        "transport" => Some(Part::Transport),
        "sentence" => Some(Part::Sentence),
        "open" => Some(Part::Open),
        _ => None,
    }
}

impl Embed {
    /// Whether it is a figure in a text, with less than the whole page.
    pub fn is_figure(&self) -> bool {
        self.controls != Controls::Full
    }

    /// Whether a part is shown.
    pub fn shows(&self, part: Part) -> bool {
        let among = match self.controls {
            Controls::None => matches!(part, Part::Outcome | Part::Open),
            Controls::Basic | Controls::Full => true,
        };
        among && !self.hidden.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(query: &str, expect: Option<Embed>) {
        let pairs = query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        assert_eq!(parse(pairs), expect, "{query}");
    }

    #[test]
    fn a_query_is_read_leniently() {
        let plain = Some(Embed::default());
        check("", None);
        check("lang=ko&controls=full", None);
        check("embed=0", None);
        check("embed=False", None);
        check("embed=1", plain.clone());
        check("embed", plain.clone());
        check(
            "embed=1&controls=everything&autoplay=now&hide=me&theme=pink&lang=fr&origin=",
            plain,
        );
        check(
            "embed=1&CONTROLS=None&autoplay= Click&hide=Outcome, open,&theme=DARK&lang=ko-KR&origin=https://Host.example/",
            Some(Embed {
                controls: Controls::None,
                autoplay: Autoplay::Click,
                hidden: vec![Part::Outcome, Part::Open],
                theme: Some(Theme::Dark),
                lang: Some(Lang::Ko),
                origin: Some("https://host.example".into()),
            }),
        );
        check(
            "embed=1&controls=full&autoplay=off&theme=auto",
            Some(Embed {
                controls: Controls::Full,
                autoplay: Autoplay::Off,
                theme: Some(Theme::System),
                ..Embed::default()
            }),
        );
    }

    #[test]
    fn what_is_shown_is_what_the_controls_have_without_what_is_hidden() {
        for (query, shown) in [
            ("none", vec![Part::Outcome, Part::Open]),
            (
                "basic",
                vec![
                    Part::Outcome,
                    Part::Choices,
                    Part::Transport,
                    Part::Sentence,
                    Part::Open,
                ],
            ),
            (
                "full",
                vec![
                    Part::Outcome,
                    Part::Choices,
                    Part::Transport,
                    Part::Sentence,
                    Part::Open,
                ],
            ),
        ] {
            let all = [
                Part::Outcome,
                Part::Choices,
                Part::Transport,
                Part::Sentence,
                Part::Open,
            ];
            let of = |pairs: &[(&str, &str)]| parse(pairs.iter().copied()).unwrap();
            let embed = of(&[("embed", "1"), ("controls", query)]);
            let there: Vec<Part> = all.into_iter().filter(|part| embed.shows(*part)).collect();
            assert_eq!(there, shown, "{query}");
            let embed = of(&[
                ("embed", "1"),
                ("controls", query),
                ("hide", "outcome,choices,transport,sentence,open"),
            ]);
            assert!(!all.into_iter().any(|part| embed.shows(part)), "{query}");
        }
    }
}
