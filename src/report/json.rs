//! Answers as JSON: one document, or one post a line. What the fields mean stands with the types in [`crate::answer`].

use super::INVENTED_DATA;
use crate::answer::{Answer, FoundPost, PostsAnswer};
use serde::Serialize;

/// An answer or post, and what must be said of it.
#[derive(Serialize)]
struct Document<'a, T> {
    #[serde(flatten)]
    content: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
}

/// One document and a line end.
pub fn json(answer: &Answer) -> Result<String, serde_json::Error> {
    let synthetic = match answer {
        Answer::Theories(answer) => answer.synthetic,
        Answer::Posts(answer) => answer.synthetic,
        Answer::Lint(answer) => answer.synthetic,
        Answer::Discover(answer) => answer.synthetic,
        Answer::Status(_) | Answer::Test(_) => false,
    };
    line(answer, synthetic)
}

/// One post a line: the fields of a post and its `theories`.
pub fn posts_ndjson(answer: &PostsAnswer) -> Result<String, serde_json::Error> {
    answer.posts.iter().map(|found: &FoundPost| line(found, found.post.synthetic)).collect()
}

fn line<T: Serialize>(content: &T, synthetic: bool) -> Result<String, serde_json::Error> {
    let document = Document { content, notice: synthetic.then_some(INVENTED_DATA) };
    Ok(serde_json::to_string(&document)? + "\n")
}
