//! What must hold of writes whatever the luck, the strategy and the faults: small worlds from one template.

mod support;

use kernel::time::{Span, Time};
use proptest::prelude::*;
use proptest::sample::select;
use run::Run;
use scenario::FaultKind;
use serde_json::{Value, json};
use sim::trace::{Finding, What};
use sim::{Progress, Simulation};
use support::scenario;

/// Orders with stock and a shipment; what is wrong with the links and the processes is filled in.
fn world(seed: u64, by: &str, publish: &str, consume: &str, faults: Value) -> Value {
    json!({
        "version": 1, "name": "orders", "seed": seed,
        "network": {"latency": {"exponential": {"mean": "5ms"}}},
        "services": {"order": {"instances": 2}, "stock": {"instances": 2}, "shipping": {}},
        "stores": {
            "order_db": {"service": "order", "query_time": "1ms", "write_time": "2ms",
                "tables": {"orders": {"states": ["requested", "accepted", "refused"]}}},
            "stock_db": {"service": "stock", "query_time": "1ms", "write_time": "2ms",
                "tables": {"reservations": {"states": ["reserved", "released"]}}},
            "shipping_db": {"service": "shipping", "query_time": "1ms", "write_time": "2ms",
                "tables": {"shipments": {"states": ["ordered", "cancelled"]}}},
        },
        "operations": {
            "order.place": {"steps": [{"coordinate": {"process": "order"}}]},
            "stock.reserve": {"steps": [{"decline": {"share": 0.1}},
                {"insert": {"store": "stock_db", "table": "reservations", "on_duplicate": "ignore"}}]},
            "stock.release": {"steps": [{"update": {"store": "stock_db", "table": "reservations", "from": ["reserved"], "state": "released"}}]},
            "shipping.order": {"steps": [{"insert": {"store": "shipping_db", "table": "shipments"}}]},
            "shipping.cancel": {"steps": [{"update": {"store": "shipping_db", "table": "shipments", "from": ["ordered"], "state": "cancelled"}}]},
        },
        "processes": {"order": {"by": by, "record": "order_db.orders", "topic": "accepted", "participants": [
            {"operation": "stock.reserve", "undo": "stock.release", "pivot": true, "timeout": "200ms",
                "undo_retry": {"attempts": 3, "backoff": "exponential", "wait": "50ms"}},
            {"operation": "shipping.order", "undo": "shipping.cancel", "timeout": "200ms",
                "undo_retry": {"attempts": 3, "backoff": "exponential", "wait": "50ms"}}]}},
        "topics": {"accepted": {
            "publish": {"by": publish, "interval": "100ms", "batch": 5, "restart": "300ms", "timeout": "500ms"},
            "subscriptions": {"shipping": {"operation": "shipping.order", "consume": consume, "ack_deadline": "700ms", "backoff": ["100ms"]}}}},
        "ledger": {"client": "buyers", "record": "order_db.orders", "accepted": ["accepted"], "open": ["requested"], "rules": {
            "stock": {"table": "stock_db.reservations", "states": ["reserved"]},
            "shipment": {"table": "shipping_db.shipments", "states": ["ordered"]}}},
        "clients": {"buyers": {"operation": "order.place", "key": "new", "timeout": "3s", "load": {"poisson": {"rate": 20}}}},
        "faults": faults,
    })
}

/// What goes wrong for twenty seconds.
fn trouble(loss: f64, answers: f64, relay: f64, dies: f64, duplicates: f64) -> Value {
    let during = |what: Value| json!({"at": "0s", "for": "20s", "what": what});
    let mut faults = vec![
        during(json!({"loss": {"link": "order -> accepted", "request": loss, "answer": answers}})),
        during(
            json!({"loss": {"link": "accepted -> shipping", "request": loss, "answer": answers}}),
        ),
        during(json!({"loss": {"link": "order -> stock", "request": loss, "answer": answers}})),
        during(json!({"relay_dies": {"topic": "accepted", "share": relay}})),
        during(
            json!({"dies": {"operation": "shipping.order", "point": "before_answer", "share": dies}}),
        ),
        json!({"at": "6s", "for": "2s", "what": {"crash": {"service": "shipping"}}}),
        json!({"at": "11s", "for": "1s", "what": {"broker_down": {"topic": "accepted"}}}),
    ];
    if duplicates > 0.0 {
        faults.push(json!({"at": "3s", "what": {"duplicate_next": {"topic": "accepted", "count": 1 + (duplicates * 50.0) as u32}}}));
    }
    Value::Array(faults)
}

/// Runs with the trouble, then lets everything come to rest: nobody orders any more.
fn to_rest(document: &Value) -> Run {
    let mut run = Run::new(scenario(document), 0);
    let until = |run: &mut Run, seconds| {
        let end = Time::ZERO + Span::from_secs(seconds);
        while run.run_until(end, 1_000_000) == Progress::Busy {}
        assert_eq!(run.violation(), None);
    };
    until(&mut run, 25);
    let nobody = FaultKind::Surge {
        client: "buyers".into(),
        factor: 0.0,
    };
    run.inject(nobody, None).expect("the client is there");
    until(&mut run, 90);
    run
}

