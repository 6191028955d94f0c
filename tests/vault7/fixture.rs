//! The committed files are what the generator makes, and what it makes is what it promises. No binary is run here.

use crate::generator::calendar::{Zone, date, utc};
use crate::generator::truth::Truth;
use crate::generator::{Planted, Theory, generate, ndjson, plan, rules, sentences};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use tagline::post::{Post, Repost, snowflake_time};

/// The folder of the fixture.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vault7")
}

#[track_caller]
fn check_file(name: &str, expected: &str) {
    let path = folder().join(name);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&path, expected).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    // `assert_eq` would print megabytes.
    let line = committed.lines().zip(expected.lines()).position(|(a, b)| a != b).map(|index| index + 1);
    assert!(
        committed == expected,
        "{name} is not what the generator makes (first difference: line {line:?}); `UPDATE_FIXTURES=1 cargo test --test vault7` writes it"
    );
}

#[test]
fn committed_files_are_what_the_generator_makes() {
    let planted = generate();
    check_file("posts.ndjson", &ndjson(&planted));
    check_file("tagline.toml", rules::CAMPAIGN);
    check_file("truth.json", &Truth::of(&planted).json());
}

#[test]
fn lines_are_posts() {
    let planted = generate();
    let text = ndjson(&planted);
    assert!(text.len() < 1_300_000, "{} bytes", text.len());
    assert_eq!(text.lines().count(), planted.len());
    for (line, planted) in text.lines().zip(&planted) {
        let post: Post = serde_json::from_str(line).unwrap();
        assert_eq!(post, planted.post);
    }
}

#[test]
fn posts_are_invented_and_carry_the_tag() {
    for Planted { post, at, .. } in generate() {
        assert!(post.synthetic && post.platform == "x");
        assert!(post.text.to_lowercase().contains("#vault7"), "{}", post.text);
        assert!(post.tags.contains(&"vault7".to_owned()), "{:?}", post.tags);
        assert!(post.text.chars().count() <= 280, "{}", post.text);
        assert!(!post.text.contains(['{', '}']), "{}", post.text);
        let names = post.author.handle.iter().chain(&post.mentions);
        assert!(names.into_iter().all(|handle| handle.starts_with("demo_")));
        let carried = snowflake_time(&post.id).unwrap();
        assert_eq!((carried, carried.as_millis()), (post.posted_at, at));
    }
}

#[test]
fn ids_and_handles_are_unique() {
    let planted = generate();
    let ids: BTreeSet<&str> = planted.iter().map(|planted| planted.post.id.as_str()).collect();
    assert_eq!(ids.len(), planted.len());
    let mut handles: BTreeMap<&str, &str> = BTreeMap::new();
    for Planted { post, .. } in &planted {
        if let (Some(id), Some(handle)) = (&post.author.id, &post.author.handle) {
            assert_eq!(handles.insert(handle, id).unwrap_or(id), id);
        }
    }
    let ids: BTreeSet<&str> = handles.values().copied().collect();
    assert_eq!(ids.len(), handles.len());
}

#[test]
fn references_lead_to_earlier_posts() {
    let mut before: BTreeMap<String, Planted> = BTreeMap::new();
    for planted in generate() {
        let post = &planted.post;
        for id in [&post.reply_to, &post.repost_of, &post.quote_of].into_iter().flatten() {
            assert!(before.contains_key(id));
        }
        assert_eq!(post.repost == Repost::Yes, post.repost_of.is_some());
        if let Some(id) = &post.repost_of {
            assert_eq!(
                (&before[id].post.text, &before[id].theories, &before[id].post.tags),
                (&post.text, &planted.theories, &post.tags)
            );
        }
        before.insert(post.id.clone(), planted);
    }
}

#[test]
fn every_theory_has_many_wordings() {
    for theory in Theory::ALL {
        let wordings = sentences().filter(|(_, sentence)| sentence.theories == [theory]).count();
        assert!(wordings >= 25, "{}: {wordings}", theory.id());
    }
    assert!(sentences().filter(|(_, sentence)| sentence.theories.len() > 1).count() >= 20);
    assert!(sentences().filter(|(_, sentence)| sentence.theories.is_empty()).count() >= 40);
}

#[test]
fn every_sentence_is_used() {
    // A sentence that never comes would be a near miss that nobody tests. Slots cut sentences into parts.
    let text = ndjson(&generate()).to_lowercase();
    let missing: Vec<&str> = sentences()
        .map(|(_, sentence)| sentence.text)
        .filter(|sentence| {
            let longest = sentence.split(['{', '}']).max_by_key(|part| part.len()).unwrap_or_default();
            let longest = serde_json::to_string(longest.trim()).unwrap().to_lowercase();
            !text.contains(longest.trim_matches('"'))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_story_is_the_public_one() {
    let truth = Truth::of(&generate());
    let day = |month, day| {
        let wanted = Zone::Utc.day(utc(month, day, 0, 0));
        truth.days[0].iter().position(|&day| day == wanted).unwrap()
    };
    let on = |theory: usize, index: usize| truth.theories[theory].row.by_day[0][index];
    let most = |index: usize| (0..5).max_by_key(|&theory| on(theory, index)).unwrap();
    for date in 4..=14 {
        assert_eq!(most(day(2, date)), 0, "clinton on {date} February");
    }
    for date in 7..=20 {
        assert_eq!(most(day(3, date)), 2, "cia on {date} March");
    }
    assert!(on(2, day(2, 16)) > 4 * on(2, day(2, 15)));
    assert!(on(3, day(2, 5)) > 2 * on(3, day(2, 4)));
    assert_eq!([day(2, 2), day(2, 3)].map(|index| truth.all.by_day[0][index]), [0, 0]);
    assert_eq!(most(truth.days[0].len() - 1), 2);
    let part = |n: u64| n as f64 / truth.all.posts as f64;
    assert!((0.15..0.25).contains(&part(truth.unmatched.posts)), "{}", part(truth.unmatched.posts));
    assert!((0.05..0.15).contains(&part(truth.several.posts)), "{}", part(truth.several.posts));
}

#[test]
fn zones_matter() {
    let planted = generate();
    let times: BTreeSet<i64> = planted.iter().map(|planted| planted.at).collect();
    for &edge in plan::EDGES {
        assert!(times.contains(&(edge - 1)) && times.contains(&edge), "{edge}");
    }
    let truth = Truth::of(&planted);
    let ends = |zone: usize| [truth.days[zone][0], *truth.days[zone].last().unwrap()].map(date);
    assert_eq!(ends(0), ["2017-02-01", "2017-03-20"]);
    assert_eq!(ends(1), ["2017-01-31", "2017-03-20"]);
    assert_eq!(ends(2), ["2017-02-01", "2017-03-21"]);
    for zone in [1, 2] {
        assert_ne!(truth.all.by_day[0], truth.all.by_day[zone]);
    }
    assert_ne!(truth.all.by_day[1], truth.all.by_day[2]);
}

#[test]
fn parts_add_up() {
    let truth = Truth::of(&generate());
    for zone in 0..3 {
        for index in 0..truth.days[zone].len() {
            let only: u64 = truth.theories.iter().map(|theory| theory.only.by_day[zone][index]).sum();
            let sum = only + truth.several.by_day[zone][index] + truth.unmatched.by_day[zone][index];
            assert_eq!(sum, truth.all.by_day[zone][index]);
        }
        assert_eq!(truth.all.by_day[zone].iter().sum::<u64>(), truth.all.posts);
    }
}
