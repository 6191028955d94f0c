//! Times and numbers as people write them, in the answer's zone and the reader's language. The only place of the charts where zones come in.

use super::lang::Lang;
use crate::answer::TheoriesAnswer;
use crate::post::Timestamp;
use crate::timeline::By;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

/// Zone, bucket length, and whether dates need a year.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    zone_name: String,
    lang: Lang,
    by: By,
    /// Start and end lie in different years.
    years: bool,
    since: Timestamp,
    until: Timestamp,
}

impl Calendar {
    /// That of an answer; `None` where its zone is not in the time zone database.
    pub fn of(answer: &TheoriesAnswer) -> Option<Self> {
        let zone = TimeZone::get(&answer.zone).ok()?;
        Some(Self::new(answer, zone, answer.zone.clone()))
    }

    /// As [`Calendar::of`], with UTC (and its name) for a zone that nobody knows.
    pub fn or_utc(answer: &TheoriesAnswer) -> Self {
        Self::of(answer).unwrap_or_else(|| Self::new(answer, TimeZone::UTC, "UTC".to_owned()))
    }

    fn new(answer: &TheoriesAnswer, zone: TimeZone, zone_name: String) -> Self {
        let mut calendar = Self {
            zone,
            zone_name,
            lang: Lang::En,
            by: answer.by,
            years: false,
            since: answer.since,
            until: Timestamp::from_millis_unchecked(answer.until.as_millis().max(answer.since.as_millis())),
        };
        let last = calendar.last_instant();
        calendar.years = calendar.civil(calendar.since).year() != calendar.civil(last).year();
        calendar
    }

    /// The same in another language.
    #[must_use]
    pub fn in_lang(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Name of the zone that times are told in.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// A bucket or an event by its start: `7 Mar`, `7 Mar 14:00`, `Mar 2017`, `week of 6 Mar`.
    pub fn bucket(&self, start: Timestamp) -> String {
        match self.by {
            By::Minute | By::Hour => self.moment(self.civil(start), self.years),
            By::Day | By::Auto => self.day(start),
            By::Week => format!("week of {}", self.day(start)),
            By::Month => self.month_of_year(self.civil(start)),
        }
    }

    /// The same after a number of posts: `on 7 Mar`, `at 7 Mar 14:00`, `in Mar 2017`, `in the week of 6 Mar`.
    pub fn phrase(&self, start: Timestamp) -> String {
        let bucket = self.bucket(start);
        match self.by {
            By::Minute | By::Hour => format!("at {bucket}"),
            By::Day | By::Auto => format!("on {bucket}"),
            By::Week => format!("in the {bucket}"),
            By::Month => format!("in {bucket}"),
        }
    }

    /// An instant beside an event: with the time of day where the buckets are that fine.
    pub fn event(&self, at: Timestamp) -> String {
        match self.by {
            By::Minute | By::Hour => self.bucket(at),
            _ => self.day(at),
        }
    }

    /// As [`Calendar::bucket`], as short as it goes: under an axis.
    pub(crate) fn tick(&self, start: Timestamp) -> String {
        if self.by == By::Week { self.day(start) } else { self.bucket(start) }
    }

    /// The span: `1 Feb – 20 Mar 2017`; with times of day where it does not begin and end at midnight.
    pub fn range(&self) -> String {
        let (first, last) = (self.civil(self.since), self.civil(self.last_instant()));
        let end = self.civil(self.until);
        let at_midnight = |time: DateTime| time.time() == jiff::civil::Time::midnight();
        if self.until <= self.since {
            return self.date(first, true);
        }
        if !at_midnight(first) || !at_midnight(end) {
            return format!("{} – {}", self.moment(first, self.years), self.moment(end, true));
        }
        let to = self.date(last, true);
        if first.date() == last.date() {
            to
        } else if self.years {
            format!("{} – {to}", self.date(first, true))
        } else if first.month() == last.month() {
            format!("{} – {to}", self.lang.day(first.day()))
        } else {
            format!("{} – {to}", self.date(first, false))
        }
    }

    /// One bucket in words: `day`.
    pub fn unit(&self) -> &'static str {
        match self.by {
            By::Minute => "minute",
            By::Hour => "hour",
            By::Day | By::Auto => "day",
            By::Week => "week",
            By::Month => "month",
        }
    }

    /// Where the bucket that starts here ends.
    pub fn end_of(&self, start: Timestamp) -> Timestamp {
        let span = match self.by {
            By::Minute => Span::new().minutes(1),
            By::Hour => Span::new().hours(1),
            By::Day | By::Auto => Span::new().days(1),
            By::Week => Span::new().weeks(1),
            By::Month => Span::new().months(1),
        };
        let end =
            self.zoned(start).checked_add(span).map_or(start.as_millis(), |z| z.timestamp().as_millisecond());
        Timestamp::from_millis_unchecked(end.max(start.as_millis()))
    }

    pub(crate) fn by(&self) -> By {
        self.by
    }

    pub(crate) fn civil(&self, at: Timestamp) -> DateTime {
        self.zoned(at).datetime()
    }

