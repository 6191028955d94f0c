//! Question in, answer out: the only way to read. An [`Answer`] is the JSON contract; printers, charts and pages take nothing else.
//!
//! Both are plain serialisable data, so that a socket, a page or a cluster can carry them. No clock is read here: a question brings `now`.

mod posts;
mod status;
mod theories;

pub use posts::{FoundPost, PostSelection, PostsAnswer, PostsQuestion, TermSpan, TheoryEvidence};
pub use status::StatusAnswer;
pub use theories::{
    DataAnswer, EventAnswer, FirstPost, Lead, LeftOut, Peak, Ranking, RowCount, TheoriesAnswer,
    TheoriesQuestion, TheoryCount,
};

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
    Status,
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
}
