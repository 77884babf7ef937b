//! Calls that are tried again, and what stands in front of them: a budget, a circuit breaker, a throttle.
//!
//! A *logical call* is one call as its caller means it; each of its attempts is a request of its own on the wire. The caller
//! (and its worker) waits from the first attempt to the end of the last, also between attempts: that is what makes
//! retries dear. Budgets, breakers and throttles belong to one instance of the caller and one place in its code, and die
//! with the instance.

use super::breaker::{self, Breaker, Permit, State};
use super::budget::{self, Budget};
use super::event::Event;
use super::handle::{Handle, Pooled};
use super::limits::IN_FLIGHT_MAX;
use super::lineage::Lineage;
use super::millionths::WHOLE;
use super::plan::{End, Plan};
use super::request::{Caller, RequestId, Stage};
use super::retry::{Next, Policy, Progress, Why};
use super::throttle::{self, Throttle};
use super::trace::{GuardState, KeptBy, Key, Observe, Outcome, Phase, Serial, What};
use super::{Limit, Simulation};
use kernel::random::Stream;
use kernel::time::{Span, Time};
use scenario::Failure;

/// Stands for "no guard" where the index of one is expected.
pub const NO_GUARD: u16 = u16::MAX;

/// What stands in front of one place's calls.
#[derive(Clone, Debug)]
pub struct GuardPlan {
    /// Whose calls.
    pub caller: End,
    /// Tells it from other guards: the caller's name, the operation called and its place.
    pub name: String,
    policy: Option<Policy>,
    budget: Option<budget::Rules>,
    breaker: Option<breaker::Rules>,
    throttle: Option<throttle::Rules>,
}

impl GuardPlan {
    /// Whether a call may be tried more than once.
    pub fn repeats(&self) -> bool {
        self.policy.as_ref().is_some_and(Policy::repeats)
    }

    /// Whether there is a breaker.
    pub fn has_breaker(&self) -> bool {
        self.breaker.is_some()
    }

    /// Whether there is a retry budget with tokens.
    pub fn has_tokens(&self) -> bool {
        self.budget.is_some_and(|budget| budget.has_tokens())
    }

    /// Whether there is a throttle.
    pub fn has_throttle(&self) -> bool {
        self.throttle.is_some()
    }

    /// The whole tokens that a retry budget has at the beginning; 0 if there is none.
    pub fn tokens_at_first(&self) -> u32 {
        Guard::new(self, Time::ZERO).told.tokens
    }

    /// What a document puts in front of a call, if anything.
    pub fn new(
        caller: End,
        name: String,
        retry: Option<&scenario::Retry>,
        breaker: Option<&scenario::Breaker>,
        throttle: Option<&scenario::Throttle>,
    ) -> Option<GuardPlan> {
        if retry.is_none() && breaker.is_none() && throttle.is_none() {
            return None;
        }
        let budget = retry.and_then(|retry| retry.budget.as_ref());
        Some(GuardPlan {
            caller,
            name,
            policy: retry.map(Policy::new),
            budget: budget.and_then(budget::Rules::new),
            breaker: breaker.and_then(breaker::Rules::new),
            throttle: throttle.and_then(throttle::Rules::new),
        })
    }

    /// Whether what stands in front of one call does what stands in front of another. A budget is asked only where
    /// something is tried again.
    pub fn same(&self, other: &GuardPlan) -> bool {
        let effective = |guard: &GuardPlan| {
            let policy = guard.policy.map(Policy::effective);
            let retries = policy.is_some_and(|policy| policy.repeats());
            (policy, guard.budget.filter(|_| retries))
        };
        (self.caller, &self.name) == (other.caller, &other.name)
            && effective(self) == effective(other)
            && self.breaker == other.breaker
            && self.throttle == other.throttle
    }
}

/// The guards of one place in the code, by the caller's instance.
#[derive(Clone, Debug)]
pub struct Guards {
    instances: Vec<Guard>,
    /// Luck of waits and of what a throttle keeps back.
    rng: Stream,
}

#[derive(Clone, Debug)]
struct Guard {
    budget: Option<Budget>,
    breaker: Option<Breaker>,
    throttle: Option<Throttle>,
    /// The state that the records tell of.
    told: Told,
}

/// The state of a guard as far as records tell of it. What is not there is closed, empty, and keeps nothing back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    breaker: Phase,
    tokens: u32,
    throttle: u8,
}

impl Guards {
    /// Guards that have seen nothing.
    pub fn new(plan: &GuardPlan, instances: usize, seed: u64) -> Guards {
        Guards {
            instances: vec![Guard::new(plan, Time::ZERO); instances],
            rng: Stream::new(seed, &format!("retries/{}", plan.name)),
        }
    }

