//! `overlap`: how many of the posts that mention one theory mention another too.

use super::{ChartKind, Drawn, Needs};
use crate::answer::{OverlapAnswer, TheoryCount};
use crate::chart::bands::not_drawn;
use crate::chart::color::{RAMP_STEPS, Token};
use crate::chart::columns::Columns;
use crate::chart::facts::{self, FEW_POSTS};
use crate::chart::frame::page::{BAND, LABEL, NOTE, NUMBER, Page, Says, middle};
use crate::chart::frame::plan::{Plan, Room};
use crate::chart::frame::sheet::{Layer, Sheet, rect};
use crate::chart::scene::{Anchor, Face, Fill, Ink, Rect, Text};
use crate::chart::table::{Cell, Table};
use crate::chart::vega::Form;
use crate::chart::words::isolated;
use crate::chart::{ChartError, Input, note};

/// More theories are not drawn: nobody compares more.
const MAX_SHOWN: usize = 12;
/// Nor such as would make cells smaller than their numbers.
const MIN_CELL: (u32, f64) = (22, 20.0);
const MAX_CELL: (f64, f64) = (140.0, 74.0);
/// Between cells.
const GAP: f64 = 2.0;
/// Part of the width that names may take.
const NAMES_PART: f64 = 0.36;
/// Height of the numbers over the columns.
const HEADER: f64 = 22.0;
/// Least height of a cell for two lines.
const TWO_LINES: f64 = 34.0;

pub(super) const KIND: ChartKind = ChartKind {
    name: "overlap",
    about: "how many posts of one theory mention another too",
    needs: Needs::Overlap,
    vega: Form::Matrix,
    draw,
};

fn draw(input: &Input<'_>) -> Result<Drawn, ChartError> {
    let Input { answer, calendar, .. } = *input;
    let Some(overlap) = &answer.overlap else { return Err(ChartError::NotAsked { what: "overlap" }) };
    let matrix = Matrix::of(input, overlap);
    let mut how = vec![
        "A row says how many of its theory’s posts mention the theory of the column too. To mention is not to hold."
            .to_owned(),
        format!("No colour and no percentage where the row has fewer than {FEW_POSTS} posts."),
    ];
    let hidden = answer.theories.len().saturating_sub(matrix.names.len());
    how.extend(not_drawn(hidden));
    let subtitle = note::overlap_subtitle(answer, calendar);
    let says = Says { title: matrix.title(input), subtitle, how, base_line: false, apart: false };
    let page = Page::new(input, Columns::of(answer, calendar, 1000), says);
    let description = format!(
        "{} {}",
        facts::alt_text(answer, calendar, "Matrix of theories that posts share"),
        matrix.words(input)
    );
    Ok(Drawn { scene: matrix.sheet(&page).finish(description), table: matrix.table() })
}

/// Theories by theories.
struct Matrix {
    /// Id, name and all posts of each.
    names: Vec<(String, String, u64)>,
    posts: Vec<Vec<u64>>,
}

impl Matrix {
    fn of(input: &Input<'_>, overlap: &OverlapAnswer) -> Self {
        let fit = (input.options.size.width / 2 / MIN_CELL.0) as usize;
        let shown = overlap.theories.iter().take(MAX_SHOWN.min(fit));
        let known = |id: &String| input.answer.theories.iter().find(|theory| theory.id == *id);
        let name = |theory: &TheoryCount| (theory.id.clone(), facts::name(theory), theory.posts);
        let names: Vec<_> = shown.filter_map(known).map(name).collect();
        let posts =
            (0..names.len()).map(|a| (0..names.len()).map(|b| at(&overlap.posts, a, b)).collect()).collect();
        Self { names, posts }
    }

    /// The pair with most posts in common, the earliest of equals.
    fn largest(&self) -> Option<(usize, usize, u64)> {
        let pairs = (0..self.names.len()).flat_map(|a| (a + 1..self.names.len()).map(move |b| (a, b)));
        let mut best: Option<(usize, usize, u64)> = None;
        for (a, b) in pairs {
            let n = at(&self.posts, a, b);
            if n > best.map_or(0, |best| best.2) {
                best = Some((a, b, n));
            }
        }
        best
    }

    fn title(&self, input: &Input<'_>) -> String {
        let lang = input.calendar.lang();
        let named = |at: usize| self.names.get(at).map_or_else(String::new, |name| isolated(name.1.clone()));
        match self.largest() {
            Some((a, b, n)) => format!("{} and {}: {} mention both", named(a), named(b), lang.posts(n)),
            None if self.names.len() < 2 => "Fewer than two theories: nothing to compare".to_owned(),
            None => "No post mentions two theories".to_owned(),
        }
    }

    /// The five largest pairs, for whoever cannot see the matrix.
    fn words(&self, input: &Input<'_>) -> String {
        let mut pairs: Vec<(u64, usize, usize)> = Vec::new();
        for a in 0..self.names.len() {
            pairs.extend((a + 1..self.names.len()).map(|b| (at(&self.posts, a, b), a, b)));
        }
        pairs.retain(|pair| pair.0 > 0);
        pairs.sort_by_key(|(n, a, b)| (std::cmp::Reverse(*n), *a, *b));
        let named = |at: usize| self.names.get(at).map_or("", |name| name.1.as_str());
        let said = pairs
            .iter()
            .take(5)
            .map(|(n, a, b)| format!("{} and {}: {}", named(*a), named(*b), input.calendar.lang().posts(*n)));
        format!("Mentioned together: {}.", said.collect::<Vec<_>>().join("; "))
    }

