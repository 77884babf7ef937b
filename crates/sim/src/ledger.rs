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
pub const BUSINESS_KEYS_MAX: usize = 250_000;
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
pub struct BusinessKeyState {
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

impl BusinessKeyState {
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
    business_keys: Index<Key, BusinessKeyState>,
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
    pub fn is_fresh(&self, business_key: &BusinessKeyState) -> bool {
        business_key.fresh_in == self.count && business_key.closed
    }

    /// What is known of a key.
    pub fn business_key(&self, key: Key) -> Option<&BusinessKeyState> {
        self.business_keys.get(key)
    }

    /// All keys that disagree, in the order of keys.
    pub fn disagreeing(&self) -> impl DoubleEndedIterator<Item = (Key, &BusinessKeyState)> {
        let business_keys = self.business_keys.iter();
        business_keys.filter(|(_, business_key)| !business_key.disagreements.is_empty())
    }

    /// Something begins for a key. Whether there are more keys now than there may be.
    pub fn begins(&mut self, key: Key, now: Time) -> bool {
        let business_key = self.business_keys.get_or_new(key);
        if business_key.live == 0 {
            business_key.began = now;
            self.counts.open += 1;
            if business_key.fresh_in == self.count {
                self.counts.fresh.closed -= 1;
                self.counts.fresh.disagree -= u64::from(business_key.fresh_disagrees);
                business_key.fresh_in = 0;
            }
            if business_key.closed {
                self.counts.closed -= 1;
                if !business_key.disagreements.is_empty() {
                    self.counts.disagree -= 1;
                }
                business_key.closed = false;
            }
        }
        business_key.live += 1;
        business_key.touched = now;
        self.business_keys.len() > BUSINESS_KEYS_MAX
    }

    /// Something ends for a key. Whether it was the last.
    pub fn ends(&mut self, key: Key, now: Time) -> bool {
        let Some(business_key) = self.business_keys.get_mut(key) else {
            debug_assert!(false, "an end without a beginning");
            return false;
        };
        debug_assert!(business_key.live > 0);
        business_key.live -= 1;
        business_key.touched = now;
        business_key.live == 0
    }

    /// Remembers what happened for a key.
    pub fn remember(&mut self, key: Key, record: Record) {
        if let Some(business_key) = self.business_keys.get_mut(key) {
            if business_key.history.len() >= HISTORY_MAX {
                // The beginning says how it came about, the end how it is now.
                business_key.history.remove(HISTORY_MAX / 2);
            }
            business_key.history.push(record);
        }
    }

    /// The user is told an outcome.
    pub fn tells(&mut self, key: Key, outcome: Outcome) {
        if let Some(business_key) = self.business_keys.get_mut(key) {
            business_key.promised |= outcome == Outcome::Ok;
            business_key.refused = !business_key.promised && outcome != Outcome::Ok;
        }
    }

    /// A business transaction begins or ends for a key.
    pub fn process(&mut self, key: Key, begins: bool) {
        if let Some(business_key) = self.business_keys.get_mut(key) {
            if begins {
                business_key.processes += 1;
            } else {
                business_key.processes = business_key.processes.saturating_sub(1);
            }
        }
    }

    /// Whether a business transaction is under way for a key.
    pub fn is_in_process(&self, key: Key) -> bool {
        self.business_keys
            .get(key)
            .is_some_and(|business_key| business_key.processes > 0)
    }

    /// How often the user has tried again by hand.
    pub fn tried_again(&self, key: Key) -> u32 {
        self.business_keys
            .get(key)
            .map_or(0, |business_key| business_key.tries)
    }

    /// The user tries again by hand.
    pub fn tries_again(&mut self, key: Key) {
        if let Some(business_key) = self.business_keys.get_mut(key) {
            business_key.tries += 1;
        }
    }

    /// An anomaly is noticed for a key.
    pub fn notices(&mut self, key: Key, anomaly: Anomaly) {
        self.counts.anomalies[anomaly as usize] += 1;
        let business_key = self.business_keys.get(key);
        let fresh =
            business_key.is_some_and(|business_key| business_key.began >= self.counts.since);
        self.counts.fresh_anomalies[anomaly as usize] += u64::from(fresh);
    }

    /// A key goes to the people who look at such things by hand. Whether it was not there yet.
    pub fn goes_to_operator(&mut self, key: Key) -> bool {
        let Some(business_key) = self.business_keys.get_mut(key) else {
            return false;
        };
        let new = !business_key.with_operator;
        business_key.with_operator = true;
        self.counts.with_operator += u64::from(new);
        new
    }

    /// Nothing is under way for a key any more: its records are held against the rules.
    pub fn closes(&mut self, plan: &Plan, tables: &[Records], key: Key, now: Time) -> Closing {
        let mut closing = Closing::default();
        let Some(business_key) = self.business_keys.get_mut(key) else {
            return closing;
        };
        let broken = match &plan.ledger {
            Some(ledger) => broken(ledger, tables, key, business_key),
            None => Vec::new(),
        };
        closing.mended = business_key
            .disagreements
            .iter()
            .filter(|it| !broken.contains(&(it.rule, it.finding)))
            .map(|it| (it.rule, it.finding, it.since))
            .collect();
        business_key
            .disagreements
            .retain(|it| broken.contains(&(it.rule, it.finding)));
        for (rule, finding) in broken {
            let is_known = business_key
                .disagreements
                .iter()
                .any(|it| (it.rule, it.finding) == (rule, finding));
            if !is_known {
                closing.found.push((rule, finding));
                business_key.disagreements.push(Disagreement {
                    rule,
                    finding,
                    since: now,
                });
            }
        }
        closing.agrees = business_key.disagreements.is_empty();
        business_key.closed = true;
        let counts = &mut self.counts;
        counts.open -= 1;
        counts.closed += 1;
        if business_key.began >= counts.since {
            let since = counts.since;
            let found_since = business_key
                .disagreements
                .iter()
                .any(|it| it.since >= since);
            business_key.fresh_in = self.count;
            business_key.fresh_disagrees = found_since;
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
            if business_key.with_operator {
                business_key.with_operator = false;
                counts.with_operator -= 1;
            }
            if !business_key.kept {
                business_key.kept = true;
                self.kept.push_back(key);
            }
        } else {
            counts.disagree += 1;
            if counts.disagree > HISTORIES_MAX {
                business_key.history = Vec::new();
            }
        }
        while self.kept.len() > KEPT_MAX {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            let Some(business_key) = self.business_keys.get_mut(oldest) else {
                continue;
            };
            business_key.kept = false;
            if business_key.closed && business_key.disagreements.is_empty() {
                self.business_keys.remove(oldest);
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
    business_key: &BusinessKeyState,
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
        if business_key.promised && !accepted && !is_in(ledger.open) {
            broken.push((NO_RULE, Finding::PromisedNotDone));
        }
        if business_key.refused && accepted {
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
