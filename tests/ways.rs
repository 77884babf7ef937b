//! Ways that are chosen by chance, clients that surge, and when a run has recovered: whole runs, each a document.

mod support;

use run::Run;
use run::metrics::Numbers;
use run::metrics::numbers::{ClientNumbers, ServiceNumbers};
use serde_json::{Value, json};
use support::{run_for, run_to, scenario};

fn client<'a>(numbers: &'a Numbers, name: &str) -> &'a ClientNumbers {
    let mut found = numbers.clients.iter().filter(|it| it.name == name);
    found.next().expect("it is there")
}

fn service<'a>(numbers: &'a Numbers, name: &str) -> &'a ServiceNumbers {
    let mut found = numbers.services.iter().filter(|it| it.name == name);
    found.next().expect("it is there")
}

/// A door that calls one desk, and then goes these ways.
fn desks(ways: &Value) -> Value {
    json!({
        "version": 1, "name": "ways", "seed": 3,
        "services": {"door": {"threads": 1000}, "one": {"threads": 100}, "two": {"threads": 100}},
        "operations": {
            "door.visit": {"steps": [
                {"call": {"operation": "one.serve"}}, {"choose": {"ways": ways}}, {"work": "1ms"}
            ]},
            "one.serve": {"steps": [{"work": "1ms"}]},
            "two.serve": {"steps": [{"work": "1ms"}]}
        },
        "clients": {"people": {"operation": "door.visit", "load": {"constant": {"rate": 1000}}}}
    })
}

#[test]
fn a_way_is_gone_as_often_as_its_weight_says_and_again_leads_back() {
    // 60,000 people; each goes round 1 / (1 - 0.4) - 1 = 2/3 times on average.
    let ways = json!([
        {"weight": 4, "again": true, "steps": [{"call": {"operation": "two.serve"}}, {"call": {"operation": "one.serve"}}]},
        {"weight": 3, "steps": [{"call": {"operation": "two.serve"}}]},
        {"weight": 3}
    ]);
    let numbers = run_for(scenario(&desks(&ways)), 60.0).numbers();
    let per_person = |name| service(&numbers, name).requests_in as f64 / 60_000.0;
    // Five standard errors of a geometric number with mean 2/3: 0.022.
    let (one, two) = (per_person("one"), per_person("two"));
    assert!((one - 5.0 / 3.0).abs() < 0.022, "{one}");
    assert!((two - (2.0 / 3.0 + 0.5)).abs() < 0.025, "{two}");
    assert!(client(&numbers, "people").ok > 59_900);
}

#[test]
fn choosing_leaves_all_other_luck_as_it_was() {
    let mut plain = desks(&json!([{}]));
    let work = json!({"exponential": {"mean": "1ms"}});
    plain["operations"]["one.serve"]["steps"][0]["work"] = work.clone();
    let mut chosen = plain.clone();
    chosen["operations"]["door.visit"]["steps"][1]["choose"]["ways"] =
        json!([{"weight": 3}, {"again": true}]);
    let held =
        |document: &Value| service(&run_for(scenario(document), 10.0).numbers(), "one").held_ms;
    assert_eq!(held(&plain), held(&chosen));
}

#[test]
fn weights_change_live_and_other_steps_do_not() {
    let ways = |weight: u32| json!([{"weight": weight, "steps": [{"call": {"operation": "two.serve"}}]}, {"weight": 1}]);
    let mut run = Run::new(scenario(&desks(&ways(0))), 0);
    run_to(&mut run, 5.0);
    assert_eq!(service(&run.numbers(), "two").requests_in, 0);
    run.reconfigure(scenario(&desks(&ways(1_000_000))))
        .expect("the same steps");
    run_to(&mut run, 10.0);
    assert!(service(&run.numbers(), "two").requests_in > 4_900);
    // The same instructions in the same order, but another way begins where the first one ended.
    let other =
        json!([{"weight": 1}, {"weight": 1, "steps": [{"call": {"operation": "two.serve"}}]}]);
    assert!(run.reconfigure(scenario(&desks(&other))).is_err());
}

