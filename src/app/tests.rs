//! Claims about what the page does.

use super::*;
use crate::metrics::numbers::LatencyNumbers;
use crate::run::Run;
use crate::time::Time;
use crate::words::strategy_key;

fn start(fragment: &str) -> (Model, Vec<Command>) {
    Model::new(Start {
        fragment: fragment.into(),
        ..Start::default()
    })
}

fn opened() -> Model {
    start("").0
}

fn play(model: &Model) -> &Play {
    model.play().expect("a run is open")
}

fn set(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_string(), value.to_string())]
}

fn written(commands: &[Command]) -> Option<(&str, bool)> {
    commands.iter().find_map(|command| match command {
        Command::WriteAddress { fragment, push } => Some((fragment.as_str(), *push)),
        _ => None,
    })
}

fn snapshot_with_latency(model: &Model, ms: f64) -> Msg {
    let mut run = Run::new((*play(model).scenario).clone(), 0);
    run.run_until(Time(1_000_000), 1_000);
    let mut recent = run.recent();
    recent.clients[play(model).main_client as usize].latency_ms = LatencyNumbers {
        count: 5,
        mean: ms,
        ..LatencyNumbers::default()
    };
    Msg::Snapshot(Rc::new(Snapshot {
        recent: Some(recent),
        ..Snapshot::default()
    }))
}

#[test]
fn the_page_opens_running_with_a_change_offered() {
    let (model, commands) = start("");
    assert!(play(&model).playing);
    assert!(play(&model).offered().is_some());
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, Command::Start(_)))
    );
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, Command::Estimate(_)))
    );
    assert!(commands.contains(&Command::SetPlaying(true)));
}

#[test]
fn an_embedded_page_and_one_with_reduced_motion_wait_to_be_asked() {
    for (embed, reduced_motion) in [(true, false), (false, true)] {
        let (model, commands) = Model::new(Start {
            embed,
            reduced_motion,
            ..Start::default()
        });
        assert!(!play(&model).playing);
        assert_eq!(commands.last(), Some(&Command::SetPlaying(false)));
    }
}

#[test]
fn every_strategy_can_be_chosen_for_every_reference_and_stands_in_the_address() {
    for strategy in control::STRATEGIES {
        let mut model = opened();
        let commands = update(
            &mut model,
            Msg::Set(set("customer", strategy_key(strategy)), Choice::Discrete),
        );
        let chosen = play(&model)
            .controls
            .iter()
            .find(|control| control.name == "customer")
            .unwrap();
        assert_eq!(chosen.strategy(), Some(strategy));
        if strategy != crate::scenario::ReadStrategy::PerRow {
            let expected = format!("consultation-list?customer={}", strategy_key(strategy));
            assert_eq!(written(&commands), Some((expected.as_str(), true)));
            assert!(
                commands
                    .iter()
                    .any(|command| matches!(command, Command::Reconfigure(_)))
            );
        }
    }
}

#[test]
fn taking_the_offer_compares_with_before_and_can_be_undone() {
    let mut model = opened();
    let message = snapshot_with_latency(&model, 2670.0);
    update(&mut model, message);
    update(
        &mut model,
        Msg::Estimated(Forecast {
            latency_ms: Some(84.0),
            calls: 4.0,
            bad_per_s: 0.0,
        }),
    );
    let before = play(&model).scenario.clone();
    let commands = update(&mut model, Msg::TakeOffer);
    let compare = play(&model).compare.as_ref().unwrap();
    assert_eq!(
        (compare.before_ms, compare.expected_ms),
        (Some(2670.0), Some(84.0))
    );
    assert_eq!(play(&model).offered(), None, "it cannot be taken twice");
    assert_eq!(
        written(&commands),
        Some((
            "consultation-list?customer=batch&code=batch&user=batch&department=batch",
            true
        ))
    );
    let commands = update(&mut model, Msg::Undo);
    assert_eq!(play(&model).scenario, before);
    assert_eq!(play(&model).compare, None);
    assert_eq!(written(&commands), Some(("consultation-list", true)));
    assert!(play(&model).offered().is_some());
}

#[test]
fn a_choice_that_is_looked_at_is_worked_out_and_known_when_it_is_looked_at_again() {
    let mut model = opened();
    let offer = Forecast {
        latency_ms: Some(31.0),
        calls: 4.0,
        bad_per_s: 0.0,
    };
    update(&mut model, Msg::Estimated(offer));
    let commands = update(&mut model, Msg::Consider(Some(set("code", "replica"))));
    assert!(
        matches!(&commands[..], [Command::Estimate(_)]),
        "{commands:?}"
    );
    assert_eq!(
        play(&model).forecast,
        None,
        "the offer's outcome is not this one's"
    );
    let considered = Forecast {
        latency_ms: Some(900.0),
        calls: 300.0,
        bad_per_s: 0.0,
    };
    update(&mut model, Msg::Estimated(considered));
    assert_eq!(
        update(&mut model, Msg::Consider(None)),
        [Command::ForgetEstimate]
    );
    assert_eq!(play(&model).forecast, Some(offer));
    update(&mut model, Msg::Consider(Some(set("code", "replica"))));
    assert_eq!(play(&model).forecast, Some(considered));
    // What is chosen already is nothing to wonder about; what is chosen is not looked at any more.
    update(&mut model, Msg::Consider(Some(set("code", "per_row"))));
    assert_eq!(play(&model).considered, None);
    update(&mut model, Msg::Consider(Some(set("code", "replica"))));
    update(
        &mut model,
        Msg::Set(set("code", "replica"), Choice::Discrete),
    );
    assert_eq!(
        (play(&model).considered.as_ref(), play(&model).forecast),
        (None, None)
    );
}

