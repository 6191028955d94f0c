//! JSON objects of no format that we know, one a line (`jsonl`) or in one document (`json`); keys guessed or named.

mod layout;

use super::json::{self, Key, Pick, Raw, from_text, from_text_by, read_frame, read_on_demand, slot_of};
use super::other_kinds::other_kind;
use super::record::{Begun, Column, Fate, Field, RecordReader};
use super::{
    ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Place, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::Draft;
use layout::{Kind, Layout};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// An array of objects, or objects spread over lines.
pub(super) struct Json;
/// One object a line.
pub(super) struct Jsonl;

/// How deep keys are looked for inside objects.
const MAX_DEPTH: usize = 4;
/// Most keys told apart; real exports have up to about 400.
const MAX_KEYS: usize = 2_000;

impl ArchiveFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }
    fn about(&self) -> &'static str {
        "JSON objects in an array, alone, or under a key such as `posts`; keys guessed or named by --map"
    }
    fn known_by(&self) -> &'static str {
        "it is JSON of no format that is known; keys for time and text are found"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        sniff(head, |framing| framing != Framing::Lines)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        open(head, options)
    }
}

impl ArchiveFormat for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }
    fn about(&self) -> &'static str {
        "one JSON object a line; keys guessed or named by --map"
    }
    fn known_by(&self) -> &'static str {
        "each line is a JSON object of no format that is known; keys for time and text are found"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        sniff(head, |framing| framing == Framing::Lines)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        open(head, options)
    }
}

fn sniff(head: &Head<'_>, ours: impl Fn(Framing) -> bool) -> Confidence {
    let reads = |columns: &[Column]| RecordReader::new(columns, &ReadOptions::default()).is_ok();
    match Layout::of(head, &reads).filter(|layout| ours(layout.framing)) {
        Some(layout) if reads(&layout.columns()) => Confidence::Likely,
        Some(_) => Confidence::Possible,
        None => Confidence::No,
    }
}

fn open(head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
    let reads = |columns: &[Column]| RecordReader::new(columns, options).is_ok();
    let layout = Layout::of(head, &reads).ok_or(Refusal::Unreadable("it is not JSON"))?;
    let columns = layout.columns();
    let (reader, mut notes) = RecordReader::new(&columns, options).map_err(|refusal| match refusal {
        Refusal::MissingColumns { .. } if layout::is_by_column(&layout.records) => Refusal::Unreadable(
            "it is a table column by column, as pandas writes it; write it with `orient=\"records\"`",
        ),
        Refusal::MissingColumns { .. } if head.bytes().trim_ascii() == b"[]" => {
            Refusal::NotPosts("an empty page".to_owned())
        }
        Refusal::MissingColumns { .. } if options.map.is_empty() => {
            other_kind(&layout.records).map_or(refusal, |kind| Refusal::NotPosts(kind.to_owned()))
        }
        other => other,
    })?;
    // What stands around a list tells more than what is in it.
    let around = || head.around().and_then(|outer| other_kind(std::slice::from_ref(outer)));
    if options.map.is_empty()
        && reads_a_description(&reader, &columns)
        && let Some(kind) = around().or_else(|| other_kind(&layout.records))
    {
        return Err(Refusal::NotPosts(kind.to_owned()));
    }
    match &layout.kind {
        Kind::Pages(path) => notes.push(format!("records stand in lists under `{}`", path.join("."))),
        Kind::Members { ids: true } if reader.mapping.column(Field::Id).is_none() => {
            notes.push("the key of a record is its id".to_owned());
        }
        _ => {}
    }
    let paths = columns.iter().map(|column| path(&layout.records, &column.name)).collect();
    let parser = JsonParser::new(reader, paths, layout.kind);
    Ok(Plan { framing: layout.framing, notes, parser: Box::new(parser) })
}

/// What describes an account or a list as well as a post.
const DESCRIPTIONS: [&str; 5] = ["description", "desc", "bio", "name", "title"];

/// Whether the text would come from such a column.
fn reads_a_description(reader: &RecordReader, columns: &[Column]) -> bool {
    let column = reader.mapping.column(Field::Text).and_then(|at| columns.get(at));
    let name = column.map_or("", |column| column.name.rsplit('.').next().unwrap_or_default());
    DESCRIPTIONS.contains(&name.to_lowercase().as_str())
}

