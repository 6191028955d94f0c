//! Where to go on, by tag: the cursor. A forward edge that moves up, walks that move down, and how far either has come.

use super::page::{Item, Page, is_path};
use crate::post::{MAX_ID_BYTES, MIN_TIMESTAMP, Timestamp};
use crate::source::GoalError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Most walks of one tag that wait. Each look leaves one at most, which is worked on before the next look; more only come from trouble.
pub(super) const MAX_FILLS: usize = 16;
/// Posts reach a host late, and with ids that carry the time at which they were written: below posts that are there already. So each stretch
/// is looked at a second time after so long.
const SECOND_LOOK: Duration = Duration::from_secs(3600);

/// The place in one tag's feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Forward looks go on above it. None: the host had no post when last asked.
    #[serde(default)]
    pub(super) newest: Option<Newest>,
    /// Where the second look begins.
    #[serde(default)]
    again: Option<Again>,
    /// Whether a look has moved it and is not over. In the cursor, since a look may break off there.
    #[serde(default)]
    pub(super) is_moving: bool,
    /// All that the host had until then was seen, but for what the walks still have to bring.
    #[serde(default)]
    pub(super) looked: Option<Timestamp>,
    /// Down into the past. Rests where it came to.
    #[serde(default)]
    pub(super) history: Option<Walk>,
    /// Down to where an earlier look ended, for hosts that cannot page upwards. The last is worked on.
    #[serde(default)]
    pub(super) fills: Vec<Walk>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Newest {
    pub(super) id: String,
    /// When the post was published.
    pub(super) at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Again {
    id: String,
    /// When, by our clock, it was the newest.
    since: Timestamp,
}

/// A walk from page to older page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Walk {
    /// Path and query of the next page. None: there is no older post.
    pub(super) next: Option<String>,
    /// All from then on was seen.
    pub(super) reached: Timestamp,
    /// Where it may stop. None: at the beginning of what is wanted.
    #[serde(default)]
    pub(super) floor: Option<Timestamp>,
}

impl Walk {
    /// Whether there is something to ask for.
    pub(super) fn goes_on(&self, since: Option<Timestamp>) -> bool {
        self.next.is_some() && self.reached > self.floor.or(since).unwrap_or(MIN_TIMESTAMP)
    }

    /// Takes a page that is not empty. Gives the span that is now known to be there, if any is.
    ///
    /// Pages are in the order of ids, which is only nearly that of times. What is missing lies below this page, so nothing is missing that is
    /// newer than the newest post of the page; a post with a time from long ago then makes no span look covered.
    pub(super) fn step(&mut self, page: &Page) -> Option<(Timestamp, Timestamp)> {
        self.next.clone_from(&page.next);
        let edge = later(page.newest()?.at, Duration::from_millis(1));
        if edge >= self.reached {
            return None;
        }
        let until = std::mem::replace(&mut self.reached, edge);
        Some((edge, until))
    }

    /// There is nothing older. Gives the span that is now known to be there; `first` is when the platform began.
    pub(super) fn end(&mut self, first: Timestamp) -> (Timestamp, Timestamp) {
        self.next = None;
        let since = self.floor.unwrap_or(first).min(self.reached);
        (since, std::mem::replace(&mut self.reached, since))
    }
}

impl Place {
    /// Notes the newest post of a page.
    pub(super) fn see(&mut self, page: &Page, now: Timestamp) {
        if let Some(item) = page.newest() {
            self.newest = Some(Newest { id: item.id.clone(), at: item.at });
        }
        if let Some(item) = page.oldest() {
            self.again.get_or_insert_with(|| Again { id: item.id.clone(), since: now });
        }
    }

    /// Notes a post that the stream told of.
    pub(super) fn see_one(&mut self, item: Item, now: Timestamp) {
        if self.newest.as_ref().is_none_or(|newest| item.at >= newest.at) {
            self.again.get_or_insert_with(|| Again { id: item.id.clone(), since: now });
            self.newest = Some(Newest { id: item.id, at: item.at });
        }
    }

