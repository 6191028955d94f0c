//! From buckets to blocks: how many columns a series takes, and its lines of eighths. Which columns are not covered is known here too.

use crate::answer::TheoriesAnswer;
use crate::chart::columns::uncovered;
use crate::post::Timestamp;

/// From few to most.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// No posts: told apart from few.
pub(super) const NONE: char = '·';
/// No posts where nobody said that they would be in the data.
pub(super) const UNKNOWN: char = '░';

/// The columns that time takes.
pub(super) struct Canvas {
    /// Columns for each bucket, or buckets for each column.
    pub(super) repeat: usize,
    pub(super) group: usize,
    pub(super) columns: usize,
    pub(super) starts: Vec<Timestamp>,
    /// Whether posts of a column may be missing.
    missing: Vec<bool>,
    pub(super) gaps: bool,
}

impl Canvas {
    /// In at most `most` columns.
    pub(super) fn of(answer: &TheoriesAnswer, most: usize) -> Self {
        let buckets = answer.buckets.len();
        let group = buckets.div_ceil(most.max(1)).max(1);
        let repeat = most.checked_div(buckets).unwrap_or(1).max(1);
        let starts: Vec<Timestamp> = answer.buckets.iter().copied().step_by(group).collect();
        let gaps = uncovered(answer);
        let ends = starts.iter().copied().skip(1).chain([answer.until]);
        let missing = starts
            .iter()
            .zip(ends)
            .map(|(start, end)| gaps.iter().any(|(from, to)| *from < end && start < to))
            .collect();
        Self { repeat, group, columns: starts.len() * repeat, starts, missing, gaps: !gaps.is_empty() }
    }

    /// A series by bucket as one by step.
    pub(super) fn sums(&self, series: &[u64]) -> Vec<u128> {
        series.chunks(self.group).map(|part| part.iter().map(|n| u128::from(*n)).sum()).collect()
    }

    /// Lines of blocks, the topmost first; `top` fills all of them.
    pub(super) fn lines(&self, sums: &[u128], top: u128, rows: usize) -> Vec<String> {
        let top = top.max(1);
        let levels = 8 * rows as u128;
        // Any post is at least the lowest block: few is not none.
        let level = |n: u128| usize::try_from((n.min(top) * levels).div_ceil(top)).unwrap_or(usize::MAX);
        let line = |row: usize| {
            let below = 8 * (rows - 1 - row);
            let block = |(sum, missing): (&u128, &bool)| match level(*sum).saturating_sub(below) {
                0 if row + 1 < rows || *sum > 0 => ' ',
                0 if *missing => UNKNOWN,
                0 => NONE,
                level => BLOCKS.get(level.min(8) - 1).copied().unwrap_or('█'),
            };
            let blocks = sums.iter().zip(&self.missing).map(block);
            blocks.flat_map(|block| std::iter::repeat_n(block, self.repeat)).collect()
        };
        (0..rows).map(line).collect()
    }

    /// Column of an instant.
    pub(super) fn column(&self, at: Timestamp) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1) * self.repeat
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample;

    #[test]
    fn heights_are_eighths_of_a_line() {
        let mut answer = sample::small(&[("a", "A", &[0, 4, 8])], 8);
        let canvas = Canvas::of(&answer, 6);
        let lines = |series: &[u64], top, rows| canvas.lines(&canvas.sums(series), top, rows);
        assert_eq!((canvas.repeat, canvas.group, canvas.columns), (2, 1, 6));
        assert_eq!(lines(&[0, 4, 8], 8, 1), ["··▄▄██"]);
        assert_eq!(lines(&[0, 4, 8], 8, 2), ["    ██", "··████"]);
        assert_eq!(lines(&[1, 0, 800], 800, 3), ["    ██", "    ██", "▁▁··██"]);
        answer.data.covers = vec![(answer.buckets[1], answer.until)];
        assert_eq!(Canvas::of(&answer, 3).lines(&[0, 0, 2], 2, 1), ["░·█"]);
    }

    #[test]
    fn buckets_are_added_up_where_there_are_too_many() {
        let canvas = Canvas::of(&sample::hourly(), 50);
        assert_eq!((canvas.group, canvas.columns), (5, 48));
        assert_eq!(
            canvas.sums(&sample::hourly().all).iter().sum::<u128>(),
            u128::from(sample::hourly().posts)
        );
    }
}
