//! Which spans of time were collected, and which may lack posts: spans of one feed and tag, merged as they come in. Pure.

use crate::post::Timestamp;
use serde::{Deserialize, Serialize};

/// Most spans kept of one feed and tag. A year of daily interruptions stays below it; beyond, the shortest collected ones are given up, which
/// claims less than we have.
const MAX_SPANS: usize = 2000;

/// One stretch, half-open. What no span says is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoveredSpan {
    /// First moment.
    pub since: Timestamp,
    /// End, exclusive.
    pub until: Timestamp,
    /// Why posts may be missing; `None` if all was collected that the host showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
}

/// What is known of one feed and tag: spans in order of time, none over another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Coverage(Vec<CoveredSpan>);

impl Coverage {
    /// The spans, in order of time.
    pub fn spans(&self) -> &[CoveredSpan] {
        &self.0
    }

    /// All of a span was collected; what was a gap in it is none any more.
    pub fn collected(&mut self, since: Timestamp, until: Timestamp) {
        if since < until {
            let before = self.outside(since, until, |_| true);
            self.0 = before;
            self.insert(CoveredSpan { since, until, gap: None });
        }
    }

    /// Posts of a span may be missing; what of it was collected stays so.
    pub fn gap(&mut self, since: Timestamp, until: Timestamp, why: &str) {
        if since >= until {
            return;
        }
        let mut holes = vec![(since, until)];
        for span in self.0.iter().filter(|span| span.gap.is_none()) {
            holes = holes.into_iter().flat_map(|hole| without(hole, (span.since, span.until))).collect();
        }
        self.0 = self.outside(since, until, |span| span.gap.is_some());
        for (since, until) in holes {
            self.insert(CoveredSpan { since, until, gap: Some(why.to_owned()) });
        }
    }

    /// Whether every moment of a span was collected.
    pub fn covers(&self, since: Timestamp, until: Timestamp) -> bool {
        self.0.iter().any(|span| span.gap.is_none() && span.since <= since && until <= span.until)
    }

    /// The spans, with what lies in `[since, until)` cut out of those that `cut` names.
    fn outside(
        &self,
        since: Timestamp,
        until: Timestamp,
        cut: impl Fn(&CoveredSpan) -> bool,
    ) -> Vec<CoveredSpan> {
        let mut kept = Vec::with_capacity(self.0.len() + 2);
        for span in &self.0 {
            if cut(span) {
                let parts = without((span.since, span.until), (since, until));
                kept.extend(parts.into_iter().map(|(since, until)| CoveredSpan {
                    since,
                    until,
                    ..span.clone()
                }));
            } else {
                kept.push(span.clone());
            }
        }
        kept
    }

    fn insert(&mut self, span: CoveredSpan) {
        let at = self.0.partition_point(|known| known.since < span.since);
        self.0.insert(at, span);
        self.join();
        while self.0.len() > MAX_SPANS {
            self.give_up_shortest();
        }
    }

    /// Neighbours that touch and say the same become one.
    fn join(&mut self) {
        self.0.dedup_by(|later, earlier| {
            let same = earlier.until == later.since && earlier.gap == later.gap;
            if same {
                earlier.until = later.until;
            }
            same
        });
    }

    fn give_up_shortest(&mut self) {
        let length = |span: &CoveredSpan| span.until.as_millis() - span.since.as_millis();
        let shortest = self.0.iter().enumerate().min_by_key(|(_, span)| (span.gap.is_some(), length(span)));
        if let Some((at, _)) = shortest {
            self.0.remove(at);
        }
    }
}

/// What is left of a span without another.
fn without(
    (since, until): (Timestamp, Timestamp),
    (from, to): (Timestamp, Timestamp),
) -> Vec<(Timestamp, Timestamp)> {
    let parts = [(since, until.min(from)), (since.max(to), until)];
    parts.into_iter().filter(|(since, until)| since < until).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis_unchecked(ms)
    }

    #[track_caller]
    fn check(coverage: &Coverage, expected: &str) {
        let words: Vec<String> = coverage
            .spans()
            .iter()
            .map(|span| {
                let (since, until) = (span.since.as_millis(), span.until.as_millis());
                format!("{since}-{until}{}", span.gap.as_deref().unwrap_or(""))
            })
            .collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn collected_spans_grow_and_heal_gaps() {
        let mut coverage = Coverage::default();
        coverage.collected(at(10), at(20));
        coverage.collected(at(20), at(30));
        check(&coverage, "10-30");
        coverage.gap(at(25), at(50), "x");
        check(&coverage, "10-30 30-50x");
        coverage.gap(at(40), at(60), "y");
        check(&coverage, "10-30 30-40x 40-60y");
        coverage.collected(at(35), at(45));
        check(&coverage, "10-30 30-35x 35-45 45-60y");
        coverage.collected(at(0), at(100));
        check(&coverage, "0-100");
        assert!(coverage.covers(at(0), at(100)) && !coverage.covers(at(0), at(101)));
    }

    proptest! {
        /// Against a plain array of moments.
        #[test]
        fn equals_a_plain_model(steps in prop::collection::vec((0i64..30, 0i64..30, 0u8..3), 0..20)) {
            let mut coverage = Coverage::default();
            let mut model = [None; 30];
            for (a, b, kind) in steps {
                let why = ["", "x", "y"][kind as usize];
                if kind == 0 { coverage.collected(at(a), at(b)) } else { coverage.gap(at(a), at(b), why) }
                for moment in a..b {
                    let slot = &mut model[usize::try_from(moment).unwrap()];
                    if kind == 0 || *slot != Some("") { *slot = Some(why) }
                }
            }
            let mut seen = [None; 30];
            for span in coverage.spans() {
                for moment in span.since.as_millis()..span.until.as_millis() {
                    let slot = &mut seen[usize::try_from(moment).unwrap()];
                    prop_assert!(slot.is_none(), "two spans over one moment");
                    *slot = Some(span.gap.as_deref().unwrap_or(""));
                }
            }
            prop_assert_eq!(seen, model);
        }
    }

    #[test]
    fn spans_are_bounded() {
        let mut coverage = Coverage::default();
        for n in 0..5000 {
            coverage.collected(at(n * 10), at(n * 10 + 1 + n % 7));
        }
        assert_eq!(coverage.spans().len(), MAX_SPANS);
    }
}
