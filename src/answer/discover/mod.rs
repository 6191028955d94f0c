//! Theories that nobody has written down, as asked and as answered (`tagline.discover/1`).

mod candidates;
mod explained;
mod known;
mod listen;
mod name;
mod read;
mod tried;

pub use listen::{HearPlan, HeardPost};
pub use name::CandidateName;

use super::{AnswerError, Counts, FirstPost, Peak, PostSelection, rules, span};
use crate::discover::{Change, FEWEST_VOICES, Fineness, Memory, propose};
use crate::post::{PostId, Timestamp};
use crate::project::Campaign;
use crate::timeline::{Buckets, By};
use candidates::Described;
use listen::{learn, listen};
use serde::{Deserialize, Serialize};

/// Among which posts, and how finely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiscoverQuestion {
    /// Rules, for those that are left aside, and the period.
    pub campaign: Campaign,
    /// Among which posts: all, those of a theory, those that none matches.
    pub of: PostSelection,
    /// Only posts with this tag, normalised.
    pub tag: Option<String>,
    /// Calendar of the peaks: an IANA name.
    pub zone: String,
    /// First instant; by default the same span as that of the theories.
    pub since: Option<Timestamp>,
    /// End, exclusive.
    pub until: Option<Timestamp>,
    /// The clock at the edge: later times are suspicious.
    pub now: Timestamp,
    /// How finely to tell theories apart.
    pub fineness: Fineness,
    /// Only posts that claim to be in this language or one of its kinds, as BCP 47: `en` is `en-GB` too.
    #[serde(default)]
    pub lang: Option<String>,
    /// What is new against this period: its posts are looked at too.
    #[serde(default)]
    pub against: Option<(Timestamp, Timestamp)>,
    /// Of which candidates to find rules.
    #[serde(default)]
    pub rules_of: RulesOf,
    /// Put posts into the candidates that are known, instead of looking for candidates.
    #[serde(default)]
    pub known: bool,
    /// Why this post is in its candidate.
    #[serde(default)]
    pub explain: Option<PostId>,
    /// Whether to say of each post to which candidate it belongs.
    pub assignments: bool,
}

/// Candidates, by number of posts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiscoverAnswer {
    /// `tagline.discover/1`.
    pub schema: String,
    /// First instant looked at.
    pub since: Timestamp,
    /// End, exclusive.
    pub until: Timestamp,
    /// How the buckets of the peaks are cut.
    pub by: By,
    /// Posts looked at.
    pub posts: u64,
    /// Voices among them: posts that are no near-copies of each other.
    pub voices: u64,
    /// In so many voices groups were looked for; the others were put where they fit.
    pub looked_at: u64,
    /// With fewer voices than this nothing is proposed.
    pub fewest_voices: u64,
    /// The candidates.
    pub theories: Vec<CandidateAnswer>,
    /// Posts that belong to none.
    pub ungrouped: u64,
    /// Groups left out, since chance would show as much.
    pub by_chance: u64,
    /// Whether posts were put into known candidates, instead of looking for candidates: then words are counted as of the last look.
    #[serde(default, skip_serializing_if = "is_false")]
    pub known: bool,
    /// Whether any of the posts is invented.
    pub synthetic: bool,
    /// Hash of the rules.
    pub rules: String,
    /// The period against which these are new, and its posts; the other numbers are those of the period that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<AgainstAnswer>,
    /// What many posts say alike and no candidate has, the most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copied: Vec<CopiedAnswer>,
    /// What became of the candidates that were known; only where all posts are looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Why a post is where it is, if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained: Option<ExplainAnswer>,
    /// The candidate of each post, if asked for: its number in `theories`, from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<Assignment>,
}

/// A period before, and what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgainstAnswer {
    /// First instant.
    pub since: Timestamp,
    /// End, exclusive.
    pub until: Timestamp,
    /// Its posts.
    pub posts: u64,
}

/// A text that many posts say alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedAnswer {
    /// How many.
    pub posts: u64,
    /// The first of them.
    pub example: ExamplePost,
}

/// A rule that finds a candidate's posts, and how well it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleAnswer {
    /// Any of these.
    pub any: Vec<String>,
    /// And all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<String>,
    /// But none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub none: Vec<String>,
    /// Posts that it matches, of those looked at.
    pub posts: u64,
    /// Of these, posts of the candidate.
    pub right: u64,
    /// Posts of the candidate.
    pub members: u64,
}

/// Why a post is in its candidate, or in none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExplainAnswer {
    /// Where.
    pub platform: String,
    /// Which.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Its candidate: its number in `theories`, from 0.
    pub theory: Option<u32>,
    /// The number of its part in that, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// What its words say of the candidates, its own first, then the likeliest.
    pub of: Vec<ExplainedCandidate>,
}

/// What a post's words say of a candidate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExplainedCandidate {
    /// Number in `theories`, from 0.
    pub theory: u32,
    /// How much likelier the words are in its posts than in all: ln, six decimals.
    pub says: f64,
    /// Each word, with the posts of the candidate and of all that have it; those that speak most for it first.
    pub words: Vec<ExplainedWord>,
}

/// What one word says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExplainedWord {
    /// The word, in its commonest spelling.
    pub term: String,
    /// Posts of the candidate that have it.
    pub posts: u64,
    /// Posts of all looked at.
    pub of_all: u64,
    /// How much likelier it is there than in all: ln, six decimals.
    pub says: f64,
}

