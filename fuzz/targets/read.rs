//! Any bytes as a file: of the format that `TAGLINE_FUZZ_FORMAT` names, or of whichever the bytes look like. Whatever they are, nothing
//! panics, nothing hangs, and what comes out adds up.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use tagline::archive::{ReadOptions, Reject, Sink, read_bytes};
use tagline::post::{Deletion, Draft};

/// Looks at all that a format hands over.
#[derive(Default)]
struct Looker {
    seen: usize,
}

impl Sink for Looker {
    fn post(&mut self, post: &mut Draft<'_>) {
        assert!(!post.platform.contains('\0'), "a platform's name with a NUL");
        self.seen += post.to_owned_post().text.len();
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.seen += deletion.post.id.len();
    }
    fn reject(&mut self, reject: Reject) {
        assert!(!reject.reason.is_empty(), "a reject without a reason");
        assert!(!reject.record.contains(['\n', '\r', '\u{1b}']), "a reject that is no line");
        self.seen += 1;
    }
    fn unselected(&mut self, reason: &'static str) {
        self.seen += reason.len();
    }
}

static OPTIONS: LazyLock<ReadOptions> = LazyLock::new(|| ReadOptions {
    format: std::env::var("TAGLINE_FUZZ_FORMAT").ok().filter(|name| !name.is_empty()),
    include_private: true,
    with_referenced: true,
    ..ReadOptions::default()
});

fuzz_target!(|bytes: &[u8]| {
    // A refusal is a fine answer.
    let _ = read_bytes(bytes, &OPTIONS, &mut Looker::default());
});
