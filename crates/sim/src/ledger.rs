//! The ledger: the playground's own account of what should be true for each business key, and what each store holds.
//!
//! It sees everything and changes nothing. As long as anything is under way for a key - a request, a message, an outbox
//! row, a prepared transaction - its records may disagree; when nothing is, they are held against the rules. What
//! disagrees then is a finding, with the chain of what happened, until something touches the key again.

use super::index::Index;
use super::plan::{LedgerPlan, Plan};
use super::records::{NEW_KEYS, Records};
use super::trace::{Anomaly, Finding, Key, NO_RULE, Outcome, Record};
use kernel::time::Time;
use std::collections::VecDeque;

/// Happenings of one key that are remembered.
pub const HISTORY_MAX: usize = 48;
/// Keys that agree and are remembered with their records, for who looks or reconciles.
pub const KEPT_MAX: usize = 4_000;
/// Keys that are under way or disagree, at most.
pub const AFFAIRS_MAX: usize = 250_000;
/// Keys that disagree and keep their history.
const HISTORIES_MAX: u64 = 20_000;

/// A disagreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The rule, in the plan's ledger; [`NO_RULE`] for the deciding record's own.
    pub rule: u8,
    /// What it is.
    pub finding: Finding,
    /// Since when.
    pub since: Time,
}

/// So many keys disagree, of so many for which nothing is under way any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Keys that disagree.
    pub disagree: u64,
    /// Keys for which nothing is under way any more.
    pub closed: u64,
}

/// What is known of one business key.
#[derive(Clone, Debug, Default)]
pub struct Affair {
    /// Things under way.
    live: u32,
    /// When the first of the things began that are (or were last) under way together.
    began: Time,
    /// Whether the user has been told that it is done.
    promised: bool,
    /// Whether the user has been told that it failed, and nothing better since.
    refused: bool,
    /// When something was done for it last.
    pub touched: Time,
    /// What disagrees.
    pub disagreements: Vec<Disagreement>,
    /// What happened, oldest first; the middle is left out where it is too long.
    pub history: Vec<Record>,
    /// Whether people have been asked to look at it.
    pub with_operator: bool,
    closed: bool,
    /// Business transactions under way.
    processes: u32,
    /// How often the user has tried again.
    tries: u32,
    /// Whether it stands among those that are kept.
    kept: bool,
    /// In which of the ledger's counts it stands among the fresh keys, and whether it disagrees there; 0: in none.
    fresh_in: u32,
    fresh_disagrees: bool,
}

impl Affair {
    /// Whether something is under way for it.
    pub fn is_open(&self) -> bool {
        self.live > 0
    }

    /// Whether the user has been told that it is done.
    pub fn promised(&self) -> bool {
        self.promised
    }
}

/// How many keys there are, and how they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Keys under way.
    pub open: u64,
    /// Keys for which nothing is under way.
    pub closed: u64,
    /// Of those, keys that disagree now.
    pub disagree: u64,
    /// Disagreements now, by [`Finding`].
    pub now: [u64; Finding::ALL.len()],
    /// Disagreements ever found, by [`Finding`].
    pub ever: [u64; Finding::ALL.len()],
    /// Anomalies noticed, by [`Anomaly`].
    pub anomalies: [u64; 3],
    /// Keys that wait for people.
    pub with_operator: u64,
    /// Since when the following are counted: the end of the warm-up, or the last change of settings.
    pub since: Time,
    /// Keys whose work has all begun since then: what was under way before belongs to the settings of before.
    pub fresh: Tally,
    /// Anomalies noticed for such keys, by [`Anomaly`].
    pub fresh_anomalies: [u64; 3],
}

/// The account.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    affairs: Index<Key, Affair>,
    /// Keys that agree, the oldest first.
    kept: VecDeque<Key>,
    counts: Counts,
    /// How often the fresh keys have been counted anew.
    count: u32,
}

/// What the ledger says about a key for which nothing is under way any more.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    /// Disagreements that are new.
    pub found: Vec<(u8, Finding)>,
    /// Disagreements that are gone.
    pub mended: Vec<(u8, Finding, Time)>,
    /// Whether all agrees.
    pub agrees: bool,
    /// Keys whose records may be forgotten.
    pub forget: Vec<Key>,
}

