//! Servers with Mastodon's API: pages of a tag upwards from the newest post known and downwards into the past, a stream where a token is at
//! hand, and a second look at single posts. <https://docs.joinmastodon.org/methods/timelines/#tag>
//!
//! Here is what happens when; `walk` takes pages, `live` the stream, `recheck` single posts, `place` is the cursor.

mod instance;
mod live;
mod page;
mod place;
mod recheck;
mod walk;

use super::{
    Answer, Ending, Event, Feed, Goal, GoalError, Hosts, Limit, Next, Out, Request, Secret, SecretNeed,
    Source,
};
use crate::archive::{Parser, reader_of};
use crate::post::{MIN_TIMESTAMP, Timestamp};
use instance::{Access, Instance};
use live::Live;
use place::{Place, Places, later};
use std::collections::BTreeMap;
use std::time::Duration;
use walk::{Halt, Tag};

/// Mastodon, and servers that speak like it.
pub(super) struct Mastodon;

const TOKEN: &str = "TAGLINE_MASTODON_TOKEN";
/// Times that a page is asked for again if it cannot be read: it may have been damaged on its way.
const MAX_TRIES: u8 = 2;
/// A host that closes its tags answers with empty pages from then on: so it is asked again what it shows.
const DESCRIBE_EVERY: Duration = Duration::from_secs(3600);

impl Source for Mastodon {
    fn name(&self) -> &'static str {
        "mastodon"
    }
    fn about(&self) -> &'static str {
        "Mastodon and servers with its API: the posts under a tag that a host knows"
    }
    fn format(&self) -> &'static str {
        "fediverse-api"
    }
    fn hosts(&self) -> Hosts {
        Hosts::Named
    }
    fn secrets(&self) -> &'static [SecretNeed] {
        &[SecretNeed {
            variable: TOKEN,
            about: "access token with the scope `read:statuses`, made under Preferences, Development on the host: for hosts that show tags to their own accounts only, and for the stream, which tells of deletions",
            required: false,
        }]
    }
    fn rechecks(&self) -> Option<&'static str> {
        Some("fediverse")
    }
    fn knows(&self, goal: &Goal, id: &str) -> bool {
        recheck::is_ours(id, goal)
    }
    fn caveats(&self) -> &'static [&'static str] {
        &[
            "a host has the posts of its own accounts and those that other hosts sent it, never all: name several, a post seen through two is one post",
            "deletions and edits are told by the stream only, which needs a token and holds one tag; without it, `--recheck`",
            "each host has its own rules and its own terms",
        ]
    }
    fn limits(&self, _goal: &Goal) -> Vec<Limit> {
        // config/initializers/rack_attack.rb of Mastodon 4.6; a token changes neither number.
        vec![
            Limit { kind: "", requests: 300, window: Duration::from_secs(300) },
            Limit { kind: PAGING, requests: 300, window: Duration::from_secs(900) },
        ]
    }
    fn feed(&self, goal: &Goal, cursor: Option<&str>) -> Result<Box<dyn Feed>, GoalError> {
        let mut places = Places::read(cursor)?.tags;
        let parser = reader_of(self.format()).ok_or_else(|| GoalError::Impossible("no reader".to_owned()))?;
        let token = goal.secrets.get(TOKEN).cloned();
        let wanted = goal.folded_tags();
        let live = Live::new(goal.follow && token.is_some() && wanted.len() == 1);
        let tags = wanted.into_iter().map(|name| Tag::new(places.remove(&name).unwrap_or_default(), name));
        Ok(Box::new(Host {
            tags: tags.collect(),
            others: places,
            goal: goal.clone(),
            token,
            parser,
            instance: Instance::default(),
            described_at: None,
            part: None,
            doing: Doing::Nothing,
            asked: Request::default(),
            asked_at: MIN_TIMESTAMP,
            tries: 0,
            round_at: MIN_TIMESTAMP,
            has_walked: false,
            trouble: None,
            told_trouble: None,
            live,
        }))
    }
}

