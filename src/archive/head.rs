//! The first bytes of a file, and what can be seen in them. Every format looks; each way of looking is taken once.

use super::json::{self, Raw};
use super::{Confidence, Framing, Parser, Plan, Refusal};
use std::cell::OnceCell;

/// The first bytes of a file, decompressed, as UTF-8, without byte order mark.
pub struct Head<'a> {
    bytes: &'a [u8],
    json: OnceCell<Option<JsonHead>>,
    around: OnceCell<Option<Raw<'static>>>,
}

struct JsonHead {
    framing: Framing,
    records: Vec<Raw<'static>>,
}

impl<'a> Head<'a> {
    /// Looks at nothing yet.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, json: OnceCell::new(), around: OnceCell::new() }
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
