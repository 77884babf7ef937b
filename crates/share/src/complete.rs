//! Complete links: `z1:` and, in base64url without padding, the raw DEFLATE (RFC 1951) of a JSON document - the link
//! document, of which `static/link.schema.json` is the JSON Schema.
//!
//! `z` and the number are the version of the format. Links of a version are read for ever (`tests/links/`).

use super::readable::{fault_of, fault_value};
use super::{Deed, LINK_MAX, Link, Origin, SETTINGS_MAX, THE_LINK, base64};
use kernel::time::{Span, Time};
use message::{LocalizedMessage, msg};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use scenario::nearest::plain;
use scenario::notation::json_text;
use scenario::read::DOCUMENT_MAX;
use scenario::settings::{self, Setting};
use scenario::{Named, Problem, Problems, binding, read, shape};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::rc::Rc;

/// The version of the format that is written.
pub const VERSION: u32 = 1;
/// How hard the compressor tries, of 10: more is hardly shorter and a slider is dragged meanwhile.
const EFFORT: u8 = 6;

/// What a complete link holds: a scenario, what differs from it, and what a person did.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A link to msa-playground"))]
#[serde(deny_unknown_fields)]
pub struct LinkDocument {
    /// The name of a scenario that ships, or a whole scenario document.
    #[cfg_attr(feature = "schema", schemars(with = "schema::Base"))]
    scenario: Value,
    /// Settings from the start: the name of a control, `seed` or a path into the document, and the value.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Named<schema::SettingValue>", extend("maxProperties" = 512))
    )]
    set: Named<Value>,
    /// What a person did, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 1000)))]
    did: Vec<DeedDocument>,
    /// The moment of the run that is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<Span>,
    /// What is selected: `service.NAME`, `store.NAME`, `topic.NAME` or `key.NUMBER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 200)))]
    select: Option<String>,
    /// The version of the engine that made the link; another one may get other results, and says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = super::ENGINE_MAX)))]
    engine: Option<u32>,
}

/// Something that a person did: exactly one of `set`, `fault`, `end` and `redrive`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct DeedDocument {
    /// When.
    at: Span,
    /// Changed settings that can be changed while the run goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "Option<Named<schema::SettingValue>>",
            extend("maxProperties" = 512)
        )
    )]
    set: Option<Named<Value>>,
    /// Caused a fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<schema::Caused>"))]
    fault: Option<Value>,
    /// Ended a fault: its number, counted from 0 over those that the scenario plans and those that were caused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 65_535)))]
    end: Option<u32>,
    /// Had the dead letters of a subscription delivered anew: `topic/subscription`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = 200)))]
    redrive: Option<String>,
}

/// What the published schema says of values that are kept as they are until the checker has seen them.
#[cfg(feature = "schema")]
mod schema {
    use kernel::time::Span;
    use scenario::{FaultKind, Scenario};

    #[derive(schemars::JsonSchema)]
    #[serde(untagged)]
    #[allow(dead_code)] // only the schema of these is of interest
    pub enum Base {
        Shipped(String),
        Own(Box<Scenario>),
    }

    #[derive(schemars::JsonSchema)]
    #[serde(untagged)]
    #[allow(dead_code)]
    pub enum SettingValue {
        Text(String),
        Number(f64),
        Switch(bool),
    }

    /// A fault without its beginning.
    #[derive(schemars::JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    pub struct Caused {
        /// What it is.
        what: FaultKind,
        /// How long it lasts; without it, until it is ended.
        #[serde(default, rename = "for")]
        lasts: Option<Span>,
    }
}

/// The version of the format, if the fragment (without `#`) claims to be a complete link.
pub fn version(fragment: &str) -> Option<&str> {
    let (version, _) = fragment.strip_prefix('z')?.split_once(':')?;
    let digits = !version.is_empty() && version.bytes().all(|c| c.is_ascii_digit());
    digits.then_some(version)
}

