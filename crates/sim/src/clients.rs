//! Clients: when requests are sent, and what becomes of the people who sent them.

use super::lineage::{Lineage, Purpose};
use super::plan::LoadPlan;
use super::request::Caller;
use super::resilience::{NO_GUARD, Target};
use super::trace::{Key, Observe, Outcome, Serial, What};
use super::{Event, Simulation};
use kernel::time::Span;

impl<O: Observe> Simulation<O> {
    /// A client begins (at the start, or anew when its load was changed).
    pub(super) fn client_begins(&mut self, client: u16) {
        self.world.clients[client as usize].epoch += 1;
        match self.plan.clients[client as usize].load {
            LoadPlan::Closed { users, think } => {
                let users = self.surged(client, users);
                while self.world.clients[client as usize].users < users {
                    self.world.clients[client as usize].users += 1;
                    let thinks = think.sample(&mut self.world.clients[client as usize].arrivals);
                    self.schedule(thinks, Event::HasThought { client });
                }
            }
            _ => self.plan_next_arrival(client),
        }
    }

    #[inline(always)]
    fn plan_next_arrival(&mut self, client: u16) {
        let state = &mut self.world.clients[client as usize];
        let surge = state.surge;
        let gap = match self.plan.clients[client as usize].load {
            LoadPlan::Poisson { rate } if rate * surge > 0.0 => {
                Span::from_nanos_f64(state.arrivals.exponential() * (1e9 / (rate * surge)))
            }
            LoadPlan::Constant { rate } if rate * surge > 0.0 => {
                Span::from_nanos_f64(1e9 / (rate * surge))
            }
            LoadPlan::Bursts { every, .. } => every,
            _ => return,
        };
        let epoch = state.epoch;
        self.at_here(self.now + gap, Event::Asks { client, epoch });
    }

    pub(super) fn client_asks(&mut self, client: u16, epoch: u32) {
        if self.world.clients[client as usize].epoch != epoch {
            return;
        }
        let requests = match self.plan.clients[client as usize].load {
            LoadPlan::Bursts { size, .. } => self.surged(client, size),
            _ => 1,
        };
        for _ in 0..requests {
            self.ask(client);
        }
        self.plan_next_arrival(client);
    }

    /// So many, or as many more as a surge makes of them.
    fn surged(&self, client: u16, number: u32) -> u32 {
        let surge = self.world.clients[client as usize].surge;
        libm::round(f64::from(number) * surge) as u32
    }

    /// A surge of a client begins or ends: from now on it asks so many times as often.
    pub(super) fn client_surges(&mut self, client: u16, surge: f64) {
        self.world.clients[client as usize].surge = surge;
        // Bursts stay where they are in time; only their size follows.
        if !matches!(
            self.plan.clients[client as usize].load,
            LoadPlan::Bursts { .. }
        ) {
            self.client_begins(client);
        }
    }

    pub(super) fn user_asks(&mut self, client: u16) {
        let users = match self.plan.clients[client as usize].load {
            LoadPlan::Closed { users, .. } => self.surged(client, users),
            _ => 0,
        };
        if self.world.clients[client as usize].users > users {
            self.world.clients[client as usize].users -= 1;
            return;
        }
        self.ask(client);
    }

    #[inline(always)]
    fn ask(&mut self, client: u16) {
        let key = self.draw_key(client);
        let state = &mut self.world.clients[client as usize];
        let lineage = if self.plan.draws {
            state.lineage.then(Purpose::Call, state.asked)
        } else {
            Lineage::NONE
        };
        state.asked += 1;
        self.ask_about(client, key, lineage);
    }

    /// A client sends a request, about this business key if about one.
    #[inline(always)]
    pub(super) fn ask_about(&mut self, client: u16, key: Option<Key>, lineage: Lineage) {
        let plan = &self.plan.clients[client as usize];
        let (operation, link, timeout) = (plan.operation, plan.link, plan.timeout);
        if plan.guard != NO_GUARD {
            let target = Target {
                operation,
                link,
                keys: 1,
                timeout,
                range: (0, 0),
                guard: plan.guard,
            };
            return self.begin_logical_call(Caller::Client(client), target, key, lineage);
        }
        let caller = Caller::Client(client);
        let (request, serial) = self.new_request_here(caller, operation, link, 1, lineage);
        self.record(What::Issued {
            request: serial,
            client,
        });
        if key.is_some() {
            self.keyed(request, key);
        }
        self.send_request_here(request, timeout);
    }

    /// A client has its result.
    #[inline(always)]
    pub(super) fn client_settles(
        &mut self,
        client: u16,
        (request, outcome, latency, calls): (Serial, Outcome, Span, u32),
        key: Option<Key>,
        lineage: Lineage,
    ) {
        self.record(What::Settled {
            request,
            client,
            outcome,
            latency,
            calls,
        });
        if let Some(key) = key {
            self.tell(client, key, (request, outcome, lineage));
        }
        if let LoadPlan::Closed { think, .. } = self.plan.clients[client as usize].load {
            let thinks = think.sample(&mut self.world.clients[client as usize].arrivals);
            self.schedule(thinks, Event::HasThought { client });
        }
    }
}
