//! The steps of an operation: [`Simulation::decide`] says what the next instruction asks for, as an [`Effect`];
//! [`Simulation::run`] applies effects until the request has to wait or is done.

use super::choose;
use super::limits::LOOPS_MAX;
use super::lineage::{Lineage, Purpose};
use super::plan::{Instruction, NONE, count, point_index};
use super::reads::Look;
use super::request::{Caller, Group, RequestId, Stage};
use super::resilience::{NO_GUARD, Target};
use super::trace::{NO_TABLE, No, Observe, Outcome, Role, What};
use super::{Event, Simulation};
use kernel::time::Span;
use scenario::OnError;

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
    Call { target: Target, on_error: OnError },
    /// Several tasks begin; the worker waits for all of them. (The group is set.)
    Branch,
    /// Another request is fetching what is needed. (The group is set.)
    Wait,
    /// Values are fetched from their owner; the worker waits. (The group is set.)
    Fetch,
    /// A local transaction needs its connection.
    Begin(u16),
    /// Something is done to a record.
    Statement(u32),
    /// An event is published.
    Publish,
    /// A business lock is taken or given back.
    Lock(u16),
    /// The process dies.
    Die,
    /// The request has ended.
    Finish(Outcome),
}

impl<O: Observe> Simulation<O> {
    /// Runs a request until it waits or ends.
    pub(super) fn run(&mut self, id: RequestId) {
        loop {
            let effect = self.decide(id);
            match effect {
                Effect::Continue => {}
                Effect::Hold(span) => {
                    self.world.requests[id].stage = Stage::Working;
                    return self.at_here(self.now + span, Event::Resumes(id));
                }
                Effect::UseStore { store, holds } => return self.want_connection(id, store, holds),
                Effect::Call { target, on_error } => {
                    self.begin_group(id, Group::Call(on_error));
                    self.call(id, target);
                    return self.task_blocks(self.world.requests[id].root);
                }
                Effect::Branch => {
                    // The branches' tasks begin before this one ends: the worker never stops in between.
                    self.start_branches(id);
                    return self.task_blocks(self.world.requests[id].root);
                }
                Effect::Wait => return self.task_blocks(self.world.requests[id].root),
                Effect::Fetch => {
                    self.start_fetches(id);
                    return self.task_blocks(self.world.requests[id].root);
                }
                Effect::Begin(store) => return self.begin_transaction(id, store),
                Effect::Statement(statement) => return self.begin_statement(id, statement),
                Effect::Publish => return self.publish_step(id),
                Effect::Lock(lock) => return self.ask_for_lock(id, lock),
                Effect::Die => return self.dies(id),
                Effect::Finish(outcome) => return self.finish(id, outcome),
            }
        }
    }

