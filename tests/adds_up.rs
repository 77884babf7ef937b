//! What a run says adds up: the rows of its tables, and the course of each client with its totals.

mod support;

use export::table;
use kernel::time::{Span, Time};
use proptest::prelude::*;
use run::Run;
use scenario::{Scenario, read, settings, shipped};
use serde_json::{Value, json};
use sim::Plan;
use sim::trace::{Message, NO_OPERATION, Verdict, What};
use std::collections::{BTreeMap, BTreeSet};
use support::generate::document;
use support::{run_to, scenario};

/// Fails unless the requests of each client are accounted for.
fn assert_adds_up(run: &Run) {
    for it in run.numbers().clients {
        let ended = it.ok + it.declined + it.failed + it.refused + it.rejected + it.timed_out;
        assert_eq!(
            it.issued + it.carried_over,
            ended + it.not_permitted + it.in_flight,
            "{it:?}"
        );
        assert_eq!(it.asked(), it.ended() + it.in_flight, "{it:?}");
    }
    for it in run.numbers().operations {
        let ended = it.ok + it.declined + it.failed + it.refused + it.rejected + it.timed_out;
        assert_eq!(
            it.asked(),
            ended + it.not_permitted + it.in_flight,
            "{it:?}"
        );
    }
}

/// By operation: the requests of clients, the calls and the deliveries that are under way, as the records have it.
fn operations_under_way(run: &Run) -> Vec<u64> {
    let plan = run.plan();
    let mut under_way: BTreeMap<u64, u16> = BTreeMap::new();
    assert_eq!(run.trace().dropped(), 0, "all records are kept");
    let consumed = |operation: u16| {
        let mut subscriptions = plan.subscriptions.iter();
        subscriptions.any(|it| it.operation == operation)
    };
    for record in run.trace().records() {
        match record.what {
            What::Issued { request, client } => {
                under_way.insert(request, plan.clients[client as usize].operation);
            }
            What::Called {
                request, operation, ..
            } => drop(under_way.insert(request, operation)),
            What::Delivered {
                request,
                subscription,
                ..
            } => {
                let operation = plan.subscriptions[subscription as usize].operation;
                under_way.insert(request, operation);
            }
            What::Settled { request, .. } | What::Answered { request, .. } => {
                under_way.remove(&request);
            }
            What::Finished {
                request, operation, ..
            }
            | What::TurnedAway {
                request, operation, ..
            }
            | What::LeftQueue {
                request, operation, ..
            }
            | What::Dropped {
                request, operation, ..
            } if consumed(operation) => drop(under_way.remove(&request)),
            What::Hop {
                request,
                lost: true,
                message: Message::Request,
                ..
            } if under_way.get(&request).is_some_and(|it| consumed(*it)) => {
                under_way.remove(&request);
            }
            _ => {}
        }
    }
    let mut counts = vec![0; plan.operations.len()];
    for operation in under_way.into_values() {
        counts[operation as usize] += 1;
    }
    counts
}

fn assert_operations_wait_as_the_records_say(run: &Run) {
    let waiting = run.numbers().operations.into_iter().map(|it| it.in_flight);
    assert_eq!(waiting.collect::<Vec<_>>(), operations_under_way(run));
}

/// By client: the requests that were sent before `from` and had not ended then, as the records have it.
fn under_way_at(run: &Run, from: Time) -> Vec<u64> {
    let mut under_way = vec![0_u64; run.plan().clients.len()];
    assert_eq!(run.trace().dropped(), 0, "all records are kept");
    for record in run.trace().records() {
        match record.what {
            What::Issued { client, .. } if record.at < from => under_way[client as usize] += 1,
            What::Settled { client, .. } if record.at < from => under_way[client as usize] -= 1,
            _ => {}
        }
    }
    under_way
}

