//! What one path holds: a file, compressed or not, or a zip or tar archive with members that are read like files. Found out by content.
//! Opening decides what would be read, as which format and why; reading is up to who gets it.

mod compression;
mod meter;
mod names;
#[cfg(feature = "parquet")]
mod parquet;
mod peek;
mod source;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

pub use compression::Compression;
pub use source::Tap;

pub(super) use meter::damage;
pub(crate) use names::{Accounts, account_note};
pub(super) use peek::Peek;
pub(super) use source::{Source, Stream};

use super::{Archive, OpenError, Place, ReadOptions, Refusal, Reject, detect};
use meter::Limits;
use names::{Choice, Given, Passed, PassedOver, choose};
use source::Disk;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tar::{BLOCK, Tar, TarNext};
use zip::{Directory, ZipEntry};

/// Kinds of containers that are opened.
pub const CONTAINERS: [&str; 2] = ["zip", "tar"];

/// Containers in each other that are opened: an export that was packed once more. More of them is a trap.
const MAX_LEVELS: usize = 2;
/// Members without posts that are reported one by one; more are counted.
const REFUSED_SHOWN: usize = 1_000;
/// Bytes copied at a time.
const COPY_BYTES: usize = 256 * 1024;

/// What a path holds.
pub enum Opened {
    /// One file, or why it is not read.
    File(Result<Archive, Refusal>),
    /// Members.
    Container(Box<Members>),
}

/// One member of a container.
pub struct Member {
    /// Its name, safe to show, and no other member's: `tweets.js`, `inner.zip!data/tweets.js`.
    pub name: String,
    /// What it is packed in, from the inside out: `zip`, `tar+gzip`.
    pub packing: String,
    /// How it is going to be read, or why it is not.
    pub archive: Result<Archive, Refusal>,
}

/// What comes next in a container.
pub enum Found {
    /// A member that was looked at.
    Member(Box<Member>),
    /// The container itself breaks off or is damaged here.
    Damage(Reject),
}

/// Opens a path and finds out what it holds. A zip archive inside another container is copied to the folder `spool` while it is read.
pub fn open(path: &Path, spool: &Path, options: &ReadOptions) -> Result<Opened, OpenError> {
    open_within(path, spool, options, Limits::REAL)
}

fn open_within(
    path: &Path,
    spool: &Path,
    options: &ReadOptions,
    limits: Limits,
) -> Result<Opened, OpenError> {
    let failed = |source| OpenError::Io { path: path.display().to_string(), source };
    detect::wanted(options)?;
    let disk = Disk::open(path, limits).map_err(failed)?;
    let source = disk.source().clone();
    let (compression, mut stream) =
        Compression::take_off(Box::new(disk.window(0, u64::MAX)), &source).map_err(failed)?;
    let packing = compression.name();
    #[cfg(feature = "parquet")]
    if compression == Compression::None && parquet::is_parquet(stream.look(BLOCK)) {
        return Ok(Opened::File(match parquet::lines(path).map_err(failed)? {
            Ok(lines) => from_stream(Peek::new(lines), &source, "parquet", options).map_err(failed)?,
            Err(refusal) => Err(refusal),
        }));
    }
    let mut members = Members {
        source: source.clone(),
        spool: spool.to_owned(),
        options: options.clone(),
        levels: Vec::new(),
        given: Given::default(),
        passed: PassedOver::default(),
        looked_at: 0,
        refused: 0,
        notes: Vec::new(),
        spooled: 0,
    };
    match Kind::of(stream.look(BLOCK)) {
        Some(Kind::Tar) => members.push_tar(stream, String::new(), packed_in("tar", packing)),
        Some(Kind::Zip) if compression == Compression::None => {
            if let Err(refusal) =
                members.push_zip(&disk, None, String::new(), "zip".to_owned()).map_err(failed)?
            {
                return Ok(Opened::File(Err(refusal)));
            }
        }
        Some(Kind::Zip) => {
            if let Err(refusal) =
                members.spool_zip(stream, String::new(), packed_in("zip", packing)).map_err(failed)?
            {
                return Ok(Opened::File(Err(refusal)));
            }
        }
        None => return Ok(Opened::File(from_stream(stream, &source, packing, options).map_err(failed)?)),
    }
    Ok(Opened::Container(Box::new(members)))
}

/// An archive, or why there is none; an error if the disk failed.
fn from_stream(
    stream: Peek,
    source: &Arc<Source>,
    packing: &str,
    options: &ReadOptions,
) -> io::Result<Result<Archive, Refusal>> {
    let opened = Archive::of(stream, source.clone(), packing, options);
    source.disk_error().map_or(Ok(opened), Err)
}

/// `tar` in `gzip`.
fn packed_in(inner: &str, outer: &str) -> String {
    match (inner, outer) {
        (inner, "none") => inner.to_owned(),
        ("none", outer) => outer.to_owned(),
        _ => format!("{inner}+{outer}"),
    }
}

