//! What a run says adds up: the rows of its tables, and the course of each client with its totals.

mod support;

use msa_playground::export::table;
use msa_playground::run::Run;
use msa_playground::scenario::{Scenario, read, settings};
use msa_playground::sim::trace::What;
use msa_playground::time::{Span, Time};
use proptest::prelude::*;
use support::generate::document;
use support::{run_to, scenario};

/// Fails unless the requests of each client are accounted for.
fn assert_adds_up(run: &Run) {
    for it in run.numbers().clients {
        let ended = it.ok + it.declined + it.failed + it.refused + it.rejected + it.timed_out;
        assert_eq!(
            it.issued + it.carried_over,
            ended + it.not_permitted + it.in_flight,
            "{it:?}"
        );
        assert_eq!(it.asked(), it.ended() + it.in_flight, "{it:?}");
    }
}

/// By client: the requests that were sent before `from` and had not ended then, as the records have it.
fn under_way_at(run: &Run, from: Time) -> Vec<u64> {
    let mut under_way = vec![0_u64; run.plan().clients.len()];
    assert_eq!(run.trace().dropped(), 0, "all records are kept");
    for record in run.trace().records() {
        match record.what {
            What::Issued { client, .. } if record.at < from => under_way[client as usize] += 1,
            What::Settled { client, .. } if record.at < from => under_way[client as usize] -= 1,
            _ => {}
        }
    }
    under_way
}

proptest! {
    #![proptest_config(support::cases(60))]

    #[test]
    fn every_request_that_was_asked_is_in_one_column(document in document(), warm_up_ms in 0u64..1500) {
        let scenario = Scenario { warm_up: Span::from_millis(warm_up_ms), ..scenario(&document) };
        let mut run = Run::new(scenario, 1 << 22);
        run_to(&mut run, 2.0);
        assert_adds_up(&run);
        // What is carried over is what was under way at the end of the warm-up, and nothing else.
        let carried: Vec<u64> = run.numbers().clients.iter().map(|it| it.carried_over).collect();
        prop_assert_eq!(carried, under_way_at(&run, Time::ZERO + Span::from_millis(warm_up_ms)));
        // The same after a change of settings, from which on everything is counted anew.
        let set = [("references.first.strategy".to_string(), "batch".to_string())];
        let changed = settings::apply(run.scenario(), &set).expect("a strategy can be changed");
        run.reconfigure(changed).expect("it has the same shape");
        run_to(&mut run, 3.0);
        assert_adds_up(&run);
    }

    #[test]
    fn the_course_of_every_client_adds_up_to_its_totals(document in document(), seconds in prop_oneof![Just(3.0), 0.1f64..3.0]) {
        let mut run = Run::new(scenario(&document), 0);
        // A whole number of bins, and a part of one.
        run_to(&mut run, seconds);
        let series = run.course();
        for (place, it) in run.numbers().clients.iter().enumerate() {
            prop_assert_eq!(&series.clients[place], &it.name);
            let of = |number: fn(&msa_playground::metrics::ClientBin) -> u64| -> u64 {
                series.bins.iter().map(|bin| number(&bin.clients[place])).sum()
            };
            prop_assert_eq!(of(|bin| bin.issued), it.issued);
            prop_assert_eq!(of(|bin| bin.ok), it.ok);
            prop_assert_eq!(of(|bin| bin.declined), it.declined);
            prop_assert_eq!(of(|bin| bin.bad), it.bad());
        }
    }
}

/// The numbers of a column of the course.
fn column(csv: &str, name: &str) -> Vec<f64> {
    let mut lines = csv.lines();
    let head = lines.next().expect("it has a head");
    let place = head.split(',').position(|column| column == name);
    let place = place.unwrap_or_else(|| panic!("no {name} in {head}"));
    let cell = |line: &str| line.split(',').nth(place)?.parse().ok();
    lines.map(|line| cell(line).expect("a number")).collect()
}

#[test]
fn the_course_has_every_client() {
    let text = include_str!("bounds/two-clients.json");
    let mut run = Run::new(read(text).expect("it is sound"), 0);
    run_to(&mut run, 5.0);
    let csv = table::csv(&run);
    let asked = |client: &str| column(&csv, &format!("issued.{client}"));
    // The first by name asks once a second, the other a hundred times.
    assert_eq!(asked("a").iter().sum::<f64>(), 5.0);
    assert_eq!(asked("b").iter().sum::<f64>(), 500.0);
    assert_eq!(column(&csv, "latency_p95_ms.b")[1], 1.0);
    // No column says of one what is true of both.
    let head = csv.lines().next().expect("it has a head");
    assert!(!head.split(',').any(|column| column == "issued"), "{head}");
    let bins = serde_json::to_value(run.course()).expect("it has a form in JSON");
    assert_eq!(bins["clients"], serde_json::json!(["a", "b"]));
    assert_eq!(bins["bins"][1]["clients"][1]["issued"], 100);
}
