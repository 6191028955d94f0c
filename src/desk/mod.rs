//! The desk: while a process has the store, it answers the questions of others, over a socket in `data/`.
//!
//! One connection, one question: a line of JSON in, a line of JSON out. Whoever asks gets what the store itself would answer, to the byte.
//! There is no network here: the socket is a file that only its owner may open. Systems without such sockets have no desk; there, as where
//! nobody serves, whoever wants to read waits for the lock.

mod error;
mod wire;

#[cfg(unix)]
mod client;
#[cfg(unix)]
mod lines;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod server;

#[cfg(not(unix))]
mod without;

#[cfg(unix)]
pub use client::ask;
#[cfg(unix)]
pub use server::{Desk, serve};
#[cfg(not(unix))]
pub use without::{Desk, ask, serve};

pub use error::DeskError;

#[cfg(test)]
#[cfg(unix)]
mod tests;
