//! Holds the program's counts against the truth that was planted in `fixtures/vault7`.
//!
//! `UPDATE_FIXTURES=1 cargo test --test vault7` writes the data files anew from the generator.
//!
//! Every module is marked `cfg(test)`: so clippy knows that its helpers are tests, too, and may unwrap.

#[cfg(test)]
mod common;
#[cfg(test)]
#[path = "vault7/counts.rs"]
mod counts;
#[cfg(test)]
#[path = "vault7/fixture.rs"]
mod fixture;
#[cfg(test)]
#[path = "vault7/generator.rs"]
mod generator;
#[cfg(test)]
#[path = "vault7/repeats.rs"]
mod repeats;
