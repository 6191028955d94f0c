//! The same candidate again: as posts come in, what is still the same theory keeps its number.
//!
//! Of each candidate a sample of its posts is remembered, the ones with the smallest hashes (a bottom-k sketch: Cohen and Kelley, "Summarizing
//! data using bottom-k sketches", 2007). Where most of them are now is where the candidate is now; what becomes of it is named as by MONIC
//! (Spiliopoulou et al. 2006): it goes on, is split, merged into another, or gone, and what no known one goes on in is born.
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of candidates are made here and lie below the lengths"
)]

use super::keywords::Keyword;
use super::model::Model;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Posts remembered of a candidate: a share of them is right within six points in a hundred.
pub const SAMPLE: usize = 256;
/// A candidate goes on where so much of it is.
const MOST_OF_IT: f64 = 0.5;
/// It is split if so much of it is in each of several.
const MUCH_OF_IT: f64 = 0.25;

/// What is remembered of the candidates of all posts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The number of the next that is born; from 1, none is used again.
    pub next: u32,
    /// The candidates when they were last looked for, in their order then.
    pub known: Vec<Known>,
    /// Their words, in the same order.
    pub model: Model,
}

/// A candidate that is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its number.
    pub id: u32,
    /// Its title, for when it is gone.
    pub title: Vec<String>,
    /// Its keywords, with their counts then.
    pub keywords: Vec<Keyword>,
    /// How many posts it had.
    pub posts: u64,
    /// Hashes of some of them: the smallest.
    pub sample: Vec<u64>,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub enum Change {
    /// It was not there before.
    Born {
        /// Its number.
        id: u32,
    },
    /// Most of it is in another now.
    Merged {
        /// Its number.
        id: u32,
        /// What it was called.
        title: Vec<String>,
        /// Number of the other.
        into: u32,
    },
    /// It is in several now.
    Split {
        /// Its number.
        id: u32,
        /// What it was called.
        title: Vec<String>,
        /// Numbers of those, the one with the most of it first.
        into: Vec<u32>,
    },
    /// Its posts are in no candidate any more, or here and there.
    Gone {
        /// Its number.
        id: u32,
        /// What it was called.
        title: Vec<String>,
    },
}

/// The candidates of now, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The number of each.
    pub ids: Vec<u32>,
    /// What became of those that were known, and which are new.
    pub changes: Vec<Change>,
    /// Number of the next.
    pub next: u32,
}

