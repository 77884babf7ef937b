//! Four small charts: the course of the run.

use crate::app::Snapshot;
use crate::app::names::Names;
use run::metrics::Bin;
use std::fmt::Write;
use std::rc::Rc;
use words::{Lang, Say, Word, count, decimal, ms, share};
use yew::prelude::*;

/// What the charts need.
pub struct Props {
    pub lang: Lang,
    pub snapshot: Rc<Snapshot>,
    /// The client whose outcome counts.
    pub main_client: u16,
    pub names: Rc<Names>,
}

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 44.0;
/// A run of fewer bins does not fill the width yet.
const BINS_MIN: usize = 21;

/// A line: a value for each bin (or none), on a scale from 0 to `top`.
fn path(values: &[Option<f64>], top: f64) -> String {
    let mut path = String::new();
    let mut pen = false;
    // A young run grows from the left; later the latest bin stands at the right edge.
    let step = WIDTH / (values.len().max(BINS_MIN) as f64 - 1.0);
    for (place, value) in values.iter().enumerate() {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            pen = false;
            continue;
        };
        let (x, y) = (
            place as f64 * step,
            HEIGHT - 1.0 - (value / top).clamp(0.0, 1.0) * (HEIGHT - 3.0),
        );
        let command = if pen { 'L' } else { 'M' };
        pen = true;
        // Writing into a string cannot fail.
        let _ = write!(path, "{command}{x:.1} {y:.1}");
    }
    path
}

/// The next round number: the top of a scale that does not jump with every value.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let unit = libm::pow(10.0, libm::floor(libm::log10(value)));
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * unit)
        .find(|top| *top >= value * 0.999)
        .unwrap_or(value)
}