/// The keys of the first records, those of inner objects joined by dots, in the order of first sight.
fn columns(records: &[Raw<'_>]) -> Vec<Column> {
    let mut found: Vec<Column> = Vec::new();
    for record in records {
        collect(record, "", 0, &mut found);
    }
    found
}

fn collect(record: &Raw<'_>, prefix: &str, depth: usize, found: &mut Vec<Column>) {
    let Raw::Map(members) = record else { return };
    for (key, value) in members {
        let name = format!("{prefix}{key}");
        let value = value.plain();
        if matches!(value, Raw::Map(_)) && depth < MAX_DEPTH {
            collect(value, &format!("{name}."), depth + 1, found);
            continue;
        }
        let at = match found.iter().position(|column| column.name == name) {
            Some(at) => at,
            None if found.len() < MAX_KEYS => {
                found.push(Column { name, values: Vec::new() });
                found.len() - 1
            }
            None => continue,
        };
        if let (Some(column), Some(text)) = (found.get_mut(at), value.text()) {
            column.values.push(text.into_owned());
        }
    }
}

/// The keys on the way to a column. A key may itself hold dots, so the records decide.
fn path(records: &[Raw<'_>], name: &str) -> Vec<String> {
    let whole = vec![name.to_owned()];
    if records.iter().any(|record| record.get(name).is_some()) {
        return whole;
    }
    for (dot, _) in name.match_indices('.') {
        let (first, rest) = name.split_at(dot);
        let inner: Vec<Raw<'_>> = records.iter().filter_map(|record| record.get(first)).cloned().collect();
        if inner.iter().any(|value| matches!(value, Raw::Map(_))) {
            let mut keys = vec![first.to_owned()];
            keys.extend(path(&inner, rest.strip_prefix('.').unwrap_or(rest)));
            return keys;
        }
    }
    whole
}

struct JsonParser {
    reader: RecordReader,
    kind: Kind,
    /// The outermost keys that are wanted.
    tops: Vec<String>,
    /// For each column: which of `tops`, and the keys from there.
    paths: Vec<Option<(usize, Vec<String>)>>,
    /// The field that each of `tops` stands for, if all do so plainly.
    flat: Option<Vec<Field>>,
}

impl JsonParser {
    fn new(reader: RecordReader, columns: Vec<Vec<String>>, kind: Kind) -> Self {
        let mapping = &reader.mapping;
        let wanted = |at: usize| {
            mapping.fields.iter().any(|(_, column)| *column == at)
                || mapping.keep.iter().any(|(_, column)| *column == at)
        };
        let mut tops: Vec<String> = Vec::new();
        let mut paths = Vec::new();
        for (at, mut keys) in columns.into_iter().enumerate() {
            if !wanted(at) || keys.is_empty() {
                paths.push(None);
                continue;
            }
            let top = keys.remove(0);
            let slot = tops.iter().position(|known| *known == top).unwrap_or(tops.len());
            if slot == tops.len() {
                tops.push(top);
            }
            paths.push(Some((slot, keys)));
        }
        let flat = flat(&reader, &paths, tops.len());
        Self { reader, kind, tops, paths, flat }
    }

    /// Reads a record; one without id gets the key that it stands under, if that is one.
    fn read_record(&self, frame: &Frame<'_>, key: Option<&str>, out: &mut dyn Sink) {
        let fix = |post: &mut Draft<'_>| {
            if let Some(key) = key.filter(|_| post.id.is_empty()) {
                post.id = key.to_owned().into();
            }
            Fate::Post
        };
        read_frame(frame, out, &|text, frame, out| {
            if self.read_flat(text, frame, out, &fix) {
                return Ok(());
            }
            let values = from_text_by(text, Pick(&self.tops))?;
            let value = |column: usize| {
                let (slot, keys) = self.paths.get(column)?.as_ref()?;
                values.get(*slot)?.at(keys)
            };
            self.reader.read(value, frame, out, &fix);
            Ok(())
        });
    }

    /// Reads the records of a page, each of which is shown with the page if it is rejected.
    fn read_page(&self, path: &[String], frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let page: Raw<'_> = from_text(text)?;
            let Some(Raw::List(records)) = page.at(path) else {
                let reason = format!("there is no list of records under `{}`", path.join("."));
                out.reject(Reject::new(frame.place, reason, frame.bytes));
                return Ok(());
            };
            for record in records {
                if !matches!(record, Raw::Map(_)) {
                    out.reject(Reject::new(frame.place, "a record of the page is no object", frame.bytes));
                    continue;
                }
                let value = |column: usize| {
                    let (slot, keys) = self.paths.get(column)?.as_ref()?;
                    record.get(self.tops.get(*slot)?)?.at(keys)
                };
                self.reader.read(value, frame, out, &|_| Fate::Post);
            }
            Ok(())
        });
    }

    /// Reads a row; the first names the columns.
    fn read_row(&self, header: &[String], frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let values: Vec<Raw<'_>> = from_text(text)?;
            let is_header = || {
                let same = |(value, name): (&Raw<'_>, &String)| matches!(value, Raw::Text(text) if text.trim() == name);
                values.len() == header.len() && values.iter().zip(header).all(same)
            };
            if frame.place == Place::Record(1) || is_header() {
                return Ok(());
            }
            if values.len() != header.len() {
                let reason = format!("{} fields instead of {}", values.len(), header.len());
                out.reject(Reject::new(frame.place, reason, frame.bytes));
                return Ok(());
            }
            self.reader.read(|column| values.get(column), frame, out, &|_| Fate::Post);
            Ok(())
        });
    }

    /// Reads a plain record member by member; whether it was one. Nothing was put into the sink if not.
    fn read_flat(
        &self,
        text: &str,
        frame: &Frame<'_>,
        out: &mut dyn Sink,
        fix: &dyn Fn(&mut Draft<'_>) -> Fate,
    ) -> bool {
        let Some(fields) = &self.flat else { return false };
        let mut begun = self.reader.begin(frame);
        let is_plain = read_on_demand(text, FlatRecord { parser: self, fields, begun: &mut begun }).is_ok();
        if is_plain {
            self.reader.end(&mut begun, frame, out, &|post| fix(post));
        }
        is_plain
    }
}

