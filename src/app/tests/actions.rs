//! Claims about what a person does: what a change keeps, and how it is taken back.

use super::truth::{Watch, truth};
use super::*;
use run::Run;
use run::session::Input;
use words::Act;

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
        "consultation-list?seed=9&@1s&fault=crash,service:common&@2s&end=0&@3s&rate=40&engine=2";
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
        "consultation-list?owner-instances=1&seed=8&@1.5s&fault=crash,service:consultation&@2s&end=0&engine=2"
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

/// What the panel shows of a setting.
fn shown(bench: &Bench, name: &str) -> String {
    let mut controls = play(&bench.model).controls.iter();
    let control = controls.find(|control| control.name == name);
    control.expect("it is there").value.clone()
}

#[test]
fn one_drag_of_a_slider_is_one_action_and_its_number_follows_the_hand() {
    let mut bench = Bench::new("");
    bench.run_ms(1_000);
    let message = snapshot_with_latency(100.0);
    bench.send(message);
    let before = play(&bench.model).scenario.clone();
    for rate in ["20", "30", "40"] {
        bench.send(Msg::Set(set("rate", rate), Choice::Gradual));
        assert_eq!(shown(&bench, "rate"), rate);
        // The page may turn round under the hand.
        bench.send(Msg::Form(Form::Tall));
        assert_eq!(shown(&bench, "rate"), rate);
        assert_eq!(
            play(&bench.model).scenario,
            before,
            "the run goes on as it was"
        );
        bench.run_ms(100);
    }
    assert!(bench.history.is_empty());
    bench.send(Msg::Set(set("rate", "40"), Choice::Discrete));
    assert_eq!(
        bench.address(),
        ("consultation-list?@1.3s&rate=40&engine=2", true)
    );
    assert_eq!(play(&bench.model).compare.as_ref().unwrap().before, before);
    bench.send(Msg::Settle);
    assert_eq!(done(&bench), [(1_300, "set")]);
    bench.send(Msg::Undo);
    assert_eq!(shown(&bench, "rate"), "14");
}

#[test]
fn keys_that_move_a_slider_step_by_step_do_not_make_an_action_of_each_step() {
    let mut bench = Bench::new("");
    bench.run_ms(1_000);
    for rate in ["15", "16", "17", "18"] {
        bench.send(Msg::Set(set("rate", rate), Choice::Gradual));
        bench.send(Msg::Set(set("rate", rate), Choice::Discrete));
        assert_eq!(shown(&bench, "rate"), rate);
        bench.run_ms(100);
    }
    assert_eq!(
        done(&bench),
        [(1_000, "set")],
        "the first is taken over at once"
    );
    bench.send(Msg::Settle);
    assert_eq!(done(&bench), [(1_000, "set"), (1_400, "set")]);
    assert!(bench.address().0.ends_with("@1.4s&rate=18&engine=2"));
    assert_eq!(*bench.session.scenario(), *play(&bench.model).scenario);
}

#[test]
fn what_a_slider_has_been_moved_to_comes_before_what_is_done_next() {
    let mut bench = Bench::new("");
    bench.run_ms(1_000);
    bench.send(Msg::Set(set("rate", "20"), Choice::Gradual));
    bench.send(Msg::Cause(crash("common")));
    assert_eq!(done(&bench), [(1_000, "set"), (1_000, "fault")]);
    let before = shown(&bench, "threads");
    bench.send(Msg::Set(set("threads", "0"), Choice::Gradual));
    bench.send(Msg::Set(set("threads", "0"), Choice::Discrete));
    assert!(matches!(bench.model.note, Some(Note::Problems(_))));
    assert_eq!(
        shown(&bench, "threads"),
        before,
        "what cannot be is not shown"
    );
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
        stopped: Some(sim::Limit::InFlight),
        ..Snapshot::default()
    };
    let commands = update(&mut bench.model, Msg::Snapshot(Rc::new(stopped)));
    assert!(commands.contains(&Command::SetPlaying(false)));
    assert!(!play(&bench.model).playing);
    assert_eq!(play(&bench.model).stopped(), Some(sim::Limit::InFlight));
    assert!(update(&mut bench.model, Msg::Play(true)).is_empty());
    assert!(!play(&bench.model).playing);
}

/// A run of orders, some of which disagree.
fn orders(seconds: u64) -> (Run, names::Names) {
    let scenario = scenario::shipped::load("order-payment").unwrap();
    let mut run = Run::new(scenario.clone(), 0);
    run.run_until(Time(seconds * 1_000_000_000), u64::MAX);
    let names = names::Names::new(&scenario, run.plan());
    (run, names)
}

