//! Posts as they are handed to what discovers.

use super::super::{AnswerError, Counts, Wanted};
use super::AgainstAnswer;
use crate::discover::{Corpus, MOST_POSTS};
use crate::post::{TimePrecision, TimeTrust, Timestamp};
use crate::project::Theory;
use std::collections::HashMap;
use std::ops::Range;

/// Which posts to hand out.
#[derive(Clone, Debug)]
pub struct HearPlan<'a> {
    /// The rules.
    pub theories: &'a [Theory],
    /// Which of them.
    pub of: Wanted,
    /// Only with this tag.
    pub tag: Option<&'a str>,
    /// Only in this language or one of its kinds.
    pub lang: Option<&'a str>,
    /// When.
    pub span: Range<Timestamp>,
}

impl HearPlan<'_> {
    /// Whether a post that claims this language, or none, is wanted.
    pub fn takes_lang(&self, claimed: Option<&str>) -> bool {
        self.lang.is_none_or(|wanted| {
            let Some(claimed) = claimed else { return false };
            let (start, rest) = claimed.split_at_checked(wanted.len()).unwrap_or((claimed, ""));
            start.eq_ignore_ascii_case(wanted) && (rest.is_empty() || rest.starts_with(['-', '_']))
        })
    }
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

/// What is kept of each post until the candidates are known.
#[derive(Debug)]
pub(super) struct Kept {
    platform: u32,
    pub(super) id: Box<str>,
    pub(super) at: Timestamp,
    pub(super) time_trust: TimeTrust,
    pub(super) time_precision: TimePrecision,
    pub(super) author: u64,
    /// Whether it is of the period that was asked for, not of the one before.
    pub(super) is_now: bool,
}

/// What was heard, in order.
#[derive(Debug, Default)]
pub(super) struct Listened {
    pub(super) corpus: Corpus,
    pub(super) kept: Vec<Kept>,
    platforms: Vec<String>,
    numbers: HashMap<String, u32>,
    pub(super) synthetic: bool,
}

impl Listened {
    pub(super) fn platform(&self, post: &Kept) -> &str {
        self.platforms.get(post.platform as usize).map_or("", String::as_str)
    }

    /// Posts of the period that was asked for.
    pub(super) fn posts_now(&self) -> u64 {
        self.kept.iter().filter(|post| post.is_now).count() as u64
    }

    pub(super) fn against(&self, since: Timestamp, until: Timestamp) -> AgainstAnswer {
        AgainstAnswer { since, until, posts: self.kept.len() as u64 - self.posts_now() }
    }

    fn add(&mut self, post: HeardPost, is_now: bool) {
        let next = u32::try_from(self.platforms.len()).unwrap_or(u32::MAX);
        let platform = self.numbers.get(&post.platform).copied().unwrap_or_else(|| {
            self.platforms.push(post.platform.clone());
            self.numbers.insert(post.platform, next);
            next
        });
        self.synthetic |= post.synthetic;
        self.kept.push(Kept {
            platform,
            id: post.id.into(),
            at: post.at,
            time_trust: post.time_trust,
            time_precision: post.time_precision,
            author: post.author,
            is_now,
        });
    }
}

/// The period that was asked for, and what is not in it of the one before: in order, each with whether it is the former.
pub(super) fn spans(
    now: &Range<Timestamp>,
    against: Option<(Timestamp, Timestamp)>,
) -> Vec<(Range<Timestamp>, bool)> {
    let mut spans = vec![(now.clone(), true)];
    if let Some((since, until)) = against {
        spans.insert(0, (since..until.min(now.start), false));
        spans.push((since.max(now.end)..until, false));
    }
    spans.retain(|(span, _)| span.start < span.end);
    spans
}

/// Takes a post into the corpus.
pub(super) fn learn(corpus: &mut Corpus, post: &HeardPost) {
    corpus.add(&post.text, &post.platform, post.tags.iter().map(String::as_str), post.author);
}

/// Reads the posts of a plan, and those of a period before, each once: `each` makes of them what is to be made.
pub(super) fn listen(
    counts: &dyn Counts,
    plan: &HearPlan<'_>,
    against: Option<(Timestamp, Timestamp)>,
    each: &mut dyn FnMut(&mut Corpus, &HeardPost),
) -> Result<Listened, AnswerError> {
    let mut listened = Listened::default();
    let mut too_many = false;
    for (span, is_now) in spans(&plan.span, against) {
        counts.hear(&HearPlan { span, ..plan.clone() }, &mut |post| {
            too_many |= listened.kept.len() >= MOST_POSTS;
            if !too_many {
                each(&mut listened.corpus, &post);
                listened.add(post, is_now);
            }
        })?;
    }
    if too_many { Err(AnswerError::TooManyPosts { most: MOST_POSTS }) } else { Ok(listened) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_all_its_kinds() {
        let plan = |lang| HearPlan {
            theories: &[],
            of: Wanted::All,
            tag: None,
            lang,
            span: Timestamp::default()..Timestamp::default(),
        };
        let en = plan(Some("en"));
        assert!(en.takes_lang(Some("en")) && en.takes_lang(Some("en-GB")) && en.takes_lang(Some("EN_us")));
        assert!(!en.takes_lang(Some("eng")) && !en.takes_lang(Some("e")) && !en.takes_lang(None));
        assert!(plan(Some("en-GB")).takes_lang(Some("en-gb")) && !plan(Some("en-GB")).takes_lang(Some("en")));
        assert!(plan(None).takes_lang(None));
    }

    #[test]
    fn a_post_of_both_periods_is_heard_once() {
        let span = |from, to| Timestamp::from_millis_unchecked(from)..Timestamp::from_millis_unchecked(to);
        let of = |from, to| {
            let span = span(from, to);
            spans(
                &(Timestamp::from_millis_unchecked(10)..Timestamp::from_millis_unchecked(20)),
                Some((span.start, span.end)),
            )
        };
        assert_eq!(of(0, 10), [(span(0, 10), false), (span(10, 20), true)]);
        assert_eq!(of(0, 30), [(span(0, 10), false), (span(10, 20), true), (span(20, 30), false)]);
        assert_eq!(of(12, 25), [(span(10, 20), true), (span(20, 25), false)]);
        assert_eq!(of(25, 30), [(span(10, 20), true), (span(25, 30), false)]);
        assert_eq!(of(12, 15), [(span(10, 20), true)]);
    }
}
