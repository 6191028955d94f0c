//! `forget`: it leaves no trace in any file, it lasts, and it says what it cannot reach. Deleted posts, and for how long posts are kept.

use crate::common::tagline;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

const SENTENCE: &str = "a quiet sentence of one person about the vault";

/// Posts of tagline's own format: every fifth is by Anna, whom this is about; one passes one of hers on, one answers her.
fn archive(dir: &Path) -> PathBuf {
    let mut lines = String::new();
    for number in 0..40 {
        let mut post = json!({
            "platform": "x", "id": format!("85{number:016}"), "posted_at": format!("2017-03-07T13:{number:02}:00Z"),
            "author": {"id": format!("id-of-{}", number % 5), "handle": format!("demo_{}", number % 5)},
            "text": format!("post {number} about the vault"), "tags": ["vault7"], "synthetic": true,
        });
        if number % 5 == 0 {
            post["author"] = json!({"id": "71828182", "handle": "Demo_Anna", "name": "Anna (demo)"});
            post["text"] = json!(format!("{SENTENCE}, {number}"));
            post["url"] = json!(format!("https://social.example/anna/{number}"));
        }
        writeln!(lines, "{post}").unwrap();
    }
    let passed_on = json!({
        "platform": "x", "id": "860000000000000001", "posted_at": "2017-03-07T15:00:00Z", "author": {"handle": "demo_1"},
        "text": format!("{SENTENCE}, 5"), "repost": "yes", "repost_of": format!("85{:016}", 5),
    });
    let answer = json!({
        "platform": "x", "id": "860000000000000002", "posted_at": "2017-03-07T15:01:00Z", "author": {"handle": "demo_2"},
        "text": "I do not think so", "reply_to": format!("85{:016}", 10),
    });
    writeln!(lines, "{passed_on}\n{answer}").unwrap();
    let path = dir.join("posts.ndjson");
    fs::write(&path, lines).unwrap();
    path
}

/// All bytes of all files of a folder, and all that can be unpacked in them: whatever lies there is found.
fn all_bytes(folder: &Path, found: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all_bytes(&path, found);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for at in memchr::memmem::find_iter(&bytes, &[0x28, 0xb5, 0x2f, 0xfd]) {
            // What is no frame after all, or is cut, gives what it gives.
            if let Ok(decoder) = zstd::stream::Decoder::new(&bytes[at..]) {
                let _ = decoder.single_frame().take(1 << 22).read_to_end(found);
            }
        }
        found.extend(bytes);
    }
}

fn has(dir: &Path, word: &str) -> bool {
    let mut bytes = Vec::new();
    all_bytes(&dir.join("data"), &mut bytes);
    let word = word.to_lowercase();
    memchr::memmem::find(&bytes.to_ascii_lowercase(), word.as_bytes()).is_some()
}

fn import(dir: &Path, file: &Path) -> Value {
    tagline().dir(dir).args(["import", "--json"]).arg(file).run().json()
}

fn forget(dir: &Path, args: &[&str]) -> Value {
    tagline().dir(dir).args(["forget", "--yes", "--json"]).args(args).run().json()
}

fn project(rules: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tagline.toml"), rules).unwrap();
    dir
}

#[test]
fn no_file_has_what_was_forgotten() {
    let dir = project("[campaign]\nname = 'V'\n[[theory]]\nid = 'vault'\nany = ['vault']\n");
    let file = archive(dir.path());
    assert_eq!(import(dir.path(), &file)["added"], 42);
    // Caches of matches and answers are made by reading.
    tagline().dir(dir.path()).args(["theories", "--json"]).run().ok();
    let ids = [0, 5, 35].map(|number| format!("85{number:016}"));
    let traces: Vec<&str> = [SENTENCE, "demo_anna", "71828182", "Anna (demo)", "social.example"]
        .into_iter()
        .chain(ids.iter().map(String::as_str))
        .collect();
    for trace in &traces {
        // Ids of digits lie in a block as differences, all but the first.
        let is_difference = ids[1..].iter().any(|id| id == trace);
        assert!(
            is_difference || has(dir.path(), trace),
            "`{trace}` is not there before: this test sees nothing"
        );
    }
    fs::create_dir(dir.path().join("data/tmp")).unwrap();
    fs::write(dir.path().join("data/tmp/spooled"), SENTENCE).unwrap();
    fs::create_dir(dir.path().join("data/raw")).unwrap();
    let told = forget(dir.path(), &["--author", "x:@demo_anna"]);
    assert_eq!(
        (&told["posts"], &told["passed_on"], &told["accounts"], &told["others"]),
        (&json!(8), &json!(1), &json!(1), &json!(1))
    );
    assert_eq!(told["unreached"]["files"], json!(["raw"]));
    let held = &told["unreached"]["archives"][0];
    assert_eq!((held["path"].as_str(), held["posts"].as_u64()), (file.to_str(), Some(9)));
    for trace in &traces {
        assert!(!has(dir.path(), trace), "`{trace}` is still in a file");
    }
    assert_eq!(tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson().len(), 33);
}

