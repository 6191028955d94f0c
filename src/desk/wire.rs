//! What goes over the socket: a line each way. Whatever comes in is taken for hostile: it has a size and an end.

use super::DeskError;
use crate::answer::{Answer, AnswerError, Question};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::error::Error;

/// Both ends must be of one version: others may count otherwise, or leave out in silence what they do not know of a question.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A question on its way.
#[derive(Serialize)]
struct Asked<'q> {
    tagline: &'static str,
    question: &'q Question,
}

/// The version alone, which every version can read.
#[derive(Deserialize)]
struct Version {
    tagline: String,
}

#[derive(Deserialize)]
struct Body {
    question: Question,
}

/// What comes back. Of which kind an answer is stands in the question.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said<A> {
    Answer(A),
    Error(AnswerError),
    /// Asked by another version; this is ours.
    Version(String),
    Unreadable(String),
}

/// A question as a line.
pub(super) fn question_line(question: &Question) -> serde_json::Result<Vec<u8>> {
    line(&Asked { tagline: VERSION, question })
}

/// The line that answers a line.
pub(super) fn answer_line(
    asked: &[u8],
    answer: impl FnOnce(&Question) -> Result<Answer, AnswerError>,
) -> serde_json::Result<Vec<u8>> {
    let said = match read_question(asked) {
        Ok(question) => match answer(&question) {
            Ok(answer) => Said::Answer(answer),
            Err(error) => Said::Error(portable(error)),
        },
        Err(DeskError::Version { ours, .. }) => Said::Version(ours.to_owned()),
        Err(error) => Said::Unreadable(error.to_string()),
    };
    line(&said)
}

fn read_question(asked: &[u8]) -> Result<Question, DeskError> {
    let unreadable = |error: serde_json::Error| DeskError::Unreadable(error.to_string());
    let Version { tagline: theirs } = serde_json::from_slice(asked).map_err(unreadable)?;
    if theirs != VERSION {
        return Err(DeskError::Version { theirs, ours: VERSION });
    }
    serde_json::from_slice(asked).map(|Body { question }| question).map_err(unreadable)
}

/// What the line says that came back to a question.
pub(super) fn read_answer(question: &Question, said: &[u8]) -> Result<Answer, DeskError> {
    match question {
        Question::Theories(_) => read(said, Answer::Theories),
        Question::Posts(_) => read(said, Answer::Posts),
        Question::Status(_) => read(said, Answer::Status),
        Question::Lint(_) => read(said, Answer::Lint),
        Question::Discover(_) => read(said, Answer::Discover),
    }
}

fn read<A: DeserializeOwned>(said: &[u8], kind: fn(A) -> Answer) -> Result<Answer, DeskError> {
    match serde_json::from_slice(said).map_err(|error| DeskError::Unreadable(error.to_string()))? {
        Said::Answer(answer) => Ok(kind(answer)),
        Said::Error(error) => Err(error.into()),
        Said::Version(theirs) => Err(DeskError::Version { theirs, ours: VERSION }),
        Said::Unreadable(reason) => Err(DeskError::Unreadable(reason)),
    }
}

/// The errors of our store are for us to deal with; others get the words.
fn portable(error: AnswerError) -> AnswerError {
    let AnswerError::Store(error) = error else { return error };
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    AnswerError::Elsewhere(words)
}

fn line(of: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(of)?;
    line.push(b'\n');
    Ok(line)
}
