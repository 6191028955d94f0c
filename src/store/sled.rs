//! The embedded store on disk: sled 0.34, kept within bounds. Nothing outside this file knows sled.
//!
//! Two things sled does not do by itself: its cache grows past `cache_capacity` during scans and imports, so the database is closed and
//! opened again every so many bytes; and its `flush` does not reach the disk, so [`Pages::sync`] does.

use super::engine::Engine;
use super::lock::Lock;
use super::pages::{Each, Entry, Pages, Write};
use super::{Ask, Batch, Health, NoteKey, PutReport, Repair, Revision, Store, StoreError, StoredBlock};
use crate::post::{Post, PostId, Timestamp};
use std::collections::BTreeMap;
use std::fs::{self, File};
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
    let pages = SledPages::open(&data.join(FOLDER))?;
    Ok(SledStore { engine: Engine::open(pages)?, _lock: lock })
}

/// Whether a data folder holds a store.
pub fn sled_exists(data: &Path) -> bool {
    has_files(&data.join(FOLDER))
}

/// Whether a store was begun in the folder: without its database file it is damaged, not empty.
fn has_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())
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
    let beside = folder.with_extension("new");
    let _ = fs::remove_dir_all(&beside);
    fs::create_dir_all(&beside).map_err(|source| failed("create", &beside, source))?;
    open_database(&beside)?.flush()?;
    // An empty folder may lie there already.
    let _ = fs::remove_dir(folder);
    fs::rename(&beside, folder).map_err(|source| failed("create", folder, source))
}

fn sync_file(path: &Path) -> Result<(), StoreError> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|source| StoreError::Io { what: "sync", path: path.into(), source })
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
                std::thread::sleep(Duration::from_millis(2));
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
