//! What the rules say of one text that a person typed (`tagline.test/1`). No store is asked.

use super::rules::Rules;
use super::{AnswerError, TermSpan, TheoryEvidence};
use crate::post::Post;
use crate::project::Theory;
use crate::text::tags;
use serde::{Deserialize, Serialize};

/// All theories, and what of each stands in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestAnswer {
    /// `tagline.test/1`.
    pub schema: String,
    /// The text as typed.
    pub text: String,
    /// In the order of the rules.
    pub theories: Vec<TestedTheory>,
}

/// Whether a text is in a theory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedTheory {
    /// Stable id.
    pub id: String,
    /// Name for people.
    pub label: String,
    /// Whether the rules match.
    pub matched: bool,
    /// What matched; empty where the rules do not match, even if some term does.
    pub terms: Vec<TermSpan>,
}

/// Tests rules on a text, whose tags count as those of a post do.
pub fn test(theories: &[Theory], text: &str) -> Result<TestAnswer, AnswerError> {
    let rules = Rules::compile(theories)?;
    let mut post = Post { text: text.to_owned(), ..Post::default() };
    tags::extract(text, &post.platform.clone(), |tag| post.tags.push(tag.to_owned()));
    // Evidence comes in the order of the rules, so one walk over both is enough even if two theories share an id.
    let mut found = rules.numbered_evidence(&post).into_iter().peekable();
    let tested = (0_u16..).zip(theories).map(|(number, theory)| {
        let evidence = found.next_if(|(theory, _)| *theory == number);
        TestedTheory {
            id: theory.id.clone(),
            label: theory.label.clone(),
            matched: evidence.is_some(),
            terms: evidence.map_or_else(Vec::new, |(_, TheoryEvidence { terms, .. })| terms),
        }
    });
    Ok(TestAnswer { schema: "tagline.test/1".into(), theories: tested.collect(), text: post.text })
}
