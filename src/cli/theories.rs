//! `tagline theories`: the table of competing theories, and trying and checking their rules.

use super::context::{Also, ByArg, NO_POSTS, Opened, SpanArgs, ask_theories, found, project, reader};
use super::error::CliError;
use super::output::{Output, width};
use super::suggest::{self, SuggestArgs};
use super::{Exit, Global};
use crate::answer::{Answer, LintQuestion, Question};
use crate::report::{PIPE_WIDTH, json, lint_text, test_text, theories_csv, theories_table};
use clap::{Args, Subcommand};

/// Said where a campaign has no rules.
const NO_THEORIES: &str = "hint: there are no theories yet: `tagline theories suggest` proposes some, or add `[[theory]]` to `tagline.toml`, see docs/campaign.md";

/// Arguments of `theories`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct TheoriesArgs {
    #[command(subcommand)]
    command: Option<TheoriesCommand>,
    #[command(flatten)]
    span: SpanArgs,
    /// Length of a bucket
    #[arg(long, value_enum, default_value = "auto", help_heading = "Span")]
    by: ByArg,
    /// Print `tagline.theories/1`
    #[arg(long, help_heading = "Output", conflicts_with = "csv")]
    json: bool,
    /// Print one row for each bucket and theory
    #[arg(long, help_heading = "Output")]
    csv: bool,
    /// End with code 3 if no post matches any theory
    #[arg(long, help_heading = "Output")]
    fail_empty: bool,
}

#[derive(Debug, Subcommand)]
enum TheoriesCommand {
    /// An interview for a campaign without rules: candidates with posts to read, one key accepts, edits or drops
    ///
    /// Goes through ten candidates of `tagline discover`, or where there are fewer through their parts too. What is accepted is written to
    /// `tagline.toml` at once. Where there are theories already, it looks among the posts that they do not match.
    Suggest(SuggestArgs),
    /// Which theories a text is in, and by which words
    Test {
        /// The text
        text: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Terms that match nearly everything, or nothing, in the imported posts
    Lint {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs `theories`.
pub(crate) fn run(global: &Global, args: &TheoriesArgs, output: &mut Output) -> Result<Exit, CliError> {
    let project = project(global)?;
    match &args.command {
        Some(TheoriesCommand::Suggest(args)) => suggest::run(global, args, output),
        Some(TheoriesCommand::Test { text, json }) => test(&project, text, *json, output),
        Some(TheoriesCommand::Lint { json }) => lint(&project, *json, output),
        None => list(&project, args, output),
    }
}

fn list(project: &Opened, args: &TheoriesArgs, output: &mut Output) -> Result<Exit, CliError> {
    let answer = ask_theories(project, &args.span, args.by, Also::default(), "theories")?;
    if args.json {
        output.line(&json(&Answer::Theories(answer.clone()))?)?;
    } else if args.csv {
        output.data(&theories_csv(&answer))?;
    } else {
        output.line(&theories_table(&answer, width(PIPE_WIDTH)))?;
        if answer.theories.is_empty() {
            output.talk(NO_THEORIES);
        } else if answer.posts == 0 {
            output.talk(NO_POSTS);
        } else {
            output.next("tagline timeline -o timeline.svg  ·  tagline posts --theory ID --first 3");
        }
    }
    Ok(found(answer.matched > 0, args.fail_empty))
}

fn test(project: &Opened, text: &str, as_json: bool, output: &mut Output) -> Result<Exit, CliError> {
    let answer = crate::answer::test(&project.campaign.theories, text)?;
    if as_json {
        output.line(&json(&Answer::Test(answer))?)?;
        return Ok(Exit::Done);
    }
    if answer.theories.is_empty() {
        output.talk(NO_THEORIES);
    }
    output.line(&test_text(&answer))?;
    Ok(Exit::Done)
}

fn lint(project: &Opened, as_json: bool, output: &mut Output) -> Result<Exit, CliError> {
    let question = Question::Lint(LintQuestion { campaign: project.campaign.clone() });
    let Answer::Lint(lints) = reader(project, "theories lint").ask(&question)? else {
        return Err(CliError::WrongAnswer);
    };
    if as_json {
        output.line(&json(&Answer::Lint(lints))?)?;
    } else {
        output.line(&lint_text(&lints))?;
    }
    Ok(Exit::Done)
}
