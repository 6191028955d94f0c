//! Reading while another process has the store: here the test has it, and the program asks over the socket.

use crate::common::{Output, tagline};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tagline::desk::{Desk, serve};
use tagline::post::{Post, Timestamp};
use tagline::store::{Batch, Columns, SledStore, Store as _, open_sled};

/// A project of invented posts.
fn project(folder: &Path) -> PathBuf {
    let dir = folder.join("demo");
    tagline().arg("demo").arg(&dir).run().ok();
    let rules = dir.join("tagline.toml");
    let purpose = "\n[purpose]\nwhy = \"a test\"\ncontroller = \"demo\"\nlegal_basis = \"invented\"\nretention = \"2099-12-31\"\ncontact = \"demo@example.org\"\n";
    fs::write(&rules, fs::read_to_string(&rules).unwrap() + purpose).unwrap();
    dir
}

/// As `collect` holds it.
fn hold(dir: &Path) -> (Desk, Arc<SledStore>) {
    let store = Arc::new(open_sled(&dir.join("data"), "collect", Duration::from_secs(5)).unwrap());
    (serve(&store, &dir.join("data")).unwrap(), store)
}

/// Everything that reads, with what it prints and the files it writes.
fn everything(dir: &Path, files: &Path) -> Vec<(String, Vec<u8>, String)> {
    let commands = [
        "theories --json",
        "theories --by hour --csv",
        "theories",
        "theories lint --json",
        "timeline --json -o a.svg -o a.csv -o a.json",
        "timeline --zone Asia/Tokyo",
        "timeline --kind overlap -o b.svg",
        "timeline --split lang -o c.svg --json",
        "posts --ndjson",
        "posts --json --sample 50 --seed 3",
        "posts --theory cia --first 3",
        "posts --unmatched --on 2017-03-07",
        "discover --json --assignments a.ndjson",
        "discover --beyond --theories 5",
        "status --json",
        "status",
        "theories --zone Berlin",
        "posts --theory ciaa",
        "theories --by minute --since 1990-01-01",
    ];
    fs::create_dir_all(files).unwrap();
    let mut seen = Vec::new();
    for command in commands {
        let Output { bytes, stderr, code, .. } =
            tagline().dir(dir).working_dir(files).args(command.split(' ')).run();
        seen.push((format!("{command}: {code:?}"), bytes, stderr));
    }
    for file in ["a.svg", "b.svg", "c.svg", "a.csv", "a.json", "a.ndjson"] {
        seen.push((file.into(), fs::read(files.join(file)).unwrap(), String::new()));
    }
    seen
}

#[test]
fn every_reading_command_says_the_same_over_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let dir = project(folder.path());
    let (desk, store) = hold(&dir);
    let there = everything(&dir, &folder.path().join("files"));
    drop(desk);
    drop(store);
    let here = everything(&dir, &folder.path().join("files"));
    for (there, here) in there.iter().zip(&here) {
        assert_eq!(there.0, here.0);
        assert_eq!(String::from_utf8_lossy(&there.1), String::from_utf8_lossy(&here.1), "{}", here.0);
        assert_eq!(there.2, here.2, "{}", here.0);
    }
    let ended: Vec<&str> =
        here.iter().filter_map(|(name, ..)| name.rsplit_once(": ")).map(|(_, code)| code).collect();
    assert_eq!(ended.iter().filter(|code| **code == "Some(0)").count(), 16, "{ended:?}");
}

#[test]
fn a_second_writer_is_told_who_has_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let dir = project(folder.path());
    let (_desk, _store) = hold(&dir);
    let posts = dir.join("posts.ndjson");
    let words = format!("the store is in use by process {} (`tagline collect`, since 20", std::process::id());
    for writer in [vec!["import".as_ref(), posts.as_os_str()], vec!["doctor".as_ref(), "--repair".as_ref()]] {
        let output = tagline().dir(&dir).args(&writer).run().code(1);
        assert!(output.stderr.contains(&words), "{writer:?}: {}", output.stderr);
        assert!(output.stderr.contains("hint: wait for it to end"), "{}", output.stderr);
    }
}

#[test]
fn whoever_waits_for_the_store_is_answered_when_its_holder_begins_to_serve() {
    let folder = tempfile::tempdir().unwrap();
    let dir = project(folder.path());
    let data = dir.join("data");
    let store = Arc::new(open_sled(&data, "collect", Duration::from_secs(5)).unwrap());
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| tagline().dir(&dir).args(["status", "--json"]).run().json());
        // Long enough for the reader to find the store locked. If it is slower still, it finds the socket at once, which is right as well.
        std::thread::sleep(Duration::from_millis(300));
        let _desk = serve(&store, &data).unwrap();
        assert!(reader.join().unwrap()["posts"].as_u64().unwrap() > 1000);
    });
}

#[test]
fn answers_are_right_while_posts_come_in() {
    let folder = tempfile::tempdir().unwrap();
    let dir = project(folder.path());
    let (_desk, store) = hold(&dir);
    let ask = || tagline().dir(&dir).args(["theories", "--json", "--by", "day"]).run().json();
    let posts_of = |answer: &serde_json::Value| answer["posts"].as_u64().unwrap();
    let at_first = posts_of(&ask());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let (mut put, mut longest) = (0_u32, Duration::ZERO);
            while put < PUTS && !done.load(Ordering::Acquire) {
                let begun = Instant::now();
                store.put(&Batch::of(live(put))).unwrap();
                longest = longest.max(begun.elapsed());
                put += 1;
            }
            (put, longest)
        });
        let mut before = at_first;
        for _ in 0..5 {
            let answer = ask();
            let posts = posts_of(&answer);
            assert!(posts >= before, "{posts} after {before}");
            assert_eq!((posts - at_first) % u64::from(EACH), 0, "half a put was counted");
            let sum: u64 = answer["all"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
            assert_eq!(sum, posts);
            let lines = tagline().dir(&dir).args(["posts", "--ndjson"]).run().ndjson();
            let mut ids: Vec<String> =
                lines.iter().map(|post| format!("{} {}", post["platform"], post["id"])).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), lines.len(), "a post was printed twice");
            assert!(lines.len() as u64 >= posts, "{} posts after {posts}", lines.len());
            before = posts;
        }
        done.store(true, Ordering::Release);
        let (puts, longest) = writer.join().unwrap();
        assert!(puts > 1, "nothing was put meanwhile");
        println!("{puts} puts beside 10 answers, the longest took {longest:?}");
    });
}

/// Most puts: what is printed has to stay small.
const PUTS: u32 = 400;
/// Posts of one put.
const EACH: u32 = 20;

/// Posts that fall among those of the demo, so that blocks are rewritten and split.
fn live(put: u32) -> Columns {
    let mut columns = Columns::new();
    for n in 0..EACH {
        let id = put * EACH + n;
        columns.push(&Post {
            platform: "x".into(),
            id: format!("live{id}"),
            posted_at: Timestamp::from_millis_unchecked(1_488_900_000_000 + i64::from(id % 997) * 60_000),
            text: format!("the CIA and #Vault7, {id}"),
            tags: vec!["vault7".into()],
            synthetic: true,
            ..Post::default()
        });
    }
    columns
}
