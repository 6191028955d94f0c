//! Tables: how the fields are told apart, where the header is, and rows as posts. For `csv` and `tsv`, whose columns are guessed, and for
//! the tables of known tools, whose columns are known.
//!
//! A format for the table of one tool needs this much (`head.table()` has looked already, notes before the header are passed over):
//!
//! ```text
//! const OURS: KnownTable = KnownTable {
//!     platform: "facebook",
//!     fields: &[(Field::Time, &["Post Created", "Created"]), (Field::Text, &["Message"]), (Field::Url, &["URL"])],
//! };
//! // sniff:
//! let ours = head.table().is_some_and(|table| table.has(&["Page Name", "Post Created", "Total Interactions"]));
//! // open:
//! Table::find(head, options)?.known(&OURS, options, |post, row| {
//!     post.id = row.get("URL").map(id_of_url).unwrap_or_default().into();
//!     if row.get("Type") == Some("Ad") { Fate::Unselected("advertisement") } else { Fate::Post }
//! })
//! ```

mod dialect;

use crate::archive::encoding::NOT_UTF_8;

use super::columns::{self, Column, Mapping};
use super::contents::is_time;
use super::field::Field;
use super::{Fate, RecordReader};
use crate::archive::frame::frames_of;
use crate::archive::json::Raw;
use crate::archive::other_kinds::other_table;
use crate::archive::{
    Dialect, Frame, Framing, Head, Parser, Place, Plan, ReadOptions, Refusal, Reject, Sink, detect,
};
use crate::post::Draft;
use std::borrow::Cow;

/// Records of the head that decide on delimiter, header and times.
const SAMPLE_RECORDS: usize = 500;
/// How many first records may be notes: titles and terms of use take a dozen lines.
const HEADER_WITHIN: usize = 100;
/// Most columns of a table; a hostile header may have millions.
const MAX_COLUMNS: usize = 10_000;

/// The first records of a table.
#[derive(Clone, Debug)]
pub(in crate::archive) struct Table {
    dialect: Dialect,
    header: Row,
    rows: Vec<Vec<String>>,
    /// Records before the header.
    notes: usize,
    /// How many fields a row has at least.
    least: usize,
}

/// A record and the line it begins in.
#[derive(Clone, Debug)]
struct Row {
    line: u64,
    cells: Vec<String>,
}

/// Which columns a known tool writes, and what they stand for.
pub(in crate::archive) struct KnownTable<'k> {
    /// Platform of all posts; empty if the rows or the person say it.
    pub(in crate::archive) platform: &'k str,
    /// Field and the names of its column in the versions of the tool: the first that the header has counts.
    pub(in crate::archive) fields: &'k [(Field, &'k [&'k str])],
}

/// The cells of one row, by the names of their columns.
pub(in crate::archive) struct Cells<'v> {
    header: &'v [String],
    values: &'v [Raw<'v>],
}

