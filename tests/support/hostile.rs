//! Hostile input: what must hold whatever is put in, and inputs that are wrong in the ways that documents are.
//!
//! The targets are driven by `tests/fuzz.rs` for a moment and by libFuzzer (`fuzz/`, `make fuzz`) for hours.

use kernel::time::{Span, Time};
use msa_playground::app::opening::open;
use run::Run;
use run::session::Session;
use scenario::read::{DOCUMENT_MAX, from_value, to_value};
use scenario::{FaultKind, Problem, Scenario, read, settings};
use serde_json::{Map, Value, json};
use share::{LINK_MAX, Link, complete, readable, story};
use sim::Progress;
use sim::limits::Limit;
use words::Lang;

/// Problems that are listed of one document, and the one that counts the rest.
const PROBLEMS_MAX: usize = 51;
/// Events of one run, about.
const EVENTS: u64 = 12_000;
/// Events between two things that a person does to the run.
const SLICE: u64 = 1_000;
/// Records that the run keeps.
const KEPT: usize = 4_096;

/// A document: it is read, or every problem has words; what was read is written and read again as the same.
/// Whether it was read.
///
/// # Panics
/// If that does not hold.
pub fn document(bytes: &[u8]) -> bool {
    // Both the page and the command refuse what is not text before it comes to the reader.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match read(text) {
        Err(problems) => {
            assert!(
                !problems.is_empty() && problems.len() <= PROBLEMS_MAX,
                "{} problems",
                problems.len()
            );
            for problem in problems {
                has_words(&problem);
                let longest = 4_096;
                assert!(problem.to_string().len() < longest, "{problem}");
            }
            false
        }
        Ok(scenario) => {
            assert!(text.len() <= DOCUMENT_MAX);
            let value = to_value(&scenario).expect("what was read can be written");
            assert_eq!(from_value(value.clone()).as_ref(), Ok(&scenario));
            assert_eq!(read(&value.to_string()).as_ref(), Ok(&scenario));
            true
        }
    }
}

fn has_words(problem: &Problem) {
    for lang in [Lang::En, Lang::Ko] {
        assert!(!problem.message.text(lang).is_empty(), "{problem:?}");
    }
}

/// A fragment of an address: what opens is written as a fragment that opens the same; what does not has words. What
/// begins as a document is packed first, as a complete link is. Whether it opened.
///
/// # Panics
/// If that does not hold.
pub fn link(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let text = match text.starts_with('{') {
        true => complete::pack(&text),
        false => text.into_owned(),
    };
    let parsed = Link::parse(&text);
    if let Ok(link) = &parsed
        && let Some(written) = readable::write(link)
    {
        assert_eq!(Link::parse(&written).as_ref(), Ok(link), "{written}");
    }
    match open(&text) {
        Err(broken) => {
            assert!(!broken.problems.is_empty() && broken.problems.len() <= PROBLEMS_MAX);
            broken.problems.iter().for_each(has_words);
            assert_eq!(broken.input, text.strip_prefix('#').unwrap_or(&text));
            false
        }
        Ok(opened) => {
            if let Ok(link) = parsed {
                // (In a document what is set stands in the order of its names.)
                let again = Link::parse(&complete::write(&link)).expect("what is written is read");
                assert_eq!(complete::to_value(&again), complete::to_value(&link));
            }
            let link = story::link(&opened.origin, &opened.base, &opened.story);
            let again = link.fragment();
            if again.len() <= LINK_MAX {
                let reopened = open(&again).unwrap_or_else(|broken| panic!("{again}: {broken:?}"));
                assert_eq!(reopened.story, opened.story, "{again}");
            }
            // What was done is done again, and the run is still bounded.
            let mut session = Session::new(opened.story, KEPT);
            session.seek(opened.playhead.unwrap_or(Time(1_000_000_000)));
            for _ in 0..8 {
                session.advance(Span::ZERO, SLICE);
            }
            true
        }
    }
}

