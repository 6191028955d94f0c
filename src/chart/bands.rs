//! From an answer to what a stack shows: at most seven theories, the others as one, `several`, `unmatched`; and to columns that a
//! picture can show. Every post is in exactly one band, so the bands add up to `all`.

use super::calendar::Calendar;
use super::color::{HUES, Token, hues};
use super::facts;
use crate::answer::TheoriesAnswer;
use crate::post::Timestamp;

/// One layer of the stack.
pub(crate) struct Band {
    /// Id of the theory, or `other`, `several`, `unmatched` (ids that no theory may have).
    pub(crate) id: String,
    /// What stands beside it.
    pub(crate) label: String,
    /// For a pointer resting on it.
    pub(crate) title: String,
    pub(crate) token: Token,
    /// Posts in this band alone, by column.
    pub(crate) columns: Vec<u64>,
}

/// One step: a bucket, or several neighbouring ones where the picture has fewer pixels than buckets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// Whether the span covers only a part of it.
    pub(crate) partial: bool,
}

/// Bands from the base line up.
pub(crate) struct Stack {
    pub(crate) bands: Vec<Band>,
    pub(crate) columns: Vec<Column>,
    /// Buckets in a column.
    pub(crate) group: usize,
}

impl Stack {
    /// With at most `max_columns` columns. More buckets are added up, `group` at a time, rather than thinned or averaged: so the bands
    /// still add up to all posts, and every height is a number of posts that one can count.
    pub(crate) fn of(answer: &TheoriesAnswer, calendar: &Calendar, max_columns: usize) -> Self {
        let group = group_size(answer.buckets.len(), max_columns, calendar);
        let columns = columns(answer, calendar, group);
        let mut bands = theory_bands(answer, group);
        if answer.several > 0 {
            bands.push(Band {
                id: "several".into(),
                label: "several theories".into(),
                title: format!("Matched by several theories: {}", facts::posts(answer.several)),
                token: Token::Several,
                columns: add_up(&answer.several_series, group, columns.len()),
            });
        }
        if answer.unmatched > 0 {
            bands.push(Band {
                id: "unmatched".into(),
                label: "unmatched".into(),
                title: format!("Matched by no rule: {}", facts::posts(answer.unmatched)),
                token: Token::Unmatched,
                columns: add_up(&answer.unmatched_series, group, columns.len()),
            });
        }
        Self { bands, columns, group }
    }

    /// Posts up to and with each band, by column: the lower and upper edges of band `n` are `edges[n]` and `edges[n + 1]`.
    pub(crate) fn edges(&self) -> Vec<Vec<f64>> {
        let mut sums = vec![0_u128; self.columns.len()];
        let mut out = vec![vec![0.0; sums.len()]];
        for band in &self.bands {
            for (sum, n) in sums.iter_mut().zip(&band.columns) {
                *sum += u128::from(*n);
            }
            out.push(sums.iter().map(|sum| *sum as f64).collect());
        }
        out
    }
}

