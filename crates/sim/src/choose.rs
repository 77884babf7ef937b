//! Which of several ways a request goes: the dice of `choose` steps.

use super::plan::{Builder, Instruction};

/// One way, ready to be chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WayPlan {
    /// A draw below this (and not below the one before) goes this way.
    pub below: f64,
    /// Its first instruction.
    pub entry: u32,
}

impl Builder<'_> {
    /// The instructions of a `choose` step: the ways one behind the other, each with a jump at its end - back to the choice,
    /// or to what comes after it.
    pub(super) fn choose(&mut self, service: u16, choose: &scenario::Choose) {
        let place = self.placeholder();
        let mut ways = bounds(choose);
        let mut jumps = Vec::new();
        for (way, plan) in choose.ways.iter().zip(&mut ways) {
            plan.entry = self.here();
            self.steps(service, &way.steps);
            jumps.push((self.placeholder(), way.again));
        }
        let end = self.here();
        for (jump, again) in jumps {
            let to = if again { place as u32 } else { end };
            self.plan.code[jump] = Instruction::Jump { to };
        }
        self.plan.code[place] = Instruction::Choose {
            first: self.plan.ways.len() as u32,
            ways: ways.len() as u32,
        };
        self.plan.ways.extend(ways);
    }
}

/// The bounds of all ways: the draw is uniform in [0, 1). Entries are not known yet.
fn bounds(choose: &scenario::Choose) -> Vec<WayPlan> {
    let weight = choose.weight();
    let last = choose.ways.iter().rposition(|way| way.weight > 0.0);
    let mut sum = 0.0;
    let mut ways = Vec::with_capacity(choose.ways.len());
    for (index, way) in choose.ways.iter().enumerate() {
        sum += way.weight;
        // What rounding leaves belongs to the last way that may be gone.
        let below = if last.is_some_and(|last| index >= last) {
            1.0
        } else {
            sum / weight
        };
        ways.push(WayPlan { below, entry: 0 });
    }
    ways
}

/// The first instruction of the way that a draw in [0, 1) picks.
#[inline]
pub fn pick(ways: &[WayPlan], draw: f64) -> Option<u32> {
    let way = ways.iter().find(|way| draw < way.below).or(ways.last())?;
    Some(way.entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::random::Stream;
    use scenario::{Choose, Way};

    fn ways(weights: &[f64]) -> Vec<WayPlan> {
        let way = |weight: &f64| Way {
            weight: *weight,
            steps: Vec::new(),
            again: false,
        };
        let mut ways = bounds(&Choose {
            ways: weights.iter().map(way).collect(),
        });
        for (entry, way) in (0..).zip(&mut ways) {
            way.entry = entry;
        }
        ways
    }

    #[test]
    fn each_way_is_gone_as_often_as_its_weight_says() {
        let ways = ways(&[2.0, 0.0, 5.0, 3.0, 0.0]);
        let mut rng = Stream::new(1, "choices/test");
        let mut gone = [0u32; 5];
        for _ in 0..100_000 {
            gone[pick(&ways, rng.unit()).unwrap() as usize] += 1;
        }
        // Five standard errors of a share of one half: 0.8 per cent.
        for (gone, share) in gone.into_iter().zip([0.2, 0.0, 0.5, 0.3, 0.0]) {
            assert!((f64::from(gone) / 1e5 - share).abs() < 0.008, "{gone}");
            assert_eq!(gone == 0, share == 0.0);
        }
    }

    #[test]
    fn rounding_leaves_no_draw_without_a_way() {
        // 0.1 ten times is a little less than 1.
        for weights in [vec![0.1; 10], vec![1e-300; 3], vec![0.3, 0.0]] {
            let ways = ways(&weights);
            assert!(ways.iter().any(|way| way.below == 1.0), "{weights:?}");
        }
    }
}
