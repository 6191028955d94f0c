//! Events of Nostr, bare or as relays send them. Nobody needs to be believed: the id of an event is the hash of its content, and its author
//! signed that hash. What is not what it says is rejected; only a bare event in a file may lack its signature.

mod event;
mod proof;

use super::frame::Framing;
use super::json::{Raw, Word, from_text, read_frame};
use super::options::NOT_PUBLIC;
use super::times::TimeReader;
use super::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink};
use crate::post::{Author, Draft, Provenance, Repost, TimeTrust};
use crate::text::find_urls;
use event::{Event, Item, LABELS};
use std::borrow::Cow;

/// The platform's name in every post of Nostr.
const PLATFORM: &str = "nostr";

/// Events, bare or in the messages of relays.
pub(super) struct NostrEvents;

impl ArchiveFormat for NostrEvents {
    fn name(&self) -> &'static str {
        "nostr-events"
    }
    fn about(&self) -> &'static str {
        "Nostr events: one a line, in an array, or in the messages of a relay (`[\"EVENT\", …]`)"
    }
    fn known_by(&self) -> &'static str {
        "a 64-digit `pubkey` beside `created_at`, `kind` and `content`, or messages of a relay"
    }
    fn reader_version(&self) -> u32 {
        2
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if messages(head).is_some() { Confidence::Certain } else { head.has_record(is_ours) }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let framing =
            messages(head).or_else(|| head.framing()).ok_or(Refusal::Unreadable("it is not JSON"))?;
        let parser = NostrParser { with_referenced: options.with_referenced };
        Ok(Plan { framing, notes: Vec::new(), parser: Box::new(parser) })
    }
}

/// How a file of a relay's messages is cut; `None` if it is none.
fn messages(head: &Head<'_>) -> Option<Framing> {
    let text = head.bytes().trim_ascii_start();
    let label = text.strip_prefix(b"[")?.trim_ascii_start().strip_prefix(b"\"")?;
    let label = label.get(..memchr::memchr(b'"', label)?)?;
    LABELS.iter().any(|known| known.as_bytes() == label).then_some(())?;
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // Pretty-printed, one message goes over many lines.
    let by_lines = first.trim_ascii_end().ends_with(b"]") || first.len() == text.len();
    Some(if by_lines { Framing::Lines } else { Framing::Values })
}

