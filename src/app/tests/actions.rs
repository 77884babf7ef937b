//! Claims about what a person does: what a change keeps, and how it is taken back.

use super::*;
use crate::session::Input;
use crate::words::Act;

fn crash(service: &str) -> FaultKind {
    FaultKind::Crash {
        service: service.into(),
        instance: None,
    }
}

/// What was done to the run, with the moments in milliseconds.
fn done(bench: &Bench) -> Vec<(u64, &'static str)> {
    let name = |input: &Input| match input {
        Input::Inject(..) => "fault",
        Input::EndFault(_) => "end",
        Input::Redrive(_) => "redrive",
        Input::Reconfigure(..) => "set",
    };
    let inputs = &play(&bench.model).story.inputs;
    let ms = |at: &Time| at.0 / 1_000_000;
    inputs.iter().map(|(at, it)| (ms(at), name(it))).collect()
}

/// A run with a fault, its end and a change of settings.
fn busy() -> Bench {
    let mut bench = Bench::new("");
    bench.run_ms(1_000);
    bench.send(Msg::FaultLasts(None));
    bench.send(Msg::Cause(crash("common")));
    bench.run_ms(1_000);
    bench.send(Msg::EndFault(0));
    bench.run_ms(1_000);
    bench.send(Msg::Set(set("rate", "40"), Choice::Discrete));
    bench.run_ms(1_000);
    bench
}

#[test]
fn a_change_that_starts_the_run_again_keeps_what_was_done_at_its_times_and_says_so() {
    let mut bench = busy();
    let what = [(1_000, "fault"), (2_000, "end"), (3_000, "set")];
    assert_eq!(done(&bench), what);
    bench.send(Msg::Set(set("seed", "9"), Choice::Discrete));
    assert_eq!(bench.session.now(), Time::ZERO, "it starts again");
    assert_eq!(done(&bench), what);
    assert_eq!(bench.model.note, Some(Note::StartedAgain(true, 0)));
    let address =
        "consultation-list?seed=9&@1s&fault=crash,service:common&@2s&end=0&@3s&rate=40&engine=1";
    assert_eq!(bench.address(), (address, true));
    // What was set later is set later again, over the new setting.
    bench.run_ms(4_000);
    assert_eq!(
        *bench.session.scenario(),
        **play(&bench.model).story.scenario_at(bench.session.now())
    );
    assert_eq!(bench.session.scenario().seed, 9);
    assert_eq!(bench.session.run().sim().faults().len(), 1);
    // The link of the result is the result.
    let mut again = Bench::new(address);
    again.run_ms(4_000);
    assert_eq!(again.session.run().numbers(), bench.session.run().numbers());
}

#[test]
fn a_setting_from_the_start_replaces_what_it_was_changed_to_on_the_way() {
    let mut bench = Bench::new("consultation-list?seed=9");
    bench.run_ms(1_000);
    bench.send(Msg::Set(set("customer", "batch"), Choice::Discrete));
    bench.run_ms(1_000);
    let both = [set("customer", "replica"), set("seed", "8")].concat();
    bench.send(Msg::Set(both, Choice::Discrete));
    assert_eq!(
        bench.address().0,
        "consultation-list?customer=replica&seed=8"
    );
    assert_eq!(bench.model.note, Some(Note::StartedAgain(false, 0)));
}

#[test]
fn what_is_not_there_any_more_is_left_out_and_that_is_said() {
    let mut bench = Bench::new("");
    bench.run_ms(1_000);
    let second = FaultKind::Crash {
        service: "common".into(),
        instance: Some(1),
    };
    bench.send(Msg::FaultLasts(None));
    bench.send(Msg::Cause(second));
    bench.run_ms(500);
    bench.send(Msg::Cause(crash("consultation")));
    bench.run_ms(500);
    for fault in [0, 1] {
        bench.send(Msg::EndFault(fault));
    }
    bench.run_ms(500);
    let fewer = [set("owner-instances", "1"), set("seed", "8")].concat();
    bench.send(Msg::Set(fewer, Choice::Discrete));
    // The end of the fault that stays is the end of that fault: they are counted anew.
    assert_eq!(
        bench.address().0,
        "consultation-list?owner-instances=1&seed=8&@1.5s&fault=crash,service:consultation&@2s&end=0&engine=1"
    );
    assert_eq!(bench.model.note, Some(Note::StartedAgain(true, 1)));
    for lang in [Lang::En, Lang::Ko] {
        let said = Act::StartedAgain {
            actions: true,
            left_out: 1,
        }
        .text(lang);
        assert!(said.contains(['1', 'O']), "{said}");
    }
}

