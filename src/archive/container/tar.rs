//! tar: members one after the other in a stream, each behind a header of 512 bytes (POSIX ustar and pax, GNU long names). Nothing is written
//! by name, links are not followed, sparse files are refused.

use super::meter::{damage, told};
use super::names::NAME_BYTES;
use super::peek::Peek;
use super::source::Stream;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// Header and data come in blocks of so many bytes.
pub(super) const BLOCK: usize = 512;
/// Longest extended header that is read: it holds a name and a few numbers.
const EXTENDED_BYTES: u64 = 1 << 20;
/// Bytes passed over at a time.
const SKIP_BYTES: usize = 64 * 1024;

/// One member that is a file.
pub(super) struct TarEntry {
    pub(super) name: Vec<u8>,
    /// Why its bytes are not what they seem.
    pub(super) refused: Option<&'static str>,
    pub(super) stream: Stream,
}

/// What comes next.
pub(super) enum TarNext {
    Entry(TarEntry),
    End,
    /// The archive breaks at this byte of it.
    Damage(u64, String),
}

/// A tar archive that is being read.
pub(super) struct Tar {
    state: Arc<Mutex<State>>,
}

/// The stream, which whoever reads a member shares with whoever looks for the next one.
struct State {
    stream: Stream,
    packing: String,
    /// Bytes taken from the stream so far.
    offset: u64,
    /// Bytes of the current member that are still to come, and of the filling after it.
    left: u64,
    filling: u64,
    /// Number of the current member: a stream of an earlier one has ended.
    member: u64,
    /// Whether a break was told to who read the member.
    broken: bool,
}

/// Names and sizes from extended headers, which hold for the next member.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
    pax: bool,
}

/// What a header says.
struct Header {
    name: Vec<u8>,
    size: u64,
    kind: u8,
    more_sparse: bool,
}

/// Whether a stream begins with a header.
pub(super) fn is_tar(head: &[u8]) -> bool {
    head.get(..BLOCK).and_then(Header::read).is_some()
}

impl Tar {
    /// `packing` is what the archive is called if its stream breaks.
    pub(super) fn new(stream: Peek, packing: &str) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                stream: Box::new(stream),
                packing: packing.to_owned(),
                offset: 0,
                left: 0,
                filling: 0,
                member: 0,
                broken: false,
            })),
        }
    }

    /// The next member; what was not read of the one before is passed over.
    pub(super) fn next(&mut self) -> TarNext {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.broken {
            return TarNext::End;
        }
        match state.advance() {
            Ok(Some((header, extended))) => {
                state.member += 1;
                let sparse = header.kind == b'S' || extended.sparse;
                let mut name = extended.name.unwrap_or(header.name);
                name.truncate(NAME_BYTES);
                TarNext::Entry(TarEntry {
                    name,
                    refused: sparse
                        .then_some("it is a sparse file, of which tar keeps only pieces: unpack it first"),
                    stream: Box::new(Member { state: self.state.clone(), number: state.member }),
                })
            }
            Ok(None) => TarNext::End,
            Err(error) => {
                state.broken = true;
                TarNext::Damage(state.offset, damage(&state.packing, &error))
            }
        }
    }
}

impl State {
    /// Goes to the next member that is a file.
    fn advance(&mut self) -> io::Result<Option<(Header, Extended)>> {
        let left = self.left + self.filling;
        self.skip(left)?;
        let mut extended = Extended::default();
        loop {
            let Some(mut header) = self.header()? else { return Ok(None) };
            if let Some(size) = extended.size {
                header.size = size;
            }
            match header.kind {
                b'x' | b'L' => self.extend(&header, &mut extended)?,
                b'0' | 0 | b'7' | b'S' if !header.name.ends_with(b"/") => {
                    self.begin(header.size);
                    if header.kind == b'S' {
                        self.skip_sparse_map(header.more_sparse)?;
                    }
                    return Ok(Some((header, extended)));
                }
                // Links and devices have no data, whatever the size says; a hard link of pax may.
                b'2'..=b'6' => extended = Extended::default(),
                b'1' if !extended.pax => extended = Extended::default(),
                _ => {
                    self.begin(header.size);
                    let left = self.left + self.filling;
                    self.skip(left)?;
                    extended = Extended::default();
                }
            }
        }
    }

    fn begin(&mut self, size: u64) {
        self.left = size;
        self.filling = size.next_multiple_of(BLOCK as u64).saturating_sub(size);
    }

