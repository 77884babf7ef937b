//! A discrete-event kernel: integer time, an event queue, timers that can be cleared away, and random streams.
//!
//! It knows nothing of services. What it promises is that the same calls give the same results on every machine: time is
//! in integer nanoseconds, events of one moment come in the order in which they were put in, and each purpose has a
//! random stream of its own.
//!
//! ```
//! use kernel::queue::EventQueue;
//! use kernel::random::Stream;
//! use kernel::time::{Span, Time};
//!
//! let mut arrivals = Stream::new(1, "arrivals");
//! let mut queue = EventQueue::default();
//! queue.push(Time::ZERO, "arrival");
//! let mut arrived = 0;
//! while let Some((now, _)) = queue.pop_until(Time::ZERO + Span::from_secs_f64(10.0)) {
//!     arrived += 1;
//!     queue.push(now + Span::from_secs_f64(arrivals.exponential() / 100.0), "arrival");
//! }
//! assert!((800..1200).contains(&arrived), "about 100 a second in ten seconds, and the same on every machine");
//! ```

pub mod queue;
pub mod random;
pub mod time;
pub mod timers;
