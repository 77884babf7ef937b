//! The seven ways to read, as claims about the consultation list. Nothing here is written into the scenario: it comes
//! out of the run.

mod support;

use kernel::time::Span;
use run::Run;
use run::metrics::Numbers;
use run::metrics::numbers::{ClientNumbers, ReferenceNumbers, ServiceNumbers};
use scenario::FaultKind;
use support::{run_for, run_to, shipped};

const REFERENCES: [&str; 4] = ["customer", "code", "user", "department"];

/// The settings that choose one strategy for all four references.
fn all<'a>(strategy: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    REFERENCES
        .iter()
        .map(|reference| (*reference, strategy))
        .chain(more.iter().copied())
        .collect()
}

/// The consultation list, read one way, at a rate that every way can carry.
fn calm(strategy: &str, more: &[(&str, &str)]) -> Numbers {
    let mut settings = all(strategy, &[("rate", "2")]);
    settings.extend(more);
    run_for(shipped("consultation-list", &settings), 60.0).numbers()
}

fn lists(numbers: &Numbers) -> &ClientNumbers {
    numbers
        .clients
        .iter()
        .find(|client| client.name == "staff")
        .unwrap()
}

fn service<'a>(numbers: &'a Numbers, name: &str) -> &'a ServiceNumbers {
    numbers
        .services
        .iter()
        .find(|service| service.name == name)
        .unwrap()
}

fn customer(numbers: &Numbers) -> &ReferenceNumbers {
    numbers
        .references
        .iter()
        .find(|reference| reference.name == "customer")
        .unwrap()
}

#[test]
fn per_row_and_parallel_make_400_calls_a_list_batch_4_and_the_others_none() {
    for (strategy, calls) in [
        ("per_row", 400.0),
        ("batch", 4.0),
        ("join", 0.0),
        ("replica", 0.0),
        ("remodel", 0.0),
    ] {
        let numbers = calm(strategy, &[]);
        assert_eq!(lists(&numbers).calls_per_request, calls, "{strategy}");
    }
    // Unlimited, a page of parallel calls overflows the owner; within its limits it is 400 calls, too.
    assert_eq!(
        lists(&calm("parallel", &[("parallel-limit", "20")])).calls_per_request,
        400.0
    );
}

#[test]
fn a_batch_is_split_by_its_size() {
    // 100 rows refer to about 95 of 1,000 customers: four calls of up to 25 keys. The other three know fewer values:
    // at most 50, 100 and 30 different ones.
    let numbers = calm("batch", &[("batch-size", "25")]);
    let calls: Vec<f64> = numbers
        .references
        .iter()
        .map(|reference| reference.calls_per_list)
        .collect();
    // In the order of names: code (43 of 50 distinct), customer, department (29 of 30), user (63 of 100).
    let expected = [2.0, 4.0, 2.0, 3.0];
    for ((reference, measured), expected) in numbers.references.iter().zip(calls).zip(expected) {
        assert!(
            (measured - expected).abs() < 0.2,
            "{}: {measured}, expected about {expected}",
            reference.name
        );
    }
}

#[test]
fn distinct_keys_follow_the_occupancy_formula() {
    // M (1 - (1 - 1/M)^N): 100 draws of 1,000 customers give 95.21 different ones, sd 2.05.
    let numbers = calm("batch", &[]);
    let customer = customer(&numbers);
    let distinct = customer.values as f64 / customer.lists as f64;
    // Pages overlap (2,000 rows make 20 independent pages), so the sample is those, not the lists.
    assert!(
        (distinct - 95.21).abs() < 5.0 * 2.05 / 20f64.sqrt(),
        "{distinct}"
    );
}

#[test]
fn latency_falls_from_per_row_to_batch_and_below() {
    let mean = |strategy| lists(&calm(strategy, &[])).latency_ms.mean;
    let (per_row, batch, remodel, join) = (
        mean("per_row"),
        mean("batch"),
        mean("remodel"),
        mean("join"),
    );
    assert!(
        per_row > 30.0 * batch,
        "per_row {per_row} ms, batch {batch} ms"
    );
    assert!(
        batch > 1.5 * join && batch > 1.5 * remodel,
        "batch {batch} ms, join {join} ms, remodel {remodel} ms"
    );
}

