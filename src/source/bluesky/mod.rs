//! Bluesky: the live stream of everything that is posted (Jetstream), and the search, for what is older than the stream keeps.

mod event;
mod place;
mod recheck;
mod search;
mod session;
mod stream;

pub(super) use search::BlueskySearch;
pub(super) use stream::Bluesky;

/// The platform's name in every post of Bluesky.
const PLATFORM: &str = "bluesky";
/// The collection of posts. Reposts (`app.bsky.feed.repost`) are not collected: their records hold no text and no tag.
const POSTS: &str = "app.bsky.feed.post";

#[cfg(test)]
mod play_tests;
#[cfg(test)]
mod search_tests;
#[cfg(test)]
mod stream_tests;
