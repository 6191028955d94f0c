//! Posts as servers with Mastodon's API give them: single, lists, search pages, contexts, streams, recorded exchanges. What other servers
//! of the Fediverse exchange between themselves is in `objects`.

use super::common::{
    NO_POST, Text, add_anchors, count, deletion, first_word, handle, has, host, join, listed, many, new_post,
    posted_at, repost_id, said, time, word,
};
use super::others::other_kind;
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Without, from_text_by, read_frame, read_pages};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Draft, Metrics, Repost};
use crate::text::html::to_text;
use std::borrow::Cow;
use std::collections::HashMap;

/// Posts, pages, streams and recorded exchanges of the Mastodon API.
pub(in crate::archive) struct FediverseApi;

/// Why the deletion of a post that a server calls by its own number is left out.
const UNKNOWN_DELETED: &str = "deletion by a server's own number: which post that was is not said";
/// Why an exchange is left out.
const NO_POSTS: &str = "recorded exchange without posts";
/// How deep lists, pages and exchanges may stand in each other.
const MAX_DEPTH: usize = 4;

impl ArchiveFormat for FediverseApi {
    fn name(&self) -> &'static str {
        "fediverse-api"
    }
    fn about(&self) -> &'static str {
        "Mastodon API (Mastodon, Pleroma, GoToSocial, …): posts, pages, contexts, streams, recorded exchanges"
    }
    fn known_by(&self) -> &'static str {
        "`account.acct` beside time and text, or the lines of an event stream"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let records = head.records();
        let other = records.first().is_some_and(|first| other_kind(elements(first)).is_some());
        let ours = records.iter().any(is_ours) || is_event_stream(head.bytes());
        if ours || other { Confidence::Certain } else { Confidence::No }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let parser = ApiParser { asked: Asked::of(options) };
        if is_event_stream(head.bytes()) {
            return Ok(Plan { framing: Framing::Lines, notes: Vec::new(), parser: Box::new(parser) });
        }
        let records = head.records();
        match records.first().and_then(|first| other_kind(elements(first))) {
            Some(kind) if !records.iter().any(is_ours) => Err(Refusal::NotPosts(kind.to_owned())),
            _ => head.json_plan(parser),
        }
    }
}

/// The first element of a list, else the value itself.
fn elements<'r, 'a>(record: &'r Raw<'a>) -> &'r Raw<'a> {
    match record {
        Raw::List(values) => values.first().unwrap_or(record),
        other => other,
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    is_status(record)
        || is_context(record)
        || is_our_exchange(record)
        || is_stream_frame(record)
        || matches!(record, Raw::List(statuses) if statuses.first().is_some_and(is_status))
        || page(record).is_some_and(|statuses| {
            statuses.first().is_some_and(is_status) || record.get("hashtags").is_some()
        })
}

/// One post: nobody else names its author `account` and calls it by `acct`.
fn is_status(record: &Raw<'_>) -> bool {
    let by_account =
        record.get("account").is_some_and(|account| has(account, "acct") || has(account, "username"));
    by_account
        && has(record, "created_at")
        && ["content", "reblog", "text"].iter().any(|key| record.get(key).is_some())
        && ["uri", "visibility", "favourites_count", "reblogs_count"]
            .iter()
            .any(|key| record.get(key).is_some())
}

/// The posts of a search page; those that notifications carry along are none of it.
fn page<'r, 'a>(record: &'r Raw<'a>) -> Option<&'r [Raw<'a>]> {
    match record.get("statuses") {
        Some(Raw::List(statuses)) if record.get("notification_groups").is_none() => Some(statuses),
        _ => None,
    }
}

/// What stands before and after a post.
fn is_context(record: &Raw<'_>) -> bool {
    let list = |key: &str| matches!(record.get(key), Some(Raw::List(_)));
    list("ancestors") && list("descendants")
}

/// A frame of a stream over a web socket.
fn is_stream_frame(record: &Raw<'_>) -> bool {
    matches!(record.get("event"), Some(Raw::Text(_)))
        && (record.get("payload").is_some() || matches!(record.get("stream"), Some(Raw::List(_))))
}

/// Beginnings of paths that only servers with Mastodon's API have.
const PATHS: [&str; 9] = [
    "/api/v1/accounts",
    "/api/v1/statuses",
    "/api/v1/timelines",
    "/api/v1/instance",
    "/api/v1/streaming",
    "/api/v1/favourites",
    "/api/v1/bookmarks",
    "/api/v2/search",
    "/api/v2/instance",
];

