//! Timers act on what they were made for: no lock, lease, wait, prepared transaction, delivery or record lives longer or
//! shorter than its rule says, over generated worlds with faults in which places are used again and again.

mod support;

use kernel::time::{Span, Time};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use sim::trace::{Outcome, Record, Return, What, Written};
use sim::{Plan, Progress, Simulation};
use std::collections::BTreeMap;
use support::generate_writes::document;
use support::scenario;

/// What has begun and must end by its rule.
#[derive(Default)]
struct Rules {
    /// By lock and key: when it was taken last.
    leases: BTreeMap<(u16, u32), Time>,
    /// By request and store: when it was prepared, and the key.
    prepared: BTreeMap<(u64, u16), (Time, u32)>,
    /// By key: requests that carry a decision of a two-phase commit, or a prepare, at work.
    deciding: BTreeMap<u64, u32>,
    /// By request: its key.
    keys: BTreeMap<u64, u32>,
    /// By table and row: when it was written last, and its state.
    written: BTreeMap<(u16, u32), (Time, u8)>,
    /// By subscription, message and delivery: when. (A message that is there twice has two of the same number.)
    delivered: BTreeMap<(u16, u32, u16), Vec<Time>>,
    /// By request: when a crash ended it.
    broken: BTreeMap<u64, Time>,
    /// By request: since when it waits for a row.
    waits: BTreeMap<u64, Time>,
    seen: [u32; 5],
}

/// Whether `span` is a whole number of times `of`, and not none.
fn is_times(span: Span, of: Span) -> bool {
    span.0 > 0 && span.0.is_multiple_of(of.0)
}

impl Rules {
    fn observe(&mut self, plan: &Plan, record: &Record) {
        let at = record.at;
        match record.what {
            What::Keyed { request, key } => drop(self.keys.insert(request, key)),
            What::Started {
                request, operation, ..
            } => {
                let name = &plan.operations[operation as usize].name;
                if name.contains('#')
                    && let Some(key) = self.keys.get(&request)
                {
                    self.deciding.insert(request, *key);
                }
            }
            What::Finished { request, .. } => {
                self.deciding.remove(&request);
                self.keys.remove(&request);
            }
            What::LockTaken { lock, key, .. } => drop(self.leases.insert((lock, key), at)),
            What::LockReleased { lock, key, expired } => {
                let taken = self.leases.remove(&(lock, key)).expect("it was taken");
                let held = at.since(taken);
                let lease = plan.locks[lock as usize].lease;
                assert!(held <= lease, "a lease of {lease} was held for {held}");
                assert!(
                    !expired || held == lease,
                    "a lease of {lease} ran out after {held}"
                );
                self.seen[0] += u32::from(expired);
            }
            What::Prepared {
                request,
                store,
                key,
            } => {
                // A retried prepare takes the place of an older one.
                self.prepared.insert((request, store), (at, key));
            }
            What::Committed { request, store } | What::RolledBack { request, store } => {
                let Some((since, key)) = self.prepared.remove(&(request, store)) else {
                    return;
                };
                let told = self.deciding.values().any(|it| *it == key);
                let asked = is_times(at.since(since), plan.recovery);
                assert!(
                    told || asked,
                    "prepared at {since:?} and ended at {at:?}: nobody told it, and it was not its time to ask"
                );
                self.seen[1] += u32::from(asked);
            }
            What::RowWanted { request, .. } => drop(self.waits.insert(request, at)),
            What::RowGranted {
                table,
                request,
                waited,
                gave_up,
                ..
            } => {
                let since = self.waits.remove(&request).expect("it has waited");
                assert_eq!(at.since(since), waited);
                let store = plan.tables[table as usize].store;
                let timeout = plan.stores[store as usize].lock_timeout;
                assert!(
                    waited <= timeout,
                    "a row is waited for {waited} of {timeout}"
                );
                if gave_up && waited < timeout {
                    // It died: told at the same moment.
                    self.broken.insert(request, at);
                }
                self.seen[2] += u32::from(gave_up && waited == timeout);
            }
            What::Wrote {
                table,
                row,
                state,
                how,
                ..
            } => {
                let before = self.written.insert((table, row), (at, state));
                if how == Written::Expired {
                    let expiry = plan.tables[table as usize].expires.expect("it expires");
                    let (since, was) = before.expect("it was written");
                    assert_eq!((at.since(since), was), (expiry.after, expiry.state));
                    self.seen[3] += 1;
                }
            }
            What::Delivered {
                message,
                subscription,
                attempt,
                ..
            } => {
                let delivery = (subscription, message, attempt);
                self.delivered.entry(delivery).or_default().push(at);
            }
            What::Returned {
                message,
                subscription,
                attempt,
                why: Return::Deadline,
                ready,
                ..
            } => {
                let since = &self.delivered[&(subscription, message, attempt)];
                let rules = &plan.subscriptions[subscription as usize].rules;
                let deadline = rules.deadline(attempt);
                assert!(
                    since.iter().any(|since| at.since(*since) == deadline),
                    "a deadline of {deadline} since {since:?} was over at {at:?}"
                );
                assert_eq!(ready, at);
                self.seen[4] += 1;
            }
            _ => {}
        }
    }

