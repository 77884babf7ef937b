//! The headline in words: the story's number and its price, each with its unit and with what it is.

use super::number::counted;
use super::{Figure, Lang, Truth, count, decimal, figure_ms, figure_share, ms, number::plural};
use run::metrics::HeadlineNow;
use scenario::{HeadlineKind, Price};

/// What stands where there is no number yet.
const NONE: &str = "–";

/// A number with its unit beside it and what it is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The number.
    pub value: String,
    /// Its unit, or what it stands beside: `ms`, `of 300`.
    pub unit: String,
    /// What it is.
    pub what: String,
}

impl Shown {
    fn new(Figure { value, unit }: Figure, what: impl Into<String>) -> Shown {
        Shown {
            value,
            unit: unit.to_string(),
            what: what.into(),
        }
    }
}

/// A number of something that is counted: a forecast is told for as many keys as there are, and then for whole ones.
fn whole(number: f64) -> String {
    if number > 0.0 && number < 0.5 {
        "<1".to_string()
    } else {
        count(number)
    }
}

/// What the things of a scenario are called that headlines are about, as singular nouns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nouns<'a> {
    /// One request of the main client.
    pub request: &'a str,
    /// One business key.
    pub key: &'a str,
}

/// The story's number. `waited` is whether something should have come by now.
pub fn story(now: &HeadlineNow, waited: bool, nouns: Nouns<'_>, lang: Lang) -> Shown {
    let Nouns { request, key } = nouns;
    let value = now.value.unwrap_or(f64::NAN);
    match now.of.kind {
        HeadlineKind::Latency => {
            let what = match (now.value, waited, lang) {
                (Some(_), ..) => mean_time(request, lang),
                (None, true, Lang::En) => "no answer comes".to_string(),
                (None, true, Lang::Ko) => "응답이 오지 않습니다".to_string(),
                (None, false, Lang::En) => "no answer has come yet".to_string(),
                (None, false, Lang::Ko) => "아직 받은 응답이 없습니다".to_string(),
            };
            Shown::new(figure_ms(value, lang), what)
        }
        HeadlineKind::Goodput => {
            let asked = decimal(now.among);
            let (unit, what) = match lang {
                Lang::En => (format!("of {asked} a second"), "answered in time"),
                Lang::Ko => (format!("/ 초당 {asked}건"), "제때 응답"),
            };
            let what = match (now.calm_s, lang) {
                (Some(calm), Lang::En) => {
                    format!("{what}; the cause has been gone for {} s", count(calm))
                }
                (Some(calm), Lang::Ko) => {
                    format!("{what} · 원인이 사라진 지 {}초", count(calm))
                }
                (None, _) => what.to_string(),
            };
            Shown {
                value: now.value.map_or(NONE.to_string(), decimal),
                unit,
                what,
            }
        }
        HeadlineKind::Stale => {
            let what = match lang {
                Lang::En => "of the values read are out of date",
                Lang::Ko => "읽은 값 중 오래된 값",
            };
            Shown::new(figure_share(value), what)
        }
        HeadlineKind::Anomalies => {
            let among = count(now.among);
            let (unit, what) = match lang {
                Lang::En => (format!("in {among}"), "anomalies, in requests that ended"),
                Lang::Ko => (format!("/ {among}건"), "끝난 요청 중 격리 이상"),
            };
            Shown {
                value: now.value.map_or(NONE.to_string(), whole),
                unit,
                what: since(what, now.since_s, lang),
            }
        }
        HeadlineKind::Disagreements => {
            let among = count(now.among);
            let unit = match lang {
                Lang::En => format!("of {among}"),
                Lang::Ko => format!("/ {among}건"),
            };
            let what = Truth::Disagree(key).text(lang);
            Shown {
                value: now.value.map_or(NONE.to_string(), whole),
                unit,
                what: since(&what, now.since_s, lang),
            }
        }
    }
}

/// What a mean latency is called.
fn mean_time(request: &str, lang: Lang) -> String {
    match lang {
        Lang::En => format!("mean time per {request}"),
        Lang::Ko => format!("{request} 평균 응답 시간"),
    }
}

/// What is counted, and since when, if that is not the beginning.
fn since(what: &str, since_s: f64, lang: Lang) -> String {
    match lang {
        _ if since_s <= 0.0 => what.to_string(),
        Lang::En => format!("{what}; since {since_s:.1} s"),
        Lang::Ko => format!("{what} · {since_s:.1}초부터"),
    }
}

/// The price.
pub fn price(now: &HeadlineNow, nouns: Nouns<'_>, lang: Lang) -> Shown {
    let Nouns { request, key } = nouns;
    let value = now.price.unwrap_or(f64::NAN);
    let plain = |value: String| Figure { value, unit: "" };
    let figure = match now.of.price {
        Price::Calls | Price::Messages => plain(decimal(value)),
        Price::Latency => figure_ms(value, lang),
        Price::Failed | Price::Declined | Price::Stale => figure_share(value),
        Price::InFlight => plain(count(value)),
    };
    let what = match (now.of.price, lang) {
        (Price::Calls, Lang::En) => format!("calls per {request}"),
        (Price::Calls, Lang::Ko) => format!("{request}당 호출"),
        (Price::Messages, Lang::En) => format!("calls and events per {request}"),
        (Price::Messages, Lang::Ko) => format!("{request}당 호출과 이벤트"),
        (Price::Latency, lang) => mean_time(request, lang),
        (Price::Failed, Lang::En) => format!("of the {} fail", plural(request)),
        (Price::Failed, Lang::Ko) => format!("실패한 {request}"),
        (Price::Declined, Lang::En) => format!("of the {} are declined", plural(request)),
        (Price::Declined, Lang::Ko) => format!("거절된 {request}"),
        (Price::Stale, Lang::En) => "of the values read are out of date".to_string(),
        (Price::Stale, Lang::Ko) => "읽은 값 중 오래된 값".to_string(),
        (Price::InFlight, Lang::En) => format!("{} in progress", plural(key)),
        (Price::InFlight, Lang::Ko) => format!("진행 중인 {key}"),
    };
    Shown::new(figure, what)
}

