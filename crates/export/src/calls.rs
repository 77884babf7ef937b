//! What happened to each request, put together from the records of a trace: who asked whom and when, who worked on it,
//! how it ended, and which message brought it about. Sequence diagrams and traces are written from this.

use kernel::time::Time;
use run::trace_log::TraceLog;
use sim::trace::{Key, Message, MessageId, Outcome, Return, Role, Serial, What};
use sim::{End, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// Who brought a request about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A client.
    Client(u16),
    /// A service, working on another request.
    Request(Serial),
    /// A message of the bus.
    Message {
        /// The message.
        message: MessageId,
        /// The subscription it was delivered to.
        subscription: u16,
        /// Its place in [`Calls::publications`].
        publication: usize,
    },
    /// A reconciliation that repairs.
    Repair,
}

/// What a worker did for a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// The instance whose worker it was.
    pub instance: u16,
    /// When it began.
    pub began: Time,
    /// When it was done (or the worker died); `None` while it goes on.
    pub ended: Option<Time>,
    /// How it ended at the callee.
    pub outcome: Outcome,
}

/// A request from its beginning to its end. Each attempt of a call is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its number.
    pub serial: Serial,
    /// Who brought it about.
    pub cause: Cause,
    /// The number of the call's first attempt: its own, if it is the first.
    pub first: Serial,
    /// Which attempt (or delivery) it is; the first is 1.
    pub attempt: u32,
    /// The operation asked for.
    pub operation: u16,
    /// What it is for.
    pub role: Role,
    /// Its business key, if it has one.
    pub key: Option<Key>,
    /// When it was sent (or kept back).
    pub began: Time,
    /// When the one who asked knew how it ended; `None` while they do not.
    pub ended: Option<Time>,
    /// How it ended for the one who asked.
    pub outcome: Outcome,
    /// When it began to wait for a worker, if it had to.
    pub queued: Option<Time>,
    /// What a worker did for it.
    pub work: Option<Work>,
    /// Whether it was lost on its way.
    pub request_lost: bool,
    /// Whether its answer was lost on its way.
    pub answer_lost: bool,
    /// Whether its answer came when nobody waited for it any more.
    pub too_late: bool,
}

/// An event that a request or a relay has sent to the bus.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Publication {
    /// The message's number.
    pub message: MessageId,
    /// The topic.
    pub topic: u16,
    /// The service that sent it.
    pub service: u16,
    /// The request that published it; `None` if it was a relay (or a repair).
    pub by: Option<Serial>,
    /// The request at the beginning of its chain. An outbox says nothing of who wrote to it: what a relay sends counts
    /// to the latest chain that is about the same business key.
    pub root: Option<Serial>,
    /// Its business key.
    pub key: Key,
    /// When it left.
    pub left: Time,
    /// When the broker had it.
    pub arrived: Time,
}

/// The requests of a window with everything that they brought about.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// By serial number.
    pub calls: BTreeMap<Serial, Call>,
    /// In the order in which the broker got them.
    pub publications: Vec<Publication>,
    /// Requests of the window that are not among `calls`, because there are more than are taken.
    pub left_out: u64,
    /// For each request: the one at the beginning of the chain that led to it.
    roots: BTreeMap<Serial, Serial>,
}

/// A stretch of simulated time, from its beginning (included) to its end (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

impl Calls {
    /// The chains of requests that begin in a window, each to its end (or as far as the trace goes), at most about
    /// `most` requests. What began before is not among them.
    pub fn gather(trace: &TraceLog, plan: &Plan, window: Window, most: usize) -> Calls {
        let mut gathering = Gathering {
            plan,
            most,
            window,
            now: window.from,
            sent: BTreeMap::new(),
            messages: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            keys: BTreeMap::new(),
            attempts: BTreeMap::new(),
            calls: Calls::default(),
        };
        for record in trace
            .records()
            .range(trace.records().partition_point(|it| it.at < window.from)..)
        {
            gathering.now = record.at;
            gathering.take(&record.what);
        }
        gathering.calls
    }

    /// The request at the beginning of the chain that led to this one.
    pub fn root(&self, serial: Serial) -> Serial {
        self.roots.get(&serial).copied().unwrap_or(serial)
    }

    /// A request and everything that it brought about, also by way of the bus.
    pub fn family(&self, root: Serial) -> BTreeSet<Serial> {
        let members = self.calls.keys().copied();
        members
            .filter(|serial| self.root(*serial) == root)
            .collect()
    }

