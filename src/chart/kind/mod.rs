//! What can be drawn: one file a kind, one line in [`KINDS`].

mod area;
mod heat;
mod lines;
mod multiples;
mod overlap;
mod panels;
mod platforms;
mod share;
mod stack;

use super::scene::Scene;
use super::table::Table;
use super::vega::Form;
use super::{ChartError, Input};

/// A kind of chart.
pub struct ChartKind {
    /// The word for it, on the command line.
    pub name: &'static str,
    /// What it shows, in a line.
    pub about: &'static str,
    /// What must be asked beside theories over time.
    pub needs: Needs,
    pub(super) vega: Form,
    draw: fn(&Input<'_>) -> Result<Drawn, ChartError>,
}

/// What a kind needs to know beside theories over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Theories,
    /// Posts by a field.
    Split,
    /// Posts that theories share.
    Overlap,
}

/// A picture and the numbers that it shows.
pub(super) struct Drawn {
    pub(super) scene: Scene,
    pub(super) table: Table,
}

/// Every kind, the usual one first.
pub const KINDS: &[&ChartKind] = &[
    &area::KIND,
    &share::KIND,
    &lines::KIND,
    &multiples::KIND,
    &heat::KIND,
    &overlap::KIND,
    &platforms::KIND,
];

impl ChartKind {
    /// The kind of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().copied().find(|kind| kind.name == name)
    }

    pub(super) fn draw(&self, input: &Input<'_>) -> Result<Drawn, ChartError> {
        (self.draw)(input)
    }
}

impl std::fmt::Debug for ChartKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for ChartKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ChartKind {}
