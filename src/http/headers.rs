//! What an answer says about waiting: `Retry-After` and the rate headers of the platforms, in one form. Pure: what is done about it stands
//! in `collect`.

use crate::post::Timestamp;
use crate::source::Headers;
use jiff::civil;
use std::time::Duration;

/// Longest wait that a server may ask for. No platform's window is longer than a day; whoever says so errs, and one request a day is
/// polite anywhere.
pub const MAX_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Families of rate headers, in the order in which they are believed: atproto and the IETF draft, Mastodon, X.
const FAMILIES: [&str; 3] = ["ratelimit-", "x-ratelimit-", "x-rate-limit-"];
/// From here on a number is seconds since 1970 (this one: 2001); below it, seconds from now.
const FIRST_EPOCH_SECOND: u64 = 1_000_000_000;
/// From here on a number is milliseconds since 1970: as seconds it would be in the year 5138.
const FIRST_EPOCH_MILLISECOND: u64 = 100_000_000_000;
/// The three forms of a date in HTTP (RFC 9110, 5.6.7).
const DATES: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// What an answer says about waiting. All times are by our clock: those of the server are moved by what its `Date` differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// Not before then: `Retry-After`, and the reset where nothing remains or nobody says what does. Meant for a 429 or 503; of another
    /// answer it is right to obey it too.
    pub wait_until: Option<Timestamp>,
    /// Requests of a window.
    pub limit: Option<u64>,
    /// Requests that are left of it.
    pub remaining: Option<u64>,
    /// When it begins anew; never before now, never later than [`MAX_WAIT`].
    pub reset: Option<Timestamp>,
    /// How long it is, where that is said (`RateLimit-Policy: 3000;w=300`).
    pub window: Option<Duration>,
}

/// Reads it. What cannot be read is not there.
pub fn advice(headers: &Headers, now: Timestamp) -> Advice {
    let clock = Clock { now, server: headers.get("date").and_then(http_date).unwrap_or(now) };
    let asked = headers.get("retry-after").and_then(|text| clock.read(text));
    let family = |field: &str| {
        let named = |family: &&str| headers.get(&format!("{family}{field}")).is_some();
        FAMILIES.into_iter().find(named)
    };
    let Some(family) = family("remaining").or_else(|| family("reset")) else {
        return Advice { wait_until: asked, ..Advice::default() };
    };
    let value = |field: &str| headers.get(&format!("{family}{field}"));
    let remaining = value("remaining").and_then(leading_number);
    let reset = value("reset").and_then(|text| clock.read(text));
    let spent = reset.filter(|_| remaining.unwrap_or(0) == 0);
    Advice {
        wait_until: asked.max(spent),
        limit: value("limit").and_then(leading_number),
        remaining,
        reset,
        window: value("policy").and_then(window),
    }
}

/// Our clock, and the server's at the same moment.
struct Clock {
    now: Timestamp,
    server: Timestamp,
}

impl Clock {
    /// A time in any of its forms: seconds from now, seconds or milliseconds since 1970, a date of HTTP or of RFC 3339.
    fn read(&self, text: &str) -> Option<Timestamp> {
        let text = text.trim();
        if let Some(number) = leading_number(text).filter(|_| is_number(text)) {
            let ms = if number >= FIRST_EPOCH_MILLISECOND {
                self.until(i64::try_from(number).unwrap_or(i64::MAX))
            } else if number >= FIRST_EPOCH_SECOND {
                self.until(i64::try_from(number * 1000).unwrap_or(i64::MAX))
            } else {
                // Cut to whole seconds, a fraction would be too early.
                number.saturating_add(u64::from(text.contains('.'))).saturating_mul(1000)
            };
            return Some(self.after(ms));
        }
        let at = http_date(text).or_else(|| Timestamp::parse_rfc3339(text).ok())?;
        Some(self.after(self.until(at.as_millis())))
    }

    /// Milliseconds until a time of the server's clock; none if it is over.
    fn until(&self, at_ms: i64) -> u64 {
        u64::try_from(at_ms.saturating_sub(self.server.as_millis())).unwrap_or(0)
    }

    fn after(&self, ms: u64) -> Timestamp {
        let ms = Duration::from_millis(ms).min(MAX_WAIT).as_millis();
        let ms = i64::try_from(ms).unwrap_or(0);
        Timestamp::from_millis_unchecked(self.now.as_millis().saturating_add(ms))
    }
}

/// A date as HTTP writes it.
fn http_date(text: &str) -> Option<Timestamp> {
    let civil = DATES.iter().find_map(|form| civil::DateTime::strptime(form, text.trim()).ok())?;
    let at = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?;
    Some(Timestamp::from_millis_unchecked(at.as_millisecond()))
}

/// Digits, and a fraction perhaps.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// The number that a text begins with: `100, 100;w=10` is 100.
fn leading_number(text: &str) -> Option<u64> {
    let text = text.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..digits)?.parse().ok()
}

