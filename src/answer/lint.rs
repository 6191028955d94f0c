//! What a person should look at in the rules, with all posts of the store as witnesses. What is worth a word is decided in `theory`.

use super::rules::Rules;
use super::store_counts::{ALWAYS, scan_blocks};
use super::{AnswerError, Counts};
use crate::project::{Campaign, Theory};
use crate::store::{Columns, Groups, Store, StoredBlock};
use crate::theory::{TermCounts, lint, rules_hash};
use serde::{Deserialize, Serialize};

/// Whose rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LintQuestion {
    /// The campaign whose rules are looked at.
    pub campaign: Campaign,
}

/// What is to be said about the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintAnswer {
    /// `tagline.lint/1`.
    pub schema: String,
    /// Posts looked at: all of the store, whatever their time; with none, only what the rules alone show is said.
    pub posts: u64,
    /// In the order of the rules.
    pub lints: Vec<LintLine>,
    /// Whether any of the posts is invented.
    pub synthetic: bool,
    /// Hash of the rules.
    pub rules: String,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintLine {
    /// Id of the theory.
    pub theory: String,
    /// The term as written; `None` where it is about the whole theory.
    pub term: Option<String>,
    /// One sentence that names both.
    pub message: String,
}

/// How many posts each term matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedTerms {
    /// The counts.
    pub counts: TermCounts,
    /// Whether any of the posts is invented.
    pub synthetic: bool,
}

pub(super) fn answer_lint(counts: &dyn Counts, asked: &LintQuestion) -> Result<LintAnswer, AnswerError> {
    let theories = &asked.campaign.theories;
    let counted = counts.term_counts(theories)?;
    let lines = lint(&asked.campaign, Some(&counted.counts)).into_iter().map(|lint| LintLine {
        message: lint.to_string(),
        theory: lint.theory,
        term: lint.term,
    });
    Ok(LintAnswer {
        schema: "tagline.lint/1".into(),
        posts: counted.counts.posts(),
        lints: lines.collect(),
        synthetic: counted.synthetic,
        rules: rules_hash(theories),
    })
}

/// Counts the terms over all posts of a store.
pub(super) fn count_terms(store: &dyn Store, theories: &[Theory]) -> Result<CountedTerms, AnswerError> {
    let rules = Rules::compile(theories)?;
    let mut counted = CountedTerms { counts: rules.no_terms(), synthetic: false };
    let groups = Groups::WHO.and(Groups::TEXT).and(rules.groups());
    let work = |_: &StoredBlock, columns: &Columns| {
        let mut part = CountedTerms { counts: rules.no_terms(), synthetic: false };
        let mut buffers = rules.buffers();
        for post in columns.iter().filter(|post| !post.deleted) {
            rules.count_terms(&post, &mut buffers, &mut part.counts);
            part.synthetic |= post.synthetic;
        }
        Ok(part)
    };
    scan_blocks(store, ALWAYS, groups.into(), &work, &mut |part: CountedTerms| {
        counted.counts.add(&part.counts);
        counted.synthetic |= part.synthetic;
    })?;
    Ok(counted)
}
