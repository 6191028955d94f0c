//! What people have of X (Twitter): one file a format.

mod archive;
mod common;
mod gnip;
mod graphql;
mod minet;
mod snscrape;
mod tables;
#[cfg(test)]
mod tests;
mod twint;
mod v1;
mod v2;

pub(super) use archive::XArchive;
pub(super) use common::{decode, unwrap_repost};
pub(super) use gnip::XGnip;
pub(super) use graphql::{XGraphql, put_captured};
pub(super) use minet::XMinet;
pub(super) use snscrape::XSnscrape;
pub(super) use tables::XCsv;
pub(super) use twint::XTwint;
pub(super) use v1::XV1;
pub(super) use v2::XV2;
