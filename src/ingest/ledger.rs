//! The ledger of imports: which file, read how, with what result. It makes a repeated import a matter of a look.

use crate::post::{RunKey, Timestamp};
use crate::store::{ImportRow, ImportState, Note, NoteKey, Store, StoreError};
use std::ops::RangeInclusive;

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

    /// A finished import of the same bytes, read the same way for the same campaign: nothing would come of doing it again. A reading with
    /// other options took the posts of those before it out, so that only what came after the last such reading counts.
    pub(crate) fn same_import<'a>(&'a self, row: &'a ImportRow) -> Option<&'a ImportRow> {
        let since = self.newest_first(row).take_while(|known| reads_alike(known, row));
        let mut done = since.filter(|known| known.state == ImportState::Done);
        done.find(|known| {
            known.kept == row.kept && known.selection == row.selection && known.forgets == row.forgets
        })
    }

    /// Whether the store may hold posts of the same bytes with other times or other ids. An import that was cut off may have left posts of
    /// the reading before it; one that was finished has not.
    pub(crate) fn was_read_otherwise(&self, row: &ImportRow) -> bool {
        let finished = |known: &ImportRow| known.state != ImportState::Running && reads_alike(known, row);
        self.newest_first(row).take_while(|known| !finished(known)).any(|known| !reads_alike(known, row))
    }

    /// Marks the finished imports of other files that have posts in a span; returns their notes and paths.
    pub(crate) fn make_stale(
        &mut self,
        run: RunKey,
        span: RangeInclusive<Timestamp>,
    ) -> (Vec<Note>, Vec<String>) {
        let overlaps = |row: &ImportRow| {
            row.first.is_some_and(|first| first <= *span.end())
                && row.last.is_some_and(|last| last >= *span.start())
        };
        let (mut notes, mut paths) = (Vec::new(), Vec::new());
        for (number, row) in (0..).zip(&mut self.rows) {
            if row.run != run && row.state == ImportState::Done && overlaps(row) {
                row.state = ImportState::Stale;
                notes.push(note(number, row));
                paths.push(row.path.clone());
            }
        }
        (notes, paths)
    }

    /// The imports of the same bytes.
    fn newest_first<'a>(&'a self, row: &'a ImportRow) -> impl Iterator<Item = &'a ImportRow> {
        self.rows.iter().rev().filter(|known| is_same_file(known, row))
    }

    /// Whether a file of this size was imported before: only then must another be hashed whole before it is read.
    pub(crate) fn knows_size(&self, bytes: u64) -> bool {
        self.rows.iter().any(|known| known.bytes == bytes)
    }

    /// Whether the posts of another file carry the same key.
    pub(crate) fn is_taken(&self, row: &ImportRow) -> bool {
        self.rows.iter().any(|known| known.run == row.run && !is_same_file(known, row))
    }

    /// The keys that posts of the same bytes carry: a store of an older version made them otherwise.
    pub(crate) fn runs(&self, row: &ImportRow) -> Vec<RunKey> {
        let mut runs: Vec<RunKey> = self.newest_first(row).map(|known| known.run).collect();
        runs.sort_unstable();
        runs.dedup();
        runs
    }

    /// Notes the hash of a file that was read to its end.
    pub(crate) fn learn_hash(&mut self, number: u32, sha256: &str) {
        if let Some(row) = self.rows.get_mut(number as usize) {
            sha256.clone_into(&mut row.sha256);
        }
    }
}

/// Whether two rows speak of the same bytes. The import that was cut off does not know its file's hash: there the fingerprint decides.
fn is_same_file(one: &ImportRow, other: &ImportRow) -> bool {
    let hashed = !one.sha256.is_empty() && !other.sha256.is_empty();
    one.bytes == other.bytes && if hashed { one.sha256 == other.sha256 } else { one.run == other.run }
}

/// Whether two readings of the same bytes give the same times and ids.
fn reads_alike(one: &ImportRow, other: &ImportRow) -> bool {
    one.options == other.options && one.reader_version == other.reader_version
}

/// The note that keeps a row.
pub(crate) fn note(number: u32, row: &ImportRow) -> Note {
    // A struct of numbers and strings always serialises.
    (NoteKey::Import(number), Some(serde_json::to_vec(row).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of one file; upper case is a finished import, lower case one that was cut off.
    fn row(options: char) -> ImportRow {
        ImportRow {
            path: "a.csv".into(),
            format: "csv".into(),
            compression: "none".into(),
            bytes: 1,
            sha256: "00".into(),
            run: RunKey::default(),
            reader_version: 1,
            options: options.to_ascii_lowercase().to_string(),
            kept: String::new(),
            selection: String::new(),
            forgets: 0,
            state: if options.is_uppercase() { ImportState::Done } else { ImportState::Running },
            read: 0,
            added: 0,
            updated: 0,
            duplicates: 0,
            rejected: 0,
            unselected: 0,
            first: None,
            last: None,
            started_at: Timestamp::from_millis_unchecked(0),
            done_at: None,
        }
    }

    /// What an import with options `a` finds: is there nothing to do, has anything to be taken out first?
    #[track_caller]
    fn check(rows: &str, expected: (bool, bool)) {
        let ledger = Ledger { rows: rows.chars().map(row).collect() };
        let next = row('a');
        assert_eq!(
            (ledger.same_import(&next).is_some(), ledger.was_read_otherwise(&next)),
            expected,
            "{rows}"
        );
    }

    #[test]
    fn only_what_came_after_the_last_other_reading_counts() {
        check("", (false, false));
        check("a", (false, false));
        check("A", (true, false));
        check("Aa", (true, false));
        check("AB", (false, true));
        check("Ab", (false, true));
        check("ABA", (true, false));
        check("B", (false, true));
        check("Ba", (false, true));
        check("Baa", (false, true));
        check("BaA", (true, false));
    }
}