#[test]
fn undo_takes_the_last_action_back_and_stays_at_the_moment() {
    let mut bench = busy();
    let now = bench.session.now();
    let with = bench.session.run().numbers();
    bench.send(Msg::Undo);
    assert_eq!(done(&bench), [(1_000, "fault"), (2_000, "end")]);
    assert_eq!(bench.session.now(), now);
    assert_ne!(bench.session.run().numbers(), with);
    assert_eq!(*play(&bench.model).scenario, *play(&bench.model).base);
    bench.send(Msg::Redo);
    assert_eq!(done(&bench).len(), 3);
    assert_eq!(bench.session.run().numbers(), with);
    for left in [2, 1, 0, 0] {
        bench.send(Msg::Undo);
        assert_eq!((done(&bench).len(), bench.session.now()), (left, now));
    }
    assert_eq!(bench.address(), ("consultation-list", true));
    // What is done now has no other future.
    bench.send(Msg::Cause(crash("common")));
    assert_eq!(play(&bench.model).to_redo(), None);
}

#[test]
fn undoing_a_change_that_started_the_run_again_returns_to_the_run_and_the_moment_before() {
    let mut bench = busy();
    let before = (bench.session.now(), bench.session.run().numbers());
    bench.send(Msg::Set(set("seed", "9"), Choice::Discrete));
    bench.run_ms(700);
    bench.send(Msg::Undo);
    assert_eq!((bench.session.now(), bench.session.run().numbers()), before);
    bench.send(Msg::Redo);
    assert_eq!(bench.session.scenario().seed, 9);
    assert_eq!(bench.session.now(), Time(700_000_000));
}

#[test]
fn what_came_with_a_link_can_be_taken_back_too_and_undo_says_what_it_takes_back() {
    let mut bench = Bench::new(
        "consultation-list?@1s&fault=crash,service:common,for:2s&@2s&customer=batch&t=3s",
    );
    let name = |bench: &Bench| {
        let play = play(&bench.model);
        play.to_undo()
            .map(|action| play.action_name(&action, Lang::En))
    };
    assert_eq!(name(&bench).as_deref(), Some("customer"));
    bench.send(Msg::Undo);
    assert!(
        name(&bench).unwrap().to_lowercase().contains("common"),
        "{:?}",
        name(&bench)
    );
    bench.send(Msg::Undo);
    assert_eq!(
        (name(&bench), bench.session.now()),
        (None, Time(3_000_000_000))
    );
}

#[test]
fn beginning_from_the_start_can_be_taken_back() {
    let mut bench = busy();
    let before = bench.session.run().numbers();
    bench.send(Msg::Restart);
    assert!(done(&bench).is_empty());
    bench.send(Msg::Undo);
    assert_eq!(bench.session.run().numbers(), before);
    // Without anything done there is nothing to take back.
    let mut bench = Bench::new("");
    bench.run_ms(1_000);
    bench.send(Msg::Restart);
    assert_eq!(play(&bench.model).to_undo(), None);
}

#[test]
fn what_is_selected_stands_in_the_address_at_once() {
    let mut bench = Bench::new("");
    bench.send(Msg::Select(Some(Node::Service(0))));
    let service = play(&bench.model).names.services[0].key.clone();
    let selected = format!("consultation-list?select=service.{service}");
    assert_eq!(bench.address(), (selected.as_str(), false));
    bench.send(Msg::Follow(Some(17)));
    assert_eq!(bench.address(), ("consultation-list?select=key.17", false));
    bench.send(Msg::Follow(None));
    assert_eq!(bench.address(), ("consultation-list", false));
}

#[test]
fn a_run_that_has_stopped_does_not_play() {
    let mut bench = Bench::new("");
    let stopped = Snapshot {
        stopped: Some(crate::sim::Limit::InFlight),
        ..Snapshot::default()
    };
    let commands = update(&mut bench.model, Msg::Snapshot(Rc::new(stopped)));
    assert!(commands.contains(&Command::SetPlaying(false)));
    assert!(!play(&bench.model).playing);
    assert_eq!(
        play(&bench.model).stopped(),
        Some(crate::sim::Limit::InFlight)
    );
    assert!(update(&mut bench.model, Msg::Play(true)).is_empty());
    assert!(!play(&bench.model).playing);
}
