//! Posts as Misskey and its relatives (Sharkey, Firefish, …) give them: API lists and stream frames, and the notes of an account's export.

use super::common::{
    NO_POST, Text, count, count_of, first_word, handle, has, host, join, listed, many, new_post, posted_at,
    repost_id, said, time, word,
};
use super::others::other_kind;
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Without, from_text_by, read_frame};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Draft, Metrics, Repost};
use std::borrow::Cow;

/// Notes of the API and of exports.
pub(in crate::archive) struct MisskeyNotes;

/// How deep lists may stand in each other.
const MAX_DEPTH: usize = 3;

/// Members that say nothing of a post.
const UNSAID: [&str; 6] =
    ["emojis", "reactionEmojis", "avatarDecorations", "instance", "badgeRoles", "properties"];

impl ArchiveFormat for MisskeyNotes {
    fn name(&self) -> &'static str {
        "misskey-notes"
    }
    fn about(&self) -> &'static str {
        "Misskey, Sharkey and relatives: notes of the API, of streams, and of an account's export"
    }
    fn known_by(&self) -> &'static str {
        "a `visibility` of `public`, `home`, `followers` or `specified` beside `createdAt`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(|record| is_note(note_of(record)))
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let mut plan = head.json_plan(MisskeyParser { asked: Asked::of(options) })?;
        let notes = || head.records().iter().map(note_of).filter(|note| is_note(note));
        if notes().all(|note| note.get("user").is_none()) {
            plan.notes.push(
                "an export does not say whose it is or of which server: its posts have no author".to_owned(),
            );
        } else if notes().any(|note| host_of(note).is_none()) {
            plan.notes.push(
                "posts of the server itself do not say which it is: their ids and handles are the server's own".to_owned(),
            );
        }
        Ok(plan)
    }
}

/// The first note of a list, or that of a stream's frame.
fn note_of<'r, 'a>(record: &'r Raw<'a>) -> &'r Raw<'a> {
    let record = match record {
        Raw::List(values) => values.first().unwrap_or(record),
        other => other,
    };
    frame_note(record).unwrap_or(record)
}

/// `{"type":"channel","body":{"type":"note","body":{…}}}`.
fn frame_note<'r, 'a>(record: &'r Raw<'a>) -> Option<&'r Raw<'a>> {
    record.get("type")?;
    record.get("body").and_then(|body| body.get("body").or(Some(body))).filter(|note| is_note(note))
}

/// Nobody else has these four kinds of visibility.
fn is_note(record: &Raw<'_>) -> bool {
    let kinds = ["public", "home", "followers", "specified"];
    let visibility = word(record, "visibility").is_some_and(|found| kinds.contains(&found.as_ref()));
    let signs = ["renoteId", "replyId", "localOnly", "cw", "renoteCount", "fileIds", "userId"];
    visibility && has(record, "createdAt") && signs.iter().any(|key| record.get(key).is_some())
}

struct MisskeyParser {
    asked: Asked,
}

impl Parser for MisskeyParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let value = from_text_by(text, Without(&UNSAID))?;
            Reader { asked: self.asked, frame }.value(&value, 0, out);
            Ok(())
        });
    }
}

struct Reader<'r> {
    asked: Asked,
    frame: &'r Frame<'r>,
}

impl Reader<'_> {
    fn value(&self, value: &Raw<'_>, depth: usize, out: &mut dyn Sink) {
        if let Raw::List(values) = value {
            if depth > MAX_DEPTH {
                return self.reject("lists in lists", out);
            }
            return values.iter().for_each(|value| self.value(value, depth + 1, out));
        }
        if let Some(note) = Some(value).filter(|value| is_note(value)).or_else(|| frame_note(value)) {
            self.note(note, out);
        } else if let Some(kind) = other_kind(value) {
            self.reject(&format!("not a post, but of {kind}"), out);
        } else if let Some(error) = value.get("error") {
            let said = word(error, "message").or_else(|| said(error)).unwrap_or_default();
            self.reject(&format!("an error message of the API: {said}"), out);
        } else if has(value, "type") {
            out.unselected(NO_POST);
        } else {
            self.reject("not a post: no time or visibility", out);
        }
    }

    fn reject(&self, reason: &str, out: &mut dyn Sink) {
        out.reject(Reject::new(self.frame.place, reason, self.frame.bytes));
    }

    fn note(&self, note: &Raw<'_>, out: &mut dyn Sink) {
        let renoted = renoted(note);
        let is_public = is_public(note) && (!is_renote(note) || renoted.is_none_or(self::is_public));
        self.asked.put(post(note, self.frame), is_public, self.frame, out);
        if self.asked.referenced {
            let answered = note.get("reply").filter(|reply| is_note(reply));
            for referenced in [renoted, answered].into_iter().flatten() {
                self.asked.put(post(referenced, self.frame), self::is_public(referenced), self.frame, out);
            }
        }
    }
}

