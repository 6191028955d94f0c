//! From the values of a generic record (CSV row, JSON object) to a post, by the column map.

mod column_names;
mod columns;
mod contents;
mod field;
mod table;

pub(super) use columns::{Column, time_and_text};
pub(super) use field::Field;
pub(super) use table::Table;
pub(super) use table::{Cells, KnownTable};

use super::json::Raw;
use super::times::{DateOrder, Read, TimeReader, ambiguous_date};
use super::{Frame, ReadOptions, Refusal, Reject, Sink};
use crate::post::{Draft, Provenance, Repost, TimePrecision, TimeTrust, Timestamp, at_uri_time, id_time};
use crate::text::html::to_text;
use columns::Mapping;
use contents::truth;
use std::borrow::Cow;

/// So many times with `:00` seconds in a row are no accident: 60^-20.
const TIMES_FOR_MINUTES: usize = 20;

/// A post whose fields come in one by one.
pub(super) struct Begun<'v> {
    post: Draft<'v>,
    time: Option<Result<Read, String>>,
    /// The day and the time of the day, where they stand in two columns.
    day: Option<Cow<'v, str>>,
    clock: Option<Cow<'v, str>>,
    title: Option<Cow<'v, str>>,
    /// What the column of the repost flag says.
    repost: Option<Cow<'v, str>>,
}

/// What becomes of a record, when all of it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is a post.
    Post,
    /// It cannot be used, and why.
    Reject(String),
    /// It is left out on purpose, and why.
    Unselected(&'static str),
}

/// Turns records into posts.
pub(super) struct RecordReader {
    pub(super) mapping: Mapping,
    times: TimeReader,
    has_clock: bool,
    /// Whether texts are HTML.
    html: bool,
    platform: String,
}

impl RecordReader {
    /// Decides from the first records how all are read; returns the notes too.
    pub(super) fn new(columns: &[Column], options: &ReadOptions) -> Result<(Self, Vec<String>), Refusal> {
        Self::with(Mapping::find(columns, options)?, columns, options)
    }

    /// The same for columns that are known.
    fn with(
        mapping: Mapping,
        columns: &[Column],
        options: &ReadOptions,
    ) -> Result<(Self, Vec<String>), Refusal> {
        // What the column is named says nothing to a person who has named another zone.
        let zone = mapping.zone.as_deref().filter(|_| options.times_in == "UTC").unwrap_or(&options.times_in);
        let mut times = TimeReader::new(zone).ok_or_else(|| Refusal::UnknownZone(zone.to_owned()))?;
        if let Some(format) = &options.time_format {
            times.set_format(format).map_err(Refusal::TimeFormat)?;
        }
        let mut notes = mapping.notes.clone();
        let no_values = Vec::new();
        let values = |field| {
            mapping.column(field).and_then(|at| columns.get(at)).map_or(&no_values, |column| &column.values)
        };
        if mapping.column(Field::Clock).is_some() {
            let days = values(Field::Time).iter().zip(values(Field::Clock));
            let joined: Vec<String> = days.map(|(day, clock)| format!("{day} {clock}")).collect();
            look_at_times(&joined, &mut times, zone, &mut notes);
        } else {
            look_at_times(values(Field::Time), &mut times, zone, &mut notes);
        }
        let platform = options.platform.as_deref().map_or_else(|| "unknown".to_owned(), platform_word);
        let has_clock = mapping.column(Field::Clock).is_some();
        let html = contents::are_html(values(Field::Text));
        if html {
            notes.push("texts are read as HTML".to_owned());
        }
        Ok((Self { mapping, times, has_clock, html, platform }, notes))
    }

    /// A post of which nothing is known yet.
    pub(super) fn begin<'v>(&'v self, frame: &Frame<'_>) -> Begun<'v> {
        let post = Draft {
            platform: self.platform.as_str().into(),
            time_trust: TimeTrust::Claimed,
            provenance: Provenance { offset: frame.offset, ..Provenance::default() },
            ..Draft::default()
        };
        Begun { post, time: None, day: None, clock: None, title: None, repost: None }
    }

