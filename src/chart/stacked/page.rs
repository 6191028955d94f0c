//! What stands on the page whatever the plot's size: words, measured and broken; the axis of counts; the events that are drawn.

use crate::answer::{EventAnswer, TheoriesAnswer};
use crate::chart::ChartOptions;
use crate::chart::axis::{CountAxis, count_axis};
use crate::chart::bands::{Stack, uncovered};
use crate::chart::calendar::Calendar;
use crate::chart::facts;
use crate::chart::font::Fonts;
use crate::chart::note::{self, Shown};
use crate::chart::scene::Face;
use crate::chart::words::clean;
use crate::post::Timestamp;

/// Free border of the page.
pub(crate) const PAD: f64 = 22.0;
pub(crate) const TITLE: Face = Face::bold(22.0);
/// Where one line does not suffice.
pub(crate) const LONG_TITLE: Face = Face::bold(19.0);
pub(crate) const SUBTITLE: Face = Face::regular(14.0);
pub(crate) const LABEL: Face = Face::regular(13.0);
pub(crate) const BAND: Face = Face::bold(13.0);
pub(crate) const AXIS: Face = Face::regular(12.5);
pub(crate) const NOTE: Face = Face::regular(11.0);
pub(crate) const LIST_NUMBER: Face = Face::bold(11.0);
/// Line spacing, as a multiple of the size.
pub(crate) const LEADING: f64 = 1.32;
/// Height of the strip that says that the data are invented.
pub(crate) const BANNER: f64 = 26.0;
/// Height of a line of event labels.
pub(crate) const LANE: f64 = 18.0;
/// Between an event's rule and its words.
pub(crate) const RULE_GAP: f64 = 5.0;
/// Between the plot and the words in the margin: leader, swatch.
pub(crate) const LEADER: f64 = 24.0;
pub(crate) const SWATCH: f64 = 11.0;
/// Height of a label in the margin.
pub(crate) const MARGIN_LINE: f64 = 18.0;
/// Ten labels in the margin must fit beside the plot: seven theories, the others, several, unmatched.
pub(crate) const MIN_PLOT: f64 = 190.0;
/// The two lines under the base line.
pub(crate) const TIME_AXIS: f64 = 42.0;
/// More events are numbered and listed under the chart.
pub(crate) const MAX_LABELLED: usize = 8;
/// So are events whose labels would take more lines.
pub(crate) const MAX_LANES: usize = 5;
/// More events are not drawn; the note says so.
const MAX_EVENTS: usize = 60;
/// Part of the width that labels may take: beside the plot, and above it.
pub(crate) const MARGIN_PART: f64 = 0.26;
pub(crate) const EVENT_PART: f64 = 0.42;
/// Least width of a column of the list of events.
pub(crate) const LIST_COLUMN: f64 = 300.0;
/// Columns for each pixel of width that are still told apart.
const COLUMNS_PER_PIXEL: usize = 2;
/// Narrowest plot in parts of the page, for the number of columns that fit.
const PLOT_PART: (usize, usize) = (3, 5);

/// What does not depend on where the plot ends: words, measured and broken.
pub(crate) struct Page<'a> {
    pub(crate) answer: &'a TheoriesAnswer,
    pub(crate) calendar: &'a Calendar,
    pub(crate) fonts: &'a Fonts,
    pub(crate) stack: Stack,
    pub(crate) edges: Vec<Vec<f64>>,
    pub(crate) axis: CountAxis,
    pub(crate) title: (Face, Vec<String>),
    pub(crate) subtitle: Vec<String>,
    pub(crate) note: Vec<String>,
    /// Those drawn, in time order.
    pub(crate) events: Vec<&'a EventAnswer>,
    /// Spans without declared coverage, if any coverage is declared.
    pub(crate) gaps: Vec<(Timestamp, Timestamp)>,
    pub(crate) width: f64,
    /// As asked; the plan may need more.
    pub(crate) height: f64,
}

impl<'a> Page<'a> {
    pub(crate) fn new(
        answer: &'a TheoriesAnswer,
        calendar: &'a Calendar,
        options: &ChartOptions,
        fonts: &'a Fonts,
    ) -> Self {
        let width = f64::from(options.width);
        let inner = width - 2.0 * PAD;
        let max_columns = options.width as usize * COLUMNS_PER_PIXEL * PLOT_PART.0 / PLOT_PART.1;
        let stack = Stack::of(answer, calendar, max_columns);
        let edges = stack.edges();
        let most = edges.last().map_or(0.0, |top| top.iter().copied().fold(0.0, f64::max));
        let inside: Vec<&EventAnswer> =
            answer.events.iter().filter(|e| e.at >= answer.since && e.at < answer.until).collect();
        let gaps = uncovered(answer);
        let shown = Shown {
            group: stack.group,
            partial: stack.columns.iter().any(|c| c.partial),
            gaps: !gaps.is_empty(),
            hidden_events: answer.events.len() - inside.len().min(MAX_EVENTS),
            hatched: "Hatched ground",
            own_posts: !answer.theories.is_empty() && answer.posts > 0,
        };
        let words = options.title.as_deref().map_or_else(|| facts::title(answer), clean);
        let subtitle = note::subtitle(answer, calendar, stack.group);
        Self {
            title: title_lines(fonts, &words, inner),
            subtitle: fonts.wrap(&subtitle, SUBTITLE, inner, 2),
            note: fonts.wrap(&note::note(answer, calendar, shown), NOTE, inner, usize::MAX),
            events: inside.into_iter().take(MAX_EVENTS).collect(),
            axis: count_axis(most),
            answer,
            calendar,
            fonts,
            stack,
            edges,
            gaps,
            width,
            height: f64::from(options.height),
        }
    }

    /// First and last instant of the axis; never equal.
    pub(crate) fn span(&self) -> (Timestamp, Timestamp) {
        let start = self.stack.columns.first().map_or(self.answer.since, |c| c.start);
        let end = self.stack.columns.last().map_or(self.answer.until, |c| c.end);
        (start, if end > start { end } else { self.calendar.end_of(start) })
    }

    /// The topmost label of the count axis says the unit.
    pub(crate) fn count_label(&self, at: usize) -> String {
        let unit = note::unit(self.calendar, self.stack.group);
        match self.axis.ticks.get(at) {
            Some((_, label)) if at + 1 == self.axis.ticks.len() => {
                let unit = if label == "1" { unit.replacen("posts", "post", 1) } else { unit };
                format!("{label} {unit}")
            }
            Some((_, label)) => label.clone(),
            None => String::new(),
        }
    }

    pub(crate) fn gutter(&self) -> f64 {
        let widest =
            self.axis.ticks.iter().map(|(_, label)| self.fonts.width(label, AXIS)).fold(0.0, f64::max);
        widest.min(self.width * 0.2) + 10.0
    }

    /// Top of the title.
    pub(crate) fn top(&self) -> f64 {
        12.0 + if self.answer.synthetic { BANNER } else { 0.0 }
    }

    /// Bottom of title and subtitle.
    pub(crate) fn head(&self) -> f64 {
        let title = self.title.1.len() as f64 * self.title.0.size * LEADING;
        self.top() + title + self.subtitle.len() as f64 * SUBTITLE.size * LEADING + 8.0
    }
}

fn title_lines(fonts: &Fonts, words: &str, width: f64) -> (Face, Vec<String>) {
    if fonts.width(words, TITLE) <= width {
        (TITLE, fonts.wrap(words, TITLE, width, 1))
    } else {
        (LONG_TITLE, fonts.wrap(words, LONG_TITLE, width, 2))
    }
}
