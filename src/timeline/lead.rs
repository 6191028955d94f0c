//! Who has the most: stretches of buckets in which one theory has strictly the most posts, and rankings by several ways of counting.

/// A stretch of buckets in which one theory has strictly the most posts; ties and silent buckets lie only between such buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first bucket.
    pub from: usize,
    /// Its last bucket.
    pub to: usize,
    /// Index of the theory.
    pub theory: usize,
    /// Its posts from first to last bucket.
    pub posts: u64,
    /// Posts of the one that comes second in these buckets.
    pub next: u64,
}

/// Finds the stretches, in time order. All series have the same length.
///
/// A bucket in which several share the first place continues the stretch of one of them, and ends any other. A bucket in which nobody
/// has a post decides nothing. Neither begins or ends a stretch: it is counted in only if the same theory goes on after it.
pub fn stretches(series: &[&[u64]]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mut current: Option<Stretch> = None;
    for bucket in 0..series.iter().map(|one| one.len()).max().unwrap_or(0) {
        let at = |theory: &&[u64]| theory.get(bucket).copied().unwrap_or(0);
        let most = series.iter().map(at).max().unwrap_or(0);
        if most == 0 {
            continue;
        }
        let mut first =
            series.iter().enumerate().filter(|(_, one)| at(one) == most).map(|(theory, _)| theory);
        let tied = series.iter().filter(|one| at(one) == most).count() > 1;
        match &mut current {
            Some(stretch) if first.clone().any(|theory| theory == stretch.theory) => {
                if !tied {
                    stretch.to = bucket;
                }
            }
            _ => {
                found.extend(current.take());
                let theory = first.next().filter(|_| !tied);
                current =
                    theory.map(|theory| Stretch { from: bucket, to: bucket, theory, posts: 0, next: 0 });
            }
        }
    }
    found.extend(current);
    for stretch in &mut found {
        let sum = |one: &&[u64]| one.get(stretch.from..=stretch.to).map_or(0, |part| part.iter().sum());
        stretch.posts = series.get(stretch.theory).map_or(0, sum);
        let others = series.iter().enumerate().filter(|(theory, _)| *theory != stretch.theory);
        stretch.next = others.map(|(_, one)| sum(one)).max().unwrap_or(0);
    }
    found
}

/// One theory by every way of counting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// Posts.
    pub posts: u64,
    /// Distinct authors, and the relative standard error.
    pub accounts: (u64, f64),
    /// Distinct texts, and the relative standard error.
    pub texts: (u64, f64),
}

/// Indexes in falling order of the counts; equals keep their order.
pub fn ranks(counts: impl IntoIterator<Item = u64>) -> Vec<usize> {
    let mut order: Vec<(u64, usize)> =
        counts.into_iter().enumerate().map(|(at, count)| (count, at)).collect();
    order.sort_by_key(|&(count, at)| (std::cmp::Reverse(count), at));
    order.into_iter().map(|(_, at)| at).collect()
}

/// Whether the same theory is strictly first by posts, accounts and texts; where counts are estimates, by more than two standard errors.
pub fn ranking_holds(standings: &[Standing]) -> bool {
    let Some(&first) = ranks(standings.iter().map(|one| one.posts)).first() else { return false };
    let Some(top) = standings.get(first).filter(|top| top.posts > 0) else { return false };
    let ahead = |one: (u64, f64), other: (u64, f64)| {
        let (one, other) = ((one.0 as f64, one.1), (other.0 as f64, other.1));
        one.0 - 2.0 * one.0 * one.1 > other.0 + 2.0 * other.0 * other.1
    };
    standings.iter().enumerate().filter(|(at, _)| *at != first).all(|(_, other)| {
        top.posts > other.posts && ahead(top.accounts, other.accounts) && ahead(top.texts, other.texts)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(series: &[&[u64]], expected: &[(usize, usize, usize, u64, u64)]) {
        let found: Vec<_> =
            stretches(series).iter().map(|s| (s.from, s.to, s.theory, s.posts, s.next)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn stretches_of_most_posts() {
        check(&[], &[]);
        check(&[&[], &[]], &[]);
        check(&[&[0, 0], &[0, 0]], &[]);
        check(&[&[3, 2, 0], &[1, 1, 5]], &[(0, 1, 0, 5, 2), (2, 2, 1, 5, 0)]);
        // Silence between, before and after.
        check(&[&[0, 3, 0, 2, 0], &[0, 1, 0, 0, 0]], &[(1, 3, 0, 5, 1)]);
        // A tie between continues; at the end it is left out.
        check(&[&[3, 2, 4, 1], &[1, 2, 0, 1]], &[(0, 2, 0, 9, 3)]);
        // A tie of others ends the stretch and begins none.
        check(&[&[3, 0, 4], &[1, 2, 0], &[0, 2, 0]], &[(0, 0, 0, 3, 1), (2, 2, 0, 4, 0)]);
        // A tie at the start begins none.
        check(&[&[1, 0], &[1, 1]], &[(1, 1, 1, 1, 0)]);
        // After a tie the other one may go on.
        check(&[&[2, 1, 0], &[0, 1, 2]], &[(0, 0, 0, 2, 0), (2, 2, 1, 2, 0)]);
    }

    fn standing(posts: u64, accounts: u64, texts: u64) -> Standing {
        Standing { posts, accounts: (accounts, 0.0), texts: (texts, 0.0) }
    }

    #[track_caller]
    fn holds(standings: &[Standing], expected: bool) {
        assert_eq!(ranking_holds(standings), expected);
    }

    #[test]
    fn a_ranking_holds_only_by_every_way_of_counting() {
        holds(&[], false);
        holds(&[standing(0, 0, 0)], false);
        holds(&[standing(1, 1, 1)], true);
        holds(&[standing(1, 1, 1), standing(3, 2, 2)], true);
        holds(&[standing(2, 2, 2), standing(2, 1, 1)], false);
        holds(&[standing(9, 2, 5), standing(5, 3, 4)], false);
        holds(&[standing(9, 5, 2), standing(5, 3, 2)], false);
        let close = Standing { accounts: (10_050, 0.008), ..standing(9, 0, 9) };
        holds(&[close, standing(5, 10_000, 4)], false);
    }

    #[test]
    fn equals_keep_the_order_of_the_rules() {
        assert_eq!(ranks([1, 3, 3, 0]), [1, 2, 0, 3]);
    }
}
