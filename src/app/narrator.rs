//! Which of the many things that happen is worth a sentence: what is wrong before what is well, what has not been said
//! for a while before what was said just now.
//!
//! The sentence is a function of the run and the moment: it knows no clock but the run's.

use super::chain::{deed, key_of};
use super::fault::trouble;
use super::names::Names;
use super::truth::in_doubt;
use run::Run;
use scenario::{FaultKind, Half, ReadStrategy};
use sim::records::shown;
use sim::trace::{Copies, Key, Message, Outcome, Record, Role, Serial, What, Written};
use sim::{FaultState, Plan};
use std::collections::VecDeque;
use words::{Deed, Happened, How, Name};

/// After so long, in seconds of the run, a kind of sentence is as new as ever.
const FRESH_SECONDS: f64 = 9.0;

/// Kinds of things worth a sentence, with their weight: what is more telling weighs more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Came,
    Hits,
    Applied,
    Held,
    Stale,
    LateResponse,
    CallTimedOut,
    ListFailed,
    TurnedAway,
    Refused,
    GivenUp,
    StillWorks,
    Changed,
    Fault,
    // What is written.
    Done,
    NotDone,
    RequestLost,
    AnswerLost,
    CallEnded,
    Undone,
    Repair,
    Skipped,
    Again,
    Returned,
    Dead,
    Redriven,
    NotPublished,
    RelayDied,
    LockRefused,
    LockExpired,
    Noticed,
    DoneTwice,
    Found,
    Mended,
    ToPeople,
    JobEnded,
    InDoubt,
}

const KINDS: usize = 37;
const WEIGHTS: [f64; KINDS] = [
    30.0, 34.0, 38.0, 46.0, 52.0, 50.0, 60.0, 62.0, 64.0, 70.0, 72.0, 66.0, 90.0, 100.0, //
    28.0, 44.0, 56.0, 75.0, 48.0, 68.0, 66.0, 54.0, 60.0, 50.0, 84.0, 70.0, 71.0, 82.0, 58.0, 72.0,
    76.0, 77.0, 78.0, 64.0, 80.0, 86.0, 88.0,
];
/// Requests whose business key is remembered.
const KEYS_MAX: usize = 2048;

/// Chooses sentences.
#[derive(Clone, Debug)]
pub struct Narrator {
    main_client: u16,
    /// The latest record of each kind since the last part of the run was closed.
    latest: [Option<Record>; KINDS],
    /// When each kind was last said, in seconds of the run.
    said: [f64; KINDS],
    /// Calls turned away since then.
    turned_away: u32,
    /// How long lists waited for a worker.
    waited: VecDeque<(Serial, f64)>,
    /// The business keys of the latest requests.
    keys: VecDeque<(Serial, Key)>,
    /// Faults that wait for the next messages, and for how many.
    armed: Vec<(u16, u32)>,
    /// The fault whose message has come, since the last part of the run was closed.
    struck: Option<u16>,
    /// The sentence of the last part of the run that had one.
    sentence: Happened,
}

impl Narrator {
    /// Nothing has happened yet.
    pub fn new(main_client: u16) -> Narrator {
        Narrator {
            main_client,
            latest: [None; KINDS],
            said: [f64::NEG_INFINITY; KINDS],
            turned_away: 0,
            waited: VecDeque::new(),
            keys: VecDeque::new(),
            armed: Vec::new(),
            struck: None,
            sentence: Happened::Starting,
        }
    }

