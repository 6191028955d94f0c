//! What all JSON formats share: the shape of a file, records as borrowed values, and a second try for records that are almost JSON.

mod cut_page;
mod lax;
mod on_demand;
mod words;

pub(super) use lax::{Loose, Many, Maybe, Whole};
pub(super) use on_demand::read as read_on_demand;
pub(super) use words::{Word, count, either, said};

use super::encoding::NOT_UTF_8;
use super::frame::{Fault, frames_of};
use super::scan::Nesting;
use super::{Frame, Framing, Place, Reject, Sink};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;

/// Records looked at to find out what a file is.
pub(super) const SAMPLE_RECORDS: usize = 200;

/// A JSON value that borrows its strings where it can. Of equal keys of an object all are kept; look-ups find the last.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Raw<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Raw<'a>>),
    Map(Vec<(Cow<'a, str>, Raw<'a>)>),
}

impl<'a> Raw<'a> {
    /// The member of an object.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(members) => members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The member at the end of a path of keys.
    pub(super) fn at(&self, path: &[String]) -> Option<&Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// What databases wrap into an object, bare: `{"$date": …}`, `{"$oid": …}`, `{"$numberLong": …}`, `{"_seconds": …, "_nanoseconds": …}`.
    pub(super) fn plain(&self) -> &Self {
        match self {
            Self::Map(members) if is_wrapper(members) => {
                members.first().map_or(self, |(_, value)| value.plain())
            }
            _ => self,
        }
    }

    /// The same without a copy.
    pub(super) fn into_plain(self) -> Self {
        match self {
            Self::Map(mut members) if is_wrapper(&members) => members.swap_remove(0).1.into_plain(),
            other => other,
        }
    }

    /// A scalar as text; `None` for null, lists and objects.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            Self::Int(number) => Some(Cow::Owned(number.to_string())),
            Self::Uint(number) => Some(Cow::Owned(number.to_string())),
            // With its exponent, so that an id that lost digits is seen to have lost them.
            Self::Float(number) => Some(Cow::Owned(float_text(*number))),
            Self::Null | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The same without a copy of what is borrowed.
    pub(super) fn into_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            other => other.text().map(|text| text.into_owned().into()),
        }
    }

    /// The same value, borrowed from this one; lists and objects are copied.
    pub(super) fn borrowed(&self) -> Raw<'_> {
        match self {
            Self::Text(text) => Raw::Text(Cow::Borrowed(text)),
            other => other.clone(),
        }
    }

    /// Any value as text, for kept columns.
    pub(super) fn any_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::List(_) | Self::Map(_) => serde_json::to_string(&self.to_value()).ok().map(Cow::Owned),
            _ => self.text(),
        }
    }

    fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(number) => (*number).into(),
            Self::Uint(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => text.as_ref().into(),
            Self::List(values) => values.iter().map(Self::to_value).collect(),
            Self::Map(members) => Value::Object(
                members.iter().map(|(key, value)| (key.to_string(), value.to_value())).collect(),
            ),
        }
    }
}

/// Whether an object only says of what type its first value is.
fn is_wrapper(members: &[(Cow<'_, str>, Raw<'_>)]) -> bool {
    let key = |at: usize| members.get(at).map(|(key, _)| &**key);
    match (key(0), key(1), members.len()) {
        (Some(first), None, _) => {
            ["$date", "$oid", "$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"].contains(&first)
        }
        (Some(first), Some(second), 2) => {
            let parts = [("_seconds", "_nanoseconds"), ("seconds", "nanoseconds"), ("seconds", "nanos")];
            parts.contains(&(first, second))
        }
        _ => false,
    }
}

pub(super) fn float_text(number: f64) -> String {
    if number.abs() < 1e15 { number.to_string() } else { format!("{number:E}") }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Without(&[]))
    }
}

/// Any value without the members, at whatever depth, that nobody will ask for; they are passed over.
#[derive(Clone, Copy)]
pub(super) struct Without<'k>(pub(super) &'k [&'k str]);

impl<'de> DeserializeSeed<'de> for Without<'_> {
    type Value = Raw<'de>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Without<'_> {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Raw::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Raw::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Raw::Int(value))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Raw::Uint(value))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Raw::Float(value))
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Raw::Text(Cow::Borrowed(value)))
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Raw::Text(Cow::Owned(value.to_owned())))
    }
    fn visit_string<E>(self, value: String) -> Result<Self::Value, E> {
        Ok(Raw::Text(Cow::Owned(value)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Raw::List(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            if self.0.contains(&&*key) {
                map.next_value::<IgnoredAny>()?;
            } else {
                let value = map.next_value_seed(self)?;
                members.push((key, value));
            }
        }
        Ok(Raw::Map(members))
    }
}

/// A key of an object, borrowed where it holds no escapes.
pub(super) struct Key<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(key)))
            }
            fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// The members of the outermost object that are asked for, in the order asked; nothing else is kept, whatever it is.
