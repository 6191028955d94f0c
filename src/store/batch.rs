//! What goes into the store in one go, and what came of it.

use super::{Columns, PostKey};
use crate::post::{AccountGone, Deletion, DeletionPolicy, PostId, RunKey, Timestamp};
use serde::{Deserialize, Serialize};

/// One delivery to [`super::Store::put`].
#[derive(Debug, Default)]
pub struct Batch {
    /// Observations, in any order, with all groups. Several sets, so that nobody has to copy them into one.
    pub posts: Vec<Columns>,
    /// Posts to be taken out again, because the file that brought them is read anew with other options. Before anything else of the batch.
    pub removals: Vec<PostKey>,
    /// What a person wants forgotten: it must not come back. What is there of it goes with `removals`.
    pub forget: Vec<Forget>,
    /// The platform's word that posts are gone. Honoured also when the post arrives later.
    pub deletions: Vec<Deletion>,
    /// The same in a stream that tells of everybody's posts: honoured only of posts that are there, those of this batch included. The others
    /// were never wanted, and are not remembered.
    pub deletions_of_known: Vec<Deletion>,
    /// Accounts that are gone, honoured only of those that have posts here; then also when more of their posts arrive later.
    pub accounts_gone: Vec<AccountGone>,
    /// What becomes of posts that are gone.
    pub policy: DeletionPolicy,
    /// Ledger rows, cursors, coverage, caches: written with the last of the posts. `None` removes.
    pub notes: Vec<Note>,
    /// More notes, which say what became of the posts.
    pub counts: Option<Counting>,
    /// What a return promises.
    pub durability: Durability,
}

impl Batch {
    /// A batch of posts alone, synced.
    pub fn of(posts: Columns) -> Self {
        Self { posts: vec![posts], ..Self::default() }
    }

    /// Whether it holds nothing but caches: what was found out of posts that are there, and may be lost at any time.
    pub(super) fn is_cache(&self) -> bool {
        // Without `..`: whoever adds a field has to say here what it is.
        let Self {
            posts,
            removals,
            forget,
            deletions: _,
            deletions_of_known: _,
            accounts_gone: _,
            policy: _,
            notes,
            counts,
            durability: _,
        } = self;
        let cache =
            |(key, _): &Note| matches!(key, NoteKey::Matches(_) | NoteKey::Answer(_) | NoteKey::Candidates);
        posts.is_empty()
            && removals.is_empty()
            && forget.is_empty()
            && !self.tells_of_deletions()
            && counts.is_none()
            && !notes.is_empty()
            && notes.iter().all(cache)
    }

    /// Whether it says of any post that it is gone, beside the posts themselves.
    pub(crate) fn tells_of_deletions(&self) -> bool {
        let deletions = self.deletions.len() + self.deletions_of_known.len();
        deletions + self.accounts_gone.len() > 0
    }
}

/// A post or an account that must not come back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forget {
    /// A post, and whatever passes it on.
    Post(PostId),
    /// All posts of an account.
    Author {
        /// Its platform.
        platform: String,
        /// Its id or handle, in any case.
        name: String,
    },
}

/// Makes notes from what became of a batch. They go into the same write as the other notes. Readers wait meanwhile, so it asks no store.
pub struct Counting(Box<CountingFn>);

/// What makes the notes.
type CountingFn = dyn Fn(&PutReport) -> Vec<Note> + Send + Sync;

impl Counting {
    /// With this.
    pub fn new(notes: impl Fn(&PutReport) -> Vec<Note> + Send + Sync + 'static) -> Self {
        Self(Box::new(notes))
    }

    pub(super) fn notes(&self, report: &PutReport) -> Vec<Note> {
        (self.0)(report)
    }
}

impl std::fmt::Debug for Counting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Counting")
    }
}

/// What a return from [`super::Store::put`] promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// It survives a power cut. The only state that may be acknowledged to a person.
    #[default]
    Synced,
    /// It survives at the latest with the next synced put; for the middle of a long import.
    Buffered,
}

/// What became of one observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The post was not there before.
    Added,
    /// It was there; this observation changed it.
    Updated,
    /// It was there just so.
    Duplicate,
    /// A person asked us to forget it; it was left out.
    Forgotten,
    /// Its platform says that it is gone, and such posts are dropped; it was left out.
    Dropped,
    /// A deletion of a post that is not here and is not waited for.
    Absent,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutReport {
    /// One for each post of the batch, in the batch's order: set by set.
    pub posts: Vec<Outcome>,
    /// One for each deletion, those of known posts last: `Updated` if it changed a post or was remembered, `Duplicate` if it was known,
    /// `Forgotten` or `Absent` if it is of no use.
    pub deletions: Vec<Outcome>,
    /// For each account that is gone, how many posts that changed.
    pub accounts: Vec<u64>,
}

