//! `doctor`: what it finds in a store that was damaged behind its back, what it puts right, and that the archives bring the rest back.

use crate::common::{Output, tagline};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// An archive of posts, one a minute from a day of March 2017 on.
fn archive(dir: &Path, name: &str, day: u32, ids: std::ops::Range<u32>) -> PathBuf {
    let line = |id: u32| {
        let minute = id - ids.start;
        format!(
            "{{\"id\":\"{id}\",\"time\":\"2017-03-{:02}T{:02}:{:02}:00Z\",\"author\":\"demo_{}\",\"text\":\"post {id} of #Vault7 {:x}\"}}\n",
            day + minute / 1440,
            minute / 60 % 24,
            minute % 60,
            id % 17,
            u64::from(id).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        )
    };
    let path = dir.join(name);
    fs::write(&path, ids.clone().map(line).collect::<String>()).unwrap();
    path
}

fn import(dir: &Path, file: &Path) -> Value {
    tagline().dir(dir).args(["import", "--json"]).arg(file).run().json()
}

fn doctor(dir: &Path, args: &[&str]) -> Output {
    tagline().dir(dir).arg("doctor").args(args).run()
}

fn report(dir: &Path, args: &[&str], code: i32) -> Value {
    let output = doctor(dir, &[args, &["--json"]].concat()).code(code);
    assert_eq!(output.stderr, "");
    serde_json::from_slice(&output.bytes).unwrap()
}

fn posts(dir: &Path) -> Vec<u8> {
    tagline().dir(dir).args(["posts", "--ndjson"]).run().ok().bytes
}

/// Paths of the archives to import again.
fn again(report: &Value) -> Vec<String> {
    let name = |archive: &Value| {
        let path = PathBuf::from(archive["path"].as_str().unwrap());
        path.file_name().unwrap().to_string_lossy().into_owned()
    };
    report["import_again"].as_array().unwrap().iter().map(name).collect()
}

/// Two archives of different days: 2,000 posts and 1,500.
fn two_archives() -> (TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let one = archive(dir.path(), "one.jsonl", 1, 0..2000);
    let two = archive(dir.path(), "two.jsonl", 20, 5000..6500);
    import(dir.path(), &one);
    import(dir.path(), &two);
    (dir, one, two)
}

/// Changes the database behind the store's back. The process that had it is gone, so nobody holds it.
fn tamper(dir: &Path, work: impl Fn(&sled::Db)) {
    let database = sled::open(dir.join("data/store")).unwrap();
    work(&database);
    database.flush().unwrap();
}

/// Turns a bit of the first or last value under a group byte.
fn flip(database: &sled::Db, prefix: u8, last: bool) {
    let mut entries = database.scan_prefix([prefix]);
    let (key, value) = if last { entries.next_back() } else { entries.next() }.unwrap().unwrap();
    let mut value = value.to_vec();
    let middle = value.len() / 2;
    value[middle] ^= 0x40;
    database.insert(key, value).unwrap();
}

#[test]
fn a_sound_store_is_told_to_be_so() {
    let (dir, ..) = two_archives();
    let output = doctor(dir.path(), &[]).ok();
    assert!(output.stdout.starts_with("3,500 posts in 4 blocks, "), "{}", output.stdout);
    assert!(output.stdout.contains("all sound, and as many as the ledger counts"), "{}", output.stdout);
    assert_eq!(output.stderr, "");
    let report = report(dir.path(), &[], 0);
    assert_eq!(
        (report["schema"].as_str(), report["healthy"].as_bool()),
        (Some("tagline.doctor/1"), Some(true))
    );
    assert_eq!((report["posts"].as_u64(), report["blocks"].as_u64()), (Some(3500), Some(4)));
    assert_eq!(
        (report["damaged"].as_array().map(Vec::len), report["damaged_total"].as_u64()),
        (Some(0), Some(0))
    );
    assert_eq!(
        (report["ledger"]["imports"].as_u64(), report["ledger"]["posts"].as_u64()),
        (Some(2), Some(3500))
    );
    assert_eq!(report["ids_twice"]["ids"], 0);
    assert!(report["bytes"].as_u64().unwrap() > 10_000);
    for absent in ["unreadable", "compacted"] {
        assert!(report[absent].is_null(), "{report}");
    }
}

