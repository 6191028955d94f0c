//! Compressed streams, known by their first bytes; the name is not asked.

use super::meter::{Metered, told};
use super::peek::Peek;
use super::source::{Source, Stream};
use std::io::{self, BufReader};
use std::sync::Arc;

/// Compressed bytes read at a time.
const BUFFER_BYTES: usize = 128 * 1024;
/// Memory that an xz stream may ask for: `xz -9` needs 65 MiB, and we promise to stay under 256.
const XZ_MEMORY_KIB: u32 = 160 << 10;
/// The longest window of a Zstandard stream, as a power of two: the most that the format's own library reads. Dumps of Reddit use it.
const ZSTD_WINDOW_LOG: u32 = 31;
/// Bytes that tell what a stream is.
const MAGIC_BYTES: usize = 18;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, one member or several.
    Gzip,
    /// Zstandard, one frame or several.
    Zstd,
    /// bzip2, one stream or several.
    Bzip2,
    /// xz, one stream or several.
    Xz,
}

impl Compression {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Zstd, Self::Bzip2, Self::Xz];

    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }

    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            // A skippable frame may stand first: 0x184D2A50 to 0x184D2A5F, little endian (RFC 8878, 3.1.2).
            [kind, 0x2a, 0x4d, 0x18, ..] if kind & 0xf0 == 0x50 => Self::Zstd,
            // The level, then the mark of a block or of the stream's end: a text may well begin with `BZh`.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, ..] => Self::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            _ => Self::None,
        }
    }

    /// Takes the compression off, if there is one: what is left, with its first bytes at hand.
    pub(super) fn take_off(stream: Stream, source: &Arc<Source>) -> io::Result<(Self, Peek)> {
        let mut packed = Peek::new(stream);
        let magic = packed.look(MAGIC_BYTES);
        let compression = Self::of(magic);
        if compression == Self::None {
            return Ok((compression, packed));
        }
        if compression == Self::Zstd && zstd_window(magic).is_some_and(|window| window > 1 << ZSTD_WINDOW_LOG)
        {
            let gib = zstd_window(magic).unwrap_or_default() >> 30;
            let reason = format!(
                "the zstd stream was made with a window of {gib} GiB, and up to 2 are read: decompress it yourself \
                 and import what comes out"
            );
            return Ok((compression, Peek::new(Box::new(Broken(Some(told(reason)))))));
        }
        Ok((compression, Peek::new(Box::new(Metered::new(compression.decoder(packed)?, source)))))
    }

    fn decoder(self, packed: Peek) -> io::Result<Stream> {
        let buffered = |packed| BufReader::with_capacity(BUFFER_BYTES, packed);
        Ok(match self {
            Self::None => Box::new(packed),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(buffered(packed))),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(buffered(packed))),
            Self::Xz => xz(buffered(packed)),
            Self::Zstd => zstd(Box::new(packed))?,
        })
    }
}

/// An xz decoder that takes only so much memory.
pub(super) fn xz(packed: impl io::Read + Send + 'static) -> Stream {
    Box::new(lzma_rust2::XzReader::new_mem_limit(packed, true, XZ_MEMORY_KIB))
}

/// A Zstandard decoder that takes every window the library can.
pub(super) fn zstd(packed: Stream) -> io::Result<Stream> {
    let mut decoder = zstd::stream::read::Decoder::new(packed)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG)?;
    Ok(Box::new(decoder))
}

/// The window that the first frame of a Zstandard stream asks for (RFC 8878, 3.1.1.1), where its head says so.
fn zstd_window(head: &[u8]) -> Option<u64> {
    let [0x28, 0xb5, 0x2f, 0xfd, descriptor, rest @ ..] = head else { return None };
    if descriptor & 0x20 == 0 {
        let window = *rest.first()?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // A single segment: the window is the whole content.
    let dictionary_id = [0, 1, 2, 4].get(usize::from(descriptor & 3)).copied().unwrap_or_default();
    let size = rest.get(dictionary_id..)?;
    Some(match descriptor >> 6 {
        0 => u64::from(*size.first()?),
        1 => u64::from(u16::from_le_bytes(*size.first_chunk()?)) + 256,
        2 => u64::from(u32::from_le_bytes(*size.first_chunk()?)),
        _ => u64::from_le_bytes(*size.first_chunk()?),
    })
}

/// A stream that is known to be unreadable.
struct Broken(Option<io::Error>);

impl io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_from_the_head() {
        assert_eq!(zstd_window(&[0x28, 0xb5, 0x2f, 0xfd, 0, 0]), Some(1024));
        assert_eq!(zstd_window(&[0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8]), Some(1 << 31));
        assert_eq!(zstd_window(&[0x28, 0xb5, 0x2f, 0xfd, 0, 0xff]), Some((1 << 41) + (7 << 38)));
        assert_eq!(zstd_window(&[0x28, 0xb5, 0x2f, 0xfd, 0x20, 77]), Some(77));
        assert_eq!(zstd_window(&[0x28, 0xb5, 0x2f, 0xfd, 0x61, 9, 1, 1]), Some(513));
        assert_eq!(zstd_window(&[0x28, 0xb5, 0x2f]), None);
    }

    #[test]
    fn a_text_is_not_taken_for_compressed() {
        assert_eq!(Compression::of(b"BZh1 is how this text begins"), Compression::None);
        assert_eq!(Compression::of(b"BZh91AY&SY"), Compression::Bzip2);
        assert_eq!(Compression::of(b""), Compression::None);
    }
}
