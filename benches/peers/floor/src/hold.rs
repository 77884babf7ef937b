//! The queue alone: one hold takes the next event out and puts another in, exponentially later.

use crate::harness::Clock;
use crate::queue::Queue;
use crate::random::Stream;

/// Mean time that an event waits, in nanoseconds.
const WAIT: f64 = 1e9;

/// Prints `hold,floor,ns_per_hold,pending`.
pub fn measure() {
    for pending in [1_000u64, 10_000, 100_000, 1_000_000] {
        let mut rng = Stream::new(pending);
        let mut queue = Queue::new();
        for event in 0..pending {
            queue.push(rng.exponential(WAIT), event);
        }
        let mut hold = |times: u64| {
            for _ in 0..times {
                let Some((now, event)) = queue.pop() else {
                    break;
                };
                queue.push(now + rng.exponential(WAIT), event);
            }
        };
        // Twice round, so that what was put in at the start has gone.
        hold(2 * pending);
        let holds = 2 * pending.max(1_000_000);
        let clock = Clock::start();
        hold(holds);
        let ns = clock.ns() / holds as f64;
        println!("hold,floor,{ns:.1},{pending}");
    }
}