proptest! {
    #![proptest_config(support::cases(60))]

    #[test]
    fn every_request_that_was_asked_is_in_one_column(document in document(), warm_up_ms in 0u64..1500) {
        let scenario = Scenario { warm_up: Span::from_millis(warm_up_ms), ..scenario(&document) };
        let mut run = Run::new(scenario, 1 << 22);
        run_to(&mut run, 2.0);
        assert_adds_up(&run);
        assert_operations_wait_as_the_records_say(&run);
        // What is carried over is what was under way at the end of the warm-up, and nothing else.
        let carried: Vec<u64> = run.numbers().clients.iter().map(|it| it.carried_over).collect();
        prop_assert_eq!(carried, under_way_at(&run, Time::ZERO + Span::from_millis(warm_up_ms)));
        // The same after a change of settings, from which on everything is counted anew.
        let set = [("references.first.strategy".to_string(), "batch".to_string())];
        let changed = settings::apply(run.scenario(), &set).expect("a strategy can be changed");
        run.reconfigure(changed).expect("it has the same shape");
        run_to(&mut run, 3.0);
        assert_adds_up(&run);
    }

    #[test]
    fn the_course_of_every_client_adds_up_to_its_totals(document in document(), seconds in prop_oneof![Just(3.0), 0.1f64..3.0]) {
        let mut run = Run::new(scenario(&document), 0);
        // A whole number of bins, and a part of one.
        run_to(&mut run, seconds);
        let series = run.course();
        for (place, it) in run.numbers().clients.iter().enumerate() {
            prop_assert_eq!(&series.clients[place], &it.name);
            let of = |number: fn(&run::metrics::ClientBin) -> u64| -> u64 {
                series.bins.iter().map(|bin| number(&bin.clients[place])).sum()
            };
            prop_assert_eq!(of(|bin| bin.issued), it.issued);
            prop_assert_eq!(of(|bin| bin.ok), it.ok);
            prop_assert_eq!(of(|bin| bin.declined), it.declined);
            prop_assert_eq!(of(|bin| bin.bad), it.bad());
        }
    }
}

#[test]
fn an_operation_of_a_subscription_shows_what_its_consumer_did() {
    for (name, set) in [
        ("customer-update", ("by", "events")),
        ("course-enrolment", ("by", "events")),
        ("order-payment", ("by", "events")),
    ] {
        let mut scenario = shipped::load(name).expect("it ships");
        if let Ok(changed) = settings::apply(&scenario, &[(set.0.into(), set.1.into())]) {
            scenario = changed;
        }
        scenario.warm_up = Span::ZERO;
        let mut run = Run::new(scenario, 1 << 22);
        run_to(&mut run, 30.0);
        assert_adds_up(&run);
        assert_operations_wait_as_the_records_say(&run);
        let numbers = run.numbers();
        let mut handled = 0;
        for (plan, delivered) in run
            .plan()
            .subscriptions
            .iter()
            .zip(&numbers.writing.subscriptions)
        {
            let it = &numbers.operations[plan.operation as usize];
            assert_eq!(it.calls, delivered.delivered, "{}", it.name);
            assert_eq!(it.attempts, it.calls, "{}", it.name);
            // What is acknowledged was handled; an acknowledgement may be on its way or lost.
            assert!(it.ok + it.declined >= delivered.acked, "{it:?}");
            assert_eq!(it.latency_ms.count, it.ok);
            handled += it.ok;
        }
        assert!(handled > 10, "{name}: {handled}");
    }
}

#[test]
fn a_delivery_that_is_lost_or_dies_ends_for_its_operation_too() {
    let mut scenario = shipped::load("customer-update").expect("it ships");
    scenario.warm_up = Span::ZERO;
    let plan = Plan::new(&scenario);
    let it = &plan.subscriptions[0];
    let link = &plan.links[it.link as usize];
    let link = format!("{} -> {}", plan.end_name(link.from), plan.end_name(link.to));
    let service = &plan.services[it.service as usize].name;
    for (fault, ended) in [
        (json!({"loss": {"link": link, "request": 0.3}}), "timed_out"),
        (
            json!({"errors": {"service": service, "rate": 0.3}}),
            "failed",
        ),
    ] {
        let mut scenario = scenario.clone();
        let fault = json!({"at": "1s", "what": fault});
        scenario.faults = vec![serde_json::from_value(fault).expect("it is a fault")];
        let mut run = Run::new(scenario, 1 << 22);
        run_to(&mut run, 20.0);
        assert_adds_up(&run);
        assert_operations_wait_as_the_records_say(&run);
        let numbers = serde_json::to_value(run.numbers()).expect("they have a form in JSON");
        let operation = &numbers["operations"][it.operation as usize];
        assert!(operation[ended].as_u64() > Some(5), "{operation}");
    }
}

