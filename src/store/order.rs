//! The order of posts that lie in several sets.

use super::columns::{Columns, PostView, Row};
use rayon::slice::ParallelSliceMut;

/// Where a post lies in several sets, with its second, which decides most comparisons.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its time in whole seconds.
    pub second: i64,
    /// Number of the set.
    pub part: u32,
    /// Index in the set.
    pub row: u32,
}

impl Place {
    /// What it is sorted by.
    pub(crate) fn sort_key<'a>(&self, parts: &'a [Columns]) -> Option<(i64, &'a str, &'a str)> {
        parts.get(self.part as usize).map(|part| part.sort_key(self.row as usize))
    }

    /// The post at this place, to be written.
    pub(crate) fn row<'a>(&self, parts: &'a [Columns]) -> Option<Row<'a>> {
        parts.get(self.part as usize).map(|columns| Row { columns, at: self.row as usize })
    }

    /// The post at this place.
    pub fn view<'a>(&self, parts: &'a [Columns]) -> Option<PostView<'a>> {
        parts.get(self.part as usize).map(|part| part.view(self.row as usize))
    }
}

/// Places of all posts in key order; equal keys in the order of the sets. The sort is stable, so threads do not matter.
pub fn sorted(parts: &[Columns]) -> Vec<Place> {
    let mut order = Vec::with_capacity(parts.iter().map(Columns::len).sum());
    for (part, columns) in (0..).zip(parts) {
        let seconds = columns.who.posted_ms.iter().map(|ms| ms.div_euclid(1000));
        order.extend((0..).zip(seconds).map(|(row, second)| Place { second, part, row }));
    }
    order.par_sort_by(|a, b| a.second.cmp(&b.second).then_with(|| a.sort_key(parts).cmp(&b.sort_key(parts))));
    order
}
