//! From the words of the command line to orders.

use super::CollectArgs;
use crate::cli::context::{Span, SpanArgs, now};
use crate::cli::error::CliError;
use crate::collect::{Order, Terms, to_recheck};
use crate::post::Timestamp;
use crate::project::Campaign;
use crate::source::{From, Goal, Secrets, Source};
use crate::store::Store;
use crate::text::tags;
use crate::theory::{PostText, Selection};
use crate::timeline::{Edge, parse_when};
use std::process::Command;
use std::time::Duration;

/// Between two looks, if nobody says.
const EVERY: Duration = Duration::from_secs(300);

/// What is asked for, of whichever host.
pub(super) struct Asked {
    /// As written, without sign.
    pub(super) tags: Vec<String>,
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
}

/// Tags and span; tags that the campaign would throw away again are a mistake.
pub(super) fn asked(args: &CollectArgs, campaign: &Campaign) -> Result<Asked, CliError> {
    let written = if args.tags.is_empty() { &campaign.tags } else { &args.tags };
    let mut wanted = Vec::new();
    for tag in written {
        let bare = tag.trim().trim_start_matches(['#', '＃']).to_owned();
        let folded = tags::normalise(&bare).filter(|tag| tag.chars().any(char::is_alphabetic));
        let folded = folded.ok_or_else(|| CliError::CollectTag { tag: tag.clone() })?;
        if !selects(campaign, &folded)? {
            return Err(CliError::TagNotOfCampaign { tag: bare });
        }
        wanted.push(bare);
    }
    if wanted.is_empty() {
        return Err(CliError::NoTag);
    }
    let span = SpanArgs { since: args.since.clone(), until: args.until.clone(), zone: None };
    let Span { since, until, .. } = span.resolve(campaign)?;
    Ok(Asked { tags: wanted, since, until })
}

fn selects(campaign: &Campaign, folded: &str) -> Result<bool, CliError> {
    let selection = Selection::compile(campaign)?;
    let text = format!("#{folded}");
    let post = PostText { text: &text, tags: &[folded], links: &[] };
    Ok(selection.selects(post, &mut selection.scratch()))
}

/// One order for each place.
pub(super) fn orders(from: &[From<'_>], asked: &Asked, args: &CollectArgs) -> Result<Vec<Order>, CliError> {
    let order = |from: &From<'_>| {
        let goal = Goal {
            host: from.host.to_ascii_lowercase(),
            path: from.path.to_owned(),
            tags: asked.tags.clone(),
            since: asked.since,
            until: asked.until,
            follow: args.follows(),
            every: args.every.unwrap_or(EVERY),
            secrets: secrets(from.source)?,
            insecure: args.insecure,
            ..Goal::default()
        };
        Ok(Order { source: from.source, goal })
    };
    from.iter().map(order).collect()
}

/// The same where nothing is collected: for a look.
pub(super) fn for_places(from: &[From<'_>], asked: &Asked, insecure: bool) -> Result<Vec<Order>, CliError> {
    let order = |from: &From<'_>| {
        let goal = Goal {
            host: from.host.to_ascii_lowercase(),
            path: from.path.to_owned(),
            tags: asked.tags.clone(),
            since: asked.since,
            every: EVERY,
            secrets: secrets(from.source)?,
            insecure,
            ..Goal::default()
        };
        Ok(Order { source: from.source, goal })
    };
    from.iter().map(order).collect()
}

/// Known posts instead of new ones.
pub(super) fn set_recheck(orders: &mut [Order], asked: &Asked, store: &dyn Store) -> Result<(), CliError> {
    for Order { source, goal } in orders {
        let cannot = || CliError::CannotRecheck { source_name: source.name() };
        let platform = source.rechecks().ok_or_else(cannot)?;
        let knows = |id: &str| source.knows(goal, id);
        let in_store = to_recheck(store, platform, asked.since, asked.until, &knows)?;
        for (id, author) in in_store {
            if let Some(author) = author {
                goal.authors.insert(id.clone(), author);
            }
            goal.recheck.push(id);
        }
        if goal.recheck.is_empty() {
            return Err(CliError::NothingToRecheck { place: format!("{}:{}", source.name(), goal.place()) });
        }
    }
    Ok(())
}

/// How far to go.
pub(super) fn terms(args: &CollectArgs, campaign: &Campaign) -> Result<Terms, CliError> {
    let zone = SpanArgs::default().resolve(campaign)?.tz;
    let stop_at = match &args.stop_at {
        Some(text) => Some(
            parse_when(text, &zone, now(), Edge::Until)
                .map_err(|source| CliError::When { flag: "--stop-at", source })?,
        ),
        None => None,
    };
    Ok(Terms {
        max_requests: args.max_requests,
        limit: args.limit,
        stop_at,
        never_give_up: args.follows(),
        raw: args.raw.clone(),
        deletions: campaign.deletions,
        seed: fastrand::u64(..),
        ..Terms::default()
    })
}

/// Tokens and passwords of a source: from the environment, or from the command that `NAME_CMD` holds.
fn secrets(source: &dyn Source) -> Result<Secrets, CliError> {
    let mut found = Vec::new();
    for need in source.secrets() {
        let variable = need.variable;
        if let Ok(secret) = std::env::var(variable) {
            found.push((variable.to_owned(), secret));
        } else if let Ok(command) = std::env::var(format!("{variable}_CMD")) {
            found.push((variable.to_owned(), first_line_of(variable, &command)?));
        }
    }
    Ok(Secrets::new(found))
}

fn first_line_of(variable: &'static str, command: &str) -> Result<String, CliError> {
    let failed = |why: String| CliError::TokenCommand { variable, why };
    let shell = if cfg!(windows) { ["cmd", "/C"] } else { ["sh", "-c"] };
    // What the command says on stderr goes to the person; what it prints is the secret and is shown to nobody.
    let ran = Command::new(shell[0])
        .args([shell[1], command])
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !ran.status.success() {
        return Err(failed(format!("it ended with {}", ran.status)));
    }
    let text = String::from_utf8(ran.stdout).map_err(|_| failed("what it prints is not UTF-8".to_owned()))?;
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    if line.is_empty() { Err(failed("it prints nothing".to_owned())) } else { Ok(line) }
}
