//! Where ticks stand and what they say. Nothing is drawn here.

use super::calendar::Calendar;
use super::font::Fonts;
use super::lang::Lang;
use super::scene::Face;
use crate::post::Timestamp;
use crate::timeline::By;
use jiff::Span;
use jiff::civil::{DateTime, Time};

/// Closest that ticks of time may stand, in pixels.
const MIN_TICK_STEP: f64 = 52.0;
/// Free space between two labels of time.
const LABEL_GAP: f64 = 8.0;
/// No step of time may give more ticks: a bound for hostile spans, far above what fits.
const MAX_TICKS: usize = 400;

/// Grid lines of counts, from 0 to the top of the chart.
pub(crate) struct CountAxis {
    /// Counts and what they are called, from below.
    pub(crate) ticks: Vec<(f64, String)>,
    /// The highest.
    pub(crate) top: f64,
}

/// Two to five steps of 1, 2, 2.5 or 5 times a power of ten, with the lowest top that holds `most`; of equal tops the fewest lines.
pub(crate) fn count_axis(most: f64, lang: Lang) -> CountAxis {
    let most = most.max(1.0);
    let mut best: Option<(f64, f64, u32)> = None;
    let mut power = 1.0;
    while power <= most * 10.0 {
        for factor in [1.0, 2.0, 2.5, 5.0] {
            let step: f64 = factor * power;
            let lines = (most / step).ceil();
            if step.fract() != 0.0 || !(1.0..=5.0).contains(&lines) || (lines < 2.0 && most > 1.0) {
                continue;
            }
            let top = step * lines;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 5")]
            let lines = lines as u32;
            if best.is_none_or(|(lowest, _, fewest)| top < lowest || (top <= lowest && lines < fewest)) {
                best = Some((top, step, lines));
            }
        }
        power *= 10.0;
    }
    let (top, step, lines) = best.unwrap_or((most, most, 1));
    let ticks = (0..=lines).map(|n| (step * f64::from(n), short_count(step * f64::from(n), lang))).collect();
    CountAxis { ticks, top }
}

/// A round number of the axis: `2,000`, `2.5 million`.
fn short_count(value: f64, lang: Lang) -> String {
    for (size, word) in [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")] {
        if value >= size {
            let scaled = value / size;
            let text = if scaled >= 1000.0 { whole(scaled, lang) } else { lang.decimal(scaled) };
            return format!("{text} {word}");
        }
    }
    whole(value, lang)
}

fn whole(value: f64, lang: Lang) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts; the cast saturates")]
    let n = value.round() as u64;
    lang.count(n)
}

/// A tick of time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TimeTick {
    pub(crate) at: Timestamp,
    /// Beside the tick; empty where a label would not fit.
    pub(crate) label: String,
    /// The line below: what changes seldom, at its first tick only.
    pub(crate) below: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Minutes(i32),
    Hours(i32),
    /// Days of the month that get a tick.
    Days(&'static [i8]),
    /// Each n-th bucket: weeks do not care for months.
    Weeks(usize),
    Months(i32),
    Years(i16),
}

const EVERY_DAY: &[i8] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31,
];
const STEPS: &[Step] = &[
    Step::Minutes(1),
    Step::Minutes(5),
    Step::Minutes(10),
    Step::Minutes(30),
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(EVERY_DAY),
    Step::Days(&[1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29]),
    Step::Days(&[1, 8, 15, 22]),
    Step::Days(&[1, 15]),
    Step::Weeks(1),
    Step::Weeks(2),
    Step::Weeks(4),
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(50),
];

impl Step {
    /// Whether it may stand under such buckets: never finer than they are, and weeks by weeks or by months.
    fn suits(self, by: By) -> bool {
        match self {
            Self::Minutes(_) => by == By::Minute,
            Self::Hours(_) => matches!(by, By::Minute | By::Hour),
            Self::Days(_) => !matches!(by, By::Week | By::Month),
            Self::Weeks(_) => by == By::Week,
            Self::Months(_) | Self::Years(_) => true,
        }
    }

    fn about_ms(self) -> f64 {
        let minutes = match self {
            Self::Minutes(n) => f64::from(n),
            Self::Hours(n) => 60.0 * f64::from(n),
            Self::Days(days) => 60.0 * 24.0 * 30.4 / days.len() as f64,
            Self::Weeks(n) => 60.0 * 24.0 * 7.0 * n as f64,
            Self::Months(n) => 60.0 * 24.0 * 30.4 * f64::from(n),
            Self::Years(n) => 60.0 * 24.0 * 365.2 * f64::from(n),
        };
        minutes * 60_000.0
    }

