//! `tagline discover`: theories that nobody has written down yet.

use super::context::{Opened, SpanArgs, found, now, project, reader};
use super::error::CliError;
use super::output::{Output, width};
use super::{Exit, Global};
use crate::answer::{Answer, DiscoverAnswer, DiscoverQuestion, PostSelection, Question};
use crate::discover::Fineness;
use crate::report::{PIPE_WIDTH, assignments_ndjson, discover_text, json, rule_text};
use crate::text::tags;
use clap::Args;
use std::fs;
use std::path::PathBuf;

/// Candidates shown on a terminal unless more are asked for: as many as a person reads.
const SHOWN: usize = 20;
/// Fewest theories that can be asked for: one would be all posts.
const FEWEST: i64 = 2;
/// Most that can be asked for: nobody reads more.
const MOST: i64 = 10_000;

/// Arguments of `discover`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct DiscoverArgs {
    /// Only among posts that no theory's rules match
    #[arg(long, conflicts_with = "theory", help_heading = "Among which posts")]
    beyond: bool,
    /// Only among posts of this theory, to see what is in it; `none` is what `--beyond` says
    #[arg(long, value_name = "ID", help_heading = "Among which posts")]
    theory: Option<String>,
    /// Only among posts with this tag
    #[arg(long, value_name = "TAG", help_heading = "Among which posts")]
    tag: Option<String>,
    #[command(flatten)]
    span: SpanArgs,
    /// So many theories, instead of as many as the evidence is for
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(FEWEST..=MOST), help_heading = "How finely")]
    theories: Option<u16>,
    /// Half as many as the evidence is for
    #[arg(long, conflicts_with_all = ["theories", "finer"], help_heading = "How finely")]
    coarser: bool,
    /// Twice as many
    #[arg(long, conflicts_with = "theories", help_heading = "How finely")]
    finer: bool,
    /// Write candidate N into `tagline.toml` as a theory, with the words that find its posts
    #[arg(long, value_name = "N", conflicts_with_all = ["json", "assignments"], help_heading = "Accept")]
    save: Option<usize>,
    /// Id of that theory; default: made from its first keyword
    #[arg(long, value_name = "ID", requires = "save", help_heading = "Accept")]
    id: Option<String>,
    /// Its label; default: its first keywords in quotes
    #[arg(long, value_name = "TEXT", requires = "save", help_heading = "Accept")]
    label: Option<String>,
    /// Candidates shown
    #[arg(long, value_name = "N", default_value_t = SHOWN, help_heading = "Output")]
    top: usize,
    /// One document `tagline.discover/1`, with all candidates
    #[arg(long, help_heading = "Output")]
    json: bool,
    /// Write the candidate of each post to this file: one `{"platform","id","theory"}` a line
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    assignments: Option<PathBuf>,
    /// End with code 3 if there is no candidate
    #[arg(long, help_heading = "Output")]
    fail_empty: bool,
}

/// Runs `discover`.
pub(crate) fn run(global: &Global, args: &DiscoverArgs, output: &mut Output) -> Result<Exit, CliError> {
    let project = project(global)?;
    let question = question(args, &project)?;
    let Answer::Discover(answer) = reader(&project, "discover").ask(&Question::Discover(question))? else {
        return Err(CliError::WrongAnswer);
    };
    if let Some(number) = args.save {
        save(args, number, &answer, &project, output)?;
        return Ok(Exit::Done);
    }
    let any = !answer.theories.is_empty();
    if let Some(path) = &args.assignments {
        let lines = assignments_ndjson(&answer)?;
        fs::write(path, lines).map_err(|source| CliError::Write { path: path.clone(), source })?;
        output.talk(&format!("{}: {} posts", path.display(), answer.assignments.len()));
    }
    if args.json {
        // What the file has is not said twice.
        let answer = DiscoverAnswer { assignments: Vec::new(), ..answer };
        output.line(&json(&Answer::Discover(answer))?)?;
        return Ok(found(any, args.fail_empty));
    }
    output.line(&discover_text(&answer, &project.campaign.zone, args.top, width(PIPE_WIDTH)))?;
    if any {
        output.next("tagline discover --save 1");
    }
    Ok(found(any, args.fail_empty))
}

fn question(args: &DiscoverArgs, project: &Opened) -> Result<DiscoverQuestion, CliError> {
    let campaign = &project.campaign;
    let span = args.span.resolve(campaign)?;
    let of = match args.theory.as_deref() {
        Some("none") => PostSelection::Unmatched,
        Some(id) => PostSelection::Theory(id.to_owned()),
        None if args.beyond => PostSelection::Unmatched,
        None => PostSelection::All,
    };
    let tag = |tag: &String| tags::normalise(tag).ok_or_else(|| CliError::Tag { tag: tag.clone() });
    let fineness = match (args.theories, args.coarser, args.finer) {
        (Some(wanted), ..) => Fineness::Exactly(wanted.into()),
        (None, true, _) => Fineness::Coarser,
        (None, false, true) => Fineness::Finer,
        (None, false, false) => Fineness::Evidence,
    };
    Ok(DiscoverQuestion {
        campaign: campaign.clone(),
        of,
        tag: args.tag.as_ref().map(tag).transpose()?,
        zone: span.zone,
        since: span.since,
        until: span.until,
        now: now(),
        fineness,
        rule_of: args.save.map(|number| number.wrapping_sub(1)),
        assignments: args.assignments.is_some(),
    })
}

/// Writes a candidate into the rule file.
fn save(
    args: &DiscoverArgs,
    number: usize,
    answer: &DiscoverAnswer,
    project: &Opened,
    output: &mut Output,
) -> Result<(), CliError> {
    let candidates = answer.theories.len();
    let no_such = CliError::NoSuchCandidate { number, candidates };
    let candidate = number.checked_sub(1).and_then(|at| answer.theories.get(at)).ok_or(no_such)?;
    let Some(rule) = answer.rule.as_ref().filter(|rule| !rule.any.is_empty()) else {
        return Err(CliError::NoRule { number });
    };
    let known = |id: &str| project.campaign.theories.iter().any(|theory| theory.id == id);
    let id = args.id.clone().unwrap_or_else(|| {
        let name = candidate
            .keywords
            .iter()
            .map(|keyword| id_of(&keyword.term))
            .find(|name| !name.is_empty() && !known(name));
        name.unwrap_or_else(|| format!("candidate-{number}"))
    });
    let quoted = |keyword: &crate::answer::KeywordAnswer| format!("\u{201c}{}\u{201d}", keyword.term);
    let label = args
        .label
        .clone()
        .unwrap_or_else(|| candidate.keywords.iter().take(3).map(quoted).collect::<Vec<_>>().join(" "));
    project.project.add_theory(&id, &label, &rule.any)?;
    output.talk(&format!("Added the theory `{id}` to tagline.toml: {label}"));
    output.line(&rule_text(rule, width(PIPE_WIDTH)))?;
    output.next(&format!("tagline posts --theory {id} --sample 20"));
    Ok(())
}

/// A word as an id: letters and digits of ASCII, joined by hyphens.
fn id_of(term: &str) -> String {
    let kept: String = term.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = kept.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_made_of_letters_and_digits() {
        assert_eq!(id_of("#yearzero"), "yearzero");
        assert_eq!(id_of("9/11"), "9-11");
        assert_eq!(id_of("選挙"), "");
    }
}
