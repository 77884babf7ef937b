//! The truth as the page shows it: which business keys disagree, what each store holds for them, and who looks after it.
//!
//! All of it is bounded, however many keys there are.

use crate::Deed;
use crate::chain::chain;
use crate::names::Names;
use kernel::time::{Span, Time};
use run::Run;
use sim::ledger::{BusinessKeyState, Counts};
use sim::plan::LedgerPlan;
use sim::records::{Stored, shown};
use sim::trace::{Finding, Key, NO_RULE, Outcome, Record, Verdict, What};

/// Keys that disagree and are shown.
pub const BROKEN_MAX: usize = 30;
/// Rows of a table that are shown.
pub const ROWS_MAX: usize = 10;
/// Of those, rows that disagree and come first.
const ROWS_BROKEN_MAX: usize = 5;

/// The truth at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TruthNow {
    /// How many keys there are, and how they stand.
    pub counts: Counts,
    /// Disagreements of those that began since the last change of settings, by [`Finding`].
    pub fresh: [u64; Finding::ALL.len()],
    /// The tables that stand side by side: that of the deciding record first.
    pub columns: Vec<u16>,
    /// Keys that disagree, the newest first - or those that somebody looks at, as they stand now.
    pub broken: Vec<BusinessKeyNow>,
    /// Keys that disagree and are not among them.
    pub more: u64,
    /// The key that is looked at.
    pub followed: Option<Followed>,
    /// The tables of records, with some of their rows.
    pub tables: Vec<TableNow>,
    /// Reconciliations.
    pub jobs: Vec<JobNow>,
}

impl TruthNow {
    /// A table's rows.
    pub fn table(&self, table: u16) -> Option<&TableNow> {
        self.tables.iter().find(|it| it.table == table)
    }
}

/// What the user was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// Nothing yet.
    #[default]
    Nothing,
    /// That it is done.
    Done,
    /// That the business says no.
    Refused,
    /// That it failed.
    Failed,
}

/// What the deciding record says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Actual {
    /// It has happened.
    Done,
    /// It is undecided.
    Open,
    /// It has not happened.
    #[default]
    Not,
}

/// A business key at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BusinessKeyNow {
    /// The key.
    pub key: Key,
    /// As people see it.
    pub shown: u32,
    /// What is wrong, and by which rule (none: that of the deciding record).
    pub wrong: Vec<(Finding, Option<u8>)>,
    /// Since when, in seconds of the run.
    pub since_s: f64,
    /// What the user was told.
    pub told: Told,
    /// What is true.
    pub actual: Actual,
    /// What each table holds, in the order of the columns.
    pub cells: Vec<Cell>,
    /// Whether people have been asked to look.
    pub with_people: bool,
}

/// What a table holds of a key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// The row; nothing if there is none.
    pub row: Option<RowNow>,
    /// Whether this is where it disagrees.
    pub disagrees: bool,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowNow {
    /// How many rows of this key there are.
    pub rows: u16,
    /// Its state.
    pub state: String,
    /// Its version.
    pub version: u32,
    /// Its numbers.
    pub values: Vec<(String, i32)>,
}

/// A key that is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Followed {
    /// The key as it is now; nothing if it is not remembered any more.
    pub business_key: Option<BusinessKeyNow>,
    /// Whether something is under way for it.
    pub open: bool,
    /// What happened, in order, with the time in seconds.
    pub chain: Vec<(f64, Deed)>,
}

/// Some rows of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableNow {
    /// The table.
    pub table: u16,
    /// How many keys it has.
    pub keys: usize,
    /// Rows that disagree and the latest ones: the key, the row, whether it disagrees.
    pub rows: Vec<(u32, RowNow, bool)>,
}

/// What a job is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing.
    #[default]
    Resting,
    /// It reads the side that decides.
    ReadsLeft,
    /// It reads the other side.
    ReadsRight,
    /// It compares.
    Compares,
    /// It repairs.
    Repairs,
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Stage; 5] = [
        Stage::Resting,
        Stage::ReadsLeft,
        Stage::ReadsRight,
        Stage::Compares,
        Stage::Repairs,
    ];
}

/// A reconciliation at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct JobNow {
    /// Whether it is switched on.
    pub enabled: bool,
    /// What it is doing.
    pub stage: Stage,
    /// When it begins next, in seconds from now.
    pub next_s: f64,
    /// Keys that it has compared.
    pub compared: u32,
    /// Repairs still to be done.
    pub left: u32,
    /// Runs that are through.
    pub runs: u32,
    /// What the last run came to.
    pub last: Option<JobResult>,
}

/// What a run of a job came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobResult {
    /// Keys that agree.
    pub matched: u32,
    /// Keys that were left alone.
    pub pending: u32,
    /// Keys that were repaired.
    pub repaired: u32,
    /// Keys left to people.
    pub manual: u32,
}

/// Watches the jobs: what cannot be seen at a moment.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    jobs: Vec<Watched>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Watched {
    began: Option<Time>,
    current: JobResult,
    last: Option<JobResult>,
}

