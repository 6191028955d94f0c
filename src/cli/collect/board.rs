//! What a person sees while collecting: on a terminal a line for each feed that changes in place, elsewhere a line for what matters.

use super::alerting::{Passing, Receivers};
use crate::collect::{Alert, Order, StopReason, Told, Watch};
use crate::ingest::Counts;
use crate::post::Timestamp;
use crate::report::format::{clean_lines, count};
use crate::source::Ending;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at the lines.
const REDRAW: Duration = Duration::from_millis(500);
/// A pause for so long is told at once, so that nobody takes it for an end.
const LONG_PAUSE_MS: i64 = 30_000;
/// The rate shown is that of about so long.
const RATE_OVER: f64 = 60.0;

/// All lines.
pub(super) struct Board {
    lines: Mutex<Vec<Line>>,
    bars: Option<MultiProgress>,
    verbose: bool,
    passing: Passing,
}

/// What is known of one feed.
struct Line {
    place: String,
    bar: Option<ProgressBar>,
    state: State,
    counts: Counts,
    rate: Rate,
    at: Option<Timestamp>,
    left: Option<(u64, u64)>,
    /// Why there was a gap last: the same reason again is no news.
    gap: String,
}

enum State {
    Starting,
    Asking(String),
    Waiting(Timestamp, String),
    Live,
    Over(String),
}

impl Board {
    pub(super) fn new(orders: &[Order], verbose: bool, passing: Passing) -> Self {
        let bars = (io::stderr().is_terminal() && !verbose).then(MultiProgress::new);
        let bar = |bars: &MultiProgress| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            let bar = bars.add(ProgressBar::new_spinner());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        };
        let line = |order: &Order| {
            Line::new(format!("{}:{}", order.source.name(), order.goal.place()), bars.as_ref().map(bar))
        };
        let lines = Mutex::new(orders.iter().map(line).collect());
        Self { lines, bars, verbose, passing }
    }

    /// Shows the lines and passes alerts on while something runs.
    pub(super) fn show_while<T>(&self, receivers: Receivers, work: impl FnOnce() -> T) -> T {
        let done = AtomicBool::new(false);
        let result = thread::scope(|scope| {
            let drawing = scope.spawn(|| {
                while self.bars.is_some() && !done.load(Ordering::Relaxed) {
                    self.redraw();
                    thread::park_timeout(REDRAW);
                }
            });
            let is_over = || done.load(Ordering::Relaxed);
            let say = |text: &str| self.say("alerts", text);
            scope.spawn(move || receivers.pass_on(&self.passing, &is_over, &say));
            let result = work();
            done.store(true, Ordering::Relaxed);
            drawing.thread().unpark();
            result
        });
        if let Some(bars) = &self.bars {
            // The report says it all again, for good.
            let _ = bars.clear();
        }
        result
    }

    fn redraw(&self) {
        let now = crate::cli::context::now();
        for line in self.lines.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            let text = clean_lines(&line.text(now));
            if let Some(bar) = &line.bar {
                bar.set_message(text);
                bar.tick();
            }
        }
    }

    /// A line that stays.
    fn say(&self, place: &str, text: &str) {
        let text = clean_lines(&format!("{} {place}: {text}", crate::cli::context::now()));
        match &self.bars {
            // A terminal that is gone is no reason to stop.
            Some(bars) => drop(bars.println(text)),
            None => drop(writeln!(io::stderr().lock(), "{text}")),
        }
    }
}

impl Watch for Board {
    fn told(&self, feed: usize, told: Told<'_>) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(line) = lines.get_mut(feed) else { return };
        let said = line.hear(&told, self.verbose, crate::cli::context::now());
        let place = line.place.clone();
        drop(lines);
        if let Some(said) = said {
            self.say(&place, &said);
        }
    }

    fn alert(&self, alert: &Alert) {
        self.passing.send(alert);
    }

    fn settle(&self) {
        self.passing.settle();
    }

    fn passed_on(&self) -> Vec<String> {
        self.passing.take_done()
    }
}

impl Line {
    fn new(place: String, bar: Option<ProgressBar>) -> Self {
        Self {
            place,
            bar,
            state: State::Starting,
            counts: Counts::default(),
            rate: Rate::new(),
            at: None,
            left: None,
            gap: String::new(),
        }
    }

