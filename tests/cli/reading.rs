//! Reading commands: streams, exit codes, sampling, output files.

use crate::common::tagline;
use serde_json::Value;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The demo: invented posts, imported.
fn demo() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    tagline().args(["demo"]).arg(dir.path()).run().ok();
    dir
}

#[test]
fn the_demo_does_the_main_job_twice() {
    let dir = tempfile::tempdir().unwrap();
    let first = tagline().arg("demo").arg(dir.path()).run().ok();
    assert!(first.stdout.starts_with("INVENTED DATA - NOT REAL POSTS\n"), "{}", first.stdout);
    assert!(
        first.stdout.contains("3,120 added") && first.stdout.contains("tagline posts"),
        "{}",
        first.stdout
    );
    let svg = fs::read_to_string(dir.path().join("charts/vault7.svg")).unwrap();
    assert!(svg.contains("INVENTED DATA - NOT REAL POSTS"));
    let second = tagline().arg("demo").arg(dir.path()).run().ok();
    assert!(second.stdout.contains("0 added"), "{}", second.stdout);
    assert_eq!(svg, fs::read_to_string(dir.path().join("charts/vault7.svg")).unwrap());
    let mine = tempfile::tempdir().unwrap();
    fs::write(mine.path().join("tagline.toml"), "[campaign]\nname = \"mine\"\n").unwrap();
    tagline().arg("demo").arg(mine.path()).run().code(1);
    assert_eq!(
        fs::read_to_string(mine.path().join("tagline.toml")).unwrap(),
        "[campaign]\nname = \"mine\"\n"
    );
}

#[test]
fn everything_made_from_invented_posts_says_so() {
    let dir = demo();
    let said = |args: &[&str]| {
        let output = tagline().dir(dir.path()).args(args).run().ok();
        assert!(output.stdout.contains("INVENTED DATA - NOT REAL POSTS"), "{args:?}: {}", output.stdout);
    };
    said(&["theories"]);
    said(&["theories", "--json"]);
    said(&["theories", "--csv"]);
    said(&["timeline"]);
    said(&["discover"]);
    said(&["discover", "--json"]);
    said(&["posts", "--first", "2"]);
    said(&["posts", "--first", "2", "--ndjson"]);
}

