//! What came of a collection, as text or JSON (`tagline.collect/1`).

use super::board::stopped;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::collect::{CollectReport, FeedReport, StopReason};
use crate::ingest::Counts;
use crate::post::Timestamp;
use crate::report::format::count;
use crate::source::Ending;
use serde::Serialize;

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    feeds: Vec<Feed<'a>>,
    #[serde(flatten)]
    counts: Counts,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'static str>,
}

#[derive(Serialize)]
struct Feed<'a> {
    from: &'a str,
    #[serde(flatten)]
    counts: Counts,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    requests: u64,
    /// `complete`, `closed`, `not-allowed`, `failed`, `stopped`.
    ended: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

/// Prints it.
pub(super) fn show(report: &CollectReport, json: bool, output: &mut Output) -> Result<(), CliError> {
    if json {
        return output.line(&serde_json::to_string(&of(report))?);
    }
    for feed in &report.feeds {
        let (ended, why) = ended(feed);
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let ended = ended.replace('-', " ");
        let requests = if feed.requests == 1 { "request" } else { "requests" };
        output.line(&format!("{}: {ended}{why} ({} {requests})", feed.place, count(feed.requests)))?;
        if report.feeds.len() > 1 {
            output.line(&format!("  {}", five(&feed.counts)))?;
        }
    }
    let all = of(report);
    output.line(&five(&all.counts))?;
    if let (Some(first), Some(last)) = (all.first, all.last) {
        output.line(&format!("posts from {first} to {last}"))?;
    }
    if let Some(reason) = report.stopped {
        output.talk(&format!("{}: what is counted above is saved; run the same command again to go on", stopped(reason)));
    }
    if report.stopped != Some(StopReason::StoreFailed) && all.counts.added > 0 {
        output.next("tagline theories");
    }
    Ok(())
}

fn of(report: &CollectReport) -> Report<'_> {
    let feeds = report.feeds.iter().map(|feed| {
        let (ended, why) = ended(feed);
        let FeedReport { place, counts, first, last, requests, .. } = feed;
        Feed { from: place, counts: *counts, first: *first, last: *last, requests: *requests, ended, why }
    });
    Report {
        schema: "tagline.collect/1",
        feeds: feeds.collect(),
        counts: report.counts(),
        first: report.feeds.iter().filter_map(|feed| feed.first).min(),
        last: report.feeds.iter().filter_map(|feed| feed.last).max(),
        stopped: report.stopped.map(stopped),
    }
}

fn ended(feed: &FeedReport) -> (&'static str, Option<&str>) {
    match &feed.ending {
        None => ("stopped", None),
        Some(Ending::Complete) => ("complete", None),
        Some(Ending::Closed(why)) => ("closed", Some(why)),
        Some(Ending::NotAllowed(why)) => ("not-allowed", Some(why)),
        Some(Ending::Failed(why)) => ("failed", Some(why)),
    }
}

fn five(counts: &Counts) -> String {
    format!(
        "{} records read: {} added, {} updated, {} duplicates, {} rejected, {} unselected",
        count(counts.read),
        count(counts.added),
        count(counts.updated),
        count(counts.duplicates),
        count(counts.rejected),
        count(counts.unselected)
    )
}
