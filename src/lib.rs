//! msa-playground: services, stores and a message bus simulated in the page.
//!
//! Data flows one way: scenario -> simulation -> trace -> numbers, pictures, words. ARCHITECTURE.md has the map.

pub mod app;
pub mod digest;
pub mod export;
pub mod forecast;
pub mod layout;
pub mod metrics;
pub mod queue;
pub mod random;
pub mod run;
pub mod said;
pub mod scenario;
pub mod session;
pub mod share;
pub mod sim;
pub mod sprites;
pub mod theme;
pub mod time;
pub mod timers;
pub mod trace_log;
#[cfg(feature = "cli")]
pub mod validate;
#[cfg(feature = "web")]
pub mod view;
#[cfg(feature = "web")]
pub mod web;
pub mod words;
