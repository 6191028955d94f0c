//! Videos and comments on them as `PeerTube`'s own API gives them. What it says to other servers is in `objects`.

use super::common::{
    Text, count, deletion, first_word, handle, has, join, listed, many, new_post, posted_at, said, time, word,
};
use crate::archive::asked::Asked;
use crate::archive::json::{Raw, Without, from_text_by, member_list, read_pages};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Framing, Head, Parser, Plan, ReadOptions, Refusal, Sink,
};
use crate::post::{Author, Draft, Metrics};
use crate::text::html::to_text;
use std::borrow::Cow;

/// Videos and comments of `PeerTube`'s API.
pub(in crate::archive) struct PeertubeApi;

/// Members that say nothing of a post.
const UNSAID: [&str; 6] = ["avatars", "avatar", "banners", "files", "streamingPlaylists", "thumbnails"];
/// Key under which pages have their posts.
const LIST: &str = "data";

impl ArchiveFormat for PeertubeApi {
    fn name(&self) -> &'static str {
        "peertube-api"
    }
    fn about(&self) -> &'static str {
        "PeerTube API: videos of lists, searches and single answers, comments"
    }
    fn known_by(&self) -> &'static str {
        "`uuid`, `name`, `publishedAt` and `account`, or comments with `threadId` and `videoId`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        let around = head.around().filter(|around| is_ours(around));
        if around.is_some() { Confidence::Certain } else { head.has_record(is_ours) }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let mut plan = head.json_plan(PeertubeParser { asked: Asked::of(options) })?;
        // Told by the bytes: a damaged page can still be cut into its members.
        if plan.framing == Framing::Values {
            plan.framing = member_list(head.bytes(), LIST).unwrap_or(plan.framing);
        }
        Ok(plan)
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    let first = many(record.get(LIST)).first().unwrap_or(record);
    is_video(first) || is_comment(first)
}

fn is_video(record: &Raw<'_>) -> bool {
    ["uuid", "name", "publishedAt", "account"].iter().all(|key| has(record, key))
        && (has(record, "channel") || has(record, "shortUUID"))
}

fn is_comment(record: &Raw<'_>) -> bool {
    ["threadId", "videoId", "text", "createdAt", "url"].iter().all(|key| record.get(key).is_some())
}

struct PeertubeParser {
    asked: Asked,
}

impl Parser for PeertubeParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &[LIST], &|text, frame, out| {
            let value = from_text_by(text, Without(&UNSAID))?;
            match value.get(LIST) {
                Some(Raw::List(values)) => values.iter().for_each(|value| self.record(value, frame, out)),
                _ => many(Some(&value)).iter().for_each(|value| self.record(value, frame, out)),
            }
            Ok(())
        });
    }
}

impl PeertubeParser {
    fn record(&self, record: &Raw<'_>, frame: &Frame<'_>, out: &mut dyn Sink) {
        if record.get("isDeleted") == Some(&Raw::Bool(true))
            && let Some(id) = word(record, "url")
        {
            let posted_at = word(record, "createdAt").and_then(|text| time(&text).ok());
            return out.deletion(deletion(&id, posted_at.map(|(at, _)| at)));
        }
        let found = if is_video(record) {
            video(record, frame)
        } else if is_comment(record) {
            comment(record, frame)
        } else {
            let problem = first_word(record, &["detail", "error"]);
            Err(problem.map_or("not a video or comment".to_owned(), |text| {
                format!("an error message of the API: {text}")
            }))
        };
        self.asked.put(found, is_public(record), frame, out);
    }
}

/// Public is 1, unlisted 2 (whoever has the address may see it); private, internal and with a password are 3 to 5.
fn is_public(record: &Raw<'_>) -> bool {
    record.get("privacy").and_then(|privacy| count(privacy, "id")).is_none_or(|privacy| privacy <= 2)
}

fn video<'p>(video: &'p Raw<'_>, frame: &Frame<'_>) -> Result<Draft<'p>, String> {
    let account = video.get("account");
    let id = id_of_video(video, account).unwrap_or_default();
    let at = posted_at(word(video, "publishedAt").as_deref(), &id)?;
    let mut post = new_post(id, at, frame);
    post.url = word(video, "url");
    post.author = author(account);
    let description = first_word(video, &["description", "truncatedDescription"]).unwrap_or_default();
    let mut found = Vec::new();
    crate::text::find_urls(&description, &mut found);
    post.links.extend(
        found.into_iter().filter_map(|at| description.get(at)).map(|link| Cow::Owned(link.to_owned())),
    );
    // Lists hold the first 250 characters.
    post.truncated = description.ends_with("...");
    post.text = join(word(video, "name"), description);
    post.tags.extend(listed(video, "tags").iter().filter_map(said));
    post.lang = video.get("language").and_then(|language| word(language, "id"));
    post.metrics = Metrics {
        likes: count(video, "likes"),
        replies: count(video, "comments"),
        views: count(video, "views"),
        ..Metrics::default()
    };
    Ok(post)
}

/// The address between servers; older answers lack it, but it is made of the author's host and the video's number.
fn id_of_video<'p>(video: &'p Raw<'_>, account: Option<&Raw<'_>>) -> Option<Text<'p>> {
    let uuid = word(video, "uuid")?;
    word(video, "url").filter(|url| url.contains(uuid.as_ref())).or_else(|| {
        let host = word(account?, "host")?;
        Some(format!("https://{host}/videos/watch/{uuid}").into())
    })
}

fn comment<'p>(comment: &'p Raw<'_>, frame: &Frame<'_>) -> Result<Draft<'p>, String> {
    let id = word(comment, "url").unwrap_or_default();
    let at = posted_at(word(comment, "createdAt").as_deref(), &id)?;
    let mut post = new_post(id, at, frame);
    post.author = author(comment.get("account"));
    post.metrics.replies = count(comment, "totalReplies");
    if let Some(Raw::Text(text)) = comment.get("text") {
        let html = to_text(text);
        super::common::add_anchors(&mut post, &html, &[]);
        post.text = html.text;
    }
    Ok(post)
}

fn author<'p>(account: Option<&'p Raw<'_>>) -> Author<Text<'p>> {
    let Some(account) = account else { return Author::default() };
    let host = word(account, "host").map(|host| format!("https://{host}/"));
    let id = word(account, "url");
    let address = host.as_deref().or(id.as_deref());
    Author {
        handle: word(account, "name").map(|name| handle(name, address)),
        name: word(account, "displayName"),
        id,
    }
}