impl<'v> Cells<'v> {
    /// What stands in a column; `None` if nothing does, or if there is no such column.
    pub(in crate::archive) fn get(&self, name: &str) -> Option<&'v str> {
        match self.values.get(self.header.iter().position(|known| known == name)?)? {
            Raw::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Table {
    /// What looks most like a table in the first bytes; `None` if nothing does.
    pub(in crate::archive) fn of(head: &[u8], options: &ReadOptions) -> Option<Self> {
        if detect::is_binary(head) || head.trim_ascii_start().starts_with(b"<") {
            return None;
        }
        let delimiters = match options.delimiter.and_then(|sign| u8::try_from(sign).ok()) {
            Some(said) => vec![said],
            None => {
                dialect::said_by_excel(head).map_or_else(|| vec![b',', b'\t', b';', b'|'], |said| vec![said])
            }
        };
        delimiters
            .into_iter()
            .filter_map(|delimiter| Self::with(head, delimiter, options.header_line))
            .map(|table| (table.likeness(), table))
            .filter(|((_, even, fields), _)| *even >= 50 && *fields > 1)
            .max_by_key(|(score, table)| (*score, std::cmp::Reverse(table.dialect.delimiter != b',')))
            .map(|(_, table)| table)
    }

    /// The table that a file must be if the format was named or found.
    pub(in crate::archive) fn find(head: &Head<'_>, options: &ReadOptions) -> Result<Self, Refusal> {
        Self::find_or(head, options, b',')
    }

    /// The same; a file with one column is cut by `fallback`.
    pub(in crate::archive) fn find_or(
        head: &Head<'_>,
        options: &ReadOptions,
        fallback: u8,
    ) -> Result<Self, Refusal> {
        Self::of(head.bytes(), options)
            .or_else(|| Self::with(head.bytes(), fallback, options.header_line))
            .ok_or(Refusal::Unreadable(match options.header_line {
                Some(_) => "no record with column names begins in the line that `--header-line` says",
                None => "it has no header line",
            }))
    }

    fn with(head: &[u8], delimiter: u8, header_line: Option<u64>) -> Option<Self> {
        let dialect = dialect::of(head, delimiter);
        let (frames, rest) = frames_of(head, Framing::Csv(dialect));
        // A header without a line end is a table without rows; a cut last record is not looked at.
        let frames = if frames.is_empty() { vec![rest] } else { frames };
        let mut counted = (0, 1);
        let records: Vec<Row> = frames
            .into_iter()
            .filter(|frame| !frame.trim_ascii().is_empty())
            .take(SAMPLE_RECORDS)
            .filter_map(|frame| {
                let start = frame.as_ptr().addr() - head.as_ptr().addr();
                let passed = head.get(counted.0..start).unwrap_or_default();
                counted = (start, counted.1 + memchr::memchr_iter(dialect.line_end, passed).count() as u64);
                Some(Row { line: counted.1, cells: split(frame, dialect)? })
            })
            .collect();
        let at = match header_line {
            Some(line) => records.iter().position(|row| row.line == line)?,
            None => header_among(&records),
        };
        let mut records = records.into_iter().skip(at);
        let header = records.next()?;
        let rows = records.map(|row| row.cells).filter(|row| *row != header.cells).collect();
        let least = needed(&header.cells);
        let mut table = Self { dialect, header, rows, notes: at, least };
        if !table.ends_are_cut() {
            table.least = filled(&table.header.cells);
        }
        Some(table)
    }

    /// Whether time and text are named, how many of a hundred rows fit the header, and how many fields that has.
    fn likeness(&self) -> (bool, usize, usize) {
        let header = &self.header.cells;
        let even = self.rows.iter().filter(|row| fits(row, header, self.least)).count();
        let even = if self.rows.is_empty() { 100 } else { even * 100 / self.rows.len() };
        (columns::name_time_and_text(header), even, header.len().min(MAX_COLUMNS))
    }

    /// Whether rows leave out empty fields at their end, as spreadsheets do: some are short, and none is the back of a record that a line
    /// end in its text has broken in two: that has no time.
    fn ends_are_cut(&self) -> bool {
        let header = &self.header.cells;
        let Some((time, _)) = columns::time_and_text(header) else { return false };
        let width = filled(header);
        let mut short = self.rows.iter().filter(|row| row.len() < width).peekable();
        short.peek().is_some() && short.all(|row| row.get(time).is_some_and(|cell| is_time(cell.trim())))
    }

    /// The names of the columns, trimmed, without empty ones at the end.
    pub(in crate::archive) fn header(&self) -> impl Iterator<Item = &str> {
        let named = filled(&self.header.cells).min(MAX_COLUMNS);
        self.header.cells.iter().take(named).map(|name| name.trim())
    }

    /// Whether the header has all these columns, exactly so written.
    pub(in crate::archive) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.header().any(|known| known == *name))
    }

    /// What stands between the fields.
    pub(in crate::archive) fn delimiter(&self) -> u8 {
        self.dialect.delimiter
    }

