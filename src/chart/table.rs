//! The numbers that a picture shows, as a table: for a file beside it, for Vega-Lite, and for reading the picture back.

use super::color::Token;
use super::facts::INVENTED;
use crate::post::Timestamp;
use std::fmt::Write as _;

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// An instant.
    Time(Timestamp),
    /// Words, as they are.
    Word(String),
    /// Posts.
    Count(u64),
}

/// Rows of one shape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// Names in the column `label`, in the order of the picture, with what they are painted with.
    pub(crate) palette: Vec<(String, Token)>,
}

/// A spreadsheet takes words that begin so for a formula; an apostrophe before them says that they are words.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

impl Table {
    /// With these columns.
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), ..Self::default() }
    }

    /// As CSV (RFC 4180). Where posts are invented, a last column says so in every row.
    pub(crate) fn csv(&self, synthetic: bool) -> String {
        let mut out = self.columns.join(",");
        out.push_str(if synthetic { ",note\n" } else { "\n" });
        for row in &self.rows {
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                // Writing to a string cannot fail.
                let _ = match cell {
                    Cell::Time(at) => write!(out, "{at}"),
                    Cell::Word(words) => write!(out, "{}", quoted(words)),
                    Cell::Count(n) => write!(out, "{n}"),
                };
            }
            if synthetic {
                out.push(',');
                out.push_str(INVENTED);
            }
            out.push('\n');
        }
        out
    }
}

fn quoted(words: &str) -> String {
    let guard = if words.starts_with(FORMULA) { "'" } else { "" };
    if words.contains([',', '"', '\n', '\r']) || words.trim() != words {
        format!("\"{guard}{}\"", words.replace('"', "\"\""))
    } else {
        format!("{guard}{words}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_words() {
        let mut table = Table::new(&["label", "posts"]);
        let row = |words: &str, n| vec![Cell::Word(words.into()), Cell::Count(n)];
        table.rows = vec![row("a, \"b\"", 1), row("=1+1", 2), row("plain", 3)];
        assert_eq!(table.csv(false), "label,posts\n\"a, \"\"b\"\"\",1\n'=1+1,2\nplain,3\n");
        assert!(table.csv(true).starts_with("label,posts,note\n\"a, \"\"b\"\"\",1,INVENTED DATA"));
    }
}
