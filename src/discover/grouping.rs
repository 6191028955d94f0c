//! From bags of terms to groups of posts: copies, neighbours, communities, mixture, merges.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]

use super::bags::Bags;
use super::communities::communities;
use super::copies::Copies;
use super::merging::{SMALL, Until, merge};
use super::mixture::Mixture;
use super::neighbours::Graph;
use super::scrambled::scrambled;
use rayon::prelude::*;

/// Where the search begins: small and large communities. The mixture decides which end is best.
const RESOLUTIONS: [f64; 5] = [3.0, 5.0, 8.0, 12.0, 18.0];
/// For whoever wants more groups than those give.
const FINER: [f64; 4] = [25.0, 50.0, 100.0, 200.0];
const FINEST: f64 = 400.0;
/// With more voices than this there is one beginning: where there is much to go by, all of them end alike, and each costs as much again.
pub(super) const MANY_VOICES: usize = 5_000;
pub(super) const RESOLUTION_OF_MANY: f64 = 8.0;
/// Sweeps after groups were merged.
const SWEEPS_AFTER: usize = 3;
/// Sweeps end when fewer than one voice in so many goes elsewhere.
const FEW_MOVES: usize = 500;

/// With more voices than this, groups are looked for in so many of them, and the others are put where they fit.
const MOST_LOOKED_AT: usize = 40_000;

/// Sweeps before groups are merged: more, or merging and sweeping once more, finds nothing that people would miss.
const SWEEPS: usize = 5;
/// To see whether about the same groups come again: they do after three sweeps or after eight.
pub(super) const ROUGH_SWEEPS: usize = 3;

/// Voices (groups of copies) and what is alike in them.
pub(super) struct Voices {
    pub(super) copies: Copies,
    /// The voices that groups are looked for in, if not all.
    chosen: Option<Vec<u32>>,
    pub(super) bags: Bags,
    /// Copies count, but less and less: 1 + ln(copies).
    pub(super) weights: Vec<f64>,
    pub(super) graph: Graph,
    pub(super) terms: usize,
    /// Words in no more voices than this do not count for the strength of the prior.
    pub(super) rarest: u32,
}

/// What was found.
#[derive(Default)]
pub(super) struct Groups {
    /// Of each voice.
    pub(super) of: Vec<u32>,
    /// From which beginning.
    pub(super) resolution: f64,
}

impl Voices {
    pub(super) fn new(posts: &Bags, terms: usize) -> Self {
        let copies = Copies::find(posts, terms);
        let all = copies.originals.len();
        let chosen = (all > MOST_LOOKED_AT).then(|| {
            let mut voices: Vec<u32> = (0..all as u32).collect();
            voices.select_nth_unstable_by_key(MOST_LOOKED_AT, |&voice| scrambled(voice.into()));
            voices.truncate(MOST_LOOKED_AT);
            voices.sort_unstable();
            voices
        });
        let weight = |&count: &u32| 1.0 + libm::log(f64::from(count));
        let (bags, weights) = match &chosen {
            None => (posts.some(&copies.originals), copies.counts.iter().map(weight).collect()),
            Some(chosen) => {
                let of = |all: &[u32]| -> Vec<u32> {
                    chosen.iter().filter_map(|&voice| all.get(voice as usize).copied()).collect()
                };
                (posts.some(&of(&copies.originals)), of(&copies.counts).iter().map(weight).collect())
            }
        };
        let graph = Graph::of_nearest(&bags, terms);
        Self { copies, chosen, bags, weights, graph, terms, rarest: 0 }
    }

    /// Which voice stands at a place of the bags.
    pub(super) fn chosen_at(&self, at: usize) -> u32 {
        self.chosen.as_ref().map_or(at as u32, |chosen| chosen.get(at).copied().unwrap_or(0))
    }

    /// Some of the voices, with all that is known of them.
    pub(super) fn some(&self, of: &[u32]) -> Self {
        Self {
            copies: Copies::default(),
            chosen: None,
            bags: self.bags.some(of),
            weights: of.iter().filter_map(|&voice| self.weights.get(voice as usize).copied()).collect(),
            graph: self.graph.some(of),
            terms: self.terms,
            rarest: self.rarest,
        }
    }

    /// Groups of the voices.
    pub(super) fn mixture(&self, of: Vec<u32>) -> Mixture<'_> {
        Mixture::new(&self.bags, &self.weights, (self.terms, self.rarest), of)
    }

    /// The group of each voice, numbered from 0 in the order of their first voices.
    pub(super) fn groups(&self, until: Until) -> Groups {
        let few = self.beginnings(until);
        let ends: Vec<(f64, Vec<u32>)> =
            few.par_iter().map(|&resolution| self.groups_from(resolution, until, SWEEPS)).collect();
        let mut best = (f64::NEG_INFINITY, Groups::default());
        for (resolution, (evidence, of)) in few.into_iter().zip(ends) {
            if evidence > best.0 {
                best = (evidence, Groups { of, resolution });
            }
        }
        best.1
    }

    /// Where to begin. Whoever wants so many groups needs a beginning that has as many.
    fn beginnings(&self, until: Until) -> Vec<f64> {
        let few = if self.bags.len() <= MANY_VOICES { RESOLUTIONS.as_slice() } else { &[RESOLUTION_OF_MANY] };
        let Until::Groups(wanted) = until else { return few.to_vec() };
        let is_enough = |resolution: f64| {
            let begin = communities(&self.graph, resolution);
            let mixture = self.mixture(begin);
            mixture.groups.iter().filter(|group| group.posts >= SMALL).count() >= wanted
        };
        let enough: Vec<f64> = few.iter().copied().filter(|&resolution| is_enough(resolution)).collect();
        if !enough.is_empty() {
            return enough;
        }
        vec![FINER.into_iter().find(|&resolution| is_enough(resolution)).unwrap_or(FINEST)]
    }

    /// Groups, and the evidence for them, from one beginning.
    pub(super) fn groups_from(&self, resolution: f64, until: Until, sweeps: usize) -> (f64, Vec<u32>) {
        let mut mixture = self.mixture(communities(&self.graph, resolution));
        if until == Until::Gain {
            sweep(&mut mixture, sweeps);
        }
        merge(&mut mixture, &self.graph, until);
        // Posts left to themselves go back to as few groups as the evidence is for.
        if until == Until::Gain {
            sweep(&mut mixture, SWEEPS_AFTER);
        }
        mixture.count();
        (mixture.evidence(), mixture.of)
    }
}

fn sweep(mixture: &mut Mixture<'_>, times: usize) {
    for _ in 0..times {
        if mixture.sweep() * FEW_MOVES < mixture.of.len() {
            break;
        }
    }
}
