//! What goes wrong: planned by the scenario or caused by a person, with the same effect.

use super::flights::Flights;
use super::limits::FAULTS_MAX;
use super::lineage::Purpose;
use super::plan::{POINTS, Plan, point_index};
use super::pool::User;
use super::request::{Caller, Group, RequestId, Stage};
use super::trace::{Observe, Outcome, What};
use super::{Event, Simulation};
use kernel::time::{Span, Time};
use message::{LocalizedMessage, Words, msg};
use scenario::{Fault, FaultKind, Half, Scenario, kinds};

/// A fault of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultState {
    /// What it is.
    pub kind: FaultKind,
    /// When it begins.
    pub begins: Time,
    /// When it ends, if it does by itself.
    pub ends: Option<Time>,
    /// Whether it is at work now.
    pub active: bool,
    /// Whether it has ended.
    pub over: bool,
}

impl<O: Observe> Simulation<O> {
    /// Plans a fault of the scenario.
    pub(super) fn plan_fault(&mut self, fault: &Fault) {
        let index = self.faults.len() as u16;
        let begins = Time::ZERO + fault.at;
        self.faults.push(FaultState {
            kind: fault.what.clone(),
            begins,
            ends: fault.lasts.map(|lasts| begins + lasts),
            active: false,
            over: false,
        });
        self.at(begins, Event::FaultBegins(index));
    }

    /// Causes a fault now, for `lasts` or until [`Simulation::end_fault`]; its number.
    ///
    /// # Errors
    /// If the service, instance, store or link it names is not there, or there have been too many.
    pub fn inject(
        &mut self,
        kind: FaultKind,
        lasts: Option<Span>,
    ) -> Result<u16, LocalizedMessage> {
        if self.faults.len() >= FAULTS_MAX {
            return Err(msg!(
                "at most {0} faults in one run: start it anew",
                "한 실행에서 장애는 {0}개까지입니다. 처음부터 다시 시작하십시오",
                FAULTS_MAX,
            ));
        }
        check(&self.plan, &|service| self.instances(service).into(), &kind)?;
        let index = self.faults.len() as u16;
        self.faults.push(FaultState {
            kind,
            begins: self.now,
            ends: lasts.map(|lasts| self.now + lasts),
            active: false,
            over: false,
        });
        self.fault_begins(index);
        Ok(index)
    }

    /// Ends a fault now, if it is at work.
    pub fn end_fault(&mut self, fault: u16) {
        if self
            .faults
            .get(fault as usize)
            .is_some_and(|state| state.active)
        {
            self.fault_ends(fault);
        }
    }

    /// Whether a fault that only loads what will go wrong next still waits for it.
    pub fn waits_for_next(&self, kind: &FaultKind) -> bool {
        match kind {
            FaultKind::LoseNext { link, what, .. } => {
                self.plan.link_named(link).is_some_and(|index| {
                    let state = &self.world.links[index as usize];
                    match what {
                        Half::Request => state.lose_requests > 0,
                        Half::Answer => state.lose_answers > 0,
                    }
                })
            }
            FaultKind::DuplicateNext { topic, .. } => self
                .plan
                .topic_named(topic)
                .is_some_and(|index| self.world.bus.topics[index as usize].duplicate_next > 0),
            _ => false,
        }
    }

    pub(super) fn fault_begins(&mut self, fault: u16) {
        let state = &mut self.faults[fault as usize];
        state.active = true;
        if let Some(ends) = state.ends {
            self.at(ends, Event::FaultEnds(fault));
        }
        self.record(What::FaultBegan { fault });
        self.switch_fault(fault, true);
    }

    pub(super) fn fault_ends(&mut self, fault: u16) {
        let state = &mut self.faults[fault as usize];
        if !state.active {
            return;
        }
        state.active = false;
        state.over = true;
        self.record(What::FaultEnded { fault });
        self.switch_fault(fault, false);
    }

