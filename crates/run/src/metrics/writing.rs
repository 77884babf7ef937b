//! Numbers about writing: transactions, events and the truth.

use super::disagreements::Disagreements;
use kernel::time::Time;
use serde::Serialize;
use sim::Plan;
use sim::trace::{Anomaly, Finding, What, Written};

/// What was written in a stretch of time. Adjoining stretches add up.
#[derive(Clone, Debug, Default)]
pub(super) struct Writes {
    stores: Vec<StoreWrites>,
    tables: Vec<TableWrites>,
    topics: Vec<TopicTally>,
    subscriptions: Vec<SubscriptionTally>,
    ledger: LedgerTally,
    reconciliations: Vec<ReconciliationTally>,
}

#[derive(Clone, Copy, Debug, Default)]
struct StoreWrites {
    committed: u64,
    rolled_back: u64,
    prepared: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct TableWrites {
    inserted: u64,
    again: u64,
    updated: u64,
    applied: u64,
    removed: u64,
    expired: u64,
    row_waits: u64,
    row_waited_ns: u128,
    rows_given_up: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct TopicTally {
    published: u64,
    ignored: u64,
    failed: u64,
    relay_deaths: u64,
    delay_sum_ns: u128,
    delay_max_ns: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct SubscriptionTally {
    delivered: u64,
    first: u64,
    acked: u64,
    returned: u64,
    duplicated: u64,
    dead: u64,
    expired: u64,
    redriven: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct LedgerTally {
    closed: u64,
    agreed: u64,
    found: [u64; Finding::ALL.len()],
    mended: [u64; Finding::ALL.len()],
    anomalies: [u64; 3],
    to_operator: u64,
    skipped: u64,
    undone: u64,
    disagreements_area: u128,
    keys_area: u128,
    span_ns: u128,
    mend_sum_ns: u128,
}

#[derive(Clone, Copy, Debug, Default)]
struct ReconciliationTally {
    runs: u64,
    compared: u64,
    repaired: u64,
    manual: u64,
}

impl Writes {
    pub fn new(plan: &Plan) -> Writes {
        Writes {
            stores: vec![StoreWrites::default(); plan.stores.len()],
            tables: vec![TableWrites::default(); plan.tables.len()],
            topics: vec![TopicTally::default(); plan.topics.len()],
            subscriptions: vec![SubscriptionTally::default(); plan.subscriptions.len()],
            ledger: LedgerTally::default(),
            reconciliations: vec![ReconciliationTally::default(); plan.reconciliations.len()],
        }
    }

    pub fn clear(&mut self) {
        self.stores.fill(StoreWrites::default());
        self.tables.fill(TableWrites::default());
        self.topics.fill(TopicTally::default());
        self.subscriptions.fill(SubscriptionTally::default());
        self.ledger = LedgerTally::default();
        self.reconciliations.fill(ReconciliationTally::default());
    }

    pub fn add(&mut self, other: &Writes) {
        for (mine, its) in self.stores.iter_mut().zip(&other.stores) {
            mine.committed += its.committed;
            mine.rolled_back += its.rolled_back;
            mine.prepared += its.prepared;
        }
        for (mine, its) in self.tables.iter_mut().zip(&other.tables) {
            mine.inserted += its.inserted;
            mine.again += its.again;
            mine.updated += its.updated;
            mine.applied += its.applied;
            mine.removed += its.removed;
            mine.expired += its.expired;
            mine.row_waits += its.row_waits;
            mine.row_waited_ns += its.row_waited_ns;
            mine.rows_given_up += its.rows_given_up;
        }
        for (mine, its) in self.topics.iter_mut().zip(&other.topics) {
            mine.published += its.published;
            mine.ignored += its.ignored;
            mine.failed += its.failed;
            mine.relay_deaths += its.relay_deaths;
            mine.delay_sum_ns += its.delay_sum_ns;
            mine.delay_max_ns = mine.delay_max_ns.max(its.delay_max_ns);
        }
        for (mine, its) in self.subscriptions.iter_mut().zip(&other.subscriptions) {
            mine.delivered += its.delivered;
            mine.first += its.first;
            mine.acked += its.acked;
            mine.returned += its.returned;
            mine.duplicated += its.duplicated;
            mine.dead += its.dead;
            mine.expired += its.expired;
            mine.redriven += its.redriven;
        }
        let (mine, its) = (&mut self.ledger, &other.ledger);
        mine.closed += its.closed;
        mine.agreed += its.agreed;
        for (mine, its) in mine.found.iter_mut().zip(its.found) {
            *mine += its;
        }
        for (mine, its) in mine.mended.iter_mut().zip(its.mended) {
            *mine += its;
        }
        for (mine, its) in mine.anomalies.iter_mut().zip(its.anomalies) {
            *mine += its;
        }
        mine.to_operator += its.to_operator;
        mine.skipped += its.skipped;
        mine.undone += its.undone;
        mine.disagreements_area += its.disagreements_area;
        mine.keys_area += its.keys_area;
        mine.span_ns += its.span_ns;
        mine.mend_sum_ns += its.mend_sum_ns;
        for (mine, its) in self.reconciliations.iter_mut().zip(&other.reconciliations) {
            mine.runs += its.runs;
            mine.compared += its.compared;
            mine.repaired += its.repaired;
            mine.manual += its.manual;
        }
    }

    /// The level of disagreements over the stretch.
    pub fn read(&mut self, disagreements: &Disagreements, began: Time, now: Time) {
        self.ledger.disagreements_area = disagreements.findings.area(now).into();
        self.ledger.keys_area = disagreements.keys.area(now).into();
        self.ledger.span_ns = now.since(began).0.into();
    }

    /// Anomalies noticed in the stretch, of all kinds.
    pub fn anomalies(&self) -> u64 {
        self.ledger.anomalies.iter().sum()
    }

    /// Disagreements over the stretch, on average.
    pub fn disagreements_mean(&self) -> f64 {
        self.ledger.disagreements_mean()
    }

    /// Business keys that disagree over the stretch, on average.
    pub fn disagreeing_keys_mean(&self) -> f64 {
        self.ledger.mean(self.ledger.keys_area)
    }

    /// Takes in what happens about writing.
    #[inline(never)]
    pub fn observe(
        &mut self,
        plan: &Plan,
        now: Time,
        what: &What,
        disagreements: &mut Disagreements,
    ) {
        let ledger = &mut self.ledger;
        match *what {
            What::Committed { store, .. } => self.stores[store as usize].committed += 1,
            What::RolledBack { store, .. } => self.stores[store as usize].rolled_back += 1,
            What::Prepared { store, .. } => self.stores[store as usize].prepared += 1,
            What::Wrote { table, how, .. } => {
                let tally = &mut self.tables[table as usize];
                *match how {
                    Written::Inserted => &mut tally.inserted,
                    Written::InsertedAgain => &mut tally.again,
                    Written::Updated => &mut tally.updated,
                    Written::Applied => &mut tally.applied,
                    Written::Removed => &mut tally.removed,
                    Written::Expired => &mut tally.expired,
                } += 1;
            }
            What::RowGranted {
                table,
                waited,
                gave_up,
                ..
            } => {
                let tally = &mut self.tables[table as usize];
                tally.row_waits += 1;
                tally.row_waited_ns += u128::from(waited.0);
                tally.rows_given_up += u64::from(gave_up);
            }
            What::Published { topic, after, .. } => {
                let tally = &mut self.topics[topic as usize];
                tally.published += 1;
                tally.delay_sum_ns += u128::from(after.0);
                tally.delay_max_ns = tally.delay_max_ns.max(after.0);
            }
            What::PublishIgnored { topic, .. } => self.topics[topic as usize].ignored += 1,
            What::PublishFailed { topic, .. } => self.topics[topic as usize].failed += 1,
            What::RelayDied { relay, .. } => {
                self.topics[plan.relays[relay as usize].topic as usize].relay_deaths += 1;
            }
            What::Duplicated { subscription, .. } => {
                self.subscriptions[subscription as usize].duplicated += 1;
            }
            What::Delivered {
                subscription,
                attempt,
                ..
            } => {
                let tally = &mut self.subscriptions[subscription as usize];
                tally.delivered += 1;
                tally.first += u64::from(attempt == 1);
            }
            What::Acked { subscription, .. } => {
                self.subscriptions[subscription as usize].acked += 1;
            }
            What::Returned { subscription, .. } => {
                self.subscriptions[subscription as usize].returned += 1;
            }
            What::DeadLettered { subscription, .. } => {
                self.subscriptions[subscription as usize].dead += 1;
            }
            What::Expired { subscription, .. } => {
                self.subscriptions[subscription as usize].expired += 1;
            }
            What::Redriven { subscription, .. } => {
                self.subscriptions[subscription as usize].redriven += 1;
            }
            What::Skipped { .. } => ledger.skipped += 1,
            What::Closed { agrees, .. } => {
                ledger.closed += 1;
                ledger.agreed += u64::from(agrees);
            }
            What::Found { key, finding, .. } => {
                ledger.found[finding as usize] += 1;
                disagreements.found(key, now);
            }
            What::Mended {
                key,
                finding,
                after,
                ..
            } => {
                ledger.mended[finding as usize] += 1;
                ledger.mend_sum_ns += u128::from(after.0);
                disagreements.mended(key, now);
            }
            What::Noticed { anomaly, .. } => ledger.anomalies[anomaly as usize] += 1,
            What::LeftToOperator { .. } => ledger.to_operator += 1,
            What::ReconciliationEnded {
                reconciliation,
                compared,
                repaired,
                manual,
            } => {
                let tally = &mut self.reconciliations[reconciliation as usize];
                tally.runs += 1;
                tally.compared += u64::from(compared);
                tally.repaired += u64::from(repaired);
                tally.manual += u64::from(manual);
            }
            _ => {}
        }
    }

    /// A call that undoes.
    pub fn undoes(&mut self) {
        self.ledger.undone += 1;
    }
}

/// A store's transactions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransactionNumbers {
    /// The store's name in the document.
    pub name: String,
    /// Local transactions that have committed.
    pub committed: u64,
    /// Local transactions that were rolled back.
    pub rolled_back: u64,
    /// Transactions that were prepared for a two-phase commit.
    pub prepared: u64,
}

/// A table of records.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TableNumbers {
    /// `"store.table"`.
    pub name: String,
    /// Records inserted, the only ones of their key.
    pub inserted: u64,
    /// Records inserted beside others of their key: done twice.
    pub inserted_again: u64,
    /// Records changed.
    pub updated: u64,
    /// Events applied to copies.
    pub applied: u64,
    /// Records taken away.
    pub removed: u64,
    /// Records that were in one state for too long.
    pub expired: u64,
    /// Statements that waited for a locked row.
    pub row_waits: u64,
    /// How long they waited on average, in milliseconds.
    pub row_waited_mean_ms: f64,
    /// How many of them gave up.
    pub rows_given_up: u64,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TopicNumbers {
    /// Its name in the document.
    pub name: String,
    /// Messages that the broker took in.
    pub published: u64,
    /// Messages that it knew already and ignored.
    pub ignored: u64,
    /// Times that a publisher had no confirmation.
    pub failed: u64,
    /// Times that a relay died.
    pub relay_deaths: u64,
    /// Time from an event to its publishing, on average, in milliseconds.
    pub delay_mean_ms: f64,
    /// The longest such time.
    pub delay_max_ms: f64,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubscriptionNumbers {
    /// `"topic/subscription"`.
    pub name: String,
    /// Deliveries.
    pub delivered: u64,
    /// Deliveries of a message that had been delivered before.
    pub redelivered: u64,
    /// Messages acknowledged.
    pub acked: u64,
    /// Deliveries that were not acknowledged.
    pub returned: u64,
    /// Messages that the broker duplicated.
    pub duplicated: u64,
    /// Messages set aside, or given up.
    pub dead_lettered: u64,
    /// Messages that were too old.
    pub expired: u64,
    /// Dead letters that were delivered anew.
    pub redriven: u64,
}

/// The truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerNumbers {
    /// Times that nothing was under way for a business key any more.
    pub closed: u64,
    /// Of those, times that its records agreed.
    pub agreed: u64,
    /// Disagreements found: something is missing.
    pub lost: u64,
    /// Something is there too often.
    pub duplicated: u64,
    /// Something is there that belongs to nothing.
    pub orphaned: u64,
    /// The deciding record was left in the middle.
    pub half_done: u64,
    /// Promised, not done.
    pub promised_not_done: u64,
    /// Done, but refused.
    pub done_but_refused: u64,
    /// A copy is different.
    pub differs: u64,
    /// Disagreements found, of all kinds.
    pub found: u64,
    /// Disagreements that are gone again.
    pub mended: u64,
    /// How long those had lasted, on average, in seconds.
    pub mended_after_mean_s: f64,
    /// Disagreements at a time, on average.
    pub disagreements_mean: f64,
    /// Records read in the middle of somebody's business transaction.
    pub dirty_reads: u64,
    /// Updates that overwrote what they had not seen.
    pub lost_updates: u64,
    /// Writes built upon what had changed since it was read.
    pub changed_after_read: u64,
    /// Messages and calls that were recognised as known, and ignored.
    pub skipped: u64,
    /// Calls that undo.
    pub undone: u64,
    /// Left to manual repair: business keys that began to wait for it, because a reconciliation says so, or because an undo, a
    /// confirmation, a decision or a repair failed. A key counts once until its records agree again, however often it is
    /// found. Of these, `reconciliations` have their own in `manual`; how many wait now is `with_operator` of the other
    /// ledger.
    pub to_operator: u64,
}

/// A reconciliation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReconciliationNumbers {
    /// Its name in the document.
    pub name: String,
    /// Runs that are through.
    pub runs: u64,
    /// Keys compared.
    pub compared: u64,
    /// Keys about which something was done.
    pub repaired: u64,
    /// Keys that it left to manual repair. One that waits for it already does not count again: these are part of the
    /// ledger's `to_operator`.
    pub manual: u64,
}

/// The numbers about writing of a stretch of time. Empty where a scenario has nothing of the kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WritingNumbers {
    /// By store.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<TransactionNumbers>,
    /// By table of records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableNumbers>,
    /// By topic.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicNumbers>,
    /// By subscription.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<SubscriptionNumbers>,
    /// The truth, if the scenario says what it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ledger: Option<LedgerNumbers>,
    /// By reconciliation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reconciliations: Vec<ReconciliationNumbers>,
}

fn mean_ms(sum_ns: u128, count: u64) -> f64 {
    if count == 0 {
        0.0
    } else {
        sum_ns as f64 / 1e6 / count as f64
    }
}

impl WritingNumbers {
    pub(super) fn new(plan: &Plan, writes: &Writes) -> WritingNumbers {
        let has_records = plan.tables.iter().any(|table| table.is_record());
        let transactions = plan.stores.iter().zip(&writes.stores);
        let tables = plan.tables.iter().zip(&writes.tables);
        let subscriptions = plan.subscriptions.iter().zip(&writes.subscriptions);
        WritingNumbers {
            transactions: transactions
                .filter(|_| has_records)
                .map(|(plan, tally)| TransactionNumbers {
                    name: plan.name.clone(),
                    committed: tally.committed,
                    rolled_back: tally.rolled_back,
                    prepared: tally.prepared,
                })
                .collect(),
            tables: tables
                .filter(|(plan, _)| plan.is_record())
                .map(|(plan, tally)| TableNumbers {
                    name: plan.name.clone(),
                    inserted: tally.inserted,
                    inserted_again: tally.again,
                    updated: tally.updated,
                    applied: tally.applied,
                    removed: tally.removed,
                    expired: tally.expired,
                    row_waits: tally.row_waits,
                    row_waited_mean_ms: mean_ms(tally.row_waited_ns, tally.row_waits),
                    rows_given_up: tally.rows_given_up,
                })
                .collect(),
            topics: plan
                .topics
                .iter()
                .zip(&writes.topics)
                .map(|(plan, tally)| TopicNumbers {
                    name: plan.name.clone(),
                    published: tally.published,
                    ignored: tally.ignored,
                    failed: tally.failed,
                    relay_deaths: tally.relay_deaths,
                    delay_mean_ms: mean_ms(tally.delay_sum_ns, tally.published),
                    delay_max_ms: tally.delay_max_ns as f64 / 1e6,
                })
                .collect(),
            subscriptions: subscriptions
                .map(|(it, tally)| SubscriptionNumbers {
                    name: format!("{}/{}", plan.topics[it.topic as usize].name, it.name),
                    delivered: tally.delivered,
                    redelivered: tally.delivered - tally.first,
                    acked: tally.acked,
                    returned: tally.returned,
                    duplicated: tally.duplicated,
                    dead_lettered: tally.dead,
                    expired: tally.expired,
                    redriven: tally.redriven,
                })
                .collect(),
            ledger: plan.ledger.as_ref().map(|_| writes.ledger.numbers()),
            reconciliations: plan
                .reconciliations
                .iter()
                .zip(&writes.reconciliations)
                .map(|(plan, tally)| ReconciliationNumbers {
                    name: plan.name.clone(),
                    runs: tally.runs,
                    compared: tally.compared,
                    repaired: tally.repaired,
                    manual: tally.manual,
                })
                .collect(),
        }
    }
}

impl LedgerTally {
    fn disagreements_mean(&self) -> f64 {
        self.mean(self.disagreements_area)
    }

