//! Stores: connections, how long they are held, and what a query or a commit does.

use super::interpret::slowed;
use super::lineage::Purpose;
use super::plan::{Instruction, NONE, count};
use super::pool::{User, Waiting};
use super::request::{ReadFrom, RequestId, Stage};
use super::tables::Page;
use super::trace::{Observe, Outcome, What};
use super::{Event, Simulation};
use kernel::time::Span;

impl<O: Observe> Simulation<O> {
    /// How long a query of so many rows takes.
    pub(super) fn query_time(&mut self, store: u16, rows: u32) -> Span {
        let plan = &self.plan.stores[store as usize];
        let query = plan
            .query_time
            .sample(&mut self.world.stores[store as usize].query);
        query + self.rows_time(store, rows)
    }

    /// What so many rows add to a query.
    pub(super) fn rows_time(&self, store: u16, rows: u32) -> Span {
        Span(self.plan.stores[store as usize].row_time.0 * u64::from(rows))
    }

    /// A request needs a connection.
    pub(super) fn want_connection(&mut self, id: RequestId, store: u16, holds: Span) {
        if self.world.stores[store as usize].pool.down > 0 {
            return self.finish(id, Outcome::Failed);
        }
        self.world.requests[id].stage = Stage::WantsConnection(store);
        self.connection(store, User::Request(id), holds);
    }

    /// Somebody needs a connection.
    pub(super) fn connection(&mut self, store: u16, user: User, holds: Span) {
        let wish = Waiting {
            user,
            holds,
            since: self.now,
        };
        let connections = self.plan.stores[store as usize].connections;
        if self.world.stores[store as usize]
            .pool
            .want(wish, connections)
        {
            self.connection_taken(store, wish, false);
        } else {
            self.record(What::ConnectionWanted { store });
        }
    }

    fn connection_taken(&mut self, store: u16, wish: Waiting, queued: bool) {
        let service = self.plan.stores[store as usize].service;
        let slow =
            self.world.services[service as usize].slow * self.world.stores[store as usize].slow;
        let holds = slowed(wish.holds, slow);
        self.record(What::ConnectionTaken {
            store,
            queued,
            waited: self.now.since(wish.since),
            holds,
        });
        match wish.user {
            User::Request(id) => {
                self.world.requests[id].stage = Stage::UsesConnection(store);
                self.schedule(holds, Event::Resumes(id));
            }
            User::Applier(reference) => self.schedule(holds, Event::ChangeApplied { reference }),
            User::Transaction(id) => self.transaction_begins(id, store),
            User::Relay(relay) => self.schedule(holds, Event::RelayGoesOn(relay)),
            User::Reconciliation(index) => self.schedule(holds, Event::ReconciliationGoesOn(index)),
        }
    }

    /// A connection is given back; the next one in the queue takes it.
    pub(super) fn return_connection(&mut self, store: u16) {
        self.world.stores[store as usize].pool.give_back();
        self.record(What::ConnectionReturned { store });
        self.connections_go_on(store);
    }

    /// Free connections are taken by those who wait.
    pub(super) fn connections_go_on(&mut self, store: u16) {
        let connections = self.plan.stores[store as usize].connections;
        while let Some(wish) = self.world.stores[store as usize].pool.next(connections) {
            // Whoever died while waiting has been taken out of the queue by the crash.
            self.connection_taken(store, wish, true);
        }
    }

    /// A request's query or transaction has been answered.
    pub(super) fn store_answers(&mut self, id: RequestId) {
        let now = self.now;
        let request = &mut self.world.requests[id];
        match self.plan.code[request.pc as usize] {
            Instruction::Query { table, rows, .. } => {
                (request.read_at, request.read) = (now, ReadFrom::Store);
                if table != NONE && !self.plan.tables[table as usize].references.is_empty() {
                    let total = self.plan.tables[table as usize].rows;
                    let rows = count(rows, request.keys, request.page.rows).min(total);
                    request.page = Page {
                        table: table as u16,
                        start: request.draw(&self.plan, Purpose::Page).below(total),
                        rows,
                    };
                    request.joined = self.plan.joined_behind(request.pc);
                }
            }
            Instruction::Write { table, .. } if table != NONE => self.commit(id, table as u16),
            Instruction::Resolve { reference } => self.end_local_resolve(id, reference),
            _ => {}
        }
    }

    /// A transaction commits: a row has a new version, and who keeps copies hears of it.
    fn commit(&mut self, id: RequestId, table: u16) {
        let key = if self.plan.tables[table as usize].references.is_empty() {
            let rows = self.plan.tables[table as usize].rows;
            let draw = self.world.requests[id].draw(&self.plan, Purpose::Change);
            draw.below(rows)
        } else {
            self.insert_row(id, table)
        };
        let version = self.world.tables[table as usize].rows[key as usize].change(self.now);
        self.record(What::Changed {
            table,
            key,
            version,
        });
        self.tell_copies(id, table, key, version);
    }
}
