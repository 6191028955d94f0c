//! Numbers, times and foreign text as people read them. Everything that others wrote is made harmless for a terminal here.

use crate::answer::TheoriesAnswer;
use crate::post::Timestamp;
pub use crate::timeline::words::{count, percent, posts};
use crate::timeline::{Buckets, By};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The zone of an answer; UTC where this machine does not know it.
pub fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// The clock of the zone.
fn local(at: Timestamp, zone: &TimeZone) -> DateTime {
    let instant = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    zone.to_datetime(instant)
}

fn month(at: DateTime) -> &'static str {
    usize::try_from(at.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or("")
}

/// Whether a date carries its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    /// `4 Feb 2017`.
    Shown,
    /// `4 Feb`.
    Known,
}

/// `4 Feb` or `4 Feb 2017`.
pub fn day(at: Timestamp, zone: &TimeZone, year: Year) -> String {
    let at = local(at, zone);
    match year {
        Year::Shown => format!("{} {} {}", at.day(), month(at), at.year()),
        Year::Known => format!("{} {}", at.day(), month(at)),
    }
}

/// `15:11`.
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let at = local(at, zone);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `4 Feb – 20 Mar 2017`: the days of a span, its exclusive end not counted.
pub fn days(since: Timestamp, until: Timestamp, zone: &TimeZone) -> String {
    let last = Timestamp::from_millis_unchecked((until.as_millis() - 1).max(since.as_millis()));
    let (from, to) = (local(since, zone), local(last, zone));
    if from.date() == to.date() {
        return day(since, zone, Year::Shown);
    }
    let year = if from.year() == to.year() { Year::Known } else { Year::Shown };
    format!("{} – {}", day(since, zone, year), day(last, zone, Year::Shown))
}

/// Whether the dates of a span need their year.
pub fn year_of(since: Timestamp, until: Timestamp, zone: &TimeZone) -> Year {
    let last = Timestamp::from_millis_unchecked((until.as_millis() - 1).max(since.as_millis()));
    if local(since, zone).year() == local(last, zone).year() { Year::Known } else { Year::Shown }
}

/// A bucket in a sentence: `on 8 Mar`, `at 13:00 on 8 Mar`, `in the week of 6 Mar`, `in Mar 2017`.
pub fn bucket(start: Timestamp, by: By, zone: &TimeZone, year: Year) -> String {
    match by {
        By::Minute | By::Hour => format!("at {} {}", day(start, zone, year), clock(start, zone)),
        By::Day | By::Auto => format!("on {}", day(start, zone, year)),
        By::Week => format!("week of {}", day(start, zone, year)),
        By::Month => {
            let at = local(start, zone);
            format!("in {} {}", month(at), at.year())
        }
    }
}

/// Ends of an answer's buckets, exclusive.
pub fn bucket_ends(answer: &TheoriesAnswer) -> Vec<Timestamp> {
    let buckets = Buckets::new(answer.by, &zone_of(&answer.zone), answer.since, answer.until);
    let end = buckets.map_or(answer.until, |buckets| buckets.end());
    answer.buckets.iter().copied().skip(1).chain(std::iter::once(end)).take(answer.buckets.len()).collect()
}

/// Makes foreign text harmless in a line: no escapes, no control characters, nothing that turns the direction of what follows;
/// white space becomes one blank.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() && !is_invisible_command(c) {
            out.push(c);
        }
    }
    out.trim().to_owned()
}

/// The same for several lines, whose ends and blanks stay.
pub fn clean_lines(text: &str) -> String {
    text.chars().filter(|&c| c == '\n' || !(c.is_control() || is_invisible_command(c))).collect()
}

