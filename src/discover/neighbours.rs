//! Which posts are alike: for each its nearest, by the words that they share.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]

use super::bags::{Bags, Use};
use rayon::prelude::*;

/// Neighbours a post chooses for itself; with those that choose it, it may have more.
const NEIGHBOURS: usize = 20;
/// The same where there are so many posts that memory counts: with many posts the nearest are near.
const NEIGHBOURS_OF_MANY: usize = 10;
const MANY_POSTS: usize = 100_000;
/// Cosines below are chance.
const MIN_COSINE: f32 = 0.1;
/// Of a term that more posts have, only those around the post in time are looked at, and only for a post's rarest terms.
const WINDOW: usize = 2_000;
const RAREST: usize = 3;
/// Posts of a thread in a row: each time it needs room for sums with all posts.
const AT_ONCE: usize = 4_096;

/// An undirected graph with weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    starts: Vec<usize>,
    edges: Vec<(u32, f32)>,
}

impl Graph {
    /// From rows of edges, which must have each edge in both its rows.
    pub(super) fn new(rows: impl Iterator<Item = Vec<(u32, f32)>>) -> Self {
        let mut graph = Self { starts: vec![0], edges: Vec::new() };
        for row in rows {
            graph.edges.extend(row);
            graph.starts.push(graph.edges.len());
        }
        graph
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(super) fn of(&self, node: usize) -> &[(u32, f32)] {
        let range = self.starts.get(node).zip(self.starts.get(node + 1));
        range.and_then(|(&from, &to)| self.edges.get(from..to)).unwrap_or_default()
    }

    /// The part of the graph that lies among some of its nodes, which get new numbers in their order.
    pub(super) fn some(&self, nodes: &[u32]) -> Self {
        let mut renamed = vec![u32::MAX; self.len()];
        for (new, &old) in nodes.iter().enumerate() {
            if let Some(name) = renamed.get_mut(old as usize) {
                *name = new as u32;
            }
        }
        Self::new(nodes.iter().map(|&node| {
            let edges = self.of(node as usize).iter();
            let edges = edges.filter_map(|&(to, weight)| Some((*renamed.get(to as usize)?, weight)));
            edges.filter(|(to, _)| *to != u32::MAX).collect()
        }))
    }

    /// Connects each bag of terms with the nearest by cosine. Terms weigh (1 + ln times) · (ln((1 + N) / (1 + df)) + 1).
    pub(super) fn of_nearest(bags: &Bags, terms: usize) -> Self {
        let index = Index::new(bags, terms);
        let count = bags.len();
        let wanted = if count > MANY_POSTS { NEIGHBOURS_OF_MANY } else { NEIGHBOURS };
        let chosen: Vec<Vec<(u32, f32)>> = (0..count)
            .into_par_iter()
            .with_min_len(AT_ONCE)
            .map_init(|| Scratch::new(count), |scratch, at| index.nearest(at, wanted, scratch))
            .collect();
        let mut rows = chosen.clone();
        for (at, row) in chosen.iter().enumerate() {
            for &(to, weight) in row {
                if let Some(other) = rows.get_mut(to as usize) {
                    other.push((at as u32, weight));
                }
            }
        }
        drop(chosen);
        Self::new(rows.into_iter().map(|mut row| {
            row.sort_unstable_by_key(|edge| edge.0);
            row.dedup_by_key(|edge| edge.0);
            row
        }))
    }
}

/// The weights of all posts, by post and by term.
struct Index {
    frequencies: Vec<u32>,
    /// Of each post, rarest terms first.
    posts: Vec<Vec<(u32, f32)>>,
    /// Of each term, by post.
    by_term: Vec<Vec<(u32, f32)>>,
}

/// Sums of one post with all others.
struct Scratch {
    sums: Vec<f32>,
    touched: Vec<u32>,
}

impl Scratch {
    fn new(posts: usize) -> Self {
        Self { sums: vec![0.0; posts], touched: Vec::new() }
    }
}

impl Index {
    fn new(bags: &Bags, terms: usize) -> Self {
        let frequencies = bags.frequencies(terms);
        let all = 1.0 + bags.len() as f64;
        let rarity: Vec<f64> =
            frequencies.iter().map(|&df| libm::log(all / (1.0 + f64::from(df))) + 1.0).collect();
        let weight = |used: &Use| {
            let rarity = rarity.get(used.term as usize).copied().unwrap_or(1.0);
            (used.term, ((1.0 + libm::log(f64::from(used.times))) * rarity) as f32)
        };
        let frequency = |term: u32| frequencies.get(term as usize).copied().unwrap_or(0);
        let posts: Vec<Vec<(u32, f32)>> = bags
            .iter()
            .map(|bag| {
                let mut weights: Vec<(u32, f32)> = bag.iter().map(weight).collect();
                let length = weights.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
                for (_, weight) in &mut weights {
                    *weight /= length;
                }
                weights.sort_unstable_by_key(|&(term, _)| (frequency(term), term));
                weights
            })
            .collect();
        let mut by_term: Vec<Vec<(u32, f32)>> =
            frequencies.iter().map(|&df| Vec::with_capacity(df as usize)).collect();
        for (at, weights) in posts.iter().enumerate() {
            for &(term, weight) in weights {
                if let Some(list) = by_term.get_mut(term as usize) {
                    list.push((at as u32, weight));
                }
            }
        }
        Self { frequencies, posts, by_term }
    }

    fn nearest(&self, at: usize, wanted: usize, scratch: &mut Scratch) -> Vec<(u32, f32)> {
        let Scratch { sums, touched } = scratch;
        touched.clear();
        let weights = self.posts.get(at).map(Vec::as_slice).unwrap_or_default();
        for (rank, &(term, weight)) in weights.iter().enumerate() {
            let list = self.by_term.get(term as usize).map(Vec::as_slice).unwrap_or_default();
            let is_long = self.frequencies.get(term as usize).is_some_and(|&df| df as usize > WINDOW);
            if is_long && rank >= RAREST {
                continue;
            }
            let list = if is_long { around(list, at) } else { list };
            for &(to, other) in list {
                if let Some(sum) = sums.get_mut(to as usize) {
                    if *sum == 0.0 {
                        touched.push(to);
                    }
                    *sum += weight * other;
                }
            }
        }
        let mut found = Vec::new();
        for &to in touched.iter() {
            if let Some(sum) = sums.get_mut(to as usize) {
                if *sum >= MIN_COSINE && to as usize != at {
                    found.push((to, *sum));
                }
                *sum = 0.0;
            }
        }
        let nearest_first = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if found.len() > wanted {
            found.select_nth_unstable_by(wanted, nearest_first);
            found.truncate(wanted);
        }
        // What was looked at is far more than what is kept.
        found.shrink_to_fit();
        found
    }
}

/// The part of a long list that lies around a post.
fn around(list: &[(u32, f32)], at: usize) -> &[(u32, f32)] {
    let middle = list.partition_point(|&(post, _)| (post as usize) < at);
    let from = middle.saturating_sub(WINDOW / 2);
    list.get(from..(middle + WINDOW / 2).min(list.len())).unwrap_or_default()
}