#[test]
fn a_project_without_posts_is_sound_too() {
    let dir = tempfile::tempdir().unwrap();
    tagline().dir(dir.path()).arg("doctor").run().code(2);
    tagline().arg("init").arg(dir.path()).run().ok();
    assert_eq!(report(dir.path(), &["--repair", "--compact"], 0)["posts"], 0);
    // Whoever looks after a store may have a mistake in the rules.
    fs::write(dir.path().join("tagline.toml"), "mistake").unwrap();
    doctor(dir.path(), &[]).ok();
}

#[test]
fn a_lost_block_comes_back_with_its_archive() {
    for group in [b'h', b'w', b't', b'r'] {
        let (dir, one, two) = two_archives();
        let before = posts(dir.path());
        tamper(dir.path(), |database| flip(database, group, false));
        if group != b'h' {
            let failed = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().code(1);
            assert!(failed.stderr.contains("`tagline doctor`"), "{}", failed.stderr);
        }
        let output = doctor(dir.path(), &[]).code(1);
        assert!(
            output.stdout.contains("one.jsonl") && !output.stdout.contains("two.jsonl"),
            "{}",
            output.stdout
        );
        assert!(output.stderr.contains("hint: `tagline doctor --repair`"), "{}", output.stderr);
        let found = report(dir.path(), &[], 1);
        assert_eq!((found["healthy"].as_bool(), found["damaged_total"].as_u64()), (Some(false), Some(1)));
        assert_eq!(
            (found["damaged"][0]["part"].as_str(), found["posts"].as_u64()),
            (Some("posts"), Some(2476))
        );
        assert_eq!((again(&found), found["repaired"].as_bool()), (vec!["one.jsonl".to_owned()], Some(false)));
        assert!(found["ids_twice"].is_null(), "what cannot be read cannot be compared");
        // Until it is repaired, the ledger knows no better.
        assert_eq!(import(dir.path(), &two)["files"][0]["unchanged"], true);

        let mended = report(dir.path(), &["--repair"], 0);
        assert_eq!((mended["healthy"].as_bool(), mended["dropped"].as_u64()), (Some(true), Some(1)));
        assert_eq!(again(&mended), ["one.jsonl"]);
        let status = tagline().dir(dir.path()).arg("status").run().ok();
        assert_eq!(status.stdout.matches("import it again").count(), 1, "{}", status.stdout);
        assert_eq!(import(dir.path(), &two)["files"][0]["unchanged"], true);
        let brought = import(dir.path(), &one);
        assert_eq!(brought["files"][0]["unchanged"], Value::Null);
        assert_eq!((brought["added"].as_u64(), brought["duplicates"].as_u64()), (Some(1024), Some(976)));
        assert_eq!(posts(dir.path()), before);
        assert_eq!(again(&report(dir.path(), &[], 0)), Vec::<String>::new());
    }
}

#[test]
fn a_bad_filter_costs_no_post_and_no_import() {
    let (dir, ..) = two_archives();
    let before = posts(dir.path());
    tamper(dir.path(), |database| flip(database, b'f', true));
    let found = report(dir.path(), &[], 1);
    assert_eq!((found["damaged"][0]["part"].as_str(), found["posts"].as_u64()), (Some("filter"), Some(3500)));
    assert_eq!(again(&found), Vec::<String>::new());
    let output = doctor(dir.path(), &["--repair"]).ok();
    assert!(output.stdout.contains("made 1 filter of ids again"), "{}", output.stdout);
    assert_eq!(posts(dir.path()), before);
    let report = report(dir.path(), &[], 0);
    assert_eq!((report["damaged_total"].as_u64(), report["ledger"]["posts"].as_u64()), (Some(0), Some(3500)));
}

#[test]
fn posts_that_went_without_a_trace_are_missed() {
    let (dir, one, two) = two_archives();
    let before = posts(dir.path());
    tamper(dir.path(), |database| {
        let (head, _) = database.scan_prefix(b"h").next().unwrap().unwrap();
        for prefix in *b"fhrtw" {
            database.remove([&[prefix], &head[1..]].concat()).unwrap();
        }
    });
    let found = report(dir.path(), &[], 1);
    assert_eq!((found["damaged_total"].as_u64(), found["missing"].as_u64()), (Some(0), Some(1024)));
    assert_eq!(again(&found), ["one.jsonl", "two.jsonl"], "nobody knows when they were posted");
    report(dir.path(), &["--repair"], 0);
    for file in [one, two] {
        assert_eq!(import(dir.path(), &file)["files"][0]["unchanged"], Value::Null);
    }
    assert_eq!(posts(dir.path()), before);
    report(dir.path(), &[], 0);
}

