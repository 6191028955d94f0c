//! Times in a form that the person has said, in the letters of strftime.

use super::Read;
use crate::post::{TimeError, TimePrecision, Timestamp};
use jiff::civil;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::tz::TimeZone;

/// How times are written.
#[derive(Clone, Debug)]
pub(super) struct Format(String);

impl Format {
    /// Tried on a time of our own: what it writes it must read, and that must be a day.
    pub(super) fn new(format: &str) -> Result<Self, String> {
        let wrong = |error: jiff::Error| format!("`{format}` cannot be read: {error}");
        let sample = civil::date(2017, 3, 7).at(20, 44, 10, 0).to_zoned(TimeZone::UTC).map_err(wrong)?;
        let written = strtime::format(format, &sample).map_err(wrong)?;
        let read = strtime::parse(format, &written).map_err(wrong)?;
        if read.to_date().is_ok() || read.timestamp().is_some() {
            return Ok(Self(format.to_owned()));
        }
        Err(format!("`{format}` names no day: it takes a year, a month and a day, such as `%Y-%m-%d %H:%M`"))
    }

    /// A time in this form; `None` if the text is not of it.
    pub(super) fn read(&self, text: &str, zone: &TimeZone) -> Option<Result<Read, TimeError>> {
        let parts = strtime::parse(&self.0, text).ok()?;
        let at = match (parts.timestamp(), parts.offset()) {
            (Some(at), _) => at,
            (None, Some(offset)) => offset.to_timestamp(local(&parts)?).ok()?,
            (None, None) if parts.iana_time_zone().is_some() => parts.to_timestamp().ok()?,
            (None, None) => zone.to_ambiguous_timestamp(local(&parts)?).compatible().ok()?,
        };
        Some(Timestamp::from_millis(at.as_millisecond()).map(|at| (at, precision(&parts))))
    }
}

fn local(parts: &BrokenDownTime) -> Option<civil::DateTime> {
    let clock = if parts.hour().is_some() { parts.to_time().ok()? } else { civil::Time::midnight() };
    Some(parts.to_date().ok()?.to_datetime(clock))
}

fn precision(parts: &BrokenDownTime) -> TimePrecision {
    if parts.subsec_nanosecond().is_some() {
        TimePrecision::Millisecond
    } else if parts.second().is_some() || parts.timestamp().is_some() {
        TimePrecision::Second
    } else if parts.hour().is_some() {
        TimePrecision::Minute
    } else {
        TimePrecision::Day
    }
}
