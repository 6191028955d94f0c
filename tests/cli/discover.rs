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
fn the_interview_writes_what_is_accepted() {
    let dir = project(&lines());
    let typed = |keys: &str| {
        tagline().dir(dir.path()).args(["theories", "suggest", "--top", "2"]).stdin(keys).run().ok()
    };
    let suggest = |keys: &str| typed(keys).stdout;
    // A key that is none, two pages of posts, an edit whose words can be no term (which cannot be accepted either) and one that can, accept;
    // the second is dropped.
    let run = typed("x\nm\nm\ne\nThe mole\n*\n\n\na\ne\n\nmole, insider\n\nseeds\na\nd\n");
    let said = run.stdout;
    assert!(said.contains("1 of 2") && said.contains("2 of 2"), "{said}");
    assert!(said.contains("a writes it to tagline.toml"), "{said}");
    assert!(said.contains("its words find 40 posts, 40 of the group's 40"), "{said}");
    assert!(said.contains("its words find 35 posts, 35 of the group's 40"), "{said}");
    assert!(said.contains("added `the-mole`") && run.stderr.matches("`*` in `any`").count() == 2, "{said}");
    assert!(said.contains("1 accepted, 1 dropped, 0 not looked at"), "{said}");
    let rules = fs::read_to_string(dir.path().join("tagline.toml")).unwrap();
    let theory = "id = \"the-mole\"\nlabel = \"The mole\"\nany = [\"mole\", \"insider\"]\nnone = [\"seeds\"]";
    assert!(rules.contains(theory), "{rules}");
    // What is named is not suggested again, and the end of the input is no answer.
    let said = suggest("");
    assert!(said.contains("1 of 2") && said.contains("0 accepted, 0 dropped, 2 not looked at"), "{said}");
    assert_eq!(fs::read_to_string(dir.path().join("tagline.toml")).unwrap(), rules);
    // Of a candidate that nearly all posts belong to, no word is a sign; it has keywords all the same. Its name is taken already.
    let said = suggest("a\nA\ne\nThe mole\nseeds, svalbard, arctic, granary\n\n\na\n");
    assert!(said.contains("it has no words") && said.contains(" 1  \u{201c}svalbard\u{201d}"), "{said}");
    assert!(said.contains("added `the-mole-2`"), "{said}");
    assert!(said.contains("1 accepted, 0 dropped, 1 not looked at"), "{said}");
    assert!(suggest("a\n").contains("no candidates"));
}

#[test]
fn endless_input_is_refused() {
    let dir = project(&lines());
    let typed = tagline().dir(dir.path()).args(["theories", "suggest"]).stdin(vec![0; 1 << 20]).run();
    let error = typed.code(1);
    assert!(error.stderr.contains("more than 64 KiB"), "{}", error.stderr);
}

#[test]
fn nothing_else_is_written_over() {
    let dir = project(&lines());
    let rules = fs::read(dir.path().join("tagline.toml")).unwrap();
    let to = |file: &str| {
        tagline().dir(dir.path()).args(["discover", "--assignments"]).arg(dir.path().join(file)).run()
    };
    let error = to("tagline.toml").code(2);
    assert!(error.stderr.contains("holds something else"), "{}", error.stderr);
    assert_eq!(fs::read(dir.path().join("tagline.toml")).unwrap(), rules);
    to("new.ndjson").ok();
    to("new.ndjson").ok();
    fs::write(dir.path().join("empty"), "").unwrap();
    to("empty").ok();
}

#[test]
fn a_theory_that_cannot_be_saved_says_why() {
    let dir = project(&lines());
    let save = |args: &[&str]| tagline().dir(dir.path()).args(["discover", "--save"]).args(args).run();
    let wrong = save(&["1", "--id", "BAD ID!"]).code(2);
    assert!(
        wrong.stderr.contains("this can be no theory") && !wrong.stderr.contains("line"),
        "{}",
        wrong.stderr
    );
    let wrong = save(&["1zz"]).code(2);
    assert!(wrong.stderr.contains("no candidate 1zz: there are 2, and this one has"), "{}", wrong.stderr);
    save(&["1", "--label", ""]).code(2);
    save(&["1"]).ok();
    let again = save(&["1"]).code(2);
    assert!(again.stderr.contains("has the same rules already"), "{}", again.stderr);
}

