//! Generated scenarios: small worlds of a few services, with everything in them that a document can say but
//! writing and topics (`generate_writes` has those), and faults.

use proptest::prelude::*;
use serde_json::{Value, json};

/// A length of time in milliseconds, in every distribution.
fn time() -> impl Strategy<Value = Value> {
    time_of(0)
}

fn time_of(least_ms: u32) -> impl Strategy<Value = Value> {
    (least_ms..20, 0u8..5).prop_map(move |(ms, kind)| match kind {
        0 => json!(format!("{ms}ms")),
        1 => json!({"exponential": {"mean": format!("{ms}ms")}}),
        2 => json!({"uniform": {"min": format!("{least_ms}ms"), "max": format!("{}ms", ms * 2)}}),
        3 => json!({"lognormal": {"mean": format!("{}ms", ms + 1), "sd": format!("{ms}ms")}}),
        _ => json!({"bimodal": {"fast": format!("{ms}ms"), "slow": format!("{}ms", ms * 10), "slow_share": 0.05}}),
    })
}

fn load() -> impl Strategy<Value = Value> {
    // Who does not think at all might ask for ever in one instant: the checker refuses that.
    (1u32..60, 0u8..4, time_of(1)).prop_map(|(n, kind, think)| match kind {
        0 => json!({"poisson": {"rate": n}}),
        1 => json!({"constant": {"rate": n}}),
        2 => json!({"bursts": {"every": "500ms", "size": n}}),
        _ => json!({"closed": {"users": n, "think": think}}),
    })
}

fn strategy() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "join",
        "per_row",
        "parallel",
        "batch",
        "local_cache",
        "replica",
        "remodel",
    ])
}

/// Every kind of fault but those of a topic, which this world does not have: `generate_writes` draws them.
fn fault() -> impl Strategy<Value = Value> {
    let instance = prop::option::of(0u32..6);
    let lossy = prop::sample::select(vec![
        "a -> b",
        "mixers -> a",
        "readers -> a",
        "changers -> b",
    ]);
    let store = prop::sample::select(vec!["a_db", "b_db"]);
    let client = prop::sample::select(vec!["mixers", "readers", "changers"]);
    let place = prop::sample::select(vec![
        ("a.mix", "before_answer"),
        ("a.add", "after_commit"),
        ("b.change", "before_commit"),
        ("b.find", "before_answer"),
    ]);
    let around = (0u32..4000, prop::option::of(1u32..3000));
    (0u8..13, instance, lossy, store, (client, place, 0u32..5), around).prop_map(
        |(kind, instance, link, store, (client, (operation, point), amount), (at, lasts))| {
            let share = f64::from(amount) / 4.0;
            let half = if amount % 2 == 0 { "request" } else { "answer" };
            let what = match kind {
                0 => json!({"crash": {"service": "a"}}),
                1 => json!({"crash": {"service": "b", "instance": instance}}),
                2 => json!({"slow": {"service": "b", "instance": instance, "factor": 7}}),
                3 => json!({"slow": {"service": "a", "instance": instance, "factor": 1 + amount}}),
                4 => json!({"errors": {"service": "c", "instance": instance, "rate": 0.3}}),
                5 => json!({"errors": {"service": "b", "instance": instance, "rate": share}}),
                6 => json!({"loss": {"link": link, "request": 0.2, "answer": 0.3}}),
                7 => json!({"lose_next": {"link": link, "what": half, "count": 1 + amount}}),
                8 => json!({"cut": {"link": link}}),
                9 => json!({"hold": {"link": link}}),
                10 => json!({"store_down": {"store": store}}),
                11 => json!({"store_slow": {"store": store, "factor": 1 + 10 * amount}}),
                _ if amount < 2 => json!({"dies": {"operation": operation, "point": point, "share": 0.3}}),
                _ => json!({"surge": {"client": client, "factor": share * 4.0}}),
            };
            let mut fault = json!({"at": format!("{at}ms"), "what": what});
            if let Some(lasts) = lasts {
                fault["for"] = json!(format!("{lasts}ms"));
            }
            fault
        },
    )
}

