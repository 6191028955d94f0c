//! The questions that are asked at a terminal: about the data, each of which can be skipped; about the purpose, none of which can; and
//! whether something is really meant.

use super::context::Opened;
use super::error::CliError;
use super::output::Output;
use crate::project::{DataStatement, Purpose};
use std::io::{self, BufRead, IsTerminal, Write};

/// Asks if nobody was asked before and somebody is there; the answers, or the fact that there are none, go to `tagline.toml`.
pub(crate) fn ask_once(project: &Opened, output: &mut Output) -> Result<(), CliError> {
    if project.campaign.data.is_some() || !is_somebody_there() {
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

/// What posts are collected for. Asked once, of who is there; without an answer nothing is collected.
pub(crate) fn purpose(project: &Opened, output: &mut Output) -> Result<Purpose, CliError> {
    if let Some(purpose) = &project.campaign.purpose {
        return Ok(purpose.clone());
    }
    if !is_somebody_there() {
        return Err(CliError::NoPurpose);
    }
    output.talk("What are these posts collected for? They are about people who did not ask for it. The answers go to `tagline.toml`.");
    let any = |_: &str| None;
    let asked = (|| {
        Some(Purpose {
            why: ask_until("What are the posts for?", &any)?,
            controller: ask_until("Who decides about them: you, or an institution?", &any)?,
            legal_basis: ask_until(
                "On what legal basis (journalism, research in the public interest, …)?",
                &any,
            )?,
            retention: ask_until(
                "Until which day are they kept, as 2028-12-31?",
                &Purpose::retention_mistake,
            )?,
            contact: ask_until(
                "Where can one reach you (mail or https; goes with every request)?",
                &Purpose::contact_mistake,
            )?,
        })
    })();
    let purpose = asked.ok_or(CliError::NoPurpose)?;
    project.project.set_purpose(&purpose)?;
    Ok(purpose)
}

/// Whether the person means it. Nobody there to ask is an error: silence is no consent.
pub(crate) fn confirmed(question: &str, output: &mut Output) -> Result<bool, CliError> {
    if !is_somebody_there() {
        return Err(CliError::Unconfirmed);
    }
    output.flush()?;
    Ok(ask(question).is_some_and(|answer| matches!(answer.to_lowercase().as_str(), "y" | "yes")))
}

fn is_somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks until the answer is right; none is none.
fn ask_until(question: &str, wrong: &dyn Fn(&str) -> Option<&'static str>) -> Option<String> {
    loop {
        let answer = ask(question)?;
        match wrong(&answer) {
            None => return Some(answer),
            Some(fix) => drop(writeln!(io::stderr().lock(), "  {fix}")),
        }
    }
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
