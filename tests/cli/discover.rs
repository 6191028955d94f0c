//! `discover`: candidates of the demo and of small files; accepting one.

use crate::common::tagline;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Posts of two theories and one of something else, as JSON lines.
fn lines() -> Vec<String> {
    let (mole, seeds) = (["mole", "insider", "langley", "badge"], ["svalbard", "seeds", "arctic", "granary"]);
    let mut lines = Vec::new();
    for n in 0..80_usize {
        let words = if n % 2 == 0 { mole } else { seeds };
        let (a, b, c) =
            (words[n / 2 % 4], words[(n / 2 + 1 + n / 8 % 2) % 4], ["tonight", "again", "really"][n % 3]);
        lines.push(format!(
            r##"{{"id":"{n}","time":"2017-02-{:02}T10:{:02}:00Z","author":"demo_{n}","text":"#Vault7 {a} and {b} {c} number{n}"}}"##,
            n % 20 + 1,
            n % 60
        ));
    }
    lines
}

fn project(lines: &[String]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("posts.jsonl"), lines.join("\n")).unwrap();
    tagline().dir(dir.path()).args(["init"]).run().ok();
    tagline().dir(dir.path()).arg("import").arg(dir.path().join("posts.jsonl")).run().ok();
    dir
}

fn json(dir: &Path, args: &[&str]) -> Value {
    let output = tagline().dir(dir).args(["discover", "--json"]).args(args).run().ok();
    serde_json::from_str(&output.stdout).unwrap()
}

#[test]
fn candidates_have_keywords_numbers_and_examples() {
    let dir = project(&lines());
    let answer = json(dir.path(), &[]);
    assert_eq!(answer["schema"], "tagline.discover/1");
    let theories = answer["theories"].as_array().unwrap();
    assert_eq!(theories.len(), 2, "{answer}");
    let posts: u64 = theories.iter().map(|theory| theory["posts"].as_u64().unwrap()).sum();
    assert_eq!(posts + answer["ungrouped"].as_u64().unwrap(), 80);
    for theory in theories {
        assert!(theory["posts"].as_u64().unwrap() >= 38, "{theory}");
        assert_eq!(theory["accounts"], theory["posts"]);
        assert_eq!(theory["examples"].as_array().unwrap().len(), 3);
        assert!(theory["first"]["at"].as_str().unwrap().starts_with("2017-02-0"));
        let keyword = theory["keywords"][0]["term"].as_str().unwrap();
        assert!(!["#vault7", "tonight", "again", "really"].contains(&keyword), "{keyword}");
    }
    let text = tagline().dir(dir.path()).arg("discover").run().ok().stdout;
    assert!(text.contains("80 posts by 80 voices") && text.contains("came again"), "{text}");
}

#[test]
fn the_order_of_imports_does_not_show() {
    let lines = lines();
    let mut other = lines.clone();
    fastrand::Rng::with_seed(3).shuffle(&mut other);
    let (one, two) = (project(&lines), project(&other[..30]));
    fs::write(two.path().join("rest.jsonl"), other[30..].join("\n")).unwrap();
    tagline().dir(two.path()).arg("import").arg(two.path().join("rest.jsonl")).run().ok();
    assert_eq!(json(one.path(), &[]), json(two.path(), &["--threads", "1"]));
}

#[test]
fn every_post_is_assigned_once() {
    let dir = project(&lines());
    let file = dir.path().join("a.ndjson");
    let said = tagline().dir(dir.path()).args(["discover", "--json", "--assignments"]).arg(&file).run().ok();
    let answer: Value = serde_json::from_str(&said.stdout).unwrap();
    assert!(answer.get("assignments").is_none());
    let mut of: BTreeMap<String, u64> = BTreeMap::new();
    for line in fs::read_to_string(file).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["platform"].is_string() && line["id"].is_string());
        *of.entry(line["theory"].to_string()).or_default() += 1;
    }
    assert_eq!(of.values().sum::<u64>(), 80);
    assert_eq!(of["0"], answer["theories"][0]["posts"].as_u64().unwrap());
}

#[test]
fn an_accepted_candidate_is_a_theory_that_finds_its_posts() {
    let dir = project(&lines());
    let candidate = json(dir.path(), &[])["theories"][0]["posts"].as_u64().unwrap();
    let saved = tagline()
        .dir(dir.path())
        .args(["discover", "--save", "1", "--id", "first", "--label", "The first"])
        .run()
        .ok();
    assert!(saved.stdout.contains("(precision)") && saved.stdout.starts_with("any: "), "{}", saved.stdout);
    let table = tagline().dir(dir.path()).args(["theories", "--json"]).run().ok().stdout;
    let table: Value = serde_json::from_str(&table).unwrap();
    assert_eq!(table["theories"][0]["label"], "The first");
    let found = table["theories"][0]["posts"].as_u64().unwrap();
    assert!(found.abs_diff(candidate) * 20 <= candidate, "{found} posts instead of {candidate}");
    // What is named is not proposed again among the others.
    let beyond = json(dir.path(), &["--beyond"]);
    assert_eq!(beyond["posts"].as_u64().unwrap(), 80 - found);
    assert_eq!(json(dir.path(), &["--theory", "none"])["posts"], beyond["posts"]);
    assert_eq!(json(dir.path(), &["--theory", "first"])["posts"].as_u64().unwrap(), found);
}

#[test]
fn too_few_posts_and_wrong_numbers_are_said() {
    let dir = project(&lines()[..5]);
    let few = tagline().dir(dir.path()).arg("discover").run().ok();
    assert!(few.stdout.contains("fewer than 10 voices"), "{}", few.stdout);
    tagline().dir(dir.path()).args(["discover", "--fail-empty"]).run().code(3);
    let wrong = tagline().dir(dir.path()).args(["discover", "--save", "1"]).run().code(2);
    assert!(wrong.stderr.contains("no candidate 1: there are 0"), "{}", wrong.stderr);
    tagline().dir(dir.path()).args(["discover", "--theories", "1"]).run().code(2);
    tagline().dir(dir.path()).args(["discover", "--tag", "#"]).run().code(2);
    let none = tagline().dir(dir.path()).args(["discover", "--tag", "nobody"]).run().ok();
    assert!(none.stdout.contains("there are no such posts"), "{}", none.stdout);
}
