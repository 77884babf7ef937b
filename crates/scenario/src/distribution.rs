//! How long things take: constant, exponential, uniform, lognormal, normal or bimodal.

use super::binding;
use kernel::random::Stream;
use kernel::time::Span;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A distribution of lengths of time. A plain string (`"5ms"`) is a constant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Distribution {
    /// Always the same length.
    Constant(Span),
    /// A random length.
    Random(RandomSpan),
}

/// The forms are told apart by a look at the value. (What is derived tries them one after the other, with a second copy
/// of everything inside them.)
impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = match value {
            Value::Object(_) => binding::from_value(&value).map(Distribution::Random),
            _ => binding::from_value(&value).map(Distribution::Constant),
        };
        read.map_err(D::Error::custom)
    }
}

/// The random lengths, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RandomSpan {
    /// Memoryless, with this mean: `{"exponential": {"mean": "5ms"}}`.
    Exponential {
        /// The mean.
        mean: Span,
    },
    /// Anything from `min` to `max`, equally likely.
    Uniform {
        /// The shortest.
        min: Span,
        /// The longest.
        max: Span,
    },
    /// Most are near the mean, a few much longer: the logarithm is normal.
    Lognormal {
        /// The mean of the lengths themselves (not of their logarithm).
        mean: Span,
        /// The standard deviation of the lengths themselves.
        sd: Span,
    },
    /// The normal distribution, folded at zero: what would be negative counts without its sign.
    Normal {
        /// The mean before folding; folding matters where it is less than about three `sd`.
        mean: Span,
        /// The standard deviation before folding.
        sd: Span,
    },
    /// Mostly `fast`, sometimes `slow`.
    Bimodal {
        /// The common length.
        fast: Span,
        /// The rare length.
        slow: Span,
        /// How often it is the slow one: 0 to 1.
        #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
        slow_share: f64,
    },
}

impl Distribution {
    /// No time at all.
    pub const ZERO: Distribution = Distribution::Constant(Span::ZERO);

    /// The mean length.
    pub fn mean(&self) -> Span {
        match self {
            Distribution::Constant(span) => *span,
            Distribution::Random(
                RandomSpan::Exponential { mean } | RandomSpan::Lognormal { mean, .. },
            ) => *mean,
            Distribution::Random(RandomSpan::Uniform { min, max }) => {
                Span(u64::midpoint(min.0, max.0))
            }
            Distribution::Random(RandomSpan::Normal { mean, sd }) => folded_mean(*mean, *sd),
            Distribution::Random(RandomSpan::Bimodal {
                fast,
                slow,
                slow_share,
            }) => Span::from_nanos_f64(
                fast.0 as f64 * (1.0 - slow_share) + slow.0 as f64 * slow_share,
            ),
        }
    }

    /// The form the simulation samples from: parameters worked out once.
    pub fn sampler(&self) -> Sampler {
        match self {
            Distribution::Constant(span) => Sampler::Constant(*span),
            Distribution::Random(RandomSpan::Exponential { mean }) => Sampler::Exponential {
                mean: mean.0 as f64,
            },
            Distribution::Random(RandomSpan::Uniform { min, max }) => Sampler::Uniform {
                min: min.0 as f64,
                width: max.0.saturating_sub(min.0) as f64,
            },
            Distribution::Random(RandomSpan::Lognormal { mean, sd }) => {
                let mean = (mean.0 as f64).max(1.0);
                let cv = sd.0 as f64 / mean;
                let variance = libm::log(1.0 + cv * cv);
                Sampler::Lognormal {
                    mu: libm::log(mean) - variance / 2.0,
                    sigma: libm::sqrt(variance),
                }
            }
            Distribution::Random(RandomSpan::Normal { mean, sd }) => Sampler::Normal {
                mean: mean.0 as f64,
                sd: sd.0 as f64,
            },
            Distribution::Random(RandomSpan::Bimodal {
                fast,
                slow,
                slow_share,
            }) => Sampler::Bimodal {
                fast: *fast,
                slow: *slow,
                slow_share: *slow_share,
            },
        }
    }
}

/// The mean of |N(mean, sd)| (Leone, Nelson and Nottingham, "The Folded Normal Distribution", 1961).
fn folded_mean(mean: Span, sd: Span) -> Span {
    if sd == Span::ZERO {
        return mean;
    }
    let (mean, sd) = (mean.0 as f64, sd.0 as f64);
    let ratio = mean / sd;
    let folded = sd * libm::sqrt(2.0 / std::f64::consts::PI) * libm::exp(-ratio * ratio / 2.0)
        + mean * libm::erf(ratio / std::f64::consts::SQRT_2);
    Span::from_nanos_f64(folded)
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution::ZERO
    }
}

impl From<Span> for Distribution {
    fn from(span: Span) -> Self {
        Distribution::Constant(span)
    }
}