    /// Goes back to where the second look begins, if its time has come.
    pub(super) fn step_back(&mut self, now: Timestamp) {
        let (Some(newest), Some(again)) = (&mut self.newest, &mut self.again) else { return };
        if now >= later(again.since, SECOND_LOOK) {
            std::mem::swap(&mut newest.id, &mut again.id);
            again.since = now;
        }
    }

    /// Adds a walk down from a page that was just seen. Gives one that has to be given up for it, if there are too many.
    pub(super) fn fill(&mut self, walk: Walk) -> Option<Walk> {
        self.fills.push(walk);
        (self.fills.len() > MAX_FILLS).then(|| self.fills.remove(0))
    }

    fn is_sound(&self) -> bool {
        let ids = self.newest.iter().map(|newest| &newest.id).chain(self.again.iter().map(|again| &again.id));
        let mut walks = self.fills.iter().chain(&self.history);
        self.fills.len() <= MAX_FILLS
            && ids.into_iter().all(|id| id.len() <= MAX_ID_BYTES)
            && walks.all(|walk| walk.next.as_deref().is_none_or(is_path))
    }
}

/// Places by tag, as a cursor has them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Places {
    pub(super) tags: BTreeMap<String, Place>,
}

impl Places {
    pub(super) fn read(cursor: Option<&str>) -> Result<Self, GoalError> {
        let Some(text) = cursor else { return Ok(Self::default()) };
        let places: Self =
            serde_json::from_str(text).map_err(|error| GoalError::Cursor(error.to_string()))?;
        if places.tags.values().all(Place::is_sound) {
            Ok(places)
        } else {
            Err(GoalError::Cursor("a place of it is none of this source".to_owned()))
        }
    }
}

/// Tells whether pages go round in a circle, however long, with the memory of one page (Brent's algorithm: a page is kept for twice as long each
/// time, until it comes again).
#[derive(Clone, Debug, Default)]
pub(super) struct Circle {
    kept: u64,
    steps: u32,
    keep_for: u32,
    repeats: u32,
}

/// Times that a page may come again: a server may stumble.
const MAX_REPEATS: u32 = 2;

impl Circle {
    /// Takes the fingerprint of the next page; whether it is clear by now that there is nothing new.
    pub(super) fn closes(&mut self, page: u64) -> bool {
        if self.keep_for > 0 && page == self.kept {
            self.repeats += 1;
            return self.repeats > MAX_REPEATS;
        }
        if self.steps == self.keep_for {
            *self =
                Self { kept: page, steps: 0, keep_for: self.keep_for.saturating_mul(2).max(4), repeats: 0 };
        }
        self.steps += 1;
        false
    }
}

/// A time and a while.
pub(super) fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis_unchecked(at.as_millis().saturating_add(by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_of_any_length_are_found() {
        for length in [1_u64, 2, 3, 7, 100, 1000] {
            for lead in [0_u64, 1, 50] {
                let mut circle = Circle::default();
                let pages = (0..lead).map(|page| page + 1_000_000).chain((0..length).cycle());
                let asked = pages.take_while(|page| !circle.closes(*page)).count() as u64;
                assert!(asked <= lead * 2 + 8 * length + 16, "{length} after {lead}: {asked}");
            }
        }
    }

    #[test]
    fn a_page_may_come_twice() {
        let mut circle = Circle::default();
        assert!([1, 1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 8, 9].into_iter().all(|page| !circle.closes(page)));
    }

    #[test]
    fn cursors_that_cannot_be_ours_are_refused() {
        let check =
            |text: &str, is_fine: bool| assert_eq!(Places::read(Some(text)).is_ok(), is_fine, "{text}");
        check(r#"{"tags": {"vault7": {}}}"#, true);
        check(
            r#"{"tags": {"vault7": {"history": {"next": "/api", "reached": "2017-03-07T13:00:00Z"}}}}"#,
            true,
        );
        check(
            r#"{"tags": {"vault7": {"history": {"next": "@evil.example/", "reached": "2017-03-07T13:00:00Z"}}}}"#,
            false,
        );
        check("[]", false);
        check("", false);
    }
}
