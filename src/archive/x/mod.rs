//! What people have of X (Twitter): one file a format.

mod archive;
mod common;
mod v1;
mod v2;

pub(super) use archive::XArchive;
pub(super) use common::decode;
pub(super) use v1::XV1;
pub(super) use v2::XV2;
