//! Where words stand: in a band where it has room, in the margin without touching each other, above the chart in lanes. Pure geometry.

use super::scene::{Point, Rect};

/// Shorter pieces of a rule look like dirt.
const MIN_PIECE: f64 = 7.0;
/// Resolution of the search for room in a band, in pixels.
const SAMPLE: f64 = 4.0;

/// The edges of a band on the screen, by column, from left to right.
pub(crate) struct BandShape<'a> {
    /// Left and right of each column.
    pub(crate) columns: &'a [(f64, f64)],
    /// Upper edge of the band in each column (a smaller number is higher).
    pub(crate) upper: &'a [f64],
    /// Lower edge.
    pub(crate) lower: &'a [f64],
}

/// Words to be placed: their box, and the space that they want around it.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl BandShape<'_> {
    /// The band in slices of [`SAMPLE`] pixels: in each the lowest upper and the highest lower edge.
    fn slices(&self) -> (f64, Vec<(f64, f64)>) {
        let left = self.columns.first().map_or(0.0, |c| c.0);
        let right = self.columns.last().map_or(0.0, |c| c.1);
        let mut out = vec![(f64::NEG_INFINITY, f64::INFINITY); slice_count(right - left)];
        for ((column, upper), lower) in self.columns.iter().zip(self.upper).zip(self.lower) {
            let first = slice_count(column.0 - left - SAMPLE + 1e-9);
            let end = slice_count(column.1 - left);
            for slice in out.iter_mut().take(end).skip(first) {
                *slice = (slice.0.max(*upper), slice.1.min(*lower));
            }
        }
        (left, out)
    }

    /// The middle of the place where a box of the needed width has most room above and below, if it has enough anywhere. Places that
    /// one of `rules` crosses are taken only where there is no other.
    pub(crate) fn room(&self, need: Need, rules: &[f64]) -> Option<Point> {
        let (left, slices) = self.slices();
        let length = slice_count(need.width).max(1);
        let mut best: Option<(bool, f64, Point)> = None;
        // Where many places are equally good, the words stand in the middle of them.
        let mut first_of_equals = 0.0;
        for (start, window) in slices.windows(length).enumerate() {
            let upper = window.iter().fold(f64::NEG_INFINITY, |m, s| m.max(s.0));
            let lower = window.iter().fold(f64::INFINITY, |m, s| m.min(s.1));
            let room = lower - upper;
            if room < need.height || !room.is_finite() {
                continue;
            }
            let (from, to) = (left + start as f64 * SAMPLE, left + (start + length) as f64 * SAMPLE);
            let clear = !rules.iter().any(|x| *x > from && *x < to);
            let at = (f64::midpoint(from, to), f64::midpoint(upper, lower));
            match &mut best {
                Some((was_clear, most, (x, y)))
                    if (clear, room) == (*was_clear, *most)
                        && (at.1 - *y).abs() < 1e-6
                        && at.0 - *x <= SAMPLE + 1e-6 + (*x - first_of_equals) =>
                {
                    *x = f64::midpoint(first_of_equals, at.0);
                }
                Some((was_clear, most, _)) if (clear, room) <= (*was_clear, *most) => {}
                _ => {
                    first_of_equals = at.0;
                    best = Some((clear, room, at));
                }
            }
        }
        best.map(|(_, _, at)| at)
    }
}

/// Slices that a length takes, the last one begun counted whole.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels; negative lengths saturate at 0"
)]
fn slice_count(length: f64) -> usize {
    (length / SAMPLE).ceil() as usize
}

/// Middles of boxes of height `each` as near as possible to `wishes` (from top to bottom), in their order, apart, and inside `top` to
/// `bottom`, where they must fit.
pub(crate) fn dodge(wishes: &[f64], each: f64, top: f64, bottom: f64) -> Vec<f64> {
    // Boxes that would touch are glued into a run, which stands where its members' wishes are met on average.
    struct Run {
        sum: f64,
        count: usize,
    }
    let clamp = |run: &Run| {
        let height = run.count as f64 * each;
        (run.sum / run.count as f64 - height / 2.0).min(bottom - height).max(top)
    };
    let mut runs: Vec<Run> = Vec::new();
    for wish in wishes {
        let mut run = Run { sum: *wish, count: 1 };
        while let Some(above) = runs.pop() {
            if clamp(&above) + above.count as f64 * each <= clamp(&run) {
                runs.push(above);
                break;
            }
            // A member's wish for the middle of the run is its own wish corrected by its place in it.
            let (n, m) = (above.count as f64, run.count as f64);
            run = Run {
                sum: above.sum + n * m / 2.0 * each + run.sum - m * n / 2.0 * each,
                count: above.count + run.count,
            };
        }
        runs.push(run);
    }
    let mut out = Vec::with_capacity(wishes.len());
    for run in &runs {
        let start = clamp(run);
        out.extend((0..run.count).map(|n| start + (n as f64 + 0.5) * each));
    }
    out
}

