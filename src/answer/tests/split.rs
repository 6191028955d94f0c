//! Counts by the values of a field: they add up to the whole, and each is what a store of these posts alone would answer.

use super::watched::Watched;
use super::*;

fn split(store: &dyn Store, by: &str) -> (TheoriesAnswer, SplitAnswer) {
    let asked = TheoriesQuestion { split: Some(by.into()), ..theories_question() };
    let found = theories(store, &asked);
    // Nothing else changes.
    let whole = theories(store, &theories_question());
    assert_eq!(TheoriesAnswer { split: None, ..found.clone() }, whole);
    (whole, found.split.unwrap())
}

fn kept(post: Post, column: &str, value: &str) -> Post {
    Post { kept: vec![(column.to_owned(), value.to_owned())], ..post }
}

#[track_caller]
fn check_sums(whole: &TheoriesAnswer, split: &SplitAnswer) {
    let sum = |of: &dyn Fn(&PartCount) -> u64| split.parts.iter().map(of).sum::<u64>();
    let sums = |of: &dyn Fn(&PartCount) -> Vec<u64>| {
        split.parts.iter().fold(vec![0; whole.buckets.len()], |mut sums, part| {
            let series = of(part);
            assert_eq!(series.len(), sums.len());
            sums.iter_mut().zip(series).for_each(|(sum, posts)| *sum += posts);
            sums
        })
    };
    assert_eq!(
        (sum(&|p| p.posts), sum(&|p| p.matched), sum(&|p| p.several), sum(&|p| p.unmatched)),
        (whole.posts, whole.matched, whole.several, whole.unmatched)
    );
    assert_eq!(sums(&|p| p.all.clone()), whole.all);
    assert_eq!(sums(&|p| p.several_series.clone()), whole.several_series);
    assert_eq!(sums(&|p| p.unmatched_series.clone()), whole.unmatched_series);
    for (at, theory) in whole.theories.iter().enumerate() {
        assert!(split.parts.iter().all(|part| part.theories[at].id == theory.id));
        assert_eq!(
            (sum(&|p| p.theories[at].posts), sum(&|p| p.theories[at].only)),
            (theory.posts, theory.only)
        );
        assert_eq!(sums(&|p| p.theories[at].series.clone()), theory.series);
        assert_eq!(sums(&|p| p.theories[at].only_series.clone()), theory.only_series);
    }
}

/// Id, posts, whether it is the rest.
fn sizes(split: &SplitAnswer) -> Vec<(&str, u64, bool)> {
    split.parts.iter().map(|part| (part.id.as_str(), part.posts, part.other)).collect()
}

#[test]
fn parts_counted_by_hand() {
    let mut posts = small();
    posts[0].lang = Some("en".into());
    posts[1].lang = Some("de".into());
    posts[3].lang = Some("en".into());
    posts[4].platform = "telegram".into();
    let store = store_of(&posts);
    let (whole, by_lang) = split(&*store, "lang");
    assert_eq!(sizes(&by_lang), [("", 2, false), ("en", 2, false), ("de", 1, false)]);
    assert_eq!((by_lang.by.as_str(), by_lang.others), ("lang", 0));
    check_sums(&whole, &by_lang);
    let english = &by_lang.parts[1];
    assert_eq!((english.matched, english.several, english.unmatched), (2, 0, 0));
    assert_eq!((&english.all[..], &english.theories[0].series[..]), (&[1, 1, 0][..], &[1, 0, 0][..]));
    let (whole, by_platform) = split(&*store, "platform");
    assert_eq!(sizes(&by_platform), [("x", 4, false), ("telegram", 1, false)]);
    check_sums(&whole, &by_platform);
    let (_, none) = split(&*memory_store().unwrap(), "label");
    assert_eq!((none.parts.len(), none.others), (0, 0), "nothing to split is no mistake");
    let json = serde_json::to_string(&whole).unwrap();
    assert!(!json.contains("\"split\""), "{json}");
}

#[test]
fn what_is_too_small_for_a_part_shares_one() {
    let values = ["a", "b", "c", "d", "e", "other", "g", "h"];
    let posts = |n: usize| {
        (0..9 - n).map(move |m| {
            kept(post(&format!("{n}-{m}"), "2017-03-07T10:00:00Z", "demo_a", "cia"), "label", values[n])
        })
    };
    let all: Vec<Post> = (0..values.len()).flat_map(posts).collect();
    let (whole, found) = split(&*store_of(&all), "label");
    let expected = [("a", 9, false), ("b", 8, false), ("c", 7, false), ("d", 6, false), ("e", 5, false)];
    assert_eq!(sizes(&found)[..5], expected);
    // A value may be called as the rest is.
    assert_eq!(sizes(&found)[5..], [("other", 4, false), ("other", 3 + 2, true)]);
    assert_eq!((found.parts.len(), found.others), (MAX_PARTS + 1, 2));
    check_sums(&whole, &found);
    let six: Vec<Post> = (0..MAX_PARTS).flat_map(posts).collect();
    let (_, found) = split(&*store_of(&six), "label");
    assert!(found.parts.iter().all(|part| !part.other), "nothing is left for another");
}

