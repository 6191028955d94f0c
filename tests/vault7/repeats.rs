//! Whatever the order, the number of files, the repetitions and the threads: the same bytes come out.

use crate::common::tagline;
use crate::fixture::folder;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What is compared, byte for byte.
#[derive(PartialEq)]
struct Answers {
    theories: Vec<u8>,
    csv: Vec<u8>,
    svg: Vec<u8>,
}

fn lines() -> Vec<String> {
    let text = std::fs::read_to_string(folder().join("posts.ndjson")).unwrap();
    text.lines().map(|line| format!("{line}\n")).collect()
}

/// A project without posts, and a folder beside it for the files to import: both end with the value.
struct Place {
    project: TempDir,
    files: TempDir,
}

impl Place {
    fn new() -> Self {
        let project = tempfile::tempdir().unwrap();
        std::fs::copy(folder().join("tagline.toml"), project.path().join("tagline.toml")).unwrap();
        Self { project, files: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str, lines: &[String]) -> PathBuf {
        let path = self.files.path().join(name);
        std::fs::write(&path, lines.concat()).unwrap();
        path
    }

    #[track_caller]
    fn import(&self, files: &[PathBuf], threads: &str) {
        let import = tagline().dir(self.project.path()).args(["--threads", threads, "import"]);
        import.args(files).arg("--json").run().ok();
    }

    #[track_caller]
    fn answers(&self, threads: &str) -> Answers {
        let run = || tagline().dir(self.project.path()).args(["--threads", threads]);
        let draw = |path: &Path| {
            run().args(["timeline", "-o"]).arg(path).run().ok();
            std::fs::read(path).unwrap()
        };
        Answers {
            theories: run().args(["theories", "--json", "--by", "day"]).run().ok().bytes,
            csv: draw(&self.files.path().join("x.csv")),
            svg: draw(&self.files.path().join("x.svg")),
        }
    }
}

/// The answers after importing the file as it is.
fn plain() -> Answers {
    let place = Place::new();
    place.import(&[place.file("posts.ndjson", &lines())], "1");
    place.answers("1")
}

#[track_caller]
fn check(how: &str, answers: &Answers) {
    let plain = plain();
    assert!(!plain.theories.is_empty() && !plain.csv.is_empty() && !plain.svg.is_empty());
    assert_eq!(
        String::from_utf8_lossy(&answers.theories),
        String::from_utf8_lossy(&plain.theories),
        "theories --json, {how}"
    );
    assert_eq!(String::from_utf8_lossy(&answers.csv), String::from_utf8_lossy(&plain.csv), "x.csv, {how}");
    assert!(answers.svg == plain.svg, "x.svg differs, {how}");
}

#[test]
fn reversed() {
    let place = Place::new();
    let mut lines = lines();
    lines.reverse();
    place.import(&[place.file("reversed.ndjson", &lines)], "1");
    check("lines reversed", &place.answers("1"));
}

#[test]
fn split_in_five_and_imported_in_another_order() {
    let place = Place::new();
    let lines = lines();
    // Every fifth line: each file spans the whole time.
    let mut files: Vec<PathBuf> = (0..5)
        .map(|part| {
            let of_part: Vec<String> = lines.iter().skip(part).step_by(5).cloned().collect();
            place.file(&format!("part{part}.ndjson"), &of_part)
        })
        .collect();
    files.swap(0, 3);
    place.import(&files[..2], "2");
    place.import(&files[2..], "2");
    check("split in five files", &place.answers("2"));
}

#[test]
fn twice() {
    let place = Place::new();
    let lines = lines();
    let whole = place.file("posts.ndjson", &lines);
    place.import(std::slice::from_ref(&whole), "2");
    place.import(std::slice::from_ref(&whole), "1");
    // Another file with the same posts cannot be known by its hash.
    let half: Vec<String> = lines.iter().skip(lines.len() / 2).cloned().collect();
    place.import(&[place.file("half.ndjson", &half)], "1");
    check("imported twice", &place.answers("1"));
}

#[test]
fn two_threads() {
    let place = Place::new();
    place.import(&[place.file("posts.ndjson", &lines())], "2");
    check("two threads", &place.answers("2"));
}
