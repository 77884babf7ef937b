//! The message bus: queues of subscriptions, deliveries, acknowledgements - at least once, and no better than its broker.
//!
//! A delivery is a request from the topic to the consumer's service: it takes a worker there like any other, and its
//! answer is the acknowledgement. The broker knows nothing of the consumer but that.

use super::Simulation;
use super::affairs::Carried;
use super::event::Event;
use super::index::Index;
use super::limits::{Limit, MESSAGES_MAX};
use super::request::{Caller, GENERATION_BITS, RequestId};
use super::trace::{Key, MessageId, Observe, Outcome, Return, What};
use crate::random::Stream;
use crate::scenario::Order;
use crate::time::{Span, Time};
use std::collections::VecDeque;

/// Messages that a subscription remembers as known, at most; the oldest are forgotten first.
const REMEMBERED_MAX: usize = 200_000;

/// A message in one subscription's queue.
#[derive(Clone, Copy, Debug)]
struct Entry {
    generation: u32,
    subscription: u16,
    key: Key,
    carried: Carried,
    /// When the broker took it in.
    published_at: Time,
    /// Deliveries begun.
    attempt: u16,
    /// Deliveries that count towards the limit.
    counted: u16,
    state: State,
    /// The delivery in hand.
    request: Option<RequestId>,
    /// When its acknowledgement is due.
    due: Time,
    /// Its number in the queue, by which it comes back to its place.
    number: u64,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nowhere: the place is free.
    Free,
    /// In its queue.
    Ready,
    /// Waiting until it may be delivered again.
    Delayed,
    /// With a consumer.
    InHand,
    /// Set aside.
    Dead,
}

/// The queue of a subscription.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    ready: VecDeque<u32>,
    /// For an order by key: what waits behind the first of each key.
    lines: Index<Key, VecDeque<u32>>,
    dead: VecDeque<u32>,
    in_hand: u32,
    delayed: u32,
    /// What waits behind others of its key.
    behind: u32,
    /// Messages that the consumer knows, with the time it learned of them.
    known: Index<MessageId, Time>,
    /// How many have stood in line.
    stood: u64,
}

/// What a subscription's queue looks like at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueState {
    /// Messages that could be delivered now, or wait behind others of their key.
    pub queued: u32,
    /// Messages that wait until they may be delivered again.
    pub delayed: u32,
    /// Messages with a consumer.
    pub in_hand: u32,
    /// Messages that may be in hand at once.
    pub consumers: u32,
    /// Dead letters.
    pub dead: u32,
}

/// A topic at run time.
#[derive(Clone, Debug)]
pub struct Topic {
    /// How many faults keep the broker from answering.
    pub down: u32,
    /// Messages that faults will deliver twice.
    pub duplicate_next: u32,
    /// Luck of duplicates.
    duplicates: Stream,
    /// Messages that the broker remembers, with the time of their publishing.
    published: Index<MessageId, Time>,
}

/// The message bus at run time.
#[derive(Clone, Debug)]
pub struct Bus {
    /// Topics.
    pub topics: Vec<Topic>,
    queues: Vec<Queue>,
    entries: Vec<Entry>,
    free: Vec<u32>,
    /// The number of the last message.
    pub last_message: MessageId,
}

impl Bus {
    /// A bus with nothing on it.
    pub fn new(plan: &super::Plan, seed: u64) -> Bus {
        Bus {
            topics: plan
                .topics
                .iter()
                .map(|topic| Topic {
                    down: 0,
                    duplicate_next: 0,
                    duplicates: Stream::new(seed, &format!("duplicates/{}", topic.name)),
                    published: Index::default(),
                })
                .collect(),
            queues: vec![Queue::default(); plan.subscriptions.len()],
            entries: Vec::new(),
            free: Vec::new(),
            last_message: 0,
        }
    }

