//! Requests on their way: sending, arriving, answering, timing out - and who knows what.

use super::instance::Admission;
use super::lineage::Lineage;
use super::plan::NONE;
use super::request::{Caller, Group, ReadFrom, Request, RequestId, Stage};
use super::trace::{Message, Observe, Outcome, Serial, What};
use super::{Event, Limit, Simulation};
use kernel::time::{Span, Time};
use scenario::Balancing;

impl<O: Observe> Simulation<O> {
    /// A request from `caller`, not yet sent.
    pub(super) fn new_request(
        &mut self,
        caller: Caller,
        operation: u16,
        link: u16,
        keys: u32,
        lineage: Lineage,
    ) -> RequestId {
        self.new_request_here(caller, operation, link, keys, lineage)
            .0
    }

    /// [`Simulation::new_request`], compiled into the place of the call; with its number.
    #[inline(always)]
    pub(super) fn new_request_here(
        &mut self,
        caller: Caller,
        operation: u16,
        link: u16,
        keys: u32,
        lineage: Lineage,
    ) -> (RequestId, Serial) {
        let plan = &self.plan.operations[operation as usize];
        let (service, pc) = (plan.service, plan.entry);
        let (origin, caller_instance) = match caller {
            Caller::Client(_) | Caller::Delivery { .. } | Caller::Repair(_) => (None, 0),
            Caller::Request(parent) | Caller::Branch(parent) => {
                let parent = &self.world.requests[parent];
                (Some(parent.origin), parent.instance.into())
            }
        };
        // A branch goes by its root's number: no message of its own is ever sent.
        let serial = match caller {
            Caller::Branch(parent) => self.world.requests[parent].serial,
            _ => self.world.requests.next_serial(),
        };
        let (id, too_many) = self.world.requests.take_place();
        if too_many {
            self.stopped = Some(Limit::InFlight);
        }
        // Written where it stays: built elsewhere, it would be copied.
        self.world.requests[id] = Request {
            generation: id.generation(),
            serial,
            caller,
            lineage,
            origin: origin.unwrap_or(id),
            root: id,
            operation,
            service,
            instance: 0,
            caller_instance,
            link,
            keys,
            issued_at: self.now,
            started_at: self.now,
            read_at: self.now,
            pc,
            ..Request::NEW
        };
        (id, serial)
    }

    /// Sends a request to an instance of its service; the caller waits for `timeout` at most.
    pub(super) fn send_request(&mut self, id: RequestId, timeout: Span) {
        self.send_request_here(id, timeout);
    }

    /// [`Simulation::send_request`], compiled into the place of the call.
    #[inline(always)]
    pub(super) fn send_request_here(&mut self, id: RequestId, timeout: Span) {
        self.send(id);
        self.arm(timeout, Event::TimesOut(id));
    }

    /// Sends a message of a queue to an instance of its consumer. The broker waits for no answer but by its own clock.
    /// Whether it is lost on the way.
    pub(super) fn send_delivery(&mut self, id: RequestId) -> bool {
        let lost = self.send(id);
        if lost {
            self.nobody_waits(id);
        }
        lost
    }

    /// Sends a request to an instance of its service. Whether it is lost on the way.
    #[inline(always)]
    fn send(&mut self, id: RequestId) -> bool {
        let request = &self.world.requests[id];
        let (service, link) = (request.service, request.link);
        let instance = self.pick_instance(service);
        let (arrives, lost) = self.transit(link, Direction::Request);
        let request = &mut self.world.requests[id];
        request.instance = instance;
        if lost {
            request.stage = Stage::Done;
        }
        let letter = Letter::of(id, request, Message::Request);
        self.hop(letter, arrives, lost);
        lost
    }

    /// Nobody waits for the answer of a request, which is done with.
    fn nobody_waits(&mut self, id: RequestId) {
        self.world.requests[id].caller_done = true;
        self.forget_if_done(id);
    }

    /// When a message sent now over a link arrives, and whether it is lost on the way.
    #[inline(always)]
    pub(super) fn transit(&mut self, link: u16, direction: Direction) -> (Time, bool) {
        let plan = &self.plan.links[link as usize];
        let state = &mut self.world.links[link as usize];
        let loss = match direction {
            Direction::Answer => plan.answer_loss + state.answer_loss,
            Direction::Request | Direction::Event => plan.request_loss + state.request_loss,
        };
        let caused = match direction {
            Direction::Answer => &mut state.lose_answers,
            Direction::Request | Direction::Event => &mut state.lose_requests,
        };
        let is_caused = *caused > 0;
        *caused -= u32::from(is_caused);
        let lost = state.loss.chance(loss) || state.cut > 0 || is_caused;
        let stream = match direction {
            Direction::Request => &mut state.request,
            Direction::Answer => &mut state.answer,
            Direction::Event => &mut state.event,
        };
        (self.now + plan.latency.sample(stream), lost)
    }

