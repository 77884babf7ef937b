//! Simulated time: integer nanoseconds, so that no run depends on rounding.

use message::{LocalizedMessage, msg};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant of simulated time, in nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of simulated time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

/// The longest span a document may name: 1,000 hours. Sums of many of them stay far from overflow.
pub const SPAN_MAX: Span = Span(3_600_000 * 1_000_000_000);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);

    /// The span since `earlier`; zero if `earlier` is in fact later.
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Seconds as a float, for numbers shown to people.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// A span of whole milliseconds.
    pub const fn from_millis(ms: u64) -> Span {
        Span(ms * 1_000_000)
    }

    /// A span of whole seconds.
    pub const fn from_secs(s: u64) -> Span {
        Span(s * 1_000_000_000)
    }

    /// The nearest whole nanosecond to `s` seconds; negative or not-a-number becomes zero, too large becomes
    /// [`SPAN_MAX`].
    pub fn from_secs_f64(s: f64) -> Span {
        Self::from_nanos_f64(s * 1e9)
    }

    /// The nearest whole nanosecond to `ns`, bounded as in [`Span::from_secs_f64`].
    pub fn from_nanos_f64(ns: f64) -> Span {
        // A float-to-integer cast saturates and maps NaN to zero on every target; a signed one is the quicker.
        let nanos = (ns + 0.5) as i64;
        Span((nanos.max(0) as u64).min(SPAN_MAX.0))
    }

    /// Seconds as a float.
    pub fn as_secs(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Milliseconds as a float.
    pub fn as_millis(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Reads what people write: `250us`, `1.5ms`, `2s`, `5m`, `1h`, `0`.
    ///
    /// # Errors
    /// A sentence that names the remedy.
    pub fn parse(text: &str) -> Result<Span, LocalizedMessage> {
        let text = text.trim();
        let remedy = || {
            msg!(
                "must be a time such as \"5ms\", \"250us\", \"1.5s\" or \"2m\", not \"{0}\"",
                "\"5ms\", \"250us\", \"1.5s\", \"2m\" 같은 시간이어야 하는데 \"{0}\"입니다",
                text,
            )
        };
        let split = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return Err(remedy());
        }
        let nanos: u128 = match unit.trim() {
            "ns" => 1,
            "us" | "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" | "min" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" if number.bytes().all(|c| matches!(c, b'0' | b'.')) => 1,
            _ => return Err(remedy()),
        };
        // Digits behind the eighteenth are below a nanosecond, whatever the unit.
        let fraction = &fraction[..fraction.len().min(18)];
        let half = scale(fraction) / 2;
        let value = digits(whole) * nanos + (digits(fraction) * nanos + half) / scale(fraction);
        if value > u128::from(SPAN_MAX.0) {
            return Err(msg!(
                "must be at most 1000h, not \"{0}\"",
                "1000h 이하여야 하는데 \"{0}\"입니다",
                text,
            ));
        }
        Ok(Span(value as u64))
    }
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0 + span.0)
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        self.0 += span.0;
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0 + other.0)
    }
}

impl Sub<Span> for Time {
    type Output = Time;
    /// Saturates at the start of the run.
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

/// What a row of digits stands for; a number that is too large for any span stays too large.
fn digits(text: &str) -> u128 {
    text.bytes().fold(0, |value, digit| {
        (value * 10 + u128::from(digit - b'0')).min(u128::from(u64::MAX))
    })
}

/// What the digits behind the point are to be divided by.
fn scale(fraction: &str) -> u128 {
    10u128.pow(fraction.len() as u32)
}

/// Written the same in every language.
impl From<Span> for LocalizedMessage {
    fn from(span: Span) -> LocalizedMessage {
        LocalizedMessage::Same(span.to_string())
    }
}

/// The largest unit that keeps the number exact: `1500us` prints as `1.5ms`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0 => return f.write_str("0s"),
            1_000_000_000.. => (1_000_000_000, "s"),
            1_000_000.. => (1_000_000, "ms"),
            1_000.. => (1_000, "us"),
            _ => (1, "ns"),
        };
        let whole = self.0 / unit;
        let rest = self.0 % unit;
        if rest == 0 {
            return write!(f, "{whole}{name}");
        }
        let digits = match unit {
            1_000_000_000 => 9,
            1_000_000 => 6,
            _ => 3,
        };
        let fraction = format!("{rest:0digits$}");
        write!(f, "{whole}.{}{name}", fraction.trim_end_matches('0'))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Span::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A length of time: a number and its unit (ns, us, ms, s, m, h), for example \"1.5ms\".",
            "pattern": "^([0-9]+(\\.[0-9]+)? *(ns|us|µs|ms|s|m|min|h)|0)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, nanos: u64, shown: &str) {
        let span = Span::parse(text).unwrap();
        assert_eq!(span, Span(nanos), "{text}");
        assert_eq!(span.to_string(), shown, "{text}");
        assert_eq!(
            Span::parse(shown).unwrap(),
            span,
            "{text} does not survive a round trip"
        );
    }

    #[test]
    fn a_span_reads_what_people_write_and_prints_its_shortest_exact_form() {
        check("0", 0, "0s");
        check("250us", 250_000, "250us");
        check("1500us", 1_500_000, "1.5ms");
        check("1.5s", 1_500_000_000, "1.5s");
        check("2m", 120_000_000_000, "120s");
        check("7ns", 7, "7ns");
    }

    #[test]
    fn a_span_without_a_unit_is_refused_with_the_remedy() {
        for text in ["5", "ms", "-1s", "5 parsecs", "", "1001h", "1.2.3s", "NaNs"] {
            let error = Span::parse(text).unwrap_err();
            assert!(error.to_string().starts_with("must be"), "{text}: {error}");
        }
    }

    #[test]
    fn a_span_from_a_float_is_rounded_and_bounded() {
        assert_eq!(Span::from_nanos_f64(1.6), Span(2));
        assert_eq!(Span::from_nanos_f64(-3.0), Span(0));
        assert_eq!(Span::from_nanos_f64(f64::NAN), Span(0));
        assert_eq!(Span::from_nanos_f64(f64::INFINITY), SPAN_MAX);
    }
}
