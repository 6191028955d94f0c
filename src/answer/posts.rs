//! The posts behind a number, as asked and as answered (`tagline.posts/1`).

use crate::post::{Post, PostId, Timestamp};
use crate::project::Campaign;
use serde::{Deserialize, Serialize};

/// Which posts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PostsQuestion {
    /// Rules.
    pub campaign: Campaign,
    /// Of which theory.
    pub of: PostSelection,
    /// Calendar that the campaign's period is written in: an IANA name.
    pub zone: String,
    /// First instant; by default the same span as that of the theories, so that the numbers agree.
    pub since: Option<Timestamp>,
    /// End, exclusive.
    pub until: Option<Timestamp>,
    /// The clock at the edge: later times are suspicious.
    pub now: Timestamp,
    /// At most so many.
    pub limit: usize,
    /// A random sample of `limit` posts, chosen by this seed: the same posts whatever the order of imports. `None` takes the earliest.
    pub seed: Option<u64>,
    /// Go on after this post; not for samples.
    pub after: Option<(Timestamp, PostId)>,
}

/// Of which theory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PostSelection {
    /// All posts.
    All,
    /// Those that a theory's rules match.
    Theory(String),
    /// Those that none matches.
    Unmatched,
}

/// Posts in time order, and why each is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PostsAnswer {
    /// `tagline.posts/1`.
    pub schema: String,
    /// How many posts the selection holds in all; not counted again where a page goes on after another.
    pub total: Option<u64>,
    /// First instant looked at. Whoever goes on asks for the same span: then its ends are not looked up again, and no newer post shifts them.
    pub since: Timestamp,
    /// End, exclusive.
    pub until: Timestamp,
    /// Posts of any kind outside that span, among them those whose time cannot be believed; not counted again where a page goes on.
    pub outside: Option<u64>,
    /// As many as asked.
    pub posts: Vec<FoundPost>,
    /// Where to go on, if there are more.
    pub next: Option<(Timestamp, PostId)>,
    /// Whether any of them is invented.
    pub synthetic: bool,
    /// Hash of the rules.
    pub rules: String,
}

/// A post and the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundPost {
    /// The post.
    #[serde(flatten)]
    pub post: Post,
    /// Every theory that it is in, with what matched.
    pub theories: Vec<TheoryEvidence>,
}

/// Why a post is in a theory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TheoryEvidence {
    /// The theory.
    pub id: String,
    /// What matched.
    pub terms: Vec<TermSpan>,
}

/// One term at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermSpan {
    /// The term as written in the rules.
    pub term: String,
    /// First Unicode scalar value of the text as printed; `None` where only metadata (a tag, a link) matched.
    pub start: Option<usize>,
    /// End, exclusive.
    pub end: Option<usize>,
}
