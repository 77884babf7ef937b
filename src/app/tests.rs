//! Claims about what the page does.

mod actions;

use super::export::Export;
use super::takeaway::{Look, Wish};
use super::*;
use ::export::table;
use kernel::time::Time;
use run::metrics::HeadlineNow;
use run::session::{Change, Session};
use scenario::{Headline, HeadlineKind, Price};
use words::strategy_key;

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

/// The page with a run behind it, as the web floor has it: commands are carried out, and the page hears what came of them.
struct Bench {
    model: Model,
    session: Session,
    /// What was written into the address, and whether it was a step of its own.
    history: Vec<(String, bool)>,
}

impl Bench {
    fn new(fragment: &str) -> Bench {
        let (model, commands) = start(fragment);
        let nothing = Rc::new(Story::new(play(&model).base.clone()));
        let mut bench = Bench {
            model,
            session: Session::new(nothing, 0),
            history: Vec::new(),
        };
        bench.carry_out(commands);
        bench
    }

    fn send(&mut self, msg: Msg) {
        let commands = update(&mut self.model, msg);
        self.carry_out(commands);
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        for command in commands {
            let before = self.session.story().clone();
            let mut change = Change::Nothing;
            match command {
                Command::Open(story, playhead) => {
                    let at = match playhead {
                        Playhead::At(at) => at,
                        Playhead::Here => self.session.now(),
                    };
                    self.session = Session::new(story, 0);
                    self.session.seek(at);
                    self.run_to(at);
                    continue;
                }
                Command::Reconfigure(scenario) => change = self.session.reconfigure(scenario),
                Command::Inject(kind, lasts) => drop(self.session.inject(kind, lasts)),
                Command::EndFault(fault) => self.session.end_fault(fault),
                Command::Redrive(subscription) => self.session.redrive(subscription),
                Command::Seek(to) => {
                    let to = Time::ZERO + Span::from_secs_f64(to);
                    self.session.seek(to);
                    self.run_to(to);
                    self.send(Msg::Adopt(Rc::new(self.session.scenario().clone())));
                    continue;
                }
                Command::WriteAddress { fragment, push } => self.history.push((fragment, push)),
                _ => {}
            }
            let after = self.session.story().clone();
            if !Rc::ptr_eq(&before, &after) {
                self.send(Msg::Did(after));
            }
            if let Change::StartsAgain { from, left_out } = change
                && from > Time::ZERO
            {
                self.send(Msg::StartedAgain(from, left_out));
            }
        }
    }

    fn run_to(&mut self, to: Time) {
        while !self
            .session
            .advance(to.since(self.session.now()), 100_000)
            .reached
        {}
    }

    /// Runs for so many milliseconds, and looks.
    fn run_ms(&mut self, ms: u64) {
        self.run_to(self.session.now() + Span::from_millis(ms));
        self.look();
    }

    fn look(&mut self) {
        self.send(Msg::Snapshot(Rc::new(Snapshot {
            now: self.session.now(),
            ..Snapshot::default()
        })));
    }

    fn address(&self) -> (&str, bool) {
        let (fragment, push) = self.history.last().expect("something was written");
        (fragment, *push)
    }
}

fn written(commands: &[Command]) -> Option<(&str, bool)> {
    commands.iter().find_map(|command| match command {
        Command::WriteAddress { fragment, push } => Some((fragment.as_str(), *push)),
        _ => None,
    })
}

/// The headline of lists that take so long, with so many calls for each.
fn latency(ms: f64, calls: f64) -> HeadlineNow {
    HeadlineNow {
        of: Headline {
            kind: HeadlineKind::Latency,
            price: Price::Calls,
        },
        value: Some(ms),
        among: 70.0,
        price: Some(calls),
        since_s: 0.0,
        calm_s: None,
    }
}

fn snapshot_with_latency(ms: f64) -> Msg {
    Msg::Snapshot(Rc::new(Snapshot {
        headline: Some(latency(ms, 400.0)),
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
            .any(|command| matches!(command, Command::Open(..)))
    );
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, Command::Estimate(..)))
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
        let mut bench = Bench::new("");
        bench.send(Msg::Set(
            set("customer", strategy_key(strategy)),
            Choice::Discrete,
        ));
        let chosen = play(&bench.model)
            .controls
            .iter()
            .find(|control| control.name == "customer")
            .unwrap();
        assert_eq!(chosen.strategy(), Some(strategy));
        if strategy != scenario::ReadStrategy::PerRow {
            let expected = format!("consultation-list?customer={}", strategy_key(strategy));
            assert_eq!(bench.address(), (expected.as_str(), true));
            assert_eq!(*bench.session.scenario(), *play(&bench.model).scenario);
        }
    }
}

