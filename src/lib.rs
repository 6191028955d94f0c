//! Watches what people say under a hashtag: imports post archives, counts competing theories over time, draws the timeline.
//!
//! Start with [`post::Post`], then `docs/architecture.md`.

pub mod answer;
pub mod archive;
pub mod chart;
mod cli;
pub mod collect;
pub mod desk;
pub mod discover;
pub mod doctor;
pub mod forget;
pub mod http;
pub mod ingest;
pub mod post;
pub mod project;
pub mod report;
pub mod source;
pub mod store;
pub mod text;
pub mod theory;
pub mod timeline;

pub use cli::main as run;
