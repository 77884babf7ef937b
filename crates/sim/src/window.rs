//! Counting over the last so long: a ring of buckets.
//!
//! The window is made of whole buckets: what is older leaves with its bucket, so it spans between `buckets` - 1 and
//! `buckets` widths of time. Hystrix, Resilience4j, opossum, Finagle and Beam all count like this.

use kernel::time::{Span, Time};

/// Counts of so many kinds of things over the last so long. Time never goes back.
#[derive(Clone, Debug)]
pub struct TimeWindow<const KINDS: usize> {
    /// Nanoseconds of one bucket.
    width: u64,
    buckets: Box<[[u32; KINDS]]>,
    /// The bucket of the latest moment, counted from the start of the run.
    latest: u64,
    sums: [u64; KINDS],
}

impl<const KINDS: usize> TimeWindow<KINDS> {
    /// An empty window of so many buckets. Fewer than one, or no time, count as one bucket of a nanosecond.
    pub fn new(span: Span, buckets: u32) -> TimeWindow<KINDS> {
        let buckets = buckets.max(1);
        TimeWindow {
            width: span.0.div_ceil(u64::from(buckets)).max(1),
            buckets: vec![[0; KINDS]; buckets as usize].into_boxed_slice(),
            latest: 0,
            sums: [0; KINDS],
        }
    }

    /// Counts one thing.
    pub fn count(&mut self, now: Time, kind: usize) {
        self.turn(now);
        let bucket = (self.latest % self.buckets.len() as u64) as usize;
        self.buckets[bucket][kind] += 1;
        self.sums[kind] += 1;
    }

    /// How many of each kind were counted within the window.
    pub fn sums(&mut self, now: Time) -> [u64; KINDS] {
        self.turn(now);
        self.sums
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.buckets.fill([0; KINDS]);
        self.sums = [0; KINDS];
    }

    /// Empties the buckets that have become too old.
    fn turn(&mut self, now: Time) {
        let (bucket, ring) = (now.0 / self.width, self.buckets.len() as u64);
        for passed in 1..=bucket.saturating_sub(self.latest).min(ring) {
            let old = &mut self.buckets[((self.latest + passed) % ring) as usize];
            for (sum, count) in self.sums.iter_mut().zip(old.iter()) {
                *sum -= u64::from(*count);
            }
            *old = [0; KINDS];
        }
        self.latest = self.latest.max(bucket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counted_at: &[u64], asked_at: u64, expected: u64) {
        let mut window: TimeWindow<1> = TimeWindow::new(Span::from_secs(10), 10);
        for second in counted_at {
            window.count(Time::ZERO + Span::from_secs(*second), 0);
        }
        let sums = window.sums(Time::ZERO + Span::from_secs(asked_at));
        assert_eq!(sums, [expected], "{counted_at:?} at {asked_at} s");
    }

    #[test]
    fn what_is_older_than_the_window_leaves_with_its_bucket() {
        check(&[0, 0, 5], 9, 3);
        check(&[0, 0, 5], 10, 1);
        check(&[0, 0, 5], 14, 1);
        check(&[0, 0, 5], 15, 0);
        check(&[0, 12], 13, 1);
        check(&[3], 1_000_000, 0);
        check(&[25, 26, 1_000_000], 1_000_000, 1);
    }

    #[test]
    fn a_window_without_time_counts_one_instant() {
        let mut window: TimeWindow<2> = TimeWindow::new(Span::ZERO, 0);
        window.count(Time(7), 1);
        assert_eq!(window.sums(Time(7)), [0, 1]);
        assert_eq!(window.sums(Time(8)), [0, 0]);
    }
}