#[test]
fn taking_the_offer_compares_with_before_and_can_be_undone() {
    let mut model = opened();
    let message = snapshot_with_latency(2670.0);
    update(&mut model, message);
    update(
        &mut model,
        Msg::Estimated(Forecast {
            headline: latency(84.0, 4.0),
        }),
    );
    let before = play(&model).scenario.clone();
    let commands = update(&mut model, Msg::TakeOffer);
    let compare = play(&model).compare.as_ref().unwrap();
    let value = |headline: Option<HeadlineNow>| headline.and_then(|it| it.value);
    assert_eq!(
        (value(compare.before_headline), value(compare.expected)),
        (Some(2670.0), Some(84.0))
    );
    assert_eq!(play(&model).offered(), None, "it cannot be taken twice");
    assert!(
        commands
            .iter()
            .any(|command| matches!(command, Command::Reconfigure(_)))
    );
    let mut story = Story::new(before.clone());
    let changed = play(&model).scenario.clone();
    let set = set("customer", "batch");
    story
        .inputs
        .push((Time(1), run::session::Input::Reconfigure(changed, set)));
    update(&mut model, Msg::Did(Rc::new(story)));
    let commands = update(&mut model, Msg::Undo);
    assert!(commands.iter().any(
        |command| matches!(command, Command::Open(story, Playhead::Here) if story.inputs.is_empty())
    ));
    assert_eq!(play(&model).scenario, before);
    assert_eq!(play(&model).compare, None);
    assert!(play(&model).offered().is_some());
}