    /// Takes a record in: whether a fault begins or ends with it, or happens that has waited for it. `faults` are those
    /// of the run.
    pub fn feed(&mut self, plan: &Plan, faults: &[FaultState], record: &Record) -> bool {
        if self.strikes(plan, faults, record) {
            self.latest[Kind::Fault as usize] = Some(*record);
            return true;
        }
        // What waits for the next message is over as soon as it has begun, as the engine counts: that says nothing.
        if let What::FaultEnded { fault } = record.what
            && self.armed.iter().any(|(armed, _)| *armed == fault)
        {
            return false;
        }
        if let What::Keyed { request, key } = record.what {
            if self.keys.len() >= KEYS_MAX {
                self.keys.pop_front();
            }
            self.keys.push_back((request, key));
            return false;
        }
        let is_fault = matches!(
            record.what,
            What::FaultBegan { .. } | What::FaultEnded { .. }
        );
        // Where there is a truth to tell of, the sentences about lists have nothing to say.
        let kind = if plan.ledger.is_some() && !is_fault && record.what != What::Reconfigured {
            kind_of_deed(&record.what)
        } else {
            self.kind_of_list(plan, record)
        };
        if let Some(kind) = kind {
            self.latest[kind as usize] = Some(*record);
        }
        is_fault
    }

    /// Which kind of thing a record about lists (or about the whole run) is.
    fn kind_of_list(&mut self, plan: &Plan, record: &Record) -> Option<Kind> {
        let main = plan.clients.get(self.main_client as usize);
        Some(match record.what {
            What::Settled {
                client, outcome, ..
            } if client == self.main_client => match outcome {
                Outcome::Ok => Kind::Came,
                Outcome::Rejected => Kind::Refused,
                Outcome::TimedOut => Kind::GivenUp,
                Outcome::Failed
                | Outcome::Refused
                | Outcome::Broken
                | Outcome::NotPermitted
                | Outcome::Declined => Kind::ListFailed,
            },
            What::Started {
                request,
                operation,
                waited,
                ..
            } if main.is_some_and(|main| main.operation == operation) => {
                if self.waited.len() >= 256 {
                    self.waited.pop_front();
                }
                self.waited.push_back((request, waited.as_millis()));
                return None;
            }
            What::TurnedAway {
                operation, outcome, ..
            } if outcome == Outcome::Rejected
                && main.is_some_and(|main| main.operation != operation) =>
            {
                self.turned_away += 1;
                Kind::TurnedAway
            }
            What::Answered {
                outcome: Outcome::TimedOut,
                operation,
                ..
            } if main.is_some_and(|main| main.operation != operation) => Kind::CallTimedOut,
            What::LateResponse { operation, .. }
                if main.is_some_and(|main| main.operation != operation) =>
            {
                Kind::LateResponse
            }
            What::Resolved { stale, .. } if stale > 0 => Kind::Stale,
            What::Resolved { hits, .. } if hits > 0 => Kind::Hits,
            What::EventApplied { .. } => Kind::Applied,
            What::FaultBegan { .. } | What::FaultEnded { .. } => Kind::Fault,
            What::Reconfigured => Kind::Changed,
            _ => return None,
        })
    }

    /// Whether this is what a fault was waiting for (or rather: the last of it).
    fn strikes(&mut self, plan: &Plan, faults: &[FaultState], record: &Record) -> bool {
        let kind = |fault: u16| faults.get(fault as usize).map(|it| &it.kind);
        if let What::FaultBegan { fault } = record.what {
            if let Some(
                FaultKind::LoseNext { count, .. } | FaultKind::DuplicateNext { count, .. },
            ) = kind(fault)
            {
                self.armed.push((fault, *count));
            }
            return false;
        }
        if self.armed.is_empty() {
            return false;
        }
        let meant = |kind: &FaultKind| match (kind, record.what) {
            (
                FaultKind::LoseNext {
                    link: name, what, ..
                },
                What::Hop {
                    link,
                    message,
                    lost: true,
                    ..
                },
            ) => {
                let half = match message {
                    Message::Request => Half::Request,
                    Message::Answer(_) => Half::Answer,
                };
                plan.link_named(name) == Some(link) && *what == half
            }
            (FaultKind::DuplicateNext { topic, .. }, What::Duplicated { subscription, .. }) => {
                let its = plan.subscriptions.get(subscription as usize);
                plan.topic_named(topic) == its.map(|it| it.topic)
            }
            _ => false,
        };
        let mut armed = self.armed.iter();
        let Some(place) = armed.position(|(fault, _)| kind(*fault).is_some_and(meant)) else {
            return false;
        };
        let (fault, left) = &mut self.armed[place];
        *left = left.saturating_sub(1);
        if *left > 0 {
            return false;
        }
        self.struck = Some(*fault);
        self.armed.remove(place);
        true
    }

