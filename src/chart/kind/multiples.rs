//! `multiples`: a small plot for each theory, all with one scale and one axis of time. Events are numbered.

use super::panels::Grid;
use super::{ChartKind, Drawn, Needs, stack};
use crate::chart::axis::count_axis;
use crate::chart::bands::{Band, Shown, not_drawn};
use crate::chart::color::Token;
use crate::chart::columns::Columns;
use crate::chart::facts;
use crate::chart::frame::axes::{self, ValueAxis};
use crate::chart::frame::events::{self, LANE};
use crate::chart::frame::page::{BAND, LABEL, NOTE, PAD, Page, Says, middle, over_time};
use crate::chart::frame::plan::{EventStyle, Plan, Plot, Room, TIME_AXIS, gutter};
use crate::chart::frame::sheet::{Layer, Sheet, class, failed, rect};
use crate::chart::scene::{Anchor, Fill, Rect, Shape, Text};
use crate::chart::vega::Form;
use crate::chart::{ChartError, Input, note};
use plotters::element::Polygon;
use plotters::style::Color;

/// Narrowest plot: its title and a few dates must fit.
const MIN_WIDTH: u32 = 220;
/// Lowest plot.
const MIN_HEIGHT: f64 = 56.0;
/// Title and counts over a plot.
const HEAD: f64 = 38.0;
/// The square that shows a theory's colour.
const SWATCH: f64 = 10.0;
/// The dot on a peak.
const DOT: f64 = 3.2;

pub(super) const KIND: ChartKind = ChartKind {
    name: "multiples",
    about: "a small plot for each theory, all on one scale",
    needs: Needs::Theories,
    vega: Form::Panels { by: "label" },
    draw,
};

fn draw(input: &Input<'_>) -> Result<Drawn, ChartError> {
    let Input { answer, calendar, options, .. } = *input;
    let rows = rows(input);
    let per_row = (options.size.width / MIN_WIDTH).max(1) as usize;
    let grid = Grid::of(rows.len(), per_row);
    let columns = Columns::of(answer, calendar, stack::most_columns(options.size.width) / grid.columns);
    let bands: Vec<Band> =
        rows.into_iter().map(|row| Band { columns: columns.add_up(&row.columns), ..row }).collect();
    let all = columns.add_up(&answer.all);
    let mut how = vec!["All plots have one scale. A post in several theories counts in each.".to_owned()];
    let hidden = Shown::of(answer).others.len();
    how.extend(not_drawn(hidden));
    let subtitle = note::subtitle(answer, calendar, columns.group);
    let says = Says { title: over_time(answer, calendar), subtitle, how, base_line: true, apart: false };
    let page = Page::new(input, columns, says);
    let scene =
        sheet(&page, &bands, &grid)?.finish(facts::alt_text(answer, calendar, "Small plots in steps"));
    Ok(Drawn { scene, table: stack::table(&page.columns.list, &bands, &all) })
}

/// One for each theory that has a colour, then what no rule matches; `columns` are still buckets.
fn rows(input: &Input<'_>) -> Vec<Band> {
    let Input { answer, calendar, .. } = *input;
    let counts = |n: u64| {
        let share = facts::percent(n, answer.posts);
        format!("{} · {share}", calendar.lang().posts(n))
    };
    let mut out: Vec<Band> = Vec::new();
    for (at, token) in Shown::of(answer).theories {
        let Some(theory) = answer.theories.get(at) else { continue };
        out.push(Band {
            id: theory.id.clone(),
            label: facts::name(theory),
            title: counts(theory.posts),
            token,
            columns: theory.series.clone(),
        });
    }
    let (label, series) =
        if out.is_empty() { ("all posts", &answer.all) } else { ("unmatched", &answer.unmatched_series) };
    let posts = if out.is_empty() { answer.posts } else { answer.unmatched };
    out.push(Band {
        id: label.replace(' ', "-"),
        label: label.into(),
        title: counts(posts),
        token: Token::Several,
        columns: series.clone(),
    });
    out
}

fn sheet<'a>(page: &'a Page<'a>, bands: &[Band], grid: &Grid) -> Result<Sheet<'a>, ChartError> {
    let most = bands.iter().flat_map(|band| &band.columns).max().copied().unwrap_or(0) as f64;
    let axis = count_axis(most, page.calendar.lang());
    let head = HEAD + if page.events.is_empty() { 0.0 } else { LANE };
    let room = Room {
        gutter: gutter(page, &axis.ticks),
        margin: 0.0,
        over: 0.0,
        under: 0.0,
        min_body: grid.height(MIN_HEIGHT, head, TIME_AXIS),
        events: if page.events.is_empty() { EventStyle::None } else { EventStyle::Numbers },
    };
    let plan = Plan::of(page, &room);
    let mut sheet = Sheet::new(page, &plan);
    sheet.thin_rules();
    for (at, (bounds, band)) in grid.plots(plan.body, head, TIME_AXIS).into_iter().zip(bands).enumerate() {
        let plot = Plot::new(page, bounds, axis.top);
        panel_axes(&mut sheet, page, &plot, grid, at, &axis.ticks);
        axes::gaps(&mut sheet, page, &plot);
        let values: Vec<f64> = band.columns.iter().map(|n| *n as f64).collect();
        steps(&mut sheet, page, &plot, band, &values)?;
        axes::partial(&mut sheet, page, &plot, &values);
        head_words(&mut sheet, page, bounds, band, head);
        peak(&mut sheet, page, &plot, band);
        let flags = events::numbers(page, &|at| plot.x(at), bounds.right);
        let top = bounds.top - LANE;
        let flags: Vec<_> = flags.into_iter().map(|flag| flag.lowered(top)).collect();
        let words: Vec<Text> = flags.iter().filter_map(|flag| flag.text(page)).collect();
        sheet.words("events", words);
        sheet.rules(&flags, bounds.bottom);
    }
    Ok(sheet)
}