#[test]
fn a_choice_that_is_looked_at_is_worked_out_and_known_when_it_is_looked_at_again() {
    let mut model = opened();
    let offer = Forecast {
        headline: latency(31.0, 4.0),
    };
    update(&mut model, Msg::Estimated(offer));
    let commands = update(&mut model, Msg::Consider(Some(set("code", "replica"))));
    assert!(
        matches!(&commands[..], [Command::Estimate(..)]),
        "{commands:?}"
    );
    assert_eq!(
        play(&model).forecast,
        None,
        "the offer's outcome is not this one's"
    );
    let considered = Forecast {
        headline: latency(900.0, 300.0),
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
fn what_is_done_to_a_run_stands_in_the_address_with_its_moment() {
    let mut bench = Bench::new("consultation-list?seed=9");
    bench.run_ms(2_500);
    bench.send(Msg::Set(set("customer", "batch"), Choice::Discrete));
    let first = "consultation-list?seed=9&@2.5s&customer=batch&engine=2";
    assert_eq!(bench.address(), (first, true));
    bench.run_ms(1_500);
    let crash = FaultKind::Crash {
        service: "common".into(),
        instance: None,
    };
    bench.send(Msg::Cause(crash));
    let second = "consultation-list?seed=9&@2.5s&customer=batch&@4s&fault=crash,service:common,for:10s&engine=2";
    assert_eq!(bench.address(), (second, true));
    // Going back in time leaves what was done; doing something else there forks.
    bench.send(Msg::Seek(3.0));
    bench.send(Msg::Set(set("customer", "replica"), Choice::Discrete));
    let fork = "consultation-list?seed=9&@2.5s&customer=batch&@3s&customer=replica&engine=2";
    assert_eq!(bench.address(), (fork, true));
}

#[test]
fn back_and_forward_show_the_same_moment_as_it_would_have_been() {
    let mut bench = Bench::new("");
    bench.run_ms(3_000);
    bench.send(Msg::Set(set("customer", "batch"), Choice::Discrete));
    let with = bench.address().0.to_string();
    bench.run_ms(2_000);
    let there = bench.session.clone();
    let written = bench.history.len();
    bench.send(Msg::Address("#consultation-list".into()));
    assert_eq!(bench.history.len(), written, "the browser has written it");
    assert_eq!(bench.session.now(), there.now());
    assert_eq!(play(&bench.model).scenario, play(&bench.model).base);
    assert_ne!(bench.session.run().numbers(), there.run().numbers());
    bench.send(Msg::Address(with.clone()));
    assert_eq!(bench.session.now(), there.now());
    assert_eq!(bench.session.run().numbers(), there.run().numbers());
    // The address of what is open already changes nothing.
    assert!(
        !update(&mut bench.model, Msg::Address(with))
            .iter()
            .any(|command| matches!(command, Command::Open(..)))
    );
}

#[test]
fn a_run_that_goes_back_brings_its_settings_to_the_panel_and_keeps_what_was_done() {
    let mut bench = Bench::new("");
    bench.run_ms(3_000);
    bench.send(Msg::Set(set("customer", "batch"), Choice::Discrete));
    let (address, _) = bench.address();
    let address = address.to_string();
    bench.send(Msg::Seek(1.0));
    assert_eq!(play(&bench.model).scenario, play(&bench.model).base);
    assert_eq!(play(&bench.model).link(None).fragment(), address);
}

#[test]
fn while_a_run_stands_its_address_names_the_moment() {
    let mut bench = Bench::new("");
    bench.run_ms(2_500);
    assert!(bench.history.is_empty(), "a run that runs writes nothing");
    bench.send(Msg::Play(false));
    bench.look();
    let there = "consultation-list?t=2.5s&engine=2";
    assert_eq!(bench.address(), (there, false));
    let written = bench.history.len();
    bench.look();
    assert_eq!(bench.history.len(), written, "once is enough");
    bench.send(Msg::Play(true));
    bench.look();
    assert_eq!(bench.address(), ("consultation-list", false));
}

#[test]
fn a_link_to_a_moment_opens_standing_at_it() {
    let (model, commands) = start("consultation-list?@1s&customer=batch&t=2.5s");
    assert!(!play(&model).playing);
    let opened = commands.iter().find_map(|command| match command {
        Command::Open(story, playhead) => Some((story.inputs.len(), *playhead)),
        _ => None,
    });
    assert_eq!(opened, Some((1, Playhead::At(Time(2_500_000_000)))));
}

#[test]
fn a_page_that_is_loaded_anew_goes_on_where_it_was() {
    let reload = |fragment: &str, before: &str| {
        Model::new(Start {
            fragment: fragment.into(),
            reloaded: Some(before.into()),
            ..Start::default()
        })
    };
    let (model, _) = reload("consultation-list?seed=9", "consultation-list?seed=9&t=7s");
    assert_eq!(play(&model).address_at, Some(Time(7_000_000_000)));
    assert!(play(&model).playing);
    // Another link in the same tab is another link.
    let (model, _) = reload("consultation-list?seed=8", "consultation-list?seed=9&t=7s");
    assert_eq!(play(&model).address_at, None);
}

#[test]
fn what_the_last_visit_left_off_with_is_offered_unless_it_is_open() {
    let begin = |fragment: &str, left_off: &str| {
        Model::new(Start {
            fragment: fragment.into(),
            left_off: Some(left_off.into()),
            ..Start::default()
        })
        .0
    };
    let mut model = begin("", "retry-storm?t=7s");
    let offered = model.left_off.clone().unwrap();
    assert_eq!(offered.name, "retry-storm");
    assert_eq!(offered.at, Time(7_000_000_000));
    let commands = update(&mut model, Msg::Resume(true));
    assert_eq!(written(&commands), Some(("retry-storm?t=7s", true)));
    assert_eq!(play(&model).base.name, "retry-storm");
    for known in [
        "consultation-list?t=9s",
        "retry-storm?nonsense=1",
        "z1:AAAA",
    ] {
        assert_eq!(begin("", known).left_off, None, "{known}");
    }
}

#[test]
fn a_link_of_another_engine_says_that_it_may_differ_until_another_is_opened() {
    let (mut model, _) = start("consultation-list?t=1s&engine=999");
    assert_eq!(model.note, Some(Note::Word(Word::OtherEngine)));
    update(&mut model, Msg::Address("consultation-list".into()));
    assert_eq!(model.note, None);
}

#[test]
fn an_imported_scenario_opens_and_travels_whole_in_the_address() {
    let mut bench = Bench::new("");
    let document = r#"{"version": 1, "name": "mine", "services": {"web": {}},
        "operations": {"web.look": {"steps": [{"work": "5ms"}]}},
        "clients": {"people": {"operation": "web.look", "load": {"poisson": {"rate": 10}}}}}"#;
    let brought = |file: Option<&str>, text: &str| {
        Msg::Import(Brought {
            file: file.map(String::from),
            text: Ok(text.into()),
        })
    };
    bench.send(brought(None, document));
    assert_eq!(play(&bench.model).base.name, "mine");
    let (address, push) = bench.address();
    assert!(address.starts_with("z1:") && push, "{address}");
    let again = opening::open(address).unwrap();
    assert_eq!(again.base, play(&bench.model).base);
    // What cannot be opened changes nothing, and is said until it has been read.
    let before = bench.model.clone();
    for broken in [r#"{"version": 1"#, "", "not a link"] {
        let commands = update(&mut bench.model, brought(Some("half.json"), broken));
        assert_eq!(commands, [Command::Focus("refused-close".into())]);
        let refused = bench.model.refused.clone().expect("it is said");
        assert_eq!(refused.file.as_deref(), Some("half.json"));
        assert_eq!(refused.problems.len(), 1);
        update(&mut bench.model, Msg::Escape);
        assert_eq!(bench.model, before);
    }
    // What opens puts an end to what was said.
    update(&mut bench.model, brought(Some("half.json"), "{"));
    bench.send(brought(Some("whole.json"), document));
    assert_eq!(bench.model.refused, None);
}

#[test]
fn what_is_taken_away_is_the_run_as_it_stands() {
    let mut bench = Bench::new("");
    bench.run_ms(1_234);
    bench.send(Msg::Set(set("customer", "batch"), Choice::Discrete));
    bench.run_ms(777);
    let look = Look {
        lang: Lang::En,
        theme: Theme::Light,
        form: Form::Wide,
        speed: 1.0,
    };
    let wish =
        |bench: &Bench| Wish::new(play(&bench.model), bench.session.now(), Export::Csv, look);
    let text = wish(&bench).expect("all is told").text();
    assert_eq!(text, Ok(table::csv(bench.session.run())));
    // More was done than is kept.
    let mut story = (*play(&bench.model).story).clone();
    story.whole = false;
    bench.send(Msg::Did(Rc::new(story)));
    assert_eq!(wish(&bench), Err(Word::ExportLeavesOut));
}

#[test]
fn what_is_being_made_is_known_until_it_is_there_or_cannot_be() {
    let mut bench = Bench::new("");
    bench.send(Msg::Export(Export::Scenario));
    assert_eq!(bench.model.making, None, "it is at hand");
    for end in [Msg::Exported, Msg::NotExported("why".into())] {
        bench.send(Msg::Export(Export::Csv));
        assert_eq!(bench.model.making, Some(Export::Csv));
        bench.send(end);
        assert_eq!(bench.model.making, None);
    }
    assert_eq!(bench.model.note, Some(Note::NotExported("why".into())));
}

#[test]
fn the_dialog_offers_exactly_this_run_or_its_settings() {
    let mut bench = Bench::new("");
    bench.model.address = "https://example.org/play/".into();
    bench.run_ms(2_500);
    bench.send(Msg::Set(set("customer", "batch"), Choice::Discrete));
    bench.run_ms(500);
    bench.send(Msg::Lang(Lang::Ko));
    bench.send(Msg::Share(true));
    let offered = |bench: &Bench| {
        let sharing = bench.model.sharing.expect("it is open");
        share::offered(&bench.model, play(&bench.model), sharing)
    };
    let exactly = offered(&bench);
    assert_eq!(
        exactly.link,
        "https://example.org/play/?lang=ko#consultation-list?@2.5s&customer=batch&t=3s&engine=2"
    );
    assert!(exactly.readable && !exactly.long && !exactly.leaves_out);
    bench.send(Msg::ShareExactly(false));
    let settings = offered(&bench);
    assert_eq!(
        settings.link,
        "https://example.org/play/?lang=ko#consultation-list?customer=batch"
    );
    assert!(settings.frame.contains(
        "src=\"https://example.org/play/?embed=1&amp;lang=ko#consultation-list?customer=batch\""
    ));
    bench.send(Msg::Escape);
    assert_eq!(bench.model.sharing, None);
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
    let commands = update(
        &mut model,
        Msg::OpenScenario(scenario::shipped::DEFAULT.into()),
    );
    assert!(model.play().is_some());
    assert_eq!(written(&commands), Some((scenario::shipped::DEFAULT, true)));
}

#[test]
fn a_setting_that_does_not_fit_is_said_and_changes_nothing() {
    let mut model = opened();
    let before = play(&model).scenario.clone();
    let commands = update(&mut model, Msg::Set(set("threads", "0"), Choice::Discrete));
    assert_eq!(commands, [Command::EndNoteLater]);
    assert!(
        matches!(&model.note, Some(Note::Problems(all)) if all[0].to_string().contains("threads"))
    );
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
    let mut bench = Bench::new("");
    let seed = play(&bench.model).scenario.seed;
    bench.send(Msg::NewSeed(seed));
    assert_ne!(play(&bench.model).scenario.seed, seed);
    assert!(bench.address().0.contains("seed="));
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
        [
            Command::Focus("node-common".into()),
            Command::WriteAddress {
                fragment: "consultation-list".into(),
                push: false
            }
        ]
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
