//! Draws a planned chart into a scene: shapes of the data through plotters, words straight. Decides nothing about places.

use super::ChartError;
use super::backend::{SCALE, SceneBackend, SharedScene, to_tenths};
use super::color::Token;
use super::facts::{self, INVENTED};
use super::font::Fonts;
use super::place::rule_pieces;
use super::plan::{
    AXIS, BAND, BANNER, Flag, LABEL, LEADER, LEADING, Label, Map, NOTE, PAD, Page, Plan, SUBTITLE, SWATCH,
};
use super::scene::{Anchor, Face, Fill, Point, Rect, Scene, Shape, Stroke};
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon};
use plotters::style::{Color, ShapeStyle};
use std::cell::RefCell;
use std::rc::Rc;

/// Thinnest bands between which a line in the colour of the paper still leaves something to see, in pixels.
const MIN_PARTED: f64 = 2.0;
/// Thickness of that line.
const HAIRLINE: f64 = 0.8;

type Area = DrawingArea<SceneBackend, Map>;

/// The whole picture.
pub(crate) fn paint(page: &Page<'_>, plan: &Plan, fonts: &Rc<Fonts>) -> Result<Scene, ChartError> {
    let mut scene = Scene::new(plan.width, plan.height);
    scene.title = page.title.1.join(" ");
    scene.description = facts::alt_text(page.answer);
    let scene: SharedScene = Rc::new(RefCell::new(scene));
    {
        let root = SceneBackend::new(&scene, fonts).into_drawing_area();
        let area: Area = root.apply_coord_spec(plan.map.clone());
        let brush = Brush { page, plan, scene: &scene, area: &area };
        brush.ground();
        brush.grid()?;
        brush.gaps();
        brush.bands()?;
        brush.hairlines()?;
        brush.partial();
        brush.base_line();
        brush.rules()?;
        brush.words();
        // A drawing area presents itself when dropped, and swallows what goes wrong then.
        area.present().map_err(|e| failed(&e))?;
    }
    Ok(scene.take())
}

fn failed(error: &dyn std::error::Error) -> ChartError {
    ChartError::Drawing { reason: error.to_string() }
}

struct Brush<'a> {
    page: &'a Page<'a>,
    plan: &'a Plan,
    scene: &'a SharedScene,
    area: &'a Area,
}