    /// Takes it in; what is worth a line that stays.
    fn hear(&mut self, told: &Told<'_>, verbose: bool, now: Timestamp) -> Option<String> {
        match told {
            Told::Asking { what } => {
                self.state = State::Asking((*what).to_owned());
                verbose.then(|| (*what).to_owned())
            }
            Told::Waiting { until, why } => {
                self.state = State::Waiting(*until, (*why).to_owned());
                verbose.then(|| format!("waits until {until}: {why}"))
            }
            Told::Trying { tries, why, until } => {
                self.state = State::Waiting(*until, (*why).to_owned());
                // Once is nothing; what goes on is worth a line now and then.
                let goes_on = tries.is_power_of_two() && *tries > 1;
                let is_long = until.as_millis().saturating_sub(now.as_millis()) >= LONG_PAUSE_MS;
                (verbose || goes_on || is_long).then(|| format!("{why}; try {} at {until}", tries + 1))
            }
            Told::Live => {
                self.state = State::Live;
                verbose.then(|| "the stream is open".to_owned())
            }
            Told::Left { remaining, limit } => {
                self.left = Some((*remaining, *limit));
                None
            }
            Told::At(at) => {
                self.at = Some(*at);
                None
            }
            Told::Notice(text) => Some((*text).to_owned()),
            Told::Gap { since, until, why } => {
                let is_new = self.gap != **why;
                (*why).clone_into(&mut self.gap);
                (is_new || verbose).then(|| format!("gap from {since} to {until}: {why}"))
            }
            Told::Saved(counts) => {
                self.rate.add(counts.added.saturating_sub(self.counts.added));
                self.counts = *counts;
                None
            }
            Told::Ended(ending) => {
                let words = words(ending);
                self.state = State::Over(words.clone());
                Some(words).filter(|_| !matches!(ending, Ending::Complete) || verbose)
            }
            Told::Stopped(reason) => {
                self.state = State::Over(stopped(*reason).to_owned());
                None
            }
        }
    }

    fn text(&mut self, now: Timestamp) -> String {
        let mut parts = vec![
            self.place.clone(),
            format!("{} new posts", count(self.counts.added)),
            format!("{:.1}/min", self.rate.by_minute()),
        ];
        if let Some(at) = self.at {
            let behind = now.as_millis().saturating_sub(at.as_millis()) / 1000;
            parts.push(format!("{} behind", short(behind)));
        }
        parts.push(match &self.state {
            State::Starting => "starting".to_owned(),
            State::Asking(what) => what.clone(),
            State::Waiting(until, why) => {
                let seconds = until.as_millis().saturating_sub(now.as_millis()).max(0) / 1000;
                format!("{why}, goes on in {}", short(seconds))
            }
            State::Live => "listening".to_owned(),
            State::Over(words) => words.clone(),
        });
        if let Some((remaining, limit)) = self.left {
            parts.push(format!("{remaining} of {limit} requests left"));
        }
        parts.join(" · ")
    }
}

fn words(ending: &Ending) -> String {
    match ending {
        Ending::Complete => "done".to_owned(),
        Ending::Closed(why) | Ending::NotAllowed(why) | Ending::Failed(why) => why.clone(),
    }
}

/// Why it was stopped, for people.
pub(super) fn stopped(reason: StopReason) -> &'static str {
    match reason {
        StopReason::Interrupted => "interrupted",
        StopReason::MaxRequests => "--max-requests is reached",
        StopReason::Limit => "--limit is reached",
        StopReason::StopAt => "--stop-at has come",
        StopReason::StoreFailed => "the store failed",
    }
}

fn short(seconds: i64) -> String {
    match seconds {
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h", s / 3600),
        s => format!("{} d", s / 86_400),
    }
}

/// New posts a minute, of which the last minute counts most.
struct Rate {
    at: Instant,
    posts: f64,
}

impl Rate {
    fn new() -> Self {
        Self { at: Instant::now(), posts: 0.0 }
    }

    fn fade(&mut self) {
        let passed = self.at.elapsed().as_secs_f64();
        self.at = Instant::now();
        self.posts *= (-passed / RATE_OVER).exp();
    }

    fn add(&mut self, posts: u64) {
        self.fade();
        self.posts += posts as f64;
    }

    fn by_minute(&mut self) -> f64 {
        self.fade();
        self.posts * 60.0 / RATE_OVER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a try after so many, so many seconds from now.
    fn said(tries: u32, seconds: i64) -> Option<String> {
        let now = Timestamp::from_millis_unchecked(1_488_844_800_000);
        let until = Timestamp::from_millis_unchecked(now.as_millis() + seconds * 1000);
        let told = Told::Trying { tries, why: "status 429", until };
        Line::new("mastodon:a.example".to_owned(), None).hear(&told, false, now)
    }

    #[test]
    fn a_try_again_is_told_if_it_is_long_in_coming_or_goes_on_and_on() {
        assert_eq!(said(1, 29), None);
        assert_eq!(said(1, 238).as_deref(), Some("status 429; try 2 at 2017-03-07T00:03:58Z"));
        assert_eq!(said(2, 1).as_deref(), Some("status 429; try 3 at 2017-03-07T00:00:01Z"));
        assert_eq!(said(3, 1), None);
    }
}
