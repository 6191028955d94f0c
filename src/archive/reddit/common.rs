//! What Reddit's dumps and its API share: the fields of a submission or comment, and the post that they are.

use super::api::{Replies, Thing};
use crate::archive::json::{Word, count, either, said};
use crate::archive::options::NOT_PUBLIC;
use crate::archive::times::TimeReader;
use crate::archive::x::decode;
use crate::archive::{Frame, ReadOptions, Reject, Sink};
use crate::post::{Author, Draft, Metrics, Provenance, Repost, Timestamp};
use serde::Deserialize;
use std::borrow::Cow;

const PLATFORM: &str = "reddit";
/// What stands in place of a text that its author took back.
const DELETED: [&str; 2] = ["[deleted]", "[deleted by user]"];
/// What stands in place of a text that somebody else took away.
const REMOVED: [&str; 5] = [
    "[removed]",
    "[ Removed by moderator ]",
    "[ Removed by Reddit ]",
    "[ Removed by reddit ]",
    "[unavailable]",
];
/// Kinds of subreddits that not everybody can read; `restricted` only limits who may write.
const CLOSED: [&str; 3] = ["private", "employees_only", "gold_only"];

/// A submission, a comment, or a listing of them. What we do not need is not listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "a submission or comment of Reddit", bound(deserialize = "'de: 'a"))]
pub(super) struct Item<'a> {
    id: Option<Word<'a>>,
    name: Option<Word<'a>>,
    created_utc: Option<Word<'a>>,
    edited: Option<Word<'a>>,
    author: Option<Word<'a>>,
    title: Option<Word<'a>>,
    selftext: Option<Word<'a>>,
    body: Option<Word<'a>>,
    permalink: Option<Word<'a>>,
    url: Option<Word<'a>>,
    url_overridden_by_dest: Option<Word<'a>>,
    domain: Option<Word<'a>>,
    is_self: Option<Word<'a>>,
    subreddit_type: Option<Word<'a>>,
    score: Option<Word<'a>>,
    ups: Option<Word<'a>>,
    num_comments: Option<Word<'a>>,
    num_crossposts: Option<Word<'a>>,
    parent_id: Option<Word<'a>>,
    crosspost_parent: Option<Word<'a>>,
    crosspost_parent_list: Option<Vec<Item<'a>>>,
    retrieved_on: Option<Word<'a>>,
    retrieved_utc: Option<Word<'a>>,
    removed_by_category: Option<Word<'a>>,
    #[serde(rename = "_meta")]
    meta: Option<Meta<'a>>,
    /// Of a page that an archive of dumps answers.
    pub(super) data: Option<Vec<Item<'a>>>,
    pub(super) error: Option<Word<'a>>,
    pub(super) message: Option<Word<'a>>,
    /// Of a listing of the API.
    pub(super) children: Option<Vec<Thing<'a>>>,
    pub(super) things: Option<Vec<Thing<'a>>>,
    pub(super) replies: Option<Replies<'a>>,
}

/// What Arctic Shift adds: it looks at each post again after a day and a half.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct Meta<'a> {
    retrieved_2nd_on: Option<Word<'a>>,
    removal_type: Option<Word<'a>>,
}