    /// Messages in queues.
    pub fn messages(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    fn insert(&mut self, entry: Entry) -> u32 {
        match self.free.pop() {
            Some(place) => {
                let generation = self.entries[place as usize].generation;
                self.entries[place as usize] = Entry {
                    generation,
                    ..entry
                };
                place
            }
            None => {
                self.entries.push(entry);
                self.entries.len() as u32 - 1
            }
        }
    }

    fn id(&self, place: u32) -> RequestId {
        RequestId::new(place, self.entries[place as usize].generation)
    }

    fn get(&self, id: RequestId) -> Option<&Entry> {
        let entry = self.entries.get(id.index())?;
        (entry.generation == id.generation() && entry.state != State::Free).then_some(entry)
    }

    /// A message that comes back stands where it stood: before all that came later.
    fn stands_where_it_stood(&mut self, place: u32) {
        let entry = &mut self.entries[place as usize];
        entry.state = State::Ready;
        let (subscription, number) = (entry.subscription, entry.number);
        let entries = &self.entries;
        let ready = &mut self.queues[subscription as usize].ready;
        let later = |other: &u32| entries[*other as usize].number > number;
        let at = ready.iter().position(later).unwrap_or(ready.len());
        ready.insert(at, place);
    }

    fn remove(&mut self, place: u32) {
        let entry = &mut self.entries[place as usize];
        entry.generation = (entry.generation + 1) % (1 << GENERATION_BITS);
        entry.state = State::Free;
        entry.request = None;
        self.free.push(place);
    }
}

impl<O: Observe> Simulation<O> {
    /// What a subscription's queue looks like at this moment.
    pub fn queue_state(&self, subscription: u16) -> QueueState {
        let queue = &self.world.bus.queues[subscription as usize];
        QueueState {
            queued: queue.ready.len() as u32 + queue.behind,
            delayed: queue.delayed,
            in_hand: queue.in_hand,
            consumers: self.plan.subscriptions[subscription as usize].consumers,
            dead: queue.dead.len() as u32,
        }
    }

    /// Whether the broker answers for a topic.
    pub fn topic_up(&self, topic: u16) -> bool {
        self.world.bus.topics[topic as usize].down == 0
    }

    /// The broker takes a message in, and puts it into the queue of each subscription that wants it. Whether it did.
    pub(super) fn accept(&mut self, topic: u16, key: Key, carried: Carried, by: u64) -> bool {
        let now = self.now;
        let plan = &self.plan.topics[topic as usize];
        let state = &mut self.world.bus.topics[topic as usize];
        if state.down > 0 {
            return false;
        }
        let message = carried.message;
        if let Some(window) = plan.publish_window {
            while let Some((oldest, since)) = state.published.first() {
                if *since + window > now {
                    break;
                }
                state.published.remove(oldest);
            }
            let known = state.published.get(message);
            if known.is_some_and(|since| *since + window > now) {
                // The window goes by the first one: what is ignored does not make it longer.
                self.note(
                    key,
                    What::PublishIgnored {
                        message,
                        topic,
                        key,
                    },
                );
                return true;
            }
        }
        let subscriptions = plan.subscriptions.clone();
        let capacity = plan.capacity as usize;
        let wanted = |simulation: &Self, subscription: u16| {
            let kinds = simulation.plan.subscriptions[subscription as usize].kinds;
            kinds >> carried.kind & 1 == 1
        };
        for subscription in subscriptions.clone() {
            let state = self.queue_state(subscription);
            if wanted(self, subscription) && (state.queued + state.delayed) as usize >= capacity {
                return false;
            }
        }
        if plan.publish_window.is_some() {
            let published = &mut self.world.bus.topics[topic as usize].published;
            published.insert(message, now);
        }
        self.note(
            key,
            What::Published {
                message,
                topic,
                key,
                by,
                after: now.since(carried.made_at),
            },
        );
        for subscription in subscriptions {
            if !wanted(self, subscription) {
                continue;
            }
            self.enqueue(subscription, key, carried, Span::ZERO);
            let state = &mut self.world.bus.topics[topic as usize];
            let plan = &self.plan.topics[topic as usize];
            let caused = state.duplicate_next > 0;
            state.duplicate_next -= u32::from(caused);
            if state.duplicates.chance(plan.duplicates) || caused {
                let after = plan.duplicate_after.sample(&mut state.duplicates);
                self.note(
                    key,
                    What::Duplicated {
                        message,
                        subscription,
                        key,
                    },
                );
                self.enqueue(subscription, key, carried, after);
            }
            self.deliver(subscription);
        }
        true
    }

