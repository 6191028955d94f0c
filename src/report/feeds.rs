//! What was collected from where, as text: a table, then what is covered and what may be missing.

use super::format::{clean, count};
use super::grid::{Align, Column, grid};
use crate::answer::FeedAnswer;
use crate::timeline::CoveredSpan;

/// Gaps and spans shown of one feed; JSON has all.
const SHOWN: usize = 6;

/// The feeds of a status.
pub(super) fn feeds_text(feeds: &[FeedAnswer]) -> String {
    let text = |head: &str, of: &dyn Fn(&FeedAnswer) -> String| Column {
        cells: feeds.iter().map(of).collect(),
        ..Column::new([head, ""], Align::Left)
    };
    let number = |head: &str, of: &dyn Fn(&FeedAnswer) -> u64| Column {
        cells: feeds.iter().map(|feed| count(of(feed))).collect(),
        ..Column::new([head, ""], Align::Right)
    };
    let mut out = grid(&[
        text("Collected from", &|feed| clean(&feed.from)),
        text("Tags", &|feed| clean(&feed.row.tags.join(" "))),
        number("Read", &|feed| feed.row.read),
        number("Added", &|feed| feed.row.added),
        number("Updated", &|feed| feed.row.updated),
        number("Duplicates", &|feed| feed.row.duplicates),
        number("Rejected", &|feed| feed.row.rejected),
        number("Unselected", &|feed| feed.row.unselected),
        text("Ended", &ended),
    ]);
    for feed in feeds {
        out.push_str(&coverage(feed));
    }
    out
}

fn ended(feed: &FeedAnswer) -> String {
    if feed.row.ended.is_empty() { "stopped, or still running".to_owned() } else { clean(&feed.row.ended) }
}

fn coverage(feed: &FeedAnswer) -> String {
    let mut out = format!("\n{}\n", clean(&feed.from));
    for (tag, spans) in &feed.coverage {
        let of = if tag.is_empty() { String::new() } else { format!(" #{}", clean(tag)) };
        let (gaps, collected): (Vec<_>, Vec<_>) = spans.iter().partition(|span| span.gap.is_some());
        list(&mut out, &format!("collected{of}"), &collected);
        list(&mut out, &format!("gap{of}"), &gaps);
    }
    if feed.coverage.is_empty() {
        out.push_str("  nothing is known to be covered\n");
    }
    for notice in &feed.row.notices {
        out.extend(["  note: ", &clean(notice), "\n"]);
    }
    for (reasons, what) in
        [(&feed.row.reject_reasons, "rejected"), (&feed.row.unselected_reasons, "unselected")]
    {
        for (reason, number) in reasons {
            out.extend(["  ", &count(*number), " ", what, ": ", &clean(reason), "\n"]);
        }
    }
    out
}

/// The latest spans; how many there are before them.
fn list(out: &mut String, what: &str, spans: &[&CoveredSpan]) {
    let before = spans.len().saturating_sub(SHOWN);
    if before > 0 {
        out.extend(["  ", what, ": ", &count(before as u64), " earlier spans (`status --json` has all)\n"]);
    }
    for span in spans.iter().skip(before) {
        let why = span.gap.as_deref().map(|why| format!(": {}", clean(why))).unwrap_or_default();
        out.extend(["  ", what, " ", &span.since.to_string(), " to ", &span.until.to_string(), &why, "\n"]);
    }
}
