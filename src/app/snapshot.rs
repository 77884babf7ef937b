//! What the run looks like at a moment: plain data, sent from the frame loop a few times a second.

use super::truth::TruthNow;
use kernel::time::Time;
use run::metrics::{Bin, HeadlineNow, Numbers};
use scenario::FaultKind;
use sim::{Limit, Locks};
use std::rc::Rc;
use words::Happened;

/// Bins that the charts show.
pub const CHART_BINS: usize = 90;

/// What the run looks like now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The time of the run, exactly.
    pub now: Time,
    /// The time of the run, in seconds.
    pub now_s: f64,
    /// How far this run has ever been.
    pub reach_s: f64,
    /// Where a seek is going.
    pub seeking: Option<f64>,
    /// Simulated seconds in one second, if the machine cannot keep up with the speed that was asked for.
    pub pace: Option<f64>,
    /// The bound at which the engine ended the run.
    pub stopped: Option<Limit>,
    /// The numbers of the last seconds.
    pub recent: Option<Numbers>,
    /// The headline: the number of the scenario's story, and its price.
    pub headline: Option<HeadlineNow>,
    /// The mean latency of the main client's requests since the settings were changed last, in milliseconds, and how near
    /// to it the true mean is, 95 times of 100; while that is known.
    pub mean_ms: Option<(f64, f64)>,
    /// Since when that mean and what is counted are: the end of the warm-up or the last change of settings, in seconds.
    pub counts_since_s: f64,
    /// The latest bins of the course of the run.
    pub bins: Vec<Bin>,
    /// Services, in the order of the plan.
    pub services: Vec<ServiceNow>,
    /// Stores.
    pub stores: Vec<StoreNow>,
    /// Caches.
    pub caches: Vec<CacheNow>,
    /// Links.
    pub links: Vec<LinkNow>,
    /// Topics: whether the broker answers for each.
    pub topics: Vec<bool>,
    /// The queues of subscriptions.
    pub queues: Vec<QueueNow>,
    /// Relays: events that wait in the outbox (or the log) of each.
    pub outboxes: Vec<u32>,
    /// Faults, planned and caused.
    pub faults: Vec<FaultNow>,
    /// What just happened.
    pub happened: Option<Happened>,
    /// The truth, where the scenario says what it is.
    pub truth: Option<Rc<TruthNow>>,
}

/// A service at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceNow {
    /// Its instances.
    pub instances: Vec<InstanceNow>,
}

/// An instance at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstanceNow {
    /// Whether it is there.
    pub up: bool,
    /// Its workers.
    pub threads: u32,
    /// Workers that work.
    pub working: u32,
    /// Workers that only wait.
    pub waiting: u32,
    /// Of those, workers held by a call that is being tried again.
    pub retrying: u32,
    /// Requests in its accept queue.
    pub queued: u32,
    /// Places in it.
    pub queue_limit: u32,
}

impl ServiceNow {
    /// A sum over its instances.
    pub fn sum(&self, part: impl Fn(&InstanceNow) -> u32) -> u32 {
        self.instances.iter().map(part).sum()
    }

    /// Workers held, working or waiting.
    pub fn in_use(&self) -> u32 {
        self.sum(|instance| instance.working + instance.waiting)
    }
}

/// A store at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreNow {
    /// Whether it answers.
    pub up: bool,
    /// Its connections.
    pub connections: u32,
    /// Connections at work.
    pub busy: u32,
    /// How many wait for one.
    pub wanted: u32,
    /// What is locked in it.
    pub locks: Locks,
}

/// The queue of a subscription at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueNow {
    /// Messages that wait for a consumer.
    pub queued: u32,
    /// Messages that wait until they may be delivered again.
    pub delayed: u32,
    /// Messages with a consumer, not acknowledged.
    pub in_hand: u32,
    /// The most there may be with consumers.
    pub consumers: u32,
    /// Dead letters.
    pub dead: u32,
}

/// A cache at a moment: the sum over the instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheNow {
    /// Entries, expired ones included.
    pub entries: u32,
    /// Of those, expired.
    pub expired: u32,
    /// The most there may be.
    pub size: u32,
}

/// A link at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinkNow {
    /// One message in so many is drawn.
    pub one_in: u32,
    /// Requests (or events) a second of the run.
    pub per_s: f64,
    /// Whether they are drawn slower than they travel.
    pub slowed: bool,
}

/// A fault of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultNow {
    /// Its number.
    pub index: u16,
    /// What it is.
    pub kind: FaultKind,
    /// When it began, in seconds.
    pub began_s: f64,
    /// When it ends (or ended), in seconds.
    pub ends_s: Option<f64>,
    /// Whether it is at work.
    pub active: bool,
    /// Whether it will happen to the next message.
    pub armed: bool,
}

impl Snapshot {
    /// The fault of this kind that is at work.
    pub fn active(&self, kind: &FaultKind) -> Option<&FaultNow> {
        self.faults
            .iter()
            .find(|fault| fault.active && fault.kind == *kind)
    }

    /// Whether a fault of this kind waits for the next message.
    pub fn armed(&self, kind: &FaultKind) -> bool {
        let mut faults = self.faults.iter();
        faults.any(|fault| fault.armed && fault.kind == *kind)
    }
}
