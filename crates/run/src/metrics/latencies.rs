//! A collection of lengths of time: its exact mean and spread, and its quantiles within 0.1 %.
//!
//! A second's few are kept as they are; more go, all at once, into a histogram whose buckets are 1/512 of an octave's
//! value wide (the log-linear form of HdrHistogram, in the few lines that are needed here, three times as quick and
//! without its weight in the page). Memory is bounded, and kept when a new second begins.

use kernel::time::Span;

/// So many go into a histogram: half of what a histogram of usual lengths has, so that those of a stretch seldom need
/// one, which would have to be cleared and added up at its end.
const FEW: usize = 2_048;
/// Buckets of an octave: 2^9, so that a value is at most 0.1 % from the middle of its bucket.
const BITS: u32 = 9;

/// Lengths of time.
#[derive(Clone, Debug, Default)]
pub struct Latencies {
    /// What has been taken in.
    sums: Sums,
    /// What has not, as it is.
    few: Vec<u64>,
    /// Counts of what has been taken in by bucket, from bucket `first` on.
    counts: Vec<u32>,
    first: usize,
}

/// What is known of lengths of time without their distribution.
#[derive(Clone, Copy, Debug)]
struct Sums {
    count: u64,
    /// Nanoseconds. (Exact: 584 years of them.)
    sum: u128,
    /// The sum of the squares of nanoseconds.
    squares: f64,
    max: u64,
    min: u64,
}

impl Default for Sums {
    fn default() -> Self {
        Sums {
            count: 0,
            sum: 0,
            squares: 0.0,
            max: 0,
            min: u64::MAX,
        }
    }
}

impl Sums {
    #[inline]
    fn count(&mut self, value: u64) {
        self.count += 1;
        self.sum += u128::from(value);
        // (Through a signed integer: processors convert that in one instruction.)
        let nanos = value as i64 as f64;
        self.squares += nanos * nanos;
        self.max = self.max.max(value);
        self.min = self.min.min(value);
    }

    fn add(&mut self, other: &Sums) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
        self.max = self.max.max(other.max);
        self.min = self.min.min(other.min);
    }
}

/// The bucket of a value.
#[inline]
fn bucket_of(value: u64) -> usize {
    // Up to 2^10 every value has its own; above, the leading bit and the nine behind it tell.
    let shift = (64 - value.leading_zeros()).saturating_sub(BITS + 1);
    ((shift as usize) << BITS) + (value >> shift) as usize
}

/// The lowest value of a bucket, and how many values it has.
fn bounds_of(bucket: usize) -> (u64, u64) {
    let shift = (bucket >> BITS).saturating_sub(1);
    let rest = bucket - (shift << BITS);
    ((rest as u64) << shift, 1 << shift)
}

impl Latencies {
    /// Counts one.
    #[inline]
    pub fn count(&mut self, latency: Span) {
        self.few.push(latency.0);
        if self.few.len() == FEW {
            self.take_in_few();
        }
    }

    /// What was kept as it is goes into the sums and the histogram.
    #[inline(never)]
    fn take_in_few(&mut self) {
        let few = std::mem::take(&mut self.few);
        let mut sums = self.sums;
        for value in &few {
            sums.count(*value);
            self.add_to_bucket(bucket_of(*value), 1);
        }
        self.sums = sums;
        // The memory stays.
        self.few = few;
        self.few.clear();
    }

    #[inline]
    fn add_to_bucket(&mut self, bucket: usize, times: u32) {
        match self.counts.get_mut(bucket.wrapping_sub(self.first)) {
            Some(count) => *count = count.saturating_add(times),
            None => self.make_room(bucket, times),
        }
    }

    /// The histogram covers whole octaves, from the lowest to the highest that there is anything in.
    #[cold]
    fn make_room(&mut self, bucket: usize, times: u32) {
        let octave = bucket >> BITS << BITS;
        if self.counts.is_empty() {
            self.first = octave;
        } else if octave < self.first {
            let more = self.first - octave;
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.first = octave;
        }
        let needed = octave + (1 << BITS) - self.first;
        if self.counts.len() < needed {
            self.counts.resize(needed, 0);
        }
        let count = &mut self.counts[bucket - self.first];
        *count = count.saturating_add(times);
    }

