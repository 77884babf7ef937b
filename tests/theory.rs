//! The engine against queueing theory: each case is a scenario as an outsider would write it.
//!
//! Expected values are textbook formulas (Kleinrock, Queueing Systems I; Gross & Harris, Fundamentals of Queueing
//! Theory). Tolerances are five standard deviations of the estimate at 200,000 customers, measured with an independent
//! simulator over sixteen runs; where a run is shorter they are scaled by the root of the sample size.

mod support;

use serde_json::{Value, json};
use support::{run_for, scenario};

/// A service with `servers` workers that takes `work` for a request.
fn station(rate: f64, servers: u32, accept_queue: u32, work: Value) -> Value {
    json!({
        "version": 1, "name": "station", "seed": 11, "warm_up": "30000s", "duration": "300000s",
        "services": {"desk": {"threads": servers, "accept_queue": accept_queue}},
        "operations": {"desk.serve": {"steps": [{"work": work}]}},
        "clients": {"people": {"operation": "desk.serve", "timeout": "100000s", "load": {"poisson": {"rate": rate}}}}
    })
}

fn exponential(mean_s: f64) -> Value {
    json!({"exponential": {"mean": format!("{mean_s}s")}})
}

fn near(what: &str, measured: f64, expected: f64, tolerance: f64) {
    assert!(
        (measured - expected).abs() <= tolerance,
        "{what}: measured {measured}, expected {expected} +- {tolerance}"
    );
}

/// An unbounded queue, for all that theory cares.
const UNBOUNDED: u32 = 200_000;

#[test]
fn a_single_server_has_the_waits_of_mm1() {
    // 200,000 customers at 0.8/s; tolerances from sixteen independent runs of that length.
    let run = run_for(
        scenario(&station(0.8, 1, UNBOUNDED, exponential(1.0))),
        30_000.0 + 250_000.0,
    );
    let numbers = run.numbers();
    let latency = numbers.clients[0].latency_ms;
    near("W", latency.mean / 1e3, 5.0, 0.375);
    near("p50", latency.p50 / 1e3, 3.4657359, 0.160);
    near("p95", latency.p95 / 1e3, 14.9786614, 1.779);
    near("p99", latency.p99 / 1e3, 23.0258509, 4.683);
    near("utilisation", numbers.services[0].utilisation, 0.8, 0.0096);
    near("Lq", numbers.services[0].queue_mean, 3.2, 0.375 * 0.8);
}

#[test]
fn ten_servers_have_the_waits_of_erlang_c() {
    let run = run_for(
        scenario(&station(8.0, 10, UNBOUNDED, exponential(1.0))),
        30_000.0 + 25_000.0,
    );
    let numbers = run.numbers();
    near(
        "W",
        numbers.clients[0].latency_ms.mean / 1e3,
        1.20459008,
        0.0737,
    );
    near(
        "p95",
        numbers.clients[0].latency_ms.p95 / 1e3,
        3.32827468,
        0.194,
    );
    near(
        "Lq",
        numbers.services[0].queue_mean,
        1.6367206,
        0.0618 * 8.0,
    );
}

#[test]
fn deterministic_service_waits_half_as_long() {
    // Pollaczek-Khinchine: Wq = rho s / (2 (1 - rho)) = 2 s at rho 0.8.
    let run = run_for(
        scenario(&station(0.8, 1, UNBOUNDED, json!("1s"))),
        30_000.0 + 250_000.0,
    );
    near(
        "W",
        run.numbers().clients[0].latency_ms.mean / 1e3,
        3.0,
        0.1664,
    );
}

#[test]
fn a_loss_system_rejects_what_erlang_b_says() {
    // Ten servers, offered 10 Erlang, no waiting.
    let run = run_for(
        scenario(&station(10.0, 10, 0, exponential(1.0))),
        30_000.0 + 20_000.0,
    );
    let numbers = run.numbers();
    let client = &numbers.clients[0];
    near(
        "blocked",
        client.rejected as f64 / client.issued as f64,
        0.214_582_343,
        0.00607,
    );
}

#[test]
fn littles_law_holds_in_every_service() {
    let run = run_for(
        scenario(&station(0.8, 1, UNBOUNDED, exponential(1.0))),
        30_000.0 + 250_000.0,
    );
    let numbers = run.numbers();
    let client = &numbers.clients[0];
    let inside = numbers.services[0].in_use_mean + numbers.services[0].queue_mean;
    let seconds = numbers.to_s - numbers.from_s;
    // The edges of the window are the only difference: those inside at its ends.
    near(
        "L = lambda W",
        client.ok as f64 / seconds * client.latency_ms.mean / 1e3,
        inside,
        0.02,
    );
}

