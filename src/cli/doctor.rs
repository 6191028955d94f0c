//! `tagline doctor`: is the store sound, and what to do if not.

use super::context::root;
use super::error::CliError;
use super::hint::checkup_hint;
use super::output::Output;
use super::{Exit, Global, collect};
use crate::doctor::{Checkup, Treatment, examine};
use crate::project::Project;
use crate::report::doctor_text;
use crate::store::sled_exists;
use clap::Args;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct DoctorArgs {
    /// Drop what cannot be read, make filters again from the posts, and mark the archives that bring the rest back
    #[arg(long)]
    repair: bool,
    /// Write the store anew, without the room that removed and rewritten posts still take. Needs as much room again while it runs; may be
    /// cut off at any time
    #[arg(long)]
    compact: bool,
    /// Instead of the store, look at places that `collect` asks: do they answer, are tokens good, is the clock right. Asks them a few questions
    #[arg(long, value_name = "SOURCE[:HOST],…", conflicts_with_all = ["repair", "compact", "json"])]
    from: Vec<String>,
    /// With `--from`: allow http and ws
    #[arg(long, requires = "from")]
    insecure: bool,
    /// Print `tagline.doctor/1`
    #[arg(long)]
    json: bool,
}

/// Runs `doctor`. It asks nothing of the rule file, which may be wrong too.
pub(crate) fn run(global: &Global, args: &DoctorArgs, output: &mut Output) -> Result<Exit, CliError> {
    if !args.from.is_empty() {
        return collect::look_at_places(global, &args.from, args.insecure, output);
    }
    let data = Project::open(root(global)?)?.data_path();
    let treatment = Treatment { repair: args.repair, compact: args.compact };
    let checkup = if sled_exists(&data) { examine(&data, treatment)? } else { Checkup::empty() };
    if args.json {
        output.line(&serde_json::to_string(&checkup)?)?;
    } else {
        output.line(&doctor_text(&checkup))?;
        if let Some(hint) = checkup_hint(&checkup, treatment) {
            output.talk(&format!("hint: {hint}"));
        }
    }
    Ok(if checkup.healthy { Exit::Done } else { Exit::Failed })
}
