//! Going one of several ways, by chance: the step `choose`.

use super::Step;
use serde::{Deserialize, Serialize};

/// One of several ways, by chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choose {
    /// The ways.
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 100)))]
    pub ways: Vec<Way>,
}

/// A way that may be gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// How often it is gone, in proportion to the other ways' weights.
    #[serde(default = "one")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1_000_000)))]
    pub weight: f64,
    /// The steps of this way; none is a way, too.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxItems" = 100)))]
    pub steps: Vec<Step>,
    /// Whether a way is chosen anew when these steps are done: the way back to where one has come from.
    #[serde(default)]
    pub again: bool,
}

impl Choose {
    /// The weights of all ways together.
    pub fn weight(&self) -> f64 {
        self.ways.iter().map(|way| way.weight).sum()
    }

    /// The chance that a way is chosen after which one is chosen anew: 0 to 1.
    pub fn again(&self) -> f64 {
        let again = self.ways.iter().filter(|way| way.again);
        let weight: f64 = again.map(|way| way.weight).sum();
        if weight > 0.0 {
            weight / self.weight()
        } else {
            0.0
        }
    }
}

fn one() -> f64 {
    1.0
}