/// A label above the chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lane {
    /// Which line, from the top.
    pub(crate) row: usize,
    /// Where the words begin.
    pub(crate) left: f64,
    /// Whether they stand to the left of their rule.
    pub(crate) flipped: bool,
}

/// Lanes for labels of the given places and widths, in order of place: each in the highest lane where it touches no other label, and
/// where no label already placed in a lower lane would be cut by its rule. `gap` keeps rule and words, and words and words, apart.
pub(crate) fn lanes(labels: &[(f64, f64)], left: f64, right: f64, gap: f64) -> Vec<Lane> {
    let mut out: Vec<(Lane, f64)> = Vec::new();
    for (x, width) in labels {
        let flipped = x + gap + width > right;
        let from = if flipped { (x - gap - width).max(left) } else { x + gap };
        let to = from + width;
        let mut row = 0;
        for (other, end) in &out {
            // Its rule runs down from its own lane: it must begin below the labels that it would cut.
            if *x > other.left - gap && *x < end + gap {
                row = row.max(other.row + 1);
            }
        }
        while out.iter().any(|(other, end)| other.row == row && from < end + gap && other.left < to + gap) {
            row += 1;
        }
        out.push((Lane { row, left: from, flipped }, to));
    }
    out.into_iter().map(|(lane, _)| lane).collect()
}

/// The pieces of an upright line that no box covers; scraps are left out.
pub(crate) fn rule_pieces(x: f64, top: f64, bottom: f64, boxes: &[Rect]) -> Vec<(f64, f64)> {
    let mut gaps: Vec<(f64, f64)> =
        boxes.iter().filter(|b| b.left < x && x < b.right).map(|b| (b.top, b.bottom)).collect();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out = Vec::new();
    let mut from = top;
    for (start, end) in gaps {
        if start > from {
            out.push((from, start.min(bottom)));
        }
        from = from.max(end);
    }
    if from < bottom {
        out.push((from, bottom));
    }
    out.retain(|(start, end)| end - start >= MIN_PIECE);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_where_the_band_is_widest() {
        let columns: Vec<(f64, f64)> =
            (0..10).map(|n| (f64::from(n) * 20.0, f64::from(n + 1) * 20.0)).collect();
        let lower = vec![100.0; 10];
        let upper = vec![90.0, 90.0, 90.0, 90.0, 90.0, 50.0, 40.0, 30.0, 50.0, 90.0];
        let shape = BandShape { columns: &columns, upper: &upper, lower: &lower };
        let need = Need { width: 60.0, height: 16.0 };
        let at = shape.room(need, &[]).unwrap();
        assert!((at.0 - 140.0).abs() <= 4.0 && (at.1 - 75.0).abs() <= 1.0, "{at:?}");
        assert_eq!(shape.room(Need { width: 60.0, height: 70.0 }, &[]), None);
        assert_eq!(shape.room(Need { width: 300.0, height: 5.0 }, &[]), None);
        let beside = shape.room(Need { width: 20.0, height: 16.0 }, &[150.0]).unwrap();
        assert!((beside.0 - 150.0).abs() >= 10.0, "{beside:?}");
    }

    #[track_caller]
    fn check_dodge(wishes: &[f64], expected: &[f64]) {
        let got = dodge(wishes, 10.0, 0.0, 100.0);
        assert!(
            got.len() == expected.len() && got.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6),
            "{wishes:?}: {got:?}, not {expected:?}"
        );
    }

    #[test]
    fn margin_labels_dodge() {
        check_dodge(&[20.0, 50.0], &[20.0, 50.0]);
        check_dodge(&[50.0, 50.0], &[45.0, 55.0]);
        check_dodge(&[50.0, 50.0, 50.0], &[40.0, 50.0, 60.0]);
        check_dodge(&[0.0, 0.0], &[5.0, 15.0]);
        check_dodge(&[100.0, 100.0], &[85.0, 95.0]);
        check_dodge(&[50.0, 50.0, 55.0, 90.0], &[41.666_667, 51.666_667, 61.666_667, 90.0]);
    }

    #[test]
    fn rules_begin_below_the_labels_they_would_cut() {
        let got = lanes(&[(10.0, 100.0), (20.0, 100.0), (30.0, 100.0), (200.0, 50.0)], 0.0, 400.0, 5.0);
        assert_eq!(got.iter().map(|l| l.row).collect::<Vec<_>>(), [0, 1, 2, 0]);
        let end = lanes(&[(380.0, 50.0)], 0.0, 400.0, 5.0);
        assert!(end[0].flipped && (end[0].left - 325.0).abs() < 1e-9);
    }

    #[test]
    fn rules_stop_at_words() {
        let label = Rect { left: 0.0, right: 20.0, top: 30.0, bottom: 40.0 };
        assert_eq!(rule_pieces(10.0, 0.0, 100.0, &[label]), [(0.0, 30.0), (40.0, 100.0)]);
        assert_eq!(rule_pieces(50.0, 0.0, 100.0, &[label]), [(0.0, 100.0)]);
    }
}
