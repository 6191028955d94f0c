//! `lines`: a line of steps for each theory, with all its posts: one that several theories match counts in each.

use super::{ChartKind, Drawn, Needs, stack};
use crate::chart::axis::count_axis;
use crate::chart::bands::{Band, Shown, not_drawn};
use crate::chart::color::Token;
use crate::chart::columns::Columns;
use crate::chart::facts;
use crate::chart::frame::axes::{self, ValueAxis};
use crate::chart::frame::labels::{self, Name};
use crate::chart::frame::page::{PAD, Page, Says, over_time};
use crate::chart::frame::plan::{EventStyle, Plan, Plot, Room, TIME_AXIS, gutter};
use crate::chart::frame::sheet::{Layer, Sheet, class, failed};
use crate::chart::vega::Form;
use crate::chart::{ChartError, Input, backend::to_tenths, note};
use plotters::element::PathElement;
use plotters::style::{Color, ShapeStyle};

/// Thickness of a line, of the rim that keeps lines apart where they cross, and of the line of what no rule matches.
const LINE: f64 = 2.2;
const RIM: f64 = 3.4;
const THIN: f64 = 1.4;

pub(super) const KIND: ChartKind = ChartKind {
    name: "lines",
    about: "a line of steps for each theory; a post in several counts in each",
    needs: Needs::Theories,
    vega: Form::Lines,
    draw,
};

fn draw(input: &Input<'_>) -> Result<Drawn, ChartError> {
    let Input { answer, calendar, options, .. } = *input;
    let columns = Columns::of(answer, calendar, stack::most_columns(options.size.width));
    let lines = lines(input, &columns);
    let all = columns.add_up(&answer.all);
    let mut how = vec!["A post in several theories counts in each line.".to_owned()];
    let hidden = Shown::of(answer).others.len();
    how.extend(not_drawn(hidden));
    let subtitle = note::subtitle(answer, calendar, columns.group);
    let says = Says { title: over_time(answer, calendar), subtitle, how, base_line: true, apart: false };
    let page = Page::new(input, columns, says);
    let scene = sheet(&page, &lines)?.finish(facts::alt_text(answer, calendar, "Lines in steps"));
    Ok(Drawn { scene, table: stack::table(&page.columns.list, &lines, &all) })
}

/// Unmatched posts first, so that theories lie over them; then theories, the largest first: what is small lies over what is large.
fn lines(input: &Input<'_>, columns: &Columns) -> Vec<Band> {
    let Input { answer, calendar, .. } = *input;
    let lang = calendar.lang();
    let mut out: Vec<Band> = Vec::new();
    if answer.unmatched > 0 {
        out.push(Band {
            id: "unmatched".into(),
            label: "unmatched".into(),
            title: format!("Matched by no rule: {}", lang.posts(answer.unmatched)),
            token: Token::Several,
            columns: columns.add_up(&answer.unmatched_series),
        });
    }
    for (at, token) in Shown::of(answer).theories {
        let Some(theory) = answer.theories.get(at) else { continue };
        let name = facts::name(theory);
        out.push(Band {
            id: theory.id.clone(),
            title: format!("{name}: {}", lang.posts(theory.posts)),
            label: if theory.posts == 0 { format!("{name}: 0 posts") } else { name },
            token,
            columns: columns.add_up(&theory.series),
        });
    }
    out
}

fn sheet<'a>(page: &'a Page<'a>, lines: &[Band]) -> Result<Sheet<'a>, ChartError> {
    let most = lines.iter().flat_map(|line| &line.columns).max().copied().unwrap_or(0) as f64;
    let axis = count_axis(most, page.calendar.lang());
    let margin = lines.iter().map(|line| labels::margin_width(page, &line.label)).fold(0.0, f64::max);
    let room = Room {
        gutter: gutter(page, &axis.ticks),
        margin,
        over: axes::OVER_TOP,
        under: TIME_AXIS,
        min_body: labels::MIN_BODY,
        events: EventStyle::Words,
    };
    let plan = Plan::of(page, &room);
    let plot = Plot::new(page, plan.body, axis.top);
    let mut sheet = Sheet::new(page, &plan);
    let values = ValueAxis { ticks: &axis.ticks, unit: Some(axes::unit(page)) };
    axes::values(&mut sheet, page, &plot, &values, PAD);
    axes::gaps(&mut sheet, page, &plot);
    for band in lines {
        line(&mut sheet, page, &plot, band)?;
    }
    let tops: Vec<f64> = (0..page.columns.list.len())
        .map(|at| lines.iter().filter_map(|line| line.columns.get(at)).max().copied().unwrap_or(0) as f64)
        .collect();
    axes::partial(&mut sheet, page, &plot, &tops);
    let zone = axes::zone(page, &plot);
    axes::time(&mut sheet, page, &plot, PAD, axes::time_right(page, &plot, &zone));
    sheet.words("times", [zone]);
    let mut names: Vec<Name<'_>> =
        lines.iter().skip(1).chain(lines.first()).map(|line| name(line, &plot)).collect();
    labels::in_margin(&mut sheet, page, &plot, &mut names);
    if page.answer.posts == 0 {
        sheet.words("labels", stack::empty(page, plan.body));
    }
    let rules: Vec<f64> = plan.flags.iter().map(|flag| flag.x).collect();
    axes::gap_words(&mut sheet, page, &plot, &tops, &rules);
    sheet.rules(&plan.flags, plan.body.bottom);
    Ok(sheet)
}

fn name<'b>(band: &'b Band, plot: &Plot) -> Name<'b> {
    let last = band.columns.last().copied().unwrap_or(0) as f64;
    Name { label: &band.label, token: band.token, wish: plot.y(last), led: band.ends_with_posts() }
}

/// A line of steps over a rim in the colour of the paper.
fn line(sheet: &mut Sheet<'_>, page: &Page<'_>, plot: &Plot, band: &Band) -> Result<(), ChartError> {
    let values: Vec<f64> = band.columns.iter().map(|n| *n as f64).collect();
    let points = axes::steps(&page.columns.list, &values);
    if points.is_empty() {
        return Ok(());
    }
    let width = if matches!(band.token, Token::Hue(_)) { LINE } else { THIN };
    let style = |token: Token, width: f64| ShapeStyle {
        color: token.as_color().to_rgba(),
        filled: false,
        stroke_width: to_tenths(width).unsigned_abs(),
    };
    let name = format!("line line-{}", class(&band.id));
    sheet.drawn(Layer::Marks, &name, Some(band.title.clone()), plot, |area| {
        let rim = PathElement::new(points.clone(), style(Token::Background, RIM));
        area.draw(&rim).map_err(|e| failed(&e))?;
        area.draw(&PathElement::new(points, style(band.token, width))).map_err(|e| failed(&e))
    })
}