#[derive(Clone, Copy)]
pub(super) struct Pick<'k>(pub(super) &'k [String]);

impl<'de> DeserializeSeed<'de> for Pick<'_> {
    type Value = Vec<Raw<'de>>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Pick<'_> {
    type Value = Vec<Raw<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        values.resize_with(self.0.len(), || Raw::Null);
        // Records of one file mostly have their members in one order: the next one is looked for behind the last.
        let mut next = 0;
        while let Some(Key(key)) = map.next_key()? {
            let slot = slot_of(self.0, &key, next);
            match slot.and_then(|slot| values.get_mut(slot)) {
                Some(value) => {
                    *value = map.next_value()?;
                    next = slot.map_or(next, |slot| slot + 1);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// Which of the wanted keys it is, if any; looked for from `next` on first.
pub(super) fn slot_of(wanted: &[String], key: &str, next: usize) -> Option<usize> {
    let among = |from: usize, to: usize| {
        wanted.get(from..to)?.iter().position(|wanted| *wanted == key).map(|at| from + at)
    };
    among(next, wanted.len()).or_else(|| among(0, next))
}

/// Reads a whole text as one value.
pub(super) fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, serde_json::Error> {
    on_demand::read(text, std::marker::PhantomData).or_else(|_| serde_json::from_str(text))
}

/// The same by a seed that can be used twice.
pub(super) fn from_text_by<'a, S: DeserializeSeed<'a> + Copy>(
    text: &'a str,
    seed: S,
) -> Result<S::Value, serde_json::Error> {
    on_demand::read(text, seed).or_else(|_| {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = seed.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    })
}

/// Reads one text of a frame into the sink, or says why it cannot before it has put anything there.
pub(super) type ReadText<'r> = &'r dyn Fn(&str, &Frame<'_>, &mut dyn Sink) -> Result<(), serde_json::Error>;

/// Reads a frame; what is almost JSON gets a second try, what is not becomes a reject.
pub(super) fn read_frame(frame: &Frame<'_>, out: &mut dyn Sink, read: ReadText<'_>) {
    read_pages(frame, out, &[], read);
}

/// The same for frames that may be pages: posts in a list under one of `lists`. Of a page that is cut the whole posts before the cut are read.
pub(super) fn read_pages(frame: &Frame<'_>, out: &mut dyn Sink, lists: &[&str], read: ReadText<'_>) {
    let text = match std::str::from_utf8(frame.bytes) {
        Ok(text) => text,
        Err(error) => {
            let reason = format!("{NOT_UTF_8} (byte {} of the record)", error.valid_up_to());
            return out.reject(Reject::new(frame.place, reason, frame.bytes));
        }
    };
    let Err(error) = read(text, frame, out) else { return };
    let Err(error) = second_try(text, error, frame, out, read) else { return };
    if let Some(parts) = several(frame.bytes) {
        for part in parts {
            let offset = frame.offset + (part.as_ptr().addr() - frame.bytes.as_ptr().addr()) as u64;
            read_pages(&Frame { bytes: part, offset, place: frame.place }, out, lists, read);
        }
        return;
    }
    let is_cut = error.classify() == serde_json::error::Category::Eof;
    if let Some(page) = cut_page::closed(text, lists).filter(|_| is_cut)
        && read(&page, frame, out).is_ok()
    {
        return out.reject(Reject::new(
            frame.place,
            "the page is cut here; its whole posts are read",
            frame.bytes,
        ));
    }
    let reason = match frame.place {
        Place::Byte(_) if is_cut => Fault::CutOff.reason().to_owned(),
        _ => reason(&error),
    };
    out.reject(Reject::new(frame.place, reason, frame.bytes));
}

fn second_try(
    text: &str,
    mut error: serde_json::Error,
    frame: &Frame<'_>,
    out: &mut dyn Sink,
    read: ReadText<'_>,
) -> Result<(), serde_json::Error> {
    let mut fixed = None;
    if let Some(repaired) = repair_surrogates(text) {
        match read(&repaired, frame, out) {
            Ok(()) => return Ok(()),
            Err(other) => error = other,
        }
        fixed = Some(repaired);
    }
    if error.to_string().starts_with("duplicate field") {
        // Typed records refuse a key that stands twice; a value takes the last.
        let value: serde_json::Value = serde_json::from_str(fixed.as_deref().unwrap_or(text))?;
        return read(&value.to_string(), frame, out);
    }
    Err(error)
}

/// Several objects in one frame: lines that lost their line ends. The last may be cut.
fn several(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut frames, rest) = frames_of(bytes, Framing::Values);
    if !rest.trim_ascii().is_empty() {
        frames.push(rest);
    }
    // A record that is closed too early goes on with something else: it is not cut in two.
    let whole = frames.len() > 1 && frames.iter().all(|frame| frame.trim_ascii_start().starts_with(b"{"));
    whole.then_some(frames)
}

/// A serde error in our words: the line it counts is always the first.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    match error.classify() {
        serde_json::error::Category::Data => format!("not as expected: {text}"),
        serde_json::error::Category::Eof => format!("not whole JSON: {text}"),
        _ => format!("not JSON: {text} (column {})", error.column()),
    }
}

/// Replaces `\ud83d` without its other half by `\ufffd`; `None` if there is none. JSON parsers refuse such strings, and cutting text
/// in the middle of an emoji is how exporters make them.
fn repair_surrogates(text: &str) -> Option<String> {
    let mut fixed = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match surrogate(text, at) {
            Some(Half::High) if matches!(surrogate(text, at + 6), Some(Half::Low)) => at += 12,
            Some(_) => {
                fixed.push_str(text.get(copied..at)?);
                fixed.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // The escaped character may itself be a backslash; it may be of several bytes only in what is not JSON anyway.
            None => at += 1 + text.get(at + 1..)?.chars().next().map_or(0, char::len_utf8),
        }
    }
    if copied == 0 {
        return None;
    }
    fixed.push_str(text.get(copied..)?);
    Some(fixed)
}

enum Half {
    High,
    Low,
}

fn surrogate(text: &str, at: usize) -> Option<Half> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xD800..0xDC00 => Some(Half::High),
        0xDC00..0xE000 => Some(Half::Low),
        _ => None,
    }
}

