//! The built page in real browsers. `make test` builds it and says where everything is: MSA_DIST (the built page),
//! MSA_CHROMEDRIVER, MSA_CHROMIUM and MSA_AXE (axe-core).

mod accessible;
mod acting;
mod aloud;
mod article;
mod breaking;
mod choosing;
mod diagram;
mod documentation;
mod element;
mod embedding;
mod exactly;
mod glossary;
mod harness;
mod harness_works;
mod host;
mod keyboard;
mod languages;
mod lectern;
mod links;
mod opening;
mod paper;
mod picture;
mod playground;
mod reading;
mod running;
mod sharing;
mod steady;
#[path = "../support/mod.rs"]
mod support;
mod whole;
mod writing;
mod wrong;

use std::time::Duration;

/// How long a page may take for what needs many simulated seconds.
const PATIENCE: Duration = Duration::from_secs(60);
