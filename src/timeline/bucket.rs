//! Calendar buckets of a span in a zone: half-open, without holes, whatever the clocks do. No counting here.
//!
//! A minute or hour begins where the local clock shows a whole one, and where the offset from UTC changes: so the hour that comes twice
//! in autumn is two buckets, and a zone that shifts by thirty minutes has a short one. A day, week or month begins at the first instant
//! of its first local date; a date that a zone skipped gets no bucket.

use super::By;
use crate::post::{MAX_TIMESTAMP, MIN_TIMESTAMP, Timestamp};
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};

/// Most buckets that `auto` makes: about as many as a chart of usual width can show.
pub const AUTO_BUCKETS: usize = 400;
/// Most buckets at all: beyond, no reader and no chart could use them, and every theory has a number for each.
pub const MAX_BUCKETS: usize = 200_000;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Why a span cannot be cut into buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum BucketError {
    /// More than [`MAX_BUCKETS`].
    #[error("buckets of one {by} would be about {about}, more than {MAX_BUCKETS}; `--by {fits}` fits")]
    TooMany {
        /// As asked.
        by: By,
        /// How many it would be, roughly.
        about: u64,
        /// The finest length that fits.
        fits: By,
    },
}

/// Buckets that cover a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    by: By,
    starts: Vec<i64>,
    end: i64,
}

impl Buckets {
    /// Cuts the half-open span. An empty span has no bucket. The first bucket may begin before `since`, the last may end after `until`.
    pub fn new(by: By, zone: &TimeZone, since: Timestamp, until: Timestamp) -> Result<Self, BucketError> {
        let span = (since.as_millis(), until.as_millis());
        if span.0 >= span.1 {
            let by = if by == By::Auto { By::Day } else { by };
            return Ok(Self { by, starts: Vec::new(), end: span.0 });
        }
        if by == By::Auto {
            let fine = By::LENGTHS.iter().find_map(|&by| cut(by, zone, span, AUTO_BUCKETS));
            // Past 33 years even months are more than fit a chart; they are still the best there is.
            return fine
                .or_else(|| cut(By::Month, zone, span, MAX_BUCKETS))
                .ok_or_else(|| too_many(by, zone, span));
        }
        cut(by, zone, span, MAX_BUCKETS).ok_or_else(|| too_many(by, zone, span))
    }

    /// Length of a bucket, never `auto`.
    pub fn by(&self) -> By {
        self.by
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Start of each bucket, ascending.
    pub fn starts(&self) -> Vec<Timestamp> {
        self.starts.iter().map(|&ms| Timestamp::from_millis_unchecked(ms)).collect()
    }

    /// Start of a bucket.
    pub fn start(&self, index: usize) -> Option<Timestamp> {
        self.starts.get(index).map(|&ms| Timestamp::from_millis_unchecked(ms))
    }

    /// End of a bucket, exclusive: the start of the next.
    pub fn end_of(&self, index: usize) -> Timestamp {
        let ms = self.starts.get(index + 1).copied().unwrap_or(self.end);
        Timestamp::from_millis_unchecked(ms)
    }

    /// End of the last bucket, exclusive.
    pub fn end(&self) -> Timestamp {
        Timestamp::from_millis_unchecked(self.end)
    }

    /// The bucket that holds a time.
    pub fn index_of(&self, at: Timestamp) -> Option<usize> {
        if at.as_millis() >= self.end {
            return None;
        }
        self.starts.partition_point(|&start| start <= at.as_millis()).checked_sub(1)
    }

    /// As [`Self::index_of`], but fast where times come nearly sorted.
    pub fn cursor(&self) -> BucketCursor<'_> {
        BucketCursor { buckets: self, index: 0, start: i64::MAX, end: i64::MIN }
    }
}

/// Remembers the last bucket found: neighbours in time mostly fall into the same.
#[derive(Clone, Debug)]
pub struct BucketCursor<'a> {
    buckets: &'a Buckets,
    index: usize,
    start: i64,
    end: i64,
}

impl BucketCursor<'_> {
    /// The bucket that holds a time.
    pub fn index_of(&mut self, at: Timestamp) -> Option<usize> {
        if (self.start..self.end).contains(&at.as_millis()) {
            return Some(self.index);
        }
        self.index = self.buckets.index_of(at)?;
        self.start = self.buckets.start(self.index)?.as_millis();
        self.end = self.buckets.end_of(self.index).as_millis();
        Some(self.index)
    }
}

fn too_many(by: By, zone: &TimeZone, span: (i64, i64)) -> BucketError {
    let coarser = By::LENGTHS.into_iter().skip_while(|&other| other != by);
    let fits = coarser.into_iter().find(|&by| cut(by, zone, span, MAX_BUCKETS).is_some());
    let about = (span.1 - span.0) / typical_ms(by);
    BucketError::TooMany { by, about: about.cast_unsigned(), fits: fits.unwrap_or(By::Month) }
}

fn typical_ms(by: By) -> i64 {
    match by {
        By::Minute => MINUTE_MS,
        By::Hour => HOUR_MS,
        By::Day | By::Auto => DAY_MS,
        By::Week => 7 * DAY_MS,
        By::Month => 30 * DAY_MS,
    }
}

