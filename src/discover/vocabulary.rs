//! How many words there are to choose from: with all that only one or two posts have, or without.
//!
//! The strength of the prior follows from the number of different words. Most of these are rare, and rare words are of two kinds. Of few
//! theories they are what people say besides. Where there are hundreds of small groups, the same number of rare words drowns what each has of
//! its own: then groups found without counting them foretell words far better.

use super::check::foretold;
use super::grouping::Voices;
use super::scrambled::scrambled;

/// Words in no more voices than this are rare.
const RARE: u32 = 2;
/// Not counting rare words has to foretell so many times as much …
const TIMES: f64 = 2.0;
/// … and so much more, in nats of half of a voice's words: finer groups always foretell a little better, also where people see one theory.
const MORE: f64 = 1.0;
/// Tried in so many voices at most: they say as much as all.
const TRIED: usize = 2_000;

/// The number of voices that a word must be in more of to count.
pub(super) fn rarest(voices: &Voices) -> u32 {
    let count = voices.bags.len();
    let some = (count > TRIED).then(|| {
        let mut some: Vec<u32> = (0..).take(count).collect();
        some.select_nth_unstable_by_key(TRIED, |&voice| scrambled(u64::from(voice)));
        some.truncate(TRIED);
        some.sort_unstable();
        voices.some(&some)
    });
    let tried = some.as_ref().unwrap_or(voices);
    let (all, common) = rayon::join(|| foretold(tried, 0), || foretold(tried, RARE));
    if common >= TIMES * all && common - all >= MORE { RARE } else { 0 }
}
