//! What the Data API of `YouTube` answers: comment threads, comments, videos, entries of playlists, results of a search; pages or single things.

use super::json::{Raw, count, from_text, read_pages};
use super::options::NOT_PUBLIC;
use super::times::TimeReader;
use super::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink};
use crate::post::{Author, Draft, Metrics, Provenance, Repost};
use crate::text::html::to_text;
use crate::text::tags::is_writable;
use std::borrow::Cow;

/// Pages and single things.
pub(super) struct YouTube;

impl ArchiveFormat for YouTube {
    fn name(&self) -> &'static str {
        "youtube-api"
    }
    fn about(&self) -> &'static str {
        "YouTube Data API: comment threads, comments, videos, playlist entries, search results"
    }
    fn known_by(&self) -> &'static str {
        "a `kind` that begins with `youtube#`"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        match head.has_record(|record| kind(record).is_some()) {
            Confidence::No if head.around().is_some_and(|page| kind(page).is_some()) => Confidence::Certain,
            found => found,
        }
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        let first = |record: &Raw<'_>| match record.get("items") {
            Some(Raw::List(items)) => items.first().and_then(kind).map(str::to_owned),
            _ => kind(record).map(str::to_owned),
        };
        let mut kinds = head.records().iter().filter_map(first).peekable();
        if let Some(kind) = kinds.next()
            && !READ.contains(&kind.as_str())
            && kinds.all(|other| other == kind)
            && !kind.ends_with("Response")
        {
            return Err(Refusal::NotPosts(match kind.as_str() {
                "channel" | "playlist" => format!("{kind}s of YouTube"),
                _ => format!("things of YouTube of the kind `{}`", super::printable(kind.as_bytes())),
            }));
        }
        head.json_plan(ThingParser { include_private: options.include_private })
    }
}

/// The kinds of things that are posts, without their prefix.
const READ: [&str; 5] = ["commentThread", "comment", "video", "playlistItem", "searchResult"];

/// The kind of a thing, without its prefix.
fn kind<'r>(thing: &'r Raw<'_>) -> Option<&'r str> {
    match thing.get("kind") {
        Some(Raw::Text(kind)) => kind.strip_prefix("youtube#"),
        _ => None,
    }
}

/// A text that says something, at the end of a path of keys.
fn at<'r>(thing: &'r Raw<'_>, path: &[&str]) -> Option<&'r str> {
    match path.iter().try_fold(thing, |value, key| value.get(key))? {
        Raw::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// A count, which the API writes as text where it may be long.
fn number(thing: &Raw<'_>, path: &[&str]) -> Option<u64> {
    let value = path.iter().try_fold(thing, |value, key| value.get(key))?.text()?;
    count(Some(&super::json::Word(value)))
}

/// A post with what comments and videos have in common.
fn begin<'r>(
    thing: &'r Raw<'_>,
    snippet: &'r Raw<'_>,
    published: &[&str],
    offset: u64,
) -> Result<Draft<'r>, String> {
    let when = published.iter().find_map(|key| at(snippet, &[key])).ok_or("no time")?;
    let (posted_at, time_precision) = TimeReader::utc().read(when).map_err(|error| error.to_string())?;
    Ok(Draft {
        platform: "youtube".into(),
        posted_at,
        time_precision,
        metrics: Metrics {
            likes: number(thing, &["statistics", "likeCount"]),
            replies: number(thing, &["statistics", "commentCount"]),
            views: number(thing, &["statistics", "viewCount"]),
            ..Metrics::default()
        },
        repost: Repost::No,
        provenance: Provenance { offset, ..Provenance::default() },
        ..Draft::default()
    })
}

fn comment<'r>(thing: &'r Raw<'_>, video: Option<&'r str>, offset: u64) -> Result<Draft<'r>, String> {
    let id = at(thing, &["id"]).ok_or("a comment without an id")?;
    let snippet = thing.get("snippet").ok_or("a comment without its snippet")?;
    let mut post = begin(thing, snippet, &["publishedAt"], offset)?;
    let video = at(snippet, &["videoId"]).or(video);
    post.id = id.into();
    post.url = video.map(|video| format!("https://www.youtube.com/watch?v={video}&lc={id}").into());
    let shown = at(snippet, &["textDisplay"]).map(to_text);
    let shown_text = shown.as_ref().map(|html| html.text.clone());
    post.text = at(snippet, &["textOriginal"]).map(Cow::Borrowed).or(shown_text).unwrap_or_default();
    post.links =
        shown.into_iter().flat_map(|html| html.anchors).map(|anchor| Cow::Owned(anchor.href)).collect();
    let name = at(snippet, &["authorDisplayName"]);
    post.author = Author {
        id: at(snippet, &["authorChannelId", "value"]).map(Cow::Borrowed),
        handle: name.filter(|name| name.starts_with('@')).map(Cow::Borrowed),
        name: name.map(Cow::Borrowed),
    };
    // What answers no comment answers the video.
    post.reply_to = at(snippet, &["parentId"]).or(video).map(Cow::Borrowed);
    post.metrics.likes = number(snippet, &["likeCount"]);
    let changed = at(snippet, &["updatedAt"]).and_then(|text| TimeReader::utc().read(text).ok());
    post.edited_at = changed.map(|(changed, _)| changed).filter(|changed| *changed > post.posted_at);
    Ok(post)
}

