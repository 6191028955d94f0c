//! X as its web pages got it, kept by a tool in the browser: answers of `SearchTimeline`, `TweetDetail`, `UserTweets` and the like, one a line or a
//! file, single results of them, and the older `adaptive.json`. Posts are found wherever they stand in an answer, so that new timelines need
//! no new code.

use super::common::{decode, new_post, posted_at, unwrap_repost};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Word, from_text, read_frame};
use crate::archive::record::count_text;
use crate::archive::times::TimeReader;
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Draft, Metrics, Repost, Timestamp};
use std::borrow::Cow;

/// Answers of the web interface.
pub(in crate::archive) struct XGraphql;

/// What X puts in the place of a post that cannot be shown.
const TOMBSTONES: [&str; 3] = ["TweetTombstone", "TweetUnavailable", "TweetPreviewDisplay"];
/// The reason under which those are counted.
const UNAVAILABLE: &str = "a notice in the place of a post";
/// The reason under which advertisements are counted.
const PROMOTED: &str = "promoted";

impl ArchiveFormat for XGraphql {
    fn name(&self) -> &'static str {
        "x-graphql"
    }
    fn about(&self) -> &'static str {
        "X (Twitter) web pages' GraphQL answers as browser tools keep them, whole or post by post"
    }
    fn known_by(&self) -> &'static str {
        "`tweet_results` or the instructions of a timeline somewhere inside"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(is_ours)
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        if head.records().iter().any(|record| holds_item(record, "TimelineUser"))
            && !head.records().iter().any(|record| holds_item(record, "TimelineTweet"))
        {
            return Err(Refusal::NotPosts("user profiles".to_owned()));
        }
        head.json_plan(GraphqlParser(Asked::of(options)))
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    let has = |key: &str| record.get(key).is_some();
    // Tools that capture several platforms put their own envelope around: `zeeschuimer` and `4cat` are formats of their own.
    let captured = has("source_platform") && has("data") || has("__import_meta");
    let adaptive = record.get("globalObjects").is_some_and(|objects| objects.get("tweets").is_some());
    !captured && (adaptive || holds_posts(record))
}

/// Whether a timeline or a post of the web interface is anywhere inside. JSON is nested 128 deep at most.
fn holds_posts(value: &Raw<'_>) -> bool {
    match value {
        Raw::List(values) => values.iter().any(holds_posts),
        Raw::Map(members) => {
            let timeline = |instruction: &Raw<'_>| matches!(instruction.get("type"), Some(Raw::Text(kind)) if kind.starts_with("Timeline"));
            let instructions = value.get("instructions");
            matches!(value.get("tweet_results"), Some(Raw::Map(_)))
                || matches!(instructions, Some(Raw::List(list)) if list.iter().any(timeline))
                || is_wrapped(value)
                || members.iter().any(|(_, value)| holds_posts(value))
        }
        _ => false,
    }
}

/// Whether a timeline shows things of a kind.
fn holds_item(value: &Raw<'_>, kind: &str) -> bool {
    match value {
        Raw::List(values) => values.iter().any(|value| holds_item(value, kind)),
        Raw::Map(members) => {
            matches!(value.get("itemType"), Some(Raw::Text(found)) if found == kind)
                || members.iter().any(|(_, value)| holds_item(value, kind))
        }
        _ => false,
    }
}

/// A post of the web interface: most of it stands in `legacy`.
fn is_wrapped(value: &Raw<'_>) -> bool {
    value.get("legacy").is_some_and(|legacy| legacy.get("full_text").is_some())
}

/// A post of the older interface.
fn is_plain(value: &Raw<'_>) -> bool {
    ["id_str", "full_text", "created_at"].iter().all(|key| value.get(key).is_some())
}

/// The value at the end of a path of keys.
fn down<'r, 'a>(value: &'r Raw<'a>, path: &[&str]) -> Option<&'r Raw<'a>> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// A text or number that says something.
fn word<'r>(value: &'r Raw<'_>, path: &[&str]) -> Option<Cow<'r, str>> {
    down(value, path)?.text().filter(|text| !text.trim().is_empty())
}

fn each<'r, 'a>(value: Option<&'r Raw<'a>>) -> &'r [Raw<'a>] {
    match value {
        Some(Raw::List(values)) => values,
        _ => &[],
    }
}

/// A post as it stands in an answer.
#[derive(Clone, Copy)]
struct Status<'r, 'a> {
    /// The post with what was added around it later.
    whole: &'r Raw<'a>,
    /// The post as the API 1.1 knew it.
    legacy: &'r Raw<'a>,
    user: Option<&'r Raw<'a>>,
}

