//! Questions against a store in memory, checked by counting by hand and against a plain model.

use super::*;
use crate::post::{Author, Post, Repost, TimePrecision, Timestamp};
use crate::project::{Campaign, Event, Theory};
use crate::store::{Batch, Columns, ImportRow, ImportState, NoteKey, Store, memory_store};
use crate::timeline::{By, Distinct};
use proptest::prelude::*;

mod covered;
mod noted;
mod order;
mod overlap;
mod paging;
mod rules_looked_at;
mod split;
mod watched;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn post(id: &str, time: &str, author: &str, text: &str) -> Post {
    let author = Author { handle: (!author.is_empty()).then(|| author.to_owned()), ..Author::default() };
    Post {
        platform: "x".into(),
        id: id.into(),
        author,
        posted_at: at(time),
        text: text.into(),
        ..Post::default()
    }
}

fn store_of(posts: &[Post]) -> Box<dyn Store> {
    let store = memory_store().unwrap();
    let mut columns = Columns::new();
    for post in posts {
        columns.push(post);
    }
    store.put(&Batch { posts: vec![columns], ..Batch::default() }).unwrap();
    store
}

fn theory(id: &str, any: &[&str]) -> Theory {
    Theory {
        id: id.into(),
        label: format!("About {id}"),
        any: any.iter().map(|&term| term.to_owned()).collect(),
        ..Theory::default()
    }
}

fn campaign() -> Campaign {
    Campaign {
        name: "Vault 7".into(),
        tags: vec!["vault7".into()],
        zone: "UTC".into(),
        theories: vec![
            theory("cia", &["cia", "langley"]),
            theory("mole", &["mole"]),
            theory("seeds", &["svalbard"]),
        ],
        events: vec![Event { at: at("2017-03-07T13:00:00Z"), label: "Year Zero".into(), url: None }],
        ..Campaign::default()
    }
}

fn theories_question() -> TheoriesQuestion {
    TheoriesQuestion {
        campaign: campaign(),
        by: By::Day,
        zone: "UTC".into(),
        since: None,
        until: None,
        now: at("2026-01-01T00:00:00Z"),
        split: None,
        overlap: false,
    }
}

fn theories(store: &dyn Store, question: &TheoriesQuestion) -> TheoriesAnswer {
    match answer(&StoreCounts(store), &Question::Theories(question.clone())).unwrap() {
        Answer::Theories(answer) => *answer,
        other => panic!("{other:?}"),
    }
}

fn small() -> Vec<Post> {
    vec![
        post("1", "2017-03-07T10:00:00Z", "demo_a", "the CIA did it"),
        post("2", "2017-03-07T11:00:00Z", "demo_b", "a mole at the CIA"),
        post("3", "2017-03-07T11:00:00Z", "demo_a", "what is this"),
        post("4", "2017-03-08T23:30:00Z", "demo_c", "a mole"),
        post("5", "2017-03-09T00:30:00Z", "", "a mole"),
        Post { deleted: true, ..post("6", "2017-03-09T01:00:00Z", "demo_d", "Langley") },
        Post { synthetic: true, ..post("7", "2005-01-01T00:00:00Z", "demo_d", "Langley") },
    ]
}

