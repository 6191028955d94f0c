//! Posts and comments as Lemmy's own API gives them: lists, search pages, single ones. What Lemmy says to other servers is in `objects`.

use super::common::{
    Text, count, deletion, first_word, handle, has, host, join, many, new_post, posted_at, time, word,
};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Without, from_text_by, read_pages};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};
use crate::post::{Author, Deletion, Draft, Metrics};
use std::borrow::Cow;

/// Posts and comments of Lemmy's API.
pub(in crate::archive) struct LemmyApi;

/// Members that say nothing of a post.
const UNSAID: [&str; 4] = ["my_vote", "moderators", "banner", "icon"];
/// Keys under which pages have their posts; of one page there may be both.
const LISTS: [&str; 2] = ["posts", "comments"];
/// Keys under which a single one stands.
const SINGLE: [&str; 2] = ["post_view", "comment_view"];
/// How deep lists may stand in each other.
const MAX_DEPTH: usize = 3;

impl ArchiveFormat for LemmyApi {
    fn name(&self) -> &'static str {
        "lemmy-api"
    }
    fn about(&self) -> &'static str {
        "Lemmy API: posts and comments of lists, search pages and single answers"
    }
    fn known_by(&self) -> &'static str {
        "views with `post` or `comment`, `creator` and `community`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let around = head.around().filter(|around| is_page(around));
        if around.is_some() {
            Confidence::Certain
        } else {
            head.has_record(|record| is_view(record) || is_page(record))
        }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let mut plan = head.json_plan(LemmyParser { asked: Asked::of(options) })?;
        // A page of both kinds is read whole.
        if matches!(plan.framing, Framing::Array { enclosing: 1, .. }) {
            plan.framing = Framing::Values;
        }
        Ok(plan)
    }
}

/// A post or comment with its author and community.
fn is_view(record: &Raw<'_>) -> bool {
    let named = |key: &str| record.get(key).is_some_and(|one| has(one, "ap_id") && has(one, "published"));
    let published =
        |key: &str| record.get(key).is_some_and(|one| has(one, "ap_id") && has(one, "published_at"));
    has(record, "creator") && has(record, "community") && (named("post") || published("post"))
}

fn is_page(record: &Raw<'_>) -> bool {
    let listed = LISTS.iter().filter_map(|key| many(record.get(key)).first());
    listed.chain(SINGLE.iter().filter_map(|key| record.get(key))).any(is_view)
}

struct LemmyParser {
    asked: Asked,
}

impl Parser for LemmyParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &LISTS, &|text, frame, out| {
            self.value(&from_text_by(text, Without(&UNSAID))?, 0, frame, out);
            Ok(())
        });
    }
}

impl LemmyParser {
    fn value(&self, value: &Raw<'_>, depth: usize, frame: &Frame<'_>, out: &mut dyn Sink) {
        let reject =
            |reason: String, out: &mut dyn Sink| out.reject(Reject::new(frame.place, reason, frame.bytes));
        if depth > MAX_DEPTH {
            return reject("lists in lists".to_owned(), out);
        }
        if let Raw::List(values) = value {
            return values.iter().for_each(|value| self.value(value, depth + 1, frame, out));
        }
        if is_view(value) {
            let is_public = !value.get("community").is_some_and(|community| {
                word(community, "visibility").is_some_and(|visibility| visibility == "Private")
            });
            return match gone(value) {
                Some(deletion) => out.deletion(deletion),
                None => self.asked.put(post(value, frame), is_public, frame, out),
            };
        }
        if let Some(error) = word(value, "error") {
            return reject(format!("an error message of the API: {error}"), out);
        }
        let within: Vec<&Raw<'_>> = LISTS.iter().chain(&SINGLE).filter_map(|key| value.get(key)).collect();
        if within.is_empty() {
            return reject("not a post: no author, community or time".to_owned(), out);
        }
        for value in within {
            self.value(value, depth + 1, frame, out);
        }
    }
}

fn is_true(of: &Raw<'_>, key: &str) -> bool {
    of.get(key) == Some(&Raw::Bool(true))
}

/// What the view speaks of: the comment, else the post.
fn subject<'r, 'a>(view: &'r Raw<'a>) -> Option<&'r Raw<'a>> {
    view.get("comment").filter(|comment| has(comment, "ap_id")).or_else(|| view.get("post"))
}

/// Deleted by its author or removed by others: it says no more.
fn gone(view: &Raw<'_>) -> Option<Deletion> {
    let said = subject(view).filter(|said| is_true(said, "deleted") || is_true(said, "removed"))?;
    let published = first_word(said, &["published", "published_at"]).and_then(|text| time(&text).ok());
    Some(deletion(&word(said, "ap_id")?, published.map(|(at, _)| at)))
}

fn post<'p>(view: &'p Raw<'_>, frame: &Frame<'_>) -> Result<Draft<'p>, String> {
    let page = view.get("post").ok_or("not a post")?;
    let said = subject(view).unwrap_or(page);
    let comment = Some(said).filter(|said| !std::ptr::eq(*said, page));
    let id = word(said, "ap_id").unwrap_or_default();
    let at = posted_at(first_word(said, &["published", "published_at"]).as_deref(), &id)?;
    let mut post = new_post(id, at, frame);
    post.author = author(view.get("creator"));
    post.edited_at =
        first_word(said, &["updated", "updated_at"]).and_then(|text| time(&text).ok()).map(|(at, _)| at);
    post.metrics = metrics(view.get("counts").unwrap_or(said));
    let text = first_word(said, &["content", "body"]).unwrap_or_default();
    let mut found = Vec::new();
    crate::text::find_urls(&text, &mut found);
    post.links
        .extend(found.into_iter().filter_map(|at| text.get(at)).map(|link| Cow::Owned(link.to_owned())));
    if let Some(comment) = comment {
        // `0.12.13`: the numbers of those above. Only of the first one below the post we know what it answers.
        let depth = word(comment, "path").map_or(0, |path| path.split('.').count());
        post.reply_to = word(page, "ap_id").filter(|_| depth == 2);
        post.text = text;
    } else {
        post.links.extend(word(page, "url"));
        post.text = join(word(page, "name"), text);
    }
    Ok(post)
}

fn author<'p>(creator: Option<&'p Raw<'_>>) -> Author<Text<'p>> {
    let Some(creator) = creator else { return Author::default() };
    let id = first_word(creator, &["actor_id", "ap_id"]).filter(|id| host(id).is_some());
    Author {
        handle: word(creator, "name").map(|name| handle(name, id.as_deref())),
        name: word(creator, "display_name"),
        id,
    }
}

fn metrics(counts: &Raw<'_>) -> Metrics {
    Metrics {
        likes: count(counts, "upvotes"),
        reposts: None,
        replies: count(counts, "comments").or_else(|| count(counts, "child_count")),
        quotes: None,
        views: None,
    }
}
