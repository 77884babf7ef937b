//! The inside of the engine, piece by piece: `cargo bench -p benches --bench inside`. `make bench` has the whole.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use kernel::queue::EventQueue;
use kernel::random::Stream;
use kernel::time::{Span, Time};
use run::Run;
use scenario::{Scenario, read};
use share::{Link, story};

fn main() {
    divan::main();
}

/// The next event out, another in.
#[divan::bench(args = [1_000, 100_000, 1_000_000])]
fn queue_hold(bencher: Bencher, pending: u64) {
    let mut rng = Stream::new(1, "hold");
    let mut wait = move || Span::from_nanos_f64(rng.exponential() * 1e9);
    let mut queue = EventQueue::default();
    for event in 0..pending {
        queue.push(Time::ZERO + wait(), event);
    }
    let mut hold = move || {
        if let Some((now, event)) = queue.pop() {
            queue.push(now + wait(), event);
        }
    };
    // Twice round, so that what was put in at the start has gone.
    for _ in 0..2 * pending {
        hold();
    }
    bencher.bench_local(hold);
}

#[divan::bench]
fn exponential(bencher: Bencher) {
    let mut rng = Stream::new(1, "exponential");
    bencher.bench_local(move || rng.exponential());
}

const DOCUMENTS: [&str; 2] = ["mm1", "chain"];

fn text(name: &str) -> &'static str {
    match name {
        "mm1" => include_str!("mm1.json"),
        _ => include_str!("chain.json"),
    }
}

fn scenario(name: &str) -> Scenario {
    read(text(name)).unwrap_or_else(|problems| panic!("{}", problems[0]))
}

/// A link with 200 changes of a large document in 2,541 characters is opened: it once froze the page for nine seconds. How
/// much work that is, is counted in `share/story.rs`.
#[divan::bench]
fn open_link() -> usize {
    let text = include_str!("../tests/bounds/freezing-link.txt");
    let opened = Link::parse(black_box(text.trim())).and_then(|link| story::open(&link));
    opened.map_or(0, |opened| opened.story.inputs.len())
}

/// A document read and checked.
#[divan::bench(args = DOCUMENTS)]
fn read_document(name: &str) -> Scenario {
    scenario(black_box(name))
}

/// Events in the steady state, with the numbers, without a trace.
#[divan::bench(args = DOCUMENTS)]
fn events(bencher: Bencher, name: &str) {
    const EVENTS: u64 = 10_000;
    let mut run = Run::new(scenario(name), 0);
    let never = Time(u64::MAX);
    run.run_until(never, 1_000_000);
    bencher
        .counter(ItemsCount::new(EVENTS))
        .bench_local(move || run.run_until(never, EVENTS));
}

/// The numbers of a run, as the page asks for them some times a second.
#[divan::bench(args = DOCUMENTS)]
fn numbers(bencher: Bencher, name: &str) {
    let mut run = Run::new(scenario(name), 0);
    run.run_until(Time(u64::MAX), 1_000_000);
    bencher.bench_local(|| run.numbers());
}
