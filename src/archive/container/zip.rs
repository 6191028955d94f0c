//! zip: the directory at its end says where members lie. One that was cut has none; its members are then looked for from the beginning.
//! Nothing is written by name.

use super::compression::zstd;
use super::meter::{Metered, told};
use super::names::NAME_BYTES;
use super::source::{Disk, Stream};
use std::io::{self, BufReader, Read};
use std::sync::Arc;

const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
const END_64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// The end record has 22 bytes, and a comment of at most 65,535.
const END_BYTES: u64 = 22;
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
/// Compressed bytes read at a time.
const BUFFER_BYTES: usize = 128 * 1024;
/// Memory that an LZMA member may ask for: as for xz.
const LZMA_DICTIONARY_BYTES: u32 = 128 << 20;

/// Whether a stream begins as a zip archive does: a member, the end of an empty one, or the mark of a part.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(&LOCAL) || head.starts_with(&END) || head.starts_with(b"PK\x07\x08PK\x03\x04")
}

/// One member, as the directory has it.
#[derive(Clone, Debug)]
pub(super) struct ZipEntry {
    pub(super) name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: Option<u32>,
    /// Bytes of its data; not known of the last member of an archive that was cut.
    packed: Option<u64>,
    size: Option<u64>,
    /// Of its local header.
    offset: u64,
    overlaps: bool,
}

impl ZipEntry {
    /// Whether it is a link or a device: the upper half of the attributes are Unix's, and name the kind.
    fn is_special(attributes: u32, made_by: u16) -> bool {
        let kind = attributes >> 28;
        made_by >> 8 == 3 && !matches!(kind, 0 | 8)
    }

    /// Why it cannot be read.
    pub(super) fn refusal(&self) -> Option<String> {
        if self.flags & 1 != 0 {
            return Some("it is encrypted: unpack it with its password and import what comes out".to_owned());
        }
        if self.overlaps {
            return Some(
                "its bytes are those of another member too, which no honest program writes".to_owned(),
            );
        }
        match self.method {
            0 | 8 | 9 | 12 | 14 | 20 | 93 | 95 => None,
            other => {
                Some(format!("it is packed by method {other}, which is not read: unpack it and import that"))
            }
        }
    }
}

/// What a zip archive holds.
pub(super) struct Directory {
    pub(super) entries: Vec<ZipEntry>,
    /// It has no directory, or one that breaks off: where, and in words.
    pub(super) damage: Option<(u64, String)>,
}

