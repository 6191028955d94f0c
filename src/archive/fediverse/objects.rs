//! Posts as servers of the Fediverse exchange them (Activity Streams 2): objects, activities around them, and collections of either, such
//! as the `outbox.json` of an account's archive. Expanded JSON-LD (`@graph`) is not read.

use super::common::{
    NO_POST, Text, add_anchors, count, deletion, first_word, handle, handle_in, has, host, join, listed,
    many, new_post, posted_at, repost_id, said, time, word,
};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Without, from_text_by, member_list, read_pages};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Draft, Metrics, Repost, Timestamp};
use crate::text::html::to_text;
use std::borrow::Cow;

/// A collection of activities or posts: the `outbox.json` of an account's archive, pages of an outbox.
pub(in crate::archive) struct FediverseOutbox;
/// Posts and activities one by one.
pub(in crate::archive) struct FediverseObject;

/// How deep activities and collections may stand in each other.
const MAX_DEPTH: usize = 6;
/// Keys under which collections have their members.
const MEMBERS: [&str; 2] = ["orderedItems", "items"];

/// Members that say nothing of a post.
const UNSAID: [&str; 8] =
    ["@context", "signature", "proof", "icon", "image", "publicKey", "endpoints", "blurhash"];

impl ArchiveFormat for FediverseOutbox {
    fn name(&self) -> &'static str {
        "fediverse-outbox"
    }
    fn about(&self) -> &'static str {
        "outbox.json of a Mastodon account archive, and other collections of ActivityPub activities"
    }
    fn known_by(&self) -> &'static str {
        "a collection of ActivityPub activities (`orderedItems`)"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if collection(head).is_some() { Confidence::Certain } else { Confidence::No }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let members = collection(head).map_or(&[][..], members);
        let lists = |collection: &Raw<'_>| MEMBERS.iter().any(|key| has(collection, key));
        if members.is_empty() && collection(head).is_some_and(|collection| !lists(collection)) {
            return Err(Refusal::NotPosts("the address of a collection".to_owned()));
        }
        if !members.is_empty() && members.iter().all(|member| matches!(member, Raw::Text(_))) {
            return Err(Refusal::NotPosts("only addresses of posts or accounts".to_owned()));
        }
        refuse_profiles(members)?;
        let framing = framing(head).ok_or(Refusal::Unreadable("it is not JSON"))?;
        Ok(Plan { framing, notes: Vec::new(), parser: Box::new(ObjectParser { asked: Asked::of(options) }) })
    }
}

impl ArchiveFormat for FediverseObject {
    fn name(&self) -> &'static str {
        "fediverse-object"
    }
    fn about(&self) -> &'static str {
        "ActivityPub posts and activities of Mastodon, Pleroma, Misskey, Lemmy, PeerTube, WordPress, …"
    }
    fn known_by(&self) -> &'static str {
        "an ActivityPub type with its `@context`, or with `attributedTo`, `actor` or `object`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if FediverseOutbox.sniff(head) == Confidence::Certain {
            Confidence::No
        } else {
            head.has_record(is_ours)
        }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        refuse_profiles(head.records())?;
        head.json_plan(ObjectParser { asked: Asked::of(options) })
    }
}

/// The collection that a file is, or begins with.
fn collection<'h>(head: &'h Head<'_>) -> Option<&'h Raw<'static>> {
    let lists = |around: &Raw<'_>| {
        ["orderedItems", "items", "totalItems", "first"].iter().any(|key| has(around, key))
    };
    let first = head.around().or_else(|| head.records().first());
    first.filter(|around| Kind::of(around) == Kind::Collection && lists(around))
}

