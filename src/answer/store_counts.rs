//! Counting over a store: blocks are read in time order, decoded and matched in parallel a few at a time, and folded in order.

use super::block_count::{AuthorHashes, Sums, count_block, count_outside, unread};
use super::find::{find_posts, read_whole};
use super::lint::count_terms;
use super::matches::{self, Matches};
use super::rules::{Rules, left_out_keys};
use super::values::Met;
use super::{
    Answer, AnswerError, CountedTerms, Counts, Facts, Field, Found, HearPlan, HeardPost, LeftOut, PostsPlan,
    Question, StatusAnswer, Tallied, TallyPlan, Values, Wanted, kept,
};
use crate::post::{MAX_TIMESTAMP, MIN_TIMESTAMP, Post, PostId, Timestamp, is_suspicious};
use crate::project::{Campaign, Theory};
use crate::store::{
    Ask, Batch, Columns, Durability, Groups, ImportRow, NoteKey, Store, StoreError, StoredBlock,
};
use crate::timeline::{CoveredSpan, Distinct};
use rayon::prelude::*;
use std::ops::{ControlFlow, Range};

/// Blocks worked on at once: enough for any number of threads, and under 20 MB decoded.
pub(super) const GROUP: usize = 32;

/// Counts over a store.
pub struct StoreCounts<'a>(pub &'a dyn Store);

impl std::fmt::Debug for StoreCounts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreCounts")
    }
}

