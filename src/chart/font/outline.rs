//! Words as outlines, for print and for PNG.

use super::Fonts;
use crate::chart::decimal::number;
use crate::chart::scene::{Anchor, Text};
use skrifa::{DrawMemory, PathSink};
use std::fmt::Write as _;

/// The outline of a line of words at its place, as `d` of an SVG path; empty where no font can draw any of it.
pub(crate) fn outline(fonts: &Fonts, text: &Text) -> String {
    let line = fonts.shape(&text.words, text.face.weight);
    let width = line.width * text.face.size;
    let left = match text.anchor {
        Anchor::Start => text.at.0,
        Anchor::Middle => text.at.0 - width / 2.0,
        Anchor::End => text.at.0 - width,
    };
    let mut out = Pen { d: String::new(), x: 0.0, y: 0.0, scale: 0.0 };
    for placed in &line.glyphs {
        let Some(loaded) = fonts.loaded(placed.font) else { continue };
        let Some(outline) = loaded.outlines.outline(placed.glyph) else { continue };
        out.x = left + placed.x * text.face.size;
        out.y = text.at.1 - placed.y * text.face.size;
        out.scale = text.face.size / loaded.units;
        let before = out.d.len();
        if outline.draw(DrawMemory::Scratch, &mut out).is_err() {
            out.d.truncate(before);
        }
    }
    out.d
}

/// Font units to pixels; up becomes down.
struct Pen {
    d: String,
    x: f64,
    y: f64,
    scale: f64,
}

impl Pen {
    fn push(&mut self, command: char, points: &[(f32, f32)]) {
        self.d.push(command);
        for (at, (x, y)) in points.iter().enumerate() {
            if at > 0 {
                self.d.push(' ');
            }
            let (x, y) = (self.x + f64::from(*x) * self.scale, self.y - f64::from(*y) * self.scale);
            // Writing to a string cannot fail.
            let _ = write!(self.d, "{} {}", number(x), number(y));
        }
    }
}

impl PathSink for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push('L', &[(x, y)]);
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        self.push('Q', &[(cx0, cy0), (x, y)]);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.push('C', &[(cx0, cy0), (cx1, cy1), (x, y)]);
    }

    fn close(&mut self) {
        self.d.push('Z');
    }
}