    /// A message joins a queue, to be delivered after a while.
    fn enqueue(&mut self, subscription: u16, key: Key, carried: Carried, after: Span) {
        if self.world.bus.messages() >= MESSAGES_MAX {
            self.stopped = Some(Limit::Messages);
            return;
        }
        self.affair_begins(key);
        let place = self.world.bus.insert(Entry {
            generation: 0,
            subscription,
            key,
            carried,
            published_at: self.now,
            attempt: 0,
            counted: 0,
            state: State::Delayed,
            request: None,
            due: Time::ZERO,
            number: 0,
        });
        if after > Span::ZERO {
            self.world.bus.queues[subscription as usize].delayed += 1;
            let id = self.world.bus.id(place);
            return self.schedule(after, Event::MessageReady(id));
        }
        self.stands_in_line(place);
    }

    /// A new message stands in line: at the end, or behind those of its key.
    fn stands_in_line(&mut self, place: u32) {
        let bus = &mut self.world.bus;
        let entry = &mut bus.entries[place as usize];
        entry.state = State::Ready;
        let (subscription, key) = (entry.subscription, entry.key);
        let queue = &mut bus.queues[subscription as usize];
        queue.stood += 1;
        entry.number = queue.stood;
        if self.plan.subscriptions[subscription as usize].order == Order::Key {
            if let Some(line) = queue.lines.get_mut(key) {
                line.push_back(place);
                queue.behind += 1;
                return;
            }
            queue.lines.insert(key, VecDeque::new());
        }
        queue.ready.push_back(place);
    }

    /// A message that waited may be delivered.
    pub(super) fn message_ready(&mut self, id: RequestId) {
        let Some(entry) = self.world.bus.get(id) else {
            return;
        };
        let (subscription, first) = (entry.subscription, entry.attempt == 0);
        if entry.state == State::Dead {
            return self.redrive(id.index() as u32);
        }
        if entry.state != State::Delayed {
            return;
        }
        self.world.bus.queues[subscription as usize].delayed -= 1;
        if first {
            self.stands_in_line(id.index() as u32);
        } else {
            self.world.bus.stands_where_it_stood(id.index() as u32);
        }
        self.deliver(subscription);
    }

    /// Delivers what can be delivered.
    pub(super) fn deliver(&mut self, subscription: u16) {
        let plan = &self.plan.subscriptions[subscription as usize];
        let (topic, service, consumers) = (plan.topic, plan.service, plan.consumers);
        let retention = self.plan.topics[topic as usize].retention;
        loop {
            let is_up = self.topic_up(topic)
                && self.world.services[service as usize]
                    .instances
                    .iter()
                    .any(|instance| instance.up());
            let queue = &mut self.world.bus.queues[subscription as usize];
            if !is_up || queue.in_hand >= consumers {
                return;
            }
            let Some(place) = queue.ready.pop_front() else {
                return;
            };
            let entry = &self.world.bus.entries[place as usize];
            let (key, message) = (entry.key, entry.carried.message);
            if retention.is_some_and(|retention| entry.published_at + retention <= self.now) {
                self.note(
                    key,
                    What::Expired {
                        message,
                        subscription,
                        key,
                    },
                );
                self.leaves(place);
                continue;
            }
            self.begin_delivery(place);
        }
    }

