//! All choices of a control side by side, at the person's numbers: each in a run of its own with the settings and the seed
//! of now. The runs are made beside the run on the screen (`web/choice_runs.rs`).

use super::play::Play;
use super::prospect::Because;
use kernel::time::Span;
use run::Run;
use scenario::settings::Kind;
use scenario::{HeadlineKind, Scenario};
use std::rc::Rc;
use words::{ChoiceNote, Column, Lang, decimal, ms, share};

/// What is left out of the numbers: the system is still filling up.
pub const WARM_UP: Span = Span::from_secs(3);
/// The simulated time that is run.
const LENGTH: Span = Span::from_secs(15);
/// The simulated time where the scenario says what is true: what goes wrong there is rarer.
const LENGTH_OF_TRUTH: Span = Span::from_secs(60);

/// The table, while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceTable {
    /// The control.
    pub control: String,
    /// The simulated time of each run.
    pub length: Span,
    /// Its choices, in their order.
    pub rows: Vec<Row>,
}

/// A choice in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The choice.
    pub value: String,
    /// What is known of it.
    pub state: State,
}

/// What is known of a choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    /// It has no effect.
    NoEffect(Because),
    /// It cannot be run with the other settings.
    CannotRun,
    /// Its turn is to come.
    Waits,
    /// It is run: so many per cent are done.
    Underway(u32),
    /// What it came to.
    Done(Outcome),
    /// The engine has ended its run at so many seconds; what it came to until then.
    Stopped(f64, Outcome),
}

/// Business keys that disagree, of those for which nothing is under way any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Keys that disagree.
    pub disagree: u64,
    /// Of so many.
    pub closed: u64,
}

/// What a choice came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Mean latency of the main operation, in milliseconds; nothing if none ended well.
    pub latency_ms: Option<f64>,
    /// 95 of 100 took no longer.
    pub p95_ms: Option<f64>,
    /// Refused or failed, a second.
    pub failures_per_s: f64,
    /// The share of values that were out of date, where values of others are read.
    pub stale: Option<f64>,
    /// Business keys that disagree, where the scenario says what is true.
    pub truth: Option<Keys>,
    /// Calls for one request.
    pub calls: f64,
}

/// A choice that is to be run: its row, and the scenario with it.
pub type Wanted = (usize, Rc<Scenario>);

impl ChoiceTable {
    /// The table of a control with the settings of now, and what is to be run for it. `None` if the control has no choices.
    pub fn new(play: &Play, name: &str) -> Option<(ChoiceTable, Vec<Wanted>)> {
        let control = play.controls.iter().find(|control| control.name == name)?;
        let Kind::Choice(choices) = &control.kind else {
            return None;
        };
        let length = length(&play.scenario);
        let mut wanted = Vec::new();
        let row = |(place, value): (usize, &String)| {
            let with = play.with(&[(control.name.clone(), value.clone())]);
            // What is chosen is run in any case: the others are held against it.
            let why = control.prospect(value).because();
            let state = match (why.filter(|_| *value != control.value), with) {
                (Some(because), _) => State::NoEffect(because),
                (None, None) => State::CannotRun,
                (None, Some(mut scenario)) => {
                    Rc::make_mut(&mut scenario).warm_up = WARM_UP;
                    wanted.push((place, scenario));
                    State::Waits
                }
            };
            Row {
                value: value.clone(),
                state,
            }
        };
        let rows = choices.iter().enumerate().map(row).collect();
        let table = ChoiceTable {
            control: name.to_string(),
            length,
            rows,
        };
        Some((table, wanted))
    }

    /// How many rows are done, of how many that are run.
    pub fn progress(&self) -> (usize, usize) {
        let runs = |row: &&Row| !matches!(row.state, State::NoEffect(_) | State::CannotRun);
        let done = |row: &&Row| row.outcome().is_some();
        let rows = self.rows.iter().filter(runs);
        (rows.clone().filter(done).count(), rows.count())
    }

    /// The columns that tell anything.
    pub fn columns(&self, scenario: &Scenario) -> Vec<Column> {
        let all = [
            Column::Latency,
            Column::P95,
            Column::Failures,
            Column::Stale,
            Column::Disagree,
            Column::Calls,
        ];
        let tells = |column: &Column| match column {
            Column::Stale => !scenario.references.is_empty(),
            Column::Disagree => scenario.ledger.is_some(),
            _ => true,
        };
        all.into_iter().filter(tells).collect()
    }

