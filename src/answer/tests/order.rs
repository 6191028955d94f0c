//! Answers depend on the posts alone: not on the order they came in, not on where blocks are cut, not on the number of threads.

use super::*;
use crate::store::Groups;
use std::ops::ControlFlow;

/// Posts with ties in every direction: seconds, authors, texts, platforms.
fn varied() -> Vec<Post> {
    let start = at("2017-03-11T22:00:00Z").as_millis();
    let made = (0..6000_i64).map(|n| {
        let ms = start + n * n % 4099 * 31_000 + n % 3 * 250;
        let number = |modulus: i64| usize::try_from(n % modulus).unwrap();
        let text = ["nothing", "the cia", "a mole", "a mole at langley", "svalbard", "the CIA"][number(6)];
        Post {
            platform: ["x", "telegram", "fediverse"][number(3)].into(),
            repost: [Repost::Yes, Repost::No, Repost::Unknown][number(11).min(2)],
            time_precision: if n % 50 == 0 { TimePrecision::Minute } else { TimePrecision::Millisecond },
            deleted: n % 97 == 0,
            lang: (number(4) > 0).then(|| ["de", "en", "ru"][number(3)].into()),
            kept: vec![("label".into(), format!("kind {}", n * n % 11))],
            synthetic: n == 4000,
            ..post(
                &format!("{}", n * 7919 % 6007),
                &Timestamp::from_millis_unchecked(ms).to_string(),
                &format!("demo_{}", n * n % 5003),
                text,
            )
        }
    });
    made.collect()
}

/// A store that took the posts in parts.
fn store_in_parts(posts: &[Post], part: usize) -> Box<dyn Store> {
    let store = memory_store().unwrap();
    for chunk in posts.chunks(part) {
        let mut columns = Columns::new();
        for post in chunk {
            columns.push(post);
        }
        store.put(&Batch { posts: vec![columns], ..Batch::default() }).unwrap();
    }
    store
}

fn blocks(store: &dyn Store) -> Vec<usize> {
    let mut counts = Vec::new();
    let always = Timestamp::default()..crate::post::MAX_TIMESTAMP;
    store
        .scan(always, Groups::NONE.into(), &mut |block| {
            counts.push(block.count);
            ControlFlow::Continue(())
        })
        .unwrap();
    counts
}

/// Every kind of answer that speaks of posts, as bytes.
fn answers(store: &dyn Store) -> Vec<String> {
    let theories = |zone: &str, by| TheoriesQuestion { zone: zone.into(), by, ..theories_question() };
    let first = PostsQuestion { limit: 500, ..posts_question(PostSelection::Theory("mole".into())) };
    let after = Some((at("2017-03-12T10:00:00.250Z"), varied()[0].post_id()));
    let part = TheoriesQuestion {
        since: Some(at("2017-03-12T07:00:00.250Z")),
        until: Some(at("2017-03-12T19:00:00.500Z")),
        ..theories("UTC", By::Hour)
    };
    let split = |by: &str| TheoriesQuestion {
        split: Some(by.into()),
        overlap: true,
        ..theories("Europe/Berlin", By::Hour)
    };
    let asked = [
        Question::Theories(theories("UTC", By::Hour)),
        Question::Theories(theories("America/New_York", By::Day)),
        Question::Theories(theories("Asia/Kathmandu", By::Auto)),
        Question::Theories(part),
        Question::Theories(split("platform")),
        Question::Theories(split("lang")),
        Question::Theories(split("label")),
        Question::Posts(PostsQuestion { after, ..first.clone() }),
        Question::Posts(PostsQuestion { seed: Some(5), ..first.clone() }),
        Question::Posts(first),
        Question::Lint(LintQuestion { campaign: campaign() }),
    ];
    let text = |question| serde_json::to_string(&answer(&StoreCounts(store), question).unwrap()).unwrap();
    asked.iter().map(text).collect()
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn neither_order_nor_cuts_nor_threads_show() {
    let posts = varied();
    let one = store_in_parts(&posts, posts.len());
    let expected = with_threads(1, || answers(&*one));
    let mut cuts = vec![blocks(&*one)];
    let turned: Vec<Post> = posts.iter().rev().cloned().collect();
    let mut shuffled = posts.clone();
    shuffled.sort_by_key(|post| xxhash_rust::xxh3::xxh3_64(post.id.as_bytes()));
    for (order, part, threads) in
        [(&posts, 6000, 4), (&turned, 900, 2), (&shuffled, 137, 3), (&shuffled, 2500, 1)]
    {
        let store = store_in_parts(order, part);
        cuts.push(blocks(&*store));
        for (found, expected) in with_threads(threads, || answers(&*store)).iter().zip(&expected) {
            assert!(
                found == expected,
                "parts of {part}, {threads} threads:\n{found:.2000}\n{expected:.2000}"
            );
        }
    }
    // Else the test shows nothing.
    cuts.sort();
    cuts.dedup();
    assert!(cuts.len() >= 3 && cuts.iter().all(|blocks| blocks.len() > 4), "{cuts:?}");
    assert!(expected[0].contains("\"accounts_error\":0.008"), "no estimate among the numbers");
}
