//! Times in every form that exports write them, as UTC milliseconds with the precision that the form gives.

mod format;
mod words;

pub(super) use words::ambiguous_date;

use crate::post::{TimeError, TimePrecision, Timestamp};
use format::Format;
use jiff::civil;
use jiff::tz::TimeZone;
use std::borrow::Cow;

/// Which comes first in `3/7/2017`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// 7 March.
    #[default]
    MonthFirst,
    /// 3 July.
    DayFirst,
}

/// Reads times, given what the file as a whole says about them.
#[derive(Clone, Debug)]
pub struct TimeReader {
    zone: TimeZone,
    utc: bool,
    /// Which comes first in `3/7/2017`.
    pub order: DateOrder,
    /// Whether `:00` seconds mean that the second is not known.
    pub minutes_only: bool,
    /// Whether numbers are days since 1900, as spreadsheets count them.
    pub days_since_1900: bool,
    format: Option<Format>,
}

/// A time and how finely it is known.
pub(super) type Read = (Timestamp, TimePrecision);

const DAY_MS: i64 = 86_400_000;

impl TimeReader {
    /// For times that are of `zone` unless they say otherwise; `None` if no such zone exists.
    pub fn new(zone: &str) -> Option<Self> {
        let zone = TimeZone::get(zone).ok()?;
        let utc = zone == TimeZone::UTC || zone.iana_name() == Some("UTC");
        Some(Self { zone, utc, ..Self::utc() })
    }

    /// For times that say their zone themselves.
    pub fn utc() -> Self {
        Self {
            zone: TimeZone::UTC,
            utc: true,
            order: DateOrder::default(),
            minutes_only: false,
            days_since_1900: false,
            format: None,
        }
    }

    /// Reads times in this form (letters of strftime) and in no other; or says what is wrong with it.
    pub fn set_format(&mut self, format: &str) -> Result<(), String> {
        self.format = Some(Format::new(format)?);
        Ok(())
    }

    /// Whether the form of the times was said.
    pub(super) fn has_format(&self) -> bool {
        self.format.is_some()
    }

    /// Reads any form.
    pub fn read(&self, text: &str) -> Result<Read, TimeError> {
        let text = text.trim();
        if let Some(format) = &self.format {
            return format
                .read(text, &self.zone)
                .unwrap_or_else(|| Err(unreadable(text)))
                .and_then(|read| self.coarsen(read));
        }
        let parts = match iso(text.as_bytes()).or_else(|| of_x(text.as_bytes())) {
            Some(parts) => parts,
            None if is_number(text) => return self.read_number(text),
            None => {
                let plain = without_remark(text);
                let parts = iso(plain.as_bytes()).or_else(|| words::read(&plain, self.order));
                parts.ok_or_else(|| unreadable(text))?
            }
        };
        self.coarsen(self.place(&parts, text)?)
    }

    fn read_number(&self, text: &str) -> Result<Read, TimeError> {
        if self.days_since_1900 {
            return self.read_days(text);
        }
        if let Some(parts) = compact(text) {
            return self.coarsen(self.place(&parts, text)?);
        }
        let read = match text.parse::<i64>() {
            Ok(number) => epoch_integer(number),
            Err(_) => text.parse().map_err(|_| unreadable(text)).and_then(epoch_float),
        };
        read.and_then(|read| self.coarsen(read))
    }

    /// `42801.8645`: days since 1900, as spreadsheets keep a time. How many decimals there are says how finely it is known.
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before, and rounded")]
    fn read_days(&self, text: &str) -> Result<Read, TimeError> {
        /// 1 January 1970; and the last day whose milliseconds are worth asking about.
        const DAYS: std::ops::Range<f64> = 25_569.0..100_000.0;
        let days: f64 = text.parse().map_err(|_| unreadable(text))?;
        if days < DAYS.start {
            return Err(TimeError::TooEarly);
        }
        if days >= DAYS.end {
            return Err(TimeError::TooLate);
        }
        let decimals = text.split_once('.').map_or(0, |(_, part)| part.trim_end_matches('0').len());
        let precision = match decimals {
            0 => TimePrecision::Day,
            1..5 => TimePrecision::Minute,
            _ => TimePrecision::Second,
        };
        let seconds = ((days - DAYS.start) * 86_400.0).round() as i64;
        let Some(parts) = Parts::at(seconds) else { return Err(unreadable(text)) };
        self.coarsen(self.place(&Parts { precision, ..parts }, text)?)
    }

