//! The trace that is kept - the latest records, up to a bound - and how to find one's way in it.

use kernel::time::Time;
use sim::trace::{Record, What};
use std::collections::VecDeque;

/// The latest records of a run. When it is full the oldest leave.
#[derive(Clone, Debug)]
pub struct TraceLog {
    records: VecDeque<Record>,
    capacity: usize,
    dropped: u64,
}

impl TraceLog {
    /// Keeps up to `capacity` records (0: none).
    pub fn new(capacity: usize) -> TraceLog {
        TraceLog {
            records: VecDeque::new(),
            capacity,
            dropped: 0,
        }
    }

    /// Keeps what has happened, as the latest record.
    #[inline]
    pub fn keep(&mut self, at: Time, what: &What) {
        if self.capacity == 0 {
            return;
        }
        if self.records.len() == self.capacity {
            self.records.pop_front();
            self.dropped += 1;
        }
        self.records.push_back(Record { at, what: *what });
    }

    /// How many records have left. The first record kept has this number, counted from the start of the run.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The records kept, oldest first.
    pub fn records(&self) -> &VecDeque<Record> {
        &self.records
    }

    /// How many records there have been, those that have left included.
    pub fn seen(&self) -> u64 {
        self.dropped + self.records.len() as u64
    }

    /// The records after so many, as far as they are kept.
    pub fn since(&self, seen: u64) -> impl Iterator<Item = &Record> {
        let first = seen.saturating_sub(self.dropped) as usize;
        self.records.range(first.min(self.records.len())..)
    }

    /// Since when it is complete.
    pub fn start(&self) -> Time {
        if self.dropped == 0 {
            Time::ZERO
        } else {
            self.records.front().map_or(Time::ZERO, |record| record.at)
        }
    }

    /// The records from `from` (included) to `to` (excluded).
    pub fn between(&self, from: Time, to: Time) -> impl DoubleEndedIterator<Item = &Record> {
        let first = self.records.partition_point(|record| record.at < from);
        let last = self.records.partition_point(|record| record.at < to);
        self.records.range(first..last.max(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(log: &mut TraceLog, times: &[u64]) {
        for at in times {
            log.keep(Time(*at), &What::Reconfigured);
        }
    }

    #[test]
    fn a_full_log_keeps_the_latest_records_and_says_since_when() {
        let mut log = TraceLog::new(3);
        keep(&mut log, &[1, 2]);
        assert_eq!(log.start(), Time::ZERO);
        keep(&mut log, &[3, 4]);
        assert_eq!((log.start(), log.dropped()), (Time(2), 1));
        keep(&mut log, &[5, 6, 7, 8]);
        assert_eq!((log.start(), log.dropped()), (Time(6), 5));
        let between: Vec<u64> = log
            .between(Time(6), Time(8))
            .map(|record| record.at.0)
            .collect();
        assert_eq!(between, [6, 7]);
    }
}