fn is_ours(record: &Raw<'_>) -> bool {
    if let Raw::List(parts) = record {
        let labelled = matches!(parts.first(), Some(Raw::Text(label)) if LABELS.contains(&label.as_ref()));
        return labelled && parts.iter().any(is_ours);
    }
    let has = |key: &str| record.get(key).is_some();
    let hex = |key: &str| matches!(record.get(key), Some(Raw::Text(hex)) if is_hash(hex));
    hex("pubkey")
        && has("created_at")
        && has("kind")
        && has("content")
        && (hex("id") || has("sig") || has("tags"))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl<'a> Event<'a> {
    /// The event that this one answers: the one marked so; of unmarked ones, as they were in the beginning, the last (NIP-10).
    fn reply_to(&self) -> Option<&str> {
        let has_role = |rest: &[Word<'a>], role: &str| rest.get(1).is_some_and(|word| word.0 == role);
        let marked = |role: &str| self.tags("e").find(|(_, rest)| has_role(rest, role)).map(|(id, _)| id);
        let roles = ["reply", "root", "mention"];
        let any_marked = self.tags("e").any(|(_, rest)| roles.iter().any(|role| has_role(rest, role)));
        let last = || if any_marked { None } else { self.tags("e").next_back().map(|(id, _)| id) };
        marked("reply").or_else(|| marked("root")).or_else(last).filter(|id| !id.is_empty())
    }

    /// Puts what the author said into a post: this one's, or that of a repost of it.
    fn say<'p>(&'p self, post: &mut Draft<'p>) {
        let content: &'p str = self.content.0.as_ref();
        // An article has its title beside the text.
        post.text = match self.tag("title").filter(|_| self.kind() == Some(ARTICLE)) {
            Some(title) => format!("{title}\n\n{content}").into(),
            None => content.into(),
        };
        let is_address = |value: &str| value.starts_with("https://") || value.starts_with("http://");
        post.tags.extend(self.tags("t").map(|(tag, _)| Cow::Borrowed(tag)));
        post.links
            .extend(self.tags("r").map(|(link, _)| link).filter(|link| is_address(link)).map(Cow::Borrowed));
        let mut urls = Vec::new();
        find_urls(content, &mut urls);
        post.links.extend(
            urls.into_iter()
                .filter_map(|range| content.get(range))
                .filter(|url| is_address(url))
                .map(Cow::Borrowed),
        );
        post.mentions.extend(self.tags("p").map(|(key, _)| Cow::Borrowed(key)));
        post.quote_of = self.tag("q").map(Cow::Borrowed);
        let is_language =
            |rest: &&(&str, &[Word<'a>])| rest.1.first().is_some_and(|space| space.0 == "ISO-639-1");
        post.lang = self.tags("l").find(|tag| is_language(&tag)).map(|(lang, _)| Cow::Borrowed(lang));
        for list in [&mut post.tags, &mut post.links, &mut post.mentions] {
            list.sort_unstable();
            list.dedup();
        }
    }

    /// What is the same for posts and reposts.
    fn begin(&self, offset: u64) -> Result<Draft<'_>, String> {
        let id = self.proven_id()?;
        let (at, precision) =
            TimeReader::utc().read(&self.created_at.0).map_err(|error| error.to_string())?;
        Ok(Draft {
            platform: PLATFORM.into(),
            id: id.into(),
            author: Author { id: Some(self.pubkey.0.trim().into()), ..Author::default() },
            posted_at: at,
            time_precision: precision,
            time_trust: TimeTrust::Claimed,
            copy_of: self.tag("proxy").map(Cow::Borrowed),
            provenance: Provenance { offset, ..Provenance::default() },
            ..Draft::default()
        })
    }

    fn to_post(&self, offset: u64) -> Result<Draft<'_>, String> {
        let mut post = self.begin(offset)?;
        post.repost = Repost::No;
        self.say(&mut post);
        post.reply_to = match self.kind() {
            // A comment names what it answers by tags of small letters (NIP-22).
            Some(COMMENT) => self.tag("e").or_else(|| self.tag("a")).or_else(|| self.tag("i")),
            Some(ARTICLE) => None,
            _ => self.reply_to(),
        }
        .map(Cow::Borrowed);
        if let Some(warning) =
            self.tags.iter().find(|tag| tag.first().is_some_and(|name| name.0 == "content-warning"))
        {
            let reason = warning.get(1).map(|reason| reason.0.trim()).filter(|reason| !reason.is_empty());
            post.kept.push(("content_warning".into(), reason.unwrap_or("yes").into()));
        }
        Ok(post)
    }

    fn to_repost<'p>(&'p self, original: Option<&'p Event<'_>>, offset: u64) -> Result<Draft<'p>, String> {
        let mut post = self.begin(offset)?;
        let named = self.tag("e").or_else(|| self.tag("a"));
        if let Some(original) = original {
            original.say(&mut post);
        }
        post.mentions.extend(self.tags("p").map(|(key, _)| Cow::Borrowed(key)));
        post.repost = Repost::Yes;
        post.repost_of = Some(named.ok_or("a repost that does not say of what")?.into());
        Ok(post)
    }

    /// The event that a repost carries as its content, if it is the one that it names, and true.
    fn carries<'c>(&self, content: &'c str) -> Option<Event<'c>> {
        if !content.trim_start().starts_with('{') {
            return None;
        }
        let original: Event<'c> = from_text(content).ok()?;
        let id = original.proven_id().ok()?;
        self.tags("e").any(|(named, _)| named.eq_ignore_ascii_case(&id)).then_some(original)
    }
}

/// Kinds that are posts, besides 1 (a note) and the reposts 6 and 16.
const COMMENT: u32 = 1111;
const ARTICLE: u32 = 30023;
/// A request to delete (NIP-09).
const DELETION: u32 = 5;

/// What an event of another kind is, for the count of what is left out.
fn other_kind(kind: u32) -> &'static str {
    match kind {
        0 => "profile",
        3 => "list of followed accounts",
        DELETION => "request to delete (whose post it names is not checked)",
        7 | 17 => "reaction",
        8 | 30008 | 30009 => "badge",
        20..=22 | 34235 | 34236 => "picture or video",
        40..=44 | 1311 => "message of a chat",
        1063 => "file",
        1068 | 1018 => "poll",
        1984 => "report",
        9734 | 9735 => "payment",
        10000..=19999 | 30000..=30003 => "list or settings of an account",
        20000..=29999 => "passing event",
        30024 => "draft of an article",
        30078 => "data of a program",
        _ => "event of another kind",
    }
}

struct NostrParser {
    with_referenced: bool,
}

