//! A stream whose first bytes can be looked at before it is read.

use super::source::Stream;
use std::io::{self, Read};

/// A stream with its first bytes at hand. An error met while looking is kept, and told to who reads that far.
pub(in crate::archive) struct Peek {
    head: Vec<u8>,
    at: usize,
    ended: bool,
    error: Option<io::Error>,
    rest: Stream,
}

impl Peek {
    pub(in crate::archive) fn new(rest: Stream) -> Self {
        Self { head: Vec::new(), at: 0, ended: false, error: None, rest }
    }

    /// The first bytes, so many or all there are.
    pub(in crate::archive) fn look(&mut self, bytes: usize) -> &[u8] {
        let mut filled = self.head.len();
        if filled < bytes && !self.ended {
            self.head.resize(bytes, 0);
            while let Some(room) = self.head.get_mut(filled..).filter(|room| !room.is_empty()) {
                match self.rest.read(room) {
                    Ok(0) => {
                        self.ended = true;
                        break;
                    }
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        (self.ended, self.error) = (true, Some(error));
                        break;
                    }
                }
            }
            self.head.truncate(filled);
        }
        self.head.get(..bytes).unwrap_or(&self.head)
    }
}

impl Read for Peek {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.head.get(self.at..).unwrap_or_default();
        if !left.is_empty() {
            let count = left.len().min(buffer.len());
            if let (Some(room), Some(bytes)) = (buffer.get_mut(..count), left.get(..count)) {
                room.copy_from_slice(bytes);
            }
            self.at += count;
            return Ok(count);
        }
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if self.ended { Ok(0) } else { self.rest.read(buffer) }
    }
}
