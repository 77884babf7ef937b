//! Small inputs that once came out wrong, each with its right value (worked out by hand, or by theory that the comment names).

mod support;

use kernel::time::Time;
use sim::Simulation;
use sim::trace::{Outcome, Record, What};
use std::collections::BTreeSet;
use support::{BROKERS, advance, case as document, recorded as run, scenario};

fn seconds(at: Time) -> f64 {
    at.0 as f64 / 1e9
}

/// The coordinator dies between the two phases; the participant asks what was decided after `recovery`, and not before,
/// whoever had the place of its transaction before.
#[test]
fn in_doubt_is_in_doubt_for_as_long_as_its_rule_says() {
    for dies_at in [70.0, 20.0, 100.0] {
        let mut document = document("in-doubt-at-70s");
        document["faults"][0]["at"] = format!("{dies_at}s").into();
        let mut simulation = Simulation::new(&scenario(&document));
        advance(&mut simulation, dies_at + 0.2);
        let prepared: Vec<_> = simulation.in_doubts().collect();
        assert!(!prepared.is_empty(), "somebody is in doubt");
        // Until the moment before the recovery nobody is helped, and others wait for the row.
        advance(&mut simulation, dies_at + 59.9);
        assert_eq!(
            simulation.in_doubts().collect::<Vec<_>>(),
            prepared,
            "{dies_at}"
        );
        assert!(simulation.row_locks().any(|(.., waiting)| waiting > 0));
        // Counted from when it had prepared, at the latest when the fault was over.
        advance(&mut simulation, dies_at + 60.2);
        let still = simulation.in_doubts().any(|it| prepared.contains(&it));
        assert!(!still, "{dies_at}");
    }
}

/// How often something happened.
fn count(records: &[Record], what: impl Fn(&What) -> bool) -> usize {
    records.iter().filter(|record| what(&record.what)).count()
}

/// SQS FIFO: a receipt handle whose visibility timeout is over deletes nothing. The work takes 40 s and the timeout is 30 s:
/// it is done three times, and the message ends among the dead letters.
#[test]
fn a_stale_receipt_deletes_nothing() {
    let mut document = document("late-acknowledgement");
    document["clients"]["c"]["load"]["bursts"]["every"] = "599s".into();
    let (simulation, records) = run(&document, 800.0);
    let at = |what: fn(&What) -> bool| -> Vec<u64> {
        let all = records.iter().filter(|record| what(&record.what));
        all.map(|record| record.at.0 / 1_000_000_000).collect()
    };
    assert_eq!(
        at(|it| matches!(it, What::Delivered { .. })),
        [599, 629, 659]
    );
    assert_eq!(
        at(|it| matches!(it, What::AckRefused { .. })),
        [639, 669, 699]
    );
    assert_eq!(
        at(|it| matches!(it, What::DeadLettered { kept: true, .. })),
        [689]
    );
    assert_eq!(count(&records, |it| matches!(it, What::Acked { .. })), 0);
    assert_eq!(simulation.queue_state(0).dead, 1);
    let done = simulation
        .plan()
        .tables
        .iter()
        .position(|it| it.name == "work_db.done");
    let (_, stored) = simulation
        .records_of(done.expect("it is there") as u16)
        .iter()
        .next()
        .expect("it is done");
    assert_eq!(stored.rows, 3, "the work was done each time");
}

/// What the other brokers do about it: for NATS (and plain) the late acknowledgement counts; with SQS standard it does as
/// long as nobody has received the message anew; RabbitMQ has closed the channel, and Kafka given the partition away.
#[test]
fn a_late_acknowledgement_does_what_the_brokers_rule_says() {
    // With a second consumer that receives the message anew, and with one consumer alone.
    for (broker, consumers, counts) in [
        ("plain", 2, true),
        ("nats_jetstream", 2, true),
        ("sqs_standard", 2, false),
        ("sqs_standard", 1, true),
        ("sqs_fifo", 1, false),
        ("rabbitmq_quorum", 1, false),
        ("kafka", 1, false),
    ] {
        let mut document = document("late-acknowledgement");
        document["clients"]["c"]["load"]["bursts"]["every"] = "599s".into();
        document["topics"]["jobs"]["broker"] = broker.into();
        document["topics"]["jobs"]["subscriptions"]["w"]["consumers"] = consumers.into();
        let (_, records) = run(&document, 641.0);
        let acked = count(&records, |it| matches!(it, What::Acked { .. }));
        let refused = count(&records, |it| matches!(it, What::AckRefused { .. }));
        let expected = if counts { (1, 0) } else { (0, 1) };
        assert_eq!(
            (acked, refused),
            expected,
            "{broker}, {consumers} consumers"
        );
    }
}

/// SQS: who fails polls on at once; the failed message is invisible for 30 s. One message a second, of which one in ten
/// fails: all but those of the last half minute are done.
#[test]
fn a_failed_message_does_not_hold_its_consumer() {
    let (_, records) = run(&document("failed-message"), 600.0);
    let done = count(&records, |it| matches!(it, What::Acked { .. }));
    assert!((588..=599).contains(&done), "{done}");
}

