//! A level that changes over time: threads in use, requests waiting.

use kernel::time::Time;

/// A level and its area over the stretch under way. All in whole numbers, so that Little's law can be held against it
/// exactly.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauge {
    /// The level now.
    pub level: u32,
    /// The highest level of the stretch.
    pub peak: u32,
    since: Time,
    /// Level times nanoseconds, until `since`.
    area: u64,
}

impl Gauge {
    /// The level goes up by one.
    #[inline]
    pub fn up(&mut self, now: Time) {
        self.pass(now);
        self.level += 1;
        self.peak = self.peak.max(self.level);
    }

    /// The level goes down by one.
    #[inline]
    pub fn down(&mut self, now: Time) {
        self.pass(now);
        self.level = self.level.saturating_sub(1);
    }

    #[inline]
    fn pass(&mut self, now: Time) {
        self.area = self.area(now);
        self.since = now;
    }

    /// The area of the stretch until `now`: the mean level times the time, in nanoseconds.
    #[inline]
    pub fn area(&self, now: Time) -> u64 {
        // A stretch is a second: a level of ten thousand million would be needed to overflow.
        self.area + u64::from(self.level) * now.since(self.since).0
    }

    /// A new stretch begins.
    pub fn restart(&mut self, now: Time) {
        self.area = 0;
        self.since = now;
        self.peak = self.level;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_level_times_the_time() {
        let mut gauge = Gauge::default();
        gauge.up(Time(10));
        gauge.up(Time(10));
        gauge.down(Time(30));
        assert_eq!(gauge.area(Time(40)), 2 * 20 + 10);
        assert_eq!(gauge.peak, 2);
        gauge.restart(Time(40));
        assert_eq!((gauge.area(Time(50)), gauge.peak), (10, 1));
    }
}
