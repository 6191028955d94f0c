//! Files that are broken, hostile or no archives: a clear word or a counted reject, never a panic, nothing lost.

use crate::common::{Output, tagline};
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn write(dir: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Imports one file of these bytes into a new project.
#[track_caller]
fn import(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, Output) {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), name, bytes);
    let output = tagline().dir(dir.path()).args(["import", "--json"]).arg(file).run();
    assert!(!output.stderr.contains("panicked"), "{}", output.stderr);
    (dir, output)
}

/// The five counts of a report, checked to add up: added, updated, duplicates, rejected, unselected.
#[track_caller]
fn counts(output: &Output) -> [u64; 5] {
    let report: Value = serde_json::from_slice(&output.bytes)
        .unwrap_or_else(|_| panic!("no report\nstdout: {}\nstderr: {}", output.stdout, output.stderr));
    let count = |name: &str| report[name].as_u64().unwrap();
    let five = ["added", "updated", "duplicates", "rejected", "unselected"].map(count);
    assert_eq!(count("read"), five.iter().sum::<u64>(), "{report}");
    five
}

#[track_caller]
fn check(name: &str, bytes: impl AsRef<[u8]>, expected: [u64; 5]) {
    let (_dir, output) = import(name, bytes);
    assert_eq!(counts(&output), expected, "{name}");
}

/// A file that holds no posts: a reason, zero counts, code 1.
#[track_caller]
fn check_refused(name: &str, bytes: impl AsRef<[u8]>, reason: &str) {
    let (_dir, output) = import(name, bytes);
    let output = output.code(1);
    let report: Value = serde_json::from_slice(&output.bytes).unwrap();
    let refused = report["files"][0]["refused"].as_str().unwrap();
    assert!(refused.contains(reason), "{name}: {refused}");
    assert_eq!(counts(&output), [0; 5], "{name}");
}

fn row(id: u32) -> String {
    format!(
        "{{\"id\":\"{id}\",\"created_at\":\"2017-03-07T13:00:{:02}Z\",\"author\":\"demo_a\",\"text\":\"post {id} #Vault7\"}}\n",
        id % 60
    )
}

fn rows(count: u32) -> String {
    (0..count).map(row).collect()
}

