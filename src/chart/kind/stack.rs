//! Bands on top of each other in steps, as posts or as parts of all posts: what the kinds that stack have in common.

use super::Drawn;
use crate::chart::axis::count_axis;
use crate::chart::bands::{Band, bands, edges};
use crate::chart::color::Token;
use crate::chart::columns::{Column, Columns};
use crate::chart::facts::{self, FEW_POSTS};
use crate::chart::frame::axes::{self, ValueAxis};
use crate::chart::frame::labels;
use crate::chart::frame::page::{BAND, PAD, Page, Says, over_time};
use crate::chart::frame::plan::{EventStyle, Plan, Plot, Room, TIME_AXIS, gutter};
use crate::chart::frame::sheet::{Layer, Sheet, class, failed, rect};
use crate::chart::scene::{Anchor, Fill, Point, Rect, Text};
use crate::chart::table::{Cell, Table};
use crate::chart::{ChartError, Input, note};
use plotters::element::{PathElement, Polygon};
use plotters::style::{Color, ShapeStyle};

/// Thinnest bands between which a line in the colour of the paper still leaves something to see, in pixels.
const MIN_PARTED: f64 = 2.0;
/// Narrowest columns that are parted so: among narrower ones the lines would look like data.
const MIN_PARTED_COLUMN: f64 = 5.0;
/// Thickness of that line.
const HAIRLINE: f64 = 0.8;
/// Columns for each pixel of width that are still told apart.
const COLUMNS_PER_PIXEL: usize = 2;
/// Narrowest plot in parts of the page, for the number of columns that fit.
const PLOT_PART: (usize, usize) = (3, 5);

/// What the height of a band says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Posts.
    Posts,
    /// The part of the posts of its column, 0 to 1.
    Share,
}

/// How many columns a plot over the whole page can show.
pub(super) fn most_columns(width: u32) -> usize {
    width as usize * COLUMNS_PER_PIXEL * PLOT_PART.0 / PLOT_PART.1
}

/// The whole picture.
pub(super) fn draw(input: &Input<'_>, measure: Measure, form: &str) -> Result<Drawn, ChartError> {
    let Input { answer, calendar, options, .. } = *input;
    let columns = Columns::of(answer, calendar, most_columns(options.size.width));
    let bands = bands(answer, calendar, &columns);
    let all = columns.add_up(&answer.all);
    let page = Page::new(input, columns, says(input, measure, &all));
    let edges = heights(edges(&bands, page.columns.list.len()), measure);
    let stack = Stack { page: &page, bands: &bands, edges: &edges, measure, all: &all };
    let scene = stack.sheet()?.finish(facts::alt_text(answer, calendar, form));
    Ok(Drawn { scene, table: table(&page.columns.list, &bands, &all) })
}

fn says(input: &Input<'_>, measure: Measure, all: &[u64]) -> Says {
    let Input { answer, calendar, options, .. } = *input;
    let group = Columns::of(answer, calendar, most_columns(options.size.width)).group;
    let mut how = Vec::new();
    if !answer.theories.is_empty() && answer.posts > 0 {
        how.push(
            match measure {
                Measure::Posts => "A theory’s band holds the posts that match no other; a share counts all its posts.",
                Measure::Share => "A theory’s band is the share of posts that match it and no other; what several match is a band of its own. A share in the title counts all posts of a theory.",
            }
            .to_owned(),
        );
    }
    let few = all.iter().any(|n| *n > 0 && *n < FEW_POSTS);
    if measure == Measure::Share && few {
        how.push(format!("Faint: fewer than {FEW_POSTS} posts in the step."));
    }
    let subtitle = match measure {
        Measure::Posts => note::subtitle(answer, calendar, group),
        Measure::Share => note::share_subtitle(answer, calendar, group),
    };
    Says { title: over_time(answer, calendar), subtitle, how, base_line: true, apart: true }
}

/// Edges as the measure says: posts, or parts of the topmost edge. A column without posts has no height.
pub(super) fn heights(edges: Vec<Vec<f64>>, measure: Measure) -> Vec<Vec<f64>> {
    if measure == Measure::Posts {
        return edges;
    }
    let tops = edges.last().cloned().unwrap_or_default();
    let part = |n: f64, top: f64| if top > 0.0 { n / top } else { 0.0 };
    edges.into_iter().map(|edge| edge.iter().zip(&tops).map(|(n, top)| part(*n, *top)).collect()).collect()
}

