//! Shares and tokens as whole millionths: sums of them do not drift, and comparisons are exact.

/// A whole: one token, or a share of 100 %.
pub const WHOLE: u64 = 1_000_000;

/// The nearest number of millionths; negative or not-a-number becomes zero, too large the largest there is.
pub fn millionths(number: f64) -> u64 {
    // A float-to-integer cast saturates and maps NaN to zero on every target.
    (number * WHOLE as f64 + 0.5) as u64
}

/// Whether `part` of `of` is at least this share. Of nothing, everything is.
pub fn at_least(part: u64, of: u64, share: u64) -> bool {
    u128::from(part) * u128::from(WHOLE) >= u128::from(share) * u128::from(of)
}

/// Whether `part` of `of` is at most this share. Of nothing, only nothing is.
pub fn at_most(part: u64, of: u64, share: u64) -> bool {
    u128::from(part) * u128::from(WHOLE) <= u128::from(share) * u128::from(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tenths_are_a_whole() {
        assert_eq!(millionths(0.1) * 10, WHOLE);
        assert_eq!([millionths(-1.0), millionths(f64::NAN)], [0, 0]);
    }

    #[test]
    fn a_share_is_compared_exactly() {
        assert!(at_least(1, 3, millionths(1.0 / 3.0)));
        assert!(at_least(10, 100, millionths(0.1)));
        assert!(!at_least(9, 100, millionths(0.1)));
        assert!(at_most(10, 100, millionths(0.1)));
        assert!(!at_most(11, 100, millionths(0.1)));
        assert!(at_most(0, 0, 0) && !at_most(1, 0, WHOLE));
    }
}