/// Where the directory lies.
struct Place {
    start: u64,
    size: u64,
    entries: u64,
    /// To be added to every offset: bytes that stand before the archive.
    shift: u64,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn bytes_at(disk: &Arc<Disk>, at: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    disk.window(at, at.saturating_add(length)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Shows every name of a zip archive to `each`, in its order, with whether it is a file; what `each` wants is kept.
pub(super) fn read(
    disk: &Arc<Disk>,
    learn: &mut dyn FnMut(&[u8]),
    wanted: &mut dyn FnMut(&[u8]) -> bool,
) -> io::Result<Directory> {
    let Some(place) = find(disk)? else { return walk(disk, learn, wanted) };
    // Twice: what is wanted depends on all the names, and only what is wanted is kept.
    let _ = central(disk, &place, &mut |entry, _| {
        learn(&entry.name);
        false
    })?;
    let (entries, broken) = central(disk, &place, &mut |entry, special| !special && wanted(&entry.name))?;
    let damage = broken.map(|at| {
        (at, "the directory of the zip archive is cut or damaged: members may be missing".to_owned())
    });
    Ok(Directory { entries: mark_overlaps(entries), damage })
}

/// Finds the directory by the record at the end.
fn find(disk: &Arc<Disk>) -> io::Result<Option<Place>> {
    let size = disk.size();
    let from = size.saturating_sub(END_BYTES + u64::from(u16::MAX));
    let tail = bytes_at(disk, from, size - from)?;
    let at = memchr::memmem::rfind_iter(&tail, &END).find(|at| {
        let comment = u16_at(&tail, at + 20).map(usize::from);
        comment.is_some_and(|comment| at + 22 + comment <= tail.len())
    });
    let Some(at) = at else { return Ok(None) };
    let end = tail.get(at..).unwrap_or_default();
    let end_offset = from + at as u64;
    let (Some(entries), Some(length), Some(offset)) = (u16_at(end, 10), u32_at(end, 12), u32_at(end, 16))
    else {
        return Ok(None);
    };
    let (mut entries, mut length, mut offset, mut behind) =
        (u64::from(entries), u64::from(length), u64::from(offset), end_offset);
    let locator = bytes_at(disk, end_offset.saturating_sub(20), 20)?;
    if locator.starts_with(&END_64_LOCATOR)
        && let Some(place) = u64_at(&locator, 8)
    {
        let large = bytes_at(disk, place, 56)?;
        if large.starts_with(&END_64)
            && let (Some(all), Some(bytes), Some(start)) =
                (u64_at(&large, 32), u64_at(&large, 40), u64_at(&large, 48))
        {
            (entries, length, offset, behind) = (all, bytes, start, place);
        }
    }
    // What the offsets leave unexplained stands before the archive.
    let Some(start) = behind.checked_sub(length) else { return Ok(None) };
    let Some(shift) = start.checked_sub(offset) else { return Ok(None) };
    if entries > 0 && !bytes_at(disk, start, 4)?.starts_with(&CENTRAL) {
        return Ok(None);
    }
    Ok(Some(Place { start, size: length, entries, shift }))
}

/// Goes through the directory; gives what `wanted` wants, and where it breaks off, if it does.
fn central(
    disk: &Arc<Disk>,
    place: &Place,
    wanted: &mut dyn FnMut(&ZipEntry, bool) -> bool,
) -> io::Result<(Vec<ZipEntry>, Option<u64>)> {
    let window = disk.window(place.start, place.start.saturating_add(place.size));
    let mut directory = BufReader::with_capacity(BUFFER_BYTES, window);
    let (mut kept, mut at) = (Vec::new(), place.start);
    for _ in 0..place.entries {
        let mut head = Vec::with_capacity(CENTRAL_BYTES);
        directory.by_ref().take(CENTRAL_BYTES as u64).read_to_end(&mut head)?;
        let Some((entry, lengths, special)) = central_head(&head, place.shift) else {
            return Ok((kept, Some(at)));
        };
        let rest = lengths.iter().map(|length| u64::from(*length)).sum();
        let mut tail = Vec::new();
        if directory.by_ref().take(rest).read_to_end(&mut tail)? as u64 != rest {
            return Ok((kept, Some(at)));
        }
        at += CENTRAL_BYTES as u64 + rest;
        let [name, extra, _] = lengths.map(usize::from);
        let mut entry = entry;
        entry.take_extra(tail.get(name..name + extra).unwrap_or_default(), place.shift);
        tail.truncate(name.min(NAME_BYTES));
        entry.name = tail;
        if wanted(&entry, special) {
            kept.push(entry);
        }
    }
    Ok((kept, None))
}

/// An entry of the directory: what it says, the lengths of name, extra fields and comment, and whether it is a link or a device.
fn central_head(head: &[u8], shift: u64) -> Option<(ZipEntry, [u16; 3], bool)> {
    if !head.starts_with(&CENTRAL) {
        return None;
    }
    let special = ZipEntry::is_special(u32_at(head, 38)?, u16_at(head, 4)?);
    let entry = ZipEntry {
        name: Vec::new(),
        flags: u16_at(head, 8)?,
        method: u16_at(head, 10)?,
        crc: Some(u32_at(head, 16)?),
        packed: Some(u64::from(u32_at(head, 20)?)),
        size: Some(u64::from(u32_at(head, 24)?)),
        offset: u64::from(u32_at(head, 42)?).saturating_add(shift),
        overlaps: false,
    };
    Some((entry, [u16_at(head, 28)?, u16_at(head, 30)?, u16_at(head, 32)?], special))
}

impl ZipEntry {
    /// The zip64 field holds what did not fit into 32 bits, in this order.
    fn take_extra(&mut self, mut extra: &[u8], shift: u64) {
        while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
            let end = 4 + usize::from(length);
            let field = extra.get(4..end).unwrap_or_default();
            if id == 1 {
                let mut words = field.chunks_exact(8).map(|word| u64_at(word, 0));
                let full = u64::from(u32::MAX);
                for value in [&mut self.size, &mut self.packed] {
                    if *value == Some(full) {
                        *value = words.next().flatten();
                    }
                }
                if self.offset == full.saturating_add(shift) {
                    self.offset = words.next().flatten().unwrap_or(u64::MAX).saturating_add(shift);
                }
            }
            extra = extra.get(end..).unwrap_or_default();
        }
    }
}

/// Members whose bytes are shared are how a small archive is made to hold petabytes.
fn mark_overlaps(mut entries: Vec<ZipEntry>) -> Vec<ZipEntry> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|at| entries.get(*at).map(|entry| entry.offset));
    let mut free = 0;
    for at in order {
        let Some(entry) = entries.get_mut(at) else { continue };
        entry.overlaps = entry.offset < free;
        let end =
            entry.offset.saturating_add(LOCAL_BYTES as u64).saturating_add(entry.packed.unwrap_or_default());
        free = free.max(end);
    }
    entries
}