impl Watch {
    /// Takes a record in.
    pub fn feed(&mut self, record: &Record) {
        let (What::ReconciliationBegan { reconciliation }
        | What::Compared { reconciliation, .. }
        | What::ReconciliationEnded { reconciliation, .. }) = record.what
        else {
            return;
        };
        let index = reconciliation as usize;
        if self.jobs.len() <= index {
            self.jobs.resize(index + 1, Watched::default());
        }
        let job = &mut self.jobs[index];
        match record.what {
            What::ReconciliationBegan { .. } => {
                job.current = JobResult::default();
                job.began = Some(record.at);
            }
            What::Compared { verdict, .. } => match verdict {
                Verdict::Matched => job.current.matched += 1,
                Verdict::Pending => job.current.pending += 1,
                Verdict::Repairable | Verdict::Manual => {}
            },
            What::ReconciliationEnded {
                repaired, manual, ..
            } => {
                job.last = Some(JobResult {
                    repaired,
                    manual,
                    ..job.current
                });
            }
            _ => {}
        }
    }

    fn job(&self, index: usize) -> Watched {
        self.jobs.get(index).copied().unwrap_or_default()
    }
}

/// The truth of a run; nothing if its scenario does not say what the truth is. Keys that are `held` stay where they are as
/// long as somebody looks at them, whatever becomes of them.
pub fn truth(
    run: &Run,
    names: &Names,
    watch: &Watch,
    (followed, held): (Option<Key>, Option<&[Key]>),
) -> Option<TruthNow> {
    let plan = run.plan();
    let ledger = plan.ledger.as_ref()?;
    let sim = run.sim();
    let columns = columns(ledger);
    let look = Look {
        run,
        ledger,
        columns: &columns,
    };
    // One pass over all that disagree; what is shown of them is bounded.
    let counts = *sim.ledger().counts();
    let mut newest: Vec<(Time, Key)> = Vec::new();
    let mut fresh = [0; Finding::ALL.len()];
    for (key, business_key) in sim.ledger().disagreeing() {
        if sim.ledger().is_fresh(business_key) {
            let found = business_key.disagreements.iter();
            found
                .filter(|it| it.since >= counts.since)
                .for_each(|it| fresh[it.finding as usize] += 1);
        }
        newest.push((since(business_key), key));
    }
    newest.sort_unstable_by(|a, b| b.cmp(a));
    let disagree = newest.len();
    newest.truncate(BROKEN_MAX);
    let newest: Vec<Key> = newest.into_iter().map(|(_, key)| key).collect();
    let keys = held.unwrap_or(&newest).iter();
    let broken: Vec<BusinessKeyNow> = keys.map(|key| look.business_key_or_none(*key)).collect();
    let listed = broken
        .iter()
        .filter(|business_key| !business_key.wrong.is_empty());
    let more = (disagree - listed.count()) as u64;
    let tables = (0..plan.tables.len() as u16)
        .filter(|table| plan.tables[*table as usize].is_record())
        .map(|table| look.table(table, &broken))
        .collect();
    Some(TruthNow {
        counts,
        fresh,
        followed: followed.map(|key| look.followed(names, key)),
        broken,
        more,
        tables,
        jobs: (0..plan.reconciliations.len())
            .map(|job| job_now(run, watch, job))
            .collect(),
        columns,
    })
}

/// The tables that stand side by side.
fn columns(ledger: &LedgerPlan) -> Vec<u16> {
    let mut columns = vec![ledger.record];
    for rule in &ledger.rules {
        if !columns.contains(&rule.table) {
            columns.push(rule.table);
        }
    }
    columns
}

/// When the latest disagreement of a key was found.
fn since(business_key: &BusinessKeyState) -> Time {
    let since = business_key.disagreements.iter().map(|it| it.since);
    since.max().unwrap_or(Time::ZERO)
}

/// What the user was told last.
fn told(business_key: &BusinessKeyState, client: u16) -> Told {
    if business_key.promised() {
        return Told::Done;
    }
    let last = business_key
        .history
        .iter()
        .rev()
        .find_map(|it| match it.what {
            What::Told {
                outcome,
                client: it,
                ..
            } if it == client => Some(outcome),
            _ => None,
        });
    match last {
        None => Told::Nothing,
        Some(Outcome::Ok) => Told::Done,
        Some(Outcome::Declined) => Told::Refused,
        Some(_) => Told::Failed,
    }
}

/// What is needed to look at a key.
struct Look<'a> {
    run: &'a Run,
    ledger: &'a LedgerPlan,
    columns: &'a [u16],
}

