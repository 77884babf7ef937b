//! The scenario document: its types ([`Scenario`]), how it is read and checked ([`read()`]), which of its values a person may
//! change ([`settings`]), and the scenarios that ship ([`shipped`]).
//!
//! docs/scenario-format.md describes the document for those who write one. Whatever is wrong with it is said at once,
//! each problem with its place and the remedy:
//!
//! ```
//! let problems = scenario::read(r#"{ "version": 1, "name": "shop", "services": { "shop": { "treads": 3 } } }"#)
//!     .expect_err("there is a mistake in it");
//! assert!(problems.iter().any(|problem| problem.to_string().contains("threads")));
//!
//! let storm = scenario::shipped::load("retry-storm").expect("it ships");
//! assert!(!storm.controls.is_empty(), "a person may change some of it");
//! ```

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
