//! Model 1: M/M/1, first come, first served, at 0.8 of its capacity.

use crate::harness::Outcome;
use crate::queue::Queue;
use crate::random::Stream;
use std::collections::VecDeque;

/// Mean time between arrivals, in nanoseconds: 0.8 a second.
const GAP: f64 = 1.25e9;
/// Mean time of one service, in nanoseconds.
const SERVICE: f64 = 1e9;

const ARRIVES: u64 = 0;
const DEPARTS: u64 = 1;

/// Runs until `customers` have left.
pub fn run(customers: u64, seed: u64) -> Outcome {
    let (mut arrivals, mut services) = (Stream::new(seed), Stream::new(seed + 1));
    let mut queue = Queue::new();
    // Those inside, the one being served first, by the time they came.
    let mut inside: VecDeque<u64> = VecDeque::with_capacity(1024);
    let (mut left, mut stayed) = (0, 0u64);
    queue.push(arrivals.exponential(GAP), ARRIVES);
    while left < customers {
        let Some((now, event)) = queue.pop() else {
            break;
        };
        if event == ARRIVES {
            inside.push_back(now);
            if inside.len() == 1 {
                queue.push(now + services.exponential(SERVICE), DEPARTS);
            }
            queue.push(now + arrivals.exponential(GAP), ARRIVES);
        } else {
            let came = inside.pop_front().unwrap_or(now);
            stayed += now - came;
            left += 1;
            if !inside.is_empty() {
                queue.push(now + services.exponential(SERVICE), DEPARTS);
            }
        }
    }
    Outcome {
        units: left,
        requests: left,
        given_up: 0,
        mean_s: stayed as f64 / 1e9 / left as f64,
    }
}