    /// A part of the run is over: its sentence has been said, and what comes next is picked from what happens next.
    pub fn close(&mut self, run: &Run, names: &Names) {
        if let Some((kind, happened)) = self.pick(run, names) {
            self.said[kind] = run.now().as_secs();
            self.sentence = happened;
        }
        self.latest = [None; KINDS];
        self.turned_away = 0;
        self.struck = None;
    }

    /// The sentence of this moment.
    pub fn sentence(&self, run: &Run, names: &Names) -> Happened {
        let picked = self.pick(run, names);
        picked.map_or_else(|| self.sentence.clone(), |(_, happened)| happened)
    }

    /// What is most worth a sentence of all that has happened since the last part was closed, and what it says.
    fn pick(&self, run: &Run, names: &Names) -> Option<(usize, Happened)> {
        let (now, plan) = (run.now().as_secs(), run.plan());
        let faults = run.sim().faults();
        let held = self.held(run, names);
        let doubt = in_doubt(run);
        let owner_down = faults.iter().any(|fault| {
            fault.active
                && matches!(
                    fault.kind,
                    scenario::FaultKind::Crash { instance: None, .. }
                )
        });
        let still_works = owner_down
            && self.latest[Kind::Came as usize].is_some()
            && self.latest[Kind::ListFailed as usize].is_none();
        let mut best = None;
        let mut best_score = f64::NEG_INFINITY;
        for (kind, weight) in WEIGHTS.iter().enumerate() {
            let rest = (now - self.said[kind]).min(FRESH_SECONDS);
            let score = weight - (FRESH_SECONDS - rest) * 6.0;
            if score <= best_score {
                continue;
            }
            let happened = if kind == Kind::Held as usize {
                held.clone()
            } else if kind == Kind::InDoubt as usize {
                doubt.and_then(|(store, key)| doubtful(plan, names, store, key))
            } else if kind == Kind::StillWorks as usize {
                let owner = owner_of(plan, names).filter(|_| still_works);
                owner.map(|owner| Happened::StillWorks {
                    what: self.asked(names),
                    owner,
                })
            } else {
                let record = self.latest[kind];
                record.and_then(|record| {
                    if kind > Kind::Fault as usize {
                        self.tell_deed(&record, plan, names)
                    } else {
                        self.tell(&record, plan, names, faults)
                    }
                })
            };
            if let Some(happened) = happened {
                best = Some((kind, happened));
                best_score = score;
            }
        }
        best
    }

    /// What is said of a fault that begins or ends.
    pub fn tell_fault(&self, record: &Record, run: &Run, names: &Names) -> Option<Happened> {
        self.tell(record, run.plan(), names, run.sim().faults())
    }

    /// What one request of the main client is called.
    fn asked(&self, names: &Names) -> Name {
        let asked = names.requests.get(self.main_client as usize);
        asked.cloned().unwrap_or_default()
    }

    /// The service whose threads are mostly held by waiting, if there is one.
    fn held(&self, run: &Run, names: &Names) -> Option<Happened> {
        let owner = owner_of(run.plan(), names)?;
        run.plan()
            .services
            .iter()
            .enumerate()
            .find_map(|(index, its)| {
                let (mut waiting, mut threads) = (0, 0);
                for instance in 0..its.instances as u16 {
                    let state = run.sim().instance(index as u16, instance);
                    waiting += state.waiting;
                    threads += state.threads;
                }
                (threads > 0 && waiting * 10 >= threads * 8).then(|| {
                    Some(Happened::Held {
                        service: names.services.get(index)?.clone(),
                        waiting,
                        threads,
                        owner: owner.clone(),
                    })
                })?
            })
    }

