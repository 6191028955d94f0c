//! `platforms`: the stack of theories for each platform (or each value of another field), all on one scale.

use super::panels;
use super::{ChartKind, Drawn, Needs, stack};
use crate::answer::{PartCount, SplitAnswer};
use crate::chart::axis::count_axis;
use crate::chart::bands::{Band, edges, part_bands};
use crate::chart::color::Token;
use crate::chart::columns::Columns;
use crate::chart::facts;
use crate::chart::frame::axes::{self, ValueAxis};
use crate::chart::frame::labels::{self, Name};
use crate::chart::frame::page::{BAND, PAD, Page, Says};
use crate::chart::frame::plan::{EventStyle, Plan, Plot, Room, TIME_AXIS, gutter};
use crate::chart::frame::sheet::{Layer, Sheet};
use crate::chart::table::{Cell, Table};
use crate::chart::vega::Form;
use crate::chart::words::{clean, isolated};
use crate::chart::{ChartError, Input, note};

/// Lowest plot, and the line of words over it.
const MIN_HEIGHT: f64 = 20.0;
const HEAD: f64 = 30.0;
/// Height that the plots together must have: half as much again as the names beside them.
const MIN_TOGETHER: f64 = 150.0;
/// Longest value that is written, in characters: the numbers behind it matter more.
const MAX_VALUE: usize = 30;
/// Theories whose share is named over a plot.
const NAMED_SHARES: usize = 2;

pub(super) const KIND: ChartKind = ChartKind {
    name: "platforms",
    about: "theories by platform, or by another field (`--split`), on one scale",
    needs: Needs::Split,
    vega: Form::Panels { by: "part" },
    draw,
};

fn draw(input: &Input<'_>) -> Result<Drawn, ChartError> {
    let Input { answer, calendar, options, .. } = *input;
    let Some(split) = &answer.split else { return Err(ChartError::NotAsked { what: "split" }) };
    let columns = Columns::of(answer, calendar, stack::most_columns(options.size.width));
    let parts: Vec<Part> = split
        .parts
        .iter()
        .map(|part| {
            let bands = part_bands(answer, part, calendar, &columns);
            Part { name: part_name(split, part), said: said(input, split, part), bands }
        })
        .collect();
    let how = vec![
        "All plots have one scale. A theory’s band holds the posts that match no other; a share counts all its posts."
            .to_owned(),
    ];
    let field = if split.by == "lang" { "language".to_owned() } else { isolated(clean(&split.by)) };
    let subtitle = note::split_subtitle(answer, calendar, columns.group, &field);
    let says = Says { title: title(input, split), subtitle, how, base_line: true, apart: true };
    let page = Page::new(input, columns, says);
    let words: Vec<&str> = parts.iter().map(|part| part.said.as_str()).collect();
    let form = format!("Stacked areas in steps for each {field}");
    let description = format!("{} {}.", facts::alt_text(answer, calendar, &form), words.join("; "));
    let scene = sheet(&page, &parts)?.finish(description);
    let table = table(&page, &parts);
    Ok(Drawn { scene, table })
}

/// One plot.
struct Part {
    name: String,
    /// Over the plot.
    said: String,
    bands: Vec<Band>,
}

fn part_name(split: &SplitAnswer, part: &PartCount) -> String {
    match (part.other, part.id.is_empty()) {
        (true, _) => format!("{} others", split.others),
        (false, true) => "not said".to_owned(),
        (false, false) => {
            let id = clean(&part.id);
            let short: String = id.chars().take(MAX_VALUE).collect();
            isolated(if short == id { id } else { format!("{short}…") })
        }
    }
}

/// `x · 2,310 posts · FBI files 31 %, CIA documents 20 %`.
fn said(input: &Input<'_>, split: &SplitAnswer, part: &PartCount) -> String {
    let mut theories: Vec<(u64, usize)> =
        part.theories.iter().enumerate().map(|(at, t)| (t.posts, at)).collect();
    theories.sort_by_key(|(posts, at)| (std::cmp::Reverse(*posts), *at));
    let named = theories.iter().filter(|(posts, _)| *posts > 0 && part.posts >= facts::FEW_POSTS);
    let shares: Vec<String> = named
        .take(NAMED_SHARES)
        .filter_map(|(posts, at)| {
            let theory = input.answer.theories.get(*at)?;
            Some(format!("{} {}", isolated(facts::name(theory)), facts::percent(*posts, part.posts)))
        })
        .collect();
    let mut out = format!("{} · {}", part_name(split, part), input.calendar.lang().posts(part.posts));
    if !shares.is_empty() {
        out = format!("{out} · {}", shares.join(", "));
    }
    out
}

/// The largest part.
fn title(input: &Input<'_>, split: &SplitAnswer) -> String {
    let lang = input.calendar.lang();
    match split.parts.iter().find(|part| !part.other) {
        Some(part) if part.posts > 0 => format!(
            "{}: {} of {}",
            part_name(split, part),
            lang.count(part.posts),
            lang.posts(input.answer.posts)
        ),
        _ => format!("No posts, {}", input.calendar.range()),
    }
}