/// A theory that posts may be about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CandidateAnswer {
    /// What it is called for as long as it is the same: `c7`; none if it is not known from all posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its first keywords, those side by side as phrases.
    pub title: Vec<String>,
    /// Those of its keywords that may name a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// What tells its posts from others, the most telling first.
    pub keywords: Vec<KeywordAnswer>,
    /// Its posts.
    pub posts: u64,
    /// Of all posts looked at, six decimals.
    pub share: f64,
    /// Its voices.
    pub voices: u64,
    /// Distinct authors.
    pub accounts: u64,
    /// How far that may be off; 0 is exact.
    pub accounts_error: f64,
    /// Its earliest post here.
    pub first: Option<FirstPost>,
    /// Its highest bucket.
    pub peak: Option<Peak>,
    /// The posts nearest to its centre.
    pub examples: Vec<ExamplePost>,
    /// Times it came again when a tenth of the voices was left out.
    pub survived: u32,
    /// Of so many.
    pub tried: u32,
    /// Whether it came again too seldom to be relied on, or chance would show as much.
    pub shaky: bool,
    /// Its posts in the period before, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// A rule that finds its posts, if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleAnswer>,
    /// Smaller groups in it, where there are few candidates: shakier, and for reading only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<CandidateAnswer>,
}

/// A word that tells a candidate's posts from others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeywordAnswer {
    /// A term of a rule.
    pub term: String,
    /// Posts of the candidate that have it.
    pub posts: u64,
    /// Posts of all looked at.
    pub of_all: u64,
}

/// A post that shows what a candidate is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamplePost {
    /// Where.
    pub platform: String,
    /// Which.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub text: String,
}

/// A post and its candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Where.
    pub platform: String,
    /// Which.
    pub id: String,
    /// Its number in `theories`, from 0.
    pub theory: Option<u32>,
    /// The number of its part in that, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
}

/// Of which candidates to find rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RulesOf {
    /// Of none.
    #[default]
    Nobody,
    /// Of one.
    One(CandidateName),
    /// Of so many that are to be read: see [`DiscoverAnswer::to_read`].
    First(usize),
}

impl DiscoverAnswer {
    /// So many candidates to read one after the other: all of them, and as there is room the parts that came again most often, each behind
    /// its candidate.
    pub fn to_read(&self, most: usize) -> Vec<CandidateName> {
        let mut parts: Vec<(std::cmp::Reverse<(u32, u64)>, CandidateName)> = Vec::new();
        let mut chosen: Vec<CandidateName> = (0..self.theories.len().min(most))
            .map(|candidate| CandidateName { candidate, part: None })
            .collect();
        for (candidate, theory) in self.theories.iter().enumerate() {
            for (part, of) in theory.parts.iter().enumerate() {
                let rank = std::cmp::Reverse((of.survived, of.voices));
                parts.push((rank, CandidateName { candidate, part: Some(part) }));
            }
        }
        parts.sort_unstable();
        chosen.extend(parts.into_iter().map(|(_, name)| name).take(most - chosen.len()));
        chosen.sort_unstable();
        chosen
    }

    /// The candidate or part of this name.
    pub fn named(&self, name: CandidateName) -> Option<&CandidateAnswer> {
        let theory = self.theories.get(name.candidate)?;
        name.part.map_or(Some(theory), |part| theory.parts.get(part))
    }

    fn named_mut(&mut self, name: CandidateName) -> Option<&mut CandidateAnswer> {
        let theory = self.theories.get_mut(name.candidate)?;
        match name.part {
            None => Some(theory),
            Some(part) => theory.parts.get_mut(part),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(is: &bool) -> bool {
    !is
}

pub(super) fn answer_discover(
    counts: &dyn Counts,
    asked: &DiscoverQuestion,
) -> Result<DiscoverAnswer, AnswerError> {
    let theories = &asked.campaign.theories;
    let of = rules::wanted(theories, &asked.of)?;
    let zone = span::zone(&asked.zone)?;
    let span = span::resolve(counts, &asked.campaign, &zone, (asked.since, asked.until), asked.now)?;
    let plan =
        HearPlan { theories, of, tag: asked.tag.as_deref(), lang: asked.lang.as_deref(), span: span.clone() };
    let memory = if asked.known { known::memory(counts)? } else { Memory::default() };
    if asked.known && memory.known.is_empty() {
        return Err(AnswerError::NothingKnown);
    }
    let (listened, proposal, order) = if asked.known {
        known::place(counts, &plan, asked.against, &memory)?
    } else {
        let listened = listen(counts, &plan, asked.against, &mut learn)?;
        let proposal = propose(&listened.corpus, asked.fineness);
        (listened, proposal, Vec::new())
    };
    let buckets = Buckets::new(By::Auto, &zone, span.start, span.end)?;
    let described = Described { proposal: &proposal, listened: &listened, buckets: &buckets };
    let mut answer = DiscoverAnswer {
        schema: "tagline.discover/1".into(),
        since: span.start,
        until: span.end,
        by: buckets.by(),
        posts: listened.posts_now(),
        voices: proposal.voices,
        looked_at: proposal.looked_at,
        fewest_voices: FEWEST_VOICES as u64,
        theories: described.candidates(),
        ungrouped: described.ungrouped(),
        by_chance: proposal.by_chance,
        known: asked.known,
        copied: described.copied(),
        synthetic: listened.synthetic,
        rules: crate::theory::rules_hash(theories),
        against: asked.against.map(|(since, until)| listened.against(since, until)),
        ..DiscoverAnswer::default()
    };
    read::read(counts, &described, &mut answer)?;
    if asked.known {
        known::name(&memory, &order, &mut answer);
    } else {
        known::follow(counts, asked, &described, &mut answer)?;
    }
    tried::add_rules(counts, &plan, asked, &described, &mut answer)?;
    if let Some(post) = &asked.explain {
        answer.explained = Some(explained::explain(counts, &described, post)?);
    }
    if asked.assignments {
        answer.assignments = described.assignments();
    }
    if asked.against.is_some() {
        candidates::newest_first(&mut answer);
    }
    Ok(answer)
}
