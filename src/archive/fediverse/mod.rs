//! What people have of the Fediverse (Mastodon, Pleroma, Misskey, Lemmy, `PeerTube` and others): one file a format.

mod api;
mod common;
mod lemmy;
mod misskey;
mod objects;
mod others;
mod peertube;

pub(super) use api::FediverseApi;
pub(super) use common::handle_in;
pub(super) use lemmy::LemmyApi;
pub(super) use misskey::MisskeyNotes;
pub(super) use objects::{FediverseObject, FediverseOutbox};
pub(super) use peertube::PeertubeApi;

#[cfg(test)]
mod tests;
