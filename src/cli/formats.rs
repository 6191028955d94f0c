//! `tagline formats`: every format that `import` reads. Opens no store.

use super::Exit;
use super::error::CliError;
use super::output::Output;
use crate::archive::{CONTAINERS, Compression, FORMATS};
use clap::Args;

/// Arguments of `formats`.
#[derive(Debug, Args)]
pub(crate) struct FormatsArgs {
    /// Print `tagline.formats/1`
    #[arg(long)]
    json: bool,
}

/// Runs `formats`.
pub(crate) fn run(args: &FormatsArgs, output: &mut Output) -> Result<Exit, CliError> {
    if args.json {
        let formats: Vec<_> = FORMATS
            .iter()
            .map(|format| serde_json::json!({ "name": format.name(), "about": format.about(), "known_by": format.known_by() }))
            .collect();
        let document = serde_json::json!({
            "schema": "tagline.formats/1",
            "formats": formats,
            "compressions": Compression::ALL.map(Compression::name),
            "containers": CONTAINERS
        });
        output.line(&document.to_string())?;
        return Ok(Exit::Done);
    }
    for format in FORMATS {
        output.line(&format!("{:<18} {}", format.name(), format.about()))?;
    }
    output.line("each plain or in gzip, zstd, bzip2, xz, zip or tar; found out by content, never by name")?;
    Ok(Exit::Done)
}
