//! What brokers, relays and repairs do, delivery by delivery: facts that are traces, with their own numbers. (What is a
//! count or a mean is an experiment of `msa validate`.)

mod support;

use kernel::time::{Span, Time};
use serde_json::{Value, json};
use sim::Simulation;
use sim::trace::{Key, Record, Return, Role, What};
use std::collections::BTreeMap;
use support::{advance, recorded, scenario};

/// When the messages are published.
const BEGIN_S: f64 = 100_000.0;

/// One fact: its inputs and what it expects.
fn fact(id: &str) -> (Value, Value) {
    let facts = validation::facts().expect("the files can be read");
    let fact = facts.into_iter().find(|fact| fact.id == id);
    let value = fact
        .unwrap_or_else(|| panic!("there is no fact {id}"))
        .value;
    (value["inputs"].clone(), value["expected"].clone())
}

fn numbers(list: &Value) -> Vec<f64> {
    let list = list.as_array().expect("a list");
    list.iter().filter_map(Value::as_f64).collect()
}

/// So many messages, published at one moment to a topic with one subscription.
fn world(messages: u32, topic: &Value, subscription: &Value, steps: &Value) -> Value {
    let mut world = json!({
        "version": 1, "name": "delivery", "network": {"latency": "1ns"},
        "services": {"producer": {"threads": 1000}, "consumer": {"threads": 10_000}},
        "operations": {"producer.send": {"steps": [{"publish": {"topic": "events"}}]}, "consumer.take": {"steps": steps}},
        "topics": {"events": topic},
        "clients": {"senders": {
            "operation": "producer.send", "key": "new", "timeout": "1h",
            "load": {"bursts": {"every": format!("{BEGIN_S}s"), "size": messages}}
        }}
    });
    let mut take = json!({"operation": "consumer.take", "consumers": 1000});
    for (name, value) in subscription.as_object().expect("fields") {
        take[name] = value.clone();
    }
    world["topics"]["events"]["subscriptions"] = json!({"take": take});
    world
}

/// The consumer dies before it acknowledges, always.
fn dies() -> Value {
    json!([{"at": "0s", "what": {"dies": {"operation": "consumer.take", "point": "before_answer", "share": 1}}}])
}

/// The consumer says that it has failed, always.
fn fails() -> Value {
    json!([{"at": "0s", "what": {"errors": {"service": "consumer", "rate": 1}}}])
}

/// It has the message and does not come to an end.
fn for_ever() -> Value {
    json!([{"work": "10h"}])
}

/// A consumer that is there at these moments only, for a tenth of a second: what it gets is what a poll finds.
fn polls(at_s: &[f64]) -> Value {
    let mut faults = Vec::new();
    let mut down_since = 0.0;
    for at in at_s {
        // It is there when the message comes.
        let from = if *at == 0.0 {
            BEGIN_S - 0.05
        } else {
            BEGIN_S + at
        };
        faults.push(json!({
            "at": format!("{down_since}s"), "for": format!("{}s", from - down_since),
            "what": {"crash": {"service": "consumer"}}
        }));
        down_since = BEGIN_S + at + 0.1;
    }
    faults
        .push(json!({"at": format!("{down_since}s"), "what": {"crash": {"service": "consumer"}}}));
    Value::Array(faults)
}

/// The run until so many seconds after the messages were published.
fn run(document: &Value, seconds: f64) -> (Simulation, Vec<Record>) {
    recorded(document, BEGIN_S + seconds)
}

/// Seconds since the messages were published.
fn since(at: Time) -> f64 {
    // To the microsecond: every way takes a nanosecond here, so that nothing goes in circles while no time passes.
    (at.0 / 1000) as f64 / 1e6 - BEGIN_S
}

/// Every delivery: when, and which one of its message it is.
fn deliveries(records: &[Record]) -> Vec<(f64, u16)> {
    records
        .iter()
        .filter_map(|record| match record.what {
            What::Delivered { attempt, .. } => Some((since(record.at), attempt)),
            _ => None,
        })
        .collect()
}

