//! The program's counts equal the planted ones, to the post, in three calendars.

use crate::common::tagline;
use crate::fixture::folder;
use crate::generator::calendar::{HOUR, Zone, rfc3339, utc};
use crate::generator::truth::{Row, Truth};
use crate::generator::{Planted, generate};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use tempfile::TempDir;

/// A project with all posts imported.
#[track_caller]
fn project() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(folder().join("tagline.toml"), dir.path().join("tagline.toml")).unwrap();
    let posts = folder().join("posts.ndjson");
    let report = tagline().dir(dir.path()).arg("import").arg(posts).arg("--json").run().json();
    let read = generate().len();
    for (field, expected) in [
        ("read", read),
        ("added", read),
        ("updated", 0),
        ("duplicates", 0),
        ("rejected", 0),
        ("unselected", 0),
    ] {
        assert_eq!(report[field], json!(expected), "{field} of {report}");
    }
    dir
}

#[track_caller]
fn theories(zone: Zone, more: &[&str]) -> Value {
    let dir = project();
    tagline()
        .dir(dir.path())
        .args(["theories", "--json", "--by", "day", "--zone", zone.name()])
        .args(more)
        .run()
        .json()
}

/// Compares a list of counts by day with the planted one; days after the last planted one must be zero.
#[track_caller]
fn check_series(what: &str, answer: &Value, planted: &[u64]) {
    let counted: Vec<u64> = serde_json::from_value(answer.clone()).unwrap();
    assert!(counted.len() >= planted.len(), "{what}: {} buckets for {} days", counted.len(), planted.len());
    assert_eq!(&counted[..planted.len()], planted, "{what}");
    assert!(counted[planted.len()..].iter().all(|&n| n == 0), "{what}");
}

#[track_caller]
fn check_row(what: &str, answer: &Value, row: &Row, zone: usize) {
    assert_eq!(answer["accounts"], json!(row.accounts), "accounts of {what}");
    check_series(
        &format!("accounts_series of {what}"),
        &answer["accounts_series"],
        &row.accounts_by_day[zone],
    );
}

/// Everything that does not depend on where the last bucket lies.
#[track_caller]
fn check_answer(answer: &Value, truth: &Truth, zone: Zone) {
    let index = Zone::ALL.iter().position(|&other| other == zone).unwrap();
    assert_eq!(answer["schema"], "tagline.theories/1");
    assert_eq!((&answer["zone"], &answer["by"]), (&json!(zone.name()), &json!("day")));
    assert_eq!(answer["synthetic"], true);
    assert_eq!(answer["outside"], 0);
    assert_eq!(answer["posts"], truth.all.posts);
    assert_eq!(answer["matched"], truth.matched());
    assert_eq!(answer["several"], truth.several.posts);
    assert_eq!(answer["unmatched"], truth.unmatched.posts);
    assert_eq!(answer["reposts"], truth.reposts);
    assert_eq!(answer["no_author"], truth.no_author);
    let starts: Vec<String> = truth.days[index].iter().map(|&day| rfc3339(zone.day_start(day))).collect();
    let buckets: Vec<String> = serde_json::from_value(answer["buckets"].clone()).unwrap();
    assert_eq!(buckets[..starts.len()], starts);
    check_series("all", &answer["all"], &truth.all.by_day[index]);
    check_series("several_series", &answer["several_series"], &truth.several.by_day[index]);
    check_series("unmatched_series", &answer["unmatched_series"], &truth.unmatched.by_day[index]);
    for (number, (id, row)) in
        [("all", &truth.all), ("several", &truth.several), ("unmatched", &truth.unmatched)]
            .into_iter()
            .enumerate()
    {
        assert_eq!(answer["rows"][number]["id"], id);
        check_row(id, &answer["rows"][number], row, index);
    }
    check_theories(answer, truth, index);
}

#[track_caller]
fn check_theories(answer: &Value, truth: &Truth, zone: usize) {
    assert_eq!(answer["theories"].as_array().unwrap().len(), truth.theories.len());
    for (theory, planted) in answer["theories"].as_array().unwrap().iter().zip(&truth.theories) {
        let id = planted.theory.id();
        assert_eq!(theory["id"], id);
        assert_eq!(theory["posts"], planted.row.posts, "{id}");
        assert_eq!(theory["only"], planted.only.posts, "{id}");
        let millionths = (theory["share"].as_f64().unwrap() * 1e6).round();
        let share = planted.row.posts as f64 / truth.all.posts as f64;
        assert!((millionths / 1e6 - share).abs() < 1e-6, "share of {id}: {}", theory["share"]);
        check_row(id, theory, &planted.row, zone);
        check_series(id, &theory["series"], &planted.row.by_day[zone]);
        check_series(id, &theory["only_series"], &planted.only.by_day[zone]);
        let first = &theory["first"];
        assert_eq!(
            (&first["id"], &first["at"]),
            (&json!(planted.first.0), &json!(rfc3339(planted.first.1))),
            "{id}"
        );
        assert_eq!((&first["platform"], &first["time_trust"]), (&json!("x"), &json!("id")), "{id}");
        let most = planted.row.by_day[zone].iter().max().unwrap();
        assert_eq!(theory["peak"]["posts"], *most, "peak of {id}");
    }
}