#[test]
fn an_empty_file_and_junk_are_refused_in_words() {
    check_refused("empty.csv", "", "empty");
    check_refused("space.jsonl", "  \n\n ", "empty");
    check_refused(
        "junk.csv",
        (0..5000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect::<Vec<u8>>(),
        "",
    );
    check_refused("users.jsonl", "{\"username\":\"demo\",\"followers_count\":3}\n".repeat(5), "");
    check_refused(
        "utf32.csv",
        "\u{feff}id,time,text\n1,2017-03-07,x\n"
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect::<Vec<u8>>(),
        "UTF-32",
    );
}

#[test]
fn a_folder_without_archives_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("nothing");
    fs::create_dir(&folder).unwrap();
    write(&folder, "picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let output = tagline().dir(dir.path()).arg("import").arg(&folder).run().code(1);
    assert!(output.stdout.contains("picture.png: left out"), "{}", output.stdout);
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let output = tagline().dir(dir.path()).arg("import").arg(&empty).run().code(1);
    assert!(output.stderr.contains("no files"), "{}", output.stderr);
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let output = tagline().dir(dir.path()).args(["import", "none.csv"]).run().code(1);
    assert!(output.stderr.contains("`none.csv`") && output.stderr.contains("hint:"), "{}", output.stderr);
}

#[test]
fn cut_archives_keep_what_came_before() {
    let text = rows(20_000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(text.as_bytes(), 1).unwrap();
    check("whole.gz", &gzip, [20_000, 0, 0, 0, 0]);
    check("whole.zst", &zstd, [20_000, 0, 0, 0, 0]);
    for (name, bytes) in [("cut.jsonl.gz", &gzip), ("cut.jsonl.zst", &zstd)] {
        let (_dir, output) = import(name, &bytes[..bytes.len() * 3 / 4]);
        let [added, _, _, rejected, _] = counts(&output);
        assert!((1..20_000).contains(&added), "{name}: {added} added");
        assert!((1..=2).contains(&rejected), "{name}: {rejected} rejected");
    }
    check("cut.jsonl", &text[..text.len() - 20], [19_999, 0, 0, 1, 0]);
    let array = format!("[{}]", text.trim_end().replace('\n', ","));
    check("array.json", &array, [20_000, 0, 0, 0, 0]);
    check("cut.json", &array[..array.len() - 20], [19_999, 0, 0, 1, 0]);
}

#[test]
fn one_enormous_line_is_one_reject() {
    let mut bytes = rows(3).into_bytes();
    bytes.extend(std::iter::repeat_n(b'x', 100 << 20));
    bytes.push(b'\n');
    bytes.extend(row(3).bytes());
    check("long.jsonl", bytes, [4, 0, 0, 1, 0]);
}

#[test]
fn bytes_that_are_no_text_are_rejected_with_their_line() {
    let mut bytes = rows(2).into_bytes();
    bytes.extend(b"{\"id\":\"9\",\"created_at\":\"2017-03-07T13:00:00Z\",\"text\":\"\xff\xfe\"}\n");
    bytes.extend(row(2).bytes());
    let (_dir, output) = import("bad.jsonl", bytes);
    assert!(output.stdout.contains("line 3"), "{}", output.stdout);
    assert_eq!(counts(&output), [3, 0, 0, 1, 0]);
}

#[test]
fn marks_line_ends_and_nul_bytes_do_no_harm() {
    check("bom.jsonl", format!("\u{feff}{}", rows(3)), [3, 0, 0, 0, 0]);
    check("crlf.jsonl", rows(3).replace('\n', "\r\n"), [3, 0, 0, 0, 0]);
    check(
        "bom.csv",
        "\u{feff}id,time,text\r\n1,2017-03-07 10:00:01,a\r\n2,2017-03-07 10:00:02,\"b\r\nc\"\r\n",
        [2, 0, 0, 0, 0],
    );
    check(
        "nul.csv",
        "id,time,text\n1,2017-03-07 10:00:01,a\0b and more\n2,2017-03-07 10:00:01,a\n",
        [2, 0, 0, 0, 0],
    );
    check("nul.jsonl", "{\"id\":1,\"time\":\"2017-03-07\",\"text\":\"a\\u0000b\"}\n", [1, 0, 0, 0, 0]);
}

#[test]
fn impossible_times_are_rejected_and_future_ones_kept_outside() {
    let line = |time: &str| {
        format!(
            "{{\"id\":\"{}\",\"time\":{time},\"text\":\"x\"}}\n",
            time.len() + time.bytes().map(usize::from).sum::<usize>()
        )
    };
    for time in [
        "\"0000-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"",
        "-5",
        "\"1969-12-31T23:59:59Z\"",
        "\"soon\"",
        "\"\"",
        "null",
        "1e300",
    ] {
        check(
            &format!("time {time}.jsonl").replace(['"', ':', '/'], ""),
            line("\"2017-03-07T10:00:00Z\"") + &line(time),
            [1, 0, 0, 1, 0],
        );
    }
    let (dir, output) =
        import("future.jsonl", line("\"2017-03-07T10:00:00Z\"") + &line("\"2099-01-01T00:00:00Z\""));
    assert_eq!(counts(&output), [2, 0, 0, 0, 0]);
    let answer = tagline().dir(dir.path()).args(["theories", "--json"]).run().json();
    assert_eq!((answer["posts"].as_u64(), answer["outside"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn ids_come_in_every_form() {
    let line = |id: &str, text: &str| {
        format!("{{\"id\":{id},\"time\":\"2017-03-07T10:00:00Z\",\"author\":\"demo\",\"text\":\"{text}\"}}\n")
    };
    // A number and its string are one id; damaged ones identify nothing, so the text decides.
    let text = [
        line("831234567890123456", "a"),
        line("\"831234567890123456\"", "a"),
        line("\"9.1E+17\"", "b"),
        line("\"9.1E+17\"", "c"),
        line("9.1e17", "d"),
        line("null", "e"),
    ];
    check("ids.jsonl", text.concat(), [5, 0, 1, 0, 0]);
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "ids.jsonl", text.concat());
    tagline().dir(dir.path()).arg("import").arg(file).run().ok();
    let posts = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson();
    assert!(posts.iter().any(|post| post["id"] == "831234567890123456"), "{posts:?}");
    assert_eq!(posts.iter().filter(|post| post["id_derived"] == true).count(), 4);
}

#[test]
fn a_lone_surrogate_loses_a_letter_not_a_post() {
    let (dir, output) =
        import("surrogate.jsonl", "{\"id\":\"1\",\"time\":\"2017-03-07\",\"text\":\"a \\ud83d b\"}\n");
    assert_eq!(counts(&output), [1, 0, 0, 0, 0]);
    let posts = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson();
    assert_eq!(posts[0]["text"], "a \u{fffd} b");
}

#[test]
fn missing_fields_are_rejects_with_a_reason() {
    let text = row(1)
        + "{\"id\":\"2\",\"text\":\"no time\"}\n"
        + "{\"created_at\":\"2017-03-07T13:00:00Z\"}\n"
        + "[]\n"
        + "\"text\"\n"
        + "{\n"
        + &row(2);
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "missing.jsonl", text);
    let rejects = dir.path().join("rejects.ndjson");
    let output =
        tagline().dir(dir.path()).args(["import", "--json", "--rejects"]).arg(&rejects).arg(file).run();
    assert_eq!(counts(&output), [2, 0, 0, 5, 0]);
    let told = fs::read_to_string(rejects).unwrap();
    let places: Vec<String> = told
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["place"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(places, ["line 2", "line 3", "line 4", "line 5", "line 6"]);
}

#[test]
fn strict_ends_with_its_own_code() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(dir.path(), "good.jsonl", rows(2));
    let bad = write(dir.path(), "bad.jsonl", rows(2) + "{\n");
    tagline().dir(dir.path()).args(["import", "--strict"]).arg(&good).run().ok();
    tagline().dir(dir.path()).args(["import", "--strict"]).arg(&bad).run().code(4);
    tagline().dir(dir.path()).args(["import"]).arg(&bad).run().ok();
}

#[test]
fn a_refused_file_does_not_keep_the_others_out() {
    let dir = tempfile::tempdir().unwrap();
    let good = write(dir.path(), "good.jsonl", rows(2));
    let junk = write(dir.path(), "junk.bin", b"\0\x01\x02\x03junk");
    let output = tagline().dir(dir.path()).args(["import", "--json"]).arg(&junk).arg(&good).run().ok();
    assert_eq!(counts(&output), [2, 0, 0, 0, 0]);
}

#[test]
fn columns_that_are_not_there_are_named_with_the_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "odd.csv", "nummer,wann,was\n1,2017-03-07,x\n");
    let output = tagline().dir(dir.path()).arg("import").arg(&file).run().code(1);
    assert!(
        output.stdout.contains("`wann`") && output.stderr.contains("--map"),
        "{}{}",
        output.stdout,
        output.stderr
    );
    let output = tagline()
        .dir(dir.path())
        .args(["import", "--json", "--map", "time=wann,text=was,id=nummer"])
        .arg(&file)
        .run();
    assert_eq!(counts(&output), [1, 0, 0, 0, 0]);
    let output =
        tagline().dir(dir.path()).args(["import", "--map", "time=wan,text=was"]).arg(&file).run().code(1);
    assert!(output.stderr.contains("wann"), "{}", output.stderr);
    tagline().dir(dir.path()).args(["import", "--map", "tyme=wann"]).arg(&file).run().code(2);
    tagline().dir(dir.path()).args(["import", "--format", "x-v3"]).arg(&file).run().code(2);
}

#[test]
fn standard_input_is_an_archive_too() {
    let dir = tempfile::tempdir().unwrap();
    let output = tagline().dir(dir.path()).args(["import", "-", "--json"]).stdin(rows(5)).run();
    assert_eq!(counts(&output), [5, 0, 0, 0, 0]);
    let again = tagline().dir(dir.path()).args(["import", "-", "--json"]).stdin(rows(5)).run();
    assert_eq!(counts(&again), [0, 0, 5, 0, 0]);
    assert!(!dir.path().join("data/tmp").exists(), "the spooled input stays behind");
}

#[test]
fn a_repeated_import_is_told_and_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "posts.jsonl", rows(50) + "{\n");
    let run = || tagline().dir(dir.path()).args(["import", "--json"]).arg(&file).run().json();
    assert_eq!(run()["files"][0]["unchanged"], Value::Null);
    let again = run();
    assert_eq!(
        (again["files"][0]["unchanged"].as_bool(), again["duplicates"].as_u64()),
        (Some(true), Some(51))
    );
    // The same bytes twice in one call are one file.
    let dir = tempfile::tempdir().unwrap();
    let output = tagline().dir(dir.path()).args(["import", "--json"]).arg(&file).arg(&file).run();
    assert_eq!(counts(&output), [50, 0, 51, 1, 0]);
}

