//! Tables: comma, semicolon, pipe (`csv`) or tab (`tsv`) between fields, a header on top, columns guessed or named.

use super::detect;
use super::frame::frames_of;
use super::json::Raw;
use super::record::{Column, RecordReader};
use super::{
    ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Place, Plan, ReadOptions, Refusal, Reject, Sink,
};
use std::borrow::Cow;

/// Comma-, semicolon- or pipe-separated values.
pub(super) struct Csv;
/// Tab-separated values.
pub(super) struct Tsv;

/// Records of the head that decide on delimiter and times.
const SAMPLE_RECORDS: usize = 500;
/// Most columns of a table; a hostile header may have millions.
const MAX_COLUMNS: usize = 10_000;

impl ArchiveFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }
    fn about(&self) -> &'static str {
        "a table with a header, fields between commas, semicolons or pipes; columns guessed or named by --map"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        sniff(head, |delimiter| delimiter != b'\t')
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        open(head.bytes(), options, b',')
    }
}

impl ArchiveFormat for Tsv {
    fn name(&self) -> &'static str {
        "tsv"
    }
    fn about(&self) -> &'static str {
        "a table with a header, fields between tabs; columns guessed or named by --map"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        sniff(head, |delimiter| delimiter == b'\t')
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        open(head.bytes(), options, b'\t')
    }
}

fn sniff(head: &Head<'_>, ours: impl Fn(u8) -> bool) -> Confidence {
    if head.framing().is_some() {
        return Confidence::No;
    }
    let head = head.bytes();
    if detect::is_binary(head) || head.trim_ascii_start().starts_with(b"<") {
        return Confidence::No;
    }
    match Table::of(head).filter(|table| ours(table.delimiter)) {
        Some(table) if RecordReader::new(&table.columns(), &ReadOptions::default()).is_ok() => {
            Confidence::Likely
        }
        Some(_) => Confidence::Possible,
        None => Confidence::No,
    }
}

fn open(head: &[u8], options: &ReadOptions, fallback: u8) -> Result<Plan, Refusal> {
    let table = match Table::of(head) {
        Some(table) => table,
        None => Table::with(head, fallback).ok_or(Refusal::Unreadable("it has no header line"))?,
    };
    let columns = table.columns();
    let (reader, mut notes) = RecordReader::new(&columns, options)?;
    match table.delimiter {
        b';' => notes.push("fields are separated by semicolons".to_owned()),
        b'|' => notes.push("fields are separated by pipes".to_owned()),
        _ => {}
    }
    let framing = Framing::Csv { delimiter: table.delimiter };
    let parser =
        CsvParser { reader, fields: columns.len(), delimiter: table.delimiter, header: table.header_line };
    Ok(Plan { framing, notes, parser: Box::new(parser) })
}

/// The first records of a table.
struct Table {
    delimiter: u8,
    records: Vec<Vec<String>>,
    header_line: u64,
}

impl Table {
    /// With the delimiter that cuts the first records most evenly; of equal ones that with the most fields.
    fn of(head: &[u8]) -> Option<Self> {
        [b',', b'\t', b';', b'|']
            .into_iter()
            .filter_map(|delimiter| Self::with(head, delimiter))
            .map(|table| (table.evenness(), table))
            .filter(|((even, fields), _)| *even >= 50 && *fields > 1)
            .max_by_key(|(score, table)| (*score, std::cmp::Reverse(table.delimiter != b',')))
            .map(|(_, table)| table)
    }

    fn with(head: &[u8], delimiter: u8) -> Option<Self> {
        let (frames, rest) = frames_of(head, Framing::Csv { delimiter });
        // A header without a line end is a table without rows; a cut last record is not looked at.
        let frames = if frames.is_empty() { vec![rest] } else { frames };
        let mut filled = frames.iter().filter(|frame| !frame.trim_ascii().is_empty());
        let first = filled.next()?;
        let before = head.get(..first.as_ptr().addr() - head.as_ptr().addr()).unwrap_or_default();
        let header_line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
        let mut records = vec![split(first, delimiter)?];
        records.extend(filled.take(SAMPLE_RECORDS).filter_map(|frame| split(frame, delimiter)));
        Some(Self { delimiter, records, header_line })
    }

    /// How many of a hundred records have as many fields as the header, and how many fields that is.
    fn evenness(&self) -> (usize, usize) {
        let Some((header, rows)) = self.records.split_first() else { return (0, 0) };
        let width = filled(header);
        let even = rows.iter().filter(|row| row.len() >= width && filled(row) <= header.len()).count();
        (if rows.is_empty() { 100 } else { even * 100 / rows.len() }, header.len().min(MAX_COLUMNS))
    }