#[test]
fn a_small_store_counted_by_hand() {
    let store = store_of(&small());
    let found = theories(&*store, &theories_question());
    assert_eq!((found.posts, found.matched, found.several, found.unmatched), (5, 4, 1, 1));
    assert_eq!((found.outside, found.suspicious, found.deleted, found.no_author), (1, 1, 1, 1));
    // Nobody named a bound: the buckets of the first and last post are whole.
    assert_eq!((found.since, found.until), (at("2017-03-07T00:00:00Z"), at("2017-03-10T00:00:00Z")));
    assert_eq!(
        found.buckets,
        [at("2017-03-07T00:00:00Z"), at("2017-03-08T00:00:00Z"), at("2017-03-09T00:00:00Z")]
    );
    assert_eq!(found.all, [3, 1, 1]);
    assert_eq!((&found.unmatched_series[..], &found.several_series[..]), (&[1, 0, 0][..], &[1, 0, 0][..]));
    let [cia, mole, seeds] = &found.theories[..] else { panic!() };
    assert_eq!((cia.posts, cia.only, cia.share, cia.accounts, cia.texts), (2, 1, 0.4, 2, 2));
    assert_eq!((mole.posts, mole.only, mole.share, mole.accounts, mole.texts), (3, 2, 0.6, 2, 2));
    assert_eq!(mole.series, [1, 1, 1]);
    assert_eq!(mole.accounts_series, [1, 1, 0]);
    assert_eq!(mole.first.as_ref().unwrap().id, "2");
    assert_eq!(mole.peak, Some(Peak { start: at("2017-03-07T00:00:00Z"), posts: 1 }));
    assert_eq!((seeds.posts, &seeds.first, seeds.peak), (0, &None, None));
    assert_eq!(found.ranking.posts, ["mole", "cia", "seeds"]);
    assert_eq!(found.ranking.accounts, ["cia", "mole", "seeds"]);
    assert!(!found.ranking.holds && !found.synthetic);
    let leads: Vec<_> =
        found.most_posts.iter().map(|lead| (lead.id.as_str(), lead.posts, lead.next)).collect();
    assert_eq!(leads, [("cia", 2, 1), ("mole", 2, 0)]);
    assert_eq!(found.rows[0].accounts_series, [2, 1, 0]);
    assert_eq!(found.platforms, [("x".to_owned(), 5)]);
    assert_eq!(found.data.statement, "Sample: not described");
    assert_eq!(found.events.len(), 1);
}

#[test]
fn an_empty_store_has_an_answer() {
    let store = memory_store().unwrap();
    let found = theories(&*store, &theories_question());
    assert_eq!(
        (found.posts, found.buckets.len(), found.since, found.until),
        (0, 0, Timestamp::default(), Timestamp::default())
    );
    assert_eq!(found.theories.len(), 3);
    let asked = TheoriesQuestion { since: Some(at("2017-03-01T00:00:00Z")), ..theories_question() };
    assert_eq!(theories(&*store, &asked).buckets.len(), 0);
    let asked = TheoriesQuestion { until: Some(at("2017-03-03T00:00:00Z")), ..asked };
    assert_eq!(theories(&*store, &asked).all, [0, 0]);
}

#[track_caller]
fn check_span(since: Option<&str>, until: Option<&str>, campaign_since: Option<&str>, expected: (u64, u64)) {
    let store = store_of(&small());
    let mut asked = theories_question();
    asked.campaign.since = campaign_since.map(str::to_owned);
    asked.since = since.map(at);
    asked.until = until.map(at);
    let found = theories(&*store, &asked);
    assert_eq!((found.posts, found.outside), expected);
    assert_eq!(found.all.iter().sum::<u64>(), found.posts);
}

#[test]
fn the_span_is_what_is_counted() {
    check_span(Some("2017-03-07T11:00:00Z"), None, None, (4, 2));
    check_span(None, Some("2017-03-07T11:00:00Z"), None, (1, 5));
    check_span(None, None, Some("2017-03-08"), (2, 4));
    check_span(Some("2017-03-07T10:00:00Z"), Some("2017-03-07T10:00:00.001Z"), Some("2017-03-08"), (1, 5));
    check_span(Some("2020-01-01T00:00:00Z"), None, None, (0, 6));
    check_span(None, Some("2001-01-01T00:00:00Z"), None, (0, 6));
    check_span(Some("2000-01-01T00:00:00Z"), None, None, (6, 0));
}