    /// Takes in the value of a column that stands for a field.
    pub(super) fn take<'v>(&self, begun: &mut Begun<'v>, field: Field, raw: Raw<'v>) {
        let raw = raw.into_plain();
        match field {
            _ if raw == Raw::Null => {}
            Field::Time if self.has_clock => begun.day = raw.into_text(),
            Field::Time => begun.time = Some(self.time(&raw)),
            Field::Clock => begun.clock = raw.into_text(),
            Field::Title => begun.title = raw.into_text(),
            Field::Repost => begun.repost = raw.into_text(),
            _ => self.put(&mut begun.post, field, raw),
        }
    }

    /// Hands the post over when `fix` has seen it, or says why it is none. `fix` may give it the time and text that it lacks.
    pub(super) fn end<'v>(
        &self,
        begun: &mut Begun<'v>,
        frame: &Frame<'_>,
        out: &mut dyn Sink,
        fix: &dyn Fn(&mut Draft<'v>) -> Fate,
    ) {
        match self.settle(begun, fix) {
            Fate::Post => out.post(&mut begun.post),
            Fate::Reject(reason) => out.reject(Reject::new(frame.place, reason, frame.bytes)),
            Fate::Unselected(reason) => out.unselected(reason),
        }
    }

    fn settle<'v>(&self, begun: &mut Begun<'v>, fix: &dyn Fn(&mut Draft<'v>) -> Fate) -> Fate {
        let Begun { post, time, day, clock, title, repost } = begun;
        if let Some(day) = day {
            let text =
                clock.as_deref().map_or(Cow::Borrowed(&**day), |clock| format!("{day} {clock}").into());
            *time = Some(self.times.read(&text).map_err(|error| error.to_string()));
        }
        if let Some(title) = title.take() {
            self.put_title(post, title);
        }
        let has_time = time.is_some();
        // Where the id carries a time, that decides, whatever the record claims; `ingest/normalise` does the same to all posts.
        let of_id = || {
            let at = id_time(&post.platform, &post.id).or_else(|| at_uri_time(&post.id));
            at.map(|at| (at, TimePrecision::Millisecond))
        };
        let read = match time.take() {
            Some(Err(reason)) => match of_id() {
                None => return Fate::Reject(reason),
                of_id => of_id,
            },
            Some(Ok(read)) => Some(read),
            None => of_id(),
        };
        if let Some((at, precision)) = read {
            (post.posted_at, post.time_precision) = (at, precision);
        }
        self.settle_repost(post, repost.as_deref().unwrap_or_default());
        let fate = fix(post);
        if fate != Fate::Post {
            return fate;
        }
        if !has_time && post.posted_at == Timestamp::default() {
            return Fate::Reject("no time".to_owned());
        }
        if trimmed(&post.text).is_empty() && post.id.is_empty() && post.tags.is_empty() {
            return Fate::Reject("no text".to_owned());
        }
        Fate::Post
    }

    /// A title is the text where there is no other; to some texts it belongs, unless they begin with it.
    fn put_title<'v>(&self, post: &mut Draft<'v>, title: Cow<'v, str>) {
        let text = trimmed(&post.text);
        let gone = ["", "[removed]", "[deleted]"].contains(&text);
        if text.is_empty() {
            post.text = title;
        } else if self.mapping.titled
            && !gone
            && !trimmed(&title).is_empty()
            && !text.starts_with(trimmed(&title))
        {
            post.text = format!("{}\n\n{}", trimmed(&title), post.text).into();
        }
    }

    /// Reads one record, given the value of each column.
    pub(super) fn read<'v>(
        &'v self,
        value: impl Fn(usize) -> Option<&'v Raw<'v>>,
        frame: &Frame<'_>,
        out: &mut dyn Sink,
        fix: &dyn Fn(&mut Draft<'v>) -> Fate,
    ) {
        let mut begun = self.begin(frame);
        for (field, column) in &self.mapping.fields {
            if let Some(raw) = value(*column) {
                self.take(&mut begun, *field, raw.borrowed());
            }
        }
        for (name, column) in &self.mapping.keep {
            if let Some(kept) = value(*column).and_then(Raw::any_text) {
                begun.post.kept.push((name.as_str().into(), kept));
            }
        }
        self.end(&mut begun, frame, out, fix);
    }

    fn time(&self, raw: &Raw<'_>) -> Result<Read, String> {
        match raw {
            Raw::Int(number) => self.times.read_integer(*number),
            Raw::Uint(number) => match i64::try_from(*number) {
                Ok(number) => self.times.read_integer(number),
                Err(_) => return Err("time is after 2099".into()),
            },
            Raw::Float(number) => self.times.read_float(*number),
            Raw::Text(text) if text.trim().is_empty() => return Err("no time".into()),
            Raw::Text(text) => self.times.read(text),
            _ => return Err("the time is neither text nor a number".into()),
        }
        .map_err(|error| error.to_string())
    }

    fn put<'v>(&self, post: &mut Draft<'v>, field: Field, raw: Raw<'v>) {
        match field {
            Field::Text if self.html => post.text = to_text(&text(raw)).text.into_owned().into(),
            Field::Text => post.text = text(raw),
            Field::Id => post.id = word(raw).unwrap_or_default(),
            Field::Author => post.author.id = word(raw),
            Field::Handle => {
                post.author.handle = word(raw).map(without_at).filter(|handle| !handle.is_empty());
            }
            Field::Name => post.author.name = word(raw),
            Field::Url => post.url = word(raw),
            Field::Tags => post.tags = list(raw, &["tag", "text", "name"], split_tags),
            Field::Links => post.links = list(raw, &["expanded_url", "unwound_url", "url"], split_links),
            Field::Mentions => {
                let names = list(raw, &["screen_name", "username", "acct"], split_tags);
                post.mentions = names.into_iter().map(without_at).collect();
            }
            Field::Lang => post.lang = first(raw).into_text().and_then(language),
            Field::Platform => {
                if let Some(platform) = word(raw) {
                    post.platform = platform_word(&platform).into();
                }
            }
            Field::RepostOf => post.repost_of = word(raw),
            Field::QuoteOf => post.quote_of = word(raw),
            Field::ReplyTo => post.reply_to = word(raw),
            Field::Likes => post.metrics.likes = count(&raw),
            Field::Reposts => post.metrics.reposts = count(&raw),
            Field::Replies => post.metrics.replies = count(&raw),
            Field::Quotes => post.metrics.quotes = count(&raw),
            Field::Views => post.metrics.views = count(&raw),
            Field::Collected => post.collected_at = self.time(&raw).ok().map(|(at, _)| at),
            Field::Time | Field::Clock | Field::Title | Field::Repost => {}
        }
    }

    fn settle_repost(&self, post: &mut Draft<'_>, said: &str) {
        if post.repost_of.is_some() {
            post.repost = Repost::Yes;
            return;
        }
        let flag = self.mapping.column(Field::Repost);
        post.repost = match &self.mapping.repost_value {
            Some(yes) if said.trim() == yes => Repost::Yes,
            None if flag.is_none() && self.mapping.column(Field::RepostOf).is_some() => Repost::No,
            None if said.trim().is_empty() => Repost::Unknown,
            None if truth(said) == Some(true) => Repost::Yes,
            _ => Repost::No,
        };
    }
}

