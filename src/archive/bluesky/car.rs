//! Repositories of Bluesky as `com.atproto.sync.getRepo` gives them: a CAR file, version 1, of blocks in any order. The commit says whose it is,
//! its tree says under which path each record lies. Signatures are not verified; hashes of what is read are.

use super::cbor::from_bytes;
use super::common::{Change, Key, POST, REPOST, Record};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Place, Plan, ReadOptions, Refusal, Reject, Sink,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Repository exports.
pub(in crate::archive) struct BlueskyCar;

/// Longest path of a record: atproto's limit of a key of the tree.
const MAX_PATH_BYTES: usize = 1024;
/// Records read from a file may be so many times as long as the file: equal records lie in one block, but not many are.
const MAX_READ_TIMES: usize = 4;

impl ArchiveFormat for BlueskyCar {
    fn name(&self) -> &'static str {
        "bluesky-car"
    }
    fn about(&self) -> &'static str {
        "a Bluesky repository (`.car`): all posts and reposts of one account"
    }
    fn known_by(&self) -> &'static str {
        "the first bytes are the head of a CAR file with a root"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let mut rest = head.bytes();
        match header(&mut rest) {
            Some(_) => Confidence::Certain,
            None => Confidence::No,
        }
    }
    fn open(&self, head: &Head<'_>, _options: &ReadOptions) -> Result<Plan, Refusal> {
        let mut rest = head.bytes();
        match header(&mut rest) {
            Some(Header { version: 1, .. }) => {
                Ok(Plan { framing: Framing::Whole, notes: Vec::new(), parser: Box::new(CarParser) })
            }
            Some(_) => {
                Err(Refusal::Unreadable("it is a CAR file of a version that is not read (only version 1)"))
            }
            None => Err(Refusal::Unreadable("it is not a CAR file")),
        }
    }
}

#[derive(Deserialize)]
struct Header<'a> {
    version: u64,
    #[serde(borrow, default)]
    roots: Vec<&'a [u8]>,
}

/// What the repository's owner signs.
#[derive(Deserialize)]
struct Commit<'a> {
    did: &'a str,
    /// The root of the tree.
    data: &'a [u8],
}

/// A node of the tree: what lies before all its entries, and the entries.
#[derive(Deserialize)]
struct Node<'a> {
    #[serde(borrow)]
    l: Option<&'a [u8]>,
    #[serde(borrow)]
    e: Vec<Entry<'a>>,
}

/// A record's path, as far as it differs from the one before, its block, and what lies behind it in the tree.
#[derive(Deserialize)]
struct Entry<'a> {
    p: usize,
    k: &'a [u8],
    v: &'a [u8],
    #[serde(borrow)]
    t: Option<&'a [u8]>,
}

fn varint(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(number).ok();
        }
    }
    None
}

/// Takes what stands behind its own length.
fn section<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = varint(bytes)?;
    let (section, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(section)
}

fn header<'a>(bytes: &mut &'a [u8]) -> Option<Header<'a>> {
    from_bytes(section(bytes)?).ok()
}

/// The address that a block begins with (CID version 0 or 1), and the rest.
fn address(block: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = block;
    if !block.starts_with(&[0x12, 0x20]) {
        let (_version, _codec) = (varint(&mut rest)?, varint(&mut rest)?);
    }
    let (_hash, length) = (varint(&mut rest)?, varint(&mut rest)?);
    let rest = rest.get(length..)?;
    block.split_at_checked(block.len() - rest.len())
}

/// Whether a block is what its address says; of addresses by another hash than SHA-256, which atproto does not use, it is not.
fn is_true(address: &[u8], block: &[u8]) -> bool {
    address.split_last_chunk::<32>().is_some_and(|(before, hash)| {
        before.ends_with(&[0x12, 0x20]) && Sha256::digest(block).as_slice() == hash
    })
}

/// The blocks of a file.
struct Blocks<'a> {
    file: &'a [u8],
    by_address: HashMap<&'a [u8], &'a [u8]>,
    /// Where the file ends too early.
    cut_at: Option<usize>,
}

impl<'a> Blocks<'a> {
    fn read(file: &'a [u8], mut rest: &'a [u8]) -> Self {
        let mut by_address = HashMap::new();
        while !rest.is_empty() {
            let cut_at = Some(file.len() - rest.len());
            let Some(block) = section(&mut rest) else { return Self { file, by_address, cut_at } };
            // What has no address is not found either, and missed if it is needed.
            if let Some((address, block)) = address(block) {
                by_address.insert(address, block);
            }
        }
        Self { file, by_address, cut_at: None }
    }

    fn offset(&self, block: &[u8]) -> u64 {
        (block.as_ptr().addr() - self.file.as_ptr().addr()) as u64
    }
}

