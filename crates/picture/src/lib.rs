//! The picture of a scenario: where everything stands ([`layout`]), what moves where at a moment ([`sprites`]), and whether
//! it is drawn for light or dark ([`theme`]).
//!
//! Nothing here has a state of its own: a picture is a function of the trace and the moment that is looked at.
//!
//! ```
//! use picture::layout::{Form, Layout};
//!
//! let scenario = scenario::shipped::load("consultation-list").expect("it ships");
//! let plan = sim::Plan::new(&scenario);
//! let layout = Layout::new(&plan, 0, Form::Wide);
//! assert_eq!(layout.services.len(), scenario.services.len());
//! ```

pub mod layout;
pub mod sprites;
pub mod theme;
