//! `tagline status`: what is in the store, and where it came from.

use super::context::{now, project, reader};
use super::error::CliError;
use super::output::Output;
use super::{Exit, Global};
use crate::answer::{Answer, Question, StatusQuestion};
use crate::report::{json, status_text};
use clap::Args;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print `tagline.status/1`
    #[arg(long)]
    json: bool,
}

/// Runs `status`.
pub(crate) fn run(global: &Global, args: &StatusArgs, output: &mut Output) -> Result<Exit, CliError> {
    let project = project(global)?;
    let question = Question::Status(StatusQuestion::of(&project.campaign, now()));
    let Answer::Status(status) = reader(&project, "status").ask(&question)? else {
        return Err(CliError::WrongAnswer);
    };
    if args.json {
        output.line(&json(&Answer::Status(status))?)?;
    } else {
        output.line(&status_text(&status))?;
        if status.retention_ended {
            output.warn("the day until which these posts were to be kept is over: remove `data/`, or write a later `retention` with its reason");
        }
        if status.imports.is_empty() {
            output.next("tagline import FILE");
        }
    }
    Ok(Exit::Done)
}
