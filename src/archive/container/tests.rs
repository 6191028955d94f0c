//! Containers made byte by byte, honest and hostile.

use super::*;
use crate::archive::{Draft, Sink};
use crate::post::{Deletion, Post};
use std::fmt::Write as _;
use std::ops::ControlFlow;

/// What came out of a member: its name, packing, texts and rejects, or why it was refused.
#[derive(Clone, Debug, Default, PartialEq)]
struct Out {
    name: String,
    packing: String,
    posts: Vec<Post>,
    rejects: Vec<Reject>,
    refused: Option<String>,
}

impl Sink for Out {
    fn post(&mut self, post: &mut Draft<'_>) {
        self.posts.push(post.to_owned_post());
    }
    fn deletion(&mut self, _: Deletion) {}
    fn reject(&mut self, reject: Reject) {
        self.rejects.push(reject);
    }
    fn unselected(&mut self, _: &'static str) {}
}

/// What came out of a whole container.
#[derive(Debug, Default, PartialEq)]
struct All {
    members: Vec<Out>,
    damage: Vec<Reject>,
    notes: Vec<String>,
}

impl All {
    fn names(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.name.as_str()).collect()
    }

    fn posts(&self) -> usize {
        self.members.iter().map(|member| member.posts.len()).sum()
    }

    /// Every reject, of members and of the whole.
    fn rejects(&self) -> Vec<&Reject> {
        self.members.iter().flat_map(|member| &member.rejects).chain(&self.damage).collect()
    }
}

const SMALL: Limits = Limits { free_bytes: 1 << 20, ratio: 20, entries: 50, spool_bytes: 4 << 20 };

fn read_within(bytes: &[u8], limits: Limits) -> Result<All, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    let opened = open_within(&path, folder.path(), &ReadOptions::default(), limits).unwrap();
    let Opened::Container(mut members) = opened else {
        let Opened::File(Err(refusal)) = opened else { return Err("a file".to_owned()) };
        return Err(refusal.to_string());
    };
    let mut all = All::default();
    for found in members.by_ref() {
        match found.unwrap() {
            Found::Member(member) => all.members.push(read_member(*member)),
            Found::Damage(reject) => all.damage.push(reject),
        }
    }
    all.notes = members.notes();
    drop(members);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left behind, nothing was written by name");
    Ok(all)
}

fn read_member(member: Member) -> Out {
    let Member { name, packing, archive } = member;
    let mut out = Out { name, packing, ..Out::default() };
    match archive {
        Err(refusal) => out.refused = Some(refusal.to_string()),
        Ok(archive) => {
            assert_eq!(archive.packing(), out.packing);
            let each = &mut |part: Out, _| {
                out.posts.extend(part.posts);
                out.rejects.extend(part.rejects);
                ControlFlow::Continue(())
            };
            archive.read(Out::default, each).unwrap();
        }
    }
    out
}

fn read(bytes: &[u8]) -> All {
    read_within(bytes, Limits::REAL).unwrap()
}

fn posts(tag: &str, count: usize) -> Vec<u8> {
    let mut text = String::new();
    for n in 0..count {
        let (minute, second) = (n / 60 % 60, n % 60);
        writeln!(text, "{{\"id\":\"{tag}{n}\",\"time\":\"2017-03-07T15:{minute:02}:{second:02}Z\",\"text\":\"about #Vault7, {tag} {n}\"}}").unwrap();
    }
    text.into_bytes()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::stream::encode_all(bytes, 1).unwrap()
}

fn sum(bytes: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(bytes);
    sum.sum()
}

/// How a member is written.
#[derive(Clone)]
struct Entry<'a> {
    name: &'a [u8],
    content: Vec<u8>,
    method: u16,
    flags: u16,
    long: bool,
}

fn entry<'a>(name: &'a str, content: &[u8]) -> Entry<'a> {
    Entry { name: name.as_bytes(), content: content.to_vec(), method: 8, flags: 0, long: false }
}

