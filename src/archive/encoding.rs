//! The encoding of a text file: said, marked, or found out from the first bytes; turned into UTF-8 while it is read.

use super::container::Peek;
use super::{ReadOptions, Refusal};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};

/// Bytes decoded at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// Why a record is a reject whose bytes are no UTF-8, and what may help.
pub(super) const NOT_UTF_8: &str = "not UTF-8; if the whole file is so, try `--encoding windows-1252`";

/// How a file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// To be decoded from; `None` is UTF-8, as it lies there.
    pub(super) decode: Option<&'static Encoding>,
    /// What was found out and has to be said.
    pub(super) note: Option<&'static str>,
}

/// How a file that begins with `head` is encoded.
pub(super) fn find(head: &[u8], options: &ReadOptions) -> Result<Found, Refusal> {
    let plain = Found { decode: None, note: None };
    if let Some(label) = &options.encoding {
        let encoding = Encoding::for_label(label.trim().as_bytes())
            .ok_or_else(|| Refusal::UnknownEncoding(label.clone()))?;
        return Ok(if encoding == UTF_8 { plain } else { Found { decode: Some(encoding), note: None } });
    }
    Ok(match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            return Err(Refusal::Unreadable("it is UTF-32 text; save it as UTF-8 and import that"));
        }
        [0xff, 0xfe, ..] => Found { decode: Some(UTF_16LE), note: None },
        [0xfe, 0xff, ..] => Found { decode: Some(UTF_16BE), note: None },
        _ => match utf_16(head) {
            Some(encoding) => Found {
                decode: Some(encoding),
                note: Some(
                    "read as UTF-16, which it does not say but looks like (`--encoding` says otherwise)",
                ),
            },
            None if is_windows_1252(head) => Found {
                decode: Some(WINDOWS_1252),
                note: Some("read as Windows-1252, since it is no UTF-8 (`--encoding` says otherwise)"),
            },
            None => plain,
        },
    })
}

/// UTF-16 without a mark: every second byte of its ASCII letters is NUL, and nearly none of the others.
fn utf_16(head: &[u8]) -> Option<&'static Encoding> {
    let [first, second, ..] = head else { return None };
    let nuls = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (nuls(0), nuls(1), head.len() / 2);
    // JSON, and the separators of a table, are ASCII in whatever language people write.
    let clear = |many: usize, few: usize| many * 5 >= pairs && few * 20 <= many;
    let (encoding, unit): (_, fn([u8; 2]) -> u16) = if *first != 0 && *second == 0 && clear(odd, even) {
        (UTF_16LE, u16::from_le_bytes)
    } else if *first == 0 && *second != 0 && clear(even, odd) {
        (UTF_16BE, u16::from_be_bytes)
    } else {
        return None;
    };
    let units = head.as_chunks().0.iter().map(|pair| unit(*pair));
    let controls = units.filter(|unit| matches!(unit, 0..=8 | 14..=31)).count();
    // Numbers in two bytes look alike, but are small.
    (controls * 50 <= pairs).then_some(encoding)
}

/// Whether a text is no UTF-8 and reads as Windows-1252. A few broken characters in UTF-8, cut by some tool, are no other encoding.
fn is_windows_1252(head: &[u8]) -> bool {
    let (mut single, mut valid, mut cut) = (0_usize, 0_usize, 0_usize);
    let mut chunks = head.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        match chunk.invalid() {
            // The head may end within a character.
            _ if chunks.peek().is_none() => {}
            [] => {}
            // Five bytes mean nothing; the last two letters are hardly ever written, but fill broken files.
            [0x81 | 0x8d | 0x8f | 0x90 | 0x9d | 0xfe | 0xff] => return false,
            [_] => single += 1,
            _ => cut += 1,
        }
    }
    let control = head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31));
    single > valid + cut && !control
}

/// A stream that is turned into UTF-8.
pub(super) struct Decoded {
    inner: Peek,
    decoder: Decoder,
    packed: Vec<u8>,
    /// What of `packed` is still to be decoded.
    at: usize,
    ended: bool,
    text: Vec<u8>,
    /// What of `text` was given out.
    given: usize,
}

