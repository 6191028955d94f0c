//! What an examination found (`tagline.doctor/1`): plain data, from which everything that is printed is made.

use crate::ingest::{Ledger, Loss};
use crate::store::{Compaction, Damage, Health, ImportRow, Part, StoreError, Twice};
use serde::{Deserialize, Serialize};

/// Most damages that are listed: a store with more has lost more than a list can tell.
const LISTED_DAMAGES: usize = 100;

/// What an examination found, and what was done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checkup {
    /// `tagline.doctor/1`.
    pub schema: String,
    /// Whether nothing is wrong, or all of it was put right.
    pub healthy: bool,
    /// Why the database cannot be read at all; then nothing else is known but `import_again`.
    pub unreadable: Option<String>,
    /// Posts that can be read.
    pub posts: u64,
    /// Blocks that they lie in.
    pub blocks: u64,
    /// Bytes on the disk.
    pub bytes: u64,
    /// What is wrong, in the order of time; the first of them, if there are many.
    pub damaged: Vec<Damage>,
    /// How many there are.
    pub damaged_total: u64,
    /// Posts lost with blocks that still say how many they held.
    pub posts_lost: u64,
    /// Blocks lost that do not say how many posts they held.
    pub blocks_lost_uncounted: u64,
    /// Posts that the ledger counts and the store does not have, where no damage explains it.
    pub missing: u64,
    /// What the ledger says.
    pub ledger: LedgerCheck,
    /// Whether a repair was made.
    pub repaired: bool,
    /// Blocks that it dropped.
    pub dropped: u64,
    /// Deleted posts that still have their text: from before they were blanked, or kept for a reason.
    #[serde(default)]
    pub deleted_with_text: u64,
    /// Filters that it made again from the posts.
    pub filters_rebuilt: u64,
    /// Archives that bring back what is lost.
    pub import_again: Vec<Again>,
    /// Ids that occur more than once; not looked for while something is wrong.
    pub ids_twice: Option<Twice>,
    /// What a compaction did.
    pub compacted: Option<Compaction>,
}

/// What the ledger says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerCheck {
    /// Rows that can be read.
    pub imports: u64,
    /// Rows that cannot.
    pub unreadable: u64,
    /// Archives that the database's files name and the ledger does not: their rows are gone, and maybe their posts.
    pub lacking: u64,
    /// Posts that the imports brought, where the ledger can say: not if one was cut off, a file was read twice, posts were
    /// forgotten or dropped, or some were collected.
    pub posts: Option<u64>,
}

/// An archive to import again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// Path as it was given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// How it was read, where that was not how it is read without options.
    pub options: Option<String>,
}

impl Checkup {
    /// Of a store that was never begun.
    pub fn empty() -> Self {
        Self { schema: "tagline.doctor/1".to_owned(), healthy: true, ..Self::default() }
    }

    /// Of a database that cannot be read.
    pub(crate) fn unreadable(error: &StoreError, rows: &[ImportRow]) -> Self {
        let mut why = error.to_string();
        if let Some(source) = std::error::Error::source(error) {
            why.extend([": ", &source.to_string()]);
        }
        let mut checkup = Self { healthy: false, unreadable: Some(why), ..Self::empty() };
        checkup.add_again(rows);
        checkup
    }

    pub(crate) fn of(health: &Health, ledger: &Ledger, unreadable: u64, lacking: u64) -> Self {
        let lost = || health.damaged.iter().filter(|damage| damage.part == Part::Posts);
        // What was collected is in no row, and what was forgotten or dropped is in no block.
        let elsewhere = health.forgotten + health.dropped_posts + health.cursors;
        let sayable = unreadable + lacking + elsewhere == 0;
        let brought = ledger.posts_brought().filter(|_| sayable);
        let missing = brought.filter(|_| lost().next().is_none());
        let missing = missing.map_or(0, |brought| brought.saturating_sub(health.posts));
        Self {
            healthy: health.damaged.is_empty() && unreadable + lacking + missing == 0,
            posts: health.posts,
            blocks: health.blocks,
            deleted_with_text: health.deleted_with_text,
            damaged: health.damaged.iter().take(LISTED_DAMAGES).cloned().collect(),
            damaged_total: health.damaged.len() as u64,
            posts_lost: lost().filter_map(|damage| damage.posts).sum(),
            blocks_lost_uncounted: lost().filter(|damage| damage.posts.is_none()).count() as u64,
            missing,
            ledger: LedgerCheck { imports: ledger.rows().len() as u64, unreadable, lacking, posts: brought },
            ..Self::empty()
        }
    }

    pub(crate) fn set_again(&mut self, ledger: &Ledger, loss: &Loss) {
        self.import_again = Vec::new();
        self.again(ledger.worth_importing_again(loss).into_iter());
    }

    pub(crate) fn add_again(&mut self, rows: &[ImportRow]) {
        self.again(rows.iter());
    }

    /// Each file once: members of one container have a row each.
    fn again<'a>(&mut self, rows: impl Iterator<Item = &'a ImportRow>) {
        for again in rows.map(Again::of) {
            if !self.import_again.contains(&again) {
                self.import_again.push(again);
            }
        }
    }
}

impl Again {
    fn of(row: &ImportRow) -> Self {
        let plain = format!("format={} map= platform= times-in=UTC repeats=merge", row.format);
        let kept = if row.kept.is_empty() { String::new() } else { format!(" keep={}", row.kept) };
        let options = (row.options != plain || !kept.is_empty()).then(|| row.options.clone() + &kept);
        Self { path: row.file().to_owned(), sha256: row.sha256.clone(), options }
    }
}