    /// As many as there are instances now, all by the rules of now: what has other rules begins anew. Whether breakers do,
    /// so that the permits of the old ones are void.
    pub fn follow(&mut self, plan: &GuardPlan, instances: usize, now: Time) -> bool {
        let mut void = false;
        for guard in &mut self.instances {
            if guard.budget.as_ref().map(Budget::rules) != plan.budget {
                guard.budget = plan.budget.map(|rules| Budget::new(rules, now));
            }
            if guard.breaker.as_ref().map(Breaker::rules) != plan.breaker {
                guard.breaker = plan.breaker.map(Breaker::new);
                void = true;
            }
            if guard.throttle.as_ref().map(Throttle::rules) != plan.throttle {
                guard.throttle = plan.throttle.map(Throttle::new);
            }
        }
        let more = instances.saturating_sub(self.instances.len());
        self.instances
            .extend(std::iter::repeat_n(Guard::new(plan, now), more));
        void
    }

    /// The instance has died, and what its guard knew with it.
    pub fn restart(&mut self, plan: &GuardPlan, instance: u16, now: Time) {
        if let Some(guard) = self.instances.get_mut(instance as usize) {
            let told = guard.told;
            *guard = Guard::new(plan, now);
            guard.told = told;
        }
    }
}

impl Guard {
    fn new(plan: &GuardPlan, now: Time) -> Guard {
        let mut guard = Guard {
            budget: plan.budget.map(|rules| Budget::new(rules, now)),
            breaker: plan.breaker.map(Breaker::new),
            throttle: plan.throttle.map(Throttle::new),
            told: Told::default(),
        };
        guard.told = guard.now(now);
        guard
    }

    /// The state that it is in now.
    fn now(&mut self, now: Time) -> Told {
        let breaker = self.breaker.as_ref().map(Breaker::state);
        let tokens = self.budget.as_mut().map_or(0, |it| it.tokens(now) / WHOLE);
        let probability = self.throttle.as_mut().map_or(0.0, |it| it.probability(now));
        Told {
            breaker: match breaker {
                None | Some(State::Closed) => Phase::Closed,
                Some(State::Open { .. }) => Phase::Open,
                Some(State::HalfOpen { .. }) => Phase::HalfOpen,
            },
            tokens: u32::try_from(tokens).unwrap_or(u32::MAX),
            throttle: (probability * 100.0) as u8,
        }
    }

    /// Whether an attempt may be made now: first the breaker is asked, then the throttle.
    fn try_acquire(&mut self, now: Time, rng: &mut Stream) -> Result<Option<Permit>, KeptBy> {
        let permit = match &mut self.breaker {
            Some(breaker) => Some(breaker.try_acquire(now).ok_or(KeptBy::Breaker)?),
            None => None,
        };
        if let Some(throttle) = &mut self.throttle
            && !throttle.admits(now, || rng.unit())
        {
            if let (Some(breaker), Some(permit)) = (&mut self.breaker, permit) {
                breaker.release(permit);
            }
            return Err(KeptBy::Throttle);
        }
        Ok(permit)
    }

    /// An attempt that was made has ended.
    fn on_result(&mut self, now: Time, permit: Option<Permit>, outcome: Outcome, took: Span) {
        if let (Some(breaker), Some(permit)) = (&mut self.breaker, permit) {
            breaker.on_result(now, permit, outcome != Outcome::Ok, took);
        }
        if let Some(throttle) = &mut self.throttle
            && outcome == Outcome::Ok
        {
            throttle.accepted(now);
        }
    }
}

/// What is called, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Target {
    /// The operation.
    pub operation: u16,
    /// The link it is called over.
    pub link: u16,
    /// With how many keys.
    pub keys: u32,
    /// How long one attempt is waited for.
    pub timeout: Span,
    /// Which keys of a fetch.
    pub range: (u32, u32),
    /// What stands in front of it, in [`Plan::guards`]; [`NO_GUARD`]: nothing.
    pub guard: u16,
}

/// One call as its caller means it.
#[derive(Clone, Copy, Debug)]
pub struct LogicalCall {
    caller: Caller,
    target: Target,
    instance: u16,
    /// The number of the call, and of its first attempt.
    serial: Serial,
    began: Time,
    /// Attempts begun, those included that were kept back.
    attempts: u32,
    progress: Progress,
    permit: Option<Permit>,
    /// Calls that services made for the attempts that have ended.
    calls: u32,
    /// Whether it waits for an event, and not for an attempt's answer.
    waits: bool,
    /// Whether the latest attempt was kept back.
    kept_back: bool,
    /// Whether nobody knows what one of its attempts did.
    unknown: bool,
    /// How the latest attempt ended.
    last: Outcome,
    /// For a client's: the business key.
    key: Option<Key>,
    /// What every attempt has in common.
    lineage: Lineage,
}

