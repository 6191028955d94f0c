//! The answer as lines of blocks, for a terminal: plain Unicode, no colour, no escape. Who prints it may add colour.

use super::bands::uncovered;
use super::calendar::Calendar;
use super::facts::{self, INVENTED};
use super::note::{self, Shown};
use super::words::clean;
use crate::answer::TheoriesAnswer;
use crate::post::Timestamp;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Narrower and wider terminals are treated as these.
const MIN_WIDTH: usize = 40;
const MAX_WIDTH: usize = 400;
/// Widest name of a theory.
const MAX_NAME: usize = 30;
/// Fewer columns of blocks, and the peak is left out to make room.
const MIN_BLOCKS: usize = 20;
/// Events listed one by one.
const MAX_EVENTS: usize = 12;
/// From few to most.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// No posts: told apart from few.
const NONE: char = '·';
/// No posts where nobody said that they would be in the data.
const UNKNOWN: char = '░';

/// One line for each theory (with all its posts), `several`, `unmatched` and `all`: name, posts, share, highest bucket, blocks over time.
pub fn terminal(answer: &TheoriesAnswer, width: usize) -> String {
    let calendar = Calendar::or_utc(answer);
    let width = width.clamp(MIN_WIDTH, MAX_WIDTH);
    let rows = rows(answer, &calendar);
    let table = Table::new(answer, &rows, width);
    let mut out: Vec<String> = Vec::new();
    if answer.synthetic {
        out.push(INVENTED.to_owned());
    }
    out.extend(wrap(&facts::title(answer), width));
    out.extend(wrap(&note::subtitle(answer, &calendar, 1), width));
    out.push(String::new());
    out.extend(rows.iter().map(|row| table.line(row)));
    out.extend(table.axis(answer, &calendar));
    out.push(String::new());
    out.extend(events(answer, &calendar, width));
    out.extend(wrap(&table.scale(&calendar), width));
    let gaps = !table.gaps.is_empty();
    let shown =
        Shown { group: 1, gaps, hidden_events: 0, partial: false, own_posts: false, hatched: UNKNOWN_NAME };
    out.extend(wrap(&note::note(answer, &calendar, shown), width));
    let mut text = String::new();
    for line in out {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// What the note calls ground that is not covered.
const UNKNOWN_NAME: &str = "░";

struct Row<'a> {
    name: String,
    posts: String,
    share: String,
    peak: String,
    series: &'a [u64],
}

fn rows<'a>(answer: &'a TheoriesAnswer, calendar: &Calendar) -> Vec<Row<'a>> {
    let row = |name: String, n: u64, series: &'a [u64]| Row {
        name,
        posts: facts::count(n),
        share: facts::percent(n, answer.posts),
        peak: facts::peak(answer, series)
            .map_or_else(String::new, |(at, most)| format!("{} {}", facts::count(most), calendar.phrase(at))),
        series,
    };
    let mut out: Vec<Row<'a>> =
        facts::by_posts(answer).into_iter().map(|t| row(facts::name(t), t.posts, &t.series)).collect();
    if !answer.theories.is_empty() {
        out.push(row("several".into(), answer.several, &answer.several_series));
        out.push(row("unmatched".into(), answer.unmatched, &answer.unmatched_series));
    }
    out.push(row("all".into(), answer.posts, &answer.all));
    out
}

/// Widths of the columns, and how buckets become blocks.
struct Table {
    name: usize,
    posts: usize,
    share: usize,
    /// 0 where there is no room for it.
    peak: usize,
    /// Blocks for each bucket, or buckets for each block.
    repeat: usize,
    group: usize,
    gaps: Vec<(Timestamp, Timestamp)>,
    buckets: Vec<Timestamp>,
    blocks: usize,
}

