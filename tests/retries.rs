//! Retries and what limits them, in whole runs: each case is a document, and its expectation is published or derived.
//! (The machines by themselves are held against their libraries' own traces in `crates/sim/src/`.)

mod support;

use export::table;
use run::Run;
use run::metrics::Numbers;
use serde_json::{Value, json};
use sim::trace::{GuardState, Phase, What};
use support::{run_for, run_to, scenario};

fn near(what: &str, measured: f64, expected: f64, tolerance: f64) {
    assert!(
        (measured - expected).abs() <= tolerance,
        "{what}: measured {measured}, expected {expected} +- {tolerance}"
    );
}

/// An application that calls a backend that fails with this probability, as `guard` says.
fn world(failures: f64, rate: f64, guard: &Value) -> Value {
    let mut call = json!({"operation": "backend.do", "timeout": "10s"});
    for (name, value) in guard.as_object().expect("fields") {
        call[name] = value.clone();
    }
    json!({
        "version": 1, "name": "retries", "seed": 5,
        "services": {"app": {"threads": 10_000}, "backend": {"threads": 10_000}},
        "operations": {
            "app.serve": {"steps": [{"call": call}]},
            "backend.do": {"steps": [{"work": {"exponential": {"mean": "10ms"}}}]}
        },
        "clients": {"people": {"operation": "app.serve", "load": {"poisson": {"rate": rate}}}},
        "faults": [{"at": "0s", "what": {"errors": {"service": "backend", "rate": failures}}}]
    })
}

fn numbers(document: &Value, seconds: f64) -> Numbers {
    let run = run_for(scenario(document), seconds);
    assert_eq!(run.violation(), None);
    run.numbers()
}

fn operation<'a>(numbers: &'a Numbers, name: &str) -> &'a run::metrics::numbers::OperationNumbers {
    let mut found = numbers.operations.iter().filter(|it| it.name == name);
    found.next().expect("it is there")
}

#[test]
fn attempts_are_geometric_up_to_their_bound() {
    // 100,000 calls each; the tolerances are those of the facts R-attempts.
    for (p, n, mean, success) in [
        (0.1, 3, 1.11, 0.999),
        (0.5, 4, 1.875, 0.9375),
        (0.9, 5, 4.0951, 0.40951),
    ] {
        let document = world(p, 1000.0, &json!({"retry": {"attempts": n}}));
        let numbers = numbers(&document, 100.0);
        let call = operation(&numbers, "backend.do");
        let calls = call.calls as f64;
        near("attempts", call.attempts as f64 / calls, mean, 0.0317);
        let ended = call.ok + call.failed;
        near("success", call.ok as f64 / ended as f64, success, 0.0063);
    }
}

#[test]
fn three_layers_of_four_attempts_make_sixty_four_calls_of_a_dead_dependency() {
    // Google SRE book, chapter 22: 4^3 = 64.
    let retry = json!({"attempts": 4});
    let layer = |next: &str| json!({"steps": [{"call": {"operation": next, "retry": retry}}]});
    let document = json!({
        "version": 1, "name": "layers",
        "services": {"a": {"threads": 1000}, "b": {"threads": 1000}, "c": {"threads": 1000}, "db": {"threads": 1000}},
        "network": {"latency": "1ms"},
        "operations": {"a.do": layer("b.do"), "b.do": layer("c.do"), "c.do": layer("db.do"),
                       "db.do": {"steps": [{"work": "1ms"}]}},
        "clients": {"people": {"operation": "a.do", "load": {"bursts": {"every": "100s", "size": 100}}}},
        "faults": [{"at": "0s", "what": {"errors": {"service": "db", "rate": 1}}}]
    });
    let numbers = numbers(&document, 150.0);
    assert_eq!(operation(&numbers, "db.do").attempts, 6_400);
    assert_eq!(numbers.clients[0].failed, 100);
}

#[test]
fn a_budget_of_a_tenth_of_all_attempts_turns_three_times_the_load_into_one_point_one() {
    // Google SRE book, chapter 22, in a total outage: 1 / 0.9.
    let free = world(1.0, 100.0, &json!({"retry": {"attempts": 3}}));
    let budget = json!({"ratio": {"share": 0.1, "of": "attempts", "window": "1000s"}});
    let bound = world(
        1.0,
        100.0,
        &json!({"retry": {"attempts": 3, "budget": budget}}),
    );
    let amplification = |document: &Value| {
        let numbers = numbers(document, 100.0);
        let call = operation(&numbers, "backend.do");
        call.attempts as f64 / call.calls as f64
    };
    near("without", amplification(&free), 3.0, 0.06);
    near("with", amplification(&bound), 1.111, 0.022);
}