/// How many buckets make a column: lengths that a person can name where there are any.
fn group_size(buckets: usize, max_columns: usize, calendar: &Calendar) -> usize {
    use crate::timeline::By;
    let needed = buckets.div_ceil(max_columns.max(1)).max(1);
    let named: &[usize] = match calendar.by() {
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

fn theory_bands(answer: &TheoriesAnswer, group: usize) -> Vec<Band> {
    let count = answer.buckets.len().div_ceil(group);
    let mut order: Vec<(usize, u64)> = answer.theories.iter().map(|t| t.posts).enumerate().collect();
    order.sort_by_key(|(_, posts)| std::cmp::Reverse(*posts));
    let shown: Vec<usize> = order.iter().take(HUES).map(|(at, _)| *at).collect();
    let ids: Vec<&str> = answer.theories.iter().map(|t| t.id.as_str()).collect();
    let hues = hues(&ids, &shown);
    let mut bands: Vec<Band> = shown
        .iter()
        .filter_map(|at| Some((answer.theories.get(*at)?, hues.get(*at).copied().flatten()?)))
        .map(|(theory, token)| Band {
            id: theory.id.clone(),
            label: theory_label(&facts::name(theory), theory.posts, theory.only),
            title: format!(
                "{}: {}, {} of them in no other theory",
                facts::name(theory),
                facts::posts(theory.posts),
                facts::count(theory.only)
            ),
            token,
            columns: add_up(&theory.only_series, group, count),
        })
        .collect();
    let others: Vec<usize> = order.iter().skip(HUES).map(|(at, _)| *at).collect();
    if !others.is_empty() {
        let mut sum = vec![0_u64; count];
        for theory in others.iter().filter_map(|at| answer.theories.get(*at)) {
            for (slot, n) in sum.iter_mut().zip(add_up(&theory.only_series, group, count)) {
                *slot = slot.saturating_add(n);
            }
        }
        let label = match others.len() {
            1 => "1 other theory".to_owned(),
            n => format!("{n} other theories"),
        };
        bands.push(Band {
            id: "other".into(),
            title: label.clone(),
            label,
            token: Token::Other,
            columns: sum,
        });
    }
    bands
}

/// A theory without a band is named all the same, with the reason.
fn theory_label(label: &str, posts: u64, only: u64) -> String {
    match (posts, only) {
        (0, _) => format!("{label}: 0 posts"),
        (_, 0) => format!("{label}: only with others"),
        _ => label.to_owned(),
    }
}

fn add_up(series: &[u64], group: usize, count: usize) -> Vec<u64> {
    let mut out: Vec<u64> =
        series.chunks(group).map(|part| part.iter().fold(0, |sum: u64, n| sum.saturating_add(*n))).collect();
    out.resize(count, 0);
    out
}

/// Parts of the span that no declared coverage holds; none where nothing is declared.
pub(crate) fn uncovered(answer: &TheoriesAnswer) -> Vec<(Timestamp, Timestamp)> {
    if answer.data.covers.is_empty() {
        return Vec::new();
    }
    let mut covers = answer.data.covers.clone();
    covers.sort_unstable();
    let mut out = Vec::new();
    let mut from = answer.since;
    for (start, end) in covers {
        if start > from {
            out.push((from, start.min(answer.until)));
        }
        from = from.max(end);
    }
    if from < answer.until {
        out.push((from, answer.until));
    }
    out.retain(|(start, end)| start < end);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample;

    fn stack(answer: &TheoriesAnswer, max_columns: usize) -> Stack {
        Stack::of(answer, &Calendar::or_utc(answer), max_columns)
    }

    #[test]
    fn bands_add_up_to_all() {
        for answer in [sample::vault7(), sample::theories(12), sample::hourly()] {
            let stack = stack(&answer, 1000);
            let tops = stack.edges().pop().unwrap();
            assert_eq!(tops, answer.all.iter().map(|n| *n as f64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn merged_columns_keep_every_post() {
        let answer = sample::hourly();
        let stack = stack(&answer, 20);
        assert!(stack.columns.len() <= 20 && stack.group == 12, "{}", stack.group);
        let total: f64 = stack.edges().pop().unwrap().iter().sum();
        assert!((total - answer.posts as f64).abs() < 0.5);
        assert_eq!(stack.columns.last().unwrap().end, answer.until);
    }

    #[test]
    fn an_eighth_theory_joins_the_others() {
        let seven = stack(&sample::theories(7), 1000);
        assert!(seven.bands.iter().all(|band| band.id != "other"));
        let twelve = stack(&sample::theories(12), 1000);
        let other = twelve.bands.iter().find(|band| band.id == "other").unwrap();
        assert_eq!(other.label, "5 other theories");
        assert_eq!(twelve.bands.iter().filter(|b| matches!(b.token, Token::Hue(_))).count(), 7);
    }

    #[test]
    fn cut_buckets_are_partial() {
        let mut answer = sample::vault7();
        assert!(stack(&answer, 1000).columns.iter().all(|c| !c.partial));
        answer.since = Timestamp::from_millis_unchecked(answer.since.as_millis() + 1);
        answer.until = Timestamp::from_millis_unchecked(answer.until.as_millis() - 1);
        let partial: Vec<bool> = stack(&answer, 1000).columns.iter().map(|c| c.partial).collect();
        assert_eq!(partial.iter().filter(|p| **p).count(), 2);
        assert!(partial[0] && partial[partial.len() - 1]);
    }

    #[test]
    fn theories_without_a_band_are_named() {
        assert_eq!(theory_label("A", 0, 0), "A: 0 posts");
        assert_eq!(theory_label("A", 3, 0), "A: only with others");
        assert_eq!(theory_label("A", 3, 1), "A");
    }
}
