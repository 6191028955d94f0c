//! From counted rows to the answer about theories over time: shares, peaks, rankings, stretches. Pure; whoever counted does not matter.

use super::overlap::overlap_answer;
use super::split::Split;
use super::{
    AnswerError, Counts, EventAnswer, Lead, LeftOut, Peak, Ranking, RowCount, Tallied, TallyPlan,
    TheoriesAnswer, TheoriesQuestion, TheoryCount, span, statement,
};
use crate::post::Timestamp;
use crate::project::Theory;
use crate::timeline::{Buckets, Covered, Row, Standing, ranking_holds, ranks, share, stretches};
use std::ops::Range;

/// Answers the question about theories over time.
pub(super) fn answer_theories(
    counts: &dyn Counts,
    asked: &TheoriesQuestion,
) -> Result<TheoriesAnswer, AnswerError> {
    let zone = span::zone(&asked.zone)?;
    let campaign = &asked.campaign;
    let mut span = span::resolve(counts, campaign, &zone, (asked.since, asked.until), asked.now)?;
    let buckets = Buckets::new(asked.by, &zone, span.start, span.end)?;
    // A bound that nobody named is where the posts begin or end: its bucket is whole, not cut.
    if let Some(start) = buckets.start(0).filter(|_| asked.since.is_none() && campaign.since.is_none()) {
        span.start = start;
    }
    if !buckets.is_empty() && asked.until.is_none() && campaign.until.is_none() {
        span.end = buckets.end();
    }
    let split = asked.split.as_deref().map(|by| Split::of(counts, by, &span)).transpose()?;
    let mut tallied = counts.tally(&TallyPlan {
        theories: &campaign.theories,
        span: span.clone(),
        buckets: &buckets,
        now: asked.now,
        parts: split.as_ref().map(Split::plan),
        overlap: asked.overlap,
    })?;
    let parts = std::mem::take(&mut tallied.parts);
    let data = statement::data_answer(campaign.data.as_ref(), &zone)?;
    let left_out = counts.left_out(campaign)?;
    let Covered { collected, gaps } = Covered::of(&counts.coverage()?, &span);
    let events = campaign.events.iter();
    let events =
        events.map(|event| EventAnswer { at: event.at, label: event.label.clone(), url: event.url.clone() });
    Ok(TheoriesAnswer {
        campaign: campaign.name.clone(),
        tags: campaign.tags.clone(),
        zone: asked.zone.clone(),
        rules: crate::theory::rules_hash(&campaign.theories),
        data,
        left_out,
        split: split.map(|split| split.answer(&campaign.theories, parts)),
        collected,
        gaps,
        events: events.collect(),
        ..tabulate(&campaign.theories, &span, &buckets, tallied)
    })
}

/// The part of the answer that follows from the counts.
fn tabulate(
    theories: &[Theory],
    span: &Range<Timestamp>,
    buckets: &Buckets,
    tallied: Tallied,
) -> TheoriesAnswer {
    let Tallied { rows, first, facts, pairs, .. } = tallied;
    let posts = rows.all.posts;
    let mut platforms: Vec<(String, u64)> = facts.platforms.into_iter().collect();
    platforms.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let ranking = ranking(theories, &rows.theories);
    let most_posts = most_posts(theories, &rows.theories, buckets);
    let unmatched = rows.unmatched.posts;
    let several = rows.several.posts;
    let row_counts = vec![
        row_count("all", &rows.all),
        row_count("several", &rows.several),
        row_count("unmatched", &rows.unmatched),
    ];
    let counted = theories.iter().zip(rows.theories).zip(first);
    TheoriesAnswer {
        schema: "tagline.theories/1".into(),
        by: buckets.by(),
        since: span.start,
        until: span.end,
        posts,
        matched: posts.saturating_sub(unmatched),
        several,
        unmatched,
        buckets: buckets.starts(),
        all: rows.all.series,
        theories: counted
            .map(|((theory, row), first)| TheoryCount { first, ..theory_count(theory, row, posts, buckets) })
            .collect(),
        unmatched_series: rows.unmatched.series,
        several_series: rows.several.series,
        rows: row_counts,
        outside: facts.outside,
        suspicious: facts.suspicious,
        deleted: facts.deleted,
        coarse_times: facts.coarse_times,
        no_author: facts.no_author,
        reposts: facts.reposts,
        reposts_unknown: facts.reposts_unknown,
        platforms,
        digest: format!("{:032x}", facts.digest),
        ranking,
        most_posts,
        left_out: LeftOut::default(),
        overlap: pairs.map(|pairs| overlap_answer(theories, &pairs)),
        synthetic: facts.synthetic,
        tool: env!("CARGO_PKG_VERSION").into(),
        ..TheoriesAnswer::default()
    }
}

fn theory_count(theory: &Theory, row: Row, all: u64, buckets: &Buckets) -> TheoryCount {
    let (accounts, accounts_error) = row.accounts.estimate();
    let most = row.series.iter().copied().max().filter(|&most| most > 0);
    let peak = most.and_then(|most| {
        let at = row.series.iter().position(|&posts| posts == most)?;
        Some(Peak { start: buckets.start(at)?, posts: most })
    });
    TheoryCount {
        id: theory.id.clone(),
        label: theory.label.clone(),
        posts: row.posts,
        share: share(row.posts, all),
        accounts,
        accounts_error,
        texts: row.texts.estimate().0,
        only: row.only,
        peak,
        series: row.series,
        only_series: row.only_series,
        accounts_series: row.accounts_series,
        ..TheoryCount::default()
    }
}

fn row_count(id: &str, row: &Row) -> RowCount {
    let (accounts, accounts_error) = row.accounts.estimate();
    RowCount { id: id.into(), accounts, accounts_error, accounts_series: row.accounts_series.clone() }
}

fn ranking(theories: &[Theory], rows: &[Row]) -> Ranking {
    let standing = |row: &Row| Standing {
        posts: row.posts,
        accounts: row.accounts.estimate(),
        texts: row.texts.estimate(),
    };
    let standings: Vec<Standing> = rows.iter().map(standing).collect();
    let ids = |count: &dyn Fn(&Standing) -> u64| {
        let order = ranks(standings.iter().map(count));
        order.into_iter().filter_map(|at| theories.get(at)).map(|theory| theory.id.clone()).collect()
    };
    Ranking {
        posts: ids(&|one| one.posts),
        accounts: ids(&|one| one.accounts.0),
        texts: ids(&|one| one.texts.0),
        holds: ranking_holds(&standings),
    }
}

fn most_posts(theories: &[Theory], rows: &[Row], buckets: &Buckets) -> Vec<Lead> {
    let series: Vec<&[u64]> = rows.iter().map(|row| row.series.as_slice()).collect();
    let found = stretches(&series).into_iter().filter_map(|stretch| {
        Some(Lead {
            start: buckets.start(stretch.from)?,
            end: buckets.end_of(stretch.to),
            id: theories.get(stretch.theory)?.id.clone(),
            posts: stretch.posts,
            next: stretch.next,
        })
    });
    found.collect()
}