    /// The latest tick at or before `time`.
    fn floor(self, time: DateTime) -> Option<DateTime> {
        let midnight = time.date().to_datetime(Time::midnight());
        match self {
            Self::Minutes(_) | Self::Hours(_) => Some(midnight),
            Self::Days(_) | Self::Weeks(_) => {
                Some(midnight.date().first_of_month().to_datetime(Time::midnight()))
            }
            Self::Months(_) => DateTime::new(time.year(), 1, 1, 0, 0, 0, 0).ok(),
            Self::Years(n) => DateTime::new(time.year() - time.year().rem_euclid(n), 1, 1, 0, 0, 0, 0).ok(),
        }
    }

    fn next(self, time: DateTime) -> Option<DateTime> {
        let span = match self {
            Self::Minutes(n) => Span::new().minutes(n),
            Self::Hours(n) => Span::new().hours(n),
            Self::Days(_) | Self::Weeks(_) => Span::new().days(1),
            Self::Months(n) => Span::new().months(n),
            Self::Years(n) => Span::new().years(n),
        };
        time.checked_add(span).ok()
    }

    fn wants(self, time: DateTime) -> bool {
        match self {
            Self::Days(days) => days.contains(&time.day()),
            _ => true,
        }
    }

    /// The label and what changes seldom.
    fn words(self, time: DateTime, first: bool, calendar: &Calendar) -> (String, String) {
        let lang = calendar.lang();
        let year = || time.year().to_string();
        let date = || calendar.date(time, false);
        match self {
            Self::Minutes(_) | Self::Hours(_) => {
                (format!("{:02}:{:02}", time.hour(), time.minute()), calendar.date(time, true))
            }
            Self::Months(_) | Self::Years(_) if first && (time.day() > 1 || time.hour() > 0) => {
                (date(), year())
            }
            Self::Years(_) if first => (lang.month(time.month()).to_owned(), year()),
            Self::Days(_) | Self::Weeks(_) if first || time.day() == 1 => (date(), year()),
            Self::Days(_) => (lang.day(time.day()), year()),
            Self::Weeks(_) => (date(), year()),
            Self::Months(_) => (lang.month(time.month()).to_owned(), year()),
            Self::Years(_) => (year(), String::new()),
        }
    }
}

/// What the ticks stand under.
pub(crate) struct TimeSpan<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// Starts of the columns.
    pub(crate) columns: &'a [Timestamp],
    /// Where labels must end, and where the line below must.
    pub(crate) right: (f64, f64),
}

/// The finest ticks whose labels stand apart. `x` says where an instant lies; labels begin there.
pub(crate) fn time_ticks(
    span: &TimeSpan<'_>,
    x: &dyn Fn(Timestamp) -> f64,
    fonts: &Fonts,
    face: Face,
) -> Vec<TimeTick> {
    let length = (span.end.as_millis() - span.start.as_millis()) as f64;
    let width = x(span.end) - x(span.start);
    let steps = STEPS.iter().filter(|step| step.suits(span.calendar.by()));
    for step in steps {
        if width * step.about_ms() / length.max(1.0) < MIN_TICK_STEP.min(width) {
            continue;
        }
        let mut times = tick_times(span, *step);
        let start = (span.start, span.calendar.civil(span.start));
        // The axis says where it begins, if the first tick leaves room for it.
        let free = times.first().is_none_or(|(first, _)| x(*first) - x(span.start) >= MIN_TICK_STEP);
        if free && span.start < span.end {
            times.insert(0, start);
        }
        if !times.is_empty() {
            return label(span, &times, *step, x, fonts, face);
        }
    }
    Vec::new()
}

fn tick_times(span: &TimeSpan<'_>, step: Step) -> Vec<(Timestamp, DateTime)> {
    if let Step::Weeks(n) = step {
        let starts = span.columns.iter().step_by(n.max(1)).take(MAX_TICKS);
        return starts.map(|at| (*at, span.calendar.civil(*at))).collect();
    }
    let mut out: Vec<(Timestamp, DateTime)> = Vec::new();
    let mut next = step.floor(span.calendar.civil(span.start));
    // A floor lies at most a month or a year before the start, so the ticks before it are bounded as well.
    for _ in 0..MAX_TICKS * 8 {
        let Some(time) = next else { break };
        next = step.next(time);
        let Some(at) = span.calendar.instant(time) else { continue };
        // Where clocks spring forward an hour is missing: a tick for it would stand at another time than it says.
        if span.calendar.civil(at) != time && matches!(step, Step::Minutes(_) | Step::Hours(_)) {
            continue;
        }
        if at >= span.end || out.len() >= MAX_TICKS {
            break;
        }
        // In a fold of the clocks two civil times are one tick.
        let again = out.last().is_some_and(|(last, _)| *last >= at);
        if at >= span.start && step.wants(time) && !again {
            out.push((at, time));
        }
    }
    out
}

