//! How far a mean may be off by chance: a confidence interval from batch means.
//!
//! Requests that follow each other meet the same queue, so that their latencies are not independent and the usual
//! formula would promise far too much. The run is therefore cut into batches of the same length of simulated time, long
//! enough to know little of each other, and the means of the batches are compared (Law & Kelton, "Simulation Modeling
//! and Analysis", ch. 9). Batches hold different numbers of requests: the mean is a ratio, and so is its variance
//! estimated.

use super::latencies::Latencies;
use kernel::time::Span;

/// Twice as many batches as are wanted at least: when there are so many, each two become one.
const BATCHES_MAX: usize = 40;
/// With fewer batches nothing is said.
const BATCHES_MIN: usize = 10;

/// What a run's mean latency is made of.
#[derive(Clone, Debug, Default)]
pub struct Batches {
    /// The length of a batch.
    width: Span,
    /// The full ones, and the one that is filling last.
    batches: Vec<Batch>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Batch {
    span: Span,
    sum_ns: f64,
    count: f64,
}

impl Batches {
    /// A stretch of the run has ended in which these latencies were counted.
    pub fn push(&mut self, span: Span, latencies: &Latencies) {
        self.width = self.width.max(span);
        let stretch = Batch {
            span,
            sum_ns: latencies.sum_ns() as f64,
            count: latencies.len() as f64,
        };
        match self.batches.last_mut() {
            Some(last) if last.span + span <= self.width => last.add(&stretch),
            _ => self.batches.push(stretch),
        }
        if self.batches.len() > BATCHES_MAX {
            self.width = self.width + self.width;
            for pair in 0..self.batches.len().div_ceil(2) {
                let mut both = self.batches[2 * pair];
                if let Some(second) = self.batches.get(2 * pair + 1) {
                    both.add(second);
                }
                self.batches[pair] = both;
            }
            self.batches.truncate(self.batches.len().div_ceil(2));
        }
    }

    /// Half the width of the interval around the mean that the true mean is in, 95 times of 100, in milliseconds; `None`
    /// while too little has been seen.
    pub fn half_width_ms(&self) -> Option<f64> {
        // The last batch is not full yet.
        let full = self.batches.split_last().map_or(&[][..], |(_, full)| full);
        let (n, mut sum, mut count) = (full.len() as f64, 0.0, 0.0);
        for batch in full {
            sum += batch.sum_ns;
            count += batch.count;
        }
        if full.len() < BATCHES_MIN || count < n {
            return None;
        }
        let mean = sum / count;
        let squares: f64 = full
            .iter()
            .map(|batch| {
                let off = batch.sum_ns - mean * batch.count;
                off * off
            })
            .sum();
        let standard_error = libm::sqrt(squares / (n * (n - 1.0))) / (count / n);
        Some(student_t(n - 1.0) * standard_error / 1e6)
    }
}

impl Batch {
    fn add(&mut self, other: &Batch) {
        self.span = self.span + other.span;
        self.sum_ns += other.sum_ns;
        self.count += other.count;
    }
}

/// What 97.5 % of Student's t distribution do not exceed, for 9 degrees of freedom or more, within 0.006.
fn student_t(degrees: f64) -> f64 {
    1.96 + 2.55 / degrees + 1.6 / (degrees * degrees)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::Stream;

    #[test]
    fn students_t_is_that_of_the_tables() {
        for (degrees, t) in [(9.0, 2.262), (19.0, 2.093), (29.0, 2.045), (39.0, 2.023)] {
            assert!((student_t(degrees) - t).abs() < 0.006, "{degrees}");
        }
    }

    /// Latencies that hang together: each second has a level of its own.
    fn run(seed: u64, seconds: u64) -> (f64, Batches) {
        let mut stream = Stream::new(seed, "batches");
        let (mut all, mut batches) = (Latencies::default(), Batches::default());
        let mut level = 1.0;
        for _ in 0..seconds {
            // Decays over some three seconds.
            level = 0.7 * level + 0.3 * stream.exponential();
            let mut second = Latencies::default();
            for _ in 0..1 + stream.below(20) {
                second.count(Span::from_nanos_f64(1e6 * level * stream.exponential()));
            }
            batches.push(Span::from_secs(1), &second);
            all.add(&second);
        }
        (all.mean_ms(), batches)
    }

    #[test]
    fn nineteen_of_twenty_intervals_hold_the_true_mean_although_latencies_hang_together() {
        let runs = 400;
        let within = (0..runs)
            .filter(|seed| {
                let (mean, batches) = run(*seed, 1_000);
                (mean - 1.0).abs()
                    <= batches
                        .half_width_ms()
                        .expect("a thousand seconds are enough")
            })
            .count();
        // 380 of 400, five standard errors of 4.4 each way.
        assert!((358..=400).contains(&within), "{within} of {runs}");
    }

    #[test]
    fn four_times_as_long_a_run_halves_the_interval() {
        let mean_width = |seconds| {
            let widths = (0..100).filter_map(|seed| run(seed, seconds).1.half_width_ms());
            widths.sum::<f64>() / 100.0
        };
        let ratio = mean_width(400) / mean_width(1_600);
        assert!((ratio - 2.0).abs() < 0.25, "{ratio}");
    }

    #[test]
    fn little_says_nothing() {
        assert_eq!(run(1, 8).1.half_width_ms(), None);
        assert_eq!(Batches::default().half_width_ms(), None);
    }
}