    /// The instance that the next request to a service goes to: one that is up, if any is.
    #[inline]
    fn pick_instance(&mut self, service: u16) -> u16 {
        match self.plan.services[service as usize].instances {
            1 => 0,
            _ => self.pick_among(service),
        }
    }

    fn pick_among(&mut self, service: u16) -> u16 {
        let plan = &self.plan.services[service as usize];
        let state = &mut self.world.services[service as usize];
        let instances = &state.instances[..plan.instances as usize];
        let up = instances.iter().filter(|instance| instance.up()).count() as u32;
        if up == 0 {
            return 0;
        }
        let nth = match plan.balancing {
            Balancing::RoundRobin => {
                state.turn = state.turn.wrapping_add(1);
                state.turn % up
            }
            Balancing::Random => state.balance.below(up),
            Balancing::LeastBusy => {
                let least = instances
                    .iter()
                    .enumerate()
                    .filter(|(_, instance)| instance.up())
                    .min_by_key(|(_, instance)| instance.inside());
                return least.map_or(0, |(index, _)| index as u16);
            }
        };
        let mut up = instances
            .iter()
            .enumerate()
            .filter(|(_, instance)| instance.up());
        up.nth(nth as usize).map_or(0, |(index, _)| index as u16)
    }

    pub(super) fn request_arrives(&mut self, id: RequestId) {
        let Some(request) = self.world.requests.get(id) else {
            return;
        };
        let (serial, operation, service, instance) = (
            request.serial,
            request.operation,
            request.service,
            request.instance,
        );
        let fails = self.is_failed_by_fault(id);
        let plan = &self.plan.services[service as usize];
        let state = &mut self.world.services[service as usize];
        let over_limit = |limit| !state.admitted.one_more(limit, self.now);
        let admission = if plan.rate_limit.is_some_and(over_limit) {
            Some(Admission::Rejected)
        } else if fails {
            None
        } else {
            let place = &mut state.instances[instance as usize];
            Some(place.admit(id, self.now, plan.threads, plan.accept_queue))
        };
        let outcome = match admission {
            Some(Admission::Starts) => return self.request_starts(id, None),
            Some(Admission::Waits) => {
                self.world.requests[id].stage = Stage::Queued;
                if let Some(patience) = plan.queue_timeout {
                    self.arm(patience, Event::LeavesQueue(id));
                }
                return self.record(What::Queued {
                    request: serial,
                    service,
                    instance,
                });
            }
            Some(Admission::Rejected) => Outcome::Rejected,
            Some(Admission::Refused) => Outcome::Refused,
            None => Outcome::Failed,
        };
        self.record(What::TurnedAway {
            request: serial,
            operation,
            service,
            outcome,
        });
        self.send_answer(id, outcome);
    }

    /// A request has waited too long for a worker: it is rejected.
    pub(super) fn request_leaves_queue(&mut self, id: RequestId) {
        let request = &self.world.requests[id];
        let (service, instance) = (request.service, request.instance);
        let what = What::LeftQueue {
            request: request.serial,
            operation: request.operation,
            service,
            instance,
        };
        let queue = &mut self.world.services[service as usize].instances[instance as usize].queue;
        // It is the first, unless settings changed on its way.
        if let Some(place) = queue.iter().position(|(other, _)| *other == id) {
            queue.remove(place);
        }
        self.record(what);
        self.send_answer(id, Outcome::Rejected);
    }

    /// A worker takes a request up, which may have waited in the accept queue.
    #[inline(always)]
    fn request_starts(&mut self, id: RequestId, waited: Option<Span>) {
        let now = self.now;
        let request = &mut self.world.requests[id];
        request.stage = Stage::Working;
        request.started_at = now;
        request.read_at = now;
        let what = What::Started {
            request: request.serial,
            operation: request.operation,
            service: request.service,
            instance: request.instance,
            queued: waited.is_some(),
            waited: waited.unwrap_or_default(),
        };
        self.record(what);
        // Who came before the fault and is taken up now ends with an error, too.
        if waited.is_some() && self.is_failed_by_fault(id) {
            return self.finish(id, Outcome::Failed);
        }
        self.run(id);
    }

    /// Free workers of an instance take up what waits for them.
    #[inline]
    pub(super) fn workers_go_on(&mut self, service: u16, instance: u16) {
        let threads = self.plan.services[service as usize].threads;
        while let Some((id, since)) =
            self.world.services[service as usize].instances[instance as usize].next(threads)
        {
            let waited = self.now.since(since);
            self.request_starts(id, Some(waited));
        }
    }

