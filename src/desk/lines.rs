//! Reading and writing a line within a time and a size.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// Bytes read at once.
const PIECE: usize = 64 << 10;

/// Reads up to the end of a line, which is left out.
pub(super) fn read(mut stream: &UnixStream, most: usize, wait: Duration) -> io::Result<Vec<u8>> {
    let until = Instant::now() + wait;
    let (mut line, mut piece) = (Vec::new(), vec![0; PIECE]);
    loop {
        stream.set_read_timeout(Some(left(until)?))?;
        let count = match stream.read(&mut piece) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => count,
            Err(error) if passes(&error) => continue,
            Err(error) => return Err(error),
        };
        let piece = piece.get(..count).unwrap_or_default();
        if let Some(end) = memchr::memchr(b'\n', piece) {
            line.extend_from_slice(piece.get(..end).unwrap_or_default());
            return Ok(line);
        }
        line.extend_from_slice(piece);
        if line.len() > most {
            return Err(ErrorKind::InvalidData.into());
        }
    }
}

/// Writes all of it.
pub(super) fn write(mut stream: &UnixStream, mut line: &[u8], wait: Duration) -> io::Result<()> {
    let until = Instant::now() + wait;
    while !line.is_empty() {
        stream.set_write_timeout(Some(left(until)?))?;
        match stream.write(line) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => line = line.get(count..).unwrap_or_default(),
            Err(error) if passes(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Neither a signal nor the end of one wait is the end of all: the clock decides.
fn passes(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}
