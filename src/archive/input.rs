//! The text of a file, unpacked and decoded, and how much of the file has been read for it.

use super::container::{Source, Stream, Tap, damage};
use std::io;
use std::sync::Arc;

/// Why reading ended early.
pub(super) enum Broken {
    /// The disk failed: nothing can be said of the file.
    Disk(io::Error),
    /// What it is packed in is cut or damaged.
    Stream(String),
}

/// A text that is being read.
pub(super) struct Input {
    reader: Stream,
    packing: String,
    source: Arc<Source>,
}

impl Input {
    pub(super) fn new(reader: Stream, source: Arc<Source>, packing: &str) -> Self {
        Self { reader, packing: packing.to_owned(), source }
    }

    /// What it is packed in: `none`, `gzip`, `tar+gzip`.
    pub(super) fn packing(&self) -> &str {
        &self.packing
    }

    /// Shows every byte that is read from now on to `tap`.
    pub(super) fn set_tap(&self, tap: Tap) {
        self.source.set_tap(tap);
    }

    /// Bytes read so far from the file as it lies on the disk.
    pub(super) fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
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
        match self.source.disk_error() {
            Some(disk) => Err(Broken::Disk(disk)),
            None => Err(Broken::Stream(damage(&self.packing, &error))),
        }
    }
}

/// Whether there is more to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    More,
    End,
}
