//! From an address to a run, or to a page that says what is wrong with it; and back to the address.

use super::play::{Node, Play};
use crate::digest::ENGINE;
use crate::scenario::read::DOCUMENT_MAX;
use crate::scenario::{Problem, read, sparse};
use crate::session::Story;
use crate::share::story::{self, Opened};
use crate::share::{Link, Origin, complete};
use crate::time::Time;
use serde_json::Value;
use std::rc::Rc;

/// The scenario that opens when the address names none.
pub const DEFAULT: &str = "consultation-list";

/// What cannot be run, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// What was given, as it was given.
    pub input: String,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Opens what stands behind `#` in the address.
///
/// # Errors
/// Everything that is wrong with it, with the input.
pub fn open(fragment: &str) -> Result<Opened, Broken> {
    let text = fragment.strip_prefix('#').unwrap_or(fragment);
    let link = match text {
        "" => Ok(Link::shipped(DEFAULT)),
        text => Link::parse(text),
    };
    link.and_then(|link| story::open(&link))
        .map_err(|problems| broken(text, problems))
}

/// Opens what a person pasted, dropped or chose as a file: a scenario document, a link document, or a link (the whole
/// address, or from its `#` on).
///
/// # Errors
/// Everything that is wrong with it, with the input.
pub fn open_text(text: &str) -> Result<Opened, Broken> {
    let trimmed = text.trim().trim_start_matches('\u{feff}');
    if !trimmed.starts_with('{') && trimmed.len() <= DOCUMENT_MAX {
        let fragment = trimmed.split_once('#').map_or(trimmed, |(_, it)| it);
        return open(fragment).map_err(|broken| Broken {
            input: text.to_string(),
            ..broken
        });
    }
    let opened = read::json(trimmed)
        .map_err(|problem| vec![problem])
        .and_then(|value| match value.get("scenario") {
            // No scenario document has a field of this name.
            Some(_) => complete::of_value(&value).and_then(|link| story::open(&link)),
            None => own(value),
        });
    opened.map_err(|problems| broken(text, problems))
}

fn own(document: Value) -> Result<Opened, Vec<Problem>> {
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

fn broken(input: &str, problems: Vec<Problem>) -> Broken {
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
        let name = |kind: &str, names: &[crate::words::Name], place: u16| {
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

    /// Selects what a link names. What is not there (in this version of a scenario) is not selected.
    pub fn select(&mut self, selected: &str) {
        let Some((kind, name)) = selected.split_once('.') else {
            return;
        };
        let place = |names: &[crate::words::Name]| {
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
    use crate::layout::Form;

    #[test]
    fn an_empty_address_opens_the_standard_scenario() {
        for fragment in ["", "#"] {
            let opened = open(fragment).unwrap();
            assert_eq!(opened.base.name, DEFAULT);
            assert_eq!(opened.base, opened.story.first);
        }
    }

    #[test]
    fn what_is_opened_is_written_as_the_same_address() {
        for text in [
            "consultation-list",
            "consultation-list?customer=batch&rate=50&seed=9",
            "consultation-list?rate=50&@2.5s&customer=batch&@4s&fault=crash,service:common,for:1s&engine=1",
            "order-payment?select=service.payment",
            "order-payment?select=key.17",
        ] {
            let play = Play::new(open(text).unwrap(), Form::Wide);
            assert_eq!(play.link(None).fragment(), text);
        }
    }

    #[test]
    fn a_link_with_a_moment_opens_with_the_settings_of_that_moment() {
        let text = "consultation-list?@2.5s&customer=batch&t=3s&engine=1";
        let play = Play::new(open(text).unwrap(), Form::Wide);
        assert_eq!(
            play.settings_link().fragment(),
            "consultation-list?customer=batch"
        );
        let before = Play::new(open(&text.replace("t=3s", "t=2s")).unwrap(), Form::Wide);
        assert_eq!(before.settings_link().fragment(), "consultation-list");
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
