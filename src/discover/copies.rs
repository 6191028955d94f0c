//! Posts that say the same: exact copies, reposts, and copies with a word changed. A group of copies is one voice for what belongs together,
//! however often it was passed on; otherwise whatever is copied most would be a theory of its own.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]

use super::bags::Bags;
use super::scrambled::scrambled;
use std::collections::HashMap;

/// Terms in common, of all terms of the two (Jaccard), from which on a post is a copy of another.
const COPY: f64 = 0.8;
/// A post is compared with so many earlier posts at most: those of its rarest terms, the newest first. Copies come close together; the bound is
/// for a text that half of all posts begin with.
const MAX_COMPARED: usize = 64;

/// Which posts are copies of which.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies {
    /// For each post its group; `None` for a post without terms.
    pub(super) of: Vec<Option<u32>>,
    /// The first post of each group, which stands for it.
    pub(super) originals: Vec<u32>,
    /// How many posts each group has.
    pub(super) counts: Vec<u32>,
}

/// A voice as it stands in the list of a term: enough to see of most that they are too different.
struct Entry {
    group: u32,
    terms: u32,
    marks: u64,
}

impl Copies {
    /// Groups posts in their order: each joins the earlier one that it is most like, if it is like enough (first among equals).
    ///
    /// Two sets of which one has n terms can be so alike only if they share one of the first n - ⌈0.8 n⌉ + 1 terms in any fixed order of all
    /// terms; by rarity, few posts do (prefix filter: Chaudhuri, Ganti, Kaushik, "A primitive operator for similarity joins", 2006).
    pub(super) fn find(bags: &Bags, terms: usize) -> Self {
        let frequencies = bags.frequencies(terms);
        let rarity = |term: u32| (frequencies.get(term as usize).copied().unwrap_or(0), term);
        let mut copies = Self::default();
        let mut exact: HashMap<Box<[u32]>, u32> = HashMap::new();
        let mut by_term: Vec<Vec<Entry>> = Vec::new();
        by_term.resize_with(terms, Vec::new);
        let mut rare = Vec::new();
        for (at, bag) in bags.iter().enumerate() {
            let set: Box<[u32]> = bag.iter().map(|used| used.term).collect();
            if set.is_empty() {
                copies.of.push(None);
                continue;
            }
            rare.clear();
            rare.extend_from_slice(&set);
            rare.sort_unstable_by_key(|&term| rarity(term));
            rare.truncate(prefix(set.len()));
            let known = exact.get(&set).copied().or_else(|| copies.nearest(bags, &set, &rare, &by_term));
            let group = known.unwrap_or_else(|| {
                let group = copies.originals.len() as u32;
                let (terms, marks) = (set.len() as u32, marks(&set));
                for &term in &rare {
                    let Some(list) = by_term.get_mut(term as usize) else { continue };
                    // Only the newest are looked at.
                    if list.len() >= 2 * MAX_COMPARED {
                        list.drain(..MAX_COMPARED);
                    }
                    list.push(Entry { group, terms, marks });
                }
                copies.originals.push(at as u32);
                copies.counts.push(0);
                group
            });
            exact.entry(set).or_insert(group);
            copies.of.push(Some(group));
            if let Some(count) = copies.counts.get_mut(group as usize) {
                *count += 1;
            }
        }
        copies
    }

    /// The group whose first post has most in common with a set of terms.
    fn nearest(&self, bags: &Bags, set: &[u32], rare: &[u32], by_term: &[Vec<Entry>]) -> Option<u32> {
        let mut best: Option<(f64, u32)> = None;
        let own = marks(set);
        let lists = rare.iter().filter_map(|&term| by_term.get(term as usize));
        for entry in lists.flat_map(|list| list.iter().rev().take(MAX_COMPARED)) {
            let both = set.len() + entry.terms as usize;
            let most = set
                .len()
                .min(entry.terms as usize)
                .min(set.len() - (own & !entry.marks).count_ones() as usize);
            if (most as f64) < COPY * (both - most) as f64 {
                continue;
            }
            let original = bags.get(*self.originals.get(entry.group as usize)? as usize);
            let common = original.iter().filter(|used| set.binary_search(&used.term).is_ok()).count();
            let alike = common as f64 / (both - common) as f64;
            let is_better =
                best.is_none_or(|(most, first)| alike.total_cmp(&most).then(first.cmp(&entry.group)).is_gt());
            if alike >= COPY && is_better {
                best = Some((alike, entry.group));
            }
        }
        best.map(|(_, group)| group)
    }
}

/// One bit for each term: a bit that another set has not is a term that it has not.
fn marks(set: &[u32]) -> u64 {
    set.iter().fold(0, |marks, &term| marks | 1 << (scrambled(term.into()) >> 58))
}

/// How many of the rarest of so many terms a copy must have one of.
fn prefix(terms: usize) -> usize {
    (0..=terms).rev().take_while(|&common| common as f64 >= COPY * terms as f64).count()
}

#[cfg(test)]
mod tests {
    use super::super::bags::Use;
    use super::*;

    fn groups(posts: &[&[u32]]) -> Vec<Option<u32>> {
        let mut bags = Bags::default();
        for post in posts {
            bags.push(post.iter().map(|&term| Use { term, times: 1 }));
        }
        Copies::find(&bags, 100).of
    }

    #[test]
    fn what_differs_in_a_word_of_nine_is_a_copy() {
        let nine: Vec<u32> = (0..9).collect();
        // Eight terms in common of ten, then seven of eleven.
        let changed: Vec<u32> = (1..9).chain([50]).collect();
        let more_changed: Vec<u32> = (2..9).chain([50, 51]).collect();
        assert_eq!(groups(&[&nine, &nine, &changed, &[]]), [Some(0), Some(0), Some(0), None]);
        assert_eq!(groups(&[&nine, &more_changed, &more_changed]), [Some(0), Some(1), Some(1)]);
    }

    #[test]
    fn a_copy_of_two_belongs_to_what_it_is_most_like() {
        let long: Vec<u32> = (0..20).collect();
        let near: Vec<u32> = (0..18).collect();
        let nearer: Vec<u32> = (0..15).chain([40]).collect();
        assert_eq!(
            groups(&[&long, &(0..14).chain([40]).collect::<Vec<_>>(), &nearer, &near]),
            [Some(0), Some(1), Some(1), Some(0)]
        );
    }
}
