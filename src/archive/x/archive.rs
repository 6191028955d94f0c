//! The file of one's own posts in the archive that X hands to an account: `tweets.js`. Its other files are not read, messages never.

use super::v1::Tweet;
use crate::archive::frame::Framing;
use crate::archive::json::{Raw, from_text, read_frame};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::Repost;
use serde::Deserialize;

/// `tweets.js` (or `tweet.js`) of an account archive.
pub(in crate::archive) struct XArchive;

const PREFIX: &[u8] = b"window.YTD.";

impl ArchiveFormat for XArchive {
    fn name(&self) -> &'static str {
        "x-archive"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) account archive: tweets.js (other files of it are refused)"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let wrapped =
            |record: &Raw<'_>| record.get("tweet").is_some_and(|tweet| tweet.get("full_text").is_some());
        if head.bytes().trim_ascii_start().starts_with(PREFIX) {
            return Confidence::Certain;
        }
        // The same file with its JavaScript cut off.
        head.has_record(wrapped)
    }
    fn open(&self, head: &Head<'_>, _options: &ReadOptions) -> Result<Plan, Refusal> {
        let framing = framing(head)?;
        let notes = vec!["an account archive does not say whose it is: its posts have no author".to_owned()];
        Ok(Plan { framing, notes, parser: Box::new(ArchiveParser) })
    }
}

fn framing(head: &Head<'_>) -> Result<Framing, Refusal> {
    let text = head.bytes().trim_ascii_start();
    let Some(rest) = text.strip_prefix(PREFIX) else {
        return head.framing().ok_or(Refusal::Unreadable("it is not JSON"));
    };
    let end = rest.iter().position(|byte| matches!(byte, b'.' | b' ' | b'=' | b'\n')).unwrap_or(rest.len());
    let name = rest.get(..end).unwrap_or_default();
    if name != b"tweets" && name != b"tweet" {
        let name = crate::archive::printable(name);
        return Err(Refusal::NotPosts(format!("`{name}` of an X account archive (only `tweets` is read)")));
    }
    let start =
        memchr::memchr(b'[', head.bytes()).ok_or(Refusal::Unreadable("its list of posts does not begin"))?;
    Ok(Framing::Array { start, enclosing: 0 })
}

/// An element: the post, since 2019 in an object of its own.
#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow)]
    tweet: Option<Tweet<'a>>,
}

struct ArchiveParser;

impl Parser for ArchiveParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            match from_text::<Element<'_>>(text)?.tweet {
                Some(tweet) => put(&tweet, frame, out),
                None => put(&from_text::<Tweet<'_>>(text)?, frame, out),
            }
            Ok(())
        });
    }
}

fn put(tweet: &Tweet<'_>, frame: &Frame<'_>, out: &mut dyn Sink) {
    match tweet.to_post(frame.offset) {
        Ok(mut post) => {
            // The archive holds no original: a retweet is told by its text alone, and cut as ever.
            if post.repost == Repost::No && post.text.starts_with("RT @") {
                post.repost = Repost::Yes;
                post.truncated |= post.text.ends_with('…');
            }
            out.post(&mut post);
        }
        Err(reason) => out.reject(Reject::new(frame.place, reason, frame.bytes)),
    }
}