#[test]
fn an_open_breaker_leaves_a_dead_dependency_a_probe_now_and_then() {
    // n probes for each time it is open: 10 / (60 s + 10 / 50) and 1 / (5 s + 1 / 50) a second.
    for (probes, wait, per_second) in [(10, "60s", 0.166112957), (1, "5s", 0.199203187)] {
        let breaker =
            json!({"window": {"calls": 20}, "min_calls": 20, "wait": wait, "probes": probes});
        let mut document = world(1.0, 50.0, &json!({"breaker": breaker}));
        document["warm_up"] = json!("100s");
        document["duration"] = json!("3700s");
        let numbers = numbers(&document, 100.0 + 3600.0);
        let call = operation(&numbers, "backend.do");
        near(
            "probes",
            call.attempts as f64 / 3600.0,
            per_second,
            0.02 * per_second + probes as f64 / 3600.0,
        );
        assert_eq!(call.not_permitted + call.failed, call.calls);
    }
}

#[test]
fn a_breaker_counts_failures_only_once_it_has_seen_enough_calls() {
    // Resilience4j's test: F F F S S in a window of five at 50 % opens it; the next call is not permitted.
    let breaker = json!({"window": {"calls": 5}, "min_calls": 5, "threshold": 0.5, "wait": "60s"});
    let mut document = world(0.0, 1.0, &json!({"breaker": breaker}));
    document["clients"]["people"]["load"] = json!({"constant": {"rate": 1}});
    document["operations"]["backend.do"]["steps"] = json!([{"work": "1ms"}]);
    document["faults"] = json!([{"at": "0s", "for": "3500ms", "what": {"errors": {"service": "backend", "rate": 1}}}]);
    let after = |seconds: f64| {
        let numbers = numbers(&document, seconds);
        let call = operation(&numbers, "backend.do");
        (call.failed, call.ok, call.not_permitted)
    };
    assert_eq!(after(5.5), (3, 2, 0));
    assert_eq!(after(6.5), (3, 2, 1));
}

#[test]
fn a_throttled_caller_keeps_back_what_would_fail() {
    // A fifth fails: with K = 2 nothing has to be kept back. Nothing succeeds: nearly all is.
    let throttle = json!({"throttle": {"k": 2, "window": "10s"}});
    let fifth = numbers(&world(0.2, 100.0, &throttle), 100.0);
    let kept_back = operation(&fifth, "backend.do").not_permitted;
    assert!(kept_back < 100, "{kept_back}");
    let dead = numbers(&world(1.0, 100.0, &throttle), 100.0);
    let sent = operation(&dead, "backend.do").attempts as f64;
    // One in a window of a thousand requests, and the first few.
    assert!((5.0..40.0).contains(&sent), "{sent}");
}

#[test]
fn retries_hold_the_worker_while_they_wait() {
    // Two attempts of 10 ms and a wait of 100 ms between them: 120 ms on the worker, and not 10.
    let retry = json!({"attempts": 2, "backoff": "fixed", "wait": "100ms"});
    let mut document = world(1.0, 10.0, &json!({"retry": retry}));
    document["operations"]["backend.do"]["steps"] = json!([{"work": "10ms"}]);
    document["faults"] = json!([]);
    document["network"] = json!({"answer_loss": 0.0});
    document["links"] = json!({"app -> backend": {"latency": "5ms"}});
    document["faults"] =
        json!([{"at": "0s", "what": {"errors": {"service": "backend", "rate": 1}}}]);
    let numbers = numbers(&document, 60.0);
    let app = numbers
        .services
        .iter()
        .find(|it| it.name == "app")
        .expect("it is there");
    near("held", app.held_ms.mean, 120.0, 0.001);
}

#[test]
fn a_client_that_asks_again_is_counted_once_and_waits_all_the_while() {
    let mut document = world(0.5, 100.0, &json!({}));
    document["clients"]["people"]["retry"] =
        json!({"attempts": "unlimited", "backoff": "fixed", "wait": "50ms"});
    let numbers = numbers(&document, 200.0);
    let people = &numbers.clients[0];
    assert_eq!(people.failed, 0);
    assert_eq!(people.issued, people.ok + people.in_flight);
    near(
        "attempts",
        people.attempts as f64 / people.issued as f64,
        2.0,
        0.06,
    );
    // Only the attempt that succeeds takes the work's 10 ms.
    near("latency", people.latency_ms.mean, 10.0 + 50.0, 3.0);
}