/// Looks for members from the beginning, where there is no directory.
fn walk(
    disk: &Arc<Disk>,
    learn: &mut dyn FnMut(&[u8]),
    wanted: &mut dyn FnMut(&[u8]) -> bool,
) -> io::Result<Directory> {
    let mut entries = Vec::new();
    let mut at = if bytes_at(disk, 0, 4)? == DESCRIPTOR { 4 } else { 0 };
    // A member that is cut says so itself.
    let mut said = false;
    while let Some((mut entry, data)) = local(disk, at)? {
        learn(&entry.name);
        // Bit 3: sizes stand behind the data.
        if entry.flags & 8 != 0 && entry.packed == Some(0) {
            (entry.packed, entry.size, entry.crc) = (None, None, None);
        }
        let end = match entry.packed {
            Some(packed) => Some(data.saturating_add(packed)),
            None => end_of_data(disk, &entry, data),
        };
        if entry.packed.is_none() {
            entry.packed = end.map(|end| end - data);
        }
        let behind =
            if entry.size.is_none() { end.map(|end| after_descriptor(disk, end)).transpose()? } else { end };
        let cut = end.is_none_or(|end| end > disk.size());
        if wanted(&entry.name) {
            said = cut;
            entries.push(entry);
        }
        match behind.filter(|behind| *behind > at && *behind <= disk.size()) {
            Some(behind) => at = behind,
            None => break,
        }
    }
    let reason = "the zip archive is cut: its directory, which stands at its end, is missing; what could be found is read";
    Ok(Directory { entries, damage: (!said).then(|| (disk.size(), reason.to_owned())) })
}

/// The member whose local header stands at a place, and where its data begins.
fn local(disk: &Arc<Disk>, at: u64) -> io::Result<Option<(ZipEntry, u64)>> {
    let head = bytes_at(disk, at, LOCAL_BYTES as u64)?;
    Ok(local_head(&head, at).map(|(mut entry, name, extra)| {
        let rest = bytes_at(disk, at + LOCAL_BYTES as u64, u64::from(name) + u64::from(extra));
        let mut rest = rest.unwrap_or_default();
        entry.take_extra(rest.get(usize::from(name)..).unwrap_or_default(), 0);
        rest.truncate(usize::from(name).min(NAME_BYTES));
        entry.name = rest;
        (entry, at + LOCAL_BYTES as u64 + u64::from(name) + u64::from(extra))
    }))
}

fn local_head(head: &[u8], at: u64) -> Option<(ZipEntry, u16, u16)> {
    if !head.starts_with(&LOCAL) {
        return None;
    }
    let entry = ZipEntry {
        name: Vec::new(),
        flags: u16_at(head, 6)?,
        method: u16_at(head, 8)?,
        crc: Some(u32_at(head, 14)?),
        packed: Some(u64::from(u32_at(head, 18)?)),
        size: Some(u64::from(u32_at(head, 22)?)),
        offset: at,
        overlaps: false,
    };
    Some((entry, u16_at(head, 26)?, u16_at(head, 28)?))
}

/// Where deflated data ends, found by inflating it; other data does not say.
fn end_of_data(disk: &Arc<Disk>, entry: &ZipEntry, data: u64) -> Option<u64> {
    if entry.method != 8 || entry.flags & 1 != 0 {
        return None;
    }
    let window = BufReader::with_capacity(BUFFER_BYTES, disk.window(data, u64::MAX));
    let mut inflated = Metered::new(flate2::bufread::DeflateDecoder::new(window), disk.source());
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match inflated.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What is wrong is said when the member is read.
            Err(_) => return None,
        }
    }
    let end = data.saturating_add(inflated.inner().total_in());
    // A stream that is cut looks like one that ends, but reaches to the end of the file.
    (end < disk.size()).then_some(end)
}