    /// Reads seconds, milliseconds or microseconds since 1970.
    pub fn read_integer(&self, number: i64) -> Result<Read, TimeError> {
        if self.days_since_1900 || self.format.is_some() {
            return self.read(&number.to_string());
        }
        epoch_integer(number).and_then(|read| self.coarsen(read))
    }

    /// Reads seconds (or milliseconds …) since 1970 with a fraction.
    pub fn read_float(&self, number: f64) -> Result<Read, TimeError> {
        if self.days_since_1900 || self.format.is_some() {
            return self.read(&number.to_string());
        }
        epoch_float(number).and_then(|read| self.coarsen(read))
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands at the end of chains of results")]
    fn coarsen(&self, (at, precision): Read) -> Result<Read, TimeError> {
        let whole_minute = at.as_millis() % 60_000 == 0;
        if self.minutes_only && whole_minute && precision > TimePrecision::Minute {
            return Ok((at, TimePrecision::Minute));
        }
        Ok((at, precision))
    }

    fn place(&self, parts: &Parts, text: &str) -> Result<Read, TimeError> {
        if parts.year < 1970 {
            // The last hours of 1969 may be 1970 in UTC, but no post is that old.
            return Err(TimeError::TooEarly);
        }
        if parts.year > 2100 {
            return Err(TimeError::TooLate);
        }
        let local = parts.local_ms().ok_or_else(|| unreadable(text))?;
        let ms = match parts.offset_minutes {
            Some(minutes) => local - i64::from(minutes) * 60_000,
            None if self.utc => local,
            None => self.zoned(parts).ok_or_else(|| unreadable(text))?,
        };
        Timestamp::from_millis(ms).map(|at| (at, parts.precision))
    }

    /// A time of the zone; in a gap or fold of the clocks jiff's compatible choice (the later time of a gap, the earlier of a fold).
    fn zoned(&self, parts: &Parts) -> Option<i64> {
        let (hour, minute, second) = (to_i8(parts.hour)?, to_i8(parts.minute)?, to_i8(parts.second)?);
        let date =
            civil::Date::new(i16::try_from(parts.year).ok()?, to_i8(parts.month)?, to_i8(parts.day)?).ok()?;
        let time = civil::Time::new(hour, minute, second, i32::try_from(parts.ms).ok()? * 1_000_000).ok()?;
        let at = self.zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()?;
        Some(at.as_millisecond())
    }
}

fn to_i8(number: u32) -> Option<i8> {
    i8::try_from(number).ok()
}

fn unreadable(text: &str) -> TimeError {
    TimeError::Unreadable(super::printable(text.as_bytes()).chars().take(40).collect())
}

/// A time taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) year: u32,
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) ms: u32,
    pub(super) offset_minutes: Option<i32>,
    pub(super) precision: TimePrecision,
}

impl Parts {
    /// Only the day is known.
    pub(super) fn midnight(year: u32, month: u32, day: u32) -> Self {
        let precision = TimePrecision::Day;
        Self { year, month, day, hour: 0, minute: 0, second: 0, ms: 0, offset_minutes: None, precision }
    }

    /// So many seconds after 1970, on a clock without zone.
    fn at(seconds: i64) -> Option<Self> {
        let at = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(TimeZone::UTC);
        let number = |value: i8| u32::try_from(value).ok();
        let midnight = Self::midnight(u32::try_from(at.year()).ok()?, number(at.month())?, number(at.day())?);
        Some(Self {
            hour: number(at.hour())?,
            minute: number(at.minute())?,
            second: number(at.second())?,
            ..midnight
        })
    }

    fn local_ms(&self) -> Option<i64> {
        let day = days_since_1970(self.year, self.month, self.day)?;
        if self.hour > 23 || self.minute > 59 || self.second > 60 {
            return None;
        }
        // A leap second has no number of its own since 1970.
        let second = self.second.min(59);
        let seconds = self.hour * 3600 + self.minute * 60 + second;
        Some(day * DAY_MS + i64::from(seconds) * 1000 + i64::from(self.ms))
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, `days_from_civil`), for years after 1969.
fn days_since_1970(year: u32, month: u32, day: u32) -> Option<i64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > length || !(1970..=9999).contains(&year) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year / 400;
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(i64::from(era * 146_097 + day_of_era) - 719_468)
}

