//! Theories that nobody has written down, as asked and as answered (`tagline.discover/1`).

use super::{AnswerError, Counts, FirstPost, Peak, PostSelection, Wanted, rules, span};
use crate::discover::{Corpus, FEWEST_VOICES, Fineness, MOST_POSTS, Proposal, propose};
use crate::post::{TimePrecision, TimeTrust, Timestamp};
use crate::project::{Campaign, Theory};
use crate::timeline::{Buckets, By, Distinct, share};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;

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
    /// Of which candidate to find a rule: its number in `theories`, from 0.
    pub rule_of: Option<usize>,
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
    /// Whether any of the posts is invented.
    pub synthetic: bool,
    /// Hash of the rules.
    pub rules: String,
    /// The rule for a candidate, if asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleAnswer>,
    /// The candidate of each post, if asked for: its number in `theories`, from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignments: Vec<Assignment>,
}

/// The words of a rule that finds a candidate's posts, and how well it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleAnswer {
    /// Any of these.
    pub any: Vec<String>,
    /// Posts that it matches, of those looked at.
    pub posts: u64,
    /// Of these, posts of the candidate.
    pub right: u64,
    /// Posts of the candidate.
    pub members: u64,
}

/// A theory that posts may be about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CandidateAnswer {
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
}

/// Which posts to hand out.
#[derive(Debug)]
pub struct HearPlan<'a> {
    /// The rules.
    pub theories: &'a [Theory],
    /// Which of them.
    pub of: Wanted,
    /// Only with this tag.
    pub tag: Option<&'a str>,
    /// When.
    pub span: Range<Timestamp>,
}

/// A post as far as it matters to what is discovered.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardPost {
    /// Where.
    pub platform: String,
    /// Which.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What its time rests on.
    pub time_trust: TimeTrust,
    /// How finely its time is known.
    pub time_precision: TimePrecision,
    /// Hash of its author; 0 if it names none.
    pub author: u64,
    /// What it says.
    pub text: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it is invented.
    pub synthetic: bool,
}

/// A candidate that came again in less than this part of the tries is shaky.
const STEADY: f64 = 0.7;

/// What is kept of each post until the candidates are known.
struct Kept {
    platform: u32,
    id: Box<str>,
    at: Timestamp,
    time_trust: TimeTrust,
    time_precision: TimePrecision,
    author: u64,
}

pub(super) fn answer_discover(
    counts: &dyn Counts,
    asked: &DiscoverQuestion,
) -> Result<DiscoverAnswer, AnswerError> {
    let theories = &asked.campaign.theories;
    let of = rules::wanted(theories, &asked.of)?;
    let zone = span::zone(&asked.zone)?;
    let span = span::resolve(counts, &asked.campaign, &zone, (asked.since, asked.until), asked.now)?;
    let plan = HearPlan { theories, of, tag: asked.tag.as_deref(), span: span.clone() };
    let Listened { corpus, kept, platforms, synthetic } = listen(counts, &plan)?;
    let proposal = propose(&corpus, asked.fineness);
    let words = asked.rule_of.and_then(|at| u32::try_from(at).ok()).map(|at| corpus.rule(&proposal.of, at));
    drop(corpus);
    let buckets = Buckets::new(By::Auto, &zone, span.start, span.end)?;
    let place = |post: &Kept| platforms.get(post.platform as usize).cloned().unwrap_or_default();
    let mut answer = DiscoverAnswer {
        schema: "tagline.discover/1".into(),
        since: span.start,
        until: span.end,
        by: buckets.by(),
        posts: kept.len() as u64,
        voices: proposal.voices,
        looked_at: proposal.looked_at,
        fewest_voices: FEWEST_VOICES as u64,
        theories: candidates(&proposal, &kept, &buckets, &place),
        ungrouped: proposal.of.iter().filter(|of| of.is_none()).count() as u64,
        by_chance: proposal.by_chance,
        synthetic,
        rules: crate::theory::rules_hash(theories),
        rule: None,
        assignments: Vec::new(),
    };
    if asked.assignments {
        let assigned = kept.iter().zip(&proposal.of);
        let assignment = |(post, of): (&Kept, &Option<u32>)| Assignment {
            platform: place(post),
            id: post.id.to_string(),
            theory: *of,
        };
        answer.assignments = assigned.map(assignment).collect();
    }
    add_texts(counts, &plan, &mut answer)?;
    if let (Some(at), Some(any)) = (asked.rule_of, words) {
        let of: Vec<bool> = proposal.of.iter().map(|of| of.is_some_and(|of| of as usize == at)).collect();
        answer.rule = Some(try_rule(counts, &plan, any, (&kept, &platforms), &of)?);
    }
    Ok(answer)
}

/// What was heard.
struct Listened {
    corpus: Corpus,
    kept: Vec<Kept>,
    platforms: Vec<String>,
    synthetic: bool,
}

/// Reads the posts of a plan.
fn listen(counts: &dyn Counts, plan: &HearPlan<'_>) -> Result<Listened, AnswerError> {
    let (mut corpus, mut kept, mut platforms) = (Corpus::default(), Vec::new(), Vec::<String>::new());
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut synthetic = false;
    let mut too_many = false;
    counts.hear(plan, &mut |post| {
        if kept.len() >= MOST_POSTS {
            too_many = true;
            return;
        }
        corpus.add(&post.text, &post.platform, post.tags.iter().map(String::as_str), post.author);
        let next = u32::try_from(platforms.len()).unwrap_or(u32::MAX);
        let platform = numbers.get(&post.platform).copied().unwrap_or_else(|| {
            platforms.push(post.platform.clone());
            numbers.insert(post.platform, next);
            next
        });
        synthetic |= post.synthetic;
        kept.push(Kept {
            platform,
            id: post.id.into(),
            at: post.at,
            time_trust: post.time_trust,
            time_precision: post.time_precision,
            author: post.author,
        });
    })?;
    if too_many {
        return Err(AnswerError::TooManyPosts { most: MOST_POSTS });
    }
    Ok(Listened { corpus, kept, platforms, synthetic })
}

