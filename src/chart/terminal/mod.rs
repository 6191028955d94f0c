//! The answer as charts of blocks, for a terminal: plain Unicode, in colour only where that is asked.

mod canvas;
mod cells;

use super::calendar::Calendar;
use super::color::{Token, hues};
use super::facts::{self, FEW_POSTS, INVENTED};
use super::note::{self, Shown};
use super::words::{clean, without_isolates};
use crate::answer::{EventAnswer, TheoriesAnswer};
use anstyle::{Ansi256Color, Style};
use canvas::{Canvas, NONE};
use cells::{pad_end, pad_start, shorten, wrap};
use unicode_width::UnicodeWidthStr;

/// Narrower and wider terminals are treated as these.
const MIN_WIDTH: usize = 40;
const MAX_WIDTH: usize = 400;
/// Widest and narrowest column of words beside the charts.
const MAX_WORDS: usize = 34;
const MIN_WORDS: usize = 14;
/// Part of the width that it takes at most.
const WORDS_PART: usize = 2;
/// Theories drawn; more would fill screens.
const MAX_THEORIES: usize = 12;
/// Up to so many theories have charts of three lines, up to so many of two.
const THREE_LINES: usize = 6;
const TWO_LINES: usize = 10;
/// Events listed one by one.
const MAX_EVENTS: usize = 12;
/// What the note calls ground that is not covered.
const UNKNOWN_NAME: &str = "░";
/// The hues of pictures as far as they can be seen on black and on white, since nobody can ask a terminal reliably which it has: orange is
/// brown here, yellow is olive. Of the 256 colours that nearly all have; not of the first 16, which are whatever the person set.
const COLORS: [u8; 7] = [31, 136, 29, 166, 169, 68, 100];

/// How a terminal chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Columns of the terminal.
    pub width: usize,
    /// Lines of each theory's chart.
    pub rows: usize,
    /// Whether all theories have one scale; else each has its own.
    pub one_scale: bool,
    /// Whether theories have the colours that they have in pictures.
    pub color: bool,
}

impl TerminalOptions {
    /// What suits an answer: higher charts where there are few theories. Charts of several lines invite to compare heights, so they
    /// share a scale; single lines show when, not how much, and have each their own.
    pub fn fitting(answer: &TheoriesAnswer, width: usize) -> Self {
        let rows = match answer.theories.len() {
            n if n <= THREE_LINES => 3,
            n if n <= TWO_LINES => 2,
            _ => 1,
        };
        Self { width, rows, one_scale: rows > 1, color: false }
    }
}

/// A chart for each theory (with all its posts), lines for `several`, `unmatched` and `all`, dates and events under them, and the note.
pub fn terminal(answer: &TheoriesAnswer, options: &TerminalOptions) -> String {
    let calendar = Calendar::or_utc(answer);
    let width = options.width.clamp(MIN_WIDTH, MAX_WIDTH);
    let chart = Terminal::new(answer, &calendar, TerminalOptions { width, ..*options });
    let mut out: Vec<String> = Vec::new();
    if answer.synthetic {
        out.push(INVENTED.to_owned());
    }
    out.extend(wrap(&facts::title(answer, &calendar), width));
    out.extend(wrap(&note::subtitle(answer, &calendar, 1), width));
    out.push(String::new());
    out.extend(chart.theories());
    out.extend(chart.sums());
    out.extend(chart.axis());
    out.push(String::new());
    out.extend(chart.events());
    out.extend(wrap(&chart.scale(), width));
    let shown =
        Shown { group: 1, gaps: chart.canvas.gaps, hatched: UNKNOWN_NAME, apart: true, ..Shown::default() };
    out.extend(wrap(&note::note(answer, &calendar, shown), width));
    let mut text = String::new();
    for line in out {
        text.push_str(without_isolates(&line).trim_end());
        text.push('\n');
    }
    text
}

struct Terminal<'a> {
    answer: &'a TheoriesAnswer,
    calendar: &'a Calendar,
    options: TerminalOptions,
    canvas: Canvas,
    /// Cells of the words beside the charts, and of the number on the scale.
    words: usize,
    number: usize,
    /// Highest step of any theory.
    top: u128,
}

/// The mark of an event: its number, as far as that is one digit.
fn mark_of(number: usize) -> char {
    u32::try_from(number + 1).ok().and_then(|n| char::from_digit(n, 10)).unwrap_or('▲')
}

/// Between words, scale and chart.
const GAP: usize = 2;