/// Order of day and month, whether seconds are known, whether the zone is: what single times cannot say.
fn look_at_times(values: &[String], times: &mut TimeReader, zone: &str, notes: &mut Vec<String>) {
    if times.has_format() {
        return;
    }
    if contents::are_spreadsheet_days(values) {
        times.days_since_1900 = true;
        notes.push("times are read as a spreadsheet's days since 1900".to_owned());
    }
    let dates: Vec<(u32, u32)> = values.iter().filter_map(|text| ambiguous_date(text)).collect();
    if !dates.is_empty() {
        let day_first = dates.iter().any(|(first, _)| *first > 12);
        let month_first = dates.iter().any(|(_, second)| *second > 12);
        times.order = if day_first && !month_first { DateOrder::DayFirst } else { DateOrder::MonthFirst };
        notes.push(match (day_first, month_first) {
            (true, false) => "dates are read as day/month/year".to_owned(),
            (false, true) => "dates are read as month/day/year".to_owned(),
            (true, true) => "dates are read as month/day/year, though some cannot be".to_owned(),
            (false, false) => "dates are read as month/day/year; the first records do not tell".to_owned(),
        });
    }
    let read: Vec<_> = values.iter().filter_map(|text| times.read(text).ok()).collect();
    let on_the_minute = |(at, precision): &(crate::post::Timestamp, TimePrecision)| {
        *precision == TimePrecision::Second && at.as_millis() % 60_000 == 0
    };
    if read.len() >= TIMES_FOR_MINUTES && read.iter().all(on_the_minute) {
        times.minutes_only = true;
        notes.push("times are known to the minute: no second but 0 is among the first ones".to_owned());
    }
    // A zone nobody lives in by accident: a time that changes with it has none of its own.
    let elsewhere = if zone == "Pacific/Kiritimati" { "UTC" } else { "Pacific/Kiritimati" };
    if let Some(mut other) = TimeReader::new(elsewhere) {
        other.order = times.order;
        let here = |text: &String| times.read(text).ok().map(|(at, _)| at);
        if values.iter().any(|text| here(text) != other.read(text).ok().map(|(at, _)| at)) {
            notes.push(format!("times without a zone are read in `{zone}`"));
        }
    }
}