/// The most handlers that ran at once.
fn most_at_once(records: &[Record]) -> usize {
    let (mut running, mut most) = (BTreeSet::new(), 0);
    for record in records {
        match record.what {
            What::Delivered { request, .. } => drop(running.insert(request)),
            What::Finished { request, .. } => drop(running.remove(&request)),
            _ => {}
        }
        most = most.max(running.len());
    }
    most
}

/// One consumer works on one thing at a time, also beyond the deadline.
#[test]
fn consumers_are_busy_until_their_handlers_end() {
    for broker in BROKERS {
        for consumers in [1, 3] {
            let mut document = document("one-consumer");
            document["topics"]["jobs"]["broker"] = broker.into();
            document["topics"]["jobs"]["subscriptions"]["w"]["consumers"] = consumers.into();
            document["clients"]["c"]["load"]["bursts"]["every"] = "70s".into();
            let (_, records) = run(&document, 1990.0);
            assert_eq!(most_at_once(&records), consumers, "{broker}");
        }
    }
    let (_, records) = run(&document("one-consumer"), 1990.0);
    assert_eq!(most_at_once(&records), 1);
    // Nobody has received it anew, so the receipt still deletes it.
    assert_eq!(
        count(&records, |it| matches!(it, What::Delivered { .. })),
        1
    );
    assert_eq!(count(&records, |it| matches!(it, What::Acked { .. })), 1);
}

/// What the document sets counts, with every broker: four deliveries, then the end.
#[test]
fn the_limit_of_deliveries_counts_everywhere() {
    for broker in BROKERS {
        let mut document = document("delivery-limit");
        document["topics"]["jobs"]["broker"] = broker.into();
        let (simulation, records) = run(&document, 1100.0);
        let delivered = count(&records, |it| matches!(it, What::Delivered { .. }));
        assert_eq!(delivered, 4, "{broker}");
        let kept = !matches!(broker, "kafka" | "nats_jetstream");
        let ends = count(
            &records,
            |it| matches!(it, What::DeadLettered { kept: it, .. } if *it == kept),
        );
        assert_eq!(ends, 1, "{broker}");
        assert_eq!(simulation.queue_state(0).dead, u32::from(kept), "{broker}");
    }
    // RabbitMQ 4.3 with basic.nack: asked for by name, and then for ever.
    let mut document = document("delivery-limit");
    document["topics"]["jobs"]["subscriptions"]["w"]["counts"] = "deaths".into();
    let (simulation, _) = run(&document, 1100.0);
    assert_eq!(simulation.queue_state(0).dead, 0);
}

/// The shape of a backoff is the same with every broker: 1 s after the first failure, 5 s after each other one.
#[test]
fn a_backoff_means_the_same_everywhere() {
    for broker in BROKERS {
        let mut document = document("backoff-shapes");
        document["topics"]["jobs"]["broker"] = broker.into();
        let (_, records) = run(&document, 60.0);
        let first = records.iter().find_map(|record| match record.what {
            What::Delivered { message, .. } => Some(message),
            _ => None,
        });
        let times: Vec<f64> = records
            .iter()
            .filter(|record| matches!(record.what, What::Delivered { message, .. } if Some(message) == first))
            .map(|record| seconds(record.at))
            .collect();
        let waits: Vec<f64> = times
            .windows(2)
            .map(|two| (two[1] - two[0]).round())
            .collect();
        assert_eq!(waits, [1.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0], "{broker}");
    }
}

/// An entry that is filled after an invalidation with what was read before it is stale, and counted so.
///
/// By hand: a way takes 1 ms. Reads come each second, changes each 1.1 s, so all begins anew every 11 s. A look at second
/// `t` is made at t + 1 ms; one that misses reads at t + 2 ms and fills at t + 303 ms (300 ms of work and a way back). The
/// change of second `c` is made at c + 1 ms, and its message drops the entry at c + 2 ms - if there is one by then.
///
/// | look | finds | because |
/// |---|---|---|
/// | 1 | nothing | the change of 1.1 s is told before the fill: the old value stays |
/// | 2 | the old value | then the change of 2.2 s drops it |
/// | 3 | nothing | the change of 3.3 s is told at 3.302 s, the fill comes at 3.303 s: the old value stays |
/// | 4 | the old value | then the change of 4.4 s drops it |
/// | 5 to 9 | nothing | the changes of 5.5, 6.6, 7.7, 8.8 and 9.9 s come after each fill, and drop it |
/// | 10 | nothing | no change until 11 s |
/// | 11 | the new value | the change of 11 s is made at the same instant, just after it, and drops it |
///
/// So of the three hits of a round two are stale. In 60 s there are five rounds and the looks 56 to 59 (60 comes too late):
/// 59 looks, of which 5 x 3 + 2 hit and 5 x 2 + 2 are stale. That is 12 of 17 hits, or 12 of 59 looks. (A reference
/// looks a moment later, after the change of 11 s: there all three hits of a round are stale. Under Poisson traffic, where a
/// change meets a fetch by chance, it is another share again: see the facts C-refill.)
#[test]
fn what_was_read_before_the_invalidation_is_stale() {
    let (_, records) = run(&document("refill-race"), 60.0);
    let mut looks = 0;
    let mut hits = Vec::new();
    for record in &records {
        if let What::LookedUp {
            hit, stale, age, ..
        } = record.what
        {
            looks += 1;
            if hit {
                hits.push((record.at.0 / 1_000_000, stale, age.0 / 1_000_000));
            }
        }
    }
    let rounds = (0..6).flat_map(|round| {
        let at = |second: u64| round * 11_000 + second * 1_000 + 1;
        // The value was read 1 ms after the look before it.
        [(at(2), true, 999), (at(4), true, 999), (at(11), false, 999)]
    });
    let expected: Vec<_> = rounds.filter(|(at, ..)| *at < 60_000).collect();
    assert_eq!(hits, expected);
    let stale = hits.iter().filter(|(_, stale, _)| *stale).count();
    assert_eq!((looks, hits.len(), stale), (59, 17, 12));
}

