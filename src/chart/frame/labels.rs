//! Names beside the data: in their band where it has room, else in the margin with a leader and a swatch. Never a legend.

use super::page::{BAND, LABEL, Page, middle};
use super::plan::Plot;
use super::sheet::{Layer, Sheet, line, rect};
use crate::chart::bands::Band;
use crate::chart::color::Token;
use crate::chart::place::{BandShape, Need, dodge};
use crate::chart::scene::{Anchor, Fill, Ink, Point, Rect, Stroke, Text};

/// Between the plot and the words in the margin: leader, swatch.
const LEADER: f64 = 24.0;
const SWATCH: f64 = 11.0;
/// Height of a label in the margin.
const MARGIN_LINE: f64 = 18.0;
/// Part of the page's width that labels beside the plot may take; on a narrow page more, up to a width in pixels.
const MARGIN_PART: f64 = 0.26;
const NARROW_MARGIN: (f64, f64) = (0.33, 190.0);
/// Ten labels in the margin must fit beside the plot: seven theories, the others, several, unmatched.
pub(crate) const MIN_BODY: f64 = 190.0;

/// A name in the margin.
pub(crate) struct Name<'a> {
    pub(crate) label: &'a str,
    pub(crate) token: Token,
    /// Height of what it names, at the right end of the plot.
    pub(crate) wish: f64,
    /// Whether there is anything at the right end that a leader could point to.
    pub(crate) led: bool,
}

/// Widest label in the margin.
fn widest(page: &Page<'_>) -> f64 {
    (page.width * MARGIN_PART).max((page.width * NARROW_MARGIN.0).min(NARROW_MARGIN.1))
}

/// Width that a name takes in the margin.
pub(crate) fn margin_width(page: &Page<'_>, label: &str) -> f64 {
    page.fonts.width(label, LABEL).min(widest(page)) + LEADER + SWATCH + 6.0
}

/// Names in the margin, from the top down, with leaders from what they name. Both ends are in the same order, so straight leaders never
/// cross.
pub(crate) fn in_margin(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot, names: &mut [Name<'_>]) {
    names.sort_by(|a, b| a.wish.total_cmp(&b.wish));
    let wishes: Vec<f64> = names.iter().map(|name| name.wish).collect();
    let places = dodge(&wishes, MARGIN_LINE, plot.rect.top, plot.rect.bottom.max(plot.rect.top + MIN_BODY));
    let right = plot.rect.right;
    let (mut shapes, mut texts) = (Vec::new(), Vec::new());
    for (name, place) in names.iter().zip(places) {
        if name.led {
            let stroke = Stroke::new(name.token, 1.4);
            shapes.push(line((right + 2.0, name.wish), (right + LEADER - 3.0, place), stroke));
        }
        let left = right + LEADER;
        let (top, bottom) = (place - SWATCH / 2.0, place + SWATCH / 2.0);
        shapes.push(rect(Rect { left, right: left + SWATCH, top, bottom }, Fill::Solid(name.token)));
        let words = page.fonts.shorten(name.label, LABEL, widest(page));
        texts.extend(page.text(&words, (left + SWATCH + 6.0, place + middle(LABEL)), LABEL, Token::Ink));
    }
    sheet.group(Layer::Leaders, "leaders", None, shapes);
    sheet.words("labels", texts);
}

/// Where each band has room for its name, if it has. `edges` are values, one more than bands; places that one of `rules` crosses are taken
/// only where there is no other.
pub(crate) fn rooms(
    page: &Page<'_>,
    plot: &Plot,
    bands: &[Band],
    edges: &[Vec<f64>],
    rules: &[f64],
) -> Vec<Option<Point>> {
    let heights: Vec<Vec<f64>> = edges.iter().map(|edge| edge.iter().map(|n| plot.y(*n)).collect()).collect();
    let room = |(band, pair): (&Band, &[Vec<f64>])| {
        let [lower, upper] = pair else { return None };
        let shape = BandShape { columns: &plot.columns, upper, lower };
        let need = Need { width: page.fonts.width(&band.label, BAND) + 12.0, height: BAND.height() + 4.0 };
        shape.room(need, rules)
    };
    bands.iter().zip(heights.windows(2)).map(room).collect()
}

/// Names of bands: inside where there is room, else in the margin.
pub(crate) fn of_bands(
    sheet: &mut Sheet<'_>,
    page: &Page<'_>,
    plot: &Plot,
    (bands, edges): (&[Band], &[Vec<f64>]),
    rooms: &[Option<Point>],
) {
    let mut inside = Vec::new();
    let mut names = Vec::new();
    for ((band, room), pair) in bands.iter().zip(rooms).zip(edges.windows(2)) {
        if let Some((x, y)) = room {
            let text = page.text(&band.label, (*x, y + middle(BAND)), BAND, Ink::On(band.token));
            inside.extend(text.map(|t| Text { anchor: Anchor::Middle, halo: Some(band.token), ..t }));
            continue;
        }
        let wish = match pair {
            [lower, upper] => match (lower.last(), upper.last()) {
                (Some(low), Some(high)) => plot.y(f64::midpoint(*low, *high)),
                _ => plot.rect.bottom,
            },
            _ => plot.rect.bottom,
        };
        names.push(Name { label: &band.label, token: band.token, wish, led: band.ends_with_posts() });
    }
    // Equal heights keep the order of the bands, which are counted from the base line up, the margin from the top down.
    names.reverse();
    sheet.words("labels", inside);
    in_margin(sheet, page, plot, &mut names);
}

/// Width of the margin that the names of these bands need, where they have no room inside.
pub(crate) fn margin_needed(page: &Page<'_>, bands: &[Band], rooms: &[Option<Point>]) -> f64 {
    let outside = bands.iter().zip(rooms).filter(|(_, room)| room.is_none());
    outside.map(|(band, _)| margin_width(page, &band.label)).fold(0.0, f64::max)
}
