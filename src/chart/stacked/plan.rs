//! Where everything stands: the plot gets what the measured words leave. Nothing is drawn here.

use super::page::{
    AXIS, BAND, EVENT_PART, LABEL, LANE, LEADER, LEADING, LIST_COLUMN, LIST_NUMBER, MARGIN_LINE, MARGIN_PART,
    MAX_LABELLED, MAX_LANES, MIN_PLOT, NOTE, PAD, Page, RULE_GAP, SWATCH, TIME_AXIS,
};
use crate::answer::EventAnswer;
use crate::chart::axis::{TimeSpan, TimeTick, time_ticks};
use crate::chart::backend::{SCALE, to_pixels, to_tenths};
use crate::chart::bands::Band;
use crate::chart::place::{BandShape, Need, dodge, lanes};
use crate::chart::scene::{Point, Rect};
use crate::chart::words::clean;
use crate::post::Timestamp;
use plotters::coord::CoordTranslate;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::Cartesian2d;

/// plotters' map from milliseconds and posts to tenths of pixels.
pub(crate) type Map = Cartesian2d<RangedCoordf64, RangedCoordf64>;

/// Words of an event above the plot, or its number.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    pub(crate) words: String,
    /// Of its rule.
    pub(crate) x: f64,
    /// Left end and base line of the words; `None` where a neighbour's words name this event too.
    pub(crate) at: Option<Point>,
    /// Where the rule begins.
    pub(crate) top: f64,
}

/// A label of a band.
pub(crate) enum Label {
    /// In the band: its middle.
    Inside(Point),
    /// In the margin: what is left of the words, the band's and the label's middle.
    Margin { words: String, band: f64, label: f64 },
}

/// Where everything stands.
pub(crate) struct Plan {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) plot: Rect,
    pub(crate) map: Map,
    /// Start and end of the axis of time.
    pub(crate) span: (Timestamp, Timestamp),
    /// Left and right of each column.
    pub(crate) columns: Vec<(f64, f64)>,
    pub(crate) labels: Vec<Label>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) ticks: Vec<TimeTick>,
    /// Name of the zone, under the axis.
    pub(crate) zone: String,
    /// Cells of the list of events: number, words, left end of the base line of the words.
    pub(crate) list: Vec<(String, String, Point)>,
    /// Base line of the first line of the note.
    pub(crate) note: f64,
}

impl Plan {
    /// The margin is first as wide as the widest label; if fewer labels must stand there, it shrinks, unless the narrower margin
    /// brings other labels into it.
    pub(crate) fn of(page: &Page<'_>) -> Self {
        let widest = page.stack.bands.iter().map(|b| margin_width(page, b)).fold(0.0, f64::max);
        let first = Self::with_margin(page, widest);
        let needed = first.margin_needed(page);
        if needed >= widest {
            return first;
        }
        let second = Self::with_margin(page, needed);
        if second.margin_needed(page) > needed { first } else { second }
    }

    fn margin_needed(&self, page: &Page<'_>) -> f64 {
        let bands = page.stack.bands.iter().zip(&self.labels);
        bands
            .filter(|(_, label)| matches!(label, Label::Margin { .. }))
            .map(|(band, _)| margin_width(page, band))
            .fold(0.0, f64::max)
    }