#[test]
fn repeats_without_id_are_one_post_unless_asked() {
    let line = "2017-03-07 10:00,demo,same text\n";
    let text = format!("time,author,text\n{}", line.repeat(3));
    check("repeats.csv", &text, [1, 0, 2, 0, 0]);
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "repeats.csv", &text);
    let output = tagline().dir(dir.path()).args(["import", "--json", "--repeats", "keep"]).arg(&file).run();
    assert_eq!(counts(&output), [3, 0, 0, 0, 0]);
}

#[test]
fn another_reading_of_a_file_replaces_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(
        dir.path(),
        "times.csv",
        "time,author,text\n2017-03-07 10:00:01,demo,a\n2017-03-07 10:00:02,demo,b\n",
    );
    tagline().dir(dir.path()).arg("import").arg(&file).run().ok();
    let report = tagline()
        .dir(dir.path())
        .args(["import", "--json", "--times-in", "America/New_York"])
        .arg(&file)
        .run()
        .json();
    assert_eq!((report["added"].as_u64(), report["files"][0]["replaced"].as_u64()), (Some(2), Some(2)));
    let posts = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson();
    assert_eq!(posts.len(), 2);
    assert_eq!(posts[0]["posted_at"], "2017-03-07T15:00:01Z");
}

#[test]
fn the_first_reading_of_a_file_can_be_had_back() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "a.csv", "time,text,author\n2017-03-07 12:00,hello #Vault7,demo_a\n");
    let times = |zone: &str| {
        tagline().dir(dir.path()).args(["import", "--json", "--times-in", zone]).arg(&file).run().json();
        let posts = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson();
        posts.iter().map(|post| post["posted_at"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(times("UTC"), ["2017-03-07T12:00:00Z"]);
    assert_eq!(times("Europe/Berlin"), ["2017-03-07T11:00:00Z"]);
    assert_eq!(times("UTC"), ["2017-03-07T12:00:00Z"]);
    assert_eq!(times("UTC"), ["2017-03-07T12:00:00Z"]);
}

#[test]
fn a_post_that_two_files_share_comes_back_with_the_other_file() {
    let dir = tempfile::tempdir().unwrap();
    let shared = "2017-03-07 10:00:01,demo,shared\n";
    let one = write(dir.path(), "one.csv", format!("time,author,text\n{shared}2017-03-07 10:00:02,demo,a\n"));
    let two = write(dir.path(), "two.csv", format!("time,author,text\n{shared}2017-03-07 10:00:03,demo,b\n"));
    let run = |args: &[&str], file: &Path| {
        tagline().dir(dir.path()).args(["import", "--json"]).args(args).arg(file).run().json()
    };
    run(&[], &one);
    run(&[], &two);
    run(&["--times-in", "Europe/Berlin"], &one);
    run(&["--times-in", "Europe/Berlin"], &two);
    run(&[], &two);
    run(&["--times-in", "Europe/Berlin"], &one);
    let texts: Vec<String> = tagline()
        .dir(dir.path())
        .args(["posts", "--ndjson"])
        .run()
        .ndjson()
        .iter()
        .map(|post| format!("{} {}", post["posted_at"].as_str().unwrap(), post["text"].as_str().unwrap()))
        .collect();
    assert_eq!(
        texts,
        [
            "2017-03-07T09:00:01Z shared",
            "2017-03-07T09:00:02Z a",
            "2017-03-07T10:00:01Z shared",
            "2017-03-07T10:00:03Z b",
        ]
    );
}

#[test]
fn posts_without_the_campaigns_tag_are_counted_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let rules = "[campaign]\nname = \"V\"\ntags = [\"Vault7\"]\n[[theory]]\nid = \"cia\"\nany = [\"cia\"]\n";
    write(dir.path(), "tagline.toml", rules);
    let line = |id: u32, text: &str| {
        format!("{{\"id\":\"{id}\",\"time\":\"2017-03-07T10:00:00Z\",\"text\":\"{text}\"}}\n")
    };
    let text = line(1, "CIA #vault7") + &line(2, "the CIA without the tag") + &line(3, "nothing");
    let file = write(dir.path(), "posts.jsonl", text);
    let output = tagline().dir(dir.path()).args(["import", "--json"]).arg(&file).run();
    assert_eq!(counts(&output), [1, 0, 0, 0, 2]);
    let answer = tagline().dir(dir.path()).args(["theories", "--json"]).run().json();
    assert_eq!(answer["left_out"]["posts"], 2);
    assert_eq!(answer["left_out"]["matched"], 1);
}

#[test]
fn a_rule_file_with_a_typo_names_line_column_and_fix() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "tagline.toml", "[campaign]\nname = \"V\"\ntagz = [\"Vault7\"]\n");
    let output = tagline().dir(dir.path()).arg("theories").run().code(2);
    assert!(
        output.stderr.contains("line 3, column 1") && output.stderr.contains("tags"),
        "{}",
        output.stderr
    );
}

