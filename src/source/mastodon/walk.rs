//! Taking pages: upwards from the newest post known, downwards into the past.

use super::page::{Page, Unfit, escape, path};
use super::place::{Circle, Place, Walk};
use super::{Doing, Host, MAX_TRIES};
use crate::post::{Timestamp, platform_epoch};
use crate::source::{Answer, Ending, News, Next, Out};

/// One tag: its place, and what is only known while it is worked on.
pub(super) struct Tag {
    pub(super) name: String,
    pub(super) place: Place,
    /// Whether the look for new posts still goes on.
    pub(super) is_due: bool,
    /// Whether all above the newest post known was asked for, so that what the stream tells follows without a hole.
    pub(super) is_caught_up: bool,
    /// Whether the end was told once: it is believed when it is told twice.
    is_end_told: bool,
    halt: Halt,
    up: Circle,
    down: Circle,
}

/// Whether a tag's walks rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Halt {
    No,
    /// Until the next look.
    Round,
    /// As long as the program runs: the host goes round in circles.
    Session,
}

impl Tag {
    pub(super) fn new(mut place: Place, name: String) -> Self {
        place.fills.retain(|walk| walk.goes_on(None));
        Self {
            name,
            place,
            is_due: false,
            is_caught_up: false,
            is_end_told: false,
            halt: Halt::No,
            up: Circle::default(),
            down: Circle::default(),
        }
    }

    pub(super) fn begin_look(&mut self, now: Timestamp) {
        self.place.step_back(now);
        self.is_due = true;
        self.up = Circle::default();
        if self.halt == Halt::Round {
            self.halt = Halt::No;
        }
    }

    fn end_look(&mut self, asked_at: Timestamp) {
        self.is_due = false;
        self.is_caught_up = true;
        self.is_end_told = false;
        self.place.is_moving = false;
        self.place.looked = self.place.looked.max(Some(asked_at));
    }

    pub(super) fn halt(&mut self, halt: Halt) {
        self.is_due = false;
        self.is_end_told = false;
        self.halt = halt;
    }

    /// Whether there are pages below to ask for.
    pub(super) fn walks(&self, since: Option<Timestamp>) -> bool {
        let history = self.place.history.as_ref().is_some_and(|walk| walk.goes_on(since));
        self.halt == Halt::No && (history || !self.place.fills.is_empty())
    }

    pub(super) fn is_seen_until(&self, until: Timestamp) -> bool {
        self.place.looked.is_some_and(|looked| looked >= until)
    }

    /// From the last look on.
    fn since_look(&self, until: Timestamp) -> (Timestamp, Timestamp) {
        (self.place.looked.unwrap_or(until), until)
    }

    /// An end that was told; whether it is believed.
    fn is_end(&mut self) -> bool {
        let is_end = self.is_end_told;
        self.is_end_told = !is_end;
        is_end
    }
}

/// When there was a first post that a host may have.
fn first() -> Timestamp {
    platform_epoch("fediverse")
}

/// What the host said in words.
const CIRCLE: &str = "the host gives the same pages again and again";

impl Host {
    pub(super) fn ask_up(&mut self, at: usize, now: Timestamp) -> Next {
        let Some(tag) = self.tags.get(at) else { return self.wait() };
        let page = path(&tag.name);
        match &tag.place.newest {
            Some(newest) => {
                let what = format!("newer posts of #{}", tag.name);
                // Never `since_id`: it gives the newest page and leaves out what lies between.
                self.ask(Doing::Up(at), &format!("{page}&min_id={}", escape(&newest.id)), what, now)
            }
            None => self.ask(Doing::Top(at), &page, format!("newest posts of #{}", tag.name), now),
        }
    }

    pub(super) fn ask_down(&mut self, at: usize, now: Timestamp) -> Next {
        let Some(tag) = self.tags.get(at) else { return self.wait() };
        let walk = tag.place.fills.last().or(tag.place.history.as_ref());
        let Some((next, reached)) = walk.and_then(|walk| Some((walk.next.clone()?, walk.reached))) else {
            return self.wait();
        };
        let what = format!("posts of #{} before {reached}", tag.name);
        self.ask(Doing::Down(at), &next, what, now)
    }

    pub(super) fn page(&mut self, doing: Doing, at: usize, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        let Some(tag) = self.tags.get(at) else { return self.next(out) };
        let page = match answer.status {
            200..300 => Page::read(answer, &self.goal, &tag.name),
            401 | 403 | 422 => return Next::Done(self.not_allowed(&format!("status {}", answer.status))),
            // Some versions say so of a tag that nobody has used.
            404 if doing == Doing::Top(at) && answer.is_json() && self.instance.is_known => {
                Ok(Page::default())
            }
            404 if doing == Doing::Top(at) => {
                let words = format!("{} has no page for tags (status 404)", self.goal.host);
                return Next::Done(Ending::Closed(words));
            }
            status => {
                self.halt(at, &format!("the host answers with status {status}"), out);
                return self.next(out);
            }
        };
        match page {
            Ok(page) => self.take(doing, at, &page, answer, out),
            Err(Unfit::Unreadable(_)) if self.tries < MAX_TRIES => {
                self.tries += 1;
                return self.ask_again(doing);
            }
            Err(Unfit::Unreadable(why)) => self.halt(at, &why, out),
            Err(Unfit::Elsewhere) => self.halt(at, "it names another host for the page after it", out),
        }
        self.next(out)
    }

