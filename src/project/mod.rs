//! The project folder: `tagline.toml` and `data/`. Reading, checking and changing the rule file; what the rules match is in `theory`.

mod campaign;
mod edit;
mod folder;
mod instant;
mod mistake;
mod purpose;
mod read;
mod terms;

pub use campaign::{Campaign, DataStatement, Event, Theory};
pub use edit::{add_event, add_theory, remove_event, set_data, set_purpose};
pub use folder::{DATA_FOLDER, NewProject, Project, ProjectError, RULE_FILE};
pub use instant::{InstantError, instant, zone};
pub use mistake::{Mistake, suggest_near};
pub use purpose::Purpose;
pub use read::{COMPLETE_WORDS, MAX_RULE_FILE_BYTES, RESERVED_IDS, read_campaign, slug};