    fn begin_delivery(&mut self, place: u32) {
        let id = self.world.bus.id(place);
        let entry = &mut self.world.bus.entries[place as usize];
        entry.state = State::InHand;
        entry.attempt = entry.attempt.saturating_add(1);
        let Entry {
            subscription,
            key,
            carried,
            attempt,
            ..
        } = *entry;
        self.world.bus.queues[subscription as usize].in_hand += 1;
        let plan = &self.plan.subscriptions[subscription as usize];
        let (operation, link) = (plan.operation, plan.link);
        let deadline = plan.rules.deadline(attempt);
        let request = self.new_request(Caller::Delivery(id), operation, link, 1);
        self.keyed(request, Some(key));
        if let Some(work) = self.work(request) {
            work.carried = carried;
        }
        let entry = &mut self.world.bus.entries[place as usize];
        entry.request = Some(request);
        entry.due = self.now + deadline;
        let serial = self.world.requests[request].serial;
        self.note(
            key,
            What::Delivered {
                message: carried.message,
                subscription,
                key,
                request: serial,
                attempt,
            },
        );
        self.schedule(deadline, Event::AckDue(id));
        self.send_delivery(request);
    }

    /// The answer of a delivery reaches the broker: an acknowledgement, or the contrary.
    pub(super) fn delivery_answered(
        &mut self,
        id: RequestId,
        request: RequestId,
        outcome: Outcome,
    ) {
        let Some(entry) = self.world.bus.get(id).copied() else {
            // Another delivery of it was acknowledged before.
            return;
        };
        let Entry {
            subscription,
            key,
            attempt,
            carried: Carried { message, .. },
            ..
        } = entry;
        let plan = &self.plan.subscriptions[subscription as usize];
        if !self.topic_up(plan.topic) {
            // It is lost with the broker; the deadline will pass.
            return;
        }
        let is_latest = entry.request == Some(request);
        match outcome {
            // Who says no because of a business rule has dealt with the message.
            Outcome::Ok | Outcome::Declined => {
                if entry.state == State::Dead {
                    return;
                }
                self.note(
                    key,
                    What::Acked {
                        message,
                        subscription,
                        key,
                        attempt,
                    },
                );
                self.take_out(id.index() as u32);
                self.leaves(id.index() as u32);
            }
            _ if !is_latest || entry.state != State::InHand || !plan.rules.notices => return,
            Outcome::Broken => self.comes_back(id.index() as u32, Return::Broken),
            _ => self.comes_back(id.index() as u32, Return::Failed),
        }
        self.deliver(subscription);
    }

    /// The time for an acknowledgement is over.
    pub(super) fn ack_due(&mut self, id: RequestId) {
        let Some(entry) = self.world.bus.get(id) else {
            return;
        };
        let subscription = entry.subscription;
        // An earlier delivery's deadline is none of this one's.
        if entry.state != State::InHand || entry.due > self.now {
            return;
        }
        self.comes_back(id.index() as u32, Return::Deadline);
        self.deliver(subscription);
    }

    /// A message in whichever list of its queue is taken out of it.
    fn take_out(&mut self, place: u32) {
        let entry = &self.world.bus.entries[place as usize];
        let queue = &mut self.world.bus.queues[entry.subscription as usize];
        match entry.state {
            State::InHand => queue.in_hand -= 1,
            State::Delayed => queue.delayed -= 1,
            State::Ready => queue.ready.retain(|other| *other != place),
            State::Dead => queue.dead.retain(|other| *other != place),
            State::Free => {}
        }
    }

    /// A message leaves its queue for good; the next of its key may follow.
    fn leaves(&mut self, place: u32) {
        let entry = self.world.bus.entries[place as usize];
        self.next_of_key(entry.subscription, entry.key);
        self.world.bus.remove(place);
        self.affair_ends(entry.key);
    }

    fn next_of_key(&mut self, subscription: u16, key: Key) {
        if self.plan.subscriptions[subscription as usize].order != Order::Key {
            return;
        }
        let queue = &mut self.world.bus.queues[subscription as usize];
        match queue.lines.get_mut(key).map(VecDeque::pop_front) {
            Some(Some(next)) => {
                queue.behind -= 1;
                queue.ready.push_back(next);
            }
            Some(None) => drop(queue.lines.remove(key)),
            None => {}
        }
    }