impl Decoded {
    pub(super) fn new(inner: Peek, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, packed: Vec::new(), at: 0, ended: false, text: Vec::new(), given: 0 }
    }

    /// Decodes what is at hand, or reads more; whether the end was reached.
    fn decode(&mut self) -> io::Result<bool> {
        loop {
            if self.at >= self.packed.len() {
                if self.ended {
                    return Ok(true);
                }
                self.at = 0;
                self.packed.resize(BUFFER_BYTES, 0);
                let read = self.inner.read(&mut self.packed);
                self.packed.truncate(*read.as_ref().unwrap_or(&0));
                self.ended = read? == 0;
            }
            // A byte becomes at most three.
            self.text.resize(3 * BUFFER_BYTES, 0);
            let rest = self.packed.get(self.at..).unwrap_or_default();
            let (_, read, written, _) = self.decoder.decode_to_utf8(rest, &mut self.text, self.ended);
            self.at += read;
            self.text.truncate(written);
            self.given = 0;
            if written > 0 {
                return Ok(false);
            }
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.text.len() && !buffer.is_empty() && self.decode()? {
            return Ok(0);
        }
        let left = self.text.get(self.given..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        if let (Some(room), Some(bytes)) = (buffer.get_mut(..count), left.get(..count)) {
            room.copy_from_slice(bytes);
        }
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(head: &[u8]) -> Option<&'static str> {
        find(head, &ReadOptions::default()).unwrap().decode.map(Encoding::name)
    }

    fn utf_16le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn encodings_are_found() {
        let text = "{\"text\":\"#Vault7 \u{65e5}\u{672c}\u{8a9e} \u{1f512}\"}\n";
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(found(text.as_bytes()), None);
        assert_eq!(found(&utf_16le(text)), Some("UTF-16LE"));
        assert_eq!(found(&utf_16le(&format!("\u{feff}{text}"))), Some("UTF-16LE"));
        assert_eq!(found(&big), Some("UTF-16BE"));
        assert_eq!(found(b"time,text\n2017-03-07,caf\xe9 \x93open\x94\n"), Some("windows-1252"));
        // A letter before a closing quotation mark looks like the beginning of a UTF-8 character.
        assert_eq!(found(b"time,text\n2017-03-07,\xabcaf\xe9\x94 d\xe9j\xe0 vu\n"), Some("windows-1252"));
    }

    #[test]
    fn broken_characters_are_no_other_encoding() {
        assert_eq!(found("caf\u{e9} and \u{65e5}".as_bytes().split_last().unwrap().1), None);
        assert_eq!(found(b"ascii, then cut off: \xf0\x9f\x94"), None);
        assert_eq!(found(b"ascii, then \xe2\x80 and more"), None);
        assert_eq!(found(b"ascii, then \xff and more"), None);
        assert_eq!(
            found(
                "\u{e9}\u{e8}\u{e0} are many, and one is "
                    .bytes()
                    .chain(*b"\xe9 broken")
                    .collect::<Vec<_>>()
                    .as_slice()
            ),
            None
        );
        assert_eq!(found(b"\x00\x01\x02\xe9\xe8"), None);
        assert_eq!(found(b""), None);
    }

    #[test]
    fn decoding_is_the_same_in_whatever_pieces() {
        let text = "a\u{e9}\u{65e5}\u{1f512}\n".repeat(9_000);
        let packed = utf_16le(&format!("\u{feff}{text}"));
        for size in [1, 3, 7, 100_000] {
            let mut stream = Decoded::new(Peek::new(Box::new(io::Cursor::new(packed.clone()))), UTF_16LE);
            let (mut all, mut piece) = (Vec::new(), vec![0; size]);
            while let count @ 1.. = stream.read(&mut piece).unwrap() {
                all.extend_from_slice(&piece[..count]);
            }
            assert!(all == text.as_bytes(), "pieces of {size}");
        }
    }

    #[test]
    fn names_of_encodings_are_those_of_the_web() {
        let named = |label: &str| {
            find(b"", &ReadOptions { encoding: Some(label.to_owned()), ..ReadOptions::default() })
                .map(|found| found.decode.map(Encoding::name))
        };
        assert_eq!(named("Latin1"), Ok(Some("windows-1252")));
        assert_eq!(named("utf8"), Ok(None));
        assert_eq!(named("shift_jis"), Ok(Some("Shift_JIS")));
        assert_eq!(named("klingon"), Err(Refusal::UnknownEncoding("klingon".to_owned())));
    }
}
