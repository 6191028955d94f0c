//! `tagline sources`: every public API that `collect` asks, what each needs, and what nobody should be surprised by. Opens no store, asks nobody.

use super::Exit;
use super::error::CliError;
use super::output::Output;
use crate::source::{Hosts, SOURCES, SecretNeed, Source};
use clap::Args;

/// Arguments of `sources`.
#[derive(Debug, Args)]
pub(crate) struct SourcesArgs {
    /// Print `tagline.sources/1`
    #[arg(long)]
    json: bool,
}

/// Platforms that are only imported, and why. `docs/sources/` says more.
const IMPORT_ONLY: [(&str, &str); 3] = [
    ("reddit", "its API is closed to those without a registered client: import dumps"),
    ("youtube", "a hundred searches a day: import what other tools saved"),
    ("telegram", "no search over channels without an account: import the export of Telegram Desktop"),
];

/// Runs `sources`.
pub(crate) fn run(args: &SourcesArgs, output: &mut Output) -> Result<Exit, CliError> {
    if args.json {
        let sources: Vec<_> = SOURCES.iter().map(|source| json(*source)).collect();
        let only: Vec<_> =
            IMPORT_ONLY.map(|(name, why)| serde_json::json!({ "platform": name, "why": why })).into();
        let document = serde_json::json!({
            "schema": "tagline.sources/1", "sources": sources, "import_only": only
        });
        output.line(&document.to_string())?;
        return Ok(Exit::Done);
    }
    for source in SOURCES {
        output.line(&format!("{:<15} {}", source.name(), source.about()))?;
        let hosts = match source.hosts() {
            Hosts::Named => format!("--from {}:HOST", source.name()),
            Hosts::Usual(hosts) => format!("--from {} asks {}", source.name(), hosts.join(" or ")),
        };
        output.line(&format!("{:<15} {hosts}", ""))?;
        for SecretNeed { variable, about, required } in source.secrets() {
            let need = if *required { "needs" } else { "may have" };
            let state = if is_set(variable) { "set" } else { "not set" };
            output.line(&format!("{:<15} {need} {variable} ({state}): {about}", ""))?;
        }
        for caveat in source.caveats() {
            output.line(&format!("{:<15} - {caveat}", ""))?;
        }
    }
    for (name, why) in IMPORT_ONLY {
        output.line(&format!("{name:<15} import only: {why}"))?;
    }
    Ok(Exit::Done)
}

fn json(source: &dyn Source) -> serde_json::Value {
    let (named, hosts): (bool, &[&str]) = match source.hosts() {
        Hosts::Named => (true, &[]),
        Hosts::Usual(hosts) => (false, hosts),
    };
    let secrets: Vec<_> = source
        .secrets()
        .iter()
        .map(|need| {
            let SecretNeed { variable, about, required } = need;
            serde_json::json!({ "variable": variable, "about": about, "required": required, "set": is_set(variable) })
        })
        .collect();
    serde_json::json!({
        "name": source.name(), "about": source.about(), "format": source.format(), "needs_host": named, "hosts": hosts,
        "secrets": secrets, "caveats": source.caveats()
    })
}

/// Whether the person gave the secret, or a command that says it; what it is, nobody asks here.
fn is_set(variable: &str) -> bool {
    let given = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    given(variable) || given(&format!("{variable}_CMD"))
}
