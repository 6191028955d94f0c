//! Draws a planned chart into a scene: shapes of the data through plotters, all else straight. Decides nothing about places.

use super::letters::{Letters, gap_rects};
use super::page::{BANNER, LEADER, MAX_LABELLED, PAD, Page, SWATCH};
use super::plan::{Label, Map, Plan};
use crate::chart::ChartError;
use crate::chart::backend::{SceneBackend, SharedScene, to_tenths};
use crate::chart::color::Token;
use crate::chart::facts;
use crate::chart::font::Fonts;
use crate::chart::place::rule_pieces;
use crate::chart::scene::{Fill, Point, Rect, Scene, Shape, Stroke, Text};
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{PathElement, Polygon};
use plotters::style::{Color, ShapeStyle};
use std::cell::RefCell;
use std::rc::Rc;

/// Thinnest bands between which a line in the colour of the paper still leaves something to see, in pixels.
const MIN_PARTED: f64 = 2.0;
/// Narrowest columns that are parted so: among narrower ones the lines would look like data.
const MIN_PARTED_COLUMN: f64 = 5.0;
/// Thickness of that line.
const HAIRLINE: f64 = 0.8;
/// Thickness of an event's rule, and of each where there are many.
const RULE: f64 = 1.0;
const RULE_OF_MANY: f64 = 0.6;

type Area = DrawingArea<SceneBackend, Map>;

/// The whole picture.
pub(crate) fn paint(
    page: &Page<'_>,
    plan: &Plan,
    letters: &[Letters],
    fonts: &Rc<Fonts>,
) -> Result<Scene, ChartError> {
    let mut scene = Scene::new(plan.width, plan.height);
    scene.title = page.title.1.join(" ");
    scene.description = facts::alt_text(page.answer);
    let scene: SharedScene = Rc::new(RefCell::new(scene));
    let root = SceneBackend::new(&scene, fonts).into_drawing_area();
    let area: Area = root.apply_coord_spec(plan.map.clone());
    let brush = Brush { page, plan, letters, scene: &scene, area: &area };
    brush.ground();
    brush.bands()?;
    brush.hairlines()?;
    brush.partial();
    brush.base_line();
    brush.rules();
    brush.leaders();
    brush.words();
    // A drawing area presents itself when dropped, and swallows what goes wrong then.
    area.present().map_err(|e| failed(&e))?;
    Ok(scene.take())
}

fn failed(error: &dyn std::error::Error) -> ChartError {
    ChartError::Drawing { reason: error.to_string() }
}

struct Brush<'a> {
    page: &'a Page<'a>,
    plan: &'a Plan,
    letters: &'a [Letters],
    scene: &'a SharedScene,
    area: &'a Area,
}