    /// Turns a fault on or off. Faults add up: two cuts of one link are over when both are.
    fn switch_fault(&mut self, fault: u16, on: bool) {
        let kind = self.faults[fault as usize].kind.clone();
        let count = |down: &mut u32| {
            if on {
                *down += 1;
            } else {
                *down -= 1;
            }
        };
        match kind {
            FaultKind::Crash { service, instance } => {
                let Some(service) = self.plan.service_named(&service) else {
                    return;
                };
                let instances = match instance {
                    Some(instance) => instance as u16..instance as u16 + 1,
                    None => 0..self.instances(service),
                };
                for instance in instances {
                    let Some(state) = self.world.services[service as usize]
                        .instances
                        .get_mut(instance as usize)
                    else {
                        continue;
                    };
                    let was_up = state.up();
                    // An instance added while all were down is up, and stays so.
                    if on || state.down > 0 {
                        count(&mut state.down);
                    }
                    if on && was_up {
                        self.crash(service, instance);
                    }
                }
                self.appliers_go_on();
                if !on {
                    self.bus_goes_on();
                    self.relays_go_on();
                }
            }
            FaultKind::Slow { service, .. } | FaultKind::Errors { service, .. } => {
                self.recompute_service(&service)
            }
            FaultKind::Loss { link, .. } => {
                let Some(index) = self.plan.link_named(&link) else {
                    return;
                };
                let (mut request_loss, mut answer_loss) = (0.0, 0.0);
                for state in self.faults.iter().filter(|state| state.active) {
                    if let FaultKind::Loss {
                        link: other,
                        request,
                        answer,
                    } = &state.kind
                        && *other == link
                    {
                        request_loss += request;
                        answer_loss += answer;
                    }
                }
                self.world.links[index as usize].request_loss = request_loss;
                self.world.links[index as usize].answer_loss = answer_loss;
            }
            FaultKind::Hold { link } => {
                if let Some(index) = self.plan.link_named(&link) {
                    let state = &mut self.world.links[index as usize];
                    count(&mut state.hold);
                    if state.hold == 0 {
                        self.deliver_held(index);
                    }
                }
            }
            FaultKind::Cut { link } => {
                // A cut severs the cable: the same two ends' other direction (which events take), too.
                let ends = link.split_once("->").map(|(a, b)| (a.trim(), b.trim()));
                let Some((from, to)) = ends else { return };
                for name in [format!("{from} -> {to}"), format!("{to} -> {from}")] {
                    if let Some(index) = self.plan.link_named(&name) {
                        count(&mut self.world.links[index as usize].cut);
                        if self.world.links[index as usize].cut == 0 {
                            self.release_held(index);
                        }
                    }
                }
            }
            FaultKind::Surge { client: name, .. } => {
                let Some(client) = self.plan.client_named(&name) else {
                    return;
                };
                let surge = |state: &FaultState| match &state.kind {
                    FaultKind::Surge { client, factor } if state.active && *client == name => {
                        Some(*factor)
                    }
                    _ => None,
                };
                let surge = self.faults.iter().filter_map(surge).product();
                self.client_surges(client, surge);
            }
            FaultKind::StoreDown { store } => {
                let Some(index) = self.plan.store_named(&store) else {
                    return;
                };
                count(&mut self.world.stores[index as usize].pool.down);
                if on {
                    self.store_goes_down(index);
                } else {
                    self.appliers_go_on();
                    self.relays_go_on();
                }
            }
            FaultKind::StoreSlow { store, .. } => {
                let Some(index) = self.plan.store_named(&store) else {
                    return;
                };
                let slow = self.active().fold(1.0, |slow, kind| match kind {
                    FaultKind::StoreSlow {
                        store: other,
                        factor,
                    } if *other == store => slow * factor,
                    _ => slow,
                });
                self.world.stores[index as usize].slow = slow;
            }
            FaultKind::BrokerDown { topic } => {
                if let Some(index) = self.plan.topic_named(&topic) {
                    count(&mut self.world.bus.topics[index as usize].down);
                    self.bus_goes_on();
                }
            }
            FaultKind::LoseNext {
                link,
                what,
                count: many,
            } => {
                if let Some(index) = self.plan.link_named(&link).filter(|_| on) {
                    let state = &mut self.world.links[index as usize];
                    match what {
                        Half::Request => state.lose_requests += many,
                        Half::Answer => state.lose_answers += many,
                    }
                }
                self.over_at_once(fault, on);
            }
            FaultKind::DuplicateNext { topic, count: many } => {
                if let Some(index) = self.plan.topic_named(&topic).filter(|_| on) {
                    self.world.bus.topics[index as usize].duplicate_next += many;
                }
                self.over_at_once(fault, on);
            }
            FaultKind::Dies { operation, .. } => {
                let Some(index) = self.plan.operation_named(&operation) else {
                    return;
                };
                let mut shares = [0.0; POINTS];
                for kind in self.active() {
                    if let FaultKind::Dies {
                        operation: other,
                        point,
                        share,
                    } = kind
                        && *other == operation
                    {
                        let lives = &mut shares[point_index(*point)];
                        *lives = 1.0 - (1.0 - *lives) * (1.0 - share);
                    }
                }
                self.world.deaths[index as usize].shares = shares;
            }
            FaultKind::RelayDies { topic, .. } => {
                let Some(index) = self.plan.topic_named(&topic) else {
                    return;
                };
                let lives = self.active().fold(1.0, |lives, kind| match kind {
                    FaultKind::RelayDies {
                        topic: other,
                        share,
                    } if *other == topic => lives * (1.0 - share),
                    _ => lives,
                });
                for relay in self.plan.topics[index as usize].relays.clone() {
                    self.world.relays[relay as usize].death = 1.0 - lives;
                }
            }
        }
    }

