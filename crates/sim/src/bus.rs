//! The message bus: queues of subscriptions, deliveries, acknowledgements - at least once, and no better than its broker.
//!
//! A delivery is a request from the topic to the consumer's service: it takes a worker there like any other, and its
//! answer is the acknowledgement. The broker knows nothing of the consumer but that.
//!
//! A consumer is a loop: it fetches a message, works on it, acknowledges it and fetches the next. It is busy until its
//! handler has ended - also beyond the deadline after which the broker takes the message for lost and delivers it anew, and
//! not any longer: who has failed fetches the next one at once, whenever the broker shows the failed one again.

use super::Simulation;
use super::broker::LateAck;
use super::business_keys::EventPayload;
use super::event::Event;
use super::handle::{Handle, Pooled};
use super::index::Index;
use super::limits::{Limit, MESSAGES_MAX};
use super::lineage::Purpose;
use super::plan::NONE;
use super::request::{Caller, RequestId};
use super::trace::{Key, MessageId, Observe, Outcome, Return, What};
use kernel::random::Stream;
use kernel::time::{Span, Time};
use scenario::Order;
use std::collections::VecDeque;

/// Messages that a subscription remembers as known, and a broker as published, at most; the oldest are forgotten first.
const REMEMBERED_MAX: usize = 200_000;

/// A message in one subscription's queue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    subscription: u16,
    key: Key,
    payload: EventPayload,
    /// When the broker took it in.
    published_at: Time,
    /// Deliveries begun.
    deliveries: u32,
    /// Deliveries that count towards the limit.
    counted: u16,
    state: State,
    /// For a message in hand: its place in [`Bus::in_hand`].
    in_hand: u32,
    /// For one that waits (as a dead letter, too): when that is over.
    ready: Time,
    /// Its number in the queue, by which it comes back to its place.
    number: u64,
}

impl Default for Entry {
    /// Stands in a place that has not been used yet.
    fn default() -> Self {
        Entry {
            subscription: 0,
            key: 0,
            payload: EventPayload::default(),
            published_at: Time::ZERO,
            deliveries: 0,
            counted: 0,
            state: State::Delayed,
            in_hand: NONE,
            ready: Time::ZERO,
            number: 0,
        }
    }
}

impl Entry {
    /// The number of its latest delivery, as far as that is counted.
    fn attempt(&self) -> u16 {
        self.deliveries.min(u32::from(u16::MAX)) as u16
    }
}

/// A message in hand, by the broker's account; gone when it is acknowledged or goes back.
#[derive(Clone, Copy, Debug)]
pub struct InHand {
    message: Handle<Entry>,
    /// Whether it never reached the consumer, whose place it takes up all the while.
    lost: bool,
}

impl Default for InHand {
    /// Stands in a place that has not been used yet.
    fn default() -> Self {
        InHand {
            message: Handle::FIRST,
            lost: false,
        }
    }
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
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
    /// Messages in hand, by the broker's account.
    in_hand: u32,
    /// Consumers that work on a message (or have it on its way to them, or its acknowledgement on its way back).
    busy: u32,
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
    /// Messages that consumers work on, which may be beyond the deadline.
    pub in_hand: u32,
    /// Messages in hand by the broker's account: delivered, not acknowledged, and the deadline not over.
    pub unacknowledged: u32,
    /// Messages that may be worked on at once: consumers, times what each takes.
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
    entries: Pooled<Entry>,
    /// Messages whose acknowledgement is due at some time.
    pub(super) in_hand: Pooled<InHand>,
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
            entries: Pooled::default(),
            in_hand: Pooled::default(),
            last_message: 0,
        }
    }

    /// Messages in queues.
    pub fn messages(&self) -> usize {
        self.entries.used()
    }

    /// Whether a message is there and waits for its time.
    pub(super) fn waits(&self, message: Handle<Entry>) -> bool {
        let entry = self.entries.live(message);
        entry.is_some_and(|entry| matches!(entry.state, State::Delayed | State::Dead))
    }

    /// A message that comes back stands where it stood: before all that came later.
    fn stands_where_it_stood(&mut self, place: u32) {
        let entry = &mut self.entries[place];
        entry.state = State::Ready;
        let (subscription, number) = (entry.subscription, entry.number);
        let entries = &self.entries;
        let ready = &mut self.queues[subscription as usize].ready;
        let later = |other: &u32| entries[*other].number > number;
        let at = ready.iter().position(later).unwrap_or(ready.len());
        ready.insert(at, place);
    }
}