/// A distribution ready to be sampled; nanoseconds throughout.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)] // each field is the parameter of the same name above
pub enum Sampler {
    Constant(Span),
    Exponential {
        mean: f64,
    },
    Uniform {
        min: f64,
        width: f64,
    },
    Lognormal {
        mu: f64,
        sigma: f64,
    },
    Normal {
        mean: f64,
        sd: f64,
    },
    Bimodal {
        fast: Span,
        slow: Span,
        slow_share: f64,
    },
}

impl Sampler {
    /// A length that hardly any sample exceeds: the longest, or the mean with ten standard deviations.
    pub fn almost_longest(&self) -> Span {
        match *self {
            Sampler::Constant(span) => span,
            Sampler::Exponential { mean } => Span::from_nanos_f64(mean * 10.0),
            Sampler::Uniform { min, width } => Span::from_nanos_f64(min + width),
            Sampler::Lognormal { mu, sigma } => Span::from_nanos_f64(libm::exp(mu + 4.0 * sigma)),
            Sampler::Normal { mean, sd } => Span::from_nanos_f64(mean + 10.0 * sd),
            Sampler::Bimodal { fast, slow, .. } => fast.max(slow),
        }
    }

    /// One length. A constant draws nothing from the stream.
    #[inline(always)]
    pub fn sample(&self, stream: &mut Stream) -> Span {
        match *self {
            Sampler::Constant(span) => span,
            Sampler::Exponential { mean } => Span::from_nanos_f64(mean * stream.exponential()),
            _ => self.draw(stream),
        }
    }

    fn draw(&self, stream: &mut Stream) -> Span {
        match *self {
            Sampler::Constant(span) => span,
            Sampler::Exponential { mean } => Span::from_nanos_f64(mean * stream.exponential()),
            Sampler::Uniform { min, width } => Span::from_nanos_f64(min + width * stream.unit()),
            Sampler::Lognormal { mu, sigma } => {
                Span::from_nanos_f64(libm::exp(mu + sigma * stream.normal()))
            }
            Sampler::Normal { mean, sd } => {
                Span::from_nanos_f64((mean + sd * stream.normal()).abs())
            }
            Sampler::Bimodal {
                fast,
                slow,
                slow_share,
            } => {
                if stream.chance(slow_share) {
                    slow
                } else {
                    fast
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, mean_ms: f64, sd_ms: f64) {
        let distribution: Distribution = serde_json::from_str(json).unwrap();
        assert!(
            (distribution.mean().as_millis() - mean_ms).abs() < 1e-3,
            "{json}: mean()"
        );
        let sampler = distribution.sampler();
        let mut stream = Stream::new(3, json);
        let n = 200_000;
        let samples: Vec<f64> = (0..n)
            .map(|_| sampler.sample(&mut stream).as_millis())
            .collect();
        let mean = samples.iter().sum::<f64>() / f64::from(n);
        let sd =
            (samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n)).sqrt();
        let limit = 5.0 * sd_ms / f64::from(n).sqrt() + 1e-6;
        assert!(
            (mean - mean_ms).abs() < limit,
            "{json}: sample mean {mean}, expected {mean_ms} +- {limit}"
        );
        assert!(
            (sd - sd_ms).abs() < sd_ms * 0.03 + 1e-6,
            "{json}: sample sd {sd}, expected {sd_ms}"
        );
    }

    #[test]
    fn samples_have_the_mean_and_the_spread_of_their_distribution() {
        check(r#""5ms""#, 5.0, 0.0);
        check(r#"{"exponential": {"mean": "5ms"}}"#, 5.0, 5.0);
        check(
            r#"{"uniform": {"min": "2ms", "max": "8ms"}}"#,
            5.0,
            6.0 / 12f64.sqrt(),
        );
        check(r#"{"lognormal": {"mean": "5ms", "sd": "3ms"}}"#, 5.0, 3.0);
        check(r#"{"normal": {"mean": "10ms", "sd": "2ms"}}"#, 10.0, 2.0);
        // Folded in the middle, it is the half-normal distribution.
        let pi = std::f64::consts::PI;
        check(
            r#"{"normal": {"mean": "0", "sd": "2ms"}}"#,
            2.0 * (2.0 / pi).sqrt(),
            2.0 * (1.0 - 2.0 / pi).sqrt(),
        );
        check(r#"{"normal": {"mean": "3ms", "sd": "0"}}"#, 3.0, 0.0);
        // Folded a little: 1.166631 and 0.799357 by the same formulas.
        check(
            r#"{"normal": {"mean": "1ms", "sd": "1ms"}}"#,
            1.166_631,
            0.799_357,
        );
        check(
            r#"{"bimodal": {"fast": "1ms", "slow": "50ms", "slow_share": 0.1}}"#,
            5.9,
            49.0 * 0.3,
        );
    }
}
