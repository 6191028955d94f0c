//! `collect --dry-run`: what would be asked, and what it costs of the quota.

use crate::archive::{Reject, Sink};
use crate::cli::Exit;
use crate::cli::context::{Opened, now};
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::collect::{CollectError, Order};
use crate::post::{Deletion, Draft};
use crate::report::format::count;
use crate::source::{Event, Limit, Next, Out};
use crate::store::{FeedRow, feed_row};

/// Prints it.
pub(super) fn show(project: &Opened, orders: &[Order], output: &mut Output) -> Result<Exit, CliError> {
    let store = crate::cli::context::store_to_read(project, "collect --dry-run")?;
    for Order { source, goal } in orders {
        let row = FeedRow::new(source.name(), &goal.place(), goal.folded_tags(), now());
        let place = row.place();
        let known = feed_row(&*store, &row.name())?;
        let cursor = known.as_ref().map(|row| row.cursor.as_str()).filter(|cursor| !cursor.is_empty());
        let failed = |source| CollectError::Goal { place: place.clone(), source };
        let mut feed = source.feed(goal, cursor).map_err(failed)?;
        let mut news = Vec::new();
        let mut out = Out { now: now(), record: 0, posts: &mut Nowhere, news: &mut news };
        let next = feed.on(Event::Begin, &mut out);
        let begun = if cursor.is_some() { "goes on from where it was" } else { "begins" };
        output.line(&format!("{place}: {begun}"))?;
        output.line(&format!("  first: {}", first_of(&next)))?;
        for limit in source.limits(goal) {
            output.line(&format!("  {}", quota(&limit)))?;
        }
    }
    output.talk("Nothing was asked and nothing was saved. How many requests follow, only the answers tell.");
    Ok(Exit::Done)
}

fn first_of(next: &Next) -> String {
    match next {
        Next::Ask(request) => format!("GET {} ({})", request.url, request.what),
        Next::Open(connection) => format!("connect to {} ({})", connection.url, connection.what),
        Next::Wait { why, .. } => format!("wait: {why}"),
        Next::Done(_) => "nothing: all of it is there".to_owned(),
        Next::Send(_) | Next::Listen => "listen".to_owned(),
    }
}

fn quota(limit: &Limit) -> String {
    let kind = if limit.kind.is_empty() { String::new() } else { format!(" of kind {}", limit.kind) };
    let half = (limit.requests / 2).max(1);
    format!(
        "at most {} requests{kind} in {}: half of the {} that are allowed",
        count(half.into()),
        duration(limit.window.as_secs()),
        count(limit.requests.into())
    )
}

fn duration(seconds: u64) -> String {
    match seconds {
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// A feed that has just begun puts nothing out.
pub(super) struct Nowhere;

impl Sink for Nowhere {
    fn post(&mut self, _: &mut Draft<'_>) {}
    fn deletion(&mut self, _: Deletion) {}
    fn reject(&mut self, _: Reject) {}
    fn unselected(&mut self, _: &'static str) {}
}
