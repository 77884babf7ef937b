//! How events leave: by the worker that did the work, or by a relay that reads an outbox or the database's log.

use super::Simulation;
use super::business_keys::EventPayload;
use super::calls::Direction;
use super::event::Event;
use super::handle::{Handle, Pooled};
use super::limits::{Limit, MESSAGES_MAX};
use super::lineage::Purpose;
use super::plan::{Instruction, NONE};
use super::pool::User;
use super::request::{Group, RequestId, Stage};
use super::trace::{Key, Message, Observe, Outcome, What};
use super::transactions::Publishable;
use kernel::time::Span;
use std::collections::VecDeque;

/// Somebody who publishes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Publisher {
    /// A request, whose worker waits.
    Request(RequestId),
    /// A relay.
    Relay(u16),
    /// Nobody waits for it (any more).
    #[default]
    Nobody,
}

/// An event on its way to the broker, until its publisher has a confirmation or has given up, and nothing of it travels
/// any more: what was sent arrives, also when nobody waits for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Publishing {
    publisher: Publisher,
    topic: u16,
    link: u16,
    key: Key,
    payload: EventPayload,
    serial: u64,
    attempts: u32,
    /// Messages on their way to the broker.
    travelling: u32,
}

/// All that is being published.
pub type Publishings = Pooled<Publishing>;

/// A row of an outbox (or an entry of the log).
#[derive(Clone, Copy, Debug)]
struct Row {
    key: Key,
    payload: EventPayload,
}

/// A relay at run time.
#[derive(Clone, Debug, Default)]
pub struct Relay {
    rows: VecDeque<Row>,
    doing: Doing,
    /// Rows of the batch at hand, and how many of them have been sent.
    batch: u32,
    sent: u32,
    /// How likely it dies after each event.
    pub death: f64,
}

/// What a relay is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Doing {
    /// It rests.
    #[default]
    Nothing,
    /// It reads its batch.
    Reads,
    /// It sends.
    Sends,
    /// It marks what it has sent.
    Marks,
    /// It is dead, until it has been started again.
    Dead,
}

impl Relay {
    /// Events that have not been marked as sent.
    pub fn waiting(&self) -> usize {
        self.rows.len()
    }
}

impl<O: Observe> Simulation<O> {
    /// What an event will carry: the number of a new message, and the record it is about.
    fn new_message(
        &mut self,
        transaction: Option<u32>,
        topic: u16,
        key: Key,
        event: Publishable,
        changed: u8,
    ) -> EventPayload {
        self.world.bus.last_message += 1;
        EventPayload {
            message: self.world.bus.last_message,
            kind: event.kind,
            lineage: event.lineage,
            made_at: self.now,
            ..self.snapshot(transaction, event.of, key, changed, topic)
        }
    }

    /// A request's next instruction is to publish.
    pub(super) fn publish_step(&mut self, id: RequestId) {
        let Instruction::Publish {
            topic,
            link,
            relay,
            of,
            kind,
            after_commit,
        } = self.plan.code[self.world.requests[id].pc as usize]
        else {
            return;
        };
        let request = &self.world.requests[id];
        let event = Publishable {
            of,
            kind,
            lineage: request.draw(&self.plan, Purpose::Event),
        };
        let transaction = self.transaction_of(id);
        let Some(work) = self.work(id).copied() else {
            return self.finish(id, Outcome::Failed);
        };
        if relay != NONE {
            if let Some(place) = transaction {
                let events = &mut self.world.transactions[place].events;
                events.push((relay as u16, event));
            }
            return self.goes_on(id);
        }
        let by = self.plan.topics[topic as usize].by;
        if !after_commit && by == scenario::PublishBy::AfterCommit {
            return self.goes_on(id);
        }
        let changed = match transaction {
            Some(place) => {
                let writes = self.world.transactions[place].writes.iter();
                writes
                    .filter(|write| write.row == work.key)
                    .fold(0, |bits, write| bits | write.changed)
            }
            None => work.changed,
        };
        let payload = self.new_message(transaction, topic, work.key, event, changed);
        let serial = self.world.requests[id].serial;
        let confirms = self.plan.topics[topic as usize].confirms;
        let publishing = self.world.publishings.put(Publishing {
            publisher: if confirms {
                Publisher::Request(id)
            } else {
                Publisher::Nobody
            },
            topic,
            link,
            key: work.key,
            payload,
            serial,
            ..Publishing::default()
        });
        self.business_key_begins(work.key);
        if confirms {
            self.begin_group(id, Group::Publish);
            if let Some(work) = self.work(id) {
                work.publishing = publishing.place();
            }
        }
        self.send_message(publishing);
        if confirms {
            let root = self.world.requests[id].root;
            self.task_blocks(root);
        } else {
            self.goes_on(id);
        }
    }