/// Sizes and sum behind the data: 12 bytes, or 20 with long sizes, with or without a mark.
fn after_descriptor(disk: &Arc<Disk>, at: u64) -> io::Result<u64> {
    let bytes = bytes_at(disk, at, 28)?;
    let next = |length: usize| {
        let follows = bytes.get(length..);
        follows.is_some_and(|rest| rest.starts_with(&LOCAL) || rest.starts_with(&CENTRAL))
    };
    let found = [16, 24, 12, 20].into_iter().find(|length| next(*length));
    Ok(at + found.unwrap_or(16) as u64)
}

/// The bytes of a member, unpacked and checked.
pub(super) fn open(disk: &Arc<Disk>, entry: &ZipEntry) -> io::Result<Stream> {
    let Some((found, data)) = local(disk, entry.offset)? else {
        return Err(told("the zip archive is cut or damaged: there is no member where its directory says"));
    };
    if found.method != entry.method {
        return Err(told("the zip archive is damaged: the member is not as its directory says"));
    }
    let window = disk.window(data, entry.packed.map_or(u64::MAX, |packed| data.saturating_add(packed)));
    let inner = decoder(entry, BufReader::with_capacity(BUFFER_BYTES, window))?;
    let metered: Stream = Box::new(Metered::new(inner, disk.source()));
    Ok(Box::new(Checked {
        inner: metered,
        sum: flate2::Crc::new(),
        left: entry.size,
        crc: entry.crc,
        cut: entry.packed.is_none(),
    }))
}

fn decoder(entry: &ZipEntry, packed: BufReader<super::source::Window>) -> io::Result<Stream> {
    Ok(match entry.method {
        8 => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
        9 => Box::new(deflate64::Deflate64Decoder::with_buffer(packed)),
        12 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
        14 => lzma(entry, packed)?,
        20 | 93 => zstd(Box::new(packed))?,
        95 => super::compression::xz(packed),
        _ => Box::new(packed),
    })
}

/// LZMA in a zip archive has a head of its own: version, length of the properties, then these.
fn lzma(entry: &ZipEntry, mut packed: BufReader<super::source::Window>) -> io::Result<Stream> {
    let mut head = [0; 9];
    packed.read_exact(&mut head)?;
    let [_, _, 5, 0, properties, dictionary @ ..] = head else {
        return Err(told("the LZMA stream is damaged: its head is not as it should be"));
    };
    let dictionary = u32::from_le_bytes(dictionary);
    if dictionary > LZMA_DICTIONARY_BYTES {
        return Err(told(
            "the LZMA stream needs more than 128 MiB of memory to be read: unpack it and import that",
        ));
    }
    // Bit 1: the stream has an end mark, and the size need not be known.
    let size = if entry.flags & 2 != 0 { u64::MAX } else { entry.size.unwrap_or(u64::MAX) };
    let reader = lzma_rust2::LzmaReader::new_with_props(packed, size, properties, dictionary, None)?;
    Ok(Box::new(reader))
}

/// Compares what comes out of a member with what the directory says.
struct Checked {
    inner: Stream,
    sum: flate2::Crc,
    left: Option<u64>,
    crc: Option<u32>,
    /// The archive ends somewhere in this member.
    cut: bool,
}

impl Checked {
    fn end(&self) -> io::Result<usize> {
        if self.cut || self.left.is_some_and(|left| left > 0) {
            return Err(told("the zip archive is cut or damaged: this member ends too early"));
        }
        if self.crc.is_some_and(|crc| crc != self.sum.sum()) {
            return Err(told("the zip archive is damaged: the check sum of this member is wrong"));
        }
        Ok(0)
    }
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left == Some(0) {
            // Only to see that nothing more comes.
            return match self.inner.read(&mut [0])? {
                0 => self.end(),
                _ => Err(told("the zip archive is damaged: this member holds more than its directory says")),
            };
        }
        let most = self.left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let room = buffer.len().min(most);
        let count = self.inner.read(buffer.get_mut(..room).unwrap_or_default())?;
        if count == 0 {
            return self.end();
        }
        self.left = self.left.map(|left| left.saturating_sub(count as u64));
        if self.crc.is_some() {
            self.sum.update(buffer.get(..count).unwrap_or_default());
        }
        Ok(count)
    }
}
