//! The embedded store on disk: sled 0.34, kept within bounds. Nothing outside this file knows sled.
//!
//! Two things sled does not do by itself: its cache grows past `cache_capacity` during scans and imports, so the database is closed and
//! opened again every so many bytes; and its `flush` does not reach the disk, so [`Pages::sync`] does.

use super::compact::{self, Compaction, Folders, Step, has_files, sync_file};
use super::engine::Engine;
use super::lock::Lock;
use super::pages::{Each, Entry, Pages, Write};
use super::{Ask, Batch, Health, NoteKey, PutReport, Repair, Revision, Store, StoreError, StoredBlock};
use crate::post::{Post, PostId, Timestamp};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

/// Bytes read and written after which the database is reopened, so that its cache is given back. Memory use is about twice this.
const RECYCLE_BYTES: usize = 48 << 20;
/// What sled may cache; a hint at best.
const CACHE_BYTES: u64 = 16 << 20;
/// How long a reopened database may find its own lock still held: sled's threads let go a moment after it is dropped.
const REOPEN_WAIT: Duration = Duration::from_secs(5);
/// Between two looks at that lock.
const REOPEN_PAUSE: Duration = Duration::from_millis(2);
/// The folder of the database inside `data/`.
const FOLDER: &str = "store";

/// The store in a folder, held by this process alone.
pub struct SledStore {
    engine: Engine<SledPages>,
    _lock: Lock,
}

/// Opens or makes the store in a project's data folder. `command` is what others are told while we hold it; `wait` is how long to wait for
/// another holder.
pub fn open_sled(data: &Path, command: &str, wait: Duration) -> Result<SledStore, StoreError> {
    let lock = Lock::take(data, command, wait)?;
    let folder = data.join(FOLDER);
    Folders::of(&folder).settle()?;
    let pages = SledPages::open(&folder)?;
    Ok(SledStore { engine: Engine::open(pages)?, _lock: lock })
}

/// Whether a data folder holds a store, or one that a compaction set aside and did not replace.
pub fn sled_exists(data: &Path) -> bool {
    let Folders { store, old, .. } = Folders::of(&data.join(FOLDER));
    has_files(&store) || has_files(&old)
}

impl SledStore {
    /// Writes the store anew without the dead segments that sled keeps, so that what was taken out is in no file any more. The store stays
    /// open and locked. While it runs, it takes the room of both.
    pub fn compact(&self) -> Result<Compaction, StoreError> {
        self.engine.alone(|pages| pages.compact(&|_| {}))
    }

    /// Lends the store as it is: what is read of it, by however many calls, is one state between two puts. Puts wait meanwhile, and while
    /// one waits nobody else begins to look. Takes no posts, only caches.
    pub fn look<T>(&self, look: impl FnOnce(&dyn Store) -> T) -> T {
        self.engine.look(look)
    }

    /// Bytes on the disk.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        self.engine.alone(|pages| compact::size(&pages.folder))
    }
}

impl Store for SledStore {
    fn put(&self, batch: &Batch) -> Result<PutReport, StoreError> {
        self.engine.put(batch)
    }

    fn scan(
        &self,
        span: Range<Timestamp>,
        ask: Ask<'_>,
        each: &mut dyn FnMut(StoredBlock) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.engine.scan(span, ask, each)
    }

    fn find(&self, ids: &[PostId]) -> Result<Vec<Option<Post>>, StoreError> {
        self.engine.find(ids)
    }

    fn note(&self, key: &NoteKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.engine.note(key)
    }

    fn revision(&self) -> Result<Revision, StoreError> {
        self.engine.revision()
    }

    fn check(&self, repair: Repair) -> Result<Health, StoreError> {
        self.engine.check(repair)
    }
}

struct SledPages {
    folder: PathBuf,
    /// `None` only while it is being reopened, or after that failed.
    database: RwLock<Option<sled::Db>>,
    used: AtomicUsize,
    /// Blob files known to be on the disk, with their time of change: they are written once.
    synced: Mutex<BTreeMap<PathBuf, SystemTime>>,
}

impl SledPages {
    fn open(folder: &Path) -> Result<Self, StoreError> {
        if !folder.join("db").is_file() && has_files(folder) {
            return Err(StoreError::Damaged("its database file `db` is gone".to_owned()));
        }
        if !has_files(folder) {
            create(folder)?;
        }
        Self::open_folder(folder)
    }

    fn open_folder(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            folder: folder.to_owned(),
            database: RwLock::new(Some(open_database(folder)?)),
            used: AtomicUsize::new(0),
            synced: Mutex::default(),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&sled::Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.used.load(Ordering::Relaxed) > RECYCLE_BYTES {
            self.recycle()?;
        }
        let guard = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let closed = || StoreError::Damaged("it could not be opened again".to_owned());
        work(guard.as_ref().ok_or_else(closed)?)
    }