/// Who notices that a consumer is dead delivers its message again at once; who does not, when the deadline has passed.
#[test]
fn what_a_dead_consumer_had_comes_back_when_the_broker_notices() {
    for (broker, comes_back_s) in [
        ("plain", 0.0),
        ("rabbitmq_quorum", 0.0),
        ("nats_jetstream", 7.0),
        ("sqs_standard", 7.0),
    ] {
        let mut document = world(
            1,
            &json!({"broker": broker}),
            // Otherwise it would come back at once for ever.
            &json!({"ack_deadline": "7s", "deliveries": 2}),
            &json!([]),
        );
        document["faults"] = dies();
        let (_, records) = run(&document, 20.0);
        let second = deliveries(&records)
            .into_iter()
            .find(|(_, attempt)| *attempt == 2);
        let (at, _) = second.unwrap_or_else(|| panic!("{broker}: it never comes back"));
        assert!((at - comes_back_s).abs() < 0.001, "{broker}: {at}");
    }
}

/// When messages were set aside, and whether they are kept.
fn dead(records: &[Record]) -> Vec<(f64, bool)> {
    records
        .iter()
        .filter_map(|record| match record.what {
            What::DeadLettered { kept, .. } => Some((since(record.at), kept)),
            _ => None,
        })
        .collect()
}

#[test]
fn rabbitmq_sets_a_message_aside_after_its_limit_and_one() {
    for id in ["D-rmq-limit-0", "D-rmq-limit-1", "D-rmq-limit-20"] {
        let (inputs, expected) = fact(id);
        let limit = inputs["x_delivery_limit"].as_u64().expect("a number") + 1;
        let topic = json!({"broker": "rabbitmq_quorum"});
        // The default is the limit of 20.
        let subscription = match limit {
            21 => json!({}),
            _ => json!({"deliveries": limit}),
        };
        let mut document = world(1, &topic, &subscription, &json!([]));
        document["faults"] = dies();
        let (simulation, records) = run(&document, 10.0);
        let attempts: Vec<u16> = deliveries(&records).iter().map(|it| it.1).collect();
        let again: Vec<bool> = attempts.iter().map(|attempt| *attempt > 1).collect();
        assert_eq!(json!(again), expected["redelivered_flags"], "{id}");
        let counts: Vec<Value> = attempts
            .iter()
            .map(|attempt| match attempt {
                1 => Value::Null,
                _ => json!(attempt - 1),
            })
            .collect();
        assert_eq!(json!(counts), expected["x_delivery_count_header"], "{id}");
        assert_eq!(json!(attempts.len()), expected["total_deliveries"], "{id}");
        let queue = simulation.queue_state(0);
        assert_eq!(json!(queue.dead), expected["dlq_messages"], "{id}");
        assert_eq!(
            json!(queue.queued + queue.delayed + queue.in_hand),
            expected["main_queue"],
            "{id}"
        );
    }
}

#[test]
fn rabbitmq_counts_deaths_and_neither_returns_nor_timeouts() {
    let (_, expected) = fact("D-rmq-count-rules");
    let topic = json!({"broker": "rabbitmq_quorum"});
    // The rule of version 4.3 with basic.nack; what a subscription's `deliveries` means by itself stands in tests/cases.rs.
    let limit =
        json!({"deliveries": 3, "counts": "deaths", "ack_deadline": "1s", "backoff": ["1s"]});
    for (event, steps, faults) in [
        (0, json!([]), fails()),
        (2, json!([]), dies()),
        (3, for_ever(), json!([])),
    ] {
        let mut document = world(1, &topic, &limit, &steps);
        document["faults"] = faults;
        let (_, records) = run(&document, 60.0);
        let counts = !dead(&records).is_empty();
        assert_eq!(
            json!(counts),
            expected["increments"][event],
            "event {event}"
        );
        let delivered = deliveries(&records).len();
        assert!(
            if counts {
                delivered == 3
            } else {
                delivered > 50
            },
            "event {event}: {delivered}"
        );
    }
}

#[test]
fn rabbitmq_counts_what_is_rejected_and_never_a_timeout() {
    let topic = json!({"broker": "rabbitmq_quorum"});
    // `counts` is what `deliveries` means by itself.
    for limit in [
        json!({"deliveries": 3, "counts": "all", "ack_deadline": "1s", "backoff": ["1s"]}),
        json!({"deliveries": 3, "ack_deadline": "1s", "backoff": ["1s"]}),
    ] {
        let set_aside = |steps: &Value, faults: Value| {
            let mut document = world(1, &topic, &limit, steps);
            document["faults"] = faults;
            let (_, records) = run(&document, 60.0);
            (dead(&records).len(), deliveries(&records).len())
        };
        assert_eq!(set_aside(&json!([]), fails()), (1, 3), "rejected");
        let (dead, delivered) = set_aside(&for_ever(), json!([]));
        assert!(
            dead == 0 && delivered > 20,
            "{delivered} deliveries, {dead} dead"
        );
    }
}

