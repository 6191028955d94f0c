//! Theories: from rules to matches with their places in the text. Pure: no I/O, no clock; what the rule file looks like is in `project`.
//!
//! What a term means, exactly and with examples, stands in `docs/campaign.md`.

mod compile;
mod evidence;
mod hash;
mod lint;
mod literal;
mod matcher;
mod selection;
mod term;
#[cfg(test)]
mod tests;

pub use compile::{List, MAX_REGEXES, MAX_THEORIES, RuleError, RuleErrorKind};
pub use evidence::{Evidence, TermMatch};
pub use hash::{rules_hash, theory_hash};
pub use lint::{Lint, LintKind, NEARLY_ALL, TermCounts, lint};
pub use matcher::{Matcher, PostText, Scratch};
pub use selection::Selection;
pub use term::{Literal, MAX_TERM_CHARS, REGEX_DFA_LIMIT, REGEX_SIZE_LIMIT, Term, TermError};
