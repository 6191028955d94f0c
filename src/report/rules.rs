//! What is to be said about the rules, and what they say of one text, as lines for people.

use super::format::{clean, posts};
use super::grid::{Align, Column, grid};
use super::marked;
use crate::answer::{LintAnswer, TermSpan, TestAnswer};

/// A line for each thing to look at, then how many posts were looked at.
pub fn lint_text(answer: &LintAnswer) -> String {
    let mut out = String::new();
    for lint in &answer.lints {
        out.push_str(&clean(&lint.message));
        out.push('\n');
    }
    let found = if answer.lints.is_empty() { "nothing to say" } else { "see above" };
    out.extend([&posts(answer.posts), " looked at: ", found, "\n"]);
    marked(out, answer.synthetic)
}

/// A line for each theory: whether the text is in it, and by which terms at which characters, counted from 0, the end exclusive.
pub fn test_text(answer: &TestAnswer) -> String {
    let mut columns = [(); 3].map(|()| Column::new(["", ""], Align::Left));
    for theory in &answer.theories {
        let terms: Vec<String> = theory.terms.iter().map(term).collect();
        let matched = if theory.matched { "yes" } else { "no" };
        let cells = [clean(&theory.id), matched.to_owned(), terms.join(", ")];
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.cells.push(cell));
    }
    grid(&columns)
}

/// A term that matches without taking a character (`\b` alone) has no place.
fn term(found: &TermSpan) -> String {
    let place = match (found.start, found.end) {
        (Some(start), Some(end)) => format!(" at {start}-{end}"),
        _ => String::new(),
    };
    format!("\"{}\"{place}", clean(&found.term))
}
