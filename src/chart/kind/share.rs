//! `share`: the parts of each step's posts, stacked to 100 %. Steps of few posts are faint, steps without posts are empty.

use super::stack::{self, Measure};
use super::{ChartKind, Needs};
use crate::chart::vega::Form;

pub(super) const KIND: ChartKind = ChartKind {
    name: "share",
    about: "shares of the posts of each step, stacked to 100 %",
    needs: Needs::Theories,
    vega: Form::Stack { share: true },
    draw: |input| stack::draw(input, Measure::Share, "Shares of each step stacked to 100 %"),
};