impl Brush<'_> {
    /// Paper, the strip of invented data, grid lines, ground of spans that nobody said are covered.
    fn ground(&self) {
        let all = Rect { left: 0.0, top: 0.0, right: self.plan.width, bottom: self.plan.height };
        self.group("ground", None, || {
            self.rect(all, Fill::Solid(Token::Background));
            if self.page.answer.synthetic {
                self.rect(Rect { bottom: BANNER, ..all }, Fill::Solid(Token::AlarmGround));
            }
        });
        self.group("grid", None, || {
            for (value, _) in self.page.axis.ticks.iter().skip(1) {
                // From the border, under the label, to the end of the plot.
                let y = self.plan.y(*value);
                self.line((PAD, y), (self.plan.plot.right, y), Stroke::new(Token::Grid, 1.0));
            }
        });
        let gaps = gap_rects(self.page, self.plan);
        if !gaps.is_empty() {
            self.group("not-covered", Some("Not covered by the data".to_owned()), || {
                for rect in gaps {
                    self.rect(rect, Fill::Hatch(Token::Hatch));
                }
            });
        }
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
                let polygon = Polygon::new(points, band.token.as_color().filled());
                self.area.draw(&polygon).map_err(|e| failed(&e))?;
            }
            self.close();
        }
        self.close();
        Ok(())
    }

    /// Two points for each column: counts in buckets are steps. A slope would show a rise that did not happen.
    fn steps(&self, edge: &[f64]) -> Vec<(f64, f64)> {
        let columns = self.page.stack.columns.iter();
        let ends = |(column, n): (&crate::chart::bands::Column, &f64)| {
            [(column.start.as_millis() as f64, *n), (column.end.as_millis() as f64, *n)]
        };
        columns.zip(edge).flat_map(ends).collect()
    }

    /// Lines in the colour of the paper between bands, where both are thick enough to lose some.
    fn hairlines(&self) -> Result<(), ChartError> {
        if self.plan.columns.iter().any(|(left, right)| right - left < MIN_PARTED_COLUMN) {
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
                    self.hairline(std::mem::take(&mut run))?;
                }
            }
            self.hairline(run)?;
        }
        self.close();
        Ok(())
    }

    fn hairline(&self, points: Vec<(f64, f64)>) -> Result<(), ChartError> {
        if points.is_empty() {
            return Ok(());
        }
        let color = Token::Background.as_color().to_rgba();
        let style = ShapeStyle { color, filled: false, stroke_width: to_tenths(HAIRLINE).unsigned_abs() };
        self.area.draw(&PathElement::new(points, style)).map_err(|e| failed(&e))
    }

    /// Columns of which the span covers only a part.
    fn partial(&self) {
        let Some(top) = self.page.edges.last() else { return };
        let columns = self.page.stack.columns.iter().zip(&self.plan.columns).zip(top);
        let cut: Vec<Rect> = columns
            .filter(|((column, _), n)| column.partial && **n > 0.0)
            .map(|((_, (left, right)), n)| Rect {
                left: *left,
                right: *right,
                top: self.plan.y(*n),
                bottom: self.plan.plot.bottom,
            })
            .collect();
        if !cut.is_empty() {
            self.group("partial", Some("Incomplete: cut by the ends of the span".to_owned()), || {
                for rect in cut {
                    self.rect(rect, Fill::Hatch(Token::Background));
                }
            });
        }
    }

    fn base_line(&self) {
        let plot = self.plan.plot;
        let stroke = |width| Stroke::new(Token::Axis, width);
        self.group("base-line", None, || {
            self.line((PAD, plot.bottom), (plot.right, plot.bottom), stroke(1.2));
            for tick in &self.plan.ticks {
                let x = self.plan.point(tick.at, 0.0).0;
                let length = if tick.label.is_empty() { 3.0 } else { 5.0 };
                self.line((x, plot.bottom), (x, plot.bottom + length), stroke(1.0));
            }
        });
    }

    /// An event's rule stops at words, above and below which it goes on.
    fn rules(&self) {
        let texts = self.letters.iter().flat_map(|letters| &letters.texts);
        let boxes: Vec<Rect> = texts.map(|text: &Text| text.bounds().grown(1.5)).collect();
        let many = self.plan.flags.len() > MAX_LABELLED;
        let stroke = Stroke::new(Token::Rule, if many { RULE_OF_MANY } else { RULE });
        self.group("rules", None, || {
            for flag in &self.plan.flags {
                for (from, to) in rule_pieces(flag.x, flag.top, self.plan.plot.bottom, &boxes) {
                    self.line((flag.x, from), (flag.x, to), stroke);
                }
            }
        });
    }

    /// From the bands' ends to their names in the margin.
    fn leaders(&self) {
        let right = self.plan.plot.right;
        self.group("leaders", None, || {
            for (band, label) in self.page.stack.bands.iter().zip(&self.plan.labels) {
                let Label::Margin { band: from, label: to, .. } = label else { continue };
                // Both ends are in the same order, so straight leaders never cross.
                if band.columns.iter().any(|n| *n > 0) {
                    let stroke = Stroke::new(band.token, 1.4);
                    self.line((right + 2.0, *from), (right + LEADER - 3.0, *to), stroke);
                }
                let left = right + LEADER;
                let (top, bottom) = (to - SWATCH / 2.0, to + SWATCH / 2.0);
                self.rect(Rect { left, right: left + SWATCH, top, bottom }, Fill::Solid(band.token));
            }
        });
    }

    fn words(&self) {
        for letters in self.letters {
            self.group(letters.class, None, || {
                for text in &letters.texts {
                    self.push(Shape::Text(text.clone()));
                }
            });
        }
    }

    fn line(&self, from: Point, to: Point, stroke: Stroke) {
        let points = vec![from, to];
        self.push(Shape::Path { points, closed: false, fill: Fill::None, stroke: Some(stroke) });
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

/// An id as a class: one word.
fn class(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}