impl<'a> Terminal<'a> {
    fn new(answer: &'a TheoriesAnswer, calendar: &'a Calendar, options: TerminalOptions) -> Self {
        let fitted = |words: usize| words.clamp(MIN_WORDS, MAX_WORDS.min(options.width / WORDS_PART));
        // Places do not depend on sums, and the width of the number does: first without it, then with room for it.
        let mut chart =
            Self { answer, calendar, options, canvas: Canvas::of(answer, 1), words: 0, number: 0, top: 0 };
        let shown = chart.shown();
        let lines = shown.iter().flat_map(|at| chart.head(*at));
        chart.words = fitted(lines.chain(chart.sum_heads()).map(|line| line.width()).max().unwrap_or(0));
        for _ in 0..2 {
            let used = chart.words + GAP + chart.number + 1;
            chart.canvas = Canvas::of(answer, options.width.saturating_sub(used).max(1));
            let theories = shown.iter().filter_map(|at| answer.theories.get(*at));
            let sums = theories.flat_map(|theory| chart.canvas.sums(&theory.series));
            chart.top = sums.max().unwrap_or(0);
            chart.number = if chart.options.one_scale { chart.said(chart.top).width() } else { 0 };
        }
        chart
    }

    /// Places of the theories that are drawn, most posts first.
    fn shown(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.answer.theories.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(self.answer.theories.get(*at).map_or(0, |t| t.posts)));
        order.truncate(MAX_THEORIES);
        order
    }

    fn said(&self, number: u128) -> String {
        self.calendar.lang().count(u64::try_from(number).unwrap_or(u64::MAX))
    }

    /// What stands beside a theory's chart: a line for each of its rows.
    fn head(&self, at: usize) -> Vec<String> {
        let Some(theory) = self.answer.theories.get(at) else { return Vec::new() };
        let share = facts::percent(theory.posts, self.answer.posts);
        let lang = self.calendar.lang();
        let peak = facts::peak(self.answer, &theory.series).map(|(start, most)| {
            let few = if most < FEW_POSTS { "*" } else { "" };
            format!("{}{few} {}", lang.count(most), self.calendar.phrase(start))
        });
        let name = facts::name(theory);
        match self.options.rows {
            0 | 1 => vec![format!("{name}  {} · {share}", lang.count(theory.posts))],
            2 => vec![name, format!("{} · {share}", lang.posts(theory.posts))],
            _ => {
                let peak = peak.map(|peak| format!("most {peak}")).unwrap_or_default();
                vec![name, format!("{} · {share}", lang.posts(theory.posts)), peak]
            }
        }
    }

    /// Charts of the theories.
    fn theories(&self) -> Vec<String> {
        let ids: Vec<&str> = self.answer.theories.iter().map(|t| t.id.as_str()).collect();
        let shown = self.shown();
        let colored: Vec<usize> = shown.iter().copied().take(COLORS.len()).collect();
        let hues = hues(&ids, &colored);
        let rows = self.options.rows.max(1);
        let mut out = Vec::new();
        for (place, at) in shown.iter().enumerate() {
            let Some(theory) = self.answer.theories.get(*at) else { continue };
            let sums = self.canvas.sums(&theory.series);
            let own = sums.iter().copied().max().unwrap_or(0);
            let top = if self.options.one_scale { self.top } else { own };
            let color = hues.get(*at).copied().flatten();
            let head = self.head(*at);
            for (row, blocks) in self.canvas.lines(&sums, top, rows).iter().enumerate() {
                let words = head.get(row).map_or("", String::as_str);
                let number = if self.options.one_scale && place == 0 && row == 0 {
                    self.said(self.top)
                } else {
                    String::new()
                };
                let bold = row == 0 && rows > 1;
                out.push(self.line(
                    &self.words(words, row == 0 && rows == 1),
                    bold,
                    &number,
                    &self.paint(blocks, color),
                ));
            }
        }
        out.extend(self.hidden());
        out
    }

    /// Words beside a chart. Where a name and its numbers share a line, the name gives way.
    fn words(&self, words: &str, one_line: bool) -> String {
        match words.rsplit_once("  ").filter(|_| one_line && words.width() > self.words) {
            Some((name, numbers)) => {
                let room = self.words.saturating_sub(numbers.width() + 2);
                format!("{}  {numbers}", pad_end(&shorten(name, room), room))
            }
            None => shorten(words, self.words),
        }
    }

    /// Theories that are not drawn.
    fn hidden(&self) -> Option<String> {
        let hidden = self.answer.theories.len().saturating_sub(MAX_THEORIES);
        let largest = facts::by_posts(self.answer).into_iter().nth(MAX_THEORIES)?;
        let label = super::bands::others_label(hidden);
        let posts = self.calendar.lang().posts(largest.posts);
        Some(shorten(&format!("{label}, the largest with {posts}"), self.options.width))
    }

    /// Names and numbers of the rows that are no theories.
    fn sum_heads(&self) -> Vec<String> {
        self.sum_rows().iter().map(|(name, n, _)| self.sum_head(name, *n)).collect()
    }

    fn sum_head(&self, name: &str, n: u64) -> String {
        format!("{name}  {} · {}", self.calendar.lang().count(n), facts::percent(n, self.answer.posts))
    }

    fn sum_rows(&self) -> Vec<(&'static str, u64, &'a [u64])> {
        let answer = self.answer;
        let mut rows: Vec<(&'static str, u64, &'a [u64])> = Vec::new();
        if !answer.theories.is_empty() {
            rows.push(("several", answer.several, &answer.several_series));
            rows.push(("unmatched", answer.unmatched, &answer.unmatched_series));
        }
        rows.push(("all posts", answer.posts, &answer.all));
        rows
    }

    /// A line each, with a scale of its own.
    fn sums(&self) -> Vec<String> {
        let line = |(name, n, series): (&str, u64, &[u64])| {
            let sums = self.canvas.sums(series);
            let top = sums.iter().copied().max().unwrap_or(0);
            let blocks = self.canvas.lines(&sums, top, 1).concat();
            let words = self.sum_head(name, n);
            self.line(&self.words(&words, true), false, "", &blocks)
        };
        self.sum_rows().into_iter().map(line).collect()
    }

    fn line(&self, words: &str, bold: bool, number: &str, blocks: &str) -> String {
        let padded = pad_end(words, self.words);
        let words = if bold && self.options.color {
            let style = Style::new().bold();
            format!("{style}{words}{style:#}{}", " ".repeat(self.words.saturating_sub(words.width())))
        } else {
            padded
        };
        let edge = if number.is_empty() { '│' } else { '┤' };
        format!("{words}{}{}{edge}{blocks}", " ".repeat(GAP), pad_start(number, self.number))
    }

    /// Blocks in the colour of a theory.
    fn paint(&self, blocks: &str, color: Option<Token>) -> String {
        let Some(Token::Hue(hue)) = color.filter(|_| self.options.color) else { return blocks.to_owned() };
        let Some(color) = COLORS.get(usize::from(hue)) else { return blocks.to_owned() };
        let style = Style::new().fg_color(Some(Ansi256Color(*color).into()));
        format!("{style}{}{style:#}", blocks.trim_end())
    }

    /// Marks of events, then dates; each date begins under its column.
    fn axis(&self) -> Vec<String> {
        let indent = " ".repeat(self.words + GAP + self.number + 1);
        let columns = self.canvas.columns;
        let mut marks = vec![' '; columns];
        let inside =
            self.answer.events.iter().filter(|e| e.at >= self.answer.since && e.at < self.answer.until);
        for (number, event) in inside.enumerate() {
            // Of events in one column the first keeps its mark.
            if let Some(mark) = marks.get_mut(self.canvas.column(event.at)).filter(|mark| **mark == ' ') {
                *mark = mark_of(number);
            }
        }
        let marks: String = marks.into_iter().collect();
        let mut dates = String::new();
        for (at, start) in self.canvas.starts.iter().enumerate() {
            let (column, label) = (at * self.canvas.repeat, self.calendar.tick(*start));
            let used = dates.width();
            let free = if used == 0 { 0 } else { (used + 3).max(used + columns / 8) };
            if column >= free && column + label.width() <= columns.max(label.width()) {
                dates.push_str(&" ".repeat(column - used));
                dates.push_str(&label);
            }
        }
        let mut out = vec![shorten(&format!("{indent}{dates}"), self.options.width)];
        if !marks.trim().is_empty() {
            out.insert(0, format!("{indent}{marks}"));
        }
        out
    }

    fn scale(&self) -> String {
        let unit = note::length(self.calendar, self.canvas.group);
        let step = if self.canvas.group == 1 && self.canvas.repeat > 1 {
            format!("{} columns are {unit}", self.canvas.repeat)
        } else {
            format!("a column is {unit}")
        };
        let scale = if self.options.one_scale {
            format!(
                "The theories have one scale, up to {}; the other lines each their own",
                self.said(self.top)
            )
        } else {
            "Each line has its own scale: █ is its highest".to_owned()
        };
        let few = self.shown().iter().any(|at| {
            let peak = self.answer.theories.get(*at).and_then(|t| facts::peak(self.answer, &t.series));
            self.options.rows > 2 && peak.is_some_and(|(_, most)| most < FEW_POSTS)
        });
        let few = if few { format!(" * Fewer than {FEW_POSTS} posts.") } else { String::new() };
        format!("{scale}; {step}; {NONE} is no post. A post in several theories counts in each.{few}")
    }

    fn events(&self) -> Vec<String> {
        let span = self.answer.since..self.answer.until;
        let inside: Vec<_> = self.answer.events.iter().filter(|event| span.contains(&event.at)).collect();
        let said = |(number, event): (usize, &&EventAnswer)| {
            let mark = mark_of(number);
            let words = format!("{mark} {} {}", self.calendar.event(event.at), clean(&event.label));
            shorten(&words, self.options.width)
        };
        let mut out: Vec<String> = inside.iter().take(MAX_EVENTS).enumerate().map(said).collect();
        let hidden = inside.len().saturating_sub(MAX_EVENTS);
        if hidden > 0 {
            out.push(format!("▲ and {hidden} more"));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample;

    fn plain(answer: &TheoriesAnswer, width: usize) -> String {
        terminal(answer, &TerminalOptions::fitting(answer, width))
    }

    #[test]
    fn every_row_is_named_and_charts_align() {
        let mut answer = sample::vault7();
        answer.theories[1].label = "選挙 documents".into();
        for width in [60, 120, 200] {
            let text = plain(&answer, width);
            for name in ["FBI files", "選挙", "9/11", "several", "unmatched", "all posts"] {
                assert!(text.lines().any(|line| line.starts_with(name)), "{name} in {text}");
            }
            let edges: Vec<usize> = text
                .lines()
                .filter_map(|line| line.split_once(['│', '┤']).map(|(before, _)| before.width()))
                .collect();
            assert!(edges.len() == 5 * 3 + 3 && edges.windows(2).all(|w| w[0] == w[1]), "{edges:?}\n{text}");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let long = "一二三四五六七八九十 a very long label, longer than any column of words ".repeat(4);
        for width in (40..=200).step_by(7).chain([0, 1000]) {
            for mut answer in [sample::vault7(), sample::hourly(), sample::theories(8), sample::theories(30)]
            {
                answer.theories[0].label.clone_from(&long);
                answer.events.push(sample::event("2017-03-08T00:00:00Z", &long));
                let room = width.clamp(MIN_WIDTH, MAX_WIDTH);
                let text = plain(&answer, width);
                let wide = text.lines().find(|line| line.width() > room);
                assert_eq!(wide, None, "{width}: {text}");
                assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
            }
        }
    }

    #[test]
    fn gaps_and_invented_data_are_seen() {
        let mut answer = sample::small(&[("a", "A", &[0, 0, 8])], 8);
        (answer.all[0], answer.unmatched_series[0], answer.synthetic) = (0, 0, true);
        answer.data.covers = vec![(answer.buckets[1], answer.until)];
        let text = plain(&answer, 80);
        assert!(text.starts_with(INVENTED), "{text}");
        assert!(text.contains("░") && text.contains('·'), "{text}");
    }

    #[test]
    fn colours_are_seen_on_black_and_on_white() {
        use crate::chart::color::{Rgb, contrast};
        let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
        for color in COLORS {
            let at = color - 16;
            let seen = Rgb(level(at / 36), level(at / 6 % 6), level(at % 6));
            for ground in [Rgb(0, 0, 0), Rgb(255, 255, 255)] {
                assert!(contrast(seen, ground) >= 3.0, "{color} on {ground:?}: {}", contrast(seen, ground));
            }
        }
    }

    #[test]
    fn colour_is_only_where_it_is_asked() {
        let answer = sample::vault7();
        let colored =
            terminal(&answer, &TerminalOptions { color: true, ..TerminalOptions::fitting(&answer, 100) });
        assert!(colored.contains("\u{1b}[38;5;"), "{colored}");
        let stripped = anstream::adapter::strip_str(&colored).to_string();
        let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(lines(&stripped), lines(&plain(&answer, 100)));
    }

    #[test]
    fn scales_are_shared_or_own() {
        let answer = sample::vault7();
        let own = terminal(
            &answer,
            &TerminalOptions { rows: 1, one_scale: false, ..TerminalOptions::fitting(&answer, 100) },
        );
        assert!(own.contains("Each line has its own scale"), "{own}");
        // Every theory reaches its own top.
        assert_eq!(own.lines().filter(|line| line.contains('│') && line.contains('█')).count(), 8, "{own}");
        let one = terminal(
            &answer,
            &TerminalOptions { rows: 1, one_scale: true, ..TerminalOptions::fitting(&answer, 100) },
        );
        assert_eq!(
            one.lines().filter(|line| line.contains(['│', '┤']) && line.contains('█')).count(),
            4,
            "{one}"
        );
    }
}
