//! Whole files through the whole reader.

use super::*;
use crate::post::Post;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) posts: Vec<Post>,
    deletions: Vec<Deletion>,
    rejects: Vec<Reject>,
    unselected: Vec<&'static str>,
}

impl Sink for Found {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.posts.push(post.to_owned_post());
    }
    fn deletion(&mut self, deletion: Deletion) {
        self.deletions.push(deletion);
    }
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }
    fn unselected(&mut self, reason: &'static str) {
        self.unselected.push(reason);
    }
}

impl Found {
    pub(super) fn all(&self) -> usize {
        self.posts.len() + self.deletions.len() + self.rejects.len() + self.unselected.len()
    }

    /// `line 3: no time`, for each reject.
    pub(super) fn reasons(&self) -> Vec<String> {
        self.rejects.iter().map(|reject| format!("{}: {}", reject.place, reject.reason)).collect()
    }
}

fn read_archive(archive: Archive) -> Found {
    let mut found = Found::default();
    archive
        .read(Found::default, &mut |part, _| {
            found.posts.extend(part.posts);
            found.deletions.extend(part.deletions);
            found.rejects.extend(part.rejects);
            found.unselected.extend(part.unselected);
            ControlFlow::Continue(())
        })
        .unwrap();
    found
}

fn file_of(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn open(bytes: &[u8], options: &ReadOptions) -> Result<Archive, OpenError> {
    // Once open, the file may lose its name.
    Archive::open(file_of(bytes).path(), options)
}

fn read(bytes: &[u8]) -> Found {
    read_archive(open(bytes, &ReadOptions::default()).unwrap())
}

#[track_caller]
fn refused(bytes: &[u8], options: &ReadOptions) -> String {
    match open(bytes, options) {
        Err(OpenError::Refused { refusal, .. }) => refusal.to_string(),
        Err(other) => panic!("{other}"),
        Ok(archive) => panic!("read as {}", archive.format().name()),
    }
}

fn jsonl(count: usize) -> String {
    let line = |n| {
        format!("{{\"id\":\"{n}\",\"time\":\"2017-02-06T15:13:{:02}Z\",\"text\":\"post {n}\"}}\n", n % 60)
    };
    (0..count).map(line).collect::<Vec<_>>().concat()
}

/// The same numbers each time.
pub(super) fn random() -> impl FnMut() -> usize {
    let mut seed: u64 = 0x5eed;
    move || {
        // Knuth's MMIX generator; the upper bits are the good ones.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// xz by hand, without compressing: the reader is what is tested, and the encoder is not built.
fn xz(bytes: &[u8]) -> Vec<u8> {
    fn crc(bytes: &[u8]) -> [u8; 4] {
        let mut sum = flate2::Crc::new();
        sum.update(bytes);
        sum.sum().to_le_bytes()
    }
    fn varint(mut value: usize, out: &mut Vec<u8>) {
        while value > 0x7f {
            out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        out.push(u8::try_from(value).unwrap());
    }
    let flags = [0, 1]; // CRC-32
    let mut out = [b"\xfd7zXZ\0".as_slice(), &flags, &crc(&flags)].concat();
    let block_start = out.len();
    // A block of two words: LZMA2 with a dictionary of 64 KiB.
    let head = [2, 0, 0x21, 1, 8, 0, 0, 0];
    out.extend([head.as_slice(), &crc(&head)].concat());
    for (at, chunk) in bytes.chunks(0x1_0000).enumerate() {
        out.push(if at == 0 { 1 } else { 2 });
        out.extend(u16::try_from(chunk.len() - 1).unwrap().to_be_bytes());
        out.extend(chunk);
    }
    out.push(0);
    let unpadded = out.len() - block_start + 4;
    while (out.len() - block_start) % 4 != 0 {
        out.push(0);
    }
    out.extend(crc(bytes));
    let mut index = vec![0, 1];
    varint(unpadded, &mut index);
    varint(bytes.len(), &mut index);
    while index.len() % 4 != 0 {
        index.push(0);
    }
    out.extend([index.as_slice(), &crc(&index)].concat());
    let backward = u32::try_from((index.len() + 4) / 4 - 1).unwrap().to_le_bytes();
    let tail = [backward.as_slice(), &flags].concat();
    out.extend([crc(&tail).as_slice(), &tail, b"YZ"].concat());
    out
}

type Pack = fn(&[u8]) -> Vec<u8>;

/// Every way of compressing.
fn packers() -> [(&'static str, Pack); 4] {
    [("gzip", gzip), ("zstd", zstd), ("bzip2", bzip2), ("xz", xz)]
}

pub(super) struct Sample {
    pub(super) name: String,
    pub(super) format: String,
    path: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) options: ReadOptions,
}

/// Every folder of `fixtures/archives/<format>/<case>`; `options.txt` may hold a `--map`, and `--keep` on a second line.
pub(super) fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/archives");
    let mut found = Vec::new();
    for format in sorted(&root) {
        for case in sorted(&format) {
            let input = sorted(&case)
                .into_iter()
                .find(|path| path.file_stem().is_some_and(|stem| stem == "input"))
                .unwrap_or_else(|| panic!("no input in {}", case.display()));
            let said = std::fs::read_to_string(case.join("options.txt")).unwrap_or_default();
            let mut lines = said.lines();
            let map = ReadOptions::parse_map(lines.next().unwrap_or_default()).unwrap();
            let keep = lines.next().unwrap_or_default().split(',').filter(|word| !word.is_empty());
            let options =
                ReadOptions { map, keep: keep.map(str::to_owned).collect(), ..ReadOptions::default() };
            let format = format.file_name().unwrap().to_string_lossy().into_owned();
            let name = format!("{format}/{}", case.file_name().unwrap().to_string_lossy());
            found.push(Sample { name, format, bytes: std::fs::read(&input).unwrap(), path: case, options });
        }
    }
    found
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn lines<T: serde::Serialize>(values: &[T]) -> String {
    values.iter().map(|value| serde_json::to_string(value).unwrap() + "\n").collect()
}

#[track_caller]
fn compare(path: &Path, got: &str) {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(path, got).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(got, expected, "{} (UPDATE_FIXTURES=1 rewrites it)", path.display());
}

#[test]
fn fixtures_give_what_stands_beside_them() {
    for sample in samples() {
        let archive =
            open(&sample.bytes, &sample.options).unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        assert_eq!(archive.format().name(), sample.format, "{}", sample.name);
        let notes = archive.notes().join("\n");
        let found = read_archive(archive);
        compare(&sample.path.join("posts.ndjson"), &lines(&found.posts));
        compare(&sample.path.join("rejects.ndjson"), &lines(&found.rejects));
        let others: String = found
            .deletions
            .iter()
            .map(|deletion| format!("deletion {} {}\n", deletion.post.platform, deletion.post.id))
            .chain(found.unselected.iter().map(|reason| format!("unselected {reason}\n")))
            .chain(notes.lines().map(|note| format!("note {note}\n")))
            .collect();
        compare(&sample.path.join("others.txt"), &others);
    }
}

#[test]
fn every_format_has_two_samples_and_claims_no_other() {
    let samples = samples();
    for format in FORMATS {
        let own = samples.iter().filter(|sample| sample.format == format.name()).count();
        assert!(own >= 2, "fixtures/archives/{} has {own} cases", format.name());
    }
    for sample in &samples {
        let head = Head::new(sample.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&sample.bytes));
        let best = FORMATS.iter().map(|format| format.sniff(&head)).max().unwrap();
        let claim: Vec<_> =
            FORMATS.iter().filter(|format| format.sniff(&head) == best).map(|format| format.name()).collect();
        assert_eq!(claim, [sample.format.as_str()], "{}", sample.name);
    }
}

#[test]
fn compressed_is_as_plain() {
    for sample in samples() {
        let plain = read_archive(open(&sample.bytes, &sample.options).unwrap());
        for (name, pack) in packers() {
            let archive = open(&pack(&sample.bytes), &sample.options).unwrap();
            assert_eq!(archive.packing(), name);
            assert_eq!(read_archive(archive), plain, "{} {name}", sample.name);
        }
    }
    let (first, second) = (jsonl(10), jsonl(20));
    for (name, pack) in packers() {
        let members = [pack(first.as_bytes()), pack(second.as_bytes())].concat();
        assert_eq!(read(&members).posts.len(), 30, "{name}");
    }
    let skippable = [b"\x50\x2a\x4d\x18\x03\0\0\0abc".as_slice(), &zstd(first.as_bytes())];
    assert_eq!(read(&skippable.concat()).posts.len(), 10);
}

#[test]
fn a_cut_stream_gives_what_came_before_and_one_reject() {
    let plain = jsonl(5_000);
    let whole = read(plain.as_bytes());
    for (name, pack) in packers() {
        let packed = pack(plain.as_bytes());
        let found = read(&packed[..packed.len() * 2 / 3]);
        assert!(!found.posts.is_empty() && found.posts.len() < 5_000, "{name} {}", found.posts.len());
        assert_eq!(found.posts, whole.posts[..found.posts.len()]);
        assert_eq!(found.rejects.len(), 1, "{name}");
        assert!(
            found.rejects[0].place.starts_with("byte ") && found.rejects[0].reason.contains("cut or damaged")
        );
    }
}

#[test]
fn chunk_borders_change_nothing() {
    let mut text = jsonl(3_000);
    text.push_str("broken\n\n");
    text.push_str(&jsonl(3_000));
    text.push_str("{\"id\":\"x\"}\n");
    let whole = read(text.as_bytes());
    assert_eq!(whole.posts.len(), 6_000);
    assert_eq!(whole.reasons(), ["line 3001: not JSON: expected value (column 1)", "line 6003: no time"]);
    for size in [1, 13, 999, 100_000] {
        let archive = open(text.as_bytes(), &ReadOptions::default()).unwrap().with_chunk_bytes(size);
        assert_eq!(read_archive(archive), whole, "chunks of {size}");
    }
    for post in &whole.posts {
        let at = usize::try_from(post.provenance.offset).unwrap();
        assert!(text[at..].starts_with(&format!("{{\"id\":\"{}\"", post.id)));
    }
}

/// Where each frame begins in the file and what it is; where it ends, if it is whole. With `afresh` another cutter goes on after each piece.
fn cut_in_pieces(
    bytes: &[u8],
    framing: Framing,
    size: usize,
    afresh: bool,
) -> Vec<(usize, Option<usize>, Place, Option<frame::Fault>)> {
    let mut cutter = frame::Cutter::new(framing);
    let mut found = Vec::new();
    let (mut buffer, mut base) = (Vec::new(), 0);
    let mut pieces = bytes.chunks(size).peekable();
    while let Some(piece) = pieces.next() {
        buffer.extend_from_slice(piece);
        let mut spans = Vec::new();
        let mut done = buffer.len();
        if pieces.peek().is_some() {
            done = cutter.cut(&buffer, base as u64, &mut spans);
        } else {
            cutter.finish(&buffer, base as u64, &mut spans);
        }
        for span in spans {
            let end = span.fault.is_none().then_some(base + span.end);
            found.push((base + span.start, end, span.place, span.fault));
        }
        buffer.drain(..done);
        base += done;
        if let Some(point) = cutter.resume(base as u64).filter(|_| afresh) {
            cutter = frame::Cutter::going_on(framing, point);
        }
    }
    found
}

#[test]
fn frames_are_the_same_in_whatever_pieces_they_come() {
    let mut random = random();
    let samples = samples();
    for round in 0..250 {
        let sample = &samples[round % samples.len()];
        let mut bytes = sample.bytes.clone();
        for _ in 0..random() % 6 {
            let at = random() % bytes.len();
            // What frames are made of, more often than any other byte.
            bytes[at] = b"\"\\\n,;{}[] \r\xff"[random() % 12];
        }
        for framing in [
            Framing::Lines,
            Framing::Values,
            Framing::Csv(Dialect::plain(b',')),
            Framing::Csv(Dialect { escape: true, ..Dialect::plain(b';') }),
            Framing::Members { start: random() % 40, enclosing: u32::try_from(round % 3).unwrap() },
            Framing::Array { start: random() % 40, enclosing: u32::try_from(round % 2).unwrap() },
            Framing::Whole,
            Framing::Inner,
        ] {
            let whole = cut_in_pieces(&bytes, framing, bytes.len(), false);
            for size in [1, 2, 17, 1000] {
                for afresh in [false, true] {
                    let pieces = cut_in_pieces(&bytes, framing, size, afresh);
                    assert_eq!(pieces, whole, "{} {framing:?} {size} {afresh}", sample.name);
                }
            }
            let frames = whole.iter().filter_map(|(start, end, ..)| Some((*start, (*end)?)));
            let (mut last, mut covered) = (0, 0);
            for (start, end) in frames {
                assert!(last <= start && start < end, "frames overlap");
                covered += end - start;
                last = end;
            }
            if matches!(framing, Framing::Lines | Framing::Whole) {
                assert_eq!(covered, bytes.len(), "{framing:?} leaves nothing out");
            }
        }
    }
}

#[test]
fn overlong_records_are_passed_over() {
    let long = format!("{{\"id\":\"long\",\"text\":\"{}\"}}\n", "x".repeat(MAX_FRAME_BYTES + 5_000_000));
    let text = format!("{}{long}{}", jsonl(3), jsonl(4));
    let found = read(text.as_bytes());
    assert_eq!(found.posts.len(), 7);
    assert_eq!(found.reasons(), ["line 4: record longer than 16 MiB"]);
    let array = format!("[{},{},{}]", jsonl(2).trim().replace('\n', ","), long.trim(), jsonl(1).trim());
    let found = read(array.as_bytes());
    assert_eq!(found.posts.len(), 3);
    assert_eq!(found.reasons(), ["record 3: record longer than 16 MiB"]);
}

#[test]
fn json_in_every_shape() {
    #[track_caller]
    fn check(text: &str, format: &str, posts: usize, reasons: &[&str]) {
        let archive = open(text.as_bytes(), &ReadOptions::default()).unwrap();
        assert_eq!(archive.format().name(), format, "{text}");
        let found = read_archive(archive);
        assert_eq!(
            (found.posts.len(), found.reasons()),
            (posts, reasons.iter().map(|r| (*r).to_owned()).collect()),
            "{text}"
        );
    }
    let one = "{\n  \"id\": 1,\n  \"time\": \"2017-02-06T15:13:00Z\",\n  \"text\": \"a\"\n}";
    check(one, "json", 1, &[]);
    check(&format!("{one}\n{one}\n"), "json", 2, &[]);
    check(&format!("{one}{one}"), "json", 2, &[]);
    check(&format!("[{one},\n{one}]\n"), "json", 2, &[]);
    check(&format!("[{one}]\n[{one}]\n"), "json", 2, &[]);
    check(&format!("{{\"meta\": {{}},\n\"posts\": [{one}, {one}],\n\"n\": 2}}"), "json", 2, &[]);
    check(
        &format!("[{one}, 5, null, {one}]"),
        "json",
        2,
        &[
            "record 2: not as expected: invalid type: integer `5`, expected a JSON object",
            "record 3: not as expected: invalid type: null, expected a JSON object",
        ],
    );
    check(&format!("[{one}, {one}"), "json", 2, &["byte 127: the file ends before its data is closed"]);
    check(
        &format!("[{one}, {{\"id\": 2"),
        "json",
        1,
        &["byte 65: the file ends in the middle of this record"],
    );
    check(
        &format!("[{one}] trailing"),
        "json",
        1,
        &["byte 65: text after the end of the array; all that follows is left out"],
    );
    let line = one.replace('\n', "");
    check(&format!("{line}\n{line}{line}\n"), "jsonl", 3, &[]);
    check(&format!("{line}\n\n  \n{line}"), "jsonl", 2, &[]);
    check(&format!("\u{feff}{line}\r\n{line}\r\n"), "jsonl", 2, &[]);
}

/// What a file is taken for, the ids and texts of its posts, and why records were rejected.
fn told(text: &str, options: &ReadOptions) -> (&'static str, Vec<String>, Vec<String>) {
    let archive = open(text.as_bytes(), options).unwrap();
    let format = archive.format().name();
    let found = read_archive(archive);
    let posts = found.posts.iter().map(|post| format!("{} {}", post.id, post.text)).collect();
    (format, posts, found.reasons())
}

#[test]
fn json_laid_out_otherwise() {
    #[track_caller]
    fn check(text: &str, format: &str, posts: &[&str], reasons: &[&str]) {
        let (known, found, rejects) = told(text, &ReadOptions::default());
        assert_eq!((known, found, rejects), (format, owned(posts), owned(reasons)), "{text}");
    }
    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }
    let a = r#"{"id":"1","time":"2017-03-07","text":"a"}"#;
    let b = r#"{"id":"2","time":"2017-03-08","text":"b"}"#;
    // A list under keys of somebody's own, in one document or one page a line.
    check(&format!("{{\"x\":[1],\"y\":{{\"z\":[{a},{b}]}},\"n\":1}}"), "json", &["1 a", "2 b"], &[]);
    check(&format!("{{\n\"x\": [\n{a},\n{b}\n]\n}}\n"), "json", &["1 a", "2 b"], &[]);
    check(
        &format!(
            "{{\"x\":{{\"y\":[{a}]}}}}\n{{\"x\":{{\"y\":[]}}}}\n{{\"x\":{{\"y\":[{b},7]}}}}\n{{\"x\":1}}\n"
        ),
        "jsonl",
        &["1 a", "2 b"],
        &["line 3: a record of the page is no object", "line 4: there is no list of records under `x.y`"],
    );
    check(&format!("[{{\"x\":[{a}]}},{{\"x\":[{b}]}}]"), "json", &["1 a", "2 b"], &[]);
    // Rows under a row of names.
    check(
        r#"[["id","time","text"],["1","2017-03-07","a"],[2,"2017-03-08","b"],["3"]]"#,
        "json",
        &["1 a", "2 b"],
        &["record 4: 1 fields instead of 3"],
    );
    check(r#"{"rows":[["id","time","text"],["1","2017-03-07","a"]]}"#, "json", &["1 a"], &[]);
    // Records by their keys, which are ids if they are long enough to be.
    let (c, d) = (r#"{"time":"2017-03-07","text":"a"}"#, r#"{"time":"2017-03-08","text":"b"}"#);
    check(
        &format!("{{\"831234567890\":{c},\"831234567891\": {d}}}"),
        "json",
        &["831234567890 a", "831234567891 b"],
        &[],
    );
    check(
        &format!("{{\n \"0\" : {c},\n \"1\":{d} ,\n \"2\":7\n}}"),
        "json",
        &[" a", " b"],
        &["record 3: not as expected: invalid type: integer `7`, expected a JSON object"],
    );
    check(
        &format!("{{\"meta\":{{\"n\":2}},\"x\":{{\"0\":{a},\"1\":{b}}},\"y\":1}}"),
        "json",
        &["1 a", "2 b"],
        &[],
    );
    check(
        &format!("{{\"0\":{a},\"1\":{{\"id\""),
        "json",
        &["1 a"],
        &["byte 47: the file ends in the middle of this record"],
    );
}

#[test]
fn what_databases_wrap_is_taken_out() {
    let check = |text: &str, post: &str| {
        assert_eq!(told(text, &ReadOptions::default()), ("jsonl", vec![post.to_owned()], vec![]), "{text}");
    };
    check(
        r#"{"_id":{"$oid":"5a"},"created_at":{"$date":{"$numberLong":"1488919020000"}},"text":"a","likes":{"$numberInt":"3"}}"#,
        "5a a",
    );
    check(r#"{"id":"1","created_at":{"_seconds":1488919020,"_nanoseconds":0},"text":"a"}"#, "1 a");
    assert_eq!(
        refused(
            br#"{"time":{"0":"2017-03-07","1":"2017-03-08"},"text":{"0":"a","1":"b"}}"#,
            &ReadOptions::default()
        ),
        "it is a table column by column, as pandas writes it; write it with `orient=\"records\"`"
    );
}

#[test]
fn awkward_values_survive() {
    let text = concat!(
        "{\"id\":18446744073709551615,\"time\":1488919020,\"text\":\"a\\u0000b\"}\n",
        "{\"id\":9.1E+17,\"time\":1488919020.5,\"text\":\"cut \\ud83d\"}\n",
        "{\"id\":\"9.1E+17\",\"id\":\"2\",\"time\":\"2017-03-07\",\"text\":\"twice\"}\n",
        "{\"id\":-3,\"time\":\"0000-01-01T00:00:00Z\",\"text\":\"\"}\n",
        "{\"id\":null,\"time\":\"9999-12-31T23:59:59Z\",\"text\":\"\"}\n",
        "{\"id\":\"4\",\"time\":-1,\"text\":\"x\"}\n",
        "{\"time\":1488919020,\"text\":null}\n",
        "{\"id\":\"5\",\"text\":\"x\"}\n",
        "[1]\n",
    );
    let found = read(text.as_bytes());
    let posts: Vec<_> = found.posts.iter().map(|post| (post.id.as_str(), post.text.as_str())).collect();
    assert_eq!(posts, [("18446744073709551615", "a\0b"), ("9.1E17", "cut \u{fffd}"), ("2", "twice")]);
    assert_eq!(
        found.reasons(),
        [
            "line 4: time is before 1970",
            "line 5: time is after 2099",
            "line 6: time is before 1970",
            "line 7: no text",
            "line 8: no time",
            "line 9: not as expected: invalid type: sequence, expected a JSON object",
        ]
    );
    let mut bytes = jsonl(1).into_bytes();
    bytes.extend(b"{\"id\":\"\xff\",\"time\":1,\"text\":\"x\"}\n");
    assert_eq!(
        read(&bytes).reasons(),
        ["line 2: not UTF-8; if the whole file is so, try `--encoding windows-1252` (byte 7 of the record)"]
    );
}

/// Reads a table; what it is taken for, and the texts and rejects in it.
#[track_caller]
fn check_table(text: &str, format: &str, texts: &[&str], reasons: &[&str]) {
    let archive = open(text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(archive.format().name(), format, "{text}");
    let found = read_archive(archive);
    let got: Vec<_> = found.posts.iter().map(|post| post.text.as_str()).collect();
    assert_eq!(
        (got.as_slice(), found.reasons()),
        (texts, reasons.iter().map(|r| (*r).to_owned()).collect()),
        "{text}"
    );
}

#[test]
fn tables_in_every_shape() {
    let check = check_table;
    check("time,text\n2017-03-07,a\n2017-03-08,b", "csv", &["a", "b"], &[]);
    check("\u{feff}time,text\r\n2017-03-07,a\r\n\r\n2017-03-08,b\r\n", "csv", &["a", "b"], &[]);
    check("time;text\n2017-03-07;a, b\n2017-03-08;c\n", "csv", &["a, b", "c"], &[]);
    check("time|text\n2017-03-07|a\n", "csv", &["a"], &[]);
    check("time\ttext\n2017-03-07\ta,b\n", "tsv", &["a,b"], &[]);
    check(
        "time,text\n2017-03-07,\"a\nb \"\"c\"\"\"\n2017-03-08,say \"hi\"\n",
        "csv",
        &["a\nb \"c\"", "say \"hi\""],
        &[],
    );
    check("time,text,,\n2017-03-07,a,,\n2017-03-08,b\n", "csv", &["a", "b"], &[]);
    check(
        "time,text\n2017-03-07\n2017-03-08,b,c,\n2017-03-09,d,,\nsoon,e\n,f\n2017-03-07,\n",
        "csv",
        &["d"],
        &[
            "line 2: 1 fields instead of 2",
            "line 3: 3 fields instead of 2",
            "line 5: not a time: `soon`",
            "line 6: no time",
            "line 7: no text",
        ],
    );
    check(
        "time,text\n2017-03-07,a\n2017-03-08,\"b\n2017-03-09,c\n2017-03-10,d\n",
        "csv",
        &["a", "c", "d"],
        &["line 3: a quote is opened and never closed"],
    );
    check("time,text\n2017-03-07,\"a\n\nb\"\n2017-03-08,\n", "csv", &["a\n\nb"], &["line 5: no text"]);
    check(
        "time,text\n2017-03-07,a\0b and a longer text, as there are more\n".replace(", as", "; as").as_str(),
        "csv",
        &["a\0b and a longer text; as there are more"],
        &[],
    );
    let mut bytes = b"time,text\n2017-03-07,a\n2017-03-08,".to_vec();
    bytes.extend(b"\xe2\x82\n2017-03-09,b\n");
    let found = read(&bytes);
    let reason = "line 3: not UTF-8; if the whole file is so, try `--encoding windows-1252`";
    assert_eq!((found.posts.len(), found.reasons()), (2, vec![reason.to_owned()]));
}

#[test]
fn tables_in_every_dialect() {
    let check = check_table;
    // Notes and a header again and again; backslashes before quotes; bare CR; NULL of a database.
    check(
        "All posts\n(c) somebody, 2017\ntime,text\n2017-03-07,a\ntime,text\n2017-03-08,b\n",
        "csv",
        &["a", "b"],
        &[],
    );
    check(
        "time,text,n\n2017-03-07,\"say \\\"hi\\\", you\",1\n2017-03-08,\"b \\\\\",2\n",
        "csv",
        &["say \"hi\", you", "b \\"],
        &[],
    );
    check("time,text\r2017-03-07,\"a\nb\"\r2017-03-08,c\r", "csv", &["a\nb", "c"], &[]);
    check("time,title,text\n2017-03-07,\\N,a\n2017-03-08,b,\\N\n", "csv", &["a", "b"], &[]);
    check("sep=|\r\ntime|text\r\n2017-03-07|a,b;c\r\n", "csv", &["a,b;c"], &[]);
    check("'time','text'\n'2017-03-07','it''s, a'\n'2017-03-08','b'\n", "csv", &["it's, a", "b"], &[]);
    // A spreadsheet leaves out empty fields at the end; the front of a broken record is none of those.
    check("time,text,likes\n2017-03-07,a\n2017-03-08,b,2\n", "csv", &["a", "b"], &[]);
    check(
        "time,text,likes\n2017-03-07,a,1\n2017-03-08,b\nc,2\n2017-03-09,d,3\n",
        "csv",
        &["a", "d"],
        &["line 3: 2 fields instead of 3", "line 4: 2 fields instead of 3"],
    );
    check("date,time,text\n2017-03-07,20:44,a\n2017-03-07,,b\n", "csv", &["a", "b"], &[]);
}

#[test]
fn the_person_says_how_a_table_is_cut() {
    let text = "text~time\n(in this order)\nnote~time~text\n1~2017-03-07~a\n2~2017-03-08~b\n";
    let options = ReadOptions { delimiter: Some('~'), header_line: Some(3), ..ReadOptions::default() };
    assert_eq!(told(text, &options), ("csv", vec![" a".to_owned(), " b".to_owned()], vec![]));
    let options = ReadOptions { delimiter: Some('~'), header_line: Some(9), ..ReadOptions::default() };
    assert!(
        refused(text.as_bytes(), &options).contains("--header-line"),
        "{}",
        refused(text.as_bytes(), &options)
    );
    let options = ReadOptions { time_format: Some("%d/%m/%Y".into()), ..ReadOptions::default() };
    let text = "time,text\n07/03/2017,a\n2017-03-08,b\n";
    assert_eq!(told(text, &options).2, ["line 3: not a time: `2017-03-08`"]);
    let wrong = ReadOptions { time_format: Some("%H".into()), ..ReadOptions::default() };
    assert!(refused(text.as_bytes(), &wrong).starts_with("the time format `%H` names no day"));
}

#[test]
fn many_unclosed_quotes_take_no_longer() {
    // Each line closes the quote of the line before and opens another: read afresh from every line this would take hours.
    let text = format!("time,text\n2017-03-07,a\n{}", "a\"b,\"c\n".repeat(600_000));
    let found = read(text.as_bytes());
    assert_eq!((found.posts.len(), found.rejects.len()), (1, 600_000));
}

#[test]
fn other_things_of_reddit_youtube_and_crowdtangle_are_refused_by_name() {
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(
            refused(text.as_bytes(), &ReadOptions::default()),
            format!("it holds {expected}, not posts")
        );
    }
    let subreddit = r#"{"name":"t5_1","display_name":"demo","title":"Demo","description":"","subscribers":5,"created_utc":1201221069}"#;
    check(&format!("{subreddit}\n{subreddit}\n"), "subreddits");
    check(r#"{"kind":"Listing","data":{"children":[{"kind":"t5","data":{"id":"1"}}]}}"#, "subreddits");
    check(r#"{"name":"demo","created_utc":1201221069,"link_karma":1}"#, "user profiles of Reddit");
    check(r#"{"id":"demo","created":1201221069,"karma":1,"about":""}"#, "user profiles of Hacker News");
    let channel = r#"{"kind":"youtube#channel","id":"UC1","snippet":{"title":"t","publishedAt":"2015-01-01T00:00:00Z"}}"#;
    check(&format!(r#"{{"kind":"youtube#channelListResponse","items":[{channel}]}}"#), "channels of YouTube");
    check(r#"{"error":{"code":403,"message":"quota"}}"#, "error messages of an API");
    check(
        "Page Name,User Name,Total Interactions,Total Posts\nDemo,demo_a,1,2\n",
        "a leaderboard of CrowdTangle (accounts and their sums)",
    );
    check("Page or Account URL,List\nhttps://page.example/a,Demo\n", "a list of accounts of CrowdTangle");
}

#[test]
fn what_is_no_archive_is_refused_in_words() {
    let none = ReadOptions::default();
    assert_eq!(refused(b"", &none), "the file is empty");
    assert_eq!(refused(b" \n\n", &none), "the file is empty");
    assert_eq!(refused(b"\xff\xfe\0\0{\0\0\0", &none), "it is UTF-32 text; save it as UTF-8 and import that");
    assert_eq!(
        refused(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0", &none),
        "no format recognises it: it is binary data"
    );
    assert_eq!(
        refused(b"once upon a time\nthere was a file\n", &none),
        "no format recognises it: it is neither JSON nor a table with a header"
    );
    assert_eq!(refused(b"name,city\na,b\n", &none), "no column for `time`, `text`; there are `name`, `city`");
    assert_eq!(
        refused(b"{\"followers_count\":1,\"screen_name\":\"demo_a\"}\n", &none),
        "it holds user profiles, not posts"
    );
    assert_eq!(
        refused(
            b"{\"id\":\"1\",\"action\":\"delete\",\"created_at\":\"2019-01-01\",\"reason\":\"x\"}\n",
            &none
        ),
        "it holds compliance notices, not posts"
    );
    for page in [r#"{"posts":[]}"#, r#"{"feed":[],"cursor":"x"}"#, r#"{"data":[]}"#, "[]\n"] {
        assert_eq!(refused(page.as_bytes(), &none), "it holds an empty page, not posts", "{page}");
    }
    let news = br#"{"notifications":[{"uri":"at://did:plc:demo/app.bsky.feed.like/1","reason":"like"}],"seenAt":"2025-01-01T00:00:00Z"}"#;
    assert_eq!(refused(news, &none), "it holds notifications, not posts");
    assert_eq!(refused(gzip(b"").as_slice(), &none), "the file is empty");
    assert!(refused(&gzip(b"x")[..11], &none).starts_with("the gzip stream is cut or damaged: "));
    assert_eq!(
        refused(b"window.YTD.like.part0 = [ {} ]", &none),
        "it holds `like` of an X account archive (only `tweets` is read), not posts"
    );
    assert_eq!(
        refused(b"window.YTD.direct_messages.part0 = [ {\"tweet\": {\"full_text\": 1}} ]", &none),
        "it holds `direct_messages` of an X account archive (only `tweets` is read), not posts"
    );
    assert_eq!(refused(br#"{"data":[{"username":"demo_a","description":"","public_metrics":{"tweet_count":1}}],"meta":{"result_count":1}}"#, &none), "it holds user profiles, not posts");
    assert_eq!(refused(br#"{"data":[{"start":"2021-10-16T18:21:34.000Z","end":"2021-10-16T19:00:00.000Z","tweet_count":3}],"meta":{"total_tweet_count":3}}"#, &none), "it holds counts of posts, not posts");
    let wrong = ReadOptions { times_in: "Mars".into(), ..ReadOptions::default() };
    assert_eq!(refused(jsonl(1).as_bytes(), &wrong), "`Mars` is not a time zone of the IANA list");
    let wrong = ReadOptions { format: Some("jsnl".into()), ..ReadOptions::default() };
    let Err(error @ OpenError::UnknownFormat { near, .. }) = open(b"{}", &wrong) else { panic!() };
    assert_eq!(near, Some("jsonl"));
    assert!(error.to_string().starts_with("there is no format `jsnl`; formats are `"));
    assert!(matches!(
        Archive::open(Path::new("/no/such/file"), &ReadOptions::default()),
        Err(OpenError::Io { .. })
    ));
}

#[test]
fn a_post_of_another_tool_with_our_words_is_not_ours() {
    let text = "{\"platform\":\"x\",\"id\":\"1\",\"posted_at\":\"2017-03-07 13:00\",\"text\":\"a\",\"author\":\"demo_anna\"}\n";
    let archive = open(text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(archive.format().name(), "jsonl");
    let found = read_archive(archive);
    assert_eq!((found.posts[0].platform.as_str(), found.posts[0].author.key()), ("x", Some("demo_anna")));
}

#[test]
fn the_format_can_be_named() {
    let as_format = |name: &str| ReadOptions { format: Some(name.into()), ..ReadOptions::default() };
    let lines = jsonl(2);
    assert_eq!(read_archive(open(lines.as_bytes(), &as_format("json")).unwrap()).posts.len(), 2);
    assert_eq!(refused(b"time,text\n2017-03-07,a\n", &as_format("x-v2")), "it is not JSON");
    assert!(
        refused(lines.as_bytes(), &as_format("csv")).starts_with("no column for `time`, `text`; there are")
    );
    let mapped = ReadOptions { keep: vec!["a".into()], ..ReadOptions::default() };
    let archive = open(b"window.YTD.tweets.part0 = [ ]", &mapped).unwrap();
    assert!(archive.notes().iter().any(|note| note.contains("do not apply")));
}

#[test]
fn pages_without_posts_are_no_records() {
    let text = concat!(
        r#"{"meta":{"result_count":0}}"#,
        "\n",
        r#"{"data":[],"meta":{"result_count":0},"errors":[{"title":"Not Found"}]}"#,
        "\n",
    );
    let archive = open(text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(archive.format().name(), "x-v2");
    assert_eq!(read_archive(archive), Found::default());
    let archive = open(b"window.YTD.tweets.part0 = [ ]", &ReadOptions::default()).unwrap();
    assert_eq!(read_archive(archive), Found::default());
}

#[test]
fn reading_can_be_stopped() {
    let text = jsonl(20_000);
    let mut calls = 0;
    let archive = open(text.as_bytes(), &ReadOptions::default()).unwrap().with_chunk_bytes(1000);
    archive
        .read(Found::default, &mut |_, _| {
            calls += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!(calls, 1);
}

#[test]
fn progress_ends_at_the_size_of_the_file() {
    for bytes in [jsonl(20_000).into_bytes(), gzip(jsonl(20_000).as_bytes())] {
        let mut last = 0;
        open(&bytes, &ReadOptions::default())
            .unwrap()
            .read(Found::default, &mut |_, progress| {
                assert!(progress.bytes_read >= last);
                last = progress.bytes_read;
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(last, bytes.len() as u64);
    }
}

#[test]
fn minutes_and_orders_are_found_out() {
    let rows = (0..20).map(|n| format!("3/{}/2017 20:{n:02},text {n}\n", n + 1)).collect::<Vec<_>>().concat();
    let archive = open(format!("date,text\n{rows}").as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(archive.notes()[1], "dates are read as month/day/year");
    assert_eq!(archive.notes()[2], "times without a zone are read in `UTC`");
    assert_eq!(read_archive(archive).posts[19].posted_at.to_string(), "2017-03-20T20:19:00Z");
    let rows = (0..20).map(|n| format!("2017-03-07 20:{n:02}:00,text {n}\n")).collect::<Vec<_>>().concat();
    let archive = open(format!("date,text\n{rows}").as_bytes(), &ReadOptions::default()).unwrap();
    assert!(archive.notes()[1].starts_with("times are known to the minute"));
    assert!(
        read_archive(archive)
            .posts
            .iter()
            .all(|post| post.time_precision == crate::post::TimePrecision::Minute)
    );
}