impl<'r, 'a> Status<'r, 'a> {
    fn of(value: &'r Raw<'a>, answer: &Answer<'r, 'a>) -> Option<Self> {
        if is_wrapped(value) {
            let user = down(value, &["core", "user_results", "result"])
                .or_else(|| down(value, &["core", "user_result", "result"]))
                .or_else(|| down(value, &["core", "user"]))
                .or_else(|| value.get("user"));
            return Some(Self { whole: value, legacy: value.get("legacy")?, user });
        }
        let listed = || answer.users?.get(&word(value, &["user_id_str"])?);
        is_plain(value).then(|| Self { whole: value, legacy: value, user: value.get("user").or_else(listed) })
    }

    fn id(&self) -> Option<Cow<'r, str>> {
        word(self.whole, &["rest_id"]).or_else(|| word(self.legacy, &["id_str"]))
    }

    fn note(&self) -> Option<&'r Raw<'a>> {
        down(self.whole, &["note_tweet", "note_tweet_results", "result"])
            .filter(|note| note.get("text").is_some())
    }

    fn text(&self) -> Cow<'r, str> {
        let text = self.note().and_then(|note| word(note, &["text"]));
        text.or_else(|| word(self.legacy, &["full_text"])).unwrap_or_default()
    }

    fn user_says(&self, key: &str) -> Option<Cow<'r, str>> {
        let user = self.user?;
        word(user, &["core", key]).or_else(|| word(user, &["legacy", key])).or_else(|| word(user, &[key]))
    }

    fn is_protected(&self) -> bool {
        let private = self.user.and_then(|user| word(user, &["privacy", "protected"]));
        private.or_else(|| self.user_says("protected")).is_some_and(|said| said == "true")
    }

    fn author(&self) -> Author<Cow<'r, str>> {
        let id = word(self.legacy, &["user_id_str"]);
        let own = |key: &str| self.user.and_then(|user| word(user, &[key]));
        Author {
            id: id.or_else(|| own("rest_id")).or_else(|| own("id_str")),
            handle: self.user_says("screen_name"),
            name: self.user_says("name"),
        }
    }

    /// The post that this one passes on; the answer may have it elsewhere.
    fn original(&self, answer: &Answer<'r, 'a>) -> Option<Self> {
        let held =
            self.legacy.get("retweeted_status_result").or_else(|| self.whole.get("retweeted_status_result"));
        let held = held.and_then(shown).or_else(|| self.legacy.get("retweeted_status"));
        let listed = || answer.tweets?.get(&word(self.legacy, &["retweeted_status_id_str"])?);
        Self::of(held.or_else(listed)?, answer)
    }

    fn quoted(&self, answer: &Answer<'r, 'a>) -> Option<Self> {
        let held = self.whole.get("quoted_status_result").and_then(shown);
        Self::of(held.or_else(|| self.legacy.get("quoted_status"))?, answer)
    }

    fn metrics(&self) -> Metrics {
        let count = |value: &'r Raw<'a>, path: &[&str]| word(value, path).and_then(|text| count_text(&text));
        Metrics {
            likes: count(self.legacy, &["favorite_count"]),
            reposts: count(self.legacy, &["retweet_count"]),
            replies: count(self.legacy, &["reply_count"]),
            quotes: count(self.legacy, &["quote_count"]),
            views: count(self.whole, &["views", "count"])
                .or_else(|| count(self.whole, &["ext_views", "count"])),
        }
    }

    fn add_entities(&self, post: &mut Draft<'r>) {
        let entities = self.note().and_then(|note| note.get("entity_set"));
        let Some(entities) = entities.or_else(|| self.legacy.get("entities")) else { return };
        post.tags.extend(each(entities.get("hashtags")).iter().filter_map(|tag| word(tag, &["text"])));
        let links = each(entities.get("urls")).iter();
        post.links
            .extend(links.filter_map(|link| word(link, &["expanded_url"]).or_else(|| word(link, &["url"]))));
        self.add_mentions(post);
    }

    fn add_mentions(&self, post: &mut Draft<'r>) {
        let mentions = each(down(self.legacy, &["entities", "user_mentions"])).iter();
        post.mentions.extend(mentions.filter_map(|mention| word(mention, &["screen_name"])));
    }

    fn to_post(self, answer: &Answer<'r, 'a>) -> Result<Draft<'r>, String> {
        let id = self.id().ok_or("a post without an id")?;
        let created = word(self.legacy, &["created_at"]).map(Word);
        let time = posted_at(created.as_ref(), &id)?;
        let mut post = new_post(id, time, self.author(), self.metrics(), answer.frame.offset);
        let original = self.original(answer);
        let telling = original.unwrap_or(self);
        post.collected_at = answer.collected_at;
        post.text = decoded(telling.text());
        post.lang = word(self.legacy, &["lang"]).filter(|lang| lang != "und");
        post.reply_to = word(self.legacy, &["in_reply_to_status_id_str"]);
        let quoted = telling.quoted(answer).and_then(|quoted| quoted.id());
        post.quote_of = word(telling.legacy, &["quoted_status_id_str"]).or(quoted);
        let listed = word(self.legacy, &["retweeted_status_id_str"]);
        post.repost_of = original.and_then(|original| original.id()).or(listed);
        post.repost = if post.repost_of.is_some() || original.is_some() { Repost::Yes } else { Repost::No };
        telling.add_entities(&mut post);
        if original.is_some() {
            self.add_mentions(&mut post);
        } else if post.repost == Repost::Yes {
            unwrap_repost(&mut post);
        }
        Ok(post)
    }
}