/// The first window of a policy.
fn window(text: &str) -> Option<Duration> {
    let seconds = text.split([';', ',']).find_map(|part| part.trim().strip_prefix("w="))?;
    leading_number(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    /// Our clock in all cases.
    const NOW: &str = "2026-08-01T12:00:00Z";

    fn read(pairs: &[(&str, &str)]) -> Advice {
        advice(&Headers::new(pairs.iter().copied()), at(NOW))
    }

    #[track_caller]
    fn check_wait(pairs: &[(&str, &str)], expected: Option<&str>) {
        assert_eq!(read(pairs).wait_until, expected.map(at), "{pairs:?}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        check_wait(&[("Retry-After", "286")], Some("2026-08-01T12:04:46Z"));
        check_wait(&[("Retry-After", " 0 ")], Some(NOW));
        check_wait(&[("Retry-After", "1.2")], Some("2026-08-01T12:00:02Z"));
        check_wait(&[("Retry-After", "Sat, 01 Aug 2026 12:01:00 GMT")], Some("2026-08-01T12:01:00Z"));
        check_wait(&[("Retry-After", "Saturday, 01-Aug-26 12:01:00 GMT")], Some("2026-08-01T12:01:00Z"));
        check_wait(&[("Retry-After", "Sat Aug  1 12:01:00 2026")], Some("2026-08-01T12:01:00Z"));
    }

    #[test]
    fn dates_of_a_server_whose_clock_is_wrong_are_moved() {
        // Ten minutes fast: its 12:11 is our 12:01.
        let date = ("Date", "Sat, 01 Aug 2026 12:10:00 GMT");
        check_wait(&[date, ("Retry-After", "Sat, 01 Aug 2026 12:11:00 GMT")], Some("2026-08-01T12:01:00Z"));
        check_wait(&[date, ("Retry-After", "60")], Some("2026-08-01T12:01:00Z"));
        let reset = ("X-RateLimit-Reset", "2026-08-01T12:15:00.000000Z");
        check_wait(&[date, reset, ("X-RateLimit-Remaining", "0")], Some("2026-08-01T12:05:00Z"));
    }

    #[test]
    fn every_family_of_rate_headers_is_read() {
        let mastodon = read(&[
            ("X-RateLimit-Limit", "300"),
            ("X-RateLimit-Remaining", "12"),
            ("X-RateLimit-Reset", "2026-08-01T12:05:00.123456Z"),
        ]);
        let reset = Some(at("2026-08-01T12:05:00.123Z"));
        let expected = Advice { limit: Some(300), remaining: Some(12), reset, ..Advice::default() };
        assert_eq!(mastodon, expected);
        let atproto = read(&[
            ("RateLimit-Limit", "3000"),
            ("RateLimit-Remaining", "2999"),
            ("RateLimit-Reset", "1785585900"),
            ("RateLimit-Policy", "3000;w=300"),
        ]);
        let reset = Some(at("2026-08-01T12:05:00Z"));
        let window = Some(Duration::from_secs(300));
        let expected = Advice { limit: Some(3000), remaining: Some(2999), reset, window, wait_until: None };
        assert_eq!(atproto, expected);
        let draft = read(&[
            ("RateLimit-Limit", "100, 100;w=10"),
            ("RateLimit-Remaining", "0"),
            ("RateLimit-Reset", "7"),
        ]);
        let soon = Some(at("2026-08-01T12:00:07Z"));
        let expected = Advice {
            limit: Some(100),
            remaining: Some(0),
            reset: soon,
            wait_until: soon,
            ..Advice::default()
        };
        assert_eq!(draft, expected);
        let x = read(&[("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1785585660000")]);
        assert_eq!(x.wait_until, Some(at("2026-08-01T12:01:00Z")));
    }

    #[test]
    fn the_later_of_two_waits_holds() {
        let spent = ("RateLimit-Remaining", "0");
        let reset = ("RateLimit-Reset", "60");
        check_wait(&[spent, reset, ("Retry-After", "5")], Some("2026-08-01T12:01:00Z"));
        check_wait(&[spent, reset, ("Retry-After", "90")], Some("2026-08-01T12:01:30Z"));
        check_wait(&[reset], Some("2026-08-01T12:01:00Z"));
        check_wait(&[("RateLimit-Remaining", "1"), reset], None);
    }

    #[test]
    fn nonsense_is_bounded_or_ignored() {
        let tomorrow = Some("2026-08-02T12:00:00Z");
        check_wait(&[("Retry-After", "31536000")], tomorrow);
        check_wait(&[("Retry-After", "18446744073709551615")], tomorrow);
        check_wait(&[("Retry-After", "Fri, 01 Aug 2036 12:00:00 GMT")], tomorrow);
        check_wait(&[("Retry-After", "9999-01-01T00:00:00Z")], None);
        check_wait(&[("Retry-After", "Sat, 01 Aug 2020 12:00:00 GMT")], Some(NOW));
        for none in ["", " ", "soon", "-5", "99999999999999999999999", "Sat, 99 Aug 2026 12:00:00 GMT", "5 s"]
        {
            check_wait(&[("Retry-After", none)], None);
            assert_eq!(read(&[("RateLimit-Reset", none)]).reset, None, "{none}");
        }
        assert_eq!(read(&[("RateLimit-Remaining", "many")]).remaining, None);
        assert_eq!(read(&[]), Advice::default());
    }
}