/// How a JSON file is cut; `None` if it is not JSON. Decided by structure: objects may be spread over many lines.
pub(super) fn shape(head: &[u8]) -> Option<Framing> {
    let text = head.trim_ascii_start();
    match text.first()? {
        b'[' if lines_of_objects(head) == 0 => {
            Some(Framing::Array { start: head.len() - text.len(), enclosing: 0 })
        }
        b'{' => Some(shape_of_object(head, text)),
        // A first line that is broken or a comment, then JSON lines.
        _ if lines_of_objects(head) >= 2 => Some(Framing::Lines),
        _ => None,
    }
}

fn shape_of_object(head: &[u8], text: &[u8]) -> Framing {
    let first_line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let only_line = text.trim_ascii().len() <= first_line.len();
    let by_lines = only_line || is_object(first_line) || lines_of_objects(head) >= 2;
    match wrapped_list(head) {
        // Pages of X stand one a line in a file; each is read whole.
        Some((start, key)) if !by_lines || only_line && key != b"statuses" => {
            Framing::Array { start, enclosing: 1 }
        }
        _ if by_lines => Framing::Lines,
        _ => Framing::Values,
    }
}

/// Where the list of records begins in an object that is not itself a post (with its comments, say), and its key.
fn wrapped_list(head: &[u8]) -> Option<(usize, &[u8])> {
    let found = array_member(head)?;
    let outer = outermost(head)?;
    let post = ["text", "full_text", "content", "body", "message"];
    (!post.iter().any(|key| matches!(outer.get(key), Some(Raw::Text(_))))).then_some(found)
}

/// The outermost value that begins a file, closed where the head ends; if it is damaged, what stands before its list of records.
pub(super) fn outermost(head: &[u8]) -> Option<Raw<'static>> {
    let closed = || close(head).and_then(|closed| owned(&closed));
    let before_list = || owned(&[head.get(..array_member(head)?.0)?, b"[]}"].concat());
    owned(head.trim_ascii()).or_else(closed).or_else(before_list)
}

/// How many of the first lines are whole objects with something in them, beginning at the left edge.
fn lines_of_objects(head: &[u8]) -> usize {
    head.split(|byte| *byte == b'\n')
        .take(50)
        .filter(|line| line.starts_with(b"{\"") && is_object(line))
        .count()
}

fn is_object(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"{") && line.ends_with(b"}") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}

/// Keys under which exports put their list of records.
const LISTS: [&str; 11] = [
    "statuses", "tweets", "posts", "messages", "results", "items", "records", "rows", "comments", "hits",
    "feed",
];

