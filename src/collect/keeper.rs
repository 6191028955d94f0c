//! The writing half: takes what feeds deliver, and puts posts, cursors and coverage into the store as one write, synced.

use super::StopReason;
use super::alerts::Alerts;
use super::order::{CollectError, CollectReport, FeedReport, Means, Order};
use super::row::{Kept, add_outcomes};
use super::tell::Told;
use crate::ingest::{Caught, Counts, settle_deletion};
use crate::post::{AccountGone, Timestamp};
use crate::source::{Ending, News};
use crate::store::{Batch, Columns, Counting, FeedRow, PutReport, Store, StoreError, list_with_feeds};
use std::sync::Arc;

/// Posts that go into one write at most. More is no faster, and takes memory.
const FULL_POSTS: usize = 20_000;
/// Bytes of posts that go into one write at most.
const FULL_BYTES: usize = 16 << 20;

/// What a feed hands over. All before it was handed over before.
pub(super) struct Delivery {
    /// Number of the feed.
    pub(super) feed: usize,
    pub(super) caught: Caught,
    /// Where the feed goes on after this; none if it is not to be remembered.
    pub(super) cursor: Option<String>,
    pub(super) news: Vec<News>,
    /// Requests since the last delivery.
    pub(super) requests: u64,
    pub(super) ending: Option<Ending>,
    /// Our clock.
    pub(super) at: Timestamp,
}

/// The writer.
pub(super) struct Keeper<'a> {
    store: &'a dyn Store,
    feeds: Vec<Kept>,
    reports: Vec<FeedReport>,
    waiting: Vec<Delivery>,
    limit: Option<u64>,
    alerts: Option<Alerts>,
}

impl<'a> Keeper<'a> {
    /// Writes down which feeds there are, before the first of their posts.
    pub(super) fn open(
        store: &'a dyn Store,
        orders: &[Order],
        alerts: Option<Alerts>,
        means: &Means<'_>,
    ) -> Result<Self, CollectError> {
        let (terms, now) = (means.terms, means.clock.now());
        let mut feeds: Vec<Kept> = Vec::new();
        for Order { source, goal } in orders {
            let mut kept = Kept::of(store, *source, goal, now)?;
            if feeds.iter().any(|known| known.row.name() == kept.row.name()) {
                return Err(CollectError::Twice(kept.row.name()));
            }
            kept.row.ended.clear();
            if let Some(raw) = &terms.raw {
                kept.add_raw(raw);
            }
            feeds.push(kept);
        }
        let names: Vec<String> = feeds.iter().map(|kept| kept.row.name()).collect();
        let mut notes: Vec<_> = feeds.iter().flat_map(Kept::notes).collect();
        notes.extend(list_with_feeds(store, &names)?);
        store.put(&Batch { notes, ..Batch::default() })?;
        let report = |kept: &Kept| FeedReport { place: kept.row.place(), ..FeedReport::default() };
        let reports = feeds.iter().map(report).collect();
        let keeper = Self { store, feeds, reports, waiting: Vec::new(), limit: terms.limit, alerts };
        keeper.tell_alerts(means);
        Ok(keeper)
    }

    /// What is known of each feed, in the order of the orders.
    pub(super) fn rows(&self) -> impl Iterator<Item = &FeedRow> {
        self.feeds.iter().map(|kept| &kept.row)
    }

    /// Takes a delivery; it is saved with the next commit.
    pub(super) fn take(&mut self, delivery: Delivery, means: &Means<'_>) {
        let Delivery { feed, caught, cursor, news, requests, ending, at } = &delivery;
        let (Some(kept), Some(report)) = (self.feeds.get_mut(*feed), self.reports.get_mut(*feed)) else {
            return;
        };
        kept.add(caught);
        for news in news {
            kept.hear(news);
        }
        if let Some(cursor) = cursor {
            kept.row.cursor.clone_from(cursor);
        }
        kept.row.requests += requests;
        kept.row.saved_at = Some(*at);
        report.requests += requests;
        report.counts.add(&caught.counts);
        report.first = report.first.into_iter().chain(caught.first).min();
        report.last = report.last.max(caught.last);
        if let Some(ending) = ending {
            kept.row.ended = in_words(ending);
            report.ending = Some(ending.clone());
            means.watch.told(*feed, Told::Ended(ending));
        }
        self.waiting.push(delivery);
    }

    /// Whether what waits is enough for one write.
    pub(super) fn is_full(&self) -> bool {
        let posts = |delivery: &Delivery| delivery.caught.posts.len();
        let bytes = |delivery: &Delivery| delivery.caught.posts.heap();
        self.waiting.iter().map(posts).sum::<usize>() >= FULL_POSTS
            || self.waiting.iter().map(bytes).sum::<usize>() >= FULL_BYTES
    }