impl NostrParser {
    fn put(&self, event: &Event<'_>, frame: &Frame<'_>, out: &mut dyn Sink) {
        let reject = |reason: String| Reject::new(frame.place, reason, frame.bytes);
        match event.kind() {
            Some(1 | COMMENT | ARTICLE) => match event.to_post(frame.offset) {
                Ok(mut post) => out.post(&mut post),
                Err(reason) => out.reject(reject(reason)),
            },
            Some(6 | 16) => {
                let original = event.carries(&event.content.0);
                match event.to_repost(original.as_ref(), frame.offset) {
                    Ok(mut post) => out.post(&mut post),
                    Err(reason) => return out.reject(reject(reason)),
                }
                if let Some(original) = original.filter(|_| self.with_referenced) {
                    self.put_original(&original, frame, out);
                }
            }
            // Letters, sealed ones too: what is read of them is not what was written.
            Some(4 | 13 | 14 | 15 | 1059 | 1060) => out.unselected(NOT_PUBLIC),
            Some(kind) => out.unselected(other_kind(kind)),
            None => out.reject(reject("not an event: its kind is no number".to_owned())),
        }
    }

    /// A post that came as the content of a repost; reposts of reposts go no deeper.
    fn put_original(&self, original: &Event<'_>, frame: &Frame<'_>, out: &mut dyn Sink) {
        if !matches!(original.kind(), Some(6 | 16)) {
            self.put(original, frame, out);
        }
    }
}

impl Parser for NostrParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            match from_text(text)? {
                Item::Sent(event) if !event.is_signed() => {
                    out.reject(Reject::new(frame.place, "it is not signed", frame.bytes));
                }
                Item::Event(event) | Item::Sent(event) => self.put(&event, frame, out),
                Item::Message => {}
            }
            Ok(())
        });
    }
}

/// A request to delete posts, signed by who makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Withdrawal {
    /// Who asks, as [`Author::id`]. May ask for posts of its own alone.
    pub(crate) author: String,
    /// Ids of the posts that it names.
    pub(crate) posts: Vec<String>,
}

/// The request to delete (NIP-09) in a relay's message, if it is one and true.
pub(crate) fn withdrawal(message: &[u8]) -> Result<Withdrawal, String> {
    let text = std::str::from_utf8(message).map_err(|_| "not UTF-8".to_owned())?;
    let item = from_text(text).map_err(|error| format!("not as expected: {error}"))?;
    let (Item::Event(event) | Item::Sent(event)) = item else { return Err("no event".to_owned()) };
    if event.kind() != Some(DELETION) {
        return Err("not a request to delete".to_owned());
    }
    if !event.is_signed() {
        return Err("it is not signed".to_owned());
    }
    event.proven_id()?;
    let posts = event.tags("e").map(|(id, _)| id.to_ascii_lowercase()).filter(|id| is_hash(id)).collect();
    Ok(Withdrawal { author: event.pubkey.0.trim().to_owned(), posts })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(json: &str) -> Event<'_> {
        from_text(json).unwrap()
    }

    #[test]
    fn answers_are_found_by_their_marks_else_by_their_place() {
        #[track_caller]
        fn check(tags: &str, expected: Option<&str>) {
            let json = format!(r#"{{"pubkey":"a","created_at":1,"kind":1,"tags":{tags},"content":""}}"#);
            assert_eq!(event(&json).reply_to(), expected, "{tags}");
        }
        check("[]", None);
        check(r#"[["e","1"],["e","2"]]"#, Some("2"));
        check(r#"[["e","1","","root"],["e","2","","reply"],["e","3"]]"#, Some("2"));
        check(r#"[["e","1","","mention"],["e","2","","root"]]"#, Some("2"));
        check(r#"[["e","1","","mention"]]"#, None);
        check(r#"[["e"],["e",""],["p","1"],[]]"#, None);
    }

    #[test]
    fn the_original_of_a_repost_becomes_a_post_where_it_is_asked_for() {
        let file = include_bytes!("../../../fixtures/archives/nostr-events/lines/input.jsonl");
        let count = |with_referenced| {
            let mut found = crate::archive::tests::Found::default();
            let options = ReadOptions { with_referenced, ..ReadOptions::default() };
            crate::archive::read_bytes(file, &options, &mut found).unwrap();
            (found.posts.len(), found.reasons().len())
        };
        let (posts, rejects) = count(false);
        // One of three is there and true.
        assert_eq!(count(true), (posts + 1, rejects));
    }
}