impl Counts for StoreCounts<'_> {
    fn extent(&self, now: Timestamp) -> Result<Option<(Timestamp, Timestamp)>, AnswerError> {
        let mut heads = Vec::new();
        self.0.scan(ALWAYS, Groups::NONE.into(), &mut |block| {
            heads.push((block.first, block.last));
            ControlFlow::Continue(())
        })?;
        // Seldom more than one block has to be read at either end.
        let mut first: Option<Timestamp> = None;
        for head in &heads {
            if first.is_some_and(|first| head.0 > first) {
                break;
            }
            let found = self.believable(*head, now)?.map(|found| found.0);
            first = [first, found].into_iter().flatten().min();
        }
        let mut last: Option<Timestamp> = None;
        for head in heads.iter().rev() {
            if last.is_some_and(|last| head.1 < last) {
                break;
            }
            last = last.max(self.believable(*head, now)?.map(|found| found.1));
        }
        Ok(first.zip(last))
    }

    fn tally(&self, plan: &TallyPlan<'_>) -> Result<Tallied, AnswerError> {
        let rules = Rules::compile(plan.theories)?;
        let mut sums = Sums::new(plan);
        let more = |block: &StoredBlock| unread(block, &rules, plan);
        let field = plan.parts.map_or(Groups::NONE, |parts| parts.field.groups());
        let ask = Ask { groups: Groups::WHO.and(Groups::MATCHES).and(field), more: Some(&more) };
        let work = |block: &StoredBlock, columns: &Columns| count_block(block, columns, &rules, plan);
        scan_blocks(self.0, plan.span.clone(), ask, &work, &mut |count| {
            sums.add(count);
            rules.keep_notes(self.0, false);
        })?;
        rules.keep_notes(self.0, true);
        Ok(sums.finish(self.outside(&plan.span, plan.now)?))
    }

    fn values(&self, field: Field<'_>, span: &Range<Timestamp>) -> Result<Values, AnswerError> {
        let mut met = Met::default();
        let work = |_: &StoredBlock, columns: &Columns| Ok(Met::in_block(columns, field, span));
        let groups = Groups::WHO.and(field.groups());
        scan_blocks(self.0, span.clone(), groups.into(), &work, &mut |part| met.add(part))?;
        met.finish(field)
    }

    fn outside(&self, span: &Range<Timestamp>, now: Timestamp) -> Result<Facts, AnswerError> {
        let mut facts = Facts::default();
        // A block that reaches over an edge comes in several scans; each takes only its own posts.
        for outside in [ALWAYS.start..span.start, span.end..ALWAYS.end] {
            let work = |_: &StoredBlock, columns: &Columns| Ok(count_outside(columns, &outside, now));
            scan_blocks(self.0, outside.clone(), Groups::WHO.into(), &work, &mut |part| facts.add(part))?;
        }
        Ok(facts)
    }

    fn posts(&self, plan: &PostsPlan<'_>) -> Result<Found, AnswerError> {
        find_posts(self.0, plan)
    }

    fn hear(&self, plan: &HearPlan<'_>, each: &mut dyn FnMut(HeardPost)) -> Result<(), AnswerError> {
        let rules = Rules::compile(plan.theories)?;
        let more = |block: &StoredBlock| match plan.of {
            Wanted::All => Groups::NONE,
            Wanted::Theory(_) | Wanted::Unmatched => matches::unread(&rules, block),
        };
        let posts = Groups::WHO.and(Groups::TEXT).and(Groups::MATCHES);
        // Languages stand with the rest.
        let groups = if plan.lang.is_some() { posts.and(Groups::REST) } else { posts };
        let ask = Ask { groups, more: Some(&more) };
        let work = |block: &StoredBlock, columns: &Columns| hear_block(block, columns, &rules, plan);
        scan_blocks(self.0, plan.span.clone(), ask, &work, &mut |posts: Vec<HeardPost>| {
            posts.into_iter().for_each(&mut *each);
            rules.keep_notes(self.0, false);
        })?;
        rules.keep_notes(self.0, true);
        Ok(())
    }

    fn read(&self, keys: &[(Timestamp, PostId)]) -> Result<Vec<Post>, AnswerError> {
        read_whole(self.0, keys)
    }

    fn candidates(&self) -> Result<Option<Vec<u8>>, AnswerError> {
        Ok(self.0.note(&NoteKey::Candidates)?)
    }

    fn remember_candidates(&self, bytes: Vec<u8>) -> Result<(), AnswerError> {
        let notes = vec![(NoteKey::Candidates, Some(bytes))];
        // As with every cache: that it cannot be written is no reason not to answer.
        let _ = self.0.put(&Batch { notes, durability: Durability::Buffered, ..Batch::default() });
        Ok(())
    }

    fn term_counts(&self, theories: &[Theory]) -> Result<CountedTerms, AnswerError> {
        count_terms(self.0, theories)
    }

    fn status(&self) -> Result<StatusAnswer, AnswerError> {
        let mut status = StatusAnswer { schema: "tagline.status/1".into(), ..StatusAnswer::default() };
        self.0.scan(ALWAYS, Groups::NONE.into(), &mut |block| {
            status.posts += block.count as u64;
            status.blocks += 1;
            status.first = Some(status.first.map_or(block.first, |first| first.min(block.first)));
            status.last = status.last.max(Some(block.last));
            ControlFlow::Continue(())
        })?;
        let mut row = 0;
        while let Some(bytes) = self.0.note(&NoteKey::Import(row))? {
            let damaged = |error| StoreError::Damaged(format!("row {row} of the ledger: {error}"));
            status.imports.push(serde_json::from_slice::<ImportRow>(&bytes).map_err(damaged)?);
            row += 1;
        }
        status.feeds = super::feeds::feeds(self.0)?;
        status.private = status.imports.iter().any(ImportRow::with_private);
        Ok(status)
    }

    fn kept(&self, question: &Question) -> Result<Option<Answer>, AnswerError> {
        kept::find(self, self.0, question)
    }

    fn keep(&self, question: &Question, answer: &Answer) -> Result<(), AnswerError> {
        kept::keep(self.0, question, answer)
    }

    fn left_out(&self, campaign: &Campaign) -> Result<LeftOut, AnswerError> {
        let (all, matched) = left_out_keys(campaign)?;
        let read = |key: NoteKey| -> Result<Option<(u64, f64)>, AnswerError> {
            let Some(bytes) = self.0.note(&key)? else { return Ok(None) };
            let damaged = |error| StoreError::Damaged(format!("posts left out: {error}"));
            Ok(Some(Distinct::from_bytes(&bytes).map_err(damaged)?.estimate()))
        };
        let Some((posts, error)) = read(all)? else {
            return Ok(LeftOut { matched: Some(0), ..LeftOut::default() });
        };
        // Of none, none match, by whatever rules they were imported.
        let matched = if posts == 0 { Some(0) } else { read(matched)?.map(|matched| matched.0) };
        Ok(LeftOut { posts, matched, error })
    }

    fn coverage(&self) -> Result<Vec<CoveredSpan>, AnswerError> {
        let feeds = super::feeds::feeds(self.0)?.into_iter();
        Ok(feeds.flat_map(|feed| feed.coverage.into_values().flatten()).collect())
    }
}