    fn with_margin(page: &Page<'_>, margin: f64) -> Self {
        let (left, right) = (PAD + page.gutter(), page.width - PAD - margin);
        let span = page.span();
        let x = |at: Timestamp| {
            let part = (at.as_millis() - span.0.as_millis()) as f64
                / (span.1.as_millis() - span.0.as_millis()) as f64;
            left + (right - left) * part.clamp(0.0, 1.0)
        };
        let (mut flags, flag_lanes, listed) = flags(page, &x);
        let list = list_cells(page, listed);
        let rows = list.iter().map(|cell| cell.row + 1).max().unwrap_or(0) as f64;
        let line = NOTE.size * LEADING;
        let foot = rows * line + if rows > 0.0 { 10.0 } else { 0.0 } + page.note.len() as f64 * line + 12.0;
        let head = page.head();
        let top = head + flag_lanes as f64 * LANE + LANE + 4.0;
        let height = page.height.max((top + MIN_PLOT + TIME_AXIS + foot).ceil());
        let plot = Rect { left, right, top, bottom: height - foot - TIME_AXIS };
        for flag in &mut flags {
            flag.top += head;
            flag.at = flag.at.map(|(x, y)| (x, y + head));
        }
        let map = Map::new(
            span.0.as_millis() as f64..span.1.as_millis() as f64,
            0.0..page.axis.top,
            (to_tenths(plot.left)..to_tenths(plot.right), to_tenths(plot.bottom)..to_tenths(plot.top)),
        );
        let list_top = plot.bottom + TIME_AXIS + 4.0;
        let steps =
            if page.stack.group > 1 { "times".to_owned() } else { format!("{}s", page.calendar.unit()) };
        let zone = format!("{steps} in {}", page.calendar.zone_name());
        let zone = page.fonts.shorten(&zone, AXIS, plot.width() * 0.5);
        let mut plan = Self {
            width: page.width,
            height,
            columns: columns(page, &map),
            labels: Vec::new(),
            ticks: Vec::new(),
            list: list
                .into_iter()
                .map(|cell| {
                    (cell.number, cell.words, (cell.left, list_top + NOTE.ascent() + cell.row as f64 * line))
                })
                .collect(),
            note: height - 12.0 - page.note.len() as f64 * line + NOTE.ascent(),
            plot,
            map,
            span,
            flags,
            zone,
        };
        plan.labels = plan.band_labels(page);
        plan.ticks = plan.time_ticks(page);
        plan
    }

    /// Pixels of an instant and a count.
    pub(crate) fn point(&self, at: Timestamp, posts: f64) -> Point {
        to_pixels(self.map.translate(&(at.as_millis() as f64, posts)))
    }

    /// Height of a count.
    pub(crate) fn y(&self, posts: f64) -> f64 {
        self.point(self.span.0, posts).1
    }

    fn band_labels(&self, page: &Page<'_>) -> Vec<Label> {
        let rules: Vec<f64> = self.flags.iter().map(|flag| flag.x).collect();
        let heights: Vec<Vec<f64>> =
            page.edges.iter().map(|edge| edge.iter().map(|n| self.y(*n)).collect()).collect();
        let mut labels = Vec::new();
        let (mut wishes, mut outside) = (Vec::new(), Vec::new());
        for (at, (band, pair)) in page.stack.bands.iter().zip(heights.windows(2)).enumerate() {
            let [lower, upper] = pair else { continue };
            let shape = BandShape { columns: &self.columns, upper, lower };
            let need =
                Need { width: page.fonts.width(&band.label, BAND) + 12.0, height: BAND.height() + 4.0 };
            let middle = match (upper.last(), lower.last()) {
                (Some(a), Some(b)) => f64::midpoint(*a, *b),
                _ => self.plot.bottom,
            };
            labels.push(if let Some(at) = shape.room(need, &rules) {
                Label::Inside(at)
            } else {
                outside.push(at);
                wishes.push(middle);
                let words = page.fonts.shorten(&band.label, LABEL, page.width * MARGIN_PART);
                Label::Margin { words, band: middle, label: middle }
            });
        }
        // Bands are counted from the base line up, the margin from the top down.
        wishes.reverse();
        let places = dodge(&wishes, MARGIN_LINE, self.plot.top, self.plot.bottom);
        for (at, place) in outside.into_iter().rev().zip(places) {
            if let Some(Label::Margin { label, .. }) = labels.get_mut(at) {
                *label = place;
            }
        }
        labels
    }

    fn time_ticks(&self, page: &Page<'_>) -> Vec<TimeTick> {
        let columns: Vec<Timestamp> = page.stack.columns.iter().map(|c| c.start).collect();
        let zone_left = self.plot.right - page.fonts.width(&self.zone, AXIS) - 10.0;
        let span = TimeSpan {
            calendar: page.calendar,
            start: self.span.0,
            end: self.span.1,
            columns: &columns,
            right: (self.width - PAD, zone_left),
        };
        time_ticks(&span, &|at| self.point(at, 0.0).0, page.fonts, AXIS)
    }
}

