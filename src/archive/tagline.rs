//! Our own export: one post a line, all fields, as `docs/formats.md` names them.

use super::frame::frames_of;
use super::json::{from_text, read_frame};
use super::{ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Plan, ReadOptions, Refusal, Sink};
use crate::post::{Draft, Post};
use serde::Deserialize;

/// Reads what `posts --ndjson` and `export` write.
pub(super) struct Tagline;

impl ArchiveFormat for Tagline {
    fn name(&self) -> &'static str {
        "tagline"
    }
    fn about(&self) -> &'static str {
        "tagline's own NDJSON: one post a line, all fields"
    }
    fn known_by(&self) -> &'static str {
        "lines that are whole posts of ours, or the header `tagline.posts/`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if head.framing() != Some(Framing::Lines) {
            return Confidence::No;
        }
        let (frames, _) = frames_of(head.bytes(), Framing::Lines);
        if frames.iter().take(SAMPLE_RECORDS).any(|frame| is_ours(frame)) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }
    fn open(&self, _head: &Head<'_>, _options: &ReadOptions) -> Result<Plan, Refusal> {
        Ok(Plan { framing: Framing::Lines, notes: Vec::new(), parser: Box::new(TaglineParser) })
    }
}

/// Lines looked at to find out whether a file is ours.
const SAMPLE_RECORDS: usize = 100;

/// All four fields stand in every post we write, though some may be empty; another tool's post with the same four fails to be read.
fn is_ours(line: &[u8]) -> bool {
    let Ok(record) = serde_json::from_slice::<serde_json::Value>(line) else { return false };
    let header = serde_json::from_slice::<Header>(line).is_ok_and(|header| header.is_ours());
    let whole = ["platform", "id", "posted_at", "text"].iter().all(|key| record.get(key).is_some());
    header || whole && serde_json::from_value::<Post>(record).is_ok()
}

struct TaglineParser;

/// The first line of an export may say what follows.
#[derive(Deserialize)]
struct Header {
    schema: String,
}

impl Header {
    fn is_ours(&self) -> bool {
        self.schema.starts_with("tagline.posts/")
    }
}

impl Parser for TaglineParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let mut post: Draft<'_> = match from_text(text) {
                Ok(post) => post,
                Err(_) if serde_json::from_str::<Header>(text).is_ok_and(|header| header.is_ours()) => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            post.provenance.offset = frame.offset;
            out.post(&mut post);
            Ok(())
        });
    }
}