impl StoreCounts<'_> {
    /// Times of the first and last believable post among the blocks of a span.
    fn believable(
        &self,
        head: (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Timestamp)>, AnswerError> {
        let span = head.0..Timestamp::from_millis_unchecked(head.1.as_millis() + 1);
        let mut found: Option<(Timestamp, Timestamp)> = None;
        let work = |_: &StoredBlock, columns: &Columns| {
            let believable = columns.iter().filter(|post| !post.deleted);
            let times = believable.filter(|post| !is_suspicious(post.platform, post.posted_at, now));
            Ok(times.map(|post| post.posted_at).fold(None, |found: Option<(Timestamp, Timestamp)>, at| {
                Some(found.map_or((at, at), |(first, last)| (first.min(at), last.max(at))))
            }))
        };
        scan_blocks(self.0, span, Groups::WHO.into(), &work, &mut |part| {
            if let Some((from, to)) = part {
                found = Some(found.map_or((from, to), |(first, last)| (first.min(from), last.max(to))));
            }
        })?;
        Ok(found)
    }
}

/// The posts of a block that are wanted.
fn hear_block(
    block: &StoredBlock,
    columns: &Columns,
    rules: &Rules,
    plan: &HearPlan<'_>,
) -> Result<Vec<HeardPost>, StoreError> {
    let mut known = Matches::default();
    if plan.of != Wanted::All {
        let (matches, note) = matches::matches(rules, block, columns)?;
        rules.note(note);
        known = matches;
    }
    let mut authors = AuthorHashes::new(columns);
    let mut heard = Vec::new();
    for (index, post) in columns.iter().enumerate() {
        let has_tag = |tag: &str| post.tags.into_iter().any(|own| own == tag);
        if post.deleted
            || !plan.span.contains(&post.posted_at)
            || !plan.of.takes(known.of(index))
            || !plan.tag.is_none_or(has_tag)
            || !plan.takes_lang(post.lang())
        {
            continue;
        }
        heard.push(HeardPost {
            platform: post.platform.to_owned(),
            id: post.id.to_owned(),
            at: post.posted_at,
            time_trust: post.time_trust,
            time_precision: post.time_precision,
            author: authors.of(columns, index, &post).unwrap_or(0),
            text: post.text.to_owned(),
            tags: post.tags.map(str::to_owned).collect(),
            synthetic: post.synthetic,
        });
    }
    Ok(heard)
}

/// What is made of a block.
pub(super) type Work<'a, T> = dyn Fn(&StoredBlock, &Columns) -> Result<T, StoreError> + Sync + 'a;

/// Every time that a post can carry.
pub(super) const ALWAYS: Range<Timestamp> = MIN_TIMESTAMP..MAX_TIMESTAMP;

/// Reads the blocks of a span, works on them in parallel, and hands the results over in time order. An empty span reads nothing.
pub(super) fn scan_blocks<T: Send>(
    store: &dyn Store,
    span: Range<Timestamp>,
    ask: Ask<'_>,
    work: &Work<'_, T>,
    fold: &mut dyn FnMut(T),
) -> Result<(), AnswerError> {
    if span.is_empty() {
        return Ok(());
    }
    let mut waiting: Vec<StoredBlock> = Vec::with_capacity(GROUP);
    let mut outcome = Ok(());
    let mut drain = |waiting: &mut Vec<StoredBlock>| -> Result<(), AnswerError> {
        work_on(waiting, work)?.into_iter().for_each(&mut *fold);
        Ok(())
    };
    store.scan(span, ask, &mut |block| {
        waiting.push(block);
        if waiting.len() >= GROUP {
            outcome = drain(&mut waiting);
        }
        if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    outcome?;
    drain(&mut waiting)
}

/// Decodes blocks and works on them in parallel; the results come in the order of the blocks.
pub(super) fn work_on<T: Send>(
    blocks: &mut Vec<StoredBlock>,
    work: &Work<'_, T>,
) -> Result<Vec<T>, StoreError> {
    let done = blocks.par_iter().map(|block| work(block, &block.decode()?)).collect();
    blocks.clear();
    done
}
