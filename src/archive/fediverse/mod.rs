//! What people have of the Fediverse (Mastodon, Pleroma, Misskey, Lemmy, `PeerTube` and others): one file a format.

mod api;
mod common;
mod misskey;
mod objects;
mod others;

pub(super) use api::FediverseApi;
pub(super) use misskey::MisskeyNotes;
pub(super) use objects::{FediverseObject, FediverseOutbox};

#[cfg(test)]
mod tests;
