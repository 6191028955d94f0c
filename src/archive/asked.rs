//! What the person asked for that concerns every format that knows it: posts that are not public, posts that are context.

use super::options::NOT_PUBLIC;
use super::{Frame, ReadOptions, Reject, Sink};
use crate::post::Draft;

/// Whether such posts are taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Posts marked as direct, for followers only or protected.
    pub(super) private: bool,
    /// Posts that a record carries as context become posts of their own.
    pub(super) referenced: bool,
}

impl Asked {
    pub(super) fn of(options: &ReadOptions) -> Self {
        Self { private: options.include_private, referenced: options.with_referenced }
    }

    /// Puts a post, or says why there is none; one that is not public is left out unless asked for.
    pub(super) fn put(
        self,
        found: Result<Draft<'_>, String>,
        is_public: bool,
        frame: &Frame<'_>,
        out: &mut dyn Sink,
    ) {
        match found {
            Ok(_) if !is_public && !self.private => out.unselected(NOT_PUBLIC),
            Ok(mut post) => out.post(&mut post),
            Err(reason) => out.reject(Reject::new(frame.place, reason, frame.bytes)),
        }
    }
}
