//! The numbers of an answer as table, CSV, JSON and lines: strings out, nothing printed, no colour. Counting is not done here.

mod csv;
mod discover;
mod doctor;
mod feeds;
mod forget;
pub mod format;
mod grid;
mod json;
mod notes;
mod posts;
mod rules;
mod status;
mod table;

pub use csv::theories_csv;
pub use discover::{
    LEGEND, assignments_ndjson, candidate_text, discover_text, explain_text, quoted_all, rule_text,
};
pub use doctor::doctor_text;
pub use forget::forget_text;
pub use json::{json, posts_ndjson};
pub use posts::posts_text;
pub use rules::{lint_text, test_text};
pub use status::status_text;
pub use table::theories_table;

/// What everything made from invented posts says, first and last; nothing turns it off.
pub const INVENTED_DATA: &str = "INVENTED DATA - NOT REAL POSTS";

/// Width of a table that goes to a file or pipe.
pub const PIPE_WIDTH: usize = 100;

/// Puts the mark of invented data around a text, if it was made from any.
fn marked(text: String, synthetic: bool) -> String {
    if synthetic { format!("{INVENTED_DATA}\n{text}{INVENTED_DATA}\n") } else { text }
}

#[cfg(test)]
mod tests;
