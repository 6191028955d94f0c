//! Numbers as people read them: the same in tables, pictures and on the command line.

/// `28,914`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `28,914 posts`, `1 post`.
pub fn posts(number: u64) -> String {
    if number == 1 { "1 post".to_owned() } else { format!("{} posts", count(number)) }
}

/// `52 %`; never `0 %` of something nor `100 %` of less than all.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    match (200 * part + whole) / (2 * whole) {
        0 if part > 0 => "<1 %".to_owned(),
        100 if part < whole => ">99 %".to_owned(),
        rounded => format!("{rounded} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_percent(part: u64, whole: u64, expected: &str) {
        assert_eq!(percent(part, whole), expected);
    }

    #[test]
    fn shares_do_not_round_to_nothing_or_all() {
        check_percent(17, 100, "17 %");
        check_percent(1, 1000, "<1 %");
        check_percent(0, 1000, "0 %");
        check_percent(999, 1000, ">99 %");
        check_percent(1000, 1000, "100 %");
        check_percent(125, 1000, "13 %");
        check_percent(1, 0, "–");
        check_percent(u64::MAX, u64::MAX, "100 %");
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1234), "1,234");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
    }
}
