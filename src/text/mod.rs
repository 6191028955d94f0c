//! Text as it is compared: folding, kinds of characters, entities, addresses, hashtags. Pure; what terms mean is in `theory`.

mod class;
mod entity;
mod fold;
mod folded;
pub mod html;
pub mod tags;
mod url;

pub use class::{SPACELESS_SCRIPTS, is_spaceless, is_tag_character, is_word};
pub use fold::fold;
pub use folded::{BARRIER, Folded, FoldedTexts, Traced};
pub use url::find_urls;

pub(crate) use entity::{decode_to as decode_entities, may_have as may_have_entity};
pub(crate) use fold::{fold_to, push_lower};
pub(crate) use url::fold_host_and_path;