/// A message about headlines, with parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AboutHeadline<'a> {
    /// What a change is expected to bring.
    Expected(&'a str),
    /// That there is no forecast yet.
    WorkingOut,
    /// What had been expected of the change that was made.
    ExpectedWas(&'a HeadlineNow),
    /// That these are the numbers of before the change.
    Before,
    /// The mean latency in milliseconds, how near to it the true one is, and since when, in seconds.
    MeanSince(f64, f64, f64),
    /// What a change sets: a setting (or several), from what, to what.
    Sets(&'a str, &'a str, &'a str),
    /// The course of the story's number, read aloud.
    Course(&'a str),
    /// To the beginning of a run that was opened later.
    FromTheBeginning,
    /// So many business keys disagree, of so many, where the headline tells something else.
    Disagree(u64, u64),
}

impl AboutHeadline<'_> {
    /// The message in a language.
    pub fn text(&self, lang: Lang) -> String {
        match (*self, lang) {
            (AboutHeadline::Expected(what), Lang::En) => format!("expected with {what}"),
            (AboutHeadline::Expected(what), Lang::Ko) => format!("예상: {what}"),
            (AboutHeadline::WorkingOut, Lang::En) => "calculating the expected result …".into(),
            (AboutHeadline::WorkingOut, Lang::Ko) => "예상 결과를 계산하는 중 …".into(),
            (AboutHeadline::Before, Lang::En) => "before".into(),
            (AboutHeadline::Before, Lang::Ko) => "변경 전".into(),
            (AboutHeadline::ExpectedWas(then), lang) => {
                let Shown { value, unit, .. } = story(then, true, Nouns::default(), lang);
                match lang {
                    Lang::En => format!("expected {value} {unit}"),
                    Lang::Ko => format!("예상 {value}{unit}"),
                }
            }
            (AboutHeadline::MeanSince(mean, within, since), Lang::En) => format!(
                "mean since {since:.1} s: {} ± {} (95%)",
                ms(mean, lang),
                ms(within, lang)
            ),
            (AboutHeadline::MeanSince(mean, within, since), Lang::Ko) => format!(
                "{since:.1}초부터 평균 {} ± {} (95%)",
                ms(mean, lang),
                ms(within, lang)
            ),
            (AboutHeadline::Sets(what, from, to), _) => format!("{what}: {from} → {to}"),
            (AboutHeadline::FromTheBeginning, Lang::En) => "From the beginning".into(),
            (AboutHeadline::FromTheBeginning, Lang::Ko) => "처음부터 보기".into(),
            (AboutHeadline::Disagree(number, of), Lang::En) => {
                format!(
                    "{} of {} {}",
                    count(number as f64),
                    counted(&count(of as f64), "key"),
                    if number == 1 { "disagrees" } else { "disagree" }
                )
            }
            (AboutHeadline::Disagree(number, of), Lang::Ko) => {
                format!(
                    "업무 키 {}건 중 {}건 불일치",
                    count(of as f64),
                    count(number as f64)
                )
            }
            (AboutHeadline::Course(what), Lang::En) => format!("The course of: {what}"),
            (AboutHeadline::Course(what), Lang::Ko) => format!("추이: {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::Headline;

    const NOUNS: Nouns<'_> = Nouns {
        request: "purchase",
        key: "order",
    };

    fn now(kind: HeadlineKind, value: Option<f64>, among: f64) -> HeadlineNow {
        HeadlineNow {
            of: Headline {
                kind,
                price: Price::Failed,
            },
            value,
            among,
            price: Some(0.034),
            since_s: 0.0,
            calm_s: None,
        }
    }

    #[test]
    fn keys_are_told_in_whole_ones() {
        let text = |value| {
            story(
                &now(HeadlineKind::Disagreements, Some(value), 17.0),
                true,
                NOUNS,
                Lang::En,
            )
        };
        assert_eq!(text(0.0).value, "0");
        assert_eq!(text(0.23).value, "<1");
        assert_eq!(text(0.6).value, "1");
        assert_eq!(text(12.0).unit, "of 17");
    }

    #[test]
    fn goodput_stands_beside_what_is_asked_and_tells_since_when_the_cause_is_gone() {
        let mut storm = now(HeadlineKind::Goodput, Some(0.4), 90.2);
        storm.calm_s = Some(12.4);
        let shown = story(&storm, true, NOUNS, Lang::En);
        assert_eq!(
            (shown.value.as_str(), shown.unit.as_str()),
            ("0.4", "of 90 a second")
        );
        assert!(shown.what.ends_with("for 12 s"), "{}", shown.what);
        assert!(story(&storm, true, NOUNS, Lang::Ko).what.ends_with("12초"));
        assert_eq!(price(&storm, NOUNS, Lang::En).value, "3.4");
    }

    #[test]
    fn what_is_counted_says_since_when() {
        let mut changed = now(HeadlineKind::Anomalies, Some(3.0), 120.0);
        changed.since_s = 12.0;
        assert!(
            story(&changed, true, NOUNS, Lang::En)
                .what
                .ends_with("since 12.0 s")
        );
        assert!(
            story(&changed, true, NOUNS, Lang::Ko)
                .what
                .ends_with("12.0초부터")
        );
    }
}
