//! A block: about a thousand posts as a head and three compressed column groups. To the byte: `docs/store.md`.

use super::codec::{Reader, Writer};
use super::columns::{Columns, Flags, Groups, METRICS, PostView, RestColumns, Row, TextColumns, WhoColumns};
use super::keys::PostKey;
use super::strings::{AuthorColumn, StrColumn};
use super::{StoreError, filter};
use crate::post::{RunKey, Timestamp};
use std::cell::RefCell;
use xxhash_rust::xxh3::xxh3_128;

/// Most posts in a block. A thousand is where columns compress well and a rewrite stays cheap (docs/performance.md).
pub const BLOCK_POSTS: usize = 1024;
/// Most bytes of text in a block before compression, so that a few enormous posts cannot make an enormous value.
pub(crate) const BLOCK_TEXT_BYTES: usize = 4 << 20;
/// A group may not claim to be larger than this when unpacked: two of the longest records (16 MiB each) and the bookkeeping around them.
const MAX_GROUP_BYTES: u64 = 256 << 20;
/// zstd level: 1 costs a third of level 3 for some 8 % more bytes.
const ZSTD_LEVEL: i32 = 1;
/// Format of heads and groups; raised when they change.
const BLOCK_VERSION: u8 = 1;

/// The groups in the order of their keys and of the head's sizes.
pub(crate) const GROUPS: [Groups; 3] = [Groups::WHO, Groups::TEXT, Groups::REST];

/// What the head of a block says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) count: usize,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    /// Key of the last post: a post after it needs no look inside.
    pub(crate) last_key: PostKey,
    pub(crate) digest: u128,
    /// Unpacked size and checksum of each group's packed bytes.
    pub(crate) groups: [(u64, u128); 3],
}

impl Head {
    /// What tells the contents of this block from any other: keys caches.
    pub(crate) fn content(&self) -> [u8; 16] {
        let mut sums = [0; 48];
        for (to, (_, sum)) in sums.chunks_mut(16).zip(&self.groups) {
            to.copy_from_slice(&sum.to_le_bytes());
        }
        xxh3_128(&sums).to_le_bytes()
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.byte(BLOCK_VERSION);
        writer.unsigned(self.count as u64);
        writer.signed(self.first.as_millis());
        writer.signed(self.last.as_millis());
        writer.unsigned(self.last_key.as_bytes().len() as u64);
        writer.bytes.extend_from_slice(self.last_key.as_bytes());
        writer.bytes.extend_from_slice(&self.digest.to_le_bytes());
        for (size, sum) in self.groups {
            writer.unsigned(size);
            writer.bytes.extend_from_slice(&sum.to_le_bytes());
        }
        let sum = xxhash_rust::xxh3::xxh3_64(&writer.bytes);
        writer.bytes.extend_from_slice(&sum.to_le_bytes());
        writer.bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let damaged = || StoreError::Damaged("the head of a block does not match its checksum".to_owned());
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or_else(damaged)?;
        if u64::from_le_bytes(*sum) != xxhash_rust::xxh3::xxh3_64(body) {
            return Err(damaged());
        }
        let mut reader = Reader::new(body);
        let version = reader.byte()?;
        if version != BLOCK_VERSION {
            return Err(StoreError::Newer { found: version.into(), known: BLOCK_VERSION.into() });
        }
        let count = usize::try_from(reader.unsigned()?).map_err(|_| damaged())?;
        let first = Timestamp::from_millis_unchecked(reader.signed()?);
        let last = Timestamp::from_millis_unchecked(reader.signed()?);
        let key_length = reader.count()?;
        let last_key = PostKey::from(reader.take(key_length)?.to_vec());
        let digest = u128::from_le_bytes(reader.array()?);
        let mut groups = [(0, 0); 3];
        for group in &mut groups {
            *group = (reader.unsigned()?, u128::from_le_bytes(reader.array()?));
        }
        Ok(Self { count, first, last, last_key, digest, groups })
    }
}

/// A block ready to be written.
#[derive(Debug)]
pub(crate) struct EncodedBlock {
    pub(crate) key: PostKey,
    pub(crate) head: Head,
    pub(crate) groups: [Vec<u8>; 3],
    pub(crate) filter: Vec<u8>,
}

/// What packing needs again and again: memory that is asked for once.
struct Packer {
    writer: Writer,
    zstd: zstd::bulk::Compressor<'static>,
    packed: Vec<u8>,
}

impl Packer {
    fn new() -> std::io::Result<Self> {
        let zstd = zstd::bulk::Compressor::new(ZSTD_LEVEL)?;
        Ok(Self { writer: Writer::default(), zstd, packed: Vec::new() })
    }

