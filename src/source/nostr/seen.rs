//! What the format found in a relay's events, looked at on its way to the store: is it what was asked for, and whose is it.

use crate::archive::{Place, Reject, Sink, Withdrawal};
use crate::post::{Deletion, Draft, PostId, Timestamp};
use crate::text::tags::normalise;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// Posts whose author is remembered, so that a request to delete can be told from one by somebody else. A page is far smaller; about 5 MB.
const MAX_KNOWN: usize = 20_000;
/// What claims to be later than that is not from now: clocks differ by less.
const MAX_AHEAD: Duration = Duration::from_secs(15 * 60);
/// Why an event is left out that nobody asked for.
const NOT_ASKED: &str = "not what the relay was asked for";

/// Posts that went by, and whose they are.
#[derive(Debug, Default)]
pub(super) struct Known {
    posts: BTreeMap<String, Whose>,
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Whose {
    author: String,
    at: Option<Timestamp>,
    /// Whether it was asked for requests to delete it.
    is_checked: bool,
}

impl Known {
    /// Remembers a post; whether it is not checked yet.
    pub(super) fn insert(&mut self, id: &str, author: &str, at: Option<Timestamp>) -> bool {
        if let Some(whose) = self.posts.get(id) {
            return !whose.is_checked;
        }
        let whose = Whose { author: author.to_owned(), at, is_checked: false };
        self.posts.insert(id.to_owned(), whose);
        self.order.push_back(id.to_owned());
        if self.order.len() > MAX_KNOWN
            && let Some(oldest) = self.order.pop_front()
        {
            self.posts.remove(&oldest);
        }
        true
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.posts.contains_key(id)
    }

    /// The requests to delete them are there.
    pub(super) fn check(&mut self, ids: &[String]) {
        for id in ids {
            if let Some(whose) = self.posts.get_mut(id) {
                whose.is_checked = true;
            }
        }
    }

    /// The newest `count` that went by, in the order in which they did.
    pub(super) fn latest(&self, count: usize) -> Vec<String> {
        self.order.iter().skip(self.order.len().saturating_sub(count)).cloned().collect()
    }

    /// Whose these posts are, each author once.
    pub(super) fn authors(&self, ids: &[String]) -> Vec<String> {
        let authors = ids.iter().filter_map(|id| self.posts.get(id)).map(|whose| whose.author.clone());
        authors.collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// The deletions that a request is: of posts of who asks for it, and of nobody else's.
    pub(super) fn deletions(&self, request: &Withdrawal) -> Vec<Deletion> {
        let own = |id: &String| {
            let whose = self.posts.get(id).filter(|whose| whose.author == request.author)?;
            let post = PostId { platform: "nostr".to_owned(), id: id.clone() };
            Some(Deletion { post, posted_at: whose.at })
        };
        request.posts.iter().filter_map(own).collect()
    }
}

/// What is wanted of the events that come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Posts with one of these folded tags, between two seconds, both included.
    Tags(Vec<String>, i64, i64),
    /// Posts with these ids.
    Ids(BTreeSet<String>),
}

impl Asked {
    fn fits(&self, post: &Draft<'_>) -> bool {
        match self {
            Self::Ids(ids) => ids.contains(post.id.as_ref()),
            Self::Tags(tags, since, until) => {
                let at = post.posted_at.as_seconds();
                let has = |tag: &str| normalise(tag).is_some_and(|tag| tags.contains(&tag));
                (*since..=*until).contains(&at) && post.tags.iter().any(|tag| has(tag))
            }
        }
    }
}

/// What came of what was asked for, so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Events of any kind.
    pub(super) events: usize,
    /// Second of the oldest post that fits.
    pub(super) oldest: Option<i64>,
    /// Ids of posts that are new here.
    pub(super) new: Vec<String>,
    /// Time of the newest post that fits.
    pub(super) newest: Option<Timestamp>,
}

/// Looks at what goes into a sink.
pub(super) struct Watch<'a> {
    pub(super) sink: &'a mut dyn Sink,
    pub(super) asked: &'a Asked,
    pub(super) tally: &'a mut Tally,
    pub(super) known: &'a mut Known,
    pub(super) now: Timestamp,
    pub(super) place: Place,
    pub(super) bytes: &'a [u8],
}

impl Sink for Watch<'_> {
    fn post(&mut self, post: &mut Draft<'_>) {
        let ahead = post.posted_at.as_millis().saturating_sub(self.now.as_millis());
        if u128::try_from(ahead).is_ok_and(|ahead| ahead > MAX_AHEAD.as_millis()) {
            return self.sink.reject(Reject::new(self.place, "its time is in the future", self.bytes));
        }
        if !self.asked.fits(post) {
            return self.sink.unselected(NOT_ASKED);
        }
        let at = post.posted_at.as_seconds();
        self.tally.oldest = Some(self.tally.oldest.map_or(at, |oldest| oldest.min(at)));
        self.tally.newest = self.tally.newest.max(Some(post.posted_at));
        let author = post.author.id.as_deref().unwrap_or_default();
        if self.known.insert(&post.id, author, Some(post.posted_at)) {
            self.tally.new.push(post.id.to_string());
        }
        self.sink.post(post);
    }

    fn deletion(&mut self, deletion: Deletion) {
        self.sink.deletion(deletion);
    }

    fn reject(&mut self, reject: Reject) {
        self.sink.reject(reject);
    }

    fn unselected(&mut self, reason: &'static str) {
        self.sink.unselected(reason);
    }
}
