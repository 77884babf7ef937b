//! The steps of a host's lesson: a list of moments, each with a caption and settings, that the host goes through.
//!
//! A step is a function of the run that was open when the steps were given, and of nothing else: that run from its
//! start, with nothing done, with the settings of the step, at its moment. So steps can be gone through in any order.

use scenario::settings::Setting;

/// At most so many steps are taken.
pub const STEPS_MAX: usize = 100;

/// One step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// The moment, in seconds.
    pub t: f64,
    /// What the host says about it, in its own words.
    pub caption: String,
    /// Settings from the start.
    pub settings: Vec<Setting>,
    /// Whether the run goes on from there.
    pub playing: bool,
}

/// The steps of a host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    /// The run that they begin with, as it stands behind `#` in a link.
    pub base: String,
    /// The steps.
    pub list: Vec<Step>,
    /// The one that is shown, if one is.
    pub at: Option<usize>,
}

impl Steps {
    /// The step that is shown, and its number, counted from 1 as people count.
    pub fn shown(&self) -> Option<(usize, &Step)> {
        let at = self.at?;
        Some((at + 1, self.list.get(at)?))
    }
}