#[test]
fn what_a_dead_consumer_had_in_hand_comes_back_to_its_place() {
    let (_, expected) = fact("D-rmq-ack");
    let (messages, in_hand) = (12, 5);
    let mut document = world(
        messages,
        &json!({"broker": "rabbitmq_quorum"}),
        &json!({"consumers": in_hand}),
        &json!([{"work": "20s"}]),
    );
    document["faults"] = json!([
        {"at": format!("{}s", BEGIN_S + 10.0), "for": "1s", "what": {"crash": {"service": "consumer"}}}
    ]);
    let (_, records) = run(&document, 200.0);
    let returned = records.iter().filter(|record| {
        matches!(
            record.what,
            What::Returned {
                why: Return::Broken,
                ..
            }
        )
    });
    assert_eq!(returned.count(), in_hand, "{}", expected["requeued"]);
    let order: Vec<(u32, u16)> = records
        .iter()
        .filter_map(|record| match record.what {
            What::Delivered {
                message, attempt, ..
            } => Some((message, attempt)),
            _ => None,
        })
        .collect();
    // The five, the five again in their order and before all others, and the others for the first time.
    let first = (1..=5).map(|message| (message, 1));
    let again = (1..=5).map(|message| (message, 2));
    let others = (6..=12).map(|message| (message, 1));
    let all: Vec<(u32, u16)> = first.chain(again).chain(others).collect();
    assert_eq!(order, all, "{}", expected["position"]);
    assert_eq!(expected["redelivered_flag_on_redelivery"], json!(true));
}

#[test]
fn rabbitmqs_delay_grows_with_the_deliveries() {
    let (inputs, expected) = fact("D-rmq-delayed-retry");
    // A backoff is a list; RabbitMQ's formula, min(min * count, max), written out.
    let ms = |name: &str| inputs[name].as_u64().expect("a number");
    let steps = 1..=ms("max_ms") / ms("min_ms");
    let delays: Vec<String> = steps
        .map(|count| format!("{}ms", (ms("min_ms") * count).min(ms("max_ms"))))
        .collect();
    let backoff = json!({"backoff": delays});
    let mut document = world(
        1,
        &json!({"broker": "rabbitmq_quorum"}),
        &backoff,
        &json!([]),
    );
    document["faults"] = fails();
    let (_, records) = run(&document, 1000.0);
    let delays: BTreeMap<u16, f64> = records
        .iter()
        .filter_map(|record| match record.what {
            What::Returned { attempt, ready, .. } => {
                Some((attempt, ready.since(record.at).0 as f64 / 1e6))
            }
            _ => None,
        })
        .collect();
    let measured: Vec<f64> = numbers(&inputs["delivery_counts"])
        .iter()
        .map(|count| delays[&(*count as u16)])
        .collect();
    assert_eq!(measured, numbers(&expected["delay_ms"]));
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let plan = |broker: &str| {
        let document = world(1, &json!({"broker": broker}), &json!({}), &json!([]));
        Simulation::new(&scenario(&document)).plan().clone()
    };
    let seconds = |span: Option<Span>| json!(span.expect("it has one").0 / 1_000_000_000);
    let (_, sqs) = fact("D-sqs-defaults");
    let standard = plan("sqs_standard");
    let rules = &standard.subscriptions[0].rules;
    assert_eq!(
        seconds(Some(rules.ack_deadline)),
        sqs["VisibilityTimeout_s"]
    );
    assert_eq!(json!(rules.deliveries), sqs["maxReceiveCount_default"]);
    assert_eq!(
        seconds(standard.topics[0].retention),
        sqs["MessageRetentionPeriod_s"]
    );
    assert_eq!(
        seconds(plan("sqs_fifo").topics[0].publish_window),
        sqs["fifo_dedup_window_s"]
    );
    let (_, nats) = fact("D-nats-defaults");
    let jetstream = plan("nats_jetstream");
    let rules = &jetstream.subscriptions[0].rules;
    assert_eq!(seconds(Some(rules.ack_deadline)), nats["AckWait_s"]);
    assert_eq!(
        json!(rules.deliveries.map_or(-1, i64::from)),
        nats["MaxDeliver"]
    );
    assert_eq!(
        seconds(jetstream.topics[0].publish_window),
        nats["duplicate_window_s"]
    );
    let (_, kafka) = fact("D-kafka-defaults");
    let group = plan("kafka");
    let rules = &group.subscriptions[0].rules;
    let ms = |span: Span| json!(span.0 / 1_000_000);
    assert_eq!(ms(rules.ack_deadline), kafka["max_poll_interval_ms"]);
    assert_eq!(ms(rules.redelivery_delay(1)), kafka["retry_backoff_ms"]);
    assert_eq!(
        rules.death_noticed.map(ms),
        Some(kafka["session_timeout_ms"].clone())
    );
}