#[track_caller]
fn refused(posts: &[Post], by: &str, expected: &str) {
    let asked = TheoriesQuestion { split: Some(by.into()), ..theories_question() };
    let error = answer(&StoreCounts(&*store_of(posts)), &Question::Theories(asked)).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}");
    // It can be said over a socket.
    let line = serde_json::to_string(&error).unwrap();
    assert_eq!(serde_json::from_str::<AnswerError>(&line).unwrap().to_string(), error.to_string());
}

#[test]
fn a_column_that_is_not_there_is_named_with_those_that_are() {
    refused(
        &small(),
        "label",
        "no post of the span has a column `label`, nor any other: columns are kept by",
    );
    let mut posts = small();
    posts[0] = kept(posts[0].clone(), "mood", "");
    posts[1] = kept(posts[1].clone(), "kind", "z");
    // Neither a deleted post nor one outside the span counts.
    posts[5] = kept(posts[5].clone(), "label", "a");
    posts[6] = kept(posts[6].clone(), "label", "a");
    refused(&posts, "label", "a column `label`: there are `kind`, `mood`");
    refused(&posts, "Kind", "a column `Kind`: there are `kind`, `mood`");
    // An empty column is there.
    let (_, found) = split(&*store_of(&posts), "mood");
    assert_eq!(sizes(&found), [("", 5, false)]);
}

#[test]
fn a_column_of_long_texts_is_no_field_to_split_by() {
    let long = |n: usize| {
        let value = format!("{n}{}", "x".repeat(1 << 20));
        kept(post(&n.to_string(), "2017-03-07T10:00:00Z", "demo_a", "cia"), "page", &value)
    };
    refused(&(0..17).map(long).collect::<Vec<_>>(), "page", "`page` has too many values");
}

#[test]
fn only_what_a_split_needs_is_read() {
    let all: Vec<Post> = (0..1500)
        .map(|n| kept(post(&n.to_string(), "2017-03-07T10:00:00Z", "demo_a", "a mole"), "label", "a"))
        .collect();
    let store = Watched::of(&all);
    for (by, rest) in [("platform", 0), ("lang", 3000), ("label", 3000)] {
        let asked = TheoriesQuestion { split: Some(by.into()), overlap: true, ..theories_question() };
        theories(&store, &asked);
        // Once to know the values, once to count; and of the texts what is not noted yet.
        assert_eq!(
            (store.rests_read(), store.texts_read()),
            (rest, if rest == 0 { 1500 } else { 0 }),
            "{by}"
        );
        theories(&store, &asked);
        assert_eq!((store.rests_read(), store.texts_read()), (0, 0), "the answer was kept");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn every_part_is_a_store_of_its_own(
        kinds in prop::collection::vec((0i64..40_000, 0u8..9, 0u8..5, prop::option::of(0u8..12), any::<bool>()), 1..300),
    ) {
        let value = |number: u8| format!("value {}", number.min(9));
        let posts: Vec<Post> = kinds.iter().enumerate().map(|(n, &(second, author, kind, number, deleted))| {
            let made = Post { deleted: deleted && n % 5 == 0, ..made(n, (second, author, kind)) };
            number.map_or(made.clone(), |number| kept(made, "label", &value(number)))
        }).collect();
        prop_assume!(posts.iter().any(|post| !post.deleted && !post.kept.is_empty()));
        let (whole, found) = split(&*store_of(&posts), "label");
        check_sums(&whole, &found);
        prop_assert!(found.parts.iter().filter(|part| !part.other).is_sorted_by(|a, b| (b.posts, &a.id) < (a.posts, &b.id)));
        prop_assert_eq!(found.others > 0, found.parts.last().unwrap().other);
        let named: Vec<&str> = found.parts.iter().filter(|part| !part.other).map(|part| part.id.as_str()).collect();
        for part in &found.parts {
            let of = |post: &&Post| {
                let value = post.kept.first().map_or("", |pair| pair.1.as_str());
                if part.other { !named.contains(&value) } else { value == part.id }
            };
            let alone: Vec<Post> = posts.iter().filter(of).cloned().collect();
            let asked = TheoriesQuestion { since: Some(whole.since), until: Some(whole.until), ..theories_question() };
            let alone = theories(&*store_of(&alone), &asked);
            prop_assert_eq!((part.posts, part.several, part.unmatched), (alone.posts, alone.several, alone.unmatched));
            prop_assert_eq!(&part.all, &alone.all);
            for (one, other) in part.theories.iter().zip(&alone.theories) {
                prop_assert_eq!((&one.series, &one.only_series), (&other.series, &other.only_series));
            }
        }
    }
}