    fn count(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    fn recycle(&self) -> Result<(), StoreError> {
        let mut guard = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if self.used.swap(0, Ordering::Relaxed) <= RECYCLE_BYTES {
            return Ok(());
        }
        if let Some(database) = guard.take() {
            database.flush()?;
        }
        *guard = Some(open_database(&self.folder)?);
        Ok(())
    }

    fn compact(&self, reached: &dyn Fn(Step)) -> Result<Compaction, StoreError> {
        let folders = Folders::of(&self.folder);
        self.sync()?;
        let before = compact::size(&self.folder)?;
        if let Err(error) = self.write_anew(&folders.new) {
            // Half a copy is of no use; that it cannot be removed either adds nothing, and the next opening tries again.
            let _ = compact::remove(&folders.new);
            return Err(error);
        }
        reached(Step::Copied);
        self.change_places(&folders, reached)?;
        compact::remove(&folders.old)?;
        self.folder.parent().map_or(Ok(()), sync_file)?;
        Ok(Compaction { before, after: compact::size(&self.folder)? })
    }

    /// A verified copy in a folder of its own, on the disk and closed.
    fn write_anew(&self, folder: &Path) -> Result<(), StoreError> {
        compact::remove(folder)?;
        fs::create_dir_all(folder).map_err(|source| StoreError::Io {
            what: "create",
            path: folder.into(),
            source,
        })?;
        let copy = Self::open_folder(folder)?;
        let copied = compact::walk(self, &mut |entries| {
            copy.apply(entries)?;
            copy.with(|database| Ok(database.flush().map(drop)?))
        })?;
        copy.sync()?;
        // What is verified has to come from the files.
        copy.used.store(RECYCLE_BYTES + 1, Ordering::Relaxed);
        if compact::walk(&copy, &mut |_| Ok(()))? != copied {
            let source = std::io::Error::other("the copy does not hold what the store holds");
            return Err(StoreError::Io { what: "copy the store to", path: folder.into(), source });
        }
        copy.close()
    }

    /// The copy becomes this store. If that fails, the old one is taken up again.
    fn change_places(&self, folders: &Folders, reached: &dyn Fn(Step)) -> Result<(), StoreError> {
        let mut guard = self.database.write().unwrap_or_else(PoisonError::into_inner);
        close_database(guard.take(), &self.folder)?;
        let swapped = folders.swap(reached);
        if swapped.is_err() {
            folders.settle()?;
        }
        self.synced.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *guard = Some(open_database(&self.folder)?);
        swapped
    }

    fn close(self) -> Result<(), StoreError> {
        let database = self.database.into_inner().unwrap_or_else(PoisonError::into_inner);
        close_database(database, &self.folder)
    }

    /// Large values lie in files of their own, which sled writes and never syncs.
    fn sync_blobs(&self) -> Result<(), StoreError> {
        let folder = self.folder.join("blobs");
        let read = |source| StoreError::Io { what: "read", path: folder.clone(), source };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(read(error)),
        };
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *synced);
        let mut changed = false;
        for entry in entries {
            let path = entry.map_err(read)?.path();
            let Ok(modified) = fs::metadata(&path).and_then(|data| data.modified()) else { continue };
            if before.get(&path) != Some(&modified) {
                sync_file(&path)?;
                changed = true;
            }
            synced.insert(path, modified);
        }
        if changed { sync_file(&folder) } else { Ok(()) }
    }
}

/// Makes a new database beside its place and moves it there: killed in between, nothing is left that looks like a damaged one.
fn create(folder: &Path) -> Result<(), StoreError> {
    let failed = |what, path: &Path, source| StoreError::Io { what, path: path.into(), source };
    let Folders { new: beside, .. } = Folders::of(folder);
    compact::remove(&beside)?;
    fs::create_dir_all(&beside).map_err(|source| failed("create", &beside, source))?;
    close_database(Some(open_database(&beside)?), &beside)?;
    // An empty folder may lie there already.
    let _ = fs::remove_dir(folder);
    fs::rename(&beside, folder).map_err(|source| failed("create", folder, source))
}

/// Closes a database, and returns when nothing of it is left that could still write: sled's threads hold on to its lock, and they write by
/// path, so that a folder renamed too early would find their files in the next one.
fn close_database(database: Option<sled::Db>, folder: &Path) -> Result<(), StoreError> {
    let Some(database) = database else { return Ok(()) };
    database.flush()?;
    drop(database);
    let path = folder.join("db");
    let failed = |source| StoreError::Io { what: "close", path: path.clone(), source };
    let file = File::open(&path).map_err(failed)?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < REOPEN_WAIT => {
                std::thread::sleep(REOPEN_PAUSE);
            }
            Err(error) => return Err(failed(error.into())),
        }
    }
}

fn open_database(folder: &Path) -> Result<sled::Db, StoreError> {
    let begun = Instant::now();
    loop {
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::HighThroughput)
            // We flush ourselves: a thread that does so at its own times would only add writes.
            .flush_every_ms(None);
        match config.open() {
            Ok(database) => return Ok(database),
            Err(sled::Error::Io(error))
                if begun.elapsed() < REOPEN_WAIT && error.to_string().contains("lock") =>
            {
                std::thread::sleep(REOPEN_PAUSE);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

impl Pages for SledPages {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.with(|database| Ok(database.get(key)?.map(|value| value.to_vec())))?;
        self.count(value.as_ref().map_or(0, Vec::len));
        Ok(value)
    }

    fn last(&self, from: &[u8], to: &[u8]) -> Result<Option<Entry>, StoreError> {
        self.with(|database| {
            let found = database.range(from..=to).next_back().transpose()?;
            Ok(found.map(|(key, value)| (key.to_vec(), value.to_vec())))
        })
    }

    fn range(&self, from: &[u8], to: &[u8], each: &mut Each<'_>) -> Result<(), StoreError> {
        if from >= to {
            return Ok(());
        }
        self.with(|database| {
            for entry in database.range(from..to) {
                let (key, value) = entry?;
                self.count(value.len());
                if each(&key, &value).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        let mut bytes = 0;
        for (key, value) in writes {
            match value {
                Some(value) => {
                    bytes += value.len();
                    batch.insert(key, value);
                }
                None => batch.remove(key),
            }
        }
        self.with(|database| Ok(database.apply_batch(batch)?))?;
        self.count(bytes);
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.with(|database| Ok(database.flush().map(drop)?))?;
        sync_file(&self.folder.join("db"))?;
        self.sync_blobs()?;
        sync_file(&self.folder)
    }
}

#[cfg(test)]
#[path = "sled_tests.rs"]
mod tests;
