//! Floor 1: the scenario document - its types, how it is read and checked, and the scenarios that ship.

pub mod distribution;
pub mod document;
pub mod nearest;
pub mod read;
pub mod settings;
pub mod shape;
pub mod shipped;
pub mod validate;

pub use distribution::Distribution;
pub use document::*;
pub use read::{Problem, read};
