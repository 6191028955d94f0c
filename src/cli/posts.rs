//! `tagline posts`: the posts behind any number.

use super::context::{Reader, SpanArgs, found, now, project, reader};
use super::error::CliError;
use super::output::Output;
use super::{Exit, Global};
use crate::answer::{Answer, PostSelection, PostsAnswer, PostsQuestion};
use crate::report::format::count;
use crate::report::{json, posts_ndjson, posts_text};
use crate::timeline::start_of_day;
use clap::Args;

/// Posts shown on a terminal unless more are asked for.
const SHOWN: usize = 20;
/// Posts asked for at a time when all are printed: bounds memory.
const PAGE: usize = 2000;

/// Arguments of `posts`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct PostsArgs {
    /// Posts of this theory
    #[arg(long, value_name = "ID", conflicts_with = "unmatched")]
    theory: Option<String>,
    /// Posts that no theory's rules match
    #[arg(long)]
    unmatched: bool,
    /// Posts of one day, in the campaign's zone or `--zone`
    #[arg(long, value_name = "DAY", conflicts_with_all = ["since", "until"])]
    on: Option<String>,
    #[command(flatten)]
    span: SpanArgs,
    /// The earliest N
    #[arg(long, value_name = "N", conflicts_with = "sample", help_heading = "How many")]
    first: Option<usize>,
    /// N drawn at random: the same ones for the same seed, whatever the order of imports
    #[arg(long, value_name = "N", help_heading = "How many")]
    sample: Option<usize>,
    /// Seed of the sample
    #[arg(long, value_name = "S", default_value_t = 1, requires = "sample", help_heading = "How many")]
    seed: u64,
    /// One post a line, with the evidence for each theory; all posts unless `--first` or `--sample`
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    ndjson: bool,
    /// One document `tagline.posts/1`
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// End with code 3 if there is no such post
    #[arg(long, help_heading = "Output")]
    fail_empty: bool,
}

/// Runs `posts`.
pub(crate) fn run(global: &Global, args: &PostsArgs, output: &mut Output) -> Result<Exit, CliError> {
    let project = project(global)?;
    let campaign = &project.campaign;
    let span = args.span.resolve(campaign)?;
    let (mut since, mut until) = (span.since, span.until);
    if let Some(day) = &args.on {
        let edge = |later| {
            start_of_day(day, &span.tz, later).map_err(|source| CliError::When { flag: "--on", source })
        };
        (since, until) = (Some(edge(0)?), Some(edge(1)?));
    }
    let of = match (&args.theory, args.unmatched) {
        (Some(id), _) => PostSelection::Theory(id.clone()),
        (None, true) => PostSelection::Unmatched,
        (None, false) => PostSelection::All,
    };
    let wanted = args.first.or(args.sample);
    let limit = wanted.unwrap_or(if args.ndjson { PAGE } else { SHOWN });
    let seed = args.sample.map(|_| args.seed);
    let zone = span.zone.clone();
    let question = PostsQuestion {
        campaign: campaign.clone(),
        of,
        zone,
        since,
        until,
        now: now(),
        limit,
        seed,
        after: None,
    };
    let mut reader = reader(&project, "posts");
    if args.ndjson {
        return all(question, wanted, &mut reader, args.fail_empty, output);
    }
    let answer = reader.posts(question)?;
    say_if_cut(wanted, &answer, output);
    if args.json {
        let any = !answer.posts.is_empty();
        output.line(&json(&Answer::Posts(answer))?)?;
        return Ok(found(any, args.fail_empty));
    }
    output.line(&posts_text(&answer))?;
    Ok(found(!answer.posts.is_empty(), args.fail_empty))
}

/// An answer holds so many posts and no more; whoever asked for more must hear of it.
fn say_if_cut(wanted: Option<usize>, answer: &PostsAnswer, output: &mut Output) {
    let given = answer.posts.len();
    if wanted.is_some_and(|wanted| wanted > given) && answer.total.is_some_and(|total| total > given as u64) {
        output.warn(&format!(
            "{} posts are the most at a time; `posts --ndjson` prints all of them, or the first N",
            count(given as u64)
        ));
    }
}

/// Page by page, so that memory does not grow with the answer. A sample, or a number smaller than a page, is one page.
fn all(
    mut question: PostsQuestion,
    wanted: Option<usize>,
    reader: &mut Reader<'_>,
    fail_empty: bool,
    output: &mut Output,
) -> Result<Exit, CliError> {
    let mut left = wanted;
    let mut any = false;
    loop {
        if question.seed.is_none() {
            question.limit = left.map_or(PAGE, |left| left.min(PAGE));
        }
        let page = reader.posts(question.clone())?;
        any |= !page.posts.is_empty();
        if question.seed.is_some() {
            say_if_cut(wanted, &page, output);
        }
        output.data(&posts_ndjson(&page)?)?;
        left = left.map(|left| left.saturating_sub(page.posts.len()));
        question.after = page.next;
        // The span that was looked at: an open one would be looked for again on every page.
        (question.since, question.until) = (Some(page.since), Some(page.until));
        if question.after.is_none() || left == Some(0) || question.seed.is_some() {
            return Ok(found(any, fail_empty));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_may_have_23_hours() {
        let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
        let edge = |day, later| start_of_day(day, &zone, later).unwrap().as_millis();
        let hours = |day| (edge(day, 1) - edge(day, 0)) / 3_600_000;
        assert_eq!((hours("2017-03-11"), hours("2017-03-12"), hours("2017-11-05")), (24, 23, 25));
    }
}