/// What the rule really finds: counted by the matcher, over the posts that were looked at.
fn try_rule(
    counts: &dyn Counts,
    plan: &HearPlan<'_>,
    any: Vec<String>,
    (kept, platforms): (&[Kept], &[String]),
    of: &[bool],
) -> Result<RuleAnswer, AnswerError> {
    let theory = Theory { id: "candidate".into(), any: any.clone(), ..Theory::default() };
    let name = |post: &Kept| platforms.get(post.platform as usize).map_or("", String::as_str);
    // Of each post whether it is the candidate's.
    let looked_at: HashMap<(i64, &str, &str), bool> =
        kept.iter().zip(of).map(|(post, &is)| ((post.at.as_millis(), name(post), &*post.id), is)).collect();
    let theories = [theory];
    let (mut posts, mut right) = (0, 0);
    if !any.is_empty() {
        let plan =
            HearPlan { theories: &theories, of: Wanted::Theory(0), tag: None, span: plan.span.clone() };
        counts.hear(&plan, &mut |post| {
            let is_member = looked_at.get(&(post.at.as_millis(), post.platform.as_str(), post.id.as_str()));
            posts += u64::from(is_member.is_some());
            right += u64::from(is_member == Some(&true));
        })?;
    }
    let members = of.iter().filter(|is| **is).count() as u64;
    Ok(RuleAnswer { any, posts, right, members })
}

fn candidates(
    proposal: &Proposal,
    kept: &[Kept],
    buckets: &Buckets,
    place: &dyn Fn(&Kept) -> String,
) -> Vec<CandidateAnswer> {
    let count = proposal.candidates.len();
    let mut accounts = vec![Distinct::default(); count];
    let mut series = vec![vec![0_u64; buckets.len()]; count];
    let mut first: Vec<Option<&Kept>> = vec![None; count];
    let key = |post: &Kept| (post.at, place(post), post.id.clone());
    for (post, of) in kept.iter().zip(&proposal.of) {
        let Some(of) = of.map(|of| of as usize) else { continue };
        if let Some(accounts) = accounts.get_mut(of).filter(|_| post.author != 0) {
            accounts.insert(post.author);
        }
        let bucket = buckets.index_of(post.at).and_then(|at| series.get_mut(of)?.get_mut(at));
        if let Some(bucket) = bucket {
            *bucket += 1;
        }
        if let Some(first) = first.get_mut(of) {
            // Posts come by the second; within one the finest time decides.
            if first.is_none_or(|known| post.at < known.at || post.at == known.at && key(post) < key(known)) {
                *first = Some(post);
            }
        }
    }
    let first_post = |post: &Kept| FirstPost {
        at: post.at,
        platform: place(post),
        id: post.id.to_string(),
        time_trust: post.time_trust,
        time_precision: post.time_precision,
    };
    let example = |post: &u32| {
        let post = kept.get(*post as usize)?;
        Some(ExamplePost { platform: place(post), id: post.id.to_string(), at: post.at, text: String::new() })
    };
    proposal
        .candidates
        .iter()
        .zip(accounts)
        .zip(series)
        .zip(first)
        .map(|(((candidate, accounts), series), first)| {
            let (accounts, accounts_error) = accounts.estimate();
            let most = series.iter().copied().max().filter(|&most| most > 0);
            let peak = most.and_then(|posts| {
                Some(Peak { start: buckets.start(series.iter().position(|&count| count == posts)?)?, posts })
            });
            let keyword = |keyword: &crate::discover::Keyword| KeywordAnswer {
                term: keyword.term.clone(),
                posts: keyword.posts,
                of_all: keyword.of_all,
            };
            CandidateAnswer {
                keywords: candidate.keywords.iter().map(keyword).collect(),
                posts: candidate.posts,
                share: share(candidate.posts, kept.len() as u64),
                voices: candidate.voices,
                accounts,
                accounts_error,
                first: first.map(first_post),
                peak,
                examples: candidate.examples.iter().filter_map(example).collect(),
                survived: candidate.survived,
                tried: candidate.tried,
                shaky: !candidate.is_more_than_chance
                    || f64::from(candidate.survived) < STEADY * f64::from(candidate.tried),
            }
        })
        .collect()
}

/// The texts of the examples, by a second reading: to keep all texts for a few would take the memory of all.
fn add_texts(
    counts: &dyn Counts,
    plan: &HearPlan<'_>,
    answer: &mut DiscoverAnswer,
) -> Result<(), AnswerError> {
    for example in answer.theories.iter_mut().flat_map(|theory| &mut theory.examples) {
        let span = example.at..Timestamp::from_millis_unchecked(example.at.as_millis() + 1);
        let moment = HearPlan { theories: plan.theories, of: Wanted::All, tag: None, span };
        counts.hear(&moment, &mut |post| {
            if post.id == example.id && post.platform == example.platform {
                example.text = post.text;
            }
        })?;
    }
    Ok(())
}