/// What was asked of a server and what it answered, in one record.
fn is_exchange(record: &Raw<'_>) -> bool {
    body(record).is_some() && !exchange_path(record).is_empty()
}

/// The same, of a server that has Mastodon's API.
fn is_our_exchange(record: &Raw<'_>) -> bool {
    let path = exchange_path(record);
    is_exchange(record) && PATHS.iter().any(|known| path.starts_with(known))
}

/// The path that was asked for, without the host.
fn exchange_path<'r>(record: &'r Raw<'_>) -> &'r str {
    let asked =
        [record.get("path"), record.get("url"), record.get("request").and_then(|asked| asked.get("url"))];
    let Some(Raw::Text(address)) = asked.into_iter().flatten().next() else { return "" };
    match host(address) {
        Some(host) => address.split_once(host).map_or("", |(_, path)| path),
        None => address,
    }
}

fn body<'r, 'a>(record: &'r Raw<'a>) -> Option<&'r Raw<'a>> {
    record.get("body").or_else(|| record.get("response").and_then(|answer| answer.get("body")))
}

/// Lines of server-sent events, as `curl` writes a stream down: `event: update`, `data: {…`. Mastodon's begin with `:)`.
fn is_event_stream(head: &[u8]) -> bool {
    let lines = head.split(|byte| *byte == b'\n').take(200);
    let mut event = false;
    for line in lines {
        let line = line.trim_ascii();
        if let Some(name) = line.strip_prefix(b"event:") {
            event = EVENTS.iter().any(|known| known.as_bytes() == name.trim_ascii());
        } else if event && line.starts_with(b"data:") {
            return true;
        } else if !line.is_empty() && !line.starts_with(b":") && !line.starts_with(b"data:") {
            return false;
        }
    }
    false
}

/// What Mastodon's streams tell.
const EVENTS: [&str; 10] = [
    "update",
    "status.update",
    "delete",
    "notification",
    "conversation",
    "filters_changed",
    "announcement",
    "announcement.reaction",
    "announcement.delete",
    "notifications_merged",
];

/// Keys under which pages have their posts.
const LISTS: [&str; 3] = ["statuses", "ancestors", "descendants"];

/// Members that say nothing of a post: half of each record is about its author's page.
const UNSAID: [&str; 12] = [
    "media_attachments",
    "emojis",
    "fields",
    "roles",
    "role",
    "application",
    "filtered",
    "feature_approval",
    "quote_approval",
    "tagged_collections",
    "headers",
    "note",
];

fn read_value(text: &str) -> Result<Raw<'_>, serde_json::Error> {
    from_text_by(text, Without(&UNSAID))
}

struct ApiParser {
    asked: Asked,
}

impl Parser for ApiParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        match event_line(frame.bytes) {
            EventLine::Data(data) => {
                let offset = frame.offset + (data.as_ptr().addr() - frame.bytes.as_ptr().addr()) as u64;
                let data = Frame { bytes: data, offset, place: frame.place };
                read_frame(&data, out, &|text, frame, out| {
                    let value = read_value(text)?;
                    self.reader(frame, &Known::default()).event(&value, out);
                    Ok(())
                });
            }
            EventLine::Silent => {}
            EventLine::None => read_pages(frame, out, &LISTS, &|text, frame, out| {
                let value = read_value(text)?;
                let known = known_ids(&value);
                self.reader(frame, &known).value(&value, "", 0, out);
                Ok(())
            }),
        }
    }
}

impl ApiParser {
    fn reader<'r>(&'r self, frame: &'r Frame<'r>, known: &'r Known) -> Reader<'r> {
        Reader { asked: self.asked, frame, known }
    }
}

enum EventLine<'a> {
    /// What an event carries.
    Data(&'a [u8]),
    /// A comment or the name of an event.
    Silent,
    /// No line of a stream of events.
    None,
}

fn event_line(line: &[u8]) -> EventLine<'_> {
    let line = line.trim_ascii();
    if let Some(data) = line.strip_prefix(b"data:") {
        return match data.trim_ascii() {
            b"" | b"undefined" => EventLine::Silent,
            data => EventLine::Data(data),
        };
    }
    let silent = [&b":"[..], b"event:", b"id:", b"retry:"];
    if silent.iter().any(|start| line.starts_with(start)) { EventLine::Silent } else { EventLine::None }
}