impl Ledger {
    /// How the keys stand.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The fresh keys are counted anew, from `since` on.
    pub fn count_from(&mut self, since: Time) {
        self.count += 1;
        self.counts.since = self.counts.since.max(since);
        self.counts.fresh = Tally::default();
        self.counts.fresh_anomalies = [0; 3];
    }

    /// Whether a key is counted among the fresh ones.
    pub fn is_fresh(&self, affair: &Affair) -> bool {
        affair.fresh_in == self.count && affair.closed
    }

    /// What is known of a key.
    pub fn affair(&self, key: Key) -> Option<&Affair> {
        self.affairs.get(key)
    }

    /// All keys that disagree, in the order of keys.
    pub fn disagreeing(&self) -> impl DoubleEndedIterator<Item = (Key, &Affair)> {
        let affairs = self.affairs.iter();
        affairs.filter(|(_, affair)| !affair.disagreements.is_empty())
    }

    /// Something begins for a key. Whether there are more keys now than there may be.
    pub fn begins(&mut self, key: Key, now: Time) -> bool {
        let affair = self.affairs.get_or_new(key);
        if affair.live == 0 {
            affair.began = now;
            self.counts.open += 1;
            if affair.fresh_in == self.count {
                self.counts.fresh.closed -= 1;
                self.counts.fresh.disagree -= u64::from(affair.fresh_disagrees);
                affair.fresh_in = 0;
            }
            if affair.closed {
                self.counts.closed -= 1;
                if !affair.disagreements.is_empty() {
                    self.counts.disagree -= 1;
                }
                affair.closed = false;
            }
        }
        affair.live += 1;
        affair.touched = now;
        self.affairs.len() > AFFAIRS_MAX
    }

    /// Something ends for a key. Whether it was the last.
    pub fn ends(&mut self, key: Key, now: Time) -> bool {
        let Some(affair) = self.affairs.get_mut(key) else {
            debug_assert!(false, "an end without a beginning");
            return false;
        };
        debug_assert!(affair.live > 0);
        affair.live -= 1;
        affair.touched = now;
        affair.live == 0
    }

    /// Remembers what happened for a key.
    pub fn remember(&mut self, key: Key, record: Record) {
        if let Some(affair) = self.affairs.get_mut(key) {
            if affair.history.len() >= HISTORY_MAX {
                // The beginning says how it came about, the end how it is now.
                affair.history.remove(HISTORY_MAX / 2);
            }
            affair.history.push(record);
        }
    }

    /// The user is told an outcome.
    pub fn tells(&mut self, key: Key, outcome: Outcome) {
        if let Some(affair) = self.affairs.get_mut(key) {
            affair.promised |= outcome == Outcome::Ok;
            affair.refused = !affair.promised && outcome != Outcome::Ok;
        }
    }

    /// A business transaction begins or ends for a key.
    pub fn process(&mut self, key: Key, begins: bool) {
        if let Some(affair) = self.affairs.get_mut(key) {
            if begins {
                affair.processes += 1;
            } else {
                affair.processes = affair.processes.saturating_sub(1);
            }
        }
    }

    /// Whether a business transaction is under way for a key.
    pub fn is_in_process(&self, key: Key) -> bool {
        self.affairs
            .get(key)
            .is_some_and(|affair| affair.processes > 0)
    }

    /// How often the user has tried again by hand.
    pub fn tried_again(&self, key: Key) -> u32 {
        self.affairs.get(key).map_or(0, |affair| affair.tries)
    }

    /// The user tries again by hand.
    pub fn tries_again(&mut self, key: Key) {
        if let Some(affair) = self.affairs.get_mut(key) {
            affair.tries += 1;
        }
    }

    /// An anomaly is noticed for a key.
    pub fn notices(&mut self, key: Key, anomaly: Anomaly) {
        self.counts.anomalies[anomaly as usize] += 1;
        let affair = self.affairs.get(key);
        let fresh = affair.is_some_and(|affair| affair.began >= self.counts.since);
        self.counts.fresh_anomalies[anomaly as usize] += u64::from(fresh);
    }

    /// A key goes to the people who look at such things by hand. Whether it was not there yet.
    pub fn goes_to_operator(&mut self, key: Key) -> bool {
        let Some(affair) = self.affairs.get_mut(key) else {
            return false;
        };
        let new = !affair.with_operator;
        affair.with_operator = true;
        self.counts.with_operator += u64::from(new);
        new
    }

