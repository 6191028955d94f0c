//! Exported files: found out what they are, decompressed, cut into frames, parsed in parallel. A format does no I/O of its own.

use crate::post::{Deletion, Post};

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
    /// A post. `tags`, `links`, `mentions` may be raw and unsorted, `id` may be empty, `provenance.run` is filled in by the receiver.
    fn post(&mut self, post: Post);
    /// The platform's word that a post is gone.
    fn deletion(&mut self, deletion: Deletion);
    /// A record that could not be used.
    fn reject(&mut self, reject: Reject);
    /// A record that is left out on purpose (not public, say); the reason is counted and said.
    fn unselected(&mut self, reason: &'static str);
}

/// Why a record could not be used, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// `line 977`, `record 12`, `byte 4096`.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
    /// The beginning of the record, made printable; at most `REJECT_SHOWN` characters.
    pub record: String,
}
