//! Rules for candidates, tried: what each finds is counted by the matcher, over the posts that were looked at.

use super::super::rules::Rules;
use super::super::{AnswerError, Counts, Wanted};
use super::candidates::Described;
use super::listen::{HearPlan, spans};
use super::{DiscoverAnswer, DiscoverQuestion, RuleAnswer, RulesOf};
use crate::discover::RuleSearch;
use crate::post::Timestamp;
use crate::project::Theory;
use crate::theory::PostText;
use std::collections::HashMap;

/// Adds the rules that were asked for.
pub(super) fn add_rules(
    counts: &dyn Counts,
    plan: &HearPlan<'_>,
    asked: &DiscoverQuestion,
    described: &Described<'_>,
    answer: &mut DiscoverAnswer,
) -> Result<(), AnswerError> {
    let names = match asked.rules_of {
        RulesOf::Nobody => return Ok(()),
        RulesOf::One(name) => answer.named(name).map(|_| name).into_iter().collect(),
        RulesOf::First(most) => answer.to_read(most),
    };
    let search = RuleSearch::new(&described.listened.corpus);
    let members: Vec<Vec<bool>> = names.iter().map(|name| described.members(*name)).collect();
    let rules: Vec<Theory> = members
        .iter()
        .zip(0..)
        .map(|(members, number): (_, u32)| {
            let rule = search.find(members);
            let (any, all, none) = (rule.any, rule.all, rule.none);
            Theory { id: format!("candidate-{number}"), any, all, none, ..Theory::default() }
        })
        .collect();
    drop(search);
    let found = try_all(counts, (plan, asked.against), &rules, described, &members)?;
    for (((name, rule), members), (posts, right)) in names.into_iter().zip(rules).zip(&members).zip(found) {
        if let Some(candidate) = answer.named_mut(name) {
            let members = members.iter().filter(|is| **is).count() as u64;
            let (any, all, none) = (rule.any, rule.all, rule.none);
            candidate.rule = Some(RuleAnswer { any, all, none, posts, right, members });
        }
    }
    Ok(())
}

/// Of each rule how many posts it finds, and how many of them rightly.
fn try_all(
    counts: &dyn Counts,
    (plan, against): (&HearPlan<'_>, Option<(Timestamp, Timestamp)>),
    rules: &[Theory],
    described: &Described<'_>,
    members: &[Vec<bool>],
) -> Result<Vec<(u64, u64)>, AnswerError> {
    let mut found = vec![(0, 0); rules.len()];
    // A rule without words would be no rule.
    let (places, some): (Vec<usize>, Vec<Theory>) =
        rules.iter().cloned().enumerate().filter(|(_, rule)| !rule.any.is_empty()).unzip();
    if some.is_empty() {
        return Ok(found);
    }
    let listened = described.listened;
    let numbers: HashMap<(i64, &str, &str), usize> = listened
        .kept
        .iter()
        .enumerate()
        .map(|(number, post)| ((post.at.as_millis(), listened.platform(post), &*post.id), number))
        .collect();
    let compiled = Rules::compile(&some)?;
    let matcher = compiled.matcher();
    let (mut scratch, mut hits) = (matcher.scratch(), Vec::new());
    for (span, _) in spans(&plan.span, against) {
        counts.hear(&HearPlan { span, of: Wanted::All, ..plan.clone() }, &mut |post| {
            let key = (post.at.as_millis(), post.platform.as_str(), post.id.as_str());
            let Some(&number) = numbers.get(&key) else { return };
            let tags: Vec<&str> = post.tags.iter().map(String::as_str).collect();
            // Rules made here have no addresses.
            let text = PostText { text: &post.text, tags: &tags, links: &[] };
            matcher.theories_of(text, &mut scratch, &mut hits);
            for at in hits.iter().filter_map(|&theory| places.get(usize::from(theory))) {
                if let Some((posts, right)) = found.get_mut(*at) {
                    *posts += 1;
                    *right += u64::from(members.get(*at).and_then(|is| is.get(number)) == Some(&true));
                }
            }
        })?;
    }
    Ok(found)
}