    fn columns(&self) -> Vec<Column> {
        let Some((header, rows)) = self.records.split_first() else { return Vec::new() };
        let named = header.iter().take(filled(header).min(MAX_COLUMNS)).enumerate();
        named
            .map(|(at, name)| Column {
                name: name.trim().to_owned(),
                values: rows
                    .iter()
                    .filter_map(|row| row.get(at))
                    .filter(|text| !text.trim().is_empty())
                    .cloned()
                    .collect(),
            })
            .collect()
    }
}

/// How many fields a record has, without empty ones at its end.
fn filled(record: &[String]) -> usize {
    record.iter().rposition(|field| !field.trim().is_empty()).map_or(0, |last| last + 1)
}

fn split(record: &[u8], delimiter: u8) -> Option<Vec<String>> {
    let text = std::str::from_utf8(record).ok()?;
    Some(fields(text, delimiter).into_iter().map(Cow::into_owned).collect())
}

/// The fields of one record, unquoted. A line end in it is text. The rules are csv-core's (whose reader cannot be copied once built:
/// 0.1.13 loses its tables, and building one for each record costs more than reading it).
fn fields(record: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let mut found = Vec::new();
    let mut rest = record;
    loop {
        let (field, after) = if let Some(quoted) = rest.strip_prefix('"') {
            quoted_field(quoted, delimiter)
        } else {
            let end = memchr::memchr(delimiter, rest.as_bytes()).unwrap_or(rest.len());
            let (field, after) = rest.split_at(end);
            (Cow::Borrowed(field), after)
        };
        found.push(field);
        match after.get(1..) {
            Some(next) => rest = next,
            None => return found,
        }
    }
}

/// The field whose opening quote was just read, and what follows it from the delimiter on.
fn quoted_field(rest: &str, delimiter: u8) -> (Cow<'_, str>, &str) {
    let mut field = Cow::Borrowed("");
    let mut rest = rest;
    loop {
        let Some((inside, after)) = rest.split_once('"') else {
            field += rest;
            return (field, "");
        };
        field += inside;
        if let Some(more) = after.strip_prefix('"') {
            field += "\"";
            rest = more;
        } else {
            // Text after the closing quote belongs to the field.
            let end = memchr::memchr(delimiter, after.as_bytes()).unwrap_or(after.len());
            let (tail, after) = after.split_at(end);
            field += tail;
            return (field, after);
        }
    }
}

/// An empty field is an absent one.
fn value_of(field: Cow<'_, str>) -> Raw<'_> {
    if field.is_empty() { Raw::Null } else { Raw::Text(field) }
}

struct CsvParser {
    reader: RecordReader,
    fields: usize,
    delimiter: u8,
    header: u64,
}

impl Parser for CsvParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        if frame.place == Place::Line(self.header) || frame.bytes.trim_ascii().is_empty() {
            return;
        }
        let Ok(text) = std::str::from_utf8(frame.bytes) else {
            return out.reject(Reject::new(frame.place, "not UTF-8", frame.bytes));
        };
        let values: Vec<Raw<'_>> = fields(text, self.delimiter).into_iter().map(value_of).collect();
        let last = values.iter().rposition(|value| *value != Raw::Null).map_or(0, |last| last + 1);
        if values.len() < self.fields || last > self.fields {
            let found = if last > self.fields { last } else { values.len() };
            let reason = format!("{found} fields instead of {}", self.fields);
            return out.reject(Reject::new(frame.place, reason, frame.bytes));
        }
        self.reader.read(|column| values.get(column), frame, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_split() {
        #[track_caller]
        fn check(record: &str, expected: &[&str]) {
            assert_eq!(split(record.as_bytes(), b',').unwrap(), expected, "{record}");
        }
        check("a,b", &["a", "b"]);
        check("a,", &["a", ""]);
        check("\"a\nb\",\"c \"\"d\"\"\"", &["a\nb", "c \"d\""]);
        check("a\rb,c \"d\"", &["a\rb", "c \"d\""]);
        check("\"a\"b\"c,\"d", &["ab\"c", "d"]);
        check("\"\",\"\"\"\",", &["", "\"", ""]);
        check(&"x,".repeat(100), &[&["x"; 100][..], &[""]].concat());
    }
}