/// Global ids of the posts of one page, by the server's own numbers.
type Known = HashMap<String, String>;

/// Notes the ids of all posts of a page, so that answers and deletions in it can be told globally.
fn known_ids(value: &Raw<'_>) -> Known {
    let mut known = Known::new();
    if !is_status(value) {
        note_ids(value, 0, &mut known);
    }
    known
}

fn note_ids(value: &Raw<'_>, depth: usize, known: &mut Known) {
    if depth > MAX_DEPTH {
        return;
    }
    if let Raw::List(values) = value {
        return values.iter().for_each(|value| note_ids(value, depth + 1, known));
    }
    if is_status(value) {
        if let (Some(id), Some(uri)) = (word(value, "id"), word(value, "uri")) {
            known.insert(id.into_owned(), uri.into_owned());
        }
        value.get("reblog").into_iter().for_each(|original| note_ids(original, depth + 1, known));
        return;
    }
    LISTS.iter().filter_map(|key| value.get(key)).for_each(|list| note_ids(list, depth + 1, known));
}

/// Reads the values of one frame.
struct Reader<'r> {
    asked: Asked,
    frame: &'r Frame<'r>,
    known: &'r Known,
}

impl Reader<'_> {
    /// Puts all that a value is into the sink; `place` says where in the record it stands.
    fn value(&self, value: &Raw<'_>, place: &str, depth: usize, out: &mut dyn Sink) {
        if depth > MAX_DEPTH {
            self.reject("lists in lists", out);
        } else if let Raw::List(values) = value {
            self.list(values, place, depth, out);
        } else if is_status(value) {
            self.status(value, place, out);
        } else if let Some(statuses) = page(value) {
            self.list(statuses, "page", depth, out);
        } else if is_context(value) {
            let both = ["ancestors", "descendants"].iter().flat_map(|key| many(value.get(key)));
            both.for_each(|status| self.value(status, place, depth + 1, out));
        } else if is_exchange(value) {
            self.exchange(value, depth, out);
        } else if is_stream_frame(value) {
            self.stream_frame(value, out);
        } else if let Some(kind) = other_kind(value) {
            self.reject(&format!("not a post, but of {kind}"), out);
        } else if let Some(error) = word(value, "error") {
            self.reject(&format!("an error message of the API: {error}"), out);
        } else {
            self.reject("not a post: no author, time or text", out);
        }
    }

    fn list(&self, values: &[Raw<'_>], place: &str, depth: usize, out: &mut dyn Sink) {
        let within = if place.is_empty() { "list" } else { place };
        for (at, value) in values.iter().enumerate() {
            self.value(value, &format!("post {} of the {within}: ", at + 1), depth + 1, out);
        }
    }

    fn reject(&self, reason: &str, out: &mut dyn Sink) {
        out.reject(Reject::new(self.frame.place, reason, self.frame.bytes));
    }

    fn status(&self, status: &Raw<'_>, place: &str, out: &mut dyn Sink) {
        let post = self.post(status).map_err(|reason| format!("{place}{reason}"));
        let original = status.get("reblog").filter(|original| is_status(original));
        let is_public = is_public(status) && original.is_none_or(is_public);
        self.asked.put(post, is_public, self.frame, out);
        if self.asked.referenced {
            let quoted = quoted(original.unwrap_or(status)).filter(|quoted| is_status(quoted));
            for referenced in [original, quoted].into_iter().flatten() {
                let post =
                    self.post(referenced).map_err(|reason| format!("{place}post referred to: {reason}"));
                self.asked.put(post, self::is_public(referenced), self.frame, out);
            }
        }
    }

    /// What one event of a stream carries.
    fn event(&self, value: &Raw<'_>, out: &mut dyn Sink) {
        match value {
            Raw::Map(_) if is_status(value) => self.status(value, "", out),
            Raw::Map(_) => out.unselected(NO_POST),
            other => match said(other).and_then(|id| self.known.get(id.as_ref())) {
                Some(uri) => out.deletion(deletion(uri, None)),
                None => out.unselected(UNKNOWN_DELETED),
            },
        }
    }

    fn stream_frame(&self, frame: &Raw<'_>, out: &mut dyn Sink) {
        let event = word(frame, "event").unwrap_or_default();
        match (event.as_ref(), frame.get("payload")) {
            ("update" | "status.update" | "delete", Some(Raw::Text(payload))) => {
                match read_value(payload.trim()) {
                    Ok(value) => self.event(&value, out),
                    // Numbers of posts need not be digits.
                    Err(_) if event == "delete" => out.unselected(UNKNOWN_DELETED),
                    Err(_) => self.reject("the payload of the frame is not JSON", out),
                }
            }
            ("update" | "status.update" | "delete", Some(payload)) => self.event(payload, out),
            _ => out.unselected(NO_POST),
        }
    }

    /// What a server answered. An answer that is no JSON, an error or of something else brings no post.
    fn exchange(&self, exchange: &Raw<'_>, depth: usize, out: &mut dyn Sink) {
        let Some(body) = body(exchange) else { return };
        let answer = match body {
            Raw::Text(text) if is_event_stream(text.as_bytes()) => return self.event_stream(text, out),
            Raw::Text(text) => match read_value(text) {
                Ok(value) => value,
                Err(_) => return out.unselected(NO_POSTS),
            },
            other => other.borrowed(),
        };
        let path = exchange_path(exchange);
        if word(exchange, "method").is_some_and(|method| method == "DELETE")
            && path.starts_with("/api/v1/statuses/")
        {
            return match word(&answer, "uri") {
                Some(uri) => {
                    let at = word(&answer, "created_at").and_then(|text| time(&text).ok());
                    out.deletion(deletion(&uri, at.map(|(at, _)| at)));
                }
                None => out.unselected(NO_POSTS),
            };
        }
        let first = elements(&answer);
        let has_posts = is_status(first)
            || page(&answer).is_some_and(|list| !list.is_empty())
            || is_context(&answer)
                && ["ancestors", "descendants"].iter().any(|key| !many(answer.get(key)).is_empty());
        if !has_posts {
            return out.unselected(NO_POSTS);
        }
        let known = known_ids(&answer);
        Reader { known: &known, ..*self }.value(&answer, "page", depth + 1, out);
    }

    fn event_stream(&self, text: &str, out: &mut dyn Sink) {
        let data = |line| match event_line(line) {
            EventLine::Data(data) => Some(data),
            _ => None,
        };
        let events: Vec<Result<Raw<'_>, _>> = text
            .lines()
            .filter_map(|line| data(line.as_bytes()))
            .filter_map(|data| std::str::from_utf8(data).ok())
            .map(read_value)
            .collect();
        let mut known = Known::new();
        events.iter().flatten().for_each(|event| note_ids(event, 0, &mut known));
        let reader = Reader { known: &known, ..*self };
        for event in &events {
            match event {
                Ok(event) => reader.event(event, out),
                Err(_) => self.reject("an event of the stream is not JSON", out),
            }
        }
        if events.is_empty() {
            out.unselected(NO_POSTS);
        }
    }

    fn post<'p>(&self, status: &'p Raw<'_>) -> Result<Draft<'p>, String> {
        let original = status.get("reblog").filter(|original| is_status(original));
        let author = author(status);
        let own_id = first_word(status, &["uri", "url"]).unwrap_or_default();
        let original_id = original.and_then(|original| first_word(original, &["uri", "url"]));
        let at = posted_at(word(status, "created_at").as_deref(), &own_id)?;
        let id = match &original_id {
            // Pleroma calls the repost by the address of the post that it passes on.
            Some(of) if own_id.is_empty() || own_id == *of => repost_id(of, author.id.as_deref()).into(),
            _ => own_id,
        };
        let mut post = new_post(id, at, self.frame);
        post.url = word(status, "url");
        post.author = author;
        post.edited_at = word(status, "edited_at").and_then(|text| time(&text).ok()).map(|(at, _)| at);
        post.reply_to = self.reply_to(status);
        post.metrics = metrics(status);
        if original.is_some() {
            post.repost = Repost::Yes;
            post.repost_of = original_id;
        }
        add_said(&mut post, original.unwrap_or(status))?;
        Ok(post)
    }

    /// The global id of the post that this one answers. The record has the server's own number only: another post of the same page
    /// may tell, or the way in which this very server makes ids; else it is the address at which the server answers for that number.
    fn reply_to<'p>(&self, status: &'p Raw<'_>) -> Option<Text<'p>> {
        let parent = word(status, "in_reply_to_id")?;
        if let Some(uri) = self.known.get(parent.as_ref()) {
            return Some(uri.clone().into());
        }
        let (uri, id) = (word(status, "uri")?, word(status, "id")?);
        let account = status.get("account")?;
        let local = uri.strip_suffix(id.as_ref()).filter(|before| before.ends_with("/statuses/"));
        if let Some(before) = local
            && word(status, "in_reply_to_account_id") == word(account, "id")
        {
            return Some(format!("{before}{parent}").into());
        }
        let is_here = local.is_some() || word(account, "acct").is_some_and(|acct| !acct.contains('@'));
        let scheme = if uri.starts_with("http://") { "http" } else { "https" };
        let host = host(&uri).filter(|_| is_here)?;
        Some(format!("{scheme}://{host}/api/v1/statuses/{parent}").into())
    }
}