struct Chart {
    test: &'static str,
    title: String,
    value: String,
    number: f64,
    note: String,
    top: String,
    lines: Vec<(&'static str, String)>,
}

fn draw(chart: Chart, lang: Lang) -> Html {
    let said = Say::Chart(&chart.title, &chart.value).text(lang);
    html! {
        <figure class="chart" data-test={chart.test} data-value={format!("{:.4}", chart.number)}>
            <figcaption>
                <span class="title">{ chart.title }</span>
                <span class="value">{ chart.value }</span>
                <span class="note">{ chart.note }</span>
            </figcaption>
            <div class="plot">
                <svg viewBox={format!("0 0 {WIDTH} {HEIGHT}")} preserveAspectRatio="none" role="img" aria-label={said}>
                    <line class="base" x1="0" x2={WIDTH.to_string()} y1={(HEIGHT - 1.0).to_string()} y2={(HEIGHT - 1.0).to_string()}/>
                    <line class="top" x1="0" x2={WIDTH.to_string()} y1="2" y2="2"/>
                    { for chart.lines.into_iter().map(|(class, d)| html! { <path class={class} {d}/> }) }
                </svg>
                <span class="scale" aria-hidden="true">{ chart.top }</span>
            </div>
        </figure>
    }
}

/// The strip of charts.
pub fn view(props: &Props) -> Html {
    let lang = props.lang;
    let last = match &props.snapshot.truth {
        Some(truth) => disagreements(props, truth.counts.disagree as f64),
        None => stale(props),
    };
    let charts = [latency(props), calls(props), threads(props), last];
    html! {
        <section class="charts" aria-label={Word::Measurements.text(lang)}>
            { for charts.into_iter().map(|chart| draw(chart, lang)) }
        </section>
    }
}

fn over(bins: &[Bin], value: impl Fn(&Bin) -> Option<f64>) -> Vec<Option<f64>> {
    bins.iter().map(value).collect()
}

fn top_of(lines: &[&[Option<f64>]]) -> f64 {
    let values = lines.iter().flat_map(|line| line.iter().flatten());
    round_up(values.copied().fold(0.0, f64::max))
}

/// What one request of the client whose outcome counts is called.
fn request(props: &Props) -> &str {
    let request = props.names.requests.get(props.main_client as usize);
    request.map_or("", |it| it.text(props.lang))
}

fn latency(props: &Props) -> Chart {
    let lang = props.lang;
    let bins = &props.snapshot.bins;
    let some = |bin: &Bin, value: f64| (bin.ok > 0).then_some(value);
    let mean = over(bins, |bin| some(bin, bin.latency_mean_ms));
    let p95 = over(bins, |bin| some(bin, bin.latency_p95_ms));
    let top = top_of(&[&mean, &p95]);
    let now = props
        .snapshot
        .recent
        .as_ref()
        .and_then(|recent| recent.clients.get(props.main_client as usize))
        .map(|client| client.latency_ms)
        .filter(|latency| latency.count > 0);
    Chart {
        test: "chart-latency",
        title: Say::LatencyOf(request(props)).text(lang),
        value: ms(now.map_or(f64::NAN, |now| now.mean), lang),
        number: now.map_or(f64::NAN, |now| now.mean),
        note: now.map_or(String::new(), |now| Say::Percentile(now.p95).text(lang)),
        top: ms(top, lang),
        lines: vec![("second", path(&p95, top)), ("first", path(&mean, top))],
    }
}

fn calls(props: &Props) -> Chart {
    let bins = &props.snapshot.bins;
    let calls = over(bins, |bin| {
        let ended = bin.ok + bin.declined + bin.bad;
        (ended > 0).then(|| bin.calls as f64 / ended as f64)
    });
    let top = top_of(&[&calls]);
    let now = props
        .snapshot
        .recent
        .as_ref()
        .and_then(|recent| recent.clients.get(props.main_client as usize))
        .map_or(f64::NAN, |client| client.calls_per_request);
    let events = props.snapshot.recent.as_ref().map_or(0.0, |recent| {
        recent.events as f64 / (recent.to_s - recent.from_s).max(1e-9)
    });
    let note = if events > 0.0 {
        format!(
            "{} {}",
            Word::Topic.text(props.lang),
            Say::PerSecond(events).text(props.lang)
        )
    } else {
        String::new()
    };
    Chart {
        test: "chart-calls",
        title: Say::CallsOf(request(props)).text(props.lang),
        value: decimal(now),
        number: now,
        note,
        top: count(top),
        lines: vec![("first", path(&calls, top))],
    }
}

fn threads(props: &Props) -> Chart {
    let lang = props.lang;
    let recent = props.snapshot.recent.as_ref();
    let limits: Vec<f64> = recent.map_or(Vec::new(), |recent| {
        recent
            .services
            .iter()
            .map(|service| f64::from(service.threads))
            .collect()
    });
    // Each service on a scale of its own: the top is its limit.
    let line = |service: usize| {
        let limit = limits.get(service).copied().unwrap_or(1.0).max(1.0);
        path(
            &over(&props.snapshot.bins, |bin| {
                bin.in_use.get(service).map(|used| used / limit)
            }),
            1.0,
        )
    };
    let main = recent.and_then(|recent| {
        let operation = &recent.clients.get(props.main_client as usize)?.operation;
        let service = operation.split('.').next()?;
        recent.services.iter().position(|it| it.name == service)
    });
    let name = |service: usize| {
        props
            .names
            .services
            .get(service)
            .map_or("", |name| name.text(lang))
    };
    let text = |service: usize| {
        recent
            .and_then(|recent| recent.services.get(service))
            .map_or(String::new(), |it| {
                // Tenths are enough, and keep the line short.
                let used = (it.in_use_mean * 10.0).round() / 10.0;
                format!("{}/{}", decimal(used), it.threads)
            })
    };
    let main = main.unwrap_or(0);
    let others: Vec<usize> = (0..limits.len())
        .filter(|service| *service != main)
        .take(2)
        .collect();
    let mut lines: Vec<(&str, String)> = others
        .iter()
        .map(|service| ("second", line(*service)))
        .collect();
    lines.push(("first", line(main)));
    let used = recent
        .and_then(|recent| recent.services.get(main))
        .map_or(f64::NAN, |it| it.in_use_mean);
    Chart {
        test: "chart-threads",
        title: Say::Chart(Word::ThreadsInUse.text(lang), name(main)).text(lang),
        value: text(main),
        number: used,
        note: others
            .iter()
            .map(|service| format!("{} {}", name(*service), text(*service)))
            .collect::<Vec<_>>()
            .join(" · "),
        top: share(1.0),
        lines,
    }
}

/// How many business keys disagree: the curve that a reconciliation brings down.
fn disagreements(props: &Props, now: f64) -> Chart {
    let curve = over(&props.snapshot.bins, |bin| Some(bin.disagreeing_keys));
    let top = top_of(&[&curve]);
    Chart {
        test: "chart-disagreements",
        title: Word::Disagreements.text(props.lang).to_string(),
        value: count(now),
        number: now,
        note: String::new(),
        top: count(top),
        lines: vec![("first", path(&curve, top))],
    }
}

fn stale(props: &Props) -> Chart {
    let lang = props.lang;
    let stale = over(&props.snapshot.bins, |bin| {
        (bin.values > 0).then(|| bin.stale as f64 / bin.values as f64)
    });
    let top = top_of(&[&stale]).clamp(0.001, 1.0);
    let (part, age) = props
        .snapshot
        .recent
        .as_ref()
        .map_or((f64::NAN, 0.0), |recent| {
            let (stale, values) = recent
                .references
                .iter()
                .fold((0, 0), |(stale, values), it| {
                    (stale + it.stale, values + it.values)
                });
            let age = recent
                .references
                .iter()
                .map(|it| it.stale_age_max_ms)
                .fold(0.0, f64::max);
            let part = if values > 0 {
                stale as f64 / values as f64
            } else {
                f64::NAN
            };
            (part, age)
        });
    Chart {
        test: "chart-stale",
        title: Word::StaleShare.text(lang).to_string(),
        value: share(part),
        number: part,
        note: if age > 0.0 {
            Say::StaleFor(age).text(lang)
        } else {
            String::new()
        },
        top: share(top),
        lines: vec![("first stale", path(&stale, top))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_grows_from_the_left_to_the_right_edge_and_gaps_are_gaps() {
        assert_eq!(path(&[Some(1.0)], 1.0), "M0.0 2.0");
        assert!(path(&[Some(1.0); 21], 1.0).ends_with("L240.0 2.0"));
        assert!(path(&[Some(1.0); 90], 1.0).ends_with("L240.0 2.0"));
        let gap = path(&[Some(0.0), None, Some(1.0)], 1.0);
        assert_eq!(gap.matches('M').count(), 2, "{gap}");
        assert_eq!(path(&[], 1.0), "");
        assert_eq!(path(&[Some(f64::NAN)], 1.0), "");
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        for (value, top) in [
            (0.0, 1.0),
            (1.0, 1.0),
            (1.2, 2.0),
            (2670.0, 5000.0),
            (0.03, 0.05),
            (f64::NAN, 1.0),
        ] {
            assert!((round_up(value) - top).abs() < 1e-9, "{value}");
        }
    }
}
