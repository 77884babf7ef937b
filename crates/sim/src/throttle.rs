//! Client-side adaptive throttling (Google's SRE book, chapter 21, "Handling Overload").
//!
//! A caller keeps a request back by itself with probability max(0, (requests - k accepts) / (requests + 1)). Requests
//! are all that the caller wanted to send, also those kept back; accepts are those that were answered well. Under a
//! constant overload the callee sees k times what it accepts. The machine is that of Apache Beam's `AdaptiveThrottler`.

use super::window::TimeWindow;
use kernel::time::{Span, Time};
use scenario::THROTTLE_BUCKETS;

const REQUESTS: usize = 0;
const ACCEPTS: usize = 1;

/// What a throttle goes by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    k: f64,
    window: Span,
}

impl Rules {
    /// The rules that a document gives; none if it switches the throttle off.
    pub fn new(throttle: &scenario::Throttle) -> Option<Rules> {
        throttle.enabled.then_some(Rules {
            k: throttle.k,
            window: throttle.window,
        })
    }
}

/// A throttle.
#[derive(Clone, Debug)]
pub struct Throttle {
    rules: Rules,
    seen: TimeWindow<2>,
}

impl Throttle {
    /// A throttle that has seen nothing.
    pub fn new(rules: Rules) -> Throttle {
        Throttle {
            rules,
            seen: TimeWindow::new(rules.window, THROTTLE_BUCKETS),
        }
    }

    /// What it goes by.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// The probability with which the next request is kept back.
    pub fn probability(&mut self, now: Time) -> f64 {
        let [requests, accepts] = self.seen.sums(now);
        let requests = requests as f64;
        ((requests - self.rules.k * accepts as f64) / (requests + 1.0)).max(0.0)
    }

    /// Whether a request may be sent now. `draw` is uniform in 0 to 1; it is drawn only if the answer is not certain, so
    /// that a throttle with nothing to do costs no luck.
    pub fn admits(&mut self, now: Time, draw: impl FnOnce() -> f64) -> bool {
        let probability = self.probability(now);
        self.seen.count(now, REQUESTS);
        probability == 0.0 || draw() >= probability
    }

    /// A request was answered well.
    pub fn accepted(&mut self, now: Time) {
        self.seen.count(now, ACCEPTS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::Stream;

    fn throttle(k: f64, window: Span) -> Throttle {
        let document = scenario::Throttle {
            enabled: true,
            k,
            window,
        };
        Throttle::new(Rules::new(&document).unwrap())
    }

    fn ms(ms: u64) -> Time {
        Time::ZERO + Span::from_millis(ms)
    }

    #[test]
    fn beam_no_throttling_without_errors() {
        let mut throttle = throttle(2.0, Span::from_secs(60));
        assert_eq!(throttle.probability(ms(0)), 0.0);
        for t in 0..20 {
            assert!(throttle.admits(ms(t), || unreachable!("it is certain")));
            throttle.accepted(ms(t));
        }
        assert_eq!(throttle.probability(ms(20)), 0.0);
    }

    #[test]
    fn beam_throttling_after_errors() {
        let mut throttle = throttle(2.0, Span::from_secs(60));
        for t in 0..20u64 {
            let admitted = throttle.admits(ms(t), || (t % 10) as f64 / 10.0);
            if t % 3 == 1 {
                throttle.accepted(ms(t));
            }
            if t > 10 {
                let probability = throttle.probability(ms(t));
                assert!((probability - 0.33).abs() < 0.1, "{probability} at {t} ms");
                assert_eq!(admitted, t >= 14, "{t} ms");
            }
        }
    }

    #[test]
    fn beam_errors_expire() {
        let mut throttle = throttle(2.0, Span::from_secs(60));
        for t in (0..60_000).step_by(100) {
            throttle.admits(ms(t), || 0.5);
        }
        assert!(throttle.probability(ms(60_000)) > 0.0);
        for t in (60_000..120_000).step_by(100) {
            throttle.admits(ms(t), || 0.5);
            throttle.accepted(ms(t));
        }
        assert_eq!(throttle.probability(ms(120_000)), 0.0);
    }

    /// `wanted` requests a second against a callee that accepts `capacity` of them: what reaches the callee, a second, and
    /// the probability at the end. Measured over `seconds` after two full windows.
    fn fixed_point(k: f64, wanted: u64, capacity: u64, seconds: u64) -> (f64, f64) {
        let mut throttle = throttle(k, Span::from_secs(120));
        let mut stream = Stream::new(1, "throttle");
        let mut sent = 0;
        for second in 0..240 + seconds {
            let mut accepted = 0;
            for request in 0..wanted {
                let now = Time(second * 1_000_000_000 + request * 1_000_000_000 / wanted);
                if throttle.admits(now, || stream.unit()) {
                    sent += u64::from(second >= 240);
                    if accepted < capacity {
                        accepted += 1;
                        throttle.accepted(now);
                    }
                }
            }
        }
        let probability = throttle.probability(ms((240 + seconds) * 1000 - 1));
        (sent as f64 / seconds as f64, probability)
    }

    fn check_fixed_point(k: f64, wanted: u64, capacity: u64, load: f64, probability: f64) {
        let (measured, kept_back) = fixed_point(k, wanted, capacity, 120);
        let case = format!("k {k}, {wanted} wanted, {capacity} accepted");
        assert!(
            (measured / load - 1.0).abs() < 0.03,
            "{case}: {measured} a second"
        );
        assert!(
            (kept_back - probability).abs() < 0.03,
            "{case}: {kept_back}"
        );
    }

    #[test]
    fn the_callee_sees_k_times_what_it_accepts() {
        check_fixed_point(2.0, 1000, 100, 200.0, 0.8);
        check_fixed_point(2.0, 150, 100, 150.0, 0.0);
        check_fixed_point(1.1, 1000, 100, 110.0, 0.89);
    }

    #[test]
    fn a_dead_callee_is_probed_about_once_in_a_window() {
        // One request a second: 119 or 120 in a window, each sent with probability 1/(requests + 1).
        let (sent, probability) = fixed_point(2.0, 1, 0, 120_000);
        assert!((probability - 0.991_735_537).abs() < 1e-3, "{probability}");
        // A thousand windows with one probe each; five standard errors.
        let probes = sent * 120.0;
        assert!((probes - 0.99).abs() < 5.0 / 1000f64.sqrt(), "{probes}");
    }
}
