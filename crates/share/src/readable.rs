//! Readable links: a scenario that ships, and what differs from it.
//!
//! `order-payment?publish=after_commit&seed=7&@4s&fault=crash,service:order,for:10s&@9s&retry=none&t=12.5s`
//!
//! What stands before the first `@` holds from the start; what follows an `@` was done at that moment of the run.

use super::{DEEDS_MAX, Deed, ENGINE_MAX, Link, Origin, SETTINGS_MAX, digits};
use kernel::time::{Span, Time};
use message::{LocalizedMessage, msg};
use scenario::nearest::quoted;
use scenario::settings::{self, Setting};
use scenario::shape::{self, forms_at};
use scenario::{Problem, Problems};
use serde_json::{Map, Value, json};
use std::fmt::{self, Write};

/// What is wrong, and at which byte of the fragment.
type Broken = (usize, LocalizedMessage);

/// Reads a fragment, with or without its `#`: what can be read of it, and what is broken and where.
pub fn parse(fragment: &str) -> (Link, Problems) {
    let start = usize::from(fragment.starts_with('#'));
    let end = fragment[start..]
        .find('?')
        .map_or(fragment.len(), |at| start + at);
    let mut problems = Problems::new();
    let mut report = |(at, message): Broken| {
        problems.report(|| {
            let before = fragment.get(..at).unwrap_or(fragment).chars().count();
            let place = msg!("the link, character {0}", "링크의 {0}번째 글자", before + 1);
            Problem::new(place, message)
        });
    };
    let mut link = Link::shipped("");
    match decode(fragment, start, end) {
        Ok(name) if !name.is_empty() => link = Link::shipped(&name),
        Ok(_) => report((
            start,
            msg!(
                "it names no scenario; write #consultation-list?rate=50",
                "시나리오 이름이 없습니다. #consultation-list?rate=50처럼 쓰십시오",
            ),
        )),
        Err(it) => report(it),
    }
    let mut moment = Moment::default();
    let mut from = end + 1;
    while from < fragment.len() {
        let to = fragment[from..]
            .find('&')
            .map_or(fragment.len(), |at| from + at);
        // An empty part is what a stray `&` leaves behind.
        if from < to
            && let Err(it) = part(fragment, from, to, &mut link, &mut moment)
        {
            report(it);
            if fragment[from..].starts_with('@') {
                // Nobody knows when what follows was done.
                break;
            }
        }
        from = to + 1;
    }
    (link, problems)
}

/// The moment that an `@` named last, and whether it has only just been named.
#[derive(Default)]
struct Moment {
    at: Option<Time>,
    new: bool,
}