#[test]
fn what_is_new_against_a_period_comes_first() {
    let mut lines = lines();
    // The seeds are older than the mole.
    for (n, line) in lines.iter_mut().enumerate().filter(|(n, _)| n % 2 == 1) {
        *line = line
            .replace("2017-02-", "2017-01-")
            .replace("#Vault7", if n % 4 == 1 { "#Vault7" } else { "#vault7" });
    }
    let dir = project(&lines);
    let now = ["--since", "2017-02-01"];
    let answer = json(dir.path(), &[now[0], now[1], "--against", "2017-01-01/2017-02-01"]);
    let theories = answer["theories"].as_array().unwrap();
    assert_eq!((theories.len(), &answer["posts"], &answer["against"]["posts"]), (1, &40.into(), &40.into()));
    assert_eq!((&theories[0]["posts"], &theories[0]["before"]), (&40.into(), &0.into()));
    let text = |args: &[&str]| tagline().dir(dir.path()).arg("discover").args(args).run().ok().stdout;
    let said = text(&[now[0], now[1], "--against", "2017-01-01/2017-02-01"]);
    assert!(said.contains("before 0 of 40") && said.contains("what is new comes first"), "{said}");
    // Without a beginning it is what is new since then; a post of both periods would be of none.
    let since = json(dir.path(), &["--against", "2017-01-01/2017-02-01"]);
    assert_eq!((&since["posts"], &since["theories"][0]["posts"]), (&40.into(), &40.into()));
    let both = ["discover", "--since", "2017-01-20", "--against", "2017-01-01/2017-02-01"];
    let error = tagline().dir(dir.path()).args(both).run().code(2);
    assert!(error.stderr.contains("overlaps"), "{}", error.stderr);
    for wrong in ["2017-01-01", "2017-02-01/2017-01-01", "x/2017-01-01", "2017-01-01/2017-01-01"] {
        let error = tagline().dir(dir.path()).args(["discover", "--against", wrong]).run().code(2);
        assert!(error.stderr.contains("--against"), "{}", error.stderr);
    }
}

#[test]
fn a_language_can_be_chosen() {
    let lines: Vec<String> = lines()
        .into_iter()
        .enumerate()
        .map(|(n, line)| line.replacen('{', &format!("{{\"lang\":\"{}\",", ["en", "en-GB", "de"][n % 3]), 1))
        .collect();
    let dir = project(&lines);
    assert_eq!(json(dir.path(), &["--lang", "EN"])["posts"], 54);
    assert_eq!(json(dir.path(), &["--lang", "de"])["posts"], 26);
    assert_eq!(json(dir.path(), &["--lang", "fr"])["posts"], 0);
}