/// Reads off the front of ASCII text.
pub(super) struct Cursor<'a>(pub(super) &'a [u8]);

impl Cursor<'_> {
    fn eat(&mut self, wanted: u8) -> bool {
        match self.0.split_first() {
            Some((&byte, rest)) if byte == wanted => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let mut value = 0;
        let mut count = 0;
        while let Some((&byte, rest)) = self.0.split_first() {
            if count == most || !byte.is_ascii_digit() {
                break;
            }
            value = value * 10 + u32::from(byte - b'0');
            count += 1;
            self.0 = rest;
        }
        (count >= least).then_some(value)
    }

    /// `.123456`, as milliseconds; what is finer is cut.
    fn fraction(&mut self) -> Option<u32> {
        if !self.eat(b'.') && !self.eat(b',') {
            return None;
        }
        let mut ms = 0;
        let mut count = 0;
        while let Some((&byte, rest)) = self.0.split_first().filter(|(byte, _)| byte.is_ascii_digit()) {
            if count < 3 {
                ms = ms * 10 + u32::from(byte - b'0');
            }
            count += 1;
            self.0 = rest;
        }
        Some(ms * 10_u32.pow(3_u32.saturating_sub(count)))
    }

    /// `+01:00`, `+0100`, `+01`, `-05:30`.
    pub(super) fn offset(&mut self) -> Option<i32> {
        let sign = if self.eat(b'+') {
            1
        } else if self.eat(b'-') {
            -1
        } else {
            return None;
        };
        let hours = self.digits(2, 2)?;
        self.eat(b':');
        let minutes = if self.0.first().is_some_and(u8::is_ascii_digit) { self.digits(2, 2)? } else { 0 };
        (hours <= 18 && minutes < 60).then_some(sign * i32::try_from(hours * 60 + minutes).ok()?)
    }
}

/// `2017-03-07`, then optionally `T` or space, `20:44`, `:00`, `.123`, and `Z` or an offset: nearly every time there is.
fn iso(text: &[u8]) -> Option<Parts> {
    let mut rest = Cursor(text);
    let year = rest.digits(4, 4)?;
    if rest.0.first().is_some_and(u8::is_ascii_digit) {
        return basic(year, rest);
    }
    let separator = if rest.eat(b'-') {
        b'-'
    } else if rest.eat(b'/') {
        b'/'
    } else {
        return None;
    };
    let month = rest.digits(1, 2)?;
    rest.eat(separator).then_some(())?;
    let day = rest.digits(1, 2)?;
    let mut parts = Parts::midnight(year, month, day);
    if rest.0.is_empty() {
        return Some(parts);
    }
    if !rest.eat(b'T') && !rest.eat(b't') && !rest.eat(b' ') {
        return None;
    }
    clock(&mut rest, &mut parts)?;
    rest.eat(b' ');
    parts.offset_minutes = match rest.0 {
        b"" => None,
        [b'G', b'M', b'T', sign @ ..] | [b'U', b'T', b'C', sign @ ..]
            if sign.starts_with(b"+") || sign.starts_with(b"-") =>
        {
            rest.0 = sign;
            Some(rest.offset()?)
        }
        b"Z" | b"z" | b"UTC" | b"GMT" => Some(0),
        [b'+' | b'-', ..] => Some(rest.offset()?),
        name => return zone_offset(name).map(|offset| Parts { offset_minutes: Some(offset), ..parts }),
    };
    (rest.0.is_empty() || parts.offset_minutes == Some(0)).then_some(parts)
}

/// `20170307T204400Z`, behind its year.
fn basic(year: u32, mut rest: Cursor<'_>) -> Option<Parts> {
    let mut parts = Parts::midnight(year, rest.digits(2, 2)?, rest.digits(2, 2)?);
    (rest.eat(b'T') || rest.eat(b't')).then_some(())?;
    (parts.hour, parts.minute, parts.second) = (rest.digits(2, 2)?, rest.digits(2, 2)?, rest.digits(2, 2)?);
    parts.precision = TimePrecision::Second;
    if let Some(ms) = rest.fraction() {
        (parts.ms, parts.precision) = (ms, TimePrecision::Millisecond);
    }
    parts.offset_minutes = match rest.0 {
        b"" => None,
        b"Z" => Some(0),
        _ => Some(rest.offset().filter(|_| rest.0.is_empty())?),
    };
    Some(parts)
}