/// Reads one part: `@moment` or `name=value`.
fn part(
    fragment: &str,
    from: usize,
    to: usize,
    link: &mut Link,
    moment: &mut Moment,
) -> Result<(), Broken> {
    let at = |message: LocalizedMessage| (from, message);
    if fragment[from..to].starts_with('@') {
        let text = decode(fragment, from + 1, to)?;
        let next = time(&text).map_err(at)?;
        if moment.at.is_some_and(|before| next < before) {
            let message = msg!(
                "@{0} is before the moment that stands before it; sort them",
                "@{0:이} 앞의 시점보다 이릅니다. 시간 순서로 늘어놓으십시오",
                text,
            );
            return Err((from, message));
        }
        *moment = Moment {
            at: Some(next),
            new: true,
        };
        return Ok(());
    }
    let equals = fragment[from..to].find('=').map(|at| from + at);
    let Some(equals) = equals.filter(|at| *at > from) else {
        let message = msg!(
            "a setting is written name=value, and a moment @12.5s",
            "설정은 name=value, 시점은 @12.5s처럼 씁니다",
        );
        return Err(at(message));
    };
    let name = decode(fragment, from, equals)?;
    let value = decode(fragment, equals + 1, to)?;
    let twice = |known: bool| match known {
        true => Err(at(msg!(
            "{0} is set twice; remove one",
            "{0:이} 두 번 있습니다. 하나를 지우십시오",
            quoted(&name),
        ))),
        false => Ok(()),
    };
    let new = std::mem::take(&mut moment.new);
    match (name.as_str(), moment.at) {
        ("t", _) => {
            twice(link.playhead.is_some())?;
            link.playhead = Some(time(&value).map_err(at)?);
        }
        ("select", _) => {
            twice(link.selected.is_some())?;
            link.selected = Some(value);
        }
        ("engine", _) => {
            twice(link.engine.is_some())?;
            link.engine = Some(whole(&value, ENGINE_MAX).map_err(at)?);
        }
        ("fault" | "end" | "redrive", None) => {
            let message = msg!(
                "put the moment before it, such as @4s&{0}=...",
                "앞에 시점을 쓰십시오. 예: @4s&{0}=...",
                name,
            );
            return Err(at(message));
        }
        ("fault", Some(moment)) => {
            let (what, lasts) = fault(&value).map_err(at)?;
            deed(link, moment, Deed::Fault(what, lasts)).map_err(at)?;
        }
        ("end", Some(moment)) => {
            let number = whole(&value, u16::MAX).map_err(at)?;
            deed(link, moment, Deed::End(number)).map_err(at)?;
        }
        ("redrive", Some(moment)) => deed(link, moment, Deed::Redrive(value)).map_err(at)?,
        (_, None) => {
            twice(link.settings.iter().any(|(known, _)| *known == name))?;
            add(&mut link.settings, (name, value)).map_err(at)?;
        }
        (_, Some(moment)) => {
            // Settings that stand together are changed together.
            if let Some((_, Deed::Set(set))) = link.deeds.last_mut()
                && !new
            {
                twice(set.iter().any(|(known, _)| *known == name))?;
                add(set, (name, value)).map_err(at)?;
            } else {
                deed(link, moment, Deed::Set(vec![(name, value)])).map_err(at)?;
            }
        }
    }
    Ok(())
}

fn add(settings: &mut Vec<Setting>, setting: Setting) -> Result<(), LocalizedMessage> {
    if settings.len() == SETTINGS_MAX {
        return Err(msg!(
            "it has more than {0} settings",
            "설정이 {0}개를 넘습니다",
            SETTINGS_MAX
        ));
    }
    settings.push(setting);
    Ok(())
}

fn deed(link: &mut Link, moment: Time, deed: Deed) -> Result<(), LocalizedMessage> {
    if link.deeds.len() == DEEDS_MAX {
        return Err(msg!(
            "it has more than {0} changes and faults",
            "변경과 장애가 {0}개를 넘습니다",
            DEEDS_MAX,
        ));
    }
    link.deeds.push((moment, deed));
    Ok(())
}

fn time(text: &str) -> Result<Time, LocalizedMessage> {
    Span::parse(text).map(|span| Time::ZERO + span)
}

/// A whole number from 0 to a bound.
fn whole<T: TryFrom<u32> + Into<u32> + Copy>(text: &str, max: T) -> Result<T, LocalizedMessage> {
    let max: u32 = max.into();
    let number = digits(text).filter(|number| *number <= max);
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| {
            msg!(
                "must be a whole number from 0 to {0}, not {1}",
                "0부터 {0}까지의 정수여야 하는데 {1}입니다",
                max,
                quoted(text),
            )
        })
}

/// Reads a fault: `crash,service:common,for:10s`, or as in a document, `{"what": {"crash": ...}, "for": "10s"}`.
fn fault(text: &str) -> Result<(Value, Option<Span>), LocalizedMessage> {
    let value = if text.starts_with('{') {
        scenario::read::json(text).map_err(|problem| problem.said())?
    } else {
        fault_document(text)?
    };
    fault_of(&value)
}

/// What and how long, of a fault as it stands in a document (without its `at`).
///
/// # Errors
/// What is missing or too much, and the form.
pub fn fault_of(value: &Value) -> Result<(Value, Option<Span>), LocalizedMessage> {
    let form = || {
        msg!(
            "a fault is written {\"what\": {\"crash\": {\"service\": \"...\"}}, \"for\": \"10s\"}",
            "장애는 {\"what\": {\"crash\": {\"service\": \"...\"}}, \"for\": \"10s\"}처럼 씁니다",
        )
    };
    let fields = value.as_object().ok_or_else(form)?;
    let known = fields.keys().all(|name| name == "what" || name == "for");
    let what = fields.get("what").filter(|_| known).ok_or_else(form)?;
    let lasts = match fields.get("for") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(Span::parse(text)?),
        Some(_) => return Err(form()),
    };
    Ok((what.clone(), lasts))
}

