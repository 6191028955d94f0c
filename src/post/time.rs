//! A point in time as every part of the program carries it: UTC milliseconds. Zones come in only at the edge.

use serde::{Deserialize, Serialize};

/// Earliest time a post may carry: 1970-01-01. Anything earlier is a parsing accident, not a post.
pub const MIN_TIMESTAMP: Timestamp = Timestamp(0);
/// Latest time a post may carry, exclusive: 2100-01-01. Later ones are placeholders (`9999-12-31`).
pub const MAX_TIMESTAMP: Timestamp = Timestamp(4_102_444_800_000);

/// Twitter's snowflake epoch, 2010-11-04T01:42:54.657Z; ids made since carry their time in the upper bits.
const SNOWFLAKE_EPOCH_MS: i64 = 1_288_834_974_657;
/// Smallest id that is certainly a snowflake: ids were sequential up to about 29.7 thousand million.
const FIRST_SNOWFLAKE: u64 = 30_000_000_000;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a time was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// Before [`MIN_TIMESTAMP`].
    #[error("time is before 1970")]
    TooEarly,
    /// At or after [`MAX_TIMESTAMP`].
    #[error("time is after 2099")]
    TooLate,
    /// No form that we read.
    #[error("not a time: `{0}`")]
    Unreadable(String),
}

impl Timestamp {
    /// From milliseconds since 1970, if inside the range a post may carry.
    pub fn from_millis(ms: i64) -> Result<Self, TimeError> {
        if ms < MIN_TIMESTAMP.0 {
            Err(TimeError::TooEarly)
        } else if ms >= MAX_TIMESTAMP.0 {
            Err(TimeError::TooLate)
        } else {
            Ok(Self(ms))
        }
    }

    /// From milliseconds that need no range check: bucket edges, constants, values read back from the store.
    pub const fn from_millis_unchecked(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Reads RFC 3339 (`2017-03-07T13:00:00Z`, any offset, any fraction; finer than a millisecond is cut).
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeError> {
        let unreadable = || TimeError::Unreadable(text.chars().take(40).collect());
        match text.parse::<jiff::Timestamp>() {
            Ok(parsed) => Self::from_millis(parsed.as_millisecond()),
            // jiff ends a day before the year 10000: `9999-12-31` is a placeholder that deserves the true reason.
            Err(_) if text.starts_with("9999-12-3") => Err(TimeError::TooLate),
            Err(_) => Err(unreadable()),
        }
    }
}

impl std::fmt::Display for Timestamp {
    /// RFC 3339 in UTC; milliseconds only where there are any.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) if self.0.rem_euclid(1000) == 0 => write!(f, "{at:.0}"),
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{} ms since 1970", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).map_err(serde::de::Error::custom)
    }
}

/// The time that an X id carries, if it is a snowflake. Layout: 41 bits of milliseconds since the snowflake epoch, then 22 bits
/// of machine and sequence (Twitter's engineering announcement of June 2010).
pub fn snowflake_time(id: &str) -> Option<Timestamp> {
    if id.is_empty() || id.starts_with('0') || !id.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let id: u64 = id.parse().ok()?;
    if id < FIRST_SNOWFLAKE {
        return None;
    }
    let ms = i64::try_from(id >> 22).ok()?;
    Timestamp::from_millis(ms + SNOWFLAKE_EPOCH_MS).ok()
}

/// Earliest time that an id of Bluesky may carry: 2022-01-01, the year of its first records.
const FIRST_TID_MS: i64 = 1_640_995_200_000;

/// The time that a TID carries, the usual record key of atproto: 13 letters of its sortable base 32, which are a bit that is 0, 53 bits of
/// microseconds since 1970 and 10 bits of a clock's number.
pub fn tid_time(tid: &str) -> Option<Timestamp> {
    let digits = tid.as_bytes();
    if digits.len() != 13 || !matches!(digits.first(), Some(b'2'..=b'7' | b'a'..=b'j')) {
        return None;
    }
    let number = digits.iter().try_fold(0_u64, |number, digit| {
        let digit = match digit {
            b'2'..=b'7' => digit - b'2',
            b'a'..=b'z' => digit - b'a' + 6,
            _ => return None,
        };
        Some(number << 5 | u64::from(digit))
    })?;
    let ms = i64::try_from((number >> 10) / 1000).ok().filter(|ms| *ms >= FIRST_TID_MS)?;
    Timestamp::from_millis(ms).ok()
}

/// The time that the address of a record of Bluesky carries: `at://repository/collection/key`, whose key is mostly a TID.
pub fn at_uri_time(uri: &str) -> Option<Timestamp> {
    let mut parts = uri.strip_prefix("at://")?.splitn(3, '/');
    tid_time(parts.nth(2)?)
}

/// The time that the id of a post carries, where its platform makes ids that do: whatever a record claims, all observations of a post
/// (and a deletion of it) then agree.
pub fn id_time(platform: &str, id: &str) -> Option<Timestamp> {
    match platform {
        "x" => snowflake_time(id),
        "bluesky" => at_uri_time(id),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tids_carry_their_time() {
        assert_eq!(tid_time("3lqcnvhqk622d").unwrap().to_string(), "2025-05-29T11:54:47.504Z");
        // Too old, too late, too long, too short, not of the alphabet, a high bit that is set.
        for none in [
            "2222222222222",
            "jzzzzzzzzzzzz",
            "3jzfcijpj2z2aa",
            "3jzfcijpj2z2",
            "3jzfcijpj2z21",
            "kjzfcijpj2z2a",
            "",
        ] {
            assert_eq!(tid_time(none), None, "{none}");
        }
        let uri = "at://did:plc:demo/app.bsky.feed.post/3lqcnvhqk622d";
        assert_eq!(at_uri_time(uri), tid_time("3lqcnvhqk622d"));
        assert_eq!(id_time("bluesky", uri), tid_time("3lqcnvhqk622d"));
        for none in
            ["3lqcnvhqk622d", "at://did:plc:demo/3lqcnvhqk622d", &format!("{uri}#x"), &format!("{uri}/x")]
        {
            assert_eq!(at_uri_time(none), None, "{none}");
        }
    }

    #[test]
    fn rfc3339_round_trips() {
        for text in ["2017-03-07T13:00:00Z", "2017-03-07T13:00:00.123Z", "1970-01-01T00:00:00Z"] {
            assert_eq!(Timestamp::parse_rfc3339(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Timestamp::parse_rfc3339("2017-03-07T08:00:00.1239-05:00").unwrap().to_string(),
            "2017-03-07T13:00:00.123Z"
        );
    }

    #[test]
    fn impossible_times_are_refused() {
        assert_eq!(Timestamp::parse_rfc3339("0000-01-01T00:00:00Z"), Err(TimeError::TooEarly));
        assert_eq!(Timestamp::parse_rfc3339("9999-12-31T23:59:59Z"), Err(TimeError::TooLate));
        assert_eq!(Timestamp::from_millis(-1), Err(TimeError::TooEarly));
        assert!(matches!(Timestamp::parse_rfc3339("soon"), Err(TimeError::Unreadable(_))));
    }

    #[test]
    fn snowflakes_carry_their_time() {
        assert_eq!(snowflake_time("1212092628029698048").unwrap().to_string(), "2019-12-31T19:26:16.771Z");
        assert_eq!(snowflake_time("20"), None);
        assert_eq!(snowflake_time("012092628029698048"), None);
        assert_eq!(snowflake_time("9.1E+17"), None);
        assert_eq!(snowflake_time("99999999999999999999999"), None);
        assert_eq!(snowflake_time(""), None);
    }
}