/// Faults of one instance name one that `services` have; those that name none hit all of them.
pub fn of_instances_there_are(mut faults: Vec<Value>, services: &Value) -> Vec<Value> {
    for fault in &mut faults {
        let Some(kind) = fault["what"]
            .as_object_mut()
            .and_then(|what| what.values_mut().next())
        else {
            continue;
        };
        let Some(fields) = kind.as_object_mut() else {
            continue;
        };
        match fields.get("instance").map(Value::as_u64) {
            Some(Some(instance)) => {
                let service = fields["service"].as_str().unwrap_or_default();
                let instances = services[service]["instances"].as_u64().unwrap_or(1);
                fields["instance"] = json!(instance % instances);
            }
            Some(None) => drop(fields.remove("instance")),
            None => {}
        }
    }
    faults
}

/// What may stand in front of calls: retries with and without a budget, a breaker, a throttle.
fn guard() -> impl Strategy<Value = Value> {
    let backoff = prop::sample::select(vec!["none", "fixed", "exponential"]);
    let jitter = prop::sample::select(vec![
        "none",
        "equal",
        "full",
        "decorrelated",
        "proportional",
    ]);
    (2u32..5, backoff, jitter, 0u8..5).prop_map(|(attempts, backoff, jitter, kind)| {
        let mut retry =
            json!({"attempts": attempts, "backoff": backoff, "wait": "30ms", "cap": "200ms"});
        if backoff != "none" {
            retry["jitter"] = json!(jitter);
        }
        let breaker =
            json!({"window": {"calls": 10}, "min_calls": 4, "wait": "300ms", "probes": 2});
        match kind {
            0 => json!({}),
            1 => json!({"retry": retry}),
            2 => {
                retry["budget"] = json!({"tokens": {"size": 5, "per_call": 0.2}});
                json!({"retry": retry, "throttle": {"window": "2s"}})
            }
            3 => json!({"breaker": breaker}),
            _ => {
                json!({"retry": retry, "breaker": breaker, "throttle": {"k": 1.5, "window": "3s"}})
            }
        }
    })
}

/// An object with the fields of another one, too.
fn with(mut object: Value, more: &Value) -> Value {
    if let (Some(object), Some(more)) = (object.as_object_mut(), more.as_object()) {
        object.extend(more.clone());
    }
    object
}

fn service() -> impl Strategy<Value = Value> {
    let balancing = prop::sample::select(vec!["round_robin", "random", "least_busy"]);
    let limits = prop::sample::select(vec![
        json!({}),
        json!({}),
        json!({"queue_timeout": "60ms"}),
        json!({"per_inside": "2ms"}),
        json!({"rate_limit": {"fixed_window": {"requests": 20, "per": "1s"}}}),
        json!({"rate_limit": {"token_bucket": {"rate": 25.0, "burst": 5}}, "queue_timeout": "20ms"}),
    ]);
    let size = (1u32..4, 1u32..6, 0u32..30, balancing);
    (size, limits).prop_map(|((instances, threads, accept_queue, balancing), limits)| {
        let service = json!({"instances": instances, "threads": threads, "accept_queue": accept_queue,
                             "balancing": balancing});
        with(service, &limits)
    })
}

/// What service `a` does in front of the others.
fn steps() -> impl Strategy<Value = Value> {
    let step = prop_oneof![
        time().prop_map(|time| json!({"work": time})),
        Just(json!({"query": {"store": "a_db", "rows": 5}})),
        Just(json!({"write": {"store": "a_db"}})),
        (50u32..800, any::<bool>(), guard()).prop_map(|(timeout, fail, guard)| {
            let on_error = if fail { "fail" } else { "ignore" };
            let timeout = format!("{timeout}ms");
            let call = json!({"operation": "b.find", "keys": 3, "timeout": timeout, "on_error": on_error});
            json!({"call": with(call, &guard)})
        }),
        (0u32..4).prop_map(|times| json!({"repeat": {"times": times, "steps": [{"call": {"operation": "c.do"}}]}})),
        (0u32..3, time()).prop_map(|(limit, time)| json!({"fan_out": {
            "limit": limit,
            "times": 2,
            "branches": [[{"call": {"operation": "b.find"}}], [{"work": time}, {"call": {"operation": "c.do"}}]]
        }})),
        (0u32..5, 0u32..5, any::<bool>(), time()).prop_map(|(one, other, again, time)| json!({"choose": {"ways": [
            {"weight": one, "again": again, "steps": [{"call": {"operation": "c.do", "on_error": "ignore"}}]},
            {"weight": other, "steps": [{"work": time}, {"call": {"operation": "b.find"}}]},
            {}
        ]}})),
        Just(json!({"lookup": {"cache": "things", "miss": [{"call": {"operation": "b.find"}}]}})),
    ];
    prop::collection::vec(step, 0..5).prop_map(Value::Array)
}

