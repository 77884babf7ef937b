//! What a change of settings would bring: a run of its own ([`run::forecast`]), a little in each frame, when the person is
//! not busy changing things.

use crate::app::Forecast;
use run::forecast::ForecastRun;
use scenario::Scenario;
use std::rc::Rc;

/// It waits so long for the next change, in milliseconds.
const PATIENCE_MS: f64 = 250.0;
/// Events between two looks at the clock.
const EVENTS: u64 = 2_000;

/// The settings before a change and after it.
pub type Change = (Rc<Scenario>, Rc<Scenario>);

/// A forecast in the making.
#[derive(Default)]
pub struct Forecaster {
    wanted: Option<(f64, Change)>,
    run: Option<Box<ForecastRun>>,
}

impl Forecaster {
    /// Begins anew with this change (or with none).
    pub fn want(&mut self, change: Option<Change>, now_ms: f64) {
        self.run = None;
        self.wanted = change.map(|change| (now_ms + PATIENCE_MS, change));
    }

    /// Whether there is anything to do.
    pub fn busy(&self) -> bool {
        self.wanted.is_some() || self.run.is_some()
    }

    /// Works until `clock` says that it is enough.
    pub fn work(&mut self, now_ms: f64, enough: impl Fn() -> bool) -> Option<Forecast> {
        if let Some((_, (before, after))) = self.wanted.take_if(|(due, _)| now_ms >= *due) {
            self.run = Some(Box::new(ForecastRun::new(&before, &after)));
        }
        let headline = self.run.as_mut()?.work(EVENTS, enough)?;
        self.run = None;
        Some(Forecast { headline })
    }
}
