//! What a host can say, what it is answered, and when.

use super::messages::{Change, WhichFault};
use super::steps::Step;
use super::*;
use crate::app::{Command, Msg, Start, Theme, update};
use kernel::time::Span;
use run::session::{INPUTS_MAX, Story};
use scenario::{FaultKind, shipped};
use sim::{FaultState, Limit};
use std::rc::Rc;
use words::Lang;

/// What a message asks for; what is refused is refused with a text that has this in it.
fn check(message: Value, expect: Result<Request, &str>) {
    match (parse(&message), expect) {
        (Err(error), Err(part)) => assert!(error.contains(part), "{message}: {error}"),
        (parsed, expect) => assert_eq!(parsed, expect.map_err(String::from), "{message}"),
    }
}

fn model_of(fragment: &str) -> Model {
    Model::new(Start {
        embed: true,
        fragment: fragment.into(),
        ..Start::default()
    })
    .0
}

fn model() -> Model {
    model_of("")
}

/// A run that stands at a moment, to which nothing has been done.
fn standing(ms: u64) -> Standing {
    Standing {
        now: Time::ZERO + Span::from_millis(ms),
        arrived: true,
        ..Standing::default()
    }
}

/// A run that is on its way.
fn on_its_way() -> Standing {
    Standing::default()
}

/// Makes one call of a run that arrives at once: what is done for it, and what is answered.
fn call(
    model: &mut Model,
    request: Request,
    standing: &Standing,
) -> (Vec<Command>, Result<Value, String>) {
    let mut calls = Calls::default();
    calls.push(Some(1.into()), request).unwrap();
    let mut commands = Vec::new();
    for _ in 0..10 {
        let turn = calls.go_on(model, standing);
        commands.extend(turn.commands);
        let mut answers = turn.says.iter().filter(|it| it["type"] == "answer");
        if let Some(answer) = answers.next_back() {
            assert_eq!(answer["id"], 1);
            let error = answer["error"].as_str().unwrap_or_default().to_string();
            let result = match answer["ok"] == true {
                true => Ok(answer["value"].clone()),
                false => Err(error),
            };
            return (commands, result);
        }
    }
    panic!("no answer")
}

fn refused(model: &mut Model, request: Request, standing: &Standing, part: &str) {
    let before = model.clone();
    let (commands, result) = call(model, request, standing);
    let error = result.unwrap_err();
    assert!(error.contains(part), "{error}");
    assert_eq!((commands, &*model), (Vec::new(), &before), "{error}");
}

fn message_of(message: Value) -> Request {
    parse(&message).unwrap()
}

