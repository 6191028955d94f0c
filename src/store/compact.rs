//! Compaction: the store is written anew into a folder beside it, which then takes its place, since sled keeps dead segments.
//!
//! Here is what a copy is and how folders change places; closing and opening databases is in `sled.rs`.

use super::StoreError;
use super::pages::{Pages, Write};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

/// Bytes of keys and values that are copied in one write; one value may be larger. So few, and with a flush after each, sled uses the room
/// of pages that it wrote twice again: measured, the copy is a fifth smaller than with a mebibyte.
const COPY_BYTES: usize = 64 << 10;
/// Entries of one write, for values that are tiny.
const COPY_ENTRIES: usize = 1024;

/// What a compaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compaction {
    /// Bytes on the disk before.
    pub before: u64,
    /// Bytes on the disk after.
    pub after: u64,
}

/// What a compaction tells when it has got so far: the places where a crash leaves different folders behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The copy is written, synced and verified; the store is untouched.
    Copied,
    /// The old store stands aside, and nothing in its place.
    Aside,
    /// The new store is in place, the old one beside it.
    InPlace,
}

/// The three folders inside `data/`.
pub(crate) struct Folders {
    pub(crate) store: PathBuf,
    /// A copy in the making.
    pub(crate) new: PathBuf,
    /// What the copy replaces.
    pub(crate) old: PathBuf,
}

impl Folders {
    /// The folders of a store.
    pub(crate) fn of(store: &Path) -> Self {
        Self { store: store.into(), new: store.with_extension("new"), old: store.with_extension("old") }
    }

    /// Puts in order what a compaction that was cut off left behind. Whoever calls this holds the lock.
    ///
    /// A copy that never took the store's place is of no use. An old store is dropped only where the new one stands in its place, which it
    /// does only verified and synced.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        if has_files(&self.old) && !has_files(&self.store) {
            remove(&self.store)?;
            rename(&self.old, &self.store)?;
        }
        remove(&self.new)?;
        remove(&self.old)
    }

    /// The copy takes the store's place. Neither may be open.
    pub(crate) fn swap(&self, reached: &dyn Fn(Step)) -> Result<(), StoreError> {
        rename(&self.store, &self.old)?;
        reached(Step::Aside);
        rename(&self.new, &self.store)?;
        reached(Step::InPlace);
        Ok(())
    }
}

/// Whether a folder holds anything.
pub(crate) fn has_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())
}

/// Removes a folder, if it is there.
pub(crate) fn remove(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", folder)(error)),
        _ => Ok(()),
    }
}

/// Renames a folder within its parent, and survives a power cut on return: the order of two renames is what recovery goes by.
fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(failed("rename", from))?;
    to.parent().map_or(Ok(()), sync_file)
}

/// Brings a file or the list of a folder to the disk.
pub(crate) fn sync_file(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(failed("sync", path))
}

/// Bytes of all files in a folder and below.
pub(crate) fn size(folder: &Path) -> Result<u64, StoreError> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(failed("read", folder))? {
        let entry = entry.map_err(failed("read", folder))?;
        match entry.metadata() {
            Ok(data) if data.is_dir() => bytes += size(&entry.path())?,
            Ok(data) => bytes += data.len(),
            // The database removes files of its own while we look.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed("read", &entry.path())(error)),
        }
    }
    Ok(bytes)
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::Io { what, path: path.into(), source }
}

/// What tells one set of entries from another: how many, and a hash of all keys and values in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    entries: u64,
    hash: u128,
}

/// Hands out all entries in order, a few at a time, so that a back end can give memory back between.
pub(crate) fn walk(
    pages: &impl Pages,
    each: &mut dyn FnMut(Vec<Write>) -> Result<(), StoreError>,
) -> Result<Contents, StoreError> {
    let (mut entries, mut hasher) = (0, Xxh3::new());
    let mut from = Vec::new();
    loop {
        let (mut some, mut bytes): (Vec<Write>, usize) = (Vec::new(), 0);
        // Every key begins with a letter.
        pages.range(&from, &[u8::MAX], &mut |key, value| {
            bytes += key.len() + value.len();
            some.push((key.to_vec(), Some(value.to_vec())));
            if bytes < COPY_BYTES && some.len() < COPY_ENTRIES {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        let Some((last, _)) = some.last() else {
            return Ok(Contents { entries, hash: hasher.digest128() });
        };
        from.clone_from(last);
        from.push(0);
        for (key, value) in &some {
            let value = value.as_deref().unwrap_or_default();
            // With their lengths, so that no byte can change sides.
            hasher.update(&(key.len() as u64).to_le_bytes());
            hasher.update(key);
            hasher.update(&(value.len() as u64).to_le_bytes());
            hasher.update(value);
        }
        entries += some.len() as u64;
        each(some)?;
    }
}
