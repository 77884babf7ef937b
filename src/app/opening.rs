//! From an address to a run, or to a page that says what is wrong with it; and back to the address.

use super::play::{Node, Play};
use kernel::time::Time;
use message::{LocalizedMessage, Words, msg};
use run::digest::ENGINE;
use run::session::Story;
use scenario::nearest::plain;
use scenario::read::DOCUMENT_MAX;
use scenario::{Problem, Problems, read, shipped, sparse};
use serde_json::Value;
use share::story::{self, Opened};
use share::{Link, Origin, complete};
use std::rc::Rc;

/// What cannot be run, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// What was given, as it was given.
    pub input: String,
    /// What is wrong with it.
    pub problems: Problems,
}

/// Opens what stands behind `#` in the address.
///
/// # Errors
/// Everything that is wrong with it, with the input.
pub fn open(fragment: &str) -> Result<Opened, Broken> {
    let text = fragment.strip_prefix('#').unwrap_or(fragment);
    let link = match text {
        "" => Ok(Link::shipped(shipped::DEFAULT)),
        text => Link::parse(text),
    };
    link.and_then(|link| story::open(&link))
        .map_err(|problems| broken(text, problems))
}

/// What a person brought: they pasted it, dropped it or chose it as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The name of the file, if it is one.
    pub file: Option<String>,
    /// What stands in it, or why that cannot be known.
    pub text: Result<String, Unreadable>,
}

/// Why a file has no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The browser cannot read it: it is a folder, or gone, or not ours to read.
    Closed,
    /// It is larger than any document may be.
    TooLarge,
    /// What stands in it is no text.
    NotText,
}

/// What was brought and cannot be opened, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The name of the file, if it is one.
    pub file: Option<String>,
    /// What is wrong with it.
    pub problems: Problems,
}

/// Opens what a person brought: a scenario document, a link document, or a link (the whole address, or from its `#` on).
///
/// # Errors
/// Everything that is wrong with it.
pub fn open_brought(brought: &Brought) -> Result<Opened, Refused> {
    let opened = match &brought.text {
        Ok(text) => open_text(text),
        Err(why) => Err(Problem::new(THE_CONTENT, unreadable(*why)).into()),
    };
    opened.map_err(|problems| Refused {
        file: brought.file.as_deref().map(plain),
        problems,
    })
}

/// What a file or a pasted text as a whole is called.
const THE_CONTENT: Words = &["the content", "내용"];

fn unreadable(why: Unreadable) -> LocalizedMessage {
    match why {
        Unreadable::Closed => msg!(
            "cannot be read; choose a file (not a folder) that is still there and that you may read",
            "읽을 수 없습니다. 폴더가 아니라 지금 있고 읽을 권한이 있는 파일을 고르십시오",
        ),
        Unreadable::TooLarge => msg!(
            "is larger than {0} bytes, which no scenario needs; choose another file",
            "{0}바이트보다 큽니다. 그렇게 큰 시나리오는 없습니다. 다른 파일을 고르십시오",
            DOCUMENT_MAX,
        ),
        Unreadable::NotText => msg!(
            "is not UTF-8 text; choose a scenario document (JSON), or save it as UTF-8",
            "UTF-8 텍스트가 아닙니다. 시나리오 문서(JSON)를 고르거나 UTF-8로 저장하십시오",
        ),
    }
}

/// Opens a text: a scenario document, a link document or a link.
///
/// # Errors
/// Everything that is wrong with it.
pub fn open_text(text: &str) -> Result<Opened, Problems> {
    let trimmed = text.trim().trim_start_matches('\u{feff}').trim_start();
    if trimmed.starts_with('{') || trimmed.is_empty() || trimmed.len() > DOCUMENT_MAX {
        let value = read::json(trimmed)?;
        // No scenario document has a field of this name.
        return match value.get("scenario") {
            Some(_) => complete::of_value(&value).and_then(|link| story::open(&link)),
            None => own(value),
        };
    }
    let fragment = trimmed.split_once('#').map(|(_, fragment)| fragment);
    let fragment = fragment.unwrap_or(trimmed);
    let claims_to_be_a_link = fragment.len() < trimmed.len()
        || complete::version(fragment).is_some()
        || shipped::names().any(|name| fragment.split('?').next() == Some(name));
    if !claims_to_be_a_link {
        let message = msg!(
            "is neither a scenario document, which begins with {, nor a link, which has a #",
            "시나리오 문서({로 시작)도 링크(#이 있음)도 아닙니다",
        );
        return Err(Problem::new(THE_CONTENT, message).into());
    }
    Link::parse(fragment).and_then(|link| story::open(&link))
}

