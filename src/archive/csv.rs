//! Tables of no tool that we know: comma, semicolon, pipe (`csv`) or tab (`tsv`) between fields, columns guessed or named.

use super::record::{RecordReader, Table};
use super::{ArchiveFormat, Confidence, Head, Plan, ReadOptions, Refusal};

/// Comma-, semicolon- or pipe-separated values.
pub(super) struct Csv;
/// Tab-separated values.
pub(super) struct Tsv;

impl ArchiveFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }
    fn about(&self) -> &'static str {
        "a table with a header, fields between commas, semicolons or pipes; columns guessed or named by --map"
    }
    fn known_by(&self) -> &'static str {
        "the first rows are cut evenly by one sign, and columns for time and text are found"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        sniff(head, |delimiter| delimiter != b'\t')
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        Table::find_or(head, options, b',')?.guessed(options)
    }
}

impl ArchiveFormat for Tsv {
    fn name(&self) -> &'static str {
        "tsv"
    }
    fn about(&self) -> &'static str {
        "a table with a header, fields between tabs; columns guessed or named by --map"
    }
    fn known_by(&self) -> &'static str {
        "the first rows are cut evenly by tabs, and columns for time and text are found"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        sniff(head, |delimiter| delimiter == b'\t')
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        Table::find_or(head, options, b'\t')?.guessed(options)
    }
}

fn sniff(head: &Head<'_>, ours: impl Fn(u8) -> bool) -> Confidence {
    match head.table().filter(|table| ours(table.delimiter())) {
        Some(table) if RecordReader::new(&table.columns(), &ReadOptions::default()).is_ok() => {
            Confidence::Likely
        }
        Some(_) => Confidence::Possible,
        None => Confidence::No,
    }
}