    /// The mean level of a gauge with this area.
    fn mean(&self, area: u128) -> f64 {
        if self.span_ns == 0 {
            0.0
        } else {
            area as f64 / self.span_ns as f64
        }
    }

    fn numbers(&self) -> LedgerNumbers {
        let found = |finding: Finding| self.found[finding as usize];
        let anomaly = |anomaly: Anomaly| self.anomalies[anomaly as usize];
        let mended: u64 = self.mended.iter().sum();
        LedgerNumbers {
            closed: self.closed,
            agreed: self.agreed,
            lost: found(Finding::Lost),
            duplicated: found(Finding::Duplicated),
            orphaned: found(Finding::Orphaned),
            half_done: found(Finding::HalfDone),
            promised_not_done: found(Finding::PromisedNotDone),
            done_but_refused: found(Finding::DoneButRefused),
            differs: found(Finding::Differs),
            found: self.found.iter().sum(),
            mended,
            mended_after_mean_s: mean_ms(self.mend_sum_ns, mended) / 1000.0,
            disagreements_mean: self.disagreements_mean(),
            dirty_reads: anomaly(Anomaly::DirtyRead),
            lost_updates: anomaly(Anomaly::LostUpdate),
            changed_after_read: anomaly(Anomaly::ChangedAfterRead),
            skipped: self.skipped,
            undone: self.undone,
            to_operator: self.to_operator,
        }
    }
}
