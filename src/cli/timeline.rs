//! `tagline timeline`: theories over time, in the terminal or as a file.

use super::context::{ByArg, SpanArgs, ask_theories, found, project};
use super::error::CliError;
use super::output::{Output, width};
use super::{Exit, Global};
use crate::answer::{Answer, TheoriesAnswer};
use crate::chart::{self, ChartKind, ChartOptions};
use crate::report::{PIPE_WIDTH, json, theories_csv};
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};

/// Arguments of `timeline`.
#[derive(Debug, Args)]
pub(crate) struct TimelineArgs {
    /// Write a file instead of printing: `.svg`, `.csv` or `.json`; can be given several times
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Vec<PathBuf>,
    #[command(flatten)]
    span: SpanArgs,
    /// Length of a bucket
    #[arg(long, value_enum, default_value = "auto", help_heading = "Span")]
    by: ByArg,
    /// Title of the picture, in place of the fact computed from the data
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    title: Option<String>,
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

/// Kinds of file a timeline can be.
#[derive(Clone, Copy)]
enum FileKind {
    Svg,
    Csv,
    Json,
}

fn kind(path: &Path) -> Result<FileKind, CliError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    // Vega-Lite comes with the other kinds of picture; its name ends in `.json` too and must not be taken for the table.
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("svg") => Ok(FileKind::Svg),
        Some("csv") => Ok(FileKind::Csv),
        Some("json") if !name.ends_with(".vl.json") => Ok(FileKind::Json),
        _ => Err(CliError::OutputKind { path: path.into() }),
    }
}

/// Runs `timeline`.
pub(crate) fn run(global: &Global, args: &TimelineArgs, output: &mut Output) -> Result<Exit, CliError> {
    let kinds = args.output.iter().map(|path| kind(path)).collect::<Result<Vec<_>, _>>()?;
    let project = project(global)?;
    let answer = ask_theories(&project, &args.span, args.by, "timeline")?;
    for (path, kind) in args.output.iter().zip(kinds) {
        let text = match kind {
            FileKind::Svg => svg(&answer, args.title.clone(), output)?,
            FileKind::Csv => theories_csv(&answer),
            FileKind::Json => json(&Answer::Theories(answer.clone()))?,
        };
        write(path, &text)?;
        output.talk(&format!("Wrote `{}`", path.display()));
    }
    if args.json {
        output.line(&json(&Answer::Theories(answer.clone()))?)?;
    } else if args.csv {
        output.data(&theories_csv(&answer))?;
    } else if args.output.is_empty() {
        output.line(&chart::terminal(&answer, width(PIPE_WIDTH)))?;
        output.next("tagline timeline -o timeline.svg");
    }
    Ok(found(answer.matched > 0, args.fail_empty))
}

/// Draws the picture, saying aloud what it could not show.
pub(crate) fn svg(
    answer: &TheoriesAnswer,
    title: Option<String>,
    output: &mut Output,
) -> Result<String, CliError> {
    let chart = chart::draw(answer, ChartKind::Stacked, &ChartOptions { title, ..ChartOptions::default() })?;
    for warning in &chart.warnings {
        output.warn(&warning.to_string());
    }
    Ok(chart.svg)
}

/// Writes beside the target and renames: a full disk leaves the old picture whole.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let failed = |source| CliError::Write { path: path.into(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, text).map_err(failed)?;
    fs::rename(&part, path).map_err(|error| {
        let _ = fs::remove_file(&part);
        failed(error)
    })
}
