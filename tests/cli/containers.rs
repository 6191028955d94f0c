//! Containers through the whole program: rows of their own for members, nothing to do the second time, killed and repeated.

use crate::common::{Output, tagline};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in entries {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        block[156] = b'0';
        block[148..156].copy_from_slice(b"        ");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend(block);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Posts with no zone to their times, so that `--times-in` matters.
fn rows(tag: &str, count: u32) -> String {
    let mut text = "id,time,text,author\n".to_owned();
    for n in 0..count {
        let (hour, minute, second) = (n / 3600 % 24, n / 60 % 60, n % 60);
        writeln!(
            text,
            "{tag}{n},2017-03-07 {hour:02}:{minute:02}:{second:02},the cia {n} #Vault7,demo_{}",
            n % 9
        )
        .unwrap();
    }
    text
}

fn container() -> Vec<u8> {
    let (a, b) = (rows("a", 300), rows("b", 200));
    gzip(&tar(&[
        ("a.csv", a.as_bytes()),
        ("photo.jpg", b"\xff\xd8\xff"),
        ("b.csv", b.as_bytes()),
        ("README", b"once upon a time\nthere was\n"),
    ]))
}

fn import(dir: &Path, extra: &[&str], file: &Path) -> Output {
    tagline().dir(dir).args(["import", "--json"]).args(extra).arg(file).run()
}

/// Path, read, added, whether unchanged, whether refused.
fn files(output: Output) -> Vec<(String, u64, u64, bool, bool)> {
    let report = output.json();
    let files = report["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            let path = file["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let count = |key: &str| file[key].as_u64().unwrap();
            let (unchanged, refused) = (file["unchanged"] == true, file["refused"].is_string());
            (path, count("read"), count("added"), unchanged, refused)
        })
        .collect()
}

fn row(path: &str, read: u64, added: u64, unchanged: bool, refused: bool) -> (String, u64, u64, bool, bool) {
    (path.to_owned(), read, added, unchanged, refused)
}

#[test]
fn members_have_rows_of_their_own_and_the_second_time_is_nothing_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("all.tgz");
    fs::write(&file, container()).unwrap();
    let first = import(dir.path(), &[], &file);
    assert!(first.stdout.contains("\"compression\":\"tar+gzip\""), "{}", first.stdout);
    assert!(first.stdout.contains("no text: 1 files (images 1)"), "{}", first.stdout);
    let refused = row("all.tgz!README", 0, 0, false, true);
    let (a, b) = (row("all.tgz!a.csv", 300, 300, false, false), row("all.tgz!b.csv", 200, 200, false, false));
    assert_eq!(files(first), [a.clone(), b.clone(), refused.clone()]);
    // By another name, too.
    let copy = dir.path().join("copy.bin");
    fs::copy(&file, &copy).unwrap();
    let again = import(dir.path(), &[], &copy);
    assert!(again.stdout.contains("no text: 1 files (images 1)"), "{}", again.stdout);
    let unchanged = |name: &str, count| row(&format!("copy.bin!{name}"), count, 0, true, false);
    assert_eq!(
        files(again),
        [unchanged("a.csv", 300), unchanged("b.csv", 200), row("copy.bin!README", 0, 0, false, true)]
    );
    // Read otherwise, each member's posts are taken out first.
    let otherwise = import(dir.path(), &["--times-in", "Europe/Berlin"], &file);
    assert_eq!(otherwise.stdout.matches("\"replaced\":").count(), 2, "{}", otherwise.stdout);
    assert!(!otherwise.stdout.contains("import that file again"), "{}", otherwise.stdout);
    assert_eq!(files(otherwise), [a, b, refused]);
    let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
    assert_eq!(status["posts"], 500);
    let imports = status["imports"].as_array().unwrap();
    let size = fs::metadata(&file).unwrap().len();
    assert_eq!(imports.len(), 4);
    assert!(imports.iter().all(|row| row["bytes"] == size && row["sha256"] == imports[0]["sha256"]));
    assert_eq!(imports[1]["member"], "b.csv");
    tagline().dir(dir.path()).arg("doctor").run().ok();
}

