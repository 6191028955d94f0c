//! From an answer to the bands of a stack: at most seven theories, the others as one, `several`, `unmatched`. Every post is in exactly one
//! band, so the bands add up to `all`.

use super::calendar::Calendar;
use super::color::{HUES, Token, hues};
use super::columns::Columns;
use super::facts;
use crate::answer::{PartCount, TheoriesAnswer};

/// One layer of the stack.
#[derive(Clone, Debug, PartialEq)]
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

impl Band {
    /// Whether the last column has any of its posts.
    pub(crate) fn ends_with_posts(&self) -> bool {
        self.columns.last().is_some_and(|n| *n > 0)
    }
}

/// The theories that are drawn by themselves, most posts first.
pub(crate) struct Shown {
    /// Their places in the answer, and their hues.
    pub(crate) theories: Vec<(usize, Token)>,
    /// Places of the others, which share a grey.
    pub(crate) others: Vec<usize>,
}

impl Shown {
    pub(crate) fn of(answer: &TheoriesAnswer) -> Self {
        let mut order: Vec<(usize, u64)> = answer.theories.iter().map(|t| t.posts).enumerate().collect();
        order.sort_by_key(|(_, posts)| std::cmp::Reverse(*posts));
        let places: Vec<usize> = order.iter().map(|(at, _)| *at).collect();
        let (shown, others) = places.split_at(places.len().min(HUES));
        let ids: Vec<&str> = answer.theories.iter().map(|t| t.id.as_str()).collect();
        let hues = hues(&ids, shown);
        let hue = |at: &usize| Some((*at, hues.get(*at).copied().flatten()?));
        Self { theories: shown.iter().filter_map(hue).collect(), others: others.to_vec() }
    }
}

/// What the theories that share a grey are called.
pub(crate) fn others_label(count: usize) -> String {
    match count {
        1 => "1 other theory".to_owned(),
        n => format!("{n} other theories"),
    }
}

/// Said in the note of kinds that leave the others out.
pub(crate) fn not_drawn(hidden: usize) -> Option<String> {
    (hidden > 0).then(|| format!("Not drawn: {}.", others_label(hidden)))
}

/// The bands of all posts, from the base line up.
pub(crate) fn bands(answer: &TheoriesAnswer, calendar: &Calendar, columns: &Columns) -> Vec<Band> {
    let theories = answer.theories.iter().map(|t| (t.posts, t.only, t.only_series.as_slice())).collect();
    let rows = Rows {
        theories,
        several: (answer.several, &answer.several_series),
        unmatched: (answer.unmatched, &answer.unmatched_series),
        with_reason: true,
    };
    rows.bands(answer, calendar, columns)
}

/// The bands of one part of the posts: the same in the same order, so that parts can be compared.
pub(crate) fn part_bands(
    answer: &TheoriesAnswer,
    part: &PartCount,
    calendar: &Calendar,
    columns: &Columns,
) -> Vec<Band> {
    let theories = part.theories.iter().map(|t| (t.posts, t.only, t.only_series.as_slice())).collect();
    let rows = Rows {
        theories,
        several: (part.several, &part.several_series),
        unmatched: (part.unmatched, &part.unmatched_series),
        with_reason: false,
    };
    rows.bands(answer, calendar, columns)
}

