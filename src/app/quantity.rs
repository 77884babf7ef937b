//! A number that a person sets: its unit, how it is written and read, and where its slider stops.
//!
//! Values are as in a setting: milliseconds for times, fractions for shares.

use scenario::notation::number;
use scenario::settings::Kind;
use words::{ChoiceNote as Note, Lang, count};

/// Where the slider of a number stops within a power of ten: round numbers, each about a quarter more than the one before.
const ROUND: [&str; 10] = ["1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8"];
/// Stops of a slider on which equal steps add, about.
const STOPS: f64 = 100.0;

/// In what a number is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// It is a plain number.
    #[default]
    Plain,
    /// Milliseconds, or seconds where they are many.
    Time,
    /// So many a second.
    PerSecond,
    /// A share of 1, written in per cent.
    Share,
}

/// A number that a person sets, and its bounds on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    unit: Unit,
    min: f64,
    max: f64,
    log: bool,
    whole: bool,
}

impl Quantity {
    /// The number that a control of this kind sets, if it sets one.
    pub fn new(kind: &Kind, unit: Unit) -> Option<Quantity> {
        match *kind {
            Kind::Number {
                min,
                max,
                log,
                whole,
            } => Some(Quantity {
                unit,
                min,
                max,
                log,
                whole,
            }),
            Kind::Time {
                min_ms,
                max_ms,
                log,
            } => Some(Quantity {
                unit: Unit::Time,
                min: min_ms,
                max: max_ms,
                log,
                whole: false,
            }),
            Kind::Choice(_) | Kind::Text => None,
        }
    }

    /// The values at which its slider stops, from the smallest to the largest: round ones, and both ends.
    pub fn stops(&self) -> Vec<f64> {
        let mut stops = if self.log && self.min > 0.0 {
            self.stops_that_multiply()
        } else {
            self.stops_that_add()
        };
        stops.retain(|stop| *stop > self.min && *stop < self.max);
        if self.whole {
            stops.retain(|stop| libm::floor(*stop) == *stop);
        }
        stops.insert(0, self.min);
        if self.max > self.min {
            stops.push(self.max);
        }
        stops
    }

    fn stops_that_multiply(&self) -> Vec<f64> {
        let power = |value: f64| libm::floor(libm::log10(value)) as i32;
        let powers = power(self.min)..=power(self.max);
        let stops = powers.flat_map(|power| ROUND.map(|digits| decimal(digits, power)));
        stops.collect()
    }

    fn stops_that_add(&self) -> Vec<f64> {
        let range = self.max - self.min;
        if range <= 0.0 {
            return Vec::new();
        }
        // The round step next above a hundredth of the range.
        let power = libm::floor(libm::log10(range / STOPS)) as i32;
        let step = [("1", power), ("2", power), ("5", power), ("1", power + 1)]
            .into_iter()
            .find(|(digits, power)| decimal(digits, *power) >= range / STOPS * 0.999_999);
        let (digits, power) = step.unwrap_or(("1", power + 1));
        let step = if self.whole {
            decimal(digits, power).max(1.0)
        } else {
            decimal(digits, power)
        };
        let first = libm::ceil(self.min / step);
        let stops = (0..=STOPS as u32 + 1).map(|stop| {
            let times = first + f64::from(stop);
            // Whole multiples, written and read: 3 x 0.1 is 0.3.
            if step >= 1.0 {
                times * step
            } else {
                decimal(&(times * digit(digits)).to_string(), power)
            }
        });
        stops.collect()
    }

    /// The place of the slider's stop that is nearest to a value.
    pub fn place(&self, value: f64) -> usize {
        let stops = self.stops();
        let scale = |value: f64| {
            if self.log && self.min > 0.0 {
                libm::log(value.max(self.min))
            } else {
                value
            }
        };
        let far = |stop: f64| (scale(stop) - scale(value)).abs();
        let mut nearest = 0;
        for (place, stop) in stops.iter().enumerate() {
            if far(*stop) < far(stops[nearest]) {
                nearest = place;
            }
        }
        nearest
    }