#[test]
fn a_row_of_the_ledger_that_is_gone_is_missed() {
    let (dir, _, two) = two_archives();
    tamper(dir.path(), |database| {
        let (key, _) = database.scan_prefix(b"i").next_back().unwrap().unwrap();
        database.remove(key).unwrap();
    });
    let found = report(dir.path(), &[], 1);
    assert_eq!((found["ledger"]["lacking"].as_u64(), again(&found)), (Some(1), vec!["two.jsonl".to_owned()]));
    import(dir.path(), &two);
    report(dir.path(), &[], 0);
}

#[test]
fn a_row_of_the_ledger_that_cannot_be_read_is_dropped() {
    let (dir, one, two) = two_archives();
    tamper(dir.path(), |database| {
        let (key, _) = database.scan_prefix(b"i").next().unwrap().unwrap();
        database.insert(key, b"{\"path\":\"one".as_slice()).unwrap();
    });
    let failed = tagline().dir(dir.path()).arg("status").run().code(1);
    assert!(failed.stderr.contains("`tagline doctor`"), "{}", failed.stderr);
    let found = report(dir.path(), &[], 1);
    assert_eq!(
        (found["ledger"]["imports"].as_u64(), found["ledger"]["unreadable"].as_u64()),
        (Some(1), Some(1))
    );
    doctor(dir.path(), &["--repair"]).ok();
    let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
    assert_eq!((status["posts"].as_u64(), status["imports"].as_array().map(Vec::len)), (Some(3500), Some(1)));
    assert_eq!(import(dir.path(), &two)["files"][0]["unchanged"], true);
    let brought = import(dir.path(), &one);
    assert_eq!((brought["added"].as_u64(), brought["duplicates"].as_u64()), (Some(0), Some(2000)));
}

#[test]
fn a_lost_deletion_is_imported_again_too() {
    let dir = tempfile::tempdir().unwrap();
    let one = archive(dir.path(), "one.jsonl", 1, 0..100);
    let text = fs::read_to_string(&one).unwrap().replace("\"author\"", "\"platform\":\"x\",\"author\"");
    fs::write(&one, text).unwrap();
    tagline().dir(dir.path()).args(["import", "--map", "platform=platform"]).arg(&one).run().ok();
    let gone = dir.path().join("gone.jsonl");
    fs::write(&gone, "{\"delete\":{\"status\":{\"id\":7,\"id_str\":\"7\",\"user_id_str\":\"1\"}}}\n")
        .unwrap();
    assert_eq!(import(dir.path(), &gone)["updated"], 1);
    tamper(dir.path(), |database| flip(database, b't', false));
    assert_eq!(again(&report(dir.path(), &["--repair"], 0)), ["one.jsonl", "gone.jsonl"]);
    tagline().dir(dir.path()).args(["import", "--map", "platform=platform"]).arg(&one).run().ok();
    // The word that it is gone is kept beside the posts, so it outlived them.
    assert_eq!(import(dir.path(), &gone)["duplicates"], 1);
    let answer = tagline().dir(dir.path()).args(["theories", "--json"]).run().json();
    assert_eq!(answer["posts"], 99);
}

#[test]
fn a_database_that_cannot_be_opened_names_its_archives() {
    let (dir, one, two) = two_archives();
    let before = posts(dir.path());
    let store = dir.path().join("data/store");
    let is_snapshot = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().starts_with("snap.");
    let snapshot =
        fs::read_dir(&store).unwrap().map(|entry| entry.unwrap().path()).find(is_snapshot).unwrap();
    fs::write(snapshot, "not what sled wrote").unwrap();
    for args in [&[][..], &["--repair"], &["--compact"]] {
        let output = doctor(dir.path(), args).code(1);
        assert!(output.stdout.starts_with("The database cannot be read: "), "{}", output.stdout);
        assert!(output.stdout.contains("one.jsonl"), "{}", output.stdout);
        assert!(output.stderr.contains("move `data/` aside"), "{}", output.stderr);
    }
    assert!(report(dir.path(), &[], 1)["unreadable"].is_string());
    // The way out that it names.
    fs::rename(dir.path().join("data"), dir.path().join("data.damaged")).unwrap();
    import(dir.path(), &one);
    import(dir.path(), &two);
    assert_eq!(posts(dir.path()), before);
    fs::remove_file(store.join("db")).unwrap();
    assert!(report(dir.path(), &[], 1)["unreadable"].as_str().unwrap().contains("`db` is gone"));
}