/// A fault as it stands in a document (without its `at`).
pub fn fault_value(what: &Value, lasts: Option<Span>) -> Value {
    match lasts {
        Some(lasts) => json!({ "what": what, "for": lasts.to_string() }),
        None => json!({ "what": what }),
    }
}

fn fault_document(text: &str) -> Result<Value, LocalizedMessage> {
    let mut parts = text.split(',');
    let kind = parts.next().unwrap_or_default();
    let mut fields = Map::new();
    let mut fault = Map::new();
    for part in parts {
        let Some((name, value)) = part.split_once(':') else {
            return Err(msg!(
                "{0} must be name:value, as in crash,service:common,for:10s",
                "{0:은} name:value 형식이어야 합니다. 예: crash,service:common,for:10s",
                quoted(part),
            ));
        };
        if name == "for" {
            fault.insert(name.into(), value.into());
            continue;
        }
        let forms = forms_at(&["faults", "0", "what", kind, name]);
        let value = match forms.as_slice() {
            // What is wrong with it is said by the checker, which knows what could be meant.
            [] => value.into(),
            forms => settings::convert(forms, value)
                .map_err(|message| msg!("{0} {1}", "{0}: {1}", name, message))?,
        };
        fields.insert(name.into(), value);
    }
    let mut what = Map::new();
    what.insert(kind.into(), Value::Object(fields));
    fault.insert("what".into(), Value::Object(what));
    Ok(Value::Object(fault))
}

/// Names that mean something else in a readable link than a setting.
const NO_SETTINGS: [&str; 7] = ["", "t", "select", "engine", "fault", "end", "redrive"];

/// The fragment, without `#`; nothing if the scenario is not one that ships or has no name, or a setting has a name that
/// cannot be said.
pub fn write(link: &Link) -> Option<String> {
    let Origin::Shipped(name) = &link.origin else {
        return None;
    };
    if name.is_empty() {
        return None;
    }
    let sets = link.deeds.iter().filter_map(|(_, deed)| match deed {
        Deed::Set(set) => Some(set),
        _ => None,
    });
    let mut names = sets.chain([&link.settings]).flatten();
    if names.any(|(name, _)| NO_SETTINGS.contains(&name.as_str())) {
        return None;
    }
    let part = |name: &str, value: &str| format!("{}={}", Escaped(name), Escaped(value));
    let settings = |settings: &[Setting]| -> Vec<String> {
        let parts = settings.iter().map(|(name, value)| part(name, value));
        parts.collect()
    };
    let mut parts = settings(&link.settings);
    let mut moment = None;
    for (at, deed) in &link.deeds {
        // Changes that were made one after the other at one moment are kept apart by the moment between them.
        if moment != Some(*at) || matches!(deed, Deed::Set(_)) {
            moment = Some(*at);
            parts.push(format!("@{}", at.since(Time::ZERO)));
        }
        match deed {
            Deed::Set(set) => parts.extend(settings(set)),
            Deed::Fault(what, lasts) => parts.push(part("fault", &fault_text(what, *lasts))),
            Deed::End(number) => parts.push(part("end", &number.to_string())),
            Deed::Redrive(name) => parts.push(part("redrive", name)),
        }
    }
    let playhead = link.playhead.map(|at| at.since(Time::ZERO).to_string());
    let engine = link.engine.map(|engine| engine.to_string());
    for (name, value) in [
        ("t", &playhead),
        ("select", &link.selected),
        ("engine", &engine),
    ] {
        parts.extend(value.as_ref().map(|value| part(name, value)));
    }
    let mut text = Escaped(name).to_string();
    if !parts.is_empty() {
        text.push('?');
        text.push_str(&parts.join("&"));
    }
    Some(text)
}