/// Numbers at the left of the first plot of a row, times under the lowest of a column.
fn panel_axes(
    sheet: &mut Sheet<'_>,
    page: &Page<'_>,
    plot: &Plot,
    grid: &Grid,
    at: usize,
    ticks: &[(f64, String)],
) {
    if grid.is_first(at) {
        axes::values(sheet, page, plot, &ValueAxis { ticks, unit: None }, PAD);
    } else {
        let none: Vec<(f64, String)> = ticks.iter().map(|(value, _)| (*value, String::new())).collect();
        axes::values(sheet, page, plot, &ValueAxis { ticks: &none, unit: None }, plot.rect.left);
    }
    if grid.is_lowest(at) {
        let right = plot.rect.right.min(page.width - PAD);
        axes::time(sheet, page, plot, plot.rect.left, (right, right));
    } else {
        let line = axes::base_line(page, plot, plot.rect.left);
        sheet.group(Layer::Base, "base-line", None, line);
    }
}

fn steps(
    sheet: &mut Sheet<'_>,
    page: &Page<'_>,
    plot: &Plot,
    band: &Band,
    values: &[f64],
) -> Result<(), ChartError> {
    let mut points = axes::steps(&page.columns.list, values);
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return Ok(()) };
    points.extend([(last.0, 0.0), (first.0, 0.0)]);
    let name = format!("band band-{}", class(&band.id));
    let title = Some(format!("{}: {}", band.label, band.title));
    sheet.drawn(Layer::Marks, &name, title, plot, |area| {
        area.draw(&Polygon::new(points, band.token.as_color().filled())).map_err(|e| failed(&e))
    })
}

/// Over a plot: its colour and name, how many posts.
fn head_words(sheet: &mut Sheet<'_>, page: &Page<'_>, bounds: Rect, band: &Band, head: f64) {
    let (left, top) = (bounds.left, bounds.top - head);
    let name = top + 2.0 + BAND.ascent();
    let bottom = name - 1.0;
    let swatch = Rect { left, right: left + SWATCH, top: bottom - SWATCH, bottom };
    sheet.group(Layer::Leaders, "swatch", None, vec![rect(swatch, Fill::Solid(band.token))]);
    let indent = SWATCH + 5.0;
    let words = page.fonts.shorten(&band.label, BAND, bounds.width() - indent);
    let title = page.text(&words, (left + indent, name), BAND, Token::Ink);
    let counts = page.fonts.shorten(&band.title, NOTE, bounds.width());
    let counts = page.text(&counts, (left, name + 5.0 + NOTE.ascent()), NOTE, Token::InkSoft);
    sheet.words("labels", title.into_iter().chain(counts));
}

/// A dot on the highest step, and what it says, where that lies over no step: beside it or over it.
fn peak(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot, band: &Band) {
    let highest = band.columns.iter().enumerate().rev().max_by_key(|(_, n)| **n);
    let Some((at, most)) = highest.filter(|(_, n)| **n > 0) else { return };
    let (Some(column), Some((left, right))) = (page.columns.list.get(at), plot.columns.get(at)) else {
        return;
    };
    let center = (f64::midpoint(*left, *right), plot.y(*most as f64));
    let ring = Shape::Circle { center, radius: DOT, fill: Fill::Solid(Token::Ink), stroke: None };
    sheet.group(Layer::Leaders, "peak", None, vec![ring]);
    let when = if page.columns.group > 1 {
        page.calendar.tick(column.start)
    } else {
        page.calendar.bucket(column.start)
    };
    let lang = page.calendar.lang();
    // Of equal steps none is more a peak than the others.
    let words = match band.columns.iter().filter(|n| *n == most).count() {
        1 => format!("{}, {when}", lang.count(*most)),
        times => format!("{}, {times} times", lang.count(*most)),
    };
    let half = LABEL.height() / 2.0 + 1.0;
    let beside = DOT + 4.0;
    let heights = [center.1, center.1 - DOT - half, plot.rect.top + half];
    // Over the middle of it, as far as the plot has room.
    let width = page.fonts.width(&words, LABEL);
    let over = (center.0 - width / 2.0).min(plot.rect.right - width).max(plot.rect.left);
    let places = heights.into_iter().enumerate().flat_map(|(at, y)| {
        let sides = [(center.0 + beside, Anchor::Start, y), (center.0 - beside, Anchor::End, y)];
        sides.into_iter().chain((at > 0).then_some((over, Anchor::Start, y)))
    });
    let texts = places.filter_map(|(x, anchor, y)| {
        let at = (x, y.max(plot.rect.top + half) + middle(LABEL));
        let text =
            Text { anchor, halo: Some(Token::Background), ..page.text(&words, at, LABEL, Token::Ink)? };
        let bounds = text.bounds();
        (bounds.left >= plot.rect.left && bounds.right <= plot.rect.right).then_some(text)
    });
    let steps: Vec<Rect> = plot
        .columns
        .iter()
        .zip(&band.columns)
        .map(|((left, right), n)| Rect {
            left: *left,
            right: *right,
            top: plot.y(*n as f64),
            bottom: plot.rect.bottom,
        })
        .collect();
    let texts: Vec<Text> = texts.collect();
    let free = texts.iter().find(|text| !steps.iter().any(|step| step.overlaps(&text.bounds())));
    sheet.words("peaks", free.or(texts.first()).cloned());
}
