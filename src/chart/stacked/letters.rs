//! Every line of words in the chart, at its place. All of them come from here, so that rules can stop at them and a test can look at all.

use super::page::{
    AXIS, BAND, BANNER, LABEL, LEADER, LEADING, LIST_NUMBER, NOTE, PAD, Page, SUBTITLE, SWATCH,
};
use super::plan::{Flag, Label, Plan};
use crate::chart::color::Token;
use crate::chart::facts::INVENTED;
use crate::chart::scene::{Anchor, Face, Ink, Point, Rect, Text};

/// Between a label of the axis of counts and its line.
const OVER_LINE: f64 = 4.0;

/// Words that belong together, under a class.
pub(crate) struct Letters {
    pub(crate) class: &'static str,
    pub(crate) texts: Vec<Text>,
}

/// All words of the chart.
pub(crate) fn letters(page: &Page<'_>, plan: &Plan) -> Vec<Letters> {
    let writer = Writer { page, plan };
    let mut out = vec![
        Letters { class: "invented", texts: writer.banner() },
        Letters { class: "title", texts: writer.title() },
        Letters { class: "counts", texts: writer.counts() },
        Letters { class: "times", texts: writer.times() },
        Letters { class: "labels", texts: writer.bands() },
        Letters { class: "events", texts: writer.events() },
        Letters { class: "note", texts: writer.note() },
    ];
    let gap = writer.gap(&out);
    out.push(Letters { class: "gap", texts: gap.into_iter().collect() });
    out.retain(|letters| !letters.texts.is_empty());
    out
}

/// Grounds that nobody said are covered.
pub(crate) fn gap_rects(page: &Page<'_>, plan: &Plan) -> Vec<Rect> {
    let x = |at| plan.point(at, 0.0).0;
    page.gaps.iter().map(|(start, end)| Rect { left: x(*start), right: x(*end), ..plan.plot }).collect()
}

/// From the middle of a line of words down to its base line.
fn middle(face: Face) -> f64 {
    (face.ascent() - face.descent()) / 2.0
}

struct Writer<'a> {
    page: &'a Page<'a>,
    plan: &'a Plan,
}

