//! A level that changes over time, and a collection of latencies.

use crate::time::{Span, Time};
use hdrhistogram::Histogram;

/// A level (threads in use, requests waiting) and its area over the stretch under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauge {
    /// The level now.
    pub level: u32,
    /// The highest level of the stretch.
    pub peak: u32,
    since: Time,
    /// Level times nanoseconds, until `since`. Exact: below 2^53 for every stretch of a second.
    area: f64,
}

impl Gauge {
    /// The level goes up or down.
    pub fn change(&mut self, now: Time, by: i32) {
        self.area = self.area(now);
        self.since = now;
        self.level = self.level.saturating_add_signed(by);
        self.peak = self.peak.max(self.level);
    }

    /// The area of the stretch until `now`: the mean level times the time, in nanoseconds.
    pub fn area(&self, now: Time) -> f64 {
        self.area + f64::from(self.level) * now.since(self.since).0 as f64
    }

    /// A new stretch begins.
    pub fn restart(&mut self, now: Time) {
        self.area = 0.0;
        self.since = now;
        self.peak = self.level;
    }
}

/// Latencies: their exact mean, and their quantiles within 0.1 %.
///
/// A few are kept as they are, many in a histogram: a quiet second costs next to nothing, and a busy one is bounded.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    count: u64,
    sum_ns: f64,
    max: Span,
    /// In microseconds; empty once there is a histogram.
    few: Vec<u64>,
    histogram: Option<Box<Histogram<u32>>>,
}

/// The unit of what is kept: a microsecond.
const UNIT_NS: u64 = 1_000;
/// More than so many go into a histogram.
const FEW: usize = 64;

impl Latencies {
    /// Counts one.
    pub fn count(&mut self, latency: Span) {
        self.count += 1;
        self.sum_ns += latency.0 as f64;
        self.max = self.max.max(latency);
        self.keep((latency.0 + UNIT_NS / 2) / UNIT_NS);
    }

    fn keep(&mut self, units: u64) {
        if self.histogram.is_none() {
            if self.few.len() < FEW {
                return self.few.push(units);
            }
            self.histogram = empty();
            for units in std::mem::take(&mut self.few) {
                self.record(units);
            }
        }
        self.record(units);
    }

    fn record(&mut self, units: u64) {
        if let Some(histogram) = &mut self.histogram {
            // It grows as needed: recording fails for no value a span can have.
            let _ = histogram.record(units);
        }
    }

    /// Takes in what another has counted.
    pub fn add(&mut self, other: &Latencies) {
        self.count += other.count;
        self.sum_ns += other.sum_ns;
        self.max = self.max.max(other.max);
        for units in &other.few {
            self.keep(*units);
        }
        if let Some(theirs) = &other.histogram {
            match &mut self.histogram {
                None => {
                    self.histogram = Some(theirs.clone());
                    for units in std::mem::take(&mut self.few) {
                        self.record(units);
                    }
                }
                Some(mine) => {
                    // Both resize themselves: adding cannot fail.
                    let _ = mine.add(&**theirs);
                }
            }
        }
    }

    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.count = 0;
        self.sum_ns = 0.0;
        self.max = Span::ZERO;
        self.few.clear();
        self.histogram = None;
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Their mean.
    pub fn mean_ms(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum_ns / self.count as f64 / 1e6
        }
    }

    /// The value that a share `q` of them do not exceed.
    pub fn quantile_ms(&self, q: f64) -> f64 {
        let units = match &self.histogram {
            Some(histogram) => histogram.value_at_quantile(q),
            None => {
                let mut few = self.few.clone();
                few.sort_unstable();
                let rank = libm::ceil(q * few.len() as f64) as usize;
                few.get(rank.saturating_sub(1)).copied().unwrap_or(0)
            }
        };
        units as f64 * UNIT_NS as f64 / 1e6
    }

    /// The longest.
    pub fn max_ms(&self) -> f64 {
        self.max.as_millis()
    }
}

/// Three significant digits, growing as needed. (`None` cannot be: three is a legal number of digits.)
fn empty() -> Option<Box<Histogram<u32>>> {
    let mut histogram = Histogram::new(3).ok()?;
    histogram.auto(true);
    Some(Box::new(histogram))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_level_times_the_time() {
        let mut gauge = Gauge::default();
        gauge.change(Time(10), 2);
        gauge.change(Time(30), -1);
        assert_eq!(gauge.area(Time(40)), 2.0 * 20.0 + 10.0);
        assert_eq!(gauge.peak, 2);
        gauge.restart(Time(40));
        assert_eq!((gauge.area(Time(50)), gauge.peak), (10.0, 1));
    }

    #[test]
    fn quantiles_are_right_within_a_thousandth() {
        let mut latencies = Latencies::default();
        for ms in 1..=1000 {
            latencies.count(Span::from_millis(ms));
        }
        assert!((latencies.mean_ms() - 500.5).abs() < 1e-9);
        assert!((latencies.quantile_ms(0.95) - 950.0).abs() < 1.0);
        assert_eq!(latencies.max_ms(), 1000.0);
    }

    #[test]
    fn what_is_counted_apart_adds_up() {
        // Few and many, on either side.
        for many in [10, 100, 300] {
            adds_up(many);
        }
    }

    fn adds_up(many: u64) {
        let (mut a, mut b, mut both) = (
            Latencies::default(),
            Latencies::default(),
            Latencies::default(),
        );
        for ms in 1..many {
            let latency = Span::from_millis(ms * 7 % 101);
            if ms % 3 == 0 { &mut a } else { &mut b }.count(latency);
            both.count(latency);
        }
        a.add(&b);
        assert_eq!(a.len(), both.len());
        for q in [0.0, 0.5, 0.95, 1.0] {
            let (apart, together) = (a.quantile_ms(q), both.quantile_ms(q));
            assert!(
                (apart - together).abs() <= 0.001 * together,
                "{q} of {many}: {apart} {together}"
            );
        }
        assert_eq!(a.max_ms(), both.max_ms());
    }
}
