//! Floor 1: the scenario document - its types, how it is read and checked, and the scenarios that ship.

pub mod binding;
pub mod bus;
pub mod choose;
pub mod distribution;
pub mod document;
pub mod fault;
pub mod headline;
pub mod kinds;
pub mod named;
pub mod nearest;
pub mod notation;
pub mod problems;
pub mod read;
pub mod resilience;
pub mod settings;
pub mod shape;
pub mod shipped;
pub mod sparse;
pub mod truth;
pub mod validate;
pub mod writes;

pub use bus::*;
pub use choose::{Choose, Way};
pub use distribution::Distribution;
pub use document::*;
pub use fault::*;
pub use headline::{Headline, HeadlineKind, Price};
pub use named::Named;
pub use problems::{Problem, Problems};
pub use read::read;
pub use resilience::*;
pub use truth::*;
pub use writes::*;
