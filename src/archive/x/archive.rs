//! The files of one's own posts in the archive that X hands to an account: `tweets.js`, `deleted-tweets.js`, and the older ones by month. Its
//! other files are not read, messages never.

use super::v1::Tweet;
use crate::archive::asked::Asked;
use crate::archive::frame::Framing;
use crate::archive::json::{Raw, from_text, read_frame};
use crate::archive::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Sink};
use crate::post::Repost;
use serde::Deserialize;

/// `tweets.js` (or `tweet.js`, `deleted-tweets.js`, `data/js/tweets/2017_03.js`) of an account archive.
pub(in crate::archive) struct XArchive;

/// How each file begins since 2018.
const PREFIX: &[u8] = b"window.YTD.";
/// How each file began before; `data/js/tweets/*.js` hold posts.
const OLD_PREFIX: &[u8] = b"Grailbird.data.";
/// The same, as other lists of it are (`tweet_index`, `user_details`).
const OLD_POSTS: &[u8] = b"tweets_";
/// The files that hold posts; those of the second kind hold what the author deleted.
const POSTS: &[(&[u8], bool)] = &[
    (b"tweets", false),
    (b"tweet", false),
    (b"community_tweet", false),
    (b"community_tweets", false),
    (b"deleted_tweets", true),
    (b"deleted_tweet", true),
];

impl ArchiveFormat for XArchive {
    fn name(&self) -> &'static str {
        "x-archive"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) account archive: tweets.js, deleted-tweets.js, data/js/tweets/*.js (other files of it are refused)"
    }
    fn known_by(&self) -> &'static str {
        "it begins with `window.YTD.` or `Grailbird.data.`, or its records are `tweet` objects with `full_text`"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let wrapped =
            |record: &Raw<'_>| record.get("tweet").is_some_and(|tweet| tweet.get("full_text").is_some());
        let text = head.bytes().trim_ascii_start();
        if text.starts_with(PREFIX) || text.starts_with(OLD_PREFIX) {
            return Confidence::Certain;
        }
        // The same file with its JavaScript cut off.
        head.has_record(wrapped)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let (framing, kind) = look(head)?;
        let mut notes = Vec::new();
        if kind != Kind::Old {
            notes.push("an account archive does not say whose it is: its posts have no author".to_owned());
        }
        if kind == Kind::Deleted {
            notes.push("these posts were deleted by their author, and are marked so".to_owned());
        }
        Ok(Plan { framing, notes, parser: Box::new(ArchiveParser { kind, asked: Asked::of(options) }) })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Posts,
    Deleted,
    /// Until 2018: with authors and originals.
    Old,
}

/// How the file is cut, and what it holds.
fn look(head: &Head<'_>) -> Result<(Framing, Kind), Refusal> {
    let text = head.bytes().trim_ascii_start();
    let kind = if let Some(rest) = text.strip_prefix(OLD_PREFIX) {
        Some(Kind::Old).filter(|_| rest.starts_with(OLD_POSTS)).ok_or_else(|| other_file(name(rest)))?
    } else if let Some(rest) = text.strip_prefix(PREFIX) {
        let known = POSTS.iter().find(|(known, _)| *known == name(rest));
        let (_, deleted) = known.ok_or_else(|| other_file(name(rest)))?;
        if *deleted { Kind::Deleted } else { Kind::Posts }
    } else {
        return match head.framing() {
            Some(framing) => Ok((framing, Kind::Posts)),
            None => Err(Refusal::Unreadable("it is not JSON")),
        };
    };
    let start =
        memchr::memchr(b'[', head.bytes()).ok_or(Refusal::Unreadable("its list of posts does not begin"))?;
    Ok((Framing::Array { start, enclosing: 0 }, kind))
}

/// What stands between the prefix and the number of the part.
fn name(rest: &[u8]) -> &[u8] {
    let end = rest.iter().position(|byte| matches!(byte, b'.' | b' ' | b'=' | b'\n')).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

fn other_file(name: &[u8]) -> Refusal {
    let name = crate::archive::printable(name);
    Refusal::NotPosts(format!("`{name}` of an X account archive (only `tweets` is read)"))
}

/// An element: the post, since 2019 in an object of its own.
#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow)]
    tweet: Option<Tweet<'a>>,
}

struct ArchiveParser {
    kind: Kind,
    asked: Asked,
}

impl Parser for ArchiveParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            match from_text::<Element<'_>>(text)?.tweet {
                Some(tweet) => self.put(&tweet, frame, out),
                None => self.put(&from_text::<Tweet<'_>>(text)?, frame, out),
            }
            Ok(())
        });
    }
}

impl ArchiveParser {
    fn put(&self, tweet: &Tweet<'_>, frame: &Frame<'_>, out: &mut dyn Sink) {
        let post = tweet.to_post(frame.offset).map(|mut post| {
            // The newer archive holds no original: a retweet is told by its text alone, and cut as ever.
            if post.repost == Repost::No && post.text.starts_with("RT @") {
                post.repost = Repost::Yes;
                post.truncated |= post.text.ends_with('…');
            }
            post.deleted = self.kind == Kind::Deleted;
            post
        });
        self.asked.put(post, !tweet.is_protected(), frame, out);
        tweet.put_context(self.asked, frame, out);
    }
}
