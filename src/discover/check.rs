//! How sure a group is: whether it comes again when a tenth of the voices is left out, and whether it says anything about those.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of voices and groups are made here and lie below the lengths"
)]

use super::bags::Use;
use super::grouping::{MANY_VOICES, RESOLUTION_OF_MANY, ROUGH_SWEEPS, Voices};
use super::merging::Until;
use super::mixture::Sums;
use super::scrambled::scrambled;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Each voice is left out once in so many times.
const FOLDS: u32 = 10;
/// Of many voices so few of the folds are tried: each costs about as much as all before it.
const FOLDS_OF_MANY: u32 = 1;
/// Voices in common, of all of both groups, for the one to be the other again.
const THE_SAME: f64 = 0.5;
/// A group is told from chance if what it says of voices it has not seen is above nothing by so many standard errors. In noise it is nearly
/// always below nothing, so this is rarer there than a table of the normal distribution says: `docs/methods.md` has the measured rate.
const SURE: f64 = 1.5;
/// And if it is so much, in nats a voice: a group of nearly all posts says what all say.
const LEAST_SAID: f64 = 0.05;
/// Of fewer voices left out, errors say little: then the group must have come again every time.
const FEWEST_TRIED: usize = 6;

/// What is known of a group's sureness.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sureness {
    /// Times it came again.
    pub(super) survived: u32,
    /// Of so many.
    pub(super) tried: u32,
    /// What it says about a voice it has not seen, in nats: of half of its words, given the other half, beside what all voices say.
    gains: Vec<f64>,
}

impl Sureness {
    /// Whether chance would hardly show as much.
    pub(super) fn is_more_than_chance(&self) -> bool {
        if self.gains.is_empty() {
            return false;
        }
        let count = self.gains.len() as f64;
        let mean = self.gains.iter().sum::<f64>() / count;
        if self.gains.len() < FEWEST_TRIED {
            return mean >= LEAST_SAID && self.survived == self.tried;
        }
        let squares: f64 = self.gains.iter().map(|gain| (gain - mean) * (gain - mean)).sum();
        mean >= LEAST_SAID && mean >= SURE * (squares / (count - 1.0) / count).sqrt()
    }
}

/// Tries all groups. `resolution` is that of the search that found them.
pub(super) fn check(
    voices: &Voices,
    of: &[u32],
    groups: usize,
    resolution: f64,
    until: Until,
) -> Vec<Sureness> {
    let folds = if voices.bags.len() > MANY_VOICES { FOLDS_OF_MANY } else { FOLDS };
    let tries: Vec<Tried> = (0..folds)
        .into_par_iter()
        .map(|fold| try_fold(voices, of, groups, resolution, until, fold))
        .collect();
    let mut sureness = vec![Sureness::default(); groups];
    for (survived, gains) in tries {
        for (sure, survived) in sureness.iter_mut().zip(survived) {
            sure.tried += 1;
            sure.survived += u32::from(survived);
        }
        for (group, gain) in gains {
            sureness[group as usize].gains.push(gain);
        }
    }
    sureness
}

/// Of each group whether it came again; of each voice left out, its group and what that says of it.
type Tried = (Vec<bool>, Vec<(u32, f64)>);

fn try_fold(voices: &Voices, of: &[u32], groups: usize, resolution: f64, until: Until, fold: u32) -> Tried {
    let found = without(voices, resolution, until, fold);
    let survived = survived(&found.kept, of, groups, &found.again);
    let gains = found.gains.into_iter().map(|(voice, gain)| (of[voice as usize], gain));
    (survived, gains.collect())
}

/// What groups say of voices that they have not seen, in nats a voice: a rough measure, to compare two ways of finding groups by.
pub(super) fn foretold(voices: &Voices, rarest: u32) -> f64 {
    let all: Vec<u32> = (0..voices.bags.len() as u32).collect();
    let mut voices = voices.some(&all);
    voices.rarest = rarest;
    let gains = without(&voices, RESOLUTION_OF_MANY, Until::Gain, 0).gains;
    gains.iter().map(|(_, gain)| gain).sum::<f64>() / gains.len().max(1) as f64
}

/// Groups of the voices that are not left out.
struct Without {
    kept: Vec<u32>,
    /// The group of each.
    again: Vec<u32>,
    /// Of each voice left out that has enough words, what its group says of them.
    gains: Vec<(u32, f64)>,
}

fn without(voices: &Voices, resolution: f64, until: Until, fold: u32) -> Without {
    let is_out = |voice: u32| scrambled(voice.into()) % u64::from(FOLDS) == u64::from(fold);
    let all = 0..voices.bags.len() as u32;
    let (out, kept): (Vec<u32>, Vec<u32>) = all.partition(|&voice| is_out(voice));
    let some = voices.some(&kept);
    let (_, again) = some.groups_from(resolution, until, ROUGH_SWEEPS);
    let mixture = some.mixture(again.clone());
    let totals = mixture.totals();
    let mut sums = Sums::default();
    let gains = out.iter().filter_map(|&voice| {
        let bag = voices.bags.get(voice as usize);
        let half = |odd: usize| -> Vec<Use> {
            bag.iter().enumerate().filter(|(at, _)| at % 2 == odd).map(|(_, used)| *used).collect()
        };
        let (first, second) = (half(0), half(1));
        if second.is_empty() {
            return None;
        }
        let mut said = |given: &[Use], about: &[Use]| {
            mixture.place(given, &mut sums).map_or(0.0, |group| mixture.says(group, about, &totals))
        };
        Some((voice, f64::midpoint(said(&first, &second), said(&second, &first))))
    });
    let gains = gains.collect();
    Without { kept, again, gains }
}

/// Whether each group has one among others that shares most of its voices.
fn survived(kept: &[u32], of: &[u32], groups: usize, again: &[u32]) -> Vec<bool> {
    let mut before = vec![0_u32; groups];
    let mut after: BTreeMap<u32, u32> = BTreeMap::new();
    let mut both: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for (&voice, &new) in kept.iter().zip(again) {
        let old = of[voice as usize];
        before[old as usize] += 1;
        *after.entry(new).or_default() += 1;
        *both.entry((old, new)).or_default() += 1;
    }
    let mut survived = vec![false; groups];
    for ((old, new), common) in both {
        let all = before[old as usize] + after[&new] - common;
        survived[old as usize] |= f64::from(common) >= THE_SAME * f64::from(all);
    }
    survived
}
