//! Parts of a whole, in millionths, rounded once on integers: the same on every machine.

/// Millionths in one: shares have six decimals.
pub const MICRO: u64 = 1_000_000;

/// Part of a whole in millionths, rounded half up; 0 of nothing.
pub fn share_micro(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = (2 * part * u128::from(MICRO) + whole) / (2 * whole);
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

/// Part of a whole with six decimals.
pub fn share(part: u64, whole: u64) -> f64 {
    share_micro(part, whole) as f64 / MICRO as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(part: u64, whole: u64, expected: u64, shown: &str) {
        assert_eq!(share_micro(part, whole), expected);
        assert_eq!(serde_json::to_string(&share(part, whole)).unwrap(), shown);
    }

    #[test]
    fn shares_have_six_decimals() {
        check(0, 0, 0, "0.0");
        check(1, 3, 333_333, "0.333333");
        check(2, 3, 666_667, "0.666667");
        check(1, 2_000_000, 1, "1e-6");
        check(1, 2_000_001, 0, "0.0");
        check(52, 100, 520_000, "0.52");
        check(u64::MAX, u64::MAX, MICRO, "1.0");
    }

    proptest! {
        #[test]
        fn parts_of_a_whole_add_up(parts in prop::collection::vec(0u64..1_000_000, 1..8)) {
            let whole: u64 = parts.iter().sum();
            let sum: u64 = parts.iter().map(|&part| share_micro(part, whole)).sum();
            prop_assert!(whole == 0 || sum.abs_diff(MICRO) <= parts.len() as u64);
        }
    }
}
