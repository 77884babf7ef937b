//! Floor 0: the event queue. Events leave in the order of their times, first in, first out among ties.
//!
//! A radix heap (Ahuja, Mehlhorn, Orlin & Tarjan 1990) with a sorted front. Time never goes back, so an event's place is
//! told by the highest bit in which its time differs from a floor below which nothing can come any more. Only the
//! nearest events are ever sorted, a few dozen at a time. Events of the same time always share a bucket and buckets keep
//! their order, so that ties need no sequence number.

use crate::time::Time;
use std::collections::VecDeque;

/// A bucket of up to so many events is sorted at once; a larger one is divided.
const SORTED_AT_ONCE: usize = 48;
/// A front of more than so many gives the later ones back to the buckets.
const FRONT_MAX: usize = 4 * SORTED_AT_ONCE;

/// A queue of events to come.
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    /// Every event up to `floor`, in order.
    front: VecDeque<(u64, E)>,
    /// Bucket `b`: the events that differ from `floor` in bit `b` and in none above it. All are later than `floor`.
    buckets: Vec<Vec<(u64, E)>>,
    /// Which buckets hold anything.
    filled: u64,
    floor: u64,
    len: usize,
}

impl<E: Copy> Default for EventQueue<E> {
    fn default() -> Self {
        EventQueue {
            front: VecDeque::new(),
            buckets: vec![Vec::new(); 64],
            filled: 0,
            floor: 0,
            len: 0,
        }
    }
}

impl<E: Copy> EventQueue<E> {
    /// Puts an event in, to leave at `at`, which is not before the last event that left.
    #[inline]
    pub fn push(&mut self, at: Time, event: E) {
        self.len += 1;
        self.place(at.0, event);
    }

    /// The time of the next event.
    #[inline]
    pub fn next_at(&mut self) -> Option<Time> {
        if self.front.is_empty() {
            self.refill();
        }
        self.front.front().map(|(at, _)| Time(*at))
    }

