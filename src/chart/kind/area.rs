//! `area`: posts by bucket, stacked in steps. Every post is in exactly one band, so the bands add up to all posts.

use super::stack::{self, Measure};
use super::{ChartKind, Needs};
use crate::chart::vega::Form;

pub(super) const KIND: ChartKind = ChartKind {
    name: "area",
    about: "posts stacked in steps; every post is in one band",
    needs: Needs::Theories,
    vega: Form::Stack { share: false },
    draw: |input| stack::draw(input, Measure::Posts, "Stacked areas in steps"),
};
