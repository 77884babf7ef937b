//! The proportions of the frame that a picture is made for.

/// The proportions of a frame, width to height, in steps: a frame that changes by a few pixels keeps its picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aspect(u8);

/// The steps.
const STEPS: [f64; 12] = [
    1.15, 1.27, 1.4, 1.54, 1.69, 1.86, 2.05, 2.25, 2.48, 2.72, 3.0, 3.3,
];
/// No picture of a scenario that ships is much narrower than this.
const NARROWEST: f64 = 860.0;
/// A frame must be so much beyond the middle between two steps before the picture changes.
const STAYS: f64 = 1.02;

/// A frame has proportions that are at most so much larger or smaller than the nearest step.
pub(super) const BETWEEN: f64 = 1.07;

impl Default for Aspect {
    /// A wide screen's.
    fn default() -> Self {
        Aspect(8)
    }
}

impl Aspect {
    /// The proportions of a frame of this size, which had those of `self` until now.
    pub fn after(self, width: f64, height: f64) -> Aspect {
        // In a narrow frame the picture is as wide as it must be, and scrolls; its height still fits.
        let ratio = width.max(NARROWEST) / height;
        if !ratio.is_finite() || ratio <= 0.0 {
            return self;
        }
        let far = |step: f64| f64::max(ratio / step, step / ratio);
        let nearest = (0..STEPS.len()).min_by(|a, b| far(STEPS[*a]).total_cmp(&far(STEPS[*b])));
        let nearest = nearest.unwrap_or(usize::from(self.0));
        if far(self.ratio()) <= far(STEPS[nearest]) * STAYS {
            return self;
        }
        Aspect(nearest as u8)
    }

    /// Width to height.
    pub fn ratio(self) -> f64 {
        STEPS[usize::from(self.0)]
    }

    /// All proportions that there are.
    pub fn all() -> impl Iterator<Item = Aspect> {
        (0..STEPS.len() as u8).map(Aspect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_changes_by_a_few_pixels_keeps_its_picture() {
        let mut aspect = Aspect::default().after(895.0, 330.0);
        assert!((aspect.ratio() - 895.0 / 330.0).abs() < 0.3);
        for height in [330.0, 332.0, 336.0, 331.0, 329.0] {
            let next = aspect.after(895.0, height);
            assert_eq!(next, aspect, "{height}");
            aspect = next;
        }
        assert_ne!(aspect.after(895.0, 600.0), aspect);
        assert_eq!(
            aspect.after(895.0, 0.0),
            aspect,
            "a frame that is not there"
        );
    }

    #[test]
    fn proportions_are_near_those_of_the_frame() {
        for percent in 115..330 {
            let frame = f64::from(percent) / 100.0;
            let ratio = Aspect::default().after(frame * 900.0, 900.0).ratio();
            assert!(
                (ratio / frame).max(frame / ratio) < BETWEEN,
                "{frame}: {ratio}"
            );
        }
    }
}
