//! Times as people write them in the rule file: RFC 3339, or a date or a local time in the campaign's zone.

use super::mistake::suggest_near;
use crate::post::Timestamp;
use crate::timeline::{Edge, WhenError, parse_when};
use jiff::tz::TimeZone;

/// Why a zone or time cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstantError {
    /// No such zone.
    #[error("unknown time zone `{zone}`")]
    UnknownZone {
        /// As written.
        zone: String,
        /// The one that was perhaps meant.
        near: Option<String>,
    },
    /// No form that we read.
    #[error("not a date or time: `{0}`")]
    Unreadable(String),
    /// Before 1970 or after 2099.
    #[error("`{0}` is outside the years 1970 to 2099")]
    OutOfRange(String),
}

/// The zone with this IANA name; its canonical spelling is [`TimeZone::iana_name`].
pub fn zone(name: &str) -> Result<TimeZone, InstantError> {
    TimeZone::get(name).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
        let city =
            |zone: &&String| zone.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(name));
        let near = known.iter().find(city).map(String::as_str);
        let near = near.or_else(|| suggest_near(name, known.iter().map(String::as_str))).map(str::to_owned);
        InstantError::UnknownZone { zone: super::mistake::quoted(name), near }
    })
}

/// The instant of `2017-03-07T13:00:00Z`, or of `2017-03-07` (its first moment) or `2017-03-07 13:00` in `zone`. As on the command line,
/// but for times before now, which a file that is kept must not hold.
pub fn instant(written: &str, zone: &TimeZone) -> Result<Timestamp, InstantError> {
    let text = written.trim();
    let quoted = || super::mistake::quoted(text);
    // A zone in brackets would silently win over the campaign's.
    if text.contains('[') || text.ends_with(['m', 'h', 'd', 'w']) {
        return Err(InstantError::Unreadable(quoted()));
    }
    parse_when(text, zone, Timestamp::default(), Edge::Since).map_err(|error| match error {
        WhenError::OutOfRange { .. } => InstantError::OutOfRange(quoted()),
        _ => InstantError::Unreadable(quoted()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, zone_name: &str, expected: &str) {
        let shown = match instant(written, &zone(zone_name).unwrap()) {
            Ok(at) => at.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn times_are_read_in_the_zone() {
        check("2017-03-07T13:00:00Z", "Europe/Berlin", "2017-03-07T13:00:00Z");
        check("2017-03-07T13:00:00+02:00", "UTC", "2017-03-07T11:00:00Z");
        check("2017-03-07", "UTC", "2017-03-07T00:00:00Z");
        check("2017-03-07", "America/New_York", "2017-03-07T05:00:00Z");
        check("2017-03-07 13:00", "Europe/Berlin", "2017-03-07T12:00:00Z");
        // A time that the clocks leap over: as on the command line.
        check("2017-03-26T02:30:00", "Europe/Berlin", "2017-03-26T00:30:00Z");
        check("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z");
    }

    #[test]
    fn other_times_are_refused() {
        for text in ["soon", "", "2017", "2017-13-01", "07.03.2017", "2017-03-07T13:00[Europe/Berlin]"] {
            check(text, "UTC", &format!("not a date or time: `{text}`"));
        }
        check("1969-12-31", "UTC", "`1969-12-31` is outside the years 1970 to 2099");
        check("9999-12-31", "UTC", "`9999-12-31` is outside the years 1970 to 2099");
    }

    #[test]
    fn near_zones_are_suggested() {
        let near = |name| match zone(name) {
            Err(InstantError::UnknownZone { near, .. }) => near,
            other => panic!("{other:?}"),
        };
        assert_eq!(near("Berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(near("Europe/Berln").as_deref(), Some("Europe/Berlin"));
        assert_eq!(near("nowhere at all"), None);
        assert_eq!(zone("europe/berlin").unwrap().iana_name(), Some("Europe/Berlin"));
    }
}