/// A document that can be read is run for a bounded number of events, with faults that come and go and settings that
/// change; what is done is drawn from the document itself. The laws of a run hold at its end. Whether it was run.
///
/// # Panics
/// If a law is broken, or the engine says that it made a mistake.
pub fn engine(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let Ok(scenario) = read(text) else {
        return false;
    };
    let mut rng = Luck::of(bytes);
    let until = Time::ZERO + scenario.duration;
    let mut run = Run::new(scenario, KEPT);
    let mut faults = Vec::new();
    for slice in 1..=EVENTS / SLICE {
        match run.run_until(until, SLICE) {
            Progress::Stopped(Limit::TimeWentBack) => panic!("{}", Limit::TimeWentBack),
            Progress::Stopped(_) | Progress::Reached => break,
            Progress::Busy => {}
        }
        match rng.below(4) {
            0 => {
                let lasts = (rng.below(2) == 0).then(|| Span::from_millis(rng.below(2_000)));
                if let Some(kind) = fault(run.scenario(), &mut rng) {
                    faults.extend(run.inject(kind, lasts));
                }
            }
            1 => {
                if let Some(fault) = faults.pop() {
                    run.end_fault(fault);
                }
            }
            2 => {
                if let Some(changed) = changed(run.scenario(), &mut rng) {
                    // A change of more than numbers needs a restart; that is said and nothing happens.
                    let _ = run.reconfigure(changed);
                }
            }
            _ => {}
        }
        if slice % 4 == 0 {
            assert_eq!(run.violation(), None);
        }
    }
    assert_eq!(run.violation(), None);
    let numbers = run.numbers();
    assert_eq!(numbers, run.numbers(), "looking changes nothing");
    true
}

/// A fault on something that is there, or now and then on something that is not.
fn fault(scenario: &Scenario, rng: &mut Luck) -> Option<FaultKind> {
    let missing = "nobody".to_string();
    let service = match rng.below(20) {
        0 => missing,
        _ => rng.one_of(scenario.services.keys())?.clone(),
    };
    Some(match rng.below(6) {
        0 => FaultKind::Crash {
            service,
            instance: (rng.below(2) == 0).then(|| rng.below(101) as u32),
        },
        1 => FaultKind::Slow {
            service,
            instance: (rng.below(2) == 0).then(|| rng.below(101) as u32),
            factor: 1.0 + rng.below(100) as f64,
        },
        2 => FaultKind::Errors {
            service,
            instance: None,
            rate: rng.below(11) as f64 / 10.0,
        },
        3 | 4 => {
            let to = rng.one_of(scenario.services.keys())?;
            let from = match rng.below(2) {
                0 => &service,
                _ => rng.one_of(scenario.clients.keys())?,
            };
            let link = format!("{from} -> {to}");
            match rng.below(2) {
                0 => FaultKind::Cut { link },
                _ => FaultKind::Loss {
                    link,
                    request: rng.below(11) as f64 / 10.0,
                    answer: rng.below(11) as f64 / 10.0,
                },
            }
        }
        _ => FaultKind::StoreDown {
            store: rng.one_of(scenario.stores.keys())?.clone(),
        },
    })
}

/// The scenario with one thing changed that the checker accepts.
fn changed(scenario: &Scenario, rng: &mut Luck) -> Option<Scenario> {
    let document = to_value(scenario).ok()?;
    if rng.below(2) == 0 {
        let strategies = [
            "join",
            "per_row",
            "parallel",
            "batch",
            "local_cache",
            "replica",
            "remodel",
        ];
        let reference = rng.one_of(scenario.references.keys())?;
        let strategy = rng.one_of(strategies.into_iter())?;
        let set = (
            format!("references.{reference}.strategy"),
            strategy.to_string(),
        );
        return settings::apply(scenario, &[set]).ok();
    }
    let mut document = document;
    vary(&mut document, rng);
    from_value(document).ok()
}