impl Memory {
    /// Follows what is known into so many candidates of now. `now` has the candidate of a post by its hash: `None` if the post is not there,
    /// `Some(None)` if it is in none.
    pub fn follow(&self, candidates: usize, now: impl Fn(u64) -> Option<Option<u32>>) -> Followed {
        let mut next = self.next.max(1);
        let counts: Vec<(Vec<u32>, u32)> =
            self.known.iter().map(|known| count(known, candidates, &now)).collect();
        let share =
            |known: usize, to: usize| f64::from(counts[known].0[to]) / f64::from(counts[known].1.max(1));
        // The largest common parts first: each known one goes on in one at most.
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for known in 0..self.known.len() {
            for to in (0..candidates).filter(|&to| share(known, to) >= MUCH_OF_IT) {
                // Only the order counts.
                pairs.push((share(known, to) * self.known[known].posts as f64, known, to));
            }
        }
        pairs.sort_unstable_by(|a, b| {
            b.0.total_cmp(&a.0).then(self.known[a.1].id.cmp(&self.known[b.1].id)).then(a.2.cmp(&b.2))
        });
        let mut ids: Vec<Option<u32>> = vec![None; candidates];
        let mut goes_on = vec![None; self.known.len()];
        for &(_, known, to) in &pairs {
            let is_most = share(known, to) >= MOST_OF_IT || is_split(&counts[known], to);
            if is_most && ids[to].is_none() && goes_on[known].is_none() {
                ids[to] = Some(self.known[known].id);
                goes_on[known] = Some(to);
            }
        }
        let mut changes = Vec::new();
        let born: Vec<usize> = (0..candidates).filter(|&to| ids[to].is_none()).collect();
        let ids: Vec<u32> = ids
            .into_iter()
            .map(|id| {
                id.unwrap_or_else(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        for (at, known) in self.known.iter().enumerate() {
            let (id, title) = (known.id, known.title.clone());
            let mut into: Vec<usize> = (0..candidates).filter(|&to| share(at, to) >= MUCH_OF_IT).collect();
            into.sort_by_key(|&to| (Reverse(counts[at].0[to]), to));
            let names = into.iter().map(|&to| ids[to]).collect();
            match (goes_on[at], into.first()) {
                (_, Some(_)) if into.len() > 1 => changes.push(Change::Split { id, title, into: names }),
                (None, Some(&to)) if share(at, to) >= MOST_OF_IT => {
                    changes.push(Change::Merged { id, title, into: ids[to] });
                }
                (None, _) => changes.push(Change::Gone { id, title }),
                (Some(_), _) => {}
            }
        }
        changes.extend(born.into_iter().map(|to| Change::Born { id: ids[to] }));
        Followed { ids, changes, next }
    }
}

/// How many of the remembered posts are in each candidate, and how many are there at all.
fn count(known: &Known, candidates: usize, now: &impl Fn(u64) -> Option<Option<u32>>) -> (Vec<u32>, u32) {
    let (mut counts, mut all) = (vec![0; candidates], 0);
    for of in known.sample.iter().filter_map(|&post| now(post)) {
        all += 1;
        if let Some(count) = of.and_then(|of| counts.get_mut(of as usize)) {
            *count += 1;
        }
    }
    (counts, all)
}

/// Whether the largest of several parts is the one at `to`.
fn is_split(counts: &(Vec<u32>, u32), to: usize) -> bool {
    let much = counts.0.iter().filter(|&&count| f64::from(count) >= MUCH_OF_IT * f64::from(counts.1)).count();
    much > 1 && counts.0.iter().max() == counts.0.get(to)
}

/// The hashes that are remembered of some posts' hashes.
pub fn sample(mut hashes: Vec<u64>) -> Vec<u64> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(SAMPLE);
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A memory of candidates with these posts.
    fn memory(known: &[&[u64]]) -> Memory {
        let of = |(id, posts): (u32, &&[u64])| Known {
            id,
            title: vec![format!("t{id}")],
            keywords: Vec::new(),
            posts: posts.len() as u64,
            sample: sample(posts.to_vec()),
        };
        let known: Vec<Known> = (1..).zip(known).map(of).collect();
        Memory { next: known.last().map_or(1, |last| last.id + 1), known, model: Model::default() }
    }

    fn follow(memory: &Memory, now: &[&[u64]]) -> Followed {
        memory.follow(now.len(), |post| {
            let of = (0..).zip(now).find(|(_, posts)| posts.contains(&post));
            // What is below 100 is there, in a candidate or not.
            (post < 100).then(|| of.map(|of| of.0))
        })
    }

    #[test]
    fn what_grows_and_changes_places_keeps_its_number() {
        let known = memory(&[&[1, 2, 3, 4], &[5, 6, 7]]);
        let now = follow(&known, &[&[5, 6, 7, 8, 9, 10, 11], &[1, 2, 3], &[20, 21]]);
        assert_eq!(now.ids, [2, 1, 3]);
        assert_eq!((now.changes, now.next), (vec![Change::Born { id: 3 }], 4));
        // Posts that are not there any more say nothing.
        assert_eq!(follow(&memory(&[&[1, 100, 101, 102]]), &[&[1]]).ids, [1]);
    }

    #[test]
    fn merges_splits_and_ends_are_told() {
        let title = |id: u32| vec![format!("t{id}")];
        let known = memory(&[&[1, 2, 3, 4, 5], &[6, 7, 8], &[10, 11, 12, 13], &[20, 21]]);
        let now = follow(&known, &[&[1, 2, 3, 4, 5, 6, 7, 8], &[10, 11], &[12, 13, 14]]);
        assert_eq!(now.ids, [1, 3, 5]);
        let expected = [
            Change::Merged { id: 2, title: title(2), into: 1 },
            Change::Split { id: 3, title: title(3), into: vec![3, 5] },
            Change::Gone { id: 4, title: title(4) },
            Change::Born { id: 5 },
        ];
        assert_eq!(now.changes, expected);
    }

    #[test]
    fn nothing_is_known_at_first() {
        let now = follow(&Memory::default(), &[&[1], &[2]]);
        assert_eq!((now.ids, now.next), (vec![1, 2], 3));
        assert_eq!(follow(&memory(&[&[1]]), &[]).changes, [Change::Gone { id: 1, title: vec!["t1".into()] }]);
    }
}