enum Kind {
    Zip,
    Tar,
}

impl Kind {
    fn of(head: &[u8]) -> Option<Self> {
        if zip::is_zip(head) {
            Some(Self::Zip)
        } else if tar::is_tar(head) {
            Some(Self::Tar)
        } else {
            None
        }
    }
}

/// A container that is being read, maybe inside another.
struct Level {
    /// Before the names of its members: `inner.zip!`.
    prefix: String,
    packing: String,
    accounts: Accounts,
    inner: Inner,
}

enum Inner {
    Tar(Tar),
    Zip {
        disk: Arc<Disk>,
        entries: std::vec::IntoIter<ZipEntry>,
        damage: Option<(u64, String)>,
        /// The temporary file it lies in, removed with it.
        _spool: Option<Spool>,
    },
}

/// A temporary file that goes away.
struct Spool(PathBuf);

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A member before it was looked at.
struct Candidate {
    name: String,
    content: Result<Stream, Refusal>,
}

/// What a level has next.
enum Step {
    Candidate(Candidate),
    End,
    Damage(u64, String),
}

/// The members of a container, one after the other, in the order they are stored in. What holds no posts by its name is passed over. A member
/// must be read, or dropped, before the next one is asked for. An error means that the disk failed.
pub struct Members {
    source: Arc<Source>,
    spool: PathBuf,
    options: ReadOptions,
    levels: Vec<Level>,
    given: Given,
    passed: PassedOver,
    looked_at: usize,
    refused: usize,
    notes: Vec<String>,
    spooled: u32,
}

impl Members {
    fn advance(&mut self) -> io::Result<Option<Found>> {
        while let Some(level) = self.levels.last_mut() {
            let step = level.step(&mut self.passed);
            if let Some(error) = self.source.disk_error() {
                return Err(error);
            }
            let candidate = match step {
                Step::Candidate(candidate) => candidate,
                Step::End => {
                    self.levels.pop();
                    continue;
                }
                Step::Damage(at, reason) => {
                    self.levels.pop();
                    return Ok(Some(Found::Damage(Reject::new(Place::Byte(at), reason, b""))));
                }
            };
            self.looked_at += 1;
            let most = self.source.meter.limits.entries;
            if self.looked_at > most {
                self.levels.clear();
                let reason = format!(
                    "it has more than {most} members; the rest is not read: unpack it and import the folder"
                );
                return Ok(Some(Found::Damage(Reject::new(Place::Record(most as u64 + 1), reason, b""))));
            }
            if let Some(member) = self.look_at(candidate)? {
                return Ok(Some(Found::Member(Box::new(member))));
            }
        }
        Ok(None)
    }

