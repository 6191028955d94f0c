//! What 4CAT exports: tables whose first columns are the same for all platforms, and lines of captured objects.

use super::item::time_of;
use super::zeeschuimer::put;
use crate::archive::json::{Raw, from_text, read_frame};
use crate::archive::record::{Cells, Fate, Field, KnownTable, Table};
use crate::archive::times::TimeReader;
use crate::archive::x::unwrap_repost;
use crate::archive::{ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Sink};
use crate::post::{Draft, Repost, TimeTrust, Timestamp};

/// Tables and lines.
pub(in crate::archive) struct FourCat;

/// What is common comes first, then what single data sources call it.
const COLUMNS: KnownTable<'static> = KnownTable {
    platform: "",
    fields: &[
        (Field::Time, &["unix_timestamp", "timestamp_unix", "timestamp"]),
        (Field::Text, &["body"]),
        (Field::Id, &["id"]),
        (Field::Author, &["author_id", "author_user_id", "account_id"]),
        (Field::Handle, &["author_username", "account_username", "author"]),
        (
            Field::Name,
            &["author_fullname", "author_full", "author_name", "author_nickname", "account_display_name"],
        ),
        (Field::Url, &["link", "url", "post_url", "tiktok_url", "permalink"]),
        (Field::Tags, &["hashtags", "tags"]),
        (Field::Links, &["urls", "links", "linked_urls"]),
        (Field::Mentions, &["mentions", "mentioned_users"]),
        (Field::Lang, &["language_guess", "language", "lang"]),
        (Field::Repost, &["is_retweet", "is_repost", "is_reblog"]),
        (Field::Likes, &["like_count", "num_likes", "likes", "likes_count", "score", "upvotes", "reactions"]),
        (Field::Reposts, &["retweet_count", "repost_count", "share_count", "shares", "reblogs_count"]),
        (Field::Replies, &["reply_count", "num_comments", "comment_count", "comments", "replies_count"]),
        (Field::Quotes, &["quote_count"]),
        (Field::Views, &["impression_count", "view_count", "plays", "views"]),
    ],
};
/// Columns that only the table of one platform has.
const SIGNS: [(&str, &str); 7] = [
    ("tiktok_url", "tiktok"),
    ("is_retweet", "x"),
    ("quoted_user", "x"),
    ("likes_hidden", "instagram"),
    ("subreddit", "reddit"),
    ("author_forwarded_from_name", "telegram"),
    ("author_forwarded_from_id", "telegram"),
];
/// Hosts of posts, and the platform that they are of.
const HOSTS: [(&str, &str); 14] = [
    ("x.com", "x"),
    ("twitter.com", "x"),
    ("tiktok.com", "tiktok"),
    ("instagram.com", "instagram"),
    ("threads.net", "threads"),
    ("threads.com", "threads"),
    ("facebook.com", "facebook"),
    ("reddit.com", "reddit"),
    ("t.me", "telegram"),
    ("youtube.com", "youtube"),
    ("bsky.app", "bluesky"),
    ("truthsocial.com", "truthsocial"),
    ("gab.com", "gab"),
    ("linkedin.com", "linkedin"),
];

impl ArchiveFormat for FourCat {
    fn name(&self) -> &'static str {
        "4cat"
    }
    fn about(&self) -> &'static str {
        "4CAT: tables (CSV) and lines (NDJSON) that it exports, of any data source"
    }
    fn known_by(&self) -> &'static str {
        "`__import_meta`, or the columns `id`, `timestamp`, `body` and an author"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        if head.table().is_some_and(is_ours) {
            return Confidence::Certain;
        }
        head.has_record(|record| {
            record.get("__import_meta").is_some_and(|meta| meta.get("source_platform").is_some())
        })
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        if head.framing().is_some() {
            return head.json_plan(LineParser { options: options.clone() });
        }
        let table = Table::find(head, options)?;
        let sign = SIGNS.iter().find(|(column, _)| table.has(&[column]));
        let fallback = sign.map_or("unknown", |(_, platform)| *platform);
        let named = options.platform.is_some();
        // 4CAT writes all times in UTC.
        let options = ReadOptions { times_in: "UTC".to_owned(), ..options.clone() };
        table.known(&COLUMNS, &options, move |post, row| {
            settle(post, row, (!named).then_some(fallback));
            Fate::Post
        })
    }
}

/// Every data source has these; most have `thread_id`, all later ones `unix_timestamp`.
fn is_ours(table: &Table) -> bool {
    table.has(&["id", "timestamp", "body"])
        && (table.has(&["thread_id"]) || table.has(&["unix_timestamp"]))
        && table.header().any(|name| name.starts_with("author") || name.starts_with("account_"))
}

fn settle(post: &mut Draft<'_>, row: &Cells<'_>, fallback: Option<&'static str>) {
    if let Some(fallback) = fallback {
        let source = ["source_platform", "post_source_domain"].into_iter().find_map(|name| row.get(name));
        let known = source.or(post.url.as_deref()).and_then(platform_of_address);
        post.platform = known.unwrap_or(fallback).into();
    }
    if post.posted_at == Timestamp::default()
        && let Some((at, precision)) = row.get("timestamp").and_then(|at| TimeReader::utc().read(at).ok())
    {
        (post.posted_at, post.time_precision) = (at, precision);
    }
    // What 4CAT has of LinkedIn is reckoned from "2 days ago"; the id knows better.
    if post.platform == "linkedin"
        && let Some((at, precision)) = time_of("linkedin", &post.id)
    {
        (post.posted_at, post.time_precision, post.time_trust) = (at, precision, TimeTrust::Id);
    }
    if post.platform == "x" && post.repost == Repost::Yes {
        unwrap_repost(post);
    }
    let subject = row.get("subject").or_else(|| row.get("title"));
    if let Some(subject) =
        subject.map(str::trim).filter(|subject| !subject.is_empty() && *subject != post.text.trim())
    {
        post.text = format!("{subject}\n\n{}", post.text.trim()).trim_end().to_owned().into();
    }
    let at = row.get("unix_timestamp_collected").or_else(|| row.get("timestamp_collected"));
    let at = at.or_else(|| row.get("collected_at"));
    post.collected_at = at.and_then(|at| TimeReader::utc().read(at).ok()).map(|(at, _)| at);
    // Image boards call everybody so; that is no account.
    if post.author.handle.as_deref() == Some("Anonymous") {
        post.author.handle = None;
    }
}

/// The platform of an address or host, if we know it.
fn platform_of_address(address: &str) -> Option<&'static str> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', ':']).next()?.to_ascii_lowercase();
    let of = |known: &str| {
        host.strip_suffix(known).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    HOSTS.iter().find(|(known, _)| of(known)).map(|(_, platform)| *platform)
}

/// Lines of captured objects; what Zeeschuimer puts around them is inside.
struct LineParser {
    options: ReadOptions,
}

impl Parser for LineParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_frame(frame, out, &|text, frame, out| {
            let record = from_text::<Raw<'_>>(text)?;
            put(record.get("__import_meta").unwrap_or(&Raw::Null), &record, &self.options, frame, out);
            Ok(())
        });
    }
}
