//! `tagline demo`: the main job on invented posts, in a folder one may keep or delete.

use super::context::{Also, ByArg, Opened, SpanArgs, ask_theories, now, writer};
use super::error::CliError;
use super::output::{Output, width};
use super::{Exit, picture};
use crate::archive::Reject;
use crate::chart::{self, ChartKind, ChartOptions, Theme};
use crate::ingest::{ImportOptions, ImportProgress, Watch, import};
use crate::project::Project;
use crate::report::format::count;
use crate::report::{INVENTED_DATA, theories_table};
use clap::Args;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The invented posts and the campaign's rules, built in.
const POSTS: &str = include_str!("../../fixtures/vault7/posts.ndjson");
const RULES: &str = include_str!("../../fixtures/vault7/tagline.toml");

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder of the demo project
    #[arg(default_value = "tagline-demo")]
    folder: PathBuf,
}

/// Runs `demo`.
pub(crate) fn run(args: &DemoArgs, output: &mut Output) -> Result<Exit, CliError> {
    let folder = &args.folder;
    let project = prepare(folder)?;
    let store = writer(&project, "demo")?;
    let options =
        ImportOptions { inputs: vec![folder.join("posts.ndjson")], now: now(), ..ImportOptions::default() };
    let report = import(&*store, &project.campaign, &options, &project.data(), &mut Silent)?;
    drop(store);
    output.line(INVENTED_DATA)?;
    output.line(&format!(
        "{} invented posts about #Vault7 in `{}`: {} added, {} duplicates",
        count(report.counts.read),
        folder.display(),
        count(report.counts.added),
        count(report.counts.duplicates)
    ))?;
    let answer = ask_theories(&project, &SpanArgs::default(), ByArg::Auto, Also::default(), "demo")?;
    output.line("")?;
    output.line(&theories_table(&answer, width(100)))?;
    let path = folder.join("charts").join("vault7.svg");
    let kind = ChartKind::named("area").ok_or(CliError::WrongAnswer)?;
    let chart = chart::draw(&answer, kind, &ChartOptions::default())?;
    picture::warn(&chart, output);
    picture::write(&path, chart.svg(Theme::Light).as_bytes())?;
    output.line("")?;
    output.line(&format!("The timeline is in `{}`: open it in a browser. Then type:", path.display()))?;
    output.line(&format!("  cd {}", folder.display()))?;
    output.line("  tagline posts --theory cia --first 3")?;
    output.line("  tagline theories test \"a mole at the CIA leaked the hacking tools\"")?;
    output.line("  tagline timeline --by hour --since 2017-03-07 --until 2017-03-09")?;
    Ok(Exit::Done)
}

/// Makes the folder, or takes it if it is the demo's already.
fn prepare(folder: &Path) -> Result<Opened, CliError> {
    let rules = folder.join("tagline.toml");
    let put = |path: &Path, text: &str| {
        fs::write(path, text).map_err(|source| CliError::Write { path: path.into(), source })
    };
    if rules.is_file() {
        let known = fs::read_to_string(&rules).unwrap_or_default();
        if !known.contains(INVENTED_DATA) {
            return Err(CliError::NotTheDemo { path: folder.into() });
        }
    } else {
        Project::create_with(folder, RULES)?;
    }
    put(&folder.join("posts.ndjson"), POSTS)?;
    Opened::open(folder.to_owned())
}

/// Three thousand posts need no progress bar.
struct Silent;

impl Watch for Silent {
    fn progress(&mut self, _: ImportProgress) {}

    fn reject(&mut self, _: &str, _: &Reject) -> io::Result<()> {
        Ok(())
    }

    fn stop(&self) -> bool {
        false
    }
}