    /// What happened for a business key.
    fn tell_deed(&self, record: &Record, plan: &Plan, names: &Names) -> Option<Happened> {
        let deed = deed(plan, names, &record.what)?;
        let of_request = |request: Serial| {
            let known = self
                .keys
                .iter()
                .rev()
                .find(|(serial, _)| *serial == request);
            known.map(|(_, key)| *key)
        };
        let key = key_of(&record.what).or_else(|| match record.what {
            What::Hop { request, .. } | What::Answered { request, .. } => of_request(request),
            What::Called {
                request, parent, ..
            } => of_request(parent).or_else(|| of_request(request)),
            _ => None,
        });
        Some(Happened::Deed {
            key: key.map(|key| names.writing.business_key(shown(key))),
            deed,
        })
    }

    fn tell(
        &self,
        record: &Record,
        plan: &Plan,
        names: &Names,
        faults: &[FaultState],
    ) -> Option<Happened> {
        let owner = || owner_of(plan, names);
        let reader = || {
            let operation = plan.clients.get(self.main_client as usize)?.operation;
            let service = plan.operations.get(operation as usize)?.service;
            Some((
                names.services.get(service as usize)?.clone(),
                plan.services.get(service as usize)?,
            ))
        };
        match record.what {
            What::Settled {
                outcome: Outcome::Ok,
                request,
                latency,
                calls,
                ..
            } => Some(Happened::ListCame {
                what: self.asked(names),
                ms: latency.as_millis(),
                calls,
                how: how(plan, calls),
                waited_ms: self
                    .waited
                    .iter()
                    .find(|(serial, _)| *serial == request)
                    .map_or(0.0, |(_, waited)| *waited),
            }),
            What::Settled {
                outcome: Outcome::Rejected,
                ..
            } => {
                let (service, plan) = reader()?;
                Some(Happened::Refused {
                    what: self.asked(names),
                    service,
                    threads: plan.threads * plan.instances,
                })
            }
            What::Settled {
                outcome: Outcome::TimedOut,
                latency,
                ..
            } => Some(Happened::GivenUp {
                what: self.asked(names),
                ms: latency.as_millis(),
                service: reader()?.0,
            }),
            What::Settled { .. } => {
                let down = faults.iter().any(|fault| {
                    fault.active
                        && matches!(
                            fault.kind,
                            scenario::FaultKind::Crash { instance: None, .. }
                        )
                });
                match owner() {
                    Some(owner) if down => Some(Happened::NobodyThere {
                        what: self.asked(names),
                        owner,
                    }),
                    _ => Some(Happened::ListFailed {
                        what: self.asked(names),
                    }),
                }
            }
            What::TurnedAway { service, .. } => Some(Happened::TurnedAway {
                what: self.asked(names),
                owner: names.services.get(service as usize)?.clone(),
                calls: self.turned_away,
            }),
            What::Answered { operation, .. } => Some(Happened::CallTimedOut {
                owner: service_of(plan, names, operation)?,
            }),
            What::LateResponse { operation, .. } => Some(Happened::LateResponse {
                owner: service_of(plan, names, operation)?,
            }),
            What::Resolved {
                reference,
                values,
                hits,
                stale,
                stalest,
                ..
            } => {
                let reference = names.references.get(reference as usize)?.clone();
                Some(if stale > 0 {
                    Happened::Stale {
                        what: self.asked(names),
                        reference,
                        stale,
                        values,
                        ms: stalest.as_millis(),
                    }
                } else {
                    Happened::Hits {
                        reference,
                        hits,
                        values,
                    }
                })
            }
            What::EventApplied { copies, lag, .. } => {
                let (names, index, cache) = match copies {
                    Copies::Replica(reference) => (&names.references, reference, false),
                    Copies::ReferenceCache(reference) => (&names.references, reference, true),
                    Copies::Cache(cache) => (&names.caches, cache, true),
                };
                Some(Happened::Applied {
                    reference: names.get(index as usize)?.clone(),
                    lag_ms: lag.as_millis(),
                    cache,
                })
            }
            What::FaultBegan { fault } => {
                let kind = &faults.get(fault as usize)?.kind;
                Some(Happened::Broke(trouble(kind, plan, names)))
            }
            What::FaultEnded { fault } => {
                let kind = &faults.get(fault as usize)?.kind;
                Some(Happened::Mended(trouble(kind, plan, names)))
            }
            What::Reconfigured => Some(Happened::Changed),
            What::Hop { .. } | What::Duplicated { .. } => {
                let kind = &faults.get(self.struck? as usize)?.kind;
                Some(Happened::Struck(trouble(kind, plan, names)))
            }
            _ => None,
        }
    }
}

