//! Just enough calendar for seven weeks of 2017, written apart from the program: fixed offsets, civil dates, RFC 3339.

pub(crate) const MS: i64 = 1;
pub(crate) const SECOND: i64 = 1000 * MS;
pub(crate) const HOUR: i64 = 3600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;

/// A zone of the truth, with the offset that its law gave it in early 2017.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    NewYork,
    Berlin,
}

impl Zone {
    pub(crate) const ALL: [Self; 3] = [Self::Utc, Self::NewYork, Self::Berlin];

    /// IANA name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::NewYork => "America/New_York",
            Self::Berlin => "Europe/Berlin",
        }
    }

    /// Local time minus UTC at an instant of February or March 2017.
    const fn offset(self, at: i64) -> i64 {
        match self {
            Self::Utc => 0,
            Self::NewYork if at < NEW_YORK_SPRING => -5 * HOUR,
            Self::NewYork => -4 * HOUR,
            Self::Berlin if at < BERLIN_SPRING => HOUR,
            Self::Berlin => 2 * HOUR,
        }
    }

    /// Days since 1970 on the wall of this zone.
    pub(crate) const fn day(self, at: i64) -> i64 {
        (at + self.offset(at)).div_euclid(DAY)
    }

    /// The instant at which a day of this zone begins. Clocks change after midnight, so the offset before the change holds.
    pub(crate) fn day_start(self, day: i64) -> i64 {
        let guess = day * DAY;
        let start = guess - self.offset(guess);
        let start = guess - self.offset(start);
        assert_eq!((self.day(start), self.day(start - 1)), (day, day - 1), "{} day {day}", self.name());
        start
    }
}

/// 2017-03-12T07:00Z: clocks in New York go from 02:00 to 03:00.
const NEW_YORK_SPRING: i64 = utc(3, 12, 7, 0);
/// 2017-03-26T01:00Z: clocks in Berlin go from 02:00 to 03:00.
const BERLIN_SPRING: i64 = utc(3, 26, 1, 0);

/// Milliseconds since 1970 of a moment in January to March 2017.
pub(crate) const fn utc(month: i64, day: i64, hour: i64, minute: i64) -> i64 {
    let before = match month {
        1 => 0,
        2 => 31,
        3 => 59,
        _ => panic!("only January to March"),
    };
    (DAYS_TO_2017 + before + day - 1) * DAY + hour * HOUR + minute * 60 * SECOND
}

/// Days from 1970-01-01 to 2017-01-01: 47 years, 12 of them leap years.
const DAYS_TO_2017: i64 = 47 * 365 + 12;

/// `2017-02-04`, for a day since 1970 in January to March 2017.
pub(crate) fn date(day: i64) -> String {
    let of_year = day - DAYS_TO_2017;
    let (month, day) = match of_year {
        0..31 => (1, of_year + 1),
        31..59 => (2, of_year - 30),
        59..90 => (3, of_year - 58),
        _ => panic!("day {day} is not in January to March 2017"),
    };
    format!("2017-{month:02}-{day:02}")
}

/// RFC 3339 in UTC, with milliseconds only where there are any.
pub(crate) fn rfc3339(at: i64) -> String {
    let (day, of_day) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let clock = format!("{:02}:{:02}:{:02}", of_day / HOUR, of_day / 60_000 % 60, of_day / SECOND % 60);
    match of_day % SECOND {
        0 => format!("{}T{clock}Z", date(day)),
        ms => format!("{}T{clock}.{ms:03}Z", date(day)),
    }
}