    fn take(&mut self, doing: Doing, at: usize, page: &Page, answer: &Answer<'_>, out: &mut Out<'_>) {
        if !page.items.is_empty() {
            out.read(self.parser.as_ref(), answer.body);
        }
        self.live.remember(&page.items);
        if let (Doing::Top(_) | Doing::Up(_), Some(newest)) = (doing, page.newest()) {
            out.news.push(News::At(newest.at));
        }
        let asked_at = self.asked_at;
        let Some(tag) = self.tags.get_mut(at) else { return };
        let (name, floor) = (tag.name.clone(), self.goal.since);
        let done = match doing {
            Doing::Top(_) => tag.take_top(page, asked_at),
            Doing::Up(_) => tag.take_up(page, asked_at),
            _ => tag.take_down(page, floor),
        };
        if let Some(span) = done.covered {
            self.claim(&name, span, out);
        }
        if let Some((since, until)) = done.circle {
            out.gap(&name, since, until, CIRCLE);
            out.notice(format!("{}: {CIRCLE} (#{name})", self.goal.host));
        }
        if let Some((since, until)) = done.given_up {
            out.gap(&name, since, until, "too many stretches wait to be asked for");
        }
    }
}

/// What a page changed.
#[derive(Default)]
struct Done {
    covered: Option<(Timestamp, Timestamp)>,
    /// The host goes round in circles: what may be missing.
    circle: Option<(Timestamp, Timestamp)>,
    given_up: Option<(Timestamp, Timestamp)>,
}

impl Done {
    fn covered(span: (Timestamp, Timestamp)) -> Self {
        Self { covered: Some(span), ..Self::default() }
    }
}

impl Tag {
    /// The newest page, of a tag of which no post was known.
    fn take_top(&mut self, page: &Page, asked_at: Timestamp) -> Done {
        let looked = self.place.looked;
        if page.items.is_empty() {
            if looked.is_none() && !self.is_end() {
                return Done::default();
            }
            self.place.history.get_or_insert(Walk { next: None, reached: first(), floor: None });
            self.end_look(asked_at);
            return Done::covered((looked.unwrap_or(first()), asked_at));
        }
        self.place.see(page, asked_at);
        self.walk_from(page, asked_at)
    }

    /// A page above the newest post known.
    fn take_up(&mut self, page: &Page, asked_at: Timestamp) -> Done {
        let known = self.place.newest.as_ref().map(|newest| newest.id.clone()).unwrap_or_default();
        let found = page.items.iter().position(|item| item.id == known);
        let is_last = found.is_some_and(|at| at + 1 == page.items.len());
        if page.items.is_empty() || is_last && page.items.len() == 1 {
            let span = self.since_look(asked_at);
            self.end_look(asked_at);
            return Done::covered(span);
        }
        self.place.see(page, asked_at);
        if found.is_some() && !is_last {
            // The host gives its newest page whatever it is asked. With the post known in it there is nothing between, unless that
            // post came into view in this very look: then all between it and the last look may be missing.
            if self.place.is_moving {
                return self.walk_from(page, asked_at);
            }
            let span = self.since_look(asked_at);
            self.end_look(asked_at);
            return Done::covered(span);
        }
        if self.up.closes(page.fingerprint()) {
            let circle = Some(self.since_look(asked_at));
            self.end_look(asked_at);
            return Done { circle, ..Done::default() };
        }
        self.place.is_moving = true;
        Done::default()
    }

    /// Goes on below the newest page, down to where the last look ended, or into history.
    fn walk_from(&mut self, page: &Page, asked_at: Timestamp) -> Done {
        let looked = self.place.looked;
        let mut walk = Walk { next: None, reached: asked_at, floor: looked };
        let covered = walk.step(page);
        self.down = Circle::default();
        self.down.closes(page.fingerprint());
        let mut given_up = None;
        if looked.is_none() {
            self.place.history = Some(walk);
        } else if walk.goes_on(None) {
            given_up = self.place.fill(walk).map(|walk| (walk.floor.unwrap_or(walk.reached), walk.reached));
        }
        self.end_look(asked_at);
        Done { covered, given_up, ..Done::default() }
    }

    /// A page below what is known.
    fn take_down(&mut self, page: &Page, since: Option<Timestamp>) -> Done {
        if page.items.is_empty() && !self.is_end() {
            return Done::default();
        }
        let is_fill = !self.place.fills.is_empty();
        let Some(walk) = self.place.fills.last_mut().or(self.place.history.as_mut()) else {
            return Done::default();
        };
        let mut done = Done::default();
        if page.items.is_empty() {
            done.covered = Some(walk.end(first()));
        } else if self.down.closes(page.fingerprint()) {
            done.circle = Some((walk.floor.or(since).unwrap_or(first()), walk.reached));
        } else {
            self.is_end_told = false;
            done.covered = walk.step(page);
        }
        if is_fill && (done.circle.is_some() || !walk.goes_on(None)) {
            self.place.fills.pop();
            self.down = Circle::default();
        } else if done.circle.is_some() {
            self.halt(Halt::Session);
        }
        done
    }
}
