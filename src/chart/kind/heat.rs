//! `heat`: a row for each theory, a cell for each step, darker with more posts on a square-root scale. No posts of a theory, no posts at
//! all, and not covered look different.

use super::{ChartKind, Drawn, Needs, stack};
use crate::chart::bands::{Band, not_drawn};
use crate::chart::color::{RAMP_STEPS, Token};
use crate::chart::columns::Columns;
use crate::chart::facts;
use crate::chart::frame::axes;
use crate::chart::frame::page::{AXIS, LABEL, NOTE, NUMBER, PAD, Page, Says, middle, over_time};
use crate::chart::frame::plan::{EventStyle, Plan, Plot, Room, TIME_AXIS};
use crate::chart::frame::sheet::{Layer, Sheet, class, rect};
use crate::chart::scene::{Anchor, Fill, Ink, Rect, Shape, Text};
use crate::chart::vega::Form;
use crate::chart::{Input, note};
use std::collections::BTreeMap;

/// More theories are not drawn: their rows would be lower than their words.
const MAX_ROWS: usize = 24;
/// Lowest and highest row.
const ROW: (f64, f64) = (17.0, 44.0);
/// Between rows, and between cells where they are wide.
const ROW_GAP: f64 = 2.0;
const CELL_GAP: f64 = 1.0;
const WIDE_CELL: f64 = 9.0;
/// Narrowest cell.
const MIN_CELL: f64 = 2.0;
/// Part of the width that names may take.
const NAMES_PART: f64 = 0.3;
/// Height of the scale under the axis, and size of one of its boxes.
const SCALE: f64 = 30.0;
const SCALE_BOX: (f64, f64) = (13.0, 10.0);

pub(super) const KIND: ChartKind = ChartKind {
    name: "heat",
    about: "theory by time, stronger with more posts",
    needs: Needs::Theories,
    vega: Form::Heat,
    draw: |input| Ok(draw(input)),
};

fn draw(input: &Input<'_>) -> Drawn {
    let Input { answer, calendar, options, .. } = *input;
    let room = f64::from(options.size.width) * 0.6 / MIN_CELL;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few thousand pixels at most"
    )]
    let columns = Columns::of(answer, calendar, room as usize);
    let rows = rows(input, &columns);
    let all = columns.add_up(&answer.all);
    let hidden = answer.theories.len().saturating_sub(MAX_ROWS);
    let mut how = vec![
        "Stronger colour, more posts, on the square-root scale under the chart. Faintest: posts, but none of this theory; blank: no posts at all."
            .to_owned(),
        "A post in several theories counts in each.".to_owned(),
    ];
    how.extend(not_drawn(hidden));
    let subtitle = note::subtitle(answer, calendar, columns.group);
    let says = Says { title: over_time(answer, calendar), subtitle, how, base_line: true, apart: false };
    let page = Page::new(input, columns, says);
    let scene =
        sheet(&page, &rows, &all).finish(facts::alt_text(answer, calendar, "Heat map of theories by time"));
    Drawn { scene, table: stack::table(&page.columns.list, &rows, &all) }
}

/// Theories, most posts first, then what no rule matches.
fn rows(input: &Input<'_>, columns: &Columns) -> Vec<Band> {
    let Input { answer, calendar, .. } = *input;
    let lang = calendar.lang();
    let row = |id: &str, label: String, posts: u64, series: &[u64]| Band {
        id: id.to_owned(),
        label,
        title: lang.posts(posts),
        token: Token::Ramp(RAMP_STEPS - 1),
        columns: columns.add_up(series),
    };
    let theories = facts::by_posts(answer).into_iter().take(MAX_ROWS);
    let mut out: Vec<Band> = theories.map(|t| row(&t.id, facts::name(t), t.posts, &t.series)).collect();
    if out.is_empty() {
        out.push(row("all", "all posts".into(), answer.posts, &answer.all));
    } else {
        out.push(row("unmatched", "unmatched".into(), answer.unmatched, &answer.unmatched_series));
    }
    out
}