/// A whole document.
pub fn document() -> impl Strategy<Value = Value> {
    let world = (service(), service(), service(), time(), time(), steps());
    let references = (
        strategy(),
        strategy(),
        any::<bool>(),
        1u32..40,
        1u32..30,
        0u32..5,
        1u32..5,
        any::<bool>(),
    );
    let around = (
        load(),
        load(),
        prop::collection::vec(fault(), 0..4),
        any::<u32>(),
    );
    let network = (0u32..5, 0u32..5, guard(), guard());
    (world, references, around, network).prop_map(
        |(
            (a, b, c, query_time, write_time, steps),
            (first, second, broadcast, rows, batch, limit, chunks, in_order),
            (load, changes, faults, seed),
            (latency, loss, of_reference, of_client),
        )| {
            let expires = if rows % 2 == 0 { "since_fill" } else { "since_use" };
            let sync = if broadcast { "broadcast" } else { "none" };
            let reference = |strategy: &str, to: &str| {
                json!({
                    "from": "a_db.list", "to": to, "lookup": "b.find", "strategy": strategy, "timeout": "400ms",
                    "batch_size": batch, "batch_parallel": chunks, "parallel_limit": limit,
                    "event_order": if in_order { "in_order" } else { "as_they_come" }, "popularity": {"zipf": {"exponent": 0.8}},
                    "cache": {"ttl": "700ms", "size": 20, "sync": sync}
                })
            };
            let services = json!({"a": a, "b": b, "c": c});
            let faults = of_instances_there_are(faults, &services);
            json!({
                "version": 1, "name": "generated", "seed": seed,
                "services": services,
                "stores": {
                    "a_db": {"service": "a", "connections": 4, "query_time": query_time, "row_time": "50us",
                             "write_time": write_time, "tables": {"list": {"rows": 50}}},
                    "b_db": {"service": "b", "connections": 2, "query_time": "3ms", "row_time": "100us",
                             "write_time": "4ms", "tables": {"thing": {"rows": 30}, "other": {"rows": 10}}}
                },
                "network": {"latency": {"exponential": {"mean": format!("{latency}ms")}},
                            "request_loss": f64::from(loss) / 100.0, "answer_loss": f64::from(loss) / 100.0},
                "caches": {"things": {"service": "a", "of": "b_db.thing", "ttl": "1s", "size": 10, "sync": sync,
                                      "single_flight": broadcast, "expires": expires}},
                "references": {"first": with(reference(first, "b_db.thing"), &of_reference),
                               "second": reference(second, "b_db.other")},
                "operations": {
                    "a.show": {"steps": [
                        {"query": {"store": "a_db", "table": "list", "rows": rows}},
                        {"resolve": {"references": ["first", "second"]}}
                    ]},
                    "a.add": {"steps": [
                        {"embed": {"references": ["first", "second"]}},
                        {"write": {"store": "a_db", "table": "list"}}
                    ]},
                    "a.mix": {"steps": steps},
                    "b.find": {"steps": [{"query": {"store": "b_db", "table": "thing", "rows": "keys"}}]},
                    "b.change": {"steps": [{"write": {"store": "b_db", "table": "thing"}},
                                           {"write": {"store": "b_db", "table": "other"}}]},
                    "c.do": {"steps": [{"work": "5ms"}]}
                },
                "clients": {
                    "readers": {"operation": "a.show", "load": load, "timeout": "2s"},
                    "writers": {"operation": "a.add", "load": {"poisson": {"rate": 5}}, "timeout": "2s"},
                    "mixers": with(json!({"operation": "a.mix", "load": {"poisson": {"rate": 10}}, "timeout": "1s"}),
                                   &of_client),
                    "changers": {"operation": "b.change", "load": changes}
                },
                "faults": faults
            })
        },
    )
}
