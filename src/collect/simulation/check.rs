//! What must hold after a schedule, whatever went wrong in it.

use super::life::{Claim, Lives};
use super::network::Made;
use super::world::{BEGIN, HOUR, Post, Shape, Told};
use crate::collect::FeedCoverage;
use crate::post::{MAX_TIMESTAMP, MIN_TIMESTAMP, Timestamp};
use crate::source::Limit;
use crate::store::{Groups, feed_rows};
use crate::timeline::Coverage;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

type Stored = HashMap<String, crate::post::Post>;

impl Lives<'_> {
    /// Holds the store against the truth.
    pub(super) fn check(&self, calm_at: i64) -> Result<(), String> {
        let stored = self.stored()?;
        self.nothing_is_invented(&stored)?;
        for claim in self.claims.borrow().iter().filter(|claim| !claim.is_gap) {
            self.claim_holds(claim, &stored)?;
        }
        self.coverage_is_what_was_said(calm_at)?;
        self.counts_add_up(stored.len())?;
        self.limits_are_kept()
    }

    /// The same for a long time, in which each claim cannot be held against each post: at its end, all that was shown is there.
    pub(super) fn check_whole(&self, calm_at: i64) -> Result<(), String> {
        let stored = self.stored()?;
        self.nothing_is_invented(&stored)?;
        let begin = self.orders[0].goal.since.unwrap().as_millis();
        let (mut there, mut overtaken) = (0, 0);
        for post in self.shared.world.posts.iter().filter(|post| post.has_tag("vault7") && post.at >= begin) {
            let shown = |(host, _): &&(usize, i64)| {
                // Shown through a whole look: a post that is gone before nobody has seen.
                let from = post.shown_on(*host).unwrap_or(i64::MAX).max(BEGIN);
                from < calm_at && post.gone_at.is_none_or(|gone| gone > from.max(calm_at))
            };
            let mut hosts = post.shown.iter().filter(shown).peekable();
            if hosts.peek().is_none() {
                continue;
            }
            if stored.contains_key(&post.id) {
                there += 1;
            } else if hosts.all(|(host, _)| self.is_overtaken(*host, "vault7", post)) {
                overtaken += 1;
            } else {
                return Err(format!("{post:?} is missing"));
            }
        }
        // A few are shown so late that a page would have to be asked for again hours later.
        if overtaken * 10 > there {
            return Err(format!(
                "{overtaken} posts that were shown late are missing, and only {there} are there"
            ));
        }
        self.coverage_is_what_was_said(calm_at)?;
        self.counts_add_up(stored.len())?;
        self.limits_are_kept()
    }

    fn stored(&self) -> Result<Stored, String> {
        let mut stored = Stored::new();
        let mut twice = None;
        let each = &mut |block: crate::store::StoredBlock| {
            for view in block.decode().unwrap().iter() {
                if stored.insert(view.id.to_owned(), view.to_post()).is_some() {
                    twice = Some(view.id.to_owned());
                }
            }
            ControlFlow::Continue(())
        };
        self.store.scan(MIN_TIMESTAMP..MAX_TIMESTAMP, Groups::ALL.into(), each).unwrap();
        twice.map_or(Ok(stored), |id| Err(format!("`{id}` is there twice")))
    }

    fn nothing_is_invented(&self, stored: &Stored) -> Result<(), String> {
        let now = self.shared.clock.now_ms();
        let truth: HashMap<&str, &Post> =
            self.shared.world.posts.iter().map(|post| (post.id.as_str(), post)).collect();
        for (id, found) in stored {
            let Some(post) = truth.get(id.as_str()) else { return Err(format!("`{id}` was never posted")) };
            if found.posted_at.as_millis() != post.at || found.platform != post.platform {
                return Err(format!("`{id}` is not as it was posted: {found:?}"));
            }
            if found.deleted && post.gone_at.is_none_or(|gone| gone > now) {
                return Err(format!("`{id}` is there, and is said to be gone"));
            }
            let is_text = post.texts.iter().any(|(from, text)| *from <= now && *text == found.text);
            if !is_text && !found.deleted {
                return Err(format!("`{id}` never said `{}`", found.text));
            }
            if !Self::is_wanted(post, "") {
                return Err(format!("`{id}` has no tag that is wanted"));
            }
        }
        Ok(())
    }

    /// Whether a post has the tag; any of those that are wanted, if that is empty.
    fn is_wanted(post: &Post, tag: &str) -> bool {
        if tag.is_empty() { post.has_tag("vault7") || post.has_tag("vault8") } else { post.has_tag(tag) }
    }

    /// All that a host showed of a span when it was asked is there.
    fn claim_holds(&self, claim: &Claim, stored: &Stored) -> Result<(), String> {
        let shape = self.shared.world.hosts[claim.host].shape;
        let span = claim.since..claim.until;
        for post in &self.shared.world.posts {
            let is_there = match shape {
                // A stream is known by when it told, and was told all of a span.
                Shape::Jetstream => post.shown_on(claim.host).is_some_and(|from| span.contains(&from)),
                Shape::HackerNews => span.contains(&post.at) && post.is_shown(claim.host, claim.composed),
                Shape::Mastodon => {
                    span.contains(&post.at)
                        && post.is_shown(claim.host, claim.composed)
                        && !self.is_overtaken(claim.host, &claim.tag, post)
                }
            };
            if is_there && Self::is_wanted(post, &claim.tag) {
                let Some(found) = stored.get(&post.id) else {
                    return Err(format!("{post:?} is missing, and not said to be: {claim:?}"));
                };
                if shape == Shape::Jetstream {
                    self.is_as_last_told(claim.host, post, found)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a host showed a post of the tag with a larger number first. Then the post may lie below what was seen already, and no page
    /// tells: what is covered is covered as far as the host had it.
    fn is_overtaken(&self, host: usize, tag: &str, post: &Post) -> bool {
        let from = post.shown_on(host);
        let is_first = |other: &Post| other.shown_on(host).is_some_and(|at| Some(at) < from);
        self.shared.world.above(host, post.number).any(|other| other.has_tag(tag) && is_first(other))
    }

    /// A stream tells every change: the last that was heard holds.
    fn is_as_last_told(&self, host: usize, post: &Post, found: &crate::post::Post) -> Result<(), String> {
        let claims = self.claims.borrow();
        let heard = |at: i64| {
            let of = |claim: &&Claim| claim.host == host && !claim.is_gap;
            claims.iter().filter(of).any(|claim| (claim.since..claim.until).contains(&at))
        };
        let is_ours = |event: &&super::world::StreamEvent| self.shared.world.posts[event.post].id == post.id;
        let mut told =
            self.shared.world.events[host].iter().filter(is_ours).filter(|event| event.told != Told::Other);
        let Some(last) = told.next_back().filter(|last| heard(last.at)) else { return Ok(()) };
        match last.told {
            Told::Gone if !found.deleted => Err(format!("`{}` is gone, and it was told", post.id)),
            Told::Text(text) if post.texts[text].1 != found.text => {
                Err(format!("`{}` still says `{}`", post.id, found.text))
            }
            _ => Ok(()),
        }
    }

    fn coverage_is_what_was_said(&self, calm_at: i64) -> Result<(), String> {
        for (host, row) in feed_rows(self.store).unwrap().iter().enumerate() {
            let bytes = self.store.note(&row.coverage_key()).unwrap().unwrap_or_else(|| b"{}".to_vec());
            let stored: FeedCoverage = serde_json::from_slice(&bytes).unwrap();
            let mut said: BTreeMap<String, Coverage> = BTreeMap::new();
            for claim in self.claims.borrow().iter().filter(|claim| claim.host == host) {
                let [since, until] = [claim.since, claim.until].map(Timestamp::from_millis_unchecked);
                let coverage = said.entry(claim.tag.clone()).or_default();
                if claim.is_gap {
                    coverage.gap(since, until, "gap");
                } else {
                    coverage.collected(since, until);
                }
            }
            let spans = |coverage: &Coverage| -> Vec<_> {
                coverage.spans().iter().map(|span| (span.since, span.until, span.gap.is_some())).collect()
            };
            let of = |all: &BTreeMap<String, Coverage>| -> Vec<_> {
                all.iter().map(|(tag, coverage)| (tag.clone(), joined(&spans(coverage)))).collect()
            };
            if of(&stored) != of(&said) {
                return Err(format!("{}: the coverage is {stored:?}, and said was {said:?}", row.name()));
            }
            self.nothing_is_unknown(host, &stored, calm_at)?;
        }
        Ok(())
    }

    /// After a while without faults, all is either there or said to be missing, and that for a reason.
    fn nothing_is_unknown(&self, host: usize, stored: &FeedCoverage, calm_at: i64) -> Result<(), String> {
        let of = &self.shared.world.hosts[host];
        let goal = &self.orders[host].goal;
        let tags = if of.shape == Shape::Jetstream { vec![String::new()] } else { goal.folded_tags() };
        for tag in tags {
            let spans = stored.get(&tag).map(Coverage::spans).unwrap_or_default();
            let mut known = goal.since.unwrap().as_millis();
            for span in spans {
                if span.since.as_millis() <= known {
                    known = known.max(span.until.as_millis());
                }
            }
            if known < calm_at {
                return Err(format!(
                    "{}: nothing is known of #{tag} from {known} to {calm_at}: {spans:?}",
                    of.name
                ));
            }
        }
        for gap in self.claims.borrow().iter().filter(|claim| claim.host == host && claim.is_gap) {
            // Only a stream forgets, and only what is old.
            if of.shape != Shape::Jetstream || gap.until > gap.said_at - of.kept + HOUR {
                return Err(format!("a gap without need: {gap:?}"));
            }
        }
        Ok(())
    }

    fn counts_add_up(&self, stored: usize) -> Result<(), String> {
        let mut added = 0;
        for row in feed_rows(self.store).unwrap() {
            let parts = row.added + row.updated + row.duplicates + row.rejected + row.unselected;
            if row.read != parts {
                return Err(format!(
                    "{}: {} records were read, and {parts} are counted",
                    row.name(),
                    row.read
                ));
            }
            added += row.added;
        }
        if added == stored as u64 {
            Ok(())
        } else {
            Err(format!("{added} posts were added, and {stored} are there"))
        }
    }

    fn limits_are_kept(&self) -> Result<(), String> {
        let made = self.shared.state().made.clone();
        for (host, limits) in self.shared.limits.iter().enumerate() {
            for limit in limits {
                let counts =
                    |made: &&Made| made.host == host && (limit.kind.is_empty() || made.kind == limit.kind);
                let all: Vec<&Made> = made.iter().filter(counts).collect();
                most(&all, limit, limit.requests)?;
                for life in 0..=self.plan.most_lives() {
                    let of: Vec<&Made> = all.iter().filter(|made| made.life == life).copied().collect();
                    most(&of, limit, limit.requests / 2)?;
                }
            }
        }
        Ok(())
    }
}

/// Neighbours that say the same become one: reasons of gaps differ and do not matter here.
fn joined(spans: &[(Timestamp, Timestamp, bool)]) -> Vec<(Timestamp, Timestamp, bool)> {
    let mut joined: Vec<(Timestamp, Timestamp, bool)> = Vec::new();
    for (since, until, is_gap) in spans {
        match joined.last_mut() {
            Some(last) if last.1 == *since && last.2 == *is_gap => last.1 = *until,
            _ => joined.push((*since, *until, *is_gap)),
        }
    }
    joined
}

/// No window holds more requests than allowed.
fn most(made: &[&Made], limit: &Limit, allowed: u32) -> Result<(), String> {
    let window = i64::try_from(limit.window.as_millis()).unwrap();
    let allowed = allowed.max(1) as usize;
    for pair in made.windows(allowed + 1) {
        if pair[allowed].at - pair[0].at < window {
            return Err(format!(
                "more than {allowed} requests in {window} ms: {:?} to {:?}",
                pair[0], pair[allowed]
            ));
        }
    }
    Ok(())
}