    /// A request has ended at the callee: its worker is free, its answer leaves.
    pub(super) fn finish(&mut self, id: RequestId, outcome: Outcome) {
        let request = &self.world.requests[id];
        let is_plain = request.work == NONE && request.new_row == NONE && request.leads == 0;
        if !is_plain && self.has_more_to_do(id, outcome) {
            return;
        }
        let request = &self.world.requests[id];
        if let Caller::Branch(parent) = request.caller {
            let root = request.root;
            if request.read != ReadFrom::Nowhere {
                self.takes_read_at(parent, id);
            }
            self.forget(id);
            // The parent goes on before the branch's task ends, so that a worker that never waits does not seem to.
            self.child_settles(parent, outcome);
            self.task_blocks(root);
            return;
        }
        // What was at work when the fault began is done, and answered with an error.
        let outcome = match outcome {
            Outcome::Ok | Outcome::Declined if self.is_failed_by_fault(id) => Outcome::Failed,
            outcome => outcome,
        };
        let request = &self.world.requests[id];
        let (service, instance) = (request.service, request.instance);
        let what = What::Finished {
            request: request.serial,
            operation: request.operation,
            service,
            instance,
            outcome,
            held: self.now.since(request.started_at),
        };
        self.record(what);
        if self.world.services[service as usize].instances[instance as usize].release() {
            self.free_workers.push((service, instance));
        }
        self.send_answer(id, outcome);
    }

    /// What a request that writes, or that others wait for, does when it ends; whether it goes on instead.
    #[inline(never)]
    fn has_more_to_do(&mut self, id: RequestId, outcome: Outcome) -> bool {
        if self.world.requests[id].work != NONE && self.recovers(id, outcome) {
            return true;
        }
        let request = &self.world.requests[id];
        if request.new_row != NONE || request.leads > 0 {
            self.drop_new_row(id);
            self.flights_fail(id);
        }
        false
    }

    /// Sends the answer of a request that its service is done with.
    #[inline(always)]
    pub(super) fn send_answer(&mut self, id: RequestId, outcome: Outcome) {
        let link = self.world.requests[id].link;
        let (arrives, lost) = self.transit(link, Direction::Answer);
        let request = &mut self.world.requests[id];
        request.stage = Stage::Done;
        request.outcome = outcome;
        request.answer_travels = !lost;
        let letter = Letter::of(id, request, Message::Answer(outcome));
        self.hop(letter, arrives, lost);
        if lost {
            if let Caller::Delivery { subscription, .. } = self.world.requests[id].caller {
                // The broker goes by its own clock, and the consumer to its next message.
                self.nobody_waits(id);
                return self.consumer_is_free(subscription);
            }
            self.forget_if_done(id);
        }
    }

    /// A message leaves - or waits at a link that holds up what it carries.
    #[inline(always)]
    fn hop(&mut self, letter: Letter, arrives: Time, lost: bool) {
        let Letter { id, message, .. } = letter;
        let state = &mut self.world.links[letter.link as usize];
        if state.hold > 0 && !lost {
            return state.held_up.push((id, message != Message::Request));
        }
        // Made twice where it is needed twice: a record that is looked at from outside is no longer known where it is made.
        let what = || What::Hop {
            request: letter.serial,
            link: letter.link,
            message,
            from_instance: letter.from_instance,
            to_instance: letter.to_instance,
            arrives,
            lost,
            keys: letter.keys,
        };
        if lost {
            self.remember(id, &what());
        }
        self.record(what());
        if !lost {
            let event = match message {
                Message::Request => Event::Arrives(id),
                Message::Answer(_) => Event::Answers(id),
            };
            self.at_here(arrives, event);
        }
    }

    /// A link holds nothing up any more: all that waited arrives at once.
    pub(super) fn deliver_held(&mut self, link: u16) {
        let held_up = std::mem::take(&mut self.world.links[link as usize].held_up);
        for (id, is_answer) in held_up {
            // A request stays alive while its message is on its way.
            let message = if is_answer {
                Message::Answer(self.world.requests[id].outcome)
            } else {
                Message::Request
            };
            let letter = Letter::of(id, &self.world.requests[id], message);
            self.hop(letter, self.now, false);
        }
        self.release_held(link);
    }

    pub(super) fn answer_arrives(&mut self, id: RequestId) {
        let Some(request) = self.world.requests.get_mut(id) else {
            return;
        };
        let outcome = request.outcome;
        request.answer_travels = false;
        if request.caller_done {
            let what = What::LateResponse {
                request: request.serial,
                operation: request.operation,
                outcome,
            };
            self.record(what);
        } else {
            self.caller_learns(id, outcome);
        }
        self.forget_if_done(id);
    }

    pub(super) fn request_times_out(&mut self, id: RequestId) {
        self.caller_learns(id, Outcome::TimedOut);
        self.forget_if_done(id);
    }