#[cfg(unix)]
#[test]
fn an_unwritable_folder_is_an_error_in_words() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "posts.jsonl", rows(2));
    // A file where the data folder should be stands in the way of everybody, also of the administrator that tests may run as.
    let project = dir.path().join("project");
    fs::create_dir(&project).unwrap();
    write(&project, "tagline.toml", "[campaign]\nname = \"V\"\n");
    write(&project, "data", "in the way");
    let output = tagline().dir(&project).arg("import").arg(&file).run().code(1);
    assert!(output.stderr.contains("error:") && output.stderr.contains("data"), "{}", output.stderr);
    let locked = dir.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let probe = fs::write(locked.join("probe"), "x");
    if probe.is_err() {
        let output = tagline().dir(&locked).arg("import").arg(&file).run().code(1);
        assert!(output.stderr.contains("error: cannot"), "{}", output.stderr);
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_rejects_file_that_cannot_be_written_fails_before_the_work() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "posts.jsonl", rows(2));
    let target = dir.path().join("no/such/folder/rejects.ndjson");
    let output = tagline().dir(dir.path()).args(["import", "--rejects"]).arg(target).arg(&file).run().code(1);
    assert!(output.stderr.contains("rejects.ndjson"), "{}", output.stderr);
    let answer = tagline().dir(dir.path()).args(["theories", "--json"]).run().json();
    assert_eq!(answer["posts"], 0);
}

