//! From a candidate to the words of a rule: those that together find its posts and few others.
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of posts and terms come from the corpus and lie below the lengths"
)]

use super::bags::Bags;
use super::corpus::Corpus;
use super::keywords::least_lift;

/// Terms of which any is enough: what a person can read and check.
const MOST_TERMS: usize = 12;
/// Terms that no post may have.
const MOST_EXCEPTIONS: usize = 4;
/// Terms looked at: the best by themselves.
const LOOKED_AT: usize = 200;
/// A term must make the rule better by so much (F1).
const LEAST_GAIN: f64 = 0.01;
/// Of the posts that have a term, so many must be the candidate's: what most others say too is no sign of it.
const LEAST_PRECISION: f64 = 0.5;
/// Of the posts that an exception takes out, so many must be no posts of the candidate.
const LEAST_WRONG: f64 = 0.8;
/// And that must be more than chance gives a candidate of this size: the value of chi-square that chance exceeds one time in a hundred.
const SIGNIFICANT: f64 = 6.63;
/// A term must have so many posts: what one or two say is a chance.
const FEWEST_POSTS: u32 = 3;
/// A word that every post must have stands in so many of the candidate's posts.
const LEAST_COMMON: f64 = 0.5;

/// A rule that finds a candidate's posts, as a theory has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Any of these, the most useful first.
    pub any: Vec<String>,
    /// And all of these.
    pub all: Vec<String>,
    /// But none of these.
    pub none: Vec<String>,
}

/// Finds rules among the posts of a corpus.
#[derive(Debug)]
pub struct RuleSearch<'a> {
    corpus: &'a Corpus,
    bags: Bags,
    /// Posts that have each term.
    frequencies: Vec<u32>,
}

impl<'a> RuleSearch<'a> {
    /// Prepares for many searches.
    pub fn new(corpus: &'a Corpus) -> Self {
        let bags = corpus.telling();
        let frequencies = bags.frequencies(corpus.terms());
        Self { corpus, bags, frequencies }
    }

    /// The rule that finds these posts best: of each post whether it is to be found.
    ///
    /// Greedy: each time the term that raises F1, the harmonic mean of precision and recall, the most; first of `any`, then one of `all`, then
    /// those of `none`. Without a term that is a sign of them the rule is empty.
    pub fn find(&self, is_member: &[bool]) -> Rule {
        let members = is_member.iter().filter(|is| **is).count();
        let inside = self.count(is_member);
        let signs = self.signs(&inside, members, is_member.len());
        let posts_of = self.posts_of(&signs);
        let mut hits = Hits::new(is_member);
        let mut any: Vec<u32> = Vec::new();
        while any.len() < MOST_TERMS {
            let better = |posts: &Vec<u32>| hits.with(posts);
            let Some(at) = best(&posts_of, hits.f1(), better) else { break };
            hits.add(&posts_of[at]);
            any.push(signs[at]);
        }
        let (mut all, mut none) = (Vec::new(), Vec::new());
        if !any.is_empty() {
            all = self.needed(&mut hits, &inside, &any);
            none = self.exceptions(&mut hits);
        }
        Rule { any: self.words(&any), all: self.words(&all), none: self.words(&none) }
    }

    /// How many of some posts have each term.
    fn count(&self, is_counted: &[bool]) -> Vec<u32> {
        let mut counts = vec![0; self.corpus.terms()];
        for (bag, _) in self.bags.iter().zip(is_counted).filter(|(_, is)| **is) {
            for used in bag {
                counts[used.term as usize] += 1;
            }
        }
        counts
    }

    /// Terms that are signs of the candidate, the best by themselves first.
    fn signs(&self, inside: &[u32], members: usize, posts: usize) -> Vec<u32> {
        // Where a candidate is half of all posts, every word is its own by half.
        let share = members as f64 / posts as f64;
        let least = LEAST_PRECISION.max(least_lift(share) * share);
        let alone = |(inside, all): (&u32, &u32)| {
            let (hits, all_posts) = (f64::from(*inside), f64::from(*all));
            let is_sign = *inside >= FEWEST_POSTS && hits >= least * all_posts;
            if is_sign && surprise(hits, all_posts, share) >= SIGNIFICANT {
                f1(u64::from(*inside), u64::from(*all), members as u64)
            } else {
                0.0
            }
        };
        let mut terms: Vec<(f64, u32)> = inside.iter().zip(&self.frequencies).map(alone).zip(0..).collect();
        terms.retain(|(f1, _)| *f1 > 0.0);
        terms.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        terms.into_iter().take(LOOKED_AT).map(|(_, term)| term).collect()
    }

