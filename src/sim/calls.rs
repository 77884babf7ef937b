//! Requests on their way: sending, arriving, answering, timing out - and who knows what.

use super::instance::Admission;
use super::plan::NONE;
use super::request::{Caller, Group, Request, RequestId, Stage};
use super::tables::Page;
use super::trace::{Message, Outcome, What};
use super::{Event, Simulation};
use crate::scenario::Balancing;
use crate::time::{Span, Time};

impl Simulation {
    /// A request from `caller`, not yet sent.
    pub(super) fn new_request(
        &mut self,
        caller: Caller,
        operation: u16,
        link: u16,
        keys: u32,
    ) -> RequestId {
        let plan = &self.plan.operations[operation as usize];
        let (service, pc) = (plan.service, plan.entry);
        let (origin, caller_instance) = match caller {
            Caller::Client(_) => (RequestId::NONE, 0),
            Caller::Request(parent) | Caller::Branch(parent) => {
                let parent = &self.world.requests[parent];
                (parent.origin, parent.instance)
            }
        };
        // A branch goes by its root's number: no message of its own is ever sent.
        let serial = match caller {
            Caller::Branch(parent) => self.world.requests[parent].serial,
            Caller::Client(_) | Caller::Request(_) => self.world.requests.next_serial(),
        };
        let request = Request {
            generation: 0,
            serial,
            caller,
            origin,
            root: RequestId::NONE,
            operation,
            service,
            instance: 0,
            caller_instance,
            link,
            keys,
            stage: Stage::Travelling,
            caller_done: false,
            answer_travels: false,
            outcome: Outcome::Ok,
            issued_at: self.now,
            started_at: self.now,
            read_at: self.now,
            pc,
            loops: [0; super::limits::LOOPS_MAX],
            depth: 0,
            page: Page::default(),
            key: 0,
            group: Group::None,
            outstanding: 0,
            failed: false,
            strands: 1,
            calls: 0,
            range: (0, 0),
            new_row: NONE,
        };
        let id = self.world.requests.insert(request);
        let request = &mut self.world.requests[id];
        request.root = id;
        if matches!(caller, Caller::Client(_)) {
            request.origin = id;
        }
        id
    }

    /// Sends a request to an instance of its service; the caller waits for `timeout` at most.
    pub(super) fn send_request(&mut self, id: RequestId, timeout: Span) {
        let (service, link) = {
            let request = &self.world.requests[id];
            (request.service, request.link)
        };
        let instance = self.pick_instance(service);
        let (arrives, lost) = self.transit(link, Direction::Request);
        let request = &mut self.world.requests[id];
        request.instance = instance;
        if lost {
            request.stage = Stage::Done;
        }
        let what = What::Hop {
            request: request.serial,
            link,
            message: Message::Request,
            from_instance: request.caller_instance,
            to_instance: instance,
            arrives,
            lost,
            keys: request.keys,
        };
        self.record(what);
        if !lost {
            self.queue.push(arrives, Event::Arrives(id));
        }
        self.schedule(timeout, Event::TimesOut(id));
    }

    /// When a message sent now over a link arrives, and whether it is lost on the way.
    pub(super) fn transit(&mut self, link: u16, direction: Direction) -> (Time, bool) {
        let plan = &self.plan.links[link as usize];
        let state = &mut self.world.links[link as usize];
        let (stream, loss) = match direction {
            Direction::Request => (&mut state.request, plan.request_loss + state.request_loss),
            Direction::Answer => (&mut state.answer, plan.answer_loss + state.answer_loss),
            Direction::Event => (&mut state.event, plan.request_loss + state.request_loss),
        };
        let arrives = self.now + plan.latency.sample(stream);
        let lost = state.loss.chance(loss) || state.cut > 0;
        (arrives, lost)
    }

    /// The instance that the next request to a service goes to: one that is up, if any is.
    fn pick_instance(&mut self, service: u16) -> u16 {
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
        let plan = &self.plan.services[service as usize];
        let state = &mut self.world.services[service as usize];
        let admission = if state.error_luck.chance(state.errors) {
            None
        } else {
            let place = &mut state.instances[instance as usize];
            Some(place.admit(id, self.now, plan.threads, plan.accept_queue))
        };
        let outcome = match admission {
            Some(Admission::Starts) => return self.request_starts(id, None),
            Some(Admission::Waits) => {
                self.world.requests[id].stage = Stage::Queued;
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

    /// A worker takes a request up, which may have waited in the accept queue.
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
        self.run(id);
    }

    /// Free workers of an instance take up what waits for them.
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
        self.drop_new_row(id);
        let request = &self.world.requests[id];
        if let Caller::Branch(parent) = request.caller {
            let root = request.root;
            self.world.requests.remove(id);
            // The parent goes on before the branch's strand ends, so that a worker that never waits does not seem to.
            self.child_settles(parent, outcome);
            self.strand_stops(root);
            return;
        }
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
        self.world.services[service as usize].instances[instance as usize].release();
        self.send_answer(id, outcome);
        self.free_workers.push_back((service, instance));
    }

    /// Sends the answer of a request that its service is done with.
    pub(super) fn send_answer(&mut self, id: RequestId, outcome: Outcome) {
        let link = self.world.requests[id].link;
        let (arrives, lost) = self.transit(link, Direction::Answer);
        let request = &mut self.world.requests[id];
        request.stage = Stage::Done;
        request.outcome = outcome;
        request.answer_travels = !lost;
        let what = What::Hop {
            request: request.serial,
            link,
            message: Message::Answer(outcome),
            from_instance: request.caller_instance,
            to_instance: request.instance,
            arrives,
            lost,
            keys: request.keys,
        };
        self.record(what);
        if lost {
            self.forget_if_done(id);
        } else {
            self.queue.push(
                arrives,
                Event::Answers {
                    request: id,
                    outcome,
                },
            );
        }
    }

    pub(super) fn answer_arrives(&mut self, id: RequestId, outcome: Outcome) {
        let Some(request) = self.world.requests.get_mut(id) else {
            return;
        };
        request.answer_travels = false;
        if request.caller_done {
            let what = What::TooLate {
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
        if self
            .world
            .requests
            .get(id)
            .is_some_and(|request| !request.caller_done)
        {
            self.caller_learns(id, Outcome::TimedOut);
            self.forget_if_done(id);
        }
    }

    /// The caller has its answer, or gives up.
    fn caller_learns(&mut self, id: RequestId, outcome: Outcome) {
        let request = &mut self.world.requests[id];
        request.caller_done = true;
        match request.caller {
            Caller::Client(client) => self.client_settles(client, id, outcome),
            Caller::Request(parent) => {
                let what = What::Answered {
                    request: request.serial,
                    operation: request.operation,
                    outcome,
                    latency: self.now.since(request.issued_at),
                };
                self.record(what);
                self.fetched(parent, id, outcome);
                self.child_settles(parent, outcome);
            }
            // A branch has no message that could be answered.
            Caller::Branch(_) => {}
        }
    }

    /// Forgets a request that neither side, nor a message on its way, needs any more.
    pub(super) fn forget_if_done(&mut self, id: RequestId) {
        let done = self.world.requests.get(id).is_some_and(|request| {
            request.caller_done && request.stage == Stage::Done && !request.answer_travels
        });
        if done {
            self.world.requests.remove(id);
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