fn own(document: Value) -> Result<Opened, Problems> {
    let base = Rc::new(read::from_value(document)?);
    let origin = Origin::Own(Rc::new(sparse::sparse(&base)));
    Ok(Opened {
        origin,
        story: Rc::new(Story::new(base.clone())),
        base,
        playhead: None,
        selected: None,
        other_engine: false,
    })
}

fn broken(input: &str, problems: Problems) -> Broken {
    Broken {
        input: input.to_string(),
        problems,
    }
}

/// Two addresses that open the same run, at whatever moment.
pub fn same_run(one: &str, other: &str) -> bool {
    let story = |fragment: &str| {
        open(fragment)
            .map(|opened| (opened.origin, opened.base, opened.story))
            .ok()
    };
    story(one).is_some_and(|one| Some(one) == story(other))
}

impl Play {
    /// The link to this run: everything that was done, the moment (if one is asked for) and what is selected.
    pub fn link(&self, playhead: Option<Time>) -> Link {
        let mut link = story::link(&self.origin, &self.base, &self.story);
        link.playhead = playhead;
        link.selected = self.selection();
        if playhead.is_some() {
            link.engine = Some(ENGINE);
        }
        link
    }

    /// The link to the settings of now, from the start, with nothing done.
    pub fn settings_link(&self) -> Link {
        story::settings_link(&self.origin, &self.base, &self.scenario)
    }

    fn selection(&self) -> Option<String> {
        let name = |kind: &str, names: &[words::Name], place: u16| {
            let name = names.get(place as usize)?;
            Some(format!("{kind}.{}", name.key))
        };
        match (self.selected, self.followed) {
            (Some(Node::Service(place)), _) => name("service", &self.names.services, place),
            (Some(Node::Store(place)), _) => name("store", &self.names.stores, place),
            (Some(Node::Topic(place)), _) => name("topic", &self.names.topics, place),
            (None, Some(key)) => Some(format!("key.{key}")),
            (None, None) => None,
        }
    }