/// Characters that change how others are shown: overrides and isolates of direction, byte order marks, annotations, tags.
fn is_invisible_command(c: char) -> bool {
    matches!(c,
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cells that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Characters in a cell, at most: marks that take no cell of their own could otherwise fill a screen.
const CHARS_IN_CELL: usize = 4;

/// At most so many cells; what is cut is said by `…`.
pub fn shorten(text: &str, cells: usize) -> String {
    let most_chars = CHARS_IN_CELL * cells;
    if text.width() <= cells && text.chars().nth(most_chars).is_none() {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars().take(most_chars) {
        used += c.width().unwrap_or(0);
        if used + 1 > cells {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// Breaks a text at blanks into lines of at most so many cells; later lines are indented. A longer word stands alone. It does not break
/// at no-break spaces, and writes them as blanks.
pub fn wrap(text: &str, cells: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = word.width();
        if used > 0 && used + 1 + wide > cells {
            out.push('\n');
            out.push_str(indent);
            used = indent.width();
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(&word.replace('\u{a0}', " "));
        used += wide;
    }
    out
}

/// A series in at most so many cells, on its own scale; `·` is no post at all. Where a cell stands for several buckets, it shows their
/// mean, since not all cells can stand for equally many.
pub fn sparkline(series: &[u64], cells: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let cells = cells.min(series.len());
    // A cell stands for `few` buckets or one more: with this factor both means are whole numbers.
    let few = series.len().checked_div(cells).unwrap_or(0);
    let factor = (few as u128) * (few as u128 + 1);
    let means: Vec<u128> = (0..cells)
        .map(|cell| {
            let (from, to) = (cell * series.len() / cells, (cell + 1) * series.len() / cells);
            let sum: u128 = series.get(from..to).map_or(0, |part| part.iter().map(|&n| u128::from(n)).sum());
            sum * factor / (to - from) as u128
        })
        .collect();
    let most = means.iter().copied().max().unwrap_or(0);
    let bar = |mean: u128| {
        let height = (mean * 8).div_ceil(most.max(1));
        let bar = usize::try_from(height).ok().and_then(|height| BARS.get(height.checked_sub(1)?));
        bar.copied().unwrap_or('·')
    };
    means.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &str, expected: &str) {
        assert_eq!(found, expected);
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn numbers() {
        check(&count(0), "0");
        check(&count(999), "999");
        check(&count(1000), "1,000");
        check(&count(1_234_567), "1,234,567");
        check(&posts(1), "1 post");
        check(&percent(52, 100), "52 %");
        check(&percent(1, 1000), "<1 %");
        check(&percent(999, 1000), ">99 %");
        check(&percent(1000, 1000), "100 %");
        check(&percent(0, 5), "0 %");
        check(&percent(0, 0), "–");
        check(&percent(1, 8), "13 %");
    }

    #[test]
    fn times() {
        let (utc, york) = (TimeZone::UTC, zone_of("America/New_York"));
        check(&days(at("2017-02-04T09:00:00Z"), at("2017-03-21T00:00:00Z"), &utc), "4 Feb – 20 Mar 2017");
        check(
            &days(at("2016-12-31T00:00:00Z"), at("2017-01-02T00:00:00Z"), &utc),
            "31 Dec 2016 – 1 Jan 2017",
        );
        check(&days(at("2017-02-04T00:00:00Z"), at("2017-02-05T00:00:00Z"), &utc), "4 Feb 2017");
        check(&days(at("2017-02-04T00:00:00Z"), at("2017-02-04T00:00:00Z"), &utc), "4 Feb 2017");
        check(&day(at("2017-02-04T03:00:00Z"), &york, Year::Known), "3 Feb");
        check(&bucket(at("2017-03-08T13:00:00Z"), By::Hour, &utc, Year::Known), "at 8 Mar 13:00");
        check(&bucket(at("2017-03-08T00:00:00Z"), By::Day, &utc, Year::Shown), "on 8 Mar 2017");
        check(&bucket(at("2017-03-06T00:00:00Z"), By::Week, &utc, Year::Known), "week of 6 Mar");
        check(&bucket(at("2017-03-01T00:00:00Z"), By::Month, &utc, Year::Known), "in Mar 2017");
    }

    #[test]
    fn foreign_text_is_harmless() {
        check(&clean("a\u{1b}[31mred\u{7}\r\n\tb\u{9b}2J"), "a[31mred b2J");
        check(&clean_lines("a\n  b\u{1b}[2J\u{202e}\r\n"), "a\n  b[2J\n");
        check(&clean("\u{202e}evil\u{2066}x\u{feff}\u{e0041}"), "evilx");
        check(&clean("  👩\u{200d}💻 می\u{200c}خواهم "), "👩\u{200d}💻 می\u{200c}خواهم");
    }

    #[test]
    fn lines_fit() {
        check(&shorten("abcdef", 6), "abcdef");
        check(&shorten("abcdefg", 6), "abcde…");
        check(&shorten("日本語文", 5), "日本…");
        check(&shorten("ab cdef", 4), "ab…");
        assert!(
            shorten(&"e\u{301}".repeat(9).replace('e', "e\u{301}\u{301}\u{301}\u{301}"), 10).chars().count()
                <= 41
        );
        check(&wrap("one two three", 7, "  "), "one two\n  three");
        check(&wrap("one two\u{a0}three", 9, ""), "one\ntwo three");
        check(&wrap("incomprehensible a", 5, ""), "incomprehensible\na");
        check(&sparkline(&[0, 1, 4, 8], 20), "·▁▄█");
        check(&sparkline(&[1, 1, 0, 0, 4, 4], 3), "▂·█");
        check(&sparkline(&[2, 2, 2, 2, 2], 3), "███");
        check(&sparkline(&[], 3), "");
        check(&sparkline(&[1, 2], 0), "");
        check(&sparkline(&[0, 0], 3), "··");
    }
}