impl Item<'_> {
    /// `t3_abc` of a submission, `t1_abc` of a comment.
    fn fullname(&self) -> Result<Cow<'_, str>, &'static str> {
        let is_post = |name: &&str| name.starts_with("t1_") || name.starts_with("t3_");
        if let Some(name) =
            either(self.name.as_ref(), None).or_else(|| either(self.id.as_ref(), None)).filter(is_post)
        {
            return Ok(name.into());
        }
        let id = either(self.id.as_ref(), None).ok_or("no id")?;
        if is_post(&id) {
            return Ok(id.into());
        }
        if self.body.is_some() {
            Ok(format!("t1_{id}").into())
        } else if self.title.is_some() {
            Ok(format!("t3_{id}").into())
        } else {
            Err("neither a submission nor a comment: no title and no body")
        }
    }

    fn is_public(&self) -> bool {
        !either(self.subreddit_type.as_ref(), None).is_some_and(|kind| CLOSED.contains(&kind))
    }

    /// The parts of the text that are there, and whether the author took one back.
    fn text(&self) -> (Cow<'_, str>, bool) {
        let mut deleted = false;
        let mut there = |word: Option<&Word<'_>>| -> bool {
            let text = either(word, None).unwrap_or_default();
            deleted |= DELETED.contains(&text);
            !text.is_empty() && !DELETED.contains(&text) && !REMOVED.contains(&text)
        };
        let title = self.title.as_ref().filter(|title| there(Some(title)));
        let own = self.selftext.as_ref().or(self.body.as_ref()).filter(|text| there(Some(text)));
        // A crosspost has a title of its own and the body of what it passes on.
        let passed_on =
            || self.crosspost_parent_list.iter().flatten().find_map(|item| item.selftext.as_ref());
        let body = own.or_else(|| passed_on().filter(|text| there(Some(text))));
        let text = match (title, body) {
            (Some(title), Some(body)) => {
                format!("{}\n\n{}", decode(title.0.trim()), decode(body.0.trim())).into()
            }
            (Some(only), None) | (None, Some(only)) => decode(&only.0),
            (None, None) => Cow::Borrowed(""),
        };
        (text, deleted)
    }

    /// The address that a submission shares; one of text alone has its own there.
    fn link(&self) -> Option<Cow<'_, str>> {
        let own = either(self.is_self.as_ref(), None) == Some("true")
            || either(self.domain.as_ref(), None).is_some_and(|domain| domain.starts_with("self."));
        let link = either(self.url_overridden_by_dest.as_ref(), self.url.as_ref()).filter(|_| !own)?;
        let permalink = either(self.permalink.as_ref(), None);
        (!permalink.is_some_and(|permalink| link.ends_with(permalink))).then(|| absolute(link))
    }

    fn collected_at(&self) -> Option<Timestamp> {
        let again = self.meta.as_ref().and_then(|meta| either(meta.retrieved_2nd_on.as_ref(), None));
        let said = again.or_else(|| either(self.retrieved_utc.as_ref(), self.retrieved_on.as_ref()))?;
        TimeReader::utc().read(said).ok().map(|(at, _)| at)
    }

    fn is_deleted(&self) -> bool {
        let removal = self.meta.as_ref().and_then(|meta| either(meta.removal_type.as_ref(), None));
        removal == Some("deleted") || either(self.removed_by_category.as_ref(), None) == Some("deleted")
    }

    fn to_post(&self, collected_at: Option<Timestamp>, offset: u64) -> Result<Draft<'_>, String> {
        let id = self.fullname()?;
        let created = either(self.created_utc.as_ref(), None).ok_or("no time")?;
        let times = TimeReader::utc();
        let (posted_at, time_precision) = times.read(created).map_err(|error| error.to_string())?;
        // `edited` is also `true` (of times when nobody noted when) and `false`.
        let edited = either(self.edited.as_ref(), None).and_then(|edited| times.read(edited).ok());
        let (text, deleted) = self.text();
        let parent = |word: &Option<Word<'_>>| {
            either(word.as_ref(), None).filter(|id| id.contains('_')).map(str::to_owned)
        };
        let repost_of = either(self.crosspost_parent.as_ref(), None);
        Ok(Draft {
            platform: PLATFORM.into(),
            id,
            // A search adds where it was found from.
            url: either(self.permalink.as_ref(), None)
                .map(|link| absolute(link.split('?').next().unwrap_or(link))),
            author: Author {
                handle: said(self.author.as_ref()).filter(|name| name != "[deleted]"),
                ..Author::default()
            },
            posted_at,
            time_precision,
            collected_at: collected_at.or_else(|| self.collected_at()),
            edited_at: edited.map(|(at, _)| at).filter(|at| *at > posted_at),
            text,
            links: self.link().into_iter().collect(),
            reply_to: parent(&self.parent_id).map(Cow::Owned),
            repost: if repost_of.is_some() { Repost::Yes } else { Repost::No },
            repost_of: repost_of.map(Cow::Borrowed),
            metrics: Metrics {
                likes: count(self.score.as_ref().or(self.ups.as_ref())),
                reposts: count(self.num_crossposts.as_ref()),
                replies: count(self.num_comments.as_ref()),
                ..Metrics::default()
            },
            deleted: deleted || self.is_deleted(),
            provenance: Provenance { offset, ..Provenance::default() },
            ..Draft::default()
        })
    }

    /// Puts the submission or comment into the sink; `wherein` says which of a page it is.
    pub(super) fn put(
        &self,
        wherein: &str,
        collected_at: Option<Timestamp>,
        options: &ReadOptions,
        frame: &Frame<'_>,
        out: &mut dyn Sink,
    ) {
        if !self.is_public() && !options.include_private {
            return out.unselected(NOT_PUBLIC);
        }
        match self.to_post(collected_at, frame.offset) {
            Ok(mut post) => out.post(&mut post),
            Err(reason) => out.reject(Reject::new(frame.place, format!("{wherein}{reason}"), frame.bytes)),
        }
        if options.with_referenced {
            for original in self.crosspost_parent_list.iter().flatten() {
                original.put("what it passes on: ", collected_at, options, frame, out);
            }
        }
    }
}

/// Reddit writes addresses of its own without the host.
fn absolute(address: &str) -> Cow<'_, str> {
    if address.starts_with('/') { format!("https://www.reddit.com{address}").into() } else { decode(address) }
}