    /// The caller has its answer, or gives up.
    #[inline(always)]
    fn caller_learns(&mut self, id: RequestId, outcome: Outcome) {
        let request = &mut self.world.requests[id];
        request.caller_done = true;
        let calling = request.calling;
        if calling != NONE {
            return self.attempt_ends(calling, Some(id), outcome);
        }
        match request.caller {
            Caller::Client(client) => {
                let latency = self.now.since(request.issued_at);
                let ends = (request.serial, outcome, latency, request.calls);
                let lineage = request.lineage;
                let key = self.key_of(id);
                self.client_settles(client, ends, key, lineage);
            }
            Caller::Request(parent) => {
                let latency = self.now.since(request.issued_at);
                let (request, operation) = (request.serial, request.operation);
                let what = || What::Answered {
                    request,
                    operation,
                    outcome,
                    latency,
                };
                if outcome != Outcome::Ok {
                    self.remember(id, &what());
                }
                self.record(what());
                if outcome.is_unknown()
                    && let Some(work) = self.work(parent)
                {
                    work.unknown = true;
                }
                self.takes_view(parent, id, outcome);
                self.fetched(parent, id, outcome);
                self.child_settles(parent, outcome);
            }
            Caller::Delivery {
                message, delivery, ..
            } => self.delivery_answered(id, message, delivery, outcome),
            Caller::Repair(reconciliation) => {
                let operation = request.operation;
                let what = What::Answered {
                    request: request.serial,
                    operation,
                    outcome,
                    latency: self.now.since(request.issued_at),
                };
                self.record(what);
                let key = self.key_of(id);
                self.repair_answered(reconciliation, key, operation, outcome);
            }
            // A branch has no message that could be answered.
            Caller::Branch(_) => {}
        }
    }

    /// What a call has read goes back with its answer.
    pub(super) fn takes_view(&mut self, parent: RequestId, id: RequestId, outcome: Outcome) {
        if outcome != Outcome::Ok {
            return;
        }
        // How old values are matters to who keeps copies of them.
        if !self.plan.caches.is_empty() {
            self.takes_read_at(parent, id);
        }
        let Some(view) = self.work(id).map(|work| work.view).filter(|view| view.read) else {
            return;
        };
        if let Some(work) = self.work(parent) {
            work.view = view;
        }
    }

    /// An answer's values are as old as its callee's - unless the caller has read in its own store itself.
    #[inline]
    fn takes_read_at(&mut self, parent: RequestId, id: RequestId) {
        let read_at = self.world.requests[id].read_at;
        if let Some(parent) = self.world.requests.get_mut(parent)
            && parent.read != ReadFrom::Store
        {
            (parent.read_at, parent.read) = (read_at, ReadFrom::Others);
        }
    }

    /// A request with a business key is about to end: what it has open is closed, and a failure may go on elsewhere.
    /// Whether it does.
    fn recovers(&mut self, id: RequestId, outcome: Outcome) -> bool {
        self.roll_back_all(id);
        let Some(work) = self.work(id) else {
            return false;
        };
        let (clean, unknown) = std::mem::replace(&mut work.on_failure, (NONE, NONE));
        let next = if std::mem::take(&mut work.unknown) {
            unknown
        } else {
            clean
        };
        if outcome == Outcome::Ok || next == NONE {
            self.process(id, false);
            return false;
        }
        work.failed = outcome;
        let request = &mut self.world.requests[id];
        request.stage = Stage::Working;
        request.pc = next;
        (request.depth, request.group) = (0, Group::None);
        self.run(id);
        true
    }

    /// The process that works on a request dies, and with it nothing but this request.
    pub(super) fn dies(&mut self, id: RequestId) {
        self.roll_back_all(id);
        if let Some(work) = self.work(id) {
            work.on_failure = (NONE, NONE);
        }
        self.finish(id, Outcome::Broken);
    }

    /// Forgets a request that neither side, nor a message on its way, needs any more.
    pub(super) fn forget_if_done(&mut self, id: RequestId) {
        let done = self.world.requests.get(id).is_some_and(|request| {
            request.caller_done && request.stage == Stage::Done && !request.answer_travels
        });
        if done {
            self.forget(id);
        }
    }
}

/// A message of a request, and what stands on it.
#[derive(Clone, Copy)]
struct Letter {
    id: RequestId,
    serial: Serial,
    link: u16,
    message: Message,
    from_instance: u16,
    to_instance: u16,
    keys: u32,
}

impl Letter {
    #[inline(always)]
    fn of(id: RequestId, request: &Request, message: Message) -> Letter {
        Letter {
            id,
            serial: request.serial,
            link: request.link,
            message,
            from_instance: request.caller_instance as u16,
            to_instance: request.instance,
            keys: request.keys,
        }
    }
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// From a caller to a callee.
    Request,
    /// Back.
    Answer,
    /// From an owner to a reader, by itself.
    Event,
}
