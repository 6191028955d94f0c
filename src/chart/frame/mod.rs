//! What every picture has around its data: title, subtitle, note, axes, events, names, and the order in which things are painted.
//!
//! A kind of chart measures its words (`page`), finds places (`plan`, `events`, `labels`), and puts shapes and words on a `sheet`, which
//! paints them in layers and lets the rules of events stop at words.

pub(crate) mod axes;
pub(crate) mod events;
pub(crate) mod labels;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod sheet;
