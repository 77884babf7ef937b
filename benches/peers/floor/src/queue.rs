//! A radix heap with a sorted front: the queue of `crates/kernel/src/queue.rs` in the main crate, without what a floor does not need
//! (a length, a look at the next event).

use std::collections::VecDeque;

const SORTED_AT_ONCE: usize = 48;
const FRONT_MAX: usize = 4 * SORTED_AT_ONCE;

pub struct Queue {
    front: VecDeque<(u64, u64)>,
    buckets: Vec<Vec<(u64, u64)>>,
    filled: u64,
    floor: u64,
}

impl Queue {
    pub fn new() -> Queue {
        Queue {
            front: VecDeque::with_capacity(1024),
            buckets: vec![Vec::new(); 64],
            filled: 0,
            floor: 0,
        }
    }

    #[inline]
    pub fn push(&mut self, at: u64, event: u64) {
        if at > self.floor {
            self.place_in_bucket(at, event);
            return;
        }
        match self.front.back() {
            Some((last, _)) if *last > at => self.insert(at, event),
            _ => self.front.push_back((at, event)),
        }
    }

    #[inline]
    pub fn pop(&mut self) -> Option<(u64, u64)> {
        if self.front.is_empty() {
            self.refill();
        }
        self.front.pop_front()
    }

    fn insert(&mut self, at: u64, event: u64) {
        let place = self.front.partition_point(|(other, _)| *other <= at);
        self.front.insert(place, (at, event));
        if self.front.len() > FRONT_MAX {
            self.shorten_front();
        }
    }

    #[inline]
    fn place_in_bucket(&mut self, at: u64, event: u64) {
        let bucket = 63 - (at ^ self.floor).leading_zeros();
        self.buckets[bucket as usize].push((at, event));
        self.filled |= 1 << bucket;
    }

    fn refill(&mut self) {
        while self.front.is_empty() && self.filled != 0 {
            let nearest = self.filled.trailing_zeros();
            self.filled &= !(1 << nearest);
            let mut bucket = std::mem::take(&mut self.buckets[nearest as usize]);
            let below = (1u64 << nearest) - 1;
            if bucket.len() <= SORTED_AT_ONCE {
                self.floor |= below | (1 << nearest);
                bucket.sort_by_key(|(at, _)| *at);
                self.front.extend(bucket.drain(..));
            } else {
                self.floor = (self.floor | (1 << nearest)) & !below;
                for (at, event) in bucket.drain(..) {
                    if at == self.floor {
                        self.front.push_back((at, event));
                    } else {
                        self.place_in_bucket(at, event);
                    }
                }
            }
            self.buckets[nearest as usize] = bucket;
        }
    }

    fn shorten_front(&mut self) {
        let floor = self.front[SORTED_AT_ONCE].0;
        let keep = self.front.partition_point(|(at, _)| *at <= floor);
        if keep == self.front.len() {
            return;
        }
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
