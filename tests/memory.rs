//! The memory of a run is bounded, whatever the document: consumers that fail for ever, with every broker and in every way.
//!
//! Live bytes are counted by the allocator of this test binary. The clients fall silent after a second, so that whatever is
//! more later is not more work that waits: it is something that is kept and should not be.

mod support;

use kernel::time::Time;
use proptest::prelude::*;
use run::Run;
use serde_json::{Value, json};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use support::{BROKERS, case, scenario};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

/// One test at a time: the allocator counts for all.
static ALONE: Mutex<()> = Mutex::new(());

/// The history that the charts show is full after ten simulated minutes: 600 rows, here of about 690 bytes. A busy run has
/// not come so far when it is counted first.
const HISTORY: usize = 600 * 690;
/// How much more there may be later, in bytes: what grows in steps (vectors, lines of timers) has its next step.
const MORE_MAX: usize = 400_000 + HISTORY;
/// Three of the longest deadlines drawn below: what waits for one comes back all at once, and must have done so before the
/// first count (RabbitMQ's own, of half an hour, as well).
const EARLY: Time = Time(3 * 12 * 3_600 * 1_000_000_000);
/// More than the 129,600 rounds that the relay makes until then, one a second. Who is busier than that has had every kind
/// of event long before.
const EVENTS: u64 = 200_000;

/// The live bytes of a run after the first deadlines, and after many more.
fn bytes(document: &Value) -> (usize, usize) {
    let scenario = scenario(document);
    let before = LIVE.load(Relaxed);
    let mut run = Run::new(scenario, 0);
    run.run_until(EARLY, EVENTS);
    let early = LIVE.load(Relaxed) - before;
    run.run_until(Time(5 * EARLY.0), 5 * EVENTS);
    (early, LIVE.load(Relaxed) - before)
}

fn is_bounded(document: &Value) {
    let (early, late) = bytes(document);
    assert!(
        late <= early + MORE_MAX,
        "{early} bytes have become {late}: {document:#}"
    );
}

#[test]
fn endless_redelivery_takes_no_more_memory() {
    let alone = ALONE.lock();
    is_bounded(&case("endless-redelivery"));
    drop(alone);
}

fn document() -> impl Strategy<Value = Value> {
    let broker = prop::sample::select(BROKERS.to_vec());
    let consume = prop::sample::select(vec!["naive", "check_first", "inbox", "window"]);
    // How it goes wrong: errors, deaths, lost acknowledgements, too slow, errors for most, errors of one instance.
    let wrong = 0u32..6;
    let subscription = (
        1u32..20,
        prop::option::of(prop::sample::select(vec!["50ms", "30s", "12h"])),
        prop::option::of(prop::sample::select(vec!["1ms", "40ms"])),
        prop::sample::select(vec!["none", "key"]),
        prop::option::of(Just("300ms")),
        prop::option::of(prop::sample::select(vec!["all", "deaths"])),
    );
    (broker, consume, wrong, subscription, any::<u32>(), any::<bool>()).prop_map(
        |(broker, consume, wrong, (consumers, deadline, backoff, order, redrive, counts), seed, limited)| {
            let mut faults = vec![json!({"at": "1s", "what": {"surge": {"client": "c", "factor": 0}}})];
            let mut links = json!({});
            let mut work = "1ms";
            match wrong {
                0 => faults.push(json!({"at": "0s", "what": {"errors": {"service": "worker", "rate": 1}}})),
                1 => faults.push(json!({"at": "0s", "what": {"dies":
                    {"operation": "worker.handle", "point": "before_answer", "share": 1}}})),
                2 => links = json!({"jobs -> worker": {"latency": "1ms", "answer_loss": 1}}),
                3 => work = "70ms",
                4 => faults.push(json!({"at": "500ms", "what": {"errors": {"service": "worker", "rate": 0.9}}})),
                _ => faults.push(json!({"at": "0s", "what": {"errors":
                    {"service": "worker", "instance": 1, "rate": 1}}})),
            }
            let mut it = json!({"operation": "worker.handle", "consumers": consumers, "consume": consume,
                "order": order, "window": "1s",
                "deliveries": if limited { json!(5) } else { json!("unlimited") }});
            let optional = [
                ("ack_deadline", deadline.map(|it| json!(it))),
                ("backoff", backoff.map(|it| json!([it]))),
                ("redrive", redrive.map(|it| json!(it))),
                ("counts", counts.filter(|_| broker == "rabbitmq_quorum").map(|it| json!(it))),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    it[name] = value;
                }
            }
            let mut document = case("failed-message");
            document["seed"] = json!(seed);
            document["services"] = json!({"shop": {"threads": 100},
                "worker": {"instances": 2, "threads": 50, "accept_queue": 100}});
            document["links"] = links;
            document["operations"]["worker.handle"]["steps"] = json!([{"work": work},
                {"insert": {"store": "work_db", "table": "done", "on_duplicate": "add"}}]);
            document["topics"]["jobs"] = json!({"broker": broker, "publish": {"by": "outbox", "interval": "1s"},
                "subscriptions": {"w": it}});
            document["clients"]["c"]["load"] = json!({"poisson": {"rate": 50}});
            document["faults"] = json!(faults);
            document
        },
    )
}

proptest! {
    #![proptest_config(support::cases(48))]

    #[test]
    fn failing_consumers_take_no_more_memory(document in document()) {
        let alone = ALONE.lock();
        is_bounded(&document);
        drop(alone);
    }
}