#[test]
fn ids_that_occur_twice_are_listed() {
    let dir = tempfile::tempdir().unwrap();
    let rows = "id,time,text\n5,2017-03-07 10:00:01,a\n6,2017-03-07 10:00:01,b\n5,2017-03-07 12:00:01,a\n";
    let file = dir.path().join("a.csv");
    fs::write(&file, rows).unwrap();
    import(dir.path(), &file);
    let report = report(dir.path(), &[], 0);
    assert_eq!(report["ids_twice"]["ids"], 1);
    let id = &report["ids_twice"]["listed"][0];
    assert_eq!((id["id"].as_str(), id["posts"].as_u64()), (Some("5"), Some(2)));
    assert_eq!(id["times"], serde_json::json!(["2017-03-07T10:00:01Z", "2017-03-07T12:00:01Z"]));
    let output = doctor(dir.path(), &[]).ok();
    assert!(output.stdout.contains("1 id occurs more than once"), "{}", output.stdout);
    assert!(output.stdout.contains(" 5: 2017-03-07T10:00:01Z, 2017-03-07T12:00:01Z"), "{}", output.stdout);
}

/// Posts that came in pieces, each of which rewrote every block.
fn rewritten(pieces: usize) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let all = fs::read_to_string(archive(dir.path(), "all.jsonl", 1, 0..20_000)).unwrap();
    let lines: Vec<&str> = all.lines().collect();
    let folder = dir.path().join("pieces");
    fs::create_dir(&folder).unwrap();
    for piece in 0..pieces {
        let text: Vec<&str> = lines.iter().skip(piece).step_by(pieces).copied().collect();
        let file = folder.join(format!("{piece:02}.jsonl"));
        fs::write(&file, text.join("\n") + "\n").unwrap();
        import(dir.path(), &file);
    }
    dir
}

#[test]
fn a_rewritten_store_becomes_smaller_and_says_the_same() {
    let dir = rewritten(30);
    let (before, told) =
        (posts(dir.path()), tagline().dir(dir.path()).args(["status", "--json"]).run().json());
    let report_before = report(dir.path(), &[], 0);
    let report = report(dir.path(), &["--compact"], 0);
    let size = |name: &str| report["compacted"][name].as_u64().unwrap();
    assert!(size("after") < size("before") * 3 / 4, "{report}");
    assert!(size("before") >= report_before["bytes"].as_u64().unwrap() / 2, "{report}");
    assert_eq!(report["bytes"].as_u64(), Some(size("after")));
    assert_eq!(posts(dir.path()), before);
    assert_eq!(tagline().dir(dir.path()).args(["status", "--json"]).run().json(), told);
    let mut left: Vec<String> = fs::read_dir(dir.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["lock", "store"]);
}

#[test]
fn a_damaged_store_is_not_compacted() {
    let (dir, ..) = two_archives();
    tamper(dir.path(), |database| flip(database, b't', false));
    let output = doctor(dir.path(), &["--compact"]).code(1);
    assert!(output.stderr.contains("--repair --compact"), "{}", output.stderr);
    let report = report(dir.path(), &["--repair", "--compact"], 0);
    assert!(report["compacted"]["after"].is_u64() && report["dropped"] == 1, "{report}");
}

#[test]
fn a_killed_compaction_leaves_the_store_as_it_was() {
    let dir = rewritten(5);
    let before = posts(dir.path());
    for pause in [20, 60, 100, 140, 180, 220, 260, 300, 400] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tagline"))
            .arg("-C")
            .arg(dir.path())
            .args(["doctor", "--compact"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        let _ = child.kill();
        child.wait().unwrap();
        assert_eq!(posts(dir.path()), before, "killed after {pause} ms");
        let left = |name: &str| dir.path().join("data").join(name).exists();
        assert!(!left("store.new") && !left("store.old"), "killed after {pause} ms");
    }
    report(dir.path(), &["--compact"], 0);
    assert_eq!(posts(dir.path()), before);
}