    /// The columns with what stands in them. A name that stands twice is that of the first; later ones are numbered.
    pub(in crate::archive) fn columns(&self) -> Vec<Column> {
        let mut seen = std::collections::HashMap::new();
        let numbered = |name: &str| {
            let times = seen.entry(name.to_owned()).and_modify(|times| *times += 1).or_insert(0);
            if *times == 0 || name.is_empty() { name.to_owned() } else { format!("{name}.{times}") }
        };
        let names: Vec<String> = self.header().map(numbered).collect();
        let values = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at));
            cells.filter(|text| !text.trim().is_empty()).cloned().collect()
        };
        names.into_iter().enumerate().map(|(at, name)| Column { name, values: values(at) }).collect()
    }

    /// What has to be said about the table itself.
    fn said(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match self.dialect.delimiter {
            b';' => notes.push("fields are separated by semicolons".to_owned()),
            b'|' => notes.push("fields are separated by pipes".to_owned()),
            _ => {}
        }
        if self.dialect.escape {
            notes.push("a quote inside a field is written with a backslash".to_owned());
        }
        if self.dialect.quote == b'\'' {
            notes.push("fields stand between single quotes".to_owned());
        }
        if self.notes > 0 {
            notes.push(format!("what stands before the header in line {} is left out", self.header.line));
        }
        if self.least < filled(&self.header.cells) {
            notes.push("rows with fewer fields than the header end with empty ones".to_owned());
        }
        let mut names: Vec<&str> = self.header().filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        let mut twice: Vec<&str> = names
            .windows(2)
            .filter(|pair| pair.first() == pair.last())
            .filter_map(|pair| pair.first().copied())
            .collect();
        twice.dedup();
        for name in twice.into_iter().take(3) {
            let name = crate::archive::printable(name.as_bytes());
            notes.push(format!(
                "several columns are named `{name}`: the first counts, the next is `{name}.1`"
            ));
        }
        notes
    }

    /// Reads rows by columns that are guessed or named by the person.
    pub(in crate::archive) fn guessed(&self, options: &ReadOptions) -> Result<Plan, Refusal> {
        let (reader, mut notes) =
            RecordReader::new(&self.columns(), options).map_err(|refusal| match refusal {
                Refusal::MissingColumns { .. } if options.map.is_empty() => {
                    other_table(self.header()).map_or(refusal, |kind| Refusal::NotPosts(kind.to_owned()))
                }
                other => other,
            })?;
        notes.extend(self.said());
        Ok(self.plan(reader, notes, Box::new(|_: &mut Draft<'_>, _: &Cells<'_>| Fate::Post)))
    }

    /// Reads rows by the columns of a known tool; `fix` sees each post and all cells of its row before it is handed over.
    pub(in crate::archive) fn known(
        &self,
        known: &KnownTable<'_>,
        options: &ReadOptions,
        fix: impl for<'v> Fn(&mut Draft<'v>, &Cells<'v>) -> Fate + Send + Sync + 'static,
    ) -> Result<Plan, Refusal> {
        let columns = self.columns();
        let mapping = Mapping::fixed(known.fields, &columns, options)?;
        let options = match known.platform {
            "" => options.clone(),
            platform => ReadOptions { platform: Some(platform.to_owned()), ..options.clone() },
        };
        let (reader, mut notes) = RecordReader::with(mapping, &columns, &options)?;
        notes.extend(self.said());
        Ok(self.plan(reader, notes, Box::new(fix)))
    }

    fn plan(&self, reader: RecordReader, notes: Vec<String>, fix: Fix) -> Plan {
        let header: Vec<String> = self.header().map(str::to_owned).collect();
        let parser =
            Rows { reader, header, line: self.header.line, least: self.least, dialect: self.dialect, fix };
        Plan { framing: Framing::Csv(self.dialect), notes, parser: Box::new(parser) }
    }
}

