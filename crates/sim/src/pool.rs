//! A store's connection pool: so many at work at once, the others wait in order.

use super::request::RequestId;
use kernel::time::{Span, Time};
use std::collections::VecDeque;

/// Who wants a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// A step of a request.
    Request(RequestId),
    /// The process that applies a reference's change events to its replica.
    Applier(u16),
    /// A request, for a local transaction.
    Transaction(RequestId),
    /// A relay.
    Relay(u16),
    /// A reconciliation.
    Reconciliation(u16),
}

/// Somebody who waits for a connection.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Who.
    pub user: User,
    /// How long the connection will be held.
    pub holds: Span,
    /// Since when they have waited.
    pub since: Time,
}

/// The pool.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Connections at work.
    pub busy: u32,
    /// Who waits, first come first served.
    pub waiting: VecDeque<Waiting>,
    /// How many faults keep the store down.
    pub down: u32,
}

impl Pool {
    /// Takes a connection, or joins the queue. `true` if it was taken.
    pub fn want(&mut self, wish: Waiting, connections: u32) -> bool {
        if self.busy < connections && self.waiting.is_empty() {
            self.busy += 1;
            return true;
        }
        self.waiting.push_back(wish);
        false
    }

    /// Gives a connection back.
    pub fn give_back(&mut self) {
        self.busy -= 1;
    }

    /// The next one to be served, if a connection is free; it is taken then.
    pub fn next(&mut self, connections: u32) -> Option<Waiting> {
        if self.busy >= connections {
            return None;
        }
        let next = self.waiting.pop_front()?;
        self.busy += 1;
        Some(next)
    }
}
