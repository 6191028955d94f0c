//! Where the records of a JSON file stand that is of no format we know: how it is laid out, found out from its first bytes.

use super::super::frame::frames_of;
use super::super::json::{self, Raw};
use super::super::record::{Column, time_and_text};
use super::super::{Framing, Head};
use super::columns;
use std::borrow::Cow;

/// How records are laid out, and the first of them.
pub(super) struct Layout<'h> {
    pub(super) framing: Framing,
    pub(super) records: Cow<'h, [Raw<'static>]>,
    pub(super) kind: Kind,
}

/// What one frame is.
pub(super) enum Kind {
    /// A record.
    Plain,
    /// A page that holds a list of records at the end of these keys.
    Pages(Vec<String>),
    /// A row, whose columns the first row names.
    Rows(Vec<String>),
    /// A record and its key; whether that identifies it.
    Members { ids: bool },
}

impl<'h> Layout<'h> {
    /// The first layout whose records can be read; else the plain one. `None` if it is not JSON.
    pub(super) fn of(head: &'h Head<'_>, reads: &dyn Fn(&[Column]) -> bool) -> Option<Self> {
        let framing = head.framing()?;
        let records = head.records();
        let plain = Self { framing, records: Cow::Borrowed(records), kind: Kind::Plain };
        if reads(&columns(records)) {
            return Some(plain);
        }
        if let Some(rows) = rows(framing, records) {
            return Some(rows);
        }
        // Of several values each may be a page; one alone is cut where its records begin, so that it may be of any size.
        let is_list = matches!(framing, Framing::Array { .. });
        let alone = || (!is_list && records.len() <= 1).then(|| inside(head.bytes(), reads)).flatten();
        Some(alone().or_else(|| pages(framing, records, reads)).unwrap_or(plain))
    }

    /// The columns of its records.
    pub(super) fn columns(&self) -> Vec<Column> {
        match &self.kind {
            Kind::Rows(header) => columns_of_rows(header, &self.records),
            _ => columns(&self.records),
        }
    }
}

/// Rows under a row of names.
fn rows(framing: Framing, records: &[Raw<'_>]) -> Option<Layout<'static>> {
    let Some((Raw::List(names), rows)) = records.split_first() else { return None };
    let name = |raw: &Raw<'_>| if let Raw::Text(text) = raw { Some(text.trim().to_owned()) } else { None };
    let header: Vec<String> = names.iter().map(name).collect::<Option<_>>()?;
    time_and_text(&header)?;
    let rows: Vec<Raw<'static>> = rows.iter().cloned().map(Raw::into_owned).collect();
    Some(Layout { framing, records: rows.into(), kind: Kind::Rows(header) })
}

fn columns_of_rows(header: &[String], rows: &[Raw<'_>]) -> Vec<Column> {
    let values = |at: usize| {
        let cell = |row: &Raw<'_>| {
            if let Raw::List(cells) = row { Some(cells.get(at)?.text()?.into_owned()) } else { None }
        };
        rows.iter().filter_map(cell).filter(|text| !text.trim().is_empty()).collect()
    };
    header.iter().enumerate().map(|(at, name)| Column { name: name.clone(), values: values(at) }).collect()
}

/// The list, or the object of objects, inside the one value of a file.
fn inside(head: &[u8], reads: &dyn Fn(&[Column]) -> bool) -> Option<Layout<'static>> {
    /// So many lists and objects are tried: more are nobody's list of records.
    const TRIED: usize = 16;
    let found = json::inner(head);
    let lists = found.iter().filter(|inner| inner.is_list).take(TRIED).find_map(|inner| {
        let framing = Framing::Array { start: inner.start, enclosing: inner.enclosing };
        let records = json::sample(head, framing);
        let is_plain = reads(&columns(&records));
        let plain = is_plain.then_some(());
        plain
            .map(|()| Layout { framing, records: records.clone().into(), kind: Kind::Plain })
            .or_else(|| rows(framing, &records))
    });
    lists.or_else(|| {
        found
            .iter()
            .filter(|inner| !inner.is_list)
            .take(TRIED)
            .find_map(|inner| members(head, inner.start, inner.enclosing, reads))
    })
}

/// An object whose members are records.
fn members(
    head: &[u8],
    start: usize,
    enclosing: u32,
    reads: &dyn Fn(&[Column]) -> bool,
) -> Option<Layout<'static>> {
    /// So many characters and more identify something; fewer count it.
    const ID_CHARACTERS: usize = 6;
    let framing = Framing::Members { start, enclosing };
    let (frames, _) = frames_of(head, framing);
    let parts: Vec<_> = frames.into_iter().take(json::SAMPLE_RECORDS).filter_map(json::member).collect();
    let mut objects = parts.iter().filter(|(_, value)| value.starts_with(b"{"));
    let ids = objects.all(|(key, _)| key.chars().nth(ID_CHARACTERS - 1).is_some());
    let records: Vec<Raw<'static>> = parts.iter().filter_map(|(_, value)| json::owned(value)).collect();
    // One is enough: the others may be damaged, and each of them is said.
    let has_object = records.first().is_some_and(|record| matches!(record, Raw::Map(_)));
    (has_object && reads(&columns(&records))).then(|| Layout {
        framing,
        records: records.into(),
        kind: Kind::Members { ids },
    })
}

/// So many lists of a page are tried.
const PATHS_TRIED: usize = 16;

/// Pages that hold lists of records.
fn pages(
    framing: Framing,
    records: &[Raw<'_>],
    reads: &dyn Fn(&[Column]) -> bool,
) -> Option<Layout<'static>> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    for record in records {
        let Raw::Map(members) = record else { continue };
        for (key, value) in members {
            match value {
                Raw::List(_) => paths.push(vec![key.to_string()]),
                Raw::Map(inner) => {
                    let lists = inner.iter().filter(|(_, value)| matches!(value, Raw::List(_)));
                    paths.extend(lists.map(|(inner, _)| vec![key.to_string(), inner.to_string()]));
                }
                _ => {}
            }
        }
    }
    paths.sort_unstable_by_key(|path| (path.len(), path.clone()));
    paths.dedup();
    paths.truncate(PATHS_TRIED);
    paths.into_iter().find_map(|path| {
        let lists = records
            .iter()
            .filter_map(|record| if let Raw::List(list) = record.at(&path)? { Some(list) } else { None });
        let found: Vec<Raw<'static>> =
            lists.flatten().take(json::SAMPLE_RECORDS).cloned().map(Raw::into_owned).collect();
        reads(&columns(&found)).then(|| Layout { framing, records: found.into(), kind: Kind::Pages(path) })
    })
}

/// Whether a file is a table column by column, as pandas writes it if nobody says otherwise.
pub(super) fn is_by_column(records: &[Raw<'_>]) -> bool {
    let [Raw::Map(columns)] = records else { return false };
    let is_column = |value: &Raw<'_>| match value {
        Raw::Map(cells) => {
            let numbered = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
            !cells.is_empty()
                && cells.iter().all(|(key, value)| numbered(key) && !matches!(value, Raw::Map(_)))
        }
        _ => false,
    };
    columns.len() > 1 && columns.iter().all(|(_, value)| is_column(value))
}