    /// The faults at work.
    fn active(&self) -> impl Iterator<Item = &FaultKind> {
        let active = self.faults.iter().filter(|state| state.active);
        active.map(|state| &state.kind)
    }

    /// A fault that only loads what will go wrong next has nothing to end.
    fn over_at_once(&mut self, fault: u16, on: bool) {
        if on {
            self.fault_ends(fault);
        }
    }

    /// How slow a service is and how often it errs, from all the faults at work.
    fn recompute_service(&mut self, name: &str) {
        let Some(index) = self.plan.service_named(name) else {
            return;
        };
        let here = |service: &String, of: &Option<u32>, instance: Option<u32>| {
            service == name && (of.is_none() || *of == instance)
        };
        // Of all instances (`None`), or of one: how slow, and which share is healthy.
        let state = |instance: Option<u32>| {
            self.active()
                .fold((1.0, 1.0), |(slow, healthy), kind| match kind {
                    FaultKind::Slow {
                        service,
                        instance: of,
                        factor,
                    } if here(service, of, instance) => (slow * factor, healthy),
                    FaultKind::Errors {
                        service,
                        instance: of,
                        rate,
                    } if here(service, of, instance) => (slow, healthy * (1.0 - rate)),
                    _ => (slow, healthy),
                })
        };
        let (slow, _) = state(None);
        let count = self.world.services[index as usize].instances.len() as u32;
        let each: Vec<(f64, f64)> = (0..count).map(|instance| state(Some(instance))).collect();
        let service = &mut self.world.services[index as usize];
        service.slow = slow;
        for (instance, (slow, healthy)) in service.instances.iter_mut().zip(each) {
            instance.slow = slow;
            instance.errors = 1.0 - healthy;
        }
        let mut all = self.world.services.iter().flat_map(|it| &it.instances);
        self.world.errs = all.any(|instance| instance.errors > 0.0);
    }

    /// New instances are as slow and as faulty as the faults at work say.
    pub(super) fn recompute_services(&mut self) {
        let names: Vec<String> = self
            .plan
            .services
            .iter()
            .map(|it| it.name.clone())
            .collect();
        names.iter().for_each(|name| self.recompute_service(name));
    }

    /// Whether a fault makes this request fail: drawn once for each, however often it is asked.
    #[inline]
    pub(super) fn is_failed_by_fault(&self, id: RequestId) -> bool {
        if !self.world.errs {
            return false;
        }
        let request = &self.world.requests[id];
        let service = &self.world.services[request.service as usize];
        let errors = service.instances[request.instance as usize].errors;
        errors > 0.0
            && service
                .errors
                .then(Purpose::Error, request.serial)
                .chance(errors)
    }

    /// An instance dies: what was inside is gone, and the callers' connections break.
    fn crash(&mut self, service: u16, instance: u16) {
        let victims: Vec<RequestId> = self
            .world
            .requests
            .iter()
            .filter(|(_, request)| {
                (request.service, request.instance) == (service, instance)
                    && !matches!(request.stage, Stage::Travelling | Stage::Done)
            })
            .map(|(id, _)| id)
            .collect();
        let state = &mut self.world.services[service as usize].instances[instance as usize];
        state.busy = 0;
        state.waiting = 0;
        state.queue.clear();
        for cache in 0..self.plan.caches.len() {
            if self.plan.caches[cache].service == service {
                self.world.caches[cache][instance as usize].clear();
                // Whoever fetches or waits dies, too.
                self.world.flights[cache][instance as usize] = Flights::default();
            }
        }
        self.guards_restart(service, instance);
        for id in victims {
            self.kill(id);
        }
    }