impl Writer<'_> {
    /// Nothing turns this off.
    fn banner(&self) -> Vec<Text> {
        let at = (PAD, BANNER / 2.0 + middle(BAND));
        let words = if self.page.answer.synthetic { INVENTED } else { "" };
        self.text(words, at, BAND, Token::Alarm).into_iter().collect()
    }

    fn title(&self) -> Vec<Text> {
        let (face, lines) = &self.page.title;
        let title = lines.iter().map(|line| (line, *face, Token::Ink));
        let subtitle = self.page.subtitle.iter().map(|line| (line, SUBTITLE, Token::InkSoft));
        let mut y = self.page.top();
        let place = |(line, face, ink): (&String, Face, Token)| {
            y += face.size * LEADING;
            self.text(line, (PAD, y - face.descent()), face, ink)
        };
        title.chain(subtitle).filter_map(place).collect()
    }

    fn counts(&self) -> Vec<Text> {
        let place = |(at, (value, _)): (usize, &(f64, String))| {
            let place = (PAD, self.plan.y(*value) - OVER_LINE);
            let text = self.text(&self.page.count_label(at), place, AXIS, Token::InkSoft)?;
            Some(Text { halo: Some(Token::Background), ..text })
        };
        self.page.axis.ticks.iter().enumerate().filter_map(place).collect()
    }

    fn times(&self) -> Vec<Text> {
        let first = self.plan.plot.bottom + 6.0 + AXIS.ascent();
        let second = first + AXIS.size * LEADING;
        let mut out = Vec::new();
        for tick in &self.plan.ticks {
            let x = self.plan.point(tick.at, 0.0).0;
            out.extend(self.text(&tick.label, (x, first), AXIS, Token::InkSoft));
            out.extend(self.text(&tick.below, (x, second), AXIS, Token::InkSoft));
        }
        let zone = self.text(&self.plan.zone, (self.plan.plot.right, second), AXIS, Token::InkSoft);
        out.extend(zone.map(|text| Text { anchor: Anchor::End, ..text }));
        out
    }

    fn bands(&self) -> Vec<Text> {
        let mut out = Vec::new();
        for (band, label) in self.page.stack.bands.iter().zip(&self.plan.labels) {
            match label {
                Label::Inside((x, y)) => {
                    let text = self.text(&band.label, (*x, y + middle(BAND)), BAND, Ink::On(band.token));
                    out.extend(text.map(|t| Text { anchor: Anchor::Middle, halo: Some(band.token), ..t }));
                }
                Label::Margin { words, label, .. } => {
                    let left = self.plan.plot.right + LEADER + SWATCH + 6.0;
                    out.extend(self.text(words, (left, label + middle(LABEL)), LABEL, Token::Ink));
                }
            }
        }
        if self.page.answer.posts == 0 {
            let plot = self.plan.plot;
            let at = (f64::midpoint(plot.left, plot.right), f64::midpoint(plot.top, plot.bottom));
            let text = self.text("No posts in this span", at, BAND, Token::Ink);
            out.extend(text.map(|t| Text { anchor: Anchor::Middle, halo: Some(Token::Background), ..t }));
        }
        out
    }

    fn events(&self) -> Vec<Text> {
        let mut out = Vec::new();
        for Flag { words, at, .. } in &self.plan.flags {
            let text = at.and_then(|at| self.text(words, at, LABEL, Token::Ink));
            out.extend(text.map(|t| Text { halo: Some(Token::Background), ..t }));
        }
        for (number, words, at) in &self.plan.list {
            let number = self.text(number, (at.0 - 6.0, at.1), LIST_NUMBER, Token::Ink);
            out.extend(number.map(|text| Text { anchor: Anchor::End, ..text }));
            out.extend(self.text(words, *at, NOTE, Token::Ink));
        }
        out
    }

    fn note(&self) -> Vec<Text> {
        let line = |(at, words): (usize, &String)| {
            let y = self.plan.note + at as f64 * NOTE.size * LEADING;
            self.text(words, (PAD, y), NOTE, Token::InkSoft)
        };
        self.page.note.iter().enumerate().filter_map(line).collect()
    }

    /// Said in the widest gap, where neither data, nor an event's rule, nor other words are in the way.
    fn gap(&self, others: &[Letters]) -> Option<Text> {
        let gaps = gap_rects(self.page, self.plan);
        let widest = gaps.into_iter().reduce(|a, b| if b.width() > a.width() { b } else { a })?;
        let at = (f64::midpoint(widest.left, widest.right), widest.top + 8.0 + LABEL.ascent());
        let text = self.text("not covered", at, LABEL, Token::InkSoft)?;
        let text = Text { anchor: Anchor::Middle, halo: Some(Token::Background), ..text };
        let around = text.bounds().grown(4.0);
        let top = self.page.edges.last()?;
        let data = self.plan.columns.iter().zip(top).map(|(column, n)| {
            let (left, right) = *column;
            Rect { left, right, top: self.plan.y(*n), bottom: self.plan.plot.bottom }
        });
        let words = others.iter().flat_map(|letters| &letters.texts).map(Text::bounds);
        let free = !data.chain(words).any(|rect| rect.overlaps(&around));
        let uncrossed = !self.plan.flags.iter().any(|flag| flag.x > around.left && flag.x < around.right);
        let inside = around.left > widest.left && around.right < widest.right;
        (free && uncrossed && inside).then_some(text)
    }

    fn text(&self, words: &str, at: Point, face: Face, ink: impl Into<Ink>) -> Option<Text> {
        let text = Text { at, ..self.page.fonts.text(words, face, ink) };
        (!words.is_empty()).then_some(text)
    }
}