/// Reads a complete link, without `#`.
///
/// # Errors
/// What is broken and where.
pub fn parse(fragment: &str) -> Result<Link, Problems> {
    let one = |message: LocalizedMessage| Problems::from(Problem::new(THE_LINK, message));
    let (version, packed) = match (version(fragment), fragment.split_once(':')) {
        (Some(version), Some((_, packed))) => (version, packed),
        _ => {
            return Err(one(msg!(
                "does not begin with z{0}:",
                "\"z{0}:\" 형식으로 시작하지 않습니다",
                VERSION,
            )));
        }
    };
    if version != VERSION.to_string() {
        return Err(one(msg!(
            "has the format z{0}, and this playground knows z{1}: a newer one made it; open it there, or reload \
             this page",
            "형식이 z{0}인데 이 플레이그라운드는 z{1}만 압니다. 더 새로운 버전에서 만든 링크입니다. 그 버전에서 \
             열거나 이 페이지를 새로 고치십시오",
            plain(version),
            VERSION,
        )));
    }
    // Links are written with escapes where someone thought them safer.
    let packed = packed.replace("%3D", "").replace("%3d", "");
    let bytes = base64::decode(&packed).map_err(|at| {
        one(if at >= packed.len() {
            msg!(
                "is cut short; copy it again, the whole of it",
                "중간에 잘렸습니다. 처음부터 끝까지 다시 복사하십시오",
            )
        } else {
            msg!(
                "has a letter at place {0} that no link has; copy it again",
                "{0}번째 자리에 링크에 쓰지 않는 글자가 있습니다. 다시 복사하십시오",
                fragment.len() - packed.len() + at + 1,
            )
        })
    })?;
    let text = decompress_to_vec_with_limit(&bytes, DOCUMENT_MAX).map_err(|error| {
        one(match error.status {
            TINFLStatus::HasMoreOutput => {
                msg!(
                    "unpacks to more than {0} bytes, which no scenario needs",
                    "압축을 풀면 {0}바이트를 넘습니다. 그렇게 큰 시나리오는 없습니다",
                    DOCUMENT_MAX,
                )
            }
            TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => {
                msg!(
                    "is cut short; copy it again, the whole of it",
                    "중간에 잘렸습니다. 처음부터 끝까지 다시 복사하십시오",
                )
            }
            _ => msg!(
                "is damaged: what is packed in it cannot be unpacked; copy it again",
                "손상되어 압축을 풀 수 없습니다. 다시 복사하십시오",
            ),
        })
    })?;
    let text = String::from_utf8(text).map_err(|_| {
        one(msg!(
            "is damaged: what is packed in it is not text; copy it again",
            "손상되어 압축을 푼 내용이 글이 아닙니다. 다시 복사하십시오",
        ))
    })?;
    let value = read::json(&text).map_err(inside)?;
    of_value(&value)
}

/// Reads a link document.
///
/// # Errors
/// Everything that is wrong with its form.
pub fn of_value(value: &Value) -> Result<Link, Problems> {
    shape::check_link(value).each(inside).none()?;
    let document: LinkDocument =
        binding::from_value(value).map_err(|mismatch| Problem::new(THE_LINK, mismatch))?;
    let mut problems = Problems::new();
    let mut deeds = Vec::new();
    for (index, did) in document.did.into_iter().enumerate() {
        let at = Time::ZERO + did.at;
        match deed(did) {
            Ok(deed) => deeds.push((at, deed)),
            Err(message) => problems.push(Problem::new(format!("did.{index}"), message)),
        }
    }
    if let Some(index) = deeds.windows(2).position(|pair| pair[1].0 < pair[0].0) {
        let message = msg!(
            "is before the one that stands before it; sort them by their time",
            "앞의 것보다 이릅니다. 시간 순서로 늘어놓으십시오",
        );
        problems.push(Problem::new(format!("did.{}", index + 1), message));
    }
    problems.each(inside).none()?;
    // To set nothing is to do nothing, and the readable form has no way to say it.
    deeds.retain(|(_, deed)| !matches!(deed, Deed::Set(set) if set.is_empty()));
    Ok(Link {
        origin: match document.scenario {
            Value::String(name) => Origin::Shipped(name),
            own => Origin::Own(Rc::new(own)),
        },
        settings: of_named(&document.set),
        deeds,
        playhead: document.t.map(|span| Time::ZERO + span),
        selected: document.select,
        engine: document.engine,
    })
}

/// A problem inside the link document, which is no document of the person's.
fn inside(problem: Problem) -> Problem {
    problem.inside(|path| match path {
        None => THE_LINK.into(),
        Some(path) => msg!("the link, {0}", "링크의 {0}", path),
    })
}

fn deed(did: DeedDocument) -> Result<Deed, LocalizedMessage> {
    match (did.set, did.fault, did.end, did.redrive) {
        (Some(set), None, None, None) => Ok(Deed::Set(of_named(&set))),
        (None, Some(fault), None, None) => {
            let (what, lasts) = fault_of(&fault)?;
            Ok(Deed::Fault(what, lasts))
        }
        (None, None, Some(number), None) => {
            let number = u16::try_from(number)
                .map_err(|_| msg!("end must be at most 65535", "end는 65535 이하여야 합니다"))?;
            Ok(Deed::End(number))
        }
        (None, None, None, Some(name)) => Ok(Deed::Redrive(name)),
        _ => Err(msg!(
            "must have exactly one of \"set\", \"fault\", \"end\" and \"redrive\"",
            "\"set\", \"fault\", \"end\", \"redrive\" 중 정확히 하나만 있어야 합니다",
        )),
    }
}

fn of_named(set: &Named<Value>) -> Vec<Setting> {
    let settings = set.iter().take(SETTINGS_MAX);
    settings
        .map(|(name, value)| (name.clone(), settings::text(value)))
        .collect()
}

