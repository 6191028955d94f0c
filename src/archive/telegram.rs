//! What Telegram Desktop exports as JSON (`result.json`): one chat with all its messages, or all chats of an account. Chats between two persons
//! are not public and are left out; contacts, sessions and the like are never read.

use super::frame::{Framing, frames_of};
use super::json::{Raw, Word, either, from_text, member_list, outermost, read_frame, said};
use super::options::NOT_PUBLIC;
use super::times::{Read, TimeReader};
use super::{
    ArchiveFormat, Confidence, Frame, HEAD_BYTES, Head, Parser, Place, Plan, ReadOptions, Refusal, Reject,
    Sink,
};
use crate::post::{Author, Draft, Metrics, Provenance, Repost};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::marker::PhantomData;

/// One exported chat, or an account with its chats.
pub(super) struct TelegramExport;

impl ArchiveFormat for TelegramExport {
    fn name(&self) -> &'static str {
        "telegram-export"
    }
    fn about(&self) -> &'static str {
        "Telegram Desktop: result.json of one exported chat, or of a whole account (its channels and groups)"
    }
    fn known_by(&self) -> &'static str {
        "messages with `id`, `type`, `date` and `text` in a list `messages`, or `chats` of an account"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if is_account(head) {
            return Confidence::Certain;
        }
        let listed = head.around().is_some_and(|around| around.get("messages").is_some());
        head.has_record(|record| is_message(record, listed))
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let times = TimeReader::new(&options.times_in)
            .ok_or_else(|| Refusal::UnknownZone(options.times_in.clone()))?;
        let include_private = options.include_private;
        let local = format!("times without a zone are read in `{}`", options.times_in);
        let seen = |key: &str| memchr::memmem::find(head.bytes(), key.as_bytes()).is_some();
        if is_account(head) {
            let mut notes = vec![ACCOUNT_NOTE.to_owned()];
            if !seen("\"date_unixtime\"") {
                notes.push(local);
            }
            let parser = TelegramParser { chat: None, include_private, times };
            return Ok(Plan { framing: Framing::Inner, notes, parser: Box::new(parser) });
        }
        let chat = Chat::of(head.around());
        let mut notes = chat.notes();
        if seen("\"date\"") && !seen("\"date_unixtime\"") {
            notes.push(local);
        }
        let mut plan = head.json_plan(TelegramParser { chat: Some(chat), include_private, times })?;
        plan.notes = notes;
        Ok(plan)
    }
}

/// What has to be said aloud about the export of an account.
const ACCOUNT_NOTE: &str = "this is the export of a whole account: its channels and groups are read, those that are not public too (what is in \
                            them was written for their members); chats between persons are read with `--include-private` only";

fn is_message(record: &Raw<'_>, listed: bool) -> bool {
    let has = |key: &str| record.get(key).is_some();
    let kind = record.get("type").and_then(Raw::text);
    matches!(kind.as_deref(), Some("message" | "service"))
        && ["id", "date", "text"].into_iter().all(has)
        && (listed || has("date_unixtime") || has("from_id") || has("actor_id"))
}

/// The export of an account has all its chats in one list, beside contacts and sessions. Told by its first key and others, since damage
/// further on may have left no JSON.
fn is_account(head: &Head<'_>) -> bool {
    let text = head.bytes().trim_ascii_start().strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    let has = |key: &[u8]| memchr::memmem::find(text, key).is_some();
    text.starts_with(b"\"about\"")
        && (has(b"\"personal_information\"") || has(b"\"chats\"") || has(b"\"left_chats\""))
        && (has(b"\"list\"") || has(b"\"contacts\""))
}

/// What stands before the messages.
struct Chat {
    id: String,
    name: Option<String>,
    kind: String,
}

impl Chat {
    fn of(around: Option<&Raw<'_>>) -> Self {
        let word =
            |key: &str| around?.get(key)?.text().filter(|text| !text.trim().is_empty()).map(Cow::into_owned);
        Self {
            id: word("id").unwrap_or_default(),
            name: word("name"),
            kind: word("type").unwrap_or_default(),
        }
    }

    /// Messages between persons (or with a bot, or to oneself) are nobody else's.
    fn is_closed(&self) -> bool {
        !matches!(
            self.kind.as_str(),
            "" | "public_channel"
                | "public_supergroup"
                | "private_channel"
                | "private_supergroup"
                | "private_group"
        )
    }

