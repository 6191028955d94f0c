//! Limits on what may come out of a file, so that one made to overwhelm is stopped with words; and errors that already are words.

use super::source::Source;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What may come out of one file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Unpacked bytes, of all members and layers together, that are never asked about: a large archive of text has so many.
    pub(super) free_bytes: u64,
    /// Above those, unpacked bytes for each byte of the file. Repetitive JSON in xz comes to 60; what is made to overwhelm, to 1,000 and more.
    pub(super) ratio: u64,
    /// Members that are looked at: each costs a row in the ledger.
    pub(super) entries: usize,
    /// Bytes of a zip archive inside another container: it is copied to a temporary file, and disks are not endless.
    pub(super) spool_bytes: u64,
}

impl Limits {
    pub(super) const REAL: Self =
        Self { free_bytes: 8 << 30, ratio: 200, entries: 100_000, spool_bytes: 16 << 30 };
}

/// How much was unpacked.
pub(super) struct Meter {
    pub(super) limits: Limits,
    packed: u64,
    given: AtomicU64,
}

impl Meter {
    pub(super) fn new(limits: Limits, packed: u64) -> Self {
        Self { limits, packed, given: AtomicU64::new(0) }
    }

    fn pass(&self, count: u64) -> io::Result<()> {
        let given = self.given.fetch_add(count, Ordering::Relaxed).saturating_add(count);
        let Limits { free_bytes, ratio, .. } = self.limits;
        if given > free_bytes && given > self.packed.saturating_mul(ratio) {
            return Err(told(format!(
                "it grows to more than {ratio} times its size, which archives of posts do not; stopped here: \
                 if that is right, unpack it yourself and import what comes out"
            )));
        }
        Ok(())
    }
}

/// A decompressor whose output is counted.
pub(super) struct Metered<R> {
    inner: R,
    source: Arc<Source>,
    /// Told after the bytes that were too many: they are kept.
    stopped: Option<io::Error>,
}

impl<R: Read> Metered<R> {
    pub(super) fn new(inner: R, source: &Arc<Source>) -> Self {
        Self { inner, source: source.clone(), stopped: None }
    }

    pub(super) fn inner(&self) -> &R {
        &self.inner
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(error) = self.stopped.take() {
            return Err(error);
        }
        let count = self.inner.read(buffer)?;
        self.stopped = self.source.meter.pass(count as u64).err();
        Ok(count)
    }
}

/// An error in our own words, to be shown as it is.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Told(String);

pub(super) fn told(words: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Told(words.into()))
}

/// What to say of a stream that broke.
pub(in crate::archive) fn damage(packing: &str, error: &io::Error) -> String {
    if let Some(Told(words)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return words.clone();
    }
    let said = error.to_string();
    if said.contains("too much memory") {
        return "the zstd stream needs a window of more than 2 GiB to be read; decompress it with `zstd -d --long=31` \
                or more and import that"
            .to_owned();
    }
    format!("the {packing} stream is cut or damaged: {said}")
}
