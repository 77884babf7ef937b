//! The event queue. Events leave in the order of their times, first in, first out among ties.
//!
//! A radix heap (Ahuja, Mehlhorn, Orlin & Tarjan 1990) with a sorted front. Time never goes back, so an event's place is
//! told by the highest bit in which its time differs from a floor below which nothing can come any more. Only the
//! nearest events are ever sorted, a few dozen at a time. Events of the same time always share a bucket and buckets keep
//! their order, so that ties need no sequence number. What is to happen at this very moment (a message over a link that
//! takes no time) waits in a line of its own: behind all that was put in earlier, and without any sorting; and if nothing
//! at all is before it, in a place of its own.

use crate::time::Time;
use std::collections::VecDeque;

/// A bucket of up to so many events is sorted at once; a larger one is divided.
const SORTED_AT_ONCE: usize = 48;
/// Fewer than so many events in all are kept in order without any buckets.
const FEW: usize = 16;
/// A front of more than so many gives the later ones back to the buckets.
const FRONT_MAX: usize = 4 * SORTED_AT_ONCE;

/// A queue of events to come.
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    /// The time of the event that left last.
    now: u64,
    /// What was put in for `now` when nothing else was left to do then: it is the next.
    next: Option<E>,
    /// What was put in for `now` since then.
    at_once: VecDeque<E>,
    /// Every other event up to `floor`, in order.
    front: Front<E>,
    /// Memory for what leaves a front that has become too long.
    later: Vec<(u64, E)>,
    /// Bucket `b`: the events that differ from `floor` in bit `b` and in none above it. All are later than `floor`.
    buckets: Vec<Vec<(u64, E)>>,
    /// Which buckets hold anything.
    filled: u64,
    floor: u64,
}

impl<E: Copy> Default for EventQueue<E> {
    fn default() -> Self {
        EventQueue {
            now: 0,
            next: None,
            at_once: VecDeque::new(),
            front: Front::default(),
            later: Vec::new(),
            buckets: vec![Vec::new(); 64],
            filled: 0,
            floor: 0,
        }
    }
}

impl<E: Copy> EventQueue<E> {
    /// Puts an event in, to leave at `at`, which is not before the last event that left.
    #[inline]
    pub fn push(&mut self, at: Time, event: E) {
        self.push_here(at, event);
    }

    /// [`EventQueue::push`], compiled into the place of the call.
    #[inline(always)]
    pub fn push_here(&mut self, at: Time, event: E) {
        if at.0 != self.now {
            self.place(at.0, event);
        } else if self.next.is_none() && self.at_once.is_empty() && !self.front_is_due() {
            self.next = Some(event);
        } else {
            self.at_once.push_back(event);
        }
    }

    /// Whether something that was put in before `now` is for `now`.
    #[inline]
    fn front_is_due(&self) -> bool {
        // What is in the buckets is later than `floor`, and so than `now`.
        matches!(self.front.first(), Some((at, _)) if *at == self.now)
    }

    /// The time of the next event.
    #[inline]
    pub fn next_at(&mut self) -> Option<Time> {
        if self.next.is_some() || !self.at_once.is_empty() {
            return Some(Time(self.now));
        }
        if self.front.is_empty() {
            self.refill();
        }
        self.front.first().map(|(at, _)| Time(*at))
    }

    /// Takes the next event out.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        self.pop_until(Time(u64::MAX))
    }

    /// Takes the next event out, unless it is later than `until`.
    #[inline]
    pub fn pop_until(&mut self, until: Time) -> Option<(Time, E)> {
        if let Some(event) = self.next.take() {
            return Some((Time(self.now), event));
        }
        if !self.at_once.is_empty()
            && !self.front_is_due()
            && let Some(event) = self.at_once.pop_front()
        {
            return Some((Time(self.now), event));
        }
        if self.front.is_empty() {
            self.refill();
        }
        let (at, event) = *self.front.first()?;
        if at > until.0 {
            return None;
        }
        self.front.drop_first();
        self.now = at;
        Some((Time(at), event))
    }

    /// How many events are still to come.
    pub fn len(&self) -> usize {
        let in_buckets: usize = self.buckets.iter().map(Vec::len).sum();
        usize::from(self.next.is_some()) + self.at_once.len() + self.front.len() + in_buckets
    }

    /// Whether nothing is to come.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn place(&mut self, at: u64, event: E) {
        if self.filled == 0 && self.front.len() < FEW {
            // Nothing is in the buckets, so the floor may be anywhere: few events need none.
            self.floor = self.floor.max(at);
            self.front.insert(at, event);
        } else if at > self.floor {
            self.place_in_bucket(at, event);
        } else {
            self.front.insert(at, event);
            if self.front.len() > FRONT_MAX {
                self.shorten_front();
            }
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
                self.front.append(&mut bucket);
            } else {
                // The floor goes to the beginning of the bucket's range; the events spread over nearer buckets.
                self.floor = (self.floor | (1 << nearest)) & !below;
                for (at, event) in bucket.drain(..) {
                    if at == self.floor {
                        self.front.insert(at, event);
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
    #[cold]
    fn shorten_front(&mut self) {
        let mut later = std::mem::take(&mut self.later);
        let Some(floor) = self.front.cut(SORTED_AT_ONCE, &mut later) else {
            return;
        };
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
        for (at, event) in later.drain(..) {
            self.place_in_bucket(at, event);
        }
        self.later = later;
    }
}

/// The nearest events, in order: a list whose first part has left.
#[derive(Clone, Debug)]
struct Front<E> {
    events: Vec<(u64, E)>,
    left: usize,
}

impl<E> Default for Front<E> {
    fn default() -> Self {
        Front {
            events: Vec::new(),
            left: 0,
        }
    }
}

impl<E: Copy> Front<E> {
    #[inline]
    fn first(&self) -> Option<&(u64, E)> {
        self.events.get(self.left)
    }

    #[inline]
    fn len(&self) -> usize {
        self.events.len() - self.left
    }

    #[inline]
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn drop_first(&mut self) {
        self.left += 1;
        if self.left == self.events.len() {
            self.events.clear();
            self.left = 0;
        }
    }

    /// Behind its equals.
    #[inline(always)]
    fn insert(&mut self, at: u64, event: E) {
        if self.left > FRONT_MAX {
            self.events.drain(..self.left);
            self.left = 0;
        }
        self.events.push((at, event));
        let events = &mut self.events[self.left..];
        let mut place = events.len() - 1;
        while let Some(before) = place.checked_sub(1) {
            if events[before].0 <= at {
                break;
            }
            events[place] = events[before];
            place = before;
        }
        events[place] = (at, event);
    }

    /// Takes sorted events in, all later than those that are there.
    fn append(&mut self, events: &mut Vec<(u64, E)>) {
        self.events.append(events);
    }

    /// Moves the events that are later than the one in place `keep` to `later`; the time of that one. Without any, none.
    fn cut(&mut self, keep: usize, later: &mut Vec<(u64, E)>) -> Option<u64> {
        let time = self.events.get(self.left + keep)?.0;
        let cut = self.events.partition_point(|(at, _)| *at <= time);
        if cut == self.events.len() {
            return None;
        }
        later.extend(self.events.drain(cut..));
        Some(time)
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
