//! The scenarios that ship tell the truth: what visibly fails by default is mended by the change that is offered, and each
//! guidance of the guide can be seen in the numbers. Nothing here is scripted; two seeds are run.

use kernel::time::{Span, Time};
use run::Run;
use run::metrics::Numbers;
use scenario::{FaultKind, Scenario, settings, shipped};
use sim::Progress;

const SEEDS: [u64; 2] = [1, 20];

fn scenario(name: &str, seed: u64, set: &[(&str, &str)]) -> Scenario {
    let mut scenario = shipped::load(name).expect("it ships");
    scenario.seed = seed;
    let set: Vec<(String, String)> = set
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    settings::apply(&scenario, &set).expect("the settings are sound")
}

fn until(run: &mut Run, time: Time) {
    while run.run_until(time, 1_000_000) == Progress::Busy {}
    assert_eq!(run.violation(), None);
}

fn run(name: &str, seed: u64, set: &[(&str, &str)]) -> Run {
    let scenario = scenario(name, seed, set);
    let end = Time::ZERO + scenario.duration;
    let mut run = Run::new(scenario, 0);
    until(&mut run, end);
    run
}

fn offered(name: &str) -> Vec<(String, String)> {
    let scenario = shipped::load(name).expect("it ships");
    let offer = scenario.offer.expect("it offers something");
    offer.set.into_iter().collect()
}

fn with_offer(name: &str, seed: u64) -> Run {
    let set = offered(name);
    let set: Vec<(&str, &str)> = set
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    run(name, seed, &set)
}

/// Business keys that disagree now, and how often one was ever found to.
fn disagreements(run: &Run) -> (u64, u64) {
    let counts = run.sim().ledger().counts();
    (counts.disagree, counts.ever.iter().sum())
}

fn client<'n>(numbers: &'n Numbers, name: &str) -> &'n run::metrics::numbers::ClientNumbers {
    let clients = &numbers.clients;
    clients.iter().find(|it| it.name == name).expect("a client")
}

#[test]
fn orders_by_calls_leave_charges_and_stock_that_belong_to_nothing_and_the_offer_mends_it() {
    for seed in SEEDS {
        let (now, ever) = disagreements(&run("order-payment", seed, &[]));
        assert!(now > 200 && ever > 200, "{now} {ever}");
        let mended = with_offer("order-payment", seed);
        assert_eq!(disagreements(&mended), (0, 0));
        let closed = mended.sim().ledger().counts().closed;
        assert!(closed > 1500, "{closed} orders were placed");
    }
}

#[test]
fn trying_the_payment_again_charges_twice_unless_the_gateway_knows_the_order() {
    let twice = |set: &[(&str, &str)]| {
        let run = run("order-payment", 1, set);
        run.numbers().writing.ledger.expect("a ledger").duplicated
    };
    let naive = twice(&[("attempts", "3")]);
    assert!(naive > 30, "{naive}");
    assert_eq!(twice(&[("attempts", "3"), ("payment-key", "ignore")]), 0);
}

#[test]
fn compensation_leaves_what_cannot_be_undone() {
    let run = run("order-payment", 1, &[("by", "compensation")]);
    let ledger = run.numbers().writing.ledger.expect("a ledger");
    // The SMS was sent, its answer was lost, and the order was refused.
    assert!(ledger.orphaned > 10 && ledger.undone > 100, "{ledger:?}");
    assert_eq!(ledger.orphaned, ledger.found, "{ledger:?}");
    let sms = run
        .plan()
        .tables
        .iter()
        .position(|it| it.name == "sms_db.texts");
    for (key, _) in run.sim().ledger().disagreeing() {
        let texts = run.sim().records_of(sms.expect("the table") as u16);
        assert!(texts.get(key).is_some(), "{key}");
    }
}

#[test]
fn reconciliation_brings_what_disagrees_to_zero_once_the_cause_is_gone() {
    for (name, healed) in [
        (
            "order-payment",
            &[("answer-loss", "0"), ("request-loss", "0")][..],
        ),
        ("course-enrolment", &[("answer-loss", "0")][..]),
    ] {
        let first = scenario(name, 1, &[]);
        let mut run = Run::new(first.clone(), 0);
        let at = |seconds| Time::ZERO + Span::from_secs(seconds);
        until(&mut run, at(40));
        let before = disagreements(&run).0;
        assert!(before > 30, "{name}: {before}");
        let reconciled = settings::apply(&first, &[("reconcile".into(), "true".into())])
            .expect("it can be switched on");
        run.reconfigure(reconciled.clone()).expect("under way");
        // Nobody orders any more: what is left is there to be repaired.
        run.inject(surge_to_nothing(name), None).expect("a client");
        let mut healed: Vec<(String, String)> = healed
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        healed.sort();
        let healed = settings::apply(&reconciled, &healed).expect("sound");
        run.reconfigure(healed).expect("under way");
        until(&mut run, at(240));
        assert_eq!(disagreements(&run).0, 0, "{name}");
        let repaired: u64 = run
            .numbers()
            .writing
            .reconciliations
            .iter()
            .map(|it| it.repaired)
            .sum();
        assert!(repaired >= before, "{name}: {repaired} of {before}");
    }
}

fn surge_to_nothing(name: &str) -> FaultKind {
    let scenario = shipped::load(name).expect("it ships");
    FaultKind::Surge {
        client: scenario.ledger.expect("a ledger").client,
        factor: 0.0,
    }
}