#[test]
fn what_was_forgotten_stays_away() {
    let dir = project("");
    let file = archive(dir.path());
    import(dir.path(), &file);
    forget(dir.path(), &["--author", "x:71828182"]);
    let again = import(dir.path(), &file);
    assert_eq!(
        (&again["read"], &again["duplicates"], &again["unselected"]),
        (&json!(42), &json!(33), &json!(9))
    );
    assert_eq!(
        again["files"][0]["unchanged"],
        Value::Null,
        "the ledger must notice what was forgotten since"
    );
    assert_eq!(again["files"][0]["unselected_reasons"]["forgotten, as a person asked"], 9);
    assert!(!has(dir.path(), SENTENCE) && !has(dir.path(), "demo_anna"));
    let third = import(dir.path(), &file);
    assert_eq!((&third["files"][0]["unchanged"], &third["duplicates"]), (&json!(true), &json!(42)));
    // The same posts from a table that has no ids of accounts.
    let table = "platform,id,time,author,text\nx,850000000000000005,2017-03-07T13:05:00Z,someone,a\nx,870000000000000005,2017-03-07T13:05:00Z,DEMO_ANNA,b\n";
    let other = dir.path().join("other.csv");
    fs::write(&other, table).unwrap();
    assert_eq!(import(dir.path(), &other)["unselected"], 2);
    let sound = tagline().dir(dir.path()).args(["doctor", "--json"]).run().json();
    assert_eq!((&sound["healthy"], &sound["ledger"]["posts"]), (&json!(true), &Value::Null));
}

#[test]
fn forgetting_is_asked_for_and_can_be_tried() {
    let dir = project("");
    import(dir.path(), &archive(dir.path()));
    let would = tagline().dir(dir.path()).args(["forget", "--author", "x:demo_anna", "--dry-run"]).run().ok();
    assert!(
        would.stdout.starts_with("Would forget 8 posts by 1 account, and 1 post of others"),
        "{}",
        would.stdout
    );
    let silent = tagline().dir(dir.path()).args(["forget", "--author", "x:demo_anna"]).run().code(2);
    assert!(silent.stderr.contains("hint: look with `--dry-run` first"), "{}", silent.stderr);
    assert_eq!(tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson().len(), 42);
    for wrong in [
        vec!["--author", "demo_anna"],
        vec!["--post", "x:"],
        vec![],
        vec!["--author", "x:a", "--post", "x:1"],
    ] {
        tagline().dir(dir.path()).args(["forget", "--yes"]).args(wrong).run().code(2);
    }
    let none = forget(dir.path(), &["--author", "x:demo_nobody"]);
    assert_eq!((&none["posts"], &none["unreached"]["archives"]), (&json!(0), &json!([])));
}

#[test]
fn a_post_is_forgotten_by_its_id_or_address() {
    let dir = project("");
    import(dir.path(), &archive(dir.path()));
    let by_id = forget(dir.path(), &["--post", "x:850000000000000005"]);
    assert_eq!((&by_id["posts"], &by_id["passed_on"]), (&json!(1), &json!(1)));
    let by_address = forget(dir.path(), &["--post", "https://social.example/anna/10"]);
    assert_eq!((&by_address["posts"], &by_address["others"]), (&json!(1), &json!(1)));
    let nowhere = tagline()
        .dir(dir.path())
        .args(["forget", "--yes", "--post", "https://social.example/none"])
        .run()
        .ok();
    assert!(nowhere.stderr.contains("no post here has that address"), "{}", nowhere.stderr);
    let left = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson();
    assert_eq!(left.len(), 39);
}

#[test]
fn deleted_posts_are_blanked_dropped_or_kept() {
    for (rules, deleted, posts, kept) in [
        ("", 1, 41, false),
        ("[data]\ndeletions = 'drop'\n", 0, 41, false),
        ("[data]\ndeletions = 'keep'\ndeletions_reason = 'a test'\n", 1, 41, true),
    ] {
        let dir = project(rules);
        let file = archive(dir.path());
        import(dir.path(), &file);
        let gone = dir.path().join("gone.ndjson");
        let post = json!({
            "platform": "x", "id": format!("85{:016}", 5), "posted_at": "2017-03-07T13:05:00Z", "deleted": true,
        });
        fs::write(&gone, format!("{{\"schema\":\"tagline.posts/1\"}}\n{post}\n")).unwrap();
        assert_eq!(import(dir.path(), &gone)["updated"], 1, "{rules}");
        let theories = tagline().dir(dir.path()).args(["theories", "--json"]).run().json();
        assert_eq!((&theories["deleted"], &theories["posts"]), (&json!(deleted), &json!(posts)), "{rules}");
        tagline().dir(dir.path()).args(["doctor", "--compact"]).run().ok();
        assert_eq!(has(dir.path(), "social.example/anna/5"), kept, "{rules}");
        assert!(has(dir.path(), "social.example/anna/10"));
    }
}

#[test]
fn status_says_until_when_posts_are_kept() {
    let purpose = "[purpose]\nwhy = 'a test'\ncontroller = 'we'\nlegal_basis = 'none needed'\ncontact = 'demo@example.org'\n";
    for (day, ended) in [("2017-12-31", true), ("2999-12-31", false)] {
        let dir = project(&format!("{purpose}retention = '{day}'\n"));
        let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
        assert_eq!(status["retention"], day);
        assert_eq!(status["retention_ended"].as_bool().unwrap_or(false), ended);
        let shown = tagline().dir(dir.path()).arg("status").run().ok();
        assert!(shown.stdout.contains(&format!("kept until {day}")), "{}", shown.stdout);
        assert_eq!(shown.stderr.contains("warning: the day until which"), ended, "{}", shown.stderr);
    }
}
