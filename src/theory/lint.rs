//! Rules that say nothing: terms that match no post or nearly every post, and terms that another term makes useless.

use super::compile::List;
use super::matcher::{Matcher, PostText, Scratch};
use super::term::Term;
use crate::project::{Campaign, Theory};
use crate::text::tags;
use std::fmt;

/// Share of the posts from which on a term or theory tells nothing apart any more.
pub const NEARLY_ALL: f64 = 0.6;

/// How many posts each term matches on its own, counted one post at a time; counts of several threads can be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermCounts {
    posts: u64,
    theories: Vec<u64>,
    terms: Vec<Vec<u64>>,
    found: Vec<u16>,
}

/// Something about the rules that a person should look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Lint {
    /// Id of the theory.
    pub theory: String,
    /// The term as written; `None` where it is about the whole theory.
    pub term: Option<String>,
    /// What it is.
    pub kind: LintKind,
}

/// What there is to look at.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LintKind {
    /// No post matches.
    MatchesNothing {
        /// Of so many posts.
        posts: u64,
    },
    /// At least [`NEARLY_ALL`] of the posts match.
    MatchesNearlyAll {
        /// So many posts match.
        matched: u64,
        /// Of so many posts.
        posts: u64,
    },
    /// The same term stands there twice, perhaps written otherwise.
    Duplicate {
        /// The list of the first.
        list: List,
    },
    /// The term is a tag or word of the campaign itself, so it matches the posts for which they were selected.
    IsSelection,
    /// Wherever the term matches, another term of the same list does.
    Shadowed {
        /// The shorter term, as written.
        by: String,
    },
}

impl TermCounts {
    /// All zero.
    pub fn new(matcher: &Matcher) -> Self {
        let rules = &matcher.compiled.rules;
        let terms = rules.iter().map(|rule| vec![0; rule.positive.len()]).collect();
        Self { posts: 0, theories: vec![0; rules.len()], terms, found: Vec::new() }
    }

    /// Adds the counts of another thread.
    pub fn add(&mut self, other: &Self) {
        let sum = |to: &mut [u64], from: &[u64]| to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        self.posts += other.posts;
        sum(&mut self.theories, &other.theories);
        self.terms.iter_mut().zip(&other.terms).for_each(|(to, from)| sum(to, from));
    }

    /// How many posts were counted.
    pub fn posts(&self) -> u64 {
        self.posts
    }

    /// How many of them are in the theory.
    pub fn theory(&self, theory: usize) -> u64 {
        self.theories.get(theory).copied().unwrap_or(0)
    }

    /// How many of them each positive term of the theory matches, in the order `any`, `all`, `regex`.
    pub fn terms(&self, theory: usize) -> &[u64] {
        self.terms.get(theory).map_or(&[], Vec::as_slice)
    }
}

impl Matcher {
    /// Counts one post: every positive term that matches on its own, and every theory.
    pub fn count_terms(&self, post: PostText<'_>, scratch: &mut Scratch, counts: &mut TermCounts) {
        counts.posts += 1;
        let terms = &mut counts.terms;
        self.positive_terms_of(post, scratch, |theory, place| {
            if let Some(count) = terms.get_mut(theory).and_then(|terms| terms.get_mut(place)) {
                *count += 1;
            }
        });
        self.theories_of(post, scratch, &mut counts.found);
        for theory in &counts.found {
            if let Some(count) = counts.theories.get_mut(usize::from(*theory)) {
                *count += 1;
            }
        }
    }
}

/// What a person should look at in the rules of a campaign; with counts also what the posts say about them.
pub fn lint(campaign: &Campaign, counts: Option<&TermCounts>) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (at, theory) in campaign.theories.iter().enumerate() {
        let mut push = |term: Option<&str>, kind| {
            lints.push(Lint { theory: theory.id.clone(), term: term.map(str::to_owned), kind });
        };
        lint_written(campaign, theory, &mut push);
        if let Some(counts) = counts.filter(|counts| counts.posts > 0) {
            lint_counted(theory, counts, at, &mut push);
        }
    }
    lints
}

fn lint_written(campaign: &Campaign, theory: &Theory, push: &mut impl FnMut(Option<&str>, LintKind)) {
    let selection: Vec<String> = campaign
        .tags
        .iter()
        .filter_map(|tag| tags::normalise(tag).map(Term::Tag))
        .chain(campaign.words.iter().filter_map(|word| Term::parse(word).ok()))
        .map(|term| term.canonical())
        .collect();
    let mut seen: Vec<(List, &str, Term, String)> = Vec::new();
    for list in List::ALL {
        for written in list.of(theory) {
            let Ok(term) = list.parse(written) else { continue };
            let canonical = term.canonical();
            if let Some((first, ..)) = seen.iter().find(|(.., known)| *known == canonical) {
                push(Some(written), LintKind::Duplicate { list: *first });
            } else if list != List::None && selection.contains(&canonical) {
                push(Some(written), LintKind::IsSelection);
            }
            seen.push((list, written, term, canonical));
        }
    }
    for (list, written, term, canonical) in &seen {
        let shorter = seen.iter().find(|(other_list, _, other, other_canonical)| {
            other_list == list && other_canonical != canonical && *list != List::All && shadows(other, term)
        });
        if let Some((_, by, ..)) = shorter {
            push(Some(written), LintKind::Shadowed { by: (*by).to_owned() });
        }
    }
}