#[test]
fn parallel_calls_hit_the_owner_with_the_whole_page_at_once() {
    let per_row = calm("per_row", &[]);
    let parallel = calm("parallel", &[]);
    assert!(service(&per_row, "common").concurrent_peak < 40);
    assert!(service(&parallel, "common").concurrent_peak > 95);
    let limited = calm("parallel", &[("parallel-limit", "10")]);
    assert!(
        service(&limited, "common").concurrent_peak
            < service(&parallel, "common").concurrent_peak / 2
    );
}

#[test]
fn per_row_holds_the_readers_threads_until_lists_are_refused() {
    let numbers = run_for(shipped("consultation-list", &all("per_row", &[])), 60.0).numbers();
    let consultation = service(&numbers, "consultation");
    assert!(consultation.utilisation > 0.95);
    assert!(
        consultation.waiting_mean > 0.95 * consultation.in_use_mean,
        "they only wait"
    );
    assert!(lists(&numbers).rejected > 0);
    let batch = run_for(shipped("consultation-list", &all("batch", &[])), 60.0).numbers();
    assert_eq!(lists(&batch).rejected, 0);
    assert!(service(&batch, "consultation").utilisation < 0.1);
}

#[test]
fn a_cache_pays_for_what_seldom_changes_and_its_staleness_is_bounded_by_its_ttl() {
    let numbers = calm("local_cache", &[("ttl", "5s"), ("changes", "20")]);
    let customer = customer(&numbers);
    assert!(customer.hit_rate.unwrap() > 0.2 && customer.stale > 0);
    // A copy is filled a moment after it was read from the owner: by the time of a call at most.
    assert!(
        customer.stale_age_max_ms < 5_100.0,
        "{}",
        customer.stale_age_max_ms
    );
    assert!(lists(&numbers).calls_per_request < 4.0);
    assert_eq!(numbers.events, 0);
}

#[test]
fn keeping_caches_in_step_costs_a_message_for_every_instance_and_change() {
    let events = |instances: &str, strategy: &str| {
        let numbers = calm(
            strategy,
            &[
                ("sync", "broadcast"),
                ("instances", instances),
                ("changes", "20"),
            ],
        );
        (
            numbers.events as f64 / numbers.changes as f64,
            customer(&numbers).stale_share,
        )
    };
    let (two, stale) = events("2", "local_cache");
    let (ten, _) = events("10", "local_cache");
    let (replica, _) = events("10", "replica");
    // The desk's registrations are changes, too (2 of 22 a second), and nobody keeps copies of those.
    assert!((two - 2.0 * 20.0 / 22.0).abs() < 0.1, "{two}");
    assert!((ten - 10.0 * 20.0 / 22.0).abs() < 0.5, "{ten}");
    assert!((replica - 20.0 / 22.0).abs() < 0.05, "{replica}");
    assert!(stale < 0.01, "broadcast keeps them fresh: {stale}");
}

#[test]
fn a_replica_lags_by_milliseconds_and_an_embedded_value_ages() {
    let replica = calm("replica", &[("changes", "50")]);
    let embedded = calm("remodel", &[("changes", "50")]);
    assert!(customer(&replica).event_lag_mean_ms < 50.0);
    assert!(customer(&replica).stale_share < 0.01);
    assert!(
        customer(&embedded).stale_share > 0.3,
        "{}",
        customer(&embedded).stale_share
    );
    assert!(customer(&embedded).stale_age_mean_ms > 1_000.0);
    assert_eq!(
        customer(&replica).stale_share + customer(&calm("join", &[])).stale_share,
        customer(&replica).stale_share
    );
}

#[test]
fn embedding_moves_the_calls_to_the_moment_of_writing() {
    let numbers = calm("remodel", &[]);
    let desk = numbers
        .clients
        .iter()
        .find(|client| client.name == "desk")
        .unwrap();
    assert_eq!(desk.calls_per_request, 4.0);
    assert_eq!(lists(&numbers).calls_per_request, 0.0);
}

/// The share of lists that end well while the owner is down, long after what was cached has expired.
fn works_without_the_owner(strategy: &str) -> f64 {
    let mut run = Run::new(
        shipped(
            "consultation-list",
            &all(strategy, &[("rate", "2"), ("ttl", "2s")]),
        ),
        0,
    );
    run_to(&mut run, 20.0);
    let crash = FaultKind::Crash {
        service: "common".into(),
        instance: None,
    };
    run.inject(crash, Some(Span::from_secs(30))).unwrap();
    run_to(&mut run, 30.0);
    let before = lists(&run.numbers()).clone();
    run_to(&mut run, 49.0);
    let after = lists(&run.numbers()).clone();
    let ok = (after.ok - before.ok) as f64;
    ok / (ok + (after.failed - before.failed) as f64)
}