/// The record that names the columns: the first that names time and text, else the first that the rows below it fit.
fn header_among(records: &[Row]) -> usize {
    let is_header = |at: &usize| {
        let Some((row, below)) = records.get(*at..).and_then(<[Row]>::split_first) else { return false };
        let width = filled(&row.cells);
        let named = row.cells.iter().take(width).filter(|cell| !cell.trim().is_empty()).count();
        if width < 2 || named * 2 <= width {
            return false;
        }
        let least = needed(&row.cells);
        let fitting = below.iter().filter(|below| fits(&below.cells, &row.cells, least)).count();
        fitting * 2 >= below.len()
    };
    let names = |at: &usize| records.get(*at).is_some_and(|row| columns::name_time_and_text(&row.cells));
    let within = 0..records.len().min(HEADER_WITHIN);
    within
        .clone()
        .find(|at| names(at) && is_header(at))
        .or_else(|| within.clone().find(is_header))
        .unwrap_or(0)
}

/// Whether a row may stand under a header.
fn fits(row: &[String], header: &[String], least: usize) -> bool {
    row.len() >= least && filled(row) <= filled(header)
}

/// How many fields a row needs: up to time and text, where they are named.
fn needed(header: &[String]) -> usize {
    let named = if columns::name_time_and_text(header) { columns::time_and_text(header) } else { None };
    named.map_or_else(|| filled(header), |(time, text)| time.max(text) + 1)
}

/// How many fields a record has, without empty ones at its end.
fn filled(record: &[String]) -> usize {
    record.iter().rposition(|field| !field.trim().is_empty()).map_or(0, |last| last + 1)
}

fn split(record: &[u8], dialect: Dialect) -> Option<Vec<String>> {
    let text = std::str::from_utf8(record).ok()?;
    Some(dialect::fields(text, dialect).into_iter().map(Cow::into_owned).collect())
}