/// One meaning of "left to manual repair": a key counts once, whoever finds it how often.
#[test]
fn a_key_that_is_left_to_manual_repair_counts_once_everywhere() {
    let orders = shipped::load("order-payment").expect("it ships");
    let mut document: Value = serde_json::from_str(&table::scenario(&orders)).expect("it is JSON");
    let jobs = document["reconciliations"].as_object_mut().expect("it has");
    for job in jobs.values_mut() {
        job["enabled"] = json!(true);
        for kind in ["missing", "surplus", "repeated"] {
            job[kind] = json!("manual");
        }
    }
    let mut scenario = scenario(&document);
    scenario.warm_up = Span::ZERO;
    let mut run = Run::new(scenario, 1 << 23);
    run_to(&mut run, 240.0);
    assert_eq!(run.trace().dropped(), 0);
    let (mut found, mut by_job, mut open) = (0, 0, 0);
    let mut left = BTreeSet::new();
    for record in run.trace().records() {
        match record.what {
            What::Compared {
                verdict: Verdict::Manual,
                ..
            } => found += 1,
            What::LeftToOperator { key, operation } => {
                left.insert(key);
                open += u64::from(operation == NO_OPERATION);
            }
            What::ReconciliationEnded { .. } => (by_job, open) = (by_job + open, 0),
            _ => {}
        }
    }
    let numbers = run.numbers();
    let ledger = numbers.writing.ledger.expect("it says what is true");
    let manual: u64 = numbers
        .writing
        .reconciliations
        .iter()
        .map(|it| it.manual)
        .sum();
    assert!(
        found > 2 * manual,
        "keys are found again: {found} times, {manual} keys"
    );
    assert!(manual > 0);
    assert_eq!(manual, by_job);
    assert!(
        manual <= ledger.to_operator,
        "{manual} {}",
        ledger.to_operator
    );
    assert!(ledger.to_operator >= left.len() as u64);
    assert!(run.sim().ledger().counts().with_operator <= ledger.to_operator);
}

/// The numbers of a column of the course.
fn column(csv: &str, name: &str) -> Vec<f64> {
    let mut lines = csv.lines();
    let head = lines.next().expect("it has a head");
    let place = head.split(',').position(|column| column == name);
    let place = place.unwrap_or_else(|| panic!("no {name} in {head}"));
    let cell = |line: &str| line.split(',').nth(place)?.parse().ok();
    lines.map(|line| cell(line).expect("a number")).collect()
}

#[test]
fn the_course_has_every_client() {
    let text = include_str!("bounds/two-clients.json");
    let mut run = Run::new(read(text).expect("it is sound"), 0);
    run_to(&mut run, 5.0);
    let csv = table::csv(&run);
    let asked = |client: &str| column(&csv, &format!("issued.{client}"));
    // The first by name asks once a second, the other a hundred times.
    assert_eq!(asked("a").iter().sum::<f64>(), 5.0);
    assert_eq!(asked("b").iter().sum::<f64>(), 500.0);
    assert_eq!(column(&csv, "latency_p95_ms.b")[1], 1.0);
    // No column says of one what is true of both.
    let head = csv.lines().next().expect("it has a head");
    assert!(!head.split(',').any(|column| column == "issued"), "{head}");
    let bins = serde_json::to_value(run.course()).expect("it has a form in JSON");
    assert_eq!(bins["clients"], serde_json::json!(["a", "b"]));
    assert_eq!(bins["bins"][1]["clients"][1]["issued"], 100);
}