impl Default for LogicalCall {
    /// Stands in a place that has not been used yet.
    fn default() -> Self {
        LogicalCall {
            caller: Caller::Client(0),
            target: Target::default(),
            instance: 0,
            serial: 0,
            began: Time::ZERO,
            attempts: 0,
            progress: Progress::default(),
            permit: None,
            calls: 0,
            waits: false,
            kept_back: false,
            unknown: false,
            last: Outcome::Ok,
            key: None,
            lineage: Lineage::NONE,
        }
    }
}

impl LogicalCall {
    /// The request whose worker is held by it, if a call of a service is being tried again or is about to be.
    fn retries_for(&self) -> Option<RequestId> {
        match self.caller {
            Caller::Request(parent) | Caller::Branch(parent) if self.waits || self.attempts > 1 => {
                Some(parent)
            }
            _ => None,
        }
    }

    /// The client and the moment it began, if a client's call waits between two attempts.
    pub fn waiting_client(&self) -> Option<(u16, Time)> {
        match self.caller {
            Caller::Client(client) if self.waits => Some((client, self.began)),
            _ => None,
        }
    }
}

/// The logical calls under way.
pub type LogicalCalls = Pooled<LogicalCall>;

/// The guards of a plan, at the beginning.
pub fn all_guards(plan: &Plan, seed: u64) -> Vec<Guards> {
    plan.guards
        .iter()
        .map(|guard| Guards::new(guard, callers(plan, guard), seed))
        .collect()
}

/// How many callers a guard's place has.
pub fn callers(plan: &Plan, guard: &GuardPlan) -> usize {
    match guard.caller {
        End::Client(_) => 1,
        End::Service(service) => plan.services[service as usize].instances as usize,
        End::Topic(_) => 0,
    }
}

impl<O: Observe> Simulation<O> {
    /// Settings have changed: the guards go by them.
    pub(super) fn guards_follow(&mut self) {
        for (index, plan) in self.plan.guards.iter().enumerate() {
            let guards = &mut self.world.guards[index];
            if guards.follow(plan, callers(&self.plan, plan), self.now) {
                let calls = self.world.logical_calls.iter_mut();
                for call in calls.filter(|call| call.target.guard as usize == index) {
                    call.permit = None;
                }
            }
        }
    }

    /// Records what is in another state than was told last, and the call by which it changed.
    fn tell_guard(&mut self, guard: u16, instance: u16, request: Serial) {
        let now = self.now;
        let its = self.guard(guard, instance);
        let is = its.now(now);
        let told = std::mem::replace(&mut its.told, is);
        if is == told {
            return;
        }
        let changes = [
            (is.breaker != told.breaker).then_some(GuardState::Breaker(is.breaker)),
            (is.tokens != told.tokens).then_some(GuardState::Tokens(is.tokens)),
            (is.throttle != told.throttle).then_some(GuardState::Throttle(is.throttle)),
        ];
        for state in changes.into_iter().flatten() {
            self.record(What::GuardChanged {
                guard,
                instance,
                request,
                state,
            });
        }
    }

    /// The same for all instances of all guards: settings have changed.
    pub(super) fn tell_guards(&mut self) {
        for guard in 0..self.world.guards.len() {
            for instance in 0..self.world.guards[guard].instances.len() {
                self.tell_guard(guard as u16, instance as u16, 0);
            }
        }
    }

    /// An instance has died, and what stood in front of its calls with it.
    pub(super) fn guards_restart(&mut self, service: u16, instance: u16) {
        for index in 0..self.plan.guards.len() {
            let plan = &self.plan.guards[index];
            if plan.caller == End::Service(service)
                && usize::from(instance) < self.world.guards[index].instances.len()
            {
                self.world.guards[index].restart(plan, instance, self.now);
                self.tell_guard(index as u16, instance, 0);
            }
        }
    }

