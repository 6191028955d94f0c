//! From rules as written to what the matcher searches for: every distinct term once, whichever theories use it.

use super::literal::{Edges, Literals};
use super::term::{Literal, Term, TermError};
use crate::project::Theory;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Most theories of a campaign: a table or a chart of more says nothing, and their numbers must fit 16 bits.
pub const MAX_THEORIES: usize = 1000;
/// Most regular expressions of a campaign. Each is a search of its own over every post, and may take 2 MiB.
pub const MAX_REGEXES: usize = 200;

/// Which list of a theory a term stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum List {
    /// One of these must match.
    Any,
    /// All of these must match.
    All,
    /// None of these may match.
    None,
    /// One of these or of `any` must match.
    Regex,
}

impl List {
    /// The key in the rule file.
    pub fn key(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::None => "none",
            Self::Regex => "regex",
        }
    }

    /// All four, in the order in which evidence and hashes use them.
    pub(super) const ALL: [Self; 4] = [Self::Any, Self::All, Self::None, Self::Regex];

    /// The terms of a theory that stand in this list, as written.
    pub fn of(self, theory: &Theory) -> &[String] {
        match self {
            Self::Any => &theory.any,
            Self::All => &theory.all,
            Self::None => &theory.none,
            Self::Regex => &theory.regex,
        }
    }

    /// Reads a term of this list.
    pub fn parse(self, written: &str) -> Result<Term, TermError> {
        if self == Self::Regex { Term::regex(written) } else { Term::parse(written) }
    }
}

/// Why rules cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("theory `{theory}`: {kind}")]
pub struct RuleError {
    /// Id of the theory.
    pub theory: String,
    /// What is wrong.
    pub kind: RuleErrorKind,
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum RuleErrorKind {
    /// A term cannot be read.
    #[error("`{term}` in `{}`: {cause}", list.key())]
    Term {
        /// The list it stands in.
        list: List,
        /// As written.
        term: String,
        /// Why.
        cause: TermError,
    },
    /// Neither `any`, `all` nor `regex` has a term.
    #[error("it has no term in `any`, `all` or `regex`, so no post can be in it")]
    NoTerms,
    /// One theory too many.
    #[error("there are more than {MAX_THEORIES} theories")]
    TooManyTheories,
    /// One regular expression too many.
    #[error("there are more than {MAX_REGEXES} regular expressions")]
    TooManyRegexes,
    /// All terms together are too large to be compiled.
    #[error("the terms are too many to be searched for at once")]
    TooLarge,
}

/// A theory's rule in numbers of distinct terms.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) any: Vec<usize>,
    pub(super) all: Vec<usize>,
    pub(super) none: Vec<usize>,
    pub(super) regex: Vec<usize>,
    /// Terms that are evidence (those of `any`, `all`, `regex`), in this order, as written.
    pub(super) positive: Vec<(usize, String)>,
}

/// A theory whose terms were read.
pub(super) type ReadTheory = Vec<(List, String, Term)>;

/// All rules, taken apart by how they are searched for.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rules: Vec<Rule>,
    pub(super) terms: usize,
    pub(super) text: Literals,
    pub(super) urls: Literals,
    /// Normalised tags with the numbers of their terms, sorted.
    pub(super) tags: Vec<(String, usize)>,
    pub(super) regexes: Vec<(usize, regex::Regex)>,
    /// For each term, the theories that it is evidence for.
    pub(super) theories_by_term: Vec<Vec<u16>>,
    /// Theories with a regular expression, which must be asked about every post.
    pub(super) regex_theories: Vec<u16>,
}

/// Reads all terms of a theory.
pub(super) fn read(theory: &Theory) -> Result<ReadTheory, RuleError> {
    let error = |kind| RuleError { theory: theory.id.clone(), kind };
    if theory.any.is_empty() && theory.all.is_empty() && theory.regex.is_empty() {
        return Err(error(RuleErrorKind::NoTerms));
    }
    let mut read = Vec::new();
    for list in List::ALL {
        for written in list.of(theory) {
            let term = list.parse(written);
            let term =
                term.map_err(|cause| error(RuleErrorKind::Term { list, term: written.clone(), cause }))?;
            read.push((list, written.clone(), term));
        }
    }
    Ok(read)
}

/// Numbers the distinct terms and builds what searches for them.
pub(super) fn compile(theories: Vec<ReadTheory>) -> Result<Compiled, RuleErrorKind> {
    let mut parts = Parts::default();
    let mut rules = Vec::with_capacity(theories.len());
    for theory in theories {
        let mut rule = Rule::default();
        for (list, written, term) in theory {
            let number = parts.number(term);
            match list {
                List::Any => rule.any.push(number),
                List::All => rule.all.push(number),
                List::None => rule.none.push(number),
                List::Regex => rule.regex.push(number),
            }
            if list != List::None {
                rule.positive.push((number, written));
            }
        }
        rules.push(rule);
    }
    if rules.len() > MAX_THEORIES {
        return Err(RuleErrorKind::TooManyTheories);
    }
    if parts.regexes.len() > MAX_REGEXES {
        return Err(RuleErrorKind::TooManyRegexes);
    }
    parts.build(rules)
}

/// Distinct terms by kind.
#[derive(Default)]
struct Parts {
    known: HashMap<String, usize>,
    text: Vec<(usize, Literal)>,
    urls: Vec<(usize, Literal)>,
    tags: Vec<(String, usize)>,
    regexes: Vec<(usize, regex::Regex)>,
}

impl Parts {
    fn number(&mut self, term: Term) -> usize {
        let next = self.known.len();
        let number = *self.known.entry(term.canonical()).or_insert(next);
        if number == next {
            match term {
                Term::Phrase(literal) | Term::Prefix(literal) => self.text.push((number, literal)),
                Term::Url(literal) => self.urls.push((number, literal)),
                Term::Tag(tag) => self.tags.push((tag, number)),
                Term::Regex(regex) => self.regexes.push((number, *regex)),
            }
        }
        number
    }

    fn build(mut self, rules: Vec<Rule>) -> Result<Compiled, RuleErrorKind> {
        self.tags.sort();
        let terms = self.known.len();
        let mut theories_by_term = vec![Vec::new(); terms];
        let mut regex_theories = Vec::new();
        for (theory, rule) in (0u16..).zip(&rules) {
            for (number, _) in &rule.positive {
                if let Some(theories) = theories_by_term.get_mut(*number) {
                    theories.push(theory);
                }
            }
            if !rule.regex.is_empty() {
                regex_theories.push(theory);
            }
        }
        let too_large = |_| RuleErrorKind::TooLarge;
        Ok(Compiled {
            rules,
            terms,
            text: Literals::new(self.text, Edges::Text).map_err(too_large)?,
            urls: Literals::new(self.urls, Edges::Address).map_err(too_large)?,
            tags: self.tags,
            regexes: self.regexes,
            theories_by_term,
            regex_theories,
        })
    }
}