/// `home` posts are public and only stand in no public timeline.
fn is_public(note: &Raw<'_>) -> bool {
    word(note, "visibility").is_none_or(|visibility| matches!(visibility.as_ref(), "public" | "home"))
}

fn renoted<'r, 'a>(note: &'r Raw<'a>) -> Option<&'r Raw<'a>> {
    note.get("renote").filter(|renote| is_note(renote))
}

/// Whether a note passes on another and says nothing itself; with words, files or a poll it quotes.
fn is_renote(note: &Raw<'_>) -> bool {
    let passes = has(note, "renoteId") || renoted(note).is_some();
    let files = ["fileIds", "files"].iter().any(|key| !many(note.get(key)).is_empty());
    passes && !has(note, "text") && !has(note, "cw") && !has(note, "poll") && !files
}

/// The host of a note's author, where the note says it: `host` is that of other servers only.
fn host_of<'r>(note: &'r Raw<'_>) -> Option<Text<'r>> {
    let user = note.get("user");
    let address = || match first_word(note, &["uri", "url"]) {
        Some(Cow::Borrowed(address)) => host(address).map(Cow::Borrowed),
        _ => None,
    };
    user.and_then(|user| word(user, "host")).or_else(address)
}

/// The global id: the address between servers, which the server's own posts lack; then that it must have if the host is known, else
/// the server's own id.
fn id_of<'r>(note: &'r Raw<'_>) -> Option<Text<'r>> {
    if let Some(uri) = word(note, "uri") {
        return Some(uri);
    }
    let id = word(note, "id")?;
    Some(match word(note, "url").as_deref().and_then(host) {
        Some(host) => format!("https://{host}/notes/{id}").into(),
        None => id,
    })
}

fn author<'p>(note: &'p Raw<'_>) -> Author<Text<'p>> {
    let Some(user) = note.get("user") else {
        return Author { id: word(note, "userId"), ..Author::default() };
    };
    let host = host_of(note);
    let address = host.as_ref().map(|host| format!("https://{host}/"));
    Author {
        // The server's own number of the author of another server would make two authors of one.
        id: word(user, "uri").or_else(|| word(user, "id").filter(|_| host.is_none())),
        handle: word(user, "username").map(|name| handle(name, address.as_deref())),
        name: word(user, "name"),
    }
}

fn metrics(note: &Raw<'_>) -> Metrics {
    let reactions = match note.get("reactions") {
        Some(Raw::Map(kinds)) => {
            let counts = kinds.iter().filter_map(|(_, number)| count_of(number));
            Some(counts.fold(0, u64::saturating_add))
        }
        _ => None,
    };
    Metrics {
        likes: reactions.or_else(|| count(note, "reactionCount")),
        reposts: count(note, "renoteCount"),
        replies: count(note, "repliesCount"),
        quotes: None,
        views: None,
    }
}

fn post<'p>(note: &'p Raw<'_>, frame: &Frame<'_>) -> Result<Draft<'p>, String> {
    let id = id_of(note).unwrap_or_default();
    let at = posted_at(word(note, "createdAt").as_deref(), "")?;
    let author = author(note);
    let passed_on = renoted(note);
    let renote_id = passed_on.and_then(id_of).or_else(|| word(note, "renoteId"));
    let is_renote = is_renote(note);
    let id = match &renote_id {
        Some(original) if is_renote && id.is_empty() => repost_id(original, author.key()).into(),
        _ => id,
    };
    let mut post = new_post(id, at, frame);
    post.author = author;
    post.url = first_word(note, &["url", "uri"]);
    post.edited_at = word(note, "updatedAt").and_then(|text| time(&text).ok()).map(|(at, _)| at);
    post.reply_to = note.get("reply").and_then(id_of).or_else(|| word(note, "replyId"));
    post.metrics = metrics(note);
    if is_renote {
        post.repost = Repost::Yes;
        post.repost_of = renote_id;
        match passed_on {
            Some(original) => add_said(&mut post, original),
            None => post.truncated = true,
        }
    } else {
        post.quote_of = renote_id;
        add_said(&mut post, note);
    }
    Ok(post)
}

/// What the note, or the one that it passes on, says.
fn add_said<'p>(post: &mut Draft<'p>, note: &'p Raw<'_>) {
    let text = match note.get("text") {
        Some(Raw::Text(text)) => Cow::Borrowed(text.as_ref()),
        _ => Cow::Borrowed(""),
    };
    let mut found = Vec::new();
    crate::text::find_urls(&text, &mut found);
    post.links
        .extend(found.into_iter().filter_map(|at| text.get(at)).map(|link| Cow::Owned(link.to_owned())));
    post.tags.extend(listed(note, "tags").iter().filter_map(said));
    post.text = join(word(note, "cw"), text);
    post.lang = word(note, "lang");
}
