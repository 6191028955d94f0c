//! The ledger of imports: which file, read how, with what result. It makes a repeated import a matter of a look.

use crate::post::{RunKey, Timestamp};
use crate::store::{Contents, ImportRow, ImportState, Note, NoteKey, Store, StoreError};
use std::collections::HashSet;
use std::ops::RangeInclusive;

/// What a damaged store lost.
#[derive(Clone, Debug, Default)]
pub struct Loss {
    /// When the lost posts were posted.
    pub spans: Vec<RangeInclusive<Timestamp>>,
    /// Whether a count of posts left out is lost.
    pub left_out: bool,
}

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

    /// Reads the rows that can be read, and counts those that cannot: for who repairs it.
    pub fn read_what_is_left(store: &dyn Store) -> Result<(Self, u64), StoreError> {
        let (mut rows, mut unreadable) = (Vec::new(), 0);
        for number in 0.. {
            let Some(bytes) = store.note(&NoteKey::Import(number))? else { break };
            match serde_json::from_slice(&bytes) {
                Ok(row) => rows.push(row),
                Err(_) => unreadable += 1,
            }
        }
        Ok((Self { rows }, unreadable))
    }

    /// The notes of all rows, and of the places that are free since so many rows were dropped.
    pub fn notes(&self, dropped: u64) -> Vec<Note> {
        let kept = (0..).zip(&self.rows).map(|(number, row)| note(number, row));
        let end = self.next();
        let free = (end..end.saturating_add(u32::try_from(dropped).unwrap_or(u32::MAX)))
            .map(|number| (NoteKey::Import(number), None));
        kept.chain(free).collect()
    }

    /// Posts that the imports brought, where the rows can say: each was done once. One that was cut off brought more than it counts; a file
    /// read again took posts out first; a file whose posts were lost brought some of them again.
    pub fn posts_brought(&self) -> Option<u64> {
        let mut files = HashSet::new();
        let mut once = |row: &ImportRow| {
            row.state == ImportState::Done && files.insert((row.sha256.clone(), row.member.clone()))
        };
        self.rows.iter().all(&mut once).then(|| self.rows.iter().map(|row| row.added).sum())
    }

    /// Marks the finished imports that may bring back what is lost, so that importing them again is no no-op.
    pub fn mark_stale(&mut self, loss: &Loss) {
        for row in &mut self.rows {
            if row.state == ImportState::Done && brings_back(row, loss) {
                row.state = ImportState::Stale;
            }
        }
    }

    /// Whether a file was imported, as far as these rows go.
    pub fn knows(&self, row: &ImportRow) -> bool {
        self.newest_first(row).next().is_some()
    }

    /// The newest row of each file that may bring back what is lost, that was cut off, or that was found to be worth importing again before.
    pub fn worth_importing_again(&self, loss: &Loss) -> Vec<&ImportRow> {
        let mut newest: Vec<&ImportRow> = Vec::new();
        for row in self.rows.iter().rev() {
            if !newest.iter().any(|known| is_same_file(known, row)) {
                newest.push(row);
            }
        }
        newest.retain(|row| row.state != ImportState::Done || brings_back(row, loss));
        newest.reverse();
        newest
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
    pub(crate) fn same_import<'a>(&'a self, row: &ImportRow) -> Option<&'a ImportRow> {
        let since = self.newest_first(row).take_while(|known| reads_alike(known, row));
        let mut done = since.filter(|known| known.state == ImportState::Done);
        done.find(|known| asks_alike(known, row))
    }

    /// The import of the same bytes that was interrupted, if it is the last of them and asked for the same.
    pub(crate) fn interrupted<'a>(&'a self, row: &'a ImportRow) -> Option<&'a ImportRow> {
        let last = self.newest_first(row).next()?;
        let alike = reads_alike(last, row) && asks_alike(last, row) && last.state == ImportState::Running;
        (alike && last.resume.is_some()).then_some(last)
    }

    /// Whether the store may hold posts of the same bytes with other times or other ids. An import that was cut off may have left posts of
    /// the reading before it; one that was finished has not.
    pub(crate) fn was_read_otherwise(&self, row: &ImportRow) -> bool {
        let finished = |known: &ImportRow| known.state != ImportState::Running && reads_alike(known, row);
        self.newest_first(row).take_while(|known| !finished(known)).any(|known| !reads_alike(known, row))
    }

    /// Marks the finished imports of other files that have posts in a span; returns their notes and the files to import again, but not the
    /// one that is being read: of a container, other members will be read too.
    pub(crate) fn make_stale(
        &mut self,
        run: RunKey,
        span: RangeInclusive<Timestamp>,
        sha256: &str,
    ) -> (Vec<Note>, Vec<String>) {
        let (mut notes, mut paths) = (Vec::new(), Vec::new());
        for (number, row) in (0..).zip(&mut self.rows) {
            if row.run != run && row.state == ImportState::Done && overlaps(row, &span) {
                row.state = ImportState::Stale;
                notes.push(note(number, row));
                let path = row.file().to_owned();
                if (sha256.is_empty() || row.sha256 != sha256) && !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        (notes, paths)
    }

    /// The imports of the same bytes.
    fn newest_first<'a, 'b>(
        &'a self,
        row: &'b ImportRow,
    ) -> impl Iterator<Item = &'a ImportRow> + use<'a, 'b> {
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

    /// All that came of a container, if each of its members was read to its end just as `like` says: its rows in order, and the rest. Then it
    /// need not be opened.
    pub(crate) fn whole_container(
        &self,
        like: &Container<'_>,
        would_be: &dyn Fn(&ImportRow) -> ImportRow,
    ) -> Option<(Vec<&ImportRow>, &Contents)> {
        let rows = || self.rows.iter().filter(|row| like.holds(row));
        let contents = rows().rev().find_map(|row| row.contents.as_ref())?;
        if contents.asked != like.asked || contents.readers != like.readers {
            return None;
        }
        let mut names = HashSet::new();
        let members = rows().filter(|row| names.insert(row.member.as_str()));
        let read: Vec<&ImportRow> = members
            .filter_map(|row| {
                let newest = self.newest_first(row).next().unwrap_or(row);
                self.same_import(&would_be(newest))
            })
            .collect();
        (read.len() as u64 == contents.members).then_some((read, contents))
    }

    /// Keeps what a container holds with its newest row.
    pub(crate) fn keep_contents(
        &mut self,
        like: &Container<'_>,
        contents: Contents,
    ) -> Option<(u32, &ImportRow)> {
        let at = self.rows.iter().rposition(|row| like.holds(row))?;
        let row = self.rows.get_mut(at)?;
        row.contents = Some(contents);
        Some((u32::try_from(at).ok()?, row))
    }

    /// Notes the hash of a file that was read to its end.
    pub(crate) fn learn_hash(&mut self, number: u32, sha256: &str) {
        if let Some(row) = self.rows.get_mut(number as usize) {
            sha256.clone_into(&mut row.sha256);
        }
    }
}

/// A container, and how it is asked for.
pub(crate) struct Container<'a> {
    pub(crate) bytes: u64,
    pub(crate) sha256: &'a str,
    pub(crate) asked: &'a str,
    pub(crate) readers: &'a str,
}

