//! The first bytes of a file, and what can be seen in them. Every format looks; each way of looking is taken once.

use super::json::{self, Raw};
use super::record::Table;
use super::{Confidence, Framing, Parser, Plan, ReadOptions, Refusal};
use std::cell::OnceCell;

/// The first bytes of a file, decompressed, as UTF-8, without byte order mark.
pub struct Head<'a> {
    bytes: &'a [u8],
    json: OnceCell<Option<JsonHead>>,
    around: OnceCell<Option<Raw<'static>>>,
    table: OnceCell<Option<Table>>,
    /// What the person said about delimiter and header of a table.
    said: ReadOptions,
}

struct JsonHead {
    framing: Framing,
    records: Vec<Raw<'static>>,
}

impl<'a> Head<'a> {
    /// Looks at nothing yet.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::with(bytes, &ReadOptions::default())
    }

    /// The same, where the person has said how a table is cut.
    pub(super) fn with(bytes: &'a [u8], options: &ReadOptions) -> Self {
        let said = ReadOptions {
            delimiter: options.delimiter,
            header_line: options.header_line,
            ..ReadOptions::default()
        };
        Self { bytes, json: OnceCell::new(), around: OnceCell::new(), table: OnceCell::new(), said }
    }

    /// The bytes themselves.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    fn json(&self) -> Option<&JsonHead> {
        let look = || {
            let framing = json::shape(self.bytes)?;
            Some(JsonHead { framing, records: json::sample(self.bytes, framing) })
        };
        self.json.get_or_init(look).as_ref()
    }

    /// How the file is cut, if it is JSON.
    pub(super) fn framing(&self) -> Option<Framing> {
        self.json().map(|json| json.framing)
    }

    /// The first records, if it is JSON; the first alone, closed where the head ends, if it is longer than the head.
    pub(super) fn records(&self) -> &[Raw<'static>] {
        self.json().map_or(&[], |json| &json.records)
    }

    /// The outermost JSON value that begins the file, closed where the head ends: what stands around a list of records, before it.
    pub(super) fn around(&self) -> Option<&Raw<'static>> {
        self.around.get_or_init(|| json::outermost(self.bytes)).as_ref()
    }

    /// The table that the file is, if it is one.
    pub(super) fn table(&self) -> Option<&Table> {
        let look = || if self.framing().is_some() { None } else { Table::of(self.bytes, &self.said) };
        self.table.get_or_init(look).as_ref()
    }

    /// Certain if one of the first records is of a kind that no other format has.
    pub(super) fn has_record(&self, is_ours: impl Fn(&Raw<'_>) -> bool) -> Confidence {
        if self.records().iter().any(is_ours) { Confidence::Certain } else { Confidence::No }
    }

    /// The plan of a JSON format that is cut as its structure suggests.
    pub(super) fn json_plan(&self, parser: impl Parser + 'static) -> Result<Plan, Refusal> {
        let framing = self.framing().ok_or(Refusal::Unreadable("it is not JSON"))?;
        Ok(Plan { framing, notes: Vec::new(), parser: Box::new(parser) })
    }
}
