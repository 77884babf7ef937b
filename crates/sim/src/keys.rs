//! Which key of a table is meant: drawn by popularity.

use kernel::random::{Stream, below_of, unit_of};
use scenario::Popularity;

/// Sampling keys by popularity: the cumulative shares, worked out once.
#[derive(Clone, Debug)]
pub enum KeyPicker {
    /// All the same.
    Uniform(u32),
    /// Zipf: cumulative shares, ascending, the last 1.
    Zipf(Vec<f64>),
}

impl KeyPicker {
    /// For `keys` keys.
    pub fn new(popularity: Popularity, keys: u32) -> KeyPicker {
        match popularity {
            Popularity::Uniform => KeyPicker::Uniform(keys),
            Popularity::Zipf { exponent } => {
                let mut sum = 0.0;
                let mut shares: Vec<f64> = (1..=keys)
                    .map(|rank| {
                        sum += libm::pow(f64::from(rank), -exponent);
                        sum
                    })
                    .collect();
                for share in &mut shares {
                    *share /= sum;
                }
                KeyPicker::Zipf(shares)
            }
        }
    }

    /// One key.
    pub fn pick(&self, stream: &mut Stream) -> u32 {
        self.pick_by(stream.bits())
    }

    /// The key that a random word stands for.
    pub fn pick_by(&self, bits: u64) -> u32 {
        match self {
            KeyPicker::Uniform(keys) => below_of(bits, *keys),
            KeyPicker::Zipf(shares) => {
                let u = unit_of(bits);
                (shares.partition_point(|share| *share <= u) as u32).min(shares.len() as u32 - 1)
            }
        }
    }
}