/// A fault as a person would write it, or else as it stands in a document.
fn fault_text(what: &Value, lasts: Option<Span>) -> String {
    short_fault(what, lasts)
        .filter(|text| fault(text).as_ref() == Ok(&(what.clone(), lasts)))
        .unwrap_or_else(|| scenario::notation::json_text(&fault_value(what, lasts)))
}

fn short_fault(what: &Value, lasts: Option<Span>) -> Option<String> {
    let (kind, fields) = what.as_object()?.iter().next()?;
    let mut text = kind.clone();
    for (name, value) in fields.as_object()? {
        let _ = write!(text, ",{name}:{}", settings::text(value));
    }
    if let Some(lasts) = lasts {
        let _ = write!(text, ",for:{lasts}");
    }
    Some(text)
}

/// What is wrong with a fault, at a place of a link.
pub fn fault_problems(place: &LocalizedMessage, what: &Value) -> Problems {
    let there = |problem: Problem| {
        problem.inside(|path| match path {
            None => place.clone(),
            Some(path) => msg!("{0}.{1}", "{0}.{1}", place.clone(), path),
        })
    };
    shape::check_at(&["faults", "0", "what"], what).each(there)
}

/// A text as an address keeps it: everything that chat programs cut off or change is written as `%XX`.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'A'..=b'Z'
                | b'a'..=b'z'
                | b'0'..=b'9'
                | b'-'
                | b'_'
                | b'.'
                | b'~'
                | b':'
                | b'/'
                | b',' => f.write_char(char::from(byte))?,
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