/// Reading what one has written oneself is no dirty read.
#[test]
fn ones_own_write_is_no_dirty_read() {
    let (_, records) = run(&document("own-read"), 20.0);
    assert_eq!(count(&records, |it| matches!(it, What::Noticed { .. })), 0);
}

/// Changes come once a second and take 1 s, exponentially distributed. In order, the newest has come when all before it
/// have: 1 - exp(-1) are stale (the number under way in M/G/inf is Poisson). As they come, only the newest matters: its age
/// and its latency are both exponential of the same mean.
#[test]
fn a_replica_gets_its_events_in_order_or_as_they_come() {
    for (order, expected) in [("in_order", 1.0 - (-1.0f64).exp()), ("as_they_come", 0.5)] {
        let mut document = document("replica-lag");
        document["references"]["v"]["event_order"] = order.into();
        let (_, records) = run(&document, 20_000.0);
        let (mut reads, mut stale) = (0, 0);
        for record in &records {
            if let What::Resolved {
                stale: is_stale, ..
            } = record.what
            {
                reads += 1;
                stale += is_stale;
            }
        }
        let share = f64::from(stale) / f64::from(reads);
        assert!((share - expected).abs() < 0.015, "{order}: {share}");
    }
    // A log delivers in order, so that is what a replica has by itself.
    let scenario = scenario(&document("replica-lag"));
    assert!(Simulation::new(&scenario).plan().references[0].in_order);
}

/// A join is one query on one connection, whatever is joined.
#[test]
fn a_join_is_one_query() {
    let (_, records) = run(&document("join-queries"), 9.9);
    let lists = count(&records, |it| matches!(it, What::Settled { .. }));
    let taken = count(&records, |it| matches!(it, What::ConnectionTaken { .. }));
    let resolved = count(&records, |it| matches!(it, What::Resolved { .. }));
    assert_eq!((lists, taken, resolved), (9, 9, 18));
}

/// A retry asks for the same key: what the first attempt has missed is not filled yet when the second comes (the fetch takes
/// 3 s, the patience 1 s), so next to none of them hits.
#[test]
fn a_retry_repeats_the_same_request() {
    let (_, records) = run(&document("retry-key"), 600.0);
    let retries: BTreeSet<u64> = records
        .iter()
        .filter_map(|record| match record.what {
            What::Retried { request, .. } => Some(request),
            _ => None,
        })
        .collect();
    let hits = count(
        &records,
        |it| matches!(it, What::LookedUp { request, hit: true, .. } if retries.contains(request)),
    );
    assert!(retries.len() > 400, "{}", retries.len());
    assert!(hits * 50 < retries.len(), "{hits} of {}", retries.len());
    let asked = count(&records, |it| matches!(it, What::Settled { .. }));
    let served = count(&records, |it| {
        matches!(
            it,
            What::Settled {
                outcome: Outcome::Ok,
                ..
            }
        )
    });
    let share = served as f64 / asked as f64;
    assert!((share - 0.41).abs() < 0.04, "{served} of {asked}");
}

/// The service errs from 3.5 to 9.5 s. Whatever starts or ends in between fails: also what was in the queue, and what was at
/// work before.
#[test]
fn errors_are_for_all_that_starts_or_ends_during_the_fault() {
    let (_, records) = run(&document("errors-queued"), 30.0);
    let failed = Outcome::Failed;
    for record in &records {
        let (outcome, held) = match record.what {
            What::Finished { outcome, held, .. } => (outcome, seconds(Time(held.0))),
            What::TurnedAway { outcome, .. } => (outcome, 0.0),
            _ => continue,
        };
        let at = seconds(record.at);
        let during = |at: f64| (3.5..9.5).contains(&at);
        let fails = during(at) || during(at - held);
        assert_eq!(outcome == failed, fails, "at {at} s, after {held} s");
    }
    let settled = |outcome: Outcome| {
        count(
            &records,
            |it| matches!(it, What::Settled { outcome: it, .. } if *it == outcome),
        )
    };
    assert!(settled(failed) >= 9 && settled(Outcome::Ok) >= 3);
}
