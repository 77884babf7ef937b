//! What a service does to protect itself or because it is overloaded, in whole runs.

mod support;

use run::metrics::Numbers;
use serde_json::{Value, json};
use support::{run_for, scenario};

fn near(what: &str, measured: f64, expected: f64, tolerance: f64) {
    assert!(
        (measured - expected).abs() <= tolerance,
        "{what}: measured {measured}, expected {expected} +- {tolerance}"
    );
}

/// One service with these settings, and people who ask it.
fn numbers(service: Value, work: Value, load: Value, seconds: f64) -> Numbers {
    let document = json!({
        "version": 1, "name": "limits", "seed": 3, "duration": "1000h",
        "services": {"desk": service},
        "operations": {"desk.serve": {"steps": [{"work": work}]}},
        "clients": {"people": {"operation": "desk.serve", "timeout": "100000s", "load": load}}
    });
    let run = run_for(scenario(&document), seconds);
    assert_eq!(run.violation(), None);
    run.numbers()
}

#[test]
fn a_queue_timeout_turns_away_as_many_as_zeltyn_and_mandelbaum_say() {
    // M/M/n+D (Zeltyn & Mandelbaum 2005), 200,000 customers each; tolerances from sixteen runs of another simulator.
    for (rate, threads, patience, abandon, tolerance) in [
        (0.9, 1, "2s", 0.218763725, 0.0081),
        (1.5, 1, "2s", 0.398486694, 0.0092),
        (12.0, 10, "500ms", 0.199554211, 0.0144),
    ] {
        let service =
            json!({"threads": threads, "accept_queue": 100_000, "queue_timeout": patience});
        let load = json!({"poisson": {"rate": rate}});
        let work = json!({"exponential": {"mean": "1s"}});
        let numbers = numbers(service, work, load, 200_000.0 / rate);
        let people = &numbers.clients[0];
        let share = people.rejected as f64 / (people.rejected + people.ok) as f64;
        near("abandon", share, abandon, tolerance);
        assert!(numbers.services[0].waited_ms.max <= 2_000.0);
    }
}

#[test]
fn a_fixed_window_admits_exactly_so_many_a_second() {
    let limit = json!({"fixed_window": {"requests": 100, "per": "1s"}});
    let service = json!({"threads": 1000, "rate_limit": limit});
    let numbers = numbers(
        service,
        json!("1ms"),
        json!({"poisson": {"rate": 1000.0}}),
        60.0,
    );
    let people = &numbers.clients[0];
    assert!((5_990..=6_000).contains(&people.ok), "{}", people.ok);
    assert_eq!(
        people.issued,
        people.ok + people.rejected + people.in_flight
    );
}

#[test]
fn work_that_grows_with_what_is_inside_settles_where_littles_law_says() {
    // Brooker's collapse simulation: latency 1 s + 10 ms for each in flight. N = 40 (1 + 0.01 N): N = 66.7, 1.667 s.
    let service = json!({"threads": 10_000, "per_inside": "10ms"});
    let load = json!({"poisson": {"rate": 40.0}});
    let numbers = numbers(service, json!("1s"), load, 2_000.0);
    near("in flight", numbers.services[0].in_use_mean, 66.7, 1.5);
    near("latency", numbers.clients[0].latency_ms.mean, 1_667.0, 25.0);
}

#[test]
fn with_single_flight_one_of_many_who_miss_the_same_key_fetches_it() {
    // A hundred ask at the same moment, every hour, for the one key, which has expired: golang/sync/singleflight.
    let calls = |single_flight: bool| {
        let document = json!({
            "version": 1, "name": "herd", "duration": "20h",
            "services": {"app": {"threads": 200}, "owner": {"threads": 200}},
            "stores": {"db": {"service": "owner", "connections": 200, "query_time": "50ms",
                              "tables": {"thing": {"rows": 1}}}},
            "caches": {"things": {"service": "app", "of": "db.thing", "ttl": "1m", "single_flight": single_flight}},
            "operations": {
                "app.show": {"steps": [{"lookup": {"cache": "things", "miss": [{"call": {"operation": "owner.find"}}]}}]},
                "owner.find": {"steps": [{"query": {"store": "db", "table": "thing"}}]}
            },
            "clients": {"people": {"operation": "app.show", "load": {"bursts": {"every": "1h", "size": 100}}}}
        });
        let numbers = run_for(scenario(&document), 10.5 * 3600.0).numbers();
        assert_eq!(numbers.clients[0].ok, 1_000);
        let owner = numbers
            .services
            .iter()
            .find(|it| it.name == "owner")
            .expect("it is there");
        owner.requests_in
    };
    assert_eq!(calls(false), 1_000);
    assert_eq!(calls(true), 10);
}
