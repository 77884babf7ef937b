//! The steps of an operation: [`Simulation::decide`] says what the next instruction asks for, as an [`Effect`];
//! [`Simulation::run`] applies effects until the request has to wait or is done.

use super::limits::LOOPS_MAX;
use super::plan::{Instruction, count};
use super::request::{Caller, Group, RequestId, Stage};
use super::trace::{Outcome, What};
use super::{Event, Simulation};
use crate::scenario::OnError;
use crate::time::Span;

/// What an instruction asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Effect {
    /// Nothing: on to the next instruction.
    Continue,
    /// The worker works for so long.
    Hold(Span),
    /// A connection of a store is needed for so long.
    UseStore { store: u16, holds: Span },
    /// A call is made; the worker waits.
    Call {
        operation: u16,
        link: u16,
        keys: u32,
        timeout: Span,
        on_error: OnError,
    },
    /// Several strands begin; the worker waits for all of them. (The group is set.)
    Branch,
    /// Values are fetched from their owner; the worker waits. (The group is set.)
    Fetch,
    /// The request has ended.
    Finish(Outcome),
}

impl Simulation {
    /// Runs a request until it waits or ends.
    pub(super) fn run(&mut self, id: RequestId) {
        loop {
            let effect = self.decide(id);
            match effect {
                Effect::Continue => {}
                Effect::Hold(span) => {
                    self.world.requests[id].stage = Stage::Working;
                    return self.schedule(span, Event::Resumes(id));
                }
                Effect::UseStore { store, holds } => return self.want_connection(id, store, holds),
                Effect::Call {
                    operation,
                    link,
                    keys,
                    timeout,
                    on_error,
                } => {
                    self.begin_group(id, Group::Call(on_error));
                    self.call(id, operation, link, keys, timeout, (0, 0));
                    return self.strand_stops(self.world.requests[id].root);
                }
                Effect::Branch => {
                    // The branches' strands begin before this one ends: the worker never stops in between.
                    self.start_branches(id);
                    return self.strand_stops(self.world.requests[id].root);
                }
                Effect::Fetch => {
                    self.start_fetches(id);
                    return self.strand_stops(self.world.requests[id].root);
                }
                Effect::Finish(outcome) => return self.finish(id, outcome),
            }
        }
    }

    /// What the next instruction of a request asks for. Moves the request's own counters and draws its luck; touches
    /// nothing else of the world but caches (whose order of use a look changes).
    fn decide(&mut self, id: RequestId) -> Effect {
        let request = &mut self.world.requests[id];
        let service = request.service;
        match self.plan.code[request.pc as usize] {
            Instruction::Done => Effect::Finish(Outcome::Ok),
            Instruction::Work(time) => {
                let state = &mut self.world.services[service as usize];
                let span = time.sample(&mut state.work);
                Effect::Hold(slowed(span, state.slow))
            }
            Instruction::Query { store, rows, .. } => {
                let rows = count(rows, request.keys, request.page.rows);
                Effect::UseStore {
                    store,
                    holds: self.query_time(store, rows),
                }
            }
            Instruction::Write { store, .. } => {
                let time = self.plan.stores[store as usize].write_time;
                let holds = time.sample(&mut self.world.stores[store as usize].write);
                Effect::UseStore { store, holds }
            }
            Instruction::Call {
                operation,
                link,
                keys,
                timeout,
                on_error,
            } => Effect::Call {
                operation,
                link,
                keys: count(keys, request.keys, request.page.rows),
                timeout,
                on_error,
            },
            Instruction::FanOut {
                first,
                branches,
                times,
                limit,
                end,
            } => {
                let total = branches * count(times, request.keys, request.page.rows);
                if total == 0 {
                    request.pc = end;
                    return Effect::Continue;
                }
                self.begin_group(
                    id,
                    Group::FanOut {
                        first,
                        branches,
                        next: 0,
                        total,
                        limit,
                    },
                );
                Effect::Branch
            }
            Instruction::Repeat { times, end } => {
                let times = count(times, request.keys, request.page.rows);
                if times == 0 || request.depth as usize == LOOPS_MAX {
                    request.pc = end;
                } else {
                    request.loops[request.depth as usize] = times - 1;
                    request.depth += 1;
                    request.pc += 1;
                }
                Effect::Continue
            }
            Instruction::Again { body } => {
                let left = &mut request.loops[request.depth as usize - 1];
                if *left > 0 {
                    *left -= 1;
                    request.pc = body;
                } else {
                    request.depth -= 1;
                    request.pc += 1;
                }
                Effect::Continue
            }
            Instruction::Lookup { cache, end } => {
                let miss = request.pc + 1;
                let next = if self.look_up(id, cache) { end } else { miss };
                self.world.requests[id].pc = next;
                Effect::Continue
            }
            Instruction::Fill { cache } => {
                request.pc += 1;
                self.fill_looked_up(id, cache);
                Effect::Continue
            }
            Instruction::Resolve { reference } => self.begin_resolve(id, reference),
            Instruction::Embed { reference } => self.begin_embed(id, reference),
        }
    }

    /// A request's work, query or write is done.
    pub(super) fn request_resumes(&mut self, id: RequestId) {
        let Some(request) = self.world.requests.get_mut(id) else {
            return;
        };
        match request.stage {
            Stage::Working => {}
            Stage::UsesConnection(store) => {
                request.stage = Stage::Working;
                self.return_connection(store);
                self.store_answers(id);
            }
            // It died in a crash.
            _ => return,
        }
        self.world.requests[id].pc += 1;
        self.run(id);
    }