    /// Begins a guarded call of a client or of a step; the number under which it was issued or called.
    pub(super) fn begin_logical_call(
        &mut self,
        caller: Caller,
        target: Target,
        key: Option<Key>,
        lineage: Lineage,
    ) {
        let instance = match caller {
            Caller::Request(parent) | Caller::Branch(parent) => {
                self.world.requests[parent].instance
            }
            // Neither a message nor a repair is guarded.
            Caller::Client(_) | Caller::Delivery { .. } | Caller::Repair(_) => 0,
        };
        let serial = self.world.requests.next_serial();
        match caller {
            Caller::Client(client) => self.record(What::Issued {
                request: serial,
                client,
            }),
            Caller::Request(parent) | Caller::Branch(parent) => {
                let role = self.role_at(parent);
                let parent = &mut self.world.requests[parent];
                parent.outstanding += 1;
                let parent = parent.serial;
                self.record(What::Called {
                    request: serial,
                    parent,
                    operation: target.operation,
                    role,
                });
            }
            Caller::Delivery { .. } | Caller::Repair(_) => {}
        }
        if let Some(key) = key {
            // Between two attempts it is still under way.
            self.business_key_begins(key);
        }
        let now = self.now;
        if let Some(budget) = &mut self.guard(target.guard, instance).budget {
            budget.begins(now);
        }
        let place = self.world.logical_calls.take();
        if self.world.logical_calls.used() > IN_FLIGHT_MAX {
            self.stopped = Some(Limit::InFlight);
        }
        self.world.logical_calls[place] = LogicalCall {
            caller,
            target,
            instance,
            serial,
            began: self.now,
            key,
            lineage,
            ..LogicalCall::default()
        };
        self.attempt(place);
    }