    /// Nothing outlives its rule.
    fn check(&self, plan: &Plan, simulation: &Simulation) {
        let now = simulation.now();
        for ((table, row), (since, state)) in &self.written {
            let expiry = plan.tables[*table as usize].expires;
            let Some(expiry) = expiry.filter(|expiry| expiry.state == *state) else {
                continue;
            };
            if simulation.records_of(*table).get(*row).is_some() {
                assert!(*since + expiry.after >= now, "a record outlives its state");
            }
        }
        for (lock, key, until) in simulation.leases() {
            let taken = self.leases[&(lock, key)];
            assert_eq!(until, taken + plan.locks[lock as usize].lease);
            assert!(until >= now, "a lease outlives its time");
        }
    }
}

/// The rules over a run of so many seconds; how often each kind of timer was at work.
fn watch(document: &serde_json::Value, seconds: u64) -> [u32; 5] {
    let mut simulation = Simulation::new(&scenario(document));
    let plan = simulation.plan().clone();
    let mut rules = Rules::default();
    let until = Time(seconds * 1_000_000_000);
    loop {
        let progress = simulation.run_until(until, 200);
        for record in std::mem::take(simulation.records()) {
            rules.observe(&plan, &record);
            if let What::Finished {
                request,
                outcome: Outcome::Broken,
                ..
            } = record.what
                && let Some(at) = rules.broken.remove(&request)
            {
                assert_eq!(at, record.at);
            }
        }
        rules.check(&plan, &simulation);
        match progress {
            Progress::Reached => break,
            Progress::Busy => {}
            Progress::Stopped(limit) => panic!("{limit}"),
        }
    }
    // Who gave up a row before its time had died.
    assert!(rules.broken.is_empty(), "{:?}", rules.broken);
    rules.seen
}

proptest! {
    #![proptest_config(support::cases(96))]

    #[test]
    fn nothing_lives_longer_or_shorter_than_its_rule(document in document()) {
        watch(&document, 5);
    }
}

/// The property is about something: in enough generated worlds every kind of timer runs out.
#[test]
fn every_kind_of_timer_runs_out_somewhere() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = [0; 5];
    for _ in 0..200 {
        let tree = document().new_tree(&mut runner).expect("there is one");
        let ran_out = watch(&tree.current(), 4);
        for (all, one) in seen.iter_mut().zip(ran_out) {
            *all += one;
        }
        if seen.iter().all(|times| *times > 0) {
            return;
        }
    }
    panic!("leases, doubts, rows, records, deadlines: {seen:?}");
}