    /// Takes the next event out.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        if self.front.is_empty() {
            self.refill();
        }
        let (at, event) = self.front.pop_front()?;
        self.len -= 1;
        Some((Time(at), event))
    }

    /// How many events are still to come.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline]
    fn place(&mut self, at: u64, event: E) {
        if at > self.floor {
            self.place_in_bucket(at, event);
            return;
        }
        // Behind its equals.
        match self.front.back() {
            Some((last, _)) if *last > at => {
                let place = self.front.partition_point(|(other, _)| *other <= at);
                self.front.insert(place, (at, event));
                if self.front.len() > FRONT_MAX {
                    self.shorten_front();
                }
            }
            _ => self.front.push_back((at, event)),
        }
    }

    #[inline]
    fn place_in_bucket(&mut self, at: u64, event: E) {
        let bucket = 63 - (at ^ self.floor).leading_zeros();
        self.buckets[bucket as usize].push((at, event));
        self.filled |= 1 << bucket;
    }

    /// Fills the empty front from the nearest bucket.
    fn refill(&mut self) {
        while self.front.is_empty() && self.filled != 0 {
            let nearest = self.filled.trailing_zeros();
            self.filled &= !(1 << nearest);
            let mut bucket = std::mem::take(&mut self.buckets[nearest as usize]);
            let below = (1u64 << nearest) - 1;
            if bucket.len() <= SORTED_AT_ONCE {
                // The floor goes to the end of the bucket's range: only bits below those of later buckets change.
                self.floor |= below | (1 << nearest);
                // Stable: equal times keep their order.
                bucket.sort_by_key(|(at, _)| *at);
                self.front.extend(bucket.drain(..));
            } else {
                // The floor goes to the beginning of the bucket's range; the events spread over nearer buckets.
                self.floor = (self.floor | (1 << nearest)) & !below;
                for (at, event) in bucket.drain(..) {
                    if at == self.floor {
                        self.front.push_back((at, event));
                    } else {
                        self.place_in_bucket(at, event);
                    }
                }
            }
            // The bucket's memory stays its own.
            self.buckets[nearest as usize] = bucket;
        }
    }

    /// Lowers the floor, so that the later events of a long front go back to the buckets.
    fn shorten_front(&mut self) {
        let floor = self.front[SORTED_AT_ONCE].0;
        let keep = self.front.partition_point(|(at, _)| *at <= floor);
        if keep == self.front.len() {
            return;
        }
        // Seen from the lower floor, what is in buckets below the highest bit that changes differs in that bit; what is
        // in later buckets stays where it is. (Equal times share a bucket, so the order of buckets does not matter.)
        let changed = self.floor ^ floor;
        if changed != 0 {
            let highest = 63 - changed.leading_zeros();
            let mut nearer = self.filled & ((1 << highest) - 1);
            self.filled &= !nearer;
            while nearer != 0 {
                let bucket = nearer.trailing_zeros();
                nearer &= nearer - 1;
                let mut events = std::mem::take(&mut self.buckets[bucket as usize]);
                self.buckets[highest as usize].append(&mut events);
                self.buckets[bucket as usize] = events;
                self.filled |= 1 << highest;
            }
        }
        self.floor = floor;
        for index in keep..self.front.len() {
            let (at, event) = self.front[index];
            self.place_in_bucket(at, event);
        }
        self.front.truncate(keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    /// The queue that is simplest to trust.
    #[derive(Default)]
    struct Oracle {
        heap: BinaryHeap<Reverse<(u64, u64)>>,
        pushed: u64,
    }

    /// Pushes `gap` after the last time that left, or takes one out; both queues do the same.
    fn check(actions: impl IntoIterator<Item = Option<u64>>) {
        let (mut queue, mut oracle) = (EventQueue::default(), Oracle::default());
        let mut now = 0;
        for action in actions {
            match action {
                Some(gap) => {
                    oracle.pushed += 1;
                    oracle.heap.push(Reverse((now + gap, oracle.pushed)));
                    queue.push(Time(now + gap), oracle.pushed);
                }
                None => {
                    let expected = oracle
                        .heap
                        .pop()
                        .map(|Reverse((at, event))| (Time(at), event));
                    assert_eq!(queue.next_at(), expected.map(|(at, _)| at));
                    assert_eq!(queue.pop(), expected);
                    now = expected.map_or(now, |(at, _)| at.0);
                }
            }
            assert_eq!(queue.len(), oracle.heap.len());
        }
        while let Some(Reverse((at, event))) = oracle.heap.pop() {
            assert_eq!(queue.pop(), Some((Time(at), event)));
        }
        assert!(queue.is_empty() && queue.pop().is_none());
    }

    fn gap() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0u64),
            0u64..4,
            0u64..1000,
            0u64..10_000_000_000,
            Just(1_000_000_000_000)
        ]
    }

    proptest! {
        #[test]
        fn events_leave_as_from_the_simplest_heap(
            actions in prop::collection::vec(prop::option::weighted(0.6, gap()), 0..2_000),
        ) {
            check(actions);
        }

        /// A full queue in a steady state, as in a simulation: every event that leaves puts one in.
        #[test]
        fn a_steady_state_keeps_the_order(
            first in prop::collection::vec(0u64..100_000, 100..1_500),
            then in prop::collection::vec(gap(), 0..3_000),
        ) {
            check(first.into_iter().map(Some).chain(then.into_iter().flat_map(|gap| [None, Some(gap)])));
        }
    }

    #[test]
    fn a_crowd_at_one_instant_leaves_in_the_order_it_came() {
        check(
            (0..10_000)
                .map(|_| Some(5_000))
                .chain((0..10_000).map(|_| None)),
        );
    }

    #[test]
    fn many_near_events_before_one_far_one() {
        let near = (0..5_000u64).map(|index| Some(index * 7919 % 5_003));
        check(
            [Some(1 << 40), None]
                .into_iter()
                .chain([Some(1 << 40)])
                .chain(near),
        );
    }
}
