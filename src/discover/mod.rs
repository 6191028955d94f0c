//! Theories that nobody has written down: what posts are made of, and which belong together. Pure: no I/O, no clock.

mod apostrophe;
mod emoji;
mod key;
mod name;
mod scan;
mod spaceless;
mod stop;
mod stop_words;
mod tokens;
#[cfg(test)]
mod tokens_tests;

pub(crate) use name::{Written, looks_like_name};
pub(crate) use tokens::{Kind, Token, Tokens, join};
