//! A sign of life while an answer takes long: only for a person at a terminal, and gone when it is there.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal};
use std::time::Duration;

/// Between two pictures of the sign.
const TICK: Duration = Duration::from_millis(200);

/// The sign, as long as it lives.
pub(super) struct Waiting(Option<ProgressBar>);

impl Waiting {
    /// Begins to show what is being done, and for how long already.
    pub(super) fn begin(what: &'static str) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner().with_message(what);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self(Some(bar))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