#[test]
fn nobody_enrols_while_the_community_is_down_unless_it_hears_of_it_by_event() {
    for seed in SEEDS {
        let by_calls = run("course-enrolment", seed, &[]);
        let (now, _) = disagreements(&by_calls);
        assert!(now > 100, "{now}");
        let mended = with_offer("course-enrolment", seed);
        assert_eq!(disagreements(&mended).0, 0);
        let failed = |run: &Run| {
            let numbers = run.numbers();
            let students = client(&numbers, "students");
            students.failed + students.timed_out + students.refused
        };
        let (calls, events) = (failed(&by_calls), failed(&mended));
        assert!(events * 5 < calls, "{calls} {events}");
    }
}

#[test]
fn locks_keep_what_they_promise() {
    let anomalies = |lock: &str| {
        let run = run("prescription-billing", 1, &[("lock", lock)]);
        let ledger = run.numbers().writing.ledger.expect("a ledger");
        (
            ledger.lost_updates,
            ledger.changed_after_read,
            ledger.dirty_reads,
        )
    };
    let (lost, changed, dirty) = anomalies("none");
    assert!(
        lost > 5 && changed > 5 && dirty > 5,
        "{lost} {changed} {dirty}"
    );
    // A version protects the update that checks it, and nothing else.
    let (lost, changed, _) = anomalies("version");
    assert!(lost == 0 && changed > 5, "{lost} {changed}");
    assert_eq!(anomalies("semantic"), (0, 0, 0));
    assert_eq!(anomalies("offline"), (0, 0, 0));
}

#[test]
fn only_whole_records_with_a_version_stay_right_when_events_overtake_each_other() {
    for seed in SEEDS {
        let differs = |carries: &str, consume: &str| {
            let set = [("carries", carries), ("consume", consume)];
            let run = run("customer-update", seed, &set);
            run.numbers().writing.ledger.expect("a ledger").differs
        };
        assert!(differs("changed", "naive") > 5);
        assert!(differs("changed", "versioned") > 5, "a field is lost");
        assert!(differs("whole", "naive") > 5, "the older one wins");
        assert_eq!(differs("whole", "versioned"), 0);
    }
    let in_order = run("customer-update", 1, &[("order", "key")]);
    assert_eq!(disagreements(&in_order), (0, 0));
}

/// The share of purchases that ended well in the last half minute, long after the cause is gone.
fn at_the_end(set: &[(&str, &str)], seed: u64) -> f64 {
    let scenario = scenario("retry-storm", seed, set);
    let at = |seconds| Time::ZERO + Span::from_secs(seconds);
    let mut run = Run::new(scenario, 0);
    let seen = |run: &Run| {
        let numbers = run.numbers();
        let shoppers = client(&numbers, "shoppers");
        (shoppers.ok as f64, shoppers.issued as f64)
    };
    until(&mut run, at(90));
    let (ok, issued) = seen(&run);
    until(&mut run, at(120));
    let (ok_after, issued_after) = seen(&run);
    (ok_after - ok) / (issued_after - issued)
}

#[test]
fn a_retry_storm_outlives_its_cause_and_each_cure_ends_it() {
    for seed in SEEDS {
        let storm = at_the_end(&[], seed);
        assert!(storm < 0.2, "it stays down: {storm}");
        for cure in [
            &[("attempts", "1"), ("client-attempts", "1")][..],
            &[("by", "events")],
            &[("budget", "true")],
            &[("breaker", "true")],
        ] {
            let share = at_the_end(cure, seed);
            assert!(share > 0.9, "{cure:?}: {share}");
        }
        // Waiting longer between attempts sends as many of them: the load is open, so nobody goes away.
        let patient = at_the_end(&[("backoff", "exponential"), ("jitter", "full")], seed);
        assert!(patient < 0.5, "{patient}");
    }
}

#[test]
fn a_cache_of_what_often_changes_is_mostly_stale_and_a_copy_kept_by_events_is_not() {
    let stale = |set: &[(&str, &str)]| {
        let run = run("session-lookup", 1, set);
        let numbers = run.numbers();
        (numbers.references[0].stale_share, numbers.events)
    };
    let (cached, _) = stale(&[]);
    assert!(cached > 0.2, "{cached}");
    let (broadcast, told) = stale(&[("sync", "broadcast")]);
    let (copied, copies) = stale(&[("session", "replica")]);
    assert!(broadcast < 0.01 && copied < 0.01, "{broadcast} {copied}");
    // Each of eight instances has to be told of each change; the copy is told once.
    assert_eq!(told / copies, 8);
}

#[test]
fn what_became_a_service_of_its_own_is_asked_for_by_every_list_until_it_is_embedded() {
    let list = |set: &[(&str, &str)]| {
        let run = run("course-model", 1, set);
        let numbers = run.numbers();
        let students = client(&numbers, "students");
        (students.latency_ms.mean, students.calls_per_request)
    };
    let (slow, calls) = list(&[]);
    assert_eq!(calls, 120.0);
    let (batch, two) = list(&[("grade", "batch"), ("track", "batch")]);
    assert_eq!(two, 2.0);
    let (embedded, none) = list(&[("grade", "remodel"), ("track", "remodel")]);
    assert_eq!(none, 0.0);
    assert!(
        slow > 10.0 * batch && batch > embedded,
        "{slow} {batch} {embedded}"
    );
}