    /// Calls of services that are being tried again (or wait for it): the service and the instance whose worker is held
    /// by each.
    pub fn retrying(&self) -> impl Iterator<Item = (u16, u16)> + '_ {
        let parents = self
            .world
            .logical_calls
            .iter()
            .filter_map(LogicalCall::retries_for);
        parents.filter_map(|parent| {
            let parent = self.world.requests.get(parent)?;
            (parent.stage == Stage::Waiting).then_some((parent.service, parent.instance))
        })
    }

    fn guard(&mut self, guard: u16, instance: u16) -> &mut Guard {
        &mut self.world.guards[guard as usize].instances[instance as usize]
    }

    /// The next attempt of a call, unless its own guard keeps it back.
    fn attempt(&mut self, place: u32) {
        let now = self.now;
        let call = &mut self.world.logical_calls[place];
        let first = call.attempts == 0;
        call.attempts += 1;
        call.waits = false;
        let LogicalCall {
            caller,
            target,
            instance,
            serial,
            attempts,
            lineage,
            ..
        } = *call;
        let client = match caller {
            Caller::Client(client) => Some(client),
            _ => None,
        };
        let guards = &mut self.world.guards[target.guard as usize];
        let permits = guards.instances[instance as usize].try_acquire(now, &mut guards.rng);
        self.tell_guard(target.guard, instance, serial);
        let permit = match permits {
            Ok(permit) => permit,
            Err(by) => {
                self.record(What::CallNotPermitted {
                    request: serial,
                    operation: target.operation,
                    client,
                    first,
                    guard: target.guard,
                    by,
                });
                let call = &mut self.world.logical_calls[place];
                (call.waits, call.kept_back) = (true, true);
                // Through the queue, so that the caller waits before its call ends, as with every other call.
                let call = self.world.logical_calls.handle(place);
                return self.schedule(Span::ZERO, Event::CallGoesOn(call));
            }
        };
        let call = &mut self.world.logical_calls[place];
        (call.permit, call.kept_back) = (permit, false);
        let id = self.new_request(caller, target.operation, target.link, target.keys, lineage);
        let key = self.world.logical_calls[place].key;
        let request = &mut self.world.requests[id];
        request.calling = place;
        request.range = target.range;
        if first {
            request.serial = serial;
        }
        self.keyed(id, key);
        let request = &self.world.requests[id];
        let (own, origin) = (request.serial, request.origin);
        if client.is_none()
            && let Some(origin) = self.world.requests.get_mut(origin)
        {
            origin.calls += 1;
        }
        if !first {
            self.record(What::Retried {
                request: own,
                of: serial,
                operation: target.operation,
                client,
                attempt: attempts,
            });
        }
        self.send_request(id, target.timeout);
    }

    /// A call's wait is over, or it learns that it was kept back.
    pub(super) fn call_goes_on(&mut self, call: Handle<LogicalCall>) {
        let place = call.place();
        let Some(call) = self.world.logical_calls.live_mut(call) else {
            return;
        };
        call.waits = false;
        if call.kept_back {
            self.attempt_ends(place, None, Outcome::NotPermitted);
        } else if self.is_wanted(place) {
            self.attempt(place);
        } else {
            self.call_unwanted(place);
        }
    }

    /// The caller of a call is gone: it ends as its latest attempt did, and nobody hears of it.
    fn call_unwanted(&mut self, place: u32) {
        let call = self.world.logical_calls[place];
        self.record(What::Answered {
            request: call.serial,
            operation: call.target.operation,
            outcome: call.last,
            latency: self.now.since(call.began),
        });
        self.call_over(place);
    }

    /// Nobody needs a call any more.
    fn call_over(&mut self, place: u32) {
        let call = &mut self.world.logical_calls[place];
        let key = call.key.take();
        self.world.logical_calls.give_back(place);
        if let Some(key) = key {
            self.business_key_ends(key);
        }
    }

    /// Whether the caller is still there.
    fn is_wanted(&self, place: u32) -> bool {
        match self.world.logical_calls[place].caller {
            Caller::Client(_) | Caller::Delivery { .. } | Caller::Repair(_) => true,
            Caller::Request(parent) | Caller::Branch(parent) => self
                .world
                .requests
                .get(parent)
                .is_some_and(|parent| parent.stage == Stage::Waiting),
        }
    }

    /// An attempt (which may have been kept back, and so have no request) has ended for the caller: it is tried again, or
    /// the call has ended.
    pub(super) fn attempt_ends(&mut self, place: u32, id: Option<RequestId>, outcome: Outcome) {
        self.world.logical_calls[place].last = outcome;
        if !self.is_wanted(place) {
            return self.call_unwanted(place);
        }
        let now = self.now;
        let attempt = id.map(|id| &self.world.requests[id]);
        let took = attempt.map_or(Span::ZERO, |attempt| now.since(attempt.issued_at));
        let calls = attempt.map_or(0, |attempt| attempt.calls);
        let call = &mut self.world.logical_calls[place];
        call.calls += calls;
        call.unknown |= outcome.is_unknown();
        let LogicalCall {
            target, instance, ..
        } = *call;
        let guards = &mut self.world.guards[target.guard as usize];
        let guard = &mut guards.instances[instance as usize];
        if id.is_some() {
            guard.on_result(now, call.permit.take(), outcome, took);
        }
        let policy = self.plan.guards[target.guard as usize].policy;
        let mut next = Next::GivesUp(Why::NotRetried);
        match (policy, failure(outcome)) {
            (Some(_), None) => {
                if let Some(budget) = &mut guard.budget {
                    call.progress.succeeds(budget, now);
                }
            }
            (Some(policy), Some(failure)) => {
                let budget = guard.budget.as_mut();
                let progress = &mut call.progress;
                next = policy.next(progress, failure, budget, now, &mut guards.rng);
            }
            (None, _) => {}
        }
        let serial = call.serial;
        self.tell_guard(target.guard, instance, serial);
        match next {
            Next::After(wait) => {
                self.world.logical_calls[place].waits = true;
                let call = self.world.logical_calls.handle(place);
                return self.schedule(wait, Event::CallGoesOn(call));
            }
            Next::GivesUp(Why::Budget) => self.record(What::RetryDenied {
                request: serial,
                guard: target.guard,
            }),
            Next::GivesUp(Why::Attempts | Why::NotRetried) => {}
        }
        self.call_ends(place, id, outcome);
    }

    fn call_ends(&mut self, place: u32, id: Option<RequestId>, outcome: Outcome) {
        let call = self.world.logical_calls[place];
        let latency = self.now.since(call.began);
        match call.caller {
            Caller::Client(client) => {
                let ends = (call.serial, outcome, latency, call.calls);
                self.client_settles(client, ends, call.key, call.lineage);
            }
            Caller::Request(parent) | Caller::Branch(parent) => {
                self.record(What::Answered {
                    request: call.serial,
                    operation: call.target.operation,
                    outcome,
                    latency,
                });
                if call.unknown
                    && let Some(work) = self.work(parent)
                {
                    work.unknown = true;
                }
                if let Some(id) = id {
                    self.takes_view(parent, id, outcome);
                    self.fetched(parent, id, outcome);
                }
                self.child_settles(parent, outcome);
            }
            Caller::Delivery { .. } | Caller::Repair(_) => {}
        }
        self.call_over(place);
    }
}

/// How an attempt failed, if it did.
fn failure(outcome: Outcome) -> Option<Failure> {
    Some(match outcome {
        // Trying again would not change a "no".
        Outcome::Ok | Outcome::Declined => return None,
        Outcome::Failed => Failure::Failed,
        Outcome::Rejected => Failure::Rejected,
        Outcome::Refused => Failure::Refused,
        Outcome::Broken => Failure::Broken,
        Outcome::TimedOut => Failure::TimedOut,
        Outcome::NotPermitted => Failure::NotPermitted,
    })
}