    /// What the next instruction of a request asks for. Moves the request's own counters and draws its luck; touches
    /// nothing else of the world but caches (whose order of use a look changes).
    #[inline(always)]
    fn decide(&mut self, id: RequestId) -> Effect {
        let request = &mut self.world.requests[id];
        let service = request.service;
        match self.plan.code[request.pc as usize] {
            Instruction::Done => Effect::Finish(Outcome::Ok),
            Instruction::Work(time) => {
                let state = &mut self.world.services[service as usize];
                let mut span = time.sample(&mut state.work);
                let per_inside = self.plan.services[service as usize].per_inside;
                if per_inside > Span::ZERO {
                    let inside = state.instances[request.instance as usize].inside();
                    span = span + Span(per_inside.0 * u64::from(inside));
                }
                let slow = state.instances[request.instance as usize].slow;
                Effect::Hold(slowed(span, slow))
            }
            Instruction::Query { store, rows, table } => {
                let rows = count(rows, request.keys, request.page.rows);
                let mut holds = self.query_time(store, rows);
                if table != NONE && !self.plan.tables[table as usize].references.is_empty() {
                    holds = holds + self.joined_time(id, store, table, rows);
                }
                self.uses_store(id, store, holds)
            }
            Instruction::Write { store, .. } => {
                let time = self.plan.stores[store as usize].write_time;
                let holds = time.sample(&mut self.world.stores[store as usize].write);
                self.uses_store(id, store, holds)
            }
            Instruction::Call {
                operation,
                link,
                keys,
                timeout,
                on_error,
                guard,
                ..
            } => Effect::Call {
                target: Target {
                    operation,
                    link,
                    keys: count(keys, request.keys, request.page.rows),
                    timeout,
                    range: (0, 0),
                    guard,
                },
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
            Instruction::Choose { first, ways } => {
                let ways = &self.plan.ways[first as usize..(first + ways) as usize];
                let draw = request.draw(&self.plan, Purpose::Choose).unit();
                request.turns += 1;
                if let Some(entry) = choose::pick(ways, draw) {
                    request.pc = entry;
                }
                Effect::Continue
            }
            Instruction::Jump { to } => {
                request.pc = to;
                Effect::Continue
            }
            Instruction::Lookup { cache, end } => {
                let miss = request.pc + 1;
                let next = match self.look_up(id, cache) {
                    Look::Hits => end,
                    Look::Misses => miss,
                    Look::Waits => return Effect::Wait,
                };
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
            writing => self.decide_writing(id, writing),
        }
    }

    /// What an instruction asks for that is about writing.
    #[inline(never)]
    fn decide_writing(&mut self, id: RequestId, instruction: Instruction) -> Effect {
        let request = &mut self.world.requests[id];
        match instruction {
            Instruction::Begin { store } => return Effect::Begin(store),
            Instruction::Statement { statement, .. } => return Effect::Statement(statement),
            Instruction::Publish { .. } => return Effect::Publish,
            Instruction::TakeLock { lock } | Instruction::ReleaseLock { lock } => {
                return Effect::Lock(lock);
            }
            Instruction::Commit => return Effect::Hold(self.commit_time(id)),
            Instruction::Prepare { .. } => {
                let time = self.commit_time(id);
                return Effect::Hold(time);
            }
            Instruction::Decide { operation, .. } => {
                let store = self.store_of_prepared(id, operation);
                let time = store.map_or(Span::ZERO, |store| self.write_time(store));
                return Effect::Hold(time);
            }
            Instruction::Decline(share) => {
                let operation = request.operation;
                if request.draw(&self.plan, Purpose::Decline).chance(share) {
                    let (table, why) = (NO_TABLE, No::Share);
                    self.remember(
                        id,
                        &What::SaidNo {
                            operation,
                            table,
                            why,
                        },
                    );
                    return Effect::Finish(Outcome::Declined);
                }
            }
            Instruction::OnFailure { clean, unknown } => {
                if let Some(work) = self.work(id) {
                    work.on_failure = (clean, unknown);
                    work.unknown = false;
                }
            }
            Instruction::Process(begins) => self.process(id, begins),
            Instruction::Fail => {
                let failed = self.work(id).map_or(Outcome::Failed, |work| work.failed);
                return Effect::Finish(failed);
            }
            Instruction::SeenBefore { subscription, end } => {
                let message = self.work(id).map_or(0, |work| work.payload.message);
                if self.knows_message(subscription, message) {
                    let request = &mut self.world.requests[id];
                    request.pc = end;
                    let (serial, operation) = (request.serial, request.operation);
                    if let Some(key) = self.key_of(id) {
                        self.note(
                            key,
                            What::Skipped {
                                message,
                                key,
                                request: serial,
                                operation,
                            },
                        );
                    }
                    return Effect::Continue;
                }
            }
            Instruction::Remember { subscription } => {
                let message = self.work(id).map_or(0, |work| work.payload.message);
                match self.transaction_of(id) {
                    Some(place) => self.world.transactions[place].remembers.push(subscription),
                    None => self.remember_message(subscription, message),
                }
            }
            Instruction::MayDie(point) => {
                let operation = self.plan.operations[request.operation as usize].named;
                let deaths = &mut self.world.deaths[operation as usize];
                let share = deaths.shares[point_index(point)];
                if share > 0.0 && deaths.rng.chance(share) {
                    return Effect::Die;
                }
            }
            _ => {}
        }
        self.world.requests[id].pc += 1;
        Effect::Continue
    }

    /// Uses a store: on the connection of the transaction that is open in it, or on one of its own.
    #[inline]
    fn uses_store(&self, id: RequestId, store: u16, holds: Span) -> Effect {
        let is_open = self.world.requests[id].work != NONE
            && self
                .transaction_of(id)
                .is_some_and(|place| self.world.transactions[place].store == store);
        if is_open {
            Effect::Hold(self.store_time(store, holds))
        } else {
            Effect::UseStore { store, holds }
        }
    }

    fn store_of_prepared(&self, id: RequestId, operation: u16) -> Option<u16> {
        let key = self.key_of(id)?;
        let place = self.world.prepared.get((key, operation))?;
        Some(self.world.transactions[*place].store)
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
        if self.world.requests[id].work != NONE {
            match self.plan.code[self.world.requests[id].pc as usize] {
                Instruction::Statement { statement, .. } => {
                    return self.end_statement(id, statement);
                }
                Instruction::TakeLock { .. } | Instruction::ReleaseLock { .. } => {
                    return self.lock_answered(id);
                }
                Instruction::Commit => {
                    if self.transaction_is_lost(id) {
                        return self.finish(id, Outcome::Failed);
                    }
                    self.commit_transaction(id);
                }
                Instruction::Prepare { operation } => self.prepare_transaction(id, operation),
                Instruction::Decide { operation, commit } => {
                    if let Some(key) = self.key_of(id)
                        && !self.decide_prepared(key, operation, commit)
                    {
                        let request = &self.world.requests[id];
                        let (request, operation) = (request.serial, request.operation);
                        let table = NO_TABLE;
                        self.note(
                            key,
                            What::FoundNothing {
                                key,
                                request,
                                operation,
                                table,
                            },
                        );
                    }
                }
                // On the connection of an open transaction.
                Instruction::Query { .. } | Instruction::Write { .. } => self.store_answers(id),
                _ => {}
            }
        }
        self.world.requests[id].pc += 1;
        self.run(id);
    }

    /// Whether a request's transaction cannot commit, because its store is down.
    fn transaction_is_lost(&self, id: RequestId) -> bool {
        self.transaction_of(id).is_some_and(|place| {
            let store = self.world.transactions[place].store;
            self.world.stores[store as usize].pool.down > 0
        })
    }

    /// What the call is for that a request is at.
    pub(super) fn role_at(&self, id: RequestId) -> Role {
        match self.plan.code[self.world.requests[id].pc as usize] {
            Instruction::Call { role, .. } => role,
            _ => Role::Plain,
        }
    }

    /// Makes a call for a request.
    pub(super) fn call(&mut self, parent: RequestId, target: Target) {
        let lineage = if self.plan.draws {
            let request = &self.world.requests[parent];
            let nth = request.position(&self.plan) ^ u64::from(target.range.0) << 16;
            request.lineage.then(Purpose::Call, nth)
        } else {
            Lineage::NONE
        };
        if target.guard != NO_GUARD {
            return self.begin_logical_call(Caller::Request(parent), target, None, lineage);
        }
        let Target {
            operation,
            link,
            keys,
            timeout,
            range,
            ..
        } = target;
        let child = self.new_request(Caller::Request(parent), operation, link, keys, lineage);
        let role = self.role_at(parent);
        self.world.requests[child].range = range;
        self.keyed(child, None);
        let request = &self.world.requests[child];
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
            role,
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
            let nth = u64::from(*next) << 16;
            *next += 1;
            request.outstanding += 1;
            let (operation, link, keys, root) =
                (request.operation, request.link, request.keys, request.root);
            let (page, instance, key) = (request.page, request.instance, request.key);
            let lineage = request
                .lineage
                .then(Purpose::Branch, nth ^ request.position(&self.plan));
            let branch = self.new_request(Caller::Branch(id), operation, link, keys, lineage);
            let request = &mut self.world.requests[branch];
            request.caller_done = true;
            request.root = root;
            request.pc = pc;
            request.page = page;
            request.key = key;
            request.instance = instance;
            request.stage = Stage::Working;
            self.keyed(branch, None);
            self.task_resumes(root);
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
        self.task_resumes(root);
        let ignored = match group {
            Group::None | Group::Flight | Group::Publish | Group::FanOut { .. } => false,
            Group::Call(on_error) => {
                let ignored = on_error == OnError::Ignore;
                if ignored && outcome != Outcome::Ok && outcome != Outcome::Declined {
                    self.role_failed(parent);
                }
                ignored
            }
            Group::Fetch(fetch) => {
                let ignored = self.fetch_ignores_errors(fetch);
                self.end_fetch(parent, fetch);
                ignored
            }
        };
        if failed && !ignored {
            // A "no" of the business is passed on as one.
            let is_no = matches!(group, Group::Call(_)) && outcome == Outcome::Declined;
            let outcome = if is_no {
                Outcome::Declined
            } else {
                Outcome::Failed
            };
            return self.finish(parent, outcome);
        }
        let request = &mut self.world.requests[parent];
        request.pc = match self.plan.code[request.pc as usize] {
            Instruction::FanOut { end, .. } => end,
            _ => request.pc + 1,
        };
        self.run(parent);
    }

    /// A task of a worker begins to wait for answers. When the last one does, the worker is held for nothing.
    pub(super) fn task_blocks(&mut self, root: RequestId) {
        let Some(request) = self.world.requests.get_mut(root) else {
            return;
        };
        request.tasks -= 1;
        if request.tasks > 0 || request.stage == Stage::Done {
            return;
        }
        let what = What::WorkerBlocked {
            request: request.serial,
            service: request.service,
            instance: request.instance,
        };
        self.world.services[request.service as usize].instances[request.instance as usize]
            .waiting += 1;
        self.record(what);
    }

    /// A task of a worker goes on.
    pub(super) fn task_resumes(&mut self, root: RequestId) {
        let request = &mut self.world.requests[root];
        request.tasks += 1;
        if request.tasks > 1 {
            return;
        }
        let what = What::WorkerResumed {
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
