//! Events: their words over the plot in lanes, or numbers and a list under the chart. Places only; the sheet draws the rules.

use super::page::{LABEL, NOTE, NUMBER, PAD, Page};
use crate::answer::EventAnswer;
use crate::chart::color::Token;
use crate::chart::place::lanes;
use crate::chart::scene::{Point, Text};
use crate::chart::words::{clean, isolated};
use crate::post::Timestamp;

/// Height of a line of event labels.
pub(crate) const LANE: f64 = 18.0;
/// Between an event's rule and its words.
const RULE_GAP: f64 = 5.0;
/// More events are numbered and listed under the chart.
pub(crate) const MAX_LABELLED: usize = 8;
/// So are events whose labels would take more lines.
const MAX_LANES: usize = 5;
/// Part of the width that a label may take, and where they need too many lines then.
const EVENT_PARTS: [f64; 2] = [0.66, 0.42];
/// Least width of a column of the list of events.
const LIST_COLUMN: f64 = 300.0;

/// Words of an event over the plot, or its number.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    pub(crate) words: String,
    /// Of its rule.
    pub(crate) x: f64,
    /// Left end and base line of the words; `None` where a neighbour's words name this event too.
    at: Option<Point>,
    /// Where the rule begins.
    pub(crate) top: f64,
}

impl Flag {
    pub(crate) fn lowered(self, by: f64) -> Self {
        Self { top: self.top + by, at: self.at.map(|(x, y)| (x, y + by)), ..self }
    }

    /// Its words, if it has any of its own.
    pub(crate) fn text(&self, page: &Page<'_>) -> Option<Text> {
        let text = page.text(&self.words, self.at?, LABEL, Token::Ink)?;
        Some(Text { halo: Some(Token::Background), ..text })
    }
}

/// Flags, how many lanes they take, and whether the events are listed by number.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) flags: Vec<Flag>,
    pub(crate) lanes: usize,
    pub(crate) listed: bool,
}

/// Flags with their places relative to the top of the first lane.
pub(crate) fn words(page: &Page<'_>, x: &dyn Fn(Timestamp) -> f64) -> Named {
    let few = page.events.len() <= MAX_LABELLED;
    let named = EVENT_PARTS.iter().filter(|_| few).map(|part| words_within(page, x, page.width * part));
    let fits = named.into_iter().find(|named| named.lanes <= MAX_LANES);
    fits.unwrap_or_else(|| Named { flags: numbers(page, x, page.width - PAD), lanes: 1, listed: true })
}

fn words_within(page: &Page<'_>, x: &dyn Fn(Timestamp) -> f64, widest: f64) -> Named {
    let words = page.events.iter().map(|e| page.fonts.shorten(&said(page, e), LABEL, widest));
    let words: Vec<String> = words.collect();
    let places: Vec<(f64, f64)> =
        page.events.iter().zip(&words).map(|(e, w)| (x(e.at), page.fonts.width(w, LABEL))).collect();
    let found = lanes(&places, PAD, page.width - PAD, RULE_GAP);
    let lanes = found.iter().map(|lane| lane.row + 1).max().unwrap_or(0);
    let flags = words.into_iter().zip(found).zip(places).map(|((words, lane), (x, _))| {
        let top = lane.row as f64 * LANE;
        Flag { words, x, at: Some((lane.left, top + 2.0 + LABEL.ascent())), top: top + 2.0 }
    });
    Named { flags: flags.collect(), lanes, listed: false }
}

/// Numbers in one lane; neighbours whose numbers would touch share one: `3–7`.
pub(crate) fn numbers(page: &Page<'_>, x: &dyn Fn(Timestamp) -> f64, right: f64) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    let mut run = (0_usize, f64::NEG_INFINITY);
    for (at, event) in page.events.iter().enumerate() {
        let x = x(event.at);
        let number = (at + 1).to_string();
        let width = page.fonts.width(&number, LABEL);
        let free = x + 3.0 > run.1 + 4.0 && x + 3.0 + width <= right;
        if free || flags.is_empty() {
            let left = (x + 3.0).min(right - width);
            run = (at, left + width);
            flags.push(Flag { words: number, x, at: Some((left, 2.0 + LABEL.ascent())), top: 2.0 });
            continue;
        }
        let words = format!("{}–{number}", run.0 + 1);
        let width = page.fonts.width(&words, LABEL);
        if let Some(first) = flags.get_mut(run.0) {
            let left = first.at.map_or(x, |at| at.0).min(right - width);
            first.words = words;
            first.at = Some((left, 2.0 + LABEL.ascent()));
            run.1 = left + width;
        }
        flags.push(Flag { words: String::new(), x, at: None, top: LANE });
    }
    flags
}

/// One event of the list.
pub(crate) struct ListCell {
    number: String,
    words: String,
    pub(crate) left: f64,
    pub(crate) row: usize,
}

impl ListCell {
    /// Number and words; `at` is the left end of the words.
    pub(crate) fn texts(&self, page: &Page<'_>, at: Point) -> [Option<Text>; 2] {
        let width = page.fonts.width(&self.number, NUMBER);
        let number = page.text(&self.number, (at.0 - 6.0 - width, at.1), NUMBER, Token::Ink);
        [number, page.text(&self.words, at, NOTE, Token::Ink)]
    }
}

/// The list is read down its columns.
pub(crate) fn list(page: &Page<'_>) -> Vec<ListCell> {
    let inner = page.width - 2.0 * PAD;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few columns")]
    let columns = ((inner / LIST_COLUMN).floor() as usize).max(1);
    let rows = page.events.len().div_ceil(columns).max(1);
    let width = inner / columns as f64;
    let indent = page.fonts.width("00", NUMBER) + 6.0;
    let cell = |(at, event): (usize, &&EventAnswer)| ListCell {
        number: (at + 1).to_string(),
        words: page.fonts.shorten(&said(page, event), NOTE, width - indent - 16.0),
        left: PAD + (at / rows) as f64 * width + indent,
        row: at % rows,
    };
    page.events.iter().enumerate().map(cell).collect()
}

fn said(page: &Page<'_>, event: &EventAnswer) -> String {
    format!("{} {}", page.calendar.event(event.at), isolated(clean(&event.label)))
}
