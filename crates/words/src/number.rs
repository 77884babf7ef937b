//! Numbers as people read them: few digits, a unit beside them, the same width while they change.

use super::Lang;

/// A number and its unit, apart, so that the page can set them in different sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The number.
    pub value: String,
    /// Its unit.
    pub unit: &'static str,
}

/// What stands where there is no number yet.
const NONE: &str = "–";

/// A whole number with separators: `4,710`.
pub fn count(n: f64) -> String {
    if !n.is_finite() {
        return NONE.to_string();
    }
    let digits = format!("{:.0}", n.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n <= -0.5 { format!("-{text}") } else { text }
}

/// Two or three significant digits, then whole numbers: `0.42`, `4.2`, `42`, `4,200`.
pub fn decimal(n: f64) -> String {
    let size = n.abs();
    if !n.is_finite() {
        NONE.to_string()
    } else if size == 0.0 || size >= 9.95 {
        count(n)
    } else if size < 0.000_5 {
        "0".to_string()
    } else if size >= 0.995 {
        trim(format!("{n:.1}"))
    } else if size >= 0.099_5 {
        trim(format!("{n:.2}"))
    } else {
        trim(format!("{n:.3}"))
    }
}

fn trim(text: String) -> String {
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Milliseconds: `0.84 ms`, `8.4 ms`, `84 ms`, `1.9 s`, `84 s`. The number keeps its decimals, so that it does not
/// change its width with every zero.
pub fn figure_ms(ms: f64, lang: Lang) -> Figure {
    let (seconds, milliseconds) = match lang {
        Lang::En => ("s", "ms"),
        Lang::Ko => ("초", "ms"),
    };
    if !ms.is_finite() {
        return Figure {
            value: NONE.to_string(),
            unit: milliseconds,
        };
    }
    let (value, unit) = match ms {
        ..0.995 => (format!("{ms:.2}"), milliseconds),
        ..9.95 => (format!("{ms:.1}"), milliseconds),
        ..999.5 => (format!("{ms:.0}"), milliseconds),
        ..99_950.0 => (format!("{:.1}", ms / 1e3), seconds),
        _ => (count(ms / 1e3), seconds),
    };
    Figure { value, unit }
}

/// [`figure_ms`] as one text.
pub fn ms(ms: f64, lang: Lang) -> String {
    let Figure { value, unit } = figure_ms(ms, lang);
    match lang {
        Lang::En => format!("{value}\u{a0}{unit}"),
        Lang::Ko => format!("{value}{unit}"),
    }
}

/// A share as a percentage: `0%`, `3.4%`, `88%`.
pub fn figure_share(share: f64) -> Figure {
    let percent = share * 100.0;
    let value = match percent {
        p if !p.is_finite() => NONE.to_string(),
        0.0 => "0".to_string(),
        p if p < 0.1 => "<0.1".to_string(),
        p if p < 9.95 => format!("{p:.1}"),
        p => format!("{p:.0}"),
    };
    Figure { value, unit: "%" }
}

/// [`figure_share`] as one text.
pub fn share(share: f64) -> String {
    let Figure { value, unit } = figure_share(share);
    format!("{value}{unit}")
}

/// So many a second.
pub fn per_second(n: f64, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{}/s", decimal(n)),
        Lang::Ko => format!("초당 {}회", decimal(n)),
    }
}

/// The plural of a regular English noun: `list` makes `lists`, `copy` makes `copies`, `batch` makes `batches`.
pub fn plural(noun: &str) -> String {
    let sibilant = ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| noun.ends_with(end));
    let stem = noun.strip_suffix('y');
    match stem.filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None if sibilant => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}

/// An English noun as it stands after a number that is written like this: `1 call`, but `2 calls`, `0.5 calls`.
pub fn plural_after(number: &str, noun: &str) -> String {
    match number {
        "1" => noun.to_string(),
        _ => plural(noun),
    }
}

/// A number as it is written, and its English noun: `1 call`, `1,200 calls`.
pub fn counted(number: &str, noun: &str) -> String {
    format!("{number} {}", plural_after(number, noun))
}

/// The time of the run, `12.480`, wide enough to never change its width in the first 1,000 seconds.
pub fn clock(seconds: f64) -> String {
    format!("{:>7.3}", seconds.clamp(0.0, 9_999_999.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_the_unit_that_fits_it() {
        let check = |ms: f64, en: &str, ko: &str| {
            assert_eq!(super::ms(ms, Lang::En).replace('\u{a0}', " "), en);
            assert_eq!(super::ms(ms, Lang::Ko), ko);
        };
        check(0.844, "0.84 ms", "0.84ms");
        check(8.44, "8.4 ms", "8.4ms");
        check(84.4, "84 ms", "84ms");
        check(999.4, "999 ms", "999ms");
        check(999.6, "1.0 s", "1.0초");
        check(1_940.0, "1.9 s", "1.9초");
        check(84_000.0, "84.0 s", "84.0초");
        check(1_200_000.0, "1,200 s", "1,200초");
        check(f64::NAN, "– ms", "–ms");
    }

    #[test]
    fn a_count_is_grouped_by_thousands() {
        let check = |n: f64, expected: &str| assert_eq!(count(n), expected);
        check(0.0, "0");
        check(999.0, "999");
        check(1_000.0, "1,000");
        check(1_234_567.0, "1,234,567");
        check(-12_000.0, "-12,000");
        check(-0.2, "0");
        check(f64::INFINITY, "–");
    }

    #[test]
    fn a_decimal_has_few_digits() {
        let check = |n: f64, expected: &str| assert_eq!(decimal(n), expected);
        check(0.0, "0");
        check(0.05, "0.05");
        check(0.418, "0.42");
        check(4.18, "4.2");
        check(4.0, "4");
        check(41.8, "42");
        check(4_180.0, "4,180");
        check(0.999, "1");
        check(0.000_01, "0");
    }

    #[test]
    fn a_small_share_is_not_shown_as_none() {
        assert_eq!(share(0.0), "0%");
        assert_eq!(share(0.000_2), "<0.1%");
        assert_eq!(share(0.034), "3.4%");
        assert_eq!(share(0.88), "88%");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(counted("1", "call"), "1 call");
        assert_eq!(counted("0", "call"), "0 calls");
        assert_eq!(counted("1,200", "copy"), "1,200 copies");
        assert_eq!(counted(&decimal(0.999), "batch"), "1 batch");
        assert_eq!(counted(&decimal(1.5), "batch"), "1.5 batches");
        assert_eq!(plural("key"), "keys");
        assert_eq!(plural("course"), "courses");
    }

    #[test]
    fn the_clock_keeps_its_width() {
        assert_eq!(clock(0.0).len(), clock(999.999).len());
        assert_eq!(clock(-1.0), "  0.000");
        assert_eq!(clock(f64::INFINITY), "9999999.000");
    }
}
