//! The paper: shapes are put on it in any order and painted in layers, words last; rules of events stop at words.

use super::events::{Flag, MAX_LABELLED};
use super::page::{BAND, BANNER, LEADING, NOTE, PAD, Page, SUBTITLE, middle};
use super::plan::{Plan, Plot};
use crate::chart::ChartError;
use crate::chart::backend::{SceneBackend, SharedScene};
use crate::chart::color::Token;
use crate::chart::facts::INVENTED;
use crate::chart::place::rule_pieces;
use crate::chart::scene::{Face, Fill, Group, Point, Rect, Scene, Shape, Stroke, Text};
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use std::cell::RefCell;
use std::rc::Rc;

/// Thickness of an event's rule, and of each where there are many.
const RULE: f64 = 1.0;
const RULE_OF_MANY: f64 = 0.6;

/// Where plotters draws.
pub(crate) type Area = DrawingArea<SceneBackend, super::plan::Map>;

/// What is painted over what, the first lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Grid,
    Marks,
    Gaps,
    Over,
    Base,
    Rules,
    Leaders,
}

/// The picture in the making.
pub(crate) struct Sheet<'a> {
    page: &'a Page<'a>,
    width: f64,
    height: f64,
    layers: Vec<(Layer, Shape)>,
    words: Vec<(&'static str, Vec<Text>)>,
    /// That the data are invented: painted over everything.
    banner: Option<Text>,
    /// Whether rules are thin, though there are few.
    thin: bool,
    /// Upright lines of events: x, top, bottom.
    rules: Vec<(f64, f64, f64)>,
}

impl<'a> Sheet<'a> {
    /// A sheet with what every picture says: title, note, list of events, that the data are invented.
    pub(crate) fn new(page: &'a Page<'a>, plan: &Plan) -> Self {
        let (width, height) = (plan.width, plan.height);
        let mut sheet = Self {
            page,
            width,
            height,
            layers: Vec::new(),
            words: Vec::new(),
            banner: None,
            thin: false,
            rules: Vec::new(),
        };
        // Nothing turns this off.
        let banner = if page.answer.synthetic { INVENTED } else { "" };
        sheet.banner = page.text(banner, (PAD, BANNER / 2.0 + middle(BAND)), BAND, Token::Alarm);
        sheet.words("title", title(page));
        let flags: Vec<Text> = plan.flags.iter().filter_map(|flag| flag.text(page)).collect();
        let list = plan.list.iter().flat_map(|(cell, at)| cell.texts(page, *at)).flatten();
        sheet.words("events", flags.into_iter().chain(list));
        let line = |(at, words): (usize, &String)| {
            let y = plan.note + at as f64 * NOTE.size * LEADING;
            page.text(words, (PAD, y), NOTE, Token::InkSoft)
        };
        let note: Vec<Text> = page.note.iter().enumerate().filter_map(line).collect();
        sheet.words("note", note);
        sheet
    }

    /// Words that belong together, under a class.
    pub(crate) fn words(&mut self, class: &'static str, texts: impl IntoIterator<Item = Text>) {
        let texts: Vec<Text> = texts.into_iter().collect();
        if !texts.is_empty() {
            self.words.push((class, texts));
        }
    }

    /// Boxes of all words so far.
    pub(crate) fn boxes(&self) -> impl Iterator<Item = Rect> {
        self.words.iter().flat_map(|(_, texts)| texts).map(Text::bounds)
    }

    /// Shapes that belong together, under a class and a title.
    pub(crate) fn group(&mut self, layer: Layer, class: &str, title: Option<String>, shapes: Vec<Shape>) {
        if !shapes.is_empty() {
            self.layers.push((layer, Shape::Group(Group { class: class.to_owned(), title, shapes })));
        }
    }

