//! The side that wants to know.

use super::place::{Short, socket};
use super::{DeskError, lines, wire};
use crate::answer::{Answer, Question};
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// How long we wait for an answer: longer than the first one of a hundred million posts takes, and not for ever if the process is stopped.
const ANSWER_WAIT: Duration = Duration::from_secs(600);
/// How long it may take until the question is read.
const QUESTION_WAIT: Duration = ANSWER_WAIT;
/// Largest answer. Posts come some thousands at a time, buckets up to 200,000 for each theory.
const ANSWER_BYTES: usize = 1 << 30;

/// Asks the process that has the store, if there is one that answers. `None`: nobody serves there, or no more.
pub fn ask(data: &Path, question: &Question) -> Option<Result<Answer, DeskError>> {
    if !socket(data).exists() {
        return None;
    }
    let line = match wire::question_line(question) {
        Ok(line) => line,
        Err(error) => return Some(Err(DeskError::Unreadable(error.to_string()))),
    };
    let stream = Short::of(data).and_then(|short| UnixStream::connect(short.path())).ok()?;
    let said = lines::write(&stream, &line, QUESTION_WAIT)
        .and_then(|()| lines::read(&stream, ANSWER_BYTES, ANSWER_WAIT));
    match said {
        Ok(said) => Some(wire::read_answer(question, &said)),
        Err(error) if error.kind() == ErrorKind::TimedOut => {
            Some(Err(DeskError::Silent { minutes: ANSWER_WAIT.as_secs() / 60 }))
        }
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Some(Err(DeskError::Unreadable("the answer is too large".into())))
        }
        // It ended meanwhile.
        Err(_) => None,
    }
}