impl Table {
    fn new(answer: &TheoriesAnswer, rows: &[Row<'_>], width: usize) -> Self {
        let widest = |of: &dyn Fn(&Row<'_>) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let name = widest(&|r| r.name.width()).min(MAX_NAME).min(width / 3);
        let posts = widest(&|r| r.posts.width());
        let share = widest(&|r| r.share.width());
        let mut peak = widest(&|r| r.peak.width());
        let fixed = name + 2 + posts + 2 + share + 2;
        if fixed + peak + 2 + MIN_BLOCKS > width {
            peak = 0;
        }
        let used = fixed + if peak > 0 { peak + 2 } else { 0 };
        let blocks = width.saturating_sub(used).max(MIN_BLOCKS / 2);
        let n = answer.buckets.len();
        Self {
            name,
            posts,
            share,
            peak,
            repeat: blocks.checked_div(n).unwrap_or(1).max(1),
            group: n.div_ceil(blocks).max(1),
            gaps: uncovered(answer),
            buckets: answer.buckets.clone(),
            blocks,
        }
    }

    fn line(&self, row: &Row<'_>) -> String {
        let name = pad_end(&shorten(&row.name, self.name), self.name);
        let (posts, share) = (pad_start(&row.posts, self.posts), pad_start(&row.share, self.share));
        let mut out = format!("{name}  {posts}  {share}  ");
        if self.peak > 0 {
            out.push_str(&pad_end(&row.peak, self.peak));
            out.push_str("  ");
        }
        out.push_str(&self.blocks_of(row.series));
        out
    }

    fn blocks_of(&self, series: &[u64]) -> String {
        let sums: Vec<u128> =
            series.chunks(self.group).map(|c| c.iter().map(|n| u128::from(*n)).sum()).collect();
        let most = sums.iter().copied().max().unwrap_or(0).max(1);
        let starts = self.buckets.iter().copied().step_by(self.group);
        let ends = starts.clone().skip(1).chain([Timestamp::from_millis_unchecked(i64::MAX)]);
        let mut out = String::new();
        for (sum, (start, end)) in sums.iter().zip(starts.zip(ends)) {
            let level = usize::try_from((sum * 8).div_ceil(most)).unwrap_or(8);
            let block = match level.checked_sub(1) {
                Some(level) => BLOCKS.get(level).copied().unwrap_or('█'),
                None if self.gaps.iter().any(|(from, to)| *from < end && start < *to) => UNKNOWN,
                None => NONE,
            };
            out.extend(std::iter::repeat_n(block, self.repeat));
        }
        out
    }

    /// Column of an instant among the blocks.
    fn column(&self, at: Timestamp) -> usize {
        let bucket = self.buckets.partition_point(|start| *start <= at).saturating_sub(1);
        bucket / self.group * self.repeat
    }

    fn indent(&self) -> usize {
        self.name + 2 + self.posts + 2 + self.share + 2 + if self.peak > 0 { self.peak + 2 } else { 0 }
    }

    /// Marks of events, then dates; each date begins under its column.
    fn axis(&self, answer: &TheoriesAnswer, calendar: &Calendar) -> Vec<String> {
        let indent = " ".repeat(self.indent());
        let mut marks = vec![' '; self.blocks];
        for event in answer.events.iter().filter(|e| e.at >= answer.since && e.at < answer.until) {
            if let Some(mark) = marks.get_mut(self.column(event.at)) {
                *mark = '▲';
            }
        }
        let marks: String = marks.into_iter().collect();
        let mut dates = String::new();
        for (at, start) in self.buckets.iter().step_by(self.group).enumerate() {
            let (column, label) = (at * self.repeat, calendar.tick(*start));
            let free =
                if dates.is_empty() { 0 } else { (dates.width() + 3).max(dates.width() + self.blocks / 8) };
            if column >= free && column + label.width() <= self.blocks {
                dates.push_str(&" ".repeat(column - dates.width()));
                dates.push_str(&label);
            }
        }
        let mut out = vec![format!("{indent}{dates}")];
        if marks.contains('▲') {
            out.insert(0, format!("{indent}{marks}"));
        }
        out
    }

    fn scale(&self, calendar: &Calendar) -> String {
        let unit = note::length(calendar, self.group);
        let step = if self.group == 1 && self.repeat > 1 {
            format!("{} blocks are {unit}", self.repeat)
        } else {
            format!("a block is {unit}")
        };
        format!(
            "Each line has its own scale: █ is its highest; {step}; {NONE} is no post. A post in several theories counts in each."
        )
    }
}

fn events(answer: &TheoriesAnswer, calendar: &Calendar, width: usize) -> Vec<String> {
    let span = answer.since..answer.until;
    let inside: Vec<_> = answer.events.iter().filter(|event| span.contains(&event.at)).collect();
    let mut out: Vec<String> = inside
        .iter()
        .take(MAX_EVENTS)
        .map(|e| shorten(&format!("▲ {} {}", calendar.event(e.at), clean(&e.label)), width))
        .collect();
    let hidden = inside.len().saturating_sub(MAX_EVENTS);
    if hidden > 0 {
        out.push(format!("▲ and {hidden} more"));
    }
    out
}

fn pad_end(words: &str, width: usize) -> String {
    format!("{words}{}", " ".repeat(width.saturating_sub(words.width())))
}

fn pad_start(words: &str, width: usize) -> String {
    format!("{}{words}", " ".repeat(width.saturating_sub(words.width())))
}

fn shorten(words: &str, width: usize) -> String {
    if words.width() <= width {
        return words.to_owned();
    }
    let mut out = String::new();
    let mut room = width.saturating_sub(1);
    for c in words.chars() {
        let Some(rest) = room.checked_sub(c.width().unwrap_or(0)) else { break };
        room = rest;
        out.push(c);
    }
    out.push('…');
    out
}

/// Lines no wider than `width`, broken at spaces; a longer word has a line of its own.
fn wrap(words: &str, width: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            out.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        out.push(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::sample;

    fn block_rows(text: &str) -> Vec<&str> {
        text.lines().filter(|l| l.contains(" % ")).collect()
    }

    #[test]
    fn there_is_a_line_for_every_row_and_they_align() {
        let mut answer = sample::vault7();
        answer.theories[1].label = "選挙 documents".into();
        let text = terminal(&answer, 120);
        for name in ["FBI files", "選挙", "9/11", "several", "unmatched", "all"] {
            assert!(text.lines().any(|line| line.starts_with(name)), "{name} in {text}");
        }
        let ends: Vec<usize> = text
            .lines()
            .filter(|l| l.contains(" on ") && l.contains('▁'))
            .map(UnicodeWidthStr::width)
            .collect();
        assert!(ends.len() == 8 && ends.windows(2).all(|w| w[0] == w[1]), "{ends:?}\n{text}");
    }

    #[test]
    fn one_bucket_is_one_block_where_there_is_room() {
        let answer = sample::small(&[("a", "A", &[0, 4, 8])], 8);
        let text = terminal(&answer, 60);
        assert!(text.contains("·"), "{text}");
        let row = block_rows(&text)[0];
        let blocks: String = row.chars().filter(|c| BLOCKS.contains(c) || *c == NONE).collect();
        let repeat = blocks.chars().count() / 3;
        assert_eq!(blocks, format!("{}{}{}", "·".repeat(repeat), "▄".repeat(repeat), "█".repeat(repeat)));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [0, 40, 60, 80, 120, 1000] {
            for answer in [sample::vault7(), sample::hourly(), sample::theories(12)] {
                let room = width.clamp(MIN_WIDTH, MAX_WIDTH);
                let text = terminal(&answer, width);
                assert!(text.lines().all(|line| line.width() <= room), "{width}: {text}");
            }
        }
    }

    #[test]
    fn gaps_and_invented_data_are_seen() {
        let mut answer = sample::small(&[("a", "A", &[0, 0, 8])], 8);
        (answer.all[0], answer.unmatched_series[0], answer.synthetic) = (0, 0, true);
        answer.data.covers = vec![(answer.buckets[1], answer.until)];
        let text = terminal(&answer, 80);
        assert!(text.starts_with(INVENTED), "{text}");
        assert!(text.contains("░") && text.contains('·'), "{text}");
    }
}