fn margin_width(page: &Page<'_>, band: &Band) -> f64 {
    page.fonts.width(&band.label, LABEL).min(page.width * MARGIN_PART) + LEADER + SWATCH + 6.0
}

fn columns(page: &Page<'_>, map: &Map) -> Vec<(f64, f64)> {
    let x = |at: Timestamp| f64::from(map.translate(&(at.as_millis() as f64, 0.0)).0) / SCALE;
    page.stack.columns.iter().map(|column| (x(column.start), x(column.end))).collect()
}

/// Flags with their places relative to the top of the first lane, the number of lanes, and whether the events are listed by number.
fn flags(page: &Page<'_>, x: &dyn Fn(Timestamp) -> f64) -> (Vec<Flag>, usize, bool) {
    let words: Vec<String> = page.events.iter().map(|e| event_words(page, e)).collect();
    let words: Vec<String> =
        words.iter().map(|w| page.fonts.shorten(w, LABEL, page.width * EVENT_PART)).collect();
    let places: Vec<(f64, f64)> =
        page.events.iter().zip(&words).map(|(e, w)| (x(e.at), page.fonts.width(w, LABEL))).collect();
    let lanes = lanes(&places, PAD, page.width - PAD, RULE_GAP);
    let count = lanes.iter().map(|lane| lane.row + 1).max().unwrap_or(0);
    if page.events.len() > MAX_LABELLED || count > MAX_LANES {
        return (numbers(page, x), 1, true);
    }
    let flags = words
        .into_iter()
        .zip(lanes)
        .zip(places)
        .map(|((words, lane), (x, _))| {
            let top = lane.row as f64 * LANE;
            Flag { words, x, at: Some((lane.left, top + 2.0 + LABEL.ascent())), top: top + 2.0 }
        })
        .collect();
    (flags, count, false)
}

/// Numbers in one lane; neighbours whose numbers would touch share one: `3–7`.
fn numbers(page: &Page<'_>, x: &dyn Fn(Timestamp) -> f64) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let mut run = (0_usize, f64::NEG_INFINITY);
    let right = page.width - PAD;
    for (at, event) in page.events.iter().enumerate() {
        let x = x(event.at);
        let number = (at + 1).to_string();
        let free = x + 3.0 > run.1 + 4.0 && x + 3.0 + page.fonts.width(&number, LABEL) <= right;
        if free || flags.is_empty() {
            let width = page.fonts.width(&number, LABEL);
            let left = (x + 3.0).min(right - width);
            run = (at, left + width);
            flags.push(Flag { words: number, x, at: Some((left, 2.0 + LABEL.ascent())), top: 2.0 });
            continue;
        }
        let words = format!("{}–{number}", run.0 + 1);
        let width = page.fonts.width(&words, LABEL);
        if let Some(first) = flags.get_mut(run.0) {
            let left = first.at.map_or(x, |at| at.0).min(right - width);
            first.words = words;
            first.at = Some((left, 2.0 + LABEL.ascent()));
            run.1 = left + width;
        }
        flags.push(Flag { words: String::new(), x, at: None, top: LANE });
    }
    flags
}

fn event_words(page: &Page<'_>, event: &EventAnswer) -> String {
    format!("{} {}", page.calendar.event(event.at), clean(&event.label))
}

/// One event of the list.
struct Cell {
    number: String,
    words: String,
    left: f64,
    row: usize,
}

/// The list is read down its columns.
fn list_cells(page: &Page<'_>, listed: bool) -> Vec<Cell> {
    if !listed {
        return Vec::new();
    }
    let inner = page.width - 2.0 * PAD;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few columns")]
    let columns = ((inner / LIST_COLUMN).floor() as usize).max(1);
    let rows = page.events.len().div_ceil(columns).max(1);
    let width = inner / columns as f64;
    let indent = page.fonts.width("00", LIST_NUMBER) + 6.0;
    let cell = |(at, event): (usize, &&EventAnswer)| Cell {
        number: (at + 1).to_string(),
        words: page.fonts.shorten(&event_words(page, event), NOTE, width - indent - 16.0),
        left: PAD + (at / rows) as f64 * width + indent,
        row: at % rows,
    };
    page.events.iter().enumerate().map(cell).collect()
}