/// Values that are at a bound of something, or just beyond it, or that say a time.
fn extreme(rng: &mut Luck) -> Value {
    let numbers = [
        0.0,
        0.001,
        0.5,
        0.999,
        1.0,
        2.0,
        3.0,
        7.0,
        64.0,
        99.0,
        100.0,
        1_000.0,
        10_000.0,
        100_000.0,
        1_000_000.0,
        1e-300,
        1e300,
        -1.0,
        -0.0,
    ];
    let times = [
        "0s", "1ns", "1us", "1ms", "10ms", "1s", "1min", "1h", "24h", "100000h", "0.5ms", "-1s",
        "1e9s",
    ];
    match rng.below(8) {
        0 => json!(9_007_199_254_740_991_u64),
        1 => json!(u64::MAX),
        2 => Value::Null,
        3 => json!(rng.below(2) == 0),
        4 | 5 => json!(times[rng.below(times.len() as u64) as usize]),
        _ => {
            let number = numbers[rng.below(numbers.len() as u64) as usize];
            if number >= 0.0 && number == libm::trunc(number) && number < 1e9 {
                json!(number as u64)
            } else {
                json!(number)
            }
        }
    }
}

/// One small change, which a checker may well accept: a number near its place, a bound, another name that is there,
/// a part left out, a part taken twice, two parts exchanged.
pub fn vary(document: &mut Value, rng: &mut Luck) {
    let count = nodes(document);
    let place = rng.below(count);
    match rng.below(12) {
        0..=3 => {
            // Numbers and texts are most of what is legal to change: look for the next one.
            let mut at = place;
            for _ in 0..32 {
                match node(document, &mut at.clone()) {
                    Some(Value::Number(number)) => {
                        let changed = nearby(number.as_f64().unwrap_or(1.0), rng);
                        put(document, at, changed);
                        return;
                    }
                    Some(Value::String(text)) if text.ends_with('s') => {
                        let digits: String = text
                            .chars()
                            .take_while(|c| c.is_ascii_digit() || *c == '.')
                            .collect();
                        if let Ok(number) = digits.parse::<f64>() {
                            let unit = text[digits.len()..].to_string();
                            let changed = nearby(number, rng);
                            put(document, at, json!(format!("{changed}{unit}")));
                            return;
                        }
                    }
                    _ => {}
                }
                at = (at + 1) % count;
            }
        }
        4 => put(document, place, extreme(rng)),
        5 | 6 => {
            // Something from elsewhere in the document: a name, a step, a whole service.
            let from = rng.below(count);
            if let Some(value) = node(document, &mut from.clone()).cloned() {
                put(document, place, value);
            }
        }
        7 => {
            let other = rng.below(count);
            let (a, b) = (
                node(document, &mut place.clone()).cloned(),
                node(document, &mut other.clone()).cloned(),
            );
            if let (Some(a), Some(b)) = (a, b) {
                put(document, place, b);
                put(document, other.min(nodes(document) - 1), a);
            }
        }
        8 | 9 => take_twice(document, place, rng),
        _ => leave_out(document, place, rng),
    }
}

/// A number in the neighbourhood of another: twice, half, one more, at a bound.
fn nearby(number: f64, rng: &mut Luck) -> Value {
    let whole = number == libm::trunc(number) && number.abs() < 1e9;
    let changed = match rng.below(6) {
        0 => number * 2.0,
        1 => number / 2.0,
        2 => number + 1.0,
        3 => number - 1.0,
        4 => number * 10.0,
        _ => return extreme_number(rng),
    };
    if whole {
        json!(libm::trunc(changed.max(0.0)) as u64)
    } else {
        json!(changed)
    }
}

fn extreme_number(rng: &mut Luck) -> Value {
    let numbers = [0_u64, 1, 2, 31, 100, 1_000, 10_000, 100_000, 1_000_000];
    json!(numbers[rng.below(numbers.len() as u64) as usize])
}

/// How many values there are in a value, itself included.
fn nodes(value: &Value) -> u64 {
    1 + match value {
        Value::Array(list) => list.iter().map(nodes).sum(),
        Value::Object(fields) => fields.values().map(nodes).sum(),
        _ => 0,
    }
}