#[test]
fn what_sqs_does_not_hear_of_is_visible_again_after_the_timeout() {
    let (inputs, expected) = fact("D-sqs-visibility");
    let at = numbers(&inputs["polls_at_s"]);
    let subscription = json!({
        "ack_deadline": format!("{}s", inputs["visibility_s"]), "deliveries": "unlimited"
    });
    let mut document = world(
        1,
        &json!({"broker": "sqs_standard"}),
        &subscription,
        &for_ever(),
    );
    document["faults"] = polls(&at);
    let (_, records) = run(&document, 100.0);
    let delivered = deliveries(&records);
    let found: Vec<Option<u16>> = at
        .iter()
        .map(|at| {
            let mut found = delivered
                .iter()
                .filter(|it| (at - 0.06..at + 0.1).contains(&it.0));
            found.next().map(|it| it.1)
        })
        .collect();
    let received: Vec<u8> = found
        .iter()
        .map(|found| u8::from(found.is_some()))
        .collect();
    assert_eq!(json!(received), expected["received"]);
    assert_eq!(json!(found), expected["approx_receive_count"]);
}

#[test]
fn sqs_sets_a_message_aside_when_it_was_received_as_often_as_it_may_be() {
    for id in ["D-sqs-dlq-1", "D-sqs-dlq-2", "D-sqs-dlq-3"] {
        let (inputs, expected) = fact(id);
        let trace = expected["poll_trace"].as_array().expect("a list");
        let at: Vec<f64> = trace.iter().filter_map(|poll| poll[0].as_f64()).collect();
        let every = inputs["poll_every_s"].as_f64().expect("a number");
        let subscription = json!({
            "ack_deadline": format!("{}s", inputs["visibility_s"]), "deliveries": inputs["maxReceiveCount"]
        });
        let mut document = world(
            1,
            &json!({"broker": "sqs_standard"}),
            &subscription,
            &for_ever(),
        );
        document["faults"] = polls(&at);
        let (_, records) = run(&document, 60.0);
        let (delivered, dead) = (deliveries(&records), dead(&records));
        for (poll, at) in trace.iter().zip(&at) {
            let found = delivered
                .iter()
                .filter(|it| (at - 0.06..at + 0.1).contains(&it.0))
                .count();
            let aside = dead.iter().filter(|(when, _)| *when <= *at).count();
            assert_eq!(json!([poll[0], found, aside]), *poll, "{id}");
        }
        assert_eq!(json!(delivered.len()), expected["deliveries"], "{id}");
        // Polls are counted from 1; SQS looks at the count at a receive, the simulator when the timeout is over.
        let after = (dead[0].0 / every).ceil() as u64 + 1;
        assert_eq!(json!(after), expected["dlq_after_poll_number"], "{id}");
    }
}

#[test]
fn what_is_deleted_in_time_is_gone_and_what_is_not_comes_back() {
    let (inputs, expected) = fact("D-sqs-delete");
    let subscription = json!({"ack_deadline": format!("{}s", inputs["visibility_s"])});
    let topic = json!({"broker": "sqs_standard"});
    for (work, quantity) in [
        ("29s", "delete_at_29_then_poll_31"),
        ("10h", "no_delete_poll_31"),
    ] {
        let document = world(1, &topic, &subscription, &json!([{"work": work}]));
        let (_, records) = run(&document, 31.0);
        let again = deliveries(&records).iter().filter(|it| it.1 > 1).count();
        assert_eq!(json!(again), expected[quantity], "{quantity}");
    }
}