/// Bronson et al., "Metastable Failures in Distributed Systems" (HotOS 2021), section 2: a database of 300 queries a second
/// behind clients that try twice. The network delivers nothing for a while, then everything at once.
fn hotos(rate: f64, outage: &str) -> Numbers {
    let document = json!({
        "version": 1, "name": "metastable", "duration": "390s", "warm_up": "300s",
        "services": {"db": {"threads": 1, "accept_queue": 1_000_000}},
        "operations": {"db.query": {"steps": [{"work": "3333333ns"}]}},
        "clients": {"users": {"operation": "db.query", "timeout": "1s", "load": {"constant": {"rate": rate}},
                              "retry": {"attempts": 2, "on": ["timed_out"]}}},
        "faults": [{"at": "100s", "for": outage, "what": {"hold": {"link": "users -> db"}}}]
    });
    numbers(&document, 390.0)
}

#[test]
fn a_storm_of_retries_goes_on_after_its_cause_is_gone() {
    // (users a second, outage, goodput a second, queries that reach the database a second)
    for (rate, outage, goodput, arrivals) in [
        (100.0, "10s", 100.0, 100.0),
        (140.0, "10s", 140.0, 140.0),
        (280.0, "500ms", 280.0, 280.0),
        (160.0, "10s", 0.0, 320.0),
        (280.0, "10s", 0.0, 560.0),
        (295.0, "2s", 0.0, 590.0),
    ] {
        let numbers = hotos(rate, outage);
        let users = &numbers.clients[0];
        near("goodput", users.ok_per_s, goodput, 0.01 * rate);
        let reached = numbers.services[0].requests_in as f64 / 90.0;
        near("arrivals", reached, arrivals, 0.01 * arrivals);
    }
}

/// A run whose records are all kept.
fn recorded(document: &Value, seconds: f64) -> Run {
    let mut run = Run::new(scenario(document), 1 << 20);
    run_to(&mut run, seconds);
    assert_eq!(run.violation(), None);
    assert_eq!(run.trace().dropped(), 0);
    run
}

/// What the records say of the states in front of calls: when, and the state.
fn states(run: &Run) -> Vec<(f64, GuardState)> {
    let records = run.trace().records().iter();
    let changes = records.filter_map(|record| match record.what {
        What::GuardChanged { state, .. } => Some((record.at.as_secs(), state)),
        _ => None,
    });
    changes.collect()
}

/// A hundred calls a second, all of which fail, and what stands in front of them.
fn failing(guard: &Value) -> Value {
    let mut document = world(1.0, 100.0, guard);
    document["clients"]["people"]["load"] = json!({"constant": {"rate": 100.0}});
    document
}

#[test]
fn a_breaker_s_state_over_time_is_in_the_records_and_in_the_course() {
    let breaker = json!({"breaker": {"window": {"calls": 10}, "min_calls": 10, "wait": "2500ms", "probes": 1}});
    let run = recorded(&failing(&breaker), 10.0);
    // It opens with the tenth failure, and again with each probe, of which there is one after each wait.
    let changes = states(&run);
    let phases: Vec<GuardState> = changes.iter().map(|(_, state)| *state).collect();
    let (open, half) = (
        GuardState::Breaker(Phase::Open),
        GuardState::Breaker(Phase::HalfOpen),
    );
    assert_eq!(phases, [open, half, open, half, open, half, open]);
    for pair in changes.windows(2) {
        let passed = pair[1].0 - pair[0].0;
        let expected = if pair[0].1 == open { 2.5 } else { 0.0 };
        assert!((passed - expected).abs() < 1e-6, "{changes:?}");
    }
    // The course has the share of each second, worked out from the records alone.
    let series = run.course();
    assert_eq!(series.guards.len(), 1);
    for bin in &series.bins {
        let (from, to) = (bin.at_s, bin.at_s + bin.length_s);
        let share = |phase: GuardState| -> f64 {
            let ends = changes.iter().skip(1).map(|(at, _)| *at).chain([10.0]);
            let times = changes.iter().zip(ends).filter(|(it, _)| it.1 == phase);
            let within = times.map(|((at, _), end)| (end.min(to) - at.max(from)).max(0.0));
            within.sum::<f64>() / bin.length_s
        };
        let guard = bin.guards[0];
        near(
            "open",
            guard.open_share.expect("a breaker"),
            share(open),
            1e-6,
        );
        near(
            "half-open",
            guard.half_open_share.expect("a breaker"),
            share(half),
            1e-6,
        );
        assert_eq!((guard.tokens_mean, guard.throttle_mean), (None, None));
    }
    // Whatever was kept back was kept back by it.
    let numbers = run.numbers();
    let guard = &numbers.guards[0];
    assert_eq!((guard.opened, guard.open_now), (4, Some(1)));
    assert!(guard.open_share.expect("a breaker") > 0.95);
    assert_eq!(
        guard.kept_back_by_breaker,
        operation(&numbers, "backend.do").not_permitted
    );
    let of_bins = series
        .bins
        .iter()
        .map(|bin| bin.guards[0].kept_back_by_breaker);
    assert_eq!(of_bins.sum::<u64>(), guard.kept_back_by_breaker);
    assert_eq!(guard.kept_back_by_throttle, 0);
    // And the table has columns for it, and none for what does not stand there.
    let csv = table::csv(&run);
    let head = csv.lines().next().expect("it has a head");
    let name = &guard.name;
    assert!(
        head.contains(&format!("breaker_open_share.{name}")),
        "{head}"
    );
    assert!(!head.contains("throttle_mean") && !head.contains("retry_tokens"));
}