#[test]
fn counts_in_utc() {
    check_answer(&theories(Zone::Utc, &[]), &Truth::of(&generate()), Zone::Utc);
}

#[test]
fn counts_in_new_york_across_the_change_of_clocks() {
    let answer = theories(Zone::NewYork, &[]);
    check_answer(&answer, &Truth::of(&generate()), Zone::NewYork);
    let start = utc(3, 12, 5, 0);
    assert_eq!(next_bucket(&answer, start), rfc3339(start + 23 * HOUR));
}

#[test]
fn counts_in_berlin() {
    check_answer(&theories(Zone::Berlin, &[]), &Truth::of(&generate()), Zone::Berlin);
}

#[test]
fn days_after_the_last_post_are_zero_and_one_of_them_has_23_hours() {
    let answer = theories(Zone::Berlin, &["--until", "2017-03-28"]);
    check_answer(&answer, &Truth::of(&generate()), Zone::Berlin);
    let start = utc(3, 25, 23, 0);
    assert_eq!(next_bucket(&answer, start), rfc3339(start + 23 * HOUR));
    let index = bucket(&answer, start);
    assert_eq!(answer["all"][index], 0);
}

/// Where the bucket that starts at `start` stands.
#[track_caller]
fn bucket(answer: &Value, start: i64) -> usize {
    let start = rfc3339(start);
    let buckets = answer["buckets"].as_array().unwrap();
    buckets
        .iter()
        .position(|bucket| *bucket == start)
        .unwrap_or_else(|| panic!("no bucket starts at {start}"))
}

#[track_caller]
fn next_bucket(answer: &Value, start: i64) -> String {
    answer["buckets"][bucket(answer, start) + 1].as_str().unwrap().to_owned()
}

#[test]
fn a_span_counts_what_is_in_it() {
    // Both dates are midnights of the chosen zone; the second is no longer in the span.
    for zone in Zone::ALL {
        let answer = theories(zone, &["--since", "2017-02-16", "--until", "2017-03-13"]);
        let planted = generate();
        let span = zone.day(utc(2, 16, 12, 0))..zone.day(utc(3, 13, 12, 0));
        let within = planted.iter().filter(|post| span.contains(&zone.day(post.at))).count();
        assert_eq!(answer["posts"], within, "{}", zone.name());
        assert_eq!(answer["outside"], planted.len() - within, "{}", zone.name());
        assert_eq!(answer["buckets"].as_array().unwrap().len(), 25, "{}", zone.name());
    }
}

/// Ids of the posts printed for a selection.
#[track_caller]
fn printed(project: &Path, selection: &[&str]) -> BTreeSet<String> {
    let posts = tagline().dir(project).arg("posts").args(selection).arg("--ndjson").run().ndjson();
    let ids: Vec<String> = posts.iter().map(|post| post["id"].as_str().unwrap().to_owned()).collect();
    let set: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(ids.len(), set.len(), "an id is printed twice");
    set
}

/// Compares sets of ids and, where they differ, shows texts instead of numbers.
#[track_caller]
fn check_ids(what: &str, printed: &BTreeSet<String>, planted: &[Planted], wanted: &dyn Fn(&Planted) -> bool) {
    let differing = |post: &&Planted| printed.contains(&post.post.id) != wanted(post);
    let wrong: Vec<String> = planted
        .iter()
        .filter(differing)
        .take(20)
        .map(|post| format!("{} planted {}: {}", post.post.id, wanted(post), post.post.text))
        .collect();
    assert!(wrong.is_empty(), "{what}: printed and planted differ\n{}", wrong.join("\n"));
    assert_eq!(printed.len(), planted.iter().filter(|post| wanted(post)).count(), "{what}: unknown ids");
}

#[test]
fn every_post_is_in_the_theories_that_it_was_planted_in() {
    let (planted, dir) = (generate(), project());
    for theory in &Truth::of(&planted).theories {
        let id = theory.theory.id();
        let ids: BTreeSet<&String> = theory.ids.iter().collect();
        check_ids(id, &printed(dir.path(), &["--theory", id]), &planted, &|post| ids.contains(&post.post.id));
    }
    check_ids("unmatched", &printed(dir.path(), &["--unmatched"]), &planted, &|post| {
        post.theories.is_empty()
    });
}
