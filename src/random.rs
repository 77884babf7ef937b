//! Random streams: one for each purpose, the same on every machine.
//!
//! `rand`'s small generators and the platform's `ln` and `exp` differ between 64-bit native code and wasm32, so the
//! generator is our own (xoshiro256++, Blackman & Vigna 2019, seeded by SplitMix64) and the functions are `libm`'s.

/// One stream of random numbers. Streams with different names are independent, so that a purpose that draws more or
/// less often leaves every other purpose's luck unchanged (common random numbers).
#[derive(Clone, Debug)]
pub struct Stream {
    state: [u64; 4],
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Stream {
    /// The stream of `seed` for one `purpose`, for example `"arrivals/staff"`.
    pub fn new(seed: u64, purpose: &str) -> Stream {
        // FNV-1a of the purpose: stable, and good enough in front of SplitMix64.
        let hash = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut state = seed ^ hash;
        Stream {
            state: std::array::from_fn(|_| split_mix(&mut state)),
        }
    }

    /// The next 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1), with 53 random bits.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in 0..`n` (zero if `n` is zero), without modulo bias worth naming (Lemire's multiplication).
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u32
    }

    /// True with probability `p`. Draws nothing when the answer is certain, so that a loss of zero costs no luck.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        p > 0.0 && (p >= 1.0 || self.unit() < p)
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        // 1 - unit() is in (0, 1]: the logarithm is finite.
        -libm::log(1.0 - self.unit())
    }

    /// Standard normal, by Box and Muller's transform (the second value is thrown away: no hidden state).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(2.0 * self.exponential());
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_its_seed_and_its_purpose_alone() {
        let take = |seed, purpose: &str| {
            let mut stream = Stream::new(seed, purpose);
            [stream.bits(), stream.bits(), stream.bits()]
        };
        assert_eq!(take(7, "arrivals/staff"), take(7, "arrivals/staff"));
        assert_ne!(take(7, "arrivals/staff"), take(8, "arrivals/staff"));
        assert_ne!(take(7, "arrivals/staff"), take(7, "arrivals/other"));
    }

    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        // The first outputs from state 1, 2, 3, 4, as published with the reference implementation's ports.
        let mut stream = Stream {
            state: [1, 2, 3, 4],
        };
        assert_eq!(
            [stream.bits(), stream.bits(), stream.bits()],
            [41_943_041, 58_720_359, 3_588_806_011_781_223]
        );
    }

    #[test]
    fn the_moments_are_those_of_the_distributions() {
        let mut stream = Stream::new(1, "moments");
        let n = 200_000;
        let mean = |f: &mut dyn FnMut() -> f64| (0..n).map(|_| f()).sum::<f64>() / f64::from(n);
        // Five standard errors each.
        let limit = |sd: f64| 5.0 * sd / f64::from(n).sqrt();
        assert!((mean(&mut || stream.unit()) - 0.5).abs() < limit(0.289));
        assert!((mean(&mut || stream.exponential()) - 1.0).abs() < limit(1.0));
        assert!(mean(&mut || stream.normal()).abs() < limit(1.0));
        assert!((mean(&mut || stream.normal().powi(2)) - 1.0).abs() < limit(1.5));
        assert!((mean(&mut || f64::from(stream.below(10))) - 4.5).abs() < limit(2.88));
    }

    #[test]
    fn certain_chances_draw_nothing() {
        let mut stream = Stream::new(1, "chance");
        let before = stream.state;
        assert!(!stream.chance(0.0));
        assert!(stream.chance(1.0));
        assert_eq!(stream.state, before);
    }
}
