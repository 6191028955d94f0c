//! What all feeds together cover of a span, and of what posts may be missing: intervals, half-open. Pure.

use super::CoveredSpan;
use crate::post::Timestamp;
use std::ops::Range;

/// A stretch of time: its first moment and its end, exclusive.
type Stretch = (Timestamp, Timestamp);

/// What feeds say of a span: in order of time, nothing twice, none touching the next. What neither list names is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Collected, without what any feed says posts may be missing of.
    pub collected: Vec<Stretch>,
    /// Posts may be missing.
    pub gaps: Vec<Stretch>,
}

impl Covered {
    /// From what any number of feeds and tags say, in any order; of it what lies within a span.
    pub fn of(said: &[CoveredSpan], within: &Range<Timestamp>) -> Self {
        let stretches = |gap: bool| {
            let these = said.iter().filter(|span| span.gap.is_some() == gap);
            union(these.filter_map(|span| cut((span.since, span.until), within)).collect())
        };
        let gaps = stretches(true);
        Self { collected: subtract(&stretches(false), &gaps), gaps }
    }
}

/// The part of a stretch that lies within a span, if there is any.
fn cut((since, until): Stretch, within: &Range<Timestamp>) -> Option<Stretch> {
    let (since, until) = (since.max(within.start), until.min(within.end));
    (since < until).then_some((since, until))
}

/// Stretches in order of time; those that overlap or touch become one.
pub fn union(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    stretches.dedup_by(|later, earlier| {
        let together = later.0 <= earlier.1;
        if together {
            earlier.1 = earlier.1.max(later.1);
        }
        together
    });
    stretches
}

/// What is left of stretches without others; both in order of time, none over another.
pub fn subtract(stretches: &[Stretch], others: &[Stretch]) -> Vec<Stretch> {
    let mut left = Vec::with_capacity(stretches.len());
    let mut others = others.iter().copied().peekable();
    for &(mut since, until) in stretches {
        while others.next_if(|other| other.1 <= since).is_some() {}
        // One that reaches beyond the end is left where it is: it may reach into the next stretch too.
        while let Some(&(from, to)) = others.peek().filter(|other| other.0 < until) {
            left.extend((since < from).then_some((since, from)));
            since = to;
            if others.next_if(|other| other.1 < until).is_none() {
                break;
            }
        }
        left.extend((since < until).then_some((since, until)));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis_unchecked(ms)
    }

    fn span(since: i64, until: i64, gap: bool) -> CoveredSpan {
        CoveredSpan { since: at(since), until: at(until), gap: gap.then(|| "x".to_owned()) }
    }

    #[track_caller]
    fn check(said: &[(i64, i64, bool)], collected: &[(i64, i64)], gaps: &[(i64, i64)]) {
        let said: Vec<CoveredSpan> =
            said.iter().map(|&(since, until, gap)| span(since, until, gap)).collect();
        let found = Covered::of(&said, &(at(10)..at(50)));
        let plain = |stretches: &[Stretch]| {
            stretches.iter().map(|one| (one.0.as_millis(), one.1.as_millis())).collect::<Vec<_>>()
        };
        assert_eq!((&plain(&found.collected)[..], &plain(&found.gaps)[..]), (collected, gaps));
    }

    #[test]
    fn feeds_add_up_and_a_gap_of_one_is_a_gap() {
        check(&[], &[], &[]);
        check(&[(0, 10, false), (50, 60, true)], &[], &[]);
        check(&[(0, 100, false)], &[(10, 50)], &[]);
        check(&[(30, 40, false), (12, 20, false), (20, 25, false)], &[(12, 25), (30, 40)], &[]);
        check(&[(10, 50, false), (20, 30, true), (25, 35, true)], &[(10, 20), (35, 50)], &[(20, 35)]);
        check(&[(10, 20, false), (25, 30, false), (15, 27, true)], &[(10, 15), (27, 30)], &[(15, 27)]);
        check(&[(20, 30, false), (0, 90, true)], &[], &[(10, 50)]);
    }

    proptest! {
        /// Against a plain array of moments.
        #[test]
        fn equals_a_plain_model(said in prop::collection::vec((0i64..60, 0i64..60, any::<bool>()), 0..20), from in 0i64..60, to in 0i64..60) {
            let spans: Vec<CoveredSpan> = said.iter().map(|&(since, until, gap)| span(since, until, gap)).collect();
            let found = Covered::of(&spans, &(at(from)..at(to)));
            let says = |moment: i64, gap: bool| said.iter().any(|one| one.2 == gap && (one.0..one.1).contains(&moment));
            let among = |stretches: &[Stretch], moment: i64| stretches.iter().filter(|one| (one.0..one.1).contains(&at(moment))).count();
            for moment in 0..60 {
                let gap = (from..to).contains(&moment) && says(moment, true);
                let collected = (from..to).contains(&moment) && says(moment, false) && !gap;
                prop_assert_eq!(among(&found.gaps, moment), usize::from(gap));
                prop_assert_eq!(among(&found.collected, moment), usize::from(collected));
            }
            for stretches in [&found.gaps, &found.collected] {
                prop_assert!(stretches.iter().all(|one| one.0 < one.1));
            }
            prop_assert!(found.gaps.windows(2).all(|pair| pair[0].1 < pair[1].0));
            prop_assert!(found.collected.windows(2).all(|pair| pair[0].1 < pair[1].0));
        }
    }
}
