//! Scale: what an event costs when very many are to come, in the queue alone and in the whole engine.

use crate::harness::Clock;
use crate::models::{go_on, scenario};
use kernel::queue::EventQueue;
use kernel::random::Stream;
use kernel::time::{Span, Time};
use run::Run;

/// How many events are to come.
const PENDING: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Requests a second of all users together, however many they are: the same events, only more of them to come.
const RATE: u64 = 1_000;
/// Users of one client, at most.
const USERS_MAX: u64 = 100_000;
/// Users of all clients, at most, as the checker has it.
const ALL_USERS_MAX: u64 = sim::limits::IN_FLIGHT_MAX as u64;
/// Simulated seconds that are measured.
const MEASURED_S: u64 = 1_000;

/// Prints `hold,ours,ns_per_hold,pending`, `thinking,ours,ns_per_event,users` and `armed,ours,ns_per_event,timeouts`.
pub fn measure() {
    for pending in PENDING {
        println!("hold,ours,{:.1},{pending}", hold(pending));
        println!("armed,ours,{:.1},{pending}", armed(pending));
        let users = pending.min(ALL_USERS_MAX);
        println!("thinking,ours,{:.1},{users}", thinking(users));
    }
}

/// One hold takes the next event out and puts another in, exponentially later.
fn hold(pending: u64) -> f64 {
    let mut rng = Stream::new(1, "hold");
    let mut wait = || Span::from_nanos_f64(rng.exponential() * 1e9);
    let mut queue = EventQueue::default();
    for event in 0..pending {
        queue.push(Time::ZERO + wait(), event);
    }
    let mut hold = |times: u64| {
        for _ in 0..times {
            let Some((now, event)) = queue.pop() else {
                break;
            };
            queue.push(now + wait(), event);
        }
    };
    // Twice round, so that what was put in at the start has gone.
    hold(2 * pending);
    let holds = 2 * pending.max(1_000_000);
    let clock = Clock::start();
    hold(holds);
    clock.ns() / holds as f64
}

/// Users who think, ask, and think again: each waits in the queue for the end of a thought.
fn thinking(users: u64) -> f64 {
    let think_s = users / RATE;
    let clients: Vec<String> = (0..users.div_ceil(USERS_MAX))
        .map(|client| {
            let here = USERS_MAX.min(users - client * USERS_MAX);
            let load = format!(
                r#"{{ "closed": {{ "users": {here}, "think": {{ "exponential": {{ "mean": "{think_s}s" }} }} }} }}"#
            );
            people(client, 1, &load)
        })
        .collect();
    // Exponential thinking has no memory: the users are steady from the start. The rest soon is.
    cost(&clients, (think_s / 2).max(10))
}

/// Calls that are answered soon, with a timeout that comes late: each waits in the queue, cancelled or not.
fn armed(timeouts: u64) -> f64 {
    let timeout_s = timeouts / RATE;
    let load = format!(r#"{{ "poisson": {{ "rate": {RATE} }} }}"#);
    cost(&[people(0, timeout_s, &load)], timeout_s + 10)
}

fn people(client: u64, timeout_s: u64, load: &str) -> String {
    format!(
        r#""people-{client}": {{ "operation": "desk.serve", "timeout": "{timeout_s}s", "load": {load} }}"#
    )
}

/// Nanoseconds for an event of a service of 16 workers that these clients ask, after so many seconds of warm-up.
fn cost(clients: &[String], warm_up_s: u64) -> f64 {
    let document = format!(
        r#"{{ "version": 1, "name": "scale",
            "services": {{ "desk": {{ "threads": 16, "accept_queue": 1000000 }} }},
            "operations": {{ "desk.serve": {{ "steps": [{{ "work": {{ "exponential": {{ "mean": "10ms" }} }} }}] }} }},
            "clients": {{ {} }} }}"#,
        clients.join(", ")
    );
    let mut run = Run::new(scenario(&document), 0);
    let warm_up = Time::ZERO + Span::from_secs(warm_up_s);
    go_on(&mut run, warm_up);
    let events = run.sim().events();
    let clock = Clock::start();
    go_on(&mut run, warm_up + Span::from_secs(MEASURED_S));
    clock.ns() / (run.sim().events() - events) as f64
}
