//! Lines of Zeeschuimer: each an envelope that says when and where a post was captured, and the platform's own object in it.

use super::shapes::shape_of;
use crate::archive::json::{Raw, from_text, read_frame};
use crate::archive::options::NOT_PUBLIC;
use crate::archive::times::TimeReader;
use crate::archive::x::put_captured;
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::Timestamp;
use std::borrow::Cow;

/// Envelopes, one a line.
pub(in crate::archive) struct Zeeschuimer;

impl ArchiveFormat for Zeeschuimer {
    fn name(&self) -> &'static str {
        "zeeschuimer"
    }
    fn about(&self) -> &'static str {
        "Zeeschuimer: posts captured in the browser, of TikTok, Instagram, X, Threads, LinkedIn and others"
    }
    fn known_by(&self) -> &'static str {
        "`data` and `source_platform` around every record"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(|record| record.get("data").is_some() && record.get("source_platform").is_some())
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        head.json_plan(EnvelopeParser { options: options.clone() })
    }
}

struct EnvelopeParser {
    options: ReadOptions,
}

impl Parser for EnvelopeParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let record = from_text::<Raw<'_>>(text)?;
            match record.get("data") {
                Some(data @ Raw::Map(_)) => put(&record, data, &self.options, frame, out),
                _ => out.reject(Reject::new(frame.place, "nothing was captured: no `data`", frame.bytes)),
            }
            Ok(())
        });
    }
}

/// Puts a captured object into the sink, given what the envelope says about it.
pub(super) fn put<'r>(
    envelope: &'r Raw<'r>,
    data: &'r Raw<'r>,
    options: &ReadOptions,
    frame: &Frame<'_>,
    out: &mut dyn Sink,
) {
    let word = |key: &str| envelope.get(key).and_then(Raw::text);
    let source = word("source_platform").unwrap_or_default();
    let at = word("timestamp_collected").and_then(|at| TimeReader::utc().read(&at).ok());
    let collected_at: Option<Timestamp> = at.map(|(at, _)| at);
    if matches!(platform_of(&source).as_ref(), "x" | "twitter") {
        if !put_captured(data, collected_at, options, frame, out) {
            out.reject(Reject::new(frame.place, "no post in it", frame.bytes));
        }
        return;
    }
    let (shape, known) = shape_of(&source);
    if let Some(what) = shape.is_other(data) {
        return out.unselected(what);
    }
    let item_id = match envelope.get("item_id") {
        Some(Raw::Text(id)) => Some(id.as_ref()),
        _ => None,
    };
    let platform = if known { Cow::Borrowed(shape.platform) } else { platform_of(&source) };
    let mut give = |object: &'r Raw<'r>, id: Option<&'r str>| match shape.post_of(object, id, frame.offset) {
        _ if shape.is_closed(object) && !options.include_private => out.unselected(NOT_PUBLIC),
        Ok(mut post) if known && post.author.key().is_some() || !post.text.trim().is_empty() => {
            post.platform.clone_from(&platform);
            post.collected_at = collected_at;
            out.post(&mut post);
        }
        Err(reason) if known => out.reject(Reject::new(frame.place, reason, frame.bytes)),
        Ok(_) if known => {
            out.reject(Reject::new(frame.place, "not a post: neither text nor author", frame.bytes));
        }
        _ if source.trim().is_empty() => {
            out.reject(Reject::new(frame.place, "nothing says of which platform it is", frame.bytes));
        }
        _ => {
            let source = crate::archive::printable(source.as_bytes());
            let reason = format!(
                "`{source}` is no platform that is known, and nothing in it is named like time and text"
            );
            out.reject(Reject::new(frame.place, reason, frame.bytes));
        }
    };
    give(data, item_id);
    if options.with_referenced {
        shape.referenced(data).for_each(|object| give(object, None));
    }
}

/// A platform's name from its host or what else a module is called: `www.demo.example` is `demo`, `demo-comments` too.
fn platform_of(host: &str) -> Cow<'static, str> {
    let host = host.trim().trim_start_matches("www.");
    let name = host.split('.').next().unwrap_or_default().trim_end_matches("-comments");
    if name.is_empty() { "unknown".into() } else { name.to_lowercase().into() }
}