#[test]
fn why_a_post_is_where_it_is_can_be_asked() {
    let dir = project(&lines());
    let answer = json(dir.path(), &["--explain", "unknown:0"]);
    let explained = &answer["explained"];
    assert_eq!(explained["of"][0]["theory"], explained["theory"]);
    let words: Vec<&str> = explained["of"][0]["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word["term"].as_str().unwrap())
        .collect();
    assert!(words.contains(&"mole") && words.contains(&"insider"), "{words:?}");
    let text = tagline().dir(dir.path()).args(["discover", "--explain", "unknown:0"]).run().ok().stdout;
    assert!(text.contains("is in candidate") && text.contains("times as common there"), "{text}");
    for (wrong, why) in [
        ("unknown:nobody", "no post `unknown:nobody`"),
        ("0", "which post"),
        ("https://x.example/0", "which post"),
    ] {
        let error = tagline().dir(dir.path()).args(["discover", "--explain", wrong]).run().code(2);
        assert!(error.stderr.contains(why), "{}", error.stderr);
    }
}

#[test]
fn what_is_still_the_same_keeps_its_name() {
    let lines = lines();
    let dir = project(&lines);
    let ids = |answer: &Value| -> BTreeMap<String, String> {
        let theories = answer["theories"].as_array().unwrap().iter();
        let of = |theory: &Value| {
            (theory["id"].as_str().unwrap().to_owned(), theory["keywords"][0]["term"].to_string())
        };
        theories.map(of).collect()
    };
    let first = json(dir.path(), &[]);
    assert!(first.get("changes").is_none());
    assert_eq!(ids(&first).keys().collect::<Vec<_>>(), ["c1", "c2"]);
    // A third theory, larger than both.
    let more: Vec<String> = lines
        .iter()
        .map(|line| {
            line.replace(r#"{"id":""#, r#"{"id":"9"#).replace("demo_", "more_").replace("number", "other")
        })
        .map(|line| ["mole", "svalbard"].iter().fold(line, |line, word| line.replace(word, "tower")))
        .map(|line| ["insider", "seeds"].iter().fold(line, |line, word| line.replace(word, "basement")))
        .map(|line| ["langley", "arctic"].iter().fold(line, |line, word| line.replace(word, "gold")))
        .map(|line| ["badge", "granary"].iter().fold(line, |line, word| line.replace(word, "girders")))
        .collect();
    fs::write(dir.path().join("more.jsonl"), more.join("\n")).unwrap();
    tagline().dir(dir.path()).arg("import").arg(dir.path().join("more.jsonl")).run().ok();
    // Another look is not remembered.
    let other = json(dir.path(), &["--tag", "vault7"]);
    assert!(other["theories"][0].get("id").is_none(), "{other}");
    let second = json(dir.path(), &[]);
    assert_eq!(second["changes"], serde_json::json!([{"change": "born", "id": 3}]));
    assert_eq!(second["theories"][0]["id"], "c3");
    let (first, second) = (ids(&first), ids(&second));
    assert!(first.iter().all(|(id, keyword)| second.get(id) == Some(keyword)), "{first:?} {second:?}");
    let text = tagline().dir(dir.path()).arg("discover").run().ok().stdout;
    assert!(text.contains("[c3]") && !text.contains("Since the last look"), "{text}");
}

#[test]
fn new_posts_are_put_into_known_candidates_at_once() {
    let lines = lines();
    let dir = project(&lines[..60]);
    let unknown = tagline().dir(dir.path()).args(["discover", "--known"]).run().code(2);
    assert!(unknown.stderr.contains("no candidates are known yet"), "{}", unknown.stderr);
    let known = json(dir.path(), &[]);
    fs::write(dir.path().join("more.jsonl"), lines[60..].join("\n").replace("2017-02-", "2017-03-")).unwrap();
    tagline().dir(dir.path()).arg("import").arg(dir.path().join("more.jsonl")).run().ok();
    let now = json(dir.path(), &["--known", "--since", "2017-03-01"]);
    assert_eq!((&now["posts"], &now["known"], &now["ungrouped"]), (&20.into(), &true.into(), &0.into()));
    let of = |answer: &Value, id: &str| {
        let theories = answer["theories"].as_array().unwrap();
        theories.iter().find(|theory| theory["id"] == id).cloned().unwrap()
    };
    for id in ["c1", "c2"] {
        let (before, after) = (of(&known, id), of(&now, id));
        assert_eq!(
            (&after["posts"], &after["title"], &after["keywords"]),
            (&10.into(), &before["title"], &before["keywords"])
        );
        assert!(after["examples"][2]["at"].as_str().unwrap().starts_with("2017-03"), "{after}");
    }
    let text = tagline().dir(dir.path()).args(["discover", "--known"]).run().ok().stdout;
    assert!(text.starts_with("80 posts put by their words into") && !text.contains("came again"), "{text}");
    // It changes nothing, and nothing is left of it when a post is taken out.
    assert!(json(dir.path(), &[]).get("changes").is_none());
    tagline().dir(dir.path()).args(["forget", "--post", "unknown:0", "--yes"]).run().ok();
    tagline().dir(dir.path()).args(["discover", "--known"]).run().code(2);
}

#[test]
fn what_many_say_alike_is_told_though_it_is_no_theory_of_many() {
    let mut lines = lines();
    for n in 0..12 {
        lines.push(format!(
            r##"{{"id":"c{n}","time":"2017-02-05T11:{n:02}:00Z","author":"copy_{n}","text":"#Vault7 share before they delete the tunnels below the lake {n}"}}"##
        ));
    }
    let dir = project(&lines);
    let copied = &json(dir.path(), &[])["copied"];
    assert_eq!(copied.as_array().map(Vec::len), Some(1), "{copied}");
    assert_eq!((&copied[0]["posts"], &copied[0]["example"]["id"]), (&12.into(), &"c0".into()));
    let text = tagline().dir(dir.path()).arg("discover").run().ok().stdout;
    assert!(text.contains("12 posts say this alike, in no candidate: 5 Feb  #Vault7 share before"), "{text}");
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

/// Words of planted theories, and of the event that all of them are about.
const PLANTED: [[&str; 8]; 5] = [
    ["mole", "insider", "langley", "contractor", "badge", "betrayed", "hallway", "polygraph"],
    ["svalbard", "seeds", "doomsday", "arctic", "harvest", "granary", "permafrost", "crops"],
    ["tower", "basement", "gold", "collapse", "thermite", "girders", "beams", "inspectors"],
    ["exploit", "firmware", "router", "implant", "toolkit", "backdoor", "zeroday", "payload"],
    ["senator", "letter", "subpoena", "hearing", "committee", "witness", "oath", "testimony"],
];
const EVENT: [&str; 10] =
    ["vault", "leak", "tonight", "rumour", "archive", "password", "release", "tweet", "press", "key"];

#[test]
fn every_planted_theory_is_saved_as_a_rule_that_counts_it() {
    let mut random = fastrand::Rng::with_seed(12);
    let mut truth = [0_u64; PLANTED.len()];
    let mut lines = Vec::new();
    for n in 0..1_200 {
        // Theories of different sizes, a quarter of the posts passed on, and some posts of none.
        let theory = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 9][random.usize(0..14)];
        let mut words: Vec<String> = Vec::new();
        if let Some(own) = PLANTED.get(theory) {
            words.extend((0..random.usize(3..6)).map(|_| own[random.usize(0..8)].to_owned()));
            truth[theory] += 1;
        }
        words.extend((0..random.usize(1..5)).map(|_| EVENT[random.usize(0..EVENT.len())].to_owned()));
        words.push(format!("w{}", random.u32(0..2_000)));
        random.shuffle(&mut words);
        let repost = if random.usize(0..4) == 0 { "RT @demo_7: " } else { "" };
        lines.push(format!(
            r#"{{"id":"{n}","time":"2017-02-{:02}T10:{:02}:{:02}Z","author":"demo_{}","text":"{repost}#Vault7 {}"}}"#,
            n % 20 + 1,
            n % 60,
            n % 59,
            random.u32(0..400),
            words.join(" ")
        ));
    }
    let dir = project(&lines);
    let candidates = json(dir.path(), &[])["theories"].as_array().unwrap().len();
    assert_eq!(candidates, PLANTED.len());
    for number in 1..=candidates {
        let id = format!("t{number}");
        tagline().dir(dir.path()).args(["discover", "--save", &number.to_string(), "--id", &id]).run().ok();
    }
    let table = tagline().dir(dir.path()).args(["theories", "--json"]).run().ok().stdout;
    let table: Value = serde_json::from_str(&table).unwrap();
    let mut counted: Vec<u64> = table["theories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|theory| theory["posts"].as_u64().unwrap())
        .collect();
    counted.sort_unstable();
    truth.sort_unstable();
    for (counted, truth) in counted.iter().zip(&truth) {
        assert!(counted.abs_diff(*truth) * 20 <= *truth, "{counted} posts instead of {truth}: {table}");
    }
}
