//! Grid lines and their numbers, the base line with its ticks, and ground of which posts may be missing.

use super::page::{AXIS, LABEL, LEADING, PAD, Page};
use super::plan::Plot;
use super::sheet::{Layer, Sheet, line, rect};
use crate::chart::axis::{TimeSpan, TimeTick, time_ticks};
use crate::chart::color::Token;
use crate::chart::columns::Column;
use crate::chart::facts;
use crate::chart::note;
use crate::chart::scene::{Anchor, Fill, Rect, Stroke, Text};
use crate::post::Timestamp;

/// Between a label of the axis of values and its line.
const OVER_LINE: f64 = 4.0;
/// Room for such a label over the topmost line.
pub(crate) const OVER_TOP: f64 = 22.0;

/// Values from 0 up, and what they are called; the unit stands on the topmost.
pub(crate) struct ValueAxis<'a> {
    pub(crate) ticks: &'a [(f64, String)],
    pub(crate) unit: Option<String>,
}

impl ValueAxis<'_> {
    fn label(&self, at: usize) -> String {
        match (self.ticks.get(at), &self.unit) {
            (Some((_, label)), Some(unit)) if at + 1 == self.ticks.len() => {
                let unit = if label == "1" { unit.replacen("posts", "post", 1) } else { unit.clone() };
                format!("{label} {unit}").trim_end().to_owned()
            }
            (Some((_, label)), _) => label.clone(),
            (None, _) => String::new(),
        }
    }
}

/// Lines across a plot, with their numbers over them from `left` on. In a low plot only those are named that stand apart; the base line
/// and the topmost come first.
pub(crate) fn values(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot, axis: &ValueAxis<'_>, left: f64) {
    let stroke = Stroke::new(Token::Grid, 1.0);
    let lines = axis.ticks.iter().skip(1).map(|(value, _)| {
        let y = plot.y(*value);
        line((left, y), (plot.rect.right, y), stroke)
    });
    sheet.group(Layer::Grid, "grid", None, lines.collect());
    let place = |at: usize| {
        let (value, _) = axis.ticks.get(at)?;
        // With a unit the words may reach over the plot, where nothing is; without one there are plots and words beside them.
        let label = axis.label(at);
        let label = match &axis.unit {
            Some(_) => label,
            None if label.is_empty() => return None,
            None => page.fonts.shorten(&label, AXIS, plot.rect.left - left - 4.0),
        };
        let text = page.text(&label, (left, plot.y(*value) - OVER_LINE), AXIS, Token::InkSoft)?;
        Some(Text { halo: Some(Token::Background), ..text })
    };
    let last = axis.ticks.len().saturating_sub(1);
    let mut words: Vec<Text> = Vec::new();
    for text in [0, last].into_iter().chain(1..last).filter_map(place) {
        if !words.iter().any(|other| other.bounds().overlaps(&text.bounds())) {
            words.push(text);
        }
    }
    sheet.words("counts", words);
}

/// What stands under the axis of time at its right end: `days in UTC`.
pub(crate) fn zone(page: &Page<'_>, plot: &Plot) -> Text {
    let steps =
        if page.columns.group > 1 { "times".to_owned() } else { format!("{}s", page.calendar.unit()) };
    let words = format!("{steps} in {}", page.calendar.zone_name());
    let words = page.fonts.shorten(&words, AXIS, plot.rect.width() * 0.5);
    let at = (plot.rect.right, time_lines(plot).1);
    Text { at, anchor: Anchor::End, ..page.fonts.text(words, AXIS, Token::InkSoft) }
}

/// Base lines of the two lines of words under the axis of time.
fn time_lines(plot: &Plot) -> (f64, f64) {
    let first = plot.rect.bottom + 6.0 + AXIS.ascent();
    (first, first + AXIS.size * LEADING)
}

/// The base line from `left` on, dashed where coverage is unknown; ticks, and words under them. `right` is where labels must end, on the
/// first line and on the second.
pub(crate) fn time(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot, left: f64, right: (f64, f64)) {
    let starts: Vec<Timestamp> = page.columns.list.iter().map(|c| c.start).collect();
    let span =
        TimeSpan { calendar: page.calendar, start: page.span.0, end: page.span.1, columns: &starts, right };
    let mut ticks = time_ticks(&span, &|at| plot.x(at), page.fonts, AXIS);
    if facts::is_nowhere(page.answer) {
        ticks.clear();
    }
    let y = plot.rect.bottom;
    let mut shapes = base_line(page, plot, left);
    shapes.extend(ticks.iter().map(|tick| {
        let x = plot.x(tick.at);
        let length = if tick.label.is_empty() { 3.0 } else { 5.0 };
        line((x, y), (x, y + length), Stroke::new(Token::Axis, 1.0))
    }));
    sheet.group(Layer::Base, "base-line", None, shapes);
    let (first, second) = time_lines(plot);
    let words = |tick: &TimeTick| {
        let x = plot.x(tick.at);
        [
            page.text(&tick.label, (x, first), AXIS, Token::InkSoft),
            page.text(&tick.below, (x, second), AXIS, Token::InkSoft),
        ]
    };
    let words: Vec<Text> = ticks.iter().flat_map(words).flatten().collect();
    sheet.words("times", words);
}