    /// Nothing is under way for a key any more: its records are held against the rules.
    pub fn closes(&mut self, plan: &Plan, tables: &[Records], key: Key, now: Time) -> Closing {
        let mut closing = Closing::default();
        let Some(affair) = self.affairs.get_mut(key) else {
            return closing;
        };
        let broken = match &plan.ledger {
            Some(ledger) => broken(ledger, tables, key, affair),
            None => Vec::new(),
        };
        closing.mended = affair
            .disagreements
            .iter()
            .filter(|it| !broken.contains(&(it.rule, it.finding)))
            .map(|it| (it.rule, it.finding, it.since))
            .collect();
        affair
            .disagreements
            .retain(|it| broken.contains(&(it.rule, it.finding)));
        for (rule, finding) in broken {
            let is_known = affair
                .disagreements
                .iter()
                .any(|it| (it.rule, it.finding) == (rule, finding));
            if !is_known {
                closing.found.push((rule, finding));
                affair.disagreements.push(Disagreement {
                    rule,
                    finding,
                    since: now,
                });
            }
        }
        closing.agrees = affair.disagreements.is_empty();
        affair.closed = true;
        let counts = &mut self.counts;
        counts.open -= 1;
        counts.closed += 1;
        if affair.began >= counts.since {
            let since = counts.since;
            let found_since = affair.disagreements.iter().any(|it| it.since >= since);
            affair.fresh_in = self.count;
            affair.fresh_disagrees = found_since;
            counts.fresh.closed += 1;
            counts.fresh.disagree += u64::from(found_since);
        }
        for (_, finding, _) in &closing.mended {
            counts.now[*finding as usize] -= 1;
        }
        for (_, finding) in &closing.found {
            counts.now[*finding as usize] += 1;
            counts.ever[*finding as usize] += 1;
        }
        if closing.agrees {
            if affair.with_operator {
                affair.with_operator = false;
                counts.with_operator -= 1;
            }
            if !affair.kept {
                affair.kept = true;
                self.kept.push_back(key);
            }
        } else {
            counts.disagree += 1;
            if counts.disagree > HISTORIES_MAX {
                affair.history = Vec::new();
            }
        }
        while self.kept.len() > KEPT_MAX {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            let Some(affair) = self.affairs.get_mut(oldest) else {
                continue;
            };
            affair.kept = false;
            if affair.closed && affair.disagreements.is_empty() {
                self.affairs.remove(oldest);
                if oldest > NEW_KEYS {
                    closing.forget.push(oldest);
                }
            }
        }
        closing
    }
}

/// Which rules a key breaks.
fn broken(
    ledger: &LedgerPlan,
    tables: &[Records],
    key: Key,
    affair: &Affair,
) -> Vec<(u8, Finding)> {
    let mut broken = Vec::new();
    let record = tables[ledger.record as usize].get(key);
    let is_in = |states: u16| record.is_some_and(|it| states >> it.state & 1 == 1);
    if is_in(ledger.open) {
        broken.push((NO_RULE, Finding::HalfDone));
    }
    let accepted = is_in(ledger.accepted);
    // A row that was there from the start was promised by nobody.
    if key > NEW_KEYS {
        if affair.promised && !accepted && !is_in(ledger.open) {
            broken.push((NO_RULE, Finding::PromisedNotDone));
        }
        if affair.refused && accepted {
            broken.push((NO_RULE, Finding::DoneButRefused));
        }
    }
    for (index, rule) in (0..).zip(&ledger.rules) {
        let table = &tables[rule.table as usize];
        let count = table.count(key, rule.states);
        if accepted {
            if count < rule.accepted.min {
                broken.push((index, Finding::Lost));
            } else if count > rule.accepted.max {
                broken.push((index, Finding::Duplicated));
            }
            let values = |records: &Records| records.get(key).map(|it| it.values);
            if rule.same && count > 0 && values(table) != record.map(|it| it.values) {
                broken.push((index, Finding::Differs));
            }
        } else if count > rule.refused.max && !is_in(ledger.open) {
            broken.push((index, Finding::Orphaned));
        }
    }
    broken
}