/// `Wed Mar 08 00:37:00 +0000 2017`, as X writes it in every post; [`time_words`] reads it too, with more thought than so many are worth.
fn of_x(text: &[u8]) -> Option<Parts> {
    const DAYS: [&[u8]; 7] = [b"Mon ", b"Tue ", b"Wed ", b"Thu ", b"Fri ", b"Sat ", b"Sun "];
    const MONTHS: [&[u8]; 12] = [
        b"Jan ", b"Feb ", b"Mar ", b"Apr ", b"May ", b"Jun ", b"Jul ", b"Aug ", b"Sep ", b"Oct ", b"Nov ",
        b"Dec ",
    ];
    let (day, rest) = text.split_at_checked(4)?;
    let (month, rest) = rest.split_at_checked(4)?;
    let month = MONTHS.iter().position(|name| *name == month).filter(|_| DAYS.contains(&day))?;
    let mut rest = Cursor(rest);
    let mut parts = Parts::midnight(0, u32::try_from(month).ok()? + 1, rest.digits(2, 2)?);
    rest.eat(b' ').then_some(())?;
    clock(&mut rest, &mut parts)?;
    rest.eat(b' ').then_some(())?;
    parts.offset_minutes = Some(rest.offset()?);
    rest.eat(b' ').then_some(())?;
    parts.year = rest.digits(4, 4)?;
    rest.0.is_empty().then_some(parts)
}

/// `20:44`, `20:44:00`, `20:44:00.123`.
pub(super) fn clock(rest: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    parts.hour = rest.digits(1, 2)?;
    rest.eat(b':').then_some(())?;
    parts.minute = rest.digits(2, 2)?;
    parts.precision = TimePrecision::Minute;
    if rest.eat(b':') {
        parts.second = rest.digits(2, 2)?;
        parts.precision = TimePrecision::Second;
        if let Some(ms) = rest.fraction() {
            parts.ms = ms;
            parts.precision = TimePrecision::Millisecond;
        }
    }
    Some(())
}

/// Names of zones that exports write; only those that mean one offset wherever posts were exported.
pub(super) fn zone_offset(name: &[u8]) -> Option<i32> {
    let hours = match name.to_ascii_uppercase().as_slice() {
        b"Z" | b"UTC" | b"GMT" => 0,
        b"EDT" => -4,
        b"EST" | b"CDT" => -5,
        b"CST" | b"MDT" => -6,
        b"MST" | b"PDT" => -7,
        b"PST" => -8,
        b"CET" => 1,
        b"CEST" | b"EET" => 2,
        b"EEST" | b"MSK" => 3,
        _ => return None,
    };
    Some(hours * 60)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+'))
        && digits.bytes().filter(|byte| *byte == b'.').count() < 2
}

/// Without what other programs add in brackets, and with the signs of Chinese and Japanese dates as our own: `2017-03-07T20:44Z[UTC]`,
/// `Tue Mar 07 2017 20:44:00 GMT+0100 (Central European Standard Time)`, `2017年3月7日 20:44`.
fn without_remark(text: &str) -> Cow<'_, str> {
    let open = if text.ends_with(']') { '[' } else { '(' };
    let remark = text.strip_suffix([')', ']']).and_then(|text| text.rsplit_once(open));
    let text = match remark {
        // A zone is no remark if it stands alone.
        Some((before, name))
            if !before.trim().is_empty() && (open == '[' || zone_offset(name.as_bytes()).is_none()) =>
        {
            before.trim_end()
        }
        _ => text,
    };
    if text.contains('年') {
        text.replace(['年', '月'], "-").replace('日', " ").into()
    } else {
        text.into()
    }
}