#[test]
fn a_key_waits_for_its_message_in_hand_and_is_in_order() {
    let (_, fifo) = fact("D-sqs-fifo-group");
    assert_eq!(
        fifo["results"][1],
        json!(["B2", "B4"]),
        "A1 and A3 wait for A0"
    );
    let (_, kafka) = fact("D-kafka-order");
    for broker in ["sqs_fifo", "kafka"] {
        let mut document = world(
            0,
            &json!({"broker": broker}),
            &json!({"ack_deadline": "1s"}),
            &json!([{"work": {"exponential": {"mean": "300ms"}}}]),
        );
        document["stores"] = json!({"producer_db": {
            "service": "producer", "tables": {"aggregates": {"rows": 4, "states": ["there"]}}
        }});
        document["clients"]["senders"] = json!({
            "operation": "producer.send", "key": {"row_of": {"table": "producer_db.aggregates"}},
            "load": {"poisson": {"rate": 5}}
        });
        document["faults"] =
            json!([{"at": "0s", "what": {"errors": {"service": "consumer", "rate": 0.1}}}]);
        let mut simulation = Simulation::new(&scenario(&document));
        advance(&mut simulation, 600.0);
        let records = std::mem::take(simulation.records());
        let mut in_hand: BTreeMap<Key, u32> = BTreeMap::new();
        let mut latest: BTreeMap<Key, u32> = BTreeMap::new();
        let (mut violations, mut redelivered, mut in_hand_at_once) = (0, 0, 0);
        for record in &records {
            match record.what {
                What::Delivered {
                    message,
                    key,
                    attempt,
                    ..
                } => {
                    violations += u32::from(in_hand.insert(key, message).is_some());
                    in_hand_at_once = in_hand_at_once.max(in_hand.len());
                    let before = latest.insert(key, message).unwrap_or_default();
                    // The first time after all before it; again only as the last of its key.
                    let is_right = if attempt == 1 {
                        message > before
                    } else {
                        message == before
                    };
                    violations += u32::from(!is_right);
                    redelivered += u32::from(attempt > 1);
                }
                What::Acked { key, .. } | What::Returned { key, .. } => drop(in_hand.remove(&key)),
                _ => {}
            }
        }
        assert_eq!(
            json!(violations),
            kafka["order_violations_within_key"],
            "{broker}"
        );
        assert!(
            redelivered > 50,
            "{broker}: something must go wrong: {redelivered}"
        );
        assert_eq!(in_hand_at_once, 4, "{broker}: other keys do not wait");
    }
}

#[test]
fn nats_delivers_as_often_as_it_may_and_keeps_no_dead_letters() {
    for id in ["D-nats-maxdeliver-5", "D-nats-maxdeliver-1"] {
        let (inputs, expected) = fact(id);
        let subscription = json!({
            "deliveries": inputs["MaxDeliver"], "ack_deadline": format!("{}s", inputs["AckWait_s"])
        });
        let document = world(
            1,
            &json!({"broker": "nats_jetstream"}),
            &subscription,
            &for_ever(),
        );
        let (simulation, records) = run(&document, 1000.0);
        let times: Vec<f64> = deliveries(&records).iter().map(|it| it.0).collect();
        assert_eq!(times, numbers(&expected["times_s"]), "{id}");
        assert_eq!(json!(times.len()), expected["total_deliveries"], "{id}");
        // The advisory of JetStream; the message stays in the stream, for which the subscription is no measure.
        let aside = dead(&records);
        assert!(aside.len() == 1 && !aside[0].1, "{id}: {aside:?}");
        assert_eq!(
            json!(simulation.queue_state(0).dead),
            expected["dlq"],
            "{id}"
        );
    }
}

#[test]
fn nats_delivers_again_at_once_what_was_refused() {
    let (_, expected) = fact("D-nats-nak");
    // JetStream's BackOff is not for these; without a delay of the consumer's own they come at once.
    let subscription = json!({});
    let mut document = world(
        1,
        &json!({"broker": "nats_jetstream"}),
        &subscription,
        &json!([]),
    );
    document["network"] = json!({"latency": "1ms"});
    document["faults"] = fails();
    let (_, records) = run(&document, 1.0);
    let counts: Vec<u16> = deliveries(&records)
        .iter()
        .map(|it| it.1)
        .take(10)
        .collect();
    assert_eq!(json!(counts), expected["delivery_count_sequence"]);
    for record in &records {
        if let What::Returned { ready, .. } = record.what {
            assert_eq!(ready, record.at, "{}", expected["delay"]);
        }
    }
}

