//! What every run is held against while it goes, in release builds, too: laws that no scenario can break.
//!
//! Little's law as an identity (Little 1961): the time-average number inside times the time is the sum of all times
//! inside. The left side comes from the level, which only counts who enters and leaves; the right side from the times
//! that the requests themselves carry. In whole nanoseconds both are exact, so they have to be equal.

use kernel::time::{Span, Time};
use std::fmt;

/// The laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The area under the number of busy workers is not the sum of the times for which workers were held.
    LittlesLaw,
    /// More requests are open at the clients than were sent and not settled, or fewer.
    RequestsConserved,
    /// More workers are busy than there are.
    WorkersBounded,
    /// More connections of a store are in use than there are.
    ConnectionsBounded,
}

/// A law that a run has broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub broken: Broken,
    /// At which service or store (empty: at the clients).
    pub service: String,
    /// When it was noticed.
    pub at: Time,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let law = match self.broken {
            Broken::LittlesLaw => "Little's law does not hold for the workers",
            Broken::RequestsConserved => "requests were lost or invented",
            Broken::WorkersBounded => "more workers are busy than there are",
            Broken::ConnectionsBounded => "more connections are in use than there are",
        };
        let place = if self.service.is_empty() {
            "the clients"
        } else {
            &self.service
        };
        write!(
            f,
            "the engine made a mistake at {place}, noticed at {:.3} s: {law}; please report it with this scenario",
            self.at.as_secs()
        )
    }
}

/// The workers of a service, with both sides of Little's law.
#[derive(Clone, Copy, Debug, Default)]
pub struct Station {
    /// The area under the number busy, in nanoseconds, until the last check.
    area: u128,
    /// The times inside of all who have left.
    times: u128,
    /// The most that have been inside when the number of places changed: workers of instances that were taken away finish
    /// what they have beside those that stay.
    leaving: u32,
}

impl Station {
    /// One leaves, and says how long it was inside.
    #[inline]
    pub fn leaves(&mut self, inside: Span) {
        self.times += u128::from(inside.0);
    }

    /// The number of places may change now; so many have been taken until now.
    pub fn resized(&mut self, peak: u32) {
        self.leaving = self.leaving.max(peak);
    }

    /// A stretch ends in which the level had this area and peak, and is now this; the law that is broken, if one is.
    pub fn check(&mut self, area: u128, peak: u32, level: u32, places: u32) -> Option<Broken> {
        self.area += area;
        if peak > places.saturating_add(self.leaving) {
            return Some(Broken::WorkersBounded);
        }
        // With nobody inside it has to come out even; with somebody inside their times are needed, too.
        if level == 0 {
            self.littles_law(0, 0)
        } else {
            None
        }
    }

    /// Little's law, with `area` more since the last check, and these times so far of those who are inside.
    pub fn littles_law(&self, area: u128, inside: u128) -> Option<Broken> {
        (self.area + area != self.times + inside).then_some(Broken::LittlesLaw)
    }
}

/// The connections of a store.
#[derive(Clone, Copy, Debug, Default)]
pub struct Connections {
    /// The most that have been in use when their number changed: those that were taken away finish what they are at.
    leaving: u32,
}

impl Connections {
    /// The number of connections may change now; so many have been in use until now.
    pub fn resized(&mut self, peak: u32) {
        self.leaving = self.leaving.max(peak);
    }

    /// A stretch ends in which so many were in use at most, of so many; the law that is broken, if one is.
    pub fn check(&self, peak: u32, connections: u32) -> Option<Broken> {
        (peak > connections.max(self.leaving)).then_some(Broken::ConnectionsBounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn littles_law_holds_for_two_who_overlap_and_a_wrong_time_breaks_it() {
        // One from 10 to 50, one from 20 to 100.
        let check = |second_stays: u64| {
            let mut station = Station::default();
            station.leaves(Span(40));
            assert_eq!(station.check(10 + 60, 2, 1, 2), None);
            assert_eq!(station.littles_law(10, 60 - 20), None);
            assert_eq!(station.littles_law(10, 60 - 21), Some(Broken::LittlesLaw));
            station.leaves(Span(second_stays));
            station.check(50, 1, 0, 2)
        };
        assert_eq!(check(80), None);
        assert_eq!(check(79), Some(Broken::LittlesLaw));
    }

    #[test]
    fn more_connections_in_use_than_there_are_break_the_bound_unless_their_number_was_lowered() {
        let mut pool = Connections::default();
        assert_eq!(pool.check(3, 3), None);
        assert_eq!(pool.check(4, 3), Some(Broken::ConnectionsBounded));
        pool.resized(5);
        assert_eq!(pool.check(5, 3), None);
        assert_eq!(pool.check(6, 3), Some(Broken::ConnectionsBounded));
    }

    #[test]
    fn more_busy_workers_than_there_are_break_the_bound_unless_they_are_leaving() {
        let mut station = Station::default();
        assert_eq!(station.check(20, 2, 2, 1), Some(Broken::WorkersBounded));
        let mut station = Station::default();
        station.resized(2);
        assert_eq!(station.check(20, 3, 3, 1), None);
        assert_eq!(station.check(20, 4, 3, 1), Some(Broken::WorkersBounded));
    }
}
