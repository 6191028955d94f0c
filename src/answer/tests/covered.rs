//! What feeds say that they collected stands in the answer, as it is now, also in one that was kept.

use super::*;
use crate::store::{FeedRow, list_with_feeds};
use crate::timeline::Coverage;
use std::collections::BTreeMap;

type Spans<'a> = &'a [(&'a str, &'a str, Option<&'a str>)];

/// Writes what a feed says of a tag, as `collect` does when it found no posts.
fn say(store: &dyn Store, host: &str, tag: &str, spans: Spans<'_>) {
    let row = FeedRow::new("mastodon", host, vec!["vault7".into()], at("2017-03-01T00:00:00Z"));
    let mut coverage = Coverage::default();
    for (since, until, gap) in spans {
        match gap {
            None => coverage.collected(at(since), at(until)),
            Some(why) => coverage.gap(at(since), at(until), why),
        }
    }
    let coverage = BTreeMap::from([(tag.to_owned(), coverage)]);
    let mut notes = vec![row.note(), (row.coverage_key(), Some(serde_json::to_vec(&coverage).unwrap()))];
    notes.extend(list_with_feeds(store, &[row.name()]).unwrap());
    store.put(&Batch { notes, ..Batch::default() }).unwrap();
}

#[track_caller]
fn check(store: &dyn Store, collected: &[(&str, &str)], gaps: &[(&str, &str)]) {
    let found = theories(store, &theories_question());
    let times =
        |spans: &[(&str, &str)]| spans.iter().map(|span| (at(span.0), at(span.1))).collect::<Vec<_>>();
    assert_eq!((found.collected, found.gaps), (times(collected), times(gaps)));
}

#[test]
fn coverage_of_all_feeds_is_cut_merged_and_refreshed() {
    let store = store_of(&small());
    check(&*store, &[], &[]);
    let json = serde_json::to_string(&theories(&*store, &theories_question())).unwrap();
    assert!(!json.contains("\"collected\"") && !json.contains("\"gaps\""), "{json}");
    let revision = store.revision().unwrap();
    say(&*store, "one.example", "vault7", &[("2017-03-01T00:00:00Z", "2017-03-08T00:00:00Z", None)]);
    check(&*store, &[("2017-03-07T00:00:00Z", "2017-03-08T00:00:00Z")], &[]);
    // Another feed goes on from there, and lacks a part of what the first has.
    say(
        &*store,
        "two.example",
        "",
        &[
            ("2017-03-08T00:00:00Z", "2017-03-09T00:00:00Z", None),
            ("2017-03-07T12:00:00Z", "2017-03-07T18:00:00Z", Some("the host was away")),
            ("2017-03-09T20:00:00Z", "2017-03-20T00:00:00Z", Some("the host was away")),
        ],
    );
    check(
        &*store,
        &[("2017-03-07T00:00:00Z", "2017-03-07T12:00:00Z"), ("2017-03-07T18:00:00Z", "2017-03-09T00:00:00Z")],
        &[("2017-03-07T12:00:00Z", "2017-03-07T18:00:00Z"), ("2017-03-09T20:00:00Z", "2017-03-10T00:00:00Z")],
    );
    // All this came from a kept answer: nothing that was said raised the revision.
    assert_eq!(store.revision().unwrap(), revision);
    let question = Question::Theories(theories_question());
    assert!(StoreCounts(&*store).kept(&question).unwrap().is_some());
}