/// At most `most` buckets, or none at all.
fn cut(by: By, zone: &TimeZone, span: (i64, i64), most: usize) -> Option<Buckets> {
    // Twice the limit leaves room for every shift of clocks; only spans near the limit are really cut to find out.
    if (span.1 - span.0) / typical_ms(by) > 2 * i64::try_from(most).ok()? {
        return None;
    }
    let mut edges = match by {
        By::Minute | By::Hour => clock_edges(typical_ms(by), zone, span, most),
        By::Day | By::Week | By::Month | By::Auto => date_edges(by, zone, span, most),
    };
    // The edge of the calendar we know: no time outside may appear in an answer.
    for edge in &mut edges {
        *edge = (*edge).clamp(MIN_TIMESTAMP.as_millis(), MAX_TIMESTAMP.as_millis() - 1);
    }
    let end = edges.pop()?;
    (edges.len() <= most).then_some(Buckets { by, starts: edges, end })
}

/// Edges where the local clock shows a whole `unit`, or where the offset changes; from at or before the span to at or after its end.
fn clock_edges(unit: i64, zone: &TimeZone, span: (i64, i64), most: usize) -> Vec<i64> {
    let mut stretch = Stretch::around(zone, span.0);
    let mut at = stretch.floor(span.0, unit);
    let mut edges = vec![at];
    while at < span.1 && edges.len() <= most + 1 {
        let next = stretch.tick(at, unit) + unit;
        at = if next < stretch.end {
            next
        } else {
            let edge = stretch.end;
            stretch = Stretch::around(zone, edge);
            edge
        };
        edges.push(at);
    }
    edges
}

/// A stretch of time in which the offset from UTC stays the same.
struct Stretch {
    start: i64,
    end: i64,
    offset: i64,
}

impl Stretch {
    fn around(zone: &TimeZone, at: i64) -> Self {
        let Ok(instant) = jiff::Timestamp::from_millisecond(at) else {
            return Self { start: i64::MIN, end: i64::MAX, offset: 0 };
        };
        let offset = |instant| i64::from(zone.to_offset(instant).seconds()) * 1000;
        let here = offset(instant);
        // Transitions that only rename the zone do not count.
        let end = zone.following(instant).find(|next| offset(next.timestamp()) != here);
        let just_after = instant.checked_add(jiff::SignedDuration::from_millis(1)).unwrap_or(instant);
        let mut start = i64::MIN;
        for earlier in zone.preceding(just_after) {
            let before = earlier.timestamp().checked_sub(jiff::SignedDuration::from_millis(1));
            if before.is_ok_and(|before| offset(before) != here) {
                start = earlier.timestamp().as_millisecond();
                break;
            }
        }
        Self { start, end: end.map_or(i64::MAX, |next| next.timestamp().as_millisecond()), offset: here }
    }

    /// The last edge at or before `at`.
    fn floor(&self, at: i64, unit: i64) -> i64 {
        self.tick(at, unit).max(self.start)
    }

    /// The last whole unit of the local clock at or before `at`, as if the offset had always been this.
    fn tick(&self, at: i64, unit: i64) -> i64 {
        at - (at + self.offset).rem_euclid(unit)
    }
}

/// Edges at the first instants of days, Mondays or firsts of months.
fn date_edges(by: By, zone: &TimeZone, span: (i64, i64), most: usize) -> Vec<i64> {
    let Ok(first) = jiff::Timestamp::from_millisecond(span.0) else { return Vec::new() };
    let mut date = zone.to_datetime(first).date();
    let mut edges: Vec<i64> = Vec::new();
    // At a fold around midnight the local date goes back: begin one bucket early and drop what ends before the span.
    date = date.yesterday().unwrap_or(date);
    date = match by {
        By::Week => date.saturating_sub(jiff::Span::new().days(date.weekday().to_monday_zero_offset())),
        By::Month => date.first_of_month(),
        By::Minute | By::Hour | By::Day | By::Auto => date,
    };
    while edges.last().is_none_or(|&edge| edge < span.1) && edges.len() <= most + 1 {
        let edge = first_instant(zone, date);
        if edge <= span.0 {
            edges.clear();
        }
        if edges.last() != Some(&edge) {
            edges.push(edge);
        }
        let next = match by {
            By::Week => date.checked_add(jiff::Span::new().weeks(1)),
            By::Month => date.checked_add(jiff::Span::new().months(1)),
            By::Minute | By::Hour | By::Day | By::Auto => date.tomorrow(),
        };
        match next {
            Ok(next) => date = next,
            Err(_) => break,
        }
    }
    edges
}

/// The first instant of a local date; of a date that was skipped, the instant of the skip.
pub(super) fn first_instant(zone: &TimeZone, date: Date) -> i64 {
    let midnight = date.at(0, 0, 0, 0);
    // Only the last day that jiff knows (year 9999) has no instant; every range check refuses what stands for it.
    let at = |offset: jiff::tz::Offset| {
        offset.to_timestamp(midnight).map_or(i64::MAX, jiff::Timestamp::as_millisecond)
    };
    match zone.to_ambiguous_timestamp(midnight).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset),
        AmbiguousOffset::Fold { before, .. } => at(before),
        AmbiguousOffset::Gap { before, .. } => {
            // Midnight never came: the date begins where the clock jumped.
            let would_be = at(before);
            let just_after = jiff::Timestamp::from_millisecond(would_be + 1).ok();
            let jump = just_after.and_then(|instant| zone.preceding(instant).next());
            jump.map_or(would_be, |jump| jump.timestamp().as_millisecond())
        }
    }
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