fn refuse_profiles(records: &[Raw<'_>]) -> Result<(), Refusal> {
    let all = !records.is_empty() && records.iter().all(|record| Kind::of(record) == Kind::Profile);
    if all { Err(Refusal::NotPosts("user profiles".to_owned())) } else { Ok(()) }
}

/// A collection is cut into its members, unless several stand one a line.
fn framing(head: &Head<'_>) -> Option<Framing> {
    let bytes = head.bytes();
    let mut lines =
        bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let by_lines = lines.next().is_some_and(|line| line.len() > 1)
        && lines.next().is_some_and(|line| line.starts_with(b"{"));
    match head.framing()? {
        Framing::Lines if by_lines => Some(Framing::Lines),
        other => MEMBERS.iter().find_map(|key| member_list(bytes, key)).or(Some(other)),
    }
}

/// Whether a record is of Activity Streams: nobody else writes its context, or has these types with these members.
fn is_ours(record: &Raw<'_>) -> bool {
    let of_streams =
        |value: &Raw<'_>| matches!(value, Raw::Text(text) if text.contains("www.w3.org/ns/activitystreams"));
    let context = many(record.get("@context")).iter().any(of_streams);
    let says = |keys: &[&str]| keys.iter().any(|key| record.get(key).is_some());
    match Kind::of(record) {
        Kind::Post => {
            context || says(&["attributedTo"]) && says(&["content", "contentMap", "name", "published"])
        }
        Kind::Create | Kind::Announce | Kind::Delete | Kind::Undo => {
            context || says(&["actor"]) && says(&["object"])
        }
        Kind::Tombstone => context || says(&["deleted"]),
        Kind::Collection | Kind::Other => context,
        Kind::Profile => context || says(&["inbox", "outbox"]),
    }
}

/// What an object is, by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Something published.
    Post,
    /// Publishes or changes what stands in it.
    Create,
    /// Passes on.
    Announce,
    Delete,
    Undo,
    /// What is left of something deleted.
    Tombstone,
    Collection,
    Profile,
    /// Likes, follows, places, and what we never heard of.
    Other,
}

impl Kind {
    fn of(value: &Raw<'_>) -> Self {
        many(value.get("type"))
            .iter()
            .filter_map(Raw::text)
            .map(|name| Self::named(&name))
            .find(|kind| *kind != Self::Other)
            .unwrap_or(Self::Other)
    }

    fn named(name: &str) -> Self {
        match name.strip_prefix("as:").unwrap_or(name) {
            "Note" | "Question" | "Article" | "Page" | "Video" | "Image" | "Audio" | "Event" | "Document"
            | "ChatMessage" | "Review" | "Comment" | "Quotation" | "GeneratedNote" => Self::Post,
            "Create" | "Update" => Self::Create,
            "Announce" => Self::Announce,
            "Delete" => Self::Delete,
            "Undo" => Self::Undo,
            "Tombstone" => Self::Tombstone,
            "OrderedCollection" | "OrderedCollectionPage" | "Collection" | "CollectionPage" => {
                Self::Collection
            }
            "Person" | "Service" | "Group" | "Organization" | "Application" => Self::Profile,
            _ => Self::Other,
        }
    }
}

/// The members of a collection.
fn members<'r, 'a>(collection: &'r Raw<'a>) -> &'r [Raw<'a>] {
    let own = MEMBERS.iter().map(|key| many(collection.get(key))).find(|members| !members.is_empty());
    own.or_else(|| collection.get("first").filter(|first| matches!(first, Raw::Map(_))).map(members))
        .unwrap_or_default()
}

struct ObjectParser {
    asked: Asked,
}

impl Parser for ObjectParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &MEMBERS, &|text, frame, out| {
            let value = from_text_by(text, Without(&UNSAID))?;
            Reader { asked: self.asked, frame }.value(&value, None, 0, out);
            Ok(())
        });
    }
}

struct Reader<'r> {
    asked: Asked,
    frame: &'r Frame<'r>,
}

