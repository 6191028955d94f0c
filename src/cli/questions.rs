//! The questions about the data, asked once at a terminal: every one can be skipped.

use super::context::Opened;
use super::error::CliError;
use super::output::Output;
use crate::project::DataStatement;
use std::io::{self, BufRead, IsTerminal, Write};

/// Asks if nobody was asked before and somebody is there; the answers, or the fact that there are none, go to `tagline.toml`.
pub(crate) fn ask_once(project: &Opened, output: &mut Output) -> Result<(), CliError> {
    if project.campaign.data.is_some() || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(());
    }
    output.talk("What are these posts? The answers stand under every number. Enter skips a question.");
    let data = DataStatement {
        who: ask("Whose posts are they?"),
        selected_by: ask("How were they chosen?"),
        complete: ask_complete(),
        covers: ask("Which days do they cover, as 2017-02-01/2017-08-31?").into_iter().collect(),
        source_url: ask("Where are they from (address)?"),
    };
    let skipped = data == DataStatement::default();
    if let Err(error) = project.project.set_data(&data) {
        // The days are the one answer that can be wrong; the rest is kept.
        output.warn(&format!("the days were not kept: {error}"));
        project.project.set_data(&DataStatement { covers: Vec::new(), ..data })?;
    }
    if skipped {
        output.talk("Sample: not described. Say more under `[data]` in `tagline.toml` at any time.");
    }
    Ok(())
}

fn ask(question: &str) -> Option<String> {
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "  {question} ");
    let _ = stderr.flush();
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).ok()?;
    Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty())
}

fn ask_complete() -> Option<String> {
    let answer = ask("Are they complete: yes, random sample, sample, no, unknown?")?.to_lowercase();
    ["yes", "random sample", "sample", "no", "unknown"].contains(&answer.as_str()).then_some(answer)
}
