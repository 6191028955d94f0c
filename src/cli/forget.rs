//! `tagline forget`: a post or an account, for good.

use super::context::project;
use super::error::CliError;
use super::output::Output;
use super::questions::confirmed;
use super::{Exit, Global};
use crate::forget::{Found, Target, dry_run, find, forget};
use crate::report::forget_text;
use crate::report::format::{count, posts};
use crate::store::{SledStore, WRITER_WAIT, open_sled, sled_exists};
use clap::Args;

/// Arguments of `forget`.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct ForgetArgs {
    /// Account whose posts are forgotten, by id or handle: `x:handle`, `bluesky:did:plc:…`
    #[arg(long, value_name = "PLATFORM:NAME", required_unless_present = "post", conflicts_with = "post")]
    author: Option<String>,
    /// Post that is forgotten: `x:123`, or its address
    #[arg(long, value_name = "PLATFORM:ID|URL")]
    post: Option<String>,
    /// Say what would be forgotten, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Print `tagline.forget/1`
    #[arg(long)]
    json: bool,
}

/// Runs `forget`.
pub(crate) fn run(global: &Global, args: &ForgetArgs, output: &mut Output) -> Result<Exit, CliError> {
    let target = match (&args.author, &args.post) {
        (Some(author), _) => Target::author(author)?,
        (None, post) => Target::post(post.as_deref().unwrap_or_default())?,
    };
    let project = project(global)?;
    let data = project.data();
    if args.dry_run && !sled_exists(&data) {
        output.talk("Nothing was imported or collected yet");
        return Ok(Exit::Done);
    }
    project.project.ensure_data()?;
    let store: SledStore = open_sled(&data, "forget", WRITER_WAIT)?;
    let found = find(&store, &target)?;
    if args.dry_run {
        let would = dry_run(&store, &data, &found)?;
        output.line(&if args.json { serde_json::to_string(&would)? } else { forget_text(&would) })?;
        return Ok(Exit::Done);
    }
    if !args.yes && !confirmed(&question(&found), output)? {
        output.talk("Nothing was changed");
        return Ok(Exit::Done);
    }
    let forgotten = forget(&store, &data, &target, &found)?;
    output.line(&if args.json { serde_json::to_string(&forgotten)? } else { forget_text(&forgotten) })?;
    if found.posts == 0 && matches!(target, Target::Address(_)) {
        output.warn("no post here has that address, so it cannot be kept away: name it as `PLATFORM:ID`");
    }
    Ok(Exit::Done)
}

fn question(found: &Found) -> String {
    let Found { posts: own, passed_on, accounts, .. } = found;
    format!(
        "Forget {} by {} account(s), and {} that pass them on? This cannot be undone. [y/N]",
        posts(*own),
        count(*accounts),
        count(*passed_on)
    )
}