impl Reader<'_> {
    /// Puts all that a value is into the sink; `activity` is what stands around it.
    fn value(&self, value: &Raw<'_>, activity: Option<&Raw<'_>>, depth: usize, out: &mut dyn Sink) {
        if depth > MAX_DEPTH {
            return self.reject("activities in activities", out);
        }
        if let Raw::List(values) = value {
            return values.iter().for_each(|value| self.value(value, activity, depth + 1, out));
        }
        if let Raw::Text(_) = value {
            return out.unselected("only the address of a post");
        }
        match Kind::of(value) {
            Kind::Post => self.post(value, activity, out),
            Kind::Create => match value.get("object") {
                Some(inner @ Raw::Map(_)) if !matches!(Kind::of(inner), Kind::Profile | Kind::Other) => {
                    self.value(inner, Some(value), depth + 1, out);
                }
                Some(Raw::Text(_)) => out.unselected("only the address of a post"),
                _ => out.unselected(NO_POST),
            },
            Kind::Announce => self.announce(value, depth, out),
            Kind::Delete => self.delete(value, out),
            Kind::Undo => self.undo(value, out),
            Kind::Tombstone => self.gone(id_of(value).as_deref(), value, out),
            Kind::Collection => {
                for member in members(value) {
                    self.value(member, None, depth + 1, out);
                }
            }
            Kind::Profile | Kind::Other if has(value, "type") => out.unselected(NO_POST),
            Kind::Profile | Kind::Other => self.reject("not a post: no type", out),
        }
    }

    fn reject(&self, reason: &str, out: &mut dyn Sink) {
        out.reject(Reject::new(self.frame.place, reason, self.frame.bytes));
    }

    fn post(&self, object: &Raw<'_>, activity: Option<&Raw<'_>>, out: &mut dyn Sink) {
        let is_public = is_public(object, activity);
        self.asked.put(object_post(object, activity, self.frame), is_public, self.frame, out);
    }

    fn announce(&self, announce: &Raw<'_>, depth: usize, out: &mut dyn Sink) {
        let Some(object) = announce.get("object").filter(|object| **object != Raw::Null) else {
            return self.reject("a repost of nothing", out);
        };
        // Lemmy's communities pass on what their members do: that is no repost, but the way in which posts travel.
        if !matches!(Kind::of(object), Kind::Post | Kind::Other) {
            return self.value(object, None, depth + 1, out);
        }
        let is_post = Kind::of(object) == Kind::Post;
        let is_public = is_public(announce, None) && (!is_post || self::is_public(object, None));
        self.asked.put(repost(announce, object, self.frame), is_public, self.frame, out);
        if is_post && self.asked.referenced {
            self.post(object, None, out);
        }
    }

    fn delete(&self, delete: &Raw<'_>, out: &mut dyn Sink) {
        let id = delete.get("object").and_then(id_of);
        if id.is_some() && id == delete.get("actor").and_then(id_of) {
            return out.unselected("deletion of an account");
        }
        self.gone(id.as_deref(), delete.get("object").unwrap_or(delete), out);
    }

    fn gone(&self, id: Option<&str>, what: &Raw<'_>, out: &mut dyn Sink) {
        match id {
            Some(id) => out.deletion(deletion(id, published(what, None))),
            None => self.reject("a deletion without an id", out),
        }
    }

    fn undo(&self, undo: &Raw<'_>, out: &mut dyn Sink) {
        match undo.get("object").filter(|inner| Kind::of(inner) == Kind::Announce) {
            Some(announce) => {
                let id = announce_id(announce, announce.get("object").and_then(id_of).as_deref());
                self.gone(id.as_deref(), announce, out);
            }
            None => out.unselected(NO_POST),
        }
    }
}

/// The id of an object, of which perhaps only the address stands there; without one, its first address.
fn id_of<'v>(value: &'v Raw<'_>) -> Option<Text<'v>> {
    match value {
        Raw::List(values) => values.iter().find_map(id_of),
        Raw::Map(_) => word(value, "id").or_else(|| link(value.get("url")?)),
        other => said(other),
    }
}

/// The address to open an object at: of several links that of a page.
fn link<'v>(url: &'v Raw<'_>) -> Option<Text<'v>> {
    let href = |link: &'v Raw<'_>| said(link).or_else(|| word(link, "href"));
    let is_page = |link: &&'v Raw<'_>| word(link, "mediaType").is_some_and(|kind| kind == "text/html");
    let links = many(Some(url));
    links.iter().find(is_page).and_then(href).or_else(|| links.iter().find_map(href))
}

/// When it was published, if that can be read.
fn published(object: &Raw<'_>, activity: Option<&Raw<'_>>) -> Option<Timestamp> {
    let text = word(object, "published").or_else(|| word(activity?, "published"))?;
    time(&text).ok().map(|(at, _)| at)
}

fn announce_id<'v>(announce: &'v Raw<'_>, original: Option<&str>) -> Option<Text<'v>> {
    let own = word(announce, "id");
    own.or_else(|| {
        let actor = announce.get("actor").and_then(id_of);
        Some(repost_id(original?, actor.as_deref()).into())
    })
}

/// Names of the collection to which everything public is addressed.
fn is_everybody(address: &str) -> bool {
    matches!(address, "https://www.w3.org/ns/activitystreams#Public" | "as:Public" | "Public")
}

/// Whether it is addressed to everybody, in the first place or (`unlisted`) in the second. What has no addressing at all was found in
/// public: who writes to a few has to say to whom.
fn is_public(object: &Raw<'_>, activity: Option<&Raw<'_>>) -> bool {
    /// Who may read it.
    const TO: [&str; 3] = ["to", "cc", "audience"];
    if many(object.get("type")).iter().any(|kind| said(kind).is_some_and(|kind| kind == "ChatMessage"))
        || object.get("directMessage") == Some(&Raw::Bool(true))
    {
        return false;
    }
    let both = [Some(object), activity];
    let addressed = |of: &&Raw<'_>| TO.iter().any(|key| of.get(key).is_some());
    let Some(of) = both.into_iter().flatten().find(addressed) else { return true };
    TO.iter().flat_map(|key| many(of.get(key))).filter_map(id_of).any(|address| is_everybody(&address))
}