/// Where the array of records begins inside the outermost object: `{"meta": …, "posts": [ {`.
fn array_member(head: &[u8]) -> Option<(usize, &[u8])> {
    find_member(head, |key, list| {
        let inside = list.get(1..).unwrap_or_default().trim_ascii_start();
        inside.starts_with(b"{") && LISTS.iter().any(|list| list.as_bytes() == key)
    })
}

/// How a file is cut that is one object with its records in a list under `wanted`.
pub(super) fn member_list(head: &[u8], wanted: &str) -> Option<Framing> {
    let (start, _) = find_member(head, |key, _| key == wanted.as_bytes())?;
    Some(Framing::Array { start, enclosing: 1 })
}

/// Where the first list begins of the outermost object's members that is of the kind asked for, and its key.
fn find_member(head: &[u8], is_it: impl Fn(&[u8], &[u8]) -> bool) -> Option<(usize, &[u8])> {
    let mut at = head.iter().position(|byte| *byte == b'{')? + 1;
    loop {
        at += skip(head, at, b" \t\r\n,");
        let key_end =
            at + Nesting::default().scan(head.get(at..)?).filter(|_| head.get(at) == Some(&b'"'))?;
        let key = head.get(at + 1..key_end - 1)?;
        at = key_end + skip(head, key_end, b" \t\r\n:");
        let value = head.get(at..)?;
        match value.first()? {
            b'[' if is_it(key, value) => return Some((at, key)),
            b'{' | b'[' | b'"' => at += Nesting::default().scan(value)?,
            _ => at += value.iter().position(|byte| matches!(byte, b',' | b'}'))?,
        }
    }
}

/// A list or object inside the outermost object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Inner {
    /// Where it begins.
    pub(super) start: usize,
    /// How many objects stand open around it.
    pub(super) enclosing: u32,
    /// Whether it is a list.
    pub(super) is_list: bool,
}

/// How deep lists of records are looked for: `{"data": {"items": [`.
const INNER_DEPTH: u32 = 2;

/// The outermost object, and the lists and objects in it, in the order of the file.
pub(super) fn inner(head: &[u8]) -> Vec<Inner> {
    let mut found = Vec::new();
    if let Some(start) = head.iter().position(|byte| !byte.is_ascii_whitespace())
        && head.get(start) == Some(&b'{')
    {
        found.push(Inner { start, enclosing: 0, is_list: false });
        let _ = inner_members(head, start + 1, 1, &mut found);
    }
    found
}

/// Those of one object whose `{` was passed; `None` where the head ends.
fn inner_members(head: &[u8], mut at: usize, enclosing: u32, found: &mut Vec<Inner>) -> Option<()> {
    loop {
        at += skip(head, at, b" \t\r\n,");
        if head.get(at)? != &b'"' {
            return Some(());
        }
        at += Nesting::default().scan(head.get(at..)?)?;
        at += skip(head, at, b" \t\r\n:");
        let value = head.get(at..)?;
        let first = *value.first()?;
        if first == b'[' || first == b'{' {
            found.push(Inner { start: at, enclosing, is_list: first == b'[' });
        }
        if first == b'{' && enclosing < INNER_DEPTH {
            inner_members(head, at + 1, enclosing + 1, found)?;
        }
        at += match first {
            b'[' | b'{' | b'"' => Nesting::default().scan(value)?,
            _ => value.iter().position(|byte| matches!(byte, b',' | b'}'))?,
        };
    }
}

/// The key and the value of a member that stands in a frame of its own.
pub(super) fn member(frame: &[u8]) -> Option<(Cow<'_, str>, &[u8])> {
    let end = Nesting::default().scan(frame).filter(|_| frame.starts_with(b"\""))?;
    let key: Key<'_> = serde_json::from_slice(frame.get(..end)?).ok()?;
    let value = frame.get(end..)?.trim_ascii_start().strip_prefix(b":")?;
    Some((key.0, value.trim_ascii()))
}

fn skip(head: &[u8], at: usize, bytes: &[u8]) -> usize {
    head.get(at..).unwrap_or_default().iter().take_while(|byte| bytes.contains(byte)).count()
}

/// The first records of a file, as far as they can be read. A first record longer than the head is closed where it is cut.
pub(super) fn sample(head: &[u8], framing: Framing) -> Vec<Raw<'static>> {
    let (frames, rest) = frames_of(head, framing);
    let mut records: Vec<Raw<'static>> =
        frames.iter().take(SAMPLE_RECORDS).filter_map(|frame| owned(frame)).collect();
    if records.is_empty() {
        // A last line without its end may be whole.
        records.extend(owned(rest.trim_ascii()).or_else(|| close(rest).and_then(|closed| owned(&closed))));
    }
    records
}