/// Whether anybody may read it. `unlisted` posts are public and only stand in no public timeline.
fn is_public(status: &Raw<'_>) -> bool {
    word(status, "visibility").is_none_or(|visibility| matches!(visibility.as_ref(), "public" | "unlisted"))
}

/// The post quoted, whole or by its numbers: since version 4.4 of Mastodon inside a note on whether it may be shown.
fn quoted<'r, 'a>(status: &'r Raw<'a>) -> Option<&'r Raw<'a>> {
    let quote = status.get("quote")?;
    quote.get("quoted_status").or(Some(quote)).filter(|quoted| **quoted != Raw::Null)
}

fn metrics(status: &Raw<'_>) -> Metrics {
    let pleroma = status.get("pleroma");
    Metrics {
        likes: count(status, "favourites_count"),
        reposts: count(status, "reblogs_count"),
        replies: count(status, "replies_count"),
        quotes: count(status, "quotes_count").or_else(|| count(pleroma?, "quotes_count")),
        views: None,
    }
}

/// Who wrote it. The id is the account's address between servers, which old versions show only as the beginning of the post's.
fn author<'p>(status: &'p Raw<'_>) -> Author<Text<'p>> {
    let Some(account) = status.get("account") else { return Author::default() };
    let url = word(account, "url");
    let pleroma = account.get("pleroma").and_then(|pleroma| word(pleroma, "ap_id"));
    let by_post = || match word(status, "uri")? {
        Cow::Borrowed(uri) => {
            let (before, _) = uri.split_once("/statuses/")?;
            before.contains("/users/").then_some(Cow::Borrowed(before))
        }
        Cow::Owned(_) => None,
    };
    let id = word(account, "uri").filter(|uri| host(uri).is_some()).or(pleroma).or_else(by_post);
    let name = first_word(account, &["acct", "username"]);
    let address = url.clone().or_else(|| id.clone());
    Author {
        handle: name.map(|name| handle(name, address.as_deref())),
        id: id.or(url),
        name: word(account, "display_name"),
    }
}

