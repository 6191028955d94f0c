//! Smaller groups within candidates. Of few posts the evidence is for few groups, and a person who reads them sees more: these are what may be
//! seen, with how often it came again, and never there where there are no candidates.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of voices and groups are made here and lie below the lengths"
)]

use super::described::{About, Candidate, Cut, FEWEST_OF_CANDIDATE};
use super::merging::Until;
use std::cmp::Reverse;

/// Parts are looked for where there are fewer candidates than a person reads at once.
pub const READ_AT_ONCE: usize = 10;
/// And fewer voices than this: with more there is evidence enough, and what is smaller is mostly chance.
const FEW_VOICES: usize = 1_500;
/// So many voices for each part that is looked for: with fewer there is little to see that they have in common.
const VOICES_OF_PART: usize = 9;
/// And no more parts than this.
const MOST_PARTS: usize = 30;
/// What is less of its candidate is mostly chance (a planted campaign has such groups in plenty), and what is more is the candidate again.
const PART_OF_CANDIDATE: std::ops::Range<f64> = 0.05..0.8;
/// A part must have come again so often when a tenth of the voices was left out. Noise hardly ever does.
const LEAST_STEADY: f64 = 0.3;

/// Adds parts to candidates; gives the part of each post. `of_voice` has the candidate of each voice.
pub(super) fn add_parts(
    about: &About<'_>,
    candidates: &mut [Candidate],
    of_voice: &[Option<u32>],
) -> Vec<Option<u32>> {
    let voices = about.voices;
    let (posts, count, known) = (voices.copies.of.len(), voices.bags.len(), candidates.len());
    let wanted = (count / VOICES_OF_PART).min(MOST_PARTS);
    if known == 0 || known >= READ_AT_ONCE || count > FEW_VOICES || wanted <= known {
        return vec![None; posts];
    }
    let cut = Cut::new(voices, Until::Groups(wanted));
    let candidate_of = |at: usize| of_voice[voices.chosen_at(at) as usize];
    // Where most of a group lies, it is a part.
    let mut shared = vec![vec![0_usize; known]; cut.sizes.len()];
    for (at, &group) in cut.of.iter().enumerate() {
        if let Some(candidate) = candidate_of(at) {
            shared[group as usize][candidate as usize] += 1;
        }
    }
    let whole = |group: usize| -> Option<u32> {
        let (sure, shared) = (&cut.sureness[group], &shared[group]);
        let of = (0..known).max_by_key(|&at| (shared[at], Reverse(at)))?;
        let part = shared[of] as f64 / candidates[of].voices as f64;
        let is_part = shared[of] >= FEWEST_OF_CANDIDATE
            && 2 * shared[of] > cut.sizes[group]
            && PART_OF_CANDIDATE.contains(&part)
            && f64::from(sure.survived) >= LEAST_STEADY * f64::from(sure.tried);
        is_part.then_some(of as u32)
    };
    let whole: Vec<Option<u32>> = (0..cut.sizes.len()).map(whole).collect();
    let mut parts: Vec<Option<u32>> = vec![None; of_voice.len()];
    for (at, &group) in cut.of.iter().enumerate() {
        let is_in = whole[group as usize].is_some() && whole[group as usize] == candidate_of(at);
        parts[voices.chosen_at(at) as usize] = is_in.then_some(group);
    }
    let described = about.describe(&cut, &cut.mixture(voices), &parts);
    let mut of_part = vec![0; described.candidates.len()];
    for (part, of) in described.of_voice.iter().zip(of_voice) {
        if let (Some(part), Some(of)) = (part, of) {
            of_part[*part as usize] = *of as usize;
        }
    }
    let mut numbers = vec![0; described.candidates.len()];
    for ((part, &of), number) in described.candidates.into_iter().zip(&of_part).zip(&mut numbers) {
        let parts = &mut candidates[of].parts;
        *number = parts.len() as u32;
        parts.push(part);
    }
    described.of.into_iter().map(|of| Some(numbers[of? as usize])).collect()
}
