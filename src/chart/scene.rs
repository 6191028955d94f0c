//! The picture as data: nested groups of shapes and words, painted with tokens. What the shapes mean is decided in `kind` and `frame`,
//! how they are written in `svg`.
//!
//! plotters' `BackendStyle` knows one colour and a whole number of pixels: no classes, no titles, no hatches, no halo. This does.

use super::color::{Ground, Token};

/// A point in pixels, from the upper left corner.
pub(crate) type Point = (f64, f64);

/// A box, `left <= right`, `top <= bottom`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rect {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Rect {
    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The box with so much more on every side.
    pub(crate) fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether the two share more than an edge.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// What fills a shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fill {
    /// Nothing.
    None,
    /// A colour.
    Solid(Token),
    /// Slanted lines in a colour, nothing between them.
    Hatch(Token),
    /// A colour that lets what lies behind it shine through.
    Veil(Token),
}

/// A line's look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) token: Token,
    pub(crate) width: f64,
    /// In dashes.
    pub(crate) dashed: bool,
}

impl Stroke {
    pub(crate) const fn new(token: Token, width: f64) -> Self {
        Self { token, width, dashed: false }
    }
}

/// One thing in the picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Others, under one class and title.
    Group(Group),
    /// Straight pieces; closed ones are filled.
    Path { points: Vec<Point>, closed: bool, fill: Fill, stroke: Option<Stroke> },
    /// A box.
    Rect { rect: Rect, fill: Fill, stroke: Option<Stroke> },
    /// Many boxes of one look.
    Cells { rects: Vec<Rect>, fill: Fill },
    /// A disc or ring.
    Circle { center: Point, radius: f64, fill: Fill, stroke: Option<Stroke> },
    /// Words.
    Text(Text),
}

/// Where the given point lies in the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Thickness of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// Size and thickness: what a width depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Face {
    pub(crate) size: f64,
    pub(crate) weight: Weight,
}

impl Face {
    pub(crate) const fn regular(size: f64) -> Self {
        Self { size, weight: Weight::Regular }
    }

    pub(crate) const fn bold(size: f64) -> Self {
        Self { size, weight: Weight::Bold }
    }

    /// From the base line up: accented capitals included.
    pub(crate) fn ascent(self) -> f64 {
        self.size * 0.88
    }

    /// From the base line down.
    pub(crate) fn descent(self) -> f64 {
        self.size * 0.26
    }

    /// Height of a text box.
    pub(crate) fn height(self) -> f64 {
        self.ascent() + self.descent()
    }
}

/// What words are written with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ink {
    /// A colour.
    Plain(Token),
    /// Whatever reads best on a fill.
    On(Token),
}

impl Ink {
    /// The colour, on a ground.
    pub(crate) fn token(self, ground: Ground) -> Token {
        match self {
            Self::Plain(token) => token,
            Self::On(fill) => fill.ink_on(ground),
        }
    }
}

impl From<Token> for Ink {
    fn from(token: Token) -> Self {
        Self::Plain(token)
    }
}

/// One line of words at a place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    pub(crate) words: String,
    /// The anchor, on the base line.
    pub(crate) at: Point,
    pub(crate) anchor: Anchor,
    pub(crate) face: Face,
    pub(crate) ink: Ink,
    /// A rim in this colour keeps the words apart from what lies behind them.
    pub(crate) halo: Option<Token>,
    /// Measured with the built-in font; a viewer with another font is told to keep to it.
    pub(crate) width: f64,
}

impl Text {
    /// The box that the words stay within.
    pub(crate) fn bounds(&self) -> Rect {
        let (x, y) = self.at;
        let left = match self.anchor {
            Anchor::Start => x,
            Anchor::Middle => x - self.width / 2.0,
            Anchor::End => x - self.width,
        };
        Rect { left, right: left + self.width, top: y - self.face.ascent(), bottom: y + self.face.descent() }
    }
}

/// Shapes that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Group {
    /// For style sheets and for reading the picture back.
    pub(crate) class: String,
    /// What a pointer resting on it is told.
    pub(crate) title: Option<String>,
    /// In order of painting.
    pub(crate) shapes: Vec<Shape>,
}

/// The picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// Short name, for screen readers.
    pub(crate) title: String,
    /// The picture in words.
    pub(crate) description: String,
    root: Group,
}

impl Scene {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, ..Self::default() }
    }

    pub(crate) fn push(&mut self, shape: Shape) {
        self.root.shapes.push(shape);
    }

    /// Its shapes, without the rest.
    pub(crate) fn into_shapes(self) -> Vec<Shape> {
        self.root.shapes
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.root.shapes
    }

    /// All words with their boxes, in order of painting.
    pub(crate) fn texts(&self) -> Vec<&Text> {
        fn walk<'a>(shapes: &'a [Shape], out: &mut Vec<&'a Text>) {
            for shape in shapes {
                match shape {
                    Shape::Group(group) => walk(&group.shapes, out),
                    Shape::Text(text) => out.push(text),
                    Shape::Path { .. } | Shape::Rect { .. } | Shape::Cells { .. } | Shape::Circle { .. } => {}
                }
            }
        }
        let mut out = Vec::new();
        walk(&self.root.shapes, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_that_touch_do_not_overlap() {
        let a = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };
        let beside = Rect { left: 10.0, right: 20.0, ..a };
        let over = Rect { left: 9.0, right: 20.0, ..a };
        assert!(!a.overlaps(&beside));
        assert!(a.overlaps(&over));
    }
}
