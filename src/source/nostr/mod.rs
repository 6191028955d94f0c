//! Nostr: relays, each of which has what was sent to it. History is walked back from now, a page of events at a time; then the relay is
//! listened to. Nobody is believed: ids and signatures are verified by the format. <https://github.com/nostr-protocol/nips>

mod listen;
mod messages;
mod place;
mod relay;
mod seen;
#[cfg(test)]
mod tests;
mod trouble;

use super::{Feed, Goal, GoalError, Hosts, Limit, SecretNeed, Source};
use crate::archive::reader_of;
use std::time::Duration;

/// Nostr.
pub(super) struct Nostr;

impl Source for Nostr {
    fn name(&self) -> &'static str {
        "nostr"
    }
    fn about(&self) -> &'static str {
        "Nostr: notes, comments and articles that the relays you name keep and show"
    }
    fn format(&self) -> &'static str {
        "nostr-events"
    }
    fn hosts(&self) -> Hosts {
        Hosts::Named
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        &[]
    }
    fn rechecks(&self) -> Option<&'static str> {
        Some("nostr")
    }
    fn caveats(&self) -> &'static [&'static str] {
        &[
            "a relay has what was sent to it and what it has not thrown away since: ask several",
            "relays compare tags letter by letter: the tag is asked for as you write it and in small letters",
            "times are what authors claim; what claims to be from the future is rejected",
            "that an author took a post back is seen while it is collected and on `--recheck`, not on relays that keep no such requests",
        ]
    }
    fn limits(&self, _goal: &Goal) -> Vec<Limit> {
        // No relay says how many connections it takes; this many nobody minds.
        vec![Limit { kind: "", requests: 30, window: Duration::from_secs(60) }]
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        let parser = reader_of(self.format()).ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        Ok(Box::new(relay::Relay::new(goal, cursor, parser)?))
    }
}
