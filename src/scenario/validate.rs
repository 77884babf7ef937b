//! The sense of a document.

use super::Scenario;
use super::read::Problem;

/// Everything about a scenario that makes no sense.
pub fn check(_: &Scenario) -> Vec<Problem> {
    Vec::new()
}