/// The account that wrote or did it.
fn author<'v>(object: &'v Raw<'_>, keys: &[&str], url: Option<&str>) -> Author<Text<'v>> {
    let actors = keys.iter().flat_map(|key| many(object.get(key)));
    // PeerTube names the account and its channel, in either order.
    let is_group = |actor: &&Raw<'_>| said_type(actor).is_some_and(|kind| kind == "Group");
    let mut all: Vec<&Raw<'_>> = actors.collect();
    all.sort_by_key(|actor| is_group(actor));
    let Some(actor) = all.first() else { return Author::default() };
    let id = id_of(actor);
    let name = first_word(actor, &["preferredUsername", "username"]);
    let shown = || id.as_deref().and_then(handle_in).or_else(|| url.and_then(handle_in)).map(Cow::Owned);
    let shown = || if is_of_misskey(object) { None } else { shown() };
    Author {
        handle: name.map(|name| handle(name, id.as_deref())).or_else(shown),
        name: word(actor, "name"),
        id,
    }
}

/// Whether Misskey made it, in whose addresses accounts are numbers and not names.
fn is_of_misskey(object: &Raw<'_>) -> bool {
    let source = object.get("source").and_then(|source| word(source, "mediaType"));
    has(object, "_misskey_content") || source.is_some_and(|kind| kind == "text/x.misskeymarkdown")
}

fn said_type<'v>(value: &'v Raw<'_>) -> Option<Text<'v>> {
    value.get("type").and_then(said)
}

fn object_post<'p>(
    object: &'p Raw<'_>,
    activity: Option<&'p Raw<'_>>,
    frame: &Frame<'_>,
) -> Result<Draft<'p>, String> {
    let id = id_of(object).unwrap_or_default();
    let claimed =
        word(object, "published").or_else(|| activity.and_then(|activity| word(activity, "published")));
    let at = posted_at(claimed.as_deref(), &id)?;
    let mut post = new_post(id, at, frame);
    post.url = object.get("url").and_then(link);
    // Of a page in a community the address is the one that it links to.
    if said_type(object).is_some_and(|kind| kind == "Page")
        && let Some(linked) = post.url.take_if(|url| host(url) != host(&post.id))
    {
        post.links.push(linked);
    }
    post.author = author(object, &["attributedTo", "actor"], post.url.as_deref());
    if let Some(activity) = activity.filter(|_| post.author.id.is_none() && post.author.name.is_none()) {
        post.author = author(activity, &["actor", "attributedTo"], post.url.as_deref());
    }
    let updated = word(object, "updated").or_else(|| {
        let update = activity.filter(|activity| said_type(activity).is_some_and(|kind| kind == "Update"))?;
        first_word(update, &["updated", "published"])
    });
    let edited = updated.and_then(|text| time(&text).ok()).map(|(at, _)| at);
    post.edited_at = edited.filter(|edited| edited.as_millis() / 1000 > post.posted_at.as_millis() / 1000);
    post.reply_to = object.get("inReplyTo").and_then(id_of);
    post.metrics = metrics(object);
    add_said(&mut post, object);
    Ok(post)
}

/// A repost: the text, tags and links of the original, where it stands there; else it is known to be cut.
fn repost<'p>(announce: &'p Raw<'_>, object: &'p Raw<'_>, frame: &Frame<'_>) -> Result<Draft<'p>, String> {
    let original = id_of(object);
    let id = announce_id(announce, original.as_deref()).unwrap_or_default();
    let at = posted_at(word(announce, "published").as_deref(), &id)?;
    let mut post = new_post(id, at, frame);
    post.url = announce.get("url").and_then(link);
    post.author = author(announce, &["actor", "attributedTo"], post.url.as_deref());
    post.repost = Repost::Yes;
    post.repost_of = original;
    if Kind::of(object) == Kind::Post {
        add_said(&mut post, object);
    } else {
        post.truncated = true;
    }
    Ok(post)
}

fn metrics(object: &Raw<'_>) -> Metrics {
    let total = |key: &str| {
        object.get(key).and_then(|value| count(value, "totalItems")).or_else(|| count(object, key))
    };
    Metrics {
        likes: total("likes"),
        reposts: total("shares"),
        replies: total("replies"),
        quotes: None,
        views: total("views"),
    }
}

