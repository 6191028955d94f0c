//! Exported files: found out what they are, decompressed, cut into frames, parsed in parallel. A format does no I/O of its own.

mod asked;
mod bluesky;
mod bytes;
mod capture;
mod container;
mod crowdtangle;
mod csv;
mod detect;
mod encoding;
mod fediverse;
mod frame;
mod generic;
mod hackernews;
mod head;
mod input;
mod json;
mod nostr;
mod options;
mod other_kinds;
mod pipeline;
mod record;
mod reddit;
mod scan;
mod tagline;
mod telegram;
mod times;
mod web_feed;
mod x;
mod youtube;

pub use bytes::read_bytes;
pub use container::{CONTAINERS, Compression, Found, Member, Members, Opened, Tap, open};
pub use frame::{Frame, Framing, MAX_FRAME_BYTES, Place, Resume};
pub use head::Head;
pub use options::{FIELDS, MapError, ReadOptions};
pub use pipeline::{Archive, OpenError, Progress, ReadError};
pub use scan::Dialect;
pub use times::{DateOrder, TimeReader};

pub(crate) use container::{Accounts, account_note};
pub(crate) use nostr::{Withdrawal, withdrawal};
pub(crate) use web_feed::is_web_feed;

use crate::post::{Deletion, Draft};

/// Every format the program reads.
pub const FORMATS: &[&dyn ArchiveFormat] = &[
    &x::XV2,
    &x::XV1,
    &x::XArchive,
    &x::XGraphql,
    &x::XGnip,
    &x::XSnscrape,
    &x::XTwint,
    &x::XCsv,
    &x::XMinet,
    &fediverse::FediverseApi,
    &fediverse::FediverseOutbox,
    &fediverse::FediverseObject,
    &fediverse::MisskeyNotes,
    &fediverse::LemmyApi,
    &fediverse::PeertubeApi,
    &bluesky::BlueskyPosts,
    &bluesky::BlueskyRecords,
    &bluesky::BlueskyJetstream,
    &bluesky::BlueskyCar,
    &nostr::NostrEvents,
    &reddit::RedditPushshift,
    &reddit::RedditApi,
    &telegram::TelegramExport,
    &hackernews::HackerNews,
    &youtube::YouTube,
    &crowdtangle::CrowdTangle,
    &web_feed::WebFeed,
    &capture::Zeeschuimer,
    &capture::FourCat,
    &tagline::Tagline,
    &csv::Csv,
    &csv::Tsv,
    &generic::Json,
    &generic::Jsonl,
];

/// The reader of one record (a page, a message) of a JSON format, for who has the record at hand and knows what it is.
pub fn reader_of(format: &str) -> Option<Box<dyn Parser>> {
    let format = FORMATS.iter().find(|known| known.name() == format)?;
    let plan = format.open(&Head::new(b"{}"), &ReadOptions::default()).ok()?;
    Some(plan.parser)
}

/// How many characters of a rejected record are shown.
pub const REJECT_SHOWN: usize = 200;

/// How much of a file is looked at, decompressed, to find out what it is.
pub const HEAD_BYTES: usize = 64 * 1024;

/// A kind of exported file.
pub trait ArchiveFormat: Sync {
    /// `<platform>-<kind>`, the word for `--format`.
    fn name(&self) -> &'static str;
    /// One line for the list of formats.
    fn about(&self) -> &'static str;
    /// What a file of it is told by, for people who ask why.
    fn known_by(&self) -> &'static str;
    /// Changes when other posts come out of the same bytes.
    fn reader_version(&self) -> u32;
    /// How sure are we from the first bytes? The highest wins; a tie is a failing test.
    fn sniff(&self, head: &Head<'_>) -> Confidence;
    /// Decides how to cut the file and how to read its records, from the same first bytes.
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal>;
}

/// How one file is going to be read.
pub struct Plan {
    /// How it is cut into frames.
    pub framing: Framing,
    /// What was assumed and has to be said aloud: columns, order of day and month.
    pub notes: Vec<String>,
    /// Reads the frames.
    pub parser: Box<dyn Parser>,
}

/// Reads frames. Pure: frames are parsed in parallel, each gives the same whatever came before.
pub trait Parser: Send + Sync {
    /// Reads one frame: any number of posts, deletions, rejects, unselected into the sink, at least one unless the frame is no record.
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink);
}

