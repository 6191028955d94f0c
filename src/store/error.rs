//! What can go wrong in the store.

use std::path::PathBuf;

/// What can go wrong in the store. A damaged store always ends the run, with the way out in the hint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder could not be made, read or written.
    #[error("cannot {what} `{path}`")]
    Io {
        /// `create`, `open`, `sync`, …
        what: &'static str,
        /// What.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// sled said no.
    #[error("the store's database failed")]
    Database(#[from] sled::Error),
    /// Bytes that we wrote read back wrong.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// Made by a newer version.
    #[error("the store has version {found}, this program reads up to version {known}")]
    Newer {
        /// As stored.
        found: u32,
        /// As known.
        known: u32,
    },
    /// Somebody who only looks tried to put something in.
    #[error("the store is only being looked at here and takes nothing in; this is a defect of tagline")]
    View,
    /// Another process has it.
    #[error("the store is in use by process {pid} (`tagline {command}`, since {since})")]
    Locked {
        /// Process id.
        pid: u32,
        /// Its subcommand.
        command: String,
        /// RFC 3339.
        since: String,
    },
}

impl StoreError {
    /// Whether what lies on the disk is wrong, and not the disk, the folder or another process in the way.
    pub fn is_damage(&self) -> bool {
        use std::io::ErrorKind;
        match self {
            Self::Database(sled::Error::Io(error)) => {
                matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData)
            }
            Self::Damaged(_) | Self::Database(_) => true,
            Self::Io { .. } | Self::Newer { .. } | Self::Locked { .. } | Self::View => false,
        }
    }
}