/// What the post, or the one that it passes on, says: text, tags, links, mentions, language, quote.
fn add_said<'p>(post: &mut Draft<'p>, status: &'p Raw<'_>) -> Result<(), String> {
    let pleroma = status.get("pleroma");
    let html = match (status.get("content"), status.get("text")) {
        (Some(Raw::Text(content)), _) => to_text(content),
        (_, Some(Raw::Text(text))) => to_text(text),
        _ => return Err("not a post: no text".to_owned()),
    };
    let tags = listed(status, "tags").iter();
    post.tags.extend(tags.filter_map(|tag| word(tag, "name").or_else(|| said(tag))));
    let mentions = listed(status, "mentions");
    let urls: Vec<Text<'_>> = mentions.iter().filter_map(|mention| word(mention, "url")).collect();
    post.mentions.extend(mentions.iter().filter_map(|mention| {
        let name = first_word(mention, &["acct", "username"])?;
        Some(handle(name, word(mention, "url").as_deref()))
    }));
    post.links.extend(status.get("card").and_then(|card| word(card, "url")));
    add_anchors(post, &html, &urls);
    let warning = word(status, "spoiler_text");
    post.text = join(warning, html.text);
    post.lang = word(status, "language");
    post.quote_of = quoted(status)
        .and_then(|quoted| word(quoted, "uri"))
        .or_else(|| first_word(pleroma?, &["quote_url"]))
        .or_else(|| word(status, "quote_url"));
    Ok(())
}
