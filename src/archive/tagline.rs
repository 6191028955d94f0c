//! Our own export: one post a line, all fields, as `docs/formats.md` names them.

use super::json::{Raw, read_frame, sample, shape};
use super::{ArchiveFormat, Confidence, Frame, Framing, Parser, Plan, ReadOptions, Refusal, Sink};
use crate::post::Post;
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
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &[u8]) -> Confidence {
        if shape(head) != Some(Framing::Lines) {
            return Confidence::No;
        }
        let ours = |record: &Raw<'_>| {
            ["platform", "id", "posted_at", "text"].iter().all(|key| record.get(key).is_some())
                || record
                    .get("schema")
                    .and_then(Raw::text)
                    .is_some_and(|text| text.starts_with("tagline.posts/"))
        };
        if sample(head, Framing::Lines).iter().any(ours) { Confidence::Certain } else { Confidence::No }
    }
    fn open(&self, _head: &[u8], _options: &ReadOptions) -> Result<Plan, Refusal> {
        Ok(Plan { framing: Framing::Lines, notes: Vec::new(), parser: Box::new(TaglineParser) })
    }
}

struct TaglineParser;

/// The first line of an export may say what follows.
#[derive(Deserialize)]
struct Header {
    schema: String,
}

impl Parser for TaglineParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let mut post: Post = match serde_json::from_str(text) {
                Ok(post) => post,
                Err(error) => {
                    let header = serde_json::from_str::<Header>(text);
                    return if header.is_ok_and(|header| header.schema.starts_with("tagline.posts/")) {
                        Ok(())
                    } else {
                        Err(error)
                    };
                }
            };
            post.provenance.offset = frame.offset;
            out.post(post);
            Ok(())
        });
    }
}
