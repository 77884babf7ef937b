//! Timers that are usually cancelled, such as the timeouts of calls.
//!
//! Of the same length, what is armed first runs out first: one line for each length is in order without any sorting, and
//! arming costs no more than to join it. A cancelled timer is not looked for. It is passed over when its turn comes, and
//! cleared away with others when they are too many, so that memory is bounded by the timers that still matter.
//! (Measured against one radix heap for everything: a call whose timeout is cancelled is a third cheaper.)

use crate::time::{Span, Time};
use std::collections::VecDeque;

/// Up to so many cancelled timers (and as many again as can still matter) may wait for their turn.
const CANCELLED_MAX: usize = 1024;

/// Timers of few lengths, by what they are for.
#[derive(Clone, Debug)]
pub struct Timers<T> {
    lines: Vec<Line<T>>,
    /// When the first of all runs out: `u64::MAX` if there is none.
    next: u64,
    /// The line that it is in.
    next_line: usize,
}

#[derive(Clone, Debug)]
struct Line<T> {
    length: Span,
    timers: VecDeque<(u64, T)>,
}

impl<T> Default for Timers<T> {
    fn default() -> Self {
        Timers {
            lines: Vec::new(),
            next: u64::MAX,
            next_line: 0,
        }
    }
}

impl<T: Copy> Timers<T> {
    /// Arms a timer of this length. At most `alive` timers still matter, and `matters` tells which.
    #[inline]
    pub fn arm(
        &mut self,
        now: Time,
        length: Span,
        timer: T,
        alive: impl Fn() -> usize,
        matters: impl Fn(T) -> bool,
    ) {
        let index = match self.lines.iter().position(|line| line.length == length) {
            Some(index) => index,
            None => self.new_line(length),
        };
        let line = &mut self.lines[index];
        let at = (now + length).0;
        line.timers.push_back((at, timer));
        if line.timers.len() > CANCELLED_MAX && line.timers.len() > CANCELLED_MAX + 2 * alive() {
            line.timers.retain(|(_, timer)| matters(*timer));
            self.find_next();
        } else if at < self.next {
            (self.next, self.next_line) = (at, index);
        }
    }

    #[cold]
    fn new_line(&mut self, length: Span) -> usize {
        // An empty line serves again, so that ever new lengths do not gather.
        match self.lines.iter().position(|line| line.timers.is_empty()) {
            Some(index) => {
                self.lines[index].length = length;
                index
            }
            None => {
                self.lines.push(Line {
                    length,
                    timers: VecDeque::new(),
                });
                self.lines.len() - 1
            }
        }
    }

    /// When the next timer runs out (it may have been cancelled), or the end of time.
    #[inline]
    pub fn next_at(&self) -> Time {
        Time(self.next)
    }

    /// Takes out the timer that runs out next, and passes over those behind it in its line that no longer matter.
    pub fn pop(&mut self, matters: impl Fn(T) -> bool) -> Option<(Time, T)> {
        let line = self.lines.get_mut(self.next_line)?;
        let (at, timer) = line.timers.pop_front()?;
        while line
            .timers
            .front()
            .is_some_and(|(_, timer)| !matters(*timer))
        {
            line.timers.pop_front();
        }
        self.find_next();
        Some((Time(at), timer))
    }

    fn find_next(&mut self) {
        self.next = u64::MAX;
        for (index, line) in self.lines.iter().enumerate() {
            // The first line wins a tie: the same in every run.
            if let Some((at, _)) = line.timers.front()
                && *at < self.next
            {
                (self.next, self.next_line) = (*at, index);
            }
        }
    }

    /// How many timers wait, the cancelled ones included.
    pub fn len(&self) -> usize {
        self.lines.iter().map(|line| line.timers.len()).sum()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.next == u64::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        /// Against a map that removes what is cancelled at once.
        #[test]
        fn timers_that_matter_run_out_in_order_and_the_others_not_at_all(
            actions in prop::collection::vec((0u64..50, 0usize..4, 0usize..3), 1..3_000),
        ) {
            let lengths = [Span(10), Span(300), Span(7), Span(100_000)];
            let mut timers = Timers::default();
            let mut oracle: BTreeMap<(u64, u64), u64> = BTreeMap::new();
            let (mut now, mut armed) = (0, 0);
            for (gap, length, action) in actions {
                now += gap;
                // Everything that has run out by now.
                while timers.next_at().0 <= now {
                    let matters = |id: u64| oracle.values().any(|other| *other == id);
                    let (at, id) = timers.pop(matters).expect("one is due");
                    if oracle.values().any(|other| *other == id) {
                        let first = oracle.first_key_value().map(|((first, _), _)| *first);
                        prop_assert_eq!(first, Some(at.0));
                        oracle.retain(|_, other| *other != id);
                    }
                }
                prop_assert!(oracle.first_key_value().is_none_or(|((at, _), _)| *at > now));
                if action < 2 {
                    armed += 1;
                    oracle.insert((now + lengths[length].0, armed), armed);
                    let alive = || oracle.len();
                    let matters = |id: u64| oracle.values().any(|other| *other == id);
                    timers.arm(Time(now), lengths[length], armed, alive, matters);
                } else if let Some(entry) = oracle.last_entry() {
                    entry.remove();
                }
            }
        }
    }

    #[test]
    fn cancelled_timers_do_not_gather() {
        let mut timers = Timers::default();
        for id in 0..1_000_000_u64 {
            timers.arm(
                Time(id),
                Span::from_secs(1000),
                id,
                || 3,
                |other| other + 3 > id,
            );
            assert!(timers.len() <= CANCELLED_MAX + 7);
        }
        assert_eq!(timers.pop(|_| true).map(|(_, id)| id > 990_000), Some(true));
    }

    #[test]
    fn ever_new_lengths_use_the_lines_of_the_old_ones() {
        let mut timers = Timers::default();
        for length in 1..1_000_u64 {
            timers.arm(Time(length * 10_000), Span(length), length, || 1, |_| true);
            assert_eq!(timers.pop(|_| true), Some((Time(length * 10_001), length)));
        }
        assert_eq!(timers.lines.len(), 1);
        assert!(timers.is_empty() && timers.pop(|_| true).is_none());
    }
}