/// How sure a format is that a file is its own, from the first bytes. The highest wins; a tie between two is a failing test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Certainly not.
    No,
    /// It could be: a generic reader that reads almost anything of this shape.
    Possible,
    /// A generic shape whose fields look like posts.
    Likely,
    /// Fields or framing that only this format has.
    Certain,
}

/// Where a parser puts what it finds.
pub trait Sink {
    /// A post. `tags`, `links`, `mentions` may be raw and unsorted, `id` may be empty, `provenance.run` is filled in by the receiver, who may
    /// do with the draft as it likes: it is lent, since it is large and there are many.
    fn post(&mut self, post: &mut Draft<'_>);
    /// The platform's word that a post is gone.
    fn deletion(&mut self, deletion: Deletion);
    /// A record that could not be used.
    fn reject(&mut self, reject: Reject);
    /// A record that is left out on purpose (not public, say); the reason is counted and said.
    fn unselected(&mut self, reason: &'static str);
}

/// Why a record could not be used, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reject {
    /// `line 977`, `record 12`, `byte 4096`.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
    /// The beginning of the record, made printable; at most `REJECT_SHOWN` characters.
    pub record: String,
}

impl Reject {
    /// A reject that shows the beginning of `record`.
    pub fn new(place: Place, reason: impl Into<String>, record: &[u8]) -> Self {
        Self { place: place.to_string(), reason: reason.into(), record: printable(record) }
    }
}

/// Why a file is not read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// No format claims it.
    #[error("no format recognises it: {0}")]
    Unrecognised(&'static str),
    /// We know what it is, and it holds no posts.
    #[error("it holds {0}, not posts")]
    NotPosts(String),
    /// An encoding or packing that is not read (yet).
    #[error("{0}")]
    Unreadable(&'static str),
    /// Compressed, but nothing could be decompressed.
    #[error("{0}")]
    Damaged(String),
    /// Neither named nor guessed.
    #[error("no column for {}; there are {}", quoted(.missing), quoted(.columns))]
    MissingColumns {
        /// `time`, `text`.
        missing: Vec<String>,
        /// All columns, in the file's order.
        columns: Vec<String>,
    },
    /// Named by the person, but not in the file.
    #[error("there is no column `{column}` for `{field}`{}; there are {}", near_words(.near.as_deref()), quoted(.columns))]
    UnknownColumn {
        /// The field, or `keep`.
        field: String,
        /// The column asked for.
        column: String,
        /// The column most like it.
        near: Option<String>,
        /// All columns, in the file's order.
        columns: Vec<String>,
    },
    /// `--encoding` names none.
    #[error("`{0}` is not an encoding that is known")]
    UnknownEncoding(String),
    /// `--time-format` cannot be read.
    #[error("the time format {0}")]
    TimeFormat(String),
    /// `--times-in` names no zone.
    #[error("`{0}` is not a time zone of the IANA list")]
    UnknownZone(String),
}

/// Most columns named in a message; a hostile header may have thousands.
const COLUMNS_SHOWN: usize = 40;

fn quoted(names: &[String]) -> String {
    let mut words: Vec<String> =
        names.iter().take(COLUMNS_SHOWN).map(|name| format!("`{}`", printable(name.as_bytes()))).collect();
    if names.len() > COLUMNS_SHOWN {
        words.push(format!("{} more", names.len() - COLUMNS_SHOWN));
    }
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

fn near_words(near: Option<&str>) -> String {
    near.map(|name| format!(" (is it `{name}`?)")).unwrap_or_default()
}

/// The name of `names` most like `word`, if any is near.
pub(crate) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    names
        .map(|name| (strsim::jaro_winkler(&word, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The beginning of some bytes as one line that is safe to print.
pub(crate) fn printable(bytes: &[u8]) -> String {
    // Four bytes a character at most, and one more that may be cut in the middle.
    let shown = bytes.get(..REJECT_SHOWN * 4 + 4).unwrap_or(bytes);
    let text = String::from_utf8_lossy(shown);
    text.trim()
        .chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() || is_bidi_control(c) => '\u{FFFD}',
            c => c,
        })
        .take(REJECT_SHOWN)
        .collect()
}

/// Characters that reorder what a terminal shows.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod tests;