#[test]
fn three_stations_in_tandem_add_up() {
    // Jackson: three M/M/1 at 0.5: W = 3 * 1 / (1 - 0.5) = 6 s. The threads of a caller are not the bottleneck.
    let call = |to: &str| json!({"call": {"operation": to, "timeout": "100000s"}});
    let document = json!({
        "version": 1, "name": "tandem", "seed": 5, "warm_up": "10000s", "duration": "300000s",
        "services": {
            "front": {"threads": 10000, "accept_queue": UNBOUNDED},
            "one": {"threads": 1, "accept_queue": UNBOUNDED}, "two": {"threads": 1, "accept_queue": UNBOUNDED},
            "three": {"threads": 1, "accept_queue": UNBOUNDED}
        },
        "operations": {
            "front.go": {"steps": [call("one.do"), call("two.do"), call("three.do")]},
            "one.do": {"steps": [{"work": exponential(1.0)}]}, "two.do": {"steps": [{"work": exponential(1.0)}]},
            "three.do": {"steps": [{"work": exponential(1.0)}]}
        },
        "clients": {"people": {"operation": "front.go", "timeout": "100000s", "load": {"poisson": {"rate": 0.5}}}}
    });
    let run = run_for(scenario(&document), 10_000.0 + 200_000.0);
    near(
        "W",
        run.numbers().clients[0].latency_ms.mean / 1e3,
        6.0,
        0.3,
    );
}

#[test]
fn a_fan_out_takes_as_long_as_the_slowest_branch() {
    // The maximum of ten exponentials with mean 10 ms: H_10 * 10 ms = 29.29 ms.
    let document = json!({
        "version": 1, "name": "fan-out", "seed": 5,
        "services": {"front": {"threads": 10000}},
        "operations": {"front.go": {"steps": [{"fan_out": {"times": 10, "branches": [[{"work": exponential(0.01)}]]}}]}},
        "clients": {"people": {"operation": "front.go", "load": {"poisson": {"rate": 100}}}}
    });
    let run = run_for(scenario(&document), 500.0);
    let latency = run.numbers().clients[0].latency_ms;
    // 50,000 samples with sd 12.45 ms.
    near(
        "mean",
        latency.mean,
        29.289_682_5,
        5.0 * 12.45 / 50_000f64.sqrt(),
    );
    near("p99", latency.p99, 69.032_368_7, 0.03 * 69.0);
}

#[test]
fn a_closed_system_obeys_the_interactive_response_time_law() {
    // R = N / X - Z, whatever the service times: 20 users who think 1 s in front of two workers of 0.2 s.
    let document = json!({
        "version": 1, "name": "closed", "seed": 5, "warm_up": "1000s", "duration": "300000s",
        "services": {"desk": {"threads": 2, "accept_queue": 1000}},
        "operations": {"desk.serve": {"steps": [{"work": exponential(0.2)}]}},
        "clients": {"users": {"operation": "desk.serve", "timeout": "10000s",
                              "load": {"closed": {"users": 20, "think": exponential(1.0)}}}}
    });
    let run = run_for(scenario(&document), 11_000.0);
    let numbers = run.numbers();
    let client = &numbers.clients[0];
    near(
        "R = N/X - Z",
        20.0 / client.ok_per_s - 1.0,
        client.latency_ms.mean / 1e3,
        0.02,
    );
}

#[test]
fn a_held_thread_is_the_capacity() {
    // Ten threads held for 10 ms of work and 90 ms of a call: 100 a second, of 150 offered; the rest piles up.
    let document = json!({
        "version": 1, "name": "held", "seed": 5,
        "services": {"front": {"threads": 10, "accept_queue": 100000}, "back": {"threads": 10000}},
        "operations": {
            "front.go": {"steps": [{"work": "10ms"}, {"call": {"operation": "back.do"}}]},
            "back.do": {"steps": [{"work": "90ms"}]}
        },
        "clients": {"people": {"operation": "front.go", "timeout": "1000s", "load": {"constant": {"rate": 150}}}}
    });
    let numbers = run_for(scenario(&document), 100.0).numbers();
    near("throughput", numbers.clients[0].ok_per_s, 100.0, 0.2);
    near(
        "backlog",
        numbers.services[1].queue_peak.into(),
        5000.0,
        10.0,
    );
    near(
        "threads that only wait",
        numbers.services[1].waiting_mean,
        9.0,
        0.02,
    );
}
