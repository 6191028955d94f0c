//! The table of theories for a terminal or a pipe. Plain: colour is the cli's.

use super::format::{
    Year, bucket, clean, clock, count, day, days, percent, posts, shorten, sparkline, wrap, year_of, zone_of,
};
use super::grid::{Align, Column, grid, total_width};
use super::{marked, notes};
use crate::answer::{FirstPost, Peak, TheoriesAnswer};
use crate::post::TimePrecision;
use crate::timeline::By;
use jiff::tz::TimeZone;

/// Below so many posts in a bucket, shares and order hang on a handful of posts.
pub(super) const SMALL_COUNT: u64 = 30;
/// Fewer cells show no shape.
const MIN_SPARK: usize = 8;
const MAX_SPARK: usize = 40;
/// A label keeps at least so many cells, and takes at most as many as `MAX_LABEL`.
const MIN_LABEL: usize = 14;
const MAX_LABEL: usize = 34;
/// Tags named in the heading.
const SHOWN_TAGS: usize = 3;

/// The heading, the table, and under it everything that one must know to read it right, in at most `width` cells where possible.
pub fn theories_table(answer: &TheoriesAnswer, width: usize) -> String {
    let mut out = wrap(&heading(answer), width, "  ");
    out.push_str("\n\n");
    let mut columns = columns(answer);
    let spare = width.saturating_sub(total_width(&columns) + 2);
    if spare >= MIN_SPARK && !answer.buckets.is_empty() {
        columns.push(spark_column(answer, spare.min(MAX_SPARK)));
    }
    let over = total_width(&columns).saturating_sub(width);
    if let Some(labels) = columns.first_mut().filter(|_| over > 0) {
        let cells = labels.width().saturating_sub(over).max(MIN_LABEL);
        labels.cells.iter_mut().for_each(|cell| *cell = shorten(cell, cells));
    }
    let with_spark = columns.last().is_some_and(|column| column.head[0] == SPARK_HEAD);
    out.push_str(&grid(&columns));
    out.push('\n');
    for note in notes::notes(answer, with_spark) {
        out.push_str(&wrap(&note, width, "  "));
        out.push('\n');
    }
    marked(out, answer.synthetic)
}

fn heading(answer: &TheoriesAnswer) -> String {
    let mut tags: Vec<String> =
        answer.tags.iter().take(SHOWN_TAGS).map(|tag| format!("#{}", clean(tag))).collect();
    if answer.tags.len() > SHOWN_TAGS {
        tags.push(format!("and {} more", answer.tags.len() - SHOWN_TAGS));
    }
    let mut parts = vec![if tags.is_empty() { clean(&answer.campaign) } else { tags.join(" ") }];
    parts.push(posts(answer.posts));
    if !answer.buckets.is_empty() {
        let zone = zone_of(&answer.zone);
        parts.push(format!("{} ({})", days(answer.since, answer.until, &zone), clean(&answer.zone)));
    }
    if answer.posts > 0 {
        parts.push(format!("{} match a theory", percent(answer.matched, answer.posts)));
        parts.push(format!("{} match several", percent(answer.several, answer.posts)));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

fn columns(answer: &TheoriesAnswer) -> Vec<Column> {
    let mut columns = [
        Column::new(["Theory", ""], Align::Left),
        Column::new(["Posts", ""], Align::Right),
        Column::new(["Share", ""], Align::Right),
        Column::new(["Accounts", ""], Align::Right),
        Column::new(["First in", "this data"], Align::Left),
        Column::new(["Peak", ""], Align::Left),
        Column::new(["Check", ""], Align::Left),
    ];
    let zone = zone_of(&answer.zone);
    let year = year_of(answer.since, answer.until, &zone);
    let mut push = |cells: [String; 7]| {
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.cells.push(cell));
    };
    for theory in &answer.theories {
        push([
            shorten(&clean(&theory.label), MAX_LABEL),
            count(theory.posts),
            percent(theory.posts, answer.posts),
            accounts(theory.accounts, theory.accounts_error),
            theory.first.as_ref().map_or_else(none, |post| first(post, &zone, year)),
            theory.peak.map_or_else(none, |highest| peak(highest, answer.by, &zone, year)),
            if theory.checked.is_some() { "Checked" } else { "Unchecked" }.to_owned(),
        ]);
    }
    for (id, label, number) in
        [("several", "(several theories)", answer.several), ("unmatched", "(unmatched)", answer.unmatched)]
    {
        let row = answer.rows.iter().find(|row| row.id == id);
        let accounts = row.map_or_else(none, |row| accounts(row.accounts, row.accounts_error));
        push([
            label.to_owned(),
            count(number),
            percent(number, answer.posts),
            accounts,
            none(),
            none(),
            none(),
        ]);
    }
    columns.into()
}

fn none() -> String {
    "–".to_owned()
}

const SPARK_HEAD: &str = "Over time";

fn spark_column(answer: &TheoriesAnswer, cells: usize) -> Column {
    let series = answer.theories.iter().map(|theory| &theory.series);
    let series = series.chain([&answer.several_series, &answer.unmatched_series]);
    Column {
        cells: series.map(|series| sparkline(series, cells)).collect(),
        ..Column::new([SPARK_HEAD, ""], Align::Left)
    }
}

fn accounts(number: u64, error: f64) -> String {
    if error > 0.0 { format!("~{}", count(number)) } else { count(number) }
}

fn first(post: &FirstPost, zone: &TimeZone, year: Year) -> String {
    let date = day(post.at, zone, year);
    match post.time_precision {
        TimePrecision::Day => format!("{date} (day only)"),
        TimePrecision::Minute => format!("{date} {} (minute only)", clock(post.at, zone)),
        TimePrecision::Second | TimePrecision::Millisecond => format!("{date} {}", clock(post.at, zone)),
    }
}

fn peak(peak: Peak, by: By, zone: &TimeZone, year: Year) -> String {
    let mark = if peak.posts < SMALL_COUNT { "*" } else { "" };
    format!("{}{mark} {}", count(peak.posts), bucket(peak.start, by, zone, year))
}
