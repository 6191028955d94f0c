//! Sorted runs: blocks in a temporary file, in key order, for an import whose posts come in no order.

use super::block::{self, EncodedBlock, Head, StoredBlock};
use super::columns::Row;
use super::keys::PostKey;
use super::order::Place;
use super::{BLOCK_POSTS, Columns, StoreError};
use rayon::prelude::*;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

/// Blocks packed before they are written.
const WAVE_BLOCKS: usize = 16;

/// Writes one run.
pub struct RunWriter {
    file: BufWriter<File>,
    path: PathBuf,
    pending: Columns,
}

impl RunWriter {
    /// Begins a run in a new file.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let file = File::create(path).map_err(|source| StoreError::Io {
            what: "create",
            path: path.into(),
            source,
        })?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned(), pending: Columns::new() })
    }

    /// Appends a post; they must come in key order.
    pub fn push(&mut self, from: &Columns, index: usize) -> Result<(), StoreError> {
        self.pending.push_from(from, index);
        if self.pending.len() == BLOCK_POSTS || self.pending.text_bytes() > block::BLOCK_TEXT_BYTES {
            self.flush_block()?;
        }
        Ok(())
    }

    /// Appends posts of several sets in their sorted order. Blocks are packed side by side.
    pub fn push_sorted(&mut self, parts: &[Columns], order: &[Place]) -> Result<(), StoreError> {
        let rows: Vec<Row<'_>> = order.iter().filter_map(|place| place.row(parts)).collect();
        for wave in cut(&rows).chunks(WAVE_BLOCKS) {
            let blocks: Vec<EncodedBlock> =
                wave.par_iter().map(|rows| block::encode(rows)).collect::<Result<_, _>>()?;
            blocks.iter().try_for_each(|block| self.write(block))?;
        }
        Ok(())
    }

    /// Ends the run.
    pub fn finish(mut self) -> Result<PathBuf, StoreError> {
        if !self.pending.is_empty() {
            self.flush_block()?;
        }
        self.file.flush().map_err(|source| StoreError::Io {
            what: "write",
            path: self.path.clone(),
            source,
        })?;
        Ok(self.path)
    }

    fn flush_block(&mut self) -> Result<(), StoreError> {
        let encoded = block::encode(&self.pending.rows())?;
        self.pending.clear();
        self.write(&encoded)
    }

    fn write(&mut self, encoded: &EncodedBlock) -> Result<(), StoreError> {
        let head = encoded.head.encode();
        let [who, text, rest] = &encoded.groups;
        for part in [&head, who, text, rest] {
            let length = (part.len() as u64).to_le_bytes();
            let written = self.file.write_all(&length).and_then(|()| self.file.write_all(part));
            written.map_err(|source| StoreError::Io { what: "write", path: self.path.clone(), source })?;
        }
        Ok(())
    }
}

/// The rows of each block: so many posts, so much text.
fn cut<'r, 'a>(mut rows: &'r [Row<'a>]) -> Vec<&'r [Row<'a>]> {
    let mut blocks = Vec::new();
    while !rows.is_empty() {
        let mut bytes = 0;
        let fits = rows.iter().take(BLOCK_POSTS).take_while(|row| {
            bytes += row.columns.text_length(row.at);
            bytes <= block::BLOCK_TEXT_BYTES
        });
        let (block, rest) = rows.split_at(fits.count().max(1));
        blocks.push(block);
        rows = rest;
    }
    blocks
}

/// Reads a run back, a block at a time.
pub struct RunReader {
    file: BufReader<File>,
    path: PathBuf,
    posts: Columns,
    at: usize,
}

impl RunReader {
    /// Opens a run at its first post.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file =
            File::open(path).map_err(|source| StoreError::Io { what: "open", path: path.into(), source })?;
        let mut reader =
            Self { file: BufReader::new(file), path: path.to_owned(), posts: Columns::new(), at: 0 };
        reader.next_block()?;
        Ok(reader)
    }

    /// The current post: its columns and its place there; `None` at the end.
    pub fn current(&self) -> Option<(&Columns, usize)> {
        (self.at < self.posts.len()).then_some((&self.posts, self.at))
    }

    /// Key of the current post.
    pub fn key(&self) -> Option<PostKey> {
        self.current().map(|(posts, at)| PostKey::of_view(&posts.view(at)))
    }

    /// Goes on to the next post.
    pub fn advance(&mut self) -> Result<(), StoreError> {
        self.at += 1;
        if self.at >= self.posts.len() { self.next_block() } else { Ok(()) }
    }

    fn next_block(&mut self) -> Result<(), StoreError> {
        self.at = 0;
        self.posts = Columns::new();
        let Some(head) = self.part()? else { return Ok(()) };
        let damaged = || StoreError::Damaged("a temporary file of an import ends early".to_owned());
        let head = Head::decode(&head)?;
        let mut block = StoredBlock::new(PostKey::default(), &head);
        for group in block::GROUPS {
            block.add(group, self.part()?.ok_or_else(damaged)?)?;
        }
        self.posts = block.decode()?;
        Ok(())
    }

    fn part(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let failed = |source, path: &Path| StoreError::Io { what: "read", path: path.into(), source };
        let mut length = [0; 8];
        match self.file.read_exact(&mut length) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            other => other.map_err(|source| failed(source, &self.path))?,
        }
        let mut bytes = Vec::new();
        let length = u64::from_le_bytes(length);
        (&mut self.file).take(length).read_to_end(&mut bytes).map_err(|source| failed(source, &self.path))?;
        Ok(Some(bytes))
    }
}