    fn goes_on(&mut self, id: RequestId) {
        self.world.requests[id].pc += 1;
        self.run(id);
    }

    /// An event is published for a reconciliation; nobody waits for it.
    pub(super) fn publish_anew(&mut self, topic: u16, link: u16, key: Key, of: u32) {
        let event = Publishable {
            of,
            kind: 0,
            lineage: self.repair_lineage(key, of),
        };
        let payload = self.new_message(None, topic, key, event, u8::MAX);
        let publishing = self.world.publishings.put(Publishing {
            topic,
            link,
            key,
            payload,
            ..Publishing::default()
        });
        self.business_key_begins(key);
        self.send_message(publishing);
    }

    /// An event leaves for the broker.
    fn send_message(&mut self, id: Handle<Publishing>) {
        let publishing = &mut self.world.publishings[id.place()];
        publishing.attempts += 1;
        let Publishing {
            publisher,
            topic,
            link,
            serial,
            ..
        } = *publishing;
        if self.world.publishings.used() > MESSAGES_MAX {
            self.stopped = Some(Limit::Messages);
        }
        let (arrives, lost) = self.transit(link, Direction::Request);
        self.message_hop(link, serial, Message::Request, arrives, lost);
        if !lost {
            self.world.publishings[id.place()].travelling += 1;
            self.at(arrives, Event::MessageArrives(id));
        }
        match publisher {
            Publisher::Nobody => self.over_if_done(id),
            Publisher::Request(_) | Publisher::Relay(_) => {
                let timeout = self.plan.topics[topic as usize].timeout;
                self.arm(timeout, Event::PublishGivesUp(id));
            }
        }
    }

    fn message_hop(
        &mut self,
        link: u16,
        request: u64,
        message: Message,
        arrives: kernel::time::Time,
        lost: bool,
    ) {
        self.record(What::Hop {
            request,
            link,
            message,
            from_instance: 0,
            to_instance: 0,
            arrives,
            lost,
            keys: 1,
        });
    }

    /// What is published reaches the broker, which confirms it - or cannot.
    pub(super) fn message_arrives(&mut self, id: Handle<Publishing>) {
        let Some(publishing) = self.world.publishings.live_mut(id) else {
            return;
        };
        publishing.travelling -= 1;
        let it = *publishing;
        let accepted = self.accept(it.topic, it.key, it.payload, it.serial);
        if it.publisher == Publisher::Nobody {
            if !accepted {
                self.publish_failed(&it);
            }
            return self.over_if_done(id);
        }
        if !accepted {
            // A broker that is down says nothing; one that is full says no. Either way there is no confirmation.
            return;
        }
        let (arrives, lost) = self.transit(it.link, Direction::Answer);
        self.message_hop(
            it.link,
            it.serial,
            Message::Answer(Outcome::Ok),
            arrives,
            lost,
        );
        if !lost {
            self.at(arrives, Event::ConfirmArrives(id));
        }
    }

    fn publish_failed(&mut self, it: &Publishing) {
        self.note(
            it.key,
            What::PublishFailed {
                topic: it.topic,
                key: it.key,
                by: it.serial,
            },
        );
    }

    /// A confirmation reaches its publisher.
    pub(super) fn confirm_arrives(&mut self, id: Handle<Publishing>) {
        let Some(publisher) = self.nobody_waits_for(id) else {
            return;
        };
        match publisher {
            Publisher::Request(request) => self.published(request, Outcome::Ok),
            Publisher::Relay(relay) => self.relay_has_sent(relay),
            Publisher::Nobody => {}
        }
    }

    /// A publisher has waited long enough for a confirmation.
    pub(super) fn publish_gives_up(&mut self, id: Handle<Publishing>) {
        let Some(it) = self.world.publishings.live(id).copied() else {
            return;
        };
        match it.publisher {
            Publisher::Request(request) => {
                let attempts = self.plan.topics[it.topic as usize].attempts;
                if it.attempts < attempts {
                    // The same message once more. What may still arrive of the attempt before counts as well.
                    return self.send_message(id);
                }
                self.publish_failed(&it);
                self.nobody_waits_for(id);
                self.published(request, Outcome::TimedOut);
            }
            Publisher::Relay(_) => {
                self.publish_failed(&it);
                self.send_message(id);
            }
            Publisher::Nobody => {}
        }
    }