#[test]
fn a_slider_on_its_way_leaves_no_trail_in_the_history_and_keeps_what_was_before() {
    let mut model = opened();
    let message = snapshot_with_latency(&model, 100.0);
    update(&mut model, message);
    let before = play(&model).scenario.clone();
    for rate in ["20", "30", "40"] {
        let commands = update(&mut model, Msg::Set(set("rate", rate), Choice::Gradual));
        assert_eq!(written(&commands).map(|(_, push)| push), Some(false));
        let message = snapshot_with_latency(&model, 5000.0);
        update(&mut model, message);
    }
    let compare = play(&model).compare.as_ref().unwrap();
    assert_eq!((compare.before_ms, &compare.before), (Some(100.0), &before));
}

#[test]
fn back_and_forward_change_the_settings_without_writing_the_address() {
    let mut model = opened();
    update(
        &mut model,
        Msg::Set(set("customer", "batch"), Choice::Discrete),
    );
    let commands = update(&mut model, Msg::Address("consultation-list".into()));
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, Command::Reconfigure(_)))
    );
    assert_eq!(written(&commands), None);
    assert_eq!(play(&model).scenario, play(&model).base);
    assert!(update(&mut model, Msg::Address("#consultation-list".into())).is_empty());
}

#[test]
fn a_run_that_goes_back_brings_its_settings_to_the_panel_and_the_address() {
    let mut model = opened();
    let before = play(&model).scenario.clone();
    update(
        &mut model,
        Msg::Set(set("customer", "batch"), Choice::Discrete),
    );
    let commands = update(&mut model, Msg::Adopt(before.clone()));
    assert_eq!(play(&model).scenario, before);
    assert_eq!(written(&commands), Some(("consultation-list", false)));
    assert!(
        !commands
            .iter()
            .any(|command| matches!(command, Command::Reconfigure(_)))
    );
}

#[test]
fn a_broken_address_stops_the_run_and_is_kept_to_be_seen() {
    let mut model = opened();
    let commands = update(
        &mut model,
        Msg::Address("#consultation-list?rate=lots".into()),
    );
    assert!(commands.contains(&Command::SetPlaying(false)));
    let Page::Broken(broken) = &model.page else {
        panic!("it cannot be run");
    };
    assert_eq!(broken.input, "consultation-list?rate=lots");
    // Messages of the run that was are nothing to it.
    assert!(update(&mut model, Msg::Toggle).is_empty());
    let commands = update(&mut model, Msg::OpenScenario(opening::DEFAULT.into()));
    assert!(model.play().is_some());
    assert_eq!(written(&commands), Some((opening::DEFAULT, true)));
}

#[test]
fn a_setting_that_does_not_fit_is_said_and_changes_nothing() {
    let mut model = opened();
    let before = play(&model).scenario.clone();
    let commands = update(&mut model, Msg::Set(set("threads", "0"), Choice::Gradual));
    assert_eq!(commands, [Command::EndNoteLater]);
    assert!(matches!(&model.note, Some(Note::Problem(text)) if text.contains("threads")));
    assert_eq!(play(&model).scenario, before);
    update(&mut model, Msg::NoteOver);
    assert_eq!(model.note, None);
}

#[test]
fn a_fault_lasts_as_long_as_was_chosen() {
    let mut model = opened();
    let kind = play(&model).faults[0].kind.clone();
    let commands = update(&mut model, Msg::Cause(kind.clone()));
    assert_eq!(
        commands,
        [Command::Inject(kind.clone(), Some(Span::from_secs(10)))]
    );
    update(&mut model, Msg::FaultLasts(None));
    assert_eq!(
        update(&mut model, Msg::Cause(kind.clone())),
        [Command::Inject(kind, None)]
    );
}

#[test]
fn speeds_stay_within_what_is_offered() {
    let mut model = opened();
    update(&mut model, Msg::ChangeSpeed(-100));
    assert_eq!(play(&model).speed, 0);
    let commands = update(&mut model, Msg::Speed(9999));
    assert_eq!(commands, [Command::SetSpeed(1000.0)]);
    assert!(update(&mut model, Msg::Seek(f64::NAN)).is_empty());
    assert!(update(&mut model, Msg::Seek(-1.0)).is_empty());
}

#[test]
fn a_new_seed_is_another_seed_and_stands_in_the_address() {
    let mut model = opened();
    let seed = play(&model).scenario.seed;
    let commands = update(&mut model, Msg::NewSeed(seed));
    assert_ne!(play(&model).scenario.seed, seed);
    assert!(written(&commands).unwrap().0.contains("seed="));
}

#[test]
fn escape_closes_what_is_open_one_after_the_other() {
    let mut model = opened();
    update(&mut model, Msg::Select(Some(Node::Service(0))));
    update(&mut model, Msg::Help(true));
    assert_eq!(
        update(&mut model, Msg::Escape),
        [Command::Focus("help-open".into())]
    );
    assert!(play(&model).selected.is_some());
    assert_eq!(
        update(&mut model, Msg::Escape),
        [Command::Focus("node-common".into())]
    );
    assert!(play(&model).selected.is_none());
    assert!(update(&mut model, Msg::Escape).is_empty());
}

#[test]
fn a_theme_and_a_language_are_remembered_and_worn() {
    let mut model = opened();
    let commands = update(&mut model, Msg::Lang(Lang::Ko));
    assert_eq!(commands[0], Command::RememberLang(Lang::Ko));
    assert!(matches!(&commands[1], Command::Dress { title, .. } if title.contains("상담 목록")));
    update(&mut model, Msg::Theme(Theme::Dark));
    assert!(model.dark());
    update(&mut model, Msg::Theme(Theme::System));
    update(&mut model, Msg::SystemDark(true));
    assert!(model.dark());
}
