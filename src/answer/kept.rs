//! Whole answers kept beside the store: a question that was asked before, of the same posts, is answered by a look.
//!
//! A kept answer is named by everything it depends on: the question, the revision of the store, the version of the tool. The clock of a
//! question only says which posts lie in the future; where none does, a later clock changes nothing.

use super::span::written_bounds;
use super::{Answer, AnswerError, Counts, Question, TheoriesQuestion, span};
use crate::post::Timestamp;
use crate::store::{Batch, Durability, Groups, NoteKey, Store};
use crate::timeline::Covered;
use std::ops::ControlFlow;

/// Places for answers: as many questions as a person asks in turn. A new one takes the place that its name falls on.
const PLACES: u8 = 16;
/// Changes when the same question is to be answered otherwise.
const ANSWER_VERSION: u32 = 1;
/// Level of compression: an answer by hour is some hundred kilobytes of digits.
const ZSTD_LEVEL: i32 = 1;
/// Larger answers are not kept.
const LARGEST: usize = 64 << 20;

/// Name of an answer; `None` if it is of a kind that is not kept.
fn name(store: &dyn Store, question: &Question) -> Result<Option<[u8; 16]>, AnswerError> {
    let Question::Theories(asked) = question else { return Ok(None) };
    let zone = span::zone(&asked.zone)?;
    // A campaign may say `since = "7d"`.
    let bounds = written_bounds(&asked.campaign, &zone, (asked.since, asked.until), asked.now)?;
    let timeless = TheoriesQuestion { now: Timestamp::from_millis_unchecked(0), ..asked.clone() };
    let Ok(written) = serde_json::to_vec(&(timeless, bounds)) else { return Ok(None) };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&ANSWER_VERSION.to_le_bytes());
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&store.revision()?.0.to_le_bytes());
    hasher.update(&written);
    let mut name = [0; 16];
    hasher.finalize_xof().fill(&mut name);
    Ok(Some(name))
}

fn place(name: [u8; 16]) -> NoteKey {
    NoteKey::Answer(name[0] % PLACES)
}

/// The answer as it was kept, if it was and still holds.
pub(super) fn find(
    counts: &dyn Counts,
    store: &dyn Store,
    question: &Question,
) -> Result<Option<Answer>, AnswerError> {
    let (Some(name), Question::Theories(asked)) = (name(store, question)?, question) else { return Ok(None) };
    let Some(bytes) = store.note(&place(name))? else { return Ok(None) };
    let Some((known, rest)) = bytes.split_first_chunk::<16>() else { return Ok(None) };
    let Some((latest, packed)) = rest.split_first_chunk::<8>() else { return Ok(None) };
    if *known != name || i64::from_le_bytes(*latest) > asked.now.as_millis() {
        return Ok(None);
    }
    let unpacked = zstd::bulk::decompress(packed, LARGEST);
    let Some(mut answer) =
        unpacked.ok().and_then(|json| serde_json::from_slice::<super::TheoriesAnswer>(&json).ok())
    else {
        return Ok(None);
    };
    // Posts that are left out change nothing in the store but this, and a feed that finds no posts nothing but what it covers.
    answer.left_out = counts.left_out(&asked.campaign)?;
    let Covered { collected, gaps } = Covered::of(&counts.coverage()?, &(answer.since..answer.until));
    (answer.collected, answer.gaps) = (collected, gaps);
    Ok(Some(Answer::Theories(Box::new(answer))))
}

/// Keeps an answer, if it does not depend on the clock. A cache that cannot be written is no reason not to answer.
pub(super) fn keep(store: &dyn Store, question: &Question, answer: &Answer) -> Result<(), AnswerError> {
    let (Some(name), Question::Theories(asked)) = (name(store, question)?, question) else { return Ok(()) };
    let mut latest = Timestamp::from_millis_unchecked(0);
    store.scan(super::store_counts::ALWAYS, Groups::NONE.into(), &mut |block| {
        latest = latest.max(block.last);
        ControlFlow::Continue(())
    })?;
    if latest > asked.now {
        return Ok(());
    }
    let Ok(json) = serde_json::to_vec(answer) else { return Ok(()) };
    let packed = if json.len() > LARGEST { None } else { zstd::bulk::compress(&json, ZSTD_LEVEL).ok() };
    if let Some(packed) = packed {
        let value = [name.as_slice(), &latest.as_millis().to_le_bytes(), &packed].concat();
        let notes = vec![(place(name), Some(value))];
        let _ = store.put(&Batch { notes, durability: Durability::Buffered, ..Batch::default() });
    }
    Ok(())
}
