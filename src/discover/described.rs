//! Groups of voices with their words, their sureness and the posts nearest to their centre.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of posts, voices and groups are made here and lie below the lengths"
)]

use super::bags::Bags;
use super::check::{Sureness, check};
use super::corpus::Corpus;
use super::grouping::Voices;
use super::keywords::{Keyword, keywords};
use super::merging::Until;
use super::mixture::Mixture;
use super::scrambled::scrambled;

/// A candidate needs so many voices: what one or two say is not yet a theory of many.
pub(super) const FEWEST_OF_CANDIDATE: usize = 3;
/// Voices handed out for a closer look: enough for shares of them, few enough to read.
const LOOKED_AT: usize = 100;
/// Posts that have so much in common (Jaccard) show the same.
const ALIKE: f64 = 0.4;
/// Posts shown of each.
const EXAMPLES: usize = 3;

/// A theory that posts may be about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    /// What tells its posts from others, the most telling first.
    pub keywords: Vec<Keyword>,
    /// Its posts, copies included.
    pub posts: u64,
    /// Its voices: posts that are no copies of each other.
    pub voices: u64,
    /// The posts nearest to its centre, each of another author: their places in the corpus.
    pub examples: Vec<u32>,
    /// Some of its voices, by chance and in order: for a closer look.
    pub sample: Vec<u32>,
    /// Times it came again when a tenth of the voices was left out.
    pub survived: u32,
    /// Of so many.
    pub tried: u32,
    /// Whether it says more about voices it has not seen than chance would.
    pub is_more_than_chance: bool,
    /// Smaller groups in it, by number of posts: shakier, and there only where there are few candidates.
    pub parts: Vec<Candidate>,
}

/// Groups of voices, and how sure each is.
pub(super) struct Cut {
    /// Of each voice.
    pub(super) of: Vec<u32>,
    /// Voices of each group.
    pub(super) sizes: Vec<usize>,
    pub(super) sureness: Vec<Sureness>,
}

impl Cut {
    pub(super) fn new(voices: &Voices, until: Until) -> Self {
        let found = voices.groups(until);
        let groups = found.of.iter().max().map_or(0, |most| *most as usize + 1);
        let sureness = check(voices, &found.of, groups, found.resolution, until);
        let mut sizes = vec![0; groups];
        found.of.iter().for_each(|&group| sizes[group as usize] += 1);
        Self { of: found.of, sizes, sureness }
    }

    pub(super) fn mixture<'a>(&self, voices: &'a Voices) -> Mixture<'a> {
        voices.mixture(self.of.clone())
    }
}

/// What groups are made of.
pub(super) struct About<'a> {
    pub(super) corpus: &'a Corpus,
    pub(super) bags: &'a Bags,
    pub(super) voices: &'a Voices,
}

/// Groups with their words, in order.
pub(super) struct Described {
    pub(super) candidates: Vec<Candidate>,
    /// Of each post.
    pub(super) of: Vec<Option<u32>>,
    /// Of each voice.
    pub(super) of_voice: Vec<Option<u32>>,
}