/// The numbers of bands over time.
pub(super) fn table(columns: &[Column], bands: &[Band], all: &[u64]) -> Table {
    let mut table = Table::new(&["start", "end", "theory", "label", "posts", "of"]);
    for (at, column) in columns.iter().enumerate() {
        let number = |series: &[u64]| Cell::Count(series.get(at).copied().unwrap_or(0));
        for band in bands {
            table.rows.push(vec![
                Cell::Time(column.start),
                Cell::Time(column.end),
                Cell::Word(band.id.clone()),
                Cell::Word(band.label.clone()),
                number(&band.columns),
                number(all),
            ]);
        }
    }
    table.palette = bands.iter().map(|band| (band.label.clone(), band.token)).collect();
    table
}

/// Bands on a page.
struct Stack<'a> {
    page: &'a Page<'a>,
    bands: &'a [Band],
    edges: &'a [Vec<f64>],
    measure: Measure,
    /// Posts by column.
    all: &'a [u64],
}

impl<'a> Stack<'a> {
    fn sheet(&self) -> Result<Sheet<'a>, ChartError> {
        let page = self.page;
        let axis = self.axis();
        let top = axis.last().map_or(1.0, |tick| tick.0);
        let (plan, plot, rooms) = self.places(&axis, top);
        let rules: Vec<f64> = plan.flags.iter().map(|flag| flag.x).collect();
        let mut sheet = Sheet::new(page, &plan);
        let unit = match self.measure {
            Measure::Posts => axes::unit(page),
            Measure::Share => "of posts".to_owned(),
        };
        axes::values(&mut sheet, page, &plot, &ValueAxis { ticks: &axis, unit: Some(unit) }, PAD);
        axes::gaps(&mut sheet, page, &plot);
        paint(&mut sheet, page, &plot, self.bands, self.edges)?;
        let tops = self.edges.last().cloned().unwrap_or_default();
        axes::partial(&mut sheet, page, &plot, &tops);
        self.pale(&mut sheet, &plot);
        let zone = axes::zone(page, &plot);
        axes::time(&mut sheet, page, &plot, PAD, axes::time_right(page, &plot, &zone));
        sheet.words("times", [zone]);
        labels::of_bands(&mut sheet, page, &plot, (self.bands, self.edges), &rooms);
        if page.answer.posts == 0 {
            sheet.words("labels", empty(page, plan.body));
        }
        axes::gap_words(&mut sheet, page, &plot, &tops, &rules);
        sheet.rules(&plan.flags, plan.body.bottom);
        Ok(sheet)
    }

    fn axis(&self) -> Vec<(f64, String)> {
        match self.measure {
            Measure::Posts => {
                let most = self.edges.last().map_or(0.0, |top| top.iter().copied().fold(0.0, f64::max));
                count_axis(most, self.page.calendar.lang()).ticks
            }
            Measure::Share => share_axis(),
        }
    }

    /// The margin is first as wide as the widest label; if fewer labels must stand there, it shrinks, unless the narrower margin brings
    /// other labels into it.
    fn places(&self, axis: &[(f64, String)], top: f64) -> (Plan, Plot, Vec<Option<Point>>) {
        let with_margin = |margin: f64| {
            let room = Room {
                gutter: gutter(self.page, axis),
                margin,
                over: axes::OVER_TOP,
                under: TIME_AXIS,
                min_body: labels::MIN_BODY,
                events: EventStyle::Words,
            };
            let plan = Plan::of(self.page, &room);
            let plot = Plot::new(self.page, plan.body, top);
            let rules: Vec<f64> = plan.flags.iter().map(|flag| flag.x).collect();
            let rooms = labels::rooms(self.page, &plot, self.bands, &self.readable(), &rules);
            (plan, plot, rooms)
        };
        let widest = self.bands.iter().map(|band| labels::margin_width(self.page, &band.label));
        let widest = widest.fold(0.0, f64::max);
        let first = with_margin(widest);
        let needed = labels::margin_needed(self.page, self.bands, &first.2);
        if needed >= widest {
            return first;
        }
        let second = with_margin(needed);
        if labels::margin_needed(self.page, self.bands, &second.2) > needed { first } else { second }
    }

    /// Edges as far as words can stand between them: not where the colours are faint.
    fn readable(&self) -> Vec<Vec<f64>> {
        if self.measure == Measure::Posts {
            return self.edges.to_vec();
        }
        let keep = |(n, all): (&f64, &u64)| if *all < FEW_POSTS { 0.0 } else { *n };
        self.edges.iter().map(|edge| edge.iter().zip(self.all).map(keep).collect()).collect()
    }

    /// A veil over columns of which a share says little.
    fn pale(&self, sheet: &mut Sheet<'_>, plot: &Plot) {
        if self.measure == Measure::Posts {
            return;
        }
        let few = plot.columns.iter().zip(self.all).filter(|(_, n)| **n > 0 && **n < FEW_POSTS);
        let veil = few.map(|((left, right), _)| {
            let column = Rect { left: *left, right: *right, ..plot.rect };
            rect(Rect { top: plot.y(1.0), ..column }, Fill::Veil(Token::Background))
        });
        let title = Some(format!("Fewer than {FEW_POSTS} posts"));
        sheet.group(Layer::Over, "few", title, veil.collect());
    }
}

