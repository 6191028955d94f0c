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
    let month = found.month.or(found.maybe_month);
    let (year, month, day) = match found.date {
        Some(date) => {
            Some(date).filter(|_| found.year.is_none() && found.day.is_none() && found.month.is_none())?
        }
        None => (found.year?, month?, found.day?),
    };
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
    /// `mar` is March in some languages, and Tuesday in others.
    maybe_month: Option<u32>,
    day: Option<u32>,
    clock: Option<Parts>,
    afternoon: Option<bool>,
    offset: Option<i32>,
}

impl Words {
    fn take(&mut self, word: &str, order: DateOrder) -> Option<()> {
        let lower = word.to_lowercase();
        if lower.starts_with(|c: char| c.is_ascii_digit()) {
            return self.take_number(&lower, order);
        }
        match lower.as_str() {
            "am" | "a.m." => return set(&mut self.afternoon, false),
            "pm" | "p.m." => return set(&mut self.afternoon, true),
            "mar" | "mar." => return set(&mut self.maybe_month, 3),
            _ if FILLERS.contains(&lower.as_str()) || is_weekday(&lower) => return Some(()),
            _ => {}
        }
        if let Some(month) = month_named(&lower) {
            return set(&mut self.month, month);
        }
        if let Some(offset) = zone_offset(word.as_bytes()) {
            // `(UTC)` may stand after `+0000`.
            return if self.offset == Some(offset) { Some(()) } else { set(&mut self.offset, offset) };
        }
        let signed = lower.strip_prefix("gmt").or_else(|| lower.strip_prefix("utc")).unwrap_or(&lower);
        let mut rest = Cursor(signed.as_bytes());
        let offset = rest.offset().filter(|_| rest.0.is_empty())?;
        set(&mut self.offset, offset)
    }

    fn take_number(&mut self, word: &str, order: DateOrder) -> Option<()> {
        if word.contains(':') {
            return self.take_clock(word);
        }
        let word = word.trim_end_matches('.');
        if word.contains(['/', '.', '-']) {
            return set(&mut self.date, numeric_date(word, order)?);
        }
        if let Some((hour, minute)) = word.split_once('h').filter(|(_, minute)| minute.len() == 2) {
            // French clocks: 20h44.
            return self.take_clock(&format!("{hour}:{minute}"));
        }
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == 'º' || c == '°');
        let number = digits.parse().ok()?;
        match digits.len() {
            4 => set(&mut self.year, number),
            1 | 2 => set(&mut self.day, number),
            _ => None,
        }
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

/// Words that say nothing.
const FILLERS: &[&str] = &[
    "at", "on", "-", "–", "·", "|", "of", "de", "del", "di", "den", "der", "le", "la", "à", "às", "a", "as",
    "alle", "ore", "um", "uhr", "om", "el",
];

/// Months in English, German, French, Spanish, Italian, Portuguese and Dutch, long and short.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "jan", "januar", "jänner", "jän", "janvier", "janv", "enero", "ene", "gennaio", "gen",
        "janeiro", "januari",
    ],
    &[
        "february",
        "feb",
        "februar",
        "février",
        "fevrier",
        "févr",
        "fevr",
        "fév",
        "febrero",
        "febbraio",
        "fevereiro",
        "fev",
        "februari",
    ],
    &["march", "mar", "märz", "maerz", "mär", "mrz", "mars", "marzo", "março", "marco", "maart", "mrt"],
    &["april", "apr", "avril", "avr", "abril", "abr", "aprile"],
    &["may", "mai", "mayo", "maggio", "mag", "maio", "mei"],
    &["june", "jun", "juni", "juin", "junio", "giugno", "giu", "junho"],
    &["july", "jul", "juli", "juillet", "juil", "julio", "luglio", "lug", "julho"],
    &["august", "aug", "août", "aout", "agosto", "ago", "augustus"],
    &["september", "sept", "sep", "septembre", "septiembre", "settembre", "set", "setembro"],
    &["october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "ott", "outubro", "out"],
    &["november", "nov", "novembre", "noviembre", "novembro"],
    &[
        "december",
        "dec",
        "dezember",
        "dez",
        "décembre",
        "decembre",
        "déc",
        "diciembre",
        "dic",
        "dicembre",
        "dezembro",
    ],
];

fn month_named(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    u32::try_from(at + 1).ok()
}

/// The days of a week in the same languages, long and short; what is `mar` is asked about as a month.
const DAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lun",
    "mer",
    "jeu",
    "ven",
    "sam",
    "dim",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "mié",
    "jue",
    "vie",
    "sáb",
    "dom",
    "lunedì",
    "martedì",
    "mercoledì",
    "giovedì",
    "venerdì",
    "sabato",
    "domenica",
    "gio",
    "sab",
    "segunda-feira",
    "terça-feira",
    "quarta-feira",
    "quinta-feira",
    "sexta-feira",
    "seg",
    "ter",
    "qua",
    "qui",
    "sex",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "ma",
    "wo",
    "vr",
    "za",
    "zo",
];

fn is_weekday(word: &str) -> bool {
    DAYS.contains(&word.trim_end_matches('.'))
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
    if first.len() == 4 && last.len() <= 2 {
        return Some((number(first, 4)?, number(second, 2)?, number(last, 2)?));
    }
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