    /// Requests of clients.
    pub fn of_clients(&self) -> impl Iterator<Item = (&Call, u16)> {
        self.calls.values().filter_map(|call| match call.cause {
            Cause::Client(client) if call.serial == call.first => Some((call, client)),
            _ => None,
        })
    }

    /// What was published and brought a request about, if it was a message.
    pub fn publication_of(&self, call: &Call) -> Option<&Publication> {
        match call.cause {
            Cause::Message { publication, .. } => self.publications.get(publication),
            _ => None,
        }
    }
}

/// The records are taken in one after the other.
struct Gathering<'a> {
    plan: &'a Plan,
    most: usize,
    window: Window,
    now: Time,
    /// When the latest event left on a link to a topic, by its sender's number and the topic.
    sent: BTreeMap<(Serial, u16), Time>,
    /// The root of each message, and its latest publication (what is sent twice has one number).
    messages: BTreeMap<MessageId, (Option<Serial>, usize)>,
    /// The latest delivery of each message to each subscription.
    deliveries: BTreeMap<(MessageId, u16), Serial>,
    /// The latest chain of each business key.
    keys: BTreeMap<Key, Serial>,
    /// The latest attempt of each call that was tried again.
    attempts: BTreeMap<Serial, Serial>,
    calls: Calls,
}