impl About<'_> {
    /// The groups that have voices, by number of posts, the most first; of equals the one that begins first.
    pub(super) fn describe(&self, cut: &Cut, mixture: &Mixture<'_>, of_voice: &[Option<u32>]) -> Described {
        let Self { corpus, bags, voices } = self;
        let posts: Vec<Option<u32>> =
            voices.copies.of.iter().map(|voice| of_voice[(*voice)? as usize]).collect();
        let order = by_size(&posts, cut.sizes.len());
        let mut names = vec![None; cut.sizes.len()];
        order.iter().enumerate().for_each(|(new, &(_, group))| names[group as usize] = Some(new as u32));
        let renamed = |of: &Option<u32>| of.and_then(|group| names[group as usize]);
        let of: Vec<Option<u32>> = posts.iter().map(renamed).collect();
        let of_voice: Vec<Option<u32>> = of_voice.iter().map(renamed).collect();
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); order.len()];
        for (voice, group) in of_voice.iter().enumerate() {
            if let Some(group) = group {
                members[*group as usize].push(voices.copies.originals[voice]);
            }
        }
        let words = keywords(corpus, bags, &of, &members, &voices.copies.originals);
        let candidate = |(posts, group): (u64, u32), members: &[u32], keywords: Vec<Keyword>| {
            let sure = &cut.sureness[group as usize];
            let is_member =
                |voice: u32| of_voice[voice as usize].is_some_and(|of| order[of as usize].1 == group);
            Candidate {
                keywords,
                posts,
                voices: members.len() as u64,
                sample: sample(members),
                examples: examples((corpus, bags), voices, mixture, group, is_member),
                survived: sure.survived,
                tried: sure.tried,
                is_more_than_chance: sure.is_more_than_chance(),
                parts: Vec::new(),
            }
        };
        let groups = order.iter().zip(&members).zip(words);
        let candidates = groups.map(|((group, members), words)| candidate(*group, members, words)).collect();
        Described { candidates, of, of_voice }
    }
}

/// Some posts of many, by chance, in their order.
fn sample(posts: &[u32]) -> Vec<u32> {
    let mut some = posts.to_vec();
    some.sort_unstable_by_key(|&post| scrambled(post.into()));
    some.truncate(LOOKED_AT);
    some.sort_unstable();
    some
}

/// Groups by number of posts, then by their first; with the number.
fn by_size(posts: &[Option<u32>], groups: usize) -> Vec<(u64, u32)> {
    let mut found: Vec<(u64, usize)> = vec![(0, usize::MAX); groups];
    for (post, group) in posts.iter().enumerate() {
        if let Some(group) = group {
            let found = &mut found[*group as usize];
            found.0 += 1;
            found.1 = found.1.min(post);
        }
    }
    let mut order: Vec<u32> = (0..groups as u32).filter(|&group| found[group as usize].0 > 0).collect();
    order.sort_by_key(|&group| (std::cmp::Reverse(found[group as usize].0), found[group as usize].1));
    order.into_iter().map(|group| (found[group as usize].0, group)).collect()
}

/// The posts that a group fits best, each of another author, and as far as there are any each saying something else.
fn examples(
    (corpus, bags): (&Corpus, &Bags),
    voices: &Voices,
    mixture: &Mixture<'_>,
    group: u32,
    is_member: impl Fn(u32) -> bool,
) -> Vec<u32> {
    let members = mixture.of.iter().enumerate().filter(|(_, of)| **of == group);
    let mut fits: Vec<(f64, u32)> = members
        .map(|(at, _)| (at, voices.chosen_at(at)))
        .filter(|(_, voice)| is_member(*voice))
        .map(|(at, voice)| (mixture.fit(at), voices.copies.originals[voice as usize]))
        .collect();
    fits.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let posts: Vec<u32> = fits.into_iter().map(|(_, post)| post).collect();
    let alike = |a: u32, b: u32| {
        let (a, b) = (bags.get(a as usize), bags.get(b as usize));
        let both =
            a.iter().filter(|used| b.binary_search_by_key(&used.term, |used| used.term).is_ok()).count();
        both as f64 >= ALIKE * (a.len() + b.len() - both) as f64
    };
    let mut examples: Vec<u32> = Vec::new();
    // What says the same again, or is by the same person, shows nothing new; if there is nothing else, it is better than nothing.
    for is_strict in [true, false] {
        for &post in &posts {
            if examples.len() == EXAMPLES {
                break;
            }
            let author = corpus.author(post);
            let is_by = |other: &u32| author != 0 && corpus.author(*other) == author;
            let is_like = |other: &u32| is_strict && alike(post, *other);
            if !examples.iter().any(|other| *other == post || is_by(other) || is_like(other)) {
                examples.push(post);
            }
        }
    }
    examples
}