    /// The column that a headline of this kind is about.
    pub fn column_of(kind: HeadlineKind) -> Option<Column> {
        match kind {
            HeadlineKind::Latency => Some(Column::Latency),
            HeadlineKind::Goodput => Some(Column::Failures),
            HeadlineKind::Stale => Some(Column::Stale),
            HeadlineKind::Disagreements => Some(Column::Disagree),
            HeadlineKind::Anomalies => None,
        }
    }

    /// Whether a row has the best value of a column. Where all have the same, none has.
    pub fn best(&self, column: Column, row: usize) -> bool {
        let values = || {
            let outcomes = self.rows.iter().filter_map(Row::outcome);
            outcomes.map(|outcome| outcome.value(column))
        };
        // Who got nothing at all is worse than whoever got something.
        let worst = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
        let least = values().map(worst).fold(f64::INFINITY, f64::min);
        let most = values().map(worst).fold(f64::NEG_INFINITY, f64::max);
        let own = self.rows.get(row).and_then(Row::outcome);
        least < most && own.and_then(|outcome| outcome.value(column)) == Some(least)
    }
}

impl Row {
    /// What it came to, if it has been run.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            State::Done(outcome) | State::Stopped(_, outcome) => Some(outcome),
            State::NoEffect(_) | State::CannotRun | State::Waits | State::Underway(_) => None,
        }
    }
}

impl Outcome {
    /// What a run came to for its main client.
    pub fn of(run: &Run, main_client: u16) -> Outcome {
        let numbers = run.numbers();
        let Some(client) = numbers.clients.get(main_client as usize) else {
            return Outcome::default();
        };
        let seconds = (numbers.to_s - numbers.from_s).max(1e-9);
        let failures = client.failed
            + client.refused
            + client.rejected
            + client.timed_out
            + client.not_permitted;
        let got = client.latency_ms.count > 0;
        let (stale, values) = numbers
            .references
            .iter()
            .fold((0, 0), |(stale, values), it| {
                (stale + it.stale, values + it.values)
            });
        Outcome {
            latency_ms: got.then_some(client.latency_ms.mean),
            p95_ms: got.then_some(client.latency_ms.p95),
            failures_per_s: failures as f64 / seconds,
            stale: (values > 0).then(|| stale as f64 / values as f64),
            truth: run.plan().ledger.as_ref().map(|_| {
                let counts = run.sim().ledger().counts();
                Keys {
                    disagree: counts.disagree,
                    closed: counts.closed,
                }
            }),
            calls: client.calls_per_request,
        }
    }

    /// Its value in a column; less is better.
    pub fn value(&self, column: Column) -> Option<f64> {
        match column {
            Column::Choice => None,
            Column::Latency => self.latency_ms,
            Column::P95 => self.p95_ms,
            Column::Failures => Some(self.failures_per_s),
            Column::Stale => self.stale,
            Column::Disagree => self
                .truth
                .map(|keys| keys.disagree as f64 / keys.closed.max(1) as f64),
            Column::Calls => Some(self.calls),
        }
    }

    /// Its value in a column, as people read it.
    pub fn shown(&self, column: Column, lang: Lang) -> String {
        let Some(value) = self.value(column) else {
            return decimal(f64::NAN);
        };
        match (column, self.truth) {
            (Column::Latency | Column::P95, _) => ms(value, lang),
            (Column::Stale, _) => share(value),
            (Column::Disagree, Some(keys)) => {
                ChoiceNote::Keys(keys.disagree, keys.closed).text(lang)
            }
            _ => decimal(value),
        }
    }
}

/// How long a scenario is run: long enough for what goes wrong rarely, and for a reconciliation to find and to repair it.
pub fn length(scenario: &Scenario) -> Span {
    if scenario.ledger.is_none() {
        return LENGTH;
    }
    LENGTH_OF_TRUTH
}

#[cfg(test)]
mod tests {
    use super::super::{Command, Model, Msg, Start, opening, update};
    use super::*;
    use kernel::time::Time;
    use picture::layout::Form;
    use sim::Progress;

    fn play(fragment: &str) -> Play {
        Play::new(opening::open(fragment).unwrap(), Form::Wide)
    }

    /// The table with all its runs made.
    fn table(fragment: &str, control: &str) -> ChoiceTable {
        let play = play(fragment);
        let (mut table, wanted) = ChoiceTable::new(&play, control).unwrap();
        for (row, scenario) in wanted {
            let mut run = Run::new((*scenario).clone(), 0);
            while run.run_until(Time::ZERO + table.length, 100_000) == Progress::Busy {}
            table.rows[row].state = State::Done(Outcome::of(&run, play.main_client));
        }
        table
    }

