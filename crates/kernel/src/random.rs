//! Random streams: one for each purpose, the same on every machine.
//!
//! `rand`'s small generators and the platform's `ln` and `exp` differ between 64-bit native code and wasm32, so the
//! generator is our own (xoshiro256++, Blackman & Vigna 2019, seeded by SplitMix64) and the functions are `libm`'s.

use std::sync::LazyLock;

/// One stream of random numbers. Streams with different names are independent, so that a purpose that draws more or
/// less often leaves every other purpose's luck unchanged (common random numbers).
#[derive(Clone, Debug)]
pub struct Stream {
    state: [u64; 4],
}

/// The next number of the generator splitmix64, which turns any number into one that looks like luck.
#[inline]
pub fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One word of two, which looks like luck: for draws that are named and not taken in a row. (SplitMix64's next number
/// from a state that both have a part in.)
#[inline]
pub fn mix(a: u64, b: u64) -> u64 {
    let mut state = a.rotate_left(23) ^ b.wrapping_mul(0xd134_2543_de82_ef95);
    split_mix(&mut state)
}

/// Uniform in [0, 1), of a random word.
#[inline]
pub fn unit_of(bits: u64) -> f64 {
    highest_53(bits) * (1.0 / (1u64 << 53) as f64)
}

/// Uniform in 0..`n`, of a random word (zero if `n` is zero), without modulo bias worth naming (Lemire's multiplication).
#[inline]
pub fn below_of(bits: u64, n: u32) -> u32 {
    ((u128::from(bits) * u128::from(n)) >> 64) as u32
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
        unit_of(self.bits())
    }

    /// Uniform in 0..`n` (zero if `n` is zero), without modulo bias worth naming (Lemire's multiplication).
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        below_of(self.bits(), n)
    }

    /// True with probability `p`. Draws nothing when the answer is certain, so that a loss of zero costs no luck.
    #[inline]
    pub fn chance(&mut self, p: f64) -> bool {
        p > 0.0 && (p >= 1.0 || self.unit() < p)
    }

    /// Exponential with mean 1, by the ziggurat method (Marsaglia & Tsang 2000): 98.9 % of the draws need no logarithm,
    /// which makes it four times as quick.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        let ziggurat = &*ZIGGURAT;
        let bits = self.bits();
        // The layer from the lowest bits, the place in it from the highest 53.
        let layer = (bits & 0xff) as usize;
        let x = highest_53(bits) * ziggurat.scale[layer];
        if x < ziggurat.inner[layer] {
            x
        } else {
            self.exponential_at_the_edge(layer, x)
        }
    }

    /// The draw fell outside the part of its layer that is wholly under the curve.
    #[cold]
    fn exponential_at_the_edge(&mut self, mut layer: usize, mut x: f64) -> f64 {
        let ziggurat = &*ZIGGURAT;
        loop {
            if x < ziggurat.inner[layer] {
                return x;
            }
            if layer == 0 {
                // The tail of an exponential is an exponential. 1 - unit() is in (0, 1]: the logarithm is finite.
                return ZIGGURAT_TAIL - libm::log(1.0 - self.unit());
            }
            let (low, high) = (ziggurat.low[layer], ziggurat.high[layer]);
            if low + (high - low) * self.unit() < libm::exp(-x) {
                return x;
            }
            let bits = self.bits();
            layer = (bits & 0xff) as usize;
            x = highest_53(bits) * ziggurat.scale[layer];
        }
    }

    /// Standard normal, by Box and Muller's transform (the second value is thrown away: no hidden state).
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(2.0 * self.exponential());
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}

/// The highest 53 bits as a whole number. (Through a signed integer: processors convert that in one instruction.)
#[inline]
fn highest_53(bits: u64) -> f64 {
    (bits >> 11) as i64 as f64
}

/// Where the lowest layer of the ziggurat turns into the tail, for 256 layers of the same area.
const ZIGGURAT_TAIL: f64 = 7.697_117_470_131_05;

/// The curve e^-x cut into 256 layers of the same area; layer 0 is the lowest and includes the tail.
struct Ziggurat {
    /// The width of each layer, over 2^53.
    scale: [f64; 256],
    /// Up to here a layer is wholly under the curve.
    inner: [f64; 256],
    /// The height at which a layer begins.
    low: [f64; 256],
    /// The height at which it ends.
    high: [f64; 256],
}

static ZIGGURAT: LazyLock<Ziggurat> = LazyLock::new(|| {
    let height = |x: f64| libm::exp(-x);
    let area = (ZIGGURAT_TAIL + 1.0) * height(ZIGGURAT_TAIL);
    let mut ziggurat = Ziggurat {
        scale: [0.0; 256],
        inner: [0.0; 256],
        low: [0.0; 256],
        high: [0.0; 256],
    };
    // The lowest layer is as wide as if its tail were a rectangle, too.
    let (mut width, mut low) = (area / height(ZIGGURAT_TAIL), 0.0);
    let mut next = ZIGGURAT_TAIL;
    for layer in 0..256 {
        let high = if layer == 255 { 1.0 } else { height(next) };
        ziggurat.scale[layer] = width / (1u64 << 53) as f64;
        ziggurat.inner[layer] = if layer == 255 { 0.0 } else { next };
        ziggurat.low[layer] = low;
        ziggurat.high[layer] = high;
        (width, low) = (next, high);
        // The next layer has the same area: its top is area / width higher.
        next = -libm::log((high + area / width).min(1.0));
    }
    ziggurat
});

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

    /// Kolmogorov and Smirnov's test, and the tail apart: a ziggurat with a wrong layer shows at once.
    #[test]
    fn exponential_draws_follow_their_distribution_everywhere() {
        let mut stream = Stream::new(2, "exponential");
        let n = 400_000;
        let mut draws: Vec<f64> = (0..n).map(|_| stream.exponential()).collect();
        draws.sort_by(f64::total_cmp);
        let distance = draws
            .iter()
            .enumerate()
            .map(|(rank, x)| ((1.0 - (-x).exp()) - (rank as f64 + 0.5) / f64::from(n)).abs())
            .fold(0.0, f64::max);
        // Exceeded by chance once in two million tests.
        assert!(distance * f64::from(n).sqrt() < 2.8, "{distance}");
        let tail = draws.iter().filter(|x| **x > ZIGGURAT_TAIL).count() as f64;
        let expected = f64::from(n) * (-ZIGGURAT_TAIL).exp();
        assert!(
            (tail - expected).abs() < 5.0 * expected.sqrt(),
            "{tail} {expected}"
        );
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