#[test]
fn a_mistyped_path_makes_no_project() {
    let dir = tempfile::tempdir().unwrap();
    tagline().working_dir(dir.path()).args(["import", "nothing.csv"]).run().code(1);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn rejects_are_never_written_over_the_archive() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "a.jsonl", rows(3));
    let output =
        tagline().working_dir(dir.path()).args(["import", "a.jsonl", "--rejects", "./a.jsonl"]).run();
    assert!(output.code(2).stderr.contains("name another file"));
    assert_eq!(fs::read_to_string(file).unwrap(), rows(3));
}

#[test]
fn names_of_files_and_columns_command_no_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let text =
        "time,te\u{1b}[31mxt\u{202e},au\u{9b}thor\n2017-03-07,a #Vault7,demo_a\n2017-13-07\u{1b}c,b,demo_b\n";
    let file = write(dir.path(), "a\u{1b}[2J\n\u{202e}b.csv", text);
    let run = |args: &[&str]| tagline().dir(dir.path()).arg("import").arg(&file).args(args).run();
    let missing = tagline().dir(dir.path()).args(["import", "no\u{1b}[31mthing"]).run();
    for output in
        [run(&[]), run(&["--map", "text=te"]), run(&["--map", "text=te\u{1b}[31mxt\u{202e}"]), missing]
    {
        for said in [&output.stdout, &output.stderr] {
            let hostile = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
            assert!(!said.contains(hostile), "{said:?}");
        }
    }
}

#[test]
fn there_is_no_event_0() {
    let dir = tempfile::tempdir().unwrap();
    tagline().args(["init"]).arg(dir.path()).run().ok();
    let output = tagline().dir(dir.path()).args(["events", "rm", "0"]).run().code(2);
    assert!(output.stderr.contains("there is no event 0"), "{}", output.stderr);
}

#[test]
fn a_sample_that_is_cut_is_said() {
    let (dir, output) = import("a.jsonl", rows(10_050));
    output.ok();
    let sample = |n: &str| {
        let output = tagline().dir(dir.path()).args(["posts", "--ndjson", "--sample", n]).run().ok();
        (output.stdout.lines().count(), output.stderr.contains("10,000 posts are the most"))
    };
    assert_eq!((sample("10000"), sample("10001")), ((10_000, false), (10_000, true)));
}

#[test]
fn columns_can_be_named_in_several_goes() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "a.csv", "w,b,r\n2017-03-07T12:00:00Z,hello #Vault7,1\n");
    let import = tagline().dir(dir.path()).args(["import", "--map", "time=w,text=b", "--map", "repost=r:1"]);
    import.arg(file).run().ok();
    let posts = tagline().dir(dir.path()).args(["posts", "--ndjson"]).run().ndjson();
    assert_eq!(posts[0]["repost"], "yes", "{}", posts[0]);
}

#[cfg(unix)]
#[test]
fn what_was_read_before_a_file_that_fails_is_in_the_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "a.jsonl", rows(3));
    tagline().dir(dir.path()).arg("import").arg(&file).arg("/dev/null").run().code(1);
    let status = tagline().dir(dir.path()).args(["status", "--json"]).run().json();
    let row = &status["imports"][0];
    assert_eq!((row["state"].as_str(), row["added"].as_u64()), (Some("done"), Some(3)), "{status}");
}
