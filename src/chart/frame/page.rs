//! What stands on the page whatever the plot's size: words, measured and broken; columns; the events that are drawn.

use crate::answer::{EventAnswer, TheoriesAnswer};
use crate::chart::Input;
use crate::chart::calendar::Calendar;
use crate::chart::columns::{Columns, Stretch, uncovered, unknown};
use crate::chart::facts;
use crate::chart::font::Fonts;
use crate::chart::note::{self, Shown};
use crate::chart::scene::{Face, Ink, Point, Text};
use crate::chart::words::clean;
use crate::post::Timestamp;
use std::rc::Rc;

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
pub(crate) const NUMBER: Face = Face::bold(11.0);
/// Line spacing, as a multiple of the size.
pub(crate) const LEADING: f64 = 1.32;
/// Height of the strip that says that the data are invented.
pub(crate) const BANNER: f64 = 26.0;
/// More events are not drawn; the note says so.
const MAX_EVENTS: usize = 60;
/// Most lines of what the person adds to the note.
const MAX_OWN_LINES: usize = 4;

/// What a kind of picture says of itself.
#[derive(Default)]
pub(crate) struct Says {
    /// The fact on top, unless the person has a title.
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// How it is read, a sentence each.
    pub(crate) how: Vec<String>,
    /// Whether posts of several theories have a band of their own.
    pub(crate) apart: bool,
    /// Whether it has a base line on which coverage is shown.
    pub(crate) base_line: bool,
}

/// What does not depend on where the plot ends.
pub(crate) struct Page<'a> {
    pub(crate) answer: &'a TheoriesAnswer,
    pub(crate) calendar: &'a Calendar,
    pub(crate) fonts: &'a Rc<Fonts>,
    pub(crate) columns: Columns,
    /// First and last instant of the axis of time; never equal.
    pub(crate) span: Stretch,
    pub(crate) title: (Face, Vec<String>),
    pub(crate) subtitle: Vec<String>,
    pub(crate) note: Vec<String>,
    /// Those drawn, in time order.
    pub(crate) events: Vec<&'a EventAnswer>,
    /// Where posts are known to be missing.
    pub(crate) gaps: Vec<Stretch>,
    /// Where nobody knows.
    pub(crate) unknown: Vec<Stretch>,
    pub(crate) width: f64,
    /// As asked; the plan may need more.
    pub(crate) height: f64,
}

impl<'a> Page<'a> {
    pub(crate) fn new(input: &Input<'a>, columns: Columns, says: Says) -> Self {
        let Input { answer, calendar, options, fonts } = *input;
        let width = f64::from(options.size.width);
        let inner = width - 2.0 * PAD;
        let inside: Vec<&EventAnswer> =
            answer.events.iter().filter(|e| e.at >= answer.since && e.at < answer.until).collect();
        let (gaps, unknown) = (uncovered(answer), unknown(answer));
        let whole = unknown.first().is_some_and(|one| *one == (answer.since, answer.until));
        let shown = Shown {
            group: columns.group,
            partial: columns.list.iter().any(|c| c.partial),
            gaps: !gaps.is_empty(),
            hidden_events: (answer.events.len() - inside.len(), inside.len().saturating_sub(MAX_EVENTS)),
            apart: says.apart,
            hatched: "Hatched ground",
            unknown: (says.base_line && !unknown.is_empty()).then_some(whole),
            how: says.how,
        };
        let words = options.title.as_deref().map_or(says.title, clean);
        let own = options.note.as_deref().map(clean).unwrap_or_default();
        let mut note = fonts.wrap(&own, NOTE, inner, MAX_OWN_LINES);
        note.extend(fonts.wrap(&note::note(answer, calendar, shown), NOTE, inner, usize::MAX));
        Self {
            title: title_lines(fonts, &words, inner),
            subtitle: fonts.wrap(&says.subtitle, SUBTITLE, inner, 2),
            note,
            events: inside.into_iter().take(MAX_EVENTS).collect(),
            span: columns.span(answer, calendar),
            answer,
            calendar,
            fonts,
            columns,
            gaps,
            unknown,
            width,
            height: f64::from(options.size.height),
        }
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

    /// Part of the axis of time that lies before an instant, 0 to 1.
    pub(crate) fn part(&self, at: Timestamp) -> f64 {
        let (start, end) = (self.span.0.as_millis(), self.span.1.as_millis());
        ((at.as_millis() - start) as f64 / (end - start) as f64).clamp(0.0, 1.0)
    }

    /// A line of words at a place; nothing where there are no words.
    pub(crate) fn text(&self, words: &str, at: Point, face: Face, ink: impl Into<Ink>) -> Option<Text> {
        let text = Text { at, ..self.fonts.text(words, face, ink) };
        (!words.is_empty()).then_some(text)
    }
}

/// From the middle of a line of words down to its base line.
pub(crate) fn middle(face: Face) -> f64 {
    (face.ascent() - face.descent()) / 2.0
}

fn title_lines(fonts: &Fonts, words: &str, width: f64) -> (Face, Vec<String>) {
    if fonts.width(words, TITLE) <= width {
        (TITLE, fonts.wrap(words, TITLE, width, 1))
    } else {
        (LONG_TITLE, fonts.wrap(words, LONG_TITLE, width, 2))
    }
}

/// The title of kinds that show theories over time.
pub(crate) fn over_time(answer: &TheoriesAnswer, calendar: &Calendar) -> String {
    facts::title(answer, calendar)
}
