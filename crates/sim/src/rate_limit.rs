//! A service's limit on what it admits.

use kernel::time::Time;
use scenario::RateLimit;

/// How much of a limit is used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Admitted {
    /// Fixed windows: the number of the window, and what it has admitted.
    window: u64,
    requests: u32,
    /// A bucket: tokens taken out and not yet come in again.
    missing: f64,
    at: Time,
}

impl Admitted {
    /// Whether one more request is admitted now; it counts if it is.
    pub fn one_more(&mut self, limit: RateLimit, now: Time) -> bool {
        match limit {
            RateLimit::FixedWindow { requests, per } => {
                let window = now.0 / per.0.max(1);
                if window != self.window {
                    (self.window, self.requests) = (window, 0);
                }
                let admitted = self.requests < requests;
                self.requests += u32::from(admitted);
                admitted
            }
            RateLimit::TokenBucket { rate, burst } => {
                let come_in = rate * now.since(self.at).as_secs();
                self.missing = (self.missing - come_in).max(0.0);
                self.at = now;
                // A millionth is forgiven: tokens that come in piece by piece do not quite add up.
                let admitted = self.missing + 1.0 <= f64::from(burst) + 1e-6;
                self.missing += f64::from(u8::from(admitted));
                admitted
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::time::Span;

    fn admitted(limit: RateLimit, times_ms: impl IntoIterator<Item = u64>) -> Vec<bool> {
        let mut state = Admitted::default();
        times_ms
            .into_iter()
            .map(|ms| state.one_more(limit, Time(ms * 1_000_000)))
            .collect()
    }

    #[test]
    fn a_window_admits_so_many_and_the_next_one_again() {
        let limit = RateLimit::FixedWindow {
            requests: 2,
            per: Span::from_secs(1),
        };
        assert_eq!(
            admitted(limit, [0, 10, 20, 999, 1000, 1001, 1002]),
            [true, true, false, false, true, true, false]
        );
    }

    #[test]
    fn a_bucket_admits_its_burst_and_then_its_rate() {
        let limit = RateLimit::TokenBucket {
            rate: 10.0,
            burst: 3,
        };
        assert_eq!(
            admitted(
                limit,
                [0, 0, 0, 0, 50, 100, 100, 10_000, 10_000, 10_000, 10_000]
            ),
            [
                true, true, true, false, false, true, false, true, true, true, false
            ]
        );
    }
}