#[test]
fn a_late_acknowledgement_counts() {
    let (inputs, expected) = fact("D-nats-late-ack");
    let subscription = json!({"consumers": 1, "ack_deadline": format!("{}s", inputs["AckWait_s"])});
    let work = json!([{"work": format!("{}s", inputs["ack_at_s"])}]);
    // The one consumer is at work beyond the deadline: nobody has polled again when the late acknowledgement comes.
    let document = world(
        2,
        &json!({"broker": "nats_jetstream"}),
        &subscription,
        &work,
    );
    let (_, records) = run(&document, 10.0);
    let of = |wanted: u32| {
        records.iter().filter(move |record| {
            matches!(record.what, What::Delivered { message, .. } if message == wanted)
        })
    };
    assert_eq!(json!(of(1).count() - 1), expected["redelivered"]);
    let acks: Vec<(u32, u16)> = records
        .iter()
        .filter_map(|record| match record.what {
            What::Acked { message, .. } => {
                Some((message, (since(record.at) * 1000.0).round() as u16))
            }
            _ => None,
        })
        .collect();
    // The second begins when the first is done, and is late as well.
    assert_eq!((of(2).count(), acks), (1, vec![(1, 150), (2, 300)]));
}

#[test]
fn the_backoff_of_nats_stands_in_place_of_the_deadline() {
    let (inputs, expected) = fact("D-nats-backoff");
    let backoff: Vec<String> = numbers(&inputs["BackOff_s"])
        .iter()
        .map(|s| format!("{s}s"))
        .collect();
    let subscription = json!({"deliveries": inputs["MaxDeliver"], "backoff": backoff});
    let document = world(
        1,
        &json!({"broker": "nats_jetstream"}),
        &subscription,
        &for_ever(),
    );
    let (_, records) = run(&document, 90_000.0);
    let times: Vec<f64> = deliveries(&records).iter().map(|it| it.0).collect();
    assert_eq!(times, numbers(&expected["delivery_times_s"]));
}

#[test]
fn nats_ignores_a_message_that_it_has_stored_within_the_window() {
    let (inputs, expected) = fact("D-nats-dedup");
    // No confirmation ever comes, so the publisher publishes once a second: also at the moments of the fact.
    let last = numbers(&inputs["same_id_publishes_at_s"])
        .into_iter()
        .fold(0.0, f64::max);
    let topic = json!({
        "broker": "nats_jetstream", "publish_window": format!("{}s", inputs["window_s"]),
        "publish": {"timeout": "1s", "attempts": last as u32 + 1}
    });
    let mut document = world(1, &topic, &json!({}), &json!([]));
    document["links"] = json!({"producer -> events": {"answer_loss": 1}});
    let (_, records) = run(&document, 500.0);
    let times = |wanted: fn(&What) -> bool| -> Vec<f64> {
        let wanted = records.iter().filter(|record| wanted(&record.what));
        wanted.map(|record| since(record.at)).collect()
    };
    let stored = times(|what| matches!(what, What::Published { .. }));
    let ignored = times(|what| matches!(what, What::PublishIgnored { .. }));
    assert_eq!(json!(stored.len()), expected["stored"]);
    assert_eq!(stored, [0.0, 120.0]);
    assert_eq!(ignored.len(), 120);
}

#[test]
fn kafka_notices_a_dead_consumer_when_its_session_ends() {
    let (_, expected) = fact("D-kafka-rebalance");
    let mut document = world(1, &json!({"broker": "kafka"}), &json!({}), &json!([]));
    document["faults"] = dies();
    let (_, records) = run(&document, 60.0);
    let delivered = deliveries(&records);
    let between = numbers(&expected["partition_reassigned_between_s"]);
    assert_eq!(delivered.len(), 2);
    assert!(
        (between[0]..=between[1]).contains(&delivered[1].0),
        "{delivered:?}"
    );
}