impl Container<'_> {
    fn holds(&self, row: &ImportRow) -> bool {
        row.bytes == self.bytes && row.sha256 == self.sha256 && !row.member.is_empty()
    }
}

/// Whether two rows speak of the same bytes. The import that was cut off does not know its file's hash: there the fingerprint decides.
fn is_same_file(one: &ImportRow, other: &ImportRow) -> bool {
    let hashed = !one.sha256.is_empty() && !other.sha256.is_empty();
    let sizes = one.bytes == other.bytes && one.member == other.member;
    sizes && if hashed { one.sha256 == other.sha256 } else { one.run == other.run }
}

/// Whether a file has posts in a span.
fn overlaps(row: &ImportRow, span: &RangeInclusive<Timestamp>) -> bool {
    row.first.is_some_and(|first| first <= *span.end()) && row.last.is_some_and(|last| last >= *span.start())
}

/// Whether a file may hold what is lost. A deletion is no post and has no time in the ledger, but it changed one: without the files that
/// changed anything, a lost post would come back without the mark that it is gone.
fn brings_back(row: &ImportRow, loss: &Loss) -> bool {
    let posts = loss.spans.iter().any(|span| overlaps(row, span));
    let deletions = !loss.spans.is_empty() && row.updated > 0;
    posts || deletions || loss.left_out && row.unselected > 0
}

