//! The project folder: `tagline.toml` and `data/`.

mod campaign;

pub use campaign::{Campaign, DataStatement, Event, Theory};