    /// A value with its unit, so exactly that it is read back as the same.
    pub fn shown(&self, value: f64, lang: Lang) -> String {
        match self.unit {
            Unit::Plain => plain(value),
            Unit::Time if seconds(value) => Note::Seconds(&plain(value / 1e3)).text(lang),
            Unit::Time => Note::Milliseconds(&plain(value)).text(lang),
            Unit::PerSecond => Note::Rate(&plain(value)).text(lang),
            Unit::Share => format!("{}%", plain(value * 100.0)),
        }
    }

    /// What may be typed.
    pub fn allowed(&self, lang: Lang) -> String {
        let (from, to) = (self.shown(self.min, lang), self.shown(self.max, lang));
        Note::Allowed {
            from: &from,
            to: &to,
            whole: self.whole,
        }
        .text(lang)
    }

    /// The value that a person has typed, with or without its unit: without one, it is meant in the unit in which the
    /// value of `now` is shown. `None` if it cannot be read or is not allowed.
    pub fn read(&self, typed: &str, now: f64) -> Option<f64> {
        let text: String = typed
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != ',')
            .collect();
        let text = text.to_lowercase();
        let (digits, times) = match self.unit {
            Unit::Plain => (text.as_str(), 1.0),
            Unit::Time => time(&text, if seconds(now) { 1e3 } else { 1.0 }),
            Unit::PerSecond => {
                let text = text.strip_prefix("초당").unwrap_or(&text);
                let ends = ["/s", "/초", "회", "건"];
                let bare = ends.iter().find_map(|end| text.strip_suffix(end));
                (bare.unwrap_or(text), 1.0)
            }
            Unit::Share => (text.strip_suffix('%').unwrap_or(&text), 0.01),
        };
        // Multiplied as it is written: 0.7 % is 0.007.
        let value = number(digits).map(|value| tidy(value * times))?;
        let fits = value >= self.min && value <= self.max;
        (fits && !(self.whole && libm::floor(value) != value)).then_some(value)
    }
}

/// Whether a time of so many milliseconds is written in seconds.
fn seconds(ms: f64) -> bool {
    ms >= 1e3
}

/// The digits of a time, and how many milliseconds its unit has.
fn time(text: &str, unit: f64) -> (&str, f64) {
    const UNITS: [(&str, f64); 9] = [
        ("ms", 1.0),
        ("us", 1e-3),
        ("µs", 1e-3),
        ("μs", 1e-3),
        ("초", 1e3),
        ("s", 1e3),
        ("분", 6e4),
        ("min", 6e4),
        ("m", 6e4),
    ];
    UNITS
        .iter()
        .find_map(|(name, times)| Some((text.strip_suffix(name)?, *times)))
        .unwrap_or((text, unit))
}

/// `digits` x 10^`power`: the number that is written so.
fn decimal(digits: &str, power: i32) -> f64 {
    number(&format!("{digits}e{power}")).unwrap_or(0.0)
}

fn digit(digits: &str) -> f64 {
    number(digits).unwrap_or(1.0)
}

/// Without what binary fractions add: twelve significant digits are more than anybody types.
fn tidy(value: f64) -> f64 {
    number(&format!("{value:.11e}")).unwrap_or(value)
}