/// A platform's name as a post carries it.
fn platform_word(name: &str) -> String {
    let word: String = name.trim().chars().filter(|c| !c.is_control()).flat_map(char::to_lowercase).collect();
    match word.as_str() {
        "" => "unknown".to_owned(),
        "twitter" | "x.com" | "twitter.com" => "x".to_owned(),
        _ => word.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "-"),
    }
}

/// A text; one that is exported in pieces (plain ones and marked ones) is put together again.
fn text(raw: Raw<'_>) -> Cow<'_, str> {
    match raw {
        Raw::List(pieces) => {
            let inner = pieces.iter().map(|piece| text(piece.get("text").unwrap_or(piece).borrowed()));
            inner.collect::<String>().into()
        }
        _ => raw.into_text().unwrap_or_default(),
    }
}

/// The first of a list, or the one value that stands for it.
fn first(raw: Raw<'_>) -> Raw<'_> {
    match raw {
        Raw::List(values) => values.into_iter().next().unwrap_or(Raw::Null),
        other => other,
    }
}

/// A scalar without space around it; `None` if nothing is left.
fn word(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    raw.into_text().map(|text| part(text, trimmed)).filter(|text| !text.is_empty())
}

/// A text without space around it; told at a glance where it begins and ends with plain signs.
fn trimmed(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if plain(bytes.first()) && plain(bytes.last()) { text } else { text.trim() }
}

/// A part of a text, without a copy where the text is borrowed.
fn part(text: Cow<'_, str>, of: impl Fn(&str) -> &str) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => of(text).into(),
        Cow::Owned(text) if of(&text).len() == text.len() => text.into(),
        Cow::Owned(text) => of(&text).to_owned().into(),
    }
}

fn without_at(handle: Cow<'_, str>) -> Cow<'_, str> {
    part(handle, |handle| handle.strip_prefix('@').unwrap_or(handle))
}

fn count(raw: &Raw<'_>) -> Option<u64> {
    match raw {
        Raw::Uint(number) => Some(*number),
        Raw::Text(text) => count_text(text),
        Raw::Float(number) if number.fract() == 0.0 => count_text(&number.to_string()),
        _ => None,
    }
}

/// `17`, `1,204`, `1.204`, `17.0`, `12.3K`, `1,2 Mio`. What could be two numbers is none.
pub(super) fn count_text(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (number, unit) = text.split_at_checked(end)?;
    match unit_named(unit.trim()) {
        Some(1) => grouped(number),
        Some(factor) => rounded(number, factor),
        None => None,
    }
}

/// What a count is counted in.
fn unit_named(unit: &str) -> Option<u64> {
    Some(match unit.trim_end_matches('.').to_lowercase().as_str() {
        "" | "+" => 1,
        "k" | "tsd" | "тыс" => 1_000,
        "万" | "萬" | "만" => 10_000,
        "m" | "mio" | "mln" | "млн" => 1_000_000,
        "亿" | "億" => 100_000_000,
        "b" | "bn" | "mrd" | "млрд" => 1_000_000_000,
        _ => return None,
    })
}

/// A whole number in groups of three, with nothing but zeros behind a decimal sign.
fn grouped(number: &str) -> Option<u64> {
    let mut whole = number;
    if let Some((front, zeros)) = number.rsplit_once(['.', ','])
        && !zeros.is_empty()
        && zeros.bytes().all(|byte| byte == b'0')
    {
        // `17.000` may be seventeen or seventeen thousand; `1,204.000` is plain.
        match zeros.len() {
            3 if !front.contains(['.', ',']) => return None,
            3 => {}
            _ => whole = front,
        }
    }
    let mut groups = whole.split(['.', ',', ' ', '\'', '’', '\u{a0}', '\u{202f}']);
    let first = groups.next().filter(|group| !group.is_empty())?;
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.len() > 3 {
            return None;
        }
        digits.push_str(group);
    }
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// `12.3` of so many: one or two decimals behind a point or a comma.
fn rounded(number: &str, factor: u64) -> Option<u64> {
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !digits(whole) || !digits(part) {
        return None;
    }
    let hundredths: u64 = format!("{whole}{part:0<2}").parse().ok()?;
    hundredths.checked_mul(factor / 100)
}

/// A JSON list, of words or of objects that name them; or one text with several words.
fn list<'v>(raw: Raw<'v>, keys: &[&str], split: fn(&str) -> Vec<String>) -> Vec<Cow<'v, str>> {
    if let Raw::List(values) = raw {
        values
            .into_iter()
            .filter_map(|value| match value {
                Raw::Map(members) => {
                    let last = |key: &&str| {
                        let known = members.iter().rev().find(|(name, _)| name == key);
                        known.and_then(|(_, value)| {
                            word(value.borrowed()).map(|word| word.into_owned().into())
                        })
                    };
                    keys.iter().find_map(last)
                }
                _ => word(value),
            })
            .map(bare)
            .filter(|text| !text.is_empty())
            .collect()
    } else {
        let items = raw.into_text().map(|text| cell(&text, keys, split)).unwrap_or_default();
        items.into_iter().map(Cow::Owned).collect()
    }
}

