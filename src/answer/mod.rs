//! Question in, answer out: the only way to read. An [`Answer`] is the JSON contract; printers, charts and pages take nothing else.
//!
//! Both are plain serialisable data, so that a socket, a page or a cluster can carry them. No clock is read here: a question brings `now`.

mod block_count;
mod counts;
mod discover;
mod error;
mod feeds;
mod find;
mod kept;
mod lint;
mod matches;
mod overlap;
mod posts;
mod rules;
mod span;
mod split;
mod statement;
mod status;
mod store_counts;
mod tabulate;
mod tested;
mod theories;
mod values;

pub use crate::discover::Change;
pub use counts::{
    Counts, Facts, Field, Found, MAX_POSTS, PartsPlan, PostsPlan, Tallied, TallyPlan, Values, Wanted,
};
pub use discover::{
    AgainstAnswer, Assignment, CandidateAnswer, CandidateName, CopiedAnswer, DiscoverAnswer,
    DiscoverQuestion, ExamplePost, ExplainAnswer, ExplainedCandidate, ExplainedWord, HearPlan, HeardPost,
    KeywordAnswer, RuleAnswer, RulesOf,
};
pub use error::AnswerError;
pub use feeds::FeedAnswer;
pub use lint::{CountedTerms, LintAnswer, LintLine, LintQuestion};
pub use overlap::{MAX_OVERLAP, OverlapAnswer};
pub use posts::{FoundPost, PostSelection, PostsAnswer, PostsQuestion, TermSpan, TheoryEvidence};
pub use split::{MAX_PARTS, PartCount, PartTheory, SplitAnswer};
pub use status::{StatusAnswer, StatusQuestion};
pub use store_counts::StoreCounts;
pub use tested::{TestAnswer, TestedTheory, test};
pub use theories::{
    DataAnswer, EventAnswer, FirstPost, Lead, LeftOut, Peak, Ranking, RowCount, TheoriesAnswer,
    TheoriesQuestion, TheoryCount,
};
pub use values::MAX_VALUES;

use serde::{Deserialize, Serialize};

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "lowercase")]
pub enum Question {
    /// Theories over time: behind `theories` and `timeline`.
    Theories(TheoriesQuestion),
    /// The posts behind a number.
    Posts(PostsQuestion),
    /// What is in the store.
    Status(StatusQuestion),
    /// What a person should look at in the rules.
    Lint(LintQuestion),
    /// Theories that nobody has written down.
    Discover(DiscoverQuestion),
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// To [`Question::Theories`].
    Theories(Box<TheoriesAnswer>),
    /// To [`Question::Posts`].
    Posts(PostsAnswer),
    /// To [`Question::Status`].
    Status(StatusAnswer),
    /// To [`Question::Lint`].
    Lint(LintAnswer),
    /// To [`Question::Discover`].
    Discover(DiscoverAnswer),
    /// What [`test()`] says: no question, since no store is asked.
    Test(TestAnswer),
}

/// Answers a question by whatever can count.
pub fn answer(counts: &dyn Counts, question: &Question) -> Result<Answer, AnswerError> {
    if let Some(kept) = counts.kept(question)? {
        return Ok(kept);
    }
    let answer = match question {
        Question::Theories(asked) => Answer::Theories(Box::new(tabulate::answer_theories(counts, asked)?)),
        Question::Posts(asked) => Answer::Posts(find::answer_posts(counts, asked)?),
        Question::Status(asked) => Answer::Status(counts.status()?.asked(asked)),
        Question::Lint(asked) => Answer::Lint(lint::answer_lint(counts, asked)?),
        Question::Discover(asked) => Answer::Discover(discover::answer_discover(counts, asked)?),
    };
    counts.keep(question, &answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests;