impl Gathering<'_> {
    fn take(&mut self, what: &What) {
        match *what {
            What::Issued { request, client } => {
                if self.now < self.window.to {
                    let operation = self.plan.clients[client as usize].operation;
                    self.begin(request, Cause::Client(client), operation, None);
                }
            }
            What::Called {
                request,
                parent,
                operation,
                role,
            } => {
                let begun = match parent {
                    0 if self.now >= self.window.to => None,
                    0 => self.begin(request, Cause::Repair, operation, None),
                    _ => self.begin_below(parent, request, Cause::Request(parent), operation),
                };
                if let Some(call) = begun {
                    call.role = role;
                }
            }
            What::Retried {
                request,
                of,
                operation,
                attempt,
                ..
            } => {
                self.last_attempt_ends(of, Outcome::TimedOut);
                if let Some((cause, role)) = self.of(of).map(|it| (it.cause, it.role))
                    && let Some(call) = self.begin_below(of, request, cause, operation)
                {
                    (call.first, call.attempt, call.role) = (of, attempt, role);
                    self.attempts.insert(of, request);
                }
            }
            What::Delivered {
                message,
                subscription,
                key,
                request,
                attempt,
            } => {
                let Some((root, publication)) = self.messages.get(&message).copied() else {
                    return;
                };
                let cause = Cause::Message {
                    message,
                    subscription,
                    publication,
                };
                let operation = self.plan.subscriptions[subscription as usize].operation;
                self.deliveries.insert((message, subscription), request);
                if let Some(call) = self.begin(request, cause, operation, root) {
                    (call.attempt, call.key) = (u32::from(attempt), Some(key));
                }
            }
            What::Published {
                message,
                topic,
                key,
                by,
                ..
            } => self.published(message, topic, key, by),
            What::Hop {
                request,
                link,
                message,
                arrives,
                lost,
                ..
            } => self.hop(request, link, message, arrives, lost),
            What::Returned {
                message,
                subscription,
                why,
                ..
            } => {
                let outcome = match why {
                    Return::Failed => Outcome::Failed,
                    Return::Deadline => Outcome::TimedOut,
                    Return::Broken => Outcome::Broken,
                };
                let now = self.now;
                if let Some(serial) = self.deliveries.get(&(message, subscription)).copied() {
                    self.with(serial, |call| call.end(now, outcome));
                }
            }
            What::Answered {
                request, outcome, ..
            }
            | What::Settled {
                request, outcome, ..
            } => {
                let now = self.now;
                self.last_attempt_ends(request, outcome);
                self.with(request, |call| call.end(now, outcome));
            }
            ref of_one => self.goes_on(of_one),
        }
    }

    /// What happens to a request that has begun.
    fn goes_on(&mut self, what: &What) {
        let now = self.now;
        match *what {
            What::Keyed { request, key } => {
                if let Some(root) = self.calls.roots.get(&request) {
                    self.keys.insert(key, *root);
                }
                self.with(request, |call| call.key = Some(key));
            }
            What::Queued { request, .. } => self.with(request, |call| call.queued = Some(now)),
            What::Started {
                request, instance, ..
            } => self.with(request, |call| {
                call.work = Some(Work {
                    instance,
                    began: now,
                    ended: None,
                    outcome: Outcome::Ok,
                });
            }),
            What::Finished {
                request, outcome, ..
            } => self.with(request, |call| {
                if let Some(work) = &mut call.work {
                    (work.ended, work.outcome) = (Some(now), outcome);
                }
            }),
            What::TurnedAway {
                request, outcome, ..
            } => self.with(request, |call| call.outcome = outcome),
            What::CallNotPermitted { request, .. } => {
                self.with(request, |call| call.end(now, Outcome::NotPermitted));
            }
            What::LateResponse { request, .. } => self.with(request, |call| call.too_late = true),
            _ => {}
        }
    }

    fn of(&self, serial: Serial) -> Option<&Call> {
        self.calls.calls.get(&serial)
    }

    fn with(&mut self, serial: Serial, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.calls.get_mut(&serial) {
            change(call);
        }
    }

    /// A request begins for another one, if that is known.
    fn begin_below(
        &mut self,
        of: Serial,
        serial: Serial,
        cause: Cause,
        operation: u16,
    ) -> Option<&mut Call> {
        let root = *self.calls.roots.get(&of)?;
        self.begin(serial, cause, operation, Some(root))
    }

    /// A request begins, at the beginning of a chain or below this root.
    fn begin(
        &mut self,
        serial: Serial,
        cause: Cause,
        operation: u16,
        root: Option<Serial>,
    ) -> Option<&mut Call> {
        let root = root.unwrap_or(serial);
        if self.calls.calls.len() >= self.most {
            self.calls.left_out += 1;
            return None;
        }
        self.calls.roots.insert(serial, root);
        let call = Call {
            serial,
            cause,
            first: serial,
            attempt: 1,
            operation,
            role: Role::Plain,
            key: None,
            began: self.now,
            ended: None,
            outcome: Outcome::Ok,
            queued: None,
            work: None,
            request_lost: false,
            answer_lost: false,
            too_late: false,
        };
        Some(self.calls.calls.entry(serial).or_insert(call))
    }

    fn published(&mut self, message: MessageId, topic: u16, key: Key, by: Serial) {
        let root = if by == 0 {
            self.keys.get(&key).copied()
        } else {
            let Some(root) = self.calls.roots.get(&by) else {
                return;
            };
            Some(*root)
        };
        let Some(service) = self.publisher(by, topic) else {
            return;
        };
        if root.is_none() && self.now >= self.window.to {
            return;
        }
        let place = self.calls.publications.len();
        let known = self.messages.entry(message).or_insert((root, place));
        known.1 = place;
        let left = self.sent.get(&(by, topic)).copied();
        self.calls.publications.push(Publication {
            message,
            topic,
            service,
            by: (by != 0).then_some(by),
            root,
            key,
            left: left.unwrap_or(self.now),
            arrived: self.now,
        });
    }

    /// The service from which an event comes: that of the request, or of a relay of the topic.
    fn publisher(&self, by: Serial, topic: u16) -> Option<u16> {
        if let Some(call) = self.of(by) {
            return Some(self.plan.operations[call.operation as usize].service);
        }
        let mut links = self.plan.links.iter();
        links.find_map(|link| match (link.from, link.to) {
            (End::Service(service), End::Topic(to)) if to == topic => Some(service),
            _ => None,
        })
    }

    /// Nobody tells how a later attempt ends; it ends with its answer, with the next attempt, or with the whole call.
    fn last_attempt_ends(&mut self, first: Serial, outcome: Outcome) {
        let now = self.now;
        if let Some(last) = self.attempts.get(&first).copied() {
            self.with(last, |call| {
                if call.ended.is_none_or(|ended| ended > now) {
                    call.end(now, outcome);
                }
            });
        }
    }

    fn hop(&mut self, request: Serial, link: u16, message: Message, arrives: Time, lost: bool) {
        if let End::Topic(topic) = self.plan.links[link as usize].to {
            // Not the request itself: an event that it publishes.
            if message == Message::Request {
                self.sent.insert((request, topic), self.now);
            }
            return;
        }
        self.with(request, |call| match message {
            Message::Request => call.request_lost = lost,
            Message::Answer(outcome) => {
                call.answer_lost = lost;
                let tells =
                    call.serial == call.first && !matches!(call.cause, Cause::Message { .. });
                if !lost && !tells && call.ended.is_none() {
                    call.end(arrives, outcome);
                }
            }
        });
    }
}

impl Call {
    fn end(&mut self, at: Time, outcome: Outcome) {
        (self.ended, self.outcome) = (Some(at), outcome);
    }
}
