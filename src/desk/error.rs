//! What can come back instead of an answer.

use crate::answer::AnswerError;

/// What can come back instead of an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The question cannot be answered, wherever it is asked.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The two would count by different rules, or not understand each other at all.
    #[error("the process that has the store is tagline {theirs}, this is tagline {ours}")]
    Version {
        /// Version of the process that serves.
        theirs: String,
        /// Version of this one.
        ours: &'static str,
    },
    /// No question, or no answer.
    #[error("the process that has the store and this one did not understand each other: {0}")]
    Unreadable(String),
    /// It holds the connection and says nothing: it was stopped, or does something for very long.
    #[error("the process that has the store has not answered for {minutes} minutes")]
    Silent {
        /// How long we waited.
        minutes: u64,
    },
}
