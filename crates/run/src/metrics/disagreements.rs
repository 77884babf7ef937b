//! How many disagreements there are, and how many business keys have them: one key may have several.

use super::gauge::Gauge;
use kernel::time::Time;
use sim::index::Index;
use sim::trace::Key;

/// What the ledger has found and nothing has mended.
#[derive(Clone, Debug, Default)]
pub(super) struct Disagreements {
    /// Findings.
    pub(super) findings: Gauge,
    /// Business keys with findings.
    pub(super) keys: Gauge,
    by_key: Index<Key, u32>,
}

impl Disagreements {
    /// One more of a key.
    pub(super) fn found(&mut self, key: Key, now: Time) {
        self.findings.up(now);
        let of_key = self.by_key.get_or_new(key);
        *of_key += 1;
        if *of_key == 1 {
            self.keys.up(now);
        }
    }

    /// One less of a key.
    pub(super) fn mended(&mut self, key: Key, now: Time) {
        self.findings.down(now);
        let of_key = self.by_key.get_or_new(key);
        *of_key = of_key.saturating_sub(1);
        if *of_key == 0 {
            self.by_key.remove(key);
            self.keys.down(now);
        }
    }

    /// A new stretch begins.
    pub(super) fn restart(&mut self, now: Time) {
        self.findings.restart(now);
        self.keys.restart(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_two_findings_is_one_key() {
        let mut both = Disagreements::default();
        both.found(7, Time(1));
        both.found(7, Time(2));
        both.found(8, Time(2));
        assert_eq!((both.findings.level, both.keys.level), (3, 2));
        both.mended(7, Time(3));
        assert_eq!((both.findings.level, both.keys.level), (2, 2));
        both.mended(7, Time(4));
        assert_eq!((both.findings.level, both.keys.level), (1, 1));
    }
}
