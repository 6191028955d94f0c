//! Bluesky (atproto): posts as its API shows them, bare records, the Jetstream, repositories.

mod car;
mod cbor;
mod common;
mod jetstream;
mod posts;
mod records;

pub(super) use car::BlueskyCar;
pub(super) use jetstream::BlueskyJetstream;
pub(super) use posts::BlueskyPosts;
pub(super) use records::BlueskyRecords;

#[cfg(test)]
mod tests;