/// The text of `fragment[from..to]` with its escapes undone.
fn decode(fragment: &str, from: usize, to: usize) -> Result<String, Broken> {
    let mut bytes = Vec::with_capacity(to - from);
    let raw = fragment.as_bytes();
    let mut at = from;
    while at < to {
        if raw[at] != b'%' {
            bytes.push(raw[at]);
            at += 1;
            continue;
        }
        let digit = |at: usize| {
            raw.get(at)
                .filter(|_| at < to)
                .and_then(|c| char::from(*c).to_digit(16))
        };
        match (digit(at + 1), digit(at + 2)) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => {
                let message = msg!(
                    "% must be followed by two hexadecimal digits; a percent sign itself is %25",
                    "% 뒤에는 16진수 두 자리가 와야 합니다. 퍼센트 기호 자체는 %25로 씁니다",
                );
                return Err((at, message));
            }
        }
        at += 3;
    }
    String::from_utf8(bytes).map_err(|_| {
        let message = msg!(
            "its escapes are not UTF-8 text; copy the link again",
            "%로 쓴 글자가 UTF-8이 아닙니다. 링크를 다시 복사하십시오",
        );
        (from, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use scenario::problems::PROBLEMS_MAX;

    fn link(scenario: &str, settings: &[(&str, &str)]) -> Link {
        Link {
            settings: texts(settings),
            ..Link::shipped(scenario)
        }
    }

    fn texts(settings: &[(&str, &str)]) -> Vec<Setting> {
        let texts = settings.iter();
        texts
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    }

    fn parse(fragment: &str) -> Result<Link, Problems> {
        let (link, problems) = super::parse(fragment);
        problems.none().map(|()| link)
    }

    fn check(fragment: &str, expected: &Link) {
        assert_eq!(parse(fragment).as_ref(), Ok(expected), "{fragment}");
        let written = write(expected).unwrap();
        assert_eq!(parse(&written).as_ref(), Ok(expected), "{written}");
    }

    fn check_broken(fragment: &str, expected: &str) {
        let problems = parse(fragment).unwrap_err();
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, [expected], "{fragment}");
    }

    #[test]
    fn a_link_is_a_scenario_and_its_settings() {
        let expected = link(
            "consultation-list",
            &[("customer", "batch"), ("rate", "50"), ("seed", "9")],
        );
        let text = "consultation-list?customer=batch&rate=50&seed=9";
        check(text, &expected);
        check(
            "#consultation-list?customer=batch&rate=50&seed=9",
            &expected,
        );
        check(
            "consultation-list?&customer=batch&&rate=50&seed=9&",
            &expected,
        );
        assert_eq!(write(&expected).as_deref(), Some(text));
        check("consultation-list", &link("consultation-list", &[]));
        check("consultation-list?", &link("consultation-list", &[]));
        check("a?b=", &link("a", &[("b", "")]));
        check("a?b=c=d?e#f", &link("a", &[("b", "c=d?e#f")]));
        check(
            "%EC%83%81%EB%8B%B4?x=1+1%2b1",
            &link("상담", &[("x", "1+1+1")]),
        );
        check("상담?x=고객", &link("상담", &[("x", "고객")]));
    }

    #[test]
    fn what_follows_a_moment_was_done_then() {
        let ms = |ms: u64| Time(ms * 1_000_000);
        let crash = json!({"crash": {"service": "order"}});
        let expected = Link {
            settings: texts(&[("seed", "7")]),
            deeds: vec![
                (ms(2_500), Deed::Set(texts(&[("a", "1"), ("b", "x")]))),
                (ms(2_500), Deed::Set(texts(&[("a", "2")]))),
                (ms(4_000), Deed::Fault(crash, Some(Span::from_secs(10)))),
                (ms(4_000), Deed::End(3)),
                (ms(9_000), Deed::Redrive("orders/sms".into())),
            ],
            playhead: Some(ms(12_500)),
            selected: Some("service.order".into()),
            engine: Some(1),
            ..Link::shipped("shop")
        };
        let text = "shop?seed=7&@2.5s&a=1&b=x&@2.5s&a=2&@4s&fault=crash,service:order,for:10s&end=3&@9s&redrive=orders/sms\
                    &t=12.5s&select=service.order&engine=1";
        check(text, &expected);
        assert_eq!(write(&expected).as_deref(), Some(text));
        // The order of what belongs to no moment does not matter.
        check(
            "shop?t=12.5s&select=service.order&engine=1&seed=7&@2.5s&a=1&b=x&@2.5s&a=2&@4s\
             &fault={\"what\":{\"crash\":{\"service\":\"order\"}},\"for\":\"10s\"}&end=3&@9s&redrive=orders/sms",
            &expected,
        );
    }

    #[test]
    fn a_fault_that_has_no_short_form_is_written_as_in_a_document() {
        let fault = json!({"crash": {"service": "a,b:c"}});
        let with = Link {
            deeds: vec![(Time::ZERO, Deed::Fault(fault, None))],
            ..Link::shipped("shop")
        };
        assert!(write(&with).unwrap().contains("fault=%7B"));
        check(&write(&with).unwrap(), &with);
        let half = json!({"loss": {"link": "a -> b", "answer": 0.25, "request": 0.0}});
        let with = Link {
            deeds: vec![(Time::ZERO, Deed::Fault(half, None))],
            ..Link::shipped("shop")
        };
        assert_eq!(
            write(&with).unwrap(),
            "shop?@0s&fault=loss,answer:0.25,link:a%20-%3E%20b,request:0"
        );
        check(&write(&with).unwrap(), &with);
    }

    #[test]
    fn a_broken_link_names_the_place_and_the_remedy() {
        let escape = "% must be followed by two hexadecimal digits; a percent sign itself is %25";
        let at =
            |character: usize, message: &str| format!("the link, character {character}: {message}");
        let nameless = "it names no scenario; write #consultation-list?rate=50";
        check_broken("", &at(1, nameless));
        check_broken("#?rate=50", &at(2, nameless));
        let form = "a setting is written name=value, and a moment @12.5s";
        check_broken("a?rate", &at(3, form));
        check_broken("a?x=1&=5", &at(7, form));
        check_broken("a?x=50%", &at(7, escape));
        check_broken("a?x=%4&y=1", &at(5, escape));
        check_broken("a?x=%zz", &at(5, escape));
        check_broken(
            "a?x=%ff%fe",
            &at(5, "its escapes are not UTF-8 text; copy the link again"),
        );
        check_broken("a?x=1&x=2", &at(7, "\"x\" is set twice; remove one"));
        check_broken("a?t=1s&t=2s", &at(8, "\"t\" is set twice; remove one"));
        check_broken("상담?x=%", &at(6, escape));
        check_broken(
            "a?@soon&x=1",
            &at(
                3,
                "must be a time such as \"5ms\", \"250us\", \"1.5s\" or \"2m\", not \"soon\"",
            ),
        );
        check_broken(
            "a?@2s&x=1&@1s&x=2",
            &at(
                11,
                "@1s is before the moment that stands before it; sort them",
            ),
        );
        check_broken(
            "a?fault=crash,service:b",
            &at(3, "put the moment before it, such as @4s&fault=..."),
        );
        check_broken(
            "a?@1s&fault=crash,b",
            &at(
                7,
                "\"b\" must be name:value, as in crash,service:common,for:10s",
            ),
        );
        for (end, shown) in [("-1", "-1"), ("+1", "+1"), ("", "\"\""), ("65536", "65536")] {
            let shown = if end.is_empty() {
                shown.into()
            } else {
                quoted(shown)
            };
            let message = format!("must be a whole number from 0 to 65535, not {shown}");
            check_broken(&format!("a?@1s&end={end}"), &at(7, &message));
        }
        let engine = "must be a whole number from 0 to 1000000, not \"1000001\"";
        check_broken("a?engine=1000001", &at(3, engine));
    }

    #[test]
    fn everything_that_is_broken_is_said_at_once() {
        let said = |fragment: &str| -> Vec<String> {
            let problems = parse(fragment).unwrap_err();
            problems.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            said("a?x&t=soon&seed=1&seed=2"),
            [
                "the link, character 3: a setting is written name=value, and a moment @12.5s",
                "the link, character 5: must be a time such as \"5ms\", \"250us\", \"1.5s\" or \"2m\", not \"soon\"",
                "the link, character 19: \"seed\" is set twice; remove one",
            ]
        );
        // What was done at a moment that cannot be read was not done before the run began.
        assert_eq!(said("a?@soon&fault=crash").len(), 1);
        let many = said(&format!("a?{}", "x&".repeat(60)));
        assert_eq!(many.len(), PROBLEMS_MAX + 1);
        assert_eq!(many[PROBLEMS_MAX], "and 10 more");
    }

    #[test]
    fn an_endless_link_is_refused() {
        let many: String = (0..=SETTINGS_MAX).map(|i| format!("&s{i}=1")).collect();
        let problem = parse(&format!("a?{many}")).unwrap_err();
        assert!(problem[0].to_string().contains("more than 512 settings"));
        let many: String = (0..=DEEDS_MAX).map(|i| format!("&@{i}s&x=1")).collect();
        let problem = parse(&format!("a?{many}")).unwrap_err();
        assert!(problem[0].to_string().contains("more than 1000 changes"));
    }

    proptest! {
        #[test]
        fn every_link_survives_the_round_trip_in_plain_letters(
            scenario in ".{1,20}",
            settings in proptest::collection::btree_map(".{1,12}", ".{0,20}", 0..8),
        ) {
            prop_assume!(settings.keys().all(|name| !settings::RESERVED.contains(&name.as_str())));
            let link = Link { settings: settings.into_iter().collect(), ..Link::shipped(&scenario) };
            let text = write(&link).unwrap();
            prop_assert!(text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_.~:/,%?&=".contains(&c)), "{}", text);
            prop_assert_eq!(parse(&text), Ok(link.clone()));
            prop_assert_eq!(parse(&format!("#{text}")), Ok(link));
        }

        #[test]
        fn no_fragment_makes_it_panic(fragment in "[#?&=%@a-f0-9s,:상\u{0}]{0,40}") {
            match parse(&fragment) {
                Ok(link) => prop_assert_eq!(parse(&write(&link).unwrap()), Ok(link)),
                Err(problems) => prop_assert!(problems.iter().all(|problem| !problem.message.to_string().is_empty())),
            }
        }
    }

    #[test]
    fn a_setting_whose_name_means_something_else_is_not_written() {
        for name in NO_SETTINGS {
            let link = Link {
                settings: vec![(name.into(), "1".into())],
                ..parse("retry-storm").unwrap()
            };
            assert_eq!(write(&link), None, "{name}");
        }
    }
}
