//! Dumps of submissions and comments in the manner of Pushshift and Arctic Shift: one a line, of any year; pages of their APIs too.

use super::common::Item;
use crate::archive::json::{Raw, from_text, read_pages, said};
use crate::archive::{
    ArchiveFormat, Confidence, Frame, Head, Parser, Plan, ReadOptions, Refusal, Reject, Sink,
};

/// Lines of submissions and comments.
pub(in crate::archive) struct RedditPushshift;

impl ArchiveFormat for RedditPushshift {
    fn name(&self) -> &'static str {
        "reddit-pushshift"
    }
    fn about(&self) -> &'static str {
        "Reddit dumps (Pushshift, Arctic Shift): submissions and comments, one a line"
    }
    fn known_by(&self) -> &'static str {
        "`created_utc` beside id, title or body, and a subreddit"
    }
    fn reader_version(&self) -> u32 {
        1
    }
    fn sniff(&self, head: &Head<'_>) -> Confidence {
        head.has_record(|record| is_ours(record) || is_subreddit(record))
    }
    fn open(&self, head: &Head<'_>, options: &ReadOptions) -> Result<Plan, Refusal> {
        if !head.records().iter().any(is_ours) && head.records().iter().any(is_subreddit) {
            return Err(Refusal::NotPosts("subreddits".to_owned()));
        }
        head.json_plan(PushshiftParser { options: options.clone() })
    }
}

fn is_ours(record: &Raw<'_>) -> bool {
    let item = match record.get("data") {
        Some(Raw::List(items)) => items.first(),
        _ => Some(record),
    };
    let has = |key: &str| item.is_some_and(|item| item.get(key).is_some());
    // A subreddit has a title and a time too, but is in none.
    let within = ["subreddit", "subreddit_id", "link_id"].into_iter().any(has);
    has("created_utc") && (has("id") || has("name")) && (has("title") || has("body")) && within
}

/// A subreddit has a title, a text and a time, as posts do.
fn is_subreddit(record: &Raw<'_>) -> bool {
    let has = |key: &str| record.get(key).is_some();
    has("display_name") && has("created_utc") && (has("subscribers") || has("public_description"))
}

struct PushshiftParser {
    options: ReadOptions,
}

impl Parser for PushshiftParser {
    fn parse(&self, frame: &Frame<'_>, out: &mut dyn Sink) {
        read_pages(frame, out, &["data"], &|text, frame, out| {
            let record = from_text::<Item<'_>>(text)?;
            match &record.data {
                Some(items) => {
                    for (at, item) in items.iter().enumerate() {
                        item.put(&format!("post {} of the page: ", at + 1), None, &self.options, frame, out);
                    }
                }
                None if record.error.is_some() => {
                    let said = said(record.message.as_ref().or(record.error.as_ref())).unwrap_or_default();
                    out.reject(Reject::new(
                        frame.place,
                        format!("an error message of the API: {said}"),
                        frame.bytes,
                    ));
                }
                None => record.put("", None, &self.options, frame, out),
            }
            Ok(())
        });
    }
}