    /// Selects what a link names. (A link that names what is not there was refused.)
    pub fn select(&mut self, selected: &str) {
        let Some((kind, name)) = selected.split_once('.') else {
            return;
        };
        let place = |names: &[words::Name]| {
            names
                .iter()
                .position(|known| known.key == name)
                .map(|place| place as u16)
        };
        match kind {
            "service" => self.selected = place(&self.names.services).map(Node::Service),
            "store" => self.selected = place(&self.names.stores).map(Node::Store),
            "topic" => self.selected = place(&self.names.topics).map(Node::Topic),
            "key" => self.followed = name.parse().ok(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use picture::layout::Form;

    #[test]
    fn an_empty_address_opens_the_standard_scenario() {
        for fragment in ["", "#"] {
            let opened = open(fragment).unwrap();
            assert_eq!(opened.base.name, shipped::DEFAULT);
            assert_eq!(opened.base, opened.story.first);
        }
    }

    #[test]
    fn what_is_opened_is_written_as_the_same_address() {
        for text in [
            "consultation-list",
            "consultation-list?customer=batch&rate=50&seed=9",
            "consultation-list?rate=50&@2.5s&customer=batch&@4s&fault=crash,service:common,for:1s&engine=2",
            "order-payment?select=service.payment",
            "order-payment?select=key.17",
        ] {
            let play = Play::new(open(text).unwrap(), Form::Wide);
            assert_eq!(play.link(None).fragment(), text);
        }
    }

    #[test]
    fn a_link_with_a_moment_opens_with_the_settings_of_that_moment() {
        let text = "consultation-list?@2.5s&customer=batch&t=3s&engine=2";
        let play = Play::new(open(text).unwrap(), Form::Wide);
        assert_eq!(
            play.settings_link().fragment(),
            "consultation-list?customer=batch"
        );
        let before = Play::new(open(&text.replace("t=3s", "t=2s")).unwrap(), Form::Wide);
        assert_eq!(before.settings_link().fragment(), "consultation-list");
    }

    #[test]
    fn what_is_no_scenario_and_no_link_says_what_is_wrong_with_it() {
        let refused = |text: Result<&str, Unreadable>| -> Vec<String> {
            let brought = Brought {
                file: Some("mine.json".into()),
                text: text.map(String::from),
            };
            let refused = open_brought(&brought).unwrap_err();
            assert_eq!(refused.file.as_deref(), Some("mine.json"));
            refused.problems.iter().map(ToString::to_string).collect()
        };
        // An empty text is no link to the standard scenario.
        for empty in ["", " \n", "\u{feff}\n"] {
            assert!(refused(Ok(empty))[0].contains("is empty"), "{empty:?}");
        }
        let neither = "the content: is neither a scenario document";
        for text in ["some words", "[1]", "\"x\"", "rate=50"] {
            assert!(refused(Ok(text))[0].starts_with(neither), "{text}");
        }
        assert!(refused(Ok("consultation-list?rat=50"))[0].contains("rate"));
        assert!(refused(Ok("https://example.org/#no-such"))[0].contains("no scenario"));
        assert!(refused(Ok("{\"version\": 1,\n \"name\": }"))[0].starts_with("line 2"));
        for why in [
            Unreadable::Closed,
            Unreadable::TooLarge,
            Unreadable::NotText,
        ] {
            assert!(refused(Err(why))[0].starts_with("the content: "), "{why:?}");
        }
    }

    #[test]
    fn a_pasted_text_may_be_a_document_a_link_document_or_a_link() {
        let document = r#"{"version": 1, "name": "mine", "services": {"web": {}}}"#;
        let opened = open_text(document).unwrap();
        assert_eq!(opened.base.name, "mine");
        // What is somebody's own travels whole.
        let fragment = Play::new(opened.clone(), Form::Wide).link(None).fragment();
        assert!(fragment.starts_with("z1:"), "{fragment}");
        assert_eq!(open(&fragment).unwrap(), opened);
        let by_address = open_text(&format!(" https://example.org/p/?lang=ko#{fragment}\n"));
        assert_eq!(by_address.unwrap(), opened);
        let link = r#"{"scenario": "order-payment", "set": {"seed": 9}, "t": "2s"}"#;
        let opened = open_text(link).unwrap();
        assert_eq!(
            (opened.story.first.seed, opened.playhead),
            (9, Some(Time(2_000_000_000)))
        );
    }

    #[test]
    fn addresses_are_compared_without_their_moment() {
        assert!(same_run("", "consultation-list?t=4s"));
        assert!(same_run(
            "consultation-list?seed=9&t=1s",
            "#consultation-list?seed=9"
        ));
        assert!(!same_run("consultation-list?seed=9", "consultation-list"));
        assert!(!same_run("consultation-list?%", "consultation-list?%"));
    }

    fn check_broken(text: &str, expected: &str) {
        let broken = open(text).unwrap_err();
        assert_eq!(broken.input, text.trim_start_matches('#'));
        assert!(
            broken
                .problems
                .iter()
                .any(|problem| problem.to_string().contains(expected)),
            "{broken:?}"
        );
    }

    #[test]
    fn a_broken_address_keeps_its_text_and_says_what_is_wrong() {
        check_broken("#no-such-thing", "there is no scenario");
        check_broken("consultation-list?rat=50", "rate");
        check_broken("consultation-list?rate=many", "rate");
        check_broken("consultation-list?rate=%", "%25");
        check_broken("consultation-list?threads=0&instances=9999", "threads");
        check_broken("consultation-list?threads=0&instances=9999", "instances");
    }
}
