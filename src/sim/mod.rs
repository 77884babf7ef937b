//! Floor 2: the simulation.
pub mod trace;
