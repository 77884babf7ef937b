//! One process of a service: its workers and its accept queue.

use super::request::RequestId;
use kernel::time::Time;
use std::collections::VecDeque;

/// One process.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Workers that hold a request.
    pub busy: u32,
    /// Of those, workers that only wait for answers.
    pub waiting: u32,
    /// Requests that wait for a worker, with the time they came.
    pub queue: VecDeque<(RequestId, Time)>,
    /// How many faults keep it down.
    pub down: u32,
    /// How many times as long its work takes (1: healthy).
    pub slow: f64,
    /// The share of requests that a fault turns into errors.
    pub errors: f64,
}

impl Default for Instance {
    /// Healthy, and with nothing to do.
    fn default() -> Self {
        Instance {
            busy: 0,
            waiting: 0,
            queue: VecDeque::new(),
            down: 0,
            slow: 1.0,
            errors: 0.0,
        }
    }
}

/// What happens to a request that reaches an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A worker takes it up at once.
    Starts,
    /// It waits for a worker.
    Waits,
    /// The accept queue is full.
    Rejected,
    /// The process is not there.
    Refused,
}

impl Instance {
    /// Whether the process is there.
    pub fn up(&self) -> bool {
        self.down == 0
    }

    /// Requests inside, running or waiting.
    pub fn inside(&self) -> u32 {
        self.busy + self.queue.len() as u32
    }

    /// A request arrives.
    pub fn admit(
        &mut self,
        request: RequestId,
        now: Time,
        threads: u32,
        accept_queue: u32,
    ) -> Admission {
        if !self.up() {
            Admission::Refused
        } else if self.busy < threads && self.queue.is_empty() {
            self.busy += 1;
            Admission::Starts
        } else if (self.queue.len() as u32) < accept_queue {
            self.queue.push_back((request, now));
            Admission::Waits
        } else {
            Admission::Rejected
        }
    }

    /// A worker is done with its request. Whether somebody waits for it.
    pub fn release(&mut self) -> bool {
        self.busy -= 1;
        !self.queue.is_empty()
    }

    /// The next waiting request, if a worker is free; the worker takes it.
    pub fn next(&mut self, threads: u32) -> Option<(RequestId, Time)> {
        if !self.up() || self.busy >= threads {
            return None;
        }
        let next = self.queue.pop_front()?;
        self.busy += 1;
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_starts_then_queues_then_rejects() {
        let mut instance = Instance::default();
        let id = RequestId::new(0, 0);
        let mut admit = || instance.admit(id, Time(0), 2, 1);
        assert_eq!(
            [admit(), admit(), admit(), admit()],
            [
                Admission::Starts,
                Admission::Starts,
                Admission::Waits,
                Admission::Rejected
            ]
        );
        instance.down = 1;
        assert_eq!(instance.admit(id, Time(0), 2, 1), Admission::Refused);
    }
}