#[test]
fn standard_input_may_be_a_container_and_the_same_one_twice_is_once() {
    let dir = tempfile::tempdir().unwrap();
    let output = tagline().dir(dir.path()).args(["import", "--json", "-"]).stdin(container()).run();
    assert_eq!(files(output)[1], row("-!b.csv", 200, 200, false, false));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("all.tgz");
    fs::write(&file, container()).unwrap();
    let both = tagline().dir(dir.path()).args(["import", "--json"]).arg(&file).arg(&file).run();
    let found = files(both);
    assert_eq!(found[3], row("all.tgz!a.csv", 300, 0, true, false));
    assert_eq!(files(import(dir.path(), &[], &file))[0], row("all.tgz!a.csv", 300, 0, true, false));
}

#[test]
fn a_container_without_posts_ends_with_one() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pictures.tar");
    fs::write(&file, tar(&[("a.jpg", b"\xff\xd8\xff"), ("b.mp4", b"x")])).unwrap();
    let output = import(dir.path(), &[], &file).code(1);
    assert!(output.stdout.contains("it holds no file that could be posts"), "{}", output.stdout);
    assert!(output.stdout.contains("2 files (images 1, videos 1)"), "{}", output.stdout);
}

#[test]
fn an_unpacked_account_archive_gives_its_posts_alone() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("takeout/data");
    fs::create_dir_all(&folder).unwrap();
    let tweets = r#"window.YTD.tweets.part0 = [{"tweet":{"id_str":"838900000000000001","full_text":"about #Vault7","created_at":"Tue Mar 07 15:00:00 +0000 2017"}}]"#;
    fs::write(folder.join("tweets.js"), tweets).unwrap();
    for name in ["account.js", "direct-messages.js", "photo.jpg", "posts.csv"] {
        fs::write(folder.join(name), rows("secret", 2)).unwrap();
    }
    for named in [dir.path().join("takeout"), folder.clone()] {
        let dir = tempfile::tempdir().unwrap();
        let output = import(dir.path(), &[], &named);
        assert!(output.stdout.contains("never opened: 4 files of an account"), "{}", output.stdout);
        assert_eq!(files(output), [row("tweets.js", 1, 1, false, false)]);
    }
}

#[test]
fn a_killed_import_of_a_container_can_be_repeated() {
    let base = tempfile::tempdir().unwrap();
    let file = base.path().join("all.tar");
    let members = ["a", "b", "c"].map(|tag| rows(tag, 20_000));
    fs::write(
        &file,
        tar(&[
            ("a.csv", members[0].as_bytes()),
            ("b.csv", members[1].as_bytes()),
            ("c.csv", members[2].as_bytes()),
        ]),
    )
    .unwrap();
    // The same name for all: an answer names the campaign.
    let project = || {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("tagline.toml"), "[campaign]\nname = \"V\"\n").unwrap();
        dir
    };
    let answer = |dir: &Path| {
        let theories = tagline().dir(dir).args(["theories", "--json"]).run().ok().stdout;
        let status = tagline().dir(dir).args(["status", "--json"]).run().json();
        (theories, status["posts"].clone())
    };
    let clean = project();
    import(clean.path(), &[], &file).ok();
    let expected = answer(clean.path());
    for pause in [60, 150, 300, 500, 800] {
        let dir = project();
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
        let again = import(dir.path(), &[], &file).json();
        assert_eq!(again["read"], 60_000, "killed after {pause} ms");
        assert_eq!(answer(dir.path()), expected, "killed after {pause} ms");
        let third = files(import(dir.path(), &[], &file));
        assert!(third.iter().all(|file| file.3), "killed after {pause} ms: {third:?}");
    }
}

#[test]
fn other_encodings_are_read_and_said() {
    let text = "id,time,text\n1,2017-03-07 10:00:00,caf\u{e9} \u{201c}open\u{201d} #Vault7\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xff\xfe".as_slice(), &wide].concat();
    let narrow: Vec<u8> = text
        .chars()
        .map(|c| match c {
            '\u{201c}' => 0x93,
            '\u{201d}' => 0x94,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    for (bytes, note) in
        [(marked.clone(), ""), (wide, "UTF-16"), (narrow, "Windows-1252"), (gzip(&marked), "")]
    {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("posts.csv");
        fs::write(&file, bytes).unwrap();
        let output = import(dir.path(), &[], &file);
        assert!(output.stdout.contains(note), "{}", output.stdout);
        output.ok();
        let posts = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson();
        assert!(
            posts.iter().any(|post| post["text"] == "caf\u{e9} \u{201c}open\u{201d} #Vault7"),
            "{posts:?}"
        );
        let output = import(dir.path(), &["--encoding", "klingon"], &file).code(1);
        assert!(output.stdout.contains("`klingon` is not an encoding that is known"), "{}", output.stdout);
    }
}