/// `20170307`, `20170307204400`: as seconds or milliseconds they would be long before or after any post.
fn compact(text: &str) -> Option<Parts> {
    if !matches!(text.len(), 8 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut rest = Cursor(text.as_bytes());
    let (year, month, day) = (rest.digits(4, 4)?, rest.digits(2, 2)?, rest.digits(2, 2)?);
    let mut parts = Parts::midnight(year, month, day);
    if text.len() == 14 {
        (parts.hour, parts.minute, parts.second) =
            (rest.digits(2, 2)?, rest.digits(2, 2)?, rest.digits(2, 2)?);
        parts.precision = TimePrecision::Second;
    }
    (1990..2100).contains(&year).then_some(())?;
    parts.local_ms().map(|_| parts)
}

/// The unit is told by the size: seconds reach 10^11 in the year 5138, milliseconds pass it in 1973.
fn epoch_integer(number: i64) -> Result<Read, TimeError> {
    let (ms, precision) = match number.unsigned_abs() {
        0..100_000_000_000 => (number * 1000, TimePrecision::Second),
        100_000_000_000..100_000_000_000_000 => (number, TimePrecision::Millisecond),
        100_000_000_000_000..100_000_000_000_000_000 => (number.div_euclid(1000), TimePrecision::Millisecond),
        _ => (number.div_euclid(1_000_000), TimePrecision::Millisecond),
    };
    Timestamp::from_millis(ms).map(|at| (at, precision))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "bounded just before; a fraction of a millisecond is cut"
)]
fn epoch_float(number: f64) -> Result<Read, TimeError> {
    if !number.is_finite() || number.abs() >= 9e18 {
        return Err(TimeError::Unreadable(number.to_string()));
    }
    if number.fract() == 0.0 || number.abs() >= 1e11 {
        return epoch_integer(number.trunc() as i64);
    }
    // Rounded: 1610005273.1 is not exactly that as a float.
    Timestamp::from_millis((number * 1000.0).round() as i64).map(|at| (at, TimePrecision::Millisecond))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        check_in("UTC", DateOrder::MonthFirst, text, expected);
    }

    #[track_caller]
    fn check_in(zone: &str, order: DateOrder, text: &str, expected: &str) {
        let reader = TimeReader { order, ..TimeReader::new(zone).unwrap() };
        let got = match reader.read(text) {
            Ok((at, precision)) => {
                format!("{at} {}", serde_json::to_string(&precision).unwrap().trim_matches('"'))
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn iso_forms() {
        check("2017-03-07T13:00:00Z", "2017-03-07T13:00:00Z s");
        check("2017-03-07T13:00:00.123456Z", "2017-03-07T13:00:00.123Z ms");
        check("2017-03-07T13:00:00.5+01:00", "2017-03-07T12:00:00.500Z ms");
        check("2017-03-07T08:00:00-0500", "2017-03-07T13:00:00Z s");
        check("2017-03-07 20:44:00", "2017-03-07T20:44:00Z s");
        check("2017-03-07T20:44", "2017-03-07T20:44:00Z min");
        check("2017-03-07 20:44 UTC", "2017-03-07T20:44:00Z min");
        check("2020-10-26 13:31:42 EDT", "2020-10-26T17:31:42Z s");
        check("2017/03/07 20:44:01", "2017-03-07T20:44:01Z s");
        check("2017-03-07", "2017-03-07T00:00:00Z day");
        check("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z s");
        check("2016-02-29T00:00:00Z", "2016-02-29T00:00:00Z s");
        check("2017-02-29T00:00:00Z", "not a time: `2017-02-29T00:00:00Z`");
    }

    #[test]
    fn forms_of_spreadsheets_and_pages() {
        check("3/7/2017 20:44", "2017-03-07T20:44:00Z min");
        check("3/7/17 8:44 PM", "2017-03-07T20:44:00Z min");
        check("3/7/2017 12:05:09 AM", "2017-03-07T00:05:09Z s");
        check("07.03.2017 20:44", "2017-03-07T20:44:00Z min");
        check_in("UTC", DateOrder::DayFirst, "3/7/2017 20:44", "2017-07-03T20:44:00Z min");
        check("13/7/2017", "not a time: `13/7/2017`");
        check("8:44 PM - 7 Mar 2017", "2017-03-07T20:44:00Z min");
        check("Mar 7, 2017 at 8:44:10pm", "2017-03-07T20:44:10Z s");
        check("7-Mar-2017", "2017-03-07T00:00:00Z day");
    }

    #[test]
    fn forms_of_programs() {
        check("2017-03-07T20:44:00.000+0000", "2017-03-07T20:44:00Z ms");
        check("2017-03-07T20:44:00+01", "2017-03-07T19:44:00Z s");
        check("2017-03-07T20:44:00Z[UTC]", "2017-03-07T20:44:00Z s");
        check("2017-03-07T20:44:00+01:00[Europe/Berlin]", "2017-03-07T19:44:00Z s");
        check("2017-03-07 20:44:00 GMT+0100", "2017-03-07T19:44:00Z s");
        check("2017-03-07, 20:44:00", "2017-03-07T20:44:00Z s");
        check("2017.03.07 20:44", "2017-03-07T20:44:00Z min");
        check("20170307T204400Z", "2017-03-07T20:44:00Z s");
        check("20170307T204400+0100", "2017-03-07T19:44:00Z s");
        check("Tue Mar 07 2017 20:44:00 GMT+0100 (CET)", "2017-03-07T19:44:00Z s");
        check("Tue Mar 07 2017 20:44:00 GMT+0100 (Central European Standard Time)", "2017-03-07T19:44:00Z s");
        check("20:44 07/03/2017", "2017-07-03T20:44:00Z min");
        check("20:44 (UTC) 7 Mar 2017", "2017-03-07T20:44:00Z min");
        check("7 March 2017 at 20:44", "2017-03-07T20:44:00Z min");
        check("March 7th, 2017", "2017-03-07T00:00:00Z day");
        check("2017年3月7日 20:44", "2017-03-07T20:44:00Z min");
        check("07-Mar-2017 08:44PM", "2017-03-07T20:44:00Z min");
        check("2017-03-07T20:44:00Z[", "not a time: `2017-03-07T20:44:00Z[`");
    }

    #[test]
    fn months_in_other_languages() {
        check("7. März 2017, 20:44 Uhr", "2017-03-07T20:44:00Z min");
        check("Di., 7. Dez. 2017 20:44", "2017-12-07T20:44:00Z min");
        check("mardi 7 février 2017 à 20h44", "2017-02-07T20:44:00Z min");
        check("mar. 7 mars 2017 20:44", "2017-03-07T20:44:00Z min");
        check("7 de agosto de 2017 20:44:10", "2017-08-07T20:44:10Z s");
        check("7 mag 2017", "2017-05-07T00:00:00Z day");
        check("7 de setembro de 2017", "2017-09-07T00:00:00Z day");
        check("donderdag 7 mei 2017 om 20:44", "2017-05-07T20:44:00Z min");
        check("7 mars mai 2017", "not a time: `7 mars mai 2017`");
    }

    #[test]
    fn days_of_spreadsheets() {
        let reader = TimeReader { days_since_1900: true, ..TimeReader::new("Europe/Berlin").unwrap() };
        let read = |text: &str| reader.read(text).map(|(at, precision)| (at.to_string(), precision));
        assert_eq!(read("42801").unwrap(), ("2017-03-06T23:00:00Z".to_owned(), TimePrecision::Day));
        assert_eq!(
            read("42801.8638888889").unwrap(),
            ("2017-03-07T19:44:00Z".to_owned(), TimePrecision::Second)
        );
        assert_eq!(read("42801.8645").unwrap().1, TimePrecision::Minute);
        assert_eq!(read("-1").unwrap_err().to_string(), "time is before 1970");
        assert_eq!(read("1488919020").unwrap_err().to_string(), "time is after 2099");
        assert_eq!(reader.read_float(42801.5).unwrap().0.to_string(), "2017-03-07T11:00:00Z");
    }

    #[test]
    fn a_form_that_was_said_is_the_only_one() {
        let read = |format: &str, text: &str| {
            let mut reader = TimeReader::new("Europe/Berlin").unwrap();
            reader.set_format(format).unwrap();
            match reader.read(text) {
                Ok((at, precision)) => format!("{at} {precision:?}"),
                Err(error) => error.to_string(),
            }
        };
        assert_eq!(read("%d.%m.%y %H.%M", "07.03.17 20.44"), "2017-03-07T19:44:00Z Minute");
        assert_eq!(read("%Y%j", "2017066"), "2017-03-06T23:00:00Z Day");
        assert_eq!(
            read("%d/%m/%Y %I:%M:%S %p %z", "07/03/2017 08:44:10 PM +0000"),
            "2017-03-07T20:44:10Z Second"
        );
        assert_eq!(
            read("%Y-%m-%dT%H:%M:%S%.f", "2017-03-07T20:44:10.25"),
            "2017-03-07T19:44:10.250Z Millisecond"
        );
        assert_eq!(read("%s", "1488919020"), "2017-03-07T20:37:00Z Second");
        assert_eq!(read("%d.%m.%Y", "2017-03-07"), "not a time: `2017-03-07`");
        assert_eq!(read("%d.%m.%Y", "07.03.1917"), "time is before 1970");
        for wrong in ["", "%Q%Q%Q", "%H:%M", "%", "no letters"] {
            assert!(TimeReader::utc().set_format(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn forms_of_platforms() {
        check("Wed Mar 08 00:37:00 +0000 2017", "2017-03-08T00:37:00Z s");
        check("Wed, 08 Mar 2017 00:37:00 +0000", "2017-03-08T00:37:00Z s");
        check("Wed, 08 Mar 2017 00:37:00 GMT", "2017-03-08T00:37:00Z s");
        check("Tue Mar 07 19:37:00 EST 2017", "2017-03-08T00:37:00Z s");
    }

    #[test]
    fn the_form_of_x_is_read_as_its_words_are() {
        for text in [
            "Wed Mar 08 00:37:00 +0000 2017",
            "Sun Dec 31 23:59:60 -0530 2016",
            "Wed Mar 08 00:37 +0000 2017",
            "Wed Mar 08 00:37:00.250 +01 2017",
        ] {
            let quick = of_x(text.as_bytes()).unwrap();
            assert_eq!(Some(quick), words::read(text, DateOrder::MonthFirst), "{text}");
        }
        for text in [
            "Wed Mar 08 00:37:00 +0000 17",
            "Xyz Mar 08 00:37:00 +0000 2017",
            "Wed Mar",
            "Wed Mar 08 00:37:00 2017",
            "é",
        ] {
            assert_eq!(of_x(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers() {
        check("1488919020", "2017-03-07T20:37:00Z s");
        check("1488919020123", "2017-03-07T20:37:00.123Z ms");
        check("1488919020123456", "2017-03-07T20:37:00.123Z ms");
        check("1488919020.5", "2017-03-07T20:37:00.500Z ms");
        check("1610005273.0", "2021-01-07T07:41:13Z s");
        check("20170307", "2017-03-07T00:00:00Z day");
        check("20170307204400", "2017-03-07T20:44:00Z s");
        check("-5", "time is before 1970");
        check("1e300", "not a time: `1e300`".replace("1e300", &1e300_f64.to_string()).as_str());
    }

    #[test]
    fn impossible_times_say_why() {
        check("0000-01-01T00:00:00Z", "time is before 1970");
        check("1969-12-31T23:59:59Z", "time is before 1970");
        check("9999-12-31T23:59:59Z", "time is after 2099");
        check("2100-01-01T00:00:00Z", "time is after 2099");
        check("soon", "not a time: `soon`");
        check("", "not a time: ``");
        check("2017-03-07T25:00:00Z", "not a time: `2017-03-07T25:00:00Z`");
        check("7 Mar 8 2017", "not a time: `7 Mar 8 2017`");
    }

    #[test]
    fn zones_apply_where_the_time_says_none() {
        let berlin = |text, expected| check_in("Europe/Berlin", DateOrder::DayFirst, text, expected);
        berlin("2017-03-07 20:44:00", "2017-03-07T19:44:00Z s");
        berlin("2017-07-07 20:44:00", "2017-07-07T18:44:00Z s");
        berlin("2017-03-07T20:44:00Z", "2017-03-07T20:44:00Z s");
        // The clocks go forward at 02:00 on 26 March and back at 03:00 on 29 October.
        berlin("2017-03-26 02:30:00", "2017-03-26T01:30:00Z s");
        berlin("2017-10-29 02:30:00", "2017-10-29T00:30:00Z s");
        assert!(TimeReader::new("Mars/Olympus").is_none());
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for text in [
            "٣/٧/٢٠١٧",
            "2017-03-07T20:44:0é",
            "+",
            "-",
            ":",
            "1:",
            "1:0",
            "é:",
            "9".repeat(400).as_str(),
            "1.2.3",
            "1/",
            "//",
            "1e",
            "Mar",
        ] {
            assert!(TimeReader::utc().read(text).is_err(), "{text}");
        }
    }
}
