//! Where everything stands: the body gets what the measured words leave. Nothing is drawn here.

use super::events::{self, Flag, LANE, ListCell};
use super::page::{AXIS, LEADING, NOTE, PAD, Page};
use crate::chart::backend::{SCALE, to_pixels, to_tenths};
use crate::chart::columns::Stretch;
use crate::chart::scene::{Point, Rect};
use crate::post::Timestamp;
use plotters::coord::CoordTranslate;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::Cartesian2d;

/// plotters' map from milliseconds and posts to tenths of pixels.
pub(crate) type Map = Cartesian2d<RangedCoordf64, RangedCoordf64>;

/// The two lines under the base line.
pub(crate) const TIME_AXIS: f64 = 42.0;

/// What a kind of picture needs beside the head and the note.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Room {
    /// Left of the body, from the border of the page.
    pub(crate) gutter: f64,
    /// Right of it.
    pub(crate) margin: f64,
    /// Over it: a line of words of its own.
    pub(crate) over: f64,
    /// Under it: axis, scale.
    pub(crate) under: f64,
    /// Lowest body in which its words still stand apart.
    pub(crate) min_body: f64,
    /// How events are named.
    pub(crate) events: EventStyle,
}

/// How events are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EventStyle {
    /// Not at all: the picture has no axis of time.
    #[default]
    None,
    /// Words over the body; numbers and a list where they are many.
    Words,
    /// Numbers, which the kind places, and a list.
    Numbers,
}

/// Where everything stands.
pub(crate) struct Plan {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Where the data are.
    pub(crate) body: Rect,
    /// Words of events, with their rules.
    pub(crate) flags: Vec<Flag>,
    /// The list of events, its cells by their base line.
    pub(crate) list: Vec<(ListCell, Point)>,
    /// Base line of the first line of the note.
    pub(crate) note: f64,
}

impl Plan {
    pub(crate) fn of(page: &Page<'_>, room: &Room) -> Self {
        let (left, right) = (PAD + room.gutter, page.width - PAD - room.margin);
        let x = |at: Timestamp| left + (right - left) * page.part(at);
        let named = match room.events {
            EventStyle::None => events::Named::default(),
            EventStyle::Words => events::words(page, &x),
            EventStyle::Numbers => events::Named { listed: true, ..events::Named::default() },
        };
        let cells = if named.listed { events::list(page) } else { Vec::new() };
        let rows = cells.iter().map(|cell| cell.row + 1).max().unwrap_or(0) as f64;
        let line = NOTE.size * LEADING;
        let foot = rows * line + if rows > 0.0 { 10.0 } else { 0.0 } + page.note.len() as f64 * line + 12.0;
        let head = page.head();
        let top = head + named.lanes as f64 * LANE + room.over;
        let height = page.height.max((top + room.min_body + room.under + foot).ceil());
        let body = Rect { left, right, top, bottom: height - foot - room.under };
        let list_top = body.bottom + room.under + 4.0;
        let cell = |cell: ListCell| {
            let at = (cell.left, list_top + NOTE.ascent() + cell.row as f64 * line);
            (cell, at)
        };
        Self {
            width: page.width,
            height,
            body,
            flags: named.flags.into_iter().map(|flag| flag.lowered(head)).collect(),
            list: cells.into_iter().map(cell).collect(),
            note: height - 12.0 - page.note.len() as f64 * line + NOTE.ascent(),
        }
    }
}

/// A rectangle with an axis of time and one of values.
pub(crate) struct Plot {
    pub(crate) rect: Rect,
    pub(crate) map: Map,
    start: Timestamp,
    /// Left and right of each column.
    pub(crate) columns: Vec<(f64, f64)>,
}

impl Plot {
    /// Values from 0 to `top`.
    pub(crate) fn new(page: &Page<'_>, rect: Rect, top: f64) -> Self {
        let (start, end) = page.span;
        let map = Map::new(
            start.as_millis() as f64..end.as_millis() as f64,
            0.0..top,
            (to_tenths(rect.left)..to_tenths(rect.right), to_tenths(rect.bottom)..to_tenths(rect.top)),
        );
        let x = |at: Timestamp| f64::from(map.translate(&(at.as_millis() as f64, 0.0)).0) / SCALE;
        let columns = page.columns.list.iter().map(|column| (x(column.start), x(column.end))).collect();
        Self { rect, map, start, columns }
    }

    /// Pixels of an instant and a value.
    pub(crate) fn point(&self, at: Timestamp, value: f64) -> Point {
        to_pixels(self.map.translate(&(at.as_millis() as f64, value)))
    }

    /// Where an instant lies.
    pub(crate) fn x(&self, at: Timestamp) -> f64 {
        self.point(at, 0.0).0
    }

    /// Height of a value.
    pub(crate) fn y(&self, value: f64) -> f64 {
        self.point(self.start, value).1
    }

    /// A stretch of time over the whole height.
    pub(crate) fn stretch(&self, (start, end): Stretch) -> Rect {
        Rect { left: self.x(start), right: self.x(end), ..self.rect }
    }
}

/// Left of a plot: the widest label of its axis of counts, and some air.
pub(crate) fn gutter(page: &Page<'_>, labels: &[(f64, String)]) -> f64 {
    let widest = labels.iter().map(|(_, label)| page.fonts.width(label, AXIS)).fold(0.0, f64::max);
    widest.min(page.width * 0.2) + 10.0
}