#[test]
fn a_closed_pipe_is_quiet_success() {
    let dir = demo();
    for args in [
        &["posts", "--ndjson"][..],
        &["theories", "--csv", "--by", "minute", "--since", "2017-03-01", "--until", "2017-03-10"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tagline"))
            .arg("-C")
            .arg(dir.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut some = [0; 100];
        child.stdout.take().unwrap().read_exact(&mut some).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
            (Some(0), ""),
            "{args:?}"
        );
    }
}

#[test]
fn a_full_disk_is_an_error() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let dir = demo();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tagline"))
        .arg("-C")
        .arg(dir.path())
        .args(["theories", "--json"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output"));
}

#[test]
fn exit_codes_are_those_of_the_manual() {
    let dir = demo();
    let run = |args: &[&str]| tagline().dir(dir.path()).args(args).run();
    run(&["theories", "--since", "2018-01-01", "--until", "2018-02-01"]).ok();
    run(&["theories", "--since", "2018-01-01", "--until", "2018-02-01", "--fail-empty"]).code(3);
    run(&["posts", "--theory", "cia", "--on", "2018-01-01", "--fail-empty"]).code(3);
    run(&["theories", "--zone", "Mars/Base"]).code(2);
    run(&["theories", "--since", "tomorrowish"]).code(2);
    run(&["theories", "--since", "2017-03-02", "--until", "2017-03-01"]).code(2);
    run(&["theories", "--by", "minute", "--since", "2000-01-01", "--until", "2017-03-01"]).code(2);
    run(&["posts", "--theory", "cai"]).code(2);
    run(&["timeline", "-o", "x.gif"]).code(2);
    run(&["timeline", "--kind", "area"]).code(2);
    run(&["timeline", "--kind", "heat", "--split", "lang", "-o", "x.svg"]).code(2);
    run(&["timeline", "--split", "nothing", "-o", "x.svg"]).code(2);
    run(&["timeline", "--data", "-o", "x.svg", "-o", "x.csv"]).code(2);
    run(&["timeline", "--size", "9x9", "-o", "x.svg"]).code(2);
    run(&["timeline", "--scale", "0", "-o", "x.png"]).code(2);
    run(&["timeline", "--font", "no-such-font.ttf", "-o", "x.svg"]).code(1);
    run(&["nonsense"]).code(2);
    run(&["--help"]).ok();
    let nowhere = tempfile::tempdir().unwrap();
    let output = tagline().dir(nowhere.path()).arg("theories").run().code(2);
    assert!(output.stderr.contains("tagline init"), "{}", output.stderr);
}

#[test]
fn an_unknown_theory_is_told_its_neighbour() {
    let dir = demo();
    let output = tagline().dir(dir.path()).args(["posts", "--theory", "clintno"]).run().code(2);
    assert!(output.stderr.contains("did you mean `--theory clinton`"), "{}", output.stderr);
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_only() {
    let dir = demo();
    let ids = |seed: &str| -> Vec<Value> {
        let args = ["posts", "--theory", "cia", "--sample", "20", "--seed", seed, "--ndjson"];
        tagline().dir(dir.path()).args(args).run().ndjson().iter().map(|post| post["id"].clone()).collect()
    };
    assert_eq!(ids("7").len(), 20);
    assert_eq!(ids("7"), ids("7"));
    assert_ne!(ids("7"), ids("8"));
}

#[test]
fn evidence_stands_at_its_place_in_the_text() {
    let dir = demo();
    let posts = tagline()
        .dir(dir.path())
        .args(["posts", "--theory", "cia", "--first", "50", "--ndjson"])
        .run()
        .ndjson();
    assert_eq!(posts.len(), 50);
    for post in posts {
        let text: Vec<char> = post["text"].as_str().unwrap().chars().collect();
        let theory =
            post["theories"].as_array().unwrap().iter().find(|theory| theory["id"] == "cia").unwrap();
        let terms = theory["terms"].as_array().unwrap();
        assert!(!terms.is_empty());
        for term in terms {
            let (Some(start), Some(end)) = (term["start"].as_u64(), term["end"].as_u64()) else { continue };
            assert!(start < end && end <= text.len() as u64, "{post}");
        }
    }
}

#[test]
fn theories_test_opens_no_store() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tagline.toml"), "[campaign]\nname = \"V\"\n[[theory]]\nid = \"cia\"\nany = [\"mole\", \"9/11\"]\n[[theory]]\nid = \"other-one\"\nany = [\"#YearZero\"]\n").unwrap();
    let test = |text: &str| tagline().dir(dir.path()).args(["theories", "test", text]).run().ok().stdout;
    let yes = |text: &str| test(text).lines().filter(|line| line.contains("yes")).count();
    assert_eq!(yes("A MOLE leaked it"), 1);
    assert_eq!(yes("9-11 and #yearzero"), 2);
    assert_eq!(yes("molehill on 19/11"), 0);
    assert!(!dir.path().join("data").exists());
}

#[test]
fn output_files_are_whole_or_not_there() {
    let dir = demo();
    let target = dir.path().join("out/deep/chart.svg");
    tagline().dir(dir.path()).args(["timeline", "-o"]).arg(&target).run().ok();
    assert!(fs::read_to_string(&target).unwrap().trim_end().ends_with("</svg>"));
    let csv = dir.path().join("series.csv");
    tagline().dir(dir.path()).args(["timeline", "-o"]).arg(&csv).run().ok();
    assert!(fs::read_to_string(&csv).unwrap().starts_with("start,end,theory,posts,share,accounts"));
    fs::create_dir(dir.path().join("folder.svg")).unwrap();
    tagline().dir(dir.path()).args(["timeline", "-o"]).arg(dir.path().join("folder.svg")).run().code(1);
    let left: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().contains(".part"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn events_are_added_listed_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    tagline().arg("init").arg(dir.path()).run().ok();
    let run = |args: &[&str]| tagline().dir(dir.path()).args(args).run().ok();
    run(&["events", "add", "2017-03-07 13:00", "Year Zero released", "--url", "https://example.org/"]);
    run(&["events", "add", "2017-02-04", "first teaser"]);
    let events = run(&["events", "--json"]).json();
    assert_eq!(events["events"][1]["at"], "2017-03-07T13:00:00Z");
    run(&["events", "rm", "1"]);
    let left = run(&["events", "list"]).stdout;
    assert!(left.contains("Year Zero") && !left.contains("teaser"), "{left}");
    tagline().dir(dir.path()).args(["events", "rm", "9"]).run().code(2);
}

#[cfg(unix)]
#[test]
fn a_project_is_private_and_kept_out_of_git() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    tagline().args(["init", "--tag", "#Vault7"]).arg(dir.path()).run().ok();
    let mode = fs::metadata(dir.path().join("data")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(fs::read_to_string(dir.path().join(".gitignore")).unwrap().contains("data/"));
    assert!(fs::read_to_string(dir.path().join("tagline.toml")).unwrap().contains("Vault7"));
    tagline().arg("init").arg(dir.path()).run().code(1);
}

#[test]
fn status_and_formats_speak_json() {
    let dir = demo();
    let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
    assert_eq!((status["schema"].as_str(), status["posts"].as_u64()), (Some("tagline.status/1"), Some(3120)));
    assert_eq!(status["imports"][0]["sha256"].as_str().map(str::len), Some(64));
    let formats = tagline().args(["formats", "--json"]).run().json();
    assert!(formats["formats"].as_array().unwrap().len() >= 8);
    tagline().arg("formats").run().ok();
    tagline().dir(dir.path()).arg("status").run().ok();
}