    /// The same for shapes that plotters draws in the coordinates of a plot.
    pub(crate) fn drawn(
        &mut self,
        layer: Layer,
        class: &str,
        title: Option<String>,
        plot: &Plot,
        draw: impl FnOnce(&Area) -> Result<(), ChartError>,
    ) -> Result<(), ChartError> {
        let scene: SharedScene = Rc::new(RefCell::new(Scene::new(self.width, self.height)));
        let root = SceneBackend::new(&scene, self.page.fonts).into_drawing_area();
        let area: Area = root.apply_coord_spec(plot.map.clone());
        draw(&area)?;
        // A drawing area presents itself when dropped, and swallows what goes wrong then.
        area.present().map_err(|e| failed(&e))?;
        let shapes = scene.take().into_shapes();
        self.group(layer, class, title, shapes);
        Ok(())
    }

    /// The rules of events, from their words to the bottom of the body.
    pub(crate) fn rules(&mut self, flags: &[Flag], bottom: f64) {
        self.rules.extend(flags.iter().map(|flag| (flag.x, flag.top, bottom)));
    }

    /// The whole picture.
    pub(crate) fn finish(mut self, description: String) -> Scene {
        let mut scene = Scene::new(self.width, self.height);
        scene.title = self.page.title.1.join(" ");
        scene.description = description;
        scene.push(Shape::Group(self.ground()));
        let rules = self.rule_lines();
        self.group(Layer::Rules, "rules", None, rules);
        // Stable: within a layer things lie as they were put.
        self.layers.sort_by_key(|(layer, _)| *layer);
        for (_, shape) in self.layers {
            scene.push(shape);
        }
        for (class, texts) in self.words {
            let shapes = texts.into_iter().map(Shape::Text).collect();
            scene.push(Shape::Group(Group { class: class.to_owned(), title: None, shapes }));
        }
        if let Some(words) = self.banner {
            let strip = Rect { left: 0.0, top: 0.0, right: self.width, bottom: BANNER };
            let shapes = vec![rect(strip, Fill::Solid(Token::AlarmGround)), Shape::Text(words)];
            scene.push(Shape::Group(Group { class: "invented".to_owned(), title: None, shapes }));
        }
        scene
    }

    /// Thin rules: where they go through several plots they would be stronger than the data.
    pub(crate) fn thin_rules(&mut self) {
        self.thin = true;
    }

    fn ground(&self) -> Group {
        let all = Rect { left: 0.0, top: 0.0, right: self.width, bottom: self.height };
        let shapes = vec![rect(all, Fill::Solid(Token::Background))];
        Group { class: "ground".to_owned(), title: None, shapes }
    }

    /// A rule stops at words, above and below which it goes on.
    fn rule_lines(&self) -> Vec<Shape> {
        let boxes: Vec<Rect> = self.boxes().map(|bounds| bounds.grown(1.5)).collect();
        let many = self.thin || self.page.events.len() > MAX_LABELLED;
        let stroke = Stroke::new(Token::Rule, if many { RULE_OF_MANY } else { RULE });
        let pieces = |(x, top, bottom): &(f64, f64, f64)| {
            let x = *x;
            let pieces = rule_pieces(x, *top, *bottom, &boxes).into_iter();
            pieces.map(move |(from, to)| line((x, from), (x, to), stroke)).collect::<Vec<_>>()
        };
        self.rules.iter().flat_map(pieces).collect()
    }
}

fn title(page: &Page<'_>) -> Vec<Text> {
    let (face, lines) = &page.title;
    let title = lines.iter().map(|line| (line, *face, Token::Ink));
    let subtitle = page.subtitle.iter().map(|line| (line, SUBTITLE, Token::InkSoft));
    let mut y = page.top();
    let place = |(line, face, ink): (&String, Face, Token)| {
        y += face.size * LEADING;
        page.text(line, (PAD, y - face.descent()), face, ink)
    };
    title.chain(subtitle).filter_map(place).collect()
}

pub(crate) fn failed(error: &dyn std::error::Error) -> ChartError {
    ChartError::Drawing { reason: error.to_string() }
}

pub(crate) fn line(from: Point, to: Point, stroke: Stroke) -> Shape {
    Shape::Path { points: vec![from, to], closed: false, fill: Fill::None, stroke: Some(stroke) }
}

pub(crate) fn rect(rect: Rect, fill: Fill) -> Shape {
    Shape::Rect { rect, fill, stroke: None }
}

/// An id as a class: one word.
pub(crate) fn class(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}