/// What the object, or the one that a repost passes on, says: text, tags, links, mentions, language, quote.
fn add_said<'p>(post: &mut Draft<'p>, object: &'p Raw<'_>) {
    let kind = said_type(object).unwrap_or_default();
    let is_note = matches!(kind.as_ref(), "Note" | "Question" | "ChatMessage" | "Comment");
    let (content, by_map) = content(object);
    let is_html = !word(object, "mediaType")
        .is_some_and(|kind| matches!(kind.as_ref(), "text/markdown" | "text/plain"));
    let html = match content {
        Some(content) if is_html => to_text(content),
        content => crate::text::html::Html { text: content.unwrap_or_default().into(), anchors: Vec::new() },
    };
    let hrefs = add_tags(post, object);
    add_anchors(post, &html, &hrefs);
    if !is_html {
        let mut found = Vec::new();
        crate::text::find_urls(&html.text, &mut found);
        post.links
            .extend(found.into_iter().filter_map(|at| html.text.get(at)).map(|link| link.to_owned().into()));
    }
    let attached = listed(object, "attachment").iter();
    post.links.extend(
        attached
            .filter(|one| said_type(one).is_some_and(|kind| kind == "Link"))
            .filter_map(|one| word(one, "href")),
    );
    let title = word(object, "name");
    let warning = word(object, "summary").filter(|_| is_note).map(|summary| match summary {
        Cow::Borrowed(summary) => to_text(summary).text,
        Cow::Owned(summary) => to_text(&summary).text.into_owned().into(),
    });
    post.text = join(title, join(warning.filter(|warning| !warning.is_empty()), html.text));
    post.lang = language(object).or(by_map);
    post.quote_of = first_word(object, &["quoteUri", "quoteUrl", "_misskey_quote"])
        .or_else(|| object.get("quote").and_then(id_of))
        .or(post.quote_of.take());
}

/// The content, and its language where it stands in several.
fn content<'v>(object: &'v Raw<'_>) -> (Option<&'v str>, Option<Text<'v>>) {
    let plain = match object.get("content") {
        Some(Raw::Text(content)) => Some(content.as_ref()),
        _ => None,
    };
    let Some(Raw::Map(members)) = object.get("contentMap") else { return (plain, None) };
    let mut texts = members.iter().filter_map(|(lang, value)| match value {
        Raw::Text(text) => Some((lang.as_ref(), text.as_ref())),
        _ => None,
    });
    // The plain content is one of them; where all are alike the first counts.
    let chosen = texts.clone().find(|(_, text)| plain == Some(text)).or_else(|| texts.next());
    let lang = chosen.map(|(lang, _)| lang).filter(|lang| !lang.is_empty() && *lang != "und");
    (plain.or(chosen.map(|(_, text)| text)), lang.map(Cow::Borrowed))
}

/// A language that the object names: Lemmy and `PeerTube` do.
fn language<'v>(object: &'v Raw<'_>) -> Option<Text<'v>> {
    let language = object.get("language")?;
    word(language, "identifier").or_else(|| said(language)).filter(|lang| lang != "und")
}

/// Adds the tags and mentions that the object lists; returns the addresses of the accounts mentioned.
fn add_tags<'p>(post: &mut Draft<'p>, object: &'p Raw<'_>) -> Vec<Text<'p>> {
    let mut hrefs = Vec::new();
    for tag in listed(object, "tag") {
        let kind = said_type(tag).unwrap_or_default();
        let name = word(tag, "name").or_else(|| said(tag));
        match (kind.as_ref(), name) {
            ("Mention", Some(name)) => {
                let href = word(tag, "href");
                // Some write a display name: a handle has no space.
                let plain = !name.contains(char::is_whitespace) && name.starts_with('@');
                let shown = || href.as_deref().and_then(handle_in).map(Cow::Owned);
                let handle = if plain { Some(handle(name, href.as_deref())) } else { shown().or(Some(name)) };
                post.mentions.extend(handle);
                hrefs.extend(href);
            }
            ("Hashtag" | "Tag" | "", Some(name)) => post.tags.push(name),
            ("Link", _) if is_quote(tag) => post.quote_of = word(tag, "href"),
            _ => {}
        }
    }
    hrefs
}

/// A link to an object that the text quotes (FEP-e232).
fn is_quote(link: &Raw<'_>) -> bool {
    word(link, "mediaType")
        .is_some_and(|kind| kind.contains("activity+json") || kind.contains("ns/activitystreams"))
}