    /// Takes in what another has counted.
    pub fn add(&mut self, other: &Latencies) {
        self.sums.add(&other.sums);
        self.few.extend(&other.few);
        if self.few.len() >= FEW || !(self.counts.is_empty() && other.counts.is_empty()) {
            self.take_in_few();
        }
        if let (Some(first), Some(last)) = (other.counts.first(), other.counts.last()) {
            // Room for the lowest and the highest is room for all.
            self.add_to_bucket(other.first, *first);
            self.add_to_bucket(other.first + other.counts.len() - 1, *last);
            let mine = &mut self.counts[other.first - self.first..];
            let inner = 1..other.counts.len() - 1;
            for (mine, its) in mine[inner.clone()].iter_mut().zip(&other.counts[inner]) {
                *mine = mine.saturating_add(*its);
            }
        }
    }

    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.sums = Sums::default();
        self.few.clear();
        self.counts.clear();
    }

    /// Of what has been taken in and of what has not.
    fn sums(&self) -> Sums {
        let mut sums = self.sums;
        for value in &self.few {
            sums.count(*value);
        }
        sums
    }

    /// How many.
    pub fn len(&self) -> u64 {
        self.sums.count + self.few.len() as u64
    }

    /// Their sum, in nanoseconds.
    pub fn sum_ns(&self) -> u128 {
        self.sums().sum
    }

    /// Their mean.
    pub fn mean_ms(&self) -> f64 {
        let Sums { count, sum, .. } = self.sums();
        if count == 0 {
            0.0
        } else {
            sum as f64 / count as f64 / 1e6
        }
    }

    /// Their standard deviation.
    pub fn sd_ms(&self) -> f64 {
        let sums = self.sums();
        if sums.min >= sums.max {
            return 0.0;
        }
        let mean = sums.sum as f64 / sums.count as f64;
        let variance = sums.squares / sums.count as f64 - mean * mean;
        libm::sqrt(variance.max(0.0)) / 1e6
    }

    /// The value that a share `q` of them do not exceed. May put them in another order.
    pub fn quantile_ms(&mut self, q: f64) -> f64 {
        let rank = (libm::ceil(q * self.len() as f64) as u64).max(1);
        if self.counts.is_empty() {
            let place = rank as usize - 1;
            if place >= self.few.len() {
                return 0.0;
            }
            return Span(*self.few.select_nth_unstable(place).1).as_millis();
        }
        self.take_in_few();
        let mut below = 0;
        for (index, count) in self.counts.iter().enumerate() {
            let count = u64::from(*count);
            if below + count >= rank {
                // As if those in the bucket stood at equal distances.
                let (low, width) = bounds_of(self.first + index);
                let within = (rank - below) as f64 - 0.5;
                let value = low as f64 + width.saturating_sub(1) as f64 * within / count as f64;
                return value.clamp(self.sums.min as f64, self.sums.max as f64) / 1e6;
            }
            below += count;
        }
        self.max_ms()
    }

    /// The longest.
    pub fn max_ms(&self) -> f64 {
        Span(self.sums().max).as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::default();
        for value in values {
            latencies.count(Span(value));
        }
        latencies
    }

    proptest! {
        #[test]
        fn a_value_is_within_its_bucket_and_the_bucket_is_narrow(value in any::<u64>()) {
            let (low, width) = bounds_of(bucket_of(value));
            prop_assert!(low <= value && value - low < width);
            prop_assert!(width == 1 || width as f64 / low as f64 <= 1.0 / 512.0);
        }

        #[test]
        fn quantiles_are_right_within_a_thousandth(
            values in prop::collection::vec(1u64..1_000_000_000_000, 1..3 * FEW),
            q in 0.0f64..=1.0,
        ) {
            let mut latencies = of(values.iter().copied());
            let mut sorted = values;
            sorted.sort_unstable();
            let rank = ((q * sorted.len() as f64).ceil() as usize).max(1);
            let expected = sorted[rank - 1] as f64 / 1e6;
            let given = latencies.quantile_ms(q);
            prop_assert!((given - expected).abs() <= 0.002 * expected, "{given} {expected}");
        }

        /// However it is cut into parts, few or many in each.
        #[test]
        fn what_is_counted_apart_adds_up(
            values in prop::collection::vec(0u64..1_000_000_000, 0..4 * FEW),
            cut in 0usize..4 * FEW,
        ) {
            let cut = cut.min(values.len());
            let mut apart = of(values[..cut].iter().copied());
            apart.add(&of(values[cut..].iter().copied()));
            let mut together = of(values.iter().copied());
            prop_assert_eq!(apart.len(), together.len());
            prop_assert_eq!(apart.sum_ns(), together.sum_ns());
            prop_assert_eq!(apart.max_ms(), together.max_ms());
            for q in [0.0, 0.5, 0.95, 1.0] {
                let (a, b) = (apart.quantile_ms(q), together.quantile_ms(q));
                prop_assert!((a - b).abs() <= 0.002 * b, "{q}: {a} {b}");
            }
        }
    }

    #[test]
    fn mean_spread_and_quantiles_of_a_hundred_and_of_a_hundred_thousand() {
        for times in [1, 1_000] {
            let mut latencies = of((0..times).flat_map(|_| (1..=100).map(|ms| ms * 1_000_000)));
            assert_eq!(latencies.mean_ms(), 50.5);
            assert!((latencies.sd_ms() - 833.25f64.sqrt()).abs() < 1e-6);
            assert!((latencies.quantile_ms(0.95) - 95.0).abs() < 0.1);
            assert_eq!(latencies.quantile_ms(0.0), 1.0);
            assert_eq!(latencies.max_ms(), 100.0);
        }
    }

    #[test]
    fn what_is_always_the_same_has_no_spread_and_exact_quantiles() {
        let mut latencies = of(std::iter::repeat_n(10_123_457, 5_000));
        assert_eq!(latencies.sd_ms(), 0.0);
        assert_eq!(latencies.quantile_ms(0.5), 10.123457);
        assert_eq!(latencies.quantile_ms(0.99), 10.123457);
    }

    #[test]
    fn cleared_it_is_empty() {
        let mut latencies = of(1..10_000);
        latencies.clear();
        assert_eq!((latencies.len(), latencies.quantile_ms(0.5)), (0, 0.0));
        latencies.count(Span(5_000_000));
        assert_eq!(
            (latencies.mean_ms(), latencies.quantile_ms(1.0)),
            (5.0, 5.0)
        );
    }
}
