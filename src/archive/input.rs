//! The bytes of a file, decompressed. Compression is found out from the content; the name is not asked.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, one member or several.
    Gzip,
    /// Zstandard, one frame or several.
    Zstd,
}

impl Compression {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            // A skippable frame may stand first: 0x184D2A50 to 0x184D2A5F, little endian (RFC 8878, 3.1.2).
            [kind, 0x2a, 0x4d, 0x18, ..] if kind & 0xf0 == 0x50 => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Why reading ended early.
pub(super) enum Broken {
    /// The disk failed: nothing can be said of the file.
    Disk(io::Error),
    /// The compressed stream is cut or damaged.
    Stream(String),
}

/// A decompressed file, and how much of it has been read from the disk.
pub(super) struct Input {
    reader: Box<dyn Read + Send>,
    compression: Compression,
    bytes_read: Arc<AtomicU64>,
    disk_error: Arc<Mutex<Option<io::Error>>>,
    tap: Arc<Mutex<Option<Tap>>>,
}

/// Is shown the bytes of a file as they lie on the disk, in order, while it is read.
pub type Tap = Box<dyn FnMut(&[u8]) + Send>;

impl Input {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let bytes_read = Arc::new(AtomicU64::new(0));
        let disk_error = Arc::new(Mutex::new(None));
        let tap = Arc::new(Mutex::new(None));
        let mut file = Counted {
            file: File::open(path)?,
            bytes_read: bytes_read.clone(),
            error: disk_error.clone(),
            tap: tap.clone(),
        };
        let mut magic = Vec::new();
        file.by_ref().take(4).read_to_end(&mut magic)?;
        let compression = Compression::of(&magic);
        let whole = io::Cursor::new(magic).chain(file);
        let reader: Box<dyn Read + Send> = match compression {
            Compression::None => Box::new(whole),
            Compression::Gzip => {
                Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(128 * 1024, whole)))
            }
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(whole)?),
        };
        Ok(Self { reader, compression, bytes_read, disk_error, tap })
    }

    pub(super) fn compression(&self) -> Compression {
        self.compression
    }

    /// Shows every byte that is read from now on to `tap`.
    pub(super) fn set_tap(&self, tap: Tap) {
        *self.tap.lock().unwrap_or_else(PoisonError::into_inner) = Some(tap);
    }

    /// Bytes read so far from the file as it lies on the disk.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Fills a buffer from `from` on, and cuts it off behind what there was to read: less only at the end. What was read before a break
    /// is kept.
    pub(super) fn fill(&mut self, buffer: &mut Vec<u8>, from: usize) -> Result<Filled, Broken> {
        let mut filled = from;
        let broken = loop {
            let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) else {
                return Ok(Filled::More);
            };
            match self.reader.read(room) {
                Ok(0) => break None,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Some(error),
            }
        };
        buffer.truncate(filled);
        let Some(error) = broken else { return Ok(Filled::End) };
        match self.disk_error.lock().ok().and_then(|mut stored| stored.take()) {
            Some(disk) => Err(Broken::Disk(disk)),
            None => Err(Broken::Stream(self.damage(&error))),
        }
    }
}

impl Input {
    fn damage(&self, error: &io::Error) -> String {
        let (name, said) = (self.compression.name(), error.to_string());
        if said.contains("too much memory") {
            return format!("the {name} stream was made with a longer window than is read (128 MiB)");
        }
        format!("the {name} stream is cut or damaged: {said}")
    }
}

/// Whether there is more to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    More,
    End,
}

/// Counts what is read and remembers an error, so that a failing disk is told from a damaged stream.
struct Counted {
    file: File,
    bytes_read: Arc<AtomicU64>,
    error: Arc<Mutex<Option<io::Error>>>,
    tap: Arc<Mutex<Option<Tap>>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buffer) {
            Ok(count) => {
                self.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
                if let Some(tap) = self.tap.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                    tap(buffer.get(..count).unwrap_or_default());
                }
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let told = io::Error::new(error.kind(), error.to_string());
                if let Ok(mut stored) = self.error.lock() {
                    *stored = Some(error);
                }
                Err(told)
            }
        }
    }
}