/// Which kind of thing a record about writing is.
fn kind_of_deed(what: &What) -> Option<Kind> {
    Some(match *what {
        What::Told {
            outcome: Outcome::Ok,
            ..
        } => Kind::Done,
        What::Told { .. } => Kind::NotDone,
        What::Hop {
            message,
            lost: true,
            ..
        } => match message {
            Message::Answer(_) => Kind::AnswerLost,
            Message::Request => Kind::RequestLost,
        },
        What::Answered { outcome, .. } if outcome != Outcome::Ok => Kind::CallEnded,
        What::Called {
            role: Role::Undo, ..
        } => Kind::Undone,
        What::Called {
            role: Role::Repair, ..
        } => Kind::Repair,
        What::Skipped { .. } => Kind::Skipped,
        What::Delivered { attempt, .. } if attempt > 1 => Kind::Again,
        What::Duplicated { .. } => Kind::Again,
        What::Returned { .. } => Kind::Returned,
        What::DeadLettered { .. } => Kind::Dead,
        What::Redriven { .. } => Kind::Redriven,
        What::PublishFailed { .. } => Kind::NotPublished,
        What::RelayDied { .. } => Kind::RelayDied,
        What::LockRefused { .. } => Kind::LockRefused,
        What::LockReleased { expired: true, .. } => Kind::LockExpired,
        What::Noticed { .. } => Kind::Noticed,
        What::Wrote {
            how: Written::InsertedAgain,
            ..
        } => Kind::DoneTwice,
        What::Found { .. } => Kind::Found,
        What::Mended { .. } => Kind::Mended,
        What::LeftToOperator { .. } => Kind::ToPeople,
        What::ReconciliationEnded { .. } => Kind::JobEnded,
        _ => return None,
    })
}

/// A participant waits for the decision of a coordinator that is away.
fn doubtful(plan: &Plan, names: &Names, store: u16, key: Key) -> Option<Happened> {
    let service = plan.stores.get(store as usize)?.service;
    Some(Happened::Deed {
        key: Some(names.writing.business_key(shown(key))),
        deed: Deed::InDoubt {
            by: names.services.get(service as usize)?.clone(),
        },
    })
}

/// The owner of what lists refer to.
fn owner_of(plan: &Plan, names: &Names) -> Option<words::Name> {
    names
        .services
        .get(plan.references.first()?.owner as usize)
        .cloned()
}

fn service_of(plan: &Plan, names: &Names, operation: u16) -> Option<words::Name> {
    let service = plan.operations.get(operation as usize)?.service;
    names.services.get(service as usize).cloned()
}

