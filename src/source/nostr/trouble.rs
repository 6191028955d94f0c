//! A relay that does not answer as it should: what is waited out, what is done without, and what ends it.

use super::listen::GONE;
use super::relay::{Phase, Relay};
use crate::archive::printable;
use crate::source::{Ending, Next, Out};
use std::time::Duration;

/// Events asked for at once after a relay refused: no relay gives less.
const SMALL_PAGE: usize = 100;
/// First pause after a relay asked to slow down; each one is twice the last.
const PAUSE: Duration = Duration::from_secs(30);
/// The longest.
const MAX_PAUSE: Duration = Duration::from_secs(900);
/// Pauses and broken connections in a row, without an answer between them, after which a feed that does not follow gives up.
const MAX_SETBACKS: u32 = 8;
/// Texts of a relay that are shown; some say the same again and again.
const MAX_NOTICES: u32 = 3;

impl Relay {
    /// The relay does not answer, or no more.
    pub(super) fn refused(&mut self, name: &str, why: &str, out: &mut Out<'_>) -> Next {
        let kind = why.split(':').next().unwrap_or_default().trim();
        let shown = printable(why.as_bytes());
        let of_deletions = name == GONE || name == self.name && self.phase == Phase::Deletions;
        if name != self.name && !of_deletions {
            return Next::Listen;
        }
        match kind {
            "rate-limited" if name == GONE => {
                self.listening.others = true;
                Next::Listen
            }
            "rate-limited" | "error" => self.pause(&shown),
            _ if of_deletions => {
                self.asks_deletions = false;
                out.notice(format!("the relay does not say which posts were taken back: {shown}"));
                if name == GONE {
                    return Next::Listen;
                }
                self.unchecked.clear();
                self.check_deletions(Vec::new(), out)
            }
            "auth-required" | "restricted" | "blocked" => {
                Next::Done(Ending::NotAllowed(format!("the relay refuses: {shown}")))
            }
            _ if self.limit > SMALL_PAGE => {
                self.limit = SMALL_PAGE;
                self.step(Vec::new(), out.now)
            }
            _ => Next::Done(Ending::Failed(format!("the relay refuses: {shown}"))),
        }
    }

    /// Goes away for a while, longer each time.
    fn pause(&mut self, why: &str) -> Next {
        let time = PAUSE.saturating_mul(1 << self.setbacks.min(6)).min(MAX_PAUSE);
        match self.set_back(why) {
            Some(ending) => Next::Done(ending),
            None => Next::Wait { time, why: "the relay asked to slow down" },
        }
    }

    /// Counts what went wrong; an end, if it was too much.
    pub(super) fn set_back(&mut self, why: &str) -> Option<Ending> {
        self.setbacks = self.setbacks.saturating_add(1);
        let gives_up = self.setbacks >= MAX_SETBACKS && !self.goal.follow;
        gives_up
            .then(|| Ending::Failed(format!("the relay does not answer: {why} ({} times)", self.setbacks)))
    }

    pub(super) fn notice(&mut self, text: &str, out: &mut Out<'_>) {
        self.notices = self.notices.saturating_add(1);
        if self.notices <= MAX_NOTICES {
            out.notice(format!("the relay says: {}", printable(text.as_bytes())));
        }
    }
}
