//! The file on the disk behind all that is unpacked from it: read in windows, counted, shown to whoever makes its hash, and metered.

use super::meter::{Limits, Meter};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that come one after the other.
pub(in crate::archive) type Stream = Box<dyn Read + Send>;

/// Is shown the bytes of a file as they lie on the disk, in order, while it is read.
pub type Tap = Box<dyn FnMut(&[u8]) + Send>;

/// What all streams of one file share.
pub(in crate::archive) struct Source {
    bytes_read: AtomicU64,
    error: Mutex<Option<io::Error>>,
    tap: Mutex<Option<Tap>>,
    /// How much was unpacked so far, of all streams together.
    pub(super) meter: Meter,
}

impl Source {
    /// Bytes read so far from the file as it lies on the disk.
    pub(in crate::archive) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Shows every byte that is read from now on to `tap`.
    pub(in crate::archive) fn set_tap(&self, tap: Tap) {
        *self.tap.lock().unwrap_or_else(PoisonError::into_inner) = Some(tap);
    }

    /// What the disk said, if it was the disk that failed and not what was unpacked.
    pub(in crate::archive) fn disk_error(&self) -> Option<io::Error> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An open file: the one that was named, or one spooled out of it.
pub(super) struct Disk {
    file: Mutex<File>,
    size: u64,
    /// Whether it is the one that was named.
    named: bool,
    source: Arc<Source>,
}

impl Disk {
    /// Opens the file that was named.
    pub(super) fn open(path: &Path, limits: Limits) -> io::Result<Arc<Self>> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let source = Arc::new(Source {
            bytes_read: AtomicU64::new(0),
            error: Mutex::new(None),
            tap: Mutex::new(None),
            meter: Meter::new(limits, size),
        });
        Ok(Arc::new(Self { file: Mutex::new(file), size, named: true, source }))
    }

    /// A file that was spooled out of it.
    pub(super) fn spooled(file: File, size: u64, source: &Arc<Source>) -> Arc<Self> {
        Arc::new(Self { file: Mutex::new(file), size, named: false, source: source.clone() })
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The bytes from one place up to another, or to the end of the file if that comes first.
    pub(super) fn window(self: &Arc<Self>, from: u64, until: u64) -> Window {
        Window { disk: self.clone(), at: from, until }
    }
}

/// A stretch of a file.
pub(super) struct Window {
    disk: Arc<Disk>,
    at: u64,
    until: u64,
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.until.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        let room = buffer.get_mut(..most).unwrap_or_default();
        if room.is_empty() {
            return Ok(0);
        }
        let read = {
            // Whoever reads another stretch moves the place, so it is set each time: a stretch is read in large pieces.
            let mut file = self.disk.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(self.at)).and_then(|_| file.read(room))
        };
        let source = &self.disk.source;
        match read {
            Ok(count) => {
                self.at += count as u64;
                if self.disk.named {
                    source.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
                    if let Some(tap) = source.tap.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                        tap(room.get(..count).unwrap_or_default());
                    }
                }
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let told = io::Error::new(error.kind(), error.to_string());
                *source.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(told)
            }
        }
    }
}
