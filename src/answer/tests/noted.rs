//! What was noted of blocks, and answers that were kept: they change no number, and go when what they speak of changes.

use super::watched::Watched;
use super::*;
use crate::store::Groups;
use std::cell::RefCell;
use std::ops::ControlFlow;

fn add(store: &Watched, posts: &[Post]) {
    let mut columns = Columns::new();
    for post in posts {
        columns.push(post);
    }
    store.put(&Batch::of(columns)).unwrap();
}

const WORDS: [&str; 7] =
    ["nothing", "the cia", "a mole", "cia mole", "svalbard", "Langley again", "svalbard and the mole"];

fn posts(count: usize, from: usize) -> Vec<Post> {
    let made = (from..from + count).map(|n| {
        let time = Timestamp::from_millis_unchecked(
            at("2017-03-01T00:00:00Z").as_millis() + i64::try_from(n).unwrap() * 61_000,
        );
        let text = format!("{} {}", WORDS[n * 31 % WORDS.len()], n % 5);
        post(&n.to_string(), &time.to_string(), ["a", "b", "c"][n % 3], &text)
    });
    made.collect()
}

/// The answer of a store that has never been asked.
fn fresh(all: &[Post], question: &TheoriesQuestion) -> TheoriesAnswer {
    theories(store_of(all).as_ref(), question)
}

#[test]
fn what_is_noted_changes_no_number() {
    let all = posts(3000, 0);
    let store = Watched::of(&all);
    let question = TheoriesQuestion { by: By::Hour, ..theories_question() };
    assert_eq!(theories(&store, &question), fresh(&all, &question));
    assert_eq!(store.texts_read(), 3000);
    // Other buckets, another zone, a part of the span, another order of the theories: no text is read for whole blocks.
    let mut other = TheoriesQuestion { by: By::Day, zone: "Asia/Tokyo".into(), ..question.clone() };
    other.campaign.theories.reverse();
    assert_eq!(theories(&store, &other), fresh(&all, &other));
    assert_eq!(store.texts_read(), 0);
    let part = TheoriesQuestion { since: Some(at("2017-03-01T10:00:00Z")), ..question.clone() };
    assert_eq!(theories(&store, &part), fresh(&all, &part));
    assert_eq!(store.texts_read(), 1024, "only the block that is cut");
}

#[test]
fn a_changed_theory_is_matched_anew_and_an_import_only_where_it_fell() {
    let mut all = posts(5000, 0);
    let store = Watched::of(&all);
    let mut question = theories_question();
    theories(&store, &question);
    question.campaign.theories[1] = theory("mole", &["mole", "nothing"]);
    question.campaign.theories.push(theory("again", &["again"]));
    assert_eq!(theories(&store, &question), fresh(&all, &question));
    store.texts_read();
    let more = posts(10, 5000);
    add(&store, &more);
    all.extend(more);
    assert_eq!(theories(&store, &question), fresh(&all, &question));
    assert!(store.texts_read() <= 2048, "an import reaches its own blocks");
    // A deletion changes a block without moving it.
    let gone = crate::post::Deletion { post: all[4000].post_id(), posted_at: Some(all[4000].posted_at) };
    store.put(&Batch { deletions: vec![gone], ..Batch::default() }).unwrap();
    all[4000].deleted = true;
    assert_eq!(theories(&store, &question), fresh(&all, &question));
}

#[test]
fn posts_of_a_theory_are_found_by_what_was_noted() {
    let all = posts(3000, 0);
    let store = Watched::of(&all);
    let asked = |store: &dyn Store| {
        let question = PostsQuestion {
            campaign: campaign(),
            of: PostSelection::Theory("mole".into()),
            zone: "UTC".into(),
            since: None,
            until: None,
            now: at("2026-01-01T00:00:00Z"),
            limit: 50,
            seed: Some(3),
            after: None,
        };
        answer(&StoreCounts(store), &Question::Posts(question)).unwrap()
    };
    theories(&store, &theories_question());
    store.texts_read();
    assert_eq!(asked(&store), asked(store_of(&all).as_ref()));
    // Only the blocks of the posts that were chosen are read whole.
    assert!(store.texts_read() <= 3000);
}

/// Holds an answer that comes from what was kept against one that does not.
#[test]
fn an_answer_is_kept_until_anything_changes() {
    let mut all = posts(2000, 0);
    let store = Watched::of(&all);
    let counted = RefCell::new(0);
    let ask = |question: &TheoriesQuestion, all: &[Post]| {
        let before = StoreCounts(&store).kept(&Question::Theories(question.clone())).unwrap().is_some();
        *counted.borrow_mut() += usize::from(!before);
        assert_eq!(theories(&store, question), fresh(all, question));
        before
    };
    let question = TheoriesQuestion { by: By::Hour, ..theories_question() };
    assert!(!ask(&question, &all));
    assert!(ask(&question, &all));
    // A later clock, while no post lies in the future.
    assert!(ask(&TheoriesQuestion { now: at("2027-01-01T00:00:00Z"), ..question.clone() }, &all));
    assert!(
        !ask(&TheoriesQuestion { now: at("2017-03-01T12:00:00Z"), ..question.clone() }, &all),
        "then some do"
    );
    assert!(!ask(&TheoriesQuestion { by: By::Day, ..question.clone() }, &all));
    let mut other = question.clone();
    other.campaign.theories[0].label = "Another".into();
    assert!(!ask(&other, &all));
    let more = posts(1, 2000);
    add(&store, &more);
    all.extend(more);
    assert!(!ask(&question, &all));
    assert!(ask(&question, &all));
}

#[test]
fn a_span_that_moves_with_the_clock_is_counted_anew() {
    let all = posts(3000, 0);
    let store = Watched::of(&all);
    let mut question = theories_question();
    question.campaign.since = Some("1d".into());
    for now in ["2017-03-04T00:00:00Z", "2017-03-05T00:00:00Z"] {
        question.now = at(now);
        assert_eq!(theories(&store, &question), fresh(&all, &question), "{now}");
    }
}

#[test]
fn damaged_notes_are_made_anew() {
    let all = posts(1500, 0);
    let store = Watched::of(&all);
    let question = theories_question();
    let expected = theories(&store, &question);
    let mut keys = Vec::new();
    store
        .scan(super::super::store_counts::ALWAYS, Groups::NONE.into(), &mut |block| {
            keys.push(NoteKey::Matches(block.key));
            ControlFlow::Continue(())
        })
        .unwrap();
    keys.extend((0..16).map(NoteKey::Answer));
    for change in [0usize, 20, 40, usize::MAX] {
        let damaged = |key: &NoteKey| {
            let mut value = store.note(key).unwrap()?;
            let at = change.min(value.len() - 1);
            value[at] ^= 1;
            Some((key.clone(), Some(value)))
        };
        let notes = keys.iter().filter_map(damaged).collect();
        store.put(&Batch { notes, ..Batch::default() }).unwrap();
        assert_eq!(theories(&store, &question), expected);
    }
}
