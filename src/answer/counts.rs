//! The seam to whatever counts: a store here, other engines later. All of them are asked the same and answer with the same types.

use super::{
    Answer, AnswerError, CountedTerms, FirstPost, FoundPost, HearPlan, HeardPost, LeftOut, Question,
    StatusAnswer,
};
use crate::post::{Post, PostId, Timestamp};
use crate::project::{Campaign, Theory};
use crate::timeline::{Buckets, CoveredSpan, Pairs, Part, Tally};
use std::collections::BTreeMap;
use std::ops::Range;

/// Most posts handed out at once: what bounds memory. Whoever wants more goes on with `after`.
pub const MAX_POSTS: usize = 10_000;

/// Something that holds posts and can count them. Deleted posts count nowhere.
pub trait Counts {
    /// Times of the first and the last post whose time is believable.
    fn extent(&self, now: Timestamp) -> Result<Option<(Timestamp, Timestamp)>, AnswerError>;

    /// Counts the posts of a span.
    fn tally(&self, plan: &TallyPlan<'_>) -> Result<Tallied, AnswerError>;

    /// Counts the posts of a span by the values of a field. More than [`super::MAX_VALUES`] are an error.
    fn values(&self, field: Field<'_>, span: &Range<Timestamp>) -> Result<Values, AnswerError>;

    /// Counts the posts outside a span: only the numbers of [`Facts`] that speak of them.
    fn outside(&self, span: &Range<Timestamp>, now: Timestamp) -> Result<Facts, AnswerError>;

    /// Finds posts of a span.
    fn posts(&self, plan: &PostsPlan<'_>) -> Result<Found, AnswerError>;

    /// Hands out the posts of a span that are not deleted, by second, platform and id.
    fn hear(&self, plan: &HearPlan<'_>, each: &mut dyn FnMut(HeardPost)) -> Result<(), AnswerError>;

    /// Reads these posts whole, in time order; what is not there is left out.
    fn read(&self, keys: &[(Timestamp, PostId)]) -> Result<Vec<Post>, AnswerError>;

    /// What was remembered of candidates. Who remembers nothing has none.
    fn candidates(&self) -> Result<Option<Vec<u8>>, AnswerError> {
        Ok(None)
    }

    /// May remember candidates, instead of those before.
    fn remember_candidates(&self, _bytes: Vec<u8>) -> Result<(), AnswerError> {
        Ok(())
    }

    /// Counts over all posts how many each term of these theories matches.
    fn term_counts(&self, theories: &[Theory]) -> Result<CountedTerms, AnswerError>;

    /// Says what there is.
    fn status(&self) -> Result<StatusAnswer, AnswerError>;

    /// The answer to a question, if it was kept and still holds. Who keeps none counts anew.
    fn kept(&self, _question: &Question) -> Result<Option<Answer>, AnswerError> {
        Ok(None)
    }

    /// May keep an answer.
    fn keep(&self, _question: &Question, _answer: &Answer) -> Result<(), AnswerError> {
        Ok(())
    }

    /// How many posts were left out for want of the campaign's tags and words, and how many of those its theories match.
    fn left_out(&self, campaign: &Campaign) -> Result<LeftOut, AnswerError>;

    /// What feeds collected and what they may lack, of all feeds and tags, in no order. Who knows no feeds has none.
    fn coverage(&self) -> Result<Vec<CoveredSpan>, AnswerError> {
        Ok(Vec::new())
    }
}

/// What to count.
#[derive(Debug)]
pub struct TallyPlan<'a> {
    /// The rules.
    pub theories: &'a [Theory],
    /// Which posts.
    pub span: Range<Timestamp>,
    /// How to cut the span.
    pub buckets: &'a Buckets,
    /// The clock at the edge: later times are suspicious.
    pub now: Timestamp,
    /// By what to count them in parts too.
    pub parts: Option<PartsPlan<'a>>,
    /// Whether to count the posts that each two theories share.
    pub overlap: bool,
}

/// By what posts are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// Where they were published.
    Platform,
    /// The language that they claim to be in.
    Lang,
    /// A column that was kept at import.
    Kept(&'a str),
}

/// Which values of a field to count apart.
#[derive(Clone, Copy, Debug)]
pub struct PartsPlan<'a> {
    /// The field.
    pub field: Field<'a>,
    /// These each; the empty one stands for posts whose record does not say.
    pub named: &'a [String],
    /// Whether there are others, which share one more part.
    pub rest: bool,
}

impl PartsPlan<'_> {
    /// How many parts.
    pub fn count(&self) -> usize {
        self.named.len() + usize::from(self.rest)
    }

    /// Index of the part of a post with this value.
    pub fn part_of(&self, value: &str) -> usize {
        self.named.iter().position(|named| named == value).unwrap_or(self.named.len())
    }
}

/// The values of a field among some posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Posts by value; under the empty one those whose record does not say.
    pub posts: BTreeMap<String, u64>,
    /// Whether any post has the field at all.
    pub present: bool,
    /// Names of kept columns that posts have, for one that was misspelt; not all if they are many.
    pub columns: Vec<String>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tallied {
    /// Rows by bucket.
    pub rows: Tally,
    /// The earliest post of each theory.
    pub first: Vec<Option<FirstPost>>,
    /// Everything that is one number for the whole span.
    pub facts: Facts,
    /// The parts that were asked for: those that have a name, then the rest.
    pub parts: Vec<Part>,
    /// Posts that each two theories share, if asked.
    pub pairs: Option<Pairs>,
}

/// Numbers of a whole span. Sums, so that parts can be added in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Posts outside the span.
    pub outside: u64,
    /// Of these, posts whose time cannot be believed.
    pub suspicious: u64,
    /// Posts, in the span or outside, that the platform reported deleted: in no other number.
    pub deleted: u64,
    /// Posts whose time is only known to the minute or day.
    pub coarse_times: u64,
    /// Posts that name no author.
    pub no_author: u64,
    /// Posts that pass on another.
    pub reposts: u64,
    /// Posts that do not say whether they do.
    pub reposts_unknown: u64,
    /// Posts by platform.
    pub platforms: BTreeMap<String, u64>,
    /// Wrapping sum of the digests of the posts in the span, deleted ones included: their going changes the digest.
    pub digest: u128,
    /// Whether any counted post is invented.
    pub synthetic: bool,
}

