//! xoshiro256++ (Blackman & Vigna 2019), seeded by SplitMix64, and exponentials by inversion.

pub struct Stream([u64; 4]);

impl Stream {
    pub fn new(seed: u64) -> Stream {
        let mut state = seed;
        Stream(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }))
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        let s = &mut self.0;
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

    /// Exponential, in whole nanoseconds, with a mean of `mean` nanoseconds.
    #[inline]
    pub fn exponential(&mut self, mean: f64) -> u64 {
        let unit = (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
        // 1 - unit is in (0, 1]: the logarithm is finite.
        (-libm::log(1.0 - unit) * mean + 0.5) as u64
    }
}