/// Kind of a request that names an id to page by: Mastodon allows fewer of them.
const PAGING: &str = "paging";

/// One host.
struct Host {
    goal: Goal,
    token: Option<Secret>,
    parser: Box<dyn Parser>,
    tags: Vec<Tag>,
    /// Of tags that are not wanted now.
    others: BTreeMap<String, Place>,
    instance: Instance,
    described_at: Option<Timestamp>,
    /// Why what the host shows is not all that it has.
    part: Option<&'static str>,
    doing: Doing,
    asked: Request,
    asked_at: Timestamp,
    tries: u8,
    /// When the last look at all tags began.
    round_at: Timestamp,
    /// Whether a page of the past was asked for since.
    has_walked: bool,
    /// What went wrong in this round.
    trouble: Option<String>,
    told_trouble: Option<String>,
    live: Live,
}

/// What the answer that is awaited belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    /// What the host says of itself, in this version of the API.
    Describe(u8),
    /// Newest page of a tag.
    Top(usize),
    /// Page above the newest post known.
    Up(usize),
    /// Page below what is known.
    Down(usize),
    Stream,
    /// One post, by its place in the goal.
    Post(usize),
}

impl Feed for Host {
    fn on(&mut self, event: Event<'_>, out: &mut Out<'_>) -> Next {
        match event {
            Event::Begin => {
                if self.goal.follow && self.token.is_some() && self.tags.len() > 1 {
                    out.notice("a stream holds one tag: several are looked for again and again instead");
                }
                self.look(out)
            }
            Event::Waited => self.look(out),
            Event::Answer(answer) => self.answer(&answer, out),
            Event::Failed(why) if self.doing == Doing::Stream => self.stream_failed(why, out),
            Event::Failed(why) => Next::Done(Ending::Failed(why.to_owned())),
            Event::Opened => {
                self.live.is_open = true;
                self.look(out)
            }
            Event::Message { event, data } => self.message(event, data, out),
            Event::Closed(_) => {
                self.live.is_open = false;
                self.tags.iter_mut().for_each(|tag| tag.is_caught_up = false);
                self.rest(out)
            }
        }
    }

    fn cursor(&self) -> String {
        let tags = self.tags.iter().map(|tag| (tag.name.clone(), tag.place.clone()));
        let places = Places { tags: self.others.clone().into_iter().chain(tags).collect() };
        serde_json::to_string(&places).unwrap_or_default()
    }
}

impl Host {
    /// Looks for what is new, in all tags.
    fn look(&mut self, out: &mut Out<'_>) -> Next {
        if self.described_at.is_none_or(|at| out.now >= later(at, DESCRIBE_EVERY)) {
            self.described_at = Some(out.now);
            return self.ask(
                Doing::Describe(2),
                "/api/v2/instance",
                "what the host shows".to_owned(),
                out.now,
            );
        }
        self.round_at = out.now;
        self.has_walked = false;
        self.trouble = None;
        self.tags.iter_mut().for_each(|tag| tag.begin_look(out.now));
        self.next(out)
    }

    /// The next page, if one is wanted.
    fn next(&mut self, out: &mut Out<'_>) -> Next {
        if let Some(at) = self.tags.iter().position(|tag| tag.is_due) {
            return self.ask_up(at, out.now);
        }
        let since = self.goal.since;
        let Some(at) = self.tags.iter().position(|tag| tag.walks(since)) else { return self.rest(out) };
        // A long walk does not keep what is new waiting.
        if self.goal.follow && self.has_walked && out.now >= later(self.round_at, self.goal.every) {
            return self.look(out);
        }
        self.has_walked = true;
        self.ask_down(at, out.now)
    }

    /// What to do when all that can be asked for now is there.
    fn rest(&mut self, out: &mut Out<'_>) -> Next {
        let is_over =
            self.goal.until.is_some_and(|until| self.tags.iter().all(|tag| tag.is_seen_until(until)));
        if self.goal.follow && !is_over {
            return self.listen(out);
        }
        Next::Done(self.trouble.take().map_or(Ending::Complete, Ending::Failed))
    }