/// The base line: solid where the data cover the time or are known not to, dashed where nobody said.
pub(crate) fn base_line(page: &Page<'_>, plot: &Plot, left: f64) -> Vec<crate::chart::scene::Shape> {
    let y = plot.rect.bottom;
    let solid = Stroke::new(Token::Axis, 1.2);
    let dashed = Stroke { dashed: true, ..solid };
    let answer = page.answer;
    if facts::is_nowhere(answer) && answer.data.covers.is_empty() {
        return vec![line((left, y), (plot.rect.right, y), dashed)];
    }
    let mut out = Vec::new();
    let mut from = left;
    for (start, end) in &page.unknown {
        // Beyond the ends of the span nobody said anything either.
        let start = if *start <= answer.since { left } else { plot.x(*start) };
        let end = if *end >= answer.until { plot.rect.right } else { plot.x(*end) };
        // What lies left of the plot looks like its beginning.
        if start > from.max(plot.rect.left) {
            out.push(line((from, y), (start, y), solid));
            from = start;
        }
        out.push(line((from, y), (end, y), dashed));
        from = end;
    }
    if from < plot.rect.right {
        out.push(line((from, y), (plot.rect.right, y), solid));
    }
    out
}

/// Hatched ground where posts are known to be missing.
pub(crate) fn gaps(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot) {
    let shapes = page.gaps.iter().map(|gap| rect(plot.stretch(*gap), Fill::Hatch(Token::Hatch)));
    sheet.group(Layer::Gaps, "not-covered", Some("Not covered by the data".to_owned()), shapes.collect());
}

/// Said in the widest gap, where neither data, nor an event's rule, nor other words are in the way. `tops` are the highest values by column.
pub(crate) fn gap_words(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot, tops: &[f64], rules: &[f64]) {
    let gaps = page.gaps.iter().map(|gap| plot.stretch(*gap));
    let Some(widest) = gaps.reduce(|a, b| if b.width() > a.width() { b } else { a }) else { return };
    let at = (f64::midpoint(widest.left, widest.right), widest.top + 8.0 + LABEL.ascent());
    let Some(text) = page.text("not covered", at, LABEL, Token::InkSoft) else { return };
    let text = Text { anchor: Anchor::Middle, halo: Some(Token::Background), ..text };
    let around = text.bounds().grown(4.0);
    let data = plot.columns.iter().zip(tops).map(|(column, n)| {
        let (left, right) = *column;
        Rect { left, right, top: plot.y(*n), bottom: plot.rect.bottom }
    });
    let free = !data.chain(sheet.boxes()).any(|rect| rect.overlaps(&around));
    let uncrossed = !rules.iter().any(|x| *x > around.left && *x < around.right);
    let inside = around.left > widest.left && around.right < widest.right;
    if free && uncrossed && inside {
        sheet.words("gap", [text]);
    }
}

/// Columns of which the span covers only a part, up to their values.
pub(crate) fn partial(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot, tops: &[f64]) {
    let columns = page.columns.list.iter().zip(&plot.columns).zip(tops);
    let cut = columns.filter(|((column, _), n)| column.partial && **n > 0.0).map(|((_, column), n)| {
        let (left, right) = *column;
        let bounds = Rect { left, right, top: plot.y(*n), bottom: plot.rect.bottom };
        rect(bounds, Fill::Hatch(Token::Background))
    });
    let title = Some("Incomplete: cut by the ends of the span".to_owned());
    sheet.group(Layer::Over, "partial", title, cut.collect());
}

/// Two points for each column: counts in buckets are steps. A slope would show a rise that did not happen.
pub(crate) fn steps(columns: &[Column], values: &[f64]) -> Vec<(f64, f64)> {
    let ends = |(column, n): (&Column, &f64)| {
        [(column.start.as_millis() as f64, *n), (column.end.as_millis() as f64, *n)]
    };
    columns.iter().zip(values).flat_map(ends).collect()
}

/// What is counted, on the topmost line: `posts a day`.
pub(crate) fn unit(page: &Page<'_>) -> String {
    note::unit(page.calendar, page.columns.group)
}

/// Right ends for the words under a single plot: the border, and what the zone leaves.
pub(crate) fn time_right(page: &Page<'_>, plot: &Plot, zone: &Text) -> (f64, f64) {
    (page.width - PAD, plot.rect.right - zone.width - 10.0)
}