    /// Whoever waited for a confirmation does so no more; who it was.
    fn nobody_waits_for(&mut self, id: Handle<Publishing>) -> Option<Publisher> {
        let publishing = self.world.publishings.live_mut(id)?;
        let publisher = std::mem::take(&mut publishing.publisher);
        if let Publisher::Request(request) = publisher
            && let Some(work) = self.work(request)
        {
            work.publishing = NONE;
        }
        self.over_if_done(id);
        Some(publisher)
    }

    /// A request whose event was published goes on, or fails.
    fn published(&mut self, id: RequestId, outcome: Outcome) {
        let Some(request) = self.world.requests.get_mut(id) else {
            return;
        };
        if request.stage != Stage::Waiting || request.group != Group::Publish {
            return;
        }
        request.group = Group::None;
        request.stage = Stage::Working;
        let root = request.root;
        self.task_resumes(root);
        if outcome == Outcome::Ok {
            self.goes_on(id);
        } else {
            self.finish(id, Outcome::Failed);
        }
    }

    /// A request that publishes has died: nobody waits for the confirmation.
    pub(super) fn stop_publishing(&mut self, id: RequestId) {
        let Some(work) = self.work(id) else {
            return;
        };
        let place = std::mem::replace(&mut work.publishing, NONE);
        if place != NONE {
            // The message itself is on its way.
            self.world.publishings[place].publisher = Publisher::Nobody;
            self.over_if_done(self.world.publishings.handle(place));
        }
    }

    /// An event that nobody waits for and of which nothing travels is done with.
    fn over_if_done(&mut self, id: Handle<Publishing>) {
        let it = &self.world.publishings[id.place()];
        if it.publisher == Publisher::Nobody && it.travelling == 0 {
            let key = it.key;
            self.world.publishings.give_back(id.place());
            self.business_key_ends(key);
        }
    }

    // ---- relays ----

    /// Relays begin to look at their outboxes.
    pub(super) fn relays_begin(&mut self) {
        for (relay, plan) in (0..).zip(&self.plan.relays) {
            if !plan.log {
                self.queue
                    .push(self.now + plan.interval, Event::RelayPolls(relay).into());
            }
        }
    }

    /// A commit puts an event into an outbox, or into the log.
    pub(super) fn put_into_outbox(
        &mut self,
        relay: u16,
        key: Key,
        event: Publishable,
        changed: u8,
    ) {
        let plan = &self.plan.relays[relay as usize];
        let (topic, log, interval) = (plan.topic, plan.log, plan.interval);
        let payload = self.new_message(None, topic, key, event, changed);
        self.business_key_begins(key);
        let state = &mut self.world.relays[relay as usize];
        state.rows.push_back(Row { key, payload });
        if state.rows.len() > MESSAGES_MAX {
            self.stopped = Some(Limit::Messages);
        }
        if log && self.world.relays[relay as usize].doing == Doing::Nothing {
            self.world.relays[relay as usize].doing = Doing::Reads;
            self.schedule(interval, Event::RelayGoesOn(relay));
        }
    }

    fn relay_is_up(&self, relay: u16) -> bool {
        let plan = &self.plan.relays[relay as usize];
        let service = &self.world.services[plan.service as usize];
        service.instances.iter().any(|instance| instance.up())
            && self.world.stores[plan.store as usize].pool.down == 0
    }

    /// A relay looks at its outbox.
    pub(super) fn relay_polls(&mut self, relay: u16) {
        let plan = &self.plan.relays[relay as usize];
        let (interval, store) = (plan.interval, plan.store);
        self.schedule(interval, Event::RelayPolls(relay));
        let state = &self.world.relays[relay as usize];
        if state.doing != Doing::Nothing || state.rows.is_empty() || !self.relay_is_up(relay) {
            return;
        }
        self.world.relays[relay as usize].doing = Doing::Reads;
        let holds = self.query_time(store, 1);
        self.connection(store, User::Relay(relay), holds);
    }

    /// A relay has read, has marked, or has been started again.
    pub(super) fn relay_goes_on(&mut self, relay: u16) {
        let plan = &self.plan.relays[relay as usize];
        let (store, log, batch) = (plan.store, plan.log, plan.batch);
        match self.world.relays[relay as usize].doing {
            Doing::Reads => {
                if !log {
                    self.return_connection(store);
                }
                let state = &mut self.world.relays[relay as usize];
                state.batch = (state.rows.len() as u32).min(batch);
                state.sent = 0;
                state.doing = Doing::Sends;
                self.relay_sends(relay);
            }
            Doing::Marks => {
                self.return_connection(store);
                self.relay_has_marked(relay);
            }
            Doing::Dead => {
                self.world.relays[relay as usize].doing = Doing::Nothing;
                self.relay_continues(relay);
            }
            Doing::Nothing | Doing::Sends => {}
        }
    }