#[track_caller]
fn refused(change: impl Fn(&mut TheoriesQuestion), expected: &str) {
    let store = store_of(&small());
    let mut asked = theories_question();
    change(&mut asked);
    let error = answer(&StoreCounts(&*store), &Question::Theories(asked)).unwrap_err().to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn questions_without_an_answer() {
    refused(|q| q.zone = "Mars/Base".into(), "`Mars/Base`");
    refused(|q| q.campaign.since = Some("soon".into()), "`since`");
    refused(
        |q| (q.since, q.until) = (Some(at("2017-03-07T10:00:00Z")), Some(at("2017-03-07T10:00:00Z"))),
        "no time",
    );
    refused(|q| (q.by, q.since) = (By::Minute, Some(at("1990-01-01T00:00:00Z"))), "`--by day` fits");
}

#[test]
fn first_goes_by_the_finest_time_and_then_by_id() {
    let posts = [
        post("1", "2017-03-07T10:00:00.900Z", "demo_a", "cia"),
        post("3", "2017-03-07T10:00:00.100Z", "demo_a", "cia"),
        post("2", "2017-03-07T10:00:00.100Z", "demo_a", "cia"),
        Post { time_precision: TimePrecision::Day, ..post("9", "2017-03-07T00:00:00Z", "demo_a", "mole") },
    ];
    let found = theories(&*store_of(&posts), &theories_question());
    assert_eq!(found.theories[0].first.as_ref().unwrap().id, "2");
    assert_eq!(found.theories[1].first.as_ref().unwrap().time_precision, TimePrecision::Day);
    assert_eq!(found.coarse_times, 1);
}

#[test]
fn one_name_on_two_platforms_is_two_accounts() {
    let posts = [
        post("1", "2017-03-07T10:00:00Z", "demo_a", "cia"),
        Post {
            platform: "telegram".into(),
            repost: Repost::Yes,
            ..post("2", "2017-03-07T10:00:00Z", "demo_a", "cia")
        },
        Post { repost: Repost::No, ..post("3", "2017-03-07T10:00:01Z", "demo_a", "cia") },
    ];
    let found = theories(&*store_of(&posts), &theories_question());
    assert_eq!((found.theories[0].accounts, found.theories[0].texts), (2, 1));
    assert_eq!((found.reposts, found.reposts_unknown), (1, 1));
    assert_eq!(found.platforms, [("x".to_owned(), 2), ("telegram".to_owned(), 1)]);
}

#[track_caller]
fn check_days(zone: &str, first: &str, expected: &[u64]) {
    let start = at(first).as_millis();
    let time = |hour: i64| Timestamp::from_millis_unchecked(start + hour * 3_600_000).to_string();
    let hourly: Vec<Post> = (0..72).map(|n| post(&n.to_string(), &time(n), "demo_a", "cia")).collect();
    let found = theories(&*store_of(&hourly), &TheoriesQuestion { zone: zone.into(), ..theories_question() });
    assert_eq!((&found.all[..], &found.theories[0].series[..]), (expected, expected));
}

#[test]
fn days_follow_the_clocks_of_the_zone() {
    check_days("UTC", "2017-03-11T00:00:00Z", &[24, 24, 24]);
    check_days("America/New_York", "2017-03-11T05:00:00Z", &[24, 23, 24, 1]);
    check_days("Europe/Berlin", "2017-03-24T23:00:00Z", &[24, 23, 24, 1]);
    check_days("America/New_York", "2017-11-04T04:00:00Z", &[24, 25, 23]);
}

fn posts_question(of: PostSelection) -> PostsQuestion {
    PostsQuestion {
        campaign: campaign(),
        of,
        zone: "UTC".into(),
        since: None,
        until: None,
        now: at("2026-01-01T00:00:00Z"),
        limit: 10,
        seed: None,
        after: None,
    }
}

fn posts(store: &dyn Store, question: &PostsQuestion) -> PostsAnswer {
    match answer(&StoreCounts(store), &Question::Posts(question.clone())).unwrap() {
        Answer::Posts(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn check_posts(question: &PostsQuestion, expected: &[&str], total: impl Into<Option<u64>>) -> PostsAnswer {
    let found = posts(&*store_of(&small()), question);
    let ids: Vec<_> = found.posts.iter().map(|found| found.post.id.as_str()).collect();
    assert_eq!((&ids[..], found.total), (expected, total.into()));
    found
}

#[test]
fn the_posts_behind_a_number() {
    check_posts(&posts_question(PostSelection::All), &["1", "2", "3", "4", "5"], 5);
    check_posts(&posts_question(PostSelection::Unmatched), &["3"], 1);
    let mole = posts_question(PostSelection::Theory("mole".into()));
    let found = check_posts(&mole, &["2", "4", "5"], 3);
    assert_eq!(found.next, None);
    let of_first: Vec<_> = found.posts[0].theories.iter().map(|theory| theory.id.as_str()).collect();
    assert_eq!(of_first, ["cia", "mole"]);
    let first = check_posts(&PostsQuestion { limit: 2, ..mole.clone() }, &["2", "4"], 3);
    check_posts(&PostsQuestion { limit: 2, after: first.next, ..mole.clone() }, &["5"], None);
    check_posts(&PostsQuestion { limit: 0, ..mole.clone() }, &[], 3);
    check_posts(&PostsQuestion { since: Some(at("2017-03-09T00:00:00Z")), ..mole }, &["5"], 1);
}

#[test]
fn a_sample_depends_on_the_seed_alone() {
    let ids = |posts: &[Post], seed| {
        let asked = PostsQuestion { limit: 20, seed: Some(seed), ..posts_question(PostSelection::All) };
        let found = self::posts(&*store_of(posts), &asked);
        assert_eq!((found.total, found.next), (Some(3000), None));
        assert!(found.posts.is_sorted_by_key(|found| found.post.posted_at));
        found.posts.into_iter().map(|found| found.post.id).collect::<Vec<_>>()
    };
    let start = at("2017-03-07T10:00:00Z").as_millis();
    let time = |n: i64| Timestamp::from_millis_unchecked(start + n * 977).to_string();
    let mut many: Vec<Post> = (0..3000).map(|n| post(&format!("{n}"), &time(n), "demo_a", "mole")).collect();
    let sample = ids(&many, 7);
    assert_eq!(sample.len(), 20);
    many.reverse();
    assert_eq!(ids(&many, 7), sample);
    assert_ne!(ids(&many, 8), sample);
}

#[test]
fn an_unknown_theory_names_its_neighbour() {
    let asked = Question::Posts(posts_question(PostSelection::Theory("moel".into())));
    let error = answer(&StoreCounts(&*store_of(&[])), &asked).unwrap_err();
    assert!(
        matches!(&error, AnswerError::UnknownTheory { near: Some(near), known, .. } if near == "mole" && known.len() == 3)
    );
}

fn ledger_row(path: &str) -> ImportRow {
    serde_json::from_value(serde_json::json!({
        "path": path, "format": "jsonl", "compression": "none", "bytes": 1, "sha256": "", "run": "0".repeat(32),
        "reader_version": 1, "options": "", "selection": "", "kept": "", "forgets": 0, "state": "done", "read": 7, "added": 7,
        "updated": 0, "duplicates": 0, "rejected": 0, "unselected": 0, "first": null, "last": null,
        "started_at": "2026-01-01T00:00:00Z", "done_at": null,
    }))
    .unwrap()
}

#[test]
fn status_says_what_there_is() {
    let store = store_of(&small());
    let row =
        |n: u32| (NoteKey::Import(n), Some(serde_json::to_vec(&ledger_row(&format!("{n}.jsonl"))).unwrap()));
    store.put(&Batch { notes: vec![row(0), row(1)], ..Batch::default() }).unwrap();
    let until = at("2017-04-01T00:00:00Z");
    let ask = |now: &str| StatusQuestion {
        now: Some(at(now)),
        retention: Some("2017-03-31".into()),
        retention_until: Some(until),
    };
    let status = |question: StatusQuestion| match answer(&StoreCounts(&*store), &Question::Status(question))
        .unwrap()
    {
        Answer::Status(found) => found,
        _ => panic!(),
    };
    assert!(!status(ask("2017-03-31T23:59:59Z")).retention_ended);
    assert!(status(ask("2017-04-01T00:00:00Z")).retention_ended);
    let found = status(StatusQuestion::default());
    assert_eq!((found.retention.clone(), found.retention_ended), (None, false));
    assert_eq!((found.posts, found.blocks), (7, 1));
    assert_eq!(
        (found.first, found.last),
        (Some(at("2005-01-01T00:00:00Z")), Some(at("2017-03-09T01:00:00Z")))
    );
    assert_eq!(found.imports.iter().map(|row| row.path.as_str()).collect::<Vec<_>>(), ["0.jsonl", "1.jsonl"]);
    assert_eq!(found.imports[0].state, ImportState::Done);
}

#[test]
fn posts_left_out_are_read_from_their_notes() {
    let store = store_of(&small());
    assert_eq!(
        theories(&*store, &theories_question()).left_out,
        LeftOut { matched: Some(0), ..LeftOut::default() }
    );
    let (all, matched) = rules::left_out_keys(&campaign()).unwrap();
    let note = |key: NoteKey, hashes: std::ops::Range<u64>| {
        let mut distinct = Distinct::new();
        distinct.extend(hashes);
        (key, Some(distinct.to_bytes()))
    };
    store.put(&Batch { notes: vec![note(all.clone(), 0..0)], ..Batch::default() }).unwrap();
    assert_eq!(theories(&*store, &theories_question()).left_out.matched, Some(0), "of none, none");
    store.put(&Batch { notes: vec![note(all, 1..31)], ..Batch::default() }).unwrap();
    let found = theories(&*store, &theories_question()).left_out;
    assert_eq!((found.posts, found.matched), (30, None));
    store.put(&Batch { notes: vec![note(matched, 1..5)], ..Batch::default() }).unwrap();
    assert_eq!(theories(&*store, &theories_question()).left_out.matched, Some(4));
}

/// A post by a few small numbers, so that ties and blocks of one second are common.
fn made(n: usize, (second, author, kind): (i64, u8, u8)) -> Post {
    let text = ["nothing", "cia", "mole", "cia and mole", "svalbard"][usize::from(kind % 5)];
    let time = Timestamp::from_millis_unchecked(1_488_880_800_000 + second * 7_919);
    post(&n.to_string(), &time.to_string(), &format!("demo_{author}"), text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_order_and_any_batches_give_the_same_answer(
        kinds in prop::collection::vec((0i64..40_000, 0u8..9, 0u8..5), 1..2500), cut in 0usize..2500, zone in 0usize..3,
    ) {
        let made: Vec<Post> = kinds.iter().enumerate().map(|(n, &kind)| made(n, kind)).collect();
        let one = store_of(&made);
        let (left, right) = made.split_at(cut.min(made.len()));
        let other = store_of(right);
        let mut columns = Columns::new();
        for post in left.iter().rev() {
            columns.push(post);
        }
        other.put(&Batch { posts: vec![columns], ..Batch::default() }).unwrap();
        let zone = ["UTC", "America/New_York", "Europe/Berlin"][zone];
        let asked = TheoriesQuestion { zone: zone.into(), by: By::Auto, ..theories_question() };
        let found = theories(&*one, &asked);
        prop_assert_eq!(&found, &theories(&*other, &asked));
        prop_assert_eq!(found.posts, made.len() as u64);
        prop_assert_eq!(found.all.iter().sum::<u64>(), found.posts);
        for bucket in 0..found.buckets.len() {
            let only: u64 = found.theories.iter().map(|theory| theory.only_series[bucket]).sum();
            prop_assert_eq!(only + found.several_series[bucket] + found.unmatched_series[bucket], found.all[bucket]);
        }
        let json = serde_json::to_string(&found).unwrap();
        prop_assert_eq!(serde_json::from_str::<TheoriesAnswer>(&json).unwrap(), found.clone());
        // Whatever part of the span is asked, inside and outside are all posts, and the digest is that of the same posts.
        let middle = found.buckets[found.buckets.len() / 2];
        let asked = TheoriesQuestion { until: Some(middle), ..asked };
        if middle > found.since {
            let (one, other) = (theories(&*one, &asked), theories(&*other, &asked));
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(one.posts + one.outside, found.posts);
            prop_assert_ne!(one.digest, found.digest);
        }
    }
}