    /// Of each of these terms its posts.
    fn posts_of(&self, terms: &[u32]) -> Vec<Vec<u32>> {
        let mut places = vec![None; self.corpus.terms()];
        for (at, &term) in terms.iter().enumerate() {
            places[term as usize] = Some(at);
        }
        let mut posts = vec![Vec::new(); terms.len()];
        for (post, bag) in (0..).zip(self.bags.iter()) {
            for at in bag.iter().filter_map(|used| places[used.term as usize]) {
                posts[at].push(post);
            }
        }
        posts
    }

    /// The word without which a post is better not found, if there is one.
    fn needed(&self, hits: &mut Hits<'_>, inside: &[u32], any: &[u32]) -> Vec<u32> {
        let least = LEAST_COMMON * hits.members as f64;
        let share = hits.members as f64 / self.bags.len() as f64;
        // What all posts say tells nothing, and other spellings of a word would each have to be there.
        let is_fit = |term: u32, count: f64| {
            count >= least_lift(share) * share * f64::from(self.frequencies[term as usize])
                && self.corpus.spellings(term).len() == 1
                && !any.contains(&term)
        };
        let common = (0..)
            .zip(inside)
            .filter(|&(term, &count)| f64::from(count) >= least && is_fit(term, count.into()));
        let terms: Vec<u32> = common.map(|(term, _)| term).collect();
        let posts_of = self.posts_of(&terms);
        let Some(at) = best(&posts_of, hits.f1(), |posts| hits.only(posts)) else { return Vec::new() };
        hits.keep(&posts_of[at]);
        vec![terms[at]]
    }

    /// Words of posts that are better not found.
    fn exceptions(&self, hits: &mut Hits<'_>) -> Vec<u32> {
        let mut terms = Vec::new();
        while terms.len() < MOST_EXCEPTIONS {
            let found = self.count(&hits.is_found);
            let right: Vec<bool> = hits.is_found.iter().zip(hits.is_member).map(|(a, b)| *a && *b).collect();
            let right = self.count(&right);
            let is_wrong = |&(_, (found, right)): &(u32, (&u32, &u32))| {
                found - right >= FEWEST_POSTS && f64::from(found - right) >= LEAST_WRONG * f64::from(*found)
            };
            let wrong: Vec<u32> =
                (0..).zip(found.iter().zip(&right)).filter(is_wrong).map(|(term, _)| term).collect();
            let posts_of = self.posts_of(&wrong);
            let Some(at) = best(&posts_of, hits.f1(), |posts| hits.without(posts)) else { break };
            hits.remove(&posts_of[at]);
            terms.push(wrong[at]);
        }
        terms
    }

    fn words(&self, terms: &[u32]) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for spelling in terms.iter().flat_map(|&term| self.corpus.spellings(term)) {
            if !words.contains(&spelling) {
                words.push(spelling);
            }
        }
        words
    }
}

/// Which of some makes a rule that had this F1 the best, if any does by enough; of equals the first.
fn best(posts_of: &[Vec<u32>], before: f64, then: impl Fn(&Vec<u32>) -> f64) -> Option<usize> {
    let mut best = (before + LEAST_GAIN, None);
    for (at, posts) in posts_of.iter().enumerate() {
        let f1 = then(posts);
        if f1 > best.0 {
            best = (f1, Some(at));
        }
    }
    best.1
}

/// What a rule finds so far.
struct Hits<'a> {
    is_member: &'a [bool],
    is_found: Vec<bool>,
    members: u64,
    found: u64,
    right: u64,
}

impl<'a> Hits<'a> {
    fn new(is_member: &'a [bool]) -> Self {
        let members = is_member.iter().filter(|is| **is).count() as u64;
        Self { is_member, is_found: vec![false; is_member.len()], members, found: 0, right: 0 }
    }

    fn f1(&self) -> f64 {
        f1(self.right, self.found, self.members)
    }

    /// Of posts that are found, or are not yet, how many, and how many of them rightly.
    fn part(&self, posts: &[u32], is_found: bool) -> (u64, u64) {
        let posts = posts.iter().filter(|post| self.is_found[**post as usize] == is_found);
        posts.fold((0, 0), |(all, right), &post| (all + 1, right + u64::from(self.is_member[post as usize])))
    }

    fn with(&self, posts: &[u32]) -> f64 {
        let (more, right) = self.part(posts, false);
        f1(self.right + right, self.found + more, self.members)
    }

    fn only(&self, posts: &[u32]) -> f64 {
        let (found, right) = self.part(posts, true);
        f1(right, found, self.members)
    }

    fn without(&self, posts: &[u32]) -> f64 {
        let (less, right) = self.part(posts, true);
        f1(self.right - right, self.found - less, self.members)
    }

