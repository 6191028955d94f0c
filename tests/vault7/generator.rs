//! Invents the posts of `fixtures/vault7` and knows, for each, the theories that its words mention.
//!
//! The truth is decided when a sentence is chosen: every sentence declares what it mentions. The program's matcher is not asked, and
//! nothing of its calendar is used. The same seed gives the same bytes everywhere.

pub(crate) mod calendar;
mod others;
mod phrases;
pub(crate) mod plan;
mod random;
pub(crate) mod rules;
pub(crate) mod truth;
mod wording;

use phrases::{POOLS, Phase};
use plan::{Kind, ORDERS, RELEASE, TEASER};
use random::Random;
use serde::Serialize;
use std::collections::BTreeSet;
use tagline::post::{Author, Metrics, Post, Repost, TimePrecision, TimeTrust, Timestamp};
use wording::Wording;

/// Any number would do; changing it changes every fixture.
const SEED: u64 = 20_170_307;
/// Twitter's snowflake epoch, as its announcement of 2010 gives it.
const SNOWFLAKE_EPOCH_MS: i64 = 1_288_834_974_657;
/// How many accounts write; some may not get a turn.
const ACCOUNTS: usize = 400;
/// Where invented author ids begin: the platform's own had at most ten digits, or at least seventeen, so that none of these exists.
const FIRST_AUTHOR: u64 = 7_000_000_000_000;

/// The theories of the fixture, in the order of its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Theory {
    Clinton,
    Wtc7,
    Cia,
    Svalbard,
    Deadman,
}

impl Theory {
    pub(crate) const ALL: [Self; 5] = [Self::Clinton, Self::Wtc7, Self::Cia, Self::Svalbard, Self::Deadman];

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Clinton => "clinton",
            Self::Wtc7 => "wtc7",
            Self::Cia => "cia",
            Self::Svalbard => "svalbard",
            Self::Deadman => "deadman",
        }
    }
}

/// An invented post and what is true of it.
#[derive(Clone, Debug)]
pub(crate) struct Planted {
    pub(crate) post: Post,
    /// Milliseconds since 1970, as planned.
    pub(crate) at: i64,
    /// What its words (or its tags) mention, sorted.
    pub(crate) theories: Vec<Theory>,
    kind: Kind,
    wording: Wording,
}

/// All posts, in time order.
pub(crate) fn generate() -> Vec<Planted> {
    let mut random = Random::new(SEED);
    let accounts = accounts(&mut random);
    let mut planted: Vec<Planted> = Vec::new();
    let mut used = BTreeSet::new();
    for (at, kind) in plan::plan(&mut random) {
        let next = invent(&mut random, &accounts, &planted, &mut used, at, kind);
        planted.push(next);
    }
    planted
}

/// The lines of `posts.ndjson`.
pub(crate) fn ndjson(planted: &[Planted]) -> String {
    let mut lines = String::new();
    for Planted { post, .. } in planted {
        lines.push_str(&serde_json::to_string(&Line::of(post)).expect("plain data"));
        lines.push('\n');
    }
    lines
}

fn accounts(random: &mut Random) -> Vec<Author> {
    let (adjectives, nouns) = (others::ADJECTIVES, others::NOUNS);
    // 247 is coprime to 576 = 24 x 24: the walk meets no pair twice.
    (0..ACCOUNTS)
        .map(|number| {
            let pair = (number * 247) % (adjectives.len() * nouns.len());
            let (adjective, noun) = (adjectives[pair / nouns.len()], nouns[pair % nouns.len()]);
            let number = u64::try_from(number).expect("small");
            Author {
                id: Some((FIRST_AUTHOR + number * 1_048_583 + random.below(1_000_000)).to_string()),
                handle: Some(format!("demo_{adjective}_{noun}")),
                name: random.percent(90).then(|| display_name(random, adjective, noun)),
            }
        })
        .collect()
}

fn display_name(random: &mut Random, adjective: &str, noun: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let suffix = *random.pick(&["", "", "", "", " 🌿", " (demo)", " ✈", " 2"]);
    format!("{} {}{suffix}", capital(adjective), capital(noun))
}

