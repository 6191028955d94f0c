//! Events of Nostr, bare or as relays send them. The id of an event is the hash of its content: what does not hash to its id is rejected.
//! Signatures are not verified.

use super::frame::Framing;
use super::json::{Raw, Word, from_text, read_frame};
use super::options::NOT_PUBLIC;
use super::times::TimeReader;
use super::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink};
use crate::post::{Author, Draft, Provenance, Repost, TimeTrust};
use crate::text::find_urls;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Write as _;

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
        1
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

/// What a relay's messages begin with; `REQ` and `CLOSE` are what a client says to it.
const LABELS: [&str; 9] = ["EVENT", "EOSE", "OK", "NOTICE", "CLOSED", "AUTH", "COUNT", "REQ", "CLOSE"];

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

/// An event (NIP-01).
#[derive(Debug, Deserialize)]
#[serde(expecting = "an event of Nostr", bound(deserialize = "'de: 'a"))]
struct Event<'a> {
    #[serde(default)]
    id: Option<Word<'a>>,
    pubkey: Word<'a>,
    created_at: Word<'a>,
    kind: Word<'a>,
    tags: Vec<Vec<Word<'a>>>,
    content: Word<'a>,
}

/// An event, or a message of a relay that brings one or none.
enum Item<'a> {
    Event(Box<Event<'a>>),
    Message,
}

impl<'de: 'a, 'a> Deserialize<'de> for Item<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an event of Nostr or a message of a relay")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Event::deserialize(MapAccessDeserializer::new(map)).map(|event| Item::Event(Box::new(event)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let label: Word<'de> = list.next_element()?.ok_or_else(|| A::Error::custom("an empty message"))?;
        if !LABELS.contains(&label.0.as_ref()) {
            return Err(A::Error::custom("not a message of a relay"));
        }
        let mut item = Item::Message;
        if label.0 == "EVENT" {
            match list.next_element::<Part<'de>>()? {
                Some(Part::Event(event)) => item = Item::Event(event),
                // The name of the subscription stands before the event.
                Some(Part::Name) => {
                    let event: Event<'de> = list
                        .next_element()?
                        .ok_or_else(|| A::Error::custom("a message without its event"))?;
                    item = Item::Event(Box::new(event));
                }
                None => return Err(A::Error::custom("a message without its event")),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(item)
    }
}

/// What stands behind `"EVENT"`.
enum Part<'a> {
    Event(Box<Event<'a>>),
    Name,
}

impl<'de: 'a, 'a> Deserialize<'de> for Part<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PartVisitor;
        impl<'de> Visitor<'de> for PartVisitor {
            type Value = Part<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an event or the name of a subscription")
            }
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Part::Name)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Event::deserialize(MapAccessDeserializer::new(map)).map(|event| Part::Event(Box::new(event)))
            }
        }
        deserializer.deserialize_any(PartVisitor)
    }
}

impl<'a> Event<'a> {
    /// The values behind the name of each tag of that name.
    fn tags<'e>(&'e self, name: &'e str) -> impl DoubleEndedIterator<Item = (&'e str, &'e [Word<'a>])> {
        self.tags.iter().filter_map(move |tag| match tag.as_slice() {
            [first, value, rest @ ..] if first.0 == name => Some((value.0.trim(), rest)),
            _ => None,
        })
    }

    /// The first tag of that name that says something.
    fn tag<'e>(&'e self, name: &'e str) -> Option<&'e str> {
        self.tags(name).map(|(value, _)| value).find(|value| !value.is_empty())
    }

    /// The hash that the id must be: of `[0,pubkey,created_at,kind,tags,content]`, written as NIP-01 says; or as it said before, with signs
    /// that are not seen as they are.
    fn hash(&self, bare: bool) -> String {
        let mut text = String::with_capacity(self.content.0.len() + 64 * self.tags.len() + 160);
        text.push_str("[0,");
        quote(&self.pubkey.0, bare, &mut text);
        let (at, kind) = (self.created_at.0.trim(), self.kind.0.trim());
        let _ = write!(text, ",{at},{kind},[");
        for (number, tag) in self.tags.iter().enumerate() {
            text.push_str(if number == 0 { "[" } else { ",[" });
            for (number, value) in tag.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                }
                quote(&value.0, bare, &mut text);
            }
            text.push(']');
        }
        text.push_str("],");
        quote(&self.content.0, bare, &mut text);
        text.push(']');
        let mut hash = String::with_capacity(64);
        for byte in Sha256::digest(text.as_bytes()) {
            let _ = write!(hash, "{byte:02x}");
        }
        hash
    }

    /// The id, if the event is what it says.
    fn true_id(&self) -> Result<String, String> {
        let said = self.id.as_ref().map(|id| id.0.trim()).filter(|id| !id.is_empty());
        let hash = self.hash(false);
        match said {
            Some(id) if !id.eq_ignore_ascii_case(&hash) => {
                let bare = self.hash(true);
                if id.eq_ignore_ascii_case(&bare) {
                    Ok(bare)
                } else {
                    Err("its id is not the hash of its content".to_owned())
                }
            }
            _ => Ok(hash),
        }
    }

    fn kind(&self) -> Option<u32> {
        self.kind.0.trim().parse().ok()
    }

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
        let id = self.true_id()?;
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
        let id = original.true_id().ok()?;
        self.tags("e").any(|(named, _)| named.eq_ignore_ascii_case(&id)).then_some(original)
    }
}

/// Writes a text as JSON; signs below the space that have no name of their own as numbers, or bare.
fn quote(text: &str, bare: bool, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | '\0'..='\x1f')) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some(other) if bare => out.push(other),
            Some(other) => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Kinds that are posts, besides 1 (a note) and the reposts 6 and 16.
const COMMENT: u32 = 1111;
const ARTICLE: u32 = 30023;

/// What an event of another kind is, for the count of what is left out.
fn other_kind(kind: u32) -> &'static str {
    match kind {
        0 => "profile",
        3 => "list of followed accounts",
        5 => "request to delete (whose post it names is not checked)",
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
                Item::Event(event) => self.put(&event, frame, out),
                Item::Message => {}
            }
            Ok(())
        });
    }
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
        let file = include_bytes!("../../fixtures/archives/nostr-events/lines/input.jsonl");
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

    #[test]
    fn texts_are_quoted_as_for_the_hash() {
        #[track_caller]
        fn check(text: &str, bare: bool, expected: &str) {
            let mut out = String::new();
            quote(text, bare, &mut out);
            assert_eq!(out, expected);
        }
        check("a\"\\\n\r\t\u{8}\u{c}é\u{7f}/", false, "\"a\\\"\\\\\\n\\r\\t\\b\\fé\u{7f}/\"");
        check("\u{1}", false, "\"\\u0001\"");
        check("\u{1}", true, "\"\u{1}\"");
        check("", true, "\"\"");
    }
}