#[test]
fn a_message_asks_for_what_it_says() {
    for (kind, request) in [
        ("play", Request::Play(true)),
        ("pause", Request::Play(false)),
        ("step", Request::Step),
        ("getState", Request::GetState),
    ] {
        check(json!({"msa": 1, "type": kind, "id": 4}), Ok(request));
    }
    for t in [json!(12.5), json!("12.5s"), json!("12500ms")] {
        check(
            json!({"msa": 1, "type": "seek", "t": t}),
            Ok(Request::Seek(12.5)),
        );
    }
    for (name, theme) in [
        ("light", Theme::Light),
        ("dark", Theme::Dark),
        ("auto", Theme::System),
    ] {
        check(
            json!({"msa": 1, "type": "setTheme", "theme": name}),
            Ok(Request::Theme(theme)),
        );
    }
    check(
        json!({"msa": 1, "type": "setLang", "lang": "ko"}),
        Ok(Request::Lang(Lang::Ko)),
    );
    for (name, topic) in [
        ("state", Topic::State),
        ("metrics", Topic::Metrics),
        ("event", Topic::Event),
        ("resize", Topic::Resize),
        ("key", Topic::Key),
    ] {
        for (kind, on) in [("on", true), ("off", false)] {
            check(
                json!({"msa": 1, "type": kind, "event": name}),
                Ok(Request::Tell(topic, on)),
            );
        }
    }
    let crash = json!({"crash": {"service": "common"}});
    let kind: FaultKind = binding::from_value(&crash).unwrap();
    check(
        json!({"msa": 1, "type": "injectFault", "fault": crash, "lasts": "3s"}),
        Ok(Request::Fault(kind.clone(), Some(Span::from_secs(3)))),
    );
    check(
        json!({"msa": 1, "type": "injectFault", "fault": crash}),
        Ok(Request::Fault(kind.clone(), None)),
    );
    check(
        json!({"msa": 1, "type": "endFault", "fault": crash}),
        Ok(Request::EndFault(WhichFault::Like(kind))),
    );
    check(
        json!({"msa": 1, "type": "endFault", "fault": 3}),
        Ok(Request::EndFault(WhichFault::Number(3))),
    );
    check(
        json!({"msa": 1, "type": "goToStep", "step": 2}),
        Ok(Request::GoToStep(2)),
    );
    check(
        json!({"msa": 1, "type": "setState"}),
        Ok(Request::SetState(Change::default())),
    );
    check(
        json!({"msa": 1, "type": "setState", "link": "order-payment", "settings": {"seed": 7, "customer": "batch"},
            "speed": 2, "playing": false, "t": "1s"}),
        Ok(Request::SetState(Change {
            link: Some("order-payment".into()),
            settings: vec![
                ("customer".into(), "batch".into()),
                ("seed".into(), "7".into()),
            ],
            speed: Some(7),
            playing: Some(false),
            t: Some(1.0),
        })),
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_remedy() {
    for (message, part) in [
        (json!(null), "msa: "),
        (json!({"type": "play"}), "send msa: 1"),
        (json!({"msa": 2, "type": "play"}), "send msa: 1"),
        (json!({"msa": 1}), "type: must be play, pause"),
        (
            json!({"msa": 1, "type": "Play"}),
            "type: must be play, pause",
        ),
        (json!({"msa": 1, "type": "seek"}), "t: must be a moment"),
        (
            json!({"msa": 1, "type": "seek", "t": -1}),
            "t: must be a moment",
        ),
        (
            json!({"msa": 1, "type": "seek", "t": 1e300}),
            "t: must be a moment",
        ),
        (json!({"msa": 1, "type": "seek", "t": "soon"}), "t: "),
        (
            json!({"msa": 1, "type": "setTheme", "theme": "pink"}),
            "light, dark or auto",
        ),
        (json!({"msa": 1, "type": "setLang"}), "ko or en"),
        (
            json!({"msa": 1, "type": "on", "event": "click"}),
            "state, metrics",
        ),
        (
            json!({"msa": 1, "type": "injectFault"}),
            "fault: is missing",
        ),
        (
            json!({"msa": 1, "type": "injectFault", "fault": {"crahs": {}}}),
            "crash",
        ),
        (json!({"msa": 1, "type": "endFault"}), "fault: is missing"),
        (
            json!({"msa": 1, "type": "endFault", "fault": 1.5}),
            "fault: must be a whole number",
        ),
        (
            json!({"msa": 1, "type": "endFault", "fault": -1}),
            "fault: must be a whole number",
        ),
        (
            json!({"msa": 1, "type": "redrive"}),
            "subscription: must be",
        ),
        (
            json!({"msa": 1, "type": "goToStep", "step": null}),
            "step: must be a whole number",
        ),
        (
            json!({"msa": 1, "type": "goToStep", "step": -1}),
            "step: must be a whole number",
        ),
        (
            json!({"msa": 1, "type": "seek", "t": null}),
            "t: must be a moment",
        ),
        (
            json!({"msa": 1, "type": "setState", "link": 3}),
            "link: must be",
        ),
        (
            json!({"msa": 1, "type": "setState", "settings": []}),
            "settings: must be",
        ),
        (
            json!({"msa": 1, "type": "setState", "settings": {"a": []}}),
            "settings.a: must be",
        ),
        (
            json!({"msa": 1, "type": "setState", "speed": 3}),
            "speed: must be one of",
        ),
        (
            json!({"msa": 1, "type": "setState", "playing": 1}),
            "playing: must be",
        ),
        (
            json!({"msa": 1, "type": "setState", "t": {}}),
            "t: must be a moment",
        ),
    ] {
        check(message, Err(part));
    }
    // Not a number is null in JSON.
    for lasts in [
        json!(0),
        json!(-1),
        json!(null),
        json!("0s"),
        json!("-3s"),
        json!(true),
        json!([]),
    ] {
        let message = json!({"msa": 1, "type": "injectFault", "fault": {"crash": {"service": "common"}}, "lasts": lasts});
        check(message, Err("lasts: "));
    }
}

#[test]
fn a_change_is_made_whole_or_not_at_all() {
    let mut model = model();
    for (change, part) in [
        (json!({"link": "order-paiment"}), "order-payment"),
        (
            json!({"link": "order-payment", "settings": {"seed": "x"}}),
            "seed",
        ),
        (
            json!({"speed": 2, "settings": {"customer": "bach"}}),
            "batch",
        ),
        (json!({"settings": {"rate": -1}}), "rate"),
    ] {
        let mut message = change;
        message["msa"] = 1.into();
        message["type"] = "setState".into();
        refused(&mut model, message_of(message), &standing(0), part);
    }
    let change = message_of(
        json!({"msa": 1, "type": "setState", "link": "consultation-list",
        "settings": {"customer": "batch"}, "speed": 2, "playing": true}),
    );
    call(&mut model, change, &standing(0)).1.unwrap();
    let state = state(&model, Some(Time::ZERO));
    assert_eq!(state["settings"]["customer"], "batch");
    assert_eq!(state["settings"]["rate"], 14);
    assert_eq!(state["speed"], 2.0);
    assert_eq!(state["playing"], true);
    assert_eq!(state["t"], 0.0);
}

#[test]
fn a_whole_address_is_a_link() {
    for (link, name) in [
        (
            "https://example.org/playground/?lang=ko#order-payment?by=events",
            "order-payment?by=events",
        ),
        ("#order-payment", "order-payment"),
        ("order-payment?t=3s", "order-payment?t=3s"),
        ("https://example.org/playground/", ""),
    ] {
        check(
            json!({"msa": 1, "type": "setState", "link": link}),
            Ok(Request::SetState(Change {
                link: Some(name.into()),
                ..Change::default()
            })),
        );
    }
}

fn crash(name: &str, lasts: Value) -> Request {
    message_of(
        json!({"msa": 1, "type": "injectFault", "fault": {"crash": {"service": name}}, "lasts": lasts}),
    )
}

fn fault(service: &str, active: bool, over: bool) -> FaultState {
    FaultState {
        kind: FaultKind::Crash {
            service: service.into(),
            instance: None,
        },
        begins: Time::ZERO,
        ends: None,
        active,
        over,
    }
}

#[test]
fn a_fault_must_be_one_that_can_happen_here_and_lasts_as_long_as_it_says() {
    let mut model = model();
    refused(
        &mut model,
        crash("comon", json!("3s")),
        &standing(0),
        "comon",
    );
    let usual = model.play().unwrap().fault_lasts;
    let mut injects = |request: Request| {
        let (commands, _) = call(&mut model, request, &standing(0));
        assert_eq!(model.play().unwrap().fault_lasts, usual);
        let [Command::Inject(_, lasts)] = commands.as_slice() else {
            panic!("{commands:?}");
        };
        *lasts
    };
    assert_eq!(
        injects(crash("common", json!("3s"))),
        Some(Span::from_secs(3))
    );
    assert_eq!(
        injects(crash("common", json!(2.5))),
        Some(Span::from_millis(2_500))
    );
    // As in a document: without a duration it lasts until it is ended.
    let forever =
        json!({"msa": 1, "type": "injectFault", "fault": {"crash": {"service": "common"}}});
    assert_eq!(injects(message_of(forever)), None);
}

#[test]
fn a_fault_is_answered_with_its_number_and_ended_by_that_or_by_what_it_is() {
    let mut model = model();
    let mut now = standing(0);
    now.faults = vec![fault("common", true, false)];
    let mut calls = Calls::default();
    calls
        .push(Some("a".into()), crash("common", json!("3s")))
        .unwrap();
    assert!(matches!(
        calls.go_on(&mut model, &now).commands.as_slice(),
        [Command::Inject(..)]
    ));
    now.faults.push(fault("common", true, false));
    assert_eq!(
        calls.go_on(&mut model, &now).says,
        [answer("a".into(), Ok(1.into()))]
    );

    now.faults = vec![
        fault("common", true, false),
        fault("common", true, false),
        fault("consultation", false, true),
        fault("consultation", false, false),
    ];
    let mut ends = |which: Value| {
        let request = message_of(json!({"msa": 1, "type": "endFault", "fault": which}));
        call(&mut model, request, &now).0
    };
    assert_eq!(ends(json!(0)), [Command::EndFault(0)]);
    assert_eq!(
        ends(json!({"crash": {"service": "common"}})),
        [Command::EndFault(1)],
        "the latest"
    );
    for (which, part) in [
        (json!(4), "there is no fault 4; until now there are 4"),
        (json!(2), "fault 2 is over"),
        (json!(3), "fault 3 has not begun"),
        (
            json!({"crash": {"service": "consultation"}}),
            "none like this is at work",
        ),
    ] {
        let request = message_of(json!({"msa": 1, "type": "endFault", "fault": which}));
        refused(&mut model, request, &now, part);
    }
}

#[test]
fn dead_letters_are_delivered_anew_by_the_name_of_their_subscription() {
    let mut model = model_of("order-payment?by=events");
    let redrive =
        |name: &str| message_of(json!({"msa": 1, "type": "redrive", "subscription": name}));
    let plan = sim::Plan::new(&model.play().unwrap().scenario);
    let names = share::story::subscriptions(&plan);
    let (commands, result) = call(&mut model, redrive(names.last().unwrap()), &standing(0));
    assert_eq!(commands[0], Command::Redrive(names.len() as u16 - 1));
    assert_eq!(result, Ok(Value::Null));
    refused(&mut model, redrive("nobody"), &standing(0), &names[0]);
}

#[test]
fn more_than_a_link_can_tell_is_refused_and_not_done() {
    let mut model = model();
    let mut now = standing(0);
    now.done = INPUTS_MAX - 1;
    call(&mut model, crash("common", json!("3s")), &now)
        .0
        .pop()
        .unwrap();
    now.done = INPUTS_MAX;
    now.faults = vec![fault("common", true, false)];
    for message in [
        json!({"msa": 1, "type": "injectFault", "fault": {"crash": {"service": "common"}}}),
        json!({"msa": 1, "type": "endFault", "fault": 0}),
        json!({"msa": 1, "type": "setState", "settings": {"customer": "batch"}}),
    ] {
        refused(
            &mut model,
            message_of(message),
            &now,
            "1000 things have been done",
        );
    }
    // Another link begins anew.
    let another =
        json!({"msa": 1, "type": "setState", "link": "session-lookup", "settings": {"seed": 5}});
    call(&mut model, message_of(another), &now).1.unwrap();
}

#[test]
fn calls_are_carried_out_in_order_and_answered_when_the_run_has_arrived() {
    let mut model = model();
    let mut calls = Calls::default();
    calls
        .push(Some("seek".into()), Request::Seek(60.0))
        .unwrap();
    calls
        .push(Some("fault".into()), crash("common", json!("3s")))
        .unwrap();
    calls.push(Some("state".into()), Request::GetState).unwrap();
    let turn = calls.go_on(&mut model, &standing(1));
    assert_eq!(
        (turn.commands, turn.says.len()),
        (vec![Command::Seek(60.0)], 0)
    );
    for _ in 0..3 {
        assert_eq!(calls.go_on(&mut model, &on_its_way()), Turn::default());
    }
    let mut there = standing(60_000);
    let turn = calls.go_on(&mut model, &there);
    assert_eq!(turn.says, [answer("seek".into(), Ok(Value::Null))]);
    assert!(matches!(turn.commands.as_slice(), [Command::Inject(..)]));
    there.faults = vec![fault("common", true, false)];
    let turn = calls.go_on(&mut model, &there);
    assert_eq!(turn.says.len(), 2);
    assert_eq!(turn.says[0], answer("fault".into(), Ok(0.into())));
    assert_eq!(turn.says[1]["value"]["t"], 60.0);
    assert!(!calls.busy());
}

#[test]
fn a_call_begins_only_when_a_run_that_somebody_else_has_sent_somewhere_has_arrived() {
    let mut model = model();
    let mut calls = Calls::default();
    calls.push(None, Request::Step).unwrap();
    assert_eq!(calls.go_on(&mut model, &on_its_way()), Turn::default());
    assert!(calls.busy());
    assert!(
        calls
            .go_on(&mut model, &standing(5))
            .commands
            .contains(&Command::Step)
    );
}

#[test]
fn settings_are_changed_at_the_moment_that_the_link_before_them_opens_at() {
    let mut model = model();
    let mut calls = Calls::default();
    let change = json!({"msa": 1, "type": "setState", "link": "consultation-list?t=10s&seed=3", "settings": {"customer": "batch"}, "t": 20});
    calls.push(None, message_of(change)).unwrap();
    let first = calls.go_on(&mut model, &standing(0)).commands;
    assert!(
        matches!(first.first(), Some(Command::Open(..))),
        "{first:?}"
    );
    assert!(
        !first
            .iter()
            .any(|command| matches!(command, Command::Reconfigure(_)))
    );
    assert_eq!(calls.go_on(&mut model, &on_its_way()).commands, []);
    let second = calls.go_on(&mut model, &standing(10_000)).commands;
    assert!(
        matches!(second.first(), Some(Command::Reconfigure(_))),
        "{second:?}"
    );
    assert_eq!(
        calls.go_on(&mut model, &standing(10_000)).commands,
        [Command::Seek(20.0)]
    );
}

#[test]
fn a_run_that_ends_on_its_way_is_said() {
    let mut model = model();
    let ended = Standing {
        stopped: Some(Limit::InFlight),
        ..standing(35_000)
    };
    let (_, result) = call(&mut model, Request::Seek(60.0), &ended);
    let error = result.unwrap_err();
    assert!(
        error.contains("the run ended at 35s") && error.contains("alive at once"),
        "{error}"
    );
    let (_, result) = call(&mut model, Request::Seek(60.0), &standing(40_000));
    assert!(
        result
            .unwrap_err()
            .contains("somebody has stopped the run at 40s")
    );
}

#[test]
fn too_many_calls_at_once_are_refused() {
    let mut calls = Calls::default();
    for _ in 0..calls::CALLS_MAX {
        calls.push(None, Request::Step).unwrap();
    }
    let error = calls.push(None, Request::Step).unwrap_err();
    assert!(error.contains("100 calls wait already"), "{error}");
}

#[test]
fn a_step_is_the_same_wherever_one_comes_from() {
    let mut model = model_of("consultation-list?seed=9&@4s&customer=batch&t=5s");
    let steps = message_of(json!({"msa": 1, "type": "setSteps", "steps": [
        {"t": 2, "caption": "As it is"},
        {"t": "8s", "caption": "With batch", "settings": {"customer": "batch"}, "playing": true},
    ]}));
    let refusal = Request::GoToStep(0);
    refused(&mut model, refusal, &standing(0), "there are no steps");
    assert_eq!(call(&mut model, steps, &standing(5_000)).1, Ok(Value::Null));
    refused(
        &mut model,
        Request::GoToStep(2),
        &standing(0),
        "there are 2 steps",
    );
    assert_eq!(model.steps.as_ref().unwrap().shown(), None);
    for (place, seek, customer) in [(1, 8.0, "batch"), (0, 2.0, "per_row"), (1, 8.0, "batch")] {
        let (commands, result) = call(&mut model, Request::GoToStep(place), &standing(9_000));
        assert_eq!(result, Ok(Value::Null));
        let opens = commands.iter().rev().find_map(|command| match command {
            Command::Open(story, _) => Some(story.clone()),
            _ => None,
        });
        let story = opens.unwrap();
        assert_eq!((story.first.seed, story.inputs.len()), (9, 0));
        assert!(commands.contains(&Command::Seek(seek)));
        assert_eq!(commands.last(), Some(&Command::SetPlaying(place == 1)));
        assert_eq!(state(&model, None)["settings"]["customer"], customer);
        // What is set at the start is there from the start.
        let first = model.play().unwrap().scenario.clone();
        update(&mut model, Msg::Did(Rc::new(Story::new(first))));
        let (number, shown) = model.steps.as_ref().unwrap().shown().unwrap();
        assert_eq!((number, shown.t), (place + 1, seek));
    }
    let told = step(model.steps.as_ref().unwrap()).unwrap();
    assert_eq!(
        told,
        json!({"msa": 1, "type": "step", "step": 1, "of": 2, "t": 8.0, "caption": "With batch"})
    );
    for (steps, part) in [
        (json!(3), "steps: must be a list"),
        (
            json!([{"t": 1}, {"time": 1}]),
            "steps[1].time: is not known",
        ),
        (json!([{"t": -1}]), "steps[0].t: must be a moment"),
        (json!([{"caption": 1}]), "steps[0].caption: must be a text"),
        (json!(vec![json!({}); 101]), "at most 100"),
    ] {
        check(
            json!({"msa": 1, "type": "setSteps", "steps": steps}),
            Err(part),
        );
    }
    let bad = Request::SetSteps(vec![Step {
        settings: vec![("customer".into(), "bach".into())],
        ..Step::default()
    }]);
    refused(&mut model, bad, &standing(0), "batch");
}

#[test]
fn a_page_without_a_run_says_so_until_it_gets_a_link() {
    let mut model = model_of("nothing");
    for request in [Request::Play(true), Request::Step, Request::Seek(1.0)] {
        refused(&mut model, request, &standing(0), "another link");
    }
    assert_eq!(state(&model, None).get("link"), None);
    let change = Change {
        link: Some("order-payment".into()),
        ..Change::default()
    };
    call(&mut model, Request::SetState(change), &standing(0))
        .1
        .unwrap();
    assert_eq!(state(&model, None)["scenario"], "order-payment");
}

#[test]
fn the_numbers_of_every_shipped_scenario_can_be_told() {
    for name in shipped::names() {
        let mut run = run::Run::new(shipped::load(name).unwrap(), 0);
        run.run_until(Time::ZERO + Span::from_secs(2), u64::MAX);
        let told = binding::to_value(&run.recent()).unwrap();
        assert_eq!(told, serde_json::to_value(run.recent()).unwrap(), "{name}");
    }
}