/// A few write much, most write once or twice.
fn account<'a>(random: &mut Random, accounts: &'a [Author]) -> &'a Author {
    let weights: Vec<u64> = (0..accounts.len()).map(|rank| 1_000_000 / (rank as u64 + 6)).collect();
    &accounts[random.weighted(&weights)]
}

/// One post: a repost, a near copy, or a new one, perhaps an answer.
fn invent(
    random: &mut Random,
    accounts: &[Author],
    before: &[Planted],
    used: &mut Used,
    at: i64,
    kind: Kind,
) -> Planted {
    let mut post = Post {
        platform: "x".into(),
        id: (((at - SNOWFLAKE_EPOCH_MS) << 22) | random.between(0, 4096)).to_string(),
        author: account(random, accounts).clone(),
        posted_at: Timestamp::from_millis_unchecked(at),
        time_trust: TimeTrust::Id,
        time_precision: TimePrecision::Millisecond,
        repost: Repost::No,
        metrics: metrics(random),
        synthetic: true,
        ..Post::default()
    };
    if random.below(110) == 0 {
        post.author = Author::default();
    }
    // Nobody passes on a guess after the papers are out.
    let original = earlier(random, before, 80, |other| {
        other.kind == kind && other.post.repost == Repost::No && (other.at < RELEASE) == (at < RELEASE)
    });
    let (theories, wording) = match (original, random.below(100)) {
        (Some(original), 0..16) => {
            post.repost = Repost::Yes;
            post.repost_of = Some(original.post.id.clone());
            post.metrics = Metrics::default();
            (original.theories.clone(), original.wording.clone())
        }
        (Some(original), 16..23) => (original.theories.clone(), original.wording.altered(random)),
        _ => {
            let sentence = choose(random, used, at, kind);
            fresh(random, accounts, before, sentence, &mut post)
        }
    };
    wording.write_into(&mut post);
    Planted { post, at, theories, kind, wording }
}

/// A new sentence; sets `reply_to` or `quote_of` now and then.
fn fresh(
    random: &mut Random,
    accounts: &[Author],
    before: &[Planted],
    sentence: Sentence,
    post: &mut Post,
) -> (Vec<Theory>, Wording) {
    let mut wording = Wording::new(random, &sentence);
    if random.percent(6) {
        wording.mention(account(random, accounts));
    }
    match (earlier(random, before, 100, |_| true), random.below(100)) {
        (Some(other), 0..11) => {
            post.reply_to = Some(other.post.id.clone());
            wording.answer(&other.post.author);
        }
        (Some(other), 11..16) => post.quote_of = Some(other.post.id.clone()),
        _ => {}
    }
    (sentence.theories, wording)
}

/// A random one among the last few that fit.
fn earlier<'a>(
    random: &mut Random,
    before: &'a [Planted],
    last: usize,
    fits: impl Fn(&Planted) -> bool,
) -> Option<&'a Planted> {
    let near: Vec<&Planted> = before.iter().rev().filter(|&other| fits(other)).take(last).collect();
    if near.is_empty() { None } else { Some(*random.pick(&near)) }
}

/// A sentence before its slots are filled.
#[derive(Clone, Debug)]
pub(crate) struct Sentence {
    pub(crate) theories: Vec<Theory>,
    pub(crate) lang: &'static str,
    pub(crate) text: &'static str,
}

/// Every sentence with its phase.
pub(crate) fn sentences() -> impl Iterator<Item = (Phase, Sentence)> {
    let english = POOLS.iter().flat_map(|pool| {
        let sentence = |&text| (pool.phase, Sentence { theories: pool.theories.to_vec(), lang: "en", text });
        pool.phrases.iter().map(sentence)
    });
    let unmatched = others::UNMATCHED.iter().flat_map(|&(phase, phrases)| {
        phrases.iter().map(move |&text| (phase, Sentence { theories: Vec::new(), lang: "en", text }))
    });
    let foreign = others::FOREIGN
        .iter()
        .map(|&(lang, phase, theories, text)| (phase, Sentence { theories: theories.to_vec(), lang, text }));
    english.chain(unmatched).chain(foreign)
}

/// Sentences that stand in some post already.
type Used = BTreeSet<&'static str>;

