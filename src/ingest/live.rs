//! Posts that come over the network: settled, selected and counted as those of files are, a handful at a time.

use super::Counts;
use super::pool::Pool;
use super::sink::{ChunkSink, Gate};
use super::{FileReport, Repeats, Wanted};
use crate::archive::{Reject, Sink};
use crate::post::{Deletion, Draft, RunKey, Timestamp};
use crate::project::Campaign;
use crate::store::Columns;
use crate::theory::{Matcher, RuleError, Selection};
use std::collections::BTreeMap;

/// What every feed of a collection shares: which posts the campaign and the person want.
pub struct Intake {
    selection: Selection,
    /// The same where the platform has no hashtags, so that the bare word has to do.
    selection_by_word: Selection,
    matcher: Matcher,
    wanted: Wanted,
    pool: Pool,
}

impl Intake {
    /// For a campaign, and what the person wants of it now: posts that it selects, or of these only those with one of the tags named (if any
    /// are).
    pub fn new(campaign: &Campaign, tags: &[String], wanted: Wanted) -> Result<Self, RuleError> {
        let narrow = Campaign { tags: tags.to_vec(), ..Campaign::default() };
        let campaign = if tags.is_empty() { campaign } else { &narrow };
        let mut by_word = campaign.clone();
        by_word.words.extend(campaign.tags.iter().map(|tag| tag.trim_start_matches('#').to_owned()));
        Ok(Self {
            selection: Selection::compile(campaign)?,
            selection_by_word: Selection::compile(&by_word)?,
            matcher: Matcher::compile(&[])?,
            wanted,
            pool: Pool::default(),
        })
    }

    /// The way in for one feed. `now` is the clock at its begin.
    pub fn gate(&self, run: RunKey, tags_are_words: TagsAre, now: Timestamp) -> LiveGate<'_> {
        let selection =
            if tags_are_words == TagsAre::Words { &self.selection_by_word } else { &self.selection };
        LiveGate(Gate {
            run,
            repeats: Repeats::Merge,
            selection,
            wanted: &self.wanted,
            now,
            matcher: &self.matcher,
            pool: &self.pool,
            remembers: false,
        })
    }

    /// Takes used memory back.
    pub fn give_back(&self, used: Vec<Columns>) {
        self.pool.give(used);
    }
}

/// Whether a platform has hashtags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagsAre {
    /// It has.
    Tags,
    /// It has none: the bare word counts as the tag.
    Words,
}

/// The way in for one feed.
pub struct LiveGate<'a>(Gate<'a>);

/// Takes what a feed puts out, until somebody empties it.
pub struct LiveSink<'a> {
    gate: &'a LiveGate<'a>,
    sink: ChunkSink<'a>,
}

/// What came of some events: all there is to save and to count.
#[derive(Default)]
pub struct Caught {
    /// Selected posts.
    pub posts: Columns,
    /// The platform's word that posts are gone.
    pub deletions: Vec<Deletion>,
    /// Records that could not be used.
    pub rejects: Vec<Reject>,
    /// `read`, `rejected` and `unselected`; what becomes of the posts, the store says.
    pub counts: Counts,
    /// Why posts were left out, counted.
    pub unselected: BTreeMap<&'static str, u64>,
    /// Earliest post.
    pub first: Option<Timestamp>,
    /// Latest post.
    pub last: Option<Timestamp>,
}

impl Caught {
    /// Adds the reasons of rejects and of what was left out to maps as reports have them.
    pub fn add_reasons(&self, rejected: &mut BTreeMap<String, u64>, unselected: &mut BTreeMap<String, u64>) {
        for reject in &self.rejects {
            FileReport::reason(rejected, &reject.reason);
        }
        for (reason, count) in &self.unselected {
            *unselected.entry((*reason).to_owned()).or_default() += count;
        }
    }
}

impl<'a> LiveSink<'a> {
    /// Empty.
    pub fn new(gate: &'a LiveGate<'a>) -> Self {
        Self { gate, sink: ChunkSink::new(&gate.0) }
    }

    /// Sets the clock: what comes now was seen now.
    pub fn set_now(&mut self, now: Timestamp) {
        self.sink.now = now;
        self.sink.seen = Some(now);
    }

    /// How many records came in since it was emptied.
    pub fn len(&self) -> u64 {
        let ChunkSink { posts, deletions, rejects, unselected, .. } = &self.sink;
        (posts.len() + deletions.len() + rejects.len()) as u64 + unselected.values().sum::<u64>()
    }

    /// Whether nothing came in.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that the posts in it take.
    pub fn heap(&self) -> usize {
        self.sink.posts.heap()
    }

    /// Whether there is something that the store has to hear of.
    pub fn has_news(&self) -> bool {
        !self.sink.posts.is_empty() || !self.sink.deletions.is_empty()
    }

    /// Takes out what is in it.
    pub fn take(&mut self) -> Caught {
        if self.is_empty() {
            return Caught::default();
        }
        let read = self.len();
        let sink = &mut self.sink;
        let unselected = std::mem::take(&mut sink.unselected);
        let rejects = std::mem::take(&mut sink.rejects);
        let counts = Counts {
            read,
            rejected: rejects.len() as u64,
            unselected: unselected.values().sum(),
            ..Counts::default()
        };
        let posts = if sink.posts.is_empty() {
            Columns::default()
        } else {
            std::mem::replace(&mut sink.posts, self.gate.0.pool.take())
        };
        Caught {
            posts,
            deletions: std::mem::take(&mut sink.deletions),
            rejects,
            counts,
            unselected,
            first: sink.first.take(),
            last: sink.last.take(),
        }
    }
}

impl Sink for LiveSink<'_> {
    fn post(&mut self, post: &mut Draft<'_>) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(campaign: &Campaign, tags_are: TagsAre, texts: &[&str]) -> Caught {
        let now = Timestamp::parse_rfc3339("2017-03-08T00:00:00Z").unwrap();
        let intake = Intake::new(campaign, &[], Wanted::default()).unwrap();
        let gate = intake.gate(RunKey::default(), tags_are, now);
        let mut sink = LiveSink::new(&gate);
        sink.set_now(now);
        for (number, text) in texts.iter().enumerate() {
            let text = (*text).into();
            sink.post(&mut Draft {
                platform: "x".into(),
                id: number.to_string().into(),
                text,
                posted_at: now,
                ..Draft::default()
            });
        }
        sink.take()
    }

    #[test]
    fn words_select_though_there_are_no_theories() {
        let campaign =
            Campaign { tags: vec!["Vault7".into()], words: vec!["vault 7".into()], ..Campaign::default() };
        let texts = ["#vault7", "Vault7 it is", "what is vault 7?", "none"];
        let kept = |tags_are| caught(&campaign, tags_are, &texts).posts.len();
        assert_eq!((kept(TagsAre::Tags), kept(TagsAre::Words)), (2, 3));
        let caught = caught(&campaign, TagsAre::Tags, &texts);
        assert_eq!((caught.counts.read, caught.counts.unselected), (4, 2));
        assert!(caught.posts.iter().all(|post| post.to_post().collected_at.is_some()));
    }
}