    /// The instant of a civil time; in a gap or fold of the clocks the earlier reading that exists.
    pub(crate) fn instant(&self, civil: DateTime) -> Option<Timestamp> {
        let zoned = self.zone.to_ambiguous_zoned(civil).compatible().ok()?;
        Some(Timestamp::from_millis_unchecked(zoned.timestamp().as_millisecond()))
    }

    /// `7 Mar`, `7 Mar 2017`.
    pub(crate) fn date(&self, time: DateTime, with_year: bool) -> String {
        let day = format!("{} {}", self.lang.day(time.day()), self.lang.month(time.month()));
        if with_year { format!("{day} {}", time.year()) } else { day }
    }

    /// `7 Mar 14:00`.
    fn moment(&self, time: DateTime, with_year: bool) -> String {
        format!("{} {:02}:{:02}", self.date(time, with_year), time.hour(), time.minute())
    }

    /// `Mar 2017`.
    fn month_of_year(&self, time: DateTime) -> String {
        format!("{} {}", self.lang.month(time.month()), time.year())
    }

    fn day(&self, at: Timestamp) -> String {
        self.date(self.civil(at), self.years)
    }

    fn zoned(&self, at: Timestamp) -> Zoned {
        jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default().to_zoned(self.zone.clone())
    }

    fn last_instant(&self) -> Timestamp {
        Timestamp::from_millis_unchecked((self.until.as_millis() - 1).max(self.since.as_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn calendar(by: By, zone: &str, since: &str, until: &str) -> Calendar {
        let answer = TheoriesAnswer {
            by,
            zone: zone.into(),
            since: at(since),
            until: at(until),
            ..TheoriesAnswer::default()
        };
        Calendar::of(&answer).unwrap()
    }

    #[track_caller]
    fn check(by: By, start: &str, bucket: &str, phrase: &str) {
        let calendar = calendar(by, "UTC", "2017-02-01T00:00:00Z", "2017-03-21T00:00:00Z");
        assert_eq!(
            (calendar.bucket(at(start)).as_str(), calendar.phrase(at(start)).as_str()),
            (bucket, phrase)
        );
    }

    #[test]
    fn buckets_are_named() {
        check(By::Day, "2017-03-07T00:00:00Z", "7 Mar", "on 7 Mar");
        check(By::Hour, "2017-03-07T14:00:00Z", "7 Mar 14:00", "at 7 Mar 14:00");
        check(By::Week, "2017-03-06T00:00:00Z", "week of 6 Mar", "in the week of 6 Mar");
        check(By::Month, "2017-03-01T00:00:00Z", "Mar 2017", "in Mar 2017");
    }

    #[track_caller]
    fn check_range(zone: &str, since: &str, until: &str, expected: &str) {
        assert_eq!(calendar(By::Day, zone, since, until).range(), expected);
    }

    #[test]
    fn ranges_say_the_year_once() {
        check_range("UTC", "2017-02-01T00:00:00Z", "2017-03-21T00:00:00Z", "1 Feb – 20 Mar 2017");
        check_range("UTC", "2017-03-01T00:00:00Z", "2017-03-21T00:00:00Z", "1 – 20 Mar 2017");
        check_range("UTC", "2016-12-01T00:00:00Z", "2017-03-21T00:00:00Z", "1 Dec 2016 – 20 Mar 2017");
        check_range("UTC", "2017-03-07T00:00:00Z", "2017-03-08T00:00:00Z", "7 Mar 2017");
        check_range("UTC", "2017-03-07T09:12:00Z", "2017-03-09T10:00:00Z", "7 Mar 09:12 – 9 Mar 2017 10:00");
        check_range("Europe/Berlin", "2017-01-31T23:00:00Z", "2017-03-31T22:00:00Z", "1 Feb – 31 Mar 2017");
        check_range("UTC", "2017-03-07T00:00:00Z", "2017-03-07T00:00:00Z", "7 Mar 2017");
    }

    #[test]
    fn dates_are_written_as_the_language_does() {
        let calendar = calendar(By::Day, "UTC", "2017-02-01T00:00:00Z", "2017-03-21T00:00:00Z");
        let of = |lang| calendar.clone().in_lang(lang).range();
        assert_eq!(of(Lang::De), "1. Feb. – 20. März 2017");
        assert_eq!(of(Lang::Fr), "1 févr. – 20 mars 2017");
        assert_eq!(of(Lang::Es), "1 feb – 20 mar 2017");
    }

    #[test]
    fn a_day_may_have_23_hours() {
        let calendar = calendar(By::Day, "Europe/Berlin", "2017-03-20T23:00:00Z", "2017-03-31T22:00:00Z");
        assert_eq!(calendar.end_of(at("2017-03-25T23:00:00Z")), at("2017-03-26T22:00:00Z"));
    }

    #[test]
    fn a_zone_that_nobody_knows_is_refused() {
        let answer = TheoriesAnswer { zone: "Mars/Olympus".into(), ..TheoriesAnswer::default() };
        assert!(Calendar::of(&answer).is_none());
        assert_eq!(Calendar::or_utc(&answer).zone_name(), "UTC");
    }
}