/// A note's new value; `None` removes it.
pub type Note = (NoteKey, Option<Vec<u8>>);

/// Names of the small values beside the blocks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKey {
    /// Row `n` of the append-only ledger of imports, from 0 without holes.
    Import(u32),
    /// How many posts and accounts were forgotten: 8 bytes, big-endian. The store keeps it itself.
    Forgets,
    /// Where to go on with a source and goal.
    Cursor(String),
    /// What a source or file covers.
    Coverage(String),
    /// Identities of posts that were left out for want of the campaign's tag, by hash of the selection (and of the rules they match).
    LeftOut(String),
    /// A cache beside a block, named by its key: which of its posts the theories' rules match. Goes with the block.
    Matches(PostKey),
    /// A cache of whole answers: so many places, each with what was kept there last.
    Answer(u8),
    /// What is remembered of the candidates that were discovered. Goes with the answers when a post is taken out.
    Candidates,
}

impl NoteKey {
    /// Name of the count of posts that a selection left out; with rules, of those among them that a theory matches.
    pub fn left_out(selection: &str, rules: Option<&str>) -> Self {
        Self::LeftOut(rules.map_or_else(|| selection.to_owned(), |rules| format!("{selection}:{rules}")))
    }
}

/// How far an import got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// Begun; what is counted so far is in the store.
    Running,
    /// Read to its end.
    Done,
    /// Read to its end, but posts of it may be gone: with the earlier reading of another file that has them too, or with a damaged block.
    /// Worth importing again.
    Stale,
}

/// Where an import that was interrupted goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeAt {
    /// Byte of the decompressed file; all records before it are in the store.
    pub offset: u64,
    /// Number of the line that begins there.
    pub line: u64,
    /// Elements of the file's list before it.
    pub records: u64,
}

/// The word in [`ImportRow::options`] of an import that took posts which are not public.
pub const WITH_PRIVATE: &str = "include-private=yes";

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    /// Path as the person gave it; `-` is standard input.
    pub path: String,
    /// Name of the format.
    pub format: String,
    /// What it is packed in, from the inside out: `none`, `gzip`, `zip`, `tar+gzip`.
    pub compression: String,
    /// Size of the file in bytes as it lay on the disk.
    pub bytes: u64,
    /// SHA-256 of the file as it lay on the disk, hexadecimal; empty while it is being read.
    pub sha256: String,
    /// What its posts carry of the file: BLAKE3 of its size and of pieces of it (in rows of a store that was made as version 1, of the whole file).
    pub run: RunKey,
    /// Changes when a reader yields other posts from the same bytes.
    pub reader_version: u32,
    /// Every option that changes times, ids or authors of its posts, in one line: format, map, platform, zone, repeats.
    pub options: String,
    /// Foreign columns kept, in one line.
    pub kept: String,
    /// Hash of the campaign's tags and words at that time.
    pub selection: String,
    /// How many posts had been forgotten by then.
    pub forgets: u64,
    /// How far it got.
    pub state: ImportState,
    /// Records read so far.
    pub read: u64,
    /// New posts.
    pub added: u64,
    /// Posts changed.
    pub updated: u64,
    /// Posts known already.
    pub duplicates: u64,
    /// Records left out with a reason.
    pub rejected: u64,
    /// Posts that the campaign does not select.
    pub unselected: u64,
    /// Earliest post read.
    pub first: Option<Timestamp>,
    /// Latest post read.
    pub last: Option<Timestamp>,
    /// When the run began, by our clock.
    pub started_at: Timestamp,
    /// Where to go on, if it was interrupted; the counts are those of all before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<ResumeAt>,
    /// When it was done, by our clock.
    pub done_at: Option<Timestamp>,
    /// Name of the member, where the file is a container; `bytes` and `sha256` are the container's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub member: String,
    /// All there is to know of the container, so that it need not be opened again; kept with one row of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contents: Option<Contents>,
}

impl ImportRow {
    /// The file to name in order to import it again: the container, if it is a member.
    pub fn file(&self) -> &str {
        let member = self.path.strip_suffix(&self.member).and_then(|path| path.strip_suffix('!'));
        member.filter(|_| !self.member.is_empty()).unwrap_or(&self.path)
    }
}

/// What a container was found to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// What the person asked for when it was read.
    pub asked: String,
    /// Which readers there were.
    pub readers: String,
    /// How many members hold posts.
    pub members: u64,
    /// Members that were not read: name, packing and why.
    pub refused: Vec<(String, String, String)>,
    /// What was said of the whole.
    pub notes: Vec<String>,
}

impl ImportRow {
    /// Whether posts that are not public were asked for: what is made from them is not for sharing.
    pub fn with_private(&self) -> bool {
        self.options.split(' ').any(|word| word == WITH_PRIVATE)
    }
}