    /// A request dies with its instance.
    fn kill(&mut self, id: RequestId) {
        self.drop_new_row(id);
        self.stop_publishing(id);
        self.roll_back_all(id);
        self.process(id, false);
        let request = &mut self.world.requests[id];
        let stage = request.stage;
        request.stage = Stage::Done;
        if let Group::Fetch(place) = std::mem::replace(&mut request.group, Group::None) {
            self.world.fetches.give_back(place);
        }
        match stage {
            // The transaction is rolled back.
            Stage::UsesConnection(store) => self.return_connection(store),
            Stage::WantsConnection(store) => self.unwant_connection(store, id),
            _ => {}
        }
        let request = &self.world.requests[id];
        if let Caller::Branch(_) = request.caller {
            return self.forget(id);
        }
        if stage != Stage::Queued && request.tasks == 0 {
            let what = What::WorkerResumed {
                request: request.serial,
                service: request.service,
                instance: request.instance,
            };
            self.record(what);
        }
        let request = &self.world.requests[id];
        let (serial, operation, service, instance) = (
            request.serial,
            request.operation,
            request.service,
            request.instance,
        );
        let what = if stage == Stage::Queued {
            What::Dropped {
                request: serial,
                operation,
                service,
                instance,
            }
        } else {
            What::Finished {
                request: serial,
                operation,
                service,
                instance,
                outcome: Outcome::Broken,
                held: self.now.since(request.started_at),
            }
        };
        self.record(what);
        self.send_answer(id, Outcome::Broken);
    }

    fn unwant_connection(&mut self, store: u16, id: RequestId) {
        let waiting = &mut self.world.stores[store as usize].pool.waiting;
        waiting.retain(|wish| wish.user != User::Request(id) && wish.user != User::Transaction(id));
        self.record(What::ConnectionUnwanted { store });
    }

    /// A store stops answering: who waits for it fails at once; what it is at work on still ends (its result was
    /// already on the way). New queries fail in [`Simulation::want_connection`].
    fn store_goes_down(&mut self, store: u16) {
        let waiting = std::mem::take(&mut self.world.stores[store as usize].pool.waiting);
        for wish in waiting {
            self.record(What::ConnectionUnwanted { store });
            match wish.user {
                User::Request(id) => self.finish(id, Outcome::Failed),
                User::Applier(reference) => self.world.appliers[reference as usize].busy = false,
                User::Transaction(id) => self.finish(id, Outcome::Failed),
                User::Relay(relay) => self.relay_unwanted(relay),
                User::Reconciliation(index) => self.reconciliation_over(index),
            }
        }
    }
}

/// Something that a fault names is not there.
fn no(kind: Words, name: &str) -> LocalizedMessage {
    msg!(
        "there is no {0} \"{1}\"",
        "이름이 \"{1}\"인 {0:이} 없습니다",
        kind,
        name
    )
}

/// Whether a fault could be caused in a run of a scenario that has just begun.
///
/// # Errors
/// If the service, instance, store, link, client or topic it names is not there.
pub fn check_fault(scenario: &Scenario, kind: &FaultKind) -> Result<(), LocalizedMessage> {
    check_fault_of(&Plan::new(scenario), kind)
}

/// As [`check_fault`], for a scenario whose plan is at hand.
///
/// # Errors
/// As [`check_fault`].
pub fn check_fault_of(plan: &Plan, kind: &FaultKind) -> Result<(), LocalizedMessage> {
    check(
        plan,
        &|service| plan.services[service as usize].instances,
        kind,
    )
}

/// Whether a fault could be caused in a world of this plan, whose services have so many instances now.
fn check(
    plan: &Plan,
    instances: &dyn Fn(u16) -> u32,
    kind: &FaultKind,
) -> Result<(), LocalizedMessage> {
    let there_is =
        |place: Option<u16>, kind: Words, name: &str| place.ok_or_else(|| no(kind, name));
    let (place, what, name) = match kind {
        FaultKind::Crash {
            service: name,
            instance,
        }
        | FaultKind::Slow {
            service: name,
            instance,
            ..
        }
        | FaultKind::Errors {
            service: name,
            instance,
            ..
        } => {
            let service = there_is(plan.service_named(name), kinds::SERVICE, name)?;
            let instances = instances(service);
            if instance.is_some_and(|instance| instance >= instances) {
                return Err(msg!(
                    "service \"{0}\" has {1} instances",
                    "서비스 \"{0}\"의 인스턴스는 {1}개입니다",
                    name.as_str(),
                    instances,
                ));
            }
            return Ok(());
        }
        FaultKind::Loss { link, .. }
        | FaultKind::Cut { link }
        | FaultKind::Hold { link }
        | FaultKind::LoseNext { link, .. } => (plan.link_named(link), kinds::LINK, link),
        FaultKind::Surge { client, .. } => (plan.client_named(client), kinds::CLIENT, client),
        FaultKind::StoreDown { store } | FaultKind::StoreSlow { store, .. } => {
            (plan.store_named(store), kinds::STORE, store)
        }
        FaultKind::BrokerDown { topic }
        | FaultKind::DuplicateNext { topic, .. }
        | FaultKind::RelayDies { topic, .. } => (plan.topic_named(topic), kinds::TOPIC, topic),
        FaultKind::Dies { operation, .. } => {
            (plan.operation_named(operation), kinds::OPERATION, operation)
        }
    };
    there_is(place, what, name).map(drop)
}