/// Orders with an outbox, and a relay that may die.
fn shop(death: f64, load: &Value) -> Value {
    json!({
        "version": 1, "name": "shop", "network": {"latency": "1ns"},
        "services": {"shop": {"threads": 1000}, "stock": {"threads": 1000}},
        "stores": {
            "shop_db": {"service": "shop", "connections": 1000, "tables": {"orders": {"states": ["accepted"]}}},
            "stock_db": {"service": "stock", "connections": 1000, "tables": {"reservations": {"states": ["reserved"]}}}
        },
        "operations": {
            "shop.order": {"steps": [{"transaction": {"store": "shop_db", "steps": [
                {"insert": {"store": "shop_db", "table": "orders"}}, {"publish": {"topic": "orders"}}
            ]}}]},
            "stock.reserve": {"steps": [{"insert": {"store": "stock_db", "table": "reservations"}}]}
        },
        "topics": {"orders": {
            "publish": {"by": "outbox", "interval": "1s", "batch": 50, "restart": "100ms"},
            "subscriptions": {"reserve": {"operation": "stock.reserve", "consumers": 1000, "consume": "inbox"}}
        }},
        "clients": {"people": {"operation": "shop.order", "key": "new", "load": load}},
        "faults": [{"at": "0s", "what": {"relay_dies": {"topic": "orders", "share": death}}}]
    })
}

fn run_shop(document: &Value, seconds: u64) -> Vec<Record> {
    recorded(document, seconds as f64).1
}

#[test]
fn a_relay_publishes_everything_and_again_what_it_had_not_marked() {
    let (_, expected) = fact("D-debezium-outbox");
    let document = shop(0.01, &json!({"bursts": {"every": "100s", "size": 1000}}));
    let records = run_shop(&document, 190);
    let mut published: BTreeMap<u32, u32> = BTreeMap::new();
    let (mut deaths, mut again, mut reserved) = (0, 0, 0);
    for record in &records {
        match record.what {
            What::Published { message, .. } => *published.entry(message).or_default() += 1,
            What::RelayDied { again: more, .. } => {
                deaths += 1;
                again += more;
            }
            What::Acked { .. } => reserved += 1,
            _ => {}
        }
    }
    assert!(deaths > 3, "{deaths}");
    assert_eq!(json!(1000 - published.len()), expected["events_missed"]);
    let all: u32 = published.values().sum();
    assert_eq!(all, 1000 + again, "duplicates are what was not marked");
    assert_eq!(all, reserved);
}

#[test]
fn a_polling_relay_makes_events_wait_for_any_part_of_its_interval() {
    let (_, expected) = fact("K-outbox-poll-1");
    let records = run_shop(&shop(0.0, &json!({"poisson": {"rate": 20}})), 1000);
    let mut delays: Vec<f64> = records
        .iter()
        .filter_map(|record| match record.what {
            What::Published { after, .. } => Some(after.0 as f64 / 1e9),
            _ => None,
        })
        .collect();
    assert!((19_000..21_000).contains(&delays.len()), "{}", delays.len());
    delays.sort_by(f64::total_cmp);
    let near = |what: &str, measured: f64| {
        let expected = expected[what].as_f64().expect("a number");
        assert!(
            (measured - expected).abs() < 0.01,
            "{what}: {measured}, expected {expected}"
        );
    };
    near(
        "mean_delay",
        delays.iter().sum::<f64>() / delays.len() as f64,
    );
    near("p95", delays[delays.len() * 95 / 100]);
    near("max", delays[delays.len() - 1]);
}