/// An empty field is an absent one, and so is what databases write for null.
fn value_of(field: Cow<'_, str>) -> Raw<'_> {
    if field.is_empty() || field == "\\N" { Raw::Null } else { Raw::Text(field) }
}

type Fix = Box<dyn for<'v> Fn(&mut Draft<'v>, &Cells<'v>) -> Fate + Send + Sync>;

/// Reads rows.
struct Rows {
    reader: RecordReader,
    header: Vec<String>,
    /// Where the header begins; what stands before it are notes.
    line: u64,
    least: usize,
    dialect: Dialect,
    fix: Fix,
}

impl Rows {
    /// Tables that were put together one after the other have their header again and again.
    fn is_header(&self, values: &[Raw<'_>]) -> bool {
        self.header.iter().enumerate().all(|(at, name)| match values.get(at) {
            Some(Raw::Text(text)) => text.trim() == name,
            _ => name.is_empty(),
        })
    }
}

impl Parser for Rows {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        let is_note = matches!(frame.place, Place::Line(line) if line <= self.line);
        if is_note || frame.bytes.trim_ascii().is_empty() {
            return;
        }
        let Ok(text) = std::str::from_utf8(frame.bytes) else {
            return out.reject(Reject::new(frame.place, NOT_UTF_8, frame.bytes));
        };
        let values: Vec<Raw<'_>> = dialect::fields(text, self.dialect).into_iter().map(value_of).collect();
        let last = values.iter().rposition(|value| *value != Raw::Null).map_or(0, |last| last + 1);
        let width = self.header.len();
        if values.len() < self.least || last > width {
            let found = if last > width { last } else { values.len() };
            let reason = format!("{found} fields instead of {width}");
            return out.reject(Reject::new(frame.place, reason, frame.bytes));
        }
        if self.is_header(&values) {
            return;
        }
        let cells = Cells { header: &self.header, values: &values };
        self.reader.read(|column| values.get(column), frame, out, &|post| (self.fix)(post, &cells));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::of(text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    #[test]
    fn records_are_split() {
        #[track_caller]
        fn check(record: &str, expected: &[&str]) {
            assert_eq!(split(record.as_bytes(), Dialect::plain(b',')).unwrap(), expected, "{record}");
        }
        check("a,b", &["a", "b"]);
        check("a,", &["a", ""]);
        check("\"a\nb\",\"c \"\"d\"\"\"", &["a\nb", "c \"d\""]);
        check("a\rb,c \"d\"", &["a\rb", "c \"d\""]);
        check("\"a\"b\"c,\"d", &["ab\"c", "d"]);
        check("\"\",\"\"\"\",", &["", "\"", ""]);
        check(&"x,".repeat(100), &[&["x"; 100][..], &[""]].concat());
    }

    #[test]
    fn headers_are_found_below_notes() {
        #[track_caller]
        fn check(text: &str, line: u64, header: &[&str]) {
            let table = table(text);
            assert_eq!(
                (table.header.line, table.header().collect::<Vec<_>>().as_slice()),
                (line, header),
                "{text}"
            );
        }
        check("time,text\n1,a\n", 1, &["time", "text"]);
        check("a note\n\ntime,text\n2017-03-07,a\n", 3, &["time", "text"]);
        check("a note\na note :,\nA,B,C\n1,2,3\n4,5,6\n", 3, &["A", "B", "C"]);
        check(
            "Title,,,\nSource,,,\nDate,Text,Likes,\n2017-03-07,a,1,\n2017-03-08,b,2,\n",
            3,
            &["Date", "Text", "Likes"],
        );
        check("sep=;\ntime;text\n2017-03-07;a, b\n", 2, &["time", "text"]);
        check("\"a note\nof two lines\"\ntime,text\n2017-03-07,a\n", 3, &["time", "text"]);
        check(",time,text\n0,2017-03-07,a\n", 1, &["", "time", "text"]);
    }

    #[test]
    fn a_known_table_has_its_columns_and_a_last_word() {
        #[derive(Default)]
        struct Found(Vec<String>);
        impl Sink for Found {
            fn post(&mut self, post: &mut Draft<'_>) {
                self.0.push(format!("{} {} {}", post.platform, post.id, post.text));
            }
            fn deletion(&mut self, _: crate::post::Deletion) {}
            fn reject(&mut self, reject: Reject) {
                self.0.push(reject.reason);
            }
            fn unselected(&mut self, reason: &'static str) {
                self.0.push(reason.to_owned());
            }
        }
        const OURS: KnownTable<'_> = KnownTable {
            platform: "demo",
            fields: &[(Field::Time, &["When", "Was"]), (Field::Text, &["What"])],
        };
        let text = "Was,What,Nr,Kind\n2017-03-07,a,17,\n2017-03-07,b,18,ad\nsoon,c,19,\n2017-03-07,,,\n";
        let table = Table::find(&Head::new(text.as_bytes()), &ReadOptions::default()).unwrap();
        assert!(table.has(&["Was", "Nr"]) && !table.has(&["When"]));
        let plan = table
            .known(&OURS, &ReadOptions::default(), |post, row| {
                post.id = row.get("Nr").unwrap_or_default().into();
                if row.get("Kind") == Some("ad") { Fate::Unselected("advertisement") } else { Fate::Post }
            })
            .unwrap();
        let mut found = Found::default();
        for (at, line) in text.lines().enumerate() {
            let frame = Frame { bytes: line.as_bytes(), offset: 0, place: Place::Line(at as u64 + 1) };
            plan.parser.parse(&frame, &mut found);
        }
        assert_eq!(found.0, ["demo 17 a", "advertisement", "not a time: `soon`", "no text"]);
    }

    #[test]
    fn names_that_stand_twice_are_numbered() {
        let table = table("time,text,text,,\n2017-03-07,a,b\n");
        let names: Vec<String> = table.columns().into_iter().map(|column| column.name).collect();
        assert_eq!(names, ["time", "text", "text.1"]);
        assert!(
            table.said().iter().any(|note| note.contains("`text`: the first counts")),
            "{:?}",
            table.said()
        );
    }
}
