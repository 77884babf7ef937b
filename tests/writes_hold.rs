//! Laws of writing and of the bus that hold in every run: whatever the coordination, the ways of events and the faults.

mod support;

use kernel::time::{Span, Time};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use scenario::{Scenario, settings};
use serde_json::Value;
use sim::trace::{Record, What};
use sim::{Progress, Simulation};
use std::collections::BTreeMap;
use support::audit::Auditor;
use support::generate_writes::document;
use support::{assert_same_however_sliced, scenario};

/// What became of the messages of each subscription.
#[derive(Default)]
struct Messages {
    /// By topic.
    published: BTreeMap<u16, u64>,
    /// By subscription.
    duplicated: BTreeMap<u16, u64>,
    /// By subscription: acknowledged, expired or dropped.
    gone: BTreeMap<u16, u64>,
    locked: BTreeMap<(u16, u32), Time>,
}

impl Messages {
    fn observe(&mut self, record: &Record) {
        match record.what {
            What::Published { topic, .. } => *self.published.entry(topic).or_default() += 1,
            What::Duplicated { subscription, .. } => {
                *self.duplicated.entry(subscription).or_default() += 1;
            }
            What::Acked { subscription, .. }
            | What::Expired { subscription, .. }
            | What::DeadLettered {
                subscription,
                kept: false,
                ..
            } => *self.gone.entry(subscription).or_default() += 1,
            What::LockTaken { lock, key, .. } => {
                self.locked.insert((lock, key), record.at);
            }
            What::LockReleased { lock, key, .. } => {
                self.locked.remove(&(lock, key));
            }
            _ => {}
        }
    }
}

struct Watched {
    simulation: Simulation,
    auditor: Auditor,
    messages: Messages,
}

impl Watched {
    fn new(scenario: &Scenario) -> Watched {
        Watched {
            simulation: Simulation::new(scenario),
            auditor: Auditor::default(),
            messages: Messages::default(),
        }
    }

    fn run_until(&mut self, until: Time) {
        loop {
            let progress = self.simulation.run_until(until, 500);
            let records = std::mem::take(self.simulation.records());
            for record in &records {
                self.auditor.observe(self.simulation.plan(), record);
                self.messages.observe(record);
            }
            self.check();
            match progress {
                Progress::Reached => return,
                Progress::Busy => {}
                Progress::Stopped(limit) => panic!("{limit}"),
            }
        }
    }

    /// What must hold at every moment.
    fn check(&self) {
        let plan = self.simulation.plan();
        let count = |map: &BTreeMap<u16, u64>, index: u16| map.get(&index).copied().unwrap_or(0);
        for (index, subscription) in (0u16..).zip(&plan.subscriptions) {
            // In a choreography each gets some kinds of events only.
            if subscription.kinds != u32::MAX {
                continue;
            }
            let state = self.simulation.queue_state(index);
            let there = state.queued + state.delayed + state.unacknowledged + state.dead;
            let came = count(&self.messages.published, subscription.topic)
                + count(&self.messages.duplicated, index);
            assert_eq!(
                came,
                count(&self.messages.gone, index) + u64::from(there),
                "messages are not conserved at {}: {state:?}",
                subscription.name
            );
            assert!(state.in_hand <= state.consumers, "{state:?}");
        }
        let now = self.simulation.now();
        for (lock, key, until) in self.simulation.leases() {
            assert!(until >= now, "a lock outlives its lease");
            let taken = self.messages.locked[&(lock, key)];
            let lease = plan.locks[lock as usize].lease;
            assert!(until <= taken + lease, "a lease is longer than it was set");
        }
    }
}

/// The same with nobody who asks for anything any more.
fn quiet(scenario: &Scenario) -> Scenario {
    let mut changes: Vec<(String, String)> = scenario
        .clients
        .keys()
        .map(|client| (format!("clients.{client}.load.poisson.rate"), "0".into()))
        .collect();
    changes.push(("reconciliations.payments.enabled".into(), "false".into()));
    settings::apply(scenario, &changes).expect("rates can be changed")
}

/// Runs a world and then lets it come to rest; whether it did. It does not where a message can only fail and its broker
/// delivers it anew at once, for ever.
fn comes_to_rest(document: &Value) -> bool {
    let scenario = scenario(document);
    let mut watched = Watched::new(&scenario);
    watched.run_until(Time(4_000_000_000));
    watched
        .simulation
        .reconfigure(&scenario, &quiet(&scenario))
        .expect("the shape is the same");
    watched.run_until(Time(200_000_000_000));
    // What fails for ever is delivered for ever; in between it is quiet.
    for _ in 0..200 {
        if watched.simulation.in_flight() == 0 {
            break;
        }
        let next = watched.simulation.now() + Span::from_millis(7);
        watched.run_until(next);
    }
    let simulation = &watched.simulation;
    assert_eq!(watched.auditor.in_flight(), 0, "somebody waits for ever");
    assert_eq!(
        simulation.in_doubts().count(),
        0,
        "somebody is in doubt for ever"
    );
    assert_eq!(
        simulation.leases().count(),
        0,
        "a business lock is held by nobody"
    );
    if simulation.in_flight() > 0 {
        let subscriptions = 0..simulation.plan().subscriptions.len() as u16;
        let alive = subscriptions
            .map(|it| simulation.queue_state(it))
            .map(|state| state.unacknowledged + state.delayed + state.queued);
        assert!(alive.sum::<u32>() > 0, "something is at work on nothing");
        return false;
    }
    assert_eq!(
        simulation.row_locks().count(),
        0,
        "a row is locked by nobody"
    );
    assert_eq!(
        watched.auditor.connections_in_use(),
        0,
        "a connection is not given back"
    );
    true
}

/// The property below is about something: nearly all generated worlds come to rest.
#[test]
fn nearly_all_worlds_come_to_rest() {
    let mut runner = TestRunner::deterministic();
    let worlds = 40;
    let at_rest = (0..worlds)
        .filter(|_| {
            let tree = document().new_tree(&mut runner).expect("there is one");
            comes_to_rest(&tree.current())
        })
        .count();
    assert!(at_rest * 10 >= worlds * 9, "{at_rest} of {worlds}");
}

proptest! {
    #![proptest_config(support::cases(100))]

    #[test]
    fn messages_are_conserved_and_all_is_given_back_when_it_is_quiet(document in document()) {
        comes_to_rest(&document);
    }

    #[test]
    fn the_same_seed_gives_the_same_trace_however_the_run_is_sliced(document in document(), slice in 1u64..50) {
        assert_same_however_sliced(&scenario(&document), Time(1_500_000_000), slice);
    }
}