/// One client of each load; `factor` times as often from 10 s to 20 s.
fn surging(factor: f64) -> Numbers {
    let loads = [
        ("poisson", json!({"poisson": {"rate": 1000}})),
        ("constant", json!({"constant": {"rate": 100}})),
        ("bursts", json!({"bursts": {"every": "1s", "size": 10}})),
        // One request a second and user: 900 ms of thinking, 100 ms of work.
        ("closed", json!({"closed": {"users": 50, "think": "900ms"}})),
    ];
    let (mut clients, mut faults) = (json!({}), Vec::new());
    for (name, load) in loads {
        clients[name] = json!({"operation": "desk.serve", "load": load});
        faults.push(json!({"at": "10s", "for": "10s", "what": {"surge": {"client": name, "factor": factor}}}));
    }
    let document = json!({
        "version": 1, "name": "surges", "services": {"desk": {"threads": 10_000}},
        "operations": {"desk.serve": {"steps": [{"work": "100ms"}]}}, "clients": clients, "faults": faults
    });
    run_for(scenario(&document), 30.0).numbers()
}

fn check_surge(factor: f64) {
    let numbers = surging(factor);
    let issued = |name| client(&numbers, name).issued as f64;
    // Ten seconds before, ten seconds of it, ten seconds after.
    let expected = |rate: f64| rate * (20.0 + 10.0 * factor);
    let rng = 5.0 * expected(1000.0).sqrt();
    assert!(
        (issued("poisson") - expected(1000.0)).abs() < rng,
        "{numbers:?}"
    );
    assert!(
        (issued("constant") - expected(100.0)).abs() <= 3.0,
        "{numbers:?}"
    );
    assert!(
        (issued("bursts") - expected(10.0)).abs() <= 10.0,
        "{numbers:?}"
    );
    // Who came is there until they have been served, and who is missing has to think first.
    assert!(
        (issued("closed") - expected(50.0)).abs() <= 100.0,
        "{numbers:?}"
    );
}

#[test]
fn a_surge_multiplies_every_kind_of_load_and_is_over_afterwards() {
    check_surge(3.0);
    check_surge(0.5);
    check_surge(0.0);
}

#[test]
fn surges_multiply_each_other() {
    let fault = |at, lasts| json!({"at": at, "for": lasts, "what": {"surge": {"client": "people", "factor": 2}}});
    let document = json!({
        "version": 1, "name": "surges", "services": {"desk": {"threads": 10_000}},
        "operations": {"desk.serve": {"steps": []}},
        "clients": {"people": {"operation": "desk.serve", "load": {"constant": {"rate": 100}}}},
        "faults": [fault("1s", "3s"), fault("2s", "1s")]
    });
    let issued = client(&run_for(scenario(&document), 5.0).numbers(), "people").issued;
    assert!(
        (issued as i64 - (100 + 200 + 400 + 200 + 100)).abs() <= 4,
        "{issued}"
    );
}

#[test]
fn a_run_says_when_the_last_request_was_sent_that_did_not_end_well() {
    let document = |faults: Value| {
        json!({
            "version": 1, "name": "recovery", "services": {"desk": {"threads": 10_000}},
            "operations": {"desk.serve": {"steps": [{"work": "1ms"}]}},
            "clients": {"people": {"operation": "desk.serve", "timeout": "500ms", "load": {"constant": {"rate": 10}},
                                   "retry": {"attempts": 2, "backoff": "fixed", "wait": "300ms"}}},
            "faults": faults
        })
    };
    let well = run_for(scenario(&document(json!([]))), 10.0).numbers();
    assert_eq!(client(&well, "people").last_not_ok_s, None);
    assert_eq!(client(&well, "people").last_retry_s, None);
    let down =
        json!([{"at": "1s", "for": "3050ms", "what": {"errors": {"service": "desk", "rate": 1}}}]);
    let ill = run_for(scenario(&document(down)), 10.0).numbers();
    // The one sent at 4.0 s fails and is tried again at 4.3 s, when all is well; the one of 3.7 s fails twice.
    let (last_not_ok, last_retry) = (
        client(&ill, "people").last_not_ok_s,
        client(&ill, "people").last_retry_s,
    );
    assert_eq!(last_not_ok.map(|at| (at * 10.0).round()), Some(37.0));
    assert_eq!(last_retry.map(|at| (at * 10.0).round()), Some(43.0));
}
