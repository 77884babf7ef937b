//! Golden traces: small worlds whose whole trace reads as a story. Each `tests/golden/NAME.json` has its trace in
//! `NAME.txt`. After a deliberate change of the engine: `GOLDEN=write cargo test --test golden`, then read the diff.

mod support;

use kernel::time::Time;
use scenario::read;
use sim::{Progress, Simulation, text};
use std::path::Path;

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let document = std::fs::read_to_string(folder.join(name).with_extension("json"))
        .expect("the document is there");
    let scenario = read(&document).unwrap_or_else(|problems| panic!("{name}: {}", problems[0]));
    let mut simulation = Simulation::new(&scenario);
    let until = Time::ZERO + scenario.duration;
    while simulation.run_until(until, 1_000_000) == Progress::Busy {}
    let records = std::mem::take(simulation.records());
    let trace: String = records
        .iter()
        .map(|record| text::line(simulation.plan(), record) + "\n")
        .collect();
    let golden = folder.join(name).with_extension("txt");
    if std::env::var_os("GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&golden, &trace).expect("the golden trace can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    let difference = trace
        .lines()
        .zip(expected.lines())
        .position(|(is, should)| is != should);
    assert!(
        trace == expected,
        "{name}: the trace differs from {} at line {}",
        golden.display(),
        difference.map_or(
            trace.lines().count().min(expected.lines().count()),
            |line| line
        ) + 1
    );
}

#[test]
fn a_call_that_times_out_may_have_done_its_work() {
    check("ambiguous-failure");
}

#[test]
fn a_full_queue_rejects_and_a_crash_breaks_connections() {
    check("queue-and-crash");
}

#[test]
fn a_list_reads_four_references_in_four_ways() {
    check("four-ways");
}

#[test]
fn a_fan_out_waits_for_its_slowest_branch_and_a_loop_goes_one_by_one() {
    check("fan-out");
}

#[test]
fn a_lost_answer_leaves_the_caller_in_the_dark_and_both_calls_are_undone_in_reverse() {
    check("lost-answer-compensated");
}

#[test]
fn a_relay_that_dies_sends_twice_and_the_inbox_knows_the_message() {
    check("outbox-sends-twice");
}

#[test]
fn a_coordinator_that_dies_leaves_a_row_locked_until_it_is_back() {
    check("in-doubt");
}

#[test]
fn reconciliation_gives_back_what_was_charged_for_no_order() {
    check("reconciled");
}