    /// Makes a call for a request.
    pub(super) fn call(
        &mut self,
        parent: RequestId,
        operation: u16,
        link: u16,
        keys: u32,
        timeout: Span,
        range: (u32, u32),
    ) {
        let child = self.new_request(Caller::Request(parent), operation, link, keys);
        let request = &mut self.world.requests[child];
        request.range = range;
        let (serial, origin) = (request.serial, request.origin);
        if let Some(origin) = self.world.requests.get_mut(origin) {
            origin.calls += 1;
        }
        let parent = &mut self.world.requests[parent];
        parent.outstanding += 1;
        let parent = parent.serial;
        self.record(What::Called {
            request: serial,
            parent,
            operation,
        });
        self.send_request(child, timeout);
    }

    pub(super) fn begin_group(&mut self, id: RequestId, group: Group) {
        let request = &mut self.world.requests[id];
        request.group = group;
        request.stage = Stage::Waiting;
        request.outstanding = 0;
        request.failed = false;
    }

    /// Starts as many branches as the limit allows.
    fn start_branches(&mut self, id: RequestId) {
        loop {
            let request = &mut self.world.requests[id];
            let Group::FanOut {
                first,
                branches,
                next,
                total,
                limit,
            } = &mut request.group
            else {
                return;
            };
            if *next == *total || request.outstanding >= *limit {
                return;
            }
            let pc = self.plan.branches[(*first + *next % *branches) as usize];
            *next += 1;
            request.outstanding += 1;
            let (operation, link, keys, root) =
                (request.operation, request.link, request.keys, request.root);
            let (page, instance, key) = (request.page, request.instance, request.key);
            let branch = self.new_request(Caller::Branch(id), operation, link, keys);
            let request = &mut self.world.requests[branch];
            request.caller_done = true;
            request.root = root;
            request.pc = pc;
            request.page = page;
            request.key = key;
            request.instance = instance;
            request.stage = Stage::Working;
            self.strand_goes(root);
            // Through the queue, so that a branch that takes no time cannot end before its siblings have begun.
            self.schedule(Span::ZERO, Event::BranchBegins(branch));
        }
    }

    pub(super) fn branch_begins(&mut self, id: RequestId) {
        if self
            .world
            .requests
            .get(id)
            .is_some_and(|request| request.stage == Stage::Working)
        {
            self.run(id);
        }
    }

    /// Something that a request waits for has ended.
    pub(super) fn child_settles(&mut self, parent: RequestId, outcome: Outcome) {
        let Some(request) = self.world.requests.get_mut(parent) else {
            return;
        };
        if request.stage != Stage::Waiting {
            return;
        }
        request.outstanding -= 1;
        request.failed |= outcome != Outcome::Ok;
        let (group, failed) = (request.group, request.failed);
        match group {
            Group::FanOut { .. } if !failed => self.start_branches(parent),
            Group::Fetch(fetch) if !failed || self.fetch_ignores_errors(fetch) => {
                self.start_fetches(parent)
            }
            _ => {}
        }
        let request = &mut self.world.requests[parent];
        if request.outstanding > 0 {
            return;
        }
        let (group, failed, root) = (request.group, request.failed, request.root);
        request.group = Group::None;
        request.stage = Stage::Working;
        self.strand_goes(root);
        let ignored = match group {
            Group::None | Group::FanOut { .. } => false,
            Group::Call(on_error) => on_error == OnError::Ignore,
            Group::Fetch(fetch) => {
                let ignored = self.fetch_ignores_errors(fetch);
                self.end_fetch(parent, fetch);
                ignored
            }
        };
        if failed && !ignored {
            return self.finish(parent, Outcome::Failed);
        }
        let request = &mut self.world.requests[parent];
        request.pc = match self.plan.code[request.pc as usize] {
            Instruction::FanOut { end, .. } => end,
            _ => request.pc + 1,
        };
        self.run(parent);
    }

    /// A strand of a worker begins to wait for answers. When the last one does, the worker is held for nothing.
    pub(super) fn strand_stops(&mut self, root: RequestId) {
        let Some(request) = self.world.requests.get_mut(root) else {
            return;
        };
        request.strands -= 1;
        if request.strands > 0 || request.stage == Stage::Done {
            return;
        }
        let what = What::Waits {
            request: request.serial,
            service: request.service,
            instance: request.instance,
        };
        self.world.services[request.service as usize].instances[request.instance as usize]
            .waiting += 1;
        self.record(what);
    }

    /// A strand of a worker goes on.
    pub(super) fn strand_goes(&mut self, root: RequestId) {
        let request = &mut self.world.requests[root];
        request.strands += 1;
        if request.strands > 1 {
            return;
        }
        let what = What::GoesOn {
            request: request.serial,
            service: request.service,
            instance: request.instance,
        };
        self.world.services[request.service as usize].instances[request.instance as usize]
            .waiting -= 1;
        self.record(what);
    }
}

/// `span` in a service that is `factor` times as slow.
pub(super) fn slowed(span: Span, factor: f64) -> Span {
    if factor == 1.0 {
        span
    } else {
        Span::from_nanos_f64(span.0 as f64 * factor)
    }
}