    fn wait(&self) -> Next {
        Next::Wait { time: self.goal.every, why: "next look" }
    }

    fn ask(&mut self, doing: Doing, path: &str, what: String, now: Timestamp) -> Next {
        let kind = if matches!(doing, Doing::Up(_) | Doing::Down(_)) { PAGING } else { "" };
        let bearer = self.token.clone();
        self.asked = Request { bearer, kind, ..Request::get(self.goal.url(path), what) };
        self.tries = 0;
        self.asked_at = now;
        self.ask_again(doing)
    }

    fn ask_again(&mut self, doing: Doing) -> Next {
        self.doing = doing;
        Next::Ask(self.asked.clone())
    }

    fn answer(&mut self, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        match std::mem::replace(&mut self.doing, Doing::Nothing) {
            Doing::Describe(version) => self.described(version, answer, out),
            doing @ (Doing::Top(at) | Doing::Up(at) | Doing::Down(at)) => self.page(doing, at, answer, out),
            Doing::Stream => self.no_stream(answer.status, out),
            Doing::Post(at) => self.rechecked(at, answer, out),
            Doing::Nothing => self.next(out),
        }
    }

    fn described(&mut self, version: u8, answer: &Answer<'_>, out: &mut Out<'_>) -> Next {
        match Instance::read(answer) {
            Some(instance) => self.instance = instance,
            None if version > 1 => {
                let what = "what the host shows, as older servers say it".to_owned();
                return self.ask(Doing::Describe(1), "/api/v1/instance", what, out.now);
            }
            None if self.instance.is_known => {}
            None => out.notice(format!(
                "{} does not describe itself (status {}): whether it shows all posts under a tag is not known",
                self.goal.host, answer.status
            )),
        }
        if !self.goal.recheck.is_empty() {
            return self.recheck(0, out);
        }
        let part = match self.instance.access(self.token.is_some()) {
            Access::Whole => None,
            Access::Part(why) => Some(why),
            Access::TokenNeeded => return Next::Done(self.not_allowed("as it says of itself")),
            Access::Closed => {
                let host = &self.goal.host;
                return Next::Done(Ending::Closed(format!(
                    "{host} has switched off what it shows under tags"
                )));
            }
        };
        if let Some(why) = part.filter(|why| self.part != Some(*why)) {
            out.notice(format!("{}: {why}", self.goal.host));
        }
        self.part = part;
        self.look(out)
    }

    fn not_allowed(&self, how: &str) -> Ending {
        let host = &self.goal.host;
        Ending::NotAllowed(if self.token.is_some() {
            format!(
                "{host} does not accept the token in {TOKEN} for this ({how}); it needs the scope `read:statuses`"
            )
        } else {
            format!("{host} shows this only to its own accounts ({how}); a token goes into {TOKEN}")
        })
    }

    /// A span is there as far as the host shows it.
    fn claim(&self, tag: &str, (since, until): (Timestamp, Timestamp), out: &mut Out<'_>) {
        match self.part {
            None => out.covered(tag, since, until),
            Some(why) => out.gap(tag, since, until, why),
        }
    }

    /// A tag is given up until the next look.
    fn halt(&mut self, at: usize, why: &str, out: &mut Out<'_>) {
        let Some(tag) = self.tags.get_mut(at) else { return };
        tag.halt(Halt::Round);
        let trouble = format!("{}: {} cannot be used: {why}", self.goal.host, self.asked.what);
        // Who follows is told at once, and once: the next look is soon.
        if self.goal.follow && self.told_trouble.as_ref() != Some(&trouble) {
            out.notice(trouble.clone());
            self.told_trouble = Some(trouble.clone());
        }
        self.trouble = Some(trouble);
    }
}

#[cfg(test)]
mod tests;
