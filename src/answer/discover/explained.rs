//! Why a post is in its candidate.

use super::super::{AnswerError, Counts};
use super::candidates::Described;
use super::{ExplainAnswer, ExplainedCandidate, ExplainedWord};
use crate::discover::{Explanation, Keyword};
use crate::post::PostId;

/// Candidates that are shown: its own, and the next.
const SHOWN: usize = 3;
/// What is written of logarithms.
const DECIMALS: f64 = 1e6;

pub(super) fn explain(
    counts: &dyn Counts,
    described: &Described<'_>,
    wanted: &PostId,
) -> Result<ExplainAnswer, AnswerError> {
    let listened = described.listened;
    let is_wanted =
        |post: &super::listen::Kept| *post.id == *wanted.id && listened.platform(post) == wanted.platform;
    let number = listened.kept.iter().position(is_wanted).and_then(|number| u32::try_from(number).ok());
    let key = number.and_then(|number| described.key(number));
    let (Some(number), Some(key)) = (number, key) else {
        return Err(AnswerError::NoSuchPost { platform: wanted.platform.clone(), id: wanted.id.clone() });
    };
    let text = counts.read(&[key])?.into_iter().next().map(|post| post.text).unwrap_or_default();
    let of = listened.corpus.explain(&described.proposal.of, number);
    Ok(ExplainAnswer {
        platform: wanted.platform.clone(),
        id: wanted.id.clone(),
        text,
        theory: described.proposal.of.get(number as usize).copied().flatten(),
        part: described.proposal.part_of.get(number as usize).copied().flatten(),
        of: of.into_iter().take(SHOWN).map(candidate).collect(),
    })
}

fn candidate(of: Explanation) -> ExplainedCandidate {
    let word = |(keyword, says): (Keyword, f64)| {
        let Keyword { term, posts, of_all } = keyword;
        ExplainedWord { term, posts, of_all, says: rounded(says) }
    };
    let words = of.words.into_iter().map(word).collect();
    ExplainedCandidate { theory: of.candidate, says: rounded(of.says), words }
}

fn rounded(says: f64) -> f64 {
    // Of a negative nothing the sign would be written.
    (says * DECIMALS).round() / DECIMALS + 0.0
}
