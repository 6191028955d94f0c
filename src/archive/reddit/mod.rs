//! What people have of Reddit: dumps (`pushshift`) and what the API answers (`api`).

mod api;
mod common;
mod pushshift;

pub(super) use api::RedditApi;
pub(super) use pushshift::RedditPushshift;