    /// A delivery was not acknowledged: the message goes back, or is set aside.
    fn comes_back(&mut self, place: u32, why: Return) {
        let entry = &mut self.world.bus.entries[place as usize];
        let plan = &self.plan.subscriptions[entry.subscription as usize];
        let rules = &plan.rules;
        let counts = match why {
            Return::Failed => rules.failures_count,
            Return::Deadline => rules.deadlines_count,
            Return::Broken => rules.deaths_count,
        };
        entry.counted = entry.counted.saturating_add(u16::from(counts));
        let Entry {
            subscription,
            key,
            attempt,
            counted,
            carried: Carried { message, .. },
            ..
        } = *entry;
        let rest = match why {
            Return::Deadline => Span::ZERO,
            Return::Broken => rules.rest(attempt).max(rules.death_noticed),
            Return::Failed => rules.rest(attempt),
        };
        let limit = rules.deliveries;
        let (kept, redrive) = (rules.dead_letters, plan.redrive);
        let queue = &mut self.world.bus.queues[subscription as usize];
        queue.in_hand -= 1;
        self.note(
            key,
            What::Returned {
                message,
                subscription,
                key,
                attempt,
                why,
                ready: self.now + rest,
            },
        );
        if limit.is_some_and(|limit| u32::from(counted) >= limit) {
            self.note(
                key,
                What::DeadLettered {
                    message,
                    subscription,
                    key,
                    kept,
                },
            );
            if !kept {
                return self.leaves(place);
            }
            self.next_of_key(subscription, key);
            self.world.bus.entries[place as usize].state = State::Dead;
            self.world.bus.queues[subscription as usize]
                .dead
                .push_back(place);
            if let Some(redrive) = redrive {
                let id = self.world.bus.id(place);
                self.schedule(redrive, Event::MessageReady(id));
            }
            // Nobody is at work on a dead letter.
            return self.affair_ends(key);
        }
        let id = self.world.bus.id(place);
        self.world.bus.entries[place as usize].state = State::Delayed;
        self.world.bus.queues[subscription as usize].delayed += 1;
        // Through the queue, so that a delivery that fails at once does not go round in circles within one event.
        self.schedule(rest, Event::MessageReady(id));
    }

    /// A dead letter is delivered anew, with a clean record.
    fn redrive(&mut self, place: u32) {
        let entry = &mut self.world.bus.entries[place as usize];
        entry.counted = 0;
        let (subscription, key, message) = (entry.subscription, entry.key, entry.carried.message);
        self.take_out(place);
        self.affair_begins(key);
        self.note(
            key,
            What::Redriven {
                message,
                subscription,
                key,
            },
        );
        self.stands_in_line(place);
        self.deliver(subscription);
    }

    /// All dead letters of a subscription are delivered anew.
    pub fn redrive_all(&mut self, subscription: u16) {
        let Some(queue) = self.world.bus.queues.get(subscription as usize) else {
            return;
        };
        let dead: Vec<u32> = queue.dead.iter().copied().collect();
        for place in dead {
            self.redrive(place);
        }
    }

    /// Something that kept deliveries from being made may be over.
    pub(super) fn bus_goes_on(&mut self) {
        for subscription in 0..self.plan.subscriptions.len() {
            self.deliver(subscription as u16);
        }
    }

    /// Whether the consumer knows a message already.
    pub(super) fn knows_message(&self, subscription: u16, message: MessageId) -> bool {
        let window = self.plan.subscriptions[subscription as usize].window;
        let known = &self.world.bus.queues[subscription as usize].known;
        known
            .get(message)
            .is_some_and(|since| window.is_none_or(|window| *since + window > self.now))
    }

    /// The consumer remembers a message.
    pub(super) fn remember_message(&mut self, subscription: u16, message: MessageId) {
        // What it had forgotten it learns anew.
        if self.knows_message(subscription, message) {
            return;
        }
        let known = &mut self.world.bus.queues[subscription as usize].known;
        known.insert(message, self.now);
        if known.len() > REMEMBERED_MAX
            && let Some((oldest, _)) = known.first()
        {
            known.remove(oldest);
        }
    }
}