/// `0 %` to `100 %`.
fn share_axis() -> Vec<(f64, String)> {
    let tick = |quarter: u32| (f64::from(quarter) / 4.0, format!("{} %", quarter * 25));
    (0..=4).map(tick).collect()
}

/// Said where there is nothing to draw.
pub(super) fn empty(page: &Page<'_>, body: Rect) -> Option<Text> {
    let at = (f64::midpoint(body.left, body.right), f64::midpoint(body.top, body.bottom));
    let text = page.text("No posts in this span", at, BAND, Token::Ink)?;
    Some(Text { anchor: Anchor::Middle, halo: Some(Token::Background), ..text })
}

/// The bands, and lines in the colour of the paper between them where both are thick enough to lose some.
pub(super) fn paint(
    sheet: &mut Sheet<'_>,
    page: &Page<'_>,
    plot: &Plot,
    bands: &[Band],
    edges: &[Vec<f64>],
) -> Result<(), ChartError> {
    let columns = &page.columns.list;
    for (band, pair) in bands.iter().zip(edges.windows(2)) {
        let [lower, upper] = pair else { continue };
        let mut points = axes::steps(columns, upper);
        let mut back = axes::steps(columns, lower);
        back.reverse();
        points.append(&mut back);
        if points.is_empty() {
            continue;
        }
        let name = format!("band band-{}", class(&band.id));
        sheet.drawn(Layer::Marks, &name, Some(band.title.clone()), plot, |area| {
            let polygon = Polygon::new(points, band.token.as_color().filled());
            area.draw(&polygon).map_err(|e| failed(&e))
        })?;
    }
    if plot.columns.iter().any(|(left, right)| right - left < MIN_PARTED_COLUMN) {
        return Ok(());
    }
    let runs = hairlines(columns, plot, edges);
    sheet.drawn(Layer::Marks, "hairlines", None, plot, |area| {
        let color = Token::Background.as_color().to_rgba();
        let width = crate::chart::backend::to_tenths(HAIRLINE).unsigned_abs();
        let style = ShapeStyle { color, filled: false, stroke_width: width };
        runs.into_iter().try_for_each(|run| area.draw(&PathElement::new(run, style)).map_err(|e| failed(&e)))
    })
}

/// Runs of an edge along which both bands are thick.
fn hairlines(columns: &[Column], plot: &Plot, edges: &[Vec<f64>]) -> Vec<Vec<(f64, f64)>> {
    let mut runs = Vec::new();
    for edges in edges.windows(3) {
        let [below, edge, above] = edges else { continue };
        let steps = axes::steps(columns, edge);
        let mut run: Vec<(f64, f64)> = Vec::new();
        for ((pair, n), (low, high)) in steps.chunks(2).zip(edge).zip(below.iter().zip(above)) {
            let [y_low, y, y_high] = [*low, *n, *high].map(|n| plot.y(n));
            if y_low - y >= MIN_PARTED && y - y_high >= MIN_PARTED {
                run.extend_from_slice(pair);
            } else {
                runs.push(std::mem::take(&mut run));
            }
        }
        runs.push(run);
    }
    runs.retain(|run| !run.is_empty());
    runs
}