    /// The next header; blocks of zeros end an archive, but another may follow it.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut ended = false;
        loop {
            let at = self.offset;
            let mut block = Vec::with_capacity(BLOCK);
            let read = (&mut self.stream).take(BLOCK as u64).read_to_end(&mut block)?;
            self.offset += read as u64;
            if read == 0 {
                return Ok(None);
            }
            if block.iter().all(|byte| *byte == 0) {
                ended = true;
                continue;
            }
            match Header::read(&block) {
                Some(header) => return Ok(Some(header)),
                // What stands behind the end mark is no business of ours.
                None if ended => return Ok(None),
                None if read < BLOCK => {
                    return Err(told("the tar archive is cut: it ends in the middle of a header"));
                }
                None => {
                    self.offset = at;
                    return Err(told("the tar archive is damaged: here should be the header of a member"));
                }
            }
        }
    }

    /// Reads an extended header.
    fn extend(&mut self, header: &Header, extended: &mut Extended) -> io::Result<()> {
        if header.size > EXTENDED_BYTES {
            return Err(told("the tar archive is damaged: a member's name would be longer than 1 MiB"));
        }
        self.begin(header.size);
        let mut data = Vec::new();
        let read = (&mut self.stream).take(self.left).read_to_end(&mut data)? as u64;
        self.offset += read;
        if read < self.left {
            return Err(cut());
        }
        let filling = self.filling;
        self.skip(filling)?;
        if header.kind == b'L' {
            let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
            data.truncate(end);
            extended.name = Some(data);
        } else {
            extended.pax = true;
            extended.take_pax(&data);
        }
        Ok(())
    }

    /// GNU tar writes the map of a sparse file between its header and its data.
    fn skip_sparse_map(&mut self, mut more: bool) -> io::Result<()> {
        while more {
            let mut block = [0; BLOCK];
            self.stream.read_exact(&mut block)?;
            self.offset += BLOCK as u64;
            more = block.get(504) == Some(&1);
        }
        Ok(())
    }

    fn skip(&mut self, mut bytes: u64) -> io::Result<()> {
        (self.left, self.filling) = (0, 0);
        let mut buffer = vec![0; usize::try_from(bytes).unwrap_or(SKIP_BYTES).min(SKIP_BYTES)];
        while bytes > 0 {
            let most = usize::try_from(bytes).unwrap_or(usize::MAX).min(buffer.len());
            match self.stream.read(buffer.get_mut(..most).unwrap_or_default()) {
                Ok(0) => return Err(cut()),
                Ok(count) => {
                    bytes -= count as u64;
                    self.offset += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn cut() -> io::Error {
    told("the tar archive is cut: it ends in the middle of a member")
}

impl Extended {
    /// Records of the form `27 path=some/where/a.jsonl\n`, each with its own length first.
    fn take_pax(&mut self, mut data: &[u8]) {
        while let Some(space) = data.iter().position(|byte| *byte == b' ') {
            let length = data.get(..space).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
            let Some(record) = length.and_then(|length: usize| data.get(space + 1..length)) else { return };
            data = data.get(space + 1 + record.len()..).unwrap_or_default();
            let record = record.strip_suffix(b"\n").unwrap_or(record);
            let Some(equals) = record.iter().position(|byte| *byte == b'=') else { continue };
            let (key, value) =
                (record.get(..equals).unwrap_or_default(), record.get(equals + 1..).unwrap_or_default());
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok()),
                _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
    }
}

impl Header {
    /// A header, if the block is one: its sum is right.
    fn read(block: &[u8]) -> Option<Self> {
        let field = |from: usize, length: usize| block.get(from..from + length);
        let sum = number(field(148, 8)?)?;
        if block.len() != BLOCK || block.first() == Some(&0) {
            return None;
        }
        // The field of the sum itself counts as spaces.
        let bytes =
            || block.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { b' ' } else { *byte });
        let unsigned: u64 = bytes().map(u64::from).sum();
        // Old programs added signed bytes.
        let signed: i64 = bytes().map(|byte| i64::from(byte.cast_signed())).sum();
        if sum != unsigned && i64::try_from(sum) != Ok(signed) {
            return None;
        }
        let text = |from, length| {
            let text = field(from, length)?;
            text.get(..text.iter().position(|byte| *byte == 0).unwrap_or(length))
        };
        let mut name = text(0, 100)?.to_vec();
        let prefix = text(345, 155)?;
        if field(257, 6)? == b"ustar\0" && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Some(Self {
            name,
            size: number(field(124, 12)?)?,
            kind: *block.get(156)?,
            more_sparse: block.get(482) == Some(&1),
        })
    }
}

/// A number in octal digits, or, if its first bit is set, in binary (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if let Some((first @ 0x80..=0xff, rest)) = field.split_first() {
        let start = u64::from(first & 0x7f);
        return rest.iter().try_fold(start, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    }
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| !matches!(byte, 0 | b' '));
    digits.copied().try_fold(0_u64, |sum, digit| {
        if !(b'0'..=b'7').contains(&digit) {
            return None;
        }
        sum.checked_mul(8)?.checked_add(u64::from(digit - b'0'))
    })
}

/// The bytes of one member.
struct Member {
    state: Arc<Mutex<State>>,
    number: u64,
}

impl Read for Member {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.member != self.number || state.left == 0 || state.broken {
            return Ok(0);
        }
        let most = usize::try_from(state.left).unwrap_or(usize::MAX).min(buffer.len());
        let room = buffer.get_mut(..most).unwrap_or_default();
        match state.stream.read(room) {
            Ok(0) if most > 0 => {
                state.broken = true;
                Err(cut())
            }
            Ok(count) => {
                state.left -= count as u64;
                state.offset += count as u64;
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                state.broken = true;
                Err(told(damage(&state.packing, &error)))
            }
        }
    }
}
