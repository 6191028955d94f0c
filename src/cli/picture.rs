//! Flags of pictures, and writing them: which kind, how large, for which ground, in which form.

use super::error::CliError;
use super::output::Output;
use crate::answer::TheoriesAnswer;
use crate::chart::{
    self, Chart, ChartKind, ChartOptions, KINDS, Lang, Needs, Size, TextMode, Theme, UserFont,
};
use clap::Args;
use clap::builder::PossibleValue;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Largest font that is read: the fonts of all Han characters in several styles have under 150 MB.
const MAX_FONT_BYTES: u64 = 256 << 20;
/// Largest `--scale`.
const MAX_SCALE: f64 = 10.0;

/// How a picture is to look.
#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
pub(crate) struct PictureArgs {
    /// What is drawn
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    pub(crate) kind: Option<String>,
    /// Draw by a field (`platform`, `lang`, or a column that `import --keep` kept); means `--kind platforms`
    #[arg(long, value_name = "FIELD")]
    pub(crate) split: Option<String>,
    /// Size: `wide`, `social`, `square`, `column`, or pixels as `1200x675`
    #[arg(long, value_name = "SIZE", default_value = "wide", value_parser = size)]
    size: Size,
    /// Ground: `light`, `dark`, or `auto` (as the reader's machine is set; SVG only)
    #[arg(long, value_name = "THEME", default_value = "light", value_parser = themes())]
    theme: String,
    /// Pixels of a PNG for each pixel of the size
    #[arg(long, value_name = "N", default_value = "2", value_parser = scale)]
    scale: f64,
    /// Words in SVG: with the glyphs in the file, as outlines for print, or plain for editing
    #[arg(long, value_name = "HOW", default_value = "embed", value_parser = text_modes())]
    text: String,
    /// Font file for characters that the built-in fonts lack; can be given several times
    #[arg(long, value_name = "FILE")]
    font: Vec<PathBuf>,
    /// Whose months and numbers
    #[arg(long, value_name = "LANG", default_value = "en", value_parser = langs())]
    lang: String,
    /// Title, in place of the fact computed from the data
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Words before the note, as a source or a licence; the note itself always stands
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Write the numbers that the picture shows beside it, as `.csv`
    #[arg(long)]
    pub(crate) data: bool,
}

/// A word among several.
fn words<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(all.iter().map(|one| name(*one)).collect::<Vec<_>>())
}

fn kinds() -> clap::builder::PossibleValuesParser {
    let named = KINDS.iter().map(|kind| PossibleValue::new(kind.name).help(kind.about));
    clap::builder::PossibleValuesParser::new(named.collect::<Vec<_>>())
}

fn themes() -> clap::builder::PossibleValuesParser {
    words(Theme::ALL, Theme::name)
}

fn text_modes() -> clap::builder::PossibleValuesParser {
    words(TextMode::ALL, TextMode::name)
}

fn langs() -> clap::builder::PossibleValuesParser {
    words(Lang::ALL, Lang::name)
}

/// The one of that name; names are checked before.
fn named<T: Copy + Default>(all: &[T], name: fn(T) -> &'static str, word: &str) -> T {
    all.iter().copied().find(|one| name(*one) == word).unwrap_or_default()
}

fn size(text: &str) -> Result<Size, String> {
    if let Some((_, size)) = Size::NAMED.iter().find(|(name, _)| *name == text) {
        return Ok(*size);
    }
    let parsed = text.split_once(['x', 'X', '×']).and_then(|(width, height)| {
        Some(Size { width: width.trim().parse().ok()?, height: height.trim().parse().ok()? })
    });
    let names: Vec<String> =
        Size::NAMED.iter().map(|(name, size)| format!("{name} ({}x{})", size.width, size.height)).collect();
    let size = parsed.ok_or_else(|| format!("one of {}, or pixels as 1200x675", names.join(", ")))?;
    size.check().map_err(|error| error.to_string())?;
    Ok(size)
}

fn scale(text: &str) -> Result<f64, String> {
    let scale: Option<f64> = text.parse().ok();
    scale
        .filter(|scale| *scale >= 0.1 && *scale <= MAX_SCALE)
        .ok_or_else(|| format!("a number from 0.1 to {MAX_SCALE}"))
}

impl PictureArgs {
    /// Which kind: the one named, the one that shows a field, else the usual one.
    pub(crate) fn kind(&self) -> Result<&'static ChartKind, CliError> {
        let usual = if self.split.is_some() { "platforms" } else { "area" };
        let name = self.kind.as_deref().unwrap_or(usual);
        let kind = ChartKind::named(name).ok_or(CliError::WrongAnswer)?;
        if self.split.is_some() && kind.needs != Needs::Split {
            return Err(CliError::SplitOfOtherKind { kind: kind.name });
        }
        Ok(kind)
    }

    /// By which field is to be counted too, if by any.
    pub(crate) fn split_for(&self, kind: &ChartKind) -> Option<String> {
        (kind.needs == Needs::Split).then(|| self.split.clone().unwrap_or_else(|| "platform".to_owned()))
    }

    /// Draws the picture, saying aloud what it could not show.
    pub(crate) fn draw(
        &self,
        answer: &TheoriesAnswer,
        kind: &'static ChartKind,
        output: &mut Output,
    ) -> Result<Chart, CliError> {
        let options = ChartOptions {
            title: self.title.clone(),
            note: self.note.clone(),
            size: self.size,
            lang: named(Lang::ALL, Lang::name, &self.lang),
            text: named(TextMode::ALL, TextMode::name, &self.text),
            fonts: self.font.iter().map(|path| font(path)).collect::<Result<_, _>>()?,
        };
        let chart = chart::draw(answer, kind, &options)?;
        warn(&chart, output);
        Ok(chart)
    }

    pub(crate) fn theme(&self) -> Theme {
        named(Theme::ALL, Theme::name, &self.theme)
    }

    pub(crate) fn scale(&self) -> f64 {
        self.scale
    }
}

/// What a person should know about a picture.
pub(crate) fn warn(chart: &Chart, output: &mut Output) {
    for warning in &chart.warnings {
        output.warn(&warning.to_string());
    }
}

fn font(path: &Path) -> Result<UserFont, CliError> {
    let failed = |source| CliError::ReadFont { path: path.into(), source };
    let kind = fs::metadata(path).map_err(failed)?;
    if !kind.is_file() {
        return Err(failed(io::Error::other("it is no file")));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    file.take(MAX_FONT_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FONT_BYTES {
        let said = format!("it has more than {MAX_FONT_BYTES} bytes, which no font has");
        return Err(failed(io::Error::other(said)));
    }
    Ok(UserFont { name: path.display().to_string(), bytes })
}

/// Writes beside the target and renames: a full disk leaves the old file whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |source| CliError::Write { path: path.into(), source };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    fs::write(&part, bytes).map_err(failed)?;
    fs::rename(&part, path).map_err(|error| {
        let _ = fs::remove_file(&part);
        failed(error)
    })
}