    /// One group: its unpacked size, its packed bytes.
    fn group(
        &mut self,
        rows: &[Row<'_>],
        write: fn(&[Row<'_>], &mut Writer),
    ) -> std::io::Result<(u64, Vec<u8>)> {
        self.writer.bytes.clear();
        write(rows, &mut self.writer);
        let raw = &self.writer.bytes;
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(raw.len()));
        self.zstd.compress_to_buffer(raw, &mut self.packed)?;
        Ok((raw.len() as u64, self.packed.clone()))
    }
}

/// Packs posts that are sorted by key and not empty.
pub(crate) fn encode(rows: &[Row<'_>]) -> Result<EncodedBlock, StoreError> {
    thread_local! {
        static PACKER: RefCell<std::io::Result<Packer>> = RefCell::new(Packer::new());
    }
    let failed = |source| StoreError::Io { what: "compress posts for", path: "data".into(), source };
    let [who, text, rest] = PACKER
        .with_borrow_mut(|packer| match packer {
            Ok(packer) => Ok([
                packer.group(rows, write_who)?,
                packer.group(rows, write_text)?,
                packer.group(rows, write_rest)?,
            ]),
            Err(error) => Err(std::io::Error::new(error.kind(), error.to_string())),
        })
        .map_err(failed)?;
    let mut head = Head {
        groups: [&who, &text, &rest].map(|(size, packed)| (*size, xxh3_128(packed))),
        count: rows.len(),
        first: Timestamp::from_millis_unchecked(i64::MAX),
        last: Timestamp::from_millis_unchecked(i64::MIN),
        last_key: rows.last().map(Row::key).unwrap_or_default(),
        digest: 0,
    };
    let mut hashes = Vec::with_capacity(rows.len());
    for row in rows {
        let view = row.view();
        head.first = head.first.min(view.posted_at);
        head.last = head.last.max(view.posted_at);
        head.digest = head.digest.wrapping_add(post_digest(&view));
        hashes.push(filter::id_hash(view.platform, view.id));
    }
    let key = rows.first().map(Row::key).unwrap_or_default();
    Ok(EncodedBlock { key, head, groups: [who.1, text.1, rest.1], filter: filter::encode(hashes) })
}

/// Digest of what counts depend on. A set of posts is digested by the wrapping sum of these, so the order does not matter.
pub fn post_digest(post: &PostView<'_>) -> u128 {
    thread_local! {
        static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        for part in [post.platform, post.id, post.author.key().unwrap_or(""), post.text] {
            bytes.extend_from_slice(part.as_bytes());
            bytes.push(0xff);
        }
        for tag in post.tags {
            bytes.extend_from_slice(tag.as_bytes());
            bytes.push(0xfe);
        }
        bytes.extend_from_slice(&post.posted_at.as_millis().to_le_bytes());
        bytes.extend_from_slice(&[post.repost as u8, u8::from(post.deleted), u8::from(post.synthetic)]);
        xxh3_128(bytes)
    })
}

fn decompress(packed: &[u8], size: u64, raw: &mut Vec<u8>) -> Result<(), StoreError> {
    let damaged = |what: &str| StoreError::Damaged(format!("a column group {what}"));
    if size > MAX_GROUP_BYTES {
        return Err(damaged("claims an impossible size"));
    }
    let size = usize::try_from(size).map_err(|_| damaged("claims an impossible size"))?;
    raw.clear();
    raw.reserve(size);
    UNPACKER
        .with_borrow_mut(|unpacker| match unpacker {
            Ok(unpacker) => unpacker.decompress_to_buffer(packed, raw),
            Err(error) => Err(std::io::Error::new(error.kind(), error.to_string())),
        })
        .map_err(|_| damaged("cannot be unpacked"))?;
    if raw.len() == size { Ok(()) } else { Err(damaged("has the wrong size")) }
}

thread_local! {
    static UNPACKER: RefCell<std::io::Result<zstd::bulk::Decompressor<'static>>> =
        RefCell::new(zstd::bulk::Decompressor::new());
    /// An unpacked group: used again for every block.
    static RAW: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What is kept of the memory of an unpacked group; one of enormous posts must not hold its memory to the end.
const RAW_KEPT: usize = 4 << 20;

/// The values of a column, row by row.
macro_rules! column {
    ($rows:expr, $($path:ident).+) => {
        $rows.iter().map(|row| row.columns.$($path).+.get(row.at))
    };
}

fn write_who(rows: &[Row<'_>], writer: &mut Writer) {
    let times = rows.iter().map(|row| row.columns.who.posted_ms.get(row.at).copied().unwrap_or_default());
    // Times mostly come in whole seconds or minutes: a common unit makes the deltas small.
    let unit = [60_000, 1000, 1].into_iter().find(|unit| times.clone().all(|ms| ms % unit == 0)).unwrap_or(1);
    writer.signed(unit);
    let mut last = 0;
    for ms in times {
        writer.signed((ms - last) / unit);
        last = ms;
    }
    writer.words(column!(rows, who.platform));
    write_ids(rows, writer);
    writer.authors(rows.iter().map(|row| row.columns.who.author.of(row.at)));
    let flags = rows.iter().map(|row| row.columns.who.flags.get(row.at).copied().unwrap_or_default());
    writer.bytes.extend(flags.clone().map(|flags| flags.0.to_le_bytes()[0]));
    writer.bytes.extend(flags.map(|flags| flags.0.to_le_bytes()[1]));
}

/// First byte: 0 = strings, 1 = all are plain decimal numbers: deltas, since such ids rise with time.
fn write_ids(rows: &[Row<'_>], writer: &mut Writer) {
    let before = writer.bytes.len();
    writer.byte(1);
    let mut last = 0_u64;
    for id in column!(rows, who.id) {
        let Some(number) = plain_number(id) else {
            writer.bytes.truncate(before);
            writer.byte(0);
            return writer.strings(column!(rows, who.id));
        };
        writer.signed(number.wrapping_sub(last).cast_signed());
        last = number;
    }
}

/// The number that is written just so.
fn plain_number(id: &str) -> Option<u64> {
    let plain = !id.starts_with('+') && (id.len() == 1 || !id.starts_with('0'));
    id.parse().ok().filter(|_| plain)
}

fn write_text(rows: &[Row<'_>], writer: &mut Writer) {
    writer.strings(column!(rows, text.text));
    writer.lists(column!(rows, text.tags));
}

fn write_rest(rows: &[Row<'_>], writer: &mut Writer) {
    writer.optional(column!(rows, rest.url));
    writer.optional_times(column!(rows, rest.collected_ms));
    writer.optional_times(column!(rows, rest.edited_ms));
    writer.lists(column!(rows, rest.links));
    writer.lists(column!(rows, rest.mentions));
    writer.words(column!(rows, rest.lang));
    writer.optional(column!(rows, rest.reply_to));
    writer.optional(column!(rows, rest.repost_of));
    writer.optional(column!(rows, rest.quote_of));
    writer.optional(column!(rows, rest.copy_of));
    for metric in 0..METRICS {
        writer.optional_numbers(rows.iter().map(|row| row.columns.rest.metrics.get(metric)?.get(row.at)));
    }
    writer.lists(column!(rows, rest.kept_names));
    writer.lists(column!(rows, rest.kept_values));
    let runs = rows.iter().map(|row| row.columns.run(row.at));
    let mut distinct: Vec<RunKey> = Vec::new();
    for run in runs.clone() {
        // Neighbours mostly come from one file.
        if distinct.last() != Some(&run) {
            distinct.push(run);
        }
    }
    distinct.sort_unstable();
    distinct.dedup();
    writer.unsigned(distinct.len() as u64);
    writer.bytes.extend(distinct.iter().flat_map(|run| run.0));
    for run in runs {
        writer.unsigned(distinct.binary_search(&run).unwrap_or(0) as u64);
    }
    let mut last = 0;
    for row in rows {
        let offset = row.columns.rest.offset.get(row.at).copied().unwrap_or_default();
        writer.signed(offset.wrapping_sub(last).cast_signed());
        last = offset;
    }
}

/// A block as read: its head, and the packed column groups that were asked for, verified.
#[derive(Clone, Debug)]
pub struct StoredBlock {
    /// Key of its first post, which names it.
    pub key: PostKey,
    /// Posts in it.
    pub count: usize,
    /// Earliest time in it.
    pub first: Timestamp,
    /// Latest time in it.
    pub last: Timestamp,
    /// Hash of its contents: keys caches.
    pub content: [u8; 16],
    /// Order-free digest: the wrapping sum of [`post_digest`] of its posts.
    pub digest: u128,
    /// What was noted of its posts under [`super::NoteKey::Matches`], if that was asked for.
    pub matches: Option<Vec<u8>>,
    sizes: [u64; 3],
    sums: [u128; 3],
    packed: [Option<Vec<u8>>; 3],
}

impl StoredBlock {
    /// A block of which nothing but the head was read.
    pub(crate) fn new(key: PostKey, head: &Head) -> Self {
        Self {
            key,
            count: head.count,
            first: head.first,
            last: head.last,
            content: head.content(),
            digest: head.digest,
            matches: None,
            sizes: head.groups.map(|group| group.0),
            sums: head.groups.map(|group| group.1),
            packed: [None, None, None],
        }
    }

    /// Takes a packed group in, if it matches the head's checksum.
    pub(crate) fn add(&mut self, group: Groups, bytes: Vec<u8>) -> Result<(), StoreError> {
        let mut slots = GROUPS.into_iter().zip(&mut self.packed).zip(self.sums);
        let Some(((_, slot), sum)) = slots.find(|((known, _), _)| *known == group) else { return Ok(()) };
        if xxh3_128(&bytes) != sum {
            let at = self.first;
            return Err(StoreError::Damaged(format!(
                "a block that begins at {at} does not match its checksum"
            )));
        }
        *slot = Some(bytes);
        Ok(())
    }

    /// Whether the column groups were read.
    pub fn has(&self, groups: Groups) -> bool {
        let mut each = GROUPS.into_iter().zip(&self.packed);
        each.all(|(group, packed)| packed.is_some() || !groups.contains(group))
    }

    /// Bytes held.
    pub fn heap(&self) -> usize {
        self.packed.iter().flatten().map(Vec::len).sum()
    }

    /// The columns that were asked for; fields of the others are empty.
    pub fn decode(&self) -> Result<Columns, StoreError> {
        let mut columns = Columns::new();
        let mut groups = Groups::NONE;
        for ((group, packed), size) in GROUPS.into_iter().zip(&self.packed).zip(self.sizes) {
            let Some(packed) = packed else { continue };
            RAW.with_borrow_mut(|raw| {
                decompress(packed, size, raw)?;
                let mut reader = Reader::new(raw);
                match group {
                    Groups::WHO => columns.who = decode_who(&mut reader, self.count)?,
                    Groups::TEXT => columns.text = decode_text(&mut reader, self.count)?,
                    _ => columns.rest = decode_rest(&mut reader, self.count)?,
                }
                raw.clear();
                raw.shrink_to(RAW_KEPT);
                Ok::<(), StoreError>(())
            })?;
            groups = groups.and(group);
        }
        columns.groups = Some(groups);
        Ok(columns)
    }
}

fn decode_who(reader: &mut Reader<'_>, count: usize) -> Result<WhoColumns, StoreError> {
    let unit = reader.signed()?;
    let mut last = 0_i64;
    let mut posted_ms = Vec::with_capacity(count.min(BLOCK_POSTS));
    for _ in 0..count {
        last = last.wrapping_add(reader.signed()?.wrapping_mul(unit));
        posted_ms.push(last);
    }
    let platform = reader.words(count)?;
    let id = decode_ids(reader, count)?;
    let distinct = reader.count()?;
    let mut author = AuthorColumn {
        id: reader.optional(distinct)?,
        handle: reader.optional(distinct)?,
        name: reader.optional(distinct)?,
        distinct,
        ..AuthorColumn::default()
    };
    author.of = reader.indices(count, distinct)?;
    let (low, high) = (reader.take(count)?, reader.take(count)?);
    let flags = low.iter().zip(high).map(|(&low, &high)| Flags(u16::from_le_bytes([low, high]))).collect();
    Ok(WhoColumns { posted_ms, platform, id, author, flags })
}

fn decode_ids(reader: &mut Reader<'_>, count: usize) -> Result<StrColumn, StoreError> {
    if reader.byte()? == 0 {
        return reader.strings(count);
    }
    let mut ids = StrColumn::default();
    let mut last = 0_u64;
    let mut digits = itoa::Buffer::new();
    for _ in 0..count {
        last = last.wrapping_add(reader.signed()?.cast_unsigned());
        ids.push(digits.format(last));
    }
    Ok(ids)
}

fn decode_text(reader: &mut Reader<'_>, count: usize) -> Result<TextColumns, StoreError> {
    Ok(TextColumns { text: reader.strings(count)?, tags: reader.lists(count)? })
}

fn decode_rest(reader: &mut Reader<'_>, count: usize) -> Result<RestColumns, StoreError> {
    let mut rest = RestColumns {
        url: reader.optional(count)?,
        collected_ms: reader.optional_times(count)?,
        edited_ms: reader.optional_times(count)?,
        links: reader.lists(count)?,
        mentions: reader.lists(count)?,
        lang: reader.words(count)?,
        reply_to: reader.optional(count)?,
        repost_of: reader.optional(count)?,
        quote_of: reader.optional(count)?,
        copy_of: reader.optional(count)?,
        ..RestColumns::default()
    };
    for column in &mut rest.metrics {
        *column = reader.optional_numbers(count)?;
    }
    rest.kept_names = reader.lists(count)?;
    rest.kept_values = reader.lists(count)?;
    let distinct = reader.count()?;
    let runs: Vec<RunKey> = (0..distinct).map(|_| reader.array().map(RunKey)).collect::<Result<_, _>>()?;
    let of = reader.indices(count, distinct)?;
    rest.run = of.into_iter().map(|at| runs.get(at as usize).copied().unwrap_or_default()).collect();
    let mut last = 0_u64;
    for _ in 0..count {
        last = last.wrapping_add(reader.signed()?.cast_unsigned());
        rest.offset.push(last);
    }
    Ok(rest)
}