    fn is_channel(&self) -> bool {
        self.kind.ends_with("channel")
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.kind.starts_with("private_") {
            notes.push(format!(
                "this chat is not public (`{}`): what is in it was written for its members; publish nothing that points at one",
                self.kind
            ));
        }
        if self.is_closed() {
            let kind = super::printable(self.kind.as_bytes());
            notes.push(format!(
                "this chat is between persons (`{kind}`): it is read with `--include-private` only"
            ));
        }
        if self.id.is_empty() {
            notes.push("the chat has no id here: posts get ids made from author, time and text".to_owned());
        }
        notes
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a message of Telegram", bound(deserialize = "'de: 'a"))]
struct Message<'a> {
    id: Option<Word<'a>>,
    #[serde(rename = "type")]
    kind: Option<Word<'a>>,
    date: Option<Word<'a>>,
    date_unixtime: Option<Word<'a>>,
    edited: Option<Word<'a>>,
    edited_unixtime: Option<Word<'a>>,
    from: Option<Word<'a>>,
    from_id: Option<Word<'a>>,
    /// There at all: of an account that is gone it says null.
    #[serde(deserialize_with = "present")]
    forwarded_from: bool,
    forwarded_from_id: Option<Word<'a>>,
    reply_to_message_id: Option<Word<'a>>,
    reply_to_peer_id: Option<Word<'a>>,
    text: Option<Text<'a>>,
    text_entities: Option<Text<'a>>,
    poll: Option<Poll<'a>>,
    reactions: Option<Vec<Reaction<'a>>>,
    views: Option<Word<'a>>,
}

/// Whether a member is there, whatever it says.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Poll<'a> {
    question: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Reaction<'a> {
    count: Option<Word<'a>>,
}

/// A text, whole or in pieces of which some are marked.
#[derive(Debug, Default)]
struct Text<'a>(Vec<Piece<'a>>);

#[derive(Debug, Default)]
struct Piece<'a> {
    kind: Cow<'a, str>,
    text: Cow<'a, str>,
    href: Option<Cow<'a, str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Marked<'a> {
    #[serde(rename = "type")]
    kind: Option<Word<'a>>,
    text: Option<Word<'a>>,
    href: Option<Word<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Piece<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PieceVisitor<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for PieceVisitor<'a> {
            type Value = Piece<'a>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a marked text")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Piece { text: text.into(), ..Piece::default() })
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Piece { text: text.to_owned().into(), ..Piece::default() })
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Piece::default())
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let marked = Marked::deserialize(MapAccessDeserializer::new(map))?;
                let text = |word: Option<Word<'a>>| word.map(|word| word.0);
                Ok(Piece {
                    kind: text(marked.kind).unwrap_or_default(),
                    text: text(marked.text).unwrap_or_default(),
                    href: text(marked.href),
                })
            }
        }
        deserializer.deserialize_any(PieceVisitor(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for TextVisitor<'a> {
            type Value = Text<'a>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a list of its pieces")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(vec![Piece { text: text.into(), ..Piece::default() }]))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(vec![Piece { text: text.to_owned().into(), ..Piece::default() }]))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Piece::deserialize(MapAccessDeserializer::new(map)).map(|piece| Text(vec![piece]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(Text)
            }
        }
        deserializer.deserialize_any(TextVisitor(PhantomData))
    }
}

impl Text<'_> {
    fn plain(&self) -> Cow<'_, str> {
        match self.0.as_slice() {
            [only] => Cow::Borrowed(&only.text),
            pieces => pieces.iter().map(|piece| piece.text.as_ref()).collect::<String>().into(),
        }
    }

    /// Adds the tags, links and mentions that are marked.
    fn add_to<'p>(&'p self, post: &mut Draft<'p>) {
        for piece in &self.0 {
            let text = || Cow::Borrowed(piece.text.as_ref());
            match piece.kind.as_ref() {
                "hashtag" => post.tags.push(text()),
                "link" => post.links.push(text()),
                "text_link" => post.links.extend(piece.href.as_deref().map(Cow::Borrowed)),
                "mention" => post.mentions.push(text()),
                _ => {}
            }
        }
    }
}

struct TelegramParser {
    /// The chat that all messages are of; none if each frame is a chat with its messages.
    chat: Option<Chat>,
    include_private: bool,
    times: TimeReader,
}

impl TelegramParser {
    /// The exact time where the export has it, else the local one.
    fn time(&self, exact: Option<&Word<'_>>, local: Option<&Word<'_>>) -> Result<Read, String> {
        let text = either(exact, local).ok_or("no time")?;
        self.times.read(text).map_err(|error| error.to_string())
    }

