//! What a person writes for a time: a date, a time in the zone, RFC 3339, or `7d` before now.

use super::bucket::first_instant;
use crate::post::{TimeError, Timestamp};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Which end of a span a time is for. Both are the start of what is written: an end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The first instant inside.
    Since,
    /// The first instant no longer inside.
    Until,
}

/// Why a written time could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum WhenError {
    /// No form that we know.
    #[error(
        "cannot read `{0}` as a time: write `2017-03-07`, `2017-03-07 13:00`, `2017-03-07T13:00:00Z`, or `7d`, `12h`, `2w`, `30m` before now"
    )]
    Unreadable(String),
    /// A date or time that no calendar has.
    #[error("there is no such date or time: `{0}`")]
    NoSuchTime(String),
    /// Outside the years that a post may carry.
    #[error("`{text}`: {source}")]
    OutOfRange {
        /// As written.
        text: String,
        /// Before 1970 or after 2099.
        source: TimeError,
    },
}

/// Reads what a person wrote. A date means its first instant in the zone, also as an end, which is exclusive.
///
/// A local time that comes twice means its first occurrence as a start and its last as an end, so that a span holds both.
pub fn parse_when(text: &str, zone: &TimeZone, now: Timestamp, edge: Edge) -> Result<Timestamp, WhenError> {
    let text = text.trim();
    let millis = if let Some(ago) = parse_ago(text) {
        now.as_millis().saturating_sub(ago)
    } else if let Some(date) = parse_date(text)? {
        first_instant(zone, date)
    } else if let Some(local) = parse_local(text)? {
        local_instant(zone, local, edge).ok_or_else(|| WhenError::NoSuchTime(shorten(text)))?
    } else {
        return Timestamp::parse_rfc3339(text).map_err(|source| match source {
            TimeError::Unreadable(_) => WhenError::Unreadable(shorten(text)),
            source => WhenError::OutOfRange { text: shorten(text), source },
        });
    };
    Timestamp::from_millis(millis).map_err(|source| WhenError::OutOfRange { text: shorten(text), source })
}

/// The first instant of a written date, or of a day some days later: for spans that name their last day as included.
pub fn start_of_day(text: &str, zone: &TimeZone, days_later: i64) -> Result<Timestamp, WhenError> {
    let text = text.trim();
    let date = parse_date(text)?.ok_or_else(|| WhenError::Unreadable(shorten(text)))?;
    let date = date.saturating_add(jiff::Span::new().days(days_later));
    Timestamp::from_millis(first_instant(zone, date))
        .map_err(|source| WhenError::OutOfRange { text: shorten(text), source })
}

/// Enough of what was written to recognise it.
fn shorten(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// `7d`, `12h`, `2w`, `30m`: milliseconds. Days are 24 hours: what is meant is "about a week ago", not a calendar.
fn parse_ago(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit_ms: i64 = match unit {
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000,
        _ => return None,
    };
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // A number too large to hold is before 1970 anyway, which the range check then says.
    Some(number.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(unit_ms))
}

/// Whether `text` looks like `pattern`, where `0` stands for a digit and ` ` for a blank or `T`.
fn looks_like(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            b' ' => byte == b' ' || byte == b'T',
            _ => byte == shape,
        })
}

fn parse_date(text: &str) -> Result<Option<Date>, WhenError> {
    if !looks_like(text, "0000-00-00") {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| WhenError::NoSuchTime(text.to_owned()))
}

fn parse_local(text: &str) -> Result<Option<DateTime>, WhenError> {
    if !looks_like(text, "0000-00-00 00:00") && !looks_like(text, "0000-00-00 00:00:00") {
        return Ok(None);
    }
    let wrong = || WhenError::NoSuchTime(text.to_owned());
    let (date, time) = text.split_at_checked(10).ok_or_else(wrong)?;
    let date: Date = date.parse().map_err(|_| wrong())?;
    let time: Time = time.get(1..).and_then(|time| time.parse().ok()).ok_or_else(wrong)?;
    Ok(Some(date.to_datetime(time)))
}

fn local_instant(zone: &TimeZone, local: DateTime, edge: Edge) -> Option<i64> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let instant = match edge {
        Edge::Since => ambiguous.earlier(),
        Edge::Until => ambiguous.later(),
    };
    instant.ok().map(jiff::Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str, zone: &str, edge: Edge) -> Result<Timestamp, WhenError> {
        let now = Timestamp::parse_rfc3339("2017-03-20T12:00:00Z").unwrap();
        parse_when(text, &TimeZone::get(zone).unwrap(), now, edge)
    }

    #[track_caller]
    fn check(text: &str, zone: &str, expected: &str) {
        for edge in [Edge::Since, Edge::Until] {
            assert_eq!(when(text, zone, edge).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn dates_times_and_durations() {
        check("2017-03-07", "UTC", "2017-03-07T00:00:00Z");
        check("2017-03-07", "America/New_York", "2017-03-07T05:00:00Z");
        check("2017-03-13", "America/New_York", "2017-03-13T04:00:00Z");
        check(" 2017-03-07 13:00 ", "Europe/Berlin", "2017-03-07T12:00:00Z");
        check("2017-03-07T13:00:30", "Europe/Berlin", "2017-03-07T12:00:30Z");
        check("2017-03-07T13:00:00+02:00", "UTC", "2017-03-07T11:00:00Z");
        check("7d", "UTC", "2017-03-13T12:00:00Z");
        check("12h", "UTC", "2017-03-20T00:00:00Z");
        check("2w", "Europe/Berlin", "2017-03-06T12:00:00Z");
        check("30m", "UTC", "2017-03-20T11:30:00Z");
        check("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z");
    }

    #[test]
    fn a_time_that_comes_twice_widens_the_span() {
        let at = |edge| when("2017-11-05 01:30", "America/New_York", edge).unwrap().to_string();
        assert_eq!(
            (at(Edge::Since), at(Edge::Until)),
            ("2017-11-05T05:30:00Z".into(), "2017-11-05T06:30:00Z".into())
        );
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = when(text, "UTC", Edge::Since).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn errors_say_what_to_write() {
        refused("soon", "write `2017-03-07`");
        refused("", "cannot read");
        refused("d", "cannot read");
        refused("-7d", "cannot read");
        refused("7ö", "cannot read");
        refused("2017-02-30", "no such date");
        refused("2017-02-03 25:00", "no such date or time");
        refused("99999d", "before 1970");
        refused("99999999999999999999999d", "before 1970");
        refused("1969-12-31", "before 1970");
        refused("9999-12-31", "after 2099");
    }

    #[test]
    fn the_day_after() {
        let next = start_of_day("2017-08-31", &TimeZone::UTC, 1).unwrap();
        assert_eq!(next.to_string(), "2017-09-01T00:00:00Z");
        assert!(start_of_day("2017-08-31 10:00", &TimeZone::UTC, 0).is_err());
    }
}
