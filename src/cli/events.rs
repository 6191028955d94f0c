//! `tagline events`: dated events in `tagline.toml`.

use super::context::{now, project};
use super::error::CliError;
use super::output::Output;
use super::{Exit, Global};
use crate::report::format::clean;
use crate::timeline::{Edge, parse_when};
use clap::{Args, Subcommand};

/// Arguments of `events`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct EventsArgs {
    #[command(subcommand)]
    command: Option<EventsCommand>,
    /// Print `tagline.events/1`
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum EventsCommand {
    /// List them, numbered in time order
    List {
        /// Print `tagline.events/1`
        #[arg(long)]
        json: bool,
    },
    /// Add one
    Add {
        /// `2017-03-07 13:00` in the campaign's zone, or RFC 3339
        when: String,
        /// What happened
        label: String,
        /// Where to read of it
        #[arg(long)]
        url: Option<String>,
    },
    /// Remove one by its number in the list
    Rm {
        /// Its number
        number: usize,
    },
}

/// Runs `events`.
pub(crate) fn run(global: &Global, args: &EventsArgs, output: &mut Output) -> Result<Exit, CliError> {
    let project = project(global)?;
    match &args.command {
        None => list(&project, args.json, output)?,
        Some(EventsCommand::List { json }) => list(&project, *json, output)?,
        Some(EventsCommand::Add { when, label, url }) => {
            let zone = project.campaign.zone.clone();
            let tz = jiff::tz::TimeZone::get(&zone).map_err(|_| CliError::Zone { zone: zone.clone() })?;
            let at = parse_when(when, &tz, now(), Edge::Since)
                .map_err(|source| CliError::When { flag: "WHEN", source })?;
            project.project.add_event(at, label, url.as_deref())?;
            output.talk(&format!("Added: {at}  {label}"));
        }
        Some(EventsCommand::Rm { number }) => {
            // 0 becomes an index that no list has, and the error counts it back to 0.
            let index = number.wrapping_sub(1);
            let label =
                project.campaign.events.get(index).map(|event| event.label.clone()).unwrap_or_default();
            project.project.remove_event(index)?;
            output.talk(&format!("Removed: {label}"));
        }
    }
    Ok(Exit::Done)
}

fn list(project: &super::context::Opened, json: bool, output: &mut Output) -> Result<(), CliError> {
    let events = &project.campaign.events;
    if json {
        return output
            .line(&serde_json::json!({ "schema": "tagline.events/1", "events": events }).to_string());
    }
    for (number, event) in (1..).zip(events) {
        let url = event.url.as_deref().map(|url| format!("  {}", clean(url))).unwrap_or_default();
        let label = clean(&event.label);
        output.line(&format!("{number:>3}  {}  {label}{url}", event.at))?;
    }
    if events.is_empty() {
        output.talk("hint: add one: `tagline events add \"2017-03-07 13:00\" \"Year Zero released\"`");
    }
    Ok(())
}
