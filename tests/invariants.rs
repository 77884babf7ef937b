//! Laws that hold in every run: whatever the scenario, the strategies and the faults.

mod support;

use kernel::time::{Span, Time};
use proptest::prelude::*;
use run::Run;
use run::session::{Session, Story};
use scenario::{FaultKind, Scenario, settings};
use sim::{Progress, Simulation};
use std::rc::Rc;
use support::audit::Auditor;
use support::generate::document;
use support::{assert_same_however_sliced, scenario, shipped};

/// Runs a scenario under audit.
fn audited(scenario: &Scenario, until: Time) -> Auditor {
    let mut auditor = Auditor::default();
    let mut simulation = Simulation::new(scenario);
    loop {
        let progress = simulation.run_until(until, 1000);
        let records = std::mem::take(simulation.records());
        for record in &records {
            auditor.observe(simulation.plan(), record);
        }
        match progress {
            Progress::Reached => return auditor,
            Progress::Busy => {}
            Progress::Stopped(limit) => panic!("{limit}"),
        }
    }
}

proptest! {
    #![proptest_config(support::cases(150))]

    #[test]
    fn requests_are_conserved_bounds_hold_and_time_never_goes_back(document in document()) {
        let scenario = scenario(&document);
        let auditor = audited(&scenario, Time(6_000_000_000));
        prop_assert_eq!(auditor.issued, auditor.settled + auditor.in_flight());
    }

    #[test]
    fn the_same_seed_gives_the_same_trace_however_the_run_is_sliced(document in document(), slice in 1u64..50) {
        assert_same_however_sliced(&scenario(&document), Time(2_000_000_000), slice);
    }

    /// What a person does to a run is done again, at the same moment and with the same effect, when they go back.
    #[test]
    fn going_back_and_forth_in_a_session_changes_nothing(document in document(), at_ms in 100u64..1500) {
        let first = scenario(&document);
        let settings = [("references.first.strategy".to_string(), "batch".to_string())];
        let second = settings::apply(&first, &settings).expect("a strategy can be changed");
        let mut session = Session::new(Rc::new(Story::new(Rc::new(first))), 10_000);
        session.advance(Span::from_millis(at_ms), u64::MAX);
        prop_assert_eq!(session.run().violation(), None);
        session.inject(FaultKind::Crash { service: "b".into(), instance: None }, Some(Span::from_millis(300)))
            .expect("there is a service b");
        session.advance(Span::from_millis(200), 77);
        session.reconfigure(Rc::new(second));
        session.advance(Span::from_millis(1000), u64::MAX);
        let (end, records) = (session.now(), session.run().trace().records().clone());
        let numbers = session.run().numbers();
        session.seek(Time(at_ms * 500_000));
        session.advance(Span::ZERO, u64::MAX);
        session.seek(end);
        while session.seeking().is_some() {
            session.advance(Span::ZERO, 100);
        }
        prop_assert_eq!(session.run().trace().records(), &records);
        prop_assert_eq!(session.run().numbers(), numbers);
        prop_assert_eq!(session.run().violation(), None);
    }
}

#[test]
fn every_shipped_scenario_passes_the_audit() {
    for (name, _) in scenario::shipped::ALL {
        let auditor = audited(&shipped(name, &[]), Time(10_000_000_000));
        assert!(auditor.settled > 0, "{name}: nobody got anything");
    }
}

/// An instance that leaves while it works, beside one that stays and gets new work: both are busy, and that is right.
#[test]
fn an_instance_that_leaves_may_be_busy_beside_one_that_stays() {
    let first = scenario(&serde_json::json!({
        "version": 1, "name": "leaving",
        "services": {"a": {"instances": 2, "threads": 1}},
        "operations": {"a.go": {"steps": [{"work": "8s"}]}},
        "clients": {"c": {"operation": "a.go", "load": {"constant": {"rate": 1}}, "timeout": "20s"}},
        "faults": [{"at": "0s", "for": "1500ms", "what": {"crash": {"service": "a", "instance": 0}}}]
    }));
    let fewer = [("services.a.instances".to_string(), "1".to_string())];
    let second = settings::apply(&first, &fewer).expect("a number can be changed");
    let mut run = Run::new(first, 0);
    while run.run_until(Time(1_200_000_000), 1_000) == Progress::Busy {}
    run.reconfigure(second).expect("it has the same shape");
    while run.run_until(Time(12_000_000_000), 1_000) == Progress::Busy {}
    assert_eq!(run.violation(), None);
}
