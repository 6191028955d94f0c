//! The one path into the store: reads files, settles, selects, orders and puts posts, and keeps the ledger.

mod anew;
mod budget;
mod dry_run;
mod files;
mod ledger;
mod left_out;
mod live;
mod normalise;
mod pool;
mod report;
mod session;
mod sink;
mod sorter;
mod wanted;
mod writer;

pub use dry_run::dry_run;
pub use files::InputError;
pub use ledger::{Ledger, Loss};
pub use live::{Caught, Intake, LiveGate, LiveSink, TagsAre};
pub use normalise::{Repeats, platform_name};
pub use report::{Counts, FileReport, ImportReport};
pub use session::import;
pub use wanted::Wanted;
pub(crate) use writer::settle_deletion;

use crate::archive::{MapError, OpenError, ReadOptions, Reject};
use crate::post::Timestamp;
use crate::store::StoreError;
use crate::theory::RuleError;
use std::path::PathBuf;

/// What to import, and how.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Files, folders, `-`.
    pub inputs: Vec<PathBuf>,
    /// How files are read.
    pub read: ReadOptions,
    /// What to do with rows that have no id and are alike.
    pub repeats: Repeats,
    /// Which posts this import takes.
    pub wanted: Wanted,
    /// The clock at the edge, for the ledger only.
    pub now: Timestamp,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// Number of the file, from 1.
    pub file: usize,
    /// Of how many.
    pub files: usize,
    /// Bytes read of this file.
    pub bytes: u64,
    /// Size of this file.
    pub of: u64,
    /// Records read of all files.
    pub read: u64,
}

/// Who watches an import.
pub trait Watch {
    /// Called after every chunk.
    fn progress(&mut self, progress: ImportProgress);
    /// Called for every rejected record; an error ends the import.
    fn reject(&mut self, file: &str, reject: &Reject) -> std::io::Result<()>;
    /// Whether the person wants to stop here.
    fn stop(&self) -> bool;
}

/// Why an import ended early. What was counted so far is in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A named file or folder is not there or cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// An option names something that does not exist.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A `--map` that cannot be read.
    #[error(transparent)]
    Map(#[from] MapError),
    /// The campaign's words or theories are not valid terms.
    #[error(transparent)]
    Rules(#[from] RuleError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The writing half ended without a word.
    #[error("writing to the store ended unexpectedly; this is a defect of tagline")]
    Writer,
    /// The temporary folder could not be made.
    #[error("cannot make the temporary folder `{path}`")]
    Scratch {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of rejects could not be written.
    #[error("cannot write the file of rejects")]
    Rejects(#[source] std::io::Error),
}

#[cfg(test)]
mod resume_tests;
