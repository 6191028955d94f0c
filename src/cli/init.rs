//! `tagline init`: a project folder.

use super::context::start;
use super::error::CliError;
use super::output::Output;
use super::{Exit, Global};
use crate::project::{NewProject, Project};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where; default: here
    folder: Option<PathBuf>,
    /// Name of the campaign
    #[arg(long)]
    name: Option<String>,
    /// Tag whose posts are kept; can be given several times. Without any, all that is imported is kept
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Calendar of the buckets
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
}

/// Runs `init`.
pub(crate) fn run(global: &Global, args: &InitArgs, output: &mut Output) -> Result<Exit, CliError> {
    let folder = match &args.folder {
        Some(folder) => folder.clone(),
        None => start(global)?,
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let new = NewProject {
        name: text(&args.name),
        tags: args.tags.clone(),
        words: Vec::new(),
        zone: text(&args.zone),
    };
    Project::create(&folder, &new)?;
    output.talk(&format!(
        "Made `{}` and a private `{}`",
        folder.join("tagline.toml").display(),
        folder.join("data").display()
    ));
    output.next("tagline import FILE");
    Ok(Exit::Done)
}