    /// A relay sends the next event of its batch, or marks what it has sent.
    fn relay_sends(&mut self, relay: u16) {
        let plan = &self.plan.relays[relay as usize];
        let (topic, link, store, log) = (plan.topic, plan.link, plan.store, plan.log);
        // A loop: without confirmations it sends one after the other, and a batch may be long.
        loop {
            let state = &self.world.relays[relay as usize];
            if state.sent >= state.batch {
                break;
            }
            let Row { key, payload } = state.rows[state.sent as usize];
            let confirms = self.plan.topics[topic as usize].confirms;
            let publishing = self.world.publishings.put(Publishing {
                publisher: if confirms {
                    Publisher::Relay(relay)
                } else {
                    Publisher::Nobody
                },
                topic,
                link,
                key,
                payload,
                ..Publishing::default()
            });
            self.business_key_begins(key);
            self.send_message(publishing);
            if confirms || !self.relay_lives(relay) {
                return;
            }
        }
        if self.world.relays[relay as usize].batch == 0 {
            self.world.relays[relay as usize].doing = Doing::Nothing;
            return;
        }
        if log {
            return self.relay_has_marked(relay);
        }
        self.world.relays[relay as usize].doing = Doing::Marks;
        let time = self.plan.stores[store as usize].write_time;
        let holds = time.sample(&mut self.world.stores[store as usize].write);
        self.connection(store, User::Relay(relay), holds);
    }

    /// A confirmation says that a relay's event has been sent.
    fn relay_has_sent(&mut self, relay: u16) {
        if self.world.relays[relay as usize].doing == Doing::Sends && self.relay_lives(relay) {
            self.relay_sends(relay);
        }
    }

    /// A relay has sent an event - and may die before it marks it. Whether it lives.
    fn relay_lives(&mut self, relay: u16) -> bool {
        let state = &mut self.world.relays[relay as usize];
        state.sent += 1;
        let death = state.death;
        // It lives in its service, and dies with it.
        let dies = self.world.relay_rng[relay as usize].chance(death) || !self.relay_is_up(relay);
        if dies {
            self.relay_dies(relay);
        }
        !dies
    }

    /// A relay dies; what it has not marked it will send once more.
    fn relay_dies(&mut self, relay: u16) {
        let state = &mut self.world.relays[relay as usize];
        let again = state.sent;
        state.doing = Doing::Dead;
        state.sent = 0;
        self.record(What::RelayDied { relay, again });
        let restart = self.plan.relays[relay as usize].restart;
        self.schedule(restart, Event::RelayGoesOn(relay));
    }

    /// What a relay has sent is marked.
    fn relay_has_marked(&mut self, relay: u16) {
        let state = &mut self.world.relays[relay as usize];
        let sent = state.sent;
        state.doing = Doing::Nothing;
        for _ in 0..sent {
            if let Some(row) = self.world.relays[relay as usize].rows.pop_front() {
                self.business_key_ends(row.key);
            }
        }
        self.relay_continues(relay);
    }

    /// A relay that has more to do goes on at once.
    fn relay_continues(&mut self, relay: u16) {
        let plan = &self.plan.relays[relay as usize];
        let (log, store, batch) = (plan.log, plan.store, plan.batch);
        let state = &self.world.relays[relay as usize];
        let full = state.rows.len() >= batch as usize && batch > 0;
        if state.rows.is_empty() || !self.relay_is_up(relay) {
            return;
        }
        if log {
            self.world.relays[relay as usize].doing = Doing::Reads;
            self.schedule(Span::ZERO, Event::RelayGoesOn(relay));
        } else if full {
            self.world.relays[relay as usize].doing = Doing::Reads;
            let holds = self.query_time(store, 1);
            self.connection(store, User::Relay(relay), holds);
        }
    }

    /// A relay's connection is not to be had: the store is down.
    pub(super) fn relay_unwanted(&mut self, relay: u16) {
        let state = &mut self.world.relays[relay as usize];
        state.doing = Doing::Nothing;
        state.sent = 0;
    }

    /// Something that kept relays from working may be over.
    pub(super) fn relays_go_on(&mut self) {
        for relay in 0..self.plan.relays.len() as u16 {
            if self.plan.relays[relay as usize].log
                && self.world.relays[relay as usize].doing == Doing::Nothing
            {
                self.relay_continues(relay);
            }
        }
    }

    /// Events that wait in an outbox, or in the log.
    pub fn outbox(&self, relay: u16) -> usize {
        self.world.relays[relay as usize].waiting()
    }
}