impl Brush<'_> {
    fn ground(&self) {
        let all = Rect { left: 0.0, top: 0.0, right: self.plan.width, bottom: self.plan.height };
        self.group("ground", None, || self.rect(all, Fill::Solid(Token::Background)));
    }

    fn grid(&self) -> Result<(), ChartError> {
        let width = self.plan.width;
        self.open("grid", None);
        for (value, _) in self.page.axis.ticks.iter().skip(1) {
            let y = self.plan.y(*value);
            // From the border, under the labels, to the end of the plot: outside of plotters' area.
            self.line((PAD, y), (self.plan.plot.right.min(width - PAD), y), Token::Grid, 1.0);
        }
        self.close();
        Ok(())
    }

    /// Ground of spans that nobody said are covered.
    fn gaps(&self) {
        if self.page.gaps.is_empty() {
            return;
        }
        self.group("not-covered", Some("Not covered by the data".to_owned()), || {
            for rect in self.gap_rects() {
                self.rect(rect, Fill::Hatch(Token::Hatch));
            }
        });
    }

    fn gap_rects(&self) -> Vec<Rect> {
        let plot = self.plan.plot;
        let x = |at| self.plan.point(at, 0.0).0;
        self.page
            .gaps
            .iter()
            .map(|(start, end)| Rect { left: x(*start), right: x(*end), top: plot.top, bottom: plot.bottom })
            .collect()
    }

    fn bands(&self) -> Result<(), ChartError> {
        self.open("bands", None);
        for (band, edges) in self.page.stack.bands.iter().zip(self.page.edges.windows(2)) {
            let [lower, upper] = edges else { continue };
            self.open(&format!("band band-{}", class(&band.id)), Some(band.title.clone()));
            let mut points = self.steps(upper);
            let mut back = self.steps(lower);
            back.reverse();
            points.append(&mut back);
            if !points.is_empty() {
                self.area
                    .draw(&Polygon::new(points, band.token.as_color().filled()))
                    .map_err(|e| failed(&e))?;
            }
            self.close();
        }
        self.close();
        Ok(())
    }

    /// Two points for each column: counts in buckets are steps. A slope would show a rise that did not happen.
    fn steps(&self, edge: &[f64]) -> Vec<(f64, f64)> {
        let columns = self.page.stack.columns.iter();
        columns
            .zip(edge)
            .flat_map(|(column, n)| {
                [(column.start.as_millis() as f64, *n), (column.end.as_millis() as f64, *n)]
            })
            .collect()
    }

    /// Lines in the colour of the paper between bands, where both are thick enough to lose some.
    fn hairlines(&self) -> Result<(), ChartError> {
        let thin = self.plan.columns.iter().any(|(left, right)| right - left < MIN_PARTED);
        if thin {
            return Ok(());
        }
        self.open("hairlines", None);
        for edges in self.page.edges.windows(3) {
            let [below, edge, above] = edges else { continue };
            let steps = self.steps(edge);
            let mut run: Vec<(f64, f64)> = Vec::new();
            for ((pair, n), (low, high)) in steps.chunks(2).zip(edge).zip(below.iter().zip(above)) {
                let [y_low, y, y_high] = [*low, *n, *high].map(|n| self.plan.y(n));
                if y_low - y >= MIN_PARTED && y - y_high >= MIN_PARTED {
                    run.extend_from_slice(pair);
                } else {
                    self.path(std::mem::take(&mut run), Token::Background, HAIRLINE)?;
                }
            }
            self.path(run, Token::Background, HAIRLINE)?;
        }
        self.close();
        Ok(())
    }

    /// Columns of which the span covers only a part.
    fn partial(&self) {
        let Some(top) = self.page.edges.last() else { return };
        let cut: Vec<Rect> = self
            .page
            .stack
            .columns
            .iter()
            .zip(&self.plan.columns)
            .zip(top)
            .filter(|((column, _), n)| column.partial && **n > 0.0)
            .map(|((_, (left, right)), n)| Rect {
                left: *left,
                right: *right,
                top: self.plan.y(*n),
                bottom: self.plan.plot.bottom,
            })
            .collect();
        if !cut.is_empty() {
            self.group("partial", Some(format!("Only a part of this {}", self.page.calendar.unit())), || {
                for rect in cut {
                    self.rect(rect, Fill::Hatch(Token::Background));
                }
            });
        }
    }

    fn base_line(&self) {
        let plot = self.plan.plot;
        self.group("base-line", None, || {
            self.line((PAD, plot.bottom), (plot.right, plot.bottom), Token::Axis, 1.2);
            for tick in &self.plan.ticks {
                let x = self.plan.point(tick.at, 0.0).0;
                let length = if tick.label.is_empty() { 3.0 } else { 5.0 };
                self.line((x, plot.bottom), (x, plot.bottom + length), Token::Axis, 1.0);
            }
        });
    }

    fn rules(&self) -> Result<(), ChartError> {
        let boxes = self.obstacles();
        self.open("rules", None);
        for flag in &self.plan.flags {
            for (from, to) in rule_pieces(flag.x, flag.top, self.plan.plot.bottom, &boxes) {
                self.line((flag.x, from), (flag.x, to), Token::Rule, 1.0);
            }
        }
        self.close();
        Ok(())
    }

    /// Words that a rule must not cut.
    fn obstacles(&self) -> Vec<Rect> {
        let fonts = self.page.fonts;
        let mut out = Vec::new();
        for (flag, at) in self.plan.flags.iter().filter_map(|flag| Some((flag, flag.at?))) {
            out.push(reserve(at, fonts.width(&flag.words, LABEL), LABEL));
        }
        for (band, label) in self.page.stack.bands.iter().zip(&self.plan.labels) {
            if let Label::Inside((x, y)) = label {
                let width = fonts.width(&band.label, BAND);
                out.push(reserve((x - width / 2.0, y + middle(BAND)), width, BAND));
            }
        }
        for (at, (value, _)) in self.page.axis.ticks.iter().enumerate() {
            let width = fonts.width(&self.page.count_label(at), AXIS);
            out.push(reserve((PAD, self.plan.y(*value) - 4.0), width, AXIS));
        }
        out
    }

    fn words(&self) {
        self.group("invented", None, || self.banner());
        self.group("title", None, || self.title());
        self.group("counts", None, || self.count_labels());
        self.group("times", None, || self.time_labels());
        self.group("labels", None, || self.band_labels());
        self.group("events", None, || self.event_labels());
        self.group("note", None, || self.note());
    }

    /// Nothing turns this off.
    fn banner(&self) {
        if !self.page.answer.synthetic {
            return;
        }
        let rect = Rect { left: 0.0, top: 0.0, right: self.plan.width, bottom: BANNER };
        self.rect(rect, Fill::Solid(Token::AlarmGround));
        self.text(INVENTED, (PAD, BANNER / 2.0 + middle(BAND)), BAND, Token::Alarm, Anchor::Start, None);
    }

    fn title(&self) {
        let (face, lines) = &self.page.title;
        let mut y = 12.0 + if self.page.answer.synthetic { BANNER } else { 0.0 };
        let all = lines.iter().map(|l| (l, *face, Token::Ink));
        let all = all.chain(self.page.subtitle.iter().map(|l| (l, SUBTITLE, Token::InkSoft)));
        for (line, face, ink) in all {
            y += face.size * LEADING;
            self.text(line, (PAD, y - face.descent()), face, ink, Anchor::Start, None);
        }
    }

    fn count_labels(&self) {
        for (at, (value, _)) in self.page.axis.ticks.iter().enumerate() {
            let place = (PAD, self.plan.y(*value) - 4.0);
            let words = self.page.count_label(at);
            let halo = Some(Token::Background);
            self.text(&words, place, AXIS, Token::InkSoft, Anchor::Start, halo);
        }
    }

    fn time_labels(&self) {
        let first = self.plan.plot.bottom + 6.0 + AXIS.ascent();
        let second = first + AXIS.size * LEADING;
        for tick in &self.plan.ticks {
            let x = self.plan.point(tick.at, 0.0).0;
            self.text(&tick.label, (x, first), AXIS, Token::InkSoft, Anchor::Start, None);
            self.text(&tick.below, (x, second), AXIS, Token::InkSoft, Anchor::Start, None);
        }
        self.text(&self.plan.zone, (self.plan.plot.right, second), AXIS, Token::InkSoft, Anchor::End, None);
    }

    fn band_labels(&self) {
        let right = self.plan.plot.right;
        for (band, label) in self.page.stack.bands.iter().zip(&self.plan.labels) {
            match label {
                Label::Inside((x, y)) => {
                    let ink = band.token.ink_on();
                    self.text(
                        &band.label,
                        (*x, y + middle(BAND)),
                        BAND,
                        ink,
                        Anchor::Middle,
                        Some(band.token),
                    );
                }
                Label::Margin { words, band: from, label: to } => {
                    let elbow = right + LEADER - 4.0;
                    let leader =
                        vec![(right + 2.0, *from), (right + 6.0, *from), (elbow - 3.0, *to), (elbow, *to)];
                    let stroke = Some(Stroke { token: Token::Axis, width: 0.9 });
                    self.push(Shape::Path { points: leader, closed: false, fill: Fill::None, stroke });
                    let left = right + LEADER;
                    let (top, bottom) = (to - SWATCH / 2.0, to + SWATCH / 2.0);
                    let swatch = Rect { left, right: left + SWATCH, top, bottom };
                    self.rect(swatch, Fill::Solid(band.token));
                    let at = (left + SWATCH + 6.0, to + middle(LABEL));
                    self.text(words, at, LABEL, Token::Ink, Anchor::Start, None);
                }
            }
        }
        if self.page.answer.posts == 0 {
            let plot = self.plan.plot;
            let at = (f64::midpoint(plot.left, plot.right), f64::midpoint(plot.top, plot.bottom));
            self.text("No posts in this span", at, BAND, Token::Ink, Anchor::Middle, Some(Token::Background));
        }
    }

    fn event_labels(&self) {
        for Flag { words, at, .. } in &self.plan.flags {
            if let Some(at) = at {
                self.text(words, *at, LABEL, Token::Ink, Anchor::Start, Some(Token::Background));
            }
        }
        for (words, at) in &self.plan.list {
            self.text(words, *at, NOTE, Token::Ink, Anchor::Start, None);
        }
    }

    fn note(&self) {
        let mut y = self.plan.note;
        for line in &self.page.note {
            self.text(line, (PAD, y), NOTE, Token::InkSoft, Anchor::Start, None);
            y += NOTE.size * LEADING;
        }
    }

    fn text(&self, words: &str, at: Point, face: Face, ink: Token, anchor: Anchor, halo: Option<Token>) {
        if !words.is_empty() {
            let mut text = self.page.fonts.text(words, face, ink);
            (text.at, text.anchor, text.halo) = (at, anchor, halo);
            self.push(Shape::Text(text));
        }
    }

    fn path(&self, points: Vec<(f64, f64)>, token: Token, width: f64) -> Result<(), ChartError> {
        if points.is_empty() {
            return Ok(());
        }
        let style = ShapeStyle {
            color: token.as_color().to_rgba(),
            filled: false,
            stroke_width: to_tenths(width).unsigned_abs(),
        };
        self.area.draw(&PathElement::new(points, style)).map_err(|e| failed(&e))
    }

    fn line(&self, from: Point, to: Point, token: Token, width: f64) {
        let stroke = Some(Stroke { token, width });
        self.push(Shape::Path { points: vec![from, to], closed: false, fill: Fill::None, stroke });
    }

    fn rect(&self, rect: Rect, fill: Fill) {
        self.push(Shape::Rect { rect, fill, stroke: None });
    }

    fn push(&self, shape: Shape) {
        self.scene.borrow_mut().push(shape);
    }

    fn open(&self, class: &str, title: Option<String>) {
        self.scene.borrow_mut().open(class, title);
    }

    fn close(&self) {
        self.scene.borrow_mut().close();
    }

    fn group(&self, class: &str, title: Option<String>, draw: impl FnOnce()) {
        self.open(class, title);
        draw();
        self.close();
    }
}

/// From the middle of a line of words down to its base line.
fn middle(face: Face) -> f64 {
    (face.ascent() - face.descent()) / 2.0
}

/// The box of words, with a little space around it.
fn reserve((x, y): Point, width: f64, face: Face) -> Rect {
    Rect {
        left: x - 2.0,
        right: x + width + 2.0,
        top: y - face.ascent() - 1.0,
        bottom: y + face.descent() + 1.0,
    }
}

/// An id as a class: one word.
fn class(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

const _: () = assert!(SCALE > 1.0, "a canvas in whole pixels would round steps away");