#[test]
fn a_reconciliation_repairs_at_the_end_of_its_run_what_was_there_when_it_began() {
    for id in ["K-recon-300", "K-recon-3600"] {
        let (inputs, expected) = fact(id);
        let number = |value: &Value| value.as_f64().expect("a number");
        let (interval, takes) = (number(&inputs["interval_s"]), number(&inputs["run_s"]));
        let mut document = shop(
            0.0,
            &json!({"poisson": {"rate": 3000.0 / (20.0 * interval)}}),
        );
        document["operations"]["shop.order"] =
            json!({"steps": [{"insert": {"store": "shop_db", "table": "orders"}}]});
        document["ledger"] = json!({
            "client": "people", "record": "shop_db.orders", "accepted": ["accepted"],
            "rules": {"stock": {"table": "stock_db.reservations"}}
        });
        document["reconciliations"] = json!({"orders": {
            "every": format!("{interval}s"), "takes": format!("{takes}s"), "grace": "0s",
            "window": format!("{}s", 3.0 * interval),
            "left": {"table": "shop_db.orders"}, "right": {"table": "stock_db.reservations"},
            "missing": {"call": "stock.reserve"}
        }});
        let records = run_shop(&document, (20.0 * interval + takes + 1.0) as u64);
        let mut times: Vec<f64> = records
            .iter()
            .filter_map(|record| match record.what {
                What::Mended { after, .. } => Some(after.0 as f64 / 1e9),
                _ => None,
            })
            .collect();
        let count = times.len() as f64;
        assert!((2700.0..3300.0).contains(&count), "{id}: {count}");
        times.sort_by(f64::total_cmp);
        // Uniform on an interval: five standard deviations of each estimate.
        let near = |what: &str, measured: f64, deviation: f64| {
            let (expected, allowed) = (number(&expected[what]), 5.0 * deviation * interval);
            assert!(
                (measured - expected).abs() <= allowed,
                "{id} {what}: {measured}, expected {expected}"
            );
        };
        let root = count.sqrt();
        near(
            "mean_time_to_repair",
            times.iter().sum::<f64>() / count,
            0.2887 / root,
        );
        near("p95", times[times.len() * 95 / 100], 0.2179 / root);
        near("max", times[times.len() - 1], 2.0 / count);
        near("min", times[0], 2.0 / count);
        assert!(
            times[0] >= number(&expected["min"])
                && times[times.len() - 1] <= number(&expected["max"])
        );
    }
}

#[test]
fn a_saga_is_undone_in_reverse_order() {
    for id in ["K-saga-5-0.1", "K-saga-3-0.05"] {
        let (inputs, expected) = fact(id);
        let steps = inputs["steps"].as_u64().expect("a number");
        let mut document = json!({
            "version": 1, "name": "saga", "services": {"app": {"threads": 1000}},
            "stores": {"app_db": {"service": "app", "connections": 1000,
                "tables": {"sagas": {"states": ["requested", "accepted", "refused"]}}}},
            "operations": {"app.start": {"steps": [{"coordinate": {"process": "saga"}}]}},
            "processes": {"saga": {"by": "compensation", "record": "app_db.sagas", "participants": []}},
            "clients": {"people": {"operation": "app.start", "key": "new", "load": {"poisson": {"rate": 100}}}}
        });
        let mut participants = Vec::new();
        for step in 1..=steps {
            document["services"][format!("p{step}")] = json!({"threads": 1000});
            document["operations"][format!("p{step}.do")] =
                json!({"steps": [{"decline": {"share": inputs["p"]}}, {"work": "1ms"}]});
            document["operations"][format!("p{step}.undo")] = json!({"steps": [{"work": "1ms"}]});
            participants
                .push(json!({"operation": format!("p{step}.do"), "undo": format!("p{step}.undo")}));
        }
        document["processes"]["saga"]["participants"] = Value::Array(participants);
        let mut simulation = Simulation::new(&scenario(&document));
        advance(&mut simulation, 100.0);
        let records = std::mem::take(simulation.records());
        let names: Vec<String> = simulation
            .plan()
            .operations
            .iter()
            .map(|it| it.name.clone())
            .collect();
        // By coordinator: whom it has called, and whom it has undone.
        let mut sagas: BTreeMap<u64, (Vec<String>, Vec<String>)> = BTreeMap::new();
        for record in &records {
            if let What::Called {
                parent,
                operation,
                role,
                ..
            } = record.what
            {
                let name = names[operation as usize].clone();
                let saga = sagas.entry(parent).or_default();
                match role {
                    Role::Undo => saga.1.push(name.replace("undo", "do")),
                    _ => saga.0.push(name),
                }
            }
        }
        let mut undone = 0;
        for (done, back) in sagas.into_values() {
            if !back.is_empty() {
                // All but the one that said no, and the last of them first.
                let mut forth = done[..done.len() - 1].to_vec();
                forth.reverse();
                assert_eq!(back, forth, "{}", expected["order"]);
                undone += 1;
            }
        }
        assert!(undone > 500, "{id}: {undone}");
    }
}