impl Facts {
    /// Adds those of another part.
    pub fn add(&mut self, other: Self) {
        self.outside += other.outside;
        self.suspicious += other.suspicious;
        self.deleted += other.deleted;
        self.coarse_times += other.coarse_times;
        self.no_author += other.no_author;
        self.reposts += other.reposts;
        self.reposts_unknown += other.reposts_unknown;
        for (platform, posts) in other.platforms {
            *self.platforms.entry(platform).or_default() += posts;
        }
        self.digest = self.digest.wrapping_add(other.digest);
        self.synthetic |= other.synthetic;
    }
}

/// Which posts to find.
#[derive(Debug)]
pub struct PostsPlan<'a> {
    /// The rules.
    pub theories: &'a [Theory],
    /// Which of them.
    pub of: Wanted,
    /// When.
    pub span: Range<Timestamp>,
    /// At most so many, and never more than [`MAX_POSTS`].
    pub limit: usize,
    /// A sample by this seed instead of the earliest.
    pub seed: Option<u64>,
    /// Only posts after this one in time order; not for samples.
    pub after: Option<(Timestamp, PostId)>,
}

/// Which posts, by what matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// Those of the theory with this index.
    Theory(u16),
    /// Those that none matches.
    Unmatched,
}

impl Wanted {
    /// Whether a post that these theories match is wanted.
    pub fn takes(self, theories: &[u16]) -> bool {
        match self {
            Self::All => true,
            Self::Theory(theory) => theories.contains(&theory),
            Self::Unmatched => theories.is_empty(),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// How many posts are wanted in all, `limit` aside; `None` where the search began `after` one.
    pub total: Option<u64>,
    /// In time order.
    pub posts: Vec<FoundPost>,
    /// Whether there are more after the last of them; never for a sample.
    pub more: bool,
}