/// How a list with so many calls got its references.
fn how(plan: &Plan, calls: u32) -> How {
    let any = |strategy| {
        plan.references
            .iter()
            .any(|reference| reference.strategy == strategy)
    };
    if calls == 0 {
        How::WithoutCalls
    } else if any(ReadStrategy::PerRow) {
        How::OneByOne
    } else if any(ReadStrategy::Parallel) {
        How::AtOnce
    } else {
        How::Few
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::onlooker::Onlooker;
    use kernel::time::{Span, Time};
    use run::session::{Session, Story};
    use scenario::{FaultKind, settings, shipped};
    use std::rc::Rc;
    use words::Lang;

    /// The sentences of a run that is watched at the clock's own speed.
    fn sentences(set: &[(&str, &str)], fault: Option<FaultKind>, seconds: u64) -> Vec<Happened> {
        let scenario = shipped::load("consultation-list").unwrap();
        let set: Vec<_> = set
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        let scenario = settings::apply(&scenario, &set).unwrap();
        let plan = Plan::new(&scenario);
        let names = Names::new(&scenario, &plan);
        let main = plan
            .clients
            .iter()
            .position(|client| client.name == "staff")
            .unwrap();
        let mut session = Session::new(Rc::new(Story::new(Rc::new(scenario))), 1 << 20);
        let mut onlooker = Onlooker::new(main as u16, 1.0);
        let mut said: Vec<Happened> = Vec::new();
        for tenth in 1..=seconds * 10 {
            let to = Time(tenth * 100_000_000);
            while !onlooker.advance(&mut session, &names, to, u64::MAX).reached {}
            if tenth == 20
                && let Some(fault) = &fault
            {
                let lasts = Some(Span::from_secs(4));
                session.inject(fault.clone(), lasts).unwrap();
            }
            let sentence = onlooker.shown().happened.clone();
            said.extend(sentence.filter(|sentence| said.last() != Some(sentence)));
        }
        said
    }

    #[test]
    fn at_most_one_sentence_in_a_second_and_a_half() {
        let said = sentences(&[], None, 20);
        assert!((5..=14).contains(&said.len()), "{said:#?}");
    }

    #[test]
    fn a_fault_and_its_end_are_told() {
        let crash = FaultKind::Crash {
            service: "common".into(),
            instance: None,
        };
        let said = sentences(&[("customer", "batch")], Some(crash), 12);
        assert!(
            said.iter().any(|it| matches!(it, Happened::Broke(_))),
            "{said:#?}"
        );
        assert!(
            said.iter().any(|it| matches!(it, Happened::Mended(_))),
            "{said:#?}"
        );
        assert!(
            said.iter()
                .any(|it| matches!(it, Happened::NobodyThere { .. })),
            "{said:#?}"
        );
    }

    #[test]
    fn what_waits_for_the_next_message_is_told_as_begun_and_as_happened() {
        let lose = FaultKind::LoseNext {
            link: "consultation -> common".into(),
            what: Half::Answer,
            count: 1,
        };
        let said = sentences(&[], Some(lose), 12);
        let place = |test: fn(&Happened) -> bool| said.iter().position(test);
        let begun = place(|it| matches!(it, Happened::Broke(_)));
        let struck = place(|it| matches!(it, Happened::Struck(_)));
        assert!(struck.is_some() && begun < struck, "{said:#?}");
        let over = |it: &Happened| matches!(it, Happened::Mended(_));
        assert!(!said.iter().any(over), "{said:#?}");
    }

    #[test]
    fn what_a_strategy_does_is_told() {
        let all =
            |strategy| ["customer", "code", "user", "department"].map(|name| (name, strategy));
        let told = |said: &[Happened], test: fn(&Happened) -> bool| said.iter().any(test);
        let said = sentences(&all("local_cache"), None, 15);
        assert!(
            told(&said, |it| matches!(it, Happened::Hits { .. })),
            "{said:#?}"
        );
        assert!(
            told(&said, |it| matches!(it, Happened::Stale { .. })),
            "{said:#?}"
        );
        let said = sentences(&all("replica"), None, 15);
        assert!(
            told(&said, |it| matches!(
                it,
                Happened::Applied { cache: false, .. }
            )),
            "{said:#?}"
        );
        assert!(
            told(&said, |it| matches!(
                it,
                Happened::ListCame {
                    how: How::WithoutCalls,
                    ..
                }
            )),
            "{said:#?}"
        );
        for happened in said {
            assert!(!happened.text(Lang::Ko).is_empty());
        }
    }
}