fn label(
    span: &TimeSpan<'_>,
    times: &[(Timestamp, DateTime)],
    step: Step,
    x: &dyn Fn(Timestamp) -> f64,
    fonts: &Fonts,
    face: Face,
) -> Vec<TimeTick> {
    let right = span.right;
    let (mut free, mut free_below) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    let mut said_below = String::new();
    let mut first = true;
    let mut out = Vec::new();
    for (at, time) in times {
        let left = x(*at);
        let (mut words, mut below) = step.words(*time, first, span.calendar);
        if left < free || left + fonts.width(&words, face) > right.0 {
            words.clear();
        } else {
            free = left + fonts.width(&words, face) + LABEL_GAP;
            first = false;
        }
        // What changes seldom is said with the first label that stands after the change.
        if below == said_below
            || words.is_empty()
            || left < free_below
            || left + fonts.width(&below, face) > right.1
        {
            below.clear();
        } else {
            free_below = left + fonts.width(&below, face) + LABEL_GAP;
            said_below.clone_from(&below);
        }
        out.push(TimeTick { at: *at, label: words, below });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::TheoriesAnswer;
    use crate::chart::sample::at;

    #[track_caller]
    fn check_counts(most: f64, expected: &[&str]) {
        let ticks: Vec<String> =
            count_axis(most, Lang::En).ticks.into_iter().map(|(_, label)| label).collect();
        assert_eq!(ticks, expected, "{most}");
    }

    #[test]
    fn counts_are_round() {
        check_counts(0.0, &["0", "1"]);
        check_counts(1.0, &["0", "1"]);
        check_counts(2.0, &["0", "1", "2"]);
        check_counts(7.0, &["0", "2", "4", "6", "8"]);
        check_counts(2750.0, &["0", "1,000", "2,000", "3,000"]);
        check_counts(1_050.0, &["0", "250", "500", "750", "1,000", "1,250"]);
        check_counts(4_000_000.0, &["0", "2 million", "4 million"]);
        check_counts(
            12_000_000_000.0,
            &["0", "2.5 billion", "5 billion", "7.5 billion", "10 billion", "12.5 billion"],
        );
    }

    #[test]
    fn the_top_holds_every_count() {
        for most in (1_u64..3000).chain([u64::MAX / 3, u64::MAX]) {
            let axis = count_axis(most as f64, Lang::En);
            assert!(
                axis.top >= most as f64 && axis.top <= (most as f64 * 2.0).max(1.0),
                "{most}: {}",
                axis.top
            );
        }
    }

    #[track_caller]
    fn check_times(by: By, zone: &str, since: &str, until: &str, expected: &str) {
        let answer = TheoriesAnswer {
            by,
            zone: zone.into(),
            since: at(since),
            until: at(until),
            ..TheoriesAnswer::default()
        };
        let calendar = Calendar::of(&answer).unwrap();
        let fonts = Fonts::built_in().unwrap();
        let length = (answer.until.as_millis() - answer.since.as_millis()) as f64;
        let x = |t: Timestamp| 50.0 + 700.0 * (t.as_millis() - answer.since.as_millis()) as f64 / length;
        let span = TimeSpan {
            calendar: &calendar,
            start: answer.since,
            end: answer.until,
            columns: &[answer.since],
            right: (760.0, 760.0),
        };
        let ticks = time_ticks(&span, &x, &fonts, Face::regular(12.0));
        let text: Vec<String> = ticks
            .iter()
            .map(|t| if t.below.is_empty() { t.label.clone() } else { format!("{}/{}", t.label, t.below) })
            .collect();
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn clock_times_stand_over_their_date() {
        check_times(
            By::Hour,
            "Europe/Berlin",
            "2017-03-25T11:00:00Z",
            "2017-03-26T11:00:00Z",
            "12:00/25 Mar 2017 14:00 16:00 18:00 20:00 22:00 00:00/26 Mar 2017 04:00 06:00 08:00 10:00 12:00",
        );
    }

    #[test]
    fn months_and_years_are_said_on_change() {
        check_times(
            By::Day,
            "UTC",
            "2017-02-01T00:00:00Z",
            "2017-03-21T00:00:00Z",
            "1 Feb/2017 8 15 22 1 Mar 8 15",
        );
        check_times(
            By::Day,
            "UTC",
            "2016-12-20T00:00:00Z",
            "2017-01-25T00:00:00Z",
            "22 Dec/2016 1 Jan/2017 8 15 22",
        );
        check_times(
            By::Month,
            "UTC",
            "2016-11-01T00:00:00Z",
            "2017-05-01T00:00:00Z",
            "Nov/2016 Dec Jan/2017 Feb Mar Apr",
        );
    }
}