fn sheet<'a>(page: &'a Page<'a>, rows: &[Band], all: &[u64]) -> Sheet<'a> {
    let fit = |words: &str| page.fonts.shorten(words, LABEL, page.width * NAMES_PART);
    let names: Vec<String> = rows.iter().map(|row| fit(&row.label)).collect();
    let widest = names.iter().map(|name| page.fonts.width(name, LABEL)).fold(0.0, f64::max);
    let counts = rows.iter().map(|row| page.fonts.width(&row.title, NOTE)).fold(0.0, f64::max);
    let room = Room {
        gutter: widest + 10.0,
        margin: counts + 10.0,
        over: 8.0,
        under: TIME_AXIS + SCALE,
        min_body: rows.len() as f64 * ROW.0,
        events: EventStyle::Words,
    };
    let plan = Plan::of(page, &room);
    let mut body = plan.body;
    // Few rows do not become towers; what they leave stays free under the scale.
    body.bottom = body.bottom.min(body.top + rows.len() as f64 * ROW.1);
    let plot = Plot::new(page, body, 1.0);
    let mut sheet = Sheet::new(page, &plan);
    axes::gaps(&mut sheet, page, &plot);
    let full: Vec<f64> = all.iter().map(|n| if *n > 0 { 1.0 } else { 0.0 }).collect();
    axes::partial(&mut sheet, page, &plot, &full);
    let most = rows.iter().flat_map(|row| &row.columns).max().copied().unwrap_or(0);
    let height = body.height() / rows.len().max(1) as f64;
    for (at, (row, name)) in rows.iter().zip(&names).enumerate() {
        let top = body.top + at as f64 * height;
        let line = Rect { top, bottom: top + height - ROW_GAP, ..body };
        cells(&mut sheet, &plot, row, all, line, most);
        let y = f64::midpoint(line.top, line.bottom);
        let label = page.text(name, (body.left - 10.0, y + middle(LABEL)), LABEL, Token::Ink);
        let label = label.map(|text| Text { anchor: Anchor::End, ..text });
        let count = page.text(&row.title, (body.right + 10.0, y + middle(NOTE)), NOTE, Token::InkSoft);
        sheet.words("labels", label.into_iter().chain(count));
        sheet.words("peaks", peak(page, &plot, row, line, most));
    }
    let zone = axes::zone(page, &plot);
    axes::time(&mut sheet, page, &plot, body.left, (page.width - PAD, body.right - zone.width - 10.0));
    sheet.words("times", [zone]);
    if page.answer.posts == 0 {
        sheet.words("labels", stack::empty(page, body));
    }
    scale(&mut sheet, page, body, most);
    sheet.rules(&plan.flags, body.bottom);
    sheet
}

/// Step of the scale: 0 for none, then by the square root.
fn level(posts: u64, most: u64) -> u8 {
    if posts == 0 {
        return 0;
    }
    let steps = f64::from(RAMP_STEPS - 1);
    let step = (libm::sqrt(posts as f64 / most.max(1) as f64) * steps).ceil().clamp(1.0, steps);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to the number of steps")]
    let step = step as u8;
    step
}

/// The cells of a row: neighbours of one look are one box where there are no gaps between them, and all of one look one path.
fn cells(sheet: &mut Sheet<'_>, plot: &Plot, row: &Band, all: &[u64], line: Rect, most: u64) {
    let wide = plot.columns.iter().all(|(left, right)| right - left >= WIDE_CELL);
    let gap = if wide { CELL_GAP } else { 0.0 };
    let mut looks: BTreeMap<u8, Vec<Rect>> = BTreeMap::new();
    for ((n, all), (left, right)) in row.columns.iter().zip(all).zip(&plot.columns) {
        if *all == 0 {
            continue;
        }
        let boxes = looks.entry(level(*n, most)).or_default();
        match boxes.last_mut() {
            Some(last) if !wide && (last.right - left).abs() < 1e-9 => last.right = *right,
            _ => boxes.push(Rect { left: *left, right: right - gap, ..line }),
        }
    }
    let shapes =
        looks.into_iter().map(|(level, rects)| Shape::Cells { rects, fill: Fill::Solid(Token::Ramp(level)) });
    let title = Some(format!("{}: {}", row.label, row.title));
    sheet.group(Layer::Marks, &format!("row row-{}", class(&row.id)), title, shapes.collect());
}

/// The number in the cell with the most posts of a row, where it fits.
fn peak(page: &Page<'_>, plot: &Plot, row: &Band, line: Rect, most: u64) -> Option<Text> {
    let (at, n) = row.columns.iter().enumerate().rev().max_by_key(|(_, n)| **n).filter(|(_, n)| **n > 0)?;
    let (left, right) = plot.columns.get(at)?;
    let words = page.calendar.lang().count(*n);
    let fits = page.fonts.width(&words, NUMBER) + 3.0 <= right - left && NUMBER.height() <= line.height();
    let at = (f64::midpoint(*left, right - CELL_GAP), f64::midpoint(line.top, line.bottom) + middle(NUMBER));
    let text = page.text(&words, at, NUMBER, Ink::On(Token::Ramp(level(*n, most))))?;
    fits.then_some(Text { anchor: Anchor::Middle, ..text })
}

/// The scale, under the axis: from none to the most posts of any cell.
fn scale(sheet: &mut Sheet<'_>, page: &Page<'_>, body: Rect, most: u64) {
    let top = body.bottom + TIME_AXIS + 6.0;
    let y = top + SCALE_BOX.1 / 2.0 + middle(AXIS);
    let zero = page.text("0", (body.left, y), AXIS, Token::InkSoft);
    let from = body.left + zero.as_ref().map_or(0.0, |text| text.width) + 6.0;
    let boxes = (0..RAMP_STEPS).map(|step| {
        let left = from + f64::from(step) * SCALE_BOX.0;
        let bounds = Rect { left, right: left + SCALE_BOX.0, top, bottom: top + SCALE_BOX.1 };
        rect(bounds, Fill::Solid(Token::Ramp(step)))
    });
    sheet.group(Layer::Base, "scale", Some("Square-root scale".to_owned()), boxes.collect());
    let right = from + f64::from(RAMP_STEPS) * SCALE_BOX.0 + 6.0;
    let unit = note::unit(page.calendar, page.columns.group);
    let words = format!("{} {unit}, square-root scale", page.calendar.lang().count(most));
    let words = page.fonts.shorten(&words, AXIS, page.width - PAD - right);
    let most = page.text(&words, (right, y), AXIS, Token::InkSoft);
    sheet.words("scale", zero.into_iter().chain(most));
}
