//! `tagline timeline`: theories over time, in the terminal or as a file.

use super::context::{Also, ByArg, NO_POSTS, SpanArgs, ask_theories, found, project};
use super::error::CliError;
use super::output::{Output, color, width};
use super::picture::{PictureArgs, write};
use super::{Exit, Global};
use crate::answer::{Answer, TheoriesAnswer};
use crate::chart::{self, Chart, Needs, TerminalOptions};
use crate::report::{PIPE_WIDTH, json, theories_csv};
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `timeline`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct TimelineArgs {
    /// Write a file instead of printing: `.svg`, `.png`, `.csv`, `.json` or `.vl.json` (Vega-Lite); can be given several times
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Vec<PathBuf>,
    #[command(flatten)]
    span: SpanArgs,
    /// Length of a bucket
    #[arg(long, value_enum, default_value = "auto", help_heading = "Span")]
    by: ByArg,
    #[command(flatten)]
    picture: PictureArgs,
    /// In the terminal: one scale for all theories
    #[arg(long, help_heading = "Output")]
    one_scale: bool,
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
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Svg,
    Png,
    Vega,
    Csv,
    Json,
}

impl FileKind {
    fn of(path: &Path) -> Result<Self, CliError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            Some("csv") => Ok(Self::Csv),
            Some("json") if name.ends_with(".vl.json") => Ok(Self::Vega),
            Some("json") => Ok(Self::Json),
            _ => Err(CliError::OutputKind { path: path.into() }),
        }
    }

    fn is_picture(self) -> bool {
        matches!(self, Self::Svg | Self::Png | Self::Vega)
    }
}

/// A file to write.
struct Target<'a> {
    path: &'a Path,
    kind: FileKind,
}

impl<'a> Target<'a> {
    fn of(path: &'a Path) -> Result<Self, CliError> {
        Ok(Self { path, kind: FileKind::of(path)? })
    }

    /// Where the numbers of the picture go: `a.svg` has `a.csv`.
    fn data(&self) -> PathBuf {
        let stem = self.path.with_extension("");
        let stem = if self.kind == FileKind::Vega { stem.with_extension("") } else { stem };
        stem.with_extension("csv")
    }
}

/// Runs `timeline`.
pub(crate) fn run(global: &Global, args: &TimelineArgs, output: &mut Output) -> Result<Exit, CliError> {
    let targets = targets(args)?;
    let kind = args.picture.kind()?;
    let drawn = targets.iter().any(|target| target.kind.is_picture());
    if !drawn && !args.json && (args.picture.kind.is_some() || args.picture.split.is_some()) {
        return Err(CliError::KindOfNoPicture);
    }
    let project = project(global)?;
    let also = Also { split: args.picture.split_for(kind), overlap: kind.needs == Needs::Overlap };
    let answer = ask_theories(&project, &args.span, args.by, also, "timeline")?;
    let chart = if drawn { Some(args.picture.draw(&answer, kind, output)?) } else { None };
    for target in &targets {
        let bytes = file(args, target, &answer, chart.as_ref())?;
        write(target.path, &bytes)?;
        output.talk(&format!("Wrote `{}`", target.path.display()));
        if let Some(chart) = chart.as_ref().filter(|_| args.picture.data && target.kind.is_picture()) {
            write(&target.data(), chart.csv().as_bytes())?;
            output.talk(&format!("Wrote `{}`, the numbers that it shows", target.data().display()));
        }
    }
    if args.json {
        output.line(&json(&Answer::Theories(answer.clone()))?)?;
    } else if args.csv {
        output.data(&theories_csv(&answer))?;
    } else if args.output.is_empty() {
        let fitting = TerminalOptions::fitting(&answer, width(PIPE_WIDTH));
        let one_scale = fitting.one_scale || args.one_scale;
        let options = TerminalOptions { one_scale, color: color(), ..fitting };
        output.line(&chart::terminal(&answer, &options))?;
        output.next("tagline timeline -o timeline.svg");
    }
    if answer.posts == 0 && !args.json && !args.csv {
        output.talk(NO_POSTS);
    }
    Ok(found(answer.matched > 0, args.fail_empty))
}

/// The files, none of which may be written over by another.
fn targets(args: &TimelineArgs) -> Result<Vec<Target<'_>>, CliError> {
    let targets = args.output.iter().map(|path| Target::of(path)).collect::<Result<Vec<_>, _>>()?;
    let pictures = targets.iter().filter(|target| args.picture.data && target.kind.is_picture());
    match pictures.map(Target::data).find(|path| args.output.contains(path)) {
        Some(path) => Err(CliError::WrittenTwice { path }),
        None => Ok(targets),
    }
}

fn file(
    args: &TimelineArgs,
    target: &Target<'_>,
    answer: &TheoriesAnswer,
    chart: Option<&Chart>,
) -> Result<Vec<u8>, CliError> {
    let picture = chart.ok_or(CliError::WrongAnswer);
    Ok(match target.kind {
        FileKind::Svg => picture?.svg(args.picture.theme()).into_bytes(),
        FileKind::Png => picture?.png(args.picture.theme(), args.picture.scale())?,
        FileKind::Vega => picture?.vega_lite(answer).into_bytes(),
        FileKind::Csv => theories_csv(answer).into_bytes(),
        FileKind::Json => json(&Answer::Theories(Box::new(answer.clone())))?.into_bytes(),
    })
}