fn cell(text: &str, keys: &[&str], split: fn(&str) -> Vec<String>) -> Vec<String> {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) else {
        return split(text);
    };
    match serde_json::from_str::<Raw<'_>>(text) {
        Ok(values @ Raw::List(_)) => list(values, keys, split).into_iter().map(Cow::into_owned).collect(),
        // Python prints lists with single quotes.
        _ => split(&inner.replace(['\'', '"'], " ")),
    }
}

/// Metadata tags may carry their sign.
fn bare(text: Cow<'_, str>) -> Cow<'_, str> {
    part(text, |text| text.strip_prefix(['#', '\u{ff03}']).unwrap_or(text))
}

fn split_tags(text: &str) -> Vec<String> {
    text.split(|c: char| matches!(c, '|' | ',' | ';' | '#' | '\u{ff03}') || c.is_whitespace())
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Commas and semicolons stand in addresses too: they separate only before the next one.
fn split_links(text: &str) -> Vec<String> {
    let text = text.replace(",http", " http").replace(";http", " http");
    text.split(|c: char| c == '|' || c.is_whitespace())
        .map(|link| link.trim_end_matches([',', ';']).to_owned())
        .filter(|link| !link.is_empty())
        .collect()
}

/// Names of languages that exports write out.
const LANGUAGES: &[(&str, &str)] = &[
    ("albanian", "sq"),
    ("arabic", "ar"),
    ("bulgarian", "bg"),
    ("catalan", "ca"),
    ("chinese", "zh"),
    ("croatian", "hr"),
    ("czech", "cs"),
    ("danish", "da"),
    ("dutch", "nl"),
    ("english", "en"),
    ("estonian", "et"),
    ("farsi (persian)", "fa"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("german", "de"),
    ("greek", "el"),
    ("gujarati", "gu"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("icelandic", "is"),
    ("indonesian", "id"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("kannada", "kn"),
    ("korean", "ko"),
    ("kurdish", "ku"),
    ("latvian", "lv"),
    ("lithuanian", "lt"),
    ("macedonian", "mk"),
    ("malay", "ms"),
    ("malayalam", "ml"),
    ("norwegian", "no"),
    ("persian", "fa"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("pushto", "ps"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("serbian", "sr"),
    ("simplified chinese", "zh-Hans"),
    ("slovak", "sk"),
    ("slovenian", "sl"),
    ("somali", "so"),
    ("spanish", "es"),
    ("swedish", "sv"),
    ("tagalog (filipino)", "tl"),
    ("tamil", "ta"),
    ("telugu", "te"),
    ("thai", "th"),
    ("traditional chinese", "zh-Hant"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
    ("urdu", "ur"),
    ("uzbek", "uz"),
    ("vietnamese", "vi"),
];

/// A language as BCP 47: by name, or as it is if it looks like a tag.
pub(super) fn language(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if matches!(text.as_bytes(), [b'a'..=b'z', b'a'..=b'z']) {
        return Some(text);
    }
    let text = text.trim();
    let lower = text.to_lowercase();
    if let Some((_, code)) = LANGUAGES.iter().find(|(name, _)| *name == lower) {
        return Some((*code).into());
    }
    let mut parts = text.split(['-', '_']);
    let primary = parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && is_alphanumeric(part));
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && is_alphanumeric(part));
    (primary && rest && lower != "und" && !text.starts_with(|c: char| c.is_ascii_digit()))
        .then(|| text.replace('_', "-").into())
}

fn is_alphanumeric(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_a_cell() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            assert_eq!(list(Raw::Text(text.into()), &["tag", "text"], split_tags), expected, "{text}");
        }
        check("Vault7|WikiLeaks", &["Vault7", "WikiLeaks"]);
        check("#Vault7 #WikiLeaks", &["Vault7", "WikiLeaks"]);
        check("#Vault7#WikiLeaks", &["Vault7", "WikiLeaks"]);
        check("Vault7, WikiLeaks; CIA", &["Vault7", "WikiLeaks", "CIA"]);
        check(r##"["Vault7", "#CIA"]"##, &["Vault7", "CIA"]);
        check(r#"[{"text": "Vault7"}, {"tag": "CIA"}]"#, &["Vault7", "CIA"]);
        check("['Vault7', 'CIA']", &["Vault7", "CIA"]);
        check("[]", &[]);
        check("[Vault7", &["[Vault7"]);
        check("", &[]);
    }

    #[test]
    fn texts_in_pieces() {
        let raw: Raw<'_> =
            serde_json::from_str(r##"["see ", {"type": "hashtag", "text": "#Vault7"}, " now", 7, null]"##)
                .unwrap();
        assert_eq!(text(raw), "see #Vault7 now7");
    }

    #[test]
    fn links_of_a_cell() {
        let found = split_links("https://a.example/1,2|https://b.example,https://c.example");
        assert_eq!(found, ["https://a.example/1,2", "https://b.example", "https://c.example"]);
    }

    #[test]
    fn languages() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            assert_eq!(language(text.into()).as_deref(), expected, "{text}");
        }
        check("English", Some("en"));
        check("en", Some("en"));
        check("pt_BR", Some("pt-BR"));
        check("zh-Hant", Some("zh-Hant"));
        check("und", None);
        check("LANGUAGE UNDEFINED", None);
        check("", None);
        check("12", None);
    }

    #[test]
    fn counts() {
        #[track_caller]
        fn check(text: &str, expected: Option<u64>) {
            assert_eq!(count_text(text), expected, "{text}");
        }
        check("17", Some(17));
        check(" 1,204 ", Some(1204));
        check("17.0", Some(17));
        check("17.5", None);
        check("1.204", Some(1204));
        check("1.204.567", Some(1_204_567));
        check("1 204", Some(1204));
        check("1'204'567", Some(1_204_567));
        check("1,204.00", Some(1204));
        check("1,204.000", Some(1_204_000));
        check("17.000", None);
        check("1,2,3", None);
        check("1234,567", None);
        check("12.3K", Some(12_300));
        check("1,2 Mio.", Some(1_200_000));
        check("3 Tsd", Some(3_000));
        check("1.5万", Some(15_000));
        check("1,234K", None);
        check("12 mil", None);
        check("K", None);
        check("99999999999999999999B", None);
        check("-1", None);
        check("", None);
    }
}