#[test]
fn a_retry_budget_s_tokens_and_denials_are_in_the_records_and_in_the_course() {
    let budget = json!({"retry": {"attempts": 2, "budget": {"tokens": {"size": 10, "cost": 1}}}});
    let run = recorded(&failing(&budget), 3.0);
    // Each of the first ten calls takes one; nothing comes in again.
    let left: Vec<GuardState> = states(&run).iter().map(|(_, state)| *state).collect();
    let expected: Vec<GuardState> = (0..10).rev().map(GuardState::Tokens).collect();
    assert_eq!(left, expected);
    let numbers = run.numbers();
    let guard = &numbers.guards[0];
    let call = operation(&numbers, "backend.do");
    assert_eq!(call.attempts, call.calls + 10);
    assert_eq!(guard.retries_denied, call.failed - 10);
    let denied = run.trace().records().iter();
    let denied = denied.filter(|it| matches!(it.what, What::RetryDenied { .. }));
    assert_eq!(denied.count() as u64, guard.retries_denied);
    let bins = run.course().bins;
    let tokens = |bin: usize| bins[bin].guards[0].tokens_mean.expect("a budget");
    assert!(
        tokens(0) > 0.3 && tokens(1) == 0.0,
        "{} {}",
        tokens(0),
        tokens(1)
    );
    assert_eq!(guard.open_share, None);
}

#[test]
fn a_throttle_s_probability_is_in_the_records_and_in_the_course() {
    let throttle = json!({"throttle": {"k": 2.0, "window": "60s"}});
    let run = recorded(&failing(&throttle), 5.0);
    // Nothing is accepted: requests / (requests + 1), as the caller has counted them.
    let changes = states(&run);
    let last = changes.last().expect("it keeps something back").1;
    assert_eq!(last, GuardState::Throttle(99));
    let numbers = run.numbers();
    let guard = &numbers.guards[0];
    assert_eq!(
        guard.kept_back_by_throttle,
        operation(&numbers, "backend.do").not_permitted
    );
    assert_eq!(guard.kept_back_by_breaker, 0);
    let bins = run.course().bins;
    let share = bins[4].guards[0].throttle_mean.expect("a throttle");
    near("throttle", share, 0.99, 1e-9);
    let first = bins[0].guards[0].throttle_mean.expect("a throttle");
    assert!(first > 0.5 && first < 0.99, "{first}");
}

#[test]
fn what_a_crashed_caller_knew_is_gone_with_it_and_its_calls_do_not_wait_for_ever() {
    let mut document = failing(&json!({
        "retry": {"attempts": 5, "backoff": "fixed", "wait": "200ms"},
        "breaker": {"window": {"calls": 10}, "min_calls": 10, "wait": "60s"}
    }));
    let crash = json!({"at": "1s", "for": "500ms", "what": {"crash": {"service": "app"}}});
    let silence = json!({"at": "1200ms", "what": {"surge": {"client": "people", "factor": 0}}});
    let faults = document["faults"].as_array_mut().expect("a list");
    faults.extend([crash, silence]);
    let run = recorded(&document, 10.0);
    let last = states(&run).last().expect("it opens").1;
    assert_eq!(last, GuardState::Breaker(Phase::Closed));
    let numbers = run.numbers();
    assert_eq!(numbers.guards[0].open_now, Some(0));
    // Nobody has asked for a long time.
    for it in &numbers.operations {
        assert_eq!((it.in_flight, it.carried_over), (0, 0), "{it:?}");
    }
}
