//! From buckets to the columns that a picture can show, and which of them are cut, not covered, or of unknown coverage.

use super::calendar::Calendar;
use crate::answer::TheoriesAnswer;
use crate::post::Timestamp;
use crate::timeline::{By, subtract, union};

/// One step: a bucket, or several neighbouring ones where the picture has fewer pixels than buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// Whether the span covers only a part of it.
    pub(crate) partial: bool,
}

/// The columns of a picture, in time order, without holes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Columns {
    pub(crate) list: Vec<Column>,
    /// Buckets in a column.
    pub(crate) group: usize,
}

impl Columns {
    /// At most `most` columns. More buckets are added up, `group` at a time, rather than thinned or averaged: so every height is a number
    /// of posts that one can count.
    pub(crate) fn of(answer: &TheoriesAnswer, calendar: &Calendar, most: usize) -> Self {
        let group = group_size(answer.buckets.len(), most, calendar.by());
        Self { list: columns(answer, calendar, group), group }
    }

    /// A series by bucket as one by column.
    pub(crate) fn add_up(&self, series: &[u64]) -> Vec<u64> {
        let sum = |part: &[u64]| part.iter().fold(0, |sum: u64, n| sum.saturating_add(*n));
        let mut out: Vec<u64> = series.chunks(self.group).map(sum).collect();
        out.resize(self.list.len(), 0);
        out
    }

    /// First and last instant; never equal.
    pub(crate) fn span(&self, answer: &TheoriesAnswer, calendar: &Calendar) -> (Timestamp, Timestamp) {
        let start = self.list.first().map_or(answer.since, |c| c.start);
        let end = self.list.last().map_or(answer.until, |c| c.end);
        (start, if end > start { end } else { calendar.end_of(start) })
    }
}

/// How many buckets make a column: lengths that a person can name where there are any.
fn group_size(buckets: usize, most: usize, by: By) -> usize {
    let needed = buckets.div_ceil(most.max(1)).max(1);
    let named: &[usize] = match by {
        By::Minute => &[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440],
        By::Hour => &[1, 2, 3, 4, 6, 8, 12, 24, 48, 168],
        By::Day | By::Auto => &[1, 2, 7, 14, 28],
        By::Week => &[1, 2, 4, 13, 26, 52],
        By::Month => &[1, 2, 3, 6, 12],
    };
    named.iter().copied().find(|n| *n >= needed).unwrap_or(needed)
}

fn columns(answer: &TheoriesAnswer, calendar: &Calendar, group: usize) -> Vec<Column> {
    let starts: Vec<Timestamp> = answer.buckets.iter().copied().step_by(group).collect();
    let last_end = answer.buckets.last().map_or(answer.until, |start| calendar.end_of(*start));
    let ends = starts.iter().copied().skip(1).chain([last_end]);
    let short = !answer.buckets.len().is_multiple_of(group);
    let last = starts.len().saturating_sub(1);
    starts
        .iter()
        .copied()
        .zip(ends)
        .enumerate()
        .map(|(at, (start, end))| Column {
            start,
            end: end.max(start),
            partial: start < answer.since || end > answer.until || (short && at == last),
        })
        .collect()
}

/// A stretch of time, half-open.
pub(crate) type Stretch = (Timestamp, Timestamp);

/// Stretches of which we know that posts may be missing: what lies outside the declared coverage, if any is declared, and what a feed said
/// it missed, unless the person declares it covered.
pub(crate) fn uncovered(answer: &TheoriesAnswer) -> Vec<Stretch> {
    let declared = &answer.data.covers;
    if declared.is_empty() {
        return cut(&union(answer.gaps.clone()), answer);
    }
    // What a feed collected is covered too, unless a feed has a gap there.
    let collected = subtract(&union(answer.collected.clone()), &union(answer.gaps.clone()));
    let known = union(declared.iter().chain(&collected).copied().collect());
    cut(&subtract(&[(answer.since, answer.until)], &known), answer)
}

/// Stretches of which nobody said whether posts are missing.
pub(crate) fn unknown(answer: &TheoriesAnswer) -> Vec<Stretch> {
    if !answer.data.covers.is_empty() {
        return Vec::new();
    }
    let known = union(answer.collected.iter().chain(&answer.gaps).copied().collect());
    cut(&subtract(&[(answer.since, answer.until)], &known), answer)
}

fn cut(stretches: &[Stretch], answer: &TheoriesAnswer) -> Vec<Stretch> {
    let inside = stretches.iter().map(|(start, end)| ((*start).max(answer.since), (*end).min(answer.until)));
    inside.filter(|(start, end)| start < end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample::{self, at};

    fn columns(answer: &TheoriesAnswer, most: usize) -> Columns {
        Columns::of(answer, &Calendar::or_utc(answer), most)
    }

    #[test]
    fn merged_columns_keep_every_post() {
        let answer = sample::hourly();
        let columns = columns(&answer, 20);
        assert!(columns.list.len() <= 20 && columns.group == 12, "{}", columns.group);
        assert_eq!(columns.add_up(&answer.all).iter().sum::<u64>(), answer.posts);
        assert_eq!(columns.list.last().unwrap().end, answer.until);
    }

    #[test]
    fn cut_buckets_are_partial() {
        let mut answer = sample::vault7();
        assert!(columns(&answer, 1000).list.iter().all(|c| !c.partial));
        answer.since = Timestamp::from_millis_unchecked(answer.since.as_millis() + 1);
        answer.until = Timestamp::from_millis_unchecked(answer.until.as_millis() - 1);
        let partial: Vec<bool> = columns(&answer, 1000).list.iter().map(|c| c.partial).collect();
        assert_eq!(partial.iter().filter(|p| **p).count(), 2);
        assert!(partial[0] && partial[partial.len() - 1]);
    }

    fn days(pairs: &[(u8, u8)]) -> Vec<Stretch> {
        let day = |n: u8| at(&format!("2017-02-{n:02}T00:00:00Z"));
        pairs.iter().map(|(from, to)| (day(*from), day(*to))).collect()
    }

    #[track_caller]
    fn check(
        covers: &[(u8, u8)],
        collected: &[(u8, u8)],
        gaps: &[(u8, u8)],
        uncovered_days: &[(u8, u8)],
        unknown_days: &[(u8, u8)],
    ) {
        let mut answer = sample::vault7();
        (answer.since, answer.until) = days(&[(1, 28)])[0];
        answer.data.covers = days(covers);
        (answer.collected, answer.gaps) = (days(collected), days(gaps));
        assert_eq!((uncovered(&answer), unknown(&answer)), (days(uncovered_days), days(unknown_days)));
    }

    #[test]
    fn coverage_is_what_was_declared_and_what_feeds_say() {
        // Nothing is known.
        check(&[], &[], &[], &[], &[(1, 28)]);
        // What is declared is covered, the rest is not.
        check(&[(3, 10), (8, 20)], &[], &[], &[(1, 3), (20, 28)], &[]);
        // A feed covers more, and has a gap; a gap in what the person declares is covered otherwise.
        check(&[(3, 10)], &[(15, 28)], &[(8, 12), (20, 21)], &[(1, 3), (10, 15), (20, 21)], &[]);
        // Feeds alone: before them nothing is known.
        check(&[], &[(15, 28)], &[(20, 21)], &[(20, 21)], &[(1, 15)]);
    }
}