fn table(page: &Page<'_>, parts: &[Part]) -> Table {
    let mut out = Table::new(&["part", "start", "end", "theory", "label", "posts", "of"]);
    for part in parts {
        let mut all = vec![0_u64; page.columns.list.len()];
        for band in &part.bands {
            all.iter_mut().zip(&band.columns).for_each(|(sum, n)| *sum = sum.saturating_add(*n));
        }
        let one = stack::table(&page.columns.list, &part.bands, &all);
        out.rows.extend(one.rows.into_iter().map(|mut row| {
            row.insert(0, Cell::Word(part.name.clone()));
            row
        }));
        if out.palette.is_empty() {
            out.palette = one.palette;
        }
    }
    out
}

fn sheet<'a>(page: &'a Page<'a>, parts: &[Part]) -> Result<Sheet<'a>, ChartError> {
    let count = page.columns.list.len();
    let all: Vec<Vec<Vec<f64>>> = parts.iter().map(|part| edges(&part.bands, count)).collect();
    let highest =
        |edges: &Vec<Vec<f64>>| edges.last().map_or(0.0, |top| top.iter().copied().fold(0.0, f64::max));
    let highest: Vec<f64> = all.iter().map(highest).collect();
    let axis = count_axis(highest.iter().copied().fold(0.0, f64::max), page.calendar.lang());
    let labels = parts.first().map_or(&[][..], |part| part.bands.as_slice());
    let heads = parts.len() as f64 * (HEAD + MIN_HEIGHT);
    let room = Room {
        gutter: gutter(page, &axis.ticks),
        margin: labels.iter().map(|band| labels::margin_width(page, &band.label)).fold(0.0, f64::max),
        over: 4.0,
        under: 0.0,
        min_body: (heads + MIN_TOGETHER).max(labels::MIN_BODY + HEAD) + TIME_AXIS,
        events: EventStyle::Words,
    };
    let plan = Plan::of(page, &room);
    let mut sheet = Sheet::new(page, &plan);
    sheet.thin_rules();
    let plots = panels::stacked(plan.body, &highest, (HEAD, TIME_AXIS, MIN_HEIGHT));
    for (at, (((bounds, top), part), edges)) in plots.iter().zip(parts).zip(&all).enumerate() {
        let plot = Plot::new(page, *bounds, *top);
        // Of the common axis, the lines that this plot reaches.
        let reached = axis.ticks.iter().take_while(|(value, _)| value <= top).count();
        let ticks = axis.ticks.get(..reached).unwrap_or_default();
        panel(&mut sheet, page, &plot, (part, edges), ticks)?;
        if at + 1 == parts.len() {
            let zone = axes::zone(page, &plot);
            axes::time(&mut sheet, page, &plot, PAD, axes::time_right(page, &plot, &zone));
            sheet.words("times", [zone]);
        } else {
            let line = axes::base_line(page, &plot, PAD);
            sheet.group(Layer::Base, "base-line", None, line);
        }
        if at == 0 {
            labels::in_margin(&mut sheet, page, &plot, &mut names(&part.bands, edges, &plot));
        }
    }
    if let Some((last, _)) = plots.last() {
        sheet.rules(&plan.flags, last.bottom);
    }
    if page.answer.posts == 0 {
        sheet.words("labels", stack::empty(page, plots.first().map_or(plan.body, |first| first.0)));
    }
    Ok(sheet)
}

fn panel(
    sheet: &mut Sheet<'_>,
    page: &Page<'_>,
    plot: &Plot,
    (part, edges): (&Part, &Vec<Vec<f64>>),
    ticks: &[(f64, String)],
) -> Result<(), ChartError> {
    axes::values(sheet, page, plot, &ValueAxis { ticks, unit: None }, PAD);
    axes::gaps(sheet, page, plot);
    stack::paint(sheet, page, plot, &part.bands, edges)?;
    axes::partial(sheet, page, plot, edges.last().map_or(&[], Vec::as_slice));
    let words = page.fonts.shorten(&part.said, BAND, plot.rect.width());
    let head = (plot.rect.left, plot.rect.top - HEAD + 8.0 + BAND.ascent());
    sheet.words("labels", page.text(&words, head, BAND, Token::Ink));
    Ok(())
}

/// Names beside the first plot, for all of them; those of bands without posts in it have no leader.
fn names<'b>(bands: &'b [Band], edges: &[Vec<f64>], plot: &Plot) -> Vec<Name<'b>> {
    let mut out: Vec<Name<'_>> = bands
        .iter()
        .zip(edges.windows(2))
        .map(|(band, pair)| {
            let ends = pair.iter().filter_map(|edge| edge.last()).copied().collect::<Vec<f64>>();
            let middle = ends.iter().sum::<f64>() / ends.len().max(1) as f64;
            Name { label: &band.label, token: band.token, wish: plot.y(middle), led: band.ends_with_posts() }
        })
        .collect();
    out.reverse();
    out
}