/// Whether `short` matches wherever `long` does.
fn shadows(short: &Term, long: &Term) -> bool {
    let ((Term::Phrase(short) | Term::Prefix(short), Term::Phrase(long) | Term::Prefix(long))
    | (Term::Url(short), Term::Url(long))) = (short, long)
    else {
        return false;
    };
    // Signs belong to the term as written; only terms of plain words are compared.
    let plain = [short, long].iter().all(|literal| literal.lead.is_empty() && literal.trail.is_empty());
    let Some((last, whole)) = short.words.split_last() else { return false };
    if !plain || short.words.len() > long.words.len() {
        return false;
    }
    long.words.windows(short.words.len()).enumerate().any(|(at, window)| {
        let is_end = at + short.words.len() == long.words.len();
        let Some((window_last, window_whole)) = window.split_last() else { return false };
        let last_matches = if short.goes_on {
            window_last.starts_with(last.as_str())
        } else {
            window_last == last && !(is_end && long.goes_on)
        };
        window_whole == whole && last_matches
    })
}

fn lint_counted(
    theory: &Theory,
    counts: &TermCounts,
    at: usize,
    push: &mut impl FnMut(Option<&str>, LintKind),
) {
    let posts = counts.posts;
    let judge = |matched: u64| match matched {
        0 => Some(LintKind::MatchesNothing { posts }),
        _ if matched as f64 >= NEARLY_ALL * posts as f64 => {
            Some(LintKind::MatchesNearlyAll { matched, posts })
        }
        _ => None,
    };
    let positive = theory.any.iter().chain(&theory.all).chain(&theory.regex);
    for (written, matched) in positive.zip(counts.terms(at)) {
        if let Some(kind) = judge(*matched) {
            push(Some(written), kind);
        }
    }
    if let Some(kind) = judge(counts.theory(at)) {
        push(None, kind);
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { theory, term, kind } = self;
        match term {
            Some(term) => write!(f, "theory `{theory}`: term `{term}` ")?,
            None => write!(f, "theory `{theory}` ")?,
        }
        match kind {
            LintKind::MatchesNothing { posts } => write!(f, "matches none of {posts} posts"),
            LintKind::MatchesNearlyAll { matched, posts } => {
                let percent = 100.0 * *matched as f64 / *posts as f64;
                write!(f, "matches {matched} of {posts} posts ({percent:.0} %): it tells nothing apart")
            }
            LintKind::Duplicate { list } => {
                write!(f, "means the same as one that stands in `{}` already", list.key())
            }
            LintKind::IsSelection => f.write_str("is what the campaign selects posts by, so it is no theory"),
            LintKind::Shadowed { by } => write!(f, "adds nothing: wherever it matches, `{by}` does"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(list: &[&str]) -> Vec<String> {
        list.iter().map(|&one| one.to_owned()).collect()
    }

    #[track_caller]
    fn check(any: &[&str], all: &[&str], expected: &[&str]) {
        let theory = Theory { id: "t".to_owned(), any: own(any), all: own(all), ..Theory::default() };
        let campaign = Campaign {
            tags: own(&["vault7"]),
            words: own(&["vault 7"]),
            theories: vec![theory],
            ..Campaign::default()
        };
        let lints: Vec<String> = lint(&campaign, None).iter().map(ToString::to_string).collect();
        assert_eq!(lints, expected);
    }

    #[test]
    fn rules_are_looked_at() {
        check(&["cia documents", "hacking tools"], &[], &[]);
        check(
            &["CIA", "cia"],
            &[],
            &["theory `t`: term `cia` means the same as one that stands in `any` already"],
        );
        check(
            &["#Vault7"],
            &[],
            &["theory `t`: term `#Vault7` is what the campaign selects posts by, so it is no theory"],
        );
        check(
            &["Vault-7"],
            &[],
            &["theory `t`: term `Vault-7` is what the campaign selects posts by, so it is no theory"],
        );
        check(
            &["cia documents", "cia"],
            &[],
            &["theory `t`: term `cia documents` adds nothing: wherever it matches, `cia` does"],
        );
        check(
            &["hack*", "hacking tools"],
            &[],
            &["theory `t`: term `hacking tools` adds nothing: wherever it matches, `hack*` does"],
        );
        check(
            &["hack", "hack*"],
            &[],
            &["theory `t`: term `hack` adds nothing: wherever it matches, `hack*` does"],
        );
        check(
            &["a hack", "hack*"],
            &["cia documents", "cia"],
            &["theory `t`: term `a hack` adds nothing: wherever it matches, `hack*` does"],
        );
        check(&["@cia", "cia*x".trim_end_matches("*x")], &[], &[]);
    }

    #[test]
    fn counts_are_looked_at() {
        let theory = Theory {
            id: "t".to_owned(),
            any: own(&["cia", "mole"]),
            regex: own(&["m.le"]),
            ..Theory::default()
        };
        let campaign = Campaign { theories: vec![theory], ..Campaign::default() };
        let matcher = Matcher::compile(&campaign.theories).unwrap();
        let (mut counts, mut scratch) = (TermCounts::new(&matcher), matcher.scratch());
        for text in ["the cia", "cia!", "CIA", "nothing", "mile"] {
            matcher.count_terms(PostText { text, ..PostText::default() }, &mut scratch, &mut counts);
        }
        let mut twice = counts.clone();
        twice.add(&counts);
        assert_eq!((twice.posts(), twice.theory(0), twice.terms(0)), (10, 8, &[6, 0, 2][..]));
        let lints: Vec<String> = lint(&campaign, Some(&counts)).iter().map(ToString::to_string).collect();
        assert_eq!(
            lints,
            [
                "theory `t`: term `cia` matches 3 of 5 posts (60 %): it tells nothing apart",
                "theory `t`: term `mole` matches none of 5 posts",
                "theory `t` matches 4 of 5 posts (80 %): it tells nothing apart",
            ]
        );
    }
}