    fn table(&self) -> Table {
        let mut table = Table::new(&["theory", "label", "with", "with_label", "posts", "of"]);
        for (a, (id, label, all)) in self.names.iter().enumerate() {
            for (b, (with, with_label, _)) in self.names.iter().enumerate() {
                let words = [id, label, with, with_label].map(|words| Cell::Word(words.clone()));
                let numbers = [Cell::Count(at(&self.posts, a, b)), Cell::Count(*all)];
                table.rows.push(words.into_iter().chain(numbers).collect());
            }
        }
        table.palette = self.names.iter().map(|name| (name.1.clone(), Token::Ramp(RAMP_STEPS - 1))).collect();
        table
    }

    fn sheet<'a>(&self, page: &'a Page<'a>) -> Sheet<'a> {
        let count = self.names.len().max(1) as f64;
        let number = |at: usize| (at + 1).to_string();
        let indent = page.fonts.width(&number(self.names.len()), BAND) + 8.0;
        let fit = |name: &(String, String, u64)| page.fonts.shorten(&name.1, LABEL, page.width * NAMES_PART);
        let names: Vec<String> = self.names.iter().map(fit).collect();
        let widest = names.iter().map(|name| page.fonts.width(name, LABEL)).fold(0.0, f64::max);
        let room = Room {
            gutter: indent + widest + 12.0,
            over: HEADER,
            under: 12.0,
            min_body: count * MIN_CELL.1,
            ..Room::default()
        };
        let plan = Plan::of(page, &room);
        let body = plan.body;
        let width = (body.width() / count).min(MAX_CELL.0);
        let height = (body.height() / count).min(MAX_CELL.1);
        let mut sheet = Sheet::new(page, &plan);
        if self.names.is_empty() {
            let words = page.text(
                "No theories: there are no rules yet",
                (body.left, body.top + 20.0),
                BAND,
                Token::Ink,
            );
            sheet.words("labels", words);
        }
        for (a, name) in names.iter().enumerate() {
            let y = body.top + (a as f64 + 0.5) * height;
            let x = body.left + (a as f64 + 0.5) * width - GAP / 2.0;
            let left = body.left - room.gutter;
            let row = page.text(&number(a), (left, y + middle(BAND)), BAND, Token::Ink);
            let words = page.text(name, (left + indent, y + middle(LABEL)), LABEL, Token::Ink);
            let column = page.text(&number(a), (x, body.top - 6.0), BAND, Token::Ink);
            let column = column.map(|text| Text { anchor: Anchor::Middle, ..text });
            sheet.words("labels", [row, words, column].into_iter().flatten());
            for b in 0..names.len() {
                let left = body.left + b as f64 * width;
                let top = body.top + a as f64 * height;
                let cell = Rect { left, right: left + width - GAP, top, bottom: top + height - GAP };
                self.cell(&mut sheet, page, (a, b), cell);
            }
        }
        sheet
    }

    fn cell(&self, sheet: &mut Sheet<'_>, page: &Page<'_>, (row, column): (usize, usize), cell: Rect) {
        let (n, all) = (at(&self.posts, row, column), at(&self.posts, row, row));
        let fill = match row == column {
            true => Token::Unmatched,
            // A share of few posts says little.
            false if all < FEW_POSTS => Token::Ramp(0),
            false => Token::Ramp(level(n, all)),
        };
        let named = |at: usize| self.names.get(at).map_or("", |name| name.1.as_str());
        let lang = page.calendar.lang();
        let title = if row == column {
            format!("{}: {}", named(row), lang.posts(n))
        } else {
            format!(
                "{} of {} of {} mention {} too",
                lang.count(n),
                lang.posts(all),
                named(row),
                named(column)
            )
        };
        sheet.group(Layer::Marks, "cell", Some(title), vec![rect(cell, Fill::Solid(fill))]);
        let share = (row != column && n > 0 && all >= FEW_POSTS).then(|| facts::percent(n, all));
        let (x, y) = (f64::midpoint(cell.left, cell.right), f64::midpoint(cell.top, cell.bottom));
        let line = |words: &str, y: f64, face: Face| {
            let text = page.text(words, (x, y + middle(face)), face, Ink::On(fill))?;
            (text.width + 2.0 <= cell.width()).then_some(Text { anchor: Anchor::Middle, ..text })
        };
        let count = lang.count(n);
        let words = match share {
            Some(share) if cell.height() >= TWO_LINES => {
                [line(&share, y - 8.0, BAND), line(&count, y + 8.0, NOTE)]
            }
            _ => [line(&count, y, if row == column { NUMBER } else { NOTE }), None],
        };
        sheet.words("numbers", words.into_iter().flatten());
    }
}

fn at(posts: &[Vec<u64>], a: usize, b: usize) -> u64 {
    posts.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0)
}

/// Step of the scale for a part of a whole, linear.
fn level(part: u64, whole: u64) -> u8 {
    if part == 0 {
        return 0;
    }
    let steps = u128::from(RAMP_STEPS - 1);
    let step = (u128::from(part) * steps).div_ceil(u128::from(whole.max(1))).clamp(1, steps);
    u8::try_from(step).unwrap_or(RAMP_STEPS - 1)
}
