//! Where everything is printed: data to stdout, talk to stderr.

use super::error::CliError;
use super::hint;
use crate::report::format::clean_lines;
use std::io::{self, BufWriter, IsTerminal, Write};

/// The two streams.
pub(crate) struct Output {
    data: BufWriter<io::Stdout>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { data: BufWriter::with_capacity(1 << 16, io::stdout()) }
    }

    /// Data, as it is.
    pub(crate) fn data(&mut self, text: &str) -> Result<(), CliError> {
        self.data.write_all(text.as_bytes()).map_err(CliError::Stdout)
    }

    /// Data, and a line end if it has none.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), CliError> {
        self.data(text)?;
        if text.ends_with('\n') { Ok(()) } else { self.data("\n") }
    }

    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        self.data.flush().map_err(CliError::Stdout)
    }

    /// Talk: one line to stderr. What it quotes (names of files, columns, labels) may hold commands for a terminal: they are taken out.
    pub(crate) fn talk(&mut self, text: &str) {
        self.say(&clean_lines(text));
    }

    /// Nobody there to hear it is no failure.
    fn say(&mut self, text: &str) {
        // Talk comes after the data it speaks of.
        let _ = self.data.flush();
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// What to do next: only for a person at a terminal.
    pub(crate) fn next(&mut self, text: &str) {
        if io::stdout().is_terminal() && io::stderr().is_terminal() {
            self.talk(&format!("Next: {text}"));
        }
    }

    /// A caveat.
    pub(crate) fn warn(&mut self, text: &str) {
        self.say(&format!("{} {}", label("warning:", anstyle::AnsiColor::Yellow), clean_lines(text)));
    }

    /// What went wrong, why, and what to type next.
    pub(crate) fn error(&mut self, error: &CliError) {
        let said = clean_lines(&error.to_string());
        let mut text = format!("{} {said}", label("error:", anstyle::AnsiColor::Red));
        let mut cause = std::error::Error::source(error);
        let mut last = error.to_string();
        while let Some(source) = cause {
            let said = source.to_string();
            // A transparent error repeats its source.
            if !last.contains(&said) {
                text.push_str("\n  because: ");
                text.push_str(&clean_lines(&said));
            }
            last = said;
            cause = source.source();
        }
        for hint in hint::hints(error) {
            let label = label("hint:", anstyle::AnsiColor::Cyan);
            text.push('\n');
            text.push_str(&label);
            text.push(' ');
            text.push_str(&clean_lines(&hint));
        }
        self.say(&text);
    }
}

/// A word in colour where stderr shows colour; `NO_COLOR` is honoured.
fn label(word: &str, color: anstyle::AnsiColor) -> String {
    let choice = anstream::AutoStream::choice(&io::stderr());
    if choice == anstream::ColorChoice::Never {
        return word.to_owned();
    }
    let style = anstyle::Style::new().bold().fg_color(Some(color.into()));
    format!("{style}{word}{style:#}")
}

/// Whether stdout shows colour; `NO_COLOR` is honoured.
pub(crate) fn color() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Columns of the terminal that stdout is, or `default` for a pipe or file.
pub(crate) fn width(default: usize) -> usize {
    if !io::stdout().is_terminal() {
        return default;
    }
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    asked.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))).unwrap_or(default)
}
