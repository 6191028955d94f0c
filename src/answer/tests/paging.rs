//! Reading a selection page by page: every post once, in order, and each page reads little more than its own blocks.

use super::watched::Watched;
use super::*;
use crate::post::{PostId, RunKey};

/// Posts with many ties: so many to a second, at scattered milliseconds, with ids in no order.
fn many(count: i64, per_second: i64) -> Vec<Post> {
    let start = at("2017-03-07T10:00:00Z").as_millis();
    let made = (0..count).map(|n| {
        let ms = start + n / per_second * 1000 + (n * 7_919) % 5 * 199;
        let id = (n * 48_271 % 2_147_483_647).to_string();
        let text = ["nothing", "a mole", "cia", "svalbard and mole"][usize::try_from(n % 4).unwrap()];
        let post = post(&id, &Timestamp::from_millis_unchecked(ms).to_string(), "demo_a", text);
        Post {
            platform: ["x", "telegram"][usize::try_from(n % 2).unwrap()].into(),
            deleted: n % 100 == 99,
            ..post
        }
    });
    made.collect()
}

fn key(post: &Post) -> (Timestamp, PostId) {
    (post.posted_at, post.post_id())
}

/// Pages through a selection; returns the keys and the most posts that one page after the first had handed out.
#[track_caller]
fn pages(store: &Watched, asked: &PostsQuestion, expected: &[Post]) -> usize {
    let mut expected: Vec<_> = expected.iter().filter(|post| !post.deleted).map(key).collect();
    expected.sort();
    let (mut asked, mut found, mut most) = (asked.clone(), Vec::new(), 0);
    loop {
        store.posts_read();
        let page = posts(store, &asked);
        let read = store.posts_read();
        most = most.max(if asked.after.is_some() { read } else { 0 });
        assert_eq!(page.total, asked.after.is_none().then_some(expected.len() as u64));
        assert_eq!(page.posts.len(), asked.limit.min(expected.len() - found.len()));
        found.extend(page.posts.iter().map(|found| key(&found.post)));
        (asked.since, asked.until, asked.after) = (Some(page.since), Some(page.until), page.next);
        if asked.after.is_none() {
            break;
        }
        assert_eq!(asked.after.as_ref(), found.last());
    }
    assert!(found == expected, "{} found, {} expected", found.len(), expected.len());
    most
}

#[track_caller]
fn check_pages(of: PostSelection, per_second: i64, limit: usize) {
    let all = many(5000, per_second);
    let store = Watched::of(&all);
    let expected: Vec<Post> = all
        .into_iter()
        .filter(|post| match &of {
            PostSelection::All => true,
            PostSelection::Theory(id) => post.text.contains(id.as_str()),
            PostSelection::Unmatched => post.text == "nothing",
        })
        .collect();
    pages(&store, &PostsQuestion { limit, ..posts_question(of) }, &expected);
}

#[test]
fn every_post_comes_once_in_order() {
    check_pages(PostSelection::All, 3, 700);
    check_pages(PostSelection::All, 1, 10_000);
    check_pages(PostSelection::All, 2500, 700);
    check_pages(PostSelection::All, 5000, 700);
    check_pages(PostSelection::Theory("mole".into()), 3, 700);
    check_pages(PostSelection::Theory("mole".into()), 2500, 300);
    check_pages(PostSelection::Unmatched, 40, 97);
}

#[test]
fn a_page_reads_little_more_than_its_own() {
    let all = many(20_000, 3);
    let store = Watched::of(&all);
    let asked = PostsQuestion { limit: 700, ..posts_question(PostSelection::All) };
    let most = pages(&store, &asked, &all);
    // At most three blocks to choose from and one look at the next, then at most two to read whole.
    assert!(most <= 6 * crate::store::BLOCK_POSTS, "{most}");
}

#[test]
fn pages_keep_to_the_span() {
    let all = many(5000, 3);
    let store = Watched::of(&all);
    let (since, until) = (at("2017-03-07T10:05:00.100Z"), at("2017-03-07T10:20:00.500Z"));
    let inside: Vec<Post> =
        all.iter().filter(|post| post.posted_at >= since && post.posted_at < until).cloned().collect();
    let asked = PostsQuestion {
        limit: 150,
        since: Some(since),
        until: Some(until),
        ..posts_question(PostSelection::All)
    };
    pages(&store, &asked, &inside);
    let id = PostId { platform: "x".into(), id: "1".into() };
    let before = PostsQuestion { after: Some((at("2001-01-01T00:00:00Z"), id.clone())), ..asked.clone() };
    assert_eq!(posts(&store, &before).posts.len(), 150);
    let behind = PostsQuestion { after: Some((until, id)), ..asked };
    let page = posts(&store, &behind);
    assert_eq!((page.total, page.posts.len(), page.next), (None, 0, None));
}

#[test]
fn a_sample_knows_no_pages() {
    let all = many(3000, 3);
    let store = store_of(&all);
    let asked = PostsQuestion { limit: 20, seed: Some(7), ..posts_question(PostSelection::All) };
    let sample = posts(&*store, &asked);
    assert_eq!(posts(&*store, &PostsQuestion { after: Some(key(&all[2000])), ..asked }), sample);
}

#[test]
fn chosen_posts_are_read_whole() {
    let whole = |post: Post| Post {
        links: vec![format!("https://example.org/{}", post.id)],
        provenance: crate::post::Provenance { run: RunKey([7; 16]), offset: 9 },
        ..post
    };
    let all: Vec<Post> = many(4000, 3).into_iter().map(whole).collect();
    let asked = PostsQuestion { limit: 40, seed: Some(3), ..posts_question(PostSelection::All) };
    let sample = posts(&*store_of(&all), &asked);
    assert_eq!(sample.posts.len(), 40);
    for found in &sample.posts {
        assert!(all.contains(&found.post), "{:?}", found.post);
        assert_eq!(found.theories.is_empty(), found.post.text == "nothing");
    }
}
