//! What is in the store, for people.

use super::feeds::feeds_text;
use super::format::{clean, count, posts, shorten};
use super::grid::{Align, Column, grid};
use crate::answer::StatusAnswer;
use crate::store::{ImportRow, ImportState};

/// Most cells of a path; its end says more than its beginning.
const PATH_CELLS: usize = 40;

/// The number of posts, their time range, and the ledger.
pub fn status_text(answer: &StatusAnswer) -> String {
    let mut out = posts(answer.posts);
    if let (Some(first), Some(last)) = (answer.first, answer.last) {
        out.extend([", ", &first.to_string(), " to ", &last.to_string()]);
    }
    out.extend([", in ", &count(answer.blocks), " blocks\n"]);
    if answer.private {
        out.push_str("posts that are not public were imported (--include-private): nothing made from them is for sharing\n");
    }
    if let Some(day) = &answer.retention {
        let ended = if answer.retention_ended { ": that day is over" } else { "" };
        out.extend(["kept until ", &clean(day), ended, "\n"]);
    }
    if answer.imports.is_empty() && answer.feeds.is_empty() {
        out.push_str("nothing was imported or collected yet\n");
    }
    if !answer.imports.is_empty() {
        out.push('\n');
        out.push_str(&ledger(&answer.imports));
    }
    if !answer.feeds.is_empty() {
        out.push('\n');
        out.push_str(&feeds_text(&answer.feeds));
    }
    out
}

fn ledger(imports: &[ImportRow]) -> String {
    let text = |head: &str, of: &dyn Fn(&ImportRow) -> String| Column {
        cells: imports.iter().map(of).collect(),
        ..Column::new([head, ""], Align::Left)
    };
    let number = |head: &str, of: &dyn Fn(&ImportRow) -> u64| Column {
        cells: imports.iter().map(|row| count(of(row))).collect(),
        ..Column::new([head, ""], Align::Right)
    };
    grid(&[
        text("Import", &|row| path_end(&clean(&row.path))),
        text("Format", &|row| row.format.clone()),
        number("Read", &|row| row.read),
        number("Added", &|row| row.added),
        number("Updated", &|row| row.updated),
        number("Duplicates", &|row| row.duplicates),
        number("Rejected", &|row| row.rejected),
        number("Unselected", &|row| row.unselected),
        text("State", &|row| state(row.state).to_owned()),
    ])
}

fn state(state: ImportState) -> &'static str {
    match state {
        ImportState::Running => "not finished",
        ImportState::Done => "done",
        ImportState::Stale => "done; import it again: some of its posts may be missing",
    }
}

fn path_end(path: &str) -> String {
    let turned: String = path.chars().rev().collect();
    shorten(&turned, PATH_CELLS).chars().rev().collect()
}