/// Whether two readings of the same bytes give the same times and ids.
fn reads_alike(one: &ImportRow, other: &ImportRow) -> bool {
    one.options == other.options && one.reader_version == other.reader_version
}

/// Whether two readings of the same bytes take the same posts, with the same columns.
fn asks_alike(one: &ImportRow, other: &ImportRow) -> bool {
    one.kept == other.kept && one.selection == other.selection && one.forgets == other.forgets
}

/// How many posts and accounts were forgotten so far: an import of before was not the same.
pub(crate) fn forgets(store: &dyn Store) -> Result<u64, StoreError> {
    let bytes = store.note(&NoteKey::Forgets)?;
    Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes))
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
            resume: None,
            member: String::new(),
            contents: None,
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

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis_unchecked(second * 1000)
    }

    /// A finished import of a file of its own with posts of a span.
    fn import(file: u8, first: i64, last: i64) -> ImportRow {
        ImportRow {
            run: RunKey([file; 16]),
            sha256: format!("{file:02x}"),
            added: 10,
            first: Some(at(first)),
            last: Some(at(last)),
            ..row('A')
        }
    }

    /// Which files may bring back what was lost between two times, by their number.
    #[track_caller]
    fn check_again(ledger: &Ledger, lost: Option<(i64, i64)>, expected: &[u8]) {
        let spans = lost.map(|(first, last)| at(first)..=at(last)).into_iter().collect();
        let again = ledger.worth_importing_again(&Loss { spans, left_out: false });
        let files: Vec<u8> = again.iter().map(|row| row.run.0[0]).collect();
        assert_eq!(files, expected, "{lost:?}");
    }

    #[test]
    fn files_that_may_bring_back_what_is_lost() {
        let deletions = ImportRow { updated: 1, first: None, last: None, ..import(3, 0, 0) };
        let mut ledger =
            Ledger { rows: vec![import(1, 10, 20), import(2, 15, 30), deletions, import(2, 15, 30)] };
        check_again(&ledger, None, &[]);
        check_again(&ledger, Some((0, 5)), &[3]);
        check_again(&ledger, Some((0, 10)), &[1, 3]);
        check_again(&ledger, Some((21, 25)), &[3, 2]);
        check_again(&ledger, Some((30, 90)), &[3, 2]);
        ledger.mark_stale(&Loss { spans: vec![at(0)..=at(12)], left_out: false });
        assert_eq!(ledger.rows.iter().filter(|row| row.state == ImportState::Stale).count(), 2);
        check_again(&ledger, None, &[1, 3]);
        // Importing a file again settles it.
        ledger.push(import(1, 10, 20));
        check_again(&ledger, None, &[3]);
        ledger.push(ImportRow { state: ImportState::Running, ..import(4, 0, 0) });
        check_again(&ledger, None, &[3, 4]);
        let none_kept = ImportRow { unselected: 5, first: None, last: None, ..import(5, 0, 0) };
        let ledger = Ledger { rows: vec![none_kept] };
        assert_eq!(ledger.worth_importing_again(&Loss { left_out: true, ..Loss::default() }).len(), 1);
    }

    #[test]
    fn the_ledger_counts_posts_only_where_it_can() {
        let brought = |rows: &[ImportRow]| Ledger { rows: rows.to_vec() }.posts_brought();
        assert_eq!(brought(&[]), Some(0));
        assert_eq!(brought(&[import(1, 0, 9), import(2, 0, 9)]), Some(20));
        assert_eq!(brought(&[import(1, 0, 9), import(1, 0, 9)]), None);
        for state in [ImportState::Running, ImportState::Stale] {
            assert_eq!(brought(&[import(1, 0, 9), ImportRow { state, ..import(2, 0, 9) }]), None);
        }
    }

    #[test]
    fn dropped_rows_leave_no_hole() {
        let notes = Ledger { rows: vec![import(1, 0, 9), import(2, 0, 9)] }.notes(2);
        let keys: Vec<(&NoteKey, bool)> = notes.iter().map(|(key, value)| (key, value.is_some())).collect();
        let expected =
            [(0, true), (1, true), (2, false), (3, false)].map(|(row, kept)| (NoteKey::Import(row), kept));
        assert_eq!(keys, expected.iter().map(|(key, kept)| (key, *kept)).collect::<Vec<_>>());
    }
}