    /// What there is to say of the container as a whole, once all its members were given.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.passed.notes();
        notes.extend(self.notes.iter().cloned());
        let more = self.refused.saturating_sub(REFUSED_SHOWN);
        if more > 0 {
            notes.push(format!("{more} more members hold no posts"));
        }
        notes
    }

    /// A member, if it is one to speak of; a container inside is opened instead.
    fn look_at(&mut self, candidate: Candidate) -> io::Result<Option<Member>> {
        let Candidate { name, content } = candidate;
        let Some(level) = self.levels.last() else { return Ok(None) };
        let (full, outer) = (format!("{}{name}", level.prefix), level.packing.clone());
        let content = match content {
            Ok(stream) => stream,
            Err(refusal) => return Ok(self.member(&full, outer, Err(refusal))),
        };
        let (compression, mut stream) = Compression::take_off(content, &self.source)?;
        let packing = packed_in(compression.name(), &outer);
        if let Some(kind) = Kind::of(stream.look(BLOCK)) {
            let word = if matches!(kind, Kind::Zip) { "zip" } else { "tar" };
            let packing = packed_in(word, &packing);
            if self.levels.len() >= MAX_LEVELS {
                let reason =
                    "it is a container in a container in a container, which is not opened: unpack it first";
                return Ok(self.member(&full, packing, Err(Refusal::Unreadable(reason))));
            }
            let prefix = format!("{full}!");
            match kind {
                Kind::Tar => self.push_tar(stream, prefix, packing),
                Kind::Zip => {
                    if let Err(refusal) = self.spool_zip(stream, prefix, packing.clone())? {
                        return Ok(self.member(&full, packing, Err(refusal)));
                    }
                }
            }
            return Ok(None);
        }
        let archive = from_stream(stream, &self.source.clone(), &packing, &self.options)?;
        match archive {
            // An empty file says nothing.
            Err(Refusal::Empty) => Ok(None),
            Err(refusal) if refusal == detect::BINARY => {
                self.passed.add(Passed::Binary);
                Ok(None)
            }
            archive => Ok(self.member(&full, packing, archive)),
        }
    }

    fn member(&mut self, name: &str, packing: String, archive: Result<Archive, Refusal>) -> Option<Member> {
        if archive.is_err() {
            self.refused += 1;
            if self.refused > REFUSED_SHOWN {
                return None;
            }
        }
        Some(Member { name: self.given.unique(name), packing, archive })
    }

    fn push_tar(&mut self, stream: Peek, prefix: String, packing: String) {
        let inner = Inner::Tar(Tar::new(stream, &packing));
        self.levels.push(Level { prefix, packing, accounts: Accounts::default(), inner });
    }

    fn push_zip(
        &mut self,
        disk: &Arc<Disk>,
        spool: Option<Spool>,
        prefix: String,
        packing: String,
    ) -> io::Result<Result<(), Refusal>> {
        let mut accounts = Accounts::default();
        let mut office = false;
        let all = std::cell::RefCell::new(&mut accounts);
        let passed = &mut self.passed;
        let most = self.source.meter.limits.entries.saturating_add(1);
        let mut kept = 0;
        let Directory { entries, damage } = zip::read(
            disk,
            &mut |name| {
                office |= name == b"[Content_Types].xml" || name == b"META-INF/manifest.xml";
                all.borrow_mut().learn(&names::clean(name));
            },
            &mut |name| match choose(&names::clean(name), &all.borrow()) {
                Choice::Look => {
                    kept += 1;
                    kept <= most
                }
                Choice::Ignore => false,
                Choice::Pass(why) => {
                    passed.add(why);
                    false
                }
            },
        )?;
        if office {
            let reason = "it is a spreadsheet or another document of an office program; save it as CSV and import that";
            return Ok(Err(Refusal::Unreadable(reason)));
        }
        let inner = Inner::Zip { disk: disk.clone(), entries: entries.into_iter(), damage, _spool: spool };
        self.levels.push(Level { prefix, packing, accounts, inner });
        Ok(Ok(()))
    }

    /// Copies a zip archive that comes as a stream to a temporary file: its directory stands at its end.
    fn spool_zip(
        &mut self,
        mut stream: Peek,
        prefix: String,
        packing: String,
    ) -> io::Result<Result<(), Refusal>> {
        self.spooled += 1;
        let path = self.spool.join(format!("nested-{}", self.spooled));
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        let spool = Spool(path);
        let most = self.source.meter.limits.spool_bytes;
        let (mut size, mut buffer) = (0_u64, vec![0; COPY_BYTES]);
        loop {
            let count = match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => match self.source.disk_error() {
                    Some(disk) => return Err(disk),
                    // What came before the damage is read: a zip archive that is cut can be walked.
                    None if size > 0 => {
                        self.notes.push(damage(&packing, &error));
                        break;
                    }
                    None => return Ok(Err(Refusal::Damaged(damage(&packing, &error)))),
                },
            };
            size += count as u64;
            if size > most {
                let reason = "it is a zip archive inside another container and too large to be unpacked twice: \
                              unpack it first and import it by itself";
                return Ok(Err(Refusal::Unreadable(reason)));
            }
            file.write_all(buffer.get(..count).unwrap_or_default())?;
        }
        let disk = Disk::spooled(file, size, &self.source);
        self.push_zip(&disk, Some(spool), prefix, packing)
    }
}

impl Iterator for Members {
    type Item = io::Result<Found>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

impl Level {
    /// The next member whose name says that it may hold posts.
    fn step(&mut self, passed: &mut PassedOver) -> Step {
        match &mut self.inner {
            Inner::Tar(tar) => loop {
                let entry = match tar.next() {
                    TarNext::Entry(entry) => entry,
                    TarNext::End => return Step::End,
                    TarNext::Damage(at, reason) => return Step::Damage(at, reason),
                };
                let name = names::clean(&entry.name);
                self.accounts.learn(&name);
                match choose(&name, &self.accounts) {
                    Choice::Look => {}
                    Choice::Ignore => continue,
                    Choice::Pass(why) => {
                        passed.add(why);
                        continue;
                    }
                }
                let content =
                    entry.refused.map_or(Ok(entry.stream), |reason| Err(Refusal::Unreadable(reason)));
                return Step::Candidate(Candidate { name, content });
            },
            Inner::Zip { disk, entries, damage, .. } => {
                let Some(entry) = entries.next() else {
                    return damage.take().map_or(Step::End, |(at, reason)| Step::Damage(at, reason));
                };
                let content = match entry.refusal() {
                    Some(reason) => Err(Refusal::Damaged(reason)),
                    None => zip::open(disk, &entry)
                        .map_err(|error| Refusal::Damaged(meter::damage("zip", &error))),
                };
                Step::Candidate(Candidate { name: names::clean(&entry.name), content })
            }
        }
    }
}