impl Look<'_> {
    /// A key as it stands; one that is not remembered any more agrees.
    fn business_key_or_none(&self, key: Key) -> BusinessKeyNow {
        let business_key = self.run.sim().ledger().business_key(key);
        let forgotten = || BusinessKeyNow {
            key,
            shown: shown(key),
            cells: vec![Cell::default(); self.columns.len()],
            ..BusinessKeyNow::default()
        };
        business_key.map_or_else(forgotten, |business_key| {
            self.business_key(key, business_key)
        })
    }

    fn business_key(&self, key: Key, business_key: &BusinessKeyState) -> BusinessKeyNow {
        let record = self.run.sim().records_of(self.ledger.record).get(key);
        let is_in = |states: u16| record.is_some_and(|it| states >> it.state & 1 == 1);
        let actual = if is_in(self.ledger.accepted) {
            Actual::Done
        } else if is_in(self.ledger.open) {
            Actual::Open
        } else {
            Actual::Not
        };
        // A rule is broken between the deciding record and the rule's table: both carry the mark.
        let at_rule = |table: u16| {
            business_key.disagreements.iter().any(|it| {
                let rule = self.ledger.rules.get(it.rule as usize);
                table == self.ledger.record || rule.is_some_and(|rule| rule.table == table)
            })
        };
        let cells = self.columns.iter().map(|table| Cell {
            row: self
                .run
                .sim()
                .records_of(*table)
                .get(key)
                .map(|stored| self.row(*table, stored)),
            disagrees: at_rule(*table),
        });
        BusinessKeyNow {
            key,
            shown: shown(key),
            wrong: business_key
                .disagreements
                .iter()
                .map(|it| (it.finding, (it.rule != NO_RULE).then_some(it.rule)))
                .collect(),
            since_s: since(business_key).as_secs(),
            told: told(business_key, self.ledger.client),
            actual,
            cells: cells.collect(),
            with_people: business_key.with_operator,
        }
    }

    fn row(&self, table: u16, stored: &Stored) -> RowNow {
        let plan = &self.run.plan().tables[table as usize];
        let state = plan.states.get(stored.state as usize);
        RowNow {
            rows: stored.rows,
            state: state.cloned().unwrap_or_default(),
            version: stored.version,
            values: plan.fields.iter().cloned().zip(stored.values).collect(),
        }
    }

    fn followed(&self, names: &Names, key: Key) -> Followed {
        let Some(business_key) = self.run.sim().ledger().business_key(key) else {
            return Followed::default();
        };
        Followed {
            business_key: Some(self.business_key(key, business_key)),
            open: business_key.is_open(),
            chain: chain(self.run.plan(), names, &business_key.history),
        }
    }

    fn table(&self, table: u16, broken: &[BusinessKeyNow]) -> TableNow {
        let records = self.run.sim().records_of(table);
        let column = self.columns.iter().position(|it| *it == table);
        let marked = |business_key: &&BusinessKeyNow| {
            column.is_some_and(|column| {
                let cell = &business_key.cells[column];
                cell.disagrees && cell.row.is_some()
            })
        };
        let mut keys: Vec<Key> = broken
            .iter()
            .filter(marked)
            .take(ROWS_BROKEN_MAX)
            .map(|business_key| business_key.key)
            .collect();
        for (key, _) in records.iter().rev().take(ROWS_MAX) {
            if keys.len() < ROWS_MAX && !keys.contains(&key) {
                keys.push(key);
            }
        }
        let rows = keys.into_iter().filter_map(|key| {
            let row = self.row(table, records.get(key)?);
            let disagrees = broken
                .iter()
                .filter(marked)
                .any(|business_key| business_key.key == key);
            Some((shown(key), row, disagrees))
        });
        TableNow {
            table,
            keys: records.len(),
            rows: rows.collect(),
        }
    }
}

fn job_now(run: &Run, watch: &Watch, index: usize) -> JobNow {
    let plan = &run.plan().reconciliations[index];
    let state = run.sim().reconciliation(index as u16);
    let watched = watch.job(index);
    let now = run.now();
    let stage = match (state.running, state.stage) {
        (false, _) => Stage::Resting,
        (true, 0) => Stage::ReadsLeft,
        (true, 1) => Stage::ReadsRight,
        (true, 2) => Stage::Compares,
        (true, _) => Stage::Repairs,
    };
    // A job that has never run begins with the next multiple of its interval.
    let every = plan.every.0.max(1);
    let next = watched
        .began
        .map(|began| began + plan.every)
        .filter(|due| *due > now)
        .unwrap_or(Time((now.0 / every + 1).saturating_mul(every)));
    JobNow {
        enabled: plan.enabled,
        stage,
        next_s: next.since(now).as_secs(),
        compared: state.compared,
        left: state.left,
        runs: state.runs,
        last: watched.last,
    }
}

/// A transaction that is prepared and has waited long for its decision: whose store, and the key.
pub fn in_doubt(run: &Run) -> Option<(u16, Key)> {
    const LONG: Span = Span::from_secs(1);
    let sim = run.sim();
    sim.in_doubts().find(|(_, key)| {
        let business_key = sim.ledger().business_key(*key);
        business_key.is_some_and(|business_key| business_key.touched + LONG < run.now())
    })
}