/// Goes through a tree and puts its records into the sink.
struct Walk<'w, 'a> {
    frame: &'w Frame<'a>,
    blocks: Blocks<'a>,
    did: &'a str,
    /// Nodes to be read.
    nodes: Vec<&'a [u8]>,
    missing_nodes: u64,
    missing_records: u64,
    /// Bytes of records that may still be read.
    budget: usize,
}

impl<'a> Walk<'_, 'a> {
    fn run(&mut self, out: &mut dyn Sink) {
        while let Some(address) = self.nodes.pop() {
            // Taken out: no node is read twice, whatever points to it.
            let Some(block) = self.blocks.by_address.remove(address) else {
                self.missing_nodes += 1;
                continue;
            };
            let node = match from_bytes::<Node<'a>>(block) {
                Ok(node) if is_true(address, block) => node,
                Ok(_) => {
                    self.reject(block, "a part of the tree whose hash is wrong".to_owned(), out);
                    continue;
                }
                Err(error) => {
                    self.reject(block, format!("a part of the tree that cannot be read: {error}"), out);
                    continue;
                }
            };
            self.entries(&node, block, out);
        }
        for (count, what) in [(self.missing_nodes, "parts of the tree"), (self.missing_records, "records")] {
            if count > 0 {
                self.reject(&[], format!("{what} that are not in the file: {count}"), out);
            }
        }
        if let Some(at) = self.blocks.cut_at {
            let place = Place::Byte(self.frame.offset + at as u64);
            out.reject(Reject::new(place, "the file ends in the middle of a block", &[]));
        }
    }

    fn entries(&mut self, node: &Node<'a>, block: &[u8], out: &mut dyn Sink) {
        let mut path: Vec<u8> = Vec::new();
        for entry in &node.e {
            if entry.p > path.len() || entry.p + entry.k.len() > MAX_PATH_BYTES {
                return self.reject(block, "a part of the tree with a path that cannot be".to_owned(), out);
            }
            path.truncate(entry.p);
            path.extend_from_slice(entry.k);
            self.record(&path, entry.v, out);
            self.nodes.extend(entry.t);
        }
        self.nodes.extend(node.l);
    }

    fn record(&mut self, path: &[u8], address: &[u8], out: &mut dyn Sink) {
        let parts = std::str::from_utf8(path).ok().and_then(|path| path.split_once('/'));
        let Some(key) = parts.and_then(|(collection, rkey)| Key::of(self.did, collection, rkey)) else {
            return self.reject(&[], "a record under a path that cannot be".to_owned(), out);
        };
        if key.collection != POST && key.collection != REPOST {
            return out.unselected(super::common::other_record(key.collection));
        }
        let Some(block) = self.blocks.by_address.get(address).copied() else {
            self.missing_records += 1;
            return;
        };
        let Some(budget) = self.budget.checked_sub(block.len()) else {
            return self.reject(block, "a record that lies under too many paths".to_owned(), out);
        };
        self.budget = budget;
        if !is_true(address, block) {
            return self.reject(block, "a record whose hash is wrong".to_owned(), out);
        }
        match from_bytes::<Record<'_>>(block) {
            Ok(record) => {
                let change = Change { key, record: Some(&record), operation: "", changed_at: None };
                // The file is the frame of all its posts; a reject says where its block lies.
                change.put(&Frame { offset: self.frame.offset, ..self.frame_of(block) }, out);
            }
            Err(error) => self.reject(block, format!("a record that cannot be read: {error}"), out),
        }
    }

    fn frame_of<'b>(&self, block: &'b [u8]) -> Frame<'b> {
        let offset = if block.is_empty() { 0 } else { self.blocks.offset(block) } + self.frame.offset;
        Frame { bytes: block, offset, place: Place::Byte(offset) }
    }

    fn reject(&self, block: &[u8], reason: String, out: &mut dyn Sink) {
        let frame = self.frame_of(block);
        out.reject(Reject::new(frame.place, reason, frame.bytes));
    }
}

struct CarParser;

impl Parser for CarParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        let mut rest = frame.bytes;
        let Some(header) = header(&mut rest) else {
            return out.reject(Reject::new(
                frame.place,
                "a CAR file whose header cannot be read",
                frame.bytes,
            ));
        };
        let blocks = Blocks::read(frame.bytes, rest);
        let commit =
            header.roots.iter().find_map(|root| from_bytes::<Commit<'_>>(blocks.by_address.get(root)?).ok());
        let Some(commit) = commit else {
            let reason = "no repository of Bluesky: what the CAR file begins with is no commit";
            return out.reject(Reject::new(frame.place, reason, frame.bytes));
        };
        let (did, nodes) = (commit.did, vec![commit.data]);
        let budget = frame.bytes.len().saturating_mul(MAX_READ_TIMES);
        Walk { frame, blocks, did, nodes, missing_nodes: 0, missing_records: 0, budget }.run(out);
    }
}

#[cfg(test)]
mod tests;
