//! Where there are no sockets in the file system: nobody serves, nobody answers.

use super::DeskError;
use crate::answer::{Answer, Question};
use crate::store::SledStore;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Answers nothing.
#[derive(Debug)]
pub struct Desk;

/// Does nothing: whoever wants to read is told who has the store.
pub fn serve(_store: &Arc<SledStore>, _data: &Path) -> io::Result<Desk> {
    Ok(Desk)
}

/// Nobody is there.
pub fn ask(_data: &Path, _question: &Question) -> Option<Result<Answer, DeskError>> {
    None
}
