//! Times written in words or by spreadsheets: months by name, `3/7/2017 8:44 PM`. What [`super::times`] reads first is not here.

use super::{Cursor, DateOrder, Parts, clock, zone_offset};

/// Everything else: months by name (X, RFC 2822, pages), `3/7/2017 8:44 PM`. Each part may stand once, in any order.
pub(super) fn read(text: &str, order: DateOrder) -> Option<Parts> {
    /// Longest form with sense in it; hostile cells are longer.
    const LONGEST: usize = 64;
    if text.len() > LONGEST {
        return None;
    }
    let mut found = Words::default();
    for word in text.split([' ', ',', '\u{a0}', '\u{202f}', '(', ')']).filter(|word| !word.is_empty()) {
        found.take(word, order)?;
    }
    let (year, month, day) = found.date?;
    let mut parts = found.clock.unwrap_or(Parts::midnight(year, month, day));
    if let Some(afternoon) = found.afternoon {
        found.clock.filter(|clock| (1..=12).contains(&clock.hour))?;
        parts.hour = parts.hour % 12 + if afternoon { 12 } else { 0 };
    }
    Some(Parts { year, month, day, offset_minutes: found.offset, ..parts })
}

/// What the words of a time said so far.
#[derive(Default)]
struct Words {
    date: Option<(u32, u32, u32)>,
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
    clock: Option<Parts>,
    afternoon: Option<bool>,
    offset: Option<i32>,
}

impl Words {
    fn take(&mut self, word: &str, order: DateOrder) -> Option<()> {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "am" | "a.m." => return set(&mut self.afternoon, false),
            "pm" | "p.m." => return set(&mut self.afternoon, true),
            "at" | "on" | "-" | "·" | "of" => return Some(()),
            _ => {}
        }
        if let Some(month) = month_named(&lower) {
            set(&mut self.month, month)?;
        } else if is_weekday(&lower) {
            return Some(());
        } else if lower.contains(':') && lower.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_clock(&lower);
        } else if let Some(offset) = zone_offset(word.as_bytes()) {
            // `(UTC)` may stand after `+0000`.
            return if self.offset == Some(offset) { Some(()) } else { set(&mut self.offset, offset) };
        } else if lower.starts_with(['+', '-']) {
            let mut rest = Cursor(lower.as_bytes());
            let offset = rest.offset().filter(|_| rest.0.is_empty())?;
            return set(&mut self.offset, offset);
        } else if lower.contains(['/', '.', '-']) {
            return set(&mut self.date, numeric_date(&lower, order)?);
        } else {
            let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let number = digits.parse().ok()?;
            match digits.len() {
                4 => set(&mut self.year, number)?,
                1 | 2 => set(&mut self.day, number)?,
                _ => return None,
            }
        }
        if let (Some(year), Some(month), Some(day)) = (self.year, self.month, self.day) {
            set(&mut self.date, (year, month, day))?;
        }
        Some(())
    }

    fn take_clock(&mut self, word: &str) -> Option<()> {
        let mut clock_parts = Parts::midnight(0, 0, 0);
        let mut rest = Cursor(word.as_bytes());
        clock(&mut rest, &mut clock_parts)?;
        match rest.0 {
            b"" => {}
            b"am" => set(&mut self.afternoon, false)?,
            b"pm" => set(&mut self.afternoon, true)?,
            b"z" => set(&mut self.offset, 0)?,
            [b'+' | b'-', ..] => {
                let offset = rest.offset().filter(|_| rest.0.is_empty())?;
                set(&mut self.offset, offset)?;
            }
            _ => return None,
        }
        set(&mut self.clock, clock_parts)
    }
}

/// Each part of a time may be said once.
fn set<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    if slot.is_some() {
        return None;
    }
    *slot = Some(value);
    Some(())
}

fn month_named(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.');
    if word == "sept" {
        return Some(9);
    }
    let at = MONTHS.iter().position(|month| *month == word || month.get(..3) == Some(word))?;
    u32::try_from(at + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.trim_end_matches('.');
    DAYS.iter().any(|day| *day == word || day.get(..3) == Some(word))
}

/// `3/7/2017`, `7.3.2017`, `7-3-17`, `7-Mar-2017`. Points are day first wherever they are written.
fn numeric_date(word: &str, order: DateOrder) -> Option<(u32, u32, u32)> {
    let separator = word.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
    let mut pieces = word.split(separator);
    let (first, second, last) = (pieces.next()?, pieces.next()?, pieces.next()?);
    if pieces.any(|piece| !piece.is_empty()) {
        return None;
    }
    let number = |piece: &str, most: usize| {
        (!piece.is_empty() && piece.len() <= most && piece.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| piece.parse::<u32>().ok())
            .flatten()
    };
    let year = match last.len() {
        // Spreadsheets write two digits; no post is older than 1970.
        2 => number(last, 2).map(|short| if short < 70 { 2000 + short } else { 1900 + short })?,
        4 => number(last, 4)?,
        _ => return None,
    };
    if let Some(month) = month_named(second) {
        return Some((year, month, number(first, 2)?));
    }
    let (first, second) = (number(first, 2)?, number(second, 2)?);
    let day_first = separator == '.' || order == DateOrder::DayFirst;
    Some(if day_first { (year, second, first) } else { (year, first, second) })
}

/// The first two numbers of `3/7/2017…`, for deciding which is the month.
pub(in crate::archive) fn ambiguous_date(text: &str) -> Option<(u32, u32)> {
    let text = text.trim();
    text.split([' ', ',']).find_map(|word| {
        let separator = if word.contains('/') { '/' } else { '-' };
        let mut pieces = word.split(separator);
        let (first, second, last) = (pieces.next()?, pieces.next()?, pieces.next()?);
        if first.len() > 2 || second.len() > 2 || !matches!(last.len(), 2 | 4) {
            return None;
        }
        Some((first.parse().ok()?, second.parse().ok()?))
    })
}
