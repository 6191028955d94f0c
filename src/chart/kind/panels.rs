//! Places of small plots in rows and columns. Pure geometry.

use crate::chart::scene::Rect;

/// Between two plots of a row, and between two rows.
const GAP: (f64, f64) = (22.0, 12.0);

/// Small plots of one size, in rows, the last of which may be shorter.
pub(super) struct Grid {
    pub(super) columns: usize,
    pub(super) rows: usize,
    count: usize,
}

impl Grid {
    /// So that no row has more than `most` and all rows are about as long.
    pub(super) fn of(count: usize, most: usize) -> Self {
        let rows = count.div_ceil(most.max(1)).max(1);
        Self { columns: count.div_ceil(rows).max(1), rows, count }
    }

    /// The plots, in order, each with `head` free over it; below the lowest of each column `foot` is free.
    pub(super) fn plots(&self, body: Rect, head: f64, foot: f64) -> Vec<Rect> {
        let (columns, rows) = (self.columns as f64, self.rows as f64);
        let width = (body.width() - GAP.0 * (columns - 1.0)) / columns;
        let height = (body.height() - foot - GAP.1 * (rows - 1.0)) / rows;
        let place = |at: usize| {
            let (column, row) = ((at % self.columns) as f64, (at / self.columns) as f64);
            let left = body.left + column * (width + GAP.0);
            let top = body.top + row * (height + GAP.1);
            Rect { left, right: left + width, top: top + head, bottom: top + height }
        };
        (0..self.count).map(place).collect()
    }

    /// Height of a body whose plots are so high.
    pub(super) fn height(&self, plot: f64, head: f64, foot: f64) -> f64 {
        let rows = self.rows as f64;
        rows * (plot + head) + (rows - 1.0) * GAP.1 + foot
    }

    /// Whether nothing lies under this plot.
    pub(super) fn is_lowest(&self, at: usize) -> bool {
        at + self.columns >= self.count
    }

    /// Whether nothing lies left of it.
    pub(super) fn is_first(&self, at: usize) -> bool {
        at.is_multiple_of(self.columns)
    }
}

/// Plots one over the other whose heights are as their highest values, so that a pixel is as many posts in each; none is lower than
/// `floor`. Each with its highest value; over each `head` is free, under the last `foot`.
pub(super) fn stacked(body: Rect, highest: &[f64], (head, foot, floor): (f64, f64, f64)) -> Vec<(Rect, f64)> {
    let count = highest.len() as f64;
    let room = (body.height() - foot - count * head).max(count * floor);
    // The scale that fills the room; plots that would be lower than the floor get the floor, and the others share the rest.
    let mut scale = f64::INFINITY;
    loop {
        let low = highest.iter().filter(|value| **value * scale < floor).count() as f64;
        let sum: f64 = highest.iter().filter(|value| **value * scale >= floor).sum();
        let next = if sum > 0.0 { (room - low * floor) / sum } else { room / count.max(1.0) };
        if next >= scale || sum <= 0.0 {
            break;
        }
        scale = next;
    }
    if !scale.is_finite() {
        scale = floor;
    }
    let mut y = body.top;
    let place = |value: &f64| {
        let height = (value * scale).max(floor);
        let plot = Rect { top: y + head, bottom: y + head + height, ..body };
        y = plot.bottom;
        (plot, height / scale)
    };
    highest.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_about_as_long() {
        let of = |count, most| {
            let grid = Grid::of(count, most);
            (grid.columns, grid.rows)
        };
        assert_eq!(
            [of(8, 4), of(6, 4), of(5, 4), of(3, 4), of(7, 1), of(0, 4)],
            [(4, 2), (3, 2), (3, 2), (3, 1), (1, 7), (1, 1)]
        );
    }

    #[test]
    fn a_pixel_is_as_many_posts_in_each_plot() {
        let body = Rect { left: 0.0, right: 500.0, top: 0.0, bottom: 400.0 };
        for highest in [vec![2000.0, 600.0, 3.0], vec![1.0], vec![5.0, 5.0], vec![0.0, 0.0], vec![1e15, 1.0]]
        {
            let plots = stacked(body, &highest, (20.0, 40.0, 18.0));
            let scales: Vec<f64> = plots.iter().map(|(plot, top)| plot.height() / top).collect();
            assert!(scales.windows(2).all(|pair| (pair[0] / pair[1] - 1.0).abs() < 1e-9), "{scales:?}");
            assert!(
                plots
                    .iter()
                    .zip(&highest)
                    .all(|((plot, top), value)| plot.height() >= 18.0 - 1e-9 && *top >= value - 1e-9)
            );
            assert!(plots.last().unwrap().0.bottom <= 360.0 + 1e-6, "{plots:?}");
        }
    }

    #[test]
    fn plots_stay_in_the_body_and_apart() {
        let body = Rect { left: 10.0, right: 510.0, top: 20.0, bottom: 420.0 };
        let grid = Grid::of(7, 3);
        let plots = grid.plots(body, 30.0, 40.0);
        for (at, plot) in plots.iter().enumerate() {
            assert!(plot.left >= body.left && plot.right <= body.right + 1e-9, "{plot:?}");
            assert!(plot.top >= body.top + 30.0 && plot.bottom <= body.bottom - 40.0 + 1e-9, "{plot:?}");
            assert!(plots.iter().skip(at + 1).all(|other| !other.overlaps(plot)), "{at}");
        }
        assert_eq!((0..7).filter(|at| grid.is_lowest(*at)).collect::<Vec<_>>(), [4, 5, 6]);
    }
}