fn video<'r>(thing: &'r Raw<'_>, offset: u64) -> Result<Draft<'r>, String> {
    let snippet = thing.get("snippet").ok_or("a video without its snippet")?;
    let paths: [&[&str]; 4] =
        [&["id", "videoId"], &["contentDetails", "videoId"], &["snippet", "resourceId", "videoId"], &["id"]];
    let id = paths.iter().find_map(|path| at(thing, path)).ok_or("a video without an id")?;
    // An entry of a playlist has the time of the entry too; that of its video only where both were made at once, as in lists of uploads.
    let published = at(thing, &["contentDetails", "videoPublishedAt"]);
    let owner = at(snippet, &["videoOwnerChannelId"]);
    if published.is_none() && owner.is_some_and(|owner| at(snippet, &["channelId"]) != Some(owner)) {
        return Err("an entry of a playlist without the time of its video (`part=contentDetails` gives it)"
            .to_owned());
    }
    let mut post = match published {
        Some(_) => {
            begin(thing, thing.get("contentDetails").unwrap_or(snippet), &["videoPublishedAt"], offset)?
        }
        None => begin(thing, snippet, &["publishedAt", "publishTime"], offset)?,
    };
    post.id = id.into();
    post.url = Some(format!("https://www.youtube.com/watch?v={id}").into());
    let (title, about) =
        (at(snippet, &["title"]).unwrap_or_default(), at(snippet, &["description"]).unwrap_or_default());
    // Only a search escapes its titles, and cuts what is below them.
    let searched = kind(thing) == Some("searchResult");
    let title = if searched { to_text(title).text } else { title.into() };
    post.truncated = searched && (about.ends_with("...") || about.ends_with('…'));
    post.text = match (title.is_empty(), about.is_empty()) {
        (false, false) => format!("{title}\n\n{about}").into(),
        (true, _) => about.into(),
        (false, true) => title,
    };
    post.author = Author {
        id: owner.or_else(|| at(snippet, &["channelId"])).map(Cow::Borrowed),
        handle: None,
        name: at(snippet, &["videoOwnerChannelTitle"])
            .or_else(|| at(snippet, &["channelTitle"]))
            .map(Cow::Borrowed),
    };
    if let Some(Raw::List(tags)) = snippet.get("tags") {
        // Keywords; those that could be hashtags are taken for such.
        post.tags = tags.iter().filter_map(Raw::text).filter(|tag| is_writable(tag)).collect();
    }
    post.lang = at(snippet, &["defaultAudioLanguage"])
        .or_else(|| at(snippet, &["defaultLanguage"]))
        .map(Cow::Borrowed);
    Ok(post)
}

struct ThingParser {
    include_private: bool,
}

impl ThingParser {
    fn put(&self, thing: &Raw<'_>, frame: &Frame<'_>, out: &mut dyn Sink) {
        if let Some(Raw::List(items)) = thing.get("items") {
            return items.iter().for_each(|item| self.put(item, frame, out));
        }
        let snippet = thing.get("snippet");
        match kind(thing) {
            Some("commentThread") => {
                let video = at(thing, &["snippet", "videoId"]);
                if let Some(top) = snippet.and_then(|snippet| snippet.get("topLevelComment")) {
                    let replies = number(thing, &["snippet", "totalReplyCount"]);
                    let read = comment(top, video, frame.offset).map(|mut post| {
                        post.metrics.replies = replies;
                        post
                    });
                    give(read, frame, out);
                } else {
                    give(Err("a thread without its first comment".to_owned()), frame, out);
                }
                if let Some(Raw::List(replies)) =
                    thing.get("replies").and_then(|replies| replies.get("comments"))
                {
                    for reply in replies {
                        give(comment(reply, video, frame.offset), frame, out);
                    }
                }
            }
            Some("comment") => give(comment(thing, None, frame.offset), frame, out),
            Some("video" | "playlistItem") => {
                let private = at(thing, &["status", "privacyStatus"]) == Some("private")
                    || at(thing, &["snippet", "title"]) == Some("Private video");
                if private && !self.include_private {
                    return out.unselected(NOT_PUBLIC);
                }
                give(video(thing, frame.offset), frame, out);
            }
            Some("searchResult") if at(thing, &["id", "videoId"]).is_none() => {
                out.unselected("a channel or a playlist");
            }
            Some("searchResult") => give(video(thing, frame.offset), frame, out),
            Some(kind) if kind.ends_with("Response") => {}
            _ => {
                let said = at(thing, &["error", "message"]);
                let reason = said.map_or_else(
                    || "neither a comment nor a video".to_owned(),
                    |said| format!("an error message of the API: {said}"),
                );
                give(Err(reason), frame, out);
            }
        }
    }
}

fn give(read: Result<Draft<'_>, String>, frame: &Frame<'_>, out: &mut dyn Sink) {
    match read {
        Ok(mut post) => out.post(&mut post),
        Err(reason) => out.reject(Reject::new(frame.place, reason, frame.bytes)),
    }
}

impl Parser for ThingParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &["items"], &|text, frame, out| {
            self.put(&from_text::<Raw<'_>>(text)?, frame, out);
            Ok(())
        });
    }
}
