//! A killed or interrupted import: importing again gives what an undisturbed import gives.

use crate::common::tagline;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

fn archive(path: &Path, posts: u32) {
    use std::fmt::Write as _;
    let mut text = String::new();
    for id in 0..posts {
        // Every third post is late, so that the import has to sort.
        let second = if id % 3 == 0 { posts - id } else { id };
        writeln!(
            text,
            "{{\"id\":\"{id}\",\"time\":{},\"author\":\"demo_{}\",\"text\":\"post {id} about the vault and the cia and towers\"}}",
            1_486_000_000 + second,
            id % 99
        )
        .unwrap();
    }
    fs::write(path, text).unwrap();
}

fn answer(dir: &Path) -> Vec<u8> {
    tagline().dir(dir).args(["theories", "--json"]).run().ok().bytes
}

const RULES: &str = "[campaign]\nname = \"V\"\n[[theory]]\nid = \"cia\"\nany = [\"cia\"]\n";

#[test]
fn a_killed_import_can_be_repeated() {
    let base = tempfile::tempdir().unwrap();
    let file = base.path().join("posts.jsonl");
    archive(&file, 60_000);
    let clean = tempfile::tempdir().unwrap();
    fs::write(clean.path().join("tagline.toml"), RULES).unwrap();
    tagline().dir(clean.path()).arg("import").arg(&file).run().ok();
    let expected = answer(clean.path());
    for pause in [5, 40, 90, 160, 300, 600] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("tagline.toml"), RULES).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_tagline"))
            .arg("-C")
            .arg(dir.path())
            .arg("import")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        let _ = child.kill();
        child.wait().unwrap();
        tagline().dir(dir.path()).args(["import"]).arg(&file).run().ok();
        assert_eq!(
            String::from_utf8_lossy(&answer(dir.path())),
            String::from_utf8_lossy(&expected),
            "killed after {pause} ms"
        );
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_import_saves_what_it_read() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tagline.toml"), RULES).unwrap();
    let file = dir.path().join("posts.jsonl");
    archive(&file, 400_000);
    let child = Command::new(env!("CARGO_BIN_EXE_tagline"))
        .arg("-C")
        .arg(dir.path())
        .args(["import", "--json"])
        .arg(&file)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Once the lock has a holder, the import runs and the handler is set.
    let holder = dir.path().join("data/lock.holder");
    while !holder.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(50));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    // A fast machine may be done before the signal comes.
    let code = output.status.code();
    assert!(code == Some(130) || code == Some(0), "{code:?} {}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
    assert_eq!(status["posts"], report["added"]);
    assert_eq!(report["interrupted"].as_bool().unwrap_or(false), code == Some(130));
    let rest = tagline().dir(dir.path()).args(["import", "--json"]).arg(&file).run().json();
    let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
    assert_eq!(status["posts"], 400_000);
    if code == Some(130) {
        let read = |report: &serde_json::Value| report["read"].as_u64().unwrap();
        assert_eq!(read(&report) + read(&rest), 400_000, "nothing is read twice: {rest}");
    }
}

#[test]
fn a_store_without_its_database_file_is_damaged_not_empty() {
    let base = tempfile::tempdir().unwrap();
    let file = base.path().join("posts.jsonl");
    archive(&file, 2_000);
    tagline().dir(base.path()).arg("import").arg(&file).run().ok();
    fs::remove_file(base.path().join("data/store/db")).unwrap();
    let output = tagline().dir(base.path()).arg("status").run().code(1);
    assert!(output.stderr.contains("damaged"), "{}", output.stderr);
}
