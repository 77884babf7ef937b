//! Clients: when requests are sent, and what becomes of the people who sent them.

use super::plan::LoadPlan;
use super::request::{Caller, RequestId};
use super::trace::{Outcome, What};
use super::{Event, Simulation};
use crate::time::Span;

impl Simulation {
    /// A client begins (at the start, or anew when its load was changed).
    pub(super) fn client_begins(&mut self, client: u16) {
        self.world.clients[client as usize].epoch += 1;
        match self.plan.clients[client as usize].load {
            LoadPlan::Closed { users, think } => {
                while self.world.clients[client as usize].users < users {
                    self.world.clients[client as usize].users += 1;
                    let thinks = think.sample(&mut self.world.clients[client as usize].arrivals);
                    self.schedule(thinks, Event::HasThought { client });
                }
            }
            _ => self.plan_next_arrival(client),
        }
    }

    fn plan_next_arrival(&mut self, client: u16) {
        let state = &mut self.world.clients[client as usize];
        let gap = match self.plan.clients[client as usize].load {
            LoadPlan::Poisson { rate } if rate > 0.0 => {
                Span::from_nanos_f64(state.arrivals.exponential() * 1e9 / rate)
            }
            LoadPlan::Constant { rate } if rate > 0.0 => Span::from_nanos_f64(1e9 / rate),
            LoadPlan::Bursts { every, .. } => every,
            _ => return,
        };
        let epoch = state.epoch;
        self.schedule(gap, Event::Asks { client, epoch });
    }

    pub(super) fn client_asks(&mut self, client: u16, epoch: u32) {
        if self.world.clients[client as usize].epoch != epoch {
            return;
        }
        let requests = match self.plan.clients[client as usize].load {
            LoadPlan::Bursts { size, .. } => size,
            _ => 1,
        };
        for _ in 0..requests {
            self.ask(client);
        }
        self.plan_next_arrival(client);
    }

    pub(super) fn user_asks(&mut self, client: u16) {
        let users = match self.plan.clients[client as usize].load {
            LoadPlan::Closed { users, .. } => users,
            _ => 0,
        };
        if self.world.clients[client as usize].users > users {
            self.world.clients[client as usize].users -= 1;
            return;
        }
        self.ask(client);
    }

    fn ask(&mut self, client: u16) {
        let plan = &self.plan.clients[client as usize];
        let (operation, link, timeout) = (plan.operation, plan.link, plan.timeout);
        let request = self.new_request(Caller::Client(client), operation, link, 1);
        let serial = self.world.requests[request].serial;
        self.record(What::Issued {
            request: serial,
            client,
        });
        self.send_request(request, timeout);
    }

    /// A client has its result.
    pub(super) fn client_settles(&mut self, client: u16, request: RequestId, outcome: Outcome) {
        let state = &self.world.requests[request];
        let what = What::Settled {
            request: state.serial,
            client,
            outcome,
            latency: self.now.since(state.issued_at),
            calls: state.calls,
        };
        self.record(what);
        if let LoadPlan::Closed { think, .. } = self.plan.clients[client as usize].load {
            let thinks = think.sample(&mut self.world.clients[client as usize].arrivals);
            self.schedule(thinks, Event::HasThought { client });
        }
    }
}
