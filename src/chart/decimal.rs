//! Pixels as SVG has them.

/// At most two decimals, no trailing zeros, no `-0`.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{:.2}", if value.is_finite() { value } else { 0.0 });
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_number(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn numbers_are_short() {
        check_number(1.0, "1");
        check_number(1.256, "1.26");
        check_number(10.10, "10.1");
        check_number(100.0, "100");
        check_number(-0.001, "0");
        check_number(f64::NAN, "0");
    }
}
