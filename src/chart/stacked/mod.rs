//! Posts by bucket, stacked in steps: each theory's own posts, those of several theories, those of none. The bands add up to `all`.

mod letters;
mod page;
mod paint;
mod plan;

use super::calendar::Calendar;
use super::font::Fonts;
use super::scene::Scene;
use super::words::clean;
use super::{ChartError, ChartOptions};
use crate::answer::TheoriesAnswer;
use std::rc::Rc;

/// The picture of an answer. Words are measured first (`page`), then places are found (`plan`, `letters`), then it is drawn (`paint`).
pub(crate) fn scene(
    answer: &TheoriesAnswer,
    options: &ChartOptions,
    fonts: &Rc<Fonts>,
) -> Result<Scene, ChartError> {
    let calendar = Calendar::of(answer).ok_or_else(|| ChartError::Zone { zone: clean(&answer.zone) })?;
    let page = page::Page::new(answer, &calendar, options, fonts);
    let plan = plan::Plan::of(&page);
    let letters = letters::letters(&page, &plan);
    paint::paint(&page, &plan, &letters, fonts)
}
