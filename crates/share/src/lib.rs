//! Links. What stands behind `#` in an address brings back a run: its scenario, the settings that differ, what a
//! person did and when, and the moment that is looked at. docs/links.md describes both forms.
//!
//! - Readable ([`readable`]), for a scenario that ships: `order-payment?publish=after_commit&@4s&fault=...&t=12.5s`.
//! - Complete ([`complete`]), for any scenario: `z1:` and packed JSON.
//!
//! A link says things by their names, so that it can be read, written by other programs and kept for years. [`story`]
//! turns it into what a session runs, and back.
//!
//! ```
//! use share::{Link, story};
//!
//! let link = Link::parse("consultation-list?rate=50&t=2s").expect("it is a link");
//! let opened = story::open(&link).expect("what it names is there");
//! assert_eq!(opened.base.name, "consultation-list");
//! assert_eq!(link.fragment(), "consultation-list?rate=50&t=2s");
//! ```

pub mod base64;
pub mod complete;
pub mod readable;
pub mod story;

use kernel::time::{Span, Time};
use message::{Words, msg};
use run::session::INPUTS_MAX;
use scenario::settings::Setting;
use scenario::{Problem, Problems};
use serde_json::Value;
use std::rc::Rc;

/// What a link as a whole is called.
pub const THE_LINK: Words = &["the link", "링크"];
/// The longest fragment that is read, in bytes.
pub const LINK_MAX: usize = 64 << 10;
/// The highest version of an engine that a link may name.
pub const ENGINE_MAX: u32 = 1_000_000;
/// At most so many settings are read, from the start and at each moment.
pub const SETTINGS_MAX: usize = 512;
/// At most so many deeds are read.
pub const DEEDS_MAX: usize = INPUTS_MAX;
/// Links longer than this are cut short by some chat and mail programs, without a word.
pub const SAFE_LENGTH: usize = 1_900;

/// What a link says.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Where its scenario comes from.
    pub origin: Origin,
    /// Settings from the start, by name, in order, as [`scenario::settings::apply`] takes them.
    pub settings: Vec<Setting>,
    /// What a person did, in order of time.
    pub deeds: Vec<(Time, Deed)>,
    /// The moment that is looked at.
    pub playhead: Option<Time>,
    /// What is selected, such as `service.payment` or `key.17`.
    pub selected: Option<String>,
    /// The version of the engine that made the link, [`run::digest::ENGINE`]; another one may get other results.
    pub engine: Option<u32>,
}

/// Where a link's scenario comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// It ships with the playground, under this name.
    Shipped(String),
    /// It is somebody's own: the document, with only what differs from the defaults.
    Own(Rc<Value>),
}

/// Something that a person did.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Changed settings.
    Set(Vec<Setting>),
    /// Caused a fault (what, as in a document's `faults`), for a while or until it is ended.
    Fault(Value, Option<Span>),
    /// Ended a fault: its number, counted from 0 over those that the scenario plans and those that were caused.
    End(u16),
    /// Had the dead letters of a subscription (`topic/subscription`) delivered anew.
    Redrive(String),
}

/// A number that is written with digits alone, as links write them: no sign, no zeros in front.
fn digits(text: &str) -> Option<u32> {
    let clean = text.bytes().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| clean)
}

impl Link {
    /// A scenario that ships, as it ships.
    pub fn shipped(name: &str) -> Link {
        Link {
            origin: Origin::Shipped(name.to_string()),
            settings: Vec::new(),
            deeds: Vec::new(),
            playhead: None,
            selected: None,
            engine: None,
        }
    }

    /// Reads a fragment of either form, with or without its `#`.
    ///
    /// # Errors
    /// What is broken and where; of a readable link also what is wrong with the settings that are not broken.
    pub fn parse(fragment: &str) -> Result<Link, Problems> {
        if fragment.len() > LINK_MAX {
            let message = msg!(
                "is {0} bytes long; at most {1} are read. Save the scenario as a file and open that instead",
                "{0}바이트입니다. 최대 {1}바이트까지 읽습니다. 시나리오를 파일로 저장하여 그 파일을 여십시오",
                fragment.len(),
                LINK_MAX,
            );
            return Err(Problem::new(THE_LINK, message).into());
        }
        let text = fragment.strip_prefix('#').unwrap_or(fragment);
        match complete::version(text) {
            Some(_) => complete::parse(text),
            None => {
                let (link, mut problems) = readable::parse(fragment);
                if problems.is_empty() {
                    return Ok(link);
                }
                // What is wrong with the settings that could be read is said at once, too. What was done is left out: a
                // deed may need one that could not be read.
                let link = Link {
                    deeds: Vec::new(),
                    ..link
                };
                let no_name = matches!(&link.origin, Origin::Shipped(name) if name.is_empty());
                if !no_name {
                    problems.append(story::open(&link).err().unwrap_or_default());
                }
                Err(problems)
            }
        }
    }

    /// The fragment, without `#`: readable if it can be and is not much longer for it, complete otherwise.
    pub fn fragment(&self) -> String {
        let complete = || complete::write(self);
        match readable::write(self) {
            Some(readable) if readable.len() <= SAFE_LENGTH => readable,
            Some(readable) => {
                let complete = complete();
                if complete.len() < readable.len() {
                    complete
                } else {
                    readable
                }
            }
            None => complete(),
        }
    }
}