    fn add(&mut self, posts: &[u32]) {
        let (more, right) = self.part(posts, false);
        self.found += more;
        self.right += right;
        for &post in posts {
            self.is_found[post as usize] = true;
        }
    }

    fn remove(&mut self, posts: &[u32]) {
        let (less, right) = self.part(posts, true);
        self.found -= less;
        self.right -= right;
        for &post in posts {
            self.is_found[post as usize] = false;
        }
    }

    fn keep(&mut self, posts: &[u32]) {
        (self.found, self.right) = self.part(posts, true);
        let before = std::mem::replace(&mut self.is_found, vec![false; self.is_member.len()]);
        for &post in posts {
            self.is_found[post as usize] = before[post as usize];
        }
    }
}

/// How surprising it is that so many of all posts with a term are the candidate's, which has this share of posts: the log-likelihood ratio
/// (Dunning, "Accurate methods for the statistics of surprise and coincidence", 1993), which is about chi-square with one degree of freedom.
fn surprise(inside: f64, all: f64, share: f64) -> f64 {
    let part =
        |count: f64, expected: f64| if count > 0.0 { count * libm::log(count / expected) } else { 0.0 };
    2.0 * (part(inside, all * share) + part(all - inside, all * (1.0 - share)))
}

/// Of so many found, so many are right, of so many that there are.
fn f1(right: u64, found: u64, members: u64) -> f64 {
    if right == 0 { 0.0 } else { 2.0 * right as f64 / (found + members) as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(posts: &[(&str, u32)], of: u32) -> Rule {
        let mut corpus = Corpus::default();
        for (text, _) in posts {
            corpus.add(text, "x", std::iter::empty(), 0);
        }
        let is_member: Vec<bool> = posts.iter().map(|post| post.1 == of).collect();
        RuleSearch::new(&corpus).find(&is_member)
    }

    #[test]
    fn a_rule_has_the_words_that_find_a_candidate_and_no_others() {
        let posts = [
            ("a mole in the agency", 0),
            ("mole hunt", 0),
            ("the insider again", 0),
            ("moles everywhere", 0),
            ("the insider did it", 0),
            ("an insider, a mole", 0),
            ("the agency counts seeds", 1),
            ("seeds of the agency", 1),
            ("agency seeds", 1),
        ];
        let posts: Vec<(&str, u32)> = posts.into_iter().chain([("rain tomorrow", 3); 12]).collect();
        assert_eq!(rule(&posts, 0).any, ["mole", "moles", "insider"]);
        assert_eq!(rule(&posts, 1), Rule { any: vec!["seeds".into()], ..Rule::default() });
        assert_eq!(rule(&posts, 2), Rule::default());
    }

    #[test]
    fn surprise_grows_with_counts_and_is_none_where_shares_are_the_same() {
        assert!(surprise(5.0, 10.0, 0.5).abs() < 1e-9);
        assert!((surprise(4.0, 4.0, 0.5) - 8.0 * std::f64::consts::LN_2).abs() < 1e-9);
        assert!(surprise(8.0, 8.0, 0.5) > 2.0 * surprise(4.0, 4.0, 0.5) - 1e-9);
    }

    #[test]
    fn what_only_others_say_is_an_exception() {
        let posts: Vec<(&str, u32)> = [("the vault of seeds", 0); 10]
            .into_iter()
            .chain([("a vault in a bank", 1); 6])
            .chain([("rain tomorrow", 2); 20])
            .collect();
        let found = rule(&posts, 0);
        assert_eq!((found.any, found.none), (vec!["seeds".to_owned()], Vec::new()));
        // No word is all of theirs: the commonest, without what the others say.
        let posts: Vec<(&str, u32)> = [("the vault opens", 0), ("vault found", 0), ("that vault again", 0)]
            .into_iter()
            .cycle()
            .take(12)
            .chain([("a vault in a bank", 1); 6])
            .chain([("rain tomorrow", 2); 20])
            .collect();
        let found = rule(&posts, 0);
        assert_eq!((found.any, found.none), (vec!["vault".to_owned()], vec!["bank".to_owned()]));
    }

    #[test]
    fn what_all_of_them_say_may_be_needed() {
        let posts: Vec<(&str, u32)> = [("arctic seeds", 0), ("arctic vault", 0)]
            .into_iter()
            .cycle()
            .take(40)
            .chain([("seeds for my garden", 1), ("a bank vault", 1)].into_iter().cycle().take(12))
            .chain([("arctic rain", 2); 50])
            .chain([("rain tomorrow", 3); 40])
            .collect();
        let found = rule(&posts, 0);
        assert_eq!(
            (found.any, found.all),
            (vec!["seeds".to_owned(), "vault".to_owned()], vec!["arctic".to_owned()])
        );
    }
}