proptest! {
    #![proptest_config(support::cases(24))]

    #[test]
    fn with_outbox_redelivery_and_an_idempotent_consumer_the_ledger_empties_once_the_faults_end(
        seed in 0u64..1_000_000,
        publish in select(vec!["outbox", "cdc"]),
        consume in select(vec!["unique_key", "inbox"]),
        (loss, answers) in (0.0..0.3, 0.0..0.3),
        (relay, dies) in (0.0..0.3, 0.0..0.4),
        duplicates in 0.0..1.0,
    ) {
        let faults = trouble(loss, answers, relay, dies, duplicates);
        let mut document = world(seed, "events", publish, consume, faults);
        // The stock's part is done by call; it is not what this is about.
        document["links"] = json!({"order -> stock": {"latency": "1ms"}});
        let list = document["faults"].as_array().expect("faults").clone();
        let about_stock = |fault: &Value| fault["what"]["loss"]["link"] == "order -> stock";
        document["faults"] = list.into_iter().filter(|it| !about_stock(it)).collect();
        let run = to_rest(&document);
        let counts = run.sim().ledger().counts();
        prop_assert_eq!(counts.open, 0, "something is still under way");
        prop_assert_eq!(counts.disagree, 0, "{:?}", counts);
        let writing = run.numbers().writing;
        prop_assert!(writing.topics[0].published > 200);
    }

    #[test]
    fn a_naive_consumer_does_again_exactly_what_is_delivered_again_and_done(
        seed in 0u64..1_000_000,
        (dies, answers) in (0.05..0.5, 0.0..0.3),
    ) {
        let faults = json!([
            {"at": "0s", "for": "20s", "what": {"dies": {"operation": "shipping.order", "point": "before_answer", "share": dies}}},
            {"at": "0s", "for": "20s", "what": {"loss": {"link": "accepted -> shipping", "answer": answers}}},
        ]);
        let run = to_rest(&world(seed, "events", "outbox", "naive", faults));
        let numbers = run.numbers();
        let table = |name: &str| numbers.writing.tables.iter().find(|it| it.name == name).expect("a table");
        let shipments = table("shipping_db.shipments");
        let subscription = &numbers.writing.subscriptions[0];
        // No delivery is lost on its way, and every one commits before its process may die.
        prop_assert_eq!(shipments.inserted + shipments.inserted_again, subscription.delivered);
        prop_assert_eq!(shipments.inserted_again, subscription.redelivered);
        prop_assert!(subscription.redelivered > 0);
        let ledger = numbers.writing.ledger.expect("a ledger");
        prop_assert_eq!(ledger.found, ledger.duplicated);
    }

    #[test]
    fn compensation_leaves_nothing_unless_one_failed_and_then_the_ledger_says_for_which_key(
        seed in 0u64..1_000_000,
        (loss, answers) in (0.0..0.4, 0.0..0.4),
    ) {
        let lossy = |link: &str| json!({"at": "0s", "for": "20s", "what": {"loss": {"link": link, "request": loss, "answer": answers}}});
        let faults = json!([lossy("order -> stock"), lossy("order -> shipping")]);
        let run = to_rest(&world(seed, "compensation", "outbox", "naive", faults));
        let ledger = run.sim().ledger();
        prop_assert_eq!(ledger.counts().open, 0);
        for (key, business_key) in ledger.disagreeing() {
            let orphan = business_key.disagreements.iter().all(|it| it.finding == Finding::Orphaned);
            // Told "no answer" although the last thing came to pass is the one other way to disagree.
            let told_late = business_key.disagreements.iter().all(|it| it.finding == Finding::DoneButRefused);
            prop_assert!(told_late || (orphan && business_key.with_operator), "{}: {:?}", key, business_key.disagreements);
            if orphan {
                let left = business_key.history.iter().any(|it| matches!(it.what, What::LeftToOperator { key: of, .. } if of == key));
                prop_assert!(left, "{}", key);
            }
        }
    }

    #[test]
    fn no_lock_outlives_its_lease(seed in 0u64..1_000_000, dies in 0.0..0.9, lease_ms in 200u64..3000) {
        let document = json!({
            "version": 1, "name": "desk", "seed": seed, "duration": "30s",
            "network": {"latency": "2ms"},
            "services": {"desk": {"threads": 100}, "rx": {}},
            "stores": {"rx_db": {"service": "rx", "query_time": "1ms", "write_time": "2ms",
                "tables": {"prescriptions": {"rows": 3, "states": ["final"], "fields": ["drugs"]}}}},
            "locks": {"rx": {"by": "offline", "table": "rx_db.prescriptions", "lease": format!("{lease_ms}ms"), "wait": "2s"}},
            "operations": {
                "desk.edit": {"steps": [{"call": {"operation": "rx.open"}}, {"work": "300ms"}, {"call": {"operation": "rx.save"}}]},
                "rx.open": {"steps": [{"lock": {"lock": "rx"}}, {"read": {"store": "rx_db", "table": "prescriptions"}}]},
                "rx.save": {"steps": [{"update": {"store": "rx_db", "table": "prescriptions", "change": {"drugs": 1}}}, {"unlock": {"lock": "rx"}}]},
            },
            "clients": {"doctors": {"operation": "desk.edit", "key": {"row_of": {"table": "rx_db.prescriptions"}}, "load": {"poisson": {"rate": 4}}}},
            "faults": [{"at": "0s", "what": {"dies": {"operation": "rx.save", "point": "after_commit", "share": dies}}}],
        });
        let mut simulation = Simulation::new(&scenario(&document));
        while simulation.run_until(Time::ZERO + Span::from_secs(30), 1_000_000) == Progress::Busy {}
        let mut taken = std::collections::BTreeMap::new();
        for record in std::mem::take(simulation.records()) {
            match record.what {
                What::LockTaken { lock, key, .. } => {
                    prop_assert!(taken.insert((lock, key), record.at).is_none(), "taken twice");
                }
                What::LockReleased { lock, key, .. } => {
                    let since = taken.remove(&(lock, key)).expect("it was taken");
                    prop_assert!(record.at.since(since) <= Span::from_millis(lease_ms));
                }
                _ => {}
            }
        }
    }
}