fn le16(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn le32(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn len16(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap()
}

fn len32(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

/// A zip archive; bit 3 puts sizes behind the data, `long` makes an entry zip64.
fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for Entry { name, content, method, flags, long } in entries {
        let packed = match method {
            8 => deflate(content),
            12 => bzip2(content),
            93 => zstd(content),
            _ => content.clone(),
        };
        let offset = len32(&out);
        let (crc, packed_size, size) = (sum(content), len32(&packed), len32(content));
        let mut sizes = if flags & 8 == 0 { [crc, packed_size, size] } else { [0; 3] };
        let mut extra = Vec::new();
        if *long {
            extra.extend(le16(&[1, 16]));
            extra.extend(
                [u64::from(size), u64::from(packed_size)].iter().flat_map(|value| value.to_le_bytes()),
            );
            (sizes[1], sizes[2]) = (u32::MAX, u32::MAX);
        }
        out.extend(b"PK\x03\x04");
        out.extend(le16(&[20, *flags, *method, 0, 0]));
        out.extend(le32(&sizes));
        out.extend(le16(&[len16(name), len16(&extra)]));
        out.extend_from_slice(name);
        out.extend_from_slice(&extra);
        out.extend(packed);
        if flags & 8 != 0 {
            out.extend(b"PK\x07\x08");
            out.extend(le32(&[crc, packed_size, size]));
        }
        let shown = if *long { [u32::MAX; 2] } else { [packed_size, size] };
        directory.extend(b"PK\x01\x02");
        directory.extend(le16(&[20, 20, *flags, *method, 0, 0]));
        directory.extend(le32(&[crc, shown[0], shown[1]]));
        directory.extend(le16(&[len16(name), len16(&extra), 0, 0, 0]));
        directory.extend(le32(&[0, offset]));
        directory.extend_from_slice(name);
        directory.extend_from_slice(&extra);
    }
    let (start, count) = (len32(&out), u16::try_from(entries.len()).unwrap());
    out.extend_from_slice(&directory);
    out.extend(b"PK\x05\x06");
    out.extend(le16(&[0, 0, count, count]));
    out.extend(le32(&[len32(&directory), start]));
    out.extend(le16(&[3]));
    out.extend(b"end");
    out
}

/// One member of a tar archive.
fn tar_entry(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    block[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block.extend_from_slice(content);
    block.resize(block.len().next_multiple_of(BLOCK), 0);
    block
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let members = entries.iter().flat_map(|(name, content)| tar_entry(name.as_bytes(), b'0', content));
    members.chain(vec![0; 2 * BLOCK]).collect()
}

/// A container of each kind with the same three files.
fn containers() -> Vec<(&'static str, Vec<u8>)> {
    let (a, b, c) = (posts("a", 300), posts("b", 200), b"time,text,id\n2017-03-07,hello,c1\n".to_vec());
    let files: [(&str, &[u8]); 3] = [("a.jsonl", &a), ("sub/b.jsonl", &b), ("c.csv", &c)];
    let with = |change: &dyn Fn(&mut Entry<'_>)| {
        let mut entries: Vec<Entry<'_>> = files.iter().map(|(name, content)| entry(name, content)).collect();
        entries.iter_mut().for_each(change);
        zip(&entries)
    };
    let mut before = b"#!/bin/sh\n".to_vec();
    before.extend(with(&|_| {}));
    let plain = tar(&files);
    vec![
        ("zip", with(&|_| {})),
        ("zip", with(&|entry| entry.method = 0)),
        ("zip", with(&|entry| entry.method = 12)),
        ("zip", with(&|entry| entry.method = 93)),
        ("zip", with(&|entry| entry.flags = 8)),
        ("zip", with(&|entry| entry.long = true)),
        ("tar", plain.clone()),
        ("tar", [plain.as_slice(), &[0; 20 * BLOCK]].concat()),
        ("tar+gzip", gzip(&plain)),
        ("tar+bzip2", bzip2(&plain)),
        ("tar+zstd", zstd(&plain)),
    ]
}

#[test]
fn every_container_gives_the_same_members() {
    let mut expected = None;
    for (packing, bytes) in containers() {
        let all = read(&bytes);
        assert_eq!((all.names(), all.posts()), (vec!["a.jsonl", "sub/b.jsonl", "c.csv"], 501), "{packing}");
        assert!(all.rejects().is_empty() && all.notes.is_empty(), "{packing} {all:?}");
        assert!(all.members.iter().all(|member| member.packing == packing));
        let posts: Vec<Post> = all.members.into_iter().flat_map(|member| member.posts).collect();
        assert_eq!(&posts, expected.get_or_insert_with(|| posts.clone()), "{packing}");
    }
}

#[test]
fn containers_are_opened_in_each_other_once() {
    let whole = containers();
    for (_, inner) in &whole {
        for outer in [zip(&[entry("in", inner)]), tar(&[("in", inner)]), gzip(&tar(&[("in", inner)]))] {
            let all = read(&outer);
            assert_eq!((all.names(), all.posts()), (vec!["in!a.jsonl", "in!sub/b.jsonl", "in!c.csv"], 501));
            assert!(all.rejects().is_empty());
            let third = read(&zip(&[entry("out", &outer)]));
            assert_eq!(third.names(), ["out!in"]);
            assert!(
                third.members[0].refused.as_ref().unwrap().contains("container in a container"),
                "{third:?}"
            );
        }
    }
    let packed = zip(&[entry("a.jsonl.gz", &gzip(&posts("a", 5))), entry("b", &bzip2(&posts("b", 5)))]);
    let all = read(&packed);
    assert_eq!(
        all.members.iter().map(|m| (m.packing.as_str(), m.posts.len())).collect::<Vec<_>>(),
        [("gzip+zip", 5), ("bzip2+zip", 5)]
    );
    assert_eq!(read(&gzip(&zip(&[entry("a.jsonl", &posts("a", 5))]))).members[0].packing, "zip+gzip");
}

#[test]
fn names_lead_nowhere_and_are_told_apart() {
    let line = posts("a", 1);
    let names: [&str; 6] = ["../../etc/a", "/abs/a", "C:\\win\\a", "a\0b\x1b[2J", "twice", "twice"];
    let shown = ["../../etc/a", "/abs/a", "C:/win/a", "a\u{FFFD}b\u{FFFD}[2J", "twice", "twice (2)"];
    let entries: Vec<Entry<'_>> = names.iter().map(|name| entry(name, &line)).collect();
    assert_eq!(read(&zip(&entries)).names(), shown);
    let mut bytes: Vec<u8> = names.iter().flat_map(|name| tar_entry(name.as_bytes(), b'0', &line)).collect();
    for kind in [b'1', b'2', b'3', b'4', b'5', b'6'] {
        bytes.extend(tar_entry(b"../link", kind, b""));
    }
    // In a header of tar a name ends with NUL.
    let shown = ["../../etc/a", "/abs/a", "C:/win/a", "a", "twice", "twice (2)"];
    assert_eq!(read(&bytes).names(), shown);
    let long = format!("{}.jsonl", "n".repeat(300));
    let pax = format!("{} path={long}\n", long.len() + 10);
    let bytes = [tar_entry(b"x", b'x', pax.as_bytes()), tar_entry(b"short", b'0', &line)].concat();
    assert_eq!(read(&bytes).names(), [long.as_str()]);
    let bytes =
        [tar_entry(b"././@LongLink", b'L', long.as_bytes()), tar_entry(b"short", b'0', &line)].concat();
    assert_eq!(read(&bytes).names(), [long.as_str()]);
}

#[test]
fn files_of_an_account_that_are_not_its_posts_stay_shut() {
    let tweets = br#"window.YTD.tweets.part0 = [{"tweet":{"id_str":"838900000000000001","full_text":"about #Vault7","created_at":"Tue Mar 07 15:00:00 +0000 2017"}}]"#;
    // What would be told apart from what is shut: it holds posts.
    let secret = posts("secret", 3);
    let names =
        ["data/account.js", "data/direct-messages.js", "data/ad-engagements.js", "data/x.jsonl", "note.csv"];
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, secret.as_slice())).collect();
    files.push(("data/tweets.js", tweets));
    files.push(("data/tweets_media/a.jpg", b"\xff\xd8\xff"));
    files.push(("assets/", b""));
    let entries: Vec<Entry<'_>> = files.iter().map(|(name, content)| entry(name, content)).collect();
    let all = read(&zip(&entries));
    assert_eq!((all.names(), all.posts()), (vec!["data/tweets.js"], 1));
    assert_eq!(all.notes[0], "not looked at, since they are no text: 1 files (images 1)");
    assert!(all.notes[1].starts_with("never opened: 5 files of an account"), "{:?}", all.notes);
    // A tar stream does not say beforehand what comes: scripts and messages stay shut all the same.
    let all = read(&gzip(&tar(&files)));
    assert_eq!(all.names(), ["data/x.jsonl", "note.csv", "data/tweets.js"]);
    let outbox = [
        ("actor.json", secret.as_slice()),
        ("likes.json", &secret),
        ("outbox.json", &posts("o", 2)),
        ("bookmarks.json", &secret),
    ];
    for bytes in [tar(&outbox), zip(&outbox.map(|(name, content)| entry(name, content)))] {
        let all = read(&bytes);
        assert_eq!((all.names(), all.posts()), (vec!["outbox.json"], 2));
    }
}

#[test]
fn what_cannot_be_read_is_refused_in_words() {
    let line = posts("a", 1);
    let one = |change: &dyn Fn(&mut Entry<'_>)| {
        let mut entry = entry("a.jsonl", &line);
        change(&mut entry);
        read(&zip(&[entry])).members.remove(0)
    };
    assert!(one(&|entry| entry.flags = 1).refused.unwrap().contains("encrypted"));
    assert!(one(&|entry| entry.method = 98).refused.unwrap().contains("packed by method 98"));
    assert!(
        one(&|entry| entry.content = b"once upon a time\nthere was\n".to_vec())
            .refused
            .unwrap()
            .contains("neither JSON")
    );
    let sparse = [tar_entry(b"holes", b'S', &line), tar_entry(b"a", b'0', &line)].concat();
    let all = read(&sparse);
    assert_eq!((all.names(), all.posts()), (vec!["holes", "a"], 1));
    let empty = read(&zip(&[
        entry("a.jsonl", b""),
        entry("b/", b""),
        entry("__MACOSX/c", b"x"),
        entry("d/.DS_Store", b"x"),
    ]));
    assert_eq!(empty, All::default());
    assert_eq!(read(&zip(&[])), All::default());
    let sheet = zip(&[entry("[Content_Types].xml", &line), entry("xl/workbook.xml", &line)]);
    assert!(read_within(&sheet, SMALL).unwrap_err().contains("save it as CSV"));
    let within = read(&tar(&[("table.xlsx", &sheet), ("a", &line)]));
    assert!(within.members[0].refused.as_ref().unwrap().contains("save it as CSV") && within.posts() == 1);
    let warc = read_within(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n{}", SMALL).unwrap_err();
    assert!(warc.contains("WARC file"), "{warc}");
    let window = [0x28, 0xb5, 0x2f, 0xfd, 0, 22 << 3, 1, 0, 0];
    assert!(read_within(&window, SMALL).unwrap_err().contains("a window of 4 GiB"));
}

#[test]
fn a_wrong_check_sum_is_one_reject_after_all_posts() {
    let mut bytes = zip(&[Entry { method: 0, ..entry("a.jsonl", &posts("a", 100)) }]);
    let at = bytes.windows(6).position(|window| window == b"a 57\"}").unwrap();
    bytes[at + 2] = b'9';
    let all = read(&bytes);
    assert_eq!(all.posts(), 100);
    assert_eq!(all.rejects().len(), 1);
    assert!(all.rejects()[0].reason.contains("check sum"));
}

#[test]
fn what_grows_without_end_is_stopped() {
    let much = posts("a", 2).repeat(40_000);
    for bytes in [
        gzip(&tar(&[("a.jsonl", &much)])),
        bzip2(&tar(&[("a.jsonl", &much)])),
        zip(&[entry("a.jsonl", &much)]),
        zip(&[entry("in.zip", &zip(&[entry("a.jsonl", &much)]))]),
        zip(&[entry("in.tgz", &gzip(&tar(&[("a.jsonl", &much)])))]),
    ] {
        let all = read_within(&bytes, SMALL).unwrap();
        assert!(all.posts() > 1_000 && all.posts() < 80_000, "{}", all.posts());
        let rejects = all.rejects();
        assert_eq!(rejects.len(), 1, "{rejects:?}");
        assert!(
            rejects[0].place.starts_with("byte ") && rejects[0].reason.contains("unpack it yourself"),
            "{rejects:?}"
        );
    }
    // Many members that are each small enough.
    let many: Vec<String> = (0..40).map(|n| format!("{n}.jsonl")).collect();
    let few = posts("a", 2).repeat(4_000);
    let entries: Vec<Entry<'_>> = many.iter().map(|name| entry(name, &few)).collect();
    let all = read_within(&zip(&entries), Limits { ratio: 2, ..SMALL }).unwrap();
    assert!(all.posts() < 20_000, "{}", all.posts());
    // Where nothing is read, much is passed over: that too comes to an end.
    let all = read_within(&gzip(&tar(&[("a.mp4", &vec![0; 40 << 20]), ("b.jsonl", &few)])), SMALL).unwrap();
    assert_eq!((all.posts(), all.damage.len()), (0, 1));
    let spooled = zip(&[Entry {
        method: 0,
        ..entry("in.zip", &zip(&[Entry { method: 0, ..entry("a", &vec![b' '; 5 << 20]) }]))
    }]);
    let all = read_within(&spooled, SMALL).unwrap();
    assert!(all.members[0].refused.as_ref().unwrap().contains("too large to be unpacked twice"), "{all:?}");
}

#[test]
fn shared_bytes_and_endless_members_are_refused() {
    // Ten names for the bytes of one.
    let mut bytes = zip(&[entry("0", &posts("a", 50))]);
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let end = bytes.windows(4).position(|window| window == b"PK\x05\x06").unwrap();
    let one = bytes[directory..end].to_vec();
    bytes.truncate(directory);
    bytes.extend(one.repeat(10));
    bytes.extend(b"PK\x05\x06");
    bytes.extend(le16(&[0, 0, 10, 10]));
    bytes.extend(le32(&[len32(&one) * 10, u32::try_from(directory).unwrap()]));
    bytes.extend(le16(&[0]));
    let all = read(&bytes);
    assert_eq!((all.posts(), all.members.len()), (50, 10));
    assert!(
        all.members[1..].iter().all(|member| member.refused.as_ref().unwrap().contains("another member"))
    );
    let names: Vec<String> = (0..60).map(|n| format!("{n}.jsonl")).collect();
    let line = posts("a", 1);
    let entries: Vec<Entry<'_>> = names.iter().map(|name| entry(name, &line)).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), line.as_slice())).collect();
    for bytes in [zip(&entries), tar(&files)] {
        let all = read_within(&bytes, SMALL).unwrap();
        assert_eq!((all.posts(), all.damage.len()), (50, 1));
        assert!(all.damage[0].reason.contains("more than 50 members"));
    }
}

#[test]
fn cut_anywhere_what_came_before_is_kept_and_the_damage_said_once() {
    for (packing, bytes) in containers() {
        let whole: Vec<Post> = read(&bytes).members.into_iter().flat_map(|member| member.posts).collect();
        let mut most = 0;
        for end in (512..bytes.len()).step_by((bytes.len() / 60).max(1)) {
            let Ok(all) = read_within(&bytes[..end], Limits::REAL) else { continue };
            let said =
                all.rejects().len() + all.members.iter().filter(|member| member.refused.is_some()).count();
            let posts: Vec<&Post> = all.members.iter().flat_map(|member| &member.posts).collect();
            most = most.max(posts.len());
            assert!(said <= 2, "{packing} {end} {:?} {:?}", all.rejects(), all.names());
            // Zeros at the end of a tar archive are no loss.
            assert!(said > 0 || posts.len() == whole.len(), "{packing}, cut at {end}: nothing is said");
            assert!(posts.iter().zip(&whole).all(|(one, other)| *one == other), "{packing} {end}");
        }
        // Zstandard gives nothing of a block that is cut, and this is one block.
        assert!(most > 100 || packing == "tar+zstd", "{packing} {most}");
    }
}

#[test]
fn changed_anywhere_nothing_panics() {
    let mut seed: u64 = 0x5eed;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    let whole = containers();
    for round in 0..400 {
        let mut bytes = whole[round % whole.len()].1.clone();
        for _ in 0..=random() % 6 {
            let at = random() % bytes.len();
            bytes[at] = u8::try_from(random() % 256).unwrap();
        }
        // The directory and the headers, more often than the data.
        let from = bytes.len().saturating_sub(1 + random() % 300);
        bytes[from] = bytes[from].wrapping_add(1);
        let _ = read_within(&bytes, SMALL);
    }
}
