//! A generator of sound documents that write: an order with its participants, in every coordination; events that leave and
//! arrive in every way; locks, a ledger and a reconciliation; and faults that hit all of these.

use super::BROKERS;
use super::generate::of_instances_there_are;
use proptest::prelude::*;
use serde_json::{Value, json};

fn one_of(choices: &[&'static str]) -> impl Strategy<Value = &'static str> + use<> {
    prop::sample::select(choices.to_vec())
}

/// How one topic behaves, its subscription aside.
fn topic() -> impl Strategy<Value = Value> {
    let ways = ["before_commit", "after_commit", "outbox", "cdc"];
    let publish = (one_of(&ways), any::<bool>(), 1u32..4, 1u32..300, 1u32..20);
    let rest = (
        prop::bool::ANY.prop_map(|all| if all { "whole" } else { "changed" }),
        0u32..3,
        prop::option::of(1u32..60),
    );
    (one_of(&BROKERS), publish, rest).prop_map(
        |(broker, (by, confirms, attempts, interval, batch), (carries, duplicates, retention))| {
            let mut topic = json!({
                "broker": broker,
                "publish": {"by": by, "confirms": confirms, "attempts": attempts, "timeout": "300ms",
                            "interval": format!("{interval}ms"), "batch": batch, "restart": "400ms"},
                "carries": carries,
                "duplicates": f64::from(duplicates) / 10.0,
                "duplicate_after": {"exponential": {"mean": "50ms"}}
            });
            if let Some(retention) = retention {
                topic["retention"] = json!(format!("{retention}s"));
            }
            topic
        },
    )
}

/// How a subscription delivers and consumes, its operation aside.
fn subscription(ways: &[&'static str]) -> impl Strategy<Value = Value> + use<> {
    let limit = prop::option::of(1u32..6);
    let delivery = (1u32..5, prop::option::of(50u32..3000), limit, any::<bool>());
    let order = one_of(&["none", "key"]);
    let dead = (any::<bool>(), prop::option::of(500u32..5000));
    let counts = prop::option::of(one_of(&["all", "deaths"]));
    (one_of(ways), delivery, order, dead, counts).prop_map(
        |(consume, (consumers, deadline, limit, backoff), order, (dead_letters, redrive), counts)| {
            let mut it = json!({"consume": consume, "consumers": consumers, "order": order, "window": "1s",
                                "dead_letters": dead_letters});
            if let Some(counts) = counts {
                it["counts"] = json!(counts);
            }
            if let Some(deadline) = deadline {
                it["ack_deadline"] = json!(format!("{deadline}ms"));
            }
            if let Some(limit) = limit {
                it["deliveries"] = json!(limit);
            }
            if backoff {
                it["backoff"] = json!(["20ms", "200ms"]);
            }
            if let Some(redrive) = redrive {
                it["redrive"] = json!(format!("{redrive}ms"));
            }
            it
        },
    )
}

/// Every kind of fault that there is.
fn fault() -> impl Strategy<Value = Value> {
    let operation = one_of(&[
        "order.place",
        "stock.reserve",
        "payment.pay",
        "note.send",
        "note.keep",
    ]);
    let point = one_of(&[
        "before_commit",
        "after_commit",
        "after_publish",
        "after_prepare",
        "before_answer",
    ]);
    let topic = one_of(&["orders", "customers"]);
    let service = one_of(&["order", "stock", "payment", "note"]);
    let store = one_of(&["order_db", "stock_db", "payment_db", "note_db"]);
    let link = one_of(&[
        "order -> stock",
        "order -> payment",
        "buyers -> order",
        "order -> orders",
        "orders -> note",
        "customers -> note",
    ]);
    let client = one_of(&["buyers", "lookers", "customers-themselves"]);
    let instance = prop::option::of(0u32..4);
    let what = (
        operation, point, topic, service, instance, store, link, client,
    );
    let kind = (0u32..15, 1u32..4, any::<bool>(), what);
    (kind, 0u32..2500, 50u32..1500).prop_map(
        |(
            (
                kind,
                count,
                answer,
                (operation, point, topic, service, instance, store, link, client),
            ),
            at,
            lasts,
        )| {
            let share = f64::from(count) / 4.0;
            let half = if answer { "answer" } else { "request" };
            let what = match kind {
                0 | 1 => json!({"dies": {"operation": operation, "point": point, "share": share}}),
                2 => json!({"relay_dies": {"topic": topic, "share": share}}),
                3 => json!({"lose_next": {"link": link, "what": half, "count": count}}),
                4 => json!({"duplicate_next": {"topic": topic, "count": count}}),
                5 => json!({"broker_down": {"topic": topic}}),
                6 => json!({"store_slow": {"store": store, "factor": 20}}),
                7 => json!({"store_down": {"store": store}}),
                8 => json!({"crash": {"service": service, "instance": instance}}),
                9 => json!({"errors": {"service": service, "instance": instance, "rate": share}}),
                10 => json!({"cut": {"link": link}}),
                11 => json!({"hold": {"link": link}}),
                12 => {
                    json!({"slow": {"service": service, "instance": instance, "factor": 5 * count}})
                }
                13 => json!({"loss": {"link": link, half: share}}),
                _ => json!({"surge": {"client": client, "factor": 2.0 * share}}),
            };
            json!({"at": format!("{at}ms"), "for": format!("{lasts}ms"), "what": what})
        },
    )
}

/// How a process is coordinated: the parts that differ.
fn process() -> impl Strategy<Value = Value> {
    let ways = [
        "one_database",
        "two_phase_commit",
        "calls",
        "compensation",
        "tcc",
        "events",
        "choreography",
    ];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (one_of(&ways), flags, 100u32..800).prop_map(|(by, (undo_unknown, log, retries, pivot), timeout)| {
        let timeout = format!("{timeout}ms");
        let retry = json!({"attempts": 2, "backoff": "fixed", "wait": "50ms"});
        let with_retry = |mut participant: Value| {
            if retries {
                participant["retry"] = retry.clone();
                participant["undo_retry"] = retry.clone();
            }
            participant
        };
        json!({
            "by": by, "record": "order_db.order", "topic": "orders", "undo_unknown": undo_unknown, "recovery": "700ms",
            "call_log": {"enabled": log, "table": "order_db.call", "of": "payment.pay"},
            "participants": [
                with_retry(json!({"operation": "stock.reserve", "undo": "stock.release", "confirm": "stock.confirm",
                                  "timeout": timeout})),
                with_retry(json!({"operation": "payment.pay", "undo": "payment.cancel", "confirm": "payment.settle",
                                  "timeout": timeout, "pivot": pivot})),
                with_retry(json!({"operation": "note.send", "undo": "note.unsend", "confirm": "note.confirm",
                                  "timeout": timeout, "pivot": !pivot && by != "events"}))
            ]
        })
    })
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

/// A topic with its subscriptions. What RabbitMQ counts is a choice of its own, so others do not say it.
fn with_subscriptions(topic: Value, mut subscriptions: Value) -> Value {
    if topic["broker"] != "rabbitmq_quorum" {
        let all = subscriptions
            .as_object_mut()
            .into_iter()
            .flat_map(|all| all.values_mut());
        all.filter_map(Value::as_object_mut)
            .for_each(|it| drop(it.remove("counts")));
    }
    with(topic, "subscriptions", subscriptions)
}

/// A whole document.
pub fn document() -> impl Strategy<Value = Value> {
    let topics = (topic(), topic());
    let subscriptions = (
        subscription(&["naive", "check_first", "unique_key", "inbox", "window"]),
        subscription(&["naive", "check_first", "inbox", "window", "versioned"]),
        subscription(&["naive", "check_first"]),
    );
    let lock = (
        one_of(&["none", "version", "semantic", "offline"]),
        50u32..600,
        0u32..500,
    );
    let around = (
        prop::collection::vec(fault(), 0..5),
        any::<u32>(),
        any::<bool>(),
        one_of(&["fail", "ignore", "add"]),
    );
    let repair = one_of(&["manual", "call", "publish"]);
    let size = (1u32..3, 2u32..8, 1u32..6, 0u32..20);
    (process(), topics, subscriptions, lock, around, repair, size).prop_map(
        |(
            process,
            (orders, customers),
            (sends, applies, keeps),
            (lock_by, lease, wait),
            (faults, seed, external, on_duplicate),
            repair,
            (instances, threads, connections, rate),
        )| {
            let by = process["by"].clone();
            // By events, what comes after the pivot needs its subscription.
            let process = if by == "events" {
                let mut process = process;
                process["participants"][1]["pivot"] = json!(true);
                process
            } else {
                process
            };
            let on = |subscription: Value, operation: &str| with(subscription, "operation", json!(operation));
            let notes = json!({"notes": on(sends, "note.send")});
            let orders = with_subscriptions(orders, notes);
            let copies = json!({"copies": on(applies, "note.apply"), "looks": on(keeps, "note.keep")});
            let customers = with_subscriptions(customers, copies);
            let missing = match repair {
                "call" => json!({"call": "payment.pay"}),
                "publish" => json!({"publish": "orders"}),
                _ => json!("manual"),
            };
            let surplus = if repair == "manual" { json!("manual") } else { json!({"call": "payment.cancel"}) };
            let insert = |store: &str, table: &str| {
                json!({"insert": {"store": store, "table": table, "on_duplicate": on_duplicate}})
            };
            let update = |store: &str, table: &str, from: &str, state: &str| {
                json!({"update": {"store": store, "table": table, "from": [from], "state": state,
                                  "otherwise": "ignore"}})
            };
            let store = |service: &str, tables: Value| {
                json!({"service": service, "connections": connections + 1, "query_time": "1ms", "row_time": "5us",
                       "write_time": {"exponential": {"mean": "2ms"}}, "lock_timeout": "150ms", "tables": tables})
            };
            let service = json!({"instances": instances, "threads": threads, "accept_queue": 20});
            let services = json!({
                "order": service, "stock": service, "note": service,
                "payment": with(service.clone(), "external", json!(external))
            });
            let faults = of_instances_there_are(faults, &services);
            json!({
                "version": 1, "name": "generated-writes", "seed": seed,
                "services": services,
                "network": {"latency": {"exponential": {"mean": "2ms"}}, "request_loss": 0.01, "answer_loss": 0.01},
                "stores": {
                    "order_db": store("order", json!({
                        "order": {"states": ["requested", "accepted", "refused"], "fields": ["amount"]},
                        "call": {"states": ["called", "done", "failed", "unknown"]},
                        "customer": {"rows": 5, "states": ["free", "busy"], "fields": ["name", "address"],
                                     "start": {"name": 1}}
                    })),
                    "stock_db": store("stock", json!({
                        "stock": {"rows": 3, "states": ["there"], "fields": ["left"], "start": {"left": 40}},
                        "reservation": {"states": ["reserved", "confirmed", "released"],
                                        "expires": {"state": "reserved", "after": "2s", "to": "released"}}
                    })),
                    "payment_db": store("payment", json!({"payment": {"states": ["paid", "settled", "cancelled"]}})),
                    "note_db": store("note", json!({
                        "note": {"states": ["sent", "unsent"]},
                        "copy": {"states": ["there"], "fields": ["name", "address"]},
                        "seen": {"states": ["seen"]}
                    }))
                },
                "topics": {"orders": orders, "customers": customers},
                "processes": {"buy": process},
                "locks": {"customer": {"by": lock_by, "table": "order_db.customer", "state": "busy",
                                       "lease": format!("{lease}ms"), "wait": format!("{wait}ms")}},
                "operations": {
                    "order.place": {"steps": [{"decline": {"share": 0.02}}, {"coordinate": {"process": "buy"}}]},
                    "order.look": {"steps": [{"read": {"store": "order_db", "table": "order", "not_in": ["refused"]}}]},
                    "order.change": {"steps": [
                        {"lock": {"lock": "customer"}},
                        {"read": {"store": "order_db", "table": "customer"}},
                        {"work": {"exponential": {"mean": "30ms"}}},
                        {"transaction": {"store": "order_db", "steps": [
                            {"update": {"store": "order_db", "table": "customer", "renew": ["address"],
                                        "change": {"name": 1},
                                        "if_version": if external { "as_read" } else { "any" }}},
                            {"repeat": {"times": 2, "steps": [{"query": {"store": "order_db", "table": "customer"}}]}},
                            {"publish": {"topic": "customers", "of": "order_db.customer"}}
                        ]}},
                        {"unlock": {"lock": "customer"}}
                    ]},
                    "stock.reserve": {"steps": [{"transaction": {"store": "stock_db", "steps": [
                        insert("stock_db", "reservation"),
                        {"update": {"store": "stock_db", "table": "stock", "row": "shared", "add": {"left": -1},
                                    "not_negative": true}}
                    ]}}]},
                    "stock.confirm": {"steps": [update("stock_db", "reservation", "reserved", "confirmed")]},
                    "stock.release": {"steps": [update("stock_db", "reservation", "reserved", "released")]},
                    "payment.pay": {"steps": [{"decline": {"share": 0.1}}, insert("payment_db", "payment"),
                                              {"work": {"exponential": {"mean": "5ms"}}}]},
                    "payment.settle": {"steps": [update("payment_db", "payment", "paid", "settled")]},
                    "payment.cancel": {"steps": [{"remove": {"store": "payment_db", "table": "payment"}}]},
                    "note.send": {"steps": [{"work": "3ms"}, insert("note_db", "note")]},
                    "note.confirm": {"steps": []},
                    "note.unsend": {"steps": [update("note_db", "note", "sent", "unsent")]},
                    "note.apply": {"steps": [{"apply": {"store": "note_db", "table": "copy"}}]},
                    "note.keep": {"steps": [{"repeat": {"times": 2, "steps": [
                        {"insert": {"store": "note_db", "table": "seen", "on_duplicate": "ignore"}}
                    ]}}, {"work": "1ms"}]}
                },
                "clients": {
                    "buyers": {"operation": "order.place", "load": {"poisson": {"rate": 5 + rate}}, "key": "new",
                               "timeout": "2s", "again": {"share": 0.5, "wait": "300ms", "times": 2}},
                    "lookers": {"operation": "order.look", "load": {"poisson": {"rate": 5}},
                                "key": {"recent": {"client": "buyers"}}},
                    "customers-themselves": {
                        "operation": "order.change", "load": {"poisson": {"rate": 10}}, "timeout": "1s",
                        "key": {"row_of": {"table": "order_db.customer", "popularity": {"zipf": {"exponent": 1}}}},
                        "retry": {"attempts": 2}
                    }
                },
                "ledger": {
                    "client": "buyers", "record": "order_db.order", "accepted": ["accepted"], "open": ["requested"],
                    "rules": {
                        "payment": {"table": "payment_db.payment", "states": ["paid", "settled"]},
                        "note": {"table": "note_db.note", "accepted": {"min": 0, "max": 1}}
                    }
                },
                "reconciliations": {"payments": {
                    "every": "800ms", "window": "1m", "grace": "500ms", "takes": "10ms",
                    "left": {"table": "order_db.order", "states": ["accepted"], "pending": ["requested"]},
                    "right": {"table": "payment_db.payment", "states": ["paid", "settled"]},
                    "missing": missing, "surplus": surplus
                }},
                "faults": faults
            })
        },
    )
}
