//! What a person chooses of what a file holds: a span, tags, languages; and what is said of times that cannot be.

use crate::common::tagline;
use serde_json::Value;
use std::fs;

const POSTS: &str = concat!(
    "{\"id\":\"1\",\"created_at\":\"2017-02-06T12:00:00Z\",\"author\":\"demo_a\",\"lang\":\"en\",\"text\":\"a guess #Vault7\"}\n",
    "{\"id\":\"2\",\"created_at\":\"2017-03-07T13:00:00Z\",\"author\":\"demo_b\",\"lang\":\"en-US\",\"text\":\"it is out #Vault7\"}\n",
    "{\"id\":\"3\",\"created_at\":\"2017-03-08T13:00:00Z\",\"author\":\"demo_c\",\"lang\":\"de\",\"text\":\"nichts davon\"}\n",
    "{\"id\":\"4\",\"created_at\":\"2017-03-09T13:00:00Z\",\"author\":\"demo_d\",\"text\":\"more of #vault7\"}\n",
);

/// Imports the four posts with some arguments; the report.
#[track_caller]
fn import(dir: &std::path::Path, args: &[&str]) -> Value {
    let file = dir.join("posts.jsonl");
    fs::write(&file, POSTS).unwrap();
    let output = tagline().dir(dir).args(["import", "--json"]).args(args).arg(&file).run().code(0);
    serde_json::from_slice(&output.bytes).unwrap()
}

#[track_caller]
fn check(args: &[&str], added: u64, reasons: &[(&str, u64)]) {
    let dir = tempfile::tempdir().unwrap();
    let report = import(dir.path(), args);
    assert_eq!(
        (report["read"].as_u64(), report["added"].as_u64()),
        (Some(4), Some(added)),
        "{args:?}: {report}"
    );
    assert_eq!(report["unselected"].as_u64(), Some(4 - added), "{args:?}");
    for (reason, count) in reasons {
        assert_eq!(
            report["files"][0]["unselected_reasons"][reason].as_u64(),
            Some(*count),
            "{args:?}: {report}"
        );
    }
}

#[test]
fn spans_tags_and_languages_select() {
    check(&[], 4, &[]);
    check(&["--since", "2017-03-07"], 3, &[("before --since", 1)]);
    check(
        &["--since", "2017-03-07", "--until", "2017-03-08"],
        1,
        &[("before --since", 1), ("not before --until", 2)],
    );
    check(&["--tag", "#Vault7"], 3, &[("without a --tag", 1)]);
    check(&["--tag", "nothing,VAULT7"], 3, &[]);
    check(&["--lang", "en"], 2, &[("not in a --lang", 2)]);
}

#[test]
fn another_choice_is_another_import() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(import(dir.path(), &["--lang", "de"])["added"], 1);
    let all = import(dir.path(), &[]);
    assert_eq!((&all["added"], &all["duplicates"]), (&Value::from(3), &Value::from(1)), "{all}");
    assert_eq!(import(dir.path(), &["--lang", "de"])["files"][0]["unchanged"], true);
}

#[test]
fn wrong_choices_are_usage_errors_and_make_no_project() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("posts.jsonl");
    fs::write(&file, POSTS).unwrap();
    for (args, said) in [
        (["--tag", "2017"], "`2017` can be no tag"),
        (["--since", "soon"], "`--since`"),
        (["--delimiter", "ab"], "--delimiter"),
        (["--header-line", "0"], "--header-line"),
    ] {
        let output = tagline().dir(dir.path()).arg("import").args(args).arg(&file).run().code(2);
        assert!(output.stderr.contains(said), "{args:?}: {}", output.stderr);
        assert!(!dir.path().join("tagline.toml").exists(), "{args:?}");
    }
}

#[test]
fn times_that_cannot_be_are_kept_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("posts.jsonl");
    let odd = "{\"id\":\"5\",\"created_at\":\"1999-01-01T00:00:00Z\",\"text\":\"early\"}\n{\"id\":\"6\",\"created_at\":\"2099-01-01T00:00:00Z\",\"text\":\"late\"}\n";
    fs::write(&file, format!("{POSTS}{odd}")).unwrap();
    let run = |json: &[&str]| {
        tagline().dir(dir.path()).args(["import", "--platform", "x"]).args(json).arg(&file).run().code(0)
    };
    let said = run(&[]).stdout;
    assert!(
        said.contains("2 posts have times before their platform existed or in the future: kept"),
        "{said}"
    );
}

#[test]
fn a_dry_run_says_what_and_why_and_keeps_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("posts.jsonl");
    fs::write(&file, format!("{POSTS}broken\n")).unwrap();
    let run =
        |args: &[&str]| tagline().dir(dir.path()).args(["import", "--dry-run"]).args(args).arg(&file).run();
    let said = run(&["--lang", "en"]).code(0).stdout;
    for words in [
        "jsonl",
        "why: ",
        "columns guessed: time = created_at",
        "5 records would be read: 2 posts",
        "nothing was kept",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let report = run(&["--json"]).code(0).json();
    assert_eq!(
        (&report["dry_run"], &report["added"], &report["rejected"]),
        (&true.into(), &4.into(), &1.into())
    );
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["posts.jsonl"], "no project was made");
    let none = dir.path().join("none.txt");
    fs::write(&none, "once upon a time\n").unwrap();
    let refused = tagline().dir(dir.path()).args(["import", "--dry-run"]).arg(&none).run().code(1);
    assert!(refused.stdout.contains("left out"), "{}", refused.stdout);
}
