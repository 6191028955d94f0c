//! The ledger of imports: which file, read how, with what result. It makes a repeated import a matter of a look.

use crate::store::{ImportRow, ImportState, NoteKey, Store, StoreError};

/// The rows there are, oldest first.
#[derive(Debug, Default)]
pub struct Ledger {
    rows: Vec<ImportRow>,
}

impl Ledger {
    /// Reads the whole ledger; it has a row for each import, not for each post.
    pub fn read(store: &dyn Store) -> Result<Self, StoreError> {
        let mut rows = Vec::new();
        for number in 0.. {
            let Some(bytes) = store.note(&NoteKey::Import(number))? else { break };
            let row = serde_json::from_slice(&bytes);
            rows.push(
                row.map_err(|_| StoreError::Damaged(format!("row {number} of the ledger cannot be read")))?,
            );
        }
        Ok(Self { rows })
    }

    /// All rows.
    pub fn rows(&self) -> &[ImportRow] {
        &self.rows
    }

    /// Number of the next row.
    pub(crate) fn next(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Takes a row that was just begun.
    pub(crate) fn push(&mut self, row: ImportRow) {
        self.rows.push(row);
    }

    /// A finished import of the same bytes, read the same way for the same campaign: nothing would come of doing it again.
    pub(crate) fn same_import(&self, row: &ImportRow) -> Option<&ImportRow> {
        self.rows.iter().find(|known| {
            known.state == ImportState::Done
                && known.blake3 == row.blake3
                && known.reader_version == row.reader_version
                && known.options == row.options
                && known.kept == row.kept
                && known.selection == row.selection
                && known.forgets == row.forgets
        })
    }

    /// Whether the last import of the same bytes gave its posts other times or other ids.
    pub(crate) fn was_read_otherwise(&self, row: &ImportRow) -> bool {
        let last = self.rows.iter().rev().find(|known| known.blake3 == row.blake3);
        last.is_some_and(|known| known.options != row.options || known.reader_version != row.reader_version)
    }
}

/// The note that keeps a row.
pub(crate) fn note(number: u32, row: &ImportRow) -> (NoteKey, Option<Vec<u8>>) {
    // A struct of numbers and strings always serialises.
    (NoteKey::Import(number), Some(serde_json::to_vec(row).unwrap_or_default()))
}
