//! Theories that nobody has written down: what posts are made of, and which belong together. Pure: no I/O, no clock.
//!
//! Posts become bags of terms ([`Corpus`]), near-copies become one voice, voices that share rare words become neighbours, neighbours
//! communities, and a mixture of word distributions puts each voice where it is most likely, joins groups where the evidence is for it, and
//! says how sure that is ([`propose`]). How each step works, with its sources and its measured error, stands in `docs/methods.md`.

mod apostrophe;
mod bags;
mod check;
mod close_look;
mod communities;
mod copies;
mod corpus;
mod described;
mod emoji;
mod explain;
mod follow;
mod grouping;
mod key;
mod keywords;
mod merging;
mod mixture;
mod model;
mod name;
mod neighbours;
mod parts;
mod propose;
#[cfg(test)]
mod propose_tests;
mod rule;
mod scan;
mod scrambled;
mod spaceless;
mod stop;
mod stop_words;
mod tokens;
#[cfg(test)]
mod tokens_tests;
mod vocabulary;

pub use close_look::{CloseLook, Text, close_look};
pub use corpus::{Corpus, MOST_POSTS};
pub use described::Candidate;
pub use explain::Explanation;
pub use follow::{Change, Followed, Known, Memory, SAMPLE, sample};
pub use keywords::Keyword;
pub use model::{Model, Placer};
pub use parts::READ_AT_ONCE;
pub use propose::{Copied, FEWEST_VOICES, Fineness, Proposal, propose};
pub use rule::{Rule, RuleSearch};
