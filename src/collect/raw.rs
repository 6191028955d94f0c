//! Raw answers as they came, one a line, compressed: what `import` reads back.

use super::CollectError;
use crate::post::Timestamp;
use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, Write};
use std::path::Path;

/// Zstandard level: answers repeat themselves, more effort saves little.
const LEVEL: i32 = 3;

/// The file of one feed and run.
pub(super) struct RawFile {
    encoder: zstd::Encoder<'static, File>,
    dirty: bool,
}

impl RawFile {
    /// Makes `FOLDER/mastodon-mastodon.social-20170307T130000Z.ndjson.zst`; never writes over a file.
    pub(super) fn create(folder: &Path, place: &str, now: Timestamp) -> Result<Self, CollectError> {
        let failed = |path: &Path, source| CollectError::Raw { path: path.to_owned(), source };
        create_dir_all(folder).map_err(|source| failed(folder, source))?;
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        let name: String = place.chars().map(plain).collect();
        let time: String = now.to_string().chars().filter(|c| !matches!(c, '-' | ':')).collect();
        for number in 1.. {
            let copy = if number == 1 { String::new() } else { format!("-{number}") };
            let path = folder.join(format!("{name}-{time}{copy}.ndjson.zst"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let encoder = zstd::Encoder::new(file, LEVEL).map_err(|source| failed(&path, source))?;
                    return Ok(Self { encoder, dirty: false });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {}
                Err(source) => return Err(failed(&path, source)),
            }
        }
        Err(failed(folder, io::ErrorKind::AlreadyExists.into()))
    }

    /// Adds a record. JSON stays as it is, but on one line; what is none becomes the `body` of an object.
    pub(super) fn push(&mut self, body: &[u8], is_json: bool, url: &str) -> io::Result<()> {
        self.dirty = true;
        if is_json {
            // Between values a line end is space; inside a text JSON allows none.
            let line: Vec<u8> =
                body.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
            self.encoder.write_all(&line)?;
        } else {
            let record = serde_json::json!({ "url": url, "body": String::from_utf8_lossy(body) });
            self.encoder.write_all(record.to_string().as_bytes())?;
        }
        self.encoder.write_all(b"\n")
    }

    /// Gives all to the system, so that a kill loses nothing of it.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.dirty) { self.encoder.flush() } else { Ok(()) }
    }
}

impl Drop for RawFile {
    fn drop(&mut self) {
        // An end that cannot be written leaves a file that is read as one that was cut off.
        let _ = self.encoder.do_finish();
    }
}
