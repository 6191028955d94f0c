//! What stands in a column, where its name alone cannot tell what it is for.

use super::count_text;
use super::field::Field;
use crate::archive::times::{DateOrder, TimeReader};
use crate::post::TimePrecision;

/// So many values of a column tell what it holds.
const LOOKED_AT: usize = 50;

/// 1990: a smaller number is a count, not a time.
const FIRST_MS: i64 = 631_152_000_000;

/// Whether a column with these first values may stand for a field. An empty one may.
pub(super) fn fits(field: Field, values: &[String]) -> bool {
    let values = values.get(..LOOKED_AT).unwrap_or(values);
    let all = |is: fn(&str) -> bool| values.iter().all(|value| is(value.trim()));
    let most =
        |is: fn(&str) -> bool| values.iter().filter(|value| is(value.trim())).count() * 2 >= values.len();
    if values.is_empty() {
        return true;
    }
    match field {
        Field::Time | Field::Collected => most(|value| is_time(value) || is_spreadsheet_day(value)),
        Field::Repost => all(|value| truth(value).is_some()),
        Field::Author | Field::Handle | Field::Name => all(|value| !value.starts_with(['{', '['])),
        Field::Id => most(is_id),
        Field::RepostOf | Field::QuoteOf | Field::ReplyTo => {
            all(is_id) && !all(|value| truth(value).is_some())
        }
        Field::Text | Field::Tags | Field::Links | Field::Mentions => !all(is_number),
        Field::Url => most(|value| value.contains(['.', '/'])),
        Field::Platform => all(|value| value.len() <= 32),
        Field::Likes | Field::Reposts | Field::Replies | Field::Quotes | Field::Views => {
            most(|value| count_text(value).is_some())
        }
        Field::Lang | Field::Clock | Field::Title => true,
    }
}

/// Whether every text is a piece of HTML, as the software of the Fediverse writes posts.
pub(super) fn are_html(values: &[String]) -> bool {
    let is_html = |value: &String| {
        let text = value.trim();
        text.starts_with("<p") && text.ends_with("</p>")
    };
    !values.is_empty() && values.iter().all(is_html)
}

fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok()
}

/// A word, not a sentence, a list or an object.
fn is_id(value: &str) -> bool {
    !value.contains(char::is_whitespace) && !value.starts_with(['{', '['])
}

/// Whether it reads as a time of our days, whichever of day and month comes first.
pub(super) fn is_time(value: &str) -> bool {
    let reads = |order| {
        let mut reader = TimeReader::utc();
        reader.order = order;
        reader.read(value)
    };
    let read = reads(DateOrder::MonthFirst).or_else(|_| reads(DateOrder::DayFirst));
    read.is_ok_and(|(at, _)| at.as_millis() >= FIRST_MS)
}

/// Days since 1900 as spreadsheets count them, from 1990 to 2099.
fn is_spreadsheet_day(value: &str) -> bool {
    /// 1 January 1990 and the end of 2099.
    const DAYS: std::ops::Range<f64> = 32_874.0..73_051.0;
    value.parse().is_ok_and(|number| DAYS.contains(&number))
}

/// Whether the numbers among these values are all such days. A spreadsheet leaves as text what it could not read as a time.
pub(super) fn are_spreadsheet_days(values: &[String]) -> bool {
    let mut numbers = values.iter().map(|value| value.trim()).filter(|value| is_number(value)).peekable();
    numbers.peek().is_some() && numbers.all(is_spreadsheet_day)
}

/// Whether every value is a day without a time.
pub(super) fn all_days(values: &[String]) -> bool {
    let precision = |value: &String| TimeReader::utc().read(value).ok().map(|(_, precision)| precision);
    // Which of day and month comes first does not matter here; some may be read only one way.
    let read: Vec<_> = values.iter().take(LOOKED_AT).filter_map(precision).collect();
    !read.is_empty() && read.iter().all(|precision| *precision == TimePrecision::Day)
}

/// Whether every value is the time of a day.
pub(super) fn all_clocks(values: &[String]) -> bool {
    let reader = TimeReader::utc();
    let is_clock = |value: &String| {
        value.contains(':')
            && reader.read(value).is_err()
            && reader.read(&format!("2017-03-07 {}", value.trim())).is_ok()
    };
    !values.is_empty() && values.iter().take(LOOKED_AT).all(is_clock)
}

/// What a flag says; `None` if it is none.
pub(in crate::archive) fn truth(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "t" | "y" | "r" | "1.0" => Some(true),
        "0" | "false" | "no" | "f" | "n" | "0.0" => Some(false),
        _ => None,
    }
}