fn choose(random: &mut Random, used: &mut Used, at: i64, kind: Kind) -> Sentence {
    let in_english = random.percent(91);
    let fits = |phase: Phase| match phase {
        Phase::Early => at < TEASER,
        Phase::Guess => (TEASER..RELEASE).contains(&at),
        Phase::Orders => (ORDERS..RELEASE).contains(&at),
        Phase::Release => at >= RELEASE,
        Phase::Any => at >= TEASER,
    };
    let about = |theories: &[Theory]| match kind {
        Kind::One(index) => theories == [Theory::ALL[index]],
        Kind::Several => theories.len() > 1,
        Kind::Unmatched => theories.is_empty(),
    };
    let mut candidates: Vec<Sentence> = Vec::new();
    for (phase, sentence) in sentences().filter(|(phase, sentence)| fits(*phase) && about(&sentence.theories))
    {
        // While the orders are news, they are most of what is said about the CIA.
        let times = if phase == Phase::Orders && at < ORDERS + 3 * calendar::DAY { 4 } else { 1 };
        candidates.extend(std::iter::repeat_n(sentence, times));
    }
    // Every sentence shall come: now and then one is taken that has not been, in whatever language.
    if random.percent(40) && candidates.iter().any(|sentence| !used.contains(sentence.text)) {
        candidates.retain(|sentence| !used.contains(sentence.text));
    } else if candidates.iter().any(|sentence| (sentence.lang == "en") == in_english) {
        candidates.retain(|sentence| (sentence.lang == "en") == in_english);
    }
    let sentence = random.pick(&candidates).clone();
    used.insert(sentence.text);
    sentence
}

/// On most posts; a part of them, or nothing, is absent on others. Nobody counted views in 2017.
fn metrics(random: &mut Random) -> Metrics {
    if random.percent(20) {
        return Metrics::default();
    }
    let mut heavy = |most: u64| random.below(root(most)).pow(2) / (1 + random.below(12));
    let (likes, reposts, replies, quotes) = (heavy(900), heavy(400), heavy(60), heavy(30));
    let whole = random.percent(70);
    Metrics {
        likes: Some(likes),
        reposts: Some(reposts),
        replies: whole.then_some(replies),
        quotes: (whole && random.percent(50)).then_some(quotes),
        views: None,
    }
}

const fn root(square: u64) -> u64 {
    square.isqrt() + 1
}

/// A post as a line of the fixture: the names of [`Post`], without what is empty.
#[derive(Serialize)]
struct Line<'a> {
    platform: &'a str,
    id: &'a str,
    #[serde(skip_serializing_if = "is_default")]
    author: &'a Author,
    posted_at: Timestamp,
    time_trust: TimeTrust,
    time_precision: TimePrecision,
    text: &'a str,
    tags: &'a [String],
    #[serde(skip_serializing_if = "is_default")]
    links: &'a [String],
    #[serde(skip_serializing_if = "is_default")]
    mentions: &'a [String],
    lang: &'a Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    reply_to: &'a Option<String>,
    repost: Repost,
    #[serde(skip_serializing_if = "is_default")]
    repost_of: &'a Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    quote_of: &'a Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    metrics: Metrics,
    synthetic: bool,
}

impl<'a> Line<'a> {
    fn of(post: &'a Post) -> Self {
        Self {
            platform: &post.platform,
            id: &post.id,
            author: &post.author,
            posted_at: post.posted_at,
            time_trust: post.time_trust,
            time_precision: post.time_precision,
            text: &post.text,
            tags: &post.tags,
            links: &post.links,
            mentions: &post.mentions,
            lang: &post.lang,
            reply_to: &post.reply_to,
            repost: post.repost,
            repost_of: &post.repost_of,
            quote_of: &post.quote_of,
            metrics: post.metrics,
            synthetic: post.synthetic,
        }
    }
}

/// Whether a field says nothing.
trait Empty {
    fn says_nothing(&self) -> bool;
}

impl Empty for &Author {
    fn says_nothing(&self) -> bool {
        **self == Author::default()
    }
}

impl Empty for &[String] {
    fn says_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl Empty for &Option<String> {
    fn says_nothing(&self) -> bool {
        self.is_none()
    }
}

impl Empty for Metrics {
    fn says_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn is_default<T: Empty>(value: &T) -> bool {
    value.says_nothing()
}