    #[test]
    fn every_choice_is_run_but_those_that_have_no_effect() {
        let (table, wanted) = ChoiceTable::new(&play("course-enrolment"), "publish").unwrap();
        assert_eq!(wanted.len(), 1, "what is chosen");
        let idle = |row: &&Row| matches!(row.state, State::NoEffect(_));
        assert_eq!(table.rows.iter().filter(idle).count(), 3);
        assert_eq!(table.progress(), (0, 1));
        let (_, wanted) = ChoiceTable::new(&play("course-enrolment?by=events"), "publish").unwrap();
        assert_eq!(wanted.len(), 4);
        assert!(ChoiceTable::new(&play("course-enrolment"), "rate").is_none());
    }

    #[test]
    fn the_best_of_a_column_is_found_among_what_was_run() {
        let table = table("consultation-list?rate=2&rows=20", "customer");
        assert_eq!(table.progress(), (7, 7));
        let place = |value: &str| {
            table
                .rows
                .iter()
                .position(|row| row.value == value)
                .unwrap()
        };
        assert!(table.best(Column::Calls, place("join")));
        assert!(!table.best(Column::Calls, place("per_row")));
        assert!(!table.best(Column::Latency, place("per_row")));
        // Nothing fails at these numbers: then nothing is best.
        assert!((0..7).all(|row| !table.best(Column::Failures, row)));
        let columns = table.columns(&play("consultation-list").scenario);
        assert!(columns.contains(&Column::Stale) && !columns.contains(&Column::Disagree));
    }

    /// The page with a scenario open.
    fn page(fragment: &str) -> Model {
        let start = Start {
            fragment: fragment.into(),
            ..Start::default()
        };
        Model::new(start).0
    }

    #[test]
    fn the_table_opens_with_its_runs_and_gives_the_focus_back() {
        let mut page = page("course-enrolment?by=events");
        let opened = update(&mut page, Msg::CompareAll(Some("publish".into())));
        let runs = opened.iter().find_map(|command| match command {
            Command::CompareChoices(wanted, _) => Some(wanted.len()),
            _ => None,
        });
        assert_eq!(runs, Some(4));
        update(&mut page, Msg::Compared(1, State::Underway(30)));
        let row = |page: &Model| page.play().unwrap().table.as_ref().unwrap().rows[1].state;
        assert_eq!(row(&page), State::Underway(30));
        // A row that is not there (of a table that was closed) is nobody's.
        update(&mut page, Msg::Compared(99, State::Waits));
        let closed = update(&mut page, Msg::Escape);
        assert!(closed.contains(&Command::CompareChoices(Vec::new(), LENGTH_OF_TRUTH)));
        assert!(closed.contains(&Command::Focus("compare-publish".into())));
        assert!(page.play().unwrap().table.is_none());
        assert!(update(&mut page, Msg::CompareAll(Some("rate".into()))).is_empty());
    }

    #[test]
    fn a_choice_is_taken_from_the_table_and_closes_it() {
        let mut page = page("course-enrolment?by=events");
        update(&mut page, Msg::CompareAll(Some("publish".into())));
        let commands = update(&mut page, Msg::TakeCompared("cdc".into()));
        let play = page.play().unwrap();
        assert!(play.table.is_none());
        let publish = play.controls.iter().find(|it| it.name == "publish");
        assert_eq!(publish.unwrap().value, "cdc");
        let reconfigured = |command: &Command| matches!(command, Command::Reconfigure(_));
        assert_eq!(commands.iter().filter(|it| reconfigured(it)).count(), 1);
    }

    #[test]
    fn what_is_typed_is_taken_or_refused() {
        let mut page = page("order-payment");
        let typed = |page: &mut Model, name: &str, text: &str| {
            update(page, Msg::Type(name.into(), text.into()));
            let play = page.play().unwrap();
            let control = play.controls.iter().find(|it| it.name == name).unwrap();
            (control.value.clone(), play.mistyped.is_some())
        };
        assert_eq!(typed(&mut page, "rate", "12.5/s"), ("12.5".into(), false));
        assert_eq!(typed(&mut page, "rate", "many"), ("12.5".into(), true));
        assert_eq!(
            typed(&mut page, "interval", "1.5 s"),
            ("1.5s".into(), false)
        );
        assert_eq!(
            typed(&mut page, "answer-loss", "7%"),
            ("0.07".into(), false)
        );
        assert_eq!(
            typed(&mut page, "answer-loss", "70%"),
            ("0.07".into(), true)
        );
    }
}
