//! plotters draws into a [`Scene`] through this: its calls append to the scene's current group. Colours are tokens in disguise
//! ([`Token::as_color`]).
//!
//! Nothing else in the program implements or knows plotters' backend traits. Words in charts do not come this way (they need weight,
//! halo and a measured width), but a plotters element that writes some is served.

use super::color::Token;
use super::font::Fonts;
use super::scene::{Anchor, Face, Fill, Point, Rect, Scene, Shape, Stroke, Weight};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};
use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

/// plotters' coordinates are whole numbers: the canvas is reported larger by this, so that a tenth of a pixel can be said.
pub(crate) const SCALE: f64 = 10.0;

/// A scene that the chart and plotters draw into in turn.
pub(crate) type SharedScene = Rc<RefCell<Scene>>;

/// The backend.
pub(crate) struct SceneBackend {
    scene: SharedScene,
    fonts: Rc<Fonts>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl SceneBackend {
    pub(crate) fn new(scene: &SharedScene, fonts: &Rc<Fonts>) -> Self {
        Self { scene: Rc::clone(scene), fonts: Rc::clone(fonts) }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the type that plotters asks for, in one place")]
    fn push(&self, shape: Shape) -> Drawn {
        self.scene.borrow_mut().push(shape);
        Ok(())
    }
}

/// Pixels of the scene from plotters' tenths.
pub(crate) fn to_pixels((x, y): BackendCoord) -> Point {
    (f64::from(x) / SCALE, f64::from(y) / SCALE)
}

/// plotters' tenths from pixels of the scene.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a picture is at most MAX_SIZE pixels wide; the cast saturates"
)]
pub(crate) fn to_tenths(pixels: f64) -> i32 {
    (pixels * SCALE).round() as i32
}

fn token(color: BackendColor) -> Token {
    Token::from_rgb(color.rgb)
}

fn stroke<S: BackendStyle>(style: &S) -> Stroke {
    Stroke::new(token(style.color()), f64::from(style.stroke_width()) / SCALE)
}

fn paint<S: BackendStyle>(style: &S, filled: bool) -> (Fill, Option<Stroke>) {
    if filled { (Fill::Solid(token(style.color())), None) } else { (Fill::None, Some(stroke(style))) }
}

fn face<T: BackendTextStyle>(style: &T) -> Face {
    let weight = if matches!(style.style(), FontStyle::Bold) { Weight::Bold } else { Weight::Regular };
    Face { size: style.size() / SCALE, weight }
}

impl DrawingBackend for SceneBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let scene = self.scene.borrow();
        (to_tenths(scene.width).unsigned_abs(), to_tenths(scene.height).unsigned_abs())
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        let (left, top) = to_pixels(point);
        let rect = Rect { left, top, right: left + 1.0 / SCALE, bottom: top + 1.0 / SCALE };
        self.push(Shape::Rect { rect, fill: Fill::Solid(token(color)), stroke: None })
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let ((left, top), (right, bottom)) = (to_pixels(upper_left), to_pixels(bottom_right));
        let (fill, stroke) = paint(style, fill);
        self.push(Shape::Rect { rect: Rect { left, top, right, bottom }, fill, stroke })
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points = path.into_iter().map(to_pixels).collect();
        self.push(Shape::Path { points, closed: false, fill: Fill::None, stroke: Some(stroke(style)) })
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (fill, stroke) = paint(style, fill);
        self.push(Shape::Circle {
            center: to_pixels(center),
            radius: f64::from(radius) / SCALE,
            fill,
            stroke,
        })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Drawn {
        let points = vert.into_iter().map(to_pixels).collect();
        self.push(Shape::Path { points, closed: true, fill: Fill::Solid(token(style.color())), stroke: None })
    }

    fn draw_text<T: BackendTextStyle>(&mut self, words: &str, style: &T, pos: BackendCoord) -> Drawn {
        let mut text = self.fonts.text(words, face(style), token(style.color()));
        let (x, y) = to_pixels(pos);
        let anchor = style.anchor();
        text.anchor = match anchor.h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let (up, down) = (text.face.ascent(), text.face.descent());
        text.at = match anchor.v_pos {
            VPos::Top => (x, y + up),
            VPos::Center => (x, y + (up - down) / 2.0),
            VPos::Bottom => (x, y - down),
        };
        self.push(Shape::Text(text))
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        words: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let face = face(style);
        let width = self.fonts.width(words, face);
        Ok((to_tenths(width).unsigned_abs(), to_tenths(face.height()).unsigned_abs()))
    }

    /// There are no bitmaps in our charts; plotters' default would make a shape of every pixel.
    fn blit_bitmap(&mut self, _: BackendCoord, _: (u32, u32), _: &[u8]) -> Drawn {
        Ok(())
    }
}