    /// A chat with its messages inside, cut into these.
    fn chat(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        // Contacts and sessions have none.
        let Some(framing) = member_list(frame.bytes, "messages") else { return };
        let chat = Chat::of(outermost(frame.bytes.get(..HEAD_BYTES).unwrap_or(frame.bytes)).as_ref());
        let (messages, rest) = frames_of(frame.bytes, framing);
        for message in messages {
            let offset = frame.offset + (message.as_ptr().addr() - frame.bytes.as_ptr().addr()) as u64;
            self.message(&chat, &Frame { bytes: message, offset, place: Place::Byte(offset) }, out);
        }
        if matches!(frame.place, Place::Byte(_)) {
            out.reject(Reject::new(frame.place, "the file ends in the middle of this chat", rest));
        }
    }

    fn message(&self, chat: &Chat, frame: &Frame<'_>, out: &mut dyn Sink) {
        if chat.is_closed() && !self.include_private {
            return out.unselected(NOT_PUBLIC);
        }
        read_frame(frame, out, &|text, frame, out| {
            let message = from_text::<Message<'_>>(text)?;
            if either(message.kind.as_ref(), None) == Some("service") {
                out.unselected("service message");
                return Ok(());
            }
            match self.post(chat, &message, frame.offset) {
                Ok(mut post) => out.post(&mut post),
                Err(reason) => out.reject(Reject::new(frame.place, reason, frame.bytes)),
            }
            Ok(())
        });
    }

    fn post<'m>(&self, chat: &'m Chat, message: &'m Message<'_>, offset: u64) -> Result<Draft<'m>, String> {
        let number = either(message.id.as_ref(), None).ok_or("not a message: no id")?;
        let (posted_at, time_precision) = self.time(message.date_unixtime.as_ref(), message.date.as_ref())?;
        // Older exports give a message that was never edited the time 0.
        let edited = self.time(message.edited_unixtime.as_ref(), message.edited.as_ref()).ok();
        let reply_to = either(message.reply_to_message_id.as_ref(), None);
        let reply_chat = either(message.reply_to_peer_id.as_ref(), None);
        let forwarded = message.forwarded_from || message.forwarded_from_id.is_some();
        let reactions = message.reactions.iter().flatten();
        let likes = reactions
            .map(|one| super::json::count(one.count.as_ref()))
            .try_fold(0_u64, |sum, one| Some(sum.saturating_add(one?)));
        let mut post = Draft {
            platform: "telegram".into(),
            id: chat.id_in(number, None).unwrap_or_default().into(),
            author: chat.author(message),
            posted_at,
            time_precision,
            edited_at: edited.map(|(at, _)| at).filter(|at| *at > posted_at),
            reply_to: reply_to.and_then(|number| chat.id_in(number, reply_chat)).map(Cow::Owned),
            repost: if forwarded { Repost::Yes } else { Repost::No },
            metrics: Metrics {
                likes: likes.filter(|_| message.reactions.is_some()),
                views: super::json::count(message.views.as_ref()),
                ..Metrics::default()
            },
            provenance: Provenance { offset, ..Provenance::default() },
            ..Draft::default()
        };
        let marked =
            message.text_entities.as_ref().filter(|text| !text.0.is_empty()).or(message.text.as_ref());
        let asked = message.poll.as_ref().and_then(|poll| poll.question.as_ref());
        let written = message.text.as_ref().or(marked).map(Text::plain).filter(|text| !text.is_empty());
        post.text = written.or_else(|| asked.map(Text::plain)).unwrap_or_default();
        if let Some(marked) = marked {
            marked.add_to(&mut post);
        }
        Ok(post)
    }
}

impl Chat {
    fn author<'m>(&'m self, message: &'m Message<'_>) -> Author<Cow<'m, str>> {
        let id = said(message.from_id.as_ref());
        let name = said(message.from.as_ref());
        // Older exports name nobody in a channel: its posts are the channel's.
        if id.is_none() && name.is_none() && self.is_channel() && !self.id.is_empty() {
            let name = self.name.as_deref().map(Cow::Borrowed);
            return Author { id: Some(format!("channel{}", self.id).into()), handle: None, name };
        }
        Author { id, handle: None, name }
    }

    fn id_in(&self, message: &str, chat: Option<&str>) -> Option<String> {
        // `channel123` where another chat is meant.
        let chat =
            chat.map_or(self.id.as_str(), |chat| chat.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
        (!chat.is_empty()).then(|| format!("{chat}/{message}"))
    }
}

impl Parser for TelegramParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        match &self.chat {
            Some(chat) => self.message(chat, frame, out),
            None => self.chat(frame, out),
        }
    }
}