fn to_named(settings: &[Setting]) -> Named<Value> {
    let mut set = Named::new();
    for (name, value) in settings {
        set.insert(name.clone(), value.as_str().into());
    }
    set
}

/// The link document.
pub fn to_value(link: &Link) -> Value {
    let did = link.deeds.iter().map(|(at, deed)| {
        let mut did = DeedDocument {
            at: at.since(Time::ZERO),
            set: None,
            fault: None,
            end: None,
            redrive: None,
        };
        match deed {
            Deed::Set(settings) => did.set = Some(to_named(settings)),
            Deed::Fault(what, lasts) => did.fault = Some(fault_value(what, *lasts)),
            Deed::End(number) => did.end = Some(u32::from(*number)),
            Deed::Redrive(name) => did.redrive = Some(name.clone()),
        }
        did
    });
    let document = LinkDocument {
        scenario: match &link.origin {
            Origin::Shipped(name) => name.as_str().into(),
            Origin::Own(document) => (**document).clone(),
        },
        set: to_named(&link.settings),
        did: did.collect(),
        t: link.playhead.map(|at| at.since(Time::ZERO)),
        select: link.selected.clone(),
        engine: link.engine,
    };
    // Everything in it has a form in JSON.
    binding::to_value(&document).unwrap_or_default()
}

/// The fragment, without `#`.
pub fn write(link: &Link) -> String {
    pack(&json_text(&to_value(link)))
}

/// A link document's text, packed into a fragment (without `#`).
pub fn pack(text: &str) -> String {
    let packed = compress_to_vec(text.as_bytes(), EFFORT);
    format!("z{VERSION}:{}", base64::encode(&packed))
}

/// Whether a fragment can be read back: a link that is too long is refused by whoever opens it.
pub fn fits(fragment: &str) -> bool {
    fragment.len() <= LINK_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_broken(fragment: &str, expected: &str) {
        let problems = parse(fragment).unwrap_err();
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(
            all.iter().any(|problem| problem.contains(expected)),
            "{fragment}: {all:?}"
        );
    }

    #[test]
    fn a_document_that_any_program_can_write_is_a_link() {
        // In Python: base64.urlsafe_b64encode(zlib.compress(text, wbits=-15)).rstrip(b"=")
        let text = r#"{"scenario": "retry-storm", "set": {"rate": 80}, "did": [{"at": "4s", "end": 0}], "t": "12.5s"}"#;
        let link = parse(&pack(text)).unwrap();
        assert_eq!(link.origin, Origin::Shipped("retry-storm".into()));
        assert_eq!(link.settings, [("rate".to_string(), "80".to_string())]);
        assert_eq!(link.deeds, [(Time(4_000_000_000), Deed::End(0))]);
        assert_eq!(link.playhead, Some(Time(12_500_000_000)));
        assert_eq!(parse(&write(&link)), Ok(link));
    }

    #[test]
    fn to_set_nothing_is_to_do_nothing() {
        let text = r#"{"scenario": "retry-storm", "did": [{"at": "1s", "set": {}}, {"at": "4s", "end": 0}]}"#;
        let link = parse(&pack(text)).unwrap();
        assert_eq!(link.deeds, [(Time(4_000_000_000), Deed::End(0))]);
    }

    #[test]
    fn a_broken_link_says_what_is_broken() {
        let good = pack(r#"{"scenario": "retry-storm"}"#);
        check_broken("z2:AAAA", "a newer one made it");
        check_broken("z1:", "cut short");
        check_broken(&good[..good.len() - 5], "cut short");
        check_broken(&format!("{}*", &good[..9]), "at place 10");
        check_broken("z1:____________", "damaged");
        check_broken(&pack("[1, 2"), "a closing bracket or quote is missing");
        check_broken(&pack("{}"), "scenario");
        check_broken(
            &pack(r#"{"scenario": "a", "sets": {}}"#),
            "did you mean \"set\"?",
        );
        check_broken(
            &pack(r#"{"scenario": {"version": 1}}"#),
            "the link, scenario",
        );
        check_broken(
            &pack(r#"{"scenario": "a", "did": [{"at": "1s"}]}"#),
            "the link, did.0: must have exactly one",
        );
        check_broken(
            &pack(r#"{"scenario": "a", "did": [{"at": "2s", "end": 0}, {"at": "1s", "end": 0}]}"#),
            "the link, did.1: is before",
        );
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = pack(&" ".repeat(20 << 20));
        assert!(bomb.len() < LINK_MAX, "it is small");
        check_broken(&bomb, "unpacks to more than");
    }

    #[test]
    fn only_what_claims_to_be_one_is_a_complete_link() {
        assert_eq!(version("z1:abc"), Some("1"));
        assert_eq!(version("z12:"), Some("12"));
        for other in ["z1", "z:abc", "za1:b", "zebra?x=1:2", "1:z"] {
            assert_eq!(version(other), None, "{other}");
        }
    }
}