#[test]
fn what_needs_no_call_works_while_the_owner_is_down() {
    for strategy in ["join", "replica", "remodel"] {
        assert_eq!(works_without_the_owner(strategy), 1.0, "{strategy}");
    }
    for strategy in ["per_row", "parallel", "batch", "local_cache"] {
        assert_eq!(works_without_the_owner(strategy), 0.0, "{strategy}");
    }
}

#[test]
fn after_a_crash_everything_works_again() {
    let mut run = Run::new(shipped("consultation-list", &all("batch", &[])), 0);
    run_to(&mut run, 10.0);
    let crash = FaultKind::Crash {
        service: "common".into(),
        instance: None,
    };
    run.inject(crash, Some(Span::from_secs(10))).unwrap();
    // The recent numbers look back five to six seconds.
    run_to(&mut run, 19.0);
    assert_eq!(lists(&run.recent()).ok, 0);
    run_to(&mut run, 30.0);
    let recent = run.recent();
    assert!(lists(&recent).ok > 0 && lists(&recent).failed == 0);
}

#[test]
fn a_lost_answer_is_an_ambiguous_failure() {
    let mut run = Run::new(
        shipped("consultation-list", &all("batch", &[("rate", "2")])),
        0,
    );
    let loss = FaultKind::Loss {
        link: "consultation -> common".into(),
        request: 0.0,
        answer: 1.0,
    };
    run.inject(loss, None).unwrap();
    run_to(&mut run, 30.0);
    let numbers = run.numbers();
    // The owner did its work each time; the reader waited for nothing and gave up.
    let find = numbers
        .operations
        .iter()
        .find(|operation| operation.name == "common.find")
        .unwrap();
    assert_eq!(find.ok, 0);
    assert!(find.timed_out > 20);
    assert!(service(&numbers, "common").finished >= find.timed_out);
    assert!(lists(&numbers).failed > 0);
}

#[test]
fn a_cut_link_delays_the_replicas_events_and_loses_none() {
    let mut run = Run::new(
        shipped(
            "consultation-list",
            &all("replica", &[("rate", "2"), ("changes", "20")]),
        ),
        0,
    );
    run_to(&mut run, 10.0);
    let cut = FaultKind::Cut {
        link: "consultation -> common".into(),
    };
    run.inject(cut, Some(Span::from_secs(10))).unwrap();
    run_to(&mut run, 19.9);
    assert!(
        customer(&run.recent()).stale_share > 0.05,
        "the copies age while the link is cut"
    );
    run_to(&mut run, 40.0);
    let (numbers, recent) = (run.numbers(), run.recent());
    assert!(customer(&recent).stale_share < 0.01, "they catch up");
    let customer = customer(&numbers);
    assert!(
        customer.events - customer.events_applied < 5,
        "only what is on its way is not applied"
    );
}

#[test]
fn settings_change_while_the_run_goes_on() {
    let mut run = Run::new(shipped("consultation-list", &all("per_row", &[])), 0);
    run_to(&mut run, 20.0);
    let before = lists(&run.recent()).latency_ms.mean;
    run.reconfigure(shipped("consultation-list", &all("batch", &[])))
        .unwrap();
    run_to(&mut run, 40.0);
    let after = lists(&run.recent()).clone();
    assert!(
        after.latency_ms.mean < before / 30.0,
        "{before} ms, then {} ms",
        after.latency_ms.mean
    );
    assert_eq!(after.calls_per_request, 4.0);
}

#[test]
fn one_strategy_changes_nothing_in_the_luck_of_the_rest() {
    // The same people come at the same moments, and the same customers change.
    let arrivals = |strategy: &str| {
        let mut run = Run::new(shipped("consultation-list", &all(strategy, &[])), 1_000_000);
        run_to(&mut run, 5.0);
        let records = run.trace().records();
        let issued: Vec<_> = records
            .iter()
            .filter_map(|record| match record.what {
                sim::trace::What::Issued { client, .. } => Some((record.at, client)),
                _ => None,
            })
            .collect();
        issued
    };
    let batch = arrivals("batch");
    assert!(batch.len() > 50);
    assert_eq!(batch, arrivals("per_row"));
    assert_eq!(batch, arrivals("replica"));
}