/// The value at a place, counted from the outside in; `place` is used up on the way.
fn node<'a>(value: &'a mut Value, place: &mut u64) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    let parts: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => return None,
    };
    for part in parts {
        let inside = nodes(part);
        if *place < inside {
            return node(part, place);
        }
        *place -= inside;
    }
    None
}

fn put(document: &mut Value, mut place: u64, new: Value) {
    if let Some(value) = node(document, &mut place) {
        *value = new;
    }
}

/// The first part from `place` on that holds others: one of them once more, under a name of its own.
fn take_twice(document: &mut Value, place: u64, rng: &mut Luck) {
    match node(document, &mut place.clone()) {
        Some(Value::Array(list)) if !list.is_empty() => {
            let at = rng.below(list.len() as u64) as usize;
            list.push(list[at].clone());
        }
        Some(Value::Object(fields)) if !fields.is_empty() => {
            let at = rng.below(fields.len() as u64) as usize;
            let found = fields.iter().nth(at);
            if let Some((name, value)) = found.map(|(name, value)| (name.clone(), value.clone())) {
                fields.insert(format!("{name}2"), value);
            }
        }
        _ => {}
    }
}

/// One part less.
fn leave_out(document: &mut Value, place: u64, rng: &mut Luck) {
    match node(document, &mut place.clone()) {
        Some(Value::Array(list)) if !list.is_empty() => {
            list.remove(rng.below(list.len() as u64) as usize);
        }
        Some(Value::Object(fields)) if !fields.is_empty() => {
            let at = rng.below(fields.len() as u64) as usize;
            let kept: Map<String, Value> = std::mem::take(fields)
                .into_iter()
                .enumerate()
                .filter(|(i, _)| *i != at)
                .map(|(_, field)| field)
                .collect();
            *fields = kept;
        }
        _ => {}
    }
}

/// The text of a document with a few changes: to its values if it is JSON (and seldom to its letters), to its letters
/// if not.
pub fn mutated(bytes: &[u8], rng: &mut Luck) -> Vec<u8> {
    let parsed: Option<Value> = serde_json::from_slice(bytes).ok();
    let mut text = match parsed {
        Some(mut value) if rng.below(16) != 0 => {
            for _ in 0..=rng.below(4) {
                vary(&mut value, rng);
            }
            return value.to_string().into_bytes();
        }
        _ => bytes.to_vec(),
    };
    for _ in 0..=rng.below(4) {
        scratched(&mut text, rng);
    }
    text
}

/// One letter, or a stretch of letters, changed.
pub fn scratched(text: &mut Vec<u8>, rng: &mut Luck) {
    let at = rng.below(text.len() as u64 + 1) as usize;
    let end = (at + rng.below(24) as usize).min(text.len());
    match rng.below(6) {
        0 => text.truncate(at),
        1 => drop(text.drain(at..end)),
        2 => {
            let again = text[at..end].to_vec();
            text.splice(at..at, again);
        }
        3 => text.insert(at, rng.next() as u8),
        4 => {
            let signs = b"{}[]\",:&=?%#0-9eE.\\u ";
            text.insert(at, signs[rng.below(signs.len() as u64) as usize]);
        }
        _ => {
            if let Some(letter) = text.get_mut(at) {
                *letter ^= 1 << rng.below(8);
            }
        }
    }
}

/// The luck of the fuzzer: SplitMix64 (Steele, Lea and Flood 2014). Not the engine's, which it must not depend on.
pub struct Luck(u64);

impl Luck {
    /// Luck with a seed.
    pub fn new(seed: u64) -> Luck {
        Luck(seed)
    }

    /// Luck that is the same for the same input.
    pub fn of(bytes: &[u8]) -> Luck {
        Luck(bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0 if that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    fn one_of<T>(&mut self, mut things: impl ExactSizeIterator<Item = T>) -> Option<T> {
        let at = self.below(things.len() as u64) as usize;
        things.nth(at)
    }
}