/// What the bands are made of.
struct Rows<'a> {
    /// Posts, posts in no other theory, and these by bucket.
    theories: Vec<(u64, u64, &'a [u64])>,
    several: (u64, &'a [u64]),
    unmatched: (u64, &'a [u64]),
    /// Whether a label says why its band is empty.
    with_reason: bool,
}

impl Rows<'_> {
    fn bands(&self, answer: &TheoriesAnswer, calendar: &Calendar, columns: &Columns) -> Vec<Band> {
        let lang = calendar.lang();
        let shown = Shown::of(answer);
        let mut out = Vec::new();
        for (at, token) in &shown.theories {
            let (Some(theory), Some((posts, only, series))) =
                (answer.theories.get(*at), self.theories.get(*at))
            else {
                continue;
            };
            let name = facts::name(theory);
            let (all, own) = (lang.posts(*posts), lang.count(*only));
            out.push(Band {
                id: theory.id.clone(),
                title: format!("{name}: {all}, {own} of them in no other theory"),
                label: if self.with_reason { theory_label(&name, *posts, *only) } else { name },
                token: *token,
                columns: columns.add_up(series),
            });
        }
        if !shown.others.is_empty() {
            let label = others_label(shown.others.len());
            let others = shown.others.iter().filter_map(|at| self.theories.get(*at));
            let columns = sum(others.map(|(_, _, series)| columns.add_up(series)), columns.list.len());
            out.push(Band { id: "other".into(), title: label.clone(), label, token: Token::Other, columns });
        }
        let row = |id: &str, label: &str, said: &str, token, (posts, series): (u64, &[u64])| Band {
            id: id.into(),
            label: label.into(),
            title: format!("{said}: {}", lang.posts(posts)),
            token,
            columns: columns.add_up(series),
        };
        let (several, unmatched) = (answer.several > 0, answer.unmatched > 0);
        out.extend(several.then(|| {
            row("several", "several theories", "Matched by several theories", Token::Several, self.several)
        }));
        out.extend(
            unmatched.then(|| {
                row("unmatched", "unmatched", "Matched by no rule", Token::Unmatched, self.unmatched)
            }),
        );
        out
    }
}

/// Posts up to and with each band, by column: the lower and upper edges of band `n` are `edges[n]` and `edges[n + 1]`.
pub(crate) fn edges(bands: &[Band], columns: usize) -> Vec<Vec<f64>> {
    let mut sums = vec![0_u128; columns];
    let mut out = vec![vec![0.0; sums.len()]];
    for band in bands {
        for (sum, n) in sums.iter_mut().zip(&band.columns) {
            *sum += u128::from(*n);
        }
        out.push(sums.iter().map(|sum| *sum as f64).collect());
    }
    out
}

fn sum(series: impl Iterator<Item = Vec<u64>>, columns: usize) -> Vec<u64> {
    series.fold(vec![0_u64; columns], |mut sums, one| {
        for (sum, n) in sums.iter_mut().zip(one) {
            *sum = sum.saturating_add(n);
        }
        sums
    })
}

/// A theory without a band is named all the same, with the reason.
fn theory_label(label: &str, posts: u64, only: u64) -> String {
    match (posts, only) {
        (0, _) => format!("{label}: 0 posts"),
        (_, 0) => format!("{label}: only with others"),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample;

    fn stack(answer: &TheoriesAnswer) -> (Vec<Band>, Columns) {
        let calendar = Calendar::or_utc(answer);
        let columns = Columns::of(answer, &calendar, 1000);
        (bands(answer, &calendar, &columns), columns)
    }

    #[test]
    fn bands_add_up_to_all() {
        for answer in [sample::vault7(), sample::theories(12), sample::hourly()] {
            let (bands, columns) = stack(&answer);
            let tops = edges(&bands, columns.list.len()).pop().unwrap();
            assert_eq!(tops, answer.all.iter().map(|n| *n as f64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_eighth_theory_joins_the_others() {
        let (seven, _) = stack(&sample::theories(7));
        assert!(seven.iter().all(|band| band.id != "other"));
        let (twelve, _) = stack(&sample::theories(12));
        let other = twelve.iter().find(|band| band.id == "other").unwrap();
        assert_eq!(other.label, "5 other theories");
        assert_eq!(twelve.iter().filter(|b| matches!(b.token, Token::Hue(_))).count(), 7);
    }

    #[test]
    fn theories_without_a_band_are_named() {
        assert_eq!(theory_label("A", 0, 0), "A: 0 posts");
        assert_eq!(theory_label("A", 3, 0), "A: only with others");
        assert_eq!(theory_label("A", 3, 1), "A");
    }
}