#[test]
fn rows_that_somebody_looks_at_stay_and_the_others_are_counted() {
    let (run, names) = orders(15);
    let look = |run: &Run, held: Option<&[u32]>| {
        truth(run, &names, &Watch::default(), (None, held)).expect("it has a ledger")
    };
    let keys = |truth: &truth::TruthNow| truth.broken.iter().map(|it| it.key).collect::<Vec<_>>();
    let before = look(&run, None);
    let held = keys(&before);
    assert!(held.len() > 2 && before.more == 0);
    let (later, _) = orders(40);
    assert_ne!(keys(&look(&later, None))[0], held[0], "new ones come first");
    let still = look(&later, Some(&held));
    assert_eq!(keys(&still), held);
    let listed = still
        .broken
        .iter()
        .filter(|it| !it.wrong.is_empty())
        .count() as u64;
    assert_eq!(still.more, still.counts.disagree - listed);
    // A key that is not remembered has a row all the same.
    let gone = look(&later, Some(&[u32::MAX]));
    assert_eq!(
        (gone.broken.len(), gone.broken[0].cells.len()),
        (1, gone.columns.len())
    );
}

#[test]
fn the_table_is_held_while_the_pointer_or_the_focus_is_in_it() {
    let (run, names) = orders(15);
    let truth = truth(&run, &names, &Watch::default(), (None, None)).unwrap();
    let keys: Vec<u32> = truth.broken.iter().map(|it| it.key).collect();
    let mut model = start("order-payment").0;
    let snapshot = Snapshot {
        truth: Some(Rc::new(truth)),
        ..Snapshot::default()
    };
    update(&mut model, Msg::Snapshot(Rc::new(snapshot)));
    let mut look = |by, on| update(&mut model, Msg::LookAtRows(by, on));
    assert_eq!(look(By::Pointer, true), [Command::HoldRows(Some(keys))]);
    assert!(look(By::Focus, true).is_empty());
    assert!(look(By::Pointer, false).is_empty());
    assert_eq!(look(By::Focus, false), [Command::HoldRows(None)]);
}

#[test]
fn a_line_of_a_history_goes_to_its_moment_and_what_comes_later_stays_known() {
    let mut model = start("order-payment").0;
    update(&mut model, Msg::Follow(Some(7)));
    let line = |at: f64| {
        let topic = words_name("t");
        (at, words::Deed::Published { topic })
    };
    let at = |now_s: f64, lines: &[f64]| {
        let followed = truth::Followed {
            chain: lines.iter().map(|at| line(*at)).collect(),
            ..truth::Followed::default()
        };
        let truth = truth::TruthNow {
            followed: Some(followed),
            ..truth::TruthNow::default()
        };
        Msg::Snapshot(Rc::new(Snapshot {
            now_s,
            truth: Some(Rc::new(truth)),
            ..Snapshot::default()
        }))
    };
    update(&mut model, at(9.0, &[1.0, 2.5004, 4.0]));
    let commands = update(&mut model, Msg::Visit(2.5004));
    assert_eq!(commands, [Command::SetPlaying(false), Command::Seek(2.501)]);
    // What is known then may be told otherwise: who asked is known when they are told.
    update(&mut model, at(2.501, &[2.5004]));
    assert_eq!(play(&model).chain.len(), 3);
    update(&mut model, at(5.0, &[1.0, 2.5004, 4.0, 4.5]));
    assert_eq!(play(&model).chain.len(), 4);
    // What is done now has another future.
    update(&mut model, Msg::Visit(1.5));
    let crash = run::session::Input::Inject(crash("payment"), None);
    let mut story = (*play(&model).story).clone();
    story.inputs.push((Time(1_500_000_000), crash));
    update(&mut model, Msg::Did(Rc::new(story)));
    update(&mut model, at(1.6, &[1.0]));
    assert_eq!(play(&model).chain.len(), 1);
}

fn words_name(key: &str) -> words::Name {
    words::Name::new(key, &scenario::Text::Empty)
}

#[test]
fn a_run_that_starts_again_opens_where_its_scenario_opens_if_it_had_come_so_far() {
    let scenario = scenario::shipped::load("prescription-billing").unwrap();
    let opening = Time::ZERO + scenario.opens_at;
    assert!(opening > Time::ZERO);
    for (before, opens) in [
        (opening + Span::from_secs(2), Some(opening)),
        (Time(1), None),
    ] {
        let mut session = Session::new(Rc::new(Story::new(Rc::new(scenario.clone()))), 0);
        session.seek(before);
        while session.seeking().is_some() {
            session.advance(Span::ZERO, 100_000);
        }
        let other = Scenario {
            seed: scenario.seed + 1,
            ..scenario.clone()
        };
        let change = session.reconfigure(Rc::new(other));
        let again = Change::StartsAgain {
            from: before,
            left_out: 0,
        };
        assert_eq!(
            (change, session.now(), session.seeking()),
            (again, Time::ZERO, opens)
        );
    }
}