/// A value with text of its own.
pub(super) fn owned(bytes: &[u8]) -> Option<Raw<'static>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let value = serde_json::from_str::<Raw<'_>>(text).map(Raw::into_owned);
    value.ok().or_else(|| {
        let fixed = repair_surrogates(text)?;
        serde_json::from_str::<Raw<'_>>(&fixed).map(Raw::into_owned).ok()
    })
}

impl Raw<'_> {
    /// The same with text of its own.
    pub(super) fn into_owned(self) -> Raw<'static> {
        match self {
            Self::Null => Raw::Null,
            Self::Bool(value) => Raw::Bool(value),
            Self::Int(number) => Raw::Int(number),
            Self::Uint(number) => Raw::Uint(number),
            Self::Float(number) => Raw::Float(number),
            Self::Text(text) => Raw::Text(Cow::Owned(text.into_owned())),
            Self::List(values) => Raw::List(values.into_iter().map(Raw::into_owned).collect()),
            Self::Map(members) => Raw::Map(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }
}

/// Cuts JSON back to its last comma and closes what is open there.
fn close(cut: &[u8]) -> Option<Vec<u8>> {
    let mut open: Vec<u8> = Vec::new();
    let mut last: Option<(usize, Vec<u8>)> = None;
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in cut.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => open.push(b'}'),
            b'[' => open.push(b']'),
            b'}' | b']' => drop(open.pop()),
            // Deep nesting is somebody's joke; what is open there need not be remembered.
            b',' if open.len() < 100 => last = Some((at, open.clone())),
            _ => {}
        }
    }
    let (at, open) = last?;
    let mut closed = cut.get(..at)?.to_vec();
    closed.extend(open.iter().rev());
    Some(closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_repaired() {
        #[track_caller]
        fn check(text: &str, expected: Option<&str>) {
            assert_eq!(repair_surrogates(text).as_deref(), expected);
        }
        check(r#""plain""#, None);
        check(r#""\ud83d\ude00""#, None);
        check(r#""a\ud83d""#, Some(r#""a\ufffd""#));
        check(r#""\ude00b""#, Some(r#""\ufffdb""#));
        check(r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#));
        check(r#""\\ud83d""#, None);
        check(r#""\"#, None);
    }

    #[test]
    fn shapes() {
        #[track_caller]
        fn check(head: &str, expected: Option<Framing>) {
            assert_eq!(shape(head.as_bytes()), expected, "{head}");
        }
        check("{\"a\":1}\n{\"a\":2}\n", Some(Framing::Lines));
        check("{\"a\":1}", Some(Framing::Lines));
        check("{\"a\":{\"b\":[1,2", Some(Framing::Lines));
        check("{\"a\":1\n{\"a\":2}\n{\"a\":3}\n", Some(Framing::Lines));
        check("# note\n{\"a\":2}\n{\"a\":3}\n", Some(Framing::Lines));
        check("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", Some(Framing::Values));
        check("[{\"a\":1},", Some(Framing::Array { start: 0, enclosing: 0 }));
        check(" \n[\n", Some(Framing::Array { start: 2, enclosing: 0 }));
        check(
            "{\n\"meta\": {\"posts\": []}, \"n\": 1,\n\"posts\": [ {\"a\"",
            Some(Framing::Array { start: 42, enclosing: 1 }),
        );
        check("{\"n\":1,\"posts\":[{\"a\":1}]}\n", Some(Framing::Array { start: 15, enclosing: 1 }));
        check("{\"text\":\"t\",\"comments\":[{\"a\":1}]}\n", Some(Framing::Lines));
        check("{\n\"comments\":[{\"a\":1}],\n\"text\":\"t\"}\n", Some(Framing::Values));
        check("{\"posts\":[{\"a\":1}]}\n{\"posts\":[{\"a\":1}]}\n", Some(Framing::Lines));
        check("{\"statuses\":[{\"a\":1}]}", Some(Framing::Lines));
        check("id,text\n1,{\"a\":2}\n", None);
        check("", None);
    }

    #[test]
    fn a_cut_value_is_closed() {
        let closed = close(br#"{"data":[{"id":"1","text":"a, b"},{"id":"2","te"#).unwrap();
        assert_eq!(String::from_utf8(closed).unwrap(), r#"{"data":[{"id":"1","text":"a, b"},{"id":"2"}]}"#);
        assert_eq!(close(b"{\"data\":"), None);
    }
}
