//! Where forgotten posts may still be: what this program can name and must not touch.

use super::Found;
use crate::ingest::Ledger;
use crate::store::{Store, StoreError, feed_rows};
use serde::Serialize;
use std::path::Path;

/// What a project keeps in `data/` and forgetting deals with.
const OURS: [&str; 7] = ["store", "store.new", "store.old", "lock", "lock.holder", "socket", "tmp"];

/// Where forgotten posts may still be, beside exports, pictures and backups, of which nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unreached {
    /// Archives that held them or may hold them.
    pub archives: Vec<HeldBy>,
    /// Posts that came from no archive: they were collected.
    pub collected: u64,
    /// Folders with pages of what was collected (`--raw`).
    pub raw: Vec<String>,
    /// Other files and folders in `data/`.
    pub files: Vec<String>,
}

/// An archive of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldBy {
    /// Path as it was given.
    pub path: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// How many posts came from it first. `None`: it has posts of the same time, and may have some of these.
    pub posts: Option<u64>,
}

impl Unreached {
    /// Looks in the ledger and in the data folder. A post says which file it came from first; others may have it too.
    pub(super) fn of(store: &dyn Store, data: &Path, found: &Found) -> Result<Self, StoreError> {
        let ledger = Ledger::read(store)?;
        let mut unreached = Self { files: other_files(data), ..Self::default() };
        for row in ledger.rows() {
            let posts = found.runs.get(&row.run).copied();
            let may = found.last.is_some_and(|last| row.first.is_some_and(|first| first <= last))
                && found.first.is_some_and(|first| row.last.is_some_and(|last| last >= first));
            if posts.is_some() || may {
                unreached.add(HeldBy { path: row.file().to_owned(), sha256: row.sha256.clone(), posts });
            }
        }
        let runs = found.runs.iter();
        let without = runs.filter(|(run, _)| !ledger.rows().iter().any(|row| row.run == **run));
        unreached.raw = feed_rows(store)?.into_iter().flat_map(|row| row.raw).collect();
        unreached.raw.sort_unstable();
        unreached.raw.dedup();
        unreached.collected = without.map(|(_, posts)| posts).sum();
        Ok(unreached)
    }

    /// Each file once, though it was imported twice or has members.
    fn add(&mut self, held: HeldBy) {
        let known =
            self.archives.iter_mut().find(|known| known.path == held.path && known.sha256 == held.sha256);
        match known {
            Some(known) => known.posts = known.posts.max(held.posts),
            None => self.archives.push(held),
        }
    }
}

fn other_files(data: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(data).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !OURS.contains(&name.as_str())).collect();
    names.sort_unstable();
    names
}
