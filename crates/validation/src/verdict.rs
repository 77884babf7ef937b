//! Whether a measured number is what a fact says: the tolerance, the standard error and the verdict.

/// How far a number may be from what is expected, and who says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// The fact states it, for a sample of this size (none: for any).
    Stated(f64, Option<f64>),
    /// The fact states none: five standard errors of what was measured.
    FiveErrors,
}

/// What came of one quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// The mean over the replications.
    pub measured: f64,
    /// Its standard error; zero if all replications agree, or there is but one.
    pub standard_error: f64,
    /// How far it may be from what is expected.
    pub tolerance: f64,
    /// Whether the tolerance is five of our own standard errors, as the fact states none.
    pub own: bool,
    /// Whether it is near enough.
    pub pass: bool,
}

/// What floating point may cost where a fact is exact.
const EXACT: f64 = 1e-9;
/// Standard errors that luck explains.
const ERRORS: f64 = 5.0;

/// Judges replications of one quantity; `n` is the size of the sample in all of them together.
///
/// A stated tolerance holds for the sample it was worked out for. A smaller sample is allowed more, by the root of the
/// ratio; a larger one is allowed no less.
///
/// # Errors
/// If there is nothing to judge, or no way to.
pub fn judge(
    replications: &[f64],
    expected: f64,
    tolerance: Tolerance,
    n: Option<f64>,
) -> Result<Verdict, String> {
    if replications.is_empty() {
        return Err("nothing was measured".into());
    }
    let count = replications.len() as f64;
    let measured = replications.iter().sum::<f64>() / count;
    let squares: f64 = replications
        .iter()
        .map(|value| (value - measured) * (value - measured))
        .sum();
    let standard_error = if replications.len() > 1 {
        libm::sqrt(squares / (count - 1.0) / count)
    } else {
        0.0
    };
    let allowed = match tolerance {
        Tolerance::Stated(stated, None) => stated,
        Tolerance::Stated(stated, Some(samples)) => match n {
            Some(n) if n > 0.0 => stated * libm::sqrt(samples / n).max(1.0),
            _ => {
                return Err(
                    "the tolerance depends on the size of the sample; say what \"counted\" is"
                        .into(),
                );
            }
        },
        Tolerance::FiveErrors if replications.len() < 2 => {
            return Err("the fact states no tolerance, and one replication has no standard error; take more seeds"
                .into());
        }
        Tolerance::FiveErrors => ERRORS * standard_error,
    };
    let allowed = allowed.max(EXACT * expected.abs().max(1.0));
    Ok(Verdict {
        measured,
        standard_error,
        tolerance: allowed,
        own: tolerance == Tolerance::FiveErrors,
        pass: (measured - expected).abs() <= allowed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(replications: &[f64], tolerance: Tolerance, n: Option<f64>, allowed: f64, pass: bool) {
        let verdict = judge(replications, 5.0, tolerance, n).unwrap();
        assert!(
            (verdict.tolerance - allowed).abs() < 1e-12,
            "{replications:?}: {verdict:?}"
        );
        assert_eq!(verdict.pass, pass, "{replications:?}: {verdict:?}");
    }

    #[test]
    fn a_stated_tolerance_holds() {
        let stated = Tolerance::Stated(0.5, None);
        check(&[5.5], stated, None, 0.5, true);
        check(&[5.51], stated, None, 0.5, false);
        check(&[4.49], stated, None, 0.5, false);
        check(&[4.0, 6.0], stated, None, 0.5, true);
    }

    #[test]
    fn a_smaller_sample_is_allowed_more_and_a_larger_one_no_less() {
        let stated = Tolerance::Stated(0.5, Some(400.0));
        check(&[5.9], stated, Some(100.0), 1.0, true);
        check(&[5.9], stated, Some(400.0), 0.5, false);
        check(&[5.4], stated, Some(40_000.0), 0.5, true);
        assert!(judge(&[5.0], 5.0, stated, None).is_err());
        assert!(judge(&[5.0], 5.0, stated, Some(0.0)).is_err());
    }

    #[test]
    fn exact_is_exact_but_for_floating_point() {
        let exact = Tolerance::Stated(0.0, None);
        check(&[5.0 + 4e-9], exact, None, 5e-9, true);
        check(&[5.0 + 6e-9], exact, None, 5e-9, false);
    }

    #[test]
    fn without_a_statement_five_standard_errors_are_allowed() {
        // Mean 5.4, standard deviation 0.2, two replications: 0.1 * 5 on either side with sd 0.1414.
        let verdict = judge(&[5.3, 5.5], 5.0, Tolerance::FiveErrors, None).unwrap();
        assert!((verdict.standard_error - 0.1).abs() < 1e-12);
        assert!((verdict.tolerance - 0.5).abs() < 1e-12);
        assert!(verdict.pass && verdict.own);
        assert!(
            !judge(&[5.5, 5.7], 5.0, Tolerance::FiveErrors, None)
                .unwrap()
                .pass
        );
        assert!(judge(&[5.0], 5.0, Tolerance::FiveErrors, None).is_err());
        assert!(judge(&[], 5.0, Tolerance::FiveErrors, None).is_err());
    }

    #[test]
    fn what_is_no_number_never_passes() {
        let verdict = judge(&[f64::NAN], 5.0, Tolerance::Stated(1.0, None), None).unwrap();
        assert!(!verdict.pass);
    }
}