    /// Saves all that was taken.
    pub(super) fn commit(&mut self, means: &Means<'_>) -> Result<(), StoreError> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let mut batch = Batch { policy: means.terms.deletions, ..Batch::default() };
        let mut whose = Whose::default();
        for Delivery { feed, caught, news, .. } in waiting {
            if !caught.posts.is_empty() {
                whose.posts.push((feed, caught.posts.len()));
                batch.posts.push(caught.posts);
            }
            let (owners, deletions) = if self.feeds.get(feed).is_some_and(|kept| kept.tells_of_everybody) {
                (&mut whose.deletions_of_known, &mut batch.deletions_of_known)
            } else {
                (&mut whose.deletions, &mut batch.deletions)
            };
            owners.extend(caught.deletions.iter().map(|_| feed));
            deletions.extend(caught.deletions.into_iter().map(settle_deletion));
            batch.accounts_gone.extend(news.into_iter().filter_map(account_gone));
            if whose.feeds.last() != Some(&feed) && !whose.feeds.contains(&feed) {
                whose.feeds.push(feed);
            }
        }
        let feeds = whose.feeds.clone();
        let counts = self.put(&mut batch, whose, means.clock.now())?;
        // Saved before it is told: a kill in between tells it twice rather than never.
        self.save_alerts(means)?;
        self.tell_alerts(means);
        means.intake.give_back(std::mem::take::<Vec<Columns>>(&mut batch.posts));
        for (feed, outcomes) in feeds.iter().zip(&counts) {
            if let Some(report) = self.reports.get_mut(*feed) {
                report.counts.add(outcomes);
                means.watch.told(*feed, Told::Saved(report.counts));
            }
        }
        let added: u64 = self.reports.iter().map(|report| report.counts.added).sum();
        if self.limit.is_some_and(|limit| added >= limit) {
            means.stop.set(StopReason::Limit);
        }
        Ok(())
    }

    /// Puts a batch and the rows of its feeds; gives the outcomes by feed, in the order of `whose.feeds`.
    fn put(&mut self, batch: &mut Batch, whose: Whose, now: Timestamp) -> Result<Vec<Counts>, StoreError> {
        let changed: Vec<&Kept> = whose.feeds.iter().filter_map(|feed| self.feeds.get(*feed)).collect();
        batch.notes = changed.iter().filter_map(|kept| kept.coverage_note()).collect();
        let rows: Vec<FeedRow> = changed.iter().map(|kept| kept.row.clone()).collect();
        let whose = Arc::new(whose);
        let owners = Arc::clone(&whose);
        batch.counts = Some(Counting::new(move |report| {
            let counted = rows.iter().zip(owners.counts(report)).map(|(row, counts)| {
                let mut row = row.clone();
                add_outcomes(&mut row, &counts);
                row.note()
            });
            counted.collect()
        }));
        let report = self.store.put(batch)?;
        if let Some(alerts) = &mut self.alerts {
            alerts.look(&batch.posts, &report.posts, now);
        }
        let counts = whose.counts(&report);
        for (feed, outcomes) in whose.feeds.iter().zip(&counts) {
            if let Some(kept) = self.feeds.get_mut(*feed) {
                add_outcomes(&mut kept.row, outcomes);
                kept.is_new = false;
            }
        }
        Ok(counts)
    }

    fn tell_alerts(&self, means: &Means<'_>) {
        for alert in self.alerts.iter().flat_map(Alerts::pending) {
            means.watch.alert(alert);
        }
    }

    /// Remembers which alerts wait for somebody.
    fn save_alerts(&mut self, means: &Means<'_>) -> Result<(), StoreError> {
        let Some(alerts) = &mut self.alerts else { return Ok(()) };
        alerts.told(&means.watch.passed_on());
        let Some(note) = alerts.take_note() else { return Ok(()) };
        self.store.put(&Batch { notes: vec![note], ..Batch::default() }).map(drop)
    }

    /// The last word.
    pub(super) fn finish(mut self, means: &Means<'_>) -> Result<CollectReport, CollectError> {
        means.watch.settle();
        self.save_alerts(means)?;
        Ok(CollectReport { feeds: self.reports, stopped: means.stop.reason() })
    }
}

/// Which feed the parts of a batch belong to.
#[derive(Default)]
struct Whose {
    /// Feed and number of posts of each set.
    posts: Vec<(usize, usize)>,
    /// Feed of each deletion.
    deletions: Vec<usize>,
    /// Feed of each deletion that is honoured of known posts only.
    deletions_of_known: Vec<usize>,
    /// All feeds, each once.
    feeds: Vec<usize>,
}

impl Whose {
    /// What became of the batch, by feed.
    fn counts(&self, report: &PutReport) -> Vec<Counts> {
        let mut counts = vec![Counts::default(); self.feeds.len()];
        let slot = |feed: usize| self.feeds.iter().position(|known| *known == feed);
        let owners = self.posts.iter().flat_map(|(feed, posts)| std::iter::repeat_n(*feed, *posts));
        let deletions = self.deletions.iter().chain(&self.deletions_of_known).copied();
        let all = owners.zip(&report.posts).chain(deletions.zip(&report.deletions));
        for (feed, outcome) in all {
            if let Some(counts) = slot(feed).and_then(|at| counts.get_mut(at)) {
                counts.count(*outcome);
            }
        }
        counts
    }
}

/// The end of an account, if that is what a feed told.
fn account_gone(news: News) -> Option<AccountGone> {
    let News::AccountGone { platform, author, at } = news else { return None };
    Some(AccountGone { platform: platform.to_owned(), author, at })
}

fn in_words(ending: &Ending) -> String {
    match ending {
        Ending::Complete => "complete".to_owned(),
        Ending::Closed(why) => format!("closed: {why}"),
        Ending::NotAllowed(why) => format!("not allowed: {why}"),
        Ending::Failed(why) => format!("failed: {why}"),
    }
}
