//! What a person types: one key, or a line. Without a terminal both come from the lines of standard input.

use super::error::CliError;
use super::output::Output;
use console::Term;
use std::io::{self, BufRead, IsTerminal, Read};

/// Longest line that is read: many words of a rule, and no endless input.
const MOST_BYTES: u64 = 1 << 16;

/// What Ctrl-D sends.
const END_OF_INPUT: char = '\u{4}';

/// The key that is pressed; none at the end of the input.
pub(super) fn key(prompt: &str, output: &mut Output) -> Result<Option<char>, CliError> {
    output.data(&format!("{prompt} "))?;
    output.flush()?;
    if !io::stdin().is_terminal() {
        let written = read_line()?;
        output.line(written.as_deref().unwrap_or("").trim())?;
        return Ok(written.and_then(|line| line.trim().chars().next().or(Some('?'))));
    }
    // Another terminal than the one that is written to would be nobody's.
    let key = Term::stderr().read_char().ok().filter(|key| *key != END_OF_INPUT);
    output.line(&key.filter(|key| !key.is_control()).map_or_else(String::new, |key| key.to_string()))?;
    Ok(key)
}

/// A line; none if it is empty, or at the end of the input.
pub(super) fn line(prompt: &str, output: &mut Output) -> Result<Option<String>, CliError> {
    output.data(prompt)?;
    output.flush()?;
    let written = read_line()?.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
    if !io::stdin().is_terminal() {
        output.line(written.as_deref().unwrap_or(""))?;
    }
    Ok(written)
}

fn read_line() -> Result<Option<String>, CliError> {
    let mut line = String::new();
    let read = io::stdin().lock().take(MOST_BYTES).read_line(&mut line).map_err(CliError::Stdin)?;
    if read as u64 == MOST_BYTES && !line.ends_with('\n') {
        return Err(CliError::Stdin(io::Error::other("a line has more than 64 KiB")));
    }
    Ok((read > 0).then_some(line))
}