/// As many digits as it takes, in groups of three before the point.
fn plain(value: f64) -> String {
    let value = tidy(value);
    if libm::floor(value) == value && value.abs() >= 1e3 {
        return count(value);
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate() -> Quantity {
        number_of(Unit::PerSecond, 0.5, 200.0, true, false)
    }

    fn number_of(unit: Unit, min: f64, max: f64, log: bool, whole: bool) -> Quantity {
        let kind = Kind::Number {
            min,
            max,
            log,
            whole,
        };
        Quantity::new(&kind, unit).unwrap()
    }

    fn time_of(min_ms: f64, max_ms: f64) -> Quantity {
        let kind = Kind::Time {
            min_ms,
            max_ms,
            log: true,
        };
        Quantity::new(&kind, Unit::Plain).unwrap()
    }

    #[test]
    fn a_slider_stops_at_round_numbers_and_at_its_ends() {
        assert_eq!(
            rate().stops()[..12],
            [0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0]
        );
        assert_eq!(rate().stops().last(), Some(&200.0));
        let rows = number_of(Unit::Plain, 1.0, 500.0, true, true).stops();
        assert_eq!(rows[..8], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]);
        assert_eq!(rows.last(), Some(&500.0));
        let instances = number_of(Unit::Plain, 1.0, 20.0, false, true).stops();
        assert_eq!(instances, (1..=20).map(f64::from).collect::<Vec<_>>());
        let loss = number_of(Unit::Share, 0.0, 0.5, false, false).stops();
        assert_eq!(loss[..4], [0.0, 0.005, 0.01, 0.015]);
        assert_eq!((loss.len(), loss[60]), (101, 0.3));
        let odd = number_of(Unit::Plain, 0.7, 3.1, false, false).stops();
        assert_eq!(odd[..3], [0.7, 0.75, 0.8]);
        assert_eq!(odd.last(), Some(&3.1));
    }

    #[test]
    fn every_value_has_its_place_on_the_slider() {
        for quantity in [rate(), number_of(Unit::Share, 0.0, 1.0, false, false)] {
            for (place, stop) in quantity.stops().into_iter().enumerate() {
                assert_eq!(quantity.place(stop), place);
            }
        }
        assert_eq!(rate().place(6.5), rate().place(6.0));
        assert_eq!(rate().place(1e9), rate().stops().len() - 1);
        assert_eq!(rate().place(0.0), 0);
    }

    fn check(quantity: Quantity, now: f64, typed: &str, expected: Option<f64>) {
        assert_eq!(quantity.read(typed, now), expected, "{typed}");
    }

    #[test]
    fn a_number_is_read_with_and_without_its_unit() {
        check(rate(), 1.0, "90", Some(90.0));
        check(rate(), 1.0, " 90 /s", Some(90.0));
        check(rate(), 1.0, "초당 90회", Some(90.0));
        let ttl = time_of(100.0, 600_000.0);
        check(ttl, 250.0, "300", Some(300.0));
        check(ttl, 2_000.0, "3", Some(3_000.0));
        check(ttl, 2_000.0, "300 ms", Some(300.0));
        check(ttl, 250.0, "1.5s", Some(1_500.0));
        check(ttl, 250.0, "2분", Some(120_000.0));
        check(ttl, 250.0, "2 m", Some(120_000.0));
        let share = number_of(Unit::Share, 0.0, 0.5, false, false);
        check(share, 0.1, "0.7", Some(0.007));
        check(share, 0.1, "30%", Some(0.3));
        let rows = number_of(Unit::Plain, 1.0, 100_000.0, true, true);
        check(rows, 1.0, "12,345", Some(12_345.0));
    }

    #[test]
    fn what_is_no_number_or_out_of_bounds_is_refused() {
        for typed in [
            "", "many", "0.4", "200.1", "-1", "inf", "nan", "1e400", "90 ms",
        ] {
            check(rate(), 1.0, typed, None);
        }
        let rows = number_of(Unit::Plain, 1.0, 500.0, true, true);
        check(rows, 1.0, "2.5", None);
        assert_eq!(
            rows.allowed(Lang::En),
            "Allowed: whole numbers from 1 to 500."
        );
        assert_eq!(rate().allowed(Lang::En), "Allowed: 0.5/s to 200/s.");
        assert_eq!(
            time_of(100.0, 600_000.0).allowed(Lang::Ko),
            "100ms부터 600초까지 입력할 수 있습니다."
        );
    }

    #[test]
    fn what_is_shown_is_read_back_as_the_same() {
        let share = number_of(Unit::Share, 0.0, 1.0, false, false);
        let ttl = time_of(0.05, 1e7);
        for lang in [Lang::En, Lang::Ko] {
            for (quantity, values) in [
                (rate(), [0.5, 1.234_5, 90.0, 199.99]),
                (share, [0.0, 0.007, 0.3, 1.0]),
                (ttl, [0.05, 999.5, 1_250.0, 1_234_567.0]),
            ] {
                for value in values {
                    let shown = quantity.shown(value, lang);
                    assert_eq!(quantity.read(&shown, value), Some(value), "{shown}");
                }
            }
        }
    }
}