impl<O: Observe> Simulation<O> {
    /// What a subscription's queue looks like at this moment.
    pub fn queue_state(&self, subscription: u16) -> QueueState {
        let queue = &self.world.bus.queues[subscription as usize];
        QueueState {
            queued: queue.ready.len() as u32 + queue.behind,
            delayed: queue.delayed,
            in_hand: queue.busy,
            unacknowledged: queue.in_hand,
            consumers: self.plan.subscriptions[subscription as usize].consumers,
            dead: queue.dead.len() as u32,
        }
    }

    /// Whether the broker answers for a topic.
    pub fn topic_up(&self, topic: u16) -> bool {
        self.world.bus.topics[topic as usize].down == 0
    }

    /// The broker takes a message in, and puts it into the queue of each subscription that wants it. Whether it did.
    pub(super) fn accept(&mut self, topic: u16, key: Key, payload: EventPayload, by: u64) -> bool {
        let now = self.now;
        let plan = &self.plan.topics[topic as usize];
        let state = &mut self.world.bus.topics[topic as usize];
        if state.down > 0 {
            return false;
        }
        let message = payload.message;
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
            kinds >> payload.kind & 1 == 1
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
            if published.len() > REMEMBERED_MAX
                && let Some((oldest, _)) = published.first()
            {
                published.remove(oldest);
            }
        }
        self.note(
            key,
            What::Published {
                message,
                topic,
                key,
                by,
                after: now.since(payload.made_at),
            },
        );
        for subscription in subscriptions {
            if !wanted(self, subscription) {
                continue;
            }
            self.enqueue(subscription, key, payload, Span::ZERO);
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
                self.enqueue(subscription, key, payload, after);
            }
            self.deliver(subscription);
        }
        true
    }

    /// A message joins a queue, to be delivered after a while.
    fn enqueue(&mut self, subscription: u16, key: Key, payload: EventPayload, after: Span) {
        if self.world.bus.messages() >= MESSAGES_MAX {
            self.stopped = Some(Limit::Messages);
            return;
        }
        self.business_key_begins(key);
        let message = self.world.bus.entries.put(Entry {
            subscription,
            key,
            payload,
            published_at: self.now,
            ready: self.now + after,
            ..Entry::default()
        });
        if after > Span::ZERO {
            self.world.bus.queues[subscription as usize].delayed += 1;
            return self.schedule(after, Event::MessageReady(message));
        }
        self.stands_in_line(message.place());
    }

    /// A new message stands in line: at the end, or behind those of its key.
    fn stands_in_line(&mut self, place: u32) {
        let bus = &mut self.world.bus;
        let entry = &mut bus.entries[place];
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
    pub(super) fn message_ready(&mut self, message: Handle<Entry>) {
        let Some(entry) = self.world.bus.entries.live(message) else {
            return;
        };
        // A wait that somebody has ended by hand is none of a later one's.
        if entry.ready != self.now {
            return;
        }
        let (subscription, first) = (entry.subscription, entry.deliveries == 0);
        match entry.state {
            State::Delayed => {}
            State::Dead => return self.redrive(message.place()),
            State::Ready | State::InHand => return,
        }
        self.world.bus.queues[subscription as usize].delayed -= 1;
        if first {
            self.stands_in_line(message.place());
        } else {
            self.world.bus.stands_where_it_stood(message.place());
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
            if !is_up || queue.busy >= consumers {
                return;
            }
            let Some(place) = queue.ready.pop_front() else {
                return;
            };
            let entry = &self.world.bus.entries[place];
            let (key, message) = (entry.key, entry.payload.message);
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
        let id = self.world.bus.entries.handle(place);
        let in_hand = self.world.bus.in_hand.put(InHand {
            message: id,
            lost: false,
        });
        let entry = &mut self.world.bus.entries[place];
        entry.state = State::InHand;
        entry.in_hand = in_hand.place();
        entry.deliveries = entry.deliveries.wrapping_add(1);
        let attempt = entry.attempt();
        let Entry {
            subscription,
            key,
            payload,
            deliveries,
            ..
        } = *entry;
        let queue = &mut self.world.bus.queues[subscription as usize];
        queue.in_hand += 1;
        queue.busy += 1;
        let plan = &self.plan.subscriptions[subscription as usize];
        let (operation, link) = (plan.operation, plan.link);
        let deadline = plan.rules.deadline(attempt);
        let caller = Caller::Delivery {
            message: id,
            delivery: deliveries,
            subscription,
        };
        let lineage = payload.lineage.then(Purpose::Delivery, subscription.into());
        let request = self.new_request(caller, operation, link, 1, lineage);
        self.keyed(request, Some(key));
        if let Some(work) = self.work(request) {
            work.payload = payload;
        }
        let serial = self.world.requests[request].serial;
        self.note(
            key,
            What::Delivered {
                message: payload.message,
                subscription,
                key,
                request: serial,
                attempt,
            },
        );
        self.arm(deadline, Event::AckDue(in_hand));
        if self.send_delivery(request) {
            self.world.bus.in_hand[in_hand.place()].lost = true;
        }
    }

    /// The answer of a delivery reaches the broker: an acknowledgement, or the contrary.
    pub(super) fn delivery_answered(
        &mut self,
        request: RequestId,
        message: Handle<Entry>,
        delivery: u32,
        outcome: Outcome,
    ) {
        self.settle_delivery(request, message, delivery, outcome);
        if let Caller::Delivery { subscription, .. } = self.world.requests[request].caller {
            self.consumer_is_free(subscription);
        }
    }

    /// The handler of a delivery has ended: its consumer fetches the next message.
    pub(super) fn consumer_is_free(&mut self, subscription: u16) {
        self.world.bus.queues[subscription as usize].busy -= 1;
        self.deliver(subscription);
    }

    /// What the answer of a delivery does to the message, by the broker's rules.
    fn settle_delivery(
        &mut self,
        request: RequestId,
        message: Handle<Entry>,
        delivery: u32,
        outcome: Outcome,
    ) {
        let Some(entry) = self.world.bus.entries.live(message).copied() else {
            // Another delivery of it was acknowledged before.
            return;
        };
        let (subscription, key) = (entry.subscription, entry.key);
        let plan = &self.plan.subscriptions[subscription as usize];
        if !self.topic_up(plan.topic) {
            // It is lost with the broker; the deadline will pass.
            return;
        }
        let is_latest = entry.deliveries == delivery;
        let in_time = is_latest && entry.state == State::InHand;
        match outcome {
            // Who says no because of a business rule has dealt with the message.
            Outcome::Ok | Outcome::Declined => {
                let counts = match plan.rules.late_ack {
                    LateAck::Counts => entry.state != State::Dead,
                    LateAck::UnlessReceivedAnew => is_latest && entry.state != State::Dead,
                    LateAck::Refused => in_time,
                };
                if !counts {
                    let what = What::AckRefused {
                        message: entry.payload.message,
                        subscription,
                        key,
                        request: self.world.requests[request].serial,
                        attempt: delivery.min(u32::from(u16::MAX)) as u16,
                    };
                    return self.note(key, what);
                }
                self.note(
                    key,
                    What::Acked {
                        message: entry.payload.message,
                        subscription,
                        key,
                        attempt: entry.attempt(),
                    },
                );
                self.take_out(message.place());
                self.leaves(message.place());
            }
            _ if !in_time => {}
            Outcome::Broken if plan.rules.death_noticed.is_some() => {
                self.comes_back(message.place(), Return::Broken);
            }
            Outcome::Broken => {}
            _ if plan.rules.supports_nack || plan.rules.extends => {
                self.comes_back(message.place(), Return::Failed);
            }
            _ => {}
        }
    }

    /// The time for an acknowledgement is over.
    pub(super) fn ack_due(&mut self, in_hand: Handle<InHand>) {
        let Some(InHand { message, .. }) = self.world.bus.in_hand.live(in_hand).copied() else {
            return;
        };
        let subscription = self.world.bus.entries[message.place()].subscription;
        self.comes_back(message.place(), Return::Deadline);
        self.deliver(subscription);
    }

    /// A message in hand is so no more.
    fn out_of_hand(&mut self, place: u32) {
        let bus = &mut self.world.bus;
        let entry = &mut bus.entries[place];
        let in_hand = std::mem::replace(&mut entry.in_hand, NONE);
        let queue = &mut bus.queues[entry.subscription as usize];
        queue.in_hand -= 1;
        queue.busy -= u32::from(bus.in_hand[in_hand].lost);
        bus.in_hand.give_back(in_hand);
    }

    /// A message in whichever list of its queue is taken out of it.
    fn take_out(&mut self, place: u32) {
        let entry = &self.world.bus.entries[place];
        let queue = &mut self.world.bus.queues[entry.subscription as usize];
        match entry.state {
            State::InHand => self.out_of_hand(place),
            State::Delayed => queue.delayed -= 1,
            State::Ready => queue.ready.retain(|other| *other != place),
            State::Dead => queue.dead.retain(|other| *other != place),
        }
    }

    /// A message leaves its queue for good; the next of its key may follow.
    fn leaves(&mut self, place: u32) {
        let entry = self.world.bus.entries[place];
        self.next_of_key(entry.subscription, entry.key);
        self.world.bus.entries.give_back(place);
        self.business_key_ends(entry.key);
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
        self.out_of_hand(place);
        let entry = &mut self.world.bus.entries[place];
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
            counted,
            payload: EventPayload { message, .. },
            ..
        } = *entry;
        let attempt = entry.attempt();
        let rest = match why {
            Return::Deadline => Span::ZERO,
            Return::Broken => {
                let noticed = rules.death_noticed.unwrap_or_default();
                rules.redelivery_delay(attempt).max(noticed)
            }
            Return::Failed => rules.redelivery_delay(attempt),
        };
        let limit = rules.deliveries;
        let (kept, redrive) = (rules.dead_letters, plan.redrive);
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
            self.world.bus.entries[place].state = State::Dead;
            self.world.bus.queues[subscription as usize]
                .dead
                .push_back(place);
            if let Some(redrive) = redrive {
                self.ready_after(place, redrive);
            }
            // Nobody is at work on a dead letter.
            return self.business_key_ends(key);
        }
        self.world.bus.entries[place].state = State::Delayed;
        self.world.bus.queues[subscription as usize].delayed += 1;
        self.ready_after(place, rest);
    }

    /// A message can be delivered (again) after a while.
    fn ready_after(&mut self, place: u32, rest: Span) {
        let ready = self.now + rest;
        self.world.bus.entries[place].ready = ready;
        let event = Event::MessageReady(self.world.bus.entries.handle(place));
        if rest > Span::ZERO {
            return self.arm(rest, event);
        }
        // Through the queue, so that a delivery that fails at once does not go round in circles within one event.
        self.schedule(rest, event);
    }

    /// A dead letter is delivered anew, with a clean record.
    fn redrive(&mut self, place: u32) {
        let entry = &mut self.world.bus.entries[place];
        entry.counted = 0;
        let (subscription, key, message) = (entry.subscription, entry.key, entry.payload.message);
        self.take_out(place);
        self.business_key_begins(key);
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