/// Most keys of a plain record: as many as there are bits to note which came.
const MAX_FLAT: usize = 64;

/// The field of each key, where every key stands for one field and for nothing else.
fn flat(reader: &RecordReader, paths: &[Option<(usize, Vec<String>)>], tops: usize) -> Option<Vec<Field>> {
    let mapping = &reader.mapping;
    if !mapping.keep.is_empty() || tops > MAX_FLAT {
        return None;
    }
    let mut fields = vec![None; tops];
    for (field, column) in &mapping.fields {
        let (slot, keys) = paths.get(*column)?.as_ref()?;
        if !keys.is_empty()
            || fields.contains(&Some(*field))
            || fields.get_mut(*slot)?.replace(*field).is_some()
        {
            return None;
        }
    }
    fields.into_iter().collect()
}

/// A record that is read into a post while its members are met. Equal keys are left to those who see all of them first.
struct FlatRecord<'p, 'v> {
    parser: &'p JsonParser,
    fields: &'p [Field],
    begun: &'p mut Begun<'v>,
}

impl<'v> DeserializeSeed<'v> for FlatRecord<'_, 'v> {
    type Value = ();
    fn deserialize<D: Deserializer<'v>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'v> Visitor<'v> for FlatRecord<'_, 'v> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON object")
    }
    fn visit_map<A: MapAccess<'v>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut next, mut seen) = (0, 0_u64);
        while let Some(Key(key)) = map.next_key()? {
            let Some(slot) = slot_of(&self.parser.tops, &key, next) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if seen >> slot & 1 == 1 {
                return Err(A::Error::custom("a key stands twice"));
            }
            seen |= 1 << slot;
            next = slot + 1;
            let raw: Raw<'v> = map.next_value()?;
            if let Some(field) = self.fields.get(slot) {
                self.parser.reader.take(self.begun, *field, raw);
            }
        }
        Ok(())
    }
}

impl Parser for JsonParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        match &self.kind {
            Kind::Plain => self.read_record(frame, None, out),
            Kind::Pages(path) => self.read_page(path, frame, out),
            Kind::Rows(header) => self.read_row(header, frame, out),
            Kind::Members { ids } => match json::member(frame.bytes) {
                Some((key, value)) => {
                    let key = ids.then_some(&*key);
                    self.read_record(&Frame { bytes: value, ..*frame }, key, out);
                }
                None => out.reject(Reject::new(frame.place, "not a key and a record", frame.bytes)),
            },
        }
    }
}