fn decoded(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => decode(text),
        Cow::Owned(text) => decode(&text).into_owned().into(),
    }
}

/// The post inside `{"result": …}`, out of the wrapper for those with limited actions.
fn shown<'r, 'a>(result: &'r Raw<'a>) -> Option<&'r Raw<'a>> {
    let result = result.get("result")?;
    Some(result.get("tweet").unwrap_or(result))
}

/// One answer, and what it says about all its posts.
struct Answer<'r, 'a> {
    users: Option<&'r Raw<'a>>,
    tweets: Option<&'r Raw<'a>>,
    collected_at: Option<Timestamp>,
    asked: Asked,
    frame: &'r Frame<'r>,
}

impl<'r, 'a> Answer<'r, 'a> {
    fn of(record: &'r Raw<'a>, asked: Asked, frame: &'r Frame<'r>) -> Self {
        let collected = word(record, &["timestamp_collected"]);
        Self {
            users: down(record, &["globalObjects", "users"]),
            tweets: down(record, &["globalObjects", "tweets"]),
            collected_at: collected.and_then(|text| TimeReader::utc().read(&text).ok()).map(|(at, _)| at),
            asked,
            frame,
        }
    }

    /// Puts every post inside a value into the sink; whether there was anything.
    fn visit(&self, value: &'r Raw<'a>, out: &mut dyn Sink) -> bool {
        match value {
            // No short cut: every element is visited.
            Raw::List(values) => values.iter().fold(false, |found, value| self.visit(value, out) | found),
            Raw::Map(members) => {
                if let Some(reason) = passed_over(value) {
                    out.unselected(reason);
                    return true;
                }
                if let Some(status) = Status::of(value, self) {
                    self.put(status, out);
                    return true;
                }
                members.iter().fold(false, |found, (_, value)| self.visit(value, out) | found)
            }
            _ => false,
        }
    }

    fn put(&self, status: Status<'r, 'a>, out: &mut dyn Sink) {
        self.asked.put(status.to_post(self), !status.is_protected(), self.frame, out);
        let context = status.original(self).or_else(|| status.quoted(self));
        if let Some(context) = context.filter(|_| self.asked.referenced) {
            self.put(context, out);
        }
    }
}

/// Puts the posts of a captured object into the sink; whether there was anything.
pub(in crate::archive) fn put_captured(
    data: &Raw<'_>,
    collected_at: Option<Timestamp>,
    options: &ReadOptions,
    frame: &Frame<'_>,
    out: &mut dyn Sink,
) -> bool {
    let answer = Answer { collected_at, ..Answer::of(data, Asked::of(options), frame) };
    answer.visit(data, out)
}

/// Why what stands in the place of a post is none.
fn passed_over(value: &Raw<'_>) -> Option<&'static str> {
    let kind = value.get("__typename").and_then(Raw::text).unwrap_or_default();
    let results = value.get("tweet_results");
    let promoted = results.is_some() && matches!(value.get("promotedMetadata"), Some(Raw::Map(_)));
    // So Zeeschuimer says it.
    if promoted || is_wrapped(value) && value.get("promoted") == Some(&Raw::Bool(true)) {
        return Some(PROMOTED);
    }
    let empty = matches!(results, Some(results) if results.get("result").is_none());
    (empty || TOMBSTONES.contains(&&*kind)).then_some(UNAVAILABLE)
}

struct GraphqlParser(Asked);

impl Parser for GraphqlParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let record: Raw<'_> = from_text(text)?;
            if Answer::of(&record, self.0, frame).visit(&record, out) {
                return Ok(());
            }
            let error = each(record.get("errors")).first().and_then(|error| word(error, &["message"]));
            if let Some(error) = error {
                let reason = format!("an error message of the platform: {error}");
                out.reject(Reject::new(frame.place, reason, frame.bytes));
            } else if record.get("data").is_none() && record.get("globalObjects").is_none() {
                out.reject(Reject::new(frame.place, "no post in it", frame.bytes));
            }
            // Else an answer without posts: no record.
            Ok(())
        });
    }
}
