//! What belongs to a request and not to an attempt: its lineage, and what is drawn from it.
//!
//! A retry repeats the same request: the same key looked up, the same page read, the same row changed, the same way
//! chosen, the same "no" of the business - at every layer, whether a client tries again, a call, a person by hand or a
//! broker that delivers anew. So these draws are no stream, in which the next one depends on how many there were before;
//! each is worked out from the request's name by its cause (client and number -> step -> step -> event) and from where in
//! its steps it stands. The number of the attempt is no part of the name. What belongs to an attempt - service times,
//! latencies, losses, errors - comes from streams as ever.
//!
//! (Counter-based random numbers, as in Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011; the mixing is
//! SplitMix64's.)

use super::plan::Plan;
use super::request::Request;
use kernel::random::{below_of, mix, unit_of};

/// A request's name by its cause. Two attempts of one request have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lineage(u64);

/// What follows from a lineage, or what is drawn from it.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// A call that it makes.
    Call,
    /// A branch of a fan-out.
    Branch,
    /// An event that it publishes.
    Event,
    /// What a subscription does for an event.
    Delivery,
    /// The key that is looked up in a cache.
    Lookup,
    /// The page that is read.
    Page,
    /// The row that is changed.
    Change,
    /// The keys that a new row refers to.
    NewRow,
    /// The branch of a `choose` step.
    Choose,
    /// Whether the business says no.
    Decline,
    /// Which number of a record is renewed.
    Renewal,
    /// What it becomes.
    Value,
    /// Whether a fault makes it fail.
    Error,
}

impl Lineage {
    /// Nobody's.
    pub const NONE: Lineage = Lineage(0);

    /// The first of all: of a client, a reconciliation.
    pub fn of(seed: u64, name: &str) -> Lineage {
        Lineage(
            name.bytes()
                .fold(mix(seed, 0x006c_696e_6561_6765), |hash, byte| {
                    mix(hash, byte.into())
                }),
        )
    }

    /// What follows from it: the so-and-so-manieth of this purpose.
    #[inline]
    pub fn then(self, purpose: Purpose, nth: u64) -> Lineage {
        Lineage(mix(self.0, (purpose as u64) << 56 ^ nth))
    }

    /// The word, which looks like luck.
    #[inline]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Uniform in [0, 1).
    #[inline]
    pub fn unit(self) -> f64 {
        unit_of(self.0)
    }

    /// Uniform in 0..`n`; zero if `n` is zero.
    #[inline]
    pub fn below(self, n: u32) -> u32 {
        below_of(self.0, n)
    }

    /// True with probability `p`.
    #[inline]
    pub fn chance(self, p: f64) -> bool {
        p > 0.0 && (p >= 1.0 || self.unit() < p)
    }
}

impl Request {
    /// Where it stands: which instruction of its operation, in which turn of which loops. A second attempt that comes
    /// here stands at the same position, also if it has hit a cache that the first one missed.
    #[inline]
    pub fn position(&self, plan: &Plan) -> u64 {
        let entry = plan.operations[self.operation as usize].entry;
        let here = u64::from(self.pc.wrapping_sub(entry)) | u64::from(self.turns) << 32;
        let loops = &self.loops[..self.depth as usize];
        loops
            .iter()
            .fold(here, |here, left| mix(here, u64::from(*left)))
    }

    /// What is drawn where it stands.
    #[inline]
    pub fn draw(&self, plan: &Plan, purpose: Purpose) -> Lineage {
        self.lineage.then(purpose, self.position(plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_of_different_names_look_independent() {
        let client = Lineage::of(1, "people");
        let draw = |nth: u64| client.then(Purpose::Call, nth).then(Purpose::Lookup, 3);
        let n = 100_000;
        let below = |limit: f64| (0..n).filter(|nth| draw(*nth).unit() < limit).count() as f64;
        // Five standard errors of a share.
        for limit in [0.1f64, 0.5, 0.9] {
            let error = 5.0 * (limit * (1.0 - limit) / n as f64).sqrt();
            assert!((below(limit) / n as f64 - limit).abs() < error, "{limit}");
        }
        let both = (0..n).filter(|nth| draw(*nth).unit() < 0.5 && draw(nth + 1).unit() < 0.5);
        assert!((both.count() as f64 / n as f64 - 0.25).abs() < 5.0 * 0.433 / (n as f64).sqrt());
    }

    #[test]
    fn every_purpose_and_number_has_its_own() {
        let client = Lineage::of(1, "people");
        let mut all = vec![
            client,
            Lineage::of(2, "people"),
            Lineage::of(1, "peoples"),
            client.then(Purpose::Call, 0),
            client.then(Purpose::Call, 1),
            client.then(Purpose::Page, 0),
            client.then(Purpose::Call, 0).then(Purpose::Call, 0),
        ];
        all.sort_unstable_by_key(|it| it.bits());
        all.dedup();
        assert_eq!(all.len(), 7);
        assert_eq!(client.then(Purpose::Call, 1), client.then(Purpose::Call, 1));
        assert!(!client.chance(0.0) && client.chance(1.0));
    }
}
